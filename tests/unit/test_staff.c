/* Accounts and sessions: the database alone lets nobody in, and who has gone is out everywhere. */
#include <sodium.h>

#include "base/file.h"
#include "handoff/password.h"
#include "handoff/session.h"
#include "handoff/shift.h"
#include "tests/unit/record_fixture.h"

static const char password[] = "correct horse";

static double cpu_s(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The least processor time of three checks that must fail. */
static double cost_of(const char *hash)
{
    double least = 1e9;
    for (int i = 0; i < 3; i++) {
        double before = cpu_s();
        assert_false(password_fits(hash, STR("not the password")));
        double took = cpu_s() - before;
        least = took < least ? took : least;
    }
    return least;
}

static void test_hash(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX], longest[PASSWORD_MAX + 1];
    memset(longest, 'p', sizeof longest);
    assert_int_equal(password_hash(str_of(password), hash), 0);
    assert_int_equal(password_hash(str_of(password), again), 0);
    assert_string_not_equal(hash, again); /* salted */
    assert_null(strstr(hash, password));
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    assert_int_equal(crypto_pwhash_str_needs_rehash(hash, 2, 19 * 1024 * 1024), 0);

    static const struct {
        const char *note, *tried;
        bool fits;
    } rows[] = {
        { "it", "correct horse", true },
        { "a letter less", "correct hors", false },
        { "a letter more", "correct horses", false },
        { "another case", "Correct horse", false },
        { "nothing", "", false },
        { "the hash's own text", "$argon2id$", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_note(password_fits(hash, str_of(rows[i].tried)) == rows[i].fits, rows[i].note);
    assert_true(password_fits(again, str_of(password)));

    static const char *const broken[] = { "", "no hash", "$argon2id$v=19$m=19456,t=2,p=1$$",
                                          "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA" };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++)
        assert_note(!password_fits(broken[i], str_of(password)), broken[i]);

    /* lengths, in bytes */
    assert_int_equal(password_hash(STR("123456789"), hash), ERR_BADINPUT);
    assert_int_equal(password_hash(STR(""), hash), ERR_BADINPUT);
    assert_int_equal(password_hash(STR("1234567890"), hash), 0);
    assert_int_equal(password_hash((struct str){ longest, PASSWORD_MAX + 1 }, hash), ERR_BADINPUT);
    assert_true(password_fits(hash, STR("1234567890"))); /* untouched by what failed */
    assert_int_equal(password_hash((struct str){ longest, PASSWORD_MAX }, hash), 0);
    assert_true(password_fits(hash, (struct str){ longest, PASSWORD_MAX }));
    assert_false(password_fits(hash, (struct str){ longest, PASSWORD_MAX + 1 }));
}

/* An unknown login is checked against a hash that nobody has, and that check does the whole work: a
 * hash that libsodium couldn't read would be refused at once and tell that the login is unknown. */
static void test_nobody(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_MAX];
    assert_int_equal(password_hash(str_of(password), hash), 0);
    double known = cost_of(hash), unreadable = cost_of("$argon2id$"), nobody = cost_of(NULL);
    if (nobody < known / 3 || nobody > known * 3)
        fail_msg("a known login takes %.6f s, an unknown one %.6f s", known, nobody);
    assert_true(unreadable < known / 3); /* so that the measure itself is known to tell */
    assert_false(password_fits(NULL, STR("")));
    assert_false(password_fits(NULL, str_of(password)));
}

static void test_add(void **state)
{
    static const char name_101[] = "12345678901234567890123456789012345678901234567890"
                                   "123456789012345678901234567890123456789012345678901";
    static const struct {
        const char *note, *login, *name, *initials, *role, *why;
    } rows[] = {
        { "all four", "sam", "Sam Reed", "SR", "agent", NULL },
        { "all that a login may have", "a-z_0.9", "Zo\xc3\xab", "ABCD", "supervisor", NULL },
        { "one letter each", "a", "A", "A", "agent", NULL },
        { "no login", "", "Sam Reed", "SR", "agent", "a login" },
        { "capitals", "Sam", "Sam Reed", "SR", "agent", "a login" },
        { "a space", "sam reed", "Sam Reed", "SR", "agent", "a login" },
        { "an accent", "zo\xc3\xab", "Sam Reed", "SR", "agent", "a login" },
        { "41 letters", "12345678901234567890123456789012345678901", "Sam Reed", "SR", "agent",
          "a login" },
        { "no name", "kit", "", "SR", "agent", "a name" },
        { "white space for a name", "kit", " \t", "SR", "agent", "a name" },
        { "a name of 101", "kit", name_101, "SR", "agent", "a name" },
        { "a name that isn't text", "kit", "Zo\xeb", "SR", "agent", "a name" },
        { "no initials", "kit", "Kit", "", "agent", "initials" },
        { "small initials", "kit", "Kit", "ko", "agent", "initials" },
        { "five initials", "kit", "Kit", "ABCDE", "agent", "initials" },
        { "no role", "kit", "Kit", "KO", "", "a role" },
        { "another role", "kit", "Kit", "KO", "mayor", "a role" },
    };
    struct fixture *f = *state;
    const char *why;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct staff s = { 0, str_of(rows[i].login), str_of(rows[i].name), str_of(rows[i].initials),
                           str_of(rows[i].role) };
        why = "untouched";
        int r = staff_add(f->tx, &s, "hash", NOON, &why);
        assert_note(r == (rows[i].why ? ERR_BADINPUT : 0), rows[i].note);
        assert_note(rows[i].why ? why && strstr(why, rows[i].why) : !why, rows[i].note);
    }
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM staff", 0), 3);
    struct staff taken = { 0, STR("sam"), STR("Samantha"), STR("S"), STR("agent") };
    assert_int_equal(staff_add(f->tx, &taken, "hash", NOON, &why), ERR_EXISTS);
    taken.login = (struct str){ "s\0m", 3 }; /* a byte that ends text elsewhere */
    assert_int_equal(staff_add(f->tx, &taken, "hash", NOON, &why), ERR_BADINPUT);
}

static void add_line(const struct account *a, void *data)
{
    const struct staff *s = &a->staff;
    (void)buf_addf(data, "%" PRId64 " %.*s %.*s %.*s %.*s\n", s->id, STR_ARG(s->login),
                   STR_ARG(s->name), STR_ARG(s->initials), STR_ARG(s->role));
}

static void assert_list(struct fixture *f, const char *want)
{
    struct buf lines = BUF_INIT(10000);
    assert_int_equal(account_list(f->tx, &f->arena, NOON, add_line, &lines), 0);
    assert_str(buf_str(&lines), want);
    buf_release(&lines);
}

static void test_accounts(void **state)
{
    struct fixture *f = *state;
    struct staff s = { .id = -5 };
    struct str hash = STR("untouched");
    assert_list(f, "");
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    (void)add_staff(f->tx, "kit", "Kit Orr", "KO");
    assert_list(f, "2 kit Kit Orr KO agent\n1 sam Sam Reed SR agent\n");

    assert_int_equal(staff_find(f->tx, &f->arena, STR("nobody"), &s, &hash), 0);
    assert_int_equal(staff_find(f->tx, &f->arena, STR(""), &s, NULL), 0);
    assert_int_equal(staff_find(f->tx, &f->arena, STR("SAM"), &s, NULL), 0);
    assert_int_equal(s.id, -5);
    assert_str(hash, "untouched");
    assert_int_equal(staff_find(f->tx, &f->arena, STR("sam"), &s, &hash), 1);
    assert_int_equal(s.id, sam);
    assert_str(s.name, "Sam Reed");
    assert_str(hash, "no hash");
    assert_int_equal(staff_find(f->tx, &f->arena, STR("sam"), &s, NULL), 1);

    assert_int_equal(staff_set_password(f->tx, STR("sam"), "new hash", STR("")), 1);
    assert_int_equal(staff_set_password(f->tx, STR("nobody"), "new hash", STR("")), 0);
    assert_int_equal(staff_find(f->tx, &f->arena, STR("sam"), &s, &hash), 1);
    assert_str(hash, "new hash");
    assert_int_equal(staff_find(f->tx, &f->arena, STR("kit"), &s, &hash), 1);
    assert_str(hash, "no hash");

    assert_int_equal(staff_remove(f->tx, STR("sam"), NOON + 9), 1);
    assert_int_equal(staff_remove(f->tx, STR("sam"), NOON + 10), 0);
    assert_int_equal(staff_remove(f->tx, STR("nobody"), NOON), 0);
    assert_list(f, "2 kit Kit Orr KO agent\n");
    assert_int_equal(staff_find(f->tx, &f->arena, STR("sam"), &s, NULL), 0);
    assert_int_equal(staff_set_password(f->tx, STR("sam"), "another", STR("")), 0);
    assert_int_equal(int_of(f->tx, "SELECT removed_at AS n FROM staff WHERE id=?1", sam), NOON + 9);
    /* the record goes on naming them, so the login stays theirs */
    struct staff again = { 0, STR("sam"), STR("Sam Two"), STR("ST"), STR("agent") };
    const char *why;
    assert_int_equal(staff_add(f->tx, &again, "hash", NOON, &why), ERR_EXISTS);
}

static int begin(struct fixture *f, int64_t staff_id, int64_t now, int64_t expires_at,
                 char token[SESSION_TOKEN_MAX])
{
    static const struct session_place place = { STR("192.0.2.7"), STR("Firefox on Windows") };
    return session_begin(f->tx, staff_id, &place, now, expires_at, token);
}

static int find(struct fixture *f, const char *token, int64_t now)
{
    struct staff s = { .id = -5 };
    int r = session_find(f->tx, &f->arena, str_of(token), now, &s);
    return r == 1 ? (int)s.id : r;
}

static void test_sessions(void **state)
{
    struct fixture *f = *state;
    char a[SESSION_TOKEN_MAX], b[SESSION_TOKEN_MAX], c[SESSION_TOKEN_MAX];
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            kit = add_staff(f->tx, "kit", "Kit Orr", "KO");
    assert_int_equal(begin(f, sam, NOON, NOON + 100, a), 0);
    assert_int_equal(begin(f, sam, NOON, NOON + 200, b), 0);
    assert_int_equal(begin(f, kit, NOON, NOON + 300, c), 0);
    assert_int_equal(strlen(a), 64);
    assert_int_equal(strspn(a, "0123456789abcdef"), 64);
    assert_string_not_equal(a, b);
    assert_int_equal(find(f, a, NOON + 99), sam);
    assert_int_equal(find(f, b, NOON + 99), sam);
    assert_int_equal(find(f, c, NOON + 99), kit);

    /* over at its second */
    assert_int_equal(find(f, a, NOON + 100), 0);
    assert_int_equal(find(f, b, NOON + 100), sam);

    /* what nobody was given */
    char upper[SESSION_TOKEN_MAX], other[SESSION_TOKEN_MAX];
    memcpy(upper, b, sizeof upper);
    memcpy(other, b, sizeof other);
    for (size_t i = 0; upper[i]; i++)
        upper[i] = (char)(upper[i] >= 'a' ? upper[i] - 32 : upper[i]);
    other[63] = other[63] == '0' ? '1' : '0';
    assert_int_equal(find(f, "", NOON), 0);
    assert_int_equal(find(f, "' OR 1=1 --", NOON), 0);
    assert_int_equal(find(f, other, NOON), 0);
    assert_true(strcmp(upper, b) == 0 || find(f, upper, NOON) == 0);

    /* what is over is taken away when somebody signs in */
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM session", 0), 3);
    assert_int_equal(begin(f, kit, NOON + 150, NOON + 350, a), 0);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM session", 0), 3);

    /* signing out ends one session */
    assert_int_equal(session_end(f->tx, str_of(a)), 0);
    assert_int_equal(session_end(f->tx, str_of(a)), 0);
    assert_int_equal(find(f, a, NOON), 0);
    assert_int_equal(find(f, c, NOON), kit);
    /* of nobody: the database refuses */
    assert_int_equal(begin(f, 999, NOON, NOON + 1, a), ERR_DB);
}

/* A new password and a removal sign out everywhere, and only the one they are about. */
static void test_signed_out(void **state)
{
    struct fixture *f = *state;
    char a[SESSION_TOKEN_MAX], b[SESSION_TOKEN_MAX], c[SESSION_TOKEN_MAX];
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            kit = add_staff(f->tx, "kit", "Kit Orr", "KO");
    assert_int_equal(begin(f, sam, NOON, NOON + 100, a), 0);
    assert_int_equal(begin(f, sam, NOON, NOON + 100, b), 0);
    assert_int_equal(begin(f, kit, NOON, NOON + 100, c), 0);
    assert_int_equal(staff_set_password(f->tx, STR("sam"), "new hash", STR("")), 1);
    assert_int_equal(find(f, a, NOON), 0);
    assert_int_equal(find(f, b, NOON), 0);
    assert_int_equal(find(f, c, NOON), kit);
    assert_int_equal(begin(f, sam, NOON, NOON + 100, a), 0);
    assert_int_equal(staff_remove(f->tx, STR("sam"), NOON), 1);
    assert_int_equal(find(f, a, NOON), 0);
    assert_int_equal(find(f, c, NOON), kit);
    /* even a session that somehow outlived the account isn't one */
    assert_int_equal(begin(f, sam, NOON, NOON + 100, a), 0);
    assert_int_equal(find(f, a, NOON), 0);
}

/* Neither the token nor the password's text is in any file of the database. */
static void test_kept_nowhere(void **state)
{
    static const char *const names[] = { "k.db", "k.db-wal" };
    struct fixture *f = *state;
    char token[SESSION_TOKEN_MAX], hash[PASSWORD_HASH_MAX];
    unsigned char bytes[32];
    struct staff sam = { 0, STR("sam"), STR("Sam Reed"), STR("SR"), STR("agent") };
    const char *why;
    assert_int_equal(password_hash(str_of(password), hash), 0);
    assert_int_equal(staff_add(f->tx, &sam, hash, NOON, &why), 0);
    assert_int_equal(begin(f, 1, NOON, NOON + 100, token), 0);
    fixture_commit(f);
    assert_int_equal(sodium_hex2bin(bytes, sizeof bytes, token, 64, NULL, NULL, NULL), 0);
    bool seen = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct buf file = BUF_INIT(1 << 24);
        assert_int_equal(file_read(path_in(f->dir, names[i]), &file), 0);
        seen |= memmem(file.p, file.len, "Sam Reed", 8) != NULL;
        assert_null(memmem(file.p, file.len, token, 64));
        assert_null(memmem(file.p, file.len, bytes, sizeof bytes));
        assert_null(memmem(file.p, file.len, password, strlen(password)));
        buf_release(&file);
    }
    assert_true(seen); /* we looked in the right place */
}

static void test_password_fault(void **state)
{
    static const struct {
        const char *password, *why; /* NULL: good enough */
    } rows[] = {
        { "bins before breakfast", NULL },  { "correct horse", NULL },
        { "rainy summer day", NULL },       { "Passwordless-9x", NULL },
        { "ninechars", "10 to 200" },       { "", "10 to 200" },
        { "password123", "first that" },    { "Passw0rd1234!", "first that" },
        { "P@$$w0rd!!!!", "first that" },   { "WELCOME-2026", "first that" },
        { "Summer2026!", "first that" },    { "2026autumn2026", "first that" },
        { "kerbside2026", "first that" },   { "testtesttest", "first that" },
        { "qwertyuiop", "first that" },     { "1234567890", "first that" },
        { "07700 900123", "first that" },   { "aaaaaaaaaaaa", "first that" },
        { "ababababababab", "first that" }, { "who is Priya.N then", "the login" },
        { "my.priya.nair-2", "the login" }, { "my-priya-nair-2", NULL },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *why = password_fault(str_of(rows[i].password), STR("priya.n"));
        bool as_said = rows[i].why ? why && strstr(why, rows[i].why) : !why;
        assert_note(as_said, rows[i].password);
    }
    assert_null(password_fault(STR("going to the shops"), STR("g"))); /* too short to count */
}

static void test_given(void **state)
{
    char a[PASSWORD_GIVEN_MAX], b[PASSWORD_GIVEN_MAX];
    (void)state;
    assert_int_equal(password_give(a), 0);
    assert_int_equal(password_give(b), 0);
    assert_int_equal(strlen(a), 19);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-"), 19);
    assert_string_not_equal(a, b);
    /* no group of four letters has such a login in it, by whatever chance */
    assert_null(password_fault(str_of(a), STR("samuel")));
}

static void test_browser(void **state)
{
    static const char *const rows[][2] = {
        { "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
          "Firefox on Windows" },
        { "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
          "Chrome/126.0.0.0 Safari/537.36",
          "Chrome on Linux" },
        { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
          "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
          "Edge on Windows" },
        { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
          "like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
          "Safari on iPhone" },
        { "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
          "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
          "Samsung Internet on Android" },
        { "curl/8.5.0", "an unknown browser" },
        { "", "an unknown browser" },
    };
    char name[SESSION_BROWSER_MAX];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        session_browser(str_of(rows[i][0]), name);
        assert_string_equal(name, rows[i][1]);
    }
}

/* What an account shows, and that another role is another start. */
static void test_changes(void **state)
{
    struct fixture *f = *state;
    struct account a;
    char token[SESSION_TOKEN_MAX], other[SESSION_TOKEN_MAX];
    int64_t many = 0, sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    (void)add_staff(f->tx, "kit", "Kit Orr", "KO");
    assert_int_equal(account_find(f->tx, &f->arena, sam, NOON, &a), 1);
    assert_true(!a.on_duty && !a.must_change && !a.second_factor && !a.sessions && !a.seen_at);
    assert_int_equal(begin(f, sam, NOON, NOON + 1000, token), 0);
    assert_int_equal(begin(f, sam, NOON, NOON + 1000, other), 0);
    assert_int_equal(staff_set_duty(f->tx, STR("sam"), true), 1);
    assert_int_equal(staff_set_duty(f->tx, STR("nobody"), true), 0);
    assert_int_equal(staff_must_change(f->tx, STR("sam")), 1);
    assert_int_equal(session_seen(f->tx, str_of(token), NOON + 59), 0); /* not so soon */
    assert_int_equal(account_find(f->tx, &f->arena, sam, NOON, &a), 1);
    assert_true(a.on_duty && a.must_change && a.sessions == 2 && a.seen_at == NOON);
    assert_int_equal(session_seen(f->tx, str_of(token), NOON + 60), 0);
    assert_int_equal(account_find(f->tx, &f->arena, sam, NOON, &a), 1);
    assert_int_equal(a.seen_at, NOON + 60);

    /* one's own new password: this session goes on, and it need not be changed any more */
    assert_int_equal(staff_set_password(f->tx, STR("sam"), "hash", str_of(token)), 1);
    assert_int_equal(find(f, token, NOON), sam);
    assert_int_equal(find(f, other, NOON), 0);
    assert_int_equal(session_duty(f->tx, sam, false), SESSION_FREE);

    assert_int_equal(staff_count(f->tx, STR("agent"), &many), 0);
    assert_int_equal(many, 2);
    assert_int_equal(staff_set_role(f->tx, STR("sam"), STR("admin"), NOON), 1);
    assert_int_equal(find(f, token, NOON), 0);
    assert_int_equal(staff_count(f->tx, STR("agent"), &many), 0);
    assert_int_equal(many, 1);
    assert_int_equal(account_find(f->tx, &f->arena, 999, NOON, &a), 0);
}

/* What they have, by the role that they get: case 2 came by direct message. */
static void test_role_takes(void **state)
{
    static const struct {
        const char *role, *cases;
        bool at_desk;
    } rows[] = {
        { "supervisor", "1 claimed\n2 claimed\n", true },
        { "trainee", "1 claimed\n2 open\n", true },
        { "editor", "1 open\n2 open\n", false },
        { "", "1 open\n2 open\n", false }, /* removed */
    };
    struct fixture *f = *state;
    struct record_message dm = a_message("dm:1", "dm:7-8", "8");
    int64_t message, sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    dm.kind = RECORD_PRIVATE;
    (void)open_case(f->tx, add_message(f->tx, "900", "900", "7"));
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &message), 1);
    (void)open_case(f->tx, message);
    for (int64_t id = 1; id <= 2; id++) {
        struct case_command claim = { id, 1, sam, NOON };
        assert_int_equal(case_claim(f->tx, &claim), CASE_DONE);
    }
    assert_int_equal(shift_begin(f->tx, sam, NOON), 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *role = rows[i].role;
        assert_int_equal(tx_savepoint(f->tx), 0);
        assert_int_equal(*role ? staff_set_role(f->tx, STR("sam"), str_of(role), NOON + 9)
                               : staff_remove(f->tx, STR("sam"), NOON + 9),
                         1);
        assert_str_note(
            text_of(f, "SELECT id || ' ' || state AS t FROM handoff_case ORDER BY id", 0),
            rows[i].cases, role);
        assert_note(shift_anybody_on(f->tx, NOON + 10) == rows[i].at_desk, role);
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
    }
}

struct names {
    char text[10][40];
    int count, this_one;
};

static void add_name(const struct session_row *row, void *data)
{
    struct names *names = data;
    (void)snprintf(names->text[names->count], sizeof names->text[0], "%.*s", STR_ARG(row->name));
    if (row->this_one)
        names->this_one = names->count;
    names->count++;
    assert_str(row->place.address, "192.0.2.7");
    assert_str(row->place.browser, "Firefox on Windows");
}

/* Sessions are named by what lets nobody in, and each ends alone. */
static void test_session_list(void **state)
{
    struct fixture *f = *state;
    struct names names = { .this_one = -1 };
    char a[SESSION_TOKEN_MAX], b[SESSION_TOKEN_MAX], c[SESSION_TOKEN_MAX];
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            kit = add_staff(f->tx, "kit", "Kit Orr", "KO");
    assert_int_equal(begin(f, sam, NOON, NOON + 1000, a), 0);
    assert_int_equal(begin(f, sam, NOON + 9, NOON + 1000, b), 0);
    assert_int_equal(begin(f, kit, NOON, NOON + 1000, c), 0);
    assert_int_equal(session_list(f->tx, sam, str_of(a), NOON, add_name, &names), 0);
    assert_int_equal(names.count, 2);
    assert_int_equal(names.this_one, 1); /* the other was seen later */
    assert_null(strstr(b, names.text[0]));
    assert_int_equal(session_end_named(f->tx, kit, str_of(names.text[0])), 0); /* not theirs */
    assert_int_equal(session_end_named(f->tx, sam, str_of(names.text[0])), 1);
    assert_int_equal(session_end_named(f->tx, sam, str_of(names.text[0])), 0);
    assert_int_equal(find(f, b, NOON + 9), 0);
    assert_int_equal(find(f, a, NOON + 9), sam);
    assert_int_equal(session_end_all(f->tx, sam, str_of(a)), 0);
    assert_int_equal(session_end_all(f->tx, sam, STR("")), 1);
    assert_int_equal(find(f, c, NOON + 9), kit);
}

#define STAFF_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash),   cmocka_unit_test(test_nobody),
        STAFF_TEST(test_add),          STAFF_TEST(test_accounts),
        STAFF_TEST(test_sessions),     STAFF_TEST(test_signed_out),
        STAFF_TEST(test_kept_nowhere), cmocka_unit_test(test_password_fault),
        cmocka_unit_test(test_given),  cmocka_unit_test(test_browser),
        STAFF_TEST(test_changes),      STAFF_TEST(test_role_takes),
        STAFF_TEST(test_session_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
