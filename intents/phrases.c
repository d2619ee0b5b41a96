/*
 * A tree over words. Words get numbers first, so that a step in the tree is one look into a table;
 * the hash of a word is made byte by byte, so that all its beginnings are looked up on the way.
 */
#include "intents/phrases.h"

#include "base/array.h"

enum { NONE = 0 /* no word, no node but the root, no link */, FILTER_BITS = 1 << 16 };

/* A word of a phrase: as it stands, or with a *, as the beginning of longer ones. */
enum token_kind { EXACT, PREFIX, TOKEN_KINDS };

struct word {
    struct str text;
    uint64_t hash;
    uint32_t token[TOKEN_KINDS]; /* NONE: no phrase has it so */
};

struct edge {
    uint32_t from, token, to; /* token NONE: a free slot */
};

struct node {
    uint32_t sets; /* the first link */
    bool goes_on;
};

struct link {
    uint32_t set, next;
};

struct phrases {
    struct arena arena;
    struct word *words;
    struct edge *edges; /* both are hash tables: room is a power of two, at most half is used */
    size_t word_count, word_room, edge_count, edge_room;
    struct node *nodes; /* 0 is the root */
    struct link *links; /* 0 is none */
    size_t node_count, node_room, link_count, link_room;
    uint32_t token_count;
    size_t prefix_least, prefix_most;  /* lengths of the words with a * */
    uint64_t filter[FILTER_BITS / 64]; /* of the words' hashes: most words are in no phrase */
};

static const uint64_t hash_start = UINT64_C(14695981039346656037);

static uint64_t hash_step(uint64_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * UINT64_C(1099511628211);
}

/* The word's bit in the filter. */
static uint32_t filter_bit(uint64_t hash)
{
    return (uint32_t)(hash >> 40) % FILTER_BITS;
}

static struct word *word_slot(struct word *words, size_t room, struct str text, uint64_t hash)
{
    size_t at = (size_t)(hash ^ hash >> 29) & (room - 1);
    while (words[at].text.p && !(words[at].hash == hash && str_eq(words[at].text, text)))
        at = (at + 1) & (room - 1);
    return &words[at];
}

static const struct word *find_word(const struct phrases *p, struct str text, uint64_t hash)
{
    uint32_t bit = filter_bit(hash);
    if (!(p->filter[bit / 64] >> (bit % 64) & 1))
        return NULL;
    const struct word *w = word_slot(p->words, p->word_room, text, hash);
    return w->text.p ? w : NULL;
}

static struct edge *edge_slot(struct edge *edges, size_t room, uint32_t from, uint32_t token)
{
    uint64_t hash = ((uint64_t)from << 32 | token) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 32) & (room - 1);
    while (edges[at].token != NONE && (edges[at].from != from || edges[at].token != token))
        at = (at + 1) & (room - 1);
    return &edges[at];
}

struct phrases *phrases_new(void)
{
    struct phrases *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->prefix_least = SIZE_MAX;
    if (array_grow((void **)&p->nodes, 0, &p->node_room, sizeof *p->nodes) < 0 ||
        array_grow((void **)&p->links, 0, &p->link_room, sizeof *p->links) < 0)
        return phrases_free(p);
    p->nodes[p->node_count++] = (struct node){ 0 };
    p->links[p->link_count++] = (struct link){ 0 };
    return p;
}

struct phrases *phrases_free(struct phrases *p)
{
    if (!p)
        return NULL;
    free(p->words);
    free(p->edges);
    free(p->nodes);
    free(p->links);
    arena_release(&p->arena);
    free(p);
    return NULL;
}

static int grow_words(struct phrases *p)
{
    if (p->word_count * 2 < p->word_room)
        return 0;
    size_t room = p->word_room ? p->word_room * 2 : 1024;
    struct word *words = calloc(room, sizeof *words);
    if (!words)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->word_room; i++)
        if (p->words[i].text.p)
            *word_slot(words, room, p->words[i].text, p->words[i].hash) = p->words[i];
    free(p->words);
    p->words = words;
    p->word_room = room;
    return 0;
}

static int grow_edges(struct phrases *p)
{
    if (p->edge_count * 2 < p->edge_room)
        return 0;
    size_t room = p->edge_room ? p->edge_room * 2 : 1024;
    struct edge *edges = calloc(room, sizeof *edges);
    if (!edges)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->edge_room; i++)
        if (p->edges[i].token != NONE)
            *edge_slot(edges, room, p->edges[i].from, p->edges[i].token) = p->edges[i];
    free(p->edges);
    p->edges = edges;
    p->edge_room = room;
    return 0;
}

/* The number of a word, made if it is new. */
static int token_of(struct phrases *p, struct str text, enum token_kind kind, uint32_t *ret)
{
    uint64_t hash = hash_start;
    for (size_t i = 0; i < text.len; i++)
        hash = hash_step(hash, text.p[i]);
    int r = grow_words(p);
    if (r < 0)
        return r;
    struct word *w = word_slot(p->words, p->word_room, text, hash);
    if (!w->text.p) {
        struct str copy = arena_str(&p->arena, text);
        if (!copy.p)
            return ERR_NOMEM;
        *w = (struct word){ copy, hash, { NONE, NONE } };
        p->word_count++;
        uint32_t bit = filter_bit(hash);
        p->filter[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    if (w->token[kind] == NONE)
        w->token[kind] = ++p->token_count;
    if (kind == PREFIX && text.len < p->prefix_least)
        p->prefix_least = text.len;
    if (kind == PREFIX && text.len > p->prefix_most)
        p->prefix_most = text.len;
    *ret = w->token[kind];
    return 0;
}

static int step_to(struct phrases *p, uint32_t from, uint32_t token, uint32_t *ret)
{
    int r = grow_edges(p);
    if (r < 0)
        return r;
    struct edge *e = edge_slot(p->edges, p->edge_room, from, token);
    if (e->token == NONE) {
        r = array_grow((void **)&p->nodes, p->node_count, &p->node_room, sizeof *p->nodes);
        if (r < 0)
            return r;
        *e = (struct edge){ from, token, (uint32_t)p->node_count };
        p->edge_count++;
        p->nodes[from].goes_on = true;
        p->nodes[p->node_count++] = (struct node){ 0 };
    }
    *ret = e->to;
    return 0;
}

int phrases_add(struct phrases *p, struct str phrase, unsigned set)
{
    struct str word;
    uint32_t node = 0, token = NONE;
    int r = 0;
    while (r == 0 && str_split(&phrase, ' ', &word)) {
        bool prefix = str_ends(word, STR("*"));
        r = token_of(p, str_cut(word, 0, word.len - prefix), prefix ? PREFIX : EXACT, &token);
        if (r == 0)
            r = step_to(p, node, token, &node);
    }
    if (r == 0)
        r = array_grow((void **)&p->links, p->link_count, &p->link_room, sizeof *p->links);
    if (r < 0)
        return r;
    p->links[p->link_count] = (struct link){ set, p->nodes[node].sets };
    p->nodes[node].sets = (uint32_t)p->link_count++;
    return 0;
}

/* A message on its way through the tree. */
struct walk {
    const struct phrases *p;
    uint32_t *tokens, *ends; /* of word i: those up to ends[i], behind those of the word before */
    size_t count;
    struct phrases_said *said;
    uint32_t *sets; /* those of which something is said */
    size_t set_count;
    size_t start; /* the word at which it set out */
};

static size_t read_tokens(const struct phrases *p, struct str word, uint32_t *tokens)
{
    uint64_t hash = hash_start;
    size_t count = 0;
    const struct word *w;
    for (size_t len = 1; len <= word.len; len++) {
        hash = hash_step(hash, word.p[len - 1]);
        if (len >= p->prefix_least && len <= p->prefix_most &&
            (w = find_word(p, str_cut(word, 0, len), hash)) && w->token[PREFIX] != NONE)
            tokens[count++] = w->token[PREFIX];
    }
    if ((w = find_word(p, word, hash)) && w->token[EXACT] != NONE)
        tokens[count++] = w->token[EXACT];
    return count;
}

/* A phrase ends behind word @i. Starts ascend, so the first to be noted is the first. */
static void note(struct walk *w, uint32_t set, size_t i)
{
    struct phrases_said *said = &w->said[set];
    size_t place = w->start < PHRASES_PLACES ? w->start : PHRASES_PLACES - 1;
    if (!said->places)
        w->sets[w->set_count++] = set;
    if (!said->places)
        *said = (struct phrases_said){ 0, (uint32_t)w->start, (uint32_t)i + 1 };
    else if (said->from == w->start && said->to <= i)
        said->to = (uint32_t)i + 1;
    said->places |= UINT64_C(1) << place;
}

/* From @node with word @i: as deep as the longest phrase has words. */
static void follow(struct walk *w, uint32_t node, size_t i)
{
    for (uint32_t t = i ? w->ends[i - 1] : 0; t < w->ends[i]; t++) {
        const struct edge *e = edge_slot(w->p->edges, w->p->edge_room, node, w->tokens[t]);
        if (e->token == NONE)
            continue;
        for (uint32_t l = w->p->nodes[e->to].sets; l; l = w->p->links[l].next)
            note(w, w->p->links[l].set, i);
        if (w->p->nodes[e->to].goes_on && i + 1 < w->count)
            follow(w, e->to, i + 1);
    }
}

int phrases_find(const struct phrases *p, struct arena *arena, const struct normal *n,
                 struct phrases_said *said, uint32_t *sets, size_t *ret_count)
{
    *ret_count = 0;
    if (!p->edge_count)
        return 0;
    size_t most = p->prefix_most >= p->prefix_least ? p->prefix_most - p->prefix_least + 2 : 1;
    struct walk w = { .p = p, .count = n->word_count, .said = said, .sets = sets };
    w.tokens = arena_array(arena, n->word_count * most + 1, sizeof *w.tokens);
    w.ends = arena_array(arena, n->word_count + 1, sizeof *w.ends);
    if (!w.tokens || !w.ends)
        return ERR_NOMEM;
    size_t used = 0;
    for (size_t i = 0; i < n->word_count; i++) {
        struct normal_word word = n->words[i];
        used += read_tokens(p, str_cut(n->text, word.at, word.at + word.len), w.tokens + used);
        w.ends[i] = (uint32_t)used;
    }
    for (; w.start < n->word_count; w.start++)
        follow(&w, 0, w.start);
    *ret_count = w.set_count;
    return 0;
}
