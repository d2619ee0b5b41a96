/* SQL of shifts. */
#include "handoff/shift.h"

#include "handoff/record.h"

/* Who is on, as far as that is believed: who came after ?1. */
#define SQL_ON                                                                           \
    " FROM staff CROSS JOIN shift ON shift.staff_id=staff.id AND shift.ended_at IS NULL" \
    " WHERE staff.removed_at IS NULL AND shift.began_at>?1"

static int tell(struct tx *tx, const char *kind, int64_t staff_id, int64_t now)
{
    struct record_event e = { .kind = kind, .staff_id = staff_id };
    return record_add_event(tx, &e, now);
}

/* Ends one that was forgotten, at the moment until which it counted. */
static int end_forgotten(struct tx *tx, int64_t staff_id, int64_t now)
{
    static const char sql[] = "UPDATE shift SET ended_at=began_at+?3 WHERE staff_id=?1 AND ended_at"
                              " IS NULL AND began_at<=?2-?3";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, now);
    stmt_bind_int64(q, 3, SHIFT_MAX_S);
    return stmt_run(q);
}

int shift_begin(struct tx *tx, int64_t staff_id, int64_t now)
{
    static const char sql[] = "INSERT INTO shift(staff_id, began_at) VALUES(?1, ?2)";
    int r = end_forgotten(tx, staff_id, now);
    if (r < 0)
        return r;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, now);
    r = stmt_run(q);
    if (r < 0)
        return r == ERR_EXISTS ? 0 : r;
    r = tell(tx, "staff.on", staff_id, now);
    return r < 0 ? r : 1;
}

int shift_end(struct tx *tx, int64_t staff_id, int64_t now)
{
    static const char sql[] = "UPDATE shift SET ended_at=?2 WHERE staff_id=?1 AND ended_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    if (r < 0 || !tx_changes(tx))
        return r;
    r = tell(tx, "staff.off", staff_id, now);
    return r < 0 ? r : 1;
}

static int is_there(struct stmt *q)
{
    int r = stmt_next(q);
    stmt_done(q);
    return r;
}

int shift_anybody_on(struct tx *tx, int64_t now)
{
    static const char sql[] = "SELECT 1 AS there" SQL_ON " LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now - SHIFT_MAX_S);
    return is_there(q);
}

int shift_ever_used(struct tx *tx)
{
    static const char sql[] = "SELECT 1 AS there FROM shift WHERE id>=?1 LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, 0);
    return is_there(q);
}
