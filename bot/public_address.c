#include "bot/public_address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

/* The first @bits of an address. */
struct block {
    unsigned char at[16];
    unsigned bits;
};

/* IANA's registries of special-purpose addresses (RFC 6890 and its updates), what isn't globally
 * reachable, and multicast. */
static const struct block v4[] = {
    { { 0 }, 8 },         { { 10 }, 8 },       { { 100, 64 }, 10 },      { { 127 }, 8 },
    { { 169, 254 }, 16 }, { { 172, 16 }, 12 }, { { 192, 0, 0 }, 24 },    { { 192, 0, 2 }, 24 },
    { { 192, 168 }, 16 }, { { 198, 18 }, 15 }, { { 198, 51, 100 }, 24 }, { { 203, 0, 113 }, 24 },
    { { 224 }, 3 },
};

/* Of IPv6 only 2000::/3 is given out; of that these aren't reached, or lead to any IPv4 address. */
static const struct block v6_public = { { 0x20 }, 3 };
static const struct block v6[] = {
    { { 0x20, 0x01 }, 23 },             /* protocols; Teredo among them */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
    { { 0x20, 0x02 }, 16 },             /* 6to4 */
    { { 0x3f, 0xff }, 20 },             /* documentation */
};

/* Whose last four bytes are an IPv4 address: mapped ones, and NAT64's. */
static const struct block v6_of_v4[] = {
    { { [10] = 0xff, [11] = 0xff }, 96 },
    { { 0x00, 0x64, 0xff, 0x9b }, 96 },
};

static bool is_in(const unsigned char *address, const struct block *b)
{
    unsigned whole = b->bits / 8, rest = b->bits % 8;
    return memcmp(address, b->at, whole) == 0 &&
           (rest == 0 || ((address[whole] ^ b->at[whole]) >> (8 - rest)) == 0);
}

static bool is_in_any(const unsigned char *address, const struct block *blocks, size_t count)
{
    bool in = false;
    for (size_t i = 0; i < count && !in; i++)
        in = is_in(address, &blocks[i]);
    return in;
}

bool address_is_public(const struct sockaddr *address)
{
    unsigned char bytes[16];
    if (address->sa_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
        return !is_in_any(bytes, v4, ARRAY_LEN(v4));
    }
    if (address->sa_family != AF_INET6)
        return false;
    memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    if (is_in_any(bytes, v6_of_v4, ARRAY_LEN(v6_of_v4)))
        return !is_in_any(bytes + 12, v4, ARRAY_LEN(v4));
    return is_in(bytes, &v6_public) && !is_in_any(bytes, v6, ARRAY_LEN(v6));
}
