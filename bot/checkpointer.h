/*
 * Keeps the write-ahead log short without the loop: what the disk takes to copy it into the
 * database (a tenth of a second and more where others use it too) is time in which nobody would be
 * heard.
 */
#ifndef BOT_CHECKPOINTER_H
#define BOT_CHECKPOINTER_H

#include <uv.h>

#include "base/db.h"

struct checkpointer;

/* From now on @db's commits leave the log alone. @loop and @db stay the caller's and outlive it.
 * Returns 0, ERR_DB or ERR_NOMEM. */
int checkpointer_new(uv_loop_t *loop, struct db *db, struct checkpointer **ret) MUST_CHECK;

/* Copies on a thread of its own if the log is long, unless that is under way. */
void checkpointer_turn(struct checkpointer *c);

/* Turns the loop until no copy is under way. NULL is fine. */
struct checkpointer *checkpointer_free(struct checkpointer *c);

#endif
