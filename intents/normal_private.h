/* Between normal.c, which finds the words of a message, and mend.c, which reads what nobody knows.
 */
#ifndef INTENTS_NORMAL_PRIVATE_H
#define INTENTS_NORMAL_PRIVATE_H

#include "base/array.h"
#include "intents/vocab.h"

/* A word on its way to normalised text. */
struct piece {
    struct str text;
    uint32_t from, to; /* bytes of the original */
    bool exact;        /* each byte of text is one of the original, in order */
    bool capital;      /* the first letter is a capital … */
    bool shouted;      /* … as all are */
    bool opens;        /* a sentence */
    bool tag;          /* stood behind a # */
};

struct pieces {
    struct piece *items;
    size_t count, room;
};

static inline int pieces_add(struct arena *arena, struct pieces *list, struct piece piece)
{
    int r =
        array_grow_in(arena, (void **)&list->items, list->count, &list->room, sizeof *list->items);
    if (r == 0)
        list->items[list->count++] = piece;
    return r;
}

/* Appends to @out what @in means: letters put together, words apart, misspelt ones as meant. */
int mend(struct arena *arena, const struct vocab *vocab, const struct pieces *in,
         struct pieces *out) MUST_CHECK;

#endif
