#include "intents/intents.h"

#include "tests/unit/support.h"

struct rule {
    const char *topic;
    enum pattern_use use;
    const char *pcre;
    unsigned weight;
};

static const struct rule rules[] = {
    { "bins.missed", PATTERN_FOR, "(?&bin) (?&gap)(?&missed)", 60 },
    { "bins.missed", PATTERN_FOR, "(?&missed)", 50 },
    { "bins.missed", PATTERN_FOR, "not emptied", 37 },
    { "bins.missed", PATTERN_UNLESS, "missed the bin day", 0 },
    { "bins.day", PATTERN_FOR, "(?&bin) day", 70 },
    { "bins.day", PATTERN_FOR, "when", 30 },
    { "bins.all", PATTERN_FOR, "(?&bin)", 46 },
    { "a.also", PATTERN_FOR, "(?&bin)", 46 },
    { "roads.pothole", PATTERN_FOR, "(?&hole)", 80 },
};

static struct vocab *make_vocab(void)
{
    static const struct str bin[] = { { "bin", 3 }, { "green bin", 9 } };
    static const struct str missed[] = { { "missed", 6 }, { "not emptied", 11 } };
    static const struct str hole[] = { { "pothole*", 8 } };
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    assert_non_null(v);
    assert_int_equal(vocab_add_words(v, STR("bin"), bin, ARRAY_LEN(bin), "", &report), 0);
    assert_int_equal(vocab_add_words(v, STR("missed"), missed, ARRAY_LEN(missed), "", &report), 0);
    assert_int_equal(vocab_add_words(v, STR("hole"), hole, ARRAY_LEN(hole), "", &report), 0);
    assert_int_equal(vocab_add_pattern(v, STR("gap"), STR("(?:[^ ]+ ){0,3}"), "", &report), 0);
    assert_int_equal(vocab_add_common(v, STR("my")), 0);
    return v;
}

/* @order: of the rules; topics come in the order of their first rule. @names gets the topics. */
static struct intents *make_set(const size_t *order, const char *names[ARRAY_LEN(rules)])
{
    struct intents *set = intents_new(make_vocab());
    struct report report = REPORT_INIT;
    size_t topics = 0;
    assert_non_null(set);
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        const struct rule *rule = &rules[order ? order[i] : i];
        size_t t = 0;
        while (t < topics && strcmp(names[t], rule->topic) != 0)
            t++;
        if (t == topics) {
            assert_int_equal(intents_add_topic(set, str_of(rule->topic)), (int)t);
            names[topics++] = rule->topic;
        }
        assert_int_equal(intents_add_pattern(set, (unsigned)t, rule->use, str_of(rule->pcre),
                                             rule->weight, "here", &report),
                         0);
    }
    assert_report(&report, "");
    assert_int_equal(intents_pattern_count(set), ARRAY_LEN(rules));
    return set;
}

/* "bins.missed=0.800000 bins.all=…", and the words behind each pattern that fitted. */
static void describe(const struct intents_match *m, const char *const *names, struct buf *out)
{
    for (size_t i = 0; i < m->hit_count; i++)
        (void)buf_addf(out, "%s%s=%.4f", i ? " " : "", names[m->hits[i].topic], m->hits[i].score);
}

static const char *const messages[] = {
    "my green bin was missed",
    "bin not emptied",
    "missed the bin day",
    "when is my bin day?",
    "potholes",
    "nothing of the sort",
    "",
    "bin",
    "bin day missed",
    "Green bin NOT emptied, potholes, when?",
};

static void test_scores(void **state)
{
    (void)state;
    static const char *const want[ARRAY_LEN(messages)] = {
        "bins.missed=0.8000 a.also=0.4600 bins.all=0.4600",
        "bins.missed=0.8740 a.also=0.4600 bins.all=0.4600", /* 1 - 0.4 * 0.5 * 0.63 */
        "bins.day=0.7000 a.also=0.4600 bins.all=0.4600",    /* unless */
        "bins.day=0.7900 a.also=0.4600 bins.all=0.4600",
        "roads.pothole=0.8000",
        "",
        "",
        "a.also=0.4600 bins.all=0.4600", /* by name where scores are equal */
        "bins.missed=0.8000 bins.day=0.7000 a.also=0.4600 bins.all=0.4600",
        "bins.missed=0.8740 roads.pothole=0.8000 a.also=0.4600 bins.all=0.4600 bins.day=0.3000",
    };
    const char *names[ARRAY_LEN(rules)];
    struct intents *set = make_set(NULL, names);
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        struct intents_match m;
        struct buf got = BUF_INIT(1000);
        arena_clear(&arena);
        assert_int_equal(intents_match(set, scratch, &arena, str_of(messages[i]), &m), 0);
        describe(&m, names, &got);
        assert_str_note(buf_str(&got), want[i], messages[i]);
        assert_false(m.spent);
        buf_release(&got);
    }
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

/* The order in which editors wrote topics and patterns changes nothing, to the last bit: a
 * threshold lies on one side or the other. */
static void test_order(void **state)
{
    (void)state;
    const char *names[ARRAY_LEN(rules)], *other_names[ARRAY_LEN(rules)];
    struct intents *set = make_set(NULL, names);
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    uint64_t seed = 5;
    for (int round = 0; round < 40; round++) {
        size_t order[ARRAY_LEN(rules)];
        for (size_t i = 0; i < ARRAY_LEN(order); i++)
            order[i] = i;
        for (size_t i = ARRAY_LEN(order); i-- > 1;) {
            size_t k = (size_t)random_below(&seed, i + 1), kept = order[i];
            order[i] = order[k];
            order[k] = kept;
        }
        struct intents *other = make_set(order, other_names);
        for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
            struct intents_match a, b;
            arena_clear(&arena);
            assert_int_equal(intents_match(set, scratch, &arena, str_of(messages[i]), &a), 0);
            assert_int_equal(intents_match(other, scratch, &arena, str_of(messages[i]), &b), 0);
            assert_int_equal(a.hit_count, b.hit_count);
            assert_int_equal(a.why_count, b.why_count);
            for (size_t h = 0; h < a.hit_count; h++) {
                assert_string_equal(names[a.hits[h].topic], other_names[b.hits[h].topic]);
                assert_true(a.hits[h].score == b.hits[h].score);
            }
            assert_true(a.residue == b.residue && a.unexplained == b.unexplained);
        }
        other = intents_free(other);
    }
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

/* A single pattern's weight is its score, so that a threshold of the same number is met. */
static void test_weight_is_score(void **state)
{
    (void)state;
    for (unsigned weight = 1; weight <= 100; weight++) {
        struct intents *set = intents_new(vocab_new());
        struct intents_scratch *scratch = intents_scratch_new();
        struct report report = REPORT_INIT;
        struct arena arena = ARENA_INIT;
        struct intents_match m;
        assert_int_equal(intents_add_topic(set, STR("x")), 0);
        assert_int_equal(intents_add_pattern(set, 0, PATTERN_FOR, STR("bin"), weight, "", &report),
                         0);
        assert_int_equal(intents_match(set, scratch, &arena, STR("bin"), &m), 0);
        assert_int_equal(m.hit_count, 1);
        if (m.hits[0].score != (double)weight / 100)
            fail_msg("weight %u gives %.20f", weight, m.hits[0].score);
        arena_release(&arena);
        scratch = intents_scratch_free(scratch);
        set = intents_free(set);
    }
}

static void test_why(void **state)
{
    (void)state;
    static const struct str text = STR("My GREEN Bin was \xe2\x80\x9cmissed\xe2\x80\x9d, when?");
    const char *names[ARRAY_LEN(rules)];
    struct intents *set = make_set(NULL, names);
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    struct intents_match m;
    assert_int_equal(intents_match(set, scratch, &arena, text, &m), 0);
    static const struct {
        const char *topic, *words, *written;
    } want[] = {
        { "bins.missed", "green bin|missed", "GREEN Bin|missed" },
        { "bins.missed", "missed", "missed" },
        { "bins.day", "when", "when" }, /* no terms: all that it matched */
        { "bins.all", "green bin", "GREEN Bin" },
        { "a.also", "green bin", "GREEN Bin" },
    };
    assert_int_equal(m.why_count, ARRAY_LEN(want));
    for (size_t i = 0; i < m.why_count; i++) {
        const struct intents_why *why = &m.whys[i];
        struct buf words = BUF_INIT(1000), written = BUF_INIT(1000);
        for (size_t s = 0; s < why->count; s++) {
            struct str span = str_cut(text, why->spans[s][0], why->spans[s][1]);
            (void)buf_addf(&words, "%s%.*s", s ? "|" : "", STR_ARG(why->words[s]));
            (void)buf_addf(&written, "%s%.*s", s ? "|" : "", STR_ARG(span));
        }
        assert_string_equal(names[why->topic], want[i].topic);
        assert_str(buf_str(&words), want[i].words);
        assert_str(buf_str(&written), want[i].written);
        buf_release(&words);
        buf_release(&written);
    }
    arena_clear(&arena); /* neighbours are one piece */
    assert_int_equal(intents_match(set, scratch, &arena, STR("BIN  missed"), &m), 0);
    assert_int_equal(m.whys[0].count, 1);
    assert_str(m.whys[0].words[0], "bin missed");
    assert_int_equal(m.whys[0].spans[0][0], 0);
    assert_int_equal(m.whys[0].spans[0][1], 11);
    arena_clear(&arena); /* what "unless" took out explains nothing either */
    assert_int_equal(intents_match(set, scratch, &arena, STR("missed the bin day"), &m), 0);
    for (size_t i = 0; i < m.why_count; i++)
        assert_string_not_equal(names[m.whys[i].topic], "bins.missed");
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

static void test_residue(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text;
        unsigned unexplained;
        double residue;
    } rows[] = {
        { "nothing said", "", 0, 0 },
        { "all explained", "my bin missed", 0, 0 },
        { "half", "my bin hurts badly", 2, 0.5 },
        { "nothing explained", "hurts badly", 2, 1 },
        { "marks don't count", "@us my bin! hurts? www.example.com", 1, 1.0 / 3 },
        { "nor do details", "my bin hurts 07700 900123 sam@example.com", 1, 1.0 / 3 },
        { "a prefix word explains", "potholes", 0, 0 },
    };
    const char *names[ARRAY_LEN(rules)];
    struct intents *set = make_set(NULL, names);
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct intents_match m;
        assert_int_equal(intents_match(set, scratch, &arena, str_of(rows[i].text), &m), 0);
        assert_note(m.unexplained == rows[i].unexplained, rows[i].note);
        assert_near(m.residue, rows[i].residue);
    }
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

/* The match says where details were written, also those that keep their words. */
static void test_entities(void **state)
{
    (void)state;
    const char *names[ARRAY_LEN(rules)];
    struct intents *set = make_set(NULL, names);
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    struct intents_match m;
    struct str text = STR("caf\xc3\xa9 bin, 4 Elm Close, 07700 900123");
    assert_int_equal(intents_match(set, scratch, &arena, text, &m), 0);
    assert_str(m.normal.text, "cafe bin 4 elm close <phone>");
    assert_int_equal(m.normal.entities.count, 2);
    const struct entity *e = m.normal.entities.list;
    assert_int_equal(e[0].kind, ENTITY_ADDRESS);
    assert_str(str_cut(text, e[0].from, e[0].to), "4 Elm Close");
    assert_int_equal(e[1].kind, ENTITY_PHONE);
    assert_str(str_cut(text, e[1].from, e[1].to), "07700 900123");
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

/* A limit that was reached is never "no match", and the other topics are still found. */
static void test_spent(void **state)
{
    (void)state;
    struct intents *set = intents_new(make_vocab());
    struct intents_scratch *scratch = intents_scratch_new();
    struct report report = REPORT_INIT;
    struct arena arena = ARENA_INIT;
    struct intents_match m;
    assert_int_equal(intents_add_topic(set, STR("slow")), 0);
    assert_int_equal(intents_add_topic(set, STR("bins")), 1);
    assert_int_equal(intents_add_pattern(set, 0, PATTERN_FOR,
                                         STR("(?:(?:aa|a a|aa aa) ?)+(?:aa ?)+never"), 50, "",
                                         &report),
                     0);
    assert_int_equal(intents_add_pattern(set, 1, PATTERN_FOR, STR("(?&bin)"), 50, "", &report), 0);
    assert_int_equal(intents_match(set, scratch, &arena, STR("bin aa aa zz never"), &m), 0);
    assert_false(m.spent);
    struct buf text = BUF_INIT(NORMAL_TEXT_MAX * 2);
    (void)buf_addc(&text, "bin ");
    for (int i = 0; i < 30; i++)
        (void)buf_addc(&text, "aa ");
    (void)buf_addc(&text, "zz never"); /* or PCRE2 sees at once that it can't match */
    arena_clear(&arena);
    assert_int_equal(intents_match(set, scratch, &arena, buf_str(&text), &m), 0);
    assert_true(m.spent);
    assert_int_equal(m.hit_count, 1);
    assert_int_equal(m.hits[0].topic, 1);

    buf_clear(&text); /* too long to look at */
    while (text.len <= NORMAL_TEXT_MAX)
        (void)buf_addc(&text, "bin ");
    assert_int_equal(intents_match(set, scratch, &arena, buf_str(&text), &m), 0);
    assert_true(m.spent);
    assert_int_equal(m.hit_count, 0);
    assert_int_equal(m.why_count, 0);
    assert_str(m.normal.text, "");
    assert_true(m.residue == 1);
    buf_release(&text);
    assert_report(&report, "");
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

/* Each pattern is within its limit, but there are many and the text is long. */
static void test_budget(void **state)
{
    (void)state;
    struct intents *set = intents_new(make_vocab());
    struct intents_scratch *scratch = intents_scratch_new();
    struct report report = REPORT_INIT;
    struct arena arena = ARENA_INIT;
    struct intents_match m;
    struct buf text = BUF_INIT(NORMAL_TEXT_MAX), pcre = BUF_INIT(100);
    while (text.len + 4 <= NORMAL_TEXT_MAX)
        (void)buf_addc(&text, "bin ");
    size_t patterns = INTENTS_BUDGET_BYTES / text.len + 1;
    assert_int_equal(intents_add_topic(set, STR("many")), 0);
    for (size_t i = 0; i < patterns; i++) {
        buf_clear(&pcre);
        (void)buf_addf(&pcre, "[a-z]+%zu", i); /* no words that tell */
        assert_int_equal(intents_add_pattern(set, 0, PATTERN_FOR, buf_str(&pcre), 50, "", &report),
                         0);
    }
    assert_int_equal(intents_match(set, scratch, &arena, buf_str(&text), &m), 0);
    assert_true(m.spent);
    arena_clear(&arena);
    assert_int_equal(
        intents_match(set, scratch, &arena, str_cut(buf_str(&text), 0, text.len / 2), &m), 0);
    assert_false(m.spent);
    buf_release(&text);
    buf_release(&pcre);
    assert_report(&report, "");
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

/* One scratch serves sets of different sizes. */
static void test_scratch_grows(void **state)
{
    (void)state;
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    struct report report = REPORT_INIT;
    for (int terms = 1; terms < 30; terms++) {
        struct intents *set = intents_new(make_vocab());
        struct buf pcre = BUF_INIT(10000), text = BUF_INIT(10000);
        for (int i = 0; i < terms; i++) {
            (void)buf_addc(&pcre, i ? " x (?&bin)" : "(?&bin)");
            (void)buf_addc(&text, i ? " x bin" : "bin");
        }
        struct intents_match m;
        assert_int_equal(intents_add_topic(set, STR("x")), 0);
        assert_int_equal(intents_add_pattern(set, 0, PATTERN_FOR, buf_str(&pcre), 50, "", &report),
                         0);
        assert_int_equal(intents_match(set, scratch, &arena, buf_str(&text), &m), 0);
        assert_int_equal(m.why_count, 1);
        assert_int_equal(m.whys[0].count, terms);
        buf_release(&pcre);
        buf_release(&text);
        set = intents_free(set);
    }
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
}

static void add_need(struct str need, void *data)
{
    (void)buf_addf(data, "%.*s,", STR_ARG(need));
}

/* One pattern alone does what it does in a match, and its words are what keeps it from being run.
 */
static void test_single_patterns(void **state)
{
    (void)state;
    static const struct {
        size_t number;
        const char *text, *words, *needs;
        int fits;
    } rows[] = {
        { 0, "my bin was missed", "bin,missed,", "(?&bin),(?&missed),", 1 },
        { 0, "missed my bin", "", "(?&bin),(?&missed),", 0 },
        { 0, "nothing", "", "(?&bin),(?&missed),", 0 },
        { 3, "i missed the bin day", "missed the bin day,", "missed the bin day,", 1 },
        { 8, "potholes", "potholes,", "(?&hole),", 1 },
    };
    const char *names[ARRAY_LEN(rules)];
    struct intents *set = make_set(NULL, names);
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf words = BUF_INIT(1000), needs = BUF_INIT(1000);
        struct intents_why why = { 0 };
        struct normal n;
        assert_int_equal(normal_make(&arena, intents_vocab(set), str_of(rows[i].text), &n), 0);
        assert_int_equal(intents_try_pattern(set, scratch, &arena, rows[i].number, &n, &why),
                         rows[i].fits);
        for (size_t w = 0; w < why.count; w++)
            (void)buf_addf(&words, "%.*s,", STR_ARG(why.words[w]));
        assert_str(buf_str(&words), rows[i].words);
        (void)intents_pattern_needs(set, rows[i].number, add_need, &needs);
        assert_str(buf_str(&needs), rows[i].needs);
        buf_release(&words);
        buf_release(&needs);
    }
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        struct intents_pattern p = intents_pattern(set, i);
        assert_str(p.pcre, rules[i].pcre);
        assert_string_equal(names[p.topic], rules[i].topic);
        assert_int_equal(p.use, rules[i].use);
        assert_int_equal(p.weight, rules[i].weight);
    }
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

/* Through its limit, a pattern alone says so too. */
static void test_single_pattern_spent(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    struct intents *set = intents_new(make_vocab());
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT(4096);
    struct intents_why why;
    struct normal n;
    assert_int_equal(intents_add_topic(set, STR("slow")), 0);
    assert_int_equal(intents_add_pattern(set, 0, PATTERN_FOR,
                                         STR("(?:(?:aa|a a|aa aa) ?)+(?:aa ?)+never"), 50, "",
                                         &report),
                     0);
    for (int i = 0; i < 30; i++)
        (void)buf_addc(&text, "aa ");
    (void)buf_addc(&text, "zz never");
    assert_int_equal(normal_make(&arena, intents_vocab(set), buf_str(&text), &n), 0);
    assert_int_equal(intents_try_pattern(set, scratch, &arena, 0, &n, &why), ERR_LIMIT);
    buf_release(&text);
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    set = intents_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_weight_is_score),
        cmocka_unit_test(test_why),
        cmocka_unit_test(test_residue),
        cmocka_unit_test(test_entities),
        cmocka_unit_test(test_spent),
        cmocka_unit_test(test_scratch_grows),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_single_patterns),
        cmocka_unit_test(test_single_pattern_spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
