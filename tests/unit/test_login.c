/* Signing in: the challenge of RFC 7636, and whose X says that a token is. The way through a
 * browser is tried by integration.login. */
#include "bot/x/login.h"

#include "tests/unit/support.h"

/* RFC 7636, appendix B. */
static void test_challenge(void **state)
{
    (void)state;
    char challenge[X_CHALLENGE_MAX];
    x_challenge(STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), challenge);
    assert_string_equal(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void test_me(void **state)
{
    static const struct {
        const char *body, *id, *handle; /* id NULL: refused */
    } rows[] = {
        { "{\"data\":{\"id\":\"1500000000000000001\",\"name\":\"Northmoor\",\"username\":"
          "\"NorthmoorHelp\"}}",
          "1500000000000000001", "NorthmoorHelp" },
        { "{\"data\":{\"id\":\"1\",\"username\":\"a_1\",\"new\":[1]},\"more\":{}}", "1", "a_1" },
        { "{\"data\":{\"id\":1,\"username\":\"a\"}}", NULL, NULL },
        { "{\"data\":{\"id\":\"1\"}}", NULL, NULL },
        { "{\"data\":{\"id\":\"\",\"username\":\"a\"}}", NULL, NULL },
        { "{\"data\":{\"id\":\"1a\",\"username\":\"a\"}}", NULL, NULL },
        { "{\"data\":{\"id\":\"1\",\"username\":\"<b>\"}}", NULL, NULL },
        { "{\"data\":{\"id\":\"1\",\"username\":\"a\\u001b[2J\"}}", NULL, NULL },
        { "{\"data\":{\"id\":\"12345678901234567890123456789012\",\"username\":\"a\"}}", NULL,
          NULL },
        { "{\"data\":[]}", NULL, NULL },
        { "{\"errors\":[]}", NULL, NULL },
        { "[]", NULL, NULL },
        { "<html>", NULL, NULL },
        { "", NULL, NULL },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct x_me me = { "untouched", "untouched" };
        int r = x_read_me(str_of(rows[i].body), &me);
        assert_note(r == (rows[i].id ? 0 : ERR_BADINPUT), rows[i].body);
        assert_str_note(str_of(me.id), rows[i].id ? rows[i].id : "untouched", rows[i].body);
        assert_str_note(str_of(me.handle), rows[i].id ? rows[i].handle : "untouched", rows[i].body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_challenge),
        cmocka_unit_test(test_me),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
