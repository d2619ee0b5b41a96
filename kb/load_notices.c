/* notices.json. */
#include "kb/load_private.h"

#include <inttypes.h>

#include "base/array.h"

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
    }
    for (size_t o = 0; o < l->kb->notice_count; o++) {
        const struct kb_notice *other = &l->kb->notice[o];
        if (n->from_at < other->until_at && other->from_at < n->until_at)
            load_check_alone(l, where, n->intents, n->intent_count, other->id, other->intents,
                             other->intent_count);
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
        r = load_span(l, object, w, &n.from_at, &n.until_at);
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
