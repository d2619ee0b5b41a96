/* Points in time as RFC 3339 text and as Unix seconds, UTC. Local time is bot/hours.h's business.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/str.h"

enum { WHEN_TEXT_MAX = 32 }; /* bytes for when_format, with the terminator */

/* "2026-11-22T02:34:56Z". Returns @out. */
char *when_format(int64_t at, char out[WHEN_TEXT_MAX]);

/* "2026-11-22T02:34:56Z", ".123Z" or "+01:00", years 1970 to 9999; fractions are dropped. False if
 * it isn't one. */
bool when_parse(struct str text, int64_t *ret_at);

/* "2026-11-22" as days since 1970-01-01. False if there is no such day. */
bool when_parse_day(struct str text, int64_t *ret_day);

/* Days since 1970-01-01 of a day of the Gregorian calendar; @month from 1. */
int64_t when_day(int64_t year, int64_t month, int64_t day);

#endif
