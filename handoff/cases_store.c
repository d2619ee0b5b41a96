/* SQL of cases. A command is refused, with nothing done, if its sender saw another version than
 * there is. */
#include "handoff/cases.h"

#include <inttypes.h>

#include "handoff/held.h"
#include "handoff/record_private.h"
#include "kb/kb.h"

static int tell(struct tx *tx, const char *kind, int64_t case_id, int64_t message_id,
                int64_t staff_id, struct str text, int64_t now)
{
    struct record_event e = { kind, case_id, message_id, 0, staff_id, text, STR(""), STR("") };
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
                              " team, acknowledged, elsewhere, opened_at, changed_at,"
                              " waits_since, due_from, wakes_at)"
                              " VALUES(?1, ?2, ?3, 1, 'open', ?4, ?5, ?6, ?7, ?8, " SQL_ELSEWHERE(
                                  "?1", "?9-?10") ", ?9, ?9, ?9, ?9, 0)";
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
        "UPDATE handoff_case SET priority=?2, reason=?3, sensitive=?4, team=?5, muted=0,"
        " waits_since=coalesce(waits_since, ?6), due_from=?6, wakes_at=0 WHERE id=?1";
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
    stmt_bind_int64(q, 6, now);
    r = stmt_run(q);
    return r < 0 ? r : tell(tx, "case.raised", case_id, o->message_id, 0, o->reason, now);
}

int case_join(struct tx *tx, int64_t case_id, const struct case_opening *o, int64_t now)
{
    /* what isn't said to us waits for nobody */
    static const char sql[] =
        "UPDATE handoff_case SET waits_since=coalesce(waits_since, ?3), due_from=coalesce(due_from,"
        " ?3), wakes_at=0 WHERE id=?1"
        " AND EXISTS(SELECT 1 FROM message WHERE id=?2 AND kind<>'overheard')";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, o->message_id);
    stmt_bind_int64(q, 3, now);
    int r = stmt_run(q);
    if (r == 0)
        r = tell(tx, "case.message", case_id, o->message_id, 0, STR(""), now);
    return r < 0 ? r : case_revise(tx, case_id, o, now);
}

int case_answered(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] =
        "UPDATE handoff_case SET waited_since=coalesce(waits_since, waited_since), "
        "waits_since=NULL,"
        " due_from=NULL, due_at=NULL, warned=0, escalated=0, wakes_at=0 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    int r = stmt_run(q);
    return r < 0 ? r
                 : record_drop_of_case(tx, case_id, STR("Somebody answered before this left"), now);
}

int case_unanswered(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] =
        "UPDATE handoff_case SET"
        " waits_since=min(coalesce(waited_since, ?2), coalesce(waits_since, ?2)),"
        " due_from=min(coalesce(waited_since, ?2), coalesce(waits_since, ?2)),"
        " due_at=NULL, wakes_at=0 WHERE id=?1 AND state<>'closed'";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    return stmt_run(q);
}

int case_renew(struct tx *tx, int64_t case_id, int64_t staff_id, int64_t now)
{
    static const char sql[] = "UPDATE handoff_case SET active_at=?3, wakes_at=0 WHERE id=?1"
                              " AND owner_id=?2 AND state='claimed'"
                              " AND active_at NOT BETWEEN ?3-59 AND ?3";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, staff_id);
    stmt_bind_int64(q, 3, now);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}

int case_taken_elsewhere(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] = "UPDATE handoff_case SET elsewhere=owner_id IS NULL,"
                              " version=version+1, changed_at=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    return r < 0 ? r : case_answered(tx, case_id, now);
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
                              " department=NULL, version=version+1, changed_at=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    if (r == 0)
        r = case_unanswered(tx, case_id, now);
    return r < 0 ? r : tell(tx, "case.reopened", case_id, 0, 0, STR(""), now);
}

static int is_closed(struct tx *tx, int64_t case_id)
{
    static const char sql[] = "SELECT state='closed' AS closed FROM handoff_case WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    int r = stmt_next(q);
    if (r == 1)
        r = col_int64(q, "closed") != 0;
    stmt_done(q);
    return r;
}

int case_take_back(struct tx *tx, int64_t case_id, int64_t now)
{
    int r = is_closed(tx, case_id);
    if (r == 1) {
        r = case_reopen(tx, case_id, now);
        return r == ERR_EXISTS ? 0 : r;
    }
    if (r == 0)
        r = case_touch(tx, case_id, now);
    return r < 0 ? r : case_unanswered(tx, case_id, now);
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

/* None of its clocks runs on. */
#define SQL_STOPPED                                                                              \
    "waits_since=NULL, due_from=NULL, due_at=NULL, active_at=NULL, lease_until=NULL, warned=0, " \
    "escalated=0, wakes_at=NULL"

int case_settle(struct tx *tx, int64_t case_id, int64_t message_id, struct str why, int64_t now)
{
    static const char sql[] = "UPDATE handoff_case SET state='closed', outcome='answered',"
                              " version=version+1, changed_at=?2, " SQL_STOPPED " WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    return r < 0 ? r : tell(tx, "case.closed", case_id, message_id, 0, why, now);
}

struct found {
    int64_t owner_id;
    bool elsewhere, sensitive, muted;
    bool at_once;                  /* its reason is one that comes before the rest */
    int64_t public_id, private_id; /* the message that such a reply answers; 0: there is none */
};

/* The case, if the command may go on: it is there, open, and as the sender saw it. */
static int look_up(struct tx *tx, const struct case_command *c, struct found *ret)
{
    static const char sql[] =
        "SELECT version, state, coalesce(owner_id, 0) AS owner_id, elsewhere, sensitive, muted,"
        " reason,"
        /* the newest that we may answer, of the case's resident if there is one: others may write
         * in the same thread */
        " coalesce((SELECT m.id FROM message m WHERE m.conversation_id=c.conversation_id"
        "  AND m.kind='addressed' AND m.may_reply AND m.resident_id=c.resident_id"
        "  ORDER BY m.id DESC LIMIT 1),"
        "  (SELECT m.id FROM message m WHERE m.conversation_id=c.conversation_id"
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
    struct str reason = col_str(q, "reason");
    *ret = (struct found){
        .owner_id = col_int64(q, "owner_id"),
        .elsewhere = col_int64(q, "elsewhere") != 0,
        .sensitive = col_int64(q, "sensitive") != 0,
        .muted = col_int64(q, "muted") != 0,
        .at_once = str_is(reason, "complaint") || str_is(reason, "human"),
        .public_id = col_int64(q, "public_id"),
        .private_id = col_int64(q, "private_id"),
    };
    stmt_done(q);
    return closed ? CASE_CLOSED : stale ? CASE_STALE : CASE_DONE;
}

/* As look_up, and the sender must hold the case. */
static int look_up_own(struct tx *tx, const struct case_command *c, struct found *ret)
{
    int r = look_up(tx, c, ret);
    return r == CASE_DONE && ret->owner_id != c->staff_id ? CASE_NOT_YOURS : r;
}

/* A claim that goes on holds anew; a closed case has no clocks. */
static int set_state(struct tx *tx, const struct case_command *c, const char *state,
                     int64_t owner_id, struct str outcome)
{
    static const char q_open[] =
        "UPDATE handoff_case SET state=?2, owner_id=?3, elsewhere=0, version=version+1,"
        " changed_at=?4, active_at=iif(?3 IS NULL, NULL, ?4),"
        " lease_until=iif(owner_id=?3, lease_until, NULL), warned=warned&~?5,"
        " escalated=iif(?3 IS NULL, escalated, escalated&~?5), wakes_at=0 WHERE id=?1";
    static const char q_closed[] =
        "UPDATE handoff_case SET state=?2, owner_id=?3, elsewhere=0, version=version+1,"
        " changed_at=?4, outcome=?5, " SQL_STOPPED " WHERE id=?1";
    struct stmt *q = tx_stmt(tx, outcome.len ? q_closed : q_open);
    stmt_bind_int64(q, 1, c->case_id);
    stmt_bind_str(q, 2, str_of(state));
    if (owner_id)
        stmt_bind_int64(q, 3, owner_id);
    stmt_bind_int64(q, 4, c->now);
    if (outcome.len)
        stmt_bind_str(q, 5, outcome);
    else
        stmt_bind_int64(q, 5, CASE_LEASE);
    return stmt_run(q);
}

int case_claim(struct tx *tx, const struct case_command *c)
{
    struct found found;
    int r = look_up(tx, c, &found);
    if ((r == CASE_DONE || r == CASE_STALE) && found.owner_id && found.owner_id != c->staff_id)
        return CASE_TAKEN; /* which is what has changed */
    if (r != CASE_DONE || found.owner_id)
        return r;
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

/* Each of those that @sql gives one of. */
static int release_each(struct tx *tx, const char *sql, int64_t staff_id, int64_t now)
{
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

int case_release_all(struct tx *tx, int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "SELECT id, version FROM handoff_case WHERE owner_id=?1 AND state='claimed' LIMIT 1";
    return release_each(tx, sql, staff_id, now);
}

int case_release_private(struct tx *tx, int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "SELECT c.id, c.version FROM handoff_case c JOIN message m ON m.id=c.message_id"
        " WHERE c.owner_id=?1 AND c.state='claimed' AND m.kind='private' LIMIT 1";
    return release_each(tx, sql, staff_id, now);
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
    r = case_answered(tx, c->case_id, c->now);
    return r < 0 ? r
                 : tell(tx, "case.replied", c->case_id, draft.message_id, c->staff_id, STR(""),
                        c->now);
}

const char *case_outcome_words(struct str outcome)
{
    static const struct {
        const char *name, *words;
    } outcomes[] = {
        { "answered", "Answered" },
        { "passed_on", "Passed on to another team" },
        { "done", "Done" },
        { "no_reply_needed", "No reply needed" },
        { "became_member", "Became a member" },
        { "praise", "Praise" },
    };
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
        if (str_is(outcome, outcomes[i].name))
            return outcomes[i].words;
    return NULL;
}

static int set_department(struct tx *tx, int64_t case_id, struct str department)
{
    static const char sql[] = "UPDATE handoff_case SET department=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    if (department.len)
        stmt_bind_str(q, 2, department);
    return stmt_run(q);
}

int case_close(struct tx *tx, const struct case_command *c, struct str outcome,
               struct str department)
{
    struct found found;
    struct buf text = BUF_INIT(1000);
    int r = look_up_own(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    r = buf_addc(&text, case_outcome_words(outcome));
    if (r == 0 && department.len)
        r = buf_addf(&text, ". %.*s should hear of it", STR_ARG(department));
    if (r == 0)
        r = set_state(tx, c, "closed", c->staff_id, outcome);
    if (r == 0)
        r = set_department(tx, c->case_id, department);
    if (r == 0)
        r = held_drop_proposed(tx, c->case_id, c->now);
    if (r == 0)
        r = record_drop_of_case(tx, c->case_id, STR("The case was closed before this left"),
                                c->now);
    if (r == 0)
        r = tell(tx, "case.closed", c->case_id, 0, c->staff_id, buf_str(&text), c->now);
    buf_release(&text);
    return r;
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
    if (r == 0)
        r = case_answered(tx, c->case_id, c->now);
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

static int is_of_team(struct tx *tx, int64_t case_id, struct str team)
{
    static const char sql[] = "SELECT team=?2 AS same FROM handoff_case WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_str(q, 2, team);
    int r = stmt_next(q);
    if (r == 1)
        r = col_int64(q, "same") != 0;
    stmt_done(q);
    return r;
}

static int set_team(struct tx *tx, int64_t case_id, struct str team)
{
    static const char sql[] = "UPDATE handoff_case SET team=?2 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_str(q, 2, team);
    return stmt_run(q);
}

static int pass_to_team(struct tx *tx, const struct case_command *c, struct str team)
{
    int r = set_state(tx, c, "open", 0, STR(""));
    if (r == 0)
        r = set_team(tx, c->case_id, team);
    return r < 0 ? r : tell(tx, "case.passed", c->case_id, 0, c->staff_id, team, c->now);
}

static int pass_to_colleague(struct tx *tx, const struct case_command *c,
                             const struct case_pass *to)
{
    char concerns[32];
    struct record_event e = {
        .kind = "case.passed", .case_id = c->case_id, .staff_id = c->staff_id, .text = to->name
    };
    (void)snprintf(concerns, sizeof concerns, "[%" PRId64 "]", to->staff_id);
    e.concerns = str_of(concerns);
    int r = set_state(tx, c, "claimed", to->staff_id, STR(""));
    return r < 0 ? r : record_add_event(tx, &e, c->now);
}

int case_pass(struct tx *tx, const struct case_command *c, const struct case_pass *to)
{
    struct found found;
    int r = look_up(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    if (found.owner_id && found.owner_id != c->staff_id && !to->any)
        return CASE_NOT_YOURS;
    if (to->staff_id)
        return found.owner_id == to->staff_id ? CASE_AS_IT_IS : pass_to_colleague(tx, c, to);
    r = found.owner_id || found.elsewhere ? 0 : is_of_team(tx, c->case_id, to->team);
    if (r != 0)
        return r < 0 ? r : CASE_AS_IT_IS;
    return pass_to_team(tx, c, to->team);
}

int case_mark(struct tx *tx, const struct case_command *c, bool sensitive)
{
    /* once it is marked the time is counted anew, and never made longer; without, as it waits */
    static const char sql[] =
        "UPDATE handoff_case SET sensitive=?2, priority=?3, muted=iif(?2, 0, muted),"
        " due_from=iif(waits_since IS NULL, NULL, iif(?2, ?4, waits_since)),"
        " due_at=iif(?2, due_at, NULL), wakes_at=0, version=version+1, changed_at=?4 WHERE id=?1";
    struct found found;
    int r = look_up(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    if (found.sensitive == sensitive)
        return CASE_AS_IT_IS;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, c->case_id);
    stmt_bind_int64(q, 2, sensitive);
    stmt_bind_int64(q, 3, sensitive ? CASE_SENSITIVE : found.at_once ? CASE_SOON : CASE_NORMAL);
    stmt_bind_int64(q, 4, c->now);
    r = stmt_run(q);
    return r < 0 ? r
                 : tell(tx, sensitive ? "case.marked" : "case.unmarked", c->case_id, 0, c->staff_id,
                        STR(""), c->now);
}

int case_mute(struct tx *tx, const struct case_command *c, bool muted)
{
    static const char sql[] = "UPDATE handoff_case SET muted=?2, wakes_at=0, version=version+1,"
                              " changed_at=?3 WHERE id=?1";
    struct found found;
    int r = look_up(tx, c, &found);
    if (r != CASE_DONE)
        return r;
    if (found.muted == muted)
        return CASE_AS_IT_IS;
    if (muted && found.sensitive)
        return CASE_MUST_ALERT;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, c->case_id);
    stmt_bind_int64(q, 2, muted);
    stmt_bind_int64(q, 3, c->now);
    r = stmt_run(q);
    return r < 0 ? r
                 : tell(tx, muted ? "case.muted" : "case.unmuted", c->case_id, 0, c->staff_id,
                        STR(""), c->now);
}
