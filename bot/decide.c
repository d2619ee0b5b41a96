#include "bot/decide.h"

int decide_read(const struct decider *decider, struct arena *arena, struct str text,
                struct reading *ret)
{
    struct reading reading = { .second = NULL };
    int r = intents_match(decider->kb->intents, decider->scratch, arena, text, &reading.match);
    if (r < 0)
        return r;
    const struct second *second = reading.match.spent ? NULL : decider->kb->second;
    if (second) {
        float *chances = arena_array(arena, second_class_count(second), sizeof *chances);
        if (!chances)
            return ERR_NOMEM;
        second_ask(second, &reading.match, chances);
        reading.second = chances;
    }
    *ret = reading;
    return 0;
}

int decide_policy(const struct kb *kb, const struct reading *reading,
                  const struct policy_facts *facts, const struct wording_context *context,
                  struct policy_decision *ret)
{
    struct policy_decision d = policy_decide(kb, &reading->match, reading->second, facts);
    int fits = d.also ? wording_fits(kb, &d, context) : 1;
    if (fits < 0)
        return fits;
    if (!fits) {
        d.also = NULL;
        d.incidents[1] = NULL;
    }
    *ret = d;
    return 0;
}

/* Into the arena what @policy says. */
static int write_words(const struct kb *kb, struct arena *arena,
                       const struct policy_decision *policy, const struct wording_context *context,
                       struct str *ret)
{
    struct buf text = BUF_INIT(65536);
    int r = wording_write(kb, policy, context, &text);
    if (r == 0 && text.len) {
        *ret = arena_str(arena, buf_str(&text));
        r = ret->p ? 0 : ERR_NOMEM;
    }
    buf_release(&text);
    return r;
}

/* What it would have said, for a person to say: addressed by how they send it, and with nothing
 * behind it that goes with a machine's words. */
static int write_would(const struct kb *kb, struct arena *arena,
                       const struct policy_decision *policy, const struct wording_context *context,
                       struct str *ret)
{
    struct policy_decision would = { .say = SAY_ANSWER,
                                     .intent = policy->would,
                                     .also = policy->would_also };
    struct wording_context plain = *context;
    plain.handle = STR("");
    plain.first_private = false;
    int fits = would.also ? wording_fits(kb, &would, &plain) : 1;
    if (fits < 0)
        return fits;
    if (!fits)
        would.also = NULL;
    return write_words(kb, arena, &would, &plain, ret);
}

int decide_on(const struct kb *kb, struct arena *arena, const struct reading *reading,
              const struct policy_facts *facts, const struct wording_context *context,
              struct decision *ret)
{
    struct decision d = { .match = reading->match, .reply = STR(""), .would = STR("") };
    int r = decide_policy(kb, reading, facts, context, &d.policy);
    if (r == 0)
        r = write_words(kb, arena, &d.policy, context, &d.reply);
    if (r == 0 && d.policy.would)
        r = write_would(kb, arena, &d.policy, context, &d.would);
    if (r == 0)
        *ret = d;
    return r;
}

int decide(const struct decider *decider, struct arena *arena, struct str text,
           const struct policy_facts *facts, const struct wording_context *context,
           struct decision *ret)
{
    struct reading reading;
    int r = decide_read(decider, arena, text, &reading);
    return r < 0 ? r : decide_on(decider->kb, arena, &reading, facts, context, ret);
}

/* What an election is about stands for itself: it means nothing at other times. */
static bool is_of_kind(const struct kb_rule *rule, const struct kb_rule *decided)
{
    return rule == decided ||
           (rule->kind == decided->kind && !rule->until_at && !decided->until_at);
}

bool decision_rests_on(const struct kb *kb, const struct policy_decision *d, unsigned topic)
{
    const struct kb_intent *intent = kb_intent_of(kb, topic);
    if (d->by_second)
        return false;
    if (d->rule)
        return !intent && is_of_kind(kb_rule_of(kb, topic), d->rule);
    if (d->intent)
        return intent && (intent == d->intent || intent == d->also);
    if (d->would)
        return intent && (intent == d->would || intent == d->would_also);
    if (d->asked[0])
        return intent && (intent == d->asked[0] || intent == d->asked[1]);
    return intent;
}

static bool in_same_words(const struct intents_why *a, const struct intents_why *b)
{
    return a->topic == b->topic && a->count == b->count &&
           (a->count == 0 || memcmp(a->spans, b->spans, a->count * sizeof *a->spans) == 0);
}

bool decision_shows(const struct kb *kb, const struct decision *d, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (in_same_words(&d->match.whys[k], &d->match.whys[i]))
            return false;
    return decision_rests_on(kb, &d->policy, d->match.whys[i].topic);
}

/* What rests on no words of theirs. @title: what staff call it, or empty. */
static void put_wordless(cJSON *list, const char *rule, struct str title)
{
    cJSON *one = cJSON_CreateObject();
    (void)cJSON_AddItemToArray(list, one);
    (void)cJSON_AddStringToObject(one, "rule", rule);
    if (title.len)
        (void)json_put_str(one, "title", title);
    (void)cJSON_AddArrayToObject(one, "words");
    (void)cJSON_AddArrayToObject(one, "spans");
}

static void put_incidents(cJSON *list, const struct policy_decision *p)
{
    struct buf rule = BUF_INIT(4096);
    for (size_t i = 0; i < ARRAY_LEN(p->incidents); i++) {
        if (!p->incidents[i] || (i && p->incidents[i] == p->incidents[0]))
            continue;
        buf_clear(&rule);
        if (buf_addf(&rule, "incident %.*s", STR_ARG(p->incidents[i]->id)) == 0)
            put_wordless(list, buf_cstr(&rule), p->incidents[i]->title);
    }
    buf_release(&rule);
}

cJSON *decision_why(const struct kb *kb, const struct decision *d, struct str text)
{
    cJSON *list = cJSON_CreateArray();
    if (d->policy.by_second)
        put_wordless(list, "second opinion", STR(""));
    put_incidents(list, &d->policy);
    for (size_t i = 0; i < d->match.why_count; i++) {
        if (!decision_shows(kb, d, i))
            continue;
        const struct intents_why *why = &d->match.whys[i];
        cJSON *one = cJSON_CreateObject(), *words, *spans;
        (void)cJSON_AddItemToArray(list, one);
        (void)json_put_str(one, "rule", kb_topic_name(kb, why->topic));
        if (kb_topic_title(kb, why->topic).len)
            (void)json_put_str(one, "title", kb_topic_title(kb, why->topic));
        words = cJSON_AddArrayToObject(one, "words");
        spans = cJSON_AddArrayToObject(one, "spans");
        for (size_t s = 0; s < why->count; s++) {
            int pair[2];
            for (int k = 0; k < 2; k++)
                pair[k] = (int)utf16_units(str_cut(text, 0, why->spans[s][k]));
            (void)json_add_str(words, why->words[s]);
            (void)cJSON_AddItemToArray(spans, cJSON_CreateIntArray(pair, 2));
        }
    }
    return list;
}

cJSON *decision_intents(const struct decision *d)
{
    cJSON *list = cJSON_CreateArray();
    const struct policy_decision *p = &d->policy;
    const struct kb_intent *const all[] = { p->intent, p->also, p->would, p->would_also };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i])
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(all[i]->id.p));
    return list;
}
