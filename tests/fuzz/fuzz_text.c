/* A message from outside: made plain and matched. Whatever it is, the map back to it must be exact.
 */
#include "intents/intents.h"
#include "tests/fuzz/fuzz.h"

static struct {
    struct intents *set;
    struct intents_scratch *scratch;
    struct arena arena;
} t;

static void set_up(void)
{
    static const struct str bin[] = { { "bin", 3 }, { "green bin", 9 }, { "recycl*", 7 } };
    static const struct str missed[] = {
        { "missed", 6 }, { "not emptied", 11 }, { "so", 2 }, { "collection", 10 }
    };
    static const char *const patterns[] = {
        "(?&bin) (?&gap)(?&missed)",
        "(?&missed)",
        "when (?:[^ ]+ )*(?&bin)",
        "[^ ]+(?= \\?)",
    };
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    FUZZ_CHECK(v);
    FUZZ_CHECK(vocab_add_words(v, STR("bin"), bin, ARRAY_LEN(bin), "", &report) == 0);
    FUZZ_CHECK(vocab_add_words(v, STR("missed"), missed, ARRAY_LEN(missed), "", &report) == 0);
    FUZZ_CHECK(vocab_add_pattern(v, STR("gap"), STR("(?:[^ ]+ ){0,4}"), "", &report) == 0);
    FUZZ_CHECK(vocab_add_common(v, STR("the")) == 0);
    t.set = intents_new(v);
    t.scratch = intents_scratch_new();
    FUZZ_CHECK(t.set && t.scratch);
    for (unsigned i = 0; i < ARRAY_LEN(patterns); i++) {
        FUZZ_CHECK(intents_add_topic(t.set, str_of(patterns[i])) == (int)i);
        FUZZ_CHECK(intents_add_pattern(t.set, i, PATTERN_FOR, str_of(patterns[i]), 30 + i, "",
                                       &report) == 0);
    }
    FUZZ_CHECK(intents_add_pattern(t.set, 0, PATTERN_UNLESS, STR("never"), 0, "", &report) == 0);
}

static bool between_points(struct str valid, size_t at)
{
    return at == valid.len || (at < valid.len && ((unsigned char)valid.p[at] & 0xc0) != 0x80);
}

static void check_map(struct str text, const struct normal *n)
{
    size_t at = 0, from = 0;
    FUZZ_CHECK(utf8_valid(n->text));
    for (size_t i = 0; i < n->word_count; i++) {
        const struct normal_word *w = &n->words[i];
        uint32_t back_from = 0, back_to = 0;
        FUZZ_CHECK(w->at == at && w->len > 0 && w->at + w->len <= n->text.len);
        FUZZ_CHECK(!memchr(n->text.p + w->at, ' ', w->len));
        FUZZ_CHECK(w->from >= from && w->from < w->to && w->to <= text.len);
        FUZZ_CHECK(between_points(text, w->from) && between_points(text, w->to));
        FUZZ_CHECK(between_points(n->text, w->at) && between_points(n->text, w->at + w->len));
        if (i < 16) { /* a look through all words each time */
            FUZZ_CHECK(normal_origin(n, w->at, w->at + w->len, &back_from, &back_to));
            FUZZ_CHECK(back_from == w->from && back_to == w->to);
        }
        from = w->from;
        at += w->len + 1;
    }
    FUZZ_CHECK(n->word_count == 0 ? n->text.len == 0 : at == n->text.len + 1);
    for (size_t i = 0, end = 0; i < n->entities.count; end = n->entities.list[i++].to) {
        const struct entity *e = &n->entities.list[i];
        FUZZ_CHECK(e->from >= end && e->from < e->to && e->to <= text.len);
        FUZZ_CHECK(between_points(text, e->from) && between_points(text, e->to));
    }
}

static void check_match(struct str text, const struct intents_match *m)
{
    for (size_t i = 0; i < m->hit_count; i++) {
        FUZZ_CHECK(m->hits[i].score > 0 && m->hits[i].score <= 1);
        FUZZ_CHECK(i == 0 || m->hits[i - 1].score >= m->hits[i].score);
    }
    for (size_t i = 0; i < m->why_count; i++)
        for (size_t s = 0; s < m->whys[i].count; s++) {
            const uint32_t *span = m->whys[i].spans[s];
            FUZZ_CHECK(span[0] < span[1] && span[1] <= text.len);
            FUZZ_CHECK(between_points(text, span[0]) && between_points(text, span[1]));
        }
    FUZZ_CHECK(m->residue >= 0 && m->residue <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = { (const char *)bytes, size };
    struct normal n;
    struct intents_match m;
    if (!t.set)
        set_up();
    if (!utf8_valid(text))
        return 0;
    arena_clear(&t.arena);
    int r = normal_make(&t.arena, intents_vocab(t.set), text, &n);
    FUZZ_CHECK(r == (size > NORMAL_TEXT_MAX ? ERR_TOOBIG : 0));
    if (r == 0)
        check_map(text, &n);
    FUZZ_CHECK(intents_match(t.set, t.scratch, &t.arena, text, &m) == 0);
    FUZZ_CHECK(r == 0 || m.spent);
    check_match(text, &m);
    return 0;
}
