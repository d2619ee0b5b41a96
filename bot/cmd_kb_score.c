/*
 * kerbside kb score: how good the knowledge base is on labelled messages, what the second opinion
 * adds, and what other thresholds would do. A message is matched once; only the policy is asked
 * again for each setting of the thresholds.
 */
#include <limits.h>

#include "bot/cmd_kb.h"
#include "bot/decide.h"
#include "bot/score.h"

static const char usage[] =
    "usage: kerbside kb score [--config FILE] [--kb DIR] [--show N] [--json] FILE…\n"
    "  Decides about the labelled messages in FILE (a JSON object a line, see "
    "tests/corpus/LABELS.md) as\n"
    "  \"kerbside try --jsonl\" does, and prints the figures of tests/corpus/score.py, with the "
    "second opinion and\n"
    "  without it. Then what they would be were the thresholds stricter or more lenient: a row a "
    "factor. What an\n"
    "  answer or silence needs (score, lead, weak, second_agree, second_hint, second_least, "
    "second_silence,\n"
    "  second_quiet, second_passing) is multiplied by it, what keeps one back (residue, "
    "second_sensitive, "
    "second_handoff, "
    "second_disagree,\n"
    "  second_need) is divided by it, neither goes past 1. Rules' thresholds stay.\n"
    "  --show N   print up to N mistakes of each kind\n"
    "  --json     one JSON object instead of words for people\n";

enum { SHOWN_POINTS = 200 };

static const double factors[] = { 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3 };

struct setting {
    struct kb kb; /* a copy that borrows everything but the thresholds */
    struct score score;
};

struct shown {
    struct str text, wanted, got;
    struct shown *next;
};

struct scoring {
    struct decider decider;
    struct arena message, kept;
    struct setting settings[ARRAY_LEN(factors)];
    struct score bare; /* without the second opinion */
    unsigned show;
    unsigned mistakes[SCORE_MISTAKES];
    struct shown *first[SCORE_MISTAKES], **last[SCORE_MISTAKES];
};

static double at_most_1(double value)
{
    return value < 1 ? value : 1;
}

static struct kb_thresholds moved(struct kb_thresholds t, double factor)
{
    double *const needed[] = {
        &t.score,       &t.lead,         &t.weak,           &t.second_agree,
        &t.second_hint, &t.second_least, &t.second_silence, &t.second_quiet
    };
    double *const held[] = { &t.residue, &t.second_sensitive, &t.second_handoff, &t.second_disagree,
                             &t.second_need };
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        *needed[i] = at_most_1(*needed[i] * factor);
    for (size_t i = 0; i < ARRAY_LEN(held); i++)
        *held[i] = at_most_1(*held[i] / factor);
    return t;
}

static void scoring_init(struct scoring *s, const struct kb *kb, unsigned show)
{
    s->decider.kb = kb;
    s->show = show;
    for (size_t i = 0; i < ARRAY_LEN(factors); i++) {
        s->settings[i].kb = *kb;
        s->settings[i].kb.thresholds = moved(kb->thresholds, factors[i]);
    }
    for (size_t k = 0; k < SCORE_MISTAKES; k++)
        s->last[k] = &s->first[k];
}

/* "handoff/legal", "answer/bins.missed,bins.day", "ignore" */
static struct str label_words(struct arena *arena, enum action action, struct str reason,
                              const struct str *intents, size_t intent_count)
{
    struct buf out = BUF_INIT(4096);
    (void)buf_addc(&out, action_name(action));
    if (reason.len)
        (void)buf_addf(&out, "/%.*s", STR_ARG(reason));
    for (size_t i = 0; i < intent_count; i++)
        (void)buf_addf(&out, "%s%.*s", i || reason.len ? "," : "/", STR_ARG(intents[i]));
    struct str words = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return words;
}

static int keep_mistake(struct scoring *s, enum score_mistake kind, struct str text,
                        const struct score_label *right, const struct policy_decision *d)
{
    if (s->mistakes[kind]++ >= s->show)
        return 0;
    struct shown *one = arena_alloc(&s->kept, sizeof *one);
    if (!one)
        return ERR_NOMEM;
    one->text = arena_str(&s->kept, text);
    one->wanted =
        label_words(&s->kept, right->action, right->reason, right->intents, right->intent_count);
    struct str answered[SCORE_ANSWERED_MAX];
    size_t count = score_answered(d, answered);
    one->got = label_words(&s->kept, d->action, d->reason, answered, count);
    if (!one->text.p || !one->wanted.p || !one->got.p)
        return ERR_NOMEM;
    *s->last[kind] = one;
    s->last[kind] = &one->next;
    return 0;
}

static int score_line(const struct kb_line *line, void *data)
{
    static const struct policy_facts facts = { .may_reply = true };
    struct scoring *s = data;
    struct score_label right;
    struct reading reading;
    arena_clear(&s->message);
    int r = score_read_label(s->decider.kb, line->object, line->where, line->report, &right);
    if (r == 0)
        r = decide_read(&s->decider, &s->message, line->text, &reading);
    if (r < 0)
        return r;
    const struct wording_context context = { .now = time(NULL) };
    struct reading alone = { reading.match, NULL };
    struct policy_decision d;
    r = decide_policy(s->decider.kb, &alone, &facts, &context, &d);
    if (r == 0)
        (void)score_add(&s->bare, &right, &d);
    for (size_t i = 0; i < ARRAY_LEN(factors) && r == 0; i++) {
        struct setting *setting = &s->settings[i];
        r = decide_policy(&setting->kb, &reading, &facts, &context, &d);
        if (r < 0)
            break;
        unsigned mistakes = score_add(&setting->score, &right, &d);
        for (enum score_mistake k = 0; k < SCORE_MISTAKES && factors[i] == 1 && r == 0; k++)
            if (mistakes & 1U << k)
                r = keep_mistake(s, k, line->text, &right, &d);
    }
    return r;
}

static const struct score *score_in_use(const struct scoring *s)
{
    size_t i = 0;
    while (factors[i] != 1)
        i++;
    return &s->settings[i].score;
}

static const char *const curve_figures[] = { "right_link_pct", "coverage_pct", "harm_pct",
                                             "left_alone_pct" };

static const struct score_figure *figure_named(const char *name)
{
    const struct score_figure *f = score_figures;
    while (strcmp(f->name, name) != 0)
        f++;
    return f;
}

static void print_figures(const struct scoring *s)
{
    bool second = s->decider.kb->second;
    (void)printf("%-20s %10s  %10s\n", "second opinion", second ? "with" : "there is none",
                 second ? "without" : "");
    for (size_t i = 0; i < SCORE_FIGURES; i++) {
        char with[16], without[16];
        score_write(score_in_use(s), &score_figures[i], with);
        score_write(&s->bare, &score_figures[i], without);
        (void)printf("%-20s %10s  %10s\n", score_figures[i].name, with, second ? without : "");
    }
}

static void print_curve(const struct scoring *s)
{
    (void)printf("\nthresholds x  right link  coverage      harm  left alone\n");
    for (size_t i = 0; i < ARRAY_LEN(factors); i++) {
        char cells[ARRAY_LEN(curve_figures)][16];
        for (size_t f = 0; f < ARRAY_LEN(curve_figures); f++)
            score_write(&s->settings[i].score, figure_named(curve_figures[f]), cells[f]);
        (void)printf("%12.2f  %10s  %8s  %8s  %10s%s\n", factors[i], cells[0], cells[1], cells[2],
                     cells[3], factors[i] == 1 ? "  <- in use" : "");
    }
}

static void print_mistakes(const struct scoring *s)
{
    for (enum score_mistake k = 0; k < SCORE_MISTAKES; k++) {
        if (!s->show || !s->mistakes[k])
            continue;
        (void)printf("\n== %s: %u\n", score_mistake_name(k), s->mistakes[k]);
        for (const struct shown *one = s->first[k]; one; one = one->next) {
            (void)printf("  want %.*s got %.*s: ", STR_ARG(one->wanted), STR_ARG(one->got));
            kb_print_text(one->text, SHOWN_POINTS);
            (void)putchar('\n');
        }
    }
}

static cJSON *scoring_json(const struct scoring *s)
{
    cJSON *o = score_json(score_in_use(s)), *curve, *row;
    if (s->decider.kb->second)
        (void)cJSON_AddItemToObject(o, "without_second", score_json(&s->bare));
    else
        (void)cJSON_AddNullToObject(o, "without_second");
    (void)cJSON_AddStringToObject(o, "kb", s->decider.kb->hash);
    curve = cJSON_AddArrayToObject(o, "curve");
    for (size_t i = 0; i < ARRAY_LEN(factors); i++) {
        row = score_json(&s->settings[i].score);
        (void)cJSON_AddNumberToObject(row, "factor", factors[i]);
        (void)cJSON_AddBoolToObject(row, "in_use", factors[i] == 1);
        (void)cJSON_AddItemToArray(curve, row);
    }
    return o;
}

static int score_files(struct scoring *s, const struct kb_options *o)
{
    struct report report = REPORT_INIT;
    int r = 0;
    for (int i = 0; i < o->arg_count && (r == 0 || r == ERR_BADINPUT); i++) {
        int one = kb_read_lines(o->args[i], &report, score_line, s);
        r = one < 0 ? one : r;
    }
    print_report(&report);
    report_release(&report);
    if (r < 0)
        return r;
    if (o->json)
        return print_json(scoring_json(s));
    print_figures(s);
    print_curve(s);
    print_mistakes(s);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : ERR_IO;
}

int cmd_kb_score(int argc, char **argv)
{
    struct kb_options o;
    struct kb *kb = NULL;
    bool help;
    int status = kb_options_read(argc, argv, "cksj", 1, INT_MAX, usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = kb_open(&o, &kb);
    if (status != EXIT_OK)
        return status;
    struct scoring *s = calloc(1, sizeof *s);
    int r = s ? 0 : ERR_NOMEM;
    if (s) {
        scoring_init(s, kb, o.show);
        s->decider.scratch = intents_scratch_new();
        r = s->decider.scratch ? score_files(s, &o) : ERR_NOMEM;
        (void)intents_scratch_free(s->decider.scratch);
        arena_release(&s->message);
        arena_release(&s->kept);
    }
    if (r < 0 && r != ERR_BADINPUT)
        (void)fprintf(stderr, "error: kerbside kb score: %s\n", err_str(r));
    free(s);
    (void)kb_free(kb);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}
