/*
 * Where a pattern asks for two spaces in a row, or for one at its beginning or end. It reads as
 * much of PCRE2 as editors write; what it doesn't know it takes for a word, which is never a fault.
 */
#include "kb/check_private.h"

/* What may stand at one side of a piece of a pattern. */
struct side {
    bool space, word;
    bool nothing; /* the piece may be empty */
};

struct piece {
    struct side first, last;
};

struct reader {
    const struct vocab *vocab;
    struct str pcre;
    size_t at;
    size_t dead_at; /* SIZE_MAX: nowhere */
    unsigned depth;
};

enum { DEPTH_MAX = 30 };

static const struct side only_space = { .space = true };
static const struct piece a_space = { { .space = true }, { .space = true } },
                          a_word = { { .word = true }, { .word = true } },
                          no_width = { { .nothing = true }, { .nothing = true } },
                          anything = { { true, true, false }, { true, true, false } };

static struct side either(struct side a, struct side b)
{
    return (struct side){ a.space || b.space, a.word || b.word, a.nothing || b.nothing };
}

/* What may stand at the end of @b behind @a, or at the beginning of @b before @a. */
static struct side beyond(struct side a, struct side b)
{
    if (!b.nothing)
        return b;
    return (struct side){ a.space || b.space, a.word || b.word, a.nothing };
}

static bool is_only_space(struct side s)
{
    return s.space && !s.word && !s.nothing;
}

static char byte_at(const struct reader *r, size_t at)
{
    return at < r->pcre.len ? r->pcre.p[at] : '\0';
}

static struct piece read_alternatives(struct reader *r, struct side before);

static int keep_first(struct str phrase, void *data)
{
    struct str *first = data;
    *first = phrase;
    return ERR_EXISTS;
}

/* A term's phrases all begin and end with words: the first is like every other. What a pattern
 * stands for is read as if it stood here. */
static struct piece read_term(struct reader *r, struct str name)
{
    struct reader inner = { r->vocab, STR(""), 0, SIZE_MAX, r->depth + 1 };
    (void)vocab_words(r->vocab, name, keep_first, &inner.pcre);
    if (!inner.pcre.len || inner.depth > DEPTH_MAX)
        return a_word;
    return read_alternatives(&inner, (struct side){ true, true, false });
}

static struct piece read_group(struct reader *r)
{
    struct str rest = str_cut(r->pcre, r->at, r->pcre.len), name;
    if (str_starts(rest, STR("(?&"))) {
        rest = str_cut(rest, 3, rest.len);
        (void)str_split(&rest, ')', &name);
        r->at += name.len + 4;
        return read_term(r, name);
    }
    bool look = str_starts(rest, STR("(?=")) || str_starts(rest, STR("(?!")) ||
                str_starts(rest, STR("(?<"));
    size_t head = str_starts(rest, STR("(?<")) ? 4 : str_starts(rest, STR("(?")) ? 3 : 1;
    r->at += head;
    r->depth++;
    struct piece p = read_alternatives(r, (struct side){ true, true, false });
    r->depth--;
    r->at++; /* its ")" */
    return look ? no_width : p;
}

static struct piece read_class(struct reader *r)
{
    bool space = false, word = false, other = byte_at(r, r->at + 1) == '^';
    size_t from = r->at + 1 + other;
    r->at = from;
    while (r->at < r->pcre.len && (byte_at(r, r->at) != ']' || r->at == from)) {
        bool escape = byte_at(r, r->at) == '\\';
        char c = byte_at(r, r->at + escape);
        bool is_space = escape ? c == 's' : c == ' ';
        space |= is_space;
        word |= !is_space;
        r->at += escape ? 2 : 1;
    }
    r->at++;
    if (other) /* all but what it names: a word's letters are never all named */
        return space ? a_word : anything;
    return space && word ? anything : space ? a_space : a_word;
}

static struct piece read_escape(struct reader *r)
{
    char c = byte_at(r, r->at + 1);
    r->at += 2;
    if (c && strchr("bBAzZG", c))
        return no_width;
    return c == 's' ? a_space : a_word;
}

/* One character, class, group or term, without what says how often. */
static struct piece read_one(struct reader *r)
{
    switch (byte_at(r, r->at)) {
    case '(':
        return read_group(r);
    case '[':
        return read_class(r);
    case '\\':
        return read_escape(r);
    case '^':
    case '$':
        r->at++;
        return no_width;
    case ' ':
        r->at++;
        return a_space;
    default:
        r->at++;
        return a_word;
    }
}

/* Reads "?", "*", "{0,4}?" …; true if what stands before it may be left out. */
static bool read_optional(struct reader *r)
{
    char c = byte_at(r, r->at), digit = byte_at(r, r->at + 1);
    bool counted = c == '{' && digit >= '0' && digit <= '9';
    if (c != '?' && c != '*' && c != '+' && !counted)
        return false;
    while (counted && byte_at(r, r->at) != '}' && r->at < r->pcre.len)
        r->at++;
    r->at++;
    if (byte_at(r, r->at) == '?' || byte_at(r, r->at) == '+')
        r->at++;
    return c == '?' || c == '*' || (counted && digit == '0');
}

/* A piece that begins with @c and may be left out. */
static struct piece optional(struct piece one, char c)
{
    if (c == ' ') /* " ?(?:again)?": it goes with what follows */
        return no_width;
    if (c == '.') /* ".*": whatever fits here */
        return one;
    one.first.nothing = one.last.nothing = true;
    return one;
}

/* Up to a "|" or ")" or the end. @before: what stands before it. */
static struct piece read_sequence(struct reader *r, struct side before)
{
    struct piece whole = no_width;
    while (r->at < r->pcre.len && byte_at(r, r->at) != '|' && byte_at(r, r->at) != ')') {
        size_t from = r->at;
        struct piece one = read_one(r);
        if (read_optional(r))
            one = optional(one, byte_at(r, from));
        if (is_only_space(beyond(before, whole.last)) && is_only_space(one.first) &&
            r->dead_at == SIZE_MAX)
            r->dead_at = from;
        whole.first = beyond(one.first, whole.first);
        whole.last = beyond(whole.last, one.last);
    }
    return whole;
}

static struct piece read_alternatives(struct reader *r, struct side before)
{
    struct piece all = read_sequence(r, before);
    while (byte_at(r, r->at) == '|') {
        r->at++;
        struct piece one = read_sequence(r, before);
        all = (struct piece){ either(all.first, one.first), either(all.last, one.last) };
    }
    return all;
}

enum edge_fault pattern_edges(const struct vocab *vocab, struct str pcre, size_t *ret_column)
{
    struct reader r = { vocab, pcre, 0, SIZE_MAX, 0 };
    enum edge_fault found = EDGE_FINE;
    while (r.at < pcre.len && found == EDGE_FINE) {
        struct side last = beyond(only_space, read_sequence(&r, only_space).last);
        if (r.dead_at != SIZE_MAX) {
            found = EDGE_DEAD;
            *ret_column = r.dead_at + 1;
        } else if (last.space) {
            found = last.word ? EDGE_USELESS : EDGE_DEAD;
            *ret_column = r.at;
        }
        r.at++; /* the "|" */
    }
    return found;
}
