/*
 * How often each intent and rule of the knowledge base is used, a day a row, and how often somebody
 * said that the answer didn't help: the resident, by what they wrote behind it, or staff, who
 * looked at it. What is said too often of an answer withdraws it (kb/demotion.h).
 */
#ifndef HANDOFF_TOPIC_H
#define HANDOFF_TOPIC_H

#include "base/db.h"
#include "kb/kb.h"

/* When an answer is withdrawn: at least @least times within @days, today among them, and in @share
 * of 100 uses. */
struct topic_limit {
    int64_t share, least, days; /* least 0: never */
};

/* One more use. @digest: of what it says (struct kb_intent); 0 of a rule. */
int topic_used(struct tx *tx, struct str topic, int64_t digest, int64_t now) MUST_CHECK;

/*
 * The automatic answer to @message_id didn't help: counted once, on the day of the answer, of
 * @intent or, if that is empty, of all that it answered. If it was said too often of one as it
 * stands in @kb, that is demoted and "kb.demoted" tells of it. 1 an intent was demoted, 0 not.
 */
int topic_unhelped(struct tx *tx, int64_t message_id, struct str intent, const struct kb *kb,
                   const struct topic_limit *limit, int64_t now) MUST_CHECK;

#endif
