/* kerbside x: who we are on X. Signs an account in, and says whether what is there works. */
#include <getopt.h>
#include <signal.h>
#include <strings.h>

#include "base/when.h"
#include "bot/command.h"
#include "bot/x/pin.h"
#include "bot/x/wipe.h"

static const char usage[] =
    "usage: kerbside x login [--account HANDLE] [--port PORT | --pin] [--config FILE]\n"
    "       kerbside x check [--config FILE]\n"
    "       kerbside x usage [--json] [--config FILE]\n"
    "       kerbside x webhook list|add|check|remove|replay ... (see its own --help)\n"
    "  login prints an address; open it in a browser where you are signed in to X as the account.\n"
    "  X sends the browser to http://127.0.0.1:PORT/callback (8089 unless --port says otherwise),\n"
    "  which the app's settings at X must list. From another machine: ssh -L 8089:127.0.0.1:8089.\n"
    "  With --pin X shows a number to type here, and the tokens are OAuth 1.0a's, which don't "
    "end.\n"
    "  check reads all tokens and asks X whose they are; it changes nothing.\n"
    "  usage says what X has cost this month.\n";

enum { DEFAULT_PORT = 8089, HEADER_BYTES_MAX = 16000 };

struct request {
    const char *verb, *account, *config;
    int64_t port;
    bool pin;
};

/* What waits for one answer, or for Ctrl-C. */
struct waiting {
    uv_loop_t loop;
    bool loop_open;
    struct http *http;
    uv_signal_t signals[2];
    bool ended, success, interrupted;
    struct x_me me;
    int status;
    char why[200];
};

static int fail(const char *what)
{
    (void)fprintf(stderr, "error: kerbside x: %s\n", what);
    return EXIT_FAILED;
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct waiting *w = handle->data;
    (void)number;
    w->interrupted = w->ended = true;
    uv_stop(&w->loop);
}

static int begin(struct waiting *w)
{
    static const int numbers[] = { SIGINT, SIGTERM };
    *w = (struct waiting){ 0 };
    if (uv_loop_init(&w->loop) < 0)
        return ERR_NOMEM;
    w->loop_open = true;
    (void)signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        (void)uv_signal_init(&w->loop, &w->signals[i]);
        w->signals[i].data = w;
        (void)uv_signal_start(&w->signals[i], on_signal, numbers[i]);
    }
    return http_new(&w->loop, &w->http);
}

static void turn(struct waiting *w)
{
    while (!w->ended && uv_run(&w->loop, UV_RUN_ONCE))
        continue;
}

/* @login, if there is one, may go only after the client of its requests. */
static void end(struct waiting *w, struct x_login *login)
{
    if (!w->loop_open)
        return;
    w->http = http_free(w->http);
    (void)x_login_free(login);
    for (size_t i = 0; i < ARRAY_LEN(w->signals); i++)
        uv_close((uv_handle_t *)&w->signals[i], NULL);
    (void)uv_run(&w->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&w->loop);
}

static int read_app(const struct conf *conf, struct x_app_secrets *ret)
{
    struct report report = REPORT_INIT;
    int r = 0;
    x_secrets_wipe(ret);
    if (conf->x_app_file)
        r = x_app_secrets_read(conf->x_app_file, &report, ret);
    print_report(&report);
    report_release(&report);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * login */

/* The account that is meant; the only one if none is named. */
static const struct conf_account *find_account(const struct conf *conf, const char *handle)
{
    if (!handle)
        return conf->account_count == 1 ? &conf->accounts[0] : NULL;
    if (*handle == '@')
        handle++;
    for (size_t i = 0; i < conf->account_count; i++)
        if (strcasecmp(conf->accounts[i].handle, handle) == 0)
            return &conf->accounts[i];
    return NULL;
}

static void on_login(void *data, bool success, struct str words)
{
    struct waiting *w = data;
    w->ended = true;
    w->success = success;
    (void)fprintf(success ? stdout : stderr, "%s%.*s\n", success ? "" : "error: ", STR_ARG(words));
    uv_stop(&w->loop);
}

static int log_in(const struct request *q, const struct conf *conf, const struct x_app_secrets *app,
                  const struct conf_account *account)
{
    struct waiting w;
    struct report report = REPORT_INIT;
    struct x_login *login = NULL;
    int r = begin(&w);
    struct x_login_options options = { .loop = &w.loop,
                                       .http = w.http,
                                       .api = conf->x_api,
                                       .app = app,
                                       .account_id = account->id,
                                       .handle = account->handle,
                                       .token_file = account->token_file,
                                       .port = (int)q->port,
                                       .timeout_ms = (long)conf->x_timeout_ms };
    if (r == 0)
        r = x_login_new(&options, &report, on_login, &w, &login);
    if (r == 0) {
        (void)printf("Open this in a browser where you are signed in to X as @%s:\n\n  %s\n\n"
                     "The app's settings at X must list the callback %s\n",
                     account->handle, x_login_address(login), x_login_redirect(login));
        (void)fflush(stdout);
        turn(&w);
        if (w.interrupted)
            (void)fputs("Given up: nothing was kept\n", stderr);
    } else {
        print_report(&report);
        if (!report.errors)
            (void)fail(err_str(r));
    }
    end(&w, login);
    report_release(&report);
    return w.success ? EXIT_OK : EXIT_FAILED;
}

/* One step of signing in by a number, and what it said. */
struct step {
    struct waiting waiting;
    struct buf words;
};

static void on_step(void *data, bool success, struct str words)
{
    struct step *step = data;
    step->waiting.ended = true;
    step->waiting.success = success;
    (void)buf_add(&step->words, words);
    uv_stop(&step->waiting.loop);
}

/* @number NULL: the first step. Each has a loop of its own, so that Ctrl-C ends the typing, too. */
static bool take_step(struct step *step, struct x_login_options options, struct x_pin *pin,
                      const char *number)
{
    struct waiting *w = &step->waiting;
    int r = begin(w);
    options.http = w->http;
    buf_clear(&step->words);
    if (r == 0)
        r = number ? x_pin_finish(&options, pin, str_of(number), on_step, step)
                   : x_pin_begin(&options, pin, on_step, step);
    if (r == 0)
        turn(w);
    end(w, NULL);
    if (r < 0)
        (void)fail(err_str(r));
    else if (w->interrupted)
        (void)fputs("Given up: nothing was kept\n", stderr);
    else if (!w->success)
        (void)fprintf(stderr, "error: %s\n", buf_cstr(&step->words));
    return r == 0 && w->success;
}

static int log_in_by_pin(const struct conf *conf, const struct x_app_secrets *app,
                         const struct conf_account *account)
{
    struct step step = { .words = BUF_INIT(65536) };
    struct x_pin pin = { .token = "" };
    struct x_login_options options = { .api = conf->x_api,
                                       .app = app,
                                       .account_id = account->id,
                                       .handle = account->handle,
                                       .token_file = account->token_file,
                                       .timeout_ms = (long)conf->x_timeout_ms };
    char number[32] = "";
    bool signed_in = take_step(&step, options, &pin, NULL);
    if (signed_in) {
        (void)printf("Open this in a browser where you are signed in to X as @%s:\n\n  %s\n\n"
                     "The number that X shows: ",
                     account->handle, buf_cstr(&step.words));
        (void)fflush(stdout);
        signed_in = fgets(number, sizeof number, stdin) != NULL;
        number[strcspn(number, "\r\n")] = '\0';
        if (!signed_in || !*number) {
            (void)fputs("error: there was no number: nothing was kept\n", stderr);
            signed_in = false;
        }
    }
    if (signed_in)
        signed_in = take_step(&step, options, &pin, number);
    if (signed_in)
        (void)printf("%s\n", buf_cstr(&step.words));
    x_secrets_wipe(&pin);
    buf_release(&step.words);
    return signed_in ? EXIT_OK : EXIT_FAILED;
}

static int login(const struct request *q, const struct conf *conf)
{
    const struct conf_account *account = find_account(conf, q->account);
    struct x_app_secrets app;
    if (!account)
        return fail(q->account ? "the configuration has no account of that handle"
                               : "there are several accounts: name one with --account");
    if (!conf->x_app_file)
        return fail("the configuration's \"x.app_file\" must name the file with the app's keys");
    if (read_app(conf, &app) < 0)
        return EXIT_FAILED;
    int status = EXIT_FAILED;
    if (q->pin && !app.consumer_key[0])
        (void)fprintf(stderr,
                      "error: %s: signing in with --pin needs \"consumer_key\" and "
                      "\"consumer_secret\"\n",
                      conf->x_app_file);
    else if (!q->pin && !app.client_id[0])
        (void)fprintf(stderr, "error: %s: signing in needs \"client_id\"\n", conf->x_app_file);
    else
        status = q->pin ? log_in_by_pin(conf, &app, account) : log_in(q, conf, &app, account);
    x_secrets_wipe(&app);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * check */

static void on_me(void *data, const struct http_answer *answer)
{
    struct waiting *w = data;
    w->ended = true;
    w->status = answer->status;
    w->success = answer->end == HTTP_ANSWERED && answer->status == 200 &&
                 x_read_me(answer->body, &w->me) == 0;
    (void)snprintf(w->why, sizeof w->why, "%s", answer->why ? answer->why : "");
    uv_stop(&w->loop);
}

/* Asks as a person would with this token, and renews nothing: kerbside serve may run besides. */
static bool ask_whose(const struct conf *conf, const struct conf_account *account,
                      const struct x_app_secrets *app, const struct x_account_secrets *secrets)
{
    struct waiting w;
    struct buf url = BUF_INIT(4096), authorization = wipe_buf(HEADER_BYTES_MAX);
    int r = begin(&w);
    (void)buf_addf(&url, "%s/2/users/me", conf->x_api);
    if (r == 0)
        r = url.err ? url.err : x_authorize(app, secrets, HTTP_GET, buf_cstr(&url), &authorization);
    struct http_request request =
        x_me_request(buf_cstr(&url), buf_cstr(&authorization), (long)conf->x_timeout_ms);
    if (r == 0)
        r = http_send(w.http, &request, on_me, &w);
    if (r == 0)
        turn(&w);
    bool right = r == 0 && w.success && strcmp(w.me.id, account->id) == 0;
    if (r < 0)
        (void)printf("; can't ask X: %s\n", err_str(r));
    else if (w.interrupted)
        (void)printf("; given up\n");
    else if (w.success)
        (void)printf("; X says it is @%s (%s)%s\n", w.me.handle, w.me.id,
                     right ? "" : ", which is not the configuration's account");
    else if (w.status == 401)
        (void)printf("; X refuses it: run kerbside x login --account %s\n", account->handle);
    else if (w.status)
        (void)printf("; X said %d\n", w.status);
    else
        (void)printf("; X can't be reached: %s\n", w.why);
    end(&w, NULL);
    wipe_buf_release(&authorization);
    buf_release(&url);
    return right;
}

static bool check_account(const struct conf *conf, const struct conf_account *account,
                          const struct x_app_secrets *app)
{
    struct x_account_secrets secrets;
    struct x_stamp stamp;
    struct report report = REPORT_INIT;
    char at[WHEN_TEXT_MAX];
    bool right = x_account_secrets_read(account->token_file, &report, &secrets, &stamp) == 0;
    print_report(&report);
    report_release(&report);
    if (!right)
        return false;
    bool ended = secrets.grant == X_GRANT_OAUTH2 && secrets.expires_at <= time(NULL);
    (void)printf("@%s: ", account->handle);
    switch (secrets.grant) {
    case X_GRANT_OAUTH2:
        (void)printf("OAuth 2.0, %s %s, scopes %s", ended ? "ended" : "renewed before",
                     when_format(secrets.expires_at, at),
                     secrets.scope[0] ? secrets.scope : "not known");
        break;
    case X_GRANT_OAUTH1:
        (void)printf("OAuth 1.0a, without end");
        break;
    case X_GRANT_BARE:
        (void)printf("an OAuth 2.0 token alone, which can't be renewed");
        break;
    case X_GRANT_NONE:
        break;
    }
    if (secrets.grant == X_GRANT_OAUTH1 && !app->consumer_key[0]) {
        (void)printf("; needs \"consumer_key\" and \"consumer_secret\" in x.app_file\n");
        right = false;
    } else if (secrets.grant == X_GRANT_OAUTH2 && !app->client_id[0]) {
        (void)printf("; renewing it needs \"client_id\" in x.app_file\n");
        right = false;
    } else if (ended) {
        (void)printf("; kerbside serve renews it when it starts\n");
    } else {
        right = ask_whose(conf, account, app, &secrets);
    }
    x_secrets_wipe(&secrets);
    return right;
}

static void print_app(const struct conf *conf, const struct x_app_secrets *app)
{
    const struct {
        const char *name, *value;
    } keys[] = {
        { "client_id", app->client_id },       { "client_secret", app->client_secret },
        { "consumer_key", app->consumer_key }, { "consumer_secret", app->consumer_secret },
        { "bearer_token", app->bearer_token },
    };
    bool any = false;
    (void)printf("app: ");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].value[0]) {
            (void)printf("%s%s", any ? ", " : "", keys[i].name);
            any = true;
        }
    (void)printf("%s\n", any                ? ""
                         : conf->x_app_file ? "no keys in its file"
                                            : "no file (x.app_file)");
}

static int check(const struct conf *conf)
{
    struct x_app_secrets app;
    if (sodium_init() < 0 || read_app(conf, &app) < 0)
        return EXIT_FAILED;
    bool right = true;
    print_app(conf, &app);
    for (size_t i = 0; i < conf->account_count; i++)
        right &= check_account(conf, &conf->accounts[i], &app);
    x_secrets_wipe(&app);
    return right ? EXIT_OK : EXIT_FAILED;
}

int command_x(int argc, char **argv)
{
    static const struct option options[] = {
        { "account", required_argument, NULL, 'a' }, { "config", required_argument, NULL, 'c' },
        { "port", required_argument, NULL, 'p' },    { "pin", no_argument, NULL, 'n' },
        { "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 },
    };
    struct request q = { .verb = "", .port = DEFAULT_PORT };
    int c;
    if (argc > 0 && strcmp(argv[0], "webhook") == 0)
        return command_x_webhook(argc - 1, argv + 1);
    if (argc > 0 && strcmp(argv[0], "usage") == 0)
        return command_x_usage(argc - 1, argv + 1);
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'a')
            q.account = optarg;
        else if (c == 'c')
            q.config = optarg;
        else if (c == 'n')
            q.pin = true;
        else if (c == 'p' && str_to_int64(str_of(optarg), 0, 65535, &q.port))
            continue;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    int count = argc + 1 - optind;
    q.verb = count == 1 ? argv[optind - 1] : "";
    bool to_login = strcmp(q.verb, "login") == 0;
    if (!to_login &&
        (strcmp(q.verb, "check") != 0 || q.account || q.pin || q.port != DEFAULT_PORT)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct conf *conf = NULL;
    int status = load_config(q.config, &conf);
    if (status == EXIT_OK)
        status = to_login ? login(&q, conf) : check(conf);
    (void)conf_free(conf);
    return status;
}
