/* What X and browsers send when tokens are made: answers of the token endpoints and of users/me,
 * and queries. What is taken from them can stand in a header, and what was encoded comes back. */
#include "bot/x/login.h"
#include "bot/x/oauth1.h"
#include "tests/fuzz/fuzz.h"

static bool plain(const char *token)
{
    for (const char *c = token; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '"' || *c == '\\')
            return false;
    return true;
}

static void check_pair(struct str body)
{
    struct x_account_secrets pair = { .refresh_token = "old" }, before = pair;
    if (x_read_pair(body, 1795000000, &pair) == 0) {
        FUZZ_CHECK(pair.access_token[0] && plain(pair.access_token));
        FUZZ_CHECK(pair.refresh_token[0] && plain(pair.refresh_token));
        FUZZ_CHECK(pair.expires_at >= 1795000000);
        FUZZ_CHECK(utf8_valid(str_of(pair.scope)));
    } else {
        FUZZ_CHECK(memcmp(&pair, &before, sizeof pair) == 0);
    }
}

static void check_me(struct str body)
{
    struct x_me me = { "", "" };
    if (x_read_me(body, &me) == 0)
        FUZZ_CHECK(me.id[0] && me.handle[0] && strspn(me.id, "0123456789") == strlen(me.id));
    else
        FUZZ_CHECK(!me.id[0] && !me.handle[0]);
}

static void check_query(struct str bytes)
{
    struct buf coded = BUF_INIT(1 << 24), back = BUF_INIT(1 << 24), url = BUF_INIT(1 << 24);
    struct buf base = BUF_INIT(1 << 26), again = BUF_INIT(1 << 26);
    FUZZ_CHECK(oauth1_encode(&coded, bytes) == 0);
    FUZZ_CHECK(oauth1_decode(&back, buf_str(&coded)) == 0);
    FUZZ_CHECK(str_eq(buf_str(&back), bytes));

    (void)buf_addf(&url, "a=%s&b=c", buf_cstr(&coded));
    oauth1_parameter(buf_str(&url), "a", &back);
    FUZZ_CHECK(str_eq(buf_str(&back), bytes));
    oauth1_parameter(bytes, "state", &back); /* whatever it is */

    buf_clear(&url);
    (void)buf_addc(&url, "https://api.x.com/2/x?");
    (void)buf_add(&url, bytes);
    FUZZ_CHECK(oauth1_base("GET", buf_str(&url), NULL, 0, &base) == 0);
    FUZZ_CHECK(plain(buf_cstr(&base)) && strlen(buf_cstr(&base)) == base.len);
    (void)buf_addc(&url, "&");
    FUZZ_CHECK(oauth1_base("GET", buf_str(&url), NULL, 0, &again) == 0);
    FUZZ_CHECK(str_eq(buf_str(&base), buf_str(&again)));
    int r = oauth1_base("GET", bytes, NULL, 0, &again); /* an address of any kind */
    FUZZ_CHECK(r == 0 || r == ERR_BADINPUT);
    buf_release(&coded);
    buf_release(&back);
    buf_release(&url);
    buf_release(&base);
    buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = { (const char *)bytes, size };
    if (size > 100000)
        return 0;
    check_pair(text);
    check_me(text);
    check_query(text);
    return 0;
}
