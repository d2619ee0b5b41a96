/* What the commands share that look into the database: what is live, the draft, and what is
 * different, in words. */
#include <inttypes.h>
#include <time.h>

#include "base/file.h"
#include "bot/cmd_kb.h"
#include "handoff/kb_news.h"
#include "handoff/record.h"
#include "kb/diff.h"
#include "kb/draft.h"
#include "kb/schema.h"
#include "kb/version.h"

enum { LINE_BYTES_MAX = 1 << 16, BODY_BYTES_MAX = 1 << 20 };

int kb_work_failf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fputs("error: ", stderr);
    (void)vfprintf(stderr, fmt, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return EXIT_FAILED;
}

int kb_work_fail(int r)
{
    return kb_work_failf("kerbside kb: %s",
                         r == ERR_NEWER ? "the database was written by a newer Kerbside; install "
                                          "that one"
                                        : err_str(r));
}

/* ------------------------------------------------------------------------------------------------
 * the database */

static int open_database(struct kb_work *w)
{
    const char *why = NULL;
    int r = db_open(w->conf->database, DB_WRITER, &w->db, &why);
    if (r < 0)
        return kb_work_failf("database: %s", why ? why : err_str(r));
    r = record_migrate(w->db);
    if (r == 0)
        r = kb_migrate(w->db);
    if (r == 0)
        r = tx_begin(w->db, TX_WRITE, &w->tx);
    if (r == 0)
        r = kb_version_live(w->tx, &w->version);
    return r < 0 ? kb_work_fail(r) : EXIT_OK;
}

int kb_work_begin(const char *config, struct kb_work *ret)
{
    struct kb_work w = { .now = time(NULL) };
    int status = load_config(config, &w.conf);
    if (status == EXIT_OK)
        status = open_database(&w);
    if (status == EXIT_OK) {
        *ret = w;
        return EXIT_OK;
    }
    (void)kb_work_end(&w, status);
    return status;
}

int kb_work_end(struct kb_work *w, int status)
{
    if (w->tx && status == EXIT_OK)
        status = tx_commit(w->tx) < 0 ? kb_work_failf("the database refused") : EXIT_OK;
    else if (w->tx)
        tx_rollback(w->tx);
    w->tx = NULL;
    w->db = db_free(w->db);
    w->conf = conf_free(w->conf);
    return status;
}

int kb_work_files(struct kb_work *w, int64_t id, struct kb_files **ret)
{
    int r = kb_version_files(w->tx, id ? id : w->version, ret);
    if (r == 1)
        return EXIT_OK;
    if (r < 0)
        return kb_work_fail(r);
    if (id && w->version)
        return kb_work_failf("there is no version %" PRId64 "; the newest is %" PRId64, id,
                             w->version);
    return kb_work_failf("%s has no version of a knowledge base yet: a start of kerbside serve "
                         "makes one, and so does kerbside kb import --publish",
                         w->conf->database);
}

int kb_work_draft(struct kb_work *w, struct kb_files **ret)
{
    struct report report = REPORT_INIT;
    int r = kb_draft_files(w->tx, &report, ret);
    print_report(&report);
    int status = r < 0 && !report.errors ? kb_work_fail(r) : r < 0 ? EXIT_FAILED : EXIT_OK;
    report_release(&report);
    return status;
}

int kb_work_save(struct kb_work *w, const struct kb_save *s)
{
    char *body = s->body ? cJSON_PrintUnformatted(s->body) : NULL;
    char *live = s->live ? cJSON_PrintUnformatted(s->live) : NULL;
    struct kb_draft_item d = { .kind = s->kind,
                               .id = s->id,
                               .body = str_of(body),
                               .base = str_of(live),
                               .by = STR(KB_WORK_BY),
                               .at = w->now };
    int64_t before = 0, after = 0;
    int r =
        (s->body && !body) || (s->live && !live) ? ERR_NOMEM : kb_draft_revision(w->tx, &before);
    if (r == 0)
        r = kb_draft_save(w->tx, &d, s->seen);
    r = r == KB_DRAFT_STALE ? ERR_STALE : r;
    if (r == KB_DRAFT_DONE)
        r = kb_draft_revision(w->tx, &after);
    if (r == 0 && after != before) {
        const struct kb_news news = { s->kind, s->id, s->live, s->body, !d.revision, 0 };
        r = kb_news_add(w->tx, &news, w->now);
        r = r < 0 ? r : 1;
    }
    cJSON_free(body);
    cJSON_free(live);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * items */

bool kb_read_name(const char *text, enum kb_item_kind *ret_kind, struct str *ret_id)
{
    struct str rest = str_of(text), kind = STR("");
    (void)str_split(&rest, '/', &kind);
    if (kb_item_kind_named(kind, ret_kind) && rest.len) {
        *ret_id = rest;
        return true;
    }
    (void)kb_work_failf("\"%s\" names no item: it must be a kind and an id, such as "
                        "intent/bins.missed; kerbside kb items lists them",
                        text);
    return false;
}

int kb_read_body(const char *file, cJSON **ret)
{
    struct report report = REPORT_INIT;
    struct buf bytes = BUF_INIT(BODY_BYTES_MAX);
    bool input = strcmp(file, "-") == 0;
    int r = input ? file_read_input(&bytes) : json_read_file(file, BODY_BYTES_MAX, &report, ret);
    if (r == 0 && input)
        r = json_parse_reported(buf_str(&bytes), "standard input", &report, ret);
    print_report(&report);
    int status = r < 0 && !report.errors ? kb_work_fail(r) : r < 0 ? EXIT_FAILED : EXIT_OK;
    buf_release(&bytes);
    report_release(&report);
    return status;
}

int kb_side_parse(struct kb_side *side)
{
    struct report report = REPORT_INIT;
    int r = kb_items_new(side->files, &report, &side->items);
    print_report(&report);
    int status = r < 0 && !report.errors ? kb_work_fail(r) : r < 0 ? EXIT_FAILED : EXIT_OK;
    report_release(&report);
    return status;
}

void kb_side_release(struct kb_side *side)
{
    side->items = kb_items_free(side->items);
    side->files = kb_files_free(side->files);
}

struct printing {
    const struct kb_side *was, *is;
    size_t count, removed;
    bool was_told[KB_FILES_MAX], is_told[KB_FILES_MAX]; /* files: an item of it was printed */
};

/* The file that the item stands in. */
static void mark_file(const struct kb_side *side, bool *told, const struct kb_difference *d)
{
    struct kb_item item;
    const struct kb_file *file = kb_items_find(side->items, d->kind, d->id, &item)
                                     ? kb_files_find(side->files, item.file)
                                     : NULL;
    if (file)
        told[file - side->files->items] = true;
}

static int print_difference(const struct kb_difference *d, void *data)
{
    static const char *const changes[] = {
        [KB_ADDED] = "new", [KB_CHANGED] = "changed", [KB_REMOVED] = "gone"
    };
    struct printing *p = data;
    cJSON *lines = kb_difference_words(d), *line;
    if (!lines)
        return ERR_NOMEM;
    p->count++;
    p->removed += d->change == KB_REMOVED;
    mark_file(p->was, p->was_told, d);
    mark_file(p->is, p->is_told, d);
    (void)printf("%s/", kb_item_kind_name(d->kind).p);
    kb_print_line(stdout, d->id);
    if (!str_eq(d->title, d->id)) {
        (void)fputs(" (", stdout);
        kb_print_line(stdout, d->title);
        (void)putchar(')');
    }
    (void)printf(": %s\n", changes[d->change]);
    cJSON_ArrayForEach(line, lines)
    {
        (void)fputs("  ", stdout);
        kb_print_line(stdout, json_str(cJSON_GetObjectItemCaseSensitive(line, "field")));
        (void)fputs(": ", stdout);
        kb_print_line(stdout, json_str(cJSON_GetObjectItemCaseSensitive(line, "what")));
        (void)putchar('\n');
    }
    cJSON_Delete(lines);
    return 0;
}

/* What no item tells of a file: its lessons, its form, and that there is an empty one. */
static void print_file(struct printing *p, const struct kb_file *was, const struct kb_file *is)
{
    const struct kb_file *file = is ? is : was;
    bool lessons = str_starts(file->name, STR("teach/"));
    if ((was && p->was_told[was - p->was->files->items]) ||
        (is && p->is_told[is - p->is->files->items]) ||
        (was && is && str_eq(was->bytes, is->bytes)))
        return;
    p->count++;
    (void)printf("%s: %s\n", file->name.p,
                 !was      ? "new"
                 : !is     ? "gone"
                 : lessons ? "its lessons are others"
                           : "written in another form, and says the same");
}

int kb_print_diff(const struct kb_side *was, const struct kb_side *is, size_t *ret_removed)
{
    struct printing p = { .was = was, .is = is };
    int r = kb_diff(was->items, is->items, print_difference, &p);
    if (r < 0)
        return r;
    for (size_t i = 0; i < was->files->count; i++)
        print_file(&p, &was->files->items[i], kb_files_find(is->files, was->files->items[i].name));
    for (size_t i = 0; i < is->files->count; i++)
        if (!kb_files_find(was->files, is->files->items[i].name))
            print_file(&p, NULL, &is->files->items[i]);
    *ret_removed = p.removed;
    return (int)p.count;
}
