/* kerbside kb explain: what an intent or a rule is made of, and what holds each part of it. */
#include "base/map.h"
#include "bot/cmd_kb.h"
#include "bot/decide.h"
#include "kb/trial.h"

static const char usage[] =
    "usage: kerbside kb explain [--config FILE] [--kb DIR] [--text TEXT] ID\n"
    "  What the intent or rule ID says and how it is found: its thresholds, each of its patterns "
    "with the words of\n"
    "  which a message must hold one, and up to two examples that only this pattern finds; the "
    "terms that they are\n"
    "  made of; and for each example the score, its lead over the next intent, and what the second "
    "opinion takes it\n"
    "  for.\n"
    "  --text TEXT  instead: pattern by pattern, why TEXT fits it or doesn't\n";

enum { WORDS_SHOWN = 6, EXAMPLES_SHOWN = 2, TEXT_POINTS = 100, NEAR_SHOWN = 5, NEEDS_MAX = 16 };

struct explaining {
    struct decider decider;
    struct arena arena, message;
    unsigned topic;
    struct kb_trial trial;
};

/* ------------------------------------------------------------------------------------------------
 * ids */

static unsigned topic_count(const struct kb *kb)
{
    return (unsigned)(kb->intent_count + kb->rule_count);
}

static bool find_topic(const struct kb *kb, struct str id, unsigned *ret)
{
    for (unsigned t = 0; t < topic_count(kb); t++) {
        if (!str_eq(kb_topic_name(kb, t), id))
            continue;
        *ret = t;
        return true;
    }
    return false;
}

/* How many pairs of neighbouring letters of @a are somewhere in @b. */
static unsigned shared_pairs(struct str a, struct str b)
{
    unsigned shared = 0;
    for (size_t i = 0; i + 1 < a.len; i++)
        shared += memmem(b.p, b.len, a.p + i, 2) != NULL;
    return shared;
}

/* Half of the pairs of the longer name is near enough to be meant. */
static bool is_near(struct str asked, struct str id)
{
    size_t longer = asked.len > id.len ? asked.len : id.len;
    return 2 * shared_pairs(asked, id) + 1 >= longer;
}

static void report_unknown(const struct kb *kb, struct str id)
{
    unsigned shown = 0;
    (void)fprintf(stderr, "error: no intent or rule \"%.*s\"", STR_ARG(id));
    for (unsigned t = 0; t < topic_count(kb) && shown < NEAR_SHOWN; t++) {
        struct str name = kb_topic_name(kb, t);
        if (is_near(id, name))
            (void)fprintf(stderr, "%s %.*s", shown++ ? "," : "; near it:", STR_ARG(name));
    }
    if (!shown)
        for (unsigned t = 0; t < topic_count(kb); t++)
            (void)fprintf(stderr, "%s %.*s",
                          t ? "," : "; there are:", STR_ARG(kb_topic_name(kb, t)));
    (void)fputc('\n', stderr);
}

/* ------------------------------------------------------------------------------------------------
 * what it says */

static void print_list(const char *title, const struct kb_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        (void)printf("%-10s %.*s\n", i ? "" : title, STR_ARG(list->items[i]));
}

static void print_intent(const struct kb *kb, const struct kb_intent *in)
{
    const struct kb_thresholds *t = &kb->thresholds;
    (void)printf("%.*s: %.*s\n", STR_ARG(in->id), STR_ARG(in->title));
    (void)printf("%-10s intent of %.*s in %.*s, to be reviewed by %.*s\n", "kind",
                 STR_ARG(in->department), STR_ARG(in->file), STR_ARG(in->review_by));
    print_list("replies", &in->replies);
    (void)printf("%-10s %.*s\n", "link", STR_ARG(in->link));
    (void)printf("%-10s from a score of %.2f with a lead of %.2f, at most %.2f of the words "
                 "unexplained if they are %u or more\n",
                 "answers", t->score, t->lead, t->residue, t->residue_words);
    if (kb->second)
        (void)printf(
            "%-10s or from %.2f where the second opinion gives it a chance of %.2f, or from a "
            "hint where %.2f; never below %.2f, nor with another at %.2f\n",
            "", t->weak, t->second_agree, t->second_hint, t->second_least, t->second_disagree);
}

static const char *kind_words(enum kb_kind kind)
{
    switch (kind) {
    case KB_SENSITIVE:
        return "sensitive: a person, before everything else";
    case KB_TROLL:
        return "trolling: left alone";
    case KB_PRAISE:
        return "praise: thanked";
    case KB_HUMAN:
        return "asks for a person: gets one";
    case KB_COMPLAINT:
        return "complaint: a person";
    case KB_OPT_OUT:
        return "opts out: no automatic word any more";
    case KB_OPT_IN:
        return "wants automatic replies again, if they opted out";
    case KB_CHATTER:
        return "talk in passing: left alone";
    }
    return "?";
}

static void print_rule(const struct kb *kb, const struct kb_rule *rule)
{
    (void)printf("%.*s\n", STR_ARG(rule->id));
    (void)printf("%-10s %s; in %.*s\n", "kind", kind_words(rule->kind), STR_ARG(rule->file));
    if (rule->reason.len)
        (void)printf("%-10s %.*s\n", "reason", STR_ARG(rule->reason));
    (void)printf("%-10s %.*s%s\n", "team",
                 STR_ARG(rule->team.len ? rule->team : STR("customer services")),
                 rule->on_call ? ", marked for the duty officer" : "");
    print_list("says", &rule->holding);
    (void)printf("%-10s from a score of %.2f\n", "holds", kb->thresholds.rule[rule->kind]);
}

/* ------------------------------------------------------------------------------------------------
 * patterns */

static void print_need(struct str need, void *data)
{
    bool *any = data;
    (void)printf("%s%.*s", *any ? ", then " : "             needs ", STR_ARG(need));
    *any = true;
}

static void print_needs(const struct kb *kb, size_t number)
{
    bool any = false;
    (void)intents_pattern_needs(kb->intents, number, print_need, &any);
    (void)puts(any ? "" : "             is run on every message");
}

static void print_needed_by(const struct explaining *x, size_t match)
{
    const struct kb_list *examples = &kb_topic_examples(x->decider.kb, x->topic)->yes;
    unsigned shown = 0;
    for (size_t e = 0; e < x->trial.example_count && shown < EXAMPLES_SHOWN; e++) {
        if (!x->trial.needed[e * x->trial.match_count + match])
            continue;
        (void)fputs(shown++ ? "             and by    " : "             needed by ", stdout);
        kb_print_text(examples->items[e], TEXT_POINTS);
        (void)putchar('\n');
    }
    if (!shown)
        (void)printf("             no example needs it%s\n",
                     kb_trial_any(&x->trial, x->trial.fits, match) ? "" : ", and none fits it");
}

/* A phrase as its editor wrote it, and what became of it. */
static void print_pattern_head(const struct explaining *x, const struct kb_pattern *p)
{
    char place[32];
    (void)snprintf(place, sizeof place, "%s[%zu]", p->field, p->index);
    if (strcmp(p->field, "phrases") == 0) {
        struct str phrase = kb_topic_phrases(x->decider.kb, x->topic)->items[p->index];
        (void)printf("  %-10s %3u \"%.*s\"\n%17s%.*s\n", place, p->as_written.weight,
                     STR_ARG(phrase), "", STR_ARG(p->as_written.pcre));
    } else if (p->as_written.use == PATTERN_UNLESS)
        (void)printf("  %-10s     %.*s\n", place, STR_ARG(p->as_written.pcre));
    else
        (void)printf("  %-10s %3u %.*s\n", place, p->as_written.weight,
                     STR_ARG(p->as_written.pcre));
}

static void print_patterns(const struct explaining *x)
{
    (void)puts("\npatterns");
    for (size_t i = 0; i < x->trial.pattern_count; i++) {
        print_pattern_head(x, &x->trial.patterns[i]);
        print_needs(x->decider.kb, x->trial.patterns[i].number);
        if (i < x->trial.match_count)
            print_needed_by(x, i);
    }
}

/* ------------------------------------------------------------------------------------------------
 * terms */

static int print_phrase(struct str phrase, void *data)
{
    unsigned *count = data;
    if ((*count)++ < WORDS_SHOWN)
        (void)printf("%s %.*s", *count > 1 ? "," : "", STR_ARG(phrase));
    return 0;
}

/* The next "(?&name)" of a pattern. */
static bool next_term(struct str *rest, struct str *ret_name)
{
    const char *at = rest->len ? memmem(rest->p, rest->len, "(?&", 3) : NULL;
    if (!at)
        return false;
    *rest = str_cut(*rest, (size_t)(at - rest->p) + 3, rest->len);
    return str_split(rest, ')', ret_name);
}

static int print_terms(struct explaining *x)
{
    struct map seen = MAP_INIT;
    uint32_t there;
    int r = 0;
    (void)puts("\nterms");
    for (size_t i = 0; i < x->trial.pattern_count && r == 0; i++) {
        struct str rest = x->trial.patterns[i].as_written.pcre, name;
        while (r == 0 && next_term(&rest, &name)) {
            if (map_get(&seen, name, &there))
                continue;
            unsigned count = 0;
            r = map_put(&seen, name, 1);
            (void)printf("  %-20.*s", STR_ARG(name));
            (void)vocab_words(intents_vocab(x->decider.kb->intents), name, print_phrase, &count);
            if (count > WORDS_SHOWN)
                (void)printf(" … (%u)", count);
            (void)putchar('\n');
        }
    }
    map_release(&seen);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * examples */

/* The topic's score, and its lead over the next topic that is an intent. */
static double score_in(const struct kb *kb, const struct intents_match *m, unsigned topic,
                       double *ret_lead)
{
    double score = 0, next = 0;
    for (size_t i = 0; i < m->hit_count; i++) {
        if (m->hits[i].topic == topic)
            score = m->hits[i].score;
        else if (kb_intent_of(kb, m->hits[i].topic) && m->hits[i].score > next)
            next = m->hits[i].score;
    }
    *ret_lead = score - next;
    return score;
}

static int print_example(struct explaining *x, struct str text)
{
    const struct kb *kb = x->decider.kb;
    struct reading reading;
    double lead, chance = 0;
    arena_clear(&x->message);
    int r = decide_read(&x->decider, &x->message, text, &reading);
    if (r < 0)
        return r;
    double score = score_in(kb, &reading.match, x->topic, &lead);
    struct str class = kb_likeliest(kb, reading.second, &chance);
    if (score > 0)
        (void)printf("  %5.2f  %5.2f  ", score, lead);
    else
        (void)printf("  %5s  %5s  ", "-", "-");
    if (class.len)
        (void)printf("%-22.*s %4.2f  ", STR_ARG(class), chance);
    kb_print_text(text, TEXT_POINTS);
    (void)putchar('\n');
    return 0;
}

static int print_examples(struct explaining *x, const char *title, const struct kb_list *list)
{
    int r = 0;
    if (list->count)
        (void)printf("\n%s\n  score   lead%s  text\n", title,
                     x->decider.kb->second ? "  second opinion             " : "");
    for (size_t i = 0; i < list->count && r == 0; i++)
        r = print_example(x, list->items[i]);
    return r;
}

static int explain_topic(struct explaining *x)
{
    const struct kb *kb = x->decider.kb;
    const struct kb_intent *intent = kb_intent_of(kb, x->topic);
    const struct kb_examples *examples = kb_topic_examples(kb, x->topic);
    if (intent)
        print_intent(kb, intent);
    else
        print_rule(kb, kb_rule_of(kb, x->topic));
    print_patterns(x);
    int r = print_terms(x);
    if (r == 0)
        r = print_examples(x, "examples.yes", &examples->yes);
    return r < 0 ? r : print_examples(x, "examples.no", &examples->no);
}

/* ------------------------------------------------------------------------------------------------
 * a text */

static int print_why_not(struct explaining *x, size_t number, const struct normal *n)
{
    struct str need;
    int r = intents_pattern_missing(x->decider.kb->intents, &x->message, number, n, &need);
    if (r < 0)
        return r;
    if (r == 0)
        (void)puts("             no: its words are there, but not in this order or not this near");
    else
        (void)printf("             no: has no %.*s\n", STR_ARG(need));
    return 0;
}

static int print_fit(struct explaining *x, const struct kb_pattern *p, const struct normal *n)
{
    const struct kb *kb = x->decider.kb;
    struct intents_why why = { 0 };
    print_pattern_head(x, p);
    int r = intents_try_pattern(kb->intents, x->decider.scratch, &x->message, p->number, n, &why);
    if (r == ERR_LIMIT) {
        (void)puts("             spends the match limit");
        return 0;
    }
    if (r == 0)
        return print_why_not(x, p->number, n);
    if (r < 0)
        return r;
    (void)fputs("             fits:", stdout);
    for (size_t i = 0; i < why.count; i++)
        (void)printf("%s %.*s", i ? " …" : "", STR_ARG(why.words[i]));
    (void)putchar('\n');
    return 0;
}

static int explain_text(struct explaining *x, struct str text)
{
    struct reading reading;
    double lead;
    int r = decide_read(&x->decider, &x->message, text, &reading);
    if (r < 0)
        return r;
    if (text.len > NORMAL_TEXT_MAX) {
        (void)puts("read as    too long to be matched");
        return 0;
    }
    (void)printf("read as    %.*s\n", STR_ARG(reading.match.normal.text));
    double score = score_in(x->decider.kb, &reading.match, x->topic, &lead);
    (void)printf("score      %.2f%s\n", score, score > 0 ? "" : ": not found");
    for (size_t i = 0; i < x->trial.pattern_count && r == 0; i++)
        r = print_fit(x, &x->trial.patterns[i], &reading.match.normal);
    return r;
}

static int explain(struct explaining *x, const struct kb_options *o)
{
    int r = kb_try_topic(x->decider.kb, x->decider.scratch, &x->arena, x->topic, &x->trial);
    struct buf text = BUF_INIT(1 << 20);
    if (r == 0 && o->text) {
        r = buf_add_repaired(&text, str_of(o->text));
        if (r == 0)
            r = explain_text(x, buf_str(&text));
    } else if (r == 0) {
        r = explain_topic(x);
    }
    buf_release(&text);
    if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        r = ERR_IO;
    return r;
}

int cmd_kb_explain(int argc, char **argv)
{
    struct kb_options o;
    struct kb *kb = NULL;
    struct explaining x = { .topic = 0 };
    bool help;
    int status = kb_options_read(argc, argv, "ckt", 1, 1, usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = kb_open(&o, &kb);
    if (status != EXIT_OK)
        return status;
    if (!find_topic(kb, str_of(o.args[0]), &x.topic)) {
        report_unknown(kb, str_of(o.args[0]));
        (void)kb_free(kb);
        return EXIT_FAILED;
    }
    x.decider = (struct decider){ kb, intents_scratch_new() };
    int r = x.decider.scratch ? explain(&x, &o) : ERR_NOMEM;
    if (r < 0)
        (void)fprintf(stderr, "error: kerbside kb explain: %s\n", err_str(r));
    (void)intents_scratch_free(x.decider.scratch);
    arena_release(&x.arena);
    arena_release(&x.message);
    (void)kb_free(kb);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}
