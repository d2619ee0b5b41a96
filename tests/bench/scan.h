/*
 * The same words and phrases found by Hyperscan alone, to know what a bare search for them costs:
 * no gaps, no scores, no way back to what was written. Optional: without libhs scan_new makes none.
 */
#ifndef TESTS_BENCH_SCAN_H
#define TESTS_BENCH_SCAN_H

#include "base/err.h"
#include "base/str.h"

struct scan;

/* @phrases: normalised, perhaps with a * at the end. 1, 0 if this was built without libhs, or
 * negative. */
int scan_new(const struct str *phrases, size_t count, struct scan **ret) MUST_CHECK;
struct scan *scan_free(struct scan *s);

/* Finds every phrase of @text, which is normalised with a space put before and behind it. Returns
 * how many it found. */
unsigned scan_text(struct scan *s, struct str text);

#endif
