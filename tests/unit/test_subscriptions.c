/* What X is asked to tell us of: looked at, and asked for where it is missing, against a server on
 * loopback. */
#include "bot/x/subscriptions.h"

#include <sys/stat.h>

#include "tests/unit/http_fixture.h"

#define HELP "1500000000000000001"
#define NEWS "1500000000000000002"

static struct {
    char *dir, api[100];
    struct x_app *app;
    struct x_client *clients[2];
    struct x_subscriber subscribers[2];
    struct x_subscriptions *subscriptions;
    struct buf log; /* of what was asked: who, what, with what */
    const char *pages[3];
    const char *made, *made_status; /* the answer to each change */
    unsigned page, done;
    struct buf trouble;
} t;

/* Whose token it is, method, path, body. */
static void note_request(struct str request)
{
    struct str rest = request, line, part;
    const char *token = memmem(request.p, request.len, "Bearer ", 7);
    const char *body = memmem(request.p, request.len, "\r\n\r\n", 4);
    assert_non_null(token);
    assert_non_null(body);
    struct str who = { token + 7, request.len - (size_t)(token + 7 - request.p) };
    (void)str_split(&who, '\r', &part);
    (void)str_split(&rest, '\r', &line);
    struct str said = str_cut(request, (size_t)(body - request.p) + 4, request.len);
    (void)buf_addf(&t.log, "%.*s %.*s %.*s\n", STR_ARG(part),
                   (int)line.len - (int)strlen(" HTTP/1.1"), line.p, STR_ARG(said));
}

static const char *choose(struct str request)
{
    static char answer_text[4000];
    bool looks = str_starts(request, STR("GET "));
    const char *body = looks ? t.pages[t.page++] : t.made;
    note_request(request);
    (void)snprintf(answer_text, sizeof answer_text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
                   looks ? "200 OK" : t.made_status, strlen(body), body);
    return answer_text;
}

static void on_ensured(void *data, struct str trouble)
{
    (void)data;
    t.done++;
    (void)buf_add(&t.trouble, trouble);
    uv_stop(&server.loop);
}

static void make_client(size_t i, const char *name, const char *id)
{
    struct report report = REPORT_INIT;
    write_text(t.dir, name, name); /* each one's token is its own name */
    assert_int_equal(chmod(path_in(t.dir, name), 0600), 0);
    struct x_client_options options = { .app = t.app,
                                        .name = name,
                                        .token_file = path_in(t.dir, name) };
    assert_int_equal(x_client_new(&options, &report, &t.clients[i]), 0);
    t.subscribers[i] = (struct x_subscriber){ { str_of(id), str_of(name), false }, t.clients[i] };
    report_release(&report);
}

static int setup(void **state)
{
    struct report report = REPORT_INIT;
    memset(&t, 0, sizeof t);
    t.log = t.trouble = BUF_INIT(1 << 20);
    t.dir = temp_new();
    (void)server_setup(state);
    server.choose = choose;
    t.made_status = "201 Created";
    t.made = "{\"data\":{\"subscription_id\":\"5\"}}";
    (void)snprintf(t.api, sizeof t.api, "http://127.0.0.1:%d", server.port);
    write_text(t.dir, "app.json", "{\"bearer_token\":\"app\"}");
    assert_int_equal(chmod(path_in(t.dir, "app.json"), 0600), 0);
    struct x_app_options app = { .loop = &server.loop,
                                 .http = server.http,
                                 .api = t.api,
                                 .app_file = path_in(t.dir, "app.json"),
                                 .timeout_ms = LONG_MS };
    assert_int_equal(x_app_new(&app, &report, &t.app), 0);
    make_client(0, "NorthmoorHelp", HELP);
    make_client(1, "NorthmoorNews", NEWS);
    report_release(&report);
    return 0;
}

static int teardown(void **state)
{
    t.subscriptions = x_subscriptions_free(t.subscriptions);
    server.http = http_free(server.http);
    for (size_t i = 0; i < ARRAY_LEN(t.clients); i++)
        (void)x_client_free(t.clients[i]);
    t.app = x_app_free(t.app);
    int r = server_teardown(state);
    t.dir = temp_free(t.dir);
    buf_release(&t.log);
    buf_release(&t.trouble);
    return r;
}

static void ensure(enum x_source source, size_t accounts, const char *webhook_id)
{
    struct x_subscriptions_options options = { .source = source,
                                               .subscribers = t.subscribers,
                                               .count = accounts,
                                               .webhook_id = webhook_id,
                                               .timeout_ms = LONG_MS,
                                               .done = on_ensured };
    t.subscriptions = x_subscriptions_free(t.subscriptions);
    buf_clear(&t.log);
    buf_clear(&t.trouble);
    t.page = t.done = 0;
    assert_int_equal(x_subscriptions_new(&options, &t.subscriptions), 0);
    x_subscriptions_ensure(t.subscriptions);
    x_subscriptions_ensure(t.subscriptions); /* it is at it */
    assert_int_equal(t.done, 0);
    while (!t.done)
        assert_true(uv_run(&server.loop, UV_RUN_ONCE) != 0);
    assert_int_equal(t.done, 1);
}

#define LOOK "app GET /2/activity/subscriptions?max_results=1000 \n"
#define ASK(who, type, id)                                        \
    who " POST /2/activity/subscriptions {\"event_type\":\"" type \
        "\",\"filter\":{\"user_id\":\"" id "\"},\"tag\":\"kerbside\"}\n"
#define ALL_OF(who, id)                 \
    ASK(who, "post.mention.create", id) \
    ASK(who, "post.reply.create", id)   \
    ASK(who, "post.quote.create", id)   \
    ASK(who, "dm.received", id)         \
    ASK(who, "dm.sent", id) ASK("app", "post.create", id) ASK("app", "post.delete", id)
#define ASK_REVOKE                                                                               \
    "app POST /2/activity/subscriptions {\"event_type\":\"oauth.revoke\",\"filter\":{},\"tag\":" \
    "\"kerbside\"}\n"
#define THERE(type, id) \
    "{\"subscription_id\":\"77\",\"event_type\":\"" type "\",\"filter\":{\"user_id\":\"" id "\"}}"

static void test_nothing_there(void **state)
{
    (void)state;
    t.pages[0] = "{\"meta\":{\"total_subscriptions\":0}}";
    ensure(X_SOURCE_ACTIVITY, 2, NULL);
    assert_string_equal(buf_cstr(&t.log), LOOK ALL_OF("NorthmoorHelp", HELP)
                                              ASK_REVOKE ALL_OF("NorthmoorNews", NEWS));
    assert_string_equal(buf_cstr(&t.trouble), "");
}

/* What is there, on whichever page, isn't asked for again, and what isn't ours is left alone. */
static void test_some_there(void **state)
{
    (void)state;
    t.pages[0] = "{\"data\":[" THERE("post.create",
                                     HELP) "," THERE("dm.sent", "99") "],\"meta\":{"
                                                                      "\"next_token\":\"a b\"}}";
    t.pages[1] = "{\"data\":[" THERE("dm.received", HELP) "," THERE("dm.sent", HELP) "," THERE(
        "post.mention.create",
        HELP) "," THERE("post.reply.create",
                        HELP) ",{\"event_type\":"
                              "\"oauth.revoke\",\"filter\":{},\"subscription_id\":\"6\"}]}";
    ensure(X_SOURCE_ACTIVITY, 1, NULL);
    assert_string_equal(
        buf_cstr(&t.log),
        LOOK "app GET /2/activity/subscriptions?max_results=1000&pagination_token=a%20b \n" ASK(
            "NorthmoorHelp", "post.quote.create", HELP) ASK("app", "post.delete", HELP));
    assert_string_equal(buf_cstr(&t.trouble), "");
}

static void test_webhook(void **state)
{
    (void)state;
    t.pages[0] = "{\"data\":[" THERE("post.create", HELP) "," THERE("post.delete", HELP) "," THERE(
        "dm.received",
        HELP) "," THERE("dm.sent", HELP) "," THERE("post.mention.create",
                                                   HELP) ","
                                                         "{\"event_type\":\"oauth.revoke\","
                                                         "\"filter\":{},\"subscription_id\":\"6\","
                                                         "\"webhook_id\":\"42\"},{\"event_type\":"
                                                         "\"post.reply.create\",\"filter\":{"
                                                         "\"user_id\":\"" HELP
                                                         "\"},\"subscription_id\":\"78\",\"webhook_"
                                                         "id\":\"42\"}]}";
    ensure(X_SOURCE_ACTIVITY, 1, "42");
    const char *put = "app PUT /2/activity/subscriptions/77 {\"webhook_id\":\"42\"}\n";
    struct buf want = BUF_INIT(10000);
    (void)buf_addc(&want, LOOK);
    for (int i = 0; i < 5; i++)
        (void)buf_addc(&want, put);
    (void)buf_addc(&want, "NorthmoorHelp POST /2/activity/subscriptions {\"event_type\":"
                          "\"post.quote.create\",\"filter\":{\"user_id\":\"" HELP
                          "\"},\"tag\":\"kerbside\",\"webhook_id\":\"42\"}\n");
    assert_string_equal(buf_cstr(&t.log), buf_cstr(&want));
    buf_release(&want);
}

#define NOT_MADE "X doesn't tell us of everything at once, since a subscription can't be made: "

/* One that can't be made doesn't stop the others. */
static void test_answers(void **state)
{
    static const struct {
        const char *note, *status, *body, *trouble;
    } rows[] = {
        { "an object", "200 OK", "{\"data\":{\"subscription_id\":\"5\"},\"meta\":{}}", "" },
        { "an array", "201 Created", "{\"data\":[{\"subscription_id\":\"5\"}]}", "" },
        { "an object in it", "200 OK", "{\"data\":{\"subscription\":{\"subscription_id\":\"5\"}}}",
          "" },
        { "there already", "409 Conflict", "{\"title\":\"Conflict\"}", "" },
        { "none", "200 OK", "{\"errors\":[{\"title\":\"no\"}]}", NOT_MADE "X said 200: no" },
        { "refused", "403 Forbidden", "{\"title\":\"Forbidden\",\"detail\":\"No such scope.\"}",
          NOT_MADE "X said 403: No such scope." },
        { "broken", "503 Service Unavailable", "<html>",
          NOT_MADE "X said 503. If this goes on, look at the credit at console.x.com." },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        t.pages[0] = "{\"data\":[]}";
        t.made_status = rows[i].status;
        t.made = rows[i].body;
        ensure(X_SOURCE_ACTIVITY, 1, NULL);
        assert_str_note(buf_str(&t.log), LOOK ALL_OF("NorthmoorHelp", HELP) ASK_REVOKE,
                        rows[i].note);
        assert_str_note(buf_str(&t.trouble), rows[i].trouble, rows[i].note);
    }
}

/* The page on events names oauth.revoke, the specification doesn't. */
static void test_revoke_refused(void **state)
{
    (void)state;
    t.pages[0] = "{\"data\":[" THERE("post.create", HELP) "," THERE("post.delete", HELP) "," THERE(
        "dm.received",
        HELP) "," THERE("dm.sent",
                        HELP) "," THERE("post.mention.create",
                                        HELP) "," THERE("post.reply.create",
                                                        HELP) "," THERE("post.quote.create",
                                                                        HELP) "]}";
    t.made_status = "400 Bad Request";
    ensure(X_SOURCE_ACTIVITY, 1, NULL);
    assert_string_equal(buf_cstr(&t.log), LOOK ASK_REVOKE);
    assert_string_equal(buf_cstr(&t.trouble), "");
}

static void test_look_fails(void **state)
{
    (void)state;
    t.pages[0] = "<html>";
    ensure(X_SOURCE_ACTIVITY, 1, NULL);
    assert_string_equal(buf_cstr(&t.log), LOOK);
    assert_true(t.trouble.len > 0);
}

#define LOOK_RULES "app GET /2/tweets/search/stream/rules?max_results=1000 \n"
#define RULE(handle) "(@" handle " OR to:" handle " OR from:" handle ") -is:retweet"
#define ADD(handle, id) "{\"value\":\"" RULE(handle) "\",\"tag\":\"" id "\"}"
#define CHANGE "app POST /2/tweets/search/stream/rules "
#define A_RULE(id, value, tag) "{\"id\":\"" id "\",\"value\":\"" value "\",\"tag\":\"" tag "\"}"

static void test_rules(void **state)
{
    static const struct {
        const char *note, *page, *log;
    } rows[] = {
        { "none", "{\"meta\":{\"result_count\":0}}",
          LOOK_RULES CHANGE
          "{\"add\":[" ADD("NorthmoorHelp", HELP) "," ADD("NorthmoorNews", NEWS) "]}\n" },
        { "all, and one of others",
          "{\"data\":[" A_RULE("1", RULE("NorthmoorHelp"), HELP) "," A_RULE(
              "2", RULE("NorthmoorNews"), NEWS) "," A_RULE("3", "cats", "cats") "]}",
          LOOK_RULES },
        { "an older handle",
          "{\"data\":[" A_RULE("1", RULE("NorthmoorCouncil"),
                               HELP) "," A_RULE("2", RULE("NorthmoorNews"), NEWS) "]}",
          LOOK_RULES CHANGE "{\"delete\":{\"ids\":[\"1\"]}}\n" CHANGE
                            "{\"add\":[" ADD("NorthmoorHelp", HELP) "]}\n" },
        { "under another name",
          "{\"data\":[" A_RULE("1", RULE("NorthmoorHelp"),
                               "mine") "," A_RULE("2", RULE("NorthmoorNews"), NEWS) "]}",
          LOOK_RULES CHANGE "{\"delete\":{\"ids\":[\"1\"]}}\n" CHANGE
                            "{\"add\":[" ADD("NorthmoorHelp", HELP) "]}\n" },
    };
    (void)state;
    t.made = "{\"meta\":{\"summary\":{\"created\":1,\"not_created\":0}}}";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        t.pages[0] = rows[i].page;
        ensure(X_SOURCE_FILTERED, 2, NULL);
        assert_str_note(buf_str(&t.log), rows[i].log, rows[i].note);
        assert_str_note(buf_str(&t.trouble), "", rows[i].note);
    }
    t.pages[0] = "{}";
    t.made = "{\"errors\":[{\"title\":\"Invalid Rule\"}],\"meta\":{}}";
    ensure(X_SOURCE_FILTERED, 2, NULL);
    assert_true(t.trouble.len > 0);
}

/* A client that may change nothing looks, and leaves it at that. */
static void test_read_only(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    struct x_client_options options = { .app = t.app,
                                        .name = "NorthmoorHelp",
                                        .token_file = path_in(t.dir, "NorthmoorHelp"),
                                        .read_only = true };
    (void)x_client_free(t.clients[0]);
    assert_int_equal(x_client_new(&options, &report, &t.clients[0]), 0);
    t.subscribers[0].client = t.clients[0];
    t.pages[0] = "{}";
    ensure(X_SOURCE_ACTIVITY, 1, NULL);
    assert_string_equal(buf_cstr(&t.log), LOOK);
    assert_string_equal(buf_cstr(&t.trouble), "");
    report_release(&report);
}

#define X_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        X_TEST(test_nothing_there), X_TEST(test_some_there),     X_TEST(test_webhook),
        X_TEST(test_answers),       X_TEST(test_revoke_refused), X_TEST(test_look_fails),
        X_TEST(test_rules),         X_TEST(test_read_only),
    };
    no_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
