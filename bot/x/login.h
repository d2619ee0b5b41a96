/*
 * Signing in to X for an account: OAuth 2.0 with PKCE (RFC 7636; X's page on the authorization code
 * flow, 2026-08). A person opens an address and agrees; X sends their browser to us on 127.0.0.1
 * with a code, which is worth a pair of tokens for thirty seconds. The pair is kept only if it is
 * the right account's. A sign-in that is given up leaves nothing behind.
 */
#ifndef BOT_X_LOGIN_H
#define BOT_X_LOGIN_H

#include "bot/x/client.h"

/* What the service does with an account. */
#define X_SCOPES "tweet.read tweet.write users.read dm.read dm.write offline.access"

struct x_login_options {
    uv_loop_t *loop;
    struct http *http; /* freed before the sign-in */
    const char *api;
    const struct x_app_secrets *app;
    const char *account_id, *handle; /* whose tokens are wanted */
    const char *token_file;
    int port; /* of 127.0.0.1; 0: any that is free */
    long timeout_ms;
};

/* Called once, never from within x_login_new; @words are a sentence for whoever signs in. */
typedef void x_login_done(void *data, bool success, struct str words);

struct x_login;

/* Listens. ERR_IO (in @report): the port is taken. Texts of @options are borrowed. */
int x_login_new(const struct x_login_options *options, struct report *report, x_login_done *done,
                void *data, struct x_login **ret) MUST_CHECK;

/* The loop must turn until the handles are closed. NULL is fine. */
struct x_login *x_login_free(struct x_login *login);

const char *x_login_address(const struct x_login *login);  /* that a person must open */
const char *x_login_redirect(const struct x_login *login); /* that the app's settings must list */

enum { X_CHALLENGE_MAX = 44 };

/* A verifier's challenge, S256. */
void x_challenge(struct str verifier, char ret[X_CHALLENGE_MAX]);

/* Who X says that a token belongs to. */
struct x_me {
    char id[32], handle[64];
};

/* An answer of GET /2/users/me. ERR_BADINPUT if that isn't what it is. */
int x_read_me(struct str body, struct x_me *ret) MUST_CHECK;

enum { X_WORDS_MAX = 200 };

/* Why not, for a terminal and a page: X's words without what would move a cursor. Returns @words.
 */
const char *x_words_of(const struct http_answer *answer, char words[X_WORDS_MAX]);

/* The request for it, with that authorization. */
struct http_request x_me_request(const char *url, const char *authorization, long timeout_ms);

#endif
