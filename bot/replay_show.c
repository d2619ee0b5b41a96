#include "bot/replay_show.h"

#include "handoff/past.h"
#include "kb/mark.h"

int replay_show_init(struct replay_show *s, struct replay *replay, int64_t version)
{
    *s = (struct replay_show){ .version = version };
    int r = hours_copy(replay_hours(replay), &s->hours);
    s->live = replay_tried_by(replay, false, s->hours);
    s->draft = replay_tried_by(replay, true, s->hours);
    s->live.decider.scratch = intents_scratch_new();
    s->draft.decider.scratch = intents_scratch_new();
    return r < 0 || (s->live.decider.scratch && s->draft.decider.scratch) ? r : ERR_NOMEM;
}

void replay_show_release(struct replay_show *s)
{
    arena_release(&s->message);
    s->hours = hours_free(s->hours);
    s->live.decider.scratch = intents_scratch_free(s->live.decider.scratch);
    s->draft.decider.scratch = intents_scratch_free(s->draft.decider.scratch);
}

/* Where the byte @at of a text stands once @found is masked: at the mark for what is in a detail.
 */
static uint32_t masked_at(const struct entities *found, uint32_t at, bool end)
{
    uint32_t moved = at;
    for (size_t i = 0; i < found->count; i++) {
        const struct entity *e = &found->list[i];
        uint32_t mark = (uint32_t)strlen(entity_mark(e->kind));
        if (e->kind == ENTITY_DISTRICT || e->from >= at)
            continue;
        if (at < e->to)
            return moved - (at - e->from) + (end ? mark : 0);
        moved = moved - (e->to - e->from) + mark;
    }
    return moved;
}

static void mask_spans(struct decision *d, const struct entities *found)
{
    for (size_t i = 0; i < d->match.why_count; i++) {
        struct intents_why *why = &d->match.whys[i];
        for (size_t s = 0; s < why->count; s++) {
            why->spans[s][0] = masked_at(found, why->spans[s][0], false);
            why->spans[s][1] = masked_at(found, why->spans[s][1], true);
        }
    }
}

/* A text, and how it is shown. */
struct shown {
    struct str text, masked;
    struct entities found;
};

static int put_tried(struct replay_show *s, const struct tried_by *by, const char *name,
                     const struct shown *shown, cJSON *o)
{
    struct decision d;
    int r = tried_decide(by, &s->message, shown->text, &d);
    if (r < 0)
        return r;
    mask_spans(&d, &shown->found);
    (void)cJSON_AddItemToObject(o, name, tried_json(by->decider.kb, s->version, &d, shown->masked));
    return 0;
}

static int put_mark(struct tx *tx, int64_t revision, int64_t message_id, cJSON *o)
{
    bool better = false;
    int r = kb_mark_last(tx, revision, message_id, &better);
    if (r == 1)
        (void)cJSON_AddBoolToObject(o, "better", better);
    else if (r == 0)
        (void)cJSON_AddNullToObject(o, "better");
    return r < 0 ? r : 0;
}

int replay_show_add(struct replay_show *s, struct tx *tx, int64_t message_id, int64_t revision,
                    cJSON *list)
{
    struct past_message m;
    struct shown shown = { .text = STR("") };
    struct buf masked = BUF_INIT(1 << 20);
    arena_clear(&s->message);
    int r = past_get(tx, &s->message, message_id, &m);
    if (r != 1)
        return r;
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddItemToArray(list, o);
    shown.text = m.text;
    r = entity_find(&s->message, m.text, &shown.found);
    if (r == 0)
        r = entity_mask(m.text, &shown.found, &masked);
    shown.masked = buf_str(&masked);
    (void)cJSON_AddNumberToObject(o, "message", (double)m.id);
    (void)json_put_str(o, "text", shown.masked);
    (void)cJSON_AddNumberToObject(o, "written_at", (double)m.written_at);
    if (r == 0)
        r = put_tried(s, &s->live, "live", &shown, o);
    if (r == 0)
        r = put_tried(s, &s->draft, "draft", &shown, o);
    if (r == 0)
        r = put_mark(tx, revision, m.id, o);
    buf_release(&masked);
    return r;
}
