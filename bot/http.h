/*
 * HTTP requests on the loop: libcurl's multi interface over libuv. Nothing blocks; each request
 * ends in one call of its done function, never from within http_send or http_stream. Requests that
 * are under way when the client is freed end without that call.
 */
#ifndef BOT_HTTP_H
#define BOT_HTTP_H

#include <uv.h>

#include "base/buf.h"

struct http;

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_HEAD };

struct http_request {
    enum http_method method;
    const char *url;           /* copied */
    const char *authorization; /* the header's whole value; copied; NULL: none */
    struct str body;           /* copied */
    const char *type;          /* of the body; copied */
    long timeout_ms;           /* of a stream: for the connection to be made */
    long idle_ms;              /* of a stream: the longest silence; 0: any */
    size_t max_bytes;          /* of the answer's body; of no meaning for a stream */
    unsigned redirects;        /* that are followed, by https only; 0: none is */
    const char *agent;         /* who asks; copied; NULL: the program alone */
    bool status_only;          /* nothing is read but the status, which is an answer */
    bool public_only;          /* no connection is made to this machine or a network of ours, nor
                                  where a redirect leads there; where the environment names a proxy
                                  (https_proxy, all_proxy), where to is the proxy's to judge */
};

enum http_end {
    HTTP_ANSWERED, /* status and body are there */
    HTTP_NOT_SENT, /* no connection: the other side can't have seen the request */
    HTTP_CUT,      /* after the request may have left: time-out, reset, an answer over max_bytes */
};

/* How much of something is allowed. All of it was used up if nothing remains and reset_at lies
 * ahead. */
struct http_window {
    int64_t limit, remaining; /* -1 if not said */
    int64_t reset_at;         /* Unix seconds, 0 if not said */
};

struct http_answer {
    enum http_end end;
    const char *why; /* curl's words if it wasn't answered */
    int status;
    struct str body;
    int64_t limit;               /* x-rate-limit-limit, -1 if not said */
    int64_t limit_remaining;     /* x-rate-limit-remaining, -1 if not said */
    int64_t limit_reset_at;      /* x-rate-limit-reset, Unix seconds, 0 if not said */
    struct http_window app_day;  /* x-app-limit-24hour-limit and so on */
    struct http_window user_day; /* x-user-limit-24hour-limit and so on */
    bool not_public;             /* it was not answered since public_only forbids it */
};

typedef void http_done(void *data, const struct http_answer *answer);

int http_new(uv_loop_t *loop, struct http **ret) MUST_CHECK;

/* Ends everything under way; the loop must turn until the handles are closed. NULL is fine. */
struct http *http_free(struct http *h);

int http_send(struct http *h, const struct http_request *request, http_done *done,
              void *data) MUST_CHECK;

/* An answer that has no end. */
struct http_stream;
typedef void http_piece(void *data, struct str bytes);

/*
 * Asks for an answer that is handed on as it comes: what it says, if its status is 200, in @piece,
 * the first time with nothing, as soon as the answer begins; its end, whoever made it, in @done,
 * then without a body. Any other status is an answer like that of http_send. A reader that is slow
 * makes the other side wait; nothing piles up. From within @piece and @done requests may be sent
 * and streams closed.
 * @ret: valid until the call of @done or http_close
 */
int http_stream(struct http *h, const struct http_request *request, http_piece *piece,
                http_done *done, void *data, struct http_stream **ret) MUST_CHECK;

/* Ends it without a further call of its functions. NULL is fine. Returns NULL. */
struct http_stream *http_close(struct http_stream *stream);

#endif
