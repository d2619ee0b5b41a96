/* Tables as spreadsheets write them: RFC 4180. */
#include "base/csv.h"

#include "tests/unit/support.h"

/* The rows' cells, each in brackets, lines with their numbers. */
static struct str read_table(struct arena *arena, struct str text)
{
    struct csv_row *rows = NULL;
    struct csv_fault fault = { 0, "" };
    struct buf out = BUF_INIT(1 << 16);
    size_t count = 0;
    int r = csv_read(text, arena, &rows, &count, &fault);
    if (r < 0)
        (void)buf_addf(&out, "%zu: %s", fault.line, fault.what);
    for (size_t i = 0; r == 0 && i < count; i++) {
        (void)buf_addf(&out, "%zu", rows[i].line);
        for (size_t k = 0; k < rows[i].count; k++)
            (void)buf_addf(&out, "[%.*s]", STR_ARG(rows[i].cells[k]));
        (void)buf_addc(&out, ";");
    }
    struct str kept = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return kept;
}

static void tables_are_read(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "", "" },
        { "a", "1[a];" },
        { "a,b\r\nc,d\r\n", "1[a][b];2[c][d];" },
        { "a,b\nc,d", "1[a][b];2[c][d];" },
        { "\xEF\xBB\xBF"
          "a,b\n",
          "1[a][b];" },
        { ",\n,,\n", "1[][];2[][][];" },
        { "a\n\n\r\nb\n", "1[a];4[b];" },
        { "\"a,b\",\"c \"\"d\"\"\"\n", "1[a,b][c \"d\"];" },
        { "\"one\r\ntwo\nthree\",x\ny", "1[one\ntwo\nthree][x];4[y];" },
        { "\"\",x\n", "1[][x];" },
        { "caf\xC3\xA9,\xF0\x9F\x91\x8F\n", "1[café][👏];" },
        { " a , b \n", "1[ a ][ b ];" },
        { "a\rb\n", "1[a\rb];" },
        { "a,\"b", "1: a quotation mark opens here and nothing closes it" },
        { "a\n\"b\nc\nd", "2: a quotation mark opens here and nothing closes it" },
        { "\"a\nb\"c,d\n", "2: something stands behind the quotation mark that closes a cell" },
        { "a\nb\"c,d\n",
          "2: a quotation mark in the middle of a cell: the whole cell must be quoted" },
        { "caf\xE9\n", "0: it isn't text in UTF-8: save it as \"CSV UTF-8\"" },
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str_note(read_table(&arena, str_of(rows[i].text)), rows[i].want, rows[i].text);
    assert_str(read_table(&arena, (struct str){ "a\0b", 3 }),
               "0: it isn't text in UTF-8: save it as \"CSV UTF-8\"");
    arena_release(&arena);
    (void)state;
}

static void what_is_written_is_read_back(void **state)
{
    const struct str cells[] = { STR("plain"), STR("a,b"),      STR("say \"so\""),
                                 STR(""),      STR("one\ntwo"), STR(" é👏 ") };
    struct arena arena = ARENA_INIT;
    struct buf out = BUF_INIT(4096);
    assert_int_equal(csv_add_row(&out, cells, ARRAY_LEN(cells)), 0);
    assert_str(buf_str(&out), "plain,\"a,b\",\"say \"\"so\"\"\",,\"one\ntwo\", é👏 \r\n");
    assert_str(read_table(&arena, buf_str(&out)), "1[plain][a,b][say \"so\"][][one\ntwo][ é👏 ];");
    buf_release(&out);
    arena_release(&arena);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
