/* How often intents are used and don't help, and when that withdraws their answers. */
#include "handoff/topic.h"

#include "handoff/record.h"
#include "kb/demotion.h"
#include "tests/unit/record_fixture.h"

enum { DAY_S = 86400, BINS = 11, BINS_NEW = 12, ROADS = 21 };

static struct kb_intent intents[] = {
    { .id = { "bins.missed", 11 }, .title = { "Missed bin", 10 }, .digest = BINS },
    { .id = { "roads.pothole", 13 }, .title = { "Potholes", 8 }, .digest = ROADS },
};
static const struct kb kb = { .intent = intents, .intent_count = ARRAY_LEN(intents) };
static const struct topic_limit limit = { .share = 20, .least = 2, .days = 7 };

static const char q_days[] =
    "SELECT topic || ' ' || (day-20775) || ' ' || digest || ' ' || used || ' ' || unhelped AS t "
    "FROM topic_day ORDER BY topic, day, used_at";
static const char q_demoted[] =
    "SELECT intent || ' ' || used || ' ' || unhelped || ' ' || digest AS t FROM kb_demotion";

/* A message that was answered with these intents at @at. */
static int64_t answered(struct fixture *f, const char *ids, int64_t at)
{
    static int number = 900;
    char id[20];
    (void)snprintf(id, sizeof id, "%d", ++number);
    int64_t message_id = add_message(f->tx, id, id, id);
    struct record_decision d = {
        .action = STR("answer"), .intents = str_of(ids), .why = STR("[]"), .kb = STR("3f9a")
    };
    assert_int_equal(record_add_decision(f->tx, message_id, &d, at), 0);
    return message_id;
}

static void use(struct fixture *f, const char *topic, int64_t digest, int64_t at, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        assert_int_equal(topic_used(f->tx, str_of(topic), digest, at), 0);
}

static int unhelped(struct fixture *f, int64_t message_id, const char *intent, int64_t now)
{
    return topic_unhelped(f->tx, message_id, str_of(intent), &kb, &limit, now);
}

static void test_counts(void **state)
{
    struct fixture *f = *state;
    use(f, "bins.missed", BINS, NOON, 2);
    use(f, "bins.missed", BINS, NOON + DAY_S, 1);
    use(f, "danger.gas", 0, NOON, 1);
    int64_t both = answered(f, "[\"bins.missed\",\"roads.pothole\"]", NOON);
    use(f, "roads.pothole", ROADS, NOON, 1);

    /* on the day of the answer, whenever it is said; once */
    assert_int_equal(unhelped(f, both, "", NOON + 2 * DAY_S), 0);
    assert_int_equal(unhelped(f, both, "", NOON + 2 * DAY_S), 0);
    assert_int_equal(unhelped(f, both, "bins.missed", NOON + 2 * DAY_S), 0);
    assert_str(text_of(f, q_days, 0), "bins.missed 0 11 2 1\nbins.missed 1 11 1 0\n"
                                      "danger.gas 0 0 1 0\nroads.pothole 0 21 1 1\n");

    /* of two that it answered, only the one that is asked for again */
    both = answered(f, "[\"bins.missed\",\"roads.pothole\"]", NOON + DAY_S);
    assert_int_equal(unhelped(f, both, "bins.missed", NOON + 2 * DAY_S), 1);
    assert_str(text_of(f, q_days, 0), "bins.missed 0 11 2 1\nbins.missed 1 11 1 1\n"
                                      "danger.gas 0 0 1 0\nroads.pothole 0 21 1 1\n");
}

/* What was never an answer can't have helped. */
static void test_no_answer(void **state)
{
    struct fixture *f = *state;
    int64_t message_id = add_message(f->tx, "901", "901", "sam");
    add_decision(f->tx, message_id, "handoff", "human");
    assert_int_equal(unhelped(f, message_id, "", NOON), 0);
    assert_int_equal(unhelped(f, 77, "", NOON), 0);
    assert_int_equal(int_of(f->tx, "SELECT count(unhelped_at) AS n FROM decision", 0), 0);
}

static void test_demoted(void **state)
{
    static const struct {
        const char *note;
        unsigned used, said;   /* today */
        unsigned earlier;      /* how many of them so many days ago … */
        unsigned earlier_days; /* … which are these */
        struct topic_limit limit;
        bool want;
    } rows[] = {
        { "often enough, of many enough", 10, 2, 0, 0, { 20, 2, 7 }, true },
        { "of too many", 11, 2, 0, 0, { 20, 2, 7 }, false },
        { "not often enough", 1, 1, 0, 0, { 20, 2, 7 }, false },
        { "within the days, the first of them too", 2, 2, 1, 6, { 20, 2, 7 }, true },
        { "and not before", 2, 2, 1, 7, { 20, 2, 7 }, false },
        { "only today", 2, 2, 1, 1, { 20, 2, 1 }, false },
        { "never", 2, 2, 0, 0, { 20, 0, 7 }, false },
        { "everybody", 2, 2, 0, 0, { 100, 1, 7 }, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)fixture_teardown(state);
            (void)fixture_setup(state);
        }
        struct fixture *f = *state;
        int64_t earlier_at = NOON - rows[i].earlier_days * DAY_S;
        use(f, "bins.missed", BINS, earlier_at, rows[i].earlier);
        use(f, "bins.missed", BINS, NOON, rows[i].used - rows[i].earlier);
        int r = 0;
        for (unsigned k = 0; k < rows[i].said; k++) {
            int64_t at = k < rows[i].earlier ? earlier_at : NOON;
            int64_t id = answered(f, "[\"bins.missed\"]", at);
            r = topic_unhelped(f->tx, id, STR(""), &kb, &rows[i].limit, NOON);
        }
        if (r != rows[i].want)
            fail_msg("%s: %d", rows[i].note, r);
        assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM kb_demotion", 0), rows[i].want);
    }
}

static void test_told_once(void **state)
{
    struct fixture *f = *state;
    use(f, "bins.missed", BINS, NOON, 5);
    for (int i = 0; i < 4; i++)
        assert_int_equal(unhelped(f, answered(f, "[\"bins.missed\"]", NOON), "", NOON), i == 1);
    assert_str(text_of(f, q_demoted, 0), "bins.missed 5 2 11\n");
    assert_str(text_of(f, "SELECT kind || ' ' || item || ' ' || text AS t FROM event", 0),
               "kb.demoted intent/bins.missed Of 5 people who asked about \"Missed bin\" within 7 "
               "days, 2 weren't helped by the answer. People answer it now, until it is changed "
               "and published.\n");
}

/* A changed intent begins anew, and what is said of its old answer is the old one's. */
static void test_changed(void **state)
{
    struct fixture *f = *state;
    int64_t first = answered(f, "[\"bins.missed\"]", NOON),
            second = answered(f, "[\"bins.missed\"]", NOON + 1);
    use(f, "bins.missed", BINS, NOON + 1, 3);
    assert_int_equal(unhelped(f, first, "", NOON + 9), 0);
    intents[0].digest = BINS_NEW;
    use(f, "bins.missed", BINS_NEW, NOON + 20, 3);
    int64_t third = answered(f, "[\"bins.missed\"]", NOON + 20);
    assert_int_equal(unhelped(f, second, "", NOON + 30), 0);
    assert_int_equal(unhelped(f, third, "", NOON + 30), 0);
    assert_str(text_of(f, q_days, 0), "bins.missed 0 11 3 2\nbins.missed 0 12 3 1\n");
    use(f, "bins.missed", BINS_NEW, NOON + 40, 1);
    assert_int_equal(unhelped(f, answered(f, "[\"bins.missed\"]", NOON + 40), "", NOON + 50), 1);

    /* it ends with another change, or with the intent */
    assert_int_equal(kb_demotion_end(f->tx, &kb), 0);
    assert_str(text_of(f, q_demoted, 0), "bins.missed 4 2 12\n");
    intents[0].digest = BINS;
    assert_int_equal(kb_demotion_end(f->tx, &kb), 0);
    assert_str(text_of(f, q_demoted, 0), "");
    for (int i = 0; i < 45; i++) {
        char id[20];
        (void)snprintf(id, sizeof id, "gone.%d", i);
        struct kb_demotion d = { .intent = str_of(id), .at = NOON, .digest = 1 };
        assert_int_equal(kb_demotion_put(f->tx, &d), 0);
    }
    assert_int_equal(kb_demotion_end(f->tx, &kb), 0);
    assert_str(text_of(f, q_demoted, 0), "");
}

/* However long an editor made the title: the message that says so must be taken. */
static void test_long_title(void **state)
{
    struct fixture *f = *state;
    static char title[10001];
    const struct kb_intent whole = intents[1];
    memset(title, 'x', sizeof title - 1);
    intents[1].title = str_of(title);
    use(f, "roads.pothole", ROADS, NOON, 2);
    (void)unhelped(f, answered(f, "[\"roads.pothole\"]", NOON), "", NOON);
    assert_int_equal(unhelped(f, answered(f, "[\"roads.pothole\"]", NOON), "", NOON), 1);
    assert_int_equal(int_of(f->tx,
                            "SELECT count(*) AS n FROM event WHERE kind='kb.demoted' AND "
                            "item='intent/roads.pothole' AND length(text)<400",
                            0),
                     1);
    intents[1] = whole;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_counts, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_no_answer, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_demoted, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_long_title, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_told_once, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_changed, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
