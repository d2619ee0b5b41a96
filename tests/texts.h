/* Messages to measure and to test with: the "text" of each line of JSONL files. */
#ifndef TESTS_TEXTS_H
#define TESTS_TEXTS_H

#include "base/arena.h"
#include "base/err.h"

enum { TEXTS_MAX = 20000 };

struct texts {
    struct str items[TEXTS_MAX];
    size_t count;
};

/* @path: a file, or a folder of which every *.jsonl is read in the order of their names. What lies
 * past TEXTS_MAX is left out. ERR_IO: nothing was found. */
int texts_read(const char *path, struct arena *arena, struct texts *out) MUST_CHECK;

#endif
