#include "bot/accounts.h"

#include "base/log.h"
#include "bot/announcer.h"
#include "bot/bot_store.h"
#include "bot/checker.h"
#include "bot/outbox.h"
#include "bot/responder.h"
#include "bot/x/live.h"
#include "bot/x/x.h"
#include "handoff/record.h"
#include "handoff/search.h"

enum { LOOK_AGAIN_MS = 5 * 60 * 1000, MICRO_PER_CENT = 10000, MICRO_PER_DOLLAR = 1000000 };

struct account {
    struct accounts *of;
    const struct conf_account *conf;
    struct network *network;
    struct responder *responder;
    struct outbox *outbox;
    struct announcer *announcer;
    struct checker *checker;
    struct responder_account *others;
    bool begun; /* its responder has; before that nothing is sent, or taken from what X tells */
};

struct accounts {
    struct accounts_options options;
    struct db *db;
    struct http *http;
    struct x_app *app;
    struct x_limits app_limits;
    struct x_meter *meter;
    struct x_live *live;
    struct x_subscriber *subscribers; /* of live */
    struct buf webhook_url;
    struct account *list;
    size_t count;
};

/* ------------------------------------------------------------------------------------------------
 * before the database */

static int make_networks(struct accounts *a, struct report *report)
{
    const struct conf *conf = a->options.conf;
    struct x_app_options app = { .loop = a->options.loop,
                                 .http = a->http,
                                 .api = conf->x_api,
                                 .app_file = conf->x_app_file,
                                 .timeout_ms = conf->x_timeout_ms };
    int r = x_app_new(&app, report, &a->app);
    if (r == 0)
        r = x_meter_new(conf->x_month_cap_usd, &a->meter);
    for (size_t i = 0; i < a->count && r == 0; i++) {
        struct account *one = &a->list[i];
        struct x_options x = { .loop = a->options.loop,
                               .app = a->app,
                               .app_limits = &a->app_limits,
                               .meter = a->meter,
                               .owns_app = i == 0,
                               .account_id = one->conf->id,
                               .handle = one->conf->handle,
                               .token_file = one->conf->token_file,
                               .enterprise = conf->x_plan == PLAN_ENTERPRISE,
                               .read_only = conf->mode == MODE_SHADOW,
                               .timeout_ms = conf->x_timeout_ms };
        r = x_new(&x, report, &one->network);
    }
    return r;
}

int accounts_new(const struct accounts_options *options, struct report *report,
                 struct accounts **ret)
{
    const struct conf *conf = options->conf;
    struct accounts *a = calloc(1, sizeof *a);
    if (!a)
        return ERR_NOMEM;
    a->options = *options;
    a->webhook_url = BUF_INIT(2048);
    a->list = calloc(conf->account_count, sizeof *a->list);
    a->subscribers = calloc(conf->account_count, sizeof *a->subscribers);
    int r = a->list && a->subscribers ? http_new(options->loop, &a->http) : ERR_NOMEM;
    for (size_t i = 0; i < conf->account_count && r == 0; i++)
        a->list[a->count++] = (struct account){ .of = a, .conf = &conf->accounts[i] };
    if (r == 0)
        r = make_networks(a, report);
    if (r < 0)
        (void)accounts_free(a);
    else
        *ret = a;
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * what X tells by itself */

static struct account *find_account(struct accounts *a, struct str id)
{
    for (size_t i = 0; i < a->count; i++)
        if (str_is(id, a->list[i].conf->id))
            return &a->list[i];
    return NULL;
}

static int on_message(void *data, struct str account_id, const struct network_message *message)
{
    struct account *one = find_account(data, account_id);
    return one ? responder_take(one->responder, NETWORK_MENTIONS, message, 1, STR("")) : 0;
}

static void on_gone(void *data, struct str account_id, struct str remote_id)
{
    struct accounts *a = data;
    struct account *one = find_account(a, account_id);
    struct tx *tx;
    int r = one ? tx_begin(a->db, TX_WRITE, &tx) : ERR_BADINPUT;
    if (r < 0)
        return;
    int gone = record_message_gone(tx, str_of(one->network->verbs->name), remote_id,
                                   clock_now(a->options.clock));
    if (gone < 0)
        tx_rollback(tx);
    r = gone < 0 ? gone : tx_commit(tx);
    if (r == 0 && gone == 1)
        r = search_forget(a->db); /* the bytes too */
    if (r < 0)                    /* the checker finds out within a day */
        log_error("accounts.gone_not_recorded remote=%.*s why=\"%s\"", STR_ARG(remote_id),
                  err_str(r));
}

static void on_revoked(void *data, struct str account_id)
{
    struct account *one = find_account(data, account_id);
    if (one) /* its next request says to staff what has happened */
        responder_read_now(one->responder);
}

static void on_read_now(void *data, struct str account_id)
{
    struct account *one = find_account(data, account_id);
    if (one)
        responder_read_now(one->responder);
}

static const struct x_live_events live_events = {
    .message = on_message, .gone = on_gone, .revoked = on_revoked, .read_now = on_read_now
};

static int open_live(struct accounts *a)
{
    static const enum x_live_source sources[] = { [LIVE_ACTIVITY] = X_LIVE_ACTIVITY,
                                                  [LIVE_FILTERED] = X_LIVE_FILTERED,
                                                  [LIVE_WEBHOOK] = X_LIVE_WEBHOOK };
    const struct conf *conf = a->options.conf;
    bool webhook = conf->x_live == LIVE_WEBHOOK;
    if (conf->x_live == LIVE_OFF)
        return 0;
    for (size_t i = 0; i < a->count; i++)
        a->subscribers[i] = (struct x_subscriber){
            .us = { str_of(a->list[i].conf->id), str_of(a->list[i].conf->handle),
                    conf->x_plan == PLAN_ENTERPRISE },
            .client = x_client_of(a->list[i].network),
        };
    int r = webhook ? buf_addf(&a->webhook_url, "%s/x/webhook", conf->console_origin) : 0;
    struct x_live_options live = { .loop = a->options.loop,
                                   .db = a->db,
                                   .clock = a->options.clock,
                                   .source = sources[conf->x_live],
                                   .app = a->app,
                                   .meter = a->meter,
                                   .accounts = a->subscribers,
                                   .count = a->count,
                                   .webhook_url = webhook ? buf_cstr(&a->webhook_url) : NULL,
                                   .backfill = conf->x_plan == PLAN_ENTERPRISE,
                                   .timeout_ms = conf->x_timeout_ms,
                                   .delays = &x_stream_delays,
                                   .look_again_ms = LOOK_AGAIN_MS,
                                   .events = &live_events,
                                   .data = a };
    return r < 0 ? r : x_live_new(&live, &a->live);
}

struct console_mount accounts_mount(struct accounts *a)
{
    return a->live ? x_live_mount(a->live) : (struct console_mount){ 0 };
}

/* ------------------------------------------------------------------------------------------------
 * with the database */

/* A database of before there were several accounts. */
static int adopt(struct accounts *a, struct tx *tx)
{
    struct buf feed = BUF_INIT(1024);
    struct str handle = str_of(a->list[0].conf->handle);
    int r = record_adopt_messages(tx, handle);
    if (r == 0)
        r = buf_addf(&feed, "x/%.*s/mentions", STR_ARG(handle));
    if (r == 0)
        r = cursor_adopt(tx, STR("x"), buf_str(&feed));
    buf_release(&feed);
    return r;
}

static const struct hours *hours_of(const struct accounts *a, const struct account *one)
{
    return one->conf->hours ? one->conf->hours : a->options.conf->hours;
}

/* All but @one: the first count-1 of its others. */
static int list_others(const struct accounts *a, struct account *one)
{
    size_t at = 0;
    one->others = calloc(a->count, sizeof *one->others);
    if (!one->others)
        return ERR_NOMEM;
    for (size_t i = 0; i < a->count; i++) {
        const struct account *other = &a->list[i];
        if (other != one)
            one->others[at++] =
                (struct responder_account){ str_of(other->conf->handle), str_of(other->conf->team),
                                            str_of(other->conf->voice), hours_of(a, other) };
    }
    return 0;
}

/* The last of them has X tell us, too. */
static void on_begun(void *data)
{
    struct account *one = data;
    struct accounts *a = one->of;
    bool all = true;
    one->begun = true;
    outbox_turn(one->outbox);
    announcer_turn(one->announcer);
    for (size_t i = 0; i < a->count; i++)
        all &= a->list[i].begun;
    if (all && a->live)
        x_live_start(a->live);
}

static int open_account(struct accounts *a, struct account *one)
{
    const struct conf *conf = a->options.conf;
    int r = list_others(a, one);
    if (r < 0)
        return r;
    struct outbox_options outbox = { .loop = a->options.loop,
                                     .db = a->db,
                                     .network = one->network,
                                     .account = str_of(one->conf->handle),
                                     .clock = a->options.clock,
                                     .answer_within_s = conf->answer_within_s,
                                     .lookup_wait_ms = conf->x_lookup_wait_ms,
                                     .shadow = conf->mode == MODE_SHADOW };
    struct responder_options responder = { .loop = a->options.loop,
                                           .db = a->db,
                                           .network = one->network,
                                           .account = str_of(one->conf->handle),
                                           .team = str_of(one->conf->team),
                                           .voice = str_of(one->conf->voice),
                                           .clock = a->options.clock,
                                           .hours = hours_of(a, one),
                                           .others = one->others,
                                           .other_count = a->count - 1,
                                           .live = a->options.live,
                                           .poll_every_ms = conf->x_poll_every_ms,
                                           .answer_within_s = conf->answer_within_s,
                                           .unhelped = conf->unhelped,
                                           .begun = on_begun,
                                           .begun_data = one };
    r = outbox_new(&outbox, &one->outbox);
    struct announcer_options announcer = { .loop = a->options.loop,
                                           .db = a->db,
                                           .network = one->network,
                                           .account = str_of(one->conf->handle),
                                           .clock = a->options.clock,
                                           .shadow = conf->mode == MODE_SHADOW };
    if (r == 0)
        r = announcer_new(&announcer, &one->announcer);
    if (r == 0)
        r = responder_new(&responder, &one->responder);
    struct checker_options checker = { .loop = a->options.loop,
                                       .db = a->db,
                                       .network = one->network,
                                       .responder = one->responder,
                                       .account = str_of(one->conf->handle),
                                       .clock = a->options.clock,
                                       .keep_s = conf->x_keep_days * 86400 };
    return r < 0 ? r : checker_new(&checker, &one->checker);
}

int accounts_open(struct accounts *a, struct db *db)
{
    struct tx *tx;
    a->db = db;
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = adopt(a, tx);
    if (r == 0)
        r = x_meter_load(a->meter, tx, time(NULL)); /* X's days are real ones */
    if (r < 0)
        tx_rollback(tx);
    else
        r = tx_commit(tx);
    for (size_t i = 0; i < a->count && r == 0; i++)
        r = open_account(a, &a->list[i]);
    return r < 0 ? r : open_live(a);
}

void accounts_start(struct accounts *a)
{
    for (size_t i = 0; i < a->count; i++) {
        responder_start(a->list[i].responder);
        checker_start(a->list[i].checker);
    }
}

bool accounts_must_finish(const struct accounts *a)
{
    bool must = false;
    for (size_t i = 0; i < a->count; i++)
        must |= x_client_is_renewing(x_client_of(a->list[i].network));
    return must;
}

void accounts_turn(struct accounts *a)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!a->list[i].begun)
            continue;
        outbox_turn(a->list[i].outbox);
        announcer_turn(a->list[i].announcer);
    }
}

/* ------------------------------------------------------------------------------------------------
 * money and trouble */

static void keep_costs(struct accounts *a)
{
    struct tx *tx;
    if (!a->db || !a->meter || !x_meter_dirty(a->meter))
        return;
    int r = tx_begin(a->db, TX_WRITE, &tx);
    if (r == 0) {
        r = x_meter_keep(a->meter, tx);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r == 0)
        x_meter_kept(a->meter);
    else
        log_error("accounts.costs_not_kept why=\"%s\"", err_str(r));
}

void accounts_tick(struct accounts *a)
{
    bool over = x_meter_over(a->meter, time(NULL));
    keep_costs(a);
    for (size_t i = 0; i < a->count; i++)
        outbox_set_over_cap(a->list[i].outbox, over);
}

/* Up to whole ones: nearly nothing isn't nothing. */
static int64_t round_up(int64_t micro_usd, int64_t to_micro_usd)
{
    return (micro_usd + to_micro_usd - 1) / to_micro_usd * to_micro_usd;
}

struct console_cost accounts_cost(const struct accounts *a)
{
    struct x_month month;
    x_meter_month(a->meter, STR(""), time(NULL), &month);
    /* a forecast to the cent would say what nobody knows, and something else every second */
    return (struct console_cost){
        .known = true,
        .month_cents = round_up(month.micro_usd, MICRO_PER_CENT) / MICRO_PER_CENT,
        .forecast_cents = round_up(month.forecast_micro_usd, MICRO_PER_DOLLAR) / MICRO_PER_CENT,
        .cap_cents = a->options.conf->x_month_cap_usd * 100,
    };
}

struct str accounts_trouble(struct accounts *a)
{
    struct str trouble = STR("");
    for (size_t i = 0; i < a->count && !trouble.len; i++)
        trouble = outbox_trouble(a->list[i].outbox);
    for (size_t i = 0; i < a->count && !trouble.len; i++)
        trouble = announcer_trouble(a->list[i].announcer);
    for (size_t i = 0; i < a->count && !trouble.len; i++)
        trouble = responder_trouble(a->list[i].responder);
    for (size_t i = 0; i < a->count && !trouble.len; i++)
        trouble = checker_trouble(a->list[i].checker);
    if (!trouble.len && a->live)
        trouble = x_live_trouble(a->live);
    return trouble;
}

struct accounts *accounts_free(struct accounts *a)
{
    if (!a)
        return NULL;
    for (size_t i = 0; i < a->count; i++) {
        (void)checker_free(a->list[i].checker);
        (void)responder_free(a->list[i].responder);
        (void)announcer_free(a->list[i].announcer);
        (void)outbox_free(a->list[i].outbox);
    }
    a->live = x_live_free(a->live);
    a->http = http_free(a->http);
    for (size_t i = 0; i < a->count; i++) {
        (void)x_free(a->list[i].network);
        free(a->list[i].others);
    }
    a->app = x_app_free(a->app);
    keep_costs(a);
    a->meter = x_meter_free(a->meter);
    buf_release(&a->webhook_url);
    free(a->subscribers);
    free(a->list);
    free(a);
    return NULL;
}
