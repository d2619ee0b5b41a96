/*
 * Three passes. fold: bytes to code points in plain form, each knowing where it was written. words:
 * code points to words. mend (mend.c): words that nobody knows to words that are. Every word keeps
 * the place of what it came from, so the console can mark what a resident wrote and not what we
 * made of it.
 */
#include "intents/normal.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "intents/normal_private.h"

enum { SEGMENT_POINTS_MAX = 16, SEGMENT_UNITS_MAX = 64, DISGUISE_MOST = 32 };

struct point {
    uint32_t c;
    uint32_t from, to; /* bytes of the original */
    bool upper;        /* was written in upper case */
};

struct folding {
    const UNormalizer2 *casefold, *decompose;
    struct point *points;
    size_t count, room;
};

/* U+00E9 to "e": the base letter if that is ASCII, else the point itself; 0 for a combining mark.
 */
static uint32_t without_accent(const struct folding *f, uint32_t c)
{
    if (c < 0x80)
        return c;
    if (u_charType((UChar32)c) == U_NON_SPACING_MARK || u_charType((UChar32)c) == U_ENCLOSING_MARK)
        return 0;
    switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x02bc:
        return '\'';
    case 0x2753: /* marks as emoji, red or white */
    case 0x2754:
        return '?';
    case 0x2755:
    case 0x2757:
        return '!';
    case 0x00f8:
        return 'o';
    case 0x0142:
        return 'l';
    }
    UChar units[SEGMENT_UNITS_MAX];
    UErrorCode code = U_ZERO_ERROR;
    int32_t len =
        unorm2_getDecomposition(f->decompose, (UChar32)c, units, SEGMENT_UNITS_MAX, &code);
    return U_SUCCESS(code) && len > 0 && units[0] < 0x80 ? units[0] : c;
}

static int add_point(struct folding *f, struct arena *arena, struct point p)
{
    int r = array_grow_in(arena, (void **)&f->points, f->count, &f->room, sizeof *f->points);
    if (r == 0)
        f->points[f->count++] = p;
    return r;
}

/* One segment between normalisation boundaries: what is in it may combine, so it is one place in
 * the original. */
static int fold_segment(struct folding *f, struct arena *arena, struct str s, size_t from,
                        size_t to)
{
    UChar in[SEGMENT_POINTS_MAX * 2], out[SEGMENT_UNITS_MAX * 8];
    int32_t in_len = 0;
    bool upper = false;
    for (size_t at = from; at < to;)
        upper |= (bool)u_isupper((UChar32)utf8_next(s, &at));
    UErrorCode code = U_ZERO_ERROR;
    (void)u_strFromUTF8(in, (int32_t)ARRAY_LEN(in), &in_len, s.p + from, (int32_t)(to - from),
                        &code);
    int32_t len = unorm2_normalize(f->casefold, in, in_len, out, (int32_t)ARRAY_LEN(out), &code);
    if (U_FAILURE(code)) /* only a segment that grows more than tenfold: nobody's words */
        return 0;
    char plain_bytes[SEGMENT_UNITS_MAX * 8 * 3];
    int32_t bytes = 0;
    (void)u_strToUTF8(plain_bytes, (int32_t)sizeof plain_bytes, &bytes, out, len, &code);
    if (U_FAILURE(code))
        return 0;
    struct str folded = { plain_bytes, (size_t)bytes };
    for (size_t at = 0; at < folded.len;) {
        uint32_t plain = without_accent(f, utf8_next(folded, &at));
        int r = plain ? add_point(f, arena,
                                  (struct point){ plain, (uint32_t)from, (uint32_t)to, upper })
                      : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int fold(struct folding *f, struct arena *arena, struct str s)
{
    size_t at = 0;
    while (at < s.len) {
        unsigned char c = (unsigned char)s.p[at];
        if (c < 0x80 && (at + 1 == s.len || (unsigned char)s.p[at + 1] < 0x80)) {
            bool upper = c >= 'A' && c <= 'Z';
            struct point p = { upper ? c + 32u : c, (uint32_t)at, (uint32_t)at + 1, upper };
            int r = add_point(f, arena, p);
            if (r < 0)
                return r;
            at++;
            continue;
        }
        size_t from = at;
        uint32_t first = utf8_next(s, &at);
        if (first == 0x00b4) { /* typed for an apostrophe; NFKC would make a space and a mark */
            int r =
                add_point(f, arena, (struct point){ '\'', (uint32_t)from, (uint32_t)at, false });
            if (r < 0)
                return r;
            continue;
        }
        for (int n = 1; at < s.len && n < SEGMENT_POINTS_MAX; n++) {
            size_t next = at;
            UChar32 point = (UChar32)utf8_next(s, &next);
            if (unorm2_hasBoundaryBefore(f->casefold, point))
                break;
            at = next;
        }
        int r = fold_segment(f, arena, s, from, at);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * words */

struct wording {
    struct arena *arena;
    const struct vocab *vocab;
    const struct point *p;
    size_t count;
    char *letters; /* of the pieces: room for every point once */
    size_t letter_count;
    struct pieces pieces;
    struct entities entities; /* in points */
};

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 0x80 && u_isalpha((UChar32)c));
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(uint32_t c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

static uint32_t point_at(const struct wording *w, size_t i)
{
    return i < w->count ? w->p[i].c : ' ';
}

static struct str last_word(const struct wording *w)
{
    return w->pieces.count ? w->pieces.items[w->pieces.count - 1].text : STR("");
}

static int put_word(struct wording *w, struct str word, uint32_t from, uint32_t to)
{
    return pieces_add(w->arena, &w->pieces, (struct piece){ .text = word, .from = from, .to = to });
}

static int put_words(struct wording *w, struct str words, uint32_t from, uint32_t to)
{
    struct str part;
    int r = 0;
    while (r == 0 && str_split(&words, ' ', &part))
        r = put_word(w, part, from, to);
    return r;
}

/* Letters of other scripts that pass for Latin ones in a word; only looked up where the rest of the
 * word is Latin. */
static uint32_t latin_twin(uint32_t c)
{
    if (c < 0x80)
        return c;
    static const struct {
        uint16_t c;
        char twin;
    } twins[] = {
        { 0x0430, 'a' }, { 0x0432, 'b' }, { 0x0435, 'e' }, { 0x0438, 'u' }, { 0x043a, 'k' },
        { 0x043c, 'm' }, { 0x043d, 'h' }, { 0x043e, 'o' }, { 0x0440, 'p' }, { 0x0441, 'c' },
        { 0x0442, 't' }, { 0x0443, 'y' }, { 0x0445, 'x' }, { 0x0455, 's' }, { 0x0456, 'i' },
        { 0x0458, 'j' }, { 0x04bb, 'h' }, { 0x0501, 'd' }, { 0x051b, 'q' }, { 0x051d, 'w' },
        { 0x03b1, 'a' }, { 0x03b5, 'e' }, { 0x03b9, 'i' }, { 0x03ba, 'k' }, { 0x03bd, 'v' },
        { 0x03bf, 'o' }, { 0x03c1, 'p' }, { 0x03c4, 't' }, { 0x03c5, 'u' }, { 0x03c7, 'x' },
        { 0x0131, 'i' }, { 0x0251, 'a' }, { 0x0261, 'g' },
    };
    for (size_t i = 0; i < ARRAY_LEN(twins); i++)
        if (twins[i].c == c)
            return (uint32_t)twins[i].twin;
    return c;
}

/* Cuts each run of three or more equal letters to @keep; @out has room for the word. */
static struct str cut_runs(struct str word, unsigned keep, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < word.len;) {
        size_t run = 1;
        while (i + run < word.len && word.p[i + run] == word.p[i])
            run++;
        bool letter = word.p[i] >= 'a' && word.p[i] <= 'z';
        size_t kept = letter && run > 2 ? keep : run;
        memset(out + len, word.p[i], kept);
        len += kept;
        i += run;
    }
    return (struct str){ out, len };
}

static bool has_digit(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.p[i] >= '0' && word.p[i] <= '9')
            return true;
    return false;
}

static bool has_run(struct str word)
{
    for (size_t i = 2; i < word.len; i++)
        if (word.p[i] == word.p[i - 1] && word.p[i] == word.p[i - 2] && word.p[i] >= 'a' &&
            word.p[i] <= 'z')
            return true;
    return false;
}

/* The letter that a digit or a sign stands for in "b1n" and "sh!t", 0 if for none; for @second, the
 * other one of two. */
static char letter_of_sign(uint32_t c, bool second)
{
    switch (c) {
    case '0':
        return 'o';
    case '1':
    case '!':
        return second ? 'l' : 'i';
    case '3':
        return 'e';
    case '4':
    case '@':
        return 'a';
    case '5':
    case '$':
        return 's';
    case '7':
        return 't';
    default:
        return 0;
    }
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

/*
 * May the digits and signs of a word stand for letters? Between letters they may; what begins or
 * ends with them is an amount, a road, a bus or a time. Only a longer word may begin with one
 * ("0verflowing") or end with $.
 */
static bool may_be_disguised(struct str word)
{
    size_t letters = 0;
    if (word.len < 3 || word.len > DISGUISE_MOST)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (!is_small(word.p[i]) && !letter_of_sign((unsigned char)word.p[i], false))
            return false;
        letters += is_small(word.p[i]);
    }
    if (letters < 2 || letters == word.len)
        return false;
    if (!is_small(word.p[0]) && (word.len < 4 || !is_small(word.p[1])))
        return false;
    if (!is_small(word.p[word.len - 1]) && word.p[word.len - 1] != '$')
        return false;
    /* Roads and postcodes that would be words: A1M, W1T, N1C */
    return word.len > 3 || word.p[1] != '1' ||
           !(memchr("enw", word.p[0], 3) || str_is(word, "a1m"));
}

/* The word of the vocabulary that @word reads as, in the arena. Returns 1, 0 if it reads as none,
 * or ERR_NOMEM. */
static int read_disguised(const struct wording *w, struct str word, struct str *ret)
{
    if (!may_be_disguised(word) || vocab_knows(w->vocab, word))
        return 0;
    char *read = arena_alloc(w->arena, word.len);
    if (!read)
        return ERR_NOMEM;
    *ret = (struct str){ read, word.len };
    for (int second = 0; second < 2; second++) {
        for (size_t k = 0; k < word.len; k++)
            read[k] =
                is_small(word.p[k]) ? word.p[k] : letter_of_sign((unsigned char)word.p[k], second);
        if (vocab_knows(w->vocab, *ret) || contraction_words(*ret, false))
            return 1;
    }
    return 0;
}

/* A run of letters and digits, with apostrophes taken out: contraction, stretched word, or itself.
 */
static int put_plain(struct wording *w, struct piece piece, bool apostrophe)
{
    if (has_run(piece.text)) {
        char *room = arena_alloc(w->arena, piece.text.len * 2);
        if (!room)
            return ERR_NOMEM;
        struct str two = cut_runs(piece.text, 2, room);
        struct str one = cut_runs(piece.text, 1, room + piece.text.len);
        bool known = vocab_knows(w->vocab, two) || !vocab_knows(w->vocab, one);
        piece.text = known ? two : one;
        piece.exact = false;
    }
    if (has_digit(piece.text)) {
        struct str read;
        int r = read_disguised(w, piece.text, &read);
        if (r < 0)
            return r;
        if (r == 1) {
            piece.text = read;
            piece.exact = false;
            return put_plain(w, piece, apostrophe);
        }
    }
    const char *words = contraction_words(piece.text, apostrophe);
    return words ? put_words(w, str_of(words), piece.from, piece.to)
                 : pieces_add(w->arena, &w->pieces, piece);
}

/* Does a sentence begin behind the last word? A mention or a link doesn't begin one. */
static bool opens_sentence(const struct wording *w)
{
    struct str last = last_word(w);
    return !last.len || memchr(".?@:", last.p[0], 4);
}

/* Is "van's", up to point @to, known as "van" only? The rest says "is", "has" or whose it is, and a
 * reader needs none of these. */
static bool is_possessive(const struct wording *w, size_t to, struct str word)
{
    return word.len > 3 && w->p[to - 1].c == 's' && w->p[to - 2].c == '\'' &&
           !contraction_words(word, true) && !vocab_knows(w->vocab, word) &&
           vocab_knows(w->vocab, str_cut(word, 0, word.len - 1));
}

/* Points [from, to) are one written word. */
static int put_written(struct wording *w, size_t from, size_t to, bool tag)
{
    bool ascii = false, apostrophe = false, upper = true;
    struct piece piece = {
        .from = w->p[from].from, .to = w->p[to - 1].to, .exact = true, .tag = tag
    };
    char *word = w->letters + w->letter_count;
    size_t len = 0;
    for (size_t i = from; i < to; i++)
        ascii |= w->p[i].c >= 'a' && w->p[i].c <= 'z';
    for (size_t i = from; i < to; i++) {
        const struct point *p = &w->p[i];
        piece.exact &= p->from - piece.from == i - from && p->to - p->from == 1;
        upper &= p->upper || !is_letter(p->c);
        if (p->c == '\'')
            apostrophe = true;
        else
            len += utf8_put(ascii ? latin_twin(p->c) : p->c, word + len);
    }
    if (!len)
        return 0;
    w->letter_count += len;
    piece.text = (struct str){ word, len };
    piece.exact &= !apostrophe;
    if (apostrophe && is_possessive(w, to, piece.text))
        piece.text.len--;
    piece.capital = w->p[from].upper;
    piece.shouted = upper;
    piece.opens = opens_sentence(w);
    return put_plain(w, piece, apostrophe);
}

/* Where the run of non-space points from @i ends, less the punctuation behind it; looks no further
 * than @most. */
static size_t run_end(const struct wording *w, size_t i, size_t most)
{
    size_t end = i, stop;
    while (end < w->count && end < most && w->p[end].c > ' ' &&
           !u_isUWhiteSpace((UChar32)w->p[end].c))
        end++;
    for (stop = end;
         stop > i && w->p[stop - 1].c < 0x80 && memchr(".,!?)'\"", (int)w->p[stop - 1].c, 7);)
        stop--;
    return stop;
}

static bool is_domain(uint32_t c)
{
    return is_letter(c) || is_digit(c) || c == '.' || c == '-';
}

/* Is the run of non-space points from @i a link: a scheme, www., or a name ending in a domain that
 * councils' residents write? */
static size_t link_end(const struct wording *w, size_t i)
{
    static const char *const tops[] = {
        "uk", "com", "org", "net", "info", "io", "gov", "eu", "co"
    };
    char head[64];
    bool dot = false;
    size_t len = i;
    for (; len < w->count && len - i < sizeof head && is_domain(w->p[len].c); len++)
        dot |= w->p[len].c == '.' && point_at(w, len + 1) > ' ';
    if (!dot && point_at(w, len) != ':') /* as most words are */
        return i;
    size_t stop = run_end(w, i, i + sizeof head); /* no further: a link shows at its beginning */
    len = 0;
    for (size_t k = i; k < stop && len < sizeof head - 1 && w->p[k].c < 0x80; k++)
        head[len++] = (char)w->p[k].c;
    struct str s = { head, len };
    if (str_starts(s, STR("http://")) || str_starts(s, STR("https://")) ||
        str_starts(s, STR("www.")))
        return run_end(w, i, w->count);
    size_t name = 0;
    while (name < len && is_domain((unsigned char)head[name]))
        name++;
    if (name < len && head[name] != '/' && head[name] != ':')
        return i;
    struct str domain = str_cut(s, 0, name);
    for (size_t k = 0; k < ARRAY_LEN(tops); k++) {
        struct str top = str_of(tops[k]);
        if (domain.len > top.len + 2 && str_ends(domain, top) &&
            domain.p[domain.len - top.len - 1] == '.')
            return name < len ? run_end(w, i, w->count) : i + name;
    }
    return i;
}

/* The word that begins at @i ends here: letters and digits, apostrophes inside, "6.30" and "1,000"
 * in one piece. */
static size_t word_end(const struct wording *w, size_t i)
{
    while (i < w->count) {
        uint32_t c = w->p[i].c, before = i ? w->p[i - 1].c : ' ', after = point_at(w, i + 1);
        bool inside = (c == '\'' && is_letter(before) && is_letter(after)) ||
                      ((c == '.' || c == ',' || c == ':') && is_digit(before) && is_digit(after));
        if (!is_word(c) && !inside)
            break;
        i++;
    }
    return i;
}

/* #MissedBin is two words, #missedbin one. */
static int put_hashtag(struct wording *w, size_t from, size_t to)
{
    size_t start = from;
    for (size_t i = from + 1; i <= to; i++) {
        bool hump = i < to && w->p[i].upper && !w->p[i - 1].upper;
        if (i < to && !hump && w->p[i].c != '_')
            continue;
        size_t skip = start < i && w->p[start].c == '_';
        int r = start + skip < i ? put_written(w, start + skip, i, true) : 0;
        if (r < 0)
            return r;
        start = i;
    }
    return 0;
}

static int put_end_of_sentence(struct wording *w, size_t from, size_t to)
{
    const char *end = ".";
    for (size_t i = from; i < to; i++)
        if (w->p[i].c == '?')
            end = "?";
    struct str last = last_word(w);
    if (str_is(last, ".") && *end == '?') { /* "(like this.)?": the question is what counts */
        struct piece *l = &w->pieces.items[w->pieces.count - 1];
        l->text = STR("?");
        l->to = w->p[to - 1].to;
        return 0;
    }
    if (!last.len || str_is(last, ".") || str_is(last, "?")) /* "?\n": one end is enough */
        return 0;
    return put_word(w, str_of(end), w->p[from].from, w->p[to - 1].to);
}

static bool ends_sentence(uint32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == '\n' || c == 0x2026;
}

/* Looks for entities in plain characters, so that fullwidth digits and long dashes are in them,
 * too.
 */
static int find_entities(struct wording *w)
{
    char *plain = arena_alloc(w->arena, w->count + 1);
    if (!plain)
        return ERR_NOMEM;
    for (size_t i = 0; i < w->count; i++) {
        const struct point *p = &w->p[i];
        bool capital = p->upper && p->c >= 'a' && p->c <= 'z';
        bool dash = p->c >= 0x2010 && p->c <= 0x2015;
        plain[i] = (char)(dash ? '-' : p->c >= 0x80 ? 0x80 : capital ? p->c - 32 : p->c);
    }
    return entity_find(w->arena, (struct str){ plain, w->count }, &w->entities);
}

/* The entity at point @i that has a mark for its words. *next: the first that may stand there. */
static const struct entity *marked_at(const struct wording *w, size_t i, size_t *next)
{
    while (*next < w->entities.count && w->entities.list[*next].from < i)
        (*next)++;
    const struct entity *e = *next < w->entities.count ? &w->entities.list[*next] : NULL;
    return e && e->from == i && e->kind != ENTITY_ADDRESS ? e : NULL;
}

static bool is_sign(uint32_t c)
{
    return c == '!' || c == '@' || c == '$';
}

/*
 * The word from @i to *end goes on with signs: puts what it reads as, if it is read with them, and
 * moves *end behind it; else puts it without them.
 */
static int put_signed(struct wording *w, size_t i, size_t *end)
{
    char written[DISGUISE_MOST];
    size_t len = 0;
    for (uint32_t c; len < sizeof written; written[len++] = (char)c) {
        c = latin_twin(point_at(w, i + len));
        if (!(c >= 'a' && c <= 'z') && !is_digit(c) && !is_sign(c))
            break;
    }
    while (len && (written[len - 1] == '!' || written[len - 1] == '@')) /* an exclamation */
        len--;
    struct str read;
    int r =
        is_word(point_at(w, i + len)) ? 0 : read_disguised(w, (struct str){ written, len }, &read);
    if (r == 1) {
        *end = i + len;
        return put_plain(
            w, (struct piece){ .text = read, .from = w->p[i].from, .to = w->p[*end - 1].to },
            false);
    }
    if (r == 0 && *end > i)
        return put_written(w, i, *end, false);
    *end += *end == i; /* a sign alone says nothing */
    return r;
}

static int make_words(struct wording *w)
{
    size_t i = 0, entity = 0;
    while (i < w->count) {
        uint32_t c = w->p[i].c;
        size_t end = i + 1;
        int r = 0;
        bool fresh = i == 0 || !is_word(w->p[i - 1].c);
        const struct entity *marked = marked_at(w, i, &entity);
        if (marked) {
            end = marked->to;
            r = put_word(w, str_of(entity_mark(marked->kind)), w->p[i].from, w->p[end - 1].to);
        } else if (fresh && (c == 'w' || is_word(c)) && (end = link_end(w, i)) > i) {
            r = put_word(w, STR("://"), w->p[i].from, w->p[end - 1].to);
        } else if (is_word(c)) {
            end = word_end(w, i);
            if (fresh && is_sign(point_at(w, end)) && is_word(point_at(w, end + 1)))
                r = put_signed(w, i, &end);
            else
                r = put_written(w, i, end, false);
        } else if (c == '$' && fresh && is_letter(point_at(w, i + 1))) {
            end = i;
            r = put_signed(w, i, &end);
        } else if (c == '@' && fresh) {
            for (end = i + 1; end < w->count && is_word(w->p[end].c);)
                end++;
            r = put_word(w, STR("@"), w->p[i].from, w->p[end - 1].to);
        } else if (c == '#' && is_word(point_at(w, i + 1))) {
            for (end = i + 1; end < w->count && is_word(w->p[end].c);)
                end++;
            r = put_hashtag(w, i + 1, end);
        } else if (c == ':' && point_at(w, i + 1) == '/' && point_at(w, i + 2) == '/') {
            end = i + 3;
            r = put_word(w, STR("://"), w->p[i].from, w->p[end - 1].to);
        } else if (ends_sentence(c)) {
            for (end = i + 1; end < w->count && (ends_sentence(w->p[end].c) || w->p[end].c == ' ');)
                end++;
            r = put_end_of_sentence(w, i, end);
        } else if (c == '&') {
            end = i + 1;
            r = put_word(w, STR("and"), w->p[i].from, w->p[i].to);
        } else {
            end = i + 1;
            const char *words = c >= 0x80 && (i == 0 || w->p[i - 1].c != c) ? emoji_words(c) : NULL;
            if (words)
                r = put_words(w, str_of(words), w->p[i].from, w->p[i].to);
        }
        if (r < 0)
            return r;
        i = end;
    }
    if (str_is(last_word(w), ".")) /* at the end it says nothing; a question mark does */
        w->pieces.count--;
    return 0;
}

static int write_text(struct arena *arena, const struct pieces *list, struct entities entities,
                      struct normal *ret)
{
    size_t len = 0;
    for (size_t i = 0; i < list->count; i++)
        len += list->items[i].text.len + (i > 0);
    char *text = arena_alloc(arena, len + 1);
    struct normal n = {
        { text, len }, arena_array(arena, list->count + 1, sizeof *n.words), list->count, entities
    };
    if (!text || !n.words)
        return ERR_NOMEM;
    size_t at = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct piece *p = &list->items[i];
        if (i)
            text[at++] = ' ';
        memcpy(text + at, p->text.p, p->text.len);
        n.words[i] = (struct normal_word){ (uint32_t)at, (uint32_t)p->text.len, p->from, p->to };
        at += p->text.len;
    }
    *ret = n;
    return 0;
}

int normal_make(struct arena *arena, const struct vocab *vocab, struct str original,
                struct normal *ret)
{
    if (original.len > NORMAL_TEXT_MAX)
        return ERR_TOOBIG;
    UErrorCode code = U_ZERO_ERROR;
    struct folding f = { .room = original.len + 16 };
    f.casefold = unorm2_getNFKCCasefoldInstance(&code);
    f.decompose = unorm2_getNFDInstance(&code);
    f.points = arena_array(arena, f.room, sizeof *f.points);
    if (U_FAILURE(code) || !f.points)
        return ERR_NOMEM;
    int r = fold(&f, arena, original);
    if (r < 0)
        return r;
    struct wording w = { .arena = arena,
                         .vocab = vocab,
                         .p = f.points,
                         .count = f.count,
                         .letters = arena_alloc(arena, f.count * 4 + 1) };
    struct pieces mended = { 0 };
    r = w.letters ? find_entities(&w) : ERR_NOMEM;
    if (r == 0)
        r = make_words(&w);
    if (r == 0)
        r = mend(arena, vocab, &w.pieces, &mended);
    for (size_t i = 0; r == 0 && i < w.entities.count; i++) { /* from points to bytes */
        struct entity *e = &w.entities.list[i];
        e->to = w.p[e->to - 1].to;
        e->from = w.p[e->from].from;
    }
    return r < 0 ? r : write_text(arena, &mended, w.entities, ret);
}

bool normal_is_mark(struct str word)
{
    return str_is(word, "@") || str_is(word, "://") || str_is(word, ".") || str_is(word, "?") ||
           str_starts(word, STR("<"));
}

bool normal_origin(const struct normal *n, size_t at, size_t end, uint32_t *ret_from,
                   uint32_t *ret_to)
{
    bool found = false;
    size_t first = 0, stop = n->word_count; /* the first word that ends behind @at */
    while (first < stop) {
        size_t middle = first + (stop - first) / 2;
        if (n->words[middle].at + n->words[middle].len <= at)
            first = middle + 1;
        else
            stop = middle;
    }
    for (size_t i = first; i < n->word_count && n->words[i].at < end; i++) {
        const struct normal_word *w = &n->words[i];
        if (!found || w->from < *ret_from)
            *ret_from = w->from;
        if (!found || w->to > *ret_to)
            *ret_to = w->to;
        found = true;
    }
    return found;
}
