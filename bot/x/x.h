/*
 * X (Twitter), the first network. Nothing outside bot/x/ knows X's ids, limits, addresses or JSON:
 * what others need is in bot/network.h and base/text_rules.h.
 */
#ifndef BOT_X_X_H
#define BOT_X_X_H

#include "bot/network.h"
#include "bot/x/client.h"
#include "bot/x/limits.h"
#include "bot/x/meter.h"

/* How X counts: twitter-text's configuration v3, 280 weighted characters, a link 23, an emoji 2. */
extern const struct text_rules x_text_rules;
extern const struct text_rules x_direct_rules; /* of direct messages */

struct x_options {
    uv_loop_t *loop;
    struct x_app *app;           /* must outlive it */
    struct x_limits *app_limits; /* shared by all accounts; must outlive it, as the meter */
    struct x_meter *meter;       /* likewise; beyond its cap threads aren't read */
    bool owns_app;               /* its own posts and mentions cost less to read */
    const char *account_id;      /* ours */
    const char *handle;          /* ours, without @ */
    const char *token_file;
    bool enterprise; /* the plan: whoever answers us may be answered, named or not */
    bool read_only;  /* nothing is ever sent */
    long timeout_ms;
};

/* Reads the account's tokens; faults go to @report. Texts of @options are borrowed. */
int x_new(const struct x_options *options, struct report *report, struct network **ret) MUST_CHECK;

/* After the http client, so that nothing under way comes back; the loop must turn until the handles
 * are closed. */
struct network *x_free(struct network *n);

/* For what else is asked of X as this account: subscriptions, for instance. */
struct x_client *x_client_of(struct network *n);

#endif
