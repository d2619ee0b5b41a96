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
int view_reply_is_private(struct tx *tx, int64_t reply_id) MUST_CHECK;

int view_case(struct tx *tx, int64_t case_id, cJSON **ret) MUST_CHECK; /* 1 found, 0 none */

/* How far one message to many is: 1 found, 0 none. Those of the last day that something happened
 * on, the newest 10, newest first. */
int view_bulk(struct tx *tx, int64_t bulk_id, cJSON **ret) MUST_CHECK;
int view_bulks(struct tx *tx, cJSON *list) MUST_CHECK;

/* What was ignored stays in its tray for so long; what was answered, until somebody glanced at it.
 */
enum { VIEW_TRAY_DAYS = 14 };
int64_t view_tray_since(int64_t now); /* what was decided later is in the trays */

/* One of each: 1 found, 0 none. Texts are whole up to what a case shows. */
int view_ignored(struct tx *tx, int64_t message_id, cJSON **ret) MUST_CHECK;
int view_message(struct tx *tx, int64_t message_id, const struct text_rules *rules,
                 cJSON **ret) MUST_CHECK;
int view_reply(struct tx *tx, int64_t reply_id, const struct text_rules *rules,
               cJSON **ret) MUST_CHECK;

/* The cases that @staff may see: a whole frame, of at most 4 MiB. Of those that are not closed the
 * VIEW_CASES_MAX most urgent: at the longest a case is 1.6 KB. */
enum { VIEW_CASES_MAX = 2000 };
int view_snapshot(struct tx *tx, const struct staff *staff, cJSON **ret) MUST_CHECK;

/*
 * A page of a tray into the frame @ret: "items" and "next", for what comes behind @before, the
 * "next" of the page before, empty for the first. What came since then moves nothing: a page goes
 * on behind the last that was shown, in an order that doesn't change. 1; 0: there is no such tray,
 * or @before isn't one of ours.
 */
int view_tray(struct tx *tx, struct str tray, struct str before, const struct staff *staff,
              const struct text_rules *rules, int64_t now, cJSON *ret) MUST_CHECK;

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
