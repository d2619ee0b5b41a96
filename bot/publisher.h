/*
 * Makes live what editors propose (kb/proposal.h): one proposal at a time is put together, checked
 * and, where its lessons are new, trained aside of the loop, and becomes a version in one
 * transaction with what it takes out of the draft; then it decides from the next message on. What
 * doesn't hold is refused with the reasons, and the draft stays as it is. One that is cut off by an
 * end of the program begins again at the next start. A version that another process at the database
 * has made live (kerbside kb import, kb rollback) is taken over likewise. All calls are for the
 * loop's thread.
 */
#ifndef BOT_PUBLISHER_H
#define BOT_PUBLISHER_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "bot/versions.h"

struct publisher;

struct publisher_options {
    uv_loop_t *loop;
    struct db *db; /* the loop's, which has versions; another connection of its own reads */
    const struct clock *clock;
    const struct versions_options *versions;
    struct kb_live *live; /* is swapped */
};

int publisher_new(const struct publisher_options *options, struct publisher **ret) MUST_CHECK;

/* The loop must turn until what is under way has ended. NULL is fine. */
struct publisher *publisher_free(struct publisher *p);

/* Something was proposed, or time went by: begins what is due. No transaction may be open. */
void publisher_turn(struct publisher *p);

#endif
