#include "handoff/reference.h"

#include "tests/unit/support.h"

static const char alphabet[] = "23456789CDFGHJKMNPRTVWX";
#define NOT_IN_IT "01ABEILOQSUYZabez.é"

static int64_t read_back(const char *text)
{
    int64_t id = 0;
    return reference_read(str_of(text), STR("NM"), &id) ? id : 0;
}

/* Where the sizes meet, what is likely, and anything. */
static int64_t some_id(size_t i, uint64_t *seed)
{
    static const int64_t edges[] = { 1,         2,         279840,       279841,
                                     279842,    6716183,   6716184,      154752072,
                                     154752073, INT64_MAX, INT64_MAX - 1 };
    if (i < ARRAY_LEN(edges))
        return edges[i];
    if (i < 5000)
        return (int64_t)i;
    int shift = (int)random_below(seed, 62);
    return 1 + (int64_t)random_below(seed, UINT64_C(1) << (shift + 1));
}

static void test_back_and_forth(void **state)
{
    (void)state;
    static const struct {
        int64_t id;
        size_t len;
    } sizes[] = { { 1, 6 },       { 279840, 6 },  { 279841, 7 },
                  { 6716183, 7 }, { 6716184, 8 }, { INT64_MAX, 16 } };
    char text[REFERENCE_MAX];
    uint64_t seed = 5;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        reference_write(sizes[i].id, text);
        assert_int_equal(strlen(text), sizes[i].len);
    }
    for (size_t i = 0; i < 200000; i++) {
        int64_t id = some_id(i, &seed);
        reference_write(id, text);
        if (read_back(text) != id)
            fail_msg("%lld is %s and comes back as %lld", (long long)id, text,
                     (long long)read_back(text));
    }
}

/* All of the shortest, and so no two the same; neighbours have no character in the same place. */
static void test_unlike(void **state)
{
    (void)state;
    char before[REFERENCE_MAX], text[REFERENCE_MAX];
    reference_write(1, before);
    for (int64_t id = 2; id < 300000; id++) {
        reference_write(id, text);
        size_t len = strlen(text);
        if (read_back(text) != id)
            fail_msg("%s isn't %lld", text, (long long)id);
        for (size_t i = 0; i + 2 < len && len == strlen(before); i++)
            if (text[i] == before[i])
                fail_msg("%s and %s are alike", before, text);
        memcpy(before, text, sizeof text);
    }
}

static void assert_wrong(const char *text, const char *was)
{
    int64_t id;
    if (reference_read(str_of(text), STR(""), &id))
        fail_msg("%s was %s, and passes", text, was);
}

/* Every character wrong in every way, and every two swapped. */
static void test_slips(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (size_t i = 0; i < 3000; i++) {
        char was[REFERENCE_MAX], text[REFERENCE_MAX];
        reference_write(some_id(i < 1000 ? i : 5000, &seed), was);
        size_t len = strlen(was);
        for (size_t at = 0; at < len; at++) {
            if (was[at] == '-')
                continue;
            memcpy(text, was, sizeof was);
            for (const char *c = alphabet; *c; c++) {
                text[at] = *c;
                if (*c != was[at])
                    assert_wrong(text, was);
            }
            for (const char *c = NOT_IN_IT; *c; c++) {
                text[at] = *c;
                assert_wrong(text, was);
            }
            for (size_t other = at + 1; other < len; other++) {
                memcpy(text, was, sizeof was);
                text[at] = was[other];
                text[other] = was[at];
                if (was[other] != '-' && was[at] != was[other])
                    assert_wrong(text, was);
            }
        }
    }
}

static void test_typed(void **state)
{
    (void)state;
    char text[REFERENCE_MAX], typed[64];
    static const char *const ways[] = { "%.4s-%c",  "%.4s%c",     " %.4s - %c ",
                                        "NM%.4s%c", "nm-%.4s-%c", "Nm %.4s %c" };
    reference_write(12, text);
    for (size_t i = 0; i < 2 * ARRAY_LEN(ways); i++) {
        (void)snprintf(typed, sizeof typed, ways[i / 2], text, text[5]);
        for (char *c = typed; *c && i % 2; c++)
            *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + ('a' - 'A')) : *c;
        assert_note(read_back(typed) == 12, typed);
    }
    static const char *const wrong[] = { "",
                                         "-",
                                         "NM",
                                         "NM-",
                                         "12",
                                         "2",
                                         "222",
                                         "22222",
                                         "2222222222222222",
                                         "hello",
                                         "XXXXXXXXXXXXXXX",
                                         "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
                                         "KS-4F7K" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_note(!read_back(wrong[i]), wrong[i]);
    int64_t id = 77;
    assert_false(reference_read((struct str){ "4F\0K-2", 6 }, STR(""), &id));
    assert_false(reference_read(str_of(text), STR(""), &id) && id != 12);
    id = 77;
    assert_false(reference_read(STR("nothing"), STR(""), &id));
    assert_int_equal(id, 77); /* left alone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back_and_forth),
        cmocka_unit_test(test_unlike),
        cmocka_unit_test(test_slips),
        cmocka_unit_test(test_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
