/*
 * What weighing a text costs: texts as they are written, and 16 KiB and 64 KiB of what is hardest
 * to weigh, where four times the length must not take much more than four times as long. Prints
 * microseconds of the processor's time a text.
 *
 *   bench_weigh
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "bot/x/x.h"

enum { SHORT_BYTES = 16 << 10, LONG_BYTES = 64 << 10, BENCH_NS = 200000000 };

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static double us_each(struct str text)
{
    int64_t rounds = 0, from = now_ns(), spent;
    unsigned sum = 0;
    do {
        sum += x_text_rules.weight(text);
        rounds++;
        spent = now_ns() - from;
    } while (spent < BENCH_NS);
    return sum ? (double)spent / (double)rounds / 1000 : 0;
}

static double us_of_many(const char *part, size_t bytes)
{
    struct buf text = BUF_INIT(LONG_BYTES + 64);
    while (text.len < bytes)
        (void)buf_addc(&text, part);
    double us = us_each(buf_str(&text));
    buf_release(&text);
    return us;
}

int main(void)
{
    static const struct {
        const char *name, *text;
    } typical[] = {
        { "a word", "bins" },
        { "a reply with a link",
          "Sorry about that. Please report it within two days and we'll come "
          "back: https://northmoor.gov.uk/missed-bin" },
        { "with curly quotes and an emoji", "Yes, it\xe2\x80\x99s \xe2\x80\x98garden\xe2\x80\x99 "
                                            "week \xf0\x9f\x99\x82 Put it out by 6."
                                            " northmoor.gov.uk/bins" },
    };
    static const struct {
        const char *name, *part;
    } hard[] = {
        { "letters", "a" },
        { "dots", "." },
        { "@", "@" },
        { "a.", "a." },
        { "a.co ", "a.co " },
        { "a.co/(", "a.co/(" },
        { "http://a.", "http://a." },
        { "xn--", ".xn--" },
        { "Chinese and dots", "\xe4\xb8\xad." },
        { "Chinese names", "\xe5\x98\x89.\xe5\x98\x89\xe9\x87\x8c" },
        { "a.co Chinese", "a.co\xe4\xb8\xad" },
        { "emoji", "\xf0\x9f\x91\xa9\xe2\x80\x8d" },
        { "accents to be composed", "e\xcc\x81" },
    };
    (void)printf("%-32s %10s\n", "typical", "us");
    for (size_t i = 0; i < ARRAY_LEN(typical); i++)
        (void)printf("%-32s %10.2f\n", typical[i].name, us_each(str_of(typical[i].text)));
    (void)printf("%-32s %10s %10s\n", "hard", "16 KiB us", "64 KiB us");
    for (size_t i = 0; i < ARRAY_LEN(hard); i++)
        (void)printf("%-32s %10.0f %10.0f\n", hard[i].name, us_of_many(hard[i].part, SHORT_BYTES),
                     us_of_many(hard[i].part, LONG_BYTES));
    return 0;
}
