/* kerbside kb csv: the intents as a table, for those who live in spreadsheets. What a table doesn't
 * say of an intent (patterns, examples) stays as it is. */
#include <errno.h>
#include <inttypes.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/map.h"
#include "base/when.h"
#include "bot/cmd_kb.h"
#include "kb/draft.h"

enum { CSV_BYTES_MAX = KB_FILE_BYTES_MAX, SHARE_GONE = 3 };

static const char usage[] =
    "usage: kerbside kb csv export [--config FILE] FILE|-\n"
    "       kerbside kb csv import [--config FILE] [--yes-remove] [--over] FILE|-\n"
    "  export writes all intents, as they are in the draft, as a table (RFC 4180, UTF-8) with the\n"
    "  columns intent, title, phrases, reply, link, department, owner, review_by; phrases and\n"
    "  replies stand one a line in their cell. import puts what the table changes into the draft,\n"
    "  all of it or, if anything is wrong, nothing. Columns may stand in any order, and those "
    "that\n"
    "  are left out change nothing; an intent that is left out is to go. More than a third of the\n"
    "  intents, or of their phrases and replies, go only with --yes-remove. What an editor\n"
    "  has changed in the draft is written over only with --over.\n";

enum column { INTENT, TITLE, PHRASES, REPLY, LINK, DEPARTMENT, OWNER, REVIEW_BY, COLUMNS };

static const struct {
    const char *name, *member;
    bool list;
    bool needed; /* an intent can't be without it */
} columns[COLUMNS] = {
    [INTENT] = { "intent", "id", false, true },
    [TITLE] = { "title", "title", false, true },
    [PHRASES] = { "phrases", "phrases", true, false },
    [REPLY] = { "reply", "replies", true, true },
    [LINK] = { "link", "link", false, true },
    [DEPARTMENT] = { "department", "department", false, true },
    [OWNER] = { "owner", "owner", false, false },
    [REVIEW_BY] = { "review_by", "review_by", false, true },
};

/* Would a spreadsheet take it for a formula, and run it? Such a cell has a ' before it, as one
 * would type it there, and so has one that begins with such a '. */
static bool is_formula(struct str text)
{
    size_t i = 0;
    while (i < text.len && memchr("' \t\r\n", text.p[i], 5))
        i++;
    return i < text.len && memchr("=+-@", text.p[i], 4);
}

/* ------------------------------------------------------------------------------------------------
 * export */

/* One a line. A line end inside a text is written as \n, and a backslash as two. */
static int add_texts(struct buf *out, const cJSON *list)
{
    for (const cJSON *c = list ? list->child : NULL; c; c = c->next) {
        struct str text = json_str(c);
        (void)buf_addc(out, c == list->child ? "" : "\n");
        for (size_t i = 0; i < text.len; i++)
            (void)buf_addc(out, text.p[i] == '\n'   ? "\\n"
                                : text.p[i] == '\\' ? "\\\\"
                                                    : (char[]){ text.p[i], '\0' });
    }
    return out->err;
}

static int add_row(const struct kb_item *item, void *data)
{
    struct buf cells[COLUMNS];
    struct str texts[COLUMNS];
    int r = 0;
    if (item->kind != KB_INTENT)
        return 0;
    for (int c = 0; c < COLUMNS; c++) {
        const cJSON *m = cJSON_GetObjectItemCaseSensitive(item->body, columns[c].member);
        struct buf cell = BUF_INIT(CSV_BYTES_MAX);
        cells[c] = BUF_INIT(CSV_BYTES_MAX);
        int e = columns[c].list ? add_texts(&cell, m) : buf_add(&cell, json_str(m));
        if (e == 0)
            e = buf_addf(&cells[c], "%s%.*s", is_formula(buf_str(&cell)) ? "'" : "",
                         STR_ARG(buf_str(&cell)));
        buf_release(&cell);
        r = r < 0 ? r : e;
        texts[c] = buf_str(&cells[c]);
    }
    if (r == 0)
        r = csv_add_row(data, texts, COLUMNS);
    for (int c = 0; c < COLUMNS; c++)
        buf_release(&cells[c]);
    return r;
}

static int write_table(const char *file, struct str bytes)
{
    bool output = strcmp(file, "-") == 0;
    FILE *f = output ? stdout : fopen(file, "wbe");
    bool written = f && fwrite(bytes.p, 1, bytes.len, f) == bytes.len && fflush(f) == 0;
    if (f && !output && fclose(f) != 0)
        written = false;
    return written ? EXIT_OK : kb_work_failf("%s: %s", file, strerror(errno));
}

static int export_table(const struct kb_side *draft, const char *file)
{
    struct buf out = BUF_INIT(CSV_BYTES_MAX);
    struct str names[COLUMNS];
    for (int c = 0; c < COLUMNS; c++)
        names[c] = str_of(columns[c].name);
    /* the mark by which spreadsheets know UTF-8 */
    int r = buf_addc(&out, "\xEF\xBB\xBF");
    if (r == 0)
        r = csv_add_row(&out, names, COLUMNS);
    if (r == 0)
        r = kb_items_each(draft->items, add_row, &out);
    int status = r < 0 ? kb_work_fail(r) : write_table(file, buf_str(&out));
    buf_release(&out);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * import */

struct table {
    struct csv_row *rows;
    size_t count;
    int at[COLUMNS]; /* where each column stands, -1: nowhere */
    struct map seen; /* intents, to the lines that they are on */
};

struct import {
    struct kb_work *work;
    const struct kb_options *options;
    struct kb_side live, draft;
    struct table table;
    struct arena arena;
    struct report report;
    size_t intents, texts;           /* of the draft */
    size_t intents_gone, texts_gone; /* by the import */
    size_t changes;
};

static int read_table(struct import *m, const char *file)
{
    bool input = strcmp(file, "-") == 0;
    struct buf bytes = BUF_INIT(CSV_BYTES_MAX);
    struct csv_fault fault = { 0, "" };
    int r = input ? file_read_input(&bytes) : file_read(file, &bytes);
    if (r == ERR_IO)
        r = report_error(&m->report, "%s: can't be read: %s", file, strerror(errno));
    else if (r == ERR_TOOBIG)
        r = report_error(&m->report, "%s: larger than %d bytes", file, CSV_BYTES_MAX);
    else if (r == 0)
        r = csv_read(buf_str(&bytes), &m->arena, &m->table.rows, &m->table.count, &fault);
    if (r == ERR_BADINPUT && *fault.what && fault.line)
        (void)report_error(&m->report, "line %zu: %s", fault.line, fault.what);
    else if (r == ERR_BADINPUT && *fault.what)
        (void)report_error(&m->report, "%s: %s", file, fault.what);
    buf_release(&bytes);
    return r;
}

static int read_heads(struct import *m)
{
    struct table *t = &m->table;
    if (!t->count)
        return report_error(&m->report, "line 1: there must be a line with the columns' names");
    const struct csv_row *head = &t->rows[0];
    for (int c = 0; c < COLUMNS; c++)
        t->at[c] = -1;
    for (size_t i = 0; i < head->count; i++) {
        int c = 0;
        while (c < COLUMNS && !str_is(str_trim(head->cells[i]), columns[c].name))
            c++;
        if (c == COLUMNS)
            (void)report_error(&m->report,
                               "line 1: there is no column \"%.*s\"; known are intent, title, "
                               "phrases, reply, link, department, owner, review_by, separated by "
                               "commas",
                               STR_ARG(head->cells[i]));
        else if (t->at[c] >= 0)
            (void)report_error(&m->report, "line 1: the column \"%s\" stands twice",
                               columns[c].name);
        else
            t->at[c] = (int)i;
    }
    if (t->at[INTENT] < 0 && !m->report.errors)
        (void)report_error(&m->report, "line 1: the column \"intent\" is missing");
    return m->report.errors ? ERR_BADINPUT : 0;
}

static struct str cell(const struct table *t, const struct csv_row *row, enum column c)
{
    int at = t->at[c];
    struct str text = at >= 0 && (size_t)at < row->count ? str_trim(row->cells[at]) : STR("");
    struct str behind = str_cut(text, str_starts(text, STR("'")), text.len);
    return is_formula(behind) ? behind : text;
}

static int fault(struct import *m, const struct csv_row *row, enum column c, const char *what)
{
    return report_error(&m->report, "line %zu, %s: %s", row->line, columns[c].name, what);
}

/* Each line that isn't empty is a text; \n in it is a line end. */
static cJSON *list_of(struct str text)
{
    cJSON *list = cJSON_CreateArray();
    struct str line;
    while (str_split(&text, '\n', &line)) {
        struct buf out = BUF_INIT(CSV_BYTES_MAX);
        line = str_trim(line);
        for (size_t i = 0; i < line.len; i++) {
            bool escape = line.p[i] == '\\' && i + 1 < line.len &&
                          (line.p[i + 1] == 'n' || line.p[i + 1] == '\\');
            i += escape;
            (void)buf_add_byte(&out, escape && line.p[i] == 'n' ? '\n' : line.p[i]);
        }
        if (out.len)
            (void)json_add_str(list, buf_str(&out));
        buf_release(&out);
    }
    return list;
}

static void check_cell(struct import *m, const struct csv_row *row, enum column c)
{
    struct str text = cell(&m->table, row, c);
    int64_t day;
    if (!text.len && columns[c].needed)
        (void)fault(m, row, c, c == REPLY ? "there must be at least one" : "must not be empty");
    else if (c == LINK && !str_starts(text, STR("https://")))
        (void)fault(m, row, c, "must begin with https://");
    else if (c == REVIEW_BY && !when_parse_day(text, &day))
        (void)fault(m, row, c, "must be a day like 2027-03-31");
}

/* Puts the cell into @body, in place of what is there; an empty one takes it away. */
static int put_cell(struct import *m, const struct csv_row *row, enum column c, cJSON *body)
{
    const char *name = columns[c].member;
    struct str text = cell(&m->table, row, c);
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(body, name);
    if (!text.len) {
        cJSON_DeleteItemFromObjectCaseSensitive(body, name);
        return 0;
    }
    struct str copy = arena_str(&m->arena, text);
    cJSON *new = !copy.p ? NULL : columns[c].list ? list_of(copy) : cJSON_CreateString(copy.p);
    bool done = new && (old ? cJSON_ReplaceItemInObjectCaseSensitive(body, name, new)
                            : cJSON_AddItemToObject(body, name, new));
    if (!done)
        cJSON_Delete(new);
    return done ? 0 : ERR_NOMEM;
}

static size_t texts_of(const cJSON *body)
{
    return (size_t)(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(body, "phrases")) +
                    cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(body, "replies")));
}

/* Into the draft, unless it is so already. @where: the line, for what is refused. */
static int save(struct import *m, struct str id, const cJSON *body, const char *where)
{
    struct kb_draft_item d = { .revision = 0 };
    const cJSON *was = kb_items_get(m->draft.items, KB_INTENT, id);
    if (kb_item_same(was, body))
        return 0;
    size_t before = texts_of(was), after = texts_of(body);
    m->texts_gone += before > after ? before - after : 0;
    m->changes++;
    int r = kb_draft_get(m->work->tx, &m->arena, KB_INTENT, id, &d);
    if (r < 0)
        return r;
    if (r == 1 && !m->options->over && !str_is(d.by, KB_WORK_BY))
        return report_error(&m->report,
                            "%s: %.*s has changed %.*s in the draft: publish or discard that "
                            "first, or say --over",
                            where, STR_ARG(d.by), STR_ARG(id));
    const struct kb_save s = { KB_INTENT, id, kb_items_get(m->live.items, KB_INTENT, id), body,
                               d.revision };
    r = kb_work_save(m->work, &s);
    return r < 0 ? r : 0;
}

static int read_intent(struct import *m, const struct csv_row *row)
{
    struct str id = cell(&m->table, row, INTENT);
    const cJSON *was = id.len ? kb_items_get(m->draft.items, KB_INTENT, id) : NULL;
    uint32_t line;
    char where[64];
    unsigned errors = m->report.errors;
    (void)snprintf(where, sizeof where, "line %zu, intent", row->line);
    if (row->count > m->table.rows[0].count)
        (void)report_error(&m->report, "line %zu: more cells than columns", row->line);
    for (int c = INTENT; c < COLUMNS; c++)
        if (m->table.at[c] >= 0 || !was) /* of a new one everything is needed */
            check_cell(m, row, (enum column)c);
    if (id.len && map_get(&m->table.seen, id, &line))
        (void)report_error(&m->report, "%s: \"%.*s\" stands on line %" PRIu32 " too", where,
                           STR_ARG(id), line);
    if (m->report.errors > errors)
        return 0;
    int r = map_put(&m->table.seen, id, (uint32_t)row->line);
    cJSON *body = was ? cJSON_Duplicate(was, true) : cJSON_CreateObject();
    if (r == 0 && !body)
        r = ERR_NOMEM;
    for (int c = INTENT; c < COLUMNS && r == 0; c++)
        if (m->table.at[c] >= 0)
            r = put_cell(m, row, (enum column)c, body);
    struct report faults = REPORT_INIT;
    if (r == 0)
        r = kb_item_check(KB_INTENT, id, body, &faults);
    if (r == ERR_BADINPUT)
        r = report_error(&m->report,
                         "%s: not a name for an intent: use letters, digits, full "
                         "stops, hyphens and underscores, such as bins.missed",
                         where);
    else if (r == 0)
        r = save(m, id, body, where);
    report_release(&faults);
    cJSON_Delete(body);
    return r == ERR_BADINPUT ? 0 : r;
}

/* What the table doesn't have is to go. */
static int leave_out(const struct kb_item *item, void *data)
{
    struct import *m = data;
    uint32_t line;
    if (item->kind != KB_INTENT)
        return 0;
    m->intents++;
    m->texts += texts_of(item->body);
    if (map_get(&m->table.seen, item->id, &line))
        return 0;
    m->intents_gone++;
    int r = save(m, item->id, NULL, "the table leaves it out");
    return r == ERR_BADINPUT ? 0 : r;
}

static int refuse_loss(struct import *m)
{
    if (m->options->yes_remove ||
        (m->intents_gone * SHARE_GONE <= m->intents && m->texts_gone * SHARE_GONE <= m->texts))
        return 0;
    return report_error(&m->report,
                        "%zu of %zu intents and %zu of %zu phrases and replies would be gone. If "
                        "that is what you want, say --yes-remove",
                        m->intents_gone, m->intents, m->texts_gone, m->texts);
}

static int import_rows(struct import *m)
{
    int r = read_heads(m);
    for (size_t i = 1; i < m->table.count && r == 0; i++)
        r = read_intent(m, &m->table.rows[i]);
    if (r == 0 && !m->report.errors) /* a line with a fault doesn't leave its intent out */
        r = kb_items_each(m->draft.items, leave_out, m);
    if (r == 0 && !m->report.errors)
        r = refuse_loss(m);
    return r == 0 && m->report.errors ? ERR_BADINPUT : r;
}

static int import_table(struct import *m, const char *file)
{
    int r = read_table(m, file);
    int status = EXIT_OK;
    if (r == 0)
        status = kb_work_files(m->work, 0, &m->live.files);
    if (r == 0 && status == EXIT_OK)
        status = kb_side_parse(&m->live);
    if (r == 0 && status == EXIT_OK)
        r = import_rows(m);
    print_report(&m->report);
    if (r == ERR_BADINPUT)
        return kb_work_failf("%s: nothing was changed", file);
    if (r < 0)
        return kb_work_fail(r);
    if (status == EXIT_OK)
        (void)printf("Intents changed in the draft: %zu, of which are to go: %zu.\n", m->changes,
                     m->intents_gone);
    return status;
}

int cmd_kb_csv(int argc, char **argv)
{
    struct kb_options o;
    struct kb_work w;
    bool help;
    int status = kb_options_read(argc, argv, "coy", 2, 2, usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    bool out = strcmp(o.args[0], "export") == 0;
    if (!out && strcmp(o.args[0], "import") != 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    status = kb_work_begin(o.config, &w);
    if (status != EXIT_OK)
        return status;
    struct import m = { .work = &w, .options = &o, .report = REPORT_INIT };
    status = kb_work_draft(&w, &m.draft.files);
    if (status == EXIT_OK)
        status = kb_side_parse(&m.draft);
    if (status == EXIT_OK)
        status = out ? export_table(&m.draft, o.args[1]) : import_table(&m, o.args[1]);
    kb_side_release(&m.draft);
    kb_side_release(&m.live);
    map_release(&m.table.seen);
    arena_release(&m.arena);
    report_release(&m.report);
    return kb_work_end(&w, status);
}
