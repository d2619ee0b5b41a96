#include "bot/policy.h"

#include <math.h>

/* How much of a score the second opinion's chance is worth when intents are compared: from leaving
 * one writer of tests/corpus out. */
static const double SECOND_WEIGHT = 1.5;

static const struct kb_rule *rule_of_kind(const struct kb *kb, const struct intents_match *m,
                                          enum kb_kind kind)
{
    for (size_t i = 0; i < m->hit_count; i++) {
        const struct kb_rule *rule = kb_rule_of(kb, m->hits[i].topic);
        if (rule && rule->kind == kind && m->hits[i].score >= kb->thresholds.rule[kind])
            return rule;
    }
    return NULL;
}

/* May anything automatic be said at all? */
static bool may_speak(const struct policy_facts *f)
{
    return f->may_reply && !f->too_old && !f->opted_out && !f->case_claimed &&
           f->automatic_replies < POLICY_REPLIES_MAX;
}

/* A person takes it. Out of hours they get one acknowledgement; a rule's holding reply takes its
 * place, at any hour. */
static struct policy_decision handoff(struct policy_decision d, const struct policy_facts *f,
                                      const struct kb_rule *rule, struct str reason,
                                      enum priority priority)
{
    d.action = ACTION_HANDOFF;
    d.reason = reason;
    d.rule = rule;
    if (rule)
        d.team = rule->team;
    d.priority = priority;
    d.case_needed = true;
    /* danger is answered even where a bin was acknowledged before, but once */
    bool sensitive = rule && rule->kind == KB_SENSITIVE;
    bool held = f->acknowledged && (f->case_sensitive || !sensitive);
    struct policy_facts uncapped = *f;
    uncapped.automatic_replies = 0;
    if (held || !may_speak(sensitive ? &uncapped : f) || (rule && rule->kind == KB_OPT_OUT))
        d.say = SAY_NOTHING;
    else if (rule && rule->holding.count)
        d.say = SAY_HOLDING;
    else if (!f->staff_there && !f->acknowledged)
        d.say = SAY_ACKNOWLEDGE;
    return d;
}

/* What is being decided about. */
struct question {
    const struct kb *kb;
    const struct intents_match *m;
    const float *second; /* NULL: there is no second opinion */
    const struct policy_facts *f;
};

static double chance_of_intent(const struct question *q, const struct kb_intent *intent)
{
    return q->second ? (double)q->second[intent - q->kb->intent] : 0;
}

static double chance_of_class(const struct question *q, enum kb_class class)
{
    return q->second ? (double)q->second[q->kb->intent_count + class] : 0;
}

/* Of all classes from @first up to but without @end. */
static double chance_of_any(const struct question *q, enum kb_class first, enum kb_class end)
{
    double sum = 0;
    for (enum kb_class c = first; c < end; c++)
        sum += chance_of_class(q, c);
    return sum;
}

/* The likeliest sensitive reason, if the second opinion sees enough of them. */
static struct str sensitive_reason(const struct question *q)
{
    enum kb_class best = KB_CLASS_EMERGENCY;
    if (!q->second ||
        chance_of_any(q, KB_CLASS_EMERGENCY, KB_REASONS) < q->kb->thresholds.second_sensitive)
        return STR("");
    for (enum kb_class c = KB_CLASS_EMERGENCY; c < KB_REASONS; c++)
        if (chance_of_class(q, c) > chance_of_class(q, best))
            best = c;
    return kb_class_name(best);
}

static struct str team_of(const struct kb *kb, struct str reason)
{
    for (size_t i = 0; i < kb->rule_count; i++)
        if (str_eq(kb->rule[i].reason, reason))
            return kb->rule[i].team;
    return STR("");
}

/*
 * The intent to answer: the best by score and by what the second opinion makes of it; it can only
 * choose among those that a pattern found. Fills in score, lead and second.
 */
static const struct kb_intent *best_intent(const struct question *q, struct policy_decision *d)
{
    const struct kb_intent *best = NULL;
    double best_value = 0, next = 0;
    for (size_t i = 0; i < q->m->hit_count; i++) {
        const struct kb_intent *intent = kb_intent_of(q->kb, q->m->hits[i].topic);
        double value =
            intent ? q->m->hits[i].score + SECOND_WEIGHT * chance_of_intent(q, intent) : 0;
        if (!intent || value <= best_value)
            continue;
        best = intent;
        best_value = value;
        d->score = q->m->hits[i].score;
        d->second = chance_of_intent(q, intent);
    }
    for (size_t i = 0; i < q->m->hit_count; i++) {
        const struct kb_intent *intent = kb_intent_of(q->kb, q->m->hits[i].topic);
        if (intent && intent != best && q->m->hits[i].score > next)
            next = q->m->hits[i].score;
    }
    d->lead = round((d->score - next) * 1e6) / 1e6; /* 0.70 - 0.55 is to be 0.15 */
    return best;
}

/* The residue tells against an answer only in a message with enough that we don't know. */
static bool understood(const struct kb_thresholds *t, const struct intents_match *m)
{
    return m->unexplained < t->residue_words || m->residue <= t->residue;
}

/* Confident disagreement: it is for a person, or about something else. */
static bool disagrees(const struct question *q, const struct kb_intent *best)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    if (!q->second)
        return false;
    if (chance_of_intent(q, best) < t->second_least ||
        chance_of_any(q, KB_CLASS_EMERGENCY, KB_CLASS_TROLL) >= t->second_handoff)
        return true;
    for (size_t i = 0; i < q->kb->intent_count + KB_CLASSES; i++)
        if (i != (size_t)(best - q->kb->intent) && (double)q->second[i] >= t->second_disagree)
            return true;
    return false;
}

static struct policy_decision request(const struct question *q, struct policy_decision d,
                                      const struct kb_intent *best)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    bool agreed = q->second && d.second >= t->second_agree && d.score >= t->weak;
    bool sure = d.score >= t->score && d.lead >= t->lead && understood(t, q->m);
    if (disagrees(q, best) || (!agreed && !sure) || !may_speak(q->f) || q->f->case_open)
        return handoff(d, q->f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    d.action = ACTION_ANSWER;
    d.intent = best;
    d.say = SAY_ANSWER;
    return d;
}

/* Praise, trolling, talk: what a rule of the kind says, or without one the second opinion if it is
 * sure. */
static bool is_quiet(const struct question *q, enum kb_kind kind, enum kb_class class,
                     struct policy_decision *d)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    d->rule = rule_of_kind(q->kb, q->m, kind);
    d->second = chance_of_class(q, class);
    if (!q->second)
        return d->rule;
    if (!d->rule)
        return d->second >= t->second_quiet;
    /* silence to a need is worse than a word too many: talk must look like no request to both */
    return class != KB_CLASS_CHATTER ||
           chance_of_any(q, KB_CLASS_TROLL, KB_CLASSES) >= t->second_silence;
}

/* No pattern of an intent fits. */
static struct policy_decision no_request(const struct question *q, struct policy_decision d)
{
    double quiet = chance_of_any(q, KB_CLASS_TROLL, KB_CLASSES);
    if (q->second && 1 - quiet >= q->kb->thresholds.second_need)
        return handoff(d, q->f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    if (is_quiet(q, KB_PRAISE, KB_CLASS_PRAISE, &d)) {
        d.action = ACTION_THANK;
        d.say = may_speak(q->f) && !q->f->case_open ? SAY_THANKS : SAY_NOTHING;
    } else if (is_quiet(q, KB_TROLL, KB_CLASS_TROLL, &d)) {
        d.action = ACTION_IGNORE;
    } else if (is_quiet(q, KB_CHATTER, KB_CLASS_CHATTER, &d)) {
        d.action = ACTION_NONE;
    } else {
        d.rule = NULL;
        d.second = chance_of_class(q, KB_CLASS_UNRESOLVED);
        return handoff(d, q->f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    }
    return d;
}

struct policy_decision policy_decide(const struct kb *kb, const struct intents_match *m,
                                     const float *second, const struct policy_facts *f)
{
    const struct question q = { kb, m, second, f };
    struct policy_decision d = { .say = SAY_NOTHING, .case_needed = f->case_open };
    const struct kb_intent *best = best_intent(&q, &d);
    const struct kb_rule *rule;
    struct str reason;
    if ((rule = rule_of_kind(kb, m, KB_SENSITIVE)))
        return handoff(d, f, rule, rule->reason, PRIORITY_SENSITIVE);
    if ((reason = sensitive_reason(&q)).len) {
        d.team = team_of(kb, reason);
        return handoff(d, f, NULL, reason, PRIORITY_SENSITIVE);
    }
    if (m->spent)
        return handoff(d, f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    if ((rule = rule_of_kind(kb, m, KB_OPT_OUT)) || (rule = rule_of_kind(kb, m, KB_HUMAN)))
        return handoff(d, f, rule, STR("human"), PRIORITY_SOON);
    if ((rule = rule_of_kind(kb, m, KB_COMPLAINT)))
        return handoff(d, f, rule, STR("complaint"), PRIORITY_SOON);
    return best ? request(&q, d, best) : no_request(&q, d);
}

const char *action_name(enum action action)
{
    switch (action) {
    case ACTION_ANSWER:
        return "answer";
    case ACTION_HANDOFF:
        return "handoff";
    case ACTION_IGNORE:
        return "ignore";
    case ACTION_THANK:
        return "thank";
    case ACTION_NONE:
        return "none";
    }
    return "?";
}
