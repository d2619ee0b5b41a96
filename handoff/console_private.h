/* What console.c, console_http.c and console_ws.c share; nobody else includes it. */
#ifndef HANDOFF_CONSOLE_PRIVATE_H
#define HANDOFF_CONSOLE_PRIVATE_H

#include <libwebsockets.h>

#include "base/json.h"
#include "handoff/console.h"
#include "handoff/session.h"
#include "handoff/throttle.h"
#include "handoff/view.h"

struct errand;
struct search_job;
struct ws_peer;

struct console {
    struct console_options options;
    struct lws_context *context;
    struct lws_vhost *vhost;
    char origin[256];       /* what an Origin header must say */
    char other_origin[256]; /* on loopback: localhost instead of the number */
    bool secure_cookie;
    struct errand *errands; /* passwords at work off the loop, one at a time */
    unsigned errand_count;
    struct throttle throttle;
    struct db *search_db;        /* for the worker that searches */
    struct search_job *searches; /* the first is being worked on */
    struct ws_peer *peers;
    int64_t check_after_ms; /* monotonic: when sessions are looked at again */
    int64_t seq;            /* of the last event that was handed to the peers */
    struct buf status;      /* the members of the status frame, as JSON text without braces */
    struct buf cost;        /* the one that only supervisors get, the same; empty: unknown */
    struct buf people_trusted, people_others; /* the frames that were sent last */
    int64_t people_after_ms, beat_after_ms;   /* monotonic: when they are due again */
    struct view_sums sums;                    /* of the open cases at event sums_seq */
    int64_t sums_seq;                         /* -1: not known */
    int64_t desk_version; /* of the knowledge base that the desk was last told of */
};

/* The cookie's session token; empty: none. */
void console_token(const struct console *c, struct lws *wsi, char ret_token[SESSION_TOKEN_MAX]);

/* What the session's cookie is called. By https with the prefix by which browsers take it from this
 * host alone, or one of its neighbours could put its own in front of ours. */
const char *console_cookie(const struct console *c);

/* Who may work with that token: 1 somebody, 0 nobody, or they must first change their password or
 * enrol. */
int console_staff(const struct console *c, struct tx *tx, struct arena *arena, const char *token,
                  struct staff *ret) MUST_CHECK;

/* Does the Origin header name us? Without one: false. */
bool console_origin_ok(const struct console *c, struct lws *wsi);

int console_on_http(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in,
                    size_t len);
int console_on_ws(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len);
size_t console_http_peer_size(void);
size_t console_ws_peer_size(void);

/* Forgets the errands that wait; none is under way any more. */
void console_errands_end(struct console *c);

/* The frame "search": answered when a worker has found it. */
void console_search(struct console *c, struct ws_peer *peer, const struct staff *staff,
                    const cJSON *frame);
void console_search_leave(struct console *c, const struct ws_peer *peer); /* answers it no more */
int console_search_open(struct console *c, struct report *report);
void console_search_close(struct console *c); /* no worker may be at work */

/* Frames about the knowledge base that the workshop answers. */
bool console_workshop_answers(const struct console *c, struct str type);
void console_workshop(struct console *c, struct ws_peer *peer, const struct staff *staff,
                      const cJSON *frame);
void console_workshop_leave(struct console *c, const struct ws_peer *peer);

void console_ws_answer(struct ws_peer *peer, const cJSON *answer);
void console_ws_refuse(struct ws_peer *peer, const cJSON *frame, const char *code,
                       const char *text);

/* Closes the websockets of those who aren't signed in any more with 4401, at once. */
void console_ws_check(struct console *c);
void console_ws_end_all(struct console *c); /* with 1012 */

/* To all, or only to those who are told of costs. */
void console_ws_send_status(struct console *c, bool cost_only);

#endif
