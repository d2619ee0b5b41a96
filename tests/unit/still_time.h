/* The system's time stands still from the first look, so that no month ends in the middle of a
 * test. The linker puts this in front (tests/CMakeLists.txt). */
#ifndef TESTS_UNIT_STILL_TIME_H
#define TESTS_UNIT_STILL_TIME_H

#include <time.h>

time_t __real_time(time_t *ret);
time_t __wrap_time(time_t *ret);
time_t __wrap_time(time_t *ret)
{
    static time_t now;
    now = now ? now : __real_time(NULL);
    return ret ? (*ret = now) : now;
}

#endif
