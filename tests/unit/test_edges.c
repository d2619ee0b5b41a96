/* Where patterns ask for spaces that no text has; and the texts that are made to slow one down. */
#include "kb/check_private.h"

#include "tests/unit/support.h"

static struct vocab *make_vocab(void)
{
    static const struct str bin[] = { { "bin", 3 }, { "green bin", 9 } };
    static const struct str missed[] = { { "miss*", 5 }, { "(?&bin) missed", 14 } };
    static const char *const pcres[][2] = { { "gap", "(?:[^ ]+ ){0,4}?" },
                                            { "rest", ".*" },
                                            { "number", "[0-9]{1,4}[a-z]?" } };
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    assert_non_null(v);
    assert_int_equal(vocab_add_words(v, STR("bin"), bin, ARRAY_LEN(bin), "", &report), 0);
    assert_int_equal(vocab_add_words(v, STR("missed"), missed, ARRAY_LEN(missed), "", &report), 0);
    for (size_t i = 0; i < ARRAY_LEN(pcres); i++)
        assert_int_equal(
            vocab_add_pattern(v, str_of(pcres[i][0]), str_of(pcres[i][1]), "", &report), 0);
    return v;
}

static void test_edges(void **state)
{
    (void)state;
    static const struct {
        const char *pcre;
        enum edge_fault fault;
        size_t column;
    } rows[] = {
        { "bin", EDGE_FINE, 0 },
        { "(?&bin) (?&gap)(?&missed)", EDGE_FINE, 0 },
        { "(?&missed)|(?&bin)", EDGE_FINE, 0 },
        { "(?&bin)(?: again)?", EDGE_FINE, 0 },
        { "(?&bin) ?(?:again|please)?", EDGE_FINE, 0 },
        { "^(?!(?&gap)bin)(?&gap)missed$", EDGE_FINE, 0 },
        { "@ (?&rest)", EDGE_FINE, 0 },
        { "(?&bin)(?: .*)?$", EDGE_FINE, 0 },
        { "(?:my |the |a )*bin", EDGE_FINE, 0 },
        { "bin[s ]", EDGE_USELESS, 7 },
        { "bin[^a]*", EDGE_USELESS, 8 },
        { "bin[^ ]*", EDGE_FINE, 0 },
        { "bin\\.? (?&number)", EDGE_FINE, 0 },
        { "bin\\s", EDGE_DEAD, 5 },
        { "bin ", EDGE_DEAD, 4 },
        { " bin", EDGE_DEAD, 1 },
        { "(?&bin) (?&gap)", EDGE_DEAD, 15 },
        { "(?&bin) (?&gap) (?&missed)", EDGE_DEAD, 16 },
        { "my  bin", EDGE_DEAD, 4 },
        { "(?&bin) (?:was |is )", EDGE_DEAD, 20 },
        { "missed|(?&bin) ", EDGE_DEAD, 15 },
        { "bin \\b missed", EDGE_DEAD, 7 },
        { "bin (?=x) ", EDGE_DEAD, 10 },
        { "(?&bin)(?&gap)", EDGE_USELESS, 14 },
        { "(?&bin)(?: |$)", EDGE_USELESS, 14 },
        { "in my (?:bin)?", EDGE_USELESS, 14 },
        { "(?:missed |skipped)", EDGE_USELESS, 19 },
        { "", EDGE_FINE, 0 },
        { "bin\\", EDGE_FINE, 0 },
        { "bin)", EDGE_FINE, 0 },
        { "(?&none) bin", EDGE_FINE, 0 },
    };
    struct vocab *v = make_vocab();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t column = 0;
        enum edge_fault fault = pattern_edges(v, str_of(rows[i].pcre), &column);
        if (fault != rows[i].fault || column != rows[i].column)
            print_error("%s: %d at %zu\n", rows[i].pcre, (int)fault, column);
        assert_int_equal(fault, rows[i].fault);
        assert_int_equal(column, rows[i].column);
    }
    v = vocab_free(v);
}

struct seen {
    struct buf beginnings; /* of each text */
    unsigned stop_at, count;
};

static int see(struct str text, void *data)
{
    struct seen *seen = data;
    assert_true(text.len > NORMAL_TEXT_MAX * 9 / 10 && text.len <= NORMAL_TEXT_MAX);
    assert_true(str_ends(text, STR(" laterx"))); /* the end is there, and doesn't fit */
    (void)buf_addf(&seen->beginnings, "%.*s|", 20, text.p);
    return ++seen->count == seen->stop_at ? ERR_LIMIT : 0;
}

static void test_hostile(void **state)
{
    (void)state;
    struct vocab *v = make_vocab();
    struct seen seen = { .beginnings = BUF_INIT(1000) };
    struct str pcre = STR("(?&bin) (?&gap)(?&missed) (?:later|soon)?later");
    assert_int_equal(hostile_texts(v, STR("(?&gap)"), see, &seen), 0);
    assert_int_equal(seen.count, 0); /* no words of its own */
    assert_int_equal(hostile_texts(v, STR("(?&bin) (?&gap)(?&missed) later"), see, &seen), 0);
    assert_str(buf_str(&seen.beginnings),
               "bin green bin bin gr|miss miss miss miss |bin miss miss miss m|"
               "bin miss green bin m|bin x miss x green b|");
    seen = (struct seen){ .beginnings = seen.beginnings, .stop_at = 2 };
    assert_int_equal(hostile_texts(v, pcre, see, &seen), ERR_LIMIT);
    assert_int_equal(seen.count, 2);
    buf_release(&seen.beginnings);
    v = vocab_free(v);
}

static int never(struct str text, void *data)
{
    (void)data;
    fail_msg("%zu bytes", text.len);
    return 0;
}

/* A phrase that fills a message alone can't come again and again. */
static void test_hostile_too_long(void **state)
{
    (void)state;
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    struct buf phrase = BUF_INIT(NORMAL_TEXT_MAX);
    for (size_t i = 0; i < NORMAL_TEXT_MAX / 2; i++)
        (void)buf_add_byte(&phrase, 'b');
    struct str words = buf_str(&phrase);
    assert_int_equal(vocab_add_words(v, STR("long"), &words, 1, "", &report), 0);
    assert_int_equal(hostile_texts(v, STR("(?&long) (?&long)"), never, NULL), 0);
    buf_release(&phrase);
    v = vocab_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_hostile_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
