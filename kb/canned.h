/* canned.json: replies that staff use often, to be taken as they stand or changed. */
#ifndef KB_CANNED_H
#define KB_CANNED_H

#include "base/json.h"
#include "kb/kb.h"

enum { KB_SIGNATURE_ROOM = 6 /* " ^" and the longest initials */ };

/*
 * Reads the file's tree into @kb, whose rules it is held against: every reply must fit the network
 * with initials behind it, and ask for nothing in public that is for a direct message. Faults go to
 * @report, each beginning with @file. Returns 0, ERR_BADINPUT or ERR_NOMEM.
 */
int kb_load_canned(struct kb *kb, const cJSON *tree, struct str file,
                   struct report *report) MUST_CHECK;

#endif
