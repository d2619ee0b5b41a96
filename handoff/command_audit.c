/* The audit log, a page at a time. */
#include "handoff/command_private.h"

#include <inttypes.h>

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
    struct str before = STR("");
    struct page page = { .last = INT64_MAX };
    char next[24];
    int given = json_get_str(c->frame, "before", &before);
    if (given < 0 || (given == 1 && !str_to_int64(before, 1, INT64_MAX, &page.last)))
        return command_refuse(c, "bad_frame",
                              "\"before\" must be the \"next\" of a page, or null.");
    cJSON *o = command_answer(c, "audit");
    page.items = cJSON_AddArrayToObject(o, "items");
    int r = audit_page(c->tx, page.last, add_row, &page);
    if (r < 0) {
        cJSON_Delete(o);
        return r;
    }
    (void)snprintf(next, sizeof next, "%" PRId64, page.last);
    if (r == 1)
        (void)cJSON_AddStringToObject(o, "next", next);
    else
        (void)cJSON_AddNullToObject(o, "next");
    *c->ret = o;
    return 0;
}
