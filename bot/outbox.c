#include "bot/outbox.h"

#include <inttypes.h>

#include "base/log.h"
#include "bot/backoff.h"
#include "handoff/record.h"

enum {
    UNKNOWN_AT_ONCE = 50,
    LOOKS_WANTED =
        2, /* our timeline may lag behind a post: one look that misses it shows nothing */
    ATTEMPTS_MOST = 3, /* a network that takes posts and never shows them would be told for ever */
};

enum busy { IDLE, POSTING, LOOKING };

struct outbox {
    struct outbox_options options;
    uv_timer_t timer;
    enum busy busy;
    bool recover;       /* a reply may stand in "sending" with nobody sending it */
    struct arena arena; /* of what is under way */
    struct record_reply sending;
    struct record_reply *unknown;
    size_t unknown_count;
    int64_t send_after_ms, look_after_ms, backoff_ms; /* monotonic */
    struct buf send_trouble, look_trouble;
};

static int64_t now_of(const struct outbox *o)
{
    return clock_now(o->options.clock);
}

static void free_box(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_timer(uv_timer_t *timer)
{
    outbox_turn(timer->data);
}

/* Turn again in @ms, if nothing else does before. */
static void wake_in(struct outbox *o, int64_t ms)
{
    if (ms < 1)
        ms = 1;
    if (!uv_is_active((uv_handle_t *)&o->timer) || uv_timer_get_due_in(&o->timer) > (uint64_t)ms)
        (void)uv_timer_start(&o->timer, on_timer, (uint64_t)ms, 0);
}

/* What is "sending" while nothing is under way ended unknown: found at the start, or where a change
 * could not be written. */
static int recover(struct outbox *o)
{
    struct tx *tx;
    int r = tx_begin(o->options.db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    int recovered = record_recover_sending(tx, now_of(o));
    if (recovered < 0)
        tx_rollback(tx);
    r = recovered < 0 ? recovered : tx_commit(tx);
    if (r == 0 && recovered > 0)
        log_warn("outbox.recovered unknown=%d", recovered);
    o->recover = r < 0;
    return r;
}

int outbox_new(const struct outbox_options *options, struct outbox **ret)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (!o)
        return ERR_NOMEM;
    o->options = *options;
    o->send_trouble = o->look_trouble = BUF_INIT(4096);
    int r = recover(o);
    if (r < 0) {
        free(o);
        return r;
    }
    (void)uv_timer_init(options->loop, &o->timer);
    o->timer.data = o;
    *ret = o;
    return 0;
}

struct outbox *outbox_free(struct outbox *o)
{
    if (!o)
        return NULL;
    buf_release(&o->send_trouble);
    buf_release(&o->look_trouble);
    arena_release(&o->arena);
    (void)uv_timer_stop(&o->timer);
    uv_close((uv_handle_t *)&o->timer, free_box);
    return NULL;
}

struct str outbox_trouble(const struct outbox *o)
{
    return o->send_trouble.len ? buf_str(&o->send_trouble) : buf_str(&o->look_trouble);
}

static void set_trouble(struct buf *trouble, struct str words)
{
    buf_clear(trouble);
    if (words.len)
        (void)buf_addf(trouble, "Replies are waiting to be sent. %.*s", STR_ARG(words));
}

/* One state change in a transaction of its own. If even that fails the reply stays in "sending":
 * the next start looks for it. */
static int move(struct outbox *o, int64_t reply_id, enum reply_state state, struct str remote_id,
                struct str error)
{
    struct tx *tx;
    int r = tx_begin(o->options.db, TX_WRITE, &tx);
    if (r == 0) {
        r = record_move_reply(tx, reply_id, state, remote_id, error, now_of(o));
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r < 0 && r != ERR_EXISTS)
        o->recover = true; /* nothing else looks at what is "sending" */
    if (r < 0 && r != ERR_EXISTS)
        log_error("outbox.not_recorded reply=%" PRId64 " state=%s why=\"%s\"", reply_id,
                  reply_state_name(state), err_str(r));
    else if (r == 0)
        log_info("reply.%s reply=%" PRId64, reply_state_name(state), reply_id);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * sending */

static void on_posted(void *data, const struct network_answer *a)
{
    struct outbox *o = data;
    int64_t now_ms = clock_mono_ms();
    o->busy = IDLE;
    switch (a->end) {
    case NETWORK_DONE:
        o->backoff_ms = 0;
        set_trouble(&o->send_trouble, STR(""));
        (void)move(o, o->sending.id, REPLY_SENT, a->remote_id, STR(""));
        break;
    case NETWORK_LATER:
    case NETWORK_BLOCKED:
        o->send_after_ms = now_ms + (a->after_ms ? a->after_ms : backoff_next(&o->backoff_ms));
        set_trouble(&o->send_trouble, a->words);
        (void)move(o, o->sending.id, REPLY_QUEUED, STR(""), STR(""));
        break;
    case NETWORK_REFUSED:
        /* "said before" may be our own lost attempt: look first. Its error stays, so it won't be
         * tried again. */
        (void)move(o, o->sending.id, a->why == NETWORK_WHY_REPEATED ? REPLY_UNKNOWN : REPLY_FAILED,
                   STR(""), a->words);
        o->look_after_ms = now_ms;
        break;
    case NETWORK_UNKNOWN:
        (void)move(o, o->sending.id, REPLY_UNKNOWN, STR(""), STR(""));
        o->look_after_ms = now_ms + o->options.lookup_wait_ms;
        break;
    }
    arena_clear(&o->arena);
    wake_in(o, 1);
}

/*
 * What has come since an automatic reply was decided may be a reason not to send it any more; staff
 * then see that it wasn't. NULL: none.
 */
static const char *too_late(const struct outbox *o, const struct record_reply *reply)
{
    if (reply->staff_id || reply->insisted)
        return NULL;
    if (reply->opted_out)
        return "Not sent: the resident asked for no automatic replies";
    if (reply->case_open && !reply->case_id)
        return "Not sent: the conversation was with staff by then";
    if (reply->case_claimed)
        return "Not sent: somebody had taken the conversation by then";
    if (now_of(o) - reply->written_at > o->options.answer_within_s)
        return "Not sent: it could not go out in time";
    return NULL;
}

/* 1: a request is on its way, 0: nothing to send, negative: later. */
static int send_next(struct outbox *o)
{
    struct tx *tx;
    int r = tx_begin(o->options.db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    struct network *n = o->options.network;
    struct record_lanes lanes = {
        .people_public = n->verbs->wait_ms(n, false, true) == 0,
        .people_private = n->verbs->wait_ms(n, true, true) == 0,
        .automatic_public = n->verbs->wait_ms(n, false, false) == 0,
        .automatic_private = n->verbs->wait_ms(n, true, false) == 0,
    };
    r = record_next_queued(tx, o->options.account, lanes, &o->arena, &o->sending);
    if (r != 1) {
        tx_rollback(tx);
        return r;
    }
    const char *late = too_late(o, &o->sending);
    r = record_move_reply(tx, o->sending.id, late ? REPLY_FAILED : REPLY_SENDING, STR(""),
                          str_of(late), now_of(o));
    if (r < 0) {
        tx_rollback(tx);
        return r;
    }
    r = tx_commit(tx);
    if (r < 0)
        return r;
    if (late) {
        wake_in(o, 1);
        return 1;
    }
    o->busy = POSTING;
    struct network_outgoing outgoing = {
        .parent = o->sending.parent,
        .recipient = o->sending.recipient,
        .text = o->sending.body,
        .is_private = o->sending.is_private,
        .by_person = o->sending.staff_id != 0,
    };
    r = n->verbs->post(n, &outgoing, on_posted, o);
    if (r < 0) { /* nothing left */
        o->busy = IDLE;
        (void)move(o, o->sending.id, REPLY_QUEUED, STR(""), STR(""));
        return r;
    }
    return 1;
}

/* ------------------------------------------------------------------------------------------------
 * looking */

static void settle(struct outbox *o, const struct record_reply *reply, struct str found)
{
    struct tx *tx;
    /* ERR_EXISTS: it is another reply of ours with the same words, so this one isn't there */
    if (found.len && move(o, reply->id, REPLY_SENT, found, STR("")) != ERR_EXISTS)
        return;
    if (reply->looks + 1 >= LOOKS_WANTED) {
        /* Shown not to be there: try again, unless the network refused it as a repetition. */
        if (reply->error.len)
            (void)move(o, reply->id, REPLY_FAILED, STR(""), reply->error);
        else if (reply->attempts >= ATTEMPTS_MOST)
            (void)move(o, reply->id, REPLY_FAILED, STR(""),
                       STR("It was sent several times and never seen to arrive"));
        else
            (void)move(o, reply->id, REPLY_QUEUED, STR(""), STR(""));
        return;
    }
    int r = tx_begin(o->options.db, TX_WRITE, &tx);
    if (r == 0) {
        r = record_count_look(tx, reply->id);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r < 0)
        log_error("outbox.look_not_recorded reply=%" PRId64, reply->id);
}

static void on_found(void *data, const struct network_answer *a,
                     const struct network_sought *sought, size_t count)
{
    struct outbox *o = data;
    o->busy = IDLE;
    o->look_after_ms = clock_mono_ms() + o->options.lookup_wait_ms;
    for (size_t i = 0; i < count && i < o->unknown_count; i++)
        if (a->end == NETWORK_DONE ||
            sought[i].found.len) /* what was found counts, however the look ended */
            settle(o, &o->unknown[i], sought[i].found);
    set_trouble(&o->look_trouble, a->end == NETWORK_DONE ? STR("") : a->words);
    if (a->end != NETWORK_DONE) {
        log_warn("outbox.look_failed unknown=%zu", count);
        o->look_after_ms += a->after_ms ? a->after_ms : backoff_next(&o->backoff_ms);
    }
    arena_clear(&o->arena);
    wake_in(o, 1);
}

/* As send_next, for what may be out. */
static int look(struct outbox *o)
{
    struct tx *tx;
    int count = tx_begin(o->options.db, TX_READ, &tx);
    if (count < 0)
        return count;
    o->unknown = arena_array(&o->arena, UNKNOWN_AT_ONCE, sizeof *o->unknown);
    count = o->unknown ? record_list_unknown(tx, o->options.account, &o->arena, o->unknown,
                                             UNKNOWN_AT_ONCE)
                       : ERR_NOMEM;
    tx_rollback(tx);
    if (count <= 0)
        return count;
    o->unknown_count = (size_t)count;
    struct network_sought *sought = arena_array(&o->arena, o->unknown_count, sizeof *sought);
    if (!sought)
        return ERR_NOMEM;
    for (size_t i = 0; i < o->unknown_count; i++)
        sought[i] = (struct network_sought){
            .parent = o->unknown[i].parent,
            .recipient = o->unknown[i].recipient,
            .text = o->unknown[i].body,
            .is_private = o->unknown[i].is_private,
        };
    o->busy = LOOKING;
    int r =
        o->options.network->verbs->find(o->options.network, sought, o->unknown_count, on_found, o);
    if (r < 0)
        o->busy = IDLE;
    return r < 0 ? r : 1;
}

void outbox_turn(struct outbox *o)
{
    if (o->busy != IDLE)
        return;
    int64_t now_ms = clock_mono_ms();
    int r = o->recover ? recover(o) : 0;
    if (r < 0) {
        wake_in(o, backoff_next(&o->backoff_ms));
        return;
    }
    if (now_ms >= o->look_after_ms)
        r = look(o);
    else
        wake_in(o, o->look_after_ms - now_ms);
    if (r == 0 && o->busy == IDLE && now_ms >= o->send_after_ms)
        r = send_next(o);
    else if (o->busy == IDLE && now_ms < o->send_after_ms)
        wake_in(o, o->send_after_ms - now_ms);
    if (r < 0) {
        log_error("outbox.turn why=\"%s\"", err_str(r));
        wake_in(o, backoff_next(&o->backoff_ms));
    }
    if (o->busy == IDLE)
        arena_clear(&o->arena);
}
