/* SQL of accounts. */
#include "handoff/staff.h"

#include "handoff/cases.h"
#include "handoff/permission.h"
#include "handoff/session.h"
#include "handoff/shift.h"

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

/* Runs the change of one account. 1 done, 0 nobody of that login. */
static int change(struct tx *tx, struct stmt *q)
{
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}

/* The same, and they are signed out everywhere but with the token @but, which may be empty. */
static int change_and_end(struct tx *tx, struct stmt *q, struct str login, struct str but)
{
    struct arena arena = ARENA_INIT;
    struct staff s = { 0 };
    int r = staff_find(tx, &arena, login, &s, NULL);
    if (r == 1)
        r = session_end_all(tx, s.id, but);
    if (r >= 0)
        r = change(tx, q);
    arena_release(&arena);
    return r;
}

int staff_set_password(struct tx *tx, struct str login, const char *hash, struct str but)
{
    static const char sql[] = "UPDATE staff SET password=?2, must_change=0 WHERE login=?1 AND "
                              "removed_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    stmt_bind_str(q, 2, str_of(hash));
    return change_and_end(tx, q, login, but);
}

/* What somebody of that role, empty for none, may not go on with. */
static int give_back(struct tx *tx, struct str login, struct str role, int64_t now)
{
    struct arena arena = ARENA_INIT;
    struct staff s = { 0 };
    int r = staff_find(tx, &arena, login, &s, NULL);
    bool works = role_may(role, "claim");
    if (r == 1 && works)
        r = role_may(role, "private") ? 0 : case_release_private(tx, s.id, now);
    else if (r == 1)
        r = shift_end(tx, s.id, now);
    if (r >= 0 && !works)
        r = case_release_all(tx, s.id, now);
    arena_release(&arena);
    return r < 0 ? r : 0;
}

int staff_set_role(struct tx *tx, struct str login, struct str role, int64_t now)
{
    static const char sql[] = "UPDATE staff SET role=?2 WHERE login=?1 AND removed_at IS NULL";
    int r = give_back(tx, login, role, now);
    if (r < 0)
        return r;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    stmt_bind_str(q, 2, role);
    return change_and_end(tx, q, login, STR(""));
}

int staff_remove(struct tx *tx, struct str login, int64_t now)
{
    static const char sql[] =
        "UPDATE staff SET removed_at=?2 WHERE login=?1 AND removed_at IS NULL";
    int r = give_back(tx, login, STR(""), now);
    if (r < 0)
        return r;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    stmt_bind_int64(q, 2, now);
    return change_and_end(tx, q, login, STR(""));
}

int staff_must_change(struct tx *tx, struct str login)
{
    static const char sql[] =
        "UPDATE staff SET must_change=1 WHERE login=?1 AND removed_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    return change(tx, q);
}

int staff_set_duty(struct tx *tx, struct str login, bool on)
{
    static const char sql[] = "UPDATE staff SET duty=?2 WHERE login=?1 AND removed_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, login);
    stmt_bind_int64(q, 2, on);
    return change(tx, q);
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

#define SQL_ACCOUNT                                                                                \
    "SELECT staff.id, staff.login, staff.name, staff.initials, staff.role, staff.duty, "           \
    "staff.must_change,"                                                                           \
    " staff.totp_secret IS NOT NULL AS second_factor,"                                             \
    " (SELECT count(*) FROM session n WHERE n.staff_id=staff.id AND n.expires_at>?1) AS sessions," \
    " (SELECT max(coalesce(n.seen_at, n.created_at)) FROM session n WHERE n.staff_id=staff.id)"    \
    " AS seen_at FROM staff WHERE staff.removed_at IS NULL"

static int read_account(struct stmt *q, struct arena *arena, struct account *ret)
{
    *ret = (struct account){ .on_duty = col_int64(q, "duty") != 0,
                             .must_change = col_int64(q, "must_change") != 0,
                             .second_factor = col_int64(q, "second_factor") != 0,
                             .sessions = col_int64(q, "sessions"),
                             .seen_at = col_int64(q, "seen_at") };
    return read_staff(q, arena, &ret->staff);
}

int account_find(struct tx *tx, struct arena *arena, int64_t staff_id, int64_t now,
                 struct account *ret)
{
    static const char sql[] = SQL_ACCOUNT " AND staff.id=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now);
    stmt_bind_int64(q, 2, staff_id);
    int r = stmt_next(q);
    if (r == 1)
        r = read_account(q, arena, ret);
    stmt_done(q);
    return r;
}

int account_list(struct tx *tx, struct arena *arena, int64_t now,
                 void (*visit)(const struct account *a, void *data), void *data)
{
    static const char sql[] = SQL_ACCOUNT " ORDER BY staff.login";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now);
    int r;
    while ((r = stmt_next(q)) == 1) {
        struct account a;
        r = read_account(q, arena, &a);
        if (r < 0)
            break;
        visit(&a, data);
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

int staff_count(struct tx *tx, struct str role, int64_t *ret)
{
    static const char sql[] =
        "SELECT count(*) AS many FROM staff WHERE role=?1 AND removed_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, role);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "many");
    stmt_done(q);
    return r < 0 ? r : 0;
}
