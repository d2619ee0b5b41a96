/* notices.json. */
#include "kb/load_private.h"

#include <inttypes.h>

#include "base/array.h"
#include "base/when.h"

int load_when(struct loader *l, const cJSON *object, const char *name, const char *where,
              int64_t *ret)
{
    struct str text = STR("");
    if (json_get_str(object, name, &text) != 1 || !when_parse(text, ret))
        return report_error(l->report, "%s: \"%s\" must be a time like 2026-12-21T00:00:00Z", where,
                            name);
    return 0;
}

int load_intents_named(struct loader *l, const cJSON *object, const char *where,
                       const struct kb_intent ***ret, size_t *ret_count)
{
    struct kb_list ids = { 0 };
    int r = load_list(l, object, "intents", true, where, &ids);
    if (r < 0)
        return r;
    const struct kb_intent **intents = arena_array(&l->kb->arena, ids.count, sizeof *intents);
    if (!intents)
        return ERR_NOMEM;
    for (size_t i = 0; i < ids.count; i++) {
        intents[i] = kb_intent_named(l->kb, ids.items[i]);
        if (!intents[i])
            return report_error(l->report, "%s: intents[%zu]: no intent \"%.*s\"", where, i,
                                STR_ARG(ids.items[i]));
    }
    *ret = intents;
    *ret_count = ids.count;
    return 0;
}

/* Something can be said with it for each of its intents, and nothing else holds for them then. */
static void check_notice(struct loader *l, const struct kb_notice *n, const char *where)
{
    for (size_t i = 0; i < n->intent_count; i++) {
        const struct kb_intent *in = n->intents[i];
        struct placeholder link = load_link_placeholder(in->link);
        uint64_t least = UINT64_MAX;
        for (size_t v = 0; v < in->replies.count; v++) {
            uint64_t weight = load_full_weight(l, n->text, in->replies.items[v],
                                               &(struct placeholders){ &link, 1 });
            least = weight < least ? weight : least;
        }
        if (least == UINT64_MAX)
            (void)report_error(l->report, "%s: with a reply of %.*s, more than 65536 bytes", where,
                               STR_ARG(in->id));
        else if (least > l->rules->limit)
            (void)report_error(l->report,
                               "%s: no reply of %.*s fits behind it: %" PRIu64
                               " characters with the shortest and the resident's handle, at most "
                               "%u fit",
                               where, STR_ARG(in->id), least, l->rules->limit);
        for (size_t o = 0; o < l->kb->notice_count; o++) {
            const struct kb_notice *other = &l->kb->notice[o];
            for (size_t j = 0; j < other->intent_count; j++)
                if (other->intents[j] == in && n->from_at < other->until_at &&
                    other->from_at < n->until_at)
                    (void)report_error(l->report,
                                       "%s: holds for %.*s at the same time as %.*s: one at a time",
                                       where, STR_ARG(in->id), STR_ARG(other->id));
        }
    }
}

static int load_notice(struct loader *l, const cJSON *object, struct str file)
{
    static const char *const names[] = { "id", "intents", "from", "until", "text", NULL };
    struct kb_notice n = { 0 };
    struct str id = STR("");
    struct buf where = BUF_INIT(4096);
    if (json_get_str(object, "id", &id) != 1)
        id = STR("a notice");
    (void)buf_addf(&where, "%.*s: %.*s", STR_ARG(file), STR_ARG(id));
    const char *w = buf_cstr(&where);
    json_check_names(object, names, w, l->report);
    int r = load_text(l, object, "id", true, w, &n.id);
    for (size_t i = 0; i < l->kb->notice_count && r == 0; i++)
        if (str_eq(l->kb->notice[i].id, n.id))
            r = report_error(l->report, "%s: another notice has this id already", w);
    if (r == 0)
        r = load_text(l, object, "text", true, w, &n.text);
    if (r == 0 && !load_check_braces(l, n.text, &load_no_placeholders, w, "text"))
        r = ERR_BADINPUT;
    if (r == 0)
        load_check_public(l, n.text, w, "text");
    if (r == 0)
        r = load_when(l, object, "from", w, &n.from_at);
    if (r == 0)
        r = load_when(l, object, "until", w, &n.until_at);
    if (r == 0 && n.until_at <= n.from_at)
        r = report_error(l->report, "%s: \"until\" must be later than \"from\"", w);
    if (r == 0)
        r = load_intents_named(l, object, w, &n.intents, &n.intent_count);
    if (r == 0) {
        check_notice(l, &n, w);
        r = array_grow_in(&l->kb->arena, (void **)&l->kb->notice, l->kb->notice_count,
                          &l->notice_room, sizeof *l->kb->notice);
    }
    if (r == 0)
        l->kb->notice[l->kb->notice_count++] = n;
    buf_release(&where);
    return r;
}

int load_notices(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "notices", NULL };
    json_check_names(tree, names, file.p, l->report);
    return load_each(l, tree, "notices", file, load_notice);
}
