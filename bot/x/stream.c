#include "bot/x/stream.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/log.h"
#include "bot/x/errors.h"

/* "Too many connections" needs a minute like any other 429; X counts requests by the quarter of an
 * hour, so that nothing is gained by waiting longer. Two seconds are added to the silence that X
 * names. */
const struct x_stream_delays x_stream_delays = {
    .network_step = 250,
    .network_most = 16000,
    .refused_first = 5000,
    .refused_most = 320000,
    .limited_first = 60000,
    .limited_most = 15 * 60000,
    .idle = 22000,
};

enum { TROUBLE_BYTES_MAX = 4096 };

struct x_stream {
    struct x_stream_options options;
    uv_timer_t timer; /* until the next attempt */
    struct x_client_stream *connection;
    bool begun;
    struct buf line; /* what came of a line that isn't whole */
    struct x_stream_tries tries;
    struct buf trouble;
    struct x_client_stream *clearing; /* X is being asked to forget our old connections */
};

static int64_t doubled(int64_t first, int64_t most, unsigned times)
{
    int64_t ms = first;
    for (unsigned i = 0; i < times && ms < most; i++)
        ms *= 2;
    return ms < most ? ms : most;
}

int64_t x_stream_wait(const struct x_stream_delays *d, struct x_stream_tries *tries,
                      enum x_stream_loss loss)
{
    switch (loss) {
    case X_STREAM_REFUSED:
        return doubled(d->refused_first, d->refused_most, tries->refused++);
    case X_STREAM_LIMITED:
        return doubled(d->limited_first, d->limited_most, tries->limited++);
    case X_STREAM_BROKE:
        break;
    }
    int64_t ms = d->network_step * tries->network;
    tries->network += ms < d->network_most;
    return ms < d->network_most ? ms : d->network_most;
}

/* Something came: all is well. */
static void alive(struct x_stream *s)
{
    s->tries = (struct x_stream_tries){ 0 };
    buf_clear(&s->trouble);
}

/* Hands on what is whole. False: a line is longer than any that X sends. */
static bool take(struct x_stream *s, struct str bytes)
{
    while (bytes.len) {
        const char *end = memchr(bytes.p, '\n', bytes.len);
        struct str part = str_cut(bytes, 0, end ? (size_t)(end - bytes.p) : bytes.len);
        if (buf_add(&s->line, part) < 0)
            return false;
        if (!end)
            return true;
        bytes = str_cut(bytes, part.len + 1, bytes.len);
        struct str line = str_trim(buf_str(&s->line));
        if (!line.len || s->options.line(s->options.data, line))
            alive(s); /* an empty one keeps the connection alive */
        buf_clear(&s->line);
    }
    return true;
}

static void connect_now(struct x_stream *s);

static void on_timer(uv_timer_t *timer)
{
    connect_now(timer->data);
}

static void connect_in(struct x_stream *s, int64_t ms)
{
    log_info("stream.waits name=%s ms=%" PRId64, s->options.name, ms);
    (void)uv_timer_start(&s->timer, on_timer, (uint64_t)ms, 0);
}

static void lost(struct x_stream *s, enum x_stream_loss loss)
{
    s->begun = false;
    buf_clear(&s->line);
    connect_in(s, x_stream_wait(s->options.delays, &s->tries, loss));
}

static void on_piece(void *data, struct str bytes)
{
    struct x_stream *s = data;
    if (!bytes.len) {
        s->begun = true;
        log_info("stream.begun name=%s", s->options.name);
        s->options.begun(s->options.data);
        return;
    }
    if (take(s, bytes))
        return;
    log_warn("stream.line_too_long name=%s bytes=%d", s->options.name, X_STREAM_LINE_MAX);
    s->connection = x_client_close(s->connection);
    lost(s, X_STREAM_BROKE);
}

/* ------------------------------------------------------------------------------------------------
 * refusals */

static void ignore_piece(void *data, struct str bytes)
{
    (void)data;
    (void)bytes;
}

static void on_cleared(void *data, const struct http_answer *answer)
{
    struct x_stream *s = data;
    s->clearing = NULL;
    log_info("stream.cleared name=%s status=%d", s->options.name, answer->status);
}

/* As a stream whatever it is, since such a request can be closed. */
static int ask(struct x_stream *s, enum x_endpoint endpoint, enum http_method method,
               const char *path, http_piece *piece, http_done *done, struct x_client_stream **ret)
{
    struct x_request request = { .endpoint = endpoint,
                                 .token = X_TOKEN_APP,
                                 .method = method,
                                 .path = path,
                                 .timeout_ms = s->options.connect_ms };
    return x_client_stream(s->options.client, &request, (long)s->options.delays->idle, piece, done,
                           s, ret);
}

/* X still counts a connection of ours that we have lost. Its quick start says that a new one takes
 * its place, its list of errors that the new one is refused. */
static void clear_connections(struct x_stream *s)
{
    static const char path[] = "/2/connections/all";
    if (!s->clearing && ask(s, X_ENDPOINT_CONNECTIONS, HTTP_DELETE, path, ignore_piece, on_cleared,
                            &s->clearing) < 0)
        log_warn("stream.not_cleared name=%s", s->options.name);
}

static void complain(struct x_stream *s, struct str words)
{
    buf_clear(&s->trouble);
    (void)buf_addf(&s->trouble,
                   "Posts are seen later than they should be, since X's stream doesn't"
                   " come up: %.*s",
                   STR_ARG(words));
}

/* "connection_issue" of the answer, at its top or in its first error. */
static bool issue_is(struct str body, const char *issue)
{
    cJSON *tree = NULL;
    if (json_parse(body, &tree, NULL) < 0)
        return false;
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
    bool is = str_is(json_str(cJSON_GetObjectItemCaseSensitive(tree, "connection_issue")), issue) ||
              str_is(json_str(cJSON_GetObjectItemCaseSensitive(first, "connection_issue")), issue);
    cJSON_Delete(tree);
    return is;
}

static void refused(struct x_stream *s, const struct http_answer *a)
{
    const struct x_stream_delays *d = s->options.delays;
    struct arena arena = ARENA_INIT;
    int64_t now = time(NULL); /* X's resets are in real time */
    struct network_answer said = x_read_error(&arena, a, X_READ, now);
    bool limited = a->status == 429, held = limited && issue_is(a->body, "TooManyConnections");
    int64_t ms = x_stream_wait(d, &s->tries, limited ? X_STREAM_LIMITED : X_STREAM_REFUSED);
    bool longest = ms >= (limited ? d->limited_most : d->refused_most);
    if (limited && !held && a->limit_reset_at > now) {
        int64_t reset_ms =
            a->limit_reset_at - now < INT32_MAX ? (a->limit_reset_at - now) * 1000 : INT64_MAX;
        ms = reset_ms > ms ? reset_ms : ms;
        ms = ms < d->limited_most ? ms : d->limited_most;
    }
    struct str trouble = x_client_trouble(s->options.client);
    if (said.end == NETWORK_BLOCKED || longest)
        complain(s, a->status == 401 && trouble.len ? trouble : said.words);
    if (held)
        clear_connections(s);
    log_warn("stream.refused name=%s status=%d held=%d", s->options.name, a->status, held);
    arena_release(&arena);
    connect_in(s, ms);
    if (a->status == 409 && s->options.nothing_to_send)
        s->options.nothing_to_send(s->options.data);
}

static void on_done(void *data, const struct http_answer *a)
{
    struct x_stream *s = data;
    bool broke = a->end != HTTP_ANSWERED || s->begun;
    s->connection = NULL;
    if (!broke) {
        refused(s, a);
        return;
    }
    log_info("stream.broke name=%s begun=%d", s->options.name, s->begun);
    lost(s, X_STREAM_BROKE);
    if (s->options.delays->network_step * s->tries.network >= s->options.delays->network_most)
        complain(s, str_of(a->why));
}

static void connect_now(struct x_stream *s)
{
    int r =
        ask(s, s->options.endpoint, HTTP_GET, s->options.path, on_piece, on_done, &s->connection);
    if (r == 0)
        return;
    log_warn("stream.not_asked name=%s why=\"%s\"", s->options.name, err_str(r));
    connect_in(s, x_stream_wait(s->options.delays, &s->tries, X_STREAM_REFUSED));
}

/* ------------------------------------------------------------------------------------------------
 */

static void free_with_handle(uv_handle_t *handle)
{
    struct x_stream *s = handle->data;
    buf_release(&s->line);
    buf_release(&s->trouble);
    free(s);
}

int x_stream_new(const struct x_stream_options *options, struct x_stream **ret)
{
    struct x_stream *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->options = *options;
    s->line = BUF_INIT(X_STREAM_LINE_MAX);
    s->trouble = BUF_INIT(TROUBLE_BYTES_MAX);
    if (uv_timer_init(options->loop, &s->timer) < 0) {
        free(s);
        return ERR_NOMEM;
    }
    s->timer.data = s;
    *ret = s;
    return 0;
}

struct x_stream *x_stream_free(struct x_stream *s)
{
    if (!s)
        return NULL;
    s->connection = x_client_close(s->connection);
    s->clearing = x_client_close(s->clearing);
    (void)uv_timer_stop(&s->timer);
    uv_close((uv_handle_t *)&s->timer, free_with_handle);
    return NULL;
}

void x_stream_start(struct x_stream *s)
{
    if (s->connection)
        return;
    (void)uv_timer_stop(&s->timer);
    connect_now(s);
}

bool x_stream_holds(const struct x_stream *s)
{
    return s->begun;
}

struct str x_stream_trouble(const struct x_stream *s)
{
    return buf_str(&s->trouble);
}
