#include "bot/x/limits.h"

enum {
    QUARTER_MS = 15 * 60 * 1000,
    DAY_MS = 24 * 60 * 60 * 1000,
    REFUSED_MS = 60 * 1000, /* X's page on rate limits names no wait where there is no reset */
};

/* What is kept for people: of a quarter of an hour never more than a tenth of the 100 posts that X
 * allows, of a day than a tenth of 10,000, however large a limit X names. */
enum { RESERVE_LEAST = 2, RESERVE_QUARTER_MOST = 10, RESERVE_DAY_MOST = 1000 };

/* Not said, or over. */
static bool is_known(const struct http_window *w, int64_t now_ms)
{
    return w->remaining >= 0 && w->reset_at > now_ms / 1000;
}

static void learn(struct http_window *w, struct http_window said, int64_t now_ms)
{
    if (is_known(&said, now_ms))
        *w = said;
}

static bool is_spent(const struct http_window *w, int64_t now_ms)
{
    return is_known(w, now_ms) && w->remaining == 0;
}

void x_limits_saw(struct x_limit_pair limits, enum x_endpoint endpoint, enum x_token token,
                  const struct http_answer *answer, int64_t now_ms)
{
    struct x_limits *own = token == X_TOKEN_USER ? limits.user : limits.app;
    struct http_window quarter = { answer->limit, answer->limit_remaining, answer->limit_reset_at };
    if (answer->end != HTTP_ANSWERED)
        return;
    learn(&own->quarter[endpoint], quarter, now_ms);
    if (token == X_TOKEN_USER)
        learn(&own->day[endpoint], answer->user_day, now_ms);
    learn(&limits.app->day[endpoint], answer->app_day, now_ms);
    if (answer->status == 429 && !is_spent(&own->quarter[endpoint], now_ms) &&
        !is_spent(&own->day[endpoint], now_ms) && !is_spent(&limits.app->day[endpoint], now_ms))
        own->refused_until_ms[endpoint] = now_ms + REFUSED_MS;
}

static int64_t reserve_of(int64_t limit, int64_t most)
{
    int64_t reserve = limit / 10;
    reserve = reserve < RESERVE_LEAST ? RESERVE_LEAST : reserve > most ? most : reserve;
    return limit >= 0 && reserve > limit / 2 ? limit / 2 : reserve;
}

/* Until the window's end, if no more than @reserve is left. X's clock may be off: never longer than
 * a window lasts. */
static int64_t window_wait_ms(const struct http_window *w, int64_t reserve, int64_t lasts_ms,
                              int64_t now_ms)
{
    if (!is_known(w, now_ms) || w->remaining > reserve)
        return 0;
    if (w->reset_at - now_ms / 1000 > lasts_ms / 1000)
        return lasts_ms;
    return w->reset_at * 1000 - now_ms;
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t x_limits_wait_ms(struct x_limit_pair limits, enum x_endpoint endpoint, bool by_person,
                         int64_t now_ms)
{
    const struct http_window *quarter = &limits.user->quarter[endpoint];
    const struct http_window *days[] = { &limits.user->day[endpoint], &limits.app->day[endpoint] };
    int64_t wait_ms = longer(0, limits.user->refused_until_ms[endpoint] - now_ms);
    int64_t kept = by_person ? 0 : reserve_of(quarter->limit, RESERVE_QUARTER_MOST);
    wait_ms = longer(wait_ms, window_wait_ms(quarter, kept, QUARTER_MS, now_ms));
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        kept = by_person ? 0 : reserve_of(days[i]->limit, RESERVE_DAY_MOST);
        wait_ms = longer(wait_ms, window_wait_ms(days[i], kept, DAY_MS, now_ms));
    }
    return wait_ms;
}

int64_t x_limits_pace_ms(struct x_limit_pair limits, enum x_endpoint endpoint, int64_t now_ms)
{
    const struct http_window *w = &limits.user->quarter[endpoint];
    int64_t wait_ms = x_limits_wait_ms(limits, endpoint, true, now_ms);
    if (wait_ms || !is_known(w, now_ms) || w->remaining > w->limit / 4)
        return wait_ms;
    return window_wait_ms(w, w->remaining, QUARTER_MS, now_ms) / w->remaining;
}
