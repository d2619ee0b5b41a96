/*
 * The second opinion: a linear model over hashed character and word n-grams of the normalised text,
 * trained on what editors wrote (examples and teach lists). It knows less than the patterns and
 * never answers by itself: bot/policy.c asks whether it agrees.
 *
 * A model is 2^15 rows of one signed byte a class, so that asking costs a few microseconds and
 * nothing is allocated. Read only once it is made; may be shared by threads.
 */
#ifndef INTENTS_SECOND_H
#define INTENTS_SECOND_H

#include "base/buf.h"
#include "intents/normal.h"

enum { SECOND_CLASSES_MAX = 64, SECOND_FILE_BYTES_MAX = 8 << 20 };

struct second;

/* One text that was taught: normalised, and the number of its class. */
struct second_lesson {
    struct normal normal;
    unsigned class;
};

/*
 * Trains with liblinear's logistic regression, one class against the rest; about a second for 3,000
 * lessons. @names: of the classes, at most SECOND_CLASSES_MAX; copied. Same input, same model. 0,
 * ERR_BADINPUT (fewer than two classes have lessons), ERR_TOOBIG or ERR_NOMEM.
 */
int second_train(const struct second_lesson *lessons, size_t count, const struct str *names,
                 size_t name_count, struct second **ret) MUST_CHECK;
struct second *second_free(struct second *s);

size_t second_class_count(const struct second *s);
struct str second_class_name(const struct second *s, size_t class);

/* The chance of each class, together 1. @ret has room for second_class_count. */
void second_ask(const struct second *s, const struct normal *n, float *ret);

/* To and from a file's bytes. Loading checks every length and number: ERR_BADINPUT. */
int second_save(const struct second *s, struct buf *out) MUST_CHECK;
int second_load(struct str bytes, struct second **ret) MUST_CHECK;

#endif
