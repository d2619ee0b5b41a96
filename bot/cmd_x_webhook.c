/* kerbside x webhook: where X sends to. Lists, adds and checks our webhook at X, takes it away, and
 * asks X to send again what it sent. kerbside serve must run for add and check: X asks it whether
 * the address is ours. */
#include <getopt.h>
#include <inttypes.h>

#include "base/when.h"
#include "bot/command.h"
#include "bot/x/client.h"
#include "bot/x/errors.h"
#include "bot/x/wire.h"

static const char usage[] =
    "usage: kerbside x webhook list [--config FILE]\n"
    "       kerbside x webhook add [URL] [--config FILE]\n"
    "       kerbside x webhook check ID [--config FILE]\n"
    "       kerbside x webhook remove ID [--config FILE]\n"
    "       kerbside x webhook replay ID --from TIME --to TIME [--config FILE]\n"
    "  URL is console.origin with /x/webhook behind it unless it is given: https, without a port.\n"
    "  replay has X send again what happened between the two, within the last 24 hours; times are\n"
    "  like 2026-11-22T09:00:00Z. What is known already is recorded once.\n";

enum { URL_CHARS_MAX = 200, ANSWER_BYTES_MAX = 1 << 20, REPLAY_S = 24 * 3600 };

struct request {
    const char *verb, *argument, *from, *to, *config;
};

/* One question to X at a time. */
struct asking {
    uv_loop_t loop;
    bool loop_open, ended;
    struct http *http;
    struct x_app *app;
    struct x_client *client;
    long timeout_ms;
    cJSON *tree; /* of the answer; NULL if it was no success */
};

static int fail(const char *what)
{
    (void)fprintf(stderr, "error: kerbside x webhook: %s\n", what);
    return EXIT_FAILED;
}

static int begin(struct asking *a, const struct conf *conf)
{
    struct report report = REPORT_INIT;
    *a = (struct asking){ .timeout_ms = (long)conf->x_timeout_ms };
    a->loop_open = uv_loop_init(&a->loop) == 0;
    int r = a->loop_open ? http_new(&a->loop, &a->http) : ERR_NOMEM;
    struct x_app_options app = { .loop = &a->loop,
                                 .http = a->http,
                                 .api = conf->x_api,
                                 .app_file = conf->x_app_file,
                                 .timeout_ms = a->timeout_ms };
    if (r == 0)
        r = x_app_new(&app, &report, &a->app);
    struct x_client_options client = { .app = a->app, .name = "app" };
    if (r == 0)
        r = x_client_new(&client, &report, &a->client);
    print_report(&report);
    if (r < 0 && !report.errors)
        (void)fail(err_str(r));
    report_release(&report);
    return r;
}

static void end(struct asking *a)
{
    cJSON_Delete(a->tree);
    a->http = http_free(a->http);
    a->client = x_client_free(a->client);
    a->app = x_app_free(a->app);
    if (!a->loop_open)
        return;
    (void)uv_run(&a->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&a->loop);
}

static void on_answer(void *data, const struct http_answer *answer)
{
    struct asking *a = data;
    struct arena arena = ARENA_INIT;
    bool success = answer->end == HTTP_ANSWERED && answer->status / 100 == 2;
    a->ended = true;
    if (!success || json_parse(answer->body, &a->tree, NULL) < 0) {
        struct str words = x_read_error(&arena, answer, X_SEND_POST, time(NULL)).words;
        (void)fprintf(stderr, "error: kerbside x webhook: %.*s\n", STR_ARG(words));
        a->tree = NULL;
    }
    arena_release(&arena);
    uv_stop(&a->loop);
}

/* The answer's "data", or NULL; what is wrong was said then. */
static const cJSON *ask(struct asking *a, enum http_method method, const char *path,
                        struct str json)
{
    struct x_request request = { .endpoint = X_ENDPOINT_WEBHOOKS,
                                 .token = X_TOKEN_APP,
                                 .method = method,
                                 .path = path,
                                 .json = json,
                                 .timeout_ms = a->timeout_ms,
                                 .max_bytes = ANSWER_BYTES_MAX };
    int r = x_client_send(a->client, &request, on_answer, a);
    if (r < 0)
        (void)fail(err_str(r));
    while (r == 0 && !a->ended)
        (void)uv_run(&a->loop, UV_RUN_DEFAULT);
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(a->tree, "data");
    if (a->tree && !data && method != HTTP_GET)
        (void)fail("X's answer says nothing of what it did");
    return data;
}

static struct str text_of(const cJSON *object, const char *name)
{
    return json_str(cJSON_GetObjectItemCaseSensitive(object, name));
}

static void print_webhook(const cJSON *one)
{
    bool valid = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(one, "valid"));
    (void)printf("%-20.*s %-8s %.*s\n", STR_ARG(text_of(one, "id")), valid ? "valid" : "invalid",
                 STR_ARG(text_of(one, "url")));
}

static int list(struct asking *a)
{
    const cJSON *one, *data = ask(a, HTTP_GET, "/2/webhooks", STR(""));
    if (!a->tree)
        return EXIT_FAILED;
    cJSON_ArrayForEach(one, data) print_webhook(one);
    return EXIT_OK;
}

/* X's page on webhooks: https, public, no port, at most 200 characters. */
static bool url_is_right(const char *url)
{
    struct str rest = str_of(url), host;
    bool secure = str_starts(rest, STR("https://"));
    rest = str_cut(rest, strlen("https://"), rest.len);
    (void)str_split(&rest, '/', &host);
    return secure && host.len && !memchr(host.p, ':', host.len) && strlen(url) <= URL_CHARS_MAX;
}

static int add(struct asking *a, const struct conf *conf, const char *url)
{
    struct buf ours = BUF_INIT(4096), json = BUF_INIT(4096);
    int status = EXIT_FAILED;
    (void)buf_addf(&ours, "%s/x/webhook", conf->console_origin ? conf->console_origin : "");
    if (!url)
        url = buf_cstr(&ours);
    (void)buf_addc(&json, "{\"url\":");
    (void)json_add_text(&json, str_of(url));
    (void)buf_addc(&json, "}");
    if (!url_is_right(url) || json.err) {
        (void)fprintf(
            stderr,
            "error: kerbside x webhook: \"%s\" must begin with https://, have no port and "
            "at most %d characters; set console.origin or give it\n",
            url, URL_CHARS_MAX);
    } else {
        const cJSON *data = ask(a, HTTP_POST, "/2/webhooks", buf_str(&json));
        if (data)
            print_webhook(data);
        status = data ? EXIT_OK : EXIT_FAILED;
    }
    buf_release(&ours);
    buf_release(&json);
    return status;
}

/* PUT asks X to look at the address again, DELETE to forget it; both tell of one flag. */
static int change(struct asking *a, enum http_method method, const char *id)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/2/webhooks/%s", id);
    const char *name = method == HTTP_PUT ? "valid" : "deleted";
    const cJSON *data = ask(a, method, path, STR(""));
    if (!data)
        return EXIT_FAILED;
    bool done = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(data, name));
    (void)printf("%s %s%s\n", id, done ? "" : "not ", name);
    return done ? EXIT_OK : EXIT_FAILED;
}

/* "yyyymmddhhmm", in UTC, as X has it. */
static bool read_minute(const char *text, int64_t *ret_at, char out[16])
{
    char at[WHEN_TEXT_MAX];
    if (!text || !when_parse(str_of(text), ret_at))
        return false;
    (void)when_format(*ret_at, at);
    (void)snprintf(out, 16, "%.4s%.2s%.2s%.2s%.2s", at, at + 5, at + 8, at + 11, at + 14);
    return true;
}

static int replay(struct asking *a, const struct request *q)
{
    char from[16], to[16], json[200];
    int64_t from_at, to_at, now = time(NULL);
    if (!read_minute(q->from, &from_at, from) || !read_minute(q->to, &to_at, to) ||
        from_at >= to_at || to_at > now || from_at < now - REPLAY_S)
        return fail("--from and --to must be times like 2026-11-22T09:00:00Z, the first one before "
                    "the second, both within the last 24 hours");
    (void)snprintf(json, sizeof json,
                   "{\"webhook_id\":\"%s\",\"from_date\":\"%s\",\"to_date\":\"%s\"}", q->argument,
                   from, to);
    const cJSON *data = ask(a, HTTP_POST, "/2/webhooks/replay", str_of(json));
    if (!data)
        return EXIT_FAILED;
    (void)printf("job %.*s: X sends again what happened from %s to %s\n",
                 STR_ARG(text_of(data, "job_id")), q->from, q->to);
    return EXIT_OK;
}

static int run(const struct request *q, const struct conf *conf)
{
    struct asking a;
    int status = EXIT_FAILED;
    if (begin(&a, conf) < 0)
        status = EXIT_FAILED;
    else if (strcmp(q->verb, "list") == 0)
        status = list(&a);
    else if (strcmp(q->verb, "add") == 0)
        status = add(&a, conf, q->argument);
    else if (strcmp(q->verb, "check") == 0)
        status = change(&a, HTTP_PUT, q->argument);
    else if (strcmp(q->verb, "remove") == 0)
        status = change(&a, HTTP_DELETE, q->argument);
    else
        status = replay(&a, q);
    end(&a);
    return status;
}

/* What a verb takes. */
static bool fits(const struct request *q)
{
    static const struct {
        const char *verb;
        bool id, times;
    } verbs[] = {
        { "list", false, false },  { "add", false, false },  { "check", true, false },
        { "remove", true, false }, { "replay", true, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (strcmp(q->verb, verbs[i].verb) != 0)
            continue;
        bool named = q->argument && x_id_valid(str_of(q->argument));
        bool argument = verbs[i].id ? named : !q->argument || strcmp(q->verb, "add") == 0;
        return argument && verbs[i].times == (q->from && q->to) && !q->from == !q->to;
    }
    return false;
}

int command_x_webhook(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "from", required_argument, NULL, 'f' },
        { "to", required_argument, NULL, 't' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct request q = { .verb = "" };
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'c')
            q.config = optarg;
        else if (c == 'f')
            q.from = optarg;
        else if (c == 't')
            q.to = optarg;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    int count = argc + 1 - optind;
    q.verb = count > 0 ? argv[optind - 1] : "";
    q.argument = count > 1 ? argv[optind] : NULL;
    if (count > 2 || !fits(&q)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct conf *conf = NULL;
    int status = load_config(q.config, &conf);
    if (status == EXIT_OK)
        status = run(&q, conf);
    (void)conf_free(conf);
    return status;
}
