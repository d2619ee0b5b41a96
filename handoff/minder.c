#include "handoff/minder.h"

#include "base/log.h"
#include "handoff/held.h"

/* Replies whose writer had time enough to think again. */
static void release_held(struct db *db, int64_t now)
{
    struct tx *tx;
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r == 0) {
        r = held_release(tx, now);
        if (r > 0)
            r = tx_commit(tx);
        else
            tx_rollback(tx);
    }
    if (r < 0)
        log_error("minder.held why=\"%s\"", err_str(r));
}

void minder_turn(struct db *db, const struct desk *desk, int64_t now)
{
    (void)desk;
    release_held(db, now);
}
