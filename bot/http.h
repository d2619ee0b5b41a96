/*
 * HTTP requests on the loop: libcurl's multi interface over libuv. Nothing blocks; each request
 * ends in one call of its done function, never from within http_send. Requests that are under way
 * when the client is freed end without that call.
 */
#ifndef BOT_HTTP_H
#define BOT_HTTP_H

#include <uv.h>

#include "base/buf.h"

struct http;

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE };

struct http_request {
    enum http_method method;
    const char *url;           /* copied */
    const char *authorization; /* the header's whole value; copied; NULL: none */
    struct str body;           /* copied */
    const char *type;          /* of the body; copied */
    long timeout_ms;
    size_t max_bytes; /* of the answer's body */
};

enum http_end {
    HTTP_ANSWERED, /* status and body are there */
    HTTP_NOT_SENT, /* no connection: the other side can't have seen the request */
    HTTP_CUT,      /* after the request may have left: time-out, reset, an answer over max_bytes */
};

struct http_answer {
    enum http_end end;
    const char *why; /* curl's words if it wasn't answered */
    int status;
    struct str body;
    int64_t limit_remaining; /* x-rate-limit-remaining, -1 if not said */
    int64_t limit_reset_at;  /* x-rate-limit-reset, Unix seconds, 0 if not said */
};

typedef void http_done(void *data, const struct http_answer *answer);

int http_new(uv_loop_t *loop, struct http **ret) MUST_CHECK;

/* Ends everything under way; the loop must turn until the handles are closed. NULL is fine. */
struct http *http_free(struct http *h);

int http_send(struct http *h, const struct http_request *request, http_done *done,
              void *data) MUST_CHECK;

#endif
