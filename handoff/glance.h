/* Automatic replies that people have looked at: fine, or wrong. */
#ifndef HANDOFF_GLANCE_H
#define HANDOFF_GLANCE_H

#include "handoff/desk.h"

/*
 * @staff_id has looked at what was answered to the message. Not @fine: the answer is withdrawn if
 * it hasn't left, and the message becomes a case at the queue's end; its decision stays as it was,
 * and counts as one that didn't help (topic.h). An enum case_refusal: CASE_UNKNOWN if it has no
 * automatic answer, or somebody glanced before.
 */
int glance_add(struct tx *tx, const struct desk *desk, int64_t message_id, int64_t staff_id,
               bool fine, int64_t now) MUST_CHECK;

#endif
