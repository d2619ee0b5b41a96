/* What X sends to an address of ours: its signature, and the way from the socket to the inbox, with
 * the console's own server on loopback. */
#include "bot/x/webhook.h"

#include "bot/bot_store.h"
#include "handoff/record.h"
#include "tests/unit/support.h"

/* Published by X as an example; no secret. */
#define SECRET "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"
#define MENTION "{\"data\":{\"event_type\":\"post.mention.create\"}}"
#define MENTION_SIGNED "sha256=m17CHQfY86haMoklgwAwPzx5Nq/bcLIdujIbczmxjwA="
#define EVENT                                                                                  \
    "{\"data\":{\"event_uuid\":\"-7\",\"event_type\":\"post.delete\",\"filter\":{\"user_id\":" \
    "\"1500000000000000001\"},\"payload\":{}}}"

static void test_signature(void **state)
{
    static const struct {
        const char *note, *secret, *body, *header;
        bool fits;
    } rows[] = {
        { "right", SECRET, MENTION, MENTION_SIGNED, true },
        { "a byte of the body", SECRET, MENTION " ", MENTION_SIGNED, false },
        { "a byte of the signature", SECRET, MENTION,
          "sha256=m17CHQfY86haMoklgwAwPzx5Nq/bcLIdujIbczmxjwB=", false },
        { "another secret", "other", MENTION, MENTION_SIGNED, false },
        { "none", SECRET, MENTION, "", false },
        { "its beginning", SECRET, MENTION, "sha256=m17CHQ", false },
        { "more behind it", SECRET, MENTION, MENTION_SIGNED "=", false },
        { "another method", SECRET, MENTION,
          "sha1=m17CHQfY86haMoklgwAwPzx5Nq/bcLIdujIbczmxjwA=", false },
        { "empty", SECRET, "", MENTION_SIGNED, false },
        { "no secret, and signed with none", "", MENTION,
          "sha256=at3HcjhZZs9IBpY5S+TLrDg3n0ZBe1pHKwwgLtU6MLs=", false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_note(x_signature_fits(str_of(rows[i].secret), str_of(rows[i].body),
                                     str_of(rows[i].header)) == rows[i].fits,
                    rows[i].note);
}

static void test_challenge(void **state)
{
    (void)state;
    struct buf json = BUF_INIT(1000);
    assert_int_equal(x_crc_answer(STR(SECRET), STR("challenge_string"), &json), 0);
    assert_string_equal(
        buf_cstr(&json),
        "{\"response_token\":\"sha256=nlBfoc+sYi739ivT57rTKKl7OQM8PcJSNybJqfjoBUk=\"}");
    buf_clear(&json);
    assert_int_equal(x_crc_answer(STR(""), STR("challenge_string"), &json), ERR_DENIED);
    assert_int_equal(x_crc_answer(STR(SECRET), STR(MENTION), &json), ERR_DENIED);
    assert_int_equal(x_crc_answer(STR(SECRET), STR(" x " MENTION), &json), ERR_DENIED);
    assert_int_equal(json.len, 0);
    buf_release(&json);
}

/* ------------------------------------------------------------------------------------------------
 * over the server */

static struct {
    char *dir;
    struct db *db;
    struct clock clock;
    uv_loop_t loop;
    struct console *console;
    struct x_webhook_options webhook;
    unsigned arrived;
    uv_tcp_t client;
    uv_connect_t connect;
    uv_write_t write;
    struct buf request, answer;
    bool closed;
} t;

static unsigned weight(struct str text)
{
    return (unsigned)text.len;
}

static const struct text_rules rules = { .limit = 280, .weight = weight };
static const struct desk desk; /* nobody signs in */

static void arrived(void *data)
{
    (void)data;
    t.arrived++;
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.request = t.answer = BUF_INIT(4 << 20);
    t.dir = temp_new();
    assert_int_equal(db_open(path_in(t.dir, "k.db"), DB_WRITER, &t.db, NULL), 0);
    assert_int_equal(record_migrate(t.db), 0);
    assert_int_equal(bot_migrate(t.db), 0);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    t.webhook = (struct x_webhook_options){
        .db = t.db, .clock = &t.clock, .consumer_secret = STR(SECRET), .arrived = arrived
    };
    struct report report = REPORT_INIT;
    struct console_options options = { .loop = &t.loop,
                                       .db = t.db,
                                       .clock = &t.clock,
                                       .rules = &rules,
                                       .desk = &desk,
                                       .address = "127.0.0.1",
                                       .session_s = 60,
                                       .mount = x_webhook_mount(&t.webhook) };
    assert_int_equal(console_new(&options, &report, &t.console), 0);
    report_release(&report);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    t.console = console_free(t.console);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t.loop), 0);
    t.db = db_free(t.db);
    t.dir = temp_free(t.dir);
    buf_release(&t.request);
    buf_release(&t.answer);
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    (void)handle;
    t.closed = true;
    uv_stop(&t.loop);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    static char bytes[65536];
    (void)handle;
    (void)wanted;
    *ret = uv_buf_init(bytes, sizeof bytes);
}

static void on_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    if (len > 0)
        (void)buf_add(&t.answer, (struct str){ bytes->base, (size_t)len });
    else if (len < 0)
        uv_close((uv_handle_t *)stream, on_closed);
}

static void on_connect(uv_connect_t *connect, int status)
{
    assert_int_equal(status, 0);
    uv_buf_t out = uv_buf_init(t.request.p, (unsigned)t.request.len);
    assert_int_equal(uv_write(&t.write, connect->handle, &out, 1, NULL), 0);
    assert_int_equal(uv_read_start(connect->handle, on_alloc, on_bytes), 0);
}

/* Sends t.request on a connection of its own and reads to its end. Returns the status. */
static int64_t exchange(void)
{
    struct sockaddr_in at;
    t.closed = false;
    buf_clear(&t.answer);
    assert_int_equal(uv_ip4_addr("127.0.0.1", console_port(t.console), &at), 0);
    assert_int_equal(uv_tcp_init(&t.loop, &t.client), 0);
    assert_int_equal(
        uv_tcp_connect(&t.connect, &t.client, (const struct sockaddr *)&at, on_connect), 0);
    while (!t.closed)
        (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    int64_t status = 0;
    struct str rest = buf_str(&t.answer), part;
    (void)str_split(&rest, ' ', &part);
    (void)str_split(&rest, ' ', &part);
    (void)str_to_int64(part, 100, 599, &status);
    return status;
}

static int64_t get(const char *path)
{
    buf_clear(&t.request);
    (void)buf_addf(&t.request, "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", path);
    return exchange();
}

static int64_t post(struct str body, const char *signature)
{
    buf_clear(&t.request);
    (void)buf_addf(&t.request, "POST /x/webhook HTTP/1.1\r\nHost: h\r\nContent-Type: text/odd\r\n");
    if (signature)
        (void)buf_addf(&t.request, "x-twitter-webhooks-signature: %s\r\n", signature);
    (void)buf_addf(&t.request, "Content-Length: %zu\r\n\r\n", body.len);
    (void)buf_add(&t.request, body);
    return exchange();
}

static int64_t post_signed(struct str body)
{
    char signature[X_SIGNATURE_MAX];
    assert_int_equal(x_sign(STR(SECRET), body, signature), 0);
    return post(body, signature);
}

/* The oldest body that waits; empty if none does. Taken out. */
static void take(struct buf *ret)
{
    struct arena arena = ARENA_INIT;
    struct inbox_item item;
    struct tx *tx;
    buf_clear(ret);
    assert_int_equal(tx_begin(t.db, TX_WRITE, &tx), 0);
    if (inbox_next(tx, &arena, STR("x"), &item) == 1) {
        assert_true(item.received_at > 1700000000);
        (void)buf_add(ret, item.body);
        assert_int_equal(inbox_done(tx, item.id), 0);
    }
    assert_int_equal(tx_commit(tx), 0);
    arena_release(&arena);
}

static void test_get(void **state)
{
    (void)state;
    assert_int_equal(get("/x/webhook?crc_token=challenge_string&nonce=5"), 200);
    assert_true(
        str_ends(buf_str(&t.answer), STR("{\"response_token\":\"sha256=nlBfoc+sYi739ivT57rTKKl7OQM"
                                         "8PcJSNybJqfjoBUk=\"}")));
    assert_non_null(strstr(buf_cstr(&t.answer), "content-type: application/json"));
    assert_int_equal(get("/x/webhook?nonce=5&crc_token=challenge%5Fstring"), 200);
    assert_non_null(strstr(buf_cstr(&t.answer), "nlBfoc+sYi739ivT57rTKKl7OQM8PcJSNybJqfjoBUk="));
    assert_int_equal(get("/x/webhook"), 400);
    assert_int_equal(get("/x/webhook?crc_token="), 400);
    /* or anybody could have an event signed */
    assert_int_equal(get("/x/webhook?crc_token=%7B%22data%22%3A%7B%7D%7D"), 400);
    assert_null(strstr(buf_cstr(&t.answer), "sha256="));
    assert_int_equal(get("/x/webhooks?crc_token=a"), 404);
    assert_int_equal(t.arrived, 0);
}

static void test_post(void **state)
{
    (void)state;
    struct buf got = BUF_INIT(4 << 20);
    assert_int_equal(post(STR(MENTION), MENTION_SIGNED), 200);
    assert_int_equal(t.arrived, 1);
    take(&got);
    assert_string_equal(buf_cstr(&got), MENTION);
    take(&got);
    assert_string_equal(buf_cstr(&got), "");

    assert_int_equal(post(STR(MENTION), "sha256=AAAA"), 403);
    assert_int_equal(post(STR(MENTION), NULL), 403);
    assert_int_equal(post(STR(""), MENTION_SIGNED), 403);
    assert_int_equal(t.arrived, 1);
    take(&got);
    assert_string_equal(buf_cstr(&got), "");

    /* what a challenge would sign for anybody is no event */
    assert_int_equal(post_signed(STR("challenge_string")), 403);
    assert_int_equal(post_signed(STR("[\"a list\"]")), 403);
    assert_int_equal(t.arrived, 1);

    /* not JSON: X signed it, so it is kept as it came */
    assert_int_equal(post_signed(STR("\xff{half")), 200);
    take(&got);
    assert_string_equal(buf_cstr(&got), "\xff{half");
    buf_release(&got);
}

/* The same once more is told "we have it" and makes no second one; the order is that of arrival. */
static void test_twice(void **state)
{
    (void)state;
    struct buf got = BUF_INIT(4 << 20);
    assert_int_equal(post_signed(STR(EVENT)), 200);
    assert_int_equal(post_signed(STR(MENTION)), 200);
    assert_int_equal(post_signed(STR(EVENT)), 200);
    assert_int_equal(post_signed(STR(EVENT " ")), 200); /* the same event, written otherwise */
    assert_int_equal(post_signed(STR(MENTION)), 200);
    assert_int_equal(t.arrived, 2);
    take(&got);
    assert_string_equal(buf_cstr(&got), EVENT);
    take(&got);
    assert_string_equal(buf_cstr(&got), MENTION);
    take(&got);
    assert_string_equal(buf_cstr(&got), "");
    buf_release(&got);
}

static void test_large(void **state)
{
    enum { MOST = 1 << 20 };
    (void)state;
    struct buf body = BUF_INIT(4 << 20), got = BUF_INIT(4 << 20);
    for (int i = 0; i < MOST; i++)
        (void)buf_add_byte(&body, (char)('a' + i % 29)); /* and { to } */
    assert_int_equal(post_signed(buf_str(&body)), 200);
    take(&got);
    assert_true(str_eq(buf_str(&got), buf_str(&body)));

    /* one byte more is refused by its head alone */
    buf_clear(&t.request);
    (void)buf_addf(&t.request, "POST /x/webhook HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n",
                   MOST + 1);
    assert_int_equal(exchange(), 413);
    take(&got);
    assert_int_equal(got.len, 0);
    buf_release(&body);
    buf_release(&got);
}

/* What can't be kept is not said to be. */
static void test_not_stored(void **state)
{
    (void)state;
    struct tx *tx;
    assert_int_equal(tx_begin(t.db, TX_WRITE, &tx), 0);
    static const char sql[] = "DROP TABLE inbox";
    assert_int_equal(stmt_run(tx_stmt(tx, sql)), 0);
    assert_int_equal(tx_commit(tx), 0);
    assert_int_equal(post_signed(STR(EVENT)), 503);
    assert_int_equal(t.arrived, 0);
}

static void test_set_aside(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct inbox_item item;
    struct tx *tx;
    assert_int_equal(tx_begin(t.db, TX_WRITE, &tx), 0);
    assert_int_equal(inbox_add(tx, STR("x"), STR("1"), STR("one"), 5), 1);
    assert_int_equal(inbox_add(tx, STR("x"), STR("2"), STR("two"), 6), 1);
    assert_int_equal(inbox_add(tx, STR("y"), STR("1"), STR("other"), 7), 1);
    assert_int_equal(inbox_next(tx, &arena, STR("x"), &item), 1);
    assert_str(item.body, "one");
    assert_int_equal(item.received_at, 5);
    assert_int_equal(inbox_set_aside(tx, item.id), 0);
    assert_int_equal(inbox_next(tx, &arena, STR("x"), &item), 1);
    assert_str(item.body, "two");
    assert_int_equal(inbox_done(tx, item.id), 0);
    assert_int_equal(inbox_next(tx, &arena, STR("x"), &item), 0);
    assert_int_equal(inbox_add(tx, STR("x"), STR("1"), STR("one"), 8), 0); /* kept still */
    assert_int_equal(inbox_add(tx, STR("x"), STR("2"), STR("two"), 8), 1);
    assert_int_equal(inbox_next(tx, &arena, STR("y"), &item), 1);
    assert_str(item.body, "other");
    tx_rollback(tx);
    arena_release(&arena);
}

#define SERVER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature), cmocka_unit_test(test_challenge), SERVER_TEST(test_get),
        SERVER_TEST(test_post),           SERVER_TEST(test_twice),          SERVER_TEST(test_large),
        SERVER_TEST(test_not_stored),     SERVER_TEST(test_set_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
