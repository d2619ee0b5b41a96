#include "bot/bot_store.h"

static const char *const steps[] = {
    "CREATE TABLE network_cursor(network TEXT PRIMARY KEY, cursor TEXT NOT NULL) STRICT",
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
