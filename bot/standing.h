/*
 * How intents stand just now: which are for a person though their editors want them answered,
 * because residents said that the answer doesn't help (kb/demotion.h) or because its link is dead
 * (kb/link.h). Read from the tables once for all messages of a transaction.
 */
#ifndef BOT_STANDING_H
#define BOT_STANDING_H

#include "base/db.h"
#include "kb/kb.h"

/* All zero is empty: nothing is withheld. */
struct standing {
    bool *withheld; /* of each intent, for struct policy_facts; NULL: none is */
};

/* In place of what is there: of the intents of @kb. Returns 0 or negative. */
int standing_read(struct standing *s, struct tx *tx, const struct kb *kb) MUST_CHECK;
void standing_release(struct standing *s);

#endif
