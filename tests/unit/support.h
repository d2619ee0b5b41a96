/*
 * What the unit tests share: text comparisons that say what they saw, a folder that is made for one
 * test and taken away after it, and pseudo-random numbers that are the same every time.
 */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

/* The order matters to cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/report.h"

/* @got must be the text @want. The note says which row of a table it is. */
#define assert_str(got, want) expect_str((got), (want), "", __FILE__, __LINE__)
#define assert_str_note(got, want, note) expect_str((got), (want), (note), __FILE__, __LINE__)
#define assert_note(holds, note) expect_true((holds), #holds, (note), __FILE__, __LINE__)
#define assert_near(a, b) expect_near((a), (b), __FILE__, __LINE__)

void expect_str(struct str got, const char *want, const char *note, const char *file, int line);
void expect_true(bool holds, const char *what, const char *note, const char *file, int line);
void expect_near(double a, double b, const char *file, int line); /* within a millionth */

/* The report holds exactly @want's lines, and is emptied. */
#define assert_report(report, want) expect_report((report), (want), __FILE__, __LINE__)
void expect_report(struct report *report, const char *want, const char *file, int line);

/* One of the report's lines holds @part. */
#define assert_reported(report, part, note) \
    expect_reported((report), (part), (note), __FILE__, __LINE__)
void expect_reported(const struct report *report, const char *part, const char *note,
                     const char *file, int line);

/* A new empty folder; temp_free removes it with all that is in it and returns NULL. */
char *temp_new(void);
char *temp_free(char *dir);

/* DIR/NAME, in static storage until the next call but three. */
const char *path_in(const char *dir, const char *name);
void write_file(const char *dir, const char *name, struct str bytes);
void write_text(const char *dir, const char *name, const char *text);

/* Setup and teardown for tests whose *state is such a folder. */
int temp_setup(void **state);
int temp_teardown(void **state);

/* Any number below @below, the same sequence for the same *seed. */
uint64_t random_below(uint64_t *seed, uint64_t below);

#endif
