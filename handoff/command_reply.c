/* What staff write to residents: counted, looked over, sent, kept. */
#include "handoff/command_private.h"

#include "handoff/draft.h"
#include "handoff/held.h"
#include "handoff/permission.h"
#include "handoff/reply_check.h"
#include "handoff/view.h"
#include "kb/asking.h"

/* Whose names are looked for in a reply: of cases that ended no longer ago. */
enum { OTHERS_S = 86400 };

enum way { WAY_PUBLIC, WAY_PRIVATE, WAY_UNKNOWN };

/* How the reply goes: an enum way, or negative. If the frame doesn't say, as the case came. */
static int way_of(const struct command *c)
{
    struct str way;
    if (json_get_str(c->frame, "way", &way) == 1)
        return str_is(way, "private")  ? WAY_PRIVATE
               : str_is(way, "public") ? WAY_PUBLIC
                                       : WAY_UNKNOWN;
    int is_private = c->on.case_id ? view_case_is_private(c->tx, c->on.case_id) : 0;
    return is_private < 0 ? is_private : is_private ? WAY_PRIVATE : WAY_PUBLIC;
}

static int refuse_private(struct command *c)
{
    return command_refuse(c, "not_allowed", "Your role doesn't answer direct messages.");
}

/* As way_of, of what its writer may send: refused, and then WAY_UNKNOWN, if they may not. */
static int permitted_way(struct command *c)
{
    int way = way_of(c), r = 0;
    if (way == WAY_UNKNOWN)
        r = command_refuse(c, "bad_frame", "\"way\" is public or private.");
    else if (way == WAY_PRIVATE && !staff_answers_private(c->context->staff))
        r = refuse_private(c);
    return r < 0 ? r : *c->ret ? WAY_UNKNOWN : way;
}

static const struct text_rules *rules_of(const struct command *c, int way)
{
    return way == WAY_PRIVATE ? c->context->private_rules : c->context->rules;
}

static int add_warnings(const struct command *c, struct arena *arena, int way, struct str text,
                        cJSON *list)
{
    struct record_around around = { .since_at = c->context->now - OTHERS_S,
                                    .privately = staff_answers_private(c->context->staff) };
    struct record_other *others = arena_array(arena, RECORD_OTHERS_MAX, sizeof *others);
    (void)json_get_int(c->frame, "case", 1, INT64_MAX, &around.case_id);
    int count = others ? record_list_others(c->tx, arena, &around, others) : ERR_NOMEM;
    if (count < 0)
        return count;
    return reply_check(arena, text, way == WAY_PRIVATE, others, (size_t)count, list);
}

int command_count(struct command *c)
{
    struct arena arena = ARENA_INIT;
    struct reply_parts parts;
    struct str text = STR("");
    int way = way_of(c);
    if (way < 0)
        return way;
    const struct text_rules *rules = rules_of(c, way);
    (void)json_get_str(c->frame, "text", &text);
    cJSON *answer = command_answer(c, "count");
    int r =
        reply_compose(&arena, rules, text, c->context->staff->initials, way == WAY_PUBLIC, &parts);
    if (r == 0) {
        bool endless = parts.weight == UINT32_MAX;
        (void)cJSON_AddNumberToObject(answer, "weight", endless ? rules->limit + 1 : parts.weight);
        (void)cJSON_AddNumberToObject(answer, "limit", rules->limit);
        (void)cJSON_AddNumberToObject(answer, "parts", (double)parts.count);
        r = add_warnings(c, &arena, way, text, cJSON_AddArrayToObject(answer, "warnings"));
    }
    arena_release(&arena);
    if (r < 0)
        cJSON_Delete(answer);
    else
        *c->ret = answer;
    return r;
}

/* A sentence why the reply can't be taken as it is. */
static int refuse_long(struct command *c, const struct text_rules *rules, unsigned weight,
                       bool may_split)
{
    struct buf why = BUF_INIT(400);
    if (may_split)
        (void)buf_addf(&why,
                       "The reply is too long even for %d parts of %u characters each, or has a "
                       "word that no part can hold. Please shorten it.",
                       REPLY_PARTS_MAX, rules->limit);
    else if (weight < UINT32_MAX)
        (void)buf_addf(&why,
                       "The reply is %u characters with your initials, and %u is the most. "
                       "Please shorten it by %u.",
                       weight, rules->limit, weight - rules->limit);
    else
        (void)buf_addf(&why, "The reply is far too long: %u characters are the most.",
                       rules->limit);
    int r = command_refuse(c, "too_long", buf_cstr(&why));
    buf_release(&why);
    return r;
}

/* What everybody would read must not ask for what is nobody's business. */
static int refuse_asking(struct command *c, const char *asks)
{
    struct buf why = BUF_INIT(400);
    (void)buf_addf(&why,
                   "That asks for %s where everybody can read the answer. Please ask them to send "
                   "it as a direct message, or send this as one.",
                   asks);
    int r = command_refuse(c, "in_public", buf_cstr(&why));
    buf_release(&why);
    return r;
}

/* What @text asks for, whole or in any of its parts: a sentence that is cut may ask where it
 * didn't. */
static const char *asked_for(struct str text, const struct reply_parts *parts)
{
    const char *asks = kb_asks_for(text);
    for (size_t i = 0; i < parts->count && !asks; i++)
        asks = kb_asks_for(parts->part[i]);
    return asks;
}

/* Would the network refuse it as a repetition? 1 yes, 0 no. */
static int is_said(const struct command *c, const struct reply_parts *parts)
{
    int said = 0;
    for (size_t i = 0; i < parts->count && said == 0; i++)
        said = record_is_said(c->tx, 0, parts->part[i], true, c->context->now - SAME_S);
    return said;
}

static int refuse_repeated(struct command *c)
{
    return command_refuse(c, "repeated",
                          "Just this was said within the last day, and the network refuses "
                          "repetitions. Say it in other words: a name in front is enough.");
}

/* Makes @text what is posted. 1 done; 0 it can't be and c->ret says why. */
static int compose(struct command *c, struct arena *arena, int way, struct str text,
                   struct str initials, bool may_split, struct reply_parts *ret)
{
    const struct text_rules *rules = rules_of(c, way);
    if (!str_trim(text).len)
        return command_refuse(c, "empty", "There is nothing in the reply yet.");
    int r = reply_compose(arena, rules, text, initials, may_split, ret);
    if (r < 0)
        return r;
    const char *asks = way == WAY_PUBLIC ? asked_for(text, ret) : NULL;
    if (asks)
        return refuse_asking(c, asks);
    r = way == WAY_PUBLIC ? is_said(c, ret) : 0;
    if (r != 0)
        return r < 0 ? r : refuse_repeated(c);
    return ret->count ? 1 : refuse_long(c, rules, ret->weight, may_split);
}

/* A proposal is kept as one, however long: who approves it reads it whole. */
static int join_proposal(struct arena *arena, const struct command *c, struct str text,
                         struct reply_parts *parts)
{
    struct buf whole = BUF_INIT(REPLY_BYTES_MAX);
    int r = buf_addf(&whole, "%.*s ^%.*s", STR_ARG(str_trim(text)),
                     STR_ARG(c->context->staff->initials));
    parts->part[0] = arena_str(arena, buf_str(&whole));
    parts->count = 1;
    buf_release(&whole);
    return r < 0 ? r : parts->part[0].p ? 0 : ERR_NOMEM;
}

/* ok, with what the sender may undo until when. */
static void add_reply(cJSON *answer, int64_t reply_id, const struct case_answer *a)
{
    (void)cJSON_AddNumberToObject(answer, "reply", (double)reply_id);
    if (a->state == REPLY_HELD)
        (void)cJSON_AddNumberToObject(answer, "held_until", (double)a->held_until);
    else
        (void)cJSON_AddNullToObject(answer, "held_until");
}

static int send(struct command *c, struct arena *arena, int way, struct str text, bool may_split)
{
    const struct staff *staff = c->context->staff;
    int64_t reply_id, undo_s = c->context->desk->undo_s;
    struct reply_parts parts;
    int r = compose(c, arena, way, text, staff->initials, may_split, &parts);
    bool proposed = !role_may(staff->role, "reply_unapproved");
    if (r != 1)
        return r;
    if (proposed && parts.count > 1 && join_proposal(arena, c, text, &parts) < 0)
        return ERR_NOMEM;
    struct case_answer a = {
        .parts = parts.part,
        .part_count = parts.count,
        .is_private = way == WAY_PRIVATE,
        .state = proposed     ? REPLY_PROPOSED
                 : undo_s > 0 ? REPLY_HELD
                              : REPLY_QUEUED,
        .held_until = c->context->now + undo_s,
    };
    r = case_reply(c->tx, &c->on, &a, &reply_id);
    if (r != CASE_DONE)
        return command_conclude(c, r);
    struct draft none = { staff->id, c->on.case_id, STR(""), false };
    r = draft_keep(c->tx, &none, c->context->now);
    if (r < 0)
        return r;
    r = command_conclude(c, CASE_DONE);
    add_reply(*c->ret, reply_id, &a);
    return r;
}

int command_reply(struct command *c)
{
    struct arena arena = ARENA_INIT;
    struct str text = STR("");
    bool split = false;
    int way = permitted_way(c);
    if (way < 0 || way == WAY_UNKNOWN)
        return way < 0 ? way : 0;
    (void)json_get_str(c->frame, "text", &text);
    if (json_get_bool(c->frame, "split", &split) < 0)
        return command_refuse(c, "bad_frame", "\"split\" is true or false.");
    int r = send(c, &arena, way, text, split && way == WAY_PUBLIC);
    arena_release(&arena);
    return r;
}

/* The reply that the frame is about, which the answer shows the case of. 1 found; 0 refused. */
static int find_held(struct command *c, struct arena *arena, struct held *ret)
{
    int64_t reply_id;
    if (json_get_int(c->frame, "reply", 1, INT64_MAX, &reply_id) != 1)
        return command_refuse(c, "bad_frame", "Which reply? \"reply\" must be its number.");
    int r = held_find(c->tx, arena, reply_id, ret);
    if (r == 0)
        return command_conclude(c, CASE_UNKNOWN);
    if (r == 1)
        c->on.case_id = ret->case_id;
    return r;
}

int command_retry(struct command *c)
{
    int64_t reply_id;
    if (json_get_int(c->frame, "reply", 1, INT64_MAX, &reply_id) != 1)
        return command_refuse(c, "bad_frame", "Which reply? \"reply\" must be its number.");
    int hidden =
        staff_answers_private(c->context->staff) ? 0 : view_reply_is_private(c->tx, reply_id);
    if (hidden)
        return hidden < 0 ? hidden : refuse_private(c);
    return command_conclude(c, case_retry(c->tx, &c->on, reply_id));
}

static int undo(struct command *c, const struct held *h)
{
    if (h->writer_id != c->context->staff->id)
        return command_refuse(c, "not_yours", "Only the person who wrote a reply can undo it.");
    if (h->state != REPLY_HELD && h->state != REPLY_PROPOSED)
        return command_refuse(c, "too_late", "It is too late to undo that: the reply has gone on.");
    int r = held_undo(c->tx, h, c->context->now);
    return r < 0 ? r : command_conclude(c, CASE_DONE);
}

int command_undo(struct command *c)
{
    struct arena arena = ARENA_INIT;
    struct held h;
    int r = find_held(c, &arena, &h);
    if (r == 1)
        r = undo(c, &h);
    arena_release(&arena);
    return r;
}

/* May the sender say what becomes of what a trainee proposed? 1 yes; 0 refused. */
static int may_judge(struct command *c, const struct held *h)
{
    int64_t me = c->context->staff->id;
    if (h->writer_id == me)
        return command_refuse(c, "not_allowed",
                              "Somebody else must look at what you wrote yourself.");
    if (h->state != REPLY_PROPOSED)
        return command_refuse(c, "too_late",
                              "This reply doesn't wait for approval any more: somebody has dealt "
                              "with it.");
    if (h->case_closed)
        return command_conclude(c, CASE_CLOSED);
    if (h->owner_id && h->owner_id != h->writer_id && h->owner_id != me)
        return command_conclude(c, CASE_TAKEN);
    return 1;
}

/* Whose words it was about; of the words themselves nothing. */
static int judged(const struct command *c, const struct held *h, int done, const char *act,
                  bool edited)
{
    struct buf text = BUF_INIT(200);
    int r = buf_addf(&text, "written by %.*s%s", STR_ARG(h->initials), edited ? ", edited" : "");
    r = r < 0 ? r : command_audited(c, done, act, h->case_id, buf_cstr(&text));
    buf_release(&text);
    return r;
}

static int approve(struct command *c, struct arena *arena, const struct held *h)
{
    struct reply_parts proposed, parts;
    struct str text = h->words;
    int way = h->is_private ? WAY_PRIVATE : WAY_PUBLIC, r = may_judge(c, h);
    if (r != 1)
        return r;
    if (json_get_str(c->frame, "text", &text) < 0)
        return command_refuse(c, "bad_frame", "\"text\" is what to send instead.");
    /* it was to be split if it has to be; so may be what it is edited to */
    r = reply_compose(arena, rules_of(c, way), h->words, h->initials, false, &proposed);
    if (r == 0)
        r = compose(c, arena, way, text, h->initials, proposed.count == 0, &parts);
    if (r != 1)
        return r;
    r = held_approve(c->tx, h, &parts, c->context->staff->id, c->context->now);
    r = r < 0 ? r : command_conclude(c, CASE_DONE);
    return judged(c, h, r, "reply_approved", !str_eq(str_trim(text), h->words));
}

int command_approve(struct command *c)
{
    struct arena arena = ARENA_INIT;
    struct held h;
    int r = find_held(c, &arena, &h);
    if (r == 1)
        r = approve(c, &arena, &h);
    arena_release(&arena);
    return r;
}

static int give_back(struct command *c, const struct held *h)
{
    struct str word = STR("");
    int r = may_judge(c, h);
    if (r != 1)
        return r;
    (void)json_get_str(c->frame, "text", &word);
    word = str_trim(word);
    if (!word.len)
        return command_refuse(c, "empty", "Say in a word what should be different.");
    if (word.len > REPLY_BYTES_MAX)
        return command_refuse(c, "too_long", "That is too long for a word with it.");
    r = held_return(c->tx, h, word, c->context->staff->id, c->context->now);
    r = r < 0 ? r : command_conclude(c, CASE_DONE);
    return judged(c, h, r, "reply_returned", false);
}

int command_return(struct command *c)
{
    struct arena arena = ARENA_INIT;
    struct held h;
    int r = find_held(c, &arena, &h);
    if (r == 1)
        r = give_back(c, &h);
    arena_release(&arena);
    return r;
}

int command_draft(struct command *c)
{
    struct draft d = { .staff_id = c->context->staff->id, .case_id = c->on.case_id };
    int way = permitted_way(c);
    if (way < 0 || way == WAY_UNKNOWN)
        return way < 0 ? way : 0;
    if (json_get_str(c->frame, "text", &d.text) != 1)
        return command_refuse(c, "bad_frame", "\"text\" is what has been written so far.");
    if (d.text.len > REPLY_BYTES_MAX)
        return command_refuse(c, "too_long", "That is too long to be kept.");
    d.is_private = way == WAY_PRIVATE;
    int r = draft_keep(c->tx, &d, c->context->now);
    return r < 0 ? r : command_conclude(c, r == 1 ? CASE_DONE : CASE_UNKNOWN);
}
