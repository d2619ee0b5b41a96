/*
 * Phrases in plain words ("bin not emptied", "missed my recycling") to patterns, through the
 * vocabulary. Words that a term says stand for the term where it is plain that they mean it, small
 * words fall away, the others stand for themselves and their plurals, longer regular verbs for what
 * one does or is doing ("apply", "applying"), and between any two is a gap.
 * Up to three things may be said the other way round: "missed bin", "bin missed". An editor whose
 * word is taken wrongly, or not at all, gives it a term of its own: a term that is called as the
 * word goes before all others. Editors see what a phrase became, and can take it over by hand.
 */
#ifndef KB_PLAIN_H
#define KB_PLAIN_H

#include "kb/kb.h"

enum { PLAIN_WORDS_MAX = 12, PLAIN_PHRASE_POINTS_MAX = 120 };

/* A piece of a phrase: its words as normalised, and the term that they say, or empty. */
struct plain_piece {
    struct str words, term;
};

struct plain_phrase {
    struct str pcre; /* in the arena */
    unsigned weight; /* 1 to 100: the more it says that is its own, the surer */
    struct plain_piece pieces[PLAIN_WORDS_MAX];
    size_t count;
};

/*
 * @vocab: whole (vocab_check, vocab_finish). Faults, in words for an editor, go to @report behind
 * @where: no words, too many, nothing but words that say nothing by themselves. Returns 0,
 * ERR_BADINPUT or ERR_NOMEM.
 */
int plain_phrase(const struct vocab *vocab, struct arena *arena, struct str phrase,
                 const char *where, struct report *report, struct plain_phrase *ret) MUST_CHECK;

#endif
