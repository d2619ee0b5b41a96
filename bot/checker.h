/*
 * Asks the network, once a day, what became of each post that we keep, in batches that are spread
 * over the day: X wants what was deleted, protected, withheld or edited to be gone or changed in
 * our store within 24 hours ("Compliance" in its developer policy, 2026-08). What is older than it
 * need be is erased unasked. One for each account.
 */
#ifndef BOT_CHECKER_H
#define BOT_CHECKER_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "bot/network.h"
#include "bot/responder.h"

struct checker;

struct checker_options {
    uv_loop_t *loop;
    struct db *db;
    struct network *network;
    struct responder *responder; /* takes what was edited; outlives the checker */
    struct str account;          /* our handle: whose messages it looks up; borrowed */
    const struct clock *clock;
    int64_t keep_s; /* how long a message is kept at all, unless its case is open */
};

/* How many seconds to the next batch of @max, if @kept posts are to be looked at within a day. */
int64_t checker_pace_s(int64_t kept, size_t max);

int checker_new(const struct checker_options *options, struct checker **ret) MUST_CHECK;
struct checker *checker_free(struct checker *c);

/* Looks from now on. */
void checker_start(struct checker *c);

/* Why nothing can be looked up, as a sentence for staff; empty while all is well. */
struct str checker_trouble(const struct checker *c);

#endif
