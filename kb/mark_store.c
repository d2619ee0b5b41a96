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

int kb_mark_count(struct tx *tx, int64_t revision, int64_t *ret_better, int64_t *ret_worse)
{
    /* the bare column is that of the row with the greatest time; + so that the index of revisions
     * is used, and not the order that all are in */
    static const char sql[] =
        "SELECT coalesce(sum(better), 0) AS better, coalesce(sum(NOT better), 0) AS worse FROM "
        "(SELECT message_id, better, max(at) FROM kb_mark WHERE revision>=?1 GROUP BY +message_id)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, revision);
    int r = stmt_next(q);
    if (r == 1) {
        *ret_better = col_int64(q, "better");
        *ret_worse = col_int64(q, "worse");
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

int kb_mark_last(struct tx *tx, int64_t revision, int64_t message_id, bool *ret_better)
{
    static const char sql[] = "SELECT better FROM kb_mark WHERE message_id=?1 AND revision>=?2 "
                              "ORDER BY at DESC LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, revision);
    int r = stmt_next(q);
    if (r == 1)
        *ret_better = col_int64(q, "better") != 0;
    stmt_done(q);
    return r;
}
