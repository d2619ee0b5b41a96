/*
 * The responder: reads the network, records each message once, decides, and writes message,
 * decision, reply and case in one transaction. The network is only touched after the commit, by the
 * outbox. A message that can't be dealt with costs only itself: it is kept, and staff see it.
 */
#ifndef BOT_RESPONDER_H
#define BOT_RESPONDER_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "bot/decide.h"
#include "bot/network.h"

struct responder;

struct responder_options {
    uv_loop_t *loop;
    struct db *db;
    struct network *network;
    const struct clock *clock;
    const struct hours *hours;
    const struct kb *kb;
    int64_t poll_every_ms, answer_within_s;
};

int responder_new(const struct responder_options *options, struct responder **ret) MUST_CHECK;
struct responder *responder_free(struct responder *r);

/* Reads the network from now on. */
void responder_start(struct responder *r);

/* Why nothing comes in, as a sentence for staff; empty while all is well. */
struct str responder_trouble(const struct responder *r);

/*
 * Records and decides one page in one commit, @cursor with it unless it is empty. For the loop, and
 * for the benchmark that feeds it from a file.
 */
int responder_take(struct responder *r, const struct network_message *messages, size_t count,
                   struct str cursor) MUST_CHECK;

#endif
