/* The responder's own table: how far each network was read. */
#ifndef BOT_BOT_STORE_H
#define BOT_BOT_STORE_H

#include "base/arena.h"
#include "base/db.h"

int bot_migrate(struct db *db) MUST_CHECK;

/* 1 found, 0 none yet. */
int cursor_get(struct tx *tx, struct arena *arena, struct str network, struct str *ret) MUST_CHECK;
int cursor_set(struct tx *tx, struct str network, struct str cursor) MUST_CHECK;

#endif
