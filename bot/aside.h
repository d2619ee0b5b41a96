/*
 * Work aside of the loop, that gives way to everybody else: on a thread of its own and not of
 * libuv's pool, since a thread without privileges can make itself less urgent but never as urgent
 * again as it was.
 */
#ifndef BOT_ASIDE_H
#define BOT_ASIDE_H

#include <uv.h>

#include "base/err.h"
#include "base/str.h"

enum { ASIDE_ASKED = 10, ASIDE_LONG = 19 }; /* niceness: somebody waits for it; it takes long */

/* Calls @work on the thread, then @done on the loop, which goes on turning until then. 0, or
 * ERR_NOMEM: neither is called. */
int aside_begin(uv_loop_t *loop, int niceness, void (*work)(void *data), void (*done)(void *data),
                void *data) MUST_CHECK;

/* On such a thread: what comes now is less urgent by so much. */
void aside_lower(int niceness);

#endif
