/* A movable clock that stands still until a test moves it: what a test takes for the same moment is
 * one, however slow the machine. The linker puts these in front (tests/CMakeLists.txt). */
#ifndef TESTS_UNIT_STILL_CLOCK_H
#define TESTS_UNIT_STILL_CLOCK_H

#include "base/clock.h"

int __wrap_clock_move(struct clock *c, int64_t at);
int __wrap_clock_move(struct clock *c, int64_t at)
{
    assert_true(c->movable);
    c->offset_s = at;
    return 0;
}

int64_t __wrap_clock_now(const struct clock *c);
int64_t __wrap_clock_now(const struct clock *c)
{
    return c->offset_s;
}

#endif
