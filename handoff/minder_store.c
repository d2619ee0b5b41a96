/* SQL of what time alone changes. */
#include "handoff/minder_private.h"

#include <inttypes.h>

#include "handoff/permission.h"

int minder_next(struct tx *tx, int64_t now, struct arena *arena, struct minded *ret)
{
    static const char sql[] =
        "SELECT c.id, c.priority, c.owner_id, c.waits_since, c.due_from, c.active_at, c.due_at,"
        " c.lease_until, c.warned, c.escalated, c.muted, m.kind='private' AS private, m.account,"
        " coalesce(s.name, '') AS owner FROM handoff_case c JOIN message m ON m.id=c.message_id"
        " LEFT JOIN staff s ON s.id=c.owner_id WHERE c.wakes_at<=?1 ORDER BY c.wakes_at LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now);
    int r = stmt_next(q);
    if (r == 1) {
        *ret = (struct minded){
            .id = col_int64(q, "id"),
            .priority = col_int64(q, "priority"),
            .owner_id = col_int64(q, "owner_id"),
            .waits_since = col_int64(q, "waits_since"),
            .due_from = col_int64(q, "due_from"),
            .active_at = col_int64(q, "active_at"),
            .due_at = col_int64(q, "due_at"),
            .lease_until = col_int64(q, "lease_until"),
            .warned = (unsigned)col_int64(q, "warned"),
            .escalated = (unsigned)col_int64(q, "escalated"),
            .muted = col_int64(q, "muted") != 0,
            .is_private = col_int64(q, "private") != 0,
            .account = arena_str(arena, col_str(q, "account")),
            .owner = arena_str(arena, col_str(q, "owner")),
        };
        r = ret->account.p && ret->owner.p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

static void bind_moment(struct stmt *q, int index, int64_t at)
{
    if (at)
        stmt_bind_int64(q, index, at);
}

int minder_keep(struct tx *tx, const struct minded *m)
{
    static const char sql[] = "UPDATE handoff_case SET due_at=?2, lease_until=?3, wakes_at=?4,"
                              " warned=?5, escalated=?6 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, m->id);
    bind_moment(q, 2, m->due_at);
    bind_moment(q, 3, m->lease_until);
    bind_moment(q, 4, m->wakes_at);
    stmt_bind_int64(q, 5, m->warned);
    stmt_bind_int64(q, 6, m->escalated);
    return stmt_run(q);
}

int minder_hand_back(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] = "UPDATE handoff_case SET state='open', owner_id=NULL, active_at=NULL,"
                              " version=version+1, changed_at=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    return stmt_run(q);
}

static int list_staff(struct tx *tx, bool on_duty, bool is_private, struct buf *out)
{
    static const char sql[] = "SELECT id, role, duty FROM staff WHERE removed_at IS NULL"
                              " ORDER BY id";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    while ((r = stmt_next(q)) == 1) {
        struct str role = col_str(q, "role");
        bool told = on_duty ? col_int64(q, "duty") != 0 : role_may(role, "release_others");
        if (told && (!is_private || role_may(role, "private")))
            (void)buf_addf(out, "%s%" PRId64, out->len ? "," : "[", col_int64(q, "id"));
    }
    if (r == 0 && out->len)
        r = buf_addc(out, "]");
    return r;
}

int minder_list_duty(struct tx *tx, bool is_private, struct buf *out)
{
    int r = list_staff(tx, true, is_private, out);
    return r == 0 && !out->len ? list_staff(tx, false, is_private, out) : r;
}
