#include "base/map.h"

enum { ROOM_FIRST = 256 };

struct map_slot {
    struct str key; /* p is NULL in a free slot */
    uint32_t value;
};

void map_release(struct map *m)
{
    free(m->slots);
    *m = MAP_INIT;
}

static struct map_slot *slot_of(struct map_slot *slots, size_t room, struct str key)
{
    size_t at = (size_t)str_hash(key) & (room - 1);
    while (slots[at].key.p && !str_eq(slots[at].key, key))
        at = (at + 1) & (room - 1);
    return &slots[at];
}

bool map_get(const struct map *m, struct str key, uint32_t *ret)
{
    const struct map_slot *slot = m->room ? slot_of(m->slots, m->room, key) : NULL;
    if (!slot || !slot->key.p)
        return false;
    *ret = slot->value;
    return true;
}

static int grow(struct map *m)
{
    size_t room = m->room ? m->room * 2 : ROOM_FIRST;
    struct map_slot *slots = calloc(room, sizeof *slots);
    if (!slots)
        return ERR_NOMEM;
    for (size_t i = 0; i < m->room; i++)
        if (m->slots[i].key.p)
            *slot_of(slots, room, m->slots[i].key) = m->slots[i];
    free(m->slots);
    m->slots = slots;
    m->room = room;
    return 0;
}

int map_put(struct map *m, struct str key, uint32_t value)
{
    int r = (m->used + 1) * 2 > m->room ? grow(m) : 0;
    if (r < 0)
        return r;
    struct map_slot *slot = slot_of(m->slots, m->room, key);
    m->used += !slot->key.p;
    *slot = (struct map_slot){ slot->key.p ? slot->key : key, value };
    return 0;
}
