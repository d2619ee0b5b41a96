/* Events as X sends them, written from the fields that its pages name, and what we make of them. */
#include "bot/x/activity.h"

#include <inttypes.h>

#include "tests/unit/support.h"

#define HELP "1500000000000000001"
#define NEWS "1500000000000000002"

static const struct x_us us[] = {
    { { HELP, sizeof HELP - 1 }, { "NorthmoorHelp", 13 }, false },
    { { NEWS, sizeof NEWS - 1 }, { "NorthmoorNews", 13 }, false },
};

static void add_message(struct buf *out, const struct network_message *m)
{
    static const char *const kinds[] = { "addressed", "overheard", "private", "ours" };
    (void)buf_addf(out, "%s %.*s in %.*s at %" PRId64 " by %.*s @%.*s (%.*s)%s", kinds[m->kind],
                   STR_ARG(m->remote_id), STR_ARG(m->conversation), m->written_at,
                   STR_ARG(m->author_id), STR_ARG(m->handle), STR_ARG(m->name),
                   m->may_reply ? " may-reply" : "");
    if (m->is_private)
        (void)buf_addc(out, " dm");
    if (m->answers.len)
        (void)buf_addf(out, " answers %.*s", STR_ARG(m->answers));
    if (m->replaces.len)
        (void)buf_addf(out, " replaces %.*s", STR_ARG(m->replaces));
    if (m->partner.len)
        (void)buf_addf(out, " to %.*s", STR_ARG(m->partner));
    (void)buf_addf(out, ": %.*s", STR_ARG(m->text));
}

/* What was read, a line an event. */
static void describe(struct buf *out, const struct x_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct x_event *e = &events->list[i];
        (void)buf_addf(out, "%s ", str_is(e->account_id, HELP) ? "help" : "news");
        switch (e->kind) {
        case X_EVENT_MESSAGE:
            add_message(out, &e->message);
            break;
        case X_EVENT_GONE:
            (void)buf_addf(out, "gone %.*s", STR_ARG(e->gone_id));
            break;
        case X_EVENT_REVOKED:
            (void)buf_addc(out, "revoked");
            break;
        case X_EVENT_READ_NOW:
            (void)buf_addc(out, "read now");
            break;
        }
        (void)buf_addc(out, "\n");
    }
    if (events->ends.len)
        (void)buf_addf(out, "ends %.*s\n", STR_ARG(events->ends));
}

struct row {
    const char *note, *body, *want;
};

static void run(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = ARENA_INIT;
        struct x_events events;
        struct buf got = BUF_INIT(1 << 20);
        int r = x_read_events(&arena, str_of(rows[i].body), us, ARRAY_LEN(us), &events);
        if (r == 0)
            describe(&got, &events);
        else
            (void)buf_addf(&got, "%s\n", err_str(r));
        assert_str_note(buf_str(&got), rows[i].want, rows[i].note);
        buf_release(&got);
        arena_release(&arena);
    }
}

/* An event of @type for an account of ours; @payload with its braces, @more: members behind it. */
#define EVENT(type, payload, more)                                                       \
    "{\"data\":{\"event_uuid\":\"-2781149976877970683\",\"filter\":{\"user_id\":\"" HELP \
    "\"},\"event_type\":\"" type "\",\"tag\":\"kerbside\",\"payload\":" payload more "}}"

#define POST_HEAD "{\"id\":\"1700000000000000005\",\"author_id\":\"1600000000000000001\","
#define POST_TIME "\"created_at\":\"2026-11-22T09:00:00.000Z\","
#define POST(more)                                                                                \
    POST_HEAD POST_TIME                                                                           \
        "\"edit_history_tweet_ids\":[\"1700000000000000005\"],\"public_metrics\":{\"like_count\"" \
        ":0,\"like_count_str\":\"0\"}," more "}"
#define RESIDENT "{\"id\":\"1600000000000000001\",\"username\":\"elm_close\",\"name\":\"Ada Elm\"}"
#define INCLUDES ",\"includes\":{\"users\":[" RESIDENT "]}"
#define NEW_THREAD "\"conversation_id\":\"1700000000000000005\","
#define SAID(text) "\"text\":\"" text "\""
#define BY_ADA "1600000000000000001 @elm_close (Ada Elm)"
#define ID "1700000000000000005"

static void test_posts(void **state)
{
    static const struct row rows[] = {
        { "a mention",
          EVENT("post.mention.create", POST(NEW_THREAD SAID("@NorthmoorHelp my bin")), INCLUDES),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA
          " may-reply: @NorthmoorHelp my bin\n" },
        { "a reply that carries our handle in front",
          EVENT("post.reply.create",
                POST("\"conversation_id\":\"1700000000000000001\",\"display_text_range\":[15,26],"
                     "\"in_reply_to_tweet_id\":\"1700000000000000001\","
                     "\"in_reply_to_user_id\":\"" HELP "\",\"referenced_tweets\":[{\"type\":"
                     "\"replied_to\",\"id\":\"1700000000000000001\"}]," SAID(
                         "@NorthmoorHelp thanks &amp; bye")),
                INCLUDES),
          "help addressed " ID " in 1700000000000000001 at 1795338000 by " BY_ADA
          " answers 1700000000000000001: thanks & bye\n" },
        { "a reply whose references are missing",
          EVENT("post.reply.create",
                POST("\"conversation_id\":\"1700000000000000001\","
                     "\"in_reply_to_tweet_id\":\"1700000000000000002\"," SAID("thanks")),
                INCLUDES),
          "help addressed " ID " in 1700000000000000001 at 1795338000 by " BY_ADA
          " answers 1700000000000000002: thanks\n" },
        { "a quote, which X need not send with what it quotes",
          EVENT("post.quote.create",
                POST(NEW_THREAD "\"referenced_tweets\":[{\"type\":\"quoted\",\"id\":"
                                "\"1700000000000000001\"}]," SAID("really?")),
                INCLUDES),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA " may-reply: really?\n" },
        { "the other vocabulary",
          "{\"data\":{\"event_type\":\"post.mention.create\",\"filter\":{\"user_id\":\"" NEWS
          "\"},\"payload\":" POST_HEAD POST_TIME NEW_THREAD
          "\"edit_history_post_ids\":[\"1700000000000000003\",\"1700000000000000004\","
          "\"1700000000000000005\"],\"note_post\":{\"text\":\"all of it @northmoornews\"},"
          "\"referenced_posts\":[{\"type\":\"replied_to\",\"id\":\"1700000000000000001\"}],"
          "\"text\":\"all of…\"}" INCLUDES "}}",
          "news addressed " ID " in " ID " at 1795338000 by " BY_ADA
          " may-reply answers 1700000000000000001 replaces 1700000000000000003: all of it "
          "@northmoornews\n" },
        { "a long post",
          EVENT("post.mention.create",
                POST(NEW_THREAD
                     "\"note_tweet\":{\"text\":\"all of it @NorthmoorHelp\"}," SAID("all of…")),
                INCLUDES),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA
          " may-reply: all of it @NorthmoorHelp\n" },
        { "our own",
          EVENT("post.create",
                "{\"id\":\"" ID "\",\"author_id\":\"" HELP
                "\"," POST_TIME NEW_THREAD SAID("Roads are closed.") "}",
                ""),
          "help ours " ID " in " ID " at 1795338000 by " HELP
          " @NorthmoorHelp (): Roads are closed.\n" },
        { "our repost",
          EVENT("post.create",
                "{\"id\":\"" ID "\",\"author_id\":\"" HELP "\"," POST_TIME NEW_THREAD
                "\"referenced_tweets\":[{\"type\":\"retweeted\",\"id\":\"1700000000000000001\"}]"
                "," SAID("RT @elm_close: hi") "}",
                ""),
          "" },
        { "deleted",
          EVENT("post.delete", "{\"id\":\"" ID "\",\"author_id\":\"" HELP "\"}",
                ",\"includes\":{\"users\":[{\"data\":{\"id\":\"" HELP "\"}}]}"),
          "help gone " ID "\n" },
    };
    (void)state;
    run(rows, ARRAY_LEN(rows));
}

/* Half a message would be recorded for good, so none is made. */
static void test_read_now(void **state)
{
    static const struct row rows[] = {
        { "no author's name",
          EVENT("post.reply.create", POST(NEW_THREAD SAID("hi")), ",\"includes\":{}"),
          "help read now\n" },
        { "no author",
          EVENT("post.mention.create", "{\"id\":\"" ID "\"," POST_TIME NEW_THREAD SAID("hi") "}",
                INCLUDES),
          "help read now\n" },
        { "no time", EVENT("post.mention.create", POST_HEAD NEW_THREAD SAID("hi") "}", INCLUDES),
          "help read now\n" },
        { "no conversation", EVENT("post.mention.create", POST(SAID("hi")), INCLUDES),
          "help read now\n" },
        { "no text", EVENT("post.mention.create", POST(NEW_THREAD SAID("")), INCLUDES),
          "help read now\n" },
        { "no id", EVENT("post.mention.create", "{}", INCLUDES), "help read now\n" },
        { "no payload",
          "{\"data\":{\"event_type\":\"post.create\",\"filter\":{\"user_id\":\"" HELP "\"}}}",
          "help read now\n" },
        { "an id that is a number",
          EVENT("post.mention.create", "{\"id\":1700000000000000005}", INCLUDES),
          "help read now\n" },
        { "nothing says whose it is",
          "{\"data\":{\"event_type\":\"post.mention.create\",\"filter\":{},\"payload\":{}}}",
          "help read now\nnews read now\n" },
        { "a deleted post without an id", EVENT("post.delete", "{}", ""), "help read now\n" },
        { "no direct message in it", EVENT("dm.received", "{}", ""), "help read now\n" },
    };
    (void)state;
    run(rows, ARRAY_LEN(rows));
}

#define DM(id, sender, recipient, text)                                                           \
    "{\"type\":\"message_create\",\"id\":\"" id "\",\"created_timestamp\":\"1795338000372\","     \
    "\"message_create\":{\"target\":{\"recipient_id\":\"" recipient "\"},\"sender_id\":\"" sender \
    "\",\"message_data\":{\"text\":\"" text "\",\"entities\":{\"urls\":[]}}}}"
#define DM_USERS                                                                          \
    "\"users\":{\"1600000000000000001\":{\"data\":" RESIDENT "},\"" HELP "\":{\"data\":{" \
    "\"id\":\"" HELP "\",\"username\":\"NorthmoorHelp\",\"name\":\"Northmoor Council\"}}}"
#define ADA "1600000000000000001"
#define BETWEEN "dm:" HELP "-" ADA

static void test_directs(void **state)
{
    static const struct row rows[] = {
        { "to us",
          EVENT("dm.received",
                "{\"direct_message_events\":[" DM("1700000000000000007", ADA, HELP,
                                                  "my bin &lt;3") "]," DM_USERS "}",
                ""),
          "help private dm:1700000000000000007 in " BETWEEN " at 1795338000 by " BY_ADA
          " may-reply dm: my bin <3\n" },
        { "from us",
          EVENT("dm.sent",
                "{\"direct_message_events\":[" DM("1700000000000000008", HELP, ADA,
                                                  "which street?") "]," DM_USERS "}",
                ""),
          "help ours dm:1700000000000000008 in " BETWEEN " at 1795338000 by " HELP
          " @NorthmoorHelp (Northmoor Council) dm to " ADA ": which street?\n" },
        { "the smaller id is the shorter one",
          EVENT(
              "dm.received",
              "{\"direct_message_events\":[" DM(
                  "17", "99", HELP,
                  "hi") "],\"users\":{\"99\":{\"data\":{\"username\":\"old\",\"name\":\"Old\"}}}}",
              ""),
          "help private dm:17 in dm:99-" HELP
          " at 1795338000 by 99 @old (Old) may-reply dm: hi\n" },
        { "two at once, and somebody who joined",
          EVENT("dm.received",
                "{\"direct_message_events\":[{\"type\":\"participants_join\",\"id\":\"16\"}," DM(
                    "17", ADA, HELP, "one") "," DM("18", ADA, HELP, "two") "]," DM_USERS "}",
                ""),
          "help private dm:17 in " BETWEEN " at 1795338000 by " BY_ADA " may-reply dm: one\n"
          "help private dm:18 in " BETWEEN " at 1795338000 by " BY_ADA " may-reply dm: two\n" },
        { "a user who isn't named",
          EVENT("dm.received",
                "{\"direct_message_events\":[" DM("17", ADA, HELP, "hi") "],\"users\":{}}", ""),
          "help read now\n" },
        { "a picture only",
          EVENT("dm.received",
                "{\"direct_message_events\":[" DM("17", ADA, HELP, "") "]," DM_USERS "}", ""),
          "help read now\n" },
        { "between others",
          EVENT("dm.received",
                "{\"direct_message_events\":[" DM("17", ADA, NEWS, "hi") "]," DM_USERS "}", ""),
          "" },
    };
    (void)state;
    run(rows, ARRAY_LEN(rows));
}

static void test_others(void **state)
{
    static const struct row rows[] = {
        { "our grant is gone",
          "{\"data\":{\"event_uuid\":\"5\",\"filter\":{},\"event_type\":\"oauth.revoke\","
          "\"payload\":"
          "{\"date_time\":\"2026-07-23T21:44:05+00:00\",\"user_id\":\"" NEWS
          "\",\"app_id\":\"1\"}}}",
          "news revoked\n" },
        { "somebody else's grant",
          "{\"data\":{\"event_type\":\"oauth.revoke\",\"payload\":{\"user_id\":\"5\"}}}", "" },
        { "somebody else's post",
          "{\"data\":{\"event_type\":\"post.create\",\"filter\":{\"user_id\":\"5\"},\"payload\":{}}"
          "}",
          "" },
        { "a kind that we don't want", EVENT("dm.read", "{}", ""), "" },
        { "a kind that nobody knows", EVENT("post.levitate", "{}", ""), "" },
        { "a kind that isn't text",
          "{\"data\":{\"event_type\":5,\"filter\":{\"user_id\":\"" HELP "\"}}}", "" },
        { "a message of another sort", "{\"info\":\"hello\"}", "" },
        { "nothing", "{}", "" },
        { "an end",
          "{\"errors\":[{\"title\":\"operational-disconnect\",\"disconnect_type\":"
          "\"UpstreamOperationalDisconnect\",\"detail\":\"This stream has been disconnected "
          "upstream "
          "for operational "
          "reasons.\",\"type\":\"https://api.x.com/2/problems/operational-disconnect\""
          "}]}",
          "ends UpstreamOperationalDisconnect\n" },
        { "an end without a word", "{\"errors\":[]}", "ends unknown\n" },
        { "not an object", "[1]", "bad input\n" },
        { "not JSON", "<html>", "bad input\n" },
        { "half of it", "{\"data\":{\"event_type\":\"post.cre", "bad input\n" },
        { "empty", "", "bad input\n" },
    };
    (void)state;
    run(rows, ARRAY_LEN(rows));
}

#define FILTERED(post, includes, rules) \
    "{\"data\":" post ",\"includes\":" includes ",\"matching_rules\":[" rules "]}"
#define RULE(tag) "{\"id\":\"7\",\"tag\":\"" tag "\"}"

static void test_filtered(void **state)
{
    static const struct row rows[] = {
        { "for one of ours",
          FILTERED(POST(NEW_THREAD SAID("hey @NorthmoorNews")), "{\"users\":[" RESIDENT "]}",
                   RULE(NEWS)),
          "news addressed " ID " in " ID " at 1795338000 by " BY_ADA
          " may-reply: hey @NorthmoorNews\n" },
        { "for both",
          FILTERED(POST(NEW_THREAD SAID("hey @NorthmoorNews")), "{\"users\":[" RESIDENT "]}",
                   RULE(NEWS) "," RULE(HELP)),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA ": hey @NorthmoorNews\n"
          "news addressed " ID " in " ID " at 1795338000 by " BY_ADA
          " may-reply: hey @NorthmoorNews\n" },
        { "a quote of ours",
          FILTERED(POST(NEW_THREAD
                        "\"referenced_tweets\":[{\"type\":\"quoted\",\"id\":\"9\"}]," SAID("oh")),
                   "{\"users\":[" RESIDENT "],\"tweets\":[{\"id\":\"9\",\"author_id\":\"" HELP
                   "\"}]}",
                   RULE(HELP)),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA " may-reply: oh\n" },
        { "by us",
          FILTERED("{\"id\":\"" ID "\",\"author_id\":\"" HELP
                   "\"," POST_TIME NEW_THREAD SAID("hi") "}",
                   "{}", RULE(HELP)),
          "help ours " ID " in " ID " at 1795338000 by " HELP " @NorthmoorHelp (): hi\n" },
        { "somebody else's rule",
          FILTERED(POST(NEW_THREAD SAID("cats")), "{\"users\":[" RESIDENT "]}", RULE("cats")), "" },
        { "less than we need", FILTERED("{\"id\":\"" ID "\",\"text\":\"hi\"}", "{}", RULE(HELP)),
          "help read now\n" },
    };
    (void)state;
    run(rows, ARRAY_LEN(rows));
}

#define OLD_USER                                                                              \
    "\"user\":{\"id\":1,\"id_str\":\"" ADA "\",\"screen_name\":\"elm_close\",\"name\":\"Ada " \
    "Elm\"}"
#define OLD(more)                                                                    \
    "{\"created_at\":\"Sun Nov 22 09:00:00 +0000 2026\",\"id\":1700000000000000100," \
    "\"id_str\":\"" ID "\"," more "," OLD_USER "}"
#define OLD_EVENT(kind, items) "{\"for_user_id\":\"" HELP "\",\"" kind "\":[" items "]}"

static void test_old(void **state)
{
    static const struct row rows[] = {
        { "a mention",
          OLD_EVENT("tweet_create_events",
                    OLD("\"text\":\"@NorthmoorHelp hi\",\"in_reply_to_status_"
                        "id_str\":null")),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA
          " may-reply: @NorthmoorHelp hi\n" },
        { "a long one, whose end only is for us",
          OLD_EVENT("tweet_create_events",
                    OLD("\"text\":\"a long… https://t.co/a\",\"display_text_range\":[0,140],"
                        "\"truncated\":true,\"extended_tweet\":{\"full_text\":\"a long story "
                        "@NorthmoorHelp\",\"display_text_range\":[0,27]}")),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA
          " may-reply: a long story @NorthmoorHelp\n" },
        { "a quote of ours",
          OLD_EVENT("tweet_create_events",
                    OLD("\"text\":\"oh\",\"quoted_status\":{\"id_str\":\"9\",\"user\":{\"id_str\":"
                        "\"" HELP "\"}}")),
          "help addressed " ID " in " ID " at 1795338000 by " BY_ADA " may-reply: oh\n" },
        { "a quote of nobody knows whom",
          OLD_EVENT("tweet_create_events", OLD("\"text\":\"oh\",\"quoted_status_id_str\":\"9\"")),
          "help read now\n" },
        { "a reply, whose thread isn't said",
          OLD_EVENT("tweet_create_events",
                    OLD("\"text\":\"@NorthmoorHelp hi\",\"in_reply_to_status_id_str\":\"9\"")),
          "help read now\n" },
        { "a repost of ours",
          OLD_EVENT("tweet_create_events",
                    OLD("\"text\":\"RT\",\"retweeted_status\":{\"id_str\":\"9\"}")),
          "" },
        { "a time of another kind",
          OLD_EVENT("tweet_create_events", "{\"created_at\":\"Sun Nov 22 09:00:00 +0100 2026\","
                                           "\"id_str\":\"" ID "\",\"text\":\"hi\"," OLD_USER "}"),
          "help read now\n" },
        { "a month of another kind",
          OLD_EVENT("tweet_create_events", "{\"created_at\":\"Sun ovD 22 09:00:00 +0000 2026\","
                                           "\"id_str\":\"" ID "\",\"text\":\"hi\"," OLD_USER "}"),
          "help read now\n" },
        { "deleted",
          OLD_EVENT("tweet_delete_events",
                    "{\"status\":{\"id\":\"8\",\"user_id\":\"5\"},\"timestamp_ms\":\"1\"},"
                    "{\"status\":{\"id\":\"9\",\"user_id\":\"5\"}}"),
          "help gone 8\nhelp gone 9\n" },
        { "a direct message",
          "{\"for_user_id\":\"" HELP "\",\"direct_message_events\":[" DM(
              "17", ADA, HELP, "hi") "],\"apps\":{},\"users\":{\"" ADA "\":{\"id\":\"" ADA
                                     "\",\"name\":\"Ada Elm\",\"screen_name\":\"elm_close\"}}}",
          "help private dm:17 in " BETWEEN " at 1795338000 by " BY_ADA " may-reply dm: hi\n" },
        { "for somebody else",
          "{\"for_user_id\":\"5\",\"tweet_delete_events\":[{\"status\":{\"id\":\"8\"}}]}", "" },
        { "of a kind that we don't want", OLD_EVENT("favorite_events", "{}"), "" },
    };
    (void)state;
    run(rows, ARRAY_LEN(rows));
}

static void test_key(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct x_events events;
    struct str body = str_of(EVENT("dm.read", "{}", ""));
    assert_int_equal(x_read_events(&arena, body, us, ARRAY_LEN(us), &events), 0);
    assert_str(events.key, "dm.read " HELP " -2781149976877970683");
    assert_int_equal(x_read_events(&arena, STR("{}"), us, ARRAY_LEN(us), &events), 0);
    assert_str(events.key, "");
    body = STR("{\"data\":{\"event_type\":\"post.create\",\"payload\":{}}}");
    assert_int_equal(x_read_events(&arena, body, us, ARRAY_LEN(us), &events), 0);
    assert_str(events.key, "");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posts),    cmocka_unit_test(test_read_now),
        cmocka_unit_test(test_directs),  cmocka_unit_test(test_others),
        cmocka_unit_test(test_filtered), cmocka_unit_test(test_old),
        cmocka_unit_test(test_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
