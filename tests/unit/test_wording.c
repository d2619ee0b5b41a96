#include "bot/wording.h"

#include "base/when.h"
#include "tests/unit/support.h"

static struct str replies[] = { { "First: {link}", 13 },
                                { "Second {link} it is", 19 },
                                { "{link}, {link}", 14 } };
static struct str acknowledge[] = { { "Read {when}.", 12 }, { "We answer {when}!", 17 } };
static struct str acknowledge_open[] = { { "Nobody is here.", 15 } };
static struct str thanks[] = { { "Thank you!", 10 } };
static struct str holding[] = { { "Ring 999, read {when}", 21 } };

static const struct kb_intent intent = { .link = STR("https://a.example/b"),
                                         .replies = { replies, 3 } };
static struct str other_replies[] = { { "Other: {link}", 13 },
                                      { "A longer other one: {link}", 26 } };
static const struct kb_intent other = { .link = STR("https://a.example/o"),
                                        .replies = { other_replies, 2 } },
                              named = { .called = STR("a bin") },
                              noted = { .called = STR("snow"),
                                        .link = STR("https://a.example/n"),
                                        .replies = { other_replies, 2 } };
static const struct kb_rule rule = { .holding = { holding, 1 } }, silent = { .kind = KB_TROLL };
static struct str ask[] = { { "Is it {first} or {second}?", 26 }, { "{second}, or {first}?", 21 } };

static unsigned weigh(struct str text)
{
    return (unsigned)text.len;
}

static struct text_rules rules = { .limit = 280, .weight = weigh };

/* Noon to midnight of the Sunday of context(). */
static const struct kb_intent *snowed[] = { &noted };
static struct kb_notice notices[] = { { .id = STR("snow"),
                                        .text = STR("Snow!"),
                                        .from_at = 1795348800,
                                        .until_at = 1795392000,
                                        .intents = snowed,
                                        .intent_count = 1 } };
static const struct kb kb = { .wording = { .acknowledge = { acknowledge, 2 },
                                           .acknowledge_open = { acknowledge_open, 1 },
                                           .thanks = { thanks, 1 },
                                           .clarify = { .ask = { ask, 2 } },
                                           .danger = { holding, 1 } },
                              .notice = notices,
                              .notice_count = 1,
                              .rules = &rules };

static struct hours *hours;

static int setup(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    if (hours_new("Europe/London", "", &report, &hours) < 0)
        return -1;
    return hours_add_window(hours, 0, STR("09:00-17:00"), "", &report);
}

static int teardown(void **state)
{
    (void)state;
    hours = hours_free(hours);
    return 0;
}

static struct wording_context context(uint64_t seed)
{
    struct wording_context c = { .hours = hours, .seed = seed, .handle = STR("bob_1") };
    assert_true(when_parse(STR("2026-11-22T21:00:00Z"), &c.now)); /* a Sunday evening */
    return c;
}

static void test_filled_in(void **state)
{
    (void)state;
    static const struct {
        const char *note;
        struct policy_decision d;
        uint64_t seed;
        const char *want;
    } rows[] = {
        { "nothing", { .say = SAY_NOTHING, .intent = &intent }, 0, "" },
        { "first", { .say = SAY_ANSWER, .intent = &intent }, 0, "First: https://a.example/b" },
        { "second",
          { .say = SAY_ANSWER, .intent = &intent },
          1,
          "Second https://a.example/b it is" },
        { "link twice",
          { .say = SAY_ANSWER, .intent = &intent },
          2,
          "https://a.example/b, https://a.example/b" },
        { "round again",
          { .say = SAY_ANSWER, .intent = &intent },
          3,
          "First: https://a.example/b" },
        { "the largest seed",
          { .say = SAY_ANSWER, .intent = &intent },
          UINT64_MAX,
          "First: https://a.example/b" },
        { "acknowledge", { .say = SAY_ACKNOWLEDGE }, 0, "Read from 9 tomorrow." },
        { "acknowledge, other words", { .say = SAY_ACKNOWLEDGE }, 7, "We answer from 9 tomorrow!" },
        { "thanks", { .say = SAY_THANKS }, 5, "Thank you!" },
        { "holding", { .say = SAY_HOLDING, .rule = &rule }, 5, "Ring 999, read from 9 tomorrow" },
        { "danger", { .say = SAY_DANGER }, 5, "Ring 999, read from 9 tomorrow" },
        { "nothing to hold with", { .say = SAY_HOLDING, .rule = &silent }, 5, "" },
        { "a question",
          { .say = SAY_CLARIFY, .asked = { &named, &noted } },
          0,
          "Is it a bin or snow?" },
        { "the question in other words",
          { .say = SAY_CLARIFY, .asked = { &named, &noted } },
          1,
          "snow, or a bin?" },
        { "two answers",
          { .say = SAY_ANSWER, .intent = &intent, .also = &other },
          0,
          "First: https://a.example/b\n\nOther: https://a.example/o" },
        { "two answers in other words",
          { .say = SAY_ANSWER, .intent = &intent, .also = &other },
          4,
          "Second https://a.example/b it is\n\nA longer other one: https://a.example/o" },
        { "a notice",
          { .say = SAY_ANSWER, .intent = &noted },
          0,
          "Snow! Other: https://a.example/n" },
        { "a notice with the second",
          { .say = SAY_ANSWER, .intent = &intent, .also = &noted },
          0,
          "First: https://a.example/b\n\nSnow! Other: https://a.example/n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct wording_context c = context(rows[i].seed);
        struct buf out = BUF_INIT(1000);
        assert_int_equal(wording_write(&kb, &rows[i].d, &c, &out), 0);
        assert_str_note(buf_str(&out), rows[i].want, rows[i].note);
        buf_release(&out);
    }
    struct wording_context c = context(0); /* in hours */
    struct policy_decision d = { .say = SAY_ACKNOWLEDGE };
    struct buf out = BUF_INIT(1000);
    assert_true(when_parse(STR("2026-11-23T10:00:00Z"), &c.now));
    assert_int_equal(wording_write(&kb, &d, &c, &out), 0);
    assert_str(buf_str(&out), "Read shortly.");
    buf_release(&out);
}

/* Working hours, and nobody is there: no time is promised, in no words. */
static void test_unmanned(void **state)
{
    (void)state;
    static const struct {
        struct policy_decision d;
        const char *want;
    } rows[] = {
        { { .say = SAY_ACKNOWLEDGE }, "Nobody is here." },
        { { .say = SAY_HOLDING, .rule = &rule }, "Ring 999, read as soon as we can" },
        { { .say = SAY_DANGER }, "Ring 999, read as soon as we can" },
    };
    const struct kb without = { .wording = { .acknowledge = { acknowledge, 2 } }, .rules = &rules };
    struct wording_context c = context(0);
    struct buf out = BUF_INIT(1000);
    assert_true(when_parse(STR("2026-11-23T10:00:00Z"), &c.now));
    c.unmanned = true;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_clear(&out);
        assert_int_equal(wording_write(&kb, &rows[i].d, &c, &out), 0);
        assert_str(buf_str(&out), rows[i].want);
    }
    buf_clear(&out);
    assert_int_equal(wording_write(&without, &rows[0].d, &c, &out), 0);
    assert_str(buf_str(&out), ""); /* better than what isn't true */
    buf_release(&out);
}

/* In another voice; and in private, where there is more room and, the first time, more to say. */
static void test_voice_and_private(void **state)
{
    (void)state;
    static struct str cheers[] = { { "Cheers", 6 } }, stopped[] = { { "Off. START for more", 19 } },
                      started[] = { { "On again", 8 } };
    const struct kb_wording voice = { .thanks = { cheers, 1 },
                                      .stopped = { stopped, 1 },
                                      .started = { started, 1 },
                                      .private_footer = STR("Send STOP. https://a.example/p") };
    static const struct text_rules narrow = { .limit = 5, .weight = weigh },
                                   wide = { .limit = 100, .weight = weigh };
    const struct {
        const char *note;
        enum say say;
        const struct kb_wording *voice;
        const struct text_rules *private_rules;
        bool first;
        const char *want;
    } rows[] = {
        { "plainly", SAY_THANKS, NULL, NULL, false, "Thank you!" },
        { "in a voice", SAY_THANKS, &voice, NULL, false, "Cheers" },
        { "stopped", SAY_STOPPED, &voice, NULL, false, "Off. START for more" },
        { "started", SAY_STARTED, &voice, NULL, false, "On again" },
        { "in public there is no footer", SAY_THANKS, &voice, NULL, true, "Cheers" },
        { "in private", SAY_THANKS, &voice, &wide, false, "Cheers" },
        { "in private for the first time", SAY_THANKS, &voice, &wide, true,
          "Cheers\n\nSend STOP. https://a.example/p" },
        { "too much for it", SAY_THANKS, &voice, &narrow, true, "" },
        { "nothing to say has no footer", SAY_NOTHING, &voice, &wide, true, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct wording_context c = context(0);
        struct policy_decision d = { .say = rows[i].say };
        struct buf out = BUF_INIT(1000);
        c.voice = rows[i].voice;
        c.private_rules = rows[i].private_rules;
        c.first_private = rows[i].first;
        assert_int_equal(wording_write(&kb, &d, &c, &out), 0);
        assert_str_note(buf_str(&out), rows[i].want, rows[i].note);
        buf_release(&out);
    }
}

/* In private there is nobody else to address: where all was said, it is said again. */
static int always(void *data, struct str text)
{
    (void)data;
    (void)text;
    return 1;
}

static void test_private_has_no_handle(void **state)
{
    (void)state;
    static const struct text_rules wide = { .limit = 100, .weight = weigh };
    struct wording_context c = context(0);
    struct policy_decision d = { .say = SAY_THANKS };
    struct buf out = BUF_INIT(1000);
    c.taken = always;
    c.private_rules = &wide;
    assert_int_equal(wording_write(&kb, &d, &c, &out), 0);
    assert_str(buf_str(&out), "Thank you!");
    buf_release(&out);
}

/* What was said lately: a text on each line. */
static int taken(void *data, struct str text)
{
    struct str rest = str_of(data), line;
    while (str_split(&rest, '\n', &line))
        if (str_eq(line, text))
            return 1;
    return 0;
}

static int broken(void *data, struct str text)
{
    (void)data;
    (void)text;
    return ERR_DB;
}

#define FIRST "First: https://a.example/b\n"
#define SECOND "Second https://a.example/b it is\n"
#define THIRD "https://a.example/b, https://a.example/b\n"

static void test_not_twice(void **state)
{
    (void)state;
    static const struct {
        const char *note, *said;
        uint64_t seed;
        bool named;
        const char *want;
    } rows[] = {
        { "none said", "", 0, true, "First: https://a.example/b" },
        { "the first said", FIRST, 0, true, "Second https://a.example/b it is" },
        { "two said", FIRST SECOND, 0, true, "https://a.example/b, https://a.example/b" },
        { "begins elsewhere", THIRD, 2, true, "First: https://a.example/b" },
        { "all said", FIRST SECOND THIRD, 1, true, "@bob_1 Second https://a.example/b it is" },
        { "all said, that too", FIRST SECOND THIRD "@bob_1 " SECOND, 1, true,
          "@bob_1 https://a.example/b, https://a.example/b" },
        { "everything said", FIRST SECOND THIRD "@bob_1 " FIRST "@bob_1 " SECOND "@bob_1 " THIRD, 0,
          true, "@bob_1 https://a.example/b, https://a.example/b" },
        { "all said, handle unknown", FIRST SECOND THIRD, 0, false,
          "https://a.example/b, https://a.example/b" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct wording_context c = context(rows[i].seed);
        struct policy_decision d = { .say = SAY_ANSWER, .intent = &intent };
        struct buf out = BUF_INIT(1000);
        char said[1000];
        (void)snprintf(said, sizeof said, "%s", rows[i].said);
        c.taken = taken;
        c.taken_data = said;
        if (!rows[i].named)
            c.handle = STR("");
        assert_int_equal(wording_write(&kb, &d, &c, &out), 0);
        assert_str_note(buf_str(&out), rows[i].want, rows[i].note);
        buf_release(&out);
    }
}

/* A conversation in which the last words are never said again, whatever the seeds. */
static void test_running(void **state)
{
    (void)state;
    char last[1000] = "";
    uint64_t seed = 77;
    for (int i = 0; i < 300; i++) {
        struct wording_context c = context(random_below(&seed, 1000));
        struct policy_decision d = { .say = i % 3 ? SAY_ANSWER : SAY_THANKS, .intent = &intent };
        struct buf out = BUF_INIT(1000);
        c.taken = taken;
        c.taken_data = last;
        assert_int_equal(wording_write(&kb, &d, &c, &out), 0);
        assert_true(out.len > 0);
        assert_string_not_equal(buf_cstr(&out), last);
        (void)snprintf(last, sizeof last, "%s", buf_cstr(&out));
        buf_release(&out);
    }
}

static void test_stops(void **state)
{
    (void)state;
    struct wording_context c = context(0);
    struct policy_decision d = { .say = SAY_ANSWER, .intent = &intent };
    struct buf out = BUF_INIT(1000), small = BUF_INIT(5);
    c.taken = broken;
    assert_int_equal(wording_write(&kb, &d, &c, &out), ERR_DB);
    assert_int_equal(out.len, 0);
    c.taken = NULL;
    assert_int_equal(wording_write(&kb, &d, &c, &small), ERR_TOOBIG);
    buf_release(&out);
    buf_release(&small);
}

/* Of two answers, the pairs that the network takes; of one with a notice, the variants. */
static void test_fits(void **state)
{
    (void)state;
    static const struct {
        const char *note;
        struct policy_decision d;
        uint64_t seed;
        unsigned limit;
        bool named;
        int fits;
        const char *want;
    } rows[] = {
        { "all fit",
          { .say = SAY_ANSWER, .intent = &intent, .also = &other },
          5,
          81,
          false,
          1,
          "https://a.example/b, https://a.example/b\n\nA longer other one: https://a.example/o" },
        { "the next that fits",
          { .say = SAY_ANSWER, .intent = &intent, .also = &other },
          5,
          80,
          false,
          1,
          "First: https://a.example/b\n\nOther: https://a.example/o" },
        { "just one",
          { .say = SAY_ANSWER, .intent = &intent, .also = &other },
          4,
          54,
          false,
          1,
          "First: https://a.example/b\n\nOther: https://a.example/o" },
        { "none", { .say = SAY_ANSWER, .intent = &intent, .also = &other }, 0, 53, false, 0, "" },
        { "a notice takes room",
          { .say = SAY_ANSWER, .intent = &noted },
          1,
          44,
          false,
          1,
          "Snow! Other: https://a.example/n" },
        { "a handle that doesn't fit stays away",
          { .say = SAY_ANSWER, .intent = &noted },
          1,
          38,
          true,
          1,
          "Snow! Other: https://a.example/n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct wording_context c = context(rows[i].seed);
        struct buf out = BUF_INIT(1000);
        char said[] = "Snow! Other: https://a.example/n";
        c.handle = rows[i].named ? STR("bob_1") : STR("");
        c.taken = rows[i].named ? taken : NULL;
        c.taken_data = said;
        rules.limit = rows[i].limit;
        assert_note(wording_fits(&kb, &rows[i].d, &c) == rows[i].fits, rows[i].note);
        assert_int_equal(wording_write(&kb, &rows[i].d, &c, &out), 0);
        assert_str_note(buf_str(&out), rows[i].want, rows[i].note);
        buf_release(&out);
    }
    rules.limit = 280;
}

/* It goes away by itself, and is said once where it goes with both. */
static void test_notice(void **state)
{
    (void)state;
    static const struct kb_intent *both[] = { &intent, &noted };
    struct kb_notice one = notices[0];
    struct kb other_kb = kb;
    struct buf out = BUF_INIT(1000);
    struct wording_context c = context(0);
    struct policy_decision d = { .say = SAY_ANSWER, .intent = &intent, .also = &noted };
    one.intents = both;
    one.intent_count = 2;
    other_kb.notice = &one;
    assert_int_equal(wording_write(&other_kb, &d, &c, &out), 0);
    assert_str(buf_str(&out), "Snow! First: https://a.example/b\n\nOther: https://a.example/n");
    buf_clear(&out);
    c.now = one.until_at;
    assert_int_equal(wording_write(&other_kb, &d, &c, &out), 0);
    assert_str(buf_str(&out), "First: https://a.example/b\n\nOther: https://a.example/n");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filled_in),
        cmocka_unit_test(test_unmanned),
        cmocka_unit_test(test_not_twice),
        cmocka_unit_test(test_voice_and_private),
        cmocka_unit_test(test_private_has_no_handle),
        cmocka_unit_test(test_running),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_notice),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
