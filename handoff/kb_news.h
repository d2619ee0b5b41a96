/* What staff are told of an item of the knowledge base: when somebody changes it in the draft, and
 * what becomes of it live. */
#ifndef HANDOFF_KB_NEWS_H
#define HANDOFF_KB_NEWS_H

#include "base/db.h"
#include "kb/item.h"

struct kb_news {
    enum kb_item_kind kind;
    struct str id;
    const cJSON *live, *body; /* as it is live, and in the draft: NULL is not there, or to go */
    bool discarded;           /* it has left the draft; @body says nothing then */
    int64_t staff_id;         /* 0: nobody who is signed in */
};

/* Adds the event: kb.discarded, or kb.saved in the place of that person's last one of the item. */
int kb_news_add(struct tx *tx, const struct kb_news *news, int64_t now) MUST_CHECK;

/* A title as it stands in such a sentence: cut, however long it is. */
struct str kb_news_title(struct str title);

/* Adds the event @kind about a live item, which nobody did: what @text has, which is released. */
int kb_news_tell(struct tx *tx, const char *kind, enum kb_item_kind of, struct str id,
                 struct buf *text, int64_t now) MUST_CHECK;

#endif
