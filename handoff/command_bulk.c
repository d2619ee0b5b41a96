/* One message to many. */
#include "handoff/command_private.h"

int command_bulk(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}

int command_bulk_stop(struct command *c)
{
    return command_refuse(c, "failed", "That isn't there yet.");
}
