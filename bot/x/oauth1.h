/*
 * Signatures of OAuth 1.0a (RFC 5849, HMAC-SHA1), as X's page on creating a signature has them,
 * 2026-08. Pure: no clock, no chance, no files; whoever asks brings the nonce and the time. A JSON
 * body is not signed, so it doesn't come in here; members of a form body do.
 */
#ifndef BOT_X_OAUTH1_H
#define BOT_X_OAUTH1_H

#include "base/buf.h"

struct oauth1_pair {
    struct str name, value; /* any bytes, not encoded */
};

struct oauth1_keys {
    struct str consumer_key, consumer_secret;
    struct str token, token_secret; /* both empty: there is no token yet */
};

struct oauth1_request {
    const char *method;             /* in capitals */
    struct str url;                 /* absolute, with its query as it is sent, without a fragment */
    const struct oauth1_pair *form; /* members of a form body */
    size_t form_count;
    const struct oauth1_pair *more; /* further oauth_* for the header: oauth_callback */
    size_t more_count;
    struct str nonce;
    int64_t at; /* Unix seconds; X refuses a clock that is minutes off */
};

enum { OAUTH1_SIGNATURE_MAX = 32 }; /* base64 of SHA-1's 20 bytes, with the terminator */

/* Appends @s with everything but A-Z a-z 0-9 - . _ ~ written as %XX (RFC 3986). */
int oauth1_encode(struct buf *out, struct str s);

/* Appends what a query or a form means by @s: + is a space, %XX a byte; a % that begins none stays.
 */
int oauth1_decode(struct buf *out, struct str s);

/* The first parameter of that name in a query or a form, decoded, in place of what is in @ret;
 * empty if there is none. */
void oauth1_parameter(struct str query, const char *name, struct buf *ret);

/*
 * Appends the signature base string of @method, @url and @pairs (the form's and the header's,
 * oauth_signature left out). The order of @pairs and of the query doesn't matter. ERR_BADINPUT if
 * @url isn't absolute, ERR_NOMEM, ERR_TOOBIG.
 */
int oauth1_base(const char *method, struct str url, const struct oauth1_pair *pairs, size_t count,
                struct buf *out) MUST_CHECK;

/* The signature of a base string. ERR_NOMEM. */
int oauth1_sign(struct str base, struct str consumer_secret, struct str token_secret,
                char ret[OAUTH1_SIGNATURE_MAX]) MUST_CHECK;

/* Appends the whole value of the header Authorization. Errors as oauth1_base. */
int oauth1_header(const struct oauth1_keys *keys, const struct oauth1_request *request,
                  struct buf *out) MUST_CHECK;

#endif
