#include "intents/dictionary.h"

#include "tests/unit/support.h"

static void test_knows(void **state)
{
    (void)state;
    static const char *const words[] = {
        "a",       "rubbish",  "colour",
        "pothole", "potholes", "councils", /* council's */
        "cafe",                            /* café */
        "london",  "dont",     "electroencephalograph",
    };
    static const char *const others[] = { "rubish", "colllection", "pothloe", "xqzwv",
                                          "1",      "potholesque", "holmess", "" };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        assert_note(dictionary_knows(str_of(words[i])), words[i]);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_note(!dictionary_knows(str_of(others[i])), others[i]);
}

/* Letters that mean nothing pass for a word as rarely as the header says. */
static void test_false_words(void **state)
{
    (void)state;
    uint64_t seed = 7;
    unsigned known = 0;
    for (int round = 0; round < 300000; round++) {
        char word[12];
        for (size_t i = 0; i < sizeof word; i++)
            word[i] = (char)('a' + random_below(&seed, 26));
        known += dictionary_knows((struct str){ word, sizeof word });
    }
    assert_int_equal(known, 0);
}

/* What the arithmetic of the sums is for: a letter taken out of the middle. */
static void test_sums(void **state)
{
    (void)state;
    uint64_t head = dictionary_sum(STR("rub")), whole = dictionary_sum(STR("rubxbish"));
    uint64_t upto = dictionary_sum(STR("rubx"));
    assert_true(dictionary_knows_sum(head + (whole - upto) * DICTIONARY_INVERSE));
    assert_true(DICTIONARY_BASE * DICTIONARY_INVERSE == 1);
    assert_false(dictionary_knows_sum(whole));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_knows),
        cmocka_unit_test(test_false_words),
        cmocka_unit_test(test_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
