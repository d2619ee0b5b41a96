/* The texts of an item that go out, as a resident sees them, and how heavy they are. */
#ifndef KB_PREVIEW_H
#define KB_PREVIEW_H

#include "kb/item.h"
#include "kb/kb.h"

struct kb_preview {
    const char *field; /* "replies"; empty: of the item itself */
    int index;         /* in a list; -1: none */
    struct str text;   /* filled in: with the link, and with the longest that {when} can become */
    uint64_t weight;   /* with room for the resident's handle, or for the initials behind it */
    unsigned limit;    /* that fits */
};

/*
 * Calls @visit for each text of @body, whatever else is wrong with it; texts are borrowed for the
 * call. Ends early and returns what it returned if that isn't 0. Returns 0 or ERR_NOMEM.
 */
int kb_previews(enum kb_item_kind kind, struct str id, const cJSON *body,
                const struct text_rules *rules,
                int (*visit)(const struct kb_preview *p, void *data), void *data) MUST_CHECK;

#endif
