/* An account on X from end to end: real requests to a server on loopback that says what it is told
 * to, in order, and what the network tells its owner of it. */
#include "bot/x/x.h"

#include <sys/stat.h>

#include "tests/unit/http_fixture.h"
#include "tests/unit/still_time.h"

#define HELP "1500000000000000001"

enum { ANSWERS_MAX = 8 };

static struct {
    char *dir, api[100], token[300];
    struct x_app *app;
    struct x_limits app_limits;
    struct x_meter *meter;
    struct network *x;
    const char *answers[ANSWERS_MAX]; /* bodies; "403 {…}" is a refusal */
    const char *headers;              /* of each, besides */
    unsigned next;
    struct buf asked; /* the requests, a line each: method, path and query, body */
    struct buf told;  /* what came back, a line each */
    unsigned under_way;
    int refuse; /* what taking a page returns */
} t;

/* ------------------------------------------------------------------------------------------------
 * X */

/* In these answers a ' stands for a ". */
static const char *choose(struct str request)
{
    static char text[4000], body[3000];
    struct str head = request, line;
    const char *end = memmem(request.p, request.len, "\r\n\r\n", 4);
    struct str sent = str_cut(request, (size_t)(end + 4 - request.p), request.len);
    (void)str_split(&head, '\r', &line);
    (void)buf_addf(&t.asked, "%.*s%s%.*s\n", STR_ARG(str_cut(line, 0, line.len - 9)),
                   sent.len ? " " : "", STR_ARG(sent));
    const char *said = t.next < ANSWERS_MAX ? t.answers[t.next++] : NULL;
    assert_non_null(said);
    bool refusal = *said >= '1' && *said <= '9';
    (void)snprintf(body, sizeof body, "%s", refusal ? said + 4 : said);
    for (char *p = body; *p; p++)
        if (*p == '\'')
            *p = '"';
    (void)snprintf(text, sizeof text, "HTTP/1.1 %.3s Whatever\r\n%sContent-Length: %zu\r\n\r\n%s",
                   refusal ? said : "200", t.headers, strlen(body), body);
    return text;
}

/* ------------------------------------------------------------------------------------------------
 * its owner */

static const char *const ends[] = { "done", "later", "blocked", "refused", "unknown" };
static const char *const kinds[] = { "addressed", "overheard", "private", "ours" };
static const char *const states[] = { "there", "gone", "edited" };

static void ended(void)
{
    t.under_way--;
    uv_stop(&server.loop); /* which may be about to wait for what comes next */
}

static int on_page(void *data, const struct network_page *page)
{
    (void)buf_addf(&t.told, "%s page", (const char *)data);
    for (size_t i = 0; i < page->count; i++)
        (void)buf_addf(&t.told, " %s:%.*s", kinds[page->messages[i].kind],
                       STR_ARG(page->messages[i].remote_id));
    (void)buf_addf(&t.told, "%s%s%.*s\n", page->last ? " last" : "",
                   page->cursor.len ? " cursor " : "", STR_ARG(page->cursor));
    return t.refuse;
}

static void on_done(void *data, const struct network_answer *a)
{
    (void)buf_addf(&t.told, "%s %s %.*s\n", (const char *)data, ends[a->end],
                   STR_ARG(a->remote_id.len ? a->remote_id : a->words));
    ended();
}

static void on_found(void *data, const struct network_answer *a,
                     const struct network_sought *sought, size_t count)
{
    (void)buf_addf(&t.told, "%s %s", (const char *)data, ends[a->end]);
    for (size_t i = 0; i < count; i++)
        (void)buf_addf(&t.told, " [%.*s%s]", STR_ARG(sought[i].found), sought[i].beyond ? "?" : "");
    (void)buf_addc(&t.told, "\n");
    ended();
}

static void on_checked(void *data, const struct network_answer *a,
                       const struct network_checked *checked, size_t count)
{
    (void)buf_addf(&t.told, "%s %s", (const char *)data, ends[a->end]);
    for (size_t i = 0; i < count; i++) {
        const struct network_message *m = checked[i].message;
        (void)buf_addf(&t.told, " %.*s:%s", STR_ARG(checked[i].remote_id),
                       states[checked[i].state]);
        if (m)
            (void)buf_addf(&t.told, "(%.*s replaces %.*s: %.*s)", STR_ARG(m->remote_id),
                           STR_ARG(m->replaces), STR_ARG(m->text));
    }
    (void)buf_addc(&t.told, "\n");
    ended();
}

/* Turns the loop until nothing is under way. */
static void finish(void)
{
    while (t.under_way)
        (void)uv_run(&server.loop, UV_RUN_ONCE);
}

/* ------------------------------------------------------------------------------------------------
 */

static void make(int64_t cap_usd, bool read_only)
{
    struct report report = REPORT_INIT;
    struct x_app_options app = {
        .loop = &server.loop, .http = server.http, .api = t.api, .timeout_ms = LONG_MS
    };
    assert_int_equal(x_app_new(&app, &report, &t.app), 0);
    assert_int_equal(x_meter_new(cap_usd, &t.meter), 0);
    struct x_options options = { .loop = &server.loop,
                                 .app = t.app,
                                 .app_limits = &t.app_limits,
                                 .meter = t.meter,
                                 .owns_app = true,
                                 .account_id = HELP,
                                 .handle = "NorthmoorHelp",
                                 .token_file = t.token,
                                 .read_only = read_only,
                                 .timeout_ms = LONG_MS };
    assert_int_equal(x_new(&options, &report, &t.x), 0);
    report_release(&report);
}

static int setup(void **state)
{
    int r = server_setup(state);
    memset(&t, 0, sizeof t);
    t.asked = t.told = BUF_INIT(100000);
    t.headers = "";
    t.dir = temp_new();
    write_text(t.dir, "token", "token");
    (void)snprintf(t.token, sizeof t.token, "%s", path_in(t.dir, "token"));
    assert_int_equal(chmod(t.token, 0600), 0);
    (void)snprintf(t.api, sizeof t.api, "http://127.0.0.1:%d", server.port);
    server.serving = ANSWERS;
    server.choose = choose;
    return r;
}

static int teardown(void **state)
{
    server.http = http_free(server.http);
    t.x = x_free(t.x);
    t.app = x_app_free(t.app);
    int r = server_teardown(state);
    t.meter = x_meter_free(t.meter);
    buf_release(&t.asked);
    buf_release(&t.told);
    t.dir = temp_free(t.dir);
    return r;
}

static void forget(void)
{
    buf_clear(&t.asked);
    buf_clear(&t.told);
    t.next = 0;
    memset(t.answers, 0, sizeof t.answers);
}

static int read_feed(enum network_feed feed, const char *name, const char *cursor,
                     const struct str *conversations, size_t count)
{
    struct network_reading reading = { .feed = feed,
                                       .cursor = str_of(cursor),
                                       .first_at = INT64_C(1795314896),
                                       .conversations = conversations,
                                       .conversation_count = count };
    int r = t.x->verbs->read(t.x, &reading, on_page, on_done, (void *)name);
    t.under_way += r == 0;
    return r;
}

#define FIELDS                                                                                  \
    "tweet.fields=author_id,conversation_id,created_at,display_text_range,in_reply_to_user_id," \
    "note_tweet,referenced_tweets&expansions=author_id,referenced_tweets.id"                    \
    "&user.fields=name,username"
#define OWN_FIELDS \
    "tweet.fields=conversation_id,created_at,display_text_range,note_tweet,referenced_tweets"
#define DM_FIELDS                                                                            \
    "event_types=MessageCreate&dm_event.fields=created_at,dm_conversation_id,event_type,id," \
    "text&expansions=sender_id&user.fields=name,username"
#define MENTIONS "GET /2/users/" HELP "/mentions?max_results=100&" FIELDS
#define POSTS "GET /2/users/" HELP "/tweets?max_results=100&exclude=retweets&" OWN_FIELDS
#define POST(id, author) \
    "{'id':'" id "','author_id':'" author "','text':'hi','created_at':'2026-11-22T02:34:56Z'}"
#define DIRECT(id, sender, at)                                                     \
    "{'id':'" id "','event_type':'MessageCreate','sender_id':'" sender "','text':" \
    "'Done','dm_conversation_id':'7-" HELP "','created_at':'" at "'}"

/* The first read begins at a time, the second at the cursor, a later one two minutes before it. The
 * cursor is the first page's newest id, and is told with the last page. */
static void test_mentions(void **state)
{
    (void)state;
    make(0, false);
    t.answers[0] = "{'data':[" POST("1700000000000000009", "7") "," POST(
        "1700000000000000008", "8") "],'meta':{'newest_id':'1700000000000000009','next_token':"
                                    "'a/b'}}";
    t.answers[1] = "{'data':[" POST("1700000000000000007", "7") "],'meta':{'newest_id':"
                                                                "'1700000000000000007'}}";
    assert_int_equal(read_feed(NETWORK_MENTIONS, "mentions", "", NULL, 0), 0);
    assert_str(buf_str(&t.told), ""); /* never from within the call */
    finish();
    assert_string_equal(buf_cstr(&t.asked),
                        MENTIONS "&start_time=2026-11-22T02:34:56Z\n" MENTIONS
                                 "&start_time=2026-11-22T02:34:56Z&pagination_token=a%2Fb\n");
    assert_string_equal(buf_cstr(&t.told),
                        "mentions page addressed:1700000000000000008 addressed:1700000000000000009"
                        "\nmentions page addressed:1700000000000000007 last cursor "
                        "1700000000000000009\nmentions done \n");

    forget();
    t.answers[0] = t.answers[1] = "{'meta':{'result_count':0}}";
    assert_int_equal(read_feed(NETWORK_MENTIONS, "mentions", "1700000000000000009", NULL, 0), 0);
    finish();
    assert_int_equal(read_feed(NETWORK_MENTIONS, "mentions", "1700000000000000009", NULL, 0), 0);
    finish();
    assert_string_equal(buf_cstr(&t.asked), MENTIONS "&since_id=1699999496680767488\n" MENTIONS
                                                     "&since_id=1700000000000000009\n");
    assert_string_equal(buf_cstr(&t.told), "mentions page last\nmentions done \n"
                                           "mentions page last\nmentions done \n");
}

/* What isn't kept, refused or lost ends the sweep without its cursor. */
static void test_broken_sweeps(void **state)
{
    static const char first[] = "{'data':[" POST(
        "1700000000000000009", "7") "],'meta':{"
                                    "'newest_id':'1700000000000000009','next_token':'n'}}";
    static const struct {
        const char *second;
        int refuse;
        const char *told;
    } rows[] = {
        { "503 <html>", 0,
          "mentions page addressed:1700000000000000009\nmentions later X said 503. If this "
          "goes on, look at the credit at console.x.com.\n" },
        { "{'data':{}}", 0,
          "mentions page addressed:1700000000000000009\nmentions later X sent something that isn't "
          "an answer (status 200)\n" },
        { "401 {'detail':'Unauthorized'}", 0,
          "mentions page addressed:1700000000000000009\nmentions blocked X refuses the token of "
          "the account NorthmoorHelp: run kerbside x login" },
        { NULL, ERR_DB, "mentions page addressed:1700000000000000009\nmentions later " },
    };
    (void)state;
    make(0, false);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        forget();
        t.answers[0] = first;
        t.answers[1] = rows[i].second;
        t.refuse = rows[i].refuse;
        assert_int_equal(read_feed(NETWORK_MENTIONS, "mentions", "", NULL, 0), 0);
        finish();
        assert_note(str_starts(buf_str(&t.told), str_of(rows[i].told)), buf_cstr(&t.told));
    }
}

/* From the newest back to what was read before, in small pages once it was caught up. */
static void test_messages(void **state)
{
    (void)state;
    make(0, false);
    t.answers[0] =
        "{'data':[" DIRECT("1700000000000000009", HELP, "2026-11-22T02:34:58Z") "," DIRECT(
            "1700000000000000008", "7", "2026-11-22T02:34:57Z") "],'meta':{'next_token':'n'}}";
    t.answers[1] =
        "{'data':[" DIRECT("1700000000000000007", "7", "2026-11-22T02:34:56Z") "," DIRECT(
            "1700000000000000006", "7", "2026-11-22T02:34:55Z") "],'meta':{'next_token':'m'}}";
    assert_int_equal(read_feed(NETWORK_MESSAGES, "dm", "", NULL, 0), 0);
    finish();
    assert_string_equal(buf_cstr(&t.asked),
                        "GET /2/dm_events?max_results=100&" DM_FIELDS
                        "\nGET /2/dm_events?max_results=100&" DM_FIELDS "&pagination_token=n\n");
    assert_string_equal(buf_cstr(&t.told),
                        "dm page private:dm:1700000000000000008 ours:dm:1700000000000000009\n"
                        "dm page private:dm:1700000000000000007 last cursor 1700000000000000009\n"
                        "dm done \n");

    forget(); /* more than a page it was: the next is large, the one after it small */
    t.answers[0] =
        "{'data':[" DIRECT("1700000000900000000", "7", "2026-11-22T02:35:58Z") "," DIRECT(
            "1600000000000000000", "7", "2026-11-22T02:34:57Z") "],'meta':{'next_token':'n'}}";
    t.answers[1] = "{'data':[" DIRECT("1600000000000000000", "7",
                                      "2026-11-22T02:34:57Z") "],"
                                                              "'meta':{'next_token':'n'}}";
    assert_int_equal(read_feed(NETWORK_MESSAGES, "dm", "1700000000000000009", NULL, 0), 0);
    finish();
    assert_int_equal(read_feed(NETWORK_MESSAGES, "dm", "1700000000900000000", NULL, 0), 0);
    finish();
    assert_string_equal(buf_cstr(&t.asked), "GET /2/dm_events?max_results=100&" DM_FIELDS
                                            "\nGET /2/dm_events?max_results=20&" DM_FIELDS "\n");
    assert_string_equal(buf_cstr(&t.told),
                        "dm page private:dm:1700000000900000000 last cursor 1700000000900000000\n"
                        "dm done \ndm page last\ndm done \n");
}

/* As many queries as the conversations need, and one cursor for all. */
static void test_threads(void **state)
{
    struct str conversations[14];
    (void)state;
    make(0, false);
    for (size_t i = 0; i < ARRAY_LEN(conversations); i++)
        conversations[i] = STR("1234567890123456789");
    conversations[1] = STR("dm:7-8");
    conversations[13] = STR("1300000000000000000");
    t.answers[0] =
        "{'data':[" POST("1700000000000000009", "7") "],'meta':{'newest_id':"
                                                     "'1700000000000000009','next_token':'n'}}";
    t.answers[1] = "{'data':[" POST("1700000000000000008", "7") "],'meta':{'newest_id':"
                                                                "'1700000000000000008'}}";
    t.answers[2] = "{'data':[" POST("1700000000000000012", "7") "," POST(
        "1700000000000000011", HELP) "],'meta':{'newest_id':'1700000000000000012'}}";
    assert_int_equal(
        read_feed(NETWORK_THREADS, "threads", "", conversations, ARRAY_LEN(conversations)), 0);
    finish();
    assert_string_equal(buf_cstr(&t.told), "threads page overheard:1700000000000000009\n"
                                           "threads page overheard:1700000000000000008\n"
                                           "threads page overheard:1700000000000000012 last cursor "
                                           "1700000000000000012\nthreads done \n");
    struct str asked = buf_str(&t.asked), line;
    size_t lines = 0;
    while (str_split(&asked, '\n', &line) && line.len) {
        bool second = lines == 2;
        assert_true(str_starts(line, STR("GET /2/tweets/search/recent?max_results=100&" FIELDS
                                         "&query=%28conversation_id%3A")));
        assert_true(
            memmem(line.p, line.len, "%29%20-is%3Aretweet%20-from%3ANorthmoorHelp&since_id=", 53));
        assert_true(!memmem(line.p, line.len, "1300000000000000000", 19) == !second);
        assert_true(!str_ends(line, STR("&pagination_token=n")) == (lines != 1));
        lines++;
    }
    assert_int_equal(lines, 3);

    forget(); /* what is younger than the sweep doesn't become the cursor */
    t.answers[0] = "{'data':[" POST("9000000000000000009", "7") "],'meta':{'newest_id':"
                                                                "'9000000000000000009'}}";
    assert_int_equal(read_feed(NETWORK_THREADS, "threads", "", conversations, 1), 0);
    finish();
    assert_non_null(strstr(buf_cstr(&t.told), "overheard:9000000000000000009 last cursor 2"));

    assert_int_equal(read_feed(NETWORK_THREADS, "threads", "", NULL, 0), 1); /* nothing to ask */
    assert_int_equal(read_feed(NETWORK_THREADS, "threads", "", conversations + 1, 1), 1);
}

static void test_all_at_once(void **state)
{
    static const struct str thread = { "1234567890123456789", 19 };
    (void)state;
    make(0, false);
    for (size_t i = 0; i < NETWORK_FEEDS; i++)
        t.answers[i] = "{'meta':{'result_count':0}}";
    assert_int_equal(read_feed(NETWORK_MENTIONS, "mentions", "", NULL, 0), 0);
    assert_int_equal(read_feed(NETWORK_POSTS, "posts", "", NULL, 0), 0);
    assert_int_equal(read_feed(NETWORK_MESSAGES, "dm", "", NULL, 0), 0);
    assert_int_equal(read_feed(NETWORK_THREADS, "threads", "", &thread, 1), 0);
    finish();
    assert_int_equal(server.requests, NETWORK_FEEDS);
    assert_non_null(strstr(buf_cstr(&t.asked), POSTS "&start_time=2026-11-22T02:34:56Z\n"));
    static const char *const names[] = { "mentions", "posts", "dm", "threads" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char line[40];
        (void)snprintf(line, sizeof line, "%s done", names[i]);
        assert_non_null(strstr(buf_cstr(&t.told), line));
    }
}

/* ------------------------------------------------------------------------------------------------
 */

static void send_one(bool is_private, const char *to)
{
    struct network_outgoing o = { .parent = is_private ? STR("dm:900") : str_of(to),
                                  .recipient = is_private ? str_of(to) : STR(""),
                                  .text = STR("It's \"done\""),
                                  .is_private = is_private };
    assert_int_equal(t.x->verbs->post(t.x, &o, on_done, "post"), 0);
    t.under_way++;
    finish();
}

static void test_sending(void **state)
{
    (void)state;
    make(0, false);
    t.answers[0] = "201 {'data':{'id':'950','text':'x'}}";
    t.answers[1] = "201 {'data':{'dm_conversation_id':'7-8','dm_event_id':'951'}}";
    t.answers[2] = "403 {'detail':'You do not have permission to DM one or more participants.'}";
    t.answers[3] = "500 <html>";
    send_one(false, "900");
    send_one(true, "7");
    send_one(true, "7");
    send_one(false, "900");
    assert_string_equal(
        buf_cstr(&t.asked),
        "POST /2/tweets {\"text\":\"It's \\\"done\\\"\",\"reply\":{\"in_reply_to_tweet_id\":"
        "\"900\"}}\n"
        "POST /2/dm_conversations/with/7/messages {\"text\":\"It's \\\"done\\\"\"}\n"
        "POST /2/dm_conversations/with/7/messages {\"text\":\"It's \\\"done\\\"\"}\n"
        "POST /2/tweets {\"text\":\"It's \\\"done\\\"\",\"reply\":{\"in_reply_to_tweet_id\":"
        "\"900\"}}\n");
    assert_string_equal(buf_cstr(&t.told),
                        "post done 950\npost done dm:951\npost refused X said 403: You do not have "
                        "permission to DM one or more participants.\npost unknown X said 500\n");
}

/* An id that is none never gets into an address, and nobody who may only look sends. */
static void test_not_sent(void **state)
{
    (void)state;
    make(0, true);
    struct network_outgoing o = { .parent = STR("../x"), .text = STR("Done") };
    assert_int_equal(t.x->verbs->post(t.x, &o, on_done, "post"), ERR_BADINPUT);
    o = (struct network_outgoing){ .recipient = STR("dm:7"), .text = STR("x"), .is_private = true };
    assert_int_equal(t.x->verbs->post(t.x, &o, on_done, "post"), ERR_BADINPUT);
    o = (struct network_outgoing){ .parent = STR("900"), .text = STR("Done") };
    assert_int_equal(t.x->verbs->post(t.x, &o, on_done, "post"), ERR_DENIED);
    assert_int_equal(server.requests, 0);
}

static void look(const struct network_sought *sought, size_t count)
{
    assert_int_equal(t.x->verbs->find(t.x, sought, count, on_found, "find"), 0);
    t.under_way++;
    finish();
}

static void test_finding(void **state)
{
    static const struct network_sought sought[] = {
        { .parent = { "1700000000000000005", 19 }, .text = { "Done", 4 } },
        { .parent = { "dm:1700000000000000004", 22 },
          .recipient = { "7", 1 },
          .text = { "Done", 4 },
          .is_private = true },
        { .parent = { "1700000000000000003", 19 }, .text = { "Gone", 4 } },
    };
    (void)state;
    make(0, false);
    t.answers[0] = "{'data':[{'id':'1700000000000000009','text':'@sam Done','referenced_tweets':"
                   "[{'type':'replied_to','id':'1700000000000000005'}]}],'meta':{'next_token':"
                   "'n'}}";
    t.answers[1] = "{'meta':{}}";
    t.answers[2] = "{'data':[" DIRECT(
        "1700000000000000008", HELP,
        "2026-11-22T02:34:58Z") "],"
                                "'meta':{'next_token':'n'}}"; /* found: what is left isn't asked for
                                                               */
    look(sought, ARRAY_LEN(sought));
    assert_string_equal(
        buf_cstr(&t.asked),
        "GET /2/users/" HELP "/tweets?max_results=100&since_id=1700000000000000003&" OWN_FIELDS
        "\nGET /2/users/" HELP "/tweets?max_results=100&since_id=1700000000000000003&" OWN_FIELDS
        "&pagination_token=n\nGET /2/dm_events?max_results=100&" DM_FIELDS "\n");
    assert_string_equal(buf_cstr(&t.told),
                        "find done [1700000000000000009] [dm:1700000000000000008] []\n");

    forget(); /* what is older than what it answers isn't it: absence is shown */
    t.answers[0] = "{'data':[" DIRECT("1700000000000000003", HELP,
                                      "2026-11-22T02:34:58Z") "],"
                                                              "'meta':{'next_token':'n'}}";
    look(sought + 1, 1);
    assert_string_equal(buf_cstr(&t.told), "find done []\n");

    forget(); /* more than is looked through: it isn't */
    for (size_t i = 0; i < ANSWERS_MAX; i++)
        t.answers[i] = "{'data':[" DIRECT("1700000000000000009", "7",
                                          "2026-11-22T02:34:58Z") "],"
                                                                  "'meta':{'next_token':'n'}}";
    look(sought + 1, 1);
    assert_string_equal(buf_cstr(&t.told), "find done [?]\n");

    forget();
    t.answers[0] = "429 {}";
    look(sought, 1);
    assert_string_equal(buf_cstr(&t.told), "find later []\n");
}

static void check(const struct str *ids, size_t count)
{
    assert_int_equal(t.x->verbs->check(t.x, ids, count, on_checked, "check"), 0);
    t.under_way++;
    assert_str(buf_str(&t.told), ""); /* never from within the call */
    finish();
}

static void test_checking(void **state)
{
    static const struct str ids[] = {
        { "901", 3 }, { "902", 3 }, { "dm:903", 6 }, { "904", 3 }, { "905", 3 }
    };
    static const char states_said[] =
        "{'data':[{'id':'901','edit_history_tweet_ids':['901']},{'id':'904',"
        "'edit_history_tweet_ids':['904','914']}],'errors':[{'resource_id':'902','type':"
        "'https://api.x.com/2/problems/resource-not-found'}]}";
    (void)state;
    make(0, false);
    t.answers[0] = states_said;
    t.answers[1] = "{'data':[{'id':'914','text':'Better','author_id':'7',"
                   "'edit_history_tweet_ids':['904','914']}]}";
    check(ids, ARRAY_LEN(ids));
    assert_string_equal(buf_cstr(&t.asked),
                        "GET /2/tweets?tweet.fields=withheld&ids=901,902,904,905\n"
                        "GET /2/tweets?" FIELDS "&ids=914\n");
    assert_string_equal(buf_cstr(&t.told),
                        "check done 901:there 902:gone 904:edited(914 replaces 904: Better)\n");

    forget(); /* the rest counts where the newest version can't be had */
    t.answers[0] = states_said;
    t.answers[1] = "503 <html>";
    check(ids, ARRAY_LEN(ids));
    assert_string_equal(buf_cstr(&t.told), "check done 901:there 902:gone\n");

    forget();
    check(ids + 2, 1);
    assert_string_equal(buf_cstr(&t.asked), "");
    assert_string_equal(buf_cstr(&t.told), "check done\n");

    forget();
    t.answers[0] = "402 {'detail':'credits depleted'}";
    check(ids, 1);
    assert_string_equal(buf_cstr(&t.told), "check blocked\n");
}

/* ------------------------------------------------------------------------------------------------
 */

static int64_t wait_of(bool is_private, bool by_person)
{
    return t.x->verbs->wait_ms(t.x, is_private, by_person);
}

static void test_limits(void **state)
{
    char headers[200];
    (void)state;
    make(0, false);
    assert_int_equal(wait_of(false, false), 0);
    (void)snprintf(headers, sizeof headers,
                   "x-rate-limit-limit: 100\r\nx-rate-limit-remaining: 5\r\n"
                   "x-rate-limit-reset: %lld\r\n",
                   (long long)time(NULL) + 500);
    t.headers = headers;
    t.answers[0] = "201 {'data':{'id':'950'}}";
    send_one(false, "900");
    assert_true(wait_of(false, false) > 0);
    assert_int_equal(wait_of(false, true), 0);
    assert_int_equal(wait_of(true, false), 0);
}

/* Beyond the month's cap what isn't to us is left alone. */
static void test_cap(void **state)
{
    static const struct str thread = { "1234567890123456789", 19 };
    (void)state;
    make(1, false);
    t.answers[0] = t.answers[1] = "{'meta':{'result_count':0}}";
    assert_int_equal(read_feed(NETWORK_THREADS, "threads", "", &thread, 1), 0);
    finish();
    for (int i = 0; i < 5; i++)
        x_meter_count(t.meter, STR("NorthmoorHelp"), X_CHARGE_POST_WITH_URL, STR(""), time(NULL));
    assert_int_equal(read_feed(NETWORK_THREADS, "threads", "", &thread, 1), 1);
    assert_int_equal(read_feed(NETWORK_MENTIONS, "mentions", "", NULL, 0), 0);
    finish();
}

static void test_metered(void **state)
{
    struct x_month month;
    (void)state;
    make(0, false);
    t.answers[0] = "{'data':[" POST("900", "7") "],'includes':{'users':[{'id':'7'}]},'meta':{}}";
    assert_int_equal(read_feed(NETWORK_MENTIONS, "mentions", "", NULL, 0), 0);
    finish();
    x_meter_month(t.meter, STR("NorthmoorHelp"), time(NULL), &month);
    assert_int_equal(month.micro_usd, 11000);
}

static void test_rules(void **state)
{
    struct buf address = BUF_INIT(100);
    (void)state;
    make(0, false);
    const struct text_rules *rules = t.x->verbs->private_rules;
    assert_int_equal(rules->limit, 10000);
    assert_int_equal(rules->weight(STR("See https://northmoor.example/bins \xf0\x9f\x98\xa1")), 36);
    assert_int_equal(rules->address(&address, STR("sam"), STR("dm:5")), 0);
    assert_str(buf_str(&address), "https://x.com/messages");
    buf_release(&address);
}

#define X_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        X_TEST(test_mentions), X_TEST(test_broken_sweeps), X_TEST(test_messages),
        X_TEST(test_threads),  X_TEST(test_all_at_once),   X_TEST(test_sending),
        X_TEST(test_not_sent), X_TEST(test_finding),       X_TEST(test_checking),
        X_TEST(test_limits),   X_TEST(test_cap),           X_TEST(test_metered),
        X_TEST(test_rules),
    };
    no_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
