/* SQL of sessions, and the only place that knows how tokens are kept. */
#include "handoff/session.h"

#include <sodium.h>

/* How lists name a session: enough of its hash to tell it from the others. */
#define SQL_NAME "lower(hex(substr(token_hash, 1, 8)))"

void session_hash(struct str token, unsigned char hash[SESSION_HASH_BYTES])
{
    (void)crypto_generichash(hash, SESSION_HASH_BYTES, (const unsigned char *)token.p, token.len,
                             NULL, 0);
}

static void bind_token(struct stmt *q, int index, struct str token)
{
    unsigned char hash[SESSION_HASH_BYTES];
    session_hash(token, hash);
    stmt_bind_blob(q, index, hash, sizeof hash);
}

int session_begin(struct tx *tx, int64_t staff_id, const struct session_place *place, int64_t now,
                  int64_t expires_at, char ret_token[SESSION_TOKEN_MAX])
{
    static const char q_old[] = "DELETE FROM session WHERE expires_at<=?1";
    static const char sql[] = "INSERT INTO session(token_hash, staff_id, created_at, expires_at,"
                              " seen_at, address, browser) VALUES(?1, ?2, ?3, ?4, ?3, ?5, ?6)";
    unsigned char bytes[32];
    if (sodium_init() < 0)
        return ERR_IO;
    struct stmt *q = tx_stmt(tx, q_old);
    stmt_bind_int64(q, 1, now);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(ret_token, SESSION_TOKEN_MAX, bytes, sizeof bytes);
    q = tx_stmt(tx, sql);
    bind_token(q, 1, str_of(ret_token));
    stmt_bind_int64(q, 2, staff_id);
    stmt_bind_int64(q, 3, now);
    stmt_bind_int64(q, 4, expires_at);
    stmt_bind_str(q, 5, place->address);
    stmt_bind_str(q, 6, place->browser);
    return stmt_run(q);
}

int session_find(struct tx *tx, struct arena *arena, struct str token, int64_t now,
                 struct staff *ret)
{
    static const char sql[] = "SELECT s.id, s.login, s.name, s.initials, s.role FROM session n "
                              "JOIN staff s ON s.id=n.staff_id"
                              " WHERE n.token_hash=?1 AND n.expires_at>?2 AND s.removed_at IS NULL";
    if (!token.len)
        return 0;
    struct stmt *q = tx_stmt(tx, sql);
    bind_token(q, 1, token);
    stmt_bind_int64(q, 2, now);
    int r = stmt_next(q);
    if (r == 1) {
        *ret = (struct staff){
            .id = col_int64(q, "id"),
            .login = arena_str(arena, col_str(q, "login")),
            .name = arena_str(arena, col_str(q, "name")),
            .initials = arena_str(arena, col_str(q, "initials")),
            .role = arena_str(arena, col_str(q, "role")),
        };
        r = ret->login.p && ret->name.p && ret->initials.p && ret->role.p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

/* An enum session_duty. ?2: everybody must have a second factor. */
#define SQL_DUTY \
    "CASE WHEN s.must_change THEN 1 WHEN ?2 AND s.totp_secret IS NULL THEN 2 ELSE 0 END"

int session_duty(struct tx *tx, int64_t staff_id, bool second_factor)
{
    static const char sql[] = "SELECT " SQL_DUTY " AS duty FROM staff s WHERE s.id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, second_factor);
    int r = stmt_next(q);
    if (r == 1)
        r = (int)col_int64(q, "duty");
    stmt_done(q);
    return r;
}

int session_visit_free(struct tx *tx, bool second_factor, int64_t now, session_visitor *visit,
                       void *data)
{
    static const char sql[] = "SELECT token_hash FROM session JOIN staff s ON s.id=staff_id"
                              " WHERE expires_at>?1 AND s.removed_at IS NULL AND " SQL_DUTY "=0";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    stmt_bind_int64(q, 1, now);
    stmt_bind_int64(q, 2, second_factor);
    while ((r = stmt_next(q)) == 1) {
        struct str hash = col_str(q, "token_hash");
        if (hash.len == SESSION_HASH_BYTES)
            visit((const unsigned char *)hash.p, data);
    }
    return r;
}

int session_seen(struct tx *tx, struct str token, int64_t now)
{
    static const char sql[] = "UPDATE session SET seen_at=?2 WHERE token_hash=?1 AND seen_at<=?3";
    struct stmt *q = tx_stmt(tx, sql);
    bind_token(q, 1, token);
    stmt_bind_int64(q, 2, now);
    stmt_bind_int64(q, 3, now - SESSION_SEEN_S);
    return stmt_run(q);
}

int session_end(struct tx *tx, struct str token)
{
    static const char sql[] = "DELETE FROM session WHERE token_hash=?1";
    struct stmt *q = tx_stmt(tx, sql);
    bind_token(q, 1, token);
    return stmt_run(q);
}

int session_end_all(struct tx *tx, int64_t staff_id, struct str but)
{
    static const char sql[] = "DELETE FROM session WHERE staff_id=?1 AND token_hash<>?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    bind_token(q, 2, but);
    int r = stmt_run(q);
    return r < 0 ? r : (int)tx_changes(tx);
}

int session_end_named(struct tx *tx, int64_t staff_id, struct str name)
{
    static const char sql[] = "DELETE FROM session WHERE staff_id=?1 AND " SQL_NAME "=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_str(q, 2, name);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}

int session_list(struct tx *tx, int64_t staff_id, struct str token, int64_t now,
                 void (*visit)(const struct session_row *row, void *data), void *data)
{
    static const char sql[] = "SELECT " SQL_NAME " AS name, address, browser, created_at,"
                              " coalesce(seen_at, created_at) AS last_at, token_hash=?3 AS this"
                              " FROM session WHERE staff_id=?1 AND expires_at>?2 ORDER BY last_at "
                              "DESC, name";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, now);
    bind_token(q, 3, token);
    int r;
    while ((r = stmt_next(q)) == 1) {
        const struct session_row row = { col_str(q, "name"),
                                         { col_str(q, "address"), col_str(q, "browser") },
                                         col_int64(q, "created_at"),
                                         col_int64(q, "last_at"),
                                         col_int64(q, "this") != 0 };
        visit(&row, data);
    }
    return r;
}

/* Whichever stands first counts: every browser also says that it is some of those below. */
void session_browser(struct str user_agent, char ret[SESSION_BROWSER_MAX])
{
    static const char *const browsers[][2] = {
        { "Edg", "Edge" },
        { "OPR/", "Opera" },
        { "SamsungBrowser", "Samsung Internet" },
        { "Firefox/", "Firefox" },
        { "FxiOS", "Firefox" },
        { "CriOS", "Chrome" },
        { "Chrome/", "Chrome" },
        { "Safari/", "Safari" },
    };
    static const char *const systems[][2] = {
        { "iPhone", "iPhone" }, { "iPad", "iPad" },       { "Android", "Android" },
        { "CrOS", "ChromeOS" }, { "Windows", "Windows" }, { "Mac OS X", "Mac" },
        { "Linux", "Linux" },
    };
    const char *browser = NULL, *system = NULL;
    for (size_t i = 0; i < ARRAY_LEN(browsers) && !browser; i++)
        if (memmem(user_agent.p, user_agent.len, browsers[i][0], strlen(browsers[i][0])))
            browser = browsers[i][1];
    for (size_t i = 0; i < ARRAY_LEN(systems) && !system; i++)
        if (memmem(user_agent.p, user_agent.len, systems[i][0], strlen(systems[i][0])))
            system = systems[i][1];
    (void)snprintf(ret, SESSION_BROWSER_MAX, "%s%s%s", browser ? browser : "an unknown browser",
                   system ? " on " : "", system ? system : "");
}
