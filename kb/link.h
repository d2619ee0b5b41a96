/*
 * The links of answers, as they were found when they were last asked for. One that fails twice,
 * some hours apart, is dead, and so at once is one that the other side says is gone; a dead link
 * withdraws the automatic answers that name it until it is found alive.
 */
#ifndef KB_LINK_H
#define KB_LINK_H

#include "base/arena.h"
#include "base/db.h"

enum {
    KB_LINK_APART_S = 4 * 3600 /* failures that lie closer together are one: something is down */
};

/* Texts are borrowed: in an arena, or until a visit is over. */
struct kb_link {
    struct str url;
    int64_t checked_at, ok_at; /* ok_at 0: never */
    int64_t failures;          /* since it was last alive */
    int status;                /* of HTTP; 0: there was no answer */
    struct str what;           /* why it counts as failed, as a sentence; empty: it is alive */
    bool dead;
};

/* What asking for it brought. */
struct kb_link_found {
    struct str url;
    int status;
    struct str what; /* as above */
    bool gone;       /* the other side says that there is no such page */
};

enum kb_link_turn { KB_LINK_SAME, KB_LINK_DIED, KB_LINK_BACK };

/* Notes it. An enum kb_link_turn, or negative. */
int kb_link_note(struct tx *tx, const struct kb_link_found *found, int64_t now) MUST_CHECK;

/* 1 with all of it in @arena, 0 it was never asked for, or negative. */
int kb_link_get(struct tx *tx, struct arena *arena, struct str url, struct kb_link *ret) MUST_CHECK;

/* The dead ones. Ends early and returns what @visit returned if that isn't 0. */
int kb_link_each_dead(struct tx *tx, int (*visit)(const struct kb_link *link, void *data),
                      void *data) MUST_CHECK;

#endif
