/*
 * Which units make one emoji. Every sequence that is one is found at its longest; what is newer
 * than the table falls apart into those parts that are.
 */
#include "bot/x/text_private.h"

enum {
    MARK = 0xfe0f,
    KEYCAP = 0x20e3,
    JOINER = 0x200d,
    FEMALE = 0x2640,
    MALE = 0x2642,
    MAN = 0x1f468,
    WOMAN = 0x1f469,
    FLAG_A = 0x1f1e6,
    FLAG_Z = 0x1f1ff,
    TONE_UNITS = 2,
};

static unsigned kinds_of(uint32_t point)
{
    size_t low = 0, high = x_emoji_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point > x_emoji[middle].to)
            low = middle + 1;
        else
            high = middle;
    }
    return low < x_emoji_count && point >= x_emoji[low].from ? x_emoji[low].kinds : 0;
}

static size_t point_units(uint32_t point)
{
    return point > 0xffff ? 2 : 1;
}

static uint32_t point_at(struct units t, size_t at)
{
    return at < t.len ? units_point(t, at) : 0;
}

static bool is_tone(uint32_t point)
{
    return point >= 0x1f3fb && point <= 0x1f3ff;
}

static size_t joined_len(struct units t, size_t at)
{
    for (size_t i = 0; i < x_emoji_joined_count; i++) {
        const struct emoji_sequence *s = &x_emoji_joined[i];
        if (t.len - at >= s->len && memcmp(t.p + at, s->units, s->len * sizeof *s->units) == 0)
            return s->len;
    }
    return 0;
}

/* A person with a sign of gender or a role, from @at on; @next is behind the person, @kinds hers.
 */
static size_t person_len(struct units t, size_t at, size_t next, uint32_t person, unsigned kinds)
{
    if ((kinds & EMOJI_TONE) && is_tone(point_at(t, next)))
        next += TONE_UNITS;
    else if ((kinds & EMOJI_MARK) && point_at(t, next) == MARK)
        next++;
    else if (kinds & EMOJI_MARK)
        return 0;
    if (point_at(t, next) != JOINER)
        return 0;
    uint32_t joined = point_at(t, next + 1);
    next += 1 + point_units(joined);
    bool marked = point_at(t, next) == MARK;
    if ((kinds & EMOJI_GENDER) && (joined == FEMALE || joined == MALE) && marked)
        return next + 1 - at;
    if (person != MAN && person != WOMAN)
        return 0;
    unsigned role = kinds_of(joined);
    if (role & EMOJI_ROLE)
        return next - at;
    return (role & EMOJI_ROLE_MARKED) && marked ? next + 1 - at : 0;
}

static size_t keycap_len(struct units t, size_t at)
{
    size_t next = at + 1 + (point_at(t, at + 1) == MARK);
    return point_at(t, next) == KEYCAP ? next + 1 - at : 0;
}

size_t emoji_len(struct units t, size_t at)
{
    uint32_t c = units_point(t, at);
    if (c < 0x80)
        return c == '#' || c == '*' || (c >= '0' && c <= '9') ? keycap_len(t, at) : 0;
    unsigned kinds = kinds_of(c);
    size_t next = at + point_units(c), len = c > 0xffff ? joined_len(t, at) : 0;
    uint32_t behind = point_at(t, next);
    if (!len)
        len = person_len(t, at, next, c, kinds);
    if (len)
        return len;
    if (c >= FLAG_A && c <= FLAG_Z && behind >= FLAG_A && behind <= FLAG_Z &&
        (x_emoji_flags[c - FLAG_A] >> (behind - FLAG_A) & 1))
        return 4;
    if ((kinds & EMOJI_MARK) && behind == MARK)
        behind = point_at(t, ++next);
    if ((kinds & EMOJI_TONE) && is_tone(behind))
        next += TONE_UNITS;
    return next - at > point_units(c) ? next - at : 0;
}
