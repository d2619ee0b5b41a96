/* The log is copied beside the loop: commits go on meanwhile, and it begins anew afterwards. */
#include "bot/checkpointer.h"

#include "tests/unit/support.h"

static const char *const steps[] = {
    "CREATE TABLE note(id INTEGER PRIMARY KEY, at INTEGER) STRICT"
};
static const char q_add[] = "INSERT INTO note(at) VALUES(1)";

static void add_note(struct db *db)
{
    struct tx *tx = NULL;
    assert_int_equal(tx_begin(db, TX_WRITE, &tx), 0);
    assert_int_equal(stmt_run(tx_stmt(tx, q_add)), 0);
    assert_int_equal(tx_commit(tx), 0);
}

static void test_copied_aside(void **state)
{
    struct db *db = NULL;
    assert_int_equal(db_open(path_in(*state, "x.db"), DB_WRITER, &db, NULL), 0);
    assert_int_equal(db_migrate(db, "notes", steps, ARRAY_LEN(steps)), 0);
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct checkpointer *c = NULL;
    assert_int_equal(checkpointer_new(&loop, db, &c), 0);

    add_note(db);
    checkpointer_turn(c);
    assert_int_equal(uv_loop_alive(&loop), 0); /* the log is short */
    while (db_log_pages(db) < 1000)
        add_note(db);
    checkpointer_turn(c);
    assert_int_not_equal(uv_loop_alive(&loop), 0);
    checkpointer_turn(c); /* one is enough */
    add_note(db);
    (void)uv_run(&loop, UV_RUN_DEFAULT);

    checkpointer_turn(c); /* what came since the copy, if it wasn't in it */
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    add_note(db);
    assert_in_range(db_log_pages(db), 1, 10);

    while (db_log_pages(db) < 1000)
        add_note(db);
    checkpointer_turn(c);
    c = checkpointer_free(c); /* in the middle of it */
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    db = db_free(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_copied_aside, temp_setup, temp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
