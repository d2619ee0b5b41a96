#include "handoff/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

unsigned totp_code(const unsigned char secret[TOTP_SECRET_BYTES], int64_t step)
{
    unsigned char counter[8], mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    for (size_t i = 0; i < sizeof counter; i++)
        counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    (void)HMAC(EVP_sha1(), secret, TOTP_SECRET_BYTES, counter, sizeof counter, mac, &len);
    const unsigned char *p = mac + (mac[len - 1] & 15); /* RFC 4226, section 5.3 */
    uint32_t bits =
        (uint32_t)(p[0] & 127) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return bits % 1000000;
}

int64_t totp_fits(const unsigned char secret[TOTP_SECRET_BYTES], struct str code, int64_t now,
                  int64_t last_step)
{
    int64_t found = 0;
    if (code.len != TOTP_DIGITS)
        return 0;
    for (int64_t step = now / TOTP_STEP_S - 1; step <= now / TOTP_STEP_S + 1; step++) {
        char right[16];
        (void)snprintf(right, sizeof right, "%06u", totp_code(secret, step));
        if (step > last_step && CRYPTO_memcmp(right, code.p, TOTP_DIGITS) == 0)
            found = step;
    }
    return found;
}

int base32_add(struct buf *out, const unsigned char *bytes, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (size_t i = 0; i + 5 <= len; i += 5) {
        uint64_t group = 0;
        for (size_t j = 0; j < 5; j++)
            group = group << 8 | bytes[i + j];
        for (int shift = 35; shift >= 0; shift -= 5)
            (void)buf_add_byte(out, letters[group >> shift & 31]);
    }
    return out->err;
}
