/* What belongs to a whole case besides its messages and replies. */
#include "handoff/view_private.h"

enum { EARLIER_SHOWN = 20 };

static cJSON *read_note(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "id");
    put_person(o, "by", q, "staff_id", "staff_name", "staff_initials");
    put_text_column(o, q, "text");
    put_int_column(o, q, "at");
    put_json_column(o, q, "to");
    return o;
}

int view_add_notes(struct tx *tx, int64_t case_id, cJSON *frame)
{
    static const char sql[] =
        "SELECT * FROM (SELECT n.id, n.text, n.at, s.id AS staff_id, s.name AS staff_name,"
        " s.initials AS staff_initials, (SELECT json_group_array(json_object('id', w.id, 'name',"
        " w.name, 'initials', w.initials)) FROM note_to t JOIN staff w ON w.id=t.staff_id"
        " WHERE t.note_id=n.id) AS \"to\" FROM note n JOIN staff s ON s.id=n.staff_id"
        " WHERE n.case_id=?1 ORDER BY n.id DESC LIMIT ?2) ORDER BY id";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, LIST_SHOWN);
    return list_rows(q, read_note, cJSON_AddArrayToObject(frame, "notes"));
}

static cJSON *read_earlier(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "id");
    put_reference(o, q, "id");
    put_text_column(o, q, "reason");
    put_text_column(o, q, "state");
    put_text_or_null(o, "outcome", q, "outcome");
    put_int_column(o, q, "opened_at");
    (void)json_put_str(o, "summary", view_summary(col_str(q, "text")));
    return o;
}

int view_add_earlier(struct tx *tx, int64_t case_id, const struct staff *staff, cJSON *frame)
{
    static const char sql[] =
        "SELECT c.id, c.reason, c.state, c.outcome, c.opened_at, m.text FROM handoff_case c"
        " JOIN message m ON m.id=c.message_id"
        " WHERE c.resident_id=(SELECT resident_id FROM handoff_case WHERE id=?1) AND c.id<>?1"
        " AND (?2 OR m.kind<>'private') ORDER BY c.id DESC LIMIT ?3";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, staff_answers_private(staff));
    stmt_bind_int64(q, 3, EARLIER_SHOWN);
    return list_rows(q, read_earlier, cJSON_AddArrayToObject(frame, "earlier"));
}

int view_add_mentions(struct tx *tx, const struct staff *staff, cJSON *frame)
{
    static const char sql[] =
        "SELECT DISTINCT n.case_id FROM note_to t JOIN note n ON n.id=t.note_id"
        " JOIN handoff_case c ON c.id=n.case_id JOIN message m ON m.id=c.message_id"
        " WHERE t.staff_id=?1 AND t.seen_at IS NULL AND (?2 OR m.kind<>'private')"
        " ORDER BY n.case_id";
    struct stmt *q = tx_stmt(tx, sql);
    cJSON *list = cJSON_AddArrayToObject(frame, "mentions");
    int r;
    stmt_bind_int64(q, 1, staff->id);
    stmt_bind_int64(q, 2, staff_answers_private(staff));
    while ((r = stmt_next(q)) == 1)
        (void)cJSON_AddItemToArray(list, cJSON_CreateNumber((double)col_int64(q, "case_id")));
    return r;
}
