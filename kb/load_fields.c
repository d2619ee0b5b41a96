/* What the members of a knowledge base's objects have in common: texts, lists, and what may go
 * out. */
#include "kb/load_private.h"

#include <assert.h>
#include <inttypes.h>

#include "base/when.h"
#include "kb/asking.h"

enum { PLACEHOLDER_SHOWN = 30 /* characters */ };

/* The longest text that {when} can become: see hours_when in bot/hours.h. */
static const char longest_when[] = "from 10.30pm on Wednesday 30 September";

int load_keep(struct loader *l, struct str text, struct str *ret)
{
    *ret = arena_str(l->arena, text);
    return ret->p ? 0 : ERR_NOMEM;
}

/* A text member. Missing is a fault if @needed. */
int load_text(struct loader *l, const cJSON *object, const char *name, bool needed,
              const char *where, struct str *ret)
{
    struct str text = STR("");
    int found = json_get_str(object, name, &text);
    if (found < 0)
        return report_error(l->report, "%s: \"%s\" must be a text", where, name);
    if (needed && !str_trim(text).len)
        return report_error(l->report, "%s: \"%s\" is missing or empty", where, name);
    return load_keep(l, text, ret);
}

int load_list(struct loader *l, const cJSON *object, const char *name, bool needed,
              const char *where, struct kb_list *ret)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(object, name), *item;
    int count = array ? cJSON_GetArraySize(array) : 0;
    if ((array && !cJSON_IsArray(array)) || (needed && count == 0))
        return report_error(l->report, "%s: \"%s\" must be a list of texts%s", where, name,
                            needed ? ", at least one" : "");
    ret->items = arena_array(l->arena, (size_t)count + 1, sizeof *ret->items);
    if (!ret->items)
        return ERR_NOMEM;
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item) || !str_trim(json_str(item)).len)
            return report_error(l->report, "%s: %s[%zu]: must be a text with something in it",
                                where, name, ret->count);
        int r = load_keep(l, json_str(item), &ret->items[ret->count++]);
        if (r < 0)
            return r;
    }
    return 0;
}

int load_examples(struct loader *l, const cJSON *object, const char *where, struct kb_examples *ret)
{
    static const char *const names[] = { "yes", "no", NULL };
    const cJSON *e = cJSON_GetObjectItemCaseSensitive(object, "examples");
    if (!cJSON_IsObject(e))
        return report_error(l->report, "%s: \"examples\" must be {\"yes\": […], \"no\": […]}",
                            where);
    json_check_names(e, names, where, l->report);
    int r = load_list(l, e, "yes", true, where, &ret->yes);
    return r < 0 ? r : load_list(l, e, "no", false, where, &ret->no);
}

/* Of the brace at byte @at. */
static void report_brace(struct loader *l, struct str text, size_t at,
                         const struct placeholders *allowed, const char *where, const char *field)
{
    struct str rest = str_cut(text, at, text.len), name;
    struct buf names = BUF_INIT(100);
    (void)str_split(&rest, '}', &name);
    for (size_t i = 0; i < allowed->count; i++)
        (void)buf_addf(&names, "%s%s", i ? " and " : "only ", allowed->items[i].filling.name);
    if (allowed->count == 0)
        (void)buf_addc(&names, "nothing");
    (void)report_error(l->report, "%s: %s: column %zu: %.*s%s isn't filled in here, %s is", where,
                       field, utf8_points(str_cut(text, 0, at)) + 1,
                       STR_ARG(utf8_cut(name, PLACEHOLDER_SHOWN)), rest.p ? "}" : "",
                       buf_cstr(&names));
    buf_release(&names);
}

/* False, with a line for the first brace that isn't one of @allowed and for each that is missing.
 */
bool load_check_braces(struct loader *l, struct str text, const struct placeholders *allowed,
                       const char *where, const char *field)
{
    bool used[2] = { false };
    assert(allowed->count <= ARRAY_LEN(used));
    for (size_t i = 0; i < text.len; i++) {
        size_t p = 0;
        if (text.p[i] != '{')
            continue;
        while (p < allowed->count &&
               !str_starts(str_cut(text, i, text.len), str_of(allowed->items[p].filling.name)))
            p++;
        if (p == allowed->count) {
            report_brace(l, text, i, allowed, where, field);
            return false;
        }
        used[p] = true;
    }
    bool whole = true;
    for (size_t p = 0; p < allowed->count; p++) {
        const struct placeholder *one = &allowed->items[p];
        if (one->missing && !used[p])
            (void)report_error(l->report, "%s: %s: has no %s: %s", where, field, one->filling.name,
                               one->missing);
        whole &= used[p] || !one->missing;
    }
    return whole;
}

/* How heavy @text is, filled in, behind @notice if there is one and with room for a handle;
 * UINT64_MAX if it can't be told: what is cut can't be weighed. */
uint64_t load_full_weight(const struct loader *l, struct str notice, struct str text,
                          const struct placeholders *allowed)
{
    struct buf full = BUF_INIT(65536);
    struct kb_filling fillings[2];
    for (size_t p = 0; p < allowed->count; p++)
        fillings[p] = allowed->items[p].filling;
    if (notice.len)
        (void)buf_addf(&full, "%.*s ", STR_ARG(notice));
    uint64_t weight = UINT64_MAX;
    if (kb_fill(&full, text, fillings, allowed->count) == 0)
        weight = (uint64_t)l->rules->weight(buf_str(&full)) + LOAD_HANDLE_ROOM;
    buf_release(&full);
    return weight;
}

/* A line if it asks for what only a private message may ask for. */
void load_check_public(struct loader *l, struct str text, const char *where, const char *field)
{
    const char *asks = kb_asks_for(text);
    if (asks)
        (void)report_error(l->report,
                           "%s: %s: asks for %s where everybody can read it: say that it is for a "
                           "direct message, or for the page behind the link",
                           where, field, asks);
}

/* A text that goes out: only the placeholders in @allowed, no question that is for private
 * messages, and short enough for the network. */
void load_check_outgoing(struct loader *l, struct str text, const struct placeholders *allowed,
                         const char *where, const char *field)
{
    if (!load_check_braces(l, text, allowed, where, field))
        return;
    load_check_public(l, text, where, field);
    uint64_t weight = load_full_weight(l, STR(""), text, allowed);
    if (weight == UINT64_MAX)
        (void)report_error(l->report, "%s: %s: more than 65536 bytes", where, field);
    else if (weight > l->rules->limit)
        (void)report_error(l->report,
                           "%s: %s: %" PRIu64
                           " characters filled in and with the resident's handle, at most %u fit: "
                           "%" PRIu64 " too many",
                           where, field, weight, l->rules->limit, weight - l->rules->limit);
}

void load_check_outgoing_list(struct loader *l, const struct kb_list *list,
                              const struct placeholders *allowed, const char *where,
                              const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        struct buf field = BUF_INIT(100);
        (void)buf_addf(&field, "%s[%zu]", name, i);
        load_check_outgoing(l, list->items[i], allowed, where, buf_cstr(&field));
        buf_release(&field);
    }
}

const struct placeholders load_no_placeholders = { NULL, 0 };
const struct placeholder load_when_placeholder = {
    { "{when}", { longest_when, sizeof longest_when - 1 } }, NULL
};

const struct placeholder load_handle_placeholder = { { "{handle}", STR("") }, "name the resident" };

struct placeholder load_link_placeholder(struct str link)
{
    return (struct placeholder){ { "{link}", link }, "say where to go" };
}

static int load_when(struct loader *l, const cJSON *object, const char *name, const char *where,
                     int64_t *ret)
{
    struct str text = STR("");
    if (json_get_str(object, name, &text) != 1 || !when_parse(text, ret))
        return report_error(l->report, "%s: \"%s\" must be a time like 2026-12-21T00:00:00Z", where,
                            name);
    return 0;
}

int load_span(struct loader *l, const cJSON *object, const char *where, int64_t *ret_from,
              int64_t *ret_until)
{
    int r = load_when(l, object, "from", where, ret_from);
    if (r == 0)
        r = load_when(l, object, "until", where, ret_until);
    if (r == 0 && *ret_until <= *ret_from)
        r = report_error(l->report, "%s: \"until\" must be later than \"from\"", where);
    return r;
}

void load_check_alone(struct loader *l, const char *where, const struct kb_intent *const *intents,
                      size_t count, struct str other, const struct kb_intent *const *others,
                      size_t other_count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < other_count; j++)
            if (others[j] == intents[i])
                (void)report_error(l->report,
                                   "%s: holds for %.*s at the same time as %.*s: one at a time",
                                   where, STR_ARG(intents[i]->id), STR_ARG(other));
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
