/* SQL of what staff post by themselves. */
#include "handoff/announcement.h"

#include "base/buf.h"
#include "handoff/record.h"

enum { TEXT_BYTES_MAX = 65536 };

static const struct {
    const char *name, *event; /* NULL: of use to nobody but ourselves */
    const char *says;         /* before the post's own words, or what went wrong */
} states[] = {
    [ANNOUNCEMENT_QUEUED] = { "queued", "post.queued", "waits to be posted" },
    [ANNOUNCEMENT_SENDING] = { "sending", NULL, NULL },
    [ANNOUNCEMENT_SENT] = { "sent", "post.sent", "is posted" },
    [ANNOUNCEMENT_FAILED] = { "failed", "post.failed", "was not posted" },
    [ANNOUNCEMENT_UNKNOWN] = { "unknown", "post.unknown",
                               "may be posted or not, please look there before you post it again" },
    [ANNOUNCEMENT_WITHHELD] = { "withheld", "post.withheld",
                                "was not posted: nothing is, in shadow mode" },
};

/* "@NorthmoorHelp, was not posted (why): Good morning …" */
static int tell(struct tx *tx, enum announcement_state state, const struct announcement *a,
                struct str error, int64_t now)
{
    struct buf text = BUF_INIT(TEXT_BYTES_MAX);
    if (!states[state].event)
        return 0;
    (void)buf_addf(&text, "@%.*s: this %s", STR_ARG(a->account), states[state].says);
    if (error.len)
        (void)buf_addf(&text, " (%.*s)", STR_ARG(error));
    int r = buf_addf(&text, ": %.*s", STR_ARG(a->body));
    if (r == 0) {
        struct record_event e = { .kind = states[state].event,
                                  .staff_id = a->staff_id,
                                  .text = buf_str(&text) };
        r = record_add_event(tx, &e, now);
    }
    buf_release(&text);
    return r;
}

int announcement_queue(struct tx *tx, const struct announcement *a, int64_t now)
{
    static const char sql[] = "INSERT INTO announcement(account, staff_id, body, state, created_at,"
                              " changed_at) VALUES(?1, ?2, ?3, 'queued', ?4, ?4)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, a->account);
    stmt_bind_int64(q, 2, a->staff_id);
    stmt_bind_str(q, 3, a->body);
    stmt_bind_int64(q, 4, now);
    int r = stmt_run(q);
    return r < 0 ? r : tell(tx, ANNOUNCEMENT_QUEUED, a, STR(""), now);
}

int announcement_is_said(struct tx *tx, struct str account, struct str body, int64_t since_at)
{
    static const char sql[] = "SELECT 1 AS said FROM announcement WHERE account=?1 AND created_at"
                              ">=?2 AND body=?3 AND state<>'failed' LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    stmt_bind_int64(q, 2, since_at);
    stmt_bind_str(q, 3, body);
    int r = stmt_next(q);
    stmt_done(q);
    return r;
}

#define ANNOUNCEMENT_COLUMNS "id, staff_id, created_at, account, body"

static int read_announcement(struct stmt *q, struct arena *arena, struct announcement *ret)
{
    *ret = (struct announcement){ .id = col_int64(q, "id"),
                                  .staff_id = col_int64(q, "staff_id"),
                                  .created_at = col_int64(q, "created_at"),
                                  .account = arena_str(arena, col_str(q, "account")),
                                  .body = arena_str(arena, col_str(q, "body")) };
    return ret->account.p && ret->body.p ? 1 : ERR_NOMEM;
}

int announcement_next(struct tx *tx, struct str account, struct arena *arena,
                      struct announcement *ret)
{
    static const char sql[] =
        "SELECT " ANNOUNCEMENT_COLUMNS " FROM announcement WHERE state='queued' AND account=?1"
        " ORDER BY id LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    int r = stmt_next(q);
    if (r == 1)
        r = read_announcement(q, arena, ret);
    stmt_done(q);
    return r;
}

int announcement_move(struct tx *tx, int64_t id, enum announcement_state state,
                      struct str remote_id, struct str error, int64_t now)
{
    static const char sql[] =
        "UPDATE announcement SET state=?2, remote_id=?3, error=?4, changed_at=?5 WHERE id=?1"
        " RETURNING " ANNOUNCEMENT_COLUMNS;
    struct arena arena = ARENA_INIT;
    struct announcement a;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    stmt_bind_str(q, 2, str_of(states[state].name));
    if (remote_id.len)
        stmt_bind_str(q, 3, remote_id);
    if (error.len)
        stmt_bind_str(q, 4, error);
    stmt_bind_int64(q, 5, now);
    int r = stmt_next(q);
    if (r == 1)
        r = read_announcement(q, &arena, &a);
    else if (r == 0)
        r = ERR_DB;
    stmt_done(q);
    if (r == 1) /* that it waits was told when it came */
        r = state == ANNOUNCEMENT_QUEUED ? 0 : tell(tx, state, &a, error, now);
    arena_release(&arena);
    return r;
}

int announcement_seen(struct tx *tx, struct str account, struct str remote_id, struct str shown,
                      bool (*same)(struct str shown, struct str written), int64_t now)
{
    static const char sql[] =
        "SELECT id, body FROM announcement WHERE state='unknown' AND account=?1 ORDER BY id";
    int64_t id = 0;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, account);
    int r;
    while ((r = stmt_next(q)) == 1) {
        if (!same(shown, col_str(q, "body")))
            continue;
        id = col_int64(q, "id");
        break;
    }
    stmt_done(q);
    if (r != 1)
        return r;
    r = announcement_move(tx, id, ANNOUNCEMENT_SENT, remote_id, STR(""), now);
    return r < 0 ? r : 1;
}

int announcement_recover(struct tx *tx, struct str account, int64_t now)
{
    static const char sql[] =
        "SELECT id FROM announcement WHERE state='sending' AND account=?1 LIMIT 1";
    for (int count = 0;; count++) {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_str(q, 1, account);
        int r = stmt_next(q);
        if (r != 1)
            return r < 0 ? r : count;
        int64_t id = col_int64(q, "id");
        stmt_done(q);
        r = announcement_move(tx, id, ANNOUNCEMENT_UNKNOWN, STR(""), STR(""), now);
        if (r < 0)
            return r;
    }
}
