/* SQL of cases. A command is refused, with nothing done, if its sender saw another version than
 * there is. */
#include "handoff/cases.h"

#include "handoff/held.h"
#include "handoff/record_private.h"
#include "kb/kb.h"

static int tell(struct tx *tx, const char *kind, int64_t case_id, int64_t message_id,
                int64_t staff_id, struct str text, int64_t now)
{
    struct record_event e = { kind, case_id, message_id, 0, staff_id, text, STR("") };
    return record_add_event(tx, &e, now);
}

unsigned case_urgency(struct str reason)
{
    enum kb_class class = KB_CLASS_EMERGENCY;
    while (class < KB_REASONS && !str_eq(reason, kb_class_name(class)))
        class ++;
    return (unsigned)(KB_REASONS - class);
}

int case_open(struct tx *tx, const struct case_opening *o, int64_t now, int64_t *ret_id)
{
    static const char sql[] = "INSERT INTO handoff_case(conversation_id, resident_id, message_id, "
                              "version, state, priority, reason, sensitive,"
                              " team, acknowledged, elsewhere, opened_at, changed_at)"
                              " VALUES(?1, ?2, ?3, 1, 'open', ?4, ?5, ?6, ?7, ?8, " SQL_ELSEWHERE(
                                  "?1", "?9-?10") ", ?9, ?9)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, o->conversation_id);
    stmt_bind_int64(q, 2, o->resident_id);
    stmt_bind_int64(q, 3, o->message_id);
    stmt_bind_int64(q, 4, o->priority);
    stmt_bind_str(q, 5, o->reason);
    stmt_bind_int64(q, 6, o->sensitive);
    stmt_bind_str(q, 7, o->team.len ? o->team : STR("customer services"));
    stmt_bind_int64(q, 8, o->acknowledged);
    stmt_bind_int64(q, 9, now);
    stmt_bind_int64(q, 10, RECORD_TALK_S);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    *ret_id = tx_last_id(tx);
    return tell(tx, "case.opened", *ret_id, o->message_id, 0, o->reason, now);
}

/* Is the case less urgent than what joins it? 1 yes, 0 no. */
static int is_outdone(struct tx *tx, int64_t case_id, const struct case_opening *o)
{
    static const char sql[] = "SELECT priority, reason FROM handoff_case WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    int r = stmt_next(q);
    if (r == 1)
        r = o->priority < col_int64(q, "priority") ||
            case_urgency(o->reason) > case_urgency(col_str(q, "reason"));
    stmt_done(q);
    return r;
}

int case_revise(struct tx *tx, int64_t case_id, const struct case_opening *o, int64_t now)
{
    static const char q_touch[] = "UPDATE handoff_case SET version=version+1, changed_at=?2,"
                                  " acknowledged=max(acknowledged, ?3) WHERE id=?1";
    static const char q_raise[] =
        "UPDATE handoff_case SET priority=?2, reason=?3, sensitive=?4, team=?5 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, q_touch);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    stmt_bind_int64(q, 3, o->acknowledged);
    int r = stmt_run(q);
    if (r == 0 && o->reason.len)
        r = is_outdone(tx, case_id, o);
    if (r != 1)
        return r;
    q = tx_stmt(tx, q_raise);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, o->priority);
    stmt_bind_str(q, 3, o->reason);
    stmt_bind_int64(q, 4, o->sensitive);
    stmt_bind_str(q, 5, o->team.len ? o->team : STR("customer services"));
    r = stmt_run(q);
    return r < 0 ? r : tell(tx, "case.raised", case_id, o->message_id, 0, o->reason, now);
}

int case_join(struct tx *tx, int64_t case_id, const struct case_opening *o, int64_t now)
{
    int r = tell(tx, "case.message", case_id, o->message_id, 0, STR(""), now);
    return r < 0 ? r : case_revise(tx, case_id, o, now);
}

int case_taken_elsewhere(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] = "UPDATE handoff_case SET elsewhere=owner_id IS NULL,"
                              " version=version+1, changed_at=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    return stmt_run(q);
}

int case_touch(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] =
        "UPDATE handoff_case SET version=version+1, changed_at=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    return stmt_run(q);
}

int case_reopen(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] = "UPDATE handoff_case SET state='open', owner_id=NULL, outcome=NULL,"
                              " version=version+1, changed_at=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    return r < 0 ? r : tell(tx, "case.reopened", case_id, 0, 0, STR(""), now);
}

int case_untouched(struct tx *tx, int64_t case_id, int64_t resident_id, int64_t since_at)
{
    static const char sql[] =
        "SELECT 1 AS untouched FROM handoff_case c WHERE c.id=?1 AND c.state='open'"
        " AND c.elsewhere=0 AND c.reason='unresolved' AND c.priority=?4"
        " AND NOT EXISTS(SELECT 1 FROM event e LEFT JOIN message m ON m.id=e.message_id"
        " WHERE e.case_id=c.id AND (e.staff_id IS NOT NULL OR m.resident_id<>?2"
        " OR m.written_at<?3))";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, resident_id);
    stmt_bind_int64(q, 3, since_at);
    stmt_bind_int64(q, 4, CASE_NORMAL);
    int r = stmt_next(q);
    stmt_done(q);
    return r;
}

int case_settle(struct tx *tx, int64_t case_id, int64_t message_id, struct str why, int64_t now)
{
    static const char sql[] = "UPDATE handoff_case SET state='closed', outcome='answered',"
                              " version=version+1, changed_at=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    return r < 0 ? r : tell(tx, "case.closed", case_id, message_id, 0, why, now);
}

struct found {
    int64_t owner_id;
    bool elsewhere;
    int64_t public_id, private_id; /* the message that such a reply answers; 0: there is none */
};

/* The case, if the command may go on: it is there, open, and as the sender saw it. */
static int look_up(struct tx *tx, const struct case_command *c, struct found *ret)
{
    static const char sql[] =
        "SELECT version, state, coalesce(owner_id, 0) AS owner_id, elsewhere,"
        /* the newest that we may answer */
        " coalesce((SELECT m.id FROM message m WHERE m.conversation_id=c.conversation_id"
        "  AND m.kind<>'private' ORDER BY m.kind='addressed' DESC, m.may_reply DESC, m.id DESC"
        "  LIMIT 1), 0) AS public_id,"
        " coalesce((SELECT m.id FROM message m WHERE m.conversation_id=c.conversation_id"
        "  AND m.resident_id=c.resident_id ORDER BY m.kind='private' DESC, m.id DESC LIMIT 1), 0)"
        " AS private_id FROM handoff_case c WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, c->case_id);
    int r = stmt_next(q);
    if (r != 1)
        return r < 0 ? r : CASE_UNKNOWN;
    bool closed = str_is(col_str(q, "state"), "closed"),
         stale = col_int64(q, "version") != c->version;
    *ret = (struct found){ col_int64(q, "owner_id"), col_int64(q, "elsewhere") != 0,
                           col_int64(q, "public_id"), col_int64(q, "private_id") };
    stmt_done(q);
    return closed ? CASE_CLOSED : stale ? CASE_STALE : CASE_DONE;
}

/* As look_up, and the sender must hold the case. */
static int look_up_own(struct tx *tx, const struct case_command *c, struct found *ret)
{
    int r = look_up(tx, c, ret);
    return r == CASE_DONE && ret->owner_id != c->staff_id ? CASE_NOT_YOURS : r;
}

static int set_state(struct tx *tx, const struct case_command *c, const char *state,
                     int64_t owner_id, struct str outcome)
{
    static const char sql[] = "UPDATE handoff_case SET state=?2, owner_id=?3, outcome=?4, "
                              "elsewhere=0, version=version+1, changed_at=?5"
                              " WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, c->case_id);
    stmt_bind_str(q, 2, str_of(state));
    if (owner_id)
        stmt_bind_int64(q, 3, owner_id);
    if (outcome.len)
        stmt_bind_str(q, 4, outcome);
    stmt_bind_int64(q, 5, c->now);
    return stmt_run(q);
}

int case_claim(struct tx *tx, const struct case_command *c)
{
    struct found found;
    int r = look_up(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    if (found.owner_id)
        return found.owner_id == c->staff_id ? CASE_DONE : CASE_TAKEN;
    r = set_state(tx, c, "claimed", c->staff_id, STR(""));
    return r < 0 ? r : tell(tx, "case.claimed", c->case_id, 0, c->staff_id, STR(""), c->now);
}

int case_release(struct tx *tx, const struct case_command *c)
{
    struct found found;
    int r = look_up(tx, c, &found);
    if (r == CASE_DONE && found.owner_id && found.owner_id != c->staff_id)
        r = CASE_NOT_YOURS;
    return r == CASE_DONE ? case_put_back(tx, c) : r;
}

int case_put_back(struct tx *tx, const struct case_command *c)
{
    struct found found;
    int r = look_up(tx, c, &found);
    if (r == CASE_DONE && !found.owner_id && !found.elsewhere)
        r = CASE_NOT_YOURS;
    if (r != CASE_DONE)
        return r;
    r = set_state(tx, c, "open", 0, STR(""));
    return r < 0 ? r : tell(tx, "case.released", c->case_id, 0, c->staff_id, STR(""), c->now);
}

int case_release_all(struct tx *tx, int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "SELECT id, version FROM handoff_case WHERE owner_id=?1 AND state='claimed' LIMIT 1";
    for (;;) {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, staff_id);
        int r = stmt_next(q);
        if (r != 1)
            return r;
        struct case_command c = { col_int64(q, "id"), col_int64(q, "version"), staff_id, now };
        stmt_done(q);
        r = case_release(tx, &c);
        if (r != CASE_DONE)
            return r < 0 ? r : ERR_DB;
    }
}

int case_reply(struct tx *tx, const struct case_command *c, const struct case_answer *a,
               int64_t *ret_reply_id)
{
    struct found found;
    int r = look_up_own(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    struct record_draft draft = {
        .message_id = a->is_private ? found.private_id : found.public_id,
        .case_id = c->case_id,
        .staff_id = c->staff_id,
        .is_private = a->is_private,
        .state = a->state,
        .held_until = a->held_until,
    };
    if (!draft.message_id)
        return CASE_NO_WAY;
    r = set_state(tx, c, "claimed", c->staff_id, STR(""));
    for (size_t i = 0; i < a->part_count && r == 0; i++) {
        draft.body = a->parts[i];
        r = record_queue_reply(tx, &draft, c->now, &draft.after_id);
        if (i == 0)
            *ret_reply_id = draft.after_id;
    }
    if (r < 0 || a->state == REPLY_PROPOSED) /* nothing is said yet */
        return r;
    return tell(tx, "case.replied", c->case_id, draft.message_id, c->staff_id, STR(""), c->now);
}

int case_close(struct tx *tx, const struct case_command *c, struct str outcome)
{
    struct found found;
    int r = look_up_own(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    r = set_state(tx, c, "closed", c->staff_id, outcome);
    if (r == 0)
        r = held_drop_proposed(tx, c->case_id, c->now);
    return r < 0 ? r : tell(tx, "case.closed", c->case_id, 0, c->staff_id, outcome, c->now);
}

int case_retry(struct tx *tx, const struct case_command *c, int64_t reply_id)
{
    static const char sql[] =
        "SELECT 1 AS failed FROM reply WHERE id=?1 AND case_id=?2 AND state='failed'";
    struct found found;
    int r = look_up_own(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    stmt_bind_int64(q, 2, c->case_id);
    r = stmt_next(q);
    stmt_done(q);
    if (r != 1)
        return r < 0 ? r : CASE_UNKNOWN;
    r = set_state(tx, c, "claimed", c->staff_id, STR(""));
    return r < 0 ? r : record_retry_reply(tx, reply_id, c->staff_id, c->now);
}

int case_of_message(struct tx *tx, int64_t message_id, int64_t now, int64_t *ret_id)
{
    struct record_facts facts;
    int r = record_get_facts(tx, message_id, &facts);
    if (r < 0)
        return r;
    struct case_opening o = {
        .conversation_id = facts.conversation_id,
        .resident_id = facts.resident_id,
        .message_id = message_id,
        .reason = STR("unresolved"),
        .priority = CASE_NORMAL,
    };
    *ret_id = facts.case_id;
    return facts.case_id ? case_join(tx, facts.case_id, &o, now) : case_open(tx, &o, now, ret_id);
}

int case_from_ignored(struct tx *tx, int64_t message_id, int64_t staff_id, int64_t now)
{
    int64_t case_id;
    int r = record_restore_ignored(tx, message_id, now);
    if (r != 1)
        return r < 0 ? r : CASE_UNKNOWN;
    r = case_of_message(tx, message_id, now, &case_id);
    return r < 0 ? r : tell(tx, "message.restored", case_id, message_id, staff_id, STR(""), now);
}
