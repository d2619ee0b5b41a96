/* kb_learn: what the knowledge base should learn next. */
#include "bot/workshop_private.h"

#include "bot/learn.h"

enum { DAY_S = 86400 };

int workshop_learn(struct workshop_job *job)
{
    int64_t days;
    if (json_get_int(job->frame, "days", 1, LEARN_DAYS_MAX, &days) != 1)
        return workshop_refuse(job, "bad_frame",
                               "\"days\" says how far back to look: a whole number from 1 to 400.");
    return learn_put(job->db, job->live, job->now - days * DAY_S, job->stop, job->answer);
}
