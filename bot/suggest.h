/*
 * What the knowledge base should learn next: messages that nothing explains, in groups by the words
 * and pairs of neighbouring words that set them apart from those that something explains. Pure.
 */
#ifndef BOT_SUGGEST_H
#define BOT_SUGGEST_H

#include "intents/normal.h"

struct suggest;

enum { SUGGEST_WORDS = 5 };

struct suggest_group {
    struct str words[SUGGEST_WORDS]; /* what they share, the most telling first */
    bool fresh[SUGGEST_WORDS];       /* the vocabulary doesn't know it, or one of the pair */
    size_t word_count;
    unsigned
        *messages; /* numbers: first those that hold most of the words, else in the order added */
    size_t message_count;
};

/* @vocab: borrowed. NULL: no memory. */
struct suggest *suggest_new(const struct vocab *vocab);
struct suggest *suggest_free(struct suggest *s);

/* Adds a message that something explains, or one that nothing does: those are numbered from 0.
 * Nothing of @n is kept. 0 or ERR_NOMEM. */
int suggest_add(struct suggest *s, const struct normal *n, bool explained) MUST_CHECK;

/*
 * Takes the next group out of the messages that are left: each is in one group at most. All of
 * *ret lives in @s. Returns 1, 0 if the rest shares too little, or ERR_NOMEM.
 */
int suggest_next(struct suggest *s, struct suggest_group *ret) MUST_CHECK;

#endif
