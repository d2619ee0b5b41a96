/*
 * What is wrong with something that people wrote (a configuration, a knowledge base): every fault
 * in one go, a line each, saying what, where and what would be right. The reader decides whether
 * warnings count.
 */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include "base/buf.h"

struct report {
    struct buf lines; /* "error: …\n" and "warning: …\n", in the order found */
    unsigned errors, warnings;
};

#define REPORT_INIT ((struct report){ .lines = BUF_INIT(1 << 20) })

void report_release(struct report *r);

/* Add a line; past 1 MiB of lines only the counts go on. report_error returns ERR_BADINPUT, for
 * "return report_error(…)". */
int report_error(struct report *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void report_warning(struct report *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
