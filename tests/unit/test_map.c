#include "base/map.h"

#include "tests/unit/support.h"

static void test_map(void **state)
{
    (void)state;
    struct map m = MAP_INIT;
    uint32_t value = 77;
    static char keys[5000][12];
    assert_false(map_get(&m, STR("bin"), &value));
    assert_int_equal(value, 77);
    for (uint32_t i = 0; i < ARRAY_LEN(keys); i++) { /* it grows and loses nothing */
        (void)snprintf(keys[i], sizeof keys[i], "key%u", i);
        assert_int_equal(map_put(&m, str_of(keys[i]), i), 0);
    }
    assert_int_equal(m.used, ARRAY_LEN(keys));
    assert_true(m.used * 2 <= m.room);
    for (uint32_t i = 0; i < ARRAY_LEN(keys); i++) {
        assert_true(map_get(&m, str_of(keys[i]), &value));
        assert_int_equal(value, i);
    }
    assert_false(map_get(&m, STR("key5000"), &value));
    assert_false(map_get(&m, STR("key"), &value));
    assert_false(map_get(&m, STR("KEY1"), &value));
    assert_int_equal(map_put(&m, STR("key7"), 1234), 0); /* replaces */
    assert_int_equal(m.used, ARRAY_LEN(keys));
    assert_true(map_get(&m, STR("key7"), &value));
    assert_int_equal(value, 1234);
    map_release(&m);
    map_release(&m);
    assert_false(map_get(&m, STR("key7"), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_map) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
