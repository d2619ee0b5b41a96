/* The parts of kb_check; nobody else includes it. */
#ifndef KB_CHECK_PRIVATE_H
#define KB_CHECK_PRIVATE_H

#include "kb/trial.h"

/*
 * Of the topics from @from to @to, end exclusive: warns of patterns that no example needs (a line
 * for each topic), that can't match, and that spend the match limit on a text made for that, which
 * patterns of @known (NULL: none) aren't tried for again. Returns 0 or ERR_NOMEM.
 */
int check_patterns(const struct kb *kb, unsigned from, unsigned to, const struct kb *known,
                   struct intents_scratch *scratch, struct report *report) MUST_CHECK;

enum edge_fault {
    EDGE_FINE,
    EDGE_DEAD,    /* two spaces meet, or one stands at an end: it can never match */
    EDGE_USELESS, /* it may end in a space, and so never matches */
};

/* Texts have single spaces, and matches are whole words. *ret_column: where it can't be, from 1. */
enum edge_fault pattern_edges(const struct vocab *vocab, struct str pcre, size_t *ret_column);

/*
 * The texts on which a pattern is likeliest to try a great many ways: its own words again and
 * again, without an end that would fit. Calls @visit with each until it returns something else than
 * 0; returns that, or ERR_NOMEM.
 */
int hostile_texts(const struct vocab *vocab, struct str pcre,
                  int (*visit)(struct str text, void *data), void *data) MUST_CHECK;

#endif
