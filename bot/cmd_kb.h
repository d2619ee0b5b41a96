/* What the subcommands of "kerbside kb" share: their options, reading messages, printing them. */
#ifndef BOT_CMD_KB_H
#define BOT_CMD_KB_H

#include "bot/command.h"
#include "kb/item.h"
#include "kb/version.h"

int cmd_kb_check(int argc, char **argv);
int cmd_kb_train(int argc, char **argv);
int cmd_kb_score(int argc, char **argv);
int cmd_kb_explain(int argc, char **argv);
int cmd_kb_suggest(int argc, char **argv);
int cmd_kb_export(int argc, char **argv); /* cmd_kb_folder.c */
int cmd_kb_format(int argc, char **argv);
int cmd_kb_import(int argc, char **argv);
int cmd_kb_log(int argc, char **argv); /* cmd_kb_versions.c */
int cmd_kb_diff(int argc, char **argv);
int cmd_kb_rollback(int argc, char **argv);
int cmd_kb_items(int argc, char **argv); /* cmd_kb_items.c */
int cmd_kb_show(int argc, char **argv);
int cmd_kb_set(int argc, char **argv);
int cmd_kb_discard(int argc, char **argv);
int cmd_kb_csv(int argc, char **argv); /* cmd_kb_csv.c */
int cmd_kb_links(int argc, char **argv);
int cmd_kb_election_report(int argc, char **argv);
int cmd_kb_replay(int argc, char **argv);
int cmd_kb_learn(int argc, char **argv);
int cmd_kb_publish(int argc, char **argv); /* cmd_kb_propose.c */
int cmd_kb_agree(int argc, char **argv);
int cmd_kb_withdraw(int argc, char **argv);
int cmd_kb_incident(int argc, char **argv);
int cmd_kb_proposals(int argc, char **argv);
int cmd_kb_try(int argc, char **argv);

struct kb_options {
    const char *config, *kb, *models, *text, *note;
    unsigned show;
    int64_t version, revision; /* 0: not given */
    const char *as, *end;
    int64_t at, wait_s; /* 0: not given; not at all. It is 300 if it isn't given */
    bool json, publish, over, yes_remove, draft;
    char **args; /* what is no option */
    int arg_count;
};

/*
 * Reads the options of which the letters stand in @letters: config, kb, models, show, json, text,
 * note, version, revision, publish, over, yes-remove, as, at (when), wait (long), end, draft;
 * @least to @most arguments that are no option are right. EXIT_OK, or what to leave with, having
 * said why. *ret_help: --help was asked for and printed, *ret is not set.
 */
int kb_options_read(int argc, char **argv, const char *letters, int least, int most,
                    const char *usage, struct kb_options *ret, bool *ret_help);

/* The folder that --kb or else the configuration names, with its second opinion. EXIT_OK, or
 * EXIT_FAILED, having said why. */
int kb_open(const struct kb_options *options, struct kb **ret);

/* ------------------------------------------------------------------------------------------------
 * the database: what is live, and the draft (cmd_kb_work.c) */

/* The database that the configuration names, with a transaction that may write. */
struct kb_work {
    struct conf *conf;
    struct db *db;
    struct tx *tx;
    int64_t version; /* that is live; 0: none yet */
    int64_t now;
};

/* EXIT_OK, or EXIT_FAILED, having said why: then there is nothing to end. */
int kb_work_begin(const char *config, struct kb_work *ret);

/* Commits if @status is EXIT_OK, else nothing was done. Returns what to leave with. */
int kb_work_end(struct kb_work *w, int status);

/* Prints what went wrong and returns EXIT_FAILED. */
int kb_work_fail(int r);
int kb_work_failf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The files of version @id, 0 the live one. EXIT_OK, or EXIT_FAILED, having said that there is
 * none. */
int kb_work_files(struct kb_work *w, int64_t id, struct kb_files **ret);

/* The same of the draft over the live version. */
int kb_work_draft(struct kb_work *w, struct kb_files **ret);

/* Files with their items, both the caller's. */
struct kb_side {
    struct kb_files *files;
    struct kb_items *items;
};
int kb_side_parse(struct kb_side *side); /* what the files are; EXIT_OK or EXIT_FAILED, said why */
void kb_side_release(struct kb_side *side);

/* Prints what is different, in words: the items, then what no item tells of the files. How many
 * differences, or negative; *ret_removed: items that are gone. */
int kb_print_diff(const struct kb_side *was, const struct kb_side *is, size_t *ret_removed);

/* "intent/bins.missed". False, having said what is wrong with it. */
bool kb_read_name(const char *text, enum kb_item_kind *ret_kind, struct str *ret_id);

/* The JSON of a file, "-" is standard input; the caller's to delete. EXIT_OK or EXIT_FAILED, said
 * why. */
int kb_read_body(const char *file, cJSON **ret);

/* What becomes of an item in the draft. */
struct kb_save {
    enum kb_item_kind kind;
    struct str id;
    const cJSON *live, *body; /* NULL: not there, to go */
    int64_t seen;             /* its revision in the draft as the writer saw it */
};

/* 1 saved, 0 it was that already, or negative: ERR_STALE, the draft has another revision. */
int kb_work_save(struct kb_work *w, const struct kb_save *s) MUST_CHECK;

/* Can @files be live? Loads them; KB_CHECK: finds the errors of kerbside kb check; KB_TRAIN: sees
 * to their second opinion, which is kept. EXIT_OK, or EXIT_FAILED, having said what is wrong. */
enum { KB_CHECK = 1, KB_TRAIN = 2 };
int kb_publish_check(const char *config, const struct kb_files *files, unsigned how);

/* Is there a note, and can it be one? False, having said so. */
bool kb_publish_note(const char *note);

/* A version of @files that were checked. @v has its origin, from_id and note. EXIT_OK or
 * EXIT_FAILED. */
int kb_publish(struct kb_work *w, const struct kb_version *v, const struct kb_files *files,
               int64_t *ret_id);

/* Who is named where the command line did something. */
#define KB_WORK_BY "command line"

/* What was written before, only read; and what is live there (cmd_kb_past.c). Both are EXIT_OK, or
 * EXIT_FAILED, having said why; closed either way. */
struct kb_past {
    struct conf *conf;
    struct db *db;
    int64_t version; /* that is live, after kb_past_live; 0: the configuration's folder is */
};
int kb_past_open(const char *config, struct kb_past *ret);
int kb_past_live(struct kb_past *past, struct kb **ret);

/* The draft over @live, trained; NULL: nothing is in it. EXIT_OK, or EXIT_FAILED, having said what
 * is wrong in it. */
int kb_past_draft(struct kb_past *past, const struct kb *live, struct kb **ret,
                  int64_t *ret_revision);
void kb_past_close(struct kb_past *past);

/* A line of a file of messages: a JSON object with a "text". */
struct kb_line {
    const cJSON *object;
    struct str text;
    const char *where; /* "FILE:LINE" */
    struct report *report;
};

/*
 * Calls @visit for each line of the file that isn't empty. A line that is no such object is
 * reported and the next is read; @visit reports what it finds, and ends the reading only by an
 * error that isn't ERR_BADINPUT. Returns 0, ERR_BADINPUT if anything was reported, or another.
 */
int kb_read_lines(const char *path, struct report *report,
                  int (*visit)(const struct kb_line *line, void *data), void *data) MUST_CHECK;

/* The class that the second opinion takes a text for, and its chance; empty where @chances is NULL.
 */
struct str kb_likeliest(const struct kb *kb, const float *chances, double *ret_chance);

/* "tried" of PROTOCOL.md in a few words: the action, its intents and its reason. */
void kb_print_tried(const cJSON *tried);

/* "Edie Hall with Omar Diaz: Softer", and the line's end. @agreed_by may be empty. */
void kb_print_signed(struct str by, struct str agreed_by, struct str note);

/* Somebody's words on a line of ours (utf8_flatten). */
void kb_print_line(FILE *to, struct str text);

/* A resident's words, for an editor to read: in one line, private details masked, cut off behind
 * @points characters. */
void kb_print_text(struct str text, size_t points);

#endif
