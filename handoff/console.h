/*
 * The console's server: pages, signing in and the websocket of PROTOCOL.md, by libwebsockets on the
 * loop that it is given. What it shows and does is in view.h and command.h; this is only the way
 * there and back. All of it is for the loop's thread.
 */
#ifndef HANDOFF_CONSOLE_H
#define HANDOFF_CONSOLE_H

#include <uv.h>

#include "base/clock.h"
#include "base/db.h"
#include "base/report.h"
#include "base/text_rules.h"

struct console;

struct console_options {
    uv_loop_t *loop;
    struct db *db;
    struct clock *clock; /* moved through POST /demo/clock if it is movable */
    const struct text_rules *rules, *private_rules; /* of posts, of direct messages */
    const char *address;                            /* numeric, to listen on */
    int port;                                       /* 0: any */
    const char *origin; /* where browsers see us; NULL: http:// and the address */
    int64_t session_s;
};

/* What the consoles show besides cases. Texts are copied. */
struct console_status {
    bool open_now;
    int64_t next_open_at; /* 0: unknown */
    struct str trouble;   /* empty: the network works */
};

/* Listens. A port that is taken, an address that isn't ours: a line in @report and ERR_IO. Texts of
 * @options are borrowed. */
int console_new(const struct console_options *options, struct report *report,
                struct console **ret) MUST_CHECK;

/* Would console_new listen? Opens nothing that stays open: for a start that is to fail before it
 * changed anything. */
int console_check(const struct console_options *options, struct report *report) MUST_CHECK;

/* Closes everything; the loop must turn until its handles are closed. NULL is fine. */
struct console *console_free(struct console *c);

int console_port(const struct console *c);

/* After a commit: sends the events that came since the last call to every console. No transaction
 * may be open. */
void console_wake(struct console *c);
void console_set_status(struct console *c, const struct console_status *status);

#endif
