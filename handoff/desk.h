/*
 * How this council's desk works: what its configuration says, and what those above this folder
 * know: the hours of each account, and what the knowledge base has to offer. Made once, borrowed by
 * the console and everybody in it.
 */
#ifndef HANDOFF_DESK_H
#define HANDOFF_DESK_H

#include "base/db.h"
#include "base/json.h"
#include "handoff/cases.h"
#include "handoff/topic.h"
#include "kb/live.h"
#include "kb/shelf.h"

enum { DESK_PRIORITIES = CASE_NORMAL + 1, DESK_UNDO_MAX_S = 60 };

struct staff;

/*
 * Questions about the knowledge base that take time (kb_try, kb_check, kb_replay …): worked on off
 * the loop. ask() copies what it needs of @frame, and calls @answer once, on the loop, now or
 * later, with a whole answer frame (its "id" too) that is deleted behind it. After forget(@to)
 * nothing is answered to @to.
 */
struct desk_workshop {
    bool (*answers)(struct str type); /* is a frame of this type one of those questions? */
    void (*ask)(void *data, const struct staff *staff, const cJSON *frame,
                void (*answer)(void *to, const cJSON *answer), void *to);
    void (*forget)(void *data, const void *to);
    void *data;

    /* The replay, as PROTOCOL.md has it, for the caller to delete; NULL: there was none. */
    cJSON *(*replay)(void *data, struct tx *tx);
};

struct desk {
    int64_t undo_s; /* a reply is held for it before it is queued; at most DESK_UNDO_MAX_S */
    int64_t due_minutes[DESK_PRIORITIES]; /* by enum case_priority: the service level */
    int64_t lease_minutes;                /* a claim holds for it without a sign of its owner */
    int64_t warn_minutes;                 /* before either is up its owner, or all, are warned */
    struct str reference_prefix;          /* in front of a case's reference, such as "NM" */

    /* The moment at which @minutes of the account's working time have gone by since @from; 0 if
     * that is more than a year away. */
    int64_t (*working_after)(void *data, struct str account, int64_t from, int64_t minutes);

    /* {"accounts","teams","departments","canned","links"} of PROTOCOL.md's desk, into @ret. */
    void (*describe)(void *data, cJSON *ret);

    /* What could be answered at @now to @text that came to @account: appends suggestions, the
     * likeliest first, to @ret_list. 0 or negative. NULL: nobody knows. */
    int (*suggest)(void *data, struct str account, struct str text, int64_t now, cJSON *ret_list);

    /* Ways to begin what is said to many, each with {handle}: those of the account's voice, or
     * none. */
    const struct kb_list *(*greetings)(void *data, struct str account);

    void *data;
    struct topic_limit unhelped;   /* when an automatic answer is withdrawn */
    const struct kb_live *live;    /* the knowledge base; NULL where there is none */
    struct desk_workshop workshop; /* all NULL where there is none */
    struct kb_shelf *shelf;        /* what is live, for editors; NULL where there is none */
};

#endif
