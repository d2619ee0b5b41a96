/* A report's lines as an editor's problems: where, what, and what to do. */
#include "kb/problem.h"

#include "tests/unit/support.h"

static int keep_first(const struct kb_problem *p, void *data)
{
    *(struct kb_problem *)data = *p;
    return ERR_EXISTS;
}

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool error, placed;
        enum kb_item_kind kind;
        const char *item, *field;
        int index, column;
        const char *text, *next;
    } rows[] = {
        { "error: bins.json: bins.missed: match[3]: column 12: a ( has no ) that ends it (PCRE2: "
          "missing closing parenthesis)",
          true, true, KB_INTENT, "bins.missed", "match", 3, 12,
          "a ( has no ) that ends it (PCRE2: missing closing parenthesis)",
          "Correct it there, or say it as a phrase in plain words instead." },
        { "error: bins.json: bins.missed: match[0]: column 1: no term \"bim\" in terms.json; there "
          "is one called \"bin\"",
          true, true, KB_INTENT, "bins.missed", "match", 0, 1,
          "no term \"bim\" in terms.json; there is one called \"bin\"",
          "Correct the name, or add a term of that name." },
        { "error: bins.json: bins.missed: replies[1]: 281 characters filled in and with the "
          "resident's handle, at most 280 fit: 1 too many",
          true, true, KB_INTENT, "bins.missed", "replies", 1, 0,
          "281 characters filled in and with the resident's handle, at most 280 fit: 1 too many",
          "Shorten it by that many characters." },
        { "error: bins.json: bins.missed: replies[0]: column 10: {name} isn't filled in here, only "
          "{link} is",
          true, true, KB_INTENT, "bins.missed", "replies", 0, 10,
          "{name} isn't filled in here, only {link} is", "Take it out, or use one that is." },
        { "error: bins.json: bins.missed: \"link\" must begin with https://", true, true, KB_INTENT,
          "bins.missed", "link", -1, 0, "\"link\" must begin with https://",
          "Use the page's address as a browser shows it, with https://." },
        { "error: bins.json: bins.missed: another intent or rule has this id already", true, true,
          KB_INTENT, "bins.missed", "", -1, 0, "another intent or rule has this id already",
          "Choose another id: an id is for good." },
        { "error: bins.json: bins.missed: examples.yes[2]: is also an example of bins.day", true,
          true, KB_INTENT, "bins.missed", "examples.yes", 2, 0, "is also an example of bins.day",
          "Keep it where it belongs, and put it under what the other must not find." },
        { "error: bins.json: bins.missed: phrases[1]: says nothing by itself: it needs a word for "
          "what it is about",
          true, true, KB_INTENT, "bins.missed", "phrases", 1, 0,
          "says nothing by itself: it needs a word for what it is about",
          "Add a word for what it is about." },
        { "warning: rules.json: danger.gas: match[1]: slow: its own words again and again", false,
          true, KB_RULE, "danger.gas", "match", 1, 0, "slow: its own words again and again",
          "It can be published: such a message goes to a person. Fewer or shorter gaps help." },
        { "warning: bins.json: bins.missed: match: no example needs [1], [2]", false, true,
          KB_INTENT, "bins.missed", "match", -1, 0, "no example needs [1], [2]",
          "Add an example that only it finds, or remove it." },
        { "error: terms.json: term \"bin\": \"Bin\": write it in lower case", true, true, KB_TERM,
          "bin", "", -1, 0, "\"Bin\": write it in lower case",
          "Write it in lower case: messages are read so." },
        { "error: terms.json: missed[0]: must be a text with something in it", true, true, KB_TERM,
          "missed", "", 0, 0, "must be a text with something in it", "Fill it in, or remove it." },
        { "error: terms.json: \"common\" must be a list of texts, at least one", true, true,
          KB_COMMON, "common", "", -1, 0, "\"common\" must be a list of texts, at least one",
          "Add one." },
        { "warning: notices.json: snow: it was over at 2026-01-02T00:00:00Z: take it out", false,
          true, KB_NOTICE, "snow", "", -1, 0, "it was over at 2026-01-02T00:00:00Z: take it out",
          "Or choose a later time." },
        { "error: canned.json: thanks: text: 291 characters, at most 270 fit with the initials "
          "behind it",
          true, true, KB_CANNED, "thanks", "text", -1, 0,
          "291 characters, at most 270 fit with the initials behind it", "Shorten it." },
        { "error: wording.json: thanks[0]: column 12: {link} isn't filled in here, nothing is",
          true, true, KB_WORDING, "thanks", "", 0, 12, "{link} isn't filled in here, nothing is",
          "Take it out, or use one that is." },
        { "error: wording.json: clarify.ask[1]: has no {first}: name both", true, true, KB_WORDING,
          "clarify", "ask", 1, 0, "has no {first}: name both", "Put it where it shall stand." },
        { "error: wording.json: clarify: first[0]: must be a few words", true, true, KB_WORDING,
          "clarify", "first", 0, 0, "must be a few words", "" },
        { "error: wording.json: \"acknowledge\" is missing or empty", true, true, KB_WORDING,
          "acknowledge", "", -1, 0, "\"acknowledge\" is missing or empty", "Fill it in." },
        { "error: thresholds.json: \"score\" must be a whole number of hundredths, 0 to 100", true,
          true, KB_THRESHOLDS, "thresholds", "score", -1, 0,
          "\"score\" must be a whole number of hundredths, 0 to 100", "" },
        { "error: teach/dev.json: \"bins.gone\" is no intent and no reason", true, false, KB_INTENT,
          "", "", -1, 0, "\"bins.gone\" is no intent and no reason", "" },
        { "warning: 31 intents: the second opinion tells at most 30 apart, so there is none", false,
          false, KB_INTENT, "", "", -1, 0,
          "31 intents: the second opinion tells at most 30 apart, so there is none", "" },
        { "error: bins.json: \"intents\" must be a list", true, false, KB_INTENT, "", "", -1, 0,
          "\"intents\" must be a list", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct kb_problem p;
        const char *note = rows[i].line;
        assert_int_equal(kb_problems(str_of(rows[i].line), keep_first, &p), ERR_EXISTS);
        assert_note(p.error == rows[i].error, note);
        assert_note(p.placed == rows[i].placed, note);
        assert_note(!p.placed || p.kind == rows[i].kind, note);
        assert_str_note(p.item, rows[i].item, note);
        assert_str_note(p.field, rows[i].field, note);
        assert_note(p.index == rows[i].index, note);
        assert_note(p.column == rows[i].column, note);
        assert_str_note(p.text, rows[i].text, note);
        assert_str_note(p.next, rows[i].next, note);
    }
}

static int add_text(const struct kb_problem *p, void *data)
{
    (void)buf_addf(data, "%.*s|", STR_ARG(p->text));
    return 0;
}

static void test_errors_first(void **state)
{
    (void)state;
    struct buf seen = BUF_INIT(100);
    assert_int_equal(
        kb_problems(STR("warning: a\nerror: b\nwarning: c\nerror: d\n"), add_text, &seen), 0);
    assert_str(buf_str(&seen), "b|d|a|c|");
    buf_release(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_errors_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
