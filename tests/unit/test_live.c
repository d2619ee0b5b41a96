/* Real time from end to end but for the record: a server on loopback in X's place, a real inbox,
 * and what is handed on. */
#include "bot/x/live.h"

#include <sys/stat.h>

#include "bot/bot_store.h"
#include "tests/unit/http_fixture.h"
#include "tests/unit/still_time.h"

#define HELP "1500000000000000001"
#define NEWS "1500000000000000002"
#define SECRET "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"

static const struct x_stream_delays quick = {
    .network_step = 1,
    .network_most = 4,
    .refused_first = 1,
    .refused_most = 4,
    .limited_first = 1,
    .limited_most = 4,
    .idle = LONG_MS,
};

static struct {
    char *dir, api[100], files[3][300];
    struct db *db;
    struct clock clock;
    struct x_app *app;
    struct x_meter *meter;
    struct x_client *clients[2];
    struct x_subscriber accounts[2];
    struct x_live *live;
    struct buf heard; /* what was handed on, a line each */
    struct buf asked; /* the requests' first lines but for those that look and subscribe */
    unsigned refuse;  /* so many messages aren't kept */
    const char *streams[4];
    unsigned stream, looks, subscribed;
    const char *webhooks;
    int64_t look_again_ms;
    bool with_webhook; /* a subscription named it */
} t;

/* ------------------------------------------------------------------------------------------------
 * X */

static const char *whole(const char *body)
{
    static char text[4000];
    (void)snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                   strlen(body), body);
    return text;
}

static const char *choose(struct str request)
{
    server.serving = ANSWERS;
    if (str_starts(request, STR("GET /2/activity/subscriptions")) ||
        str_starts(request, STR("GET /2/tweets/search/stream/rules"))) {
        t.looks++;
        return whole("{}");
    }
    if (str_starts(request, STR("POST "))) {
        t.subscribed++;
        t.with_webhook = memmem(request.p, request.len, "\"webhook_id\":\"42\"", 17);
        return whole("{\"data\":{\"subscription_id\":\"5\"}}");
    }
    if (str_starts(request, STR("GET /2/webhooks ")))
        return whole(t.webhooks);
    struct str line;
    (void)str_split(&request, '\r', &line);
    (void)buf_addf(&t.asked, "%.*s\n", STR_ARG(line));
    const char *answer = t.streams[t.stream++];
    server.serving = answer ? STREAMS : SILENT;
    return answer;
}

/* ------------------------------------------------------------------------------------------------
 * the owner */

static struct str name_of(struct str account_id)
{
    return str_is(account_id, HELP) ? STR("help") : STR("news");
}

static int on_message(void *data, struct str account_id, const struct network_message *m)
{
    assert_ptr_equal(data, &t);
    uv_stop(&server.loop);
    if (t.refuse) {
        t.refuse--;
        return ERR_DB;
    }
    return buf_addf(&t.heard, "%.*s message %.*s\n", STR_ARG(name_of(account_id)),
                    STR_ARG(m->remote_id));
}

static void on_gone(void *data, struct str account_id, struct str remote_id)
{
    (void)data;
    uv_stop(&server.loop);
    (void)buf_addf(&t.heard, "%.*s gone %.*s\n", STR_ARG(name_of(account_id)), STR_ARG(remote_id));
}

static void on_revoked(void *data, struct str account_id)
{
    (void)data;
    uv_stop(&server.loop);
    (void)buf_addf(&t.heard, "%.*s revoked\n", STR_ARG(name_of(account_id)));
}

static void on_read_now(void *data, struct str account_id)
{
    (void)data;
    uv_stop(&server.loop);
    (void)buf_addf(&t.heard, "%.*s read\n", STR_ARG(name_of(account_id)));
}

static const struct x_live_events events = {
    .message = on_message, .gone = on_gone, .revoked = on_revoked, .read_now = on_read_now
};

static const char *secret_file(size_t i, const char *name, const char *text)
{
    write_text(t.dir, name, text);
    (void)snprintf(t.files[i], sizeof t.files[i], "%s", path_in(t.dir, name));
    assert_int_equal(chmod(t.files[i], 0600), 0);
    return t.files[i];
}

static void make_client(size_t i, const char *name, const char *id)
{
    struct report report = REPORT_INIT;
    struct x_client_options options = { .app = t.app,
                                        .name = name,
                                        .token_file = secret_file(i, name, "token") };
    assert_int_equal(x_client_new(&options, &report, &t.clients[i]), 0);
    t.accounts[i] = (struct x_subscriber){ { str_of(id), str_of(name), false }, t.clients[i] };
    report_release(&report);
}

static int setup(void **state)
{
    struct report report = REPORT_INIT;
    memset(&t, 0, sizeof t);
    t.heard = t.asked = BUF_INIT(1 << 20);
    t.webhooks = "{}";
    t.look_again_ms = 1;
    t.dir = temp_new();
    assert_int_equal(db_open(path_in(t.dir, "k.db"), DB_WRITER, &t.db, NULL), 0);
    assert_int_equal(bot_migrate(t.db), 0);
    (void)server_setup(state);
    server.choose = choose;
    (void)snprintf(t.api, sizeof t.api, "http://127.0.0.1:%d", server.port);
    struct x_app_options app = { .loop = &server.loop,
                                 .http = server.http,
                                 .api = t.api,
                                 .app_file =
                                     secret_file(2, "app.json",
                                                 "{\"bearer_token\":\"app\",\"consumer_key\":"
                                                 "\"key\",\"consumer_secret\":\"" SECRET "\"}"),
                                 .timeout_ms = LONG_MS };
    assert_int_equal(x_app_new(&app, &report, &t.app), 0);
    assert_int_equal(x_meter_new(0, &t.meter), 0);
    make_client(0, "NorthmoorHelp", HELP);
    make_client(1, "NorthmoorNews", NEWS);
    report_release(&report);
    return 0;
}

static int teardown(void **state)
{
    t.live = x_live_free(t.live);
    server.http = http_free(server.http);
    for (size_t i = 0; i < ARRAY_LEN(t.clients); i++)
        (void)x_client_free(t.clients[i]);
    t.app = x_app_free(t.app);
    t.meter = x_meter_free(t.meter);
    int r = server_teardown(state);
    t.db = db_free(t.db);
    t.dir = temp_free(t.dir);
    buf_release(&t.heard);
    buf_release(&t.asked);
    return r;
}

static void start(enum x_live_source source, bool backfill)
{
    struct x_live_options options = { .loop = &server.loop,
                                      .db = t.db,
                                      .clock = &t.clock,
                                      .source = source,
                                      .app = t.app,
                                      .meter = t.meter,
                                      .accounts = t.accounts,
                                      .count = ARRAY_LEN(t.accounts),
                                      .webhook_url = "https://northmoor.example/x/webhook",
                                      .backfill = backfill,
                                      .timeout_ms = LONG_MS,
                                      .delays = &quick,
                                      .look_again_ms = t.look_again_ms,
                                      .events = &events,
                                      .data = &t };
    assert_int_equal(x_live_new(&options, &t.live), 0);
    x_live_start(t.live);
}

#define UNTIL(holds) \
    while (!(holds)) \
    assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0)

static bool heard(const char *text)
{
    return str_is(buf_str(&t.heard), text);
}

/* ------------------------------------------------------------------------------------------------
 */

#define ENDLESS "HTTP/1.1 200 OK\r\n\r\n"
#define DELETED(id)                                                             \
    "{\"data\":{\"event_type\":\"post.delete\",\"filter\":{\"user_id\":\"" HELP \
    "\"},\"payload\":{\"id\":\"" id "\"}}}"
#define WRITTEN(id)                                                                           \
    "{\"data\":{\"event_type\":\"post.create\",\"filter\":{\"user_id\":\"" HELP               \
    "\"},\"payload\":{\"id\":\"" id "\",\"author_id\":\"" HELP "\",\"conversation_id\":\"" id \
    "\",\"created_at\":\"2026-11-22T09:00:00Z\",\"text\":\"hi\"}}}"
#define HALF                                                                    \
    "{\"data\":{\"event_type\":\"post.create\",\"filter\":{\"user_id\":\"" NEWS \
    "\"},\"payload\":{\"id\":\"5\"}}}"
#define REVOKED                                                                                 \
    "{\"data\":{\"event_type\":\"oauth.revoke\",\"filter\":{},\"payload\":{\"user_id\":\"" NEWS \
    "\"}}}"
#define ENDS "{\"errors\":[{\"disconnect_type\":\"InternalError\"}]}"

static void test_activity(void **state)
{
    (void)state;
    t.look_again_ms = LONG_MS;
    t.streams[0] = ENDLESS WRITTEN("7") "\r\n\r\n" DELETED("6") "\r\n" HALF "\r\n" REVOKED "\r\n";
    start(X_LIVE_ACTIVITY, false);
    UNTIL(heard("help read\nnews read\nhelp message 7\nhelp gone 6\nnews read\nnews revoked\n"));
    assert_int_equal(t.looks, 1);
    assert_int_equal(t.subscribed, 15);
    assert_string_equal(buf_cstr(&t.asked), "GET /2/activity/stream HTTP/1.1\n");
    assert_true(x_client_trouble(t.clients[1]).len > 0); /* nothing is sent in its name now */
    assert_int_equal(x_client_trouble(t.clients[0]).len, 0);
    /* whose grant is gone has no private subscriptions any more */
    UNTIL(x_live_trouble(t.live).len > 0);
    assert_int_equal(t.looks, 2);
    assert_int_equal(t.subscribed, 25);
    struct x_month month; /* what says that a post is gone costs nothing */
    x_meter_month(t.meter, STR(""), time(NULL), &month);
    assert_int_equal(month.kinds[X_CHARGE_ACTIVITY_POST].count, 2);
    assert_int_equal(month.micro_usd, 10000);
}

/* Whatever isn't kept or can't be read is read in another way; so is what a loss may have hidden.
 */
static void test_net(void **state)
{
    (void)state;
    t.refuse = 1;
    t.streams[0] = ENDLESS WRITTEN("7") "\r\n{half\r\n";
    t.streams[1] = ENDLESS WRITTEN("7") "\r\n";
    start(X_LIVE_ACTIVITY, true);
    UNTIL(heard("help read\nnews read\nhelp read\nhelp read\nnews read\n"));
    buf_clear(&t.heard);
    close_peer(server.peers);
    UNTIL(heard("help read\nnews read\nhelp message 7\n"));
    assert_string_equal(buf_cstr(&t.asked), "GET /2/activity/stream?backfill_minutes=5 HTTP/1.1\n"
                                            "GET /2/activity/stream?backfill_minutes=5 HTTP/1.1\n");
}

/* X says that it ends, ends, and is asked again. */
static void test_ends(void **state)
{
    (void)state;
    t.streams[0] =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n34\r\n" ENDS "\r\n\r\n0\r\n\r\n";
    t.streams[1] = ENDLESS WRITTEN("7") "\r\n";
    start(X_LIVE_ACTIVITY, false);
    UNTIL(heard("help read\nnews read\nhelp read\nnews read\nhelp message 7\n"));
}

/* Without rules X has nothing to send: they are looked after, and the stream comes up. */
static void test_rules(void **state)
{
    (void)state;
    t.streams[0] = "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}";
    t.streams[1] =
        ENDLESS "{\"data\":{\"id\":\"7\",\"author_id\":\"" HELP
                "\",\"conversation_id\":\"7\",\"created_at\":\"2026-11-22T09:00:00Z\","
                "\"text\":\"hi\"},\"matching_rules\":[{\"id\":\"1\",\"tag\":\"" HELP "\"}]}\r\n";
    start(X_LIVE_FILTERED, false);
    UNTIL(heard("help read\nnews read\nhelp message 7\n"));
    UNTIL(t.looks == 2);
    assert_true(str_starts(buf_str(&t.asked), STR("GET /2/tweets/search/stream?tweet.fields=")));
    assert_non_null(strstr(buf_cstr(&t.asked), "in_reply_to_user_id")); /* is it an answer to us? */
}

static void put(const char *key, const char *body)
{
    struct tx *tx;
    assert_int_equal(tx_begin(t.db, TX_WRITE, &tx), 0);
    assert_int_equal(inbox_add(tx, STR("x"), str_of(key), str_of(body), 5), 1);
    assert_int_equal(tx_commit(tx), 0);
}

static int64_t count(const char *sql)
{
    struct tx *tx;
    assert_int_equal(tx_begin(t.db, TX_READ, &tx), 0);
    struct stmt *q = tx_stmt(tx, sql);
    assert_int_equal(stmt_next(q), 1);
    int64_t n = col_int64(q, "n");
    stmt_done(q);
    tx_rollback(tx);
    return n;
}

static const char all[] = "SELECT count(*) AS n FROM inbox";
static const char aside[] = "SELECT count(*) AS n FROM inbox WHERE state='aside'";

/* What a former run left, oldest first; what can't be read is kept and stops nobody. */
static void test_inbox(void **state)
{
    (void)state;
    put("1", WRITTEN("7"));
    put("2", "{half");
    put("3", DELETED("6"));
    put("4", "{}");
    t.webhooks = "{\"data\":[{\"id\":\"41\",\"url\":\"https://other.example/x/webhook\"},{\"id\":"
                 "\"42\",\"url\":\"https://northmoor.example/x/webhook\",\"valid\":true}]}";
    start(X_LIVE_WEBHOOK, false);
    UNTIL(heard("help message 7\nhelp gone 6\n") && count(all) == 1);
    assert_int_equal(count(aside), 1);
    UNTIL(t.subscribed == 15);
    assert_true(t.with_webhook);
    assert_int_equal(x_live_trouble(t.live).len, 0);
    assert_int_equal(t.asked.len, 0); /* and no stream */
}

/* A message that isn't kept comes again; until it is, nothing overtakes it. */
static void test_not_kept(void **state)
{
    (void)state;
    put("1", WRITTEN("7"));
    put("2", WRITTEN("8"));
    t.refuse = 1;
    start(X_LIVE_WEBHOOK, false);
    UNTIL(t.refuse == 0);
    assert_int_equal(count(all), 2);
    UNTIL(heard("help message 7\nhelp message 8\n") && count(all) == 0);
}

/* From the request to the event, without another being needed. */
static void test_arrived(void **state)
{
    (void)state;
    start(X_LIVE_WEBHOOK, false);
    struct console_mount mount = x_live_mount(t.live);
    char signature[X_SIGNATURE_MAX];
    struct str body = STR(WRITTEN("7"));
    struct buf json = BUF_INIT(1000);
    assert_int_equal(x_sign(STR(SECRET), body, signature), 0);
    struct console_request request = { .posting = true, .header = str_of(signature), .body = body };
    assert_string_equal(mount.path, "/x/webhook");
    assert_int_equal(mount.answer(mount.data, &request, &json), 200);
    assert_true(heard("")); /* not from within the request */
    UNTIL(heard("help message 7\n") && count(all) == 0);
    buf_release(&json);
}

static void test_no_webhook(void **state)
{
    (void)state;
    t.webhooks = "{\"data\":[{\"id\":\"41\",\"url\":\"https://other.example/x/webhook\"}]}";
    start(X_LIVE_WEBHOOK, false);
    UNTIL(x_live_trouble(t.live).len);
    assert_str(x_live_trouble(t.live),
               "X knows of no webhook at https://northmoor.example/x/webhook:"
               " run kerbside x webhook add");
    t.webhooks = "{\"data\":[{\"id\":\"42\",\"url\":\"https://northmoor.example/x/webhook\"}]}";
    UNTIL(t.subscribed == 15 && !x_live_trouble(t.live).len); /* it was looked for again */
}

static void test_no_mount(void **state)
{
    (void)state;
    t.streams[0] = ENDLESS;
    start(X_LIVE_ACTIVITY, false);
    assert_null(x_live_mount(t.live).path);
}

#define LIVE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE_TEST(test_activity), LIVE_TEST(test_net),        LIVE_TEST(test_ends),
        LIVE_TEST(test_rules),    LIVE_TEST(test_inbox),      LIVE_TEST(test_not_kept),
        LIVE_TEST(test_arrived),  LIVE_TEST(test_no_webhook), LIVE_TEST(test_no_mount),
    };
    no_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
