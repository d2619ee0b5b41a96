/* SQL of messages, decisions, what went before and events. Replies are in reply_store.c and
 * leaving_store.c, what becomes of messages later in kept_store.c, what staff write in the
 * network's own app in elsewhere_store.c, cases in cases_store.c, staff in staff_store.c. */
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
                              "score, lead, residue, kb, decided_at, read_from, asked, kb_version, "
                              "would, offered) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                              "?11, ?12, ?13, ?14, ?15)";
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
    if (d->kb_version)
        stmt_bind_int64(q, 13, d->kb_version);
    if (d->would.len) {
        stmt_bind_str(q, 14, d->would);
        stmt_bind_int64(q, 15, d->offered);
    }
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
        .reply = reply_state_of_name(col_str(q, "state")),
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
        " AND (p.state IN ('sending', 'unknown', 'sent') OR (p.staff_id IS NOT NULL"
        " AND p.state NOT IN ('proposed', 'returned', 'dropped')))"
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
        "INSERT INTO event(at, kind, case_id, message_id, reply_id, staff_id, text, concerns, item)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
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
    if (e->concerns.len)
        stmt_bind_str(q, 8, e->concerns);
    if (e->item.len)
        stmt_bind_str(q, 9, e->item);
    return stmt_run(q);
}

int record_renew_event(struct tx *tx, const struct record_event *e, int64_t now)
{
    static const char sql[] =
        "DELETE FROM event WHERE item=?1 AND kind=?2 AND staff_id IS nullif(?3, 0)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, e->item);
    stmt_bind_str(q, 2, str_of(e->kind));
    stmt_bind_int64(q, 3, e->staff_id);
    int r = stmt_run(q);
    return r < 0 ? r : record_add_event(tx, e, now);
}
