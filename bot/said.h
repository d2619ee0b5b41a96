/*
 * What was said lately, and how like a text is to it: asked when an answer's words are chosen, and
 * again when it is about to leave.
 */
#ifndef BOT_SAID_H
#define BOT_SAID_H

#include "bot/send_rules.h"
#include "handoff/record.h"

/* What our accounts said by themselves lately. Reading it is dear: the responder does so once for
 * all messages of a transaction, and adds what it queues meanwhile. Zero at first. */
struct said_lately {
    struct arena arena;
    bool read;
    struct said_text {
        int64_t at, resident_id;
        struct send_runs runs;
        bool waiting;    /* it hasn't left */
        bool by_account; /* by the account that was asked for first */
    } * texts;
    size_t count;
};

/* A text that is queued now. Changes nothing where the list wasn't read, or is full. */
int said_lately_add(struct said_lately *l, int64_t resident_id, struct str text,
                    int64_t now) MUST_CHECK;
void said_lately_clear(struct said_lately *l);
void said_lately_release(struct said_lately *l);

struct said {
    struct tx *tx;
    struct arena *arena;
    struct said_lately *lately;
    struct str account;
    int64_t reply_id; /* the one about to leave; 0: words are being chosen, so what waits counts */
    int64_t resident_id, now;
    bool is_private;

    bool read; /* what the resident was told is there; zero at first */
    struct send_runs *told;
    size_t told_count;
};

/* Fills in what send_refusal() needs to know of @text. Returns 0 or negative. */
int said_weigh(struct said *s, struct str text, struct send_facts *facts) MUST_CHECK;

/* For struct wording_context: would these words, said to @data (a struct said), be too much like
 * what was said? 1 yes, 0 no, or negative. */
int said_is_taken(void *data, struct str text) MUST_CHECK;

#endif
