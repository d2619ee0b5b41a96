#include "base/report.h"

void report_release(struct report *r)
{
    buf_release(&r->lines);
    r->errors = r->warnings = 0;
}

static void add_line(struct report *r, const char *kind, const char *fmt, va_list args)
{
    size_t before = r->lines.len;
    (void)buf_addf(&r->lines, "%s: ", kind);
    (void)buf_addv(&r->lines, fmt, args);
    if (r->lines.p) /* what it quotes is no line of its own */
        utf8_flatten(r->lines.p + before, r->lines.len - before);
    (void)buf_add_byte(&r->lines, '\n');
    if (r->lines.err && r->lines.p) { /* no half lines */
        r->lines.len = before;
        r->lines.p[before] = '\0';
    }
}

int report_error(struct report *r, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_line(r, "error", fmt, args);
    va_end(args);
    r->errors++;
    return ERR_BADINPUT;
}

void report_warning(struct report *r, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_line(r, "warning", fmt, args);
    va_end(args);
    r->warnings++;
}
