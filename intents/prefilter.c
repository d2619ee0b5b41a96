#include "intents/prefilter.h"

#include "base/map.h"

/* A word that stands for sets: written out, or with a * as the beginning of longer words. */
struct key {
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
        p->keys[p->key_count++] = (struct key){ 0 };
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

/* The number of the set of @name's words. ERR_BADINPUT: it can't be told by words. */
static int term_set(struct prefilter *p, const struct vocab *vocab, struct str name)
{
    bool fresh;
    if (!vocab_has_keys(vocab, name))
        return ERR_BADINPUT;
    int set = set_of(p, name, &fresh);
    struct adding a = { p, (unsigned)set };
    int r = set >= 0 && fresh ? vocab_keys(vocab, name, add_word, &a) : 0;
    return r < 0 ? r : set;
}

/* The number of the set that is just @word. */
static int word_set(struct prefilter *p, struct str word)
{
    bool fresh;
    struct buf name = BUF_INIT(4096);
    int set = buf_addf(&name, "=%.*s", STR_ARG(word));
    if (set == 0)
        set = set_of(p, buf_str(&name), &fresh);
    struct adding a = { p, (unsigned)set };
    int r = set >= 0 && fresh ? add_word(word, false, &a) : 0;
    buf_release(&name);
    return r < 0 ? r : set;
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

struct reading {
    struct str pcre;
    size_t at;
    size_t depth;
    bool word_begins; /* here, surely */
};

/* At a "(?&name)" or a word outside groups: its set, ERR_BADINPUT if it needs none. Moves on behind
 * it. */
static int read_need(struct prefilter *p, const struct vocab *vocab, struct reading *r)
{
    struct str rest = str_cut(r->pcre, r->at, r->pcre.len);
    bool begins = r->word_begins;
    if (str_starts(rest, STR("(?&"))) {
        const char *close = memchr(rest.p, ')', rest.len);
        struct str name = str_cut(rest, 3, (size_t)(close - rest.p));
        r->at += name.len + 4;
        r->word_begins = begins && vocab_keeps_words(vocab, name);
        bool needed = begins && r->depth == 0 && !is_optional(r->pcre, r->at);
        return needed ? term_set(p, vocab, name) : ERR_BADINPUT;
    }
    size_t len = 0;
    while (is_word_byte(byte_at(rest, len)))
        len++;
    r->at += len;
    r->word_begins = false;
    bool whole = len == rest.len || (rest.p[len] == ' ' && !is_optional(rest, len + 1));
    return begins && r->depth == 0 && whole ? word_set(p, str_cut(rest, 0, len)) : ERR_BADINPUT;
}

int prefilter_needs(struct prefilter *p, const struct vocab *vocab, struct str pcre, unsigned *sets,
                    unsigned max)
{
    struct reading r = { .pcre = pcre, .word_begins = true };
    unsigned count = 0;
    if (changes_reading(pcre))
        return 0;
    while (r.at < pcre.len) {
        struct str rest = str_cut(pcre, r.at, pcre.len);
        char c = rest.p[0];
        if (c == '|' && r.depth == 0)
            return 0;
        if (str_starts(rest, STR("(?&")) || is_word_byte(c)) {
            int set = read_need(p, vocab, &r);
            if (set < 0 && set != ERR_BADINPUT)
                return set;
            if (set >= 0 && count < max)
                sets[count++] = (unsigned)set;
            continue;
        }
        r.depth += c == '(';
        r.depth -= c == ')' && r.depth > 0;
        r.word_begins = c == ' ';
        r.at = c == '[' ? skip_class(pcre, r.at) : r.at + (c == '\\' ? 2 : 1);
    }
    return (int)count;
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
