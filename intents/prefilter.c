#include "intents/prefilter.h"

#include "base/array.h"
#include "base/map.h"
#include "intents/phrases.h"

enum { NEEDS_MAX = 6, BARS_MAX = 8, NO_RULE = UINT32_MAX };

/* Phrases of which one must be there. */
struct set {
    struct str what;      /* as a pattern has it */
    enum vocab_told told; /* what the phrases tell of it; VOCAB_UNTOLD: nothing can be asked */
    unsigned size;
    uint32_t term;  /* hash of the name, if it is a term's; else 0 */
    uint32_t first; /* the first rule that is looked at when this set is met, or NO_RULE */
};

/* What a pattern asks of the words. */
struct rule {
    unsigned needs[NEEDS_MAX]; /* sets, in the order in which they must stand */
    unsigned bars[BARS_MAX];   /* sets that must not be there */
    unsigned need_count, bar_count;
    bool is_term;  /* nothing else is asked than its one need */
    uint32_t next; /* of those that wait for the same set, or always run */
};

struct prefilter {
    struct arena arena;
    struct phrases *phrases;
    struct map set_of; /* by what a want says */
    struct set *sets;
    struct rule *rules;
    size_t set_count, set_room, rule_count, rule_room;
    uint32_t always; /* the first rule without needs, or NO_RULE */
};

struct prefilter *prefilter_new(void)
{
    struct prefilter *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->always = NO_RULE;
    p->phrases = phrases_new();
    return p->phrases ? p : prefilter_free(p);
}

struct prefilter *prefilter_free(struct prefilter *p)
{
    if (!p)
        return NULL;
    (void)phrases_free(p->phrases);
    map_release(&p->set_of);
    free(p->sets);
    free(p->rules);
    arena_release(&p->arena);
    free(p);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * sets */

/* The set of that name, or a new one that @ret_new says must be filled. */
static int set_named(struct prefilter *p, struct str name, bool *ret_new)
{
    uint32_t set;
    *ret_new = !map_get(&p->set_of, name, &set);
    if (!*ret_new)
        return (int)set;
    struct str copy = arena_str(&p->arena, name);
    if (array_grow((void **)&p->sets, p->set_count, &p->set_room, sizeof *p->sets) < 0 || !copy.p ||
        map_put(&p->set_of, copy, (uint32_t)p->set_count) < 0)
        return ERR_NOMEM;
    p->sets[p->set_count] = (struct set){ .told = VOCAB_TOLD, .first = NO_RULE };
    return (int)p->set_count++;
}

struct filling {
    struct prefilter *p;
    unsigned set;
};

static int add_phrase(struct str phrase, void *data)
{
    struct filling *f = data;
    f->p->sets[f->set].size++;
    return phrases_add(f->p->phrases, phrase, f->set);
}

/* ------------------------------------------------------------------------------------------------
 * reading a pattern */

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

/* Behind the quantifier at @at, if there is one. */
static size_t skip_quantifier(struct str pcre, size_t at)
{
    if (byte_at(pcre, at) == '{')
        while (at < pcre.len && pcre.p[at] != '}')
            at++;
    else if (!is_optional(pcre, at) && byte_at(pcre, at) != '+')
        return at;
    at++;
    return at + (byte_at(pcre, at) == '?' || byte_at(pcre, at) == '+'); /* lazy, possessive */
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Letters, digits and what marks are written with ("@", "://", "<phone>"); none has a meaning in
 * PCRE2 where a word may stand. */
static bool is_word_byte(char c)
{
    return is_letter_or_digit(c) || (c && memchr("@:/<>", c, 5));
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
        if (str_starts(rest, STR("(?")) && rest.len > 2 && is_letter_or_digit(rest.p[2]))
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
    enum { WANT_TERM, WANT_WORDS, WANT_EITHER, WANT_GROUP } kind;
    struct str text; /* a term's name; words with one space between; a word whose last letter may be
                        missing; alternatives */
    bool ends;       /* of a group: a word ends behind it */
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
    size_t behind = r->at + end + 1;
    r->at = skip_quantifier(r->pcre, behind);
    r->word_begins = begins && vocab_keeps_words(r->vocab, name);
    *ret = (struct want){ WANT_TERM, name, false };
    return begins && !is_optional(r->pcre, behind);
}

/* Where the letters from @at end. */
static size_t letters_end(struct str pcre, size_t at)
{
    while (is_word_byte(byte_at(pcre, at)))
        at++;
    return at;
}

/* A word, and those that surely follow it. */
static bool read_words(struct reading *r, struct want *ret)
{
    size_t from = r->at, end = letters_end(r->pcre, from);
    bool begins = r->word_begins;
    bool either = byte_at(r->pcre, end) == '?' && end - from > 1;
    while (!either && end < r->pcre.len && word_ends(r, end)) {
        size_t next = letters_end(r->pcre, end + 1);
        if (next == end + 1 || !word_ends(r, next))
            break;
        end = next;
    }
    r->at = end + either;
    r->word_begins = false;
    *ret = (struct want){ either ? WANT_EITHER : WANT_WORDS, str_cut(r->pcre, from, end), false };
    return begins && word_ends(r, r->at);
}

/* Does each of the alternatives end with a space? */
static bool end_with_space(struct str alternatives)
{
    struct str one;
    while (take_alternative(&alternatives, &one))
        if (!str_ends(one, STR(" ")) || str_ends(one, STR("\\ ")))
            return false;
    return true;
}

static bool read_group(struct reading *r, struct want *ret)
{
    struct str rest = str_cut(r->pcre, r->at, r->pcre.len);
    bool begins = r->word_begins, plain = str_starts(rest, STR("(?:"));
    bool looks = str_starts(rest, STR("(?=")) || str_starts(rest, STR("(?!"));
    size_t end = group_end(rest, 0), behind = r->at + end + 1;
    struct str inside = str_cut(rest, 3, end);
    *ret = (struct want){ WANT_GROUP, inside, word_ends(r, behind) };
    /* what looks ahead takes nothing */
    r->word_begins = begins && (looks || (plain && end_with_space(inside)));
    r->at = skip_quantifier(r->pcre, behind);
    return begins && plain && !is_optional(r->pcre, behind);
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
            found = read_words(r, ret);
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

static int set_of_want(struct prefilter *p, const struct vocab *vocab, const struct want *w);

/* The set that fewest texts meet, as far as one can guess, of what an alternative wants: of long
 * words, else of a term. ERR_BADINPUT if there is none. */
static int best_set(struct prefilter *p, const struct vocab *vocab, struct str alternative,
                    bool ends, struct want *ret)
{
    struct reading r = { vocab, alternative, 0, ends, true };
    struct want w;
    size_t best_worth = 0;
    int best = ERR_BADINPUT;
    while (next_want(&r, &w)) {
        size_t worth = w.kind == WANT_TERM ? 5 : w.kind == WANT_GROUP ? 3 : w.text.len;
        if (worth <= best_worth)
            continue;
        int set = set_of_want(p, vocab, &w);
        if (set == ERR_NOMEM)
            return set;
        if (set < 0)
            continue;
        best_worth = worth;
        best = set;
        *ret = w;
    }
    return best;
}

/* Adds the phrases of which one meets the want. Returns an enum vocab_told or ERR_NOMEM. */
static int fill(struct filling *f, const struct vocab *vocab, const struct want *w)
{
    struct str rest = w->text, alternative;
    struct want best;
    int r = 0;
    switch (w->kind) {
    case WANT_TERM:
        return vocab_phrases(vocab, w->text, add_phrase, f);
    case WANT_EITHER:
        r = add_phrase(str_cut(w->text, 0, w->text.len - 1), f);
        if (r == 0)
            r = add_phrase(w->text, f);
        return r < 0 ? r : VOCAB_TOLD;
    case WANT_WORDS:
        r = add_phrase(w->text, f);
        return r < 0 ? r : VOCAB_TOLD;
    case WANT_GROUP:
        while (r >= 0 && take_alternative(&rest, &alternative)) {
            r = best_set(f->p, vocab, alternative, w->ends, &best);
            if (r >= 0)
                r = fill(f, vocab, &best);
        }
        return r == ERR_BADINPUT ? VOCAB_UNTOLD : r < 0 ? r : VOCAB_TOLD_IN_PART;
    }
    return VOCAB_UNTOLD;
}

static struct str what_of(struct prefilter *p, const struct want *w)
{
    static const char *const around[][2] = {
        { "(?&", ")" }, { "", "" }, { "", "?" }, { "(?:", ")" }
    };
    struct buf what = BUF_INIT(1 << 20);
    (void)buf_addf(&what, "%s%.*s%s", around[w->kind][0], STR_ARG(w->text), around[w->kind][1]);
    struct str copy = what.err ? STR("") : arena_str(&p->arena, buf_str(&what));
    buf_release(&what);
    return copy;
}

/* The number of the want's set, made if it is new. ERR_BADINPUT: it can't be told by words. */
static int set_of_want(struct prefilter *p, const struct vocab *vocab, const struct want *w)
{
    static const char *const marks[] = { "&", "=", "?", "(" };
    bool fresh = false;
    struct buf name = BUF_INIT(1 << 20);
    int set = buf_addf(&name, "%s%.*s%s", marks[w->kind], STR_ARG(w->text), w->ends ? " " : "");
    if (set == 0)
        set = set_named(p, buf_str(&name), &fresh);
    buf_release(&name);
    if (set >= 0 && fresh) {
        struct filling f = { p, (unsigned)set };
        int told = fill(&f, vocab, w);
        if (told < 0)
            return told;
        p->sets[set].told = (enum vocab_told)told;
        p->sets[set].what = what_of(p, w);
        if (w->kind == WANT_TERM)
            p->sets[set].term = (uint32_t)str_hash(w->text) | 1;
    }
    return set >= 0 && p->sets[set].told == VOCAB_UNTOLD ? ERR_BADINPUT : set;
}

/* Is the group at @at "(?!(?&anywhere)(?&term))", with a term that is told by its phrases? Then its
 * set, else ERR_BADINPUT. */
static int set_of_bar(struct prefilter *p, const struct vocab *vocab, struct str group)
{
    struct str inside = str_cut(group, 3, group.len), skip, term;
    size_t end = group_end(inside, 0);
    if (!str_starts(group, STR("(?!(?&")) || end + 2 >= inside.len)
        return ERR_BADINPUT;
    skip = str_cut(inside, 3, end);
    inside = str_cut(inside, end + 1, inside.len);
    if (!vocab_skips_words(vocab, skip) || !str_starts(inside, STR("(?&")) ||
        group_end(inside, 0) != inside.len - 1)
        return ERR_BADINPUT;
    term = str_cut(inside, 3, inside.len - 1);
    int set = set_of_want(p, vocab, &(struct want){ WANT_TERM, term, false });
    return set >= 0 && p->sets[set].told != VOCAB_TOLD ? ERR_BADINPUT : set;
}

/* "^" and what must not follow it anywhere; the reading goes on behind. */
static int read_bars(struct prefilter *p, struct reading *r, struct rule *rule)
{
    if (byte_at(r->pcre, 0) != '^' || is_optional(r->pcre, 1))
        return 0;
    r->at = 1;
    while (str_starts(str_cut(r->pcre, r->at, r->pcre.len), STR("(?!"))) {
        struct str rest = str_cut(r->pcre, r->at, r->pcre.len);
        size_t end = group_end(rest, 0);
        if (end >= rest.len || is_optional(rest, end + 1))
            return 0;
        int set = set_of_bar(p, r->vocab, str_cut(rest, 0, end));
        if (set == ERR_NOMEM)
            return set;
        if (set >= 0 && rule->bar_count < BARS_MAX)
            rule->bars[rule->bar_count++] = (unsigned)set;
        r->at += end + 1;
    }
    return 0;
}

static int read_needs(struct prefilter *p, struct reading *r, struct rule *rule)
{
    struct want w;
    while (rule->need_count < NEEDS_MAX && next_want(r, &w)) {
        int set = set_of_want(p, r->vocab, &w);
        if (set < 0 && set != ERR_BADINPUT)
            return set;
        if (set >= 0)
            rule->needs[rule->need_count++] = (unsigned)set;
    }
    return 0;
}

static int read_rule(struct prefilter *p, const struct vocab *vocab, struct str pcre,
                     struct rule *rule)
{
    struct str rest = pcre, first;
    if (changes_reading(pcre))
        return 0;
    if (take_alternative(&rest, &first) && rest.p) { /* alternatives: like a group of them */
        int set = set_of_want(p, vocab, &(struct want){ WANT_GROUP, pcre, true });
        if (set >= 0)
            rule->needs[rule->need_count++] = (unsigned)set;
        return set == ERR_BADINPUT || set >= 0 ? 0 : set;
    }
    struct reading r = { vocab, pcre, 0, true, true };
    int result = read_bars(p, &r, rule);
    if (result == 0)
        result = read_needs(p, &r, rule);
    rule->is_term = str_starts(pcre, STR("(?&")) && group_end(pcre, 0) + 1 == pcre.len &&
                    rule->need_count == 1 && p->sets[rule->needs[0]].told == VOCAB_TOLD;
    return result;
}

int prefilter_add(struct prefilter *p, const struct vocab *vocab, struct str pcre)
{
    struct rule rule = { .need_count = 0 };
    int r = array_grow((void **)&p->rules, p->rule_count, &p->rule_room, sizeof *p->rules);
    if (r == 0)
        r = read_rule(p, vocab, pcre, &rule);
    if (r < 0)
        return r;
    uint32_t *list = &p->always;
    unsigned least = UINT32_MAX; /* it waits for the set that can be said in fewest ways */
    for (unsigned i = 0; i < rule.need_count; i++) {
        struct set *s = &p->sets[rule.needs[i]];
        if (s->size < least) {
            least = s->size;
            list = &s->first;
        }
    }
    rule.next = *list;
    *list = (uint32_t)p->rule_count;
    p->rules[p->rule_count++] = rule;
    return (int)rule.need_count;
}

struct terms_adding {
    struct prefilter *p;
    const struct vocab *vocab;
    int result;
};

static void add_term(struct str name, void *data)
{
    struct terms_adding *a = data;
    int set = set_of_want(a->p, a->vocab, &(struct want){ WANT_TERM, name, false });
    if (set == ERR_NOMEM)
        a->result = set;
}

int prefilter_add_terms(struct prefilter *p, const struct vocab *vocab)
{
    struct terms_adding a = { p, vocab, 0 };
    vocab_terms(vocab, add_term, &a);
    return a.result;
}

/* ------------------------------------------------------------------------------------------------
 * a message */

/* Is there a place for each need behind that of the one before? The last place stands for many. */
static bool holds(const struct rule *rule, const struct phrases_said *said)
{
    static const uint64_t last = UINT64_C(1) << (PHRASES_PLACES - 1);
    uint64_t left = UINT64_MAX; /* places that may still be taken */
    for (unsigned i = 0; i < rule->need_count; i++) {
        uint64_t places = said[rule->needs[i]].places & left;
        if (!places)
            return false;
        uint64_t first = places & -places;
        left = first == last ? last : ~(first | (first - 1));
    }
    for (unsigned i = 0; i < rule->bar_count; i++)
        if (said[rule->bars[i]].places)
            return false;
    return true;
}

static void pass(const struct prefilter *p, uint32_t first, const struct phrases_said *said,
                 uint64_t *may)
{
    for (uint32_t i = first; i != NO_RULE; i = p->rules[i].next)
        if (holds(&p->rules[i], said))
            may[i / 64] |= UINT64_C(1) << (i % 64);
}

int prefilter_pass(const struct prefilter *p, struct arena *arena, const struct normal *n,
                   struct prefilter_found *ret)
{
    struct prefilter_found found = { 0 };
    struct phrases_said *said = arena_array(arena, p->set_count + 1, sizeof *said);
    found.may = arena_array(arena, p->rule_count / 64 + 1, sizeof *found.may);
    found.terms = arena_array(arena, p->set_count + 1, sizeof *found.terms);
    uint32_t *sets = arena_array(arena, p->set_count + 1, sizeof *sets);
    size_t count = 0;
    int r = said && sets && found.may && found.terms
                ? phrases_find(p->phrases, arena, n, said, sets, &count)
                : ERR_NOMEM;
    if (r < 0)
        return r;
    pass(p, p->always, said, found.may);
    for (size_t i = 0; i < count; i++) {
        const struct set *set = &p->sets[sets[i]];
        pass(p, set->first, said, found.may);
        if (set->term)
            found.terms[found.term_count++] = set->term;
    }
    found.said = said;
    *ret = found;
    return 0;
}

bool prefilter_is_said(const struct prefilter *p, const struct prefilter_found *found,
                       size_t pattern, uint32_t *ret_from, uint32_t *ret_to)
{
    const struct rule *rule = &p->rules[pattern];
    if (!rule->is_term)
        return false;
    const struct phrases_said *said = &found->said[rule->needs[0]];
    *ret_from = said->from;
    *ret_to = said->to;
    return said->places;
}

unsigned prefilter_needs(const struct prefilter *p, size_t pattern,
                         void (*visit)(struct str need, void *data), void *data)
{
    const struct rule *rule = &p->rules[pattern];
    for (unsigned i = 0; i < rule->need_count; i++)
        visit(p->sets[rule->needs[i]].what, data);
    return rule->need_count;
}

int prefilter_missing(const struct prefilter *p, struct arena *arena, size_t pattern,
                      const struct normal *n, struct str *ret_need)
{
    const struct rule *rule = &p->rules[pattern];
    struct phrases_said *said = arena_array(arena, p->set_count + 1, sizeof *said);
    uint32_t *sets = arena_array(arena, p->set_count + 1, sizeof *sets);
    size_t count;
    int r = said && sets ? phrases_find(p->phrases, arena, n, said, sets, &count) : ERR_NOMEM;
    for (unsigned i = 0; r == 0 && i < rule->need_count; i++) {
        if (said[rule->needs[i]].places)
            continue;
        *ret_need = p->sets[rule->needs[i]].what;
        r = 1;
    }
    return r;
}
