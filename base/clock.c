#include "base/clock.h"

#include <time.h>

#include "base/err.h"

static int64_t real_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

int64_t clock_now(const struct clock *c)
{
    return real_now() + c->offset_s;
}

int64_t clock_mono_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int clock_move(struct clock *c, int64_t at)
{
    if (!c->movable)
        return ERR_DENIED;
    c->offset_s = at - real_now();
    return 0;
}

int clock_unmove(struct clock *c)
{
    if (!c->movable)
        return ERR_DENIED;
    c->offset_s = 0;
    return 0;
}
