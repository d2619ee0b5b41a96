/* The second factor of an account: from its beginning to its end, and what is kept of it. */
#include "handoff/second_factor.h"

#include "handoff/session.h"
#include "tests/unit/record_fixture.h"

static const char *code_at(const unsigned char *secret, int64_t at)
{
    static char code[8];
    (void)snprintf(code, sizeof code, "%06u", totp_code(secret, at / TOTP_STEP_S));
    return code;
}

static int use(struct fixture *f, int64_t staff_id, const char *code, int64_t now)
{
    return second_factor_use(f->tx, staff_id, str_of(code), now);
}

static int64_t codes_left(struct fixture *f, int64_t staff_id)
{
    int64_t n = -1;
    assert_int_equal(second_factor_codes(f->tx, staff_id, &n), 0);
    return n;
}

/* Sam has one from NOON on. */
static int64_t enrol(struct fixture *f, unsigned char secret[TOTP_SECRET_BYTES],
                     char codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX])
{
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    assert_int_equal(second_factor_begin(f->tx, sam, secret), 0);
    assert_int_equal(second_factor_confirm(f->tx, sam, str_of(code_at(secret, NOON)), NOON, codes),
                     1);
    return sam;
}

static void count_one(const unsigned char hash[SESSION_HASH_BYTES], void *data)
{
    (void)hash;
    ++*(int *)data;
}

/* What must be done before anything else, of somebody and of the session that they have. */
static int duty(struct fixture *f, int64_t staff_id, bool second_factor)
{
    int free_ones = 0, r = session_visit_free(f->tx, second_factor, NOON, count_one, &free_ones),
        first = session_duty(f->tx, staff_id, second_factor);
    assert_int_equal(r, 0);
    assert_int_equal(free_ones, first == SESSION_FREE);
    return first;
}

static void test_enrolment(void **state)
{
    static const struct session_place place = { STR("192.0.2.7"), STR("a browser") };
    struct fixture *f = *state;
    char token[SESSION_TOKEN_MAX];
    unsigned char first[TOTP_SECRET_BYTES], secret[TOTP_SECRET_BYTES];
    char codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX];
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    assert_int_equal(session_begin(f->tx, sam, &place, NOON, NOON + 60, token), 0);
    assert_int_equal(second_factor_confirm(f->tx, sam, STR("123456"), NOON, codes), 0);
    assert_int_equal(duty(f, sam, false), SESSION_FREE);
    assert_int_equal(duty(f, sam, true), SESSION_MUST_ENROL);
    assert_int_equal(second_factor_begin(f->tx, sam, first), 0);
    assert_int_equal(second_factor_begin(f->tx, sam, secret), 0); /* the page was loaded again */
    assert_memory_not_equal(first, secret, sizeof secret);
    assert_int_equal(use(f, sam, "", NOON), SECOND_NONE); /* not asked for before it is confirmed */
    assert_int_equal(second_factor_confirm(f->tx, sam, STR("12345"), NOON, codes), 0);
    assert_int_equal(second_factor_confirm(f->tx, sam, str_of(code_at(secret, NOON)), NOON, codes),
                     1);
    assert_int_equal(second_factor_begin(f->tx, sam, first), ERR_EXISTS);
    assert_int_equal(codes_left(f, sam), RECOVERY_CODES);
    assert_int_equal(duty(f, sam, true), SESSION_FREE);
    assert_int_equal(staff_must_change(f->tx, STR("sam")), 1);
    assert_int_equal(duty(f, sam, false), SESSION_MUST_CHANGE_PASSWORD);
}

static void test_codes(void **state)
{
    struct fixture *f = *state;
    unsigned char secret[TOTP_SECRET_BYTES];
    char codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX];
    int64_t sam = enrol(f, secret, codes);
    assert_int_equal(use(f, sam, "", NOON), SECOND_WRONG);
    assert_int_equal(use(f, sam, code_at(secret, NOON), NOON), SECOND_WRONG); /* it confirmed */
    assert_int_equal(use(f, sam, code_at(secret, NOON + 30), NOON), SECOND_CODE);
    assert_int_equal(use(f, sam, code_at(secret, NOON + 30), NOON + 30), SECOND_WRONG);
    assert_int_equal(use(f, sam, code_at(secret, NOON + 90), NOON + 90), SECOND_CODE);
    assert_int_equal(use(f, sam, code_at(secret, NOON + 60), NOON + 90), SECOND_WRONG); /* before */
    assert_int_equal(use(f, 999, "123456", NOON), SECOND_NONE);
}

static void test_recovery(void **state)
{
    struct fixture *f = *state;
    unsigned char secret[TOTP_SECRET_BYTES];
    char codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX], typed[PASSWORD_GIVEN_MAX];
    int64_t sam = enrol(f, secret, codes), kit = add_staff(f->tx, "kit", "Kit Orr", "KO");
    assert_int_equal(use(f, sam, codes[0], NOON), SECOND_RECOVERY);
    assert_int_equal(use(f, sam, codes[0], NOON), SECOND_WRONG);
    assert_int_equal(codes_left(f, sam), RECOVERY_CODES - 1);
    /* small letters, other gaps */
    for (size_t i = 0; i < sizeof typed; i++)
        typed[i] = (char)(codes[1][i] == '-'   ? ' '
                          : codes[1][i] >= 'A' ? codes[1][i] + 32
                                               : codes[1][i]);
    assert_int_equal(use(f, sam, typed, NOON), SECOND_RECOVERY);
    codes[2][18] = codes[2][18] == 'A' ? 'B' : 'A';
    assert_int_equal(use(f, sam, codes[2], NOON), SECOND_WRONG);
    assert_int_equal(use(f, kit, codes[3], NOON), SECOND_NONE);
    assert_int_equal(second_factor_off(f->tx, kit), 0);
    assert_int_equal(codes_left(f, sam), RECOVERY_CODES - 2);

    assert_int_equal(second_factor_off(f->tx, sam), 1);
    assert_int_equal(second_factor_off(f->tx, sam), 0);
    assert_int_equal(codes_left(f, sam), 0);
    assert_int_equal(use(f, sam, codes[3], NOON), SECOND_NONE);
}

/* No recovery code is in any file of the database. */
static void test_kept_nowhere(void **state)
{
    struct fixture *f = *state;
    unsigned char secret[TOTP_SECRET_BYTES];
    char codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX];
    (void)enrol(f, secret, codes);
    fixture_commit(f);
    for (int i = 0; i < RECOVERY_CODES; i++) {
        assert_int_equal(strlen(codes[i]), 19);
        assert_false(file_holds(f, "k.db", codes[i]) || file_holds(f, "k.db-wal", codes[i]));
    }
    assert_true(file_holds(f, "k.db-wal", "Sam Reed")); /* we looked in the right place */
}

#define SECOND_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { SECOND_TEST(test_enrolment), SECOND_TEST(test_codes),
                                        SECOND_TEST(test_recovery),
                                        SECOND_TEST(test_kept_nowhere) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
