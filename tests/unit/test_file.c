#include "base/file.h"

#include "tests/unit/support.h"

static void test_beside(void **state)
{
    (void)state;
    static const struct {
        const char *beside, *path, *want;
    } rows[] = {
        { "/etc/kerbside/kerbside.json", "kb", "/etc/kerbside/kb" },
        { "/etc/kerbside/kerbside.json", "/srv/kb", "/srv/kb" },
        { "config/demo.json", "../kb/content", "config/../kb/content" },
        { "demo.json", "kb", "kb" },
        { "/demo.json", "kb", "/kb" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *path = file_beside(rows[i].beside, rows[i].path);
        assert_string_equal(path, rows[i].want);
        free(path);
    }
}

static void test_read(void **state)
{
    const char *dir = *state;
    struct buf big = BUF_INIT(100000), out = BUF_INIT(100000);
    for (int i = 0; i < 5000; i++)
        (void)buf_addf(&big, "%d\n", i);
    (void)buf_add(&big, (struct str){ "\0\xff", 2 });
    write_file(dir, "x", buf_str(&big));
    assert_int_equal(file_read(path_in(dir, "x"), &out), 0);
    assert_int_equal(out.len, big.len);
    assert_memory_equal(out.p, big.p, big.len);
    struct buf small = BUF_INIT(100);
    assert_int_equal(file_read(path_in(dir, "x"), &small), ERR_TOOBIG);
    buf_clear(&out);
    write_text(dir, "x", "");
    assert_int_equal(file_read(path_in(dir, "x"), &out), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(file_read(path_in(dir, "none"), &out), ERR_IO);
    assert_int_equal(file_read(dir, &out), ERR_IO);
    buf_release(&big);
    buf_release(&out);
    buf_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside),
        cmocka_unit_test_setup_teardown(test_read, temp_setup, temp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
