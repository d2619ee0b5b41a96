#include "intents/vocab.h"

#include "intents/pattern.h"

#include "tests/unit/support.h"

static int add(struct vocab *v, const char *name, const char *words, struct report *report)
{
    struct str list[20], rest = str_of(words);
    size_t count = 0;
    while (str_split(&rest, ',', &list[count]))
        count++;
    return vocab_add_words(v, str_of(name), list, count, "terms.json", report);
}

/* What the term captures in @text, or "no match"; a term given as a pattern captures nothing. */
static void capture(struct vocab *v, const char *name, const char *text, struct buf *out)
{
    struct report report = REPORT_INIT;
    struct pattern p = { 0 };
    char pcre[100];
    (void)snprintf(pcre, sizeof pcre, "(?&%s)", name);
    int r = pattern_compile(v, str_of(pcre), "here", &report, &p);
    assert_report(&report, "");
    assert_int_equal(r, 0);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(p.code, NULL);
    assert_non_null(data);
    int groups = pcre2_match(p.code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, NULL);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);
    if (groups == PCRE2_ERROR_NOMATCH)
        (void)buf_addc(out, "no match");
    else
        assert_int_equal(groups, p.groups + 1);
    if (groups == 2)
        (void)buf_add(out, str_cut(str_of(text), at[2], at[3]));
    pcre2_match_data_free(data);
    pattern_release(&p);
}

static void test_write(void **state)
{
    (void)state;
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    assert_int_equal(add(v, "bin", "bin,bin day,bins", &report), 0);
    assert_int_equal(add(v, "hole", "pothole*,hole,po", &report), 0);
    assert_int_equal(add(v, "sign", "?,6.30,c++", &report), 0);
    assert_int_equal(add(v, "missed", "missed (?&bin),no show,missed", &report), 0);
    assert_int_equal(add(v, "phone", "<phone>,tel <phone>", &report), 0);
    assert_int_equal(add(v, "far", "caf\xc3\xa9,caf\xc3\xa8 x", &report), 0);
    assert_int_equal(vocab_add_pattern(v, STR("gap"), STR("(?:[^ ]+ ){0,3}x"), "", &report), 0);
    assert_int_equal(vocab_check(v, "terms.json", &report), 0);
    assert_report(&report, "");
    static const struct {
        const char *name, *text, *captured;
    } rows[] = {
        { "bin", "my bin day", "bin day" }, /* the longest wins */
        { "bin", "my bin days", "bin" },    /* whole words only */
        { "bin", "bins", "bins" },
        { "bin", "binday cabin", "no match" },
        { "hole", "a pothole", "pothole" },
        { "hole", "the potholes here", "potholes" },
        { "hole", "po", "po" },
        { "hole", "pot holes", "no match" },
        { "sign", "when ? now", "?" },
        { "sign", "at 6.30 x", "6.30" },
        { "sign", "at 6x30 ccc", "no match" },
        { "sign", "c++", "c++" },
        { "missed", "they missed bin day", "missed bin day" },
        { "missed", "they missed binday", "missed" },
        { "missed", "no show", "no show" },
        { "missed", "no", "no match" },
        { "far", "the caf\xc3\xa9 x", "caf\xc3\xa9" },
        { "far", "the caf\xc3\xa8 x", "caf\xc3\xa8 x" },
        { "phone", "call <phone> now", "<phone>" },
        { "phone", "call phone now", "no match" },
        { "gap", "a b x", "" }, /* explains nothing */
        { "gap", "a b", "no match" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf got = BUF_INIT(1000);
        capture(v, rows[i].name, rows[i].text, &got);
        assert_str_note(buf_str(&got), rows[i].captured, rows[i].text);
        buf_release(&got);
    }
    struct buf out = BUF_INIT(1000), small = BUF_INIT(10);
    unsigned groups = 4;
    assert_int_equal(vocab_write(v, STR("none"), &out, &groups), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(groups, 4);
    assert_int_equal(vocab_write(v, STR("gap"), &out, &groups), 1);
    assert_int_equal(groups, 4);
    assert_int_equal(vocab_write(v, STR("bin"), &out, &groups), 1);
    assert_int_equal(groups, 5);
    assert_int_equal(vocab_write(v, STR("bin"), &small, &groups), ERR_TOOBIG);
    buf_release(&out);
    buf_release(&small);
    v = vocab_free(v);
}

static bool word_edge(const char *text, size_t at)
{
    return text[at] == '\0' || text[at] == ' ';
}

/* However a list of phrases is written out, it finds the first place where one of them stands as
 * whole words, and there the longest. */
static void test_write_random(void **state)
{
    (void)state;
    static const char *const parts[] = { "a", "b", "ab", "aa", "ba", "a b", "b a", "a.", "?" };
    uint64_t seed = 31;
    for (int round = 0; round < 400; round++) {
        struct buf phrases[6], text = BUF_INIT(1000), got = BUF_INIT(1000), want = BUF_INIT(1000);
        struct str words[6];
        struct vocab *v = vocab_new();
        struct report report = REPORT_INIT;
        size_t count = 1 + (size_t)random_below(&seed, ARRAY_LEN(words));
        for (size_t i = 0; i < count; i++) {
            phrases[i] = BUF_INIT(100);
            for (uint64_t n = 1 + random_below(&seed, 3); n > 0; n--)
                (void)buf_addf(&phrases[i], "%s%s", parts[random_below(&seed, ARRAY_LEN(parts))],
                               n > 1 && random_below(&seed, 2) ? " " : "");
            words[i] = buf_str(&phrases[i]);
        }
        for (uint64_t n = random_below(&seed, 8); n > 0; n--)
            (void)buf_addf(&text, "%s%s", parts[random_below(&seed, ARRAY_LEN(parts))],
                           n > 1 ? " " : "");
        const char *t = buf_cstr(&text);
        size_t longest = 0;
        for (size_t at = 0; at < text.len && !longest; at++) {
            if (at && t[at - 1] != ' ')
                continue;
            for (size_t i = 0; i < count; i++)
                if (str_starts(str_cut(buf_str(&text), at, text.len), words[i]) &&
                    word_edge(t, at + words[i].len) && words[i].len > longest)
                    longest = words[i].len;
            (void)buf_add(&want, str_cut(buf_str(&text), at, at + longest));
        }
        if (!longest)
            (void)buf_addc(&want, "no match");
        assert_int_equal(vocab_add_words(v, STR("x"), words, count, "", &report), 0);
        capture(v, "x", t, &got);
        assert_str_note(buf_str(&got), buf_cstr(&want), t);
        for (size_t i = 0; i < count; i++)
            buf_release(&phrases[i]);
        buf_release(&text);
        buf_release(&got);
        buf_release(&want);
        v = vocab_free(v);
    }
}

static void test_knows(void **state)
{
    (void)state;
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    assert_false(vocab_knows(v, STR("bin")));
    assert_false(vocab_knows(NULL, STR("bin")));
    assert_int_equal(add(v, "bin", "bin day,pothole*,road*,(?&gap) not,\xc3\xa9t\xc3\xa9", &report),
                     0);
    assert_int_equal(vocab_add_common(v, STR("the")), 0);
    static const struct {
        const char *word;
        bool known, common;
    } rows[] = {
        { "bin", true, false },       { "day", true, false },
        { "bin day", false, false },  { "bins", false, false },
        { "pothole", true, false },   { "potholes", true, false },
        { "potholed", true, false },  { "pothol", false, false },
        { "roadworks", true, false }, { "roa", false, false },
        { "not", true, false },       { "gap", false, false },
        { "the", true, true },        { "them", false, false },
        { "", false, false },         { "\xc3\xa9t\xc3\xa9", true, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_note(vocab_knows(v, str_of(rows[i].word)) == rows[i].known, rows[i].word);
        assert_note(vocab_is_common(v, str_of(rows[i].word)) == rows[i].common, rows[i].word);
    }
    for (int i = 0; i < 5000; i++) { /* the table grows and loses nothing */
        char word[20];
        (void)snprintf(word, sizeof word, "word%d", i);
        assert_int_equal(vocab_add_common(v, str_of(word)), 0);
    }
    for (int i = 0; i < 5000; i++) {
        char word[20];
        (void)snprintf(word, sizeof word, "word%d", i);
        assert_true(vocab_is_common(v, str_of(word)));
    }
    assert_true(vocab_knows(v, STR("potholes")));
    assert_report(&report, "");
    v = vocab_free(v);
    assert_null(vocab_free(NULL));
}

static void test_correct(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    assert_int_equal(
        add(v, "a", "pothole*,recycl*,collection day,over(?&b),couldnt,30mph", &report), 0);
    assert_int_equal(add(v, "b", "collection,collections", &report), 0);
    assert_int_equal(vocab_add_common(v, STR("everything")), 0);
    assert_int_equal(vocab_add_common(v, STR("collection")), 0);
    assert_str(vocab_correct(v, STR("colection")), ""); /* it isn't finished */
    assert_int_equal(vocab_finish(v), 0);
    static const char *const rows[][2] = {
        { "colection", "collection" },
        { "colections", "collections" },
        { "everythng", "everything" },
        { "pothloe", "pothole" },
        { "potholles", "potholes" },
        { "pothoels", "potholes" },
        { "recylcing", "recycling" },
        { "recyclled", "recycled" },
        { "recyc", "" },
        { "couldn", "" },
        { "overr", "" },
        { "3omph", "" },
        { "", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str_note(vocab_correct(v, str_of(rows[i][0])), rows[i][1], rows[i][0]);
    assert_str(vocab_correct(NULL, STR("colection")), "");
    assert_int_equal(vocab_phrase_count(v, STR("collection")), 2);
    assert_int_equal(vocab_phrase_count(v, STR("pothole")), 1);
    assert_int_equal(vocab_phrase_count(v, STR("potholes")), 0);
    assert_int_equal(vocab_phrase_count(v, STR("everything")), 0);
    assert_int_equal(vocab_phrase_count(NULL, STR("pothole")), 0);
    assert_report(&report, "");
    v = vocab_free(v);
}

/* Terms and words in another order: the same corrections, also where two words are as near. */
static void test_correct_order(void **state)
{
    (void)state;
    static const char *const lists[] = { "zzcast", "zzcost*,zzcost", "zzcust,zzcast", "zzc*" };
    struct report report = REPORT_INIT;
    struct buf first = BUF_INIT(1000);
    for (size_t turn = 0; turn < ARRAY_LEN(lists); turn++) {
        static const char *const written[] = { "zzcest", "zzcasst", "zzcosst", "zzcsut", "zzcxst" };
        struct buf got = BUF_INIT(1000);
        struct vocab *v = vocab_new();
        for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
            size_t k = (i + turn) % ARRAY_LEN(lists);
            assert_int_equal(add(v, (const char *[]){ "a", "b", "c", "d" }[k], lists[k], &report),
                             0);
        }
        assert_int_equal(vocab_finish(v), 0);
        for (size_t i = 0; i < ARRAY_LEN(written); i++)
            (void)buf_addf(&got, "%.*s ", STR_ARG(vocab_correct(v, str_of(written[i]))));
        if (turn == 0)
            (void)buf_add(&first, buf_str(&got));
        assert_str(buf_str(&got), buf_cstr(&first));
        buf_release(&got);
        v = vocab_free(v);
    }
    assert_true(strstr(buf_cstr(&first), "zzcast") != NULL);
    buf_release(&first);
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *note, *name, *words, *says;
    } rows[] = {
        { "capital in a name", "Bin", "bin", "term \"Bin\": a name is a-z, 0-9 and _" },
        { "empty name", "", "bin", "term \"\": a name is" },
        { "digit first", "2bin", "bin", "term \"2bin\": a name is" },
        { "long name", "a23456789012345678901234567890123", "bin", "a name is" },
        { "capital", "bin", "Bin", "\"Bin\": write it in lower case" },
        { "apostrophe", "bin", "hasn't", "''' is no part of a word (write contractions out" },
        { "comma for a pattern", "bin", "bin|box", "'|' is no part of a word" },
        { "bracket", "bin", "(bin", "'(' is no part of a word" },
        { "two spaces", "bin", "bin  day", "one space between words" },
        { "space in front", "bin", " bin", "one space between words" },
        { "space behind", "bin", "bin ", "one space between words" },
        { "star in the middle", "bin", "b*n", "* only at a word's end" },
        { "star alone", "bin", "*", "* only at a word's end" },
        { "two stars", "bin", "bin**", "* only at a word's end" },
        { "empty word", "bin", "", "an empty word" },
        { "control character", "bin", "bin\tday", "is no part of a word" },
        { "no mark", "phone", "call <fone> now", "\"<fone>\" is no mark of a detail" },
        { "a mark with more", "phone", "<phone>s", "\"<phone>s\" is no mark of a detail" },
        { "an address has none", "phone", "<address>", "is no mark of a detail" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vocab *v = vocab_new();
        struct report report = REPORT_INIT;
        assert_note(add(v, rows[i].name, rows[i].words, &report) == ERR_BADINPUT, rows[i].note);
        assert_note(report.errors == 1, rows[i].note);
        assert_reported(&report, "error: terms.json: term \"", rows[i].note);
        assert_reported(&report, rows[i].says, rows[i].note);
        report_release(&report);
        v = vocab_free(v);
    }
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    assert_int_equal(vocab_add_words(v, STR("bin"), NULL, 0, "terms.json", &report), ERR_BADINPUT);
    assert_report(&report, "error: terms.json: term \"bin\": no words\n");
    assert_int_equal(add(v, "bin", "bin,Box,LID", &report), ERR_BADINPUT);
    assert_int_equal(report.errors, 2); /* all of them, not only the first */
    report_release(&report);
    v = vocab_free(v);
}

static void test_pattern_faults(void **state)
{
    (void)state;
    static const struct {
        const char *note, *pcre, *says;
    } rows[] = {
        { "recursion", "a(?R)?b", "column 2: recursion is not allowed in a pattern" },
        { "start reset", "a \\K", "column 3: \\K is not allowed in a pattern" },
        { "out of its group", "a)|(?:b",
          "column 2: a ) has no ( before it (PCRE2: unmatched closing parenthesis)" },
        { "captures", "(?-n)(a)", "an option that makes plain parentheses capture" },
        { "another term", "(?&a) x", "a term given as a pattern can't name others" },
        { "nothing", "", "an empty pattern would match everything" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vocab *v = vocab_new();
        struct report report = REPORT_INIT;
        assert_int_equal(add(v, "a", "x", &report), 0);
        assert_note(vocab_add_pattern(v, STR("gap"), str_of(rows[i].pcre), "terms.json", &report) ==
                        ERR_BADINPUT,
                    rows[i].note);
        assert_note(report.errors == 1, rows[i].note);
        assert_reported(&report, "error: terms.json: term \"gap\": ", rows[i].note);
        assert_reported(&report, rows[i].says, rows[i].note);
        report_release(&report);
        v = vocab_free(v);
    }
}

static void test_check(void **state)
{
    (void)state;
    static const struct {
        const char *note, *a, *b, *says;
    } rows[] = {
        { "nowhere defined", "bin (?&colour)", "x",
          "error: terms.json: term \"a\": \"bin (?&colour)\" names the term \"colour\", which is "
          "not there\n" },
        { "itself", "bin (?&a)", "x",
          "error: terms.json: term \"a\" contains itself, or terms more than 8 deep\n" },
        { "each other", "bin (?&b)", "box (?&a)",
          "error: terms.json: term \"a\" contains itself, or terms more than 8 deep\n"
          "error: terms.json: term \"b\" contains itself, or terms more than 8 deep\n" },
        { "fine", "bin (?&b)", "box", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vocab *v = vocab_new();
        struct report report = REPORT_INIT;
        assert_int_equal(add(v, "a", rows[i].a, &report), 0);
        assert_int_equal(add(v, "b", rows[i].b, &report), 0);
        int want = *rows[i].says ? ERR_BADINPUT : 0;
        assert_note(vocab_check(v, "terms.json", &report) == want, rows[i].note);
        assert_report(&report, rows[i].says);
        v = vocab_free(v);
    }
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    assert_int_equal(add(v, "a", "bin", &report), 0);
    assert_int_equal(add(v, "a", "box", &report), 0);
    assert_int_equal(vocab_check(v, "terms.json", &report), ERR_BADINPUT);
    assert_report(&report, "error: terms.json: term \"a\" stands there twice\n");
    v = vocab_free(v);
}

/* Terms that double at each step: refused, and at once. */
static void test_explosion(void **state)
{
    (void)state;
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    char name[3] = "a", words[200];
    assert_int_equal(add(v, "a", "some quite long phrase", &report), 0);
    for (char c = 'b'; c <= 'h'; c++) {
        name[0] = c;
        char b = (char)(c - 1);
        (void)snprintf(words, sizeof words,
                       "(?&%c) (?&%c) (?&%c),(?&%c)/(?&%c) (?&%c),(?&%c) (?&%c) x", b, b, b, b, b,
                       b, b, b);
        assert_int_equal(add(v, name, words, &report), 0);
    }
    assert_int_equal(vocab_check(v, "terms.json", &report), ERR_BADINPUT);
    assert_reported(&report, "is more than 1048576 bytes when written out", "");
    report_release(&report);
    v = vocab_free(v);
}

static void count_unused(struct str name, void *data)
{
    struct buf *out = data;
    (void)buf_addf(out, "%.*s ", STR_ARG(name));
}

static void test_unused(void **state)
{
    (void)state;
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    struct buf scrap = BUF_INIT(1000), unused = BUF_INIT(1000);
    unsigned groups = 0;
    assert_int_equal(add(v, "bin", "bin", &report), 0);
    assert_int_equal(add(v, "colour", "green", &report), 0);
    assert_int_equal(add(v, "which", "(?&colour) (?&bin)", &report), 0);
    assert_int_equal(add(v, "road", "road", &report), 0);
    assert_int_equal(vocab_check(v, "terms.json", &report), 0);
    vocab_unused(v, count_unused, &unused); /* the check itself uses none */
    assert_str(buf_str(&unused), "bin colour which road ");
    assert_int_equal(vocab_write(v, STR("which"), &scrap, &groups), 1);
    buf_clear(&unused);
    vocab_unused(v, count_unused, &unused);
    assert_str(buf_str(&unused), "road ");
    buf_release(&scrap);
    buf_release(&unused);
    v = vocab_free(v);
}

static int add_phrase(struct str phrase, void *data)
{
    struct buf *out = data;
    (void)buf_addf(out, "%.*s,", STR_ARG(phrase));
    return str_is(phrase, "black bin") ? ERR_LIMIT : 0;
}

static void test_phrases(void **state)
{
    (void)state;
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    struct buf seen = BUF_INIT(1000);
    assert_int_equal(add(v, "bin", "bin,(?&colour) bin", &report), 0);
    assert_int_equal(add(v, "stop", "black bin,blue bin", &report), 0);
    assert_int_equal(vocab_add_pattern(v, STR("gap"), STR("(?:[^ ]+ )?"), "", &report), 0);
    assert_int_equal(vocab_words(v, STR("bin"), add_phrase, &seen), 1);
    assert_int_equal(vocab_words(v, STR("gap"), add_phrase, &seen), 1);
    assert_int_equal(vocab_words(v, STR("none"), add_phrase, &seen), 0);
    assert_int_equal(vocab_words(v, STR("stop"), add_phrase, &seen), ERR_LIMIT);
    assert_str(buf_str(&seen), "bin,(?&colour) bin,(?:[^ ]+ )?,black bin,");
    buf_release(&seen);
    v = vocab_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),          cmocka_unit_test(test_write_random),
        cmocka_unit_test(test_knows),          cmocka_unit_test(test_faults),
        cmocka_unit_test(test_correct),        cmocka_unit_test(test_correct_order),
        cmocka_unit_test(test_pattern_faults), cmocka_unit_test(test_check),
        cmocka_unit_test(test_explosion),      cmocka_unit_test(test_unused),
        cmocka_unit_test(test_phrases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
