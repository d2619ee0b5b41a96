/* From a text to what is said, with the small knowledge base of tests/data/kb. */
#include "bot/decide.h"

#include "base/when.h"
#include "bot/x/x.h"
#include "tests/unit/support.h"

static struct {
    struct kb *kb;
    struct decider decider;
    struct hours *hours;
    struct arena arena;
} t;

static int setup(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    if (kb_load(SOURCE_DIR "/tests/data/kb", &x_text_rules, &report, &t.kb) < 0 ||
        hours_new("Europe/London", "", &report, &t.hours) < 0 ||
        hours_add_window(t.hours, 0, STR("09:00-17:00"), "", &report) < 0) {
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

static struct decision decide_with(const char *text, struct policy_facts facts)
{
    struct wording_context context = { .hours = t.hours };
    struct decision d;
    assert_true(when_parse(STR("2026-11-22T21:00:00Z"), &context.now));
    arena_clear(&t.arena);
    assert_int_equal(decide(&t.decider, &t.arena, str_of(text), &facts, &context, &d), 0);
    return d;
}

static struct decision decision_on(const char *text)
{
    return decide_with(text, (struct policy_facts){ .may_reply = true });
}

static void test_replies(void **state)
{
    (void)state;
    static const struct {
        const char *text, *action, *reason, *reply;
    } rows[] = {
        { "my bin hasn't been emptied", "answer", "",
          "Sorry about that. Report it here: https://council.example/missed-bin" },
        { "POTHOLES!!!", "answer", "",
          "Please put it on the map: https://council.example/potholes" },
        { "my bin was missed and I smell gas", "handoff", "emergency",
          "If you are in danger ring 999. A person is reading this from 9 tomorrow." },
        { "my dad died and his bin was missed", "handoff", "bereavement",
          "A person will read this from 9 tomorrow." },
        { "thank you", "thank", "", "Thank you, we will pass it on." },
        { "\xf0\x9f\xa4\xa1", "ignore", "", "" },
        { "good morning", "none", "", "" },
        { "something else", "handoff", "unresolved", "A person will read this from 9 tomorrow." },
        { "my bin was missed. when is my bin day?", "answer", "",
          "Sorry about that. Report it here: https://council.example/missed-bin\n\n"
          "Your days are here: https://council.example/bin-day" },
        { "", "handoff", "unresolved", "A person will read this from 9 tomorrow." },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct decision d = decision_on(rows[i].text);
        assert_string_equal(action_name(d.policy.action), rows[i].action);
        assert_str_note(d.policy.reason, rows[i].reason, rows[i].text);
        assert_str_note(d.reply, rows[i].reply, rows[i].text);
        assert_note(!d.reply.len || d.reply.p[d.reply.len] == '\0', rows[i].text);
    }
}

static unsigned weigh(struct str text)
{
    return (unsigned)text.len;
}

/* A question and its answer. */
static void test_question(void **state)
{
    (void)state;
    struct policy_facts facts = { .may_reply = true, .question_allowed = true };
    struct decision d = decide_with("missed the bin in the pothole", facts);
    assert_str(d.reply, "Do you mean a pothole or a missed bin?");
    facts = (struct policy_facts){ .may_reply = true,
                                   .case_open = true,
                                   .acknowledged = true,
                                   .automatic_replies = 1,
                                   .asked = { d.policy.asked[0], d.policy.asked[1] } };
    d = decide_with("The SECOND one please", facts);
    assert_str(d.reply, "Sorry about that. Report it here: https://council.example/missed-bin");
    assert_true(d.policy.settles);
    d = decide_with("it's the pothole", facts);
    assert_str(d.reply, "Please put it on the map: https://council.example/potholes");
    d = decide_with("dunno", facts);
    assert_str(d.reply, "A person will read this from 9 tomorrow.");
    assert_false(d.policy.settles);
}

/* Two answers that are too long together: the main one alone, and nothing says that there was
 * another. */
static void test_too_long_together(void **state)
{
    (void)state;
    static const struct text_rules shorter = { .limit = 100, .weight = weigh };
    struct buf out = BUF_INIT(1000);
    t.kb->rules = &shorter;
    struct decision d = decision_on("my bin was missed. when is my bin day?");
    t.kb->rules = &x_text_rules;
    cJSON *intents = decision_intents(&d);
    assert_str(d.reply, "Sorry about that. Report it here: https://council.example/missed-bin");
    assert_int_equal(json_add_tree(&out, intents), 0);
    assert_str(buf_str(&out), "[\"bins.missed\"]");
    cJSON_Delete(intents);
    buf_release(&out);
}

static void test_both_intents(void **state)
{
    (void)state;
    struct decision d = decision_on("my bin was missed. when is my bin day?");
    cJSON *intents = decision_intents(&d);
    struct buf out = BUF_INIT(1000);
    assert_int_equal(json_add_tree(&out, intents), 0);
    assert_str(buf_str(&out), "[\"bins.missed\",\"bins.day\"]");
    cJSON_Delete(intents);
    buf_release(&out);
}

/* Spans count UTF-16 units, as the console's JavaScript does. */
static void test_why(void **state)
{
    (void)state;
    static const char text[] =
        "\xf0\x9f\x98\xa1 caf\xc3\xa9: our Green Bin wasn\xe2\x80\x99t missed";
    struct decision d = decision_on(text);
    cJSON *why = decision_why(t.kb, &d, str_of(text)), *intents = decision_intents(&d);
    struct buf out = BUF_INIT(10000);
    assert_int_equal(json_add_tree(&out, why), 0);
    assert_str(
        buf_str(&out),
        "[{\"rule\":\"bins.missed\",\"title\":\"Missed bin\",\"words\":[\"green bin\",\"missed\"],"
        "\"spans\":[[13,22],[30,36]]}]");
    buf_clear(&out);
    assert_int_equal(json_add_tree(&out, intents), 0);
    assert_str(buf_str(&out), "[\"bins.missed\"]");
    cJSON_Delete(why);
    cJSON_Delete(intents);
    d = decision_on("something else");
    intents = decision_intents(&d);
    buf_clear(&out);
    assert_int_equal(json_add_tree(&out, intents), 0);
    assert_str(buf_str(&out), "[]");
    cJSON_Delete(intents);
    buf_release(&out);
}

/* Staff and editors see what the decision rests on, and not all that was found. */
static void test_why_of_what(void **state)
{
    static const struct {
        const char *text, *want; /* the rules in its why */
    } rows[] = {
        { "my bin was missed. gas leak here", "sensitive.gas" },
        { "good morning, my bin was missed", "bins.missed" },
        { "when is my bin day? well done. gritters, missed bins", "bins.missed bins.day" },
        { "missed the bin in the pothole", "bins.missed roads.pothole" },
        { "thank you clown", "praise" },
        { "gas leak, my dad died", "sensitive.gas sensitive.death" },
        { "wibble", "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct decision d = decision_on(rows[i].text);
        cJSON *why = decision_why(t.kb, &d, str_of(rows[i].text)), *one;
        struct buf out = BUF_INIT(1000);
        cJSON_ArrayForEach(one, why)
        {
            struct str rule;
            assert_int_equal(json_get_str(one, "rule", &rule), 1);
            (void)buf_addf(&out, "%s%.*s", out.len ? " " : "", STR_ARG(rule));
        }
        assert_str_note(buf_str(&out), rows[i].want, rows[i].text);
        cJSON_Delete(why);
        buf_release(&out);
    }
    struct decision d = decision_on("my bin was missed");
    struct intents_why twice[] = { d.match.whys[0], d.match.whys[0] };
    d.match.whys = twice;
    d.match.why_count = ARRAY_LEN(twice);
    assert_true(decision_shows(t.kb, &d, 0));
    assert_false(decision_shows(t.kb, &d, 1));
}

/* The fixture itself holds. */
static void test_fixture(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    assert_int_equal(kb_check(t.kb, 0, &report), 0);
    assert_report(&report, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixture),      cmocka_unit_test(test_replies),
        cmocka_unit_test(test_why),          cmocka_unit_test(test_too_long_together),
        cmocka_unit_test(test_both_intents), cmocka_unit_test(test_question),
        cmocka_unit_test(test_why_of_what),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
