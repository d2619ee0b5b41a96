/* What takes too long for the loop: passwords, one at a time, since many at once would take the
 * machine's memory. */
#include "handoff/console_http.h"

enum { ERRANDS_MAX = 8 };

struct errand *console_errand_new(struct console *c, struct http_peer *peer, cJSON *body)
{
    struct errand *e = calloc(1, sizeof *e);
    if (!e) {
        cJSON_Delete(body);
        return NULL;
    }
    e->console = c;
    e->peer = peer;
    e->body = body;
    return e;
}

void console_errand_free(struct errand *e)
{
    for (cJSON *m = cJSON_IsObject(e->body) ? e->body->child : NULL; m; m = m->next)
        if (cJSON_IsString(m))
            explicit_bzero(m->valuestring, strlen(m->valuestring));
    cJSON_Delete(e->body);
    arena_release(&e->arena);
    explicit_bzero(e, sizeof *e);
    free(e);
}

static void drop(struct errand *e)
{
    struct errand **at = &e->console->errands;
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    e->console->errand_count--;
    if (e->peer)
        e->peer->errand = NULL;
    console_errand_free(e);
}

static void do_work(uv_work_t *work)
{
    struct errand *e = work->data;
    if (e->checks)
        e->fits = password_fits(e->hash, e->password);
    if (e->fresh.len && (e->fits || !e->checks) && password_hash(e->fresh, e->fresh_hash) < 0)
        e->fresh_hash[0] = '\0';
}

static void run_next(struct console *c);

static void work_done(uv_work_t *work, int status)
{
    struct errand *e = work->data;
    struct console *c = e->console;
    (void)status;
    if (e->then(e) < 0 && e->peer)
        lws_set_timeout(e->peer->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    drop(e);
    run_next(c);
}

static void run_next(struct console *c)
{
    struct errand *e = c->errands;
    if (!e || e->running || !c->context)
        return;
    e->running = true;
    e->work.data = e;
    (void)uv_queue_work(c->options.loop, &e->work, do_work, work_done);
}

int console_errand_run(struct errand *e)
{
    struct console *c = e->console;
    if (!e->checks && !e->fresh.len) {
        int r = e->then(e);
        console_errand_free(e);
        return r;
    }
    if (c->errand_count >= ERRANDS_MAX) {
        if (e->checks) /* nothing was tried otherwise */
            throttle_take_back(&c->throttle, &e->attempt);
        int r = answer_error(e->peer, 429,
                             "Many people are signing in just now. Please try again in a moment.");
        console_errand_free(e);
        return r;
    }
    struct errand **at = &c->errands;
    while (*at)
        at = &(*at)->next;
    *at = e;
    c->errand_count++;
    e->peer->errand = e;
    run_next(c);
    return 0;
}

void console_errands_end(struct console *c)
{
    while (c->errands)
        drop(c->errands);
}
