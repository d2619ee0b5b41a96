/*
 * SQLite behind few verbs: open with the settings that keep promises (WAL, synchronous=FULL,
 * foreign keys, STRICT tables by habit), one transaction at a time, statements prepared once,
 * append-only migrations. Each folder keeps its SQL in its own *_store.c.
 *
 * Who turns the loop begins and commits; everybody below takes the open transaction. A statement's
 * first error sticks until it is reset, so bindings need no checks of their own: stmt_run and
 * stmt_next return it.
 */
#ifndef BASE_DB_H
#define BASE_DB_H

#include "base/err.h"
#include "base/str.h"

struct db;
struct tx;
struct stmt;

enum db_use {
    DB_WRITER,
    DB_READER
}; /* a reader never writes and may live on another thread, with its own connection */
enum tx_use { TX_READ, TX_WRITE };

/*
 * Opens or (as a writer) creates the file, with a SQLite that has FTS5. On failure *ret_why, if
 * given, is a sentence in static storage of this thread. Returns ERR_DB or ERR_NOMEM.
 */
int db_open(const char *path, enum db_use use, struct db **ret, const char **ret_why) MUST_CHECK;
const char *db_path(struct db *db); /* lives as long as @db: to open it once more */
int64_t db_version(
    struct db *db); /* moves on when another connection has committed; negative: error */
int64_t db_changes(struct db *db); /* rows ever changed through this connection: has anything
                                      happened since I last looked? */
/*
 * Copying the write-ahead log into the database takes as long as the disk likes, and a commit does
 * it whenever the log holds 1,000 pages. After db_leave_log, @db's commits don't: its owner looks
 * at db_log_pages, and has another connection, on any thread, call db_copy_log. That keeps no
 * writer waiting; what is committed meanwhile is copied as well, but not without end. Once all of
 * it is copied, the next commit begins the log anew.
 */
void db_leave_log(struct db *db);
int64_t db_log_pages(struct db *db); /* in the log after @db's last commit; 0 before the first */
void db_copy_log(struct db *db);     /* logs what fails; no transaction may be open */
/* What was erased leaves the files too: the write-ahead log is emptied into the database. No
 * transaction may be open. */
int db_flush(struct db *db) MUST_CHECK;
struct db *db_free(struct db *db); /* NULL is fine; rolls back what is open */

/*
 * Brings @folder's tables from the version in the file to version @count by running the steps in
 * between, all in one transaction of its own. Entry n of @steps takes version n to n+1. ERR_NEWER:
 * the file is ahead of @count, nothing was done.
 */
int db_migrate(struct db *db, const char *folder, const char *const *steps,
               size_t count) MUST_CHECK;

int tx_begin(struct db *db, enum tx_use use, struct tx **ret) MUST_CHECK;
int tx_commit(struct tx *tx)
    MUST_CHECK; /* on failure everything is rolled back; either way @tx is over */
void tx_rollback(struct tx *tx);

/* A part that can be taken back alone: one at a time. tx_savepoint_undo takes back what came since
 * tx_savepoint. */
int tx_savepoint(struct tx *tx) MUST_CHECK;
int tx_savepoint_keep(struct tx *tx) MUST_CHECK;
int tx_savepoint_undo(struct tx *tx) MUST_CHECK;

/* The prepared statement of @sql, which must be a constant: it is found again by its address. Never
 * NULL; errors come at the run. */
struct stmt *tx_stmt(struct tx *tx, const char *sql);

void stmt_bind_int64(struct stmt *q, int index, int64_t value);
void stmt_bind_double(struct stmt *q, int index, double value);
void stmt_bind_str(struct stmt *q, int index, struct str value); /* copied */
void stmt_bind_blob(struct stmt *q, int index, const void *bytes, size_t len);
void stmt_bind_null(struct stmt *q, int index);

int stmt_run(struct stmt *q)
    MUST_CHECK; /* to its end; 0, ERR_EXISTS (a uniqueness was broken) or ERR_DB; resets */
int stmt_next(struct stmt *q)
    MUST_CHECK;                 /* 1 a row, 0 no more, ERR_DB; resets itself at 0 and on errors */
void stmt_done(struct stmt *q); /* before the last row was read */

/* Columns by name, of the present row. Text is borrowed until the next stmt_ call. Null reads as 0
 * or empty. */
int64_t col_int64(struct stmt *q, const char *name);
double col_double(struct stmt *q, const char *name);
struct str col_str(struct stmt *q, const char *name);
bool col_null(struct stmt *q, const char *name);

int64_t tx_last_id(struct tx *tx); /* of the last INSERT */
int64_t tx_changes(struct tx *tx); /* rows that the last statement changed */

#endif
