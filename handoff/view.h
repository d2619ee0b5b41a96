/* What the console shows, as the JSON of PROTOCOL.md. Reads only. A tree in the result is the
 * caller's to delete. */
#ifndef HANDOFF_VIEW_H
#define HANDOFF_VIEW_H

#include "base/json.h"
#include "base/text_rules.h"
#include "handoff/record.h"
#include "handoff/staff.h"

cJSON *view_staff(const struct staff *s);

/* Came the case by a direct message? 1 yes, 0 no, or there is none. */
int view_case_is_private(struct tx *tx, int64_t case_id) MUST_CHECK;

int view_message_is_private(struct tx *tx, int64_t message_id) MUST_CHECK; /* the same */

int view_case(struct tx *tx, int64_t case_id, cJSON **ret) MUST_CHECK; /* 1 found, 0 none */

/* Everything that @staff may see: a whole frame, of at most 4 MiB. Of the cases that are not closed
 * the VIEW_CASES_MAX most urgent: at the longest a case is 1.6 KB. */
enum { VIEW_CASES_MAX = 2000 };
int view_snapshot(struct tx *tx, const struct staff *staff, cJSON **ret) MUST_CHECK;

/* 1 or 0. Direct messages are without their words for @staff who don't answer them. */
int view_whole_case(struct tx *tx, int64_t case_id, const struct text_rules *rules,
                    const struct staff *staff, cJSON **ret) MUST_CHECK;

/* How many cases are not closed, and the hash over them that PROTOCOL.md has: of all, and without
 * those that came by direct message. Counting stops when both are more than VIEW_CASES_MAX. */
struct view_sums {
    struct view_sum {
        int64_t count;
        uint32_t hash;
    } all, in_public;
};
int view_open_sums(struct tx *tx, struct view_sums *ret) MUST_CHECK;

int view_last_seq(struct tx *tx, int64_t *ret) MUST_CHECK;

/*
 * The events after @after as frames, oldest first: calls @visit for each, with a tree that it must
 * not keep, and whether it is only for those who answer direct messages. Cases and messages in them
 * are as they are now. Returns how many, or negative.
 */
typedef void view_visit(int64_t seq, const cJSON *frame, bool is_private, void *data);
int view_events(struct tx *tx, int64_t after, int max, view_visit *visit, void *data) MUST_CHECK;

#endif
