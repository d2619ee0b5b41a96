/* kb_diff: what is different between two versions, or a version and the draft; or what a proposal
 * would change. */
#include "bot/workshop_private.h"

#include "kb/diff.h"
#include "kb/draft.h"
#include "kb/proposal.h"
#include "kb/version.h"

enum { DIFFERENCES_MAX = 1000 }; /* more than that nobody reads, and the answer has an end */

/* The number of a version, or @none for null. False: it is neither. */
static bool read_version(const struct workshop_job *job, const char *name, int64_t none,
                         int64_t *ret)
{
    *ret = none;
    return json_get_int(job->frame, name, 1, INT64_MAX, ret) >= 0;
}

enum { DRAFT = 0 };

/* 1, 0: refused, or negative. */
static int read_side(struct workshop_job *job, struct tx *tx, int64_t version,
                     struct kb_files **ret)
{
    struct report report = REPORT_INIT;
    int r =
        version == DRAFT ? kb_draft_files(tx, &report, ret) : kb_version_files(tx, version, ret);
    if (version == DRAFT && r == 0)
        r = 1;
    else if (version != DRAFT && r == 0)
        (void)workshop_refuse(job, "unknown", "There is no version of that number.");
    if (r == ERR_BADINPUT) {
        struct str lines = arena_str(&job->arena, buf_str(&report.lines));
        r = lines.p ? workshop_refuse(job, "failed", lines.p) : ERR_NOMEM;
    }
    report_release(&report);
    return r;
}

static int add_difference(const struct kb_difference *d, void *data)
{
    static const char *const changes[] = { "added", "changed", "removed" };
    cJSON *list = data, *o = cJSON_CreateObject();
    if (cJSON_GetArraySize(list) == DIFFERENCES_MAX) {
        cJSON_Delete(o);
        return 1;
    }
    (void)cJSON_AddItemToArray(list, o);
    (void)json_put_str(o, "kind", kb_item_kind_name(d->kind));
    (void)json_put_str(o, "item", d->id);
    (void)json_put_str(o, "title", d->title);
    (void)cJSON_AddStringToObject(o, "change", changes[d->change]);
    (void)cJSON_AddItemToObject(o, "lines", kb_difference_words(d));
    return 0;
}

static int compare(struct workshop_job *job, const struct kb_files *was, const struct kb_files *is)
{
    struct report report = REPORT_INIT;
    struct kb_items *before = NULL, *after = NULL;
    int r = kb_items_new(was, &report, &before);
    if (r == 0)
        r = kb_items_new(is, &report, &after);
    if (r == 0)
        r = kb_diff(before, after, add_difference, cJSON_AddArrayToObject(job->answer, "items"));
    (void)kb_items_free(before);
    (void)kb_items_free(after);
    report_release(&report);
    return r < 0 ? r : 0;
}

static int compare_sides(struct workshop_job *job)
{
    struct kb_files *was = NULL, *is = NULL;
    int64_t from, to;
    struct tx *tx;
    if (!read_version(job, "from", job->version, &from) || !read_version(job, "to", DRAFT, &to))
        return workshop_refuse(job, "bad_frame",
                               "\"from\" and \"to\" are numbers of versions, or null.");
    int r = tx_begin(job->db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = read_side(job, tx, from, &was);
    if (r == 1)
        r = read_side(job, tx, to, &is);
    tx_rollback(tx);
    if (r == 1)
        r = compare(job, was, is);
    (void)kb_files_free(was);
    (void)kb_files_free(is);
    return r;
}

/* From what its writer began with to what is proposed, however live and the draft go on. */
static int add_proposed(const struct kb_draft_item *item, void *data)
{
    cJSON *was = NULL, *is = NULL;
    int r = item->base.len ? json_parse(item->base, &was, NULL) : 0;
    if (r == 0 && item->body.len)
        r = json_parse(item->body, &is, NULL);
    const struct kb_item named = { .kind = item->kind, .id = item->id, .body = is ? is : was };
    const struct kb_difference d = {
        .change = !was  ? KB_ADDED
                  : !is ? KB_REMOVED
                        : KB_CHANGED,
        .kind = item->kind,
        .id = item->id,
        .title = kb_item_title(&named),
        .was = was,
        .is = is,
    };
    if (r == 0)
        r = add_difference(&d, data);
    cJSON_Delete(was);
    cJSON_Delete(is);
    return r;
}

static int tell_proposal(struct workshop_job *job, int64_t id)
{
    struct tx *tx;
    int r = tx_begin(job->db, TX_READ, &tx);
    if (r < 0)
        return r;
    struct kb_proposal p;
    struct kb_files *was = NULL, *is = NULL;
    r = kb_proposal_get(tx, &job->arena, id, &p);
    if (r == 0)
        (void)workshop_refuse(job, "unknown", "There is no proposal of that number.");
    else if (r == 1 && p.from_id)
        r = read_side(job, tx, job->version, &was) == 1 ? read_side(job, tx, p.from_id, &is) : 0;
    else if (r == 1)
        r = kb_proposal_each_item(tx, id, add_proposed,
                                  cJSON_AddArrayToObject(job->answer, "items"));
    tx_rollback(tx);
    if (r == 1 && was && is)
        r = compare(job, was, is);
    (void)kb_files_free(was);
    (void)kb_files_free(is);
    return r < 0 ? r : 0;
}

int workshop_diff(struct workshop_job *job)
{
    int64_t proposal = 0;
    int r = json_get_int(job->frame, "proposal", 1, INT64_MAX, &proposal);
    if (r < 0)
        return workshop_refuse(job, "bad_frame", "\"proposal\" is the number of a proposal.");
    return r == 1 ? tell_proposal(job, proposal) : compare_sides(job);
}
