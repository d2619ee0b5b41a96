#include "handoff/command.h"

#include "handoff/cases.h"
#include "handoff/view.h"
#include "kb/asking.h"

enum { TEXT_BYTES_MAX = 32768, ID_MAX = 40 };

struct command {
    struct tx *tx;
    const struct command_context *context;
    const cJSON *frame;
    struct case_command on; /* the case it is about, the version that the sender saw */
    cJSON **ret;
};

/* {"type":@type,"id":…} */
static cJSON *answer_new(const struct command *c, const char *type)
{
    cJSON *o = cJSON_CreateObject();
    struct str id = STR("");
    (void)cJSON_AddStringToObject(o, "type", type);
    if (json_get_str(c->frame, "id", &id) == 1)
        (void)json_put_str(o, "id", id);
    return o;
}

static int refuse(const struct command *c, const char *code, const char *text)
{
    cJSON *o = answer_new(c, "refused"), *about = NULL;
    (void)cJSON_AddStringToObject(o, "code", code);
    (void)cJSON_AddStringToObject(o, "text", text);
    int r = c->on.case_id ? view_case(c->tx, c->on.case_id, &about) : 0;
    if (r < 0) {
        cJSON_Delete(o);
        return r;
    }
    if (r == 1)
        (void)cJSON_AddItemToObject(o, "case", about);
    *c->ret = o;
    return 0;
}

/* Answers for what a case_… function returned. */
static int conclude(const struct command *c, int refusal)
{
    if (refusal < 0)
        return refusal;
    switch ((enum case_refusal)refusal) {
    case CASE_DONE:
        *c->ret = answer_new(c, "ok");
        return 1;
    case CASE_UNKNOWN:
        return refuse(c, "unknown",
                      "There is nothing of that number. Somebody may have dealt with it already.");
    case CASE_STALE:
        return refuse(c, "stale",
                      "This case has changed since you last saw it. Here is how it is now; please "
                      "look and try again.");
    case CASE_TAKEN:
        return refuse(c, "taken", "Somebody else has taken this case.");
    case CASE_NOT_YOURS:
        return refuse(c, "not_yours",
                      "Take the case first: only the person who has it can do that.");
    case CASE_CLOSED:
        return refuse(c, "closed", "This case is closed.");
    case CASE_NO_WAY:
        return refuse(c, "no_way",
                      "Nothing in this case can be answered that way: they have only written "
                      "direct messages.");
    }
    return refuse(c, "failed", "Something went wrong here. Nothing was done.");
}

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

static int run_open(struct command *c)
{
    cJSON *whole = NULL;
    int r = view_whole_case(c->tx, c->on.case_id, c->context->rules, c->context->staff, &whole);
    if (r != 1)
        return r < 0 ? r : conclude(c, CASE_UNKNOWN);
    struct str id = STR("");
    if (json_get_str(c->frame, "id", &id) == 1)
        (void)json_put_str(whole, "id", id);
    *c->ret = whole;
    return 0;
}

static int run_count(struct command *c)
{
    struct buf text = BUF_INIT(TEXT_BYTES_MAX);
    int way = way_of(c);
    if (way < 0)
        return way;
    int r = signed_text(c, &text);
    const struct text_rules *rules = rules_of(c, way);
    unsigned weight = r < 0 ? rules->limit + 1 : rules->weight(buf_str(&text));
    buf_release(&text);
    *c->ret = answer_new(c, "count");
    (void)cJSON_AddNumberToObject(*c->ret, "weight", weight);
    (void)cJSON_AddNumberToObject(*c->ret, "limit", rules->limit);
    return 0;
}

static int run_claim(struct command *c)
{
    return conclude(c, case_claim(c->tx, &c->on));
}

static int run_release(struct command *c)
{
    bool any = str_is(c->context->staff->role, "supervisor");
    return conclude(c, (any ? case_put_back : case_release)(c->tx, &c->on));
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
    int r = refuse(c, "too_long", buf_cstr(&why));
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
    int r = refuse(c, "in_public", buf_cstr(&why));
    buf_release(&why);
    return r;
}

static int run_reply(struct command *c)
{
    struct str text = STR("");
    struct buf full = BUF_INIT(TEXT_BYTES_MAX);
    int way = way_of(c);
    if (way < 0)
        return way;
    if (way == WAY_UNKNOWN)
        return refuse(c, "bad_frame", "\"way\" is public or private.");
    const struct text_rules *rules = rules_of(c, way);
    if (way == WAY_PRIVATE && !staff_answers_private(c->context->staff))
        return refuse(c, "not_allowed", "Your role doesn't answer direct messages.");
    if (json_get_str(c->frame, "text", &text) != 1 || !str_trim(text).len)
        return refuse(c, "empty", "There is nothing in the reply yet.");
    const char *asks = way == WAY_PUBLIC ? kb_asks_for(text) : NULL;
    int r = signed_text(c, &full);
    unsigned weight = r == 0 ? rules->weight(buf_str(&full)) : UINT32_MAX;
    if (asks)
        r = refuse_asking(c, asks);
    else if (weight > rules->limit)
        r = refuse_long(c, rules, weight);
    else
        r = conclude(c, case_reply(c->tx, &c->on, buf_str(&full), way == WAY_PRIVATE));
    buf_release(&full);
    return r;
}

static int run_close(struct command *c)
{
    static const char *const outcomes[] = { "answered", "passed_on", "done", "no_reply_needed" };
    struct str outcome = STR("");
    (void)json_get_str(c->frame, "outcome", &outcome);
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
        if (str_is(outcome, outcomes[i]))
            return conclude(c, case_close(c->tx, &c->on, outcome));
    return refuse(c, "bad_frame",
                  "Say how it ended: answered, passed_on, done or no_reply_needed.");
}

static int run_restore(struct command *c)
{
    int64_t message_id;
    if (json_get_int(c->frame, "message", 1, INT64_MAX, &message_id) != 1)
        return refuse(c, "bad_frame", "Which message? \"message\" must be its number.");
    int hidden =
        staff_answers_private(c->context->staff) ? 0 : view_message_is_private(c->tx, message_id);
    if (hidden < 0)
        return hidden;
    if (hidden)
        return conclude(c, CASE_UNKNOWN); /* nor was it shown */
    return conclude(c,
                    case_from_ignored(c->tx, message_id, c->context->staff->id, c->context->now));
}

static int run_retry(struct command *c)
{
    int64_t reply_id;
    if (json_get_int(c->frame, "reply", 1, INT64_MAX, &reply_id) != 1)
        return refuse(c, "bad_frame", "Which reply? \"reply\" must be its number.");
    return conclude(c, case_retry(c->tx, &c->on, reply_id));
}

static const struct {
    const char *type;
    int (*run)(struct command *c);
    bool needs_case, needs_version;
} commands[] = {
    { "open", run_open, true, false },        { "count", run_count, false, false },
    { "claim", run_claim, true, true },       { "release", run_release, true, true },
    { "reply", run_reply, true, true },       { "close", run_close, true, true },
    { "restore", run_restore, false, false }, { "retry", run_retry, true, true },
};

int command_run(struct tx *tx, const struct command_context *context, const cJSON *frame,
                cJSON **ret)
{
    struct command c = {
        tx, context, frame, { .staff_id = context->staff->id, .now = context->now }, ret
    };
    struct str type = STR(""), id = STR("");
    (void)json_get_str(frame, "type", &type);
    if (json_get_str(frame, "id", &id) != 1 || id.len == 0 || utf8_points(id) > ID_MAX)
        return refuse(&c, "bad_frame", "A command needs an \"id\" of 1 to 40 characters.");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (!str_is(type, commands[i].type))
            continue;
        if (commands[i].needs_case && json_get_int(frame, "case", 1, INT64_MAX, &c.on.case_id) != 1)
            return refuse(&c, "bad_frame", "Which case? \"case\" must be its number.");
        if (commands[i].needs_version &&
            json_get_int(frame, "version", 1, INT64_MAX, &c.on.version) != 1)
            return refuse(&c, "bad_frame", "\"version\" must be the case's version that you saw.");
        int hidden =
            staff_answers_private(context->staff) ? 0 : view_case_is_private(tx, c.on.case_id);
        if (hidden < 0)
            return hidden;
        if (hidden) {
            c.on.case_id = 0; /* nor is it shown with the refusal */
            return refuse(&c, "not_allowed",
                          "This case came by direct message, which your role doesn't answer.");
        }
        return commands[i].run(&c);
    }
    return refuse(&c, "bad_frame", "There is no such command.");
}
