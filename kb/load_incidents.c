/* incidents.json: what several intents answer while something is going on. The texts have no
 * {link}: they are the same for intents with links of their own. */
#include "kb/load_private.h"

#include "base/array.h"

/* The text, and behind it the other ways to say it. */
static int load_said(struct loader *l, const cJSON *object, const char *where,
                     struct kb_incident *n)
{
    struct kb_list variants = { NULL, 0 };
    struct str text = STR("");
    int r = load_text(l, object, "text", true, where, &text);
    if (r == 0)
        r = load_list(l, object, "variants", false, where, &variants);
    if (r < 0)
        return r;
    load_check_outgoing(l, text, &load_no_placeholders, where, "text");
    load_check_outgoing_list(l, &variants, &load_no_placeholders, where, "variants");
    struct str *said = arena_array(&l->kb->arena, variants.count + 1, sizeof *said);
    if (!said)
        return ERR_NOMEM;
    said[0] = text;
    n->digest = str_hash(text);
    for (size_t i = 0; i < variants.count; i++) {
        said[i + 1] = variants.items[i];
        n->digest = n->digest * 31 + str_hash(variants.items[i]);
    }
    n->said = (struct kb_list){ said, variants.count + 1 };
    return 0;
}

static int load_incident(struct loader *l, const cJSON *object, struct str file)
{
    static const char *const names[] = { "id",   "title", "text", "variants", "intents",
                                         "from", "until", "tell", NULL };
    struct kb_incident n = { 0 };
    struct str id = STR("");
    struct buf where = BUF_INIT(4096);
    if (json_get_str(object, "id", &id) != 1)
        id = STR("an incident");
    (void)buf_addf(&where, "%.*s: %.*s", STR_ARG(file), STR_ARG(id));
    const char *w = buf_cstr(&where);
    json_check_names(object, names, w, l->report);
    int r = load_text(l, object, "id", true, w, &n.id);
    for (size_t i = 0; i < l->kb->incident_count && r == 0; i++)
        if (str_eq(l->kb->incident[i].id, n.id))
            r = report_error(l->report, "%s: another incident has this id already", w);
    if (r == 0)
        r = load_text(l, object, "title", true, w, &n.title);
    if (r == 0)
        r = load_said(l, object, w, &n);
    if (r == 0)
        r = load_span(l, object, w, &n.from_at, &n.until_at);
    if (r == 0)
        r = load_list(l, object, "tell", false, w, &n.tell);
    if (r == 0)
        r = load_intents_named(l, object, w, &n.intents, &n.intent_count);
    if (r == 0) {
        for (size_t o = 0; o < l->kb->incident_count; o++) {
            const struct kb_incident *other = &l->kb->incident[o];
            if (n.from_at < other->until_at && other->from_at < n.until_at)
                load_check_alone(l, w, n.intents, n.intent_count, other->id, other->intents,
                                 other->intent_count);
        }
        r = array_grow_in(&l->kb->arena, (void **)&l->kb->incident, l->kb->incident_count,
                          &l->incident_room, sizeof *l->kb->incident);
    }
    if (r == 0)
        l->kb->incident[l->kb->incident_count++] = n;
    buf_release(&where);
    return r;
}

int load_incidents(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "incidents", NULL };
    json_check_names(tree, names, file.p, l->report);
    return load_each(l, tree, "incidents", file, load_incident);
}
