/*
 * One walk over the text. Most bytes can begin nothing and are passed by their class; at the others
 * the finders of that class are asked in turn, the surest first. Nothing here looks further than
 * its own few words, so the walk is linear.
 */
#include "intents/entity.h"

#include <strings.h>

#include "base/array.h"
#include "intents/entity_private.h"

enum { DIGITS_MAX = 20, GROUPS_MAX = 10, WORD_MAX = 16, LOCAL_PART_MAX = 64, NINO_DIGITS = 6 };

static const char *const marks[ENTITY_KINDS] = {
    [ENTITY_PHONE] = "<phone>",       [ENTITY_EMAIL] = "<email>", [ENTITY_POSTCODE] = "<postcode>",
    [ENTITY_DISTRICT] = "<district>", [ENTITY_NINO] = "<nino>",   [ENTITY_CARD] = "<card>",
    [ENTITY_BANK] = "<bank>",         [ENTITY_DOB] = "<dob>",     [ENTITY_NHS] = "<nhs>",
    [ENTITY_ADDRESS] = "<address>",
};

const char *entity_mark(enum entity_kind kind)
{
    return marks[kind];
}

bool entity_is_mark(struct str word)
{
    for (unsigned k = 0; k < ENTITY_KINDS; k++)
        if (k != ENTITY_ADDRESS && str_is(word, marks[k]))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * bytes */

enum {
    DIGIT = 1 << 0,
    LETTER = 1 << 1,
    WORD = 1 << 2,
    AN_A = 1 << 3, /* "name at example dot com" */
    AN_AT = 1 << 4,
    COLON = 1 << 5, /* a link, in which nothing is looked for */
    OPENING = 1 << 6,
    MAY_BEGIN = DIGIT | AN_A | AN_AT | COLON | OPENING,
};

static const unsigned char classes[256] = {
    ['0' ... '9'] = DIGIT | WORD,
    ['a'] = LETTER | WORD | AN_A,
    ['b' ... 'z'] = LETTER | WORD,
    ['A'] = LETTER | WORD | AN_A,
    ['B' ... 'Z'] = LETTER | WORD,
    ['_'] = WORD,
    ['@'] = AN_AT,
    [':'] = COLON,
    ['<'] = OPENING,
};

/* A space before the beginning, which is SIZE_MAX, and behind the end. */
static char byte_at(struct str t, size_t at)
{
    return at < t.len ? t.p[at] : ' ';
}

static bool is(struct str t, size_t at, unsigned class)
{
    return classes[(unsigned char)byte_at(t, at)] & class;
}

static bool is_one_of(struct str t, size_t at, const char *set)
{
    char c = byte_at(t, at);
    return c && strchr(set, c);
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static char lower(char c)
{
    return is_upper(c) ? (char)(c + 32) : c;
}

static size_t skip(struct str t, size_t at, unsigned class)
{
    while (at < t.len && is(t, at, class))
        at++;
    return at;
}

/* ------------------------------------------------------------------------------------------------
 * words */

/* What the word in [from, to) means; dots and apostrophes in it say nothing ("d.o.b"). */
static unsigned meaning(struct str t, size_t from, size_t to)
{
    char bytes[WORD_MAX];
    struct str word = { bytes, 0 };
    for (size_t i = from; i < to; i++) {
        if (!is(t, i, LETTER))
            continue;
        if (word.len == sizeof bytes)
            return 0;
        bytes[word.len++] = lower(t.p[i]);
    }
    return word.len ? entity_word(word) : 0; /* a bare number says nothing */
}

struct span {
    size_t from, to;
};

/* The word that ends before @at, in the same line and sentence. */
static bool word_before(struct str t, size_t at, struct span *ret)
{
    while (at > 0 && !is(t, at - 1, WORD)) {
        at--;
        if (is_one_of(t, at, "\n?!"))
            return false;
    }
    ret->to = at;
    while (at > 0 && (is(t, at - 1, WORD) ||
                      (is_one_of(t, at - 1, ".") && is(t, at - 2, LETTER) && is(t, at, LETTER))))
        at--;
    ret->from = at;
    return ret->from < ret->to;
}

static bool word_after(struct str t, size_t at, struct span *ret)
{
    while (at < t.len && !is(t, at, WORD)) {
        if (is_one_of(t, at, "\n?!."))
            return false;
        at++;
    }
    ret->from = at;
    ret->to = skip(t, at, WORD);
    return ret->from < ret->to;
}

/* Is one of the four words before @at a @wanted one? @strict: with nothing but FILL between. */
static bool named_before(struct str t, size_t at, unsigned wanted, bool strict)
{
    struct span word;
    for (int i = 0; i < 4 && word_before(t, at, &word); i++) {
        unsigned m = meaning(t, word.from, word.to);
        if (m & wanted)
            return true;
        if (strict && !(m & FILL))
            return false;
        at = word.from;
    }
    return false;
}

/* Likewise of the five behind @at: "is my date of birth". */
static bool named_after(struct str t, size_t at, unsigned wanted)
{
    struct span word;
    for (int i = 0; i < 5 && word_after(t, at, &word); i++) {
        if (meaning(t, word.from, word.to) & wanted)
            return true;
        at = word.to;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * digits */

/* Digits in groups, as people write long numbers: "(0113) 496-0123". */
struct digits {
    char d[DIGITS_MAX];
    struct {
        size_t to;      /* its end in the text */
        unsigned count; /* digits up to there */
    } group[GROUPS_MAX];
    unsigned groups;
    bool letters; /* an O stands for a nought */
    bool loose;   /* the groups are apart by more than one space or hyphen each */
};

static bool is_nought(struct str t, size_t at)
{
    return is_one_of(t, at, "oO");
}

static void read_digits(struct str t, size_t at, struct digits *ret)
{
    unsigned count = 0;
    bool loose = false;
    *ret = (struct digits){ .groups = 0 };
    while (ret->groups < GROUPS_MAX) {
        unsigned before = count;
        bool letters = false, digit = false;
        for (; count < DIGITS_MAX && (is(t, at, DIGIT) || is_nought(t, at)); at++) {
            digit |= is(t, at, DIGIT);
            letters |= is_nought(t, at);
            ret->d[count++] = is_nought(t, at) ? '0' : t.p[at];
        }
        if (count == before || !digit || is(t, at, WORD) || byte_at(t, at) == '@')
            return;
        ret->letters |= letters;
        ret->loose |= loose;
        ret->group[ret->groups].to = at;
        ret->group[ret->groups++].count = count;
        size_t gap = at;
        while (at < t.len && at < gap + 3 && is_one_of(t, at, " -.()/"))
            at++;
        if (at == gap)
            return;
        loose = at > gap + 1 || !is_one_of(t, gap, " -");
    }
}

static bool luhn(const char *d, unsigned n)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned v = (unsigned)(d[n - 1 - i] - '0') << (i & 1);
        sum += v > 9 ? v - 9 : v;
    }
    return sum % 10 == 0;
}

static bool modulus_11(const char *d)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 9; i++)
        sum += (unsigned)(d[i] - '0') * (10 - i);
    return (11 - sum % 11) % 11 == (unsigned)(d[9] - '0');
}

/* ------------------------------------------------------------------------------------------------
 * finders: does one stand at this spot? */

struct spot {
    struct str t;
    size_t word; /* where the run of letters and digits begins that the byte is in */
    size_t at;   /* the byte that may begin something */
};

/* The number inland, without its nought, that somebody has at home or in a pocket. */
static bool is_private_line(const char *d, unsigned n, bool grouped)
{
    switch (d[0]) {
    case '1': /* few places have nine digits, so that a bare row of them is rather a reference */
        return (n == 10 || (n == 9 && grouped)) && d[1] != '0';
    case '2':
        return n == 10 && memchr("03489", d[1], 5);
    case '7':
        return n == 10 && (d[1] != '6' || memcmp(d, "7624", 4) == 0);
    default:
        return false;
    }
}

static bool is_phone(const char *d, unsigned n, bool plus, bool grouped)
{
    unsigned code = plus                                             ? 2
                    : n > 4 && memcmp(d, "0044", 4) == 0             ? 4
                    : n == 12 && memcmp(d, "44", 2) == 0 && !grouped ? 2
                                                                     : 0;
    if (plus && memcmp(d, "44", 2) != 0)
        return d[0] != '0' && n >= 8 && n <= 15;
    if (!code && d[0] != '0')
        return false;
    unsigned from = code + (d[code] == '0'); /* +44 (0)7700 … */
    return n > from && is_private_line(d + from, n - from, grouped);
}

static bool find_phone(const struct spot *s, struct entity *ret)
{
    struct digits g;
    bool plus = byte_at(s->t, s->word - 1) == '+';
    size_t from = s->word - plus;
    bool bracket = byte_at(s->t, from - 1) == '(';
    read_digits(s->t, s->word, &g);
    /* "07 700 900123", but no dates: 01/02/2026, 01.02.26 */
    if (!g.groups || (!plus && g.group[0].count < 3 && (g.loose || g.d[1] != '7')))
        return false;
    for (unsigned k = g.groups; k-- > 0;) {
        if (g.group[k].count < 9 || !is_phone(g.d, g.group[k].count, plus, k > 0))
            continue;
        size_t to = g.group[k].to;
        from -= bracket && memchr(s->t.p + from, ')', to - from); /* "(01632) 960123" */
        *ret = (struct entity){ ENTITY_PHONE, (uint32_t)from, (uint32_t)to };
        return !named_before(s->t, from, REF, true);
    }
    return false;
}

static bool find_card(const struct spot *s, struct entity *ret)
{
    struct digits g;
    read_digits(s->t, s->word, &g);
    if (!g.groups || g.letters || g.d[0] < '2' || g.d[0] > '6')
        return false;
    for (unsigned k = 0; k < g.groups; k++) {
        unsigned n = g.group[k].count;
        bool four_by_four = !g.loose && k == 3 && n == 16 && g.group[0].count == 4 &&
                            g.group[1].count == 8 && g.group[2].count == 12;
        if (n < 13 || n > 19 || (!four_by_four && !luhn(g.d, n)))
            continue;
        *ret = (struct entity){ ENTITY_CARD, (uint32_t)s->word, (uint32_t)g.group[k].to };
        return !named_before(s->t, s->word, REF, true);
    }
    return false;
}

static bool find_nhs(const struct spot *s, struct entity *ret)
{
    struct digits g;
    read_digits(s->t, s->word, &g);
    bool three_three_four =
        g.groups >= 3 && g.group[0].count == 3 && g.group[1].count == 6 && g.group[2].count == 10;
    unsigned k = three_three_four ? 2 : 0;
    if (!g.groups || g.letters || g.group[k].count != 10 ||
        !((three_three_four && modulus_11(g.d)) || named_before(s->t, s->word, NHS, true)))
        return false;
    *ret = (struct entity){ ENTITY_NHS, (uint32_t)s->word, (uint32_t)g.group[k].to };
    return true;
}

/* 12-34-56: its end, or 0. */
static size_t sort_code_end(struct str t, size_t at)
{
    char between = byte_at(t, at + 2);
    bool shape = is(t, at, DIGIT) && is(t, at + 1, DIGIT) && (between == '-' || between == ' ') &&
                 is(t, at + 3, DIGIT) && is(t, at + 4, DIGIT) && byte_at(t, at + 5) == between &&
                 is(t, at + 6, DIGIT) && is(t, at + 7, DIGIT) && !is(t, at + 8, WORD);
    return shape ? at + 8 : 0;
}

/* The first digit behind @at, if only words that go with a bank's numbers stand between. */
static size_t bank_digits_after(struct str t, size_t at, bool *ret_named)
{
    struct span word;
    while (word_after(t, at, &word)) {
        if (is(t, word.from, DIGIT))
            return word.from;
        unsigned m = meaning(t, word.from, word.to);
        if (!(m & (BANK | FILL)))
            break;
        *ret_named |= (m & BANK) != 0;
        at = word.to;
    }
    return t.len;
}

static bool find_bank(const struct spot *s, struct entity *ret)
{
    size_t digits_end = skip(s->t, s->word, DIGIT), to = sort_code_end(s->t, s->word);
    bool account = digits_end == s->word + 8 && !is(s->t, digits_end, WORD);
    if (!to && !account)
        return false;
    bool named = named_before(s->t, s->word, BANK, true);
    size_t next = bank_digits_after(s->t, to ? to : digits_end, &named);
    size_t next_end = skip(s->t, next, DIGIT);
    if (account) { /* eight digits that are no account's stand before dates too */
        to = named ? sort_code_end(s->t, next) : 0;
    } else if (next_end == next + 8 && !is(s->t, next_end, WORD)) {
        to = next_end;
        named = true;
    }
    *ret = (struct entity){ ENTITY_BANK, (uint32_t)s->word, (uint32_t)to };
    return to && named;
}

/* One or two digits at *at that make at most @most; moves behind them. */
static bool take_number(struct str t, size_t *at, unsigned most)
{
    size_t end = skip(t, *at, DIGIT);
    unsigned n = 0;
    for (size_t i = *at; i < end && i < *at + 2; i++)
        n = n * 10 + (unsigned)(t.p[i] - '0');
    if (end == *at || end > *at + 2 || n == 0 || n > most)
        return false;
    *at = end;
    return true;
}

/* Two digits, or four of this century or the last. */
static bool take_year(struct str t, size_t *at)
{
    size_t from = *at + (byte_at(t, *at) == '\''), end = skip(t, from, DIGIT);
    struct str year = str_cut(t, from, end);
    if (is(t, end, WORD) || !(year.len == 2 || (year.len == 4 && (str_starts(year, STR("19")) ||
                                                                  str_starts(year, STR("20"))))))
        return false;
    *at = end;
    return true;
}

static bool take_month(struct str t, size_t *at)
{
    size_t end = skip(t, *at, LETTER);
    if (end == *at || !(meaning(t, *at, end) & MONTH))
        return false;
    *at = end;
    return true;
}

static size_t skip_any(struct str t, size_t at, const char *set)
{
    while (at < t.len && is_one_of(t, at, set))
        at++;
    return at;
}

/* The end of a day of some year that begins at @at, or 0. */
static size_t date_end(struct str t, size_t at)
{
    size_t year_first = at;
    if (take_year(t, &year_first) && year_first == at + 4 && is_one_of(t, year_first, "-/")) {
        year_first++;
        if (!take_number(t, &year_first, 12) || !is_one_of(t, year_first++, "-/") ||
            !take_number(t, &year_first, 31))
            return 0;
        return year_first;
    }
    if (!take_number(t, &at, 31))
        return 0;
    char between = byte_at(t, at);
    size_t month = at + 1;
    if (is_one_of(t, at, "/-. ") && take_number(t, &month, 31) && byte_at(t, month) == between) {
        month++;
        return take_year(t, &month) ? month : 0;
    }
    if (is(t, at, LETTER)) { /* 4th */
        if (skip(t, at, LETTER) != at + 2)
            return 0;
        at += 2;
    }
    at = skip_any(t, at, " -");
    if (byte_at(t, at) == 'o' && byte_at(t, at + 1) == 'f')
        at = skip_any(t, at + 2, " ");
    (void)take_month(t, &at); /* it may have stood before the day: find_dob looks */
    at = skip_any(t, at, " -,");
    return take_year(t, &at) ? at : 0;
}

static bool find_dob(const struct spot *s, struct entity *ret)
{
    size_t from = s->word, to = date_end(s->t, from);
    struct span before;
    if (!to)
        return false;
    if (word_before(s->t, from, &before) && meaning(s->t, before.from, before.to) & MONTH)
        from = before.from;
    *ret = (struct entity){ ENTITY_DOB, (uint32_t)from, (uint32_t)to };
    return named_before(s->t, from, BIRTH, false) || named_after(s->t, to, BIRTH);
}

static bool nino_prefix_ok(struct str two)
{
    static const char never[] = "BG GB KN NK NT TN ZZ ";
    char a = (char)(lower(two.p[0]) - 32), b = (char)(lower(two.p[1]) - 32);
    for (const char *p = never; *p; p += 3)
        if (p[0] == a && p[1] == b)
            return false;
    return !strchr("DFIQUV", a) && !strchr("DFIQUVO", b);
}

static bool find_nino(const struct spot *s, struct entity *ret)
{
    struct str t = s->t;
    bool apart = s->word == s->at && is_one_of(t, s->at - 1, " -"); /* "AB 12 34 56 C" */
    size_t from = apart ? s->at - 3 : s->word, at = s->at;
    if (s->at != from + 2 + apart || !is(t, from, LETTER) || !is(t, from + 1, LETTER) ||
        is(t, from - 1, WORD))
        return false;
    for (int digits = 0; digits < NINO_DIGITS; digits++, at++) {
        at += digits > 0 && is_one_of(t, at, " -");
        if (!is(t, at, DIGIT))
            return false;
    }
    size_t suffix = at + is_one_of(t, at, " -");
    bool whole = is_one_of(t, suffix, "ABCDabcd") && !is(t, suffix + 1, WORD);
    if (is(t, at, WORD) && !whole)
        return false;
    apart |= suffix > at;
    /* "on 12-11-26 a man came" is shaped like one */
    bool capitals = is_upper(t.p[from]) && is_upper(t.p[from + 1]) && is_upper(byte_at(t, suffix));
    *ret = (struct entity){ ENTITY_NINO, (uint32_t)from, (uint32_t)(whole ? suffix + 1 : at) };
    return named_before(t, from, NI, true) ||
           (whole && (capitals || !apart) && nino_prefix_ok(str_cut(t, from, from + 2)));
}

/* "S10", "LS6", "EC1A": one or two letters, a digit, perhaps another or a letter. */
static bool is_outward(struct str s)
{
    size_t letters = skip(s, 0, LETTER);
    if (letters < 1 || letters > 2 || s.len < letters + 1 || s.len > letters + 2 ||
        !is(s, letters, DIGIT) || is_one_of(s, 0, "QVXqvx"))
        return false;
    if (letters == 2 && is_one_of(s, 1, "IJZijz"))
        return false;
    return s.len == letters + 1 || is(s, letters + 1, DIGIT | LETTER);
}

/* "2TN". "b4 2nd", "no1 3hr": an ordinal or a time behind a space is none unless in capitals. */
static bool is_inward(struct str s, bool behind_space)
{
    static const char *const others[] = { "st", "nd", "rd", "th", "hr", "yr" };
    if (s.len != 3 || !is(s, 0, DIGIT) || !is(s, 1, LETTER) || !is(s, 2, LETTER) ||
        is_one_of(s, 1, "CIKMOVcikmov") || is_one_of(s, 2, "CIKMOVcikmov"))
        return false;
    for (size_t i = 0; behind_space && i < ARRAY_LEN(others); i++)
        if (str_ends(s, str_of(others[i])))
            return false;
    return true;
}

static bool find_postcode(const struct spot *s, struct entity *ret)
{
    struct str t = s->t;
    size_t end = skip(t, s->word, WORD), next = skip_any(t, end, " ");
    struct str run = str_cut(t, s->word, end);
    *ret = (struct entity){ ENTITY_POSTCODE, (uint32_t)s->word, (uint32_t)end };
    if (run.len >= 5 && run.len <= 7)
        return is_outward(str_cut(run, 0, run.len - 3)) &&
               is_inward(str_cut(run, run.len - 3, run.len), false);
    ret->to = (uint32_t)skip(t, next, WORD);
    return next > end && next <= end + 2 && is_outward(run) &&
           is_inward(str_cut(t, next, ret->to), true);
}

/* Royal Mail's postcode areas of two letters; of one letter there are B E G L M N S W. */
static const char areas[] =
    "AB AL BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN "
    "DT DY EC EH EN EX FK FY GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY "
    "LA LD LE LL LN LS LU ME MK ML NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM SA "
    "SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB WA WC WD WF WN WR "
    "WS WV YO ZE ";

/* In capitals only: "b4", "me2" and "so1" are other words. */
static bool find_district(const struct spot *s, struct entity *ret)
{
    struct str t = s->t;
    size_t end = skip(t, s->word, WORD), letters = s->at - s->word;
    struct str run = str_cut(t, s->word, end);
    *ret = (struct entity){ ENTITY_DISTRICT, (uint32_t)s->word, (uint32_t)end };
    for (size_t i = 0; i < run.len; i++)
        if (is(run, i, LETTER) && !is_upper(run.p[i]))
            return false;
    if (!is_outward(run) || is_one_of(t, s->word - 1, "#-/") || is_one_of(t, end, "-/"))
        return false;
    if (letters == 1) /* B1 and M1 are roads as well, S2 a school's year, A61 a road only */
        return strchr("EGLNSW", run.p[0]) && (run.len == 3 || named_before(t, s->word, AREA, true));
    const char two[] = { run.p[0], run.p[1], ' ', '\0' };
    return strstr(areas, two) && !str_is(run, "CO2");
}

/* Where the house's number ends that begins at @at: "14", "41b"; 0 if none. */
static size_t house_number_end(struct str t, size_t at)
{
    size_t end = skip(t, at, DIGIT);
    if (end == at || end > at + 4)
        return 0;
    end += is(t, end, LETTER);
    return is(t, end, WORD) ? 0 : end;
}

/* One to three words, the last for a street: its end, or 0. */
static size_t street_end(struct str t, size_t at)
{
    size_t found = 0;
    for (int i = 0; i < 4 && byte_at(t, at) == ' '; i++) {
        size_t from = at + 1;
        for (at = from; is(t, at, LETTER) || (is_one_of(t, at, "'-") && is(t, at + 1, LETTER));)
            at++;
        unsigned m = meaning(t, from, at);
        if (found && m & FIXTURE) /* "4 Elm Road street light" */
            return 0;
        if (at == from || is(t, at, WORD) || m & COUNTED || (found && !(m & STREET)))
            break;
        if (i > 0 && m & STREET)
            found = at;
        at += byte_at(t, at) == '.' && byte_at(t, at + 1) == ' ' && m & STREET && i == 0;
    }
    return found;
}

static bool find_address(const struct spot *s, struct entity *ret)
{
    struct str t = s->t;
    struct span before;
    size_t from = s->word, at = house_number_end(t, from);
    if (!at || (is_one_of(t, from - 1, ".:") && is(t, from - 2, DIGIT)))
        return false;
    if (word_before(t, from, &before) && meaning(t, before.from, before.to) & FLAT) {
        from = before.from;
        at += byte_at(t, at) == ',';
        if (byte_at(t, at) == ' ' && house_number_end(t, at + 1))
            at = house_number_end(t, at + 1);
    }
    size_t to = street_end(t, at);
    *ret = (struct entity){ ENTITY_ADDRESS, (uint32_t)from, (uint32_t)to };
    return to > 0;
}

static bool is_local_part(struct str t, size_t at)
{
    return is(t, at, WORD) || is_one_of(t, at, ".%+-'");
}

static bool is_domain(struct str t, size_t at)
{
    return is(t, at, LETTER | DIGIT) || (is_one_of(t, at, ".-") && is(t, at + 1, LETTER | DIGIT));
}

/* Where the part of an email before its @ begins that ends at @to; @to if there is none. */
static size_t local_part_start(struct str t, size_t to)
{
    size_t from = to;
    while (from > 0 && to - from < LOCAL_PART_MAX && is_local_part(t, from - 1))
        from--;
    while (from < to && !is(t, from, WORD))
        from++;
    return from;
}

static bool is_public_body(struct str domain)
{
    static const char *const ends[] = { ".gov.uk", ".gov.scot", ".gov.wales", ".police.uk" };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct str end = str_of(ends[i]);
        if (domain.len > end.len &&
            strncasecmp(domain.p + domain.len - end.len, end.p, end.len) == 0)
            return true;
    }
    return false;
}

static bool find_email(const struct spot *s, struct entity *ret)
{
    struct str t = s->t;
    size_t from = local_part_start(t, s->at), to = s->at + 1, dot = 0;
    for (; is_domain(t, to); to++)
        if (t.p[to] == '.')
            dot = to;
    *ret = (struct entity){ ENTITY_EMAIL, (uint32_t)from, (uint32_t)to };
    if (byte_at(t, from - 1) == '@') /* a handle elsewhere: "@sam@example.social" */
        return false;
    return from < s->at && dot > s->at + 1 && to >= dot + 3 && skip(t, dot + 1, LETTER) == to &&
           !is_public_body(str_cut(t, s->at + 1, to));
}

/* "dot", "(dot)" with its spaces: moves behind it. */
static bool take_dot(struct str t, size_t *at)
{
    size_t word = skip_any(t, *at, " (["), end = skip(t, word, LETTER);
    if (word == *at || end != word + 3 || lower(t.p[word]) != 'd' || lower(t.p[word + 1]) != 'o' ||
        lower(t.p[word + 2]) != 't')
        return false;
    *at = skip_any(t, end, " )]");
    return true;
}

/*
 * "sam dot smith at example dot com", "sam.smith at gmail.com", "sam82 at gmail". Without a "dot"
 * it takes a part before the "at" that is no word, or "look at northmoor.com" would be one.
 */
static bool find_spelled_email(const struct spot *s, struct entity *ret)
{
    struct str t = s->t;
    if (is(t, s->at - 1, WORD) || lower(byte_at(t, s->at + 1)) != 't' || is(t, s->at + 2, WORD))
        return false;
    size_t local_end = s->at;
    while (local_end > 0 && is_one_of(t, local_end - 1, " (["))
        local_end--;
    size_t from = local_part_start(t, local_end), at = skip_any(t, s->at + 2, " )]");
    bool spelled = false, odd = false;
    for (size_t i = from; i < local_end; i++)
        odd |= !is(t, i, LETTER);
    struct span dot, part;
    while (word_before(t, from, &dot) && dot.to - dot.from == 3 &&
           word_before(t, dot.from, &part)) {
        size_t dot_at = part.to;
        if (!take_dot(t, &dot_at) || dot_at != from)
            break;
        from = part.from;
        odd = true;
    }
    size_t label = at, to = skip(t, at, LETTER | DIGIT);
    unsigned m = meaning(t, label, to);
    bool mail = m & MAIL;
    if (from == local_end || to == label || m & COUNTED) /* "at the dot com office" */
        return false;
    for (;;) {
        size_t next = to;
        bool dotted = byte_at(t, next) == '.';
        if (dotted)
            next++;
        else if (!take_dot(t, &next))
            break;
        size_t end = skip(t, next, LETTER);
        if (!(meaning(t, next, end) & TOP) || is(t, end, WORD))
            break;
        spelled |= !dotted;
        mail |= dotted && odd;
        to = end;
    }
    *ret = (struct entity){ ENTITY_EMAIL, (uint32_t)from, (uint32_t)to };
    return spelled || (mail && odd);
}

static bool find_mark(const struct spot *s, struct entity *ret)
{
    struct str rest = str_cut(s->t, s->at, s->t.len);
    for (unsigned k = 0; k < ENTITY_KINDS; k++) {
        struct str mark = str_of(marks[k]);
        *ret =
            (struct entity){ (enum entity_kind)k, (uint32_t)s->at, (uint32_t)(s->at + mark.len) };
        if (str_starts(rest, mark))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * the walk */

static const struct finder {
    unsigned begin; /* classes of bytes it may begin with */
    bool (*find)(const struct spot *s, struct entity *ret);
} finders[] = {
    /* the surest first: a card's digits could begin like a telephone number */
    { AN_AT, find_email },    { AN_A, find_spelled_email }, { OPENING, find_mark },
    { DIGIT, find_nino },     { DIGIT, find_card },         { DIGIT, find_phone },
    { DIGIT, find_bank },     { DIGIT, find_dob },          { DIGIT, find_nhs },
    { DIGIT, find_postcode }, { DIGIT, find_district },     { DIGIT, find_address },
};

/* Is the number's run part of a link's path, a handle or an amount with a point? */
static bool is_part_of_more(struct str t, size_t word)
{
    return is_one_of(t, word - 1, "@=&_") ||
           (is_one_of(t, word - 1, "/#") && is(t, word - 2, LETTER));
}

static int add(struct arena *arena, size_t *room, struct entities *found, struct entity e)
{
    int r = array_grow_in(arena, (void **)&found->list, found->count, room, sizeof *found->list);
    if (r == 0)
        found->list[found->count++] = e;
    return r;
}

/* What stands at @s and begins behind @least. */
static bool find_at(const struct spot *s, size_t least, struct entity *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(finders); i++)
        if (is(s->t, s->at, finders[i].begin) && finders[i].find(s, ret) && ret->from >= least)
            return true;
    return false;
}

int entity_find(struct arena *arena, struct str text, struct entities *ret)
{
    struct entities found = { 0 };
    size_t room = 0, least = 0;
    for (size_t at = 0; at < text.len;) {
        if (!is(text, at, MAY_BEGIN)) {
            at++;
            continue;
        }
        struct spot s = { text, at, at };
        struct entity e;
        if (text.p[at] == ':') { /* no detail is looked for in a link */
            bool link = byte_at(text, at + 1) == '/' && byte_at(text, at + 2) == '/';
            while (++at < text.len && link && !is_one_of(text, at, " \n\r\t")) {
            }
            continue;
        }
        while (is(text, at, DIGIT) && s.word > least && is(text, s.word - 1, WORD))
            s.word--;
        if (!(is(text, at, DIGIT) && is_part_of_more(text, s.word)) && find_at(&s, least, &e)) {
            int r = add(arena, &room, &found, e);
            if (r < 0)
                return r;
            at = least = e.to;
        } else {
            at = is(text, at, DIGIT) ? skip(text, at, WORD) : at + 1;
        }
    }
    *ret = found;
    return 0;
}

int entity_mask(struct str text, const struct entities *found, struct buf *out)
{
    size_t done = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct entity *e = &found->list[i];
        if (e->kind == ENTITY_DISTRICT)
            continue;
        (void)buf_add(out, str_cut(text, done, e->from));
        (void)buf_addc(out, marks[e->kind]);
        done = e->to;
    }
    return buf_add(out, str_cut(text, done, text.len));
}
