/* What the set leaves out must be what PCRE2 would not have matched: seen by running every pattern
 * by itself. */
#include "intents/prefilter.h"

#include "intents/intents.h"
#include "intents/pattern.h"
#include "tests/unit/support.h"

static struct vocab *make_vocab(void)
{
    static const struct {
        const char *name, *words; /* with commas between */
    } terms[] = {
        { "bin", "bin,green bin,recycl*" },
        { "missed", "missed,not (?&bin)" },
        { "end", "s,es" },
        { "glued", "(?&bin)(?&end),(?&bin)y" },
        { "two", "(?&bin) (?&missed),a*" },
        { "sign", "?" },
        { "lost", "lost (?&gap)bin" },
    };
    static const char *const pcres[][2] = {
        { "gap", "(?:[^ ]+ ){0,3}" }, { "either", "(?:a |b)" },       { "maybe", "(?:day)?" },
        { "tail", "[^ ]* " },         { "anywhere", "(?:[^ ]+ )*?" },
    };
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    assert_non_null(v);
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        struct str list[8], rest = str_of(terms[i].words);
        size_t count = 0;
        while (str_split(&rest, ',', &list[count]))
            count++;
        assert_int_equal(vocab_add_words(v, str_of(terms[i].name), list, count, "", &report), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(pcres); i++)
        assert_int_equal(
            vocab_add_pattern(v, str_of(pcres[i][0]), str_of(pcres[i][1]), "", &report), 0);
    assert_int_equal(vocab_check(v, "", &report), 0);
    assert_report(&report, "");
    return v;
}

static bool found_alone(const struct pattern *p, struct str text)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(p->code, NULL);
    assert_non_null(data);
    int found = pcre2_match(p->code, (PCRE2_SPTR)text.p, text.len, 0, 0, data, NULL);
    assert_true(found > 0 || found == PCRE2_ERROR_NOMATCH);
    pcre2_match_data_free(data);
    return found > 0;
}

struct trial {
    struct vocab *vocab; /* for compiling alone */
    struct intents_scratch *scratch;
    struct arena arena;
    unsigned patterns, matches;
};

/* Does the set find @pcre in each of @texts just where it stands? Patterns that don't compile are
 * passed over. */
static void try_pattern(struct trial *t, struct str pcre, const struct str *texts, size_t count)
{
    struct report report = REPORT_INIT;
    struct pattern p = { 0 };
    if (pattern_compile(t->vocab, pcre, "", &report, &p) < 0) {
        report_release(&report);
        return;
    }
    struct intents *set = intents_new(make_vocab());
    assert_non_null(set);
    assert_int_equal(intents_add_topic(set, STR("x")), 0);
    assert_int_equal(intents_add_pattern(set, 0, PATTERN_FOR, pcre, 50, "", &report), 0);
    t->patterns++;
    for (size_t i = 0; i < count; i++) {
        struct intents_match m;
        arena_clear(&t->arena);
        assert_int_equal(intents_match(set, t->scratch, &t->arena, texts[i], &m), 0);
        bool alone = found_alone(&p, m.normal.text);
        if (alone != (m.hit_count == 1))
            fail_msg("\"%.*s\" in \"%.*s\": %s", STR_ARG(pcre), STR_ARG(m.normal.text),
                     alone ? "left out" : "made up");
        t->matches += alone;
    }
    set = intents_free(set);
    pattern_release(&p);
}

static struct trial trial_new(void)
{
    struct trial t = { .vocab = make_vocab(), .scratch = intents_scratch_new() };
    assert_non_null(t.scratch);
    return t;
}

static void trial_release(struct trial *t)
{
    t->vocab = vocab_free(t->vocab);
    t->scratch = intents_scratch_free(t->scratch);
    arena_release(&t->arena);
}

static void test_table(void **state)
{
    (void)state;
    static const struct {
        const char *note, *pcre, *text;
    } rows[] = {
        { "a word", "bin day", "my bin day" },
        { "a word that may be left out", "bin? day", "bi day" },
        { "a space that may be left out", "a ?bin", "abin" },
        { "a term that may be left out", "(?&bin)? ?day", "day" },
        { "a term none or once", "(?&bin){0,1} ?day", "day" },
        { "a group that may be left out", "(?:(?&bin) )?day", "day" },
        { "one or the other", "(?&bin)|day", "day" },
        { "one or the other in a group", "(?:bin|day) x", "day x" },
        { "a last letter that may be missing", "bins? day", "bin day" },
        { "… in a group", "(?:bins?|days?) x", "bin x" },
        { "a group inside a word", "(?:bin|da)s x", "bins x" },
        { "a group in a group", "(?:my (?:bin|day)|x) x", "my day x" },
        { "a group that repeats", "(?:bin |day )+x", "day x" },
        { "an alternative that is nothing", "(?:bin|) ?x", "x" },
        { "an alternative that ends inside a word", "(?:bin|abi)n x", "abin x" },
        { "a word that must not be there", "(?!bin)[a-z]+ day", "my day" },
        { "a prefix word", "(?&bin) day", "recycling day" },
        { "glued terms", "(?&glued)", "bins" },
        { "a term and more of the word", "(?&glued)", "biny" },
        { "a term behind a gap", "x (?&gap)(?&missed)", "x a b missed" },
        { "a term behind what may end inside a word", "(?&either)bin", "bbin" },
        { "a term behind what may be nothing", "(?&maybe)s", "days" },
        { "a class with a space", "[^ a] bin", "x bin" },
        { "a class with a POSIX name", "[[:digit:] a b]+", "5" },
        { "a class that begins with ]", "[] x ]+y", "]y" },
        { "an escaped parenthesis in a group", "(?:x\\) bin )?y", "y" },
        { "a control escape", "(?:x\\c) bin )?y", "y" },
        { "a quotation", "\\Q(\\E? ?bin", "bin" },
        { "a comment", "a(?# bin )b", "ab" },
        { "free spacing", "(?x: a b )", "ab" },
        { "any case", "(?i)BIN day", "bin day" },
        { "a question mark", "(?&missed) (?&sign)", "missed?" },
        { "what must not be there", "^(?!(?&anywhere)(?&bin))[a-z]+ day", "my day" },
        { "… but is", "^(?!(?&anywhere)(?&bin))(?&anywhere)day", "my bin day" },
        { "… in no more than a part", "^(?!(?&anywhere)(?&lost))(?&anywhere)day", "lost day" },
        { "… that may be left out", "^(?!(?&anywhere)(?&bin))?(?&anywhere)day", "bin day" },
        { "… behind something", "a(?!(?&anywhere)(?&bin)) day", "bin a day" },
        { "words in a row", "my (?:green bin|big day) x", "my big day x" },
        { "words in a row and more of the last", "my bin daysx?", "my bin days" },
        { "a group that ends with a space", "(?:my |the )?(?:[^ ]+ ){0,2}(?&missed)", "a missed" },
        { "a group that may end inside a word", "(?:my |the)+bin", "thebin" },
        { "one place for two words", "bin (?=day)[a-z]+ x", "bin day x" },
        { "behind what is looked for", "(?=(?&gap)day)(?&anywhere)bin x", "bin x day" },
        { "a mark", "@ (?&gap)bin", "@someone my bin" },
        { "a letter beyond ASCII", "caf. bin", "caf\xd0\xb6 bin" },
    };
    struct trial t = trial_new();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str text = str_of(rows[i].text);
        unsigned patterns = t.patterns;
        try_pattern(&t, str_of(rows[i].pcre), &text, 1);
        assert_note(t.patterns == patterns + 1, rows[i].note);
    }
    trial_release(&t);
}

static void test_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "(?&bin)",
        "(?&missed)",
        "(?&glued)",
        "(?&two)",
        "(?&gap)",
        "(?&either)",
        "(?&maybe)",
        "(?&tail)",
        "(?&sign)",
        "(?&anywhere)",
        "(?&lost)",
        "^",
        "(?!(?&anywhere)(?&bin))",
        "(?:a |x )",
        "bin",
        "day",
        "s",
        "a",
        "x",
        " ",
        " ",
        " ",
        " ",
        "(?:",
        "(?:",
        ")",
        ")",
        "|",
        "?",
        "*",
        "+",
        "{0,1}",
        "{2}",
        "[a-z]",
        "[^ ]+",
        "[ a]",
        "[^ ]",
        "(?!",
        "(?=",
        ".",
        "\\?",
        "\\ ",
        "\\(",
        "[)]",
        "[(]",
    };
    static const char *const said[] = { "bin",    "bins", "biny", "green", "recycling",
                                        "missed", "not",  "s",    "a",     "b",
                                        "x",      "day",  "abin", "?",     "lost" };
    struct trial t = trial_new();
    uint64_t seed = 77;
    for (int round = 0; round < 4000; round++) {
        struct buf pcre = BUF_INIT(1000), text[4];
        struct str texts[ARRAY_LEN(text)];
        for (uint64_t n = 1 + random_below(&seed, 7); n > 0; n--)
            (void)buf_addc(&pcre, pieces[random_below(&seed, ARRAY_LEN(pieces))]);
        for (size_t i = 0; i < ARRAY_LEN(text); i++) {
            text[i] = BUF_INIT(1000);
            for (uint64_t n = random_below(&seed, 5); n > 0; n--)
                (void)buf_addf(&text[i], "%s ", said[random_below(&seed, ARRAY_LEN(said))]);
            texts[i] = buf_str(&text[i]);
        }
        try_pattern(&t, buf_str(&pcre), texts, ARRAY_LEN(texts));
        for (size_t i = 0; i < ARRAY_LEN(text); i++)
            buf_release(&text[i]);
        buf_release(&pcre);
    }
    assert_true(t.patterns > 500 && t.matches > 100); /* or it would show nothing */
    trial_release(&t);
}

/* And it does leave something out: a message without the words costs no match. */
static void test_leaves_out(void **state)
{
    (void)state;
    static const struct {
        const char *pcre;
        bool told; /* by words */
    } rows[] = {
        { "(?&bin) (?&gap)(?&missed)", true },
        { "bin day", true },
        { "(?&bin)", true },
        { "(?:bin|box)", true },
        { "bin|box", true },
        { "(?:bins?|(?&missed) box) day", true },
        { "bins? [a-z]+", true },
        { "(?:bin|[a-z]+) [a-z]+", false },
        { "(?:my |the )?(?:[^ ]+ ){0,2}(?&missed)", true },
        { "^(?!(?&anywhere)(?&bin))(?&anywhere)day", true },
        { "(?:bin|)", false },
        { "[a-z]+", false },
    };
    struct vocab *v = make_vocab();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct prefilter *p = prefilter_new();
        int needs = prefilter_add(p, v, str_of(rows[i].pcre));
        assert_note(needs >= 0 && (needs > 0) == rows[i].told, rows[i].pcre);
        p = prefilter_free(p);
    }
    v = vocab_free(v);
    assert_null(prefilter_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_leaves_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
