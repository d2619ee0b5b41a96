/* What the subcommands of "kerbside kb" share: their options, reading messages, printing them. */
#ifndef BOT_CMD_KB_H
#define BOT_CMD_KB_H

#include "bot/command.h"

int command_kb_check(int argc, char **argv);
int command_kb_train(int argc, char **argv);
int command_kb_score(int argc, char **argv);
int command_kb_explain(int argc, char **argv);
int command_kb_suggest(int argc, char **argv);
int command_kb_replay(int argc, char **argv);
int command_kb_learn(int argc, char **argv);

struct kb_options {
    const char *config, *kb, *models, *text;
    unsigned show;
    bool json;
    char **args; /* what is no option */
    int arg_count;
};

/*
 * Reads the options of which the letters stand in @letters: config, kb, models, show, json, text;
 * @least to @most arguments that are no option are right. EXIT_OK, or what to leave with, having
 * said why. *ret_help: --help was asked for and printed, *ret is not set.
 */
int kb_options_read(int argc, char **argv, const char *letters, int least, int most,
                    const char *usage, struct kb_options *ret, bool *ret_help);

/* The folder that --kb or else the configuration names, with its second opinion. EXIT_OK, or
 * EXIT_FAILED, having said why. */
int kb_open(const struct kb_options *options, struct kb **ret);

/* What was written before, only read; and what is live there (cmd_kb_past.c). Both are EXIT_OK, or
 * EXIT_FAILED, having said why; closed either way. */
struct kb_past {
    struct conf *conf;
    struct db *db;
    int64_t version; /* that is live, after kb_past_live; 0: the configuration's folder is */
};
int kb_past_open(const char *config, struct kb_past *ret);
int kb_past_live(struct kb_past *past, struct kb **ret);
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

/* A resident's words, for an editor to read: in one line, private details masked, cut off behind
 * @points characters. */
void kb_print_text(struct str text, size_t points);

#endif
