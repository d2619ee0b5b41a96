/* What editors see of the knowledge base, and what they change in the draft. */
#include "handoff/command_private.h"

#include "handoff/kb_news.h"
#include "handoff/past.h"
#include "handoff/view_kb.h"
#include "kb/draft.h"
#include "kb/mark.h"

/* What is live, for as long as the command runs. 1, 0 refused, or negative. */
static int look_at_live(const struct command *c, struct view_kb *ret)
{
    struct kb_shelf *shelf = c->context->desk->shelf;
    if (!shelf)
        return command_refuse(c, "failed", "There is no knowledge base here.");
    ret->now = c->context->now;
    int r = kb_shelf_live(shelf, c->tx, &ret->version, &ret->items);
    return r < 0 ? r : 1;
}

int command_kb_overview(struct command *c)
{
    const struct desk_workshop *w = &c->context->desk->workshop;
    struct view_kb live;
    int r = look_at_live(c, &live);
    if (r != 1)
        return r;
    cJSON *o = command_answer(c, "kb"), *replay = w->replay ? w->replay(w->data, c->tx) : NULL;
    (void)cJSON_AddItemToObject(o, "replay", replay ? replay : cJSON_CreateNull());
    r = view_kb(c->tx, &live, o);
    if (r == 0)
        *c->ret = o;
    else
        cJSON_Delete(o);
    return r;
}

/* The item that the frame names. 1, 0 refused, or negative. */
static int read_item(const struct command *c, enum kb_item_kind *ret_kind, struct str *ret_id)
{
    struct str kind = STR("");
    (void)json_get_str(c->frame, "kind", &kind);
    if (!kb_item_kind_named(kind, ret_kind))
        return command_refuse(c, "bad_frame",
                              "\"kind\" must be a kind of item, such as \"intent\".");
    if (json_get_str(c->frame, "item", ret_id) != 1 || !ret_id->len || ret_id->len > KB_ITEM_ID_MAX)
        return command_refusef(c, "bad_frame", "\"item\" must be an item's id, of 1 to %d bytes.",
                               KB_ITEM_ID_MAX);
    return 1;
}

/* The item as it is now, as a kb_item frame. */
static int show_item(const struct command *c, const struct view_kb *live, enum kb_item_kind kind,
                     struct str id, cJSON **ret)
{
    cJSON *o = command_answer(c, "kb_item");
    int r = view_kb_item(c->tx, live, kind, id, o);
    if (r == 0)
        *ret = o;
    else
        cJSON_Delete(o);
    return r;
}

int command_kb_item(struct command *c)
{
    enum kb_item_kind kind;
    struct str id;
    struct view_kb live;
    int r = read_item(c, &kind, &id);
    if (r == 1)
        r = look_at_live(c, &live);
    return r == 1 ? show_item(c, &live, kind, id, c->ret) : r;
}

struct page {
    cJSON *items;
    int64_t last;
};

static void add_version(const struct kb_version *v, void *data)
{
    struct page *page = data;
    (void)cJSON_AddItemToArray(page->items, view_kb_version(v));
    page->last = v->id;
}

int command_kb_versions(struct command *c)
{
    struct page page = { .items = NULL };
    int r = command_before(c, &page.last);
    if (r != 1)
        return r;
    cJSON *o = command_answer(c, "kb_versions");
    page.items = cJSON_AddArrayToObject(o, "items");
    r = kb_version_page(c->tx, page.last, add_version, &page);
    if (r < 0) {
        cJSON_Delete(o);
        return r;
    }
    command_put_next(o, r == 1, page.last);
    *c->ret = o;
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * the draft */

/* An item that is to be changed. */
struct edit {
    enum kb_item_kind kind;
    struct str id;
    int64_t seen; /* its revision, as its writer saw it */
    struct view_kb live;
    const cJSON *was; /* live */
    cJSON *now;       /* the kb_item frame, as it is before the command */
};

/* 1, 0 refused, or negative; the caller deletes e->now. */
static int read_edit(const struct command *c, struct edit *e)
{
    int r = read_item(c, &e->kind, &e->id);
    if (r == 1 && json_get_int(c->frame, "revision", 0, INT64_MAX, &e->seen) != 1)
        r = command_refuse(c, "bad_frame",
                           "\"revision\" must be the item's revision that you saw, or 0.");
    if (r == 1)
        r = look_at_live(c, &e->live);
    if (r != 1)
        return r;
    e->was = kb_items_get(e->live.items, e->kind, e->id);
    r = show_item(c, &e->live, e->kind, e->id, &e->now);
    return r < 0 ? r : 1;
}

/* Refused, with the item as it is: nothing of either writer's is lost. */
static int refuse_stale(const struct command *c, struct edit *e, const char *text)
{
    int r = command_refuse(c, "stale", text);
    if (r == 0 && cJSON_AddItemToObject(*c->ret, "kb", e->now))
        e->now = NULL;
    return r;
}

static int refuse_overtaken(const struct command *c, struct edit *e)
{
    struct str by = json_str(cJSON_GetObjectItemCaseSensitive(e->now, "by"));
    struct buf text = BUF_INIT(1024);
    int r = by.len ? buf_addf(&text,
                              "%.*s has changed this since you last saw it. Here is what it is "
                              "now; please choose what to keep.",
                              STR_ARG(by))
                   : buf_addc(&text, "Somebody has taken this out of the draft since you last saw "
                                     "it: here it is as it is live.");
    if (r == 0)
        r = refuse_stale(c, e, buf_cstr(&text));
    buf_release(&text);
    return r;
}

/* Is the item live as it was in version @seen? 1, 0 or negative. */
static int live_is_as_seen(const struct command *c, const struct edit *e, int64_t seen)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    struct kb_items *items = NULL;
    if (seen == e->live.version)
        return 1;
    int r = kb_version_files(c->tx, seen, &files);
    if (r == 1) {
        r = kb_items_new(files, &report, &items);
        if (r == 0)
            r = kb_item_same(e->was, kb_items_get(items, e->kind, e->id));
    }
    (void)kb_items_free(items);
    (void)kb_files_free(files);
    report_release(&report);
    return r;
}

static int tell(const struct command *c, const struct edit *e, const cJSON *body, bool discarded)
{
    const struct kb_news news = { e->kind, e->id, e->was, body, discarded, c->context->staff->id };
    return kb_news_add(c->tx, &news, c->context->now);
}

/* The words of what kb_item_check found: its line without what lines begin with. */
static int refuse_item(const struct command *c, const struct report *report)
{
    struct str line = buf_str(&report->lines), first = STR("");
    (void)str_split(&line, '\n', &first);
    struct str begin = STR("error: ");
    if (str_starts(first, begin))
        first = str_cut(first, begin.len, first.len);
    return command_refusef(c, "bad_frame", "%.*s.", STR_ARG(first));
}

/* @body NULL: it is to go. 1 saved, 0 refused, or negative. */
static int save(const struct command *c, struct edit *e, const cJSON *body)
{
    char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    char *base = e->was ? cJSON_PrintUnformatted(e->was) : NULL;
    struct kb_draft_item d = { .kind = e->kind,
                               .id = e->id,
                               .body = str_of(text),
                               .base = str_of(base),
                               .staff_id = c->context->staff->id,
                               .by = c->context->staff->name,
                               .at = c->context->now };
    int64_t before = 0, after = 0;
    int r = (body && !text) || (e->was && !base) ? ERR_NOMEM : kb_draft_revision(c->tx, &before);
    if (r == 0)
        r = kb_draft_save(c->tx, &d, e->seen);
    if (r == KB_DRAFT_STALE) {
        r = refuse_overtaken(c, e);
    } else if (r == KB_DRAFT_DONE) {
        r = kb_draft_revision(c->tx, &after);
        if (r == 0 && after != before)
            r = tell(c, e, body, !d.revision);
        if (r == 0) {
            *c->ret = command_answer(c, "ok");
            (void)cJSON_AddNumberToObject(*c->ret, "revision", (double)d.revision);
            r = 1;
        }
    }
    cJSON_free(text);
    cJSON_free(base);
    return r;
}

static int check_and_save(const struct command *c, struct edit *e)
{
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(c->frame, "body");
    struct report report = REPORT_INIT;
    int64_t seen = 0;
    if (!body || json_get_int(c->frame, "live", 0, INT64_MAX, &seen) != 1)
        return command_refuse(c, "bad_frame",
                              "\"body\" must be the item or null, \"live\" the version you saw.");
    body = cJSON_IsNull(body) ? NULL : body;
    int r = kb_item_check(e->kind, e->id, body, &report);
    if (r == ERR_BADINPUT) {
        r = refuse_item(c, &report);
        report_release(&report);
        return r;
    }
    report_release(&report);
    if (r == 0)
        r = live_is_as_seen(c, e, seen);
    if (r == 0)
        return refuse_stale(c, e,
                            "Another version of this was published since you last saw it. Here is "
                            "what it is now; please choose what to keep.");
    return r < 0 ? r : save(c, e, body);
}

int command_kb_save(struct command *c)
{
    struct edit e = { .kind = KB_INTENT };
    int r = read_edit(c, &e);
    if (r == 1)
        r = check_and_save(c, &e);
    cJSON_Delete(e.now);
    return r;
}

static int discard(const struct command *c, struct edit *e)
{
    int r = kb_draft_discard(c->tx, e->kind, e->id, e->seen);
    if (r == KB_DRAFT_STALE)
        return refuse_overtaken(c, e);
    if (r == KB_DRAFT_DONE && !e->seen)
        return command_refuse(c, "already", "It is as live already: there was nothing to do.");
    if (r == KB_DRAFT_DONE)
        r = tell(c, e, NULL, true);
    if (r < 0)
        return r;
    *c->ret = command_answer(c, "ok");
    return 1;
}

int command_kb_discard(struct command *c)
{
    struct edit e = { .kind = KB_INTENT };
    int r = read_edit(c, &e);
    if (r == 1)
        r = discard(c, &e);
    cJSON_Delete(e.now);
    return r;
}

int command_kb_mark(struct command *c)
{
    const cJSON *better = cJSON_GetObjectItemCaseSensitive(c->frame, "better");
    struct kb_mark m = { .staff_id = c->context->staff->id,
                         .better = cJSON_IsTrue(better),
                         .at = c->context->now };
    if (json_get_int(c->frame, "message", 1, INT64_MAX, &m.message_id) != 1 ||
        !(cJSON_IsBool(better) || cJSON_IsNull(better)))
        return command_refuse(c, "bad_frame",
                              "\"message\" must be a message's number, \"better\" true, false or "
                              "null.");
    struct arena arena = ARENA_INIT;
    struct past_message past;
    int r = past_get(c->tx, &arena, m.message_id, &past); /* no other is in a replay */
    arena_release(&arena);
    if (r != 1)
        return r < 0 ? r : command_conclude(c, CASE_UNKNOWN);
    r = kb_draft_revision(c->tx, &m.revision);
    if (r == 0)
        r = cJSON_IsNull(better) ? kb_mark_remove(c->tx, m.message_id, m.staff_id)
                                 : kb_mark_put(c->tx, &m);
    return r < 0 ? r : command_conclude(c, CASE_DONE);
}
