#include "bot/candidate.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <uv.h>

#include "base/log.h"
#include "kb/draft.h"
#include "kb/version.h"

struct candidate {
    const char *models;
    const struct text_rules *rules;
    uv_mutex_t lock;     /* of what follows; never held for long */
    uv_mutex_t training; /* held while somebody trains */
    bool known;          /* there was a look */
    int64_t version, revision;
    struct kb *kb;
    bool trained;
    struct buf faults;
};

enum { FAULTS_BYTES_MAX = 1 << 20 };

struct candidate *candidate_new(const char *models, const struct text_rules *rules)
{
    struct candidate *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (struct candidate){ .models = models,
                             .rules = rules,
                             .faults = BUF_INIT(FAULTS_BYTES_MAX) };
    if (uv_mutex_init(&c->lock) != 0) {
        free(c);
        return NULL;
    }
    if (uv_mutex_init(&c->training) != 0) {
        uv_mutex_destroy(&c->lock);
        free(c);
        return NULL;
    }
    return c;
}

struct candidate *candidate_free(struct candidate *c)
{
    if (!c)
        return NULL;
    (void)kb_free(c->kb);
    buf_release(&c->faults);
    uv_mutex_destroy(&c->lock);
    uv_mutex_destroy(&c->training);
    free(c);
    return NULL;
}

/* The draft as it stands in the database. */
struct draft {
    int64_t version, revision;
    struct kb_files *files; /* NULL: nothing is drafted, or it has faults, or it is known already */
    struct report report;
};

static void draft_release(struct draft *d)
{
    d->files = kb_files_free(d->files);
    report_release(&d->report);
}

static int stop_at_first(const struct kb_draft_item *item, void *data)
{
    (void)item;
    (void)data;
    return 1;
}

static bool is_known(struct candidate *c, const struct draft *d, bool trained)
{
    uv_mutex_lock(&c->lock);
    bool known = c->known && c->version == d->version && c->revision == d->revision &&
                 (!trained || c->trained || !c->kb);
    uv_mutex_unlock(&c->lock);
    return known;
}

/* 1 known already, 0 read, or negative. */
static int read_draft(struct candidate *c, struct db *db, bool trained, struct draft *d)
{
    struct tx *tx;
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_version_live(tx, &d->version);
    if (r == 0)
        r = kb_draft_revision(tx, &d->revision);
    bool known = r == 0 && is_known(c, d, trained);
    if (r == 0 && !known)
        r = kb_draft_each(tx, stop_at_first, NULL);
    if (r == 1)
        r = kb_draft_files(tx, &d->report, &d->files);
    tx_rollback(tx);
    return r == ERR_BADINPUT ? 0 : r < 0 ? r : known;
}

/* 0 or negative; *ret stays NULL if there is nothing to load, or faults, which are in the report.
 */
static int load(const struct candidate *c, struct draft *d, struct kb **ret)
{
    int r = d->files && !d->report.errors ? kb_load_files(d->files, c->rules, &d->report, ret) : 0;
    return r == ERR_BADINPUT ? 0 : r;
}

/* Takes @kb over, in place of what was known. */
static int keep(struct candidate *c, const struct draft *d, struct kb *kb, bool trained)
{
    uv_mutex_lock(&c->lock);
    (void)kb_free(c->kb);
    c->kb = kb;
    c->trained = trained;
    c->version = d->version;
    c->revision = d->revision;
    buf_release(&c->faults);
    int r = kb ? 0 : buf_add(&c->faults, buf_str(&d->report.lines));
    c->known = r == 0;
    uv_mutex_unlock(&c->lock);
    return r;
}

static int show(struct candidate *c, struct arena *arena, struct candidate_look *ret)
{
    uv_mutex_lock(&c->lock);
    *ret = (struct candidate_look){ .kb = c->kb ? kb_ref(c->kb) : NULL,
                                    .revision = c->revision,
                                    .trained = c->trained,
                                    .faults = arena_str(arena, buf_str(&c->faults)) };
    uv_mutex_unlock(&c->lock);
    if (ret->faults.p)
        return 0;
    ret->kb = kb_free(ret->kb);
    return ERR_NOMEM;
}

/* Its own model, or live's. 1 its own, or none is to be had; 0 or negative. */
static int find_second(const struct candidate *c, struct kb *kb, const struct kb *live)
{
    int r = kb_load_second(kb, c->models);
    if (r != 0 || !kb_may_train(kb))
        return r < 0 ? r : 1;
    r = kb_copy_second(kb, live);
    return r < 0 ? r : 0;
}

const char *candidate_opinion(const struct kb *draft, bool trained)
{
    return trained ? "trained" : draft->second ? "live" : "missing";
}

int candidate_look(struct candidate *c, struct db *db, const struct kb *live, struct arena *arena,
                   struct candidate_look *ret)
{
    struct draft d = { .report = REPORT_INIT };
    struct kb *kb = NULL;
    int r = read_draft(c, db, false, &d);
    if (r == 0) {
        int trained = 0;
        r = load(c, &d, &kb);
        if (kb)
            trained = find_second(c, kb, live);
        if (kb)
            kb_forget_lessons(kb);
        r = trained < 0 ? trained : r;
        if (r == 0) {
            r = keep(c, &d, kb, trained == 1);
            kb = NULL;
        }
        (void)malloc_trim(0); /* reading the files took more than what is kept of them */
    }
    (void)kb_free(kb);
    draft_release(&d);
    return r < 0 ? r : show(c, arena, ret);
}

/* Trains @kb and keeps the model: 0, ERR_DENIED or ERR_NOMEM. */
static int train(const struct candidate *c, struct kb *kb, int64_t revision,
                 const atomic_bool *stop)
{
    int r = kb_load_second(kb, c->models);
    if (r != 0)
        return r < 0 ? r : 0;
    log_info("candidate.train revision=%" PRId64, revision);
    r = kb_train(kb, stop);
    if (r == 0 && atomic_load(stop))
        return ERR_DENIED;
    if (r == 0 && kb_save_second(kb, c->models) < 0)
        log_warn("candidate.keep dir=\"%s\" why=\"%s\"", c->models, strerror(errno));
    return r;
}

static int train_draft(struct candidate *c, struct db *db, const atomic_bool *stop)
{
    struct draft d = { .report = REPORT_INIT };
    struct kb *kb = NULL;
    int r = read_draft(c, db, true, &d);
    if (r == 0) {
        r = load(c, &d, &kb);
        if (kb) {
            r = train(c, kb, d.revision, stop);
            kb_forget_lessons(kb);
        }
        if (r == 0) {
            r = keep(c, &d, kb, kb != NULL);
            kb = NULL;
        }
        (void)malloc_trim(0);
    }
    (void)kb_free(kb);
    draft_release(&d);
    return r < 0 ? r : 0;
}

int candidate_train(struct candidate *c, struct db *db, const struct kb *live, struct arena *arena,
                    const atomic_bool *stop, struct candidate_look *ret)
{
    uv_mutex_lock(&c->training);
    int r = train_draft(c, db, stop);
    uv_mutex_unlock(&c->training);
    return r < 0 ? r : candidate_look(c, db, live, arena, ret);
}
