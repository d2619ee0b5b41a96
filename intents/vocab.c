#include "intents/vocab.h"

enum { NESTING_MAX = 8, TERM_BYTES_MAX = 1 << 20 };

struct term {
    struct str name;
    struct str *words; /* NULL for a term given as a pattern */
    size_t count;
    struct str pcre;
    bool used;
    struct term *next; /* in the order they were added */
};

struct word {
    struct str text;
    bool prefix; /* written with a * */
    bool common;
};

struct vocab {
    struct arena arena;
    struct term *first, **last;
    struct word *table; /* open addressing by hash; at most half full */
    size_t slots, used;
};

struct vocab *vocab_new(void)
{
    struct vocab *v = calloc(1, sizeof *v);
    if (v)
        v->last = &v->first;
    return v;
}

struct vocab *vocab_free(struct vocab *v)
{
    if (!v)
        return NULL;
    arena_release(&v->arena);
    free(v->table);
    free(v);
    return NULL;
}

static struct word *slot_of(const struct word *table, size_t slots, struct str text)
{
    size_t at = (size_t)str_hash(text) & (slots - 1);
    while (table[at].text.p && !str_eq(table[at].text, text))
        at = (at + 1) & (slots - 1);
    return (struct word *)&table[at];
}

static int know_word(struct vocab *v, struct str text, bool prefix, bool common)
{
    if ((v->used + 1) * 2 > v->slots) {
        size_t slots = v->slots ? v->slots * 2 : 1024;
        struct word *table = calloc(slots, sizeof *table);
        if (!table)
            return ERR_NOMEM;
        for (size_t i = 0; i < v->slots; i++)
            if (v->table[i].text.p)
                *slot_of(table, slots, v->table[i].text) = v->table[i];
        free(v->table);
        v->table = table;
        v->slots = slots;
    }
    struct word *w = slot_of(v->table, v->slots, text);
    if (!w->text.p) {
        struct str copy = arena_str(&v->arena, text);
        if (!copy.p)
            return ERR_NOMEM;
        *w = (struct word){ .text = copy };
        v->used++;
    }
    w->prefix |= prefix;
    w->common |= common;
    return 0;
}

static struct term *find_term(const struct vocab *v, struct str name)
{
    struct term *t = v->first;
    while (t && !str_eq(t->name, name))
        t = t->next;
    return t;
}

static bool name_ok(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || c == '_' || (i && c >= '0' && c <= '9')))
            return false;
    }
    return name.len > 0 && name.len <= 32;
}

/* Takes a leading "(?&name)" off *text. */
static bool take_reference(struct str *text, struct str *ret_name)
{
    if (!str_starts(*text, STR("(?&")))
        return false;
    const char *close = memchr(text->p, ')', text->len);
    if (!close)
        return false;
    size_t end = (size_t)(close - text->p);
    *ret_name = str_cut(*text, 3, end);
    *text = str_cut(*text, end + 1, text->len);
    return true;
}

static int check_word(struct str word, struct str name, const char *where, struct report *report)
{
    bool space = true; /* as if one stood before the first */
    struct str rest = word, reference;
    while (rest.len) {
        if (take_reference(&rest, &reference)) {
            space = false;
            continue;
        }
        unsigned char c = (unsigned char)rest.p[0];
        bool last = rest.len == 1 || rest.p[1] == ' ';
        if ((c == ' ' && (space || rest.len == 1)) || (c == '*' && (space || !last)))
            return report_error(
                report,
                "%s: term \"%.*s\": \"%.*s\": one space between words, * only at a word's end",
                where, STR_ARG(name), STR_ARG(word));
        if (c >= 'A' && c <= 'Z')
            return report_error(report, "%s: term \"%.*s\": \"%.*s\": write it in lower case",
                                where, STR_ARG(name), STR_ARG(word));
        if (c < 0x80 && c != ' ' && c != '*' && !(c >= 'a' && c <= 'z') &&
            !(c >= '0' && c <= '9') && !memchr("@?.:/-&%+", c, 9))
            return report_error(report,
                                "%s: term \"%.*s\": \"%.*s\": '%c' is no part of a word (write "
                                "contractions out: \"has not\")",
                                where, STR_ARG(name), STR_ARG(word), c);
        space = c == ' ';
        rest = str_cut(rest, 1, rest.len);
    }
    if (!word.len)
        return report_error(report, "%s: term \"%.*s\": an empty word", where, STR_ARG(name));
    return 0;
}

static int learn_words(struct vocab *v, struct str phrase)
{
    struct str part, reference;
    int r = 0;
    while (r == 0 && str_split(&phrase, ' ', &part)) {
        struct str rest = part;
        if (take_reference(&rest, &reference))
            continue;
        bool prefix = str_ends(part, STR("*"));
        r = know_word(v, prefix ? str_cut(part, 0, part.len - 1) : part, prefix, false);
    }
    return r;
}

static struct term *term_new(struct vocab *v, struct str name, const char *where,
                             struct report *report)
{
    if (!name_ok(name)) {
        (void)report_error(
            report,
            "%s: term \"%.*s\": a name is a-z, 0-9 and _, at most 32, beginning with a letter",
            where, STR_ARG(name));
        return NULL;
    }
    struct term *t = arena_alloc(&v->arena, sizeof *t);
    if (!t)
        return NULL;
    t->name = arena_str(&v->arena, name);
    if (!t->name.p)
        return NULL;
    *v->last = t;
    v->last = &t->next;
    return t;
}

int vocab_add_words(struct vocab *v, struct str name, const struct str *words, size_t count,
                    const char *where, struct report *report)
{
    if (count == 0)
        return report_error(report, "%s: term \"%.*s\": no words", where, STR_ARG(name));
    unsigned errors = report->errors;
    struct term *t = term_new(v, name, where, report);
    if (!t)
        return report->errors > errors ? ERR_BADINPUT : ERR_NOMEM;
    t->words = arena_array(&v->arena, count, sizeof *t->words);
    if (!t->words)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (check_word(words[i], name, where, report) < 0)
            continue;
        struct str copy = arena_str(&v->arena, words[i]);
        if (!copy.p || learn_words(v, copy) < 0)
            return ERR_NOMEM;
        t->words[t->count++] = copy;
    }
    return report->errors > errors ? ERR_BADINPUT : 0;
}

int vocab_add_pattern(struct vocab *v, struct str name, struct str pcre, const char *where,
                      struct report *report)
{
    unsigned errors = report->errors;
    struct term *t = term_new(v, name, where, report);
    if (!t)
        return report->errors > errors ? ERR_BADINPUT : ERR_NOMEM;
    t->pcre = arena_str(&v->arena, pcre);
    return t->pcre.p ? 0 : ERR_NOMEM;
}

int vocab_add_common(struct vocab *v, struct str word)
{
    return know_word(v, word, false, true);
}

/* Longer words first, so that "bin day" wins over "bin" and the capture is the whole phrase. */
static int longer_first(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    if (x->len != y->len)
        return x->len > y->len ? -1 : 1;
    return str_cmp(*x, *y);
}

static int write_term(struct vocab *v, struct term *t, struct buf *out, unsigned depth);

static int write_word(struct vocab *v, struct str word, struct buf *out, unsigned depth)
{
    struct str name;
    while (word.len) {
        if (take_reference(&word, &name)) {
            struct term *t = find_term(v, name);
            int r = t ? write_term(v, t, out, depth + 1) : ERR_BADINPUT;
            if (r < 0)
                return r;
            continue;
        }
        char c = word.p[0];
        if (c == '*')
            (void)buf_addc(out, "[^ ]*");
        else if (memchr("?.+", c, 3))
            (void)buf_addf(out, "\\%c", c);
        else
            (void)buf_add_byte(out, c);
        word = str_cut(word, 1, word.len);
    }
    return out->err;
}

/* The alternatives of @t without a group around them. */
static int write_term(struct vocab *v, struct term *t, struct buf *out, unsigned depth)
{
    if (depth > NESTING_MAX)
        return ERR_LIMIT;
    t->used = true;
    (void)buf_addc(out, "(?:");
    if (!t->words)
        (void)buf_add(out, t->pcre);
    else
        qsort(t->words, t->count, sizeof *t->words, longer_first);
    for (size_t i = 0; i < t->count; i++) {
        if (i)
            (void)buf_add_byte(out, '|');
        int r = write_word(v, t->words[i], out, depth);
        if (r < 0)
            return r;
    }
    return buf_add_byte(out, ')');
}

int vocab_write(struct vocab *v, struct str name, struct buf *out, unsigned *group_count)
{
    struct term *t = find_term(v, name);
    if (!t)
        return 0;
    if (t->words)
        (void)buf_addf(out, "(?<t%u>", ++*group_count);
    int r = write_term(v, t, out, 0);
    if (r < 0)
        return r;
    if (t->words) /* a term ends where a word ends */
        (void)buf_addc(out, "(?![^ ]))");
    return out->err ? out->err : 1;
}

int vocab_check(const struct vocab *v, const char *where, struct report *report)
{
    int result = 0;
    for (struct term *t = v->first; t; t = t->next) {
        if (find_term(v, t->name) != t) {
            result = report_error(report, "%s: term \"%.*s\" stands there twice", where,
                                  STR_ARG(t->name));
            continue;
        }
        for (size_t i = 0; i < t->count; i++) {
            struct str rest = t->words[i], name;
            while (rest.len) {
                if (!take_reference(&rest, &name))
                    rest = str_cut(rest, 1, rest.len);
                else if (!find_term(v, name))
                    result = report_error(
                        report,
                        "%s: term \"%.*s\": \"%.*s\" names the term \"%.*s\", which is not there",
                        where, STR_ARG(t->name), STR_ARG(t->words[i]), STR_ARG(name));
            }
        }
    }
    if (result < 0)
        return result;
    struct buf scrap = BUF_INIT(TERM_BYTES_MAX);
    for (struct term *t = v->first; t; t = t->next) {
        bool used = t->used;
        buf_clear(&scrap);
        int r = write_term((struct vocab *)v, t, &scrap, 0);
        t->used = used;
        if (r == ERR_LIMIT)
            result = report_error(report,
                                  "%s: term \"%.*s\" contains itself, or terms more than %d deep",
                                  where, STR_ARG(t->name), NESTING_MAX);
        else if (r == ERR_TOOBIG)
            result =
                report_error(report, "%s: term \"%.*s\" is more than %d bytes when written out",
                             where, STR_ARG(t->name), TERM_BYTES_MAX);
        else if (r < 0)
            result = r;
    }
    for (struct term *t = v->first; t; t = t->next)
        t->used = false; /* until a pattern uses it */
    buf_release(&scrap);
    return result;
}

static const struct word *find_word(const struct vocab *v, struct str text)
{
    const struct word *w = v && v->slots && text.len ? slot_of(v->table, v->slots, text) : NULL;
    return w && w->text.p ? w : NULL;
}

bool vocab_knows(const struct vocab *v, struct str word)
{
    if (find_word(v, word))
        return true;
    for (size_t len = word.len; len-- > 3;) { /* "potholes" by "pothole*" */
        const struct word *w = find_word(v, str_cut(word, 0, len));
        if (w && w->prefix)
            return true;
    }
    return false;
}

bool vocab_is_common(const struct vocab *v, struct str word)
{
    const struct word *w = find_word(v, word);
    return w && w->common;
}

void vocab_unused(const struct vocab *v, void (*visit)(struct str name, void *data), void *data)
{
    for (const struct term *t = v->first; t; t = t->next)
        if (!t->used)
            visit(t->name, data);
}
