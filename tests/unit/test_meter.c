/* What X's answers cost, once a day each, what a month comes to, and that none of it is forgotten.
 */
#include "bot/x/meter.h"

#include <unistd.h>

#include "bot/bot_store.h"
#include "tests/unit/support.h"

/* 2026-11-16T12:00:00Z: half of the month and half of the day are over. */
static const int64_t NOON = INT64_C(1794830400);
enum { HOUR = 3600, DAY = 86400 };

static struct x_meter *meter;

static int setup(void **state)
{
    (void)state;
    return x_meter_new(0, &meter);
}

static int teardown(void **state)
{
    (void)state;
    meter = x_meter_free(meter);
    return 0;
}

/* In these tables a ' stands for a ". */
static struct str json_of(char *text)
{
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    return str_of(text);
}

static void see(enum x_endpoint endpoint, bool owns_app, const char *request, int status,
                const char *body, int64_t now)
{
    char asked[400], said[1000];
    (void)snprintf(asked, sizeof asked, "%s", request);
    (void)snprintf(said, sizeof said, "%s", body);
    struct http_request r = { .body = json_of(asked) };
    struct http_answer a = { .end = HTTP_ANSWERED, .status = status, .body = json_of(said) };
    x_meter_saw(meter, STR("NorthmoorHelp"), owns_app, endpoint, &r, &a, now);
}

static int64_t total(int64_t now)
{
    struct x_month month;
    x_meter_month(meter, STR(""), now, &month);
    return month.micro_usd;
}

static void test_prices(void **state)
{
    static const struct {
        const char *note;
        enum x_endpoint endpoint;
        bool owns_app;
        const char *request;
        int status;
        const char *body;
        int64_t micro_usd;
    } rows[] = {
        { "our mentions", X_ENDPOINT_MENTIONS, true, "", 200, "{'data':[{'id':'1'},{'id':'2'}]}",
          2000 },
        { "those of an account that doesn't own the app", X_ENDPOINT_MENTIONS, false, "", 200,
          "{'data':[{'id':'1'},{'id':'2'}]}", 10000 },
        { "what came along", X_ENDPOINT_MENTIONS, true, "", 200,
          "{'data':[{'id':'1'}],'includes':{'users':[{'id':'7'},{'id':'8'}],'tweets':[{'id':'3'}]}"
          "}",
          1000 + 2 * 10000 + 5000 },
        { "what came along, new names", X_ENDPOINT_SEARCH, true, "", 200,
          "{'data':[{'id':'1'}],'includes':{'posts':[{'id':'3'}]}}", 10000 },
        { "the same twice", X_ENDPOINT_SEARCH, true, "", 200,
          "{'data':[{'id':'1'},{'id':'1'}],'includes':{'tweets':[{'id':'1'}]}}", 5000 },
        { "a user and a post of one id", X_ENDPOINT_SEARCH, true, "", 200,
          "{'data':[{'id':'1'}],'includes':{'users':[{'id':'1'}]}}", 15000 },
        { "our posts", X_ENDPOINT_TIMELINE, true, "", 200, "{'data':[{'id':'1'}]}", 1000 },
        { "a lookup", X_ENDPOINT_LOOKUP, true, "", 200,
          "{'data':[{'id':'1'}],'errors':[{'resource_id':'2'}]}", 5000 },
        { "direct messages", X_ENDPOINT_DM_READ, true, "", 200, "{'data':[{'id':'1'},{'id':'2'}]}",
          20000 },
        { "who we are", X_ENDPOINT_ME, true, "", 200, "{'data':{'id':'100'}}", 10000 },
        { "nothing", X_ENDPOINT_MENTIONS, true, "", 200, "{'meta':{'result_count':0}}", 0 },
        { "odd things", X_ENDPOINT_MENTIONS, true, "", 200, "{'data':[1,{'id':5},[]],'includes':5}",
          0 },
        { "garbage", X_ENDPOINT_MENTIONS, true, "", 200, "<html>", 0 },
        { "a refusal", X_ENDPOINT_SEARCH, true, "", 429, "{'data':[{'id':'1'}]}", 0 },
        { "a reply", X_ENDPOINT_POST, true, "{'text':'Done','reply':{'in_reply_to_tweet_id':'1'}}",
          201, "{'data':{'id':'9'}}", 10000 },
        { "a reply with a link", X_ENDPOINT_POST, true,
          "{'text':'See northmoor.gov.uk/bins','reply':{'in_reply_to_tweet_id':'1'}}", 201,
          "{'data':{'id':'9'}}", 10000 },
        { "a post", X_ENDPOINT_POST, true, "{'text':'Done'}", 201, "{'data':{'id':'9'}}", 15000 },
        { "a post with a link", X_ENDPOINT_POST, true, "{'text':'See https://northmoor.gov.uk'}",
          201, "{'data':{'id':'9'}}", 200000 },
        { "a post with a link of a domain that nobody knows", X_ENDPOINT_POST, true,
          "{'text':'See https://northmoor.example/bins'}", 201, "{'data':{'id':'9'}}", 200000 },
        { "a post that was refused", X_ENDPOINT_POST, true, "{'text':'Done'}", 403, "{}", 0 },
        { "a direct message", X_ENDPOINT_DM_SEND, true, "{'text':'Done'}", 201,
          "{'data':{'dm_event_id':'9'}}", 15000 },
        { "taking one back", X_ENDPOINT_DELETE, true, "", 200, "{'data':{'deleted':true}}", 10000 },
        { "a stream's rules", X_ENDPOINT_RULES, true, "", 200, "{'data':[{'id':'1'}]}", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        see(rows[i].endpoint, rows[i].owns_app, rows[i].request, rows[i].status, rows[i].body,
            NOON);
        assert_note(total(NOON) == rows[i].micro_usd, rows[i].note);
        (void)teardown(state);
        assert_int_equal(setup(state), 0);
    }
}

static void test_unanswered(void **state)
{
    struct http_request r = { .body = STR("{\"text\":\"Done\"}") };
    struct http_answer a = { .end = HTTP_CUT };
    (void)state;
    x_meter_saw(meter, STR("NorthmoorHelp"), true, X_ENDPOINT_POST, &r, &a, NOON);
    assert_int_equal(total(NOON), 0);
    assert_false(x_meter_dirty(meter));
}

/* The same resource, whoever reads it and wherever, once between two midnights, UTC. */
static void test_days(void **state)
{
    static const char post[] = "{'data':[{'id':'1'}]}";
    (void)state;
    see(X_ENDPOINT_MENTIONS, true, "", 200, post, NOON);
    see(X_ENDPOINT_MENTIONS, true, "", 200, post, NOON + 11 * HOUR);
    see(X_ENDPOINT_SEARCH, false, "", 200, post, NOON + 12 * HOUR - 1);
    assert_int_equal(total(NOON), 1000); /* at the price at which it first came */
    see(X_ENDPOINT_SEARCH, false, "", 200, post, NOON + 12 * HOUR);
    assert_int_equal(total(NOON), 6000);
    x_meter_count(meter, STR("NorthmoorNews"), X_CHARGE_ACTIVITY_DM, STR("-55"), NOON + 12 * HOUR);
    x_meter_count(meter, STR("NorthmoorNews"), X_CHARGE_ACTIVITY_DM, STR("-55"), NOON + 12 * HOUR);
    assert_int_equal(total(NOON), 16000);
}

/* More than is remembered is counted each time, and nothing else goes wrong. */
static void test_many(void **state)
{
    enum { MORE = 10 };
    char id[32];
    (void)state;
    for (int i = 0; i < METER_SEEN_MAX + MORE; i++) {
        (void)snprintf(id, sizeof id, "15%017d", i);
        x_meter_count(meter, STR("NorthmoorHelp"), X_CHARGE_POST_READ, str_of(id), NOON);
    }
    assert_int_equal(total(NOON), (METER_SEEN_MAX + MORE) * INT64_C(5000));
    x_meter_count(meter, STR("NorthmoorHelp"), X_CHARGE_POST_READ, STR("1500000000000000000"),
                  NOON);
    assert_int_equal(total(NOON), (METER_SEEN_MAX + MORE) * INT64_C(5000));
    x_meter_count(meter, STR("NorthmoorHelp"), X_CHARGE_POST_READ, str_of(id), NOON);
    assert_int_equal(total(NOON), (METER_SEEN_MAX + MORE + 1) * INT64_C(5000));
}

static void spend(int64_t dollars, int64_t at)
{
    for (int64_t i = 0; i < dollars * 5; i++) /* 20 cents each */
        x_meter_count(meter, STR("NorthmoorHelp"), X_CHARGE_POST_WITH_URL, STR(""), at);
}

static void test_forecast(void **state)
{
    /* dollars on days before today, and today; 14.5 days of the month are left */
    static const struct {
        const char *note;
        struct {
            int days_ago;
            int64_t dollars;
        } spent[3];
        double so_far, forecast;
    } rows[] = {
        { "nothing", { { 0, 0 } }, 0, 0 },
        { "half a day", { { 0, 2 } }, 2, 2 + 4 * 14.5 },
        { "a day and a half", { { 1, 2 }, { 0, 1 } }, 3, 3 + 2 * 14.5 },
        { "six days and a half", { { 6, 13 }, { 3, 13 } }, 26, 26 + 4 * 14.5 },
        { "what was before doesn't count for the rest",
          { { 10, 100 }, { 6, 13 } },
          113,
          113 + 2 * 14.5 },
        { "nothing lately", { { 12, 50 } }, 50, 50 },
        { "last month", { { 20, 50 } }, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct x_month month;
        for (size_t k = 0; k < ARRAY_LEN(rows[i].spent); k++)
            spend(rows[i].spent[k].dollars, NOON - rows[i].spent[k].days_ago * DAY);
        x_meter_month(meter, STR(""), NOON, &month);
        assert_note(month.micro_usd == (int64_t)(rows[i].so_far * 1000000), rows[i].note);
        int64_t off = month.forecast_micro_usd - (int64_t)(rows[i].forecast * 1000000);
        assert_note(off >= -1 && off <= 1, rows[i].note);
        (void)teardown(state);
        assert_int_equal(setup(state), 0);
    }
    /* a minute after midnight, a cent is no forecast of 14.40 a day */
    struct x_month month;
    x_meter_count(meter, STR("a"), X_CHARGE_SUMMONED_REPLY, STR(""), NOON - 12 * HOUR + 60);
    x_meter_month(meter, STR(""), NOON - 12 * HOUR + 60, &month);
    assert_true(month.forecast_micro_usd < 10000 * 24 * 16);
}

static void test_cap(void **state)
{
    (void)state;
    spend(50, NOON);
    assert_false(x_meter_over(meter, NOON)); /* there is none */
    (void)teardown(state);
    assert_int_equal(x_meter_new(10, &meter), 0);
    spend(9, NOON);
    assert_false(x_meter_over(meter, NOON));
    spend(1, NOON);
    assert_true(x_meter_over(meter, NOON));
    assert_false(x_meter_over(meter, NOON + 15 * DAY)); /* another month */
    assert_false(x_meter_over(meter, NOON - 16 * DAY));
}

static void keep(struct db *db)
{
    struct tx *tx;
    assert_int_equal(tx_begin(db, TX_WRITE, &tx), 0);
    assert_int_equal(x_meter_keep(meter, tx), 0);
    assert_int_equal(tx_commit(tx), 0);
    x_meter_kept(meter);
}

static void load(struct db *db)
{
    struct tx *tx;
    assert_int_equal(tx_begin(db, TX_READ, &tx), 0);
    assert_int_equal(x_meter_load(meter, tx, NOON), 0);
    tx_rollback(tx);
}

static void test_keeping(void **state)
{
    char path[] = "/tmp/kerbside-meter-XXXXXX";
    struct db *db;
    struct tx *tx;
    struct x_month month;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(db_open(path, DB_WRITER, &db, NULL), 0);
    assert_int_equal(bot_migrate(db), 0);
    load(db);
    assert_false(x_meter_dirty(meter));
    spend(3, NOON);
    x_meter_count(meter, STR("NorthmoorNews"), X_CHARGE_DM, STR(""), NOON - DAY);
    assert_true(x_meter_dirty(meter));

    /* a transaction that fails keeps nothing, and loses nothing */
    assert_int_equal(tx_begin(db, TX_WRITE, &tx), 0);
    assert_int_equal(x_meter_keep(meter, tx), 0);
    tx_rollback(tx);
    assert_true(x_meter_dirty(meter));

    keep(db);
    assert_false(x_meter_dirty(meter));
    keep(db); /* and adds nothing twice */
    spend(1, NOON);
    keep(db);
    (void)teardown(state);
    assert_int_equal(setup(state), 0);
    load(db);
    assert_false(x_meter_dirty(meter));
    x_meter_month(meter, STR(""), NOON, &month);
    assert_int_equal(month.micro_usd, 4015000);
    assert_int_equal(month.kinds[X_CHARGE_POST_WITH_URL].count, 20);
    x_meter_month(meter, STR("NorthmoorNews"), NOON, &month);
    assert_int_equal(month.micro_usd, 15000);

    /* a new day of a restarted program goes on from there */
    spend(1, NOON);
    keep(db);
    (void)teardown(state);
    assert_int_equal(setup(state), 0);
    load(db);
    assert_int_equal(total(NOON), 5015000);
    (void)db_free(db);
    (void)unlink(path);
}

#define METER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        METER_TEST(test_prices),  METER_TEST(test_unanswered), METER_TEST(test_days),
        METER_TEST(test_many),    METER_TEST(test_forecast),   METER_TEST(test_cap),
        METER_TEST(test_keeping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
