/* What could be answered, with the small knowledge base of tests/data/kb. */
#include "bot/likely.h"

#include "base/when.h"
#include "bot/x/x.h"
#include "kb/files.h"
#include "tests/unit/support.h"

static struct {
    struct kb *kb;
    struct decider decider;
    struct hours *hours;
    struct arena arena;
} t;

/* One that nearly says something, and one that says as little as is offered. */
static const char hints[] =
    "{\"intents\":[{\"id\":\"trees.guess\",\"title\":\"Trees\",\"called\":\"a tree\","
    "\"department\":\"parks\",\"review_by\":\"2099-12-31\",\"link\":\"https://council.example/"
    "trees\","
    "\"replies\":[\"Trees are here: {link}\"],"
    "\"match\":[{\"pcre\":\"branch\",\"weight\":14},{\"pcre\":\"oak\",\"weight\":15}],"
    "\"examples\":{\"yes\":[\"an oak\"],\"no\":[\"a fence\"]}}]}";

static int load(struct report *report)
{
    struct kb_files *files = NULL;
    int r = kb_files_read(SOURCE_DIR "/tests/data/kb", report, &files);
    if (r == 0)
        r = kb_files_put(files, STR("trees.json"), str_of(hints));
    if (r == 0)
        r = kb_load_files(files, &x_text_rules, report, &t.kb);
    (void)kb_files_free(files);
    return r;
}

static int setup(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    if (load(&report) < 0 || hours_new("Europe/London", "", &report, &t.hours) < 0) {
        print_error("%s", buf_cstr(&report.lines));
        return -1;
    }
    t.decider = (struct decider){ t.kb, intents_scratch_new() };
    return t.decider.scratch ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    t.decider.scratch = intents_scratch_free(t.decider.scratch);
    t.hours = hours_free(t.hours);
    t.kb = kb_free(t.kb);
    arena_release(&t.arena);
    return 0;
}

static int find(const char *text, struct likely ret[LIKELY_MAX])
{
    struct wording_context context = { .hours = t.hours };
    assert_true(when_parse(STR("2026-11-22T21:00:00Z"), &context.now));
    arena_clear(&t.arena);
    return likely_find(&t.decider, &t.arena, str_of(text), &context, ret);
}

static void test_rows(void **state)
{
    static const struct {
        const char *note, *text, *want;
    } rows[] = {
        { "what would be answered", "my bin hasn't been emptied",
          "Sorry about that. Report it here: https://council.example/missed-bin\n" },
        { "two, as paragraphs of their own", "my bin was missed. when is my bin day?",
          "Sorry about that. Report it here: https://council.example/missed-bin\n"
          "Your days are here: https://council.example/bin-day\n" },
        { "beside what is for a person", "I want a human. my bin hasn't been emptied",
          "Sorry about that. Report it here: https://council.example/missed-bin\n" },
        { "nobody in need is sent a link", "my bin was missed and I smell gas", "" },
        { "nor who mourns", "my dad died and his bin was missed", "" },
        { "little is known", "an oak", "Trees are here: https://council.example/trees\n" },
        { "too little is known", "a branch", "" },
        { "nothing is known", "something else", "" },
        { "nothing is said", "", "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct likely likely[LIKELY_MAX];
        struct buf got = BUF_INIT(8192);
        int count = find(rows[i].text, likely);
        for (int k = 0; k < count; k++)
            (void)buf_addf(&got, "%.*s\n", STR_ARG(likely[k].text));
        assert_str_note(buf_str(&got), rows[i].want, rows[i].note);
        buf_release(&got);
    }
}

/* The likeliest first. */
static void test_order(void **state)
{
    struct likely likely[LIKELY_MAX];
    (void)state;
    int count = find("my bin was missed. when is my bin day? POTHOLES!!!", likely);
    assert_int_equal(count, 3);
    for (int i = 0; i < count; i++) {
        assert_true(likely[i].score > 0 && likely[i].score <= 1);
        assert_true(i == 0 || likely[i - 1].score >= likely[i].score);
    }
}

/* A wording that would leave no room for the initials isn't offered. */
static void test_room(void **state)
{
    struct likely likely[LIKELY_MAX];
    (void)state;
    assert_int_equal(find("my bin hasn't been emptied", likely), 1);
    unsigned weight = x_text_rules.weight(likely[0].text);
    static const struct {
        unsigned room;
        int count;
    } rows[] = { { LIKELY_SIGNATURE, 1 }, { LIKELY_SIGNATURE - 1, 0 } };
    const struct text_rules *as_loaded = t.kb->rules;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct text_rules rules = x_text_rules;
        rules.limit = weight + rows[i].room;
        t.kb->rules = &rules;
        assert_int_equal(find("my bin hasn't been emptied", likely), rows[i].count);
        t.kb->rules = as_loaded;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
