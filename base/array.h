/* An array that grows: its owner keeps how many it has and how many it has room for. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Makes room for one more of @each bytes in *array, of @count so far; freed with free(). */
static inline MUST_CHECK int array_grow(void **array, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return 0;
    size_t more = *room ? *room * 2 : 64;
    void *p = reallocarray(*array, more, each);
    if (!p)
        return ERR_NOMEM;
    *array = p;
    *room = more;
    return 0;
}

/* The same for an array that lives in @arena: nobody frees it. */
static inline MUST_CHECK int array_grow_in(struct arena *arena, void **array, size_t count,
                                           size_t *room, size_t each)
{
    if (count < *room)
        return 0;
    size_t more = *room ? *room * 2 : 32;
    void *p = arena_array(arena, more, each);
    if (!p)
        return ERR_NOMEM;
    if (count)
        memcpy(p, *array, count * each);
    *array = p;
    *room = more;
    return 0;
}

#endif
