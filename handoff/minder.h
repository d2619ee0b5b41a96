/*
 * What time alone changes: replies that were held long enough are queued, cases get the moment at
 * which they are due, claims whose lease is up go back to the queue, and staff are warned before
 * and told after.
 */
#ifndef HANDOFF_MINDER_H
#define HANDOFF_MINDER_H

#include "handoff/desk.h"

/* Once a second. No transaction may be open; what fails is logged and tried again. */
void minder_turn(struct db *db, const struct desk *desk, int64_t now);

#endif
