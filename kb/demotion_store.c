#include "kb/demotion.h"

int kb_demotion_put(struct tx *tx, const struct kb_demotion *d)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO kb_demotion(intent, at, used, unhelped, digest)"
        " VALUES(?1, ?2, ?3, ?4, ?5)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, d->intent);
    stmt_bind_int64(q, 2, d->at);
    stmt_bind_int64(q, 3, d->used);
    stmt_bind_int64(q, 4, d->unhelped);
    stmt_bind_int64(q, 5, d->digest);
    return stmt_run(q);
}

int kb_demotion_each(struct tx *tx, int (*visit)(const struct kb_demotion *d, void *data),
                     void *data)
{
    static const char sql[] =
        "SELECT intent, at, used, unhelped, digest FROM kb_demotion ORDER BY intent";
    struct stmt *q = tx_stmt(tx, sql);
    int r = 0, e = 0;
    while (e == 0 && (r = stmt_next(q)) == 1) {
        struct kb_demotion d = { .intent = col_str(q, "intent"),
                                 .at = col_int64(q, "at"),
                                 .used = col_int64(q, "used"),
                                 .unhelped = col_int64(q, "unhelped"),
                                 .digest = col_int64(q, "digest") };
        e = visit(&d, data);
    }
    stmt_done(q);
    return e != 0 ? e : r;
}

/* Those that are over, some at a time. */
struct ending {
    const struct kb *kb;
    struct arena arena;
    struct str ids[20];
    size_t count;
};

static int note_ended(const struct kb_demotion *d, void *data)
{
    struct ending *e = data;
    const struct kb_intent *intent = kb_intent_named(e->kb, d->intent);
    if ((intent && intent->digest == d->digest) || e->count == ARRAY_LEN(e->ids))
        return 0;
    struct str id = arena_str(&e->arena, d->intent);
    if (!id.p)
        return ERR_NOMEM;
    e->ids[e->count++] = id;
    return 0;
}

int kb_demotion_end(struct tx *tx, const struct kb *kb)
{
    static const char sql[] = "DELETE FROM kb_demotion WHERE intent=?1";
    struct ending e = { .kb = kb };
    int r;
    do {
        e.count = 0;
        r = kb_demotion_each(tx, note_ended, &e);
        for (size_t i = 0; i < e.count && r == 0; i++) {
            struct stmt *q = tx_stmt(tx, sql);
            stmt_bind_str(q, 1, e.ids[i]);
            r = stmt_run(q);
        }
    } while (r == 0 && e.count == ARRAY_LEN(e.ids));
    arena_release(&e.arena);
    return r;
}
