/* The trays: pages of what is not in the queue. A statement finds what stands on the page, by two
 * numbers that order it; what is shown of each is as it is everywhere. */
#include "handoff/view.h"

#include <inttypes.h>

enum { PAGE = 50, TRAY_POINTS = 1000 };

/* An answer is as sure as the weaker of its two: how well it fits, and how far ahead of the next.
 * In millionths, which both are rounded to. As decision_answered has it. */
#define SURENESS "CAST(round(min(score, lead)*1000000) AS INTEGER)"

/* ?1, ?2 where the page before ended; ?3 whether direct messages may be seen; ?4 the most; ?5 since
 * when, of those that expire. */
static const char q_answered[] =
    "SELECT w.place, w.id, p.id AS reply FROM (SELECT message_id AS id, " SURENESS " AS place FROM "
    "decision WHERE action='answer' AND decided_at>?5) w JOIN reply p ON p.message_id=w.id AND "
    "p.staff_id IS NULL AND p.elsewhere=0 AND p.state IN ('queued', 'sending', 'unknown', 'sent')"
    " JOIN message m ON m.id=w.id WHERE (w.place, w.id)>(?1, ?2) AND NOT EXISTS(SELECT 1 FROM "
    "glance g WHERE g.message_id=w.id) AND m.gone_at IS NULL AND (?3 OR m.kind<>'private')"
    " ORDER BY w.place, w.id LIMIT ?4";
static const char q_ignored[] =
    "SELECT d.decided_at AS place, d.message_id AS id FROM decision d JOIN message m ON "
    "m.id=d.message_id WHERE d.action='ignore' AND d.undone_at IS NULL AND d.decided_at>?5"
    " AND (d.decided_at, d.message_id)<(?1, ?2) AND (?3 OR m.kind<>'private')"
    " ORDER BY d.decided_at DESC, d.message_id DESC LIMIT ?4";
#define REPLIES(of)                                                                             \
    "SELECT p.changed_at AS place, p.id, coalesce(p.case_id, (SELECT max(c.id) FROM "           \
    "handoff_case c WHERE c.conversation_id=m.conversation_id), 0) AS about FROM reply p JOIN " \
    "message m ON m.id=p.message_id LEFT JOIN handoff_case k ON k.id=p.case_id LEFT JOIN "      \
    "message o ON o.id=k.message_id WHERE " of " AND (p.changed_at, p.id)<(?1, ?2) AND (?3 OR " \
    "(p.private=0 AND o.kind IS NOT 'private')) ORDER BY p.changed_at DESC, p.id DESC LIMIT ?4"
static const char q_sent[] = REPLIES("p.state='sent'");
static const char q_failed[] =
    REPLIES("p.state='failed' AND (p.insisted=0 OR k.state IS NOT 'closed')");
static const char q_closed[] =
    "SELECT c.changed_at AS place, c.id FROM handoff_case c JOIN message m ON m.id=c.message_id"
    " WHERE c.state='closed' AND (c.changed_at, c.id)<(?1, ?2) AND (?3 OR m.kind<>'private')"
    " ORDER BY c.changed_at DESC, c.id DESC LIMIT ?4";

/* Makes one item of the row: 1, 0 if there is nothing of it any more. */
typedef int make_item(struct tx *tx, struct stmt *q, const struct text_rules *rules, cJSON **ret);

static void cut_text(cJSON *item)
{
    struct str text = json_str(cJSON_GetObjectItemCaseSensitive(item, "text"));
    if (utf8_points(text) <= TRAY_POINTS)
        return;
    cJSON *cut = cJSON_CreateObject();
    (void)json_put_str(cut, "text", utf8_cut(text, TRAY_POINTS));
    (void)cJSON_ReplaceItemInObjectCaseSensitive(
        item, "text", cJSON_DetachItemFromObjectCaseSensitive(cut, "text"));
    cJSON_Delete(cut);
}

static void move_member(cJSON *from, const char *name, cJSON *to, const char *new_name)
{
    cJSON *member = cJSON_DetachItemFromObjectCaseSensitive(from, name);
    (void)cJSON_AddItemToObject(to, new_name, member);
}

static int make_answered(struct tx *tx, struct stmt *q, const struct text_rules *rules, cJSON **ret)
{
    static const char *const shown[] = { "text",       "handle",  "name",
                                         "written_at", "account", "decision" };
    int64_t message_id = col_int64(q, "id");
    cJSON *message = NULL, *reply = NULL, *item;
    int r = view_message(tx, message_id, rules, &message);
    if (r == 1)
        r = view_reply(tx, col_int64(q, "reply"), rules, &reply);
    if (r == 1) {
        item = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(item, "message", (double)message_id);
        for (size_t i = 0; i < ARRAY_LEN(shown); i++)
            move_member(message, shown[i], item, shown[i]);
        (void)cJSON_AddBoolToObject(
            item, "private",
            str_is(json_str(cJSON_GetObjectItemCaseSensitive(message, "kind")), "private"));
        cut_text(item);
        cut_text(reply);
        (void)cJSON_AddItemToObject(item, "reply", reply);
        *ret = item;
    }
    cJSON_Delete(message);
    return r;
}

static int make_ignored(struct tx *tx, struct stmt *q, const struct text_rules *rules, cJSON **ret)
{
    (void)rules;
    return view_ignored(tx, col_int64(q, "id"), ret);
}

static int make_reply(struct tx *tx, struct stmt *q, const struct text_rules *rules, cJSON **ret)
{
    int64_t about = col_int64(q, "about");
    int r = view_reply(tx, col_int64(q, "id"), rules, ret);
    if (r != 1)
        return r;
    cut_text(*ret);
    if (about)
        (void)cJSON_AddNumberToObject(*ret, "case", (double)about);
    else
        (void)cJSON_AddNullToObject(*ret, "case");
    return 1;
}

static int make_closed(struct tx *tx, struct stmt *q, const struct text_rules *rules, cJSON **ret)
{
    (void)rules;
    return view_case(tx, col_int64(q, "id"), ret);
}

static const struct tray {
    const char *name, *sql;
    make_item *make;
    bool upwards, expires;
} trays[] = {
    { "answered", q_answered, make_answered, true, true },
    { "ignored", q_ignored, make_ignored, false, true },
    { "sent", q_sent, make_reply, false, false },
    { "failed", q_failed, make_reply, false, false },
    { "closed", q_closed, make_closed, false, false },
};

int64_t view_tray_since(int64_t now)
{
    return now - VIEW_TRAY_DAYS * INT64_C(86400);
}

static bool read_place(struct str before, int64_t ret[2])
{
    struct str place;
    return str_split(&before, '/', &place) && str_to_int64(place, INT64_MIN, INT64_MAX, &ret[0]) &&
           str_to_int64(before, 1, INT64_MAX, &ret[1]);
}

static int add_items(struct tx *tx, const struct tray *tray, struct stmt *q,
                     const struct text_rules *rules, cJSON *items, char next[48])
{
    int count = 0, r;
    while ((r = stmt_next(q)) == 1 && count < PAGE) {
        cJSON *item = NULL;
        (void)snprintf(next, 48, "%" PRId64 "/%" PRId64, col_int64(q, "place"), col_int64(q, "id"));
        r = tray->make(tx, q, rules, &item);
        if (r < 0)
            break;
        if (r == 1)
            (void)cJSON_AddItemToArray(items, item);
        count++;
    }
    if (r == 0)
        next[0] = '\0'; /* that was the last page */
    stmt_done(q);
    return r < 0 ? r : 0;
}

int view_tray(struct tx *tx, struct str name, struct str before, const struct staff *staff,
              const struct text_rules *rules, int64_t now, cJSON *ret)
{
    size_t i = 0;
    while (i < ARRAY_LEN(trays) && !str_is(name, trays[i].name))
        i++;
    if (i == ARRAY_LEN(trays))
        return 0;
    int64_t end = trays[i].upwards ? INT64_MIN : INT64_MAX, place[2] = { end, end };
    if (before.len && !read_place(before, place))
        return 0;
    struct stmt *q = tx_stmt(tx, trays[i].sql);
    stmt_bind_int64(q, 1, place[0]);
    stmt_bind_int64(q, 2, place[1]);
    stmt_bind_int64(q, 3, staff_answers_private(staff));
    stmt_bind_int64(q, 4, PAGE + 1);
    if (trays[i].expires)
        stmt_bind_int64(q, 5, view_tray_since(now));
    char next[48] = "";
    int r = add_items(tx, &trays[i], q, rules, cJSON_AddArrayToObject(ret, "items"), next);
    if (next[0])
        (void)cJSON_AddStringToObject(ret, "next", next);
    else
        (void)cJSON_AddNullToObject(ret, "next");
    return r < 0 ? r : 1;
}
