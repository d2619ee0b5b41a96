/* SQL of replies: how they wait, leave and end. The states are in ARCHITECTURE.md, "A reply's
 * life". */
#include <inttypes.h>

#include "handoff/cases.h"
#include "handoff/record_private.h"

const char *reply_state_name(enum reply_state state)
{
    switch (state) {
    case REPLY_QUEUED:
        return "queued";
    case REPLY_SENDING:
        return "sending";
    case REPLY_UNKNOWN:
        return "unknown";
    case REPLY_SENT:
        return "sent";
    case REPLY_FAILED:
        return "failed";
    case REPLY_DROPPED:
        return "dropped";
    case REPLY_WITHHELD:
        return "withheld";
    case REPLY_HELD:
        return "held";
    case REPLY_PROPOSED:
        return "proposed";
    case REPLY_RETURNED:
        return "returned";
    }
    return "?";
}

enum reply_state reply_state_of_name(struct str name)
{
    enum reply_state state = REPLY_QUEUED;
    while (state < REPLY_RETURNED && !str_eq(name, str_of(reply_state_name(state))))
        state++;
    return state;
}

static const char *event_of(enum reply_state state)
{
    switch (state) {
    case REPLY_QUEUED:
        return "reply.queued";
    case REPLY_SENDING:
        return NULL; /* of no use to anybody but ourselves */
    case REPLY_UNKNOWN:
        return "reply.unknown";
    case REPLY_SENT:
        return "reply.sent";
    case REPLY_FAILED:
        return "reply.failed";
    case REPLY_DROPPED:
        return "reply.dropped";
    case REPLY_WITHHELD:
        return "reply.withheld";
    case REPLY_HELD:
        return "reply.held";
    case REPLY_PROPOSED:
        return "reply.proposed";
    case REPLY_RETURNED:
        return "reply.returned";
    }
    return NULL;
}

int record_queue_reply(struct tx *tx, const struct record_draft *draft, int64_t now,
                       int64_t *ret_id)
{
    static const char sql[] =
        "INSERT INTO reply(message_id, case_id, staff_id, body, private, confirms, state, "
        "created_at, changed_at, held_until, after_id, approver_id)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, draft->message_id);
    if (draft->case_id)
        stmt_bind_int64(q, 2, draft->case_id);
    if (draft->staff_id)
        stmt_bind_int64(q, 3, draft->staff_id);
    stmt_bind_str(q, 4, draft->body);
    stmt_bind_int64(q, 5, draft->is_private);
    stmt_bind_int64(q, 6, draft->confirms);
    stmt_bind_str(q, 7, str_of(reply_state_name(draft->state)));
    stmt_bind_int64(q, 8, now);
    if (draft->state == REPLY_HELD)
        stmt_bind_int64(q, 9, draft->held_until);
    if (draft->after_id)
        stmt_bind_int64(q, 10, draft->after_id);
    if (draft->approver_id)
        stmt_bind_int64(q, 11, draft->approver_id);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    *ret_id = tx_last_id(tx);
    struct record_event e = { event_of(draft->state), draft->case_id, draft->message_id, *ret_id,
                              draft->staff_id,        STR(""),        STR(""),           STR("") };
    return record_add_event(tx, &e, now);
}

/* a case that is open says itself who has it */
#define SQL_OPEN_CASE                                                                    \
    "EXISTS(SELECT 1 FROM handoff_case c WHERE c.conversation_id=m.conversation_id AND " \
    "c.state<>'closed')"
#define SQL_ELSEWHERE_SINCE SQL_ELSEWHERE("m.conversation_id", "m.written_at")
#define REPLY_COLUMNS                                                                              \
    "SELECT p.id, p.message_id, coalesce(p.case_id, 0) AS case_id, coalesce(p.staff_id, 0) AS "    \
    "staff_id,"                                                                                    \
    " p.body, iif(p.after_id IS NULL, m.remote_id, b.remote_id) AS parent, coalesce(p.error, '') " \
    "AS error, p.looks, p.attempts, "                                                              \
    "p.insisted, p.private, p.confirms, r.remote_id AS recipient,"                                 \
    " r.opted_out_at IS NOT NULL AS opted_out, m.written_at,"                                      \
    " " SQL_OPEN_CASE " AS case_open,"                                                             \
    " EXISTS(SELECT 1 FROM handoff_case c WHERE c.conversation_id=m.conversation_id AND "          \
    "(c.state='claimed' OR (c.elsewhere AND c.state<>'closed')))"                                  \
    " OR (p.confirms=0 AND NOT " SQL_OPEN_CASE " AND " SQL_ELSEWHERE_SINCE                         \
    ") AS case_claimed FROM reply p JOIN message m"                                                \
    " ON m.id=p.message_id JOIN resident r ON "                                                    \
    "r.id=m.resident_id LEFT JOIN reply b ON b.id=p.after_id "

/* A part answers the one before it, so that must be out. */
#define ITS_TURN " AND (p.after_id IS NULL OR b.state='sent')"

static int read_reply(struct stmt *q, struct arena *arena, struct record_reply *ret)
{
    *ret = (struct record_reply){
        .id = col_int64(q, "id"),
        .message_id = col_int64(q, "message_id"),
        .case_id = col_int64(q, "case_id"),
        .staff_id = col_int64(q, "staff_id"),
        .body = arena_str(arena, col_str(q, "body")),
        .parent = arena_str(arena, col_str(q, "parent")),
        .error = arena_str(arena, col_str(q, "error")),
        .insisted = col_int64(q, "insisted") != 0,
        .opted_out = col_int64(q, "opted_out") != 0,
        .case_claimed = col_int64(q, "case_claimed") != 0,
        .case_open = col_int64(q, "case_open") != 0,
        .written_at = col_int64(q, "written_at"),
        .looks = (unsigned)col_int64(q, "looks"),
        .attempts = (unsigned)col_int64(q, "attempts"),
        .recipient = arena_str(arena, col_str(q, "recipient")),
        .is_private = col_int64(q, "private") != 0,
        .confirms = col_int64(q, "confirms") != 0,
    };
    return ret->body.p && ret->parent.p && ret->error.p && ret->recipient.p ? 1 : ERR_NOMEM;
}

int record_next_queued(struct tx *tx, struct str account, struct record_lanes lanes,
                       struct arena *arena, struct record_reply *ret)
{
    /* one that was refused and is tried again has the network's words, and waits for a while */
    static const char sql[] = REPLY_COLUMNS
        "WHERE p.state='queued' AND m.account=?1" ITS_TURN
        " AND (p.error IS NULL OR p.changed_at<=?6)"
        " AND CASE WHEN p.staff_id IS NULL THEN iif(p.private, ?5, ?4) ELSE iif(p.private, ?3, ?2)"
        " END ORDER BY (p.bulk_id IS NOT NULL), (p.staff_id IS NULL), p.id LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    stmt_bind_int64(q, 2, lanes.people_public);
    stmt_bind_int64(q, 3, lanes.people_private);
    stmt_bind_int64(q, 4, lanes.automatic_public);
    stmt_bind_int64(q, 5, lanes.automatic_private);
    stmt_bind_int64(q, 6, lanes.refused_before);
    int r = stmt_next(q);
    if (r == 1)
        r = read_reply(q, arena, ret);
    stmt_done(q);
    return r;
}

int record_list_unknown(struct tx *tx, struct str account, struct arena *arena,
                        struct record_reply *ret, int max)
{
    static const char sql[] =
        REPLY_COLUMNS "WHERE p.state='unknown' AND m.account=?2" ITS_TURN " ORDER BY p.id LIMIT ?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, max);
    stmt_bind_str(q, 2, account);
    int count = 0, r;
    while ((r = stmt_next(q)) == 1) {
        r = read_reply(q, arena, &ret[count]);
        if (r < 0)
            break;
        count++;
    }
    stmt_done(q);
    return r < 0 ? r : count;
}

/*
 * What failed for good is shown to staff as a case (promise 3): the one that is open, else its own
 * reopened, else a new one.
 */
static int case_of_failed(struct tx *tx, int64_t reply_id, int64_t now, int64_t *case_id)
{
    static const char q_about[] =
        "SELECT m.id AS message_id, m.resident_id, m.conversation_id, coalesce(p.case_id, 0) AS "
        "own_case,"
        " p.staff_id IS NOT NULL AS person, coalesce(c.id, 0) AS open_case FROM reply p JOIN "
        "message m ON m.id=p.message_id"
        " LEFT JOIN handoff_case c ON c.conversation_id=m.conversation_id AND c.state<>'closed' "
        "WHERE p.id=?1";
    static const char q_set[] = "UPDATE reply SET case_id=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, q_about);
    stmt_bind_int64(q, 1, reply_id);
    int r = stmt_next(q);
    if (r != 1)
        return r < 0 ? r : ERR_DB;
    struct case_opening o = {
        .conversation_id = col_int64(q, "conversation_id"),
        .resident_id = col_int64(q, "resident_id"),
        .message_id = col_int64(q, "message_id"),
        .reason = STR("unresolved"),
        .priority = CASE_SOON,
    };
    int64_t own_case = col_int64(q, "own_case");
    bool person = col_int64(q, "person") != 0;
    *case_id = col_int64(q, "open_case");
    stmt_done(q);
    r = 0;
    if (!*case_id && own_case) {
        *case_id = own_case;
        r = case_reopen(tx, own_case, now);
    } else if (!*case_id) {
        r = case_open(tx, &o, now, case_id);
    } else if (person) {
        r = case_unanswered(tx, *case_id, now);
    }
    if (r < 0)
        return r;
    q = tx_stmt(tx, q_set);
    stmt_bind_int64(q, 1, reply_id);
    stmt_bind_int64(q, 2, *case_id);
    return stmt_run(q);
}

/* A reply that can't be moved: 0, it is sent already; ERR_DB, there is none. */
static int must_be_sent(struct tx *tx, int64_t reply_id)
{
    static const char sql[] = "SELECT id FROM reply WHERE id=?1";
    int64_t id;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    int r = record_one_id(q, &id);
    return r == 1 ? 0 : r < 0 ? r : ERR_DB;
}

/* What was to follow a part that won't leave doesn't either. */
static int take_along(struct tx *tx, int64_t reply_id, enum reply_state state, int64_t now)
{
    static const char sql[] = "SELECT id FROM reply WHERE after_id=?1 AND state='queued'";
    int64_t id;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    int r = record_one_id(q, &id);
    if (r != 1)
        return r;
    struct str why =
        state == REPLY_FAILED ? STR("Not sent: the part before it could not be") : STR("");
    return record_move_reply(tx, id, state, STR(""), why, now);
}

int record_move_reply(struct tx *tx, int64_t reply_id, enum reply_state state, struct str remote_id,
                      struct str error, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state=?2, remote_id=?3, error=?4, looks=0,"
        " attempts=attempts+(?2='unknown'), changed_at=?5 WHERE id=?1 AND state<>'sent'"
        " RETURNING message_id, coalesce(case_id, 0) AS case_id, coalesce(staff_id, 0) AS staff_id";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    stmt_bind_str(q, 2, str_of(reply_state_name(state)));
    if (remote_id.len)
        stmt_bind_str(q, 3, remote_id);
    if (error.len)
        stmt_bind_str(q, 4, error);
    stmt_bind_int64(q, 5, now);
    int r = stmt_next(q);
    if (r != 1)
        return r < 0 ? r : must_be_sent(tx, reply_id);
    char writer[32] = "";
    struct record_event e = { event_of(state),
                              col_int64(q, "case_id"),
                              col_int64(q, "message_id"),
                              reply_id,
                              col_int64(q, "staff_id"),
                              error,
                              STR(""),
                              STR("") };
    stmt_done(q);
    if (state == REPLY_FAILED && e.staff_id)
        (void)snprintf(writer, sizeof writer, "[%" PRId64 "]", e.staff_id);
    e.concerns = str_of(writer);
    r = state == REPLY_FAILED ? case_of_failed(tx, reply_id, now, &e.case_id) : 0;
    if (r == 0 && e.kind)
        r = record_add_event(tx, &e, now);
    bool stays = state == REPLY_FAILED || state == REPLY_WITHHELD;
    return r == 0 && stays ? take_along(tx, reply_id, state, now) : r;
}

int record_retry_reply(struct tx *tx, int64_t reply_id, int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state='queued', error=NULL, looks=0, attempts=0, insisted=1, "
        "changed_at=?2 WHERE id=(SELECT p.id FROM " SQL_PARTS " WHERE p.state='failed' ORDER BY"
        " p.id LIMIT 1) RETURNING id, message_id, coalesce(case_id, 0) AS case_id";
    int r;
    for (bool any = false;; any = true) {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, reply_id);
        stmt_bind_int64(q, 2, now);
        r = stmt_next(q);
        if (r != 1)
            return r < 0 ? r : any ? 0 : ERR_DB;
        struct record_event e = { "reply.queued",
                                  col_int64(q, "case_id"),
                                  col_int64(q, "message_id"),
                                  col_int64(q, "id"),
                                  staff_id,
                                  STR(""),
                                  STR(""),
                                  STR("") };
        stmt_done(q);
        r = record_add_event(tx, &e, now);
        if (r < 0)
            return r;
    }
}

int record_count_look(struct tx *tx, int64_t reply_id)
{
    static const char sql[] = "UPDATE reply SET looks=looks+1 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    return stmt_run(q);
}

static int drop_all(struct tx *tx, const char *sql, int64_t id, struct str why, int64_t now)
{
    for (;;) {
        int64_t reply_id;
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, id);
        int r = record_one_id(q, &reply_id);
        if (r == 1)
            r = record_move_reply(tx, reply_id, REPLY_DROPPED, STR(""), why, now);
        else
            return r;
        if (r < 0)
            return r;
    }
}

/* Automatic, never tried, and not what somebody who opted out is still owed. */
#define WITHDRAWABLE                                                                  \
    " p.state='queued' AND p.attempts=0 AND p.staff_id IS NULL AND p.insisted=0 AND " \
    "p.confirms=0 LIMIT 1"

int record_drop_of_conversation(struct tx *tx, int64_t conversation_id, struct str why, int64_t now)
{
    static const char sql[] = "SELECT p.id FROM message m JOIN reply p ON p.message_id=m.id"
                              " WHERE m.conversation_id=?1 AND" WITHDRAWABLE;
    return drop_all(tx, sql, conversation_id, why, now);
}

int record_drop_of_case(struct tx *tx, int64_t case_id, struct str why, int64_t now)
{
    static const char sql[] = "SELECT p.id FROM handoff_case c JOIN message m ON "
                              "m.conversation_id=c.conversation_id JOIN reply p ON "
                              "p.message_id=m.id WHERE c.id=?1 AND" WITHDRAWABLE;
    return drop_all(tx, sql, case_id, why, now);
}

int record_drop_of_message(struct tx *tx, int64_t message_id, struct str why, int64_t now)
{
    static const char sql[] = "SELECT p.id FROM reply p WHERE p.message_id=?1 AND" WITHDRAWABLE;
    return drop_all(tx, sql, message_id, why, now);
}

int record_recover_sending(struct tx *tx, int64_t now)
{
    static const char q_next[] = "SELECT id FROM reply WHERE state='sending' LIMIT 1";
    int count = 0;
    for (;;) {
        int64_t id;
        int r = record_one_id(tx_stmt(tx, q_next), &id);
        if (r != 1)
            return r < 0 ? r : count;
        r = record_move_reply(tx, id, REPLY_UNKNOWN, STR(""), STR(""), now);
        if (r < 0)
            return r;
        count++;
    }
}

/* What @q gives, whose ?1 to ?3 are the same in both queries. */
static int add_others(struct stmt *q, struct arena *arena, const struct record_around *around,
                      struct record_other *list, int *count)
{
    int r;
    stmt_bind_int64(q, 1, around->case_id);
    stmt_bind_int64(q, 2, RECORD_OTHERS_MAX - *count);
    stmt_bind_int64(q, 3, around->privately);
    while ((r = stmt_next(q)) == 1) {
        struct record_other *o = &list[*count];
        *o = (struct record_other){ arena_str(arena, col_str(q, "handle")),
                                    arena_str(arena, col_str(q, "name")) };
        if (!o->handle.p || !o->name.p) {
            r = ERR_NOMEM;
            break;
        }
        ++*count;
    }
    stmt_done(q);
    return r;
}

#define OTHERS                                                                          \
    "SELECT r.handle, r.name FROM handoff_case c JOIN resident r ON r.id=c.resident_id" \
    " JOIN message m ON m.id=c.message_id"                                              \
    " LEFT JOIN handoff_case mine ON mine.id=?1 LEFT JOIN resident own"                 \
    " ON own.id=mine.resident_id"                                                       \
    " WHERE r.id IS NOT own.id AND r.name IS NOT own.name AND r.handle<>''"             \
    " AND (?3 OR m.kind<>'private') AND "

int record_list_others(struct tx *tx, struct arena *arena, const struct record_around *around,
                       struct record_other *ret)
{
    static const char q_open[] =
        OTHERS "c.state<>'closed' ORDER BY c.muted, c.priority, c.due_at IS NULL, c.due_at, "
               "c.opened_at LIMIT ?2";
    static const char q_closed[] =
        OTHERS "c.state='closed' AND c.changed_at>=?4 ORDER BY c.changed_at DESC LIMIT ?2";
    int count = 0, r = add_others(tx_stmt(tx, q_open), arena, around, ret, &count);
    if (r < 0)
        return r;
    struct stmt *q = tx_stmt(tx, q_closed);
    stmt_bind_int64(q, 4, around->since_at);
    r = add_others(q, arena, around, ret, &count);
    return r < 0 ? r : count;
}
