#include "base/when.h"

#include "tests/unit/support.h"

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text;
        int64_t at;
    } rows[] = {
        { "the beginning", "1970-01-01T00:00:00Z", 0 },
        { "a Sunday evening", "2026-11-22T21:00:00Z", 1795381200 },
        { "small letters", "2026-11-22t21:00:00z", 1795381200 },
        { "a space between", "2026-11-22 21:00:00Z", 1795381200 },
        { "fractions are dropped", "2026-11-22T21:00:00.999999Z", 1795381200 },
        { "east of Greenwich", "2026-11-22T22:30:00+01:30", 1795381200 },
        { "west of Greenwich", "2026-11-22T13:00:00.5-08:00", 1795381200 },
        { "minus nothing", "2026-11-22T21:00:00-00:00", 1795381200 },
        { "leap day", "2028-02-29T00:00:00Z", 1835395200 },
        { "leap day of a century", "2000-02-29T23:59:59Z", 951868799 },
        { "leap second", "2016-12-31T23:59:60Z", 1483228800 },
        { "the last", "9999-12-31T23:59:59Z", INT64_C(253402300799) },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t at = -1;
        assert_note(when_parse(str_of(rows[i].text), &at), rows[i].note);
        assert_note(at == rows[i].at, rows[i].note);
    }
}

static void test_refuse(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "now",
        "2026-11-22",
        "2026-11-22T21:00Z",
        "2026-11-22T21:00:00",
        "2026-11-22T21:00:00 Z",
        "2026-11-22T21:00:00.Z",
        "2026-11-22T21:00:00.",
        "2026-11-22T21:00:00.5",
        "2026-11-22T21:00:00+0100",
        "2026-11-22T21:00:00+01",
        "2026-11-22T21:00:00+24:00",
        "2026-11-22T21:00:00+01:60",
        "2026-11-22T21:00:00Zx",
        "2026-11-22X21:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-11-00T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T21:60:00Z",
        "2026-11-22T21:00:61Z",
        "1969-12-31T23:59:59Z",
        "-026-11-22T21:00:00Z",
        "2026--1-22T21:00:00Z",
        "2026-11-22T21:00:-1Z",
        "02026-11-22T21:00:00Z",
        "2026/11/22T21:00:00Z",
        "2026-11-22T21:00:00−01:00",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t at = 77;
        assert_note(!when_parse(str_of(rows[i]), &at), rows[i]);
        assert_note(at == 77, rows[i]);
    }
}

static void test_day(void **state)
{
    (void)state;
    int64_t day = 77;
    assert_true(when_parse_day(STR("1970-01-01"), &day));
    assert_int_equal(day, 0);
    assert_true(when_parse_day(STR("2027-03-31"), &day));
    assert_int_equal(day, when_day(2027, 3, 31));
    assert_false(when_parse_day(STR("2027-03-32"), &day));
    assert_false(when_parse_day(STR("2027-3-31"), &day));
    assert_false(when_parse_day(STR("2027-03-31 "), &day));
    assert_false(when_parse_day(STR("31/03/2027"), &day));
    assert_int_equal(day, when_day(2027, 3, 31));
}

/* Every eleventh day of the four centuries that make up the calendar, against the C library's. */
static void test_round_trip(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 146097; day += 11) {
        int64_t at = day * 86400 + day % 86400, back = -1, back_day = -1;
        char text[WHEN_TEXT_MAX], day_text[WHEN_TEXT_MAX];
        (void)when_format(at, text);
        assert_note(when_parse(str_of(text), &back) && back == at, text);
        struct tm tm;
        time_t t = (time_t)at;
        assert_non_null(gmtime_r(&t, &tm));
        assert_int_equal(when_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), day);
        (void)snprintf(day_text, sizeof day_text, "%.10s", text);
        assert_note(when_parse_day(str_of(day_text), &back_day) && back_day == day, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_day),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
