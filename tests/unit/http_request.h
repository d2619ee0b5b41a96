/* What every little server of the tests needs to take a request in. */
#ifndef TESTS_UNIT_HTTP_REQUEST_H
#define TESTS_UNIT_HTTP_REQUEST_H

#include <uv.h>

#include "base/str.h"

/* A whole request is there: its head, and as much body as the head says. */
static inline bool whole_request(struct str in)
{
    const char *end = in.len ? memmem(in.p, in.len, "\r\n\r\n", 4) : NULL;
    const char *length = in.len ? memmem(in.p, in.len, "Content-Length: ", 16) : NULL;
    size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
    return end && in.len >= (size_t)(end - in.p) + 4 + body;
}

static inline void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    static char bytes[65536];
    (void)handle;
    (void)wanted;
    *ret = uv_buf_init(bytes, sizeof bytes);
}

#endif
