#include "base/arena.h"

#include <stddef.h>

enum { BLOCK_BYTES = 8192 };

struct arena_block {
    struct arena_block *before;
    size_t used, size;
    max_align_t data[];
};

static struct arena_block *block_new(size_t size)
{
    struct arena_block *b = malloc(sizeof *b + size);
    if (b)
        *b = (struct arena_block){ .size = size };
    return b;
}

void arena_release(struct arena *a)
{
    while (a->last) {
        struct arena_block *before = a->last->before;
        free(a->last);
        a->last = before;
    }
}

void arena_clear(struct arena *a)
{
    if (!a->last)
        return;
    struct arena older = { a->last->before };
    arena_release(&older);
    a->last->before = NULL;
    a->last->used = 0;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t align = _Alignof(max_align_t);
    if (bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + align - 1) / align * align;
    if (!a->last || a->last->size - a->last->used < bytes) {
        struct arena_block *b = block_new(bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES);
        if (!b)
            return NULL;
        b->before = a->last;
        a->last = b;
    }
    char *p = (char *)a->last->data + a->last->used;
    a->last->used += bytes;
    return memset(p, 0, bytes);
}

void *arena_array(struct arena *a, size_t count, size_t bytes_each)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, bytes_each, &bytes))
        return NULL;
    return arena_alloc(a, bytes);
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);
    if (!p)
        return (struct str){ NULL, 0 };
    if (s.len)
        memcpy(p, s.p, s.len);
    return (struct str){ p, s.len };
}

int arena_keep(struct arena *a, struct str *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *texts[i] = arena_str(a, *texts[i]);
        if (!texts[i]->p)
            return ERR_NOMEM;
    }
    return 0;
}
