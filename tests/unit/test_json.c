#include "base/json.h"

#include "tests/unit/support.h"

static void test_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text;
        size_t line, column; /* 0: none can be named */
        const char *what;
    } rows[] = {
        { "nothing", "", 1, 1, "nothing there" },
        { "only space", "  ", 0, 0, "not JSON" },
        { "bad UTF-8", "\"caf\xe9\"", 1, 1, "UTF-8" },
        { "surrogate as UTF-8", "\"\xed\xa0\x80\"", 1, 1, "UTF-8" },
        { "NUL escape", "{\"a\":\n \"x\\u0000y\"}", 2, 4, "NUL escape" },
        { "NUL escape in a name", "{\"a\\u0000\":1}", 1, 4, "NUL escape" },
        { "\\u without digits reads as NUL", "[\"a\\uzzzzb\"]", 1, 4, "hexadecimal" },
        { "\\u with too few digits", "[\"a\\u12\"]", 1, 4, "hexadecimal" },
        { "raw line feed in a string", "[1,\n\"a\nb\"]", 2, 3, "control character" },
        { "raw tab in a string", "[\"\t\"]", 1, 3, "control character" },
        { "trailing text", "{} x", 1, 3, "follows" },
        { "two values", "{}{}", 1, 3, "follows" },
        { "cut off", "{\"a\":", 0, 0, "not JSON" },
        { "comma at the end", "[1,]", 0, 0, "not JSON" },
        { "single quotes", "{'a':1}", 0, 0, "not JSON" },
        { "comment", "[1] // one", 1, 4, "follows" },
        { "NaN", "[NaN]", 0, 0, "not JSON" },
        { "too large for a number", "[1e999]", 0, 0, "too large" },
        { "negative too large", "{\"a\":{\"b\":-1e999}}", 0, 0, "too large" },
        { "member twice", "{\"a\":1,\"b\":2,\"a\":3}", 0, 0, "\"a\" stands twice" },
        { "member twice, once escaped", "{\"a\":1,\"\\u0061\":3}", 0, 0, "\"a\" stands twice" },
        { "member twice, below", "[{\"x\":{\"a\":1,\"a\":1}}]", 0, 0, "\"a\" stands twice" },
        { "half a surrogate pair", "[\"\\ud83d\"]", 0, 0, "not JSON" },
        { "the wrong half", "[\"\\ude00\"]", 0, 0, "not JSON" },
        { "unknown escape", "[\"\\q\"]", 0, 0, "not JSON" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *tree = NULL;
        struct json_fault f = { 0 };
        assert_note(json_parse(str_of(rows[i].text), &tree, &f) == ERR_BADINPUT, rows[i].note);
        assert_null(tree);
        if (!strstr(f.what, rows[i].what))
            fail_msg("%s: said \"%s\"", rows[i].note, f.what);
        if (rows[i].line && (f.line != rows[i].line || f.column != rows[i].column))
            fail_msg("%s: at %zu:%zu", rows[i].note, f.line, f.column);
    }
    cJSON *tree = NULL;
    assert_int_equal(json_parse((struct str){ "[1\0]", 4 }, &tree, NULL), ERR_BADINPUT);
    assert_int_equal(json_parse((struct str){ "\"\0\"", 3 }, &tree, NULL), ERR_BADINPUT);
    assert_null(tree);
}

static void test_depth(void **state)
{
    (void)state;
    char text[200];
    for (size_t depth = 64; depth <= 65; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        cJSON *tree = NULL;
        struct json_fault f = { 0 };
        int r = json_parse((struct str){ text, 2 * depth }, &tree, &f);
        assert_int_equal(r, depth == 64 ? 0 : ERR_BADINPUT);
        if (r < 0)
            assert_int_equal(f.column, 65);
        cJSON_Delete(tree);
    }
    cJSON *tree = NULL; /* brackets in a string are no nesting, nor is a closed quote */
    struct buf b = BUF_INIT(1000);
    (void)buf_addc(&b, "[\"\\\\\",\"");
    for (int i = 0; i < 100; i++)
        (void)buf_addc(&b, "[\\\"{");
    (void)buf_addc(&b, "\"]");
    assert_int_equal(json_parse(buf_str(&b), &tree, NULL), 0);
    cJSON_Delete(tree);
    buf_release(&b);
}

static void test_accept(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain;
    } rows[] = {
        { " {} \r\n", "{}" },
        { "null", "null" },
        { "[1,2.5,-3e2]", "[1,2.5,-300]" },
        { "\"a\\u00e9\\ud83d\\ude00\"", "\"a\xc3\xa9\xf0\x9f\x98\x80\"" },
        { "{\"a\":{\"x\":1},\"b\":{\"x\":1},\"A\":0}",
          "{\"a\":{\"x\":1},\"b\":{\"x\":1},\"A\":0}" },
        { "\"\\\\u0000\"", "\"\\\\u0000\"" }, /* a backslash and a word, no escape */
        { "\"\\u0001\"", "\"\\u0001\"" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        /* from a copy without a terminator, for the sanitizer to see any step too far */
        size_t len = strlen(rows[i].text);
        char *copy = malloc(len);
        assert_non_null(copy);
        memcpy(copy, rows[i].text, len);
        cJSON *tree = NULL;
        struct buf out = BUF_INIT(1000);
        assert_note(json_parse((struct str){ copy, len }, &tree, NULL) == 0, rows[i].text);
        assert_int_equal(json_add_tree(&out, tree), 0);
        assert_str(buf_str(&out), rows[i].plain);
        buf_release(&out);
        cJSON_Delete(tree);
        free(copy);
    }
}

static void test_members(void **state)
{
    (void)state;
    cJSON *o = NULL;
    struct str s = STR("before");
    int64_t n = 77;
    bool b = true;
    assert_int_equal(json_parse(STR("{\"s\":\"x\",\"n\":5,\"half\":1.5,\"big\":9007199254740993,"
                                    "\"b\":false,\"null\":null,\"N\":1}"),
                                &o, NULL),
                     0);
    assert_int_equal(json_get_str(o, "none", &s), 0);
    assert_int_equal(json_get_str(o, "null", &s), 0);
    assert_int_equal(json_get_str(o, "S", &s), 0);
    assert_int_equal(json_get_str(o, "n", &s), ERR_BADINPUT);
    assert_str(s, "before");
    assert_int_equal(json_get_str(o, "s", &s), 1);
    assert_str(s, "x");
    assert_int_equal(json_get_int(o, "null", 0, 9, &n), 0);
    assert_int_equal(json_get_int(o, "s", 0, 9, &n), ERR_BADINPUT);
    assert_int_equal(json_get_int(o, "half", 0, 9, &n), ERR_BADINPUT);
    assert_int_equal(json_get_int(o, "big", 0, INT64_MAX, &n), ERR_BADINPUT);
    assert_int_equal(json_get_int(o, "n", 6, 9, &n), ERR_BADINPUT);
    assert_int_equal(json_get_int(o, "n", 0, 4, &n), ERR_BADINPUT);
    assert_int_equal(n, 77);
    assert_int_equal(json_get_int(o, "n", 5, 5, &n), 1);
    assert_int_equal(n, 5);
    assert_int_equal(json_get_bool(o, "none", &b), 0);
    assert_int_equal(json_get_bool(o, "n", &b), ERR_BADINPUT);
    assert_true(b);
    assert_int_equal(json_get_bool(o, "b", &b), 1);
    assert_false(b);
    assert_str(json_str(cJSON_GetObjectItem(o, "s")), "x");
    assert_str(json_str(cJSON_GetObjectItem(o, "half")), "");
    assert_str(json_str(NULL), "");

    struct report report = REPORT_INIT;
    static const char *const names[] = { "s", "n", "half", "big", "b", "null", NULL };
    json_check_names(o, names, "here", &report);
    assert_report(&report, "error: here: unknown member \"N\"; known: s, n, half, big, b, null\n");
    cJSON_Delete(o);
}

static void test_text_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < 500; round++) {
        struct buf text = BUF_INIT(4096), out = BUF_INIT(65536);
        for (int i = 0; i < 40; i++) {
            static const uint32_t ends[] = { 0x21, 0x80, 0x800, 0x110000 };
            uint32_t cp = 1 + (uint32_t)random_below(&seed, ends[random_below(&seed, 4)] - 1);
            (void)buf_add_point(&text, cp >= 0xd800 && cp < 0xe000 ? '"' : cp);
        }
        assert_int_equal(text.err, 0);
        assert_int_equal(json_add_text(&out, buf_str(&text)), 0);
        for (size_t i = 0; i < out.len; i++)
            assert_true((unsigned char)out.p[i] >= 0x20 && out.p[i] != 0x7f);
        cJSON *tree = NULL;
        assert_int_equal(json_parse(buf_str(&out), &tree, NULL), 0);
        assert_str(json_str(tree), buf_cstr(&text));
        cJSON_Delete(tree);
        buf_release(&text);
        buf_release(&out);
    }
    struct buf out = BUF_INIT(100);
    assert_int_equal(json_add_text(&out, STR("a\"\\\n\t\x01\x7f/")), 0);
    assert_str(buf_str(&out), "\"a\\\"\\\\\\n\\u0009\\u0001\\u007f/\"");
    buf_release(&out);
    struct buf small = BUF_INIT(3);
    assert_int_equal(json_add_text(&small, STR("abc")), ERR_TOOBIG);
    buf_release(&small);
}

static void test_put_str(void **state)
{
    (void)state;
    cJSON *o = cJSON_CreateObject();
    assert_non_null(json_put_str(o, "a", str_cut(STR("bins.missed"), 5, 11)));
    assert_non_null(json_put_str(o, "b", str_of(NULL)));
    struct buf out = BUF_INIT(100);
    assert_int_equal(json_add_tree(&out, o), 0);
    assert_str(buf_str(&out), "{\"a\":\"missed\",\"b\":\"\"}");
    buf_release(&out);
    cJSON_Delete(o);
}

static void test_read_file(void **state)
{
    const char *dir = *state;
    struct report report = REPORT_INIT;
    cJSON *tree = NULL;
    char want[2048];

    assert_int_equal(json_read_file(path_in(dir, "none"), 100, &report, &tree), ERR_IO);
    (void)snprintf(want, sizeof want, "error: %s/none: can't be read: No such file or directory\n",
                   dir);
    assert_report(&report, want);

    assert_int_equal(json_read_file(dir, 100, &report, &tree), ERR_IO);
    (void)snprintf(want, sizeof want, "error: %s: can't be read: Is a directory\n", dir);
    assert_report(&report, want);

    write_text(dir, "x.json", "{\n  \"a\": 1,\n  \"b\": oops\n}\n");
    assert_int_equal(json_read_file(path_in(dir, "x.json"), 100, &report, &tree), ERR_BADINPUT);
    (void)snprintf(want, sizeof want, "error: %s/x.json:3:8: not JSON from here on\n", dir);
    assert_report(&report, want);

    assert_int_equal(json_read_file(path_in(dir, "x.json"), 10, &report, &tree), ERR_TOOBIG);
    (void)snprintf(want, sizeof want, "error: %s/x.json: larger than 10 bytes\n", dir);
    assert_report(&report, want);

    write_text(dir, "x.json", "{\"a\":1,\"a\":2}");
    assert_int_equal(json_read_file(path_in(dir, "x.json"), 100, &report, &tree), ERR_BADINPUT);
    (void)snprintf(want, sizeof want,
                   "error: %s/x.json: the member \"a\" stands twice in one object\n", dir);
    assert_report(&report, want);
    assert_null(tree);

    write_text(dir, "x.json", "{\"a\":1}\n");
    assert_int_equal(json_read_file(path_in(dir, "x.json"), 100, &report, &tree), 0);
    assert_report(&report, "");
    cJSON_Delete(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_put_str),
        cmocka_unit_test_setup_teardown(test_read_file, temp_setup, temp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
