/* What staff do with a case besides answering it. */
#include "handoff/command_private.h"

#include "handoff/permission.h"

int command_claim(struct command *c)
{
    return command_conclude(c, case_claim(c->tx, &c->on));
}

int command_release(struct command *c)
{
    int r = case_release(c->tx, &c->on);
    if (r != CASE_NOT_YOURS || !role_may(c->context->staff->role, "release_others"))
        return command_conclude(c, r);
    r = command_conclude(c, case_put_back(c->tx, &c->on));
    return command_audited(c, r, "case_taken_away", c->on.case_id, "");
}

int command_close(struct command *c)
{
    static const char *const outcomes[] = { "answered", "passed_on", "done", "no_reply_needed" };
    struct str outcome = STR("");
    (void)json_get_str(c->frame, "outcome", &outcome);
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
        if (str_is(outcome, outcomes[i]))
            return command_conclude(c, case_close(c->tx, &c->on, outcome));
    return command_refuse(c, "bad_frame",
                          "Say how it ended: answered, passed_on, done or no_reply_needed.");
}

int command_note(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_seen(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_pass(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_mark(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_mute(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}
