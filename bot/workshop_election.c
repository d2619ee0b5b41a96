/* kb_election_report: what a council shows of the time before an election. */
#include "bot/election_report.h"
#include "bot/workshop_private.h"

#include "handoff/view_election.h"
#include "handoff/view_kb.h"

struct published {
    cJSON *list;
    int64_t from, until, last;
};

static void take_version(const struct kb_version *v, void *data)
{
    struct published *p = data;
    p->last = v->id;
    if (v->at >= p->from && v->at < p->until)
        (void)cJSON_AddItemToArray(p->list, view_kb_version(v));
}

/* Newest first, as versions are listed. */
static int put_published(struct tx *tx, int64_t from, int64_t until, cJSON *ret)
{
    struct published p = { cJSON_AddArrayToObject(ret, "published"), from, until, INT64_MAX };
    int r = 1;
    while (r == 1)
        r = kb_version_page(tx, p.last, take_version, &p);
    return r;
}

int election_report(struct tx *tx, const struct kb *kb, int64_t from, int64_t until, cJSON *ret)
{
    int r = view_election(tx, kb, from, until, ret);
    return r < 0 ? r : put_published(tx, from, until, ret);
}

int workshop_election_report(struct workshop_job *job)
{
    int64_t from, until;
    struct tx *tx;
    if (json_get_int(job->frame, "from", 0, WORKSHOP_AT_MAX, &from) != 1 ||
        json_get_int(job->frame, "until", 0, WORKSHOP_AT_MAX, &until) != 1 || from >= until)
        return workshop_refuse(job, "bad_frame",
                               "\"from\" and \"until\" are moments, the first before the second.");
    int r = tx_begin(job->db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = election_report(tx, job->live, from, until, job->answer);
    tx_rollback(tx);
    return r;
}
