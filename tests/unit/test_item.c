/* Items of a knowledge base, and the one way that its files are written. */
#include "kb/item.h"

#include "tests/unit/support.h"

static const char bins[] = "{\"intents\": [{\"id\": \"bins.missed\", \"title\": \"Missed bin\"},\n"
                           " {\"id\": \"bins.day\", \"title\": \"Bin day\"}] }";

static struct kb_files *some_files(void)
{
    static const char *const files[][2] = {
        { "bins.json", bins },
        { "notices.json", "{\"notices\":[{\"id\":\"snow\",\"text\":\"Snow.\"}]}" },
        { "odd.json", "{\"intents\":[{\"id\":\"roads.hole\"}]}" },
        { "rules.json", "{\"rules\":[{\"id\":\"danger.gas\",\"kind\":\"sensitive\"}]}" },
        { "teach/streets.json", "not even JSON" },
        { "terms.json", "{\"terms\":{\"bin\":[\"bin\",\"bins\"],\"gap\":{\"pcre\":\"x\"}},"
                        "\"common\":[\"a\"]}" },
        { "thresholds.json", "{\"score\":80}" },
        { "wording.json", "{\"thanks\":[\"Ta.\"],\"private_footer\":\"Automatic.\"}" },
    };
    struct kb_files *f = kb_files_new(STR(""));
    assert_non_null(f);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        assert_int_equal(kb_files_put(f, str_of(files[i][0]), str_of(files[i][1])), 0);
    return f;
}

struct fixture {
    struct kb_files *files;
    struct kb_items *items;
    struct report report;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->report = REPORT_INIT;
    f->files = some_files();
    assert_int_equal(kb_items_new(f->files, &f->report, &f->items), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    (void)kb_items_free(f->items);
    (void)kb_files_free(f->files);
    report_release(&f->report);
    free(f);
    return 0;
}

static int add_name(const struct kb_item *item, void *data)
{
    return buf_addf(data, "%s/%.*s %.*s\n", kb_item_kind_name(item->kind).p, STR_ARG(item->id),
                    STR_ARG(item->file));
}

static void assert_items(const struct kb_items *items, const char *want)
{
    struct buf names = BUF_INIT(65536);
    assert_int_equal(kb_items_each(items, add_name, &names), 0);
    assert_str(buf_str(&names), want);
    buf_release(&names);
}

static int put(struct fixture *f, enum kb_item_kind kind, const char *id, const char *body)
{
    cJSON *tree = body ? cJSON_Parse(body) : NULL;
    assert_true(!body || tree);
    int r = kb_items_put(f->items, kind, str_of(id), tree, &f->report);
    cJSON_Delete(tree);
    return r;
}

static struct kb_files *files_now(struct fixture *f)
{
    struct kb_files *now = NULL;
    assert_int_equal(kb_items_files(f->items, &f->report, &now), 0);
    return now;
}

/* The file is @want, NULL: gone. */
static void assert_file(struct fixture *f, const char *name, const char *want)
{
    struct kb_files *now = files_now(f);
    const struct kb_file *file = kb_files_find(now, str_of(name));
    assert_int_equal(!file, !want);
    if (file)
        assert_str_note(file->bytes, want, name);
    (void)kb_files_free(now);
}

static void all_kinds_are_visited_in_their_order(void **state)
{
    struct fixture *f = *state;
    assert_items(f->items, "intent/bins.missed bins.json\nintent/bins.day bins.json\n"
                           "intent/roads.hole odd.json\nrule/danger.gas rules.json\n"
                           "term/bin terms.json\nterm/gap terms.json\ncommon/common terms.json\n"
                           "notice/snow notices.json\nwording/thanks wording.json\n"
                           "wording/private_footer wording.json\n"
                           "thresholds/thresholds thresholds.json\n");
    for (int k = 0; k < KB_ITEM_KINDS; k++) {
        enum kb_item_kind kind;
        assert_true(kb_item_kind_named(kb_item_kind_name((enum kb_item_kind)k), &kind));
        assert_int_equal(kind, k);
    }
    assert_false(kb_item_kind_named(STR("teach"), &(enum kb_item_kind){ KB_INTENT }));
}

static void what_did_not_change_is_the_same_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    struct kb_files *now = files_now(f);
    assert_true(kb_files_equal(now, f->files));
    (void)kb_files_free(now);
    /* the same body in other white space and order, and what isn't there taken away */
    assert_int_equal(put(f, KB_INTENT, "bins.day", "{\"title\":\"Bin day\",\"id\":\"bins.day\"}"),
                     0);
    assert_int_equal(put(f, KB_INTENT, "bins.none", NULL), 0);
    assert_file(f, "bins.json", bins);
    assert_int_equal(put(f, KB_RULE, "danger.gas", "{\"id\":\"danger.gas\",\"kind\":\"troll\"}"),
                     0);
    assert_file(f, "bins.json", bins);
    assert_file(f, "rules.json",
                "{\n  \"rules\": [\n    { \"id\": \"danger.gas\", \"kind\": \"troll\" }\n  ]\n}\n");
}

static void items_are_put_where_their_kind_stands(void **state)
{
    static const struct {
        enum kb_item_kind kind;
        const char *id, *body, *file, *want;
    } rows[] = {
        { KB_INTENT, "roads.ice", "{\"id\":\"roads.ice\"}", "roads.json",
          "{\n  \"intents\": [\n    { \"id\": \"roads.ice\" }\n  ]\n}\n" },
        { KB_INTENT, "roads.hole", "{\"id\":\"roads.hole\",\"called\":\"a hole\"}", "odd.json",
          "{\n  \"intents\": [\n    { \"id\": \"roads.hole\", \"called\": \"a hole\" }\n  ]\n}\n" },
        { KB_INTENT, "bins.missed", NULL, "bins.json",
          "{\n  \"intents\": [\n    { \"id\": \"bins.day\", \"title\": \"Bin day\" }\n  ]\n}\n" },
        { KB_INTENT, "roads.hole", NULL, "odd.json", NULL },
        { KB_TERM, "bin", "[\"bin\",\"binn\"]", "terms.json",
          "{\n  \"terms\": {\n    \"bin\": [\"bin\", \"binn\"],\n    \"gap\": { \"pcre\": \"x\" "
          "}\n "
          " },\n  \"common\": [\"a\"]\n}\n" },
        { KB_TERM, "tip", "[\"tip\"]", "terms.json",
          "{\n  \"terms\": {\n    \"bin\": [\"bin\", \"bins\"],\n    \"gap\": { \"pcre\": \"x\" "
          "},\n    \"tip\": [\"tip\"]\n  },\n  \"common\": [\"a\"]\n}\n" },
        { KB_COMMON, "common", "[\"a\",\"the\"]", "terms.json",
          "{\n  \"terms\": {\n    \"bin\": [\"bin\", \"bins\"],\n    \"gap\": { \"pcre\": \"x\" "
          "}\n "
          " },\n  \"common\": [\"a\", \"the\"]\n}\n" },
        { KB_NOTICE, "snow", NULL, "notices.json", "{\n  \"notices\": []\n}\n" },
        { KB_CANNED, "ta", "{\"id\":\"ta\"}", "canned.json",
          "{\n  \"canned\": [\n    { \"id\": \"ta\" }\n  ]\n}\n" },
        { KB_INCIDENT, "flood", "{\"id\":\"flood\"}", "incidents.json",
          "{\n  \"incidents\": [\n    { \"id\": \"flood\" }\n  ]\n}\n" },
        { KB_WORDING, "thanks", NULL, "wording.json",
          "{\n  \"private_footer\": \"Automatic.\"\n}\n" },
        { KB_WORDING, "danger", "[\"Ring 999.\"]", "wording.json",
          "{\n  \"thanks\": [\"Ta.\"],\n  \"private_footer\": \"Automatic.\",\n  \"danger\": "
          "[\"Ring 999.\"]\n}\n" },
        { KB_THRESHOLDS, "thresholds", "{\"score\":70}", "thresholds.json",
          "{\n  \"score\": 70\n}\n" },
        { KB_ELECTION, "election", "{\"team\":\"communications\"}", "election.json",
          "{\n  \"team\": \"communications\"\n}\n" },
        { KB_THRESHOLDS, "thresholds", NULL, "thresholds.json", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        void *own = NULL;
        (void)setup(&own);
        struct fixture *f = own;
        assert_note(put(f, rows[i].kind, rows[i].id, rows[i].body) == 0, rows[i].id);
        assert_file(f, rows[i].file, rows[i].want);
        /* what was put can be put back */
        const cJSON *was = NULL;
        struct kb_items *before = NULL;
        assert_int_equal(kb_items_new(f->files, &f->report, &before), 0);
        was = kb_items_get(before, rows[i].kind, str_of(rows[i].id));
        assert_int_equal(kb_items_put(f->items, rows[i].kind, str_of(rows[i].id), was, &f->report),
                         0);
        assert_note(kb_item_same(was, kb_items_get(f->items, rows[i].kind, str_of(rows[i].id))),
                    rows[i].id);
        (void)kb_items_free(before);
        (void)teardown(&own);
    }
    (void)state;
}

static void what_can_be_no_item_is_refused(void **state)
{
    static const struct {
        enum kb_item_kind kind;
        const char *id, *body, *fault;
    } rows[] = {
        { KB_INTENT, "bins.day", "{\"id\":\"bins.other\"}",
          "bins.day: its \"id\" must be the item's name, \"bins.day\"" },
        { KB_INTENT, "bins.new", "[]", "bins.new: must be an object" },
        { KB_INTENT, "bins.new", "{}", "its \"id\" must be" },
        { KB_INTENT, "../etc", "{\"id\":\"../etc\"}", "a name must be 1 to 80" },
        { KB_INTENT, "", "{\"id\":\"\"}", "a name must be" },
        { KB_INTENT, "bins missed", "{\"id\":\"bins missed\"}", "a name must be" },
        { KB_INTENT, "terms.new", "{\"id\":\"terms.new\"}",
          "would be its file, and terms.json holds something else" },
        { KB_ELECTION, "may", "{}",
          "there is only one item of this kind, and it is called election" },
        { KB_THRESHOLDS, "thresholds", "7", "must be an object" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_note(put(f, rows[i].kind, rows[i].id, rows[i].body) == ERR_BADINPUT, rows[i].id);
        assert_reported(&f->report, rows[i].fault, rows[i].id);
        report_release(&f->report);
    }
    struct kb_files *now = files_now(f);
    assert_true(kb_files_equal(now, f->files));
    (void)kb_files_free(now);
}

static void broken_files_are_all_reported(void **state)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = some_files();
    struct kb_items *items = NULL;
    assert_int_equal(kb_files_put(files, STR("bins.json"), STR("{")), 0);
    assert_int_equal(kb_files_put(files, STR("rules.json"), STR("{\"rules\":{}}")), 0);
    assert_int_equal(kb_files_put(files, STR("terms.json"), STR("{\"terms\":[]}")), 0);
    assert_int_equal(kb_files_put(files, STR("wording.json"), STR("[]")), 0);
    assert_int_equal(kb_items_new(files, &report, &items), ERR_BADINPUT);
    assert_report(&report, "error: bins.json:1:1: not JSON from here on\n"
                           "error: rules.json: \"rules\" must be a list\n"
                           "error: terms.json: \"terms\" must be an object\n"
                           "error: wording.json: must be a JSON object\n");
    (void)kb_files_free(files);
    (void)state;
}

/* ------------------------------------------------------------------------------------------------
 * the way they are written */

static void assert_format(const char *json, const char *want, const char *note)
{
    struct buf out = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
    cJSON *tree = cJSON_Parse(json);
    assert_non_null(tree);
    assert_int_equal(kb_format(tree, &out), 0);
    if (want)
        assert_str_note(buf_str(&out), want, note);
    cJSON *back = cJSON_Parse(buf_cstr(&out));
    assert_note(kb_item_same(tree, back), note);
    assert_int_equal(kb_format(back, &again), 0);
    assert_str_note(buf_str(&again), buf_cstr(&out), note);
    cJSON_Delete(tree);
    cJSON_Delete(back);
    buf_release(&out);
    buf_release(&again);
}

#define WORD "\"ten characters\","
#define FOUR_WORDS \
    "\"ten characters\", \"ten characters\", \"ten characters\", \"ten characters\", "
#define PATTERN "(?&bin) (?&near)(?&not_been) (?&gap)(?&emptied) or what"
static void files_have_one_form(void **state)
{
    static const struct {
        const char *note, *json, *want;
    } rows[] = {
        { "the file itself is never on one line", "{\"a\":1,\"b\":true,\"c\":null}",
          "{\n  \"a\": 1,\n  \"b\": true,\n  \"c\": null\n}\n" },
        { "empty", "{\"a\":[],\"b\":{}}", "{\n  \"a\": [],\n  \"b\": {}\n}\n" },
        { "words", "{\"a\":[\"bin\",\"bins\"]}", "{\n  \"a\": [\"bin\", \"bins\"]\n}\n" },
        { "many words are filled", "{\"a\":[" WORD WORD WORD WORD WORD WORD "\"bin\"]}",
          "{\n  \"a\": [\n    " FOUR_WORDS
          "\"ten characters\",\n    \"ten characters\", \"bin\"\n  ]\n}\n" },
        { "sentences have a line each",
          "{\"a\":[\"This is a sentence that says more than a word does.\",\"No.\"]}",
          "{\n  \"a\": [\n    \"This is a sentence that says more than a word does.\",\n    "
          "\"No.\"\n  ]\n}\n" },
        { "a pattern is one line, however long",
          "{\"a\":[{\"pcre\":\"" PATTERN PATTERN "\",\"weight\":80}]}",
          "{\n  \"a\": [\n    { \"pcre\": \"" PATTERN PATTERN "\", \"weight\": 80 }\n  ]\n}\n" },
        { "an object that doesn't fit is spread",
          "{\"a\":{\"b\":\"" PATTERN "\",\"c\":\"" PATTERN "\",\"d\":1}}",
          "{\n  \"a\": {\n    \"b\": \"" PATTERN "\",\n    \"c\": \"" PATTERN
          "\",\n    \"d\": 1\n  }\n}\n" },
        { "signs", "{\"a\":\"caf\\u00e9 \\\"x\\\" \\\\ \\n \\u0001 \\ud83d\\udc4f\"}",
          "{\n  \"a\": \"café \\\"x\\\" \\\\ \\n \\u0001 👏\"\n}\n" },
        { "numbers", "{\"a\":[0.5,-3,1795000000,9007199254740991,1e-7]}",
          "{\n  \"a\": [0.5, -3, 1795000000, 9007199254740991, 1e-07]\n}\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_format(rows[i].json, rows[i].want, rows[i].note);
    (void)state;
}

/* Whoever edits them by hand keeps to it, so that an edit in the console changes only its lines. */
static void the_shipped_files_have_that_form(void **state)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    assert_int_equal(kb_files_read(SOURCE_DIR "/kb/content", &report, &files), 0);
    for (size_t i = 0; i < files->count; i++) {
        struct kb_file *file = &files->items[i];
        if (!str_starts(file->name, STR("teach/")))
            assert_format(file->bytes.p, file->bytes.p, file->name.p);
    }
    (void)kb_files_free(files);
    report_release(&report);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_kinds_are_visited_in_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(what_did_not_change_is_the_same_byte_for_byte, setup,
                                        teardown),
        cmocka_unit_test(items_are_put_where_their_kind_stands),
        cmocka_unit_test_setup_teardown(what_can_be_no_item_is_refused, setup, teardown),
        cmocka_unit_test(broken_files_are_all_reported),
        cmocka_unit_test(files_have_one_form),
        cmocka_unit_test(the_shipped_files_have_that_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
