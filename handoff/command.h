/*
 * What staff do: one frame of PROTOCOL.md in, one answer out. Knows no socket, so tests call it;
 * the caller begins and commits.
 */
#ifndef HANDOFF_COMMAND_H
#define HANDOFF_COMMAND_H

#include "base/json.h"
#include "base/text_rules.h"
#include "handoff/desk.h"
#include "handoff/staff.h"

struct command_context {
    const struct staff *staff;                      /* who sent it */
    const struct text_rules *rules, *private_rules; /* of posts, of direct messages */
    int64_t now;
    const struct desk *desk;
};

/*
 * Runs one frame that is not hello. *ret is the answer, for the caller to delete: what was asked
 * for, ok, or refused with the reason in words and the case as it is. Returns 1 if the transaction
 * is to be committed, 0 if there is nothing to commit, negative on errors.
 */
int command_run(struct tx *tx, const struct command_context *context, const cJSON *frame,
                cJSON **ret) MUST_CHECK;

#endif
