/*
 * Sends what staff post by themselves when they come and go (handoff/announcement.h), each once:
 * marked as being sent, committed, before the request leaves. Where it isn't known whether it is
 * out, at once or after a crash, staff are told to look, and nothing is sent again: better no good
 * morning than two. One for each account of ours, beside its outbox, which answers people.
 */
#ifndef BOT_ANNOUNCER_H
#define BOT_ANNOUNCER_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "bot/network.h"

/* A greeting that comes later greets nobody: it fails instead. */
enum { ANNOUNCE_WITHIN_S = 3600 };

struct announcer;

struct announcer_options {
    uv_loop_t *loop;
    struct db *db;
    struct network *network;
    struct str account; /* our handle: whose posts it sends; borrowed */
    const struct clock *clock;
    bool shadow; /* nothing leaves, and the network is asked for nothing */
};

/* Moves what was being sent to unknown. */
int announcer_new(const struct announcer_options *options, struct announcer **ret) MUST_CHECK;
struct announcer *announcer_free(struct announcer *a);

/* Sends the next if none is under way and it is time. Cheap to call when there is nothing. No
 * transaction may be open. */
void announcer_turn(struct announcer *a);

/* Why a post waits, as a sentence for staff; empty while all is well. */
struct str announcer_trouble(const struct announcer *a);

#endif
