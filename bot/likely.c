#include "bot/likely.h"

/*
 * Below it nothing is offered: staff who read three guesses look at the fourth no more. Of 28,126
 * messages by writers whom the second opinion didn't know (as integration.corpus leaves them out),
 * 7,474 went to people and weren't sensitive; 3,400 of them were about an intent, 4,074 about none:
 *
 *   floor   of the 3,400 with the right one   of the 4,074 with any   of all offered, right
 *   none    90 %                              80 %                    20 %
 *   0.10    89 %                              77 %                    20 %
 *   0.15    80 %                              47 %                    38 %
 *   0.20    72 %                              40 %                    43 %
 *   0.30    53 %                              28 %                    48 %
 *
 * From 0.10 to 0.15 a single weak hint falls away, half of all that was offered; from there on each
 * step costs as much as it spares.
 */
static const double SCORE_LEAST = 0.15;

static double score_of(const struct intents_match *m, const struct kb_intent *intent)
{
    for (size_t i = 0; i < m->hit_count; i++)
        if (m->hits[i].topic == intent->topic)
            return m->hits[i].score;
    return 0;
}

/* Puts it where it belongs among the @count that are there; the last may fall out. */
static size_t insert(struct likely *list, size_t count, struct likely one)
{
    size_t at = count;
    while (at > 0 && list[at - 1].score < one.score)
        at--;
    if (at == LIKELY_MAX)
        return count;
    count += count < LIKELY_MAX;
    for (size_t i = count - 1; i > at; i--)
        list[i] = list[i - 1];
    list[at] = one;
    return count;
}

static size_t choose(const struct kb *kb, const struct reading *reading, struct likely *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < kb->intent_count; i++) {
        const struct kb_intent *intent = &kb->intent[i];
        double score = score_of(&reading->match, intent);
        if (reading->second)
            score = (score + (double)reading->second[i]) / 2;
        if (intent->mode != KB_SHADOW && score >= SCORE_LEAST)
            count = insert(ret, count, (struct likely){ .intent = intent, .score = score });
    }
    return count;
}

static bool is_too_long(const struct kb *kb, struct str text)
{
    return kb->rules->weight(text) + LIKELY_SIGNATURE > kb->rules->limit;
}

static int skip_long(void *data, struct str text)
{
    return is_too_long(data, text);
}

/* 1 with its words, 0 if none of them fits, or ERR_NOMEM. */
static int word(const struct kb *kb, struct arena *arena, const struct wording_context *context,
                struct likely *one)
{
    struct policy_decision d = { .say = SAY_ANSWER, .intent = one->intent };
    struct wording_context c = *context;
    struct buf text = BUF_INIT(65536);
    c.taken = skip_long;
    c.taken_data = (void *)(uintptr_t)kb;
    int r = wording_write(kb, &d, &c, &text);
    if (r == 0 && !is_too_long(kb, buf_str(&text))) {
        one->text = arena_str(arena, buf_str(&text));
        r = one->text.p ? 1 : ERR_NOMEM;
    }
    buf_release(&text);
    return r;
}

int likely_find(const struct decider *decider, struct arena *arena, struct str text,
                const struct wording_context *context, struct likely ret[LIKELY_MAX])
{
    static const struct policy_facts facts = { .may_reply = true };
    const struct kb *kb = decider->kb;
    struct reading reading;
    int r = decide_read(decider, arena, text, &reading), count = 0;
    if (r < 0 || reading.match.spent)
        return r;
    struct policy_decision d = policy_decide(kb, &reading.match, reading.second, &facts);
    if (d.case_needed && d.priority == PRIORITY_SENSITIVE)
        return 0;
    struct likely chosen[LIKELY_MAX];
    size_t chosen_count = choose(kb, &reading, chosen);
    for (size_t i = 0; i < chosen_count; i++) {
        r = word(kb, arena, context, &chosen[i]);
        if (r < 0)
            return r;
        if (r == 1)
            ret[count++] = chosen[i];
    }
    return count;
}
