/* What editors see of the knowledge base, and what they change in the draft. */
#include "handoff/command_private.h"

static int not_yet(struct command *c)
{
    return command_refuse(c, "failed", "This is not there yet.");
}

int command_kb_overview(struct command *c)
{
    return not_yet(c);
}

int command_kb_item(struct command *c)
{
    return not_yet(c);
}

int command_kb_versions(struct command *c)
{
    return not_yet(c);
}

int command_kb_save(struct command *c)
{
    return not_yet(c);
}

int command_kb_discard(struct command *c)
{
    return not_yet(c);
}

int command_kb_mark(struct command *c)
{
    return not_yet(c);
}
