/* Where a term of the vocabulary is said: what changes when its words do. */
#ifndef KB_USES_H
#define KB_USES_H

#include "kb/kb.h"

/*
 * Calls @visit for each answer and rule, in their order, of which a pattern or phrase says the
 * term, itself or by another term; not for the pre-election period's rule, which has no patterns of
 * an editor's. Returns 0 or ERR_NOMEM.
 */
int kb_uses_each(const struct kb *kb, struct str term, void (*visit)(unsigned topic, void *data),
                 void *data) MUST_CHECK;

#endif
