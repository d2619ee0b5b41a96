/* What a console's commands did, by the id that the console gave them: asked again, they are
 * answered as before and not carried out again. */
#ifndef HANDOFF_DONE_H
#define HANDOFF_DONE_H

#include "base/db.h"
#include "base/json.h"

enum { DONE_KEPT_S = 7 * 86400 };

/* The answer that was given: 1, *ret is the caller's to delete; 0 there was none. */
int done_find(struct tx *tx, int64_t staff_id, struct str client_id, cJSON **ret) MUST_CHECK;

/* Keeps the answer, and forgets those older than DONE_KEPT_S. */
int done_keep(struct tx *tx, int64_t staff_id, struct str client_id, const cJSON *answer,
              int64_t now) MUST_CHECK;

#endif
