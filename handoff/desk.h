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
#include "kb/kb.h"

enum { DESK_PRIORITIES = CASE_NORMAL + 1, DESK_UNDO_MAX_S = 60 };

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
};

#endif
