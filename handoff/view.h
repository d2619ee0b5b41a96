/* What the console shows, as the JSON of PROTOCOL.md. Reads only. A tree in the result is the
 * caller's to delete. */
#ifndef HANDOFF_VIEW_H
#define HANDOFF_VIEW_H

#include "base/json.h"
#include "base/text_rules.h"
#include "handoff/record.h"
#include "handoff/staff.h"

cJSON *view_staff(const struct staff *s);

int view_case(struct tx *tx, int64_t case_id, cJSON **ret) MUST_CHECK; /* 1 found, 0 none */
int view_snapshot(struct tx *tx,
                  cJSON **ret) MUST_CHECK; /* the frame, without "type" filled in by anybody else */
int view_whole_case(struct tx *tx, int64_t case_id, const struct text_rules *rules,
                    cJSON **ret) MUST_CHECK; /* 1 or 0 */

int view_last_seq(struct tx *tx, int64_t *ret) MUST_CHECK;

/*
 * The events after @after as frames, oldest first: calls @visit for each, with a tree that it must
 * not keep. Cases and messages in them are as they are now. Returns how many, or negative.
 */
int view_events(struct tx *tx, int64_t after, int max,
                void (*visit)(int64_t seq, const cJSON *frame, void *data), void *data) MUST_CHECK;

#endif
