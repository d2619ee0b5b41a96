/* The items of the version that is live, parsed once: who asks again gets the same until another
 * version is live. */
#ifndef KB_SHELF_H
#define KB_SHELF_H

#include "base/db.h"
#include "kb/item.h"

struct kb_shelf;

struct kb_shelf *kb_shelf_new(void);                    /* NULL: no memory */
struct kb_shelf *kb_shelf_free(struct kb_shelf *shelf); /* NULL is fine */

/* The live version's number, 0 if there is none yet, and its items: borrowed until the next call.
 */
int kb_shelf_live(struct kb_shelf *shelf, struct tx *tx, int64_t *ret_version,
                  const struct kb_items **ret) MUST_CHECK;

#endif
