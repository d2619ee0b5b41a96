#include "kb/draft.h"

#include "kb/version.h"

/* The next revision, given for good. */
static int next_revision(struct tx *tx, int64_t *ret)
{
    static const char sql[] = "UPDATE kb_revision SET revision=revision+1 WHERE id=1";
    int r = stmt_run(tx_stmt(tx, sql));
    return r < 0 ? r : kb_draft_revision(tx, ret);
}

int kb_draft_revision(struct tx *tx, int64_t *ret)
{
    static const char sql[] = "SELECT revision FROM kb_revision WHERE id=1";
    struct stmt *q = tx_stmt(tx, sql);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "revision");
    stmt_done(q);
    return r < 0 ? r : r == 1 ? 0 : ERR_DB;
}

static struct kb_draft_item read_row(struct stmt *q, enum kb_item_kind kind)
{
    return (struct kb_draft_item){
        .kind = kind,
        .id = col_str(q, "item"),
        .revision = col_int64(q, "revision"),
        .body = col_str(q, "body"),
        .base = col_str(q, "base"),
        .staff_id = col_int64(q, "staff_id"),
        .by = col_str(q, "by"),
        .at = col_int64(q, "at"),
    };
}

int kb_draft_get(struct tx *tx, struct arena *arena, enum kb_item_kind kind, struct str id,
                 struct kb_draft_item *ret)
{
    static const char sql[] = "SELECT * FROM kb_draft WHERE kind=?1 AND item=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, kb_item_kind_name(kind));
    stmt_bind_str(q, 2, id);
    int r = stmt_next(q);
    if (r == 1) {
        struct kb_draft_item d = read_row(q, kind);
        struct str *const texts[] = { &d.id, &d.body, &d.base, &d.by };
        r = arena_keep(arena, texts, ARRAY_LEN(texts));
        if (r == 0) {
            *ret = d;
            r = 1;
        }
    }
    stmt_done(q);
    return r;
}

/* The item's revision in the draft; 0: it isn't in it. */
static int revision_of(struct tx *tx, enum kb_item_kind kind, struct str id, int64_t *ret)
{
    static const char sql[] = "SELECT revision FROM kb_draft WHERE kind=?1 AND item=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, kb_item_kind_name(kind));
    stmt_bind_str(q, 2, id);
    int r = stmt_next(q);
    *ret = r == 1 ? col_int64(q, "revision") : 0;
    stmt_done(q);
    return r < 0 ? r : 0;
}

static int forget(struct tx *tx, enum kb_item_kind kind, struct str id)
{
    static const char sql[] = "DELETE FROM kb_draft WHERE kind=?1 AND item=?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, kb_item_kind_name(kind));
    stmt_bind_str(q, 2, id);
    int r = stmt_run(q);
    int64_t revision;
    return r < 0 || !tx_changes(tx) ? r : next_revision(tx, &revision);
}

static int put(struct tx *tx, const struct kb_draft_item *d)
{
    static const char sql[] =
        "INSERT INTO kb_draft(kind, item, revision, body, base, staff_id, by, at) VALUES(?1, ?2, "
        "?3, nullif(?4, ''), nullif(?5, ''), nullif(?6, 0), ?7, ?8) ON CONFLICT DO UPDATE SET "
        "revision=excluded.revision, body=excluded.body, base=excluded.base, "
        "staff_id=excluded.staff_id, by=excluded.by, at=excluded.at";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, kb_item_kind_name(d->kind));
    stmt_bind_str(q, 2, d->id);
    stmt_bind_int64(q, 3, d->revision);
    stmt_bind_str(q, 4, d->body);
    stmt_bind_str(q, 5, d->base);
    stmt_bind_int64(q, 6, d->staff_id);
    stmt_bind_str(q, 7, d->by);
    stmt_bind_int64(q, 8, d->at);
    return stmt_run(q);
}

/* The tree of a body; NULL for none. */
static int parse(struct str body, cJSON **ret)
{
    *ret = NULL;
    return body.len ? json_parse(body, ret, NULL) : 0;
}

/* Do both say the same? 1, 0 or negative. */
static int same_bodies(struct str a, struct str b)
{
    cJSON *first = NULL, *second = NULL;
    int r = parse(a, &first);
    if (r == 0)
        r = parse(b, &second);
    if (r == 0)
        r = kb_item_same(first, second);
    cJSON_Delete(first);
    cJSON_Delete(second);
    return r;
}

int kb_draft_save(struct tx *tx, struct kb_draft_item *d, int64_t seen)
{
    int64_t revision;
    int r = revision_of(tx, d->kind, d->id, &revision);
    if (r < 0)
        return r;
    if (revision != seen)
        return KB_DRAFT_STALE;
    r = same_bodies(d->body, d->base);
    if (r < 0)
        return r;
    if (r == 1) {
        d->revision = 0;
        r = forget(tx, d->kind, d->id);
    } else {
        r = next_revision(tx, &d->revision);
        if (r == 0)
            r = put(tx, d);
    }
    return r < 0 ? r : KB_DRAFT_DONE;
}

int kb_draft_discard(struct tx *tx, enum kb_item_kind kind, struct str id, int64_t seen)
{
    int64_t revision;
    int r = revision_of(tx, kind, id, &revision);
    if (r < 0)
        return r;
    if (revision != seen)
        return KB_DRAFT_STALE;
    r = forget(tx, kind, id);
    return r < 0 ? r : KB_DRAFT_DONE;
}

int kb_draft_rebase(struct tx *tx, enum kb_item_kind kind, struct str id, struct str base)
{
    static const char sql[] =
        "UPDATE kb_draft SET base=nullif(?3, '') WHERE kind=?1 AND item=?2 RETURNING body";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, kb_item_kind_name(kind));
    stmt_bind_str(q, 2, id);
    stmt_bind_str(q, 3, base);
    int r = stmt_next(q), same = r == 1 ? same_bodies(col_str(q, "body"), base) : 0;
    while (r == 1)
        r = stmt_next(q); /* to its end: only then it is done */
    r = r < 0 ? r : same < 0 ? same : 0;
    return r == 0 && same ? forget(tx, kind, id) : r;
}

int kb_draft_each(struct tx *tx, int (*visit)(const struct kb_draft_item *d, void *data),
                  void *data)
{
    static const char sql[] = "SELECT * FROM kb_draft WHERE kind=?1 ORDER BY item";
    for (int k = 0; k < KB_ITEM_KINDS; k++) {
        struct stmt *q = tx_stmt(tx, sql);
        int r;
        stmt_bind_str(q, 1, kb_item_kind_name((enum kb_item_kind)k));
        while ((r = stmt_next(q)) == 1) {
            struct kb_draft_item d = read_row(q, (enum kb_item_kind)k);
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

/* ------------------------------------------------------------------------------------------------
 * the draft as files */

struct laying {
    struct kb_items *items;
    struct report *report;
};

static int lay(const struct kb_draft_item *d, void *data)
{
    struct laying *l = data;
    cJSON *body;
    int r = parse(d->body, &body);
    if (r == 0)
        r = kb_items_put(l->items, d->kind, d->id, body, l->report);
    cJSON_Delete(body);
    return r == ERR_BADINPUT ? 0 : r; /* the next is laid over all the same */
}

int kb_draft_files(struct tx *tx, struct report *report, struct kb_files **ret)
{
    unsigned errors = report->errors;
    struct kb_files *live = NULL, *files = NULL;
    struct laying l = { .report = report };
    int64_t version = 0;
    int r = kb_version_live(tx, &version);
    if (r == 0)
        r = kb_version_files(tx, version, &live);
    if (r == 0) {
        live = kb_files_new(STR(""));
        r = live ? 0 : ERR_NOMEM;
    }
    if (r >= 0)
        r = kb_items_new(live, report, &l.items);
    if (r == 0)
        r = kb_draft_each(tx, lay, &l);
    if (r == 0 && report->errors > errors)
        r = ERR_BADINPUT;
    if (r == 0)
        r = kb_items_files(l.items, report, &files);
    (void)kb_items_free(l.items);
    (void)kb_files_free(live);
    if (r == 0)
        *ret = files;
    return r;
}
