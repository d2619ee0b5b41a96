#include "base/str.h"

#include "tests/unit/support.h"

static void test_compare(void **state)
{
    (void)state;
    assert_true(str_eq(STR(""), str_of(NULL)));
    assert_true(str_is(str_of(NULL), ""));
    assert_true(str_is(STR("bin"), "bin"));
    assert_false(str_is(STR("bin"), "bins"));
    assert_false(str_is(STR("bin"), "Bin"));
    assert_true(str_starts(STR("bins.missed"), STR("bins.")));
    assert_false(str_starts(STR("bin"), STR("bins")));
    assert_true(str_ends(STR("bins.json"), STR(".json")));
    assert_false(str_ends(STR("json"), STR(".json")));
    assert_true(str_starts(STR("x"), STR("")) && str_ends(STR("x"), STR("")));
    assert_true(str_starts(str_of(NULL), STR("")) && str_ends(str_of(NULL), STR("")));

    /* each before the next */
    static const char *const order[] = { "", "a", "aa", "ab", "b", "ba", "\x7f", "\xc3\xa9" };
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        for (size_t j = 0; j < ARRAY_LEN(order); j++) {
            int cmp = str_cmp(str_of(order[i]), str_of(order[j]));
            assert_int_equal((cmp > 0) - (cmp < 0), (i > j) - (i < j));
        }
}

static void test_trim(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text, *want;
    } rows[] = {
        { "nothing", "", "" },
        { "only space", " \t\r\n\v\f ", "" },
        { "both ends", "\n a b\t", "a b" },
        { "nothing to trim", "ab", "ab" },
        { "no-break space is not ASCII", "\xc2\xa0x", "\xc2\xa0x" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str_note(str_trim(str_of(rows[i].text)), rows[i].want, rows[i].note);
    assert_int_equal(str_trim(str_of(NULL)).len, 0);
}

static void test_is_lower(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        { "az", true },  { "", false },   { "a b", false },       { "aB", false },
        { "b1", false }, { "a{", false }, { "a\xc3\xa9", false }, { "a`", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_note(str_is_lower(str_of(rows[i].text)) == rows[i].want, rows[i].text);
    assert_false(str_is_lower(str_of(NULL)));
}

static void test_split(void **state)
{
    (void)state;
    static const struct {
        const char *text, *joined; /* parts with | between */
    } rows[] = {
        { "a,b,c", "a|b|c" }, { "a", "a" },   { ",", "|" },
        { "a,,b", "a||b" },   { "a,", "a|" }, { "", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf joined = BUF_INIT(100);
        struct str rest = str_of(rows[i].text), part;
        unsigned parts = 0;
        while (str_split(&rest, ',', &part)) {
            if (parts++)
                (void)buf_add_byte(&joined, '|');
            (void)buf_add(&joined, part);
        }
        assert_true(parts > 0);
        assert_str(buf_str(&joined), rows[i].joined);
        buf_release(&joined);
    }
    struct str none = str_of(NULL), part;
    assert_false(str_split(&none, ',', &part));
}

static void test_to_int64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        { "0", true, 0 },
        { "-0", true, 0 },
        { "007", true, 7 },
        { "-42", true, -42 },
        { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775809", false, 0 },
        { "99999999999999999999999", false, 0 },
        { "", false, 0 },
        { "-", false, 0 },
        { "+1", false, 0 },
        { " 1", false, 0 },
        { "1 ", false, 0 },
        { "1.0", false, 0 },
        { "0x10", false, 0 },
        { "1e3", false, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t value = 77;
        assert_note(str_to_int64(str_of(rows[i].text), INT64_MIN, INT64_MAX, &value) == rows[i].ok,
                    rows[i].text);
        assert_int_equal(value, rows[i].ok ? rows[i].value : 77);
    }
    int64_t value = 77;
    assert_true(str_to_int64(STR("5"), 5, 5, &value));
    assert_false(str_to_int64(STR("4"), 5, 6, &value));
    assert_false(str_to_int64(STR("7"), 5, 6, &value));
    assert_int_equal(value, 5);
}

static void test_hash(void **state)
{
    (void)state; /* from the authors' list of test vectors */
    assert_true(str_hash(STR("")) == UINT64_C(0xcbf29ce484222325));
    assert_true(str_hash(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(str_hash(STR("foobar")) == UINT64_C(0x85944171f73967e8));
}

static void test_utf8_valid(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text;
        bool valid;
    } rows[] = {
        { "nothing", "", true },
        { "ASCII", "bin\x7f", true },
        { "first of two bytes", "\xc2\x80", true },
        { "last of two bytes", "\xdf\xbf", true },
        { "first of three bytes", "\xe0\xa0\x80", true },
        { "before the surrogates", "\xed\x9f\xbf", true },
        { "behind the surrogates", "\xee\x80\x80", true },
        { "not a character, but a scalar value", "\xef\xbf\xbf", true },
        { "first of four bytes", "\xf0\x90\x80\x80", true },
        { "the last", "\xf4\x8f\xbf\xbf", true },
        { "lone continuation", "\x80", false },
        { "overlong slash, two bytes", "\xc0\xaf", false },
        { "overlong, two bytes", "\xc1\xbf", false },
        { "overlong, three bytes", "\xe0\x9f\xbf", false },
        { "overlong, four bytes", "\xf0\x8f\xbf\xbf", false },
        { "high surrogate", "\xed\xa0\x80", false },
        { "low surrogate", "\xed\xbf\xbf", false },
        { "past the last", "\xf4\x90\x80\x80", false },
        { "five bytes", "\xf8\x88\x80\x80\x80", false },
        { "never a byte of UTF-8", "\xff", false },
        { "ends in two", "a\xc3", false },
        { "ends in three", "a\xe2\x82", false },
        { "ends in four", "a\xf0\x9f\x98", false },
        { "broken off by a letter", "\xe2\x82z", false },
        { "good text around it", "good \xc3\x28 text", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_note(utf8_valid(str_of(rows[i].text)) == rows[i].valid, rows[i].note);
    assert_true(utf8_valid((struct str){ "a\0b", 3 }));
}

static void test_utf8_round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        if (cp == 0xd800)
            cp = 0xe000;
        char out[4];
        size_t len = utf8_put(cp, out), at = 0;
        struct str s = { out, len };
        if (len != (cp < 0x80      ? 1u
                    : cp < 0x800   ? 2u
                    : cp < 0x10000 ? 3u
                                   : 4u) ||
            utf8_sequence(s) != len || !utf8_valid(s) || utf8_next(s, &at) != cp || at != len)
            fail_msg("U+%04X", (unsigned)cp);
    }
}

static void test_utf8_cut(void **state)
{
    (void)state;
    struct str s = STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    assert_int_equal(utf8_points(s), 5);
    static const size_t bytes[] = { 0, 1, 3, 6, 10, 11, 11 };
    for (size_t i = 0; i < ARRAY_LEN(bytes); i++)
        assert_int_equal(utf8_cut(s, i).len, bytes[i]);
    assert_int_equal(utf8_points(str_of(NULL)), 0);
    assert_int_equal(utf8_cut(str_of(NULL), 3).len, 0);
}

static void test_utf8_flatten(void **state)
{
    (void)state;
    char text[] = "a\x1b[2J\nb\x7f\xc2\x9b"
                  "c\xc2\xa0\xc3\xa9\t\xf0\x9f\x98\x80\xc2";
    utf8_flatten(text, strlen(text));
    assert_string_equal(text, "a [2J b   c\xc2\xa0\xc3\xa9 \xf0\x9f\x98\x80\xc2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),    cmocka_unit_test(test_trim),
        cmocka_unit_test(test_is_lower),   cmocka_unit_test(test_split),
        cmocka_unit_test(test_to_int64),   cmocka_unit_test(test_hash),
        cmocka_unit_test(test_utf8_valid), cmocka_unit_test(test_utf8_round_trip),
        cmocka_unit_test(test_utf8_cut),   cmocka_unit_test(test_utf8_flatten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
