/*
 * The shared vocabulary: named terms, each a list of the words and phrases by which people say one
 * thing. A pattern names a term as
 * (?&name); the term is written out into the pattern (vocab_write), since a DEFINE block of a real
 * vocabulary overflows PCRE2's size limit, runs at half the speed and gives no captures back.
 *
 * A word may end in * ("pothole*": any ending) and may name another term in turn. Words are in
 * normalised form: lower case, contractions written out. A term given as a pattern ("gap") is
 * written out as it stands and explains nothing.
 */
#ifndef INTENTS_VOCAB_H
#define INTENTS_VOCAB_H

#include "base/arena.h"
#include "base/report.h"

struct vocab;

struct vocab *vocab_new(void);
struct vocab *vocab_free(struct vocab *v);

/* Text is copied. Faults (a bad name, characters that are no words, a pattern that pattern_compile
 * refuses) go to @report behind @where; 0 or negative. */
int vocab_add_words(struct vocab *v, struct str name, const struct str *words, size_t count,
                    const char *where, struct report *report);
int vocab_add_pattern(struct vocab *v, struct str name, struct str pcre, const char *where,
                      struct report *report);

/* Words that explain a message without being about anything ("the", "please"). */
int vocab_add_common(struct vocab *v, struct str word);

/* After the last term: finds names that are nowhere defined and terms that contain themselves. */
int vocab_check(struct vocab *v, const char *where, struct report *report);

/*
 * After the last word: makes the index by which vocab_correct finds what a misspelt word was meant
 * to be. 0 or ERR_NOMEM.
 */
int vocab_finish(struct vocab *v) MUST_CHECK;

/*
 * Appends to @out what (?&name) stands for: a group named in sequence for a list of words, a plain
 * group for a pattern. Returns 1, 0 if there is no such term, or negative.
 */
int vocab_write(struct vocab *v, struct str name, struct buf *out, unsigned *group_count);

/* Is it a word of a term or a common one? @word is normalised. */
bool vocab_knows(const struct vocab *v, struct str word);
bool vocab_is_common(const struct vocab *v, struct str word);

/* How many phrases it stands in, as it is and not by a *. */
unsigned vocab_phrase_count(const struct vocab *v, struct str word);

/*
 * The known word that @written, which nobody knows, was meant to be (spelling.h); empty if there is
 * none, before vocab_finish, and for NULL. A word with a * is meant with the endings that English
 * gives it. Lives as long as @v.
 */
struct str vocab_correct(const struct vocab *v, struct str written);

/* How much of a term vocab_phrases could say. */
enum vocab_told {
    VOCAB_UNTOLD,       /* given as a pattern, or with a phrase that has no word of its own */
    VOCAB_TOLD_IN_PART, /* of some phrases only a word that a text must hold to hold the phrase */
    VOCAB_TOLD, /* a text holds the term where it holds one of the phrases, and only there */
};

/*
 * Calls @visit for each phrase of a term, with what its references stand for written out: words
 * with one space between, a * at a word's end for any ending. Returns an enum vocab_told (on
 * VOCAB_UNTOLD, some may have been visited), or what @visit returned if that was negative.
 */
int vocab_phrases(const struct vocab *v, struct str name,
                  int (*visit)(struct str phrase, void *data), void *data) MUST_CHECK;

/* Does a term given as a pattern end where a word begins, if it began there: "(?:[^ ]+ ){0,4}?"? */
bool vocab_keeps_words(const struct vocab *v, struct str name);

/* Does a term given as a pattern pass over any number of words, "(?:[^ ]+ )*?"? */
bool vocab_skips_words(const struct vocab *v, struct str name);

/* The term whose name is a slip away from @name: one edit, or two from a long one. Empty: none. */
struct str vocab_nearest(const struct vocab *v, struct str name);

/* Calls @visit for each term. */
void vocab_terms(const struct vocab *v, void (*visit)(struct str name, void *data), void *data);

/* Calls @visit for each phrase of a term as it was added, or once with what a term given as a
 * pattern stands for, until it returns negative. Returns 1, 0 if there is no such term, or what
 * @visit returned. */
int vocab_words(const struct vocab *v, struct str name, int (*visit)(struct str phrase, void *data),
                void *data);

/* Calls @visit for each term that vocab_write never wrote out. */
void vocab_unused(const struct vocab *v, void (*visit)(struct str name, void *data), void *data);

#endif
