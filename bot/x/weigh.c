/*
 * The weighted length of a post: NFC; a link 23, whatever its length; an emoji 2; code points of
 * the Latin and general punctuation ranges 1; everything else 2.
 */
#include <stdlib.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "bot/x/text_private.h"
#include "bot/x/wire.h"
#include "bot/x/x.h"

enum { LINK_WEIGHT = 23, EMOJI_WEIGHT = 2 };

static bool weighs_one(uint32_t c)
{
    return c <= 0x10ff || (c >= 0x2000 && c <= 0x200d) || (c >= 0x2010 && c <= 0x201f) ||
           (c >= 0x2032 && c <= 0x2037);
}

/* Emoji are looked for from the text's start on, as if there were no links, and one that begins in
 * a link is the link's. *at and *len are the last that was found. */
static bool emoji_begins(struct units t, size_t here, size_t *at, size_t *len)
{
    while (*at < here) {
        *at += *len ? *len : 1;
        *len = *at < t.len ? emoji_len(t, *at) : 0;
    }
    return *at == here && *len;
}

static struct x_weight weigh_units(struct units t, enum x_emoji_reading emoji,
                                   const struct links *links)
{
    struct x_weight w = { .valid = true, .units = t.len };
    size_t emoji_at = 0, len = t.len ? emoji_len(t, 0) : 0;
    for (size_t at = 0, l = 0; at < t.len;) {
        if (l < links->count && links->items[l].from == at) {
            w.weight += LINK_WEIGHT;
            at += links->items[l++].weighed;
        } else if (emoji == X_EMOJI_WHOLE && emoji_begins(t, at, &emoji_at, &len)) {
            w.weight += EMOJI_WEIGHT;
            at += len;
        } else {
            uint32_t c = units_point(t, at);
            w.weight += weighs_one(c) ? 1 : 2;
            w.valid = w.valid && c != 0xfffe && c != 0xfeff && c != 0xffff;
            at += c > 0xffff ? 2 : 1;
        }
        if (w.valid && w.weight <= X_WEIGHT_MAX)
            w.fits = at;
    }
    w.valid = w.valid && w.weight > 0 && w.weight <= X_WEIGHT_MAX;
    return w;
}

static int to_nfc(struct units *t)
{
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
    if (unorm2_quickCheck(nfc, t->p, (int32_t)t->len, &code) == UNORM_YES)
        return 0;
    int32_t room = (int32_t)t->len * 3 + 1; /* NFC grows a text at most threefold */
    uint16_t *composed = malloc((size_t)room * sizeof *composed);
    if (!composed)
        return ERR_NOMEM;
    int32_t len = unorm2_normalize(nfc, t->p, (int32_t)t->len, composed, room, &code);
    if (U_FAILURE(code)) {
        free(composed);
        return ERR_NOMEM;
    }
    free(t->p);
    *t = (struct units){ composed, (size_t)len };
    return 0;
}

int x_compose(struct str text, struct buf *out)
{
    struct units t;
    int r = units_read(text, &t);
    if (r < 0)
        return r;
    r = to_nfc(&t);
    char *bytes = r == 0 ? malloc(3 * t.len + 1) : NULL; /* a unit is three bytes at most */
    int32_t len = 0;
    UErrorCode code = U_ZERO_ERROR;
    if (bytes)
        (void)u_strToUTF8(bytes, (int32_t)(3 * t.len + 1), &len, t.p, (int32_t)t.len, &code);
    if (!bytes || U_FAILURE(code))
        r = ERR_NOMEM;
    else
        r = buf_add(out, (struct str){ bytes, (size_t)len });
    free(bytes);
    free(t.p);
    return r;
}

int x_weigh(struct str text, enum x_emoji_reading emoji, struct x_weight *ret)
{
    struct units t;
    struct links links = { 0 };
    int r = units_read(text, &t);
    if (r < 0)
        return r;
    r = to_nfc(&t);
    if (r == 0)
        r = links_find(t, &links);
    if (r == 0)
        *ret = weigh_units(t, emoji, &links);
    links_release(&links);
    free(t.p);
    return r;
}

/* What can't be weighed reads as too heavy: nothing is cut. */
static unsigned x_text_weight(struct str text)
{
    struct x_weight w;
    return x_weigh(text, X_EMOJI_WHOLE, &w) < 0 ? UINT32_MAX : w.weight;
}

static int x_address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://x.com/%.*s/status/%.*s", STR_ARG(handle), STR_ARG(remote_id));
}

const struct text_rules x_text_rules = {
    .limit = X_WEIGHT_MAX,
    .weight = x_text_weight,
    .address = x_address,
    .same = x_same_text,
};
