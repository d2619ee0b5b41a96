/* kerbside kb check: is the knowledge base fit to be used? */
#include <time.h>

#include "bot/cmd_kb.h"
#include "bot/x/x.h"

static const char usage[] =
    "usage: kerbside kb check [--config FILE] [--kb DIR | --draft]\n"
    "  Loads the knowledge base, tries its examples and says what is wrong: a line each, with "
    "file, id and field.\n"
    "  Once nothing is wrong it warns of patterns that no example needs (found by the others all "
    "the same), that\n"
    "  can never match, and that are slow: run on long texts of its own words, one spends the "
    "match limit.\n"
    "  --draft: the draft over what is live, instead of a folder.\n";

/* @files: of the draft; NULL: those of the folder @name. */
static int check(const char *name, const struct kb_files *files)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int r = files ? kb_load_files(files, &x_text_rules, &report, &kb)
                  : kb_load(name, &x_text_rules, &report, &kb);
    if (r == 0)
        r = kb_check(kb, time(NULL) / 86400, &report);
    print_report(&report);
    if (r == 0)
        (void)printf(
            "%s: %zu intents, %zu rules, %zu patterns, %u warnings: knowledge base %s is fit\n",
            name, kb->intent_count, kb->rule_count, intents_pattern_count(kb->intents),
            report.warnings, kb->hash);
    else
        (void)fprintf(stderr, "%s: %u errors, %u warnings\n", name, report.errors, report.warnings);
    report_release(&report);
    (void)kb_free(kb);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

static int check_draft(const char *config)
{
    struct kb_work w;
    struct kb_files *files = NULL;
    int status = kb_work_begin(config, &w);
    if (status != EXIT_OK)
        return status;
    status = kb_work_end(&w, kb_work_draft(&w, &files));
    if (status == EXIT_OK)
        status = check("the draft", files);
    (void)kb_files_free(files);
    return status;
}

int cmd_kb_check(int argc, char **argv)
{
    struct kb_options o;
    struct conf *conf = NULL;
    bool help;
    int status = kb_options_read(argc, argv, "ckd", 0, 0, usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (o.draft && o.kb) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (o.draft)
        return check_draft(o.config);
    if (!o.kb || o.config)
        status = load_config(o.config, &conf);
    if (status == EXIT_OK)
        status = check(o.kb ? o.kb : conf->kb_dir, NULL);
    (void)conf_free(conf);
    return status;
}
