/*
 * One line an event on standard error: "area.event key=value …", ids and never words: no message
 * text, handle, address or token. As text for people or as JSON lines for a log collector. Only
 * whoever decides logs; intents/ and kb/ are silent above debug.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

void log_setup(enum log_level least, enum log_format format); /* default: info, text */
bool log_on(enum log_level level);
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The level is tested before anything is formatted. */
#define log_at(level, ...) (log_on(level) ? log_line(level, __VA_ARGS__) : (void)0)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_at(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_at(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_at(LOG_ERROR, __VA_ARGS__)

#endif
