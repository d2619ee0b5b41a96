/*
 * Borrowed text, and UTF-8. Text is checked once, where it comes in (utf8_valid); everybody behind
 * that may rely on it. Nothing here allocates.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/banned.h"

struct str {
    const char *p; /* borrowed, not NUL-terminated; may be NULL when len is 0 */
    size_t len;    /* bytes */
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_ARG(s) (int)(s).len, (s).p /* for "%.*s" */

struct str str_of(const char *cstr); /* NULL gives the empty string */
struct str str_cut(struct str s, size_t from, size_t to);
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *cstr);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
int str_cmp(struct str a, struct str b); /* by bytes, like memcmp, shorter first */
bool str_is_lower(struct str s);         /* a to z only, and something */
struct str str_trim(struct str s);       /* without ASCII white space at both ends */

/* Takes the part of *rest up to @sep into *ret_part. Returns false when *rest was used up. */
bool str_split(struct str *rest, char sep, struct str *ret_part);

/* The whole of @s as a decimal number in [min, max]. Returns false and leaves *ret alone if it
 * isn't one. */
bool str_to_int64(struct str s, int64_t min, int64_t max, int64_t *ret);

uint64_t str_hash(struct str s); /* FNV-1a, 64 bits: for tables, not for secrets */

bool utf8_valid(struct str s);

/* Bytes of the valid sequence at the start of @s, which is not empty; 0 if there is none (RFC 3629:
 * no surrogates, no overlong forms). */
size_t utf8_sequence(struct str s);

/* The code point at s.p[*at]; moves *at behind it. @s must be valid UTF-8 and *at inside it. */
uint32_t utf8_next(struct str s, size_t *at);

/* Writes 1 to 4 bytes and returns how many. @cp must be a Unicode scalar value. */
size_t utf8_put(uint32_t cp, char out[4]);

/* Makes it one line that moves no terminal: each byte of a control character (C0, DEL, C1) becomes
 * a space. */
void utf8_flatten(char *text, size_t len);

size_t utf8_points(struct str s); /* code points */
size_t utf16_units(struct str s); /* as a browser counts */
struct str utf8_cut(struct str s,
                    size_t max_points); /* the first code points of @s, never inside one */

#endif
