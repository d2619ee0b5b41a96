/* A reply as it is posted: signed, cut where it is too long, and put together again. */
#include "handoff/reply_parts.h"

#include "tests/unit/support.h"

enum { LIMIT = 40 };

static unsigned weight(struct str text)
{
    return (unsigned)utf8_points(text);
}

static const struct text_rules rules = { .limit = LIMIT, .weight = weight };

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena = ARENA_INIT;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct reply_parts compose(const char *text, bool may_split)
{
    struct reply_parts parts;
    assert_int_equal(reply_compose(&arena, &rules, str_of(text), STR("SR"), may_split, &parts), 0);
    return parts;
}

/* @want: the parts, each behind a "|"; empty: it can't be said. */
static void assert_parts(const struct reply_parts *parts, const char *want, const char *note)
{
    struct buf got = BUF_INIT(65536);
    for (size_t i = 0; i < parts->count; i++) {
        (void)buf_addf(&got, "|%.*s", STR_ARG(parts->part[i]));
        assert_note(weight(parts->part[i]) <= LIMIT, note);
    }
    assert_str_note(buf_str(&got), want, note);
    buf_release(&got);
}

static void test_parts(void **state)
{
    static const struct {
        const char *note, *text, *want;
    } rows[] = {
        { "it fits", " It's done.\n", "|It's done. ^SR" },
        { "it just fits", "123456789 123456789 123456789 123456",
          "|123456789 123456789 123456789 123456 ^SR" },
        { "one too many", "123456789 123456789 123456789 1234567",
          "|123456789 123456789 123456789 1/2|1234567 2/2 ^SR" },
        { "at the ends of sentences", "We've told the crew. They come on Friday. Sorry!",
          "|We've told the crew. 1/2|They come on Friday. Sorry! 2/2 ^SR" },
        { "a question, in quotation marks", "Did you see \"who left it?\" We'd like to know that.",
          "|Did you see \"who left it?\" 1/2|We'd like to know that. 2/2 ^SR" },
        { "a point within is no end", "It costs 12.50 for you and all of your neighbours.",
          "|It costs 12.50 for you and all of 1/2|your neighbours. 2/2 ^SR" },
        { "a line is an end", "Opening hours today\nMonday nine to five and Friday",
          "|Opening hours today\n1/2|Monday nine to five and Friday 2/2 ^SR" },
        { "characters, not bytes", "ééééééééé ééééééééé ééééééééé. ééééééééé",
          "|ééééééééé ééééééééé ééééééééé. 1/2|ééééééééé 2/2 ^SR" },
        { "a sentence that no part holds, at words",
          "Hello. Nobody knows where all of the machines were seen yesterday.",
          "|Hello. 1/3|Nobody knows where all of the 2/3|machines were seen yesterday. 3/3 ^SR" },
        { "a word that no part holds", "See 1234567890123456789012345678901234567890 there", "" },
        { "nothing", "", "|^SR" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct reply_parts parts = compose(rows[i].text, true);
        assert_parts(&parts, rows[i].want, rows[i].note);
    }
}

static void test_unasked(void **state)
{
    (void)state;
    struct reply_parts parts = compose("We've told the crew. They come on Friday. Sorry!", false);
    assert_parts(&parts, "", "");
    assert_int_equal(parts.weight, 52);
}

/* Ten parts are the most, and their marks are counted as long as they are. */
static void test_most(void **state)
{
    static const struct {
        size_t words, want;
    } rows[] = { { 5, 2 }, { 27, 9 }, { 28, 10 }, { 30, 0 }, { 31, 0 }, { 3000, 0 } };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf text = BUF_INIT(1 << 20);
        for (size_t k = 0; k < rows[i].words; k++)
            (void)buf_addc(&text, "1234567890 ");
        struct reply_parts parts = compose(buf_cstr(&text), true);
        if (parts.count != rows[i].want)
            fail_msg("%zu words: %zu parts", rows[i].words, parts.count);
        for (size_t k = 0; k < parts.count; k++)
            assert_true(weight(parts.part[k]) <= LIMIT);
        buf_release(&text);
    }
    struct buf text = BUF_INIT(1 << 20);
    for (size_t k = 0; k < REPLY_BYTES_MAX; k++)
        (void)buf_addc(&text, "a");
    assert_true(compose(buf_cstr(&text), true).weight == UINT32_MAX);
    buf_release(&text);
}

/* What was written comes back, whatever was done to it. */
static void test_join(void **state)
{
    static const char *const texts[] = {
        "It's done.",
        "Two and a half: 1/2 of them",
        "x^2 is a square",
        "We've told the crew. They come on Friday. Sorry!",
        "We've told the crew.\n\nThey come on Friday.\nAnd we are sorry for all of it",
        "All of it 1/2 done we think of it now.  Two spaces were here, and twenty-four 2/2",
        "Hello. Nobody knows where exactly the yellow machine was seen yesterday.",
        "ééééééééé ééééééééé ééééééééé. ééééééééé",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct reply_parts parts = compose(texts[i], true);
        struct buf words = BUF_INIT(65536);
        assert_true(parts.count > 0);
        assert_int_equal(reply_join(parts.part, parts.count, &words), 0);
        assert_str_note(buf_str(&words), texts[i], texts[i]);
        buf_release(&words);
    }
}

/* Any text of any words: every part fits, and nothing is lost. */
static void test_random(void **state)
{
    static const char *const words[] = { "a",
                                         "bin.",
                                         "bin",
                                         "1/2",
                                         "2/2",
                                         "^SR",
                                         "collected?",
                                         "\xc3\xa9t\xc3\xa9!",
                                         "(see below.)",
                                         "tomorrow" };
    static const char *const spaces[] = { " ", "\n", "\n\n", "  " };
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct buf text = BUF_INIT(65536), back = BUF_INIT(65536);
        size_t count = 1 + random_below(&seed, 40);
        for (size_t i = 0; i < count; i++)
            (void)buf_addf(&text, "%s%s", i ? spaces[random_below(&seed, ARRAY_LEN(spaces))] : "",
                           words[random_below(&seed, ARRAY_LEN(words))]);
        struct reply_parts parts = compose(buf_cstr(&text), true);
        for (size_t i = 0; i < parts.count; i++)
            assert_note(weight(parts.part[i]) <= LIMIT, buf_cstr(&text));
        assert_int_equal(reply_join(parts.part, parts.count, &back), 0);
        if (parts.count)
            assert_str_note(buf_str(&back), buf_cstr(&text), buf_cstr(&text));
        buf_release(&text);
        buf_release(&back);
        arena_clear(&arena);
    }
}

#define PARTS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { PARTS_TEST(test_parts), PARTS_TEST(test_unasked),
                                        PARTS_TEST(test_most), PARTS_TEST(test_join),
                                        PARTS_TEST(test_random) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
