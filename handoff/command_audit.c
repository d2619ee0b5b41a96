/* The audit log, a page at a time. */
#include "handoff/command_private.h"

#include "handoff/audit.h"

struct page {
    cJSON *items;
    int64_t last;
};

static void add_row(const struct audit_row *row, void *data)
{
    struct page *page = data;
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(o, "id", (double)row->id);
    (void)cJSON_AddNumberToObject(o, "at", (double)row->at);
    (void)json_put_str_or_null(o, "by", row->by);
    (void)json_put_str_or_null(o, "act", row->act);
    (void)json_put_str_or_null(o, "about", row->about);
    (void)json_put_str_or_null(o, "text", row->text);
    (void)json_put_str_or_null(o, "address", row->address);
    (void)cJSON_AddItemToArray(page->items, o);
    page->last = row->id;
}

int command_audit(struct command *c)
{
    struct page page = { .items = NULL };
    int r = command_before(c, &page.last);
    if (r != 1)
        return r;
    cJSON *o = command_answer(c, "audit");
    page.items = cJSON_AddArrayToObject(o, "items");
    r = audit_page(c->tx, page.last, add_row, &page);
    if (r < 0) {
        cJSON_Delete(o);
        return r;
    }
    command_put_next(o, r == 1, page.last);
    *c->ret = o;
    return 0;
}
