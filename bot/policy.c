#include "bot/policy.h"

#include <float.h>
#include <math.h>

#include "handoff/cases.h"

/* How much of a score the second opinion's chance is worth when intents are compared: from leaving
 * writers of kb/content/teach out. */
static const double SECOND_WEIGHT = 3;

static const struct kb_rule *rule_of_kind(const struct kb *kb, const struct intents_match *m,
                                          enum kb_kind kind)
{
    for (size_t i = 0; i < m->hit_count; i++) {
        const struct kb_rule *rule = kb_rule_of(kb, m->hits[i].topic);
        if (rule && !rule->until_at && rule->kind == kind &&
            m->hits[i].score >= kb->thresholds.rule[kind])
            return rule;
    }
    return NULL;
}

/* What names and topics of an election are for, while its time holds; or NULL. */
static const struct kb_rule *election_rule(const struct kb *kb, const struct intents_match *m,
                                           int64_t now)
{
    for (size_t i = 0; i < m->hit_count; i++) {
        const struct kb_rule *rule = kb_rule_of(kb, m->hits[i].topic);
        if (rule && rule->until_at && now >= rule->from_at && now < rule->until_at)
            return rule;
    }
    return NULL;
}

/* May anything automatic be said at all? */
static bool may_speak(const struct policy_facts *f)
{
    return f->may_reply && !f->overheard && !f->too_old && !f->opted_out && !f->case_claimed &&
           f->automatic_replies < POLICY_REPLIES_MAX;
}

/* A person takes it. Out of hours they get one acknowledgement, for which a question doesn't
 * count; a rule's holding reply takes its place, at any hour, or else what @d was to say. */
static struct policy_decision handoff(struct policy_decision d, const struct policy_facts *f,
                                      const struct kb_rule *rule, struct str reason,
                                      enum priority priority)
{
    d.action = ACTION_HANDOFF;
    d.reason = reason;
    d.rule = rule;
    if (rule)
        d.team = rule->team;
    if (!d.team.len && d.score > 0) /* what the knowledge base knows is theirs, whoever was asked */
        d.team = STR("customer services");
    d.priority = priority;
    d.case_needed = true;
    /* danger is answered even where a bin was acknowledged before, and greater danger than before
     */
    bool sensitive = priority == PRIORITY_SENSITIVE;
    bool acknowledged = f->acknowledged && !f->asked[0];
    bool held = acknowledged && (!sensitive || case_urgency(reason) <= f->case_urgency);
    enum say at_once = rule && rule->holding.count ? SAY_HOLDING : d.say;
    struct policy_facts uncapped = *f;
    uncapped.automatic_replies = 0;
    d.say = SAY_NOTHING;
    if (held || !may_speak(sensitive ? &uncapped : f) || (rule && rule->kind == KB_OPT_OUT))
        return d;
    if (at_once != SAY_NOTHING)
        d.say = at_once;
    else if (!f->staff_there && !acknowledged)
        d.say = SAY_ACKNOWLEDGE;
    return d;
}

/* A confirmation is owed to who asked for it, and to nobody else. */
static bool may_confirm(const struct policy_facts *f)
{
    return f->may_reply && !f->too_old && !f->case_claimed;
}

/* No automatic word any more, but one: that it was heard, and how to take it back. */
static struct policy_decision stop(const struct kb *kb, struct policy_decision d,
                                   const struct policy_facts *f, const struct kb_rule *rule)
{
    d = handoff(d, f, rule, STR("human"), PRIORITY_SOON);
    if (may_confirm(f) && !f->stop_confirmed && kb->wording.stopped.count)
        d.say = SAY_STOPPED;
    return d;
}

static struct policy_decision start(struct policy_decision d, const struct policy_facts *f,
                                    const struct kb_rule *rule)
{
    d.action = ACTION_NONE;
    d.rule = rule;
    d.say = may_confirm(f) ? SAY_STARTED : SAY_NOTHING;
    return d;
}

bool policy_confirms(const struct policy_decision *d)
{
    return d->say == SAY_STOPPED || d->say == SAY_STARTED;
}

/* What is being decided about. */
struct inquiry {
    const struct kb *kb;
    const struct intents_match *m;
    const float *second; /* NULL: there is no second opinion */
    const struct policy_facts *f;
};

static double chance_of_intent(const struct inquiry *q, const struct kb_intent *intent)
{
    return q->second ? (double)q->second[intent - q->kb->intent] : 0;
}

static double chance_of_class(const struct inquiry *q, enum kb_class class)
{
    return q->second ? (double)q->second[q->kb->intent_count + class] : 0;
}

/* Of all classes from @first up to but without @end. */
static double chance_of_any(const struct inquiry *q, enum kb_class first, enum kb_class end)
{
    double sum = 0;
    for (enum kb_class c = first; c < end; c++)
        sum += chance_of_class(q, c);
    return sum;
}

/* The likeliest sensitive reason, if the second opinion sees enough of them. */
static struct str sensitive_reason(const struct inquiry *q)
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
        if (!kb->rule[i].until_at && str_eq(kb->rule[i].reason, reason))
            return kb->rule[i].team;
    return STR("");
}

/* Something sensitive that no rule saw. A rule's holding reply could say the wrong thing; what is
 * right in any danger can't. */
static struct policy_decision sensed(const struct inquiry *q, struct policy_decision d,
                                     struct str reason)
{
    bool danger = str_eq(reason, kb_class_name(KB_CLASS_EMERGENCY)) ||
                  str_eq(reason, kb_class_name(KB_CLASS_SAFEGUARDING)) ||
                  str_eq(reason, kb_class_name(KB_CLASS_SELF_HARM));
    d.team = team_of(q->kb, reason);
    d.by_second = true;
    d.second = chance_of_any(q, KB_CLASS_EMERGENCY, KB_REASONS);
    if (danger && q->kb->wording.danger.count)
        d.say = SAY_DANGER;
    return handoff(d, q->f, NULL, reason, PRIORITY_SENSITIVE);
}

static double score_of(const struct inquiry *q, const struct kb_intent *intent)
{
    for (size_t i = 0; i < q->m->hit_count; i++)
        if (q->m->hits[i].topic == intent->topic)
            return q->m->hits[i].score;
    return 0;
}

/* So short, a message that is hinted at says nothing for the second opinion to go by: "stop", "I
 * need help". */
enum { HINT_WORDS_LEAST = 4 };

static bool says_enough(const struct normal *n)
{
    size_t words = 0;
    for (size_t i = 0; i < n->word_count; i++)
        words +=
            !normal_is_mark(str_cut(n->text, n->words[i].at, n->words[i].at + n->words[i].len));
    return words >= HINT_WORDS_LEAST;
}

/* Is the intent really found, and not only hinted at? A hint will do where we asked for it, or
 * where the second opinion sees it. */
static bool is_found(const struct inquiry *q, const struct kb_intent *intent)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    double score = score_of(q, intent);
    bool asked = intent == q->f->asked[0] || intent == q->f->asked[1];
    bool seen = q->second && chance_of_intent(q, intent) >= t->second_hint;
    return score >= t->weak || (score > 0 && (asked || (seen && says_enough(&q->m->normal))));
}

/* What intents are compared by; 0 if no pattern found it. */
static double value_of(const struct inquiry *q, const struct kb_intent *intent)
{
    double score = score_of(q, intent);
    return score > 0 ? score + SECOND_WEIGHT * chance_of_intent(q, intent) : 0;
}

/* The intent that fits best, by score and by what the second opinion makes of it, besides these
 * two, which may be NULL; it can only choose among those that a pattern found. */
static const struct kb_intent *best_besides(const struct inquiry *q, const struct kb_intent *a,
                                            const struct kb_intent *b)
{
    const struct kb_intent *found = NULL;
    for (size_t i = 0; i < q->m->hit_count; i++) {
        const struct kb_intent *intent = kb_intent_of(q->kb, q->m->hits[i].topic);
        if (intent && intent != a && intent != b && is_found(q, intent) &&
            (!found || value_of(q, intent) > value_of(q, found)))
            found = intent;
    }
    return found;
}

/* The highest score of an intent besides these two, either of which may be NULL. */
static const struct kb_intent *next_by_score(const struct inquiry *q, const struct kb_intent *a,
                                             const struct kb_intent *b)
{
    for (size_t i = 0; i < q->m->hit_count; i++) {
        const struct kb_intent *intent = kb_intent_of(q->kb, q->m->hits[i].topic);
        if (intent && intent != a && intent != b && is_found(q, intent))
            return intent;
    }
    return NULL;
}

static void measure(const struct inquiry *q, struct policy_decision *d,
                    const struct kb_intent *best)
{
    const struct kb_intent *next = next_by_score(q, best, d->also);
    d->score = score_of(q, best);
    d->second = chance_of_intent(q, best);
    double lead = d->score - (next ? score_of(q, next) : 0);
    d->lead = fmax(0, round(lead * 1e6) / 1e6); /* 0.70 - 0.55 is to be 0.15 */
}

/* The residue tells against an answer only in a message with enough that we don't know. */
static bool understood(const struct kb_thresholds *t, const struct intents_match *m)
{
    return m->unexplained < t->residue_words || m->residue <= t->residue;
}

/* Confident disagreement: it is for a person, or about something else than @best and @also, which
 * may be NULL. */
static bool disagrees(const struct inquiry *q, const struct kb_intent *best,
                      const struct kb_intent *also)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    if (!q->second)
        return false;
    double person = chance_of_any(q, KB_CLASS_EMERGENCY, KB_CLASS_TROLL);
    double own = chance_of_intent(q, best);
    if (best->untaught) { /* it was nobody's when the lessons were written */
        person -= chance_of_class(q, KB_CLASS_UNRESOLVED);
        own += chance_of_class(q, KB_CLASS_UNRESOLVED);
    }
    if (own < t->second_least || person >= t->second_handoff)
        return true;
    for (size_t i = 0; i < q->kb->intent_count + KB_CLASSES; i++) {
        const struct kb_intent *intent = i < q->kb->intent_count ? &q->kb->intent[i] : NULL;
        bool nobodys = best->untaught && i == q->kb->intent_count + KB_CLASS_UNRESOLVED;
        if ((!intent || (intent != best && intent != also)) && !nobodys &&
            (double)q->second[i] >= t->second_disagree)
            return true;
    }
    return false;
}

static bool answered_before(const struct policy_facts *f, const struct kb_intent *intent)
{
    for (size_t i = 0; i < POLICY_ANSWERED_MAX && f->answered[i]; i++)
        if (f->answered[i] == intent)
            return true;
    return false;
}

/* Does all that @a rests on stand before all that @b rests on? */
static bool stands_before(const struct intents_why *a, const struct intents_why *b)
{
    return a->count && b->count && a->spans[a->count - 1][1] <= b->spans[0][0];
}

/* Two requests and not one that is said in words of both: a pattern of each, one behind the other.
 */
static bool apart(const struct intents_match *m, unsigned topic_a, unsigned topic_b)
{
    for (size_t a = 0; a < m->why_count; a++)
        for (size_t b = 0; b < m->why_count && m->whys[a].topic == topic_a; b++)
            if (m->whys[b].topic == topic_b && (stands_before(&m->whys[a], &m->whys[b]) ||
                                                stands_before(&m->whys[b], &m->whys[a])))
                return true;
    return false;
}

/* Sure enough to be answered besides another: if it is wrong, it spoils a right answer. */
static bool sure_besides(const struct inquiry *q, const struct kb_intent *intent)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    double score = score_of(q, intent), chance = chance_of_intent(q, intent);
    if (q->second && chance < t->second_also / 5) /* it can't see it at all */
        return false;
    return score >= (q->second && chance >= t->second_also ? t->also : t->also_alone);
}

/* The second thing that a message asks for besides @best, or NULL. */
static const struct kb_intent *second_request(const struct inquiry *q, const struct kb_intent *best)
{
    const struct kb_intent *found = NULL;
    for (size_t i = 0; i < q->m->hit_count; i++) {
        const struct kb_intent *intent = kb_intent_of(q->kb, q->m->hits[i].topic);
        if (intent && intent != best && sure_besides(q, intent) &&
            apart(q->m, best->topic, intent->topic) &&
            (!found || value_of(q, intent) > value_of(q, found)))
            found = intent;
    }
    return found;
}

/* The other intent if two fit equally well, by the patterns or with the second opinion, and no
 * third comes near; or NULL. */
static const struct kb_intent *tied_with(const struct inquiry *q, const struct kb_intent *best)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    const struct kb_intent *other = best_besides(q, best, NULL);
    const struct kb_intent *third = best_besides(q, best, other);
    if (!other || score_of(q, best) < t->score || score_of(q, other) < t->score)
        return NULL;
    double by_score = fabs(score_of(q, best) - score_of(q, other));
    double by_value = value_of(q, best) - value_of(q, other);
    double ahead = third ? value_of(q, other) - value_of(q, third) : 1;
    return fmin(by_score, by_value) < t->lead && ahead >= t->lead ? other : NULL;
}

/* Is its answer a person's? An incident's text isn't, which was written for this. */
static bool is_withheld(const struct inquiry *q, const struct kb_intent *intent)
{
    const bool *withheld = q->f->withheld;
    if (kb_incident_of(q->kb, intent, q->f->now))
        return false;
    return intent->mode != KB_AUTOMATIC || (withheld && withheld[intent - q->kb->intent]);
}

/* One of two is meant, and asking which is all that is left to do: nothing speaks for a person
 * besides. */
static bool can_ask(const struct inquiry *q, const struct kb_intent *best,
                    const struct kb_intent *other)
{
    return other && q->f->question_allowed && q->kb->wording.clarify.ask.count && may_speak(q->f) &&
           !q->f->case_open && !answered_before(q->f, other) && !is_withheld(q, best) &&
           !is_withheld(q, other) && understood(&q->kb->thresholds, q->m) &&
           !disagrees(q, best, other);
}

/* Are an intent's words only praised or talked about? The second opinion alone can tell. */
static bool is_passing(const struct inquiry *q)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    return q->second && chance_of_any(q, KB_CLASS_TROLL, KB_CLASSES) >= t->second_passing &&
           fmax(chance_of_class(q, KB_CLASS_PRAISE), chance_of_class(q, KB_CLASS_CHATTER)) >=
               t->second_quiet;
}

static struct policy_decision thank(const struct inquiry *q, struct policy_decision d)
{
    d.action = ACTION_THANK;
    bool welcome = may_speak(q->f) && !q->f->case_open && !q->f->thanked;
    d.say = welcome ? SAY_THANKS : SAY_NOTHING;
    return d;
}

static struct policy_decision pass_over(const struct inquiry *q, struct policy_decision d)
{
    d.by_second = true;
    d.second = fmax(chance_of_class(q, KB_CLASS_PRAISE), chance_of_class(q, KB_CLASS_CHATTER));
    if (d.second == chance_of_class(q, KB_CLASS_PRAISE))
        return thank(q, d);
    d.action = ACTION_NONE;
    return d;
}

/* Answered, unless one of the two is a person's: then both are, since one reply is for both. @also
 * may be NULL. */
static struct policy_decision answer(const struct inquiry *q, struct policy_decision d,
                                     const struct kb_intent *intent, const struct kb_intent *also)
{
    if (is_withheld(q, intent) || (also && is_withheld(q, also))) {
        d.would = intent;
        d.would_also = also;
        d.offered = intent->mode != KB_SHADOW && (!also || also->mode != KB_SHADOW);
        return handoff(d, q->f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    }
    d.action = ACTION_ANSWER;
    d.intent = intent;
    d.also = also;
    d.incidents[0] = kb_incident_of(q->kb, intent, q->f->now);
    d.incidents[1] = also ? kb_incident_of(q->kb, also, q->f->now) : NULL;
    d.say = SAY_ANSWER;
    return d;
}

static struct policy_decision request(const struct inquiry *q, struct policy_decision d,
                                      const struct kb_intent *best)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    d.also = second_request(q, best);
    measure(q, &d, best);
    bool agreed = q->second && d.second >= (d.score >= t->weak ? t->second_agree : t->second_hint);
    bool sure = d.score >= t->score && d.lead >= t->lead && understood(t, q->m);
    const struct kb_intent *also = d.also;
    d.also = NULL;
    if (answered_before(q->f, best)) { /* it didn't help */
        d.again = best;
        return handoff(d, q->f, NULL, STR("human"), PRIORITY_SOON);
    }
    if (!disagrees(q, best, also) && (agreed || sure) && may_speak(q->f) && !q->f->case_open) {
        return answer(q, d, best, also && !answered_before(q->f, also) ? also : NULL);
    }
    if (is_passing(q))
        return pass_over(q, d);
    d = handoff(d, q->f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    const struct kb_intent *other = also ? NULL : tied_with(q, best);
    if (can_ask(q, best, other)) {
        d.say = SAY_CLARIFY;
        d.asked[0] = best;
        d.asked[1] = other;
    }
    return d;
}

/* ------------------------------------------------------------------------------------------------
 * the answer to a clarifying question */

/* More words say something of their own. */
enum { PICK_WORDS_MAX = 6 };

static bool says_any(struct str text, const struct kb_list *phrases)
{
    for (size_t i = 0; i < phrases->count; i++) {
        struct str phrase = phrases->items[i];
        for (size_t at = 0; at + phrase.len <= text.len; at++) {
            size_t end = at + phrase.len;
            if ((at == 0 || text.p[at - 1] == ' ') && (end == text.len || text.p[end] == ' ') &&
                str_eq(str_cut(text, at, end), phrase))
                return true;
        }
    }
    return false;
}

/* "The first one", and nothing else. */
static const struct kb_intent *named_by_place(const struct inquiry *q)
{
    const struct kb_clarify *c = &q->kb->wording.clarify;
    struct str text = q->m->normal.text;
    bool first = says_any(text, &c->first), second = says_any(text, &c->second);
    if (first == second || says_any(text, &c->neither) || q->m->normal.word_count > PICK_WORDS_MAX)
        return NULL;
    return q->f->asked[second];
}

/* Which of the two the resident meant, or NULL: it must be plainly one of them, however weakly the
 * words alone would say so. */
static const struct kb_intent *picked(const struct inquiry *q)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    const struct kb_intent *const *asked = q->f->asked, *by_place = named_by_place(q);
    const struct kb_intent *best = best_besides(q, NULL, NULL);
    if (best && (!understood(t, q->m) || disagrees(q, best, NULL)))
        return NULL;
    if (!best && by_place)
        return by_place;
    double first = best ? value_of(q, asked[0]) : chance_of_intent(q, asked[0]);
    double second = best ? value_of(q, asked[1]) : chance_of_intent(q, asked[1]);
    /* a third that fits better: it is about something else */
    double least = best ? value_of(q, best) : fmax(t->second_agree, DBL_MIN);
    const struct kb_intent *by_words = asked[second > first];
    if (fmax(first, second) < least || fabs(first - second) < t->lead)
        return NULL;
    return by_place && by_place != by_words ? NULL : by_words;
}

static struct policy_decision clarified(const struct inquiry *q, struct policy_decision d,
                                        const struct kb_intent *meant)
{
    measure(q, &d, meant);
    if (!may_speak(q->f) || answered_before(q->f, meant))
        return handoff(d, q->f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    d = answer(q, d, meant, NULL);
    if (d.action == ACTION_ANSWER) {
        d.settles = q->f->case_open;
        d.case_needed = false;
    }
    return d;
}

/* ------------------------------------------------------------------------------------------------
 * no request */

/* Praise, trolling, talk: what a rule of the kind says, or without one the second opinion if it is
 * sure. */
static bool is_quiet(const struct inquiry *q, enum kb_kind kind, enum kb_class class,
                     struct policy_decision *d)
{
    const struct kb_thresholds *t = &q->kb->thresholds;
    d->rule = rule_of_kind(q->kb, q->m, kind);
    d->second = chance_of_class(q, class);
    if (!q->second)
        return d->rule;
    /* silence to a need is worse than a word too many: a rule must not be alone */
    bool quiet = d->second >= (d->rule ? t->second_silence : t->second_quiet);
    d->by_second = quiet && !d->rule;
    return quiet;
}

/* By what they did and not by what this message says: somebody who only wants to be seen. Many who
 * ask the same, or one who asks again and again, may well need something: they are met with silence
 * only where the second opinion is as sure as it must be by itself; without one only who was a
 * troll before is one. */
static bool is_nuisance(const struct inquiry *q, double quiet)
{
    const struct policy_facts *f = q->f;
    const struct kb_thresholds *t = &q->kb->thresholds;
    bool habit = f->strikes >= POLICY_STRIKES;
    if (!q->second)
        return habit;
    return (habit && quiet >= t->second_silence) ||
           ((f->flood || f->copy) && quiet >= t->second_quiet);
}

/* No intent is found. */
static struct policy_decision no_request(const struct inquiry *q, struct policy_decision d)
{
    double quiet = chance_of_any(q, KB_CLASS_TROLL, KB_CLASSES);
    if (q->f->turn != TURN_DONE && q->second && 1 - quiet >= q->kb->thresholds.second_need)
        return handoff(d, q->f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    if (is_quiet(q, KB_PRAISE, KB_CLASS_PRAISE, &d)) {
        return thank(q, d);
    } else if (q->f->turn == TURN_DONE) {
        d.action = ACTION_NONE;
    } else if (is_quiet(q, KB_TROLL, KB_CLASS_TROLL, &d)) {
        d.action = ACTION_IGNORE;
    } else if (is_quiet(q, KB_CHATTER, KB_CLASS_CHATTER, &d)) {
        d.action = ACTION_NONE;
    } else if (is_nuisance(q, quiet)) {
        d.rule = NULL;
        d.second = chance_of_class(q, KB_CLASS_TROLL);
        d.action = ACTION_IGNORE;
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
    const struct inquiry q = { kb, m, second, f };
    struct policy_decision d = { .say = SAY_NOTHING, .case_needed = f->case_open };
    const struct kb_intent *best = best_besides(&q, NULL, NULL), *meant;
    const struct kb_rule *rule;
    if (best)
        measure(&q, &d, best);
    struct str reason;
    if ((rule = rule_of_kind(kb, m, KB_SENSITIVE)))
        return handoff(d, f, rule, rule->reason, PRIORITY_SENSITIVE);
    if ((reason = sensitive_reason(&q)).len)
        return sensed(&q, d, reason);
    if (m->spent)
        return handoff(d, f, NULL, STR("unresolved"), PRIORITY_NORMAL);
    if (f->overheard) {
        d.action = ACTION_NONE;
        return d;
    }
    if ((rule = rule_of_kind(kb, m, KB_OPT_OUT)))
        return stop(kb, d, f, rule);
    if (f->opted_out && !best && (rule = rule_of_kind(kb, m, KB_OPT_IN)))
        return start(d, f, rule);
    if ((rule = election_rule(kb, m, f->now)))
        return handoff(d, f, rule, rule->reason, PRIORITY_SENSITIVE);
    if ((rule = rule_of_kind(kb, m, KB_HUMAN)))
        return handoff(d, f, rule, STR("human"), PRIORITY_SOON);
    if ((rule = rule_of_kind(kb, m, KB_COMPLAINT)))
        return handoff(d, f, rule, STR("complaint"), PRIORITY_SOON);
    if (f->asked[0] && (meant = picked(&q)))
        return clarified(&q, d, meant);
    if (f->turn == TURN_UNHELPED && (!best || answered_before(f, best)))
        return handoff(d, f, NULL, STR("human"), PRIORITY_SOON);
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
