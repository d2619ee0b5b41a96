/*
 * Searching off the loop: a connection to the database of its own, used by one worker at a time.
 * Searches wait in line, one of a console; the answer goes to the console if it is still there.
 */
#include "handoff/console_private.h"

#include "base/log.h"
#include "handoff/permission.h"
#include "handoff/search.h"

enum { SEARCHES_MAX = 32, ID_MAX = 40, TEXT_BYTES_MAX = 4 * SEARCH_POINTS_MAX };

struct search_job {
    uv_work_t work;
    struct console *console;
    struct ws_peer *peer; /* NULL when it has gone */
    struct search_job *next;
    bool running;
    struct buf text;
    struct search search;
    cJSON *answer;
    int outcome;
};

static struct search_job *job_free(struct search_job *job)
{
    cJSON_Delete(job->answer);
    buf_release(&job->text);
    free(job);
    return NULL;
}

int console_search_open(struct console *c, struct report *report)
{
    const char *why = NULL;
    int r = db_open(db_path(c->options.db), DB_READER, &c->search_db, &why);
    return r < 0 ? report_error(report, "search: %s", why ? why : err_str(r)) : 0;
}

void console_search_close(struct console *c)
{
    while (c->searches) {
        struct search_job *job = c->searches;
        c->searches = job->next;
        (void)job_free(job);
    }
    c->search_db = db_free(c->search_db);
}

void console_search_leave(struct console *c, const struct ws_peer *peer)
{
    for (struct search_job *job = c->searches; job; job = job->next)
        if (job->peer == peer)
            job->peer = NULL;
}

/* On a worker: touches nothing but the job and the reader's connection. */
static void find(uv_work_t *work)
{
    struct search_job *job = work->data;
    struct tx *tx;
    job->outcome = tx_begin(job->console->search_db, TX_READ, &tx);
    if (job->outcome < 0)
        return;
    job->outcome = search_find(tx, &job->search, job->answer);
    tx_rollback(tx);
}

static void begin_first(struct console *c);

static void found(uv_work_t *work, int status)
{
    struct search_job *job = work->data;
    struct console *c = job->console;
    c->searches = job->next;
    if (job->peer && status == 0 && job->outcome == 0)
        console_ws_answer(job->peer, job->answer);
    else if (job->peer)
        console_ws_refuse(job->peer, job->answer, "failed",
                          "The search didn't work. Please try again.");
    (void)job_free(job);
    begin_first(c);
}

/* Nothing begins once the console is closing. */
static void begin_first(struct console *c)
{
    struct search_job *job = c->context ? c->searches : NULL;
    if (!job || job->running)
        return;
    job->running = true;
    job->work.data = job;
    (void)uv_queue_work(c->options.loop, &job->work, find, found);
}

/* Behind those that wait: 0, or why there is no room. */
static const char *add_job(struct console *c, struct search_job *job)
{
    struct search_job **at = &c->searches;
    size_t count = 0;
    for (; *at; at = &(*at)->next, count++)
        if ((*at)->peer == job->peer)
            return "Your last search is still under way. Please wait for it.";
    if (count >= SEARCHES_MAX)
        return "Many people are searching just now. Please try again in a moment.";
    *at = job;
    begin_first(c);
    return NULL;
}

void console_search(struct console *c, struct ws_peer *peer, const struct staff *staff,
                    const cJSON *frame)
{
    struct str id = STR(""), text = STR(""), before = STR("");
    int64_t place = INT64_MAX;
    if (json_get_str(frame, "id", &id) != 1 || id.len == 0 || utf8_points(id) > ID_MAX) {
        console_ws_refuse(peer, frame, "bad_frame",
                          "A command needs an \"id\" of 1 to 40 characters.");
        return;
    }
    if (!role_may(staff->role, "search")) {
        console_ws_refuse(peer, frame, "not_allowed", "Your role may not do that.");
        return;
    }
    if (json_get_str(frame, "text", &text) != 1 || json_get_str(frame, "before", &before) < 0 ||
        (before.len && !str_to_int64(before, 1, INT64_MAX, &place))) {
        console_ws_refuse(
            peer, frame, "bad_frame",
            "Search for which \"text\"? \"before\" is the \"next\" of the page before, or null.");
        return;
    }
    if (!str_trim(text).len || utf8_points(text) > SEARCH_POINTS_MAX) {
        console_ws_refuse(peer, frame, str_trim(text).len ? "too_long" : "empty",
                          "Search for something of 1 to 200 characters.");
        return;
    }
    struct search_job *job = calloc(1, sizeof *job);
    if (!job) {
        console_ws_refuse(peer, frame, "failed", "The search didn't work. Please try again.");
        return;
    }
    *job = (struct search_job){ .console = c, .peer = peer, .text = BUF_INIT(TEXT_BYTES_MAX) };
    (void)buf_add(&job->text, text);
    job->search = (struct search){ .text = buf_str(&job->text),
                                   .prefix = c->options.desk->reference_prefix,
                                   .before = place,
                                   .may_private = staff_answers_private(staff) };
    job->answer = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(job->answer, "type", "found");
    (void)json_put_str(job->answer, "id", id);
    const char *full = add_job(c, job);
    if (full) {
        console_ws_refuse(peer, frame, "failed", full);
        (void)job_free(job);
    }
}
