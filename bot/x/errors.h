/* What X's refusals mean. No network, no clock: tests feed it answers. */
#ifndef BOT_X_ERRORS_H
#define BOT_X_ERRORS_H

#include "base/arena.h"
#include "bot/http.h"
#include "bot/network.h"

enum x_asked { X_READ, X_SEND_POST, X_SEND_DIRECT };

/*
 * What an answer that is not a success means, by the table in ARCHITECTURE.md, "X's errors".
 * A read that ends as NETWORK_REFUSED is a fault of ours: it has after_ms all the same.
 * @now: real Unix seconds
 */
struct network_answer x_read_error(struct arena *arena, const struct http_answer *answer,
                                   enum x_asked asked, int64_t now);

#endif
