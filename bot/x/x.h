/*
 * X (Twitter), the first network. Nothing outside bot/x/ knows X's ids, limits, addresses or JSON:
 * what others need is in bot/network.h and base/text_rules.h.
 */
#ifndef BOT_X_X_H
#define BOT_X_X_H

#include "base/report.h"
#include "bot/http.h"
#include "bot/network.h"

/* How X counts: twitter-text's configuration v3, 280 weighted characters, a link 23, an emoji 2. */
extern const struct text_rules x_text_rules;

struct x_options {
    struct http *http;      /* must outlive it */
    const char *api;        /* such as https://api.x.com */
    const char *account_id; /* ours */
    const char *handle;     /* ours, without @ */
    const char
        *token_file; /* the OAuth 2.0 user token; read again whenever X refuses the one we have */
    long timeout_ms;
};

/* Reads the token; one that is missing, empty or readable by others goes to @report. Texts of
 * @options are borrowed. */
int x_new(const struct x_options *options, struct report *report, struct network **ret) MUST_CHECK;
struct network *x_free(
    struct network *n); /* after the http client, so that nothing under way comes back */

#endif
