#include "kb/plain.h"

#include "base/array.h"
#include "intents/dictionary.h"

enum {
    WORDS_MAX = 40, /* of a phrase, with those that fall away */
    RUN_MAX = 6,    /* words that a term says together */
    SAYERS_MAX = 24,
    SHORT_MAX = 20, /* phrases of a term that is surely one thing in other words */
    TURNED_MAX = 3, /* things */
    VERB_LETTERS_LEAST = 5,
    PCRE_BYTES_MAX = 8192
};

/* How sure a phrase is on its own, by what it says: see points_of. */
static const unsigned weights[] = { 0, 30, 55, 70, 80, 84, 88, 90 };

/* How near the words are to what the term is called. */
enum nearness { OTHER = 1, PART, SAME };

/* A term for a run of words. */
struct candidate {
    struct str term; /* empty: none */
    enum nearness near;
    unsigned others; /* what else it says */
    bool named;      /* it says what it is called */
};

/* The terms that say a run. */
struct sayers {
    struct candidate items[SAYERS_MAX];
    size_t count;
};

struct reading {
    const struct vocab *vocab;
    struct str words[WORDS_MAX];
    size_t count;
    struct candidate best[WORDS_MAX][RUN_MAX]; /* by the first word, and how many more */
    struct sayers sayers[WORDS_MAX][RUN_MAX];

    struct str term; /* that is looked at … */
    unsigned says;   /* … how much it says … */
    bool any, named; /* … of the words here anything, and what it is called */
    bool said[WORDS_MAX][RUN_MAX];
};

/* ------------------------------------------------------------------------------------------------
 * words */

static bool is_one_of(struct str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(word, list[i]))
            return true;
    return false;
}

/* Words that fall away: a gap stands for them as for any other. */
static bool is_small(struct str word)
{
    static const char *const small[] = {
        "a",    "an",    "the",    "this",  "that",   "these", "those",  "some",  "any",
        "i",    "me",    "my",     "mine",  "we",     "us",    "our",    "ours",  "you",
        "your", "yours", "he",     "him",   "his",    "she",   "her",    "hers",  "it",
        "its",  "they",  "them",   "their", "theirs", "am",    "is",     "are",   "was",
        "were", "be",    "been",   "being", "do",     "does",  "did",    "has",   "have",
        "had",  "will",  "would",  "shall", "should", "can",   "could",  "may",   "might",
        "must", "of",    "in",     "on",    "at",     "to",    "for",    "from",  "by",
        "with", "and",   "or",     "but",   "if",     "so",    "as",     "there", "here",
        "get",  "got",   "please", "pls",   "just",   "what",  "about",  "u",     "ur",
        "hi",   "hello", "again",  "one",   "ones",   "thing", "things", "too",   "very",
    };
    return is_one_of(word, small, ARRAY_LEN(small));
}

/* Words that don't fall away, and mean little without what stands behind them. */
static bool is_turn(struct str word)
{
    static const char *const turns[] = { "not", "no",    "never", "without", "when", "where",
                                         "how", "which", "who",   "why",     "much", "many" };
    return is_one_of(word, turns, ARRAY_LEN(turns));
}

static struct str run_of(const struct reading *r, size_t at, size_t words)
{
    const char *from = r->words[at].p;
    struct str last = r->words[at + words - 1];
    return (struct str){ from, (size_t)(last.p + last.len - from) };
}

/* "bins" is "bin". */
static bool same_word(struct str a, struct str b)
{
    struct str longer = a.len > b.len ? a : b, shorter = a.len > b.len ? b : a;
    return str_eq(a, b) || (longer.len == shorter.len + 1 && str_starts(longer, shorter) &&
                            longer.p[longer.len - 1] == 's');
}

/* Is each word of @some one of @all? They are parted by @sep and by @all_sep. */
static bool words_within(struct str some, char sep, struct str all, char all_sep)
{
    struct str one, other;
    while (str_split(&some, sep, &one)) {
        struct str rest = all;
        bool there = false;
        while (!there && str_split(&rest, all_sep, &other))
            there = same_word(one, other);
        if (!there)
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * terms */

/* Does @phrase, as a term has it, stand at the word @at? *ret_words: how many it is. */
static bool stands_at(const struct reading *r, struct str phrase, size_t at, size_t *ret_words)
{
    struct str part;
    size_t count = 0;
    while (str_split(&phrase, ' ', &part)) {
        if (at + count == r->count || count == RUN_MAX)
            return false;
        struct str word = r->words[at + count++];
        bool star = str_ends(part, STR("*"));
        if (star ? !str_starts(word, str_cut(part, 0, part.len - 1)) : !str_eq(word, part))
            return false;
    }
    *ret_words = count;
    return count > 0;
}

struct meaning {
    struct str term;
    bool said;
};

static int read_phrase(struct str phrase, void *data)
{
    struct reading *r = data;
    size_t words;
    if (memchr(phrase.p, '(', phrase.len)) /* names another term, or is a pattern */
        return 0;
    r->says++;
    for (size_t at = 0; at < r->count; at++)
        if (phrase.p[0] == r->words[at].p[0] && stands_at(r, phrase, at, &words))
            r->any = r->said[at][words - 1] = true;
    return 0;
}

static int look_for_name(struct str phrase, void *data)
{
    struct meaning *m = data;
    m->said = m->said || words_within(m->term, '_', phrase, ' ');
    return 0;
}

/* Does @list say what @term is called? */
static bool says_name(const struct vocab *vocab, struct str list, struct str term)
{
    struct meaning m = { term, false };
    (void)vocab_words(vocab, list, look_for_name, &m);
    return m.said;
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
    if (!b->term.len || a->near != b->near)
        return !b->term.len || a->near > b->near;
    return a->others != b->others ? a->others < b->others : str_cmp(a->term, b->term) < 0;
}

static void take_run(struct reading *r, size_t at, size_t words)
{
    struct candidate *best = &r->best[at][words - 1];
    struct candidate one = { r->term, OTHER, r->says, r->named };
    struct str run = run_of(r, at, words);
    bool within = words_within(run, ' ', r->term, '_');
    bool around = words_within(r->term, '_', run, ' ');
    if (within || around)
        one.near = within && around ? SAME : PART;
    struct sayers *sayers = &r->sayers[at][words - 1];
    if (sayers->count < SAYERS_MAX)
        sayers->items[sayers->count++] = one;
    if (one.named && one.near > OTHER && is_better(&one, best))
        *best = one;
}

/*
 * A term that never says what it is called ("other_service", "colour") is a list of unlike things,
 * of which one doesn't stand for the other; hints say what only leads to a topic.
 */
static void read_term(struct str name, void *data)
{
    struct reading *r = data;
    if (str_starts(name, STR("hint_")))
        return;
    r->term = name;
    r->says = 0;
    r->any = false;
    memset(r->said, 0, sizeof r->said);
    (void)vocab_words(r->vocab, name, read_phrase, r);
    if (!r->any)
        return;
    r->named = says_name(r->vocab, name, name);
    for (size_t at = 0; at < r->count; at++)
        for (size_t words = 1; words <= RUN_MAX; words++)
            if (r->said[at][words - 1])
                take_run(r, at, words);
}

/* Do all who say the word say what @term is called too? */
static bool all_mean(const struct reading *r, const struct sayers *sayers, struct str term)
{
    bool all = true;
    for (size_t i = 0; i < sayers->count && all; i++)
        all = says_name(r->vocab, sayers->items[i].term, term);
    return all;
}

/*
 * Words that are far from what their term is called may well be meant otherwise: "skip" says
 * "missed", and is what rubble goes into. They stand for a term with a short list, and for one
 * whose meaning all others share who say them: "recycling" is a bin, for each of several terms that
 * say it says "bin" too. Of two words together it is enough that several terms say them.
 */
static bool is_meant(const struct reading *r, const struct sayers *s, size_t at, size_t words)
{
    const struct candidate *c = &s->items[at];
    if (!c->named || c->near > OTHER)
        return false;
    return s->count == 1 ? c->others <= SHORT_MAX : words > 1 || all_mean(r, s, c->term);
}

static void take_others(struct reading *r)
{
    for (size_t at = 0; at < r->count; at++)
        for (size_t words = 1; words <= RUN_MAX; words++) {
            const struct sayers *s = &r->sayers[at][words - 1];
            struct candidate *best = &r->best[at][words - 1];
            for (size_t i = 0; i < s->count; i++)
                if (is_better(&s->items[i], best) && is_meant(r, s, i, words))
                    *best = s->items[i];
        }
}

/* ------------------------------------------------------------------------------------------------
 * pieces */

/* What it is worth that the run stands for a term; 0: it doesn't. */
static unsigned worth_of(const struct reading *r, size_t at, size_t words)
{
    const struct candidate *c = &r->best[at][words - 1];
    size_t small = 0, turns = 0;
    for (size_t i = 0; i < words; i++) {
        small += is_small(r->words[at + i]);
        turns += is_turn(r->words[at + i]);
    }
    if (!c->term.len || small == words ||
        (words > 1 && c->near == OTHER && words - small - turns < 2))
        return 0;
    return (unsigned)words * (unsigned)c->near;
}

/* How the words are best parted into terms and single words, worked out from the last one: the
 * most worth, and of the same the fewest pieces. */
static void part_words(const struct reading *r, size_t ret_run[WORDS_MAX + 1])
{
    unsigned worth[WORDS_MAX + 1] = { 0 }, pieces[WORDS_MAX + 1] = { 0 };
    for (size_t at = r->count; at-- > 0;) {
        worth[at] = worth[at + 1];
        pieces[at] = pieces[at + 1] + 1;
        ret_run[at] = 1;
        for (size_t words = 1; words <= RUN_MAX && at + words <= r->count; words++) {
            unsigned own = worth_of(r, at, words), all = own + worth[at + words],
                     count = pieces[at + words] + 1;
            if (own == 0 || all < worth[at] || (all == worth[at] && count >= pieces[at]))
                continue;
            worth[at] = all;
            pieces[at] = count;
            ret_run[at] = words;
        }
    }
}

/* ERR_LIMIT: more pieces than there is room for. */
static int make_pieces(const struct reading *r, struct plain_phrase *ret)
{
    size_t run[WORDS_MAX + 1];
    part_words(r, run);
    for (size_t at = 0; at < r->count; at += run[at]) {
        struct plain_piece piece = { run_of(r, at, run[at]), STR("") };
        struct plain_piece *before = ret->count ? &ret->pieces[ret->count - 1] : NULL;
        if (worth_of(r, at, run[at]))
            piece.term = r->best[at][run[at] - 1].term;
        else if (is_small(piece.words))
            continue;
        if (piece.term.len && before && str_eq(before->term, piece.term)) {
            before->words.len = (size_t)(piece.words.p + piece.words.len - before->words.p);
            continue;
        }
        if (ret->count == PLAIN_WORDS_MAX)
            return ERR_LIMIT;
        ret->pieces[ret->count++] = piece;
    }
    return 0;
}

/* "not", "was not": it belongs to what stands behind it. */
static bool is_turning(const struct plain_piece *piece)
{
    struct str rest = piece->words, word;
    while (str_split(&rest, ' ', &word))
        if (!is_turn(word) && !is_small(word))
            return false;
    return true;
}

/* What a piece says: a point for each word, and one more if it is more than a turn, or two if
 * nobody else says it. */
static unsigned points_of(const struct vocab *vocab, const struct plain_piece *piece)
{
    struct str rest = piece->words, word;
    unsigned words = 0;
    if (is_turning(piece))
        return 1;
    while (str_split(&rest, ' ', &word))
        words += !is_turn(word) && !is_small(word);
    return words + (piece->term.len || vocab_knows(vocab, piece->words) ? 1 : 2);
}

/* ------------------------------------------------------------------------------------------------
 * patterns */

static void write_escaped(struct buf *out, struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (memchr("?.+", word.p[i], 3))
            (void)buf_add_byte(out, '\\');
        (void)buf_add_byte(out, word.p[i]);
    }
}

/* Is @stem with @ending a word, "es" only where it is spoken? */
static bool is_form(struct str stem, struct str ending, bool spoken)
{
    struct buf form = BUF_INIT(200);
    char last = stem.p[stem.len - 1];
    bool hisses = last == 's' || last == 'x' || last == 'z' || last == 'h';
    (void)buf_addf(&form, "%.*s%.*s", STR_ARG(stem), STR_ARG(ending));
    bool is = form.err == 0 && (!spoken || hisses) && dictionary_knows(buf_str(&form));
    buf_release(&form);
    return is;
}

static bool are_forms(struct str stem, const char *const *endings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_form(stem, str_of(endings[i]), false))
            return false;
    return true;
}

/* Writes what one does, of a regular verb that English has all of: "appl(?:y|ies|ying)",
 * "replac(?:e|es|ing)", "block(?:s|ing)?", "cancel(?:s|ling)?". What one did is another matter: who
 * writes "I ordered a bin" complains, who writes "can I order a bin" asks. */
static bool write_verb(struct buf *out, struct str verb)
{
    static const char *const with_y[] = { "ies", "ied", "ying" },
                             *const with_e[] = { "es", "ed", "ing" },
                             *const plain[] = { "s", "ed", "ing" };
    struct str stem = str_cut(verb, 0, verb.len - 1);
    char last = verb.p[verb.len - 1];
    const char doubled_ed[] = { last, 'e', 'd', 0 }, doubled_ing[] = { last, 'i', 'n', 'g', 0 };
    const char *const doubled[] = { "s", doubled_ed, doubled_ing };
    if (last == 'y' && are_forms(stem, with_y, ARRAY_LEN(with_y)))
        return buf_addf(out, "%.*s(?:y|ies|ying)", STR_ARG(stem)) == 0;
    if (last == 'e')
        return are_forms(stem, with_e, ARRAY_LEN(with_e)) &&
               buf_addf(out, "%.*s(?:e|es|ing)", STR_ARG(stem)) == 0;
    if (memchr("sxzh", last, 4) && are_forms(verb, with_e, ARRAY_LEN(with_e)))
        return buf_addf(out, "%.*s(?:es|ing)?", STR_ARG(verb)) == 0;
    if (are_forms(verb, doubled, ARRAY_LEN(doubled)))
        return buf_addf(out, "%.*s(?:s|%cing)?", STR_ARG(verb), last) == 0;
    return are_forms(verb, plain, ARRAY_LEN(plain)) &&
           buf_addf(out, "%.*s(?:s|ing)?", STR_ARG(verb)) == 0;
}

/* Of these -ing is something else than what one does with them. Shorter words, of which there are
 * many ("park", "book"), aren't taken for verbs at all. */
static bool is_no_verb(struct str word)
{
    static const char *const nouns[] = { "house", "train",  "market", "board",  "stock", "dress",
                                         "cross", "school", "court",  "ground", "glass", "party" };
    return word.len < VERB_LETTERS_LEAST || is_one_of(word, nouns, ARRAY_LEN(nouns));
}

enum verb { NO_VERB, VERB, STAYS }; /* STAYS: a verb, but is_no_verb */

/* Writes a verb. */
static enum verb try_verb(struct buf *out, struct str verb)
{
    struct buf forms = BUF_INIT(500);
    enum verb is = verb.len < 3 || !write_verb(&forms, verb) ? NO_VERB
                   : is_no_verb(verb)                        ? STAYS
                                                             : VERB;
    if (is == VERB)
        (void)buf_add(out, buf_str(&forms));
    buf_release(&forms);
    return is;
}

/* Writes the word in these forms if it is one of them. */
static bool write_as_verb(struct buf *out, struct str word)
{
    static const struct {
        const char *ending, *verb; /* what the verb ends with instead */
    } endings[] = { { "", "" },     { "ing", "" }, { "ing", "e" },
                    { "ies", "y" }, { "es", "" },  { "s", "" } };
    struct buf verb = BUF_INIT(200);
    enum verb is = NO_VERB;
    for (size_t i = 0; i < ARRAY_LEN(endings) && is == NO_VERB; i++) {
        struct str ending = str_of(endings[i].ending);
        if (!str_ends(word, ending) || word.len < ending.len + 3)
            continue;
        struct str stem = str_cut(word, 0, word.len - ending.len);
        buf_clear(&verb);
        (void)buf_addf(&verb, "%.*s%s", STR_ARG(stem), endings[i].verb);
        is = try_verb(out, buf_str(&verb));
        if (is == NO_VERB && ending.len &&
            stem.p[stem.len - 1] == stem.p[stem.len - 2]) /* "cancelling" */
            is = try_verb(out, str_cut(stem, 0, stem.len - 1));
    }
    buf_release(&verb);
    return is == VERB;
}

/* Writes the word so that its other forms fit: of a verb, else one and many if both are words,
 * "badges?", "box(?:es)?". */
static void write_word(struct buf *out, struct str word)
{
    static const struct {
        const char *one, *many;
    } endings[] = { { "y", "ies" }, { "", "es" }, { "", "s" } };
    bool varies = str_is_lower(word) && !is_turn(word);
    if (varies && write_as_verb(out, word))
        return;
    for (size_t i = 0; i < ARRAY_LEN(endings) && varies; i++) {
        struct str one = str_of(endings[i].one), many = str_of(endings[i].many);
        bool is_many = str_ends(word, many);
        struct str ending = is_many ? many : one, other = is_many ? one : many;
        if (!str_ends(word, ending) || word.len < ending.len + 3)
            continue;
        struct str stem = str_cut(word, 0, word.len - ending.len);
        if (str_ends(stem, STR("s")) && many.len == 1) /* "glass" */
            continue;
        if (!is_form(stem, other, str_is(many, "es")))
            continue;
        if (one.len)
            (void)buf_addf(out, "%.*s(?:%s|%s)", STR_ARG(stem), one.p, many.p);
        else if (many.len > 1)
            (void)buf_addf(out, "%.*s(?:%s)?", STR_ARG(stem), many.p);
        else
            (void)buf_addf(out, "%.*s%s?", STR_ARG(stem), many.p);
        return;
    }
    write_escaped(out, word);
}

static void write_pieces(const struct vocab *vocab, const struct plain_phrase *p, size_t from,
                         size_t to, struct buf *out)
{
    for (size_t i = from; i < to; i++) {
        if (out->len && out->p[out->len - 1] != '|')
            (void)buf_addf(out, " %s",
                           vocab_keeps_words(vocab, STR("gap")) ? "(?&gap)" : "(?:[^ ]+ ){0,4}?");
        if (p->pieces[i].term.len)
            (void)buf_addf(out, "(?&%.*s)", STR_ARG(p->pieces[i].term));
        else
            write_word(out, p->pieces[i].words);
    }
}

/* Where each thing begins that is said, "bin" and "not emptied": a turn belongs to what stands
 * behind it. 0: a turn stands last, so its order is all. */
static size_t find_things(const struct plain_phrase *p, size_t ret_from[PLAIN_WORDS_MAX])
{
    size_t things = 0, from = 0;
    for (size_t i = 0; i < p->count; i++)
        if (!is_turning(&p->pieces[i])) {
            ret_from[things++] = from;
            from = i + 1;
        }
    return from == p->count ? things : 0;
}

/* Two or three things are said in any order that turns round: "missed bin", "bin missed". */
static int write_pattern(const struct vocab *vocab, struct arena *arena, struct plain_phrase *p)
{
    struct buf out = BUF_INIT(PCRE_BYTES_MAX);
    size_t from[PLAIN_WORDS_MAX], things = find_things(p, from), points = 0;
    write_pieces(vocab, p, 0, p->count, &out);
    for (size_t i = 1; i < things && things <= TURNED_MAX; i++) {
        (void)buf_add_byte(&out, '|');
        write_pieces(vocab, p, from[i], p->count, &out);
        write_pieces(vocab, p, 0, from[i], &out);
    }
    for (size_t i = 0; i < p->count; i++)
        points += points_of(vocab, &p->pieces[i]);
    p->weight = weights[points < ARRAY_LEN(weights) ? points : ARRAY_LEN(weights) - 1];
    if (out.err == 0)
        p->pcre = arena_str(arena, buf_str(&out));
    int r = out.err ? out.err : p->pcre.p ? 0 : ERR_NOMEM;
    buf_release(&out);
    return r;
}

/* ERR_LIMIT: too many words. */
static int read_words(struct arena *arena, const struct vocab *vocab, struct str phrase,
                      struct reading *ret)
{
    struct normal n;
    int r = normal_make(arena, vocab, phrase, &n);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n.word_count; i++) {
        struct str word = str_cut(n.text, n.words[i].at, n.words[i].at + n.words[i].len);
        if (normal_is_mark(word)) /* "?" at its end */
            continue;
        if (ret->count == WORDS_MAX)
            return ERR_LIMIT;
        ret->words[ret->count++] = word;
    }
    return 0;
}

int plain_phrase(const struct vocab *vocab, struct arena *arena, struct str phrase,
                 const char *where, struct report *report, struct plain_phrase *ret)
{
    struct plain_phrase p = { .count = 0 };
    struct reading r = { .vocab = vocab };
    int found = utf8_points(phrase) > PLAIN_PHRASE_POINTS_MAX
                    ? ERR_LIMIT
                    : read_words(arena, vocab, phrase, &r);
    if (found == 0) {
        vocab_terms(vocab, read_term, &r);
        take_others(&r);
        found = make_pieces(&r, &p);
    }
    if (found == ERR_LIMIT || found == ERR_TOOBIG)
        return report_error(report,
                            "%s: is too long for a phrase: at most %d words that matter, and %d "
                            "characters",
                            where, PLAIN_WORDS_MAX, PLAIN_PHRASE_POINTS_MAX);
    if (found < 0)
        return found;
    bool says = false;
    for (size_t i = 0; i < p.count; i++)
        says |= !is_turning(&p.pieces[i]);
    if (!says)
        return report_error(
            report, "%s: says nothing by itself: it needs a word for what it is about", where);
    found = write_pattern(vocab, arena, &p);
    if (found == 0)
        *ret = p;
    return found;
}
