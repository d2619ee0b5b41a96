#include "intents/intents.h"

#include <assert.h>
#include <math.h>

#include "intents/pattern.h"

struct entry {
    struct pattern pattern;
    unsigned topic, weight;
    enum pattern_use use;
};

struct intents {
    struct arena arena;
    struct vocab *vocab;
    struct str *names;
    size_t topic_count, topic_room;
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
    struct intents *set = vocab ? calloc(1, sizeof *set) : NULL;
    if (!set)
        (void)vocab_free(vocab);
    else
        set->vocab = vocab;
    return set;
}

struct intents *intents_free(struct intents *set)
{
    if (!set)
        return NULL;
    for (size_t i = 0; i < set->entry_count; i++)
        pattern_release(&set->entries[i].pattern);
    free(set->entries);
    free(set->names);
    (void)vocab_free(set->vocab);
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

int intents_add_pattern(struct intents *set, unsigned topic, enum pattern_use use, struct str pcre,
                        unsigned weight, const char *where, struct report *report)
{
    assert(topic < set->topic_count && (use == PATTERN_UNLESS || (weight >= 1 && weight <= 100)));
    struct entry e = { .topic = topic, .weight = weight, .use = use };
    int r = grow((void **)&set->entries, set->entry_count, &set->entry_room, sizeof *set->entries);
    if (r == 0)
        r = pattern_compile(set->vocab, pcre, where, report, &e.pattern);
    if (r < 0)
        return r;
    if (e.pattern.groups > set->most_groups)
        set->most_groups = e.pattern.groups;
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
 */
static int make_why(struct intents_scratch *s, struct arena *arena, const struct normal *n,
                    int groups, struct intents_why *ret)
{
    PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(s->data),
               (*at)[2] = arena_array(arena, (size_t)groups, sizeof *at);
    ret->spans = arena_array(arena, (size_t)groups, sizeof *ret->spans);
    if (!at || !ret->spans)
        return ERR_NOMEM;
    size_t count = 0;
    for (size_t g = groups > 1; g < (size_t)groups; g++) {
        if (pairs[2 * g] == PCRE2_UNSET || pairs[2 * g] == pairs[2 * g + 1])
            continue;
        at[count][0] = pairs[2 * g];
        at[count++][1] = pairs[2 * g + 1];
    }
    qsort(at, count, sizeof *at, by_start);
    struct buf words = BUF_INIT(NORMAL_TEXT_MAX * 2);
    for (size_t i = 0; i < count; i++) {
        uint32_t from = 0, to = 0;
        bool near = i > 0 && at[i][0] <= at[i - 1][1] + 1;
        (void)buf_addf(&words, "%s%.*s",
                       i == 0 ? ""
                       : near ? " "
                              : " … ",
                       (int)(at[i][1] - at[i][0]), n->text.p + at[i][0]);
        if (normal_origin(n, at[i][0], at[i][1], &from, &to)) {
            ret->spans[ret->span_count][0] = from;
            ret->spans[ret->span_count++][1] = to;
        }
    }
    ret->words = arena_str(arena, buf_str(&words));
    buf_release(&words);
    return ret->words.p ? 0 : ERR_NOMEM;
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

int intents_match(const struct intents *set, struct intents_scratch *scratch, struct arena *arena,
                  struct str text, struct intents_match *ret)
{
    struct intents_match m = { 0 };
    int r = normal_make(arena, set->vocab, text, &m.normal);
    if (r == ERR_TOOBIG) {
        *ret = (struct intents_match){ .normal.text = STR(""), .residue = 1, .spent = true };
        return 0;
    }
    if (r == 0)
        r = scratch_fit(scratch, set);
    struct tally *tallies = arena_array(arena, set->topic_count + 1, sizeof *tallies);
    m.whys = arena_array(arena, set->entry_count + 1, sizeof *m.whys);
    if (r < 0 || !tallies || !m.whys)
        return ERR_NOMEM;
    for (size_t t = 0; t < set->topic_count; t++)
        tallies[t].miss = 1;
    for (size_t i = 0; i < set->entry_count; i++) {
        const struct entry *e = &set->entries[i];
        int groups = pcre2_match(e->pattern.code, (PCRE2_SPTR)m.normal.text.p, m.normal.text.len, 0,
                                 PCRE2_NO_UTF_CHECK, scratch->data, scratch->context);
        if (groups == PCRE2_ERROR_NOMATCH)
            continue;
        if (groups < 0) { /* a limit, or the JIT stack: "no match" would be a guess */
            m.spent = true;
            continue;
        }
        if (e->use == PATTERN_UNLESS) {
            tallies[e->topic].barred = true;
            continue;
        }
        tallies[e->topic].fits = true;
        tallies[e->topic].miss *= 1 - e->weight / 100.0;
        struct intents_why *why = &m.whys[m.why_count++];
        why->topic = e->topic;
        r = make_why(scratch, arena, &m.normal, groups, why);
        if (r < 0)
            return r;
    }
    measure_residue(set, &m);
    r = collect_hits(set, tallies, arena, &m);
    if (r == 0)
        *ret = m;
    return r;
}
