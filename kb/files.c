#include "kb/files.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>

#include "base/file.h"

struct kb_files *kb_files_new(struct str where)
{
    struct kb_files *f = calloc(1, sizeof *f);
    if (f)
        f->where = arena_str(&f->arena, where);
    if (f && !f->where.p)
        f = kb_files_free(f);
    return f;
}

struct kb_files *kb_files_free(struct kb_files *f)
{
    if (f)
        arena_release(&f->arena);
    free(f);
    return NULL;
}

/* Where @name is, or where it would have to be put. */
static size_t place_of(const struct kb_files *f, struct str name)
{
    size_t i = 0;
    while (i < f->count && str_cmp(f->items[i].name, name) < 0)
        i++;
    return i;
}

const struct kb_file *kb_files_find(const struct kb_files *f, struct str name)
{
    size_t i = place_of(f, name);
    return i < f->count && str_eq(f->items[i].name, name) ? &f->items[i] : NULL;
}

int kb_files_put(struct kb_files *f, struct str name, struct str bytes)
{
    size_t i = place_of(f, name);
    bool there = i < f->count && str_eq(f->items[i].name, name);
    if (bytes.len > KB_FILE_BYTES_MAX || (!there && f->count == KB_FILES_MAX))
        return ERR_TOOBIG;
    struct kb_file file = { arena_str(&f->arena, name), arena_str(&f->arena, bytes) };
    if (!file.name.p || !file.bytes.p)
        return ERR_NOMEM;
    if (!there) {
        memmove(&f->items[i + 1], &f->items[i], (f->count - i) * sizeof *f->items);
        f->count++;
    }
    f->items[i] = file;
    return 0;
}

void kb_files_remove(struct kb_files *f, struct str name)
{
    size_t i = place_of(f, name);
    if (i == f->count || !str_eq(f->items[i].name, name))
        return;
    f->count--;
    memmove(&f->items[i], &f->items[i + 1], (f->count - i) * sizeof *f->items);
}

static int read_one(struct kb_files *f, const char *path, struct str name, struct report *report)
{
    struct buf bytes = BUF_INIT(KB_FILE_BYTES_MAX);
    int r = file_read(path, &bytes);
    if (r == ERR_IO)
        r = report_error(report, "%s: can't be read: %s", path, strerror(errno));
    if (r == 0)
        r = kb_files_put(f, name, buf_str(&bytes));
    if (r == ERR_TOOBIG)
        r = report_error(report, "%s: larger than %d bytes, or more than %d files", path,
                         KB_FILE_BYTES_MAX, KB_FILES_MAX);
    buf_release(&bytes);
    return r;
}

/* The *.json of @dir, their names behind @prefix. @needed: it must be there. */
static int read_folder(struct kb_files *f, const char *dir, const char *prefix, bool needed,
                       struct report *report)
{
    DIR *d = opendir(dir);
    if (!d && errno == ENOENT && !needed)
        return 0;
    if (!d)
        return report_error(report, "%s: the knowledge base's folder can't be read: %s", dir,
                            strerror(errno));
    int r = 0;
    for (struct dirent *e; r != ERR_NOMEM && (e = readdir(d));) {
        struct buf path = BUF_INIT(8192), name = BUF_INIT(512);
        if (!str_ends(str_of(e->d_name), STR(".json")) || e->d_name[0] == '.')
            continue;
        (void)buf_addf(&path, "%s/%s", dir, e->d_name);
        (void)buf_addf(&name, "%s%s", prefix, e->d_name);
        r = path.err || name.err ? ERR_NOMEM : read_one(f, buf_cstr(&path), buf_str(&name), report);
        buf_release(&path);
        buf_release(&name);
    }
    (void)closedir(d);
    return r == ERR_NOMEM ? r : 0;
}

int kb_files_read(const char *dir, struct report *report, struct kb_files **ret)
{
    unsigned errors = report->errors;
    struct kb_files *f = kb_files_new(str_of(dir));
    struct buf teach = BUF_INIT(8192);
    int r = f ? buf_addf(&teach, "%s/teach", dir) : ERR_NOMEM;
    if (r == 0)
        r = read_folder(f, dir, "", true, report);
    if (r == 0)
        r = read_folder(f, buf_cstr(&teach), "teach/", false, report);
    buf_release(&teach);
    if (r == ERR_NOMEM) {
        (void)kb_files_free(f);
        return r;
    }
    *ret = f;
    return report->errors > errors ? ERR_BADINPUT : 0;
}

void kb_files_hash(const struct kb_files *f, char ret[17])
{
    unsigned char digest[crypto_generichash_BYTES_MIN];
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (size_t i = 0; i < f->count; i++) {
        const struct kb_file *file = &f->items[i];
        if (str_is(file->name, "canned.json"))
            continue;
        (void)crypto_generichash_update(&state, (const unsigned char *)file->name.p,
                                        file->name.len + 1);
        (void)crypto_generichash_update(&state, (const unsigned char *)file->bytes.p,
                                        file->bytes.len);
    }
    (void)crypto_generichash_final(&state, digest, sizeof digest);
    (void)sodium_bin2hex(ret, 17, digest, 8);
}

bool kb_files_equal(const struct kb_files *a, const struct kb_files *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = str_eq(a->items[i].name, b->items[i].name) &&
               str_eq(a->items[i].bytes, b->items[i].bytes);
    return same;
}
