#include "base/report.h"

#include "tests/unit/support.h"

static void test_lines(void **state)
{
    (void)state;
    struct report r = REPORT_INIT;
    assert_int_equal(report_error(&r, "bins.json: %s: %d", "bins.missed", 5), ERR_BADINPUT);
    report_warning(&r, "bins.json: review");
    (void)report_error(&r, "the last");
    assert_int_equal(r.errors, 2);
    assert_int_equal(r.warnings, 1);
    assert_report(&r, "error: bins.json: bins.missed: 5\nwarning: bins.json: review\n"
                      "error: the last\n");
    assert_int_equal(r.errors, 0);
    assert_int_equal(r.warnings, 0);
}

/* Quoted words make no line of their own, and move no terminal. */
static void test_quoted(void **state)
{
    (void)state;
    struct report r = REPORT_INIT;
    (void)report_error(&r, "\"%s\": no title", "a\nwarning: b\x1b[31m");
    assert_report(&r, "error: \"a warning: b [31m\": no title\n");
}

static void test_too_many(void **state)
{
    (void)state;
    struct report r = REPORT_INIT;
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 2000; i++) {
        (void)report_error(&r, "%s", text);
        report_warning(&r, "%s", text);
    }
    assert_int_equal(r.errors, 2000); /* nothing is forgotten, if not all is said */
    assert_int_equal(r.warnings, 2000);
    struct str all = buf_str(&r.lines), line;
    assert_true(all.len > 1000000 && all.len <= 1 << 20);
    assert_int_equal(all.p[all.len - 1], '\n');
    assert_int_equal(strlen(all.p), all.len);
    all.len--;
    for (int i = 0; str_split(&all, '\n', &line); i++)
        assert_int_equal(line.len, 999 + strlen(i % 2 ? "warning: " : "error: "));
    report_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
