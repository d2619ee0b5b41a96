/*
 * kerbside serve: one process, one loop. Opens everything or nothing, then turns the loop until it
 * is told to stop. Each turn ends in the same order: status, then what time changes, then the
 * outbox, then the consoles, so that a console hears of a reply's state in the turn that changed
 * it.
 */
#include <getopt.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "bot/accounts.h"
#include "bot/bot_store.h"
#include "bot/checkpointer.h"
#include "bot/command.h"
#include "bot/council.h"
#include "bot/incidents.h"
#include "bot/links.h"
#include "bot/publisher.h"
#include "bot/standing.h"
#include "bot/versions.h"
#include "bot/workshop.h"
#include "bot/x/x.h"
#include "handoff/minder.h"
#include "handoff/record.h"
#include "handoff/search.h"
#include "kb/schema.h"

static const char usage[] = "usage: kerbside serve [--config FILE]\n"
                            "  Runs until SIGINT or SIGTERM. Prints \"kerbside ready ADDRESS\" on "
                            "standard output when it is.\n";

enum { TRAIN_STILL_MS = 5000 };

/* The council's pages have few readers at night, and we are none. */
enum { LINKS_PAUSE_MS = 10000, LINKS_DEMO_PAUSE_MS = 100, LINKS_TIMEOUT_MS = 20000 };

struct service {
    struct conf *conf;
    struct versions_options versions;
    struct versions_folder folder; /* read where it is the master */
    struct kb_live live;
    struct db *db;
    struct clock clock;
    struct council council;
    struct desk desk;
    uv_loop_t loop;
    bool loop_open;
    struct accounts *accounts;
    struct kb_live demotions_of; /* whose were looked at; not held */
    struct incidents incidents;
    struct links *links; /* NULL: nobody asks for them */
    struct publisher *publisher;
    struct checkpointer *checkpointer;
    struct workshop *workshop;
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

static int open_database(struct service *s)
{
    const char *why = NULL;
    int r = s->db ? 0 : db_open(s->conf->database, DB_WRITER, &s->db, &why);
    if (r < 0)
        (void)fprintf(stderr, "error: database: %s\n", why ? why : err_str(r));
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

static int migrate(struct service *s)
{
    int r = record_migrate(s->db);
    if (r == 0)
        r = bot_migrate(s->db);
    if (r == 0)
        r = kb_migrate(s->db);
    if (r == ERR_NEWER) {
        (void)fprintf(stderr,
                      "error: %s: written by a newer Kerbside than %s; install that one, nothing "
                      "was changed\n",
                      s->conf->database, KERBSIDE_VERSION);
        return EXIT_FAILED;
    }
    return r < 0 ? fail(s->conf->database, r) : EXIT_OK;
}

static void update_status(struct service *s)
{
    int64_t now = clock_now(&s->clock);
    struct console_status status = {
        .open_now = hours_open(s->conf->hours, now),
        .next_open_at = hours_next_open(s->conf->hours, now),
        .trouble = accounts_trouble(s->accounts),
        .shadow = s->conf->mode == MODE_SHADOW,
        .cost = accounts_cost(s->accounts),
    };
    console_set_status(s->console, &status);
}

/* Before the loop sleeps: whoever changed the record, the outbox and the consoles get to know. */
static void on_before_sleep(uv_prepare_t *handle)
{
    struct service *s = handle->data;
    if (s->stopping || db_changes(s->db) == s->changes_seen)
        return;
    minder_turn(s->db, &s->desk, clock_now(&s->clock)); /* nobody sees a case without its times */
    s->changes_seen = db_changes(s->db);
    accounts_turn(s->accounts);
    publisher_turn(s->publisher);
    s->changes_seen = db_changes(s->db);
    checkpointer_turn(s->checkpointer);
    console_wake(s->console);
}

/* Once a second: what time changes, and what another program wrote (kerbside staff). */
static void on_tick(uv_timer_t *timer)
{
    struct service *s = timer->data;
    int64_t version = db_version(s->db);
    minder_turn(s->db, &s->desk, clock_now(&s->clock));
    if (version != s->version_seen)
        accounts_turn(s->accounts);
    publisher_turn(s->publisher);
    s->version_seen = version;
    accounts_tick(s->accounts);
    standing_turn(&s->demotions_of, s->db, &s->live);
    incidents_turn(&s->incidents, s->db, &s->live, clock_now(&s->clock));
    if (search_forget(s->db) < 0)
        log_error("search.forget what=\"erased words may still be in the file\"");
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
        .behind_proxy = s->conf->behind_proxy,
        .second_factor = s->conf->second_factor == SECOND_FACTOR_REQUIRED,
        .desk = &s->desk,
    };
}

/* The folder, unless the database decides. */
static int read_folder(struct service *s, struct report *report)
{
    s->versions = (struct versions_options){ s->conf, models_dir(s->conf, NULL), &x_text_rules };
    bool there = false;
    int r = s->db ? versions_in_database(s->db, &there) : 0;
    if (r < 0 || there)
        return r;
    r = versions_read_folder(&s->versions, s->conf->kb_dir, report, &s->folder);
    return r < 0 ? r : versions_check_voices(s->conf, s->folder.kb, s->folder.files->where, report);
}

/* What can fail without the database, first: a start that fails changes nothing. */
static int begin_parts(struct service *s, struct report *report)
{
    struct console_options console = console_options(s);
    struct accounts_options accounts = {
        .loop = &s->loop, .clock = &s->clock, .conf = s->conf, .live = &s->live
    };
    struct workshop_options workshop = { .loop = &s->loop,
                                         .clock = &s->clock,
                                         .conf = s->conf,
                                         .live = &s->live,
                                         .rules = &x_text_rules,
                                         .models = models_dir(s->conf, NULL),
                                         .train_still_ms = TRAIN_STILL_MS };
    int r = read_folder(s, report);
    if (r == 0)
        r = console_check(&console, report);
    if (r == 0)
        r = accounts_new(&accounts, report, &s->accounts);
    if (r == 0)
        r = workshop_new(&workshop, &s->workshop);
    if (r == 0)
        s->desk.workshop = workshop_desk(s->workshop);
    s->desk.shelf = r == 0 ? kb_shelf_new() : NULL;
    if (r == 0 && !s->desk.shelf)
        r = ERR_NOMEM;
    return r;
}

static int open_links(struct service *s)
{
    struct links_options links = { .loop = &s->loop,
                                   .db = s->db,
                                   .clock = &s->clock,
                                   .hours = s->conf->hours,
                                   .live = &s->live,
                                   .account = str_of(s->conf->accounts[0].handle),
                                   .demo = s->conf->demo,
                                   .pause_ms = s->conf->demo ? LINKS_DEMO_PAUSE_MS : LINKS_PAUSE_MS,
                                   .timeout_ms = LINKS_TIMEOUT_MS };
    return links_new(&links, &s->links);
}

static int open_parts(struct service *s, struct report *report)
{
    struct console_options console = console_options(s);
    struct publisher_options publisher = { .loop = &s->loop,
                                           .db = s->db,
                                           .clock = &s->clock,
                                           .versions = &s->versions,
                                           .live = &s->live };
    int r = versions_begin(&s->versions, s->db, &s->folder, clock_now(&s->clock), report, &s->live);
    if (r == 0)
        r = accounts_open(s->accounts, s->db);
    if (r == 0)
        r = publisher_new(&publisher, &s->publisher);
    if (r == 0)
        r = workshop_open(s->workshop, s->db, report);
    if (r == 0 && s->conf->check_links)
        r = open_links(s);
    if (r == 0)
        r = checkpointer_new(&s->loop, s->db, &s->checkpointer);
    if (r < 0)
        return r;
    console.mount = accounts_mount(s->accounts);
    return console_new(&console, report, &s->console);
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
    accounts_start(s->accounts);
    if (s->links)
        links_start(s->links);
    (void)printf("kerbside ready http://%s:%d/\n", s->conf->console_address,
                 console_port(s->console));
    (void)fflush(stdout);
    (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    while (accounts_must_finish(s->accounts))
        (void)uv_run(&s->loop, UV_RUN_ONCE);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        uv_close((uv_handle_t *)&s->signals[i], NULL);
    uv_close((uv_handle_t *)&s->before_sleep, NULL);
    uv_close((uv_handle_t *)&s->tick, NULL);
}

static void stop_parts(struct service *s)
{
    console_unmount(s->console);
    s->links = links_free(s->links);
    s->accounts = accounts_free(s->accounts);
    s->publisher = publisher_free(s->publisher);
    s->workshop = workshop_free(s->workshop);
    s->checkpointer = checkpointer_free(s->checkpointer);
    s->desk.workshop = (struct desk_workshop){ .ask = NULL };
    s->console = console_free(s->console); /* last: it turns the loop until nobody works any more */
    if (s->loop_open) {
        (void)uv_run(&s->loop, UV_RUN_DEFAULT);
        (void)uv_loop_close(&s->loop);
    }
    s->desk.shelf = kb_shelf_free(s->desk.shelf);
    s->db = db_free(s->db);
    council_release(&s->council);
    versions_folder_release(&s->folder);
    s->live.kb = kb_free(s->live.kb);
    s->conf = conf_free(s->conf);
}

/* Prints what is wrong, if anything is, and says how to exit. */
static int outcome(int r, struct report *report)
{
    bool said = report->errors > 0;
    print_report(report);
    report_release(report);
    *report = REPORT_INIT;
    return r == 0 ? EXIT_OK : said ? EXIT_FAILED : fail("kerbside serve", r);
}

/* A console each takes a file: as many as the system lets us have. Before libwebsockets sees the
 * limit. */
static void raise_file_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

static int serve(const char *config)
{
    struct service s = { 0 };
    struct report report = REPORT_INIT;
    raise_file_limit();
    int status = load_config(config, &s.conf);
    if (status == EXIT_OK && access(s.conf->database, F_OK) == 0) /* it may be what decides */
        status = open_database(&s);
    if (status == EXIT_OK) {
        log_setup(LOG_INFO, (enum log_format)s.conf->log_format);
        s.clock.movable = s.conf->demo;
        int r = council_init(&s.council, s.conf, &s.live);
        s.desk = council_desk(&s.council);
        s.loop_open = uv_loop_init(&s.loop) == 0;
        status = outcome(r == 0 && s.loop_open ? begin_parts(&s, &report) : ERR_NOMEM, &report);
    }
    if (status == EXIT_OK)
        status = open_database(&s);
    if (status == EXIT_OK)
        status = migrate(&s);
    if (status == EXIT_OK)
        status = outcome(open_parts(&s, &report), &report);
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
