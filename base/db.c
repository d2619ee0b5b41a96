#include "base/db.h"

#include <assert.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/log.h"

enum {
    STMT_TABLE = 512, /* open addressing by the SQL's address; far more than there are statements */
    COPIES = 4        /* of the log in a row, each of what came in the one before */
};

struct stmt {
    const char *sql;
    sqlite3_stmt *handle;
    struct db *db;
    int err; /* sticks until reset */
};

struct tx {
    struct db *db;
    bool open;
};

struct db {
    sqlite3 *handle;
    struct tx tx;
    struct stmt stmts[STMT_TABLE];
    unsigned stmt_count;
    int64_t log_pages;
};

static int db_fault(struct db *db, const char *doing)
{
    log_error("db.error doing=\"%s\" code=%d why=\"%s\"", doing,
              sqlite3_extended_errcode(db->handle), sqlite3_errmsg(db->handle));
    return sqlite3_errcode(db->handle) == SQLITE_NOMEM ? ERR_NOMEM : ERR_DB;
}

static int db_exec(struct db *db, const char *sql)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fault(db, sql);
}

int db_open(const char *path, enum db_use use, struct db **ret, const char **ret_why)
{
    static _Thread_local char why[300];
    if (!sqlite3_compileoption_used("ENABLE_FTS5")) {
        (void)snprintf(why, sizeof why,
                       "SQLite %s was built without FTS5, which the search needs; Debian's has it",
                       sqlite3_libversion());
        if (ret_why)
            *ret_why = why;
        return ERR_DB;
    }
    struct db *db = calloc(1, sizeof *db);
    if (!db)
        return ERR_NOMEM;
    db->tx.db = db;
    int flags =
        use == DB_WRITER ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int r = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK) {
        (void)sqlite3_busy_timeout(db->handle, 5000);
        (void)sqlite3_extended_result_codes(db->handle, 1);
        r = sqlite3_exec(db->handle, "PRAGMA foreign_keys=ON", NULL, NULL, NULL);
    }
    if (r == SQLITE_OK && use == DB_WRITER)
        r = sqlite3_exec(
            db->handle, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
            NULL, NULL, NULL);
    if (r != SQLITE_OK) {
        (void)snprintf(why, sizeof why, "%s: %s", path,
                       db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
        if (ret_why)
            *ret_why = why;
        (void)db_free(db);
        return ERR_DB;
    }
    *ret = db;
    return 0;
}

struct db *db_free(struct db *db)
{
    if (!db)
        return NULL;
    for (size_t i = 0; i < STMT_TABLE; i++)
        (void)sqlite3_finalize(db->stmts[i].handle);
    (void)sqlite3_close(db->handle);
    free(db);
    return NULL;
}

const char *db_path(struct db *db)
{
    return sqlite3_db_filename(db->handle, "main");
}

int64_t db_version(struct db *db)
{
    sqlite3_stmt *q = NULL;
    int64_t version = ERR_DB;
    if (sqlite3_prepare_v2(db->handle, "PRAGMA data_version", -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW)
        version = sqlite3_column_int64(q, 0);
    (void)sqlite3_finalize(q);
    return version;
}

int64_t db_changes(struct db *db)
{
    return sqlite3_total_changes64(db->handle);
}

static int count_pages(void *data, sqlite3 *handle, const char *schema, int pages)
{
    (void)handle;
    (void)schema;
    struct db *db = data;
    db->log_pages = pages;
    return SQLITE_OK;
}

void db_leave_log(struct db *db)
{
    (void)sqlite3_wal_hook(db->handle, count_pages, db); /* in place of the one that checkpoints */
}

int64_t db_log_pages(struct db *db)
{
    return db->log_pages;
}

void db_copy_log(struct db *db)
{
    assert(!db->tx.open);
    int pages = 0, copied = -1, code = SQLITE_OK;
    for (int i = 0; i < COPIES && copied < pages && code == SQLITE_OK; i++)
        code =
            sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
    if (code != SQLITE_OK && code != SQLITE_BUSY) /* busy: somebody else copies */
        (void)db_fault(db, "checkpoint");
}

int db_flush(struct db *db)
{
    assert(!db->tx.open);
    int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return code == SQLITE_OK ? 0 : db_fault(db, "checkpoint");
}

int db_migrate(struct db *db, const char *folder, const char *const *steps, size_t count)
{
    static const char q_table[] = "CREATE TABLE IF NOT EXISTS schema_version(folder TEXT PRIMARY "
                                  "KEY, version INTEGER NOT NULL) STRICT";
    static const char q_get[] = "SELECT version FROM schema_version WHERE folder=?1";
    static const char q_put[] = "INSERT INTO schema_version(folder, version) VALUES(?1, ?2)"
                                " ON CONFLICT(folder) DO UPDATE SET version=excluded.version";
    struct tx *tx;
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = db_exec(db, q_table);
    if (r < 0)
        goto out;
    struct stmt *q = tx_stmt(tx, q_get);
    stmt_bind_str(q, 1, str_of(folder));
    r = stmt_next(q);
    size_t version = r == 1 ? (size_t)col_int64(q, "version") : 0;
    stmt_done(q);
    if (r >= 0 && version > count)
        r = ERR_NEWER;
    if (r < 0)
        goto out;
    for (size_t n = version; n < count; n++) {
        r = db_exec(db, steps[n]);
        if (r < 0)
            goto out;
    }
    q = tx_stmt(tx, q_put);
    stmt_bind_str(q, 1, str_of(folder));
    stmt_bind_int64(q, 2, (int64_t)count);
    r = stmt_run(q);
out:
    if (r == 0)
        return tx_commit(tx);
    tx_rollback(tx);
    return r;
}

int tx_begin(struct db *db, enum tx_use use, struct tx **ret)
{
    assert(!db->tx.open);
    int r = db_exec(db, use == TX_WRITE ? "BEGIN IMMEDIATE" : "BEGIN");
    if (r < 0)
        return r;
    db->tx.open = true;
    *ret = &db->tx;
    return 0;
}

void tx_rollback(struct tx *tx)
{
    assert(tx->open);
    if (!sqlite3_get_autocommit(tx->db->handle)) /* SQLite rolls back by itself after some errors */
        (void)db_exec(tx->db, "ROLLBACK");
    tx->open = false;
}

int tx_commit(struct tx *tx)
{
    assert(tx->open);
    int r = db_exec(tx->db, "COMMIT");
    if (r < 0) {
        tx_rollback(tx);
        return r;
    }
    tx->open = false;
    return 0;
}

int tx_savepoint(struct tx *tx)
{
    return db_exec(tx->db, "SAVEPOINT part");
}

int tx_savepoint_keep(struct tx *tx)
{
    return db_exec(tx->db, "RELEASE part");
}

int tx_savepoint_undo(struct tx *tx)
{
    return db_exec(tx->db, "ROLLBACK TO part; RELEASE part");
}

struct stmt *tx_stmt(struct tx *tx, const char *sql)
{
    struct db *db = tx->db;
    assert(tx->open && db->stmt_count < STMT_TABLE - 1);
    size_t at = ((uintptr_t)sql >> 3) * 2654435761u % STMT_TABLE;
    while (db->stmts[at].sql && db->stmts[at].sql != sql)
        at = (at + 1) % STMT_TABLE;
    struct stmt *q = &db->stmts[at];
    if (!q->sql) {
        q->sql = sql;
        q->db = db;
        db->stmt_count++;
    }
    if (!q->handle && sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->handle,
                                         NULL) != SQLITE_OK)
        q->err = db_fault(db, sql);
    return q;
}

static void bound(struct stmt *q, int code)
{
    if (code != SQLITE_OK && !q->err)
        q->err = db_fault(q->db, q->sql);
}

void stmt_bind_int64(struct stmt *q, int index, int64_t value)
{
    if (!q->err)
        bound(q, sqlite3_bind_int64(q->handle, index, value));
}

void stmt_bind_double(struct stmt *q, int index, double value)
{
    if (!q->err)
        bound(q, sqlite3_bind_double(q->handle, index, value));
}

void stmt_bind_str(struct stmt *q, int index, struct str value)
{
    if (!q->err) /* NULL would bind null */
        bound(q, sqlite3_bind_text64(q->handle, index, value.p ? value.p : "", value.len,
                                     SQLITE_TRANSIENT, SQLITE_UTF8));
}

void stmt_bind_blob(struct stmt *q, int index, const void *bytes, size_t len)
{
    if (!q->err)
        bound(q, sqlite3_bind_blob64(q->handle, index, bytes, len, SQLITE_TRANSIENT));
}

void stmt_bind_null(struct stmt *q, int index)
{
    if (!q->err)
        bound(q, sqlite3_bind_null(q->handle, index));
}

void stmt_done(struct stmt *q)
{
    if (q->handle) {
        (void)sqlite3_reset(q->handle);
        (void)sqlite3_clear_bindings(q->handle);
    }
    q->err = 0;
}

int stmt_next(struct stmt *q)
{
    int r = q->err;
    if (!r) {
        int code = sqlite3_step(q->handle);
        if (code == SQLITE_ROW)
            return 1;
        if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
            r = ERR_EXISTS; /* an answer, not a fault: not logged */
        else if (code != SQLITE_DONE)
            r = db_fault(q->db, q->sql);
    }
    stmt_done(q);
    return r;
}

int stmt_run(struct stmt *q)
{
    int r;
    while ((r = stmt_next(q)) == 1)
        ;
    return r;
}

static int col_index(struct stmt *q, const char *name)
{
    for (int i = 0, n = sqlite3_column_count(q->handle); i < n; i++)
        if (strcmp(sqlite3_column_name(q->handle, i), name) == 0)
            return i;
    assert(0 && "no such column");
    return 0;
}

int64_t col_int64(struct stmt *q, const char *name)
{
    return sqlite3_column_int64(q->handle, col_index(q, name));
}

double col_double(struct stmt *q, const char *name)
{
    return sqlite3_column_double(q->handle, col_index(q, name));
}

struct str col_str(struct stmt *q, const char *name)
{
    int i = col_index(q, name);
    const void *p = sqlite3_column_blob(q->handle, i);
    return (struct str){ p ? p : "", p ? (size_t)sqlite3_column_bytes(q->handle, i) : 0 };
}

bool col_null(struct stmt *q, const char *name)
{
    return sqlite3_column_type(q->handle, col_index(q, name)) == SQLITE_NULL;
}

int64_t tx_last_id(struct tx *tx)
{
    return sqlite3_last_insert_rowid(tx->db->handle);
}

int64_t tx_changes(struct tx *tx)
{
    return sqlite3_changes64(tx->db->handle);
}
