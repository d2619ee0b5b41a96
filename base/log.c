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
    char words[4096]; /* a longer event loses its end, never the whole of it */
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    if (len < 0)
        words[0] = '\0';
    utf8_flatten(words, strlen(words)); /* one event is one line, whatever a value holds */
    struct buf text = BUF_INIT(3 * sizeof words), line = BUF_INIT(8 * sizeof words);
    (void)buf_add_repaired(&text, str_of(words));

    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    char stamp[WHEN_TEXT_MAX];
    (void)when_format(now.tv_sec, stamp);
    if (settings.format == LOG_TEXT) {
        (void)buf_addf(&line, "%s %s %s\n", stamp, level_name(level), buf_cstr(&text));
    } else {
        (void)buf_addf(&line, "{\"at\":\"%s\",\"level\":\"%s\",\"event\":", stamp,
                       level_name(level));
        (void)json_add_text(&line, buf_str(&text));
        (void)buf_addc(&line, "}\n");
    }
    (void)fwrite(line.p ? line.p : "", 1, line.len,
                 stderr); /* one call: lines of two threads don't mix */
    buf_release(&text);
    buf_release(&line);
}
