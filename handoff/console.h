/*
 * The console's server: pages, signing in and the websocket of PROTOCOL.md, by libwebsockets on the
 * loop that it is given. What it shows and does is in view.h and command.h; this is only the way
 * there and back. All of it is for the loop's thread.
 */
#ifndef HANDOFF_CONSOLE_H
#define HANDOFF_CONSOLE_H

#include <uv.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/db.h"
#include "base/report.h"
#include "base/text_rules.h"
#include "handoff/desk.h"

struct console;

/* What another program asks at the mounted path. */
struct console_request {
    bool posting;        /* else getting */
    struct str argument; /* of the address's query, decoded; empty: not there */
    struct str header;   /* empty: not there */
    struct str body;     /* as it came */
};

/*
 * A path of somebody else's beside the consoles' own, for another program: no session and no Origin
 * is asked for, so whoever answers there must know by other means who it is. Answered from within
 * the loop, before the next thing happens; always as JSON.
 */
struct console_mount {
    const char *path;     /* such as "/in", shorter than 64 bytes; NULL: none */
    const char *argument; /* the one that is handed on, by name */
    const char *header;   /* the one that is handed on: its name in lower case, and a colon */
    size_t body_bytes_max;

    /* Returns the status, with what it says in @ret_json, empty and with room for 64 KiB. */
    unsigned (*answer)(void *data, const struct console_request *request, struct buf *ret_json);
    void *data;
};

struct console_options {
    uv_loop_t *loop;
    struct db *db;
    struct clock *clock; /* moved through POST /demo/clock if it is movable */
    const struct text_rules *rules, *private_rules; /* of posts, of direct messages */
    const char *address;                            /* numeric, to listen on */
    int port;                                       /* 0: any */
    const char *origin; /* where browsers see us; NULL: http:// and the address */
    int64_t session_s;
    bool behind_proxy;  /* its X-Forwarded-For is believed */
    bool second_factor; /* everybody must have one */
    struct console_mount mount;
    const struct desk *desk;
};

/* What the consoles show besides cases. Texts are copied. */
struct console_status {
    bool open_now;
    int64_t next_open_at; /* 0: unknown */
    struct str trouble;   /* empty: the network works */
    bool shadow;          /* nothing is sent */
    struct console_cost {
        bool known;
        int64_t month_cents, forecast_cents; /* of a US dollar; so far, and by the month's end */
        int64_t cap_cents;                   /* 0: none */
    } cost;                                  /* of the network; only supervisors are told */
};

/* Listens. A port that is taken, an address that isn't ours: a line in @report and ERR_IO. Texts of
 * @options are borrowed. */
int console_new(const struct console_options *options, struct report *report,
                struct console **ret) MUST_CHECK;

/* Would console_new listen? Opens nothing that stays open: for a start that is to fail before it
 * changed anything. */
int console_check(const struct console_options *options, struct report *report) MUST_CHECK;

/* The mount is gone: whoever asks there is told to come again. NULL is fine. */
void console_unmount(struct console *c);

/* Closes everything; turns the loop until all its handles are closed, others' too. NULL is fine. */
struct console *console_free(struct console *c);

int console_port(const struct console *c);

/* After a commit: sends the events that came since the last call to every console. No transaction
 * may be open. */
void console_wake(struct console *c);
void console_set_status(struct console *c, const struct console_status *status);

#endif
