/* What a council shows of the time before an election; of the console and of the command line. */
#ifndef BOT_ELECTION_REPORT_H
#define BOT_ELECTION_REPORT_H

#include "base/db.h"
#include "base/json.h"
#include "kb/kb.h"

/* "replies", "by_intent", "to_team" and "published" of PROTOCOL.md, from @from on and before
 * @until, into @ret. 0 or negative. */
int election_report(struct tx *tx, const struct kb *kb, int64_t from, int64_t until,
                    cJSON *ret) MUST_CHECK;

#endif
