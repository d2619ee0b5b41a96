/*
 * Which patterns can't match a message, told by its words alone. A pattern needs a phrase each of
 * some sets (those of a term, or what it spells out), one behind the other, and some must not be
 * there at all; only patterns for which that holds are run. It may let a pattern through that
 * doesn't match, never the other way round.
 */
#ifndef INTENTS_PREFILTER_H
#define INTENTS_PREFILTER_H

#include "intents/normal.h"
#include "intents/phrases.h"

struct prefilter;

struct prefilter *prefilter_new(void);
struct prefilter *prefilter_free(struct prefilter *p);

/* Adds a pattern over @vocab. Patterns are numbered from 0 in the order they are added. Returns how
 * much can be told of it: the number of sets that it needs, 0 if it must always be run; or
 * ERR_NOMEM. */
int prefilter_add(struct prefilter *p, const struct vocab *vocab, struct str pcre) MUST_CHECK;

/* Looks for the phrases of all terms of @vocab too, also of those that no pattern names. */
int prefilter_add_terms(struct prefilter *p, const struct vocab *vocab) MUST_CHECK;

/* What the words of a message tell. */
struct prefilter_found {
    uint64_t *may;   /* a bit for each pattern, set if it may match */
    uint32_t *terms; /* hashes of the names of the terms that are said */
    size_t term_count;
    const struct phrases_said *said; /* of each set */
};

/* All of *ret lives in @arena. 0 or ERR_NOMEM. */
int prefilter_pass(const struct prefilter *p, struct arena *arena, const struct normal *n,
                   struct prefilter_found *ret) MUST_CHECK;

/* Is @pattern nothing but a term that its phrases tell whole? Then it fits where the term is said:
 * *ret_from and *ret_to, end exclusive, are the words of the first. */
bool prefilter_is_said(const struct prefilter *p, const struct prefilter_found *found,
                       size_t pattern, uint32_t *ret_from, uint32_t *ret_to);

/* For the editors' tools: see intents_pattern_needs and intents_pattern_missing. */
unsigned prefilter_needs(const struct prefilter *p, size_t pattern,
                         void (*visit)(struct str need, void *data), void *data);
int prefilter_missing(const struct prefilter *p, struct arena *arena, size_t pattern,
                      const struct normal *n, struct str *ret_need) MUST_CHECK;

#endif
