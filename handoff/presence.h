/* Who of staff there is, who is at the desk, and whose sessions are still good. Reads only. */
#ifndef HANDOFF_PRESENCE_H
#define HANDOFF_PRESENCE_H

#include "handoff/session.h"

/* Calls @visit for each account that is not removed, by id; @on: at the desk, as shift.h counts it.
 * Texts are borrowed for the call. 0 or negative. */
typedef void presence_person(const struct staff *s, bool on, void *data);
int presence_people(struct tx *tx, int64_t now, presence_person *visit, void *data) MUST_CHECK;

/* Calls @visit with the hash of each session that isn't over, of an account that isn't removed. */
typedef void presence_session(const unsigned char hash[SESSION_HASH_BYTES], void *data);
int presence_sessions(struct tx *tx, int64_t now, presence_session *visit, void *data) MUST_CHECK;

#endif
