/*
 * What an editor edits at a time: one object in one of the files. Everything in a knowledge base
 * but the folder teach is an item, and has a kind and an id that name it for good.
 *
 *   kind        id                     is
 *   intent      bins.missed            an object of a topic file; its file is called as its id
 *                                      begins ("bins.json"), if none has it yet
 *   rule        danger.gas             an object of rules.json
 *   term        bin                    a value of "terms" in terms.json
 *   common      common                 "common" of terms.json
 *   notice      christmas-2026         an object of notices.json
 *   incident    flood-2027             an object of incidents.json
 *   canned      thanks                 an object of canned.json
 *   wording     acknowledge            a member of wording.json
 *   thresholds  thresholds             thresholds.json
 *   election    election               election.json
 *
 * An object's "id" member is the item's id.
 */
#ifndef KB_ITEM_H
#define KB_ITEM_H

#include "base/json.h"
#include "kb/files.h"

enum kb_item_kind {
    KB_INTENT,
    KB_RULE,
    KB_TERM,
    KB_COMMON,
    KB_NOTICE,
    KB_INCIDENT,
    KB_CANNED,
    KB_WORDING,
    KB_THRESHOLDS,
    KB_ELECTION
};
enum { KB_ITEM_KINDS = KB_ELECTION + 1, KB_ITEM_ID_MAX = 80 /* bytes */ };

/* "intent", "rule" …: a constant. And back: false if no kind is called so, and *ret stays. */
struct str kb_item_kind_name(enum kb_item_kind kind);
bool kb_item_kind_named(struct str name, enum kb_item_kind *ret);

struct kb_item {
    enum kb_item_kind kind;
    struct str id, file; /* borrowed */
    const cJSON *body;   /* borrowed */
};

/* Files with their trees: parsed once, changed item by item, written back at the end. */
struct kb_items;

/* Parses @files, which outlive it. Faults of JSON go to @report: ERR_BADINPUT. */
int kb_items_new(const struct kb_files *files, struct report *report,
                 struct kb_items **ret) MUST_CHECK;
struct kb_items *kb_items_free(struct kb_items *items); /* NULL is fine */

/* Calls @visit for each item, in the order of kinds and in the files'; ends early and returns what
 * it returned if that isn't 0. */
int kb_items_each(const struct kb_items *items,
                  int (*visit)(const struct kb_item *item, void *data), void *data);

/* The item of that name. */
bool kb_items_find(const struct kb_items *items, enum kb_item_kind kind, struct str id,
                   struct kb_item *ret);

/* Its body, or NULL. */
const cJSON *kb_items_get(const struct kb_items *items, enum kb_item_kind kind, struct str id);

/* Where a new one would stand: "bins.json". 0, ERR_TOOBIG or ERR_NOMEM. */
int kb_item_file(enum kb_item_kind kind, struct str id, struct buf *ret) MUST_CHECK;

/* Could there be such an item? What its members say is the loader's to judge (kb_load_files). 0, or
 * ERR_BADINPUT with the reason in @report, or ERR_NOMEM. @body NULL: it is to go. */
int kb_item_check(enum kb_item_kind kind, struct str id, const cJSON *body,
                  struct report *report) MUST_CHECK;

/*
 * Puts @body (copied) in place of the item, or behind the last of its kind if it is new; NULL
 * removes it, if it is there. What is the same already changes nothing. Only the files that change
 * are written anew, in the one way of kb_format; a topic file without intents is gone, other lists
 * stay, empty. Returns 0, ERR_BADINPUT (kb_item_check) or ERR_NOMEM.
 */
int kb_items_put(struct kb_items *items, enum kb_item_kind kind, struct str id, const cJSON *body,
                 struct report *report) MUST_CHECK;

/* All files as they are now; those that did not change byte for byte as they were. 0, ERR_NOMEM, or
 * ERR_BADINPUT with a line in @report: they have outgrown what a knowledge base can be. */
int kb_items_files(const struct kb_items *items, struct report *report,
                   struct kb_files **ret) MUST_CHECK;

/* The tree of a body as it is kept; NULL of an empty one, which is not there. 0 or as json_parse.
 */
int kb_item_parse(struct str body, cJSON **ret) MUST_CHECK;

/* Are two bodies (NULL: not there) the same, whatever their white space and members' order? */
bool kb_item_same(const cJSON *a, const cJSON *b);

/*
 * The one way that a file of a knowledge base is written, as its editors do by hand: two spaces a
 * level, 110 columns. What holds no other lists or objects is on one line if it fits; a pattern
 * with its weight always is. Longer lists of words are filled, lists of sentences have one a line.
 * The same tree, the same bytes, and reading them back gives the same tree. 0, ERR_TOOBIG or
 * ERR_NOMEM.
 */
int kb_format(const cJSON *tree, struct buf *out) MUST_CHECK;

#endif
