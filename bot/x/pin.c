#include "bot/x/pin.h"

#include "bot/x/oauth1.h"
#include "bot/x/wipe.h"

enum { HEADER_BYTES_MAX = 16000, URL_BYTES_MAX = 65536, ANSWER_BYTES_MAX = 65536 };

/* One leg under way. */
struct leg {
    const struct x_login_options *options;
    struct x_pin *pin;
    x_login_done *done;
    void *data;
};

static void end_leg(struct leg *leg, bool success, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void end_leg(struct leg *leg, bool success, const char *fmt, ...)
{
    struct buf words = BUF_INIT(URL_BYTES_MAX);
    va_list args;
    va_start(args, fmt);
    (void)buf_addv(&words, fmt, args);
    va_end(args);
    leg->done(leg->data, success, buf_str(&words));
    buf_release(&words);
    free(leg);
}

static int send_leg(const struct leg *which, const char *path, const struct oauth1_pair *more,
                    http_done *done)
{
    const struct x_login_options *o = which->options;
    struct buf url = BUF_INIT(URL_BYTES_MAX), authorization = wipe_buf(HEADER_BYTES_MAX);
    unsigned char chance[16];
    char nonce[2 * sizeof chance + 1];
    struct leg *leg = malloc(sizeof *leg);
    randombytes_buf(chance, sizeof chance);
    (void)sodium_bin2hex(nonce, sizeof nonce, chance, sizeof chance);
    (void)buf_addf(&url, "%s%s", o->api, path);
    struct oauth1_keys keys = { str_of(o->app->consumer_key), str_of(o->app->consumer_secret),
                                str_of(which->pin->token), str_of(which->pin->token_secret) };
    struct oauth1_request request = { .method = "POST",
                                      .url = buf_str(&url),
                                      .more = more,
                                      .more_count = 1,
                                      .nonce = str_of(nonce),
                                      .at = time(NULL) };
    int r = !leg || authorization.err ? ERR_NOMEM : oauth1_header(&keys, &request, &authorization);
    struct http_request send = { .method = HTTP_POST,
                                 .url = buf_cstr(&url),
                                 .authorization = buf_cstr(&authorization),
                                 .body = STR(""),
                                 .timeout_ms = o->timeout_ms,
                                 .max_bytes = ANSWER_BYTES_MAX };
    if (r == 0) {
        *leg = *which;
        r = http_send(o->http, &send, done, leg);
    }
    if (r < 0)
        free(leg);
    wipe_buf_release(&authorization);
    buf_release(&url);
    return r;
}

/* A token and its secret from an answer, which is a form. */
static bool take_tokens(const struct http_answer *answer, x_secret *token, x_secret *secret)
{
    struct buf value = wipe_buf(ANSWER_BYTES_MAX);
    bool taken = answer->end == HTTP_ANSWERED && answer->status == 200;
    if (taken) {
        oauth1_parameter(answer->body, "oauth_token", &value);
        taken = x_secret_take(buf_str(&value), token);
    }
    if (taken) {
        oauth1_parameter(answer->body, "oauth_token_secret", &value);
        taken = x_secret_take(buf_str(&value), secret);
    }
    wipe_buf_release(&value);
    return taken;
}

static void on_begun(void *data, const struct http_answer *answer)
{
    struct leg *leg = data;
    struct buf token = BUF_INIT(URL_BYTES_MAX);
    char words[X_WORDS_MAX];
    if (take_tokens(answer, &leg->pin->token, &leg->pin->token_secret) &&
        oauth1_encode(&token, str_of(leg->pin->token)) == 0)
        end_leg(leg, true, "%s/oauth/authorize?oauth_token=%s", leg->options->api,
                buf_cstr(&token));
    else
        end_leg(leg, false, "X gives no address (%s): are the consumer key and secret right?",
                x_words_of(answer, words));
    buf_release(&token);
}

int x_pin_begin(const struct x_login_options *options, struct x_pin *pin, x_login_done *done,
                void *data)
{
    const struct oauth1_pair callback = { STR("oauth_callback"), STR("oob") };
    struct leg leg = { options, pin, done, data };
    if (sodium_init() < 0)
        return ERR_NOMEM;
    return send_leg(&leg, "/oauth/request_token", &callback, on_begun);
}

static void keep(struct leg *leg, const struct x_account_secrets *secrets)
{
    const char *file = leg->options->token_file;
    struct report report = REPORT_INIT;
    struct x_stamp stamp;
    if (x_account_secrets_write(file, secrets, &report, &stamp) < 0)
        end_leg(leg, false, "The tokens could not be kept (%s)", buf_cstr(&report.lines));
    else
        end_leg(leg, true, "Signed in as @%s. The tokens are in %s", leg->options->handle, file);
    report_release(&report);
}

static void on_finished(void *data, const struct http_answer *answer)
{
    struct leg *leg = data;
    const struct x_login_options *o = leg->options;
    struct x_account_secrets secrets = { .grant = X_GRANT_OAUTH1 };
    struct buf id = BUF_INIT(ANSWER_BYTES_MAX);
    char words[X_WORDS_MAX];
    oauth1_parameter(answer->body, "user_id", &id); /* whose they are */
    if (!take_tokens(answer, &secrets.oauth_token, &secrets.oauth_token_secret))
        end_leg(leg, false, "X gives no tokens for the number (%s): begin again",
                x_words_of(answer, words));
    else if (!str_is(buf_str(&id), o->account_id))
        end_leg(leg, false,
                "X says that these are another account's tokens, and the configuration names @%s "
                "(%s). Nothing was kept: sign in to X as @%s and begin again",
                o->handle, o->account_id, o->handle);
    else
        keep(leg, &secrets);
    x_secrets_wipe(&secrets);
    buf_release(&id);
}

int x_pin_finish(const struct x_login_options *options, struct x_pin *pin, struct str number,
                 x_login_done *done, void *data)
{
    const struct oauth1_pair verifier = { STR("oauth_verifier"), number };
    struct leg leg = { options, pin, done, data };
    return send_leg(&leg, "/oauth/access_token", &verifier, on_finished);
}
