/*
 * Knowledge bases of any size, the same every time: terms out of the shipped terms' words and words
 * that could be English, patterns of two to four terms with gaps between, each pattern another one.
 */
#ifndef TESTS_BENCH_GENERATE_H
#define TESTS_BENCH_GENERATE_H

#include "tests/texts.h"

/*
 * Writes a knowledge base of @patterns (a third of them "unless") into the empty folder @dir, with
 * the wording, thresholds and common words of @shipped, or @beside everything that is shipped. Adds
 * @messages texts that some of the patterns match to @out. 0 or negative.
 */
int generate_kb(const char *shipped, bool beside, unsigned patterns, const char *dir,
                size_t messages, struct arena *arena, struct texts *out) MUST_CHECK;

/* A new empty folder for it, and away with it. NULL: there is none. */
char *generate_folder(void) MUST_CHECK;
void generate_remove(char *dir);

/* The words and phrases of @dir's terms, as often as they stand there. A phrase that names a term
 * is left out; a * at the end stays. Returns how many, or negative. */
int generate_phrases(const char *dir, struct arena *arena, struct str **ret) MUST_CHECK;

#endif
