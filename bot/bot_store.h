/* The tables between us and the network: how far each feed of each account was read, what came by
 * itself, what it cost. */
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

/*
 * What came from outside and was accepted, until its messages are recorded: the network may be told
 * "we have it" once the commit is through. Bodies are as they came.
 */
struct inbox_item {
    int64_t id;
    struct str body;
    int64_t received_at;
};

/* 1 stored, 0 there already: the same @key, still waiting or set aside. */
int inbox_add(struct tx *tx, struct str network, struct str key, struct str body,
              int64_t now) MUST_CHECK;

/* The oldest that waits, its body in @arena. 1 found, 0 none. */
int inbox_next(struct tx *tx, struct arena *arena, struct str network,
               struct inbox_item *ret) MUST_CHECK;

/* It is dealt with, and forgotten. */
int inbox_done(struct tx *tx, int64_t id) MUST_CHECK;

/* It can't be read: kept for a person to look at, and not taken again. */
int inbox_set_aside(struct tx *tx, int64_t id) MUST_CHECK;

/* What was set aside before @before_at goes: residents' words may be in it. Returns how many. */
int inbox_forget(struct tx *tx, int64_t before_at) MUST_CHECK;

/* What a network charged for one kind of thing on one day, in millionths of a US dollar. */
struct cost {
    struct str account; /* our handle */
    int64_t day;        /* since 1970-01-01, UTC */
    struct str kind;    /* the network's own name */
    int64_t count, micro_usd;
};

/* Adds to what is there. */
int cost_add(struct tx *tx, struct str network, const struct cost *more) MUST_CHECK;

/* Negative ends the list with that. */
typedef int cost_take(void *data, const struct cost *c);
int cost_list(struct tx *tx, struct str network, int64_t from_day, cost_take *take,
              void *data) MUST_CHECK;

#endif
