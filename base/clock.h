/*
 * The one source of "now" for whoever turns the loop; everybody else gets a time as an argument.
 * The demo's clock can be moved, so that a Sunday evening can be tried on a Monday morning; a clock
 * that was not made for the demo refuses.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
    bool movable;     /* only in the demo */
    int64_t offset_s; /* added to real time */
};

int64_t clock_now(const struct clock *c); /* Unix seconds, UTC */
int64_t clock_mono_ms(void);              /* for durations: never moved, never jumps */

/* Makes it @at from now on; the clock goes on running. ERR_DENIED if it is not the demo's. */
int clock_move(struct clock *c, int64_t at);
int clock_unmove(struct clock *c);

#endif
