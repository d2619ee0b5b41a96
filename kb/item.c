#include "kb/item.h"

#include "base/array.h"

/* Where a kind stands. Of a list: objects named by their "id"; of the others: members of an object,
 * named by their own names. */
static const struct place {
    const char *kind;
    const char *file; /* NULL: topic files */
    const char *list; /* the list of objects, or NULL */
    const char *in;   /* the object whose members they are; "" the file itself, NULL: not members */
} places[KB_ITEM_KINDS] = {
    [KB_INTENT] = { "intent", NULL, "intents", NULL },
    [KB_RULE] = { "rule", "rules.json", "rules", NULL },
    [KB_TERM] = { "term", "terms.json", NULL, "terms" },
    [KB_COMMON] = { "common", "terms.json", NULL, "" },
    [KB_NOTICE] = { "notice", "notices.json", "notices", NULL },
    [KB_INCIDENT] = { "incident", "incidents.json", "incidents", NULL },
    [KB_CANNED] = { "canned", "canned.json", "canned", NULL },
    [KB_WORDING] = { "wording", "wording.json", NULL, "" },
    [KB_THRESHOLDS] = { "thresholds", "thresholds.json", NULL, NULL },
    [KB_ELECTION] = { "election", "election.json", NULL, NULL },
};

struct tree {
    const struct kb_file *file; /* NULL: made here */
    struct str name;
    cJSON *root; /* NULL: it was removed */
    bool changed;
};

struct kb_items {
    const struct kb_files *files;
    struct arena arena; /* names of files that are made here */
    struct tree *trees; /* in the order of their names; without the folder teach */
    size_t count, room;
};

struct str kb_item_kind_name(enum kb_item_kind kind)
{
    return str_of(places[kind].kind);
}

bool kb_item_kind_named(struct str name, enum kb_item_kind *ret)
{
    for (int k = 0; k < KB_ITEM_KINDS; k++)
        if (str_is(name, places[k].kind)) {
            *ret = (enum kb_item_kind)k;
            return true;
        }
    return false;
}

/* The only one of its kind, called as the kind is. */
static bool is_single(enum kb_item_kind kind)
{
    return kind == KB_COMMON || kind == KB_THRESHOLDS || kind == KB_ELECTION;
}

static bool is_topic_file(struct str name)
{
    for (int k = 0; k < KB_ITEM_KINDS; k++)
        if (places[k].file && str_is(name, places[k].file))
            return false;
    return true;
}

static size_t place_of(const struct kb_items *items, struct str name)
{
    size_t i = 0;
    while (i < items->count && str_cmp(items->trees[i].name, name) < 0)
        i++;
    return i;
}

static struct tree *tree_of(const struct kb_items *items, struct str name)
{
    size_t i = place_of(items, name);
    return i < items->count && str_eq(items->trees[i].name, name) ? &items->trees[i] : NULL;
}

/* The tree of a file, made if there is none. */
static int tree_make(struct kb_items *items, struct str name, struct tree **ret)
{
    struct tree *t = tree_of(items, name);
    if (!t) {
        struct tree new = { .name = arena_str(&items->arena, name) };
        size_t i = place_of(items, name);
        int r = new.name.p ? array_grow((void **)&items->trees, items->count, &items->room,
                                        sizeof *items->trees)
                           : ERR_NOMEM;
        if (r < 0)
            return r;
        t = &items->trees[i];
        memmove(t + 1, t, (items->count - i) * sizeof *t);
        *t = new;
        items->count++;
    }
    if (!t->root)
        t->root = cJSON_CreateObject();
    *ret = t;
    return t->root ? 0 : ERR_NOMEM;
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static const cJSON *member_of(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* What has the items of @kind in the tree @root, or NULL. */
static cJSON *holder_of(const struct place *p, const cJSON *root)
{
    return (cJSON *)(p->list               ? member_of(root, p->list)
                     : !p->in || !p->in[0] ? root
                                           : member_of(root, p->in));
}

static void check_shape(const struct tree *t, const char *where, struct report *report)
{
    if (!cJSON_IsObject(t->root)) {
        (void)report_error(report, "%s: must be a JSON object", where);
        return;
    }
    for (int k = 0; k < KB_ITEM_KINDS; k++) {
        const struct place *p = &places[k];
        if (p->file ? !str_is(t->name, p->file) : !is_topic_file(t->name))
            continue;
        const cJSON *holder = holder_of(p, t->root);
        if (holder && p->list && !cJSON_IsArray(holder))
            (void)report_error(report, "%s: \"%s\" must be a list", where, p->list);
        else if (holder && !p->list && !cJSON_IsObject(holder))
            (void)report_error(report, "%s: \"%s\" must be an object", where, p->in);
    }
}

static int read_tree(struct kb_items *items, const struct kb_file *file, struct report *report)
{
    struct str where = items->files->where;
    struct buf path = BUF_INIT(8192);
    struct tree *t;
    cJSON *root = NULL;
    int r = buf_addf(&path, "%.*s%s%s", STR_ARG(where), where.len ? "/" : "", file->name.p);
    if (r == 0)
        r = json_parse_reported(file->bytes, buf_cstr(&path), report, &root);
    if (r == 0)
        r = tree_make(items, file->name, &t);
    if (r == 0) {
        cJSON_Delete(t->root);
        t->root = root;
        t->file = file;
        check_shape(t, buf_cstr(&path), report);
        root = NULL;
    }
    cJSON_Delete(root);
    buf_release(&path);
    return r == ERR_BADINPUT ? 0 : r; /* the next file may have faults of its own */
}

int kb_items_new(const struct kb_files *files, struct report *report, struct kb_items **ret)
{
    unsigned errors = report->errors;
    struct kb_items *items = calloc(1, sizeof *items);
    int r = items ? 0 : ERR_NOMEM;
    if (r == 0)
        items->files = files;
    for (size_t i = 0; r == 0 && i < files->count; i++)
        if (!str_starts(files->items[i].name, STR("teach/")))
            r = read_tree(items, &files->items[i], report);
    if (r == 0 && report->errors > errors)
        r = ERR_BADINPUT;
    if (r == 0)
        *ret = items;
    else
        (void)kb_items_free(items);
    return r;
}

struct kb_items *kb_items_free(struct kb_items *items)
{
    for (size_t i = 0; items && i < items->count; i++)
        cJSON_Delete(items->trees[i].root);
    if (items) {
        free(items->trees);
        arena_release(&items->arena);
    }
    free(items);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * visiting */

static int visit_holder(enum kb_item_kind kind, const struct tree *t,
                        int (*visit)(const struct kb_item *item, void *data), void *data)
{
    const struct place *p = &places[kind];
    struct kb_item item = { .kind = kind, .file = t->name };
    const cJSON *holder = t->root ? holder_of(p, t->root) : NULL;
    int r = 0;
    if (is_single(kind)) {
        item.id = str_of(p->kind);
        item.body = kind == KB_COMMON && holder ? member_of(holder, p->kind) : holder;
        return item.body ? visit(&item, data) : 0;
    }
    for (const cJSON *c = holder ? holder->child : NULL; c && r == 0; c = c->next) {
        item.body = c;
        item.id = p->list ? json_str(member_of(c, "id")) : str_of(c->string);
        if (item.id.len)
            r = visit(&item, data);
    }
    return r;
}

static int visit_kind(const struct kb_items *items, enum kb_item_kind kind,
                      int (*visit)(const struct kb_item *item, void *data), void *data)
{
    const char *file = places[kind].file;
    const struct tree *t = file ? tree_of(items, str_of(file)) : NULL;
    if (file)
        return t ? visit_holder(kind, t, visit, data) : 0;
    int r = 0;
    for (size_t i = 0; i < items->count && r == 0; i++)
        if (is_topic_file(items->trees[i].name))
            r = visit_holder(kind, &items->trees[i], visit, data);
    return r;
}

int kb_items_each(const struct kb_items *items,
                  int (*visit)(const struct kb_item *item, void *data), void *data)
{
    int r = 0;
    for (int k = 0; k < KB_ITEM_KINDS && r == 0; k++)
        r = visit_kind(items, (enum kb_item_kind)k, visit, data);
    return r;
}

struct looking {
    struct str id;
    struct kb_item found;
};

static int is_it(const struct kb_item *item, void *data)
{
    struct looking *l = data;
    if (!str_eq(item->id, l->id))
        return 0;
    l->found = *item;
    return 1;
}

bool kb_items_find(const struct kb_items *items, enum kb_item_kind kind, struct str id,
                   struct kb_item *ret)
{
    struct looking l = { .id = id };
    if (visit_kind(items, kind, is_it, &l) != 1)
        return false;
    *ret = l.found;
    return true;
}

const cJSON *kb_items_get(const struct kb_items *items, enum kb_item_kind kind, struct str id)
{
    struct kb_item item;
    return kb_items_find(items, kind, id, &item) ? item.body : NULL;
}

bool kb_item_same(const cJSON *a, const cJSON *b)
{
    return a && b ? cJSON_Compare(a, b, true) : a == b;
}

/* ------------------------------------------------------------------------------------------------
 * changing */

static bool is_plain_id(struct str id)
{
    bool plain = id.len > 0 && id.len <= KB_ITEM_ID_MAX && id.p[0] != '.';
    for (size_t i = 0; i < id.len && plain; i++) {
        char c = id.p[i];
        plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '-' || c == '.';
    }
    return plain;
}

/* An intent's is called as its id up to the first dot. */
int kb_item_file(enum kb_item_kind kind, struct str id, struct buf *ret)
{
    struct str rest = id, topic;
    if (places[kind].file)
        return buf_addc(ret, places[kind].file);
    (void)str_split(&rest, '.', &topic);
    return buf_addf(ret, "%.*s.json", STR_ARG(topic));
}

int kb_item_check(enum kb_item_kind kind, struct str id, const cJSON *body, struct report *report)
{
    const struct place *p = &places[kind];
    struct buf file = BUF_INIT(256);
    int r = 0;
    if (is_single(kind) && !str_is(id, p->kind))
        return report_error(report,
                            "%.*s: there is only one item of this kind, and it is called %s",
                            STR_ARG(id), p->kind);
    if (!body) /* whatever it is called, it can go */
        return 0;
    if (!is_plain_id(id))
        return report_error(report,
                            "\"%.*s\": a name must be 1 to %d of the characters a to z, 0 to 9, "
                            "full stop, underscore and hyphen, and not begin with a full stop",
                            STR_ARG(utf8_cut(id, KB_ITEM_ID_MAX)), KB_ITEM_ID_MAX);
    if (kind == KB_INTENT)
        r = kb_item_file(kind, id, &file);
    if (r == 0 && file.len && !is_topic_file(buf_str(&file)))
        r = report_error(report,
                         "%.*s: what stands before the first full stop would be its file, and "
                         "%s holds something else",
                         STR_ARG(id), buf_cstr(&file));
    buf_release(&file);
    if (r < 0)
        return r;
    if ((p->list || !p->in) && !cJSON_IsObject(body))
        return report_error(report, "%.*s: must be an object", STR_ARG(id));
    if (p->list && !str_eq(json_str(member_of(body, "id")), id))
        return report_error(report, "%.*s: its \"id\" must be the item's name, \"%.*s\"",
                            STR_ARG(id), STR_ARG(id));
    return 0;
}

/* Puts @body behind the last of its kind. */
static int add_item(struct kb_items *items, enum kb_item_kind kind, struct str id, cJSON *body)
{
    const struct place *p = &places[kind];
    struct buf name = BUF_INIT(256);
    struct tree *t;
    int r = kb_item_file(kind, id, &name);
    if (r == 0)
        r = tree_make(items, buf_str(&name), &t);
    buf_clear(&name);
    if (r == 0)
        r = buf_add(&name, id);
    if (r == 0) {
        const char *made = p->list ? p->list : p->in && p->in[0] ? p->in : NULL;
        cJSON *holder = holder_of(p, t->root);
        t->changed = true;
        if (!holder)
            holder = p->list ? cJSON_AddArrayToObject(t->root, made)
                             : cJSON_AddObjectToObject(t->root, made);
        bool done = false;
        if (holder && p->list) {
            done = cJSON_AddItemToArray(holder, body);
        } else if (holder && p->in) {
            done = cJSON_AddItemToObject(holder, buf_cstr(&name), body);
        } else if (holder) {
            cJSON_Delete(t->root);
            t->root = body;
            done = true;
        }
        r = done ? 0 : ERR_NOMEM;
    }
    buf_release(&name);
    return r;
}

/* Takes @item away; with the file, where nothing would be left in it that says anything. */
static void remove_item(struct tree *t, const struct kb_item *item)
{
    const struct place *p = &places[item->kind];
    cJSON *holder = holder_of(p, t->root);
    t->changed = true;
    if (p->list || p->in)
        cJSON_Delete(cJSON_DetachItemViaPointer(holder, (cJSON *)item->body));
    if ((!p->list && !p->in) || (!p->file && !holder->child)) {
        cJSON_Delete(t->root);
        t->root = NULL;
    }
}

static int replace_item(struct tree *t, const struct kb_item *item, cJSON *body)
{
    const struct place *p = &places[item->kind];
    cJSON *holder = holder_of(p, t->root);
    t->changed = true;
    if (!p->list && !p->in) {
        cJSON_Delete(t->root);
        t->root = body;
        return 0;
    }
    struct str id = item->id;
    bool done = p->list ? cJSON_ReplaceItemViaPointer(holder, (cJSON *)item->body, body)
                        : cJSON_ReplaceItemInObjectCaseSensitive(holder, id.p, body);
    return done ? 0 : ERR_NOMEM;
}

int kb_items_put(struct kb_items *items, enum kb_item_kind kind, struct str id, const cJSON *body,
                 struct report *report)
{
    struct kb_item item = { .body = NULL };
    int r = kb_item_check(kind, id, body, report);
    if (r < 0)
        return r;
    bool there = kb_items_find(items, kind, id, &item);
    if (kb_item_same(item.body, body))
        return 0;
    if (!body) {
        remove_item(tree_of(items, item.file), &item);
        return 0;
    }
    cJSON *copy = cJSON_Duplicate(body, true);
    if (!copy)
        return ERR_NOMEM;
    r = there ? replace_item(tree_of(items, item.file), &item, copy)
              : add_item(items, kind, id, copy);
    if (r < 0)
        cJSON_Delete(copy);
    return r;
}

static int write_tree(const struct tree *t, struct kb_files *ret)
{
    if (!t->root)
        return 0;
    if (!t->changed)
        return kb_files_put(ret, t->name, t->file->bytes);
    struct buf bytes = BUF_INIT(KB_FILE_BYTES_MAX);
    int r = kb_format(t->root, &bytes);
    if (r == 0)
        r = kb_files_put(ret, t->name, buf_str(&bytes));
    buf_release(&bytes);
    return r;
}

int kb_items_files(const struct kb_items *items, struct report *report, struct kb_files **ret)
{
    struct kb_files *files = kb_files_new(items->files->where);
    int r = files ? 0 : ERR_NOMEM;
    for (size_t i = 0; r == 0 && i < items->files->count; i++) {
        const struct kb_file *file = &items->files->items[i];
        if (str_starts(file->name, STR("teach/")))
            r = kb_files_put(files, file->name, file->bytes);
    }
    for (size_t i = 0; r == 0 && i < items->count; i++) {
        r = write_tree(&items->trees[i], files);
        if (r == ERR_TOOBIG)
            r = report_error(report,
                             "%.*s: would be larger than %d bytes, or one of more than %d files",
                             STR_ARG(items->trees[i].name), KB_FILE_BYTES_MAX, KB_FILES_MAX);
    }
    if (r == 0)
        *ret = files;
    else
        (void)kb_files_free(files);
    return r;
}
