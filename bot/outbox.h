/*
 * Decided, not yet accepted by the network. A reply is written with its decision, so a crash delays
 * it and never loses it; it is marked as being sent, committed, before the request leaves, so a
 * crash never sends it twice: what was being sent when we stopped is looked for on our own timeline
 * before anything else is done about it.
 *
 * One sender for each account, people's replies first. Each reply is held against send_rules.h in
 * the transaction that marks it; one that may not leave fails, with a sentence, and is a case. The
 * states and who moves them are in ARCHITECTURE.md, "A reply's life".
 */
#ifndef BOT_OUTBOX_H
#define BOT_OUTBOX_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "bot/network.h"

struct outbox;

struct outbox_options {
    uv_loop_t *loop;
    struct db *db;
    struct network *network;
    struct str account; /* our handle: whose replies it sends; borrowed */
    const struct clock *clock;
    int64_t answer_within_s; /* an automatic reply to an older message is not sent any more */
    int64_t lookup_wait_ms;  /* between two looks for a reply that may be out */
    bool shadow;             /* nothing leaves, and the network is asked for nothing */
};

/* Moves everything found in "sending" to "unknown". */
int outbox_new(const struct outbox_options *options, struct outbox **ret) MUST_CHECK;
struct outbox *outbox_free(struct outbox *o);

/* Does the next thing if nothing is under way and it is time. Cheap to call when there is nothing.
 * No transaction may be open. */
void outbox_turn(struct outbox *o);

/* Is the month's money spent? Then people's replies go on, and automatic ones become cases. */
void outbox_set_over_cap(struct outbox *o, bool over_cap);

/* Why nothing goes out, as a sentence for staff; empty while all is well. */
struct str outbox_trouble(const struct outbox *o);

#endif
