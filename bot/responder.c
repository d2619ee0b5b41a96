#include "bot/responder.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/log.h"
#include "bot/backoff.h"
#include "bot/bot_store.h"
#include "bot/conversation.h"
#include "bot/said.h"
#include "handoff/cases.h"

/* One of the account's feeds, read at its own pace. */
struct feed {
    struct responder *responder;
    enum network_feed which;
    uv_timer_t timer;
    bool reading, again; /* again: something came while it was read */
    struct buf cursor, trouble;
    int64_t backoff_ms;
};

struct responder {
    struct responder_options options;
    struct decider decider;
    struct arena arena; /* of one message */
    struct feed feeds[NETWORK_FEEDS];
    unsigned open_timers;
};

/* Replies of ours and direct messages are fewer than mentions, and X lets us ask for direct
 * messages fifteen times in 15 minutes; threads are asked for by search, at five dollars a thousand
 * posts. */
static const int64_t paces[NETWORK_FEEDS] = {
    [NETWORK_MENTIONS] = 1,
    [NETWORK_POSTS] = 2,
    [NETWORK_MESSAGES] = 5,
    [NETWORK_THREADS] = 20,
};
static const char *const feed_names[NETWORK_FEEDS] = {
    [NETWORK_MENTIONS] = "mentions",
    [NETWORK_POSTS] = "posts",
    [NETWORK_MESSAGES] = "messages",
    [NETWORK_THREADS] = "threads",
};

/* Under which a feed's cursor is kept, such as "x/NorthmoorHelp/mentions". */
static int add_key(const struct feed *f, struct buf *out)
{
    const struct responder_options *o = &f->responder->options;
    return buf_addf(out, "%s/%.*s/%s", o->network->verbs->name, STR_ARG(o->account),
                    feed_names[f->which]);
}

static void on_closed(uv_handle_t *handle)
{
    struct feed *f = handle->data;
    if (--f->responder->open_timers == 0)
        free(f->responder);
}

/* ------------------------------------------------------------------------------------------------
 * one message */

/* A message on its way through: what is known of it so far. */
struct taking {
    struct responder *r;
    struct tx *tx;
    const struct network_message *m;
    int64_t now, message_id;
    struct record_facts facts;
    struct conversation_outcome outcome;
};

static int decide_message(struct taking *t)
{
    struct responder *r = t->r;
    struct said said = {
        .tx = t->tx,
        .arena = &r->arena,
        .account = r->options.account,
        .resident_id = t->facts.resident_id,
        .now = t->now,
        .is_private = t->m->is_private,
    };
    const struct kb_wording *voice = kb_wording_of(r->options.kb, r->options.voice);
    struct wording_context wording = {
        .voice = voice,
        .hours = r->options.hours,
        .now = t->now,
        .handle = t->m->handle,
        .seed = str_hash(t->m->remote_id),
        .taken = said_is_taken,
        .taken_data = &said,
        .private_rules = t->m->is_private ? r->options.network->verbs->private_rules : NULL,
        .first_private = !t->facts.told_privately,
    };
    struct policy_facts facts = {
        .too_old = t->now - t->m->written_at > r->options.answer_within_s,
        /* X lets nothing automatic be said in private without a way to end it */
        .may_reply = t->m->may_reply && (!t->m->is_private || voice->private_footer.len),
        .opted_out = t->facts.opted_out,
        .stop_confirmed = t->facts.stop_confirmed,
        .case_open = t->facts.case_id != 0,
        .case_claimed = t->facts.case_claimed,
        .case_urgency = t->facts.case_urgency,
        .acknowledged = t->facts.acknowledged,
        .staff_there = hours_open(r->options.hours, t->now),
        .automatic_replies = t->facts.automatic_replies,
        .strikes = t->facts.strikes,
        .flood = t->facts.flood,
        .copy = t->facts.copy,
    };
    struct conversation c = {
        .decider = &r->decider,
        .arena = &r->arena,
        .tx = t->tx,
        .message_id = t->message_id,
        .written_at = t->m->written_at,
        .text = t->m->text,
        .record = &t->facts,
        .facts = facts,
        .wording = &wording,
    };
    return conversation_decide(&c, &t->outcome);
}

/* The intents that it asks about, as decision_intents; NULL: it asks nothing. */
static cJSON *asked_of(const struct decision *d)
{
    const struct kb_intent *const *asked = d->policy.asked;
    const char *ids[2];
    if (!asked[0])
        return NULL;
    for (size_t i = 0; i < 2; i++)
        ids[i] = asked[i]->id.p;
    return cJSON_CreateStringArray(ids, 2);
}

static int write_decision(struct taking *t)
{
    const struct decision *d = &t->outcome.decision;
    struct buf intents = BUF_INIT(65536), asked = BUF_INIT(65536), why = BUF_INIT(1 << 20);
    cJSON *intents_tree = decision_intents(d), *asked_tree = asked_of(d),
          *why_tree = decision_why(t->r->options.kb, d, t->m->text);
    int r = json_add_tree(&intents, intents_tree);
    if (r == 0 && asked_tree)
        r = json_add_tree(&asked, asked_tree);
    if (r == 0)
        r = json_add_tree(&why, why_tree);
    if (r == 0) {
        struct record_decision row = {
            .action = str_of(action_name(d->policy.action)),
            .reason = d->policy.reason,
            .intents = buf_str(&intents),
            .why = buf_str(&why),
            .score = d->policy.score,
            .lead = d->policy.lead,
            .residue = d->match.residue,
            .kb = str_of(t->r->options.kb->hash),
            .read_from = t->outcome.read_from,
            .asked = buf_str(&asked),
        };
        r = record_add_decision(t->tx, t->message_id, &row, t->now);
    }
    cJSON_Delete(intents_tree);
    cJSON_Delete(asked_tree);
    cJSON_Delete(why_tree);
    buf_release(&intents);
    buf_release(&asked);
    buf_release(&why);
    return r;
}

static int write_case(struct taking *t, int64_t *case_id)
{
    const struct policy_decision *p = &t->outcome.decision.policy;
    struct case_opening o = {
        .conversation_id = t->facts.conversation_id,
        .resident_id = t->facts.resident_id,
        .message_id = t->message_id,
        .reason = p->reason,
        .team = p->team.len ? p->team : t->r->options.team,
        .priority = p->priority,
        .sensitive = p->priority == PRIORITY_SENSITIVE,
        .acknowledged = t->outcome.decision.reply.len > 0,
    };
    *case_id = t->facts.case_id;
    return *case_id ? case_join(t->tx, *case_id, &o, t->now)
                    : case_open(t->tx, &o, t->now, case_id);
}

static const char *event_of(enum action action)
{
    switch (action) {
    case ACTION_ANSWER:
        return "message.answered";
    case ACTION_IGNORE:
        return "message.ignored";
    case ACTION_THANK:
        return "message.thanked";
    case ACTION_HANDOFF:
    case ACTION_NONE:
        return NULL; /* the case tells; nothing to tell */
    }
    return NULL;
}

/* Part of a word to those who send copies: they change case, spaces, marks and whom they mention.
 */
static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

/* The same for texts whose words are the same; 0 for one without words. */
static int64_t fingerprint_of(struct str text)
{
    uint64_t sum = 0, word = 0;
    bool mention = false;
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.p[i] : ' ';
        if (is_word_byte(c)) {
            char lower = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
            word = (word + (unsigned char)lower + 1) * UINT64_C(0x100000001b3);
            continue;
        }
        if (!mention)
            sum = word ? sum * 31 + word : sum;
        word = 0;
        mention = c == '@' || (mention && c == '_');
    }
    return (int64_t)sum;
}

static struct record_message row_of(const struct taking *t)
{
    return (struct record_message){
        .network = str_of(t->r->options.network->verbs->name),
        .remote_id = t->m->remote_id,
        .conversation = t->m->conversation,
        .author_id = t->m->author_id,
        .handle = t->m->handle,
        .name = t->m->name,
        .text = t->m->text,
        .written_at = t->m->written_at,
        .may_reply = t->m->may_reply,
        .fingerprint = fingerprint_of(t->m->text),
        .account = t->r->options.account,
        .kind = t->m->is_private                  ? RECORD_PRIVATE
                : t->m->kind == NETWORK_OVERHEARD ? RECORD_OVERHEARD
                                                  : RECORD_ADDRESSED,
        .answers = t->m->answers,
    };
}

/* What was decided before and no longer holds. */
static int write_withdrawal(struct taking *t)
{
    const struct conversation_outcome *o = &t->outcome;
    int r = 0;
    if (o->drop_reply)
        r = record_move_reply(t->tx, o->drop_reply, REPLY_DROPPED, STR(""),
                              STR("The resident wrote more before it was sent"), t->now);
    if (r == 0 && o->settles)
        r = case_settle(t->tx, t->facts.case_id, t->message_id,
                        STR("Answered automatically after the resident wrote more"), t->now);
    return r;
}

/* What becomes of the message, behind its decision. */
static int write_outcome(struct taking *t)
{
    const struct decision *d = &t->outcome.decision;
    const struct policy_decision *p = &d->policy;
    const char *event = event_of(p->action);
    bool said_before = p->action == ACTION_ANSWER && p->say == SAY_NOTHING;
    int64_t case_id = 0, reply_id = 0;
    int r = write_withdrawal(t);
    if (r == 0 && p->rule && p->rule->kind == KB_OPT_OUT)
        r = record_opt_out(t->tx, t->message_id, t->now);
    if (r == 0 && p->rule && p->rule->kind == KB_OPT_IN)
        r = record_opt_in(t->tx, t->message_id);
    if (r == 0 && event && !said_before) {
        struct record_event e = { event, 0, t->message_id, 0, 0, STR("") };
        r = record_add_event(t->tx, &e, t->now);
    }
    if (r == 0 && p->case_needed)
        r = write_case(t, &case_id);
    if (r == 0 && d->reply.len)
        r = record_queue_reply(t->tx, t->message_id, case_id, 0, d->reply, t->now, &reply_id);
    if (r == 0 && reply_id && policy_confirms(p))
        r = record_confirm(t->tx, reply_id);
    if (r == 0)
        log_info("message.taken message=%" PRId64 " action=%s reason=%.*s read_from=%" PRId64
                 " case=%" PRId64 " reply=%" PRId64 " dropped=%" PRId64,
                 t->message_id, action_name(p->action), STR_ARG(p->reason), t->outcome.read_from,
                 case_id, reply_id, t->outcome.drop_reply);
    return r;
}

/* Everything about one message, in the open transaction. */
static int take_message(struct taking *t)
{
    const struct record_message row = row_of(t);
    int r = record_add_message(t->tx, &row, t->now, &t->message_id);
    if (r != 1)
        return r; /* seen before: nothing to do */
    r = record_get_facts(t->tx, t->message_id, &t->facts);
    if (r == 0)
        r = decide_message(t);
    if (r == 0)
        r = write_decision(t);
    return r < 0 ? r : write_outcome(t);
}

/* What failed is taken back, and the message is kept as a case: staff see it,
 * nothing is lost. */
static int take_failed(struct taking *t, int why)
{
    static const struct record_decision none = {
        .action = { "handoff", 7 },
        .reason = { "unresolved", 10 },
        .intents = { "[]", 2 },
        .why = { "[]", 2 },
        .kb = { "", 0 },
    };
    int64_t case_id;
    log_error("message.failed remote=%.*s why=\"%s\"", STR_ARG(t->m->remote_id), err_str(why));
    int r = tx_savepoint_undo(t->tx);
    if (r < 0)
        return r;
    const struct record_message row = row_of(t);
    r = record_add_message(t->tx, &row, t->now, &t->message_id);
    if (r == 1)
        r = record_get_facts(t->tx, t->message_id, &t->facts);
    if (r == 0)
        r = record_add_decision(t->tx, t->message_id, &none, t->now);
    t->outcome = (struct conversation_outcome){
        .decision = { .policy = { .reason = STR("unresolved"), .priority = PRIORITY_SOON },
                      .reply = STR("") },
    };
    return r < 0 ? r : write_case(t, &case_id);
}

static int take_all(struct responder *r, struct tx *tx, const struct network_message *oldest_first,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct taking t = {
            .r = r, .tx = tx, .m = &oldest_first[i], .now = clock_now(r->options.clock)
        };
        arena_clear(&r->arena);
        int e = tx_savepoint(tx);
        if (e < 0)
            return e;
        e = take_message(&t);
        if (e < 0)
            e = take_failed(&t, e);
        else
            e = tx_savepoint_keep(tx);
        if (e < 0)
            return e;
    }
    return 0;
}

int responder_take(struct responder *r, enum network_feed feed,
                   const struct network_message *messages, size_t count, struct str cursor)
{
    struct buf key = BUF_INIT(1024);
    struct tx *tx;
    int e = add_key(&r->feeds[feed], &key);
    if (e == 0)
        e = tx_begin(r->options.db, TX_WRITE, &tx);
    if (e == 0) {
        e = take_all(r, tx, messages, count);
        if (e == 0 && cursor.len)
            e = cursor_set(tx, buf_str(&key), cursor);
        if (e < 0)
            tx_rollback(tx);
        else
            e = tx_commit(tx);
    }
    buf_release(&key);
    return e;
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static void on_timer(uv_timer_t *timer);

static void read_in(struct feed *f, int64_t ms)
{
    (void)uv_timer_start(&f->timer, on_timer, (uint64_t)ms, 0);
}

static int on_page(void *data, const struct network_page *page)
{
    struct feed *f = data;
    if (page->count == 0 && !page->cursor.len)
        return 0;
    int e = responder_take(f->responder, f->which, page->messages, page->count, page->cursor);
    if (e < 0) {
        log_error("responder.page_not_kept feed=%s count=%zu why=\"%s\"", feed_names[f->which],
                  page->count, err_str(e));
        return e;
    }
    if (page->cursor.len) {
        buf_clear(&f->cursor);
        (void)buf_add(&f->cursor, page->cursor);
    }
    return 0;
}

static void on_read(void *data, const struct network_answer *a)
{
    struct feed *f = data;
    f->reading = false;
    buf_clear(&f->trouble);
    if (a->end == NETWORK_DONE) {
        f->backoff_ms = 0;
        read_in(f, f->again ? 0 : f->responder->options.poll_every_ms * paces[f->which]);
        f->again = false;
        return;
    }
    int64_t wait_ms = a->after_ms ? a->after_ms : backoff_next(&f->backoff_ms);
    log_warn("network.read_failed account=%.*s feed=%s wait_ms=%" PRId64 " why=\"%.*s\"",
             STR_ARG(f->responder->options.account), feed_names[f->which], wait_ms,
             STR_ARG(a->words));
    (void)buf_addf(&f->trouble, "New messages can't be read. %.*s", STR_ARG(a->words));
    read_in(f, wait_ms);
}

static void on_timer(uv_timer_t *timer)
{
    struct feed *f = timer->data;
    const struct responder_options *o = &f->responder->options;
    if (f->reading)
        return;
    f->reading = true;
    struct network_reading reading = {
        .feed = f->which,
        .cursor = buf_str(&f->cursor),
        .first_at = clock_now(o->clock) - o->answer_within_s,
    };
    int e = o->network->verbs->read(o->network, &reading, on_page, on_read, f);
    if (e != 0)
        f->reading = false;
    if (e == 1)
        read_in(f, o->poll_every_ms * paces[f->which]);
    else if (e < 0)
        read_in(f, backoff_next(&f->backoff_ms));
}

static int read_cursors(struct responder *r)
{
    struct tx *tx;
    int e = tx_begin(r->options.db, TX_READ, &tx);
    for (size_t i = 0; i < NETWORK_FEEDS && e >= 0; i++) {
        struct buf key = BUF_INIT(1024);
        struct str cursor = STR("");
        e = add_key(&r->feeds[i], &key);
        if (e == 0)
            e = cursor_get(tx, &r->arena, buf_str(&key), &cursor);
        if (e == 1)
            e = buf_add(&r->feeds[i].cursor, cursor);
        buf_release(&key);
    }
    tx_rollback(tx);
    return e;
}

int responder_new(const struct responder_options *options, struct responder **ret)
{
    struct responder *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_NOMEM;
    r->options = *options;
    for (size_t i = 0; i < NETWORK_FEEDS; i++)
        r->feeds[i] = (struct feed){ .responder = r,
                                     .which = (enum network_feed)i,
                                     .cursor = BUF_INIT(256),
                                     .trouble = BUF_INIT(4096) };
    r->decider = (struct decider){ options->kb, intents_scratch_new() };
    int e = r->decider.scratch ? read_cursors(r) : ERR_NOMEM;
    if (e < 0) {
        (void)intents_scratch_free(r->decider.scratch);
        free(r);
        return e;
    }
    for (size_t i = 0; i < NETWORK_FEEDS; i++) {
        (void)uv_timer_init(options->loop, &r->feeds[i].timer);
        r->feeds[i].timer.data = &r->feeds[i];
        r->open_timers++;
    }
    *ret = r;
    return 0;
}

struct responder *responder_free(struct responder *r)
{
    if (!r)
        return NULL;
    (void)intents_scratch_free(r->decider.scratch);
    arena_release(&r->arena);
    for (size_t i = 0; i < NETWORK_FEEDS; i++) {
        buf_release(&r->feeds[i].cursor);
        buf_release(&r->feeds[i].trouble);
        (void)uv_timer_stop(&r->feeds[i].timer);
        uv_close((uv_handle_t *)&r->feeds[i].timer, on_closed);
    }
    return NULL;
}

void responder_start(struct responder *r)
{
    for (size_t i = 0; i < NETWORK_FEEDS; i++)
        read_in(&r->feeds[i], 0);
}

void responder_read_now(struct responder *r)
{
    for (size_t i = 0; i < NETWORK_FEEDS; i++) {
        struct feed *f = &r->feeds[i];
        if (f->which == NETWORK_THREADS || f->trouble.len)
            continue; /* dear, or told to wait */
        f->again = f->reading;
        if (!f->reading)
            read_in(f, 0);
    }
}

struct str responder_trouble(const struct responder *r)
{
    for (size_t i = 0; i < NETWORK_FEEDS; i++)
        if (r->feeds[i].trouble.len)
            return buf_str(&r->feeds[i].trouble);
    return STR("");
}
