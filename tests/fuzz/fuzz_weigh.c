/* A text from outside, read as X reads it: every place must be one of the text's, in order. */
#include "bot/x/text.h"
#include "tests/fuzz/fuzz.h"

static bool between_points(struct str valid, size_t at)
{
    return at == valid.len || ((unsigned char)valid.p[at] & 0xc0) != 0x80;
}

static void check_spans(struct str text, const struct x_span *spans, size_t count)
{
    for (size_t i = 0, end = 0; i < count; end = spans[i++].to) {
        FUZZ_CHECK(spans[i].from >= end && spans[i].from < spans[i].to && spans[i].to <= text.len);
        FUZZ_CHECK(between_points(text, spans[i].from) && between_points(text, spans[i].to));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena arena;
    struct str text = { (const char *)bytes, size };
    struct x_weight whole, apart;
    struct x_found found;
    if (!utf8_valid(text) || size > X_TEXT_BYTES_MAX)
        return 0;
    arena_clear(&arena);
    FUZZ_CHECK(x_weigh(text, X_EMOJI_WHOLE, &whole) == 0);
    FUZZ_CHECK(x_weigh(text, X_EMOJI_APART, &apart) == 0);
    FUZZ_CHECK(x_text_find(&arena, text, &found) == 0);
    FUZZ_CHECK(whole.units == apart.units && whole.fits <= whole.units);
    FUZZ_CHECK(!whole.valid || (whole.fits == whole.units && whole.weight <= X_WEIGHT_MAX));
    FUZZ_CHECK((whole.weight == 0) == (size == 0));
    check_spans(text, found.links, found.link_count);
    check_spans(text, found.mentions, found.mention_count);
    for (size_t i = 0; i < found.link_count; i++)
        FUZZ_CHECK(
            memchr(text.p + found.links[i].from, '.', found.links[i].to - found.links[i].from));
    for (size_t i = 0; i < found.mention_count; i++)
        for (size_t l = 0; l < found.link_count; l++)
            FUZZ_CHECK(found.mentions[i].to <= found.links[l].from ||
                       found.mentions[i].from >= found.links[l].to);
    return 0;
}
