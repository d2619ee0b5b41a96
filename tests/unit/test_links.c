/* When a link is asked for, what an answer says of it, and when it is dead. */
#include "bot/links.h"

#include "tests/unit/record_fixture.h"

enum { HOUR_S = 3600, NIGHT = 3 * 60, DAY = 11 * 60 };

static void test_due(void **state)
{
    static const struct {
        const char *note;
        int64_t age_s;
        int minute;
        int failures;
        bool dead, want;
    } rows[] = {
        { "by day", 20 * HOUR_S, DAY, 0, false, false },
        { "at night", 20 * HOUR_S, NIGHT, 0, false, true },
        { "the night begins", 20 * HOUR_S, 2 * 60, 0, false, true },
        { "not yet", 20 * HOUR_S, 2 * 60 - 1, 0, false, false },
        { "it is over", 20 * HOUR_S, 5 * 60, 0, false, false },
        { "once a night", 2 * HOUR_S, NIGHT, 0, false, false },
        { "nobody asked last night", 36 * HOUR_S, DAY, 0, false, true },
        { "it failed", 4 * HOUR_S, DAY, 1, false, true },
        { "it failed just now", 4 * HOUR_S - 1, NIGHT, 1, false, false },
        { "it is dead", 4 * HOUR_S, DAY, 2, true, true },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct kb_link link = { .checked_at = NOON - rows[i].age_s,
                                .failures = rows[i].failures,
                                .dead = rows[i].dead };
        if (links_due(&link, NOON, rows[i].minute) != rows[i].want)
            fail_msg("%s", rows[i].note);
    }
}

static void test_read(void **state)
{
    static const struct {
        struct http_answer answer;
        const char *what;
        int status;
        bool gone;
    } rows[] = {
        { { .end = HTTP_ANSWERED, .status = 200 }, "", 200, false },
        { { .end = HTTP_ANSWERED, .status = 204 }, "", 204, false },
        { { .end = HTTP_ANSWERED, .status = 404 }, "There is no such page any more", 404, true },
        { { .end = HTTP_ANSWERED, .status = 410 }, "There is no such page any more", 410, true },
        { { .end = HTTP_ANSWERED, .status = 401 }, "", 401, false },
        { { .end = HTTP_ANSWERED, .status = 403 }, "", 403, false },
        { { .end = HTTP_ANSWERED, .status = 429 }, "", 429, false },
        { { .end = HTTP_ANSWERED, .status = 400 }, "The other side refuses it", 400, false },
        { { .end = HTTP_ANSWERED, .status = 302 }, "The other side refuses it", 302, false },
        { { .end = HTTP_ANSWERED, .status = 503 }, "The other side has a fault", 503, false },
        { { .end = HTTP_NOT_SENT, .why = "no route" }, "no route", 0, false },
        { { .end = HTTP_NOT_SENT, .why = "no route", .not_public = true }, "", 0, false },
        { { .end = HTTP_CUT, .why = "too many redirects", .status = 302 },
          "too many redirects",
          0,
          false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct kb_link_found found = { .url = STR("https://a") };
        links_read(&rows[i].answer, &found);
        assert_str(found.what, rows[i].what);
        assert_int_equal(found.status, rows[i].status);
        assert_int_equal(found.gone, rows[i].gone);
        assert_str(found.url, "https://a");
    }
}

/* Each step is what was found, so many hours after the one before, and what becomes of it. */
static void test_noted(void **state)
{
    static const struct {
        const char *note;
        struct {
            char found; /* alive, failed, gone */
            int hours;
            enum kb_link_turn turn;
        } steps[5];
    } rows[] = {
        { "alive", { { 'a', 0, KB_LINK_SAME }, { 'a', 24, KB_LINK_SAME } } },
        { "gone at once", { { 'g', 0, KB_LINK_DIED }, { 'g', 24, KB_LINK_SAME } } },
        { "and back", { { 'g', 0, KB_LINK_DIED }, { 'a', 1, KB_LINK_BACK } } },
        { "failed twice", { { 'f', 0, KB_LINK_SAME }, { 'f', 4, KB_LINK_DIED } } },
        { "within one trouble",
          { { 'f', 0, KB_LINK_SAME },
            { 'f', 1, KB_LINK_SAME },
            { 'f', 2, KB_LINK_SAME },
            { 'f', 1, KB_LINK_DIED } } },
        { "with life between",
          { { 'f', 0, KB_LINK_SAME }, { 'a', 4, KB_LINK_SAME }, { 'f', 20, KB_LINK_SAME } } },
        { "dead stays dead until it lives",
          { { 'g', 0, KB_LINK_DIED },
            { 'f', 1, KB_LINK_SAME },
            { 'a', 1, KB_LINK_BACK },
            { 'f', 4, KB_LINK_SAME } } },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)fixture_teardown(state);
            (void)fixture_setup(state);
        }
        struct fixture *f = *state;
        int64_t now = NOON;
        for (size_t k = 0; k < ARRAY_LEN(rows[i].steps) && rows[i].steps[k].found; k++) {
            char found = rows[i].steps[k].found;
            struct kb_link_found row = { .url = STR("https://a"),
                                         .status = found == 'a' ? 200 : 500,
                                         .what = found == 'a' ? STR("") : STR("down"),
                                         .gone = found == 'g' };
            now += (int64_t)rows[i].steps[k].hours * HOUR_S;
            int turn = kb_link_note(f->tx, &row, now);
            if (turn != (int)rows[i].steps[k].turn)
                fail_msg("%s, step %zu: %d", rows[i].note, k, turn);
        }
    }
    struct fixture *f = *state;
    struct kb_link link;
    assert_int_equal(kb_link_get(f->tx, &f->arena, STR("https://a"), &link), 1);
    assert_str(link.what, "down");
    assert_int_equal(link.failures, 1);
    assert_int_equal(link.ok_at, NOON + 2 * HOUR_S);
    assert_int_equal(kb_link_get(f->tx, &f->arena, STR("https://b"), &link), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_read),
        cmocka_unit_test_setup_teardown(test_noted, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
