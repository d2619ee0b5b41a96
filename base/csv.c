#include "base/csv.h"

#include "base/array.h"

struct reader {
    struct str text;
    size_t at, line;
    struct arena *arena;
    struct csv_fault *fault;
};

static int fault(struct reader *r, size_t line, const char *what)
{
    *r->fault = (struct csv_fault){ line, what };
    return ERR_BADINPUT;
}

static bool at_end_of_row(const struct reader *r)
{
    return r->at == r->text.len || r->text.p[r->at] == '\n' ||
           (r->text.p[r->at] == '\r' && (r->at + 1 == r->text.len || r->text.p[r->at + 1] == '\n'));
}

static int read_quoted(struct reader *r, struct str *ret)
{
    size_t began = r->line;
    struct buf cell = BUF_INIT(r->text.len);
    bool open = true;
    r->at++;
    while (open && r->at < r->text.len) {
        char c = r->text.p[r->at++];
        bool twice = c == '"' && r->at < r->text.len && r->text.p[r->at] == '"';
        if (c == '\r' && r->at < r->text.len && r->text.p[r->at] == '\n')
            continue; /* lines inside a cell end with LF, whatever wrote them */
        r->line += c == '\n';
        r->at += twice;
        open = c != '"' || twice;
        if (open)
            (void)buf_add_byte(&cell, c);
    }
    int e = cell.err;
    if (e == 0 && open)
        e = fault(r, began, "a quotation mark opens here and nothing closes it");
    else if (e == 0 && !at_end_of_row(r) && r->text.p[r->at] != ',')
        e = fault(r, r->line, "something stands behind the quotation mark that closes a cell");
    if (e == 0) {
        *ret = arena_str(r->arena, buf_str(&cell));
        e = ret->p ? 0 : ERR_NOMEM;
    }
    buf_release(&cell);
    return e;
}

static int read_cell(struct reader *r, struct str *ret)
{
    size_t from = r->at;
    if (r->at < r->text.len && r->text.p[r->at] == '"')
        return read_quoted(r, ret);
    while (!at_end_of_row(r) && r->text.p[r->at] != ',') {
        if (r->text.p[r->at] == '"')
            return fault(r, r->line,
                         "a quotation mark in the middle of a cell: the whole cell must be quoted");
        r->at++;
    }
    *ret = arena_str(r->arena, str_cut(r->text, from, r->at));
    return ret->p ? 0 : ERR_NOMEM;
}

static int read_row(struct reader *r, struct csv_row *ret)
{
    struct csv_row row = { .line = r->line };
    size_t room = 0;
    bool more = true;
    while (more) {
        int e = array_grow_in(r->arena, (void **)&row.cells, row.count, &room, sizeof *row.cells);
        if (e == 0)
            e = read_cell(r, &row.cells[row.count]);
        if (e < 0)
            return e;
        row.count++;
        more = r->at < r->text.len && r->text.p[r->at] == ',';
        r->at += more;
    }
    if (r->at < r->text.len && r->text.p[r->at] == '\r')
        r->at++;
    if (r->at < r->text.len) /* the line feed */
        r->at++;
    r->line++;
    *ret = row;
    return 0;
}

int csv_read(struct str text, struct arena *arena, struct csv_row **ret, size_t *ret_count,
             struct csv_fault *ret_fault)
{
    struct str mark = STR("\xEF\xBB\xBF");
    if (str_starts(text, mark))
        text = str_cut(text, mark.len, text.len);
    struct reader r = { text, 0, 1, arena, ret_fault };
    struct csv_row *rows = NULL;
    size_t count = 0, room = 0;
    if (!utf8_valid(text) || memchr(text.p ? text.p : "", '\0', text.len))
        return fault(&r, 0, "it isn't text in UTF-8: save it as \"CSV UTF-8\"");
    while (r.at < text.len) {
        int e = array_grow_in(arena, (void **)&rows, count, &room, sizeof *rows);
        if (e == 0)
            e = read_row(&r, &rows[count]);
        if (e < 0)
            return e;
        if (rows[count].count > 1 || rows[count].cells[0].len)
            count++;
    }
    *ret = rows;
    *ret_count = count;
    return 0;
}

static bool needs_quotes(struct str cell)
{
    for (size_t i = 0; i < cell.len; i++)
        if (memchr(",\"\r\n", cell.p[i], 4))
            return true;
    return false;
}

int csv_add_row(struct buf *out, const struct str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool quotes = needs_quotes(cells[i]);
        (void)buf_addc(out, i ? "," : "");
        (void)buf_addc(out, quotes ? "\"" : "");
        for (size_t k = 0; k < cells[i].len; k++)
            (void)buf_addc(out, cells[i].p[k] == '"' ? "\"\"" : (char[]){ cells[i].p[k], '\0' });
        (void)buf_addc(out, quotes ? "\"" : "");
    }
    return buf_addc(out, "\r\n");
}
