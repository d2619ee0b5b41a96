/* Texts that make a pattern work hard, out of its own words. The same pattern gets the same texts.
 */
#include "kb/check_private.h"

enum { PIECES_MAX = 8, PHRASES_MAX = 8 };

/* What a pattern holds in one place: a word that it spells out, or some of a term's phrases. */
struct words {
    struct str phrases[PHRASES_MAX];
    size_t count;
};

struct hostile {
    struct words pieces[PIECES_MAX];
    size_t count;
};

static int add_phrase(struct str phrase, void *data)
{
    struct words *w = data;
    bool star = str_ends(phrase, STR("*"));
    if (!memchr(phrase.p, '(', phrase.len)) /* else it names another term, or is a pattern */
        w->phrases[w->count++] = str_cut(phrase, 0, phrase.len - star);
    return w->count == PHRASES_MAX ? ERR_LIMIT : 0;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static void collect(struct hostile *h, const struct vocab *vocab, struct str pcre)
{
    for (size_t at = 0; at < pcre.len && h->count < PIECES_MAX;) {
        struct words *w = &h->pieces[h->count];
        struct str rest = str_cut(pcre, at, pcre.len), name;
        size_t end = at;
        if (str_starts(rest, STR("(?&"))) {
            rest = str_cut(rest, 3, rest.len);
            (void)str_split(&rest, ')', &name);
            (void)vocab_words(vocab, name, add_phrase, w);
            at += name.len + 4;
        } else {
            while (end < pcre.len && is_word_byte(pcre.p[end]))
                end++;
            if (end - at > 1)
                w->phrases[w->count++] = str_cut(pcre, at, end);
            at = end > at ? end : at + (pcre.p[at] == '\\' ? 2 : 1);
        }
        h->count += w->count > 0;
    }
}

struct writing {
    struct buf round, text;
    int (*visit)(struct str text, void *data);
    void *data;
};

/* The phrases of the pieces [from, to), @filler behind each, in @turns turns. */
static void add_turns(struct buf *out, const struct hostile *h, size_t from, size_t to,
                      size_t turns, struct str filler)
{
    for (size_t turn = 0; turn < turns; turn++)
        for (size_t i = from; i < to; i++) {
            (void)buf_add(out, h->pieces[i].phrases[turn % h->pieces[i].count]);
            (void)buf_add(out, filler);
        }
}

/* The first @once pieces once, as the pattern wants them; those from @from to @to again and again;
 * at the end the pattern's last letters, or PCRE2 sees at once that they are missing. */
static int write_text(struct writing *w, const struct hostile *h, size_t once, size_t from,
                      size_t to, struct str filler)
{
    struct str last = h->pieces[h->count - 1].phrases[0];
    buf_clear(&w->round);
    buf_clear(&w->text);
    add_turns(&w->text, h, 0, once, 1, filler);
    add_turns(&w->round, h, from, to, PHRASES_MAX, filler);
    while (w->text.err == 0 && w->round.len &&
           w->text.len + w->round.len + last.len < NORMAL_TEXT_MAX)
        (void)buf_add(&w->text, buf_str(&w->round));
    (void)buf_add(&w->text, last);
    int r = w->round.err ? w->round.err : buf_addc(&w->text, "x");
    if (r == ERR_TOOBIG)
        return 0; /* nobody can send it */
    return r < 0 ? r : w->visit(buf_str(&w->text), w->data);
}

int hostile_texts(const struct vocab *vocab, struct str pcre,
                  int (*visit)(struct str text, void *data), void *data)
{
    struct hostile h = { .count = 0 };
    struct writing w = { BUF_INIT(NORMAL_TEXT_MAX), BUF_INIT(NORMAL_TEXT_MAX), visit, data };
    collect(&h, vocab, pcre);
    size_t most = h.count > 1 ? h.count - 1 : h.count; /* without the end that would fit */
    int r = 0;
    for (size_t i = 0; i < most && r == 0; i++)
        r = write_text(&w, &h, 0, i, i + 1, STR(" "));
    for (size_t i = 1; i < most && r == 0; i++)
        r = write_text(&w, &h, i, i, i + 1, STR(" "));
    if (r == 0 && most > 1)
        r = write_text(&w, &h, 0, 0, most, STR(" "));
    if (r == 0 && most > 0)
        r = write_text(&w, &h, 0, 0, most, STR(" x "));
    buf_release(&w.round);
    buf_release(&w.text);
    return r;
}
