/* Promise 6: whoever acts on what they no longer see is refused, and nothing is done. */
#include "tests/unit/record_fixture.h"

static const char q_case[] =
    "SELECT state || ' v' || version || ' p' || priority || ' ' || reason || ' s' || sensitive || "
    "' ' || team || ' a' || acknowledged || ' owner ' || coalesce(owner_id, '-') || ' ' || "
    "coalesce(outcome, '-') || ' ' || (opened_at-1795000000) || '..' || (changed_at-1795000000) "
    "AS t FROM handoff_case WHERE id=?1";
static const char q_version[] = "SELECT version AS n FROM handoff_case WHERE id=?1";

static void assert_case(struct fixture *f, int64_t id, const char *want, const char *note)
{
    struct buf line = BUF_INIT(1000);
    (void)buf_addf(&line, "%s\n", want);
    assert_str_note(text_of(f, q_case, id), buf_cstr(&line), note);
    buf_release(&line);
}

static void test_open(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), id = -5, second = -5;
    struct case_opening o = opening_of(f->tx, message);
    int64_t seq = last_event(f->tx);
    assert_int_equal(case_open(f->tx, &o, NOON, &id), 0);
    assert_case(f, id, "open v1 p2 unresolved s0 customer services a0 owner - - 0..0", "plain");
    assert_str(events_after(f, seq), "case.opened 1 1 - - unresolved\n");

    /* one is open for a conversation, whoever asks for another */
    assert_int_equal(case_open(f->tx, &o, NOON, &second), ERR_EXISTS);
    assert_int_equal(second, -5);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM handoff_case", 0), 1);

    message = add_message(f->tx, "901", "901", "7");
    o = opening_of(f->tx, message);
    o.reason = STR("safeguarding");
    o.team = STR("duty");
    o.priority = CASE_SENSITIVE;
    o.sensitive = o.acknowledged = true;
    assert_int_equal(case_open(f->tx, &o, NOON + 3, &id), 0);
    assert_case(f, id, "open v1 p0 safeguarding s1 duty a1 owner - - 3..3", "sensitive");

    /* of no such message: the database refuses */
    o.conversation_id = 999;
    assert_int_equal(case_open(f->tx, &o, NOON, &id), ERR_DB);
}

/* Closed and opened again: the conversation's next case is a new one. */
static void test_open_after_close(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), first = open_case(f->tx, message),
            sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    struct case_command c = { first, 1, sam, NOON + 1 };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    struct case_opening o = opening_of(f->tx, message);
    int64_t second;
    assert_int_equal(case_open(f->tx, &o, NOON, &second), ERR_EXISTS); /* claimed isn't closed */
    c.version = 2;
    assert_int_equal(case_close(f->tx, &c, STR("done"), STR("")), CASE_DONE);
    assert_int_equal(case_open(f->tx, &o, NOON, &second), 0);
    assert_int_not_equal(first, second);
    assert_int_equal(facts_of(f->tx, message).case_id, second);
}

static void test_join(void **state)
{
    static const struct {
        const char *note, *reason, *team;
        int64_t priority;
        bool sensitive, acknowledged;
        const char *want, *events;
    } rows[] = {
        { "nothing about it", "", "", CASE_SENSITIVE, false, false,
          "open v2 p2 unresolved s0 customer services a0 owner - - 0..1",
          "case.message 1 2 - - -\n" },
        { "the same priority", "other", "waste", CASE_NORMAL, false, true,
          "open v3 p2 unresolved s0 customer services a1 owner - - 0..2",
          "case.message 1 2 - - -\n" },
        { "more urgent", "complaint", "", CASE_SOON, false, false,
          "open v4 p1 complaint s0 customer services a1 owner - - 0..3",
          "case.message 1 2 - - -\ncase.raised 1 2 - - complaint\n" },
        { "most urgent", "safeguarding", "duty", CASE_SENSITIVE, true, false,
          "open v5 p0 safeguarding s1 duty a1 owner - - 0..4",
          "case.message 1 2 - - -\ncase.raised 1 2 - - safeguarding\n" },
        { "less urgent again", "complaint", "waste", CASE_SOON, false, false,
          "open v6 p0 safeguarding s1 duty a1 owner - - 0..5", "case.message 1 2 - - -\n" },
        { "sensitive, but less urgent", "legal", "insurance", CASE_SENSITIVE, true, false,
          "open v7 p0 safeguarding s1 duty a1 owner - - 0..6", "case.message 1 2 - - -\n" },
        { "as urgent as it is", "safeguarding", "waste", CASE_SENSITIVE, true, false,
          "open v8 p0 safeguarding s1 duty a1 owner - - 0..7", "case.message 1 2 - - -\n" },
        { "the most urgent of what is sensitive", "emergency", "duty", CASE_SENSITIVE, true, false,
          "open v9 p0 emergency s1 duty a1 owner - - 0..8",
          "case.message 1 2 - - -\ncase.raised 1 2 - - emergency\n" },
    };
    struct fixture *f = *state;
    int64_t id = open_case(f->tx, add_message(f->tx, "900", "900", "7")),
            next = add_message(f->tx, "901", "900", "7");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct case_opening o = opening_of(f->tx, next);
        int64_t seq = last_event(f->tx);
        o.reason = str_of(rows[i].reason);
        o.team = str_of(rows[i].team);
        o.priority = rows[i].priority;
        o.sensitive = rows[i].sensitive;
        o.acknowledged = rows[i].acknowledged;
        assert_int_equal(case_join(f->tx, id, &o, NOON + 1 + (int64_t)i), 0);
        assert_case(f, id, rows[i].want, rows[i].note);
        assert_str_note(events_after(f, seq), rows[i].events, rows[i].note);
    }
}

/* A message that joins keeps the owner, and the owner's next command is stale. */
static void test_join_claimed(void **state)
{
    struct fixture *f = *state;
    int64_t id = open_case(f->tx, add_message(f->tx, "900", "900", "7")),
            sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    struct case_command c = { id, 1, sam, NOON + 1 };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    struct case_opening o = opening_of(f->tx, add_message(f->tx, "901", "900", "7"));
    assert_int_equal(case_join(f->tx, id, &o, NOON + 2), 0);
    assert_case(f, id, "claimed v3 p2 unresolved s0 customer services a0 owner 1 - 0..2", "joined");
    c.version = 2;
    assert_int_equal(reply_in_case(f->tx, &c, "Hello ^SR", false), CASE_STALE);
    c.version = 3;
    assert_int_equal(reply_in_case(f->tx, &c, "Hello ^SR", false), CASE_DONE);
}

/* ------------------------------------------------------------------------------------------------
 * what staff do */

enum verb { CLAIM, RELEASE, REPLY, CLOSE, RETRY };

static int run(struct fixture *f, enum verb verb, const struct case_command *c, int64_t reply_id)
{
    switch (verb) {
    case CLAIM:
        return case_claim(f->tx, c);
    case RELEASE:
        return case_release(f->tx, c);
    case REPLY:
        return reply_in_case(f->tx, c, "Hello ^SR", false);
    case CLOSE:
        return case_close(f->tx, c, STR("answered"), STR(""));
    case RETRY:
        return case_retry(f->tx, c, reply_id);
    }
    return ERR_BADINPUT;
}

/* Each verb on a case in each state, by its holder and by somebody else, with the version they saw.
 */
static void test_verbs(void **state)
{
    static const struct {
        const char *note;
        enum verb verb;
        bool claimed, closed; /* by Sam */
        bool kit;             /* Kit acts; else Sam does */
        int seen;             /* version seen, less the one there is */
        int want;
        const char *after, *events;
    } rows[] = {
        { "take", CLAIM, 0, 0, 0, 0, CASE_DONE, "claimed +1 1 -", "case.claimed 1 - - 1 -\n" },
        { "take what is held", CLAIM, 1, 0, 1, 0, CASE_TAKEN, "claimed +0 1 -", "" },
        { "take one's own", CLAIM, 1, 0, 0, 0, CASE_DONE, "claimed +0 1 -", "" },
        { "take, stale", CLAIM, 0, 0, 0, -1, CASE_STALE, "open +0 - -", "" },
        { "take, from the future", CLAIM, 0, 0, 0, 1, CASE_STALE, "open +0 - -", "" },
        { "take what is held, stale", CLAIM, 1, 0, 1, -1, CASE_TAKEN, "claimed +0 1 -", "" },
        { "take, closed", CLAIM, 1, 1, 0, 0, CASE_CLOSED, "closed +0 1 done", "" },
        { "take, closed and stale", CLAIM, 1, 1, 1, -1, CASE_CLOSED, "closed +0 1 done", "" },

        { "give back", RELEASE, 1, 0, 0, 0, CASE_DONE, "open +1 - -", "case.released 1 - - 1 -\n" },
        { "give back what nobody holds", RELEASE, 0, 0, 0, 0, CASE_NOT_YOURS, "open +0 - -", "" },
        { "give back another's", RELEASE, 1, 0, 1, 0, CASE_NOT_YOURS, "claimed +0 1 -", "" },
        { "give back, stale", RELEASE, 1, 0, 0, -1, CASE_STALE, "claimed +0 1 -", "" },
        { "give back, closed", RELEASE, 1, 1, 0, 0, CASE_CLOSED, "closed +0 1 done", "" },

        { "reply", REPLY, 1, 0, 0, 0, CASE_DONE, "claimed +1 1 -",
          "reply.queued 1 1 2 1 -\ncase.replied 1 1 - 1 -\n" },
        { "reply to what nobody holds", REPLY, 0, 0, 0, 0, CASE_NOT_YOURS, "open +0 - -", "" },
        { "reply to another's", REPLY, 1, 0, 1, 0, CASE_NOT_YOURS, "claimed +0 1 -", "" },
        { "reply, stale", REPLY, 1, 0, 0, -1, CASE_STALE, "claimed +0 1 -", "" },
        { "reply, closed", REPLY, 1, 1, 0, 0, CASE_CLOSED, "closed +0 1 done", "" },

        { "close", CLOSE, 1, 0, 0, 0, CASE_DONE, "closed +1 1 answered",
          "case.closed 1 - - 1 Answered\n" },
        { "close what nobody holds", CLOSE, 0, 0, 0, 0, CASE_NOT_YOURS, "open +0 - -", "" },
        { "close another's", CLOSE, 1, 0, 1, 0, CASE_NOT_YOURS, "claimed +0 1 -", "" },
        { "close, stale", CLOSE, 1, 0, 0, -1, CASE_STALE, "claimed +0 1 -", "" },
        { "close twice", CLOSE, 1, 1, 0, 0, CASE_CLOSED, "closed +0 1 done", "" },

        { "try again", RETRY, 1, 0, 0, 0, CASE_DONE, "claimed +1 1 -", "reply.queued 1 1 1 1 -\n" },
        { "try again, nobody's", RETRY, 0, 0, 0, 0, CASE_NOT_YOURS, "open +0 - -", "" },
        { "try again, another's", RETRY, 1, 0, 1, 0, CASE_NOT_YOURS, "claimed +0 1 -", "" },
        { "try again, stale", RETRY, 1, 0, 0, -1, CASE_STALE, "claimed +0 1 -", "" },
        { "try again, closed", RETRY, 1, 1, 0, 0, CASE_CLOSED, "closed +0 1 done", "" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i)
            (void)fixture_begin(f);
        int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
                kit = add_staff(f->tx, "kit", "Kit Orr", "KO"),
                message = add_message(f->tx, "900", "900", "7"),
                failed = queue_reply(f->tx, message, 0, 0, "Sorry");
        assert_int_equal(record_move_reply(f->tx, failed, REPLY_FAILED, STR(""), STR("no"), NOON),
                         0);
        struct case_command c = { facts_of(f->tx, message).case_id, 1, sam, NOON + 1 };
        if (rows[i].claimed) {
            assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
            c.version = int_of(f->tx, q_version, c.case_id);
        }
        if (rows[i].closed) {
            assert_int_equal(case_close(f->tx, &c, STR("done"), STR("")), CASE_DONE);
            c.version = int_of(f->tx, q_version, c.case_id);
        }
        int64_t seq = last_event(f->tx), version = int_of(f->tx, q_version, c.case_id);
        c.version = version + rows[i].seen;
        c.staff_id = rows[i].kit ? kit : sam;
        c.now = NOON + 7;
        int got = run(f, rows[i].verb, &c, failed);
        assert_note(got == rows[i].want, rows[i].note);
        int64_t moved = int_of(f->tx, q_version, c.case_id) - version;
        struct buf want = BUF_INIT(1000), is = BUF_INIT(1000);
        (void)buf_addf(&want, "%s\n", rows[i].after);
        struct str now = text_of(f,
                                 "SELECT state || ' +@ ' || coalesce(owner_id, '-') || ' ' || "
                                 "coalesce(outcome, '-') AS t FROM handoff_case WHERE id=?1",
                                 c.case_id);
        for (size_t k = 0; k < now.len; k++)
            (void)(now.p[k] == '@' ? buf_addf(&is, "%" PRId64, moved)
                                   : buf_add_byte(&is, now.p[k]));
        assert_str_note(buf_str(&is), buf_cstr(&want), rows[i].note);
        assert_str_note(events_after(f, seq), rows[i].events, rows[i].note);
        if (got != CASE_DONE || rows[i].verb == CLOSE) /* nothing to send */
            assert_note(int_of(f->tx, "SELECT count(*) AS n FROM reply WHERE state='queued'", 0) ==
                            0,
                        rows[i].note);
        buf_release(&want);
        buf_release(&is);
        tx_rollback(f->tx);
        f->tx = NULL;
    }
}

static void test_unknown(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"), seq = last_event(f->tx);
    static const int64_t ids[] = { 0, -1, 1, INT64_MAX };
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        for (enum verb verb = CLAIM; verb <= RETRY; verb++) {
            struct case_command c = { ids[i], 1, sam, NOON };
            assert_int_equal(run(f, verb, &c, 1), CASE_UNKNOWN);
        }
    assert_str(events_after(f, seq), "");
}

/* What is sent answers the resident's newest message, signed by whoever sent it. */
static void test_reply(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            id = open_case(f->tx, add_message(f->tx, "900", "900", "7")),
            newest = add_message(f->tx, "901", "900", "7");
    (void)add_message(f->tx, "950", "950", "7");
    struct case_command c = { id, 1, sam, NOON + 1 };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    c.version = 2;
    assert_int_equal(reply_in_case(f->tx, &c, "It's on its way ^SR", false), CASE_DONE);
    struct record_reply r;
    assert_int_equal(next_queued(f->tx, &f->arena, &r), 1);
    assert_int_equal(r.message_id, newest);
    assert_int_equal(r.case_id, id);
    assert_int_equal(r.staff_id, sam);
    assert_str(r.body, "It's on its way ^SR");
    assert_str(r.parent, "901");
    /* one that the network lets us answer, where there is one */
    struct record_message closed = a_message("902", "900", "7");
    closed.may_reply = false;
    int64_t last;
    assert_int_equal(record_add_message(f->tx, &closed, NOON, &last), 1);
    c.version = 3;
    assert_int_equal(reply_in_case(f->tx, &c, "And on ^SR", false), CASE_DONE);
    assert_int_equal(int_of(f->tx, "SELECT max(message_id) AS n FROM reply", 0), newest);
    c.version = 2; /* the same again is stale: no second reply by a second click */
    assert_int_equal(reply_in_case(f->tx, &c, "It's on its way ^SR", false), CASE_STALE);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM reply", 0), 2);
}

/* What the network's limits held back isn't said behind a person's answer, or when it is over. */
static void test_nothing_follows(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            message = add_message(f->tx, "900", "900", "7"), id = open_case(f->tx, message);
    struct case_command c = { id, 1, sam, NOON + 1 };
    (void)queue_reply(f->tx, message, id, 0, "We have your message");
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    c.version = 2;
    for (int closes = 0; closes < 2; closes++) {
        assert_int_equal(tx_savepoint(f->tx), 0);
        assert_int_equal(closes ? case_close(f->tx, &c, STR("no_reply_needed"), STR(""))
                                : reply_in_case(f->tx, &c, "It's on its way ^SR", false),
                         CASE_DONE);
        assert_str(text_of(f, "SELECT state AS t FROM reply WHERE staff_id IS NULL", 0),
                   "dropped\n");
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
    }
    assert_int_equal(case_release(f->tx, &c), CASE_DONE); /* the next has it to answer */
    assert_str(text_of(f, "SELECT state AS t FROM reply", 0), "queued\n");
}

/* When the network lets us answer none of them, the newest: it is the network that refuses then. */
static void test_reply_to_none(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"), newest;
    struct record_message m = a_message("900", "900", "7");
    m.may_reply = false;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &newest), 1);
    int64_t id = open_case(f->tx, newest);
    m.remote_id = STR("901");
    assert_int_equal(record_add_message(f->tx, &m, NOON, &newest), 1);
    struct case_command c = { id, 1, sam, NOON };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    c.version = 2;
    assert_int_equal(reply_in_case(f->tx, &c, "Hello ^SR", false), CASE_DONE);
    assert_int_equal(int_of(f->tx, "SELECT message_id AS n FROM reply", 0), newest);
}

static void test_retry(void **state)
{
    static const enum reply_state never[] = { REPLY_QUEUED, REPLY_SENDING, REPLY_UNKNOWN,
                                              REPLY_SENT };
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            message = add_message(f->tx, "900", "900", "7"), id = open_case(f->tx, message),
            mine = queue_reply(f->tx, message, id, sam, "Hello ^SR"),
            elsewhere = add_message(f->tx, "901", "901", "8"),
            other = queue_reply(f->tx, elsewhere, 0, 0, "Sorry");
    struct case_command c = { id, 1, sam, NOON + 1 };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    c.version = 2;
    for (size_t i = 0; i < ARRAY_LEN(never); i++) { /* only what failed is tried again */
        assert_int_equal(record_move_reply(f->tx, mine, never[i], STR(""), STR(""), NOON), 0);
        assert_int_equal(case_retry(f->tx, &c, mine), CASE_UNKNOWN);
    }
    assert_int_equal(record_move_reply(f->tx, other, REPLY_FAILED, STR(""), STR("no"), NOON), 0);
    assert_int_equal(case_retry(f->tx, &c, other), CASE_UNKNOWN); /* another case's */
    assert_int_equal(case_retry(f->tx, &c, 12345), CASE_UNKNOWN);
    assert_int_equal(int_of(f->tx, q_version, id), 2);

    run_sql(f->tx, "UPDATE reply SET state='sending' WHERE state='sent'");
    assert_int_equal(record_move_reply(f->tx, mine, REPLY_FAILED, STR(""), STR("no"), NOON), 0);
    c.version = int_of(f->tx, q_version, id);
    assert_int_equal(case_retry(f->tx, &c, mine), CASE_DONE);
    assert_str(text_of(f, "SELECT state || coalesce(error, '') AS t FROM reply WHERE id=?1", mine),
               "queued\n");
    assert_int_equal(case_retry(f->tx, &c, mine), CASE_STALE); /* not twice by a second click */
}

static void test_restore(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            ignored = add_message(f->tx, "900", "900", "7"),
            answered = add_message(f->tx, "901", "901", "8"),
            joining = add_message(f->tx, "902", "900", "9"),
            undecided = add_message(f->tx, "903", "903", "9");
    add_decision(f->tx, ignored, "ignore", "");
    add_decision(f->tx, answered, "answer", "");
    add_decision(f->tx, joining, "ignore", "");
    int64_t seq = last_event(f->tx);
    assert_int_equal(case_from_ignored(f->tx, 12345, sam, NOON), CASE_UNKNOWN);
    assert_int_equal(case_from_ignored(f->tx, answered, sam, NOON), CASE_UNKNOWN);
    assert_int_equal(case_from_ignored(f->tx, undecided, sam, NOON), CASE_UNKNOWN);
    assert_str(events_after(f, seq), "");

    assert_int_equal(case_from_ignored(f->tx, ignored, sam, NOON + 2), CASE_DONE);
    assert_case(f, 1, "open v1 p2 unresolved s0 customer services a0 owner - - 2..2", "restored");
    assert_str(events_after(f, seq),
               "case.opened 1 1 - - unresolved\nmessage.restored 1 1 - 1 -\n");

    seq = last_event(f->tx); /* two of staff at once: the second finds it done */
    assert_int_equal(case_from_ignored(f->tx, ignored, sam, NOON + 3), CASE_UNKNOWN);
    assert_str(events_after(f, seq), "");

    assert_int_equal(case_from_ignored(f->tx, joining, sam, NOON + 4), CASE_DONE);
    assert_str(events_after(f, seq), "case.message 1 3 - - -\nmessage.restored 1 3 - 1 -\n");
    assert_case(f, 1, "open v2 p2 unresolved s0 customer services a0 owner - - 2..4", "joined");
}

/* The responder closes what it opened, and only what nobody else has to do with. */
static void test_settle(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            message = add_message(f->tx, "900", "900", "7"), id = open_case(f->tx, message),
            resident_id = facts_of(f->tx, message).resident_id, since_at = NOON - 60;
    struct case_opening o = opening_of(f->tx, message);
    assert_int_equal(case_untouched(f->tx, id, resident_id, since_at), 1);
    assert_int_equal(case_untouched(f->tx, id, resident_id, since_at + 1), 0);
    assert_int_equal(case_untouched(f->tx, id, resident_id + 1, since_at), 0);
    assert_int_equal(case_untouched(f->tx, 12345, resident_id, since_at), 0);

    o.message_id = add_message(f->tx, "901", "900", "7"); /* their own next one */
    assert_int_equal(case_join(f->tx, id, &o, NOON), 0);
    assert_int_equal(case_untouched(f->tx, id, resident_id, since_at), 1);
    (void)queue_reply(f->tx, message, id, 0, "A person will read this");
    assert_int_equal(case_untouched(f->tx, id, resident_id, since_at), 1);

    int64_t seq = last_event(f->tx);
    assert_int_equal(case_settle(f->tx, id, o.message_id, STR("It has an answer"), NOON + 5), 0);
    assert_case(f, id, "closed v3 p2 unresolved s0 customer services a0 owner - answered 0..5",
                "settled");
    assert_str(events_after(f, seq), "case.closed 1 2 - - It has an answer\n");
    assert_int_equal(case_untouched(f->tx, id, resident_id, since_at), 0);

    static const struct {
        const char *note;
        enum { TOUCHED, OTHERS, RAISED } how;
    } rows[] = { { "somebody had taken it", TOUCHED },
                 { "somebody else joined", OTHERS },
                 { "it is urgent", RAISED } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        id = open_case(f->tx, message);
        o = opening_of(f->tx, message);
        struct case_command c = { id, 1, sam, NOON };
        switch (rows[i].how) {
        case TOUCHED:
            assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
            c.version = 2;
            assert_int_equal(case_release(f->tx, &c), CASE_DONE);
            break;
        case OTHERS:
            o.message_id = add_message(f->tx, "950", "900", "8");
            assert_int_equal(case_join(f->tx, id, &o, NOON), 0);
            break;
        case RAISED:
            o.priority = CASE_SOON;
            assert_int_equal(case_join(f->tx, id, &o, NOON), 0);
            break;
        }
        assert_note(case_untouched(f->tx, id, resident_id, since_at) == 0, rows[i].note);
        assert_int_equal(case_settle(f->tx, id, message, STR(""), NOON), 0);
    }
}

#define CASE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_TEST(test_open),
        CASE_TEST(test_open_after_close),
        CASE_TEST(test_join),
        CASE_TEST(test_join_claimed),
        CASE_TEST(test_verbs),
        CASE_TEST(test_unknown),
        CASE_TEST(test_nothing_follows),
        CASE_TEST(test_reply),
        CASE_TEST(test_reply_to_none),
        CASE_TEST(test_retry),
        CASE_TEST(test_restore),
        CASE_TEST(test_settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
