#include "bot/conf.h"

#include "base/file.h"
#include "base/json.h"
#include "base/when.h"
#include "tests/unit/support.h"

static const char good[] =
    "{\"kb\":\"kb\",\"database\":\"/srv/x.db\",\"demo\":false,"
    "\"hours\":{\"week\":{\"mon\":[\"09:00-12:30\",\"13:00-17:00\"],\"tue\":[]},"
    "\"holidays\":\"days.json\",\"closed\":[\"2026-12-24\"]},"
    "\"console\":{\"port\":8080},"
    "\"x\":{\"api\":\"https://api.x.com\",\"timeout_ms\":100},"
    "\"accounts\":[{\"id\":\"1500000000000000001\",\"handle\":\"NorthmoorHelp\","
    "\"token_file\":\"token\"},"
    "{\"id\":\"1500000000000000002\",\"handle\":\"NorthmoorNews\",\"token_file\":\"/n\","
    "\"team\":\"communications\",\"voice\":\"news\","
    "\"hours\":{\"week\":{\"tue\":[\"10:00-11:00\"]}}}]}";

static const char good_days[] = "{\"england-and-wales\":{\"division\":\"england-and-wales\","
                                "\"events\":[{\"title\":\"Christmas Day\",\"date\":\"2026-12-25\","
                                "\"notes\":\"\",\"bunting\":true}]}}";

/* @text with @from changed to @to; all of it where @from is empty. The caller frees it. */
static char *changed(const char *text, const char *from, const char *to)
{
    struct buf b = BUF_INIT(1 << 16);
    const char *at = strstr(text, from);
    assert_non_null(at);
    (void)buf_add(&b, str_cut(str_of(text), 0, (size_t)(at - text)));
    (void)buf_addc(&b, to);
    (void)buf_addc(&b, *from ? at + strlen(from) : "");
    return buf_take(&b);
}

static void write_conf(const char *dir, const char *from, const char *to)
{
    char *text = changed(good, from, to);
    write_text(dir, "c.json", text ? text : "");
    free(text);
    write_text(dir, "days.json", good_days);
}

static void test_good(void **state)
{
    const char *dir = *state;
    struct report report = REPORT_INIT;
    struct conf *c = NULL;
    write_conf(dir, "", good);
    assert_int_equal(conf_load(path_in(dir, "c.json"), &report, &c), 0);
    assert_report(&report, "");
    assert_string_equal(c->file, path_in(dir, "c.json"));
    assert_string_equal(c->kb_dir, path_in(dir, "kb")); /* beside the file, wherever we run */
    assert_string_equal(c->database, "/srv/x.db");
    assert_int_equal(c->account_count, 2);
    const struct conf_account *help = &c->accounts[0], *news = &c->accounts[1];
    assert_string_equal(help->token_file, path_in(dir, "token"));
    assert_string_equal(help->handle, "NorthmoorHelp");
    assert_string_equal(help->id, "1500000000000000001");
    assert_string_equal(help->team, "customer services");
    assert_null(help->voice);
    assert_null(help->hours); /* the council's */
    assert_string_equal(news->token_file, "/n");
    assert_string_equal(news->team, "communications");
    assert_string_equal(news->voice, "news");
    assert_false(c->demo);
    assert_int_equal(c->x_timeout_ms, 100);
    /* what wasn't set */
    assert_string_equal(c->zone, "Europe/London");
    assert_string_equal(c->console_address, "127.0.0.1");
    assert_null(c->console_origin);
    assert_int_equal(c->answer_within_s, 21600);
    assert_int_equal(c->x_poll_every_ms, 15000);
    static const struct {
        const char *at;
        bool open;
    } rows[] = {
        { "2026-11-23T12:29:00Z", true }, { "2026-11-23T12:31:00Z", false },
        { "2026-11-23T16:59:00Z", true }, { "2026-11-24T12:00:00Z", false },
        { "2026-12-21T12:00:00Z", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t at;
        assert_true(when_parse(str_of(rows[i].at), &at));
        assert_note(hours_open(c->hours, at) == rows[i].open, rows[i].at);
    }
    int64_t tuesday, christmas; /* its own week, the council's days off */
    assert_true(when_parse(STR("2026-12-22T10:30:00Z"), &tuesday));
    assert_true(when_parse(STR("2026-12-25T10:30:00Z"), &christmas));
    assert_true(hours_open(news->hours, tuesday));
    assert_false(hours_open(news->hours, christmas));
    c = conf_free(c);
    assert_null(conf_free(NULL));
}

static void test_days_off(void **state)
{
    const char *dir = *state;
    struct report report = REPORT_INIT;
    struct conf *c = NULL;
    int64_t at;
    write_conf(dir, "{\"mon\":[\"09:00-12:30\",\"13:00-17:00\"],\"tue\":[]}",
               "{\"thu\":[\"09:00-17:00\"],\"fri\":[\"09:00-17:00\"]}");
    assert_int_equal(conf_load(path_in(dir, "c.json"), &report, &c), 0);
    assert_true(when_parse(STR("2026-12-24T08:00:00Z"), &at)); /* closed, then Christmas Day */
    int64_t next = hours_next_open(c->hours, at);
    assert_true(when_parse(STR("2026-12-31T09:00:00Z"), &at));
    assert_int_equal(next, at);
    c = conf_free(c);
}

static void test_faults(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *note, *from, *to, *says; /* @says behind "error: DIR/c.json" */
    } rows[] = {
        { "not JSON", "", "{\"kb\" \"kb\"}", ":1:7: not JSON from here on" },
        { "no object", "", "[]", ": must be a JSON object" },
        { "a setting twice", "\"demo\":false", "\"demo\":false,\"demo\":true",
          ": the member \"demo\" stands twice in one object" },
        { "unknown setting", "\"demo\"", "\"demon\"",
          ": unknown setting \"demon\"; kerbside config manual lists all" },
        { "unknown setting of a section", "\"port\"", "\"ports\"",
          ": unknown setting \"console.ports\"; kerbside config manual lists all" },
        { "a section's setting at the top", "\"demo\":false", "\"port\":8080",
          ": unknown setting \"port\"; kerbside config manual lists all" },
        { "missing", "\"kb\":\"kb\",", "", ": \"kb\" is missing: Folder of the knowledge base" },
        { "missing in an account", "\"handle\":\"NorthmoorHelp\",", "",
          ": \"accounts[0].handle\" is missing: The account's handle, without @" },
        { "unknown setting of an account", "\"voice\"", "\"voices\"",
          ": unknown setting \"accounts[1].voices\"; kerbside config manual lists all" },
        { "an account that is no object", "\"accounts\":[", "\"accounts\":[5,",
          ": \"accounts[0]\" must be an object of settings" },
        { "an account twice", "1500000000000000002", "1500000000000000001",
          ": \"accounts[1]\" has the id or handle of accounts[0]" },
        { "an account's hours of another type", "{\"tue\":[\"10:00-11:00\"]}", "5",
          ": \"accounts[1].hours.week\" must be an object of mon to sun" },
        { "bad hours of an account", "10:00-11:00", "10-11",
          ": accounts[1].hours.week.tue: \"10-11\": hours are written like \"09:00-17:00\", the "
          "first before the second" },
        { "text of another type", "\"kb\":\"kb\"", "\"kb\":5",
          ": \"kb\" must be a text with something in it" },
        { "empty text", "\"kb\":\"kb\"", "\"kb\":\"\"",
          ": \"kb\" must be a text with something in it" },
        { "null", "\"kb\":\"kb\"", "\"kb\":null", ": \"kb\" must be a text with something in it" },
        { "a number as a text", "8080", "\"8080\"",
          ": \"console.port\" must be a whole number from 0 to 65535" },
        { "below the range", "8080", "-1",
          ": \"console.port\" must be a whole number from 0 to 65535" },
        { "above the range", "8080", "65536",
          ": \"console.port\" must be a whole number from 0 to 65535" },
        { "half a port", "8080", "80.5",
          ": \"console.port\" must be a whole number from 0 to 65535" },
        { "one below the range", "\"timeout_ms\":100", "\"timeout_ms\":99",
          ": \"x.timeout_ms\" must be a whole number from 100 to 120000" },
        { "no truth", "\"demo\":false", "\"demo\":\"no\"", ": \"demo\" must be true or false" },
        { "no choice", "\"demo\":false", "\"log\":\"xml\"",
          ": \"log\" must be one of \"text\", \"json\"" },
        { "demo against the real network", "\"demo\":false", "\"demo\":true",
          ": \"demo\" goes only with an \"x.api\" on this machine (http://127.0.0.1:…)" },
        { "no TLS", "https://api.x.com", "http://api.x.com",
          ": \"x.api\" must begin with https://, unless it is on this machine" },
        { "no TLS, a name that begins like this machine", "https://api.x.com",
          "http://127.0.0.1.example",
          ": \"x.api\" must begin with https://, unless it is on this "
          "machine" },
        { "a webhook and nowhere to reach it", "\"timeout_ms\"",
          "\"live\":\"webhook\",\"timeout_ms\"",
          ": \"x.live\": \"webhook\" needs \"console.origin\", where X reaches us: https://…" },
        { "handle with @", "\"NorthmoorHelp\"", "\"@NorthmoorHelp\"",
          ": \"accounts[0].handle\" is written without @" },
        { "account id that is a name", "1500000000000000001", "NorthmoorHelp",
          ": \"accounts[0].id\" must be the account's number, as text" },
        { "account id as a number", "\"1500000000000000001\"", "1500000000000000001",
          ": \"accounts[0].id\" must be a text with something in it" },
        { "unknown zone", "\"week\"", "\"zone\":\"Europe/Northmoor\",\"week\"",
          ": unknown time zone \"Europe/Northmoor\"; an IANA name is wanted, such as "
          "Europe/London" },
        { "no hours", "\"week\":{\"mon\":[\"09:00-12:30\",\"13:00-17:00\"],\"tue\":[]},", "",
          ": \"hours.week\" is missing: When staff are there: for each of mon to sun a list like "
          "[\"09:00-12:30\", \"13:00-17:00\"]; a day left out is closed" },
        { "hours of another type", "{\"mon\":[\"09:00-12:30\",\"13:00-17:00\"],\"tue\":[]}",
          "[\"09:00-17:00\"]", ": \"hours.week\" must be an object of mon to sun" },
        { "unknown day", "\"mon\"", "\"monday\"",
          ": \"hours.week.monday\": the days are mon to sun, each a list of hours" },
        { "hours without a list", "\"tue\":[]", "\"tue\":\"09:00-17:00\"",
          ": \"hours.week.tue\": the days are mon to sun, each a list of hours" },
        { "bad hours", "13:00-17:00", "1pm-5pm",
          ": hours.week.mon: \"1pm-5pm\": hours are written like \"09:00-17:00\", the first before "
          "the second" },
        { "hours that are no text", "\"13:00-17:00\"", "13",
          ": hours.week.mon: \"\": hours are written like \"09:00-17:00\", the first before the "
          "second" },
        { "closed days without a list", "[\"2026-12-24\"]", "\"2026-12-24\"",
          ": \"hours.closed\" must be a list of days" },
        { "no such day", "2026-12-24", "2026-12-32", ": \"2026-12-32\" is no day like 2026-12-24" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct buf want = BUF_INIT(4096);
        struct conf *c = NULL;
        write_conf(dir, rows[i].from, rows[i].to);
        assert_note(conf_load(path_in(dir, "c.json"), &report, &c) == ERR_BADINPUT, rows[i].note);
        assert_null(c);
        (void)buf_addf(&want, "error: %s/c.json%s\n", dir, rows[i].says);
        assert_str_note(buf_str(&report.lines), buf_cstr(&want), rows[i].note);
        buf_release(&want);
        report_release(&report);
    }
}

static void test_demo_here(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *api;
        bool here;
    } rows[] = {
        { "http://127.0.0.1:8081", true },     { "http://127.0.0.1", true },
        { "http://localhost:8081/x", true },   { "http://[::1]:8081", true },
        { "http://127.0.0.1.example", false }, { "http://localhost.example", false },
        { "https://api.x.com", false },        { "https://127.0.0.1.example", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct conf *c = NULL;
        char *text = changed(good, "\"demo\":false", "\"demo\":true");
        char *whole = changed(text, "https://api.x.com", rows[i].api);
        write_text(dir, "c.json", whole);
        write_text(dir, "days.json", good_days);
        int r = conf_load(path_in(dir, "c.json"), &report, &c);
        assert_note(r == (rows[i].here ? 0 : ERR_BADINPUT), rows[i].api);
        if (!rows[i].here)
            assert_reported(&report, "\"demo\" goes only with", rows[i].api);
        report_release(&report);
        c = conf_free(c);
        free(text);
        free(whole);
    }
}

static void test_holidays(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *note, *text, *says; /* behind "error: DIR/days.json" */
    } rows[] = {
        { "not there", NULL, ": can't be read: No such file or directory" },
        { "not JSON", "<html>", ":1:1: not JSON from here on" },
        { "another country", "{\"scotland\":{\"events\":[]}}",
          ": no \"england-and-wales\" with \"events\" in it" },
        { "none at all", "{\"england-and-wales\":{\"events\":[]}}",
          ": no \"england-and-wales\" with \"events\" in it" },
        { "a day in another form", "{\"england-and-wales\":{\"events\":[{\"date\":\"25/12/26\"}]}}",
          ": \"25/12/26\" is no day like 2026-12-24" },
        { "no day", "{\"england-and-wales\":{\"events\":[{\"title\":\"Easter\"}]}}",
          ": \"\" is no day like 2026-12-24" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct buf want = BUF_INIT(4096);
        struct conf *c = NULL;
        write_conf(dir, "", good);
        if (rows[i].text)
            write_text(dir, "days.json", rows[i].text);
        else
            assert_int_equal(remove(path_in(dir, "days.json")), 0);
        assert_note(conf_load(path_in(dir, "c.json"), &report, &c) < 0, rows[i].note);
        assert_null(c);
        (void)buf_addf(&want, "error: %s/days.json%s\n", dir, rows[i].says);
        assert_str_note(buf_str(&report.lines), buf_cstr(&want), rows[i].note);
        buf_release(&want);
        report_release(&report);
    }
}

static void test_all_faults(void **state)
{
    const char *dir = *state;
    struct report report = REPORT_INIT;
    struct conf *c = NULL;
    write_text(dir, "c.json", "{\"kbs\":\"kb\",\"accounts\":[{\"handle\":\"@a\",\"id\":\"b\"}]}");
    assert_true(conf_load(path_in(dir, "c.json"), &report, &c) < 0);
    static const char *const parts[] = {
        "unknown setting \"kbs\"",
        "\"kb\" is missing",
        "\"database\" is missing",
        "\"hours.week\" is missing",
        "\"accounts[0].token_file\" is missing",
        "written without @",
        "\"accounts[0].id\" must be",
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        assert_reported(&report, parts[i], "");
    assert_int_equal(report.errors, ARRAY_LEN(parts));
    report_release(&report);
    assert_true(conf_load(path_in(dir, "none.json"), &report, &c) < 0);
    assert_reported(&report, "/none.json: can't be read: No such file or directory", "");
    report_release(&report);
}

static void test_shipped(void **state)
{
    (void)state;
    static const char *const files[] = { SOURCE_DIR "/config/demo.json",
                                         SOURCE_DIR "/config/kerbside.example.json" };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct report report = REPORT_INIT;
        struct conf *c = NULL;
        int r = conf_load(files[i], &report, &c);
        assert_report(&report, "");
        assert_int_equal(r, 0);
        c = conf_free(c);
    }
}

static void test_schema(void **state)
{
    (void)state;
    struct buf made = BUF_INIT(1 << 20), kept = BUF_INIT(1 << 20);
    cJSON *tree = NULL;
    assert_int_equal(conf_schema(&made), 0);
    assert_int_equal(json_parse(buf_str(&made), &tree, NULL), 0);
    cJSON_Delete(tree);
    int r = file_read(SOURCE_DIR "/config/kerbside.schema.json", &kept);
    if (r == 0) /* else: kerbside config schema > config/kerbside.schema.json */
        assert_str(buf_str(&kept), buf_cstr(&made));
    buf_release(&made);
    buf_release(&kept);
    if (r < 0)
        skip();
}

static void test_manual(void **state)
{
    (void)state;
    static const char *const names[] = {
        "kb\n",
        "database\n",
        "demo\n",
        "hours.zone\n",
        "hours.week\n",
        "hours.holidays\n",
        "hours.closed\n",
        "console.address\n",
        "console.port\n",
        "x.api\n",
        "accounts[].id\n",
        "accounts[].handle\n",
        "accounts[].token_file\n",
        "x.poll_every_ms\n",
        "x.timeout_ms\n",
    };
    struct buf out = BUF_INIT(1 << 20);
    assert_int_equal(conf_manual(&out), 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_note(strstr(buf_cstr(&out), names[i]), names[i]);
    assert_non_null(strstr(buf_cstr(&out), "Default 8080, from 0 to 65535."));
    assert_non_null(strstr(buf_cstr(&out), "Default Europe/London."));
    buf_release(&out);
}

#define conf_test(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        conf_test(test_good),           conf_test(test_days_off),
        conf_test(test_faults),         conf_test(test_demo_here),
        conf_test(test_holidays),       conf_test(test_all_faults),
        cmocka_unit_test(test_shipped), cmocka_unit_test(test_schema),
        cmocka_unit_test(test_manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
