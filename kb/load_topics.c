/* Topic files and rules.json. */
#include "kb/load_private.h"

#include "base/array.h"
#include "base/when.h"
#include "kb/plain.h"

const struct load_kind load_kinds[KB_KINDS] = {
    { "sensitive", KB_SENSITIVE }, { "troll", KB_TROLL },         { "praise", KB_PRAISE },
    { "human", KB_HUMAN },         { "complaint", KB_COMPLAINT }, { "opt_out", KB_OPT_OUT },
    { "opt_in", KB_OPT_IN },       { "chatter", KB_CHATTER },
};

static int add_patterns(struct loader *l, const cJSON *object, const char *field,
                        enum pattern_use use, unsigned topic, const char *where)
{
    static const char *const with_weight[] = { "pcre", "weight", NULL }, *const without[] = {
        "pcre", NULL
    };
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, field), *item;
    if (list && !cJSON_IsArray(list))
        return report_error(l->report, "%s: \"%s\" must be a list of patterns", where, field);
    size_t index = 0;
    cJSON_ArrayForEach(item, list)
    {
        struct buf place = BUF_INIT(4096);
        struct str pcre = STR("");
        int64_t weight = 0;
        (void)buf_addf(&place, "%s: %s[%zu]", where, field, index++);
        if (!cJSON_IsObject(item)) {
            (void)report_error(l->report, "%s: must be an object with \"pcre\"", buf_cstr(&place));
            buf_release(&place);
            continue;
        }
        json_check_names(item, use == PATTERN_FOR ? with_weight : without, buf_cstr(&place),
                         l->report);
        int r = 0;
        if (json_get_str(item, "pcre", &pcre) != 1)
            (void)report_error(l->report, "%s: \"pcre\" must be a text", buf_cstr(&place));
        else if (use == PATTERN_FOR && json_get_int(item, "weight", 1, 100, &weight) != 1)
            (void)report_error(l->report, "%s: \"weight\" must be a whole number from 1 to 100",
                               buf_cstr(&place));
        else
            r = intents_add_pattern(l->kb->intents, topic, use, pcre, (unsigned)weight,
                                    buf_cstr(&place), l->report);
        buf_release(&place);
        if (r == ERR_NOMEM)
            return r;
    }
    return 0;
}

/* Behind those of "match", whose numbers are theirs for good. */
static int add_phrases(struct loader *l, const struct kb_list *phrases, unsigned topic,
                       const char *where)
{
    struct arena arena = ARENA_INIT;
    int r = 0;
    for (size_t i = 0; i < phrases->count && r != ERR_NOMEM; i++) {
        struct plain_phrase p;
        struct buf place = BUF_INIT(4096);
        (void)buf_addf(&place, "%s: phrases[%zu]", where, i);
        r = plain_phrase(intents_vocab(l->kb->intents), &arena, phrases->items[i], buf_cstr(&place),
                         l->report, &p);
        if (r == 0)
            r = intents_add_pattern(l->kb->intents, topic, PATTERN_FOR, p.pcre, p.weight,
                                    buf_cstr(&place), l->report);
        buf_release(&place);
        arena_clear(&arena);
    }
    arena_release(&arena);
    return r == ERR_NOMEM ? r : 0;
}

static int add_topic(struct loader *l, const cJSON *object, struct str id, const char *where,
                     struct kb_list *ret_phrases, unsigned *ret_topic)
{
    bool there = false;
    for (size_t i = 0; i < l->kb->intent_count; i++)
        there |= str_eq(l->kb->intent[i].id, id);
    for (size_t i = 0; i < l->kb->rule_count; i++)
        there |= str_eq(l->kb->rule[i].id, id);
    if (there)
        return report_error(l->report, "%s: another intent or rule has this id already", where);
    int topic = intents_add_topic(l->kb->intents, id);
    if (topic < 0)
        return topic;
    *ret_topic = (unsigned)topic;
    int r = load_list(l, object, "phrases", false, where, ret_phrases);
    if (r == 0 && ret_phrases->count == 0 &&
        cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(object, "match")) == 0)
        r = report_error(l->report, "%s: must have \"phrases\" or \"match\", with something in it",
                         where);
    if (r == 0)
        r = add_patterns(l, object, "match", PATTERN_FOR, *ret_topic, where);
    if (r == 0)
        r = add_phrases(l, ret_phrases, *ret_topic, where);
    return r < 0 ? r : add_patterns(l, object, "unless", PATTERN_UNLESS, *ret_topic, where);
}

/* The enum kb_class of that name, or KB_CLASSES. */
int load_other_class(struct str name)
{
    int c = 0;
    while (c < KB_CLASSES && !str_eq(kb_class_name((enum kb_class)c), name))
        c++;
    return c;
}

static int load_mode(struct loader *l, const cJSON *object, const char *where, enum kb_mode *ret)
{
    struct str name = kb_mode_name(KB_AUTOMATIC);
    int found = json_get_str(object, "mode", &name), mode = 0;
    while (mode < KB_MODES && !str_eq(kb_mode_name((enum kb_mode)mode), name))
        mode++;
    if (found < 0 || mode == KB_MODES)
        return report_error(l->report, "%s: \"mode\" must be shadow, assist or automatic", where);
    *ret = (enum kb_mode)mode;
    return 0;
}

static int64_t digest_of(const cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);
    int64_t digest = (int64_t)str_hash(str_of(text));
    cJSON_free(text);
    return digest;
}

/* Both are told, and memory that ran out counts more than a fault. */
static int worse(int a, int b)
{
    return a == ERR_NOMEM || b == 0 ? a : b;
}

static int load_review(struct loader *l, const cJSON *object, const char *where, struct str *ret)
{
    int64_t day;
    int r = load_text(l, object, "review_by", true, where, ret);
    if (r == 0 && !when_parse_day(*ret, &day))
        r = report_error(l->report, "%s: \"review_by\" must be a day like 2027-03-31", where);
    return r;
}

static int load_link(struct loader *l, const cJSON *object, const char *where, struct str *ret)
{
    int r = load_text(l, object, "link", true, where, ret);
    if (r == 0 && !str_starts(*ret, STR("https://")))
        r = report_error(l->report, "%s: \"link\" must begin with https://", where);
    if (r == 0 && ret->len > KB_LINK_BYTES_MAX)
        r = report_error(l->report, "%s: \"link\" is longer than %d bytes", where,
                         KB_LINK_BYTES_MAX);
    return r;
}

/* Each member, so that an editor is told of all that is missing at once. */
static int load_members(struct loader *l, const cJSON *object, const char *where,
                        struct kb_intent *in)
{
    int r = load_text(l, object, "title", true, where, &in->title);
    r = worse(r, load_text(l, object, "department", true, where, &in->department));
    r = worse(r, load_review(l, object, where, &in->review_by));
    r = worse(r, load_link(l, object, where, &in->link));
    r = worse(r, load_list(l, object, "replies", true, where, &in->replies));
    r = worse(r, load_list(l, object, "teach", false, where, &in->teach));
    r = worse(r, load_text(l, object, "called", false, where, &in->called));
    r = worse(r, load_text(l, object, "owner", false, where, &in->owner));
    r = worse(r, load_mode(l, object, where, &in->mode));
    return worse(r, load_examples(l, object, where, &in->examples));
}

static int load_intent(struct loader *l, const cJSON *object, struct str file)
{
    static const char *const names[] = { "id",     "title",   "department", "review_by", "match",
                                         "unless", "replies", "link",       "examples",  "teach",
                                         "called", "phrases", "owner",      "mode",      NULL };
    struct kb_intent in = { .digest = digest_of(object) };
    struct str id = STR("");
    struct buf where = BUF_INIT(4096);
    if (json_get_str(object, "id", &id) != 1)
        id = STR("an intent");
    (void)buf_addf(&where, "%.*s: %.*s", STR_ARG(file), STR_ARG(id));
    const char *w = buf_cstr(&where);
    int r = load_keep(l, file, &in.file);
    json_check_names(object, names, w, l->report);
    if (r == 0)
        r = load_text(l, object, "id", true, w, &in.id);
    if (r == 0 && load_other_class(in.id) < KB_CLASSES) /* whose lessons would they be? */
        r = report_error(l->report,
                         "%s: \"id\" must not be what lessons call another kind of message", w);
    if (r == 0)
        r = load_members(l, object, w, &in);
    if (r == 0) {
        struct placeholder link = load_link_placeholder(in.link);
        load_check_outgoing(l, in.called, &load_no_placeholders, w, "called");
        load_check_outgoing_list(l, &in.replies, &(struct placeholders){ &link, 1 }, w, "replies");
        r = add_topic(l, object, in.id, w, &in.phrases, &in.topic);
    }
    if (r == 0)
        r = array_grow_in(&l->kb->arena, (void **)&l->kb->intent, l->kb->intent_count,
                          &l->intent_room, sizeof *l->kb->intent);
    if (r == 0)
        l->kb->intent[l->kb->intent_count++] = in;
    buf_release(&where);
    return r;
}

static int take_kind(struct loader *l, const cJSON *object, const char *where, struct kb_rule *rule)
{
    struct str kind = STR("");
    (void)json_get_str(object, "kind", &kind);
    size_t k = 0;
    while (k < ARRAY_LEN(load_kinds) && !str_is(kind, load_kinds[k].name))
        k++;
    if (k == ARRAY_LEN(load_kinds))
        return report_error(l->report,
                            "%s: \"kind\" must be one of sensitive, troll, praise, human, "
                            "complaint, opt_out, opt_in, chatter",
                            where);
    rule->kind = load_kinds[k].kind;
    int r = load_text(l, object, "reason", rule->kind == KB_SENSITIVE, where, &rule->reason);
    if (r < 0)
        return r;
    bool known = rule->kind != KB_SENSITIVE && rule->reason.len == 0;
    for (int i = 0; i < KB_REASONS && rule->kind == KB_SENSITIVE; i++)
        known |= str_eq(rule->reason, kb_class_name((enum kb_class)i));
    if (!known)
        return report_error(
            l->report,
            "%s: \"reason\" belongs to sensitive rules and is one of the ten handoff reasons",
            where);
    return 0;
}

static int load_rule(struct loader *l, const cJSON *object, struct str file)
{
    static const char *const names[] = { "id",       "kind",    "reason", "team",
                                         "on_call",  "holding", "match",  "unless",
                                         "examples", "phrases", "title",  NULL };
    struct kb_rule rule = { 0 };
    struct str id = STR("");
    struct buf where = BUF_INIT(4096);
    if (json_get_str(object, "id", &id) != 1)
        id = STR("a rule");
    (void)buf_addf(&where, "%.*s: %.*s", STR_ARG(file), STR_ARG(id));
    const char *w = buf_cstr(&where);
    int r = load_keep(l, file, &rule.file);
    json_check_names(object, names, w, l->report);
    if (r == 0)
        r = load_text(l, object, "id", true, w, &rule.id);
    if (r == 0)
        r = load_text(l, object, "title", false, w, &rule.title);
    if (r == 0)
        r = take_kind(l, object, w, &rule);
    if (r == 0)
        r = load_text(l, object, "team", false, w, &rule.team);
    if (r == 0 && json_get_bool(object, "on_call", &rule.on_call) < 0)
        r = report_error(l->report, "%s: \"on_call\" must be true or false", w);
    if (r == 0)
        r = load_list(l, object, "holding", false, w, &rule.holding);
    if (r == 0)
        r = load_examples(l, object, w, &rule.examples);
    if (r == 0) {
        load_check_outgoing_list(l, &rule.holding,
                                 &(struct placeholders){ &load_when_placeholder, 1 }, w, "holding");
        r = add_topic(l, object, rule.id, w, &rule.phrases, &rule.topic);
    }
    if (r == 0)
        r = array_grow_in(&l->kb->arena, (void **)&l->kb->rule, l->kb->rule_count, &l->rule_room,
                          sizeof *l->kb->rule);
    if (r == 0)
        l->kb->rule[l->kb->rule_count++] = rule;
    buf_release(&where);
    return r;
}

/* The objects of one list of the file. A broken one is reported and the next is read. */
int load_each(struct loader *l, const cJSON *tree, const char *name, struct str file,
              int (*load)(struct loader *, const cJSON *, struct str))
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, name), *item;
    if (!cJSON_IsArray(list))
        return report_error(l->report, "%.*s: \"%s\" must be a list", STR_ARG(file), name);
    cJSON_ArrayForEach(item, list)
    {
        int r = cJSON_IsObject(item)
                    ? load(l, item, file)
                    : report_error(l->report, "%.*s: everything in \"%s\" must be an object",
                                   STR_ARG(file), name);
        if (r == ERR_NOMEM)
            return r;
    }
    return 0;
}

int load_topic_file(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "intents", NULL };
    json_check_names(tree, names, file.p, l->report);
    return load_each(l, tree, "intents", file, load_intent);
}

int load_rules(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "rules", NULL };
    json_check_names(tree, names, file.p, l->report);
    return load_each(l, tree, "rules", file, load_rule);
}
