/* How long to wait before trying again: a second, then twice as long each time, a minute at most.
 */
#ifndef BOT_BACKOFF_H
#define BOT_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_MOST_MS = 60000 };

/* *next_ms is 0 at first and after a success. Returns what to wait now. */
static inline int64_t backoff_next(int64_t *next_ms)
{
    int64_t ms = *next_ms ? *next_ms : BACKOFF_FIRST_MS;
    *next_ms = ms * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : ms * 2;
    return ms;
}

#endif
