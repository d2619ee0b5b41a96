#include "intents/intents.h"

#include <assert.h>
#include <math.h>

#include "base/array.h"
#include "base/map.h"
#include "intents/pattern.h"
#include "intents/prefilter.h"

enum { NO_ENTRY = UINT32_MAX };

/* A compiled pattern; written the same in many places, it is one. Its number is the prefilter's
 * too. */
struct shape {
    struct pattern pattern;
    struct str pcre;              /* as it was written */
    uint32_t first_for, last_for; /* entries that are for their topics, or NO_ENTRY */
};

/* A pattern of a topic. */
struct entry {
    uint32_t shape;
    unsigned topic, weight;
    enum pattern_use use;
    uint32_t next; /* of the same shape, if it is for its topic; else of the same topic */
};

struct topic {
    struct str name;
    uint32_t first_unless; /* entry, or NO_ENTRY */
};

struct intents {
    struct arena arena;
    struct vocab *vocab;
    struct prefilter *prefilter;
    struct topic *topics;
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
    if (!set->prefilter || prefilter_add_terms(set->prefilter, vocab) < 0)
        return intents_free(set);
    return set;
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
    free(set->topics);
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

int intents_add_topic(struct intents *set, struct str name)
{
    struct str copy = arena_str(&set->arena, name);
    if (!copy.p || array_grow((void **)&set->topics, set->topic_count, &set->topic_room,
                              sizeof *set->topics) < 0)
        return ERR_NOMEM;
    set->topics[set->topic_count] = (struct topic){ copy, NO_ENTRY };
    return (int)set->topic_count++;
}

/* Compiles @pcre, or finds it compiled. */
static int add_shape(struct intents *set, struct str pcre, const char *where, struct report *report,
                     uint32_t *ret)
{
    if (map_get(&set->shape_of, pcre, ret))
        return 0;
    struct shape shape = { .first_for = NO_ENTRY, .last_for = NO_ENTRY };
    shape.pcre = arena_str(&set->arena, pcre);
    int r = shape.pcre.p ? array_grow((void **)&set->shapes, set->shape_count, &set->shape_room,
                                      sizeof *set->shapes)
                         : ERR_NOMEM;
    if (r == 0)
        r = pattern_compile(set->vocab, pcre, where, report, &shape.pattern);
    if (r < 0)
        return r;
    r = prefilter_add(set->prefilter, set->vocab, pcre);
    if (r >= 0)
        r = map_put(&set->shape_of, shape.pcre, (uint32_t)set->shape_count);
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
    struct entry e = { .topic = topic, .weight = weight, .use = use, .next = NO_ENTRY };
    int r = array_grow((void **)&set->entries, set->entry_count, &set->entry_room,
                       sizeof *set->entries);
    if (r == 0)
        r = add_shape(set, pcre, where, report, &e.shape);
    if (r < 0)
        return r;
    uint32_t number = (uint32_t)set->entry_count;
    struct shape *shape = &set->shapes[e.shape];
    if (use == PATTERN_UNLESS) {
        e.next = set->topics[topic].first_unless;
        set->topics[topic].first_unless = number;
    } else if (shape->first_for == NO_ENTRY) {
        shape->first_for = shape->last_for = number;
    } else {
        set->entries[shape->last_for].next = number;
        shape->last_for = number;
    }
    set->entries[set->entry_count++] = e;
    return 0;
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
 * @pairs: beginnings and ends, as PCRE2 gives them. */
static int make_why(const PCRE2_SIZE *pairs, struct arena *arena, const struct normal *n,
                    int groups, struct intents_why *ret)
{
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
        bool mark = normal_is_mark(word);
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
                (h->score == hit.score &&
                 str_cmp(set->topics[h->topic].name, set->topics[t].name) < 0))
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
    struct tally *tallies;        /* of each topic */
    struct prefilter_found found; /* a shape's number is its bit in found.may */
    struct intents_match m;
    size_t why_room;
    size_t budget;           /* bytes that patterns may still be run on */
    const PCRE2_SIZE *pairs; /* of the shape that fitted last: PCRE2's, or term */
    PCRE2_SIZE term[4];
};

/* Captures and one more, or one of PCRE2's errors. */
static int run_alone(const struct shape *shape, struct intents_scratch *s, const struct normal *n)
{
    return pcre2_match(shape->pattern.code, (PCRE2_SPTR)n->text.p, n->text.len, 0,
                       PCRE2_NO_UTF_CHECK, s->data, s->context);
}

/* A pattern that is a term and nothing else needs no PCRE2: the prefilter has seen where it is
 * said, as PCRE2 would, the first and there the longest. */
static bool is_said(struct matching *g, uint32_t number)
{
    uint32_t from, to;
    if (!prefilter_is_said(g->set->prefilter, &g->found, number, &from, &to))
        return false;
    const struct normal_word *first = &g->m.normal.words[from], *last = &g->m.normal.words[to - 1];
    g->term[0] = g->term[2] = first->at;
    g->term[1] = g->term[3] = last->at + last->len;
    g->pairs = g->term;
    return true;
}

/* Captures and one more if the pattern fits, 0 if it doesn't. What was run once and didn't isn't
 * run again. */
static int run_shape(struct matching *g, uint32_t number)
{
    if (!(g->found.may[number / 64] >> (number % 64) & 1))
        return 0;
    if (is_said(g, number))
        return 2;
    size_t len = g->m.normal.text.len;
    if (len > g->budget) { /* not run, so nothing is known of it */
        g->m.spent = true;
        return 0;
    }
    g->budget -= len;
    g->pairs = pcre2_get_ovector_pointer(g->scratch->data);
    int groups = run_alone(&g->set->shapes[number], g->scratch, &g->m.normal);
    if (groups > 0)
        return groups;
    g->found.may[number / 64] &= ~(UINT64_C(1) << (number % 64));
    g->m.spent |= groups != PCRE2_ERROR_NOMATCH; /* a limit: "no match" would be a guess */
    return 0;
}

static int add_why(struct matching *g, unsigned topic, int groups)
{
    int r = array_grow_in(g->arena, (void **)&g->m.whys, g->m.why_count, &g->why_room,
                          sizeof *g->m.whys);
    if (r < 0)
        return r;
    struct intents_why *why = &g->m.whys[g->m.why_count++];
    *why = (struct intents_why){ .topic = topic };
    return make_why(g->pairs, g->arena, &g->m.normal, groups, why);
}

/* A pattern that fits counts for each topic that has it. */
static int count_shape(struct matching *g, uint32_t number, int groups)
{
    int r = 0;
    for (uint32_t i = g->set->shapes[number].first_for; r == 0 && i != NO_ENTRY;
         i = g->set->entries[i].next) {
        const struct entry *e = &g->set->entries[i];
        g->tallies[e->topic].fits = true;
        g->tallies[e->topic].miss *= 1 - e->weight / 100.0;
        r = add_why(g, e->topic, groups);
    }
    return r;
}

static int run_patterns_for(struct matching *g)
{
    for (size_t i = 0; i < (g->set->shape_count + 63) / 64; i++) {
        for (uint64_t left = g->found.may[i]; left; left &= left - 1) {
            uint32_t number = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(left);
            if (g->set->shapes[number].first_for == NO_ENTRY)
                continue;
            int groups = run_shape(g, number);
            int r = groups ? count_shape(g, number, groups) : 0;
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* Only what fits can be taken out: few of these patterns have to be run. */
static void run_patterns_unless(struct matching *g)
{
    for (size_t t = 0; t < g->set->topic_count; t++) {
        uint32_t i = g->tallies[t].fits ? g->set->topics[t].first_unless : NO_ENTRY;
        for (; i != NO_ENTRY && !g->tallies[t].barred; i = g->set->entries[i].next)
            g->tallies[t].barred = run_shape(g, g->set->entries[i].shape);
    }
}

static int collect_signs(struct matching *g)
{
    g->m.signs =
        arena_array(g->arena, g->found.term_count + g->m.hit_count + 1, sizeof *g->m.signs);
    if (!g->m.signs)
        return ERR_NOMEM;
    for (size_t i = 0; i < g->found.term_count; i++)
        g->m.signs[g->m.sign_count++] = g->found.terms[i];
    for (size_t i = 0; i < g->m.hit_count; i++) {
        uint64_t hash = str_hash(g->set->topics[g->m.hits[i].topic].name);
        g->m.signs[g->m.sign_count++] = (uint32_t)(hash >> 32);
    }
    return 0;
}

int intents_match(const struct intents *set, struct intents_scratch *scratch, struct arena *arena,
                  struct str text, struct intents_match *ret)
{
    struct matching g = {
        .set = set, .scratch = scratch, .arena = arena, .budget = INTENTS_BUDGET_BYTES
    };
    int r = normal_make(arena, set->vocab, text, &g.m.normal);
    if (r == ERR_TOOBIG) {
        *ret = (struct intents_match){ .normal.text = STR(""), .residue = 1, .spent = true };
        return 0;
    }
    if (r == 0)
        r = scratch_fit(scratch, set);
    g.tallies = arena_array(arena, set->topic_count + 1, sizeof *g.tallies);
    if (r == 0)
        r = prefilter_pass(set->prefilter, arena, &g.m.normal, &g.found);
    if (r < 0 || !g.tallies)
        return ERR_NOMEM;
    for (size_t t = 0; t < set->topic_count; t++)
        g.tallies[t].miss = 1;
    r = run_patterns_for(&g);
    if (r < 0)
        return r;
    run_patterns_unless(&g);
    measure_residue(set, &g.m);
    r = collect_hits(set, g.tallies, arena, &g.m);
    if (r == 0)
        r = collect_signs(&g);
    if (r == 0)
        *ret = g.m;
    return r;
}

struct intents_pattern intents_pattern(const struct intents *set, size_t number)
{
    const struct entry *e = &set->entries[number];
    return (struct intents_pattern){ set->shapes[e->shape].pcre, e->topic, e->weight, e->use };
}

int intents_try_pattern(const struct intents *set, struct intents_scratch *scratch,
                        struct arena *arena, size_t number, const struct normal *text,
                        struct intents_why *ret_why)
{
    const struct entry *e = &set->entries[number];
    int r = scratch_fit(scratch, set);
    if (r < 0)
        return r;
    int groups = run_alone(&set->shapes[e->shape], scratch, text);
    if (groups == PCRE2_ERROR_NOMATCH)
        return 0;
    if (groups < 0)
        return ERR_LIMIT;
    struct intents_why why = { .topic = e->topic };
    r = make_why(pcre2_get_ovector_pointer(scratch->data), arena, text, groups, &why);
    if (r < 0)
        return r;
    *ret_why = why;
    return 1;
}

unsigned intents_pattern_needs(const struct intents *set, size_t number,
                               void (*visit)(struct str need, void *data), void *data)
{
    return prefilter_needs(set->prefilter, set->entries[number].shape, visit, data);
}

int intents_pattern_missing(const struct intents *set, struct arena *arena, size_t number,
                            const struct normal *text, struct str *ret_need)
{
    return prefilter_missing(set->prefilter, arena, set->entries[number].shape, text, ret_need);
}
