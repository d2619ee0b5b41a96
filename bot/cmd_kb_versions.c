/* kerbside kb log, diff, rollback: what was live, what differs, and back to it. */
#include <inttypes.h>
#include <sys/stat.h>

#include "base/when.h"
#include "bot/cmd_kb.h"
#include "kb/version.h"

/* ------------------------------------------------------------------------------------------------
 * log */

static const char log_usage[] =
    "usage: kerbside kb log [--config FILE]\n"
    "  Lists all versions, newest first: number, time, hash, where it came from, who published it\n"
    "  (and who agreed), and why.\n";

struct log_page {
    int64_t last;
};

static void print_version(const struct kb_version *v, void *data)
{
    struct log_page *page = data;
    char at[WHEN_TEXT_MAX];
    (void)printf("%" PRId64 "  %s  %.*s  %.*s", v->id, when_format(v->at, at), STR_ARG(v->hash),
                 STR_ARG(v->origin));
    if (v->from_id)
        (void)printf(" to %" PRId64, v->from_id);
    (void)fputs("  ", stdout);
    kb_print_signed(v->by, v->agreed_by, v->note);
    page->last = v->id;
}

int cmd_kb_log(int argc, char **argv)
{
    struct kb_options o;
    struct kb_work w;
    struct log_page page = { INT64_MAX };
    bool help;
    int status = kb_options_read(argc, argv, "c", 0, 0, log_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = kb_work_begin(o.config, &w);
    if (status != EXIT_OK)
        return status;
    int r;
    do
        r = kb_version_page(w.tx, page.last, print_version, &page);
    while (r == 1);
    return kb_work_end(&w, r < 0 ? kb_work_fail(r) : EXIT_OK);
}

/* ------------------------------------------------------------------------------------------------
 * diff */

static const char diff_usage[] = "usage: kerbside kb diff [--config FILE] A B\n"
                                 "  Says in words what is different in B from A. Each is a "
                                 "version's number, \"live\", \"draft\",\n"
                                 "  or a folder (write ./3 for a folder called 3).\n";

static int read_folder(const char *dir, struct kb_files **ret)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    int r = kb_files_read(dir, &report, &files);
    print_report(&report);
    int status = r < 0 && !report.errors ? kb_work_fail(r) : r < 0 ? EXIT_FAILED : EXIT_OK;
    report_release(&report);
    if (status == EXIT_OK)
        *ret = files;
    else
        (void)kb_files_free(files);
    return status;
}

static int read_side(struct kb_work *w, const char *name, struct kb_side *ret)
{
    int64_t version = 0;
    struct stat st;
    int status = EXIT_OK;
    if (strcmp(name, "draft") == 0)
        status = kb_work_draft(w, &ret->files);
    else if (strcmp(name, "live") == 0 || str_to_int64(str_of(name), 1, INT64_MAX, &version))
        status = kb_work_files(w, version, &ret->files);
    else if (stat(name, &st) == 0)
        status = read_folder(name, &ret->files);
    else
        status = kb_work_failf("%s: neither a version's number, nor \"live\", nor \"draft\", nor a "
                               "folder that is there",
                               name);
    return status == EXIT_OK ? kb_side_parse(ret) : status;
}

int cmd_kb_diff(int argc, char **argv)
{
    struct kb_options o;
    struct kb_work w;
    struct kb_side was = { NULL, NULL }, is = { NULL, NULL };
    size_t removed;
    bool help;
    int status = kb_options_read(argc, argv, "c", 2, 2, diff_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = kb_work_begin(o.config, &w);
    if (status != EXIT_OK)
        return status;
    status = read_side(&w, o.args[0], &was);
    if (status == EXIT_OK)
        status = read_side(&w, o.args[1], &is);
    if (status == EXIT_OK) {
        int r = kb_print_diff(&was, &is, &removed);
        if (r == 0)
            (void)puts("They are the same, byte for byte.");
        status = r < 0 ? kb_work_fail(r) : EXIT_OK;
    }
    kb_side_release(&was);
    kb_side_release(&is);
    return kb_work_end(&w, status);
}

/* ------------------------------------------------------------------------------------------------
 * rollback */

static const char rollback_usage[] = "usage: kerbside kb rollback [--config FILE] --note TEXT N\n"
                                     "  Makes version N live again, as a new version with the same "
                                     "files. The draft stays as it is.\n"
                                     "  A running kerbside serve takes it over by itself.\n";

static int read_version(const char *config, int64_t id, struct kb_files **ret)
{
    struct kb_work w;
    int status = kb_work_begin(config, &w);
    if (status != EXIT_OK)
        return status;
    status = id == w.version ? kb_work_failf("version %" PRId64 " is live already", id)
                             : kb_work_files(&w, id, ret);
    return kb_work_end(&w, status);
}

static int roll_back(const struct kb_options *o, int64_t id, const struct kb_files *files)
{
    struct kb_work w;
    int64_t made = 0;
    /* Loading may train, which takes a while: nobody else waits for the database meanwhile. */
    int status = kb_publish_check(o->config, files, KB_TRAIN);
    if (status == EXIT_OK)
        status = kb_work_begin(o->config, &w);
    if (status != EXIT_OK)
        return status;
    struct kb_version v = { .origin = STR("rollback"), .from_id = id, .note = str_of(o->note) };
    status = kb_publish(&w, &v, files, &made);
    status = kb_work_end(&w, status);
    if (status == EXIT_OK)
        (void)printf("Version %" PRId64 " is live again, as version %" PRId64 ".\n", id, made);
    return status;
}

int cmd_kb_rollback(int argc, char **argv)
{
    struct kb_options o;
    struct kb_files *files = NULL;
    int64_t id = 0;
    bool help;
    int status = kb_options_read(argc, argv, "cn", 1, 1, rollback_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (!kb_publish_note(o.note))
        return EXIT_USAGE;
    if (!str_to_int64(str_of(o.args[0]), 1, INT64_MAX, &id)) {
        (void)kb_work_failf("%s: a version's number is wanted; kerbside kb log lists them",
                            o.args[0]);
        return EXIT_USAGE;
    }
    status = read_version(o.config, id, &files);
    if (status == EXIT_OK)
        status = roll_back(&o, id, files);
    (void)kb_files_free(files);
    return status;
}
