#include "base/arena.h"

#include "tests/unit/support.h"

static void test_blocks(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    unsigned char *seen[2000];
    size_t sizes[2000];
    uint64_t seed = 3;
    for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
        sizes[i] = i == 500 ? 100000 : (size_t)random_below(&seed, 200);
        seen[i] = arena_alloc(&a, sizes[i]);
        assert_non_null(seen[i]);
        assert_int_equal((uintptr_t)seen[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(seen[i][k], 0);
        if (sizes[i])
            memset(seen[i], (int)(i % 251), sizes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(seen); i++) /* nobody wrote over anybody */
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(seen[i][k], i % 251);
    arena_release(&a);
    assert_null(a.last);
    arena_release(&a);
}

static void test_clear(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    arena_clear(&a);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 50; i++) {
            unsigned char *p = arena_alloc(&a, 1000);
            assert_non_null(p);
            for (size_t k = 0; k < 1000; k++)
                assert_int_equal(p[k], 0); /* also where something stood before the clear */
            memset(p, 0xaa, 1000);
        }
        arena_clear(&a);
    }
    arena_release(&a);
    assert_non_null(arena_alloc(&a, 1)); /* can be used again */
    arena_release(&a);
}

static void test_refuses(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_non_null(arena_array(&a, 0, 16));
    arena_release(&a);
}

static void test_text(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    char text[] = "bins.missed";
    struct str copy = arena_str(&a, str_cut(str_of(text), 0, 4)),
               none = arena_str(&a, str_of(NULL));
    text[0] = 'x';
    assert_string_equal(copy.p, "bins");
    assert_int_equal(copy.len, 4);
    assert_string_equal(none.p, "");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
