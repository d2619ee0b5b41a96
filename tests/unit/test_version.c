/* Versions of the knowledge base: numbered, whole, unchangeable. */
#include "kb/version.h"

#include "tests/unit/record_fixture.h"

static struct kb_files *files_of(const char *bins, const char *rules)
{
    struct kb_files *files = kb_files_new(STR(""));
    assert_non_null(files);
    assert_int_equal(kb_files_put(files, STR("bins.json"), str_of(bins)), 0);
    assert_int_equal(kb_files_put(files, STR("rules.json"), str_of(rules)), 0);
    assert_int_equal(kb_files_put(files, STR("teach/streets.json"), STR("{}")), 0);
    return files;
}

static int64_t add(struct tx *tx, const char *bins, const struct kb_version *v)
{
    struct kb_files *files = files_of(bins, "{ \"rules\": [] }");
    int64_t id = 0;
    assert_int_equal(kb_version_add(tx, v, files, &id), 0);
    (void)kb_files_free(files);
    return id;
}

static struct kb_version edies(int64_t at)
{
    return (struct kb_version){ .origin = STR("console"),
                                .staff_id = 4,
                                .by = STR("Edie Hall"),
                                .agreed_by = STR("Sam Moss"),
                                .note = STR("New rounds in Elm Close"),
                                .at = at };
}

static void a_version_is_given_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct kb_version v = edies(NOON), got = { .id = 0 };
    int64_t live = -1, first = 0;
    assert_int_equal(kb_version_live(f->tx, &live), 0);
    assert_int_equal(live, 0);
    first = add(f->tx, "one", &v);
    assert_int_equal(first, 1);
    assert_int_equal(kb_version_live(f->tx, &live), 0);
    assert_int_equal(live, 1);

    assert_int_equal(kb_version_get(f->tx, &f->arena, first, &got), 1);
    assert_str(got.origin, "console");
    assert_str(got.by, "Edie Hall");
    assert_str(got.agreed_by, "Sam Moss");
    assert_str(got.note, "New rounds in Elm Close");
    assert_int_equal(got.at, NOON);
    assert_int_equal(got.staff_id, 4);
    assert_int_equal(got.from_id, 0);

    struct kb_files *want = files_of("one", "{ \"rules\": [] }"), *files = NULL;
    char hash[17];
    kb_files_hash(want, hash);
    assert_str(got.hash, hash);
    assert_int_equal(kb_version_files(f->tx, first, &files), 1);
    assert_true(kb_files_equal(files, want));
    (void)kb_files_free(files);
    (void)kb_files_free(want);

    assert_int_equal(kb_version_get(f->tx, &f->arena, 2, &got), 0);
    assert_int_equal(kb_version_files(f->tx, 2, &files), 0);
}

static void bytes_are_kept_once(void **state)
{
    struct fixture *f = *state;
    struct kb_version v = edies(NOON);
    (void)add(f->tx, "one", &v);
    (void)add(f->tx, "two", &v);
    v.origin = STR("rollback");
    v.from_id = 1;
    assert_int_equal(add(f->tx, "one", &v), 3);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM kb_blob", 0), 4);

    struct kb_files *first = NULL, *third = NULL;
    assert_int_equal(kb_version_files(f->tx, 1, &first), 1);
    assert_int_equal(kb_version_files(f->tx, 3, &third), 1);
    assert_true(kb_files_equal(first, third));
    (void)kb_files_free(first);
    (void)kb_files_free(third);
    struct kb_version got;
    assert_int_equal(kb_version_get(f->tx, &f->arena, 3, &got), 1);
    assert_int_equal(got.from_id, 1);
}

static void the_database_lets_nobody_change_one(void **state)
{
    static const char *const forbidden[] = {
        "UPDATE kb_version SET note='x' WHERE id=1",
        "DELETE FROM kb_version WHERE id=1",
        "UPDATE kb_version_file SET name='x' WHERE version_id=1",
        "DELETE FROM kb_version_file WHERE version_id=1",
        "UPDATE kb_blob SET bytes=x'78' WHERE id=1",
    };
    struct fixture *f = *state;
    struct kb_version v = edies(NOON);
    int64_t id = add(f->tx, "one", &v);
    assert_int_equal(id, 1);
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
        assert_note(stmt_run(tx_stmt(f->tx, forbidden[i])) == ERR_DB, forbidden[i]);
}

static void the_folder_is_the_master_until_somebody_publishes(void **state)
{
    struct fixture *f = *state;
    struct kb_version v = { .origin = STR("folder"), .by = STR(""), .note = STR("At the start") };
    bool edited = true;
    (void)add(f->tx, "one", &v);
    assert_int_equal(kb_version_any_edited(f->tx, &edited), 0);
    assert_false(edited);
    v.origin = STR("import");
    (void)add(f->tx, "two", &v);
    v.origin = STR("folder");
    (void)add(f->tx, "three", &v);
    assert_int_equal(kb_version_any_edited(f->tx, &edited), 0);
    assert_true(edited);
}

struct seen {
    int64_t first, last, count;
};

static void see(const struct kb_version *v, void *data)
{
    struct seen *s = data;
    s->first = s->count++ ? s->first : v->id;
    s->last = v->id;
}

static void versions_come_a_page_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct kb_version v = edies(NOON);
    for (int i = 0; i < KB_VERSION_PAGE + 1; i++)
        (void)add(f->tx, "one", &v);
    struct seen first = { 0, 0, 0 }, second = { 0, 0, 0 };
    assert_int_equal(kb_version_page(f->tx, INT64_MAX, see, &first), 1);
    assert_int_equal(first.first, KB_VERSION_PAGE + 1);
    assert_int_equal(first.last, 2);
    assert_int_equal(first.count, KB_VERSION_PAGE);
    assert_int_equal(kb_version_page(f->tx, first.last, see, &second), 0);
    assert_int_equal(second.first, 1);
    assert_int_equal(second.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_version_is_given_back_as_it_was, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(bytes_are_kept_once, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_database_lets_nobody_change_one, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(the_folder_is_the_master_until_somebody_publishes,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(versions_come_a_page_at_a_time, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
