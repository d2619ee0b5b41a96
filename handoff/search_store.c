/* SQL of the index of words; schema.c has its triggers. */
#include "handoff/search.h"

#include <inttypes.h>

#include "handoff/record_private.h"
#include "handoff/reference.h"

enum { PAGE = 30, EXPRESSION_BYTES_MAX = 8192, MERGES = 2 };

/* What an item says of the message m, whose case is c; o is what that began with. */
#define ABOUT " m.id AS message, coalesce(c.id, 0) AS about, c.state, r.handle, m.account FROM "
#define ITS_CASE                                            \
    "coalesce((SELECT max(x.id) FROM handoff_case x WHERE " \
    "x.conversation_id=m.conversation_id), 0)"

static const char q_words[] =
    "SELECT d.id AS place, coalesce(m.id=d.message_id, 0) AS is_message, n.id IS NOT NULL AS "
    "is_note, coalesce(p.created_at, n.at, m.written_at) AS at, coalesce(p.body, n.text, m.text) "
    "AS text, highlight(search, 0, ?5, ?6) AS marked, coalesce(s.name, '') AS staff," ABOUT
    "search CROSS JOIN search_doc d ON d.id=search.rowid LEFT JOIN reply p ON p.id=d.reply_id"
    " LEFT JOIN note n ON n.id=d.note_id LEFT JOIN staff s ON s.id=coalesce(p.staff_id, n.staff_id)"
    " LEFT JOIN message m ON m.id=coalesce(d.message_id, p.message_id, (SELECT k.message_id FROM "
    "handoff_case k WHERE k.id=n.case_id)) LEFT JOIN resident r ON r.id=m.resident_id"
    " LEFT JOIN handoff_case c ON c.id=coalesce(n.case_id, p.case_id, " ITS_CASE ")"
    " LEFT JOIN message o ON o.id=c.message_id WHERE search MATCH ?1 AND search.rowid<?2"
    " AND (?3 OR (o.kind IS NOT 'private' AND coalesce(p.private, n.id IS NULL AND "
    "m.kind='private')=0)) AND p.state IS NOT 'dropped' ORDER BY search.rowid DESC LIMIT ?4";
static const char q_reference[] =
    "SELECT 0 AS place, m.written_at AS at, m.text, m.text AS marked, '' AS staff," ABOUT
    "handoff_case c JOIN message m ON m.id=c.message_id JOIN resident r ON r.id=m.resident_id"
    " WHERE c.id=?1 AND (?2 OR m.kind<>'private')";

static void add_item(struct stmt *q, const char *kind, cJSON *items)
{
    char reference[REFERENCE_MAX];
    struct buf who = BUF_INIT(1024);
    cJSON *o = cJSON_CreateObject();
    int64_t case_id = col_int64(q, "about");
    if (col_str(q, "staff").len)
        (void)buf_add(&who, col_str(q, "staff"));
    else
        (void)buf_addf(
            &who, "@%.*s",
            STR_ARG(col_str(q, kind && strcmp(kind, "reply") == 0 ? "account" : "handle")));
    (void)cJSON_AddItemToArray(items, o);
    (void)cJSON_AddItemToObject(o, "kind", kind ? cJSON_CreateString(kind) : cJSON_CreateNull());
    (void)cJSON_AddNumberToObject(o, "message", (double)col_int64(q, "message"));
    (void)cJSON_AddNumberToObject(o, "at", (double)col_int64(q, "at"));
    (void)json_put_str(o, "who", buf_str(&who));
    search_cut(col_str(q, "text"), col_str(q, "marked"), o);
    (void)json_put_str_or_null(o, "state", col_str(q, "state"));
    reference_write(case_id, reference);
    (void)cJSON_AddItemToObject(o, "case",
                                case_id ? cJSON_CreateNumber((double)case_id) : cJSON_CreateNull());
    (void)cJSON_AddItemToObject(o, "reference",
                                case_id ? cJSON_CreateString(reference) : cJSON_CreateNull());
    buf_release(&who);
}

static int find_reference(struct tx *tx, const struct search *search, cJSON *items)
{
    int64_t case_id;
    if (search->before != INT64_MAX ||
        !reference_read(str_trim(search->text), search->prefix, &case_id))
        return 0;
    struct stmt *q = tx_stmt(tx, q_reference);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_int64(q, 2, search->may_private);
    int r = stmt_next(q);
    if (r == 1)
        add_item(q, NULL, items);
    stmt_done(q);
    return r < 0 ? r : 0;
}

/* *ret_next: behind what the next page begins; 0: there is none. */
static int find_words(struct tx *tx, const struct search *search, struct str expression,
                      cJSON *items, int64_t *ret_next)
{
    static const char *const marks[] = { SEARCH_MARK };
    struct stmt *q = tx_stmt(tx, q_words);
    int64_t last = 0;
    int count = 0, r;
    stmt_bind_str(q, 1, expression);
    stmt_bind_int64(q, 2, search->before);
    stmt_bind_int64(q, 3, search->may_private);
    stmt_bind_int64(q, 4, PAGE + 1);
    stmt_bind_str(q, 5, str_of(marks[0]));
    stmt_bind_str(q, 6, str_of(marks[1]));
    while ((r = stmt_next(q)) == 1 && count++ < PAGE) {
        last = col_int64(q, "place");
        add_item(q,
                 col_int64(q, "is_note")      ? "note"
                 : col_int64(q, "is_message") ? "message"
                                              : "reply",
                 items);
    }
    *ret_next = r == 1 ? last : 0;
    stmt_done(q);
    return r < 0 ? r : 0;
}

int search_find(struct tx *tx, const struct search *search, cJSON *ret)
{
    struct buf expression = BUF_INIT(EXPRESSION_BYTES_MAX);
    cJSON *items = cJSON_AddArrayToObject(ret, "items");
    int64_t next = 0;
    int r = find_reference(tx, search, items);
    if (r == 0)
        r = search_expression(search->text, &expression);
    if (r == 0 && expression.len)
        r = find_words(tx, search, buf_str(&expression), items, &next);
    buf_release(&expression);
    char place[24];
    (void)snprintf(place, sizeof place, "%" PRId64, next);
    (void)cJSON_AddItemToObject(ret, "next", next ? cJSON_CreateString(place) : cJSON_CreateNull());
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * forgetting */

/* What of search_left is there: bits 1 and 2 of the ids, or negative. */
static int read_left(struct tx *tx)
{
    static const char sql[] = "SELECT coalesce(sum(id), 0) AS id FROM search_left";
    int64_t left;
    int r = record_one_id(tx_stmt(tx, sql), &left);
    return r == 1 ? (int)left : r;
}

/*
 * 64 pages, some ten milliseconds, of making the index one segment, in which nothing deleted is
 * left. The first step of a round, negative, says of which segments; what comes meanwhile isn't
 * among them, or it would begin anew with each. 1 if there was nothing more to do: the command
 * itself changes a row, its work others.
 */
static int merge_step(struct db *db, struct tx *tx, bool begins)
{
    static const char q_begin[] = "INSERT INTO search(search, rank) VALUES('merge', -64)";
    static const char q_go_on[] = "INSERT INTO search(search, rank) VALUES('merge', 64)";
    int64_t changes = db_changes(db);
    int r = stmt_run(tx_stmt(tx, begins ? q_begin : q_go_on));
    return r < 0 ? r : db_changes(db) - changes < 2;
}

static int merge_some(struct db *db, struct tx *tx)
{
    static const char q_begun[] = "UPDATE search_left SET id=2 WHERE id=1";
    static const char q_done[] = "DELETE FROM search_left WHERE id=2";
    int left = read_left(tx), r = left < 0 ? left : 0;
    bool begins = !(left & 2);
    if (r == 0 && begins)
        r = stmt_run(tx_stmt(tx, q_begun));
    for (int i = 0; i < MERGES && r == 0; i++)
        r = merge_step(db, tx, begins && i == 0);
    return r == 1 ? stmt_run(tx_stmt(tx, q_done)) : r;
}

int search_forget(struct db *db)
{
    struct tx *tx;
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = read_left(tx);
    tx_rollback(tx);
    if (r <= 0)
        return r;
    r = tx_begin(db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = merge_some(db, tx);
    if (r < 0) {
        tx_rollback(tx);
        return r;
    }
    r = tx_commit(tx);
    return r < 0 ? r : db_flush(db);
}
