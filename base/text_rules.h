/*
 * How a network counts a text. Filled by the network (bot/x), passed down to whoever must keep to
 * it (kb check, the console's reply box), so that nobody else knows a network's limits.
 */
#ifndef BASE_TEXT_RULES_H
#define BASE_TEXT_RULES_H

#include "base/str.h"

struct text_rules {
    unsigned limit;                      /* the heaviest text that may be posted */
    unsigned (*weight)(struct str text); /* of valid UTF-8, in the same unit as limit */
};

#endif
