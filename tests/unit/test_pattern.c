#include "intents/pattern.h"

#include "tests/unit/support.h"

static struct vocab *vocab;

static int setup(void **state)
{
    (void)state;
    static const struct str bin[] = { { "bin", 3 }, { "wheelie bin", 11 }, { "recycl*", 7 } };
    static const struct str missed[] = { { "missed", 6 }, { "not emptied", 11 } };
    struct report report = REPORT_INIT;
    vocab = vocab_new();
    if (!vocab || vocab_add_words(vocab, STR("bin"), bin, ARRAY_LEN(bin), "", &report) < 0 ||
        vocab_add_words(vocab, STR("missed"), missed, ARRAY_LEN(missed), "", &report) < 0 ||
        vocab_add_pattern(vocab, STR("gap"), STR("(?:[^ ]+ ){0,3}"), "", &report) < 0)
        return -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vocab = vocab_free(vocab);
    return 0;
}

/* The captures of the first match, " … " between them; "no match", or "no captures". */
static void run(const struct pattern *p, const char *text, struct buf *out)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(p->code, NULL);
    assert_non_null(data);
    assert_int_equal(pcre2_get_ovector_count(data), p->groups + 1);
    int groups = pcre2_match(p->code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, NULL);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);
    if (groups == PCRE2_ERROR_NOMATCH)
        (void)buf_addc(out, "no match");
    else if (groups == 1)
        (void)buf_addc(out, "no captures");
    else
        assert_true(groups > 1);
    for (int g = 1; g < groups; g++)
        (void)buf_addf(out, "%s%.*s", g > 1 ? " … " : "", (int)(at[2 * g + 1] - at[2 * g]),
                       text + at[2 * g]);
    pcre2_match_data_free(data);
}

static void test_match(void **state)
{
    (void)state;
    static const struct {
        const char *note, *pcre, *text, *captures;
    } rows[] = {
        { "a word", "bin", "my bin is full", "no captures" },
        { "whole words only: behind", "bin", "my bins", "no match" },
        { "whole words only: in front", "bin", "the cabin", "no match" },
        { "alternatives are whole words too", "bin|box", "boxes and cabin", "no match" },
        { "a term", "(?&bin)", "my bin", "bin" },
        { "the longest of a term", "(?&bin)", "my wheelie bin", "wheelie bin" },
        { "a prefix word", "(?&bin)", "no recycling box", "recycling" },
        { "a term ends where a word ends", "(?&bin)x", "binx", "no match" },
        { "two terms", "(?&bin) (?&missed)", "wheelie bin not emptied",
          "wheelie bin … not emptied" },
        { "a gap captures nothing", "(?&bin) (?&gap)(?&missed)", "bin was again missed",
          "bin … missed" },
        { "a gap has an end", "(?&bin) (?&gap)(?&missed)", "bin a b c d missed", "no match" },
        { "an editor's parentheses don't capture", "(my|our) (?&bin)( full)?", "our bin full",
          "bin" },
        { "the same term twice", "(?&bin) and (?&bin)", "bin and recycling", "bin … recycling" },
        { "a lookahead", "(?&bin)(?! day)", "bin day", "no match" },
        { "an escaped parenthesis", "\\(\\*", "(*", "no captures" },
        { "a class with brackets", "a[()*]b", "a(b", "no captures" },
        { "a class that begins with ]", "a[])(]b", "a)b", "no captures" },
        { "quoted", "a\\Q)(\\Eb", "a)(b", "no captures" },
        { "a letter beyond ASCII is one", "caf.", "caf\xc3\xa9", "no captures" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct pattern p;
        struct buf got = BUF_INIT(1000);
        int r = pattern_compile(vocab, str_of(rows[i].pcre), "bins.json", &report, &p);
        if (r < 0)
            fail_msg("%s: %s", rows[i].note, buf_cstr(&report.lines));
        run(&p, rows[i].text, &got);
        assert_str_note(buf_str(&got), rows[i].captures, rows[i].note);
        buf_release(&got);
        pattern_release(&p);
        assert_report(&report, "");
    }
}

#define HERE "error: bins.json: bins.missed: match[2]: "

static void test_refuse(void **state)
{
    (void)state;
    static const char named[] =
        "a named group (terms are the only captures; use plain parentheses) is not allowed in a "
        "pattern\n";
    static const struct {
        const char *note, *pcre, *says;
    } rows[] = {
        { "empty", "", HERE "an empty pattern would match everything\n" },
        { "only space", "  ", HERE "an empty pattern would match everything\n" },
        { "verb", "(*ACCEPT)bin",
          HERE "column 1: a verb or option setting is not allowed in a pattern\n" },
        { "limit", "bin(*LIMIT_MATCH=9)",
          HERE "column 4: a verb or option setting is not allowed in a pattern\n" },
        { "callout", "bin(?C1)", HERE "column 4: a callout is not allowed in a pattern\n" },
        { "recursion", "a(?R)?b", HERE "column 2: recursion is not allowed in a pattern\n" },
        { "recursion by number 0", "a(?0)?b",
          HERE "column 2: recursion is not allowed in a pattern\n" },
        { "recursion by number", "(?&bin)(?1)",
          HERE "column 8: recursion is not allowed in a pattern\n" },
        { "recursion forwards", "(?+1)(?&bin)",
          HERE "column 1: recursion is not allowed in a pattern\n" },
        { "recursion backwards", "(?&bin)(?-1)",
          HERE "column 8: recursion is not allowed in a pattern\n" },
        { "recursion by name", "(?&bin)(?P>t1)",
          HERE "column 8: recursion is not allowed in a pattern\n" },
        { "recursion, Oniguruma's way", "(?&bin)\\g<1>",
          HERE "column 8: recursion is not allowed in a pattern\n" },
        { "recursion, Oniguruma's other way", "(?&bin)\\g'1'",
          HERE "column 8: recursion is not allowed in a pattern\n" },
        { "named group", "(?<x>bin)", NULL },
        { "named group, Python's way", "(?P<x>bin)", NULL },
        { "named group, quoted", "(?'x'bin)", NULL },
        { "captures switched on", "(?-n)(a)(?&bin)",
          HERE "an option that makes plain parentheses capture is not allowed in a pattern\n" },
        { "captures switched on, all options off", "(?^)(a)(?&bin)",
          HERE "an option that makes plain parentheses capture is not allowed in a pattern\n" },
        { "start reset", "a \\Kbin", HERE "column 3: \\K is not allowed in a pattern\n" },
        { "single byte", "caf\\C", HERE "column 6: using \\C is disabled by the application\n" },
        { "unknown term", "the (?&bim) day",
          HERE "column 5: no term \"bim\" in terms.json; there is one called \"bin\"\n" },
        { "unclosed term", "the (?&bin", HERE "column 5: (?& has no ) that ends it\n" },
        { "closes what it didn't open", "bin)|(?:box",
          HERE "column 4: a ) has no ( before it (PCRE2: unmatched closing parenthesis)\n" },
        { "closes it behind an escape", "bin\\\\)|(box",
          HERE "column 6: a ) has no ( before it (PCRE2: unmatched closing parenthesis)\n" },
        { "closes it behind a class", "[(]bin)|(box",
          HERE "column 7: a ) has no ( before it (PCRE2: unmatched closing parenthesis)\n" },
        { "opens and doesn't close", "bin (box",
          HERE "column 9: a ( has no ) that ends it (PCRE2: missing closing parenthesis)\n" },
        { "ends in a backslash", "bin\\",
          HERE "column 5: nothing stands behind the last \\ (PCRE2: \\ at end of pattern)\n" },
        { "unclosed class", "bin [ab",
          HERE "column 8: a [ has no ] that ends it (PCRE2: missing terminating ] for character "
               "class)\n" },
        { "quantifier of nothing", "+bin",
          HERE "column 1: a ?, *, + or { } has nothing before it to repeat (PCRE2: quantifier does "
               "not follow a repeatable item)\n" },
        { "behind a written-out term", "(?&bin) [z-a]",
          HERE "column 12: in [ ], what stands before the - must come before what stands behind "
               "it: a-z, not z-a (PCRE2: range out of order in character class)\n" },
        { "between two terms", "(?&bin) [z-a] (?&missed)",
          HERE "column 12: in [ ], what stands before the - must come before what stands behind "
               "it: a-z, not z-a (PCRE2: range out of order in character class)\n" },
        { "behind two terms", "(?&bin) (?&missed) x{2,1}",
          HERE "column 25: in {4,2} the smaller number must stand first (PCRE2: numbers out of "
               "order in {} quantifier)\n" },
        { "lookbehind without a length", "(?<=a+)bin",
          HERE "column 1: what is looked back for with (?<= or (?<! must have one length (PCRE2: "
               "lookbehind assertion is not fixed length)\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct pattern p;
        int r = pattern_compile(vocab, str_of(rows[i].pcre), "bins.json: bins.missed: match[2]",
                                &report, &p);
        if (r == 0)
            pattern_release(&p);
        assert_note(r == ERR_BADINPUT, rows[i].note);
        if (rows[i].says) {
            assert_str_note(buf_str(&report.lines), rows[i].says, rows[i].note);
        } else {
            assert_reported(&report, HERE "column 1: ", rows[i].note);
            assert_reported(&report, named, rows[i].note);
        }
        report_release(&report);
    }
}

static void test_too_large(void **state)
{
    (void)state;
    struct buf pcre = BUF_INIT(1 << 22);
    struct report report = REPORT_INIT;
    struct pattern p;
    for (int i = 0; i < 40000; i++)
        (void)buf_addc(&pcre, "(?&bin) ");
    assert_int_equal(pattern_compile(vocab, buf_str(&pcre), "x", &report, &p), ERR_BADINPUT);
    assert_report(&report, "error: x: more than 1048576 bytes when its terms are written out\n");
    buf_clear(&pcre);
    (void)buf_addc(&pcre, "(?:abcdefgh){1,65535} (?:abcdefgh){1,65535}");
    assert_int_equal(pattern_compile(vocab, buf_str(&pcre), "x", &report, &p), ERR_BADINPUT);
    assert_reported(&report, "error: x: ", "");
    report_release(&report);
    buf_release(&pcre);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
