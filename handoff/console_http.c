/*
 * The console over HTTP: its own files, signing in and out, in the demo the clock, and what another
 * program asks at the mounted path. Whatever else changes something must come from our own page:
 * the Origin is checked, the body is JSON. Passwords are checked off the loop, one at a time, since
 * each check takes 50 ms and 19 MiB.
 */
#include "handoff/console/console_assets.h"
#include "handoff/console_private.h"

#include <inttypes.h>
#include <sodium.h>

#include "base/log.h"
#include "base/when.h"
#include "handoff/view.h"

enum {
    BODY_BYTES_MAX = 4096,
    HANDED_ON_BYTES_MAX = 4096,
    CHUNK_BYTES = 16384,
    SIGN_INS_MAX = 8,
    THROTTLE_SLOTS = 1024,
    THROTTLE_TRIES = 5,
    THROTTLE_S = 300
};

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

struct http_peer {
    struct lws *wsi;
    bool posting;
    bool last;    /* nothing more is taken from this connection */
    bool mounted; /* for the mounted path, with its header */
    struct buf header;
    char path[64];
    struct buf body, answer;  /* answer: what is to be written if it is our own */
    const unsigned char *out; /* what is being written */
    size_t out_len, written;
    struct sign_in *sign_in;
};

/* One password being checked. */
struct sign_in {
    uv_work_t work;
    struct console *console;
    struct http_peer *peer; /* NULL when it has gone */
    struct sign_in *next;
    bool running;
    struct arena arena;
    struct staff staff;
    struct str login, hash;
    struct buf password;
    bool known, fits;
};

/*
 * Logins that were tried wrongly, lately. Like sessions in real time: moving the demo's clock signs
 * nobody out and forgives nobody.
 */
static struct throttle {
    uint64_t login;
    unsigned tries;
    int64_t since_at;
} throttles[THROTTLE_SLOTS];

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
    };
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        r |= add_header(wsi, &h, always[i][0], always[i][1]);
    for (size_t i = 0; i < extra_count; i++)
        r |= add_header(wsi, &h, extra[i][0], extra[i][1]);
    if (r || lws_finalize_write_http_header(wsi, h.bytes + LWS_PRE, &h.p, h.end))
        return -1;
    peer->out = out;
    peer->out_len = len;
    peer->written = 0;
    if (len == 0)
        return finish(wsi, peer);
    (void)lws_callback_on_writable(wsi);
    return 0;
}

static int answer_json(struct lws *wsi, struct http_peer *peer, unsigned status, cJSON *tree,
                       const char *cookie)
{
    const char *const extra[][2] = { { "cache-control:", "no-store" }, { "set-cookie:", cookie } };
    buf_clear(&peer->answer);
    int r = json_add_tree(&peer->answer, tree);
    cJSON_Delete(tree);
    if (r < 0)
        return -1;
    return answer_with(wsi, peer, status, "application/json", (const unsigned char *)peer->answer.p,
                       peer->answer.len, extra, cookie ? 2 : 1);
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

static int answer_error(struct lws *wsi, struct http_peer *peer, unsigned status, const char *text)
{
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(o, "error", text);
    return answer_json(wsi, peer, status, o, NULL);
}

static int answer_staff(struct lws *wsi, struct http_peer *peer, const struct staff *s,
                        const char *cookie)
{
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddItemToObject(o, "staff", view_staff(s));
    return answer_json(wsi, peer, 200, o, cookie);
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

static void cookie_text(const struct console *c, const char *token, int64_t age_s, char *out,
                        size_t room)
{
    (void)snprintf(out, room,
                   "kerbside=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%" PRId64 "%s", token,
                   age_s, c->secure_cookie ? "; Secure" : "");
}

/* ------------------------------------------------------------------------------------------------
 * signing in */

/* The login's slot; for one that has none the slot of whoever was tried least, so that others can't
 * be pushed out. */
static struct throttle *throttle_of(struct str login, int64_t now)
{
    static unsigned char key[crypto_shorthash_KEYBYTES];
    static bool keyed;
    uint64_t hash;
    struct throttle *least = &throttles[0];
    if (!keyed)
        randombytes_buf(key, sizeof key);
    keyed = true;
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)login.p, login.len, key);
    for (size_t i = 0; i < THROTTLE_SLOTS; i++) {
        struct throttle *t = &throttles[i];
        if (now - t->since_at > THROTTLE_S || now < t->since_at)
            *t = (struct throttle){ 0 };
        if (t->login == hash && t->tries)
            return t;
        if (t->tries < least->tries)
            least = t;
    }
    *least = (struct throttle){ .login = hash, .since_at = now };
    return least;
}

static void check_password(uv_work_t *work)
{
    struct sign_in *s = work->data;
    s->fits = staff_password_fits(s->known ? s->hash.p : NULL, buf_str(&s->password));
}

static void next_sign_in(struct console *c);

static void sign_in_free(struct sign_in *s)
{
    struct console *c = s->console;
    struct sign_in **at = &c->sign_ins;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    c->sign_in_count--;
    if (s->peer)
        s->peer->sign_in = NULL;
    if (s->password.p)
        explicit_bzero(s->password.p, s->password.len);
    buf_release(&s->password);
    arena_release(&s->arena);
    free(s);
}

static int begin_session(struct console *c, struct sign_in *s, int64_t now)
{
    char token[SESSION_TOKEN_MAX], cookie[256];
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_WRITE, &tx);
    if (r < 0)
        return answer_error(s->peer->wsi, s->peer, 500,
                            "Signing in doesn't work just now. Please try again.");
    r = session_begin(tx, s->staff.id, now, now + c->options.session_s, token);
    if (r < 0)
        tx_rollback(tx);
    else
        r = tx_commit(tx);
    if (r < 0)
        return answer_error(s->peer->wsi, s->peer, 500,
                            "Signing in doesn't work just now. Please try again.");
    cookie_text(c, token, c->options.session_s, cookie, sizeof cookie);
    return answer_staff(s->peer->wsi, s->peer, &s->staff, cookie);
}

static void password_checked(uv_work_t *work, int status)
{
    struct sign_in *s = work->data;
    struct console *c = s->console;
    struct http_peer *peer = s->peer;
    int64_t now = time(NULL);
    int r = 0;
    (void)status;
    struct throttle *t = throttle_of(s->login, now);
    t->tries = s->fits ? 0 : t->tries + 1;
    log_info("console.sign_in staff=%" PRId64 " ok=%d", s->known ? s->staff.id : 0, s->fits);
    if (peer && s->fits)
        r = begin_session(c, s, now);
    else if (peer)
        r = answer_error(peer->wsi, peer, 401, "That login and password don't go together.");
    if (peer && r < 0)
        lws_set_timeout(peer->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    sign_in_free(s);
    next_sign_in(c);
}

/* One at a time: many at once would take the machine's memory. */
static void next_sign_in(struct console *c)
{
    struct sign_in *s = c->sign_ins;
    if (!s || s->running || !c->context)
        return;
    s->running = true;
    s->work.data = s;
    (void)uv_queue_work(c->options.loop, &s->work, check_password, password_checked);
}

void console_http_end_all(struct console *c)
{
    while (c->sign_ins)
        sign_in_free(c->sign_ins);
}

static int sign_in(struct console *c, struct lws *wsi, struct http_peer *peer, const cJSON *body)
{
    struct str login = STR(""), password = STR("");
    int64_t now = time(NULL);
    if (json_get_str(body, "login", &login) != 1 ||
        json_get_str(body, "password", &password) != 1 || login.len > 40)
        return answer_error(wsi, peer, 400, "Both a login and a password are needed.");
    if (throttle_of(login, now)->tries >= THROTTLE_TRIES)
        return answer_error(wsi, peer, 429, "That was tried too often. Please wait five minutes.");
    if (c->sign_in_count >= SIGN_INS_MAX)
        return answer_error(wsi, peer, 429,
                            "Many people are signing in just now. Please try again in a moment.");
    struct sign_in *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    *s = (struct sign_in){ .console = c, .peer = peer, .password = BUF_INIT(BODY_BYTES_MAX) };
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_READ, &tx);
    if (r == 0) {
        r = staff_find(tx, &s->arena, login, &s->staff, &s->hash);
        s->known = r == 1;
        tx_rollback(tx);
    }
    s->login = arena_str(&s->arena, login);
    if (r >= 0)
        r = buf_add(&s->password, password);
    struct sign_in **at = &c->sign_ins;
    while (*at)
        at = &(*at)->next;
    *at = s;
    c->sign_in_count++;
    peer->sign_in = s;
    if (r < 0 || !s->login.p) {
        sign_in_free(s);
        return -1;
    }
    next_sign_in(c);
    return 0;
}

static int sign_out(struct console *c, struct lws *wsi, struct http_peer *peer)
{
    char token[SESSION_TOKEN_MAX], cookie[256];
    struct arena arena = ARENA_INIT;
    struct staff staff;
    struct tx *tx;
    if (console_session(c, wsi, &arena, &staff, token) == 1 &&
        tx_begin(c->options.db, TX_WRITE, &tx) == 0) {
        int r = session_end(tx, str_of(token));
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
        if (r == 0)
            console_ws_end_session(c, token);
    }
    arena_release(&arena);
    cookie_text(c, "", 0, cookie, sizeof cookie);
    const char *const extra[][2] = { { "set-cookie:", cookie }, { "cache-control:", "no-store" } };
    return answer_with(wsi, peer, 204, "application/json", NULL, 0, extra, 2);
}

static int who_am_i(struct console *c, struct lws *wsi, struct http_peer *peer)
{
    char token[SESSION_TOKEN_MAX];
    struct arena arena = ARENA_INIT;
    struct staff staff;
    int r = console_session(c, wsi, &arena, &staff, token);
    r = r == 1 ? answer_staff(wsi, peer, &staff, NULL)
               : answer_error(wsi, peer, 401, "You're not signed in.");
    arena_release(&arena);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * the demo's clock */

static int move_clock(struct console *c, struct lws *wsi, struct http_peer *peer, const cJSON *body)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(body, "at");
    int64_t when;
    if (cJSON_IsNull(at))
        (void)clock_unmove(c->options.clock);
    else if (cJSON_IsString(at) && when_parse(json_str(at), &when))
        (void)clock_move(c->options.clock, when);
    else
        return answer_error(wsi, peer, 400,
                            "\"at\" must be a time like 2026-11-22T21:00:00Z, or null");
    log_info("demo.clock offset_s=%" PRId64, c->options.clock->offset_s);
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(o, "now_at", (double)clock_now(c->options.clock));
    return answer_json(wsi, peer, 200, o, NULL);
}

/* ------------------------------------------------------------------------------------------------
 * requests */

static int get(struct console *c, struct lws *wsi, struct http_peer *peer)
{
    if (strcmp(peer->path, "/api/me") == 0)
        return who_am_i(c, wsi, peer);
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
    return answer_error(wsi, peer, 404, "There is nothing here.");
}

/* The demo's clock is moved by the sandbox, a program that sends no Origin; a page of somebody
 * else's always sends one. */
static bool may_post(const struct console *c, struct lws *wsi, const char *path)
{
    bool from_program =
        strcmp(path, "/demo/clock") == 0 && lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) == 0;
    return from_program || console_origin_ok(c, wsi);
}

static int post(struct console *c, struct lws *wsi, struct http_peer *peer)
{
    cJSON *body = NULL;
    struct json_fault fault;
    bool clock = strcmp(peer->path, "/demo/clock") == 0 && c->options.clock->movable;
    bool in = strcmp(peer->path, "/api/sign-in") == 0,
         out = strcmp(peer->path, "/api/sign-out") == 0;
    if (!clock && !in && !out)
        return answer_error(wsi, peer, 404, "There is nothing here.");
    if (out)
        return sign_out(c, wsi, peer);
    if (json_parse(buf_str(&peer->body), &body, &fault) < 0)
        return answer_error(wsi, peer, 400, "The body must be JSON.");
    int r = clock ? move_clock(c, wsi, peer, body) : sign_in(c, wsi, peer, body);
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
        return answer_error(wsi, peer, 413, "The body is too large.");
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

static int begin_request(struct console *c, struct lws *wsi, struct http_peer *peer,
                         const char *path)
{
    char type[64] = "";
    buf_release(&peer->body);
    buf_release(&peer->answer);
    buf_release(&peer->header);
    *peer = (struct http_peer){ .wsi = wsi,
                                .body = BUF_INIT(BODY_BYTES_MAX),
                                .header = BUF_INIT(HANDED_ON_BYTES_MAX),
                                .answer = BUF_INIT(65536) };
    peer->posting = lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0;
    bool getting = lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0;
    if (snprintf(peer->path, sizeof peer->path, "%s", path) >= (int)sizeof peer->path)
        return answer_error(wsi, peer, 404, "There is nothing here.");
    peer->last = peer->posting || !getting;
    if (!peer->posting && !getting) /* HEAD too: its answer may have no body */
        return answer_with(wsi, peer, 405, "text/plain", NULL, 0, NULL, 0);
    if (c->options.mount.path && strcmp(peer->path, c->options.mount.path) == 0)
        return begin_mounted(c, wsi, peer);
    if (!peer->posting)
        return get(c, wsi, peer);
    (void)lws_hdr_copy(wsi, type, sizeof type, WSI_TOKEN_HTTP_CONTENT_TYPE);
    if (!may_post(c, wsi, peer->path))
        return answer_error(wsi, peer, 403, "This must be asked from the console's own page.");
    if (strcmp(peer->path, "/api/sign-out") != 0 && !is_json(type))
        return answer_error(wsi, peer, 415, "The body must be application/json.");
    return body_length(wsi) == 0 ? post(c, wsi, peer) : 0; /* else the body comes */
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
        return peer->sign_in ? -1 : begin_request(c, wsi, peer, in);
    case LWS_CALLBACK_HTTP_BODY:
        /* more than the body, while a password is being checked: it would be checked for nobody */
        if (peer->sign_in)
            return -1;
        if (peer->out_len)
            return 0; /* refused already: what comes on is not looked at */
        return buf_add(&peer->body, (struct str){ in, len }) < 0 ? -1 : 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (peer->sign_in)
            return -1;
        if (peer->out_len)
            return 0;
        return peer->mounted ? answer_mounted(c, wsi, peer, STR("")) : post(c, wsi, peer);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return write_more(wsi, peer);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP:
        if (!peer)
            return 0;
        if (peer->sign_in)
            peer->sign_in->peer = NULL;
        peer->sign_in = NULL;
        buf_release(&peer->body);
        buf_release(&peer->answer);
        buf_release(&peer->header);
        return 0;
    default:
        return 0; /* a library's enum: default is right. Not lws_callback_http_dummy, which would
                     serve files. */
    }
}
