/*
 * The second opinion: a linear model over hashed character and word n-grams of the normalised text,
 * the vocabulary's terms in it and the topics whose patterns fit, trained on what editors wrote
 * (examples and teach lists). It knows less than the patterns and never answers by itself:
 * bot/policy.c asks whether it agrees.
 *
 * A model is 2^15 rows of one signed byte a class, so that asking costs a few microseconds and
 * nothing is allocated. Read only once it is made; may be shared by threads.
 */
#ifndef INTENTS_SECOND_H
#define INTENTS_SECOND_H

#include <stdatomic.h>

#include "base/buf.h"
#include "intents/intents.h"

enum { SECOND_CLASSES_MAX = 64, SECOND_FILE_BYTES_MAX = 8 << 20 };

struct second;

/* Texts with the numbers of their classes, to train on. */
struct second_lessons;

struct second_lessons *second_lessons_new(void);
struct second_lessons *second_lessons_free(struct second_lessons *l);

/* @m: only read, nothing of it is kept. */
int second_lessons_add(struct second_lessons *l, const struct intents_match *m,
                       unsigned class) MUST_CHECK;

/*
 * Trains with liblinear's logistic regression, one class against the rest, on all processors; @l is
 * used up. @names: of the classes, at most SECOND_CLASSES_MAX; copied. Same input, same model.
 * @stop, which may be NULL: looked at between two classes. 0, ERR_BADINPUT (fewer than two classes
 * have lessons, or one has no name), ERR_DENIED (stopped) or ERR_NOMEM.
 */
int second_train(struct second_lessons *l, const struct str *names, size_t name_count,
                 const atomic_bool *stop, struct second **ret) MUST_CHECK;
struct second *second_free(struct second *s);

size_t second_class_count(const struct second *s);
struct str second_class_name(const struct second *s, size_t class);

/* The chance of each class, together 1. @ret has room for second_class_count. */
void second_ask(const struct second *s, const struct intents_match *m, float *ret);

/* To and from a file's bytes. Loading checks every length and number: ERR_BADINPUT. */
int second_save(const struct second *s, struct buf *out) MUST_CHECK;
int second_load(struct str bytes, struct second **ret) MUST_CHECK;

#endif
