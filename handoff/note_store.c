/* SQL of notes. */
#include "handoff/note.h"

#include <inttypes.h>

#include "base/buf.h"
#include "handoff/record.h"

enum { TO_BYTES_MAX = NOTE_TO_MAX * 24 };

static int add_to(struct tx *tx, int64_t note_id, int64_t staff_id)
{
    static const char sql[] = "INSERT INTO note_to(note_id, staff_id) VALUES(?1, ?2)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, note_id);
    stmt_bind_int64(q, 2, staff_id);
    return stmt_run(q);
}

static int tell(struct tx *tx, const struct note *n, int64_t now)
{
    struct buf to = BUF_INIT(TO_BYTES_MAX);
    struct record_event e = {
        .kind = "case.noted", .case_id = n->case_id, .staff_id = n->staff_id, .text = n->to_names
    };
    int r = 0;
    for (size_t i = 0; i < n->to_count; i++)
        r = buf_addf(&to, "%s%" PRId64, i ? "," : "[", n->to[i]);
    if (r == 0 && n->to_count)
        r = buf_addc(&to, "]");
    e.concerns = buf_str(&to);
    if (r == 0)
        r = record_add_event(tx, &e, now);
    buf_release(&to);
    return r;
}

int note_add(struct tx *tx, const struct note *n, int64_t now)
{
    static const char sql[] =
        "INSERT INTO note(case_id, staff_id, text, at) VALUES(?1, ?2, ?3, ?4)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, n->case_id);
    stmt_bind_int64(q, 2, n->staff_id);
    stmt_bind_str(q, 3, n->text);
    stmt_bind_int64(q, 4, now);
    int r = stmt_run(q);
    int64_t id = r == 0 ? tx_last_id(tx) : 0;
    for (size_t i = 0; i < n->to_count && r == 0; i++)
        r = add_to(tx, id, n->to[i]);
    return r < 0 ? r : tell(tx, n, now);
}

int note_see(struct tx *tx, int64_t case_id, int64_t staff_id, int64_t now)
{
    static const char sql[] = "UPDATE note_to SET seen_at=?3 WHERE staff_id=?2 AND seen_at IS NULL"
                              " AND note_id IN (SELECT id FROM note WHERE case_id=?1)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, staff_id);
    stmt_bind_int64(q, 3, now);
    return stmt_run(q);
}
