/*
 * The responder: one for each account of ours. Reads the network, records each message once,
 * decides, and writes message, decision, reply and case in one transaction. The network is only
 * touched after the commit, by the outbox. A message that can't be dealt with costs only itself: it
 * is kept, and staff see it.
 */
#ifndef BOT_RESPONDER_H
#define BOT_RESPONDER_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "bot/decide.h"
#include "bot/network.h"
#include "handoff/topic.h"
#include "kb/live.h"

struct responder;

/* One of our accounts, as residents meet it: the members of struct responder_options. */
struct responder_account {
    struct str handle, team, voice;
    const struct hours *hours;
};

struct responder_options {
    uv_loop_t *loop;
    struct db *db;
    struct network *network;
    struct str account; /* our handle; borrowed, as the next two */
    struct str team;    /* of cases that nothing else gives one */
    struct str voice;   /* of the knowledge base's, which has it; empty: the plain wording */
    const struct clock *clock;
    const struct hours *hours;
    /* our other accounts: what is to one of them is theirs, whoever reads it; borrowed */
    const struct responder_account *others;
    size_t other_count;
    const struct kb_live *live; /* looked at for each message */
    int64_t poll_every_ms, answer_within_s;
    struct topic_limit unhelped; /* when an intent's answer is withdrawn */
    void (*begun)(void *data); /* what staff said while we were away is known, or can't be had: from
                                  now on others may be answered. NULL: nobody asks */
    void *begun_data;
};

int responder_new(const struct responder_options *options, struct responder **ret) MUST_CHECK;
struct responder *responder_free(struct responder *r);

/* Reads the network from now on. */
void responder_start(struct responder *r);

/* Something came that is worth reading at once. Nothing until it has begun, when all is read. */
void responder_read_now(struct responder *r);

/* Why nothing comes in, as a sentence for staff; empty while all is well. */
struct str responder_trouble(const struct responder *r);

/*
 * Records and decides messages, oldest first, in one commit, @cursor of @feed with them unless it
 * is empty. For the loop, and for what comes without our reading: streams, webhooks, a benchmark.
 */
int responder_take(struct responder *r, enum network_feed feed,
                   const struct network_message *messages, size_t count,
                   struct str cursor) MUST_CHECK;

#endif
