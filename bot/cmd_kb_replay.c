/* kerbside kb replay: for which messages of a time would the draft, or another folder, do something
 * else than what is live. */
#include <getopt.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/when.h"
#include "bot/cmd_kb.h"
#include "bot/replay_show.h"

static const char usage[] =
    "usage: kerbside kb replay [--config FILE] [--from DAY] [--until DAY] [--kb DIR] [--show N] "
    "[--json]\n"
    "  Decides about all messages that were written to us in that time, by what is live and by the "
    "draft, each as\n"
    "  kerbside try would now, while staff are there; prints how many change, and the newest of "
    "them. Private details\n"
    "  are masked; direct messages, and what its author took back, are not read.\n"
    "  --from DAY   the first day, such as 2026-10-22 (30 days ago)\n"
    "  --until DAY  the last day (today)\n"
    "  --kb DIR     this folder instead of the draft\n"
    "  --show N     at most N messages of each kind (10)\n"
    "  --json       one JSON object instead of words for people\n"
    "  kerbside try --kb tries one message with a folder; kerbside kb try tries one with the "
    "draft.\n";

enum {
    DAYS = 30,
    DAY_S = 86400,
    SHOWN = 10,
    SHOW_MAX = REPLAY_KEPT_MAX,
    TEXT_POINTS = 160,
    PROGRESS_MS = 500
};

struct replaying {
    struct kb_past past;
    const char *kb_dir;
    int64_t from, until, show;
    bool json;
    struct kb *live, *draft;
    int64_t revision;
    struct replay *replay;
    int outcome;
    atomic_bool over;
};

/* ------------------------------------------------------------------------------------------------
 * the two */

static int load_both(struct replaying *p)
{
    int status = kb_past_live(&p->past, &p->live);
    if (status != EXIT_OK)
        return status;
    if (p->kb_dir)
        return load_kb(p->past.conf, p->kb_dir, &p->draft);
    status = kb_past_draft(&p->past, p->live, &p->draft, &p->revision);
    if (status == EXIT_OK && !p->draft)
        status = kb_work_failf("nothing is in the draft; --kb names a folder to replay instead");
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * the run */

static void run(void *data)
{
    struct replaying *p = data;
    p->outcome = replay_run(p->replay);
    atomic_store(&p->over, true);
}

static void print_progress(struct replaying *p)
{
    struct replay_progress at;
    replay_progress(p->replay, &at);
    (void)fprintf(stderr, "\r%" PRId64 " of %" PRId64 " messages", at.done, at.total);
}

static int run_both(struct replaying *p)
{
    const struct conf *conf = p->past.conf;
    const struct conf_account *account = &conf->accounts[0];
    struct replay_options options = { .database = conf->database,
                                      .live = p->live,
                                      .draft = p->draft,
                                      .from = p->from,
                                      .until = p->until,
                                      .hours = account->hours ? account->hours : conf->hours,
                                      .voice = str_of(account->voice),
                                      .now = time(NULL),
                                      .threads = (unsigned)uv_available_parallelism() };
    uv_thread_t thread;
    if (options.threads > REPLAY_THREADS_MAX)
        options.threads = REPLAY_THREADS_MAX;
    int r = replay_new(&options, &p->replay);
    if (r < 0)
        return r;
    if (uv_thread_create(&thread, run, p) != 0)
        return ERR_NOMEM;
    bool shown = isatty(STDERR_FILENO);
    while (shown && !atomic_load(&p->over)) {
        print_progress(p);
        uv_sleep(PROGRESS_MS);
    }
    (void)uv_thread_join(&thread);
    if (shown)
        (void)fputs("\r\033[K", stderr);
    return p->outcome;
}

/* ------------------------------------------------------------------------------------------------
 * what it found */

static int put_changes(struct replaying *p, struct replay_show *show, enum replay_group group,
                       cJSON *list)
{
    struct replay_change *changes = calloc((size_t)p->show + 1, sizeof *changes);
    struct tx *tx;
    int r = changes ? tx_begin(p->past.db, TX_READ, &tx) : ERR_NOMEM;
    if (r == 0) {
        size_t count = replay_page(p->replay, group, (struct replay_change){ INT64_MAX, 0 },
                                   changes, (size_t)p->show);
        for (size_t i = 0; i < count && r == 0; i++)
            r = replay_show_add(show, tx, changes[i].message_id, p->revision, list);
        tx_rollback(tx);
    }
    free(changes);
    return r;
}

static void print_changes(const cJSON *list)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, list)
    {
        (void)fputs("      ", stdout);
        kb_print_text(json_str(cJSON_GetObjectItemCaseSensitive(one, "text")), TEXT_POINTS);
        (void)fputs("\n        ", stdout);
        kb_print_tried(cJSON_GetObjectItemCaseSensitive(one, "live"));
        (void)fputs(" → ", stdout);
        kb_print_tried(cJSON_GetObjectItemCaseSensitive(one, "draft"));
        (void)putchar('\n');
    }
}

static int print_group(struct replaying *p, struct replay_show *show, enum replay_group group,
                       int64_t count)
{
    static const char *const titles[] = { "newly answered", "answered differently",
                                          "no longer answered", "newly to a person", "else" };
    cJSON *list = cJSON_CreateArray();
    int r = put_changes(p, show, group, list);
    (void)printf("%7" PRId64 " %s\n", count, titles[group]);
    print_changes(list);
    cJSON_Delete(list);
    return r;
}

static int print_for_people(struct replaying *p, struct replay_show *show,
                            const struct replay_progress *at)
{
    int r = 0;
    (void)printf("%" PRId64 " messages\n", at->done);
    for (int g = 0; g < REPLAY_GROUPS && r == 0; g++)
        r = print_group(p, show, (enum replay_group)g, at->groups[g]);
    return r;
}

static int print_as_json(struct replaying *p, struct replay_show *show,
                         const struct replay_progress *at)
{
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(o, "version", (double)p->past.version);
    (void)cJSON_AddNumberToObject(o, "revision", (double)p->revision);
    (void)cJSON_AddNumberToObject(o, "from", (double)p->from);
    (void)cJSON_AddNumberToObject(o, "until", (double)p->until);
    (void)cJSON_AddNumberToObject(o, "total", (double)at->total);
    cJSON *groups = cJSON_AddObjectToObject(o, "groups"),
          *changes = cJSON_AddObjectToObject(o, "changes");
    int r = 0;
    for (int g = 0; g < REPLAY_GROUPS && r == 0; g++) {
        struct str name = replay_group_name((enum replay_group)g);
        (void)cJSON_AddNumberToObject(groups, name.p, (double)at->groups[g]);
        r = put_changes(p, show, (enum replay_group)g, cJSON_AddArrayToObject(changes, name.p));
    }
    if (r == 0)
        return print_json(o);
    cJSON_Delete(o);
    return r;
}

static int replay(struct replaying *p)
{
    struct replay_show show;
    struct replay_progress at;
    int r = run_both(p);
    if (r < 0)
        return r;
    r = replay_show_init(&show, p->replay, p->past.version);
    replay_progress(p->replay, &at);
    if (r == 0)
        r = (p->json ? print_as_json : print_for_people)(p, &show, &at);
    replay_show_release(&show);
    return r == 0 && (fflush(stdout) != 0 || ferror(stdout)) ? ERR_IO : r;
}

/* ------------------------------------------------------------------------------------------------
 * the command line */

/* @ret: the day's first second; with @end, that of the next. */
static bool read_day(const char *name, const char *text, bool end, int64_t *ret)
{
    int64_t day;
    if (!when_parse_day(str_of(text), &day)) {
        (void)fprintf(stderr, "error: --%s %s: a day such as 2026-10-22 is wanted\n", name, text);
        return false;
    }
    *ret = (day + end) * DAY_S;
    return true;
}

static bool take_option(struct replaying *p, const char **config, int letter)
{
    switch (letter) {
    case 'c':
        *config = optarg;
        return true;
    case 'k':
        p->kb_dir = optarg;
        return true;
    case 'f':
        return read_day("from", optarg, false, &p->from);
    case 'u':
        return read_day("until", optarg, true, &p->until);
    case 'j':
        p->json = true;
        return true;
    case 's':
        if (str_to_int64(str_of(optarg), 0, SHOW_MAX, &p->show))
            return true;
        (void)fprintf(stderr, "error: --show %s: a whole number is wanted, at most %d\n", optarg,
                      SHOW_MAX);
        return false;
    default:
        return false;
    }
}

int cmd_kb_replay(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' }, { "from", required_argument, NULL, 'f' },
        { "until", required_argument, NULL, 'u' },  { "kb", required_argument, NULL, 'k' },
        { "show", required_argument, NULL, 's' },   { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
    };
    int64_t now = time(NULL);
    struct replaying p = { .from = now - DAYS * DAY_S, .until = now + 1, .show = SHOWN };
    const char *config = NULL;
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'h')
            return fputs(usage, stdout) < 0 ? EXIT_FAILED : EXIT_OK;
        if (!take_option(&p, &config, c)) {
            (void)fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (argc + 1 - optind != 0 || p.from >= p.until) {
        if (p.from >= p.until)
            (void)fputs("error: --from must be before --until\n", stderr);
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    int status = kb_past_open(config, &p.past);
    if (status == EXIT_OK)
        status = load_both(&p);
    if (status == EXIT_OK) {
        int r = replay(&p);
        if (r < 0)
            (void)fprintf(stderr, "error: kerbside kb replay: %s\n", err_str(r));
        status = r < 0 ? EXIT_FAILED : EXIT_OK;
    }
    (void)replay_free(p.replay);
    (void)kb_free(p.live);
    (void)kb_free(p.draft);
    kb_past_close(&p.past);
    return status;
}
