/*
 * What staff post by themselves when they come and go: a post that answers nobody, in their own
 * words. Sent once by bot/announcer.c. One whose sending ended unknown is for people, unless it is
 * seen among our own posts: a second good morning would be read by all.
 */
#ifndef HANDOFF_ANNOUNCEMENT_H
#define HANDOFF_ANNOUNCEMENT_H

#include "base/arena.h"
#include "base/db.h"

enum announcement_state {
    ANNOUNCEMENT_QUEUED,
    ANNOUNCEMENT_SENDING, /* committed before the request leaves */
    ANNOUNCEMENT_SENT,
    ANNOUNCEMENT_FAILED,
    ANNOUNCEMENT_UNKNOWN,
    ANNOUNCEMENT_WITHHELD, /* what would have been said, in shadow mode */
};

struct announcement {
    int64_t id, staff_id, created_at;
    struct str account, body;
};

/* Queues one; @a's id and time are not looked at. */
int announcement_queue(struct tx *tx, const struct announcement *a, int64_t now) MUST_CHECK;

/* Did the account say just this since @since_at, or may it have? 1 yes, 0 no. */
int announcement_is_said(struct tx *tx, struct str account, struct str body,
                         int64_t since_at) MUST_CHECK;

/* The account's next to send: 1 found, 0 none. Text is the arena's. */
int announcement_next(struct tx *tx, struct str account, struct arena *arena,
                      struct announcement *ret) MUST_CHECK;

/* Moves it and tells of it by an event; @remote_id and @error, which is for people, may be empty.
 */
int announcement_move(struct tx *tx, int64_t id, enum announcement_state state,
                      struct str remote_id, struct str error, int64_t now) MUST_CHECK;

/* The account's own post @remote_id stands there, answers nobody and says @shown: if that is one
 * whose outcome isn't known, it is sent. @same: as in struct text_rules. 1 it was one, 0 it wasn't.
 */
int announcement_seen(struct tx *tx, struct str account, struct str remote_id, struct str shown,
                      bool (*same)(struct str shown, struct str written), int64_t now) MUST_CHECK;

/* What the account was sending when we stopped ended unknown. Returns how many, or negative. */
int announcement_recover(struct tx *tx, struct str account, int64_t now) MUST_CHECK;

#endif
