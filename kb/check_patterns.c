#include "base/map.h"
#include "kb/check_private.h"

enum { PLACE_ROOM = 24 };

/* "match[3]" as it stands in the topic's file. */
static const char *place_of(const struct kb_pattern *p, char out[PLACE_ROOM])
{
    (void)snprintf(out, PLACE_ROOM, "%s[%zu]", p->field, p->index);
    return out;
}

/* "[1], [4], [7]", those of "match" of which @rows has none. A phrase costs nobody anything to
 * read. */
static size_t list_without(const struct kb_trial *t, const bool *rows, struct buf *out)
{
    size_t count = 0;
    for (size_t p = 0; p < t->match_count; p++)
        if (strcmp(t->patterns[p].field, "match") == 0 && !kb_trial_any(t, rows, p))
            (void)buf_addf(out, "%s[%zu]", count++ ? ", " : "", t->patterns[p].index);
    return count;
}

static void check_needed(const struct kb *kb, unsigned topic, const struct kb_trial *t,
                         struct report *report)
{
    struct buf unneeded = BUF_INIT(1 << 16), unfit = BUF_INIT(1 << 16);
    size_t count = list_without(t, t->needed, &unneeded);
    size_t none = list_without(t, t->fits, &unfit);
    if (count)
        report_warning(report, "%.*s: %.*s: match: no example needs %s%s%s",
                       STR_ARG(kb_topic_file(kb, topic)), STR_ARG(kb_topic_name(kb, topic)),
                       buf_cstr(&unneeded), none ? "; none even fits " : "", buf_cstr(&unfit));
    buf_release(&unneeded);
    buf_release(&unfit);
}

static void check_edges(const struct kb *kb, unsigned topic, const struct kb_pattern *p,
                        struct report *report)
{
    size_t column = 0;
    char place[PLACE_ROOM];
    enum edge_fault fault = pattern_edges(intents_vocab(kb->intents), p->as_written.pcre, &column);
    if (fault == EDGE_FINE)
        return;
    report_warning(report, "%.*s: %.*s: %s: column %zu: %s", STR_ARG(kb_topic_file(kb, topic)),
                   STR_ARG(kb_topic_name(kb, topic)), place_of(p, place), column,
                   fault == EDGE_DEAD
                       ? "can never match: a text has single spaces, and a match begins and ends "
                         "with a word"
                       : "what may stand last ends in a space, but a match ends with a word: that "
                         "part never matches");
}

struct patterns_check {
    const struct kb *kb;
    struct intents_scratch *scratch;
    struct report *report;
    struct arena topic, run; /* of the topic, and of the text, that is looked at */
    struct map slow;         /* of patterns that were run: was it slow? Many stand in many places */
    size_t number;           /* of the pattern that is run */
};

/* 0, ERR_LIMIT, or ERR_NOMEM. */
static int run_hostile(struct str text, void *data)
{
    struct patterns_check *c = data;
    struct intents_why why;
    struct normal n = { .text = text };
    arena_clear(&c->run);
    int r = intents_try_pattern(c->kb->intents, c->scratch, &c->run, c->number, &n, &why);
    return r < 0 ? r : 0;
}

/* 1 it is slow, 0 it isn't, or ERR_NOMEM. */
static int is_slow(struct patterns_check *c, const struct kb_pattern *p)
{
    uint32_t slow;
    struct str pcre = p->as_written.pcre;
    if (map_get(&c->slow, pcre, &slow))
        return (int)slow;
    c->number = p->number;
    int r = hostile_texts(intents_vocab(c->kb->intents), pcre, run_hostile, c);
    if (r < 0 && r != ERR_LIMIT)
        return r;
    slow = r == ERR_LIMIT;
    r = map_put(&c->slow, pcre, slow);
    return r < 0 ? r : (int)slow;
}

static int check_topic(struct patterns_check *c, unsigned topic)
{
    struct kb_trial trial;
    char place[PLACE_ROOM];
    arena_clear(&c->topic);
    int r = kb_try_topic(c->kb, c->scratch, &c->topic, topic, &trial);
    if (r < 0)
        return r;
    check_needed(c->kb, topic, &trial, c->report);
    for (size_t i = 0; r >= 0 && i < trial.pattern_count; i++) {
        check_edges(c->kb, topic, &trial.patterns[i], c->report);
        r = is_slow(c, &trial.patterns[i]);
        if (r > 0)
            report_warning(c->report,
                           "%.*s: %.*s: %s: slow: its own words again and again spend the match "
                           "limit, and such a message goes to a person; fewer or narrower gaps "
                           "help",
                           STR_ARG(kb_topic_file(c->kb, topic)),
                           STR_ARG(kb_topic_name(c->kb, topic)),
                           place_of(&trial.patterns[i], place));
    }
    return r < 0 ? r : 0;
}

/* That they aren't slow, or that it was said when they came. */
static int skip_known(struct patterns_check *c, const struct kb *known)
{
    int r = 0;
    for (size_t i = 0; i < intents_pattern_count(known->intents) && r == 0; i++)
        r = map_put(&c->slow, intents_pattern(known->intents, i).pcre, 0);
    return r;
}

/* Nobody wrote examples for it, nor a pattern. */
static bool is_election(const struct kb *kb, unsigned topic)
{
    const struct kb_rule *rule = kb_rule_of(kb, topic);
    return rule && rule->until_at;
}

int check_patterns(const struct kb *kb, unsigned from, unsigned to, const struct kb *known,
                   struct intents_scratch *scratch, struct report *report)
{
    struct patterns_check c = { .kb = kb, .scratch = scratch, .report = report };
    int r = known ? skip_known(&c, known) : 0;
    for (unsigned t = from; t < to && r == 0; t++)
        r = is_election(kb, t) ? 0 : check_topic(&c, t);
    arena_release(&c.topic);
    arena_release(&c.run);
    map_release(&c.slow);
    return r;
}
