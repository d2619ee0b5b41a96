/*
 * Plain text to match against: what residents write, made regular, with a way back to what they
 * wrote.
 *
 * Lower case (NFKC with case folding, accents dropped), words with one space between them, sentence
 * ends as words of their own ("." or "?"), contractions written out, emoji as words, zero-width and
 * direction marks gone, letters that only look Latin in a word that is otherwise Latin replaced,
 * stretched words shortened where that gives a known word. A mention becomes "@", a link "://", a
 * private detail the mark of entity.h ("<phone>"); an address keeps its words.
 *
 * What nobody knows is read as words of the vocabulary where it can be (mend.c): digits and signs
 * for letters ("b1n"), letters written one by one, words run together, behind a # any number of
 * them, and misspelt words. Names stay: a capital within a sentence, or a kind of street behind it.
 */
#ifndef INTENTS_NORMAL_H
#define INTENTS_NORMAL_H

#include "base/arena.h"
#include "intents/entity.h"
#include "intents/vocab.h"

/* The longest message that is looked at, in bytes: a 25,000 character post is for a person anyhow.
 */
enum { NORMAL_TEXT_MAX = 16384 };

struct normal_word {
    uint32_t at, len; /* in the normalised text, bytes */
    uint32_t from,
        to; /* where it was written, bytes, end exclusive; words of one contraction share it */
};

struct normal {
    struct str text; /* NUL-terminated */
    struct normal_word *words;
    size_t word_count;
    struct entities entities; /* where they were written: bytes of the original */
};

/*
 * @original: valid UTF-8. @vocab: what counts as a known word, may be NULL. Everything in *ret
 * lives in @arena. Returns 0, ERR_TOOBIG or ERR_NOMEM.
 */
int normal_make(struct arena *arena, const struct vocab *vocab, struct str original,
                struct normal *ret) MUST_CHECK;

/* Where the normalised bytes [at, end) were written. False if no word lies there. */
bool normal_origin(const struct normal *n, size_t at, size_t end, uint32_t *ret_from,
                   uint32_t *ret_to);

/* Is a word of normalised text none of the resident's: a mention, a link, a private detail's mark,
 * the end of a sentence? */
bool normal_is_mark(struct str word);

/* Tables of intents/emoji.c and intents/contraction.c: the words that stand for one, or NULL. */
const char *emoji_words(uint32_t point);
const char *contraction_words(struct str plain, bool apostrophe);

#endif
