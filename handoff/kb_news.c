#include "handoff/kb_news.h"

#include "handoff/record.h"
#include "kb/diff.h"

enum { TITLE_POINTS = 100, TEXT_BYTES_MAX = 1024, ITEM_BYTES_MAX = 256 };

int kb_news_add(struct tx *tx, const struct kb_news *news, int64_t now)
{
    struct buf text = BUF_INIT(TEXT_BYTES_MAX), item = BUF_INIT(ITEM_BYTES_MAX);
    const cJSON *body = news->body && !news->discarded ? news->body : news->live;
    const struct kb_item named = { news->kind, news->id, STR(""), body };
    const char *what = news->discarded ? "is as live again"
                       : !news->body   ? "is to go"
                       : news->live    ? "is changed in the draft"
                                       : "is new in the draft";
    (void)buf_addf(&text, "“%.*s” %s.", STR_ARG(utf8_cut(kb_item_title(&named), TITLE_POINTS)),
                   what);
    (void)buf_addf(&item, "%s/%.*s", kb_item_kind_name(news->kind).p, STR_ARG(news->id));
    const struct record_event e = { .kind = news->discarded ? "kb.discarded" : "kb.saved",
                                    .staff_id = news->staff_id,
                                    .text = buf_str(&text),
                                    .item = buf_str(&item) };
    int r = text.err ? text.err : item.err ? item.err : 0;
    /* Editors are saved as they type: that leaves one event, not one for every pause. */
    if (r == 0)
        r = (news->discarded ? record_add_event : record_renew_event)(tx, &e, now);
    buf_release(&text);
    buf_release(&item);
    return r;
}
