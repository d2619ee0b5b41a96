#include "bot/checker.h"

#include <inttypes.h>

#include "base/log.h"
#include "bot/backoff.h"
#include "bot/bot_store.h"
#include "handoff/record.h"
#include "handoff/search.h"

/*
 * A post is due an hour before its day is over, and somebody looks for what is due at least once an
 * hour; where there are more than a batch an hour, as often as it takes to go round in 22 hours.
 */
enum {
    DAY_S = 86400,
    HOUR_S = 3600,
    ROUND_S = DAY_S - 2 * HOUR_S,
    ERASED_AT_ONCE = 500, /* the loop waits for it */
};

struct checker {
    struct checker_options options;
    uv_timer_t timer;
    struct arena arena; /* of a batch */
    struct str *asked;
    size_t asked_count;
    bool more; /* there was more to erase than is done at once */
    int64_t backoff_ms;
    struct buf trouble;
};

static void on_timer(uv_timer_t *timer);

static void look_in(struct checker *c, int64_t ms)
{
    (void)uv_timer_start(&c->timer, on_timer, (uint64_t)ms, 0);
}

static int64_t now_of(const struct checker *c)
{
    return clock_now(c->options.clock);
}

/* ------------------------------------------------------------------------------------------------
 * what was found */

/* A later version of a post is taken like any message; it replaces the one that was asked for. */
static int take_edited(struct checker *c, const struct network_checked *checked)
{
    struct network_message m = *checked->message;
    m.replaces = checked->remote_id;
    return responder_take(c->options.responder, NETWORK_MENTIONS, &m, 1, STR(""));
}

/* All that was asked about was looked at, also what nothing was said about: it is asked about again
 * tomorrow. Returns how many are gone, or negative. */
static int write_round(struct checker *c, struct tx *tx, const struct network_checked *checked,
                       size_t count)
{
    struct str network = str_of(c->options.network->verbs->name);
    int64_t now = now_of(c);
    int gone = 0, r = 0;
    for (size_t i = 0; i < count && r >= 0; i++) {
        if (checked[i].state != NETWORK_GONE)
            continue;
        r = record_message_gone(tx, network, checked[i].remote_id, now);
        gone += r == 1;
    }
    for (size_t i = 0; i < c->asked_count && r >= 0; i++)
        r = record_set_checked(tx, network, c->asked[i], now);
    return r < 0 ? r : gone;
}

/* Commits it, and sees to it that the bytes go. */
static int close_round(struct checker *c, struct tx *tx, int erased)
{
    if (erased < 0) {
        tx_rollback(tx);
        return erased;
    }
    int r = tx_commit(tx);
    return r == 0 && erased > 0 ? search_forget(c->options.db) : r;
}

static int write_checked(struct checker *c, const struct network_checked *checked, size_t count)
{
    struct tx *tx;
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++)
        if (checked[i].state == NETWORK_EDITED && checked[i].message)
            r = take_edited(c, &checked[i]);
    if (r == 0)
        r = tx_begin(c->options.db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    int gone = write_round(c, tx, checked, count);
    r = close_round(c, tx, gone);
    if (r == 0)
        log_info("checker.looked account=%.*s asked=%zu gone=%d", STR_ARG(c->options.account),
                 c->asked_count, gone);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * looking */

int64_t checker_pace_s(int64_t kept, size_t max)
{
    int64_t pace_s = ROUND_S / (max ? kept / (int64_t)max + 1 : 1);
    return pace_s > HOUR_S ? HOUR_S : pace_s < 1 ? 1 : pace_s;
}

static int find_pace(struct checker *c, int64_t *ret_ms)
{
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_READ, &tx);
    if (r < 0)
        return r;
    int64_t kept = record_count_kept(tx, c->options.account);
    tx_rollback(tx);
    if (kept < 0)
        return (int)kept;
    *ret_ms = 1000 * checker_pace_s(kept, c->options.network->verbs->check_max);
    return 0;
}

/* Whatever happened, there is a next time. */
static void go_on(struct checker *c, int r)
{
    int64_t wait_ms = 0;
    if (r >= 0)
        r = find_pace(c, &wait_ms);
    if (r >= 0 && c->more)
        wait_ms = 1000;
    if (r < 0) {
        log_error("checker.round why=\"%s\"", err_str(r));
        wait_ms = backoff_next(&c->backoff_ms);
    }
    look_in(c, wait_ms);
}

static void on_checked(void *data, const struct network_answer *answer,
                       const struct network_checked *checked, size_t count)
{
    struct checker *c = data;
    buf_clear(&c->trouble);
    if (answer->end == NETWORK_DONE) {
        c->backoff_ms = 0;
        go_on(c, write_checked(c, checked, count));
        return;
    }
    int64_t wait_ms = answer->after_ms ? answer->after_ms : backoff_next(&c->backoff_ms);
    log_warn("checker.failed account=%.*s wait_ms=%" PRId64 " why=\"%.*s\"",
             STR_ARG(c->options.account), wait_ms, STR_ARG(answer->words));
    (void)buf_addf(&c->trouble, "Whether posts were deleted or edited can't be looked up. %.*s",
                   STR_ARG(answer->words));
    look_in(c, wait_ms);
}

/* What is older than we keep it, and what X sent and nobody could read, within X's 24 hours: whose
 * words those are can't be told. Returns how many. */
static int erase_old(struct checker *c, struct tx *tx, int64_t now)
{
    int forgotten = inbox_forget(tx, now - (DAY_S - HOUR_S));
    if (forgotten < 0)
        return forgotten;
    int erased = record_erase_old(tx, now - c->options.keep_s, now, ERASED_AT_ONCE);
    c->more = erased == ERASED_AT_ONCE;
    return erased < 0 ? erased : erased + forgotten;
}

/* Erases what is old and lists what is due. Returns how many are. */
static int list_due(struct checker *c)
{
    struct tx *tx;
    int64_t now = now_of(c);
    int max = (int)c->options.network->verbs->check_max;
    arena_clear(&c->arena);
    c->asked = arena_array(&c->arena, (size_t)max + 1, sizeof *c->asked);
    int r = c->asked ? tx_begin(c->options.db, TX_WRITE, &tx) : ERR_NOMEM;
    if (r < 0)
        return r;
    int erased = erase_old(c, tx, now);
    int count = erased < 0 ? erased
                           : record_list_unchecked(tx, c->options.account, now - (DAY_S - HOUR_S),
                                                   &c->arena, c->asked, max);
    r = close_round(c, tx, count < 0 ? count : erased);
    c->asked_count = count < 0 ? 0 : (size_t)count;
    return r < 0 ? r : count;
}

static void on_timer(uv_timer_t *timer)
{
    struct checker *c = timer->data;
    struct network *n = c->options.network;
    int count = list_due(c), r = count;
    if (count > 0)
        r = n->verbs->check(n, c->asked, c->asked_count, on_checked, c);
    if (count <= 0 || r < 0)
        go_on(c, r);
}

/* ------------------------------------------------------------------------------------------------
 * life */

int checker_new(const struct checker_options *options, struct checker **ret)
{
    struct checker *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    c->options = *options;
    c->trouble = BUF_INIT(4096);
    (void)uv_timer_init(options->loop, &c->timer);
    c->timer.data = c;
    *ret = c;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct checker *checker_free(struct checker *c)
{
    if (!c)
        return NULL;
    buf_release(&c->trouble);
    arena_release(&c->arena);
    (void)uv_timer_stop(&c->timer);
    uv_close((uv_handle_t *)&c->timer, on_closed);
    return NULL;
}

void checker_start(struct checker *c)
{
    look_in(c, 0);
}

struct str checker_trouble(const struct checker *c)
{
    return buf_str(&c->trouble);
}
