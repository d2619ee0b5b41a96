#include "bot/checkpointer.h"

#include <stdlib.h>

#include "bot/aside.h"

enum { LONG_PAGES = 1000 }; /* of 4 KiB: what SQLite itself holds for long */

struct checkpointer {
    uv_loop_t *loop;
    struct db *db;    /* the loop's */
    struct db *aside; /* the thread's, while it works */
    bool working;
};

int checkpointer_new(uv_loop_t *loop, struct db *db, struct checkpointer **ret)
{
    struct checkpointer *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    *c = (struct checkpointer){ .loop = loop, .db = db };
    int r = db_open(db_path(db), DB_WRITER, &c->aside, NULL);
    if (r < 0) {
        free(c);
        return r;
    }
    db_leave_log(db);
    *ret = c;
    return 0;
}

static void copy(void *data)
{
    struct checkpointer *c = data;
    db_copy_log(c->aside);
}

static void copied(void *data)
{
    struct checkpointer *c = data;
    c->working = false;
}

void checkpointer_turn(struct checkpointer *c)
{
    if (!c->working && db_log_pages(c->db) >= LONG_PAGES)
        c->working = aside_begin(c->loop, ASIDE_ASKED, copy, copied, c) == 0;
}

struct checkpointer *checkpointer_free(struct checkpointer *c)
{
    if (!c)
        return NULL;
    while (c->working)
        (void)uv_run(c->loop, UV_RUN_ONCE);
    c->aside = db_free(c->aside);
    free(c);
    return NULL;
}
