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

#endif
