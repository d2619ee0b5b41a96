/* What is not in the queue: what was answered automatically, ignored, sent, not sent. */
#include "handoff/command_private.h"

#include "handoff/glance.h"
#include "handoff/view.h"

/* The message that the frame names: 1, or what command_refuse returned. */
static int read_message(struct command *c, int64_t *ret)
{
    if (json_get_int(c->frame, "message", 1, INT64_MAX, ret) != 1)
        return command_refuse(c, "bad_frame", "Which message? \"message\" must be its number.");
    int hidden =
        staff_answers_private(c->context->staff) ? 0 : view_message_is_private(c->tx, *ret);
    if (hidden < 0)
        return hidden;
    return hidden ? command_conclude(c, CASE_UNKNOWN) : 1; /* nor was it shown */
}

int command_restore(struct command *c)
{
    int64_t message_id;
    int r = read_message(c, &message_id);
    if (r != 1)
        return r;
    return command_conclude(
        c, case_from_ignored(c->tx, message_id, c->context->staff->id, c->context->now));
}

int command_glance(struct command *c)
{
    int64_t message_id;
    bool fine;
    if (json_get_bool(c->frame, "fine", &fine) != 1)
        return command_refuse(c, "bad_frame",
                              "\"fine\" must say whether the answer was: true or false.");
    int r = read_message(c, &message_id);
    if (r != 1)
        return r;
    return command_conclude(c, glance_add(c->tx, c->context->desk, message_id,
                                          c->context->staff->id, fine, c->context->now));
}

int command_list(struct command *c)
{
    const struct command_context *context = c->context;
    struct str tray = STR(""), before = STR("");
    if (json_get_str(c->frame, "tray", &tray) != 1 || json_get_str(c->frame, "before", &before) < 0)
        return command_refuse(c, "bad_frame",
                              "Which \"tray\", and which page of it? \"before\" is the \"next\" "
                              "of the page before, or null.");
    cJSON *list = command_answer(c, "list");
    (void)json_put_str(list, "tray", tray);
    int r = view_tray(c->tx, tray, before, context->staff, context->rules, context->now, list);
    if (r == 1) {
        *c->ret = list;
        return 0;
    }
    cJSON_Delete(list);
    return r < 0 ? r
                 : command_refuse(c, "unknown",
                                  "There is no such tray, or no such page of it. The trays are "
                                  "answered, ignored, sent, failed and closed.");
}
