#include "handoff/done.h"

enum { ANSWER_BYTES_MAX = 65536 };

int done_find(struct tx *tx, int64_t staff_id, struct str client_id, cJSON **ret)
{
    static const char sql[] = "SELECT answer FROM command_done WHERE staff_id=?1 AND client_id=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_str(q, 2, client_id);
    int r = stmt_next(q);
    if (r == 1) {
        struct str text = col_str(q, "answer");
        *ret = cJSON_ParseWithLength(text.p, text.len);
        r = *ret ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

int done_keep(struct tx *tx, int64_t staff_id, struct str client_id, const cJSON *answer,
              int64_t now)
{
    static const char q_old[] = "DELETE FROM command_done WHERE at<?1";
    static const char q_new[] =
        "INSERT INTO command_done(staff_id, client_id, answer, at) VALUES(?1, ?2, ?3, ?4)";
    struct buf text = BUF_INIT(ANSWER_BYTES_MAX);
    struct stmt *q = tx_stmt(tx, q_old);
    stmt_bind_int64(q, 1, now - DONE_KEPT_S);
    int r = stmt_run(q);
    if (r == 0)
        r = json_add_tree(&text, answer);
    if (r == 0) {
        q = tx_stmt(tx, q_new);
        stmt_bind_int64(q, 1, staff_id);
        stmt_bind_str(q, 2, client_id);
        stmt_bind_str(q, 3, buf_str(&text));
        stmt_bind_int64(q, 4, now);
        r = stmt_run(q);
    }
    buf_release(&text);
    return r;
}
