#include "bot/conversation.h"

#include <string.h>

#include "handoff/cases.h"

/* ------------------------------------------------------------------------------------------------
 * words that mean something only after an answer */

enum place { WHOLE, BEGIN, ANYWHERE };

static const struct {
    enum turn turn;
    enum place place;
    const char *words; /* as normalised, without marks and mentions */
} turns[] = {
    { TURN_UNHELPED, WHOLE, "no" },
    { TURN_UNHELPED, WHOLE, "nope" },
    { TURN_UNHELPED, WHOLE, "nah" },
    { TURN_UNHELPED, WHOLE, "no it has not" },
    { TURN_UNHELPED, WHOLE, "no it is not" },
    { TURN_UNHELPED, WHOLE, "no they have not" },
    { TURN_UNHELPED, WHOLE, "not really" },
    { TURN_UNHELPED, WHOLE, "no luck" },
    { TURN_UNHELPED, WHOLE, "no joy" },
    { TURN_UNHELPED, BEGIN, "still no" },
    { TURN_UNHELPED, BEGIN, "still not" },
    { TURN_UNHELPED, BEGIN, "still nothing" },
    { TURN_UNHELPED, BEGIN, "still waiting" },
    { TURN_UNHELPED, BEGIN, "still the same" },
    { TURN_UNHELPED, BEGIN, "no still" },
    { TURN_UNHELPED, BEGIN, "it is still" },
    { TURN_UNHELPED, BEGIN, "it still" },
    { TURN_UNHELPED, ANYWHERE, "did not help" },
    { TURN_UNHELPED, ANYWHERE, "does not help" },
    { TURN_UNHELPED, ANYWHERE, "has not helped" },
    { TURN_UNHELPED, ANYWHERE, "not helpful" },
    { TURN_UNHELPED, ANYWHERE, "no help" },
    { TURN_UNHELPED, ANYWHERE, "no use" },
    { TURN_UNHELPED, ANYWHERE, "thanks for nothing" },
    { TURN_UNHELPED, ANYWHERE, "thanks but" },
    { TURN_UNHELPED, ANYWHERE, "thank you but" },
    { TURN_UNHELPED, ANYWHERE, "cheers but" },
    { TURN_UNHELPED, BEGIN, "ta but" },
    { TURN_UNHELPED, BEGIN, "ok but" },
    { TURN_UNHELPED, BEGIN, "okay but" },
    { TURN_UNHELPED, BEGIN, "yes but" },
    { TURN_UNHELPED, ANYWHERE, "no good" },
    { TURN_UNHELPED, ANYWHERE, "not what i" },
    { TURN_UNHELPED, ANYWHERE, "not my question" },
    { TURN_UNHELPED, ANYWHERE, "wrong link" },
    { TURN_UNHELPED, ANYWHERE, "wrong page" },
    { TURN_UNHELPED, ANYWHERE, "tried that" },
    { TURN_UNHELPED, ANYWHERE, "done that already" },
    { TURN_UNHELPED, ANYWHERE, "already done that" },
    { TURN_UNHELPED, ANYWHERE, "already did that" },
    { TURN_UNHELPED, ANYWHERE, "it does not work" },
    { TURN_UNHELPED, ANYWHERE, "it did not work" },
    { TURN_UNHELPED, ANYWHERE, "that does not work" },
    { TURN_UNHELPED, ANYWHERE, "that did not work" },
    { TURN_UNHELPED, ANYWHERE, "link does not" },
    { TURN_UNHELPED, ANYWHERE, "link did not" },
    { TURN_UNHELPED, ANYWHERE, "link is not" },
    { TURN_UNHELPED, ANYWHERE, "link is broken" },
    { TURN_UNHELPED, ANYWHERE, "link is dead" },
    { TURN_UNHELPED, ANYWHERE, "link will not" },
    { TURN_UNHELPED, ANYWHERE, "page does not" },
    { TURN_UNHELPED, ANYWHERE, "page did not" },
    { TURN_UNHELPED, ANYWHERE, "page is not" },
    { TURN_UNHELPED, ANYWHERE, "page will not" },
    { TURN_UNHELPED, ANYWHERE, "form does not" },
    { TURN_UNHELPED, ANYWHERE, "form did not" },
    { TURN_UNHELPED, ANYWHERE, "form is not" },
    { TURN_UNHELPED, ANYWHERE, "form will not" },
    { TURN_REFERS, BEGIN, "and" },
    { TURN_REFERS, BEGIN, "or" },
    { TURN_REFERS, BEGIN, "but what" },
    { TURN_REFERS, BEGIN, "what about" },
    { TURN_REFERS, BEGIN, "how about" },
    { TURN_REFERS, BEGIN, "what if" },
    { TURN_REFERS, BEGIN, "which one" },
    { TURN_REFERS, BEGIN, "same for" },
    { TURN_REFERS, BEGIN, "is that" },
    { TURN_REFERS, BEGIN, "does that" },
    { TURN_REFERS, BEGIN, "do they" },
    { TURN_REFERS, BEGIN, "are they" },
    { TURN_REFERS, BEGIN, "when do they" },
    { TURN_REFERS, BEGIN, "when is it" },
    { TURN_REFERS, BEGIN, "when is that" },
    { TURN_REFERS, BEGIN, "where is it" },
    { TURN_REFERS, BEGIN, "where is that" },
    { TURN_REFERS, BEGIN, "how much is it" },
    { TURN_REFERS, BEGIN, "how much is that" },
    { TURN_REFERS, ANYWHERE, "the other one" },
    { TURN_REFERS, ANYWHERE, "instead" },
};

/* A message of nothing but these, with one of the first, wants no more of us. */
static const char *const closing[] = { "done",   "sorted", "thanks",   "thank",   "cheers",
                                       "ta",     "ok",     "okay",     "perfect", "great",
                                       "lovely", "booked", "reported", "good",    "fine" };
static const char *const padding[] = { "all",   "now",    "it",   "you",  "very", "much", "so",
                                       "will",  "do",     "just", "mate", "for",  "then", "got",
                                       "found", "please", "lot",  "a",    "many" };

static bool is_one_of(struct str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(word, words[i]))
            return true;
    return false;
}

static bool is_closing(const struct normal *n)
{
    bool closes = false;
    for (size_t i = 0; i < n->word_count; i++) {
        struct str word = str_cut(n->text, n->words[i].at, n->words[i].at + n->words[i].len);
        if (str_is(word, "?"))
            return false;
        if (is_one_of(word, closing, ARRAY_LEN(closing)))
            closes = true;
        else if (!normal_is_mark(word) && !is_one_of(word, padding, ARRAY_LEN(padding)))
            return false;
    }
    return closes;
}

/* "the brown one", "my green ones" */
static bool ends_in_one(struct str plain)
{
    return str_ends(plain, STR(" one ")) || str_ends(plain, STR(" ones "));
}

/* @plain and @words stand between spaces. */
static bool stands(struct str plain, struct str words, enum place place)
{
    switch (place) {
    case WHOLE:
        return str_eq(plain, words);
    case BEGIN:
        return str_starts(plain, words);
    case ANYWHERE:
        return plain.len && memmem(plain.p, plain.len, words.p, words.len);
    }
    return false;
}

enum turn conversation_turn(const struct normal *n)
{
    struct buf plain = BUF_INIT(2 * NORMAL_TEXT_MAX), words = BUF_INIT(100);
    enum turn turn = is_closing(n) ? TURN_DONE : TURN_NEW;
    (void)buf_addc(&plain, " ");
    for (size_t i = 0; i < n->word_count; i++) {
        struct str word = str_cut(n->text, n->words[i].at, n->words[i].at + n->words[i].len);
        if (!normal_is_mark(word))
            (void)buf_addf(&plain, "%.*s ", STR_ARG(word));
    }
    for (size_t i = 0; i < ARRAY_LEN(turns) && turn == TURN_NEW; i++) {
        buf_clear(&words);
        (void)buf_addf(&words, " %s ", turns[i].words);
        if (stands(buf_str(&plain), buf_str(&words), turns[i].place))
            turn = turns[i].turn;
    }
    if (turn == TURN_NEW && ends_in_one(buf_str(&plain)))
        turn = TURN_REFERS;
    buf_release(&plain);
    buf_release(&words);
    return turn;
}

/* ------------------------------------------------------------------------------------------------
 * what the record says */

void conversation_intents(const struct kb *kb, struct str json, const struct kb_intent **ret,
                          size_t max)
{
    cJSON *list = cJSON_ParseWithLength(json.p, json.len), *id;
    size_t count = 0;
    cJSON_ArrayForEach(id, list)
    {
        for (size_t i = 0; i < kb->intent_count && count < max; i++)
            if (str_eq(kb->intent[i].id, json_str(id)))
                ret[count++] = &kb->intent[i];
    }
    for (; count < max; count++)
        ret[count] = NULL;
    cJSON_Delete(list);
}

/* One message being read, and what it is read by. */
struct hearing {
    const struct conversation *c;
    struct policy_facts facts;
    struct record_talk talk;
    size_t burst;  /* how many of talk.earlier, from the newest, are of one burst with it */
    bool spoken;   /* … and we have answered one of them */
    bool own_case; /* the open case came of the burst, and nobody touched it */
    const struct record_earlier *queued; /* a reply to one of them that hasn't left */
};

static bool has_left(const struct record_earlier *e)
{
    return e->reply_id && e->reply != REPLY_QUEUED;
}

static void find_burst(struct hearing *r)
{
    const struct record_talk *talk = &r->talk;
    int64_t next_at = r->c->written_at;
    for (; r->burst < talk->count; r->burst++) {
        const struct record_earlier *e = &talk->earlier[r->burst];
        if (next_at - e->written_at > RECORD_BURST_S || e->written_at - next_at > RECORD_BURST_S)
            break;
        next_at = e->written_at;
        if (has_left(e) || (talk->last_was_a_person && talk->last_message == e->message_id))
            r->spoken = true;
        else if (e->reply_id && !r->queued)
            r->queued = e;
    }
}

/* The question that the message, or the burst that it belongs to, answers; NULL: none. */
static const struct record_earlier *question_of(const struct hearing *r)
{
    const struct record_talk *talk = &r->talk;
    size_t at = r->spoken ? 0 : r->burst;
    /* what was read as part of the message that we asked about answered nothing */
    while (at < talk->count && talk->earlier[at].message_id != talk->last_message &&
           talk->earlier[at].read_from <= talk->last_message)
        at++;
    const struct record_earlier *e = &talk->earlier[at];
    bool answers = at < talk->count && e->asked.len && has_left(e) &&
                   talk->last_message == e->message_id && !talk->last_was_a_person;
    return answers ? e : NULL;
}

/* Whose case the open one is, and whether the message answers a question. */
static int find_case(struct hearing *r)
{
    const struct conversation *c = r->c;
    const struct record_earlier *question = question_of(r);
    int64_t since_at = question   ? question->written_at - RECORD_BURST_S
                       : r->burst ? r->talk.earlier[r->burst - 1].written_at
                                  : c->written_at;
    int untouched = c->record->case_id ? case_untouched(c->tx, c->record->case_id,
                                                        c->record->resident_id, since_at)
                                       : 0;
    if (untouched < 0)
        return untouched;
    if (question && (untouched || !c->record->case_id))
        conversation_intents(c->decider->kb, question->asked, r->facts.asked, 2);
    r->own_case = untouched && !question && r->burst && !r->spoken;
    return 0;
}

static void list_answered(struct hearing *r)
{
    size_t at = 0;
    for (size_t i = 0; i < r->talk.answer_count; i++) {
        const struct record_answer *answer = &r->talk.answers[i];
        const struct kb_intent *pair[2];
        if (r->queued && answer->message_id == r->queued->message_id)
            continue; /* it is said or withdrawn with this one */
        conversation_intents(r->c->decider->kb, answer->intents, pair, 2);
        for (size_t k = 0; k < 2 && pair[k] && at < POLICY_ANSWERED_MAX; k++)
            r->facts.answered[at++] = pair[k];
    }
}

/* Was the last word in the conversation an automatic one, by which @action was done for this
 * resident? */
static bool last_word_was(const struct hearing *r, const char *action)
{
    for (size_t i = 0; i < r->talk.count; i++)
        if (r->talk.earlier[i].message_id == r->talk.last_message)
            return !r->talk.last_was_a_person && str_is(r->talk.earlier[i].action, action);
    return false;
}

static int look_back(struct hearing *r)
{
    const struct conversation *c = r->c;
    int e = record_get_talk(c->tx, c->arena, c->message_id,
                            c->written_at - CONVERSATION_LOOKS_BACK_S, &r->talk);
    if (e < 0)
        return e;
    find_burst(r);
    list_answered(r);
    if (r->queued) {
        r->facts.automatic_replies--;
        r->facts.question_allowed |= r->queued->asked.len > 0;
    }
    return find_case(r);
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static int decide_text(const struct hearing *r, struct str text, const struct policy_facts *facts,
                       struct decision *ret)
{
    const struct conversation *c = r->c;
    return decide(c->decider, c->arena, text, facts, c->wording, ret);
}

static bool has_why(const struct intents_why *whys, size_t count, unsigned topic)
{
    for (size_t i = 0; i < count; i++)
        if (whys[i].topic == topic)
            return true;
    return false;
}

/* The words that staff see marked are the message's own: what was found before @from is dropped,
 * and a topic that was only found there is named once. */
static void keep_own_words(struct intents_match *m, size_t from)
{
    size_t whys = 0;
    for (size_t i = 0; i < m->why_count; i++) {
        struct intents_why why = m->whys[i];
        size_t kept = 0;
        for (size_t s = 0; s < why.count; s++) {
            if (why.spans[s][0] < from)
                continue;
            why.words[kept] = why.words[s];
            why.spans[kept][0] = why.spans[s][0] - (uint32_t)from;
            why.spans[kept++][1] = why.spans[s][1] - (uint32_t)from;
        }
        why.count = kept;
        if (kept || !has_why(m->whys, whys, why.topic))
            m->whys[whys++] = why;
    }
    m->why_count = whys;
}

/*
 * Decides the message behind talk.earlier[oldest] to talk.earlier[newest]. @between: a sentence may
 * run on through a burst, a follow-up is a sentence of its own.
 */
static int decide_joined(const struct hearing *r, size_t newest, size_t oldest, const char *between,
                         const struct policy_facts *facts, struct decision *ret)
{
    struct buf text = BUF_INIT(16 * NORMAL_TEXT_MAX);
    for (size_t i = oldest + 1; i-- > newest;)
        (void)buf_addf(&text, "%.*s%s", STR_ARG(r->talk.earlier[i].text), between);
    size_t from = text.len;
    int e = buf_add(&text, r->c->text);
    if (e == 0) {
        struct str whole = arena_str(r->c->arena, buf_str(&text));
        e = whole.p ? decide_text(r, whole, facts, ret) : ERR_NOMEM;
    } else if (e == ERR_TOOBIG) { /* more than anybody writes: as it stands */
        from = 0;
        e = decide_text(r, r->c->text, facts, ret);
    }
    if (e == 0)
        keep_own_words(&ret->match, from);
    buf_release(&text);
    return e;
}

/* Something that a person must see soon, and sooner than what @other is. */
static bool is_more_urgent(const struct decision *d, const struct decision *other)
{
    return d->policy.action == ACTION_HANDOFF && d->policy.priority < PRIORITY_NORMAL &&
           (other->policy.action != ACTION_HANDOFF || d->policy.priority < other->policy.priority);
}

/* Somebody wants something: what stands before it mustn't make it praise or talk. */
static bool is_need(const struct decision *d)
{
    return d->policy.action == ACTION_ANSWER || d->policy.action == ACTION_HANDOFF;
}

static bool is_in(const struct kb_intent *intent, const struct kb_intent *const pair[2])
{
    return intent && (pair[0] == intent || pair[1] == intent);
}

/* Would saying @d tell the resident what the reply to @e tells them? */
static bool says_the_same(const struct hearing *r, const struct decision *d,
                          const struct record_earlier *e)
{
    const struct kb *kb = r->c->decider->kb;
    const struct policy_decision *p = &d->policy;
    const struct kb_intent *pair[2];
    if (p->action == ACTION_ANSWER) {
        conversation_intents(kb, e->intents, pair, 2);
        return str_is(e->action, "answer") && is_in(p->intent, pair) &&
               (!p->also || is_in(p->also, pair));
    }
    if (p->say == SAY_CLARIFY) {
        conversation_intents(kb, e->asked, pair, 2);
        return is_in(p->asked[0], pair) && is_in(p->asked[1], pair);
    }
    return p->action == ACTION_THANK && str_is(e->action, "thank");
}

static void say_nothing(struct decision *d)
{
    d->policy.say = SAY_NOTHING;
    d->policy.asked[0] = d->policy.asked[1] = NULL;
    d->reply = STR("");
}

/* Does what waits to be said no longer hold? That a person will read it does, unless something else
 * is said. */
static bool is_overtaken(const struct record_earlier *queued, const struct decision *d)
{
    bool only_waits = str_is(queued->action, "handoff") && !queued->asked.len;
    return d->reply.len || (d->policy.action == ACTION_HANDOFF && !only_waits);
}

/* "Stop" and "start" are said to us, whatever stands before them. */
static bool is_order(const struct decision *d)
{
    const struct kb_rule *rule = d->policy.rule;
    return rule && (rule->kind == KB_OPT_OUT || rule->kind == KB_OPT_IN);
}

/* The rest of what somebody was still writing: all of it is one message. */
static int read_burst(struct hearing *r, struct conversation_outcome *ret)
{
    const struct conversation *c = r->c;
    struct policy_facts facts = r->facts;
    struct decision alone;
    facts.turn = TURN_NEW;
    if (r->own_case)
        facts.case_open = false;
    facts.may_reply |= r->queued != NULL; /* that one may do */
    int e = decide_joined(r, 0, r->burst - 1, " ", &facts, &ret->decision);
    if (e == 0)
        e = decide_text(r, c->text, &r->facts, &alone);
    if (e < 0)
        return e;
    bool settles =
        r->own_case && ret->decision.policy.action == ACTION_ANSWER && c->facts.may_reply;
    if (is_order(&alone) || is_more_urgent(&alone, &ret->decision) ||
        (!is_need(&ret->decision) && is_need(&alone))) {
        ret->decision = alone; /* what stood before it would hide it */
        settles = false;
    } else {
        ret->read_from = r->talk.earlier[r->burst - 1].message_id;
        if (r->queued && says_the_same(r, &ret->decision, r->queued)) {
            say_nothing(&ret->decision);
            return 0;
        }
        if (!settles && (r->own_case || facts.may_reply != c->facts.may_reply)) {
            facts.case_open = r->facts.case_open;
            facts.may_reply = c->facts.may_reply;
            e = decide_joined(r, 0, r->burst - 1, " ", &facts, &ret->decision);
            if (e < 0)
                return e;
        }
    }
    const struct policy_decision *p = &ret->decision.policy;
    ret->settles = settles || p->settles;
    if (r->queued && is_overtaken(r->queued, &ret->decision))
        ret->drop_reply = r->queued->reply_id;
    return 0;
}

/* What the message goes on from: the last that was answered, with what that was read with, else the
 * last. False: nothing, or what people dealt with. */
static bool find_base(const struct hearing *r, size_t *ret_newest, size_t *ret_oldest)
{
    const struct record_talk *talk = &r->talk;
    size_t at = 0;
    if (talk->last_was_a_person)
        return false;
    while (at < talk->count && !str_is(talk->earlier[at].action, "answer") &&
           !str_is(talk->earlier[at].action, "handoff"))
        at++;
    if (at == talk->count)
        at = 0;
    const struct record_earlier *base = &talk->earlier[at];
    if (talk->count == 0 || (str_is(base->action, "handoff") && !r->facts.asked[0]))
        return false;
    *ret_newest = *ret_oldest = at;
    while (*ret_oldest + 1 < talk->count &&
           talk->earlier[*ret_oldest + 1].message_id >= base->read_from)
        ++*ret_oldest;
    return true;
}

/* Has what was said within this very minute said it already? */
static bool is_just_said(const struct hearing *r, const struct decision *d)
{
    for (size_t i = 0; i < r->burst; i++)
        if (has_left(&r->talk.earlier[i]) && says_the_same(r, d, &r->talk.earlier[i]))
            return true;
    return false;
}

/* What it is about can't be told from this one alone. */
static bool is_unclear(const struct decision *d, enum turn turn)
{
    const struct policy_decision *p = &d->policy;
    if (p->action == ACTION_HANDOFF)
        return !p->rule && p->score <= 0 && str_is(p->reason, "unresolved") && !d->match.spent;
    return turn == TURN_REFERS && (p->action == ACTION_NONE || p->action == ACTION_IGNORE);
}

/* As if what was answered in the conversation had not been, and wherever it is written. */
static struct policy_facts afresh(const struct hearing *r)
{
    struct policy_facts facts = r->facts;
    facts.turn = TURN_NEW;
    facts.question_allowed = false;
    facts.may_reply = true;
    memset(facts.asked, 0, sizeof facts.asked);
    memset(facts.answered, 0, sizeof facts.answered);
    return facts;
}

/* The same again within the minute in which it was answered: there is nothing to add. */
static int read_repeated(struct hearing *r, struct conversation_outcome *ret)
{
    struct decision again;
    const struct policy_facts facts = afresh(r);
    if (!r->spoken || ret->decision.policy.action == ACTION_NONE ||
        ret->decision.policy.action == ACTION_IGNORE ||
        (ret->decision.policy.action == ACTION_HANDOFF && r->facts.turn == TURN_UNHELPED))
        return 0;
    int e = decide_text(r, r->c->text, &facts, &again);
    if (e == 0 && is_just_said(r, &again)) {
        say_nothing(&again);
        ret->decision = again;
        ret->read_from = r->talk.earlier[r->burst - 1].message_id;
    }
    return e;
}

/* Does the joined reading tell more than the message alone? */
static bool is_told_by(const struct hearing *r, const struct decision *joined, enum turn turn)
{
    const struct kb_intent *intent = joined->policy.intent;
    if (joined->policy.action != ACTION_ANSWER)
        return false;
    if (r->facts.asked[0])
        return is_in(intent, r->facts.asked);
    return turn == TURN_REFERS || intent != r->facts.answered[0];
}

static int read_follow_up(struct hearing *r, enum turn turn, struct conversation_outcome *ret)
{
    size_t newest, oldest;
    struct decision joined;
    int e = decide_text(r, r->c->text, &r->facts, &ret->decision);
    if (e == 0)
        e = read_repeated(r, ret);
    if (e < 0 || ret->read_from || !find_base(r, &newest, &oldest))
        return e;
    struct policy_facts facts = afresh(r);
    if (r->facts.asked[0])
        facts.case_open = false;
    e = decide_joined(r, newest, oldest, ".\n", &facts, &joined);
    if (e < 0)
        return e;
    bool urgent =
        is_more_urgent(&joined, &ret->decision) && joined.policy.priority == PRIORITY_SENSITIVE;
    bool unclear = is_unclear(&ret->decision, turn);
    bool told = unclear && r->facts.may_reply && is_told_by(r, &joined, turn);
    bool repeated = unclear && turn != TURN_REFERS && joined.policy.action == ACTION_ANSWER &&
                    is_just_said(r, &joined);
    if (repeated)
        say_nothing(&joined);
    if (urgent || told || repeated) {
        joined.policy.settles = told && r->facts.case_open;
        joined.policy.case_needed |= r->facts.case_open && !joined.policy.settles;
        ret->decision = joined;
        ret->read_from = r->talk.earlier[oldest].message_id;
    }
    return 0;
}

/* Which answer the message says didn't help: the one that it asks for again, or the last word. */
static void find_unhelped(const struct hearing *r, struct conversation_outcome *ret)
{
    const struct kb_intent *again = ret->decision.policy.again, *pair[2];
    for (size_t i = 0; i < r->talk.answer_count && again && !ret->unhelped_id; i++) {
        conversation_intents(r->c->decider->kb, r->talk.answers[i].intents, pair, 2);
        if (is_in(again, pair)) {
            ret->unhelped_id = r->talk.answers[i].message_id;
            ret->unhelped = again->id;
        }
    }
    if (!ret->unhelped_id && r->facts.turn == TURN_UNHELPED)
        ret->unhelped_id = r->talk.last_message;
}

int conversation_decide(const struct conversation *c, struct conversation_outcome *ret)
{
    struct hearing r = { .c = c, .facts = c->facts };
    struct normal normal;
    enum turn turn = TURN_NEW;
    *ret = (struct conversation_outcome){ .read_from = 0 };
    r.facts.question_allowed = !c->record->asked;
    if (!c->record->begun || c->facts.overheard)
        return decide_text(&r, c->text, &r.facts, &ret->decision);
    int e = look_back(&r);
    if (e < 0)
        return e;
    e = normal_make(c->arena, intents_vocab(c->decider->kb->intents), c->text, &normal);
    if (e == 0)
        turn = conversation_turn(&normal);
    else if (e != ERR_TOOBIG)
        return e;
    if (last_word_was(&r, "answer"))
        r.facts.turn = turn;
    r.facts.thanked = last_word_was(&r, "thank");
    if (r.burst && !r.spoken) {
        e = read_burst(&r, ret);
    } else {
        e = read_follow_up(&r, turn, ret);
        ret->settles = e == 0 && ret->decision.policy.settles;
    }
    if (e == 0)
        find_unhelped(&r, ret);
    return e;
}
