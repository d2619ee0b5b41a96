#include "bot/hours.h"

#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/when.h"

enum { WINDOWS_MAX = 6, CLOSED_MAX = 400, SEARCH_DAYS = 366, DAY_MINUTES = 24 * 60 };

struct window {
    int from, to; /* minutes of the local day */
};

struct hours {
    UCalendar *calendar; /* ICU's calendar is a cursor: set before every use */
    struct window windows[7][WINDOWS_MAX];
    size_t window_count[7];
    int64_t closed[CLOSED_MAX];
    size_t closed_count;
};

/* A moment as the council's wall clock shows it. */
struct local {
    int64_t day; /* since 1970-01-01 */
    int weekday; /* 0 is Monday */
    int minute;
    int month, month_day;
};

int hours_new(const char *zone, const char *where, struct report *report, struct hours **ret)
{
    UChar name[64];
    UErrorCode code = U_ZERO_ERROR;
    int32_t len = 0;
    (void)u_strFromUTF8(name, (int32_t)ARRAY_LEN(name), &len, zone, -1, &code);
    UBool known = U_SUCCESS(code);
    UChar canonical[64];
    if (known)
        (void)ucal_getCanonicalTimeZoneID(name, len, canonical, (int32_t)ARRAY_LEN(canonical), NULL,
                                          &code);
    if (U_FAILURE(code))
        return report_error(
            report, "%s: unknown time zone \"%s\"; an IANA name is wanted, such as Europe/London",
            where, zone);
    struct hours *h = calloc(1, sizeof *h);
    if (!h)
        return ERR_NOMEM;
    h->calendar = ucal_open(name, len, "en_GB", UCAL_GREGORIAN, &code);
    if (U_FAILURE(code)) {
        (void)hours_free(h);
        return ERR_NOMEM;
    }
    *ret = h;
    return 0;
}

int hours_new_like(const struct hours *h, struct hours **ret)
{
    UErrorCode code = U_ZERO_ERROR;
    struct hours *other = calloc(1, sizeof *other);
    if (!other)
        return ERR_NOMEM;
    other->calendar = ucal_clone(h->calendar, &code);
    if (U_FAILURE(code)) {
        (void)hours_free(other);
        return ERR_NOMEM;
    }
    memcpy(other->closed, h->closed, sizeof other->closed);
    other->closed_count = h->closed_count;
    *ret = other;
    return 0;
}

int hours_copy(const struct hours *h, struct hours **ret)
{
    struct hours *other = NULL;
    int r = hours_new_like(h, &other);
    if (r < 0)
        return r;
    memcpy(other->windows, h->windows, sizeof other->windows);
    memcpy(other->window_count, h->window_count, sizeof other->window_count);
    *ret = other;
    return 0;
}

struct hours *hours_free(struct hours *h)
{
    if (h && h->calendar)
        ucal_close(h->calendar);
    free(h);
    return NULL;
}

static bool take_minutes(struct str text, int *ret)
{
    int64_t hour, minute;
    if (text.len != 5 || text.p[2] != ':' || !str_to_int64(str_cut(text, 0, 2), 0, 24, &hour) ||
        !str_to_int64(str_cut(text, 3, 5), 0, 59, &minute) || hour * 60 + minute > DAY_MINUTES)
        return false;
    *ret = (int)(hour * 60 + minute);
    return true;
}

int hours_add_window(struct hours *h, unsigned weekday, struct str window, const char *where,
                     struct report *report)
{
    struct window w;
    if (window.len != 11 || window.p[5] != '-' || !take_minutes(str_cut(window, 0, 5), &w.from) ||
        !take_minutes(str_cut(window, 6, 11), &w.to) || w.from >= w.to)
        return report_error(
            report,
            "%s: \"%.*s\": hours are written like \"09:00-17:00\", the first before the second",
            where, STR_ARG(window));
    size_t n = h->window_count[weekday];
    if (n == WINDOWS_MAX)
        return report_error(report, "%s: more than %d windows in a day", where, WINDOWS_MAX);
    for (; n > 0 && h->windows[weekday][n - 1].from > w.from; n--)
        h->windows[weekday][n] = h->windows[weekday][n - 1];
    h->windows[weekday][n] = w;
    h->window_count[weekday]++;
    return 0;
}

int hours_add_closed_day(struct hours *h, int64_t day)
{
    if (h->closed_count == CLOSED_MAX)
        return ERR_TOOBIG;
    h->closed[h->closed_count++] = day;
    return 0;
}

static struct local local_of(const struct hours *h, int64_t at)
{
    UErrorCode code = U_ZERO_ERROR;
    ucal_setMillis(h->calendar, (double)at * 1000, &code);
    int year = ucal_get(h->calendar, UCAL_YEAR, &code),
        month = ucal_get(h->calendar, UCAL_MONTH, &code) + 1;
    int month_day = ucal_get(h->calendar, UCAL_DATE, &code);
    int weekday = ucal_get(h->calendar, UCAL_DAY_OF_WEEK, &code); /* 1 is Sunday */
    int minute = ucal_get(h->calendar, UCAL_HOUR_OF_DAY, &code) * 60 +
                 ucal_get(h->calendar, UCAL_MINUTE, &code);
    return (struct local){ when_day(year, month, month_day), (weekday + 5) % 7, minute, month,
                           month_day };
}

int hours_local_minute(const struct hours *h, int64_t now)
{
    return local_of(h, now).minute;
}

static bool closed_on(const struct hours *h, int64_t day)
{
    for (size_t i = 0; i < h->closed_count; i++)
        if (h->closed[i] == day)
            return true;
    return false;
}

bool hours_open(const struct hours *h, int64_t now)
{
    struct local l = local_of(h, now);
    if (closed_on(h, l.day))
        return false;
    for (size_t i = 0; i < h->window_count[l.weekday]; i++)
        if (l.minute >= h->windows[l.weekday][i].from && l.minute < h->windows[l.weekday][i].to)
            return true;
    return false;
}

/* The moment when the wall clock shows @minute of the day that is @days after @now's. */
static int64_t moment(const struct hours *h, int64_t now, int days, int minute)
{
    UErrorCode code = U_ZERO_ERROR;
    ucal_setMillis(h->calendar, (double)now * 1000, &code);
    ucal_add(h->calendar, UCAL_DATE, days, &code);
    ucal_set(h->calendar, UCAL_HOUR_OF_DAY, minute / 60);
    ucal_set(h->calendar, UCAL_MINUTE, minute % 60);
    ucal_set(h->calendar, UCAL_SECOND, 0);
    ucal_set(h->calendar, UCAL_MILLISECOND, 0);
    return (int64_t)(ucal_getMillis(h->calendar, &code) / 1000);
}

int64_t hours_next_open(const struct hours *h, int64_t now)
{
    if (hours_open(h, now))
        return now;
    struct local today = local_of(h, now);
    for (int days = 0; days <= SEARCH_DAYS; days++) {
        int weekday = (today.weekday + days) % 7;
        if (closed_on(h, today.day + days))
            continue;
        for (size_t i = 0; i < h->window_count[weekday]; i++) {
            const struct window *w = &h->windows[weekday][i];
            if (days > 0 || w->from > today.minute)
                return moment(h, now, days, w->from);
        }
    }
    return 0;
}

int64_t hours_after(const struct hours *h, int64_t from, int64_t minutes)
{
    int64_t left_s = minutes * 60, reached = from; /* windows may overlap */
    struct local today = local_of(h, from);
    if (left_s <= 0)
        return from;
    for (int days = 0; days <= SEARCH_DAYS; days++) {
        int weekday = (today.weekday + days) % 7;
        if (closed_on(h, today.day + days))
            continue;
        for (size_t i = 0; i < h->window_count[weekday]; i++) {
            const struct window *w = &h->windows[weekday][i];
            int64_t begin = moment(h, from, days, w->from), end = moment(h, from, days, w->to);
            begin = begin > reached ? begin : reached;
            if (end <= begin)
                continue;
            if (left_s <= end - begin)
                return begin + left_s;
            left_s -= end - begin;
            reached = end;
        }
    }
    return 0;
}

static void add_hour(struct buf *out, int minute)
{
    int hour = minute / 60, rest = minute % 60;
    const char *half = hour > 12 ? "pm" : "";
    if (hour == 12 && rest == 0) {
        (void)buf_addc(out, "noon");
        return;
    }
    if (minute == 0) {
        (void)buf_addc(out, "midnight");
        return;
    }
    (void)buf_addf(out, "%d", hour > 12 ? hour - 12 : hour);
    if (rest)
        (void)buf_addf(out, ".%02d", rest);
    (void)buf_addc(out, half);
}

int hours_when(const struct hours *h, int64_t now, struct buf *out)
{
    static const char *const days[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday" };
    static const char *const months[] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };
    int64_t next = hours_next_open(h, now);
    if (next == now)
        return buf_addc(out, "shortly");
    if (next == 0)
        return buf_addc(out, "as soon as we can");
    struct local today = local_of(h, now), then = local_of(h, next);
    (void)buf_addc(out, "from ");
    add_hour(out, then.minute);
    if (then.day == today.day)
        (void)buf_addc(out, " today");
    else if (then.day == today.day + 1)
        (void)buf_addc(out, " tomorrow");
    else if (then.day < today.day + 7)
        (void)buf_addf(out, " on %s", days[then.weekday]);
    else
        (void)buf_addf(out, " on %s %d %s", days[then.weekday], then.month_day,
                       months[then.month - 1]);
    return out->err;
}
