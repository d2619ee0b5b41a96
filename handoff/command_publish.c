/* What editors publish, and what goes live again. */
#include "handoff/command_private.h"

static int not_yet(struct command *c)
{
    return command_refuse(c, "failed", "This is not there yet.");
}

int command_kb_publish(struct command *c)
{
    return not_yet(c);
}

int command_kb_agree(struct command *c)
{
    return not_yet(c);
}

int command_kb_withdraw(struct command *c)
{
    return not_yet(c);
}

int command_kb_rollback(struct command *c)
{
    return not_yet(c);
}

int command_kb_incident(struct command *c)
{
    return not_yet(c);
}
