#include "bot/score.h"

static const char *const count_names[] = {
    [SCORE_MESSAGES] = "messages",
    [SCORE_EXACT] = "exact",
    [SCORE_ANSWER_GOLD] = "answer.gold",
    [SCORE_ANSWER_PRED] = "answer.pred",
    [SCORE_ANSWER_RIGHT] = "answer.right",
    [SCORE_HANDOFF_GOLD] = "handoff.gold",
    [SCORE_HANDOFF_PRED] = "handoff.pred",
    [SCORE_HANDOFF_RIGHT] = "handoff.right",
    [SCORE_HARM] = "harm",
    [SCORE_SENSITIVE_GOLD] = "sensitive.gold",
    [SCORE_SENSITIVE_RIGHT] = "sensitive.right",
    [SCORE_SENSITIVE_HARM] = "sensitive.harm",
    [SCORE_REASON_RIGHT] = "reason.right",
    [SCORE_NEED_GOLD] = "need.gold",
    [SCORE_NEED_SILENT] = "need.silent",
    [SCORE_IGNORE_GOLD] = "ignore.gold",
    [SCORE_IGNORE_RIGHT] = "ignore.right",
    [SCORE_THANK_GOLD] = "thank.gold",
    [SCORE_THANK_RIGHT] = "thank.right",
    [SCORE_NONE_GOLD] = "none.gold",
    [SCORE_NONE_RIGHT] = "none.right",
};
_Static_assert(ARRAY_LEN(count_names) == SCORE_COUNTS, "a name for each count");

static const char *const mistake_names[] = {
    [SCORE_WRONG_LINK] = "wrong link",
    [SCORE_NOT_COVERED] = "not covered",
    [SCORE_HARMED] = "harm",
    [SCORE_SENSITIVE_MISSED] = "sensitive missed",
    [SCORE_LEFT_ALONE] = "left alone",
    [SCORE_IGNORE_MISSED] = "ignore missed",
    [SCORE_THANK_MISSED] = "thank missed",
    [SCORE_NONE_MISSED] = "none missed",
};
_Static_assert(ARRAY_LEN(mistake_names) == SCORE_MISTAKES, "a name for each kind");

const struct score_figure score_figures[SCORE_FIGURES] = {
    { "messages", SCORE_MESSAGES, SCORE_COUNTS },
    { "right_action_pct", SCORE_EXACT, SCORE_MESSAGES },
    { "right_link_pct", SCORE_ANSWER_RIGHT, SCORE_ANSWER_PRED },
    { "coverage_pct", SCORE_ANSWER_RIGHT, SCORE_ANSWER_GOLD },
    { "harm", SCORE_HARM, SCORE_COUNTS },
    { "harm_pct", SCORE_HARM, SCORE_HANDOFF_GOLD },
    { "sensitive_harm", SCORE_SENSITIVE_HARM, SCORE_COUNTS },
    { "sensitive_pct", SCORE_SENSITIVE_RIGHT, SCORE_SENSITIVE_GOLD },
    { "reason_pct", SCORE_REASON_RIGHT, SCORE_SENSITIVE_GOLD },
    { "handoff_recall_pct", SCORE_HANDOFF_RIGHT, SCORE_HANDOFF_GOLD },
    { "handoff_share_pct", SCORE_HANDOFF_PRED, SCORE_MESSAGES },
    { "left_alone", SCORE_NEED_SILENT, SCORE_COUNTS },
    { "left_alone_pct", SCORE_NEED_SILENT, SCORE_NEED_GOLD },
    { "trolls_pct", SCORE_IGNORE_RIGHT, SCORE_IGNORE_GOLD },
    { "thanks_pct", SCORE_THANK_RIGHT, SCORE_THANK_GOLD },
    { "chatter_pct", SCORE_NONE_RIGHT, SCORE_NONE_GOLD },
};

const char *score_mistake_name(enum score_mistake kind)
{
    return mistake_names[kind];
}

/* ------------------------------------------------------------------------------------------------
 * labels */

static bool is_reason(struct str name, enum kb_class end)
{
    for (enum kb_class c = KB_CLASS_EMERGENCY; c < end; c++)
        if (str_eq(name, kb_class_name(c)))
            return true;
    return false;
}

static int read_action(const cJSON *object, const char *where, struct report *report,
                       enum action *ret)
{
    struct str name = STR("");
    (void)json_get_str(object, "action", &name);
    for (enum action a = ACTION_ANSWER; a <= ACTION_NONE; a++) {
        if (!str_is(name, action_name(a)))
            continue;
        *ret = a;
        return 0;
    }
    return report_error(
        report, "%s: \"action\" must be one of answer, handoff, ignore, thank, none", where);
}

static int read_intents(const struct kb *kb, const cJSON *object, const char *where,
                        struct report *report, struct score_label *label)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "intents"), *item;
    if ((list && !cJSON_IsArray(list)) || cJSON_GetArraySize(list) > SCORE_INTENTS_MAX)
        return report_error(report, "%s: \"intents\" must be a list of ids, at most %d", where,
                            SCORE_INTENTS_MAX);
    cJSON_ArrayForEach(item, list)
    {
        struct str id = json_str(item);
        size_t i = 0;
        while (i < kb->intent_count && !str_eq(kb->intent[i].id, id))
            i++;
        if (i == kb->intent_count)
            return report_error(report, "%s: no intent \"%.*s\" in the knowledge base", where,
                                STR_ARG(id));
        label->intents[label->intent_count++] = id;
    }
    if (label->action == ACTION_ANSWER && !label->intent_count)
        return report_error(report, "%s: an answer needs \"intents\": what it is to", where);
    return 0;
}

int score_read_label(const struct kb *kb, const cJSON *object, const char *where,
                     struct report *report, struct score_label *ret)
{
    struct score_label label = { .reason = STR("") };
    int r = read_action(object, where, report, &label.action);
    if (r == 0)
        r = read_intents(kb, object, where, report, &label);
    if (r < 0)
        return r;
    bool handoff = label.action == ACTION_HANDOFF;
    int found = json_get_str(object, "reason", &label.reason);
    if (found < 0 || (found == 0) == handoff ||
        (handoff && !is_reason(label.reason, KB_CLASS_UNRESOLVED + 1)))
        return report_error(report,
                            "%s: \"reason\" belongs to a handoff, and is one of the thirteen of "
                            "tests/corpus/LABELS.md",
                            where);
    *ret = label;
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * counting */

static bool among(struct str id, const struct str *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(ids[i], id))
            return true;
    return false;
}

size_t score_answered(const struct policy_decision *d, struct str ret[SCORE_ANSWERED_MAX])
{
    size_t count = 0;
    if (d->action == ACTION_ANSWER)
        ret[count++] = d->intent->id;
    if (count && d->also)
        ret[count++] = d->also->id;
    return count;
}

/* The reply's first intent is one of the label's, and the label's first is among its intents. */
static bool is_right_link(const struct score_label *right, const struct policy_decision *d)
{
    if (right->action != ACTION_ANSWER || d->action != ACTION_ANSWER)
        return false;
    struct str answered[SCORE_ANSWERED_MAX];
    size_t count = score_answered(d, answered);
    return among(answered[0], right->intents, right->intent_count) &&
           among(right->intents[0], answered, count);
}

/* Counts @part of those in @whole; says whether it is of the whole but no part. */
static bool count_share(struct score *s, enum score_count whole, bool in_whole,
                        enum score_count part, bool in_part)
{
    s->counts[whole] += in_whole;
    s->counts[part] += in_whole && in_part;
    return in_whole && !in_part;
}

static bool is_silent(enum action action)
{
    return action == ACTION_IGNORE || action == ACTION_NONE || action == ACTION_THANK;
}

/* Trolling, thanks and talk: which of each were seen as such. */
static unsigned add_quiet(struct score *s, enum action right, enum action done)
{
    static const struct {
        enum action action;
        enum score_count gold, right;
        enum score_mistake mistake;
    } rows[] = {
        { ACTION_IGNORE, SCORE_IGNORE_GOLD, SCORE_IGNORE_RIGHT, SCORE_IGNORE_MISSED },
        { ACTION_THANK, SCORE_THANK_GOLD, SCORE_THANK_RIGHT, SCORE_THANK_MISSED },
        { ACTION_NONE, SCORE_NONE_GOLD, SCORE_NONE_RIGHT, SCORE_NONE_MISSED },
    };
    unsigned mistakes = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (count_share(s, rows[i].gold, right == rows[i].action, rows[i].right,
                        done == rows[i].action))
            mistakes |= 1U << rows[i].mistake;
    return mistakes;
}

unsigned score_add(struct score *s, const struct score_label *right,
                   const struct policy_decision *d)
{
    bool answer = right->action == ACTION_ANSWER, handoff = right->action == ACTION_HANDOFF;
    bool answered = d->action == ACTION_ANSWER, handed = d->action == ACTION_HANDOFF;
    bool sensitive = handoff && is_reason(right->reason, KB_REASONS);
    bool link = is_right_link(right, d);
    unsigned mistakes = add_quiet(s, right->action, d->action);
    s->counts[SCORE_MESSAGES]++;
    s->counts[SCORE_EXACT] += right->action == d->action;
    s->counts[SCORE_ANSWER_GOLD] += answer;
    s->counts[SCORE_HANDOFF_PRED] += handed;
    s->counts[SCORE_SENSITIVE_HARM] += sensitive && answered;
    s->counts[SCORE_REASON_RIGHT] += sensitive && handed && str_eq(d->reason, right->reason);
    if (count_share(s, SCORE_ANSWER_PRED, answered, SCORE_ANSWER_RIGHT, link))
        mistakes |= 1U << SCORE_WRONG_LINK;
    if (answer && !link && !answered)
        mistakes |= 1U << SCORE_NOT_COVERED;
    (void)count_share(s, SCORE_HANDOFF_GOLD, handoff, SCORE_HANDOFF_RIGHT, handed);
    s->counts[SCORE_HARM] += handoff && answered;
    if (handoff && answered)
        mistakes |= 1U << SCORE_HARMED;
    if (count_share(s, SCORE_SENSITIVE_GOLD, sensitive, SCORE_SENSITIVE_RIGHT, handed))
        mistakes |= 1U << SCORE_SENSITIVE_MISSED;
    if (count_share(s, SCORE_NEED_GOLD, answer || handoff, SCORE_NEED_SILENT, is_silent(d->action)))
        return mistakes;
    return answer || handoff ? mistakes | 1U << SCORE_LEFT_ALONE : mistakes;
}

/* ------------------------------------------------------------------------------------------------
 * figures */

void score_write(const struct score *s, const struct score_figure *figure, char out[16])
{
    unsigned part = s->counts[figure->part];
    unsigned whole = figure->whole == SCORE_COUNTS ? 0 : s->counts[figure->whole];
    if (figure->whole == SCORE_COUNTS)
        (void)snprintf(out, 16, "%u", part);
    else if (whole)
        (void)snprintf(out, 16, "%.1f", 100.0 * part / whole);
    else
        (void)snprintf(out, 16, "-");
}

cJSON *score_json(const struct score *s)
{
    cJSON *o = cJSON_CreateObject();
    for (size_t i = 0; i < SCORE_FIGURES; i++) {
        char figure[16];
        score_write(s, &score_figures[i], figure);
        if (*figure == '-')
            (void)cJSON_AddNullToObject(o, score_figures[i].name);
        else
            (void)cJSON_AddRawToObject(o, score_figures[i].name, figure);
    }
    cJSON *counts = cJSON_AddObjectToObject(o, "counts");
    for (enum score_count c = SCORE_EXACT; c < SCORE_COUNTS; c++)
        (void)cJSON_AddNumberToObject(counts, count_names[c], s->counts[c]);
    return o;
}
