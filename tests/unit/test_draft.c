/* The draft: shared, an item at a time, over what is live. */
#include "kb/draft.h"

#include "kb/version.h"
#include "tests/unit/record_fixture.h"

static const char missed[] = "{\"id\":\"bins.missed\",\"title\":\"Missed bin\"}";

static int setup(void **state)
{
    (void)fixture_setup(state);
    struct fixture *f = *state;
    struct kb_files *files = kb_files_new(STR(""));
    struct kb_version v = { .origin = STR("folder"), .by = STR(""), .note = STR("") };
    int64_t id;
    assert_int_equal(kb_files_put(files, STR("bins.json"),
                                  STR("{\"intents\":[{\"id\":\"bins.missed\",\"title\":\"Missed "
                                      "bin\"},{\"id\":\"bins.day\"}]}")),
                     0);
    assert_int_equal(kb_version_add(f->tx, &v, files, &id), 0);
    (void)kb_files_free(files);
    return 0;
}

static struct kb_draft_item item(const char *id, const char *body, const char *base)
{
    return (struct kb_draft_item){ .kind = KB_INTENT,
                                   .id = str_of(id),
                                   .body = str_of(body),
                                   .base = str_of(base),
                                   .staff_id = 4,
                                   .by = STR("Edie Hall"),
                                   .at = NOON };
}

/* Saves, and gives the item's new revision; KB_DRAFT_STALE gives -1. */
static int64_t save(struct fixture *f, const char *id, const char *body, const char *base,
                    int64_t seen)
{
    struct kb_draft_item d = item(id, body, base);
    int r = kb_draft_save(f->tx, &d, seen);
    assert_true(r == KB_DRAFT_DONE || r == KB_DRAFT_STALE);
    return r == KB_DRAFT_STALE ? -1 : d.revision;
}

static int64_t revision(struct fixture *f)
{
    int64_t n = -1;
    assert_int_equal(kb_draft_revision(f->tx, &n), 0);
    return n;
}

static void every_change_has_a_revision(void **state)
{
    struct fixture *f = *state;
    struct kb_draft_item d;
    assert_int_equal(revision(f), 0);
    assert_int_equal(save(f, "bins.missed", "{\"id\":\"bins.missed\"}", missed, 0), 1);
    assert_int_equal(save(f, "bins.new", "{\"id\":\"bins.new\"}", "", 0), 2);
    assert_int_equal(save(f, "bins.missed", "", missed, 1), 3);
    assert_int_equal(revision(f), 3);

    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.new"), &d), 1);
    assert_int_equal(d.revision, 2);
    assert_str(d.body, "{\"id\":\"bins.new\"}");
    assert_str(d.base, "");
    assert_str(d.by, "Edie Hall");
    assert_int_equal(d.at, NOON);
    assert_int_equal(d.staff_id, 4);
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.missed"), &d), 1);
    assert_str(d.body, "");
    assert_str(d.base, missed);
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_RULE, STR("bins.new"), &d), 0);
}

static void the_second_of_two_writers_is_told(void **state)
{
    struct fixture *f = *state;
    struct kb_draft_item d;
    assert_int_equal(save(f, "bins.day", "{\"id\":\"bins.day\",\"called\":\"a\"}", "{}", 0), 1);
    assert_int_equal(save(f, "bins.day", "{\"id\":\"bins.day\",\"called\":\"b\"}", "{}", 0), -1);
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.day"), &d), 1);
    assert_str(d.body, "{\"id\":\"bins.day\",\"called\":\"a\"}");
    assert_int_equal(revision(f), 1);
    /* another item is no concern of theirs */
    assert_int_equal(save(f, "bins.missed", "", missed, 0), 2);
    assert_int_equal(save(f, "bins.day", "{\"id\":\"bins.day\",\"called\":\"b\"}", "{}", 1), 3);
    assert_int_equal(kb_draft_discard(f->tx, KB_INTENT, STR("bins.day"), 1), KB_DRAFT_STALE);
    assert_int_equal(kb_draft_discard(f->tx, KB_INTENT, STR("bins.day"), 3), KB_DRAFT_DONE);
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.day"), &d), 0);
    assert_int_equal(revision(f), 4); /* the draft is another one than at 3 */
    assert_int_equal(kb_draft_discard(f->tx, KB_INTENT, STR("bins.day"), 0), KB_DRAFT_DONE);
    assert_int_equal(revision(f), 4);
}

static void what_is_live_is_no_change(void **state)
{
    struct fixture *f = *state;
    struct kb_draft_item d;
    assert_int_equal(
        save(f, "bins.missed", "{ \"title\": \"Missed bin\", \"id\": \"bins.missed\" }", missed, 0),
        0);
    assert_int_equal(revision(f), 0);
    assert_int_equal(save(f, "bins.missed", "", missed, 0), 1);
    assert_int_equal(save(f, "bins.missed", missed, missed, 1), 0);
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.missed"), &d), 0);
    assert_int_equal(revision(f), 2);
}

static int add_name(const struct kb_draft_item *d, void *data)
{
    return buf_addf(data, "%s/%.*s ", kb_item_kind_name(d->kind).p, STR_ARG(d->id));
}

static int stop_at_once(const struct kb_draft_item *d, void *data)
{
    (void)d;
    ++*(int *)data;
    return 7;
}

static void items_come_in_order(void **state)
{
    static const struct {
        enum kb_item_kind kind;
        const char *id;
    } rows[] = { { KB_TERM, "bin" }, { KB_RULE, "b" }, { KB_RULE, "a" }, { KB_INTENT, "z.z" } };
    struct fixture *f = *state;
    struct buf names = BUF_INIT(4096);
    int count = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct kb_draft_item d = item(rows[i].id, "[]", "");
        d.kind = rows[i].kind;
        assert_int_equal(kb_draft_save(f->tx, &d, 0), KB_DRAFT_DONE);
    }
    assert_int_equal(kb_draft_each(f->tx, add_name, &names), 0);
    assert_str(buf_str(&names), "intent/z.z rule/a rule/b term/bin ");
    buf_release(&names);
    assert_int_equal(kb_draft_each(f->tx, stop_at_once, &count), 7);
    assert_int_equal(count, 1);
}

static void the_draft_lies_over_what_is_live(void **state)
{
    struct fixture *f = *state;
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL, *live = NULL;
    assert_int_equal(kb_version_files(f->tx, 1, &live), 1);
    assert_int_equal(kb_draft_files(f->tx, &report, &files), 0);
    assert_true(kb_files_equal(files, live));
    (void)kb_files_free(files);
    (void)kb_files_free(live);

    (void)save(f, "bins.missed", "", missed, 0);
    (void)save(f, "roads.ice", "{\"id\":\"roads.ice\"}", "", 0);
    assert_int_equal(kb_draft_files(f->tx, &report, &files), 0);
    assert_int_equal(files->count, 2);
    assert_str(files->items[0].bytes,
               "{\n  \"intents\": [\n    { \"id\": \"bins.day\" }\n  ]\n}\n");
    assert_str(files->items[1].name, "roads.json");
    (void)kb_files_free(files);

    (void)save(f, "roads.ice", "{\"id\":\"roads.rain\"}", "", 2);
    (void)save(f, "roads.fog", "[]", "", 0);
    assert_int_equal(kb_draft_files(f->tx, &report, &files), ERR_BADINPUT);
    assert_report(&report, "error: roads.fog: must be an object\n"
                           "error: roads.ice: its \"id\" must be the item's name, \"roads.ice\"\n");
}

/* An editor can add one item after the other, until there are too many: they are told which. */
static void a_draft_can_be_too_much(void **state)
{
    struct fixture *f = *state;
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    char id[32], body[64];
    for (int i = 0; i < KB_FILES_MAX; i++) {
        (void)snprintf(id, sizeof id, "z%03d.x", i);
        (void)snprintf(body, sizeof body, "{\"id\":\"%s\"}", id);
        (void)save(f, id, body, "", 0);
    }
    assert_int_equal(kb_draft_files(f->tx, &report, &files), ERR_BADINPUT);
    assert_report(&report, "error: z199.json: would be larger than 8388608 bytes, or one of more "
                           "than 200 files\n");
}

static void without_a_version_the_draft_is_all_there_is(void **state)
{
    struct fixture *f = *state;
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    (void)save(f, "roads.ice", "{\"id\":\"roads.ice\"}", "", 0);
    assert_int_equal(kb_draft_files(f->tx, &report, &files), 0);
    assert_int_equal(files->count, 1);
    (void)kb_files_free(files);
    report_release(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_change_has_a_revision, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_second_of_two_writers_is_told, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_live_is_no_change, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(items_come_in_order, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_draft_lies_over_what_is_live, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_draft_can_be_too_much, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(without_a_version_the_draft_is_all_there_is, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
