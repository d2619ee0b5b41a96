#include "bot/hours.h"

#include "base/when.h"
#include "tests/unit/support.h"

/* Days of the week from Monday, windows with a space between. */
static const char *const office[7] = { "09:00-17:00", "09:00-17:00", "09:00-17:00", "09:00-17:00",
                                       "09:00-12:30 13:00-16:30" };

static struct hours *make(const char *const week[7], const char *closed)
{
    struct report report = REPORT_INIT;
    struct hours *h = NULL;
    struct str rest, part;
    int64_t day;
    assert_int_equal(hours_new("Europe/London", "here", &report, &h), 0);
    for (unsigned d = 0; d < 7; d++)
        for (rest = str_of(week[d]); str_split(&rest, ' ', &part);)
            assert_int_equal(hours_add_window(h, d, part, "here", &report), 0);
    for (rest = str_of(closed); str_split(&rest, ' ', &part);) {
        assert_true(when_parse_day(part, &day));
        assert_int_equal(hours_add_closed_day(h, day), 0);
    }
    assert_report(&report, "");
    return h;
}

static int64_t at(const char *text)
{
    int64_t t = 0;
    assert_note(when_parse(str_of(text), &t), text);
    return t;
}

static void test_open(void **state)
{
    (void)state;
    static const struct {
        const char *note, *at;
        bool open;
        const char *next;
    } rows[] = {
        { "Monday, a second early", "2026-11-23T08:59:59Z", false, "2026-11-23T09:00:00Z" },
        { "Monday, on the stroke", "2026-11-23T09:00:00Z", true, "2026-11-23T09:00:00Z" },
        { "Monday, the last second", "2026-11-23T16:59:59Z", true, "2026-11-23T16:59:59Z" },
        { "Monday, closing time", "2026-11-23T17:00:00Z", false, "2026-11-24T09:00:00Z" },
        { "Friday, lunch", "2026-11-20T12:30:00Z", false, "2026-11-20T13:00:00Z" },
        { "Friday, after lunch", "2026-11-20T13:00:00Z", true, "2026-11-20T13:00:00Z" },
        { "Friday, closing time", "2026-11-20T16:30:00Z", false, "2026-11-23T09:00:00Z" },
        { "Saturday noon", "2026-11-21T12:00:00Z", false, "2026-11-23T09:00:00Z" },
        { "Sunday evening", "2026-11-22T21:00:00Z", false, "2026-11-23T09:00:00Z" },
        { "a bank holiday", "2026-12-25T10:00:00Z", false, "2026-12-29T09:00:00Z" },
        { "the evening before", "2026-12-24T17:00:00Z", false, "2026-12-29T09:00:00Z" },
        { "New Year's Eve", "2026-12-31T17:30:00Z", false, "2027-01-04T09:00:00Z" },

        { "the Friday before summer time", "2027-03-26T09:00:00Z", true, "2027-03-26T09:00:00Z" },
        { "the Friday before, too early", "2027-03-26T08:30:00Z", false, "2027-03-26T09:00:00Z" },
        { "the hour before it begins", "2027-03-28T00:59:59Z", false, "2027-03-29T08:00:00Z" },
        { "the second it begins", "2027-03-28T01:00:00Z", false, "2027-03-29T08:00:00Z" },
        { "the first Monday of it", "2027-03-29T08:00:00Z", true, "2027-03-29T08:00:00Z" },
        { "and a second early", "2027-03-29T07:59:59Z", false, "2027-03-29T08:00:00Z" },
        { "and closing time", "2027-03-29T16:00:00Z", false, "2027-03-30T08:00:00Z" },

        { "the Friday before winter time", "2027-10-29T08:00:00Z", true, "2027-10-29T08:00:00Z" },
        { "half past one, the first time", "2027-10-31T00:30:00Z", false, "2027-11-01T09:00:00Z" },
        { "half past one, once more", "2027-10-31T01:30:00Z", false, "2027-11-01T09:00:00Z" },
        { "the first Monday of it, too early", "2027-11-01T08:30:00Z", false,
          "2027-11-01T09:00:00Z" },
        { "the first Monday of it", "2027-11-01T09:00:00Z", true, "2027-11-01T09:00:00Z" },

        { "summer, just before local midnight", "2027-07-04T22:59:00Z", false,
          "2027-07-05T08:00:00Z" },
        { "summer, just after it", "2027-07-04T23:01:00Z", false, "2027-07-05T08:00:00Z" },
    };
    struct hours *h = make(office, "2026-12-25 2026-12-28 2027-01-01"), *copy = NULL;
    assert_int_equal(hours_copy(h, &copy), 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char next[WHEN_TEXT_MAX];
        assert_note(hours_open(h, at(rows[i].at)) == rows[i].open, rows[i].note);
        assert_note(hours_open(copy, at(rows[i].at)) == rows[i].open, rows[i].note);
        (void)when_format(hours_next_open(h, at(rows[i].at)), next);
        assert_str_note(str_of(next), rows[i].next, rows[i].note);
    }
    h = hours_free(h);
    (void)hours_free(copy);
    assert_null(hours_free(NULL));
}

/* The next opening is open, and nothing before it was: looked at every quarter of an hour. */
static void test_next_is_next(void **state)
{
    (void)state;
    struct hours *h = make(office, "2027-03-26 2027-03-29 2027-12-27 2027-12-28");
    uint64_t seed = 9;
    int64_t begin = at("2027-01-01T00:00:00Z");
    for (int round = 0; round < 150; round++) {
        int64_t now = begin + (int64_t)random_below(&seed, 366 * 86400);
        int64_t next = hours_next_open(h, now);
        assert_true(next >= now && hours_open(h, next));
        for (int64_t t = now; t < next; t += 900)
            if (hours_open(h, t))
                fail_msg("%lld: open before %lld", (long long)now, (long long)next);
        if (next > now)
            assert_false(hours_open(h, next - 1));
    }
    h = hours_free(h);
}

/* Hours across the changes themselves: by the wall clock, whatever it does. */
static void test_night_hours(void **state)
{
    (void)state;
    static const char *const nights[7] = { [6] = "00:30-03:00" };
    struct hours *h = make(nights, NULL);
    assert_false(hours_open(h, at("2027-03-28T00:29:00Z")));
    assert_true(hours_open(h, at("2027-03-28T00:30:00Z")));
    assert_true(hours_open(h, at("2027-03-28T01:59:00Z")));
    assert_false(hours_open(h, at("2027-03-28T02:00:00Z"))); /* 3 by the clock: an hour short */
    assert_true(hours_open(h, at("2027-10-30T23:30:00Z")));
    assert_true(hours_open(h, at("2027-10-31T02:59:00Z"))); /* an hour long */
    assert_false(hours_open(h, at("2027-10-31T03:00:00Z")));
    h = hours_free(h);
}

static void test_after(void **state)
{
    (void)state;
    static const char *const nights[7] = { [6] = "00:30-03:00" }, *const overlapping[7] = {
        "09:00-12:00 10:00-11:00 11:30-13:00"
    };
    static const struct {
        const char *note;
        const char *const *week;
        const char *from;
        int64_t minutes;
        const char *at;
    } rows[] = {
        { "within the morning", office, "2026-11-23T09:10:30Z", 60, "2026-11-23T10:10:30Z" },
        { "to closing time", office, "2026-11-23T16:00:00Z", 60, "2026-11-23T17:00:00Z" },
        { "over a night", office, "2026-11-23T16:30:00Z", 60, "2026-11-24T09:30:00Z" },
        { "from the night", office, "2026-11-23T22:00:00Z", 60, "2026-11-24T10:00:00Z" },
        { "from early morning", office, "2026-11-23T06:00:00Z", 15, "2026-11-23T09:15:00Z" },
        { "over lunch", office, "2026-11-20T12:00:00Z", 60, "2026-11-20T13:30:00Z" },
        { "from lunch", office, "2026-11-20T12:45:00Z", 1, "2026-11-20T13:01:00Z" },
        { "over a weekend", office, "2026-11-20T16:00:00Z", 60, "2026-11-23T09:30:00Z" },
        { "from Sunday", office, "2026-11-22T12:00:00Z", 240, "2026-11-23T13:00:00Z" },
        { "two days and a bit", office, "2026-11-23T09:00:00Z", 1000, "2026-11-25T09:40:00Z" },
        { "over bank holidays", office, "2026-12-24T16:30:00Z", 60, "2026-12-29T09:30:00Z" },
        { "from one", office, "2026-12-28T10:00:00Z", 60, "2026-12-29T10:00:00Z" },
        { "to summer time", office, "2027-03-25T16:30:00Z", 60, "2027-03-29T08:30:00Z" },
        { "to winter time", office, "2027-10-29T15:00:00Z", 60, "2027-11-01T09:30:00Z" },
        { "an hour that isn't there", nights, "2027-03-28T00:30:00Z", 91, "2027-04-03T23:31:00Z" },
        { "an hour that is twice", nights, "2027-10-30T23:30:00Z", 210, "2027-10-31T03:00:00Z" },
        { "what overlaps counts once", overlapping, "2026-11-23T08:00:00Z", 240,
          "2026-11-23T13:00:00Z" },
        { "nothing", office, "2026-11-22T12:00:00Z", 0, "2026-11-22T12:00:00Z" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hours *h = make(rows[i].week, "2026-12-25 2026-12-28 2027-03-26");
        char got[WHEN_TEXT_MAX];
        (void)when_format(hours_after(h, at(rows[i].from), rows[i].minutes), got);
        assert_str_note(str_of(got), rows[i].at, rows[i].note);
        h = hours_free(h);
    }
    static const char *const never[7] = { NULL };
    struct hours *h = make(never, NULL);
    assert_int_equal(hours_after(h, at("2026-11-23T09:00:00Z"), 1), 0);
    h = hours_free(h);
    h = make(office, NULL);
    assert_int_equal(hours_after(h, at("2026-11-23T09:00:00Z"), INT64_C(10000000)), 0);
    h = hours_free(h);
}

/* As many minutes as are open one by one. */
static void test_after_counts(void **state)
{
    (void)state;
    struct hours *h = make(office, "2027-03-29 2027-05-03");
    uint64_t seed = 11;
    int64_t begin = at("2027-03-01T00:00:00Z");
    for (int round = 0; round < 60; round++) {
        int64_t from = begin + (int64_t)random_below(&seed, 90 * 1440) * 60, counted = 0;
        int64_t minutes = 1 + (int64_t)random_below(&seed, 1500),
                until = hours_after(h, from, minutes);
        for (int64_t t = from; t < until; t += 60)
            counted += hours_open(h, t);
        assert_int_equal(counted, minutes);
        assert_true(hours_open(h, until - 1));
    }
    h = hours_free(h);
}

static void test_when(void **state)
{
    (void)state;
    static const char *const odd[7] = { "10:30-12:00", "12:00-13:00", "12:30-13:00", "14:15-15:00",
                                        "08:00-24:00 17:00-18:00" };
    static const char *const closed = "2026-12-23 2026-12-24 2026-12-25 2026-12-28";
    static const struct {
        const char *note;
        const char *const *week;
        const char *at, *words;
    } rows[] = {
        { "in hours", office, "2026-11-23T12:00:00Z", "shortly" },
        { "early", office, "2026-11-23T06:00:00Z", "from 9 today" },
        { "lunch", office, "2026-11-20T12:45:00Z", "from 1pm today" },
        { "evening", office, "2026-11-23T18:00:00Z", "from 9 tomorrow" },
        { "Sunday evening", office, "2026-11-22T21:00:00Z", "from 9 tomorrow" },
        { "Friday evening", office, "2026-11-20T18:00:00Z", "from 9 on Monday" },
        { "just after midnight it is today", office, "2026-11-23T00:01:00Z", "from 9 today" },
        { "summer: midnight is at 11 pm UTC", office, "2027-07-04T23:01:00Z", "from 9 today" },
        { "summer: before it", office, "2027-07-04T22:59:00Z", "from 9 tomorrow" },
        { "Saturday before summer time", office, "2027-03-27T23:00:00Z", "from 9 on Monday" },
        { "Saturday before winter time", office, "2027-10-30T22:30:00Z", "from 9 on Monday" },
        { "six days", office, "2026-12-23T10:00:00Z", "from 9 on Tuesday" },
        { "a week", office, "2026-12-22T18:00:00Z", "from 9 on Tuesday 29 December" },
        { "half past", odd, "2026-11-23T08:00:00Z", "from 10.30 today" },
        { "noon", odd, "2026-11-24T08:00:00Z", "from noon today" },
        { "half past noon", odd, "2026-11-25T08:00:00Z", "from 12.30 today" },
        { "a quarter past two", odd, "2026-11-26T08:00:00Z", "from 2.15pm today" },
        { "eight", odd, "2026-11-26T16:00:00Z", "from 8 tomorrow" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hours *h = make(rows[i].week, closed);
        struct buf out = BUF_INIT(100);
        assert_int_equal(hours_when(h, at(rows[i].at), &out), 0);
        assert_str_note(buf_str(&out), rows[i].words, rows[i].note);
        buf_release(&out);
        h = hours_free(h);
    }
    static const char *const never[7] = { NULL };
    struct hours *h = make(never, NULL);
    struct buf out = BUF_INIT(100), small = BUF_INIT(3);
    assert_int_equal(hours_next_open(h, 0), 0);
    assert_int_equal(hours_when(h, at("2026-11-23T12:00:00Z"), &out), 0);
    assert_str(buf_str(&out), "as soon as we can");
    assert_int_equal(hours_when(h, 5, &small), ERR_TOOBIG);
    buf_release(&out);
    buf_release(&small);
    h = hours_free(h);
}

static void test_faults(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "9:00-17:00",
        "09:00",
        "09:00-17:0",
        "09:00 17:00",
        "17:00-09:00",
        "09:00-09:00",
        "09:60-17:00",
        "25:00-26:00",
        "09:00-24:01",
        "-9:00-17:00",
        "09:00-17:00 ",
        "09.00-17.00",
    };
    struct report report = REPORT_INIT;
    struct hours *h = NULL;
    assert_int_equal(hours_new("Europe/Northmoor", "here", &report, &h), ERR_BADINPUT);
    assert_null(h);
    assert_report(&report, "error: here: unknown time zone \"Europe/Northmoor\"; an IANA name is "
                           "wanted, such as Europe/London\n");
    assert_int_equal(hours_new("Europe/London", "here", &report, &h), 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char want[300];
        assert_note(hours_add_window(h, 0, str_of(bad[i]), "here", &report) == ERR_BADINPUT,
                    bad[i]);
        (void)snprintf(want, sizeof want,
                       "error: here: \"%s\": hours are written like \"09:00-17:00\", the first "
                       "before the second\n",
                       bad[i]);
        assert_report(&report, want);
    }
    assert_int_equal(hours_next_open(h, 0), 0); /* none of them counts */
    assert_int_equal(hours_add_window(h, 0, STR("00:00-24:00"), "here", &report), 0);
    for (int i = 1; i < 6; i++)
        assert_int_equal(hours_add_window(h, 0, STR("09:00-10:00"), "here", &report), 0);
    assert_int_equal(hours_add_window(h, 0, STR("09:00-10:00"), "here", &report), ERR_BADINPUT);
    assert_report(&report, "error: here: more than 6 windows in a day\n");
    int r = 0;
    for (int64_t day = 0; day < 10000 && r == 0; day++)
        r = hours_add_closed_day(h, day);
    assert_int_equal(r, ERR_TOOBIG);
    h = hours_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),         cmocka_unit_test(test_next_is_next),
        cmocka_unit_test(test_night_hours),  cmocka_unit_test(test_after),
        cmocka_unit_test(test_after_counts), cmocka_unit_test(test_when),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
