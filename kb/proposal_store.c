#include "kb/proposal.h"

static const char *const state_names[] = {
    [KB_PROPOSAL_WAITING] = "waiting", [KB_PROPOSAL_SCHEDULED] = "scheduled",
    [KB_PROPOSAL_QUEUED] = "queued",   [KB_PROPOSAL_PUBLISHED] = "published",
    [KB_PROPOSAL_REFUSED] = "refused", [KB_PROPOSAL_WITHDRAWN] = "withdrawn",
};

struct str kb_proposal_state_name(enum kb_proposal_state state)
{
    return str_of(state_names[state]);
}

static enum kb_proposal_state state_of(struct str name)
{
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(state_names) && !str_is(name, state_names[i]))
        i++;
    return (enum kb_proposal_state)i;
}

int kb_proposal_add(struct tx *tx, struct kb_proposal *p)
{
    static const char sql[] =
        "INSERT INTO kb_proposal(state, origin, from_id, note, staff_id, by, at, publish_at, needs,"
        " changed_at) VALUES(?1, ?2, nullif(?3, 0), ?4, nullif(?5, 0), ?6, ?7, nullif(?8, 0), "
        "nullif(?9, ''), ?7)";
    enum kb_proposal_state state = p->needs.len            ? KB_PROPOSAL_WAITING
                                   : p->publish_at > p->at ? KB_PROPOSAL_SCHEDULED
                                                           : KB_PROPOSAL_QUEUED;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, kb_proposal_state_name(state));
    stmt_bind_str(q, 2, p->origin);
    stmt_bind_int64(q, 3, p->from_id);
    stmt_bind_str(q, 4, p->note);
    stmt_bind_int64(q, 5, p->staff_id);
    stmt_bind_str(q, 6, p->by);
    stmt_bind_int64(q, 7, p->at);
    stmt_bind_int64(q, 8, p->publish_at);
    stmt_bind_str(q, 9, p->needs);
    int r = stmt_run(q);
    if (r == 0) {
        p->id = tx_last_id(tx);
        p->state = state;
        p->changed_at = p->at;
    }
    return r;
}

int kb_proposal_add_item(struct tx *tx, int64_t id, const struct kb_draft_item *item)
{
    static const char sql[] =
        "INSERT INTO kb_proposal_item(proposal_id, kind, item, revision, body, base)"
        " VALUES(?1, ?2, ?3, ?4, nullif(?5, ''), nullif(?6, ''))";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    stmt_bind_str(q, 2, kb_item_kind_name(item->kind));
    stmt_bind_str(q, 3, item->id);
    stmt_bind_int64(q, 4, item->revision);
    stmt_bind_str(q, 5, item->body);
    stmt_bind_str(q, 6, item->base);
    return stmt_run(q);
}

int kb_proposal_each_item(struct tx *tx, int64_t id,
                          int (*visit)(const struct kb_draft_item *item, void *data), void *data)
{
    static const char sql[] =
        "SELECT * FROM kb_proposal_item WHERE proposal_id=?1 AND kind=?2 ORDER BY item";
    for (int k = 0; k < KB_ITEM_KINDS; k++) {
        struct stmt *q = tx_stmt(tx, sql);
        int r;
        stmt_bind_int64(q, 1, id);
        stmt_bind_str(q, 2, kb_item_kind_name((enum kb_item_kind)k));
        while ((r = stmt_next(q)) == 1) {
            struct kb_draft_item d = { .kind = (enum kb_item_kind)k,
                                       .id = col_str(q, "item"),
                                       .revision = col_int64(q, "revision"),
                                       .body = col_str(q, "body"),
                                       .base = col_str(q, "base") };
            r = visit(&d, data);
            if (r != 0) {
                stmt_done(q);
                return r;
            }
        }
        if (r < 0)
            return r;
    }
    return 0;
}

int kb_proposal_of(struct tx *tx, const struct kb_draft_item *item, int64_t *ret_id)
{
    static const char sql[] =
        "SELECT p.id FROM kb_proposal p JOIN kb_proposal_item i ON i.proposal_id=p.id AND "
        "i.kind=?1 "
        "AND i.item=?2 WHERE p.state IN ('waiting', 'scheduled', 'queued') AND i.revision=?3";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, kb_item_kind_name(item->kind));
    stmt_bind_str(q, 2, item->id);
    stmt_bind_int64(q, 3, item->revision);
    int r = stmt_next(q);
    if (r == 1)
        *ret_id = col_int64(q, "id");
    stmt_done(q);
    return r;
}

static struct kb_proposal read_row(struct stmt *q)
{
    return (struct kb_proposal){
        .id = col_int64(q, "id"),
        .state = state_of(col_str(q, "state")),
        .origin = col_str(q, "origin"),
        .from_id = col_int64(q, "from_id"),
        .note = col_str(q, "note"),
        .staff_id = col_int64(q, "staff_id"),
        .by = col_str(q, "by"),
        .at = col_int64(q, "at"),
        .publish_at = col_int64(q, "publish_at"),
        .needs = col_str(q, "needs"),
        .agreed_id = col_int64(q, "agreed_id"),
        .agreed_by = col_str(q, "agreed_by"),
        .version_id = col_int64(q, "version_id"),
        .error = col_str(q, "error"),
        .changed_at = col_int64(q, "changed_at"),
    };
}

int kb_proposal_get(struct tx *tx, struct arena *arena, int64_t id, struct kb_proposal *ret)
{
    static const char sql[] = "SELECT * FROM kb_proposal WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    int r = stmt_next(q);
    if (r == 1) {
        struct kb_proposal p = read_row(q);
        struct str *const texts[] = { &p.origin, &p.note, &p.by, &p.needs, &p.agreed_by, &p.error };
        r = arena_keep(arena, texts, ARRAY_LEN(texts));
        if (r == 0) {
            *ret = p;
            r = 1;
        }
    }
    stmt_done(q);
    return r;
}

int kb_proposal_each(struct tx *tx, int (*visit)(const struct kb_proposal *p, void *data),
                     void *data)
{
    static const char sql[] =
        "SELECT * FROM kb_proposal WHERE state IN ('waiting', 'scheduled', 'queued') UNION ALL "
        "SELECT * FROM (SELECT * FROM kb_proposal WHERE state IN ('published', 'refused', "
        "'withdrawn') ORDER BY changed_at DESC, id DESC LIMIT 10) ORDER BY id DESC";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    while ((r = stmt_next(q)) == 1) {
        struct kb_proposal p = read_row(q);
        r = visit(&p, data);
        if (r != 0) {
            stmt_done(q);
            return r;
        }
    }
    return r;
}

int kb_proposal_agree(struct tx *tx, int64_t id, int64_t staff_id, struct str by, int64_t now)
{
    static const char sql[] =
        "UPDATE kb_proposal SET state=CASE WHEN publish_at>?4 THEN 'scheduled' ELSE 'queued' END,"
        " agreed_id=?2, agreed_by=?3, changed_at=?4 WHERE id=?1 AND state='waiting'";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    stmt_bind_int64(q, 2, staff_id);
    stmt_bind_str(q, 3, by);
    stmt_bind_int64(q, 4, now);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}

int kb_proposal_end(struct tx *tx, int64_t id, enum kb_proposal_state state, int64_t version_id,
                    struct str error, int64_t now)
{
    static const char sql[] =
        "UPDATE kb_proposal SET state=?2, version_id=nullif(?3, 0), error=nullif(?4, ''),"
        " changed_at=?5 WHERE id=?1 AND state IN ('waiting', 'scheduled', 'queued')";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    stmt_bind_str(q, 2, kb_proposal_state_name(state));
    stmt_bind_int64(q, 3, version_id);
    stmt_bind_str(q, 4, error);
    stmt_bind_int64(q, 5, now);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}

int kb_proposal_due(struct tx *tx, int64_t now, int64_t *ret)
{
    static const char sql[] = "SELECT id FROM kb_proposal WHERE state='queued' OR "
                              "(state='scheduled' AND publish_at<=?1) ORDER BY id LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "id");
    stmt_done(q);
    return r;
}
