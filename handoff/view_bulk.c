/* One message to many, and how far it is. */
#include "handoff/view_private.h"

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
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "id");
    put_person(o, "by", q, "staff_id", "name", "initials");
    put_text_column(o, q, "text");
    put_int_column(o, q, "at");
    put_int_or_null(o, q, "stopped_at");
    put_int_column(o, q, "waiting");
    put_int_column(o, q, "sent");
    put_int_column(o, q, "failed");
    put_int_column(o, q, "stopped");
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
    stmt_bind_int64(q, 1, SHOWN_S);
    stmt_bind_int64(q, 2, BULKS_SHOWN);
    return list_rows(q, read_bulk, list);
}
