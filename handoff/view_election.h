/* What was said in the time before an election, for its report. Reads only. */
#ifndef HANDOFF_VIEW_ELECTION_H
#define HANDOFF_VIEW_ELECTION_H

#include "base/db.h"
#include "base/json.h"
#include "kb/kb.h"

/*
 * "replies" (automatic ones that left), "by_intent" (what answers that left were about, the most
 * frequent first, called as @kb calls them) and "to_team" (cases with what said a name or topic)
 * from @from on and before @until, into the frame @ret. 0 or negative.
 */
int view_election(struct tx *tx, const struct kb *kb, int64_t from, int64_t until,
                  cJSON *ret) MUST_CHECK;

#endif
