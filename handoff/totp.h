/*
 * The second factor: codes of RFC 6238 with the parameters that every authenticator app has (SHA-1,
 * six digits, thirty seconds). Pure: knows no clock and no database.
 */
#ifndef HANDOFF_TOTP_H
#define HANDOFF_TOTP_H

#include "base/buf.h"

enum {
    TOTP_SECRET_BYTES = 20,
    TOTP_STEP_S = 30,
    TOTP_DIGITS = 6
}; /* RFC 4226, section 4: 160 bits */

/* The code of a step, below 1,000,000. @step: Unix seconds by TOTP_STEP_S. */
unsigned totp_code(const unsigned char secret[TOTP_SECRET_BYTES], int64_t step);

/*
 * The step at which @code is right: the one of @now or one beside it, for clocks that aren't quite
 * right, and later than @last_step, so that nobody uses what they saw somebody type. 0: it isn't.
 */
int64_t totp_fits(const unsigned char secret[TOTP_SECRET_BYTES], struct str code, int64_t now,
                  int64_t last_step);

/* RFC 4648's base 32 without padding: whole groups of five bytes. Returns the buffer's state. */
int base32_add(struct buf *out, const unsigned char *bytes, size_t len);

#endif
