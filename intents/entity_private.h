/* Between the files of entity.h only. */
#ifndef INTENTS_ENTITY_PRIVATE_H
#define INTENTS_ENTITY_PRIVATE_H

#include "base/str.h"

/* What a word beside a number says about it. */
enum entity_word {
    FILL = 1 << 0, /* may stand between a number and what it is called */
    NI = 1 << 1,   /* national insurance */
    BIRTH = 1 << 2,
    BANK = 1 << 3,
    REF = 1 << 4, /* somebody's numbering of things, not of people */
    NHS = 1 << 5,
    AREA = 1 << 6,
    FLAT = 1 << 7,
    STREET = 1 << 8,   /* ends a street's name */
    COUNTED = 1 << 9,  /* the number before it counts it, or it is in no street's name */
    FIXTURE = 1 << 10, /* of a street: "street light" */
    MONTH = 1 << 11,
    TOP = 1 << 12,  /* ends a domain that is spelled out */
    MAIL = 1 << 13, /* where people have their letterbox */
};

/* All that @word, in lower case, says; 0 for most words. */
unsigned entity_word(struct str word);

#endif
