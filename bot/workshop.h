/*
 * Where the knowledge base is tried before it is published: the draft as a knowledge base of its
 * own (bot/candidate.h), and all questions about it that take time, worked on off the loop, one
 * after the other. The service goes on meanwhile: workers have connections of their own, give way
 * to the loop (bot/aside.h), and hold what they use (kb_ref).
 *
 * Each question is a workshop_work in a file of its own (workshop_*.c): read on the loop, worked on
 * by a worker, answered on the loop.
 */
#ifndef BOT_WORKSHOP_H
#define BOT_WORKSHOP_H

#include <uv.h>

#include "base/clock.h"
#include "bot/conf.h"
#include "handoff/desk.h"

struct workshop;

struct workshop_options {
    uv_loop_t *loop;
    const struct clock *clock;
    const struct conf *conf;
    const struct kb_live *live;
    const struct text_rules *rules;
    const char *models;     /* the folder where second opinions are kept */
    int64_t train_still_ms; /* the draft is trained when nobody has changed it for so long */
};

/* What @options points at outlives it. 0 or ERR_NOMEM. */
int workshop_new(const struct workshop_options *options, struct workshop **ret) MUST_CHECK;

/* Before the first question. @db, which outlives it, is the loop's; workers open their own at its
 * path. 0 or ERR_BADINPUT, which @report explains. */
int workshop_open(struct workshop *w, struct db *db, struct report *report) MUST_CHECK;

/* Ends what is under way; the loop must turn until its work is done. NULL is fine. */
struct workshop *workshop_free(struct workshop *w);

/* As the console asks it; good for as long as @w is. */
struct desk_workshop workshop_desk(struct workshop *w);

#endif
