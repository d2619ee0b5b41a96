/*
 * Which patterns can't match a message, told by its words alone. A pattern needs one word each of
 * some sets (the words of a term, or a word that it spells out); only patterns whose sets are all
 * met are run. It may let a pattern through that doesn't match, never the other way round.
 */
#ifndef INTENTS_PREFILTER_H
#define INTENTS_PREFILTER_H

#include "intents/normal.h"

struct prefilter;

struct prefilter *prefilter_new(void);
struct prefilter *prefilter_free(struct prefilter *p);

/*
 * The sets that a text must meet for @pcre, a pattern over @vocab, to match it: of each term and
 * each word that stands there outside groups and is not optional. Writes at most @max numbers.
 * Returns how many; 0 says nothing can be told and the pattern must always be run. Or ERR_NOMEM.
 */
int prefilter_needs(struct prefilter *p, const struct vocab *vocab, struct str pcre, unsigned *sets,
                    unsigned max) MUST_CHECK;

/* Calls @visit for each word that meets the set; @prefix: so does every word that begins with it.
 */
void prefilter_words(const struct prefilter *p, unsigned set,
                     void (*visit)(struct str word, bool prefix, void *data), void *data);

/* Words of a bitmap with a bit for each set. */
size_t prefilter_bitmap_len(const struct prefilter *p);

/* Sets in @met (zeroed, of prefilter_bitmap_len) the bits of the sets that the message's words
 * meet. */
void prefilter_mark(const struct prefilter *p, const struct normal *n, uint64_t *met);

static inline bool prefilter_met(const uint64_t *met, unsigned set)
{
    return met[set / 64] >> (set % 64) & 1;
}

#endif
