#include "bot/x/oauth1.h"

#include <ctype.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <strings.h>

#include "base/array.h"
#include "bot/x/wipe.h"

enum { TEXT_MAX = 1 << 20, HEADER_PAIRS_MAX = 16 };

int oauth1_encode(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        (void)(plain ? buf_add_byte(out, (char)c) : buf_addf(out, "%%%02X", c));
    }
    return out->err;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

int oauth1_decode(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool escape = s.p[i] == '%' && i + 2 < s.len && hex_value(s.p[i + 1]) >= 0 &&
                      hex_value(s.p[i + 2]) >= 0;
        char c = s.p[i] == '+' ? ' ' : s.p[i];
        if (escape) {
            c = (char)(hex_value(s.p[i + 1]) * 16 + hex_value(s.p[i + 2]));
            i += 2;
        }
        (void)buf_add_byte(out, c);
    }
    return out->err;
}

void oauth1_parameter(struct str query, const char *name, struct buf *ret)
{
    buf_clear(ret);
    for (struct str part, left; str_split(&query, '&', &part);) {
        left = part;
        (void)str_split(&part, '=', &left);
        if (str_is(left, name)) {
            (void)oauth1_decode(ret, part);
            return;
        }
    }
}

/* A pair as it stands in the base string: encoded, so that sorting is by bytes. */
struct encoded {
    struct str name, value;
};

struct parameters {
    struct arena arena;
    struct encoded *all;
    size_t count, room;
};

static int add(struct parameters *p, struct str name, struct str value)
{
    struct buf b = BUF_INIT(TEXT_MAX);
    int r = array_grow_in(&p->arena, (void **)&p->all, p->count, &p->room, sizeof *p->all);
    if (r == 0)
        r = oauth1_encode(&b, name);
    size_t split = b.len;
    if (r == 0)
        r = oauth1_encode(&b, value);
    struct str both = r == 0 ? arena_str(&p->arena, buf_str(&b)) : STR("");
    if (r == 0 && !both.p)
        r = ERR_NOMEM;
    if (r == 0)
        p->all[p->count++] =
            (struct encoded){ str_cut(both, 0, split), str_cut(both, split, both.len) };
    buf_release(&b);
    return r;
}

/* A query is read as a form is: RFC 5849, 3.4.1.3.1. */
static int add_query(struct parameters *p, struct str query)
{
    struct buf name = BUF_INIT(TEXT_MAX), value = BUF_INIT(TEXT_MAX);
    int r = 0;
    for (struct str part; r == 0 && str_split(&query, '&', &part);) {
        struct str left = STR("");
        if (!part.len)
            continue;
        buf_clear(&name);
        buf_clear(&value);
        (void)str_split(&part, '=', &left); /* the rest of the part is its value */
        r = oauth1_decode(&name, left);
        if (r == 0)
            r = oauth1_decode(&value, part);
        if (r == 0)
            r = add(p, buf_str(&name), buf_str(&value));
    }
    buf_release(&name);
    buf_release(&value);
    return r;
}

static int compare(const void *a, const void *b)
{
    const struct encoded *x = a, *y = b;
    int by_name = str_cmp(x->name, y->name);
    return by_name ? by_name : str_cmp(x->value, y->value);
}

/* Scheme and host in small letters, without the scheme's own port, and the path (RFC 5849,
 * 3.4.1.2). */
static int add_address(struct buf *out, struct str url)
{
    const char *mark = url.len ? memmem(url.p, url.len, "://", 3) : NULL;
    if (!mark)
        return ERR_BADINPUT;
    size_t scheme_len = (size_t)(mark - url.p), from = scheme_len + 3, to = from;
    while (to < url.len && url.p[to] != '/')
        to++;
    struct str scheme = str_cut(url, 0, scheme_len), host = str_cut(url, from, to);
    if (scheme.len == 4 && strncasecmp(scheme.p, "http", 4) == 0 && str_ends(host, STR(":80")))
        host.len -= 3;
    if (scheme.len == 5 && strncasecmp(scheme.p, "https", 5) == 0 && str_ends(host, STR(":443")))
        host.len -= 4;
    if (!host.len)
        return ERR_BADINPUT;
    for (size_t i = 0; i < scheme.len; i++)
        (void)buf_add_byte(out, (char)tolower((unsigned char)scheme.p[i]));
    (void)buf_addc(out, "://");
    for (size_t i = 0; i < host.len; i++)
        (void)buf_add_byte(out, (char)tolower((unsigned char)host.p[i]));
    struct str path = str_cut(url, to, url.len);
    return buf_add(out, path.len ? path : STR("/"));
}

int oauth1_base(const char *method, struct str url, const struct oauth1_pair *pairs, size_t count,
                struct buf *out)
{
    struct parameters p = { .arena = ARENA_INIT };
    struct buf address = BUF_INIT(TEXT_MAX), joined = BUF_INIT(TEXT_MAX);
    const char *mark = url.len ? memchr(url.p, '?', url.len) : NULL;
    size_t query_at = mark ? (size_t)(mark - url.p) : url.len;
    int r = add_address(&address, str_cut(url, 0, query_at));
    if (r == 0 && mark)
        r = add_query(&p, str_cut(url, query_at + 1, url.len));
    for (size_t i = 0; i < count && r == 0; i++)
        r = add(&p, pairs[i].name, pairs[i].value);
    if (r < 0)
        goto out;
    if (p.count)
        qsort(p.all, p.count, sizeof *p.all, compare);
    for (size_t i = 0; i < p.count; i++) {
        (void)buf_addc(&joined, i ? "&" : "");
        (void)buf_add(&joined, p.all[i].name);
        (void)buf_add_byte(&joined, '=');
        (void)buf_add(&joined, p.all[i].value);
    }
    r = joined.err;
    (void)buf_addf(out, "%s&", method);
    (void)oauth1_encode(out, buf_str(&address));
    (void)buf_add_byte(out, '&');
    (void)oauth1_encode(out, buf_str(&joined));
    if (r == 0)
        r = out->err;
out:
    buf_release(&address);
    buf_release(&joined);
    arena_release(&p.arena);
    return r;
}

int oauth1_sign(struct str base, struct str consumer_secret, struct str token_secret,
                char ret[OAUTH1_SIGNATURE_MAX])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf key = wipe_buf(3 * (consumer_secret.len + token_secret.len) + 1);
    (void)oauth1_encode(&key, consumer_secret);
    (void)buf_add_byte(&key, '&');
    (void)oauth1_encode(&key, token_secret);
    int r = key.err;
    if (r == 0 &&
        !HMAC(EVP_sha1(), key.p, (int)key.len, (const unsigned char *)base.p, base.len, mac, &len))
        r = ERR_NOMEM;
    if (r == 0)
        (void)sodium_bin2base64(ret, OAUTH1_SIGNATURE_MAX, mac, len,
                                sodium_base64_VARIANT_ORIGINAL);
    wipe_buf_release(&key);
    return r;
}

int oauth1_header(const struct oauth1_keys *keys, const struct oauth1_request *request,
                  struct buf *out)
{
    char at[24], signature[OAUTH1_SIGNATURE_MAX];
    (void)snprintf(at, sizeof at, "%" PRId64, request->at);
    struct oauth1_pair header[HEADER_PAIRS_MAX] = {
        { STR("oauth_consumer_key"), keys->consumer_key },
        { STR("oauth_nonce"), request->nonce },
        { STR("oauth_signature_method"), STR("HMAC-SHA1") },
        { STR("oauth_timestamp"), str_of(at) },
        { STR("oauth_version"), STR("1.0") },
    };
    size_t count = 5;
    if (keys->token.len)
        header[count++] = (struct oauth1_pair){ STR("oauth_token"), keys->token };
    if (count + request->more_count + 1 > HEADER_PAIRS_MAX)
        return ERR_TOOBIG;
    for (size_t i = 0; i < request->more_count; i++)
        header[count++] = request->more[i];

    struct oauth1_pair *all = calloc(count + request->form_count, sizeof *all);
    struct buf base = BUF_INIT(TEXT_MAX);
    if (!all)
        return ERR_NOMEM;
    memcpy(all, header, count * sizeof *all);
    for (size_t i = 0; i < request->form_count; i++)
        all[count + i] = request->form[i];
    int r = oauth1_base(request->method, request->url, all, count + request->form_count, &base);
    if (r == 0)
        r = oauth1_sign(buf_str(&base), keys->consumer_secret, keys->token_secret, signature);
    free(all);
    buf_release(&base);
    if (r < 0)
        return r;
    header[count++] = (struct oauth1_pair){ STR("oauth_signature"), str_of(signature) };
    for (size_t i = 0; i < count; i++) {
        (void)buf_addf(out, "%s%.*s=\"", i ? ", " : "OAuth ", STR_ARG(header[i].name));
        (void)oauth1_encode(out, header[i].value);
        (void)buf_add_byte(out, '"');
    }
    return out->err;
}
