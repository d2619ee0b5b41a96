/* The long connection: how its lines are cut, and how it is made again, against a server on
 * loopback. */
#include "bot/x/stream.h"

#include <sys/stat.h>

#include "tests/unit/http_fixture.h"

/* Short enough for a test, and in the same order as X's. */
static const struct x_stream_delays quick = {
    .network_step = 1,
    .network_most = 4,
    .refused_first = 1,
    .refused_most = 4,
    .limited_first = 1,
    .limited_most = 4,
    .idle = LONG_MS,
};

struct seen {
    unsigned begun, lines, nothing;
    struct buf text; /* every line, each with a | behind it */
    bool bad;        /* its lines say that it ends */
    char *dir, api[100];
    struct x_app *app;
    struct x_client *client;
    struct x_stream *stream;
    struct buf requests; /* the first lines of what the server was asked */
    const char *answers[10];
};
static struct seen seen;

static void begun(void *data)
{
    struct seen *s = data;
    s->begun++;
    uv_stop(&server.loop);
}

static bool line(void *data, struct str text)
{
    struct seen *s = data;
    assert_true(text.len > 0);
    s->lines++;
    (void)buf_add(&s->text, text);
    (void)buf_add_byte(&s->text, '|');
    uv_stop(&server.loop);
    return !s->bad;
}

static void nothing_to_send(void *data)
{
    struct seen *s = data;
    s->nothing++;
    uv_stop(&server.loop);
}

static const char *choose(struct str request)
{
    struct str first;
    (void)str_split(&request, '\r', &first);
    size_t n = server.requests - 1;
    (void)buf_addf(&seen.requests, "%.*s|", STR_ARG(first));
    const char *answer =
        seen.answers[n < ARRAY_LEN(seen.answers) - 1 ? n : ARRAY_LEN(seen.answers) - 1];
    server.serving = answer ? STREAMS : SILENT;
    uv_stop(&server.loop);
    return answer;
}

static void open_as(const char *secrets, const struct x_stream_delays *delays)
{
    struct report report = REPORT_INIT;
    write_text(seen.dir, "app.json", secrets);
    assert_int_equal(chmod(path_in(seen.dir, "app.json"), 0600), 0);
    struct x_app_options app = { .loop = &server.loop,
                                 .http = server.http,
                                 .api = seen.api,
                                 .app_file = path_in(seen.dir, "app.json"),
                                 .timeout_ms = LONG_MS };
    assert_int_equal(x_app_new(&app, &report, &seen.app), 0);
    struct x_client_options client = { .app = seen.app, .name = "NorthmoorHelp" };
    assert_int_equal(x_client_new(&client, &report, &seen.client), 0);
    report_release(&report);
    struct x_stream_options options = { .loop = &server.loop,
                                        .client = seen.client,
                                        .name = "activity",
                                        .endpoint = X_ENDPOINT_ACTIVITY,
                                        .path = "/2/activity/stream",
                                        .connect_ms = LONG_MS,
                                        .delays = delays,
                                        .begun = begun,
                                        .line = line,
                                        .nothing_to_send = nothing_to_send,
                                        .data = &seen };
    assert_int_equal(x_stream_new(&options, &seen.stream), 0);
    x_stream_start(seen.stream);
}

static void open_stream(const struct x_stream_delays *delays)
{
    open_as("{\"bearer_token\":\"app\"}", delays);
}

static void close_stream(void)
{
    seen.stream = x_stream_free(seen.stream);
    seen.client = x_client_free(seen.client);
    seen.app = x_app_free(seen.app);
}

#define UNTIL(holds) \
    while (!(holds)) \
    assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0)

static int setup(void **state)
{
    memset(&seen, 0, sizeof seen);
    seen.text = seen.requests = BUF_INIT(4 << 20);
    seen.dir = temp_new();
    (void)server_setup(state);
    (void)snprintf(seen.api, sizeof seen.api, "http://127.0.0.1:%d", server.port);
    server.choose = choose;
    return 0;
}

static int teardown(void **state)
{
    close_stream();
    int r = server_teardown(state);
    seen.dir = temp_free(seen.dir);
    buf_release(&seen.text);
    buf_release(&seen.requests);
    return r;
}

/* A whole answer, in static storage until the next call but three. */
static const char *answered(const char *status, const char *body)
{
    static char kept[4][1000];
    static unsigned next;
    char *at = kept[next++ % ARRAY_LEN(kept)];
    (void)snprintf(at, sizeof kept[0], "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
                   strlen(body), body);
    return at;
}

#define OK_ENDLESS "HTTP/1.1 200 OK\r\n\r\n"

static void test_lines(void **state)
{
    (void)state;
    seen.answers[0] = OK_ENDLESS "{\"a\":1}\r\n{\"b";
    open_stream(&quick);
    UNTIL(seen.lines == 1);
    assert_int_equal(seen.begun, 1);
    assert_true(x_stream_holds(seen.stream));
    say(server.peers, "\":2}\r");
    say(server.peers, "\n\r\n\n{\"c\":3}\n{\"d\":4}\r\n{");
    UNTIL(seen.lines == 4);
    assert_string_equal(buf_cstr(&seen.text), "{\"a\":1}|{\"b\":2}|{\"c\":3}|{\"d\":4}|");
    assert_non_null(strstr(buf_cstr(&server.last), "\r\nAuthorization: Bearer app\r\n"));
    assert_int_equal(x_stream_trouble(seen.stream).len, 0);
    x_stream_start(seen.stream); /* it is there */
    assert_int_equal(server.requests, 1);
}

/* What was half there when it broke is no part of what comes next. */
static void test_again(void **state)
{
    (void)state;
    seen.answers[0] = OK_ENDLESS "\r\n{\"a\":1}\r\n{\"half";
    seen.answers[1] = OK_ENDLESS "{\"b\":2}\r\n";
    open_stream(&quick);
    UNTIL(seen.lines == 1);
    close_peer(server.peers);
    UNTIL(seen.lines == 2);
    assert_string_equal(buf_cstr(&seen.text), "{\"a\":1}|{\"b\":2}|");
    assert_int_equal(seen.begun, 2);
    assert_int_equal(server.requests, 2);
}

/* Silence is a loss too; with a keep-alive in between nothing is. */
static void test_silence(void **state)
{
    (void)state;
    struct x_stream_delays delays = quick;
    delays.idle = 60;
    for (size_t i = 0; i < ARRAY_LEN(seen.answers); i++)
        seen.answers[i] = OK_ENDLESS;
    open_stream(&delays);
    UNTIL(seen.begun == 1);
    delays.idle = LONG_MS; /* of the next, which is to be heard */
    for (size_t i = 0; i < ARRAY_LEN(seen.answers); i++)
        seen.answers[i] = OK_ENDLESS "{\"b\":2}\r\n";
    UNTIL(seen.lines == 1);
    assert_int_equal(seen.begun, 2);
}

static void test_long_line(void **state)
{
    (void)state;
    struct buf longest = BUF_INIT(4 << 20), longer = BUF_INIT(4 << 20);
    (void)buf_addc(&longest, OK_ENDLESS);
    for (int i = 0; i < X_STREAM_LINE_MAX; i++)
        (void)buf_add_byte(&longest, 'x');
    (void)buf_add(&longer, buf_str(&longest));
    (void)buf_addc(&longest, "\n");
    (void)buf_addc(&longer, "y\n");
    seen.answers[0] = buf_cstr(&longer);
    seen.answers[1] = buf_cstr(&longest);
    open_stream(&quick);
    UNTIL(seen.lines == 1);
    assert_int_equal(seen.begun, 2);
    assert_int_equal(seen.text.len, X_STREAM_LINE_MAX + 1);
    buf_release(&longest);
    buf_release(&longer);
}

static void test_waits(void **state)
{
    static const enum x_stream_loss B = X_STREAM_BROKE, R = X_STREAM_REFUSED, L = X_STREAM_LIMITED;
    const struct {
        enum x_stream_loss loss;
        int64_t ms;
    } rows[] = {
        { B, 0 },      { B, 250 },    { B, 500 },    { R, 5000 },   { R, 10000 },  { L, 60000 },
        { R, 20000 },  { R, 40000 },  { B, 750 },    { R, 80000 },  { R, 160000 }, { R, 320000 },
        { R, 320000 }, { L, 120000 }, { L, 240000 }, { L, 480000 }, { L, 900000 }, { L, 900000 },
    };
    (void)state;
    struct x_stream_tries tries = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(x_stream_wait(&x_stream_delays, &tries, rows[i].loss), rows[i].ms);
    int64_t ms = 0;
    for (int i = 0; i < 100; i++)
        ms = x_stream_wait(&x_stream_delays, &tries, B);
    assert_int_equal(ms, 16000);
}

/* Each refusal is followed by another attempt; the last one gets through. */
static void test_refusals(void **state)
{
    (void)state;
    seen.answers[0] = answered("503 Service Unavailable", "<html>");
    seen.answers[1] = answered("429 Too Many Requests", "{}");
    seen.answers[2] = answered("409 Conflict", "{}");
    seen.answers[3] = OK_ENDLESS "\r\n{\"b\":2}\r\n";
    open_stream(&quick);
    UNTIL(seen.nothing == 1);
    assert_int_equal(server.requests, 3);
    UNTIL(seen.lines == 1);
    assert_int_equal(seen.begun, 1);
    assert_int_equal(server.requests, 4);
}

/* Our old connection is still counted: X is asked to drop it, and then we come again. */
static void test_held(void **state)
{
    static const struct x_stream_delays delays = { .limited_first = 30,
                                                   .limited_most = 60,
                                                   .idle = LONG_MS };
    (void)state;
    seen.answers[0] =
        answered("429 Too Many Requests", "{\"title\":\"ConnectionException\",\"connection_issue\":"
                                          "\"TooManyConnections\",\"type\":\"about:blank\"}");
    seen.answers[1] = answered("200 OK", "{}");
    seen.answers[2] = OK_ENDLESS "{\"b\":2}\r\n";
    open_stream(&delays);
    UNTIL(seen.lines == 1);
    assert_string_equal(buf_cstr(&seen.requests), "GET /2/activity/stream HTTP/1.1|"
                                                  "DELETE /2/connections/all HTTP/1.1|"
                                                  "GET /2/activity/stream HTTP/1.1|");
}

/* What a person must see to is a sentence for them, until it works again. */
static void test_trouble(void **state)
{
    static const struct {
        const char *status, *body, *words;
    } rows[] = {
        { "401 Unauthorized", "{\"title\":\"Unauthorized\",\"status\":401}",
          "X refuses the app's bearer token" },
        { "402 Payment Required", "{\"detail\":\"credits depleted\"}",
          "X said 402: credits depleted" },
        { "403 Forbidden", "{\"type\":\"https://api.x.com/2/problems/client-forbidden\"}",
          "X said 403" },
        { "429 Too Many Requests",
          "{\"title\":\"UsageCapExceeded\",\"type\":\"https://api.twitter.com/2/problems/"
          "usage-capped\"}",
          "X said 429: UsageCapExceeded" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        seen.answers[0] = answered(rows[i].status, rows[i].body);
        seen.answers[1] = OK_ENDLESS;
        server.requests = seen.begun = seen.lines = 0;
        open_stream(&quick);
        UNTIL(seen.begun == 1);
        struct str trouble = x_stream_trouble(seen.stream);
        assert_note(memmem(trouble.p, trouble.len, rows[i].words, strlen(rows[i].words)),
                    rows[i].words);
        say(server.peers, "\r\n{}\r\n"); /* a keep-alive will do */
        UNTIL(seen.lines == 1);
        assert_int_equal(x_stream_trouble(seen.stream).len, 0);
        close_stream();
    }
}

/* One refusal of the common kind says nothing yet; when it lasts, staff are told. */
static void test_lasting_trouble(void **state)
{
    static const struct x_stream_delays delays = { .refused_first = 1,
                                                   .refused_most = 4,
                                                   .idle = LONG_MS };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(seen.answers); i++)
        seen.answers[i] = answered("503 Service Unavailable", "");
    open_stream(&delays);
    UNTIL(server.requests == 2);
    assert_int_equal(x_stream_trouble(seen.stream).len, 0);
    UNTIL(x_stream_trouble(seen.stream).len);
    assert_true(server.requests >= 3);
}

/* A line that says that it ends is no sign of life: staff hear of what the next refusal says. */
static void test_ends_itself(void **state)
{
    static const struct x_stream_delays delays = { .network_step = 1,
                                                   .network_most = 3,
                                                   .idle = LONG_MS };
    (void)state;
    seen.bad = true;
    for (size_t i = 0; i < ARRAY_LEN(seen.answers); i++)
        seen.answers[i] = answered("200 OK", "{\"errors\":[{}]}\n");
    open_stream(&delays);
    UNTIL(x_stream_trouble(seen.stream).len);
    assert_true(server.requests >= 3);
}

/* Without a token nobody is asked, and staff read what is missing. */
static void test_no_token(void **state)
{
    (void)state;
    open_as("{}", &quick);
    UNTIL(x_stream_trouble(seen.stream).len);
    assert_non_null(strstr(x_stream_trouble(seen.stream).p, "bearer_token"));
    assert_int_equal(server.requests, 0);
}

#define STREAM_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(test_lines),
        STREAM_TEST(test_again),
        STREAM_TEST(test_silence),
        STREAM_TEST(test_long_line),
        STREAM_TEST(test_waits),
        STREAM_TEST(test_refusals),
        STREAM_TEST(test_held),
        STREAM_TEST(test_trouble),
        STREAM_TEST(test_lasting_trouble),
        STREAM_TEST(test_ends_itself),
        STREAM_TEST(test_no_token),
    };
    no_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
