#include "base/clock.h"

#include "base/err.h"
#include "tests/unit/support.h"

static const int64_t evening = 1795381200; /* 2026-11-22T21:00:00Z */

static void test_real_clock_stays(void **state)
{
    (void)state;
    struct clock c = { 0 };
    assert_int_equal(clock_move(&c, evening), ERR_DENIED);
    assert_int_equal(clock_unmove(&c), ERR_DENIED);
    assert_int_equal(c.offset_s, 0);
    int64_t before = time(NULL), now = clock_now(&c), after = time(NULL);
    assert_true(before - 1 <= now && now <= after + 1); /* time() may lag a tick behind */
}

static void test_demo_clock_moves(void **state)
{
    (void)state;
    struct clock c = { .movable = true }, real = { 0 };
    int64_t before = clock_now(&real);
    assert_int_equal(clock_move(&c, evening), 0);
    int64_t moved = clock_now(&c), after = clock_now(&real);
    assert_true(evening <= moved && moved <= evening + (after - before));
    assert_int_equal(clock_move(&c, 0), 0); /* also back */
    assert_true(clock_now(&c) < evening);
    assert_int_equal(clock_unmove(&c), 0);
    assert_int_equal(c.offset_s, 0);
}

static void test_mono(void **state)
{
    (void)state;
    int64_t before = clock_mono_ms();
    assert_true(before >= 0);
    assert_true(clock_mono_ms() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_clock_stays),
        cmocka_unit_test(test_demo_clock_moves),
        cmocka_unit_test(test_mono),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
