/* Promises 1, 2 and 3 as the record keeps them: once recorded, one automatic reply, nothing lost.
 */
#include "handoff/record_private.h"
#include "tests/unit/record_fixture.h"

#define NOON_TEXT "1795000000"

static const char q_reply[] =
    "SELECT state || ' ' || coalesce(remote_id, '-') || ' ' || coalesce(error, '-') || ' case ' ||"
    " coalesce(case_id, '-') || ' looks ' || looks || ' attempts ' || attempts || ' at ' ||"
    " (changed_at-1795000000) AS t FROM reply WHERE id=?1";
static const char q_state[] = "SELECT state AS t FROM reply WHERE id=?1";

static void assert_reply(struct fixture *f, int64_t id, const char *want, const char *note)
{
    struct buf line = BUF_INIT(1000);
    (void)buf_addf(&line, "%s\n", want);
    assert_str_note(text_of(f, q_reply, id), buf_cstr(&line), note);
    buf_release(&line);
}

static int move(struct fixture *f, int64_t id, enum reply_state state)
{
    return record_move_reply(f->tx, id, state, STR(""), STR(""), NOON);
}

/* An automatic reply, if it may be. */
static int queue(struct fixture *f, int64_t message_id, const char *body, int64_t *ret_id)
{
    struct record_draft draft = { .message_id = message_id, .body = str_of(body) };
    return record_queue_reply(f->tx, &draft, NOON, ret_id);
}

/* ------------------------------------------------------------------------------------------------
 * messages */

static void test_once(void **state)
{
    struct fixture *f = *state;
    struct record_message m = a_message("900", "900", "7");
    int64_t first = 0, again = -5;
    m.text = STR("It's \"that\" bin; DROP TABLE message \xf0\x9f\x97\x91");
    assert_int_equal(record_add_message(f->tx, &m, NOON, &first), 1);
    assert_true(first > 0);

    /* delivered again, even altered: what is there stays */
    m.text = STR("edited");
    m.handle = STR("new_handle");
    assert_int_equal(record_add_message(f->tx, &m, NOON + 5, &again), 0);
    assert_int_equal(again, -5);
    assert_str(text_of(f, "SELECT text AS t FROM message WHERE id=?1", first),
               "It's \"that\" bin; DROP TABLE message \xf0\x9f\x97\x91\n");
    assert_str(text_of(f, "SELECT handle AS t FROM resident", 0), "elm_close_sam\n");
    assert_int_equal(
        int_of(f->tx, "SELECT written_at*10+may_reply AS n FROM message WHERE id=?1", first),
        (int64_t)(NOON - 60) * 10 + 1);
    assert_int_equal(int_of(f->tx, "SELECT received_at AS n FROM message WHERE id=?1", first),
                     NOON);

    /* ids are a network's own */
    m.network = STR("other");
    assert_int_equal(record_add_message(f->tx, &m, NOON, &again), 1);
    assert_int_not_equal(again, first);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM message", 0), 2);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM resident", 0), 2);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM conversation", 0), 2);
}

/* Once over a commit, a rollback and another connection, too. */
static void test_once_durably(void **state)
{
    struct fixture *f = *state;
    struct record_message m = a_message("900", "900", "7"), lost = a_message("901", "900", "7");
    int64_t id;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &id), 1);
    fixture_commit(f);
    (void)fixture_begin(f);
    assert_int_equal(record_add_message(f->tx, &lost, NOON, &id), 1);
    tx_rollback(f->tx);
    f->tx = NULL;
    f->db = db_free(f->db);
    fixture_handle = NULL;
    assert_int_equal(db_open(path_in(f->dir, "k.db"), DB_WRITER, &f->db, NULL), 0);
    assert_int_equal(record_migrate(f->db), 0);
    (void)fixture_begin(f);
    assert_int_equal(record_add_message(f->tx, &m, NOON, &id), 0);
    assert_int_equal(record_add_message(f->tx, &lost, NOON, &id), 1);
}

static void test_people(void **state)
{
    struct fixture *f = *state;
    struct record_message m = a_message("901", "900", "7");
    int64_t first = add_message(f->tx, "900", "900", "7"), second;
    m.handle = STR("renamed_sam");
    m.name = STR("S\xc3\xa1m");
    m.may_reply = false;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &second), 1);
    int64_t other = add_message(f->tx, "902", "900", "8");
    struct record_facts a = facts_of(f->tx, first), b = facts_of(f->tx, second),
                        c = facts_of(f->tx, other);
    assert_int_equal(a.resident_id, b.resident_id);
    assert_int_not_equal(a.resident_id, c.resident_id);
    assert_int_equal(a.conversation_id, c.conversation_id);
    assert_str(
        text_of(f, "SELECT handle || ' ' || name AS t FROM resident WHERE id=?1", a.resident_id),
        "renamed_sam S\xc3\xa1m\n");
    assert_int_equal(int_of(f->tx, "SELECT may_reply AS n FROM message WHERE id=?1", second), 0);
}

static void test_facts(void **state)
{
    struct fixture *f = *state;
    struct record_facts facts = { .case_id = 99 };
    int64_t first = add_message(f->tx, "900", "900", "7"),
            second = add_message(f->tx, "901", "900", "8"),
            elsewhere = add_message(f->tx, "950", "950", "7"),
            sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    assert_int_equal(record_get_facts(f->tx, 12345, &facts), ERR_DB);
    assert_int_equal(facts.case_id, 99);

    facts = facts_of(f->tx, first);
    assert_false(facts.opted_out || facts.acknowledged || facts.case_id);
    assert_int_equal(facts.automatic_replies, 0);

    /* automatic replies of the conversation count, whoever they went to; people's don't */
    (void)queue_reply(f->tx, first, 0, 0, "one");
    (void)queue_reply(f->tx, second, 0, 0, "two");
    (void)queue_reply(f->tx, second, 0, sam, "three");
    (void)queue_reply(f->tx, elsewhere, 0, 0, "four");
    assert_int_equal(facts_of(f->tx, first).automatic_replies, 2);
    assert_int_equal(facts_of(f->tx, elsewhere).automatic_replies, 1);

    /* a case is the conversation's, and counts while it is not closed */
    struct case_opening o = opening_of(f->tx, first);
    o.acknowledged = true;
    int64_t id;
    assert_int_equal(case_open(f->tx, &o, NOON, &id), 0);
    assert_int_equal(facts_of(f->tx, second).case_id, id);
    assert_true(facts_of(f->tx, second).acknowledged);
    assert_false(facts_of(f->tx, second).case_claimed);
    assert_int_equal(facts_of(f->tx, elsewhere).case_id, 0);
    struct case_command c = { id, 1, sam, NOON };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    assert_int_equal(facts_of(f->tx, second).case_id, id);
    assert_true(facts_of(f->tx, second).case_claimed);
    assert_false(facts_of(f->tx, elsewhere).case_claimed);
    c.version = 2;
    assert_int_equal(case_close(f->tx, &c, STR("done"), STR("")), CASE_DONE);
    assert_int_equal(facts_of(f->tx, second).case_id, 0);
    assert_false(facts_of(f->tx, second).acknowledged);

    /* opting out is the resident's, everywhere, from the first time on */
    int64_t resident_id = facts_of(f->tx, first).resident_id;
    assert_int_equal(record_opt_out(f->tx, first, NOON + 1), 0);
    assert_int_equal(record_opt_out(f->tx, first, NOON + 2), 0);
    assert_true(facts_of(f->tx, elsewhere).opted_out);
    assert_false(facts_of(f->tx, second).opted_out);
    assert_int_equal(
        int_of(f->tx, "SELECT opted_out_at AS n FROM resident WHERE id=?1", resident_id), NOON + 1);
    struct record_message m = a_message("903", "903", "7"); /* and not forgotten when they write */
    int64_t later;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &later), 1);
    assert_true(facts_of(f->tx, later).opted_out);
}

/* A message of @author's, in a conversation of its own, written @after_s after noon. */
static int64_t write_at(struct tx *tx, const char *remote_id, const char *author, int64_t after_s,
                        int64_t fingerprint)
{
    struct record_message m = a_message(remote_id, remote_id, author);
    int64_t id = 0;
    m.written_at = NOON + after_s;
    m.fingerprint = fingerprint;
    assert_int_equal(record_add_message(tx, &m, NOON, &id), 1);
    return id;
}

/* Threads that somebody begins within a minute of another are one conversation. */
static void test_burst(void **state)
{
    struct fixture *f = *state;
    static const char q_conversation[] = "SELECT conversation_id AS n FROM message WHERE id=?1";
    int64_t first = write_at(f->tx, "900", "7", 0, 0);
    static const struct {
        const char *note, *id, *author;
        int64_t after_s;
        bool same;
    } rows[] = {
        { "somebody else", "910", "8", 1, false },
        { "at the minute's end", "911", "7", RECORD_BURST_S, true },
        { "a minute after that", "912", "7", 2 * RECORD_BURST_S, true },
        { "shown late", "913", "7", -RECORD_BURST_S, true },
        { "later", "914", "7", 3 * RECORD_BURST_S + 1, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t id = write_at(f->tx, rows[i].id, rows[i].author, rows[i].after_s, 0);
        assert_note((facts_of(f->tx, id).conversation_id ==
                     facts_of(f->tx, first).conversation_id) == rows[i].same,
                    rows[i].note);
        assert_note(facts_of(f->tx, id).begun == rows[i].same, rows[i].note);
    }
    /* an old conversation doesn't swallow a new one */
    struct record_message old = a_message("930", "900", "7");
    int64_t in_old, after;
    old.written_at = NOON + 86400;
    assert_int_equal(record_add_message(f->tx, &old, NOON, &in_old), 1);
    after = write_at(f->tx, "931", "7", 86401, 0);
    assert_int_equal(facts_of(f->tx, in_old).conversation_id,
                     facts_of(f->tx, first).conversation_id);
    assert_false(facts_of(f->tx, after).begun);
    /* whoever answers in such a thread later is in the whole of it */
    struct record_message m = a_message("920", "911", "9");
    int64_t id;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &id), 1);
    assert_int_equal(int_of(f->tx, q_conversation, id), int_of(f->tx, q_conversation, first));
    /* but nobody's new thread goes to a conversation that another began */
    m = a_message("921", "921", "9");
    m.written_at = NOON - 60 - 2 * RECORD_BURST_S * 11 + 5;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &id), 1);
    assert_int_not_equal(int_of(f->tx, q_conversation, id), int_of(f->tx, q_conversation, first));
}

static void test_habits(void **state)
{
    struct fixture *f = *state;
    struct record_facts facts = facts_of(f->tx, write_at(f->tx, "900", "7", 0, 1));
    assert_false(facts.strikes || facts.flood || facts.copy || facts.begun || facts.asked);

    /* strikes: ignored within thirty days, and not taken back */
    int64_t old = write_at(f->tx, "1", "7", -31 * 86400, 0),
            undone = write_at(f->tx, "2", "7", -5 * 86400, 0),
            strike = write_at(f->tx, "3", "7", -29 * 86400, 0),
            others = write_at(f->tx, "4", "8", -86400, 0),
            praise = write_at(f->tx, "5", "7", -2 * 86400, 0);
    add_decision(f->tx, old, "ignore", "");
    add_decision(f->tx, undone, "ignore", "");
    add_decision(f->tx, strike, "ignore", "");
    add_decision(f->tx, others, "ignore", "");
    add_decision(f->tx, praise, "thank", "");
    assert_int_equal(record_restore_ignored(f->tx, undone, NOON), 1);
    assert_int_equal(facts_of(f->tx, write_at(f->tx, "901", "7", 700, 0)).strikes, 1);

    /* a flood: the sixth within ten minutes, by the times of writing */
    static const char *const ids[] = { "10", "11", "12", "13", "14", "15" };
    for (int i = 0; i < 6; i++)
        assert_int_equal(facts_of(f->tx, write_at(f->tx, ids[i], "20", 5000 + 119 * i, 0)).flood,
                         i == 5);
    assert_false(facts_of(f->tx, write_at(f->tx, "16", "20", 5000 + 119 * 6 + 10, 0)).flood);
    assert_false(facts_of(f->tx, write_at(f->tx, "17", "21", 5600, 0)).flood);

    /* a copy: by the same resident within a day, or by three within an hour */
    static const struct {
        const char *note, *id, *author;
        int64_t after_s, fingerprint;
        bool copy;
    } rows[] = {
        { "another text", "30", "7", 2000, 2, false },
        { "one's own, within a day", "31", "7", 86399, 1, true },
        { "one's own, a day after that", "32", "7", 2 * 86400, 1, false },
        { "the second who says it", "33", "40", 2 * 86400 + 1, 1, false },
        { "the third", "34", "41", 2 * 86400 + 2, 1, true },
        { "an hour later", "35", "42", 2 * 86400 + 3700, 1, false },
        { "too little to tell", "36", "40", 3 * 86400, 0, false },
        { "and again", "37", "40", 3 * 86400 + 1, 0, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_note(facts_of(f->tx, write_at(f->tx, rows[i].id, rows[i].author, rows[i].after_s,
                                             rows[i].fingerprint))
                            .copy == rows[i].copy,
                    rows[i].note);
}

/* What went before: the resident's own messages, what came of them, and who spoke last. */
static void test_talk(void **state)
{
    struct fixture *f = *state;
    struct record_talk talk;
    int64_t staff = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            first = add_message(f->tx, "900", "900", "7");
    struct record_decision answer = { .action = STR("answer"),
                                      .intents = STR("[\"bins.day\"]"),
                                      .why = STR("[]") };
    assert_int_equal(record_get_talk(f->tx, &f->arena, first, 0, &talk), 0);
    assert_int_equal(talk.count, 0);
    assert_int_equal(talk.last_message, 0);

    assert_int_equal(record_add_decision(f->tx, first, &answer, NOON), 0);
    int64_t said = queue_reply(f->tx, first, 0, 0, "Here"),
            other = add_message(f->tx, "901", "900", "8"),
            second = add_message(f->tx, "902", "900", "7");
    add_decision(f->tx, other, "none", "");
    struct record_decision question = { .action = STR("handoff"),
                                        .reason = STR("unresolved"),
                                        .intents = STR("[]"),
                                        .why = STR("[]"),
                                        .read_from = first,
                                        .asked = STR("[\"a\",\"b\"]") };
    assert_int_equal(record_add_decision(f->tx, second, &question, NOON), 0);
    int64_t third = add_message(f->tx, "903", "900", "7");
    assert_int_equal(record_get_talk(f->tx, &f->arena, third, 0, &talk), 0);
    assert_int_equal(talk.count, 2);
    assert_int_equal(talk.earlier[0].message_id, second);
    assert_int_equal(talk.earlier[0].read_from, first);
    assert_int_equal(talk.earlier[0].reply_id, 0);
    assert_str(talk.earlier[0].reason, "unresolved");
    assert_str(talk.earlier[0].asked, "[\"a\",\"b\"]");
    assert_int_equal(talk.earlier[1].message_id, first);
    assert_int_equal(talk.earlier[1].read_from, first);
    assert_int_equal(talk.earlier[1].reply_id, said);
    assert_int_equal(talk.earlier[1].reply, REPLY_QUEUED);
    assert_str(talk.earlier[1].intents, "[\"bins.day\"]");
    assert_str(talk.earlier[1].text, "My bin wasn't emptied");
    assert_int_equal(talk.answer_count, 1);
    assert_int_equal(talk.last_message, 0); /* it hasn't left us */
    assert_true(facts_of(f->tx, third).asked);

    assert_int_equal(record_move_reply(f->tx, said, REPLY_SENT, STR("77"), STR(""), NOON), 0);
    assert_int_equal(record_get_talk(f->tx, &f->arena, third, NOON, &talk), 0);
    assert_int_equal(talk.count, 0); /* all of it is older than that */
    assert_int_equal(talk.answer_count, 1);
    assert_int_equal(talk.answers[0].message_id, first);
    assert_str(talk.answers[0].intents, "[\"bins.day\"]");
    assert_int_equal(talk.last_message, first);
    assert_false(talk.last_was_a_person);

    (void)queue_reply(f->tx, second, 0, staff, "I am looking ^SR");
    assert_int_equal(record_get_talk(f->tx, &f->arena, third, 0, &talk), 0);
    assert_int_equal(talk.last_message, second);
    assert_true(talk.last_was_a_person);
}

static void test_decisions(void **state)
{
    struct fixture *f = *state;
    int64_t ignored = add_message(f->tx, "900", "900", "7"),
            answered = add_message(f->tx, "901", "901", "7");
    add_decision(f->tx, ignored, "ignore", "");
    add_decision(f->tx, answered, "answer", "");
    struct record_decision twice = { .action = STR("answer") };
    assert_int_equal(record_add_decision(f->tx, ignored, &twice, NOON), ERR_EXISTS);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM decision WHERE reason IS NULL", 0),
                     2);
    assert_str(text_of(f,
                       "SELECT action || ' ' || score || ' ' || lead || ' ' || residue || ' ' "
                       "|| kb || ' ' || decided_at AS t FROM decision WHERE message_id=?1",
                       ignored),
               "ignore 0.5 0.25 0.125 3f9a 1795000000\n");

    assert_int_equal(record_restore_ignored(f->tx, answered, NOON), 0);
    assert_int_equal(record_restore_ignored(f->tx, 12345, NOON), 0);
    assert_int_equal(record_restore_ignored(f->tx, ignored, NOON + 9), 1);
    assert_int_equal(record_restore_ignored(f->tx, ignored, NOON + 10), 0);
    assert_int_equal(
        int_of(f->tx, "SELECT undone_at AS n FROM decision WHERE message_id=?1", ignored),
        NOON + 9);
}

/* ------------------------------------------------------------------------------------------------
 * replies */

static void test_one_automatic(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), second = -5,
            sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    int64_t first = queue_reply(f->tx, message, 0, 0, "Sorry about that");
    static const enum reply_state states[] = { REPLY_QUEUED, REPLY_SENDING, REPLY_UNKNOWN,
                                               REPLY_FAILED, REPLY_SENT };
    for (size_t i = 0; i < ARRAY_LEN(states); i++) { /* whatever became of the first */
        assert_int_equal(move(f, first, states[i]), 0);
        int64_t seq = last_event(f->tx);
        assert_int_equal(queue(f, message, "Another", &second), ERR_EXISTS);
        assert_int_equal(second, -5);
        assert_str_note(events_after(f, seq), "", reply_state_name(states[i]));
    }
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM reply", 0), 1);

    /* people say what they like, as often as they like */
    (void)queue_reply(f->tx, message, 0, sam, "Hello ^SR");
    (void)queue_reply(f->tx, message, 0, sam, "Hello ^SR");
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM reply", 0), 3);

    /* a reply to no message of ours is refused by the database */
    assert_int_equal(queue(f, 12345, "?", &second), ERR_DB);
}

static void test_order(void **state)
{
    struct fixture *f = *state;
    struct record_reply r = { .id = -5 };
    int64_t a = add_message(f->tx, "900", "900", "7"), b = add_message(f->tx, "901", "901", "8"),
            sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    assert_int_equal(next_queued(f->tx, &f->arena, &r), 0);
    assert_int_equal(r.id, -5);
    int64_t in_case = open_case(f->tx, b);
    int64_t wanted[4];
    wanted[2] = queue_reply(f->tx, b, 0, 0, "automatic, first");
    wanted[3] = queue_reply(f->tx, a, 0, 0, "automatic, second");
    wanted[0] = queue_reply(f->tx, b, in_case, sam, "a person's, first");
    wanted[1] = queue_reply(f->tx, a, 0, sam, "a person's, second");
    static const char *const bodies[] = { "a person's, first", "a person's, second",
                                          "automatic, first", "automatic, second" };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_int_equal(next_queued(f->tx, &f->arena, &r), 1);
        assert_int_equal(r.id, wanted[i]);
        assert_str(r.body, bodies[i]);
        assert_str(r.parent, i == 0 || i == 2 ? "901" : "900");
        assert_int_equal(r.message_id, i == 0 || i == 2 ? b : a);
        assert_int_equal(r.staff_id, i < 2 ? sam : 0);
        assert_int_equal(r.case_id, i == 0 ? in_case : 0);
        assert_int_equal(r.attempts + r.looks + r.error.len, 0);
        assert_int_equal(move(f, r.id, REPLY_SENDING), 0);
    }
    assert_int_equal(next_queued(f->tx, &f->arena, &r), 0);
    assert_int_equal(move(f, wanted[3], REPLY_QUEUED),
                     0); /* refused for now: it is offered again */
    assert_int_equal(next_queued(f->tx, &f->arena, &r), 1);
    assert_int_equal(r.id, wanted[3]);
    assert_int_equal(r.attempts, 0); /* it never left */
}

static void test_moves(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), in_case = open_case(f->tx, message),
            sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            id = queue_reply(f->tx, message, in_case, sam, "Hello ^SR");
    static const struct {
        enum reply_state to;
        const char *remote_id, *error, *want, *events;
    } rows[] = {
        { REPLY_SENDING, "", "", "sending - - case 1 looks 0 attempts 0 at 1", "" },
        { REPLY_QUEUED, "", "", "queued - - case 1 looks 0 attempts 0 at 2",
          "reply.queued 1 1 1 1 -\n" },
        { REPLY_SENDING, "", "", "sending - - case 1 looks 0 attempts 0 at 3", "" },
        { REPLY_UNKNOWN, "", "", "unknown - - case 1 looks 0 attempts 1 at 4",
          "reply.unknown 1 1 1 1 -\n" },
        { REPLY_UNKNOWN, "", "said before", "unknown - said before case 1 looks 0 attempts 2 at 5",
          "reply.unknown 1 1 1 1 said before\n" },
        { REPLY_FAILED, "", "X said 403: \"no\"",
          "failed - X said 403: \"no\" case 1 looks 0 attempts 2 at 6",
          "reply.failed 1 1 1 1 X said 403: \"no\"\n" },
        { REPLY_QUEUED, "", "", "queued - - case 1 looks 0 attempts 2 at 7",
          "reply.queued 1 1 1 1 -\n" },
        { REPLY_SENDING, "", "", "sending - - case 1 looks 0 attempts 2 at 8", "" },
        { REPLY_SENT, "1234567890123456789", "",
          "sent 1234567890123456789 - case 1 looks 0 attempts 2 at 9", "reply.sent 1 1 1 1 -\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t seq = last_event(f->tx);
        assert_int_equal(record_move_reply(f->tx, id, rows[i].to, str_of(rows[i].remote_id),
                                           str_of(rows[i].error), NOON + 1 + (int64_t)i),
                         0);
        assert_reply(f, id, rows[i].want, rows[i].want);
        assert_str_note(events_after(f, seq), rows[i].events, rows[i].want);
    }
    assert_int_equal(move(f, 12345, REPLY_SENT), ERR_DB);

    /* one post is one reply's */
    int64_t other = queue_reply(f->tx, message, in_case, sam, "Hello again ^SR"),
            seq = last_event(f->tx);
    assert_int_equal(
        record_move_reply(f->tx, other, REPLY_SENT, STR("1234567890123456789"), STR(""), NOON),
        ERR_EXISTS);
    assert_str(text_of(f, q_state, other), "queued\n");
    assert_str(events_after(f, seq), "");
}

static void test_failed_automatic(void **state)
{
    struct fixture *f = *state;
    int64_t alone = add_message(f->tx, "900", "900", "7"),
            alone_reply = queue_reply(f->tx, alone, 0, 0, "Sorry"), seq = last_event(f->tx);
    assert_int_equal(record_move_reply(f->tx, alone_reply, REPLY_FAILED, STR(""), STR("no"), NOON),
                     0);
    assert_str(events_after(f, seq), "case.opened 1 1 - - unresolved\nreply.failed 1 1 1 - no\n");
    assert_str(text_of(f,
                       "SELECT state || priority || sensitive || team || acknowledged || "
                       "message_id AS t FROM handoff_case",
                       0),
               "open10customer services01\n");
    assert_reply(f, alone_reply, "failed - no case 1 looks 0 attempts 0 at 0", "opens");

    /* failing again after a second try: the case is there already */
    assert_int_equal(move(f, alone_reply, REPLY_QUEUED), 0);
    seq = last_event(f->tx);
    assert_int_equal(record_move_reply(f->tx, alone_reply, REPLY_FAILED, STR(""), STR("no"), NOON),
                     0);
    assert_str(events_after(f, seq), "reply.failed 1 1 1 - no\n");

    /* another one of the conversation joins what is open */
    int64_t next = add_message(f->tx, "901", "900", "7"),
            next_reply = queue_reply(f->tx, next, 0, 0, "Sorry too");
    seq = last_event(f->tx);
    assert_int_equal(record_move_reply(f->tx, next_reply, REPLY_FAILED, STR(""), STR("no"), NOON),
                     0);
    assert_str(events_after(f, seq), "reply.failed 1 2 2 - no\n");
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM handoff_case", 0), 1);

    /* what only might have failed opens nothing */
    int64_t third = add_message(f->tx, "902", "902", "7"),
            third_reply = queue_reply(f->tx, third, 0, 0, "Sorry three");
    assert_int_equal(move(f, third_reply, REPLY_UNKNOWN), 0);
    assert_int_equal(facts_of(f->tx, third).case_id, 0);
}

/* Promise 3: a reply that fails when its case is closed already comes back to the queue. */
static void test_failed_after_close(void **state)
{
    static const char q_shown[] = "SELECT count(*) AS n FROM reply p JOIN handoff_case c ON "
                                  "c.id=p.case_id WHERE p.id=?1 AND p.state='failed' AND "
                                  "c.state<>'closed'";
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    for (int joins = 0; joins < 2; joins++) {
        const char *conversation = joins ? "950" : "900";
        int64_t message = add_message(f->tx, conversation, conversation, "7"),
                in_case = open_case(f->tx, message),
                id = queue_reply(f->tx, message, in_case, sam, "Sorted ^SR");
        struct case_command c = { in_case, 1, sam, NOON };
        assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
        c.version = 2;
        assert_int_equal(case_close(f->tx, &c, STR("answered"), STR("")), CASE_DONE);
        if (joins) /* the resident wrote again meanwhile */
            (void)open_case(f->tx, add_message(f->tx, "951", "950", "7"));
        assert_int_equal(move(f, id, REPLY_SENDING), 0);
        assert_int_equal(record_move_reply(f->tx, id, REPLY_FAILED, STR(""), STR("no"), NOON), 0);
        assert_note(int_of(f->tx, q_shown, id) == 1, joins ? "joins" : "reopens");
        assert_true(facts_of(f->tx, message).case_id != 0);
    }
}

/* Withdrawn before it left: staff can see it, but it was not said. */
static void test_dropped(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"),
            id = queue_reply(f->tx, message, 0, 0, "Here");
    int64_t seq = last_event(f->tx);
    struct record_reply next;
    struct record_talk talk;
    add_decision(f->tx, message, "answer", "");
    assert_int_equal(
        record_move_reply(f->tx, id, REPLY_DROPPED, STR(""), STR("They said more"), NOON), 0);
    assert_str(events_after(f, seq), "reply.dropped - 1 1 - They said more\n");
    assert_int_equal(next_queued(f->tx, &f->arena, &next), 0);
    assert_int_equal(record_is_said(f->tx, 0, STR("Here"), true, NOON - 1), 0);
    assert_int_equal(facts_of(f->tx, message).automatic_replies, 0);
    int64_t later = add_message(f->tx, "901", "900", "7"), again;
    assert_int_equal(record_get_talk(f->tx, &f->arena, later, 0, &talk), 0);
    assert_int_equal(talk.earlier[0].reply_id, 0);
    assert_int_equal(talk.answer_count, 0);
    assert_int_equal(queue(f, message, "There", &again), 0); /* if they meant something else */
    assert_int_equal(queue(f, message, "Where", &again), ERR_EXISTS);
}

static void test_looking(void **state)
{
    struct fixture *f = *state;
    struct record_reply found[3];
    int64_t ids[4];
    static const char *const remote_ids[] = { "900", "901", "902", "903" };
    assert_int_equal(record_list_unknown(f->tx, STR("NorthmoorHelp"), &f->arena, found, 3), 0);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        int64_t message = add_message(f->tx, remote_ids[i], remote_ids[i], "7");
        ids[i] = queue_reply(f->tx, message, 0, 0, remote_ids[i]);
        assert_int_equal(move(f, ids[i], REPLY_SENDING), 0);
        assert_int_equal(record_move_reply(f->tx, ids[i], REPLY_UNKNOWN, STR(""),
                                           i == 1 ? STR("said before") : STR(""), NOON),
                         0);
    }
    int64_t seq = last_event(f->tx);
    assert_int_equal(record_count_look(f->tx, ids[0]), 0);
    assert_int_equal(record_count_look(f->tx, ids[0]), 0);
    assert_str(events_after(f, seq), "");
    assert_int_equal(record_list_unknown(f->tx, STR("NorthmoorHelp"), &f->arena, found, 3), 3);
    for (size_t i = 0; i < ARRAY_LEN(found); i++) {
        assert_int_equal(found[i].id, ids[i]);
        assert_str(found[i].parent, remote_ids[i]);
        assert_str(found[i].body, remote_ids[i]);
        assert_int_equal(found[i].looks, i == 0 ? 2 : 0);
        assert_int_equal(found[i].attempts, 1);
        assert_str(found[i].error, i == 1 ? "said before" : "");
    }
    assert_int_equal(record_list_unknown(f->tx, STR("NorthmoorHelp"), &f->arena, found, 1), 1);

    /* looks are counted anew each time it ends unknown */
    assert_int_equal(move(f, ids[0], REPLY_QUEUED), 0);
    assert_int_equal(move(f, ids[0], REPLY_SENDING), 0);
    assert_int_equal(move(f, ids[0], REPLY_UNKNOWN), 0);
    assert_reply(f, ids[0], "unknown - - case - looks 0 attempts 2 at 0", "anew");
}

static void test_recover(void **state)
{
    struct fixture *f = *state;
    static const enum reply_state states[] = { REPLY_QUEUED,  REPLY_SENDING, REPLY_SENDING,
                                               REPLY_UNKNOWN, REPLY_SENT,    REPLY_FAILED };
    static const char *const remote_ids[] = { "900", "901", "902", "903", "904", "905" };
    int64_t ids[ARRAY_LEN(states)];
    assert_int_equal(record_recover_sending(f->tx, NOON), 0);
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        int64_t message = add_message(f->tx, remote_ids[i], remote_ids[i], "7");
        ids[i] = queue_reply(f->tx, message, 0, 0, "Sorry");
        assert_int_equal(move(f, ids[i], states[i]), 0);
    }
    int64_t seq = last_event(f->tx);
    assert_int_equal(record_recover_sending(f->tx, NOON + 3), 2);
    assert_str(events_after(f, seq), "reply.unknown - 2 2 - -\nreply.unknown - 3 3 - -\n");
    assert_str(text_of(f, "SELECT state AS t FROM reply ORDER BY id", 0),
               "queued\nunknown\nunknown\nunknown\nsent\nfailed\n");
    assert_reply(f, ids[1], "unknown - - case - looks 0 attempts 1 at 3", "recovered");
    assert_int_equal(record_recover_sending(f->tx, NOON), 0);
}

static void test_is_said(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *note, *body;
        enum reply_state was;
        bool is_private, waiting, own;
        int64_t since_at;
        int want;
    } rows[] = {
        { "sent, within", "A", REPLY_SENT, false, false, false, NOON - 1, 1 },
        { "at its edge", "A", REPLY_SENT, false, false, false, NOON, 1 },
        { "before", "A", REPLY_SENT, false, false, false, NOON + 1, 0 },
        { "it may be out", "A", REPLY_UNKNOWN, false, false, false, NOON, 1 },
        { "on its way", "A", REPLY_SENDING, false, false, false, NOON, 1 },
        { "waiting", "A", REPLY_QUEUED, false, false, false, NOON, 0 },
        { "waiting counts", "A", REPLY_QUEUED, false, true, false, NOON, 1 },
        { "withheld counts too", "A", REPLY_WITHHELD, false, true, false, NOON, 1 },
        { "failed", "A", REPLY_FAILED, false, true, false, NOON, 0 },
        { "privately", "A", REPLY_SENT, true, true, false, NOON, 0 },
        { "it is the reply itself", "A", REPLY_SENT, false, false, true, NOON, 0 },
        { "another text", "B", REPLY_SENT, false, true, false, NOON, 0 },
        { "other letters", "a", REPLY_SENT, false, true, false, NOON, 0 },
        { "more", "A ", REPLY_SENT, false, true, false, NOON, 0 },
        { "nothing", "", REPLY_SENT, false, true, false, NOON, 0 },
    };
    int64_t id = queue_reply(f->tx, add_message(f->tx, "900", "900", "7"), 0, 0, "A");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(tx_savepoint(f->tx), 0);
        assert_int_equal(move(f, id, rows[i].was), 0);
        run_sql(f->tx, "UPDATE reply SET changed_at=" NOON_TEXT);
        if (rows[i].is_private)
            run_sql(f->tx, "UPDATE reply SET private=1");
        assert_note(record_is_said(f->tx, rows[i].own ? id : 0, str_of(rows[i].body),
                                   rows[i].waiting, rows[i].since_at) == rows[i].want,
                    rows[i].note);
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
    }
}

static void assert_said(const struct record_said *said, int count, const char *want)
{
    struct buf out = BUF_INIT(1000);
    assert_true(count >= 0);
    for (int i = 0; i < count; i++)
        (void)buf_addf(&out, "%.*s%s%s ", STR_ARG(said[i].body), said[i].waiting ? "-waiting" : "",
                       said[i].by_account ? "" : "-elsewhere");
    assert_str(buf_str(&out), want);
    buf_release(&out);
}

static void test_list_said(void **state)
{
    struct fixture *f = *state;
    struct record_said said[RECORD_SAID_MAX];
    static const struct {
        const char *remote_id, *author, *body;
        enum reply_state state;
        bool staff;
    } replies[] = {
        { "900", "7", "one", REPLY_SENT, false },     { "901", "7", "two", REPLY_QUEUED, false },
        { "902", "7", "three", REPLY_SENT, true },    { "903", "8", "four", REPLY_UNKNOWN, false },
        { "904", "8", "five", REPLY_SENT, false },    { "905", "8", "six", REPLY_DROPPED, false },
        { "906", "8", "seven", REPLY_FAILED, false },
    };
    int64_t staff = add_staff(f->tx, "sam", "Sam Reed", "SR"), last = 0;
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        int64_t message =
            add_message(f->tx, replies[i].remote_id, replies[i].remote_id, replies[i].author);
        last = queue_reply(f->tx, message, 0, replies[i].staff ? staff : 0, replies[i].body);
        assert_int_equal(move(f, last, replies[i].state), 0);
    }
    run_sql(f->tx, "UPDATE message SET account='NorthmoorNews' WHERE remote_id='904'");
    run_sql(f->tx, "UPDATE reply SET changed_at=" NOON_TEXT);
    int64_t sam = facts_of(f->tx, 1).resident_id;
    assert_said(said, record_list_told(f->tx, &f->arena, 0, sam, NOON, said),
                "three two-waiting one ");
    assert_said(said, record_list_told(f->tx, &f->arena, 1, sam, NOON, said), "three two-waiting ");
    assert_said(said, record_list_told(f->tx, &f->arena, 0, sam, NOON + 1, said), "");
    assert_said(said, record_list_automatic(f->tx, &f->arena, 0, STR("NorthmoorHelp"), NOON, said),
                "four five-elsewhere one two-waiting ");
    assert_said(said, record_list_automatic(f->tx, &f->arena, 4, STR("NorthmoorHelp"), NOON, said),
                "five-elsewhere one two-waiting ");
    assert_said(
        said, record_list_automatic(f->tx, &f->arena, 0, STR("NorthmoorHelp"), NOON + 1, said), "");
}

/* What may forbid a reply to leave. */
static void test_leaving(void **state)
{
    struct fixture *f = *state;
    struct record_leaving l;
    int64_t message = add_message(f->tx, "900", "900", "7");
    int64_t id = queue_reply(f->tx, message, open_case(f->tx, message), 0, "A");
    assert_int_equal(record_get_leaving(f->tx, id, &l), 0);
    assert_true(l.may_reply && !l.wrote_private && !l.gone && !l.urgent && l.said_here == 0);
    for (int i = 1; i < 4; i++) {
        const char *ids[] = { "900", "901", "902", "903" };
        static const enum reply_state states[] = { 0, REPLY_SENT, REPLY_UNKNOWN, REPLY_FAILED };
        int64_t other = queue_reply(f->tx, add_message(f->tx, ids[i], "900", "7"), 0, 0, ids[i]);
        assert_int_equal(move(f, other, states[i]), 0);
    }
    run_sql(f->tx, "UPDATE message SET may_reply=0, gone_at=1 WHERE id=1");
    run_sql(f->tx, "UPDATE message SET kind='private' WHERE id=4");
    run_sql(f->tx, "UPDATE handoff_case SET sensitive=1");
    assert_int_equal(record_get_leaving(f->tx, id, &l), 0);
    assert_true(!l.may_reply && l.wrote_private && l.gone && l.urgent);
    assert_int_equal(l.said_here, 2);
    assert_int_equal(record_get_leaving(f->tx, 99, &l), ERR_DB);
}

static void test_migrate(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_message(f->tx, "900", "900", "7");
    fixture_commit(f);
    assert_int_equal(record_migrate(f->db), 0); /* up to date: nothing happens */
    (void)fixture_begin(f);
    assert_int_equal(int_of(f->tx, "SELECT id AS n FROM message", 0), id);
    run_sql(f->tx, "UPDATE schema_version SET version=version+1 WHERE folder='handoff'");
    fixture_commit(f);
    assert_int_equal(record_migrate(f->db), ERR_NEWER);
}

/* A file of the first version, with a message in it, comes up to date. */
static void test_migrate_old(void **state)
{
    static const char *const old[] = {
        "INSERT INTO resident VALUES(1, 'x', '7', 'elm_close_sam', 'Sam', NULL)",
        "INSERT INTO conversation VALUES(1, 'x', '900')",
        "INSERT INTO message VALUES(1, 'x', '900', 1, 1, 'My bin wasn''t emptied', 1, 1794999900, "
        "1795000000)",
        "INSERT INTO conversation VALUES(2, 'x', '902'), (3, 'x', '903')",
        "INSERT INTO handoff_case VALUES(1, 1, 1, 1, 1, 'open', 2, 'unresolved', 0, 'parks', 0,"
        " NULL, NULL, 1795000000, 1795000060), (2, 2, 1, 1, 1, 'claimed', 2, 'unresolved', 0,"
        " 'parks', 0, NULL, NULL, 1795000000, 1795000120), (3, 3, 1, 1, 1, 'closed', 2,"
        " 'unresolved', 0, 'parks', 0, NULL, 'done', 1795000000, 1795000180)",
    };
    struct fixture *now = *state, f = { .dir = now->dir };
    assert_int_equal(db_open(path_in(f.dir, "old.db"), DB_WRITER, &f.db, NULL), 0);
    assert_int_equal(record_migrate_to(f.db, 1), 0);
    (void)fixture_begin(&f);
    for (size_t i = 0; i < ARRAY_LEN(old); i++)
        run_sql(f.tx, old[i]);
    fixture_commit(&f);
    assert_int_equal(record_migrate(f.db), 0);
    (void)fixture_begin(&f);
    assert_int_equal(record_adopt_messages(f.tx, STR("NorthmoorHelp")), 0);
    assert_int_equal(
        int_of(f.tx, "SELECT count(*) AS n FROM message WHERE account='NorthmoorHelp'", 0), 1);
    assert_false(facts_of(f.tx, 1).begun);
    assert_true(facts_of(f.tx, add_message(f.tx, "901", "900", "7")).begun);
    f.arena = ARENA_INIT;
    assert_str(text_of(&f,
                       "SELECT coalesce(waits_since-1795000000, '-') || ' ' ||"
                       " coalesce(due_from-1795000000, '-') || ' ' ||"
                       " coalesce(active_at-1795000000, '-') || ' ' || coalesce(wakes_at, '-')"
                       " AS t FROM handoff_case ORDER BY id",
                       0),
               "60 60 - 0\n120 120 120 0\n- - - -\n"); /* its clocks begin with the last change */
    arena_release(&f.arena);
    tx_rollback(f.tx);
    f.db = db_free(f.db);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(reply_state_name(REPLY_QUEUED), "queued");
    assert_string_equal(reply_state_name(REPLY_SENDING), "sending");
    assert_string_equal(reply_state_name(REPLY_UNKNOWN), "unknown");
    assert_string_equal(reply_state_name(REPLY_SENT), "sent");
    assert_string_equal(reply_state_name(REPLY_FAILED), "failed");
    assert_string_equal(reply_state_name(REPLY_DROPPED), "dropped");
}

#define RECORD_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(test_once),
        RECORD_TEST(test_once_durably),
        RECORD_TEST(test_people),
        RECORD_TEST(test_facts),
        RECORD_TEST(test_burst),
        RECORD_TEST(test_habits),
        RECORD_TEST(test_talk),
        RECORD_TEST(test_decisions),
        RECORD_TEST(test_one_automatic),
        RECORD_TEST(test_order),
        RECORD_TEST(test_moves),
        RECORD_TEST(test_failed_automatic),
        RECORD_TEST(test_failed_after_close),
        RECORD_TEST(test_dropped),
        RECORD_TEST(test_looking),
        RECORD_TEST(test_recover),
        RECORD_TEST(test_is_said),
        RECORD_TEST(test_list_said),
        RECORD_TEST(test_leaving),
        RECORD_TEST(test_migrate),
        RECORD_TEST(test_migrate_old),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
