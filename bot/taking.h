/*
 * What becomes of messages that were read: each is recorded once, understood and decided, and its
 * decision, reply and case are written with it, in the transaction that is open. What is private,
 * overheard, edited, our own or another account's is taken for what it is (ARCHITECTURE.md, "What
 * is read"). A message that can't be dealt with costs only itself: it is kept, as a case.
 */
#ifndef BOT_TAKING_H
#define BOT_TAKING_H

#include "bot/decide.h"
#include "bot/responder.h"
#include "bot/said.h"
#include "bot/standing.h"

/* All zero is empty: may be released. */
struct taker {
    const struct responder_options *options; /* outlive it */
    struct responder_account us;
    struct decider decider;    /* of the version that decides the message it is at */
    struct arena arena;        /* of one message */
    struct said_lately lately; /* of one transaction */
    struct standing standing;  /* … as it stands now */
    bool stale;                /* … and must be read anew */
};

int taker_init(struct taker *t, const struct responder_options *options) MUST_CHECK;
void taker_release(struct taker *t);

/* Takes messages, oldest first, each behind a savepoint of its own. Negative: the transaction is to
 * be rolled back. */
int taker_take(struct taker *t, struct tx *tx, const struct network_message *oldest_first,
               size_t count) MUST_CHECK;

#endif
