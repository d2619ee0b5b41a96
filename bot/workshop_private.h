/* What the workshop*.c files share; nobody else includes it. */
#ifndef BOT_WORKSHOP_PRIVATE_H
#define BOT_WORKSHOP_PRIVATE_H

#include "bot/decide.h"
#include "bot/workshop.h"

enum { WORKSHOP_AT_MAX = INT32_MAX }; /* moments that are asked about, seconds */

/* What a worker works with. Nothing of it is the loop's. */
struct workshop_job {
    struct db *db;           /* a reader of its own */
    const cJSON *frame;      /* the question */
    struct kb *live, *draft; /* held; draft NULL: there is none, or it can't be loaded */
    int64_t version;         /* of live */
    int64_t revision;        /* of the draft */
    bool trained;            /* the draft has a second opinion of its own, not live's */
    struct str draft_faults; /* lines of the report, if the draft can't be loaded */
    const struct conf *conf;
    const struct hours
        *hours; /* of the first account; for this worker alone, as conf's are for the loop */
    int64_t now;
    atomic_bool *stop; /* looked at now and then: nobody waits for it any more */
    struct arena arena;
    cJSON *answer;    /* with type and id; for the worker to fill in */
    const char *code; /* set with @text: refused instead; texts of the arena or constants */
    const char *text;
};

/* Each returns 0 (answered or refused) or negative (refused with "failed"). */
typedef int workshop_work(struct workshop_job *job);

workshop_work workshop_try, workshop_find; /* workshop_try.c */
workshop_work workshop_check;              /* workshop_check.c */
workshop_work workshop_diff;               /* workshop_diff.c */
workshop_work workshop_learn;              /* workshop_learn.c */
workshop_work workshop_replay_list;        /* workshop_replay.c */
workshop_work workshop_election_report;    /* workshop_election.c */

/* A decision as "tried" of PROTOCOL.md. @version: of what decided, or that the draft lies over. */
cJSON *workshop_tried(const struct kb *kb, int64_t version, const struct decision *d,
                      struct str text);

/* For a worker: refuses, and returns 0. */
int workshop_refuse(struct workshop_job *job, const char *code, const char *text);

/* "text" of the frame, trimmed, of 1 to @max_points characters. Returns 1, or 0: refused. */
int workshop_text(struct workshop_job *job, size_t max_points, struct str *ret);

#endif
