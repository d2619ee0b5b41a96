/* Who is at the desk, and what they say to everybody when they come and go. */
#include "handoff/command_private.h"

#include "handoff/announcement.h"
#include "handoff/permission.h"
#include "handoff/shift.h"
#include "kb/asking.h"

enum { TEXT_BYTES_MAX = 32768 };

static bool is_of_the_desk(const struct desk *desk, struct str account)
{
    cJSON *about = cJSON_CreateObject(), *one;
    bool found = false;
    desk->describe(desk->data, about);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(about, "accounts"))
    {
        found |= str_eq(account, json_str(one));
    }
    cJSON_Delete(about);
    return found;
}

/* Queues the post, unless there is something against it. 1 queued, 0 refused, negative. */
static int queue_post(const struct command *c, const struct announcement *a)
{
    const struct text_rules *rules = c->context->rules;
    const char *asks = kb_asks_for(a->body);
    unsigned weight = rules->weight(a->body);
    if (asks)
        return command_refusef(c, "in_public",
                               "The post asks for %s where everybody can read the answers. Please "
                               "say it without.",
                               asks);
    if (weight > rules->limit)
        return command_refusef(c, "too_long",
                               "The post is %u characters with your initials, and %u is the most. "
                               "Please shorten it by %u.",
                               weight, rules->limit, weight - rules->limit);
    int said = announcement_is_said(c->tx, a->account, a->body, c->context->now - RECORD_SAME_S);
    if (said < 0)
        return said;
    if (said)
        return command_refuse(c, "repeated",
                              "You have posted just that within the last day, and the network "
                              "refuses repetitions. Please say it in other words.");
    int r = announcement_queue(c->tx, a, c->context->now);
    return r < 0 ? r : 1;
}

/* The post that may come with it. 1: there is none, or it is queued; 0 refused, negative. */
static int take_post(const struct command *c)
{
    const struct staff *staff = c->context->staff;
    struct str text = STR(""), account = STR("");
    (void)json_get_str(c->frame, "post", &text);
    text = str_trim(text);
    if (!text.len)
        return 1;
    if (!role_may(staff->role, "reply_unapproved"))
        return command_refuse(c, "not_allowed",
                              "What you write needs an approval, so you can't post by yourself.");
    if (json_get_str(c->frame, "account", &account) != 1 ||
        !is_of_the_desk(c->context->desk, account))
        return command_refuse(c, "bad_frame",
                              "From which account? \"account\" must be one of ours.");
    struct buf full = BUF_INIT(TEXT_BYTES_MAX);
    int r = buf_addf(&full, "%.*s ^%.*s", STR_ARG(text), STR_ARG(staff->initials));
    if (r == ERR_TOOBIG)
        r = command_refuse(c, "too_long", "The post is far too long.");
    else if (r == 0)
        r = queue_post(c, &(struct announcement){
                              .staff_id = staff->id, .account = account, .body = buf_str(&full) });
    buf_release(&full);
    return r;
}

int command_sign_on(struct command *c)
{
    int r = take_post(c);
    if (r != 1)
        return r;
    r = shift_begin(c->tx, c->context->staff->id, c->context->now);
    return r < 0 ? r : command_conclude(c, CASE_DONE);
}

/* Drafts stay: nobody but who wrote them clears them. */
int command_sign_off(struct command *c)
{
    int64_t staff_id = c->context->staff->id, now = c->context->now;
    int r = take_post(c);
    if (r != 1)
        return r;
    r = shift_end(c->tx, staff_id, now);
    if (r >= 0)
        r = case_release_all(c->tx, staff_id, now);
    return r < 0 ? r : command_conclude(c, CASE_DONE);
}
