#include "handoff/view.h"

#include "handoff/draft.h"
#include "handoff/view_private.h"

enum { DAY_S = 86400, CLOSED_SHOWN = 50 };

#define CASE_COLUMNS                                                                               \
    "SELECT c.id, c.version, c.state, c.priority, c.reason, c.sensitive, c.team, c.acknowledged, " \
    "c.outcome, c.opened_at,"                                                                      \
    " c.changed_at, coalesce(s.id, 0) AS owner_id, s.name AS owner_name, s.initials AS "           \
    "owner_initials, r.handle, r.name,"                                                            \
    " m.text, m.account, m.kind='private' AS private, m.gone_at IS NOT NULL AS gone, m.expired, "  \
    "c.elsewhere, c.lease_until, c.due_at, c.warned, c.escalated, c.muted, c.department,"          \
    " (SELECT count(*) FROM message n WHERE n.conversation_id=c.conversation_id) AS "              \
    "messages,"                                                                                    \
    " (SELECT count(*) FROM reply p WHERE p.case_id=c.id AND p.state='failed') AS failed_replies," \
    " (SELECT count(*) FROM reply p WHERE p.case_id=c.id AND p.state='proposed') AS "              \
    "proposed_replies"                                                                             \
    " FROM handoff_case c JOIN resident r ON r.id=c.resident_id JOIN message m ON "                \
    "m.id=c.message_id"                                                                            \
    " LEFT JOIN staff s ON s.id=c.owner_id "

cJSON *view_staff(const struct staff *s)
{
    cJSON *o = cJSON_CreateObject();
    put_int(o, "id", s->id);
    (void)json_put_str(o, "login", s->login);
    (void)json_put_str(o, "name", s->name);
    (void)json_put_str(o, "initials", s->initials);
    (void)json_put_str(o, "role", s->role);
    return o;
}

/* A message begins with our handle as a rule: what it says begins behind it. All handles: nothing
 * is left out. */
static struct str without_handles(struct str text)
{
    struct str rest = text;
    while (rest.len && rest.p[0] == '@') {
        const char *space = memchr(rest.p, ' ', rest.len);
        if (!space)
            return text;
        rest = str_trim(str_cut(rest, (size_t)(space - rest.p), rest.len));
    }
    return rest.len ? rest : text;
}

struct str view_summary(struct str text)
{
    return utf8_cut(without_handles(text), SUMMARY_POINTS);
}

static cJSON *read_case(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject(), *resident;
    put_int_column(o, q, "id");
    put_reference(o, q, "id");
    put_int_column(o, q, "version");
    put_text_column(o, q, "state");
    put_int_column(o, q, "priority");
    put_text_column(o, q, "reason");
    (void)cJSON_AddBoolToObject(o, "sensitive", col_int64(q, "sensitive") != 0);
    put_text_column(o, q, "team");
    bool closed = str_is(col_str(q, "state"), "closed");
    if (closed)
        (void)cJSON_AddNullToObject(o, "owner");
    else
        put_person(o, "owner", q, "owner_id", "owner_name", "owner_initials");
    put_int_or_null(o, q, "lease_until");
    resident = cJSON_AddObjectToObject(o, "resident");
    put_text_column(resident, q, "handle");
    put_text_column(resident, q, "name");
    (void)json_put_str(o, "summary", view_summary(col_str(q, "text")));
    put_int_column(o, q, "opened_at");
    put_int_column(o, q, "changed_at");
    put_int_or_null(o, q, "due_at");
    put_flag_column(o, q, "warned");
    put_flag_column(o, q, "escalated");
    put_flag_column(o, q, "muted");
    put_int_column(o, q, "messages");
    put_text_or_null(o, "outcome", q, "outcome");
    put_text_or_null(o, "department", q, "department");
    (void)cJSON_AddBoolToObject(o, "acknowledged", col_int64(q, "acknowledged") != 0);
    put_int_column(o, q, "failed_replies");
    put_int_column(o, q, "proposed_replies");
    put_text_column(o, q, "account");
    put_flag_column(o, q, "private");
    put_flag_column(o, q, "gone");
    put_flag_column(o, q, "expired");
    put_flag_column(o, q, "elsewhere");
    return o;
}

static int ask_private(struct tx *tx, const char *sql, int64_t id)
{
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    int r = stmt_next(q);
    int is_private = r == 1 && col_int64(q, "private");
    stmt_done(q);
    return r < 0 ? r : is_private;
}

int view_case_is_private(struct tx *tx, int64_t case_id)
{
    static const char sql[] = "SELECT m.kind='private' AS private FROM handoff_case c"
                              " JOIN message m ON m.id=c.message_id WHERE c.id=?1";
    return ask_private(tx, sql, case_id);
}

int view_message_is_private(struct tx *tx, int64_t message_id)
{
    static const char sql[] = "SELECT kind='private' AS private FROM message WHERE id=?1";
    return ask_private(tx, sql, message_id);
}

int view_reply_is_private(struct tx *tx, int64_t reply_id)
{
    static const char sql[] = "SELECT private FROM reply WHERE id=?1";
    return ask_private(tx, sql, reply_id);
}

/* The one row of the statement that has the id as its only parameter. */
static int read_one(struct tx *tx, const char *sql, int64_t id, cJSON *(*read)(struct stmt *q),
                    cJSON **ret)
{
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    int r = stmt_next(q);
    if (r == 1)
        *ret = read(q);
    stmt_done(q);
    return r;
}

int view_case(struct tx *tx, int64_t case_id, cJSON **ret)
{
    static const char sql[] = CASE_COLUMNS "WHERE c.id=?1";
    return read_one(tx, sql, case_id, read_case, ret);
}

#define IGNORED_COLUMNS                                                                         \
    "SELECT m.id AS message, m.text, m.account, m.kind='private' AS private, r.handle, r.name," \
    " m.written_at, d.why, d.kb, d.kb_version, d.decided_at FROM decision d"                    \
    " JOIN message m ON m.id=d.message_id JOIN resident r ON r.id=m.resident_id "

static cJSON *read_ignored(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "message");
    (void)json_put_str(o, "text", utf8_cut(col_str(q, "text"), TRAY_POINTS));
    put_text_column(o, q, "handle");
    put_text_column(o, q, "name");
    put_int_column(o, q, "written_at");
    put_json_column(o, q, "why");
    put_text_column(o, q, "kb");
    put_int_or_null(o, q, "kb_version");
    put_text_column(o, q, "account");
    put_flag_column(o, q, "private");
    put_int(o, "expires_at", col_int64(q, "decided_at") + VIEW_TRAY_DAYS * DAY_S);
    return o;
}

int view_ignored(struct tx *tx, int64_t message_id, cJSON **ret)
{
    static const char sql[] = IGNORED_COLUMNS "WHERE d.message_id=?1 AND d.action='ignore'";
    return read_one(tx, sql, message_id, read_ignored, ret);
}

int view_last_seq(struct tx *tx, int64_t *ret)
{
    static const char sql[] = "SELECT coalesce(max(seq), 0) AS seq FROM event";
    struct stmt *q = tx_stmt(tx, sql);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "seq");
    stmt_done(q);
    return r == 1 ? 0 : r < 0 ? r : ERR_DB;
}

static void add_to_sum(struct view_sum *sum, int64_t id, int64_t version)
{
    sum->count++;
    sum->hash += ((uint32_t)id * 2654435761U) ^ ((uint32_t)version * 2246822519U);
}

int view_open_sums(struct tx *tx, struct view_sums *ret)
{
    static const char sql[] = "SELECT c.id, c.version, m.kind='private' AS private"
                              " FROM handoff_case c INDEXED BY case_queue"
                              " JOIN message m ON m.id=c.message_id WHERE c.state<>'closed'";
    struct view_sums sums = { 0 };
    struct stmt *q = tx_stmt(tx, sql);
    int r = 1;
    while (sums.in_public.count <= VIEW_CASES_MAX && (r = stmt_next(q)) == 1) {
        int64_t id = col_int64(q, "id"), version = col_int64(q, "version");
        add_to_sum(&sums.all, id, version);
        if (!col_int64(q, "private"))
            add_to_sum(&sums.in_public, id, version);
    }
    stmt_done(q);
    if (r >= 0)
        *ret = sums;
    return r < 0 ? r : 0;
}

/* What became of the newest post of the last day, if people must look at it; what was posted since
 * says that somebody did. */
static int add_post(struct tx *tx, cJSON *frame)
{
    static const char sql[] =
        "SELECT seq, text, kind IN ('post.failed', 'post.unknown') AS wrong FROM event"
        " WHERE kind IN ('post.failed', 'post.queued', 'post.sent', 'post.unknown', "
        "'post.withheld')"
        " AND at>(SELECT at FROM event WHERE seq=(SELECT max(seq) FROM event))-?1"
        " ORDER BY at DESC, seq DESC LIMIT 1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, DAY_S);
    int r = stmt_next(q);
    if (r == 1 && col_int64(q, "wrong")) {
        cJSON *post = cJSON_AddObjectToObject(frame, "post");
        put_int_column(post, q, "seq");
        put_text_column(post, q, "text");
    } else {
        (void)cJSON_AddNullToObject(frame, "post");
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

int view_snapshot(struct tx *tx, const struct staff *staff, cJSON **ret)
{
    static const char q_open[] =
        CASE_COLUMNS "WHERE c.state<>'closed' AND (?2 OR m.kind<>'private') ORDER BY c.muted,"
                     " c.priority, c.due_at IS NULL, c.due_at, c.opened_at LIMIT ?1";
    static const char q_closed[] = CASE_COLUMNS
        "WHERE c.state='closed' AND (?2 OR m.kind<>'private') ORDER BY c.changed_at DESC LIMIT ?1";
    static const struct {
        const char *sql;
        int most;
    } lists[] = { { q_open, VIEW_CASES_MAX }, { q_closed, CLOSED_SHOWN } };
    int64_t seq;
    int r = view_last_seq(tx, &seq);
    if (r < 0)
        return r;
    cJSON *frame = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(frame, "type", "snapshot");
    put_int(frame, "seq", seq);
    cJSON *cases = cJSON_AddArrayToObject(frame, "cases");
    cJSON *bulks = cJSON_AddArrayToObject(frame, "bulks");
    r = view_add_mentions(tx, staff, frame);
    for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++) {
        struct stmt *q = tx_stmt(tx, lists[i].sql);
        stmt_bind_int64(q, 1, lists[i].most);
        stmt_bind_int64(q, 2, staff_answers_private(staff));
        r = list_rows(q, read_case, cases);
    }
    if (r == 0)
        r = view_bulks(tx, bulks);
    if (r == 0)
        r = add_post(tx, frame);
    if (r < 0)
        cJSON_Delete(frame);
    else
        *ret = frame;
    return r;
}

#define REPLY_COLUMNS                                                                     \
    "SELECT p.id, p.message_id AS message, p.body AS text, p.state,"                      \
    " coalesce(s.id, 0) AS staff_id, s.name AS staff_name, s.initials AS staff_initials," \
    " p.error, p.created_at, p.changed_at, p.private, p.elsewhere, m.account AS handle,"  \
    " iif(p.private, NULL, p.remote_id) AS remote_id, p.held_until, p.after_id AS after," \
    " coalesce(a.id, 0) AS approver_id, a.name AS approver_name, a.initials AS"           \
    " approver_initials, p.word, p.bulk_id AS bulk FROM reply p JOIN message m ON "       \
    "m.id=p.message_id"                                                                   \
    " LEFT JOIN staff s ON s.id=p.staff_id LEFT JOIN staff a ON a.id=p.approver_id "

static cJSON *read_reply(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "id");
    put_int_column(o, q, "message");
    put_text_column(o, q, "text");
    put_text_column(o, q, "state");
    put_person(o, "by", q, "staff_id", "staff_name", "staff_initials");
    put_text_or_null(o, "error", q, "error");
    put_int_column(o, q, "created_at");
    put_int_column(o, q, "changed_at");
    put_flag_column(o, q, "private");
    put_flag_column(o, q, "elsewhere");
    put_text_column(o, q, "handle");                   /* ours */
    put_text_or_null(o, "remote_url", q, "remote_id"); /* the caller makes it an address */
    put_int_or_null(o, q, "held_until");
    put_int_or_null(o, q, "after");
    put_person(o, "approver", q, "approver_id", "approver_name", "approver_initials");
    put_text_or_null(o, "word", q, "word");
    put_int_or_null(o, q, "bulk");
    return o;
}

static cJSON *read_history(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "seq");
    put_int_column(o, q, "at");
    put_text_column(o, q, "kind");
    put_text_or_null(o, "by", q, "by");
    put_text_or_null(o, "text", q, "text");
    return o;
}

#define MESSAGE_COLUMNS                                                                      \
    "SELECT m.id, m.text, r.handle, r.name, m.written_at,"                                   \
    " iif(m.kind='private', NULL, m.remote_id) AS remote_id,"                                \
    " m.kind, m.account, m.edited_at, m.gone_at, m.expired, d.action, d.reason, d.intents, " \
    "d.score, "                                                                              \
    "d.lead, d.residue, d.kb, d.kb_version, d.why, d.would, d.offered"                       \
    " FROM message m JOIN resident r ON r.id=m.resident_id"                                  \
    " LEFT JOIN decision d ON d.message_id=m.id "

static cJSON *read_message(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "id");
    (void)json_put_str(o, "text", utf8_cut(col_str(q, "text"), TEXT_POINTS));
    put_text_column(o, q, "handle");
    put_text_column(o, q, "name");
    put_int_column(o, q, "written_at");
    put_text_or_null(o, "remote_url", q, "remote_id"); /* the caller makes it an address */
    put_text_column(o, q, "kind");
    put_text_column(o, q, "account");
    put_int_or_null(o, q, "edited_at");
    put_int_or_null(o, q, "gone_at");
    put_flag_column(o, q, "expired");
    if (col_null(q, "action")) {
        (void)cJSON_AddNullToObject(o, "decision");
        return o;
    }
    cJSON *d = cJSON_AddObjectToObject(o, "decision");
    put_text_column(d, q, "action");
    put_text_or_null(d, "reason", q, "reason");
    put_json_column(d, q, "intents");
    (void)cJSON_AddNumberToObject(d, "score", col_double(q, "score"));
    (void)cJSON_AddNumberToObject(d, "lead", col_double(q, "lead"));
    (void)cJSON_AddNumberToObject(d, "residue", col_double(q, "residue"));
    put_text_column(d, q, "kb");
    put_int_or_null(d, q, "kb_version");
    put_json_column(d, q, "why");
    put_text_or_null(d, "would", q, "would");
    put_flag_column(d, q, "offered");
    return o;
}

/* The remote id under "remote_url" becomes what a browser can open. */
static int address_one(cJSON *item, const struct text_rules *rules)
{
    cJSON *id = cJSON_DetachItemFromObjectCaseSensitive(item, "remote_url");
    struct buf address = BUF_INIT(4096);
    int r = 0;
    if (cJSON_IsString(id))
        r = rules->address(&address, json_str(cJSON_GetObjectItemCaseSensitive(item, "handle")),
                           json_str(id));
    if (r == 0 && address.len)
        r = cJSON_AddStringToObject(item, "remote_url", buf_cstr(&address)) ? 0 : ERR_NOMEM;
    else
        (void)cJSON_AddNullToObject(item, "remote_url");
    cJSON_Delete(id);
    buf_release(&address);
    return r;
}

static int address_all(cJSON *list, const struct text_rules *rules)
{
    cJSON *item;
    int r = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (r == 0)
            r = address_one(item, rules);
    }
    return r;
}

/* Answers 1 with *ret, or not at all. */
static int addressed(int found, const struct text_rules *rules, cJSON *item, cJSON **ret)
{
    int r = found == 1 ? address_one(item, rules) : found;
    if (found != 1 || r < 0) {
        cJSON_Delete(item);
        return r;
    }
    *ret = item;
    return 1;
}

int view_message(struct tx *tx, int64_t message_id, const struct text_rules *rules, cJSON **ret)
{
    static const char sql[] = MESSAGE_COLUMNS "WHERE m.id=?1";
    cJSON *item = NULL;
    int r = read_one(tx, sql, message_id, read_message, &item);
    return addressed(r, rules, item, ret);
}

int view_reply(struct tx *tx, int64_t reply_id, const struct text_rules *rules, cJSON **ret)
{
    static const char sql[] = REPLY_COLUMNS "WHERE p.id=?1";
    cJSON *item = NULL;
    int r = read_one(tx, sql, reply_id, read_reply, &item);
    return addressed(r, rules, item, ret);
}

/* Direct messages, theirs and ours, stay in their place without their words. */
static void hide_private(cJSON *messages, cJSON *replies)
{
    cJSON *item;
    cJSON_ArrayForEach(item, messages)
    {
        if (!str_is(json_str(cJSON_GetObjectItemCaseSensitive(item, "kind")), "private"))
            continue;
        (void)cJSON_ReplaceItemInObjectCaseSensitive(item, "text", cJSON_CreateNull());
        (void)cJSON_ReplaceItemInObjectCaseSensitive(item, "decision", cJSON_CreateNull());
    }
    cJSON_ArrayForEach(item, replies)
    {
        if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "private")))
            (void)cJSON_ReplaceItemInObjectCaseSensitive(item, "text", cJSON_CreateNull());
    }
}

int view_whole_case(struct tx *tx, int64_t case_id, const struct text_rules *rules,
                    const struct staff *staff, cJSON **ret)
{
    /* the newest, in the order they were written */
    static const char q_messages[] =
        "SELECT * FROM (" MESSAGE_COLUMNS
        "WHERE m.conversation_id=(SELECT conversation_id FROM handoff_case WHERE id=?1)"
        " ORDER BY m.written_at DESC, m.id DESC LIMIT ?2) ORDER BY written_at, id";
    static const char q_replies[] =
        "SELECT * FROM (" REPLY_COLUMNS
        "WHERE m.conversation_id=(SELECT conversation_id FROM handoff_case WHERE id=?1)"
        " ORDER BY p.id DESC LIMIT ?2) ORDER BY id";
    static const char q_history[] =
        "SELECT * FROM (SELECT e.seq, e.at, e.kind, s.name AS by, e.text FROM event e"
        " LEFT JOIN staff s ON s.id=e.staff_id WHERE e.case_id=?1"
        " AND e.kind<>'case.timed' ORDER BY e.seq DESC LIMIT ?2) ORDER BY seq";
    static const struct {
        const char *sql, *name;
        cJSON *(*read)(struct stmt *q);
    } lists[] = {
        { q_messages, "messages", read_message },
        { q_replies, "replies", read_reply },
        { q_history, "history", read_history },
    };
    cJSON *about = NULL;
    int r = view_case(tx, case_id, &about);
    if (r != 1)
        return r;
    cJSON *frame = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(frame, "type", "case");
    (void)cJSON_AddItemToObject(frame, "case", about);
    r = 0;
    for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++) {
        struct stmt *q = tx_stmt(tx, lists[i].sql);
        stmt_bind_int64(q, 1, case_id);
        stmt_bind_int64(q, 2, LIST_SHOWN);
        r = list_rows(q, lists[i].read, cJSON_AddArrayToObject(frame, lists[i].name));
    }
    if (r == 0)
        r = view_add_notes(tx, case_id, frame);
    if (r == 0)
        r = view_add_earlier(tx, case_id, staff, frame);
    (void)cJSON_AddArrayToObject(frame, "suggestions");
    if (r == 0)
        r = draft_describe(tx, staff->id, case_id, frame);
    cJSON *messages = cJSON_GetObjectItemCaseSensitive(frame, "messages"),
          *replies = cJSON_GetObjectItemCaseSensitive(frame, "replies");
    if (r == 0)
        r = address_all(messages, rules);
    if (r == 0)
        r = address_all(replies, rules);
    if (!staff_answers_private(staff))
        hide_private(messages, replies);
    if (r < 0) {
        cJSON_Delete(frame);
        return r;
    }
    *ret = frame;
    return 1;
}

static bool is_private(const cJSON *frame, const char *name)
{
    return cJSON_IsTrue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(frame, name), "private"));
}

/* Fills in what a row of the event table points at. */
static int complete_event(struct tx *tx, cJSON *frame, int64_t case_id, int64_t message_id,
                          int64_t bulk_id)
{
    cJSON *about = NULL, *ignored = NULL;
    int r = case_id ? view_case(tx, case_id, &about) : 0;
    if (r == 1)
        (void)cJSON_AddItemToObject(frame, "case", about);
    about = NULL;
    if (r >= 0 && bulk_id)
        r = view_bulk(tx, bulk_id, &about);
    if (about)
        (void)cJSON_AddItemToObject(frame, "bulk", about);
    if (r < 0 || !message_id)
        return r < 0 ? r : 0;
    r = view_ignored(tx, message_id, &ignored);
    if (r == 1)
        (void)cJSON_AddItemToObject(frame, "ignored", ignored);
    return r < 0 ? r : 0;
}

int view_events(struct tx *tx, int64_t after, int max, view_visit *visit, void *data)
{
    static const char sql[] =
        "SELECT e.seq, e.at, e.kind, s.name AS by, coalesce(e.case_id, 0) AS case_id,"
        " coalesce(e.message_id, 0) AS message_id, coalesce(e.bulk_id, p.bulk_id, 0) AS bulk_id,"
        " e.text, e.item, e.concerns AS \"to\" FROM event e LEFT JOIN staff s ON s.id=e.staff_id "
        "LEFT JOIN "
        "reply p ON"
        " p.id=e.reply_id WHERE e.seq>?1 ORDER BY e.seq LIMIT 1";
    int count = 0;
    while (count < max) {
        struct stmt *q = tx_stmt(tx, sql);
        stmt_bind_int64(q, 1, after);
        int r = stmt_next(q);
        if (r != 1)
            return r < 0 ? r : count;
        cJSON *frame = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(frame, "type", "event");
        put_int_column(frame, q, "seq");
        put_int_column(frame, q, "at");
        put_text_column(frame, q, "kind");
        put_text_or_null(frame, "by", q, "by");
        if (!col_null(q, "to"))
            put_json_column(frame, q, "to");
        struct str kind = col_str(q, "kind");
        bool tray = str_is(kind, "message.ignored") || str_is(kind, "message.restored");
        bool glanced = str_is(kind, "message.glanced");
        int64_t case_id = col_int64(q, "case_id"), bulk_id = col_int64(q, "bulk_id"),
                message_id = tray ? col_int64(q, "message_id") : 0,
                glanced_id = glanced ? col_int64(q, "message_id") : 0;
        if (str_starts(kind, STR("post.")) || str_starts(kind, STR("kb.")))
            put_text_column(frame, q, "text");
        if (!col_null(q, "item"))
            put_text_column(frame, q, "item");
        if (glanced)
            put_int(frame, "message", glanced_id);
        after = col_int64(q, "seq");
        stmt_done(q);
        r = complete_event(tx, frame, case_id, message_id, bulk_id);
        int hidden = glanced ? view_message_is_private(tx, glanced_id) : 0;
        if (r == 0 && hidden < 0)
            r = hidden;
        if (r == 0)
            visit(after, frame, hidden || is_private(frame, "case") || is_private(frame, "ignored"),
                  data);
        cJSON_Delete(frame);
        if (r < 0)
            return r;
        count++;
    }
    return count;
}
