#include "kb/mark.h"

int kb_mark_put(struct tx *tx, const struct kb_mark *m)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO kb_mark(message_id, staff_id, revision, better, at)"
        " VALUES(?1, ?2, ?3, ?4, ?5)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, m->message_id);
    stmt_bind_int64(q, 2, m->staff_id);
    stmt_bind_int64(q, 3, m->revision);
    stmt_bind_int64(q, 4, m->better);
    stmt_bind_int64(q, 5, m->at);
    return stmt_run(q);
}

int kb_mark_remove(struct tx *tx, int64_t message_id, int64_t staff_id)
{
    static const char sql[] = "DELETE FROM kb_mark WHERE message_id=?1 AND staff_id=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, staff_id);
    return stmt_run(q);
}
