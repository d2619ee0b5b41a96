/* One message to many: all of its cases are looked at before the first is touched. */
#include "handoff/command_private.h"

#include "handoff/bulk.h"
#include "handoff/reference.h"
#include "handoff/view.h"
#include "kb/asking.h"

enum {
    TEXT_BYTES_MAX = 32768,
    NAMED_MOST = 5, /* cases in a refusal: more is no sentence */
};

/* One case of it. */
struct part {
    int64_t case_id, version;
    struct bulk_case seen;
    struct str body; /* what it is sent */
};

struct bulk {
    const struct command *c;
    struct arena arena;
    struct str text;
    struct part *parts;
    size_t count;

    const char *code; /* why it is refused, NULL: it isn't */
    struct buf why;
    size_t refused;
    int64_t refused_case; /* the first */
};

/* One case stands in the way; those that follow are named with it. */
static void refuse_part(struct bulk *b, const struct part *p, const char *code, const char *what)
{
    char reference[REFERENCE_MAX];
    if (!b->code) {
        b->code = code;
        b->refused_case = p->case_id;
    }
    if (++b->refused > NAMED_MOST)
        return;
    reference_write(p->case_id, reference);
    struct str prefix = b->c->context->desk->reference_prefix;
    (void)buf_addf(&b->why, "%s%.*s%s%s: %s", b->refused > 1 ? "; " : "", STR_ARG(prefix),
                   prefix.len ? "-" : "", reference, what);
}

/* Nothing was done, and the sender is told for which cases' sake. */
static int conclude_refused(struct bulk *b)
{
    struct command c = *b->c;
    c.on.case_id = b->refused_case;
    if (b->refused > NAMED_MOST)
        return command_refusef(&c, b->code, "Nothing was sent. %s; and %zu more.",
                               buf_cstr(&b->why), b->refused - NAMED_MOST);
    return command_refusef(&c, b->code, "Nothing was sent. %s.", buf_cstr(&b->why));
}

static void check_part(struct bulk *b, const struct part *p)
{
    const struct bulk_case *s = &p->seen;
    if (s->closed)
        refuse_part(b, p, "closed", "it is closed");
    else if (s->version != p->version)
        refuse_part(b, p, "stale", "it has changed since you last saw it");
    else if (s->owner_id && s->owner_id != b->c->context->staff->id)
        refuse_part(b, p, "taken", "somebody else has taken it");
    else if (s->elsewhere)
        refuse_part(b, p, "taken", "somebody answers it in the network's own app");
    else if (s->sensitive)
        refuse_part(b, p, "not_allowed", "it is sensitive, and needs an answer of its own");
    else if (!s->message_id)
        refuse_part(b, p, "no_way", "nothing in it can be answered in public");
}

/* X refuses what is said twice, and people notice. */
static void check_twice(struct bulk *b)
{
    for (size_t i = 1; i < b->count; i++)
        for (size_t k = 0; k < i; k++)
            if (b->parts[i].seen.resident_id == b->parts[k].seen.resident_id) {
                refuse_part(b, &b->parts[i], "repeated",
                            "its resident would be told the same twice, leave one of theirs out");
                break;
            }
}

/* ------------------------------------------------------------------------------------------------
 * what each is told */

/* "Hello @elm_close_sam. The water is back on. ^SR" */
static int write_body(const struct bulk *b, struct str greeting, const struct part *p,
                      struct buf *out)
{
    struct buf handle = BUF_INIT(TEXT_BYTES_MAX);
    (void)buf_addf(&handle, "@%.*s", STR_ARG(p->seen.handle));
    buf_clear(out);
    int r = kb_fill(out, greeting, &(struct kb_filling){ "{handle}", buf_str(&handle) }, 1);
    buf_release(&handle);
    return r < 0 ? r
                 : buf_addf(out, " %.*s ^%.*s", STR_ARG(b->text),
                            STR_ARG(b->c->context->staff->initials));
}

static const struct kb_list *greetings_of(const struct bulk *b, const struct part *p)
{
    static struct str plain[] = { { "Hello {handle}.", sizeof "Hello {handle}." - 1 } };
    static const struct kb_list plainly = { plain, 1 };
    const struct desk *desk = b->c->context->desk;
    const struct kb_list *list = desk->greetings(desk->data, p->seen.account);
    return list->count ? list : &plainly;
}

/* Chooses its words: the first of its greetings, from another one for each case on, that makes no
 * text of the last day. The text must fit behind each, so that luck doesn't decide. */
static int choose_body(struct bulk *b, struct part *p)
{
    const struct text_rules *rules = b->c->context->rules;
    const struct kb_list *list = greetings_of(b, p);
    struct buf body = BUF_INIT(TEXT_BYTES_MAX);
    unsigned heaviest = 0;
    int r = 0;
    for (size_t i = 0; i < list->count && r == 0; i++) {
        r = write_body(b, list->items[((size_t)p->case_id + i) % list->count], p, &body);
        unsigned weight = r == 0 ? rules->weight(buf_str(&body)) : 0;
        heaviest = weight > heaviest ? weight : heaviest;
        int said = r < 0 || p->body.len ? 1
                                        : record_is_said(b->c->tx, 0, buf_str(&body), true,
                                                         b->c->context->now - RECORD_SAME_S);
        if (said == 0)
            p->body = arena_str(&b->arena, buf_str(&body));
        r = r < 0 ? r : said < 0 ? said : said == 0 && !p->body.p ? ERR_NOMEM : 0;
    }
    buf_release(&body);
    if (r == 0 && heaviest > rules->limit) {
        struct buf what = BUF_INIT(200);
        (void)buf_addf(&what,
                       "with a greeting and your initials it would be %u characters, and %u is the "
                       "most: shorten it by %u",
                       heaviest, rules->limit, heaviest - rules->limit);
        refuse_part(b, p, "too_long", buf_cstr(&what));
        buf_release(&what);
    } else if (r == 0 && !p->body.len) {
        refuse_part(b, p, "repeated", "they were told just this within the last day");
    }
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * all of it */

/* Reads the frame. 1: all is there, 0: refused, negative. */
static int read_frame(struct bulk *b)
{
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(b->c->frame, "cases"), *item;
    int count = cJSON_GetArraySize(cases);
    if (json_get_str(b->c->frame, "text", &b->text) != 1 || !str_trim(b->text).len)
        return command_refuse(b->c, "empty", "There is nothing in the message yet.");
    b->text = str_trim(b->text);
    if (!cJSON_IsArray(cases) || count < BULK_LEAST || count > BULK_MOST)
        return command_refusef(b->c, "bad_frame", "One message goes to %d to %d cases.", BULK_LEAST,
                               BULK_MOST);
    b->parts = arena_array(&b->arena, (size_t)count, sizeof *b->parts);
    if (!b->parts)
        return ERR_NOMEM;
    cJSON_ArrayForEach(item, cases)
    {
        struct part *p = &b->parts[b->count++];
        *p = (struct part){ .body = STR("") };
        if (json_get_int(item, "case", 1, INT64_MAX, &p->case_id) != 1 ||
            json_get_int(item, "version", 1, INT64_MAX, &p->version) != 1)
            return command_refuse(b->c, "bad_frame",
                                  "Each of \"cases\" is the number of a \"case\" and the "
                                  "\"version\" of it that you saw.");
    }
    return 1;
}

/* 1: nothing stands in its way, 0: refused, negative. */
static int check(struct bulk *b)
{
    const char *asks = kb_asks_for(b->text);
    if (asks)
        return command_refusef(b->c, "in_public",
                               "That asks for %s where everybody can read the answer. Please ask "
                               "each of them by direct message.",
                               asks);
    for (size_t i = 0; i < b->count; i++) {
        struct part *p = &b->parts[i];
        int r = bulk_look_up(b->c->tx, &b->arena, p->case_id, &p->seen);
        if (r < 0)
            return r;
        if (r == 0)
            refuse_part(b, p, "unknown", "there is no such case");
        else
            check_part(b, p);
    }
    if (!b->code)
        check_twice(b);
    for (size_t i = 0; i < b->count && !b->code; i++) {
        int r = choose_body(b, &b->parts[i]);
        if (r < 0)
            return r;
    }
    return b->code ? conclude_refused(b) : 1;
}

/* @count: of cases */
static int audited(const struct command *c, int done, const char *act, size_t count)
{
    char text[40];
    (void)snprintf(text, sizeof text, "%zu case%s", count, count == 1 ? "" : "s");
    return command_audited(c, done, act, 0, text);
}

static int send(struct bulk *b)
{
    const struct command_context *context = b->c->context;
    int64_t bulk_id;
    int r = bulk_begin(b->c->tx, context->staff->id, b->text, context->now, &bulk_id);
    for (size_t i = 0; i < b->count && r == 0; i++) {
        const struct part *p = &b->parts[i];
        struct case_command on = { p->case_id, p->version, context->staff->id, context->now };
        r = bulk_add(b->c->tx, bulk_id, &on, p->seen.message_id, p->body);
        if (r > 0) /* it was looked at in this very transaction */
            r = ERR_DB;
    }
    if (r < 0)
        return r;
    *b->c->ret = command_answer(b->c, "ok");
    (void)cJSON_AddNumberToObject(*b->c->ret, "bulk", (double)bulk_id);
    return audited(b->c, 1, "bulk_sent", b->count);
}

int command_bulk(struct command *c)
{
    struct bulk b = { .c = c, .why = BUF_INIT(4096) };
    int r = read_frame(&b);
    if (r == 1)
        r = check(&b);
    if (r == 1)
        r = send(&b);
    buf_release(&b.why);
    arena_release(&b.arena);
    return r;
}

int command_bulk_stop(struct command *c)
{
    int64_t bulk_id;
    cJSON *about = NULL;
    if (json_get_int(c->frame, "bulk", 1, INT64_MAX, &bulk_id) != 1)
        return command_refuse(c, "bad_frame", "Which message? \"bulk\" must be its number.");
    int r = view_bulk(c->tx, bulk_id, &about);
    cJSON_Delete(about);
    if (r != 1)
        return r < 0 ? r : command_conclude(c, CASE_UNKNOWN);
    r = bulk_stop(c->tx, bulk_id, c->context->staff->id, c->context->now);
    if (r == 0)
        return command_refuse(c, "too_late", "All of it has left already, or was stopped.");
    return r < 0 ? r : audited(c, command_conclude(c, CASE_DONE), "bulk_stopped", (size_t)r);
}
