/* kerbside kb train: the second opinion, from what editors wrote. */
#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"
#include "bot/cmd_kb.h"
#include "bot/x/x.h"

static const char usage[] =
    "usage: kerbside kb train [--config FILE] [--kb DIR] [--models DIR]\n"
    "  Trains the second opinion on the knowledge base's examples and teach lists, and keeps it by "
    "what it was trained on.\n";

static int train(const char *dir, const char *models)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int64_t from_ms = clock_mono_ms();
    int r = kb_load(dir, &x_text_rules, &report, &kb);
    if (r == 0)
        r = kb_train(kb, NULL);
    if (r == 0)
        r = kb_save_second(kb, models);
    print_report(&report);
    if (r < 0 && !report.errors)
        (void)fprintf(stderr, "error: %s: %s\n", models,
                      r == ERR_IO ? strerror(errno) : err_str(r));
    else if (r == 0)
        (void)printf("%s/%s.model: %zu lessons in %" PRId64 " ms%s\n", models, kb->lessons,
                     kb->lesson_count, clock_mono_ms() - from_ms,
                     kb->second ? "" : ": too few for a second opinion, none is kept");
    report_release(&report);
    (void)kb_free(kb);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

int cmd_kb_train(int argc, char **argv)
{
    struct kb_options o;
    struct conf *conf = NULL;
    bool help;
    int status = kb_options_read(argc, argv, "ckm", 0, 0, usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (!o.kb || o.config)
        status = load_config(o.config, &conf);
    if (status == EXIT_OK)
        status = train(o.kb ? o.kb : conf->kb_dir, models_dir(conf, o.models));
    (void)conf_free(conf);
    return status;
}
