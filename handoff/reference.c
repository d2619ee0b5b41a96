/*
 * A number is written with four characters for the first 23^4 cases, with five for the next 23^5,
 * and so on. Within such a range it is multiplied by a number that has a way back: its digits are
 * chosen so that two cases that follow each other differ in every place.
 */
#include "handoff/reference.h"

#include <ctype.h>
#include <strings.h>

/* Without 0 O Q, 1 I L, 2's Z, 5's S and 8's B; without vowels and Y, so that no word comes about.
 * A prime number of them, which the check needs. */
static const char alphabet[] = "23456789CDFGHJKMNPRTVWX";

enum { BASE = sizeof alphabet - 1, SHORTEST = 4, LONGEST = 14 };

_Static_assert(LONGEST + sizeof "-2" <= REFERENCE_MAX,
               "room for the longest, its check and the end");

/* Digits to the base 23, the lowest first: a factor, and its inverse modulo 23^14, whose lower
 * digits are its inverse modulo every lower power. None of the factor's is 0 or 22: whatever is
 * carried, one more to count changes every digit. */
static const unsigned char factor[LONGEST] = { 15, 5, 17, 13, 6, 13, 8, 11, 10, 13, 9, 14, 7, 14 },
                           inverse[LONGEST] = {
                               20, 17, 12, 22, 21, 18, 3, 18, 12, 9, 2, 6, 20, 19
                           };

static void multiply(unsigned char digits[LONGEST], const unsigned char by[LONGEST], size_t count)
{
    unsigned char product[LONGEST];
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k <= i; k++)
            sum += (unsigned)digits[k] * by[i - k];
        product[i] = (unsigned char)(sum % BASE);
        sum /= BASE;
    }
    memcpy(digits, product, count);
}

/*
 * What makes the sum of all, each times its place, divisible by 23: a code of the kind of ISBN's
 * first one. The places are fewer than 23 and 23 is prime, so no single change and no swap, of
 * neighbours or others, leaves the sum as it was.
 */
static unsigned check_of(const unsigned char digits[LONGEST], size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (unsigned)(i + 2) * digits[i];
    return (BASE - sum % BASE) % BASE;
}

/* How many there are of @count characters. The longest are more than there are numbers. */
static int64_t size_of(size_t count)
{
    int64_t size = 1;
    if (count == LONGEST)
        return INT64_MAX;
    while (count-- > 0)
        size *= BASE;
    return size;
}

void reference_write(int64_t case_id, char ret[REFERENCE_MAX])
{
    unsigned char digits[LONGEST];
    size_t count = SHORTEST;
    for (; case_id >= size_of(count); count++)
        case_id -= size_of(count);
    for (size_t i = 0; i < count; i++, case_id /= BASE)
        digits[i] = (unsigned char)(case_id % BASE);
    multiply(digits, factor, count);
    for (size_t i = 0; i < count; i++)
        ret[i] = alphabet[digits[count - 1 - i]];
    ret[count] = '-';
    ret[count + 1] = alphabet[check_of(digits, count)];
    ret[count + 2] = '\0';
}

/* The characters of @text as digits, spaces and dashes left out: how many, or 0 if there is
 * anything else. */
static size_t read_digits(struct str text, unsigned char ret[LONGEST + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == ' ' || c == '-')
            continue;
        const char *at = c ? strchr(alphabet, toupper(c)) : NULL;
        if (!at || count > LONGEST)
            return 0;
        ret[count++] = (unsigned char)(at - alphabet);
    }
    return count;
}

static bool read_bare(struct str text, int64_t *ret)
{
    unsigned char read[LONGEST + 1], digits[LONGEST];
    size_t count = read_digits(text, read);
    if (count-- <= SHORTEST)
        return false;
    for (size_t i = 0; i < count; i++)
        digits[i] = read[count - 1 - i];
    if (read[count] != check_of(digits, count))
        return false;
    multiply(digits, inverse, count);
    int64_t id = 0;
    for (size_t i = count; i-- > 0;)
        if (__builtin_mul_overflow(id, BASE, &id) || __builtin_add_overflow(id, digits[i], &id))
            return false;
    for (size_t shorter = SHORTEST; shorter < count; shorter++)
        if (__builtin_add_overflow(id, size_of(shorter), &id))
            return false;
    if (id < 1)
        return false;
    *ret = id;
    return true;
}

/* Nobody has so many cases that a reference without a prefix could begin like one. */
static bool has_prefix(struct str text, struct str prefix)
{
    return prefix.len && text.len > prefix.len && strncasecmp(text.p, prefix.p, prefix.len) == 0;
}

bool reference_read(struct str text, struct str prefix, int64_t *ret)
{
    text = str_trim(text);
    return (has_prefix(text, prefix) && read_bare(str_cut(text, prefix.len, text.len), ret)) ||
           read_bare(text, ret);
}
