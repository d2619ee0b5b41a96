#include "kb/version.h"

#include <sodium.h>

enum { DIGEST_BYTES = 32 };

/* The blob of these bytes, kept once however many versions have it. */
static int keep_blob(struct tx *tx, struct str bytes, int64_t *ret_id)
{
    static const char q_add[] = "INSERT INTO kb_blob(digest, bytes) VALUES(?1, ?2)";
    static const char q_find[] = "SELECT id FROM kb_blob WHERE digest=?1";
    unsigned char digest[DIGEST_BYTES];
    (void)crypto_generichash(digest, sizeof digest, (const unsigned char *)bytes.p, bytes.len, NULL,
                             0);
    struct stmt *q = tx_stmt(tx, q_find);
    stmt_bind_blob(q, 1, digest, sizeof digest);
    int r = stmt_next(q);
    if (r == 1)
        *ret_id = col_int64(q, "id");
    stmt_done(q);
    if (r != 0) /* as most are: then nothing of it is copied */
        return r < 0 ? r : 0;
    q = tx_stmt(tx, q_add);
    stmt_bind_blob(q, 1, digest, sizeof digest);
    stmt_bind_blob(q, 2, bytes.p, bytes.len);
    r = stmt_run(q);
    if (r == 0)
        *ret_id = tx_last_id(tx);
    return r;
}

static int add_file(struct tx *tx, int64_t version_id, const struct kb_file *file)
{
    static const char sql[] =
        "INSERT INTO kb_version_file(version_id, name, blob_id) VALUES(?1, ?2, ?3)";
    int64_t blob_id = 0;
    int r = keep_blob(tx, file->bytes, &blob_id);
    if (r < 0)
        return r;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, version_id);
    stmt_bind_str(q, 2, file->name);
    stmt_bind_int64(q, 3, blob_id);
    return stmt_run(q);
}

int kb_version_add(struct tx *tx, const struct kb_version *v, const struct kb_files *files,
                   int64_t *ret_id)
{
    static const char sql[] =
        "INSERT INTO kb_version(hash, origin, from_id, staff_id, by, agreed_by, note, at)"
        " VALUES(?1, ?2, nullif(?3, 0), nullif(?4, 0), ?5, nullif(?6, ''), ?7, ?8)";
    char hash[17];
    kb_files_hash(files, hash);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_str(q, 1, str_of(hash));
    stmt_bind_str(q, 2, v->origin);
    stmt_bind_int64(q, 3, v->from_id);
    stmt_bind_int64(q, 4, v->staff_id);
    stmt_bind_str(q, 5, v->by);
    stmt_bind_str(q, 6, v->agreed_by);
    stmt_bind_str(q, 7, v->note);
    stmt_bind_int64(q, 8, v->at);
    int r = stmt_run(q);
    int64_t id = r == 0 ? tx_last_id(tx) : 0;
    for (size_t i = 0; i < files->count && r == 0; i++)
        r = add_file(tx, id, &files->items[i]);
    if (r == 0)
        *ret_id = id;
    return r;
}

int kb_version_kept(struct tx *tx)
{
    static const char sql[] = "SELECT 1 AS kept FROM sqlite_schema WHERE name='kb_version'";
    struct stmt *q = tx_stmt(tx, sql);
    int r = stmt_next(q);
    stmt_done(q);
    return r;
}

int kb_version_live(struct tx *tx, int64_t *ret)
{
    static const char sql[] = "SELECT max(id) AS id FROM kb_version";
    struct stmt *q = tx_stmt(tx, sql);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "id");
    stmt_done(q);
    return r < 0 ? r : 0;
}

static struct kb_version read_row(struct stmt *q)
{
    return (struct kb_version){
        .id = col_int64(q, "id"),
        .hash = col_str(q, "hash"),
        .origin = col_str(q, "origin"),
        .from_id = col_int64(q, "from_id"),
        .staff_id = col_int64(q, "staff_id"),
        .by = col_str(q, "by"),
        .agreed_by = col_str(q, "agreed_by"),
        .note = col_str(q, "note"),
        .at = col_int64(q, "at"),
    };
}

int kb_version_get(struct tx *tx, struct arena *arena, int64_t id, struct kb_version *ret)
{
    static const char sql[] = "SELECT * FROM kb_version WHERE id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, id);
    int r = stmt_next(q);
    if (r == 1) {
        struct kb_version v = read_row(q);
        struct str *const texts[] = { &v.hash, &v.origin, &v.by, &v.agreed_by, &v.note };
        r = arena_keep(arena, texts, ARRAY_LEN(texts));
        if (r == 0) {
            *ret = v;
            r = 1;
        }
    }
    stmt_done(q);
    return r;
}

int kb_version_files(struct tx *tx, int64_t id, struct kb_files **ret)
{
    static const char sql[] =
        "SELECT f.name, b.bytes FROM kb_version v LEFT JOIN kb_version_file f ON f.version_id=v.id "
        "LEFT JOIN kb_blob b ON b.id=f.blob_id WHERE v.id=?1";
    struct kb_files *files = kb_files_new(STR(""));
    if (!files)
        return ERR_NOMEM;
    struct stmt *q = tx_stmt(tx, sql);
    bool found = false;
    int r;
    stmt_bind_int64(q, 1, id);
    while ((r = stmt_next(q)) == 1) {
        found = true;
        r = col_null(q, "name") ? 0 : kb_files_put(files, col_str(q, "name"), col_str(q, "bytes"));
        if (r < 0) {
            stmt_done(q);
            break;
        }
    }
    if (r == 0 && found) {
        *ret = files;
        return 1;
    }
    (void)kb_files_free(files);
    return r;
}

int kb_version_page(struct tx *tx, int64_t before,
                    void (*visit)(const struct kb_version *v, void *data), void *data)
{
    static const char sql[] = "SELECT * FROM kb_version WHERE id<?1 ORDER BY id DESC LIMIT ?2";
    struct stmt *q = tx_stmt(tx, sql);
    int r, count = 0;
    stmt_bind_int64(q, 1, before);
    stmt_bind_int64(q, 2, KB_VERSION_PAGE + 1);
    while ((r = stmt_next(q)) == 1) {
        if (count++ == KB_VERSION_PAGE) {
            stmt_done(q);
            return 1;
        }
        struct kb_version v = read_row(q);
        visit(&v, data);
    }
    return r;
}

int kb_version_any_edited(struct tx *tx, bool *ret)
{
    static const char sql[] =
        "SELECT EXISTS(SELECT 1 FROM kb_version WHERE origin<>'folder' AND id>0) AS edited";
    struct stmt *q = tx_stmt(tx, sql);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "edited");
    stmt_done(q);
    return r < 0 ? r : 0;
}
