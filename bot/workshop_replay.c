/* kb_replay and what belongs to it: one replay at a time, of the draft's last revision. It goes on
 * whoever leaves. */
#include "bot/workshop_private.h"

#include <inttypes.h>

#include "base/log.h"
#include "bot/aside.h"
#include "bot/replay_show.h"
#include "kb/mark.h"

enum { THREADS = 2, PAGE = 50, REPLAYS_MAX = 2 };

struct workshop_run {
    atomic_uint holders;
    struct workshop *workshop;
    struct kb *live;
    int64_t version, from, until, began_at;
    atomic_bool stop;
    uv_mutex_t lock; /* of what follows */
    const char *state;
    int64_t revision;
    struct kb *draft;
    struct replay *replay; /* NULL: it has not come so far; stays until this is freed */
    struct buf text;       /* why it failed */
};

struct workshop_run *workshop_run_ref(struct workshop_run *run)
{
    if (run)
        (void)atomic_fetch_add(&run->holders, 1);
    return run;
}

struct workshop_run *workshop_run_free(struct workshop_run *run)
{
    if (!run || atomic_fetch_sub(&run->holders, 1) > 1)
        return NULL;
    (void)replay_free(run->replay);
    (void)kb_free(run->live);
    (void)kb_free(run->draft);
    buf_release(&run->text);
    uv_mutex_destroy(&run->lock);
    free(run);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * the work */

static void fail(struct workshop_run *run, struct str text)
{
    uv_mutex_lock(&run->lock);
    run->state = "failed";
    (void)buf_add(&run->text, text);
    uv_mutex_unlock(&run->lock);
}

/* The draft, trained: 1, 0 failed, which was said, or negative. */
static int prepare(struct workshop_run *run, struct db *db)
{
    struct arena arena = ARENA_INIT;
    struct candidate_look look;
    int r = candidate_train(run->workshop->candidate, db, run->live, &arena, &run->stop, &look);
    if (r == 0) {
        uv_mutex_lock(&run->lock);
        run->draft = look.kb;
        run->revision = look.revision;
        uv_mutex_unlock(&run->lock);
        if (!look.kb)
            fail(run, look.faults.len ? look.faults
                                      : STR("Nothing is in the draft, so nothing can change."));
        r = look.kb != NULL;
    }
    arena_release(&arena);
    return r;
}

static int replay(struct workshop_run *run, struct db *db)
{
    const struct workshop *w = run->workshop;
    struct replay *replay = NULL;
    int r = prepare(run, db);
    if (r != 1)
        return r;
    struct replay_options options = { .database = db_path(db),
                                      .live = run->live,
                                      .draft = run->draft,
                                      .from = run->from,
                                      .until = run->until,
                                      .hours = w->replay_hours,
                                      .voice = str_of(w->options.conf->accounts[0].voice),
                                      .now = run->began_at,
                                      .threads = THREADS };
    r = replay_new(&options, &replay);
    if (r < 0)
        return r;
    uv_mutex_lock(&run->lock);
    run->replay = replay;
    if (atomic_load(&run->stop))
        replay_stop(replay);
    uv_mutex_unlock(&run->lock);
    return replay_run(replay);
}

static void work(void *data)
{
    struct workshop_run *run = data;
    struct db *db = NULL;
    int r = db_open(db_path(run->workshop->db), DB_READER, &db, NULL);
    if (r == 0)
        r = replay(run, db);
    (void)db_free(db);
    if (r < 0 && r != ERR_DENIED) {
        log_error("workshop.replay why=\"%s\"", err_str(r));
        fail(run, STR("Something went wrong here. Please try again."));
    }
    uv_mutex_lock(&run->lock);
    if (strcmp(run->state, "running") == 0)
        run->state = atomic_load(&run->stop) ? "stopped" : "done";
    uv_mutex_unlock(&run->lock);
}

static void worked(void *data)
{
    struct workshop_run *run = data;
    struct workshop *w = run->workshop;
    (void)workshop_run_free(run);
    w->replays--;
    workshop_ended(w);
}

/* ------------------------------------------------------------------------------------------------
 * what is asked on the loop */

static void put_marks(struct tx *tx, const struct workshop_run *run, cJSON *o)
{
    int64_t better = 0, worse = 0;
    if (kb_mark_count(tx, run->revision, &better, &worse) < 0)
        log_error("workshop.replay what=\"marks can't be counted\"");
    (void)cJSON_AddNumberToObject(o, "better", (double)better);
    (void)cJSON_AddNumberToObject(o, "worse", (double)worse);
}

cJSON *workshop_replay(void *data, struct tx *tx)
{
    struct workshop *w = data;
    struct workshop_run *run = w->run;
    struct replay_progress p = { 0 };
    cJSON *o = run ? cJSON_CreateObject() : NULL;
    if (!o)
        return NULL;
    uv_mutex_lock(&run->lock);
    if (run->replay)
        replay_progress(run->replay, &p);
    (void)cJSON_AddStringToObject(o, "state", run->state);
    (void)cJSON_AddNumberToObject(o, "revision", (double)run->revision);
    (void)cJSON_AddNumberToObject(o, "version", (double)run->version);
    (void)cJSON_AddNumberToObject(o, "from", (double)run->from);
    (void)cJSON_AddNumberToObject(o, "until", (double)run->until);
    (void)cJSON_AddNumberToObject(o, "total", (double)p.total);
    (void)cJSON_AddNumberToObject(o, "done", (double)p.done);
    (void)cJSON_AddNumberToObject(o, "began_at", (double)run->began_at);
    (void)json_put_str_or_null(o, "text", buf_str(&run->text));
    cJSON *groups = cJSON_AddObjectToObject(o, "groups");
    for (int g = 0; g < REPLAY_GROUPS; g++)
        (void)cJSON_AddNumberToObject(groups, replay_group_name((enum replay_group)g).p,
                                      (double)p.groups[g]);
    put_marks(tx, run, o);
    uv_mutex_unlock(&run->lock);
    return o;
}

void workshop_replay_state(struct workshop *w, const cJSON *frame, workshop_answer *answer,
                           void *to)
{
    struct tx *tx;
    if (tx_begin(w->loop_db, TX_READ, &tx) < 0) {
        workshop_say_no(answer, to, frame, "failed",
                        "Something went wrong here. Please try again.");
        return;
    }
    cJSON *o = workshop_frame(frame, "kb_replay"), *replay = workshop_replay(w, tx);
    tx_rollback(tx);
    (void)cJSON_AddItemToObject(o, "replay", replay ? replay : cJSON_CreateNull());
    answer(to, o);
    cJSON_Delete(o);
}

static struct workshop_run *run_new(struct workshop *w, int64_t from, int64_t until)
{
    struct workshop_run *run = calloc(1, sizeof *run);
    if (!run || uv_mutex_init(&run->lock) != 0) {
        free(run);
        return NULL;
    }
    atomic_init(&run->holders, 1);
    run->workshop = w;
    run->live = kb_ref(w->options.live->kb);
    run->version = w->options.live->version;
    run->from = from;
    run->until = until;
    run->began_at = clock_now(w->options.clock);
    run->state = "running";
    run->text = BUF_INIT(1 << 20);
    return run;
}

/* One that was stopped may still be winding down: it is nobody's any more. */
static bool is_running(struct workshop_run *run)
{
    uv_mutex_lock(&run->lock);
    bool running = strcmp(run->state, "running") == 0;
    uv_mutex_unlock(&run->lock);
    return running;
}

void workshop_replay_begin(struct workshop *w, const cJSON *frame, workshop_answer *answer,
                           void *to)
{
    int64_t from, until;
    if (json_get_int(frame, "from", 0, WORKSHOP_AT_MAX, &from) != 1 ||
        json_get_int(frame, "until", 0, WORKSHOP_AT_MAX, &until) != 1 || from >= until) {
        workshop_say_no(answer, to, frame, "bad_frame",
                        "\"from\" and \"until\" say when the messages were written, in seconds "
                        "since 1970, the first before the second.");
        return;
    }
    if (w->run && is_running(w->run)) {
        workshop_say_no(answer, to, frame, "taken",
                        "A replay is under way. Wait for it, or stop it first.");
        return;
    }
    if (w->replays == REPLAYS_MAX) { /* each has threads of its own */
        workshop_say_no(answer, to, frame, "taken",
                        "The replays that were stopped are still ending. Please try again in a "
                        "moment.");
        return;
    }
    struct workshop_run *run = run_new(w, from, until);
    if (!run || aside_begin(w->options.loop, ASIDE_LONG, work, worked, run) < 0) {
        (void)workshop_run_free(run);
        workshop_say_no(answer, to, frame, "failed",
                        "Something went wrong here. Please try again.");
        return;
    }
    (void)workshop_run_free(w->run);
    w->run = workshop_run_ref(run);
    w->replays++;
    w->under_way++;
    workshop_replay_state(w, frame, answer, to);
}

static void stop(struct workshop_run *run)
{
    atomic_store(&run->stop, true);
    uv_mutex_lock(&run->lock);
    if (run->replay)
        replay_stop(run->replay);
    if (strcmp(run->state, "running") == 0)
        run->state = "stopped";
    uv_mutex_unlock(&run->lock);
}

void workshop_replay_end(struct workshop *w)
{
    if (w->run)
        stop(w->run);
    w->run = workshop_run_free(w->run);
}

void workshop_replay_stop(struct workshop *w, const cJSON *frame, workshop_answer *answer, void *to)
{
    if (w->run)
        stop(w->run);
    workshop_replay_state(w, frame, answer, to);
}

/* ------------------------------------------------------------------------------------------------
 * pages of what changes */

/* "SECONDS-ID" of the last of the page before. */
static bool read_place(struct str text, struct replay_change *ret)
{
    struct str at;
    return str_split(&text, '-', &at) && str_to_int64(at, 0, INT64_MAX, &ret->written_at) &&
           str_to_int64(text, 0, INT64_MAX, &ret->message_id);
}

static int put_page(struct workshop_job *job, struct replay_show *show, struct tx *tx,
                    struct replay *replay, enum replay_group group, struct replay_change before)
{
    struct replay_change changes[PAGE + 1];
    size_t count = replay_page(replay, group, before, changes, PAGE + 1);
    int r = 0;
    (void)json_put_str(job->answer, "group", replay_group_name(group));
    cJSON *list = cJSON_AddArrayToObject(job->answer, "items");
    for (size_t i = 0; i < count && i < PAGE && r == 0; i++)
        r = atomic_load(job->stop)
                ? ERR_DENIED
                : replay_show_add(show, tx, changes[i].message_id, job->run->revision, list);
    struct buf next = BUF_INIT(64);
    if (count > PAGE)
        (void)buf_addf(&next, "%" PRId64 "-%" PRId64, changes[PAGE - 1].written_at,
                       changes[PAGE - 1].message_id);
    (void)json_put_str_or_null(job->answer, "next", buf_str(&next));
    buf_release(&next);
    return r;
}

static int list_changes(struct workshop_job *job, struct replay *replay, enum replay_group group,
                        struct replay_change before)
{
    struct replay_show show;
    struct tx *tx;
    int r = replay_show_init(&show, replay, job->run->version);
    if (r == 0)
        r = tx_begin(job->db, TX_READ, &tx);
    if (r == 0) {
        r = put_page(job, &show, tx, replay, group, before);
        tx_rollback(tx);
    }
    replay_show_release(&show);
    return r;
}

int workshop_replay_list(struct workshop_job *job)
{
    struct str name = STR(""), place = STR("");
    enum replay_group group;
    struct replay_change before = { INT64_MAX, 0 };
    if (json_get_str(job->frame, "group", &name) != 1 || !replay_group_named(name, &group) ||
        json_get_str(job->frame, "before", &place) < 0 ||
        (place.len && !read_place(place, &before)))
        return workshop_refuse(job, "bad_frame",
                               "Which \"group\"? \"before\" is the \"next\" of the page before, "
                               "or null.");
    if (!job->run)
        return workshop_refuse(job, "unknown", "There was no replay yet. Begin one.");
    uv_mutex_lock(&job->run->lock);
    struct replay *replay = job->run->replay;
    uv_mutex_unlock(&job->run->lock);
    if (replay)
        return list_changes(job, replay, group, before);
    (void)json_put_str(job->answer, "group", name);
    (void)cJSON_AddArrayToObject(job->answer, "items");
    (void)cJSON_AddNullToObject(job->answer, "next");
    return 0;
}
