/*
 * What to do about a message: a pure function of what it is about, who wrote it, the conversation
 * and the hour. The order of the rules is in ARCHITECTURE.md, "Policy"; nothing else decides.
 */
#ifndef BOT_POLICY_H
#define BOT_POLICY_H

#include "kb/kb.h"

enum action { ACTION_ANSWER, ACTION_HANDOFF, ACTION_IGNORE, ACTION_THANK, ACTION_NONE };

enum say {
    SAY_NOTHING,
    SAY_ANSWER,      /* the intent's reply */
    SAY_HOLDING,     /* the rule's holding reply */
    SAY_DANGER,      /* what holds in any danger, where no rule saw it */
    SAY_ACKNOWLEDGE, /* a person will see it, and when */
    SAY_THANKS,
    SAY_STOPPED, /* that automatic replies have ended, and the way back */
    SAY_STARTED, /* that they are on again */
    SAY_CLARIFY, /* which of two it is about; a case is opened all the same */
};

enum priority { PRIORITY_SENSITIVE, PRIORITY_SOON, PRIORITY_NORMAL };

/* What a message says about the answer that it follows. */
enum turn {
    TURN_NEW,      /* nothing, or it follows none */
    TURN_UNHELPED, /* that it didn't help */
    TURN_DONE,     /* that no more is wanted */
    TURN_REFERS,   /* it can't be understood without what was asked before */
};

/* More automatic replies than this in one conversation would be a machine talking to a machine, or
 * past somebody. */
enum {
    POLICY_REPLIES_MAX = 3,
    POLICY_ANSWERED_MAX = 2 * POLICY_REPLIES_MAX, /* intents that those can have answered */
    POLICY_STRIKES = 3 /* one bad evening is forgiven, a habit isn't: what they say without asking
                          for anything is trolling from here on */
};

struct policy_facts {
    bool too_old;               /* written longer ago than automatic replies make sense */
    bool may_reply;             /* the network lets us answer this one */
    bool opted_out;             /* the resident wants no automatic replies */
    bool stop_confirmed;        /* … and was once told that they have ended */
    bool overheard;             /* it is not to us: nothing is said */
    bool case_open;             /* staff have this conversation */
    bool case_claimed;          /* … and somebody has taken it: nothing automatic is said */
    unsigned case_urgency;      /* … how urgent, as case_urgency() has it */
    bool acknowledged;          /* … and an automatic word was said in it */
    bool staff_there;           /* it is within staff hours */
    unsigned automatic_replies; /* so far in this conversation */

    /* A clarifying question may be asked: its answer will come back as such, and there was none in
     * this conversation. */
    bool question_allowed;
    /* What the question was between that this message answers, as it stood in asked of its
     * decision; NULLs if it answers none. It answers one if it is the conversation's next message
     * after the question, and nobody has taken the case that was opened with it. */
    const struct kb_intent *asked[2];
    /* All that automatic replies of this conversation answered; NULL behind the last. */
    const struct kb_intent *answered[POLICY_ANSWERED_MAX];
    enum turn turn;
    bool thanked;         /* the last that was said in it were thanks to them */
    unsigned strikes;     /* messages of this resident ignored as trolling lately */
    bool flood;           /* they are sending many in a short time */
    bool copy;            /* they, or several others, sent this very text before */
    int64_t now;          /* for incidents and the election */
    const bool *withheld; /* of each intent, by its number: its answer is just now a person's, as if
                             its mode were assist; NULL: none is */
};

struct policy_decision {
    enum action action;
    struct str reason;              /* of a handoff; empty otherwise */
    const struct kb_intent *intent; /* of an answer */
    const struct kb_rule *rule;     /* the one that decided, or NULL */
    enum say say;
    enum priority priority; /* of a case */
    bool case_needed;       /* open one, or add to the one that is open */
    struct str team;        /* of a case; empty: the account's */
    double score, lead;     /* of the best intent; 0 if none fits */
    double second; /* the second opinion's chance of what was decided; 0 if there is none */
    const struct kb_intent *also;           /* the second that an answer answers, or NULL */
    const struct kb_incident *incidents[2]; /* that are what intent and also answer, or NULLs */
    const struct kb_intent *asked[2];       /* what SAY_CLARIFY asks about; NULLs otherwise */
    bool settles;   /* the answer settles the question that the open case began with: close it */
    bool by_second; /* no pattern saw it: the second opinion alone */
    /* Of a handoff: what would have been answered if that were automatic, or NULL. */
    const struct kb_intent *would, *would_also;
    bool offered; /* … and staff are offered it: none of the two is in shadow mode */
    const struct kb_intent *again; /* it asks again for what was answered: that didn't help */
};

/* @second: the chance of each class of the knowledge base (kb_class), or NULL if there is no second
 * opinion. */
struct policy_decision policy_decide(const struct kb *kb, const struct intents_match *m,
                                     const float *second, const struct policy_facts *facts);

const char *action_name(enum action action); /* as in tests/corpus/LABELS.md */

/* May what this decision says pass the resident's wish, as a confirmation of it? */
bool policy_confirms(const struct policy_decision *d);

#endif
