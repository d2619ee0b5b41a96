#include "handoff/past.h"

/* As the index message_past has it. */
#define PAST " m.kind='addressed' AND m.gone_at IS NULL"

int past_count(struct tx *tx, int64_t from, int64_t until, int64_t *ret)
{
    static const char sql[] = "SELECT count(*) AS count FROM message m WHERE" PAST
                              " AND m.written_at>=?1 AND m.written_at<?2";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, from);
    stmt_bind_int64(q, 2, until);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "count");
    stmt_done(q);
    return r < 0 ? r : 0;
}

static struct past_message read_message(struct stmt *q)
{
    return (struct past_message){ .id = col_int64(q, "id"),
                                  .written_at = col_int64(q, "written_at"),
                                  .text = col_str(q, "text") };
}

int past_page(struct tx *tx, int64_t from, int64_t before_at, int64_t before_id, size_t limit,
              int (*visit)(const struct past_message *m, void *data), void *data)
{
    static const char sql[] = "SELECT m.id, m.written_at, m.text FROM message m WHERE" PAST
                              " AND m.written_at>=?1 AND (m.written_at, m.id)<(?2, ?3)"
                              " ORDER BY m.written_at DESC, m.id DESC LIMIT ?4";
    struct stmt *q = tx_stmt(tx, sql);
    int r, ended = 0;
    stmt_bind_int64(q, 1, from);
    stmt_bind_int64(q, 2, before_at);
    stmt_bind_int64(q, 3, before_id);
    stmt_bind_int64(q, 4, (int64_t)limit);
    while (!ended && (r = stmt_next(q)) == 1) {
        struct past_message m = read_message(q);
        ended = visit(&m, data);
    }
    stmt_done(q);
    return ended ? ended : r;
}

int past_get(struct tx *tx, struct arena *arena, int64_t id, struct past_message *ret)
{
    static const char sql[] =
        "SELECT m.id, m.written_at, m.text FROM message m WHERE m.id=?1 AND" PAST;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    int r = stmt_next(q);
    if (r == 1) {
        *ret = read_message(q);
        ret->text = arena_str(arena, ret->text);
        r = ret->text.p ? 1 : ERR_NOMEM;
    }
    stmt_done(q);
    return r;
}

int past_answers(struct tx *tx, int64_t from, size_t limit,
                 int (*visit)(const struct past_answer *a, void *data), void *data)
{
    static const char sql[] =
        "SELECT r.body, m.id, m.written_at, m.text FROM reply r JOIN message m ON m.id=r.message_id"
        " WHERE r.state='sent' AND r.changed_at>=?1 AND r.staff_id IS NOT NULL AND r.bulk_id IS "
        "NULL"
        " AND r.after_id IS NULL AND r.private=0 AND m.kind<>'private' AND m.gone_at IS NULL"
        " ORDER BY r.changed_at DESC, r.id DESC LIMIT ?2";
    struct stmt *q = tx_stmt(tx, sql);
    int r, ended = 0;
    stmt_bind_int64(q, 1, from);
    stmt_bind_int64(q, 2, (int64_t)limit);
    while (!ended && (r = stmt_next(q)) == 1) {
        struct past_answer a = { col_str(q, "body"), read_message(q) };
        ended = visit(&a, data);
    }
    stmt_done(q);
    return ended ? ended : r;
}
