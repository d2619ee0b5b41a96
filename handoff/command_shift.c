/* Who is at the desk. */
#include "handoff/command_private.h"

int command_sign_on(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_sign_off(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}
