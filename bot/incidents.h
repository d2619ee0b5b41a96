/* Tells when an incident of the live knowledge base is over, and who is to be told of it. */
#ifndef BOT_INCIDENTS_H
#define BOT_INCIDENTS_H

#include "base/db.h"
#include "kb/live.h"

/* All zero at first. */
struct incidents {
    struct kb_live seen; /* what was looked at; not held */
    int64_t next_at;     /* when the next of it is over; 0: none will be */
};

/* Commits the event "kb.incident_over" of each that is over since it was last looked. One that was
 * over for a week when we first see it is old news. No transaction may be open. */
void incidents_turn(struct incidents *i, struct db *db, const struct kb_live *live, int64_t now);

#endif
