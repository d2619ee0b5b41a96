/*
 * How good decisions are, counted on messages of which it is known what is right: the figures of
 * tests/corpus/score.py, by the same names. tests/corpus/LABELS.md says what a label is.
 */
#ifndef BOT_SCORE_H
#define BOT_SCORE_H

#include "base/json.h"
#include "bot/policy.h"

enum { SCORE_INTENTS_MAX = 8, SCORE_ANSWERED_MAX = 2 };

/* What is right for a message. Texts are borrowed from where it was read. */
struct score_label {
    enum action action;
    struct str intents[SCORE_INTENTS_MAX]; /* the main one first */
    size_t intent_count;
    struct str reason; /* of a handoff */
};

/* What is counted; "answer.gold" is what should be answered, "answer.pred" what was. */
enum score_count {
    SCORE_MESSAGES,
    SCORE_EXACT,
    SCORE_ANSWER_GOLD,
    SCORE_ANSWER_PRED,
    SCORE_ANSWER_RIGHT,
    SCORE_HANDOFF_GOLD,
    SCORE_HANDOFF_PRED,
    SCORE_HANDOFF_RIGHT,
    SCORE_HARM,
    SCORE_SENSITIVE_GOLD,
    SCORE_SENSITIVE_RIGHT,
    SCORE_SENSITIVE_HARM,
    SCORE_REASON_RIGHT,
    SCORE_NEED_GOLD,
    SCORE_NEED_SILENT,
    SCORE_IGNORE_GOLD,
    SCORE_IGNORE_RIGHT,
    SCORE_THANK_GOLD,
    SCORE_THANK_RIGHT,
    SCORE_NONE_GOLD,
    SCORE_NONE_RIGHT,
    SCORE_COUNTS
};

struct score {
    unsigned counts[SCORE_COUNTS];
};

/* A kind is bit (1 << kind) of what score_add returns. */
enum score_mistake {
    SCORE_WRONG_LINK,
    SCORE_NOT_COVERED,
    SCORE_HARMED,
    SCORE_SENSITIVE_MISSED,
    SCORE_LEFT_ALONE,
    SCORE_IGNORE_MISSED,
    SCORE_THANK_MISSED,
    SCORE_NONE_MISSED,
    SCORE_MISTAKES
};

const char *score_mistake_name(enum score_mistake kind);

enum { SCORE_FIGURES = 16 };

struct score_figure {
    const char *name;
    enum score_count part, whole; /* whole SCORE_COUNTS: part is a plain count, else part in 100 */
};

extern const struct score_figure score_figures[SCORE_FIGURES];

/*
 * Reads the label of a message. An action, intent or reason that doesn't exist, or one where it
 * doesn't belong, is reported behind @where. 0 or ERR_BADINPUT.
 */
int score_read_label(const struct kb *kb, const cJSON *object, const char *where,
                     struct report *report, struct score_label *ret) MUST_CHECK;

/* The ids of the intents that a decision answers, the main one first; returns how many. */
size_t score_answered(const struct policy_decision *d, struct str ret[SCORE_ANSWERED_MAX]);

/* Counts a decision; returns the kinds of mistake that it is. */
unsigned score_add(struct score *s, const struct score_label *right,
                   const struct policy_decision *d);

/* A figure as words and as JSON; "-" and null where there is nothing to have a share of. @out has
 * room for 16 bytes. */
void score_write(const struct score *s, const struct score_figure *figure, char out[16]);
cJSON *score_json(const struct score *s);

#endif
