#include "bot/responder.h"

#include <inttypes.h>

#include "base/log.h"
#include "bot/backoff.h"
#include "bot/bot_store.h"
#include "bot/taking.h"

enum {
    THREADS_S = 2 * 86400, /* a conversation in which nothing came for so long is over */
    THREADS_MOST = 100,
};

/* One of the account's feeds, read at its own pace. */
struct feed {
    struct responder *responder;
    enum network_feed which;
    uv_timer_t timer;
    bool reading, again; /* again: something came while it was read */
    struct buf cursor, trouble;
    int64_t backoff_ms;
};

struct responder {
    struct responder_options options;
    struct taker taker;
    struct feed feeds[NETWORK_FEEDS];
    bool begun;
    unsigned open_timers;
};

/* Replies of ours and direct messages are fewer than mentions, and X lets us ask for direct
 * messages fifteen times in 15 minutes; threads are asked for by search, at five dollars a thousand
 * posts. */
static const int64_t paces[NETWORK_FEEDS] = {
    [NETWORK_MENTIONS] = 1,
    [NETWORK_POSTS] = 2,
    [NETWORK_MESSAGES] = 5,
    [NETWORK_THREADS] = 20,
};
static const char *const feed_names[NETWORK_FEEDS] = {
    [NETWORK_MENTIONS] = "mentions",
    [NETWORK_POSTS] = "posts",
    [NETWORK_MESSAGES] = "messages",
    [NETWORK_THREADS] = "threads",
};

/* Under which a feed's cursor is kept, such as "x/NorthmoorHelp/mentions". */
static int add_key(const struct feed *f, struct buf *out)
{
    const struct responder_options *o = &f->responder->options;
    return buf_addf(out, "%s/%.*s/%s", o->network->verbs->name, STR_ARG(o->account),
                    feed_names[f->which]);
}

static void on_closed(uv_handle_t *handle)
{
    struct feed *f = handle->data;
    if (--f->responder->open_timers == 0)
        free(f->responder);
}

int responder_take(struct responder *r, enum network_feed feed,
                   const struct network_message *messages, size_t count, struct str cursor)
{
    struct buf key = BUF_INIT(1024);
    struct tx *tx;
    int e = add_key(&r->feeds[feed], &key);
    if (e == 0)
        e = tx_begin(r->options.db, TX_WRITE, &tx);
    if (e == 0) {
        e = taker_take(&r->taker, tx, messages, count);
        if (e == 0 && cursor.len)
            e = cursor_set(tx, buf_str(&key), cursor);
        if (e < 0)
            tx_rollback(tx);
        else
            e = tx_commit(tx);
    }
    buf_release(&key);
    return e;
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static void on_timer(uv_timer_t *timer);

static void read_in(struct feed *f, int64_t ms)
{
    (void)uv_timer_start(&f->timer, on_timer, (uint64_t)ms, 0);
}

/* What staff answered while we were away must be known before anybody else is answered: the rest is
 * read once our own posts were, or could not be. */
static void begin(struct responder *r)
{
    if (r->begun)
        return;
    r->begun = true;
    for (size_t i = 0; i < NETWORK_FEEDS; i++)
        if (i != NETWORK_POSTS)
            read_in(&r->feeds[i], 0);
    if (r->options.begun)
        r->options.begun(r->options.begun_data);
}

static int on_page(void *data, const struct network_page *page)
{
    struct feed *f = data;
    if (page->count == 0 && !page->cursor.len)
        return 0;
    int e = responder_take(f->responder, f->which, page->messages, page->count, page->cursor);
    if (e < 0) {
        log_error("responder.page_not_kept feed=%s count=%zu why=\"%s\"", feed_names[f->which],
                  page->count, err_str(e));
        return e;
    }
    if (page->cursor.len) {
        buf_clear(&f->cursor);
        (void)buf_add(&f->cursor, page->cursor);
    }
    return 0;
}

static void on_read(void *data, const struct network_answer *a)
{
    struct feed *f = data;
    f->reading = false;
    begin(f->responder);
    buf_clear(&f->trouble);
    if (a->end == NETWORK_DONE) {
        f->backoff_ms = 0;
        read_in(f, f->again ? 0 : f->responder->options.poll_every_ms * paces[f->which]);
        f->again = false;
        return;
    }
    int64_t wait_ms = a->after_ms ? a->after_ms : backoff_next(&f->backoff_ms);
    log_warn("network.read_failed account=%.*s feed=%s wait_ms=%" PRId64 " why=\"%.*s\"",
             STR_ARG(f->responder->options.account), feed_names[f->which], wait_ms,
             STR_ARG(a->words));
    (void)buf_addf(&f->trouble, "New messages can't be read. %.*s", STR_ARG(a->words));
    read_in(f, wait_ms);
}

/* The conversations that we are in. 1: there are some, 0: none. */
static int list_threads(struct responder *r, struct network_reading *reading)
{
    struct tx *tx;
    arena_clear(&r->taker.arena);
    struct str *ids = arena_array(&r->taker.arena, THREADS_MOST, sizeof *ids);
    int count = ids ? tx_begin(r->options.db, TX_READ, &tx) : ERR_NOMEM;
    if (count < 0)
        return count;
    count = record_list_threads(tx, r->options.account, clock_now(r->options.clock) - THREADS_S,
                                &r->taker.arena, ids, THREADS_MOST);
    tx_rollback(tx);
    if (count < 0)
        return count;
    reading->conversations = ids;
    reading->conversation_count = (size_t)count;
    return count > 0;
}

/* 0: it is being read, 1: there is nothing to read. */
static int read_feed(struct feed *f)
{
    const struct responder_options *o = &f->responder->options;
    struct network_reading reading = {
        .feed = f->which,
        .cursor = buf_str(&f->cursor),
        .first_at = clock_now(o->clock) - o->answer_within_s,
    };
    if (f->which == NETWORK_THREADS) {
        int e = list_threads(f->responder, &reading);
        if (e != 1)
            return e < 0 ? e : 1;
    }
    return o->network->verbs->read(o->network, &reading, on_page, on_read, f);
}

static void on_timer(uv_timer_t *timer)
{
    struct feed *f = timer->data;
    const struct responder_options *o = &f->responder->options;
    if (f->reading)
        return;
    f->reading = true;
    int e = read_feed(f);
    if (e != 0) {
        f->reading = false;
        begin(f->responder);
    }
    if (e == 1)
        read_in(f, o->poll_every_ms * paces[f->which]);
    else if (e < 0)
        read_in(f, backoff_next(&f->backoff_ms));
}

static int read_cursors(struct responder *r)
{
    struct tx *tx;
    int e = tx_begin(r->options.db, TX_READ, &tx);
    if (e < 0)
        return e;
    for (size_t i = 0; i < NETWORK_FEEDS && e >= 0; i++) {
        struct buf key = BUF_INIT(1024);
        struct str cursor = STR("");
        e = add_key(&r->feeds[i], &key);
        if (e == 0)
            e = cursor_get(tx, &r->taker.arena, buf_str(&key), &cursor);
        if (e == 1)
            e = buf_add(&r->feeds[i].cursor, cursor);
        buf_release(&key);
    }
    tx_rollback(tx);
    return e;
}

int responder_new(const struct responder_options *options, struct responder **ret)
{
    struct responder *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    r->options = *options;
    for (size_t i = 0; i < NETWORK_FEEDS; i++)
        r->feeds[i] = (struct feed){ .responder = r,
                                     .which = (enum network_feed)i,
                                     .cursor = BUF_INIT(256),
                                     .trouble = BUF_INIT(4096) };
    int e = taker_init(&r->taker, &r->options);
    if (e == 0)
        e = read_cursors(r);
    if (e < 0) {
        taker_release(&r->taker);
        for (size_t i = 0; i < NETWORK_FEEDS; i++)
            buf_release(&r->feeds[i].cursor);
        free(r);
        return e;
    }
    for (size_t i = 0; i < NETWORK_FEEDS; i++) {
        (void)uv_timer_init(options->loop, &r->feeds[i].timer);
        r->feeds[i].timer.data = &r->feeds[i];
        r->open_timers++;
    }
    *ret = r;
    return 0;
}

struct responder *responder_free(struct responder *r)
{
    if (!r)
        return NULL;
    taker_release(&r->taker);
    for (size_t i = 0; i < NETWORK_FEEDS; i++) {
        buf_release(&r->feeds[i].cursor);
        buf_release(&r->feeds[i].trouble);
        (void)uv_timer_stop(&r->feeds[i].timer);
        uv_close((uv_handle_t *)&r->feeds[i].timer, on_closed);
    }
    return NULL;
}

void responder_start(struct responder *r)
{
    read_in(&r->feeds[NETWORK_POSTS], 0);
}

void responder_read_now(struct responder *r)
{
    for (size_t i = 0; i < NETWORK_FEEDS && r->begun; i++) {
        struct feed *f = &r->feeds[i];
        if (f->which == NETWORK_THREADS || f->trouble.len)
            continue; /* dear, or told to wait */
        f->again = f->reading;
        if (!f->reading)
            read_in(f, 0);
    }
}

struct str responder_trouble(const struct responder *r)
{
    for (size_t i = 0; i < NETWORK_FEEDS; i++)
        if (r->feeds[i].trouble.len)
            return buf_str(&r->feeds[i].trouble);
    return STR("");
}
