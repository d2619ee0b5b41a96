/*
 * Where the links of a text are. twitter-text says it by one large expression that begins anew at
 * each place; here the ends of all domains are found first, in one pass from behind, so that no
 * text takes more than time in proportion to its length.
 */
#include <stdlib.h>

#include <unicode/uchar.h>
#include <unicode/ustring.h>

#include "bot/x/text_private.h"

enum {
    LABEL_MAX = 63,
    LINK_MAX = 4096,
    LINK_UNITS_MIN = 4, /* "a.co" */
    SHORT_NAME_MAX = 40,
    SECURE_PROTOCOL = 8,
};

static bool is_letter(uint16_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint16_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(uint16_t c)
{
    return is_letter(c) || is_digit(c);
}

static bool is_one_of(uint16_t c, const char *set)
{
    return c > 0 && c < 0x80 && strchr(set, c);
}

/* Capital and small letter are one where the expressions compare; none beyond ASCII is one of
 * ASCII's. */
static uint16_t fold(uint16_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    UChar32 folded = u_tolower(u_toupper(c));
    return folded < 0x80 || folded > 0xffff ? c : (uint16_t)folded;
}

bool x_is_accented(uint32_t c)
{
    static const uint16_t apart[] = { 0x253, 0x254, 0x256, 0x257, 0x259, 0x25b, 0x263,
                                      0x268, 0x26f, 0x272, 0x289, 0x28b, 0x2bb };
    if ((c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7) || (c >= 0x300 && c <= 0x36f) ||
        (c >= 0x1e00 && c <= 0x1eff))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(apart); i++)
        if (apart[i] == c)
            return true;
    return false;
}

static uint32_t capital(uint16_t c)
{
    UChar32 upper = u_toupper(c);
    return upper < 0x80 ? c : (uint32_t)upper;
}

/* A Latin letter beyond ASCII, or whose other case is one: the last three are the capitals of
 * U+0345, U+023F and U+0240. */
static bool is_latin(uint16_t c)
{
    uint32_t upper = c >= 0x80 ? capital(c) : 0;
    return x_is_accented(upper) || upper == 0x399 || upper == 0x2c7e || upper == 0x2c7f;
}

static bool is_cyrillic(uint16_t c)
{
    uint32_t upper = c >= 0x80 ? capital(c) : 0;
    return upper >= 0x400 && upper <= 0x4ff;
}

/* Turns the direction of writing. */
static bool is_turn(uint16_t c)
{
    return (c >= 0x202a && c <= 0x202e) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2066 && c <= 0x2069);
}

static bool is_space(uint16_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           c == 0x180e || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_forbidden(uint16_t c)
{
    return c == 0xfffe || c == 0xfeff || c == 0xffff;
}

/* In a name behind a protocol stands what isn't punctuation: halves of pairs, quotes, controls. */
static bool is_name_unit(uint16_t c)
{
    if (c < 0x80)
        return !is_one_of(c, "!'#%&()*+,\\-./:;<=>?@[]^_{|}~$") && !is_space(c);
    return !is_space(c) && !is_forbidden(c) && !is_turn(c);
}

/* In a name without a protocol: Latin letters, digits, hyphens. */
static bool is_bare_unit(uint16_t c)
{
    return is_alnum(c) || c == '-' || is_latin(c);
}

static bool is_path_unit(uint16_t c)
{
    return is_alnum(c) || is_one_of(c, "!*';:=+,.$/%#[]-_~@|&") || c == 0x2013 || is_latin(c) ||
           is_cyrillic(c);
}

static bool is_path_end(uint16_t c)
{
    return is_path_unit(c) && c != 0x2013 && !is_one_of(c, "!*';:,.$%[]~@|&");
}

static bool is_query_unit(uint16_t c)
{
    return is_alnum(c) || is_one_of(c, "!?*'@();:&=+$/%#[]-_.,~|");
}

static bool is_query_end(uint16_t c)
{
    return is_alnum(c) || is_one_of(c, "-_&=#/");
}

static bool may_precede(uint16_t c)
{
    return !is_alnum(c) && !is_one_of(c, "@$#") && c != 0xff20 && c != 0xff03 && !is_forbidden(c);
}

static int top_cmp(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

/* Where the top-level domain that begins at @at ends, the longest; 0 if none begins there. */
static uint32_t top_end(struct units t, size_t at, size_t to)
{
    char name[TOP_UNITS_MAX * 3 + 1];
    size_t lens[TOP_UNITS_MAX + 1] = { 0 }, n = 0;
    while (n < TOP_UNITS_MAX && at + n < to && (is_letter(t.p[at + n]) || t.p[at + n] >= 0x80) &&
           (t.p[at + n] & 0xf800) != 0xd800) {
        char bytes[4];
        size_t len = utf8_put(fold(t.p[at + n]), bytes);
        memcpy(name + lens[n], bytes, len);
        lens[n + 1] = lens[n] + len;
        n++;
    }
    for (; n > 1; n--) {
        uint16_t next = at + n < to ? t.p[at + n] : ' ';
        if (is_alnum(next) || next == '@' || next == '+' || next == '-')
            continue;
        name[lens[n]] = '\0';
        if (bsearch(name, x_tops, x_top_count, sizeof *x_tops, top_cmp))
            return (uint32_t)(at + n);
    }
    /* one in Punycode isn't looked up */
    if (to - at < 5 || fold(t.p[at]) != 'x' || fold(t.p[at + 1]) != 'n' || t.p[at + 2] != '-' ||
        t.p[at + 3] != '-')
        return 0;
    for (n = 4; at + n < to && (is_alnum(t.p[at + n]) || t.p[at + n] == '-');)
        n++;
    return n > 4 ? (uint32_t)(at + n) : 0;
}

/*
 * For each place from @from to @to, where the longest domain that begins there ends; 0 if none
 * does. A domain is labels with a dot behind each, and a top-level domain behind the last dot. A
 * label neither begins nor ends with - or _, and the last must have no _; without a protocol,
 * @bare, it is of Latin letters, digits and hyphens anywhere.
 */
static void find_ends(struct units t, size_t from, size_t to, bool bare, uint32_t *ends)
{
    enum { OUTSIDE, AT_DOT, IN_LABEL } where = OUTSIDE;
    uint32_t top = 0, further = 0; /* the end if this label is the last, and if it isn't */
    for (size_t i = to; i-- > from;) {
        uint16_t c = t.p[i];
        ends[i] = 0;
        if (c == '.') {
            top = i + 1 < to ? top_end(t, i + 1, to) : 0;
            further = i + 1 < to ? ends[i + 1] : 0;
            where = AT_DOT;
        } else if (where == OUTSIDE) {
            continue;
        } else if (bare ? is_bare_unit(c) : is_name_unit(c)) {
            where = IN_LABEL;
            ends[i] = further ? further : top;
        } else if (where == IN_LABEL && !bare && (c == '-' || c == '_')) {
            top = c == '_' ? 0 : top;
        } else {
            where = OUTSIDE;
        }
    }
}

static bool is_word(struct units t, size_t at, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i < len; i++)
        if (at + i >= t.len || fold(t.p[at + i]) != (uint16_t)word[i])
            return false;
    return true;
}

static size_t protocol_len(struct units t, size_t at)
{
    return is_word(t, at, "https://") ? SECURE_PROTOCOL : is_word(t, at, "http://") ? 7 : 0;
}

static size_t skip_path_units(struct units t, size_t at)
{
    while (at < t.len && is_path_unit(t.p[at]))
        at++;
    return at;
}

/* Behind the bracket that closes the one at @at; there may be one more pair inside. 0 if it isn't
 * closed, or is empty. */
static size_t brackets_end(struct units t, size_t at)
{
    size_t next = skip_path_units(t, at + 1);
    if (next >= t.len)
        return 0;
    if (t.p[next] == ')')
        return next > at + 1 ? next + 1 : 0;
    if (t.p[next] != '(')
        return 0;
    size_t inner = skip_path_units(t, next + 1);
    if (inner == next + 1 || inner >= t.len || t.p[inner] != ')')
        return 0;
    next = skip_path_units(t, inner + 1);
    return next < t.len && t.p[next] == ')' ? next + 1 : 0;
}

/* @at is the slash in front. The sentence's full stop or comma is not the path's; a pair of
 * brackets is at the end only right behind what could be it. */
static size_t path_end(struct units t, size_t at)
{
    size_t end = at + 1;
    for (at++; at < t.len;) {
        size_t closed = t.p[at] == '(' ? brackets_end(t, at) : 0;
        if (closed)
            end = end == at ? closed : end;
        else if (is_path_end(t.p[at]))
            end = at + 1;
        else if (!is_path_unit(t.p[at]))
            break;
        at = closed ? closed : at + 1;
    }
    return end;
}

static size_t query_end(struct units t, size_t at)
{
    size_t end = at;
    if (at >= t.len || t.p[at] != '?')
        return at;
    for (at++; at < t.len && is_query_unit(t.p[at]); at++)
        if (is_query_end(t.p[at]))
            end = at + 1;
    return end;
}

/*
 * Characters of a label in Punycode (RFC 3492, 6.3), without the "xn--": as far as they are needed
 * to know whether it is too long.
 */
static size_t punycode_len(const uint32_t *points, size_t count)
{
    enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 128 };
    uint32_t n = FIRST, delta = 0, bias = BIAS;
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += points[i] < FIRST;
    size_t done = len, basic = len;
    if (basic)
        len++;
    while (done < count) {
        uint32_t least = UINT32_MAX;
        for (size_t i = 0; i < count; i++)
            least = points[i] >= n && points[i] < least ? points[i] : least;
        delta += (least - n) * (uint32_t)(done + 1);
        n = least;
        for (size_t i = 0; i < count; i++) {
            delta += points[i] < n;
            if (points[i] != n)
                continue;
            uint32_t q = delta;
            for (uint32_t k = BASE;; k += BASE) {
                uint32_t threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
                len++;
                if (q < threshold)
                    break;
                q = (q - threshold) / (BASE - threshold);
            }
            delta = done == basic ? delta / DAMP : delta / 2;
            delta += delta / (uint32_t)(done + 1);
            for (bias = 0; delta > (BASE - T_MIN) * T_MAX / 2; bias += BASE)
                delta /= BASE - T_MIN;
            bias += (BASE - T_MIN + 1) * delta / (delta + SKEW);
            delta = 0;
            done++;
        }
        delta++;
        n++;
    }
    return len;
}

/* Is the label short enough for the name service, written in ASCII? Full stops of other scripts
 * part it once more, but its length is that of all parts. */
static bool is_label_short(struct units t, size_t from, size_t to)
{
    uint32_t points[LABEL_MAX];
    size_t len = 0, count = 0;
    bool plain = true;
    struct units label = { t.p, to };
    for (size_t at = from; at <= to;) {
        uint32_t c = at < to ? units_point(label, at) : '.';
        at += c > 0xffff ? 2 : 1;
        if (c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61) {
            len += (plain ? count : 4 + punycode_len(points, count)) + (at <= to);
            count = 0;
            plain = true;
        } else if (count == LABEL_MAX) {
            return false;
        } else {
            points[count++] = c;
            plain = plain && c < 0x80;
        }
        if (len > LABEL_MAX)
            return false;
    }
    return len > 0;
}

static bool are_labels_short(struct units t, size_t from, size_t to)
{
    for (size_t end = from; from < to; from = end + 1) {
        for (end = from; end < to && t.p[end] != '.';)
            end++;
        if (!is_label_short(t, from, end))
            return false;
    }
    return true;
}

struct parts {
    size_t from, domain, domain_to, path, to; /* path: where it begins; 0 if there is none */
};

/* The link that begins at @from by its form, protocol to query. */
static bool read_parts(struct units t, const uint32_t *ends, size_t from, struct parts *ret)
{
    if (from >= t.len)
        return false;
    size_t domain = from + protocol_len(t, from);
    if (domain >= t.len || !ends[domain])
        return false;
    size_t at = ends[domain], path = 0;
    struct parts parts = { .from = from, .domain = domain, .domain_to = at };
    if (at + 1 < t.len && t.p[at] == ':' && is_digit(t.p[at + 1]))
        for (at++; at < t.len && is_digit(t.p[at]);)
            at++;
    if (at < t.len && t.p[at] == '/') {
        path = at;
        at = path_end(t, at);
    }
    parts.path = path;
    parts.to = query_end(t, at);
    *ret = parts;
    return true;
}

/* X's own short links have a name of letters and digits, and perhaps a query, and end there.
 * Returns 0 if the name is too long for one. */
static size_t short_link_end(struct units t, const struct parts *p)
{
    if (!is_word(t, p->domain, "t.co/"))
        return p->to;
    size_t name = p->domain + 5, end = name;
    while (end < p->to && is_alnum(t.p[end]))
        end++;
    if (end == name)
        return p->to;
    return end - name > SHORT_NAME_MAX ? 0 : query_end((struct units){ t.p, p->to }, end);
}

/* The first place at or behind @from where the same @len units stand as at @of, which is behind. */
static size_t first_same(struct units t, size_t from, size_t of, size_t len)
{
    while (memcmp(t.p + from, t.p + of, len * sizeof *t.p) != 0)
        from++;
    return from;
}

/*
 * Without a protocol the domains of Latin letters within the domain are links, and the last has the
 * path. twitter-text looks for each a second time by its letters, and then may find the same
 * letters where they are no domain; and its count takes the path from the last domain on, though
 * something may stand between. X does the same, so both are kept.
 */
static size_t find_bare(struct units t, const struct parts *p, uint32_t *ends, struct link *ret)
{
    size_t count = 0, found = p->domain;
    find_ends(t, p->domain, p->domain_to, true, ends);
    for (size_t at = p->domain; at < p->domain_to;) {
        if (!ends[at]) {
            at++;
            continue;
        }
        size_t len = ends[at] - at;
        found = first_same(t, found, at, len);
        ret[count++] = (struct link){ (uint32_t)found, (uint32_t)(found + len), (uint32_t)len };
        at += len;
        found += len;
    }
    if (count && p->path) {
        ret[count - 1].to = (uint32_t)p->to;
        ret[count - 1].weighed += (uint32_t)(p->to - p->domain_to);
    }
    return count;
}

/* Writes the links that @p makes, none if it is too long or its labels are, and says how many. */
static size_t take_link(struct units t, const struct parts *p, uint32_t *ends, struct link *ret)
{
    bool bare = p->domain == p->from;
    size_t protocol = bare ? SECURE_PROTOCOL : p->domain - p->from;
    if (protocol + p->to - p->from > LINK_MAX || !are_labels_short(t, p->domain, p->domain_to))
        return 0;
    if (bare)
        return p->from > 0 && is_one_of(t.p[p->from - 1], "-_./") ? 0 : find_bare(t, p, ends, ret);
    /* a name in Punycode is of nothing but ASCII; in capitals it passes */
    if (memcmp(t.p + p->domain, u"xn--", 4 * sizeof *t.p) == 0 && !find_bare(t, p, ends, ret))
        return 0;
    size_t end = short_link_end(t, p);
    if (!end)
        return 0;
    *ret = (struct link){ (uint32_t)p->from, (uint32_t)end, (uint32_t)(end - p->from) };
    return 1;
}

int links_find(struct units t, struct links *ret)
{
    struct links links = { 0 };
    if (!u_memchr(t.p, '.', (int32_t)t.len)) {
        *ret = links;
        return 0;
    }
    uint32_t *ends = malloc(t.len * sizeof *ends);
    links.items = malloc((t.len / LINK_UNITS_MIN + 1) * sizeof *links.items);
    if (!ends || !links.items) {
        free(ends);
        links_release(&links);
        return ERR_NOMEM;
    }
    find_ends(t, 0, t.len, false, ends);
    for (size_t at = 0; at < t.len;) {
        struct parts p;
        /* at the very start the first unit is taken for the one before a link, where it may be */
        bool found = (may_precede(t.p[at]) && read_parts(t, ends, at + 1, &p)) ||
                     (at == 0 && read_parts(t, ends, 0, &p));
        if (found)
            links.count += take_link(t, &p, ends, links.items + links.count);
        at = found ? p.to : at + 1;
    }
    free(ends);
    *ret = links;
    return 0;
}

void links_release(struct links *links)
{
    free(links->items);
    *links = (struct links){ 0 };
}
