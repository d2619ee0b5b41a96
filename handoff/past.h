/*
 * What was written to us before, in bulk: for trying a knowledge base on it. Messages that
 * somebody else was addressed with, direct messages and what its author took back are left out.
 * Reads only: of any connection.
 */
#ifndef HANDOFF_PAST_H
#define HANDOFF_PAST_H

#include "base/arena.h"
#include "base/db.h"

struct past_message {
    int64_t id, written_at;
    struct str text; /* borrowed until the visit is over, or in an arena */
};

/* How many were written from @from on and before @until. */
int past_count(struct tx *tx, int64_t from, int64_t until, int64_t *ret) MUST_CHECK;

/*
 * Calls @visit for the newest @limit that were written from @from on, and before @before: by time
 * and, among those of the same second, by id (INT64_MAX and 0: of none). Ends early and returns
 * what
 * @visit returned if that isn't 0.
 */
int past_page(struct tx *tx, int64_t from, int64_t before_at, int64_t before_id, size_t limit,
              int (*visit)(const struct past_message *m, void *data), void *data) MUST_CHECK;

/* 1 with its text in @arena, 0 it isn't there any more, or negative. */
int past_get(struct tx *tx, struct arena *arena, int64_t id, struct past_message *ret) MUST_CHECK;

/* What a person answered by hand, publicly and to one resident; of a split one its
 * first part. */
struct past_answer {
    struct str reply;
    struct past_message message;
};

/* Calls @visit for the newest @limit that were sent from @from on; as past_page. */
int past_answers(struct tx *tx, int64_t from, size_t limit,
                 int (*visit)(const struct past_answer *a, void *data), void *data) MUST_CHECK;

#endif
