/* kerbside kb export, format, import: versions of the database and folders of files are two ways to
 * the same, byte for byte. */
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bot/cmd_kb.h"
#include "bot/versions.h"
#include "bot/x/x.h"
#include "handoff/audit.h"
#include "kb/version.h"

enum { PATH_BYTES_MAX = 8192, NOTE_POINTS_MAX = 500, SHARE_GONE = 3 };

/* ------------------------------------------------------------------------------------------------
 * export */

static const char export_usage[] =
    "usage: kerbside kb export [--config FILE] [--version N] DIR\n"
    "  Writes the files of what is live, or of version N, into DIR, which is made if it isn't\n"
    "  there. JSON files in DIR that the version doesn't have are removed, so that DIR is that\n"
    "  version; a DIR whose JSON files are no knowledge base is left alone.\n";

static int fail_at(const char *path)
{
    return kb_work_failf("%s: %s", path, strerror(errno));
}

static int write_file(const char *path, struct str bytes)
{
    struct buf new = BUF_INIT(PATH_BYTES_MAX);
    if (buf_addf(&new, "%s.new", path) < 0)
        return kb_work_fail(new.err);
    FILE *f = fopen(buf_cstr(&new), "wbe");
    bool written = f && fwrite(bytes.p, 1, bytes.len, f) == bytes.len;
    if (f && fclose(f) != 0)
        written = false;
    if (written && rename(buf_cstr(&new), path) != 0)
        written = false;
    int status = written ? EXIT_OK : fail_at(path);
    buf_release(&new);
    return status;
}

/* Calls @each with the path of every file of @files in @dir, until one fails. */
static int each_path(const char *dir, const struct kb_files *files,
                     int (*each)(const char *path, const struct kb_file *file, const void *data),
                     const void *data)
{
    int status = EXIT_OK;
    for (size_t i = 0; i < files->count && status == EXIT_OK; i++) {
        struct buf path = BUF_INIT(PATH_BYTES_MAX);
        int r = buf_addf(&path, "%s/%s", dir, files->items[i].name.p);
        status = r < 0 ? kb_work_fail(r) : each(buf_cstr(&path), &files->items[i], data);
        buf_release(&path);
    }
    return status;
}

static int write_one(const char *path, const struct kb_file *file, const void *data)
{
    (void)data;
    return write_file(path, file->bytes);
}

static int remove_unless_of(const char *path, const struct kb_file *file, const void *data)
{
    return kb_files_find(data, file->name) || unlink(path) == 0 ? EXIT_OK : fail_at(path);
}

static int make_folder(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST ? EXIT_OK : fail_at(path);
}

/* What is there now; an empty folder where there is none. */
static int read_there(const char *dir, struct kb_files **ret)
{
    struct report report = REPORT_INIT;
    int r = kb_files_read(dir, &report, ret);
    print_report(&report);
    int status = r < 0 && !report.errors ? kb_work_fail(r) : r < 0 ? EXIT_FAILED : EXIT_OK;
    report_release(&report);
    if (status == EXIT_OK && (*ret)->count && !kb_files_find(*ret, STR("terms.json")))
        status = kb_work_failf("%s: has JSON files that are no knowledge base; name another folder",
                               dir);
    return status;
}

static int export_to(const char *dir, const struct kb_files *files)
{
    struct kb_files *there = NULL;
    struct buf teach = BUF_INIT(PATH_BYTES_MAX);
    bool taught = false;
    for (size_t i = 0; i < files->count; i++)
        taught |= str_starts(files->items[i].name, STR("teach/"));
    int r = buf_addf(&teach, "%s/teach", dir);
    int status = r < 0 ? kb_work_fail(r) : make_folder(dir);
    if (status == EXIT_OK)
        status = read_there(dir, &there);
    if (status == EXIT_OK && taught)
        status = make_folder(buf_cstr(&teach));
    if (status == EXIT_OK)
        status = each_path(dir, files, write_one, NULL);
    if (status == EXIT_OK)
        status = each_path(dir, there, remove_unless_of, files);
    (void)kb_files_free(there);
    buf_release(&teach);
    return status;
}

int cmd_kb_export(int argc, char **argv)
{
    struct kb_options o;
    struct kb_work w;
    struct kb_files *files = NULL;
    bool help;
    int status = kb_options_read(argc, argv, "cv", 1, 1, export_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = kb_work_begin(o.config, &w);
    if (status != EXIT_OK)
        return status;
    int64_t id = o.version ? o.version : w.version;
    status = kb_work_end(&w, kb_work_files(&w, o.version, &files));
    if (status == EXIT_OK)
        status = export_to(o.args[0], files);
    if (status == EXIT_OK)
        (void)printf("%s: version %" PRId64 ", %zu files\n", o.args[0], id, files->count);
    (void)kb_files_free(files);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * format */

static const char format_usage[] =
    "usage: kerbside kb format DIR\n"
    "  Writes the folder's files, teach aside, in the form that an edit in the console gives "
    "them,\n"
    "  and names those that had another. What they say stays the same.\n";

static int format_one(const char *path, const struct kb_file *file, const void *data)
{
    struct report report = REPORT_INIT;
    struct buf bytes = BUF_INIT(KB_FILE_BYTES_MAX);
    cJSON *tree = NULL;
    int status = EXIT_OK;
    (void)data;
    if (str_starts(file->name, STR("teach/")))
        return EXIT_OK;
    int r = json_parse_reported(file->bytes, path, &report, &tree);
    if (r == 0)
        r = kb_format(tree, &bytes);
    print_report(&report);
    if (r < 0)
        status = report.errors ? EXIT_FAILED : kb_work_fail(r);
    else if (!str_eq(buf_str(&bytes), file->bytes))
        status =
            write_file(path, buf_str(&bytes)) == EXIT_OK && puts(path) >= 0 ? EXIT_OK : EXIT_FAILED;
    cJSON_Delete(tree);
    buf_release(&bytes);
    report_release(&report);
    return status;
}

int cmd_kb_format(int argc, char **argv)
{
    struct kb_options o;
    struct kb_files *files = NULL;
    bool help;
    int status = kb_options_read(argc, argv, "", 1, 1, format_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = read_there(o.args[0], &files);
    if (status == EXIT_OK)
        status = each_path(o.args[0], files, format_one, NULL);
    (void)kb_files_free(files);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * making files live */

bool kb_publish_note(const char *note)
{
    struct str text = str_trim(str_of(note));
    bool fits = text.len && utf8_valid(text) && utf8_points(text) <= NOTE_POINTS_MAX;
    if (!fits)
        (void)kb_work_failf("--note TEXT says why, in 1 to %d characters", NOTE_POINTS_MAX);
    return fits;
}

static int load(const struct versions_options *o, const struct kb_files *files, bool check,
                struct report *report, struct kb **ret)
{
    int r = kb_load_files(files, o->rules, report, ret);
    if (r == 0 && check)
        r = kb_check_errors(*ret, time(NULL) / 86400, report);
    if (r == 0)
        r = versions_check_voices(o->conf, *ret, files->where, report);
    return r;
}

int kb_publish_check(const char *config, const struct kb_files *files, unsigned how)
{
    struct report report = REPORT_INIT;
    struct conf *conf = NULL;
    struct kb *kb = NULL;
    int status = load_config(config, &conf);
    if (status != EXIT_OK)
        return status;
    const struct versions_options o = { conf, models_dir(conf, NULL), &x_text_rules };
    int r = load(&o, files, how & KB_CHECK, &report, &kb);
    if (r == 0 && (how & KB_TRAIN))
        r = versions_find_second(o.models, kb, NULL, &report);
    print_report(&report);
    if (r < 0)
        status = report.errors ? EXIT_FAILED : kb_work_fail(r);
    report_release(&report);
    (void)kb_free(kb);
    (void)conf_free(conf);
    return status;
}

static int add_audit(struct kb_work *w, const struct kb_version *v, int64_t id)
{
    char about[AUDIT_ABOUT_MAX];
    struct buf text = BUF_INIT(PATH_BYTES_MAX);
    (void)snprintf(about, sizeof about, "version %" PRId64, id);
    int r = buf_addf(&text, KB_WORK_BY ": %.*s", STR_ARG(v->note));
    if (r == 0) {
        const struct audit a = { 0, v->from_id ? "kb_rolled_back" : "kb_published", str_of(about),
                                 buf_str(&text), STR("") };
        r = audit_add(w->tx, &a);
    }
    buf_release(&text);
    return r;
}

int kb_publish(struct kb_work *w, const struct kb_version *version, const struct kb_files *files,
               int64_t *ret_id)
{
    struct kb_version v = *version;
    v.by = STR(KB_WORK_BY);
    v.at = w->now;
    v.note = str_trim(v.note);
    int r = versions_add(w->tx, &v, files, ret_id);
    if (r == 0)
        r = add_audit(w, &v, *ret_id);
    return r < 0 ? kb_work_fail(r) : EXIT_OK;
}

/* ------------------------------------------------------------------------------------------------
 * import */

static const char import_usage[] =
    "usage: kerbside kb import [--config FILE] [--publish --note TEXT] [--yes-remove] DIR\n"
    "  Says in words what would be different from what is live, if kerbside kb check finds no "
    "error\n"
    "  in the folder; nothing is changed. With --publish it becomes a new version, all of it or, "
    "if\n"
    "  anything is wrong, nothing; a running kerbside serve takes it over by itself. More than a\n"
    "  third of the items are taken away only with --yes-remove.\n";

static int count_one(const struct kb_item *item, void *data)
{
    (void)item;
    ++*(size_t *)data;
    return 0;
}

/* Compares, prints, and publishes if that is wanted. */
static int import_into(struct kb_work *w, const struct kb_options *o, struct kb_side *live,
                       const struct kb_side *folder)
{
    struct kb_version v = { .origin = STR("import"), .note = str_of(o->note) };
    size_t removed = 0, all = 0;
    int64_t made = 0;
    int differences = kb_print_diff(live, folder, &removed);
    if (differences < 0)
        return kb_work_fail(differences);
    int r = kb_items_each(live->items, count_one, &all);
    if (r < 0)
        return kb_work_fail(r);
    if (differences == 0)
        return printf("Nothing to import: version %" PRId64 " is the same.\n", w->version) < 0
                   ? EXIT_FAILED
                   : EXIT_OK;
    bool many = removed * SHARE_GONE > all;
    if (many && o->publish && !o->yes_remove)
        return kb_work_failf("%zu of %zu items would be gone. If that is what you want, say "
                             "--yes-remove; nothing was changed",
                             removed, all);
    if (!o->publish)
        return printf("%d difference%s. Nothing was changed: --publish --note TEXT%s makes it "
                      "live.\n",
                      differences, differences == 1 ? "" : "s", many ? " --yes-remove" : "") < 0
                   ? EXIT_FAILED
                   : EXIT_OK;
    int status = kb_publish(w, &v, folder->files, &made);
    if (status == EXIT_OK)
        (void)printf("%d difference%s. Version %" PRId64 " is live.\n", differences,
                     differences == 1 ? "" : "s", made);
    return status;
}

/* What is live; nothing where there is no version yet. */
static int read_live(struct kb_work *w, struct kb_side *ret)
{
    if (w->version) {
        int status = kb_work_files(w, 0, &ret->files);
        return status == EXIT_OK ? kb_side_parse(ret) : status;
    }
    ret->files = kb_files_new(STR(""));
    return ret->files ? kb_side_parse(ret) : kb_work_fail(ERR_NOMEM);
}

static int import_folder(const struct kb_options *o, struct kb_side *folder)
{
    struct kb_work w;
    struct kb_side live = { NULL, NULL };
    int status = kb_publish_check(o->config, folder->files, KB_CHECK | (o->publish ? KB_TRAIN : 0));
    if (status == EXIT_OK)
        status = kb_side_parse(folder);
    if (status == EXIT_OK)
        status = kb_work_begin(o->config, &w);
    if (status != EXIT_OK)
        return status;
    status = read_live(&w, &live);
    if (status == EXIT_OK)
        status = import_into(&w, o, &live, folder);
    kb_side_release(&live);
    return kb_work_end(&w, status);
}

int cmd_kb_import(int argc, char **argv)
{
    struct kb_options o;
    struct kb_side folder = { NULL, NULL };
    struct report report = REPORT_INIT;
    bool help;
    int status = kb_options_read(argc, argv, "cnpy", 1, 1, import_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (o.publish && !kb_publish_note(o.note))
        return EXIT_USAGE;
    int r = kb_files_read(o.args[0], &report, &folder.files);
    print_report(&report);
    if (r < 0)
        status = report.errors ? EXIT_FAILED : kb_work_fail(r);
    report_release(&report);
    if (status == EXIT_OK)
        status = import_folder(&o, &folder);
    kb_side_release(&folder);
    return status;
}
