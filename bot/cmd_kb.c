/* kerbside kb SUBCOMMAND …: the editors' tools; finds the one and hands over. */
#include "bot/cmd_kb.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "check", command_kb_check, "is it fit to be used, and what could be better" },
    { "csv", command_kb_csv, "intents as a table for a spreadsheet, there and back" },
    { "diff", command_kb_diff, "what is different between two versions, in words" },
    { "discard", command_kb_discard, "take an item out of the draft" },
    { "election-report", command_kb_election_report, "what was said before an election" },
    { "explain", command_kb_explain, "what an intent or rule is made of, and what finds it" },
    { "export", command_kb_export, "a version's files into a folder" },
    { "import", command_kb_import, "a folder's files as what is live" },
    { "items", command_kb_items, "everything that can be edited" },
    { "learn", command_kb_learn, "what it should learn next, from what was written to us" },
    { "links", command_kb_links, "are the links of its answers there" },
    { "log", command_kb_log, "who published what, and why" },
    { "replay", command_kb_replay, "for which messages the draft would do something else" },
    { "rollback", command_kb_rollback, "make an earlier version live again" },
    { "score", command_kb_score, "how good it is on labelled messages" },
    { "set", command_kb_set, "put an item into the draft" },
    { "show", command_kb_show, "an item as it is" },
    { "suggest", command_kb_suggest, "what it should learn next, from files of messages" },
    { "train", command_kb_train, "train its second opinion" },
};

static void print_help(FILE *to)
{
    (void)fputs("usage: kerbside kb COMMAND …\n", to);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        (void)fprintf(to, "  kerbside kb %-8s %s\n", commands[i].name, commands[i].help);
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
