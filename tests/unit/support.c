#include "tests/unit/support.h"

#include <ftw.h>
#include <unistd.h>

void expect_str(struct str got, const char *want, const char *note, const char *file, int line)
{
    if (str_is(got, want))
        return;
    print_error("%s\n  got    \"%.*s\"\n  wanted \"%s\"\n", note, STR_ARG(got), want);
    _fail(file, line);
}

void expect_true(bool holds, const char *what, const char *note, const char *file, int line)
{
    if (holds)
        return;
    print_error("%s: %s doesn't hold\n", note, what);
    _fail(file, line);
}

void expect_near(double a, double b, const char *file, int line)
{
    if (a - b < 1e-6 && b - a < 1e-6)
        return;
    print_error("%.9f is not %.9f\n", a, b);
    _fail(file, line);
}

void expect_report(struct report *report, const char *want, const char *file, int line)
{
    expect_str(buf_str(&report->lines), want, "the report", file, line);
    report_release(report);
}

void expect_reported(const struct report *report, const char *part, const char *note,
                     const char *file, int line)
{
    if (strstr(buf_cstr(&report->lines), part))
        return;
    print_error("%s: nothing reported with \"%s\" in it, but:\n%s\n", note, part,
                buf_cstr(&report->lines));
    _fail(file, line);
}

char *temp_new(void)
{
    const char *base = getenv("TMPDIR");
    struct buf path = BUF_INIT(4096);
    (void)buf_addf(&path, "%s/kerbside-test-XXXXXX", base && *base ? base : "/tmp");
    char *dir = buf_take(&path);
    assert_non_null(dir);
    assert_non_null(mkdtemp(dir));
    return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

char *temp_free(char *dir)
{
    if (dir)
        (void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(dir);
    return NULL;
}

const char *path_in(const char *dir, const char *name)
{
    static char paths[4][1024];
    static unsigned turn;
    char *path = paths[turn++ % ARRAY_LEN(paths)];
    int len = snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    assert_true(len > 0 && (size_t)len < sizeof paths[0]);
    return path;
}

void write_file(const char *dir, const char *name, struct str bytes)
{
    FILE *f = fopen(path_in(dir, name), "wbe");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p ? bytes.p : "", 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

void write_text(const char *dir, const char *name, const char *text)
{
    write_file(dir, name, str_of(text));
}

int temp_setup(void **state)
{
    *state = temp_new();
    return 0;
}

int temp_teardown(void **state)
{
    *state = temp_free(*state);
    return 0;
}

uint64_t random_below(uint64_t *seed, uint64_t below)
{
    uint64_t x = *seed; /* xorshift64: never 0 if it didn't begin there */
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *seed = x;
    return x % below;
}
