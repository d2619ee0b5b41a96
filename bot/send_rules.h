/*
 * May this very reply leave now? A pure function of facts, which the outbox gathers in the
 * transaction that marks the reply as being sent: what was decided earlier may no longer hold.
 * Rules of X's ("Automation rules" and the developer guidelines, 2026-08) and our own; which is
 * which, and why the numbers are what they are, is in ARCHITECTURE.md, "What may leave".
 */
#ifndef BOT_SEND_RULES_H
#define BOT_SEND_RULES_H

#include "base/arena.h"

enum {
    SEND_LIKE = 50,      /* hundredths of likeness from which two texts are nearly equal */
    SEND_LIKE_S = 3600,  /* within it no more … */
    SEND_LIKE_MAX = 40,  /* … that are nearly equal go to different people */
    SEND_SHORT_S = 600,  /* the breaker: within it an account says no more … */
    SEND_SHORT_MAX = 40, /* … by itself than this */
    SEND_LONG_S = 3600,
    SEND_LONG_MAX = 120,
};

struct send_facts {
    bool automatic;
    bool insisted;   /* a member of staff had it tried again, knowing why it wasn't sent */
    bool confirms;   /* … that automatic replies have ended, or are on again */
    bool is_private; /* goes as a direct message */
    bool urgent;     /* somebody may be in danger: of an automatic one, what is said at once */
    bool to_many;    /* one message says the same to many */

    bool invited; /* they mentioned, quoted or answered us; for a private one: wrote to us so */
    bool gone;    /* what it answers was taken back */
    bool opted_out;
    bool case_open; /* staff have the conversation, not by this reply's own case */
    bool case_claimed;
    bool too_late;
    unsigned said_here; /* automatic replies that left in this conversation */

    const char *asks;   /* kb_asks_for() of its text */
    bool same;          /* an account of ours said it, word for word, within RECORD_SAME_S */
    bool near_resident; /* the resident was told nearly the same within RECORD_SAME_S */
    unsigned near_others, short_count, long_count; /* within SEND_LIKE_S, SEND_SHORT_S, … */
    bool stopped;  /* the account said too much by itself just now, see send_broken() */
    bool over_cap; /* the month's money is spent */
};

/* NULL: it may. Else why not, a sentence for staff. */
const char *send_refusal(const struct send_facts *f);

/* Does the account say more by itself than it ever should? As long as it does, nothing automatic
 * leaves. */
bool send_broken(const struct send_facts *f);

/* A text's three-word runs, as hashes, sorted and each once: made once, compared with many. */
struct send_runs {
    const uint64_t *hashes;
    size_t count;
    uint64_t bits; /* one for each hash, by its upper end: tells most that are unlike at once */
};

int send_runs_of(struct arena *arena, struct str text, struct send_runs *ret) MUST_CHECK;

/*
 * How like two texts are, 0 to 100: the runs that both have, of all that either has. Handles,
 * links, a greeting and a signature don't count: they are what changes when the same thing is said
 * to the next person.
 */
unsigned send_likeness(const struct send_runs *a, const struct send_runs *b);

/* Is that SEND_LIKE or more? */
bool send_alike(const struct send_runs *a, const struct send_runs *b);

#endif
