#include "handoff/password.h"

#include <sodium.h>

#include "base/buf.h"
#include "handoff/totp.h"

/* OWASP's password storage cheat sheet: argon2id with 19 MiB and two passes. */
enum { ARGON_PASSES = 2, ARGON_BYTES = 19 * 1024 * 1024 };
enum { LETTERS_MIN = 5, LOGIN_MIN = 3 };

int password_hash(struct str password, char ret_hash[PASSWORD_HASH_MAX])
{
    _Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "room for libsodium's hash");
    if (sodium_init() < 0)
        return ERR_IO;
    if (password.len < PASSWORD_MIN || password.len > PASSWORD_MAX)
        return ERR_BADINPUT;
    return crypto_pwhash_str(ret_hash, password.p, password.len, ARGON_PASSES, ARGON_BYTES) == 0
               ? 0
               : ERR_NOMEM;
}

bool password_fits(const char *hash, struct str password)
{
    /* Made once with the settings above from random bytes that nobody kept. */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if (sodium_init() < 0 || password.len > PASSWORD_MAX)
        return false;
    bool fits = crypto_pwhash_str_verify(hash ? hash : nobody, password.p, password.len) == 0;
    return hash && fits;
}

/*
 * What people choose who are made to choose: these with a year, a "1" or a "!" behind them, and
 * digits for letters. Ten characters of keyboard, of a football club, of what the office is called.
 */
static const char *const stems[] = {
    "password",   "passwort",
    "passphrase", "welcome",
    "letmein",    "changeme",
    "secret",     "default",
    "temporary",  "temp",
    "test",       "testing",
    "tester",     "user",
    "username",   "login",
    "admin",      "administrator",
    "root",       "master",
    "manager",    "support",
    "service",    "services",
    "customer",   "customerservices",
    "helpdesk",   "contactcentre",
    "office",     "council",
    "councillor", "kerbside",
    "northmoor",  "twitter",
    "computer",   "internet",
    "laptop",     "qwerty",
    "qwertyuiop", "qwertyui",
    "asdfgh",     "asdfghjkl",
    "zxcvbn",     "zxcvbnm",
    "qazwsx",     "qazwsxedc",
    "qwer",       "qweasd",
    "qweasdzxc",  "abc",
    "abcd",       "abcdef",
    "abcdefgh",   "abcdefghij",
    "iloveyou",   "ilovethis",
    "sunshine",   "princess",
    "dragon",     "monkey",
    "football",   "cricket",
    "rugby",      "baseball",
    "superman",   "batman",
    "spiderman",  "pokemon",
    "starwars",   "michael",
    "charlie",    "jessica",
    "thomas",     "daniel",
    "oliver",     "george",
    "ashley",     "liverpool",
    "arsenal",    "chelsea",
    "everton",    "manchester",
    "manutd",     "tottenham",
    "rangers",    "celtic",
    "england",    "scotland",
    "london",     "britain",
    "monday",     "friday",
    "spring",     "summer",
    "autumn",     "winter",
    "january",    "december",
    "christmas",  "holiday",
    "chocolate",  "cheese",
    "flower",     "whatever",
    "trustno",    "hello",
    "freedom",
};

static char plain(char c)
{
    static const char from[] = "@013457$!", to[] = "aoleastsi";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 128;
}

/* Is it one of the words above, or one twice or thrice? */
static bool is_stem(struct str s)
{
    for (size_t i = 0; i < ARRAY_LEN(stems); i++) {
        size_t len = strlen(stems[i]), at = 0;
        while (at < s.len && plain(s.p[at]) == stems[i][at % len])
            at++;
        if (at == s.len && s.len % len == 0)
            return true;
    }
    return false;
}

/* One of the words between whatever isn't letters; or no letters at all. */
static bool is_common(struct str s)
{
    while (s.len && !is_letter(s.p[s.len - 1]))
        s.len--;
    if (is_stem(s))
        return true;
    while (s.len && !is_letter(s.p[0]))
        s = str_cut(s, 1, s.len);
    return is_stem(s);
}

static size_t kinds(struct str s)
{
    bool seen[256] = { false };
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        n += !seen[(unsigned char)s.p[i]];
        seen[(unsigned char)s.p[i]] = true;
    }
    return n;
}

static bool holds_login(struct str s, struct str login)
{
    for (size_t at = 0; login.len >= LOGIN_MIN && at + login.len <= s.len; at++) {
        size_t i = 0;
        while (i < login.len && (s.p[at + i] | 32) == (login.p[i] | 32))
            i++;
        if (i == login.len)
            return true;
    }
    return false;
}

const char *password_fault(struct str password, struct str login)
{
    if (password.len < PASSWORD_MIN || password.len > PASSWORD_MAX)
        return "A password is 10 to 200 characters long.";
    if (holds_login(password, login))
        return "A password must not have the login in it.";
    if (is_common(password) || kinds(password) < LETTERS_MIN)
        return "That password is one of the first that somebody would try. Three words that don't "
               "belong together make a good one.";
    return NULL;
}

int password_give(char ret[PASSWORD_GIVEN_MAX])
{
    _Static_assert(PASSWORD_GIVEN_MAX >= 16 + 3 + 1, "four groups of four");
    unsigned char bytes[10];
    struct buf text = BUF_INIT(64);
    if (sodium_init() < 0)
        return ERR_IO;
    randombytes_buf(bytes, sizeof bytes);
    int r = base32_add(&text, bytes, sizeof bytes);
    if (r == 0)
        (void)snprintf(ret, PASSWORD_GIVEN_MAX, "%.4s-%.4s-%.4s-%.4s", text.p, text.p + 4,
                       text.p + 8, text.p + 12);
    if (text.p)
        explicit_bzero(text.p, text.len);
    buf_release(&text);
    return r;
}
