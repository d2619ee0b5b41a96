/* Text to number, by open addressing. Keys are borrowed and must outlive the map. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/err.h"
#include "base/str.h"

struct map {
    struct map_slot *slots;
    size_t room, used; /* room is a power of two or 0, at most half is used */
};

#define MAP_INIT ((struct map){ NULL, 0, 0 })

void map_release(struct map *m);
bool map_get(const struct map *m, struct str key, uint32_t *ret);

/* Adds or replaces. @key is not empty. */
int map_put(struct map *m, struct str key, uint32_t value) MUST_CHECK;

#endif
