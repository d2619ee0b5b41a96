/* What second.c and second_train.c share; nobody else includes it. */
#ifndef INTENTS_SECOND_PRIVATE_H
#define INTENTS_SECOND_PRIVATE_H

#include "intents/second.h"

enum { SECOND_ROWS = 1 << 15, SECOND_FEATURES_MAX = 8192 };

struct second {
    size_t class_count, stride; /* stride: class_count rounded up, so that a row is whole vectors */
    struct str names[SECOND_CLASSES_MAX];
    char *name_bytes;
    float scale[SECOND_CLASSES_MAX], bias[SECOND_CLASSES_MAX]; /* a weight is row byte * scale */
    int8_t *rows;                                              /* SECOND_ROWS * stride */
};

struct second *second_new(const struct str *names, size_t count);

/* The rows of a text's n-grams and signs, repeated as often as they occur; at most
 * SECOND_FEATURES_MAX. Each counts 1 / sqrt(number). */
size_t second_features(const struct intents_match *m, uint32_t rows[SECOND_FEATURES_MAX]);

#endif
