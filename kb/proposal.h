/*
 * What somebody wants to publish: the draft's items as they were then, an incident, or an old
 * version. It waits for a second person where its items need one, and for its time where it has
 * one; then bot/publisher.c checks it, trains its second opinion and makes it live. Nothing in it
 * changes.
 */
#ifndef KB_PROPOSAL_H
#define KB_PROPOSAL_H

#include "kb/draft.h"

enum kb_proposal_state {
    KB_PROPOSAL_WAITING,   /* for a second person */
    KB_PROPOSAL_SCHEDULED, /* for its time */
    KB_PROPOSAL_QUEUED,    /* for the publisher */
    KB_PROPOSAL_PUBLISHED,
    KB_PROPOSAL_REFUSED, /* by what checking it found */
    KB_PROPOSAL_WITHDRAWN
};

struct str kb_proposal_state_name(enum kb_proposal_state state);

/* Texts are borrowed until the visit is over, or in an arena. */
struct kb_proposal {
    int64_t id;
    enum kb_proposal_state state;
    struct str origin; /* as of the version it will be */
    int64_t from_id;   /* of a rollback: the version; else 0 */
    struct str note;
    int64_t staff_id;
    struct str by;
    int64_t at, publish_at; /* 0: at once */
    struct str needs;       /* why a second person is needed, as a sentence; empty: none is */
    int64_t agreed_id;
    struct str agreed_by;
    int64_t version_id; /* of what was published; else 0 */
    struct str error;   /* of what was refused, as sentences, a line each */
    int64_t changed_at;
};

/* Adds it, without items. Sets p->id; the state is worked out from what it needs and its time. */
int kb_proposal_add(struct tx *tx, struct kb_proposal *p) MUST_CHECK;
int kb_proposal_add_item(struct tx *tx, int64_t id, const struct kb_draft_item *item) MUST_CHECK;
int kb_proposal_each_item(struct tx *tx, int64_t id,
                          int (*visit)(const struct kb_draft_item *item, void *data),
                          void *data) MUST_CHECK;

/* The proposal under way that has this item at this revision: 1 with its number, 0 none. */
int kb_proposal_of(struct tx *tx, const struct kb_draft_item *item, int64_t *ret_id) MUST_CHECK;

/* 1, 0 there is none of that number, or negative. */
int kb_proposal_get(struct tx *tx, struct arena *arena, int64_t id,
                    struct kb_proposal *ret) MUST_CHECK;

/* Those that are under way, and the ten that ended last; newest first. */
int kb_proposal_each(struct tx *tx, int (*visit)(const struct kb_proposal *p, void *data),
                     void *data) MUST_CHECK;

/* The second person: KB_PROPOSAL_WAITING becomes what comes next. 1 done, 0 it isn't waiting, or
 * negative. */
int kb_proposal_agree(struct tx *tx, int64_t id, int64_t staff_id, struct str by,
                      int64_t now) MUST_CHECK;

/* Ends it. 1 done, 0 it has ended already, or negative. @error: of what is refused. */
int kb_proposal_end(struct tx *tx, int64_t id, enum kb_proposal_state state, int64_t version_id,
                    struct str error, int64_t now) MUST_CHECK;

/* The first that is queued or whose time has come at @now: 1 with its number, 0 none. */
int kb_proposal_due(struct tx *tx, int64_t now, int64_t *ret) MUST_CHECK;

#endif
