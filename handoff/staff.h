/*
 * People who work in the console: accounts and sessions. Passwords are kept as argon2id hashes
 * (libsodium), session tokens as BLAKE2b hashes, so that the database alone lets nobody in.
 */
#ifndef HANDOFF_STAFF_H
#define HANDOFF_STAFF_H

#include "base/arena.h"
#include "base/db.h"

enum {
    STAFF_HASH_MAX = 128,
    SESSION_TOKEN_MAX = 65,
    SESSION_HASH_BYTES = 32,
    STAFF_PASSWORD_MIN = 10,
    STAFF_PASSWORD_MAX = 200
};

/* What a role may is in permission.h. */
struct staff {
    int64_t id;
    struct str login, name, initials, role;
};

/* X: a direct message is shown to nobody but those who answer it. */
bool staff_answers_private(const struct staff *s);

/*
 * Hashes or checks a password; takes some 50 ms and 19 MiB, so not on the loop. @hash NULL checks
 * against a hash that no password has, in the same time: an unknown login must not answer faster.
 */
int staff_hash_password(struct str password, char ret_hash[STAFF_HASH_MAX]) MUST_CHECK;
bool staff_password_fits(const char *hash, struct str password);

/* ERR_EXISTS: the login is taken. ERR_BADINPUT: *ret_why says which field breaks which rule. */
int staff_add(struct tx *tx, const struct staff *s, const char *hash, int64_t now,
              const char **ret_why) MUST_CHECK;
int staff_set_password(struct tx *tx, struct str login,
                       const char *hash) MUST_CHECK; /* 1 done, 0 nobody of that login */
int staff_remove(struct tx *tx, struct str login,
                 int64_t now) MUST_CHECK; /* 1 done, 0 nobody of that login */

/* 1 found, 0 none. @ret_hash may be NULL. */
int staff_find(struct tx *tx, struct arena *arena, struct str login, struct staff *ret,
               struct str *ret_hash) MUST_CHECK;

int staff_get(struct tx *tx, struct arena *arena, int64_t id,
              struct staff *ret) MUST_CHECK; /* 1 found, 0 none, or removed */

/* Calls @visit for each account that is not removed, by login. */
int staff_list(struct tx *tx, struct arena *arena, void (*visit)(const struct staff *s, void *data),
               void *data) MUST_CHECK;

/* A new session; the token goes to the browser and is kept nowhere. */
int session_begin(struct tx *tx, int64_t staff_id, int64_t now, int64_t expires_at,
                  char ret_token[SESSION_TOKEN_MAX]) MUST_CHECK;

/* Whose session is it? 1 found and not over, 0 none. */
int session_find(struct tx *tx, struct arena *arena, struct str token, int64_t now,
                 struct staff *ret) MUST_CHECK;
int session_end(struct tx *tx, struct str token) MUST_CHECK;

/* By which the token is kept. */
void session_hash(struct str token, unsigned char ret[SESSION_HASH_BYTES]);

#endif
