/*
 * One message to many: each of the cases is taken by its sender and gets a public reply of its own,
 * which leaves through the outbox behind everything that goes to one person only. All or none: the
 * caller rolls back what it can't finish.
 */
#ifndef HANDOFF_BULK_H
#define HANDOFF_BULK_H

#include "handoff/cases.h"

/* As many as X takes posts in its window for a user's writing (100 in 15 minutes), twice: more is
 * an announcement. */
enum { BULK_LEAST = 2, BULK_MOST = 200 };

/* What must be known of a case before it may have a part in it. */
struct bulk_case {
    int64_t version, owner_id;
    int64_t resident_id;
    int64_t message_id; /* of theirs, that can be answered in public; 0: there is none */
    bool closed, sensitive;
    bool elsewhere;             /* somebody answers it in the network's own app */
    struct str handle, account; /* theirs; ours, that it came to */
};

/* 1 found, 0 there is no such case. Text is the arena's. */
int bulk_look_up(struct tx *tx, struct arena *arena, int64_t case_id,
                 struct bulk_case *ret) MUST_CHECK;

/* @text: as it was written, without what varies. */
int bulk_begin(struct tx *tx, int64_t staff_id, struct str text, int64_t now,
               int64_t *ret_id) MUST_CHECK;

/* Takes the case and queues its reply to @message_id. An enum case_refusal, or negative. */
int bulk_add(struct tx *tx, int64_t bulk_id, const struct case_command *c, int64_t message_id,
             struct str body) MUST_CHECK;

/* What waits is dropped; its cases wait again, and stay with who has them. Returns how many there
 * were, or negative; 0 also if there is no such message. */
int bulk_stop(struct tx *tx, int64_t bulk_id, int64_t staff_id, int64_t now) MUST_CHECK;

#endif
