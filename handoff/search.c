#include "handoff/search.h"

#include <unicode/uchar.h>

enum { WORDS_MAX = 16, SPANS_MAX = 32, LEAD_POINTS = 60 };

/* What SQLite's unicode61 makes words of. */
static bool has_letters(struct str word)
{
    for (size_t at = 0; at < word.len;)
        if (U_MASK(u_charType((UChar32)utf8_next(word, &at))) &
            (U_GC_L_MASK | U_GC_N_MASK | U_GC_CO_MASK))
            return true;
    return false;
}

static bool is_space(uint32_t cp)
{
    return u_isUWhiteSpace((UChar32)cp) || u_iscntrl((UChar32)cp);
}

/* The next word of @rest, which is moved behind it; empty at the end. */
static struct str next_word(struct str *rest)
{
    size_t from = 0, to, at = 0;
    while (at < rest->len && is_space(utf8_next(*rest, &at)))
        from = at;
    for (to = at = from; at < rest->len && !is_space(utf8_next(*rest, &at));)
        to = at;
    struct str word = str_cut(*rest, from, to);
    *rest = str_cut(*rest, to, rest->len);
    return word;
}

int search_expression(struct str text, struct buf *ret)
{
    struct str word;
    size_t count = 0;
    text = utf8_cut(text, SEARCH_POINTS_MAX);
    while (count < WORDS_MAX && (word = next_word(&text)).len) {
        if (!has_letters(word))
            continue;
        (void)buf_addc(ret, count++ ? " AND " : "");
        (void)buf_addc(ret, word.p[0] == '@' ? "handle:\"" : "\"");
        for (size_t i = 0; i < word.len; i++) {
            (void)buf_add_byte(ret, word.p[i]);
            if (word.p[i] == '"')
                (void)buf_add_byte(ret, '"');
        }
        (void)buf_add_byte(ret, '"');
    }
    return count ? buf_add_byte(ret, '*') : ret->err;
}

/* Where the marks stand, in bytes of @text. A text may hold the marks' bytes itself: what goes on
 * as the text does is the text. */
static size_t find_spans(struct str text, struct str marked, size_t ret[SPANS_MAX][2])
{
    size_t count = 0, at = 0;
    bool open = false;
    for (size_t i = 0; i < marked.len; i++) {
        if (at < text.len && marked.p[i] == text.p[at]) {
            at++;
        } else if (!open && count < SPANS_MAX) {
            ret[count][0] = at;
            open = true;
        } else if (open) {
            ret[count++][1] = at;
            open = false;
        }
    }
    return count;
}

/* The byte @points before @at, moved on to where a word begins. */
static size_t go_back(struct str text, size_t at, size_t points)
{
    size_t from = at;
    while (from > 0 && points > 0) {
        from--;
        points -= ((unsigned char)text.p[from] & 0xc0) != 0x80;
    }
    if (from == 0)
        return 0;
    const char *space = memchr(text.p + from, ' ', at - from);
    return space ? (size_t)(space - text.p) + 1 : from;
}

void search_cut(struct str text, struct str marked, cJSON *item)
{
    size_t found[SPANS_MAX][2], count = find_spans(text, marked, found), from = 0;
    const char *before = "", *behind = "";
    struct str part = text;
    if (utf8_points(text) > SEARCH_CUT_POINTS) {
        from = go_back(text, count ? found[0][0] : 0, LEAD_POINTS);
        before = from ? "…" : "";
        part = utf8_cut(str_cut(text, from, text.len), SEARCH_CUT_POINTS - 2);
        behind = from + part.len < text.len ? "…" : "";
    }
    struct buf shown = BUF_INIT(65536);
    (void)buf_addf(&shown, "%s%.*s%s", before, STR_ARG(part), behind);
    (void)json_put_str(item, "text", buf_str(&shown));
    buf_release(&shown);
    cJSON *spans = cJSON_AddArrayToObject(item, "spans");
    for (size_t i = 0; i < count && found[i][1] <= from + part.len; i++) {
        int pair[2];
        for (int k = 0; k < 2; k++)
            pair[k] =
                (int)(utf16_units(str_of(before)) + utf16_units(str_cut(text, from, found[i][k])));
        (void)cJSON_AddItemToArray(spans, cJSON_CreateIntArray(pair, 2));
    }
}
