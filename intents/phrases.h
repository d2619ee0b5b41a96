/*
 * Which of many phrases a message says, and where: all of them at once, at a cost that hardly grows
 * with their number. Phrases are kept in sets; who adds them decides what a set is.
 */
#ifndef INTENTS_PHRASES_H
#define INTENTS_PHRASES_H

#include "intents/normal.h"

/* Places are kept as bits: word 0 is the lowest, and the last stands for all from there on. */
enum { PHRASES_PLACES = 64 };

struct phrases;

struct phrases *phrases_new(void);
struct phrases *phrases_free(struct phrases *p);

/* @phrase: words of normalised text with one space between; a word may end in *: any ending. */
int phrases_add(struct phrases *p, struct str phrase, unsigned set) MUST_CHECK;

/* Where a message says a phrase of a set. */
struct phrases_said {
    uint64_t places;   /* the words at which one begins; 0: none is said */
    uint32_t from, to; /* the words, end exclusive, of the first and there the longest */
};

/* Fills in @said, which has a zeroed one for each set, and lists in @sets, which has room for all,
 * those that are said. Scratch memory is taken from @arena. Returns 0 or ERR_NOMEM. */
int phrases_find(const struct phrases *p, struct arena *arena, const struct normal *n,
                 struct phrases_said *said, uint32_t *sets, size_t *ret_count) MUST_CHECK;

#endif
