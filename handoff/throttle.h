/*
 * How often somebody may try to sign in. What is counted are wrong passwords and codes, in real
 * time, in memory:
 *
 *     one login from one address      5 in five minutes
 *     one login from anywhere        20 in an hour
 *     one address                    30 in five minutes
 *     everybody together            300 in five minutes
 *
 * The last three aren't held against a login at an address from which it signed in lately
 * ("known"): whoever tries from elsewhere keeps nobody out of their usual place, however long they
 * go on. A try that is refused isn't counted, so the wait doesn't grow. An address of IPv6 is its
 * first 64 bits: who has one has them all.
 */
#ifndef HANDOFF_THROTTLE_H
#define HANDOFF_THROTTLE_H

#include "base/str.h"

enum { THROTTLE_SLOTS = 2048, THROTTLE_KEY_BYTES = 16 };

struct throttle {
    unsigned char key[THROTTLE_KEY_BYTES]; /* drawn by throttle_init */
    struct throttle_slot {
        uint64_t who; /* a keyed hash, so that nobody finds two that share a slot */
        unsigned tries;
        int64_t until; /* when they are forgotten */
    } slots[THROTTLE_SLOTS];
};

struct throttle_try {
    struct str login, address; /* the address in numbers; empty: unknown */
    bool known;
    int64_t now;
};

/* Nobody has tried anything yet. 0, or ERR_IO: there is no chance to be had for the key. */
int throttle_init(struct throttle *t) MUST_CHECK;

enum throttle_verdict { THROTTLE_GO, THROTTLE_STOP, THROTTLE_STOP_FIRST };

/* May it be tried? If so it is counted as wrong until that is taken back, so that many at once
 * don't get past. THROTTLE_STOP_FIRST: no, and the try before was let through. */
enum throttle_verdict throttle_ask(struct throttle *t, const struct throttle_try *try);

/* It wasn't wrong, and no sign that those before were right: a password whose code is still to
 * come.
 */
void throttle_take_back(struct throttle *t, const struct throttle_try *try);

/* Somebody is in: the login's tries from this address are forgotten, too. */
void throttle_forget(struct throttle *t, const struct throttle_try *try);

#endif
