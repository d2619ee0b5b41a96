#include "intents/vocab.h"

#include "base/array.h"
#include "base/map.h"
#include "intents/dictionary.h"
#include "intents/entity.h"
#include "intents/normal.h"
#include "intents/pattern.h"
#include "intents/spelling.h"

enum {
    TERM_NAME_MAX = 32,
    NESTING_MAX = 8,
    TERM_BYTES_MAX = 1 << 20,
    EXPANDED_MAX = 512 /* phrases, of one */
};

struct term {
    struct str name;
    struct str *words; /* NULL for a term given as a pattern */
    size_t count;
    struct str pcre;
    bool used;
    uint32_t family; /* its name's hash, which tells the terms of spelling apart */
};

struct word {
    struct str text;
    unsigned phrases; /* that it stands in */
    uint32_t family;  /* of the only term that has it, or 0 */
    bool prefix;      /* written with a * */
    bool common;
};

struct vocab {
    struct arena arena;
    struct map term_of; /* name to index in terms */
    struct term *terms; /* in the order they were added */
    size_t term_count, term_room;
    struct map words; /* to index in word */
    struct word *word;
    size_t word_count, word_room;
    size_t prefix_most;        /* length of the longest word with a * */
    struct spelling *spelling; /* once it is finished */
};

struct vocab *vocab_new(void)
{
    return calloc(1, sizeof(struct vocab));
}

struct vocab *vocab_free(struct vocab *v)
{
    if (!v)
        return NULL;
    (void)spelling_free(v->spelling);
    map_release(&v->term_of);
    free(v->terms);
    map_release(&v->words);
    free(v->word);
    arena_release(&v->arena);
    free(v);
    return NULL;
}

/* @t: the term it stands in, NULL for a common word. */
static int know_word(struct vocab *v, struct str text, bool prefix, const struct term *t)
{
    uint32_t at;
    if (!map_get(&v->words, text, &at)) {
        struct str copy = arena_str(&v->arena, text);
        at = (uint32_t)v->word_count;
        if (!copy.p ||
            array_grow((void **)&v->word, v->word_count, &v->word_room, sizeof *v->word) < 0 ||
            map_put(&v->words, copy, at) < 0)
            return ERR_NOMEM;
        v->word[v->word_count++] = (struct word){ .text = copy };
    }
    struct word *w = &v->word[at];
    w->prefix |= prefix;
    if (prefix && text.len > v->prefix_most)
        v->prefix_most = text.len;
    w->common |= !t;
    if (t) {
        w->family = w->phrases == 0 || w->family == t->family ? t->family : 0;
        w->phrases++;
    }
    return 0;
}

static struct term *find_term(const struct vocab *v, struct str name)
{
    uint32_t at;
    return map_get(&v->term_of, name, &at) ? &v->terms[at] : NULL;
}

static bool name_ok(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || c == '_' || (i && c >= '0' && c <= '9')))
            return false;
    }
    return name.len > 0 && name.len <= TERM_NAME_MAX;
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
            !(c >= '0' && c <= '9') && !memchr("@?.:/-&%+<>", c, 11))
            return report_error(report,
                                "%s: term \"%.*s\": \"%.*s\": '%c' is no part of a word (write "
                                "contractions out: \"has not\")",
                                where, STR_ARG(name), STR_ARG(word), c);
        space = c == ' ';
        rest = str_cut(rest, 1, rest.len);
    }
    if (!word.len)
        return report_error(report, "%s: term \"%.*s\": an empty word", where, STR_ARG(name));
    struct str part;
    for (rest = word; str_split(&rest, ' ', &part);)
        if ((memchr(part.p, '<', part.len) || memchr(part.p, '>', part.len)) &&
            !entity_is_mark(part))
            return report_error(report,
                                "%s: term \"%.*s\": \"%.*s\" is no mark of a detail (such as "
                                "<phone> or <email>, a word of its own)",
                                where, STR_ARG(name), STR_ARG(part));
    return 0;
}

static int learn_words(struct vocab *v, const struct term *t, struct str phrase)
{
    struct str part, reference;
    int r = 0;
    while (r == 0 && str_split(&phrase, ' ', &part)) {
        struct str rest = part;
        if (take_reference(&rest, &reference))
            continue;
        bool prefix = str_ends(part, STR("*"));
        r = know_word(v, prefix ? str_cut(part, 0, part.len - 1) : part, prefix, t);
    }
    return r;
}

/* Stays where it is until the next one is made. */
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
    struct str copy = arena_str(&v->arena, name);
    if (!copy.p ||
        array_grow((void **)&v->terms, v->term_count, &v->term_room, sizeof *v->terms) < 0 ||
        (!find_term(v, name) && map_put(&v->term_of, copy, (uint32_t)v->term_count) < 0))
        return NULL;
    struct term *t = &v->terms[v->term_count++];
    *t = (struct term){ .name = copy, .family = (uint32_t)str_hash(name) | 1 };
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
        if (!copy.p || learn_words(v, t, copy) < 0)
            return ERR_NOMEM;
        t->words[t->count++] = copy;
    }
    return report->errors > errors ? ERR_BADINPUT : 0;
}

/* What is written out into patterns must be a whole one, and no more than they may be. */
static int check_pattern(struct vocab *v, const struct term *t, const char *where,
                         struct report *report)
{
    struct buf place = BUF_INIT(4096);
    struct pattern p = { 0 };
    int r = buf_addf(&place, "%s: term \"%.*s\"", where, STR_ARG(t->name));
    if (r == 0 && memmem(t->pcre.p, t->pcre.len, "(?&", 3))
        r = report_error(report, "%s: a term given as a pattern can't name others",
                         buf_cstr(&place));
    if (r == 0)
        r = pattern_compile(v, t->pcre, buf_cstr(&place), report, &p);
    pattern_release(&p);
    buf_release(&place);
    return r;
}

int vocab_add_pattern(struct vocab *v, struct str name, struct str pcre, const char *where,
                      struct report *report)
{
    unsigned errors = report->errors;
    struct term *t = term_new(v, name, where, report);
    if (!t)
        return report->errors > errors ? ERR_BADINPUT : ERR_NOMEM;
    t->pcre = arena_str(&v->arena, pcre);
    return t->pcre.p ? check_pattern(v, t, where, report) : ERR_NOMEM;
}

int vocab_add_common(struct vocab *v, struct str word)
{
    return know_word(v, word, false, NULL);
}

static int write_term(struct vocab *v, struct term *t, struct buf *out, unsigned depth);

/* What comes next in a phrase: a reference, or one character. Empty at the end. */
static struct str unit_at(struct str phrase, size_t at)
{
    struct str rest = str_cut(phrase, at, phrase.len), after = rest, name;
    if (!rest.len)
        return rest;
    if (take_reference(&after, &name))
        return str_cut(rest, 0, rest.len - after.len);
    size_t next = 0;
    (void)utf8_next(rest, &next);
    return str_cut(rest, 0, next);
}

/* Characters before references before a * before the end: of two phrases the longer wins. */
static int unit_rank(struct str unit)
{
    return unit.len == 0 ? 3 : unit.p[0] == '*' ? 2 : unit.len > 1 && unit.p[0] == '(' ? 1 : 0;
}

static int by_units(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    for (size_t at = 0;;) {
        struct str u = unit_at(*x, at), w = unit_at(*y, at);
        int rank = unit_rank(u) - unit_rank(w), diff = rank ? rank : str_cmp(u, w);
        if (diff || !u.len)
            return diff;
        at += u.len;
    }
}

static int write_unit(struct vocab *v, struct str unit, struct buf *out, unsigned depth)
{
    struct str name;
    if (take_reference(&unit, &name)) {
        struct term *t = find_term(v, name);
        return t ? write_term(v, t, out, depth + 1) : ERR_BADINPUT;
    }
    if (unit.p[0] == '*')
        return buf_addc(out, "[^ ]*");
    if (memchr("?.+", unit.p[0], 3))
        (void)buf_add_byte(out, '\\');
    return buf_add(out, unit);
}

/*
 * The sorted phrases from byte @at on, which is the same in all before it, as a tree: PCRE2 tries
 * the alternatives of a group one by one, so what they share must not be tried again for each.
 */
static int write_tree(struct vocab *v, const struct str *words, size_t count, size_t at,
                      struct buf *out, unsigned depth)
{
    struct str unit;
    int r = 0;
    while (r == 0 && (unit = unit_at(words[0], at)).len &&
           str_eq(unit, unit_at(words[count - 1], at))) {
        r = write_unit(v, unit, out, depth);
        at += unit.len;
    }
    if (r < 0 || !unit_at(words[0], at).len) /* all end here */
        return r;
    (void)buf_addc(out, "(?:");
    for (size_t from = 0; from < count && r == 0;) {
        size_t to = from + 1;
        while (to < count && str_eq(unit_at(words[from], at), unit_at(words[to], at)))
            to++;
        if (from)
            (void)buf_add_byte(out, '|');
        if (unit_at(words[from], at).len)
            r = write_tree(v, words + from, to - from, at, out, depth);
        from = to;
    }
    return r < 0 ? r : buf_add_byte(out, ')');
}

static int write_term(struct vocab *v, struct term *t, struct buf *out, unsigned depth)
{
    if (depth > NESTING_MAX)
        return ERR_LIMIT;
    t->used = true;
    (void)buf_addc(out, "(?:");
    if (!t->words) {
        (void)buf_add(out, t->pcre);
        return buf_add_byte(out, ')');
    }
    qsort(t->words, t->count, sizeof *t->words, by_units);
    int r = t->count ? write_tree(v, t->words, t->count, 0, out, depth) : 0;
    return r < 0 ? r : buf_add_byte(out, ')');
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

int vocab_check(struct vocab *v, const char *where, struct report *report)
{
    int result = 0;
    for (size_t k = 0; k < v->term_count; k++) {
        const struct term *t = &v->terms[k];
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
    for (size_t k = 0; k < v->term_count; k++) {
        struct term *t = &v->terms[k];
        buf_clear(&scrap);
        int r = write_term(v, t, &scrap, 0);
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
    for (size_t k = 0; k < v->term_count; k++)
        v->terms[k].used = false; /* until a pattern uses it */
    buf_release(&scrap);
    return result;
}

static const struct word *find_word(const struct vocab *v, struct str text)
{
    uint32_t at;
    return v && text.len && map_get(&v->words, text, &at) ? &v->word[at] : NULL;
}

bool vocab_knows(const struct vocab *v, struct str word)
{
    if (find_word(v, word))
        return true;
    size_t most = v && word.len > v->prefix_most ? v->prefix_most + 1 : word.len;
    for (size_t len = most; len-- > 3;) { /* "potholes" by "pothole*" */
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

unsigned vocab_phrase_count(const struct vocab *v, struct str word)
{
    const struct word *w = find_word(v, word);
    return w ? w->phrases : 0;
}

/* ------------------------------------------------------------------------------------------------
 * misspelt words */

/* A word to correct to; never one that normalising would change again. */
static bool is_target(struct str text)
{
    return text.len >= SPELLING_LEAST && text.len <= SPELLING_MOST && str_is_lower(text) &&
           !contraction_words(text, false);
}

static int add_target(struct vocab *v, struct spelling_word *list, size_t *count,
                      const struct word *w, const char *ending)
{
    char text[SPELLING_MOST];
    size_t more = strlen(ending);
    if (w->text.len + more > sizeof text)
        return 0;
    memcpy(text, w->text.p, w->text.len);
    memcpy(text + w->text.len, ending, more);
    struct str whole = { text, w->text.len + more };
    /* "recycl*" is a stem: a word is what the dictionary knows. Listed words are added as such. */
    if (!is_target(whole) || !dictionary_knows(whole) || find_word(v, whole))
        return 0;
    whole = arena_str(&v->arena, whole);
    if (!whole.p)
        return ERR_NOMEM;
    list[(*count)++] = (struct spelling_word){ whole, w->phrases, w->family };
    return 0;
}

static const char *const endings[] = {
    "s",   "es",   "d",     "ed",  "ing",  "e",  "er",   "ers",  "y",
    "ies", "able", "ation", "ion", "ions", "al", "ment", "ness", "ly",
};

/* Of equal ones the one that says more stands first. */
static int by_text(const void *a, const void *b)
{
    const struct spelling_word *x = a, *y = b;
    int r = str_cmp(x->text, y->text);
    if (r == 0)
        r = (x->phrases < y->phrases) - (x->phrases > y->phrases);
    return r ? r : (x->family > y->family) - (x->family < y->family);
}

int vocab_finish(struct vocab *v)
{
    size_t count = 0, kept = 0, most = v->word_count * (1 + ARRAY_LEN(endings));
    struct spelling_word *list = calloc(most + 1, sizeof *list);
    int r = list ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < v->word_count && r == 0; i++) {
        const struct word *w = &v->word[i];
        if (is_target(w->text) && (!w->prefix || dictionary_knows(w->text)))
            list[count++] = (struct spelling_word){ w->text, w->phrases, w->family };
        for (size_t e = 0; w->prefix && e < ARRAY_LEN(endings) && r == 0; e++)
            r = add_target(v, list, &count, w, endings[e]);
    }
    if (r == 0) {
        qsort(list, count, sizeof *list, by_text);
        for (size_t i = 0; i < count; i++) /* "pothol*" and "pothole*" both end in "potholes" */
            if (!kept || !str_eq(list[kept - 1].text, list[i].text))
                list[kept++] = list[i];
        (void)spelling_free(v->spelling);
        v->spelling = spelling_new(list, kept);
        r = v->spelling ? 0 : ERR_NOMEM;
    }
    free(list);
    return r;
}

struct str vocab_correct(const struct vocab *v, struct str written)
{
    return v ? spelling_correct(v->spelling, written) : STR("");
}

/* The longest word of a phrase that no reference touches. */
static struct str longest_word(struct str phrase)
{
    struct str part, longest = STR("");
    while (str_split(&phrase, ' ', &part))
        if (part.len > longest.len && !memmem(part.p, part.len, "(?&", 3))
            longest = part;
    return longest;
}

struct telling {
    const struct vocab *vocab;
    int (*visit)(struct str phrase, void *data);
    void *data;
    unsigned left; /* phrases that may still be made of one, halfway ones too: a term may contain
                      itself */
};

/* Visits @phrase with what its references stand for. ERR_LIMIT: they can't be written as a list. */
static int visit_expanded(struct telling *t, struct str phrase)
{
    const char *reference = memmem(phrase.p, phrase.len, "(?&", 3);
    if (t->left == 0)
        return ERR_LIMIT;
    t->left--;
    if (!reference) {
        const char *star = memchr(phrase.p, '*', phrase.len);
        bool inside = star && star + 1 < phrase.p + phrase.len && star[1] != ' ';
        if (inside || !phrase.len)
            return ERR_LIMIT;
        return t->visit ? t->visit(phrase, t->data) : 0;
    }
    size_t at = (size_t)(reference - phrase.p);
    struct str rest = str_cut(phrase, at, phrase.len), name;
    const struct term *term = take_reference(&rest, &name) ? find_term(t->vocab, name) : NULL;
    int r = term && term->words ? 0 : ERR_LIMIT;
    for (size_t i = 0; r == 0 && i < term->count; i++) {
        struct buf whole = BUF_INIT(TERM_BYTES_MAX);
        r = buf_addf(&whole, "%.*s%.*s%.*s", (int)at, phrase.p, STR_ARG(term->words[i]),
                     STR_ARG(rest));
        if (r == 0)
            r = visit_expanded(t, buf_str(&whole));
        buf_release(&whole);
    }
    return r;
}

/* One phrase of a term: whole, or else the longest word in it. */
static int tell_phrase(struct telling *t, struct str phrase)
{
    struct telling dry = { t->vocab, NULL, NULL, EXPANDED_MAX };
    int r = visit_expanded(&dry, phrase);
    if (r == 0) {
        t->left = EXPANDED_MAX;
        r = visit_expanded(t, phrase);
        return r < 0 ? r : VOCAB_TOLD;
    }
    struct str word = longest_word(phrase);
    if (r != ERR_LIMIT)
        return r;
    if (!word.len)
        return VOCAB_UNTOLD;
    r = t->visit(word, t->data);
    return r < 0 ? r : VOCAB_TOLD_IN_PART;
}

int vocab_phrases(const struct vocab *v, struct str name,
                  int (*visit)(struct str phrase, void *data), void *data)
{
    struct telling t = { v, visit, data, 0 };
    const struct term *term = find_term(v, name);
    int worst = term && term->words ? VOCAB_TOLD : VOCAB_UNTOLD;
    for (size_t i = 0; worst > VOCAB_UNTOLD && i < term->count; i++) {
        int r = tell_phrase(&t, term->words[i]);
        if (r < worst)
            worst = r;
    }
    return worst;
}

bool vocab_keeps_words(const struct vocab *v, struct str name)
{
    const struct term *t = find_term(v, name);
    struct str pcre = t && !t->words ? t->pcre : STR("");
    while (pcre.len && memchr("?*+{},0123456789", pcre.p[pcre.len - 1], 16))
        pcre.len--;
    return str_ends(pcre, STR(" )")) && !memchr(pcre.p, '|', pcre.len);
}

bool vocab_skips_words(const struct vocab *v, struct str name)
{
    const struct term *t = find_term(v, name);
    return t && !t->words && (str_is(t->pcre, "(?:[^ ]+ )*?") || str_is(t->pcre, "(?:[^ ]+ )*"));
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits from @a to @b, each at most TERM_NAME_MAX long; two letters exchanged are one. */
static unsigned edits_between(struct str a, struct str b)
{
    unsigned rows[3][TERM_NAME_MAX + 1] = { { 0 } };
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            row[j] =
                least(above[j - 1] + (a.p[i - 1] != b.p[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

struct str vocab_nearest(const struct vocab *v, struct str name)
{
    enum { LONG_NAME = 6 };
    struct str nearest = STR("");
    unsigned best = name.len < LONG_NAME ? 2 : 3;
    for (size_t k = 0; k < v->term_count && name.len && name.len <= TERM_NAME_MAX; k++) {
        unsigned edits = edits_between(name, v->terms[k].name);
        if (edits < best) {
            best = edits;
            nearest = v->terms[k].name;
        }
    }
    return nearest;
}

void vocab_terms(const struct vocab *v, void (*visit)(struct str name, void *data), void *data)
{
    for (size_t k = 0; k < v->term_count; k++)
        visit(v->terms[k].name, data);
}

int vocab_words(const struct vocab *v, struct str name, int (*visit)(struct str phrase, void *data),
                void *data)
{
    const struct term *t = find_term(v, name);
    int r = 0;
    if (t && !t->words)
        r = visit(t->pcre, data);
    for (size_t i = 0; t && i < t->count && r >= 0; i++)
        r = visit(t->words[i], data);
    return r < 0 ? r : t != NULL;
}

void vocab_unused(const struct vocab *v, void (*visit)(struct str name, void *data), void *data)
{
    for (size_t k = 0; k < v->term_count; k++)
        if (!v->terms[k].used)
            visit(v->terms[k].name, data);
}
