/*
 * Words that nobody knows, read as what they were meant to be. What comes out is known and so
 * comes out the same the next time; a word that nothing explains stays.
 */
#include "intents/dictionary.h"
#include "intents/normal.h"
#include "intents/normal_private.h"
#include "intents/spelling.h"

enum { SPLIT_MOST = 40, TAG_WORDS_MOST = 8, LETTERS_LEAST = 3, MUCH_USED = 12 };

struct mending {
    struct arena *arena;
    const struct vocab *vocab;
    const struct pieces *in;
    struct pieces *out;
    bool capitals; /* tell names */
};

static bool is_known(const struct mending *m, struct str word)
{
    return dictionary_knows(word) || vocab_knows(m->vocab, word);
}

/* ------------------------------------------------------------------------------------------------
 * names */

/* Do capitals tell names here, or does somebody write every word with one? */
static bool capitals_tell(const struct pieces *list)
{
    size_t capital = 0;
    for (size_t i = 0; i < list->count; i++)
        capital += list->items[i].capital;
    return capital * 2 < list->count;
}

static bool names_street(struct str word)
{
    static const char *const kinds[] = {
        "avenue", "ave",  "close",  "court", "crescent", "drive",   "gardens", "green",
        "grove",  "hill", "lane",   "ln",    "mews",     "park",    "place",   "rd",
        "road",   "row",  "square", "st",    "street",   "terrace", "way",
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(word, kinds[i]))
            return true;
    return false;
}

/* A name is as it is. Somebody writes it with a capital within a sentence, or at its beginning with
 * another one behind; or a kind of street follows. */
static bool is_name(const struct mending *m, size_t i)
{
    const struct piece *piece = &m->in->items[i], *next = i + 1 < m->in->count ? piece + 1 : NULL;
    if (piece->tag)
        return false;
    if (m->capitals && piece->capital && !piece->shouted &&
        (!piece->opens || (next && next->capital)))
        return true;
    return next && names_street(next->text);
}

/* ------------------------------------------------------------------------------------------------
 * words run together */

static const unsigned cost_word = 100000, cost_english = 10000;

/* The best way to take the first bytes of a text apart. */
struct cut {
    unsigned cost; /* 0: there is none */
    unsigned words;
    size_t before; /* where the last word begins */
};

/* What @part costs as one of several words, 0 if it is none. @tag: behind a #, where people run
 * anything together; otherwise both must be words of the vocabulary, short ones much used. */
static unsigned cost_of_part(const struct mending *m, struct str part, bool first, bool tag)
{
    if (!tag && part.len < 3)
        return 0;
    bool english = dictionary_knows(part), common = vocab_is_common(m->vocab, part), known;
    unsigned phrases = vocab_phrase_count(m->vocab, part);
    if (contraction_words(part, false))
        known = tag;
    else if (part.len == 1)
        known = first && english && common;
    else if (part.len == 2)
        known = english && common;
    else if (part.len == 3)
        known = phrases >= MUCH_USED || (tag && (common || phrases));
    else
        known = common || phrases || (english && vocab_knows(m->vocab, part));
    if (!known && !(tag && english && part.len >= 4))
        return 0;
    /* Among equals one long word beside a short one is likelier than two of a middle length. */
    return (known ? cost_word : cost_word + cost_english) - (unsigned)(part.len * part.len);
}

/* "blackspot" is neither "blacks pot" nor for us to say. */
static bool is_split_otherwise(struct str text, size_t cut)
{
    for (size_t at = 4; at + 4 <= text.len; at++)
        if (at != cut && dictionary_knows(str_cut(text, 0, at)) &&
            dictionary_knows(str_cut(text, at, text.len)))
            return true;
    return false;
}

/* Fewest words win. Returns how many, with their ends in @ends; 0 if it is not words throughout, or
 * if all are small and common ones: "nother" is not "not her". */
static unsigned split(const struct mending *m, struct str text, bool tag,
                      size_t ends[TAG_WORDS_MOST])
{
    struct cut cuts[SPLIT_MOST + 1] = { { .cost = 1 } };
    unsigned most = tag ? TAG_WORDS_MOST : 2;
    if (text.len > SPLIT_MOST)
        return 0;
    for (size_t to = 1; to <= text.len; to++)
        for (size_t from = 0; from < to; from++) {
            if (!cuts[from].cost || cuts[from].words == most || (from == 0 && to == text.len) ||
                (!tag && from > 0 && to < text.len))
                continue;
            unsigned cost = cost_of_part(m, str_cut(text, from, to), from == 0, tag);
            if (cost && (!cuts[to].cost || cuts[from].cost + cost < cuts[to].cost))
                cuts[to] = (struct cut){ cuts[from].cost + cost, cuts[from].words + 1, from };
        }
    unsigned count = cuts[text.len].words;
    bool about = false;
    for (size_t to = text.len, k = count; k-- > 0; to = cuts[to].before) {
        struct str part = str_cut(text, cuts[to].before, to);
        ends[k] = to;
        about |= !vocab_is_common(m->vocab, part)
                     ? vocab_knows(m->vocab, part)
                     : part.len > 3 && vocab_phrase_count(m->vocab, part);
    }
    return about && (tag || !is_split_otherwise(text, ends[0])) ? count : 0;
}

/* A word that may be a contraction. */
static int put_part(struct mending *m, struct piece part)
{
    struct str words = str_of(contraction_words(part.text, false));
    if (!words.len)
        return pieces_add(m->arena, m->out, part);
    int r = 0;
    while (r == 0 && str_split(&words, ' ', &part.text))
        r = pieces_add(m->arena, m->out, part);
    return r;
}

/* The words of @piece that end at @ends. */
static int put_parts(struct mending *m, const struct piece *piece, const size_t *ends,
                     unsigned count)
{
    size_t from = 0;
    int r = 0;
    for (unsigned k = 0; k < count && r == 0; from = ends[k++]) {
        struct piece part = *piece;
        part.text = str_cut(piece->text, from, ends[k]);
        if (piece->exact) {
            part.from = piece->from + (uint32_t)from;
            part.to = piece->from + (uint32_t)ends[k];
        }
        r = put_part(m, part);
    }
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * letters written one by one */

static bool is_letter(const struct pieces *list, size_t i)
{
    return i < list->count && list->items[i].text.len == 1 && str_is_lower(list->items[i].text);
}

/* "p o t h o l e" or "b . i . n" from piece @i on: puts what they spell and moves *@i behind the
 * last; or puts them as they are. */
static int put_letters(struct mending *m, size_t *i)
{
    const struct pieces *in = m->in;
    size_t step = is_letter(in, *i + 1) ? 1 : 2, last = *i, count = 1, ends[TAG_WORDS_MOST];
    while (is_letter(in, last + step) && (step == 1 || str_is(in->items[last + 1].text, "."))) {
        last += step;
        count++;
    }
    unsigned words = 0;
    char letters[SPLIT_MOST];
    if (count >= LETTERS_LEAST && count <= sizeof letters) {
        for (size_t k = 0; k < count; k++)
            letters[k] = in->items[*i + k * step].text.p[0];
        struct str whole = { letters, count };
        ends[0] = count;
        words = vocab_knows(m->vocab, whole) ? 1 : split(m, whole, true, ends);
    }
    if (words) {
        struct str spelt = arena_str(m->arena, (struct str){ letters, count });
        size_t from = 0;
        int r = spelt.p ? 0 : ERR_NOMEM;
        for (unsigned k = 0; k < words && r == 0; from = ends[k++])
            r = put_part(m, (struct piece){ .text = str_cut(spelt, from, ends[k]),
                                            .from = in->items[*i + from * step].from,
                                            .to = in->items[*i + (ends[k] - 1) * step].to });
        *i = last + 1;
        return r;
    }
    int r = 0;
    for (; *i <= last && r == 0; (*i)++)
        r = pieces_add(m->arena, m->out, in->items[*i]);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * one word */

/* "litterbin": two words that people write all the time are likelier than a slip. */
static bool is_much_used(const struct mending *m, struct str word)
{
    return vocab_phrase_count(m->vocab, word) >= MUCH_USED && !vocab_is_common(m->vocab, word);
}

static bool are_much_used(const struct mending *m, struct str two, size_t cut)
{
    return is_much_used(m, str_cut(two, 0, cut)) && is_much_used(m, str_cut(two, cut, two.len));
}

static int put_mended(struct mending *m, size_t i)
{
    struct piece piece = m->in->items[i];
    size_t ends[TAG_WORDS_MOST];
    if (piece.text.len >= SPELLING_LEAST && str_is_lower(piece.text) && !is_known(m, piece.text) &&
        !is_name(m, i)) {
        struct str meant = vocab_correct(m->vocab, piece.text);
        unsigned words = split(m, piece.text, piece.tag, ends);
        if (words && (!meant.len || piece.tag || are_much_used(m, piece.text, ends[0])))
            return put_parts(m, &piece, ends, words);
        if (meant.len)
            piece.text = meant;
    }
    return pieces_add(m->arena, m->out, piece);
}

int mend(struct arena *arena, const struct vocab *vocab, const struct pieces *in,
         struct pieces *out)
{
    struct mending m = { arena, vocab, in, out, capitals_tell(in) };
    int r = 0;
    for (size_t i = 0; i < in->count && r == 0;) {
        if (is_letter(in, i))
            r = put_letters(&m, &i);
        else
            r = put_mended(&m, i++);
    }
    return r;
}
