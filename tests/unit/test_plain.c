/* Phrases in plain words to patterns: what each becomes, and what it finds then. */
#include "kb/plain.h"

#include "tests/unit/support.h"

static int no_phrase(void **state)
{
    struct vocab *v = vocab_free(*state);
    assert_null(v);
    return 0;
}

static void add_term(struct vocab *v, const char *name, const char *list)
{
    struct str rest = str_of(list), words[30];
    struct report report = REPORT_INIT;
    size_t count = 0;
    while (str_split(&rest, ',', &words[count]))
        count++;
    assert_int_equal(vocab_add_words(v, str_of(name), words, count, "", &report), 0);
    report_release(&report);
}

static int make_vocab(void **state)
{
    struct vocab *v = vocab_new();
    struct report report = REPORT_INIT;
    assert_non_null(v);
    assert_int_equal(vocab_add_pattern(v, STR("gap"), STR("(?:[^ ]+ ){0,4}?"), "", &report), 0);
    add_term(v, "bin", "bin,bins,wheelie*,recycling,rubbish,big green thing");
    add_term(v, "collection",
             "collection,bin collection,recycling,rubbish,recycling lorry,"
             "rubbish lorry,refuse lorry,lorry comes,round,rounds,waste round,"
             "bin round,wagon,waste wagon,big wagon,bin wagon,bin lorry,"
             "bin truck,truck,binmen,crew,kerbside");
    add_term(v, "missed", "missed,miss,skip,skipped,forgot");
    add_term(v, "other_permit", "skip,taxi,scaffold");
    add_term(v, "not_been", "not,not been,has not been,was not");
    add_term(v, "emptied", "emptied,empty,picked up");
    add_term(v, "overflowing", "overflowing,not emptied");
    add_term(v, "bin_day", "bin day,collection day");
    add_term(v, "colour", "green,blue");
    add_term(v, "hint_pests", "rats,mice");
    add_term(v, "a_tip", "tip,a tip");
    add_term(v, "b_tip", "tip,b tip");
    add_term(v, "tips_all", "tip,all tips,tip ticket");
    assert_int_equal(vocab_check(v, "", &report), 0);
    assert_int_equal(vocab_finish(v), 0);
    report_release(&report);
    *state = v;
    return 0;
}

#define GAP " (?&gap)"

static void test_patterns(void **state)
{
    static const struct {
        const char *note, *phrase, *pcre;
        unsigned weight;
    } rows[] = {
        { "terms that are called so", "Bin not emptied!",
          "(?&bin)" GAP "(?&not_been)" GAP "(?&emptied)|(?&not_been)" GAP "(?&emptied)" GAP
          "(?&bin)",
          84 },
        { "written out as a message is", "bins haven't been emptied",
          "(?&bin)" GAP "(?&not_been)" GAP "(?&emptied)|(?&not_been)" GAP "(?&emptied)" GAP
          "(?&bin)",
          84 },
        { "all that say it mean a bin", "missed my recycling",
          "(?&missed)" GAP "(?&bin)|(?&bin)" GAP "(?&missed)", 80 },
        { "any ending", "wheelies missed", "(?&bin)" GAP "(?&missed)|(?&missed)" GAP "(?&bin)",
          80 },
        { "the same thing twice is said once", "wheelie bin", "(?&bin)", 70 },
        { "the longest run", "big green thing", "(?&bin)", 70 },
        { "a question word stays, and stands first", "When is my bin day?",
          "when" GAP "(?&bin_day)", 80 },
        { "said by those who mean other things", "skip hire",
          "skips?" GAP "hires?|hires?" GAP "skips?", 84 },
        { "a list of unlike things", "blue badge", "blues?" GAP "badges?|badges?" GAP "blues?",
          84 },
        { "a hint is no term", "rats", "rats?", 55 },
        { "more than one may say it: the fewer, then the alphabet", "tip", "(?&a_tip)", 55 },
        { "three things turn round", "allotment waiting list",
          "allotments?" GAP "waitings?" GAP "lists?|waitings?" GAP "lists?" GAP
          "allotments?|lists?" GAP "allotments?" GAP "waitings?",
          90 },
        { "four don't", "rent arrears council house",
          "rents?" GAP "arrears?" GAP "councils?" GAP "houses?", 90 },
        { "other plurals", "lorries glass boxes",
          "lorr(?:y|ies)" GAP "glass(?:es)?" GAP "box(?:es)?|glass(?:es)?" GAP "box(?:es)?" GAP
          "lorr(?:y|ies)|box(?:es)?" GAP "lorr(?:y|ies)" GAP "glass(?:es)?",
          90 },
        { "a verb", "apply for a permit",
          "appl(?:y|ies|ying)" GAP "permit(?:s|ting)?|permit(?:s|ting)?" GAP "appl(?:y|ies|ying)",
          88 },
        { "any of its forms", "reporting", "report(?:s|ing)?", 70 },
        { "with an e", "replacing", "replac(?:e|es|ing)", 70 },
        { "that hisses", "processes", "process(?:es|ing)?", 70 },
        { "doubled", "cancelling", "cancel(?:s|ling)?", 70 },
        { "behind a vowel", "delays", "delay(?:s|ing)?", 70 },
        { "what was done stays", "replaced", "replaced", 70 },
        { "short ones are more often things", "park", "parks?", 70 },
        { "no verb ends so", "parking", "parkings?", 70 },
        { "nor so", "red", "reds?", 70 },
        { "nor here", "ring", "rings?", 70 },
        { "its -ing is another thing", "house", "houses?", 70 },
        { "nor is that a form of it", "housing", "housings?", 70 },
        { "no word of English", "northmooring", "northmooring", 70 },
        { "a name", "wells", "wells?", 70 },
        { "a number", "2nd", "2nd", 70 },
        { "signs are themselves", "form 7.5", "forms?" GAP "7\\.5|7\\.5" GAP "forms?", 88 },
        { "details and ends of sentences fall away", "Fines. Call 01632 960123?",
          "fines? (?&gap)calls?|calls? (?&gap)fines?", 88 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = ARENA_INIT;
        struct report report = REPORT_INIT;
        struct plain_phrase p;
        assert_int_equal(plain_phrase(*state, &arena, str_of(rows[i].phrase), "here", &report, &p),
                         0);
        assert_str_note(p.pcre, rows[i].pcre, rows[i].note);
        if (p.weight != rows[i].weight)
            fail_msg("%s: %u", rows[i].note, p.weight);
        assert_report(&report, "");
        arena_release(&arena);
    }
}

static void test_pieces(void **state)
{
    struct arena arena = ARENA_INIT;
    struct report report = REPORT_INIT;
    struct plain_phrase p;
    assert_int_equal(
        plain_phrase(*state, &arena, STR("my big green thing is not here"), "here", &report, &p),
        0);
    assert_int_equal(p.count, 2);
    assert_str(p.pieces[0].words, "big green thing");
    assert_str(p.pieces[0].term, "bin");
    assert_str(p.pieces[1].words, "not");
    assert_str(p.pieces[1].term, "not_been");
    assert_str(p.pcre, "(?&bin)" GAP "(?&not_been)"); /* it doesn't turn round */
    arena_release(&arena);
}

static void test_own_gap(void **state)
{
    (void)state;
    struct vocab *v = vocab_new();
    struct arena arena = ARENA_INIT;
    struct report report = REPORT_INIT;
    struct plain_phrase p;
    assert_int_equal(vocab_finish(v), 0);
    assert_int_equal(plain_phrase(v, &arena, STR("skip hire"), "here", &report, &p), 0);
    assert_str(p.pcre, "skips? (?:[^ ]+ ){0,4}?hires?|hires? (?:[^ ]+ ){0,4}?skips?");
    arena_release(&arena);
    v = vocab_free(v);
}

static void test_faults(void **state)
{
    static const char too_long[] =
        "error: here: is too long for a phrase: at most 12 words that matter, and 120 characters\n";
    static const char says_nothing[] =
        "error: here: says nothing by itself: it needs a word for what it is about\n";
    static const struct {
        const char *phrase, *says;
    } rows[] = {
        { "", says_nothing },
        { "?!", says_nothing },
        { "can you please do it for me", says_nothing },
        { "why not", says_nothing },
        { "a b c d e f g h j k l m n o p", too_long },
        { "one two three four five six seven eight nine ten one two three four five six seven "
          "eight "
          "nine ten one two three four five six",
          too_long },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = ARENA_INIT;
        struct report report = REPORT_INIT;
        struct plain_phrase p;
        assert_int_equal(plain_phrase(*state, &arena, str_of(rows[i].phrase), "here", &report, &p),
                         ERR_BADINPUT);
        assert_report(&report, rows[i].says);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_own_gap),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, make_vocab, no_phrase);
}
