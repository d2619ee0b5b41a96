/*
 * What it costs to decide what a message is about, on one core, in the processor's time: with the
 * shipped knowledge base, with generated ones of more patterns and with both, beside a bare search
 * for the same words. Prints a table; asserts nothing about speed.
 *
 *   bench_match KB_DIR MESSAGES... (each a JSONL file, or a folder of them)
 */
#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "bot/decide.h"
#include "bot/x/x.h"
#include "intents/pattern.h"
#include "tests/bench/generate.h"
#include "tests/bench/scan.h"

enum { ROUNDS = 11 };

/* The linker brings every call of these here (--wrap): how many patterns are run can be seen from
 * outside. */
static uint64_t patterns_run;

int __real_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE length,
                         PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
                         pcre2_match_context *context);
int __wrap_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE length,
                         PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
                         pcre2_match_context *context);
int __real_pcre2_jit_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE length,
                             PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
                             pcre2_match_context *context);
int __wrap_pcre2_jit_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE length,
                             PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
                             pcre2_match_context *context);

int __wrap_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE length,
                         PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
                         pcre2_match_context *context)
{
    patterns_run++;
    return __real_pcre2_match_8(code, subject, length, from, options, data, context);
}

int __wrap_pcre2_jit_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE length,
                             PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
                             pcre2_match_context *context)
{
    patterns_run++;
    return __real_pcre2_jit_match_8(code, subject, length, from, options, data, context);
}

/* What is measured, and what it is measured with. */
struct subject {
    const char *name;
    struct decider decider;
    const struct second *second; /* the knowledge base's own, or the shipped one's in its place */
    const struct hours *hours;
    const struct texts *texts;
    struct intents_match *matches; /* of each text */
    struct str *padded;            /* normalised text with a space at both ends */
    struct scan *scan;             /* NULL: built without libhs */
    bool scan_known;
    struct arena arena; /* of one message */
    double load_ms, scan_load_ms;
    double heap_mb, resident_mb, scan_mb;
};

typedef void stage(struct subject *s, size_t text);

static volatile unsigned found_by_scan; /* so that nothing is left out as useless */

static void fail(const char *what, int e)
{
    (void)fprintf(stderr, "bench_match: %s: %s\n", what, err_str(e));
    exit(1);
}

static double cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double heap_mb(void)
{
    struct mallinfo2 m = mallinfo2();
    return (double)(m.uordblks + m.hblkhd) / (1 << 20);
}

static double resident_mb(void)
{
    unsigned long long size = 0, resident = 0;
    (void)malloc_trim(0);
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f || fscanf(f, "%llu %llu", &size, &resident) != 2)
        resident = 0;
    if (f)
        (void)fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* ------------------------------------------------------------------------------------------------
 * the parts of deciding */

/* All of it. A knowledge base without a second opinion asks another one's, for the cost to be
 * there. */
static void stage_decide(struct subject *s, size_t text)
{
    struct policy_facts facts = { .may_reply = true };
    struct wording_context context = { .hours = s->hours, .now = 1795341600, .seed = text };
    struct decision d;
    int r = decide(&s->decider, &s->arena, s->texts->items[text], &facts, &context, &d);
    if (r < 0)
        fail("decide", r);
    if (!s->decider.kb->second) {
        float chances[SECOND_CLASSES_MAX];
        second_ask(s->second, &d.match, chances);
    }
}

static void stage_normalise(struct subject *s, size_t text)
{
    struct normal n;
    int r =
        normal_make(&s->arena, intents_vocab(s->decider.kb->intents), s->texts->items[text], &n);
    if (r < 0 && r != ERR_TOOBIG)
        fail("normal_make", r);
}

static void stage_match(struct subject *s, size_t text)
{
    struct intents_match m;
    int r = intents_match(s->decider.kb->intents, s->decider.scratch, &s->arena,
                          s->texts->items[text], &m);
    if (r < 0)
        fail("intents_match", r);
}

static void stage_second(struct subject *s, size_t text)
{
    float chances[SECOND_CLASSES_MAX];
    second_ask(s->second, &s->matches[text], chances);
}

static void stage_scan(struct subject *s, size_t text)
{
    if (s->scan)
        found_by_scan += scan_text(s->scan, s->padded[text]);
}

enum { DECIDE, NORMALISE, MATCH, SECOND, SCAN, STAGES };

static stage *const stages[STAGES] = { stage_decide, stage_normalise, stage_match, stage_second,
                                       stage_scan };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A part's round in the middle, microseconds a message. The parts take turns, so that a slow moment
 * of the machine doesn't fall on one of them. */
static void measure(struct subject *s, double ret[STAGES])
{
    double rounds[STAGES][ROUNDS + 1];
    for (size_t r = 0; r < ROUNDS + 1; r++) /* the first warms up */
        for (size_t k = 0; k < STAGES; k++) {
            double from = cpu_us();
            for (size_t i = 0; i < s->texts->count; i++) {
                arena_clear(&s->arena);
                stages[k](s, i);
            }
            rounds[k][r] = (cpu_us() - from) / (double)s->texts->count;
        }
    for (size_t k = 0; k < STAGES; k++) {
        qsort(rounds[k] + 1, ROUNDS, sizeof rounds[k][0], by_size);
        ret[k] = rounds[k][1 + ROUNDS / 2];
    }
}

/* Of single messages, each at the middle of its rounds, the one that 99 in 100 don't pass. */
static double measure_p99(struct subject *s)
{
    size_t n = s->texts->count;
    double *each = calloc(n * ROUNDS, sizeof *each), *middles = calloc(n, sizeof *middles);
    if (!each || !middles)
        fail("p99", ERR_NOMEM);
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t i = 0; i < n; i++) {
            arena_clear(&s->arena);
            double from = cpu_us();
            stage_decide(s, i);
            each[i * ROUNDS + r] = cpu_us() - from;
        }
    for (size_t i = 0; i < n; i++) {
        qsort(each + i * ROUNDS, ROUNDS, sizeof *each, by_size);
        middles[i] = each[i * ROUNDS + ROUNDS / 2];
    }
    qsort(middles, n, sizeof *middles, by_size);
    double p99 = middles[n * 99 / 100];
    free(each);
    free(middles);
    return p99;
}

/* How many patterns are run for a message, and how many topics fit it. */
static void count_work(struct subject *s, double *ret_run, double *ret_fit)
{
    uint64_t from = patterns_run, fit = 0;
    for (size_t i = 0; i < s->texts->count; i++) {
        struct intents_match m;
        arena_clear(&s->arena);
        int r = intents_match(s->decider.kb->intents, s->decider.scratch, &s->arena,
                              s->texts->items[i], &m);
        if (r < 0)
            fail("intents_match", r);
        fit += m.hit_count;
    }
    *ret_run = (double)(patterns_run - from) / (double)s->texts->count;
    *ret_fit = (double)fit / (double)s->texts->count;
}

/* ------------------------------------------------------------------------------------------------
 * knowledge bases */

static struct kb *load(struct subject *s, const char *dir)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    double heap = heap_mb(), resident = resident_mb(), from = cpu_us();
    int r = kb_load(dir, &x_text_rules, &report, &kb);
    s->load_ms = (cpu_us() - from) / 1e3;
    s->heap_mb = heap_mb() - heap;
    s->resident_mb = resident_mb() - resident;
    (void)fputs(buf_cstr(&report.lines), stderr);
    report_release(&report);
    if (r < 0)
        fail(dir, r);
    return kb;
}

/* What the parts behind matching begin with. */
static void make_matches(struct subject *s, struct arena *arena)
{
    s->matches = arena_array(arena, s->texts->count, sizeof *s->matches);
    s->padded = arena_array(arena, s->texts->count, sizeof *s->padded);
    for (size_t i = 0; s->matches && s->padded && i < s->texts->count; i++) {
        struct intents_match *m = &s->matches[i];
        int r =
            intents_match(s->decider.kb->intents, s->decider.scratch, arena, s->texts->items[i], m);
        if (r < 0)
            fail("intents_match", r);
        char *p = arena_alloc(arena, m->normal.text.len + 3);
        if (!p)
            fail("messages", ERR_NOMEM);
        (void)snprintf(p, m->normal.text.len + 3, " %.*s ", STR_ARG(m->normal.text));
        s->padded[i] = (struct str){ p, m->normal.text.len + 2 };
    }
}

/* Returns how many words and phrases the vocabulary has. */
static int make_scan(struct subject *s, const char *dir, struct arena *arena)
{
    struct str *phrases;
    int count = generate_phrases(dir, arena, &phrases);
    double from = cpu_us(), resident = resident_mb();
    int r = count < 0 ? count : scan_new(phrases, (size_t)count, &s->scan);
    s->scan_load_ms = (cpu_us() - from) / 1e3;
    s->scan_mb = resident_mb() - resident;
    if (r < 0)
        fail("hyperscan", r);
    s->scan_known = r == 1;
    return count;
}

static void print_row(struct subject *s, int phrases)
{
    double us[STAGES], run, fit;
    measure(s, us);
    count_work(s, &run, &fit);
    (void)printf("%-10s %8zu %7zu %7d %7.0f %6.1f %6.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %6.1f "
                 "%5.1f",
                 s->name, intents_pattern_count(s->decider.kb->intents),
                 s->decider.kb->intent_count, phrases, s->load_ms, s->heap_mb, s->resident_mb,
                 us[DECIDE], measure_p99(s), us[NORMALISE], us[MATCH] - us[NORMALISE], us[SECOND],
                 us[DECIDE] - us[MATCH] - us[SECOND], run, fit);
    if (s->scan)
        (void)printf(" %7.1f %7.0f %6.1f", us[SCAN], s->scan_load_ms, s->scan_mb);
    (void)putchar('\n');
    (void)fflush(stdout);
}

static void measure_kb(struct subject *s, const char *dir)
{
    struct arena arena = ARENA_INIT;
    s->decider.scratch = intents_scratch_new();
    if (!s->decider.scratch)
        fail("scratch", ERR_NOMEM);
    make_matches(s, &arena);
    int phrases = make_scan(s, dir, &arena);
    print_row(s, phrases);
    s->scan = scan_free(s->scan);
    s->decider.scratch = intents_scratch_free(s->decider.scratch);
    arena_release(&s->arena);
    arena_release(&arena);
}

static void measure_generated(const struct subject *shipped, const char *shipped_dir, bool beside,
                              unsigned patterns)
{
    struct arena arena = ARENA_INIT;
    struct texts *texts = malloc(sizeof *texts);
    char *dir = generate_folder();
    if (!texts || !dir)
        fail("generated", ERR_NOMEM);
    *texts = *shipped->texts;
    int r = generate_kb(shipped_dir, beside, patterns, dir, texts->count / 4, &arena, texts);
    if (r < 0)
        fail("generated", r);
    struct subject s = { .name = beside ? "both" : "generated",
                         .second = shipped->second,
                         .hours = shipped->hours,
                         .texts = texts };
    struct kb *kb = load(&s, dir);
    s.decider.kb = kb;
    measure_kb(&s, dir);
    (void)kb_free(kb);
    generate_remove(dir);
    free(texts);
    arena_release(&arena);
}

/* How long training takes; what was trained is put aside for the model of the build, if there is
 * one. */
static double train(struct kb *kb)
{
    double from = cpu_us();
    int r = kb_train(kb, NULL);
    double took_ms = (cpu_us() - from) / 1e3;
    if (r == 0)
        r = kb_load_second(kb, MODELS_DIR);
    if (r < 0)
        fail("second opinion", r);
    if (r == 0)
        (void)fprintf(stderr, "no model in %s is this knowledge base's: trained one\n", MODELS_DIR);
    return took_ms;
}

int main(int argc, char **argv)
{
    static struct texts texts;
    struct arena arena = ARENA_INIT;
    struct report report = REPORT_INIT;
    struct hours *hours = NULL;
    log_setup(LOG_WARN, LOG_TEXT);
    if (argc < 3) {
        (void)fprintf(stderr, "usage: %s KB_DIR MESSAGES...\n", argv[0]);
        return 2;
    }
    for (int i = 2; i < argc; i++)
        if (texts_read(argv[i], &arena, &texts) < 0)
            fail(argv[i], ERR_IO);
    int r = hours_new("Europe/London", "bench", &report, &hours);
    if (r < 0)
        fail("hours", r);
    struct subject s = { .name = "shipped", .hours = hours, .texts = &texts };
    struct kb *kb = load(&s, argv[1]);
    double train_ms = train(kb);
    s.decider.kb = kb;
    s.second = kb->second;
    (void)printf("%zu messages; %zu lessons trained on in %.0f ms; times are one processor's, the "
                 "middle of %d rounds\n\n",
                 texts.count, kb->lesson_count, train_ms, ROUNDS);
    (void)puts(
        "                                     ----- load -----  ---------------- us a message "
        "--------------- a message   -- hyperscan --\n"
        "knowledge  patterns intents phrases      ms   heap memory  decide     p99  normal   "
        "match  second    rest    run   fit      us      ms memory");
    measure_kb(&s, argv[1]);
    measure_generated(&s, argv[1], false, 1000);
    measure_generated(&s, argv[1], false, 10000);
    measure_generated(&s, argv[1], true, 10000);
    if (!s.scan_known)
        (void)printf("\nWithout libhs (script/bootstrap bench) the bare search is left out.\n");
    (void)kb_free(kb);
    (void)hours_free(hours);
    arena_release(&arena);
    report_release(&report);
    return 0;
}
