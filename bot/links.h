/*
 * Asks whether the links of live answers are there: each once a night, in the council's quiet
 * hours, and at any hour one that is new or failed when it was last asked for. One after the other
 * with a pause between, HEAD first; what was found, and what follows for the intents, is committed
 * with an event (kb/link.h).
 */
#ifndef BOT_LINKS_H
#define BOT_LINKS_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "bot/hours.h"
#include "bot/http.h"
#include "kb/link.h"
#include "kb/live.h"

struct links;

struct links_options {
    uv_loop_t *loop;
    struct db *db;
    const struct clock *clock;
    const struct hours *hours; /* in the council's zone */
    const struct kb_live *live;
    struct str account; /* our handle: who asks */
    bool demo;          /* a link to this machine is asked for without TLS */
    int64_t pause_ms;   /* between two requests */
    long timeout_ms;
    void (*done)(void *data); /* each is asked for once, whenever it was before, and then this is
                                 called; NULL: they are asked for when they are due, for ever */
    void *data;
};

/* When it is to be asked for again: @local_minute is the time on the wall at @now. */
bool links_due(const struct kb_link *link, int64_t now, int local_minute);

/* What an answer says of a link. Of one that leads into a network of ours, which we keep away from,
 * nothing is known: the council may have its own pages there. @ret->what is a constant, or lives as
 * long as @answer. */
void links_read(const struct http_answer *answer, struct kb_link_found *ret);

int links_new(const struct links_options *options, struct links **ret) MUST_CHECK;

/* The loop must turn until its handles are closed. NULL is fine. */
struct links *links_free(struct links *l);

/* Asks from now on. */
void links_start(struct links *l);

#endif
