#include "bot/replay.h"

#include <uv.h>

#include "handoff/past.h"

enum { CHUNK = 500 /* messages: read while the others wait, decided while they don't */ };

struct kept {
    struct replay_change *list; /* newest first */
    size_t count;
};

struct replay {
    char *database;
    struct kb *live, *draft;
    int64_t from, until;
    struct hours *hours[REPLAY_THREADS_MAX];
    struct hours *copied; /* never asked */
    struct str voice;
    int64_t now;
    unsigned threads;
    bool reads_the_same;
    atomic_bool stop;
    atomic_llong total, done;
    uv_mutex_t reading; /* of where: who reads a chunk */
    struct replay_change where;
    bool over;
    uv_mutex_t finding; /* of what was found */
    int64_t groups[REPLAY_GROUPS];
    struct kept kept[REPLAY_GROUPS];
    int error; /* the first of any thread */
};

static const char *const names[] = { "answered", "differently", "not_answered", "handed_off",
                                     "other" };
_Static_assert(ARRAY_LEN(names) == REPLAY_GROUPS, "a name for each group");

struct str replay_group_name(enum replay_group group)
{
    return str_of(names[group]);
}

bool replay_group_named(struct str name, enum replay_group *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i])) {
            *ret = (enum replay_group)i;
            return true;
        }
    return false;
}

/* An election's names are a term that no other is like. */
static bool has_election(const struct kb *kb)
{
    for (size_t i = 0; i < kb->rule_count; i++)
        if (kb->rule[i].until_at)
            return true;
    return false;
}

/* The key of what they are trained on holds all else that a message is read by: terms, and patterns
 * of all topics in their order. */
static bool reads_the_same(const struct kb *a, const struct kb *b)
{
    return strcmp(a->lessons, b->lessons) == 0 && !a->second == !b->second && !has_election(a) &&
           !has_election(b);
}

int replay_new(const struct replay_options *o, struct replay **ret)
{
    struct replay *r = calloc(1, sizeof *r);
    int e = r && uv_mutex_init(&r->reading) == 0 ? 0 : ERR_NOMEM;
    if (e == 0 && uv_mutex_init(&r->finding) != 0) {
        uv_mutex_destroy(&r->reading);
        e = ERR_NOMEM;
    }
    if (e < 0) {
        free(r);
        return e;
    }
    r->database = strdup(o->database);
    r->live = kb_ref(o->live);
    r->draft = kb_ref(o->draft);
    r->from = o->from;
    r->until = o->until;
    r->voice = o->voice;
    r->now = o->now;
    r->threads = o->threads;
    r->reads_the_same = reads_the_same(o->live, o->draft);
    r->where = (struct replay_change){ o->until, 0 };
    e = r->database ? hours_copy(o->hours, &r->copied) : ERR_NOMEM;
    for (unsigned i = 0; i < o->threads && e == 0; i++)
        e = hours_copy(o->hours, &r->hours[i]);
    for (int i = 0; i < REPLAY_GROUPS && e == 0; i++) {
        r->kept[i].list = calloc(REPLAY_KEPT_MAX, sizeof *r->kept[i].list);
        e = r->kept[i].list ? 0 : ERR_NOMEM;
    }
    if (e < 0)
        (void)replay_free(r);
    else
        *ret = r;
    return e;
}

struct replay *replay_free(struct replay *r)
{
    if (!r)
        return NULL;
    for (unsigned i = 0; i < REPLAY_THREADS_MAX; i++)
        (void)hours_free(r->hours[i]);
    (void)hours_free(r->copied);
    for (int i = 0; i < REPLAY_GROUPS; i++)
        free(r->kept[i].list);
    uv_mutex_destroy(&r->reading);
    uv_mutex_destroy(&r->finding);
    (void)kb_free(r->live);
    (void)kb_free(r->draft);
    free(r->database);
    free(r);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * what changes */

static struct str intent_id(const struct kb_intent *intent)
{
    return intent ? intent->id : STR("");
}

static bool is_same(const struct replay_outcome *a, const struct replay_outcome *b)
{
    return a->policy.action == b->policy.action && str_eq(a->policy.reason, b->policy.reason) &&
           str_eq(intent_id(a->policy.intent), intent_id(b->policy.intent)) &&
           str_eq(intent_id(a->policy.also), intent_id(b->policy.also)) &&
           a->policy.priority == b->policy.priority &&
           a->policy.case_needed == b->policy.case_needed &&
           str_eq(intent_id(a->policy.would), intent_id(b->policy.would)) &&
           a->policy.offered == b->policy.offered && str_eq(a->policy.team, b->policy.team) &&
           str_eq(a->reply, b->reply) && str_eq(a->would, b->would);
}

bool replay_compare(const struct replay_outcome *live, const struct replay_outcome *draft,
                    enum replay_group *ret)
{
    bool was = live->policy.action == ACTION_ANSWER, is = draft->policy.action == ACTION_ANSWER;
    bool nothing = draft->policy.action == ACTION_NONE || draft->policy.action == ACTION_IGNORE;
    if (is_same(live, draft))
        return false;
    if (is)
        *ret = was ? REPLAY_DIFFERENTLY : REPLAY_ANSWERED;
    else if (draft->policy.action == ACTION_HANDOFF && live->policy.action != ACTION_HANDOFF)
        *ret = REPLAY_HANDED_OFF;
    else
        *ret = was && nothing && !draft->reply.len ? REPLAY_NOT_ANSWERED : REPLAY_OTHER;
    return true;
}

static bool is_newer(struct replay_change a, struct replay_change b)
{
    return a.written_at != b.written_at ? a.written_at > b.written_at : a.message_id > b.message_id;
}

/* Chunks are read newest first, so that one goes near the end, whoever read it. */
static void keep(struct kept *k, struct replay_change change)
{
    size_t at = k->count;
    while (at > 0 && is_newer(change, k->list[at - 1]))
        at--;
    if (at == REPLAY_KEPT_MAX)
        return;
    k->count += k->count < REPLAY_KEPT_MAX;
    memmove(k->list + at + 1, k->list + at, (k->count - 1 - at) * sizeof *k->list);
    k->list[at] = change;
}

size_t replay_page(struct replay *r, enum replay_group group, struct replay_change before,
                   struct replay_change *ret, size_t max)
{
    size_t count = 0;
    uv_mutex_lock(&r->finding);
    const struct kept *k = &r->kept[group];
    for (size_t i = 0; i < k->count && count < max; i++)
        if (is_newer(before, k->list[i]))
            ret[count++] = k->list[i];
    uv_mutex_unlock(&r->finding);
    return count;
}

void replay_progress(struct replay *r, struct replay_progress *ret)
{
    *ret =
        (struct replay_progress){ .total = atomic_load(&r->total), .done = atomic_load(&r->done) };
    uv_mutex_lock(&r->finding);
    memcpy(ret->groups, r->groups, sizeof ret->groups);
    uv_mutex_unlock(&r->finding);
}

struct tried_by replay_tried_by(const struct replay *r, bool draft, const struct hours *hours)
{
    return (struct tried_by){ .decider = { draft ? r->draft : r->live, NULL },
                              .hours = hours,
                              .staff_there = true,
                              .voice = r->voice,
                              .at = r->now };
}

const struct hours *replay_hours(const struct replay *r)
{
    return r->copied;
}

void replay_stop(struct replay *r)
{
    atomic_store(&r->stop, true);
}

/* ------------------------------------------------------------------------------------------------
 * the work */

struct worker {
    struct replay *replay;
    struct db *db;
    struct tried_by live, draft;
    struct arena texts, message;
    struct past_message chunk[CHUNK];
    struct replay_outcome live_did[CHUNK];
    size_t count;
    uv_thread_t thread;
    bool started;
};

static int take_message(const struct past_message *m, void *data)
{
    struct worker *w = data;
    struct past_message *to = &w->chunk[w->count];
    *to = *m;
    to->text = arena_str(&w->texts, m->text);
    w->count += to->text.p != NULL;
    return to->text.p ? 0 : ERR_NOMEM;
}

/* The next chunk: 1, 0 there is none any more, or negative. Whoever reads holds the lock, so that
 * each message is read once; that is a small part of what deciding takes. */
static int read_chunk(struct worker *w)
{
    struct replay *r = w->replay;
    struct tx *tx;
    arena_clear(&w->texts);
    w->count = 0;
    uv_mutex_lock(&r->reading);
    int e = r->over ? 0 : tx_begin(w->db, TX_READ, &tx);
    if (!r->over && e == 0) {
        e = past_page(tx, r->from, r->where.written_at, r->where.message_id, CHUNK, take_message,
                      w);
        tx_rollback(tx);
    }
    if (w->count)
        r->where =
            (struct replay_change){ w->chunk[w->count - 1].written_at, w->chunk[w->count - 1].id };
    r->over |= e < 0 || w->count < CHUNK;
    uv_mutex_unlock(&r->reading);
    return e < 0 ? e : w->count > 0;
}

/* What is kept of live's decisions while the chunk's other half is made. */
static int keep_decision(struct worker *w, size_t i, const struct decision *d)
{
    struct replay_outcome *to = &w->live_did[i];
    *to = (struct replay_outcome){ d->policy, arena_str(&w->texts, d->reply),
                                   arena_str(&w->texts, d->would) };
    return to->reply.p && to->would.p ? 0 : ERR_NOMEM;
}

static void compare(struct worker *w, size_t i, const struct decision *draft)
{
    struct replay *r = w->replay;
    const struct past_message *m = &w->chunk[i];
    const struct replay_outcome is = { draft->policy, draft->reply, draft->would };
    enum replay_group group;
    if (!replay_compare(&w->live_did[i], &is, &group))
        return;
    uv_mutex_lock(&r->finding);
    r->groups[group]++;
    keep(&r->kept[group], (struct replay_change){ m->written_at, m->id });
    uv_mutex_unlock(&r->finding);
}

/* One message by both, of one reading. */
static int decide_of_one_reading(struct worker *w, size_t i)
{
    struct reading reading;
    struct decision d;
    struct str text = w->chunk[i].text;
    arena_clear(&w->message);
    int e = decide_read(&w->live.decider, &w->message, text, &reading);
    if (e == 0)
        e = tried_on(&w->live, &w->message, text, &reading, &d);
    if (e == 0)
        e = keep_decision(w, i, &d);
    if (e == 0)
        e = tried_on(&w->draft, &w->message, text, &reading, &d);
    if (e == 0)
        compare(w, i, &d);
    return e;
}

static int decide_live(struct worker *w, size_t i)
{
    struct decision d;
    arena_clear(&w->message);
    int e = tried_decide(&w->live, &w->message, w->chunk[i].text, &d);
    return e < 0 ? e : keep_decision(w, i, &d);
}

static int decide_draft(struct worker *w, size_t i)
{
    struct decision d;
    arena_clear(&w->message);
    int e = tried_decide(&w->draft, &w->message, w->chunk[i].text, &d);
    if (e == 0)
        compare(w, i, &d);
    return e;
}

static int each(struct worker *w, int (*decide_one)(struct worker *w, size_t i), bool done)
{
    int e = 0;
    for (size_t i = 0; i < w->count && e == 0; i++) {
        e = atomic_load(&w->replay->stop) ? ERR_DENIED : decide_one(w, i);
        if (e == 0 && done)
            (void)atomic_fetch_add(&w->replay->done, 1);
    }
    return e;
}

/* All by the one and then all by the other: a set of patterns that is in the processor's caches
 * takes half the time of one that isn't. */
static int decide_chunk(struct worker *w)
{
    if (w->replay->reads_the_same)
        return each(w, decide_of_one_reading, true);
    int e = each(w, decide_live, false);
    return e < 0 ? e : each(w, decide_draft, true);
}

static int work_through(struct worker *w)
{
    struct replay *r = w->replay;
    int e = db_open(r->database, DB_READER, &w->db, NULL);
    w->live.decider.scratch = intents_scratch_new();
    w->draft.decider.scratch = intents_scratch_new();
    if (e == 0 && (!w->live.decider.scratch || !w->draft.decider.scratch))
        e = ERR_NOMEM;
    while (e == 0 && (e = read_chunk(w)) == 1)
        e = decide_chunk(w);
    return e;
}

static void work(void *data)
{
    struct worker *w = data;
    struct replay *r = w->replay;
    int e = work_through(w);
    if (e < 0) {
        uv_mutex_lock(&r->finding);
        r->error = r->error ? r->error : e;
        uv_mutex_unlock(&r->finding);
        replay_stop(r); /* the others */
    }
    (void)intents_scratch_free(w->live.decider.scratch);
    (void)intents_scratch_free(w->draft.decider.scratch);
    arena_release(&w->texts);
    arena_release(&w->message);
    w->db = db_free(w->db);
}

static int count_all(struct replay *r)
{
    struct db *db = NULL;
    struct tx *tx;
    int64_t total = 0;
    int e = db_open(r->database, DB_READER, &db, NULL);
    if (e == 0)
        e = tx_begin(db, TX_READ, &tx);
    if (e == 0) {
        e = past_count(tx, r->from, r->until, &total);
        tx_rollback(tx);
    }
    (void)db_free(db);
    atomic_store(&r->total, total);
    return e;
}

int replay_run(struct replay *r)
{
    int e = count_all(r);
    struct worker *workers = e == 0 ? calloc(r->threads, sizeof *workers) : NULL;
    if (e == 0 && !workers)
        e = ERR_NOMEM;
    if (e < 0)
        return e;
    for (unsigned i = 0; i < r->threads; i++) {
        workers[i].replay = r;
        workers[i].live = replay_tried_by(r, false, r->hours[i]);
        workers[i].draft = replay_tried_by(r, true, r->hours[i]);
        workers[i].started = i && uv_thread_create(&workers[i].thread, work, &workers[i]) == 0;
    }
    work(&workers[0]);
    for (unsigned i = 1; i < r->threads; i++)
        if (workers[i].started)
            (void)uv_thread_join(&workers[i].thread);
    free(workers);
    return r->error;
}
