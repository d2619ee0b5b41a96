/*
 * What a misspelt word was meant to be, among given words: the nearest by Damerau-Levenshtein
 * distance, one edit away, or two from a long word. How near says what people do: letters
 * exchanged or doubled, a vowel for a vowel, the next key. Whether a word is misspelt at all is
 * for whoever asks.
 */
#ifndef INTENTS_SPELLING_H
#define INTENTS_SPELLING_H

#include "base/str.h"

enum { SPELLING_LEAST = 4, SPELLING_MOST = 24 }; /* letters; others are neither made nor found */

/* A word to correct to: a to z only. */
struct spelling_word {
    struct str text;  /* borrowed, outlives the index */
    unsigned phrases; /* of the vocabulary that it stands in */
    uint32_t
        family; /* of two words equally near, one is taken if they are of one family; 0: none */
};

struct spelling;

/*
 * An index of @words, each there once; their order is of no consequence. NULL: no memory. Not
 * changed by asking, so threads may share it.
 */
struct spelling *spelling_new(const struct spelling_word *words, size_t count);
struct spelling *spelling_free(struct spelling *s);

/* The word meant by @written, empty if none is near or two are and nothing prefers one. NULL
 * corrects nothing. */
struct str spelling_correct(const struct spelling *s, struct str written);

#endif
