#include "handoff/glance.h"

#include "handoff/cases.h"
#include "handoff/record_private.h"

/* The newest case of the message's conversation; 0: there is none. */
static int find_case(struct tx *tx, int64_t message_id, int64_t *ret)
{
    static const char sql[] =
        "SELECT coalesce((SELECT max(c.id) FROM handoff_case c WHERE "
        "c.conversation_id=m.conversation_id), 0) AS id FROM message m WHERE m.id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    return record_one_id(q, ret);
}

int glance_add(struct tx *tx, const struct desk *desk, int64_t message_id, int64_t staff_id,
               bool fine, int64_t now)
{
    static const char sql[] =
        "INSERT INTO glance(message_id, staff_id, fine, at) SELECT p.message_id, ?2, ?3, ?4 FROM "
        "reply p JOIN decision d ON d.message_id=p.message_id WHERE p.message_id=?1 AND "
        "d.action='answer' AND p.staff_id IS NULL AND p.elsewhere=0 AND p.state<>'dropped'";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, staff_id);
    stmt_bind_int64(q, 3, fine);
    stmt_bind_int64(q, 4, now);
    int r = stmt_run(q);
    if (r == ERR_EXISTS || (r == 0 && tx_changes(tx) == 0))
        return CASE_UNKNOWN;
    int64_t case_id = 0;
    struct str said = STR("fine");
    if (r == 0 && fine) {
        r = find_case(tx, message_id, &case_id);
    } else if (r == 0) {
        said = STR("the automatic answer was wrong");
        r = record_drop_of_message(tx, message_id, said, now);
        if (r == 0)
            r = case_of_message(tx, message_id, now, &case_id);
        if (r == 0)
            r = topic_unhelped(tx, message_id, STR(""), desk->live ? desk->live->kb : NULL,
                               &desk->unhelped, now);
    }
    if (r < 0)
        return r;
    struct record_event e = { .kind = "message.glanced",
                              .case_id = case_id,
                              .message_id = message_id,
                              .staff_id = staff_id,
                              .text = said };
    return record_add_event(tx, &e, now);
}
