/* Tables as spreadsheets write and read them: RFC 4180, cells separated by commas, quoted where
 * they must be, lines ended by CR LF. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/arena.h"
#include "base/buf.h"

struct csv_row {
    size_t line; /* where it begins, from 1 */
    struct str *cells;
    size_t count;
};

struct csv_fault {
    size_t line; /* 0: of the whole */
    const char *what;
};

/*
 * Reads all rows into @arena; empty lines are none. Line ends may be LF too, and a byte order mark
 * may come first. Returns 0, ERR_BADINPUT with *ret_fault, or ERR_NOMEM.
 */
int csv_read(struct str text, struct arena *arena, struct csv_row **ret, size_t *ret_count,
             struct csv_fault *ret_fault) MUST_CHECK;

/* Appends a row of @count cells. */
int csv_add_row(struct buf *out, const struct str *cells, size_t count) MUST_CHECK;

#endif
