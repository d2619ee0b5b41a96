/*
 * What X costs us, counted as X's page on prices says (2026-08): each resource that a read returns,
 * once a UTC day, and each request that does something. What X itself charges is in its developer
 * console; this is for the cap, the forecast and whoever plans. No clock, no network: the time is
 * an argument, in real Unix seconds.
 *
 * What is uncertain is counted so:
 * - X promises softly to charge a resource once a day, and so does this, whichever account read it;
 *   after a restart, or beyond METER_SEEN_MAX of them in a day, one may be counted again;
 * - cheap reads of one's own are for the account that owns the app: taken to be the first of the
 *   configuration;
 * - posts and users that come along with what was asked for are charged as if they had been;
 * - a reply with a link costs as much as one without, by a third party's reading of that page;
 * - all our answers are to somebody who asked for one ("summoned").
 */
#ifndef BOT_X_METER_H
#define BOT_X_METER_H

#include "base/db.h"
#include "bot/x/client.h"

enum { METER_SEEN_MAX = 65536 };

enum x_charge {
    X_CHARGE_POST_READ,
    X_CHARGE_OWNED_READ,
    X_CHARGE_USER_READ,
    X_CHARGE_DM_READ,
    X_CHARGE_POST,
    X_CHARGE_POST_WITH_URL,
    X_CHARGE_SUMMONED_REPLY,
    X_CHARGE_SUMMONED_REPLY_WITH_URL,
    X_CHARGE_DM,
    X_CHARGE_DELETE,
    X_CHARGE_ACTIVITY_POST,
    X_CHARGE_ACTIVITY_DM,
    X_CHARGES
};

const char *x_charge_name(enum x_charge charge); /* "post_read" */

struct x_meter;

/* @cap_usd: of a calendar month, UTC; 0: none. One for all accounts of the app. */
int x_meter_new(int64_t cap_usd, struct x_meter **ret) MUST_CHECK;
struct x_meter *x_meter_free(struct x_meter *m);

/* An answer of X to a request of @account; failed ones cost nothing. Borrows nothing. */
void x_meter_saw(struct x_meter *m, struct str account, bool owns_app, enum x_endpoint endpoint,
                 const struct http_request *request, const struct http_answer *answer, int64_t now);

/* What came by itself: @id is the event's or post's, charged once a day; empty: each time. */
void x_meter_count(struct x_meter *m, struct str account, enum x_charge charge, struct str id,
                   int64_t now);

/* Has the month cost the cap? */
bool x_meter_over(const struct x_meter *m, int64_t now);

/* What a month comes to, of all accounts or of one. */
struct x_month {
    int64_t micro_usd, forecast_micro_usd;
    struct {
        int64_t count, micro_usd;
    } kinds[X_CHARGES];
};

/*
 * The month of @now so far, and what it will come to: as much more for each day that is left as a
 * day cost on average since seven days ago, or since the first day that cost anything if that is
 * later. @account empty: all.
 */
void x_meter_month(const struct x_meter *m, struct str account, int64_t now, struct x_month *ret);

/* Reads what was kept of the last 38 days, into a meter that is new. */
int x_meter_load(struct x_meter *m, struct tx *tx, int64_t now) MUST_CHECK;

/* Is there something that isn't kept yet? */
bool x_meter_dirty(const struct x_meter *m);

/* Keeps it. Call x_meter_kept when the transaction is committed. */
int x_meter_keep(struct x_meter *m, struct tx *tx) MUST_CHECK;
void x_meter_kept(struct x_meter *m);

#endif
