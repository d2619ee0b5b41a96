/* OAuth 1.0a: the vectors that X's pages and RFC 5849 print, some of our own, and that neither the
 * order of parameters nor any byte in them is in the way. */
#include "bot/x/oauth1.h"

#include "tests/unit/support.h"

/* The example's keys of X's page on creating a signature: documentation, nobody's secrets. */
#define X_KEYS                                                                             \
    {                                                                                      \
        STR("xvz1evFS4wEEPTGEFPHBog"), STR("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"), \
            STR("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),                     \
            STR("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE")                               \
    }
#define X_NONCE STR("kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg")
enum { X_AT = 1318622958 };

static void test_encoding(void **state)
{
    static const struct {
        struct str plain;
        const char *encoded;
    } rows[] = {
        { STR("Ladies + Gentlemen"), "Ladies%20%2B%20Gentlemen" },
        { STR("An encoded string!"), "An%20encoded%20string%21" },
        { STR("Dogs, Cats & Mice"), "Dogs%2C%20Cats%20%26%20Mice" },
        { STR("\xe2\x98\x83"), "%E2%98%83" },
        { STR(""), "" },
        { STR("azAZ09-._~"), "azAZ09-._~" },
        { STR("\0\xff/*'()"), "%00%FF%2F%2A%27%28%29" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = BUF_INIT(1000);
        assert_int_equal(oauth1_encode(&out, rows[i].plain), 0);
        assert_str_note(buf_str(&out), rows[i].encoded, rows[i].encoded);
        buf_release(&out);
    }
}

/* The signature that stands in a header, decoded. */
static void signature_in(const struct buf *header, char ret[OAUTH1_SIGNATURE_MAX])
{
    const char *at = strstr(buf_cstr(header), "oauth_signature=\"");
    size_t len = 0;
    assert_non_null(at);
    for (at += strlen("oauth_signature=\""); *at != '"'; at++) {
        unsigned c = (unsigned char)*at;
        if (c == '%') {
            assert_int_equal(sscanf(at + 1, "%2X", &c), 1);
            at += 2;
        }
        assert_true(len + 1 < OAUTH1_SIGNATURE_MAX);
        ret[len++] = (char)c;
    }
    ret[len] = '\0';
}

static void test_vectors(void **state)
{
    static const struct oauth1_pair status[] = {
        { STR("status"), STR("Hello Ladies + Gentlemen, a signed OAuth request!") },
        { STR("include_entities"), STR("true") },
    };
    static const struct oauth1_pair callback[] = {
        { STR("oauth_callback"),
          STR("http://localhost:3005/the_dance/process_callback?service_provider_id=11") },
    };
    const struct {
        const char *note;
        struct oauth1_keys keys;
        struct oauth1_request request;
        const char *signature;
    } rows[] = {
        { "creating a signature, both in the body",
          X_KEYS,
          { .method = "POST",
            .url = STR("https://api.x.com/1.1/statuses/update.json"),
            .form = status,
            .form_count = 2,
            .nonce = X_NONCE,
            .at = X_AT },
          "Ls93hJiZbQ3akF3HF3x1Bz8/zU4=" },
        { "creating a signature, one in the query",
          X_KEYS,
          { .method = "POST",
            .url = STR("https://api.x.com/1.1/statuses/update.json?include_entities=true"),
            .form = status,
            .form_count = 1,
            .nonce = X_NONCE,
            .at = X_AT },
          "Ls93hJiZbQ3akF3HF3x1Bz8/zU4=" },
        { "a query as a form writes it",
          X_KEYS,
          { .method = "POST",
            .url = STR("https://api.x.com/1.1/statuses/update.json?include_entities=true&"
                       "status=Hello+Ladies+%2b+Gentlemen%2C+a+signed+OAuth+request%21"),
            .nonce = X_NONCE,
            .at = X_AT },
          "Ls93hJiZbQ3akF3HF3x1Bz8/zU4=" },
        { "capitals and the scheme's own port",
          X_KEYS,
          { .method = "POST",
            .url = STR("HTTPS://API.x.COM:443/1.1/statuses/update.json"),
            .form = status,
            .form_count = 2,
            .nonce = X_NONCE,
            .at = X_AT },
          "Ls93hJiZbQ3akF3HF3x1Bz8/zU4=" },
        { "older documentation",
          X_KEYS,
          { .method = "POST",
            .url = STR("https://api.twitter.com/1.1/statuses/update.json"),
            .form = status,
            .form_count = 2,
            .nonce = X_NONCE,
            .at = X_AT },
          "hCtSmYh+iHYCEqBWrE7C7hYmtUk=" },
        { "authorizing a request",
          X_KEYS,
          { .method = "POST",
            .url = STR("https://api.twitter.com/1/statuses/update.json"),
            .form = status,
            .form_count = 2,
            .nonce = X_NONCE,
            .at = X_AT },
          "tnnArxj06cWHq44gCs1OSKk/jLY=" },
        { "a JSON body isn't signed",
          X_KEYS,
          { .method = "POST",
            .url = STR("https://api.x.com/2/tweets"),
            .nonce = X_NONCE,
            .at = X_AT },
          "lr+tV/DKclEvXKVjG6tgaSSLV0k=" },
        { "mentions",
          X_KEYS,
          { .method = "GET",
            .url = STR("https://api.x.com/2/users/2244994945/mentions?max_results=100&since_id=100"
                       "&tweet.fields=author_id,conversation_id"),
            .nonce = X_NONCE,
            .at = X_AT },
          "wK9ZeWiuu4ESEw6P995kL1hK/fs=" },
        { "mentions, the comma escaped",
          X_KEYS,
          { .method = "GET",
            .url = STR("https://api.x.com/2/users/2244994945/mentions?max_results=100&since_id=100"
                       "&tweet.fields=author_id%2Cconversation_id"),
            .nonce = X_NONCE,
            .at = X_AT },
          "wK9ZeWiuu4ESEw6P995kL1hK/fs=" },
        { "no token yet, a callback",
          { STR("GDdmIQH6jhtmLUypg82g"), STR("MCD8BKwGdgPHvAuvgvz4EQpqDAtx89grbuNMRd7Eh98"),
            STR(""), STR("") },
          { .method = "POST",
            .url = STR("https://api.twitter.com/oauth/request_token"),
            .more = callback,
            .more_count = 1,
            .nonce = STR("QP70eNmVz8jvdPevU3oJD2AfF7R7odC2XJcn4XlZJqk"),
            .at = 1272323042 },
          "8wUi7m5HFQy76nowoCThusfgB+Q=" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf header = BUF_INIT(10000);
        char signature[OAUTH1_SIGNATURE_MAX];
        assert_int_equal(oauth1_header(&rows[i].keys, &rows[i].request, &header), 0);
        signature_in(&header, signature);
        assert_str_note(str_of(signature), rows[i].signature, rows[i].note);
        buf_release(&header);
    }
}

/* RFC 5849, 1.2, which leaves oauth_version out; and its base string's shape, 3.4.1.1. */
static void test_rfc(void **state)
{
    static const struct oauth1_pair pairs[] = {
        { STR("oauth_consumer_key"), STR("dpf43f3p2l4k3l03") },
        { STR("oauth_token"), STR("nnch734d00sl2jdk") },
        { STR("oauth_signature_method"), STR("HMAC-SHA1") },
        { STR("oauth_timestamp"), STR("137131202") },
        { STR("oauth_nonce"), STR("chapoH") },
    };
    (void)state;
    struct buf base = BUF_INIT(10000);
    char signature[OAUTH1_SIGNATURE_MAX];
    struct str url = STR("http://photos.example.net/photos?file=vacation.jpg&size=original");
    assert_int_equal(oauth1_base("GET", url, pairs, ARRAY_LEN(pairs), &base), 0);
    assert_str(buf_str(&base), "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26"
                               "oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3DchapoH%26"
                               "oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131202%26"
                               "oauth_token%3Dnnch734d00sl2jdk%26size%3Doriginal");
    assert_int_equal(
        oauth1_sign(buf_str(&base), STR("kd94hf93k423kf44"), STR("pfkkdhi9sl3r4s00"), signature),
        0);
    assert_string_equal(signature, "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    buf_release(&base);
}

static void test_bases(void **state)
{
    static const struct {
        const char *url, *base; /* NULL: refused */
    } rows[] = {
        { "http://a.example", "GET&http%3A%2F%2Fa.example%2F&" },
        { "http://A.example:80/B?", "GET&http%3A%2F%2Fa.example%2FB&" },
        { "https://a.example:80/", "GET&https%3A%2F%2Fa.example%3A80%2F&" },
        { "http://127.0.0.1:8080/2/x?b&a=&&c==", "GET&http%3A%2F%2F127.0.0.1%3A8080%2F2%2Fx&"
                                                 "a%3D%26b%3D%26c%3D%253D" },
        { "http://a.example/?b=2&a=9&b=10&b-=1&a%20=%zz%4",
          "GET&http%3A%2F%2Fa.example%2F&a%3D9%26a%2520%3D%2525zz%25254%26b%3D10%26b%3D2%26"
          "b-%3D1" },
        { "/2/tweets", NULL },
        { "", NULL },
        { "https://?a=b", NULL },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf base = BUF_INIT(10000);
        int r = oauth1_base("GET", str_of(rows[i].url), NULL, 0, &base);
        assert_note(r == (rows[i].base ? 0 : ERR_BADINPUT), rows[i].url);
        if (rows[i].base)
            assert_str_note(buf_str(&base), rows[i].base, rows[i].url);
        buf_release(&base);
    }
}

static void test_header(void **state)
{
    (void)state;
    static const struct oauth1_keys keys = X_KEYS;
    struct oauth1_request request = {
        .method = "POST", .url = STR("https://api.x.com/2/tweets"), .nonce = X_NONCE, .at = X_AT
    };
    struct buf header = BUF_INIT(10000);
    assert_int_equal(oauth1_header(&keys, &request, &header), 0);
    assert_str(buf_str(&header),
               "OAuth oauth_consumer_key=\"xvz1evFS4wEEPTGEFPHBog\", "
               "oauth_nonce=\"kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg\", "
               "oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1318622958\", "
               "oauth_version=\"1.0\", "
               "oauth_token=\"370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb\", "
               "oauth_signature=\"lr%2BtV%2FDKclEvXKVjG6tgaSSLV0k%3D\"");
    buf_release(&header);

    static const struct oauth1_pair many[16] = { { STR("oauth_x"), STR("y") } };
    request.more = many;
    request.more_count = ARRAY_LEN(many);
    assert_int_equal(oauth1_header(&keys, &request, &header), ERR_TOOBIG);
    buf_release(&header);
}

/* Any bytes, in any order, in the query or beside it: always the same base string, which holds each
 * of them encoded twice. */
static void test_any_order(void **state)
{
    (void)state;
    uint64_t seed = 20260822;
    for (int round = 0; round < 300; round++) {
        struct oauth1_pair pairs[8];
        char bytes[8][2][6];
        size_t count = 1 + random_below(&seed, ARRAY_LEN(pairs));
        for (size_t i = 0; i < count; i++) {
            size_t lens[2] = { 1 + random_below(&seed, 5), random_below(&seed, 6) };
            for (size_t part = 0; part < 2; part++)
                for (size_t b = 0; b < lens[part]; b++)
                    bytes[i][part][b] = (char)random_below(&seed, random_below(&seed, 2) ? 256 : 4);
            pairs[i] = (struct oauth1_pair){ { bytes[i][0], lens[0] }, { bytes[i][1], lens[1] } };
        }
        struct buf first = BUF_INIT(10000), again = BUF_INIT(10000), url = BUF_INIT(10000);
        assert_int_equal(oauth1_base("GET", STR("https://api.x.com/2/x"), pairs, count, &first), 0);
        for (size_t i = count; i > 1; i--) {
            size_t j = random_below(&seed, i);
            struct oauth1_pair swap = pairs[i - 1];
            pairs[i - 1] = pairs[j];
            pairs[j] = swap;
        }
        size_t in_query = random_below(&seed, count + 1);
        (void)buf_addc(&url, "https://api.x.com/2/x?");
        for (size_t i = 0; i < in_query; i++) {
            (void)oauth1_encode(&url, pairs[i].name);
            (void)buf_add_byte(&url, '=');
            (void)oauth1_encode(&url, pairs[i].value);
            (void)buf_add_byte(&url, '&');
        }
        assert_int_equal(
            oauth1_base("GET", buf_str(&url), pairs + in_query, count - in_query, &again), 0);
        assert_str(buf_str(&again), buf_cstr(&first));
        for (size_t i = 0; i < first.len; i++)
            assert_true(first.p[i] > ' ' && first.p[i] < 0x7f);
        buf_release(&first);
        buf_release(&again);
        buf_release(&url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding), cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_rfc),      cmocka_unit_test(test_bases),
        cmocka_unit_test(test_header),   cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
