#include "handoff/permission.h"

enum { AGENT = 1, TRAINEE = 2, EDITOR = 4, SUPERVISOR = 8, ADMIN = 16 };
enum {
    EVERYBODY = AGENT | TRAINEE | EDITOR | SUPERVISOR | ADMIN,
    DESK = AGENT | TRAINEE | SUPERVISOR | ADMIN,
    TRUSTED = AGENT | SUPERVISOR | ADMIN,
    LEAD = SUPERVISOR | ADMIN,
    EDITORS = EDITOR | SUPERVISOR | ADMIN
};

static const struct {
    const char *name;
    unsigned bit;
} roles[] = { { "agent", AGENT },
              { "trainee", TRAINEE },
              { "editor", EDITOR },
              { "supervisor", SUPERVISOR },
              { "admin", ADMIN } };

static const struct {
    const char *act;
    unsigned roles;
} acts[] = {
    { "open", EVERYBODY },
    { "count", EVERYBODY },
    { "list", EVERYBODY },
    { "search", EVERYBODY },
    { "mismatch", EVERYBODY },
    { "look", EVERYBODY },
    { "note", EVERYBODY },
    { "seen", EVERYBODY },
    { "glance", EVERYBODY },
    { "restore", EVERYBODY },
    { "claim", DESK },
    { "release", DESK },
    { "reply", DESK },
    { "undo", DESK },
    { "draft", DESK },
    { "retry", DESK },
    { "close", DESK },
    { "pass", DESK },
    { "mark", DESK },
    { "mute", DESK },
    { "sign_on", DESK },
    { "sign_off", DESK },
    { "approve", TRUSTED },
    { "return", TRUSTED },
    { "bulk", TRUSTED },
    { "bulk_stop", TRUSTED },
    { "reply_unapproved", TRUSTED },
    { "private", TRUSTED },
    { "release_others", LEAD },
    { "costs", LEAD },
    { "audit", LEAD },
    { "accounts", ADMIN },
    { "agree_in_election", LEAD },
    { "kb", EDITORS },
    { "kb_item", EDITORS },
    { "kb_versions", EDITORS },
    { "kb_check", EDITORS },
    { "kb_try", EDITORS },
    { "kb_find", EDITORS },
    { "kb_diff", EDITORS },
    { "kb_replay", EDITORS },
    { "kb_replay_state", EDITORS },
    { "kb_replay_stop", EDITORS },
    { "kb_replay_list", EDITORS },
    { "kb_learn", EDITORS },
    { "kb_election_report", EDITORS },
    { "kb_save", EDITORS },
    { "kb_discard", EDITORS },
    { "kb_publish", EDITORS },
    { "kb_agree", EDITORS },
    { "kb_withdraw", EDITORS },
    { "kb_rollback", EDITORS },
    { "kb_incident", EDITORS },
    { "kb_mark", EDITORS },
};

static unsigned bit_of(struct str role)
{
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (str_is(role, roles[i].name))
            return roles[i].bit;
    return 0;
}

bool role_exists(struct str role)
{
    return bit_of(role) != 0;
}

bool role_may(struct str role, const char *act)
{
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (strcmp(acts[i].act, act) == 0)
            return (acts[i].roles & bit_of(role)) != 0;
    return false;
}

void role_acts(struct str role, void (*visit)(const char *act, void *data), void *data)
{
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (acts[i].roles & bit_of(role))
            visit(acts[i].act, data);
}
