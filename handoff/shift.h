/*
 * Who is at the desk: people sign on and off, for all accounts at once. A council whose people
 * never did doesn't use it, and its hours alone say when somebody is there.
 */
#ifndef HANDOFF_SHIFT_H
#define HANDOFF_SHIFT_H

#include "base/db.h"

/* Who forgot to sign off is not believed to be there the next day. Longer than any shift that the
 * Working Time Regulations 1998 leave a night's rest after (11 hours of 24). */
enum { SHIFT_MAX_S = 16 * 3600 };

/* Each tells of it by an event. 1: done, 0: they were on already, or were not. */
int shift_begin(struct tx *tx, int64_t staff_id, int64_t now) MUST_CHECK;
int shift_end(struct tx *tx, int64_t staff_id, int64_t now) MUST_CHECK;

int shift_anybody_on(struct tx *tx, int64_t now) MUST_CHECK; /* 1 yes, 0 no */
int shift_ever_used(struct tx *tx) MUST_CHECK; /* did anybody ever sign on? the same */

#endif
