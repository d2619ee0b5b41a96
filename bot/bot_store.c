#include "bot/bot_store.h"

static const char *const steps[] = {
    "CREATE TABLE network_cursor(network TEXT PRIMARY KEY, cursor TEXT NOT NULL) STRICT",
    "CREATE TABLE inbox(id INTEGER PRIMARY KEY, network TEXT NOT NULL, key TEXT NOT NULL,"
    " body BLOB NOT NULL, received_at INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'waiting' CHECK(state IN ('waiting', 'aside')),"
    " UNIQUE(network, key)) STRICT;"
    "CREATE INDEX inbox_waiting ON inbox(network, id) WHERE state='waiting'",
};

int bot_migrate(struct db *db)
{
    return db_migrate(db, "bot", steps, ARRAY_LEN(steps));
}

int cursor_get(struct tx *tx, struct arena *arena, struct str feed, struct str *ret)
{
    static const char sql[] = "SELECT cursor FROM network_cursor WHERE network=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, feed);
    int r = stmt_next(q);
    if (r == 1) {
        *ret = arena_str(arena, col_str(q, "cursor"));
        r = ret->p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

int cursor_set(struct tx *tx, struct str feed, struct str cursor)
{
    static const char sql[] = "INSERT INTO network_cursor(network, cursor) VALUES(?1, ?2)"
                              " ON CONFLICT(network) DO UPDATE SET cursor=excluded.cursor"
                              " WHERE cursor<>excluded.cursor";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, feed);
    stmt_bind_str(q, 2, cursor);
    return stmt_run(q);
}

int cursor_adopt(struct tx *tx, struct str network, struct str feed)
{
    static const char sql[] = "UPDATE network_cursor SET network=?2 WHERE network=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, network);
    stmt_bind_str(q, 2, feed);
    return stmt_run(q);
}

int inbox_add(struct tx *tx, struct str network, struct str key, struct str body, int64_t now)
{
    static const char sql[] = "INSERT INTO inbox(network, key, body, received_at)"
                              " VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, network);
    stmt_bind_str(q, 2, key);
    stmt_bind_blob(q, 3, body.len ? body.p : "", body.len);
    stmt_bind_int64(q, 4, now);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) == 1;
}

int inbox_next(struct tx *tx, struct arena *arena, struct str network, struct inbox_item *ret)
{
    static const char sql[] = "SELECT id, body, received_at FROM inbox"
                              " WHERE network=?1 AND state='waiting' ORDER BY id LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, network);
    int r = stmt_next(q);
    if (r == 1) {
        struct inbox_item item = { .id = col_int64(q, "id"),
                                   .body = arena_str(arena, col_str(q, "body")),
                                   .received_at = col_int64(q, "received_at") };
        r = item.body.p ? 1 : ERR_NOMEM;
        if (r == 1)
            *ret = item;
    }
    stmt_done(q);
    return r;
}

int inbox_done(struct tx *tx, int64_t id)
{
    static const char sql[] = "DELETE FROM inbox WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    return stmt_run(q);
}

int inbox_set_aside(struct tx *tx, int64_t id)
{
    static const char sql[] = "UPDATE inbox SET state='aside' WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    return stmt_run(q);
}
