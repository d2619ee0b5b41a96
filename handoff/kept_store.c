/* SQL of what becomes of messages after they were recorded: edited, taken back, looked up, kept no
 * longer. */
#include "handoff/cases.h"
#include "handoff/record_private.h"

int record_add_version(struct tx *tx, struct str network, struct str remote_id, int64_t message_id)
{
    static const char sql[] = "INSERT INTO message_version(network, remote_id, message_id)"
                              " VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, network);
    stmt_bind_str(q, 2, remote_id);
    stmt_bind_int64(q, 3, message_id);
    return stmt_run(q);
}

/* ------------------------------------------------------------------------------------------------
 * edits */

/* What is recorded, as far as an edit must know it. */
struct recorded {
    struct str remote_id;
    int64_t version_at; /* when its present version was written */
    int64_t case_id;
    bool gone;
};

static int read_recorded(struct tx *tx, struct arena *arena, int64_t id, struct recorded *recorded,
                         struct record_before *before)
{
    static const char sql[] =
        "SELECT m.remote_id, m.written_at, m.kind, m.may_reply, m.account, coalesce(d.asked, '') "
        "AS asked, coalesce(m.edited_at, m.written_at) AS version_at,"
        " m.gone_at IS NOT NULL AS gone, coalesce(c.id, 0) AS case_id,"
        " coalesce(d.action, '') AS action, coalesce(d.intents, '') AS intents,"
        " iif(p.state='queued' AND p.attempts=0, p.id, 0) AS waiting_reply,"
        " p.id IS NOT NULL OR EXISTS(SELECT 1 FROM message o JOIN decision e ON e.message_id=o.id"
        " WHERE o.conversation_id=m.conversation_id AND o.resident_id=m.resident_id AND o.id>m.id"
        " AND e.read_from<=m.id) AS answered"
        " FROM message m LEFT JOIN decision d ON d.message_id=m.id LEFT JOIN reply p ON "
        "p.message_id=m.id"
        " AND p.staff_id IS NULL AND p.elsewhere=0 AND p.state<>'dropped' LEFT JOIN handoff_case c"
        " ON c.conversation_id=m.conversation_id AND c.state<>'closed' WHERE m.id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    int r = stmt_next(q);
    if (r != 1)
        return r < 0 ? r : ERR_DB;
    *recorded = (struct recorded){
        .remote_id = arena_str(arena, col_str(q, "remote_id")),
        .version_at = col_int64(q, "version_at"),
        .case_id = col_int64(q, "case_id"),
        .gone = col_int64(q, "gone") != 0,
    };
    *before = (struct record_before){
        .message_id = id,
        .written_at = col_int64(q, "written_at"),
        .kind = record_kind_of_name(col_str(q, "kind")),
        .may_reply = col_int64(q, "may_reply") != 0,
        .account = arena_str(arena, col_str(q, "account")),
        .asked = arena_str(arena, col_str(q, "asked")),
        .action = arena_str(arena, col_str(q, "action")),
        .intents = arena_str(arena, col_str(q, "intents")),
        .waiting_reply = col_int64(q, "waiting_reply"),
        .answered = col_int64(q, "answered") != 0 && col_int64(q, "waiting_reply") == 0,
    };
    stmt_done(q);
    return recorded->remote_id.p && before->account.p && before->action.p && before->intents.p &&
                   before->asked.p
               ? 0
               : ERR_NOMEM;
}

static int write_version(struct tx *tx, int64_t id, const struct record_message *m, int64_t now)
{
    static const char q_message[] =
        "UPDATE message SET remote_id=?2, text=?3, edited_at=?4, checked_at=?5, fingerprint=?6"
        " WHERE id=?1";
    static const char q_decision[] = "DELETE FROM decision WHERE message_id=?1";
    struct stmt *q = tx_stmt(tx, q_message);
    stmt_bind_int64(q, 1, id);
    stmt_bind_str(q, 2, m->remote_id);
    stmt_bind_str(q, 3, m->text);
    stmt_bind_int64(q, 4, m->written_at);
    stmt_bind_int64(q, 5, now);
    if (m->fingerprint)
        stmt_bind_int64(q, 6, m->fingerprint);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    q = tx_stmt(tx, q_decision);
    stmt_bind_int64(q, 1, id);
    return stmt_run(q);
}

int record_edit_message(struct tx *tx, struct arena *arena, const struct record_message *m,
                        int64_t now, struct record_before *ret)
{
    struct recorded recorded;
    struct record_before before;
    int64_t id, other;
    if (!m->replaces.len)
        return 0;
    int r = record_find_message(tx, m->network, m->replaces, &id);
    if (r != 1)
        return r;
    r = record_find_message(tx, m->network, m->remote_id, &other);
    if (r != 0)
        return r < 0 ? r : 0;
    r = read_recorded(tx, arena, id, &recorded, &before);
    if (r < 0)
        return r;
    if (recorded.gone || m->written_at < recorded.version_at)
        return record_add_version(tx, m->network, m->remote_id, id);
    r = record_add_version(tx, m->network, recorded.remote_id, id);
    if (r == 0)
        r = write_version(tx, id, m, now);
    struct record_event e = { "message.edited", recorded.case_id, id,     0, 0,
                              STR(""),          STR(""),          STR("") };
    if (r == 0)
        r = record_add_event(tx, &e, now);
    if (r < 0)
        return r;
    *ret = before;
    return 1;
}

/* ------------------------------------------------------------------------------------------------
 * gone */

/* Everything that its author said in it, and who they are if nothing else of theirs is kept. 1
 * done, 0 it was erased before. */
static int erase(struct tx *tx, int64_t id, bool expired, int64_t now)
{
    static const char q_text[] = "UPDATE message SET text='', fingerprint=NULL, gone_at=?2, "
                                 "expired=?3 WHERE id=?1 AND gone_at IS NULL";
    static const char q_why[] =
        "UPDATE decision SET why=(SELECT json_group_array(json_set(w.value, '$.words', json('[]'),"
        " '$.spans', json('[]'))) FROM json_each(decision.why) w) WHERE message_id=?1";
    static const char q_who[] =
        "UPDATE resident SET handle='', name='' WHERE id=(SELECT resident_id FROM message WHERE "
        "id=?1) AND NOT EXISTS(SELECT 1 FROM message m WHERE m.resident_id=resident.id AND "
        "m.gone_at IS NULL)";
    static const char *const others[] = { q_why, q_who };
    struct stmt *q = tx_stmt(tx, q_text);
    stmt_bind_int64(q, 1, id);
    stmt_bind_int64(q, 2, now);
    stmt_bind_int64(q, 3, expired);
    int r = stmt_run(q);
    if (r < 0 || tx_changes(tx) == 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(others) && r == 0; i++) {
        q = tx_stmt(tx, others[i]);
        stmt_bind_int64(q, 1, id);
        r = stmt_run(q);
    }
    return r < 0 ? r : 1;
}

int record_message_gone(struct tx *tx, struct str network, struct str remote_id, int64_t now)
{
    struct record_facts facts;
    int64_t id;
    int r = record_find_message(tx, network, remote_id, &id);
    if (r == 1)
        r = erase(tx, id, false, now);
    if (r != 1)
        return r;
    r = record_drop_of_message(tx, id, STR("Its author took the message back"), now);
    if (r == 0)
        r = record_get_facts(tx, id, &facts);
    if (r == 0 && facts.case_id)
        r = case_touch(tx, facts.case_id, now);
    if (r < 0)
        return r;
    struct record_event e = { "message.gone", facts.case_id, id, 0, 0, STR(""), STR(""), STR("") };
    r = record_add_event(tx, &e, now);
    return r < 0 ? r : 1;
}

static int erase_message(struct tx *tx, int64_t id, int64_t now)
{
    int r = erase(tx, id, true, now);
    return r < 0 ? r : 0;
}

/* What staff said among themselves about a resident is gone without a trace. */
static int erase_note(struct tx *tx, int64_t id, int64_t now)
{
    static const char q_to[] = "DELETE FROM note_to WHERE note_id=?1";
    static const char q_note[] = "DELETE FROM note WHERE id=?1";
    (void)now;
    struct stmt *q = tx_stmt(tx, q_to);
    stmt_bind_int64(q, 1, id);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    q = tx_stmt(tx, q_note);
    stmt_bind_int64(q, 1, id);
    return stmt_run(q);
}

/* At most @max of what @sql gives one of. How many. */
static int erase_each(struct tx *tx, const char *sql, int64_t before_at, int64_t now, int max,
                      int (*erase_one)(struct tx *tx, int64_t id, int64_t now))
{
    for (int count = 0; count < max; count++) {
        int64_t id;
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, before_at);
        int r = record_one_id(q, &id);
        if (r == 1)
            r = erase_one(tx, id, now);
        else
            return r < 0 ? r : count;
        if (r < 0)
            return r;
    }
    return max;
}

int record_erase_old(struct tx *tx, int64_t before_at, int64_t now, int max)
{
    static const char q_message[] =
        "SELECT m.id FROM message m WHERE m.gone_at IS NULL AND m.received_at<?1 AND NOT EXISTS("
        "SELECT 1 FROM handoff_case c WHERE c.conversation_id=m.conversation_id AND "
        "c.state<>'closed') ORDER BY m.received_at LIMIT 1";
    static const char q_note[] =
        "SELECT n.id FROM note n JOIN handoff_case c ON c.id=n.case_id WHERE n.at<?1 AND "
        "c.state='closed' ORDER BY n.at LIMIT 1";
    int messages = erase_each(tx, q_message, before_at, now, max, erase_message);
    if (messages < 0)
        return messages;
    int notes = erase_each(tx, q_note, before_at, now, max - messages, erase_note);
    return notes < 0 ? notes : messages + notes;
}

/* ------------------------------------------------------------------------------------------------
 * looking up */

/* A statement's remote_id, row by row. Returns their number or negative. */
static int list_ids(struct stmt *q, struct arena *arena, struct str *ret)
{
    int count = 0, r;
    while ((r = stmt_next(q)) == 1) {
        ret[count] = arena_str(arena, col_str(q, "remote_id"));
        if (!ret[count++].p) {
            r = ERR_NOMEM;
            break;
        }
    }
    stmt_done(q);
    return r < 0 ? r : count;
}

int record_list_unchecked(struct tx *tx, struct str account, int64_t before_at, struct arena *arena,
                          struct str *ret, int max)
{
    static const char sql[] =
        "SELECT remote_id FROM message WHERE account=?1 AND gone_at IS NULL AND kind<>'private'"
        " AND checked_at<?2 ORDER BY checked_at LIMIT ?3";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    stmt_bind_int64(q, 2, before_at);
    stmt_bind_int64(q, 3, max);
    return list_ids(q, arena, ret);
}

int record_set_checked(struct tx *tx, struct str network, struct str remote_id, int64_t now)
{
    static const char sql[] = "UPDATE message SET checked_at=?2 WHERE id=?1";
    int64_t id;
    int r = record_find_message(tx, network, remote_id, &id);
    if (r != 1)
        return r;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    stmt_bind_int64(q, 2, now);
    return stmt_run(q);
}

int64_t record_count_kept(struct tx *tx, struct str account)
{
    static const char sql[] = "SELECT count(*) AS id FROM message WHERE account=?1 AND gone_at IS "
                              "NULL AND kind<>'private'";
    int64_t count = 0;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    int r = record_one_id(q, &count);
    return r < 0 ? r : count;
}

/* ------------------------------------------------------------------------------------------------
 * threads and accounts */

int record_list_threads(struct tx *tx, struct str account, int64_t since_at, struct arena *arena,
                        struct str *ret, int max)
{
    /* each + keeps to what came lately: an account's messages are many */
    static const char sql[] =
        "SELECT c.remote_id FROM (SELECT m.conversation_id AS id, max(m.id) AS newest FROM message "
        "m WHERE m.gone_at IS NULL AND m.received_at>=?2 AND +m.account=?1 AND m.kind<>'private'"
        " GROUP BY +m.conversation_id) t JOIN conversation c ON c.id=t.id OR c.part_of=t.id"
        " WHERE EXISTS(SELECT 1 FROM handoff_case k WHERE k.conversation_id=t.id AND "
        "k.state<>'closed') OR EXISTS(SELECT 1 FROM message o JOIN reply p ON p.message_id=o.id"
        " WHERE o.conversation_id=t.id AND p.state IN ('sending', 'unknown', 'sent'))"
        " ORDER BY t.newest DESC, c.id DESC LIMIT ?3";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    stmt_bind_int64(q, 2, since_at);
    stmt_bind_int64(q, 3, max);
    return list_ids(q, arena, ret);
}

int record_account_of_reply(struct tx *tx, struct arena *arena, struct str remote_id,
                            struct str *ret)
{
    static const char sql[] = "SELECT m.account FROM reply p JOIN message m ON m.id=p.message_id"
                              " WHERE p.remote_id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, remote_id);
    int r = stmt_next(q);
    if (r == 1) {
        *ret = arena_str(arena, col_str(q, "account"));
        r = ret->p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}
