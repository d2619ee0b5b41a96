#include "bot/policy.h"

#include <math.h>

static const struct kb_rule *rule_of_kind(const struct kb *kb, const struct intents_match *m,
                                          enum kb_kind kind)
{
    for (size_t i = 0; i < m->hit_count; i++) {
        const struct kb_rule *rule = kb_rule_of(kb, m->hits[i].topic);
        if (rule && rule->kind == kind && m->hits[i].score >= kb->thresholds.rule)
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
    d.priority = priority;
    d.case_needed = true;
    if (!may_speak(f) || f->acknowledged)
        d.say = SAY_NOTHING;
    else if (rule && rule->holding.count)
        d.say = SAY_HOLDING;
    else if (!f->staff_there)
        d.say = SAY_ACKNOWLEDGE;
    return d;
}

/* The residue tells against an answer only in a message with enough that we don't know. */
static bool understood(const struct kb_thresholds *t, const struct intents_match *m)
{
    return m->unexplained < t->residue_words || m->residue <= t->residue;
}

static struct policy_decision request(const struct kb *kb, const struct intents_match *m,
                                      const struct policy_facts *f, struct policy_decision d,
                                      const struct kb_intent *best)
{
    const struct kb_thresholds *t = &kb->thresholds;
    bool sure = d.score >= t->score && d.lead >= t->lead && understood(t, m);
    if (!sure || !may_speak(f) || f->case_open)
        return handoff(d, f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    d.action = ACTION_ANSWER;
    d.intent = best;
    d.say = SAY_ANSWER;
    return d;
}

struct policy_decision policy_decide(const struct kb *kb, const struct intents_match *m,
                                     const struct policy_facts *f)
{
    struct policy_decision d = { .say = SAY_NOTHING, .case_needed = f->case_open };
    const struct kb_intent *best = NULL;
    double next = 0;
    for (size_t i = 0; i < m->hit_count; i++) {
        const struct kb_intent *intent = kb_intent_of(kb, m->hits[i].topic);
        if (intent && !best) {
            best = intent;
            d.score = m->hits[i].score;
        } else if (intent && next == 0) {
            next = m->hits[i].score;
        }
    }
    d.lead = round((d.score - next) * 1e6) / 1e6; /* 0.70 - 0.55 is to be 0.15 */

    const struct kb_rule *rule;
    if ((rule = rule_of_kind(kb, m, KB_SENSITIVE)))
        return handoff(d, f, rule, rule->reason, PRIORITY_SENSITIVE);
    if (m->spent)
        return handoff(d, f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    if ((rule = rule_of_kind(kb, m, KB_OPT_OUT)) || (rule = rule_of_kind(kb, m, KB_HUMAN)))
        return handoff(d, f, rule, STR("human"), PRIORITY_SOON);
    if ((rule = rule_of_kind(kb, m, KB_COMPLAINT)))
        return handoff(d, f, rule, STR("complaint"), PRIORITY_SOON);
    if (best)
        return request(kb, m, f, d, best);
    if ((rule = rule_of_kind(kb, m, KB_PRAISE))) {
        d.action = ACTION_THANK;
        d.rule = rule;
        d.say = may_speak(f) && !f->case_open ? SAY_THANKS : SAY_NOTHING;
        return d;
    }
    if ((rule = rule_of_kind(kb, m, KB_TROLL))) {
        d.action = ACTION_IGNORE;
        d.rule = rule;
        return d;
    }
    if ((rule = rule_of_kind(kb, m, KB_CHATTER))) {
        d.action = ACTION_NONE;
        d.rule = rule;
        return d;
    }
    return handoff(d, f, NULL, STR("unresolved"), PRIORITY_NORMAL);
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
