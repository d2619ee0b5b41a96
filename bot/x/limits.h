/*
 * How often X lets us ask. X counts each endpoint apart, for each user's token and for the app's,
 * in windows of a quarter of an hour and some of a day as well (X's page on rate limits, 2026-08);
 * what is left comes with every answer. Learned from that alone, believing "remaining": the limit
 * has been seen with values that it can't have. No clock: the time is an argument, in real Unix
 * milliseconds, since X's resets are in real time.
 *
 * All who send with the same token must share its struct x_limits; all zero is one that knows
 * nothing yet.
 */
#ifndef BOT_X_LIMITS_H
#define BOT_X_LIMITS_H

#include "bot/x/client.h"

struct x_limits {
    struct http_window quarter[X_ENDPOINTS], day[X_ENDPOINTS];
    int64_t refused_until_ms[X_ENDPOINTS]; /* after a refusal that no window explains */
};

/* Of a request of a user's token: the user's own, and the app's for what is counted for the app. */
struct x_limit_pair {
    struct x_limits *user, *app;
};

/* Learns from an answer. */
void x_limits_saw(struct x_limit_pair limits, enum x_endpoint endpoint, enum x_token token,
                  const struct http_answer *answer, int64_t now_ms);

/*
 * How long until the user's token may be used so. 0: now. People may use all that is left; an
 * automatic request leaves a tenth for them, two at least, so that a wave of answers never keeps
 * staff from a resident who waits for a person.
 */
int64_t x_limits_wait_ms(struct x_limit_pair limits, enum x_endpoint endpoint, bool by_person,
                         int64_t now_ms);

/* The same for a read, which also spreads the last quarter of a window over what is left of its
 * time: to be asked once for each request, and kept. */
int64_t x_limits_pace_ms(struct x_limit_pair limits, enum x_endpoint endpoint, int64_t now_ms);

#endif
