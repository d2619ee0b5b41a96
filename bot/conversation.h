/*
 * A message in the light of what went before it: the answer to our question, a follow-up, the rest
 * of what somebody was still writing. Finds out what the record knows for policy.c, has the message
 * decided by itself and together with what it goes on from, and says which of the two holds. Reads
 * the record; the responder writes.
 */
#ifndef BOT_CONVERSATION_H
#define BOT_CONVERSATION_H

#include "bot/decide.h"
#include "handoff/record.h"

/* How long ago a message may lie that another goes on from. */
enum { CONVERSATION_LOOKS_BACK_S = 48 * 3600 };

/* A message that is recorded and not yet decided. */
struct conversation {
    const struct decider *decider;
    struct arena *arena;
    struct tx *tx;
    int64_t message_id, written_at;
    struct str text;
    const struct record_facts *record;
    struct policy_facts facts; /* of the message and the hour; the rest comes from the record */
    const struct wording_context *wording;
};

struct conversation_outcome {
    struct decision decision;
    int64_t read_from;  /* the first of the messages that it was read with; 0: by itself */
    int64_t drop_reply; /* a queued reply that no longer holds; 0: none */
    bool settles;       /* nobody need see the open case any more */
    int64_t
        unhelped_id; /* the message whose automatic answer didn't help, as this one says; 0: none */
    struct str unhelped; /* the intent of it that didn't; empty: nothing of it did */
};

/* What is in *ret lives in the arena or the knowledge base. Returns 0, or negative. */
int conversation_decide(const struct conversation *c, struct conversation_outcome *ret) MUST_CHECK;

/* What the words say about an answer that they follow. */
enum turn conversation_turn(const struct normal *n);

/* The intents that a decision was recorded with, main one first, NULL behind the last; those that
 * the knowledge base no longer has are left out. */
void conversation_intents(const struct kb *kb, struct str json, const struct kb_intent **ret,
                          size_t max);

#endif
