#include "intents/dictionary.h"

bool dictionary_knows_sum(uint64_t sum)
{
    uint64_t hash = dictionary_hash(sum);
    uint32_t mask = dictionary_slot_count - 1, mark = dictionary_mark(hash);
    uint32_t at = (uint32_t)(hash >> 32) & mask;
    while (dictionary_slots[at] && dictionary_slots[at] != mark)
        at = (at + 1) & mask;
    return dictionary_slots[at] != 0;
}

bool dictionary_knows(struct str word)
{
    return dictionary_knows_sum(dictionary_sum(word));
}
