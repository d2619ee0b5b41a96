#include "bot/x/client.h"

#include <assert.h>
#include <strings.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "bot/backoff.h"
#include "bot/x/oauth1.h"
#include "bot/x/wipe.h"

enum {
    HEADER_BYTES_MAX = 16000,
    FORM_BYTES_MAX = 16384,
    URL_BYTES_MAX = 65536,
    JSON_BYTES_MAX = 1 << 20,
    TOKEN_ANSWER_BYTES_MAX = 65536,
    RENEW_AHEAD_S = 300,  /* of a token's end, or half its life if that is less */
    DEFAULT_LIFE_S = 7200 /* X's page on OAuth 2.0 with PKCE, 2026-08 */
};

static const char *const methods[] = {
    [HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE"
};

enum grant_state {
    GRANT_GOOD,
    GRANT_LATER,   /* no new token for now: requests end as not sent until again_at_ms */
    GRANT_BLOCKED, /* a person must act; tried again at again_at_ms */
    GRANT_DEAD,    /* a person must act; the file will change then */
};

/* By what requests are made: the account's tokens, or the app's bearer token. */
struct grant {
    enum grant_state state;
    bool asking;   /* a new token: calls wait in the queue */
    bool refused;  /* X took the token for bad: renew before the next request */
    bool accepted; /* X took it for good */
    unsigned generation;
    int64_t again_at_ms, pause_ms, renewed_at_ms; /* monotonic */
    struct call *waiting, **waiting_end;
    struct buf trouble;
};

struct x_app {
    struct x_app_options options;
    struct x_app_secrets secrets;
    x_secret bearer;
    struct grant grant;
};

struct x_client {
    struct x_client_options options;
    struct x_account_secrets secrets;
    struct x_stamp stamp;
    int64_t renew_at;                 /* Unix seconds */
    struct x_account_secrets unsaved; /* X's newest pair while the disk won't have it */
    struct grant grant;
    struct call *calls;            /* all */
    struct call *ends, **ends_end; /* ended, and to be told so when the loop turns */
    uv_timer_t later;
};

struct call {
    struct x_client *client;
    struct grant *grant;
    struct call *next, **at; /* of client->calls */
    struct call *queued;     /* next of a grant's waiting, or of client->ends */
    struct x_request request;
    struct buf url, json;
    unsigned generation; /* of the token that it was sent with */
    bool repeated;
    http_done *done;
    void *data;
    struct http_answer end;
    struct buf words; /* that end points to */

    http_piece *piece; /* of a stream only, like the rest */
    long idle_ms;
    struct http_stream *stream; /* while it is under way */
    bool closed;                /* it ends without a word when its turn comes */
};

/* ------------------------------------------------------------------------------------------------
 * shared with signing in */

int x_add_basic(struct buf *out, const char *id, const char *secret)
{
    struct buf both = wipe_buf(6 * X_SECRET_MAX + 1), coded = wipe_buf(8 * X_SECRET_MAX + 16);
    (void)oauth1_encode(&both, str_of(id)); /* as a form has it: RFC 6749, 2.3.1 */
    (void)buf_add_byte(&both, ':');
    (void)oauth1_encode(&both, str_of(secret));
    int r = both.err ? both.err : coded.err;
    if (r == 0) {
        (void)sodium_bin2base64(coded.p, coded.cap, (const unsigned char *)both.p, both.len,
                                sodium_base64_VARIANT_ORIGINAL);
        r = buf_addf(out, "Basic %s", coded.p);
    }
    wipe_buf_release(&both);
    wipe_buf_release(&coded);
    return r;
}

int x_authorize(const struct x_app_secrets *app, const struct x_account_secrets *account,
                enum http_method method, const char *url, struct buf *out)
{
    if (account->grant != X_GRANT_OAUTH1)
        return buf_addf(out, "Bearer %s", account->access_token);
    unsigned char chance[16];
    char nonce[2 * sizeof chance + 1];
    randombytes_buf(chance, sizeof chance);
    (void)sodium_bin2hex(nonce, sizeof nonce, chance, sizeof chance);
    struct oauth1_keys keys = { str_of(app->consumer_key), str_of(app->consumer_secret),
                                str_of(account->oauth_token), str_of(account->oauth_token_secret) };
    struct oauth1_request request = {
        .method = methods[method], .url = str_of(url), .nonce = str_of(nonce), .at = time(NULL)
    }; /* real: X compares it with its own */
    return oauth1_header(&keys, &request, out);
}

static int take_pair(const cJSON *tree, int64_t now, struct x_account_secrets *pair)
{
    struct str access, refresh, type, scope = STR("");
    int64_t life_s = DEFAULT_LIFE_S;
    if (!cJSON_IsObject(tree) || json_get_str(tree, "access_token", &access) != 1 ||
        !x_secret_take(access, &pair->access_token))
        return ERR_BADINPUT;
    int r = json_get_str(tree, "refresh_token", &refresh);
    if (r < 0 || (r == 1 && !x_secret_take(refresh, &pair->refresh_token)))
        return ERR_BADINPUT;
    r = json_get_str(tree, "token_type", &type);
    if (r < 0 || (r == 1 && (type.len != 6 || strncasecmp(type.p, "bearer", 6) != 0)))
        return ERR_BADINPUT;
    if (json_get_int(tree, "expires_in", 0, INT32_MAX, &life_s) < 0 ||
        json_get_str(tree, "scope", &scope) < 0)
        return ERR_BADINPUT;
    if (scope.len && scope.len < sizeof pair->scope)
        (void)snprintf(pair->scope, sizeof pair->scope, "%.*s", STR_ARG(scope));
    pair->expires_at = now + life_s;
    pair->grant = X_GRANT_OAUTH2;
    return 0;
}

int x_read_pair(struct str body, int64_t now, struct x_account_secrets *pair)
{
    struct x_account_secrets fresh = *pair;
    cJSON *tree = NULL;
    int r = json_parse(body, &tree, NULL);
    if (r == 0)
        r = take_pair(tree, now, &fresh);
    if (r == 0)
        *pair = fresh;
    x_secrets_delete_tree(tree);
    x_secrets_wipe(&fresh);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * how calls end */

static struct call *call_free(struct call *c)
{
    if (!c)
        return NULL;
    if (c->at) {
        *c->at = c->next;
        if (c->next)
            c->next->at = c->at;
    }
    buf_release(&c->url);
    buf_release(&c->json);
    buf_release(&c->words);
    free(c);
    return NULL;
}

/* Whoever asked is told, and may ask the next from within. */
static void finish(struct call *c, const struct http_answer *answer)
{
    if (!c->closed)
        c->done(c->data, answer);
    (void)call_free(c);
}

static void on_later(uv_timer_t *timer)
{
    struct x_client *client = timer->data;
    struct call *c = client->ends;
    client->ends = NULL;
    client->ends_end = &client->ends;
    for (struct call *next; c; c = next) {
        next = c->queued;
        finish(c, &c->end);
    }
}

static void end_when_turned(struct call *c)
{
    struct x_client *client = c->client;
    c->queued = NULL;
    *client->ends_end = c;
    client->ends_end = &c->queued;
    (void)uv_timer_start(&client->later, on_later, 0, 0);
}

/* Nothing about limits was said. */
static const struct http_window no_window = { -1, -1, 0 };

static void end_not_sent(struct call *c, const char *why)
{
    buf_clear(&c->words);
    (void)buf_addc(&c->words, why);
    c->end = (struct http_answer){ .end = HTTP_NOT_SENT,
                                   .why = buf_cstr(&c->words),
                                   .limit = -1,
                                   .limit_remaining = -1,
                                   .app_day = no_window,
                                   .user_day = no_window };
    end_when_turned(c);
}

/* As X would refuse it, in words for staff. */
static void end_refused(struct call *c)
{
    buf_clear(&c->words);
    (void)buf_addc(&c->words, "{\"title\":\"Unauthorized\",\"status\":401,\"detail\":");
    (void)json_add_text(&c->words, buf_str(&c->grant->trouble));
    (void)buf_addc(&c->words, "}");
    c->end = (struct http_answer){ .end = HTTP_ANSWERED,
                                   .status = 401,
                                   .body = buf_str(&c->words),
                                   .limit = -1,
                                   .limit_remaining = -1,
                                   .app_day = no_window,
                                   .user_day = no_window };
    end_when_turned(c);
}

static void tell_seen(struct x_client *client, enum x_endpoint endpoint, enum x_token token,
                      const struct http_request *request, const struct http_answer *answer)
{
    if (client->options.seen)
        client->options.seen(client->options.seen_data, endpoint, token, request, answer);
}

/* ------------------------------------------------------------------------------------------------
 * the state of a grant */

static void set_trouble(struct grant *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void set_trouble(struct grant *g, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    buf_clear(&g->trouble);
    (void)buf_addv(&g->trouble, fmt, args);
    va_end(args);
}

/* There is another token than before. */
static void begin_anew(struct grant *g)
{
    g->state = GRANT_GOOD;
    g->refused = g->accepted = false;
    g->generation++;
    g->again_at_ms = g->pause_ms = g->renewed_at_ms = 0;
    buf_clear(&g->trouble);
}

static void enqueue(struct call *c)
{
    c->queued = NULL;
    *c->grant->waiting_end = c;
    c->grant->waiting_end = &c->queued;
}

static void transmit(struct call *c);

/* There is none newer, but it hasn't ended. */
static bool still_good(const struct call *c)
{
    return c->request.token == X_TOKEN_USER && !c->grant->refused &&
           c->grant->state != GRANT_DEAD && time(NULL) < c->client->secrets.expires_at;
}

/* Nobody asks for a token any more: who waited goes on in order, or ends as the state says. */
static void release_waiting(struct grant *g, const char *why)
{
    struct call *c = g->waiting;
    g->waiting = NULL;
    g->waiting_end = &g->waiting;
    g->asking = false;
    for (struct call *next; c; c = next) {
        next = c->queued;
        if (g->state == GRANT_GOOD || still_good(c))
            transmit(c);
        else if (g->state == GRANT_LATER)
            end_not_sent(c, why);
        else
            end_refused(c);
    }
}

static void pause_grant(struct grant *g, enum grant_state state, int64_t at_least_ms)
{
    int64_t pause_ms = backoff_next(&g->pause_ms);
    g->state = state;
    g->again_at_ms = clock_mono_ms() + (pause_ms > at_least_ms ? pause_ms : at_least_ms);
}

/* The first line of a report, for people who read it in the console. */
static void trouble_from(struct grant *g, const struct report *report)
{
    struct str lines = buf_str(&report->lines), first = lines;
    (void)str_split(&lines, '\n', &first);
    if (str_starts(first, STR("error: ")))
        first = str_cut(first, 7, first.len);
    set_trouble(g, "%.*s", STR_ARG(first));
}

static int check_keys(const struct x_client *client, const struct x_account_secrets *secrets,
                      struct report *report)
{
    const struct x_app *app = client->options.app;
    const char *file = app->options.app_file ? app->options.app_file
                                             : "the app's file, named by "
                                               "the configuration";
    if (secrets->grant == X_GRANT_OAUTH1 && !app->secrets.consumer_key[0])
        return report_error(report,
                            "%s: OAuth 1.0a needs \"consumer_key\" and \"consumer_secret\" in %s",
                            client->options.token_file, file);
    if (secrets->grant == X_GRANT_OAUTH2 && !app->secrets.client_id[0])
        return report_error(report, "%s: renewing the pair needs \"client_id\" in %s",
                            client->options.token_file, file);
    return 0;
}

static int64_t renew_at(int64_t expires_at, int64_t now)
{
    int64_t half = expires_at > now ? (expires_at - now) / 2 : 0;
    return expires_at - (half < RENEW_AHEAD_S ? half : RENEW_AHEAD_S);
}

static int load(struct x_client *client, struct report *report)
{
    struct x_account_secrets fresh;
    struct x_stamp stamp = { 0 };
    int r = x_account_secrets_read(client->options.token_file, report, &fresh, &stamp);
    if (r == 0)
        r = check_keys(client, &fresh, report);
    if (stamp.inode) /* a file that was away and comes back is the same file */
        client->stamp = stamp;
    if (r == 0) {
        client->secrets = fresh;
        /* how long it was to live isn't known */
        client->renew_at = fresh.expires_at - RENEW_AHEAD_S;
        x_secrets_wipe(&client->unsaved);
        begin_anew(&client->grant);
    }
    x_secrets_wipe(&fresh);
    return r;
}

/* Somebody put other tokens into the file: true when they are taken. */
static bool reload(struct x_client *client)
{
    const char *file = client->options.token_file;
    struct report report = REPORT_INIT;
    if (x_stamp_holds(file, &client->stamp))
        return false;
    int r = load(client, &report);
    if (r == 0) {
        log_info("x.token_read account=%s", client->options.name);
    } else {
        log_error("x.token_unreadable account=%s", client->options.name);
        trouble_from(&client->grant, &report);
    }
    report_release(&report);
    return r == 0;
}

static bool can_obtain(const struct x_app *app)
{
    return app->secrets.consumer_key[0] != '\0';
}

static bool can_renew(const struct call *c)
{
    const struct x_client *client = c->client;
    return c->request.token == X_TOKEN_APP ? can_obtain(client->options.app)
                                           : client->secrets.grant == X_GRANT_OAUTH2;
}

static bool needs_token(const struct call *c)
{
    const struct x_client *client = c->client;
    if (c->request.token == X_TOKEN_APP)
        return c->grant->refused || !client->options.app->bearer[0];
    return client->secrets.grant == X_GRANT_OAUTH2 &&
           (c->grant->refused || client->unsaved.grant || time(NULL) >= client->renew_at);
}

/* ------------------------------------------------------------------------------------------------
 * new tokens */

/* X's words in a refusal by the token endpoints: RFC 6749's form or X's own. */
struct refusal {
    struct str error, words;
};

static struct refusal read_refusal(const cJSON *tree)
{
    struct refusal refusal = { STR(""), STR("") };
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
    static const char *const names[] = { "error_description", "detail", "error", "title" };
    (void)json_get_str(tree, "error", &refusal.error);
    for (size_t i = 0; i < ARRAY_LEN(names) && !refusal.words.len; i++)
        (void)json_get_str(tree, names[i], &refusal.words);
    if (!refusal.words.len)
        (void)json_get_str(first, "message", &refusal.words);
    refusal.words = utf8_cut(refusal.words, 200);
    return refusal;
}

static const char *app_file(const struct x_app *app)
{
    return app->options.app_file ? app->options.app_file : "the app's file";
}

/*
 * No new token came. A refresh token that X takes no more is told by 400 invalid_request (third
 * parties, 2026) or invalid_grant (RFC 6749); any other 4xx is about the app's keys.
 */
static void not_renewed(struct x_client *client, struct grant *g, bool refresh,
                        const struct http_answer *answer)
{
    const struct x_app *app = client->options.app;
    cJSON *tree = NULL;
    bool answered = answer->end == HTTP_ANSWERED;
    if (!answered || json_parse(answer->body, &tree, NULL) < 0)
        tree = NULL; /* silence, HTML, garbage: only the status counts */
    struct refusal x = read_refusal(tree);
    if (answered && refresh && answer->status == 400 &&
        (str_is(x.error, "invalid_request") || str_is(x.error, "invalid_grant"))) {
        g->state = GRANT_DEAD;
        set_trouble(g,
                    "X no longer takes the sign-in of the account %s: run kerbside x login "
                    "--account %s",
                    client->options.name, client->options.name);
    } else if (answered && answer->status == 429) {
        int64_t wait_s = answer->limit_reset_at - time(NULL);
        pause_grant(g, GRANT_LATER, wait_s > 0 && wait_s < 3600 ? wait_s * 1000 : BACKOFF_MOST_MS);
    } else if (answered && answer->status >= 400 && answer->status < 500) {
        pause_grant(g, GRANT_BLOCKED, BACKOFF_MOST_MS);
        set_trouble(g,
                    "X refuses the app's keys in %s (X said %d%s%.*s): put the right ones there "
                    "and start Kerbside again",
                    app_file(app), answer->status, x.words.len ? ": " : "", STR_ARG(x.words));
    } else {
        pause_grant(g, GRANT_LATER, 0);
    }
    log_warn("x.token_not_renewed account=%s token=%s end=%d status=%d dead=%d",
             client->options.name, refresh ? "user" : "app", (int)answer->end, answer->status,
             g->state == GRANT_DEAD);
    release_waiting(g, "the token could not be renewed");
    cJSON_Delete(tree);
}

/* Makes client->unsaved durable, and only then ours. */
static void save_pair(struct x_client *client)
{
    struct grant *g = &client->grant;
    struct report report = REPORT_INIT;
    struct x_stamp stamp = { 0 };
    int r = x_account_secrets_write(client->options.token_file, &client->unsaved, &report, &stamp);
    if (r == 0) {
        client->stamp = stamp;
        client->secrets = client->unsaved;
        client->renew_at = renew_at(client->secrets.expires_at, time(NULL));
        x_secrets_wipe(&client->unsaved);
        begin_anew(g);
        g->renewed_at_ms = clock_mono_ms();
        log_info("x.token_renewed account=%s", client->options.name);
    } else {
        log_error("x.token_not_kept account=%s", client->options.name);
        pause_grant(g, GRANT_LATER, 0);
        trouble_from(g, &report);
    }
    release_waiting(g, "the new token could not be written to its file");
    report_release(&report);
}

static void tell_seen_token(struct x_client *client, enum x_token token, const char *path,
                            const struct http_answer *answer)
{
    struct buf url = BUF_INIT(URL_BYTES_MAX);
    struct http_answer bare = *answer;
    bare.body = STR("");
    (void)buf_addf(&url, "%s%s", client->options.app->options.api, path);
    struct http_request request = { .method = HTTP_POST, .url = buf_cstr(&url) };
    tell_seen(client, X_ENDPOINT_TOKEN, token, &request, &bare);
    buf_release(&url);
}

static const char refresh_path[] = "/2/oauth2/token", obtain_path[] = "/oauth2/token";

static void on_refreshed(void *data, const struct http_answer *answer)
{
    struct x_client *client = data;
    tell_seen_token(client, X_TOKEN_USER, refresh_path, answer);
    client->unsaved = client->secrets;
    int r = ERR_BADINPUT;
    if (answer->end == HTTP_ANSWERED && answer->status == 200)
        r = x_read_pair(answer->body, time(NULL), &client->unsaved);
    if (r < 0) {
        x_secrets_wipe(&client->unsaved);
        not_renewed(client, &client->grant, true, answer);
    } else if (reload(client)) {
        /* somebody signed in meanwhile: theirs is the newer grant */
        release_waiting(&client->grant, "");
    } else {
        save_pair(client);
    }
}

static void on_obtained(void *data, const struct http_answer *answer)
{
    struct x_client *client = data;
    struct x_app *app = client->options.app;
    struct x_account_secrets token = { 0 };
    tell_seen_token(client, X_TOKEN_APP, obtain_path, answer);
    int r = ERR_BADINPUT;
    if (answer->end == HTTP_ANSWERED && answer->status == 200)
        r = x_read_pair(answer->body, time(NULL), &token);
    if (r < 0) {
        not_renewed(client, &app->grant, false, answer);
    } else {
        memcpy(app->bearer, token.access_token, sizeof app->bearer);
        begin_anew(&app->grant);
        app->grant.renewed_at_ms = clock_mono_ms();
        release_waiting(&app->grant, "");
    }
    x_secrets_wipe(&token);
}

/* @id and @secret authenticate the app, by Basic if there is a secret. */
static int ask_token(struct x_client *client, const char *path, struct buf *form, const char *id,
                     const char *secret, http_done *done)
{
    const struct x_app_options *options = &client->options.app->options;
    struct buf url = BUF_INIT(URL_BYTES_MAX), authorization = wipe_buf(HEADER_BYTES_MAX);
    (void)buf_addf(&url, "%s%s", options->api, path);
    if (secret[0]) {
        (void)x_add_basic(&authorization, id, secret);
    } else {
        (void)buf_addc(form, "&client_id=");
        (void)oauth1_encode(form, str_of(id));
    }
    struct http_request request = {
        .method = HTTP_POST,
        .url = buf_cstr(&url),
        .authorization = secret[0] ? buf_cstr(&authorization) : NULL,
        .body = buf_str(form),
        .type = "application/x-www-form-urlencoded",
        .timeout_ms = options->timeout_ms,
        .max_bytes = TOKEN_ANSWER_BYTES_MAX,
    };
    int r = url.err ? url.err : authorization.err ? authorization.err : form->err;
    if (r == 0)
        r = http_send(options->http, &request, done, client);
    wipe_buf_release(&authorization);
    buf_release(&url);
    return r;
}

/* Gets a new token for the calls that wait. Calls nobody's done from within. */
static void renew(struct x_client *client, enum x_token token)
{
    const struct x_app_secrets *app = &client->options.app->secrets;
    struct grant *g = token == X_TOKEN_APP ? &client->options.app->grant : &client->grant;
    struct buf form = wipe_buf(FORM_BYTES_MAX);
    int r;
    g->asking = true;
    if (token == X_TOKEN_APP) {
        (void)buf_addc(&form, "grant_type=client_credentials");
        r = ask_token(client, obtain_path, &form, app->consumer_key, app->consumer_secret,
                      on_obtained);
    } else {
        (void)buf_addc(&form, "grant_type=refresh_token&refresh_token=");
        (void)oauth1_encode(&form, str_of(client->secrets.refresh_token));
        r = ask_token(client, refresh_path, &form, app->client_id, app->client_secret,
                      on_refreshed);
    }
    if (r < 0) {
        pause_grant(g, GRANT_LATER, 0);
        release_waiting(g, err_str(r));
    }
    wipe_buf_release(&form);
}

/* ------------------------------------------------------------------------------------------------
 * the way of a call */

/* Without a way to get a token it is said, and nobody is asked. */
static void look_for_bearer(struct x_app *app)
{
    if (app->bearer[0] || can_obtain(app))
        return;
    app->grant.state = GRANT_DEAD;
    set_trouble(&app->grant,
                "The app has no bearer token: put \"bearer_token\", or \"consumer_key\" and "
                "\"consumer_secret\", into %s and start Kerbside again",
                app_file(app));
}

/* Sends it, or has it wait for a token, or ends it when the loop turns. */
static void advance(struct call *c)
{
    struct x_client *client = c->client;
    struct grant *g = c->grant;
    bool user = c->request.token == X_TOKEN_USER;
    if (g->asking) {
        enqueue(c);
        return;
    }
    if (user && (g->state == GRANT_DEAD || needs_token(c)))
        (void)reload(client);
    if (!user)
        look_for_bearer(client->options.app);
    if (g->state == GRANT_DEAD) {
        end_refused(c);
    } else if (!needs_token(c)) {
        transmit(c);
    } else if (clock_mono_ms() < g->again_at_ms) {
        if (still_good(c))
            transmit(c);
        else if (g->state == GRANT_BLOCKED)
            end_refused(c);
        else
            end_not_sent(c, "the token could not be renewed, and it is too early to try again");
    } else {
        enqueue(c);
        if (user && client->unsaved.grant)
            save_pair(client);
        else
            renew(client, c->request.token);
    }
}

/* X refused, though the token is as new as can be had. */
static void say_refused(struct call *c)
{
    const struct x_client *client = c->client;
    const char *name = client->options.name;
    c->grant->accepted = false;
    if (c->request.token == X_TOKEN_APP)
        set_trouble(c->grant, "X refuses the app's bearer token: put a new one into %s",
                    app_file(client->options.app));
    else if (client->secrets.grant == X_GRANT_OAUTH1)
        set_trouble(c->grant,
                    "X refuses the token of the account %s: run kerbside x login --pin --account "
                    "%s, unless this machine's clock is wrong",
                    name, name);
    else
        set_trouble(c->grant,
                    "X refuses the token of the account %s: run kerbside x login --account %s",
                    name, name);
}

/* A 401 means that nothing was done. True if the call goes on with another token. */
static bool goes_on_after_401(struct call *c)
{
    struct grant *g = c->grant;
    bool another = c->generation != g->generation;
    if (c->repeated)
        return false;
    if (!another && !g->asking && c->request.token == X_TOKEN_USER)
        another = reload(c->client);
    if (!another && !g->asking) {
        bool fresh = !g->accepted && g->renewed_at_ms &&
                     clock_mono_ms() - g->renewed_at_ms < BACKOFF_MOST_MS;
        if (!can_renew(c) || fresh) /* a new one would be refused, too */
            return false;
        g->refused = true;
    }
    c->repeated = true;
    advance(c);
    return true;
}

static void taken_for_good(struct call *c)
{
    if (c->generation != c->grant->generation || c->grant->state != GRANT_GOOD)
        return;
    c->grant->accepted = true;
    buf_clear(&c->grant->trouble);
}

static void on_piece(void *data, struct str bytes)
{
    struct call *c = data;
    if (!bytes.len)
        taken_for_good(c);
    c->piece(c->data, bytes);
}

static void on_answer(void *data, const struct http_answer *answer)
{
    struct call *c = data;
    struct grant *g = c->grant;
    c->stream = NULL;
    struct http_request request = { .method = c->request.method,
                                    .url = buf_cstr(&c->url),
                                    .body = buf_str(&c->json),
                                    .timeout_ms = c->request.timeout_ms,
                                    .max_bytes = c->request.max_bytes };
    tell_seen(c->client, c->request.endpoint, c->request.token, &request, answer);
    if (answer->end == HTTP_ANSWERED && answer->status == 401) {
        if (goes_on_after_401(c))
            return;
        if (c->generation == g->generation && g->state == GRANT_GOOD)
            say_refused(c);
    } else if (answer->end == HTTP_ANSWERED) {
        taken_for_good(c);
    }
    finish(c, answer);
}

static void transmit(struct call *c)
{
    struct x_client *client = c->client;
    const struct x_app *app = client->options.app;
    if (c->closed) {
        (void)call_free(c);
        return;
    }
    struct buf authorization = wipe_buf(HEADER_BYTES_MAX);
    int r = c->request.token == X_TOKEN_APP
                ? buf_addf(&authorization, "Bearer %s", app->bearer)
                : x_authorize(&app->secrets, &client->secrets, c->request.method, buf_cstr(&c->url),
                              &authorization);
    struct http_request request = {
        .method = c->request.method,
        .url = buf_cstr(&c->url),
        .authorization = buf_cstr(&authorization),
        .body = buf_str(&c->json),
        .type = c->json.len ? "application/json" : NULL,
        .timeout_ms = c->request.timeout_ms,
        .idle_ms = c->idle_ms,
        .max_bytes = c->request.max_bytes,
    };
    c->generation = c->grant->generation;
    if (r == 0 && c->piece)
        r = http_stream(app->options.http, &request, on_piece, on_answer, c, &c->stream);
    else if (r == 0)
        r = http_send(app->options.http, &request, on_answer, c);
    if (r < 0)
        end_not_sent(c, err_str(r));
    wipe_buf_release(&authorization);
}

static int begin(struct x_client *client, const struct x_request *request, struct call how,
                 struct call **ret)
{
    struct x_app *app = client->options.app;
    assert(request->path[0] == '/'); /* or it could change the host */
    assert(request->token == X_TOKEN_APP || client->options.token_file);
    /* The one place that everything to X passes, but for requests for tokens. */
    if (client->options.read_only && request->method != HTTP_GET)
        return ERR_DENIED;
    struct call *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    *c = how;
    c->client = client;
    c->grant = request->token == X_TOKEN_APP ? &app->grant : &client->grant;
    c->request = *request;
    c->url = BUF_INIT(URL_BYTES_MAX);
    c->json = BUF_INIT(JSON_BYTES_MAX);
    c->words = BUF_INIT(4096);
    (void)buf_addf(&c->url, "%s%s", app->options.api, request->path);
    (void)buf_add(&c->json, request->json);
    int r = c->url.err ? c->url.err : c->json.err;
    if (r < 0)
        return call_free(c), r;
    c->next = client->calls;
    c->at = &client->calls;
    if (c->next)
        c->next->at = &c->next;
    client->calls = c;
    *ret = c;
    advance(c);
    return 0;
}

int x_client_send(struct x_client *client, const struct x_request *request, http_done *done,
                  void *data)
{
    struct call *c;
    return begin(client, request, (struct call){ .done = done, .data = data }, &c);
}

/* A stream is a call under another name. */
int x_client_stream(struct x_client *client, const struct x_request *request, long idle_ms,
                    http_piece *piece, http_done *done, void *data, struct x_client_stream **ret)
{
    struct call *c, how = { .done = done, .data = data, .piece = piece, .idle_ms = idle_ms };
    int r = begin(client, request, how, &c);
    if (r == 0)
        *ret = (struct x_client_stream *)c;
    return r;
}

struct x_client_stream *x_client_close(struct x_client_stream *stream)
{
    struct call *c = (struct call *)stream;
    if (!c)
        return NULL;
    c->closed = true; /* it may be in a queue */
    if (c->stream) {
        c->stream = http_close(c->stream);
        (void)call_free(c);
    }
    return NULL;
}

void x_client_revoked(struct x_client *client)
{
    struct grant *g = &client->grant;
    assert(client->options.token_file);
    if (reload(client))
        return; /* it is about the grant before this one */
    g->state = GRANT_DEAD;
    set_trouble(g,
                "The account %s has withdrawn Kerbside's access on X: run kerbside x login "
                "--account %s",
                client->options.name, client->options.name);
    log_error("x.grant_revoked account=%s", client->options.name);
}

bool x_client_is_renewing(const struct x_client *client)
{
    return client->grant.asking;
}

struct str x_client_trouble(const struct x_client *client)
{
    struct str ours = buf_str(&client->grant.trouble);
    return ours.len ? ours : buf_str(&client->options.app->grant.trouble);
}

/* ------------------------------------------------------------------------------------------------
 * beginning and end */

static void grant_init(struct grant *g)
{
    g->trouble = BUF_INIT(4096);
    g->waiting_end = &g->waiting;
}

int x_app_new(const struct x_app_options *options, struct report *report, struct x_app **ret)
{
    if (sodium_init() < 0)
        return ERR_NOMEM;
    struct x_app *app = calloc(1, sizeof *app);
    if (!app)
        return ERR_NOMEM;
    app->options = *options;
    grant_init(&app->grant);
    int r = options->app_file ? x_app_secrets_read(options->app_file, report, &app->secrets) : 0;
    if (r < 0)
        return (void)x_app_free(app), r;
    memcpy(app->bearer, app->secrets.bearer_token, sizeof app->bearer);
    *ret = app;
    return 0;
}

struct x_app *x_app_free(struct x_app *app)
{
    if (!app)
        return NULL;
    buf_release(&app->grant.trouble);
    x_secrets_wipe(app);
    free(app);
    return NULL;
}

struct str x_app_consumer_secret(const struct x_app *app)
{
    return str_of(app->secrets.consumer_secret);
}

static void free_client(uv_handle_t *handle)
{
    free(handle->data);
}

int x_client_new(const struct x_client_options *options, struct report *report,
                 struct x_client **ret)
{
    struct x_client *client = calloc(1, sizeof *client);
    if (!client)
        return ERR_NOMEM;
    client->options = *options;
    client->ends_end = &client->ends;
    grant_init(&client->grant);
    if (uv_timer_init(options->app->options.loop, &client->later) < 0) {
        free(client);
        return ERR_NOMEM;
    }
    client->later.data = client;
    int r = options->token_file ? load(client, report) : 0;
    if (r < 0)
        return (void)x_client_free(client), r;
    *ret = client;
    return 0;
}

struct x_client *x_client_free(struct x_client *client)
{
    if (!client)
        return NULL;
    while (client->calls)
        (void)call_free(client->calls);
    buf_release(&client->grant.trouble);
    x_secrets_wipe(&client->secrets);
    x_secrets_wipe(&client->unsaved);
    (void)uv_timer_stop(&client->later);
    uv_close((uv_handle_t *)&client->later, free_client);
    return NULL;
}
