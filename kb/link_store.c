#include "kb/link.h"

#define LINK_COLUMNS "SELECT url, checked_at, ok_at, failures, status, what, dead FROM kb_link "

static struct kb_link read_link(struct stmt *q)
{
    return (struct kb_link){ .url = col_str(q, "url"),
                             .checked_at = col_int64(q, "checked_at"),
                             .ok_at = col_int64(q, "ok_at"),
                             .failures = col_int64(q, "failures"),
                             .status = (int)col_int64(q, "status"),
                             .what = col_str(q, "what"),
                             .dead = col_int64(q, "dead") != 0 };
}

int kb_link_get(struct tx *tx, struct arena *arena, struct str url, struct kb_link *ret)
{
    static const char sql[] = LINK_COLUMNS "WHERE url=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, url);
    int r = stmt_next(q);
    if (r == 1) {
        struct kb_link link = read_link(q);
        link.url = arena_str(arena, link.url);
        link.what = arena_str(arena, link.what);
        r = link.url.p && link.what.p ? 1 : ERR_NOMEM;
        if (r == 1)
            *ret = link;
        stmt_done(q);
    }
    return r;
}

static int put(struct tx *tx, const struct kb_link *link)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO kb_link(url, checked_at, ok_at, failures, status, what, dead)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, link->url);
    stmt_bind_int64(q, 2, link->checked_at);
    if (link->ok_at)
        stmt_bind_int64(q, 3, link->ok_at);
    stmt_bind_int64(q, 4, link->failures);
    stmt_bind_int64(q, 5, link->status);
    stmt_bind_str(q, 6, link->what);
    stmt_bind_int64(q, 7, link->dead);
    return stmt_run(q);
}

int kb_link_note(struct tx *tx, const struct kb_link_found *found, int64_t now)
{
    struct arena arena = { 0 };
    struct kb_link link = { .checked_at = 0 };
    int r = kb_link_get(tx, &arena, found->url, &link);
    if (r < 0)
        goto out;
    bool was_dead = link.dead, fails = found->what.len > 0;
    /* asked again within the same trouble: the failure was counted */
    bool counts = !link.failures || now - link.checked_at >= KB_LINK_APART_S;
    if (!fails) {
        link.ok_at = now;
        link.failures = 0;
    } else if (counts) {
        link.failures++;
    }
    if (!fails || counts)
        link.checked_at = now;
    link.url = found->url;
    link.status = found->status;
    link.what = found->what;
    link.dead = fails && (was_dead || found->gone || link.failures >= 2);
    r = put(tx, &link);
    if (r == 0)
        r = link.dead == was_dead ? KB_LINK_SAME : link.dead ? KB_LINK_DIED : KB_LINK_BACK;
out:
    arena_release(&arena);
    return r;
}

int kb_link_each_dead(struct tx *tx, int (*visit)(const struct kb_link *link, void *data),
                      void *data)
{
    static const char sql[] = LINK_COLUMNS "WHERE dead=1";
    struct stmt *q = tx_stmt(tx, sql);
    int r = 0, e = 0;
    while (e == 0 && (r = stmt_next(q)) == 1) {
        struct kb_link link = read_link(q);
        e = visit(&link, data);
    }
    stmt_done(q);
    return e != 0 ? e : r;
}
