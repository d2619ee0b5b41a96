#include "bot/x/login.h"

#include <inttypes.h>

#include "base/json.h"
#include "bot/x/oauth1.h"
#include "bot/x/wipe.h"

enum {
    PEERS_MAX = 16, /* browsers open some in advance */
    HEAD_BYTES_MAX = 16384,
    FORM_BYTES_MAX = 16384,
    URL_BYTES_MAX = 65536,
    ANSWER_BYTES_MAX = 65536,
    CHANCE_BYTES = 32,
    CODE_LIFE_MS = 25000, /* X's codes live 30 s */
    GIVE_UP_MS = 600000
};

enum login_state { LOGIN_WAITING, LOGIN_EXCHANGING, LOGIN_ENDED };

/* One connection of a browser. Closed with the answer. */
struct peer {
    uv_tcp_t tcp;
    struct x_login *login;
    struct peer *next, **at;
    struct buf in, out;
    uv_write_t write;
    bool answered;
};

struct x_login {
    struct x_login_options options;
    x_login_done *done;
    void *data;
    enum login_state state;
    uv_tcp_t listener;
    uv_timer_t timer; /* gives up, then tells the end */
    unsigned handles; /* of the two, those that aren't closed */
    struct peer *peers, *asker;
    unsigned peer_count;
    char verifier[64], state_word[64];
    struct buf redirect, address, me_url;
    struct x_account_secrets pair;
    struct x_me me; /* whose the pair is */
    bool success;
    struct buf words;
};

/* ------------------------------------------------------------------------------------------------
 * who it is */

void x_challenge(struct str verifier, char ret[X_CHALLENGE_MAX])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)verifier.p, verifier.len);
    (void)sodium_bin2base64(ret, X_CHALLENGE_MAX, hash, sizeof hash,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* An id or a handle as X makes them, so that both can be shown anywhere. */
static bool plain_word(struct str s, size_t most, bool digits)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!digit && (digits || !letter))
            return false;
    }
    return s.len > 0 && s.len < most;
}

int x_read_me(struct str body, struct x_me *ret)
{
    cJSON *tree = NULL;
    struct str id, handle;
    int r = json_parse(body, &tree, NULL);
    if (r < 0)
        return r;
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(tree, "data");
    bool read = cJSON_IsObject(data) && json_get_str(data, "id", &id) == 1 &&
                json_get_str(data, "username", &handle) == 1 &&
                plain_word(id, sizeof ret->id, true) &&
                plain_word(handle, sizeof ret->handle, false);
    if (read) {
        (void)snprintf(ret->id, sizeof ret->id, "%.*s", STR_ARG(id));
        (void)snprintf(ret->handle, sizeof ret->handle, "%.*s", STR_ARG(handle));
    }
    cJSON_Delete(tree);
    return read ? 0 : ERR_BADINPUT;
}

struct http_request x_me_request(const char *url, const char *authorization, long timeout_ms)
{
    return (struct http_request){ .method = HTTP_GET,
                                  .url = url,
                                  .authorization = authorization,
                                  .timeout_ms = timeout_ms,
                                  .max_bytes = ANSWER_BYTES_MAX };
}

const char *x_words_of(const struct http_answer *answer, char words[X_WORDS_MAX])
{
    cJSON *tree = NULL;
    struct str said = STR("");
    if (answer->end == HTTP_ANSWERED) {
        if (json_parse(answer->body, &tree, NULL) == 0 &&
            json_get_str(tree, "error_description", &said) != 1 &&
            json_get_str(tree, "detail", &said) != 1)
            (void)json_get_str(
                cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0), "message",
                &said);
        (void)snprintf(words, X_WORDS_MAX, "X said %d%s%.*s", answer->status, said.len ? ": " : "",
                       STR_ARG(said));
    } else {
        (void)snprintf(words, X_WORDS_MAX, "X can't be reached: %s", answer->why);
    }
    for (char *c = words; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    cJSON_Delete(tree);
    return words;
}

/* ------------------------------------------------------------------------------------------------
 * the browser */

static void peer_closed(uv_handle_t *handle)
{
    struct peer *p = handle->data;
    wipe_buf_release(&p->in);
    buf_release(&p->out);
    free(p);
}

static void close_peer(struct peer *p)
{
    if (uv_is_closing((uv_handle_t *)&p->tcp))
        return;
    *p->at = p->next;
    if (p->next)
        p->next->at = p->at;
    p->login->peer_count--;
    if (p->login->asker == p)
        p->login->asker = NULL;
    uv_close((uv_handle_t *)&p->tcp, peer_closed);
}

static void on_written(uv_write_t *write, int status)
{
    (void)status;
    close_peer(write->data);
}

static void add_escaped(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr("&<>\"'", text.p[i]))
            (void)buf_addf(out, "&#%d;", text.p[i]);
        else
            (void)buf_add_byte(out, text.p[i]);
}

/* A page that says one thing, and the end of the connection. */
static void answer_peer(struct peer *p, const char *status, const char *title, struct str words)
{
    struct buf page = BUF_INIT(ANSWER_BYTES_MAX);
    (void)buf_addf(&page,
                   "<!DOCTYPE html>\n<html lang=\"en-GB\"><meta charset=\"utf-8\"><title>%s: "
                   "Kerbside</title>\n<h1>%s</h1>\n<p>",
                   title, title);
    add_escaped(&page, words);
    (void)buf_addc(&page, "</p>\n</html>\n");
    (void)buf_addf(&p->out,
                   "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "
                   "%zu\r\nConnection: close\r\nCache-Control: no-store\r\nReferrer-Policy: "
                   "no-referrer\r\nX-Content-Type-Options: nosniff\r\nContent-Security-Policy: "
                   "default-src 'none'; frame-ancestors 'none'\r\n\r\n%s",
                   status, page.len, buf_cstr(&page));
    bool whole = page.err == 0 && p->out.err == 0;
    buf_release(&page);
    p->answered = true;
    p->write.data = p;
    uv_buf_t out = uv_buf_init(p->out.p, (unsigned)p->out.len);
    if (!whole || uv_write(&p->write, (uv_stream_t *)&p->tcp, &out, 1, on_written) < 0)
        close_peer(p);
}

/* ------------------------------------------------------------------------------------------------
 * the end */

static void on_end(uv_timer_t *timer)
{
    struct x_login *login = timer->data;
    login->done(login->data, login->success, buf_str(&login->words));
}

/* Tells the browser now, and whoever waits when the loop turns, so that the page is on its way. */
static void finish(struct x_login *login, bool success, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void finish(struct x_login *login, bool success, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    buf_clear(&login->words);
    (void)buf_addv(&login->words, fmt, args);
    va_end(args);
    login->state = LOGIN_ENDED;
    login->success = success;
    x_secrets_wipe(&login->pair);
    if (login->asker)
        answer_peer(login->asker, success ? "200 OK" : "400 Bad Request",
                    success ? "Signed in" : "Not signed in", buf_str(&login->words));
    (void)uv_timer_start(&login->timer, on_end, 1, 0);
}

static void on_give_up(uv_timer_t *timer)
{
    finish(timer->data, false, "Nobody signed in within %d minutes: begin again",
           GIVE_UP_MS / 60000);
}

/* ------------------------------------------------------------------------------------------------
 * from the code to the file */

static int ask_form(struct x_login *login, const char *path, struct buf *form, http_done *done)
{
    const struct x_app_secrets *app = login->options.app;
    struct buf url = BUF_INIT(URL_BYTES_MAX), authorization = wipe_buf(HEAD_BYTES_MAX);
    (void)buf_addf(&url, "%s%s", login->options.api, path);
    if (app->client_secret[0]) {
        (void)x_add_basic(&authorization, app->client_id, app->client_secret);
    } else {
        (void)buf_addc(form, "&client_id=");
        (void)oauth1_encode(form, str_of(app->client_id));
    }
    struct http_request request = {
        .method = HTTP_POST,
        .url = buf_cstr(&url),
        .authorization = app->client_secret[0] ? buf_cstr(&authorization) : NULL,
        .body = buf_str(form),
        .type = "application/x-www-form-urlencoded",
        .timeout_ms =
            login->options.timeout_ms < CODE_LIFE_MS ? login->options.timeout_ms : CODE_LIFE_MS,
        .max_bytes = ANSWER_BYTES_MAX,
    };
    int r = url.err ? url.err : authorization.err ? authorization.err : form->err;
    if (r == 0)
        r = http_send(login->options.http, &request, done, login);
    wipe_buf_release(&authorization);
    buf_release(&url);
    return r;
}

static void say_wrong_account(struct x_login *login)
{
    finish(login, false,
           "X says that this is @%s (%s), and the configuration names @%s (%s). Nothing was kept: "
           "sign in to X as @%s and begin again",
           login->me.handle, login->me.id, login->options.handle, login->options.account_id,
           login->options.handle);
}

/* Whatever X says to that: we don't keep the token. */
static void on_given_back(void *data, const struct http_answer *answer)
{
    (void)answer;
    say_wrong_account(data);
}

static void give_back(struct x_login *login)
{
    struct buf form = wipe_buf(FORM_BYTES_MAX);
    (void)buf_addc(&form, "token=");
    (void)oauth1_encode(&form, str_of(login->pair.refresh_token));
    if (ask_form(login, "/2/oauth2/revoke", &form, on_given_back) < 0)
        say_wrong_account(login);
    wipe_buf_release(&form);
}

static void keep(struct x_login *login)
{
    struct report report = REPORT_INIT;
    struct x_stamp stamp;
    if (x_account_secrets_write(login->options.token_file, &login->pair, &report, &stamp) < 0)
        finish(login, false, "The tokens could not be kept (%s)", buf_cstr(&report.lines));
    else
        finish(login, true, "Signed in as @%s. The tokens are in %s", login->options.handle,
               login->options.token_file);
    report_release(&report);
}

static void on_me(void *data, const struct http_answer *answer)
{
    struct x_login *login = data;
    char words[X_WORDS_MAX];
    if (answer->end != HTTP_ANSWERED || answer->status != 200 ||
        x_read_me(answer->body, &login->me) < 0)
        finish(login, false, "X doesn't say whose the tokens are (%s): nothing was kept",
               x_words_of(answer, words));
    else if (strcmp(login->me.id, login->options.account_id) != 0)
        give_back(login);
    else
        keep(login);
}

static void ask_me(struct x_login *login)
{
    struct buf authorization = wipe_buf(HEAD_BYTES_MAX);
    int r = x_authorize(login->options.app, &login->pair, HTTP_GET, buf_cstr(&login->me_url),
                        &authorization);
    struct http_request request =
        x_me_request(buf_cstr(&login->me_url), buf_cstr(&authorization), login->options.timeout_ms);
    if (r == 0)
        r = http_send(login->options.http, &request, on_me, login);
    if (r < 0)
        finish(login, false, "%s: nothing was kept", err_str(r));
    wipe_buf_release(&authorization);
}

static void on_exchanged(void *data, const struct http_answer *answer)
{
    struct x_login *login = data;
    char words[X_WORDS_MAX];
    int r = ERR_BADINPUT;
    if (answer->end == HTTP_ANSWERED && answer->status == 200)
        r = x_read_pair(answer->body, time(NULL), &login->pair);
    if (r < 0)
        finish(login, false, "X gives no tokens for the code (%s): begin again",
               x_words_of(answer, words));
    else if (!login->pair.refresh_token[0])
        finish(login, false,
               "X gave a token that can't be renewed: the app needs the scope offline.access");
    else
        ask_me(login);
}

static void exchange(struct x_login *login, const x_secret code)
{
    struct buf form = wipe_buf(FORM_BYTES_MAX);
    login->state = LOGIN_EXCHANGING;
    (void)buf_addc(&form, "grant_type=authorization_code&code=");
    (void)oauth1_encode(&form, str_of(code));
    (void)buf_addc(&form, "&redirect_uri=");
    (void)oauth1_encode(&form, buf_str(&login->redirect));
    (void)buf_addf(&form, "&code_verifier=%s", login->verifier);
    int r = ask_form(login, "/2/oauth2/token", &form, on_exchanged);
    if (r < 0)
        finish(login, false, "%s: begin again", err_str(r));
    wipe_buf_release(&form);
}

/* ------------------------------------------------------------------------------------------------
 * what the browser brings */

static bool same_state(const struct x_login *login, const struct buf *word)
{
    size_t len = strlen(login->state_word);
    return word->len == len && sodium_memcmp(word->p, login->state_word, len) == 0;
}

/* X's word for why not, such as access_denied: only what such words are made of. */
static void take_refusal(struct x_login *login, struct str error)
{
    char word[60];
    size_t len = 0;
    for (; len < error.len && len + 1 < sizeof word; len++) {
        char c = error.p[len];
        word[len] = (c >= 'a' && c <= 'z') || c == '_' ? c : '?';
    }
    word[len] = '\0';
    finish(login, false, "X didn't let Kerbside in (%s): nothing was kept", word);
}

static void take_callback(struct peer *p, struct str query)
{
    struct x_login *login = p->login;
    struct buf word = wipe_buf(HEAD_BYTES_MAX);
    x_secret code;
    oauth1_parameter(query, "state", &word);
    if (login->state != LOGIN_WAITING) {
        answer_peer(p, "409 Conflict", "Used already",
                    STR("This sign-in has been answered before. Look at the page that came first, "
                        "or begin again."));
    } else if (!same_state(login, &word)) {
        answer_peer(p, "400 Bad Request", "Not this sign-in",
                    STR("This isn't an answer to the sign-in that Kerbside waits for. Open the "
                        "address that it printed."));
    } else {
        oauth1_parameter(query, "error", &word);
        struct str error = buf_str(&word);
        login->asker = p;
        if (error.len) {
            take_refusal(login, error);
        } else {
            oauth1_parameter(query, "code", &word);
            if (x_secret_take(buf_str(&word), &code))
                exchange(login, code);
            else
                finish(login, false, "X sent no code: begin again");
            sodium_memzero(code, sizeof code);
        }
    }
    wipe_buf_release(&word);
}

/* The head of a request is there: only its first line matters. */
static void take_request(struct peer *p)
{
    struct str line = buf_str(&p->in), method = STR(""), target = STR(""), path = STR("");
    (void)str_split(&line, ' ', &method);
    (void)str_split(&line, ' ', &target);
    (void)str_split(&target, '?', &path); /* the query is left */
    if (!str_is(method, "GET"))
        answer_peer(p, "405 Method Not Allowed\r\nAllow: GET", "Not here",
                    STR("Only a browser that comes back from X is expected here."));
    else if (!str_is(path, "/callback"))
        answer_peer(p, "404 Not Found", "Nothing here",
                    STR("Open the address that Kerbside printed."));
    else
        take_callback(p, target);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct peer *p = handle->data;
    (void)wanted;
    *ret = uv_buf_init(p->in.p + p->in.len, (unsigned)(p->in.max - p->in.len));
}

static void on_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct peer *p = stream->data;
    (void)bytes;
    if (len < 0) { /* gone, or more than a head */
        close_peer(p);
        return;
    }
    p->in.len += (size_t)len;
    p->in.p[p->in.len] = '\0';
    if (memmem(p->in.p, p->in.len, "\r\n\r\n", 4)) {
        (void)uv_read_stop(stream);
        take_request(p);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct x_login *login = listener->data;
    struct peer *p = status < 0 ? NULL : calloc(1, sizeof *p);
    if (!p)
        return;
    p->in = wipe_buf(HEAD_BYTES_MAX);
    p->out = BUF_INIT(ANSWER_BYTES_MAX);
    if (p->in.err || uv_tcp_init(login->options.loop, &p->tcp) < 0) {
        wipe_buf_release(&p->in);
        free(p);
        return;
    }
    p->login = login;
    p->tcp.data = p;
    p->next = login->peers;
    p->at = &login->peers;
    if (p->next)
        p->next->at = &p->next;
    login->peers = p;
    login->peer_count++;
    if (uv_accept(listener, (uv_stream_t *)&p->tcp) < 0 || login->peer_count > PEERS_MAX ||
        uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_bytes) < 0)
        close_peer(p);
}

/* ------------------------------------------------------------------------------------------------
 * beginning */

static void random_word(char *ret, size_t size)
{
    unsigned char chance[CHANCE_BYTES];
    randombytes_buf(chance, sizeof chance);
    (void)sodium_bin2base64(ret, size, chance, sizeof chance,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(chance, sizeof chance);
}

static int listen_for(struct x_login *login, int *ret_port)
{
    struct sockaddr_in at;
    int len = sizeof at, r = uv_ip4_addr("127.0.0.1", login->options.port, &at);
    if (r == 0)
        r = uv_tcp_bind(&login->listener, (struct sockaddr *)&at, 0);
    if (r == 0)
        r = uv_listen((uv_stream_t *)&login->listener, PEERS_MAX, on_connection);
    if (r == 0)
        r = uv_tcp_getsockname(&login->listener, (struct sockaddr *)&at, &len);
    *ret_port = ntohs(at.sin_port);
    return r;
}

static int make_address(struct x_login *login, int port)
{
    const char *api = login->options.api;
    char challenge[X_CHALLENGE_MAX];
    random_word(login->verifier, sizeof login->verifier);
    random_word(login->state_word, sizeof login->state_word);
    x_challenge(str_of(login->verifier), challenge);
    (void)buf_addf(&login->redirect, "http://127.0.0.1:%d/callback", port);
    (void)buf_addf(&login->me_url, "%s/2/users/me", api);
    /* people agree on X itself, not on its API; the stand-in is both */
    (void)buf_addf(&login->address, "%s/i/oauth2/authorize?response_type=code&client_id=",
                   strcmp(api, "https://api.x.com") == 0 ? "https://x.com" : api);
    (void)oauth1_encode(&login->address, str_of(login->options.app->client_id));
    (void)buf_addc(&login->address, "&redirect_uri=");
    (void)oauth1_encode(&login->address, buf_str(&login->redirect));
    (void)buf_addc(&login->address, "&scope=");
    (void)oauth1_encode(&login->address, STR(X_SCOPES));
    return buf_addf(&login->address, "&state=%s&code_challenge=%s&code_challenge_method=S256",
                    login->state_word, challenge);
}

int x_login_new(const struct x_login_options *options, struct report *report, x_login_done *done,
                void *data, struct x_login **ret)
{
    int port;
    if (sodium_init() < 0)
        return ERR_NOMEM;
    struct x_login *login = calloc(1, sizeof *login);
    if (!login)
        return ERR_NOMEM;
    login->options = *options;
    login->done = done;
    login->data = data;
    login->redirect = login->address = login->me_url = BUF_INIT(URL_BYTES_MAX);
    login->words = BUF_INIT(4096);
    (void)uv_tcp_init(options->loop, &login->listener);
    (void)uv_timer_init(options->loop, &login->timer);
    login->handles = 2;
    login->listener.data = login->timer.data = login;
    int r = listen_for(login, &port);
    if (r < 0) {
        (void)report_error(report,
                           "127.0.0.1:%d: can't listen there (%s); --port names another, which "
                           "the app's settings at X must list",
                           options->port, uv_strerror(r));
        r = ERR_IO;
    }
    if (r == 0)
        r = make_address(login, port);
    if (r == 0 && uv_timer_start(&login->timer, on_give_up, GIVE_UP_MS, 0) < 0)
        r = ERR_NOMEM;
    if (r < 0)
        return (void)x_login_free(login), r;
    *ret = login;
    return 0;
}

static void handle_closed(uv_handle_t *handle)
{
    struct x_login *login = handle->data;
    if (--login->handles == 0) {
        sodium_memzero(login, sizeof *login);
        free(login);
    }
}

struct x_login *x_login_free(struct x_login *login)
{
    if (!login)
        return NULL;
    while (login->peers)
        close_peer(login->peers);
    buf_release(&login->redirect);
    buf_release(&login->address);
    buf_release(&login->me_url);
    buf_release(&login->words);
    uv_close((uv_handle_t *)&login->listener, handle_closed);
    uv_close((uv_handle_t *)&login->timer, handle_closed);
    return NULL;
}

const char *x_login_address(const struct x_login *login)
{
    return buf_cstr(&login->address);
}

const char *x_login_redirect(const struct x_login *login)
{
    return buf_cstr(&login->redirect);
}
