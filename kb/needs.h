/*
 * Which changes of a knowledge base need a second person's word before they are published: those by
 * which somebody in need could be sent a link, left alone or told the wrong thing, and in a
 * pre-election period all that changes what the council says.
 */
#ifndef KB_NEEDS_H
#define KB_NEEDS_H

#include "kb/diff.h"

/* Why, a bit each. */
enum kb_need {
    KB_NEED_SENSITIVE = 1,  /* a rule for sensitive messages comes, goes or changes */
    KB_NEED_TROLL = 2,      /* a rule for trolling does */
    KB_NEED_TERM = 4,       /* a term does that such a rule says, by whatever way */
    KB_NEED_THRESHOLDS = 8, /* from which chance on a message is what */
    KB_NEED_ELECTION = 16,  /* wording is frozen */
    KB_NEED_DANGER = 32,    /* what is said at once where somebody may be in danger, in any voice */
};

/* Is a pre-election period on at @now? */
bool kb_election_is_on(const struct kb_items *live, int64_t now);

/* What one change to what is live needs that is to be live from @at on: bits of enum kb_need. */
unsigned kb_needs_of(const struct kb_items *live, const struct kb_difference *d, int64_t at);

/* What all that is different between the two needs. Returns 0 or as kb_diff. */
int kb_needs_between(const struct kb_items *live, const struct kb_items *is, int64_t at,
                     unsigned *ret) MUST_CHECK;

/* As sentences for people, one after the other; nothing for 0. Returns 0 or as buf_add. */
int kb_needs_say(unsigned needs, struct buf *out) MUST_CHECK;

/* What of @needs isn't among what kb_needs_say has @said. */
unsigned kb_needs_unsaid(unsigned needs, struct str said);

#endif
