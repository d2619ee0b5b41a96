#include "handoff/presence.h"

#include "handoff/shift.h"

int presence_people(struct tx *tx, int64_t now, presence_person *visit, void *data)
{
    static const char sql[] =
        "SELECT staff.id, staff.login, staff.name, staff.initials, staff.role,"
        " shift.id IS NOT NULL AS at_desk FROM staff LEFT JOIN shift ON shift.staff_id=staff.id"
        " AND shift.ended_at IS NULL AND shift.began_at>?1 WHERE staff.removed_at IS NULL"
        " ORDER BY staff.id";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    stmt_bind_int64(q, 1, now - SHIFT_MAX_S);
    while ((r = stmt_next(q)) == 1) {
        struct staff s = { col_int64(q, "id"), col_str(q, "login"), col_str(q, "name"),
                           col_str(q, "initials"), col_str(q, "role") };
        visit(&s, col_int64(q, "at_desk") != 0, data);
    }
    return r;
}
