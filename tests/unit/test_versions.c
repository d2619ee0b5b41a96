/* Which version decides from a start on. */
#include "bot/versions.h"

#include "base/when.h"
#include "bot/x/x.h"
#include "tests/unit/kb_fixture.h"

static struct {
    struct fixture *f;
    struct conf conf;
    struct versions_options options;
    struct kb_live live;
    struct report report;
} t;

/* A folder of the test's own, which is version 1. */
static int setup(void **state)
{
    memset(&t, 0, sizeof t);
    (void)kb_fixture_setup(state);
    t.f = *state;
    t.report = REPORT_INIT;
    t.conf.kb_dir = t.f->dir;
    t.options = (struct versions_options){ &t.conf, t.f->dir, &x_text_rules };
    struct kb_files *files = kb_fixture_files();
    for (size_t i = 0; i < files->count; i++)
        write_file(t.f->dir, files->items[i].name.p, files->items[i].bytes);
    (void)kb_files_free(files);
    fixture_commit(t.f);
    return 0;
}

static int teardown(void **state)
{
    t.live.kb = kb_free(t.live.kb);
    report_release(&t.report);
    return kb_fixture_teardown(state);
}

static struct kb_files *changed_files(const char *from, const char *to)
{
    struct kb_files *files = kb_fixture_files();
    struct str bytes = kb_files_find(files, STR("bins.json"))->bytes;
    struct buf changed = BUF_INIT(1 << 20);
    const char *at = memmem(bytes.p, bytes.len, from, strlen(from));
    assert_non_null(at);
    (void)buf_add(&changed, str_cut(bytes, 0, (size_t)(at - bytes.p)));
    (void)buf_addf(&changed, "%s%s", to, at + strlen(from));
    assert_int_equal(kb_files_put(files, STR("bins.json"), buf_str(&changed)), 0);
    buf_release(&changed);
    return files;
}

static void change_folder(const char *from, const char *to)
{
    struct kb_files *files = changed_files(from, to);
    write_file(t.f->dir, "bins.json", kb_files_find(files, STR("bins.json"))->bytes);
    (void)kb_files_free(files);
}

static void add_version(const char *origin, const char *from, const char *to)
{
    struct kb_files *files = changed_files(from, to);
    (void)fixture_begin(t.f);
    (void)kb_fixture_add(t.f, files, origin);
    fixture_commit(t.f);
    (void)kb_files_free(files);
}

/* As kerbside serve begins. */
static int start(void)
{
    struct versions_folder folder = { NULL, NULL };
    bool there = false;
    assert_int_equal(versions_in_database(t.f->db, &there), 0);
    if (!there)
        assert_int_equal(versions_read_folder(&t.options, t.f->dir, &t.report, &folder), 0);
    int r = versions_begin(&t.options, t.f->db, &folder, NOON, &t.report, &t.live);
    versions_folder_release(&folder);
    return r;
}

static struct str reply_now(void)
{
    return kb_intent_named(t.live.kb, STR("bins.missed"))->replies.items[0];
}

static struct str versions_now(void)
{
    (void)fixture_begin(t.f);
    struct str text =
        text_of(t.f, "SELECT id || ' ' || origin || ' ' || by AS t FROM kb_version", 0);
    fixture_commit(t.f);
    return text;
}

static void the_folder_is_the_master_until_somebody_publishes(void **state)
{
    (void)state;
    assert_int_equal(start(), 0);
    assert_int_equal(t.live.version, 1); /* it is that already */
    change_folder("Sorry about that.", "Oh dear.");
    assert_int_equal(start(), 0);
    assert_int_equal(t.live.version, 2);
    assert_str(versions_now(), "1 folder Kerbside\n2 folder Kerbside\n");
    add_version("console", "Sorry about that.", "We are sorry.");
    assert_int_equal(start(), 0);
    assert_int_equal(t.live.version, 3);
    assert_str(reply_now(), "We are sorry. Report it here: {link}");
    change_folder("\"intents\"", "\"nothing\""); /* nobody reads it any more */
    assert_int_equal(start(), 0);
    assert_int_equal(t.live.version, 3);
    assert_int_equal(t.report.lines.len, 0);
}

static void the_newest_that_loads_decides(void **state)
{
    (void)state;
    add_version("console", "Sorry about that.", "We are sorry.");
    add_version("console", "(?&bin)", "(?&bin");
    add_version("console", "\"weight\": 80", "\"weight\": 8000");
    assert_int_equal(start(), 0);
    assert_int_equal(t.live.version, 2);
    assert_str(reply_now(), "We are sorry. Report it here: {link}");
    assert_non_null(strstr(buf_cstr(&t.report.lines),
                           "error: version 4 of the knowledge base can't decide with Kerbside "));
    assert_non_null(strstr(buf_cstr(&t.report.lines), "error: bins.json: bins.missed: match[0]: "));
    (void)fixture_begin(t.f);
    assert_str(
        text_of(t.f, "SELECT kind || ' ' || text AS t FROM event", 0),
        "kb.refused Version 4 of the knowledge base can't be loaded: version 2 decides until "
        "another is published. Mend what is named and publish it, or make an earlier version "
        "live again.\n");
}

static void the_folder_is_better_than_nothing(void **state)
{
    (void)state;
    (void)fixture_begin(t.f);
    for (int i = 0; i < 12; i++) {
        struct kb_files *files = changed_files("(?&bin)", "(?&bin");
        (void)kb_fixture_add(t.f, files, "import");
        (void)kb_files_free(files);
    }
    fixture_commit(t.f);
    assert_int_equal(start(), 0);
    assert_int_equal(t.live.version, 0);
    assert_str(reply_now(), "Sorry about that. Report it here: {link}");
    t.live.kb = kb_free(t.live.kb);
    change_folder("(?&bin)", "(?&bin");
    assert_int_equal(start(), ERR_BADINPUT);
    assert_null(t.live.kb);
}

static void a_database_from_before_has_none(void **state)
{
    (void)state;
    struct db *db = NULL;
    bool there = true;
    assert_int_equal(db_open(path_in(t.f->dir, "old.db"), DB_WRITER, &db, NULL), 0);
    assert_int_equal(versions_in_database(db, &there), 0);
    assert_false(there);
    (void)db_free(db);
}

#define versions_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        versions_test(the_folder_is_the_master_until_somebody_publishes),
        versions_test(the_newest_that_loads_decides),
        versions_test(the_folder_is_better_than_nothing),
        versions_test(a_database_from_before_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
