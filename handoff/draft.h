/*
 * What staff have begun to write: one text a person and case, kept here so that no browser can lose
 * it. Nobody but its owner changes it: what others do with the case leaves it alone.
 */
#ifndef HANDOFF_DRAFT_H
#define HANDOFF_DRAFT_H

#include "base/db.h"
#include "base/json.h"

struct draft {
    int64_t staff_id, case_id;
    struct str text;
    bool is_private; /* is to go as a direct message */
};

/* An empty text: none is left. 1 done, 0 there is no such case. */
int draft_keep(struct tx *tx, const struct draft *d, int64_t now) MUST_CHECK;

/* Keeps it unless its owner has begun another. */
int draft_offer(struct tx *tx, const struct draft *d, int64_t now) MUST_CHECK;

/* {"text","way","changed_at"} of PROTOCOL.md's case, or null, under "draft" of @ret. */
int draft_describe(struct tx *tx, int64_t staff_id, int64_t case_id, cJSON *ret) MUST_CHECK;

#endif
