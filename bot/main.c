/* kerbside COMMAND …: finds the command and hands over. */
#include "bot/command.h"
#include "bot/versions.h"
#include "bot/x/x.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "serve", command_serve, "run the responder and its console" },
    { "try", command_try, "say what would happen to a message, and why" },
    { "kb", command_kb, "the editors' tools: check, score and explain the knowledge base" },
    { "config", command_config, "check the configuration, explain its settings" },
    { "staff", command_staff, "people who work in the console: add, list, remove, new password" },
    { "x", command_x, "who we are on X: sign an account in, check its tokens" },
};

static void print_help(FILE *to)
{
    (void)fprintf(to,
                  "Kerbside %s answers a council's account on X and hands the rest to people.\n\n",
                  KERBSIDE_VERSION);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        (void)fprintf(to, "  kerbside %-8s %s\n", commands[i].name, commands[i].help);
    (void)fprintf(
        to,
        "\nkerbside COMMAND --help says more. The configuration is %s unless --config or\n"
        "KERBSIDE_CONFIG names another.\n",
        default_config());
}

const char *default_config(void)
{
    const char *named = getenv("KERBSIDE_CONFIG");
    return named && *named ? named : KERBSIDE_CONFIG_DEFAULT;
}

void print_report(const struct report *report)
{
    (void)fputs(buf_cstr(&report->lines), stderr);
}

int print_json(cJSON *tree)
{
    char *line = cJSON_PrintUnformatted(tree);
    int r = line && puts(line) >= 0 ? 0 : ERR_IO;
    cJSON_free(line);
    cJSON_Delete(tree);
    return r;
}

int load_config(const char *path, struct conf **ret)
{
    struct report report = REPORT_INIT;
    int r = conf_load(path ? path : default_config(), &report, ret);
    print_report(&report);
    if (r < 0 && !report.errors)
        (void)fprintf(stderr, "error: %s: %s\n", path ? path : default_config(), err_str(r));
    report_release(&report);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const char *models_dir(const struct conf *conf, const char *named)
{
    if (named)
        return named;
    return conf && conf->models_dir ? conf->models_dir : KERBSIDE_MODELS_DEFAULT;
}

int load_kb(const struct conf *conf, const char *kb_dir, struct kb **ret)
{
    struct report report = REPORT_INIT;
    const char *dir = kb_dir ? kb_dir : conf->kb_dir;
    const struct versions_options options = { conf, models_dir(conf, NULL), &x_text_rules };
    struct versions_folder folder = { NULL, NULL };
    int r = versions_read_folder(&options, dir, &report, &folder);
    if (r == 0)
        *ret = kb_ref(folder.kb);
    versions_folder_release(&folder);
    print_report(&report);
    if (r < 0 && !report.errors)
        (void)fprintf(stderr, "error: %s: %s\n", dir, err_str(r));
    report_release(&report);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0)
        return printf("kerbside %s\n", KERBSIDE_VERSION) < 0 ? EXIT_FAILED : EXIT_OK;
    bool asked = strcmp(name, "--help") == 0 || strcmp(name, "help") == 0;
    if (!asked && *name)
        (void)fprintf(stderr, "kerbside: there is no command \"%s\"\n\n", name);
    print_help(asked ? stdout : stderr);
    return asked ? EXIT_OK : EXIT_USAGE;
}
