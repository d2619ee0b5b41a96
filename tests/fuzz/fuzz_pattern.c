/* A pattern as an editor may type it: compiles or is refused with a line that says where. */
#include "intents/intents.h"
#include "intents/pattern.h"
#include "tests/fuzz/fuzz.h"

enum { PATTERN_BYTES_MAX = 400 };

static struct vocab *make_vocab(void)
{
    static const struct str bin[] = { { "bin", 3 }, { "green bin", 9 }, { "recycl*", 7 } };
    static const struct str missed[] = { { "missed", 6 }, { "no (?&bin) taken", 16 } };
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    FUZZ_CHECK(v);
    FUZZ_CHECK(vocab_add_words(v, STR("bin"), bin, ARRAY_LEN(bin), "", &report) == 0);
    FUZZ_CHECK(vocab_add_words(v, STR("missed"), missed, ARRAY_LEN(missed), "", &report) == 0);
    FUZZ_CHECK(vocab_add_pattern(v, STR("gap"), STR("(?:[^ ]+ ){0,4}"), "", &report) == 0);
    return v;
}

/* The one line of @report: "error: here: …" with a column inside the pattern, if it names one. */
static void check_line(const struct report *report, size_t pattern_bytes)
{
    static const char column[] = "error: here: column ";
    struct str line = buf_str(&report->lines), number;
    FUZZ_CHECK(report->errors == 1 && str_starts(line, STR("error: here: ")));
    if (!str_starts(line, str_of(column)))
        return;
    int64_t at = 0;
    struct str rest = str_cut(line, sizeof column - 1, line.len);
    FUZZ_CHECK(str_split(&rest, ':', &number));
    FUZZ_CHECK(str_to_int64(number, 1, (int64_t)pattern_bytes + 1, &at));
}

/* What the pattern finds by itself, without the set's way of leaving patterns out. */
static void check_against_pcre2(const struct pattern *p, const struct intents_match *m)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(p->code, NULL);
    FUZZ_CHECK(context && data);
    (void)pcre2_set_match_limit(context, PATTERN_MATCH_LIMIT);
    int found =
        pcre2_match(p->code, (PCRE2_SPTR)m->normal.text.p, m->normal.text.len, 0, 0, data, context);
    FUZZ_CHECK(found != 0); /* there is room for every capture */
    if (found > 0)
        FUZZ_CHECK(m->hit_count == 1 && !m->spent);
    else if (found == PCRE2_ERROR_NOMATCH)
        FUZZ_CHECK(m->hit_count == 0 && !m->spent);
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
}

static void check_text(const struct intents *set, struct intents_scratch *scratch,
                       const struct pattern *p, struct str text)
{
    struct arena arena = ARENA_INIT;
    struct intents_match m;
    FUZZ_CHECK(intents_match(set, scratch, &arena, text, &m) == 0);
    FUZZ_CHECK(m.hit_count <= 1 && m.hit_count == m.why_count);
    for (size_t s = 0; s < (m.why_count ? m.whys[0].count : 0); s++)
        FUZZ_CHECK(m.whys[0].spans[s][0] < m.whys[0].spans[s][1] &&
                   m.whys[0].spans[s][1] <= text.len);
    check_against_pcre2(p, &m);
    arena_release(&arena);
}

/* A pattern, and behind a line end a text to try it on. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const texts[] = { "", "my green bin was missed", "no bin taken . when ?",
                                         "a a a a a a a a a a a a a a a a a a a a a b" };
    struct str text = { (const char *)bytes, size }, pcre = STR("");
    if (size > PATTERN_BYTES_MAX || !utf8_valid(text))
        return 0;
    (void)str_split(&text, '\n', &pcre);
    struct vocab *vocab = make_vocab();
    struct intents *set = intents_new(make_vocab());
    struct intents_scratch *scratch = intents_scratch_new();
    struct report report = REPORT_INIT;
    struct pattern p = { 0 };
    FUZZ_CHECK(set && scratch && intents_add_topic(set, STR("x")) == 0);
    int r = intents_add_pattern(set, 0, PATTERN_FOR, pcre, 50, "here", &report);
    FUZZ_CHECK(r == 0 || r == ERR_BADINPUT);
    if (r < 0) {
        check_line(&report, pcre.len);
    } else {
        FUZZ_CHECK(report.errors == 0);
        FUZZ_CHECK(pattern_compile(vocab, pcre, "here", &report, &p) == 0);
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
            check_text(set, scratch, &p, str_of(texts[i]));
        check_text(set, scratch, &p, text);
    }
    pattern_release(&p);
    report_release(&report);
    (void)intents_scratch_free(scratch);
    (void)intents_free(set);
    (void)vocab_free(vocab);
    return 0;
}
