/* Requests against a small server of our own on loopback: what was answered, what can't have been
 * seen by the other side, and what may have. */
#include "bot/public_address.h"
#include "tests/unit/http_fixture.h"

/* How long silence is borne: long enough for a machine that stands still for a while to have sent
 * the request. */
enum { PATIENCE_MS = 2500 };

struct got {
    bool done;
    unsigned calls;
    enum http_end end;
    int status;
    int64_t limit, remaining, reset_at;
    struct http_window app_day, user_day;
    char body[1000], why[300];
    bool again; /* send the same once more from within */
    bool not_public;
};

static int send_to(const char *url, const char *json, size_t max_bytes, long timeout_ms,
                   struct got *got);

static void on_done(void *data, const struct http_answer *a)
{
    struct got *g = data;
    bool again = g->again;
    *g = (struct got){ .done = true,
                       .calls = g->calls + 1,
                       .end = a->end,
                       .status = a->status,
                       .limit = a->limit,
                       .remaining = a->limit_remaining,
                       .reset_at = a->limit_reset_at,
                       .app_day = a->app_day,
                       .user_day = a->user_day,
                       .not_public = a->not_public };
    (void)snprintf(g->body, sizeof g->body, "%.*s", STR_ARG(a->body));
    (void)snprintf(g->why, sizeof g->why, "%s", a->why ? a->why : "");
    uv_stop(
        &server.loop); /* or a turn that began with this would go on to wait for what never comes */
    if (again) {
        g->done = false;
        assert_int_equal(send_to(NULL, NULL, 1000, LONG_MS, g), 0);
    }
}

/* @url NULL: our server. @json NULL: a GET. */
static int send_to(const char *url, const char *json, size_t max_bytes, long timeout_ms,
                   struct got *got)
{
    char ours[100];
    (void)snprintf(ours, sizeof ours, "http://127.0.0.1:%d/2/x?a=b%%20c", server.port);
    struct http_request request = {
        .url = url ? url : ours,
        .method = json ? HTTP_POST : HTTP_GET,
        .authorization = "Bearer t0ken",
        .body = str_of(json),
        .type = "application/json",
        .timeout_ms = timeout_ms,
        .max_bytes = max_bytes,
    };
    int r = http_send(server.http, &request, on_done, got);
    memset(ours, 'x', sizeof ours); /* it was copied */
    assert_false(r == 0 && got->done);
    return r;
}

static void finish(struct got *got)
{
    while (!got->done)
        assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
}

static struct got ask(const char *json)
{
    struct got got = { 0 };
    assert_int_equal(send_to(NULL, json, 1000, LONG_MS, &got), 0);
    finish(&got);
    assert_int_equal(got.calls, 1);
    return got;
}

/* ------------------------------------------------------------------------------------------------
 */

static void test_get(void **state)
{
    (void)state;
    struct got got = ask(NULL);
    assert_int_equal(got.end, HTTP_ANSWERED);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "ok");
    const char *request = buf_cstr(&server.last);
    assert_true(str_starts(buf_str(&server.last), STR("GET /2/x?a=b%20c HTTP/1.1\r\n")));
    assert_non_null(strstr(request, "\r\nAuthorization: Bearer t0ken\r\n"));
    assert_non_null(strstr(request, "\r\nUser-Agent: kerbside/"));
    assert_null(strstr(request, "Content-"));

    char url[100];
    struct http_request plain = { .url = url, .timeout_ms = LONG_MS, .max_bytes = 10 };
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", server.port);
    got = (struct got){ 0 };
    assert_int_equal(http_send(server.http, &plain, on_done, &got), 0);
    finish(&got);
    assert_null(strstr(buf_cstr(&server.last), "Authorization"));
}

static void test_post(void **state)
{
    (void)state;
    static const char json[] = "{\"text\":\"\xf0\x9f\x91\x8d a & b\"}";
    server.answer = "HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n{\"\"}";
    struct got got = ask(json);
    assert_int_equal(got.end, HTTP_ANSWERED);
    assert_int_equal(got.status, 201);
    assert_string_equal(got.body, "{\"\"}");
    const char *request = buf_cstr(&server.last);
    assert_true(str_starts(buf_str(&server.last), STR("POST /2/x?a=b%20c HTTP/1.1\r\n")));
    assert_non_null(strstr(request, "\r\nAuthorization: Bearer t0ken\r\n"));
    assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
    assert_null(strstr(request, "Expect"));
    assert_true(
        str_ends(buf_str(&server.last), str_of("\r\n\r\n{\"text\":\"\xf0\x9f\x91\x8d a & b\"}")));

    /* the body is exactly what was given, though it goes on in memory */
    struct http_request part = { .method = HTTP_POST,
                                 .url = "http://127.0.0.1",
                                 .type = "application/json",
                                 .timeout_ms = LONG_MS,
                                 .max_bytes = 10 };
    char url[100];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", server.port);
    part.url = url;
    part.body = str_cut(STR("{}garbage"), 0, 2);
    got = (struct got){ 0 };
    assert_int_equal(http_send(server.http, &part, on_done, &got), 0);
    finish(&got);
    assert_true(str_ends(buf_str(&server.last), STR("\r\n\r\n{}")));
}

static void test_statuses(void **state)
{
    static const struct {
        const char *answer;
        int status;
        const char *body;
    } rows[] = {
        { "HTTP/1.1 204 No Content\r\n\r\n", 204, "" },
        { "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403, "no" },
        { "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 6\r\n\r\n<html>", 503, "<html>" },
        { "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302, "" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\n",
          200, "ok!" },
        { "HTTP/1.1 103 Early Hints\r\nx-rate-limit-remaining: 5\r\n\r\nHTTP/1.1 200 OK\r\n"
          "Content-Length: 2\r\n\r\nok",
          200, "ok" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        server.answer = rows[i].answer;
        server.requests = 0;
        struct got got = ask(NULL);
        assert_int_equal(got.end, HTTP_ANSWERED);
        assert_int_equal(got.status, rows[i].status);
        assert_string_equal(got.body, rows[i].body);
        assert_int_equal(server.requests, 1); /* nobody follows */
    }
}

static void test_limits(void **state)
{
    static const struct {
        const char *note, *headers;
        int64_t remaining, reset_at, limit;
    } rows[] = {
        { "none", "", -1, 0, -1 },
        { "both", "x-rate-limit-remaining: 7\r\nx-rate-limit-reset: 1795000900\r\n", 7, 1795000900,
          -1 },
        { "any case of letters", "X-Rate-Limit-Remaining:0\r\nX-RATE-LIMIT-RESET:   12  \r\n", 0,
          12, -1 },
        { "others",
          "x-rate-limit-limit: 300\r\nx-rate-limit-resets: 5\r\nrate-limit-remaining: 5\r\n", -1, 0,
          300 },
        { "of no use", "x-rate-limit-remaining: many\r\nx-rate-limit-reset: 1.5\r\n", -1, 0, -1 },
        { "below nothing", "x-rate-limit-remaining: -5\r\nx-rate-limit-reset: -1\r\n", -1, 0, -1 },
        { "without end", "x-rate-limit-remaining: 99999999999999999999\r\nx-rate-limit-reset:\r\n",
          -1, 0, -1 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf answer_text = BUF_INIT(10000);
        (void)buf_addf(&answer_text, "HTTP/1.1 429 Too Many\r\n%sContent-Length: 0\r\n\r\n",
                       rows[i].headers);
        server.answer = buf_cstr(&answer_text);
        struct got got = ask(NULL);
        assert_int_equal(got.status, 429);
        assert_note(got.remaining == rows[i].remaining, rows[i].note);
        assert_note(got.reset_at == rows[i].reset_at, rows[i].note);
        assert_note(got.limit == rows[i].limit, rows[i].note);
        buf_release(&answer_text);
    }
}

static void assert_window(struct http_window w, int64_t limit, int64_t remaining, int64_t reset_at)
{
    assert_int_equal(w.limit, limit);
    assert_int_equal(w.remaining, remaining);
    assert_int_equal(w.reset_at, reset_at);
}

/* The windows of a day, beside those of a quarter of an hour. */
static void test_day_limits(void **state)
{
    (void)state;
    struct got got = ask(NULL);
    assert_window(got.app_day, -1, -1, 0);
    assert_window(got.user_day, -1, -1, 0);

    server.answer = "HTTP/1.1 429 Too Many\r\nx-rate-limit-remaining: 3\r\n"
                    "x-app-limit-24hour-limit: 1440\r\nx-app-limit-24hour-remaining: 20\r\n"
                    "x-app-limit-24hour-reset: 1795000900\r\nX-User-Limit-24hour-Limit: 100\r\n"
                    "x-user-limit-24hour-remaining: 0\r\nx-user-limit-24hour-reset: 1795000800\r\n"
                    "Content-Length: 0\r\n\r\n";
    got = ask(NULL);
    assert_int_equal(got.remaining, 3);
    assert_window(got.app_day, 1440, 20, 1795000900);
    assert_window(got.user_day, 100, 0, 1795000800);
}

/* The other side can't have seen it: nothing listens there, or there is no such place. */
static void test_not_sent(void **state)
{
    (void)state;
    uv_tcp_t deaf; /* keeps its port from everybody else */
    char refused[100];
    (void)snprintf(refused, sizeof refused, "http://127.0.0.1:%d/", bind_anywhere(&deaf));
    const char *const urls[] = { refused, "file:///etc/hostname", "ftp://127.0.0.1/", "http://",
                                 "" };
    for (size_t i = 0; i < ARRAY_LEN(urls); i++)
        for (int posting = 0; posting < 2; posting++) {
            struct got got = { 0 };
            int r = send_to(urls[i], posting ? "{}" : NULL, 1000, LONG_MS, &got);
            assert_note(r == 0, urls[i]);
            finish(&got);
            assert_note(got.end == HTTP_NOT_SENT, urls[i]);
            assert_note(got.why[0] && got.status == 0 && !got.body[0], urls[i]);
        }
    assert_int_equal(server.requests, 0);
    uv_close((uv_handle_t *)&deaf, NULL);
    (void)uv_run(&server.loop, UV_RUN_NOWAIT);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *address;
        bool is_public;
    } rows[] = {
        { "8.8.8.8", true },
        { "9.255.255.255", true },
        { "0.0.0.0", false },
        { "10.0.0.1", false },
        { "11.0.0.1", true },
        { "100.63.255.255", true },
        { "100.64.0.1", false },
        { "100.128.0.1", true },
        { "127.0.0.1", false },
        { "127.255.255.255", false },
        { "169.254.169.254", false },
        { "172.15.255.255", true },
        { "172.16.0.1", false },
        { "172.31.255.255", false },
        { "172.32.0.1", true },
        { "192.0.0.8", false },
        { "192.168.1.1", false },
        { "192.169.0.1", true },
        { "198.19.255.255", false },
        { "198.20.0.1", true },
        { "223.255.255.255", true },
        { "224.0.0.1", false },
        { "255.255.255.255", false },
        { "::", false },
        { "::1", false },
        { "::ffff:127.0.0.1", false },
        { "::ffff:8.8.8.8", true },
        { "64:ff9b::a00:1", false },
        { "64:ff9b::808:808", true },
        { "64:ff9b:1::808:808", false },
        { "fc00::1", false },
        { "fd12:3456::1", false },
        { "fe80::1", false },
        { "ff02::1", false },
        { "2001::1", false },
        { "2001:db8::1", false },
        { "2001:4860:4860::8888", true },
        { "2002:a00:1::1", false },
        { "3fff::1", false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        bool is_v4 = uv_ip4_addr(rows[i].address, 1, &v4) == 0;
        assert_note(is_v4 || uv_ip6_addr(rows[i].address, 1, &v6) == 0, rows[i].address);
        const struct sockaddr *address =
            is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
        assert_note(address_is_public(address) == rows[i].is_public, rows[i].address);
    }
    assert_false(address_is_public(&(struct sockaddr){ .sa_family = AF_UNIX }));
}

/* Neither by number nor by name; a proxy knows for itself where it may go. */
static void test_public_only(void **state)
{
    static const char *const hosts[] = { "127.0.0.1", "localhost", "[::1]", "0", "127.1" },
                             *const proxies[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
                                                  "ALL_PROXY" };
    (void)state;
    char url[100];
    struct http_request request = {
        .url = url, .timeout_ms = LONG_MS, .max_bytes = 10, .public_only = true
    };
    for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
        assert_int_equal(unsetenv(proxies[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        struct got got = { 0 };
        (void)snprintf(url, sizeof url, "http://%s:%d/", hosts[i], server.port);
        assert_int_equal(http_send(server.http, &request, on_done, &got), 0);
        finish(&got);
        assert_note(got.end == HTTP_NOT_SENT && got.not_public, hosts[i]);
    }
    assert_int_equal(server.connections, 0);

    struct got got = { 0 };
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", server.port);
    assert_int_equal(setenv("https_proxy", "http://127.0.0.1:9", true), 0);
    assert_int_equal(http_send(server.http, &request, on_done, &got), 0);
    finish(&got);
    assert_int_equal(unsetenv("https_proxy"), 0);
    assert_true(got.end == HTTP_ANSWERED && !got.not_public);
}

/* It may have been seen. Once: nothing is repeated behind our back. */
static void test_cut(void **state)
{
    static const struct {
        const char *note;
        enum serving serving;
        const char *answer;
    } rows[] = {
        { "closed without a word", CLOSES, "" },
        { "half a head", HALVES, "HTTP/1.1 200" },
        { "half a body", HALVES, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\"" },
        { "half a chunk", HALVES,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"data\"" },
        { "not HTTP", HALVES, "hello\r\n" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int posting = 0; posting < 2; posting++) {
            server.serving = rows[i].serving;
            server.answer = rows[i].answer;
            server.requests = 0;
            struct got got = ask(posting ? "{}" : NULL);
            assert_note(got.end == HTTP_CUT, rows[i].note);
            assert_note(got.why[0], rows[i].note);
            assert_note(server.requests == 1, rows[i].note);
        }
}

static void test_silence(void **state)
{
    (void)state;
    struct got got[2] = { 0 };
    server.serving = SILENT;
    uint64_t before = uv_hrtime();
    for (int posting = 0; posting < 2; posting++)
        assert_int_equal(send_to(NULL, posting ? "{}" : NULL, 1000, PATIENCE_MS, &got[posting]), 0);
    for (int posting = 0; posting < 2; posting++) {
        finish(&got[posting]);
        assert_int_equal(got[posting].end, HTTP_CUT);
        assert_non_null(strstr(got[posting].why, "timed out"));
        assert_true((uv_hrtime() - before) / 1000000 >= PATIENCE_MS - 10);
    }
    assert_int_equal(server.requests, 2);
}

static void test_too_large(void **state)
{
    static const struct {
        const char *note, *answer;
        size_t max_bytes;
        bool fits;
    } rows[] = {
        { "just so", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890", 10, true },
        { "a byte more", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901", 10, false },
        { "a byte more in a chunk",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
          "chunked\r\n\r\n6\r\n123456\r\n5\r\n78901\r\n0\r\n\r\n",
          10, false },
        { "any", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", 0, false },
        { "none", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, true },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct got got = { 0 };
        server.answer = rows[i].answer;
        assert_int_equal(send_to(NULL, NULL, rows[i].max_bytes, LONG_MS, &got), 0);
        finish(&got);
        assert_note(got.end == (rows[i].fits ? HTTP_ANSWERED : HTTP_CUT), rows[i].note);
        if (!rows[i].fits)
            assert_string_equal(got.why, "the answer is too large");
    }
}

/* Reads keep their connection; a post never goes out on one that may be dead. */
static void test_connections(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(NULL).end, HTTP_ANSWERED);
    assert_int_equal(server.connections, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask("{}").end, HTTP_ANSWERED);
    assert_int_equal(server.connections, 4);
    assert_int_equal(ask(NULL).end, HTTP_ANSWERED); /* nor is one of a post used again */
    assert_true(server.connections <= 5);

    /* the kept connection dies with the next request: a read may be repeated, a post is not */
    server.serving = CLOSES;
    server.requests = 0;
    assert_int_equal(ask("{}").end, HTTP_CUT);
    assert_int_equal(server.requests, 1);
    server.serving = ANSWERS;
    assert_int_equal(ask("{}").end, HTTP_ANSWERED);
    assert_int_equal(server.requests, 2);

    /* closed while idle: the next read finds another */
    for (struct peer *p = server.peers; p; p = p->next)
        close_peer(p);
    struct got got = ask(NULL);
    assert_int_equal(got.end, HTTP_ANSWERED);
    assert_string_equal(got.body, "ok");
}

static void test_many(void **state)
{
    (void)state;
    struct got got[20] = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        assert_int_equal(send_to(NULL, i % 2 ? "{}" : NULL, 1000, LONG_MS, &got[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(got); i++) {
        finish(&got[i]);
        assert_int_equal(got[i].calls, 1);
        assert_int_equal(got[i].end, HTTP_ANSWERED);
    }
    assert_int_equal(server.requests, ARRAY_LEN(got));

    struct got chain = { .again = true }; /* the next one from within the answer, as sweeps do */
    assert_int_equal(send_to(NULL, NULL, 1000, LONG_MS, &chain), 0);
    finish(&chain);
    assert_int_equal(chain.calls, 2);
    assert_int_equal(chain.end, HTTP_ANSWERED);
}

/* Freed with requests under way: they end without a word, and the loop runs dry. */
static void test_freed(void **state)
{
    (void)state;
    struct got got[3] = { 0 };
    server.serving = SILENT;
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        assert_int_equal(send_to(NULL, i ? "{}" : NULL, 1000, LONG_MS, &got[i]), 0);
    while (server.requests < 2)
        assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
    server.http = http_free(server.http);
    (void)uv_run(&server.loop, UV_RUN_NOWAIT);
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        assert_int_equal(got[i].calls, 0);
    assert_null(http_free(NULL));
}

/* ------------------------------------------------------------------------------------------------
 * streams */

struct flow {
    struct got got;
    struct buf text;
    unsigned pieces;
    struct http_stream *stream, *other; /* other: to be closed with the first piece */
    bool close_at_once, ask_at_once;
    struct got asked;
};

static void on_flow_done(void *data, const struct http_answer *a)
{
    struct flow *f = data;
    f->stream = NULL;
    on_done(&f->got, a);
}

static void on_piece(void *data, struct str bytes)
{
    struct flow *f = data;
    assert_true((bytes.len == 0) == (f->pieces == 0)); /* the first one is the beginning */
    assert_int_equal(buf_add(&f->text, bytes), 0);
    f->pieces++;
    if (!bytes.len)
        return;
    if (f->ask_at_once)
        assert_int_equal(send_to(NULL, NULL, 1000, LONG_MS, &f->asked), 0);
    f->ask_at_once = false;
    f->other = http_close(f->other);
    if (f->close_at_once)
        f->stream = http_close(f->stream);
    uv_stop(&server.loop);
}

static void open_flow(struct flow *f, long idle_ms)
{
    char url[100];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/2/x/stream", server.port);
    struct http_request request = {
        .url = url, .authorization = "Bearer t0ken", .timeout_ms = LONG_MS, .idle_ms = idle_ms
    };
    f->text = BUF_INIT(8 << 20);
    assert_int_equal(http_stream(server.http, &request, on_piece, on_flow_done, f, &f->stream), 0);
    assert_false(f->got.done);
}

static void flow_until(struct flow *f, const char *text)
{
    while (!str_is(buf_str(&f->text), text))
        assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
}

static const char endless[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/* Each piece is there before the next is sent, and the end comes once. */
static void test_stream(void **state)
{
    (void)state;
    struct flow f = { 0 };
    server.serving = STREAMS;
    server.answer = endless;
    open_flow(&f, 0);
    while (!server.requests)
        assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
    assert_non_null(strstr(buf_cstr(&server.last), "\r\nAuthorization: Bearer t0ken\r\n"));
    say(server.peers, "3\r\n{\"a\r\n");
    flow_until(&f, "{\"a");
    say(server.peers, "4\r\n\":1}\r\n2\r\n\r\n\r\n");
    flow_until(&f, "{\"a\":1}\r\n");
    assert_int_equal(f.got.calls, 0);
    say(server.peers, "0\r\n\r\n");
    finish(&f.got);
    assert_int_equal(f.got.calls, 1);
    assert_int_equal(f.got.end, HTTP_ANSWERED);
    assert_int_equal(f.got.status, 200);
    assert_string_equal(f.got.body, "");
    buf_release(&f.text);
}

static void test_stream_ends(void **state)
{
    static const struct {
        const char *note;
        enum serving serving;
        const char *answer;
        enum http_end end;
        int status;
        const char *body, *text;
    } rows[] = {
        { "refused, with words", ANSWERS,
          "HTTP/1.1 429 Too Many\r\nx-rate-limit-remaining: 5\r\nContent-Length: 4\r\n\r\nwait",
          HTTP_ANSWERED, 429, "wait", "" },
        { "cut in the middle", HALVES,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nde", HTTP_CUT, 200,
          "", "abcde" },
        { "as long as the connection", HALVES, "HTTP/1.1 200 OK\r\n\r\nabc", HTTP_ANSWERED, 200, "",
          "abc" },
        { "closed without a word", CLOSES, "", HTTP_CUT, 0, "", "" },
        { "no stream at all", ANSWERS, "HTTP/1.1 204 No Content\r\n\r\n", HTTP_ANSWERED, 204, "",
          "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct flow f = { 0 };
        server.serving = rows[i].serving;
        server.answer = rows[i].answer;
        open_flow(&f, 0);
        finish(&f.got);
        assert_note(f.got.end == rows[i].end && f.got.status == rows[i].status, rows[i].note);
        assert_note(strcmp(f.got.body, rows[i].body) == 0, rows[i].note);
        assert_note(str_is(buf_str(&f.text), rows[i].text), rows[i].note);
        assert_note(f.got.calls == 1, rows[i].note);
        buf_release(&f.text);
    }
}

/* Silence ends it, from the first moment and after a piece; what came before was handed on. */
static void test_stream_idle(void **state)
{
    static const struct {
        enum serving serving;
        const char *answer, *text;
    } rows[] = {
        { SILENT, "", "" },
        { STREAMS, "HTTP/1.1 200 OK\r\n\r\n", "" },
        { STREAMS, "HTTP/1.1 200 OK\r\n\r\nabc", "abc" },
    };
    struct flow f[ARRAY_LEN(rows)] = { 0 };
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        server.serving = rows[i].serving;
        server.answer = rows[i].answer;
        open_flow(&f[i], PATIENCE_MS);
        while (server.requests <= i)
            assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        finish(&f[i].got);
        assert_int_equal(f[i].got.end, HTTP_CUT);
        assert_string_equal(f[i].got.why, "nothing came for 2500 ms");
        assert_string_equal(buf_cstr(&f[i].text), rows[i].text);
        buf_release(&f[i].text);
    }
}

/* More than may wait is asked for piece by piece: all of it arrives, in order. */
static void test_stream_large(void **state)
{
    enum { CHUNK = 1 << 20, CHUNKS = 4 };
    (void)state;
    struct buf answer_text = BUF_INIT(8 << 20);
    (void)buf_addc(&answer_text, endless);
    for (int i = 0; i < CHUNKS; i++) {
        (void)buf_addf(&answer_text, "%x\r\n", CHUNK);
        for (int k = 0; k < CHUNK; k++)
            (void)buf_add_byte(&answer_text, (char)('a' + (i * 7 + k / 1000) % 26));
        (void)buf_addc(&answer_text, "\r\n");
    }
    (void)buf_addc(&answer_text, "0\r\n\r\n");
    assert_int_equal(answer_text.err, 0);
    server.serving = STREAMS;
    server.answer = buf_cstr(&answer_text);
    struct flow f = { 0 };
    open_flow(&f, 0);
    finish(&f.got);
    assert_int_equal(f.got.end, HTTP_ANSWERED);
    assert_int_equal(f.text.len, (size_t)CHUNK * CHUNKS);
    assert_true(f.pieces > CHUNKS);
    for (int i = 0; i < CHUNK * CHUNKS; i++)
        assert_int_equal(f.text.p[i], 'a' + (i / CHUNK * 7 + i % CHUNK / 1000) % 26);
    buf_release(&f.text);
    buf_release(&answer_text);
}

static unsigned closed_peers(void)
{
    unsigned count = 0;
    for (const struct peer *p = server.peers; p; p = p->next)
        count += uv_is_closing((const uv_handle_t *)&p->tcp) != 0;
    return count;
}

/* From within a piece: a request goes out, this stream and another are closed without a word. */
static void test_stream_closed(void **state)
{
    (void)state;
    struct flow other = { 0 }, f = { .close_at_once = true, .ask_at_once = true };
    server.serving = SILENT;
    open_flow(&other, 0);
    while (!server.requests)
        assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
    f.other = other.stream;
    server.serving = STREAMS;
    server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    open_flow(&f, 0);
    flow_until(&f, "ok");
    assert_null(f.stream);
    finish(&f.asked);
    assert_string_equal(f.asked.body, "ok");
    while (closed_peers() < 2) /* their connections went with them */
        assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
    assert_int_equal(f.pieces, 2);
    assert_int_equal(f.got.calls, 0);
    assert_int_equal(other.got.calls, 0);
    assert_null(http_close(NULL));

    /* and from elsewhere, or with the client */
    struct flow last = { 0 };
    server.serving = SILENT;
    open_flow(&last, LONG_MS);
    last.stream = http_close(last.stream);
    open_flow(&last, LONG_MS);
    server.http = http_free(server.http);
    (void)uv_run(&server.loop, UV_RUN_NOWAIT);
    assert_int_equal(last.got.calls, 0);
    buf_release(&f.text);
}

#define HTTP_TEST(test) cmocka_unit_test_setup_teardown(test, server_setup, server_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_get),           HTTP_TEST(test_post),        HTTP_TEST(test_statuses),
        HTTP_TEST(test_limits),        HTTP_TEST(test_not_sent),    HTTP_TEST(test_cut),
        HTTP_TEST(test_addresses),     HTTP_TEST(test_public_only), HTTP_TEST(test_silence),
        HTTP_TEST(test_too_large),     HTTP_TEST(test_connections), HTTP_TEST(test_many),
        HTTP_TEST(test_freed),         HTTP_TEST(test_day_limits),  HTTP_TEST(test_stream),
        HTTP_TEST(test_stream_ends),   HTTP_TEST(test_stream_idle), HTTP_TEST(test_stream_large),
        HTTP_TEST(test_stream_closed),
    };
    no_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
