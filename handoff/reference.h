/* A case's reference, to be said on the telephone: its number, made unlike its neighbours', in
 * letters and digits that aren't taken for each other, and a check character that finds every wrong
 * character and every two that were swapped: "4F7K-2". */
#ifndef HANDOFF_REFERENCE_H
#define HANDOFF_REFERENCE_H

#include "base/str.h"

enum { REFERENCE_MAX = 24 };

/* @case_id: 1 or more. */
void reference_write(int64_t case_id, char ret[REFERENCE_MAX]);

/* Reads what somebody typed, with or without @prefix, in any case, spaces and dashes wherever: true
 * and *ret if the check character fits. Whether there is such a case it doesn't know. */
bool reference_read(struct str text, struct str prefix, int64_t *ret);

#endif
