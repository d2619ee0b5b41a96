/*
 * Does a text that everybody can read ask somebody for details about themselves? X: "Automation
 * rules" (April 2026) and what councils teach their staff: ask in private, and for the least that
 * is needed. The one list of what counts; the loader asks it of every wording, the console's
 * command of what staff write, and the outbox of whatever is about to leave.
 */
#ifndef KB_ASKING_H
#define KB_ASKING_H

#include "base/str.h"

/* What @text asks for, such as "an address"; NULL if nothing. Telling somebody to send it
 * privately, or to put it into the form behind a link, is not asking here. Pure. */
const char *kb_asks_for(struct str text);

#endif
