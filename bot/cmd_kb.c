/* kerbside kb: is the knowledge base fit to be used? And its second opinion. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <time.h>

#include "base/clock.h"
#include "bot/command.h"
#include "bot/x/x.h"

static const char usage[] = "usage: kerbside kb check [--config FILE] [--kb DIR]\n"
                            "  Loads the knowledge base, tries its examples and says what is "
                            "wrong: a line each, with file, id and field.\n"
                            "       kerbside kb train [--config FILE] [--kb DIR] [--models DIR]\n"
                            "  Trains the second opinion on the knowledge base's examples and "
                            "teach lists, and keeps it by the base's hash.\n";

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

static int train(const struct conf *conf, const char *dir, const char *models)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int64_t from_ms = clock_mono_ms();
    int r = kb_load(dir ? dir : conf->kb_dir, &x_text_rules, &report, &kb);
    if (r == 0)
        r = kb_train(kb);
    if (r == 0)
        r = kb_save_second(kb, models);
    print_report(&report);
    if (r < 0 && !report.errors)
        (void)fprintf(stderr, "error: %s: %s\n", models,
                      r == ERR_IO ? strerror(errno) : err_str(r));
    else if (r == 0)
        (void)printf("%s/%s.model: %zu lessons in %" PRId64 " ms%s\n", models, kb->hash,
                     kb->lesson_count, clock_mono_ms() - from_ms,
                     kb->second ? "" : ": too few for a second opinion, none is kept");
    report_release(&report);
    (void)kb_free(kb);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

int command_kb(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "kb", required_argument, NULL, 'k' },
        { "models", required_argument, NULL, 'm' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    const char *config = NULL, *dir = NULL, *models = NULL;
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 'k')
            dir = optarg;
        else if (c == 'm')
            models = optarg;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    const char *verb = argc + 1 - optind == 1 ? (argv - 1)[optind] : "";
    bool checking = strcmp(verb, "check") == 0, training = strcmp(verb, "train") == 0;
    if ((!checking && !training) || (checking && models)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct conf *conf = NULL;
    int status = dir && !config ? EXIT_OK : load_config(config, &conf);
    if (status == EXIT_OK)
        status = checking ? check(conf, dir) : train(conf, dir, models_dir(conf, models));
    (void)conf_free(conf);
    return status;
}
