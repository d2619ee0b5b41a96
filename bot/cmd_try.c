/* kerbside try: what would happen to a message, and why. Opens no database, socket or secret. */
#include <getopt.h>
#include <time.h>

#include "base/when.h"
#include "bot/command.h"
#include "bot/tried.h"

enum { LINE_BYTES_MAX = 1 << 20 };

static const char usage[] =
    "usage: kerbside try [--config FILE] [--at TIME] [--kb DIR] [--json] TEXT\n"
    "       kerbside try [--config FILE] [--at TIME] [--kb DIR] --jsonl < MESSAGES\n"
    "  --at TIME  as if it were written then, such as 2026-11-22T21:00:00Z (default: now)\n"
    "  --json     one JSON object instead of words for people\n"
    "  --jsonl    a JSON object with a \"text\" on each line of standard input, a decision for "
    "each on standard output\n";

struct trial {
    struct tried_by by;
    struct arena arena;
};

static int try_text(struct trial *t, struct str text, struct decision *ret)
{
    arena_clear(&t->arena);
    return tried_decide(&t->by, &t->arena, text, ret);
}

static cJSON *decision_json(const struct trial *t, struct str text, const struct decision *d)
{
    cJSON *o = cJSON_CreateObject();
    (void)json_put_str(o, "text", text);
    tried_put(o, t->by.decider.kb, d, text);
    (void)cJSON_AddStringToObject(o, "kb", t->by.decider.kb->hash);
    return o;
}

/* The text with the words that counted between »…«. */
static void print_marked(const struct kb *kb, struct str text, const struct decision *d)
{
    size_t n = text.len + 1;
    unsigned char *marked = calloc(n, 1);
    if (!marked)
        return;
    for (size_t i = 0; i < d->match.why_count; i++)
        for (size_t s = 0; s < d->match.whys[i].count && decision_shows(kb, d, i); s++)
            memset(marked + d->match.whys[i].spans[s][0], 1,
                   d->match.whys[i].spans[s][1] - d->match.whys[i].spans[s][0]);
    (void)fputs("message   ", stdout);
    for (size_t i = 0; i < n; i++) {
        bool before = i && marked[i - 1];
        if (marked[i] && !before)
            (void)fputs("»", stdout);
        if (!marked[i] && before)
            (void)fputs("«", stdout);
        if (i < text.len)
            (void)fputc(text.p[i], stdout);
    }
    (void)fputc('\n', stdout);
    free(marked);
}

static void print_notice(const struct trial *t, const struct kb_intent *intent)
{
    char until[WHEN_TEXT_MAX];
    const struct kb_notice *n = intent ? kb_notice_of(t->by.decider.kb, intent, t->by.at) : NULL;
    if (n)
        (void)printf("notice    %.*s, until %s\n", STR_ARG(n->id), when_format(n->until_at, until));
}

/* Its paragraphs stand below one another. */
static void print_words(const char *label, struct str words)
{
    struct str line;
    while (str_split(&words, '\n', &line)) {
        if (line.len)
            (void)printf("%s %.*s\n", label, STR_ARG(line));
        label = "         ";
    }
}

/* The numbers, each with what an answer needs. */
static void print_numbers(const struct kb *kb, const struct decision *d)
{
    const struct kb_thresholds *k = &kb->thresholds;
    (void)printf(
        "score     %.2f (an answer: %.2f), lead %.2f (%.2f), residue %.2f (at most %.2f)\n",
        d->policy.score, k->score, d->policy.lead, k->lead, d->match.residue, k->residue);
    if (kb->second && d->policy.score > 0 && !d->policy.by_second)
        (void)printf("second    %.2f (an answer: %.2f from a score of %.2f, %.2f below)\n",
                     d->policy.second, k->second_agree, k->weak, k->second_hint);
    else if (kb->second)
        (void)printf("second    %.2f\n", d->policy.second);
}

/* What the decision rests on, pattern by pattern; and what else was found. */
static void print_why(const struct kb *kb, const struct decision *d)
{
    const struct intents_match *m = &d->match;
    bool besides = false;
    if (d->policy.by_second)
        (void)puts("because   the second opinion: no pattern saw it");
    for (size_t i = 0; i < m->why_count; i++) {
        const struct intents_why *why = &m->whys[i];
        if (!decision_shows(kb, d, i))
            continue;
        (void)printf("because   %.*s:", STR_ARG(kb_topic_name(kb, why->topic)));
        for (size_t w = 0; w < why->count; w++)
            (void)printf("%s %.*s", w ? " …" : "", STR_ARG(why->words[w]));
        (void)fputc('\n', stdout);
    }
    for (size_t i = 0; i < m->hit_count; i++) {
        if (decision_rests_on(kb, &d->policy, m->hits[i].topic))
            continue;
        (void)printf("%s %.*s %.2f", besides ? "," : "besides  ",
                     STR_ARG(kb_topic_name(kb, m->hits[i].topic)), m->hits[i].score);
        besides = true;
    }
    if (besides)
        (void)fputc('\n', stdout);
}

static void print_for_people(const struct trial *t, struct str text, const struct decision *d)
{
    print_marked(t->by.decider.kb, text, d);
    (void)printf("read as   %.*s\n", STR_ARG(d->match.normal.text));
    (void)printf("action    %s", action_name(d->policy.action));
    if (d->policy.intent)
        (void)printf(" %.*s", STR_ARG(d->policy.intent->id));
    if (d->policy.also)
        (void)printf(" and %.*s", STR_ARG(d->policy.also->id));
    if (d->policy.reason.len)
        (void)printf(" (%.*s)", STR_ARG(d->policy.reason));
    (void)fputc('\n', stdout);
    if (d->policy.say == SAY_CLARIFY)
        (void)printf("question  %.*s or %.*s\n", STR_ARG(d->policy.asked[0]->id),
                     STR_ARG(d->policy.asked[1]->id));
    print_notice(t, d->policy.intent);
    print_notice(t, d->policy.also);
    print_notice(t, d->policy.would);
    print_notice(t, d->policy.would_also);
    print_words("reply    ", d->reply.len ? d->reply : STR("(nothing is said)"));
    print_words("would say", d->would);
    print_numbers(t->by.decider.kb, d);
    print_why(t->by.decider.kb, d);
    (void)printf("knowledge base %s\n", t->by.decider.kb->hash);
}

static int try_line(struct trial *t, struct str line)
{
    cJSON *in = NULL;
    struct json_fault fault = { 0 };
    struct str text = STR("");
    struct buf repaired = BUF_INIT(4 * LINE_BYTES_MAX);
    int r = json_parse(line, &in, &fault);
    const char *unread = NULL;
    if (r < 0)
        unread = fault.what;
    else if (json_get_str(in, "text", &text) != 1)
        unread = "no \"text\" in it";
    if (r == ERR_NOMEM)
        goto out;
    if (unread) { /* a person would have to look at it, so that is the answer */
        (void)buf_add_repaired(&repaired, line); /* a longer line shows its beginning */
        text = buf_str(&repaired);
    }
    struct decision d;
    r = try_text(t, text, &d);
    if (r == 0 && unread) {
        d.policy =
            (struct policy_decision){ .action = ACTION_HANDOFF, .reason = STR("unresolved") };
        d.reply = STR("");
    }
    if (r == 0) {
        cJSON *o = decision_json(t, text, &d);
        if (unread)
            (void)cJSON_AddStringToObject(o, "error", unread);
        r = print_json(o);
    }
out:
    buf_release(&repaired);
    cJSON_Delete(in);
    return r;
}

static int try_lines(struct trial *t)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int r = 0;
    while (r == 0 && (len = getline(&line, &cap, stdin)) >= 0) {
        struct str s = str_trim((struct str){ line, (size_t)len });
        if (s.len)
            r = try_line(t, s);
    }
    if (r == 0 && ferror(stdin))
        r = ERR_IO;
    free(line);
    return r;
}

static int try_one(struct trial *t, const char *arg, bool json)
{
    struct buf text = BUF_INIT(4 * LINE_BYTES_MAX);
    struct decision d;
    int r = buf_add_repaired(&text, str_of(arg));
    if (r == 0)
        r = try_text(t, buf_str(&text), &d);
    if (r == 0 && json)
        r = print_json(decision_json(t, buf_str(&text), &d));
    else if (r == 0)
        print_for_people(t, buf_str(&text), &d);
    buf_release(&text);
    return r;
}

int command_try(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "at", required_argument, NULL, 'a' },
        { "kb", required_argument, NULL, 'k' },
        { "json", no_argument, NULL, 'j' },
        { "jsonl", no_argument, NULL, 'l' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    const char *config = NULL, *kb_dir = NULL;
    bool json = false, jsonl = false;
    struct trial t = { .by = { .at = time(NULL) } };
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            config = optarg;
            break;
        case 'k':
            kb_dir = optarg;
            break;
        case 'j':
            json = true;
            break;
        case 'l':
            jsonl = true;
            break;
        case 'a':
            if (!when_parse(str_of(optarg), &t.by.at)) {
                (void)fprintf(
                    stderr, "error: --at %s: a time like 2026-11-22T21:00:00Z is wanted\n", optarg);
                return EXIT_USAGE;
            }
            break;
        case 'h':
            return fputs(usage, stdout) < 0 ? EXIT_FAILED : EXIT_OK;
        default:
            (void)fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    int texts = argc + 1 - optind;
    if (texts != (jsonl ? 0 : 1)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct conf *conf = NULL;
    struct kb *kb = NULL;
    int status = load_config(config, &conf);
    if (status == EXIT_OK)
        status = load_kb(conf, kb_dir, &kb);
    if (status == EXIT_OK) {
        t.by.decider = (struct decider){ kb, intents_scratch_new() };
        t.by.hours = conf->hours;
        t.by.staff_there = hours_open(conf->hours, t.by.at);
        int r = !t.by.decider.scratch ? ERR_NOMEM
                : jsonl               ? try_lines(&t)
                                      : try_one(&t, (argv - 1)[optind], json);
        if (r == 0 && fflush(stdout) != 0)
            r = ERR_IO;
        if (r < 0) {
            (void)fprintf(stderr, "error: kerbside try: %s\n", err_str(r));
            status = EXIT_FAILED;
        }
        (void)intents_scratch_free(t.by.decider.scratch);
    }
    arena_release(&t.arena);
    (void)kb_free(kb);
    (void)conf_free(conf);
    return status;
}
