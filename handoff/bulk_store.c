/* SQL of one message to many. */
#include "handoff/bulk.h"

#include "handoff/record_private.h"

int bulk_look_up(struct tx *tx, struct arena *arena, int64_t case_id, struct bulk_case *ret)
{
    static const char sql[] =
        "SELECT c.version, c.state='closed' AS closed, coalesce(c.owner_id, 0) AS owner_id,"
        " c.sensitive, c.elsewhere, c.resident_id, r.handle, m.account,"
        " coalesce((SELECT n.id FROM message n WHERE n.conversation_id=c.conversation_id"
        "  AND n.resident_id=c.resident_id AND n.kind<>'private' AND n.may_reply=1"
        "  AND n.gone_at IS NULL ORDER BY n.kind='addressed' DESC, n.id DESC LIMIT 1), 0)"
        " AS message_id FROM handoff_case c JOIN resident r ON r.id=c.resident_id"
        " JOIN message m ON m.id=c.message_id WHERE c.id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    int r = stmt_next(q);
    if (r == 1) {
        *ret = (struct bulk_case){
            .version = col_int64(q, "version"),
            .owner_id = col_int64(q, "owner_id"),
            .resident_id = col_int64(q, "resident_id"),
            .message_id = col_int64(q, "message_id"),
            .closed = col_int64(q, "closed") != 0,
            .sensitive = col_int64(q, "sensitive") != 0,
            .elsewhere = col_int64(q, "elsewhere") != 0,
            .handle = arena_str(arena, col_str(q, "handle")),
            .account = arena_str(arena, col_str(q, "account")),
        };
        r = ret->handle.p && ret->account.p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

static int tell(struct tx *tx, const char *kind, int64_t bulk_id, int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "INSERT INTO event(at, kind, staff_id, bulk_id) VALUES(?1, ?2, ?3, ?4)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now);
    stmt_bind_str(q, 2, str_of(kind));
    stmt_bind_int64(q, 3, staff_id);
    stmt_bind_int64(q, 4, bulk_id);
    return stmt_run(q);
}

int bulk_begin(struct tx *tx, int64_t staff_id, struct str text, int64_t now, int64_t *ret_id)
{
    static const char sql[] = "INSERT INTO bulk(staff_id, text, at) VALUES(?1, ?2, ?3)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_str(q, 2, text);
    stmt_bind_int64(q, 3, now);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    *ret_id = tx_last_id(tx);
    return tell(tx, "bulk.begun", *ret_id, staff_id, now);
}

static int set_bulk(struct tx *tx, int64_t reply_id, int64_t bulk_id)
{
    static const char sql[] = "UPDATE reply SET bulk_id=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    stmt_bind_int64(q, 2, bulk_id);
    return stmt_run(q);
}

int bulk_add(struct tx *tx, int64_t bulk_id, const struct case_command *c, int64_t message_id,
             struct str body)
{
    int64_t reply_id;
    struct record_draft draft = {
        .message_id = message_id, .case_id = c->case_id, .staff_id = c->staff_id, .body = body
    };
    struct record_event e = {
        .kind = "case.replied",
        .case_id = c->case_id,
        .message_id = message_id,
        .staff_id = c->staff_id,
    };
    int r = case_claim(tx, c);
    if (r != CASE_DONE)
        return r;
    r = record_queue_reply(tx, &draft, c->now, &reply_id);
    if (r == 0)
        r = set_bulk(tx, reply_id, bulk_id);
    if (r == 0)
        r = case_answered(tx, c->case_id, c->now);
    if (r == 0)
        r = case_touch(tx, c->case_id, c->now);
    return r < 0 ? r : record_add_event(tx, &e, c->now);
}

/* The next reply that waits: 1 found, 0 none. */
static int next_waiting(struct tx *tx, int64_t bulk_id, int64_t *ret_reply, int64_t *ret_case)
{
    static const char sql[] =
        "SELECT id, case_id FROM reply WHERE bulk_id=?1 AND state='queued' LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, bulk_id);
    int r = stmt_next(q);
    if (r == 1) {
        *ret_reply = col_int64(q, "id");
        *ret_case = col_int64(q, "case_id");
    }
    stmt_done(q);
    return r;
}

static int drop_waiting(struct tx *tx, int64_t bulk_id, int64_t now)
{
    for (int count = 0;; count++) {
        int64_t reply_id, case_id;
        int r = next_waiting(tx, bulk_id, &reply_id, &case_id);
        if (r != 1)
            return r < 0 ? r : count;
        r = case_take_back(tx, case_id, now);
        if (r == 0)
            r = record_move_reply(tx, reply_id, REPLY_DROPPED, STR(""),
                                  STR("The message to many was stopped before this left"), now);
        if (r < 0)
            return r;
    }
}

int bulk_stop(struct tx *tx, int64_t bulk_id, int64_t staff_id, int64_t now)
{
    static const char sql[] = "UPDATE bulk SET stopped_at=?2 WHERE id=?1";
    int count = drop_waiting(tx, bulk_id, now);
    if (count <= 0)
        return count;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, bulk_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    if (r == 0)
        r = tell(tx, "bulk.stopped", bulk_id, staff_id, now);
    return r < 0 ? r : count;
}
