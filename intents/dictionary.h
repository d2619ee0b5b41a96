/*
 * Is it an English word? The words of Debian's wbritish-large, names among them, folded like
 * normalised text and hashed into a table that is compiled in (dictionary_make.c): nothing is
 * loaded, nothing is written to, and of a billion texts that are no words one passes for a word.
 */
#ifndef INTENTS_DICTIONARY_H
#define INTENTS_DICTIONARY_H

#include "base/str.h"

/* @word: normalised. A possessive is known without its apostrophe, as it is normalised. */
bool dictionary_knows(struct str word);

/*
 * What the table holds of a word is made of the sum of each letter times a power of an odd base,
 * modulo 2^64, so that a word with a letter more, less or changed costs no second walk through it.
 */
#define DICTIONARY_BASE UINT64_C(0x9e3779b97f4a7c15)
#define DICTIONARY_INVERSE UINT64_C(0xf1de83e19937733d) /* times the base: 1 */

static inline uint64_t dictionary_sum(struct str word)
{
    uint64_t sum = 0, power = 1;
    for (size_t i = 0; i < word.len; i++, power *= DICTIONARY_BASE)
        sum += power * (uint64_t)(unsigned char)word.p[i];
    return sum;
}

static inline uint64_t dictionary_hash(uint64_t sum)
{
    sum = (sum ^ sum >> 33) * UINT64_C(0xff51afd7ed558ccd);
    sum = (sum ^ sum >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return sum ^ sum >> 33;
}

bool dictionary_knows_sum(uint64_t sum);

/*
 * The table, for its maker: open addressing. The hash's upper half is the first slot, modulo their
 * number; the lower half stands in it, 0 in a free one. At most two in three are used.
 */
static inline uint32_t dictionary_mark(uint64_t hash)
{
    return (uint32_t)hash ? (uint32_t)hash : 1;
}

extern const uint32_t dictionary_slots[];
extern const uint32_t dictionary_slot_count; /* a power of two */

#endif
