#include "base/buf.h"

#include "tests/unit/support.h"

static void test_empty(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(8);
    assert_string_equal(buf_cstr(&b), "");
    assert_non_null(buf_str(&b).p);
    assert_int_equal(buf_str(&b).len, 0);
    assert_null(buf_take(&b));
    assert_int_equal(buf_add(&b, str_of(NULL)), 0);
    assert_string_equal(buf_cstr(&b), "");
    buf_clear(&b);
    buf_release(&b);
    buf_release(&b);
}

static void test_ceiling(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(5);
    assert_int_equal(buf_addc(&b, "abcde"), 0);
    assert_int_equal(buf_add_byte(&b, 'f'), ERR_TOOBIG);
    assert_str(buf_str(&b), "abcde");
    assert_int_equal(b.err, ERR_TOOBIG);
    assert_null(buf_take(&b)); /* not a part of a text as if it were the whole */
    assert_int_equal(b.max, 5);
    assert_int_equal(buf_addc(&b, "abcdef"), ERR_TOOBIG);
    assert_int_equal(buf_add_byte(&b, 'a'), ERR_TOOBIG); /* would fit, but the failure sticks */
    assert_int_equal(b.len, 0);
    buf_clear(&b);
    assert_int_equal(buf_addf(&b, "%d", 12345), 0);
    assert_int_equal(buf_addf(&b, "%s", "x"), ERR_TOOBIG);
    buf_clear(&b);
    assert_int_equal(b.err, 0);
    assert_str(buf_str(&b), "");
    assert_int_equal(buf_add_byte(&b, 'z'), 0);
    char *text = buf_take(&b);
    assert_string_equal(text, "z");
    free(text);
    assert_null(b.p);
    struct buf none = BUF_INIT(0);
    assert_int_equal(buf_addc(&none, ""), 0);
    assert_int_equal(buf_addc(&none, "a"), ERR_TOOBIG);
    buf_release(&none);
}

static void test_growth(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buf_addf(&b, "%04d,", i), 0);
    assert_int_equal(b.len, 50000);
    assert_int_equal(strlen(b.p), 50000);
    assert_memory_equal(b.p + 49990, "9998,9999,", 10);
    buf_release(&b);
    assert_int_equal(b.max, 100000);
}

static void test_points(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100);
    assert_int_equal(buf_add_point(&b, 'a'), 0);
    assert_int_equal(buf_add_point(&b, 0xe9), 0);
    assert_int_equal(buf_add_point(&b, 0x20ac), 0);
    assert_int_equal(buf_add_point(&b, 0x1f600), 0);
    assert_str(buf_str(&b), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    buf_release(&b);
}

static void test_repaired(void **state)
{
    (void)state;
    static const struct {
        const char *note, *bytes, *want;
    } rows[] = {
        { "nothing to repair", "caf\xc3\xa9", "caf\xc3\xa9" },
        { "Latin-1", "caf\xe9!", "caf\xef\xbf\xbd!" },
        { "one mark a byte", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "ends in the middle", "\xf0\x9f", "\xef\xbf\xbd\xef\xbf\xbd" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = BUF_INIT(100);
        assert_int_equal(buf_add_repaired(&b, str_of(rows[i].bytes)), 0);
        assert_str_note(buf_str(&b), rows[i].want, rows[i].note);
        buf_release(&b);
    }
    uint64_t seed = 7;
    for (int i = 0; i < 2000; i++) {
        char bytes[24];
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (char)random_below(&seed, 256);
        struct buf b = BUF_INIT(100);
        assert_int_equal(buf_add_repaired(&b, (struct str){ bytes, sizeof bytes }), 0);
        assert_true(utf8_valid(buf_str(&b)));
        buf_release(&b);
    }
    struct buf small = BUF_INIT(4);
    assert_int_equal(buf_add_repaired(&small, STR("\xff\xff")), ERR_TOOBIG);
    buf_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),    cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_growth),   cmocka_unit_test(test_points),
        cmocka_unit_test(test_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
