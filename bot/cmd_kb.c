/* kerbside kb check: is the knowledge base fit to be used? */
#include <getopt.h>
#include <time.h>

#include "bot/command.h"
#include "bot/x/x.h"

static const char usage[] = "usage: kerbside kb check [--config FILE] [--kb DIR]\n"
                            "  Loads the knowledge base, tries its examples and says what is "
                            "wrong: a line each, with file, id and field.\n";

static int check(const struct conf *conf, const char *dir)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int r = kb_load(dir ? dir : conf->kb_dir, &x_text_rules, &report, &kb);
    if (r == 0)
        r = kb_check(kb, time(NULL) / 86400, &report);
    print_report(&report);
    if (r == 0)
        (void)printf(
            "%s: %zu intents, %zu rules, %zu patterns, %u warnings: knowledge base %s is fit\n",
            dir ? dir : conf->kb_dir, kb->intent_count, kb->rule_count,
            intents_pattern_count(kb->intents), report.warnings, kb->hash);
    else
        (void)fprintf(stderr, "%s: %u errors, %u warnings\n", dir ? dir : conf->kb_dir,
                      report.errors, report.warnings);
    report_release(&report);
    (void)kb_free(kb);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

int command_kb(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "kb", required_argument, NULL, 'k' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *config = NULL, *dir = NULL;
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 'k')
            dir = optarg;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    if (argc + 1 - optind != 1 || strcmp((argv - 1)[optind], "check") != 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct conf *conf = NULL;
    int status = dir ? EXIT_OK : load_config(config, &conf);
    if (status == EXIT_OK)
        status = check(conf, dir);
    (void)conf_free(conf);
    return status;
}
