/* Links and mentions in the text's own bytes, for who reads what X delivers. */
#include <stdlib.h>

#include <unicode/ustring.h>

#include "base/array.h"
#include "bot/x/text_private.h"

enum { NAME_BYTES_MAX = 20, LIST_BYTES_MAX = 25 };

int units_read(struct str text, struct units *ret)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t len = 0;
    if (text.len > X_TEXT_BYTES_MAX)
        return ERR_TOOBIG;
    uint16_t *units = malloc((text.len + 1) * sizeof *units);
    if (!units)
        return ERR_NOMEM;
    (void)u_strFromUTF8(units, (int32_t)text.len + 1, &len, text.len ? text.p : "",
                        (int32_t)text.len, &code);
    *ret = (struct units){ units, (size_t)len };
    return 0;
}

uint32_t units_point(struct units t, size_t at)
{
    uint32_t high = t.p[at];
    if ((high & 0xfc00) != 0xd800 || at + 1 >= t.len || (t.p[at + 1] & 0xfc00) != 0xdc00)
        return high;
    return 0x10000 + ((high - 0xd800) << 10) + (t.p[at + 1] - 0xdc00u);
}

/* The byte at which the unit @to stands, going on from *at and *unit. */
static size_t byte_of(struct str text, size_t to, size_t *at, size_t *unit)
{
    while (*unit < to && *at < text.len)
        *unit += utf8_next(text, at) > 0xffff ? 2 : 1;
    return *at;
}

static int find_links(struct arena *arena, struct str text, struct x_found *ret)
{
    struct units t;
    struct links links;
    int r = units_read(text, &t);
    if (r < 0)
        return r;
    r = links_find(t, &links);
    if (r == 0) {
        size_t at = 0, unit = 0;
        ret->links = arena_array(arena, links.count + 1, sizeof *ret->links);
        r = ret->links ? 0 : ERR_NOMEM;
        for (size_t i = 0; i < links.count && r == 0; i++) {
            ret->links[i].from = byte_of(text, links.items[i].from, &at, &unit);
            ret->links[i].to = byte_of(text, links.items[i].to, &at, &unit);
        }
        ret->link_count = links.count;
        links_release(&links);
    }
    free(t.p);
    return r;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_byte(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static size_t skip_name(struct str s, size_t at, size_t max)
{
    size_t to = at;
    while (to < s.len && to < at + max && is_name_byte(s.p[to]))
        to++;
    return to;
}

/* Bytes of the @ at @at, small or full width; 0 if there is none. */
static size_t sign_len(struct str s, size_t at)
{
    struct str rest = str_cut(s, at, s.len);
    return str_starts(rest, STR("@")) ? 1 : str_starts(rest, STR("\xef\xbc\xa0")) ? 3 : 0;
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

/* May the @ at @at begin a mention? What stands before @from belongs to the last one. */
static bool may_begin(struct str s, size_t from, size_t at)
{
    if (at == 0)
        return true;
    if (at == from)
        return false;
    char before = s.p[at - 1];
    if (!is_name_byte(before) && !is_one_of(before, "!#$%&*@"))
        return at - from < 3 || sign_len(s, at - 3) != 3;
    /* "RT@name" is how a post was once repeated */
    if (at - from < 2 || (before | 32) != 't' || (s.p[at - 2] | 32) != 'r')
        return false;
    return at == 2 ||
           (at - from > 2 && !is_name_byte(s.p[at - 3]) && !is_one_of(s.p[at - 3], "+~.-"));
}

/* What stands right behind a name that is no mention: another @, an accented letter, a protocol. */
static bool ends_badly(struct str s, size_t at)
{
    struct str rest = str_cut(s, at, s.len);
    return rest.len &&
           (sign_len(s, at) || x_is_accented(utf8_next(s, &at)) || str_starts(rest, STR("://")));
}

/* The next mention at or behind *at, which goes behind it, and behind the list that there may be.
 */
static bool next_mention(struct str s, size_t *at, struct x_span *ret)
{
    size_t from = *at;
    for (size_t i = from; i < s.len; i++) {
        size_t sign = sign_len(s, i);
        if (!sign || !may_begin(s, from, i))
            continue;
        size_t to = skip_name(s, i + sign, NAME_BYTES_MAX), list = to;
        if (to == i + sign)
            continue;
        if (to + 1 < s.len && s.p[to] == '/' && is_letter(s.p[to + 1]))
            for (list += 2; list < s.len && list < to + 1 + LIST_BYTES_MAX &&
                            (is_name_byte(s.p[list]) || s.p[list] == '-');)
                list++;
        from = list;
        if (list == to && !ends_badly(s, list)) {
            *ret = (struct x_span){ i, to };
            *at = from;
            return true;
        }
        i = from - 1;
    }
    *at = s.len;
    return false;
}

static int find_mentions(struct arena *arena, struct str text, struct x_found *ret)
{
    struct x_span m;
    size_t count = 0, room = 0, link = 0;
    void *list = NULL;
    for (size_t at = 0; next_mention(text, &at, &m);) {
        while (link < ret->link_count && ret->links[link].to <= m.from)
            link++;
        if (link < ret->link_count && ret->links[link].from < m.to)
            continue;
        if (array_grow_in(arena, &list, count, &room, sizeof m) < 0)
            return ERR_NOMEM;
        ((struct x_span *)list)[count++] = m;
    }
    ret->mentions = list;
    ret->mention_count = count;
    return 0;
}

int x_text_find(struct arena *arena, struct str text, struct x_found *ret)
{
    struct x_found found = { 0 };
    int r = find_links(arena, text, &found);
    if (r == 0)
        r = find_mentions(arena, text, &found);
    if (r == 0)
        *ret = found;
    return r;
}
