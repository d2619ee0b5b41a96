/* The audit log. */
#include "handoff/command_private.h"

int command_audit(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}
