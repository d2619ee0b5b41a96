/* How heavy X finds a text. integration.twitter_text compares many more with what others wrote. */
#include "bot/x/text.h"
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

        { "emoji of another hand: falls apart", "\xf0\x9f\xab\xb1\xf0\x9f\x8f\xbd", 4 },
        { "emoji newer than the table falls apart",
          "\xe2\x9d\xa4\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x94\xa5", 5 },
        { "text, not emoji", "\xe2\x98\xba\xef\xb8\x8e", 4 },
        { "a sign that is an emoji if marked", "\xc2\xa9\xef\xb8\x8f", 2 },
        { "and else a letter", "\xc2\xa9", 1 },
        { "a mark alone", "\xef\xb8\x8f", 2 },
        { "doctor", "\xf0\x9f\x91\xa9\xf0\x9f\x8f\xbe\xe2\x80\x8d\xe2\x9a\x95\xef\xb8\x8f", 2 },
        { "detective", "\xf0\x9f\x95\xb5\xef\xb8\x8f\xe2\x80\x8d\xe2\x99\x80\xef\xb8\x8f", 2 },
        { "a country that isn't one: two letters", "\xf0\x9f\x87\xbd\xf0\x9f\x87\xbd", 4 },
        { "flag of England",
          "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xa5\xf3\xa0\x81\xae\xf3\xa0"
          "\x81\xa7\xf3\xa0\x81\xbf",
          2 },

        { "short link", "http://a.co", 23 },
        { "long link", "https://northmoor.example.com/a/very/long/path/to/some/page?with=query#x",
          23 },
        { "link without a protocol", "example.com", 23 },
        { "council's link", "northmoor.gov.uk/bins", 23 },
        { "link and words", "See https://a.example.com/b now", 31 },
        { "full stop behind a link", "https://a.example.com/b.", 24 },
        { "link in brackets", "(https://example.com)", 25 },
        { "two links", "https://a.com https://b.com", 47 },
        { "no top-level domain", "https://a.example/b", 19 },
        { "in another script", "http://\xd0\xb4\xd0\xb0.\xd1\x80\xd1\x84", 23 },
        { "email is no link", "me@example.com", 14 },
        { "a word with a dot is no link", "end.Start", 9 },
        { "but may be one", "see readme.md", 27 },
        { "letters that one accent joins are a link once joined", "http://e\xcc\x81.com", 23 },
        { "an emoji that begins in a link is the link's", "http://a.co/1\xef\xb8\x8f\xe2\x83\xa3",
          27 },
        { "one that ends inside an emoji leaves the rest apart",
          "x a.com\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7."
          "\xd1\x80\xd1\x84/x",
          36 },
        { "the same letters earlier are taken for the link",
          "a.comx\xe4\xb8\xad"
          "a.com/bcd",
          30 },
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
    struct buf longer = BUF_INIT(400);
    struct x_weight w;
    (void)buf_addf(&longer, "%s\xe2\x82\xac", text);
    assert_int_equal(x_weigh(buf_str(&longer), X_EMOJI_WHOLE, &w), 0);
    assert_int_equal(w.weight, 282);
    assert_false(w.valid);
    assert_int_equal(w.fits, 280);
    assert_int_equal(x_weigh(str_of(text), X_EMOJI_WHOLE, &w), 0);
    assert_true(w.valid);
    buf_release(&longer);
    size_t size = (1 << 20) + 1;
    char *huge = calloc(size, 1);
    assert_non_null(huge);
    memset(huge, 'a', size);
    assert_true(x_text_rules.weight((struct str){ huge, size }) > x_text_rules.limit);
    assert_int_equal(x_weigh((struct str){ huge, size }, X_EMOJI_WHOLE, &w), ERR_TOOBIG);
    free(huge);
}

static void test_validity(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text;
        bool valid;
        unsigned apart; /* each code point of an emoji by itself */
        size_t units, fits;
    } rows[] = {
        { "nothing", "", false, 0, 0, 0 },
        { "a word", "bin", true, 3, 3, 3 },
        { "a byte order mark",
          "a\xef\xbb\xbf"
          "b",
          false, 4, 3, 1 },
        { "U+FFFE", "\xef\xbf\xbe", false, 2, 1, 0 },
        { "U+FFFF", "ab\xef\xbf\xbf", false, 4, 3, 2 },
        { "U+FFFD is a character", "\xef\xbf\xbd", true, 2, 1, 1 },
        { "a family", "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", true, 5, 5, 5 },
        { "composed", "e\xcc\x81", true, 1, 1, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct x_weight w, apart;
        assert_int_equal(x_weigh(str_of(rows[i].text), X_EMOJI_WHOLE, &w), 0);
        assert_int_equal(x_weigh(str_of(rows[i].text), X_EMOJI_APART, &apart), 0);
        if (w.valid != rows[i].valid || apart.weight != rows[i].apart || w.units != rows[i].units ||
            w.fits != rows[i].fits)
            fail_msg("%s: valid %d, apart %u, %zu units, %zu fit", rows[i].note, w.valid,
                     apart.weight, w.units, w.fits);
    }
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
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
