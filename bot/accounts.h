/*
 * Our accounts at work: each with its network, responder, outbox and checker, and what they share:
 * the app at X, its limits, what it all costs, and what X tells by itself. All calls are for the
 * loop's thread.
 */
#ifndef BOT_ACCOUNTS_H
#define BOT_ACCOUNTS_H

#include "bot/conf.h"
#include "handoff/console.h"
#include "kb/live.h"

struct accounts;

struct accounts_options {
    uv_loop_t *loop;
    const struct clock *clock;
    const struct conf *conf;
    const struct kb_live *live;
};

/* What can fail without the database: reads the tokens. Faults go to @report. */
int accounts_new(const struct accounts_options *options, struct report *report,
                 struct accounts **ret) MUST_CHECK;

/* The rest. @db outlives them. Changes nothing at the network. */
int accounts_open(struct accounts *a, struct db *db) MUST_CHECK;

/* Before the database and the loop; the loop must turn until the handles are closed. NULL is fine.
 */
struct accounts *accounts_free(struct accounts *a);

/* Where the network reaches us, if it is to; for console_options, until console_unmount. */
struct console_mount accounts_mount(struct accounts *a);

void accounts_start(struct accounts *a);

/* Is there something under way that must not be cut off, such as new tokens on their way? It ends
 * within x.timeout_ms. */
bool accounts_must_finish(const struct accounts *a);

/* Something in the record changed: replies may wait to be sent. No transaction may be open. */
void accounts_turn(struct accounts *a);

/* Once a second: costs are kept, and the month's cap is looked at. */
void accounts_tick(struct accounts *a);

/* What the network costs this month. */
struct console_cost accounts_cost(const struct accounts *a);

/* The first thing that doesn't work, as a sentence for staff; empty while all is well. */
struct str accounts_trouble(struct accounts *a);

#endif
