/* kerbside kb items, show, set, discard: what can be edited, and editing it, an item at a time. */
#include <errno.h>
#include <inttypes.h>

#include "bot/cmd_kb.h"
#include "handoff/kb_news.h"
#include "kb/diff.h"
#include "kb/draft.h"

/* What the commands about items work with. */
struct bench {
    struct kb_work work;
    struct kb_side live;
    struct arena arena;
};

/* What is live, for a command about items. */
static int bench_open(const char *config, struct bench *b)
{
    int status = kb_work_begin(config, &b->work);
    if (status != EXIT_OK)
        return status;
    status = kb_work_files(&b->work, 0, &b->live.files);
    if (status == EXIT_OK)
        status = kb_side_parse(&b->live);
    return status;
}

static int bench_close(struct bench *b, int status)
{
    kb_side_release(&b->live);
    arena_release(&b->arena);
    return b->work.conf ? kb_work_end(&b->work, status) : status;
}

static int print_body(const cJSON *body)
{
    struct buf out = BUF_INIT(KB_FILE_BYTES_MAX);
    int r = kb_format(body, &out);
    if (r == 0 && fputs(buf_cstr(&out), stdout) < 0)
        r = ERR_IO;
    buf_release(&out);
    return r < 0 ? kb_work_fail(r) : EXIT_OK;
}

/* ------------------------------------------------------------------------------------------------
 * items */

static const char items_usage[] =
    "usage: kerbside kb items [--config FILE]\n"
    "  Lists everything that can be edited, a line each: KIND/ID, what the draft does to it (new,\n"
    "  changed, gone, or -), and its title.\n";

static void print_item(const struct kb_item *item, const char *change)
{
    struct str kind = kb_item_kind_name(item->kind);
    int rest = 40 - (int)kind.len; /* of the column */
    (void)printf("%s/%-*.*s %-8s ", kind.p, rest, STR_ARG(item->id), change);
    kb_print_line(stdout, kb_item_title(item));
    (void)putchar('\n');
}

static int list_one(const struct kb_item *item, void *data)
{
    struct bench *b = data;
    struct kb_draft_item d = { .revision = 0 };
    int r = kb_draft_get(b->work.tx, &b->arena, item->kind, item->id, &d);
    if (r >= 0)
        print_item(item, r == 0 ? "-" : d.body.len ? "changed" : "gone");
    return r < 0 ? r : 0;
}

static int list_new(const struct kb_draft_item *d, void *data)
{
    const struct bench *b = data;
    cJSON *body = NULL;
    if (!d->body.len || kb_items_get(b->live.items, d->kind, d->id))
        return 0;
    int r = json_parse(d->body, &body, NULL);
    const struct kb_item item = { d->kind, d->id, STR(""), body };
    if (r == 0)
        print_item(&item, "new");
    cJSON_Delete(body);
    return r;
}

int cmd_kb_items(int argc, char **argv)
{
    struct kb_options o;
    struct bench b = { .arena = ARENA_INIT };
    bool help;
    int status = kb_options_read(argc, argv, "c", 0, 0, items_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = bench_open(o.config, &b);
    if (status == EXIT_OK) {
        int r = kb_items_each(b.live.items, list_one, &b);
        if (r == 0)
            r = kb_draft_each(b.work.tx, list_new, &b);
        status = r < 0 ? kb_work_fail(r) : EXIT_OK;
    }
    return bench_close(&b, status);
}

/* ------------------------------------------------------------------------------------------------
 * show */

static const char show_usage[] =
    "usage: kerbside kb show [--config FILE] [--version N] KIND/ID\n"
    "  Prints an item as JSON: as it is in the draft, else as it is live; with --version as it "
    "was\n"
    "  in that version. Who changed it in the draft, and its revision, go to standard error.\n";

static int show_version(struct bench *b, int64_t version, enum kb_item_kind kind, struct str id)
{
    struct kb_side side = { NULL, NULL };
    int status = kb_work_files(&b->work, version, &side.files);
    if (status == EXIT_OK)
        status = kb_side_parse(&side);
    const cJSON *body = status == EXIT_OK ? kb_items_get(side.items, kind, id) : NULL;
    if (body)
        status = print_body(body);
    else if (status == EXIT_OK)
        status = kb_work_failf("version %" PRId64 " has no %s/%.*s", version,
                               kb_item_kind_name(kind).p, STR_ARG(id));
    kb_side_release(&side);
    return status;
}

static int show_draft(const struct kb_draft_item *d)
{
    cJSON *body = NULL;
    (void)fprintf(stderr, "in the draft: %s by %.*s, revision %" PRId64 "\n",
                  d->body.len ? "changed" : "taken away", STR_ARG(d->by), d->revision);
    if (!d->body.len)
        return puts("null") < 0 ? kb_work_fail(ERR_IO) : EXIT_OK;
    int r = json_parse(d->body, &body, NULL);
    int status = r < 0 ? kb_work_fail(r) : print_body(body);
    cJSON_Delete(body);
    return status;
}

static int show(struct bench *b, int64_t version, enum kb_item_kind kind, struct str id)
{
    struct kb_draft_item d;
    if (version)
        return show_version(b, version, kind, id);
    int r = kb_draft_get(b->work.tx, &b->arena, kind, id, &d);
    if (r < 0)
        return kb_work_fail(r);
    const cJSON *body = kb_items_get(b->live.items, kind, id);
    return r == 1 ? show_draft(&d)
           : body ? print_body(body)
                  : kb_work_failf("there is no %s/%.*s, neither live nor in the draft; kerbside kb "
                                  "items lists what there is",
                                  kb_item_kind_name(kind).p, STR_ARG(id));
}

int cmd_kb_show(int argc, char **argv)
{
    struct kb_options o;
    struct bench b = { .arena = ARENA_INIT };
    enum kb_item_kind kind;
    struct str id;
    bool help;
    int status = kb_options_read(argc, argv, "cv", 1, 1, show_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (!kb_read_name(o.args[0], &kind, &id))
        return EXIT_USAGE;
    status = bench_open(o.config, &b);
    if (status == EXIT_OK)
        status = show(&b, o.version, kind, id);
    return bench_close(&b, status);
}

/* ------------------------------------------------------------------------------------------------
 * set */

static const char set_usage[] =
    "usage: kerbside kb set [--config FILE] [--revision N] KIND/ID FILE|-\n"
    "  Puts the item into the draft, as the console does: FILE, or - for standard input, is its\n"
    "  JSON as kerbside kb show prints it; null takes it away. What an editor has changed in the\n"
    "  draft is written over only with --revision, the one that kerbside kb show told.\n";

/* The item in the draft is another one than its writer saw. */
static int tell_stale(struct bench *b, const struct kb_save *s)
{
    struct kb_draft_item d;
    int r = kb_draft_get(b->work.tx, &b->arena, s->kind, s->id, &d);
    if (r < 0)
        return kb_work_fail(r);
    if (r == 0)
        return kb_work_failf("it isn't in the draft any more; leave --revision out");
    return kb_work_failf("%.*s has changed it in the draft: look at it with kerbside kb show, then "
                         "say --revision %" PRId64 " to write over it",
                         STR_ARG(d.by), d.revision);
}

/* What the command line put there itself is seen. 0 or negative. */
static int own_revision(struct bench *b, struct kb_save *s)
{
    struct kb_draft_item d;
    int r = kb_draft_get(b->work.tx, &b->arena, s->kind, s->id, &d);
    if (r == 1 && str_is(d.by, KB_WORK_BY))
        s->seen = d.revision;
    return r < 0 ? r : 0;
}

static int set(struct bench *b, struct kb_save *s, const cJSON *tree)
{
    struct report report = REPORT_INIT;
    s->body = cJSON_IsNull(tree) ? NULL : tree;
    s->live = kb_items_get(b->live.items, s->kind, s->id);
    int r = kb_item_check(s->kind, s->id, s->body, &report);
    print_report(&report);
    report_release(&report);
    if (r == ERR_BADINPUT)
        return EXIT_FAILED;
    if (r == 0 && !s->seen)
        r = own_revision(b, s);
    if (r == 0)
        r = kb_work_save(&b->work, s);
    if (r == ERR_STALE)
        return tell_stale(b, s);
    if (r < 0)
        return kb_work_fail(r);
    return puts(r == 0    ? "It is that already: nothing to do."
                : s->body ? "It is in the draft."
                          : "It is to go: the draft says so.") < 0
               ? EXIT_FAILED
               : EXIT_OK;
}

int cmd_kb_set(int argc, char **argv)
{
    struct kb_options o;
    struct bench b = { .arena = ARENA_INIT };
    struct kb_save s = { .live = NULL };
    cJSON *tree = NULL;
    bool help;
    int status = kb_options_read(argc, argv, "cr", 2, 2, set_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (!kb_read_name(o.args[0], &s.kind, &s.id))
        return EXIT_USAGE;
    s.seen = o.revision;
    status = kb_read_body(o.args[1], &tree);
    if (status == EXIT_OK)
        status = bench_open(o.config, &b);
    if (status == EXIT_OK)
        status = set(&b, &s, tree);
    cJSON_Delete(tree);
    return bench_close(&b, status);
}

/* ------------------------------------------------------------------------------------------------
 * discard */

static const char discard_usage[] =
    "usage: kerbside kb discard [--config FILE] KIND/ID\n"
    "  Takes the item out of the draft: it is as live again. What was in the draft is printed, so\n"
    "  that it isn't lost.\n";

static int discard(struct bench *b, enum kb_item_kind kind, struct str id)
{
    struct kb_draft_item d;
    const struct kb_news news = { kind, id, kb_items_get(b->live.items, kind, id), NULL, true, 0 };
    int r = kb_draft_get(b->work.tx, &b->arena, kind, id, &d);
    if (r == 0)
        return kb_work_failf("%s/%.*s isn't in the draft", kb_item_kind_name(kind).p, STR_ARG(id));
    if (r < 0)
        return kb_work_fail(r);
    int status = show_draft(&d);
    if (status == EXIT_OK)
        r = kb_draft_discard(b->work.tx, kind, id, d.revision);
    if (status == EXIT_OK && r == KB_DRAFT_DONE)
        r = kb_news_add(b->work.tx, &news, b->work.now);
    return r < 0 ? kb_work_fail(r) : status;
}

int cmd_kb_discard(int argc, char **argv)
{
    struct kb_options o;
    struct bench b = { .arena = ARENA_INIT };
    enum kb_item_kind kind;
    struct str id;
    bool help;
    int status = kb_options_read(argc, argv, "c", 1, 1, discard_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (!kb_read_name(o.args[0], &kind, &id))
        return EXIT_USAGE;
    status = bench_open(o.config, &b);
    if (status == EXIT_OK)
        status = discard(&b, kind, id);
    return bench_close(&b, status);
}
