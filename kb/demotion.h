/*
 * Intents that answer less than their editors want, since residents said too often that the answer
 * didn't help: a person is offered what they would have said. One is demoted with the body that it
 * had: with another it answers again.
 */
#ifndef KB_DEMOTION_H
#define KB_DEMOTION_H

#include "base/db.h"
#include "kb/kb.h"

/* Texts are borrowed until the visit is over. */
struct kb_demotion {
    struct str intent;
    int64_t at;
    int64_t used, unhelped; /* how often it was asked for then, and didn't help */
    int64_t digest;         /* of the intent, as in struct kb_intent */
};

/* In place of what is there of that intent. */
int kb_demotion_put(struct tx *tx, const struct kb_demotion *d) MUST_CHECK;

/* Ends early and returns what @visit returned if that isn't 0. */
int kb_demotion_each(struct tx *tx, int (*visit)(const struct kb_demotion *d, void *data),
                     void *data) MUST_CHECK;

/* Ends those whose intent has another body in @kb, or isn't there any more. It is
 * live. */
int kb_demotion_end(struct tx *tx, const struct kb *kb) MUST_CHECK;

#endif
