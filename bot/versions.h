/*
 * Which version of the knowledge base decides here. While nobody has published from the console or
 * by import, the configuration's folder is the master, and a start makes a version of what has
 * changed in it; from then on the database's newest version decides, and a folder that differs is
 * only logged.
 */
#ifndef BOT_VERSIONS_H
#define BOT_VERSIONS_H

#include "bot/conf.h"
#include "kb/live.h"
#include "kb/version.h"

struct versions_options {
    const struct conf *conf;
    const char *models; /* the folder where second opinions are kept */
    const struct text_rules *rules;
};

/* Does the database decide? It may be one from before there were versions. 0 or negative. */
int versions_in_database(struct db *db, bool *ret) MUST_CHECK;

/*
 * The knowledge base of @files, ready to decide: loaded, with its second opinion, which is trained
 * and kept if there is none (*stop, which may be NULL, ends that). Faults go to @report. Returns 0,
 * ERR_BADINPUT, ERR_DENIED (stopped) or ERR_NOMEM.
 */
int versions_load(const struct versions_options *o, const struct kb_files *files,
                  const atomic_bool *stop, struct report *report, struct kb **ret) MUST_CHECK;

/* The second opinion of a loaded one, as versions_load finds it. */
int versions_find_second(const char *models, struct kb *kb, const atomic_bool *stop,
                         struct report *report) MUST_CHECK;

/* Has it the voices that the accounts speak with? @where: its folder, or empty, for the error.
 * Returns 0 or ERR_BADINPUT. */
int versions_check_voices(const struct conf *conf, const struct kb *kb, struct str where,
                          struct report *report) MUST_CHECK;

/* A folder: its files, and the knowledge base that they are, as versions_load has it. */
struct versions_folder {
    struct kb_files *files;
    struct kb *kb;
};

/* Reads all of @dir, so that @report names every fault. 0 with *ret, to be released, or negative
 * and *ret stays. */
int versions_read_folder(const struct versions_options *o, const char *dir, struct report *report,
                         struct versions_folder *ret) MUST_CHECK;
void versions_folder_release(struct versions_folder *f);

/*
 * What decides from the start on, into @live. @folder: the configuration's; its kb is NULL
 * where the database decides, and is taken over where the folder does. A version that this program
 * can't load doesn't keep it from answering people: the newest that it can load decides, staff are
 * told, and
 * @report says in errors what is wrong and what to do. Returns 0, or negative where nothing can
 * decide.
 */
int versions_begin(const struct versions_options *o, struct db *db, struct versions_folder *folder,
                   int64_t now, struct report *report, struct kb_live *live) MUST_CHECK;

/* Adds a version, which is live from the commit on, with its event and, where somebody who is
 * signed in published it, their entry in the audit log. */
int versions_add(struct tx *tx, const struct kb_version *v, const struct kb_files *files,
                 int64_t *ret_id) MUST_CHECK;

/* Staff are told that a version can't decide, or a proposal can't become one; @to above all, if it
 * isn't 0. */
int versions_tell_refused(struct tx *tx, struct str text, int64_t to, int64_t now) MUST_CHECK;

#endif
