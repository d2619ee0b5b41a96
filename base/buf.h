/*
 * An owned, growing text with a ceiling. Always NUL-terminated behind len, so p can be handed to a
 * library. The first failure sticks: later additions do nothing and return it, so a caller may
 * check once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/err.h"
#include "base/str.h"

struct buf {
    char *p;         /* NULL until something was added */
    size_t len, cap; /* bytes */
    size_t max;      /* growing past this is ERR_TOOBIG */
    int err;         /* 0, ERR_NOMEM or ERR_TOOBIG */
};

#define BUF_INIT(max_bytes) ((struct buf){ .max = (max_bytes) })

void buf_release(struct buf *b); /* frees; the ceiling stays, the buffer can be used again */
void buf_clear(struct buf *b);   /* empties, keeps the memory, forgets the failure */

int buf_add(struct buf *b, struct str s);
int buf_addc(struct buf *b, const char *cstr);
int buf_add_byte(struct buf *b, char c);
int buf_add_point(struct buf *b, uint32_t cp);
int buf_add_repaired(struct buf *b,
                     struct str bytes); /* as UTF-8, U+FFFD for each byte that isn't */
int buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
int buf_addv(struct buf *b, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

struct str buf_str(const struct buf *b);   /* borrowed until the next change */
const char *buf_cstr(const struct buf *b); /* likewise; never NULL */

/* Hands the text over to the caller, who frees it. NULL if nothing was added or something failed.
 */
char *buf_take(struct buf *b);

#endif
