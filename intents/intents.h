/*
 * Text in, "what is it about" out. A set holds topics (whoever fills it decides what a topic is: an
 * intent, a rule), each with weighted patterns; a match gives every topic that fits with its score
 * and the words behind it.
 *
 * Pure: no I/O, no clock, never logs. A set is not changed by matching and may be shared by
 * threads; each thread needs a scratch of its own.
 */
#ifndef INTENTS_INTENTS_H
#define INTENTS_INTENTS_H

#include "base/arena.h"
#include "base/report.h"
#include "intents/normal.h"

/* What a message may cost, in bytes that patterns are run on: a few thousand for one of usual
 * length, a thousand patterns on 2,000 characters at most. More is for a person. */
enum { INTENTS_BUDGET_BYTES = 2 << 20 };

struct intents;
struct intents_scratch;

enum pattern_use {
    PATTERN_FOR,    /* adds its weight to the topic */
    PATTERN_UNLESS, /* takes the topic out */
};

/* A pattern that fitted, and where. */
struct intents_why {
    unsigned topic;
    struct str *words;    /* what its terms captured, as normalised; neighbours are one piece */
    uint32_t (*spans)[2]; /* where each piece was written: bytes of the original, end exclusive */
    size_t count;
};

struct intents_hit {
    unsigned topic;
    double score; /* 0 to 1: the chance that not all of its patterns are wrong, if each weight is
                     one in 100 */
};

struct intents_match {
    struct normal normal;
    struct intents_hit *hits; /* best first; equal scores in the order of topics' names */
    size_t hit_count;
    struct intents_why *whys; /* of the topics in hits */
    size_t why_count;
    double residue; /* 0 to 1: share of the words that neither a term of the vocabulary nor a common
                       word explains */
    unsigned unexplained; /* how many words that are */
    uint32_t *signs;      /* hashes of the terms that are said and of the topics that fit: what the
                             second opinion goes by beside the words */
    size_t sign_count;
    bool spent; /* a limit was reached: the result can't be trusted, a person must look */
};

struct intents *intents_new(
    struct vocab *vocab); /* finishes @vocab and takes it over, also on failure; NULL: no memory */
struct intents *intents_free(struct intents *set);
const struct vocab *intents_vocab(const struct intents *set);

/* Adds a topic; returns its number, counted from 0 in the order added, or negative. @name is
 * copied. */
int intents_add_topic(struct intents *set, struct str name) MUST_CHECK;

/* @weight: 1 to 100, ignored for PATTERN_UNLESS. @where and faults: see pattern.h. */
int intents_add_pattern(struct intents *set, unsigned topic, enum pattern_use use, struct str pcre,
                        unsigned weight, const char *where, struct report *report) MUST_CHECK;

size_t intents_pattern_count(const struct intents *set);

struct intents_scratch *intents_scratch_new(void);
struct intents_scratch *intents_scratch_free(struct intents_scratch *s);

/*
 * @text: borrowed, valid UTF-8. All of *ret lives in @arena. A text over NORMAL_TEXT_MAX or a spent
 * limit is not an error: ret->spent. Returns 0 or ERR_NOMEM.
 */
int intents_match(const struct intents *set, struct intents_scratch *scratch, struct arena *arena,
                  struct str text, struct intents_match *ret) MUST_CHECK;

/* For the editors' tools: single patterns, by number in the order added. */
struct intents_pattern {
    struct str pcre; /* borrowed from the set */
    unsigned topic, weight;
    enum pattern_use use;
};

struct intents_pattern intents_pattern(const struct intents *set, size_t number);

/*
 * Runs one pattern on a text, whatever its words rule out. Returns 1 it fits (*ret_why says where,
 * in @arena), 0 it doesn't, ERR_LIMIT a limit is spent, or ERR_NOMEM.
 */
int intents_try_pattern(const struct intents *set, struct intents_scratch *scratch,
                        struct arena *arena, size_t number, const struct normal *text,
                        struct intents_why *ret_why) MUST_CHECK;

/* Calls @visit for each need of the pattern, as it is written there: "(?&bin)", "turned up".
 * Without all of them, in this order, it isn't run. Returns how many. */
unsigned intents_pattern_needs(const struct intents *set, size_t number,
                               void (*visit)(struct str need, void *data), void *data);

/* The first need that is nowhere in the text: 1, 0 if all are there, or ERR_NOMEM. */
int intents_pattern_missing(const struct intents *set, struct arena *arena, size_t number,
                            const struct normal *text, struct str *ret_need) MUST_CHECK;

#endif
