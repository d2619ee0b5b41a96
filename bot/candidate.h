/*
 * The draft as a knowledge base: loaded once and kept until the draft or what is live changes. Any
 * thread, with a connection of its own.
 *
 * Its second opinion is the model of its own if there is one, else the live one's if that tells the
 * same things apart, else none: a new intent is found by its patterns alone until candidate_train.
 */
#ifndef BOT_CANDIDATE_H
#define BOT_CANDIDATE_H

#include "base/arena.h"
#include "base/db.h"
#include "kb/kb.h"

struct candidate;

/* @models: the folder where models are kept; borrowed, as @rules. NULL: no memory. */
struct candidate *candidate_new(const char *models, const struct text_rules *rules);
struct candidate *candidate_free(struct candidate *c); /* NULL is fine */

/* The draft at a moment. */
struct candidate_look {
    struct kb *kb; /* held: kb_free; NULL: nothing is drafted, or it can't be loaded */
    int64_t revision;
    bool trained;      /* it has the second opinion that it would have when it is published */
    struct str faults; /* in the arena: lines of the report, if it can't be loaded */
};

/*
 * Which second opinion a draft is asked with, as "opinion" of PROTOCOL.md: "trained", as when it is
 * published, "live", which hasn't learned what is changed, or "missing": patterns alone decide.
 */
const char *candidate_opinion(const struct kb *draft, bool trained);

/* @live: what is live, read only. Returns 0 or negative. */
int candidate_look(struct candidate *c, struct db *db, const struct kb *live, struct arena *arena,
                   struct candidate_look *ret) MUST_CHECK;

/*
 * The same after training, which takes its time; the model is kept, so that publishing finds it.
 * Where somebody trains already it waits. ERR_DENIED: *stop said so; nothing of *ret is set.
 */
int candidate_train(struct candidate *c, struct db *db, const struct kb *live, struct arena *arena,
                    const atomic_bool *stop, struct candidate_look *ret) MUST_CHECK;

#endif
