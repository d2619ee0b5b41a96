/* kerbside kb SUBCOMMAND …: the editors' tools; finds the one and hands over. */
#include "bot/cmd_kb.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "agree", cmd_kb_agree, "the second person's word for a proposal" },
    { "check", cmd_kb_check, "is it fit to be used, and what could be better" },
    { "csv", cmd_kb_csv, "intents as a table for a spreadsheet, there and back" },
    { "diff", cmd_kb_diff, "what is different between two versions, in words" },
    { "discard", cmd_kb_discard, "take an item out of the draft" },
    { "election-report", cmd_kb_election_report, "what was said before an election" },
    { "explain", cmd_kb_explain, "what an intent or rule is made of, and what finds it" },
    { "export", cmd_kb_export, "a version's files into a folder" },
    { "format", cmd_kb_format, "a folder's files in the form that the console writes" },
    { "import", cmd_kb_import, "a folder's files as what is live" },
    { "incident", cmd_kb_incident, "publish an incident at once, or end one" },
    { "items", cmd_kb_items, "everything that can be edited" },
    { "learn", cmd_kb_learn, "what it should learn next, from what was written to us" },
    { "links", cmd_kb_links, "are the links of its answers there" },
    { "log", cmd_kb_log, "who published what, and why" },
    { "proposals", cmd_kb_proposals, "what is to be published, and what became of it" },
    { "publish", cmd_kb_publish, "publish the draft" },
    { "replay", cmd_kb_replay, "for which messages the draft would do something else" },
    { "rollback", cmd_kb_rollback, "make an earlier version live again" },
    { "score", cmd_kb_score, "how good it is on labelled messages" },
    { "set", cmd_kb_set, "put an item into the draft" },
    { "show", cmd_kb_show, "an item as it is" },
    { "suggest", cmd_kb_suggest, "what it should learn next, from files of messages" },
    { "train", cmd_kb_train, "train its second opinion" },
    { "try", cmd_kb_try, "a message, by what is live and by the draft" },
    { "withdraw", cmd_kb_withdraw, "end a proposal" },
};

static void print_help(FILE *to)
{
    (void)fputs("usage: kerbside kb COMMAND …\n", to);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        (void)fprintf(to, "  kerbside kb %-15s %s\n", commands[i].name, commands[i].help);
    (void)fputs("kerbside kb COMMAND --help says more.\n", to);
}

int command_kb(int argc, char **argv)
{
    const char *name = argc > 0 ? argv[0] : "";
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    bool asked = strcmp(name, "--help") == 0;
    if (!asked && *name)
        (void)fprintf(stderr, "kerbside kb: there is no command \"%s\"\n", name);
    print_help(asked ? stdout : stderr);
    return asked ? EXIT_OK : EXIT_USAGE;
}
