/*
 * The weighted length of a post, as twitter-text counts it (configuration v3): NFC; a link 23,
 * whatever its length; an emoji sequence 2; code points of the Latin and general punctuation ranges
 * 1; everything else 2.
 */
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "bot/x/wire.h"
#include "bot/x/x.h"

enum { LIMIT = 280, LINK_WEIGHT = 23, EMOJI_WEIGHT = 2, WEIGHED_BYTES_MAX = 1 << 20 };

static bool weighs_one(uint32_t c)
{
    return c <= 0x10ff || (c >= 0x2000 && c <= 0x200d) || (c >= 0x2010 && c <= 0x201f) ||
           (c >= 0x2032 && c <= 0x2037);
}

static bool is_emoji(uint32_t c)
{
    return c > 0xff && (u_hasBinaryProperty((UChar32)c, UCHAR_EMOJI_PRESENTATION) ||
                        u_hasBinaryProperty((UChar32)c, UCHAR_EXTENDED_PICTOGRAPHIC));
}

/* Parts that carry on an emoji: joiner, variation selector, skin tone, flag letters, tags, the
 * keycap. */
static bool carries_on(uint32_t c)
{
    return c == 0xfe0f || c == 0x20e3 || (c >= 0x1f3fb && c <= 0x1f3ff) ||
           (c >= 0xe0020 && c <= 0xe007f);
}

static bool is_regional(uint32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

static bool is_domain_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_path_byte(char c)
{
    return c > ' ' && !strchr("\"<>\\^`{|}", c);
}

/* Bytes of the domain at the start of @s if its last label can end one: letters of a country or one
 * of the widespread names. */
static size_t domain_len(struct str s)
{
    static const char *const tops[] = { "com",  "org",   "net",    "info", "gov",     "edu",
                                        "app",  "dev",   "biz",    "io",   "example", "london",
                                        "scot", "wales", "online", "site", "xyz" };
    size_t len = 0, last_dot = 0;
    while (len < s.len &&
           (is_domain_byte(s.p[len]) || (s.p[len] == '.' && len && s.p[len - 1] != '.'))) {
        if (s.p[len] == '.')
            last_dot = len;
        len++;
    }
    while (len > 0 && (s.p[len - 1] == '.' || s.p[len - 1] == '-'))
        len--;
    if (last_dot >= len) /* a full stop at the end */
        for (last_dot = len; last_dot > 0 && s.p[last_dot - 1] != '.';)
            last_dot--;
    else
        last_dot++;
    if (last_dot < 2)
        return 0;
    struct str top = str_cut(s, last_dot, len);
    bool letters = top.len == 2;
    for (size_t i = 0; i < top.len && letters; i++)
        letters = (top.p[i] | 32) >= 'a' && (top.p[i] | 32) <= 'z';
    for (size_t i = 0; i < ARRAY_LEN(tops) && !letters; i++)
        letters = top.len == strlen(tops[i]) && strncasecmp(top.p, tops[i], top.len) == 0;
    return letters ? len : 0;
}

/* Bytes of the link at s.p[at], 0 if none begins there. */
static size_t link_len(struct str s, size_t at)
{
    struct str rest = str_cut(s, at, s.len);
    unsigned char before = at ? (unsigned char)s.p[at - 1] : ' ';
    if (is_domain_byte((char)before) || before == '@' || before == '.' || before == '_' ||
        before == '/' || before == '#' || before == '$')
        return 0;
    size_t scheme = str_starts(rest, STR("https://"))  ? 8
                    : str_starts(rest, STR("http://")) ? 7
                                                       : 0;
    size_t len = domain_len(str_cut(rest, scheme, rest.len));
    if (!len)
        return 0;
    len += scheme;
    if (len < rest.len && rest.p[len] == '@') /* an email address */
        return 0;
    if (len + 1 < rest.len && rest.p[len] == ':' && rest.p[len + 1] >= '0' &&
        rest.p[len + 1] <= '9')
        for (len++; len < rest.len && rest.p[len] >= '0' && rest.p[len] <= '9';)
            len++;
    if (len < rest.len && (rest.p[len] == '/' || rest.p[len] == '?')) {
        while (len < rest.len && is_path_byte(rest.p[len]))
            len++;
        while (len > 0 &&
               strchr(".,!?:;'\")", rest.p[len - 1])) /* the sentence's, not the link's */
            len--;
    }
    return len;
}

static unsigned weigh_normal(struct str s)
{
    unsigned weight = 0;
    for (size_t at = 0; at < s.len;) {
        size_t link = link_len(s, at);
        if (link) {
            weight += LINK_WEIGHT;
            at += link;
            continue;
        }
        uint32_t c = utf8_next(s, &at);
        size_t next = at;
        uint32_t after = at < s.len ? utf8_next(s, &next) : 0;
        bool keycap = (c == '#' || c == '*' || (c >= '0' && c <= '9')) &&
                      (after == 0xfe0f || after == 0x20e3);
        if (is_regional(c) && is_regional(after)) {
            at = next;
            weight += EMOJI_WEIGHT;
            continue;
        }
        if (!keycap && !is_emoji(c)) {
            weight += weighs_one(c) ? 1 : 2;
            continue;
        }
        weight += EMOJI_WEIGHT;
        while (at < s.len) {
            next = at;
            after = utf8_next(s, &next);
            if (carries_on(after)) {
                at = next;
            } else if (after == 0x200d && next < s.len) {
                size_t joined = next;
                if (!is_emoji(utf8_next(s, &joined)))
                    break;
                at = joined;
            } else {
                break;
            }
        }
    }
    return weight;
}

static unsigned x_weight(struct str text)
{
    if (text.len > WEIGHED_BYTES_MAX)
        return UINT32_MAX;
    bool ascii = true;
    for (size_t i = 0; i < text.len && ascii; i++)
        ascii = (unsigned char)text.p[i] < 0x80;
    if (ascii)
        return weigh_normal(text);
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
    int32_t room = (int32_t)text.len * 3 + 8, len = 0,
            bytes = 0; /* NFC grows a text at most threefold */
    UChar *units = calloc((size_t)room, sizeof *units),
          *composed = calloc((size_t)room, sizeof *composed);
    char *plain = calloc((size_t)room, 3);
    unsigned weight = UINT32_MAX; /* out of memory reads as too long: nothing is cut */
    if (units && composed && plain) {
        (void)u_strFromUTF8(units, room, &len, text.p, (int32_t)text.len, &code);
        len = unorm2_normalize(nfc, units, len, composed, room, &code);
        (void)u_strToUTF8(plain, room * 3, &bytes, composed, len, &code);
        if (U_SUCCESS(code))
            weight = weigh_normal((struct str){ plain, (size_t)bytes });
    }
    free(units);
    free(composed);
    free(plain);
    return weight;
}

static int x_address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://x.com/%.*s/status/%.*s", STR_ARG(handle), STR_ARG(remote_id));
}

const struct text_rules x_text_rules = {
    .limit = LIMIT,
    .weight = x_weight,
    .address = x_address,
    .same = x_same_text,
};
