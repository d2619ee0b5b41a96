/* What X's headers leave us, by endpoint, token and use. */
#include "bot/x/limits.h"

#include "tests/unit/support.h"

static const int64_t NOW = INT64_C(1795000000); /* s */

enum { WAIT_QUARTER = 900, WAIT_DAY = 86400 };
static const enum x_endpoint POST = X_ENDPOINT_POST;

/* What one answer says, and how long is waited after it. Waits are in seconds. */
static void test_waits(void **state)
{
    static const struct {
        const char *note;
        int status;
        struct http_window quarter, user_day, app_day; /* reset_at: seconds from now, 0: not said */
        int64_t person_s, automatic_s;
    } rows[] = {
        { "nothing said", 201, { -1, -1, 0 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "plenty", 201, { 100, 50, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "one more than is kept", 201, { 100, 11, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "a tenth is kept", 201, { 100, 10, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 300 },
        { "one left", 201, { 100, 1, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 300 },
        { "none left", 201, { 100, 0, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 300, 300 },
        { "two at least are kept", 201, { 15, 2, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 300 },
        { "three of fifteen", 201, { 15, 3, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "half of a few", 201, { 3, 2, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "the last of one", 201, { 1, 1, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "a limit that can't be", 201, { 1080000, 11, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "a limit that isn't said", 201, { -1, 2, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 300 },
        { "a window that is over", 201, { 100, 0, -5 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "a window without an end", 201, { 100, 0, 0 }, { -1, -1, 0 }, { -1, -1, 0 }, 0, 0 },
        { "an end in another age",
          201,
          { 100, 0, 1000000 },
          { -1, -1, 0 },
          { -1, -1, 0 },
          WAIT_QUARTER,
          WAIT_QUARTER },
        { "the user's day", 201, { 15, 10, 300 }, { 1440, 0, 7200 }, { -1, -1, 0 }, 7200, 7200 },
        { "a tenth of the user's day",
          201,
          { 15, 10, 300 },
          { 1440, 144, 7200 },
          { -1, -1, 0 },
          0,
          7200 },
        { "the app's day",
          201,
          { 15, 10, 300 },
          { 1440, 900, 7200 },
          { 10000, 0, 9000 },
          9000,
          9000 },
        { "a tenth of the app's day",
          201,
          { 15, 10, 300 },
          { 1440, 900, 7200 },
          { 10000, 1000, 9000 },
          0,
          9000 },
        { "a day in another age",
          201,
          { -1, -1, 0 },
          { 1440, 0, 1000000 },
          { -1, -1, 0 },
          WAIT_DAY,
          WAIT_DAY },
        { "the longest counts",
          201,
          { 100, 0, 300 },
          { 1440, 0, 7200 },
          { 10000, 0, 9000 },
          9000,
          9000 },
        { "refused with a reset", 429, { 100, 0, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 300, 300 },
        { "refused without", 429, { -1, -1, 0 }, { -1, -1, 0 }, { -1, -1, 0 }, 60, 60 },
        { "refused with a reset in the past",
          429,
          { 100, 0, -5 },
          { -1, -1, 0 },
          { -1, -1, 0 },
          60,
          60 },
        { "refused with some left", 429, { 100, 50, 300 }, { -1, -1, 0 }, { -1, -1, 0 }, 60, 60 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct x_limits user = { 0 }, app = { 0 };
        struct x_limit_pair both = { &user, &app };
        struct http_window w[] = { rows[i].quarter, rows[i].user_day, rows[i].app_day };
        for (size_t k = 0; k < ARRAY_LEN(w); k++)
            w[k].reset_at = w[k].reset_at ? NOW + w[k].reset_at : 0;
        struct http_answer a = { .end = HTTP_ANSWERED,
                                 .status = rows[i].status,
                                 .limit = w[0].limit,
                                 .limit_remaining = w[0].remaining,
                                 .limit_reset_at = w[0].reset_at,
                                 .user_day = w[1],
                                 .app_day = w[2] };
        x_limits_saw(both, POST, X_TOKEN_USER, &a, NOW * 1000);
        assert_note(x_limits_wait_ms(both, POST, true, NOW * 1000) == rows[i].person_s * 1000,
                    rows[i].note);
        assert_note(x_limits_wait_ms(both, POST, false, NOW * 1000) == rows[i].automatic_s * 1000,
                    rows[i].note);
        /* no other endpoint, nor another user, but for what is the app's */
        struct x_limits other = { 0 };
        struct x_limit_pair others = { &other, &app };
        assert_note(x_limits_wait_ms(both, X_ENDPOINT_DM_SEND, false, NOW * 1000) == 0,
                    rows[i].note);
        assert_note((x_limits_wait_ms(others, POST, true, NOW * 1000) > 0) == (w[2].remaining == 0),
                    rows[i].note);
        /* and when all ends have come it is over */
        assert_note(x_limits_wait_ms(both, POST, false, (NOW + 1000001) * 1000) == 0, rows[i].note);
    }
}

static struct http_answer said(int64_t limit, int64_t remaining, int64_t in_s)
{
    return (struct http_answer){ .end = HTTP_ANSWERED,
                                 .status = 200,
                                 .limit = limit,
                                 .limit_remaining = remaining,
                                 .limit_reset_at = NOW + in_s,
                                 .user_day = { -1, -1, 0 },
                                 .app_day = { -1, -1, 0 } };
}

static void test_pace(void **state)
{
    static const struct {
        const char *note;
        int64_t limit, remaining, in_s, want_ms;
    } rows[] = {
        { "plenty", 300, 200, 600, 0 },
        { "more than a quarter", 300, 76, 600, 0 },
        { "a quarter", 300, 75, 600, 8000 },
        { "a few", 15, 3, 600, 200000 },
        { "one", 15, 1, 600, 600000 },
        { "none", 15, 0, 600, 600000 },
        { "over", 15, 0, -1, 0 },
        { "more than can be", 300, INT64_MAX, 600, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct x_limits user = { 0 }, app = { 0 };
        struct x_limit_pair both = { &user, &app };
        struct http_answer a = said(rows[i].limit, rows[i].remaining, rows[i].in_s);
        x_limits_saw(both, X_ENDPOINT_DM_READ, X_TOKEN_USER, &a, NOW * 1000);
        assert_note(x_limits_pace_ms(both, X_ENDPOINT_DM_READ, NOW * 1000) == rows[i].want_ms,
                    rows[i].note);
    }
}

/* What came last counts; what wasn't answered, or is the app's, teaches nothing of the user. */
static void test_learning(void **state)
{
    struct x_limits user = { 0 }, app = { 0 };
    struct x_limit_pair both = { &user, &app };
    struct http_answer a = said(100, 0, 300);
    (void)state;
    a.end = HTTP_CUT;
    x_limits_saw(both, POST, X_TOKEN_USER, &a, NOW * 1000);
    assert_int_equal(x_limits_wait_ms(both, POST, true, NOW * 1000), 0);
    a.end = HTTP_ANSWERED;
    x_limits_saw(both, POST, X_TOKEN_APP, &a, NOW * 1000);
    assert_int_equal(x_limits_wait_ms(both, POST, true, NOW * 1000), 0);
    x_limits_saw(both, POST, X_TOKEN_USER, &a, NOW * 1000);
    assert_int_equal(x_limits_wait_ms(both, POST, true, NOW * 1000), 300000);
    assert_int_equal(x_limits_wait_ms(both, POST, true, NOW * 1000 + 250), 299750);
    struct http_answer silent = said(-1, -1, 0); /* says nothing of limits: what is known stays */
    silent.limit_reset_at = 0;
    x_limits_saw(both, POST, X_TOKEN_USER, &silent, NOW * 1000);
    assert_int_equal(x_limits_wait_ms(both, POST, true, NOW * 1000), 300000);
    a = said(100, 99, 900);
    x_limits_saw(both, POST, X_TOKEN_USER, &a, NOW * 1000);
    assert_int_equal(x_limits_wait_ms(both, POST, true, NOW * 1000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_learning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
