#include "bot/bot_store.h"

static const char *const steps[] = {
    "CREATE TABLE network_cursor(network TEXT PRIMARY KEY, cursor TEXT NOT NULL) STRICT",
    "CREATE TABLE inbox(id INTEGER PRIMARY KEY, network TEXT NOT NULL, key TEXT NOT NULL,"
    " body BLOB NOT NULL, received_at INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'waiting' CHECK(state IN ('waiting', 'aside')),"
    " UNIQUE(network, key)) STRICT;"
    "CREATE INDEX inbox_waiting ON inbox(network, id) WHERE state='waiting'",
    "CREATE TABLE network_cost(network TEXT NOT NULL, account TEXT NOT NULL, day INTEGER NOT NULL,"
    " kind TEXT NOT NULL, count INTEGER NOT NULL, micro_usd INTEGER NOT NULL,"
    " PRIMARY KEY(network, day, account, kind)) STRICT, WITHOUT ROWID",
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

int inbox_forget(struct tx *tx, int64_t before_at)
{
    static const char sql[] = "DELETE FROM inbox WHERE state='aside' AND received_at<?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, before_at);
    int r = stmt_run(q);
    return r < 0 ? r : (int)tx_changes(tx);
}

int cost_add(struct tx *tx, struct str network, const struct cost *more)
{
    static const char sql[] =
        "INSERT INTO network_cost(network, account, day, kind, count, micro_usd)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(network, day, account, kind)"
        " DO UPDATE SET count=count+excluded.count, micro_usd=micro_usd+excluded.micro_usd";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, network);
    stmt_bind_str(q, 2, more->account);
    stmt_bind_int64(q, 3, more->day);
    stmt_bind_str(q, 4, more->kind);
    stmt_bind_int64(q, 5, more->count);
    stmt_bind_int64(q, 6, more->micro_usd);
    return stmt_run(q);
}

int cost_list(struct tx *tx, struct str network, int64_t from_day, cost_take *take, void *data)
{
    static const char sql[] = "SELECT account, day, kind, count, micro_usd FROM network_cost"
                              " WHERE network=?1 AND day>=?2 ORDER BY day, account, kind";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, network);
    stmt_bind_int64(q, 2, from_day);
    int r;
    while ((r = stmt_next(q)) == 1) {
        struct cost c = { .account = col_str(q, "account"),
                          .day = col_int64(q, "day"),
                          .kind = col_str(q, "kind"),
                          .count = col_int64(q, "count"),
                          .micro_usd = col_int64(q, "micro_usd") };
        r = take(data, &c);
        if (r < 0)
            break;
    }
    stmt_done(q);
    return r;
}
