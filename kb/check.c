/* What is wrong with a knowledge base that loads: its examples are its tests. */
#include "base/when.h"
#include "kb/check_private.h"

struct checker {
    const struct kb *kb;
    struct intents_scratch *scratch;
    struct arena arena;
    struct report *report;
};

static int check_examples(struct checker *c, const struct kb_list *list, bool wanted,
                          unsigned topic, struct str file, struct str id)
{
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

static void check_shared_examples(struct checker *c)
{
    const struct kb *kb = c->kb;
    for (size_t a = 0; a < kb->intent_count; a++)
        for (size_t b = a + 1; b < kb->intent_count; b++)
            for (size_t i = 0; i < kb->intent[a].examples.yes.count; i++)
                for (size_t j = 0; j < kb->intent[b].examples.yes.count; j++)
                    if (str_eq(kb->intent[a].examples.yes.items[i],
                               kb->intent[b].examples.yes.items[j]))
                        (void)report_error(
                            c->report, "%.*s: %.*s: examples.yes[%zu]: is also an example of %.*s",
                            STR_ARG(kb->intent[a].file), STR_ARG(kb->intent[a].id), i,
                            STR_ARG(kb->intent[b].id));
}

static void report_unused(struct str name, void *data)
{
    struct checker *c = data;
    (void)report_error(c->report, "terms.json: term \"%.*s\": no pattern uses it", STR_ARG(name));
}

static void check_reviews(struct checker *c, int64_t today)
{
    for (size_t i = 0; i < c->kb->intent_count; i++) {
        const struct kb_intent *in = &c->kb->intent[i];
        int64_t day;
        if (when_parse_day(in->review_by, &day) && day < today)
            report_warning(c->report, "%.*s: %.*s: its review was due on %.*s", STR_ARG(in->file),
                           STR_ARG(in->id), STR_ARG(in->review_by));
    }
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

/* All but the patterns: the scratch is theirs too. */
static int check_words(struct checker *c, int64_t today)
{
    const struct kb *kb = c->kb;
    unsigned errors = c->report->errors;
    int r = 0;
    for (size_t i = 0; i < kb->intent_count && r == 0; i++) {
        const struct kb_intent *in = &kb->intent[i];
        r = check_examples(c, &in->examples.yes, true, in->topic, in->file, in->id);
        if (r == 0)
            r = check_examples(c, &in->examples.no, false, in->topic, in->file, in->id);
    }
    for (size_t i = 0; i < kb->rule_count && r == 0; i++) {
        const struct kb_rule *rule = &kb->rule[i];
        r = check_examples(c, &rule->examples.yes, true, rule->topic, rule->file, rule->id);
        if (r == 0)
            r = check_examples(c, &rule->examples.no, false, rule->topic, rule->file, rule->id);
    }
    check_shared_examples(c);
    vocab_unused(intents_vocab(kb->intents), report_unused, c);
    check_reviews(c, today);
    check_notices(c, today);
    check_second(c);
    return r == 0 && c->report->errors > errors ? ERR_BADINPUT : r;
}

static int check(const struct kb *kb, int64_t today, bool patterns, struct report *report)
{
    struct checker c = { .kb = kb, .scratch = intents_scratch_new(), .report = report };
    int r = c.scratch ? check_words(&c, today) : ERR_NOMEM;
    if (r == 0 && patterns) /* after errors, what examples need would be a guess */
        r = check_patterns(kb, c.scratch, report);
    (void)intents_scratch_free(c.scratch);
    arena_release(&c.arena);
    return r;
}

int kb_check(const struct kb *kb, int64_t today, struct report *report)
{
    return check(kb, today, true, report);
}

int kb_check_errors(const struct kb *kb, int64_t today, struct report *report)
{
    return check(kb, today, false, report);
}
