#include "handoff/presence.h"

int presence_people(struct tx *tx, presence_person *visit, void *data)
{
    static const char sql[] = "SELECT s.id, s.login, s.name, s.initials, s.role,"
                              " d.id IS NOT NULL AS at_desk FROM staff s"
                              " LEFT JOIN shift d ON d.staff_id=s.id AND d.ended_at IS NULL"
                              " WHERE s.removed_at IS NULL ORDER BY s.id";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    while ((r = stmt_next(q)) == 1) {
        struct staff s = { col_int64(q, "id"), col_str(q, "login"), col_str(q, "name"),
                           col_str(q, "initials"), col_str(q, "role") };
        visit(&s, col_int64(q, "at_desk") != 0, data);
    }
    return r;
}
