/* The responder's own table: how far each feed of each account was read. */
#ifndef BOT_BOT_STORE_H
#define BOT_BOT_STORE_H

#include "base/arena.h"
#include "base/db.h"

int bot_migrate(struct db *db) MUST_CHECK;

/* 1 found, 0 none yet. */
int cursor_get(struct tx *tx, struct arena *arena, struct str feed, struct str *ret) MUST_CHECK;
int cursor_set(struct tx *tx, struct str feed, struct str cursor) MUST_CHECK;

/* The cursor of a database that knew one account only is @feed's. */
int cursor_adopt(struct tx *tx, struct str network, struct str feed) MUST_CHECK;

#endif
