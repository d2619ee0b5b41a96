/*
 * From a text to what would be done and said about it: the way that serve, try and the tests share.
 * Opens nothing; writes nothing.
 */
#ifndef BOT_DECIDE_H
#define BOT_DECIDE_H

#include "base/json.h"
#include "bot/policy.h"
#include "bot/wording.h"

struct decider {
    const struct kb *kb;
    struct intents_scratch *scratch;
};

struct decision {
    struct intents_match match;
    struct policy_decision policy;
    struct str reply; /* NUL-terminated; empty: nothing is said */
    struct str would; /* what would have been said if that were automatic; the same */
};

/* What a message is about: the part of a decision that no threshold changes. */
struct reading {
    struct intents_match match;
    const float *second; /* the chance of each class (kb_class); NULL: there is no second opinion */
};

/* All of *ret lives in @arena. Returns 0 or ERR_NOMEM. */
int decide_read(const struct decider *decider, struct arena *arena, struct str text,
                struct reading *ret) MUST_CHECK;

/* What to do about it; of two answers, only the first where no wording of both fits the network.
 * @context->hours may be NULL. Returns 0 or ERR_NOMEM. */
int decide_policy(const struct kb *kb, const struct reading *reading,
                  const struct policy_facts *facts, const struct wording_context *context,
                  struct policy_decision *ret) MUST_CHECK;

/* What to do and what to say. All of *ret lives in @arena, or in the knowledge base. Returns 0,
 * ERR_NOMEM or what context->taken returned. */
int decide_on(const struct kb *kb, struct arena *arena, const struct reading *reading,
              const struct policy_facts *facts, const struct wording_context *context,
              struct decision *ret) MUST_CHECK;

/* The whole way. */
int decide(const struct decider *decider, struct arena *arena, struct str text,
           const struct policy_facts *facts, const struct wording_context *context,
           struct decision *ret) MUST_CHECK;

/* Does a decision rest on what was found for @topic, and not only stand beside it? One that no rule
 * and no answer made rests on every intent that was found. */
bool decision_rests_on(const struct kb *kb, const struct policy_decision *d, unsigned topic);

/* Is whys[i] of the match one of those that show why? The same words of the same topic do so once.
 */
bool decision_shows(const struct kb *kb, const struct decision *d, size_t i);

/* What a decision rests on, as JSON: [{"rule":…,"words":…,"spans":[[from,to],…]},…]; spans are
 * UTF-16 offsets into @text. What only the second opinion saw has the rule "second opinion" and no
 * words, nor has the rule "incident ID", whose text was the answer. */
cJSON *decision_why(const struct kb *kb, const struct decision *d, struct str text);

/* The ids of the intents that it answers, or would have answered, the main one first, as JSON. */
cJSON *decision_intents(const struct decision *d);

#endif
