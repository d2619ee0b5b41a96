/* The commands of the command line. Each gets the arguments behind its name and returns the exit
 * status. */
#ifndef BOT_COMMAND_H
#define BOT_COMMAND_H

#include "base/json.h"
#include "bot/conf.h"
#include "kb/kb.h"

enum exit_status { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int command_serve(int argc, char **argv);
int command_try(int argc, char **argv);
int command_kb(int argc, char **argv);
int command_config(int argc, char **argv);
int command_staff(int argc, char **argv);
int command_x(int argc, char **argv);
int command_x_usage(int argc, char **argv); /* of command_x, as the next */
int command_x_webhook(int argc, char **argv);

/* The configuration that is used when none is named: $KERBSIDE_CONFIG, else what the build set. */
const char *default_config(void);

/* Load and report on standard error. EXIT_OK or EXIT_FAILED. @kb_dir NULL: the configuration's.
 * @path NULL: default_config(). */
int load_config(const char *path, struct conf **ret);
/* Where the second opinion's models are: @named, else the configuration's, else what the build set.
 */
const char *models_dir(const struct conf *conf, const char *named);
int load_kb(const struct conf *conf, const char *kb_dir, struct kb **ret);

/* Prints the report's lines on standard error. */
void print_report(const struct report *report);

/* Prints the tree as a line on standard output, and frees it. 0 or ERR_IO. */
int print_json(cJSON *tree) MUST_CHECK;

#endif
