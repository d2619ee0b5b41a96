/* A case's clocks: minutes are counted from noon, all of them working time. */
#include "handoff/minder.h"

#include "tests/unit/record_fixture.h"

enum { SAM = 1, KIT, LEAD, ADMIN, TRAINEE };

/* Of an account without hours it never is. */
static int64_t working_after(void *data, struct str account, int64_t from, int64_t minutes)
{
    (void)data;
    return str_is(account, "NorthmoorHelp") ? from + minutes * 60 : 0;
}

static struct desk desk = {
    .due_minutes = { 15, 60, 240 },
    .lease_minutes = 60,
    .warn_minutes = 10,
    .working_after = working_after,
};

static int64_t minute(int64_t n)
{
    return NOON + n * 60;
}

/* Case 1 waits since noon. */
static int setup(void **state)
{
    static const struct {
        const char *login, *name, *initials, *role;
    } people[] = { { "sam", "Sam Reed", "SR", "agent" },
                   { "kit", "Kit Orr", "KO", "agent" },
                   { "lena", "Lena Ford", "LF", "supervisor" },
                   { "asha", "Asha Malik", "AM", "admin" },
                   { "tom", "Tom Bell", "TB", "trainee" } };
    (void)fixture_setup(state);
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        struct staff s = { 0, str_of(people[i].login), str_of(people[i].name),
                           str_of(people[i].initials), str_of(people[i].role) };
        const char *why;
        assert_int_equal(staff_add(f->tx, &s, "no hash", NOON, &why), 0);
    }
    assert_int_equal(open_case(f->tx, add_message(f->tx, "900", "900", "7")), 1);
    return 0;
}

enum act {
    NOTHING,
    CLAIM,
    CLAIM_KIT,
    RELEASE,
    REPLY,
    TAKE_BACK,
    FAILS, /* the last reply */
    RETRY,
    ELSEWHERE,
    WRITES, /* the resident */
    OVERHEARD,
    COMPLAINS,
    MARK,
    UNMARK,
    MUTE,
    UNMUTE,
    SIGN, /* of Sam's life */
    PASS_TO_KIT,
    PASS_TO_TEAM,
    CLOSE,
    REOPEN,
};

static int join(struct fixture *f, enum act act, int64_t now)
{
    static int count;
    char id[16];
    (void)snprintf(id, sizeof id, "m%d", ++count);
    struct record_message m = a_message(id, "900", "7");
    int64_t message;
    m.kind = act == OVERHEARD ? RECORD_OVERHEARD : RECORD_ADDRESSED;
    assert_int_equal(record_add_message(f->tx, &m, now, &message), 1);
    struct case_opening o = opening_of(f->tx, message);
    if (act == COMPLAINS) {
        o.reason = STR("complaint");
        o.priority = CASE_SOON;
    }
    return case_join(f->tx, 1, &o, now);
}

static const char q_last[] = "SELECT max(id) AS n FROM reply";

static int do_it(struct fixture *f, enum act act, int64_t now)
{
    struct case_command c = { 1, int_of(f->tx, "SELECT version AS n FROM handoff_case", 0), SAM,
                              now };
    struct case_pass to = { .staff_id = KIT, .name = STR("Kit Orr") };
    switch (act) {
    case NOTHING:
        return 0;
    case CLAIM_KIT:
        c.staff_id = KIT;
        return case_claim(f->tx, &c);
    case CLAIM:
        return case_claim(f->tx, &c);
    case RELEASE:
        return case_release(f->tx, &c);
    case REPLY:
        return reply_in_case(f->tx, &c, "Hello ^SR", false);
    case TAKE_BACK:
        return case_unanswered(f->tx, 1, now);
    case FAILS:
        return record_move_reply(f->tx, int_of(f->tx, q_last, 0), REPLY_FAILED, STR(""), STR("no"),
                                 now);
    case RETRY:
        return case_retry(f->tx, &c, int_of(f->tx, q_last, 0));
    case ELSEWHERE:
        return case_taken_elsewhere(f->tx, 1, now);
    case WRITES:
    case OVERHEARD:
    case COMPLAINS:
        return join(f, act, now);
    case MARK:
    case UNMARK:
        return case_mark(f->tx, &c, act == MARK);
    case MUTE:
    case UNMUTE:
        return case_mute(f->tx, &c, act == MUTE);
    case SIGN:
        return case_renew(f->tx, 1, SAM, now) < 0;
    case PASS_TO_KIT:
        return case_pass(f->tx, &c, &to);
    case PASS_TO_TEAM:
        to = (struct case_pass){ .team = STR("communications") };
        return case_pass(f->tx, &c, &to);
    case CLOSE:
        return case_close(f->tx, &c, STR("done"), STR(""));
    case REOPEN:
        return case_reopen(f->tx, 1, now);
    }
    return ERR_BADINPUT;
}

#define MINUTE(column) "coalesce((" column "-1795000000)/60, '-')"

/* "open by - since 0 due 240 lease - w0 e0" */
static const char q_clocks[] = "SELECT state || ' by ' || coalesce(owner_id, '-') || ' since ' "
                               "|| " MINUTE("waits_since") " || ' due ' || " MINUTE(
                                   "due_at") " || ' lease ' || " MINUTE("lease_until") " || ' w' "
                                                                                       "|| warned "
                                                                                       "|| ' e' || "
                                                                                       "escalated "
                                                                                       "AS t FROM "
                                                                                       "handoff_"
                                                                                       "case";

static const char q_told[] = "SELECT kind || coalesce(' to ' || concerns, '') || coalesce(': ' ||"
                             " text, '') AS t FROM event WHERE seq>?1 AND (kind='case.timed' OR"
                             " kind='case.warned' OR kind='case.escalated' OR kind='case.released')"
                             " ORDER BY seq";

static void turn(struct fixture *f, int64_t now)
{
    fixture_commit(f);
    minder_turn(f->db, &desk, now);
    (void)fixture_begin(f);
}

struct step {
    int64_t at;
    enum act act;
    const char *clocks, *told;
};

/* Each step: somebody does something, and the minder looks, twice. */
static void go(struct fixture *f, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char note[64];
        int64_t seq = last_event(f->tx);
        (void)snprintf(note, sizeof note, "step %zu, minute %" PRId64, i, steps[i].at);
        assert_note(do_it(f, steps[i].act, minute(steps[i].at)) == 0, note);
        turn(f, minute(steps[i].at));
        struct buf want = BUF_INIT(1000);
        (void)buf_addf(&want, "%s\n", steps[i].clocks);
        assert_str_note(text_of(f, q_clocks, 0), buf_cstr(&want), note);
        assert_str_note(text_of(f, q_told, seq), steps[i].told, note);
        buf_release(&want);
        seq = last_event(f->tx);
        turn(f, minute(steps[i].at));
        assert_note(last_event(f->tx) == seq, note);
    }
}

#define GO(f, steps) go((f), (steps), ARRAY_LEN(steps))

#define TIMED "case.timed\n"
#define NEARLY "The time to answer is nearly up\n"
#define UP "case.escalated to [3,4]: The time to answer is up\n"
#define SOON_LOST "Without a sign of its owner it goes back to the queue soon\n"
#define LOST \
    "case.escalated to [3,4]: Nothing came from Sam Reed for too long: it is back in the queue\n"

static void test_answer_is_due(void **state)
{
    static const struct step steps[] = {
        { 0, NOTHING, "open by - since 0 due 240 lease - w0 e0", TIMED },
        { 229, NOTHING, "open by - since 0 due 240 lease - w0 e0", "" },
        { 230, NOTHING, "open by - since 0 due 240 lease - w2 e0", "case.warned: " NEARLY },
        { 239, NOTHING, "open by - since 0 due 240 lease - w2 e0", "" },
        { 240, NOTHING, "open by - since 0 due 240 lease - w2 e2", UP },
        { 500, NOTHING, "open by - since 0 due 240 lease - w2 e2", "" },
        { 501, WRITES, "open by - since 0 due 240 lease - w2 e2", "" },
        { 502, CLAIM, "claimed by 1 since 0 due 240 lease 562 w2 e2", TIMED },
        { 503, REPLY, "claimed by 1 since - due - lease 563 w0 e0", "" },
        { 504, OVERHEARD, "claimed by 1 since - due - lease 563 w0 e0", "" },
        { 505, WRITES, "claimed by 1 since 505 due 745 lease 563 w0 e0", TIMED },
        { 506, WRITES, "claimed by 1 since 505 due 745 lease 563 w0 e0", "" },
        { 507, REPLY, "claimed by 1 since - due - lease 567 w0 e0", TIMED },
        { 508, CLOSE, "closed by 1 since - due - lease - w0 e0", "" },
        { 9999, NOTHING, "closed by 1 since - due - lease - w0 e0", "" },
        { 9999, REOPEN, "open by - since 505 due 745 lease - w0 e2", UP },
    };
    GO(*state, steps);
}

static void test_elsewhere(void **state)
{
    static const struct step steps[] = {
        { 235, NOTHING, "open by - since 0 due 240 lease - w2 e0", "case.warned: " NEARLY },
        { 236, ELSEWHERE, "open by - since - due - lease - w0 e0", "" },
        { 999, WRITES, "open by - since 999 due 1239 lease - w0 e0", TIMED },
    };
    GO(*state, steps);
}

/* An answer that was taken back, or never arrived, was none. */
static void test_taken_back(void **state)
{
    static const struct step steps[] = {
        { 200, CLAIM, "claimed by 1 since 0 due 240 lease 260 w0 e0", TIMED },
        { 210, REPLY, "claimed by 1 since - due - lease 270 w0 e0", TIMED },
        { 211, TAKE_BACK, "claimed by 1 since 0 due 240 lease 270 w0 e0", TIMED },
        { 212, REPLY, "claimed by 1 since - due - lease 272 w0 e0", "" },
        { 213, WRITES, "claimed by 1 since 213 due 453 lease 272 w0 e0", TIMED },
        { 214, TAKE_BACK, "claimed by 1 since 0 due 240 lease 272 w0 e0", TIMED },
        { 215, REPLY, "claimed by 1 since - due - lease 275 w0 e0", TIMED },
        { 220, FAILS, "claimed by 1 since 0 due 240 lease 275 w0 e0", TIMED },
        { 221, RETRY, "claimed by 1 since - due - lease 281 w0 e0", TIMED },
    };
    GO(*state, steps);
}

static void test_claim_runs_out(void **state)
{
    static const struct step steps[] = {
        { 0, CLAIM, "claimed by 1 since 0 due 240 lease 60 w0 e0", TIMED },
        { 49, NOTHING, "claimed by 1 since 0 due 240 lease 60 w0 e0", "" },
        { 50, NOTHING, "claimed by 1 since 0 due 240 lease 60 w1 e0",
          "case.warned to [1]: " SOON_LOST },
        { 51, SIGN, "claimed by 1 since 0 due 240 lease 111 w0 e0", TIMED },
        { 52, SIGN, "claimed by 1 since 0 due 240 lease 112 w0 e0", "" },
        { 100, NOTHING, "claimed by 1 since 0 due 240 lease 112 w0 e0", "" },
        { 102, NOTHING, "claimed by 1 since 0 due 240 lease 112 w1 e0",
          "case.warned to [1]: " SOON_LOST },
        { 112, NOTHING, "open by - since 0 due 240 lease - w0 e1", LOST },
        { 113, SIGN, "open by - since 0 due 240 lease - w0 e1", "" },
        { 113, CLAIM_KIT, "claimed by 2 since 0 due 240 lease 173 w0 e0", TIMED },
        { 114, SIGN, "claimed by 2 since 0 due 240 lease 173 w0 e0", "" },
    };
    struct fixture *f = *state;
    GO(f, steps);
    assert_int_equal(int_of(f->tx, "SELECT version AS n FROM handoff_case", 0), 4);
}

/* Both at once, and both warnings. */
static void test_both(void **state)
{
    static const struct step steps[] = {
        { 180, CLAIM, "claimed by 1 since 0 due 240 lease 240 w0 e0", TIMED },
        { 230, NOTHING, "claimed by 1 since 0 due 240 lease 240 w3 e0",
          "case.warned to [1]: " SOON_LOST "case.warned to [1]: " NEARLY },
        { 240, NOTHING, "open by - since 0 due 240 lease - w2 e3", LOST UP },
        { 241, CLAIM, "claimed by 1 since 0 due 240 lease 301 w2 e2", TIMED },
    };
    GO(*state, steps);
}

/* Nobody is called where nothing waits. */
static void test_answered_claim(void **state)
{
    static const struct step steps[] = {
        { 0, CLAIM, "claimed by 1 since 0 due 240 lease 60 w0 e0", TIMED },
        { 1, REPLY, "claimed by 1 since - due - lease 61 w0 e0", "" },
        { 61, NOTHING, "open by - since - due - lease - w0 e0",
          "case.released: Nothing came from Sam Reed for too long\n" },
    };
    GO(*state, steps);
}

static void test_urgency(void **state)
{
    static const struct step steps[] = {
        { 0, NOTHING, "open by - since 0 due 240 lease - w0 e0", TIMED },
        { 100, COMPLAINS, "open by - since 0 due 160 lease - w0 e0", TIMED },
        { 110, MARK, "open by - since 0 due 125 lease - w0 e0", TIMED },
        { 111, UNMARK, "open by - since 0 due 60 lease - w0 e2", UP },
    };
    GO(*state, steps);
}

/* More urgent never means later. */
static void test_urgent_late(void **state)
{
    static const struct step steps[] = {
        { 235, NOTHING, "open by - since 0 due 240 lease - w2 e0", "case.warned: " NEARLY },
        { 236, MARK, "open by - since 0 due 240 lease - w2 e0", "" },
        { 240, NOTHING, "open by - since 0 due 240 lease - w2 e2", UP },
    };
    GO(*state, steps);
}

static void test_muted(void **state)
{
    static const struct step steps[] = {
        { 1, MUTE, "open by - since 0 due 240 lease - w0 e0", TIMED },
        { 235, NOTHING, "open by - since 0 due 240 lease - w0 e0", "" },
        { 300, NOTHING, "open by - since 0 due 240 lease - w0 e0", "" },
        { 300, CLAIM, "claimed by 1 since 0 due 240 lease 360 w0 e0", TIMED },
        { 360, NOTHING, "open by - since 0 due 240 lease - w0 e0",
          "case.released: Nothing came from Sam Reed for too long\n" },
        { 361, UNMUTE, "open by - since 0 due 240 lease - w0 e2", UP },
    };
    GO(*state, steps);
}

static void test_passed(void **state)
{
    static const struct step steps[] = {
        { 0, CLAIM, "claimed by 1 since 0 due 240 lease 60 w0 e0", TIMED },
        { 30, PASS_TO_TEAM, "open by - since 0 due 240 lease - w0 e0", "" },
        { 99, NOTHING, "open by - since 0 due 240 lease - w0 e0", "" },
        { 99, PASS_TO_KIT, "claimed by 2 since 0 due 240 lease 159 w0 e0", TIMED },
    };
    GO(*state, steps);
}

static void test_given_back(void **state)
{
    static const struct step steps[] = {
        { 0, CLAIM, "claimed by 1 since 0 due 240 lease 60 w0 e0", TIMED },
        { 55, NOTHING, "claimed by 1 since 0 due 240 lease 60 w1 e0",
          "case.warned to [1]: " SOON_LOST },
        { 56, RELEASE, "open by - since 0 due 240 lease - w0 e0", "case.released\n" },
        { 99, NOTHING, "open by - since 0 due 240 lease - w0 e0", "" },
    };
    GO(*state, steps);
}

/* Who is told: the duty list, else those who lead; never somebody who is gone, nor of a direct
 * message who doesn't answer such. */
static void test_duty(void **state)
{
    static const struct {
        const char *note, *sql;
        bool is_private;
        const char *to;
    } rows[] = {
        { "nobody is on the list", "UPDATE staff SET duty=0", false, "[3,4]" },
        { "one is", "UPDATE staff SET duty=1 WHERE id=2", false, "[2]" },
        { "… and another", "UPDATE staff SET duty=1 WHERE id=5", false, "[2,5]" },
        { "who may not see it", "UPDATE staff SET duty=1 WHERE id=5", true, "[2]" },
        { "who has left", "UPDATE staff SET removed_at=1 WHERE id=2", false, "[5]" },
        { "nobody of the list", "UPDATE staff SET duty=1 WHERE id=5", true, "[3,4]" },
        { "nobody at all", "UPDATE staff SET removed_at=1", false, "all" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        run_sql(f->tx, rows[i].sql);
        run_sql(f->tx, "UPDATE handoff_case SET escalated=0, wakes_at=0");
        run_sql(f->tx, rows[i].is_private ? "UPDATE message SET kind='private'"
                                          : "UPDATE message SET kind='addressed'");
        int64_t seq = last_event(f->tx);
        turn(f, minute(300));
        struct buf want = BUF_INIT(100);
        (void)buf_addf(&want, "%s\n", rows[i].to);
        assert_str_note(text_of(f,
                                "SELECT coalesce(concerns, 'all') AS t FROM event WHERE seq>?1"
                                " AND kind='case.escalated'",
                                seq),
                        buf_cstr(&want), rows[i].note);
        buf_release(&want);
    }
}

/* Without hours there is no service level, and a claim holds. */
static void test_no_hours(void **state)
{
    static const struct step steps[] = {
        { 0, CLAIM, "claimed by 1 since 0 due - lease - w0 e0", "" },
        { 99999, SIGN, "claimed by 1 since 0 due - lease - w0 e0", "" },
    };
    struct fixture *f = *state;
    run_sql(f->tx, "UPDATE message SET account='Nobody'");
    GO(f, steps);
}

/* A service level as short as the warning isn't warned of. */
static void test_short(void **state)
{
    static const struct step steps[] = {
        { 0, CLAIM, "claimed by 1 since 0 due 240 lease 10 w0 e0", TIMED },
        { 9, NOTHING, "claimed by 1 since 0 due 240 lease 10 w0 e0", "" },
        { 10, NOTHING, "open by - since 0 due 240 lease - w0 e1", LOST },
    };
    desk.lease_minutes = 10;
    GO(*state, steps);
    desk.lease_minutes = 60;
}

/* Whoever types is written down once a minute, and only who has the case; a clock that was moved
 * back doesn't stop it. */
static void test_renew(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(case_renew(f->tx, 1, SAM, NOON), 0); /* nobody has it */
    assert_int_equal(do_it(f, CLAIM, NOON), CASE_DONE);
    assert_int_equal(case_renew(f->tx, 1, SAM, NOON + 59), 0);
    assert_int_equal(case_renew(f->tx, 1, KIT, NOON + 60), 0);
    assert_int_equal(case_renew(f->tx, 99, SAM, NOON + 60), 0);
    assert_int_equal(case_renew(f->tx, 1, SAM, NOON + 60), 1);
    assert_int_equal(case_renew(f->tx, 1, SAM, NOON + 61), 0);
    assert_int_equal(case_renew(f->tx, 1, SAM, NOON), 1);
}

/* By hand or by what the resident writes: what is sensitive is heard. */
static void test_unmuted(void **state)
{
    static const char q_muted[] = "SELECT muted AS n FROM handoff_case";
    struct fixture *f = *state;
    assert_int_equal(do_it(f, MUTE, NOON), CASE_DONE);
    assert_int_equal(do_it(f, WRITES, NOON), 0);
    assert_int_equal(int_of(f->tx, q_muted, 0), 1);
    assert_int_equal(do_it(f, MARK, NOON), CASE_DONE);
    assert_int_equal(int_of(f->tx, q_muted, 0), 0);
    assert_int_equal(do_it(f, MUTE, NOON), CASE_MUST_ALERT);
    assert_int_equal(do_it(f, UNMARK, NOON), CASE_DONE);
    assert_int_equal(do_it(f, MUTE, NOON), CASE_DONE);
    struct case_opening o = opening_of(f->tx, 1);
    o.reason = STR("emergency");
    o.priority = CASE_SENSITIVE;
    o.sensitive = true;
    assert_int_equal(case_join(f->tx, 1, &o, NOON), 0);
    assert_int_equal(int_of(f->tx, q_muted, 0), 0);
}

static void hold(struct fixture *f, int64_t until)
{
    struct record_draft d = { .message_id = 1,
                              .case_id = 1,
                              .staff_id = SAM,
                              .body = STR("It is done ^SR"),
                              .state = REPLY_HELD,
                              .held_until = until };
    int64_t id;
    assert_int_equal(record_queue_reply(f->tx, &d, NOON, &id), 0);
}

/* Replies are queued once their moment is over, whatever became of the case, and each once. */
static void test_held(void **state)
{
    static const char q_said[] = "SELECT kind || ' ' || coalesce(reply_id, '-') AS t FROM event"
                                 " WHERE kind IN ('reply.queued', 'case.warned') AND seq>?1"
                                 " ORDER BY seq",
                      q_states[] =
                          "SELECT state || ' ' || coalesce(held_until, '-') AS t FROM reply"
                          " ORDER BY id";
    static const struct {
        const char *note;
        int64_t at;
        enum act act;
        const char *said;
        int64_t held_until; /* of one that is written before; 0: none is */
    } rows[] = {
        { "none yet", NOON + 4, NOTHING, "", NOON + 5 },
        { "the first", NOON + 5, NOTHING, "reply.queued 1\n", 0 },
        { "once", NOON + 6, NOTHING, "", 0 },
        { "with a case's own clock", NOON + 3000, NOTHING, "reply.queued 2\ncase.warned -\n",
          NOON + 3000 },
        { "of a closed case", NOON + 3300, CLOSE, "reply.queued 3\n", NOON + 3300 },
    };
    struct fixture *f = *state;
    assert_int_equal(do_it(f, CLAIM, NOON), CASE_DONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].held_until)
            hold(f, rows[i].held_until);
        int64_t seq = last_event(f->tx);
        assert_note(do_it(f, rows[i].act, rows[i].at) == 0, rows[i].note);
        turn(f, rows[i].at);
        assert_str_note(text_of(f, q_said, seq), rows[i].said, rows[i].note);
    }
    assert_str(text_of(f, q_states, 0), "queued -\nqueued -\nqueued -\n");
}

/* Nothing is written when nothing is up. */
static void test_idle(void **state)
{
    struct fixture *f = *state;
    hold(f, minute(230));
    turn(f, minute(0));
    fixture_commit(f);
    int64_t changes = db_changes(f->db);
    for (int64_t at = 0; at < 229; at++)
        minder_turn(f->db, &desk, minute(at));
    assert_int_equal(db_changes(f->db), changes);
    (void)fixture_begin(f);
}

/* More than a turn takes on: none is forgotten. */
static void test_many(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 250; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%d", 1000 + i);
        (void)open_case(f->tx, add_message(f->tx, id, id, "8"));
    }
    turn(f, minute(0));
    static const char q_left[] = "SELECT count(*) AS n FROM handoff_case WHERE due_at IS NULL";
    assert_int_equal(int_of(f->tx, q_left, 0), 51);
    turn(f, minute(0));
    assert_int_equal(int_of(f->tx, q_left, 0), 0);
}

#define MINDER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MINDER_TEST(test_answer_is_due), MINDER_TEST(test_elsewhere),
        MINDER_TEST(test_taken_back),    MINDER_TEST(test_claim_runs_out),
        MINDER_TEST(test_both),          MINDER_TEST(test_answered_claim),
        MINDER_TEST(test_urgency),       MINDER_TEST(test_urgent_late),
        MINDER_TEST(test_muted),         MINDER_TEST(test_passed),
        MINDER_TEST(test_given_back),    MINDER_TEST(test_duty),
        MINDER_TEST(test_no_hours),      MINDER_TEST(test_short),
        MINDER_TEST(test_idle),          MINDER_TEST(test_many),
        MINDER_TEST(test_renew),         MINDER_TEST(test_unmuted),
        MINDER_TEST(test_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
