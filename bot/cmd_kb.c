/* kerbside kb SUBCOMMAND …: the editors' tools; finds the one and hands over. */
#include "bot/cmd_kb.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "check", command_kb_check, "is it fit to be used, and what could be better" },
    { "explain", command_kb_explain, "what an intent or rule is made of, and what finds it" },
    { "learn", command_kb_learn, "what it should learn next, from what was written to us" },
    { "replay", command_kb_replay, "for which messages the draft would do something else" },
    { "score", command_kb_score, "how good it is on labelled messages" },
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
