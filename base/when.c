#include "base/when.h"

char *when_format(int64_t at, char out[WHEN_TEXT_MAX])
{
    struct tm tm;
    time_t t = (time_t)at;
    if (!gmtime_r(&t, &tm) || strftime(out, WHEN_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        out[0] = '\0';
    return out;
}

/* Counted from March, so that the leap day comes last. */
int64_t when_day(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool digits(struct str s, size_t at, size_t count, int64_t min, int64_t max, int64_t *ret)
{
    return at + count <= s.len && s.p[at] != '-' &&
           str_to_int64(str_cut(s, at, at + count), min, max, ret);
}

static bool parse_day(struct str s, int64_t *ret_day)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t year, month, day;
    if (!digits(s, 0, 4, 1970, 9999, &year) || s.p[4] != '-' || !digits(s, 5, 2, 1, 12, &month) ||
        s.p[7] != '-' || !digits(s, 8, 2, 1, 31, &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > days[month - 1] + (leap && month == 2))
        return false;
    *ret_day = when_day(year, month, day);
    return true;
}

bool when_parse_day(struct str text, int64_t *ret_day)
{
    return text.len == 10 && parse_day(text, ret_day);
}

bool when_parse(struct str s, int64_t *ret_at)
{
    int64_t day, hour, minute, second;
    if (s.len < 20 || !parse_day(s, &day) || (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') ||
        !digits(s, 11, 2, 0, 23, &hour) || s.p[13] != ':' || !digits(s, 14, 2, 0, 59, &minute) ||
        s.p[16] != ':' || !digits(s, 17, 2, 0, 60, &second))
        return false;
    size_t at = 19;
    if (s.p[at] == '.') {
        size_t from = ++at;
        while (at < s.len && s.p[at] >= '0' && s.p[at] <= '9')
            at++;
        if (at == from || at == s.len)
            return false;
    }
    int64_t offset_s = 0;
    struct str zone = str_cut(s, at, s.len);
    if (!str_is(zone, "Z") && !str_is(zone, "z")) {
        int64_t h, m;
        if (zone.len != 6 || (zone.p[0] != '+' && zone.p[0] != '-') ||
            !digits(zone, 1, 2, 0, 23, &h) || zone.p[3] != ':' || !digits(zone, 4, 2, 0, 59, &m))
            return false;
        offset_s = (h * 60 + m) * 60 * (zone.p[0] == '-' ? -1 : 1);
    }
    *ret_at = day * 86400 + hour * 3600 + minute * 60 + second - offset_s;
    return true;
}
