#include "intents/second.h"

#include "tests/unit/support.h"

enum { BIN, BOOK, ROAD, CLASSES };

static const char *const taught[CLASSES][6] = {
    { "my bin was missed", "bin not emptied", "they forgot our bins", "recycling not collected",
      "the wheelie bin is full", "nobody came for the bin" },
    { "renew my book", "library book overdue", "can i borrow a book", "is the library open",
      "return a book", "books on loan" },
    { "pothole on the road", "huge hole in the road", "the road is broken", "potholes everywhere",
      "hit a pothole", "road full of holes" },
};
static const struct str names[CLASSES + 1] = {
    { "bins", 4 }, { "library", 7 }, { "roads", 5 }, { "never", 5 }
};

/* What a match without terms and topics makes of @text. */
static struct intents_match read_as(struct arena *arena, const char *text)
{
    struct intents_match m = { 0 };
    assert_int_equal(normal_make(arena, NULL, str_of(text), &m.normal), 0);
    return m;
}

/* The first @count texts that are taught. */
static struct second_lessons *plan(size_t count)
{
    struct second_lessons *l = second_lessons_new();
    struct arena arena = ARENA_INIT;
    assert_non_null(l);
    for (size_t i = 0; i < count; i++) {
        struct intents_match m = read_as(&arena, taught[i / 6][i % 6]);
        assert_int_equal(second_lessons_add(l, &m, (unsigned)(i / 6)), 0);
        arena_clear(&arena);
    }
    arena_release(&arena);
    return l;
}

static struct second *train_all(void)
{
    struct second *s = NULL;
    struct second_lessons *l = plan(CLASSES * 6);
    assert_int_equal(second_train(l, names, ARRAY_LEN(names), NULL, &s), 0);
    (void)second_lessons_free(l);
    return s;
}

/* The likeliest class of @text; the chances must be chances. */
static size_t ask(const struct second *s, const char *text, double *ret_chance)
{
    struct arena arena = ARENA_INIT;
    struct intents_match m = read_as(&arena, text);
    float chances[SECOND_CLASSES_MAX];
    double sum = 0;
    size_t best = 0;
    second_ask(s, &m, chances);
    for (size_t c = 0; c < second_class_count(s); c++) {
        assert_true(chances[c] >= 0 && chances[c] <= 1);
        sum += (double)chances[c];
        if (chances[c] > chances[best])
            best = c;
    }
    assert_true(sum > 0.999 && sum < 1.001);
    if (ret_chance)
        *ret_chance = (double)chances[best];
    arena_release(&arena);
    return best;
}

static void test_learns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t class;
    } rows[] = {
        { "our bin has been missed again", BIN }, { "bins not emptied", BIN },
        { "library books to renew", BOOK },       { "a pothole in my road", ROAD },
        { "pothoels on teh road", ROAD }, /* pieces of words do */
    };
    struct second *s = train_all();
    assert_int_equal(second_class_count(s), CLASSES + 1);
    assert_str(second_class_name(s, BOOK), "library");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (ask(s, rows[i].text, NULL) != rows[i].class)
            fail_msg("\"%s\"", rows[i].text);
    (void)second_free(s);
}

static void test_nothing_to_go_by(void **state)
{
    (void)state;
    struct second *s = train_all();
    double sure, unsure;
    (void)ask(s, "my bin was missed", &sure);
    (void)ask(s, "", &unsure);
    assert_true(unsure < sure);
    assert_int_not_equal(ask(s, "", NULL),
                         CLASSES); /* the class that nobody taught is never said */
    char long_text[6000];
    memset(long_text, 'b', sizeof long_text - 1); /* more n-grams than are looked at */
    long_text[sizeof long_text - 1] = '\0';
    (void)ask(s, long_text, NULL);
    (void)second_free(s);
}

static void test_same_lessons_same_model(void **state)
{
    (void)state;
    struct buf a = BUF_INIT(SECOND_FILE_BYTES_MAX), b = BUF_INIT(SECOND_FILE_BYTES_MAX);
    struct second *s = train_all(), *again = train_all();
    assert_int_equal(second_save(s, &a), 0);
    assert_int_equal(second_save(again, &b), 0);
    assert_true(str_eq(buf_str(&a), buf_str(&b)));
    (void)second_free(s);
    (void)second_free(again);
    buf_release(&a);
    buf_release(&b);
}

static void test_file(void **state)
{
    (void)state;
    struct buf bytes = BUF_INIT(SECOND_FILE_BYTES_MAX);
    struct second *s = train_all(), *read = NULL;
    double chance, read_chance;
    assert_int_equal(second_save(s, &bytes), 0);
    assert_int_equal(second_load(buf_str(&bytes), &read), 0);
    assert_str(second_class_name(read, ROAD), "roads");
    assert_int_equal(ask(read, "missed bin", &read_chance), ask(s, "missed bin", &chance));
    assert_near(read_chance, chance);
    read = second_free(read);
    /* cut anywhere, or with a number that can't be: refused */
    for (size_t len = 0; len < 200; len++)
        assert_int_equal(second_load(str_cut(buf_str(&bytes), 0, len), &read), ERR_BADINPUT);
    assert_int_equal(second_load(str_cut(buf_str(&bytes), 0, bytes.len - 1), &read), ERR_BADINPUT);
    (void)buf_add_byte(&bytes, 'x');
    assert_int_equal(second_load(buf_str(&bytes), &read), ERR_BADINPUT);
    bytes.len--;
    memset(bytes.p + 8, 0xff, 4); /* the number of classes */
    assert_int_equal(second_load(buf_str(&bytes), &read), ERR_BADINPUT);
    bytes.p[0] = 'X';
    assert_int_equal(second_load(buf_str(&bytes), &read), ERR_BADINPUT);
    assert_null(read);
    (void)second_free(s);
    buf_release(&bytes);
}

/* However little a text is like anything that was taught, its chances are chances (ask looks). */
static void test_all_unlikely(void **state)
{
    (void)state;
    static const float bias[] = { -1000, -3e38f };
    struct buf bytes = BUF_INIT(SECOND_FILE_BYTES_MAX);
    struct second *s = train_all(), *read = NULL;
    assert_int_equal(second_save(s, &bytes), 0);
    for (size_t i = 0; i < ARRAY_LEN(bias); i++) {
        size_t at = 12; /* behind the magic and the number of classes */
        for (size_t c = 0; c < second_class_count(s); c++) {
            at += 4 + second_class_name(s, c).len + 4; /* its length, it, its scale */
            memcpy(bytes.p + at, &bias[i], sizeof bias[i]);
            at += sizeof bias[i];
        }
        assert_int_equal(second_load(buf_str(&bytes), &read), 0);
        (void)ask(read, "missed bin", NULL);
        read = second_free(read);
    }
    (void)second_free(s);
    buf_release(&bytes);
}

/* Terms and topics count beside words: with none of the words that were taught. */
static void test_signs(void **state)
{
    (void)state;
    static const char *const said[] = { "alpha", "beta", "gamma" };
    struct second_lessons *l = second_lessons_new();
    struct arena arena = ARENA_INIT;
    struct second *s = NULL;
    for (uint32_t c = 0; c < CLASSES; c++) {
        struct intents_match m = read_as(&arena, said[c]);
        uint32_t sign = 1000 + c;
        m.signs = &sign;
        m.sign_count = 1;
        assert_int_equal(second_lessons_add(l, &m, c), 0);
    }
    assert_int_equal(second_train(l, names, ARRAY_LEN(names), NULL, &s), 0);
    for (uint32_t c = 0; c < CLASSES; c++) {
        struct intents_match m = read_as(&arena, "");
        uint32_t sign = 1000 + c;
        float chances[SECOND_CLASSES_MAX];
        m.signs = &sign;
        m.sign_count = 1;
        second_ask(s, &m, chances);
        for (size_t other = 0; other < CLASSES; other++)
            assert_true(other == c || chances[c] > chances[other]);
    }
    (void)second_free(s);
    (void)second_lessons_free(l);
    arena_release(&arena);
}

static void test_too_little(void **state)
{
    (void)state;
    struct second *s = NULL;
    struct second_lessons *none = plan(0), *one = plan(6), *all = plan(CLASSES * 6);
    assert_int_equal(second_train(one, names, ARRAY_LEN(names), NULL, &s), ERR_BADINPUT);
    assert_int_equal(second_train(none, names, ARRAY_LEN(names), NULL, &s), ERR_BADINPUT);
    assert_int_equal(second_train(all, names, 2, NULL, &s),
                     ERR_BADINPUT); /* classes without names */
    assert_null(s);
    (void)second_lessons_free(none);
    (void)second_lessons_free(one);
    (void)second_lessons_free(all);
}

static void test_stopped(void **state)
{
    (void)state;
    const atomic_bool stop = true;
    struct second *s = NULL;
    struct second_lessons *l = plan(CLASSES * 6);
    assert_int_equal(second_train(l, names, ARRAY_LEN(names), &stop, &s), ERR_DENIED);
    assert_null(s);
    (void)second_lessons_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_nothing_to_go_by),
        cmocka_unit_test(test_same_lessons_same_model),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_all_unlikely),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_too_little),
        cmocka_unit_test(test_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
