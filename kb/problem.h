/*
 * What a report says of a knowledge base, for an editor: which item, which field, what to do. A
 * report's line begins with where it is ("bins.json: bins.missed: match[3]: column 12: …"); this
 * takes that apart.
 */
#ifndef KB_PROBLEM_H
#define KB_PROBLEM_H

#include "kb/item.h"

/* Texts are borrowed from the report's lines, or constants. */
struct kb_problem {
    bool error;  /* it blocks publishing; else a warning */
    bool placed; /* kind and item say where; else it is of all, or of a file that isn't edited */
    enum kb_item_kind kind;
    struct str item;
    struct str field; /* "replies", "examples.yes"; empty: of the whole item */
    int index;        /* in the field's list, from 0; -1: none */
    int column;       /* in the text, characters from 1; 0: none */
    struct str text;  /* what is wrong */
    struct str next;  /* what to do; may be empty */
};

/* Calls @visit for each line, errors before warnings; ends early and returns what it returned if
 * that isn't 0. */
int kb_problems(struct str lines, int (*visit)(const struct kb_problem *p, void *data),
                void *data) MUST_CHECK;

#endif
