#include "kb/live.h"

struct kb *kb_ref(struct kb *kb)
{
    (void)atomic_fetch_add(&kb->holders, 1);
    return kb;
}

struct kb *kb_free(struct kb *kb)
{
    if (!kb || atomic_fetch_sub(&kb->holders, 1) > 1)
        return NULL;
    (void)intents_free(kb->intents);
    (void)second_free(kb->second);
    arena_release(&kb->lesson_arena);
    arena_release(&kb->arena);
    free(kb);
    return NULL;
}

void kb_live_swap(struct kb_live *live, struct kb *kb, int64_t version)
{
    (void)kb_free(live->kb);
    *live = (struct kb_live){ kb, version };
}

const struct kb_intent *kb_intent_of(const struct kb *kb, unsigned topic)
{
    for (size_t i = 0; i < kb->intent_count; i++)
        if (kb->intent[i].topic == topic)
            return &kb->intent[i];
    return NULL;
}

const struct kb_rule *kb_rule_of(const struct kb *kb, unsigned topic)
{
    for (size_t i = 0; i < kb->rule_count; i++)
        if (kb->rule[i].topic == topic)
            return &kb->rule[i];
    return NULL;
}

const struct kb_intent *kb_intent_named(const struct kb *kb, struct str id)
{
    for (size_t i = 0; i < kb->intent_count; i++)
        if (str_eq(kb->intent[i].id, id))
            return &kb->intent[i];
    return NULL;
}

struct str kb_topic_name(const struct kb *kb, unsigned topic)
{
    const struct kb_intent *intent = kb_intent_of(kb, topic);
    return intent ? intent->id : kb_rule_of(kb, topic)->id;
}

struct str kb_topic_title(const struct kb *kb, unsigned topic)
{
    const struct kb_intent *intent = kb_intent_of(kb, topic);
    return intent ? intent->title : kb_rule_of(kb, topic)->title;
}

const struct kb_wording *kb_wording_of(const struct kb *kb, struct str name)
{
    for (size_t i = 0; i < kb->voice_count; i++)
        if (str_eq(kb->voice[i].name, name))
            return &kb->voice[i].wording;
    return name.len ? NULL : &kb->wording;
}

const struct kb_notice *kb_notice_of(const struct kb *kb, const struct kb_intent *intent,
                                     int64_t now)
{
    for (size_t n = 0; n < kb->notice_count; n++) {
        const struct kb_notice *notice = &kb->notice[n];
        if (now < notice->from_at || now >= notice->until_at)
            continue;
        for (size_t i = 0; i < notice->intent_count; i++)
            if (notice->intents[i] == intent)
                return notice;
    }
    return NULL;
}

const struct kb_incident *kb_incident_of(const struct kb *kb, const struct kb_intent *intent,
                                         int64_t now)
{
    for (size_t n = 0; n < kb->incident_count; n++) {
        const struct kb_incident *incident = &kb->incident[n];
        if (now < incident->from_at || now >= incident->until_at)
            continue;
        for (size_t i = 0; i < incident->intent_count; i++)
            if (incident->intents[i] == intent)
                return incident;
    }
    return NULL;
}

int kb_fill(struct buf *out, struct str text, const struct kb_filling *fillings, size_t count)
{
    while (text.len) {
        size_t f = 0;
        while (f < count && !str_starts(text, str_of(fillings[f].name)))
            f++;
        if (f < count)
            (void)buf_add(out, fillings[f].text);
        else
            (void)buf_add_byte(out, text.p[0]);
        text = str_cut(text, f < count ? strlen(fillings[f].name) : 1, text.len);
    }
    return out->err;
}

struct str kb_topic_file(const struct kb *kb, unsigned topic)
{
    const struct kb_intent *intent = kb_intent_of(kb, topic);
    return intent ? intent->file : kb_rule_of(kb, topic)->file;
}

const struct kb_examples *kb_topic_examples(const struct kb *kb, unsigned topic)
{
    const struct kb_intent *intent = kb_intent_of(kb, topic);
    return intent ? &intent->examples : &kb_rule_of(kb, topic)->examples;
}

const struct kb_list *kb_topic_phrases(const struct kb *kb, unsigned topic)
{
    const struct kb_intent *intent = kb_intent_of(kb, topic);
    return intent ? &intent->phrases : &kb_rule_of(kb, topic)->phrases;
}

struct str kb_mode_name(enum kb_mode mode)
{
    static const char *const names[KB_MODES] = { "shadow", "assist", "automatic" };
    return str_of(names[mode]);
}

struct str kb_class_name(enum kb_class class)
{
    static const char *const names[] = { "emergency",      "safeguarding", "self_harm",
                                         "homelessness",   "bereavement",  "personal_data",
                                         "discrimination", "legal",        "press_politics",
                                         "data_rights",    "complaint",    "human",
                                         "unresolved",     "troll",        "praise",
                                         "chatter" };
    _Static_assert(ARRAY_LEN(names) == KB_CLASSES, "a name for each class");
    return str_of(names[class]);
}
