/*
 * One PCRE2 pattern over normalised text. What (?&term) names is written out as a numbered capture;
 * plain groups don't capture, so every capture is a term's words.
 */
#ifndef INTENTS_PATTERN_H
#define INTENTS_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "intents/vocab.h"

/* What a match may cost; a message that spends more is for a person. JIT heeds only the first
 * (pcre2jit(3)). */
enum { PATTERN_MATCH_LIMIT = 10000, PATTERN_JIT_STACK_BYTES = 256 * 1024 };

struct pattern {
    pcre2_code *code;
    unsigned groups;
};

/*
 * @where names the pattern in faults ("bins.json: bins.missed: match[2]"), which also say the
 * column in @pcre and what PCRE2 said. Returns 0, ERR_BADINPUT (reported) or ERR_NOMEM.
 */
int pattern_compile(struct vocab *vocab, struct str pcre, const char *where, struct report *report,
                    struct pattern *ret) MUST_CHECK;
void pattern_release(struct pattern *p);

#endif
