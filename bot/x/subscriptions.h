/*
 * What X is to tell us of by itself: events of each account (POST /2/activity/subscriptions), or
 * posts that fit a rule (POST /2/tweets/search/stream/rules). Looks at what there is and asks for
 * what is missing, so that doing it again changes nothing; what isn't ours is left alone. (X's
 * pages "X Activity API" and "Filtered stream", OpenAPI 2.167, 2026-08.)
 */
#ifndef BOT_X_SUBSCRIPTIONS_H
#define BOT_X_SUBSCRIPTIONS_H

#include "bot/x/activity.h"
#include "bot/x/client.h"

enum x_source { X_SOURCE_ACTIVITY, X_SOURCE_FILTERED };

/* An account of ours, and who asks in its name. */
struct x_subscriber {
    struct x_us us;
    struct x_client *client;
};

struct x_subscriptions_options {
    enum x_source source;
    const struct x_subscriber *subscribers; /* one at least; borrowed, as webhook_id */
    size_t count;
    const char *webhook_id; /* where events go besides the stream; NULL: nowhere */
    long timeout_ms;

    /* All was looked at and asked for, or as much as could be; @trouble says in a sentence what is
     * missing, empty if nothing is. */
    void (*done)(void *data, struct str trouble);
    void *data;
};

struct x_subscriptions;

int x_subscriptions_new(const struct x_subscriptions_options *options,
                        struct x_subscriptions **ret) MUST_CHECK;

/* Before or after http_free, if the loop doesn't turn between the two. NULL is fine. */
struct x_subscriptions *x_subscriptions_free(struct x_subscriptions *s);

/* Looks and asks, and calls done once, never from within; nothing if it is at it already, or can't
 * begin for want of memory: the owner comes back from time to time. */
void x_subscriptions_ensure(struct x_subscriptions *s);

/* The rule for an account, appended: who names it or answers it, and what it writes itself. */
int x_rule_of(struct buf *out, const struct x_us *us) MUST_CHECK;

/* X's answer to a new subscription, in any of the three shapes that its pages give: is there one?
 */
bool x_read_subscribed(struct str body);

#endif
