/*
 * One connection to X that brings a JSON object a line for as long as it holds, and that is made
 * again, when it breaks, as X asks (pages "Consuming streaming data" and "Handling disconnections",
 * 2026-08): at once the first time; then a little longer after each failure of the network, twice
 * as long after each refusal, a minute and more when too much was asked. What the lines say is its
 * owner's business.
 */
#ifndef BOT_X_STREAM_H
#define BOT_X_STREAM_H

#include "bot/x/client.h"

/* Milliseconds. */
struct x_stream_delays {
    int64_t network_step, network_most; /* no connection, or it broke */
    int64_t refused_first, refused_most;
    int64_t limited_first, limited_most; /* 429 */
    int64_t idle;                        /* X sends something every 20 s */
};
extern const struct x_stream_delays x_stream_delays;

/* How often it broke since anything came. */
struct x_stream_tries {
    unsigned network, refused, limited;
};
enum x_stream_loss { X_STREAM_BROKE, X_STREAM_REFUSED, X_STREAM_LIMITED };

/* How long to wait after the next loss, which is counted in @tries. */
int64_t x_stream_wait(const struct x_stream_delays *delays, struct x_stream_tries *tries,
                      enum x_stream_loss loss);

struct x_stream_options {
    uv_loop_t *loop;
    struct x_client *client; /* whose app asks; closed before http_free */
    const char *name;        /* for the log; borrowed, like path */
    enum x_endpoint endpoint;
    const char *path; /* with its query */
    long connect_ms;
    const struct x_stream_delays *delays;

    /* An answer began: what happened before it must be read in another way. */
    void (*begun)(void *data);

    /* A line, without its end, never empty. False: it brought nothing and is the end of it. */
    bool (*line)(void *data, struct str line);

    /* X says that there is nothing to send: no rules. It is tried again as after any refusal. NULL:
     * nobody need know. */
    void (*nothing_to_send)(void *data);

    void *data;
};

struct x_stream;

/* A line may not be longer: with a longer one the connection is made anew. */
enum { X_STREAM_LINE_MAX = 1 << 20 };

int x_stream_new(const struct x_stream_options *options, struct x_stream **ret) MUST_CHECK;

/* Not from within its own functions, and before http_free. The loop must turn until its handle is
 * closed. NULL is fine.
 */
struct x_stream *x_stream_free(struct x_stream *s);

/* Connects now, unless it is connected. */
void x_stream_start(struct x_stream *s);

/* Has an answer begun, and not ended? */
bool x_stream_holds(const struct x_stream *s);

/* What keeps it from coming up that a person must see to, as a sentence; empty while all is well.
 */
struct str x_stream_trouble(const struct x_stream *s);

#endif
