#include "bot/aside.h"

#include <stdlib.h>
#include <sys/resource.h>

struct aside {
    uv_async_t over;
    uv_thread_t thread;
    int niceness;
    void (*work)(void *data);
    void (*done)(void *data);
    void *data;
};

void aside_lower(int niceness)
{
    /* of this thread alone, as Linux has it */
    (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + niceness);
}

static void run(void *data)
{
    struct aside *a = data;
    aside_lower(a->niceness);
    a->work(a->data);
    (void)uv_async_send(&a->over);
}

static void forget(uv_handle_t *handle)
{
    free(handle->data);
}

static void end(uv_async_t *over)
{
    struct aside *a = over->data;
    (void)uv_thread_join(&a->thread);
    a->done(a->data);
    uv_close((uv_handle_t *)over, forget);
}

int aside_begin(uv_loop_t *loop, int niceness, void (*work)(void *data), void (*done)(void *data),
                void *data)
{
    struct aside *a = calloc(1, sizeof *a);
    if (!a)
        return ERR_NOMEM;
    *a = (struct aside){ .niceness = niceness, .work = work, .done = done, .data = data };
    if (uv_async_init(loop, &a->over, end) != 0) {
        free(a);
        return ERR_NOMEM;
    }
    a->over.data = a;
    if (uv_thread_create(&a->thread, run, a) != 0) {
        uv_close((uv_handle_t *)&a->over, forget);
        return ERR_NOMEM;
    }
    return 0;
}
