#include "bot/incidents.h"

#include "base/log.h"
#include "handoff/kb_news.h"
#include "kb/incident.h"

enum { OLD_NEWS_S = 7 * 86400 };

static int tell(struct tx *tx, const struct kb_incident *incident, int64_t now)
{
    struct buf text = BUF_INIT(65536);
    (void)buf_addf(&text, "\"%.*s\" is over: its intents answer as usual again.",
                   STR_ARG(kb_news_title(incident->title)));
    for (size_t i = 0; i < incident->tell.count; i++)
        (void)buf_addf(&text, "%s%.*s",
                       i ? ", " : " To be told: ", STR_ARG(incident->tell.items[i]));
    if (incident->tell.count)
        (void)buf_addc(&text, ".");
    return kb_news_tell(tx, "kb.incident_over", KB_INCIDENT, incident->id, &text, now);
}

static int tell_all(struct tx *tx, const struct kb *kb, int64_t now)
{
    int r = 0;
    for (size_t i = 0; i < kb->incident_count && r >= 0; i++) {
        const struct kb_incident *incident = &kb->incident[i];
        if (incident->until_at > now || incident->until_at < now - OLD_NEWS_S)
            continue;
        r = kb_incident_over(tx, incident->id, incident->until_at);
        if (r == 1)
            r = tell(tx, incident, now);
    }
    return r < 0 ? r : 0;
}

static int64_t next_of(const struct kb *kb, int64_t now)
{
    int64_t next_at = 0;
    for (size_t i = 0; i < kb->incident_count; i++) {
        int64_t until_at = kb->incident[i].until_at;
        if (until_at > now && (!next_at || until_at < next_at))
            next_at = until_at;
    }
    return next_at;
}

void incidents_turn(struct incidents *i, struct db *db, const struct kb_live *live, int64_t now)
{
    struct tx *tx;
    bool same = live->kb == i->seen.kb && live->version == i->seen.version;
    if (same && (!i->next_at || now < i->next_at))
        return;
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r == 0) {
        r = tell_all(tx, live->kb, now);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r < 0)
        log_error("incidents.not_told why=\"%s\"", err_str(r)); /* again with the next turn */
    else
        *i = (struct incidents){ *live, next_of(live->kb, now) };
}
