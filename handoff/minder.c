#include "handoff/minder_private.h"

#include <inttypes.h>

#include "base/log.h"
#include "handoff/held.h"
#include "handoff/minder.h"

enum {
    CASES_AT_ONCE = 200, /* the rest wait a second: the consoles' frames are made in between */
    LEASE_SHOWN_S = 300, /* a claim goes on with every sign of its owner, and is told so often */
    TO_MAX = 65536,
};

/* ------------------------------------------------------------------------------------------------
 * when it is up */

/* 0, the end of time, is later than anything. */
static int64_t sooner(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

static bool has_come(int64_t at, int64_t now)
{
    return at && at <= now;
}

static int64_t after(const struct desk *desk, const struct minded *m, int64_t from, int64_t minutes)
{
    return desk->working_after(desk->data, m->account, from, minutes);
}

/* When to warn of what is up @minutes after @from; 0: that is no longer than the warning itself. */
static int64_t warning(const struct desk *desk, const struct minded *m, int64_t from,
                       int64_t minutes)
{
    return from && minutes > desk->warn_minutes ? after(desk, m, from, minutes - desk->warn_minutes)
                                                : 0;
}

/* What turned out to be up, or nearly. */
struct outcome {
    unsigned warned, escalated; /* enum case_clock: just now */
    bool returned;              /* the claim is over, and nobody need do anything */
};

/* The claim's clock. Nobody is called because nothing of a case is waiting, or staff muted it. */
static void turn_lease(const struct desk *desk, struct minded *m, int64_t now, struct outcome *ret)
{
    int64_t warn_at = warning(desk, m, m->active_at, desk->lease_minutes);
    m->lease_until = m->active_at ? after(desk, m, m->active_at, desk->lease_minutes) : 0;
    if (has_come(m->lease_until, now)) {
        m->warned &= ~(unsigned)CASE_LEASE;
        ret->returned = !m->waits_since || m->muted;
        ret->escalated = ret->returned ? 0 : CASE_LEASE;
        return;
    }
    if (!has_come(warn_at, now)) {
        m->warned &= ~(unsigned)CASE_LEASE;
        m->wakes_at = sooner(m->wakes_at, warn_at);
    } else if (!(m->warned & CASE_LEASE)) {
        ret->warned |= CASE_LEASE;
    }
    m->wakes_at = sooner(m->wakes_at, m->lease_until);
}

/* The service level's clock: once up, it stays so until somebody answers. */
static void turn_due(const struct desk *desk, struct minded *m, int64_t now, struct outcome *ret)
{
    int64_t minutes = desk->due_minutes[m->priority];
    if (!m->waits_since)
        return;
    m->due_at = sooner(m->due_at, after(desk, m, m->due_from, minutes));
    if (m->muted)
        return;
    if (has_come(m->due_at, now)) {
        ret->escalated |= m->escalated & CASE_DUE ? 0 : CASE_DUE;
        return;
    }
    m->wakes_at = sooner(m->wakes_at, m->due_at);
    if (m->warned & CASE_DUE)
        return;
    int64_t warn_at = warning(desk, m, m->due_from, minutes);
    if (has_come(warn_at, now))
        ret->warned |= CASE_DUE;
    else
        m->wakes_at = sooner(m->wakes_at, warn_at);
}

/* ------------------------------------------------------------------------------------------------
 * what is said about it */

static int tell(struct tx *tx, const struct minded *m, const char *kind, const char *text,
                struct str concerns, int64_t now)
{
    struct record_event e = {
        .kind = kind, .case_id = m->id, .text = str_of(text), .concerns = concerns
    };
    return record_add_event(tx, &e, now);
}

static int tell_owner(struct tx *tx, const struct minded *m, const char *text, int64_t now)
{
    char concerns[32] = "";
    if (m->owner_id)
        (void)snprintf(concerns, sizeof concerns, "[%" PRId64 "]", m->owner_id);
    return tell(tx, m, "case.warned", text, str_of(concerns), now);
}

static int tell_duty(struct tx *tx, const struct minded *m, const char *text, int64_t now)
{
    struct buf to = BUF_INIT(TO_MAX);
    int r = minder_list_duty(tx, m->is_private, &to);
    if (r == 0)
        r = tell(tx, m, "case.escalated", text, buf_str(&to), now);
    buf_release(&to);
    return r;
}

/* The end of a claim, in words. */
static int give_back(struct tx *tx, struct minded *m, bool escalated, int64_t now)
{
    struct buf text = BUF_INIT(1000);
    int r = minder_hand_back(tx, m->id, now);
    m->owner_id = 0;
    if (r == 0)
        r = buf_addf(&text, "Nothing came from %.*s for too long%s", STR_ARG(m->owner),
                     escalated ? ": it is back in the queue" : "");
    if (r == 0)
        r = escalated ? tell_duty(tx, m, buf_cstr(&text), now)
                      : tell(tx, m, "case.released", buf_cstr(&text), STR(""), now);
    buf_release(&text);
    return r;
}

static int tell_all(struct tx *tx, struct minded *m, const struct outcome *o, int64_t now)
{
    int r = 0;
    if (o->returned || (o->escalated & CASE_LEASE))
        r = give_back(tx, m, o->escalated & CASE_LEASE, now);
    if (r == 0 && (o->escalated & CASE_DUE))
        r = tell_duty(tx, m, "The time to answer is up", now);
    if (r == 0 && (o->warned & CASE_LEASE))
        r = tell_owner(tx, m, "Without a sign of its owner it goes back to the queue soon", now);
    if (r == 0 && (o->warned & CASE_DUE))
        r = tell_owner(tx, m, "The time to answer is nearly up", now);
    return r;
}

/* Do the consoles show it otherwise than it is now? */
static bool shows(const struct minded *before, const struct minded *m)
{
    return before->due_at != m->due_at || before->warned != m->warned ||
           before->escalated != m->escalated ||
           before->lease_until / LEASE_SHOWN_S != m->lease_until / LEASE_SHOWN_S;
}

static int mind_case(struct tx *tx, const struct desk *desk, struct minded *m, int64_t now)
{
    struct minded before = *m;
    struct outcome o = { .warned = 0 };
    turn_lease(desk, m, now, &o);
    bool lost = o.returned || (o.escalated & CASE_LEASE);
    turn_due(desk, m, now, &o);
    m->warned |= o.warned;
    m->escalated |= o.escalated;
    m->lease_until = lost ? 0 : m->lease_until;
    if (o.escalated)
        log_info("case.escalated case=%" PRId64 " claim=%d due=%d", m->id,
                 (o.escalated & CASE_LEASE) != 0, (o.escalated & CASE_DUE) != 0);
    int r = minder_keep(tx, m);
    if (r == 0)
        r = tell_all(tx, m, &o, now);
    if (r == 0 && !o.warned && !o.escalated && !o.returned && shows(&before, m))
        r = tell(tx, m, "case.timed", "", STR(""), now);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * all of it */

/* What time has come for; a bit each. */
enum { DUE_HELD = 1, DUE_CASES = 2 };

/* Looked at first: a transaction that writes waits for every other. */
static int what_is_due(struct db *db, int64_t now)
{
    struct tx *tx;
    struct minded m;
    struct arena arena = ARENA_INIT;
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    int held = held_is_due(tx, now), cases = minder_next(tx, now, &arena, &m);
    tx_rollback(tx);
    arena_release(&arena);
    return held < 0 ? held : cases < 0 ? cases : (held ? DUE_HELD : 0) | (cases ? DUE_CASES : 0);
}

static int mind_cases(struct db *db, const struct desk *desk, int64_t now)
{
    struct tx *tx;
    struct arena arena = ARENA_INIT;
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    for (int count = 0; r == 0 && count < CASES_AT_ONCE; count++) {
        struct minded m;
        r = minder_next(tx, now, &arena, &m);
        if (r != 1)
            break;
        r = mind_case(tx, desk, &m, now);
    }
    arena_release(&arena);
    if (r == 0)
        return tx_commit(tx);
    tx_rollback(tx);
    return r;
}

/* Replies whose writer had time enough to think again. */
static int release_held(struct db *db, int64_t now)
{
    struct tx *tx;
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = held_release(tx, now);
    if (r >= 0)
        return tx_commit(tx);
    tx_rollback(tx);
    return r;
}

void minder_turn(struct db *db, const struct desk *desk, int64_t now)
{
    int due = what_is_due(db, now), r = due < 0 ? due : 0;
    if (r == 0 && (due & DUE_HELD))
        r = release_held(db, now);
    if (r == 0 && (due & DUE_CASES))
        r = mind_cases(db, desk, now);
    if (r < 0)
        log_error("minder.failed why=\"%s\"", err_str(r));
}
