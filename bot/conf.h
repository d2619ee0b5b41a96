/*
 * The configuration file: one table (bot/conf.c) drives parsing, ranges, defaults, the JSON schema
 * and the manual. Paths are relative to the file. Unknown members are errors.
 */
#ifndef BOT_CONF_H
#define BOT_CONF_H

#include "base/report.h"
#include "bot/hours.h"
#include "handoff/topic.h"

/* One account of the council's. */
struct conf_account {
    char *id, *handle; /* @handle names it in logs, commands and the database */
    char *token_file;
    char *team;  /* of cases that nothing else gives a team */
    char *voice; /* of the knowledge base's wording.json; NULL: its plain one */
    struct hours *hours;
};

enum conf_mode { MODE_AUTO, MODE_SHADOW };
enum conf_live { LIVE_OFF, LIVE_ACTIVITY, LIVE_FILTERED, LIVE_WEBHOOK };
enum conf_second_factor { SECOND_FACTOR_OPTIONAL, SECOND_FACTOR_REQUIRED };
enum conf_plan { PLAN_SELF_SERVE, PLAN_ENTERPRISE };

struct conf {
    char *file;
    char *kb_dir, *models_dir, *database;
    bool demo;
    int64_t log_format;
    int64_t mode;            /* enum conf_mode */
    int64_t answer_within_s; /* an older message gets no automatic reply */
    char *holidays_file;
    char *zone;
    struct hours *hours;
    char *console_address;
    int64_t console_port;
    char *console_origin;
    int64_t session_s;
    bool behind_proxy;
    int64_t second_factor; /* enum conf_second_factor */
    int64_t undo_s;
    char *reference_prefix;
    int64_t lease_minutes, warn_minutes;
    int64_t due_minutes[3]; /* by enum case_priority */
    char *x_api, *x_app_file;
    int64_t x_plan, x_live; /* enum conf_plan, enum conf_live */
    int64_t x_poll_every_ms, x_timeout_ms, x_lookup_wait_ms;
    int64_t x_month_cap_usd; /* 0: none */
    int64_t x_keep_days;
    struct topic_limit unhelped; /* when an answer is withdrawn */
    bool check_links;
    struct conf_account *accounts;
    size_t account_count; /* one at least */
};

/* Reads and checks the whole file, and the holidays it names; all faults go to @report. 0,
 * ERR_BADINPUT or ERR_NOMEM. */
int conf_load(const char *path, struct report *report, struct conf **ret) MUST_CHECK;
struct conf *conf_free(struct conf *c);

/* The JSON schema of the file, made from the table: config/kerbside.schema.json is its output. */
int conf_schema(struct buf *out) MUST_CHECK;

/* The table as lines of "name, default, meaning" for people. */
int conf_manual(struct buf *out) MUST_CHECK;

#endif
