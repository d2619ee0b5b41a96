/* How heavy X finds a text. The rows are ours; the network's own list of cases is run besides. */
#include "bot/x/x.h"

#include "tests/unit/support.h"

static unsigned weigh(const char *text)
{
    return x_text_rules.weight(str_of(text));
}

static void test_table(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text;
        unsigned weight;
    } rows[] = {
        { "nothing", "", 0 },
        { "letters and spaces", "My bin, please!", 15 },
        { "a line end", "a\nb", 3 },
        { "accent", "caf\xc3\xa9", 4 },
        { "accent as a mark of its own: composed first", "cafe\xcc\x81", 4 },
        { "curly quotes and dashes", "\xe2\x80\x9c\xe2\x80\x99\xe2\x80\x94", 3 },
        { "ellipsis weighs two", "\xe2\x80\xa6", 2 },
        { "euro", "\xe2\x82\xac", 2 },
        { "pound", "\xc2\xa3", 1 },
        { "Cyrillic", "\xd0\xb4\xd0\xb0", 2 },
        { "Chinese", "\xe6\xbc\xa2\xe5\xad\x97", 4 },
        { "the last of the light ones", "\xe1\x83\xbf", 1 },
        { "the first behind them", "\xe1\x84\x80", 2 },

        { "emoji", "\xf0\x9f\x98\x80", 2 },
        { "two emoji", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 4 },
        { "emoji with a skin tone", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 2 },
        { "family", "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 2 },
        { "flag", "\xf0\x9f\x87\xac\xf0\x9f\x87\xa7", 2 },
        { "keycap", "1\xef\xb8\x8f\xe2\x83\xa3", 2 },
        { "heart with a variation", "\xe2\x9d\xa4\xef\xb8\x8f", 2 },
        { "emoji in words", "bin \xf0\x9f\x97\x91\xef\xb8\x8f full", 11 },

        { "short link", "http://a.co", 23 },
        { "long link", "https://northmoor.example.com/a/very/long/path/to/some/page?with=query#x",
          23 },
        { "link without a scheme", "example.com", 23 },
        { "council's link", "northmoor.gov.uk/bins", 23 },
        { "link and words", "See https://a.example/b now", 31 },
        { "full stop behind a link", "https://a.example/b.", 24 },
        { "link in brackets", "(https://example.com)", 25 },
        { "two links", "https://a.com https://b.com", 47 },
        { "email is no link", "me@example.com", 14 },
        { "a word with a dot is no link", "end.Start", 9 },
        { "mention", "@NorthmoorHelp", 14 },
        { "hashtag", "#bins", 5 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unsigned weight = weigh(rows[i].text);
        if (weight != rows[i].weight)
            fail_msg("%s: weighs %u, not %u", rows[i].note, weight, rows[i].weight);
    }
}

static void test_limit(void **state)
{
    (void)state;
    assert_int_equal(x_text_rules.limit, 280);
    char text[281];
    memset(text, 'a', 280);
    text[280] = '\0';
    assert_int_equal(weigh(text), 280);
    size_t size = (1 << 20) + 1;
    char *huge = calloc(size, 1);
    assert_non_null(huge);
    memset(huge, 'a', size);
    assert_true(x_text_rules.weight((struct str){ huge, size }) > x_text_rules.limit);
    free(huge);
}

/* Words apart: weights add up. */
static void test_adds_up(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "bin", "caf\xc3\xa9", "https://a.com/b", "\xf0\x9f\x98\x80", "\xe6\xbc\xa2", "@bob",
        "#x",  "6.30"
    };
    uint64_t seed = 4;
    for (int round = 0; round < 2000; round++) {
        struct buf text = BUF_INIT(1000);
        unsigned want = 0;
        for (int i = 0; i < 8; i++) {
            const char *part = parts[random_below(&seed, ARRAY_LEN(parts))];
            want += weigh(part) + 1;
            (void)buf_addf(&text, "%s ", part);
        }
        assert_int_equal(weigh(buf_cstr(&text)), want);
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
