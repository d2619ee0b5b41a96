/* An arena for each test, and X's JSON as it stands in tables. */
#ifndef TESTS_UNIT_WIRE_FIXTURE_H
#define TESTS_UNIT_WIRE_FIXTURE_H

#include "tests/unit/support.h"

static struct arena arena;

static inline int setup(void **state)
{
    (void)state;
    arena = ARENA_INIT;
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* In these tables a ' stands for a ". */
static inline struct str json_of(const char *text)
{
    struct str copy = arena_str(&arena, str_of(text));
    assert_non_null(copy.p);
    for (char *p = (char *)copy.p; *p; p++) /* the copy is ours to change */
        if (*p == '\'')
            *p = '"';
    return copy;
}

#endif
