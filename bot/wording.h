/*
 * The words of an automatic reply: one of the variants that an editor wrote, filled in, behind the
 * notice that holds for it; of two answers, a paragraph each. Chosen so that nobody is told the
 * same twice and the account doesn't repeat itself (said.h); where every variant was said lately,
 * the resident's handle in front makes it another text. The first automatic direct message of a
 * conversation says how to end them.
 */
#ifndef BOT_WORDING_H
#define BOT_WORDING_H

#include "bot/hours.h"
#include "bot/policy.h"

struct wording_context {
    const struct kb_wording *voice; /* NULL: the plain one */
    const struct hours *hours;
    bool unmanned; /* it is within them, and nobody is at the desk: no time is promised */
    int64_t now;
    struct str handle; /* of the resident, without @; empty if unknown */
    uint64_t
        seed; /* where in the variants to begin: any number that differs from message to message */
    /* Is it too much like what was said lately? 1 yes, 0 no, negative: stop. NULL: nothing was. */
    int (*taken)(void *data, struct str text);
    void *taken_data;
    /* Of a direct message: its own rules, which are wider, and whether it is the first automatic
     * one that they get in this conversation. NULL: it is public. */
    const struct text_rules *private_rules;
    bool first_private;
};

/* Does the network take any wording of @d? One answer always fits, the loader saw to it; two in one
 * reply may not. Negative: ERR_NOMEM. */
int wording_fits(const struct kb *kb, const struct policy_decision *d,
                 const struct wording_context *context) MUST_CHECK;

/* Appends to @out what @d says to say. Nothing for SAY_NOTHING. Returns 0, ERR_NOMEM or what taken
 * returned. */
int wording_write(const struct kb *kb, const struct policy_decision *d,
                  const struct wording_context *context, struct buf *out) MUST_CHECK;

#endif
