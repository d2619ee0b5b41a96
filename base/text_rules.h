/*
 * How a network counts a text and names a message. Filled by the network (bot/x), passed down to
 * whoever must keep to it (kb check, the console's reply box), so that nobody else knows a
 * network's limits or addresses.
 */
#ifndef BASE_TEXT_RULES_H
#define BASE_TEXT_RULES_H

#include "base/buf.h"

struct text_rules {
    unsigned limit;                      /* the heaviest text that may be posted */
    unsigned (*weight)(struct str text); /* of valid UTF-8, in the same unit as limit */

    /* Appends the address under which a browser shows a message. */
    int (*address)(struct buf *out, struct str handle, struct str remote_id);

    /* Is the text that the network shows the one that we wrote? It may rewrite links and signs. */
    bool (*same)(struct str shown, struct str written);
};

#endif
