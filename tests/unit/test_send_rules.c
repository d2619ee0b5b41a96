/* Every rule of what may leave, each with what it lets through. */
#include "bot/send_rules.h"

#include "tests/unit/support.h"

/* "automatic invited …": the facts of a row. */
static struct send_facts facts_of(struct str words)
{
    struct send_facts f = { .invited = true };
    struct str word;
    const struct {
        const char *name;
        bool *at;
    } flags[] = {
        { "automatic", &f.automatic }, { "insisted", &f.insisted },
        { "confirms", &f.confirms },   { "private", &f.is_private },
        { "urgent", &f.urgent },       { "to_many", &f.to_many },
        { "gone", &f.gone },           { "opted_out", &f.opted_out },
        { "case_open", &f.case_open }, { "claimed", &f.case_claimed },
        { "late", &f.too_late },       { "same", &f.same },
        { "near", &f.near_resident },  { "stopped", &f.stopped },
        { "over_cap", &f.over_cap },
    };
    const struct {
        const char *name;
        unsigned *at;
    } counts[] = {
        { "said=", &f.said_here },
        { "others=", &f.near_others },
        { "short=", &f.short_count },
        { "long=", &f.long_count },
    };
    while (str_split(&words, ' ', &word)) {
        bool known = !word.len || str_is(word, "uninvited") || str_is(word, "asks");
        if (str_is(word, "uninvited"))
            f.invited = false;
        if (str_is(word, "asks"))
            f.asks = "an address";
        for (size_t i = 0; i < ARRAY_LEN(flags); i++)
            if (str_is(word, flags[i].name))
                known = *flags[i].at = true;
        for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
            int64_t n = 0;
            struct str name = str_of(counts[i].name);
            if (str_starts(word, name) &&
                str_to_int64(str_cut(word, name.len, word.len), 0, 1000, &n)) {
                *counts[i].at = (unsigned)n;
                known = true;
            }
        }
        assert_note(known, word.p);
    }
    return f;
}

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *facts, *want; /* part of the sentence; NULL: it may leave */
    } rows[] = {
        { "automatic", NULL },
        { "", NULL },

        { "automatic uninvited", "didn't mention" },
        { "uninvited", "didn't mention" },
        { "uninvited insisted", "didn't mention" },
        { "automatic private uninvited confirms", "didn't mention" },
        { "automatic gone", "was deleted" },
        { "gone insisted", "was deleted" },

        { "automatic asks", "personal details" },
        { "asks", "personal details" },
        { "asks insisted", "personal details" },
        { "asks private", NULL },
        { "automatic asks private", NULL },

        { "to_many", NULL },
        { "to_many others=400", NULL },
        { "to_many near", "nearly the same" },
        { "to_many urgent", "become sensitive" },
        { "to_many urgent insisted", NULL },
        { "urgent", NULL },

        { "automatic same", "the very same" },
        { "same", "the very same" },
        { "same insisted", "the very same" },
        { "same private", NULL },
        { "automatic near", "nearly the same" },
        { "automatic near private", "nearly the same" },
        { "near", "nearly the same" },
        { "near insisted", NULL },
        { "near private", NULL },
        { "automatic others=39", NULL },
        { "automatic others=40", "to many others" },
        { "automatic others=400 urgent", NULL },
        { "automatic near urgent", "nearly the same" },
        { "others=400", NULL },

        { "automatic opted_out", "no automatic replies" },
        { "automatic opted_out confirms", NULL },
        { "automatic opted_out private", "no automatic replies" },
        { "automatic opted_out urgent", "no automatic replies" },
        { "automatic opted_out insisted", NULL },
        { "opted_out", NULL },

        { "automatic case_open", "was with staff" },
        { "automatic case_open urgent", "was with staff" },
        { "case_open claimed", NULL },
        { "automatic claimed", "had taken" },
        { "automatic claimed confirms", "had taken" },
        { "automatic late", "in time" },
        { "automatic late urgent", "in time" },
        { "late", NULL },

        { "automatic said=2", NULL },
        { "automatic said=3", "its three" },
        { "automatic said=3 urgent", NULL },
        { "automatic said=3 confirms", NULL },
        { "said=9", NULL },

        { "automatic short=39", NULL },
        { "automatic short=40", "than is normal" },
        { "automatic long=119", NULL },
        { "automatic long=120", "than is normal" },
        { "automatic stopped", "than is normal" },
        { "automatic stopped confirms", "than is normal" },
        { "automatic short=400 long=400 stopped urgent", NULL },
        { "short=400 long=400 stopped", NULL },
        { "automatic over_cap", "money" },
        { "automatic over_cap confirms", "money" },
        { "automatic over_cap urgent", NULL },
        { "over_cap", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct send_facts f = facts_of(str_of(rows[i].facts));
        const char *why = send_refusal(&f);
        if (rows[i].want)
            assert_note(why && strstr(why, rows[i].want), rows[i].facts);
        else
            assert_note(!why, rows[i].facts);
        assert_note(!why || strncmp(why, "Not sent: ", 10) == 0, rows[i].facts);
    }
}

#define BIN \
    "Sorry your bin was left. Tell us here and the crew will be back within 2 working days: "

static void test_likeness(void **state)
{
    (void)state;
    static const struct {
        const char *note, *a, *b;
        unsigned least, most;
    } rows[] = {
        { "the same", BIN, BIN, 100, 100 },
        { "nothing", "", "", 100, 100 },
        { "nothing and something", "", BIN, 0, 0 },
        { "another person", "@ann " BIN, "@bob @cat " BIN, 100, 100 },
        { "another link", BIN "https://t.co/a", BIN "https://northmoor.example/bin", 100, 100 },
        { "another greeting", "Hi Ann, " BIN, "Hello! " BIN, 100, 100 },
        { "another hand", BIN "^SR", BIN "^PN", 100, 100 },
        { "letters and marks", "SORRY, your bin was left!", "sorry your bin - was left", 100, 100 },
        { "one word of seventeen", BIN,
          "Sorry your box was left. Tell us here and the crew will be back within 2 working days: ",
          SEND_LIKE, 99 },
        { "a word more", BIN, BIN "Thanks", SEND_LIKE, 99 },
        { "another sentence in front", BIN, "We had snow on Mill Road today. " BIN, SEND_LIKE, 99 },
        { "the same said otherwise", BIN,
          "That shouldn't have happened. Let us know with this form, and we'll come again in two "
          "days:",
          0, SEND_LIKE - 1 },
        { "the first half", BIN,
          "Sorry your bin was left. We'll look into it and write again soon.", 0, SEND_LIKE - 1 },
        { "one word", "Thanks", "thanks!", 100, 100 },
        { "one other word", "Thanks", "Sorry", 0, 0 },
        { "two words turned", "will do", "do will", 0, 0 },
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct send_runs a, b;
        assert_int_equal(send_runs_of(&arena, str_of(rows[i].a), &a), 0);
        assert_int_equal(send_runs_of(&arena, str_of(rows[i].b), &b), 0);
        unsigned like = send_likeness(&a, &b);
        assert_note(like >= rows[i].least && like <= rows[i].most, rows[i].note);
        assert_note(like == send_likeness(&b, &a), rows[i].note);
        assert_note(send_alike(&a, &b) == (like >= SEND_LIKE), rows[i].note);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rules),
                                        cmocka_unit_test(test_likeness) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
