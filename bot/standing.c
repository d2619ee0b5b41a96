#include "bot/standing.h"

#include "base/log.h"
#include "kb/demotion.h"
#include "kb/link.h"

struct reading {
    struct standing *standing;
    const struct kb *kb;
};

static int withhold(struct reading *r, size_t intent)
{
    if (!r->standing->withheld)
        r->standing->withheld = calloc(r->kb->intent_count, sizeof *r->standing->withheld);
    if (!r->standing->withheld)
        return ERR_NOMEM;
    r->standing->withheld[intent] = true;
    return 0;
}

static int take_demoted(const struct kb_demotion *d, void *data)
{
    struct reading *r = data;
    const struct kb_intent *intent = kb_intent_named(r->kb, d->intent);
    return intent && intent->digest == d->digest ? withhold(r, (size_t)(intent - r->kb->intent))
                                                 : 0;
}

static int take_dead(const struct kb_link *link, void *data)
{
    struct reading *r = data;
    int e = 0;
    for (size_t i = 0; i < r->kb->intent_count && e == 0; i++)
        if (str_eq(r->kb->intent[i].link, link->url))
            e = withhold(r, i);
    return e;
}

int standing_read(struct standing *s, struct tx *tx, const struct kb *kb)
{
    struct reading r = { s, kb };
    standing_release(s);
    int e = kb_demotion_each(tx, take_demoted, &r);
    return e < 0 ? e : kb_link_each_dead(tx, take_dead, &r);
}

void standing_turn(struct kb_live *seen, struct db *db, const struct kb_live *live)
{
    struct tx *tx;
    if (live->kb == seen->kb && live->version == seen->version)
        return;
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r == 0) {
        r = kb_demotion_end(tx, live->kb);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r < 0)
        log_error("standing.not_ended why=\"%s\"", err_str(r)); /* again with the next turn */
    else
        *seen = *live;
}

void standing_release(struct standing *s)
{
    free(s->withheld);
    s->withheld = NULL;
}
