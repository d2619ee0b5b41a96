/* What editors see of the knowledge base, as the JSON of PROTOCOL.md's "Knowledge". Reads only. */
#ifndef HANDOFF_VIEW_KB_H
#define HANDOFF_VIEW_KB_H

#include "base/db.h"
#include "kb/item.h"
#include "kb/version.h"

/* What is live now. */
struct view_kb {
    const struct kb_items *items;
    int64_t version; /* 0: none yet */
    int64_t now;
};

cJSON *view_kb_version(const struct kb_version *v);

/* "live", "revision", "items", "proposals" and "news" into the frame @ret. */
int view_kb(struct tx *tx, const struct view_kb *live, cJSON *ret) MUST_CHECK;

/* The members of a kb_item frame into @ret. */
int view_kb_item(struct tx *tx, const struct view_kb *live, enum kb_item_kind kind, struct str id,
                 cJSON *ret) MUST_CHECK;

#endif
