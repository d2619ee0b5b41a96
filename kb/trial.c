#include "kb/trial.h"

#include <math.h>

static int collect_patterns(const struct kb *kb, struct arena *arena, unsigned topic,
                            struct kb_trial *t)
{
    size_t all = intents_pattern_count(kb->intents);
    t->patterns = arena_array(arena, all + 1, sizeof *t->patterns);
    if (!t->patterns)
        return ERR_NOMEM;
    for (size_t i = 0; i < all; i++) {
        struct intents_pattern p = intents_pattern(kb->intents, i);
        if (p.topic != topic) /* a topic's patterns were added in this order */
            continue;
        size_t index = p.use == PATTERN_FOR ? t->match_count++ : t->pattern_count - t->match_count;
        const char *field = p.use == PATTERN_FOR ? "match" : "unless";
        t->patterns[t->pattern_count++] = (struct kb_pattern){ i, field, index, p };
    }
    size_t phrases = kb_topic_phrases(kb, topic)->count, written = t->match_count - phrases;
    for (size_t i = 0; i < phrases; i++) {
        t->patterns[written + i].field = "phrases";
        t->patterns[written + i].index = i;
    }
    return 0;
}

/* The score of the patterns in @fits, without the one at @without. */
static double score_of(const struct kb_trial *t, const bool *fits, size_t without)
{
    double miss = 1;
    for (size_t p = 0; p < t->match_count; p++)
        if (fits[p] && p != without)
            miss *= 1 - t->patterns[p].as_written.weight / 100.0;
    return round((1 - miss) * 1e6) / 1e6; /* as in intents.c */
}

static void find_needed(const struct kb_trial *t, double least, const bool *fits, bool *needed)
{
    bool reached = score_of(t, fits, SIZE_MAX) >= least;
    for (size_t p = 0; p < t->match_count; p++) {
        double without = score_of(t, fits, p);
        needed[p] = fits[p] && (reached ? without < least : without <= 0);
    }
}

static int try_example(const struct kb *kb, struct intents_scratch *scratch, struct arena *arena,
                       const struct kb_trial *t, struct str example, bool *fits)
{
    struct normal n;
    struct intents_why why;
    int r = normal_make(arena, intents_vocab(kb->intents), example, &n);
    for (size_t p = 0; p < t->match_count && r >= 0; p++) {
        r = intents_try_pattern(kb->intents, scratch, arena, t->patterns[p].number, &n, &why);
        fits[p] = r == 1;
        r = r == ERR_LIMIT ? 0 : r;
    }
    return r == ERR_NOMEM ? r : 0; /* too long: kb_check says so, no pattern finds it */
}

int kb_try_topic(const struct kb *kb, struct intents_scratch *scratch, struct arena *arena,
                 unsigned topic, struct kb_trial *ret)
{
    const struct kb_list *examples = &kb_topic_examples(kb, topic)->yes;
    struct kb_trial t = { .example_count = examples->count };
    const struct kb_rule *rule = kb_rule_of(kb, topic);
    double least = rule ? kb->thresholds.rule[rule->kind] : kb->thresholds.score;
    int r = collect_patterns(kb, arena, topic, &t);
    if (r < 0)
        return r;
    t.fits = arena_array(arena, t.example_count * t.match_count + 1, sizeof *t.fits);
    t.needed = arena_array(arena, t.example_count * t.match_count + 1, sizeof *t.needed);
    if (!t.fits || !t.needed)
        return ERR_NOMEM;
    for (size_t e = 0; e < t.example_count && r == 0; e++) {
        size_t row = e * t.match_count;
        r = try_example(kb, scratch, arena, &t, examples->items[e], t.fits + row);
        find_needed(&t, least, t.fits + row, t.needed + row);
    }
    if (r == 0)
        *ret = t;
    return r;
}

bool kb_trial_any(const struct kb_trial *trial, const bool *rows, size_t match)
{
    for (size_t e = 0; e < trial->example_count; e++)
        if (rows[e * trial->match_count + match])
            return true;
    return false;
}
