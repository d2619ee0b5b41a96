/*
 * What X tells of by itself, read into our terms, whichever way it comes: events of the X Activity
 * API on its stream or by webhook, posts of the filtered stream, and the older Account Activity
 * API, which is deprecated and has posts in the form of v1.1. No network, no clock, no record:
 * tests feed it bytes. (X's pages on event payloads, filtered stream and account activity,
 * 2026-08.)
 */
#ifndef BOT_X_ACTIVITY_H
#define BOT_X_ACTIVITY_H

#include "bot/x/wire.h"

enum x_event_kind {
    X_EVENT_MESSAGE,
    X_EVENT_GONE,     /* a post was deleted */
    X_EVENT_REVOKED,  /* the account withdrew our grant: nothing may be sent any more */
    X_EVENT_READ_NOW, /* there is something, and the event doesn't say enough to record it */
};

struct x_event {
    enum x_event_kind kind;
    struct str account_id; /* the one of ours that it is for */
    struct network_message message;
    struct str gone_id;
};

struct x_events {
    struct x_event *list;
    size_t count;   /* 0: nothing for us, which is no fault: X adds kinds of events at any time */
    struct str key; /* to know the event again by, empty if it has no id. X's event_uuid is negative
                       in samples, though the specification says digits, and is often the post's id,
                       so that one post can have it twice: with the event's kind and filter */
    struct str ends; /* X ends the stream, and this is its word why; empty: it doesn't */
};

/* One line of a stream or the body of one webhook request. 0, ERR_BADINPUT (not what X sends) or
 * ERR_NOMEM. All lives in @arena. */
int x_read_events(struct arena *arena, struct str body, const struct x_us *us, size_t us_count,
                  struct x_events *ret) MUST_CHECK;

#endif
