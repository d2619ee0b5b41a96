#include "bot/publisher.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/when.h"
#include "bot/aside.h"
#include "kb/item.h"
#include "kb/needs.h"
#include "kb/proposal.h"

enum { TEXT_BYTES_MAX = 65536, DAY_S = 86400 };

/* What is under way. The worker's until it is done. */
struct publishing {
    struct publisher *of;
    int64_t proposal_id; /* 0: a version of another process is taken over */
    int64_t live_id;     /* the version that it is laid over, or that is taken over */
    int64_t now;
    struct arena arena;
    struct kb_proposal proposal; /* in the arena */
    struct kb_files *files;
    struct kb *kb;
    struct report report;
    int outcome;
};

struct publisher {
    struct publisher_options options;
    struct publishing *job; /* NULL: nothing is under way */
    int64_t seen_id;        /* the newest version that was live, or could not be */
    atomic_bool stop;
};

static void job_free(struct publishing *job)
{
    (void)kb_free(job->kb);
    (void)kb_files_free(job->files);
    report_release(&job->report);
    arena_release(&job->arena);
    free(job);
}

/* ------------------------------------------------------------------------------------------------
 * aside of the loop */

struct laying {
    struct publishing *job;
    struct kb_items *items;
};

/* One that somebody else has changed since its writer began is nobody's to overwrite. */
static int lay_over(const struct kb_draft_item *item, void *data)
{
    struct laying *l = data;
    struct report *report = &l->job->report;
    const cJSON *live = kb_items_get(l->items, item->kind, item->id);
    cJSON *body = NULL, *base = NULL;
    int r = kb_item_parse(item->body, &body);
    if (r == 0)
        r = kb_item_parse(item->base, &base);
    if (r == 0 && !kb_item_same(live, base) && !kb_item_same(live, body))
        (void)report_error(report,
                           "%.*s: version %" PRId64
                           " has changed it meanwhile: look at both in the "
                           "draft, and publish again",
                           STR_ARG(item->id), l->job->live_id);
    else if (r == 0)
        r = kb_items_put(l->items, item->kind, item->id, body, report);
    cJSON_Delete(body);
    cJSON_Delete(base);
    return r == ERR_BADINPUT ? 0 : r; /* the next is laid over all the same */
}

static int lay_all(struct publishing *job, struct tx *tx, const struct kb_files *live)
{
    struct laying l = { job, NULL };
    int r = kb_items_new(live, &job->report, &l.items);
    if (r == 0)
        r = kb_proposal_each_item(tx, job->proposal_id, lay_over, &l);
    if (r == 0 && job->report.errors)
        r = ERR_BADINPUT;
    if (r == 0)
        r = kb_items_files(l.items, &job->report, &job->files);
    (void)kb_items_free(l.items);
    return r;
}

/*
 * What is proposed stays as it is, what it needs doesn't: since then a rule may have come that says
 * its words, or an election's time. Whoever agreed has read all of it, but may be no lead.
 */
static int check_needs(struct publishing *job, const struct kb_files *live)
{
    struct buf words = BUF_INIT(TEXT_BYTES_MAX);
    struct kb_items *was = NULL, *is = NULL;
    unsigned needs = 0;
    int r = kb_items_new(live, &job->report, &was);
    if (r == 0)
        r = kb_items_new(job->files, &job->report, &is);
    if (r == 0)
        r = kb_needs_between(was, is, job->now, &needs);
    if (job->proposal.agreed_id)
        needs &= KB_NEED_ELECTION;
    if (r == 0)
        r = kb_needs_say(kb_needs_unsaid(needs, job->proposal.needs), &words);
    if (r == 0 && words.len)
        r = report_error(&job->report,
                         "another version was published since this was proposed, and now somebody "
                         "else must agree. %s Publish it again, and it waits for them",
                         buf_cstr(&words));
    (void)kb_items_free(was);
    (void)kb_items_free(is);
    buf_release(&words);
    return r;
}

static int put_together(struct publishing *job, struct tx *tx)
{
    struct kb_files *live = NULL;
    int r = kb_proposal_get(tx, &job->arena, job->proposal_id, &job->proposal);
    if (r == 1)
        r = kb_version_files(tx, job->live_id, &live);
    if (r == 1)
        r = job->proposal.from_id ? kb_version_files(tx, job->proposal.from_id, &job->files)
                                  : lay_all(job, tx, live);
    if (r >= 0 && job->files && kb_files_equal(job->files, live))
        r = report_error(&job->report,
                         "nothing in it is different from version %" PRId64 ", which is live",
                         job->live_id);
    else if (r >= 0 && job->files)
        r = check_needs(job, live);
    (void)kb_files_free(live);
    return r > 0 ? 0 : r < 0 ? r : job->files ? 0 : ERR_BADINPUT;
}

static int read_files(struct publishing *job)
{
    struct db *db = NULL;
    struct tx *tx;
    int r = db_open(db_path(job->of->options.db), DB_READER, &db, NULL);
    if (r == 0)
        r = tx_begin(db, TX_READ, &tx);
    if (r == 0) {
        if (job->proposal_id) {
            r = put_together(job, tx);
        } else {
            r = kb_version_files(tx, job->live_id, &job->files);
            r = r == 0 ? ERR_DB : r > 0 ? 0 : r;
        }
        tx_rollback(tx);
    }
    (void)db_free(db);
    return r;
}

/* What an editor puts off is put off until they publish, and no longer. */
static void check_reviews(struct publishing *job, int64_t today)
{
    int64_t day;
    for (size_t i = 0; i < job->kb->intent_count; i++) {
        const struct kb_intent *in = &job->kb->intent[i];
        if (when_parse_day(in->review_by, &day) && day < today)
            (void)report_error(&job->report,
                               "%.*s: %.*s: its review was due by %.*s: read it through and set "
                               "another day",
                               STR_ARG(in->file), STR_ARG(in->id), STR_ARG(in->review_by));
    }
}

/* What is published must hold; what was live before, or can't wait, need only be sound. */
static int check(struct publishing *job)
{
    const struct versions_options *o = job->of->options.versions;
    int64_t today = job->now / DAY_S;
    int r = versions_check_voices(o->conf, job->kb, STR(""), &job->report);
    if (!job->proposal_id || r == ERR_NOMEM)
        return r;
    int e = kb_check_errors(job->kb, today, &job->report);
    if (str_is(job->proposal.origin, "console"))
        check_reviews(job, today);
    return e == ERR_NOMEM ? e : job->report.errors ? ERR_BADINPUT : 0;
}

/* Training takes long, and gives way to everything from then on; all else somebody waits for. */
static int find_second(struct publishing *job)
{
    const struct versions_options *o = job->of->options.versions;
    int r = kb_load_second(job->kb, o->models);
    if (r != 0)
        return r < 0 ? r : 0;
    aside_lower(ASIDE_LONG - ASIDE_ASKED);
    return versions_find_second(o->models, job->kb, &job->of->stop, &job->report);
}

static void work(void *data)
{
    struct publishing *job = data;
    const struct versions_options *o = job->of->options.versions;
    int r = read_files(job);
    if (r == 0)
        r = kb_load_files(job->files, o->rules, &job->report, &job->kb);
    if (r == 0)
        r = check(job);
    if (r == 0)
        r = find_second(job);
    if (r == 0)
        kb_forget_lessons(job->kb);
    job->outcome = r;
}

/* ------------------------------------------------------------------------------------------------
 * on the loop */

/* The sentences of the errors, a line each. */
static int add_errors(const struct report *report, struct buf *out)
{
    struct str rest = buf_str(&report->lines);
    while (rest.len) {
        const char *end = memchr(rest.p, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.p) : rest.len;
        struct str line = { rest.p, len };
        if (str_starts(line, STR("error: ")))
            (void)buf_addf(out, "%s%.*s", out->len ? "\n" : "",
                           STR_ARG(str_cut(line, strlen("error: "), line.len)));
        rest = str_cut(rest, len + (end != NULL), rest.len);
    }
    return out->err;
}

/* Why it could not be: what was found wrong, else what went wrong here. */
static int add_reasons(const struct publishing *job, struct buf *out)
{
    if (job->outcome == ERR_BADINPUT && job->report.errors)
        return add_errors(&job->report, out);
    return buf_addf(out, "Kerbside could not do it: %s. Please publish it again.",
                    err_str(job->outcome));
}

/* The first of them, for the news. */
static struct str first_line(struct str text)
{
    const char *end = memchr(text.p, '\n', text.len);
    return end ? str_cut(text, 0, (size_t)(end - text.p)) : text;
}

static int write_refusal(struct publisher *p, const struct publishing *job, struct tx *tx)
{
    struct buf reasons = BUF_INIT(TEXT_BYTES_MAX), text = BUF_INIT(TEXT_BYTES_MAX);
    int64_t now = clock_now(p->options.clock);
    int r = add_reasons(job, &reasons);
    if (r == ERR_TOOBIG) /* so many that nobody reads them all */
        r = 0;
    struct str first = first_line(buf_str(&reasons));
    int ended = 1;
    if (r == 0 && job->proposal_id)
        ended = r =
            kb_proposal_end(tx, job->proposal_id, KB_PROPOSAL_REFUSED, 0, buf_str(&reasons), now);
    if (r >= 0 && job->proposal_id)
        r = buf_addf(&text, "%.*s was not published: %.*s", STR_ARG(job->proposal.note),
                     STR_ARG(first));
    else if (r >= 0)
        r = buf_addf(&text,
                     "Version %" PRId64 " can't be loaded here, so version %" PRId64
                     " goes on deciding: %.*s",
                     job->live_id, p->options.live->version, STR_ARG(first));
    if (r == 0 && ended)
        r = versions_tell_refused(tx, buf_str(&text), job->proposal.staff_id, now);
    buf_release(&reasons);
    buf_release(&text);
    return r;
}

static void refuse(struct publisher *p, struct publishing *job)
{
    struct tx *tx;
    int r = tx_begin(p->options.db, TX_WRITE, &tx);
    if (r == 0) {
        r = write_refusal(p, job, tx);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    log_warn("kb.refused proposal=%" PRId64 " version=%" PRId64 " why=\"%s\" kept=%s",
             job->proposal_id, job->live_id, err_str(job->outcome), r == 0 ? "yes" : err_str(r));
}

/* What was published leaves the draft; what somebody has written on since is theirs over the new
 * version. */
static int settle_item(const struct kb_draft_item *item, void *data)
{
    struct tx *tx = data;
    struct arena arena = ARENA_INIT;
    struct kb_draft_item drafted;
    int r = kb_draft_get(tx, &arena, item->kind, item->id, &drafted);
    if (r == 1 && (drafted.revision == item->revision || str_eq(drafted.body, item->body)))
        r = kb_draft_discard(tx, item->kind, item->id, drafted.revision);
    else if (r == 1 && str_eq(drafted.base, item->base))
        r = kb_draft_rebase(tx, item->kind, item->id, item->body);
    arena_release(&arena);
    return r < 0 ? r : 0;
}

/* 1: it is a version, *ret_id; 0: what is live has moved, or it was withdrawn. */
static int write_version(struct publisher *p, const struct publishing *job, struct tx *tx,
                         int64_t *ret_id)
{
    const struct kb_proposal *proposal = &job->proposal;
    int64_t live_id = 0, now = clock_now(p->options.clock);
    const struct kb_version v = { .hash = str_of(job->kb->hash),
                                  .origin = proposal->origin,
                                  .from_id = proposal->from_id,
                                  .staff_id = proposal->staff_id,
                                  .by = proposal->by,
                                  .agreed_by = proposal->agreed_by,
                                  .note = proposal->note,
                                  .at = now };
    int r = kb_version_live(tx, &live_id);
    if (r < 0 || live_id != job->live_id)
        return r;
    r = versions_add(tx, &v, job->files, ret_id);
    if (r == 0)
        r = kb_proposal_end(tx, job->proposal_id, KB_PROPOSAL_PUBLISHED, *ret_id, STR(""), now);
    if (r != 1)
        return r;
    r = kb_proposal_each_item(tx, job->proposal_id, settle_item, tx);
    return r < 0 ? r : 1;
}

static void swap(struct publisher *p, struct publishing *job, int64_t id)
{
    log_info("kb.live version=%" PRId64 " hash=%s proposal=%" PRId64, id, job->kb->hash,
             job->proposal_id);
    p->seen_id = id;
    kb_live_swap(p->options.live, job->kb, id);
    job->kb = NULL;
}

static void publish(struct publisher *p, struct publishing *job)
{
    struct tx *tx;
    int64_t id = 0;
    int r = tx_begin(p->options.db, TX_WRITE, &tx);
    if (r == 0) {
        r = write_version(p, job, tx, &id);
        if (r == 1)
            r = tx_commit(tx) < 0 ? ERR_DB : 1;
        else
            tx_rollback(tx);
    }
    if (r == 1)
        swap(p, job, id);
    else if (r < 0) /* it is still due, and is tried again in a second */
        log_error("kb.not_published proposal=%" PRId64 " why=\"%s\"", job->proposal_id, err_str(r));
}

static void done(void *data)
{
    struct publishing *job = data;
    struct publisher *p = job->of;
    p->job = NULL;
    if (atomic_load(&p->stop)) {
        job_free(job);
        free(p);
        return;
    }
    if (job->outcome < 0)
        refuse(p, job);
    else if (job->proposal_id)
        publish(p, job);
    else
        swap(p, job, job->live_id);
    job_free(job);
}

static void begin(struct publisher *p, int64_t proposal_id, int64_t live_id)
{
    struct publishing *job = calloc(1, sizeof *job);
    if (!job)
        return; /* in a second, perhaps */
    *job = (struct publishing){ .of = p,
                                .proposal_id = proposal_id,
                                .live_id = live_id,
                                .now = clock_now(p->options.clock),
                                .report = REPORT_INIT };
    if (aside_begin(p->options.loop, ASIDE_ASKED, work, done, job) < 0)
        job_free(job);
    else
        p->job = job;
}

void publisher_turn(struct publisher *p)
{
    struct tx *tx;
    int64_t live_id = 0, proposal_id = 0;
    if (p->job || tx_begin(p->options.db, TX_READ, &tx) < 0)
        return;
    int r = kb_version_live(tx, &live_id), due = 0;
    if (r == 0 && live_id == p->seen_id)
        due = kb_proposal_due(tx, clock_now(p->options.clock), &proposal_id);
    tx_rollback(tx);
    if (r == 0 && live_id != p->seen_id) {
        begin(p, 0, live_id);
        if (p->job) /* else in a second */
            p->seen_id = live_id;
    } else if (due == 1) {
        begin(p, proposal_id, live_id);
    }
}

int publisher_new(const struct publisher_options *options, struct publisher **ret)
{
    struct publisher *p = calloc(1, sizeof *p);
    struct tx *tx;
    int r = p ? tx_begin(options->db, TX_READ, &tx) : ERR_NOMEM;
    if (r == 0) {
        p->options = *options;
        atomic_init(&p->stop, false);
        r = kb_version_live(tx, &p->seen_id);
        tx_rollback(tx);
    }
    if (r < 0)
        free(p);
    else
        *ret = p;
    return r;
}

struct publisher *publisher_free(struct publisher *p)
{
    if (p && p->job)
        atomic_store(&p->stop, true); /* done() frees it */
    else
        free(p);
    return NULL;
}
