/* What editors said of messages in a replay: what the draft would do is better, or worse. */
#ifndef KB_MARK_H
#define KB_MARK_H

#include "base/db.h"

struct kb_mark {
    int64_t message_id, staff_id;
    int64_t revision; /* of the draft that was judged */
    bool better;
    int64_t at;
};

/* In place of what the same person said of the message before. */
int kb_mark_put(struct tx *tx, const struct kb_mark *m) MUST_CHECK;
int kb_mark_remove(struct tx *tx, int64_t message_id, int64_t staff_id) MUST_CHECK;

/* The last word on each message, of any person, on the draft of @revision or a later one: how many
 * are better and worse; and on one: 1, 0 nobody said anything, or negative. */
int kb_mark_count(struct tx *tx, int64_t revision, int64_t *ret_better,
                  int64_t *ret_worse) MUST_CHECK;
int kb_mark_last(struct tx *tx, int64_t revision, int64_t message_id, bool *ret_better) MUST_CHECK;

#endif
