/* What became of the posts that we keep: asked once a day, in batches, and acted on. */
#include "bot/checker.h"

#include "tests/unit/responder_fixture.h"

enum { CHECK_MAX = 2, KEEP_S = 30 * 86400 };

static struct {
    unsigned rounds;
    struct str asked; /* the last batch, with spaces */
    network_check_done *done;
    void *data;
    int error; /* the next check returns it */
    struct checker *checker;
} k;

static int fake_check(struct network *n, const struct str *ids, size_t count,
                      network_check_done *done, void *data)
{
    assert_ptr_equal(n, &t.network);
    assert_true(count > 0 && count <= CHECK_MAX);
    assert_null(k.done); /* one at a time */
    k.rounds++;
    k.asked = STR("");
    for (size_t i = 0; i < count; i++)
        k.asked = joined(k.asked, ids[i]);
    if (k.error) {
        int error = k.error;
        k.error = 0;
        return error;
    }
    k.done = done;
    k.data = data;
    return 0;
}

static const struct network_verbs checking = {
    .name = "x",
    .rules = &x_text_rules,
    .read = fake_read,
    .check = fake_check,
    .check_max = CHECK_MAX,
};

static int begin(void **state)
{
    memset(&k, 0, sizeof k);
    assert_int_equal(setup(state), 0);
    t.network.verbs = &checking;
    struct checker_options options = { .loop = &t.loop,
                                       .db = t.f->db,
                                       .network = &t.network,
                                       .responder = t.responder,
                                       .account = STR("NorthmoorHelp"),
                                       .clock = &t.clock,
                                       .keep_s = KEEP_S };
    assert_int_equal(checker_new(&options, &k.checker), 0);
    return 0;
}

static int end(void **state)
{
    k.checker = checker_free(k.checker);
    return teardown(state);
}

/* Until it waits for its next time, however far that is. */
static void settle(void)
{
    for (int i = 0; i < 20; i++)
        (void)uv_run(&t.loop, UV_RUN_NOWAIT);
}

/* One look, now. */
static void look(void)
{
    checker_start(k.checker);
    settle();
}

static void answer(const struct network_answer *a, const struct network_checked *checked,
                   size_t count)
{
    network_check_done *done = k.done;
    assert_non_null(done);
    k.done = NULL;
    done(k.data, a, checked, count);
    settle();
}

static const struct network_answer well = { .end = NETWORK_DONE };

/* Nothing is asked about before its day is nearly over; the oldest first, each once a day. */
static void test_due(void **state)
{
    (void)state;
    take_one(says("900", "sam", "good morning"));
    take_one(says("901", "kit", "good morning"));
    take_one(says("902", "zoe", "good morning"));
    struct network_message dm = says("dm:1", "zoe", "good morning");
    dm.is_private = true;
    take_one(dm);
    look();
    assert_int_equal(k.rounds, 0);
    pass_s(86400);
    look();
    assert_str(k.asked, "900 901");
    answer(&well, NULL, 0); /* nothing is said about them: asked again tomorrow */
    look();
    assert_str(k.asked, "902");
    struct network_checked there = { .remote_id = STR("902"), .state = NETWORK_THERE };
    answer(&well, &there, 1);
    look();
    assert_int_equal(k.rounds, 2);
    assert_rows("SELECT text AS t FROM message WHERE text<>'good morning'", "", "");
    pass_s(86400);
    look();
    assert_str(k.asked, "900 901");
    answer(&well, NULL, 0);
}

/* A post is due after 23 hours: whatever is due then must be looked at within the last. */
static void test_pace(void **state)
{
    static const int64_t kept[] = { 0, 1, 99, 100, 1500, 22 * 3600, 150000, 7000000 };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        int64_t pace_s = checker_pace_s(kept[i], 100);
        assert_true(pace_s >= 1 && pace_s <= 3600);
        assert_true((kept[i] + 99) / 100 * pace_s <= 22 * 3600);
    }
    assert_int_equal(checker_pace_s(1000, 0), 3600); /* nobody can be asked */
}

static void test_found(void **state)
{
    (void)state;
    take_one(says("900", "sam", "good morning"));
    take_one(says("901", "kit", "good morning"));
    pass_s(86400);
    look();
    struct network_message newer = says("911", "kit", "I smell gas");
    struct network_checked checked[] = {
        { .remote_id = STR("900"), .state = NETWORK_GONE },
        { .remote_id = STR("901"), .state = NETWORK_EDITED, .message = &newer },
    };
    answer(&well, checked, ARRAY_LEN(checked));
    assert_rows("SELECT m.remote_id || ' ' || m.text || ' ' || (gone_at IS NOT NULL) || ' ' || "
                "d.action AS t FROM message m JOIN decision d ON d.message_id=m.id ORDER BY m.id",
                "900  1 none\n911 I smell gas 0 handoff\n", "");
    assert_rows("SELECT kind AS t FROM event ORDER BY seq",
                "message.edited\ncase.opened\nmessage.gone\n", "");
    assert_rows(q_cases, "1 open p0 emergency duty a0 s1\n", "");
    pass_s(80000);
    look();
    assert_int_equal(k.rounds, 1);
    pass_s(7000);
    look();
    assert_str(k.asked, "911"); /* what is gone is not asked about */
    answer(&well, NULL, 0);
}

static void test_trouble(void **state)
{
    (void)state;
    take_one(says("900", "sam", "good morning"));
    pass_s(86400);
    look();
    struct network_answer later = { .end = NETWORK_LATER,
                                    .words = STR("Too many requests."),
                                    .after_ms = 5 };
    struct network_checked gone = { .remote_id = STR("900"), .state = NETWORK_GONE };
    answer(&later, &gone, 1);
    assert_str(checker_trouble(k.checker),
               "Whether posts were deleted or edited can't be looked up. Too many requests.");
    assert_rows("SELECT text AS t FROM message", "good morning\n", "an error shows nothing");
    while (k.rounds < 2) /* again when it was told to */
        (void)uv_run(&t.loop, UV_RUN_ONCE);
    answer(&well, &gone, 1);
    assert_str(checker_trouble(k.checker), "");
    assert_rows("SELECT text AS t FROM message", "\n", "");
}

/* What is old goes unasked, also where the network can't be asked or refuses. */
static void test_old(void **state)
{
    (void)state;
    take_one(says("900", "sam", "good morning"));
    take_one(says("901", "kit", "something else"));
    pass_s(KEEP_S);
    k.error = ERR_NOMEM;
    look();
    assert_int_equal(k.rounds, 1);
    assert_str(k.asked, "901");
    assert_rows("SELECT remote_id AS t FROM message WHERE text<>''", "901\n", "its case is open");
}

/* What X sent and nobody could read goes within a day too. */
static void test_aside(void **state)
{
    (void)state;
    struct tx *tx = fixture_begin(t.f);
    assert_int_equal(inbox_add(tx, STR("x"), STR("a"), STR("{"), t.now), 1);
    assert_int_equal(inbox_set_aside(tx, tx_last_id(tx)), 0);
    assert_int_equal(inbox_add(tx, STR("x"), STR("b"), STR("{}"), t.now), 1);
    fixture_commit(t.f);
    look();
    assert_rows("SELECT key AS t FROM inbox ORDER BY key", "a\nb\n", "");
    pass_s(86400);
    look();
    assert_rows("SELECT key AS t FROM inbox ORDER BY key", "b\n", "it is still to be read");
}

#define CHECKER_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECKER_TEST(test_due),     CHECKER_TEST(test_pace), CHECKER_TEST(test_found),
        CHECKER_TEST(test_trouble), CHECKER_TEST(test_old),  CHECKER_TEST(test_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
