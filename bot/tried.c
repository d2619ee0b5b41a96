#include "bot/tried.h"

int tried_on(const struct tried_by *by, struct arena *arena, struct str text,
             const struct reading *reading, struct decision *ret)
{
    const struct policy_facts facts = {
        .may_reply = true, .staff_there = by->staff_there, .question_allowed = true, .now = by->at
    };
    const struct wording_context context = { .voice = kb_wording_of(by->decider.kb, by->voice),
                                             .hours = by->hours,
                                             .now = by->at,
                                             .seed = str_hash(text) };
    return decide_on(by->decider.kb, arena, reading, &facts, &context, ret);
}

int tried_decide(const struct tried_by *by, struct arena *arena, struct str text,
                 struct decision *ret)
{
    struct reading reading;
    int r = decide_read(&by->decider, arena, text, &reading);
    return r < 0 ? r : tried_on(by, arena, text, &reading, ret);
}

void tried_put(cJSON *o, const struct kb *kb, const struct decision *d, struct str text)
{
    (void)cJSON_AddStringToObject(o, "action", action_name(d->policy.action));
    (void)cJSON_AddItemToObject(o, "intents", decision_intents(d));
    (void)json_put_str_or_null(o, "reason", d->policy.reason);
    (void)json_put_str_or_null(o, "reply", d->reply);
    (void)json_put_str_or_null(o, "would", d->would);
    (void)cJSON_AddNumberToObject(o, "score", d->policy.score);
    (void)cJSON_AddNumberToObject(o, "lead", d->policy.lead);
    (void)cJSON_AddNumberToObject(o, "residue", d->match.residue);
    (void)cJSON_AddNumberToObject(o, "second", d->policy.second);
    (void)cJSON_AddItemToObject(o, "why", decision_why(kb, d, text));
}

/* Of the same as decision_intents. */
static void put_titles(cJSON *o, const struct policy_decision *d)
{
    const struct kb_intent *const all[] = { d->intent, d->also, d->would, d->would_also };
    cJSON *titles = cJSON_AddArrayToObject(o, "titles");
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i])
            (void)json_add_str(titles, all[i]->title);
}

cJSON *tried_json(const struct kb *kb, int64_t version, const struct decision *d, struct str text)
{
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(o, "version", (double)version);
    tried_put(o, kb, d, text);
    put_titles(o, &d->policy);
    return o;
}
