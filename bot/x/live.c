#include "bot/x/live.h"

#include "base/json.h"
#include "base/log.h"
#include "bot/backoff.h"
#include "bot/bot_store.h"
#include "bot/x/errors.h"
#include "bot/x/wire.h"

/* Five minutes and six hours, say. */
enum { FINE_FACTOR = 72, ANSWER_BYTES_MAX = 1 << 20, TROUBLE_BYTES_MAX = 4096 };

static const char filtered_path[] = "/2/tweets/search/stream?" X_POST_FIELDS;

struct x_live {
    struct x_live_options options;
    struct x_us *us;
    struct x_stream *stream;
    struct x_subscriptions *subscriptions;
    struct x_webhook_options webhook;
    struct buf path, webhook_id, trouble; /* trouble: of the subscriptions */
    uv_timer_t look, inbox;               /* at the subscriptions again; into the inbox */
    int64_t inbox_pause_ms;
    unsigned open_handles;
    bool started;   /* until then what arrives stays in the inbox */
    bool looking;   /* for the webhook's id */
    bool connected; /* the stream was started: from then on it comes again by itself */
};

static const struct x_subscriber *account_of(const struct x_live *l, struct str id)
{
    for (size_t i = 0; i < l->options.count; i++)
        if (str_eq(l->options.accounts[i].us.id, id))
            return &l->options.accounts[i];
    return NULL;
}

static void read_all(struct x_live *l)
{
    for (size_t i = 0; i < l->options.count; i++)
        l->options.events->read_now(l->options.data, l->us[i].id);
}

static void look(struct x_live *l);

/* X charges an event that it delivers, once a day; what says that a post is gone is free. */
static void count_event(const struct x_live *l, const struct x_event *e,
                        const struct x_subscriber *account)
{
    const struct network_message *m = &e->message;
    bool filtered = l->options.source == X_LIVE_FILTERED;
    if (!l->options.meter || !account ||
        (e->kind != X_EVENT_MESSAGE && e->kind != X_EVENT_READ_NOW))
        return;
    x_meter_count(l->options.meter, account->us.handle,
                  m->is_private ? X_CHARGE_ACTIVITY_DM
                  : filtered    ? X_CHARGE_POST_READ
                                : X_CHARGE_ACTIVITY_POST,
                  m->remote_id, time(NULL)); /* X's days are real ones */
}

/* Hands one on. Negative: a message wasn't kept. */
static int hand_on(struct x_live *l, const struct x_event *e)
{
    const struct x_live_events *to = l->options.events;
    const struct x_subscriber *account = account_of(l, e->account_id);
    count_event(l, e, account);
    switch (e->kind) {
    case X_EVENT_MESSAGE:
        return to->message(l->options.data, e->account_id, &e->message);
    case X_EVENT_GONE:
        to->gone(l->options.data, e->account_id, e->gone_id);
        return 0;
    case X_EVENT_REVOKED:
        x_client_revoked(account->client);
        to->revoked(l->options.data, e->account_id);
        look(l); /* its subscriptions went with the grant, and are made again under the next one */
        return 0;
    case X_EVENT_READ_NOW:
        to->read_now(l->options.data, e->account_id);
        return 0;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * from a stream */

static void on_begun(void *data)
{
    read_all(data);
}

static bool on_line(void *data, struct str line)
{
    struct x_live *l = data;
    struct arena arena = ARENA_INIT;
    struct x_events events = { 0 };
    int r = x_read_events(&arena, line, l->us, l->options.count, &events);
    bool ends = r == 0 && events.ends.len;
    if (r < 0) { /* it may have been one for us */
        log_warn("live.unread bytes=%zu", line.len);
        read_all(l);
    }
    if (ends)
        log_warn("live.ends why=%.*s", STR_ARG(events.ends));
    for (size_t i = 0; r == 0 && i < events.count; i++)
        if (hand_on(l, &events.list[i]) < 0)
            l->options.events->read_now(l->options.data, events.list[i].account_id);
    arena_release(&arena);
    return !ends;
}

/* ------------------------------------------------------------------------------------------------
 * from the inbox */

static int end_item(struct x_live *l, int64_t id, int (*how)(struct tx *tx, int64_t id))
{
    struct tx *tx;
    int r = tx_begin(l->options.db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = how(tx, id);
    if (r < 0) {
        tx_rollback(tx);
        return r;
    }
    return tx_commit(tx);
}

/* The oldest that waits. Its messages are recorded before it is forgotten, each once however often
 * that is done. 1 dealt with, 0 none waits, negative: try again. */
static int take_item(struct x_live *l, struct arena *arena)
{
    struct inbox_item item;
    struct x_events events = { 0 };
    struct tx *tx;
    int r = tx_begin(l->options.db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = inbox_next(tx, arena, STR("x"), &item);
    tx_rollback(tx);
    if (r <= 0)
        return r;
    r = x_read_events(arena, item.body, l->us, l->options.count, &events);
    if (r == ERR_BADINPUT) {
        log_error("live.set_aside inbox=%lld", (long long)item.id);
        r = end_item(l, item.id, inbox_set_aside);
        return r < 0 ? r : 1;
    }
    for (size_t i = 0; r == 0 && i < events.count; i++)
        r = hand_on(l, &events.list[i]);
    if (r == 0)
        r = end_item(l, item.id, inbox_done);
    return r < 0 ? r : 1;
}

/* One a turn, so that others get theirs. */
static void on_inbox(uv_timer_t *timer)
{
    struct x_live *l = timer->data;
    struct arena arena = ARENA_INIT;
    int r = take_item(l, &arena);
    arena_release(&arena);
    if (r == 0)
        return;
    if (r > 0)
        l->inbox_pause_ms = 0;
    else
        log_error("live.inbox_waits why=\"%s\"", err_str(r));
    uint64_t ms = r > 0 ? 0 : (uint64_t)backoff_next(&l->inbox_pause_ms);
    (void)uv_timer_start(&l->inbox, on_inbox, ms, 0);
}

static void on_arrived(void *data)
{
    struct x_live *l = data;
    if (l->started)
        (void)uv_timer_start(&l->inbox, on_inbox, 0, 0);
}

/* ------------------------------------------------------------------------------------------------
 * subscriptions */

static void on_look(uv_timer_t *timer)
{
    look(timer->data);
}

static void look_in(struct x_live *l, int64_t ms)
{
    (void)uv_timer_start(&l->look, on_look, (uint64_t)ms, 0);
}

static void on_subscribed(void *data, struct str trouble)
{
    struct x_live *l = data;
    buf_clear(&l->trouble);
    (void)buf_add(&l->trouble, trouble);
    look_in(l, l->options.look_again_ms * (trouble.len ? 1 : FINE_FACTOR));
    if (l->stream && !l->connected)
        x_stream_start(l->stream);
    l->connected = true;
}

static int new_subscriptions(struct x_live *l)
{
    struct x_subscriptions_options o = {
        .source = l->options.source == X_LIVE_FILTERED ? X_SOURCE_FILTERED : X_SOURCE_ACTIVITY,
        .subscribers = l->options.accounts,
        .count = l->options.count,
        .webhook_id = l->webhook_id.len ? buf_cstr(&l->webhook_id) : NULL,
        .timeout_ms = l->options.timeout_ms,
        .done = on_subscribed,
        .data = l,
    };
    return x_subscriptions_new(&o, &l->subscriptions);
}

/* The id of the webhook at our address, if X has one there. */
static void read_webhook_id(struct x_live *l, struct str body)
{
    cJSON *tree;
    const cJSON *one;
    if (json_parse(body, &tree, NULL) < 0)
        return;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(tree, "data"))
    {
        struct str id = json_str(cJSON_GetObjectItemCaseSensitive(one, "id"));
        struct str url = json_str(cJSON_GetObjectItemCaseSensitive(one, "url"));
        if (!l->webhook_id.len && x_id_valid(id) && str_is(url, l->options.webhook_url))
            (void)buf_add(&l->webhook_id, id);
    }
    cJSON_Delete(tree);
}

static void on_webhooks(void *data, const struct http_answer *answer)
{
    struct x_live *l = data;
    struct arena arena = ARENA_INIT;
    l->looking = false;
    buf_clear(&l->trouble);
    if (answer->end != HTTP_ANSWERED || answer->status != 200) {
        struct str words = x_read_error(&arena, answer, X_READ, time(NULL)).words;
        (void)buf_addf(&l->trouble, "X's list of webhooks can't be read: %.*s", STR_ARG(words));
    } else {
        read_webhook_id(l, answer->body);
        if (!l->webhook_id.len)
            (void)buf_addf(&l->trouble, "X knows of no webhook at %s: run kerbside x webhook add",
                           l->options.webhook_url);
    }
    arena_release(&arena);
    if (l->webhook_id.len)
        look(l);
    else
        look_in(l, l->options.look_again_ms);
}

static void look_for_webhook(struct x_live *l)
{
    struct x_request request = { .endpoint = X_ENDPOINT_WEBHOOKS,
                                 .token = X_TOKEN_APP,
                                 .method = HTTP_GET,
                                 .path = "/2/webhooks",
                                 .timeout_ms = l->options.timeout_ms,
                                 .max_bytes = ANSWER_BYTES_MAX };
    if (l->looking)
        return;
    l->looking = x_client_send(l->options.accounts[0].client, &request, on_webhooks, l) == 0;
    if (!l->looking)
        look_in(l, l->options.look_again_ms);
}

static void look(struct x_live *l)
{
    if (l->options.source == X_LIVE_WEBHOOK && !l->webhook_id.len) {
        look_for_webhook(l);
        return;
    }
    look_in(l, l->options.look_again_ms); /* should this one come to nothing */
    if (!l->subscriptions && new_subscriptions(l) < 0)
        return;
    x_subscriptions_ensure(l->subscriptions);
}

static void on_nothing_to_send(void *data)
{
    look(data);
}

/* ------------------------------------------------------------------------------------------------
 */

static int new_stream(struct x_live *l)
{
    bool filtered = l->options.source == X_LIVE_FILTERED;
    (void)buf_addc(&l->path, filtered ? filtered_path : "/2/activity/stream");
    if (l->options.backfill)
        (void)buf_addc(&l->path, filtered ? "&backfill_minutes=5" : "?backfill_minutes=5");
    struct x_stream_options o = {
        .loop = l->options.loop,
        .client = l->options.accounts[0].client,
        .name = filtered ? "filtered" : "activity",
        .endpoint = filtered ? X_ENDPOINT_STREAM : X_ENDPOINT_ACTIVITY,
        .path = buf_cstr(&l->path),
        .connect_ms = l->options.timeout_ms,
        .delays = l->options.delays,
        .begun = on_begun,
        .line = on_line,
        .nothing_to_send = on_nothing_to_send,
        .data = l,
    };
    return l->path.err ? l->path.err : x_stream_new(&o, &l->stream);
}

static void live_release(struct x_live *l)
{
    buf_release(&l->path);
    buf_release(&l->webhook_id);
    buf_release(&l->trouble);
    free(l->us);
    free(l);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct x_live *l = handle->data;
    if (--l->open_handles == 0)
        live_release(l);
}

int x_live_new(const struct x_live_options *options, struct x_live **ret)
{
    struct x_live *l = calloc(1, sizeof *l);
    if (!l)
        return ERR_NOMEM;
    l->options = *options;
    l->path = l->webhook_id = l->trouble = BUF_INIT(TROUBLE_BYTES_MAX);
    l->webhook = (struct x_webhook_options){ .db = options->db,
                                             .clock = options->clock,
                                             .consumer_secret = x_app_consumer_secret(options->app),
                                             .arrived = on_arrived,
                                             .data = l };
    l->us = calloc(options->count, sizeof *l->us);
    uv_timer_t *timers[] = { &l->look, &l->inbox };
    for (size_t i = 0; i < ARRAY_LEN(timers); i++) {
        (void)uv_timer_init(options->loop, timers[i]); /* which cannot fail */
        timers[i]->data = l;
        l->open_handles++;
    }
    int r = l->us ? 0 : ERR_NOMEM;
    for (size_t i = 0; r == 0 && i < options->count; i++)
        l->us[i] = options->accounts[i].us;
    if (r == 0 && options->source != X_LIVE_WEBHOOK)
        r = new_stream(l);
    if (r < 0)
        (void)x_live_free(l);
    else
        *ret = l;
    return r;
}

struct x_live *x_live_free(struct x_live *l)
{
    if (!l)
        return NULL;
    l->stream = x_stream_free(l->stream);
    l->subscriptions = x_subscriptions_free(l->subscriptions);
    uv_close((uv_handle_t *)&l->look, on_handle_closed);
    uv_close((uv_handle_t *)&l->inbox, on_handle_closed);
    return NULL;
}

void x_live_start(struct x_live *l)
{
    l->started = true;
    look(l);
    on_arrived(l);
}

struct console_mount x_live_mount(struct x_live *l)
{
    if (l->options.source != X_LIVE_WEBHOOK)
        return (struct console_mount){ .path = NULL };
    return x_webhook_mount(&l->webhook);
}

struct str x_live_trouble(const struct x_live *l)
{
    if (l->options.source == X_LIVE_WEBHOOK && !l->webhook.consumer_secret.len)
        return STR("What X sends to our webhook is refused, since the app's file has no"
                   " consumer_secret to check it with");
    struct str of_stream = l->stream ? x_stream_trouble(l->stream) : STR("");
    return of_stream.len ? of_stream : buf_str(&l->trouble);
}
