/* Questions about the knowledge base: handed to desk_workshop, which answers when it has worked on
 * them. */
#include "handoff/console_private.h"

#include "handoff/permission.h"

enum { ID_MAX = 40 };

bool console_workshop_answers(struct str type)
{
    static const char *const types[] = { "kb_check",          "kb_try",         "kb_find",
                                         "kb_diff",           "kb_replay",      "kb_replay_state",
                                         "kb_replay_stop",    "kb_replay_list", "kb_learn",
                                         "kb_election_report" };
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(type, types[i]))
            return true;
    return false;
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
    else if (!w->ask)
        console_ws_refuse(peer, frame, "failed", "There is no knowledge base to ask.");
    else
        w->ask(w->data, staff, frame, answer, peer);
}

void console_workshop_leave(struct console *c, const struct ws_peer *peer)
{
    const struct desk_workshop *w = &c->options.desk->workshop;
    if (w->forget)
        w->forget(w->data, peer);
}
