/*
 * What should be looked at before a reply is sent: details by which somebody can be found or
 * robbed, and the names of residents whom it isn't for. Only a warning: what is right is for its
 * writer to say.
 */
#ifndef HANDOFF_REPLY_CHECK_H
#define HANDOFF_REPLY_CHECK_H

#include "base/json.h"
#include "handoff/record.h"

enum { REPLY_WARNINGS_MAX = 20 };

/*
 * Appends {"kind","words"} of PROTOCOL.md's count to @ret_list, each words once, REPLY_WARNINGS_MAX
 * at most. @others: residents whose names have no business in it. In a direct message only these
 * are warned of, since its one reader may be told of their own details. Pure.
 */
int reply_check(struct arena *arena, struct str text, bool is_private,
                const struct record_other *others, size_t other_count, cJSON *ret_list) MUST_CHECK;

#endif
