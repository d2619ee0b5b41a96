#include "handoff/view_kb.h"

#include <inttypes.h>

#include "base/array.h"
#include "base/map.h"
#include "base/when.h"
#include "handoff/view_private.h"
#include "kb/demotion.h"
#include "kb/diff.h"
#include "kb/draft.h"
#include "kb/proposal.h"

enum { DAY_S = 86400, USE_DAYS = 30, NEWS_DAYS = 14, NEWS_MAX = 20, NAME_BYTES_MAX = 256 };

/* An item of the draft, its bodies as trees. */
struct change {
    struct kb_draft_item item;
    cJSON *body, *base; /* NULL: it is to go; it wasn't there */
    bool told;
};

/* The draft, by what its items are called. */
struct draft {
    struct arena arena;
    struct change *changes;
    size_t count, room;
    struct map names; /* "intent/bins.missed" to the place in changes */
};

/* ------------------------------------------------------------------------------------------------
 * the draft */

static void draft_release(struct draft *d)
{
    for (size_t i = 0; i < d->count; i++) {
        cJSON_Delete(d->changes[i].body);
        cJSON_Delete(d->changes[i].base);
    }
    free(d->changes);
    map_release(&d->names);
    arena_release(&d->arena);
}

static int name_item(enum kb_item_kind kind, struct str id, struct buf *ret)
{
    return buf_addf(ret, "%s/%.*s", kb_item_kind_name(kind).p, STR_ARG(id));
}

static int add_change(const struct kb_draft_item *item, void *data)
{
    struct draft *d = data;
    struct change c = { .item = *item };
    struct str *const texts[] = { &c.item.id, &c.item.body, &c.item.base, &c.item.by };
    struct buf name = BUF_INIT(NAME_BYTES_MAX);
    int r = array_grow((void **)&d->changes, d->count, &d->room, sizeof *d->changes);
    if (r == 0)
        r = arena_keep(&d->arena, texts, ARRAY_LEN(texts));
    if (r == 0)
        r = name_item(item->kind, item->id, &name);
    struct str key = r == 0 ? arena_str(&d->arena, buf_str(&name)) : STR("");
    buf_release(&name);
    if (r == 0)
        r = key.p ? map_put(&d->names, key, (uint32_t)d->count) : ERR_NOMEM;
    if (r == 0)
        r = kb_item_parse(c.item.body, &c.body);
    if (r == 0)
        r = kb_item_parse(c.item.base, &c.base);
    if (r == 0)
        d->changes[d->count++] = c;
    else
        cJSON_Delete(c.body);
    return r;
}

static int find_change(const struct draft *d, enum kb_item_kind kind, struct str id,
                       struct change **ret)
{
    struct buf name = BUF_INIT(NAME_BYTES_MAX);
    uint32_t at;
    int r = name_item(kind, id, &name);
    if (r == 0)
        *ret = map_get(&d->names, buf_str(&name), &at) ? &d->changes[at] : NULL;
    buf_release(&name);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * one item at a glance */

static void put_member(cJSON *o, const char *name, const cJSON *body, const char *member)
{
    (void)json_put_str_or_null(o, name, json_str(cJSON_GetObjectItemCaseSensitive(body, member)));
}

static void put_count(cJSON *o, const char *name, bool known, int count)
{
    if (known)
        put_int(o, name, count);
    else
        (void)cJSON_AddNullToObject(o, name);
}

static void put_when(cJSON *o, const char *name, const cJSON *body)
{
    int64_t at;
    if (when_parse(json_str(cJSON_GetObjectItemCaseSensitive(body, name)), &at))
        put_int(o, name, at);
    else
        (void)cJSON_AddNullToObject(o, name);
}

static int count_of(const cJSON *body, const char *list)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(body, list));
}

/* What its body says of it. */
static void put_body(cJSON *o, const struct kb_item *item)
{
    const cJSON *body = item->body;
    const cJSON *examples = cJSON_GetObjectItemCaseSensitive(body, "examples");
    bool intent = item->kind == KB_INTENT, rule = item->kind == KB_RULE;
    struct str mode = json_str(cJSON_GetObjectItemCaseSensitive(body, "mode"));
    put_member(o, "department", body, "department");
    put_member(o, "owner", body, "owner");
    put_member(o, "review_by", body, "review_by");
    put_member(o, "rule", rule ? body : NULL, "kind");
    (void)json_put_str_or_null(o, "mode", mode.len ? mode : intent ? STR("automatic") : STR(""));
    put_when(o, "from", body);
    put_when(o, "until", body);
    put_count(o, "replies", intent || rule, count_of(body, intent ? "replies" : "holding"));
    put_count(o, "examples", intent || rule, count_of(examples, "yes") + count_of(examples, "no"));
}

/* What the draft does to it. */
static void put_change(cJSON *o, const cJSON *live, const struct change *c)
{
    if (!c) {
        (void)cJSON_AddNullToObject(o, "change");
        (void)cJSON_AddFalseToObject(o, "conflict");
        (void)cJSON_AddNullToObject(o, "by");
        (void)cJSON_AddNullToObject(o, "at");
        return;
    }
    (void)cJSON_AddStringToObject(o, "change", !c->body ? "removed" : live ? "changed" : "added");
    (void)cJSON_AddBoolToObject(o, "conflict", !kb_item_same(live, c->base));
    (void)json_put_str_or_null(o, "by", c->item.by);
    put_int(o, "at", c->item.at);
}

/* ------------------------------------------------------------------------------------------------
 * how it does */

struct withheld {
    struct str intent;
    cJSON *use;
};

static int add_withheld(const struct kb_demotion *d, void *data)
{
    const struct withheld *w = data;
    struct buf text = BUF_INIT(512);
    if (!str_eq(d->intent, w->intent))
        return 0;
    int r = buf_addf(&text,
                     "Of %" PRId64 " people who asked, %" PRId64
                     " weren't helped by the answer. People answer it now.",
                     d->used, d->unhelped);
    if (r == 0)
        (void)json_put_str(w->use, "withheld", buf_str(&text));
    buf_release(&text);
    return r < 0 ? r : 1;
}

static int put_use(struct tx *tx, struct str topic, bool intent, int64_t now, cJSON *o)
{
    static const char sql[] =
        "SELECT max(used_at) AS used_at, coalesce(sum(used), 0) AS used, coalesce(sum(unhelped), "
        "0) AS unhelped FROM topic_day WHERE topic=?1 AND day>?2";
    cJSON *use = cJSON_AddObjectToObject(o, "use");
    struct withheld w = { topic, use };
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, topic);
    stmt_bind_int64(q, 2, now / DAY_S - USE_DAYS);
    int r = stmt_next(q);
    if (r == 1) {
        put_int_or_null(use, q, "used_at");
        put_int_column(use, q, "used");
        put_int_column(use, q, "unhelped");
    }
    stmt_done(q);
    r = r < 0 ? r : intent ? kb_demotion_each(tx, add_withheld, &w) : 0;
    if (r == 0)
        (void)cJSON_AddNullToObject(use, "withheld");
    return r < 0 ? r : 0;
}

/* An answer whose link is dead is withdrawn too: @o's use says so. */
static int put_link(struct tx *tx, struct str url, cJSON *o)
{
    static const char sql[] = "SELECT checked_at, status, what, dead FROM kb_link WHERE url=?1";
    if (!url.len) {
        (void)cJSON_AddNullToObject(o, "link");
        return 0;
    }
    cJSON *link = cJSON_AddObjectToObject(o, "link");
    cJSON *use = cJSON_GetObjectItemCaseSensitive(o, "use");
    (void)json_put_str(link, "url", url);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, url);
    int r = stmt_next(q);
    if (r == 1) {
        bool dead = col_int64(q, "dead") != 0;
        (void)cJSON_AddBoolToObject(link, "alive", !dead);
        put_int_column(link, q, "status");
        put_text_column(link, q, "what");
        put_int_column(link, q, "checked_at");
        if (dead && cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(use, "withheld")))
            (void)cJSON_ReplaceItemInObjectCaseSensitive(
                use, "withheld",
                cJSON_CreateString("The page that it links to can't be reached. People answer it "
                                   "until it can."));
    } else if (r == 0) {
        (void)cJSON_AddNullToObject(link, "alive");
        (void)cJSON_AddNullToObject(link, "status");
        (void)cJSON_AddStringToObject(link, "what", "");
        (void)cJSON_AddNullToObject(link, "checked_at");
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------------------------------------
 * everything */

struct glance {
    struct tx *tx;
    struct draft *draft;
    int64_t now;
    cJSON *list;
};

/* @item: as the draft has it, or, if that takes it away, as it is live. @live: its live body. */
static int add_entry(struct glance *g, const struct kb_item *item, const cJSON *live,
                     const struct change *c)
{
    cJSON *o = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(g->list, o))
        return ERR_NOMEM;
    bool topic = item->kind == KB_INTENT || item->kind == KB_RULE;
    (void)json_put_str(o, "kind", kb_item_kind_name(item->kind));
    (void)json_put_str(o, "item", item->id);
    (void)json_put_str(o, "title", kb_item_title(item));
    (void)json_put_str(o, "file", item->file);
    put_body(o, item);
    put_change(o, live, c);
    int r = topic ? put_use(g->tx, item->id, item->kind == KB_INTENT, g->now, o) : 0;
    if (!topic)
        (void)cJSON_AddNullToObject(o, "use");
    struct str link = json_str(cJSON_GetObjectItemCaseSensitive(item->body, "link"));
    return r < 0 ? r : put_link(g->tx, item->kind == KB_INTENT ? link : STR(""), o);
}

static int add_live(const struct kb_item *item, void *data)
{
    struct glance *g = data;
    struct change *c = NULL;
    struct kb_item shown = *item;
    int r = find_change(g->draft, item->kind, item->id, &c);
    if (r == 0 && c) {
        c->told = true;
        shown.body = c->body ? c->body : item->body;
    }
    return r < 0 ? r : add_entry(g, &shown, item->body, c);
}

/* What is only in the draft: behind all others. */
static int add_new(struct glance *g)
{
    int r = 0;
    for (size_t i = 0; i < g->draft->count && r == 0; i++) {
        const struct change *c = &g->draft->changes[i];
        struct buf file = BUF_INIT(NAME_BYTES_MAX);
        if (c->told)
            continue;
        r = kb_item_file(c->item.kind, c->item.id, &file);
        if (r == 0) {
            struct kb_item item = { c->item.kind, c->item.id, buf_str(&file),
                                    c->body ? c->body : c->base };
            r = add_entry(g, &item, NULL, c);
        }
        buf_release(&file);
    }
    return r;
}

static void put_int_or_none(cJSON *o, const char *name, int64_t value)
{
    if (value)
        put_int(o, name, value);
    else
        (void)cJSON_AddNullToObject(o, name);
}

cJSON *view_kb_version(const struct kb_version *v)
{
    cJSON *o = cJSON_CreateObject();
    put_int(o, "version", v->id);
    (void)json_put_str(o, "hash", v->hash);
    (void)json_put_str(o, "origin", v->origin);
    put_int_or_none(o, "from", v->from_id);
    (void)json_put_str(o, "by", v->by);
    (void)json_put_str_or_null(o, "agreed_by", v->agreed_by);
    (void)json_put_str(o, "note", v->note);
    put_int(o, "at", v->at);
    return o;
}

static int put_version(struct tx *tx, int64_t id, cJSON *ret)
{
    struct arena arena = ARENA_INIT;
    struct kb_version v;
    int r = id ? kb_version_get(tx, &arena, id, &v) : 0;
    if (r == 1)
        (void)cJSON_AddItemToObject(ret, "live", view_kb_version(&v));
    else
        (void)cJSON_AddNullToObject(ret, "live");
    arena_release(&arena);
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------------------------------------
 * proposals */

static int add_item_name(const struct kb_draft_item *item, void *data)
{
    cJSON *o = cJSON_CreateObject();
    (void)json_put_str(o, "kind", kb_item_kind_name(item->kind));
    (void)json_put_str(o, "item", item->id);
    return cJSON_AddItemToArray(data, o) ? 0 : ERR_NOMEM;
}

static int put_proposer(struct tx *tx, const struct kb_proposal *p, cJSON *o)
{
    static const char sql[] = "SELECT initials FROM staff WHERE id=?1";
    cJSON *by = cJSON_AddObjectToObject(o, "by");
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, p->staff_id);
    int r = stmt_next(q);
    put_int(by, "id", p->staff_id);
    (void)json_put_str(by, "name", p->by);
    (void)json_put_str(by, "initials", r == 1 ? col_str(q, "initials") : STR(""));
    stmt_done(q);
    return r < 0 ? r : 0;
}

static int add_proposal(const struct kb_proposal *p, void *data)
{
    struct glance *g = data;
    cJSON *o = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(g->list, o))
        return ERR_NOMEM;
    put_int(o, "id", p->id);
    (void)json_put_str(o, "state", kb_proposal_state_name(p->state));
    (void)json_put_str(o, "origin", p->origin);
    put_int_or_none(o, "from", p->from_id);
    (void)json_put_str(o, "note", p->note);
    int r = put_proposer(g->tx, p, o);
    put_int(o, "at", p->at);
    put_int_or_none(o, "publish_at", p->publish_at);
    (void)json_put_str_or_null(o, "needs", p->needs);
    (void)json_put_str_or_null(o, "agreed_by", p->agreed_by);
    put_int_or_none(o, "version", p->version_id);
    (void)json_put_str_or_null(o, "error", p->error);
    cJSON *items = cJSON_AddArrayToObject(o, "items");
    return r < 0 ? r : kb_proposal_each_item(g->tx, p->id, add_item_name, items);
}

/* ------------------------------------------------------------------------------------------------
 * news */

/* What became of the knowledge base without somebody's hand on an item, newest first. */
static int put_news(struct tx *tx, int64_t now, cJSON *ret)
{
    static const char sql[] =
        "SELECT e.seq, e.at, e.kind, e.item, e.text, s.name AS by FROM event e LEFT JOIN staff s "
        "ON s.id=e.staff_id WHERE e.kind IN ('kb.demoted', 'kb.incident_over', 'kb.link_back', "
        "'kb.link_dead', 'kb.published', 'kb.refused') AND e.at>?1 ORDER BY e.at DESC, e.seq DESC "
        "LIMIT ?2";
    cJSON *list = cJSON_AddArrayToObject(ret, "news");
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, now - NEWS_DAYS * DAY_S);
    stmt_bind_int64(q, 2, NEWS_MAX);
    int r;
    while ((r = stmt_next(q)) == 1) {
        cJSON *o = cJSON_CreateObject();
        (void)cJSON_AddItemToArray(list, o);
        put_int_column(o, q, "seq");
        put_int_column(o, q, "at");
        put_text_column(o, q, "kind");
        put_text_or_null(o, "item", q, "item");
        put_text_column(o, q, "text");
        put_text_or_null(o, "by", q, "by");
    }
    stmt_done(q);
    return r < 0 ? r : 0;
}

int view_kb(struct tx *tx, const struct view_kb *live, cJSON *ret)
{
    struct draft draft = { .count = 0 };
    struct glance g = { tx, &draft, live->now, NULL };
    int64_t revision = 0;
    int r = put_version(tx, live->version, ret);
    if (r == 0)
        r = kb_draft_revision(tx, &revision);
    put_int(ret, "revision", revision);
    if (r == 0)
        r = kb_draft_each(tx, add_change, &draft);
    g.list = cJSON_AddArrayToObject(ret, "items");
    if (r == 0)
        r = kb_items_each(live->items, add_live, &g);
    if (r == 0)
        r = add_new(&g);
    draft_release(&draft);
    g.list = cJSON_AddArrayToObject(ret, "proposals");
    if (r == 0)
        r = kb_proposal_each(tx, add_proposal, &g);
    return r < 0 ? r : put_news(tx, live->now, ret);
}

/* ------------------------------------------------------------------------------------------------
 * one item */

static void put_copy(cJSON *ret, const char *name, const cJSON *body)
{
    cJSON *copy = body ? cJSON_Duplicate(body, true) : cJSON_CreateNull();
    if (!cJSON_AddItemToObject(ret, name, copy))
        cJSON_Delete(copy);
}

static int put_file(cJSON *ret, const struct kb_item *live, const struct change *c)
{
    struct buf file = BUF_INIT(NAME_BYTES_MAX);
    int r = live      ? buf_add(&file, live->file)
            : c->body ? kb_item_file(c->item.kind, c->item.id, &file)
                      : 0;
    if (r == 0)
        (void)json_put_str_or_null(ret, "file", buf_str(&file));
    buf_release(&file);
    return r;
}

int view_kb_item(struct tx *tx, const struct view_kb *live, enum kb_item_kind kind, struct str id,
                 cJSON *ret)
{
    struct arena arena = ARENA_INIT;
    struct change c = { .item = { .kind = kind, .id = id } };
    struct kb_item item = { .body = NULL };
    bool is_live = kb_items_find(live->items, kind, id, &item);
    int in_draft = kb_draft_get(tx, &arena, kind, id, &c.item);
    int r = in_draft < 0 ? in_draft : kb_item_parse(c.item.body, &c.body);
    if (r == 0)
        r = kb_item_parse(c.item.base, &c.base);
    if (r == 0) {
        (void)json_put_str(ret, "kind", kb_item_kind_name(kind));
        (void)json_put_str(ret, "item", id);
        r = put_file(ret, is_live ? &item : NULL, &c);
        put_int(ret, "version", live->version);
        put_int(ret, "revision", c.item.revision);
        put_copy(ret, "live", item.body);
        put_copy(ret, "draft", c.body);
        put_copy(ret, "base", c.base);
        (void)cJSON_AddBoolToObject(ret, "removed", in_draft && !c.body);
        (void)cJSON_AddBoolToObject(ret, "conflict", in_draft && !kb_item_same(item.body, c.base));
        (void)json_put_str_or_null(ret, "by", in_draft ? c.item.by : STR(""));
        put_int_or_none(ret, "at", in_draft ? c.item.at : 0);
    }
    cJSON_Delete(c.body);
    cJSON_Delete(c.base);
    arena_release(&arena);
    return r;
}
