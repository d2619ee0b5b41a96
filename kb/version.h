/*
 * Versions: what was live, from when, by whom and why. Numbered from 1, never changed, never
 * deleted; the newest is live, here and in every process at the database. Making an old one live
 * again makes a new one of the same files.
 */
#ifndef KB_VERSION_H
#define KB_VERSION_H

#include "base/db.h"
#include "kb/files.h"

/* Texts are borrowed: in an arena, or until a visit is over. */
struct kb_version {
    int64_t id;        /* its number */
    struct str hash;   /* kb_files_hash; worked out when it is added */
    struct str origin; /* "folder" (taken from the configuration's at a start), "import", "console",
                          "incident", "rollback" */
    int64_t from_id;   /* of a rollback: whose files these are; else 0 */
    int64_t staff_id;  /* who published it; 0: nobody who is signed in */
    struct str by, agreed_by; /* names as they were then; the second person, or empty */
    struct str note;
    int64_t at;
};

/* Adds one and makes it live. *ret_id is its number. */
int kb_version_add(struct tx *tx, const struct kb_version *v, const struct kb_files *files,
                   int64_t *ret_id) MUST_CHECK;

/* Are versions kept in this database? One from before they were has no table of them, and asking
 * for one would fail. 1, 0 or negative. */
int kb_version_kept(struct tx *tx) MUST_CHECK;

/* The number of the one that is live; 0: there is none yet. */
int kb_version_live(struct tx *tx, int64_t *ret) MUST_CHECK;

/* 1 with all of it in @arena, 0 there is no such version, or negative. */
int kb_version_get(struct tx *tx, struct arena *arena, int64_t id,
                   struct kb_version *ret) MUST_CHECK;

/* Its files. 1, 0 there is no such version, or negative. */
int kb_version_files(struct tx *tx, int64_t id, struct kb_files **ret) MUST_CHECK;

/* A page of those before @before (INT64_MAX: the newest), newest first: 1 there are more, 0 not, or
 * negative. */
enum { KB_VERSION_PAGE = 50 };
int kb_version_page(struct tx *tx, int64_t before,
                    void (*visit)(const struct kb_version *v, void *data), void *data) MUST_CHECK;

/* Has anybody published from a console or by import? Until then the folder is the master. */
int kb_version_any_edited(struct tx *tx, bool *ret) MUST_CHECK;

#endif
