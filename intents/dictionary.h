/*
 * Is it an English word? The words of Debian's wbritish-large, names among them, folded like
 * normalised text and hashed into a table that is compiled in (dictionary_make.c): nothing is
 * loaded, nothing is written to, and one text in some 30,000 that is no word passes for one.
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

/* Never 0. */
static inline uint32_t dictionary_hash(uint64_t sum)
{
    sum ^= sum >> 32;
    sum *= UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(sum >> 32) | (sum >> 32 == 0);
}

bool dictionary_knows_sum(uint64_t sum);

/*
 * The table, for its maker: open addressing, the hash's low bits are the first slot, 0 is free. At
 * most two in three slots are used.
 */
extern const uint32_t dictionary_slots[];
extern const uint32_t dictionary_slot_count; /* a power of two */

#endif
