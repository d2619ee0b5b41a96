#include "handoff/view_election.h"

#include "handoff/view_private.h"

static struct stmt *ask(struct tx *tx, const char *sql, int64_t from, int64_t until)
{
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, from);
    stmt_bind_int64(q, 2, until);
    return q;
}

static int put_replies(struct tx *tx, int64_t from, int64_t until, cJSON *ret)
{
    static const char sql[] =
        "SELECT count(*) AS replies FROM reply WHERE state='sent' AND changed_at>=?1 AND "
        "changed_at<?2 AND staff_id IS NULL AND elsewhere=0";
    struct stmt *q = ask(tx, sql, from, until);
    int r = stmt_next(q);
    if (r == 1)
        put_int_column(ret, q, "replies");
    stmt_done(q);
    return r < 0 ? r : 0;
}

static int put_intents(struct tx *tx, const struct kb *kb, int64_t from, int64_t until, cJSON *ret)
{
    static const char sql[] =
        "SELECT i.value AS intent, count(*) AS count FROM decision d, json_each(d.intents) i WHERE "
        "d.action='answer' AND d.decided_at>=?1 AND d.decided_at<?2 AND EXISTS(SELECT 1 FROM reply "
        "p WHERE p.message_id=d.message_id AND p.state='sent' AND p.staff_id IS NULL AND "
        "p.elsewhere=0) GROUP BY i.value ORDER BY count DESC, intent";
    struct stmt *q = ask(tx, sql, from, until);
    cJSON *list = cJSON_AddArrayToObject(ret, "by_intent");
    int r;
    while ((r = stmt_next(q)) == 1) {
        struct str id = col_str(q, "intent");
        const struct kb_intent *intent = kb_intent_named(kb, id);
        cJSON *o = cJSON_CreateObject();
        (void)cJSON_AddItemToArray(list, o);
        (void)json_put_str(o, "intent", id);
        (void)json_put_str(o, "title", intent ? intent->title : id);
        put_int_column(o, q, "count");
    }
    return r;
}

/* What came by direct message is for those who answer them. */
static cJSON *read_case(struct stmt *q)
{
    cJSON *o = cJSON_CreateObject();
    put_int_column(o, q, "case");
    put_reference(o, q, "case");
    put_int_column(o, q, "at");
    (void)json_put_str(o, "summary",
                       col_int64(q, "private") ? STR("A direct message")
                                               : view_summary(col_str(q, "text")));
    return o;
}

static int put_cases(struct tx *tx, int64_t from, int64_t until, cJSON *ret)
{
    static const char sql[] =
        "SELECT c.id AS \"case\", min(d.decided_at) AS at, m.text, m.kind='private' AS private "
        "FROM decision d JOIN message m ON m.id=d.message_id JOIN handoff_case c ON c.id=(SELECT "
        "max(k.id) FROM handoff_case k WHERE k.conversation_id=m.conversation_id AND "
        "k.opened_at<=d.decided_at) WHERE d.reason='press_politics' AND d.decided_at>=?1 AND "
        "d.decided_at<?2 AND EXISTS(SELECT 1 FROM json_each(d.why) w WHERE "
        "json_extract(w.value, '$.rule')='election') GROUP BY c.id ORDER BY at, c.id";
    return list_rows(ask(tx, sql, from, until), read_case, cJSON_AddArrayToObject(ret, "to_team"));
}

int view_election(struct tx *tx, const struct kb *kb, int64_t from, int64_t until, cJSON *ret)
{
    int r = put_replies(tx, from, until, ret);
    if (r == 0)
        r = put_intents(tx, kb, from, until, ret);
    return r < 0 ? r : put_cases(tx, from, until, ret);
}
