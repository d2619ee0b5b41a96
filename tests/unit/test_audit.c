/* The audit log: added to, paged, and never changed. */
#include "handoff/audit.h"

#include "tests/unit/record_fixture.h"

static void add(struct fixture *f, int64_t staff_id, const char *act, const char *about)
{
    const struct audit a = { staff_id, act, str_of(about), STR("words"), STR("192.0.2.7") };
    assert_int_equal(audit_add(f->tx, &a), 0);
}

static void add_line(const struct audit_row *row, void *data)
{
    (void)buf_addf(data, "%" PRId64 " %.*s|%.*s|%.*s|%.*s|%.*s\n", row->id, STR_ARG(row->by),
                   STR_ARG(row->act), STR_ARG(row->about), STR_ARG(row->text),
                   STR_ARG(row->address));
}

static void test_rows(void **state)
{
    static const char long_login[] =
        "a-login-that-is-much-longer-than-anybody-s-and-maybe-a-secret";
    struct fixture *f = *state;
    struct buf lines = BUF_INIT(10000);
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    add(f, sam, "signed_in", "");
    add(f, 0, "sign_in_failed", long_login);
    assert_int_equal(audit_page(f->tx, INT64_MAX, add_line, &lines), 0);
    assert_str(buf_str(&lines), "2 |sign_in_failed|a-login-that-is-much-longer-than-anybody|words|"
                                "192.0.2.7\n1 Sam Reed|signed_in||words|192.0.2.7\n");
    buf_release(&lines);

    assert_int_equal(audit_signed_in(f->tx, sam, STR("192.0.2.7"), 0), 1);
    assert_int_equal(audit_signed_in(f->tx, sam, STR("192.0.2.8"), 0), 0);
    assert_int_equal(audit_signed_in(f->tx, sam, STR("192.0.2.7"), INT64_MAX), 0);
    assert_int_equal(audit_signed_in(f->tx, 0, STR("192.0.2.7"), 0), 0);
}

static void count_row(const struct audit_row *row, void *data)
{
    int64_t *last = data;
    assert_true(!*last || row->id == *last - 1);
    *last = row->id;
}

static void test_pages(void **state)
{
    struct fixture *f = *state;
    int64_t last = 0;
    for (int i = 0; i < 2 * AUDIT_PAGE; i++)
        add(f, 0, "signed_in", "");
    assert_int_equal(audit_page(f->tx, INT64_MAX, count_row, &last), 1);
    assert_int_equal(last, AUDIT_PAGE + 1);
    assert_int_equal(audit_page(f->tx, last, count_row, &last), 0);
    assert_int_equal(last, 1);
    assert_int_equal(audit_page(f->tx, last, count_row, &last), 0);
}

static void test_append_only(void **state)
{
    static const char *const changes[] = { "UPDATE audit SET act='nothing'", "DELETE FROM audit",
                                           "DELETE FROM audit WHERE id=1",
                                           "UPDATE audit SET at=0 WHERE id=1" };
    struct fixture *f = *state;
    add(f, 0, "signed_in", "sam");
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        assert_note(stmt_run(tx_stmt(f->tx, changes[i])) == ERR_DB, changes[i]);
    assert_str(text_of(f, "SELECT act || about AS t FROM audit", 0), "signed_insam\n");
}

#define AUDIT_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { AUDIT_TEST(test_rows), AUDIT_TEST(test_pages),
                                        AUDIT_TEST(test_append_only) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
