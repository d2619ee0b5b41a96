#include "bot/said.h"

static int read_lists(struct said *s)
{
    if (s->read)
        return 0;
    s->told = arena_array(s->arena, RECORD_SAID_MAX, sizeof *s->told);
    s->automatic = arena_array(s->arena, RECORD_SAID_MAX, sizeof *s->automatic);
    if (!s->told || !s->automatic)
        return ERR_NOMEM;
    int count = record_list_told(s->tx, s->arena, s->reply_id, s->resident_id, s->now - SEND_SAME_S,
                                 s->told);
    if (count < 0)
        return count;
    s->told_count = (size_t)count;
    count = record_list_automatic(s->tx, s->arena, s->reply_id, s->account, s->now - SEND_LONG_S,
                                  s->automatic);
    if (count < 0)
        return count;
    s->automatic_count = (size_t)count;
    s->read = true;
    return 0;
}

int said_weigh(struct said *s, struct str text, struct send_facts *facts)
{
    bool waiting = !s->reply_id;
    int same = record_is_said(s->tx, s->reply_id, text, waiting, s->now - SEND_SAME_S);
    int r = same < 0 ? same : read_lists(s);
    if (r < 0)
        return r;
    facts->same = same;
    for (size_t i = 0; i < s->told_count; i++)
        facts->near_resident |=
            (waiting || !s->told[i].waiting) && send_likeness(s->told[i].body, text) >= SEND_LIKE;
    for (size_t i = 0; i < s->automatic_count; i++) {
        const struct record_said *said = &s->automatic[i];
        if (said->waiting && !waiting)
            continue;
        facts->near_others += said->resident_id != s->resident_id &&
                              said->at > s->now - SEND_LIKE_S &&
                              send_likeness(said->body, text) >= SEND_LIKE;
        facts->short_count += said->by_account && said->at > s->now - SEND_SHORT_S;
        facts->long_count += said->by_account && said->at > s->now - SEND_LONG_S;
    }
    return 0;
}

int said_is_taken(void *data, struct str text)
{
    struct said *s = data;
    struct send_facts f = { .automatic = true };
    int r = said_weigh(s, text, &f);
    if (r < 0)
        return r;
    return (f.same && !s->is_private) || f.near_resident || f.near_others >= SEND_LIKE_MAX;
}
