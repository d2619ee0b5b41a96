/* What could be answered in a case, as suggestions of PROTOCOL.md. */
#ifndef HANDOFF_SUGGESTIONS_H
#define HANDOFF_SUGGESTIONS_H

#include "base/attr.h"
#include "handoff/desk.h"

/*
 * Fills in "suggestions" of a whole case, a frame of view_whole_case, from what its resident wrote
 * last: messages of one burst are read as one, and older ones if nothing is known about those. What
 * an intent that isn't automatic would have said about the newest comes first, marked. None in a
 * sensitive case: somebody in need is answered by a person's own words. 0 or negative.
 */
int suggestions_add(const struct desk *desk, int64_t now, cJSON *whole) MUST_CHECK;

#endif
