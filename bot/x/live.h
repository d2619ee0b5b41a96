/*
 * Real time: what X tells us of by itself, for all our accounts, from the activity stream, the
 * filtered stream or the webhook. Reading goes on underneath as the net: whatever is missed here,
 * or comes twice, the record sorts out by the post's id. Each time a connection comes up again its
 * owner is told to read, which closes the gap.
 */
#ifndef BOT_X_LIVE_H
#define BOT_X_LIVE_H

#include "bot/x/meter.h"
#include "bot/x/stream.h"
#include "bot/x/subscriptions.h"
#include "bot/x/webhook.h"

enum x_live_source { X_LIVE_ACTIVITY, X_LIVE_FILTERED, X_LIVE_WEBHOOK };

/* What happens. The account is one of those given; texts live as long as the call. */
struct x_live_events {
    /* 0: recorded, or was already; negative: not kept. From the webhook it comes again then, from a
     * stream the account is read. */
    int (*message)(void *data, struct str account_id, const struct network_message *message);
    void (*gone)(void *data, struct str account_id, struct str remote_id); /* a deleted post */
    void (*revoked)(void *data, struct str account_id);  /* x_client_revoked was called already */
    void (*read_now)(void *data, struct str account_id); /* there may be something: read it */
};

struct x_live_options {
    uv_loop_t *loop;
    struct db *db;
    const struct clock *clock;
    enum x_live_source source;
    struct x_app *app;
    struct x_meter *meter;               /* counts what comes; NULL: nobody does */
    const struct x_subscriber *accounts; /* one at least; borrowed, as all here */
    size_t count;
    const char
        *webhook_url; /* where X reaches the mount: https://…/x/webhook; NULL: by no webhook */
    bool backfill;    /* the plan has it: what five minutes without a connection missed */
    long timeout_ms;
    const struct x_stream_delays *delays;
    int64_t look_again_ms; /* at subscriptions that couldn't be made; those that could, 72 times as
                              long */
    const struct x_live_events *events;
    void *data; /* of the events */
};

struct x_live;

int x_live_new(const struct x_live_options *options, struct x_live **ret) MUST_CHECK;

/* Before http_free, with no turn of the loop in between; not from within its events. The loop must
 * turn until its handles are closed. NULL is fine. */
struct x_live *x_live_free(struct x_live *l);

/* Subscribes, connects, and deals with what a former run left in the inbox. */
void x_live_start(struct x_live *l);

/* Where X sends to if the source is the webhook; for console_options, and must outlive the console.
 */
struct console_mount x_live_mount(struct x_live *l);

/* What keeps it from working that a person must see to, a sentence; empty while all is well. */
struct str x_live_trouble(const struct x_live *l);

#endif
