/*
 * What was said lately, and how like a text is to it: asked when an answer's words are chosen, and
 * again when it is about to leave.
 */
#ifndef BOT_SAID_H
#define BOT_SAID_H

#include "bot/send_rules.h"
#include "handoff/record.h"

struct said {
    struct tx *tx;
    struct arena *arena;
    struct str account;
    int64_t reply_id; /* the one about to leave; 0: words are being chosen, so what waits counts */
    int64_t resident_id, now;
    bool is_private;

    bool read; /* the lists are there; zero at first */
    struct record_said *told, *automatic;
    size_t told_count, automatic_count;
};

/* Fills in what send_refusal() needs to know of @text. Returns 0 or negative. */
int said_weigh(struct said *s, struct str text, struct send_facts *facts) MUST_CHECK;

/* For struct wording_context: would these words, said to @data (a struct said), be too much like
 * what was said? 1 yes, 0 no, or negative. */
int said_is_taken(void *data, struct str text) MUST_CHECK;

#endif
