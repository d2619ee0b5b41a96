#include "bot/http.h"

#include <curl/curl.h>
#include <strings.h>
#include <sys/socket.h>

#include "bot/public_address.h"

/* Of a stream: what waits to be handed on, and an answer that refuses it. curl hands over at most
 * 16 KiB at a time. */
enum { AHEAD_BYTES_MAX = 256 * 1024 };

struct http {
    CURLM *multi;
    uv_timer_t timer;
    struct exchange *exchanges;
    bool calling; /* functions of others are being called: nothing leaves the list meanwhile */
};

/* One socket that curl wants watched. */
struct watch {
    uv_poll_t poll;
    struct http *http;
    curl_socket_t socket;
};

struct exchange {
    struct http *http;
    struct exchange *next, **at;
    CURL *easy;
    struct curl_slist *headers;
    char *sent;
    struct buf body;
    struct http_answer answer;
    char why[CURL_ERROR_SIZE];
    http_done *done;
    void *data;
    http_piece *piece; /* of a stream only, like all below; body is then what waits for it */
    uv_timer_t *idle;
    long idle_ms;
    bool begun, paused, closed;
    bool status_only; /* of one that is no stream */
    bool kept_away;   /* from an address that isn't public */
};

static void free_timer(uv_handle_t *handle)
{
    free(handle);
}

static struct exchange *exchange_free(struct exchange *x)
{
    if (!x)
        return NULL;
    if (x->at) {
        *x->at = x->next;
        if (x->next)
            x->next->at = x->at;
    }
    if (x->easy)
        (void)curl_multi_remove_handle(x->http->multi, x->easy);
    curl_easy_cleanup(x->easy);
    curl_slist_free_all(x->headers);
    free(x->sent);
    buf_release(&x->body);
    if (x->idle)
        uv_close((uv_handle_t *)x->idle, free_timer);
    free(x);
    return NULL;
}

/*
 * Nothing of the request can have reached the other side: curl never came to the point of sending.
 * Its codes don't tell: "unsupported protocol" is also an answer that isn't HTTP.
 */
static bool never_left(CURL *easy)
{
    curl_off_t before_transfer_us = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &before_transfer_us);
    return before_transfer_us == 0;
}

static int status_of(const struct exchange *x)
{
    long status = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static bool streams(const struct exchange *x)
{
    return x->piece && status_of(x) == 200;
}

static void finish(struct exchange *x, CURLcode code)
{
    x->answer.status = status_of(x);
    x->answer.body = buf_str(&x->body);
    bool told = x->status_only && code == CURLE_WRITE_ERROR; /* on_body wanted no more */
    x->answer.end = code == CURLE_OK || told ? HTTP_ANSWERED
                    : never_left(x->easy)    ? HTTP_NOT_SENT
                                             : HTTP_CUT;
    x->answer.not_public = x->kept_away && x->answer.end != HTTP_ANSWERED;
    x->answer.why = x->body.err == ERR_TOOBIG ? "the answer is too large"
                    : x->why[0]               ? x->why
                                              : curl_easy_strerror(code);
    if (!x->closed)
        x->done(x->data, &x->answer);
    (void)exchange_free(x);
}

/* Outside of curl's callbacks, where requests can't be made or ended. */
static void hand_on(struct http *h)
{
    for (struct exchange *x = h->exchanges; x; x = x->next)
        while (!x->closed && streams(x) && (x->body.len || !x->begun)) {
            if (!x->begun) {
                x->begun = true;
                x->piece(x->data, STR(""));
                continue;
            }
            x->piece(x->data, buf_str(&x->body));
            buf_clear(&x->body);
            if (x->paused && !x->closed) {
                x->paused = false;
                (void)curl_easy_pause(x->easy, CURLPAUSE_CONT); /* brings what it held back */
            }
        }
}

static void free_closed(struct http *h)
{
    for (struct exchange *x = h->exchanges, *next; x; x = next) {
        next = x->next;
        if (x->closed)
            (void)exchange_free(x);
    }
}

static void collect_finished(struct http *h)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left));) {
        struct exchange *x = NULL;
        if (m->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&x);
        finish(x, m->data.result);
    }
}

static void turn(struct http *h, curl_socket_t socket, int flags)
{
    int running;
    (void)curl_multi_socket_action(h->multi, socket, flags, &running);
    h->calling = true;
    hand_on(h);
    collect_finished(h);
    h->calling = false;
    free_closed(h);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct watch *w = poll->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    turn(w->http, w->socket, flags);
}

static void on_timer(uv_timer_t *timer)
{
    turn(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_idle(uv_timer_t *idle)
{
    struct exchange *x = idle->data;
    (void)snprintf(x->why, sizeof x->why, "nothing came for %ld ms", x->idle_ms);
    if (streams(x))
        buf_clear(&x->body);
    finish(x, CURLE_OPERATION_TIMEDOUT);
}

static void not_idle(struct exchange *x)
{
    if (x->idle)
        (void)uv_timer_start(x->idle, on_idle, (uint64_t)x->idle_ms, 0);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle->data);
}

static int want_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *socket_data)
{
    (void)easy;
    struct http *h = data;
    struct watch *w = socket_data;
    if (what == CURL_POLL_REMOVE) {
        if (w) {
            (void)uv_poll_stop(&w->poll);
            uv_close((uv_handle_t *)&w->poll, free_handle);
            (void)curl_multi_assign(h->multi, socket, NULL);
        }
        return 0;
    }
    if (!w) {
        w = calloc(1, sizeof *w);
        if (!w)
            return -1;
        w->http = h;
        w->socket = socket;
        w->poll.data = w;
        if (uv_poll_init_socket(h->timer.loop, &w->poll, socket) < 0) {
            free(w);
            return -1;
        }
        (void)curl_multi_assign(h->multi, socket, w);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&w->poll, events, on_socket) < 0 ? -1 : 0;
}

static int want_timer(CURLM *multi, long timeout_ms, void *data)
{
    (void)multi;
    struct http *h = data;
    if (timeout_ms < 0)
        return uv_timer_stop(&h->timer) < 0 ? -1 : 0;
    /* not at once: curl may not be called from within its own callback */
    return uv_timer_start(&h->timer, on_timer, timeout_ms > 0 ? (uint64_t)timeout_ms : 1, 0) < 0
               ? -1
               : 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
    struct exchange *x = data;
    struct str more = { bytes, size * count };
    not_idle(x);
    if (x->status_only)
        return 0;
    if (x->closed)
        return more.len;
    if (streams(x) && x->body.len + more.len > AHEAD_BYTES_MAX) {
        x->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    return buf_add(&x->body, more) < 0 ? 0 : more.len;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *data)
{
    struct exchange *x = data;
    struct http_answer *a = &x->answer;
    struct str line = { bytes, size * count }, name;
    const struct {
        struct str name;
        int64_t *at;
    } limits[] = {
        { STR("x-rate-limit-limit"), &a->limit },
        { STR("x-rate-limit-remaining"), &a->limit_remaining },
        { STR("x-rate-limit-reset"), &a->limit_reset_at },
        { STR("x-app-limit-24hour-limit"), &a->app_day.limit },
        { STR("x-app-limit-24hour-remaining"), &a->app_day.remaining },
        { STR("x-app-limit-24hour-reset"), &a->app_day.reset_at },
        { STR("x-user-limit-24hour-limit"), &a->user_day.limit },
        { STR("x-user-limit-24hour-remaining"), &a->user_day.remaining },
        { STR("x-user-limit-24hour-reset"), &a->user_day.reset_at },
    };
    not_idle(x);
    if (!str_split(&line, ':', &name) || !line.p)
        return size * count;
    for (size_t i = 0; i < ARRAY_LEN(limits); i++)
        if (name.len == limits[i].name.len && strncasecmp(name.p, limits[i].name.p, name.len) == 0)
            (void)str_to_int64(str_trim(line), 0, INT64_MAX, limits[i].at);
    return size * count;
}

int http_new(uv_loop_t *loop, struct http **ret)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return ERR_NOMEM;
    struct http *h = calloc(1, sizeof *h);
    if (!h)
        return ERR_NOMEM;
    h->multi = curl_multi_init();
    if (!h->multi || uv_timer_init(loop, &h->timer) < 0) {
        (void)curl_multi_cleanup(h->multi);
        free(h);
        return ERR_NOMEM;
    }
    h->timer.data = h;
    (void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    (void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    (void)curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    (void)curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
    *ret = h;
    return 0;
}

struct http *http_free(struct http *h)
{
    if (!h)
        return NULL;
    while (h->exchanges)
        (void)exchange_free(h->exchanges);
    (void)curl_multi_cleanup(h->multi);
    (void)uv_timer_stop(&h->timer);
    uv_close((uv_handle_t *)&h->timer, free_handle);
    curl_global_cleanup();
    return NULL;
}

static int add_header(struct exchange *x, const char *name, const char *value)
{
    struct buf line = BUF_INIT(16384);
    int r = buf_addf(&line, "%s: %s", name, value);
    struct curl_slist *list = r == 0 ? curl_slist_append(x->headers, buf_cstr(&line)) : NULL;
    buf_release(&line);
    if (!list)
        return ERR_NOMEM;
    x->headers = list;
    return 0;
}

static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "HEAD" };

/* What a name leads to is known only now, and may be another thing than a moment ago. */
static curl_socket_t open_public(void *data, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct exchange *x = data;
    (void)purpose;
    if (address_is_public(&to->addr))
        return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    x->kept_away = true;
    return CURL_SOCKET_BAD;
}

static bool has_proxy(void)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
    bool has = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        has |= str_of(getenv(names[i])).len > 0;
    return has;
}

static int keep_public(struct exchange *x)
{
    CURLcode c = curl_easy_setopt(x->easy, CURLOPT_OPENSOCKETFUNCTION, open_public);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_OPENSOCKETDATA, x);
    return c == CURLE_OK ? 0 : ERR_NOMEM;
}

static int set_options(struct exchange *x, const struct http_request *request)
{
    struct {
        CURLoption option;
        long value;
    } numbers[] = {
        { x->piece ? CURLOPT_CONNECTTIMEOUT_MS : CURLOPT_TIMEOUT_MS, request->timeout_ms },
        { CURLOPT_NOSIGNAL, 1 },
        { CURLOPT_FOLLOWLOCATION, request->redirects > 0 },
        { CURLOPT_MAXREDIRS, (long)request->redirects },
        { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS },
        /* On a connection that turns out dead curl repeats a request by itself, a POST too: a reply
           could go out twice. A stream that is closed takes its connection with it. */
        { CURLOPT_FRESH_CONNECT, request->method != HTTP_GET || x->piece },
        { CURLOPT_FORBID_REUSE, request->method != HTTP_GET || x->piece },
    };
    CURLcode c = CURLE_OK;
    for (size_t i = 0; i < ARRAY_LEN(numbers) && c == CURLE_OK; i++)
        c = curl_easy_setopt(x->easy, numbers[i].option, numbers[i].value);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_URL, request->url);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_USERAGENT,
                             request->agent ? request->agent : "kerbside/" KERBSIDE_VERSION);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->why);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_body);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
    if (c == CURLE_OK && x->sent)
        c = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, x->sent);
    if (c == CURLE_OK && request->method == HTTP_HEAD)
        c = curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
    else if (c == CURLE_OK && request->method != HTTP_GET)
        c = curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, methods[request->method]);
    if (c == CURLE_OK)
        c = curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
    return c == CURLE_OK ? 0 : ERR_NOMEM;
}

/* Hands @x to curl, or frees it. */
static int begin(struct exchange *x, const struct http_request *request)
{
    struct http *h = x->http;
    x->answer.limit = x->answer.limit_remaining = -1;
    x->answer.app_day = x->answer.user_day = (struct http_window){ .limit = -1, .remaining = -1 };
    int r = 0;
    if (request->authorization)
        r = add_header(x, "Authorization", request->authorization);
    if (r == 0 && (request->body.len || request->method == HTTP_POST)) {
        x->sent = request->body.len ? strndup(request->body.p, request->body.len) : strdup("");
        r = !x->sent ? ERR_NOMEM : request->type ? add_header(x, "Content-Type", request->type) : 0;
    }
    x->easy = curl_easy_init();
    if (!x->easy)
        r = ERR_NOMEM;
    if (r == 0)
        r = set_options(x, request);
    if (r == 0 && request->public_only && !has_proxy())
        r = keep_public(x);
    if (r == 0 && curl_multi_add_handle(h->multi, x->easy) != CURLM_OK)
        r = ERR_NOMEM;
    if (r < 0)
        return exchange_free(x), r;
    x->next = h->exchanges;
    x->at = &h->exchanges;
    if (x->next)
        x->next->at = &x->next;
    h->exchanges = x;
    return 0;
}

int http_send(struct http *h, const struct http_request *request, http_done *done, void *data)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return ERR_NOMEM;
    *x = (struct exchange){ .http = h,
                            .body = BUF_INIT(request->max_bytes),
                            .done = done,
                            .data = data,
                            .status_only = request->status_only };
    return begin(x, request);
}

/* A stream is an exchange under another name. */
int http_stream(struct http *h, const struct http_request *request, http_piece *piece,
                http_done *done, void *data, struct http_stream **ret)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return ERR_NOMEM;
    *x = (struct exchange){ .http = h,
                            .body = BUF_INIT(AHEAD_BYTES_MAX),
                            .piece = piece,
                            .done = done,
                            .data = data,
                            .idle_ms = request->idle_ms };
    if (request->idle_ms) {
        x->idle = malloc(sizeof *x->idle);
        if (!x->idle || uv_timer_init(h->timer.loop, x->idle) < 0) {
            free(x->idle);
            free(x);
            return ERR_NOMEM;
        }
        x->idle->data = x;
        not_idle(x);
    }
    int r = begin(x, request);
    if (r == 0)
        *ret = (struct http_stream *)x;
    return r;
}

struct http_stream *http_close(struct http_stream *stream)
{
    struct exchange *x = (struct exchange *)stream;
    if (x && x->http->calling)
        x->closed = true;
    else
        (void)exchange_free(x);
    return NULL;
}
