/* RFC 6238's own table, its window, and that a step is used once. */
#include "handoff/totp.h"
#include "tests/unit/support.h"

static const unsigned char secret[TOTP_SECRET_BYTES + 1] = "12345678901234567890";

/* Appendix B, for SHA-1: eight digits there, of which ours are the last six. */
static void test_table(void **state)
{
    static const struct {
        int64_t at;
        unsigned code;
    } rows[] = {
        { 59, 94287082 },         { 1111111109, 7081804 },  { 1111111111, 14050471 },
        { 1234567890, 89005924 }, { 2000000000, 69279037 }, { 20000000000, 65353130 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(totp_code(secret, rows[i].at / TOTP_STEP_S), rows[i].code % 1000000);
}

static void test_fits(void **state)
{
    enum { AT = 1111111109, STEP = AT / 30 };
    static const struct {
        const char *note, *code;
        int64_t now, last, step;
    } rows[] = {
        { "now", "081804", AT, 0, STEP },
        { "a step late", "081804", AT + 30, 0, STEP },
        { "a step early", "081804", AT - 30, 0, STEP },
        { "two steps late", "081804", AT + 60, 0, 0 },
        { "two steps early", "081804", AT - 60, 0, 0 },
        { "used before", "081804", AT, STEP, 0 },
        { "a later one was used", "081804", AT, STEP + 1, 0 },
        { "an earlier one was used", "081804", AT, STEP - 1, STEP },
        { "without its first zero", "81804", AT, 0, 0 },
        { "with more behind it", "0818040", AT, 0, 0 },
        { "another", "081805", AT, 0, 0 },
        { "nothing", "", AT, 0, 0 },
        { "no digits", "abcdef", AT, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_note(totp_fits(secret, str_of(rows[i].code), rows[i].now, rows[i].last) ==
                        rows[i].step,
                    rows[i].note);
}

/* RFC 4648, section 10, where the length is a whole group; and a secret as apps want it. */
static void test_base32(void **state)
{
    static const char *const rows[][2] = {
        { "", "" },
        { "fooba", "MZXW6YTB" },
        { "12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" },
        { "\xff\xff\xff\xff\xff", "77777777" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = BUF_INIT(100);
        assert_int_equal(base32_add(&out, (const unsigned char *)rows[i][0], strlen(rows[i][0])),
                         0);
        assert_str(buf_str(&out), rows[i][1]);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_fits),
                                        cmocka_unit_test(test_base32) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
