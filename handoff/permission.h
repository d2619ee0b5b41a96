/* Who may what: one table of roles and the frames of PROTOCOL.md, which shows it for people. */
#ifndef HANDOFF_PERMISSION_H
#define HANDOFF_PERMISSION_H

#include "base/str.h"

/* Is there a role of that name? */
bool role_exists(struct str role);

/* May @role send frames of type @act? Besides those: "release_others", "private" (see and answer
 * direct messages), "costs", "reply_unapproved", "accounts". */
bool role_may(struct str role, const char *act);

/* Calls @visit for each act of the table that @role may. */
void role_acts(struct str role, void (*visit)(const char *act, void *data), void *data);

#endif
