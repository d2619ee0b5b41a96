/* How intents stand with those who ask: what is counted of what residents write, and what that
 * withholds. */
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

#define STANDING_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STANDING_TEST(test_uses),
        STANDING_TEST(test_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
