#include "base/buf.h"

void buf_release(struct buf *b)
{
    free(b->p);
    *b = BUF_INIT(b->max);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->err = 0;
    if (b->p)
        b->p[0] = '\0';
}

/* Makes room for @more bytes and the terminator. */
static int buf_grow(struct buf *b, size_t more)
{
    if (b->err)
        return b->err;
    if (more > b->max || b->len > b->max - more)
        return b->err = ERR_TOOBIG;
    size_t need = b->len + more + 1;
    if (need <= b->cap)
        return 0;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need)
        cap *= 2;
    char *p = realloc(b->p, cap);
    if (!p)
        return b->err = ERR_NOMEM;
    b->p = p;
    b->cap = cap;
    return 0;
}

int buf_add(struct buf *b, struct str s)
{
    int r = buf_grow(b, s.len);
    if (r < 0)
        return r;
    if (s.len)
        memcpy(b->p + b->len, s.p, s.len);
    b->len += s.len;
    b->p[b->len] = '\0';
    return 0;
}

int buf_addc(struct buf *b, const char *cstr)
{
    return buf_add(b, str_of(cstr));
}

int buf_add_byte(struct buf *b, char c)
{
    return buf_add(b, (struct str){ &c, 1 });
}

int buf_add_point(struct buf *b, uint32_t cp)
{
    char out[4];
    size_t len = utf8_put(cp, out);
    return buf_add(b, (struct str){ out, len });
}

int buf_add_repaired(struct buf *b, struct str bytes)
{
    while (bytes.len) {
        size_t len = utf8_sequence(bytes);
        (void)(len ? buf_add(b, str_cut(bytes, 0, len)) : buf_add_point(b, 0xfffd));
        bytes = str_cut(bytes, len ? len : 1, bytes.len);
    }
    return b->err;
}

int buf_addv(struct buf *b, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    int r = len < 0 ? (b->err = ERR_TOOBIG) : buf_grow(b, (size_t)len);
    if (r == 0) {
        (void)vsnprintf(b->p + b->len, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    }
    va_end(again);
    return r;
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int r = buf_addv(b, fmt, args);
    va_end(args);
    return r;
}

struct str buf_str(const struct buf *b)
{
    return (struct str){ b->p ? b->p : "", b->len };
}

const char *buf_cstr(const struct buf *b)
{
    return b->p ? b->p : "";
}

char *buf_take(struct buf *b)
{
    char *p = b->err ? NULL : b->p;
    if (p)
        *b = BUF_INIT(b->max);
    else
        buf_release(b);
    return p;
}
