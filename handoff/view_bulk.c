/* One message to many, and how far it is. */
#include "handoff/view.h"

enum { BULKS_SHOWN = 10, SHOWN_S = 86400 };

/* Its replies counted by what became of them. What shadow mode keeps back stays unsent. */
#define SQL_COUNTS                                                                     \
    "SELECT b.id, b.text, b.at, b.stopped_at, b.staff_id, s.name, s.initials,"         \
    " count(*) FILTER (WHERE p.state IN ('queued', 'sending', 'unknown')) AS waiting," \
    " count(*) FILTER (WHERE p.state='sent') AS sent,"                                 \
    " count(*) FILTER (WHERE p.state='failed') AS failed,"                             \
    " count(*) FILTER (WHERE p.state IN ('dropped', 'withheld')) AS stopped"

static cJSON *read_bulk(struct stmt *q)
{
    static const char *const counts[] = { "waiting", "sent", "failed", "stopped" };
    cJSON *o = cJSON_CreateObject(), *by;
    (void)cJSON_AddNumberToObject(o, "id", (double)col_int64(q, "id"));
    by = cJSON_AddObjectToObject(o, "by");
    (void)cJSON_AddNumberToObject(by, "id", (double)col_int64(q, "staff_id"));
    (void)json_put_str(by, "name", col_str(q, "name"));
    (void)json_put_str(by, "initials", col_str(q, "initials"));
    (void)json_put_str(o, "text", col_str(q, "text"));
    (void)cJSON_AddNumberToObject(o, "at", (double)col_int64(q, "at"));
    if (col_null(q, "stopped_at"))
        (void)cJSON_AddNullToObject(o, "stopped_at");
    else
        (void)cJSON_AddNumberToObject(o, "stopped_at", (double)col_int64(q, "stopped_at"));
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        (void)cJSON_AddNumberToObject(o, counts[i], (double)col_int64(q, counts[i]));
    return o;
}

int view_bulk(struct tx *tx, int64_t bulk_id, cJSON **ret)
{
    static const char sql[] = SQL_COUNTS " FROM bulk b JOIN staff s ON s.id=b.staff_id"
                                         " LEFT JOIN reply p ON p.bulk_id=b.id WHERE b.id=?1"
                                         " GROUP BY b.id";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, bulk_id);
    int r = stmt_next(q);
    if (r == 1)
        *ret = read_bulk(q);
    stmt_done(q);
    return r;
}

int view_bulks(struct tx *tx, cJSON *list)
{
    static const char sql[] =
        SQL_COUNTS " FROM bulk b JOIN staff s ON s.id=b.staff_id LEFT JOIN reply p ON"
                   " p.bulk_id=b.id WHERE b.id IN (SELECT id FROM bulk WHERE at>(SELECT at FROM"
                   " event WHERE seq=(SELECT max(seq) FROM event))-?1 ORDER BY at DESC LIMIT ?2)"
                   " GROUP BY b.id ORDER BY b.id DESC";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    stmt_bind_int64(q, 1, SHOWN_S);
    stmt_bind_int64(q, 2, BULKS_SHOWN);
    while ((r = stmt_next(q)) == 1)
        (void)cJSON_AddItemToArray(list, read_bulk(q));
    return r;
}
