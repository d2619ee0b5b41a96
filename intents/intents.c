#include "intents/intents.h"

#include <assert.h>
#include <math.h>

#include "base/map.h"
#include "intents/pattern.h"
#include "intents/prefilter.h"

enum { NEEDS_MAX = 6 };

/* A compiled pattern; written the same in many places, it is one. */
struct shape {
    struct pattern pattern;
    unsigned needs[NEEDS_MAX]; /* sets of the prefilter: without one word of each it can't match */
    unsigned need_count;
};

struct entry {
    uint32_t shape;
    unsigned topic, weight;
    enum pattern_use use;
};

struct intents {
    struct arena arena;
    struct vocab *vocab;
    struct prefilter *prefilter;
    struct str *names;
    size_t topic_count, topic_room;
    struct shape *shapes;
    size_t shape_count, shape_room;
    struct map shape_of; /* by the pattern as it was written */
    struct entry *entries;
    size_t entry_count, entry_room;
    unsigned most_groups;
};

struct intents_scratch {
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    pcre2_match_data *data;
    unsigned groups; /* that data has room for */
};

struct intents *intents_new(struct vocab *vocab)
{
    struct intents *set = vocab && vocab_finish(vocab) == 0 ? calloc(1, sizeof *set) : NULL;
    if (!set) {
        (void)vocab_free(vocab);
        return NULL;
    }
    set->vocab = vocab;
    set->prefilter = prefilter_new();
    return set->prefilter ? set : intents_free(set);
}

struct intents *intents_free(struct intents *set)
{
    if (!set)
        return NULL;
    for (size_t i = 0; i < set->shape_count; i++)
        pattern_release(&set->shapes[i].pattern);
    free(set->shapes);
    map_release(&set->shape_of);
    free(set->entries);
    free(set->names);
    (void)vocab_free(set->vocab);
    (void)prefilter_free(set->prefilter);
    arena_release(&set->arena);
    free(set);
    return NULL;
}

const struct vocab *intents_vocab(const struct intents *set)
{
    return set->vocab;
}

/* Makes room for one more of @each bytes in *array. */
static int grow(void **array, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return 0;
    size_t more = *room ? *room * 2 : 64;
    void *p = reallocarray(*array, more, each);
    if (!p)
        return ERR_NOMEM;
    *array = p;
    *room = more;
    return 0;
}

int intents_add_topic(struct intents *set, struct str name)
{
    struct str copy = arena_str(&set->arena, name);
    if (!copy.p ||
        grow((void **)&set->names, set->topic_count, &set->topic_room, sizeof *set->names) < 0)
        return ERR_NOMEM;
    set->names[set->topic_count] = copy;
    return (int)set->topic_count++;
}

/* Compiles @pcre, or finds it compiled. */
static int add_shape(struct intents *set, struct str pcre, const char *where, struct report *report,
                     uint32_t *ret)
{
    if (map_get(&set->shape_of, pcre, ret))
        return 0;
    struct shape shape = { 0 };
    struct str key = arena_str(&set->arena, pcre);
    int r =
        key.p ? grow((void **)&set->shapes, set->shape_count, &set->shape_room, sizeof *set->shapes)
              : ERR_NOMEM;
    if (r == 0)
        r = pattern_compile(set->vocab, pcre, where, report, &shape.pattern);
    if (r < 0)
        return r;
    r = prefilter_needs(set->prefilter, set->vocab, pcre, shape.needs, NEEDS_MAX);
    shape.need_count = r < 0 ? 0 : (unsigned)r;
    if (r >= 0)
        r = map_put(&set->shape_of, key, (uint32_t)set->shape_count);
    if (r < 0) {
        pattern_release(&shape.pattern);
        return r;
    }
    if (shape.pattern.groups > set->most_groups)
        set->most_groups = shape.pattern.groups;
    *ret = (uint32_t)set->shape_count;
    set->shapes[set->shape_count++] = shape;
    return 0;
}

int intents_add_pattern(struct intents *set, unsigned topic, enum pattern_use use, struct str pcre,
                        unsigned weight, const char *where, struct report *report)
{
    assert(topic < set->topic_count && (use == PATTERN_UNLESS || (weight >= 1 && weight <= 100)));
    struct entry e = { .topic = topic, .weight = weight, .use = use };
    int r = grow((void **)&set->entries, set->entry_count, &set->entry_room, sizeof *set->entries);
    if (r == 0)
        r = add_shape(set, pcre, where, report, &e.shape);
    if (r == 0)
        set->entries[set->entry_count++] = e;
    return r;
}

size_t intents_pattern_count(const struct intents *set)
{
    return set->entry_count;
}

struct intents_scratch *intents_scratch_new(void)
{
    struct intents_scratch *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->context = pcre2_match_context_create(NULL);
    s->stack = pcre2_jit_stack_create(32 * 1024, PATTERN_JIT_STACK_BYTES, NULL);
    if (!s->context || !s->stack)
        return intents_scratch_free(s);
    (void)pcre2_set_match_limit(s->context, PATTERN_MATCH_LIMIT);
    pcre2_jit_stack_assign(s->context, NULL, s->stack);
    return s;
}

struct intents_scratch *intents_scratch_free(struct intents_scratch *s)
{
    if (!s)
        return NULL;
    pcre2_match_data_free(s->data);
    pcre2_jit_stack_free(s->stack);
    pcre2_match_context_free(s->context);
    free(s);
    return NULL;
}

static int scratch_fit(struct intents_scratch *s, const struct intents *set)
{
    if (s->data && s->groups >= set->most_groups)
        return 0;
    pcre2_match_data *data = pcre2_match_data_create(set->most_groups + 1, NULL);
    if (!data)
        return ERR_NOMEM;
    pcre2_match_data_free(s->data);
    s->data = data;
    s->groups = set->most_groups;
    return 0;
}

static int by_start(const void *a, const void *b)
{
    const PCRE2_SIZE *x = a, *y = b;
    return x[0] < y[0] ? -1 : x[0] > y[0];
}

/* What the terms of a fitting pattern captured; a pattern without terms shows all that it matched.
 */
static int make_why(struct intents_scratch *s, struct arena *arena, const struct normal *n,
                    int groups, struct intents_why *ret)
{
    PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(s->data);
    PCRE2_SIZE(*at)[2] = arena_array(arena, (size_t)groups, sizeof *at);
    ret->spans = arena_array(arena, (size_t)groups, sizeof *ret->spans);
    ret->words = arena_array(arena, (size_t)groups, sizeof *ret->words);
    if (!at || !ret->spans || !ret->words)
        return ERR_NOMEM;
    size_t captured = 0, pieces = 0;
    for (size_t g = groups > 1; g < (size_t)groups; g++) {
        if (pairs[2 * g] == PCRE2_UNSET || pairs[2 * g] >= pairs[2 * g + 1])
            continue;
        at[captured][0] = pairs[2 * g];
        at[captured++][1] = pairs[2 * g + 1];
    }
    qsort(at, captured, sizeof *at, by_start);
    for (size_t i = 0; i < captured; i++) {
        if (pieces && at[i][0] <= at[pieces - 1][1] + 1) { /* behind one space, or overlapping */
            if (at[i][1] > at[pieces - 1][1])
                at[pieces - 1][1] = at[i][1];
            continue;
        }
        at[pieces][0] = at[i][0];
        at[pieces++][1] = at[i][1];
    }
    for (size_t i = 0; i < pieces; i++) {
        uint32_t *span = ret->spans[ret->count];
        if (!normal_origin(n, at[i][0], at[i][1], &span[0], &span[1]))
            continue;
        ret->words[ret->count++] = str_cut(n->text, at[i][0], at[i][1]);
    }
    return 0;
}

static void measure_residue(const struct intents *set, struct intents_match *m)
{
    unsigned said = 0;
    for (size_t i = 0; i < m->normal.word_count; i++) {
        struct normal_word w = m->normal.words[i];
        struct str word = str_cut(m->normal.text, w.at, w.at + w.len);
        bool mark =
            str_is(word, "@") || str_is(word, "://") || str_is(word, ".") || str_is(word, "?");
        said += !mark;
        m->unexplained += !mark && !vocab_knows(set->vocab, word);
    }
    m->residue = said ? (double)m->unexplained / said : 0;
}

struct tally {
    double miss; /* the chance that all of its patterns are wrong */
    bool fits, barred;
};

static int collect_hits(const struct intents *set, const struct tally *tallies, struct arena *arena,
                        struct intents_match *m)
{
    m->hits = arena_array(arena, set->topic_count, sizeof *m->hits);
    if (!m->hits)
        return ERR_NOMEM;
    for (unsigned t = 0; t < set->topic_count; t++) {
        if (!tallies[t].fits || tallies[t].barred)
            continue;
        /* To a millionth: free of what the order of factors or 1 - (1 - 0.46) leaves behind. */
        struct intents_hit hit = { t, round((1 - tallies[t].miss) * 1e6) / 1e6 };
        size_t at = m->hit_count++;
        for (; at > 0; at--) { /* few hits: insertion keeps the order plain */
            const struct intents_hit *h = &m->hits[at - 1];
            if (h->score > hit.score ||
                (h->score == hit.score && str_cmp(set->names[h->topic], set->names[t]) < 0))
                break;
            m->hits[at] = *h;
        }
        m->hits[at] = hit;
    }
    size_t kept = 0;
    for (size_t i = 0; i < m->why_count; i++)
        if (!tallies[m->whys[i].topic].barred)
            m->whys[kept++] = m->whys[i];
    m->why_count = kept;
    return 0;
}

/* A message being matched. */
struct matching {
    const struct intents *set;
    struct intents_scratch *scratch;
    struct arena *arena;
    struct tally *tallies; /* of each topic */
    uint64_t *met;         /* the prefilter's sets that the message's words meet */
    bool *missed;          /* shapes that don't fit */
    struct intents_match m;
};

/* Captures and one more if the pattern fits, 0 if it doesn't. What was run once and didn't isn't
 * run again. */
static int run_pattern(struct matching *g, const struct entry *e)
{
    const struct shape *shape = &g->set->shapes[e->shape];
    if (g->missed[e->shape])
        return 0;
    g->missed[e->shape] = true;
    for (unsigned i = 0; i < shape->need_count; i++)
        if (!prefilter_met(g->met, shape->needs[i]))
            return 0;
    int groups =
        pcre2_match(shape->pattern.code, (PCRE2_SPTR)g->m.normal.text.p, g->m.normal.text.len, 0,
                    PCRE2_NO_UTF_CHECK, g->scratch->data, g->scratch->context);
    if (groups == PCRE2_ERROR_NOMATCH)
        return 0;
    if (groups < 0) { /* a limit, or the JIT stack: "no match" would be a guess */
        g->m.spent = true;
        return 0;
    }
    g->missed[e->shape] = false;
    return groups;
}

static int run_patterns_for(struct matching *g)
{
    for (size_t i = 0; i < g->set->entry_count; i++) {
        const struct entry *e = &g->set->entries[i];
        int groups = e->use == PATTERN_FOR ? run_pattern(g, e) : 0;
        if (!groups)
            continue;
        g->tallies[e->topic].fits = true;
        g->tallies[e->topic].miss *= 1 - e->weight / 100.0;
        struct intents_why *why = &g->m.whys[g->m.why_count++];
        why->topic = e->topic;
        int r = make_why(g->scratch, g->arena, &g->m.normal, groups, why);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Only what fits can be taken out: few of these patterns have to be run. */
static void run_patterns_unless(struct matching *g)
{
    for (size_t i = 0; i < g->set->entry_count; i++) {
        const struct entry *e = &g->set->entries[i];
        struct tally *t = &g->tallies[e->topic];
        if (e->use == PATTERN_UNLESS && t->fits && !t->barred && run_pattern(g, e))
            t->barred = true;
    }
}

int intents_match(const struct intents *set, struct intents_scratch *scratch, struct arena *arena,
                  struct str text, struct intents_match *ret)
{
    struct matching g = { .set = set, .scratch = scratch, .arena = arena };
    int r = normal_make(arena, set->vocab, text, &g.m.normal);
    if (r == ERR_TOOBIG) {
        *ret = (struct intents_match){ .normal.text = STR(""), .residue = 1, .spent = true };
        return 0;
    }
    if (r == 0)
        r = scratch_fit(scratch, set);
    g.tallies = arena_array(arena, set->topic_count + 1, sizeof *g.tallies);
    g.m.whys = arena_array(arena, set->entry_count + 1, sizeof *g.m.whys);
    g.met = arena_array(arena, prefilter_bitmap_len(set->prefilter), sizeof *g.met);
    g.missed = arena_array(arena, set->shape_count + 1, sizeof *g.missed);
    if (r < 0 || !g.tallies || !g.m.whys || !g.met || !g.missed)
        return ERR_NOMEM;
    for (size_t t = 0; t < set->topic_count; t++)
        g.tallies[t].miss = 1;
    prefilter_mark(set->prefilter, &g.m.normal, g.met);
    r = run_patterns_for(&g);
    if (r < 0)
        return r;
    run_patterns_unless(&g);
    measure_residue(set, &g.m);
    r = collect_hits(set, g.tallies, arena, &g.m);
    if (r == 0)
        *ret = g.m;
    return r;
}
