/*
 * kerbside serve: one process, one loop. Opens everything or nothing, then turns the loop until it
 * is told to stop. Each turn ends in the same order: status, then the outbox, then the consoles, so
 * that a console hears of a reply's state in the turn that changed it.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>

#include "base/log.h"
#include "bot/bot_store.h"
#include "bot/checker.h"
#include "bot/command.h"
#include "bot/outbox.h"
#include "bot/responder.h"
#include "bot/x/x.h"
#include "handoff/console.h"
#include "handoff/record.h"

static const char usage[] = "usage: kerbside serve [--config FILE]\n"
                            "  Runs until SIGINT or SIGTERM. Prints \"kerbside ready ADDRESS\" on "
                            "standard output when it is.\n";

/* One account of ours, with all that is its own. */
struct account {
    const struct conf_account *conf;
    struct network *network;
    struct responder *responder;
    struct outbox *outbox;
    struct checker *checker;
    struct responder_account *others;
};

struct service {
    struct conf *conf;
    struct kb *kb;
    struct db *db;
    struct clock clock;
    uv_loop_t loop;
    bool loop_open;
    struct http *http;
    struct x_app *app;
    struct x_limits app_limits;
    struct x_meter *meter;
    struct buf cap_trouble;
    struct account *accounts;
    size_t account_count;
    struct console *console;
    uv_signal_t signals[2];
    uv_prepare_t before_sleep;
    uv_timer_t tick;
    int64_t changes_seen, version_seen;
    bool stopping;
};

static int fail(const char *what, int why)
{
    (void)fprintf(stderr, "error: %s: %s\n", what, err_str(why));
    return EXIT_FAILED;
}

/* A database of before there were several accounts. */
static int adopt(struct service *s)
{
    struct tx *tx;
    int r = tx_begin(s->db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    struct buf feed = BUF_INIT(1024);
    struct str handle = str_of(s->conf->accounts[0].handle);
    r = record_adopt_messages(tx, handle);
    if (r == 0)
        r = buf_addf(&feed, "x/%.*s/mentions", STR_ARG(handle));
    if (r == 0)
        r = cursor_adopt(tx, STR("x"), buf_str(&feed));
    buf_release(&feed);
    if (r < 0) {
        tx_rollback(tx);
        return r;
    }
    return tx_commit(tx);
}

static int load_costs(struct service *s)
{
    struct tx *tx;
    int r = tx_begin(s->db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = x_meter_load(s->meter, tx, time(NULL)); /* X's days are real ones */
    tx_rollback(tx);
    return r;
}

static void keep_costs(struct service *s)
{
    struct tx *tx;
    if (!s->db || !s->meter || !x_meter_dirty(s->meter))
        return;
    int r = tx_begin(s->db, TX_WRITE, &tx);
    if (r == 0) {
        r = x_meter_keep(s->meter, tx);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r == 0)
        x_meter_kept(s->meter);
    else
        log_error("serve.costs_not_kept why=\"%s\"", err_str(r));
}

static int open_database(struct service *s)
{
    const char *why = NULL;
    int r = db_open(s->conf->database, DB_WRITER, &s->db, &why);
    if (r < 0) {
        (void)fprintf(stderr, "error: database: %s\n", why ? why : err_str(r));
        return EXIT_FAILED;
    }
    r = record_migrate(s->db);
    if (r == 0)
        r = bot_migrate(s->db);
    if (r == ERR_NEWER) {
        (void)fprintf(stderr,
                      "error: %s: written by a newer Kerbside than %s; install that one, nothing "
                      "was changed\n",
                      s->conf->database, KERBSIDE_VERSION);
        return EXIT_FAILED;
    }
    if (r == 0)
        r = adopt(s);
    if (r == 0)
        r = load_costs(s);
    return r < 0 ? fail(s->conf->database, r) : EXIT_OK;
}

/* The month has cost what it may; empty: it hasn't. */
static struct str cap_trouble(struct service *s)
{
    buf_clear(&s->cap_trouble);
    if (x_meter_over(s->meter, time(NULL)))
        (void)buf_addf(&s->cap_trouble,
                       "X has cost this month's cap of %" PRId64 " USD: nothing is answered "
                       "automatically until the month is over or x.month_cap_usd is raised.",
                       s->conf->x_month_cap_usd);
    return buf_str(&s->cap_trouble);
}

/* The first thing that doesn't work, as a sentence for staff. */
static struct str trouble_of(struct service *s)
{
    struct str trouble = STR("");
    for (size_t i = 0; i < s->account_count && !trouble.len; i++)
        trouble = outbox_trouble(s->accounts[i].outbox);
    for (size_t i = 0; i < s->account_count && !trouble.len; i++)
        trouble = responder_trouble(s->accounts[i].responder);
    for (size_t i = 0; i < s->account_count && !trouble.len; i++)
        trouble = checker_trouble(s->accounts[i].checker);
    return trouble.len ? trouble : cap_trouble(s);
}

static void update_status(struct service *s)
{
    int64_t now = clock_now(&s->clock);
    struct console_status status = {
        .open_now = hours_open(s->conf->hours, now),
        .next_open_at = hours_next_open(s->conf->hours, now),
        .trouble = trouble_of(s),
    };
    console_set_status(s->console, &status);
}

static void turn_outboxes(struct service *s)
{
    for (size_t i = 0; i < s->account_count; i++)
        outbox_turn(s->accounts[i].outbox);
}

/* Before the loop sleeps: whoever changed the record, the outbox and the consoles get to know. */
static void on_before_sleep(uv_prepare_t *handle)
{
    struct service *s = handle->data;
    if (s->stopping || db_changes(s->db) == s->changes_seen)
        return;
    s->changes_seen = db_changes(s->db);
    turn_outboxes(s);
    s->changes_seen = db_changes(s->db);
    console_wake(s->console);
}

/* Once a second: what time changes, and what another program wrote (kerbside staff). */
static void on_tick(uv_timer_t *timer)
{
    struct service *s = timer->data;
    int64_t version = db_version(s->db);
    if (version != s->version_seen)
        turn_outboxes(s);
    s->version_seen = version;
    keep_costs(s);
    console_wake(s->console);
    update_status(s);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct service *s = signal->data;
    log_info("serve.stop signal=%d", number);
    s->stopping = true;
    uv_stop(&s->loop);
}

static struct console_options console_options(struct service *s)
{
    return (struct console_options){
        .loop = &s->loop,
        .db = s->db,
        .clock = &s->clock,
        .rules = &x_text_rules,
        .private_rules = &x_direct_rules,
        .address = s->conf->console_address,
        .port = (int)s->conf->console_port,
        .origin = s->conf->console_origin,
        .session_s = s->conf->session_s,
    };
}

/* What can fail without the database, first: a start that fails changes nothing. */
static int start_network(struct service *s, struct report *report)
{
    const struct conf *conf = s->conf;
    struct console_options console = console_options(s);
    int r = console_check(&console, report);
    if (r == 0)
        r = http_new(&s->loop, &s->http);
    if (r < 0)
        return r;
    struct x_app_options app = { .loop = &s->loop,
                                 .http = s->http,
                                 .api = conf->x_api,
                                 .app_file = conf->x_app_file,
                                 .timeout_ms = conf->x_timeout_ms };
    r = x_app_new(&app, report, &s->app);
    if (r == 0)
        r = x_meter_new(conf->x_month_cap_usd, &s->meter);
    for (size_t i = 0; i < s->account_count && r == 0; i++) {
        struct account *a = &s->accounts[i];
        struct x_options x = { .loop = &s->loop,
                               .app = s->app,
                               .app_limits = &s->app_limits,
                               .meter = s->meter,
                               .owns_app = i == 0,
                               .account_id = a->conf->id,
                               .handle = a->conf->handle,
                               .token_file = a->conf->token_file,
                               .enterprise = conf->x_plan == PLAN_ENTERPRISE,
                               .read_only = conf->mode == MODE_SHADOW,
                               .timeout_ms = conf->x_timeout_ms };
        r = x_new(&x, report, &a->network);
    }
    return r;
}

static const struct hours *hours_of(const struct service *s, const struct account *a)
{
    return a->conf->hours ? a->conf->hours : s->conf->hours;
}

/* All but @a: the first count-1 of its others. */
static int list_others(const struct service *s, struct account *a)
{
    size_t at = 0;
    a->others = calloc(s->account_count, sizeof *a->others);
    if (!a->others)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->account_count; i++) {
        const struct account *other = &s->accounts[i];
        if (other != a)
            a->others[at++] =
                (struct responder_account){ str_of(other->conf->handle), str_of(other->conf->team),
                                            str_of(other->conf->voice), hours_of(s, other) };
    }
    return 0;
}

static int start_account(struct service *s, struct account *a)
{
    const struct conf *conf = s->conf;
    int r = list_others(s, a);
    if (r < 0)
        return r;
    struct outbox_options outbox = { .loop = &s->loop,
                                     .db = s->db,
                                     .network = a->network,
                                     .account = str_of(a->conf->handle),
                                     .clock = &s->clock,
                                     .answer_within_s = conf->answer_within_s,
                                     .lookup_wait_ms = conf->x_lookup_wait_ms,
                                     .shadow = conf->mode == MODE_SHADOW };
    struct responder_options responder = { .loop = &s->loop,
                                           .db = s->db,
                                           .network = a->network,
                                           .account = str_of(a->conf->handle),
                                           .team = str_of(a->conf->team),
                                           .voice = str_of(a->conf->voice),
                                           .clock = &s->clock,
                                           .hours = hours_of(s, a),
                                           .others = a->others,
                                           .other_count = s->account_count - 1,
                                           .kb = s->kb,
                                           .poll_every_ms = conf->x_poll_every_ms,
                                           .answer_within_s = conf->answer_within_s };
    r = outbox_new(&outbox, &a->outbox);
    if (r == 0)
        r = responder_new(&responder, &a->responder);
    struct checker_options checker = { .loop = &s->loop,
                                       .db = s->db,
                                       .network = a->network,
                                       .responder = a->responder,
                                       .account = str_of(a->conf->handle),
                                       .clock = &s->clock,
                                       .keep_s = conf->x_keep_days * 86400 };
    return r < 0 ? r : checker_new(&checker, &a->checker);
}

static int start_parts(struct service *s, struct report *report)
{
    struct console_options console = console_options(s);
    int r = console_new(&console, report, &s->console);
    for (size_t i = 0; i < s->account_count && r == 0; i++)
        r = start_account(s, &s->accounts[i]);
    return r;
}

static void run(struct service *s)
{
    static const int numbers[] = { SIGINT, SIGTERM };
    (void)signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        (void)uv_signal_init(&s->loop, &s->signals[i]);
        s->signals[i].data = s;
        (void)uv_signal_start(&s->signals[i], on_signal, numbers[i]);
    }
    (void)uv_prepare_init(&s->loop, &s->before_sleep);
    s->before_sleep.data = s;
    (void)uv_prepare_start(&s->before_sleep, on_before_sleep);
    (void)uv_timer_init(&s->loop, &s->tick);
    s->tick.data = s;
    (void)uv_timer_start(&s->tick, on_tick, 0, 1000);
    s->changes_seen = -1; /* the first turn looks at what was left over */
    for (size_t i = 0; i < s->account_count; i++) {
        responder_start(s->accounts[i].responder);
        checker_start(s->accounts[i].checker);
    }
    (void)printf("kerbside ready http://%s:%d/\n", s->conf->console_address,
                 console_port(s->console));
    (void)fflush(stdout);
    (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        uv_close((uv_handle_t *)&s->signals[i], NULL);
    uv_close((uv_handle_t *)&s->before_sleep, NULL);
    uv_close((uv_handle_t *)&s->tick, NULL);
}

static void stop_parts(struct service *s)
{
    for (size_t i = 0; i < s->account_count; i++) {
        (void)checker_free(s->accounts[i].checker);
        (void)responder_free(s->accounts[i].responder);
        (void)outbox_free(s->accounts[i].outbox);
    }
    s->http = http_free(s->http);
    for (size_t i = 0; i < s->account_count; i++)
        (void)x_free(s->accounts[i].network);
    s->app = x_app_free(s->app);
    keep_costs(s);
    s->meter = x_meter_free(s->meter);
    buf_release(&s->cap_trouble);
    s->console = console_free(s->console);
    if (s->loop_open) {
        (void)uv_run(&s->loop, UV_RUN_DEFAULT);
        (void)uv_loop_close(&s->loop);
    }
    s->db = db_free(s->db);
    for (size_t i = 0; i < s->account_count; i++)
        free(s->accounts[i].others);
    free(s->accounts);
    s->kb = kb_free(s->kb);
    s->conf = conf_free(s->conf);
}

/* Prints what is wrong, if anything is, and says how to exit. */
static int outcome(int r, const struct report *report)
{
    print_report(report);
    return r == 0 ? EXIT_OK : report->errors ? EXIT_FAILED : fail("kerbside serve", r);
}

static int take_accounts(struct service *s)
{
    s->accounts = calloc(s->conf->account_count, sizeof *s->accounts);
    if (!s->accounts)
        return ERR_NOMEM;
    s->account_count = s->conf->account_count;
    for (size_t i = 0; i < s->account_count; i++)
        s->accounts[i].conf = &s->conf->accounts[i];
    return 0;
}

/* Every account speaks with a voice that there is. */
static void check_voices(const struct service *s, struct report *report)
{
    for (size_t i = 0; i < s->conf->account_count; i++) {
        struct str voice = str_of(s->conf->accounts[i].voice);
        if (kb_wording_of(s->kb, voice))
            continue;
        struct buf there = BUF_INIT(4096);
        for (size_t v = 0; v < s->kb->voice_count; v++)
            (void)buf_addf(&there, "%s%.*s", v ? ", " : "", STR_ARG(s->kb->voice[v].name));
        (void)report_error(report,
                           "%s: \"accounts[%zu].voice\": %s/wording.json has no voice \"%.*s\"; "
                           "it has: %s",
                           s->conf->file, i, s->conf->kb_dir, STR_ARG(voice),
                           there.len ? buf_cstr(&there) : "none");
        buf_release(&there);
    }
}

static int serve(const char *config)
{
    struct service s = { .cap_trouble = BUF_INIT(1024) };
    struct report report = REPORT_INIT;
    int status = load_config(config, &s.conf);
    if (status == EXIT_OK)
        status = load_kb(s.conf, NULL, &s.kb);
    if (status == EXIT_OK) {
        check_voices(&s, &report);
        status = outcome(report.errors ? ERR_BADINPUT : 0, &report);
    }
    if (status == EXIT_OK && take_accounts(&s) < 0)
        status = fail("kerbside serve", ERR_NOMEM);
    if (status == EXIT_OK) {
        log_setup(LOG_INFO, (enum log_format)s.conf->log_format);
        s.clock.movable = s.conf->demo;
        s.loop_open = uv_loop_init(&s.loop) == 0;
        status = outcome(s.loop_open ? start_network(&s, &report) : ERR_NOMEM, &report);
    }
    if (status == EXIT_OK)
        status = open_database(&s);
    if (status == EXIT_OK)
        status = outcome(start_parts(&s, &report), &report);
    if (status == EXIT_OK)
        run(&s);
    stop_parts(&s);
    report_release(&report);
    return status;
}

int command_serve(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *config = NULL;
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    if (argc + 1 - optind != 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return serve(config);
}
