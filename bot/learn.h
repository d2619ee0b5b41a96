/*
 * What the knowledge base should learn next, from what was written to us lately: messages that no
 * intent explains as it is now, in groups by their words (bot/suggest.h), and what staff answered
 * by hand, in groups of nearly the same words. Private details are masked, and direct messages are
 * not read. Reads the record, of any thread.
 */
#ifndef BOT_LEARN_H
#define BOT_LEARN_H

#include <stdatomic.h>

#include "base/db.h"
#include "base/json.h"
#include "bot/decide.h"

enum {
    LEARN_MESSAGES_MAX = 50000, /* the newest are looked at */
    LEARN_ANSWERS_MAX = 5000,   /* the same of answers */
    LEARN_GROUPS_MAX = 50,      /* of each kind; the most frequent */
    LEARN_EXAMPLES_MAX = 10,
    LEARN_DAYS_MAX = 400
};

/*
 * Puts "messages" (how many were looked at), "groups" and "by_hand" of PROTOCOL.md's kb_learn into
 * @ret. @from: since when. *stop, which may be NULL, is looked at now and then: ERR_DENIED. Returns
 * 0 or negative.
 */
int learn_put(struct db *db, const struct kb *kb, int64_t from, const atomic_bool *stop,
              cJSON *ret) MUST_CHECK;

#endif
