/*
 * Replies of staff that wait before they are queued: for a moment in which their writer may take
 * them back, or for somebody who approves what a trainee proposed. Whatever becomes of the case or
 * its owner, a held one goes out when its time is up.
 */
#ifndef HANDOFF_HELD_H
#define HANDOFF_HELD_H

#include "handoff/record.h"
#include "handoff/reply_parts.h"

struct held {
    int64_t id, case_id, message_id, writer_id;
    enum reply_state state;
    struct str words;    /* of all its parts, without marks and initials */
    struct str initials; /* its writer's */
    bool is_private;
    bool case_closed;
    int64_t owner_id; /* who has the case; 0: nobody */
};

/* A reply that a member of staff wrote here. 1 found, 0 none. */
int held_find(struct tx *tx, struct arena *arena, int64_t reply_id, struct held *ret) MUST_CHECK;

/* Does one wait to be released? 1 yes, 0 no. */
int held_is_due(struct tx *tx, int64_t now) MUST_CHECK;

/* Queues all whose time is up, or from before the clock was put back. Returns how many. */
int held_release(struct tx *tx, int64_t now) MUST_CHECK;

/*
 * Its writer takes it back, all its parts: the words are their draft again, and a case that was
 * closed meanwhile is open again, since nobody answered.
 */
int held_undo(struct tx *tx, const struct held *h, int64_t now) MUST_CHECK;

/* @staff_id lets a proposed one go, as @parts. */
int held_approve(struct tx *tx, const struct held *h, const struct reply_parts *parts,
                 int64_t staff_id, int64_t now) MUST_CHECK;

/* @staff_id gives a proposed one back with @word; the words are its writer's draft again. */
int held_return(struct tx *tx, const struct held *h, struct str word, int64_t staff_id,
                int64_t now) MUST_CHECK;

/* Nothing that was proposed in a case is said once that is closed. */
int held_drop_proposed(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

#endif
