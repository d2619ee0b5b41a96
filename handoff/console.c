#include "handoff/console_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/log.h"
#include "handoff/view.h"

/* libwebsockets keeps a buffer of RECEIVE_BYTES for each websocket, and gives what comes in such
 * pieces; SEND_BYTES is the most that it hands to the system at once, copying what isn't taken. */
enum { RECEIVE_BYTES = 1024, SEND_BYTES = 8 << 20, GOODBYE_MS = 300 };

static void on_lws_log(int level, const char *line)
{
    size_t len = strlen(line);
    while (len && line[len - 1] == '\n')
        len--;
    if (level & LLL_ERR)
        log_warn("console.lws %.*s", (int)len, line);
    else
        log_debug("console.lws %.*s", (int)len, line);
}

/* Says why before libwebsockets would: its own words go to a log. */
static int check_port(const struct console_options *o, struct report *report)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)o->port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)o->port) };
    bool is_v4 = inet_pton(AF_INET, o->address, &v4.sin_addr) == 1;
    if (!is_v4 && inet_pton(AF_INET6, o->address, &v6.sin6_addr) != 1)
        return report_error(report,
                            "console.address: \"%s\" is not a numeric address such as 127.0.0.1",
                            o->address);
    int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int r = fd < 0  ? -1
            : is_v4 ? bind(fd, (struct sockaddr *)&v4, sizeof v4)
                    : bind(fd, (struct sockaddr *)&v6, sizeof v6);
    if (r == 0)
        r = listen(fd, 1);
    int why = errno;
    if (fd >= 0)
        (void)close(fd);
    if (r == 0)
        return 0;
    (void)report_error(report, "console: can't listen on %s port %d: %s%s", o->address, o->port,
                       strerror(why),
                       why == EADDRINUSE ? "; stop what runs there or set console.port" : "");
    return ERR_IO;
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static int set_origin(struct console *c, struct report *report)
{
    const struct console_options *o = &c->options;
    if (o->origin) {
        bool plain = strncmp(o->origin, "http://", 7) == 0 && is_loopback(o->address);
        if (strncmp(o->origin, "https://", 8) != 0 && !plain)
            return report_error(report, "console.origin: \"%s\" must begin with https://",
                                o->origin);
        (void)snprintf(c->origin, sizeof c->origin, "%s", o->origin);
        c->secure_cookie = strncmp(o->origin, "https://", 8) == 0;
        return 0;
    }
    if (!is_loopback(o->address))
        return report_error(report, "console.origin: must say where browsers see the console, "
                                    "since it listens beyond this machine");
    bool v6 = strchr(o->address, ':');
    int port = c->vhost ? console_port(c) : o->port;
    (void)snprintf(c->origin, sizeof c->origin, v6 ? "http://[%s]:%d" : "http://%s:%d", o->address,
                   port);
    (void)snprintf(c->other_origin, sizeof c->other_origin, "http://localhost:%d", port);
    return 0;
}

int console_check(const struct console_options *options, struct report *report)
{
    struct console c = { .options = *options };
    int r = check_port(options, report);
    return r < 0 ? r : set_origin(&c, report);
}

static struct lws_context *listen_for_browsers(struct console *c)
{
    static const struct lws_protocols protocols[] = {
        { "http", console_on_http, 0, 0, 0, NULL, SEND_BYTES },
        { "kerbside.v1", console_on_ws, 0, RECEIVE_BYTES, 0, NULL, SEND_BYTES },
        { NULL, NULL, 0, 0, 0, NULL, 0 },
    };
    static struct lws_protocols
        sized[ARRAY_LEN(protocols)]; /* sizes are known at run time only; lws keeps the pointer */
    /* So long is somebody shown to be there, and to write, whose machine is gone. */
    static const lws_retry_bo_t pings = { .secs_since_valid_ping = 10,
                                          .secs_since_valid_hangup = 20 };
    void *loops[1] = { c->options.loop };
    memcpy(sized, protocols, sizeof sized);
    sized[0].per_session_data_size = console_http_peer_size();
    sized[1].per_session_data_size = console_ws_peer_size();
    const struct lws_context_creation_info info = {
        .port = c->options.port,
        .iface = c->options.address,
        .protocols = sized,
        .gid = -1,
        .uid = -1,
        .user = c,
        .foreign_loops = loops,
        .server_string = "kerbside",
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME,
        .timeout_secs = 10,
        .keepalive_timeout = 30,
        .retry_and_idle_policy = &pings,
    };
    lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
    return lws_create_context(&info);
}

/* What is known only once it listens. */
static int begin(struct console *c, struct report *report)
{
    struct tx *tx;
    c->vhost = lws_get_vhost_by_name(c->context, "default");
    int r = set_origin(c, report);
    if (r == 0)
        r = console_search_open(c, report);
    if (r == 0)
        r = tx_begin(c->options.db, TX_READ, &tx);
    if (r == 0) {
        r = view_last_seq(tx, &c->seq);
        tx_rollback(tx);
    }
    return r;
}

int console_new(const struct console_options *options, struct report *report, struct console **ret)
{
    int r = console_check(options, report);
    if (r < 0)
        return r;
    struct console *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    c->options = *options;
    c->status = BUF_INIT(16384);
    c->cost = BUF_INIT(256);
    c->sums_seq = -1;
    c->desk_version = options->desk->live ? options->desk->live->version : 0;
    r = throttle_init(&c->throttle);
    if (r == 0)
        c->context = listen_for_browsers(c);
    if (r == 0 && !c->context) {
        (void)report_error(report, "console: can't listen on %s port %d", options->address,
                           options->port);
        r = ERR_IO;
    }
    if (r < 0) {
        free(c);
        return r;
    }
    r = begin(c, report);
    if (r < 0)
        (void)console_free(c);
    else
        *ret = c;
    return r;
}

int console_port(const struct console *c)
{
    return lws_get_vhost_listen_port(c->vhost);
}

bool console_origin_ok(const struct console *c, struct lws *wsi)
{
    char origin[256];
    if (lws_hdr_copy(wsi, origin, sizeof origin, WSI_TOKEN_ORIGIN) <= 0)
        return false;
    return strcmp(origin, c->origin) == 0 ||
           (c->other_origin[0] && strcmp(origin, c->other_origin) == 0);
}

const char *console_cookie(const struct console *c)
{
    return c->secure_cookie ? "__Host-kerbside" : "kerbside";
}

void console_token(const struct console *c, struct lws *wsi, char ret_token[SESSION_TOKEN_MAX])
{
    char header[4096];
    struct str rest, part, name, ours = str_of(console_cookie(c)), found = STR("");
    ret_token[0] = '\0';
    int len = lws_hdr_copy(wsi, header, sizeof header, WSI_TOKEN_HTTP_COOKIE);
    rest = (struct str){ header, len > 0 ? (size_t)len : 0 };
    while (len > 0 && str_split(&rest, ';', &part)) {
        part = str_trim(part);
        if (str_split(&part, '=', &name) && part.p && str_eq(name, ours))
            found = part;
    }
    if (found.len >= SESSION_TOKEN_MAX)
        return;
    memcpy(ret_token, found.p, found.len);
    ret_token[found.len] = '\0';
}

int console_staff(const struct console *c, struct tx *tx, struct arena *arena, const char *token,
                  struct staff *ret)
{
    int r = session_find(tx, arena, str_of(token), time(NULL), ret);
    if (r != 1)
        return r;
    r = session_duty(tx, ret->id, c->options.second_factor);
    return r < 0 ? r : r == SESSION_FREE;
}

static void add_status(struct buf *out, const struct console_status *s)
{
    (void)buf_addf(out, "\"open\":{\"now\":%s,\"next_at\":", s->open_now ? "true" : "false");
    if (s->next_open_at && !s->open_now)
        (void)buf_addf(out, "%" PRId64 "}", s->next_open_at);
    else
        (void)buf_addc(out, "null}");
    (void)buf_addf(out, ",\"mode\":\"%s\"", s->shadow ? "shadow" : "auto");
    (void)buf_addf(out, ",\"network\":{\"ok\":%s,\"text\":", s->trouble.len ? "false" : "true");
    if (s->trouble.len)
        (void)json_add_text(out, s->trouble);
    else
        (void)buf_addc(out, "null");
    (void)buf_add_byte(out, '}');
}

static void add_cost(struct buf *out, const struct console_cost *cost)
{
    if (!cost->known)
        return;
    (void)buf_addf(
        out, "\"cost\":{\"month_cents\":%" PRId64 ",\"forecast_cents\":%" PRId64 ",\"cap_cents\":",
        cost->month_cents, cost->forecast_cents);
    if (cost->cap_cents)
        (void)buf_addf(out, "%" PRId64 "}", cost->cap_cents);
    else
        (void)buf_addc(out, "null}");
}

/* Puts @fresh, which is used up, in the place of @kept if it says something else. */
static bool replace(struct buf *kept, struct buf *fresh)
{
    bool changed = !fresh->err && !str_eq(buf_str(fresh), buf_str(kept));
    buf_release(changed ? kept : fresh);
    if (changed)
        *kept = *fresh;
    return changed;
}

void console_set_status(struct console *c, const struct console_status *s)
{
    struct buf status = BUF_INIT(16384), cost = BUF_INIT(256);
    add_status(&status, s);
    add_cost(&cost, &s->cost);
    bool cost_changed = replace(&c->cost, &cost);
    if (replace(&c->status, &status))
        console_ws_send_status(c, false);
    else if (cost_changed)
        console_ws_send_status(c, true);
}

static void wake_up(uv_timer_t *timer)
{
    (void)timer;
}

/* Lets every console know, and waits a moment for them to have read it. */
static void say_goodbye(struct console *c)
{
    uv_timer_t timer;
    int64_t until_ms = clock_mono_ms() + GOODBYE_MS;
    console_ws_end_all(c);
    if (!c->peers || uv_timer_init(c->options.loop, &timer) < 0)
        return;
    (void)uv_timer_start(&timer, wake_up, GOODBYE_MS, 0);
    while (c->peers && clock_mono_ms() < until_ms)
        (void)uv_run(c->options.loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(c->options.loop,
                 UV_RUN_NOWAIT); /* the timer is on this stack: it must be closed before we leave */
}

void console_unmount(struct console *c)
{
    if (c)
        c->options.mount.answer = NULL;
}

/* The context goes in two steps: its handles close while the loop turns on, the rest when they are
 * closed. */
struct console *console_free(struct console *c)
{
    if (!c)
        return NULL;
    struct lws_context *context = c->context;
    say_goodbye(c);
    c->context = NULL; /* no further password is checked, nothing more searched for */
    lws_context_destroy(context);
    (void)uv_run(c->options.loop, UV_RUN_DEFAULT);
    lws_context_destroy(context);
    console_errands_end(c);
    console_search_close(c);
    buf_release(&c->status);
    buf_release(&c->cost);
    buf_release(&c->people_trusted);
    buf_release(&c->people_others);
    free(c);
    return NULL;
}
