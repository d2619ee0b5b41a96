/* What staff write in the network's own app: told from our own replies, shown, and not talked over.
 */
#include "bot/x/x.h"
#include "tests/unit/record_fixture.h"

/* A public post of ours under message 900 of conversation 900. */
static struct record_own_post a_post(const char *remote_id, const char *text)
{
    return (struct record_own_post){
        .network = STR("x"),
        .remote_id = str_of(remote_id),
        .conversation = STR("900"),
        .account = STR("NorthmoorHelp"),
        .answers = STR("900"),
        .text = str_of(text),
        .written_at = NOON - 10,
        .same = x_text_rules.same,
    };
}

static const char q_replies[] =
    "SELECT p.state || ' ' || coalesce(p.remote_id, '-') || ' ' || p.elsewhere || ' ' || "
    "m.remote_id "
    "|| ' case ' || coalesce(p.case_id, '-') || ' ' || p.body AS t FROM reply p JOIN message m ON "
    "m.id=p.message_id ORDER BY p.id";

static void test_settles(void **state)
{
    static const struct {
        const char *note, *text;
        enum reply_state before;
        bool tried;
        int want;
    } rows[] = {
        { "while it is being sent", "Report it here: https://t.co/abc", REPLY_SENDING, false,
          RECORD_OWN_SETTLED },
        { "with the handle that X puts in front", "@sam Report it here: https://t.co/abc",
          REPLY_UNKNOWN, false, RECORD_OWN_SETTLED },
        { "missed twice and queued again", "Report it here: https://t.co/abc", REPLY_QUEUED, true,
          RECORD_OWN_SETTLED },
        { "given up", "Report it here: https://t.co/abc", REPLY_FAILED, true, RECORD_OWN_SETTLED },
        { "never tried: it can't be ours", "Report it here: https://t.co/abc", REPLY_QUEUED, false,
          RECORD_OWN_STAFF },
        { "other words", "We are on it", REPLY_UNKNOWN, false, RECORD_OWN_STAFF },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)fixture_teardown(state);
            (void)fixture_setup(state);
        }
        struct fixture *f = *state;
        int64_t message = add_message(f->tx, "900", "900", "7"),
                id = queue_reply(f->tx, message, 0, 0,
                                 "Report it here: https://northmoor.example/bins");
        if (rows[i].tried)
            assert_int_equal(record_move_reply(f->tx, id, REPLY_UNKNOWN, STR(""), STR(""), NOON),
                             0);
        assert_int_equal(record_move_reply(f->tx, id, rows[i].before, STR(""), STR(""), NOON), 0);
        struct record_own_post post = a_post("950", rows[i].text);
        assert_note(record_own_post(f->tx, &post, NOON) == rows[i].want, rows[i].note);
        bool settled = rows[i].want == RECORD_OWN_SETTLED;
        assert_note(int_of(f->tx, "SELECT count(*) AS n FROM reply", 0) == (settled ? 1 : 2),
                    rows[i].note);
        if (settled)
            assert_str_note(text_of(f, "SELECT state || remote_id || elsewhere AS t FROM reply", 0),
                            "sent9500\n", rows[i].note);
        /* again: nothing */
        assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_KNOWN);
        /* and the sender, whose request ends only now, changes nothing */
        int64_t seq = last_event(f->tx);
        if (settled) {
            assert_int_equal(record_move_reply(f->tx, id, REPLY_UNKNOWN, STR(""), STR(""), NOON),
                             0);
            assert_str_note(text_of(f, "SELECT state AS t FROM reply WHERE id=?1", id), "sent\n",
                            rows[i].note);
            assert_str_note(events_after(f, seq), "", rows[i].note);
        }
    }
}

static void test_private_settles(void **state)
{
    struct fixture *f = *state;
    struct record_message m = a_message("dm:1", "dm:1-7", "7");
    int64_t message, id;
    m.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &message), 1);
    struct record_draft draft = { .message_id = message, .body = STR("Here"), .is_private = true };
    assert_int_equal(record_queue_reply(f->tx, &draft, NOON, &id), 0);
    assert_int_equal(record_move_reply(f->tx, id, REPLY_UNKNOWN, STR(""), STR(""), NOON), 0);
    struct record_own_post post = a_post("dm:2", "Here");
    post.answers = STR("");
    post.conversation = STR("dm:1-7");
    post.is_private = true;
    post.partner = STR("8"); /* somebody else */
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_OTHER);
    /* another account of ours said the same to the same */
    post.partner = STR("7");
    post.account = STR("NorthmoorNews");
    post.remote_id = STR("dm:3");
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_STAFF);
    post.account = STR("NorthmoorHelp");
    post.remote_id = STR("dm:2");
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_SETTLED);
    assert_str(text_of(f, q_replies, 0),
               "sent dm:2 0 dm:1 case - Here\nsent dm:3 1 dm:1 case - Here\n");
}

/* The second part of a split reply answers the first, not the resident. */
static void test_parts(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    struct record_draft draft = { .message_id = add_message(f->tx, "900", "900", "7"),
                                  .staff_id = sam,
                                  .body = STR("We have told the crew. 1/2") };
    int64_t second;
    assert_int_equal(record_queue_reply(f->tx, &draft, NOON, &draft.after_id), 0);
    draft.body = STR("They come on Friday. 2/2 ^SR");
    assert_int_equal(record_queue_reply(f->tx, &draft, NOON, &second), 0);
    assert_int_equal(
        record_move_reply(f->tx, draft.after_id, REPLY_SENT, STR("950"), STR(""), NOON), 0);
    assert_int_equal(record_move_reply(f->tx, second, REPLY_SENDING, STR(""), STR(""), NOON), 0);
    struct record_own_post post = a_post("951", "They come on Friday. 2/2 ^SR");
    post.answers = STR("950");
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_SETTLED);
    /* in other words, or under another's, it is staff's */
    post.remote_id = STR("952");
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_STAFF);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM reply WHERE elsewhere=1", 0), 1);
}

/* Of two that say the same the one that is on its way is the one that was seen. */
static void test_private_twice(void **state)
{
    struct fixture *f = *state;
    struct record_message m = a_message("dm:1", "dm:1-7", "7");
    int64_t message, old, id;
    m.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &message), 1);
    struct record_draft draft = { .message_id = message,
                                  .staff_id = add_staff(f->tx, "sam", "Sam Reed", "SR"),
                                  .body = STR("Here"),
                                  .is_private = true };
    assert_int_equal(record_queue_reply(f->tx, &draft, NOON, &old), 0);
    assert_int_equal(record_move_reply(f->tx, old, REPLY_UNKNOWN, STR(""), STR(""), NOON), 0);
    assert_int_equal(record_queue_reply(f->tx, &draft, NOON, &id), 0);
    assert_int_equal(record_move_reply(f->tx, id, REPLY_SENDING, STR(""), STR(""), NOON), 0);
    struct record_own_post post = a_post("dm:2", "Here");
    post.answers = STR("");
    post.is_private = true;
    post.partner = STR("7");
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_SETTLED);
    assert_str(text_of(f, "SELECT state AS t FROM reply ORDER BY id", 0), "unknown\nsent\n");

    /* and what the network says of an id counts, whatever was thought before */
    assert_int_equal(record_give_up_remote(f->tx, STR("dm:2"), NOON), 0);
    assert_int_equal(record_give_up_remote(f->tx, STR("dm:9"), NOON), 0);
    assert_int_equal(record_move_reply(f->tx, old, REPLY_SENT, STR("dm:2"), STR(""), NOON), 0);
    assert_str(text_of(f, "SELECT state AS t FROM reply ORDER BY id", 0), "sent\nunknown\n");
}

static void test_takes_over(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), id = open_case(f->tx, message),
            waiting = queue_reply(f->tx, message, id, 0, "A person will read this"), version;
    struct record_message m = a_message("901", "900", "7");
    int64_t later;
    struct record_talk talk;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &later), 1);
    version = int_of(f->tx, "SELECT version AS n FROM handoff_case", 0);
    int64_t seq = last_event(f->tx);
    struct record_own_post post = a_post("950", "We are on it");
    assert_false(facts_of(f->tx, later).case_claimed);
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_STAFF);
    assert_str(text_of(f, q_replies, 0), "dropped - 0 900 case 1 A person will read this\n"
                                         "sent 950 1 900 case 1 We are on it\n");
    assert_str(events_after(f, seq),
               "reply.dropped 1 1 1 - Somebody answered in the network's own app\n"
               "reply.elsewhere 1 1 2 - -\n");
    assert_int_equal(waiting, 1);
    assert_true(int_of(f->tx, "SELECT version AS n FROM handoff_case", 0) > version);
    assert_true(facts_of(f->tx, later).case_claimed);
    assert_int_equal(facts_of(f->tx, later).automatic_replies, 0); /* it is nobody's automatic */
    assert_int_equal(record_get_talk(f->tx, &f->arena, later, 0, &talk), 0);
    assert_true(talk.last_was_a_person);
    assert_int_equal(talk.last_message, message);

    /* the outbox sees it too */
    int64_t next_id = queue_reply(f->tx, later, id, 0, "Sorry");
    struct record_reply next;
    assert_int_equal(next_queued(f->tx, &f->arena, &next), 1);
    assert_int_equal(next.id, next_id);
    assert_true(next.case_claimed);

    /* until staff let go of it */
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    struct case_command c = { id, int_of(f->tx, "SELECT version AS n FROM handoff_case", 0), sam,
                              NOON + 1 };
    assert_int_equal(case_release(f->tx, &c), CASE_DONE);
    assert_false(facts_of(f->tx, later).case_claimed);
    assert_int_equal(next_queued(f->tx, &f->arena, &next), 1);
    assert_false(next.case_claimed);
    c.version++;
    assert_int_equal(case_release(f->tx, &c), CASE_NOT_YOURS); /* nobody has it */
}

/* What was taken for staff's answer was the acknowledgement: the resident waits as before. */
static void test_not_elsewhere(void **state)
{
    static const char q_case[] = "SELECT elsewhere || ' ' || coalesce(waits_since-1795000000, '-')"
                                 " AS t FROM handoff_case";
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7");
    (void)open_case(f->tx, message);
    struct record_own_post post = a_post("950", "A person will read this");
    assert_int_equal(record_own_post(f->tx, &post, NOON + 1), RECORD_OWN_STAFF);
    assert_str(text_of(f, q_case, 0), "1 -\n");
    assert_int_equal(tx_savepoint(f->tx), 0);
    assert_int_equal(record_give_up_remote(f->tx, STR("950"), NOON + 2), 0);
    assert_str(text_of(f, q_case, 0), "0 0\n");
    assert_int_equal(tx_savepoint_undo(f->tx), 0);

    /* unless somebody did answer there as well */
    post = a_post("951", "We are on it");
    assert_int_equal(record_own_post(f->tx, &post, NOON + 1), RECORD_OWN_STAFF);
    assert_int_equal(record_give_up_remote(f->tx, STR("950"), NOON + 2), 0);
    assert_str(text_of(f, q_case, 0), "1 -\n");
}

/* Nobody is answered over their head either where there was no case, nor in the one that comes. */
static void test_without_case(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), later;
    struct record_message m = a_message("901", "900", "7"), old = a_message("902", "900", "7");
    struct record_own_post post = a_post("950", "We are on it");
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_STAFF);
    assert_int_equal(record_add_message(f->tx, &m, NOON, &later), 1);
    assert_true(facts_of(f->tx, later).case_claimed);
    assert_int_equal(facts_of(f->tx, later).case_id, 0);
    int64_t id = open_case(f->tx, later);
    assert_true(facts_of(f->tx, later).case_claimed);
    assert_int_equal(id, 1);

    /* closed: the next is answered as ever */
    run_sql(f->tx, "UPDATE handoff_case SET state='closed', elsewhere=0, changed_at=1795000000");
    assert_false(facts_of(f->tx, later).case_claimed);
    assert_int_equal(message, 1);

    /* and what was said long ago counts no more */
    run_sql(f->tx, "DELETE FROM event");
    run_sql(f->tx, "UPDATE reply SET case_id=NULL");
    run_sql(f->tx, "DELETE FROM handoff_case");
    assert_true(facts_of(f->tx, later).case_claimed);
    old.written_at = NOON + 3 * 86400;
    assert_int_equal(record_add_message(f->tx, &old, old.written_at, &later), 1);
    assert_false(facts_of(f->tx, later).case_claimed);
}

static void test_place(void **state)
{
    static const struct {
        const char *note, *answers, *conversation, *partner;
        int want;
        const char *under;
    } rows[] = {
        { "what it answers", "901", "900", NULL, RECORD_OWN_STAFF, "901" },
        { "an earlier version of it", "890", "900", NULL, RECORD_OWN_STAFF, "901" },
        { "somebody unknown in a conversation of ours", "777", "900", NULL, RECORD_OWN_STAFF,
          "902" },
        { "it begins a thread, whoever wrote below it", "", "900", NULL, RECORD_OWN_OTHER, "" },
        { "nothing that we know", "777", "777", NULL, RECORD_OWN_OTHER, "" },
        { "to whom we know privately", "", "dm:1-9", "9", RECORD_OWN_STAFF, "dm:1" },
        { "to whom has a case", "", "dm:1-7", "7", RECORD_OWN_STAFF, "902" },
        { "to whom wrote publicly, and that is over", "", "dm:1-8", "8", RECORD_OWN_OTHER, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)fixture_teardown(state);
            (void)fixture_setup(state);
        }
        struct fixture *f = *state;
        struct record_message m = a_message("901", "900", "7"),
                              dm = a_message("dm:1", "dm:1-9", "9");
        int64_t id;
        m.replaces = STR("890");
        dm.kind = RECORD_PRIVATE;
        assert_int_equal(record_add_message(f->tx, &m, NOON, &id), 1);
        (void)open_case(f->tx, id);
        (void)add_message(f->tx, "902", "900", "7");
        (void)add_message(f->tx, "910", "910", "8");
        assert_int_equal(record_add_message(f->tx, &dm, NOON, &id), 1);
        struct record_own_post post = a_post("950", "We are on it");
        post.answers = str_of(rows[i].answers);
        post.conversation = str_of(rows[i].conversation);
        post.is_private = rows[i].partner;
        post.partner = str_of(rows[i].partner);
        assert_note(record_own_post(f->tx, &post, NOON) == rows[i].want, rows[i].note);
        struct buf under = BUF_INIT(100);
        (void)buf_addf(&under, "%s%s", rows[i].under, rows[i].under[0] ? "\n" : "");
        assert_str_note(text_of(f,
                                "SELECT m.remote_id AS t FROM reply p JOIN message m ON "
                                "m.id=p.message_id WHERE p.elsewhere",
                                0),
                        buf_cstr(&under), rows[i].note);
        buf_release(&under);
    }
}

/* Read before what it answers, as after a night in which we were off. */
static void test_before_its_message(void **state)
{
    struct fixture *f = *state;
    struct record_own_post post = a_post("950", "We are on it"), old = a_post("940", "Old");
    old.answers = STR("700");
    old.written_at = NOON - 3 * 86400;
    assert_int_equal(record_own_post(f->tx, &old, NOON), RECORD_OWN_OTHER);
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_OTHER);
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_OTHER);
    assert_str(text_of(f, q_replies, 0), "");
    int64_t id = add_message(f->tx, "900", "900", "7");
    assert_str(text_of(f, q_replies, 0), "sent 950 1 900 case - We are on it\n");
    assert_true(facts_of(f->tx, id).case_claimed);
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_KNOWN);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM own_post", 0), 0);
}

/* Staff edit what they said, or what we said. */
static void test_edited(void **state)
{
    struct fixture *f = *state;
    struct record_own_post post = a_post("950", "We are on it"),
                           edit = a_post("951", "We're on it");
    (void)add_message(f->tx, "900", "900", "7");
    assert_int_equal(record_own_post(f->tx, &post, NOON), RECORD_OWN_STAFF);
    edit.replaces = STR("950");
    assert_int_equal(record_own_post(f->tx, &edit, NOON), RECORD_OWN_KNOWN);
    assert_str(text_of(f, q_replies, 0), "sent 950 1 900 case - We're on it\n");
    edit.remote_id = STR("952");
    edit.text = STR("We are on our way");
    assert_int_equal(record_own_post(f->tx, &edit, NOON), RECORD_OWN_KNOWN);
    assert_str(text_of(f, q_replies, 0), "sent 950 1 900 case - We are on our way\n");

    /* its first version was never read */
    struct record_own_post later = a_post("961", "Soon");
    later.replaces = STR("960");
    assert_int_equal(record_own_post(f->tx, &later, NOON), RECORD_OWN_STAFF);
    later.remote_id = STR("962");
    assert_int_equal(record_own_post(f->tx, &later, NOON), RECORD_OWN_KNOWN);
}

#define RECORD_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(test_settles),
        RECORD_TEST(test_private_settles),
        RECORD_TEST(test_parts),
        RECORD_TEST(test_private_twice),
        RECORD_TEST(test_takes_over),
        RECORD_TEST(test_not_elsewhere),
        RECORD_TEST(test_without_case),
        RECORD_TEST(test_place),
        RECORD_TEST(test_before_its_message),
        RECORD_TEST(test_edited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
