/* How often signing in may be tried, and that nobody keeps somebody else out for ever. */
#include "handoff/throttle.h"

#include "tests/unit/support.h"

enum { NOON = 1795000000 };

static struct throttle throttle;

static int setup(void **state)
{
    (void)state;
    return throttle_init(&throttle);
}

static struct throttle_try attempt(const char *login, const char *address, bool known, int64_t now)
{
    return (struct throttle_try){ str_of(login), str_of(address), known, now };
}

static enum throttle_verdict ask(const char *login, const char *address, bool known, int64_t now)
{
    struct throttle_try t = attempt(login, address, known, now);
    return throttle_ask(&throttle, &t);
}

/* How many of @tries are let through; %d in the texts is the number of the try. */
static int passes(const char *login, const char *address, int tries)
{
    int n = 0;
    for (int i = 0; i < tries; i++) {
        char l[64], a[64];
        (void)snprintf(l, sizeof l, "%s%d", login, i);
        (void)snprintf(a, sizeof a, "%s%d", address, i);
        n += ask(strchr(login, '*') ? l : login, strchr(address, '*') ? a : address, false, NOON) ==
             THROTTLE_GO;
    }
    return n;
}

static void test_pair(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask("sam", "192.0.2.7", true, NOON + i), THROTTLE_GO);
    assert_int_equal(ask("sam", "192.0.2.7", true, NOON + 6), THROTTLE_STOP_FIRST);
    assert_int_equal(ask("sam", "192.0.2.7", true, NOON + 7), THROTTLE_STOP);
    assert_int_equal(ask("kit", "192.0.2.7", false, NOON + 7), THROTTLE_GO);
    assert_int_equal(ask("sam", "192.0.2.8", false, NOON + 7), THROTTLE_GO);
    /* refused tries make the wait no longer */
    assert_int_equal(ask("sam", "192.0.2.7", true, NOON + 299), THROTTLE_STOP);
    assert_int_equal(ask("sam", "192.0.2.7", true, NOON + 300), THROTTLE_GO);
}

static void test_address(void **state)
{
    (void)state;
    assert_int_equal(passes("login*", "192.0.2.7", 100), 30);
    assert_int_equal(ask("sam", "192.0.2.7", false, NOON), THROTTLE_STOP);
    assert_int_equal(ask("sam", "192.0.2.7", true, NOON), THROTTLE_GO); /* who works there does */
    assert_int_equal(ask("sam", "192.0.2.8", false, NOON), THROTTLE_GO);
    /* one subscriber's addresses of IPv6 are one */
    for (int i = 0; i < 30; i++) {
        char address[64], login[16];
        (void)snprintf(address, sizeof address, "2001:db8:1:2::%x", i + 1);
        (void)snprintf(login, sizeof login, "v6%d", i);
        assert_int_equal(ask(login, address, false, NOON), THROTTLE_GO);
    }
    assert_int_equal(ask("other", "2001:db8:1:2:ffff::1", false, NOON), THROTTLE_STOP_FIRST);
    assert_int_equal(ask("other", "2001:db8:1:3::1", false, NOON), THROTTLE_GO);
}

/* From very many addresses: the owner still gets in from where they work. */
static void test_login(void **state)
{
    (void)state;
    int n = 0;
    for (int i = 0; i < 200; i++) {
        char address[32];
        (void)snprintf(address, sizeof address, "198.51.%d.%d", i / 100, i % 100 + 1);
        n += ask("sam", address, false, NOON) == THROTTLE_GO;
    }
    assert_int_equal(n, 20);
    assert_int_equal(ask("sam", "203.0.113.9", false, NOON + 3599), THROTTLE_STOP);
    assert_int_equal(ask("sam", "192.0.2.7", true, NOON), THROTTLE_GO);
    assert_int_equal(ask("kit", "198.51.0.1", false, NOON), THROTTLE_GO);
    assert_int_equal(ask("sam", "203.0.113.9", false, NOON + 3600), THROTTLE_GO);
}

static void test_everybody(void **state)
{
    (void)state;
    int n = 0;
    for (int i = 0; i < 1000; i++) {
        char address[32], login[32];
        (void)snprintf(address, sizeof address, "198.51.%d.%d", i / 200, i % 200 + 1);
        (void)snprintf(login, sizeof login, "login%d", i);
        n += ask(login, address, false, NOON) == THROTTLE_GO;
    }
    assert_int_equal(n, 300);
    assert_int_equal(ask("sam", "192.0.2.7", false, NOON), THROTTLE_STOP);
    assert_int_equal(ask("sam", "192.0.2.7", true, NOON), THROTTLE_GO);
}

/* A password without its code takes only itself back, or one could go on guessing codes for ever.
 */
static void test_taken_back(void **state)
{
    (void)state;
    struct throttle_try t = attempt("sam", "192.0.2.7", false, NOON);
    for (int i = 0; i < 4; i++)
        assert_int_equal(throttle_ask(&throttle, &t), THROTTLE_GO);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(throttle_ask(&throttle, &t), THROTTLE_GO);
        throttle_take_back(&throttle, &t);
    }
    assert_int_equal(throttle_ask(&throttle, &t), THROTTLE_GO);
    assert_int_equal(throttle_ask(&throttle, &t), THROTTLE_STOP_FIRST);
    throttle_forget(&throttle, &t);
    assert_int_equal(throttle_ask(&throttle, &t), THROTTLE_GO);
}

/* A clock that was wrong doesn't lock anybody out until it is right again. */
static void test_clock(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++)
        (void)ask("sam", "192.0.2.7", false, NOON + 1000000);
    assert_int_equal(ask("sam", "192.0.2.7", false, NOON), THROTTLE_GO);
    assert_int_equal(passes("x", "not an address", 9), 5);
    assert_int_equal(passes("x", "", 9), 0); /* what is no address is one address */
}

#define THROTTLE_TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        THROTTLE_TEST(test_pair),      THROTTLE_TEST(test_address),    THROTTLE_TEST(test_login),
        THROTTLE_TEST(test_everybody), THROTTLE_TEST(test_taken_back), THROTTLE_TEST(test_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
