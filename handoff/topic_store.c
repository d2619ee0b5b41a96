#include "handoff/topic.h"

#include <inttypes.h>

#include "handoff/kb_news.h"
#include "kb/demotion.h"

enum { DAY_S = 86400, ANSWERED_MAX = 2 /* intents of one answer */ };

int topic_used(struct tx *tx, struct str topic, int64_t digest, int64_t now)
{
    static const char sql[] =
        "INSERT INTO topic_day(topic, day, digest, used, unhelped, used_at)"
        " VALUES(?1, ?2, ?3, 1, 0, ?4) ON CONFLICT(topic, day, digest) DO UPDATE SET used=used+1, "
        "used_at=excluded.used_at";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, topic);
    stmt_bind_int64(q, 2, now / DAY_S);
    stmt_bind_int64(q, 3, digest);
    stmt_bind_int64(q, 4, now);
    return stmt_run(q);
}

/* An answer that is said not to have helped. */
struct unhelped {
    int64_t decided_at;
    struct str intents[ANSWERED_MAX];
    size_t count;
    struct arena arena;
};

/* 1 it is the first to say so, 0 it was said before, or there was no such answer. */
static int mark_answer(struct tx *tx, int64_t message_id, int64_t now)
{
    static const char sql[] = "UPDATE decision SET unhelped_at=?2 WHERE message_id=?1 AND "
                              "action='answer' AND unhelped_at IS NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message_id);
    stmt_bind_int64(q, 2, now);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) > 0;
}

static int list_intents(struct tx *tx, int64_t message_id, struct str only, struct unhelped *u)
{
    static const char sql[] = "SELECT d.decided_at, i.value AS intent FROM decision d, "
                              "json_each(d.intents) i WHERE d.message_id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    int r;
    stmt_bind_int64(q, 1, message_id);
    while ((r = stmt_next(q)) == 1 && u->count < ARRAY_LEN(u->intents)) {
        struct str intent = col_str(q, "intent");
        u->decided_at = col_int64(q, "decided_at");
        if (only.len && !str_eq(only, intent))
            continue;
        intent = arena_str(&u->arena, intent);
        if (!intent.p) {
            r = ERR_NOMEM;
            break;
        }
        u->intents[u->count++] = intent;
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

/* The intent may have been changed within the day: what it said when it answered is the first that
 * was still in use. */
static int count_unhelped(struct tx *tx, struct str intent, int64_t decided_at)
{
    static const char sql[] =
        "UPDATE topic_day SET unhelped=unhelped+1 WHERE topic=?1 AND day=?2 AND digest="
        "(SELECT t.digest FROM topic_day t WHERE t.topic=?1 AND t.day=?2 AND t.used_at>=?3 ORDER "
        "BY t.used_at LIMIT 1)";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, intent);
    stmt_bind_int64(q, 2, decided_at / DAY_S);
    stmt_bind_int64(q, 3, decided_at);
    return stmt_run(q);
}

static int sum_up(struct tx *tx, const struct kb_intent *intent, int64_t since_day, int64_t *used,
                  int64_t *unhelped)
{
    static const char sql[] =
        "SELECT coalesce(sum(used), 0) AS used, coalesce(sum(unhelped), 0) AS unhelped FROM "
        "topic_day WHERE topic=?1 AND day>=?2 AND digest=?3";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, intent->id);
    stmt_bind_int64(q, 2, since_day);
    stmt_bind_int64(q, 3, intent->digest);
    int r = stmt_next(q);
    if (r == 1) {
        *used = col_int64(q, "used");
        *unhelped = col_int64(q, "unhelped");
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

static int tell_demoted(struct tx *tx, const struct kb_intent *intent, const struct kb_demotion *d,
                        const struct topic_limit *limit, int64_t now)
{
    struct buf text = BUF_INIT(4096);
    (void)buf_addf(&text,
                   "Of %" PRId64 " people who asked about \"%.*s\" within %" PRId64
                   " days, %" PRId64 " weren't helped by the answer. People answer it now, until "
                   "it is changed and published.",
                   d->used, STR_ARG(kb_news_title(intent->title)), limit->days, d->unhelped);
    return kb_news_tell(tx, "kb.demoted", KB_INTENT, intent->id, &text, now);
}

static int is_demoted(const struct kb_demotion *d, void *data)
{
    const struct kb_intent *intent = data;
    return str_eq(d->intent, intent->id) && d->digest == intent->digest;
}

/* 1 it was said too often, and is now, 0 no, or it was demoted before. */
static int judge(struct tx *tx, const struct kb_intent *intent, const struct topic_limit *limit,
                 int64_t now)
{
    struct kb_demotion d = { .intent = intent->id, .at = now, .digest = intent->digest };
    int r = sum_up(tx, intent, now / DAY_S - limit->days + 1, &d.used, &d.unhelped);
    if (r < 0 || !limit->least || d.unhelped < limit->least ||
        d.unhelped * 100 < d.used * limit->share)
        return r;
    r = kb_demotion_each(tx, is_demoted, (void *)intent);
    if (r != 0)
        return r < 0 ? r : 0;
    r = kb_demotion_put(tx, &d);
    if (r == 0)
        r = tell_demoted(tx, intent, &d, limit, now);
    return r < 0 ? r : 1;
}

int topic_unhelped(struct tx *tx, int64_t message_id, struct str intent, const struct kb *kb,
                   const struct topic_limit *limit, int64_t now)
{
    struct unhelped u = { .count = 0 };
    int demoted = 0, r = mark_answer(tx, message_id, now);
    if (r != 1)
        return r;
    r = list_intents(tx, message_id, intent, &u);
    for (size_t i = 0; i < u.count && r >= 0; i++) {
        const struct kb_intent *known = kb ? kb_intent_named(kb, u.intents[i]) : NULL;
        r = count_unhelped(tx, u.intents[i], u.decided_at);
        if (r == 0 && known)
            r = judge(tx, known, limit, now);
        demoted |= r == 1;
    }
    arena_release(&u.arena);
    return r < 0 ? r : demoted;
}
