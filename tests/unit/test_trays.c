/* The trays page by page, and what glancing at an answer does. */
#include "handoff/command.h"
#include "handoff/view.h"

#include "tests/unit/record_fixture.h"

static unsigned weight(struct str text)
{
    return (unsigned)utf8_points(text);
}

static int address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://net.example/%.*s/%.*s", STR_ARG(handle), STR_ARG(remote_id));
}

static const struct text_rules rules = { .limit = 280, .weight = weight, .address = address };
static const struct desk desk = { .undo_s = 5 };
static const char *role = "agent";

enum { DAY_S = 86400 };

/* Runs a frame, written with ' for ", in the name of staff 1; the answer is the caller's. */
static cJSON *ask(struct fixture *f, const char *frame, int64_t now)
{
    const struct staff sam = { 1, STR("sam"), STR("Sam Reed"), STR("SR"), str_of(role) };
    const struct command_context context = { &sam, &rules, &rules, now, &desk };
    struct buf text = BUF_INIT(4096);
    cJSON *tree, *answer = NULL;
    for (const char *p = frame; *p; p++)
        (void)buf_add_byte(&text, (char)(*p == '\'' ? '"' : *p));
    assert_int_equal(json_parse(buf_str(&text), &tree, NULL), 0);
    assert_true(command_run(f->tx, &context, tree, &answer) >= 0);
    cJSON_Delete(tree);
    buf_release(&text);
    return answer;
}

static const cJSON *in(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

/* The numbers under @member of a page's items, then + if there is another page. */
static void assert_page(struct fixture *f, const char *frame, const char *member, const char *want,
                        int64_t now)
{
    struct buf got = BUF_INIT(4096);
    cJSON *page = ask(f, frame, now);
    const cJSON *item;
    cJSON_ArrayForEach(item, in(page, "items"))
    {
        (void)buf_addf(&got, "%d ", in(item, member)->valueint);
    }
    if (cJSON_IsString(in(page, "next")))
        (void)buf_add_byte(&got, '+');
    if (strcmp(buf_cstr(&got), want) != 0)
        fail_msg("%s: %s, wanted %s", frame, buf_cstr(&got), want);
    cJSON_Delete(page);
    buf_release(&got);
}

/* A message of a conversation of its own with a decision; its id. */
static int64_t add_decided(struct fixture *f, int number, const char *action, double score,
                           double lead, int64_t at)
{
    struct record_message m = a_message("", "", "");
    char id[16];
    int64_t message;
    (void)snprintf(id, sizeof id, "%d", number);
    m.remote_id = m.conversation = m.author_id = str_of(id);
    if (number % 100 == 99)
        m.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &m, at, &message), 1);
    struct record_decision d = { .action = str_of(action),
                                 .reason = STR(""),
                                 .intents = STR("[]"),
                                 .why = STR("[]"),
                                 .score = score,
                                 .lead = lead,
                                 .kb = STR("3f9a") };
    assert_int_equal(record_add_decision(f->tx, message, &d, at), 0);
    return message;
}

static int64_t add_answered(struct fixture *f, int number, double score, double lead, int64_t at)
{
    int64_t message = add_decided(f, number, "answer", score, lead, at);
    struct record_draft draft = { .message_id = message,
                                  .body = STR("You can report it here."),
                                  .is_private = number % 100 == 99 };
    int64_t reply;
    assert_int_equal(record_queue_reply(f->tx, &draft, at, &reply), 0);
    return message;
}

static int setup(void **state)
{
    (void)fixture_setup(state);
    struct fixture *f = *state;
    (void)add_staff(f->tx, "sam", "Sam Reed", "SR");
    role = "agent";
    return 0;
}

static void test_answered(void **state)
{
    static const char first[] = "{'type':'list','id':'c1','tray':'answered','before':null}";
    struct fixture *f = *state;
    (void)add_answered(f, 901, 0.9, 0.4, NOON);              /* 1: the weaker of the two counts */
    (void)add_answered(f, 902, 0.5, 0.5, NOON);              /* 2 */
    (void)add_answered(f, 903, 0.3, 0.9, NOON);              /* 3 */
    (void)add_answered(f, 904, 0.1, 0.1, NOON - 15 * DAY_S); /* 4: too long ago */
    (void)add_answered(f, 905, 0.2, 0.2, NOON);              /* 5: withdrawn, below */
    (void)add_answered(f, 906, 0.6, 0.6, NOON);              /* 6: failed, below */
    (void)add_answered(f, 999, 0.8, 0.7, NOON);              /* 7: private */
    (void)add_decided(f, 907, "handoff", 0.1, 0.1, NOON);
    (void)add_answered(f, 908, 0.05, 0.05, NOON); /* 9: erased, below */
    assert_int_equal(record_move_reply(f->tx, 5, REPLY_DROPPED, STR(""), STR(""), NOON), 0);
    assert_int_equal(record_move_reply(f->tx, 6, REPLY_FAILED, STR(""), STR("no"), NOON), 0);
    assert_int_equal(record_move_reply(f->tx, 1, REPLY_SENT, STR("70"), STR(""), NOON), 0);
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("908"), NOON), 1);
    assert_page(f, first, "message", "3 1 2 7 ", NOON);
    role = "trainee";
    assert_page(f, first, "message", "3 1 2 ", NOON);
    role = "agent";
    assert_page(f, first, "message", "", NOON + 15 * DAY_S);

    cJSON *page = ask(f, first, NOON), *item = cJSON_GetArrayItem(in(page, "items"), 1);
    assert_string_equal(in(item, "handle")->valuestring, "elm_close_sam");
    assert_string_equal(in(item, "text")->valuestring, "My bin wasn't emptied");
    assert_true(in(in(item, "decision"), "score")->valuedouble == 0.9);
    assert_string_equal(in(in(item, "reply"), "state")->valuestring, "sent");
    assert_string_equal(in(in(item, "reply"), "remote_url")->valuestring,
                        "https://net.example/NorthmoorHelp/70");
    assert_true(cJSON_IsFalse(in(item, "private")));
    cJSON_Delete(page);
}

/* A page goes on where the one before ended, whatever came since. */
static void test_pages(void **state)
{
    struct fixture *f = *state;
    char frame[120];
    for (int i = 0; i < 120; i++)
        (void)add_decided(f, 1000 + 100 * i, "ignore", 0.5, 0.5, NOON + i / 2);
    (void)add_decided(f, 900, "ignore", 0.5, 0.5, NOON - 20 * DAY_S);
    const char *next = "null";
    int seen = 0, last = 121;
    cJSON *page = NULL;
    for (int pages = 0; next && pages < 4; pages++) {
        (void)snprintf(frame, sizeof frame,
                       strcmp(next, "null") == 0
                           ? "{'type':'list','id':'c1','tray':'ignored','before':%s}"
                           : "{'type':'list','id':'c1','tray':'ignored','before':'%s'}",
                       next);
        cJSON_Delete(page);
        page = ask(f, frame, NOON + 100);
        const cJSON *item;
        cJSON_ArrayForEach(item, in(page, "items"))
        {
            int message = in(item, "message")->valueint;
            assert_true(message < last);
            assert_int_equal(in(item, "expires_at")->valueint,
                             NOON + (message - 1) / 2 + 14 * DAY_S);
            last = message;
            seen++;
        }
        (void)add_decided(f, 20000 + 100 * pages, "ignore", 0.5, 0.5, NOON + 90); /* newer */
        next = cJSON_IsString(in(page, "next")) ? in(page, "next")->valuestring : NULL;
    }
    assert_null(next);
    assert_int_equal(seen, 120);
    cJSON_Delete(page);
}

static void test_replies(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "901", "901", "7"), about = open_case(f->tx, message),
            lone = add_answered(f, 902, 1, 1, NOON), hidden = add_answered(f, 999, 1, 1, NOON);
    int64_t mine = queue_reply(f->tx, message, about, 1, "Sorry ^SR"),
            failed = queue_reply(f->tx, message, about, 1, "Still sorry ^SR");
    (void)lone, (void)hidden;
    assert_int_equal(record_move_reply(f->tx, mine, REPLY_SENT, STR("70"), STR(""), NOON + 2), 0);
    assert_int_equal(record_move_reply(f->tx, 1, REPLY_SENT, STR("71"), STR(""), NOON + 3), 0);
    assert_int_equal(record_move_reply(f->tx, 2, REPLY_SENT, STR("72"), STR(""), NOON + 1), 0);
    assert_int_equal(record_move_reply(f->tx, failed, REPLY_FAILED, STR(""), STR("no"), NOON), 0);
    assert_page(f, "{'type':'list','id':'c1','tray':'sent'}", "id", "1 3 2 ", NOON);
    assert_page(f, "{'type':'list','id':'c1','tray':'failed'}", "id", "4 ", NOON);
    cJSON *page = ask(f, "{'type':'list','id':'c1','tray':'sent'}", NOON);
    assert_true(cJSON_IsNull(in(cJSON_GetArrayItem(in(page, "items"), 0), "case")));
    assert_int_equal(in(cJSON_GetArrayItem(in(page, "items"), 1), "case")->valueint, about);
    cJSON_Delete(page);
    role = "trainee";
    assert_page(f, "{'type':'list','id':'c1','tray':'sent'}", "id", "1 3 ", NOON);
    role = "agent";

    /* it stays until it was tried again and its case is closed */
    run_sql(f->tx, "UPDATE handoff_case SET state='closed', changed_at=changed_at+50");
    assert_page(f, "{'type':'list','id':'c1','tray':'failed'}", "id", "4 ", NOON);
    run_sql(f->tx, "UPDATE reply SET insisted=1 WHERE state='failed'");
    assert_page(f, "{'type':'list','id':'c1','tray':'failed'}", "id", "", NOON);
    assert_page(f, "{'type':'list','id':'c1','tray':'closed'}", "id", "1 ", NOON);
}

static void test_bad_frames(void **state)
{
    static const struct {
        const char *note, *frame, *code;
    } rows[] = {
        { "no tray", "{'type':'list','id':'c1'}", "bad_frame" },
        { "an unknown one", "{'type':'list','id':'c1','tray':'lost'}", "unknown" },
        { "a number", "{'type':'list','id':'c1','tray':3}", "bad_frame" },
        { "before a number", "{'type':'list','id':'c1','tray':'sent','before':7}", "bad_frame" },
        { "before of somebody else", "{'type':'list','id':'c1','tray':'sent','before':'x'}",
          "unknown" },
        { "half of one", "{'type':'list','id':'c1','tray':'sent','before':'7/'}", "unknown" },
        { "SQL", "{'type':'list','id':'c1','tray':'sent','before':'7/1 OR 1'}", "unknown" },
        { "glance at nothing", "{'type':'glance','id':'c1','fine':true}", "bad_frame" },
        { "no word of it", "{'type':'glance','id':'c1','message':1}", "bad_frame" },
        { "no message", "{'type':'glance','id':'c1','message':9,'fine':true}", "unknown" },
        { "not answered", "{'type':'glance','id':'c1','message':1,'fine':true}", "unknown" },
    };
    struct fixture *f = *state;
    (void)add_decided(f, 901, "ignore", 1, 1, NOON);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *answer = ask(f, rows[i].frame, NOON);
        if (!cJSON_IsString(in(answer, "code")) ||
            strcmp(in(answer, "code")->valuestring, rows[i].code) != 0)
            fail_msg("%s: not %s", rows[i].note, rows[i].code);
        cJSON_Delete(answer);
    }
}

static const char *type_of(struct fixture *f, const char *frame)
{
    static char type[40];
    cJSON *answer = ask(f, frame, NOON + 9);
    const cJSON *code = in(answer, "code");
    (void)snprintf(type, sizeof type, "%s", (code ? code : in(answer, "type"))->valuestring);
    cJSON_Delete(answer);
    return type;
}

static void test_glance(void **state)
{
    static const char tray[] = "{'type':'list','id':'c1','tray':'answered'}";
    struct fixture *f = *state;
    (void)add_answered(f, 901, 0.9, 0.4, NOON);
    (void)add_answered(f, 902, 0.9, 0.5, NOON);
    (void)add_answered(f, 999, 0.9, 0.6, NOON);
    int64_t seq = last_event(f->tx);
    role = "trainee";
    assert_string_equal(type_of(f, "{'type':'glance','id':'g0','message':3,'fine':true}"),
                        "unknown"); /* nor was it shown */
    assert_string_equal(type_of(f, "{'type':'glance','id':'g1','message':1,'fine':true}"), "ok");
    assert_string_equal(type_of(f, "{'type':'glance','id':'g2','message':1,'fine':false}"),
                        "unknown"); /* somebody has */
    role = "agent";
    assert_page(f, tray, "message", "2 3 ", NOON);
    assert_str(events_after(f, seq), "message.glanced - 1 - 1 fine\n");

    /* it was wrong, and hasn't left yet */
    seq = last_event(f->tx);
    assert_string_equal(type_of(f, "{'type':'glance','id':'g3','message':2,'fine':false}"), "ok");
    assert_string_equal(type_of(f, "{'type':'glance','id':'g3','message':2,'fine':false}"), "ok");
    assert_str(events_after(f, seq), "reply.dropped - 2 2 - the automatic answer was wrong\n"
                                     "case.opened 1 2 - - unresolved\n"
                                     "message.glanced 1 2 - 1 the automatic answer was wrong\n");
    assert_page(f, tray, "message", "3 ", NOON);
    assert_int_equal(int_of(f->tx, "SELECT priority AS n FROM handoff_case WHERE id=?1", 1), 2);
    assert_int_equal(
        int_of(f->tx, "SELECT count(*) AS n FROM decision WHERE message_id=?1 AND action='answer'",
               2),
        1);
}

static void keep_hidden(int64_t seq, const cJSON *frame, bool is_private, void *data)
{
    struct buf *out = data;
    (void)seq;
    if (strcmp(in(frame, "kind")->valuestring, "message.glanced") == 0)
        (void)buf_addf(out, "%d%s ", in(frame, "message")->valueint, is_private ? " hidden" : "");
}

static void test_glanced_event(void **state)
{
    struct fixture *f = *state;
    struct buf seen = BUF_INIT(200);
    (void)add_answered(f, 901, 0.9, 0.4, NOON);
    (void)add_answered(f, 999, 0.9, 0.6, NOON);
    assert_string_equal(type_of(f, "{'type':'glance','id':'g1','message':1,'fine':true}"), "ok");
    assert_string_equal(type_of(f, "{'type':'glance','id':'g2','message':2,'fine':true}"), "ok");
    assert_true(view_events(f->tx, 0, 100, keep_hidden, &seen) > 0);
    assert_string_equal(buf_cstr(&seen), "1 2 hidden ");
    buf_release(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answered, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_pages, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_replies, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_bad_frames, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_glance, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_glanced_event, setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
