#include "bot/said.h"

int said_lately_add(struct said_lately *l, int64_t resident_id, struct str text, int64_t now)
{
    if (!l->read || l->count == RECORD_SAID_MAX)
        return 0;
    struct said_text *t = &l->texts[l->count];
    *t = (struct said_text){ .at = now, .resident_id = resident_id, .waiting = true };
    int r = send_runs_of(&l->arena, text, &t->runs);
    l->count += r == 0;
    return r;
}

void said_lately_clear(struct said_lately *l)
{
    arena_clear(&l->arena);
    l->read = false;
    l->count = 0;
}

void said_lately_release(struct said_lately *l)
{
    arena_release(&l->arena);
    *l = (struct said_lately){ .read = false };
}

static int read_lately(const struct said *s)
{
    struct said_lately *l = s->lately;
    if (l->read)
        return 0;
    struct record_said *rows = arena_array(&l->arena, RECORD_SAID_MAX, sizeof *rows);
    l->texts = arena_array(&l->arena, RECORD_SAID_MAX, sizeof *l->texts);
    int count = rows && l->texts ? record_list_automatic(s->tx, &l->arena, s->reply_id, s->account,
                                                         s->now - SEND_LONG_S, rows)
                                 : ERR_NOMEM;
    int r = count < 0 ? count : 0;
    for (int i = 0; i < count && r == 0; i++) {
        l->texts[i] = (struct said_text){ .at = rows[i].at,
                                          .resident_id = rows[i].resident_id,
                                          .waiting = rows[i].waiting,
                                          .by_account = rows[i].by_account };
        r = send_runs_of(&l->arena, rows[i].body, &l->texts[i].runs);
    }
    l->count = r == 0 ? (size_t)count : 0;
    l->read = r == 0;
    return r;
}

/* What counts: all that wasn't taken back, or only what left. */
static int read_told(struct said *s)
{
    if (s->read)
        return 0;
    struct record_said *rows = arena_array(s->arena, RECORD_SAID_MAX, sizeof *rows);
    int count = rows ? record_list_told(s->tx, s->arena, s->reply_id, s->resident_id,
                                        s->now - RECORD_SAME_S, rows)
                     : ERR_NOMEM;
    if (count < 0)
        return count;
    s->told = arena_array(s->arena, (size_t)count + 1, sizeof *s->told);
    int r = s->told ? 0 : ERR_NOMEM;
    for (int i = 0; i < count && r == 0; i++)
        if (!s->reply_id || !rows[i].waiting)
            r = send_runs_of(s->arena, rows[i].body, &s->told[s->told_count++]);
    s->read = r == 0;
    return r;
}

int said_weigh(struct said *s, struct str text, struct send_facts *facts)
{
    bool waiting = !s->reply_id;
    struct send_runs runs;
    int same = record_is_said(s->tx, s->reply_id, text, waiting, s->now - RECORD_SAME_S);
    int r = same < 0 ? same : read_told(s);
    if (r == 0)
        r = read_lately(s);
    if (r == 0)
        r = send_runs_of(s->arena, text, &runs);
    if (r < 0)
        return r;
    facts->same = same;
    for (size_t i = 0; i < s->told_count; i++)
        facts->near_resident |= send_alike(&s->told[i], &runs);
    for (size_t i = 0; i < s->lately->count; i++) {
        const struct said_text *said = &s->lately->texts[i];
        if (said->waiting && !waiting)
            continue;
        facts->near_others += said->resident_id != s->resident_id &&
                              said->at > s->now - SEND_LIKE_S && send_alike(&said->runs, &runs);
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
