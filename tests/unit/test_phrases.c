/* Phrases that a message says, against a plain search in its text. */
#include "intents/phrases.h"

#include "tests/unit/support.h"

static struct phrases_said find(struct str text, const char *const *phrases, size_t count,
                                unsigned set)
{
    struct phrases *p = phrases_new();
    struct arena arena = ARENA_INIT;
    struct normal n;
    struct phrases_said said[8] = { 0 };
    uint32_t sets[8];
    size_t said_count = 0;
    assert_non_null(p);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(phrases_add(p, str_of(phrases[i]), (unsigned)i), 0);
    assert_int_equal(normal_make(&arena, NULL, text, &n), 0);
    assert_int_equal(phrases_find(p, &arena, &n, said, sets, &said_count), 0);
    for (size_t i = 0; i < said_count; i++)
        assert_true(said[sets[i]].places);
    for (size_t i = 0; i < ARRAY_LEN(said); i++)
        said_count -= said[i].places > 0;
    assert_int_equal(said_count, 0);
    arena_release(&arena);
    p = phrases_free(p);
    return said[set];
}

static void test_places(void **state)
{
    (void)state;
    static const char *const phrases[] = { "green bin", "bin", "recycl* bin", "rec*", "bin was" };
    static const struct {
        const char *note, *text;
        uint64_t at[ARRAY_LEN(phrases)];
    } rows[] = {
        { "nothing", "", { 0 } },
        { "none", "the greens binned", { 0 } },
        { "one inside another", "my green bin", { 2, 4, 0, 0, 0 } },
        { "twice", "bin my bin", { 0, 5, 0, 0, 0 } },
        { "a beginning", "recycling bin was", { 0, 2, 1, 1, 2 } },
        { "a beginning that is the whole", "recycl bin", { 0, 2, 1, 1, 0 } },
        { "cut short", "my green", { 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (unsigned s = 0; s < ARRAY_LEN(phrases); s++)
            if (find(str_of(rows[i].text), phrases, ARRAY_LEN(phrases), s).places != rows[i].at[s])
                fail_msg("%s: \"%s\"", rows[i].note, phrases[s]);
}

/* Far behind, places run into one. */
static void test_last_place(void **state)
{
    (void)state;
    static const char *const phrases[] = { "bin" };
    struct buf text = BUF_INIT(10000);
    for (int i = 0; i < 100; i++)
        (void)buf_addc(&text, i == 62 || i == 80 || i == 99 ? "bin " : "x ");
    assert_true(find(buf_str(&text), phrases, 1, 0).places == (UINT64_C(3) << 62));
    buf_release(&text);
    assert_null(phrases_free(NULL));
}

/* The first, and there the longest, as PCRE2 finds it. */
static void test_first(void **state)
{
    (void)state;
    struct phrases *p = phrases_new();
    struct arena arena = ARENA_INIT;
    struct normal n;
    struct phrases_said said = { 0 };
    uint32_t sets[1];
    size_t said_count;
    static const char *const phrases[] = { "not been", "not", "not been emptied at all",
                                           "been emp*" };
    assert_non_null(p);
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
        assert_int_equal(phrases_add(p, str_of(phrases[i]), 0), 0);
    assert_int_equal(normal_make(&arena, NULL, STR("it has not been emptied not been"), &n), 0);
    assert_int_equal(phrases_find(p, &arena, &n, &said, sets, &said_count), 0);
    assert_int_equal(said_count, 1);
    assert_true(said.places == (1 << 2 | 1 << 3 | 1 << 5));
    assert_int_equal(said.from, 2);
    assert_int_equal(said.to, 4);
    arena_release(&arena);
    p = phrases_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_last_place),
        cmocka_unit_test(test_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
