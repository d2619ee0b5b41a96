#include "base/log.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/when.h"

static struct {
    enum log_level least;
    enum log_format format;
} settings = { LOG_INFO, LOG_TEXT };

void log_setup(enum log_level least, enum log_format format)
{
    settings.least = least;
    settings.format = format;
}

bool log_on(enum log_level level)
{
    return level >= settings.least;
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_WARN:
        return "warn";
    case LOG_ERROR:
        return "error";
    }
    return "?";
}

void log_line(enum log_level level, const char *fmt, ...)
{
    struct buf text = BUF_INIT(4096), line = BUF_INIT(16384);
    va_list args;
    va_start(args, fmt);
    (void)buf_addv(&text, fmt, args);
    va_end(args);
    for (size_t i = 0; i < text.len; i++) /* one event is one line, whatever a value holds */
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
            text.p[i] = ' ';

    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    char stamp[WHEN_TEXT_MAX];
    (void)when_format(now.tv_sec, stamp);
    if (settings.format == LOG_TEXT) {
        (void)buf_addf(&line, "%s %s %s\n", stamp, level_name(level), buf_cstr(&text));
    } else {
        (void)buf_addf(&line, "{\"at\":\"%s\",\"level\":\"%s\",\"event\":", stamp,
                       level_name(level));
        (void)json_add_text(&line,
                            utf8_valid(buf_str(&text)) ? buf_str(&text) : STR("(not UTF-8)"));
        (void)buf_addc(&line, "}\n");
    }
    (void)fwrite(line.p ? line.p : "", 1, line.len,
                 stderr); /* one call: lines of two threads don't mix */
    buf_release(&text);
    buf_release(&line);
}
