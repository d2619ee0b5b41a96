#include "bot/outbox.h"

#include <inttypes.h>

#include "base/log.h"
#include "bot/backoff.h"
#include "bot/said.h"
#include "handoff/search.h"
#include "kb/asking.h"

enum {
    UNKNOWN_AT_ONCE = 50,
    LOOKS_WANTED =
        2, /* our timeline may lag behind a post: one look that misses it shows nothing */
    ATTEMPTS_MOST = 3, /* a network that takes posts and never shows them would be told for ever */
    FRESH_S = 60,      /* a stream may bring a message before X itself knows of it, and then X says
                          that nobody asked us: such a one is tried once more, … */
    AGAIN_S = 10,      /* … so much later */
    REFUSALS_IN_A_ROW = 3, /* for reasons that X doesn't name: it isn't the replies */
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
    unsigned refusals; /* in a row, for no reason that we know */
    int64_t broken_at; /* when more went out than is normal; 0: it never did */
    bool over_cap;
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

/* For a while after too much went out, nothing automatic does. */
static bool is_broken(const struct outbox *o)
{
    return o->broken_at && now_of(o) - o->broken_at < SEND_SHORT_S;
}

void outbox_set_over_cap(struct outbox *o, bool over_cap)
{
    o->over_cap = over_cap;
}

struct str outbox_trouble(const struct outbox *o)
{
    if (o->send_trouble.len)
        return buf_str(&o->send_trouble);
    if (o->look_trouble.len)
        return buf_str(&o->look_trouble);
    if (is_broken(o))
        return STR("Automatic replies have stopped for ten minutes, since more went out than is "
                   "normal. What people ask comes to you.");
    if (o->over_cap)
        return STR("Automatic replies have stopped, since the month's money for the network is "
                   "spent. What people ask comes to you.");
    return STR("");
}

static void set_trouble(struct buf *trouble, struct str words)
{
    buf_clear(trouble);
    if (words.len)
        (void)buf_addf(trouble, "Replies are waiting to be sent. %.*s", STR_ARG(words));
}

/* One state change in a transaction of its own, with the text of what is @gone, if anything is. If
 * even that fails the reply stays in "sending": the next start looks for it. */
static int move_and_erase(struct outbox *o, int64_t reply_id, enum reply_state state,
                          struct str remote_id, struct str error, struct str gone)
{
    struct tx *tx;
    int erased = 0, r = tx_begin(o->options.db, TX_WRITE, &tx);
    if (r == 0) {
        r = record_move_reply(tx, reply_id, state, remote_id, error, now_of(o));
        if (r == 0 && gone.len)
            r = erased =
                record_message_gone(tx, str_of(o->options.network->verbs->name), gone, now_of(o));
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
    if (r == 0 && erased == 1 && search_forget(o->options.db) < 0)
        log_error("outbox.not_flushed reply=%" PRId64, reply_id);
    return r;
}

static int move(struct outbox *o, int64_t reply_id, enum reply_state state, struct str remote_id,
                struct str error)
{
    return move_and_erase(o, reply_id, state, remote_id, error, STR(""));
}

/* ------------------------------------------------------------------------------------------------
 * sending */

/* It is out under the id that the network named: whatever else was taken to have that id hasn't. */
static void on_out(struct outbox *o, struct str remote_id)
{
    struct tx *tx;
    if (move(o, o->sending.id, REPLY_SENT, remote_id, STR("")) != ERR_EXISTS)
        return;
    int r = tx_begin(o->options.db, TX_WRITE, &tx);
    if (r == 0) {
        r = record_give_up_remote(tx, remote_id, now_of(o));
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r < 0) {
        o->recover = true;
        log_error("outbox.id_not_freed reply=%" PRId64 " why=\"%s\"", o->sending.id, err_str(r));
        return;
    }
    (void)move(o, o->sending.id, REPLY_SENT, remote_id, STR(""));
}

/* The network won't have this one. Why decides whether it ever may. */
static void on_refused(struct outbox *o, const struct network_answer *a, int64_t now_ms)
{
    struct buf words = BUF_INIT(65536);
    (void)buf_add(&words, a->words);
    enum reply_state state = REPLY_FAILED;
    struct str gone = STR("");
    switch (a->why) {
    case NETWORK_WHY_REPEATED:
        /* it may be our own lost attempt: look first. Its error stays, so it won't be tried again
         */
        state = REPLY_UNKNOWN;
        o->look_after_ms = now_ms;
        break;
    case NETWORK_WHY_UNINVITED:
        if (!o->sending.error.len && now_of(o) - o->sending.written_at < FRESH_S)
            state = REPLY_QUEUED;
        break;
    case NETWORK_WHY_GONE:
        if (!o->sending.is_private) /* which hangs on nothing: its resident is gone */
            gone = o->sending.parent;
        break;
    case NETWORK_WHY_CLOSED:
        (void)buf_addc(&words, " They take no direct messages from us: answer in public, if they "
                               "wrote there.");
        break;
    case NETWORK_WHY_OTHER:
        if (++o->refusals >= REFUSALS_IN_A_ROW) {
            o->send_after_ms = now_ms + backoff_next(&o->backoff_ms);
            set_trouble(&o->send_trouble,
                        STR("The network refuses all that we post; the account may be locked. "
                            "Somebody should sign in there and look."));
        }
        break;
    }
    if (a->why != NETWORK_WHY_OTHER)
        o->refusals = 0;
    (void)move_and_erase(o, o->sending.id, state, STR(""), words.err ? a->words : buf_str(&words),
                         gone);
    buf_release(&words);
}

static void on_posted(void *data, const struct network_answer *a)
{
    struct outbox *o = data;
    int64_t now_ms = clock_mono_ms();
    o->busy = IDLE;
    switch (a->end) {
    case NETWORK_DONE:
        o->backoff_ms = 0;
        o->refusals = 0;
        set_trouble(&o->send_trouble, STR(""));
        on_out(o, a->remote_id);
        break;
    case NETWORK_LATER:
    case NETWORK_BLOCKED:
        o->send_after_ms = now_ms + (a->after_ms ? a->after_ms : backoff_next(&o->backoff_ms));
        set_trouble(&o->send_trouble, a->words);
        (void)move(o, o->sending.id, REPLY_QUEUED, STR(""), STR(""));
        break;
    case NETWORK_REFUSED:
        on_refused(o, a, now_ms);
        break;
    case NETWORK_UNKNOWN:
        (void)move(o, o->sending.id, REPLY_UNKNOWN, STR(""), STR(""));
        o->look_after_ms = now_ms + o->options.lookup_wait_ms;
        break;
    }
    arena_clear(&o->arena);
    wake_in(o, 1);
}

/* All that send_refusal() wants to know of a reply that is about to leave. */
static int gather(struct outbox *o, struct tx *tx, const struct record_reply *reply,
                  struct send_facts *ret)
{
    struct record_leaving leaving;
    int r = record_get_leaving(tx, reply->id, &leaving);
    if (r < 0)
        return r;
    bool automatic = !reply->staff_id;
    struct said_lately lately = { .read = false };
    struct said said = {
        .tx = tx,
        .arena = &o->arena,
        .lately = &lately,
        .account = o->options.account,
        .reply_id = reply->id,
        .resident_id = leaving.resident_id,
        .now = now_of(o),
        .is_private = reply->is_private,
    };
    *ret = (struct send_facts){
        .automatic = automatic,
        .insisted = reply->insisted,
        .confirms = reply->confirms,
        .is_private = reply->is_private,
        .urgent = leaving.urgent,
        .to_many = leaving.to_many,
        /* a member of staff may take a public conversation into private */
        .invited = reply->is_private ? leaving.wrote_private || (!automatic && leaving.may_reply)
                                     : leaving.may_reply,
        .gone = leaving.gone,
        .opted_out = reply->opted_out,
        .case_open = reply->case_open && !reply->case_id,
        .case_claimed = reply->case_claimed,
        .too_late = now_of(o) - reply->written_at > o->options.answer_within_s,
        .said_here = leaving.said_here,
        .asks = kb_asks_for(reply->body),
        .over_cap = o->over_cap,
        .stopped = is_broken(o),
    };
    r = said_weigh(&said, reply->body, ret);
    said_lately_release(&lately);
    return r;
}

/* Which replies the network's limits let through now. In shadow mode it isn't asked. */
static struct record_lanes lanes_of(const struct outbox *o, int64_t *ret_wait_ms)
{
    struct network *n = o->options.network;
    int64_t wait_ms[4] = { 0 };
    *ret_wait_ms = INT64_MAX;
    for (size_t i = 0; i < ARRAY_LEN(wait_ms) && !o->options.shadow; i++) {
        wait_ms[i] = n->verbs->wait_ms(n, i & 1, i & 2);
        if (wait_ms[i] && wait_ms[i] < *ret_wait_ms)
            *ret_wait_ms = wait_ms[i];
    }
    return (struct record_lanes){
        .automatic_public = wait_ms[0] == 0,
        .automatic_private = wait_ms[1] == 0,
        .people_public = wait_ms[2] == 0,
        .people_private = wait_ms[3] == 0,
        .refused_before = now_of(o) - AGAIN_S,
    };
}

/* Nothing may go now: is there anything that will, later? */
static int wake_for_later(struct outbox *o, struct tx *tx, int64_t wait_ms)
{
    static const struct record_lanes all = { true, true, true, true, INT64_MAX };
    int r = record_next_queued(tx, o->options.account, all, &o->arena, &o->sending);
    if (r == 1)
        wake_in(o, wait_ms < AGAIN_S * 1000 ? wait_ms : AGAIN_S * 1000);
    return r < 0 ? r : 0;
}

static int post(struct outbox *o)
{
    struct network *n = o->options.network;
    struct network_outgoing outgoing = {
        .parent = o->sending.parent,
        .recipient = o->sending.recipient,
        .text = o->sending.body,
        .is_private = o->sending.is_private,
        .by_person = o->sending.staff_id != 0,
    };
    o->busy = POSTING;
    int r = n->verbs->post(n, &outgoing, on_posted, o);
    if (r < 0) /* nothing left */
        o->busy = IDLE;
    if (r == ERR_BADINPUT) { /* or it would stand in front of all others for ever */
        (void)move(o, o->sending.id, REPLY_FAILED, STR(""),
                   STR("Not sent: the network can't tell to whom this should go"));
        wake_in(o, 1);
        return 1;
    }
    if (r < 0)
        (void)move(o, o->sending.id, REPLY_QUEUED, STR(""), STR(""));
    return r < 0 ? r : 1;
}

/* 1: a request is on its way, or another reply's turn has come; 0: nothing to send, negative:
 * later. */
static int send_next(struct outbox *o)
{
    struct tx *tx;
    int64_t wait_ms;
    struct send_facts facts;
    int r = tx_begin(o->options.db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    struct record_lanes lanes = lanes_of(o, &wait_ms);
    r = record_next_queued(tx, o->options.account, lanes, &o->arena, &o->sending);
    bool found = r == 1;
    if (found)
        r = gather(o, tx, &o->sending, &facts);
    else if (r == 0)
        r = wake_for_later(o, tx, wait_ms);
    if (r < 0 || !found) {
        tx_rollback(tx);
        return r;
    }
    const char *refusal = send_refusal(&facts);
    enum reply_state state = refusal             ? REPLY_FAILED
                             : o->options.shadow ? REPLY_WITHHELD
                                                 : REPLY_SENDING;
    r = record_move_reply(tx, o->sending.id, state, STR(""), str_of(refusal), now_of(o));
    if (r < 0) {
        tx_rollback(tx);
        return r;
    }
    r = tx_commit(tx);
    if (r < 0)
        return r;
    if (facts.automatic && !is_broken(o) && send_broken(&facts))
        o->broken_at = now_of(o);
    if (state == REPLY_SENDING)
        return post(o);
    log_info("reply.%s reply=%" PRId64, reply_state_name(state), o->sending.id);
    wake_in(o, 1);
    return 1;
}

/* ------------------------------------------------------------------------------------------------
 * looking */

static void settle(struct outbox *o, const struct record_reply *reply,
                   const struct network_sought *sought)
{
    struct tx *tx;
    /* ERR_EXISTS: it is another reply of ours with the same words, so this one isn't there */
    if (sought->found.len && move(o, reply->id, REPLY_SENT, sought->found, STR("")) != ERR_EXISTS)
        return;
    if (sought->beyond) { /* looking again would show as little, and costs */
        (void)move(o, reply->id, REPLY_FAILED, STR(""),
                   STR("Whether it was sent can't be seen, since too much was said there since: "
                       "look there before you try again"));
        return;
    }
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
            settle(o, &o->unknown[i], &sought[i]);
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
    if (count == 0)
        set_trouble(&o->look_trouble, STR("")); /* what was looked for was seen by others */
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
    if (o->options.shadow)
        r = 0; /* nothing is asked of the network, not even what may be out from before */
    else if (now_ms >= o->look_after_ms)
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
