#include "handoff/held.h"

#include <inttypes.h>

#include "handoff/cases.h"
#include "handoff/desk.h"
#include "handoff/draft.h"
#include "handoff/record_private.h"

/* The words of the reply's parts, as one text. */
static int read_words(struct tx *tx, struct arena *arena, int64_t reply_id, struct str *ret)
{
    static const char sql[] = "SELECT p.body FROM " SQL_PARTS " ORDER BY p.id";
    struct str parts[REPLY_PARTS_MAX];
    struct buf words = BUF_INIT(REPLY_PARTS_MAX * REPLY_BYTES_MAX);
    size_t count = 0;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    int r = 0;
    while (count < REPLY_PARTS_MAX && (r = stmt_next(q)) == 1) {
        parts[count] = arena_str(arena, col_str(q, "body"));
        if (!parts[count++].p) {
            r = ERR_NOMEM;
            break;
        }
    }
    stmt_done(q);
    if (r >= 0)
        r = reply_join(parts, count, &words);
    *ret = arena_str(arena, buf_str(&words));
    buf_release(&words);
    return r < 0 ? r : ret->p ? 0 : ERR_NOMEM;
}

int held_find(struct tx *tx, struct arena *arena, int64_t reply_id, struct held *ret)
{
    static const char sql[] =
        "SELECT p.id, p.case_id, p.message_id, p.staff_id, p.state, p.private, s.initials,"
        " c.state='closed' AS closed, coalesce(c.owner_id, 0) AS owner_id FROM reply p"
        " JOIN staff s ON s.id=p.staff_id JOIN handoff_case c ON c.id=p.case_id WHERE p.id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, reply_id);
    int r = stmt_next(q);
    if (r != 1)
        return r;
    *ret = (struct held){
        .id = col_int64(q, "id"),
        .case_id = col_int64(q, "case_id"),
        .message_id = col_int64(q, "message_id"),
        .writer_id = col_int64(q, "staff_id"),
        .state = reply_state_of_name(col_str(q, "state")),
        .initials = arena_str(arena, col_str(q, "initials")),
        .is_private = col_int64(q, "private") != 0,
        .case_closed = col_int64(q, "closed") != 0,
        .owner_id = col_int64(q, "owner_id"),
    };
    stmt_done(q);
    r = ret->initials.p ? read_words(tx, arena, reply_id, &ret->words) : ERR_NOMEM;
    return r < 0 ? r : 1;
}

static int tell(struct tx *tx, const struct held *h, const char *kind, int64_t staff_id,
                int64_t now)
{
    struct record_event e = { kind,     h->case_id, h->message_id, h->id,
                              staff_id, STR(""),    STR(""),       STR("") };
    return record_add_event(tx, &e, now);
}

/* Its time is up by ?1. None is held longer than ?2: where it seems so the clock was put back. */
#define DUE "state='held' AND (held_until<=?1 OR held_until>?1+?2)"

int held_is_due(struct tx *tx, int64_t now)
{
    static const char sql[] = "SELECT id FROM reply WHERE " DUE " LIMIT 1";
    int64_t id;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now);
    stmt_bind_int64(q, 2, DESK_UNDO_MAX_S);
    return record_one_id(q, &id);
}

int held_release(struct tx *tx, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state='queued', held_until=NULL, changed_at=?1 WHERE id=(SELECT id FROM"
        " reply WHERE " DUE " ORDER BY held_until, id LIMIT 1)"
        " RETURNING id, message_id, case_id, staff_id";
    for (int count = 0;; count++) {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, now);
        stmt_bind_int64(q, 2, DESK_UNDO_MAX_S);
        int r = stmt_next(q);
        if (r != 1)
            return r < 0 ? r : count;
        struct held h = { .id = col_int64(q, "id"),
                          .message_id = col_int64(q, "message_id"),
                          .case_id = col_int64(q, "case_id"),
                          .writer_id = col_int64(q, "staff_id") };
        stmt_done(q);
        r = tell(tx, &h, "reply.queued", h.writer_id, now);
        if (r < 0)
            return r;
    }
}

static int give_back(struct tx *tx, const struct held *h, int64_t now)
{
    struct draft d = { h->writer_id, h->case_id, h->words, h->is_private };
    return draft_offer(tx, &d, now);
}

int held_undo(struct tx *tx, const struct held *h, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state='dropped', held_until=NULL, changed_at=?2 WHERE id=(SELECT p.id "
        "FROM " SQL_PARTS " WHERE p.state IN ('held', 'proposed') ORDER BY p.id LIMIT 1)"
        " RETURNING id";
    int64_t id;
    int r;
    do {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, h->id);
        stmt_bind_int64(q, 2, now);
        r = record_one_id(q, &id);
    } while (r == 1);
    if (r == 0)
        r = give_back(tx, h, now);
    if (r == 0) /* what was only proposed answered nobody: what waited waits on */
        r = h->state == REPLY_HELD ? case_take_back(tx, h->case_id, now)
                                   : case_touch(tx, h->case_id, now);
    return r < 0 ? r : tell(tx, h, "reply.undone", h->writer_id, now);
}

int held_approve(struct tx *tx, const struct held *h, const struct reply_parts *parts,
                 int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state='queued', body=?2, approver_id=?3, changed_at=?4 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, h->id);
    stmt_bind_str(q, 2, parts->part[0]);
    stmt_bind_int64(q, 3, staff_id);
    stmt_bind_int64(q, 4, now);
    int r = stmt_run(q);
    if (r == 0)
        r = case_answered(tx, h->case_id, now);
    if (r == 0)
        r = tell(tx, h, "reply.approved", staff_id, now);
    if (r == 0)
        r = tell(tx, h, "reply.queued", h->writer_id, now);
    struct record_draft draft = {
        .message_id = h->message_id,
        .case_id = h->case_id,
        .staff_id = h->writer_id,
        .is_private = h->is_private,
        .approver_id = staff_id,
        .after_id = h->id,
    };
    for (size_t i = 1; i < parts->count && r == 0; i++) {
        draft.body = parts->part[i];
        r = record_queue_reply(tx, &draft, now, &draft.after_id);
    }
    return r < 0 ? r : case_touch(tx, h->case_id, now);
}

int held_return(struct tx *tx, const struct held *h, struct str word, int64_t staff_id, int64_t now)
{
    static const char sql[] =
        "UPDATE reply SET state='returned', word=?2, approver_id=?3, changed_at=?4 WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, h->id);
    stmt_bind_str(q, 2, word);
    stmt_bind_int64(q, 3, staff_id);
    stmt_bind_int64(q, 4, now);
    char writer[32];
    (void)snprintf(writer, sizeof writer, "[%" PRId64 "]", h->writer_id);
    struct record_event e = { "reply.returned", h->case_id, h->message_id,  h->id,
                              staff_id,         STR(""),    str_of(writer), STR("") };
    int r = stmt_run(q);
    if (r == 0)
        r = give_back(tx, h, now);
    if (r == 0)
        r = case_touch(tx, h->case_id, now);
    return r < 0 ? r : record_add_event(tx, &e, now);
}

int held_drop_proposed(struct tx *tx, int64_t case_id, int64_t now)
{
    static const char sql[] = "SELECT id FROM reply WHERE case_id=?1 AND state='proposed' LIMIT 1";
    for (;;) {
        int64_t id;
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, case_id);
        int r = record_one_id(q, &id);
        if (r == 1)
            r = record_move_reply(tx, id, REPLY_DROPPED, STR(""),
                                  STR("The case was closed before somebody approved it"), now);
        else
            return r;
        if (r < 0)
            return r;
    }
}
