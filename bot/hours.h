/*
 * When staff are there: weekly hours in the council's own time zone, less bank holidays and
 * closures. Knows summer time through ICU.
 */
#ifndef BOT_HOURS_H
#define BOT_HOURS_H

#include "base/buf.h"
#include "base/report.h"

struct hours;

/* @zone: an IANA name such as "Europe/London". Reports an unknown one behind @where. */
int hours_new(const char *zone, const char *where, struct report *report,
              struct hours **ret) MUST_CHECK;
struct hours *hours_free(struct hours *h);

/* Others in the same zone with the same days off and no weekly hours yet. */
int hours_new_like(const struct hours *h, struct hours **ret) MUST_CHECK;

/* The same hours for another thread: asking them moves a cursor. */
int hours_copy(const struct hours *h, struct hours **ret) MUST_CHECK;

/* @weekday: 0 is Monday. @window: "09:00-17:00"; several a day, none over midnight. */
int hours_add_window(struct hours *h, unsigned weekday, struct str window, const char *where,
                     struct report *report);

/* A whole day off. @day: days since 1970-01-01. */
int hours_add_closed_day(struct hours *h, int64_t day) MUST_CHECK;

/* What the clock on the wall shows: minutes since midnight. */
int hours_local_minute(const struct hours *h, int64_t now);

bool hours_open(const struct hours *h, int64_t now);

/* The next moment at or after @now when staff are there; 0 if none comes within a year. */
int64_t hours_next_open(const struct hours *h, int64_t now);

/*
 * The moment at which @minutes of opening time have gone by since @from: what the clock's change
 * adds to or takes from a window counts as it was. @from itself for none; 0 if there aren't as many
 * within a year.
 */
int64_t hours_after(const struct hours *h, int64_t from, int64_t minutes);

/*
 * When a person will be there, as words for a sentence: "shortly" in hours, else "from 9 today",
 * "from 9 tomorrow", "from 9 on Monday", "from 9 on Tuesday 29 December" from a week on, "as soon
 * as we can" if no hours are set. A failure sticks in @out.
 */
int hours_when(const struct hours *h, int64_t now, struct buf *out);

#endif
