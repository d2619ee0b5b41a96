/* Buffers for secrets: all their memory at once, since one that grows leaves copies behind, and
 * wiped when they are given back. */
#ifndef BOT_X_WIPE_H
#define BOT_X_WIPE_H

#include <sodium.h>

#include "base/buf.h"

/* An empty buffer that never moves; its failure sticks as any buffer's does. */
static inline struct buf wipe_buf(size_t max)
{
    struct buf b = { .p = malloc(max + 1), .max = max };
    if (b.p)
        b.p[0] = '\0';
    b.cap = b.p ? max + 1 : 0;
    b.err = b.p ? 0 : ERR_NOMEM;
    return b;
}

static inline void wipe_buf_release(struct buf *b)
{
    if (b->p)
        sodium_memzero(b->p, b->cap);
    buf_release(b);
}

#endif
