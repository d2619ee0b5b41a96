#include "handoff/throttle.h"

#include <arpa/inet.h>
#include <sodium.h>

#include "base/err.h"

enum scope { PAIR, LOGIN, ADDRESS, ALL, SCOPES };

static const struct {
    unsigned most;
    int64_t for_s;
} limits[SCOPES] = { { 5, 300 }, { 20, 3600 }, { 30, 300 }, { 300, 300 } };

int throttle_init(struct throttle *t)
{
    _Static_assert(THROTTLE_KEY_BYTES == crypto_shorthash_KEYBYTES, "libsodium's key");
    if (sodium_init() < 0)
        return ERR_IO;
    *t = (struct throttle){ 0 };
    randombytes_buf(t->key, sizeof t->key);
    return 0;
}

/* Scope, address (8 bytes of IPv6, or the IPv4 one) and login, as far as the scope has them. */
static uint64_t who(const struct throttle *t, enum scope scope, const struct throttle_try *try)
{
    unsigned char text[1 + 16 + 64] = { (unsigned char)scope }, address[16] = { 0 };
    char numeric[INET6_ADDRSTRLEN] = "";
    size_t len = 1;
    uint64_t hash;
    if (try->address.len < sizeof numeric)
        memcpy(numeric, try->address.p ? try->address.p : "", try->address.len);
    if (scope == PAIR || scope == ADDRESS) {
        if (inet_pton(AF_INET, numeric, address) == 1)
            address[15] = 4;
        else if (inet_pton(AF_INET6, numeric, address) == 1)
            memset(address + 8, 0, 8);
        memcpy(text + len, address, sizeof address);
        len += sizeof address;
    }
    if (scope == PAIR || scope == LOGIN) {
        size_t most = sizeof text - len, n = try->login.len < most ? try->login.len : most;
        memcpy(text + len, try->login.p ? try->login.p : "", n);
        len += n;
    }
    (void)crypto_shorthash((unsigned char *)&hash, text, len, t->key);
    return hash;
}

/* Its slot; for one that has none the slot of whoever was tried least, so that others can't be
 * pushed out. */
static struct throttle_slot *slot_of(struct throttle *t, enum scope scope,
                                     const struct throttle_try *try)
{
    uint64_t hash = who(t, scope, try);
    struct throttle_slot *least = &t->slots[0];
    for (size_t i = 0; i < THROTTLE_SLOTS; i++) {
        struct throttle_slot *s = &t->slots[i];
        if (try->now >= s->until || s->until - try->now > limits[LOGIN].for_s)
            *s = (struct throttle_slot){ 0 };
        if (s->who == hash && s->tries)
            return s;
        if (s->tries < least->tries)
            least = s;
    }
    *least = (struct throttle_slot){ .who = hash, .until = try->now + limits[scope].for_s };
    return least;
}

enum throttle_verdict throttle_ask(struct throttle *t, const struct throttle_try *try)
{
    for (enum scope scope = PAIR; scope < SCOPES; scope++) {
        struct throttle_slot *s = slot_of(t, scope, try);
        if (s->tries < limits[scope].most || (scope != PAIR && try->known))
            continue;
        bool first = s->tries == limits[scope].most;
        s->tries += first; /* said once */
        return first ? THROTTLE_STOP_FIRST : THROTTLE_STOP;
    }
    for (enum scope scope = PAIR; scope < SCOPES; scope++) {
        struct throttle_slot *s = slot_of(t, scope, try);
        s->tries += s->tries < limits[scope].most;
    }
    return THROTTLE_GO;
}

void throttle_take_back(struct throttle *t, const struct throttle_try *try)
{
    for (enum scope scope = PAIR; scope < SCOPES; scope++) {
        struct throttle_slot *s = slot_of(t, scope, try);
        s->tries -= s->tries > 0;
    }
}

void throttle_forget(struct throttle *t, const struct throttle_try *try)
{
    throttle_take_back(t, try);
    slot_of(t, PAIR, try)->tries = 0;
}
