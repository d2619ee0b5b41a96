#include "handoff/draft.h"

static int put(struct tx *tx, const char *sql, const struct draft *d, int64_t now)
{
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, d->staff_id);
    stmt_bind_int64(q, 2, d->case_id);
    stmt_bind_str(q, 3, d->text);
    stmt_bind_int64(q, 4, d->is_private);
    stmt_bind_int64(q, 5, now);
    return stmt_run(q);
}

static int forget(struct tx *tx, const struct draft *d)
{
    static const char sql[] = "DELETE FROM draft WHERE staff_id=?1 AND case_id=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, d->staff_id);
    stmt_bind_int64(q, 2, d->case_id);
    return stmt_run(q);
}

int draft_keep(struct tx *tx, const struct draft *d, int64_t now)
{
    static const char sql[] =
        "INSERT INTO draft(staff_id, case_id, text, private, changed_at) SELECT ?1, id, ?3, ?4, ?5"
        " FROM handoff_case WHERE id=?2 ON CONFLICT DO UPDATE SET text=?3, private=?4, "
        "changed_at=?5";
    if (!d->text.len) {
        int r = forget(tx, d);
        return r < 0 ? r : 1;
    }
    int r = put(tx, sql, d, now);
    return r < 0 ? r : tx_changes(tx) > 0;
}

int draft_offer(struct tx *tx, const struct draft *d, int64_t now)
{
    static const char sql[] = "INSERT INTO draft(staff_id, case_id, text, private, changed_at)"
                              " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    return put(tx, sql, d, now);
}

int draft_describe(struct tx *tx, int64_t staff_id, int64_t case_id, cJSON *ret)
{
    static const char sql[] =
        "SELECT text, private, changed_at FROM draft WHERE staff_id=?1 AND case_id=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, case_id);
    int r = stmt_next(q);
    cJSON *o = r == 1 ? cJSON_AddObjectToObject(ret, "draft") : cJSON_AddNullToObject(ret, "draft");
    if (r == 1) {
        (void)json_put_str(o, "text", col_str(q, "text"));
        (void)cJSON_AddStringToObject(o, "way", col_int64(q, "private") ? "private" : "public");
        (void)cJSON_AddNumberToObject(o, "changed_at", (double)col_int64(q, "changed_at"));
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}
