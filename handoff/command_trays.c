/* What is not in the queue: what was answered automatically, ignored, sent, not sent. */
#include "handoff/command_private.h"

#include "handoff/view.h"

int command_restore(struct command *c)
{
    int64_t message_id;
    if (json_get_int(c->frame, "message", 1, INT64_MAX, &message_id) != 1)
        return command_refuse(c, "bad_frame", "Which message? \"message\" must be its number.");
    int hidden =
        staff_answers_private(c->context->staff) ? 0 : view_message_is_private(c->tx, message_id);
    if (hidden < 0)
        return hidden;
    if (hidden)
        return command_conclude(c, CASE_UNKNOWN); /* nor was it shown */
    return command_conclude(
        c, case_from_ignored(c->tx, message_id, c->context->staff->id, c->context->now));
}

int command_list(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_glance(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}
