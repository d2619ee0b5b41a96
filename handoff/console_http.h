/* What console_http.c, console_sign_in.c, console_accounts.c and console_errand.c share; nobody
 * else includes it. Functions that answer return what libwebsockets' callback is to return. */
#ifndef HANDOFF_CONSOLE_HTTP_H
#define HANDOFF_CONSOLE_HTTP_H

#include "handoff/audit.h"
#include "handoff/console_private.h"
#include "handoff/password.h"

struct http_peer {
    struct lws *wsi;
    bool posting;
    bool last; /* nothing more is taken from this connection */
    bool answered;
    bool mounted; /* for the mounted path, with its header */
    struct buf header;
    char path[64];
    char token[SESSION_TOKEN_MAX];     /* of the cookie; empty: none */
    char address[SESSION_ADDRESS_MAX]; /* of the browser, in numbers */
    char browser[SESSION_BROWSER_MAX];
    struct buf body, answer;  /* answer: what is to be written if it is our own */
    const unsigned char *out; /* what is being written */
    size_t out_len, written;
    struct errand *errand;
};

/* @tree is used up; NULL: no body. @cookie NULL: none is set. */
int answer_json(struct http_peer *peer, unsigned status, cJSON *tree, const char *cookie);
int answer_error(struct http_peer *peer, unsigned status, const char *text);

/*
 * A request with a password to be checked, or one to be hashed, which takes 50 ms and 19 MiB: done
 * off the loop, one at a time. Owned by its console from console_errand_run on.
 */
struct errand {
    uv_work_t work;
    struct console *console;
    struct http_peer *peer; /* NULL when it has gone */
    struct errand *next;
    bool running;
    struct arena arena;
    cJSON *body; /* ours; texts below are borrowed from it */
    struct throttle_try attempt;
    struct staff staff;  /* whose request it is; id 0: of a login that nobody has */
    bool checks;         /* @password against @hash */
    struct str password; /* as given */
    const char *hash;    /* NULL: of nobody */
    bool fits;
    struct str fresh; /* one to be hashed; empty: none */
    char given[PASSWORD_GIVEN_MAX], fresh_hash[PASSWORD_HASH_MAX];
    /* Called on the loop when that is done; answers if the peer is still there. */
    int (*then)(struct errand *e);
    const void *what; /* for then */
};

/* NULL when out of memory; @body is used up either way. */
struct errand *console_errand_new(struct console *c, struct http_peer *peer, cJSON *body);
void console_errand_free(struct errand *e); /* one that wasn't run */

/* Runs it when those before it are done; without a password at once. Too many waiting: 429. */
int console_errand_run(struct errand *e);

/* Requests of the paths that console_tells and console_takes know; @body is used up. */
bool console_tells(const char *path);
int console_tell(struct console *c, struct http_peer *peer);
bool console_takes(const char *path);
int console_take(struct console *c, struct http_peer *peer, cJSON *body);

/* console_sign_in.c */
int console_who(struct console *c, struct http_peer *peer);
int console_sign_in(struct console *c, struct http_peer *peer, cJSON *body);
int console_sign_out(struct console *c, struct http_peer *peer);

#endif
