/*
 * Cases: what needs a person. One is open for a conversation at a time. Every change moves the
 * version on, so that nobody acts on what they no longer see.
 */
#ifndef HANDOFF_CASES_H
#define HANDOFF_CASES_H

#include "handoff/record.h"

enum case_priority { CASE_SENSITIVE, CASE_SOON, CASE_NORMAL };

/*
 * A case's two clocks, as bits of what its columns warned and escalated say: until when its claim
 * holds, and when a person's answer is due. Here is only written since when each counts;
 * handoff/minder.h works out when it is up, and acts on it. ARCHITECTURE.md, "A case's clocks", has
 * what sets and clears them.
 */
enum case_clock { CASE_LEASE = 1, CASE_DUE = 2 };

/* How urgent a sensitive reason is among the others, in the order of enum kb_class; 0: no sensitive
 * one. */
unsigned case_urgency(struct str reason);

struct case_opening {
    int64_t conversation_id, resident_id, message_id;
    struct str reason, team; /* team empty: customer services */
    int64_t priority;        /* enum case_priority */
    bool sensitive;
    bool acknowledged; /* something automatic was said with it */
};

int case_open(struct tx *tx, const struct case_opening *o, int64_t now, int64_t *ret_id) MUST_CHECK;

/* Another message of the same conversation: tells staff, and raises the case if the message is more
 * urgent than what is there. */
int case_join(struct tx *tx, int64_t case_id, const struct case_opening *o, int64_t now) MUST_CHECK;

/* A message of the case says something else now: raises it, if that is more urgent. */
int case_revise(struct tx *tx, int64_t case_id, const struct case_opening *o,
                int64_t now) MUST_CHECK;

/* Somebody answered it in the network's own app: nobody else need, and nothing automatic is said,
 * until staff take, release or close it. */
int case_taken_elsewhere(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

/* A person's answer is on its way: nothing waits any more, and nothing automatic follows it. */
int case_answered(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

/* … it was taken back, or didn't arrive: what it was to answer waits as long as if it had never
 * been.
 */
int case_unanswered(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

/* A sign of life of @staff_id: if the case is theirs the claim holds anew. Writes at most once a
 * minute, and no event; 1 written, 0 no need. */
int case_renew(struct tx *tx, int64_t case_id, int64_t staff_id, int64_t now) MUST_CHECK;

/* What it shows has changed: whoever saw it before must look again. */
int case_touch(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

/* A closed case needs a person again: a reply of it failed. Nobody holds it. */
int case_reopen(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

/* A reply of it doesn't leave after all: it waits as it did before, and is open again if it was
 * closed meanwhile. Where the conversation's next case is open, that is the one to see to. */
int case_take_back(struct tx *tx, int64_t case_id, int64_t now) MUST_CHECK;

/*
 * Did the responder alone make this case: nobody took it or did anything to it, it is of ordinary
 * urgency, and it holds nothing but what @resident_id wrote since @since_at? 1 yes, 0 no.
 */
int case_untouched(struct tx *tx, int64_t case_id, int64_t resident_id,
                   int64_t since_at) MUST_CHECK;

/* The responder closes what needs nobody any more; @why is for people reading the history. */
int case_settle(struct tx *tx, int64_t case_id, int64_t message_id, struct str why,
                int64_t now) MUST_CHECK;

/* What a member of staff does to a case that they saw at @version. */
struct case_command {
    int64_t case_id, version, staff_id;
    int64_t now;
};

enum case_refusal {
    CASE_DONE,
    CASE_UNKNOWN,
    CASE_STALE,
    CASE_TAKEN,
    CASE_NOT_YOURS,
    CASE_CLOSED,
    CASE_NO_WAY,     /* there is nothing in the conversation that could be answered that way */
    CASE_AS_IT_IS,   /* it is so already */
    CASE_MUST_ALERT, /* what is sensitive can't be muted */
};

/* Each returns an enum case_refusal, or negative. */
int case_claim(struct tx *tx, const struct case_command *c) MUST_CHECK;
/* One's own, or what somebody has in the network's own app, who can't do it there. */
int case_release(struct tx *tx, const struct case_command *c) MUST_CHECK;
int case_put_back(struct tx *tx,
                  const struct case_command *c) MUST_CHECK; /* whoever has it: for supervisors */

/* What somebody says in a case, and how it goes. */
struct case_answer {
    const struct str *parts; /* signed; several are a split reply's */
    size_t part_count;
    bool is_private;        /* a direct message to the resident */
    enum reply_state state; /* queued, held or proposed */
    int64_t held_until;
};
int case_reply(struct tx *tx, const struct case_command *c, const struct case_answer *a,
               int64_t *ret_reply_id) MUST_CHECK; /* the first part's */
/* @outcome is one that case_outcome_words knows; @department should hear of it, empty: none. */
int case_close(struct tx *tx, const struct case_command *c, struct str outcome,
               struct str department) MUST_CHECK;
const char *case_outcome_words(struct str outcome); /* "No reply needed"; NULL: there is no such */
int case_retry(struct tx *tx, const struct case_command *c, int64_t reply_id) MUST_CHECK;

struct case_pass {
    struct str team;  /* whose it is from now on; or */
    int64_t staff_id; /* 0: a team; else who has it from now on, and is … */
    struct str name;  /* … called so */
    bool any;         /* even if somebody else than the sender has it */
};
int case_pass(struct tx *tx, const struct case_command *c, const struct case_pass *to) MUST_CHECK;

/* Whoever has it. False: its priority is as its reason would have it. */
int case_mark(struct tx *tx, const struct case_command *c, bool sensitive) MUST_CHECK;
int case_mute(struct tx *tx, const struct case_command *c, bool muted) MUST_CHECK;

/* Everything that @staff_id has taken goes back to the queue: they are leaving; or what came by
 * direct message: they don't answer such any more. */
int case_release_all(struct tx *tx, int64_t staff_id, int64_t now) MUST_CHECK;
int case_release_private(struct tx *tx, int64_t staff_id, int64_t now) MUST_CHECK;

/* A person should see what nobody was to see: the message joins the case that is open, or opens one
 * at the queue's end. */
int case_of_message(struct tx *tx, int64_t message_id, int64_t now, int64_t *ret_id) MUST_CHECK;

/* Undo an ignore: the message becomes a case. CASE_UNKNOWN: it isn't ignored. */
int case_from_ignored(struct tx *tx, int64_t message_id, int64_t staff_id, int64_t now) MUST_CHECK;

#endif
