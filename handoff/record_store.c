/* SQL of messages, decisions, replies and events. Cases are in cases_store.c, staff in
 * staff_store.c, what becomes of messages later in kept_store.c, what staff write in the network's
 * own app in elsewhere_store.c. */
#include "handoff/cases.h"
#include "handoff/record_private.h"

static const char q_message_id[] =
    "SELECT id FROM message WHERE network=?1 AND remote_id=?2 UNION ALL"
    " SELECT message_id FROM message_version WHERE network=?1 AND remote_id=?2 LIMIT 1";
static const char q_resident_put[] =
    "INSERT INTO resident(network, remote_id, handle, name) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(network, remote_id) DO UPDATE SET handle=excluded.handle, name=excluded.name "
    "RETURNING id";
static const char q_conversation_id[] =
    "SELECT coalesce(part_of, id) AS id FROM conversation WHERE network=?1 AND remote_id=?2";
/* the conversation of a case of the resident's, with this account rather than another */
static const char q_conversation_case[] =
    "SELECT c.conversation_id AS id FROM handoff_case c WHERE c.resident_id=?1 AND "
    "c.state<>'closed'"
    " ORDER BY EXISTS(SELECT 1 FROM message o WHERE o.conversation_id=c.conversation_id"
    " AND o.account=?2) DESC, c.changed_at DESC, c.id DESC LIMIT 1";
/* a conversation that the resident began lately, in which they wrote around that time */
static const char q_conversation_near[] =
    "SELECT m.conversation_id AS id FROM message m WHERE m.resident_id=?1 AND m.kind='addressed'"
    " AND m.written_at BETWEEN ?2-?3 AND ?2+?3 AND (SELECT f.resident_id=?1 AND f.written_at>?2-?4"
    "  FROM message f WHERE f.conversation_id=m.conversation_id ORDER BY f.id LIMIT 1)"
    " ORDER BY m.written_at DESC LIMIT 1";
static const char q_conversation_put[] =
    "INSERT INTO conversation(network, remote_id, part_of) VALUES(?1, ?2, ?3) "
    "RETURNING coalesce(part_of, id) AS id";
static const char q_message_put[] =
    "INSERT INTO message(network, remote_id, resident_id, conversation_id, text, may_reply, "
    "written_at, received_at, fingerprint, account, kind, answers, checked_at)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?8)";
static const char *const kinds[] = { "addressed", "overheard", "private" };

enum record_kind record_kind_of_name(struct str name)
{
    enum record_kind kind = RECORD_ADDRESSED;
    while (kind < RECORD_PRIVATE && !str_eq(name, str_of(kinds[kind])))
        kind++;
    return kind;
}

int record_one_id(struct stmt *q, int64_t *ret)
{
    int r = stmt_next(q);
    if (r == 1) {
        *ret = col_int64(q, "id");
        stmt_done(q);
    }
    return r;
}

int record_find_message(struct tx *tx, struct str network, struct str remote_id, int64_t *ret)
{
    struct stmt *q = tx_stmt(tx, q_message_id);
    stmt_bind_str(q, 1, network);
    stmt_bind_str(q, 2, remote_id);
    return record_one_id(q, ret);
}

/* Somebody who never stops doesn't make one conversation that never ends. */
enum { THREADS_S = 86400 };

static int conversation_of(struct tx *tx, const struct record_message *m, int64_t resident_id,
                           int64_t *ret)
{
    int64_t near = 0;
    struct stmt *q;
    int r = 0;
    if (m->kind == RECORD_PRIVATE) {
        q = tx_stmt(tx, q_conversation_case);
        stmt_bind_int64(q, 1, resident_id);
        stmt_bind_str(q, 2, m->account);
        r = record_one_id(q, ret);
    }
    if (r == 0) {
        q = tx_stmt(tx, q_conversation_id);
        stmt_bind_str(q, 1, m->network);
        stmt_bind_str(q, 2, m->conversation);
        r = record_one_id(q, ret);
    }
    if (r != 0)
        return r < 0 ? r : 0;

    if (m->kind == RECORD_ADDRESSED) {
        q = tx_stmt(tx, q_conversation_near);
        stmt_bind_int64(q, 1, resident_id);
        stmt_bind_int64(q, 2, m->written_at);
        stmt_bind_int64(q, 3, RECORD_BURST_S);
        stmt_bind_int64(q, 4, THREADS_S);
        r = record_one_id(q, &near);
        if (r < 0)
            return r;
    }

    q = tx_stmt(tx, q_conversation_put);
    stmt_bind_str(q, 1, m->network);
    stmt_bind_str(q, 2, m->conversation);
    if (near)
        stmt_bind_int64(q, 3, near);
    r = record_one_id(q, ret);
    return r == 1 ? 0 : r < 0 ? r : ERR_DB;
}

/* What one account overheard is addressed to another, or turns out to be. 1 it was, 0 no. */
static int make_addressed(struct tx *tx, int64_t id, const struct record_message *m)
{
    static const char q_make[] =
        "UPDATE message SET kind='addressed', account=?2, may_reply=?3, fingerprint=?4"
        " WHERE id=?1 AND kind='overheard' AND gone_at IS NULL";
    static const char q_forget[] = "DELETE FROM decision WHERE message_id=?1";
    if (m->kind != RECORD_ADDRESSED)
        return 0;
    struct stmt *q = tx_stmt(tx, q_make);
    stmt_bind_int64(q, 1, id);
    stmt_bind_str(q, 2, m->account);
    stmt_bind_int64(q, 3, m->may_reply);
    if (m->fingerprint)
        stmt_bind_int64(q, 4, m->fingerprint);
    int r = stmt_run(q);
    if (r < 0 || tx_changes(tx) == 0)
        return r;
    q = tx_stmt(tx, q_forget);
    stmt_bind_int64(q, 1, id);
    r = stmt_run(q);
    return r < 0 ? r : 1;
}

int record_add_message(struct tx *tx, const struct record_message *m, int64_t now, int64_t *ret_id)
{
    int64_t id, resident_id, conversation_id = 0;
    int r = record_find_message(tx, m->network, m->remote_id, &id);
    if (r == 1) {
        r = make_addressed(tx, id, m);
        if (r == 1)
            *ret_id = id;
        return r;
    }
    if (r < 0)
        return r;

    struct stmt *q = tx_stmt(tx, q_resident_put);
    stmt_bind_str(q, 1, m->network);
    stmt_bind_str(q, 2, m->author_id);
    stmt_bind_str(q, 3, m->handle);
    stmt_bind_str(q, 4, m->name);
    r = record_one_id(q, &resident_id);
    if (r != 1)
        return r < 0 ? r : ERR_DB;

    r = conversation_of(tx, m, resident_id, &conversation_id);
    if (r < 0)
        return r;

    q = tx_stmt(tx, q_message_put);
    stmt_bind_str(q, 1, m->network);
    stmt_bind_str(q, 2, m->remote_id);
    stmt_bind_int64(q, 3, resident_id);
    stmt_bind_int64(q, 4, conversation_id);
    stmt_bind_str(q, 5, m->text);
    stmt_bind_int64(q, 6, m->may_reply);
    stmt_bind_int64(q, 7, m->written_at);
    stmt_bind_int64(q, 8, now);
    if (m->fingerprint)
        stmt_bind_int64(q, 9, m->fingerprint);
    stmt_bind_str(q, 10, m->account);
    stmt_bind_str(q, 11, str_of(kinds[m->kind]));
    if (m->answers.len)
        stmt_bind_str(q, 12, m->answers);
    r = stmt_run(q);
    if (r < 0)
        return r;
    *ret_id = tx_last_id(tx);
    if (m->replaces.len)
        r = record_add_version(tx, m->network, m->replaces, *ret_id);
    if (r == 0 && m->kind != RECORD_PRIVATE)
        r = record_claim_own_posts(tx, m->network, m->remote_id, *ret_id, now);
    return r < 0 ? r : 1;
}

int record_adopt_messages(struct tx *tx, struct str account)
{
    static const char sql[] = "UPDATE message SET account=?1 WHERE account=''";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    return stmt_run(q);
}

/* How a troll behaves. The counts stop where they mean no more. */
enum {
    STRIKES_S = 30 * 86400,
    STRIKES_MOST = 10,
    FLOOD_S = 600,
    FLOOD_MESSAGES = 5, /* one more is a flood */
    COPY_S = 86400,
    CHORUS_S = 3600,
    CHORUS_RESIDENTS = 3,
};

/* the + keeps to the resident's own messages: a text that goes round is in many */
#define SQL_ELSEWHERE_LATELY SQL_ELSEWHERE("m.conversation_id", "m.written_at-?9")
static const char q_facts[] =
    "SELECT m.resident_id, m.conversation_id, r.opted_out_at IS NOT NULL AS opted_out,"
    " coalesce(c.id, 0) AS case_id, coalesce(c.acknowledged, 0) AS acknowledged,"
    " CASE WHEN c.id IS NULL THEN " SQL_ELSEWHERE_LATELY
    " ELSE c.owner_id IS NOT NULL OR c.elsewhere END AS case_claimed,"
    " coalesce(c.reason, '') AS case_reason,"
    " (SELECT count(*) FROM reply p JOIN message o ON o.id=p.message_id"
    "  WHERE o.conversation_id=m.conversation_id AND p.staff_id IS NULL AND p.elsewhere=0"
    "  AND p.state<>'dropped' AND (m.kind<>'private' OR o.written_at>m.written_at-?9))"
    " AS automatic_replies,"
    " EXISTS(SELECT 1 FROM message o JOIN reply p ON p.message_id=o.id"
    "  JOIN decision d ON d.message_id=o.id AND d.action='handoff'" /* not that they are on again */
    "  WHERE o.resident_id=m.resident_id AND p.confirms AND p.state<>'dropped') AS stop_confirmed,"
    " EXISTS(SELECT 1 FROM message o JOIN reply p ON p.message_id=o.id"
    "  WHERE o.conversation_id=m.conversation_id AND p.private AND p.staff_id IS NULL"
    "  AND p.elsewhere=0 AND p.state IN ('sending', 'unknown', 'sent')) AS told_privately,"
    " EXISTS(SELECT 1 FROM message o WHERE o.conversation_id=m.conversation_id AND o.id<m.id)"
    " AS begun,"
    " EXISTS(SELECT 1 FROM message o JOIN decision d ON d.message_id=o.id"
    "  WHERE o.conversation_id=m.conversation_id AND d.asked IS NOT NULL"
    "  AND (m.kind<>'private' OR o.written_at>m.written_at-?9)) AS asked,"
    " (SELECT count(*) FROM (SELECT 1 FROM message o JOIN decision d ON d.message_id=o.id"
    "  WHERE o.resident_id=m.resident_id AND o.written_at>m.written_at-?2 AND o.id<>m.id"
    "  AND d.action='ignore' AND d.undone_at IS NULL LIMIT ?3)) AS strikes,"
    " (SELECT count(*)>?5 FROM (SELECT 1 FROM message o WHERE o.resident_id=m.resident_id"
    "  AND o.kind<>'overheard' AND o.written_at BETWEEN m.written_at-?4 AND m.written_at"
    "  LIMIT ?5+1)) AS flood,"
    " EXISTS(SELECT 1 FROM message o WHERE o.resident_id=m.resident_id AND o.id<>m.id"
    "  AND o.written_at>m.written_at-?6 AND +o.fingerprint=m.fingerprint) AS copy,"
    " (SELECT count(*)>=?8 FROM (SELECT DISTINCT o.resident_id FROM message o"
    "  WHERE o.written_at/3600 IN (m.written_at/3600-1, m.written_at/3600)"
    "  AND o.fingerprint=m.fingerprint AND o.written_at>m.written_at-?7 LIMIT ?8)) AS chorus"
    " FROM message m JOIN resident r ON r.id=m.resident_id"
    " LEFT JOIN handoff_case c ON c.conversation_id=m.conversation_id AND c.state<>'closed'"
    " WHERE m.id=?1";

int record_get_facts(struct tx *tx, int64_t message_id, struct record_facts *ret)
{
    static const int64_t limits[] = { STRIKES_S, STRIKES_MOST, FLOOD_S,          FLOOD_MESSAGES,
                                      COPY_S,    CHORUS_S,     CHORUS_RESIDENTS, RECORD_TALK_S };
    struct stmt *q = tx_stmt(tx, q_facts);
    stmt_bind_int64(q, 1, message_id);
    for (size_t i = 0; i < ARRAY_LEN(limits); i++)
        stmt_bind_int64(q, (int)i + 2, limits[i]);
    int r = stmt_next(q);
    if (r == 1)
        *ret = (struct record_facts){
            .resident_id = col_int64(q, "resident_id"),
            .conversation_id = col_int64(q, "conversation_id"),
            .case_id = col_int64(q, "case_id"),
            .case_claimed = col_int64(q, "case_claimed") != 0,
            .case_urgency = case_urgency(col_str(q, "case_reason")),
            .opted_out = col_int64(q, "opted_out") != 0,
            .stop_confirmed = col_int64(q, "stop_confirmed") != 0,
            .told_privately = col_int64(q, "told_privately") != 0,
            .acknowledged = col_int64(q, "acknowledged") != 0,
            .automatic_replies = (unsigned)col_int64(q, "automatic_replies"),
            .begun = col_int64(q, "begun") != 0,
            .asked = col_int64(q, "asked") != 0,
            .strikes = (unsigned)col_int64(q, "strikes"),
            .flood = col_int64(q, "flood") != 0,
            .copy = col_int64(q, "copy") != 0 || col_int64(q, "chorus") != 0,
        };
    stmt_done(q);
    return r == 1 ? 0 : r < 0 ? r : ERR_DB;
}

int record_add_decision(struct tx *tx, int64_t message_id, const struct record_decision *d,
                        int64_t now)
{
    static const char sql[] = "INSERT INTO decision(message_id, action, reason, intents, why, "
                              "score, lead, residue, kb, decided_at, read_from, asked)"
                              " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_str(q, 2, d->action);
    if (d->reason.len)
        stmt_bind_str(q, 3, d->reason);
    stmt_bind_str(q, 4, d->intents);
    stmt_bind_str(q, 5, d->why);
    stmt_bind_double(q, 6, d->score);
    stmt_bind_double(q, 7, d->lead);
    stmt_bind_double(q, 8, d->residue);
    stmt_bind_str(q, 9, d->kb);
    stmt_bind_int64(q, 10, now);
    if (d->read_from)
        stmt_bind_int64(q, 11, d->read_from);
    if (d->asked.len)
        stmt_bind_str(q, 12, d->asked);
    return stmt_run(q);
}

int record_restore_ignored(struct tx *tx, int64_t message_id, int64_t now)
{
    static const char sql[] = "UPDATE decision SET undone_at=?2 WHERE message_id=?1 AND "
                              "action='ignore' AND undone_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}

/* ------------------------------------------------------------------------------------------------
 * replies */

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
    }
    return "?";
}

static enum reply_state state_of_name(struct str name)
{
    enum reply_state state = REPLY_QUEUED;
    while (state < REPLY_WITHHELD && !str_eq(name, str_of(reply_state_name(state))))
        state++;
    return state;
}

int record_queue_reply(struct tx *tx, const struct record_draft *draft, int64_t now,
                       int64_t *ret_id)
{
    static const char sql[] = "INSERT INTO reply(message_id, case_id, staff_id, body, private, "
                              "confirms, state, created_at, changed_at)"
                              " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?7)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, draft->message_id);
    if (draft->case_id)
        stmt_bind_int64(q, 2, draft->case_id);
    if (draft->staff_id)
        stmt_bind_int64(q, 3, draft->staff_id);
    stmt_bind_str(q, 4, draft->body);
    stmt_bind_int64(q, 5, draft->is_private);
    stmt_bind_int64(q, 6, draft->confirms);
    stmt_bind_int64(q, 7, now);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    *ret_id = tx_last_id(tx);
    struct record_event e = { "reply.queued", draft->case_id,  draft->message_id,
                              *ret_id,        draft->staff_id, STR("") };
    return record_add_event(tx, &e, now);
}

/* a case that is open says itself who has it */
#define SQL_OPEN_CASE                                                                    \
    "EXISTS(SELECT 1 FROM handoff_case c WHERE c.conversation_id=m.conversation_id AND " \
    "c.state<>'closed')"
#define SQL_ELSEWHERE_SINCE SQL_ELSEWHERE("m.conversation_id", "m.written_at")
#define REPLY_COLUMNS                                                                           \
    "SELECT p.id, p.message_id, coalesce(p.case_id, 0) AS case_id, coalesce(p.staff_id, 0) AS " \
    "staff_id,"                                                                                 \
    " p.body, m.remote_id AS parent, coalesce(p.error, '') AS error, p.looks, p.attempts, "     \
    "p.insisted, p.private, p.confirms, r.remote_id AS recipient,"                              \
    " r.opted_out_at IS NOT NULL AS opted_out, m.written_at,"                                   \
    " " SQL_OPEN_CASE " AS case_open,"                                                          \
    " EXISTS(SELECT 1 FROM handoff_case c WHERE c.conversation_id=m.conversation_id AND "       \
    "(c.state='claimed' OR (c.elsewhere AND c.state<>'closed')))"                               \
    " OR (p.confirms=0 AND NOT " SQL_OPEN_CASE " AND " SQL_ELSEWHERE_SINCE                      \
    ") AS case_claimed FROM reply p JOIN message m"                                             \
    " ON m.id=p.message_id JOIN resident r ON "                                                 \
    "r.id=m.resident_id "

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
        "WHERE p.state='queued' AND m.account=?1"
        " AND (p.error IS NULL OR p.changed_at<=?6)"
        " AND CASE WHEN p.staff_id IS NULL THEN iif(p.private, ?5, ?4) ELSE iif(p.private, ?3, ?2)"
        " END ORDER BY (p.staff_id IS NULL), p.id LIMIT 1";
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
        REPLY_COLUMNS "WHERE p.state='unknown' AND m.account=?2 ORDER BY p.id LIMIT ?1";
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
    }
    return NULL;
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
        " coalesce(c.id, 0) AS open_case FROM reply p JOIN message m ON m.id=p.message_id"
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
    *case_id = col_int64(q, "open_case");
    stmt_done(q);
    r = 0;
    if (!*case_id && own_case) {
        *case_id = own_case;
        r = case_reopen(tx, own_case, now);
    } else if (!*case_id) {
        r = case_open(tx, &o, now, case_id);
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
    struct record_event e = { event_of(state), col_int64(q, "case_id"),  col_int64(q, "message_id"),
                              reply_id,        col_int64(q, "staff_id"), error };
    stmt_done(q);
    if (state == REPLY_FAILED) {
        r = case_of_failed(tx, reply_id, now, &e.case_id);
        if (r < 0)
            return r;
    }
    return e.kind ? record_add_event(tx, &e, now) : 0;
}

int record_retry_reply(struct tx *tx, int64_t reply_id, int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state='queued', error=NULL, looks=0, attempts=0, insisted=1, "
        "changed_at=?2 WHERE id=?1"
        " RETURNING message_id, coalesce(case_id, 0) AS case_id";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_next(q);
    if (r != 1)
        return r < 0 ? r : ERR_DB;
    struct record_event e = {
        "reply.queued", col_int64(q, "case_id"), col_int64(q, "message_id"), reply_id, staff_id,
        STR("")
    };
    stmt_done(q);
    return record_add_event(tx, &e, now);
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

/* ------------------------------------------------------------------------------------------------
 * what went before */

static int read_earlier(struct stmt *q, struct arena *arena, struct record_earlier *ret)
{
    *ret = (struct record_earlier){
        .message_id = col_int64(q, "id"),
        .written_at = col_int64(q, "written_at"),
        .read_from = col_int64(q, "read_from"),
        .text = arena_str(arena, col_str(q, "text")),
        .action = arena_str(arena, col_str(q, "action")),
        .reason = arena_str(arena, col_str(q, "reason")),
        .intents = arena_str(arena, col_str(q, "intents")),
        .asked = arena_str(arena, col_str(q, "asked")),
        .reply_id = col_int64(q, "reply_id"),
        .reply = state_of_name(col_str(q, "state")),
    };
    return ret->text.p && ret->action.p && ret->reason.p && ret->intents.p && ret->asked.p
               ? 0
               : ERR_NOMEM;
}

static int list_earlier(struct tx *tx, struct arena *arena, int64_t message_id, int64_t since_at,
                        struct record_talk *talk)
{
    static const char sql[] =
        "SELECT o.id, o.written_at, o.text, d.action, coalesce(d.reason, '') AS reason, d.intents,"
        " coalesce(d.asked, '') AS asked, coalesce(d.read_from, o.id) AS read_from,"
        " coalesce(p.id, 0) AS reply_id," /* one that was tried may be out, and can't be taken back
                                           */
        " iif(p.state='queued' AND p.attempts>0, 'unknown', coalesce(p.state, '')) AS state"
        " FROM message m JOIN message o ON o.conversation_id=m.conversation_id AND o.id<m.id"
        " AND o.resident_id=m.resident_id AND o.written_at>=?2 AND o.kind=m.kind"
        " JOIN decision d ON d.message_id=o.id LEFT JOIN reply p ON p.message_id=o.id"
        " AND p.staff_id IS NULL AND p.elsewhere=0 AND p.state<>'dropped' WHERE m.id=?1 ORDER BY "
        "o.id DESC LIMIT ?3";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, since_at);
    stmt_bind_int64(q, 3, RECORD_EARLIER_MAX);
    while ((r = stmt_next(q)) == 1) {
        r = read_earlier(q, arena, &talk->earlier[talk->count]);
        if (r < 0)
            break;
        talk->count++;
    }
    stmt_done(q);
    return r;
}

static int list_answers(struct tx *tx, struct arena *arena, int64_t message_id, int64_t since_at,
                        struct record_talk *talk)
{
    static const char sql[] =
        "SELECT o.id, d.intents FROM message m JOIN message o ON "
        "o.conversation_id=m.conversation_id"
        " AND o.id<m.id AND (m.kind<>'private' OR o.written_at>=?3)"
        " JOIN decision d ON d.message_id=o.id AND d.action='answer'"
        " JOIN reply p ON p.message_id=o.id AND p.staff_id IS NULL AND p.elsewhere=0"
        " AND p.state NOT IN ('failed', 'dropped', 'withheld') WHERE m.id=?1 ORDER BY o.id DESC"
        " LIMIT ?2";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, RECORD_ANSWERS_MAX);
    stmt_bind_int64(q, 3, since_at);
    while ((r = stmt_next(q)) == 1) {
        struct record_answer *answer = &talk->answers[talk->answer_count++];
        *answer =
            (struct record_answer){ col_int64(q, "id"), arena_str(arena, col_str(q, "intents")) };
        if (!answer->intents.p) {
            r = ERR_NOMEM;
            break;
        }
    }
    stmt_done(q);
    return r;
}

int record_get_talk(struct tx *tx, struct arena *arena, int64_t message_id, int64_t since_at,
                    struct record_talk *ret)
{
    static const char q_last[] =
        "SELECT p.message_id, p.staff_id IS NOT NULL OR p.elsewhere AS person FROM message m JOIN "
        "message o"
        " ON o.conversation_id=m.conversation_id JOIN reply p ON p.message_id=o.id"
        " AND (p.staff_id IS NOT NULL OR p.state IN ('sending', 'unknown', 'sent'))"
        " WHERE m.id=?1 ORDER BY p.id DESC LIMIT 1";
    *ret = (struct record_talk){ .count = 0 };
    int r = list_earlier(tx, arena, message_id, since_at, ret);
    if (r == 0)
        r = list_answers(tx, arena, message_id, since_at, ret);
    if (r < 0)
        return r;
    struct stmt *q = tx_stmt(tx, q_last);
    stmt_bind_int64(q, 1, message_id);
    r = stmt_next(q);
    if (r == 1) {
        ret->last_message = col_int64(q, "message_id");
        ret->last_was_a_person = col_int64(q, "person") != 0;
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------------------------------------
 * events */

int record_add_event(struct tx *tx, const struct record_event *e, int64_t now)
{
    static const char sql[] =
        "INSERT INTO event(at, kind, case_id, message_id, reply_id, staff_id, text)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now);
    stmt_bind_str(q, 2, str_of(e->kind));
    if (e->case_id)
        stmt_bind_int64(q, 3, e->case_id);
    if (e->message_id)
        stmt_bind_int64(q, 4, e->message_id);
    if (e->reply_id)
        stmt_bind_int64(q, 5, e->reply_id);
    if (e->staff_id)
        stmt_bind_int64(q, 6, e->staff_id);
    if (e->text.len)
        stmt_bind_str(q, 7, e->text);
    return stmt_run(q);
}

/* ------------------------------------------------------------------------------------------------
 * what may leave */

int record_case_is_private(struct tx *tx, int64_t case_id)
{
    static const char sql[] =
        "SELECT m.kind='private' AS private FROM handoff_case c JOIN message m"
        " ON m.conversation_id=c.conversation_id WHERE c.id=?1"
        " ORDER BY m.may_reply DESC, m.id DESC LIMIT 1"; /* as a reply is hung */
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    int r = stmt_next(q);
    int is_private = r == 1 && col_int64(q, "private");
    stmt_done(q);
    return r < 0 ? r : is_private;
}

int record_get_leaving(struct tx *tx, int64_t reply_id, struct record_leaving *ret)
{
    static const char sql[] =
        "SELECT m.resident_id, m.may_reply, m.gone_at IS NOT NULL AS gone,"
        " EXISTS(SELECT 1 FROM message o WHERE o.resident_id=m.resident_id AND o.kind='private')"
        " AS wrote_private,"
        " EXISTS(SELECT 1 FROM handoff_case c WHERE c.id=p.case_id AND c.sensitive) AS urgent,"
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
            .said_here = (unsigned)col_int64(q, "said_here"),
        };
    stmt_done(q);
    return r == 1 ? 0 : r < 0 ? r : ERR_DB;
}

int record_is_said(struct tx *tx, int64_t reply_id, struct str body, bool waiting, int64_t since_at)
{
    static const char sql[] =
        "SELECT 1 AS said FROM reply WHERE body=?1 AND changed_at>=?2 AND id<>?3 AND private=0"
        " AND (state IN ('sending', 'unknown', 'sent') OR (?4 AND state IN ('queued', 'withheld')))"
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
        "SELECT p.body, p.changed_at, m.resident_id, p.state IN ('queued', 'withheld') AS waiting,"
        " 1 AS by_account FROM message m JOIN reply p ON p.message_id=m.id"
        " WHERE m.resident_id=?1 AND p.changed_at>=?2 AND p.id<>?3"
        " AND p.state NOT IN ('failed', 'dropped') ORDER BY p.id DESC";
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
