/* Against real files: what SQLite promises is only worth what our settings keep of it. */
#include "base/db.h"

#include "base/log.h"
#include "tests/unit/support.h"

static const char *const steps[] = {
    "CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE, size REAL, raw BLOB)"
    " STRICT",
    "ALTER TABLE note ADD COLUMN at INTEGER NOT NULL DEFAULT 7;"
    "CREATE TABLE link(note_id INTEGER NOT NULL REFERENCES note(id)) STRICT",
    "UPDATE note SET at = at + 1",
};

static const char q_add[] = "INSERT INTO note(body, size, raw) VALUES(?1, ?2, ?3)";
static const char q_count[] = "SELECT count(*) AS n FROM note";
static const char q_all[] = "SELECT id, body, size, raw FROM note ORDER BY id";
static const char q_link[] = "INSERT INTO link(note_id) VALUES(?1)";
static const char q_broken[] = "SELECT nothing FROM nowhere";
static const char q_at[] = "SELECT max(at) AS at FROM note";
static const char q_version[] = "SELECT folder, version FROM schema_version";
static const char q_mode[] = "PRAGMA journal_mode";
static const char q_sync[] = "PRAGMA synchronous";

static struct db *open_db(const char *dir, enum db_use use)
{
    struct db *db = NULL;
    const char *why = NULL;
    if (db_open(path_in(dir, "x.db"), use, &db, &why) < 0)
        fail_msg("%s", why);
    return db;
}

static struct db *open_migrated(const char *dir)
{
    struct db *db = open_db(dir, DB_WRITER);
    assert_int_equal(db_migrate(db, "notes", steps, ARRAY_LEN(steps)), 0);
    return db;
}

static struct tx *begin(struct db *db, enum tx_use use)
{
    struct tx *tx = NULL;
    assert_int_equal(tx_begin(db, use, &tx), 0);
    assert_non_null(tx);
    return tx;
}

static int add_note(struct tx *tx, const char *body)
{
    struct stmt *q = tx_stmt(tx, q_add);
    stmt_bind_str(q, 1, str_of(body));
    stmt_bind_double(q, 2, 0.5);
    stmt_bind_blob(q, 3, "\0\xff", 2);
    return stmt_run(q);
}

static int64_t one_int(struct tx *tx, const char *sql, const char *column)
{
    struct stmt *q = tx_stmt(tx, sql);
    assert_int_equal(stmt_next(q), 1);
    int64_t n = col_int64(q, column);
    stmt_done(q);
    return n;
}

static int64_t count_notes(struct db *db)
{
    struct tx *tx = begin(db, TX_READ);
    int64_t n = one_int(tx, q_count, "n");
    tx_rollback(tx);
    return n;
}

static void test_open(void **state)
{
    const char *dir = *state;
    struct db *db = NULL;
    const char *why = NULL;
    assert_int_equal(db_open(path_in(dir, "none/x.db"), DB_WRITER, &db, &why), ERR_DB);
    assert_non_null(strstr(why, "none/x.db: unable to open"));
    assert_int_equal(db_open(path_in(dir, "none.db"), DB_READER, &db, NULL), ERR_DB);
    write_text(dir, "text.db",
               "This is a letter to the council and no database, sorry. It is long "
               "enough to be told from an empty file, which is a database.");
    assert_int_equal(db_open(path_in(dir, "text.db"), DB_WRITER, &db, &why), ERR_DB);
    assert_non_null(strstr(why, "text.db: file is not a database"));
    assert_null(db);
    assert_null(db_free(NULL));

    db = open_migrated(dir);
    struct tx *tx = begin(db, TX_READ);
    struct stmt *q = tx_stmt(tx, q_mode);
    assert_int_equal(stmt_next(q), 1);
    assert_str(col_str(q, "journal_mode"), "wal");
    stmt_done(q);
    assert_int_equal(one_int(tx, q_sync, "synchronous"), 2); /* full */
    tx_rollback(tx);
    db = db_free(db);
}

static void test_statements(void **state)
{
    struct db *db = open_migrated(*state);
    struct tx *tx = begin(db, TX_WRITE);
    assert_int_equal(add_note(tx, "a \"bin\"; DROP TABLE note"), 0);
    assert_int_equal(tx_last_id(tx), 1);
    assert_int_equal(tx_changes(tx), 1);
    struct stmt *q = tx_stmt(tx, q_add);
    assert_ptr_equal(q, tx_stmt(tx, q_add)); /* prepared once */
    stmt_bind_str(q, 1, str_of(NULL));       /* the empty text, not null */
    stmt_bind_null(q, 2);
    stmt_bind_blob(q, 3, NULL, 0);
    assert_int_equal(stmt_run(q), 0);

    q = tx_stmt(tx, q_all);
    assert_int_equal(stmt_next(q), 1);
    assert_int_equal(col_int64(q, "id"), 1);
    assert_str(col_str(q, "body"), "a \"bin\"; DROP TABLE note");
    assert_true(col_double(q, "size") == 0.5);
    assert_int_equal(col_str(q, "raw").len, 2);
    assert_memory_equal(col_str(q, "raw").p, "\0\xff", 2);
    assert_false(col_null(q, "size"));
    assert_int_equal(stmt_next(q), 1);
    assert_str(col_str(q, "body"), "");
    assert_false(col_null(q, "body"));
    assert_true(col_null(q, "size"));
    assert_true(col_double(q, "size") == 0 && col_str(q, "size").len == 0);
    assert_int_equal(stmt_next(q), 0);
    assert_int_equal(stmt_next(q), 1); /* reset itself: from the start again */
    stmt_done(q);
    assert_int_equal(tx_commit(tx), 0);
    db = db_free(db);
}

static void test_errors_stick(void **state)
{
    struct db *db = open_migrated(*state);
    log_setup(LOG_ERROR + 1, LOG_TEXT); /* the faults below are meant */
    struct tx *tx = begin(db, TX_WRITE);
    assert_int_equal(add_note(tx, "one"), 0);
    assert_int_equal(add_note(tx, "one"), ERR_EXISTS);

    struct stmt *q = tx_stmt(tx, q_add);
    stmt_bind_int64(q, 9, 1); /* there is no ninth */
    stmt_bind_str(q, 1, STR("two"));
    assert_int_equal(stmt_run(q), ERR_DB);
    assert_int_equal(add_note(tx, "two"), 0); /* and it is forgotten behind the run */

    stmt_bind_null(q, 1);
    assert_int_equal(stmt_run(q), ERR_DB); /* NOT NULL is a fault, not "exists" */
    stmt_bind_str(q, 1, STR("three"));
    stmt_bind_str(q, 2, STR("no number"));
    assert_int_equal(stmt_run(q), ERR_DB); /* STRICT */

    q = tx_stmt(tx, q_broken);
    stmt_bind_int64(q, 1, 1);
    assert_int_equal(stmt_run(q), ERR_DB);
    assert_int_equal(stmt_run(tx_stmt(tx, q_broken)), ERR_DB);

    q = tx_stmt(tx, q_link);
    stmt_bind_int64(q, 1, 99);
    assert_int_equal(stmt_run(q), ERR_DB); /* foreign keys are on */
    assert_int_equal(one_int(tx, q_count, "n"), 2);
    assert_int_equal(tx_commit(tx), 0);
    log_setup(LOG_INFO, LOG_TEXT);
    db = db_free(db);
}

static void test_commit_stays(void **state)
{
    struct db *db = open_migrated(*state);
    struct tx *tx = begin(db, TX_WRITE);
    assert_int_equal(add_note(tx, "kept"), 0);
    assert_int_equal(tx_commit(tx), 0);
    tx = begin(db, TX_WRITE);
    assert_int_equal(add_note(tx, "taken back"), 0);
    tx_rollback(tx);
    tx = begin(db, TX_WRITE);
    assert_int_equal(add_note(tx, "never committed"), 0);
    db = db_free(db); /* with the transaction open */
    db = open_migrated(*state);
    assert_int_equal(count_notes(db), 1);
    db = db_free(db);
}

static void test_savepoints(void **state)
{
    struct db *db = open_migrated(*state);
    struct tx *tx = begin(db, TX_WRITE);
    assert_int_equal(add_note(tx, "before"), 0);
    for (int i = 0; i < 3; i++) {
        char body[20];
        (void)snprintf(body, sizeof body, "message %d", i);
        assert_int_equal(tx_savepoint(tx), 0);
        assert_int_equal(add_note(tx, body), 0);
        if (i == 1) /* one message fails and costs only itself */
            assert_int_equal(tx_savepoint_undo(tx), 0);
        else
            assert_int_equal(tx_savepoint_keep(tx), 0);
    }
    assert_int_equal(tx_commit(tx), 0);
    db = db_free(db);
    db = open_migrated(*state);
    assert_int_equal(count_notes(db), 3);
    tx = begin(db, TX_WRITE);
    assert_int_equal(add_note(tx, "message 1"), 0);
    assert_int_equal(add_note(tx, "message 2"), ERR_EXISTS);
    tx_rollback(tx);
    db = db_free(db);
}

static void test_migrate(void **state)
{
    const char *dir = *state;
    for (size_t from = 0; from <= ARRAY_LEN(steps); from++) {
        struct db *db = open_db(dir, DB_WRITER);
        assert_int_equal(db_migrate(db, "notes", steps, from), 0);
        if (from > 0) {
            struct tx *tx = begin(db, TX_WRITE);
            assert_int_equal(add_note(tx, "old"), 0);
            assert_int_equal(tx_commit(tx), 0);
        }
        db = db_free(db);
        db = open_db(dir, DB_WRITER);
        for (int again = 0; again < 2; again++) /* each step runs once */
            assert_int_equal(db_migrate(db, "notes", steps, ARRAY_LEN(steps)), 0);
        struct tx *tx = begin(db, TX_READ);
        assert_int_equal(one_int(tx, q_version, "version"), ARRAY_LEN(steps));
        assert_int_equal(one_int(tx, q_count, "n"), from > 0);
        assert_int_equal(one_int(tx, q_at, "at"), from == 0 ? 0 : from == 3 ? 7 : 8);
        tx_rollback(tx);
        db = db_free(db);
        for (size_t i = 0; i < 3; i++) {
            static const char *const files[] = { "x.db", "x.db-wal", "x.db-shm" };
            (void)remove(path_in(dir, files[i]));
        }
    }
}

static void test_migrate_refuses(void **state)
{
    const char *dir = *state;
    struct db *db = open_migrated(dir);
    assert_int_equal(db_migrate(db, "notes", steps, 2), ERR_NEWER);
    assert_int_equal(db_migrate(db, "other", steps, 0), 0); /* folders count for themselves */

    static const char *const bad[] = {
        "CREATE TABLE bad(id INTEGER PRIMARY KEY) STRICT",
        "INSERT INTO bad(id) VALUES(1); INSERT INTO nowhere VALUES(1)",
    };
    log_setup(LOG_ERROR + 1, LOG_TEXT);
    assert_int_equal(db_migrate(db, "bad", bad, 2), ERR_DB); /* all steps or none */
    log_setup(LOG_INFO, LOG_TEXT);
    assert_int_equal(db_migrate(db, "bad", bad, 1), 0);
    struct tx *tx = begin(db, TX_READ); /* usable after a refusal */
    tx_rollback(tx);
    db = db_free(db);
}

static void test_reader(void **state)
{
    struct db *writer = open_migrated(*state), *reader = open_db(*state, DB_READER);
    struct tx *tx = begin(writer, TX_WRITE);
    assert_int_equal(add_note(tx, "one"), 0);
    assert_int_equal(count_notes(reader), 0); /* sees what is committed, and doesn't wait */
    assert_int_equal(tx_commit(tx), 0);
    assert_int_equal(count_notes(reader), 1);

    tx = begin(reader, TX_READ);
    assert_int_equal(one_int(tx, q_count, "n"), 1);
    struct tx *more = begin(writer, TX_WRITE);
    assert_int_equal(add_note(more, "two"), 0);
    assert_int_equal(tx_commit(more), 0);
    assert_int_equal(one_int(tx, q_count, "n"), 1); /* one picture for the whole transaction */
    log_setup(LOG_ERROR + 1, LOG_TEXT);
    assert_int_equal(add_note(tx, "from the reader"), ERR_DB);
    tx_rollback(tx);
    tx = begin(reader, TX_WRITE); /* SQLite begins it for reading */
    assert_int_equal(add_note(tx, "from the reader"), ERR_DB);
    tx_rollback(tx);
    assert_int_equal(db_migrate(reader, "notes", steps, ARRAY_LEN(steps)), ERR_DB);
    log_setup(LOG_INFO, LOG_TEXT);
    assert_int_equal(count_notes(reader), 2);
    reader = db_free(reader);
    writer = db_free(writer);
}

static void add_notes(struct db *db, int from, int to)
{
    for (int n = from; n < to; n++) {
        struct tx *tx = begin(db, TX_WRITE);
        char body[30];
        (void)snprintf(body, sizeof body, "note %d", n);
        assert_int_equal(add_note(tx, body), 0);
        assert_int_equal(tx_commit(tx), 0);
    }
}

static void test_log_left(void **state)
{
    struct db *db = open_migrated(*state), *aside = open_db(*state, DB_WRITER);
    assert_int_equal(db_log_pages(db), 0);
    db_leave_log(db);
    add_notes(db, 0, 1200); /* of two pages each, the table and its index */
    int64_t pages = db_log_pages(db);
    assert_true(pages > 2000); /* SQLite itself would have begun it anew at 1,000 */

    struct db *reader = open_db(*state, DB_READER);
    struct tx *reading = begin(reader, TX_READ);
    assert_int_equal(one_int(reading, q_count, "n"), 1200);
    add_notes(db, 1200, 1210);
    db_copy_log(aside); /* what somebody reads behind can't be copied: it isn't waited for */
    add_notes(db, 1210, 1211);
    assert_true(db_log_pages(db) > pages);
    tx_rollback(reading);

    db_copy_log(aside);
    add_notes(db, 1211, 1212);
    assert_true(db_log_pages(db) < 10);
    assert_int_equal(count_notes(reader), 1212);
    reader = db_free(reader);
    aside = db_free(aside);
    db = db_free(db);
}

#define db_test(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        db_test(test_open),
        db_test(test_statements),
        db_test(test_errors_stick),
        db_test(test_commit_stays),
        db_test(test_savepoints),
        db_test(test_migrate),
        db_test(test_migrate_refuses),
        db_test(test_reader),
        db_test(test_log_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
