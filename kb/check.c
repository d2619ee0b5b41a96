/* What is wrong with a knowledge base that loads: its examples are its tests. */
#include "base/when.h"
#include "kb/check_private.h"

struct checker {
    const struct kb *kb;
    struct intents_scratch *scratch;
    struct arena arena;
    struct report *report;
};

static int check_list(struct checker *c, const struct kb_list *list, bool wanted, unsigned topic)
{
    struct str file = kb_topic_file(c->kb, topic), id = kb_topic_name(c->kb, topic);
    for (size_t i = 0; i < list->count; i++) {
        struct intents_match m;
        arena_clear(&c->arena);
        int r = intents_match(c->kb->intents, c->scratch, &c->arena, list->items[i], &m);
        if (r < 0)
            return r;
        bool fits = false;
        double least = kb_intent_of(c->kb, topic) ? c->kb->thresholds.weak : 0; /* less is a hint */
        for (size_t h = 0; h < m.hit_count; h++)
            fits |= m.hits[h].topic == topic && m.hits[h].score >= least;
        if (m.spent)
            (void)report_error(c->report, "%.*s: %.*s: examples.%s[%zu]: spends the match limit",
                               STR_ARG(file), STR_ARG(id), wanted ? "yes" : "no", i);
        else if (fits != wanted)
            (void)report_error(
                c->report, "%.*s: %.*s: examples.%s[%zu]: \"%.*s\" %s, read as \"%.*s\"",
                STR_ARG(file), STR_ARG(id), wanted ? "yes" : "no", i, STR_ARG(list->items[i]),
                wanted ? "isn't matched" : "is matched", STR_ARG(m.normal.text));
    }
    return 0;
}

static int check_examples(struct checker *c, unsigned topic)
{
    const struct kb_examples *examples = kb_topic_examples(c->kb, topic);
    int r = check_list(c, &examples->yes, true, topic);
    return r < 0 ? r : check_list(c, &examples->no, false, topic);
}

/* With each of the intents from @b on. */
static void check_shared_examples(struct checker *c, const struct kb_intent *a, size_t b)
{
    const struct kb *kb = c->kb;
    for (; b < kb->intent_count; b++)
        for (size_t i = 0; i < a->examples.yes.count && &kb->intent[b] != a; i++)
            for (size_t j = 0; j < kb->intent[b].examples.yes.count; j++)
                if (str_eq(a->examples.yes.items[i], kb->intent[b].examples.yes.items[j]))
                    (void)report_error(
                        c->report, "%.*s: %.*s: examples.yes[%zu]: is also an example of %.*s",
                        STR_ARG(a->file), STR_ARG(a->id), i, STR_ARG(kb->intent[b].id));
}

static double score_of(const struct intents_match *m, unsigned topic)
{
    for (size_t h = 0; h < m->hit_count; h++)
        if (m->hits[h].topic == topic)
            return m->hits[h].score;
    return 0;
}

/* The first of @other's examples for which @in would answer, or come so near that nobody does. */
static int check_overlap(struct checker *c, const struct kb_intent *in,
                         const struct kb_intent *other)
{
    const struct kb_thresholds *t = &c->kb->thresholds;
    for (size_t i = 0; i < other->examples.yes.count; i++) {
        struct str example = other->examples.yes.items[i];
        struct intents_match m;
        arena_clear(&c->arena);
        int r = intents_match(c->kb->intents, c->scratch, &c->arena, example, &m);
        if (r < 0)
            return r;
        double score = score_of(&m, in->topic);
        if (score < t->score || score_of(&m, other->topic) >= score + t->lead)
            continue;
        report_warning(c->report, "%.*s: %.*s: finds an example of %.*s too: \"%.*s\"",
                       STR_ARG(in->file), STR_ARG(in->id), STR_ARG(other->id), STR_ARG(example));
        break;
    }
    return 0;
}

static void report_unused(struct str name, void *data)
{
    struct checker *c = data;
    (void)report_error(c->report, "terms.json: term \"%.*s\": no pattern uses it", STR_ARG(name));
}

static void check_review(struct checker *c, const struct kb_intent *in, int64_t today)
{
    int64_t day;
    if (when_parse_day(in->review_by, &day) && day < today)
        report_warning(c->report, "%.*s: %.*s: its review was due on %.*s", STR_ARG(in->file),
                       STR_ARG(in->id), STR_ARG(in->review_by));
}

static void check_notices(struct checker *c, int64_t today)
{
    char until[WHEN_TEXT_MAX];
    for (size_t i = 0; i < c->kb->notice_count; i++) {
        const struct kb_notice *n = &c->kb->notice[i];
        if (n->until_at <= today * 86400)
            report_warning(c->report, "notices.json: %.*s: it was over at %s: take it out",
                           STR_ARG(n->id), when_format(n->until_at, until));
    }
}

static void check_second(struct checker *c)
{
    if (c->kb->intent_count > KB_TOLD_APART)
        report_warning(c->report,
                       "%zu intents: the second opinion tells at most %d apart, so there is none",
                       c->kb->intent_count, KB_TOLD_APART);
}

void kb_check_rest(const struct kb *kb, int64_t today, struct report *report)
{
    struct checker c = { .kb = kb, .report = report };
    vocab_unused(intents_vocab(kb->intents), report_unused, &c);
    check_notices(&c, today);
    check_second(&c);
}

int kb_check_topic(const struct kb *kb, unsigned topic, const struct kb *known, int64_t today,
                   struct report *report)
{
    struct checker c = { .kb = kb, .scratch = intents_scratch_new(), .report = report };
    const struct kb_intent *in = kb_intent_of(kb, topic);
    unsigned errors = report->errors;
    int r = c.scratch ? check_examples(&c, topic) : ERR_NOMEM;
    for (size_t i = 0; in && i < kb->intent_count && r == 0; i++)
        if (&kb->intent[i] != in)
            r = check_overlap(&c, in, &kb->intent[i]);
    if (in) {
        check_shared_examples(&c, in, 0);
        check_review(&c, in, today);
    }
    if (r == 0 && report->errors == errors) /* else what examples need would be a guess */
        r = check_patterns(kb, topic, topic + 1, known, c.scratch, report);
    (void)intents_scratch_free(c.scratch);
    arena_release(&c.arena);
    if (r == 0 && report->errors > errors)
        r = ERR_BADINPUT;
    return r;
}

static int check(const struct kb *kb, int64_t today, bool patterns, struct report *report)
{
    struct checker c = { .kb = kb, .scratch = intents_scratch_new(), .report = report };
    unsigned errors = report->errors;
    int r = c.scratch ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < kb->intent_count && r == 0; i++)
        r = check_examples(&c, kb->intent[i].topic);
    for (size_t i = 0; i < kb->rule_count && r == 0; i++)
        r = check_examples(&c, kb->rule[i].topic);
    for (size_t i = 0; i < kb->intent_count; i++) {
        check_shared_examples(&c, &kb->intent[i], i + 1);
        check_review(&c, &kb->intent[i], today);
    }
    kb_check_rest(kb, today, report);
    /* after errors, what examples need would be a guess */
    if (r == 0 && patterns && report->errors == errors)
        r = check_patterns(kb, 0, (unsigned)(kb->intent_count + kb->rule_count), NULL, c.scratch,
                           report);
    (void)intents_scratch_free(c.scratch);
    arena_release(&c.arena);
    return r == 0 && report->errors > errors ? ERR_BADINPUT : r;
}

int kb_check(const struct kb *kb, int64_t today, struct report *report)
{
    return check(kb, today, true, report);
}

int kb_check_errors(const struct kb *kb, int64_t today, struct report *report)
{
    return check(kb, today, false, report);
}
