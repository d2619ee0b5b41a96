#include "intents/prefilter.h"

#include "base/map.h"

/* A word that stands for sets: written out, or with a * as the beginning of longer words. */
struct key {
    struct str word;
    unsigned *exact, *prefix; /* set numbers */
    unsigned exact_count, prefix_count;
};

struct prefilter {
    struct arena arena;
    struct map sets;  /* "term" or "=word" to set number */
    struct map words; /* to index in keys */
    struct key *keys;
    size_t key_count, key_room;
    unsigned set_count;
    size_t prefix_least, prefix_most; /* lengths of the words with a * */
};

struct prefilter *prefilter_new(void)
{
    struct prefilter *p = calloc(1, sizeof *p);
    if (p)
        p->prefix_least = SIZE_MAX;
    return p;
}

struct prefilter *prefilter_free(struct prefilter *p)
{
    if (!p)
        return NULL;
    map_release(&p->sets);
    map_release(&p->words);
    free(p->keys);
    arena_release(&p->arena);
    free(p);
    return NULL;
}

static int key_of(struct prefilter *p, struct str word, struct key **ret)
{
    uint32_t at;
    if (!map_get(&p->words, word, &at)) {
        struct str copy = arena_str(&p->arena, word);
        if (p->key_count == p->key_room) {
            size_t room = p->key_room ? p->key_room * 2 : 256;
            struct key *keys = reallocarray(p->keys, room, sizeof *keys);
            if (!keys)
                return ERR_NOMEM;
            p->keys = keys;
            p->key_room = room;
        }
        at = (uint32_t)p->key_count;
        if (!copy.p || map_put(&p->words, copy, at) < 0)
            return ERR_NOMEM;
        p->keys[p->key_count++] = (struct key){ .word = copy };
    }
    *ret = &p->keys[at];
    return 0;
}

/* Appends to a list in the arena that has room for the next power of two. */
static int add_set(struct prefilter *p, unsigned **list, unsigned *count, unsigned set)
{
    if ((*count & (*count - 1)) == 0) {
        unsigned *more = arena_array(&p->arena, *count ? *count * 2 : 1, sizeof *more);
        if (!more)
            return ERR_NOMEM;
        if (*count)
            memcpy(more, *list, *count * sizeof *more);
        *list = more;
    }
    (*list)[(*count)++] = set;
    return 0;
}

struct adding {
    struct prefilter *p;
    unsigned set;
};

static int add_word(struct str word, bool prefix, void *data)
{
    struct adding *a = data;
    struct key *key;
    int r = key_of(a->p, word, &key);
    if (r < 0)
        return r;
    if (!prefix)
        return add_set(a->p, &key->exact, &key->exact_count, a->set);
    if (word.len < a->p->prefix_least)
        a->p->prefix_least = word.len;
    if (word.len > a->p->prefix_most)
        a->p->prefix_most = word.len;
    return add_set(a->p, &key->prefix, &key->prefix_count, a->set);
}

/* The set of that name, or a new one that @ret_new says must be filled. */
static int set_of(struct prefilter *p, struct str name, bool *ret_new)
{
    uint32_t set;
    *ret_new = !map_get(&p->sets, name, &set);
    if (!*ret_new)
        return (int)set;
    struct str copy = arena_str(&p->arena, name);
    if (!copy.p || map_put(&p->sets, copy, p->set_count) < 0)
        return ERR_NOMEM;
    return (int)p->set_count++;
}

static char byte_at(struct str s, size_t at)
{
    return at < s.len ? s.p[at] : '\0';
}

/* May what ends before @at be left out? */
static bool is_optional(struct str pcre, size_t at)
{
    char c = byte_at(pcre, at);
    return c == '?' || c == '*' || c == '{';
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Behind a character class that begins at @at. */
static size_t skip_class(struct str pcre, size_t at)
{
    at += byte_at(pcre, at + 1) == '^' ? 2 : 1;
    at += byte_at(pcre, at) == ']'; /* a member when it stands first */
    while (at < pcre.len && pcre.p[at] != ']')
        at += pcre.p[at] == '\\' ? 2 : 1;
    return at + 1;
}

/* Things that change how the rest is to be read, or would need a reader of all of PCRE2: nothing is
 * told then. */
static bool changes_reading(struct str pcre)
{
    static const char *const marks[] = { "(?#", "(?^", "\\Q", "\\c", "[:", "[.", "[=" };
    for (size_t at = 0; at < pcre.len; at++) {
        struct str rest = str_cut(pcre, at, pcre.len);
        if (str_starts(rest, STR("(?")) && rest.len > 2 && is_word_byte(rest.p[2]))
            return true;
        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
            if (str_starts(rest, str_of(marks[i])))
                return true;
    }
    return false;
}

/* The ")" of the group that begins at @at. */
static size_t group_end(struct str pcre, size_t at)
{
    size_t depth = 0;
    while (at < pcre.len) {
        char c = pcre.p[at];
        depth += c == '(';
        if (c == ')' && --depth == 0)
            return at;
        at = c == '[' ? skip_class(pcre, at) : at + (c == '\\' ? 2 : 1);
    }
    return pcre.len;
}

/* Takes the first alternative off *rest. False when there is none left. */
static bool take_alternative(struct str *rest, struct str *ret)
{
    if (!rest->p)
        return false;
    for (size_t at = 0; at < rest->len;) {
        char c = rest->p[at];
        if (c == '|') {
            *ret = str_cut(*rest, 0, at);
            *rest = str_cut(*rest, at + 1, rest->len);
            return true;
        }
        at = c == '('   ? group_end(*rest, at) + 1
             : c == '[' ? skip_class(*rest, at)
                        : at + (c == '\\' ? 2 : 1);
    }
    *ret = *rest;
    *rest = (struct str){ NULL, 0 };
    return true;
}

/* Something that a text must hold for a pattern to match it. */
struct want {
    enum { WANT_TERM, WANT_WORD, WANT_EITHER, WANT_GROUP } kind;
    struct str
        text;  /* a term's name; a word; a word whose last letter may be missing; alternatives */
    bool ends; /* of a group: a word ends behind it */
};

struct reading {
    const struct vocab *vocab;
    struct str pcre;
    size_t at;
    bool ends;        /* a word ends behind pcre */
    bool word_begins; /* at @at, surely */
};

/* Does a word end at @at, surely? */
static bool word_ends(const struct reading *r, size_t at)
{
    return at >= r->pcre.len ? r->ends : r->pcre.p[at] == ' ' && !is_optional(r->pcre, at + 1);
}

static bool read_term(struct reading *r, struct want *ret)
{
    struct str rest = str_cut(r->pcre, r->at, r->pcre.len);
    bool begins = r->word_begins;
    size_t end = group_end(rest, 0);
    struct str name = str_cut(rest, 3, end);
    r->at += end + 1;
    r->word_begins = begins && vocab_keeps_words(r->vocab, name);
    *ret = (struct want){ WANT_TERM, name, false };
    return begins && !is_optional(r->pcre, r->at) && vocab_has_keys(r->vocab, name);
}

static bool read_word(struct reading *r, struct want *ret)
{
    size_t from = r->at, end = from;
    bool begins = r->word_begins;
    while (is_word_byte(byte_at(r->pcre, end)))
        end++;
    bool either = byte_at(r->pcre, end) == '?' && end - from > 1;
    r->at = end + either;
    r->word_begins = false;
    *ret = (struct want){ either ? WANT_EITHER : WANT_WORD, str_cut(r->pcre, from, end), false };
    return begins && word_ends(r, r->at);
}

static bool read_group(struct reading *r, struct want *ret)
{
    struct str rest = str_cut(r->pcre, r->at, r->pcre.len);
    bool plain = r->word_begins && str_starts(rest, STR("(?:"));
    size_t end = group_end(rest, 0);
    if (plain)
        *ret = (struct want){ WANT_GROUP, str_cut(rest, 3, end), word_ends(r, r->at + end + 1) };
    r->at += end + 1;
    r->word_begins = false;
    return plain && !is_optional(r->pcre, r->at);
}

/* The next want of a sequence without alternatives of its own. */
static bool next_want(struct reading *r, struct want *ret)
{
    while (r->at < r->pcre.len) {
        char c = r->pcre.p[r->at];
        bool found = false, taken = true;
        if (str_starts(str_cut(r->pcre, r->at, r->pcre.len), STR("(?&")))
            found = read_term(r, ret);
        else if (is_word_byte(c))
            found = read_word(r, ret);
        else if (c == '(')
            found = read_group(r, ret);
        else
            taken = false;
        if (found)
            return true;
        if (taken)
            continue;
        r->word_begins = c == ' ';
        r->at = c == '[' ? skip_class(r->pcre, r->at) : r->at + (c == '\\' ? 2 : 1);
    }
    return false;
}

static bool is_fillable(const struct vocab *vocab, const struct want *w);

/* The want of an alternative that fewest texts meet, as far as one can guess: a long word, else a
 * term. */
static bool best_want(const struct vocab *vocab, struct str alternative, bool ends,
                      struct want *ret)
{
    struct reading r = { vocab, alternative, 0, ends, true };
    struct want w;
    size_t best = 0;
    while (next_want(&r, &w)) {
        size_t worth = w.kind == WANT_TERM ? 5 : w.kind == WANT_GROUP ? 3 : w.text.len;
        if (worth <= best || !is_fillable(vocab, &w))
            continue;
        best = worth;
        *ret = w;
    }
    return best > 0;
}

/* Can it be told by words? A group can if each of its alternatives can. */
static bool is_fillable(const struct vocab *vocab, const struct want *w)
{
    struct str rest = w->text, alternative;
    struct want best;
    bool all = true;
    while (all && w->kind == WANT_GROUP && take_alternative(&rest, &alternative))
        all = best_want(vocab, alternative, w->ends, &best);
    return all;
}

/* Adds the words of which one meets the want. */
static int fill(struct adding *a, const struct vocab *vocab, const struct want *w)
{
    struct str rest = w->text, alternative;
    struct want best;
    int r = 0;
    switch (w->kind) {
    case WANT_TERM:
        return vocab_keys(vocab, w->text, add_word, a);
    case WANT_EITHER:
        r = add_word(str_cut(w->text, 0, w->text.len - 1), false, a);
        return r < 0 ? r : add_word(w->text, false, a);
    case WANT_WORD:
        return add_word(w->text, false, a);
    case WANT_GROUP:
        while (r == 0 && take_alternative(&rest, &alternative) &&
               best_want(vocab, alternative, w->ends, &best))
            r = fill(a, vocab, &best);
        return r;
    }
    return 0;
}

/* The number of the want's set, made if it is new. ERR_BADINPUT: it can't be told by words. */
static int set_of_want(struct prefilter *p, const struct vocab *vocab, const struct want *w)
{
    static const char *const marks[] = { "&", "=", "?", "(" };
    bool fresh = false;
    struct buf name = BUF_INIT(1 << 20);
    if (!is_fillable(vocab, w))
        return ERR_BADINPUT;
    int set = buf_addf(&name, "%s%.*s%s", marks[w->kind], STR_ARG(w->text), w->ends ? " " : "");
    if (set == 0)
        set = set_of(p, buf_str(&name), &fresh);
    struct adding a = { p, (unsigned)set };
    int r = set >= 0 && fresh ? fill(&a, vocab, w) : 0;
    buf_release(&name);
    return r < 0 ? r : set;
}

int prefilter_needs(struct prefilter *p, const struct vocab *vocab, struct str pcre, unsigned *sets,
                    unsigned max)
{
    struct str rest = pcre, first;
    struct reading r = { vocab, pcre, 0, true, true };
    struct want w;
    unsigned count = 0;
    if (changes_reading(pcre))
        return 0;
    if (take_alternative(&rest, &first) && rest.p) { /* alternatives: like a group of them */
        w = (struct want){ WANT_GROUP, pcre, true };
        r.at = pcre.len;
        int set = set_of_want(p, vocab, &w);
        if (set < 0 && set != ERR_BADINPUT)
            return set;
        if (set >= 0)
            sets[count++] = (unsigned)set;
    }
    while (count < max && next_want(&r, &w)) {
        int set = set_of_want(p, vocab, &w);
        if (set < 0 && set != ERR_BADINPUT)
            return set;
        if (set >= 0)
            sets[count++] = (unsigned)set;
    }
    return (int)count;
}

static bool holds(const unsigned *sets, unsigned count, unsigned set)
{
    unsigned i = 0;
    while (i < count && sets[i] != set)
        i++;
    return i < count;
}

void prefilter_words(const struct prefilter *p, unsigned set,
                     void (*visit)(struct str word, bool prefix, void *data), void *data)
{
    for (size_t i = 0; i < p->key_count; i++) {
        const struct key *key = &p->keys[i];
        bool prefix = holds(key->prefix, key->prefix_count, set);
        if (prefix || holds(key->exact, key->exact_count, set))
            visit(key->word, prefix, data);
    }
}

size_t prefilter_bitmap_len(const struct prefilter *p)
{
    return p->set_count / 64 + 1;
}

static void mark(uint64_t *met, const unsigned *sets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        met[sets[i] / 64] |= UINT64_C(1) << (sets[i] % 64);
}

void prefilter_mark(const struct prefilter *p, const struct normal *n, uint64_t *met)
{
    for (size_t i = 0; i < n->word_count; i++) {
        struct normal_word w = n->words[i];
        struct str word = str_cut(n->text, w.at, w.at + w.len);
        uint32_t at;
        if (map_get(&p->words, word, &at))
            mark(met, p->keys[at].exact, p->keys[at].exact_count);
        size_t most = word.len < p->prefix_most ? word.len : p->prefix_most;
        for (size_t len = p->prefix_least; len <= most; len++)
            if (map_get(&p->words, str_cut(word, 0, len), &at))
                mark(met, p->keys[at].prefix, p->keys[at].prefix_count);
    }
}
