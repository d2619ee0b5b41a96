/*
 * How intents stand just now: which are for a person though their editors want them answered,
 * because residents said that the answer doesn't help (kb/demotion.h) or because its link is dead
 * (kb/link.h). Read from the tables once for all messages of a transaction.
 */
#ifndef BOT_STANDING_H
#define BOT_STANDING_H

#include "base/db.h"
#include "kb/live.h"

/* All zero is empty: nothing is withheld. */
struct standing {
    bool *withheld; /* of each intent, for struct policy_facts; NULL: none is */
};

/* In place of what is there: of the intents of @kb. Returns 0 or negative. */
int standing_read(struct standing *s, struct tx *tx, const struct kb *kb) MUST_CHECK;
void standing_release(struct standing *s);

/* Commits that the demotions are over of intents that what is live now says otherwise. Looks if
 * @live isn't what was *seen, which is all zero at first. No transaction may be open. */
void standing_turn(struct kb_live *seen, struct db *db, const struct kb_live *live);

#endif
