#include "base/log.h"

#include <unistd.h>

#include "base/json.h"
#include "base/when.h"
#include "tests/unit/support.h"

static struct {
    int kept; /* the real standard error */
    FILE *file;
} capture;

static void capture_start(void)
{
    (void)fflush(stderr);
    capture.kept = dup(STDERR_FILENO);
    capture.file = tmpfile();
    assert_true(capture.kept >= 0 && capture.file);
    assert_true(dup2(fileno(capture.file), STDERR_FILENO) >= 0);
}

/* What was written since; in static storage. */
static const char *capture_end(void)
{
    static char text[32768];
    (void)fflush(stderr);
    assert_true(dup2(capture.kept, STDERR_FILENO) >= 0);
    (void)close(capture.kept);
    rewind(capture.file);
    size_t len = fread(text, 1, sizeof text - 1, capture.file);
    text[len] = '\0';
    (void)fclose(capture.file);
    return text;
}

static void test_levels(void **state)
{
    (void)state;
    log_setup(LOG_WARN, LOG_TEXT);
    assert_false(log_on(LOG_DEBUG) || log_on(LOG_INFO));
    assert_true(log_on(LOG_WARN) && log_on(LOG_ERROR));
    int evaluated = 0;
    capture_start();
    log_debug("a.debug n=%d", ++evaluated);
    log_info("a.info n=%d", ++evaluated);
    log_warn("a.warn n=%d", ++evaluated);
    log_error("a.error n=%d", ++evaluated);
    const char *text = capture_end();
    assert_int_equal(evaluated, 2); /* nothing is worked out for a line that isn't written */
    assert_null(strstr(text, "a.debug"));
    assert_null(strstr(text, "a.info"));
    assert_non_null(strstr(text, " warn a.warn n=1\n"));
    assert_non_null(strstr(text, " error a.error n=2\n"));
    int64_t at;
    assert_true(when_parse(str_cut(str_of(text), 0, 20), &at));
}

static void test_one_line(void **state)
{
    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    capture_start();
    log_info("a.event value=%s", "x\n2026-01-01T00:00:00Z error forged\r\t\x1b[31m\x7fz");
    const char *text = capture_end();
    const char *end = strchr(text, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    assert_non_null(strstr(text, "a.event value=x 2026-01-01T00:00:00Z error forged   [31m z\n"));
}

static cJSON *logged_json(const char *value)
{
    cJSON *line = NULL;
    log_setup(LOG_INFO, LOG_JSON);
    capture_start();
    log_info("a.event value=%s", value);
    const char *text = capture_end();
    const char *end = strchr(text, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    assert_int_equal(json_parse(str_of(text), &line, NULL), 0);
    return line;
}

static void test_json(void **state)
{
    (void)state;
    static const struct {
        const char *note, *value, *want;
    } rows[] = {
        { "plain", "5", "a.event value=5" },
        { "quotes", "\"a\\b\"", "a.event value=\"a\\b\"" },
        { "control characters", "a\nb\x01", "a.event value=a b " },
        { "beyond ASCII", "\xc3\xa9\xf0\x9f\x98\x80", "a.event value=\xc3\xa9\xf0\x9f\x98\x80" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *line = logged_json(rows[i].value);
        assert_str_note(json_str(cJSON_GetObjectItem(line, "event")), rows[i].want, rows[i].note);
        assert_str(json_str(cJSON_GetObjectItem(line, "level")), "info");
        int64_t at;
        assert_true(when_parse(json_str(cJSON_GetObjectItem(line, "at")), &at));
        cJSON_Delete(line);
    }
    cJSON_Delete(logged_json("bad \xff bytes")); /* is still a line of JSON */
}

/* A value that is too long costs its end, not the whole event. */
static void test_long(void **state)
{
    (void)state;
    struct buf value = BUF_INIT(20000);
    for (int i = 0; i < 3000; i++)
        (void)buf_addc(&value, "\xe2\x82\xac");
    cJSON *line = logged_json(buf_cstr(&value));
    struct str event = json_str(cJSON_GetObjectItem(line, "event"));
    assert_true(str_starts(event, STR("a.event value=\xe2\x82\xac\xe2\x82\xac")));
    cJSON_Delete(line);
    log_setup(LOG_INFO, LOG_TEXT);
    capture_start();
    log_error("a.event value=%s", buf_cstr(&value));
    const char *text = capture_end();
    assert_non_null(strstr(text, " error a.event value=\xe2\x82\xac"));
    assert_int_equal(text[strlen(text) - 1], '\n');
    buf_release(&value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
