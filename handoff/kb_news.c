#include "handoff/kb_news.h"

#include "handoff/record.h"
#include "kb/diff.h"

enum { TITLE_POINTS = 100, TEXT_BYTES_MAX = 1024, ITEM_BYTES_MAX = 4096 };

struct str kb_news_title(struct str title)
{
    return utf8_cut(title, TITLE_POINTS);
}

/* Uses @text up, and says of which item @e is. */
static int tell(struct tx *tx, struct record_event e,
                int (*add)(struct tx *tx, const struct record_event *e, int64_t now),
                enum kb_item_kind of, struct str id, struct buf *text, int64_t now)
{
    struct buf item = BUF_INIT(ITEM_BYTES_MAX);
    int r = buf_addf(&item, "%s/%.*s", kb_item_kind_name(of).p, STR_ARG(id));
    e.text = buf_str(text);
    e.item = buf_str(&item);
    if (r == 0)
        r = text->err;
    if (r == 0)
        r = add(tx, &e, now);
    buf_release(text);
    buf_release(&item);
    return r;
}

int kb_news_tell(struct tx *tx, const char *kind, enum kb_item_kind of, struct str id,
                 struct buf *text, int64_t now)
{
    return tell(tx, (struct record_event){ .kind = kind }, record_add_event, of, id, text, now);
}

int kb_news_add(struct tx *tx, const struct kb_news *news, int64_t now)
{
    struct buf text = BUF_INIT(TEXT_BYTES_MAX);
    const cJSON *body = news->body && !news->discarded ? news->body : news->live;
    const struct kb_item named = { news->kind, news->id, STR(""), body };
    const char *what = news->discarded ? "is as live again"
                       : !news->body   ? "is to go"
                       : news->live    ? "is changed in the draft"
                                       : "is new in the draft";
    (void)buf_addf(&text, "“%.*s” %s.", STR_ARG(kb_news_title(kb_item_title(&named))), what);
    const struct record_event e = { .kind = news->discarded ? "kb.discarded" : "kb.saved",
                                    .staff_id = news->staff_id };
    /* Editors are saved as they type: that leaves one event, not one for every pause. */
    return tell(tx, e, news->discarded ? record_add_event : record_renew_event, news->kind,
                news->id, &text, now);
}
