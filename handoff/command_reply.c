/* What staff write to residents. */
#include "handoff/command_private.h"

#include "handoff/permission.h"
#include "handoff/view.h"
#include "kb/asking.h"

enum { TEXT_BYTES_MAX = 32768 };

/* The text as it would be posted: trimmed, signed with the sender's initials. */
static int signed_text(const struct command *c, struct buf *out)
{
    struct str text = STR("");
    if (json_get_str(c->frame, "text", &text) != 1)
        return 0;
    text = str_trim(text);
    (void)buf_add(out, text);
    return buf_addf(out, "%s^%.*s", text.len ? " " : "", STR_ARG(c->context->staff->initials));
}

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

static const struct text_rules *rules_of(const struct command *c, int way)
{
    return way == WAY_PRIVATE ? c->context->private_rules : c->context->rules;
}

int command_count(struct command *c)
{
    struct buf text = BUF_INIT(TEXT_BYTES_MAX);
    int way = way_of(c);
    if (way < 0)
        return way;
    int r = signed_text(c, &text);
    const struct text_rules *rules = rules_of(c, way);
    unsigned weight = r < 0 ? rules->limit + 1 : rules->weight(buf_str(&text));
    buf_release(&text);
    *c->ret = command_answer(c, "count");
    (void)cJSON_AddNumberToObject(*c->ret, "weight", weight);
    (void)cJSON_AddNumberToObject(*c->ret, "limit", rules->limit);
    (void)cJSON_AddNumberToObject(*c->ret, "parts", 1);
    (void)cJSON_AddArrayToObject(*c->ret, "warnings");
    return 0;
}

/* A sentence why the reply can't be taken as it is. */
static int refuse_long(struct command *c, const struct text_rules *rules, unsigned weight)
{
    struct buf why = BUF_INIT(400);
    if (weight < UINT32_MAX)
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

int command_reply(struct command *c)
{
    struct str text = STR("");
    struct buf full = BUF_INIT(TEXT_BYTES_MAX);
    int way = way_of(c);
    if (way < 0)
        return way;
    if (way == WAY_UNKNOWN)
        return command_refuse(c, "bad_frame", "\"way\" is public or private.");
    const struct text_rules *rules = rules_of(c, way);
    if (way == WAY_PRIVATE && !staff_answers_private(c->context->staff))
        return command_refuse(c, "not_allowed", "Your role doesn't answer direct messages.");
    if (json_get_str(c->frame, "text", &text) != 1 || !str_trim(text).len)
        return command_refuse(c, "empty", "There is nothing in the reply yet.");
    const char *asks = way == WAY_PUBLIC ? kb_asks_for(text) : NULL;
    int r = signed_text(c, &full);
    unsigned weight = r == 0 ? rules->weight(buf_str(&full)) : UINT32_MAX;
    if (asks)
        r = refuse_asking(c, asks);
    else if (weight > rules->limit)
        r = refuse_long(c, rules, weight);
    else
        r = command_conclude(c, case_reply(c->tx, &c->on, buf_str(&full), way == WAY_PRIVATE));
    buf_release(&full);
    return r;
}

int command_retry(struct command *c)
{
    int64_t reply_id;
    if (json_get_int(c->frame, "reply", 1, INT64_MAX, &reply_id) != 1)
        return command_refuse(c, "bad_frame", "Which reply? \"reply\" must be its number.");
    return command_conclude(c, case_retry(c->tx, &c->on, reply_id));
}

int command_undo(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_approve(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_return(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_draft(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}
