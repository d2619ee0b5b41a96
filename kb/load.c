/*
 * Files to struct kb. Every fault is reported with its file, id and field, and loading goes on to
 * find the next one. Nothing here decides; what a field means is said in kb.h.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>

#include "base/array.h"
#include "base/json.h"
#include "base/when.h"
#include "kb/asking.h"
#include "kb/canned.h"
#include "kb/kb.h"

enum { FILE_BYTES_MAX = 8 << 20, FILES_MAX = 200, HANDLE_ROOM = 17 /* "@" + 15 + " " */ };

/* The longest text that {when} can become: see hours_when in bot/hours.h. */
static const char longest_when[] = "from 10.30pm on Wednesday 30 September";

struct loader {
    struct kb *kb;
    struct vocab *vocab; /* until the set takes it over */
    const struct text_rules *rules;
    struct report *report;
    struct arena *arena; /* of what is read now: the knowledge base's, or its lessons' */
    size_t intent_room, rule_room, lesson_room, notice_room, voice_room;
};

static const struct {
    const char *name;
    enum kb_kind kind;
} kinds[] = {
    { "sensitive", KB_SENSITIVE }, { "troll", KB_TROLL },         { "praise", KB_PRAISE },
    { "human", KB_HUMAN },         { "complaint", KB_COMPLAINT }, { "opt_out", KB_OPT_OUT },
    { "opt_in", KB_OPT_IN },       { "chatter", KB_CHATTER },
};

static int keep(struct loader *l, struct str text, struct str *ret)
{
    *ret = arena_str(l->arena, text);
    return ret->p ? 0 : ERR_NOMEM;
}

/* A text member. Missing is a fault if @needed. */
static int take_text(struct loader *l, const cJSON *object, const char *name, bool needed,
                     const char *where, struct str *ret)
{
    struct str text = STR("");
    int found = json_get_str(object, name, &text);
    if (found < 0)
        return report_error(l->report, "%s: \"%s\" must be a text", where, name);
    if (needed && !str_trim(text).len)
        return report_error(l->report, "%s: \"%s\" is missing or empty", where, name);
    return keep(l, text, ret);
}

static int take_list(struct loader *l, const cJSON *object, const char *name, bool needed,
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
            return report_error(l->report, "%s: %s[%zu] must be a text with something in it", where,
                                name, ret->count);
        int r = keep(l, json_str(item), &ret->items[ret->count++]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int take_examples(struct loader *l, const cJSON *object, const char *where,
                         struct kb_examples *ret)
{
    static const char *const names[] = { "yes", "no", NULL };
    const cJSON *e = cJSON_GetObjectItemCaseSensitive(object, "examples");
    if (!cJSON_IsObject(e))
        return report_error(l->report, "%s: \"examples\" must be {\"yes\": […], \"no\": […]}",
                            where);
    json_check_names(e, names, where, l->report);
    int r = take_list(l, e, "yes", true, where, &ret->yes);
    return r < 0 ? r : take_list(l, e, "no", false, where, &ret->no);
}

/* What may stand in braces in a text that goes out, with the longest that it can become. */
struct placeholder {
    struct kb_filling filling;
    const char *missing; /* what to say if it isn't there; NULL: it need not be */
};

struct placeholders {
    const struct placeholder *items;
    size_t count;
};

static void add_names(struct buf *out, const struct placeholders *allowed)
{
    for (size_t i = 0; i < allowed->count; i++)
        (void)buf_addf(out, "%s%s", i ? " and " : "", allowed->items[i].filling.name);
    if (allowed->count == 0)
        (void)buf_addc(out, "nothing");
}

/* False, with a line for the first brace that isn't one of @allowed and for each that is missing.
 */
static bool check_braces(struct loader *l, struct str text, const struct placeholders *allowed,
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
            struct buf names = BUF_INIT(100);
            add_names(&names, allowed);
            (void)report_error(l->report, "%s: %s: byte %zu: only %s can stand in braces here",
                               where, field, i + 1, buf_cstr(&names));
            buf_release(&names);
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
static uint64_t full_weight(const struct loader *l, struct str notice, struct str text,
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
        weight = (uint64_t)l->rules->weight(buf_str(&full)) + HANDLE_ROOM;
    buf_release(&full);
    return weight;
}

/* A line if it asks for what only a private message may ask for. */
static void check_public(struct loader *l, struct str text, const char *where, const char *field)
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
static void check_outgoing(struct loader *l, struct str text, const struct placeholders *allowed,
                           const char *where, const char *field)
{
    if (!check_braces(l, text, allowed, where, field))
        return;
    check_public(l, text, where, field);
    uint64_t weight = full_weight(l, STR(""), text, allowed);
    if (weight == UINT64_MAX)
        (void)report_error(l->report, "%s: %s: more than 65536 bytes", where, field);
    else if (weight > l->rules->limit)
        (void)report_error(l->report,
                           "%s: %s: %" PRIu64
                           " characters filled in and with the resident's handle, at most %u fit",
                           where, field, weight, l->rules->limit);
}

static void check_outgoing_list(struct loader *l, const struct kb_list *list,
                                const struct placeholders *allowed, const char *where,
                                const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        struct buf field = BUF_INIT(100);
        (void)buf_addf(&field, "%s[%zu]", name, i);
        check_outgoing(l, list->items[i], allowed, where, buf_cstr(&field));
        buf_release(&field);
    }
}

static const struct placeholders no_placeholders = { NULL, 0 };
static const struct placeholder when_placeholder = {
    { "{when}", { longest_when, sizeof longest_when - 1 } }, NULL
};

static const struct placeholder handle_placeholder = { { "{handle}", STR("") },
                                                       "name the resident" };

static struct placeholder link_placeholder(struct str link)
{
    return (struct placeholder){ { "{link}", link }, "say where to go" };
}

static int add_patterns(struct loader *l, const cJSON *object, const char *field,
                        enum pattern_use use, unsigned topic, const char *where)
{
    static const char *const with_weight[] = { "pcre", "weight", NULL }, *const without[] = {
        "pcre", NULL
    };
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, field), *item;
    if ((list && !cJSON_IsArray(list)) || (use == PATTERN_FOR && cJSON_GetArraySize(list) == 0))
        return report_error(l->report, "%s: \"%s\" must be a list of patterns%s", where, field,
                            use == PATTERN_FOR ? ", at least one" : "");
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

static int add_topic(struct loader *l, const cJSON *object, struct str id, const char *where,
                     unsigned *ret_topic)
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
    int r = add_patterns(l, object, "match", PATTERN_FOR, *ret_topic, where);
    return r < 0 ? r : add_patterns(l, object, "unless", PATTERN_UNLESS, *ret_topic, where);
}

/* The enum kb_class of that name, or KB_CLASSES. */
static int other_class(struct str name)
{
    int c = 0;
    while (c < KB_CLASSES && !str_eq(kb_class_name((enum kb_class)c), name))
        c++;
    return c;
}

static int load_intent(struct loader *l, const cJSON *object, struct str file)
{
    static const char *const names[] = { "id",       "title",  "department", "review_by",
                                         "match",    "unless", "replies",    "link",
                                         "examples", "teach",  "called",     NULL };
    struct kb_intent in = { 0 };
    struct str id = STR("");
    struct buf where = BUF_INIT(4096);
    int64_t day;
    if (json_get_str(object, "id", &id) != 1)
        id = STR("an intent");
    (void)buf_addf(&where, "%.*s: %.*s", STR_ARG(file), STR_ARG(id));
    const char *w = buf_cstr(&where);
    int r = keep(l, file, &in.file);
    json_check_names(object, names, w, l->report);
    if (r == 0)
        r = take_text(l, object, "id", true, w, &in.id);
    if (r == 0 && other_class(in.id) < KB_CLASSES) /* whose lessons would they be? */
        r = report_error(l->report,
                         "%s: \"id\" must not be what lessons call another kind of message", w);
    if (r == 0)
        r = take_text(l, object, "title", true, w, &in.title);
    if (r == 0)
        r = take_text(l, object, "department", true, w, &in.department);
    if (r == 0)
        r = take_text(l, object, "review_by", true, w, &in.review_by);
    if (r == 0 && !when_parse_day(in.review_by, &day))
        r = report_error(l->report, "%s: \"review_by\" must be a day like 2027-03-31", w);
    if (r == 0)
        r = take_text(l, object, "link", true, w, &in.link);
    if (r == 0 && !str_starts(in.link, STR("https://")))
        r = report_error(l->report, "%s: \"link\" must begin with https://", w);
    if (r == 0)
        r = take_list(l, object, "replies", true, w, &in.replies);
    if (r == 0)
        r = take_list(l, object, "teach", false, w, &in.teach);
    if (r == 0)
        r = take_text(l, object, "called", false, w, &in.called);
    if (r == 0)
        check_outgoing(l, in.called, &no_placeholders, w, "called");
    if (r == 0)
        r = take_examples(l, object, w, &in.examples);
    if (r == 0) {
        struct placeholder link = link_placeholder(in.link);
        check_outgoing_list(l, &in.replies, &(struct placeholders){ &link, 1 }, w, "replies");
        r = add_topic(l, object, in.id, w, &in.topic);
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
    while (k < ARRAY_LEN(kinds) && !str_is(kind, kinds[k].name))
        k++;
    if (k == ARRAY_LEN(kinds))
        return report_error(l->report,
                            "%s: \"kind\" must be one of sensitive, troll, praise, human, "
                            "complaint, opt_out, opt_in, chatter",
                            where);
    rule->kind = kinds[k].kind;
    int r = take_text(l, object, "reason", rule->kind == KB_SENSITIVE, where, &rule->reason);
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
    static const char *const names[] = { "id",      "kind",  "reason", "team",     "on_call",
                                         "holding", "match", "unless", "examples", NULL };
    struct kb_rule rule = { 0 };
    struct str id = STR("");
    struct buf where = BUF_INIT(4096);
    if (json_get_str(object, "id", &id) != 1)
        id = STR("a rule");
    (void)buf_addf(&where, "%.*s: %.*s", STR_ARG(file), STR_ARG(id));
    const char *w = buf_cstr(&where);
    int r = keep(l, file, &rule.file);
    json_check_names(object, names, w, l->report);
    if (r == 0)
        r = take_text(l, object, "id", true, w, &rule.id);
    if (r == 0)
        r = take_kind(l, object, w, &rule);
    if (r == 0)
        r = take_text(l, object, "team", false, w, &rule.team);
    if (r == 0 && json_get_bool(object, "on_call", &rule.on_call) < 0)
        r = report_error(l->report, "%s: \"on_call\" must be true or false", w);
    if (r == 0)
        r = take_list(l, object, "holding", false, w, &rule.holding);
    if (r == 0)
        r = take_examples(l, object, w, &rule.examples);
    if (r == 0) {
        check_outgoing_list(l, &rule.holding, &(struct placeholders){ &when_placeholder, 1 }, w,
                            "holding");
        r = add_topic(l, object, rule.id, w, &rule.topic);
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
static int load_each(struct loader *l, const cJSON *tree, const char *name, struct str file,
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

static int load_topic_file(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "intents", NULL };
    json_check_names(tree, names, file.p, l->report);
    return load_each(l, tree, "intents", file, load_intent);
}

static int load_rules(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "rules", NULL };
    json_check_names(tree, names, file.p, l->report);
    return load_each(l, tree, "rules", file, load_rule);
}

/* As messages are read: "The 2nd" as "the 2nd". */
static int take_phrases(struct loader *l, const cJSON *object, const char *name, const char *where,
                        struct kb_list *ret)
{
    int r = take_list(l, object, name, true, where, ret);
    for (size_t i = 0; i < ret->count && r == 0; i++) {
        struct normal normal;
        r = normal_make(&l->kb->arena, intents_vocab(l->kb->intents), ret->items[i], &normal);
        if (r == ERR_TOOBIG || (r == 0 && !normal.word_count))
            r = report_error(l->report, "%s: %s[%zu] must be a few words", where, name, i);
        ret->items[i] = r == 0 ? normal.text : STR("");
    }
    return r;
}

/* The question itself is checked in check_questions, when the intents are there. */
static int load_clarify(struct loader *l, const cJSON *tree, struct kb_clarify *ret)
{
    static const char *const names[] = { "ask", "first", "second", "neither", NULL };
    static const char where[] = "wording.json: clarify";
    if (!cJSON_IsObject(tree))
        return report_error(l->report,
                            "%s: must be an object of lists: ask, first, second, neither", where);
    json_check_names(tree, names, where, l->report);
    int r = take_list(l, tree, "ask", true, where, &ret->ask);
    if (r == 0)
        r = take_phrases(l, tree, "first", where, &ret->first);
    if (r == 0)
        r = take_phrases(l, tree, "second", where, &ret->second);
    return r == 0 ? take_phrases(l, tree, "neither", where, &ret->neither) : r;
}

/* The first automatic direct message of a conversation ends with it: X's developer guidelines
 * (2026-07) want both. */
static void check_footer(struct loader *l, struct str footer, const char *where)
{
    static const char field[] = "private_footer";
    check_outgoing(l, footer, &no_placeholders, where, field);
    if (!memmem(footer.p, footer.len, "https://", 8))
        (void)report_error(l->report, "%s: %s: must have the privacy notice's address, https://…",
                           where, field);
    if (!strcasestr(footer.p, "stop"))
        (void)report_error(l->report, "%s: %s: must say how to end automatic replies: send STOP",
                           where, field);
}

static void check_wording(struct loader *l, const struct kb_wording *w, const char *where)
{
    const struct placeholders when = { &when_placeholder, 1 }, handle = { &handle_placeholder, 1 };
    check_outgoing_list(l, &w->acknowledge, &when, where, "acknowledge");
    check_outgoing_list(l, &w->acknowledge_open, &no_placeholders, where, "acknowledge_open");
    check_outgoing_list(l, &w->greetings, &handle, where, "greetings");
    check_outgoing_list(l, &w->danger, &when, where, "danger");
    check_outgoing_list(l, &w->thanks, &no_placeholders, where, "thanks");
    check_outgoing_list(l, &w->stopped, &no_placeholders, where, "stopped");
    check_outgoing_list(l, &w->started, &no_placeholders, where, "started");
    if (w->private_footer.len)
        check_footer(l, w->private_footer, where);
}

/* What wording.json and each of its voices may have, but for the question. */
static int take_wording(struct loader *l, const cJSON *tree, bool needed, const char *where,
                        struct kb_wording *w)
{
    const struct {
        const char *name;
        struct kb_list *at;
        bool needed;
    } rows[] = {
        { "acknowledge", &w->acknowledge, needed },
        { "acknowledge_open", &w->acknowledge_open, false },
        { "greetings", &w->greetings, false },
        { "danger", &w->danger, false },
        { "thanks", &w->thanks, needed },
        { "stopped", &w->stopped, false },
        { "started", &w->started, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int r = take_list(l, tree, rows[i].name, rows[i].needed, where, rows[i].at);
        if (r < 0)
            return r;
    }
    return take_text(l, tree, "private_footer", false, where, &w->private_footer);
}

static void fall_back(struct kb_list *list, const struct kb_list *plain)
{
    if (!list->count)
        *list = *plain;
}

static int load_voice(struct loader *l, const cJSON *tree)
{
    static const char *const names[] = { "acknowledge", "acknowledge_open", "greetings",
                                         "danger",      "thanks",           "ask",
                                         "stopped",     "started",          "private_footer",
                                         NULL };
    const struct kb_wording *plain = &l->kb->wording;
    struct kb_voice voice = { .wording.clarify = plain->clarify };
    struct kb_wording *w = &voice.wording;
    struct kb_list ask = { 0 };
    struct buf where = BUF_INIT(4096);
    (void)buf_addf(&where, "wording.json: voices: %s", tree->string);
    int r = cJSON_IsObject(tree) && *tree->string
                ? 0
                : report_error(l->report, "%s: must be an object of wordings", buf_cstr(&where));
    if (r == 0) {
        json_check_names(tree, names, buf_cstr(&where), l->report);
        r = keep(l, str_of(tree->string), &voice.name);
    }
    if (r == 0)
        r = take_wording(l, tree, false, buf_cstr(&where), w);
    if (r == 0)
        r = take_list(l, tree, "ask", false, buf_cstr(&where), &ask);
    if (r == 0) {
        check_wording(l, w, buf_cstr(&where)); /* its own: the plain ones are checked once */
        fall_back(&w->acknowledge, &plain->acknowledge);
        fall_back(&w->acknowledge_open, &plain->acknowledge_open);
        fall_back(&w->greetings, &plain->greetings);
        fall_back(&w->danger, &plain->danger);
        fall_back(&w->thanks, &plain->thanks);
        fall_back(&w->stopped, &plain->stopped);
        fall_back(&w->started, &plain->started);
        if (!w->private_footer.len)
            w->private_footer = plain->private_footer;
        if (ask.count)
            w->clarify.ask = ask;
        r = array_grow_in(&l->kb->arena, (void **)&l->kb->voice, l->kb->voice_count, &l->voice_room,
                          sizeof *l->kb->voice);
    }
    if (r == 0)
        l->kb->voice[l->kb->voice_count++] = voice;
    buf_release(&where);
    return r;
}

static int load_voices(struct loader *l, const cJSON *voices, const char *where)
{
    if (voices && !cJSON_IsObject(voices))
        return report_error(l->report, "%s: \"voices\" must be an object of voices", where);
    int r = 0;
    for (const cJSON *v = voices ? voices->child : NULL; v && r != ERR_NOMEM; v = v->next)
        r = load_voice(l, v);
    return r;
}

static int load_wording(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = {
        "acknowledge", "acknowledge_open", "greetings",      "danger", "thanks", "clarify",
        "stopped",     "started",          "private_footer", "voices", NULL
    };
    const cJSON *clarify = cJSON_GetObjectItemCaseSensitive(tree, "clarify");
    struct kb_wording *w = &l->kb->wording;
    json_check_names(tree, names, file.p, l->report);
    int r = take_wording(l, tree, true, file.p, w);
    if (r == 0 && clarify)
        r = load_clarify(l, clarify, &w->clarify);
    if (r < 0)
        return r;
    check_wording(l, w, file.p);
    return load_voices(l, cJSON_GetObjectItemCaseSensitive(tree, "voices"), file.p);
}

/* Who says stop, or start again, is told that it was heard. */
static void check_confirmations(struct loader *l)
{
    const struct {
        enum kb_kind kind;
        const char *rule, *name;
        const struct kb_list *said;
    } rows[] = {
        { KB_OPT_OUT, "opt_out", "stopped", &l->kb->wording.stopped },
        { KB_OPT_IN, "opt_in", "started", &l->kb->wording.started },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool wanted = false;
        for (size_t k = 0; k < l->kb->rule_count; k++)
            wanted |= l->kb->rule[k].kind == rows[i].kind;
        if (wanted && !rows[i].said->count)
            (void)report_error(l->report,
                               "wording.json: \"%s\" is missing: rules.json has a rule of kind %s, "
                               "and that it was heard is said once",
                               rows[i].name, rows[i].rule);
    }
}

/* If there is a question, it can ask about any two intents, in either order. */
static void check_questions(struct loader *l)
{
    const struct kb_list *ask = &l->kb->wording.clarify.ask, *own;
    struct placeholder both[] = { { { "{first}", STR("") }, "name what is asked about" },
                                  { { "{second}", STR("") }, "name what is asked about" } };
    struct str *longest = &both[0].filling.text, *next = &both[1].filling.text;
    for (size_t i = 0; i < l->kb->intent_count && ask->count; i++) {
        const struct kb_intent *in = &l->kb->intent[i];
        if (!str_trim(in->called).len) {
            (void)report_error(l->report,
                               "%.*s: %.*s: \"called\" is missing: the question in wording.json "
                               "names it by that",
                               STR_ARG(in->file), STR_ARG(in->id));
        } else if (in->called.len > longest->len) {
            *next = *longest;
            *longest = in->called;
        } else if (in->called.len > next->len) {
            *next = in->called;
        }
    }
    check_outgoing_list(l, ask, &(struct placeholders){ both, 2 }, "wording.json", "clarify.ask");
    for (size_t i = 0; i < l->kb->voice_count; i++) {
        struct buf where = BUF_INIT(4096);
        own = &l->kb->voice[i].wording.clarify.ask;
        (void)buf_addf(&where, "wording.json: voices: %.*s", STR_ARG(l->kb->voice[i].name));
        if (own->items != ask->items)
            check_outgoing_list(l, own, &(struct placeholders){ both, 2 }, buf_cstr(&where), "ask");
        buf_release(&where);
    }
}

/* {"sensitive": 45, …}: kinds of rule whose least score isn't @otherwise. */
static int load_rule_thresholds(struct loader *l, const cJSON *tree, double otherwise)
{
    static const char where[] = "thresholds.json: rules";
    const char *names[ARRAY_LEN(kinds) + 1] = { NULL };
    if (tree && !cJSON_IsObject(tree))
        return report_error(l->report, "%s: must be an object of hundredths by kind", where);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        names[k] = kinds[k].name;
    if (tree)
        json_check_names(tree, names, where, l->report);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        int64_t value = 0;
        int found = tree ? json_get_int(tree, kinds[k].name, 0, 100, &value) : 0;
        if (found < 0)
            return report_error(l->report,
                                "%s: \"%s\" must be a whole number of hundredths, 0 to 100", where,
                                kinds[k].name);
        l->kb->thresholds.rule[kinds[k].kind] = found ? (double)value / 100 : otherwise;
    }
    return 0;
}

static int load_thresholds(struct loader *l, const cJSON *tree, struct str file)
{
    struct kb_thresholds *t = &l->kb->thresholds;
    double rule = 0;
    const struct {
        const char *name;
        double *at;
        int otherwise; /* hundredths if it isn't there; -1: it must be there */
    } rows[] = {
        { "score", &t->score, -1 },
        { "lead", &t->lead, -1 },
        { "residue", &t->residue, -1 },
        { "rule", &rule, -1 },
        { "weak", &t->weak, 40 },
        { "second_sensitive", &t->second_sensitive, 50 },
        { "second_handoff", &t->second_handoff, 40 },
        { "second_disagree", &t->second_disagree, 50 },
        { "second_agree", &t->second_agree, 20 },
        { "second_hint", &t->second_hint, 60 },
        { "second_least", &t->second_least, 2 },
        { "second_need", &t->second_need, 90 },
        { "second_silence", &t->second_silence, 25 },
        { "second_quiet", &t->second_quiet, 50 },
        { "second_passing", &t->second_passing, 75 },
        { "also", &t->also, 65 },
        { "also_alone", &t->also_alone, 90 },
        { "second_also", &t->second_also, 10 },
    };
    const char *names[ARRAY_LEN(rows) + 3] = { "residue_words", "rules" };
    int64_t value = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        names[i + 2] = rows[i].name;
    json_check_names(tree, names, file.p, l->report);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int found = json_get_int(tree, rows[i].name, 0, 100, &value);
        if (found < 0 || (found == 0 && rows[i].otherwise < 0))
            return report_error(l->report,
                                "%s: \"%s\" must be a whole number of hundredths, 0 to 100", file.p,
                                rows[i].name);
        *rows[i].at = (double)(found ? value : rows[i].otherwise) / 100;
    }
    if (json_get_int(tree, "residue_words", 0, 1000, &value) != 1)
        return report_error(l->report, "%s: \"residue_words\" must be a whole number of words",
                            file.p);
    t->residue_words = (unsigned)value;
    return load_rule_thresholds(l, cJSON_GetObjectItemCaseSensitive(tree, "rules"), rule);
}

static int load_term(struct loader *l, const cJSON *term, const char *where)
{
    struct str name = str_of(term->string);
    if (cJSON_IsObject(term)) {
        static const char *const names[] = { "pcre", NULL };
        struct str pcre = STR("");
        json_check_names(term, names, where, l->report);
        if (json_get_str(term, "pcre", &pcre) != 1)
            return report_error(l->report,
                                "%s: term \"%s\": must be a list of words or {\"pcre\": \"…\"}",
                                where, term->string);
        return vocab_add_pattern(l->vocab, name, pcre, where, l->report);
    }
    struct kb_list words = { 0 };
    cJSON wrap = { .type = cJSON_Object, .child = (cJSON *)term };
    int r = take_list(l, &wrap, term->string, true, where, &words);
    return r < 0 ? r : vocab_add_words(l->vocab, name, words.items, words.count, where, l->report);
}

static int load_terms(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "terms", "common", NULL };
    const cJSON *terms = cJSON_GetObjectItemCaseSensitive(tree, "terms"), *term;
    struct kb_list common = { 0 };
    json_check_names(tree, names, file.p, l->report);
    if (!cJSON_IsObject(terms))
        return report_error(l->report, "%s: \"terms\" must be an object of word lists", file.p);
    for (term = terms->child; term; term = term->next) {
        int r = load_term(l, term, file.p);
        if (r == ERR_NOMEM)
            return r;
    }
    int r = take_list(l, tree, "common", true, file.p, &common);
    for (size_t i = 0; i < common.count && r == 0; i++)
        r = vocab_add_common(l->vocab, common.items[i]);
    return r < 0 ? r : vocab_check(l->vocab, file.p, l->report);
}

/* ------------------------------------------------------------------------------------------------
 * notices */

static const struct kb_intent *intent_named(const struct kb *kb, struct str id)
{
    for (size_t i = 0; i < kb->intent_count; i++)
        if (str_eq(kb->intent[i].id, id))
            return &kb->intent[i];
    return NULL;
}

static int take_when(struct loader *l, const cJSON *object, const char *name, const char *where,
                     int64_t *ret)
{
    struct str text = STR("");
    if (json_get_str(object, name, &text) != 1 || !when_parse(text, ret))
        return report_error(l->report, "%s: \"%s\" must be a time like 2026-12-21T00:00:00Z", where,
                            name);
    return 0;
}

static int take_intents(struct loader *l, const cJSON *object, const char *where,
                        struct kb_notice *n)
{
    struct kb_list ids = { 0 };
    int r = take_list(l, object, "intents", true, where, &ids);
    if (r < 0)
        return r;
    n->intents = arena_array(&l->kb->arena, ids.count, sizeof *n->intents);
    if (!n->intents)
        return ERR_NOMEM;
    for (; n->intent_count < ids.count; n->intent_count++) {
        struct str id = ids.items[n->intent_count];
        n->intents[n->intent_count] = intent_named(l->kb, id);
        if (!n->intents[n->intent_count])
            return report_error(l->report, "%s: intents[%zu]: no intent \"%.*s\"", where,
                                n->intent_count, STR_ARG(id));
    }
    return 0;
}

/* Something can be said with it for each of its intents, and nothing else holds for them then. */
static void check_notice(struct loader *l, const struct kb_notice *n, const char *where)
{
    for (size_t i = 0; i < n->intent_count; i++) {
        const struct kb_intent *in = n->intents[i];
        struct placeholder link = link_placeholder(in->link);
        uint64_t least = UINT64_MAX;
        for (size_t v = 0; v < in->replies.count; v++) {
            uint64_t weight =
                full_weight(l, n->text, in->replies.items[v], &(struct placeholders){ &link, 1 });
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
    int r = take_text(l, object, "id", true, w, &n.id);
    for (size_t i = 0; i < l->kb->notice_count && r == 0; i++)
        if (str_eq(l->kb->notice[i].id, n.id))
            r = report_error(l->report, "%s: another notice has this id already", w);
    if (r == 0)
        r = take_text(l, object, "text", true, w, &n.text);
    if (r == 0 && !check_braces(l, n.text, &no_placeholders, w, "text"))
        r = ERR_BADINPUT;
    if (r == 0)
        check_public(l, n.text, w, "text");
    if (r == 0)
        r = take_when(l, object, "from", w, &n.from_at);
    if (r == 0)
        r = take_when(l, object, "until", w, &n.until_at);
    if (r == 0 && n.until_at <= n.from_at)
        r = report_error(l->report, "%s: \"until\" must be later than \"from\"", w);
    if (r == 0)
        r = take_intents(l, object, w, &n);
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

static int load_notices(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "notices", NULL };
    json_check_names(tree, names, file.p, l->report);
    return load_each(l, tree, "notices", file, load_notice);
}

/* ------------------------------------------------------------------------------------------------
 * lessons of the second opinion */

static int add_lessons(struct loader *l, const struct kb_list *texts, unsigned class)
{
    for (size_t i = 0; i < texts->count; i++) {
        int r = array_grow_in(&l->kb->arena, (void **)&l->kb->lesson, l->kb->lesson_count,
                              &l->lesson_room, sizeof *l->kb->lesson);
        if (r < 0)
            return r;
        l->kb->lesson[l->kb->lesson_count++] = (struct kb_lesson){ texts->items[i], class };
    }
    return 0;
}

/* The class of that name, or -1. */
static int class_of(const struct kb *kb, struct str name)
{
    const struct kb_intent *intent = intent_named(kb, name);
    if (intent)
        return (int)(intent - kb->intent);
    int other = other_class(name);
    return other < KB_CLASSES ? (int)kb->intent_count + other : -1;
}

static int class_of_rule(const struct kb *kb, const struct kb_rule *rule)
{
    switch (rule->kind) {
    case KB_SENSITIVE:
        return class_of(kb, rule->reason);
    case KB_TROLL:
        return (int)kb->intent_count + KB_CLASS_TROLL;
    case KB_PRAISE:
        return (int)kb->intent_count + KB_CLASS_PRAISE;
    case KB_HUMAN:
    case KB_OPT_OUT:
        return (int)kb->intent_count + KB_CLASS_HUMAN;
    case KB_COMPLAINT:
        return (int)kb->intent_count + KB_CLASS_COMPLAINT;
    case KB_OPT_IN:
        return -1; /* to all who didn't opt out, what they say is something else */
    case KB_CHATTER:
        return (int)kb->intent_count + KB_CLASS_CHATTER;
    }
    return -1;
}

/* {"teach": {"bins.missed": [texts], "safeguarding": [texts], …}}: what one writer taught, for
 * lists that would drown a topic's file. */
static int load_teach(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "teach", NULL };
    const cJSON *teach = cJSON_GetObjectItemCaseSensitive(tree, "teach"), *list;
    json_check_names(tree, names, file.p, l->report);
    if (!cJSON_IsObject(teach))
        return report_error(l->report, "%s: \"teach\" must be an object of lists", file.p);
    for (list = teach->child; list; list = list->next) {
        struct kb_list texts = { 0 };
        int class = class_of(l->kb, str_of(list->string));
        int r = class < 0 ? report_error(l->report, "%s: \"%s\" is no intent and no reason", file.p,
                                         list->string)
                          : take_list(l, teach, list->string, true, file.p, &texts);
        if (r == 0)
            r = add_lessons(l, &texts, (unsigned)class);
        if (r == ERR_NOMEM)
            return r;
    }
    return 0;
}

static int load_lessons(struct loader *l, const cJSON *tree, struct str file)
{
    l->arena = &l->kb->lesson_arena;
    int r = load_teach(l, tree, file);
    l->arena = &l->kb->arena;
    return r;
}

/* In the order of files and of what stands in them, so that the same folder gives the same model.
 */
static int collect_lessons(struct loader *l)
{
    int r = 0;
    for (size_t i = 0; i < l->kb->intent_count && r == 0; i++) {
        r = add_lessons(l, &l->kb->intent[i].examples.yes, (unsigned)i);
        if (r == 0)
            r = add_lessons(l, &l->kb->intent[i].teach, (unsigned)i);
    }
    for (size_t i = 0; i < l->kb->rule_count && r == 0; i++) {
        int class = class_of_rule(l->kb, &l->kb->rule[i]);
        if (class >= 0)
            r = add_lessons(l, &l->kb->rule[i].examples.yes, (unsigned)class);
    }
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * the folder */

struct file {
    char *path;
    struct str name; /* of path's end */
    cJSON *tree;
};

struct folder {
    struct file files[FILES_MAX];
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static void folder_release(struct folder *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->files[i].path);
        cJSON_Delete(f->files[i].tree);
    }
    f->count = 0;
}

/* The *.json files of @dir, if it is there; their names begin with @prefix. */
static int list_files(const char *dir, const char *prefix, struct folder *f, struct report *report)
{
    DIR *d = opendir(dir);
    if (!d && errno == ENOENT && *prefix)
        return 0;
    if (!d)
        return report_error(report, "%s: the knowledge base's folder can't be read: %s", dir,
                            strerror(errno));
    int r = 0;
    for (struct dirent *e; r == 0 && (e = readdir(d));) {
        struct str name = str_of(e->d_name);
        if (!str_ends(name, STR(".json")) || name.p[0] == '.')
            continue;
        if (f->count == FILES_MAX) {
            r = report_error(report, "%s: more than %d files", dir, FILES_MAX);
            break;
        }
        struct buf path = BUF_INIT(8192);
        (void)buf_addf(&path, "%s/%s", dir, e->d_name);
        struct file *file = &f->files[f->count];
        file->path = buf_take(&path);
        if (!file->path)
            r = ERR_NOMEM;
        else
            file->name =
                str_of(f->files[f->count++].path + strlen(dir) - strlen(prefix) + !*prefix);
    }
    (void)closedir(d);
    return r;
}

/* Reads and parses all *.json of @dir and of its folder "teach", in the order of their names, and
 * hashes them. */
static int folder_read(const char *dir, struct folder *f, struct report *report, char hash[17])
{
    struct buf teach = BUF_INIT(8192);
    int r = list_files(dir, "", f, report);
    if (r == 0)
        r = buf_addf(&teach, "%s/teach", dir);
    if (r == 0)
        r = list_files(buf_cstr(&teach), "teach", f, report);
    buf_release(&teach);
    qsort(f->files, f->count, sizeof *f->files, by_name);
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES_MIN);
    for (size_t i = 0; i < f->count && r == 0; i++) {
        struct buf bytes = BUF_INIT(FILE_BYTES_MAX);
        struct file *file = &f->files[i];
        if (json_read_bytes(file->path, &bytes, report, &file->tree) == ERR_NOMEM)
            r = ERR_NOMEM;
        else if (file->tree && !cJSON_IsObject(file->tree))
            (void)report_error(report, "%s: must be a JSON object", file->path);
        if (!str_is(file->name, "canned.json")) {
            (void)crypto_generichash_update(&state, (const unsigned char *)file->name.p,
                                            file->name.len + 1);
            (void)crypto_generichash_update(&state, (const unsigned char *)buf_cstr(&bytes),
                                            bytes.len);
        }
        buf_release(&bytes);
    }
    unsigned char digest[crypto_generichash_BYTES_MIN];
    (void)crypto_generichash_final(&state, digest, sizeof digest);
    (void)sodium_bin2hex(hash, 17, digest, 8);
    return r;
}

static const struct file *folder_find(const struct folder *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (str_is(f->files[i].name, name))
            return &f->files[i];
    return NULL;
}

static int load_canned(struct loader *l, const cJSON *tree, struct str file)
{
    return kb_load_canned(l->kb, tree, file, l->report);
}

/* Files that may be missing. They name intents, if anything, so that those must be there: NULL if
 * it is another one. */
static int (*late_loader(struct str name))(struct loader *, const cJSON *, struct str)
{
    return str_is(name, "notices.json")      ? load_notices
           : str_is(name, "canned.json")     ? load_canned
           : str_starts(name, STR("teach/")) ? load_lessons
                                             : NULL;
}

static int load_folder(struct loader *l, const struct folder *f, const char *dir)
{
    static const struct {
        const char *name;
        int (*load)(struct loader *, const cJSON *, struct str);
    } special[] = {
        { "terms.json", load_terms }, /* first: patterns name terms */
        { "rules.json", load_rules },
        { "thresholds.json", load_thresholds },
        { "wording.json", load_wording },
    };
    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (!folder_find(f, special[i].name))
            return report_error(l->report, "%s: there must be a file %s", dir, special[i].name);
    const struct file *terms = folder_find(f, special[0].name);
    if (!cJSON_IsObject(terms->tree))
        return 0; /* reported when it was read; without terms, every pattern would seem wrong */
    int r = special[0].load(l, terms->tree, terms->name);
    if (r == ERR_NOMEM)
        return r;
    l->kb->intents = intents_new(l->vocab);
    l->vocab = NULL;
    if (!l->kb->intents)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->count && r != ERR_NOMEM; i++) {
        size_t s = 0;
        while (s < ARRAY_LEN(special) && !str_is(f->files[i].name, special[s].name))
            s++;
        if (s == 0 || !cJSON_IsObject(f->files[i].tree) || late_loader(f->files[i].name))
            continue;
        r = (s < ARRAY_LEN(special) ? special[s].load : load_topic_file)(l, f->files[i].tree,
                                                                         f->files[i].name);
    }
    if (r == ERR_NOMEM)
        return r;
    check_questions(l);
    if (cJSON_IsObject(folder_find(f, "wording.json")->tree))
        check_confirmations(l); /* else it was reported when it was read */
    l->arena = &l->kb->lesson_arena;
    r = collect_lessons(l);
    l->arena = &l->kb->arena;
    for (size_t i = 0; i < f->count && r != ERR_NOMEM; i++)
        if (late_loader(f->files[i].name) && cJSON_IsObject(f->files[i].tree))
            r = late_loader(f->files[i].name)(l, f->files[i].tree, f->files[i].name);
    return r == ERR_NOMEM ? r : 0;
}

int kb_load(const char *dir, const struct text_rules *rules, struct report *report, struct kb **ret)
{
    unsigned errors = report->errors;
    struct folder *folder = calloc(1, sizeof *folder);
    struct loader l = {
        .kb = calloc(1, sizeof *l.kb), .vocab = vocab_new(), .rules = rules, .report = report
    };
    int r = folder && l.kb && l.vocab && sodium_init() >= 0 ? 0 : ERR_NOMEM;
    if (r == 0) {
        l.kb->rules = rules;
        l.arena = &l.kb->arena;
    }
    if (r == 0)
        r = folder_read(dir, folder, report, l.kb->hash);
    if (r == 0)
        r = load_folder(&l, folder, dir);
    if (r == 0 && report->errors > errors)
        r = ERR_BADINPUT;
    if (r == 0)
        *ret = l.kb;
    else
        (void)kb_free(l.kb);
    (void)vocab_free(l.vocab);
    if (folder)
        folder_release(folder);
    free(folder);
    return r;
}
