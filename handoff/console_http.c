/*
 * The console over HTTP: its own files, in the demo the clock, and what another program asks at the
 * mounted path; signing in is in console_sign_in.c, accounts are in console_accounts.c. Whatever
 * changes something must come from our own page: the Origin is checked, the body is JSON.
 */
#include "handoff/console_http.h"
#include "handoff/console/console_assets.h"

#include <arpa/inet.h>
#include <inttypes.h>

#include "base/log.h"
#include "base/when.h"

enum { BODY_BYTES_MAX = 4096, HANDED_ON_BYTES_MAX = 4096, CHUNK_BYTES = 16384 };

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/* Passwords, codes and one-time secrets go through these. */
static void buf_wipe(struct buf *b)
{
    if (b->p)
        explicit_bzero(b->p, b->cap);
    buf_clear(b);
}

static void drop_buffers(struct http_peer *peer)
{
    buf_wipe(&peer->body);
    buf_wipe(&peer->answer);
    buf_release(&peer->body);
    buf_release(&peer->answer);
    buf_release(&peer->header);
}

size_t console_http_peer_size(void)
{
    return sizeof(struct http_peer);
}

/* ------------------------------------------------------------------------------------------------
 * answers */

struct head {
    unsigned char bytes[LWS_PRE + 2048], *p, *end;
};

static int add_header(struct lws *wsi, struct head *h, const char *name, const char *value)
{
    return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
                                       (const unsigned char *)value, (int)strlen(value), &h->p,
                                       h->end);
}

/*
 * The answer is written. A connection that brought a body is not kept: libwebsockets 4.1 doesn't
 * come to rest over bytes that follow one.
 */
static int finish(struct lws *wsi, const struct http_peer *peer)
{
    return peer->last || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* Writes the head and asks to write the body. @extra_name NULL: no further header. Returns what the
 * callback is to return. */
static int answer_with(struct lws *wsi, struct http_peer *peer, unsigned status, const char *type,
                       const unsigned char *out, size_t len, const char *const extra[][2],
                       size_t extra_count)
{
    struct head h;
    h.p = h.bytes + LWS_PRE;
    h.end = h.bytes + sizeof h.bytes - 1;
    int r = lws_add_http_common_headers(wsi, status, type, len, &h.p, h.end);
    const char *const always[][2] = {
        { "content-security-policy:", policy },
        { "x-content-type-options:", "nosniff" },
        { "referrer-policy:", "no-referrer" },
        { "x-frame-options:", "DENY" },
        { "cross-origin-opener-policy:", "same-origin" },
        { "cross-origin-resource-policy:", "same-origin" },
        { "permissions-policy:", "camera=(), geolocation=(), microphone=()" },
    };
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        r |= add_header(wsi, &h, always[i][0], always[i][1]);
    for (size_t i = 0; i < extra_count; i++)
        r |= add_header(wsi, &h, extra[i][0], extra[i][1]);
    if (peer->last)
        r |= add_header(wsi, &h, "connection:", "close");
    if (r || lws_finalize_write_http_header(wsi, h.bytes + LWS_PRE, &h.p, h.end))
        return -1;
    peer->answered = true;
    peer->out = out;
    peer->out_len = len;
    peer->written = 0;
    if (len == 0)
        return finish(wsi, peer);
    (void)lws_callback_on_writable(wsi);
    return 0;
}

int answer_json(struct http_peer *peer, unsigned status, cJSON *tree, const char *cookie)
{
    const char *const extra[][2] = { { "cache-control:", "no-store" }, { "set-cookie:", cookie } };
    buf_wipe(&peer->answer);
    int r = tree ? json_add_tree(&peer->answer, tree) : 0;
    cJSON_Delete(tree);
    if (r < 0)
        return -1;
    return answer_with(peer->wsi, peer, status, "application/json",
                       (const unsigned char *)peer->answer.p, peer->answer.len, extra,
                       cookie ? 2 : 1);
}

int answer_error(struct http_peer *peer, unsigned status, const char *text)
{
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(o, "error", text);
    return answer_json(peer, status, o, NULL);
}

static int answer_mounted(struct console *c, struct lws *wsi, struct http_peer *peer,
                          struct str argument)
{
    static const char *const extra[][2] = { { "cache-control:", "no-store" } };
    const struct console_mount *m = &c->options.mount;
    struct console_request request = { .posting = peer->posting,
                                       .argument = argument,
                                       .header = buf_str(&peer->header),
                                       .body = buf_str(&peer->body) };
    buf_clear(&peer->answer);
    unsigned status = m->answer ? m->answer(m->data, &request, &peer->answer) : 503;
    return answer_with(wsi, peer, status, "application/json", (const unsigned char *)peer->answer.p,
                       peer->answer.len, extra, 1);
}

static int write_more(struct lws *wsi, struct http_peer *peer)
{
    unsigned char chunk[LWS_PRE + CHUNK_BYTES];
    size_t left = peer->out_len - peer->written, len = left > CHUNK_BYTES ? CHUNK_BYTES : left;
    if (!len)
        return 0;
    memcpy(chunk + LWS_PRE, peer->out + peer->written, len);
    peer->written += len;
    bool last = peer->written == peer->out_len;
    if (lws_write(wsi, chunk + LWS_PRE, len, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) !=
        (int)len)
        return -1;
    if (!last)
        return lws_callback_on_writable(wsi) < 0 ? -1 : 0;
    return finish(wsi, peer);
}

/* ------------------------------------------------------------------------------------------------
 * the demo's clock */

static int move_clock(struct console *c, struct http_peer *peer, const cJSON *body)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(body, "at");
    int64_t when;
    if (cJSON_IsNull(at))
        (void)clock_unmove(c->options.clock);
    else if (cJSON_IsString(at) && when_parse(json_str(at), &when))
        (void)clock_move(c->options.clock, when);
    else
        return answer_error(peer, 400, "\"at\" must be a time like 2026-11-22T21:00:00Z, or null");
    log_info("demo.clock offset_s=%" PRId64, c->options.clock->offset_s);
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(o, "now_at", (double)clock_now(c->options.clock));
    return answer_json(peer, 200, o, NULL);
}

/* ------------------------------------------------------------------------------------------------
 * requests */

static int get(struct console *c, struct lws *wsi, struct http_peer *peer)
{
    if (console_tells(peer->path))
        return console_tell(c, peer);
    for (size_t i = 0; i < console_assets_count; i++) {
        const struct console_asset *a = &console_assets[i];
        char accepts[256] = "";
        if (strcmp(peer->path, a->path) != 0)
            continue;
        (void)lws_hdr_copy(wsi, accepts, sizeof accepts, WSI_TOKEN_HTTP_ACCEPT_ENCODING);
        bool gzip = strstr(accepts, "gzip");
        const char *const extra[][2] = {
            { "cache-control:", a->immutable ? "public, max-age=31536000, immutable" : "no-cache" },
            { "vary:", "accept-encoding" },
            { "content-encoding:", "gzip" },
        };
        return answer_with(wsi, peer, 200, a->type, gzip ? a->gzip : a->plain,
                           gzip ? a->gzip_len : a->plain_len, extra, gzip ? 3 : 2);
    }
    return answer_error(peer, 404, "There is nothing here.");
}

/* The demo's clock is moved by the sandbox, a program that sends no Origin; a page of somebody
 * else's always sends one. */
static bool may_post(const struct console *c, struct lws *wsi, const char *path)
{
    bool from_program =
        strcmp(path, "/demo/clock") == 0 && lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) == 0;
    return from_program || console_origin_ok(c, wsi);
}

static int post(struct console *c, struct http_peer *peer)
{
    cJSON *body = NULL;
    struct json_fault fault;
    bool clock = strcmp(peer->path, "/demo/clock") == 0 && c->options.clock->movable;
    if (!clock && !console_takes(peer->path))
        return answer_error(peer, 404, "There is nothing here.");
    int r = buf_str(&peer->body).len ? json_parse(buf_str(&peer->body), &body, &fault) : 0;
    buf_wipe(&peer->body);
    if (r < 0)
        return answer_error(peer, 400, "The body must be JSON.");
    if (!clock)
        return console_take(c, peer, body);
    r = move_clock(c, peer, body);
    cJSON_Delete(body);
    return r;
}

/* The length that the request's head announces; 0 if none, negative if that is no number. */
static int64_t body_length(struct lws *wsi)
{
    char text[32] = "";
    int64_t length;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) == 0)
        return 0;
    return lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 &&
                   str_to_int64(str_of(text), 0, INT64_MAX, &length)
               ? length
               : -1;
}

/* What the head says is taken down now: it isn't there any more when the body is. */
static int begin_mounted(struct console *c, struct lws *wsi, struct http_peer *peer)
{
    const struct console_mount *m = &c->options.mount;
    char name[64], text[HANDED_ON_BYTES_MAX];
    peer->mounted = true;
    if (!peer->posting) {
        (void)snprintf(name, sizeof name, "%s=", m->argument);
        const char *value = lws_get_urlarg_by_name(wsi, name, text, sizeof text);
        return answer_mounted(c, wsi, peer, str_of(value));
    }
    int64_t length = body_length(wsi);
    if (length < 0 || (uint64_t)length > m->body_bytes_max)
        return answer_error(peer, 413, "The body is too large.");
    peer->body = BUF_INIT(m->body_bytes_max);
    int len = lws_hdr_custom_copy(wsi, text, sizeof text, m->header, (int)strlen(m->header));
    if (len > 0 && buf_add(&peer->header, (struct str){ text, (size_t)len }) < 0)
        return -1;
    /* what isn't signed at all is answered now: nobody waits for a megabyte to say no */
    return length == 0 || !peer->header.len ? answer_mounted(c, wsi, peer, STR("")) : 0;
}

static bool is_json(const char *type)
{
    size_t len = strlen("application/json");
    return strncmp(type, "application/json", len) == 0 && (!type[len] || strchr("; ", type[len]));
}

/* An address in numbers; one of IPv4 as such, though the socket speaks both. False: it is none. */
static bool read_address(struct str text, char ret[SESSION_ADDRESS_MAX])
{
    static const char mapped[] = "::ffff:";
    char address[SESSION_ADDRESS_MAX];
    unsigned char number[16];
    if (str_starts(text, str_of(mapped)) && memchr(text.p, '.', text.len))
        text = str_cut(text, strlen(mapped), text.len);
    if (text.len >= sizeof address)
        return false;
    memcpy(address, text.p, text.len);
    address[text.len] = '\0';
    if (inet_pton(AF_INET, address, number) != 1 && inet_pton(AF_INET6, address, number) != 1)
        return false;
    memcpy(ret, address, sizeof address);
    return true;
}

/* The browser's address: the connection's, or, from a proxy of ours, the last that X-Forwarded-For
 * names, which is the one that the proxy itself saw. */
static void take_address(const struct console *c, struct http_peer *peer)
{
    char text[512] = "", forwarded[1024] = "";
    (void)lws_get_peer_simple(peer->wsi, text, sizeof text);
    (void)read_address(str_of(text), peer->address);
    if (!c->options.behind_proxy ||
        lws_hdr_copy(peer->wsi, forwarded, sizeof forwarded, WSI_TOKEN_X_FORWARDED_FOR) <= 0)
        return;
    struct str rest = str_of(forwarded), last = STR("");
    while (str_split(&rest, ',', &last))
        ;
    (void)read_address(str_trim(last), peer->address);
}

/* Who asks, from where: the head isn't there any more when the body is. */
static void take_visitor(const struct console *c, struct http_peer *peer)
{
    char agent[512] = "";
    (void)lws_hdr_copy(peer->wsi, agent, sizeof agent, WSI_TOKEN_HTTP_USER_AGENT);
    session_browser(str_of(agent), peer->browser);
    take_address(c, peer);
    console_token(c, peer->wsi, peer->token);
}

static int begin_request(struct console *c, struct lws *wsi, struct http_peer *peer,
                         const char *path)
{
    char type[64] = "";
    drop_buffers(peer);
    *peer = (struct http_peer){ .wsi = wsi,
                                .body = BUF_INIT(BODY_BYTES_MAX),
                                .header = BUF_INIT(HANDED_ON_BYTES_MAX),
                                .answer = BUF_INIT(65536) };
    peer->posting = lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0;
    bool getting = lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0;
    if (snprintf(peer->path, sizeof peer->path, "%s", path) >= (int)sizeof peer->path)
        return answer_error(peer, 404, "There is nothing here.");
    bool in_chunks = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
    peer->last = peer->posting || !getting || in_chunks;
    if (!peer->posting && !getting) /* HEAD too: its answer may have no body */
        return answer_with(wsi, peer, 405, "text/plain", NULL, 0, NULL, 0);
    if (in_chunks) /* libwebsockets would take the chunks for the next request */
        return answer_error(peer, 501, "A body must come with its length, not in chunks.");
    if (c->options.mount.path && strcmp(peer->path, c->options.mount.path) == 0)
        return begin_mounted(c, wsi, peer);
    take_visitor(c, peer);
    if (!peer->posting)
        return get(c, wsi, peer);
    (void)lws_hdr_copy(wsi, type, sizeof type, WSI_TOKEN_HTTP_CONTENT_TYPE);
    if (!may_post(c, wsi, peer->path))
        return answer_error(peer, 403, "This must be asked from the console's own page.");
    if (strcmp(peer->path, "/api/sign-out") != 0 && !is_json(type))
        return answer_error(peer, 415, "The body must be application/json.");
    return body_length(wsi) == 0 ? post(c, peer) : 0; /* else the body comes */
}

int console_on_http(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in,
                    size_t len)
{
    struct http_peer *peer = user;
    struct console *c = lws_context_user(lws_get_context(wsi));
    switch (why) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: /* a websocket that names no protocol of ours */
    case LWS_CALLBACK_ESTABLISHED:
        return -1;
    case LWS_CALLBACK_HTTP:
        return peer->errand ? -1 : begin_request(c, wsi, peer, in);
    case LWS_CALLBACK_HTTP_BODY:
        /* more than the body, while a password is being checked: it would be checked for nobody */
        if (peer->errand)
            return -1;
        if (peer->answered)
            return 0; /* refused already: what comes on is not looked at */
        return buf_add(&peer->body, (struct str){ in, len }) < 0 ? -1 : 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (peer->errand)
            return -1;
        if (peer->answered)
            return 0;
        return peer->mounted ? answer_mounted(c, wsi, peer, STR("")) : post(c, peer);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return write_more(wsi, peer);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP:
        if (!peer)
            return 0;
        if (peer->errand)
            peer->errand->peer = NULL;
        peer->errand = NULL;
        drop_buffers(peer);
        return 0;
    default:
        return 0; /* a library's enum: default is right. Not lws_callback_http_dummy, which would
                     serve files. */
    }
}
