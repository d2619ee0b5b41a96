/* SQL of the audit log. */
#include "handoff/audit.h"

#include <time.h>

static void bind_text(struct stmt *q, int index, struct str text)
{
    if (text.len)
        stmt_bind_str(q, index, text);
    else
        stmt_bind_null(q, index);
}

int audit_add(struct tx *tx, const struct audit *a)
{
    static const char sql[] = "INSERT INTO audit(at, staff_id, act, about, text, address)"
                              " VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, time(NULL));
    if (a->staff_id)
        stmt_bind_int64(q, 2, a->staff_id);
    else
        stmt_bind_null(q, 2);
    stmt_bind_str(q, 3, str_of(a->act));
    bind_text(q, 4, utf8_cut(a->about, AUDIT_ABOUT_MAX));
    bind_text(q, 5, a->text);
    bind_text(q, 6, a->address);
    return stmt_run(q);
}

int audit_page(struct tx *tx, int64_t before,
               void (*visit)(const struct audit_row *row, void *data), void *data)
{
    static const char sql[] =
        "SELECT a.id, a.at, s.name AS by, a.act, a.about, a.text, a.address FROM audit a"
        " LEFT JOIN staff s ON s.id=a.staff_id WHERE a.id<?1 ORDER BY a.id DESC LIMIT ?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, before);
    stmt_bind_int64(q, 2, AUDIT_PAGE + 1);
    int r, n = 0;
    while ((r = stmt_next(q)) == 1 && n++ < AUDIT_PAGE) {
        const struct audit_row row = { col_int64(q, "id"),   col_int64(q, "at"),
                                       col_str(q, "by"),     col_str(q, "act"),
                                       col_str(q, "about"),  col_str(q, "text"),
                                       col_str(q, "address") };
        visit(&row, data);
    }
    stmt_done(q);
    return r;
}

int audit_signed_in(struct tx *tx, int64_t staff_id, struct str address, int64_t since)
{
    static const char sql[] = "SELECT 1 AS known FROM audit WHERE act='signed_in' AND staff_id=?1"
                              " AND address=?2 AND at>=?3 LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_str(q, 2, address);
    stmt_bind_int64(q, 3, since);
    int r = stmt_next(q);
    stmt_done(q);
    return r;
}
