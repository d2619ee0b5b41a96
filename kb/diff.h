/* What is different between two knowledge bases, in words that an editor reads. */
#ifndef KB_DIFF_H
#define KB_DIFF_H

#include "kb/item.h"

enum kb_change { KB_ADDED, KB_CHANGED, KB_REMOVED };

/* One item that isn't the same in both. */
struct kb_difference {
    enum kb_change change;
    enum kb_item_kind kind;
    struct str id, title;  /* borrowed until the visit is over */
    const cJSON *was, *is; /* NULL: not there */
};

/* Calls @visit for each, in the order of kinds and ids; ends early and returns what it returned if
 * that isn't 0. */
int kb_diff(const struct kb_items *was, const struct kb_items *is,
            int (*visit)(const struct kb_difference *d, void *data), void *data) MUST_CHECK;

/* What people call an item: its "title", or its id. */
struct str kb_item_title(const struct kb_item *item);

/* Says it: a JSON array of {"field","what"}, @what a sentence each: which reply was reworded and
 * from what to what, which phrases came and went, that the review date moved.
 * NULL: no memory. */
cJSON *kb_difference_words(const struct kb_difference *d);

#endif
