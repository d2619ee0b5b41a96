/*
 * Signing in to X for an account by a number: OAuth 1.0a's three legs without a callback (X's page
 * on PIN-based authorization, 2026-08). A person opens an address and agrees; X shows a number,
 * which they bring to us. Its tokens have no end. Nothing is kept before the right account is
 * known.
 */
#ifndef BOT_X_PIN_H
#define BOT_X_PIN_H

#include "bot/x/login.h"

/* Between the two steps. Zeroed at first; x_secrets_wipe ends it. */
struct x_pin {
    x_secret token, token_secret;
};

/*
 * The first step. Asks X for a number's address: on success @words of @done are the address, else a
 * sentence why not. @options' port is of no meaning, loop neither; they and @pin live until @done,
 * which is called once, unless the http client is freed.
 */
int x_pin_begin(const struct x_login_options *options, struct x_pin *pin, x_login_done *done,
                void *data) MUST_CHECK;

/* The second step, with the number. On success the token file holds the account's tokens. */
int x_pin_finish(const struct x_login_options *options, struct x_pin *pin, struct str number,
                 x_login_done *done, void *data) MUST_CHECK;

#endif
