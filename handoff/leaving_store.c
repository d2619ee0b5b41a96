/* SQL of what must be known before a reply leaves (bot/send_rules.h), and of stop and start. */
#include "handoff/cases.h"
#include "handoff/record_private.h"

int record_get_leaving(struct tx *tx, int64_t reply_id, struct record_leaving *ret)
{
    static const char sql[] =
        "SELECT m.resident_id, m.may_reply, m.gone_at IS NOT NULL AS gone,"
        " EXISTS(SELECT 1 FROM message o WHERE o.resident_id=m.resident_id AND o.kind='private')"
        " AS wrote_private,"
        " EXISTS(SELECT 1 FROM handoff_case c WHERE c.id=p.case_id AND c.sensitive) AS urgent,"
        " p.bulk_id IS NOT NULL AS to_many,"
        " (SELECT count(*) FROM message o JOIN reply a ON a.message_id=o.id"
        "  WHERE o.conversation_id=m.conversation_id AND a.id<>p.id AND a.staff_id IS NULL"
        "  AND a.elsewhere=0 AND a.state IN ('sending', 'unknown', 'sent')) AS said_here"
        " FROM reply p JOIN message m ON m.id=p.message_id WHERE p.id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    int r = stmt_next(q);
    if (r == 1)
        *ret = (struct record_leaving){
            .resident_id = col_int64(q, "resident_id"),
            .may_reply = col_int64(q, "may_reply") != 0,
            .wrote_private = col_int64(q, "wrote_private") != 0,
            .gone = col_int64(q, "gone") != 0,
            .urgent = col_int64(q, "urgent") != 0,
            .to_many = col_int64(q, "to_many") != 0,
            .said_here = (unsigned)col_int64(q, "said_here"),
        };
    stmt_done(q);
    return r == 1 ? 0 : r < 0 ? r : ERR_DB;
}

int record_is_said(struct tx *tx, int64_t reply_id, struct str body, bool waiting, int64_t since_at)
{
    static const char sql[] =
        "SELECT 1 AS said FROM reply WHERE body=?1 AND changed_at>=?2 AND id<>?3 AND private=0"
        " AND (state IN ('sending', 'unknown', 'sent') OR (?4 AND state IN ('queued', 'held', "
        "'withheld')))"
        " LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, body);
    stmt_bind_int64(q, 2, since_at);
    stmt_bind_int64(q, 3, reply_id);
    stmt_bind_int64(q, 4, waiting);
    int r = stmt_next(q);
    stmt_done(q);
    return r;
}

static int read_said(struct stmt *q, struct arena *arena, struct record_said *ret)
{
    *ret = (struct record_said){
        .at = col_int64(q, "changed_at"),
        .resident_id = col_int64(q, "resident_id"),
        .body = arena_str(arena, col_str(q, "body")),
        .waiting = col_int64(q, "waiting") != 0,
        .by_account = col_int64(q, "by_account") != 0,
    };
    return ret->body.p ? 0 : ERR_NOMEM;
}

int record_list_told(struct tx *tx, struct arena *arena, int64_t reply_id, int64_t resident_id,
                     int64_t since_at, struct record_said *ret)
{
    static const char sql[] =
        "SELECT p.body, p.changed_at, m.resident_id, p.state IN ('queued', 'held', 'withheld') AS "
        "waiting, 1 AS by_account FROM message m JOIN reply p ON p.message_id=m.id"
        " WHERE m.resident_id=?1 AND p.changed_at>=?2 AND p.id<>?3"
        " AND p.state NOT IN ('failed', 'dropped', 'proposed', 'returned')"
        /* parts of one answer go on with each other */
        " AND NOT EXISTS(SELECT 1 FROM reply o WHERE o.id=?3 AND o.case_id=p.case_id"
        " AND o.staff_id=p.staff_id AND o.created_at=p.created_at"
        " AND (o.after_id IS NOT NULL OR p.after_id IS NOT NULL)) ORDER BY p.id DESC";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, resident_id);
    stmt_bind_int64(q, 2, since_at);
    stmt_bind_int64(q, 3, reply_id);
    int count = 0, r = 0;
    while (count < RECORD_SAID_MAX && (r = stmt_next(q)) == 1) {
        r = read_said(q, arena, &ret[count]);
        if (r < 0)
            break;
        count++;
    }
    stmt_done(q);
    return r < 0 ? r : count;
}

int record_list_automatic(struct tx *tx, struct arena *arena, int64_t reply_id, struct str account,
                          int64_t since_at, struct record_said *ret)
{
    /* state by state, newest first: the index leads to the few that are wanted */
    static const char *const states[] = { "sending", "unknown", "sent", "queued", "withheld" };
    static const char sql[] =
        "SELECT p.body, p.changed_at, m.resident_id, p.state IN ('queued', 'withheld') AS waiting,"
        " m.account=?2 AS by_account FROM reply p JOIN message m ON m.id=p.message_id"
        " WHERE p.state=?1 AND p.changed_at>=?3 AND p.staff_id IS NULL AND p.elsewhere=0"
        " AND p.id<>?4 ORDER BY p.changed_at DESC, p.id DESC";
    int count = 0, r = 0;
    for (size_t i = 0; i < ARRAY_LEN(states) && r >= 0; i++) {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_str(q, 1, str_of(states[i]));
        stmt_bind_str(q, 2, account);
        stmt_bind_int64(q, 3, since_at);
        stmt_bind_int64(q, 4, reply_id);
        while (count < RECORD_SAID_MAX && (r = stmt_next(q)) == 1) {
            r = read_said(q, arena, &ret[count]);
            if (r < 0)
                break;
            count++;
        }
        stmt_done(q);
    }
    return r < 0 ? r : count;
}

int record_confirm(struct tx *tx, int64_t reply_id)
{
    static const char sql[] = "UPDATE reply SET confirms=1 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    return stmt_run(q);
}

/* Takes back what waits for the message's author. */
static int take_back(struct tx *tx, int64_t message_id, int64_t now)
{
    static const char sql[] =
        "SELECT p.id, o.conversation_id=m.conversation_id AS here FROM message m"
        " JOIN message o ON o.resident_id=m.resident_id JOIN reply p ON p.message_id=o.id"
        " WHERE m.id=?1 AND p.state='queued' AND p.staff_id IS NULL AND p.insisted=0"
        " AND p.confirms=0 LIMIT 1";
    for (;;) {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, message_id);
        int r = stmt_next(q);
        int64_t id = r == 1 ? col_int64(q, "id") : 0;
        enum reply_state state = r == 1 && col_int64(q, "here") ? REPLY_DROPPED : REPLY_FAILED;
        stmt_done(q);
        if (r != 1)
            return r;
        r = record_move_reply(tx, id, state, STR(""),
                              STR("Not sent: the resident asked for no automatic replies"), now);
        if (r < 0)
            return r;
    }
}

int record_opt_out(struct tx *tx, int64_t message_id, int64_t now)
{
    static const char sql[] = "UPDATE resident SET opted_out_at=?2 WHERE opted_out_at IS NULL"
                              " AND id=(SELECT resident_id FROM message WHERE id=?1)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    return r < 0 ? r : take_back(tx, message_id, now);
}

int record_opt_in(struct tx *tx, int64_t message_id)
{
    static const char sql[] = "UPDATE resident SET opted_out_at=NULL"
                              " WHERE id=(SELECT resident_id FROM message WHERE id=?1)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    return stmt_run(q);
}
