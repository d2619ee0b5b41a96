#include "bot/learn.h"

#include "base/array.h"
#include "bot/send_rules.h"
#include "bot/suggest.h"
#include "handoff/past.h"

enum { PAGE = 500, TEXT_POINTS = 500, ALIKE_LEAST = 2 /* one alone is no habit */ };

static bool is_stopped(const atomic_bool *stop)
{
    return stop && atomic_load(stop);
}

/* {"message","text"}: as an editor may see it. */
static int add_example(struct arena *arena, const struct past_message *m, cJSON *list)
{
    struct entities found;
    struct buf masked = BUF_INIT(1 << 20);
    int r = entity_find(arena, m->text, &found);
    if (r == 0)
        r = entity_mask(m->text, &found, &masked);
    if (r == 0) {
        cJSON *o = cJSON_CreateObject();
        (void)cJSON_AddItemToArray(list, o);
        (void)cJSON_AddNumberToObject(o, "message", (double)m->id);
        (void)json_put_str(o, "text", utf8_cut(buf_str(&masked), TEXT_POINTS));
    }
    buf_release(&masked);
    return r;
}

static int keep_message(struct arena *arena, const struct past_message *m, struct past_message *to)
{
    *to = *m;
    to->text = arena_str(arena, m->text);
    return to->text.p ? 0 : ERR_NOMEM;
}

/* ------------------------------------------------------------------------------------------------
 * what nothing explains */

struct reading_past {
    struct decider decider;
    struct arena page, message, kept;
    struct past_message list[PAGE]; /* in the arena of the page */
    size_t count, seen;
    struct suggest *suggest;
    struct past_message *unexplained; /* by their numbers in @suggest */
    size_t unexplained_count, unexplained_room;
};

static int take(const struct past_message *m, void *data)
{
    struct reading_past *p = data;
    return keep_message(&p->page, m, &p->list[p->count++]);
}

static int look_at(struct reading_past *p, const struct past_message *m)
{
    static const struct policy_facts facts = { .may_reply = true };
    struct reading reading;
    arena_clear(&p->message);
    int r = decide_read(&p->decider, &p->message, m->text, &reading);
    if (r < 0)
        return r;
    struct policy_decision d = policy_decide(p->decider.kb, &reading.match, reading.second, &facts);
    bool explained = d.action != ACTION_HANDOFF || !str_is(d.reason, "unresolved");
    r = suggest_add(p->suggest, &reading.match.normal, explained);
    if (r < 0 || explained)
        return r;
    r = array_grow((void **)&p->unexplained, p->unexplained_count, &p->unexplained_room,
                   sizeof *p->unexplained);
    return r < 0 ? r : keep_message(&p->kept, m, &p->unexplained[p->unexplained_count++]);
}

static int read_past(struct reading_past *p, struct db *db, int64_t from, const atomic_bool *stop)
{
    int64_t at = INT64_MAX, id = 0;
    int r;
    do {
        struct tx *tx;
        arena_clear(&p->page);
        p->count = 0;
        r = tx_begin(db, TX_READ, &tx);
        if (r < 0)
            return r;
        r = past_page(tx, from, at, id, PAGE, take, p);
        tx_rollback(tx);
        for (size_t i = 0; i < p->count && r == 0; i++)
            r = is_stopped(stop) ? ERR_DENIED : look_at(p, &p->list[i]);
        p->seen += p->count;
        if (p->count) {
            at = p->list[p->count - 1].written_at;
            id = p->list[p->count - 1].id;
        }
    } while (r == 0 && p->count == PAGE && p->seen < LEARN_MESSAGES_MAX);
    return r;
}

static int by_size(const void *a, const void *b)
{
    const struct suggest_group *x = a, *y = b;
    if (x->message_count != y->message_count)
        return x->message_count < y->message_count ? 1 : -1;
    return x->messages[0] < y->messages[0] ? -1 : x->messages[0] > y->messages[0];
}

static int put_group(struct reading_past *p, const struct suggest_group *g, cJSON *list)
{
    cJSON *o = cJSON_CreateObject(), *words = cJSON_AddArrayToObject(o, "words"), *examples;
    int r = 0;
    (void)cJSON_AddItemToArray(list, o);
    for (size_t i = 0; i < g->word_count; i++)
        (void)json_add_str(words, g->words[i]);
    (void)cJSON_AddNumberToObject(o, "count", (double)g->message_count);
    examples = cJSON_AddArrayToObject(o, "examples");
    for (size_t i = 0; i < g->message_count && i < LEARN_EXAMPLES_MAX && r == 0; i++)
        r = add_example(&p->kept, &p->unexplained[g->messages[i]], examples);
    return r;
}

static int put_groups(struct reading_past *p, cJSON *list)
{
    struct suggest_group groups[LEARN_GROUPS_MAX];
    size_t count = 0;
    int r = 1;
    while (r == 1 && count < LEARN_GROUPS_MAX) {
        r = suggest_next(p->suggest, &groups[count]);
        count += r == 1;
    }
    qsort(groups, count, sizeof *groups, by_size);
    for (size_t i = 0; i < count && r >= 0; i++)
        r = put_group(p, &groups[i], list);
    return r < 0 ? r : 0;
}

static int put_unexplained(struct db *db, const struct kb *kb, int64_t from,
                           const atomic_bool *stop, cJSON *ret)
{
    struct reading_past *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_NOMEM;
    p->decider = (struct decider){ kb, intents_scratch_new() };
    p->suggest = suggest_new(intents_vocab(kb->intents));
    int r = p->decider.scratch && p->suggest ? read_past(p, db, from, stop) : ERR_NOMEM;
    if (r == 0) {
        (void)cJSON_AddNumberToObject(ret, "messages", (double)p->seen);
        r = put_groups(p, cJSON_AddArrayToObject(ret, "groups"));
    }
    (void)intents_scratch_free(p->decider.scratch);
    (void)suggest_free(p->suggest);
    free(p->unexplained);
    arena_release(&p->page);
    arena_release(&p->message);
    arena_release(&p->kept);
    free(p);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * what is answered by hand */

/* Answers that say nearly the same; the newest stands for them. */
struct habit {
    struct str text;
    struct send_runs runs;
    size_t count;
    struct past_message examples[LEARN_EXAMPLES_MAX];
};

struct habits {
    struct arena arena;
    struct habit *list;
    size_t count, room;
    const atomic_bool *stop;
};

static int take_answer(const struct past_answer *a, void *data)
{
    struct habits *h = data;
    struct send_runs runs;
    struct habit *like = h->list;
    if (is_stopped(h->stop))
        return ERR_DENIED;
    int r = send_runs_of(&h->arena, a->reply, &runs);
    if (r < 0 || !runs.count) /* a greeting and nothing else */
        return r;
    while (like < h->list + h->count && !send_alike(&like->runs, &runs))
        like++;
    if (like == h->list + h->count) {
        if (array_grow((void **)&h->list, h->count, &h->room, sizeof *h->list) < 0)
            return ERR_NOMEM;
        like = &h->list[h->count++];
        *like = (struct habit){ .text = arena_str(&h->arena, a->reply), .runs = runs };
        if (!like->text.p)
            return ERR_NOMEM;
    }
    if (like->count < LEARN_EXAMPLES_MAX)
        r = keep_message(&h->arena, &a->message, &like->examples[like->count]);
    like->count++;
    return r;
}

static int by_count(const void *a, const void *b)
{
    const struct habit *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return str_cmp(x->text, y->text);
}

static int put_habits(struct habits *h, cJSON *list)
{
    int r = 0;
    if (h->count)
        qsort(h->list, h->count, sizeof *h->list, by_count);
    for (size_t i = 0; i < h->count && i < LEARN_GROUPS_MAX && r == 0; i++) {
        const struct habit *one = &h->list[i];
        if (one->count < ALIKE_LEAST)
            break;
        cJSON *o = cJSON_CreateObject();
        (void)cJSON_AddItemToArray(list, o);
        (void)json_put_str(o, "text", one->text);
        (void)cJSON_AddNumberToObject(o, "count", (double)one->count);
        cJSON *examples = cJSON_AddArrayToObject(o, "examples");
        for (size_t k = 0; k < one->count && k < LEARN_EXAMPLES_MAX && r == 0; k++)
            r = add_example(&h->arena, &one->examples[k], examples);
    }
    return r;
}

static int put_by_hand(struct db *db, int64_t from, const atomic_bool *stop, cJSON *ret)
{
    struct habits h = { .stop = stop };
    struct tx *tx;
    int r = tx_begin(db, TX_READ, &tx);
    if (r == 0) {
        r = past_answers(tx, from, LEARN_ANSWERS_MAX, take_answer, &h);
        tx_rollback(tx);
    }
    if (r == 0)
        r = put_habits(&h, cJSON_AddArrayToObject(ret, "by_hand"));
    free(h.list);
    arena_release(&h.arena);
    return r;
}

int learn_put(struct db *db, const struct kb *kb, int64_t from, const atomic_bool *stop, cJSON *ret)
{
    int r = put_unexplained(db, kb, from, stop, ret);
    return r < 0 ? r : put_by_hand(db, from, stop, ret);
}
