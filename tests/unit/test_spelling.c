#include "intents/spelling.h"

#include "tests/unit/support.h"

static const struct spelling_word words[] = {
    { { "collection", 10 }, 9, 1 }, { { "collected", 9 }, 5, 1 }, { { "recycling", 9 }, 7, 2 },
    { { "wheelchair", 10 }, 2, 3 }, { { "rubbish", 7 }, 8, 4 },   { { "street", 6 }, 6, 5 },
    { { "bins", 4 }, 20, 6 },       { { "flooding", 8 }, 2, 7 },  { { "fly", 3 }, 2, 7 },
    { { "zzcast", 6 }, 1, 8 },      { { "zzcost", 6 }, 1, 9 },    { { "qqcast", 6 }, 1, 8 },
    { { "qqcost", 6 }, 2, 8 },      { { "vvcast", 6 }, 9, 8 },    { { "vvcost", 6 }, 1, 9 },
    { { "impassable", 10 }, 1, 8 }, { { "pavement", 8 }, 4, 10 },
};

static const struct {
    const char *note, *written, *want;
} rows[] = {
    { "a letter missing", "colection", "collection" },
    { "a letter too many", "streeet", "street" },
    { "letters exchanged", "recylcing", "recycling" },
    { "the first two", "rceycling", "recycling" },
    { "a wrong letter", "rubbosh", "rubbish" },
    { "the first letter", "eubbish", "" },
    { "the first letter of a long word", "eecycling", "recycling" },
    { "the last letter", "rubbisj", "rubbish" },
    { "two edits", "colectoin", "collection" },
    { "two edits, two letters less", "whelchar", "wheelchair" },
    { "two edits in a word of seven", "rubis", "" },
    { "three edits", "colctn", "" },
    { "the nearer of two", "colected", "collected" },
    { "four letters exchanged", "bisn", "bins" },
    { "four letters, another letter", "binz", "" },
    { "three letters", "fyl", "" },
    { "too long a word", "collectionnnnnnnnnnnnnnnnnnnn", "" },
    { "two as near, nothing prefers one", "zzcest", "" },
    { "two as near, one family", "qqcest", "qqcost" },
    { "two as near, one is used far more", "vvcest", "vvcast" },
    { "a word of English that is nearer", "impossble", "" },
    { "nothing near", "xylophone", "" },
    { "a letter that is none", "collec\xc3\xa9tion", "" },
    { "a digit", "c0llection", "" },
    { "empty", "", "" },
};

static void test_correct(void **state)
{
    (void)state;
    struct spelling *s = spelling_new(words, ARRAY_LEN(words));
    assert_non_null(s);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str_note(spelling_correct(s, str_of(rows[i].written)), rows[i].want, rows[i].note);
    s = spelling_free(s);
    assert_str(spelling_correct(NULL, STR("colection")), "");
    s = spelling_new(words, 0);
    assert_str(spelling_correct(s, STR("colection")), "");
    s = spelling_free(s);
}

/* Letters changed at random: the order in which the words came changes nothing. */
static void test_order(void **state)
{
    (void)state;
    uint64_t seed = 3;
    struct spelling_word shuffled[ARRAY_LEN(words)];
    memcpy(shuffled, words, sizeof words);
    struct spelling *one = spelling_new(words, ARRAY_LEN(words));
    unsigned corrected = 0;
    for (int round = 0; round < 40; round++) {
        for (size_t i = ARRAY_LEN(words) - 1; i > 0; i--) {
            size_t k = (size_t)random_below(&seed, i + 1);
            struct spelling_word w = shuffled[i];
            shuffled[i] = shuffled[k];
            shuffled[k] = w;
        }
        struct spelling *other = spelling_new(shuffled, ARRAY_LEN(words));
        for (int n = 0; n < 200; n++) {
            char text[SPELLING_MOST];
            struct str from = words[random_below(&seed, ARRAY_LEN(words))].text;
            memcpy(text, from.p, from.len);
            for (uint64_t edits = 1 + random_below(&seed, 2); edits > 0; edits--)
                text[random_below(&seed, from.len)] = (char)('a' + random_below(&seed, 26));
            struct str written = { text, from.len };
            struct str a = spelling_correct(one, written), b = spelling_correct(other, written);
            assert_true(str_eq(a, b));
            corrected += a.len > 0;
        }
        other = spelling_free(other);
    }
    assert_true(corrected > 1000);
    one = spelling_free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_correct),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
