/* Questions about the knowledge base: handed to desk_workshop, which answers when it has worked on
 * them. */
#include "handoff/console_private.h"

#include "handoff/permission.h"

enum { ID_MAX = 40 };

bool console_workshop_answers(const struct console *c, struct str type)
{
    const struct desk_workshop *w = &c->options.desk->workshop;
    return w->answers && w->answers(type);
}

static void answer(void *to, const cJSON *frame)
{
    console_ws_answer(to, frame);
}

void console_workshop(struct console *c, struct ws_peer *peer, const struct staff *staff,
                      const cJSON *frame)
{
    const struct desk_workshop *w = &c->options.desk->workshop;
    struct str id = STR(""), type = STR("");
    (void)json_get_str(frame, "type", &type); /* a text of ours: console_workshop_answers saw it */
    if (json_get_str(frame, "id", &id) != 1 || id.len == 0 || utf8_points(id) > ID_MAX)
        console_ws_refuse(peer, frame, "bad_frame",
                          "A command needs an \"id\" of 1 to 40 characters.");
    else if (!role_may(staff->role, type.p))
        console_ws_refuse(peer, frame, "not_allowed", "Your role may not do that.");
    else
        w->ask(w->data, staff, frame, answer, peer);
}

void console_workshop_leave(struct console *c, const struct ws_peer *peer)
{
    const struct desk_workshop *w = &c->options.desk->workshop;
    if (w->forget)
        w->forget(w->data, peer);
}
