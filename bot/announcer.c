#include "bot/announcer.h"

#include <inttypes.h>

#include "base/log.h"
#include "bot/backoff.h"
#include "handoff/announcement.h"

struct announcer {
    struct announcer_options options;
    uv_timer_t timer;
    bool busy;
    bool recover;       /* one may stand in "sending" with nobody sending it */
    struct arena arena; /* of what is under way */
    struct announcement sending;
    int64_t send_after_ms, backoff_ms; /* monotonic */
    struct buf trouble;
};

static int64_t now_of(const struct announcer *a)
{
    return clock_now(a->options.clock);
}

static void free_announcer(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_timer(uv_timer_t *timer)
{
    announcer_turn(timer->data);
}

static void wake_in(struct announcer *a, int64_t ms)
{
    (void)uv_timer_start(&a->timer, on_timer, ms < 1 ? 1 : (uint64_t)ms, 0);
}

static int end_tx(struct tx *tx, int r)
{
    if (r >= 0)
        return tx_commit(tx);
    tx_rollback(tx);
    return r;
}

static int recover(struct announcer *a)
{
    struct tx *tx;
    int r = tx_begin(a->options.db, TX_WRITE, &tx);
    if (r == 0)
        r = end_tx(tx, announcement_recover(tx, a->options.account, now_of(a)));
    a->recover = r < 0;
    return r;
}

int announcer_new(const struct announcer_options *options, struct announcer **ret)
{
    struct announcer *a = calloc(1, sizeof *a);
    if (!a)
        return ERR_NOMEM;
    a->options = *options;
    a->trouble = BUF_INIT(4096);
    int r = recover(a);
    if (r < 0) {
        free(a);
        return r;
    }
    (void)uv_timer_init(options->loop, &a->timer);
    a->timer.data = a;
    *ret = a;
    return 0;
}

struct announcer *announcer_free(struct announcer *a)
{
    if (!a)
        return NULL;
    buf_release(&a->trouble);
    arena_release(&a->arena);
    (void)uv_timer_stop(&a->timer);
    uv_close((uv_handle_t *)&a->timer, free_announcer);
    return NULL;
}

struct str announcer_trouble(const struct announcer *a)
{
    return buf_str(&a->trouble);
}

static void set_trouble(struct announcer *a, struct str words)
{
    buf_clear(&a->trouble);
    if (words.len)
        (void)buf_addf(&a->trouble, "A post is waiting to be sent. %.*s", STR_ARG(words));
}

/* What became of the one under way. If even that can't be written it stays in "sending", and ends
 * unknown. */
static void settle(struct announcer *a, enum announcement_state state, struct str remote_id,
                   struct str error)
{
    struct tx *tx;
    int r = tx_begin(a->options.db, TX_WRITE, &tx);
    if (r == 0)
        r = end_tx(tx, announcement_move(tx, a->sending.id, state, remote_id, error, now_of(a)));
    if (r < 0) {
        a->recover = true;
        log_error("announcer.not_recorded post=%" PRId64 " why=\"%s\"", a->sending.id, err_str(r));
    } else {
        log_info("announcer.settled post=%" PRId64 " state=%d", a->sending.id, (int)state);
    }
}

static void on_posted(void *data, const struct network_answer *answer)
{
    struct announcer *a = data;
    a->busy = false;
    set_trouble(a, STR(""));
    switch (answer->end) {
    case NETWORK_DONE:
        a->backoff_ms = 0;
        settle(a, ANNOUNCEMENT_SENT, answer->remote_id, STR(""));
        break;
    case NETWORK_LATER:
    case NETWORK_BLOCKED:
        a->send_after_ms =
            clock_mono_ms() + (answer->after_ms ? answer->after_ms : backoff_next(&a->backoff_ms));
        set_trouble(a, answer->words);
        settle(a, ANNOUNCEMENT_QUEUED, STR(""), STR(""));
        break;
    case NETWORK_REFUSED:
        settle(a, ANNOUNCEMENT_FAILED, STR(""), answer->words);
        break;
    case NETWORK_UNKNOWN:
        settle(a, ANNOUNCEMENT_UNKNOWN, STR(""), answer->words);
        break;
    }
    arena_clear(&a->arena);
    wake_in(a, 1);
}

static int post(struct announcer *a)
{
    struct network *n = a->options.network;
    struct network_outgoing outgoing = { .text = a->sending.body, .by_person = true };
    a->busy = true;
    int r = n->verbs->post(n, &outgoing, on_posted, a);
    if (r < 0) { /* nothing left */
        a->busy = false;
        settle(a, ANNOUNCEMENT_QUEUED, STR(""), STR(""));
    }
    return r;
}

/* What becomes of the next one now, and why if it isn't sent. */
static enum announcement_state next_state(const struct announcer *a, struct str *ret_why)
{
    *ret_why = STR("");
    if (a->options.shadow)
        return ANNOUNCEMENT_WITHHELD;
    if (now_of(a) - a->sending.created_at <= ANNOUNCE_WITHIN_S)
        return ANNOUNCEMENT_SENDING;
    *ret_why = STR("it could not go out within the hour");
    return ANNOUNCEMENT_FAILED;
}

/* 0: nothing to send, or it has to wait; 1: something was done. */
static int send_next(struct announcer *a)
{
    struct network *n = a->options.network;
    struct tx *tx;
    struct str why;
    int r = tx_begin(a->options.db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = announcement_next(tx, a->options.account, &a->arena, &a->sending);
    int64_t wait_ms = r == 1 && !a->options.shadow ? n->verbs->wait_ms(n, false, true) : 0;
    if (r != 1 || wait_ms) {
        tx_rollback(tx);
        if (wait_ms)
            wake_in(a, wait_ms);
        return r < 0 ? r : 0;
    }
    enum announcement_state state = next_state(a, &why);
    r = end_tx(tx, announcement_move(tx, a->sending.id, state, STR(""), why, now_of(a)));
    if (r < 0)
        return r;
    if (state == ANNOUNCEMENT_SENDING)
        r = post(a);
    else
        wake_in(a, 1);
    return r < 0 ? r : 1;
}

void announcer_turn(struct announcer *a)
{
    int64_t wait_ms = a->send_after_ms - clock_mono_ms();
    if (a->busy)
        return;
    if (wait_ms > 0) {
        wake_in(a, wait_ms);
        return;
    }
    int r = a->recover ? recover(a) : 0;
    if (r == 0)
        r = send_next(a);
    if (r < 0) {
        log_error("announcer.turn why=\"%s\"", err_str(r));
        a->send_after_ms = clock_mono_ms() + backoff_next(&a->backoff_ms);
        wake_in(a, a->send_after_ms - clock_mono_ms());
    }
    if (!a->busy)
        arena_clear(&a->arena);
}
