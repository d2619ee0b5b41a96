/* Requests as somebody, against a small X of our own on loopback: whose authorization they carry,
 * who renews and when, what is on disk by then, and what is said when nothing helps. */
#include "bot/x/client.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "tests/unit/http_request.h"
#include "tests/unit/support.h"

enum { LONG_MS = 20000, PEERS_MAX = 64, LOG_MAX = 64 };

/* Time stands still but for what a test adds: the linker puts these in front. */
static int64_t mono_ms = 1000000, now_s = 1795000000;
int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
    return mono_ms;
}
time_t __wrap_time(time_t *ret);
time_t __wrap_time(time_t *ret)
{
    return ret ? (*ret = now_s) : now_s;
}

struct peer {
    uv_tcp_t tcp;
    struct buf in;
    bool waits;   /* for release_answers */
    bool refused; /* waits for release_refusals */
    char held[200];
};

/* One request as X saw it. */
struct seen {
    char line[200], authorization[600], body[600];
};

static struct {
    char *dir;
    uv_loop_t loop;
    uv_tcp_t listener;
    struct peer *peers[PEERS_MAX];
    unsigned peer_count;
    int port;
    struct seen log[LOG_MAX];
    unsigned count;

    const char *good;    /* the only bearer that X takes; NULL: any */
    unsigned refreshes;  /* so many times it was asked for a token */
    const char *refusal; /* the token endpoints' whole answer; NULL: a new pair */
    bool strict;         /* see struct strict */
    bool hold;           /* token requests get no answer until release_answers */
    bool close;          /* token requests are cut off */
    bool refuse_posts;   /* but not before release_refusals */
    bool look;           /* at the first request with a new token: is it on disk? */
    bool was_on_disk;
    char access[40]; /* the newest token handed out */
    int life_s;

    struct http *http;
    struct x_app *app;
    struct x_client *client;
    char api[40];
    unsigned told[X_ENDPOINTS];
    bool told_secret;
    struct report report;
} t;

/* ------------------------------------------------------------------------------------------------
 * X */

static void close_peer(struct peer *p)
{
    if (!uv_is_closing((uv_handle_t *)&p->tcp))
        uv_close((uv_handle_t *)&p->tcp, NULL);
}

static void written(uv_write_t *write, int status)
{
    (void)status;
    free(write->data);
    free(write);
}

static void answer(struct peer *p, const char *status, const char *body)
{
    struct buf text = BUF_INIT(10000);
    uv_write_t *write = calloc(1, sizeof *write);
    assert_non_null(write);
    (void)buf_addf(&text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body),
                   body);
    size_t len = text.len;
    write->data = buf_take(&text);
    uv_buf_t out = uv_buf_init(write->data, (unsigned)len);
    assert_int_equal(uv_write(write, (uv_stream_t *)&p->tcp, &out, 1, written), 0);
}

static void answer_pair(struct peer *p)
{
    char body[300];
    (void)snprintf(body, sizeof body,
                   "{\"token_type\":\"bearer\",\"expires_in\":%d,\"access_token\":\"%s\","
                   "\"scope\":\"tweet.read offline.access\",\"refresh_token\":\"refresh-%u\"}",
                   t.life_s, t.access, t.refreshes);
    answer(p, "200 OK", body);
}

static void answer_401(struct peer *p)
{
    answer(p, "401 Unauthorized",
           "{\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"Unauthorized\"}");
}

static bool on_disk(const char *token)
{
    struct buf file = BUF_INIT(10000);
    bool there = file_read(path_in(t.dir, "help.json"), &file) == 0 &&
                 memmem(file.p, file.len, token, strlen(token));
    buf_release(&file);
    return there;
}

/* A strict X: each refresh token works once, each access token until the next of its grant. */
enum trick { TRICK_NONE, TRICK_FAILS, TRICK_LOSES, TRICK_WAITS, TRICKS };

static struct {
    struct {
        char refresh[40], access[40];
        bool lost; /* its newest pair never reached us: what we have is spent, and we can't know */
    } grants[64];
    size_t count;
    unsigned number;
    enum trick trick;
    unsigned spent_used, unkept_used;
} strict;

static void new_pair(size_t grant)
{
    strict.number++;
    (void)snprintf(strict.grants[grant].refresh, sizeof strict.grants[0].refresh, "refresh-%u-r",
                   strict.number);
    (void)snprintf(strict.grants[grant].access, sizeof strict.grants[0].access, "access-%u-a",
                   strict.number);
}

static void rotate(struct peer *p, const char *form)
{
    const char *given = strstr(form, "refresh_token=refresh");
    size_t g = 0;
    bool any_lost = false;
    assert_non_null(given);
    given += strlen("refresh_token=");
    for (size_t i = 0; i < strict.count; i++)
        any_lost |= strict.grants[i].lost;
    while (g < strict.count && strcmp(strict.grants[g].refresh, given) != 0)
        g++;
    if (g == strict.count) {
        strict.spent_used += !any_lost;
        answer(p, "400 Bad Request", "{\"error\":\"invalid_request\"}");
        return;
    }
    if (strict.trick == TRICK_FAILS) {
        answer(p, "503 Service Unavailable", "");
        return;
    }
    new_pair(g);
    char body[200];
    (void)snprintf(body, sizeof body,
                   "{\"access_token\":\"%s\",\"refresh_token\":\"%s\",\"expires_in\":7200}",
                   strict.grants[g].access, strict.grants[g].refresh);
    if (strict.trick == TRICK_LOSES) {
        strict.grants[g].lost = true;
        close_peer(p);
    } else if (strict.trick == TRICK_WAITS) {
        (void)snprintf(p->held, sizeof p->held, "%s", body);
    } else {
        answer(p, "200 OK", body);
    }
}

/* The newest grant's token may be used only while it is on disk: whoever signs in puts it there. */
static bool strict_takes(const char *bearer)
{
    for (size_t i = 0; i < strict.count; i++)
        if (strcmp(strict.grants[i].access, bearer) == 0) {
            strict.unkept_used += i + 1 == strict.count && !on_disk(bearer);
            return true;
        }
    return false;
}

static void take_token_request(struct peer *p, const char *form)
{
    t.refreshes++;
    if (t.strict) {
        rotate(p, form);
        return;
    }
    if (t.close) {
        close_peer(p);
    } else if (t.refusal) {
        const char *body = strchr(t.refusal, '\n');
        char status[60];
        (void)snprintf(status, sizeof status, "%.*s", (int)(body - t.refusal), t.refusal);
        answer(p, status, body + 1);
    } else {
        (void)snprintf(t.access, sizeof t.access, "access-%u", t.refreshes);
        t.good = t.access;
        if (t.hold)
            p->waits = true;
        else
            answer_pair(p);
    }
}

static void take_request(struct peer *p)
{
    struct str in = buf_str(&p->in), line;
    struct seen *s = &t.log[t.count++ % LOG_MAX];
    const char *header = strstr(in.p, "\r\nAuthorization: ");
    const char *body = strstr(in.p, "\r\n\r\n");
    *s = (struct seen){ 0 };
    (void)str_split(&in, '\r', &line);
    (void)snprintf(s->line, sizeof s->line, "%.*s", STR_ARG(line));
    if (header)
        (void)snprintf(s->authorization, sizeof s->authorization, "%.*s",
                       (int)strcspn(header + 17, "\r"), header + 17);
    (void)snprintf(s->body, sizeof s->body, "%s", body + 4);
    if (strstr(s->line, "/oauth2/token ")) {
        take_token_request(p, s->body);
        return;
    }
    if (t.look) {
        t.was_on_disk = on_disk(t.access);
        t.look = false;
    }
    if (t.refuse_posts && str_starts(line, STR("POST"))) {
        p->refused = true;
        return;
    }
    if (t.strict) {
        bool taken = strict_takes(s->authorization + strlen("Bearer "));
        if (taken)
            answer(p, "200 OK", "{}");
        else
            answer_401(p);
        return;
    }
    bool good = !t.good || (strncmp(s->authorization, "Bearer ", 7) == 0 &&
                            strcmp(s->authorization + 7, t.good) == 0);
    if (good)
        answer(p, "200 OK", "{\"data\":{}}");
    else
        answer_401(p);
}

static void on_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct peer *p = stream->data;
    if (len < 0) {
        close_peer(p);
        return;
    }
    assert_int_equal(buf_add(&p->in, (struct str){ bytes->base, (size_t)len }), 0);
    if (whole_request(buf_str(&p->in))) {
        take_request(p);
        buf_clear(&p->in);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct peer *p = calloc(1, sizeof *p);
    assert_int_equal(status, 0);
    assert_non_null(p);
    assert_true(t.peer_count < PEERS_MAX);
    p->in = BUF_INIT(1 << 20);
    t.peers[t.peer_count++] = p;
    assert_int_equal(uv_tcp_init(&t.loop, &p->tcp), 0);
    p->tcp.data = p;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&p->tcp), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_bytes), 0);
}

static void release_answers(void)
{
    t.hold = false;
    for (unsigned i = 0; i < t.peer_count; i++)
        if (t.peers[i]->waits) {
            t.peers[i]->waits = false;
            answer_pair(t.peers[i]);
        }
}

static void release_refusals(void)
{
    for (unsigned i = 0; i < t.peer_count; i++)
        if (t.peers[i]->refused) {
            t.peers[i]->refused = false;
            answer_401(t.peers[i]);
        }
}

/* ------------------------------------------------------------------------------------------------
 * us */

static void put(const char *name, const char *text)
{
    write_text(t.dir, name, text);
    assert_int_equal(chmod(path_in(t.dir, name), 0600), 0);
}

static void on_seen(void *data, enum x_endpoint endpoint, enum x_token token,
                    const struct http_request *request, const struct http_answer *got)
{
    (void)data;
    (void)token;
    t.told[endpoint]++;
    assert_true(str_starts(str_of(request->url), str_of(t.api)));
    t.told_secret |= request->authorization ||
                     (endpoint == X_ENDPOINT_TOKEN && (request->body.len || got->body.len));
}

static int setup(void **state)
{
    (void)state;
    struct sockaddr_in at;
    int len = sizeof at;
    memset(&t, 0, sizeof t);
    t.dir = temp_new();
    t.report = REPORT_INIT;
    t.life_s = 7200;
    assert_int_equal(uv_loop_init(&t.loop), 0);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &at), 0);
    assert_int_equal(uv_tcp_init(&t.loop, &t.listener), 0);
    assert_int_equal(uv_tcp_bind(&t.listener, (struct sockaddr *)&at, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&t.listener, 128, on_connection), 0);
    assert_int_equal(uv_tcp_getsockname(&t.listener, (struct sockaddr *)&at, &len), 0);
    t.port = ntohs(at.sin_port);
    (void)snprintf(t.api, sizeof t.api, "http://127.0.0.1:%d", t.port);
    assert_int_equal(http_new(&t.loop, &t.http), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    t.http = http_free(t.http);
    t.client = x_client_free(t.client);
    t.app = x_app_free(t.app);
    uv_close((uv_handle_t *)&t.listener, NULL);
    for (unsigned i = 0; i < t.peer_count; i++)
        close_peer(t.peers[i]);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t.loop), 0);
    for (unsigned i = 0; i < t.peer_count; i++) {
        buf_release(&t.peers[i]->in);
        free(t.peers[i]);
    }
    report_release(&t.report);
    t.dir = temp_free(t.dir);
    return 0;
}

/* @app and @account are what stands in the files; NULL: there is no such file. */
static int open_files(const char *app, const char *account, bool read_only)
{
    static char app_file[200], token_file[200];
    (void)snprintf(app_file, sizeof app_file, "%s/app.json", t.dir);
    (void)snprintf(token_file, sizeof token_file, "%s/help.json", t.dir);
    if (app)
        put("app.json", app);
    if (account)
        put("help.json", account);
    struct x_app_options a = { .loop = &t.loop,
                               .http = t.http,
                               .api = t.api,
                               .app_file = app ? app_file : NULL,
                               .timeout_ms = LONG_MS };
    int r = x_app_new(&a, &t.report, &t.app);
    if (r < 0)
        return r;
    struct x_client_options c = { .app = t.app,
                                  .name = "help",
                                  .token_file = account ? token_file : NULL,
                                  .read_only = read_only,
                                  .seen = on_seen };
    return x_client_new(&c, &t.report, &t.client);
}

static const char app_keys[] =
    "{\"client_id\":\"sandbox-client\",\"client_secret\":\"sandbox-client-secret\"}";
static const char consumer_keys[] =
    "{\"consumer_key\":\"sandbox-consumer\",\"consumer_secret\":\"sandbox-consumer-secret\"}";
static const char all_keys[] =
    "{\"client_id\":\"c\",\"consumer_key\":\"sandbox-consumer\",\"consumer_secret\":\"sandbox-"
    "consumer-secret\",\"bearer_token\":\"sandbox-app-token\"}";

/* A pair that ends in so many seconds. */
static const char *pair_for(int seconds)
{
    static char text[200];
    (void)snprintf(text, sizeof text,
                   "{\"access_token\":\"access-0\",\"refresh_token\":\"refresh-0\","
                   "\"expires_at\":%lld}",
                   (long long)now_s + seconds);
    return text;
}

struct got {
    unsigned calls;
    enum http_end end;
    int status;
    char body[400], why[200];
    unsigned order; /* in which the answers came */
};
static unsigned answers;

static void on_done(void *data, const struct http_answer *a)
{
    struct got *g = data;
    g->calls++;
    g->end = a->end;
    g->status = a->status;
    g->order = ++answers;
    (void)snprintf(g->body, sizeof g->body, "%.*s", STR_ARG(a->body));
    (void)snprintf(g->why, sizeof g->why, "%s", a->why ? a->why : "");
    uv_stop(&t.loop);
}

static void start(enum x_token token, enum http_method method, struct got *got)
{
    struct x_request request = { .endpoint = method == HTTP_GET ? X_ENDPOINT_ME : X_ENDPOINT_POST,
                                 .token = token,
                                 .method = method,
                                 .path = "/2/users/me?a=b",
                                 .json = method == HTTP_POST ? STR("{}") : STR(""),
                                 .timeout_ms = LONG_MS,
                                 .max_bytes = 1000 };
    assert_int_equal(x_client_send(t.client, &request, on_done, got), 0);
    assert_int_equal(got->calls, 0);
}

static void finish(struct got *got)
{
    while (!got->calls)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    assert_int_equal(got->calls, 1);
}

static struct got ask(enum x_token token, enum http_method method)
{
    struct got got = { 0 };
    start(token, method, &got);
    finish(&got);
    return got;
}

static struct got ask_user(void)
{
    return ask(X_TOKEN_USER, HTTP_GET);
}

static const char *trouble(void)
{
    static char text[500];
    (void)snprintf(text, sizeof text, "%.*s", STR_ARG(x_client_trouble(t.client)));
    return text;
}

/* ------------------------------------------------------------------------------------------------
 */

static void test_bare(void **state)
{
    (void)state;
    assert_int_equal(open_files(NULL, "sandbox-token", false), 0);
    assert_int_equal(ask_user().status, 200);
    assert_string_equal(t.log[0].line, "GET /2/users/me?a=b HTTP/1.1");
    assert_string_equal(t.log[0].authorization, "Bearer sandbox-token");
    assert_int_equal(ask(X_TOKEN_USER, HTTP_POST).status, 200);
    assert_string_equal(t.log[1].body, "{}");
    assert_string_equal(trouble(), "");

    t.good = "another"; /* X withdraws it: said once to whoever asked, and to people */
    struct got got = ask_user();
    assert_int_equal(got.status, 401);
    assert_non_null(strstr(got.body, "\"detail\":\"Unauthorized\""));
    assert_int_equal(t.count, 3);
    assert_non_null(strstr(trouble(), "X refuses the token of the account help: run kerbside x "
                                      "login --account help"));
    put("help.json", "another"); /* a person puts a new one there */
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(t.count, 5); /* refused with the old one, repeated with the new */
    assert_string_equal(trouble(), "");
    assert_int_equal(t.refreshes, 0);
}

static void test_oauth1(void **state)
{
    (void)state;
    assert_int_equal(
        open_files(consumer_keys, "{\"oauth_token\":\"15-t\",\"oauth_token_secret\":\"s\"}", false),
        0);
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(ask_user().status, 200);
    const char *first = t.log[0].authorization, *second = t.log[1].authorization;
    assert_true(str_starts(str_of(first), STR("OAuth oauth_consumer_key=\"sandbox-consumer\"")));
    assert_non_null(strstr(first, "oauth_timestamp=\"1795000000\""));
    assert_non_null(strstr(first, "oauth_token=\"15-t\""));
    assert_non_null(strstr(first, "oauth_signature=\""));
    assert_null(strstr(first, "secret"));
    const char *nonce = strstr(first, "oauth_nonce=\"");
    char same[60];
    (void)snprintf(same, sizeof same, "%.45s", nonce);
    assert_null(strstr(second, same)); /* used once */

    t.good = "never";
    assert_int_equal(ask_user().status, 401);
    assert_non_null(strstr(trouble(), "this machine's clock is wrong"));
}

static void test_needs_keys(void **state)
{
    static const struct {
        const char *app, *account, *fault;
    } rows[] = {
        { "{}", "{\"oauth_token\":\"t\",\"oauth_token_secret\":\"s\"}",
          "OAuth 1.0a needs \"consumer_key\" and \"consumer_secret\"" },
        { NULL, "{\"oauth_token\":\"t\",\"oauth_token_secret\":\"s\"}", "the app's file" },
        { "{}", "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":5}",
          "needs \"client_id\"" },
        { "{", "t", "app.json" },
        { "{}", "", "help.json" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        t.app = x_app_free(t.app);
        assert_int_equal(open_files(rows[i].app, rows[i].account, false), ERR_BADINPUT);
        assert_null(t.client);
        assert_reported(&t.report, rows[i].fault, rows[i].fault);
        report_release(&t.report);
    }
}

/* Nothing but GET gets to X, whatever the endpoint and the token. */
static void test_read_only(void **state)
{
    static const enum http_method others[] = { HTTP_POST, HTTP_PUT, HTTP_DELETE };
    (void)state;
    assert_int_equal(open_files(all_keys, pair_for(-10), true), 0);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        for (int endpoint = 0; endpoint < X_ENDPOINTS; endpoint++)
            for (int token = 0; token < 2; token++) {
                struct got got = { 0 };
                struct x_request request = { .endpoint = (enum x_endpoint)endpoint,
                                             .token = (enum x_token)token,
                                             .method = others[i],
                                             .path = "/2/tweets",
                                             .json = STR("{}"),
                                             .timeout_ms = LONG_MS,
                                             .max_bytes = 1000 };
                assert_int_equal(x_client_send(t.client, &request, on_done, &got), ERR_DENIED);
                assert_int_equal(got.calls, 0);
            }
    assert_int_equal(ask_user().status, 200); /* what was sent first is behind this */
    assert_int_equal(t.count, 2);
    assert_string_equal(t.log[0].line, "POST /2/oauth2/token HTTP/1.1");
    assert_string_equal(t.log[1].line, "GET /2/users/me?a=b HTTP/1.1");
}

/* Ahead of its end: one request renews, five wait in order, and the pair is on disk before it is
 * used. */
static void test_one_refresh(void **state)
{
    (void)state;
    assert_int_equal(open_files(app_keys, pair_for(299), false), 0);
    struct got got[5] = { 0 };
    t.look = t.hold = true;
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        start(X_TOKEN_USER, HTTP_POST, &got[i]);
    while (t.count < 1)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    struct got late = { 0 };
    start(X_TOKEN_USER, HTTP_POST, &late);
    release_answers();
    for (size_t i = 0; i < ARRAY_LEN(got); i++) {
        finish(&got[i]);
        assert_int_equal(got[i].status, 200);
    }
    finish(&late);
    assert_int_equal(t.refreshes, 1);
    assert_int_equal(t.count, 7);
    assert_true(t.was_on_disk);
    assert_string_equal(t.log[0].line, "POST /2/oauth2/token HTTP/1.1");
    assert_string_equal(t.log[0].authorization,
                        "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1jbGllbnQtc2VjcmV0");
    assert_string_equal(t.log[0].body, "grant_type=refresh_token&refresh_token=refresh-0");
    for (unsigned i = 1; i < 7; i++)
        assert_string_equal(t.log[i].authorization, "Bearer access-1");

    struct x_account_secrets kept;
    struct x_stamp stamp;
    assert_int_equal(x_account_secrets_read(path_in(t.dir, "help.json"), &t.report, &kept, &stamp),
                     0);
    assert_string_equal(kept.access_token, "access-1");
    assert_string_equal(kept.refresh_token, "refresh-1");
    assert_string_equal(kept.scope, "tweet.read offline.access");
    assert_int_equal(kept.expires_at, now_s + 7200);

    now_s += 7200 - 301; /* not yet */
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(t.refreshes, 1);
    now_s += 2;
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(t.refreshes, 2);
    assert_string_equal(t.log[8].body, "grant_type=refresh_token&refresh_token=refresh-1");
    assert_int_equal(t.told[X_ENDPOINT_TOKEN], 2);
    assert_int_equal(t.told[X_ENDPOINT_POST], 6);
    assert_int_equal(t.told[X_ENDPOINT_ME], 2);
    assert_false(t.told_secret);
}

static void test_public_client(void **state)
{
    (void)state;
    assert_int_equal(open_files("{\"client_id\":\"a b\"}", pair_for(0), false), ERR_BADINPUT);
    report_release(&t.report);
    t.app = x_app_free(t.app);
    assert_int_equal(open_files("{\"client_id\":\"a+b\"}", pair_for(0), false), 0);
    assert_int_equal(ask_user().status, 200);
    assert_string_equal(t.log[0].authorization, "");
    assert_string_equal(t.log[0].body,
                        "grant_type=refresh_token&refresh_token=refresh-0&client_id=a%2Bb");

    (void)teardown(NULL);
    (void)setup(NULL); /* both halves as a form has them, before they are joined */
    assert_int_equal(
        open_files("{\"client_id\":\"c\",\"client_secret\":\"s+/=\"}", pair_for(0), false), 0);
    assert_int_equal(ask_user().status, 200);
    assert_string_equal(t.log[0].authorization, "Basic YzpzJTJCJTJGJTNE");
}

/* X refuses before the end: renewed and repeated once, for all that were under way. */
static void test_401_once(void **state)
{
    (void)state;
    assert_int_equal(open_files(app_keys, pair_for(7200), false), 0);
    t.good = "what comes";
    struct got got[5] = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        start(X_TOKEN_USER, HTTP_POST, &got[i]);
    for (size_t i = 0; i < ARRAY_LEN(got); i++) {
        finish(&got[i]);
        assert_int_equal(got[i].status, 200);
    }
    assert_int_equal(t.refreshes, 1);
    assert_int_equal(t.told[X_ENDPOINT_POST], 10); /* each refused, each repeated */

    /* the new one is refused, too: told, and no storm of renewals */
    assert_int_equal(ask_user().status, 200);
    t.good = "never";
    t.refusal = "200 OK\n{\"access_token\":\"stale\",\"refresh_token\":\"r\"}";
    struct got refused = ask(X_TOKEN_USER, HTTP_POST);
    assert_int_equal(refused.status, 401);
    assert_int_equal(t.refreshes, 2);
    assert_non_null(strstr(trouble(), "run kerbside x login"));
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask_user().status, 401);
    assert_int_equal(t.refreshes, 2);
    mono_ms += 60001;
    assert_int_equal(ask_user().status, 401);
    assert_int_equal(t.refreshes, 3);
    t.good = "stale";
    assert_int_equal(ask_user().status, 200);
    assert_string_equal(trouble(), "");
}

/* Refused again with a token that others use well: repeated once all the same. */
static void test_401_of_one(void **state)
{
    (void)state;
    assert_int_equal(open_files(app_keys, pair_for(7200), false), 0);
    t.refuse_posts = true;
    struct got got = { 0 };
    start(X_TOKEN_USER, HTTP_POST, &got);
    while (t.count < 1)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    release_refusals();
    while (t.count < 3)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    assert_int_equal(ask_user().status, 200);
    release_refusals();
    finish(&got);
    assert_int_equal(got.status, 401);
    assert_int_equal(t.refreshes, 1);
    assert_int_equal(t.count, 4);
}

/* A dead grant asks nobody again until somebody signs in. */
static void test_dead(void **state)
{
    static const char *const refusals[] = {
        "400 Bad Request\n{\"error\":\"invalid_request\",\"error_description\":\"Value passed for "
        "the token was invalid.\"}",
        "400 Bad Request\n{\"error\":\"invalid_grant\"}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        if (i > 0) {
            (void)teardown(NULL);
            (void)setup(NULL);
        }
        t.refusal = refusals[i];
        assert_int_equal(open_files(app_keys, pair_for(0), false), 0);
        struct got two[2] = { 0 };
        start(X_TOKEN_USER, HTTP_POST, &two[0]);
        start(X_TOKEN_USER, HTTP_GET, &two[1]);
        finish(&two[0]);
        finish(&two[1]);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(two[k].end, HTTP_ANSWERED);
            assert_int_equal(two[k].status, 401);
            cJSON *tree = NULL;
            struct str detail;
            assert_int_equal(json_parse(str_of(two[k].body), &tree, NULL), 0);
            assert_int_equal(json_get_str(tree, "detail", &detail), 1);
            assert_str(detail, "X no longer takes the sign-in of the account help: run kerbside x "
                               "login --account help");
            cJSON_Delete(tree);
        }
        mono_ms += 1000000;
        for (int k = 0; k < 3; k++)
            assert_int_equal(ask_user().status, 401);
        assert_int_equal(t.count, 1);
        assert_non_null(strstr(trouble(), "no longer takes"));

        put("help.json", "{\"access"); /* half a file: still dead, and people hear of it */
        assert_int_equal(ask_user().status, 401);
        assert_int_equal(t.count, 1);
        assert_non_null(strstr(trouble(), "help.json:1:"));
        t.refusal = NULL;
        put("help.json", pair_for(7200)); /* somebody signed in */
        assert_int_equal(ask_user().status, 200);
        assert_int_equal(t.refreshes, 1);
        assert_string_equal(trouble(), "");
    }
}

/* For now there is no new token: not sent, later again, with growing pauses. */
static void test_later(void **state)
{
    static const char *const refusals[] = {
        NULL, /* cut off */
        "500 Internal Server Error\n<html>",
        "503 Service Unavailable\n{\"error\":\"invalid_grant\"}",
        "200 OK\n<html>",
        "200 OK\n",
        "200 OK\n[]",
        "200 OK\n{\"access_token\":\"\"}",
        "200 OK\n{\"access_token\":7}",
        "200 OK\n{\"access_token\":\"two words\"}",
        "200 OK\n{\"access_token\":\"a\",\"refresh_token\":\"b\\r\\nc\"}",
        "200 OK\n{\"access_token\":\"a\",\"token_type\":\"mac\"}",
        "200 OK\n{\"access_token\":\"a\",\"expires_in\":\"soon\"}",
        "302 Found\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        if (i > 0) {
            (void)teardown(NULL);
            (void)setup(NULL);
        }
        t.close = !refusals[i];
        t.refusal = refusals[i];
        assert_int_equal(open_files(app_keys, pair_for(0), false), 0);
        struct got got = ask(X_TOKEN_USER, HTTP_POST);
        assert_note(got.end == HTTP_NOT_SENT, refusals[i] ? refusals[i] : "cut");
        assert_true(got.why[0]);
        assert_int_equal(ask_user().end, HTTP_NOT_SENT);
        assert_int_equal(t.count, 1); /* too early */
        mono_ms += 1000;
        assert_int_equal(ask_user().end, HTTP_NOT_SENT);
        assert_int_equal(t.refreshes, 2);
        mono_ms += 1999;
        assert_int_equal(ask_user().end, HTTP_NOT_SENT);
        assert_int_equal(t.refreshes, 2);
        t.close = false;
        t.refusal = NULL;
        mono_ms += 1;
        assert_int_equal(ask_user().status, 200);
        assert_int_equal(t.count, t.refreshes + 1);
        assert_string_equal(t.log[2].body, "grant_type=refresh_token&refresh_token=refresh-0");
    }
}

/* A token that can't be renewed yet is used while it lasts. */
static void test_used_to_its_end(void **state)
{
    (void)state;
    t.refusal = "503 Service Unavailable\n";
    assert_int_equal(open_files(app_keys, pair_for(200), false), 0);
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(t.refreshes, 1);
    now_s += 200;
    assert_int_equal(ask_user().end, HTTP_NOT_SENT);
}

/* Too many, and the app's keys: not the account's fault, so its grant isn't dead. */
static void test_other_refusals(void **state)
{
    (void)state;
    t.refusal = "429 Too Many Requests\n{\"title\":\"Too Many Requests\"}";
    assert_int_equal(open_files(app_keys, pair_for(0), false), 0);
    assert_int_equal(ask_user().end, HTTP_NOT_SENT);
    mono_ms += 59999;
    assert_int_equal(ask_user().end, HTTP_NOT_SENT);
    assert_int_equal(t.refreshes, 1);
    mono_ms += 1;
    t.refusal = "401 Unauthorized\n{\"error\":\"unauthorized_client\",\"error_description\":"
                "\"Missing valid authorization header\"}";
    struct got got = ask_user();
    assert_int_equal(got.status, 401);
    assert_int_equal(t.refreshes, 2);
    assert_non_null(strstr(got.body, "X refuses the app's keys in "));
    assert_non_null(strstr(got.body, "Missing valid authorization header"));
    assert_non_null(strstr(trouble(), "app.json"));
    assert_int_equal(ask_user().status, 401);
    assert_int_equal(t.refreshes, 2);
    mono_ms += 60000;
    t.refusal = NULL;
    assert_int_equal(ask_user().status, 200);
    assert_string_equal(trouble(), "");
}

/* The disk won't have the new pair: not used until it has. */
static void test_disk_full(void **state)
{
    (void)state;
    char away[200];
    assert_int_equal(open_files(app_keys, pair_for(0), false), 0);
    (void)snprintf(away, sizeof away, "%s-away", t.dir);
    t.hold = true;
    struct got got = { 0 };
    start(X_TOKEN_USER, HTTP_POST, &got);
    while (t.count < 1)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    assert_int_equal(rename(t.dir, away), 0);
    release_answers();
    finish(&got);
    assert_int_equal(got.end, HTTP_NOT_SENT);
    assert_int_equal(t.count, 1);
    assert_non_null(strstr(trouble(), "help.json: can't be written: "));
    assert_int_equal(rename(away, t.dir), 0);
    mono_ms += 1000;
    t.look = true;
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(t.refreshes, 1); /* the pair was kept in memory */
    assert_true(t.was_on_disk);
    assert_string_equal(trouble(), "");
}

/* Somebody signs in while a renewal is under way: theirs is the newer grant, and stays. */
static void test_signed_in_meanwhile(void **state)
{
    (void)state;
    assert_int_equal(open_files(app_keys, pair_for(0), false), 0);
    t.hold = true;
    struct got got = { 0 };
    start(X_TOKEN_USER, HTTP_GET, &got);
    while (t.count < 1)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    put("help.json", "{\"access_token\":\"theirs\",\"refresh_token\":\"theirs-too\","
                     "\"expires_at\":1999999999}");
    t.good = "theirs";
    release_answers();
    finish(&got);
    assert_int_equal(got.status, 200);
    assert_true(on_disk("theirs-too"));
    assert_string_equal(t.log[1].authorization, "Bearer theirs");
}

static void test_no_new_refresh_token(void **state)
{
    (void)state;
    t.refusal = "200 OK\n{\"access_token\":\"a\",\"expires_in\":3}";
    assert_int_equal(open_files(app_keys, pair_for(0), false), 0);
    assert_int_equal(ask_user().status, 200);
    assert_true(on_disk("refresh-0"));
    assert_true(on_disk("\"a\""));
    now_s += 1; /* a short life is used for half of it */
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(t.refreshes, 1);
    now_s += 1;
    assert_int_equal(ask_user().status, 200);
    assert_int_equal(t.refreshes, 2);
}

static void test_revoked(void **state)
{
    (void)state;
    assert_int_equal(open_files(all_keys, pair_for(7200), false), 0);
    assert_int_equal(ask_user().status, 200);
    x_client_revoked(t.client);
    struct got got = ask(X_TOKEN_USER, HTTP_POST);
    assert_int_equal(got.status, 401);
    assert_non_null(strstr(got.body, "has withdrawn Kerbside's access"));
    assert_non_null(strstr(trouble(), "run kerbside x login --account help"));
    assert_int_equal(t.count, 1);
    assert_int_equal(ask(X_TOKEN_APP, HTTP_GET).status, 200); /* the app goes on */
    put("help.json", pair_for(7201));
    assert_int_equal(ask_user().status, 200);
    assert_string_equal(trouble(), "");
}

static void test_app_token(void **state)
{
    (void)state;
    assert_int_equal(open_files(all_keys, NULL, false), 0);
    assert_int_equal(ask(X_TOKEN_APP, HTTP_GET).status, 200);
    assert_string_equal(t.log[0].authorization, "Bearer sandbox-app-token");
    t.good = "another"; /* refused: a new one is obtained */
    assert_int_equal(ask(X_TOKEN_APP, HTTP_GET).status, 200);
    assert_string_equal(t.log[2].line, "POST /oauth2/token HTTP/1.1");
    assert_string_equal(t.log[2].body, "grant_type=client_credentials");
    assert_string_equal(t.log[2].authorization,
                        "Basic c2FuZGJveC1jb25zdW1lcjpzYW5kYm94LWNvbnN1bWVyLXNlY3JldA==");
    assert_string_equal(t.log[3].authorization, "Bearer access-1");
}

/* A stream: what it said, and its end. */
struct flow {
    struct got got;
    char text[100];
    unsigned pieces;
    bool troubled; /* when the last piece came */
    struct x_client_stream *stream;
};

static void on_flow_piece(void *data, struct str bytes)
{
    struct flow *f = data;
    size_t len = strlen(f->text);
    f->pieces++;
    f->troubled = trouble()[0];
    (void)snprintf(f->text + len, sizeof f->text - len, "%.*s", STR_ARG(bytes));
}

static void open_flow(struct flow *f)
{
    struct x_request request = { .endpoint = X_ENDPOINT_STREAM,
                                 .token = X_TOKEN_APP,
                                 .method = HTTP_GET,
                                 .path = "/2/stream",
                                 .timeout_ms = LONG_MS };
    assert_int_equal(x_client_stream(t.client, &request, 0, on_flow_piece, on_done, f, &f->stream),
                     0);
    assert_int_equal(f->got.calls + f->pieces, 0);
}

/* A stream waits for a token and is asked again with a new one, like any request. */
static void test_stream(void **state)
{
    (void)state;
    struct flow f = { 0 };
    assert_int_equal(open_files(all_keys, NULL, false), 0);
    t.good = "another";
    open_flow(&f);
    finish(&f.got);
    assert_int_equal(f.got.status, 200);
    assert_string_equal(f.got.body, "");
    assert_string_equal(f.text, "{\"data\":{}}");
    assert_int_equal(f.pieces, 2); /* of the one that was taken: its beginning, and all it said */
    assert_int_equal(t.count, 3);
    assert_string_equal(t.log[2].line, "GET /2/stream HTTP/1.1");
    assert_string_equal(t.log[2].authorization, "Bearer access-1");
    assert_int_equal(t.told[X_ENDPOINT_STREAM], 2);

    (void)teardown(NULL);
    (void)setup(NULL); /* it may hold for months: what was wrong is over when it begins */
    assert_int_equal(open_files("{\"bearer_token\":\"app\"}", NULL, false), 0);
    t.good = "another";
    assert_int_equal(ask(X_TOKEN_APP, HTTP_GET).status, 401);
    assert_true(trouble()[0]);
    t.good = NULL;
    f = (struct flow){ 0 };
    open_flow(&f);
    while (!f.pieces)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    assert_false(f.troubled);
    finish(&f.got);
}

/* Closed while it waits for a token, it is never asked for. */
static void test_stream_closed(void **state)
{
    (void)state;
    struct flow f = { 0 };
    assert_int_equal(open_files(consumer_keys, NULL, false), 0);
    t.hold = true;
    open_flow(&f);
    while (t.count < 1)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    f.stream = x_client_close(f.stream);
    release_answers();
    assert_int_equal(ask(X_TOKEN_APP, HTTP_GET).status, 200); /* it is behind the other */
    assert_int_equal(t.count, 2);
    assert_int_equal(f.got.calls + f.pieces, 0);
    assert_null(x_client_close(NULL));
}

static void test_app_token_obtained(void **state)
{
    (void)state;
    assert_int_equal(open_files(consumer_keys, NULL, false), 0);
    struct got got[3] = { 0 };
    t.hold = true;
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        start(X_TOKEN_APP, HTTP_GET, &got[i]);
    while (t.count < 1)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    release_answers();
    for (size_t i = 0; i < ARRAY_LEN(got); i++) {
        finish(&got[i]);
        assert_int_equal(got[i].status, 200);
    }
    assert_int_equal(t.refreshes, 1);

    (void)teardown(NULL);
    (void)setup(NULL);
    t.refusal = "403 Forbidden\n{\"errors\":[{\"code\":99,\"message\":\"Unable to verify your "
                "credentials\",\"label\":\"authenticity_token_error\"}]}";
    assert_int_equal(open_files(consumer_keys, NULL, false), 0);
    struct got refused = ask(X_TOKEN_APP, HTTP_GET);
    assert_int_equal(refused.status, 401);
    assert_non_null(strstr(trouble(), "Unable to verify your credentials"));
    assert_int_equal(ask(X_TOKEN_APP, HTTP_GET).status, 401);
    assert_int_equal(t.refreshes, 1);

    (void)teardown(NULL);
    (void)setup(NULL);
    assert_int_equal(open_files("{}", NULL, false), 0);
    assert_int_equal(ask(X_TOKEN_APP, HTTP_GET).status, 401);
    assert_non_null(strstr(trouble(), "The app has no bearer token"));
    assert_int_equal(t.count, 0);
}

static const char *sign_in(void)
{
    static char file[300];
    assert_true(strict.count < ARRAY_LEN(strict.grants));
    memset(&strict.grants[strict.count], 0, sizeof strict.grants[0]);
    new_pair(strict.count++);
    (void)snprintf(file, sizeof file,
                   "{\"access_token\":\"%s\",\"refresh_token\":\"%s\",\"expires_at\":%lld}",
                   strict.grants[strict.count - 1].access, strict.grants[strict.count - 1].refresh,
                   (long long)now_s + 7200);
    put("help.json", file);
    return file;
}

static void give_held(void)
{
    for (unsigned i = 0; i < t.peer_count; i++)
        if (t.peers[i]->held[0] && !uv_is_closing((uv_handle_t *)&t.peers[i]->tcp)) {
            answer(t.peers[i], "200 OK", t.peers[i]->held);
            t.peers[i]->held[0] = '\0';
        }
}

static void take_any_step(uint64_t *seed, struct got *got, size_t *started, size_t most)
{
    switch (random_below(seed, 9)) {
    case 0:
    case 1:
    case 2:
        if (*started < most)
            start(X_TOKEN_USER, random_below(seed, 2) ? HTTP_POST : HTTP_GET, &got[(*started)++]);
        break;
    case 3:
        now_s += (int64_t)random_below(seed, 5000);
        break;
    case 4:
        mono_ms += (int64_t)random_below(seed, 70000);
        break;
    case 5: /* X takes its newest token back */
        strict.grants[strict.count - 1].access[0] = '\0';
        break;
    case 6:
        strict.trick = (enum trick)random_below(seed, TRICKS);
        break;
    case 7:
        if (random_below(seed, 6) == 0)
            (void)sign_in();
        break;
    case 8:
        give_held();
        break;
    }
    (void)uv_run(&t.loop, UV_RUN_NOWAIT);
}

/* Whatever comes in whatever order: no refresh token is used twice, no token before it is on disk,
 * each call ends once, and signing in mends everything. */
static void test_any_order(void **state)
{
    (void)state;
    uint64_t seed = 7636;
    for (int round = 0; round < 60; round++) {
        struct got got[12] = { 0 };
        size_t started = 0;
        if (round > 0) {
            (void)teardown(NULL);
            (void)setup(NULL);
        }
        memset(&strict, 0, sizeof strict);
        t.strict = true;
        const char *file = sign_in();
        assert_int_equal(open_files(app_keys, file, false), 0);
        for (int step = 0; step < 60; step++)
            take_any_step(&seed, got, &started, ARRAY_LEN(got));

        strict.trick = TRICK_NONE;
        give_held();
        for (size_t i = 0; i < started; i++)
            while (!got[i].calls) {
                assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
                give_held();
            }
        mono_ms += 1000000;
        (void)sign_in();
        if (ask_user().status != 200) { /* the old one still served, and was refused twice */
            now_s += 7200;
            assert_int_equal(ask_user().status, 200);
        }
        assert_string_equal(trouble(), "");
        for (size_t i = 0; i < started; i++)
            assert_int_equal(got[i].calls, 1);
        assert_int_equal(strict.spent_used, 0);
        assert_int_equal(strict.unkept_used, 0);
    }
}

/* Freed with calls that wait, are under way or have ended: no word, and nothing left. */
static void test_freed(void **state)
{
    (void)state;
    assert_int_equal(open_files(app_keys, pair_for(0), false), 0);
    struct got got[3] = { 0 };
    t.hold = true;
    start(X_TOKEN_USER, HTTP_GET, &got[0]);
    start(X_TOKEN_USER, HTTP_POST, &got[1]);
    while (t.count < 1)
        assert_true(uv_run(&t.loop, UV_RUN_ONCE) != 0);
    start(X_TOKEN_APP, HTTP_GET, &got[2]); /* there is no bearer token: ends when the loop turns */
    t.http = http_free(t.http);
    t.client = x_client_free(t.client);
    (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    for (size_t i = 0; i < ARRAY_LEN(got); i++)
        assert_int_equal(got[i].calls, 0);
    assert_null(x_client_free(NULL));
    assert_null(x_app_free(NULL));
}

#define CLIENT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const char *const proxies[] = { "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY" };
    const struct CMUnitTest tests[] = {
        CLIENT_TEST(test_bare),
        CLIENT_TEST(test_oauth1),
        CLIENT_TEST(test_needs_keys),
        CLIENT_TEST(test_read_only),
        CLIENT_TEST(test_one_refresh),
        CLIENT_TEST(test_public_client),
        CLIENT_TEST(test_401_once),
        CLIENT_TEST(test_401_of_one),
        CLIENT_TEST(test_dead),
        CLIENT_TEST(test_later),
        CLIENT_TEST(test_used_to_its_end),
        CLIENT_TEST(test_other_refusals),
        CLIENT_TEST(test_disk_full),
        CLIENT_TEST(test_signed_in_meanwhile),
        CLIENT_TEST(test_no_new_refresh_token),
        CLIENT_TEST(test_revoked),
        CLIENT_TEST(test_app_token),
        CLIENT_TEST(test_stream),
        CLIENT_TEST(test_stream_closed),
        CLIENT_TEST(test_app_token_obtained),
        CLIENT_TEST(test_any_order),
        CLIENT_TEST(test_freed),
    };
    for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
        (void)unsetenv(proxies[i]);
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
