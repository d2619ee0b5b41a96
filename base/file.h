/* Whole files in and out. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Appends the file's bytes to @out, whose ceiling bounds them. ERR_IO (errno says why), ERR_TOOBIG
 * or ERR_NOMEM. */
int file_read(const char *path, struct buf *out) MUST_CHECK;

int file_read_input(struct buf *out) MUST_CHECK; /* the same of standard input */

/* @path if it is absolute, else @path as seen from the folder of the file @beside. The caller frees
 * it; NULL: no memory. */
char *file_beside(const char *beside, const char *path) MUST_CHECK;

#endif
