/* Of which incidents it was told that they are over: once each, over a restart too. */
#ifndef KB_INCIDENT_H
#define KB_INCIDENT_H

#include "base/db.h"

/* It is over, and it was to last until @until_at. 1 nobody was told yet, and now counts as told; 0
 * it was; or negative. One that is prolonged is over once more. */
int kb_incident_over(struct tx *tx, struct str incident, int64_t until_at) MUST_CHECK;

#endif
