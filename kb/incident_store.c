#include "kb/incident.h"

int kb_incident_over(struct tx *tx, struct str incident, int64_t until_at)
{
    static const char sql[] =
        "INSERT INTO kb_incident_over(incident, until_at) VALUES(?1, ?2) ON CONFLICT(incident) DO "
        "UPDATE SET until_at=?2 WHERE until_at<>?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, incident);
    stmt_bind_int64(q, 2, until_at);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}
