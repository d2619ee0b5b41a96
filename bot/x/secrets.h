/*
 * Files with tokens: the app's and each account's. Only their owner may read them (mode 0600); what
 * lies in $CREDENTIALS_DIRECTORY, where systemd puts credentials, is guarded by that folder. Every
 * fault names the file, what is wrong and what would be right, and never what is in it.
 */
#ifndef BOT_X_SECRETS_H
#define BOT_X_SECRETS_H

#include <sys/stat.h>

#include "base/report.h"

enum { X_SECRET_MAX = 2048 }; /* bytes of one token */

typedef char x_secret[X_SECRET_MAX + 1]; /* printable ASCII without spaces, or empty: not there */

/* {"client_id","client_secret","consumer_key","consumer_secret","bearer_token"}, what is needed of
 * it. */
struct x_app_secrets {
    x_secret client_id, client_secret;      /* OAuth 2.0; a public client has no secret */
    x_secret consumer_key, consumer_secret; /* OAuth 1.0a, and to obtain a bearer token */
    x_secret bearer_token;                  /* app-only */
};

enum x_grant {
    X_GRANT_NONE,
    X_GRANT_BARE,   /* a token alone in its file: OAuth 2.0, can't be renewed */
    X_GRANT_OAUTH2, /* {"access_token","refresh_token","expires_at","scope"} as written here */
    X_GRANT_OAUTH1, /* {"oauth_token","oauth_token_secret"} */
};

struct x_account_secrets {
    enum x_grant grant;
    x_secret access_token; /* of X_GRANT_BARE, too */
    x_secret refresh_token;
    int64_t expires_at; /* of access_token; Unix seconds */
    char scope[512];    /* as X named it; empty: not known */
    x_secret oauth_token, oauth_token_secret;
};

/* Which file it was: changes when another is put in its place or it is written to. */
struct x_stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed, written;
};

/*
 * @path may begin with "$CREDENTIALS_DIRECTORY/", behind the configuration's folder, too. On
 * failure *ret is wiped and the fault is in
 * @report: ERR_BADINPUT (a fault in the file or its mode), ERR_IO or ERR_NOMEM. Whoever has been
 * given one wipes it with x_secrets_wipe.
 */
int x_app_secrets_read(const char *path, struct report *report,
                       struct x_app_secrets *ret) MUST_CHECK;

/* @ret_stamp is set whenever there is such a file, on failure too: nobody need read it again before
 * it changes. An OAuth 2.0 pair must lie in a folder that can be written to: it is renewed. */
int x_account_secrets_read(const char *path, struct report *report, struct x_account_secrets *ret,
                           struct x_stamp *ret_stamp) MUST_CHECK;

/*
 * Puts an OAuth 2.0 pair, or OAuth 1.0a's tokens, in the place of what is at @path, whole or not at
 * all: written beside it, made durable, renamed, the folder made durable. The one who owned the
 * file, or owns the folder, owns the new one, so that root may sign in for the service. ERR_IO (in
 * @report), ERR_NOMEM.
 */
int x_account_secrets_write(const char *path, const struct x_account_secrets *secrets,
                            struct report *report, struct x_stamp *ret_stamp) MUST_CHECK;

/* Is it still the file of @stamp? No file: no. */
bool x_stamp_holds(const char *path, const struct x_stamp *stamp);

/* Copies a token that came from outside. False, and *ret empty, if it isn't printable ASCII without
 * spaces, is empty or too long. */
bool x_secret_take(struct str from, x_secret *ret);

/* A tree that has secrets in its strings: wiped, and freed. */
struct cJSON;
void x_secrets_delete_tree(struct cJSON *tree);

#define x_secrets_wipe(secrets) sodium_memzero((secrets), sizeof *(secrets))

#endif
