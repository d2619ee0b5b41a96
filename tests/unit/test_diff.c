/* What is different between two knowledge bases, in words. */
#include "kb/diff.h"

#include "tests/unit/support.h"

static struct kb_files *files_of(const char *const files[][2], size_t count)
{
    struct kb_files *f = kb_files_new(STR(""));
    assert_non_null(f);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(kb_files_put(f, str_of(files[i][0]), str_of(files[i][1])), 0);
    return f;
}

static int add_difference(const struct kb_difference *d, void *data)
{
    static const char *const changes[] = {
        [KB_ADDED] = "added", [KB_CHANGED] = "changed", [KB_REMOVED] = "removed"
    };
    struct buf *out = data;
    cJSON *lines = kb_difference_words(d), *line;
    assert_non_null(lines);
    (void)buf_addf(out, "%s %s/%.*s (%.*s)\n", changes[d->change], kb_item_kind_name(d->kind).p,
                   STR_ARG(d->id), STR_ARG(d->title));
    cJSON_ArrayForEach(line, lines)
    {
        (void)buf_addf(out, "  %s: %s\n", json_str(cJSON_GetObjectItem(line, "field")).p,
                       json_str(cJSON_GetObjectItem(line, "what")).p);
    }
    cJSON_Delete(lines);
    return 0;
}

static void assert_diff(struct kb_files *was, struct kb_files *is, const char *want,
                        const char *note)
{
    struct report report = REPORT_INIT;
    struct buf out = BUF_INIT(1 << 20);
    struct kb_items *a = NULL, *b = NULL;
    assert_int_equal(kb_items_new(was, &report, &a), 0);
    assert_int_equal(kb_items_new(is, &report, &b), 0);
    assert_int_equal(kb_diff(a, b, add_difference, &out), 0);
    assert_str_note(buf_str(&out), want, note);
    buf_release(&out);
    (void)kb_items_free(a);
    (void)kb_items_free(b);
    (void)kb_files_free(was);
    (void)kb_files_free(is);
    report_release(&report);
}

static void items_come_and_go_in_order(void **state)
{
    static const char *const was[][2] = {
        { "bins.json",
          "{\"intents\":[{\"id\":\"bins.old\",\"title\":\"Old\",\"replies\":[\"So.\"]},"
          "{\"id\":\"bins.day\"}]}" },
        { "terms.json", "{\"terms\":{},\"common\":[]}" },
    };
    static const char *const is[][2] = {
        { "roads.json",
          "{\"intents\":[{\"id\":\"bins.day\"},{\"id\":\"roads.ice\",\"title\":\"Ice\","
          "\"phrases\":[\"icy road\"]}]}" },
        { "terms.json", "{\"terms\":{\"ice\":[\"ice\",\"icy\"]},\"common\":[]}" },
    };
    assert_diff(files_of(was, ARRAY_LEN(was)), files_of(is, ARRAY_LEN(is)),
                "removed intent/bins.old (Old)\n"
                "  title: Gone: “Old”.\n"
                "  replies: Gone: “So.”\n"
                "added intent/roads.ice (Ice)\n"
                "  title: New: “Ice”.\n"
                "  phrases: New: “icy road”.\n"
                "added term/ice (ice)\n"
                "  words: New: “ice”, “icy”.\n",
                "a moved intent is no difference");
    (void)state;
}

static void what_changed_is_said(void **state)
{
    static const struct {
        const char *note, *was, *is, *want;
    } rows[] = {
        { "white space and order are nothing", "\"title\":\"A\",\"link\":\"b\"",
          "\"link\" : \"b\", \"title\":\"A\"", "" },
        { "a text", "\"title\":\"A\",\"review_by\":\"2027-03-31\"",
          "\"title\":\"A\",\"review_by\":\"2027-09-30\"",
          "  review_by: “2027-03-31” became “2027-09-30”.\n" },
        { "a reply is reworded, another comes", "\"replies\":[\"One.\",\"Two.\"]",
          "\"replies\":[\"One.\",\"Two, too.\",\"Three.\"]",
          "  replies: “Two.” became “Two, too.”\n  replies: New: “Three.”\n" },
        { "the first reply goes", "\"replies\":[\"One.\",\"Two.\"]", "\"replies\":[\"Two.\"]",
          "  replies: Gone: “One.”\n" },
        { "another order", "\"replies\":[\"One.\",\"Two.\"]", "\"replies\":[\"Two.\",\"One.\"]",
          "  replies: The same in another order.\n" },
        { "what nobody has filled in says nothing", "\"n\":1",
          "\"n\":2,\"link\":\"\",\"replies\":[],\"examples\":{\"no\":[]}", "  n: 1 became 2.\n" },
        { "a box is emptied", "\"link\":\"https://x\"", "\"link\":\"\"",
          "  link: Gone: “https://x”.\n" },
        { "phrases come and go", "\"phrases\":[\"a\",\"b\",\"c\"]",
          "\"phrases\":[\"a\",\"d\",\"c\"]", "  phrases: New: “d”.\n  phrases: Gone: “b”.\n" },
        { "twice the same", "\"phrases\":[\"a\",\"a\"]", "\"phrases\":[\"a\"]",
          "  phrases: Gone: “a”.\n" },
        { "patterns", "\"match\":[{\"pcre\":\"x\",\"weight\":70}]",
          "\"match\":[{\"pcre\":\"x\",\"weight\":80}]",
          "  match: New: the pattern “x”, weight 80.\n  match: Gone: the pattern “x”, weight "
          "70.\n" },
        { "examples", "\"examples\":{\"yes\":[\"a\"]}",
          "\"examples\":{\"yes\":[\"a\",\"b\"],\"no\":[\"c\"]}",
          "  examples.yes: New: “b”.\n  examples.no: New: “c”.\n" },
        { "yes and no, and numbers", "\"on_call\":true,\"n\":1", "\"on_call\":false,\"n\":2",
          "  on_call: yes became no.\n  n: 1 became 2.\n" },
        { "more than anybody reads", "\"phrases\":[]",
          "\"phrases\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\","
          "\"13\",\"14\",\"15\",\"16\",\"17\",\"18\",\"19\",\"20\",\"21\",\"22\"]",
          "  phrases: New: “1”, “2”, “3”, “4”, “5”, “6”, “7”, “8”, “9”, “10”, “11”, “12”, “13”, "
          "“14”, “15”, “16”, “17”, “18”, “19”, “20” and 2 more.\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *const texts[] = { rows[i].was, rows[i].is };
        struct kb_files *files[2];
        struct buf want = BUF_INIT(65536);
        for (size_t k = 0; k < 2; k++) {
            struct buf body = BUF_INIT(65536);
            assert_int_equal(buf_addf(&body, "{\"intents\":[{\"id\":\"bins.day\",%s}]}", texts[k]),
                             0);
            files[k] = files_of((const char *const[][2]){ { "bins.json", buf_cstr(&body) } }, 1);
            buf_release(&body);
        }
        bool titled = strstr(rows[i].is, "title");
        (void)buf_addf(&want, "%s%s%s", *rows[i].want ? "changed intent/bins.day (" : "",
                       !*rows[i].want ? ""
                       : titled       ? "A)\n"
                                      : "bins.day)\n",
                       rows[i].want);
        assert_diff(files[0], files[1], buf_cstr(&want), rows[i].note);
        buf_release(&want);
    }
    (void)state;
}

static void what_is_no_object_is_said_too(void **state)
{
    static const char *const was[][2] = {
        { "terms.json",
          "{\"terms\":{\"bin\":[\"bin\"],\"gap\":{\"pcre\":\"a\"}},\"common\":[\"a\"]}" },
        { "thresholds.json", "{\"score\":80}" },
        { "wording.json",
          "{\"thanks\":[\"Ta.\"],\"clarify\":{\"ask\":[\"Which?\"],\"first\":[\"1\"]}}" },
    };
    static const char *const is[][2] = {
        { "terms.json", "{\"terms\":{\"bin\":[\"bin\",\"bins\"],\"gap\":{\"pcre\":\"b\"}},"
                        "\"common\":[\"a\",\"the\"]}" },
        { "thresholds.json", "{\"score\":70}" },
        { "wording.json",
          "{\"thanks\":[\"Thanks.\"],\"clarify\":{\"ask\":[\"Which one?\"],\"first\":[\"1st\"]}}" },
    };
    assert_diff(files_of(was, ARRAY_LEN(was)), files_of(is, ARRAY_LEN(is)),
                "changed term/bin (bin)\n"
                "  words: New: “bins”.\n"
                "changed term/gap (gap)\n"
                "  words.pcre: “a” became “b”.\n"
                "changed common/common (common)\n"
                "  words: New: “the”.\n"
                "changed wording/clarify (clarify)\n"
                "  clarify.ask: “Which?” became “Which one?”\n"
                "  clarify.first: New: “1st”.\n"
                "  clarify.first: Gone: “1”.\n"
                "changed wording/thanks (thanks)\n"
                "  thanks: “Ta.” became “Thanks.”\n"
                "changed thresholds/thresholds (thresholds)\n"
                "  score: 80 became 70.\n",
                "all kinds");
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_and_go_in_order),
        cmocka_unit_test(what_changed_is_said),
        cmocka_unit_test(what_is_no_object_is_said_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
