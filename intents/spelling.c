/*
 * Symmetric deletion: two words within two edits become equal when up to two letters are taken out
 * of each. The index holds a hash of every such remainder of every word, so a misspelt word is
 * looked up by its own remainders, and only what meets is measured.
 */
#include "intents/spelling.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "intents/dictionary.h"

enum { TWO_EDITS_LEAST = 8 }; /* letters of a word that may be two edits away */

/* Costs: an edit is 100 and more the less likely people are to make it. Letters exchanged or
 * doubled are nothing more. */
enum {
    COST_EDIT = 100,
    COST_MISSING = 5,
    COST_VOWEL = 8,
    COST_KEY = 10,
    COST_EXTRA = 12,
    COST_OTHER = 30,
    COST_STRANGE = 10, /* to a word that no dictionary knows */
    COST_FIRST = 40,
    COST_NEVER = 10000,
};

struct remainder {
    uint32_t hash, word;
};

struct spelling {
    struct spelling_word *words; /* by text, so that the order they came in can't tell */
    size_t count;
    struct remainder *remainders; /* by the hash's upper bits */
    uint32_t *first;              /* of each value of these bits; one more at the end */
    unsigned shift;
};

/* ------------------------------------------------------------------------------------------------
 * remainders */

/* The sums (dictionary.h) of a word's beginnings: what a letter's absence leaves is made of them.
 */
struct prefixes {
    uint64_t sum[SPELLING_MOST + 1], power[SPELLING_MOST + 1];
    size_t len;
};

static void make_prefixes(struct str word, struct prefixes *p)
{
    p->len = word.len;
    p->sum[0] = 0;
    p->power[0] = 1;
    for (size_t i = 0; i < word.len; i++) {
        p->sum[i + 1] = p->sum[i] + p->power[i] * (uint64_t)(unsigned char)word.p[i];
        p->power[i + 1] = p->power[i] * DICTIONARY_BASE;
    }
}

/* Letters [from, to), moved @by letters towards the beginning. */
static uint64_t moved(const struct prefixes *p, size_t from, size_t to, unsigned by)
{
    uint64_t sum = p->sum[to] - p->sum[from];
    for (; by > 0; by--)
        sum *= DICTIONARY_INVERSE;
    return sum;
}

static uint32_t hash_of(uint64_t sum)
{
    return (uint32_t)(dictionary_hash(sum) >> 32);
}

/* Calls @visit with the hash of the word less up to @most of its letters. */
static void each_remainder(const struct prefixes *p, unsigned most,
                           void (*visit)(void *data, uint32_t hash), void *data)
{
    size_t n = p->len;
    visit(data, hash_of(p->sum[n]));
    for (size_t i = 0; most >= 1 && i < n; i++) {
        visit(data, hash_of(p->sum[i] + moved(p, i + 1, n, 1)));
        for (size_t k = i + 1; most >= 2 && k < n; k++)
            visit(data, hash_of(p->sum[i] + moved(p, i + 1, k, 1) + moved(p, k + 1, n, 2)));
    }
}

/* A word of six or seven letters reaches one of eight with fewer letters taken out of itself. */
static unsigned edits_of(size_t len)
{
    return len >= TWO_EDITS_LEAST ? 2 : 1;
}

/* ------------------------------------------------------------------------------------------------
 * how near */

static bool is_vowel(char c)
{
    const unsigned vowels = 1u << ('a' - 'a') | 1u << ('e' - 'a') | 1u << ('i' - 'a') |
                            1u << ('o' - 'a') | 1u << ('u' - 'a') | 1u << ('y' - 'a');
    return vowels >> (c - 'a') & 1;
}

static bool are_neighbours(char a, char b)
{
    /* Where each key's left edge is, in half keys, and its row: Q is 0 and 0, A 1 and 1, Z 2 and 2.
     */
    static const signed char keys[26][2] = {
        { 1, 1 },  { 10, 2 }, { 6, 2 },  { 5, 1 },  { 4, 0 },  { 7, 1 },  { 9, 1 },  /* a to g */
        { 11, 1 }, { 14, 0 }, { 13, 1 }, { 15, 1 }, { 17, 1 }, { 14, 2 }, { 12, 2 }, /* h to n */
        { 16, 0 }, { 18, 0 }, { 0, 0 },  { 6, 0 },  { 3, 1 },  { 8, 0 },  { 12, 0 }, /* o to u */
        { 8, 2 },  { 2, 0 },  { 4, 2 },  { 10, 0 }, { 2, 2 },                        /* v to z */
    };
    const signed char *x = keys[a - 'a'], *y = keys[b - 'a'];
    return abs(x[0] - y[0]) <= 2 && abs(x[1] - y[1]) <= 1;
}

static int cost_of_other(char wanted, char written)
{
    return COST_EDIT + (is_vowel(wanted) && is_vowel(written) ? COST_VOWEL
                        : are_neighbours(wanted, written)     ? COST_KEY
                                                              : COST_OTHER);
}

/* A letter that stands in one of the words only; @cost unless it is one of two equal ones. */
static int cost_of_letter(struct str word, size_t at, int cost)
{
    bool doubled = (at > 0 && word.p[at - 1] == word.p[at]) ||
                   (at + 1 < word.len && word.p[at + 1] == word.p[at]);
    return COST_EDIT + (doubled ? 0 : cost);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* From @wanted to @written, each letter edited at most once. */
static int cost_between(struct str wanted, struct str written)
{
    int rows[3][SPELLING_MOST + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    above[0] = 0;
    for (size_t k = 1; k <= written.len; k++)
        above[k] =
            above[k - 1] + cost_of_letter(written, k - 1, COST_EXTRA) + (k == 1 ? COST_FIRST : 0);
    for (size_t i = 1; i <= wanted.len; i++) {
        int first = i == 1 ? COST_FIRST : 0,
            out = cost_of_letter(wanted, i - 1, COST_MISSING) + first;
        row[0] = above[0] + out;
        for (size_t k = 1; k <= written.len; k++) {
            char a = wanted.p[i - 1], b = written.p[k - 1];
            int cost = above[k - 1] + (a == b ? 0 : cost_of_other(a, b) + first);
            cost = least(cost, above[k] + out);
            cost = least(cost, row[k - 1] + cost_of_letter(written, k - 1, COST_EXTRA));
            if (i > 1 && k > 1 && a == written.p[k - 2] && wanted.p[i - 2] == b)
                cost = least(cost, before[k - 2] + COST_EDIT);
            row[k] = cost;
        }
        int *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[written.len];
}

/* The dearest way to a word of this length: in a short word one letter makes another word. */
static int cost_allowed(size_t len)
{
    return len < 5                     ? COST_EDIT
           : len < 6                   ? COST_EDIT + COST_EXTRA
           : len < TWO_EDITS_LEAST     ? COST_EDIT + COST_OTHER
           : len < TWO_EDITS_LEAST + 2 ? 2 * COST_EDIT + COST_OTHER
                                       : 2 * COST_EDIT + 2 * COST_OTHER;
}

/* ------------------------------------------------------------------------------------------------
 * the index */

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const struct spelling_word *)a)->text,
                   ((const struct spelling_word *)b)->text);
}

struct filling {
    struct spelling *s;
    uint32_t word;
    bool counting;
};

static void fill(void *data, uint32_t hash)
{
    struct filling *f = data;
    uint32_t *first = &f->s->first[hash >> f->s->shift];
    if (f->counting)
        first[1]++;
    else
        f->s->remainders[(*first)++] = (struct remainder){ hash, f->word };
}

static void fill_all(struct spelling *s, bool counting)
{
    struct prefixes p;
    for (uint32_t i = 0; i < s->count; i++) {
        make_prefixes(s->words[i].text, &p);
        each_remainder(&p, edits_of(p.len), fill, &(struct filling){ s, i, counting });
    }
}

struct spelling *spelling_new(const struct spelling_word *words, size_t count)
{
    struct spelling *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->words = calloc(count + 1, sizeof *s->words);
    if (!s->words)
        return spelling_free(s);
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = words[i].text.len;
        if (len < SPELLING_LEAST || len > SPELLING_MOST)
            continue;
        s->words[s->count++] = words[i];
        total += 1 + len + (edits_of(len) == 2 ? len * (len - 1) / 2 : 0);
    }
    qsort(s->words, s->count, sizeof *s->words, by_text);
    unsigned bits = 8;
    while (bits < 24 && (size_t)1 << bits < total)
        bits++;
    s->shift = 32 - bits;
    s->first = calloc(((size_t)1 << bits) + 2, sizeof *s->first);
    s->remainders = calloc(total + 1, sizeof *s->remainders);
    if (!s->first || !s->remainders)
        return spelling_free(s);
    fill_all(s, true);
    for (size_t i = 0; i < (size_t)1 << bits; i++)
        s->first[i + 1] += s->first[i];
    fill_all(s, false); /* moves each bucket's beginning to its end, which is the next one's */
    memmove(s->first + 1, s->first, sizeof *s->first << bits);
    s->first[0] = 0;
    return s;
}

struct spelling *spelling_free(struct spelling *s)
{
    if (!s)
        return NULL;
    free(s->words);
    free(s->first);
    free(s->remainders);
    free(s);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * asking */

struct asking {
    const struct spelling *s;
    struct str written;
    const struct spelling_word *best;
    int cost;
    uint32_t last;  /* word that was measured: remainders of one word come in runs */
    bool ambiguous; /* another word is as good as the best */
};

static void weigh(struct asking *a, const struct spelling_word *w)
{
    size_t apart =
        w->text.len > a->written.len ? w->text.len - a->written.len : a->written.len - w->text.len;
    if (apart > edits_of(w->text.len))
        return;
    int cost = cost_between(w->text, a->written) + (dictionary_knows(w->text) ? 0 : COST_STRANGE);
    if (cost > cost_allowed(w->text.len) || cost > a->cost || w == a->best)
        return;
    if (cost < a->cost || w->phrases > 2 * a->best->phrases) {
        a->best = w;
        a->cost = cost;
        a->ambiguous = false;
        return;
    }
    if (a->best->phrases > 2 * w->phrases)
        return;
    a->ambiguous |= !w->family || w->family != a->best->family;
    if (w->phrases > a->best->phrases || (w->phrases == a->best->phrases && w < a->best))
        a->best = w;
}

static void look(void *data, uint32_t hash)
{
    struct asking *a = data;
    const uint32_t *first = &a->s->first[hash >> a->s->shift];
    for (uint32_t i = first[0]; i < first[1]; i++) {
        const struct remainder *r = &a->s->remainders[i];
        if (r->hash != hash || r->word == a->last)
            continue;
        a->last = r->word;
        weigh(a, &a->s->words[r->word]);
    }
}

/* Is the word of this sum in the dictionary, and not @own's? */
static bool is_other(uint64_t sum, uint64_t own)
{
    return sum != own && dictionary_knows_sum(sum);
}

/* Is another word of the dictionary, one edit away, nearer than @most? */
static bool has_rival(const struct prefixes *p, struct str written, struct str meant, int most)
{
    size_t n = p->len;
    uint64_t own = dictionary_sum(meant);
    for (size_t i = 0; i <= n; i++) {
        int first = i == 0 ? COST_FIRST : 0;
        char here = i < n ? written.p[i] : '\0';
        uint64_t before = p->sum[i], behind = i < n ? p->sum[n] - p->sum[i + 1] : 0;
        if (i < n && cost_of_letter(written, i, COST_EXTRA) + first < most &&
            is_other(before + behind * DICTIONARY_INVERSE, own))
            return true;
        if (i + 1 < n && COST_EDIT < most) {
            uint64_t swapped = p->power[i] * (uint64_t)(unsigned char)written.p[i + 1] +
                               p->power[i + 1] * (uint64_t)(unsigned char)here;
            if (is_other(before + swapped + p->sum[n] - p->sum[i + 2], own))
                return true;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            uint64_t letter = before + p->power[i] * (uint64_t)(unsigned char)c;
            bool doubled = here == c || (i > 0 && written.p[i - 1] == c);
            if (COST_EDIT + (doubled ? 0 : COST_MISSING) + first < most &&
                is_other(letter + (p->sum[n] - before) * DICTIONARY_BASE, own))
                return true;
            if (i < n && c != here && cost_of_other(c, here) + first < most &&
                is_other(letter + behind, own))
                return true;
        }
    }
    return false;
}

/* What a rival may cost to stop a correction: anything, if a short word has a letter more, less or
 * other; as much, for five letters; else only less. */
static int cost_of_rivals(struct str written, int cost)
{
    if (written.len < 5)
        return cost == COST_EDIT ? COST_EDIT + 1 : COST_NEVER;
    return written.len < 6 ? cost + 1 : cost;
}

struct str spelling_correct(const struct spelling *s, struct str written)
{
    struct prefixes p;
    if (!s || !s->count || written.len < SPELLING_LEAST || written.len > SPELLING_MOST ||
        !str_is_lower(written))
        return STR("");
    make_prefixes(written, &p);
    struct asking a = { .s = s, .written = written, .cost = COST_NEVER, .last = UINT32_MAX };
    each_remainder(&p, edits_of(p.len), look, &a);
    bool sure = a.best && !a.ambiguous &&
                !has_rival(&p, written, a.best->text, cost_of_rivals(written, a.cost));
    return sure ? a.best->text : STR("");
}
