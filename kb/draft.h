/*
 * The draft: what editors have changed and not published, shared by all of them, an item at a time.
 * It lies over the version that is live. Each change has a revision, counted up over all items for
 * good, so that whoever changes what somebody else has changed since is told, and so that the whole
 * draft at a moment has one number: its newest revision.
 */
#ifndef KB_DRAFT_H
#define KB_DRAFT_H

#include "base/db.h"
#include "kb/item.h"

/* Texts are borrowed until the visit is over, or in an arena. */
struct kb_draft_item {
    enum kb_item_kind kind;
    struct str id;
    int64_t revision;
    struct str body; /* JSON; empty: the item is to go */
    struct str base; /* JSON: what was live when it was begun; empty: it wasn't there */
    int64_t staff_id;
    struct str by;
    int64_t at;
};

enum kb_draft_refusal { KB_DRAFT_DONE, KB_DRAFT_STALE };

/*
 * Saves an item, @d->base being what is live now. @seen: the revision that its writer saw, 0 for
 * none: KB_DRAFT_STALE if the draft has another one, and nothing is done. Sets d->revision. A body
 * that is what is live takes the item out of the draft. Returns an enum kb_draft_refusal or
 * negative.
 */
int kb_draft_save(struct tx *tx, struct kb_draft_item *d, int64_t seen) MUST_CHECK;

/* Takes the item out of the draft. As kb_draft_save. */
int kb_draft_discard(struct tx *tx, enum kb_item_kind kind, struct str id, int64_t seen) MUST_CHECK;

/* What was published of it is what its change lies over from now on; a body that is the same leaves
 * the draft. Nothing if it isn't in the draft. */
int kb_draft_rebase(struct tx *tx, enum kb_item_kind kind, struct str id,
                    struct str base) MUST_CHECK;

/* 1 with all of it in @arena, 0 it isn't in the draft, or negative. */
int kb_draft_get(struct tx *tx, struct arena *arena, enum kb_item_kind kind, struct str id,
                 struct kb_draft_item *ret) MUST_CHECK;

/* In the order of kinds and ids; ends early and returns what @visit returned if that isn't 0. */
int kb_draft_each(struct tx *tx, int (*visit)(const struct kb_draft_item *d, void *data),
                  void *data) MUST_CHECK;

/* The newest revision ever given: the draft's, and what a candidate made of it is kept under. */
int kb_draft_revision(struct tx *tx, int64_t *ret) MUST_CHECK;

/* The live version's files with the draft over them; each item that can't be laid over is reported.
 * 0, ERR_BADINPUT or another. */
int kb_draft_files(struct tx *tx, struct report *report, struct kb_files **ret) MUST_CHECK;

#endif
