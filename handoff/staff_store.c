/* SQL of accounts and sessions, and the only place that knows how passwords and tokens are kept. */
#include "handoff/staff.h"

#include <sodium.h>

#include "handoff/permission.h"
#include "handoff/shift.h"

/* OWASP's password storage cheat sheet: argon2id with 19 MiB and two passes. */
enum { ARGON_PASSES = 2, ARGON_BYTES = 19 * 1024 * 1024 };

int staff_hash_password(struct str password, char ret_hash[STAFF_HASH_MAX])
{
    _Static_assert(STAFF_HASH_MAX >= crypto_pwhash_STRBYTES, "room for libsodium's hash");
    if (sodium_init() < 0)
        return ERR_IO;
    if (password.len < STAFF_PASSWORD_MIN || password.len > STAFF_PASSWORD_MAX)
        return ERR_BADINPUT;
    return crypto_pwhash_str(ret_hash, password.p, password.len, ARGON_PASSES, ARGON_BYTES) == 0
               ? 0
               : ERR_NOMEM;
}

bool staff_password_fits(const char *hash, struct str password)
{
    /* Made once with the settings above from random bytes that nobody kept. */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if (sodium_init() < 0 || password.len > STAFF_PASSWORD_MAX)
        return false;
    bool fits = crypto_pwhash_str_verify(hash ? hash : nobody, password.p, password.len) == 0;
    return hash && fits;
}

static bool login_ok(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              memchr(".-_", s.p[i], 3)))
            return false;
    return s.len > 0 && s.len <= 40;
}

static bool initials_ok(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return s.len > 0 && s.len <= 4;
}

bool staff_answers_private(const struct staff *s)
{
    return role_may(s->role, "private");
}

int staff_add(struct tx *tx, const struct staff *s, const char *hash, int64_t now,
              const char **ret_why)
{
    static const char sql[] = "INSERT INTO staff(login, name, initials, role, password, created_at)"
                              " VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
    *ret_why = NULL;
    if (!login_ok(s->login))
        *ret_why = "a login is 1 to 40 of a-z, 0-9, dot, dash and underscore";
    else if (!str_trim(s->name).len || s->name.len > 100 || !utf8_valid(s->name))
        *ret_why = "a name is 1 to 100 bytes of text";
    else if (!initials_ok(s->initials))
        *ret_why = "initials are 1 to 4 capital letters: replies are signed with them";
    else if (!role_exists(s->role))
        *ret_why = "a role is agent, trainee, editor, supervisor or admin";
    if (*ret_why)
        return ERR_BADINPUT;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, s->login);
    stmt_bind_str(q, 2, s->name);
    stmt_bind_str(q, 3, s->initials);
    stmt_bind_str(q, 4, s->role);
    stmt_bind_str(q, 5, str_of(hash));
    stmt_bind_int64(q, 6, now);
    return stmt_run(q);
}

/* Whoever gets a new password, or is removed, is signed out everywhere. */
static int end_sessions(struct tx *tx, struct str login)
{
    static const char sql[] =
        "DELETE FROM session WHERE staff_id=(SELECT id FROM staff WHERE login=?1)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    return stmt_run(q);
}

int staff_set_password(struct tx *tx, struct str login, const char *hash)
{
    static const char sql[] = "UPDATE staff SET password=?2 WHERE login=?1 AND removed_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    stmt_bind_str(q, 2, str_of(hash));
    int r = stmt_run(q);
    if (r < 0 || tx_changes(tx) == 0)
        return r;
    r = end_sessions(tx, login);
    return r < 0 ? r : 1;
}

int staff_remove(struct tx *tx, struct str login, int64_t now)
{
    static const char sql[] =
        "UPDATE staff SET removed_at=?2 WHERE login=?1 AND removed_at IS NULL RETURNING id";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    stmt_bind_int64(q, 2, now);
    int r = stmt_next(q);
    if (r != 1)
        return r;
    int64_t id = col_int64(q, "id");
    stmt_done(q);
    r = end_sessions(tx, login);
    if (r == 0)
        r = shift_end(tx, id, now);
    return r < 0 ? r : 1;
}

static int read_staff(struct stmt *q, struct arena *arena, struct staff *ret)
{
    *ret = (struct staff){
        .id = col_int64(q, "id"),
        .login = arena_str(arena, col_str(q, "login")),
        .name = arena_str(arena, col_str(q, "name")),
        .initials = arena_str(arena, col_str(q, "initials")),
        .role = arena_str(arena, col_str(q, "role")),
    };
    return ret->login.p && ret->name.p && ret->initials.p && ret->role.p ? 1 : ERR_NOMEM;
}

int staff_find(struct tx *tx, struct arena *arena, struct str login, struct staff *ret,
               struct str *ret_hash)
{
    static const char sql[] = "SELECT id, login, name, initials, role, password FROM staff"
                              " WHERE login=?1 AND removed_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    int r = stmt_next(q);
    if (r == 1)
        r = read_staff(q, arena, ret);
    if (r == 1 && ret_hash) {
        *ret_hash = arena_str(arena, col_str(q, "password"));
        r = ret_hash->p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

int staff_get(struct tx *tx, struct arena *arena, int64_t id, struct staff *ret)
{
    static const char sql[] = "SELECT id, login, name, initials, role FROM staff WHERE id=?1"
                              " AND removed_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    int r = stmt_next(q);
    if (r == 1)
        r = read_staff(q, arena, ret);
    stmt_done(q);
    return r;
}

int staff_list(struct tx *tx, struct arena *arena, void (*visit)(const struct staff *s, void *data),
               void *data)
{
    static const char sql[] =
        "SELECT id, login, name, initials, role FROM staff WHERE removed_at IS NULL ORDER BY login";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    while ((r = stmt_next(q)) == 1) {
        struct staff s;
        r = read_staff(q, arena, &s);
        if (r < 0)
            break;
        visit(&s, data);
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

void session_hash(struct str token, unsigned char ret[SESSION_HASH_BYTES])
{
    (void)crypto_generichash(ret, SESSION_HASH_BYTES, (const unsigned char *)token.p, token.len,
                             NULL, 0);
}

int session_begin(struct tx *tx, int64_t staff_id, int64_t now, int64_t expires_at,
                  char ret_token[SESSION_TOKEN_MAX])
{
    static const char q_old[] = "DELETE FROM session WHERE expires_at<=?1";
    static const char sql[] =
        "INSERT INTO session(token_hash, staff_id, created_at, expires_at) VALUES(?1, ?2, ?3, ?4)";
    unsigned char bytes[32], hash[SESSION_HASH_BYTES];
    if (sodium_init() < 0)
        return ERR_IO;
    struct stmt *q = tx_stmt(tx, q_old);
    stmt_bind_int64(q, 1, now);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(ret_token, SESSION_TOKEN_MAX, bytes, sizeof bytes);
    session_hash(str_of(ret_token), hash);
    q = tx_stmt(tx, sql);
    stmt_bind_blob(q, 1, hash, sizeof hash);
    stmt_bind_int64(q, 2, staff_id);
    stmt_bind_int64(q, 3, now);
    stmt_bind_int64(q, 4, expires_at);
    return stmt_run(q);
}

int session_find(struct tx *tx, struct arena *arena, struct str token, int64_t now,
                 struct staff *ret)
{
    static const char sql[] = "SELECT s.id, s.login, s.name, s.initials, s.role FROM session n "
                              "JOIN staff s ON s.id=n.staff_id"
                              " WHERE n.token_hash=?1 AND n.expires_at>?2 AND s.removed_at IS NULL";
    unsigned char hash[SESSION_HASH_BYTES];
    if (!token.len)
        return 0;
    session_hash(token, hash);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_blob(q, 1, hash, sizeof hash);
    stmt_bind_int64(q, 2, now);
    int r = stmt_next(q);
    if (r == 1)
        r = read_staff(q, arena, ret);
    stmt_done(q);
    return r;
}

int session_end(struct tx *tx, struct str token)
{
    static const char sql[] = "DELETE FROM session WHERE token_hash=?1";
    unsigned char hash[SESSION_HASH_BYTES];
    session_hash(token, hash);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_blob(q, 1, hash, sizeof hash);
    return stmt_run(q);
}
