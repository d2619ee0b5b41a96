/*
 * A knowledge base as its files: names and bytes, nothing parsed. It is what a folder holds, what a
 * version in the database holds, and what import and export move, byte for byte.
 */
#ifndef KB_FILES_H
#define KB_FILES_H

#include "base/arena.h"
#include "base/report.h"

enum { KB_FILE_BYTES_MAX = 8 << 20, KB_FILES_MAX = 200 };

struct kb_file {
    struct str name;  /* "bins.json", "teach/streets.json"; NUL-terminated */
    struct str bytes; /* NUL-terminated */
};

/* In the order of their names. */
struct kb_files {
    struct arena arena; /* of all text in it */
    struct str where;   /* what faults begin with: the folder, or empty */
    struct kb_file items[KB_FILES_MAX];
    size_t count;
};

/* An empty one; NULL: no memory. */
struct kb_files *kb_files_new(struct str where);
struct kb_files *kb_files_free(struct kb_files *f); /* NULL is fine */

/* All *.json of @dir and of its folder "teach". What can't be read is reported, and the others are
 * read. Returns 0, ERR_BADINPUT or ERR_NOMEM; *ret is set but for ERR_NOMEM. */
int kb_files_read(const char *dir, struct report *report, struct kb_files **ret) MUST_CHECK;

/* Puts a file of that name, in place of the one that is there; text is copied. 0, ERR_TOOBIG or
 * ERR_NOMEM. */
int kb_files_put(struct kb_files *f, struct str name, struct str bytes) MUST_CHECK;
void kb_files_remove(struct kb_files *f, struct str name); /* nothing if it isn't there */

const struct kb_file *kb_files_find(const struct kb_files *f, struct str name);

/* Of names and bytes, the same for the same: names a version. Without canned.json, on which no
 * automatic answer rests. */
void kb_files_hash(const struct kb_files *f, char ret[17]);

/* Is every byte the same? */
bool kb_files_equal(const struct kb_files *a, const struct kb_files *b);

#endif
