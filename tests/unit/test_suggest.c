/* Which messages belong together, and by which words. */
#include "bot/suggest.h"

#include "tests/unit/support.h"

static struct vocab *make_vocab(void)
{
    static const struct str known[] = { { "bin", 3 }, { "tree", 4 }, { "road", 4 } };
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    assert_non_null(v);
    assert_int_equal(vocab_add_words(v, STR("known"), known, ARRAY_LEN(known), "", &report), 0);
    assert_int_equal(vocab_add_common(v, STR("the")), 0);
    return v;
}

static void add(struct suggest *s, const struct vocab *v, const char *text, bool explained)
{
    struct arena arena = ARENA_INIT;
    struct normal n;
    assert_int_equal(normal_make(&arena, v, str_of(text), &n), 0);
    assert_int_equal(suggest_add(s, &n, explained), 0);
    arena_release(&arena);
}

/* "3: fallen tree, lane+ (0 2 1)" for each group, a line each. */
static void describe(struct suggest *s, struct buf *out)
{
    struct suggest_group g;
    int r;
    while ((r = suggest_next(s, &g)) == 1) {
        (void)buf_addf(out, "%zu:", g.message_count);
        for (size_t i = 0; i < g.word_count; i++)
            (void)buf_addf(out, "%s %.*s%s", i ? "," : "", STR_ARG(g.words[i]),
                           g.fresh[i] ? "+" : "");
        (void)buf_addc(out, " (");
        for (size_t i = 0; i < g.message_count; i++)
            (void)buf_addf(out, "%s%u", i ? " " : "", g.messages[i]);
        (void)buf_addc(out, ")\n");
    }
    assert_int_equal(r, 0);
}

static void test_groups(void **state)
{
    (void)state;
    static const struct {
        const char *note;
        const char *unexplained[10], *explained[10], *groups;
    } rows[] = {
        { "nothing", { NULL }, { NULL }, "" },
        { "two are too few", { "wasps", "wasps" }, { "bin" }, "" },
        { "a word that nobody knows",
          { "wasps", "the wasps", "wasps!" },
          { "bin" },
          "3: wasps+ (0 1 2)\n" },
        { "the larger group first",
          { "wasps", "wasps", "wasps", "stump", "stump", "stump", "stump" },
          { "bin" },
          "4: stump+ (3 4 5 6)\n3: wasps+ (0 1 2)\n" },
        { "each message in one group",
          { "wasps stump", "wasps stump", "wasps", "wasps", "wasps", "stump", "stump", "stump" },
          { "bin" },
          "5: wasps+, stump+ (0 1 2 3 4)\n3: stump+ (5 6 7)\n" },
        { "a word that is as usual elsewhere tells nothing",
          { "road wasps", "road wasps", "wasps", "wasps" },
          { "road", "road", "road", "road" },
          "4: wasps+ (0 1 2 3)\n" },
        { "nor does a common word, a number, or one of two letters",
          { "the 1234 ox", "the 1234 ox", "the 1234 ox" },
          { "bin" },
          "" },
        { "a pair tells where its words don't",
          { "tree road", "tree road", "tree road" },
          { "tree", "tree", "tree", "road", "road", "road", "road to the tree" },
          "3: tree road (0 1 2)\n" },
        { "words that a group shares, those that hold most first",
          { "wasps", "wasps nest", "wasps", "wasps in the nest" },
          { "bin" },
          "4: wasps+, nest+ (1 3 0 2)\n" },
        { "a word twice in a message counts once",
          { "wasps wasps wasps", "wasps" },
          { "bin" },
          "" },
        { "a sentence's end parts neighbours",
          { "road. tree", "road. tree", "road. tree" },
          { "road", "tree", "road", "tree" },
          "3: road, tree (0 1 2)\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vocab *v = make_vocab();
        struct suggest *s = suggest_new(v);
        struct buf groups = BUF_INIT(1 << 16);
        assert_non_null(s);
        for (size_t t = 0; rows[i].explained[t]; t++)
            add(s, v, rows[i].explained[t], true);
        for (size_t t = 0; rows[i].unexplained[t]; t++)
            add(s, v, rows[i].unexplained[t], false);
        describe(s, &groups);
        if (!str_is(buf_str(&groups), rows[i].groups))
            print_error("%s:\n%s", rows[i].note, buf_cstr(&groups));
        assert_str(buf_str(&groups), rows[i].groups);
        buf_release(&groups);
        s = suggest_free(s);
        v = vocab_free(v);
    }
    assert_null(suggest_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
