/*
 * A replay of the shipped knowledge base's, over a million messages, while the service goes on
 * taking messages: how long, how much memory, and what becomes of the time that taking one needs.
 *
 *   bench_replay KB_DIR DRAFT_DIR MODELS_DIR MESSAGES DATABASE [messages]
 */
#include <inttypes.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/log.h"
#include "bot/aside.h"
#include "bot/bot_store.h"
#include "bot/replay.h"
#include "bot/responder.h"
#include "bot/x/x.h"
#include "handoff/past.h"
#include "handoff/record.h"
#include "kb/schema.h"
#include "tests/texts.h"

enum { PAGE = 1000, PROBES_MAX = 100000, PROBE_EVERY_MS = 20 };

static struct texts texts;

static struct {
    struct kb_live live;
    struct kb *draft;
    struct hours *hours;
    struct db *db;
    struct network network;
    struct responder *responder;
    struct clock clock;
    uv_loop_t *loop;
    struct replay *replay;
    int64_t next_id, began_ms, took_ms;
    int outcome;
    double began_s, took_s; /* of the processor */
    bool running;
    double probes[PROBES_MAX];
    size_t probe_count;
    unsigned quiet; /* probes before it begins */
    uv_timer_t timer;
    const char *database;
    int64_t total;
} t;

/* No two are the same text, as no two residents write the same. */
static int vary(struct str text, int64_t number, struct buf *out)
{
    buf_clear(out);
    (void)buf_add(out, text);
    return buf_addf(out, " no %" PRId64, number % 97);
}

/* Straight into the tables, as deciding about each would take longer than the replay. */
static int fill(struct db *db, int64_t total)
{
    static const char q_resident[] =
        "INSERT INTO resident(id, network, remote_id, handle, name) VALUES(1, 'bench', '1', "
        "'elm_close_sam', 'Sam')";
    static const char q_conversation[] =
        "INSERT INTO conversation(id, network, remote_id) VALUES(1, 'bench', '1')";
    static const char q_message[] =
        "INSERT INTO message(network, remote_id, resident_id, conversation_id, text, may_reply, "
        "written_at, received_at, account) VALUES('bench', ?1, 1, 1, ?2, 1, ?3, ?3, "
        "'NorthmoorHelp')";
    struct buf text = BUF_INIT(1 << 20);
    int64_t now = time(NULL);
    int e = 0;
    for (int64_t done = 0; done < total && e == 0;) {
        struct tx *tx;
        e = tx_begin(db, TX_WRITE, &tx);
        if (e == 0 && done == 0)
            e = stmt_run(tx_stmt(tx, q_resident));
        if (e == 0 && done == 0)
            e = stmt_run(tx_stmt(tx, q_conversation));
        for (int i = 0; i < PAGE && done < total && e == 0; i++, done++) {
            char id[24];
            struct stmt *q = tx_stmt(tx, q_message);
            (void)snprintf(id, sizeof id, "%" PRId64, done);
            e = vary(texts.items[(size_t)done % texts.count], done, &text);
            stmt_bind_str(q, 1, str_of(id));
            stmt_bind_str(q, 2, buf_str(&text));
            stmt_bind_int64(q, 3, now - 86400 - (total - done) * 2);
            if (e == 0)
                e = stmt_run(q);
        }
        if (e == 0)
            e = tx_commit(tx);
    }
    buf_release(&text);
    return e;
}

static int count(struct db *db, int64_t *ret)
{
    struct tx *tx;
    int e = tx_begin(db, TX_READ, &tx);
    if (e < 0)
        return e;
    e = past_count(tx, 0, INT64_MAX, ret);
    tx_rollback(tx);
    return e;
}

static void take_one(void)
{
    char id[24];
    (void)snprintf(id, sizeof id, "%" PRId64, INT64_C(2000000000000000000) + t.next_id++);
    struct network_message m = { .remote_id = str_of(id),
                                 .conversation = str_of(id),
                                 .author_id = str_of(id),
                                 .handle = STR("elm_close_sam"),
                                 .name = STR("Sam"),
                                 .text = texts.items[(size_t)t.next_id % texts.count],
                                 .written_at = time(NULL),
                                 .may_reply = true };
    uint64_t from = uv_hrtime();
    int e = responder_take(t.responder, NETWORK_MENTIONS, &m, 1, str_of(id));
    if (e == 0 && t.probe_count < PROBES_MAX)
        t.probes[t.probe_count++] = (double)(uv_hrtime() - from) / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_probes(const char *when)
{
    if (!t.probe_count)
        return;
    qsort(t.probes, t.probe_count, sizeof *t.probes, by_value);
    (void)printf("taking a message %s: %zu, median %.2f ms, 99 in 100 %.2f ms, longest %.2f ms\n",
                 when, t.probe_count, t.probes[t.probe_count / 2],
                 t.probes[t.probe_count * 99 / 100], t.probes[t.probe_count - 1]);
    t.probe_count = 0;
}

static double processor_s(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void run(void *data)
{
    (void)data;
    t.began_s = processor_s();
    t.outcome = replay_run(t.replay);
    t.took_ms = clock_mono_ms() - t.began_ms;
    t.took_s = processor_s() - t.began_s;
}

static void ran(void *data)
{
    struct replay_progress p;
    struct rusage usage;
    (void)data;
    replay_progress(t.replay, &p);
    print_probes("meanwhile");
    (void)printf("replay: %" PRId64 " of %" PRId64
                 " messages in %.1f s (%.1f s of processor), %.0f a second, %s\n",
                 p.done, p.total, (double)t.took_ms / 1e3, t.took_s,
                 (double)p.done * 1e3 / (double)t.took_ms, t.outcome ? err_str(t.outcome) : "done");
    for (int g = 0; g < REPLAY_GROUPS; g++)
        (void)printf("  %.*s %" PRId64 "\n", STR_ARG(replay_group_name((enum replay_group)g)),
                     p.groups[g]);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("memory at most %ld MiB\n", usage.ru_maxrss / 1024);
    (void)uv_timer_stop(&t.timer);
}

static void on_timer(uv_timer_t *timer)
{
    (void)timer;
    take_one();
    if (t.running || ++t.quiet < 250)
        return;
    print_probes("before");
    t.running = true;
    struct replay_options options = { .database = t.database,
                                      .live = t.live.kb,
                                      .draft = t.draft,
                                      .from = 0,
                                      .until = time(NULL) - 3600,
                                      .hours = t.hours,
                                      .now = time(NULL),
                                      .threads = 2 };
    t.began_ms = clock_mono_ms();
    if (replay_new(&options, &t.replay) < 0 || aside_begin(t.loop, ASIDE_LONG, run, ran, NULL) < 0)
        abort();
}

static int load(const char *dir, const char *models, struct report *report, struct kb **ret)
{
    int e = kb_load(dir, &x_text_rules, report, ret);
    int found = e == 0 ? kb_load_second(*ret, models) : 0;
    if (e == 0 && !found) {
        e = kb_train(*ret, NULL);
        if (e == 0)
            e = kb_save_second(*ret, models);
    }
    if (e == 0)
        kb_forget_lessons(*ret);
    return e;
}

int main(int argc, char **argv)
{
    static const struct network_verbs verbs = { .name = "bench", .rules = &x_text_rules };
    struct report report = REPORT_INIT;
    struct arena arena = ARENA_INIT;
    int64_t there = 0;
    t.network.verbs = &verbs;
    t.next_id = time(NULL) * 1000; /* none that an earlier run took */
    t.loop = uv_default_loop();
    t.total = 1000000;
    log_setup(LOG_WARN, LOG_TEXT);
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    if (argc < 6 || (argc > 6 && !str_to_int64(str_of(argv[6]), 1, INT32_MAX, &t.total))) {
        (void)fprintf(stderr,
                      "usage: %s KB_DIR DRAFT_DIR MODELS_DIR MESSAGES DATABASE [messages]\n",
                      argv[0]);
        return 2;
    }
    t.database = argv[5];
    int e = texts_read(argv[4], &arena, &texts);
    if (e == 0)
        e = hours_new("Europe/London", "bench", &report, &t.hours);
    if (e == 0)
        e = load(argv[1], argv[3], &report, &t.live.kb);
    if (e == 0)
        e = load(argv[2], argv[3], &report, &t.draft);
    if (e == 0)
        e = db_open(t.database, DB_WRITER, &t.db, NULL);
    if (e == 0)
        e = record_migrate(t.db);
    if (e == 0)
        e = bot_migrate(t.db);
    if (e == 0)
        e = kb_migrate(t.db);
    if (e == 0)
        e = count(t.db, &there);
    if (e == 0 && there < t.total) /* filling takes minutes: a database from before is used again */
        e = fill(t.db, t.total);
    struct responder_options options = { .loop = t.loop,
                                         .db = t.db,
                                         .network = &t.network,
                                         .clock = &t.clock,
                                         .hours = t.hours,
                                         .live = &t.live,
                                         .poll_every_ms = 1000,
                                         .answer_within_s = 21600 };
    if (e == 0)
        e = responder_new(&options, &t.responder);
    if (e == 0) {
        (void)uv_timer_init(t.loop, &t.timer);
        (void)uv_timer_start(&t.timer, on_timer, PROBE_EVERY_MS, PROBE_EVERY_MS);
        (void)uv_run(t.loop, UV_RUN_DEFAULT);
        uv_close((uv_handle_t *)&t.timer, NULL);
    } else {
        (void)fprintf(stderr, "bench_replay: %s\n%s", err_str(e), buf_cstr(&report.lines));
    }
    (void)responder_free(t.responder);
    (void)uv_run(t.loop, UV_RUN_DEFAULT);
    (void)replay_free(t.replay);
    (void)db_free(t.db);
    (void)kb_free(t.live.kb);
    (void)kb_free(t.draft);
    (void)hours_free(t.hours);
    arena_release(&arena);
    report_release(&report);
    return e == 0 ? 0 : 1;
}
