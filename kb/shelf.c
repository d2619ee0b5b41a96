#include "kb/shelf.h"

#include "kb/version.h"

struct kb_shelf {
    int64_t version;
    struct kb_files *files;
    struct kb_items *items; /* NULL: nothing was asked yet */
};

struct kb_shelf *kb_shelf_new(void)
{
    return calloc(1, sizeof(struct kb_shelf));
}

static void empty(struct kb_shelf *shelf)
{
    shelf->items = kb_items_free(shelf->items);
    shelf->files = kb_files_free(shelf->files);
}

struct kb_shelf *kb_shelf_free(struct kb_shelf *shelf)
{
    if (shelf)
        empty(shelf);
    free(shelf);
    return NULL;
}

static int fill(struct kb_shelf *shelf, struct tx *tx, int64_t version)
{
    struct report report = REPORT_INIT;
    empty(shelf);
    int r = kb_version_files(tx, version, &shelf->files);
    if (r == 0) {
        shelf->files = kb_files_new(STR(""));
        r = shelf->files ? 1 : ERR_NOMEM;
    }
    if (r == 1)
        r = kb_items_new(shelf->files, &report, &shelf->items);
    shelf->version = version;
    report_release(&report);
    return r;
}

int kb_shelf_live(struct kb_shelf *shelf, struct tx *tx, int64_t *ret_version,
                  const struct kb_items **ret)
{
    int64_t version = 0;
    int r = kb_version_live(tx, &version);
    if (r == 0 && (!shelf->items || shelf->version != version))
        r = fill(shelf, tx, version);
    if (r == 0) {
        *ret_version = version;
        *ret = shelf->items;
    }
    return r;
}
