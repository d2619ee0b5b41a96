/*
 * What a person could answer: the intents that a text is likeliest about, whatever the thresholds
 * of an automatic answer say, and the words for them. Opens nothing, writes nothing.
 */
#ifndef BOT_LIKELY_H
#define BOT_LIKELY_H

#include "bot/decide.h"

enum { LIKELY_MAX = 3, LIKELY_SIGNATURE = 6 /* " ^" and the longest initials */ };

struct likely {
    const struct kb_intent *intent;
    double score;    /* 0 to 1: the mean of its patterns' score and the second opinion's chance */
    struct str text; /* one of its replies, filled in, behind the notice that holds; a signature
                        fits behind it */
};

/*
 * The likeliest first, at most LIKELY_MAX, none of them in shadow mode and none that is a mere
 * guess; none for what is sensitive, since nobody in need is sent a link, and none where every
 * wording is too long. Texts live in
 * @arena, @context is as for wording_write. Returns their number or ERR_NOMEM.
 */
int likely_find(const struct decider *decider, struct arena *arena, struct str text,
                const struct wording_context *context, struct likely ret[LIKELY_MAX]) MUST_CHECK;

#endif
