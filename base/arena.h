/*
 * Memory that lives as long as one thing does: one message, one knowledge base. Given back in one
 * place.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *last;
};

#define ARENA_INIT ((struct arena){ NULL })

void arena_release(struct arena *a); /* frees all; the arena can be used again */
void arena_clear(struct arena *a);   /* forgets all, keeps the newest block for the next message */

/* Zeroed, aligned for any type, NULL when out of memory. Lives until arena_clear or arena_release.
 */
void *arena_alloc(struct arena *a, size_t bytes) MUST_CHECK;
void *arena_array(struct arena *a, size_t count, size_t bytes_each) MUST_CHECK;

/* Copies of text. @s of the result is NUL-terminated too. p is NULL when out of memory. */
struct str arena_str(struct arena *a, struct str s) MUST_CHECK;

/* Each of @texts becomes such a copy of itself. Returns 0 or ERR_NOMEM. */
int arena_keep(struct arena *a, struct str *const *texts, size_t count) MUST_CHECK;

#endif
