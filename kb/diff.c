#include "kb/diff.h"

#include "base/array.h"

enum { WORDS_SHOWN = 20, LINE_BYTES_MAX = 1 << 16, FIELD_BYTES_MAX = 512 };

/* ------------------------------------------------------------------------------------------------
 * which items */

struct list {
    struct kb_item *items;
    size_t count, room;
};

static int add(const struct kb_item *item, void *data)
{
    struct list *l = data;
    int r = array_grow((void **)&l->items, l->count, &l->room, sizeof *l->items);
    if (r == 0)
        l->items[l->count++] = *item;
    return r;
}

static int compare(const struct kb_item *a, const struct kb_item *b)
{
    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : str_cmp(a->id, b->id);
}

static int by_kind_and_id(const void *a, const void *b)
{
    return compare(a, b);
}

/* All of it, in order. */
static int list_items(const struct kb_items *items, struct list *ret)
{
    int r = kb_items_each(items, add, ret);
    if (r == 0 && ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_kind_and_id);
    return r;
}

struct str kb_item_title(const struct kb_item *item)
{
    struct str title = json_str(cJSON_GetObjectItemCaseSensitive(item->body, "title"));
    return title.len ? title : item->id;
}

/* @was and @is: one of them may be NULL. */
static int tell(const struct kb_item *was, const struct kb_item *is,
                int (*visit)(const struct kb_difference *d, void *data), void *data)
{
    const struct kb_item *item = is ? is : was;
    struct kb_difference d = {
        .change = !was  ? KB_ADDED
                  : !is ? KB_REMOVED
                        : KB_CHANGED,
        .kind = item->kind,
        .id = item->id,
        .title = kb_item_title(item),
        .was = was ? was->body : NULL,
        .is = is ? is->body : NULL,
    };
    return kb_item_same(d.was, d.is) ? 0 : visit(&d, data);
}

int kb_diff(const struct kb_items *was, const struct kb_items *is,
            int (*visit)(const struct kb_difference *d, void *data), void *data)
{
    struct list a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
    int r = list_items(was, &a);
    if (r == 0)
        r = list_items(is, &b);
    for (size_t i = 0, k = 0; r == 0 && (i < a.count || k < b.count);) {
        int order = i == a.count ? 1 : k == b.count ? -1 : compare(&a.items[i], &b.items[k]);
        const struct kb_item *old = order <= 0 ? &a.items[i++] : NULL;
        const struct kb_item *new = order >= 0 ? &b.items[k++] : NULL;
        r = tell(old, new, visit, data);
    }
    free(a.items);
    free(b.items);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * in words */

/* Ends the sentence, unless the text that is quoted last has done so. */
static void say(cJSON *lines, const char *field, struct buf *what)
{
    static const char *const ended[] = { ".”", "!”", "?”" };
    bool stop = true;
    for (size_t i = 0; i < ARRAY_LEN(ended); i++)
        stop = stop && !str_ends(buf_str(what), str_of(ended[i]));
    (void)buf_addc(what, stop ? "." : "");
    cJSON *line = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(line, "field", field);
    (void)cJSON_AddStringToObject(line, "what", buf_cstr(what));
    (void)cJSON_AddItemToArray(lines, line);
    buf_release(what);
}

/* A value as an editor reads it. */
static void add_words(struct buf *out, const cJSON *value)
{
    const cJSON *pcre = cJSON_GetObjectItemCaseSensitive(value, "pcre");
    const cJSON *weight = cJSON_GetObjectItemCaseSensitive(value, "weight");
    if (cJSON_IsString(value))
        (void)buf_addf(out, "“%s”", value->valuestring);
    else if (cJSON_IsBool(value))
        (void)buf_addc(out, cJSON_IsTrue(value) ? "yes" : "no");
    else if (cJSON_IsString(pcre))
        (void)buf_addf(out, "the pattern “%s”", pcre->valuestring);
    else
        (void)json_add_tree(out, value);
    if (pcre && cJSON_IsNumber(weight))
        (void)buf_addf(out, ", weight %g", weight->valuedouble);
}

/* A box that nobody has filled in says as much as one that isn't there. */
static const cJSON *filled(const cJSON *value)
{
    return cJSON_IsString(value) && !*value->valuestring ? NULL : value;
}

/* One of the two may be NULL. */
static void say_value(cJSON *lines, const char *field, const cJSON *was, const cJSON *is)
{
    was = filled(was);
    is = filled(is);
    if (!was && !is)
        return;
    struct buf what = BUF_INIT(LINE_BYTES_MAX);
    (void)buf_addc(&what, was && is ? "" : is ? "New: " : "Gone: ");
    if (was)
        add_words(&what, was);
    if (was && is)
        (void)buf_addc(&what, " became ");
    if (is)
        add_words(&what, is);
    say(lines, field, &what);
}

/* Lists whose texts are said to residents: a text that takes another's place is that one reworded.
 * Of other lists it is told what came and went. */
static bool is_said(const char *field)
{
    static const char *const others[] = { "match",          "unless",         "phrases",
                                          "examples.yes",   "examples.no",    "teach",
                                          "words",          "intents",        "tell",
                                          "names",          "topics",         "clarify.first",
                                          "clarify.second", "clarify.neither" };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (strcmp(field, others[i]) == 0)
            return false;
    return true;
}

/* A list, and which of it are in the other one too. */
struct side {
    const cJSON **values;
    bool *both;
    size_t count;
};

static int side_init(struct side *s, const cJSON *list)
{
    size_t count = list ? (size_t)cJSON_GetArraySize(list) : 0;
    *s = (struct side){ calloc(count + 1, sizeof *s->values), calloc(count + 1, sizeof *s->both),
                        0 };
    if (!s->values || !s->both)
        return ERR_NOMEM;
    for (const cJSON *c = list ? list->child : NULL; c; c = c->next)
        s->values[s->count++] = c;
    return 0;
}

static void side_release(struct side *s)
{
    free(s->values);
    free(s->both);
}

static void match_sides(struct side *a, struct side *b)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count && !a->both[i]; k++)
            if (!b->both[k] && kb_item_same(a->values[i], b->values[k]))
                a->both[i] = b->both[k] = true;
}

/* What only @s has, in one sentence. */
static void say_only(cJSON *lines, const char *field, const char *what, const struct side *s)
{
    struct buf text = BUF_INIT(LINE_BYTES_MAX);
    size_t shown = 0, more = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->both[i])
            continue;
        if (shown == WORDS_SHOWN) {
            more++;
            continue;
        }
        (void)buf_addf(&text, "%s", shown++ ? ", " : what);
        add_words(&text, s->values[i]);
    }
    if (more)
        (void)buf_addf(&text, " and %zu more", more);
    if (shown)
        say(lines, field, &text);
    buf_release(&text);
}

static void say_one_by_one(cJSON *lines, const char *field, struct side *a, struct side *b)
{
    for (size_t i = 0; i < a->count || i < b->count; i++) {
        const cJSON *was = i < a->count && !a->both[i] ? a->values[i] : NULL;
        const cJSON *is = i < b->count && !b->both[i] ? b->values[i] : NULL;
        if (was || is)
            say_value(lines, field, was, is);
    }
}

static int say_list(cJSON *lines, const char *field, const cJSON *was, const cJSON *is)
{
    struct side a = { NULL, NULL, 0 }, b = { NULL, NULL, 0 };
    int before = cJSON_GetArraySize(lines);
    int r = side_init(&a, was);
    if (r == 0)
        r = side_init(&b, is);
    if (r == 0) {
        match_sides(&a, &b);
        if (is_said(field)) {
            say_one_by_one(lines, field, &a, &b);
        } else {
            say_only(lines, field, "New: ", &b);
            say_only(lines, field, "Gone: ", &a);
        }
        if (a.count && b.count && cJSON_GetArraySize(lines) == before) {
            struct buf what = BUF_INIT(LINE_BYTES_MAX);
            (void)buf_addc(&what, "The same in another order");
            say(lines, field, &what);
        }
    }
    side_release(&a);
    side_release(&b);
    return r;
}

static int say_field(cJSON *lines, const char *field, const cJSON *was, const cJSON *is);

/* The members of two objects, those of @is first. */
static int say_members(cJSON *lines, const char *prefix, const cJSON *was, const cJSON *is)
{
    const cJSON *const sides[] = { is, was };
    int r = 0;
    for (size_t s = 0; s < ARRAY_LEN(sides); s++)
        for (const cJSON *c = sides[s] ? sides[s]->child : NULL; c && r == 0; c = c->next) {
            const cJSON *other = cJSON_GetObjectItemCaseSensitive(sides[1 - s], c->string);
            struct buf field = BUF_INIT(FIELD_BYTES_MAX);
            if (s == 1 && other) /* it was said with the first */
                continue;
            r = buf_addf(&field, "%s%s%s", prefix, *prefix ? "." : "", c->string);
            if (r == 0 && (*prefix || strcmp(c->string, "id") != 0))
                r = say_field(lines, buf_cstr(&field), s ? c : other, s ? NULL : c);
            buf_release(&field);
        }
    return r;
}

static int say_field(cJSON *lines, const char *field, const cJSON *was, const cJSON *is)
{
    if (kb_item_same(was, is))
        return 0;
    if ((!was || cJSON_IsArray(was)) && (!is || cJSON_IsArray(is)))
        return say_list(lines, field, was, is);
    if ((!was || cJSON_IsObject(was)) && (!is || cJSON_IsObject(is)))
        return say_members(lines, field, was, is);
    say_value(lines, field, was, is);
    return 0;
}

cJSON *kb_difference_words(const struct kb_difference *d)
{
    cJSON *lines = cJSON_CreateArray();
    bool object = cJSON_IsObject(d->is ? d->is : d->was);
    const char *field = d->kind == KB_TERM || d->kind == KB_COMMON ? "words"
                        : d->kind == KB_WORDING                    ? d->id.p
                                                                   : "";
    int r = object && d->kind != KB_WORDING && d->kind != KB_TERM
                ? say_members(lines, "", d->was, d->is)
                : say_field(lines, field, d->was, d->is);
    if (r == 0)
        return lines;
    cJSON_Delete(lines);
    return NULL;
}
