/*
 * Passwords: kept as argon2id hashes (libsodium), so that the database alone lets nobody in. What
 * takes long takes some 50 ms and 19 MiB, so it isn't for the loop.
 */
#ifndef HANDOFF_PASSWORD_H
#define HANDOFF_PASSWORD_H

#include "base/err.h"
#include "base/str.h"

enum {
    PASSWORD_HASH_MAX = 128,
    PASSWORD_MIN = 10, /* bytes */
    PASSWORD_MAX = 200,
    PASSWORD_GIVEN_MAX = 20
};

/* Takes long. ERR_BADINPUT: too short or too long. */
int password_hash(struct str password, char ret_hash[PASSWORD_HASH_MAX]) MUST_CHECK;

/* Takes long: with @hash NULL too, against a hash that no password has, since an unknown login must
 * not answer faster. */
bool password_fits(const char *hash, struct str password);

/* Why @password is too easy for somebody of that login, as a sentence; NULL: it is good enough. */
const char *password_fault(struct str password, struct str login);

/* One that nobody chose: 80 random bits as letters in groups of four. For somebody's first time,
 * and for recovery codes. */
int password_give(char ret[PASSWORD_GIVEN_MAX]) MUST_CHECK;

#endif
