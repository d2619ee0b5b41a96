/*
 * A topic's patterns tried one by one on its own examples: which pattern finds which example, and
 * which examples nothing else finds.
 */
#ifndef KB_TRIAL_H
#define KB_TRIAL_H

#include "kb/kb.h"

/* A pattern of a topic, where the editor wrote it. */
struct kb_pattern {
    size_t number;     /* in the set */
    const char *field; /* its list: "match", "phrases" or "unless" */
    size_t index;      /* in that */
    struct intents_pattern as_written;
};

struct kb_trial {
    struct kb_pattern *patterns; /* of the topic: those of "match", of "phrases" and of "unless" */
    size_t pattern_count, match_count; /* phrases are among those that match */
    size_t example_count;              /* of examples.yes */
    bool *fits;                        /* of each example in turn, a row of match_count */
    bool *needed; /* likewise: without this pattern the example isn't found any more */
};

/*
 * Found means: the score reaches what an intent needs for an answer, a rule to hold. An example
 * that all patterns together don't bring so far is found if any pattern fits. All of *ret lives in
 * @arena. Returns 0 or ERR_NOMEM.
 */
int kb_try_topic(const struct kb *kb, struct intents_scratch *scratch, struct arena *arena,
                 unsigned topic, struct kb_trial *ret) MUST_CHECK;

/* Does any example need the pattern? Does it fit any? @match: its place in patterns. */
bool kb_trial_any(const struct kb_trial *trial, const bool *rows, size_t match);

#endif
