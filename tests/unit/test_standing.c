/* How intents stand with those who ask: what is counted of what residents write, and what that
 * withholds. */
#include "bot/standing.h"

#include "kb/demotion.h"
#include "tests/unit/responder_fixture.h"

static const char q_used[] = "SELECT topic || ' ' || sum(used) || ' ' || sum(unhelped) AS t FROM "
                             "topic_day GROUP BY topic ORDER BY topic";

static void again(void **state)
{
    (void)teardown(state);
    (void)setup(state);
}

static void change(const char *sql)
{
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, sql);
    fixture_commit(t.f);
}

/* Sam's in one conversation, each answer out before the next. */
static void sam_says(const char *id, const char *text)
{
    struct network_message m = says(id, "sam", text);
    m.conversation = STR("900");
    take_one(m);
    change("UPDATE reply SET state='sent', remote_id='r' || id WHERE state='queued'");
}

#define MISSED "my bin hasn't been emptied"

static void test_uses(void **state)
{
    static const struct {
        const char *note, *texts[3], *want;
    } rows[] = {
        { "answered", { MISSED }, "bins.missed 1 0\n" },
        { "both of two", { "when is my bin day and " MISSED }, "bins.day 1 0\nbins.missed 1 0\n" },
        { "a rule", { "useless clowns" }, "troll 1 0\n" },
        { "nothing", { "who may I ask for an interview" }, "" },
        { "not helped", { MISSED, "that didn't help" }, "bins.missed 1 1\n" },
        { "said twice", { MISSED, "that didn't help", "no use at all" }, "bins.missed 1 1\n" },
        { "helped", { MISSED, "thanks, done" }, "bins.missed 1 0\n" },
        { "asked again", { MISSED, MISSED " today" }, "bins.missed 1 1\n" },
        { "asked again behind another answer",
          { MISSED, "when is my bin day", MISSED },
          "bins.day 1 0\nbins.missed 1 1\n" },
        { "not helped, and something else asked",
          { MISSED, "wrong link, when is my bin day" },
          "bins.day 1 0\nbins.missed 1 1\n" },
        { "nothing answered it", { "who may I ask", "that didn't help" }, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        static const char *const ids[] = { "900", "901", "902" };
        if (i)
            again(state);
        for (size_t k = 0; k < ARRAY_LEN(ids) && rows[i].texts[k]; k++)
            sam_says(ids[k], rows[i].texts[k]);
        assert_rows(q_used, rows[i].want, rows[i].note);
    }
}

/* An edit that comes to the same was counted. */
static void test_edits(void **state)
{
    static const struct {
        const char *text, *edited, *want;
    } rows[] = {
        { MISSED, "my green bin hasn't been emptied", "bins.missed 1 0\n" },
        { MISSED, "there's a pothole on our road", "bins.missed 1 0\nroads.pothole 1 0\n" },
        { "useless clowns", "you clowns", "troll 1 0\n" },
        { "useless clowns", "good morning", "chatter 1 0\ntroll 1 0\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        take_one(says("900", "sam", rows[i].text));
        struct network_message m = says("901", "sam", rows[i].edited);
        m.replaces = STR("900");
        take_one(m);
        assert_rows(q_used, rows[i].want, rows[i].edited);
    }
}

static const char q_would[] =
    "SELECT m.remote_id || ' ' || d.action || ' ' || d.intents || ' ' || coalesce(d.offered, '-') "
    "|| ' ' || coalesce(d.would LIKE '%missed-bin', '-') AS t FROM message m JOIN decision d ON "
    "d.message_id=m.id "
    "ORDER BY m.id";

#define ANSWERED(id) id " answer [\"bins.missed\"] - -\n"
#define OFFERED(id) id " handoff [\"bins.missed\"] 1 1\n"

static void set_mode(const char *id, enum kb_mode mode)
{
    struct kb_intent *intent = (struct kb_intent *)kb_intent_named(t.live.kb, str_of(id));
    intent->mode = mode;
}

/* Nothing of it is said; what would have been is kept. */
static void test_modes(void **state)
{
    (void)state;
    set_mode("bins.missed", KB_SHADOW);
    take_one(says("900", "sam", MISSED));
    set_mode("bins.missed", KB_ASSIST);
    take_one(says("901", "kit", MISSED));
    assert_rows(q_would, "900 handoff [\"bins.missed\"] 0 1\n" OFFERED("901"), "");
    assert_rows(q_cases,
                "1 open p2 unresolved customer services a1 s0\n"
                "2 open p2 unresolved customer services a1 s0\n",
                "");
    assert_rows("SELECT count(*) AS t FROM reply WHERE body LIKE '%missed-bin%'", "0\n", "");
    assert_rows("SELECT json_extract(why, '$[0].rule') AS t FROM decision WHERE message_id=1",
                "bins.missed\n", "");
    assert_rows(q_used, "bins.missed 2 0\n", "");

    /* the case is theirs already: nothing would have been said there */
    struct network_message m = says("902", "kit", MISSED);
    m.conversation = STR("901");
    take_one(m);
    assert_rows(q_used, "bins.missed 2 0\n", "");
}

static void test_withheld(void **state)
{
    static const struct {
        const char *note, *sql;
        bool want;
    } rows[] = {
        { "a dead link",
          "INSERT INTO kb_link VALUES('https://council.example/missed-bin', 0, 0, 2,"
          " 404, 'gone', 1)",
          true },
        { "one that failed once",
          "INSERT INTO kb_link VALUES('https://council.example/missed-bin',"
          " 0, 0, 1, 500, 'down', 0)",
          false },
        { "another's",
          "INSERT INTO kb_link VALUES('https://council.example/potholes', 0, 0, 2, 404,"
          " 'gone', 1)",
          false },
        { "demoted with another body", "INSERT INTO kb_demotion VALUES('bins.missed', 0, 5, 3, 1)",
          false },
        { "an intent that is gone", "INSERT INTO kb_demotion VALUES('bins.lost', 0, 5, 3, 1)",
          false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        change(rows[i].sql);
        take_one(says("900", "sam", MISSED));
        assert_rows(q_would, rows[i].want ? OFFERED("900") : ANSWERED("900"), rows[i].note);
    }
}

/* Three whom it didn't help: from the next message on a person answers, in the same page too. */
static void test_demoted(void **state)
{
    (void)state;
    static const char *const residents[] = { "ada", "bob", "cat" };
    struct network_message page[2];
    for (size_t i = 0; i < ARRAY_LEN(residents); i++) {
        take_one(says(residents[i], residents[i], MISSED));
        change("UPDATE reply SET state='sent', remote_id='r' || id WHERE state='queued'");
        page[0] = says("unhelped", residents[i], "that didn't help");
        page[0].remote_id = i == 2 ? STR("952") : i ? STR("951") : STR("950");
        page[0].conversation = str_of(residents[i]);
        page[1] = says("999", "dot", MISSED);
        assert_int_equal(
            responder_take(t.responder, NETWORK_MENTIONS, page, i == 2 ? 2 : 1, STR("")), 0);
    }
    assert_rows("SELECT kind || ' ' || item AS t FROM event WHERE kind LIKE 'kb.%'",
                "kb.demoted intent/bins.missed\n", "");
    assert_rows("SELECT action || ' ' || offered AS t FROM decision d JOIN message m ON "
                "m.id=d.message_id WHERE m.remote_id='999'",
                "handoff 1\n", "");
    assert_rows(q_used, "bins.missed 4 3\n", "");
}

static const char q_demoted[] = "SELECT intent AS t FROM kb_demotion ORDER BY intent";

/* It ends with a version that says otherwise of the intent, and is looked at once a version. */
static void test_ended(void **state)
{
    (void)state;
    struct kb_live seen = { NULL, 0 };
    struct kb_intent *missed = (struct kb_intent *)kb_intent_named(t.live.kb, STR("bins.missed"));
    struct tx *tx = fixture_begin(t.f);
    struct kb_demotion d = { .intent = STR("bins.missed"), .digest = missed->digest };
    assert_int_equal(kb_demotion_put(tx, &d), 0);
    fixture_commit(t.f);
    standing_turn(&seen, t.f->db, &t.live);
    assert_rows(q_demoted, "bins.missed\n", "as it was");
    t.live.version++;
    standing_turn(&seen, t.f->db, &t.live);
    assert_rows(q_demoted, "bins.missed\n", "another version of the same");
    missed->digest++;
    standing_turn(&seen, t.f->db, &t.live);
    assert_rows(q_demoted, "bins.missed\n", "no other version");
    t.live.version++;
    standing_turn(&seen, t.f->db, &t.live);
    assert_rows(q_demoted, "", "changed");
}

#define STANDING_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STANDING_TEST(test_uses),  STANDING_TEST(test_edits),    STANDING_TEST(test_ended),
        STANDING_TEST(test_modes), STANDING_TEST(test_withheld), STANDING_TEST(test_demoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
