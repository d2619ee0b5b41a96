/* wording.json. */
#include "kb/load_private.h"

#include "base/array.h"

/* As messages are read: "The 2nd" as "the 2nd". */
static int take_phrases(struct loader *l, const cJSON *object, const char *name, const char *where,
                        struct kb_list *ret)
{
    int r = load_list(l, object, name, true, where, ret);
    for (size_t i = 0; i < ret->count && r == 0; i++) {
        struct normal normal;
        r = normal_make(&l->kb->arena, intents_vocab(l->kb->intents), ret->items[i], &normal);
        if (r == ERR_TOOBIG || (r == 0 && !normal.word_count))
            r = report_error(l->report, "%s: %s[%zu]: must be a few words", where, name, i);
        ret->items[i] = r == 0 ? normal.text : STR("");
    }
    return r;
}

/* The question itself is checked in load_check_questions, when the intents are there. */
static int load_clarify(struct loader *l, const cJSON *tree, struct kb_clarify *ret)
{
    static const char *const names[] = { "ask", "first", "second", "neither", NULL };
    static const char where[] = "wording.json: clarify";
    if (!cJSON_IsObject(tree))
        return report_error(l->report,
                            "%s: must be an object of lists: ask, first, second, neither", where);
    json_check_names(tree, names, where, l->report);
    int r = load_list(l, tree, "ask", true, where, &ret->ask);
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
    load_check_outgoing(l, footer, &load_no_placeholders, where, field);
    if (!memmem(footer.p, footer.len, "https://", 8))
        (void)report_error(l->report, "%s: %s: must have the privacy notice's address, https://…",
                           where, field);
    if (!strcasestr(footer.p, "stop"))
        (void)report_error(l->report, "%s: %s: must say how to end automatic replies: send STOP",
                           where, field);
}

static void check_wording(struct loader *l, const struct kb_wording *w, const char *where)
{
    const struct placeholders when = { &load_when_placeholder, 1 },
                              handle = { &load_handle_placeholder, 1 };
    load_check_outgoing_list(l, &w->acknowledge, &when, where, "acknowledge");
    load_check_outgoing_list(l, &w->acknowledge_open, &load_no_placeholders, where,
                             "acknowledge_open");
    load_check_outgoing_list(l, &w->greetings, &handle, where, "greetings");
    load_check_outgoing_list(l, &w->danger, &when, where, "danger");
    load_check_outgoing_list(l, &w->thanks, &load_no_placeholders, where, "thanks");
    load_check_outgoing_list(l, &w->stopped, &load_no_placeholders, where, "stopped");
    load_check_outgoing_list(l, &w->started, &load_no_placeholders, where, "started");
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
        int r = load_list(l, tree, rows[i].name, rows[i].needed, where, rows[i].at);
        if (r < 0)
            return r;
    }
    return load_text(l, tree, "private_footer", false, where, &w->private_footer);
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
        r = load_keep(l, str_of(tree->string), &voice.name);
    }
    if (r == 0)
        r = take_wording(l, tree, false, buf_cstr(&where), w);
    if (r == 0)
        r = load_list(l, tree, "ask", false, buf_cstr(&where), &ask);
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

int load_wording(struct loader *l, const cJSON *tree, struct str file)
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
void load_check_confirmations(struct loader *l)
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
void load_check_questions(struct loader *l)
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
    load_check_outgoing_list(l, ask, &(struct placeholders){ both, 2 }, "wording.json",
                             "clarify.ask");
    for (size_t i = 0; i < l->kb->voice_count; i++) {
        struct buf where = BUF_INIT(4096);
        own = &l->kb->voice[i].wording.clarify.ask;
        (void)buf_addf(&where, "wording.json: voices: %.*s", STR_ARG(l->kb->voice[i].name));
        if (own->items != ask->items)
            load_check_outgoing_list(l, own, &(struct placeholders){ both, 2 }, buf_cstr(&where),
                                     "ask");
        buf_release(&where);
    }
}
