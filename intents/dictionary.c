#include "intents/dictionary.h"

bool dictionary_knows_sum(uint64_t sum)
{
    uint32_t hash = dictionary_hash(sum), mask = dictionary_slot_count - 1, at = hash & mask;
    while (dictionary_slots[at] && dictionary_slots[at] != hash)
        at = (at + 1) & mask;
    return dictionary_slots[at] != 0;
}

bool dictionary_knows(struct str word)
{
    return dictionary_knows_sum(dictionary_sum(word));
}
