/*
 * What the console's desk (handoff/desk.h) is told of this council: its hours, its accounts, and
 * what the knowledge base has to offer.
 */
#ifndef BOT_COUNCIL_H
#define BOT_COUNCIL_H

#include "base/arena.h"
#include "bot/conf.h"
#include "handoff/desk.h"

struct council {
    const struct conf *conf;
    const struct kb_live *live;
    struct intents_scratch *scratch; /* of suggestions */
    struct arena arena;
};

int council_init(struct council *c, const struct conf *conf, const struct kb_live *live) MUST_CHECK;
void council_release(struct council *c);

/* The desk, which borrows @c and what it points at. */
struct desk council_desk(struct council *c);

#endif
