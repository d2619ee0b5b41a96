/* What minder.c asks of its tables; nobody else includes it. */
#ifndef HANDOFF_MINDER_PRIVATE_H
#define HANDOFF_MINDER_PRIVATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "handoff/cases.h"

/* A case whose clocks are to be looked at. 0: there is no such moment. */
struct minded {
    int64_t id, priority, owner_id;
    int64_t waits_since, due_from, active_at; /* as the case says */
    int64_t due_at, lease_until, wakes_at;    /* as was worked out */
    unsigned warned, escalated;               /* enum case_clock */
    bool muted, is_private;
    struct str account, owner;
};

/* The one that has waited longest for it. 1 found, 0 there is none. */
int minder_next(struct tx *tx, int64_t now, struct arena *arena, struct minded *ret) MUST_CHECK;

/* Keeps what was worked out. */
int minder_keep(struct tx *tx, const struct minded *m) MUST_CHECK;

/* Nobody has it any more. */
int minder_hand_back(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

/* Who is told when time is up: the duty list, else those who may give back what others have; of a
 * private case only who may see it. Appends a JSON array, or nothing if there is nobody. */
int minder_list_duty(struct tx *tx, bool is_private, struct buf *out) MUST_CHECK;

#endif
