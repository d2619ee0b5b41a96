/* What the workshop*.c files share; nobody else includes it. */
#ifndef BOT_WORKSHOP_PRIVATE_H
#define BOT_WORKSHOP_PRIVATE_H

#include "bot/candidate.h"
#include "bot/replay.h"
#include "bot/workshop.h"

enum { WORKSHOP_AT_MAX = INT32_MAX }; /* moments that are asked about, seconds */

struct question;
struct training;
struct workshop_run;

struct workshop {
    struct workshop_options options;
    struct db *loop_db;
    struct db *db;          /* the worker's */
    struct hours *hours;    /* the worker's */
    struct question *first; /* is the one that is being worked on */
    struct candidate *candidate;
    uv_timer_t still; /* until the draft is trained */
    bool timer_open;
    int64_t still_revision;     /* that it is running for */
    struct training *training;  /* NULL: none is under way */
    struct workshop_run *run;   /* the last replay; NULL: there was none */
    struct hours *replay_hours; /* never asked, only copied, by any thread */
    unsigned replays;           /* with those that were stopped and still wind down */
    unsigned under_way;         /* what must end before this may be freed */
    bool closing;
};

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
    struct workshop_run *run; /* the replay, held, or NULL */
    atomic_bool *stop;        /* looked at now and then: nobody waits for it any more */
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

typedef void workshop_answer(void *to, const cJSON *answer);

/* {"type":@type,"id":…} */
cJSON *workshop_frame(const cJSON *question, const char *type);
void workshop_say_no(workshop_answer *answer, void *to, const cJSON *question, const char *code,
                     const char *text);
void workshop_ended(struct workshop *w); /* one of what is under_way */

/* Questions of replays, which the loop answers at once. */
typedef void workshop_at_once(struct workshop *w, const cJSON *frame, workshop_answer *answer,
                              void *to);
workshop_at_once workshop_replay_begin, workshop_replay_state, workshop_replay_stop;
cJSON *workshop_replay(void *data,
                       struct tx *tx);        /* of struct desk_workshop; @data: the workshop */
void workshop_replay_end(struct workshop *w); /* of the last holder but the worker */
struct workshop_run *workshop_run_ref(struct workshop_run *run); /* NULL is fine */
struct workshop_run *workshop_run_free(struct workshop_run *run);

/* For a worker: refuses, and returns 0. */
int workshop_refuse(struct workshop_job *job, const char *code, const char *text);

/* "text" of the frame, trimmed, of 1 to @max_points characters. Returns 1, or 0: refused. */
int workshop_text(struct workshop_job *job, size_t max_points, struct str *ret);

#endif
