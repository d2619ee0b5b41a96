/* SQL of what staff write in the network's own app: whether it is one of our replies, what it
 * answers, and what it changes. */
#include "handoff/cases.h"
#include "handoff/record_private.h"

static int find_reply(struct tx *tx, struct str remote_id, int64_t *ret)
{
    static const char sql[] = "SELECT id FROM reply WHERE remote_id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, remote_id);
    return record_one_id(q, ret);
}

/* Whatever its versions are called, it is recorded by the first one's id. */
static struct str name_of(const struct record_own_post *post)
{
    return post->replaces.len ? post->replaces : post->remote_id;
}

/* Is it recorded already? An edited one then says what it says now. 1 yes, 0 no. */
static int is_known(struct tx *tx, const struct record_own_post *post)
{
    static const char q_edit[] = "UPDATE reply SET body=?2 WHERE id=?1";
    int64_t id;
    int r = find_reply(tx, name_of(post), &id);
    if (r != 1 || !post->replaces.len)
        return r;
    struct stmt *q = tx_stmt(tx, q_edit);
    stmt_bind_int64(q, 1, id);
    stmt_bind_str(q, 2, post->text);
    r = stmt_run(q);
    return r < 0 ? r : 1;
}

#define MAY_BE_OUT                                                               \
    " AND p.elsewhere=0 AND (p.state IN ('sending', 'unknown') OR (p.attempts>0" \
    " AND p.state IN ('queued', 'failed'))) ORDER BY p.state<>'sending', p.id"

/* The reply of ours, under this message or another part, or to this partner, that says the same and
 * may be out. 1 found, 0 none. */
static int find_unsettled(struct tx *tx, const struct record_own_post *post, int64_t answers,
                          int64_t *ret)
{
    static const char q_public[] = "SELECT p.id, p.body FROM reply p WHERE p.message_id=?1"
                                   " AND p.private=0" MAY_BE_OUT;
    /* the next part of a split reply answers the one before */
    static const char q_part[] = "SELECT p.id, p.body FROM reply b JOIN reply p ON p.after_id=b.id"
                                 " WHERE b.remote_id=?1" MAY_BE_OUT;
    static const char q_private[] =
        "SELECT p.id, p.body FROM resident r JOIN message m ON m.resident_id=r.id JOIN reply p"
        " ON p.message_id=m.id WHERE r.network=?1 AND r.remote_id=?2 AND m.account=?3"
        " AND p.private=1" MAY_BE_OUT;
    struct stmt *q = tx_stmt(tx, post->is_private ? q_private : answers ? q_public : q_part);
    int r;
    if (post->is_private) {
        stmt_bind_str(q, 1, post->network);
        stmt_bind_str(q, 2, post->partner);
        stmt_bind_str(q, 3, post->account);
    } else if (answers) {
        stmt_bind_int64(q, 1, answers);
    } else {
        stmt_bind_str(q, 1, post->answers);
    }
    while ((r = stmt_next(q)) == 1) {
        if (!post->same(post->text, col_str(q, "body")))
            continue;
        *ret = col_int64(q, "id");
        break;
    }
    stmt_done(q);
    return r;
}

/* Where staff's own words belong: under what they answer, else under the newest that it can be. 1
 * found, 0 none. */
static int find_place(struct tx *tx, const struct record_own_post *post, int64_t answers,
                      int64_t *ret)
{
    static const char q_thread[] =
        "SELECT m.id FROM conversation c JOIN message m ON m.conversation_id=coalesce(c.part_of, "
        "c.id) WHERE c.network=?1 AND c.remote_id=?2 AND m.kind<>'private' ORDER BY m.id DESC "
        "LIMIT 1";
    static const char q_partner[] =
        "SELECT m.id FROM resident r JOIN message m ON m.resident_id=r.id LEFT JOIN handoff_case c"
        " ON c.conversation_id=m.conversation_id AND c.state<>'closed' WHERE r.network=?1"
        " AND r.remote_id=?2 AND (m.kind='private' OR c.id IS NOT NULL)"
        " ORDER BY c.id IS NOT NULL DESC, m.kind='private' DESC, m.id DESC LIMIT 1";
    if (answers) {
        *ret = answers;
        return 1;
    }
    /* one that answers nobody begins a thread and is nobody's answer, whoever writes below it */
    if (!post->is_private && !post->answers.len)
        return 0;
    struct stmt *q = tx_stmt(tx, post->is_private ? q_partner : q_thread);
    stmt_bind_str(q, 1, post->network);
    stmt_bind_str(q, 2, post->is_private ? post->partner : post->conversation);
    return record_one_id(q, ret);
}

static int add_reply(struct tx *tx, const struct record_own_post *post, int64_t message_id,
                     int64_t case_id, int64_t now, int64_t *ret_id)
{
    static const char sql[] =
        "INSERT INTO reply(message_id, case_id, body, state, remote_id, private, elsewhere, "
        "created_at, changed_at) VALUES(?1, ?2, ?3, 'sent', ?4, ?5, 1, ?6, ?7)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    if (case_id)
        stmt_bind_int64(q, 2, case_id);
    stmt_bind_str(q, 3, post->text);
    stmt_bind_str(q, 4, name_of(post));
    stmt_bind_int64(q, 5, post->is_private);
    stmt_bind_int64(q, 6, post->written_at);
    stmt_bind_int64(q, 7, now);
    int r = stmt_run(q);
    if (r == 0)
        *ret_id = tx_last_id(tx);
    return r;
}

static int take_over(struct tx *tx, const struct record_own_post *post, int64_t message_id,
                     int64_t now)
{
    struct record_facts facts;
    int64_t reply_id = 0;
    int r = record_get_facts(tx, message_id, &facts);
    if (r == 0)
        r = add_reply(tx, post, message_id, facts.case_id, now, &reply_id);
    if (r == 0)
        r = record_drop_of_conversation(tx, facts.conversation_id,
                                        STR("Somebody answered in the network's own app"), now);
    if (r == 0 && facts.case_id)
        r = case_taken_elsewhere(tx, facts.case_id, now);
    struct record_event e = { "reply.elsewhere", facts.case_id, message_id, reply_id, 0,
                              STR(""),           STR(""),       STR("") };
    return r < 0 ? r : record_add_event(tx, &e, now);
}

/* It may be that what it answers is read later. What never is is forgotten. */
static int remember(struct tx *tx, const struct record_own_post *post)
{
    static const char q_put[] = "INSERT INTO own_post(network, answers, remote_id, conversation, "
                                "text, written_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                                " ON CONFLICT DO NOTHING";
    static const char q_forget[] = "DELETE FROM own_post WHERE written_at<?1";
    struct stmt *q = tx_stmt(tx, q_put);
    stmt_bind_str(q, 1, post->network);
    stmt_bind_str(q, 2, post->answers);
    stmt_bind_str(q, 3, name_of(post));
    stmt_bind_str(q, 4, post->conversation);
    stmt_bind_str(q, 5, post->text);
    stmt_bind_int64(q, 6, post->written_at);
    int r = stmt_run(q);
    if (r < 0)
        return r;
    q = tx_stmt(tx, q_forget);
    stmt_bind_int64(q, 1, post->written_at - RECORD_TALK_S);
    return stmt_run(q);
}

/* Takes one remembered answer to a message out. 1: there was one, 0: none is left. */
static int take_remembered(struct tx *tx, struct arena *arena, struct str network,
                           struct str answers, struct record_own_post *ret)
{
    static const char sql[] =
        "DELETE FROM own_post WHERE network=?1 AND answers=?2 AND remote_id=(SELECT remote_id FROM "
        "own_post WHERE network=?1 AND answers=?2 ORDER BY written_at LIMIT 1)"
        " RETURNING remote_id, conversation, text, written_at";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, network);
    stmt_bind_str(q, 2, answers);
    int r = stmt_next(q);
    if (r == 1) {
        *ret =
            (struct record_own_post){ .network = network,
                                      .remote_id = arena_str(arena, col_str(q, "remote_id")),
                                      .conversation = arena_str(arena, col_str(q, "conversation")),
                                      .text = arena_str(arena, col_str(q, "text")),
                                      .answers = answers,
                                      .written_at = col_int64(q, "written_at") };
        r = ret->remote_id.p && ret->conversation.p && ret->text.p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

/* Nobody of ours was there after all: unless somebody's answer is on its way, it is waited for. */
static int wait_again(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] =
        "UPDATE handoff_case SET elsewhere=0, version=version+1, changed_at=?2 WHERE id=?1 AND "
        "state='open' AND elsewhere=1 AND NOT " SQL_ELSEWHERE(
            "handoff_case.conversation_id",
            "?2-?3") " RETURNING EXISTS(SELECT 1 FROM reply p WHERE p.case_id=handoff_case.id AND "
                     "p.staff_id IS NOT NULL AND p.state IN ('held', 'queued', 'sending', "
                     "'unknown')) AS id";
    int64_t answered;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, now);
    stmt_bind_int64(q, 3, RECORD_TALK_S);
    int r = record_one_id(q, &answered);
    if (r != 1)
        return r;
    return answered ? 0 : case_unanswered(tx, case_id, now);
}

int record_give_up_remote(struct tx *tx, struct str remote_id, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state=iif(elsewhere, 'dropped', 'unknown'), remote_id=NULL, looks=0,"
        " changed_at=?2 WHERE remote_id=?1 RETURNING state, message_id, coalesce(case_id, 0) AS "
        "case_id, id";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, remote_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_next(q);
    if (r != 1)
        return r;
    bool unknown = str_is(col_str(q, "state"), "unknown");
    struct record_event e = { unknown ? "reply.unknown" : "reply.dropped",
                              col_int64(q, "case_id"),
                              col_int64(q, "message_id"),
                              col_int64(q, "id"),
                              0,
                              STR(""),
                              STR(""),
                              STR("") };
    stmt_done(q);
    r = unknown ? 0 : wait_again(tx, e.case_id, now);
    return r < 0 ? r : record_add_event(tx, &e, now);
}

int record_claim_own_posts(struct tx *tx, struct str network, struct str remote_id,
                           int64_t message_id, int64_t now)
{
    struct record_own_post post;
    struct arena arena = ARENA_INIT;
    int r;
    while ((r = take_remembered(tx, &arena, network, remote_id, &post)) == 1) {
        r = is_known(tx, &post);
        if (r == 0)
            r = take_over(tx, &post, message_id, now);
        if (r < 0)
            break;
    }
    arena_release(&arena);
    return r;
}

int record_own_post(struct tx *tx, const struct record_own_post *post, int64_t now)
{
    int64_t answers = 0, id;
    int r = is_known(tx, post);
    if (r != 0)
        return r < 0 ? r : RECORD_OWN_KNOWN;
    if (!post->is_private && post->answers.len)
        r = record_find_message(tx, post->network, post->answers, &answers);
    if (r >= 0)
        r = find_unsettled(tx, post, answers, &id);
    if (r == 1) {
        r = record_move_reply(tx, id, REPLY_SENT, name_of(post), STR(""), now);
        return r < 0 ? r : RECORD_OWN_SETTLED;
    }
    if (r == 0)
        r = find_place(tx, post, answers, &id);
    bool found = r == 1;
    if (found)
        r = take_over(tx, post, id, now);
    else if (r == 0 && !post->is_private && post->answers.len)
        r = remember(tx, post);
    return r < 0 ? r : found ? RECORD_OWN_STAFF : RECORD_OWN_OTHER;
}
