/*
 * Search over what residents and staff wrote, and residents' names. What people type is words and
 * nothing else: all of them must be there, the last may be the beginning of one; "@" in front asks
 * for a handle; a case's reference finds the case.
 */
#ifndef HANDOFF_SEARCH_H
#define HANDOFF_SEARCH_H

#include "base/db.h"
#include "base/json.h"

enum { SEARCH_POINTS_MAX = 200, SEARCH_CUT_POINTS = 200 };

struct search {
    struct str text;   /* at most SEARCH_POINTS_MAX characters are of use */
    struct str prefix; /* of references */
    int64_t before;    /* "next" of the page before, INT64_MAX for the first */
    bool may_private;  /* direct messages, and what stands in cases that came so, are found too */
};

/* A page into the frame @ret: "items", the newest first, and "next". Reads only: of any connection.
 */
int search_find(struct tx *tx, const struct search *search, cJSON *ret) MUST_CHECK;

/*
 * What was erased leaves the index's bytes too, and the log is emptied. SQLite's index keeps the
 * words of a row that is gone until it has merged them away: a bounded part of that is done by one
 * call, the rest by the next, so it is called whenever something was erased and once a second. Of a
 * thousand messages all is done by the first. No transaction may be open.
 */
int search_forget(struct db *db) MUST_CHECK;

/* The words of @text as an expression of FTS5: nothing of its syntax gets through. Empty if there
 * are none. */
int search_expression(struct str text, struct buf *ret) MUST_CHECK;

/* "text", @text or what stands around the first mark, and "spans", where the marks are, into @item.
 * @marked is @text with SEARCH_MARK around what was found. */
#define SEARCH_MARK "\x02", "\x03"
void search_cut(struct str text, struct str marked, cJSON *item);

#endif
