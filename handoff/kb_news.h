/* What staff are told when somebody changes the knowledge base's draft. */
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

#endif
