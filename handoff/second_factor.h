/* The second factor of an account: begun, confirmed, asked for, switched off; recovery codes for
 * whoever lost their telephone, kept as hashes and good for one time. */
#ifndef HANDOFF_SECOND_FACTOR_H
#define HANDOFF_SECOND_FACTOR_H

#include "base/db.h"
#include "handoff/password.h"
#include "handoff/totp.h"

enum { RECOVERY_CODES = 8 };

/* A new secret that isn't asked for until it is confirmed. ERR_EXISTS: there is one already. */
int second_factor_begin(struct tx *tx, int64_t staff_id,
                        unsigned char ret_secret[TOTP_SECRET_BYTES]) MUST_CHECK;

/* 1 confirmed: @ret_codes are theirs, to be shown once; 0 the code isn't the secret's, or none was
 * begun. */
int second_factor_confirm(struct tx *tx, int64_t staff_id, struct str code, int64_t now,
                          char ret_codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX]) MUST_CHECK;

enum second_factor { SECOND_NONE, SECOND_WRONG, SECOND_CODE, SECOND_RECOVERY };

/* Has @staff_id a second factor, and is @code right? A right one is used up. Returns an enum
 * second_factor, or negative. */
int second_factor_use(struct tx *tx, int64_t staff_id, struct str code, int64_t now) MUST_CHECK;

/* 1 switched off, 0 there was none. */
int second_factor_off(struct tx *tx, int64_t staff_id) MUST_CHECK;

/* Recovery codes that are left. */
int second_factor_codes(struct tx *tx, int64_t staff_id, int64_t *ret) MUST_CHECK;

#endif
