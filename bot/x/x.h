/*
 * X (Twitter), the first network. Nothing outside bot/x/ knows X's ids, limits, addresses or JSON:
 * what others need is in bot/network.h and base/text_rules.h.
 */
#ifndef BOT_X_X_H
#define BOT_X_X_H

#include "base/text_rules.h"

/* How X counts: twitter-text's configuration v3, 280 weighted characters, a link 23, an emoji 2. */
extern const struct text_rules x_text_rules;

#endif
