/* The line of questions. */
#include "bot/workshop_private.h"

#include <inttypes.h>

#include "base/log.h"
#include "bot/aside.h"
#include "handoff/staff.h"

enum { QUESTIONS_MAX = 64 };

struct kind {
    const char *type;
    workshop_work *work; /* NULL: it is answered at once */
    bool of_draft;       /* it needs the candidate */
    workshop_at_once *at_once;
};

static const struct kind kinds[] = {
    { "kb_try", workshop_try, true, NULL },
    { "kb_find", workshop_find, true, NULL },
    { "kb_check", workshop_check, true, NULL },
    { "kb_diff", workshop_diff, false, NULL },
    { "kb_election_report", workshop_election_report, false, NULL },
    { "kb_replay", NULL, false, workshop_replay_begin },
    { "kb_replay_state", NULL, false, workshop_replay_state },
    { "kb_replay_stop", NULL, false, workshop_replay_stop },
    { "kb_replay_list", workshop_replay_list, false, NULL },
    { "kb_learn", workshop_learn, false, NULL },
};

struct question {
    struct workshop *workshop;
    struct question *next;
    const struct kind *kind;
    workshop_answer *answer;
    void *to; /* NULL: nobody waits for it any more */
    cJSON *frame;
    bool running;
    atomic_bool stop;
    struct workshop_job job;
    int outcome;
};

/* The draft's second opinion at work. */
struct training {
    struct workshop *workshop;
    struct kb *live;
    atomic_bool stop;
};

/* ------------------------------------------------------------------------------------------------
 * answers */

cJSON *workshop_frame(const cJSON *frame, const char *type)
{
    cJSON *o = cJSON_CreateObject();
    struct str id = STR("");
    (void)cJSON_AddStringToObject(o, "type", type);
    (void)json_get_str(frame, "id", &id); /* the console saw that it is there */
    (void)json_put_str(o, "id", id);
    return o;
}

void workshop_say_no(workshop_answer *answer, void *to, const cJSON *frame, const char *code,
                     const char *text)
{
    cJSON *o = workshop_frame(frame, "refused");
    (void)cJSON_AddStringToObject(o, "code", code);
    (void)cJSON_AddStringToObject(o, "text", text);
    answer(to, o);
    cJSON_Delete(o);
}

int workshop_refuse(struct workshop_job *job, const char *code, const char *text)
{
    job->code = code;
    job->text = text;
    return 0;
}

int workshop_text(struct workshop_job *job, size_t max_points, struct str *ret)
{
    struct str text = STR("");
    if (json_get_str(job->frame, "text", &text) != 1)
        return workshop_refuse(job, "bad_frame", "Which words? \"text\" must have them.");
    text = str_trim(text);
    if (!text.len)
        return workshop_refuse(job, "empty", "Write something first.");
    if (utf8_points(text) > max_points)
        return workshop_refuse(job, "too_long", "That is longer than a message can be.");
    *ret = text;
    return 1;
}

/* ------------------------------------------------------------------------------------------------
 * the end */

static void release(struct workshop *w)
{
    if (!w->closing || w->under_way || w->timer_open)
        return;
    w->candidate = candidate_free(w->candidate);
    w->hours = hours_free(w->hours);
    w->replay_hours = hours_free(w->replay_hours);
    w->db = db_free(w->db);
    free(w);
}

void workshop_ended(struct workshop *w)
{
    w->under_way--;
    release(w);
}

static void timer_closed(uv_handle_t *handle)
{
    struct workshop *w = handle->data;
    w->timer_open = false;
    release(w);
}

static struct question *question_free(struct question *q)
{
    if (!q)
        return NULL;
    (void)kb_free(q->job.live);
    (void)kb_free(q->job.draft);
    (void)workshop_run_free(q->job.run);
    arena_release(&q->job.arena);
    cJSON_Delete(q->job.answer);
    cJSON_Delete(q->frame);
    free(q);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * training */

static void train(void *data)
{
    struct training *t = data;
    struct workshop *w = t->workshop;
    struct arena arena = ARENA_INIT;
    struct candidate_look look = { .kb = NULL };
    struct db *db = NULL;
    int r = db_open(db_path(w->db), DB_READER, &db, NULL);
    if (r == 0)
        r = candidate_train(w->candidate, db, t->live, &arena, &t->stop, &look);
    if (r < 0 && r != ERR_DENIED)
        log_error("workshop.train why=\"%s\"", err_str(r));
    (void)kb_free(look.kb);
    (void)db_free(db);
    arena_release(&arena);
}

static void trained(void *data)
{
    struct training *t = data;
    struct workshop *w = t->workshop;
    (void)kb_free(t->live);
    free(t);
    w->training = NULL;
    workshop_ended(w);
}

static void begin_training(uv_timer_t *timer)
{
    struct workshop *w = timer->data;
    struct training *t = calloc(1, sizeof *t);
    if (!t)
        return; /* the next question asks for it again */
    t->workshop = w;
    t->live = kb_ref(w->options.live->kb);
    if (aside_begin(w->options.loop, ASIDE_LONG, train, trained, t) < 0) {
        (void)kb_free(t->live);
        free(t);
        return;
    }
    w->training = t;
    w->under_way++;
}

/* Somebody asked the draft, which has no second opinion of its own: it gets one when it is left
 * alone for a while. */
static void want_training(struct workshop *w, int64_t revision)
{
    if (w->closing)
        return;
    if (w->training) /* of an earlier draft, it may be: the next question sees */
        return;
    if (uv_is_active((uv_handle_t *)&w->still) && w->still_revision == revision)
        return;
    w->still_revision = revision;
    (void)uv_timer_start(&w->still, begin_training, (uint64_t)w->options.train_still_ms, 0);
}

/* ------------------------------------------------------------------------------------------------
 * the line */

static int look_at_draft(struct workshop *w, struct workshop_job *job)
{
    struct candidate_look look;
    int r = candidate_look(w->candidate, job->db, job->live, &job->arena, &look);
    if (r < 0)
        return r;
    job->draft = look.kb;
    job->revision = look.revision;
    job->trained = look.trained;
    job->draft_faults = look.faults;
    return 0;
}

/* On the worker. */
static void work(void *data)
{
    struct question *q = data;
    if (q->kind->of_draft)
        q->outcome = look_at_draft(q->workshop, &q->job);
    if (q->outcome == 0)
        q->outcome = q->kind->work(&q->job);
}

static void begin_first(struct workshop *w);

static void give(struct question *q)
{
    if (!q->to)
        return;
    if (q->outcome < 0)
        workshop_say_no(q->answer, q->to, q->frame, "failed",
                        "Something went wrong here. Please try again.");
    else if (q->job.code)
        workshop_say_no(q->answer, q->to, q->frame, q->job.code, q->job.text);
    else
        q->answer(q->to, q->job.answer);
}

static void worked(void *data)
{
    struct question *q = data;
    struct workshop *w = q->workshop;
    w->first = q->next;
    if (q->outcome < 0 && q->to) /* else it was told to stop */
        log_error("workshop.%s why=\"%s\"", q->kind->type, err_str(q->outcome));
    give(q);
    if (q->job.draft && !q->job.trained)
        want_training(w, q->job.revision);
    (void)question_free(q);
    begin_first(w);
    workshop_ended(w);
}

static void begin_first(struct workshop *w)
{
    struct question *q = w->first;
    while (!w->closing && q && !q->running) {
        q->job.db = w->db;
        q->job.frame = q->frame;
        q->job.live = kb_ref(w->options.live->kb);
        q->job.version = w->options.live->version;
        q->job.conf = w->options.conf;
        q->job.hours = w->hours;
        q->job.run = workshop_run_ref(w->run);
        q->job.now = clock_now(w->options.clock);
        q->job.stop = &q->stop;
        q->job.answer = workshop_frame(q->frame, q->kind->type);
        q->running = true;
        if (aside_begin(w->options.loop, ASIDE_ASKED, work, worked, q) == 0) {
            w->under_way++;
            return;
        }
        q->outcome = ERR_NOMEM;
        give(q);
        w->first = q->next;
        (void)question_free(q);
        q = w->first;
    }
}

/* Nobody waits for it any more: it leaves the line, or does when its worker sees. */
static void leave(struct workshop *w, struct question *q)
{
    q->to = NULL;
    atomic_store(&q->stop, true);
    if (q->running)
        return;
    struct question **at = &w->first;
    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
    (void)question_free(q);
}

/* The question of the same kind that @to waits for, or NULL. */
static struct question *earlier(struct workshop *w, const void *to, const struct kind *kind)
{
    struct question *q = w->first;
    while (q && (q->to != to || q->kind != kind))
        q = q->next;
    return q;
}

static size_t count_waiting(const struct workshop *w)
{
    size_t count = 0;
    for (const struct question *q = w->first; q; q = q->next)
        count++;
    return count;
}

static const struct kind *kind_of(struct str type)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(type, kinds[i].type))
            return &kinds[i];
    return NULL;
}

static bool answers(struct str type)
{
    return kind_of(type) != NULL;
}

static int add(struct workshop *w, const struct kind *kind, const cJSON *frame,
               workshop_answer *answer, void *to)
{
    struct question *q = calloc(1, sizeof *q), **at = &w->first;
    if (!q)
        return ERR_NOMEM;
    q->frame = cJSON_Duplicate(frame, true);
    if (!q->frame) {
        free(q);
        return ERR_NOMEM;
    }
    q->workshop = w;
    q->kind = kind;
    q->answer = answer;
    q->to = to;
    while (*at)
        at = &(*at)->next;
    *at = q;
    return 0;
}

static void ask(void *data, const struct staff *staff, const cJSON *frame, workshop_answer *answer,
                void *to)
{
    struct workshop *w = data;
    struct str type = STR("");
    (void)staff;
    (void)json_get_str(frame, "type", &type);
    const struct kind *kind = kind_of(type);
    struct question *before = kind ? earlier(w, to, kind) : NULL;
    if (!kind) {
        workshop_say_no(answer, to, frame, "bad_frame", "There is no such question.");
        return;
    }
    if (kind->at_once) {
        kind->at_once(w, frame, answer, to);
        return;
    }
    if (before) {
        workshop_say_no(before->answer, to, before->frame, "overtaken",
                        "You have asked again since: the newer question is answered.");
        leave(w, before);
    }
    if (count_waiting(w) >= QUESTIONS_MAX)
        workshop_say_no(answer, to, frame, "failed",
                        "Many people are asking just now. Please try again in a moment.");
    else if (add(w, kind, frame, answer, to) < 0)
        workshop_say_no(answer, to, frame, "failed",
                        "Something went wrong here. Please try again.");
    else
        begin_first(w);
}

static void forget(void *data, const void *to)
{
    struct workshop *w = data;
    struct question *q = w->first;
    while (q) {
        struct question *next = q->next;
        if (q->to == to)
            leave(w, q);
        q = next;
    }
}

struct desk_workshop workshop_desk(struct workshop *w)
{
    return (struct desk_workshop){
        .answers = answers, .ask = ask, .forget = forget, .replay = workshop_replay, .data = w
    };
}

/* ------------------------------------------------------------------------------------------------
 * opening and closing */

int workshop_new(const struct workshop_options *options, struct workshop **ret)
{
    const struct conf_account *account = &options->conf->accounts[0];
    const struct hours *hours = account->hours ? account->hours : options->conf->hours;
    struct workshop *w = calloc(1, sizeof *w);
    if (!w)
        return ERR_NOMEM;
    w->options = *options;
    w->candidate = candidate_new(options->models, options->rules);
    int r = w->candidate ? hours_copy(hours, &w->hours) : ERR_NOMEM;
    if (r == 0)
        r = hours_copy(hours, &w->replay_hours);
    if (r < 0)
        (void)workshop_free(w);
    else
        *ret = w;
    return r;
}

int workshop_open(struct workshop *w, struct db *db, struct report *report)
{
    const char *why = NULL;
    int r = db_open(db_path(db), DB_READER, &w->db, &why);
    if (r < 0)
        return report_error(report, "workshop: %s", why ? why : err_str(r));
    w->loop_db = db;
    (void)uv_timer_init(w->options.loop, &w->still);
    w->still.data = w;
    w->timer_open = true;
    return 0;
}

struct workshop *workshop_free(struct workshop *w)
{
    if (!w)
        return NULL;
    w->closing = true;
    for (struct question *q = w->first, *next; q; q = next) {
        next = q->next;
        leave(w, q);
    }
    if (w->training)
        atomic_store(&w->training->stop, true);
    workshop_replay_end(w);
    if (w->timer_open)
        uv_close((uv_handle_t *)&w->still, timer_closed);
    else
        release(w);
    return NULL;
}
