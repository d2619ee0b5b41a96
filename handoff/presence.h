/* Who of staff there is, and who is at the desk. Reads only. */
#ifndef HANDOFF_PRESENCE_H
#define HANDOFF_PRESENCE_H

#include "handoff/staff.h"

/* Calls @visit for each account that is not removed, by id; @on: at the desk, as shift.h counts it.
 * Texts are borrowed for the call. 0 or negative. */
typedef void presence_person(const struct staff *s, bool on, void *data);
int presence_people(struct tx *tx, int64_t now, presence_person *visit, void *data) MUST_CHECK;

#endif
