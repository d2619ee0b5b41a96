#include "bot/taking.h"

#include <inttypes.h>
#include <strings.h>

#include "base/json.h"
#include "base/log.h"
#include "bot/conversation.h"
#include "handoff/announcement.h"
#include "handoff/cases.h"
#include "handoff/shift.h"

int taker_init(struct taker *t, const struct responder_options *options)
{
    *t = (struct taker){
        .options = options,
        .us = { options->account, options->team, options->voice, options->hours },
        .decider = { .scratch = intents_scratch_new() },
    };
    return t->decider.scratch ? 0 : ERR_NOMEM;
}

void taker_release(struct taker *t)
{
    (void)intents_scratch_free(t->decider.scratch);
    arena_release(&t->arena);
    said_lately_release(&t->lately);
    standing_release(&t->standing);
}

/* ------------------------------------------------------------------------------------------------
 * one message */

/* A message on its way through: what is known of it so far. */
struct taking {
    struct taker *r;
    struct tx *tx;
    const struct network_message *m;
    const struct responder_account *us; /* the account that it is to */
    enum record_kind kind;
    bool may_reply;
    int64_t written_at, now, message_id;
    struct record_before before; /* of one that was edited; message_id 0: it is new */
    struct record_facts facts;
    struct conversation_outcome outcome;
};

/* Is nobody at the desk in working hours? Where nobody ever signs on, the hours alone say who is
 * there. 1 yes, 0 no. */
static int is_unmanned(const struct taking *t)
{
    if (!hours_open(t->us->hours, t->now))
        return 0;
    int used = shift_ever_used(t->tx), on = used == 1 ? shift_anybody_on(t->tx, t->now) : 0;
    return used < 0 ? used : on < 0 ? on : used && !on;
}

static int decide_message(struct taking *t)
{
    struct taker *r = t->r;
    int unmanned = is_unmanned(t);
    if (unmanned < 0)
        return unmanned;
    struct said said = {
        .tx = t->tx,
        .arena = &r->arena,
        .lately = &r->lately,
        .account = t->us->handle,
        .resident_id = t->facts.resident_id,
        .now = t->now,
        .is_private = t->kind == RECORD_PRIVATE,
    };
    const struct kb_wording *voice = kb_wording_of(r->decider.kb, t->us->voice);
    struct wording_context wording = {
        .voice = voice,
        .hours = t->us->hours,
        .unmanned = unmanned,
        .now = t->now,
        .handle = t->m->handle,
        .seed = str_hash(t->m->remote_id),
        .taken = said_is_taken,
        .taken_data = &said,
        .private_rules =
            t->kind == RECORD_PRIVATE ? r->options->network->verbs->private_rules : NULL,
        .first_private = !t->facts.told_privately,
    };
    struct policy_facts facts = {
        .too_old = t->now - t->written_at > r->options->answer_within_s,
        /* X lets nothing automatic be said in private without a way to end it */
        .may_reply = t->may_reply && (t->kind != RECORD_PRIVATE || voice->private_footer.len),
        .overheard = t->kind == RECORD_OVERHEARD,
        .opted_out = t->facts.opted_out,
        .stop_confirmed = t->facts.stop_confirmed,
        .case_open = t->facts.case_id != 0,
        .case_claimed = t->facts.case_claimed,
        .case_urgency = t->facts.case_urgency,
        .acknowledged = t->facts.acknowledged,
        .staff_there = hours_open(t->us->hours, t->now) && !unmanned,
        .automatic_replies = t->facts.automatic_replies,
        .strikes = t->facts.strikes,
        .flood = t->facts.flood,
        .copy = t->facts.copy,
        .now = t->now,
        .withheld = r->standing.withheld,
    };
    struct conversation c = {
        .decider = &r->decider,
        .arena = &r->arena,
        .tx = t->tx,
        .message_id = t->message_id,
        .written_at = t->written_at,
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
          *why_tree = decision_why(t->r->decider.kb, d, t->m->text);
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
            .kb = str_of(t->r->decider.kb->hash),
            .read_from = t->outcome.read_from,
            .asked = buf_str(&asked),
            .kb_version = t->r->options->live->version,
            .would = d->would,
            .offered = d->policy.offered,
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

/* What an incident says is none of what the intent says. */
static int64_t digest_of_said(const struct policy_decision *p, size_t i)
{
    const struct kb_intent *const said[] = { p->intent, p->also, p->would, p->would_also };
    const struct kb_incident *incident = i < ARRAY_LEN(p->incidents) ? p->incidents[i] : NULL;
    return incident ? (int64_t)incident->digest : said[i]->digest;
}

/* The intents that it answers, or would have where that begins a case, and the rule that decided
 * count as used, unless an edit comes to what was decided before; so does that an earlier answer
 * didn't help. */
static int count_uses(struct taking *t)
{
    const struct conversation_outcome *o = &t->outcome;
    const struct policy_decision *p = &o->decision.policy;
    const struct kb_intent *const said[] = { p->intent, p->also, p->would, p->would_also };
    bool counts = p->would ? !t->facts.case_id : p->say == SAY_ANSWER;
    int r = 0;
    if (p->rule && !str_is(t->before.action, action_name(p->action)))
        r = topic_used(t->tx, p->rule->id, 0, t->now);
    for (size_t i = 0; i < ARRAY_LEN(said) && r == 0; i++)
        if (said[i] && counts)
            r = topic_used(t->tx, said[i]->id, digest_of_said(p, i), t->now);
    if (r == 0 && o->unhelped_id)
        r = topic_unhelped(t->tx, o->unhelped_id, o->unhelped, t->r->decider.kb,
                           &t->r->options->unhelped, t->now);
    t->r->stale |= r == 1; /* not for the next message any more */
    return r < 0 ? r : 0;
}

static int write_case(struct taking *t, int64_t *case_id)
{
    const struct policy_decision *p = &t->outcome.decision.policy;
    struct case_opening o = {
        .conversation_id = t->facts.conversation_id,
        .resident_id = t->facts.resident_id,
        .message_id = t->message_id,
        .reason = p->reason,
        .team = p->team.len ? p->team : t->us->team,
        .priority = p->priority,
        .sensitive = p->priority == PRIORITY_SENSITIVE,
        .acknowledged = t->outcome.decision.reply.len > 0,
    };
    *case_id = t->facts.case_id;
    if (!*case_id)
        return case_open(t->tx, &o, t->now, case_id);
    return (t->before.message_id ? case_revise : case_join)(t->tx, *case_id, &o, t->now);
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
    bool heard = t->kind == RECORD_OVERHEARD; /* what they tell others is no copy of anything */
    return (struct record_message){
        .network = str_of(t->r->options->network->verbs->name),
        .remote_id = t->m->remote_id,
        .conversation = t->m->conversation,
        .author_id = t->m->author_id,
        .handle = t->m->handle,
        .name = t->m->name,
        .text = t->m->text,
        .written_at = t->m->written_at,
        .may_reply = t->m->may_reply,
        .fingerprint = heard ? 0 : fingerprint_of(t->m->text),
        .account = t->us->handle,
        .kind = t->kind,
        .answers = t->m->answers,
        .replaces = t->m->replaces,
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
    bool said_before =
        p->say == SAY_NOTHING &&
        (p->action == ACTION_ANSWER || (t->before.message_id && p->action == ACTION_THANK));
    int64_t case_id = 0, reply_id = 0;
    int r = write_withdrawal(t);
    if (r == 0 && p->rule && p->rule->kind == KB_OPT_OUT)
        r = record_opt_out(t->tx, t->message_id, t->now);
    if (r == 0 && p->rule && p->rule->kind == KB_OPT_IN)
        r = record_opt_in(t->tx, t->message_id);
    if (r == 0 && event && !said_before) {
        struct record_event e = { event, 0, t->message_id, 0, 0, STR(""), STR(""), STR("") };
        r = record_add_event(t->tx, &e, t->now);
    }
    if (r == 0 && p->case_needed)
        r = write_case(t, &case_id);
    if (r == 0 && d->reply.len) {
        struct record_draft draft = { .message_id = t->message_id,
                                      .case_id = case_id,
                                      .body = d->reply,
                                      .is_private = t->kind == RECORD_PRIVATE };
        r = record_queue_reply(t->tx, &draft, t->now, &reply_id);
        if (r == 0)
            r = said_lately_add(&t->r->lately, t->facts.resident_id, d->reply, t->now);
    }
    if (r == 0 && reply_id && policy_confirms(p))
        r = record_confirm(t->tx, reply_id);
    if (r == 0)
        log_info("message.taken message=%" PRId64 " action=%s reason=%.*s read_from=%" PRId64
                 " case=%" PRId64 " reply=%" PRId64 " dropped=%" PRId64,
                 t->message_id, action_name(p->action), STR_ARG(p->reason), t->outcome.read_from,
                 case_id, reply_id, t->outcome.drop_reply);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * whose it is */

static bool is_handle_byte(char c)
{
    return (is_word_byte(c) && (unsigned char)c < 0x80) || c == '_';
}

static bool is_same_handle(struct str a, struct str b)
{
    return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

/* One of our accounts by its handle, however its letters are written; NULL: none. */
static const struct responder_account *account_named(const struct taker *r, struct str handle)
{
    if (is_same_handle(handle, r->us.handle))
        return &r->us;
    for (size_t i = 0; i < r->options->other_count; i++)
        if (is_same_handle(handle, r->options->others[i].handle))
            return &r->options->others[i];
    return NULL;
}

/* The first of our accounts that a text names; NULL: none. */
static const struct responder_account *first_named(const struct taker *r, struct str text)
{
    const struct responder_account *found = NULL;
    for (size_t at = 0; at < text.len && !found; at++) {
        if (text.p[at] != '@' || (at > 0 && is_handle_byte(text.p[at - 1])))
            continue;
        size_t end = at + 1;
        while (end < text.len && is_handle_byte(text.p[end]))
            end++;
        found = account_named(r, str_cut(text, at + 1, end));
    }
    return found;
}

/* Of several accounts, the one that a post answers or else names first: it may be another that
 * reads it. */
static int find_account(struct taking *t)
{
    const struct responder_account *found = NULL;
    struct str handle;
    t->us = &t->r->us;
    if (!t->r->options->other_count || t->kind != RECORD_ADDRESSED)
        return 0;
    int r = t->m->answers.len ? record_account_of_reply(t->tx, &t->r->arena, t->m->answers, &handle)
                              : 0;
    if (r < 0)
        return r;
    if (r == 1)
        found = account_named(t->r, handle);
    if (!found)
        found = first_named(t->r, t->m->text);
    if (found)
        t->us = found;
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * edits */

/* It was never to be answered twice: what was said stays, what is to be said is dropped. */
static void say_no_more(struct taking *t)
{
    struct conversation_outcome *o = &t->outcome;
    struct policy_decision *p = &o->decision.policy;
    p->say = SAY_NOTHING;
    p->asked[0] = p->asked[1] = NULL;
    p->case_needed |= t->facts.case_id != 0;
    p->settles = o->settles = false;
    o->decision.reply = STR("");
    o->drop_reply = 0;
}

/* Does the new text come to what the old one did? 1 yes, 0 no. */
static int is_same_decision(const struct taking *t)
{
    const struct decision *d = &t->outcome.decision;
    struct buf intents = BUF_INIT(65536);
    cJSON *tree = decision_intents(d);
    int r = json_add_tree(&intents, tree);
    if (r == 0)
        r = str_is(t->before.action, action_name(d->policy.action)) &&
            str_eq(t->before.intents, buf_str(&intents));
    cJSON_Delete(tree);
    buf_release(&intents);
    return r;
}

/* Their words have changed under our reply, which answers something else now: a person looks. */
static void hand_over(struct policy_decision *p)
{
    p->action = ACTION_HANDOFF;
    p->reason = STR("unresolved");
    p->priority = PRIORITY_NORMAL;
    p->intent = p->also = NULL;
    p->case_needed = true;
}

/* Decides what the new words change: a reply that has left stays the only one, one that waits stays
 * if it still fits. */
static int decide_edit(struct taking *t)
{
    const struct record_before *before = &t->before;
    struct decision *d = &t->outcome.decision;
    if (before->waiting_reply)
        t->facts.automatic_replies--;
    int r = decide_message(t);
    if (r < 0 || (!before->waiting_reply && !before->answered))
        return r;
    int same = is_same_decision(t);
    if (same < 0)
        return same;
    /* that a person will read it holds, unless there is more to say */
    bool holds = str_is(before->action, "handoff") ? !d->reply.len && !before->asked.len : same;
    if (before->answered || holds) {
        say_no_more(t);
        if (before->answered && d->policy.action == ACTION_ANSWER && !same)
            hand_over(&d->policy);
        return 0;
    }
    return record_move_reply(t->tx, before->waiting_reply, REPLY_DROPPED, STR(""),
                             STR("Its author edited the message before it was sent"), t->now);
}

/* ------------------------------------------------------------------------------------------------
 * all of it */

/* Our own post: a reply of ours that is seen to be out, or what staff wrote in the network's app.
 */
static int take_own(const struct taking *t)
{
    const struct network_verbs *verbs = t->r->options->network->verbs;
    const struct network_message *m = t->m;
    struct record_own_post post = {
        .network = str_of(verbs->name),
        .remote_id = m->remote_id,
        .conversation = m->conversation,
        .text = m->text,
        .account = t->r->options->account,
        .answers = m->answers,
        .partner = m->partner,
        .replaces = m->replaces,
        .is_private = m->is_private,
        .written_at = m->written_at,
        .same = (m->is_private ? verbs->private_rules : verbs->rules)->same,
    };
    int r = record_own_post(t->tx, &post, t->now);
    if (r == RECORD_OWN_OTHER && !post.is_private && !post.answers.len) {
        int seen =
            announcement_seen(t->tx, post.account, post.remote_id, post.text, post.same, t->now);
        r = seen < 0 ? seen : seen == 1 ? RECORD_OWN_SETTLED : r;
    }
    if (r == RECORD_OWN_SETTLED || r == RECORD_OWN_STAFF)
        log_info("own.%s remote=%.*s", r == RECORD_OWN_STAFF ? "by_staff" : "seen_out",
                 STR_ARG(m->remote_id));
    return r < 0 ? r : 0;
}

/* Records what came, or what became of it. 1: to be decided, 0: seen before. */
static int record_it(struct taking *t)
{
    const struct record_message row = row_of(t);
    struct record_before before;
    int r = record_edit_message(t->tx, &t->r->arena, &row, t->now, &before);
    if (r == 1) { /* it stays what it was, whoever brought the news */
        const struct responder_account *us = account_named(t->r, before.account);
        t->before = before;
        t->message_id = before.message_id;
        t->us = us ? us : t->us;
        t->kind = before.kind;
        t->may_reply = before.may_reply;
        t->written_at = before.written_at;
    }
    return r == 0 ? record_add_message(t->tx, &row, t->now, &t->message_id) : r;
}

/* Everything about one message, in the open transaction. */
static int take_message(struct taking *t)
{
    if (t->m->kind == NETWORK_OURS)
        return take_own(t);
    if (account_named(t->r, t->m->handle))
        return 0; /* another account of ours wrote it, and reads it as its own */
    int r = find_account(t);
    if (r == 0)
        r = record_it(t);
    if (r != 1)
        return r; /* seen before: nothing to do */
    r = record_get_facts(t->tx, t->message_id, &t->facts);
    if (r == 0)
        r = t->before.message_id ? decide_edit(t) : decide_message(t);
    if (r == 0)
        r = write_decision(t);
    if (r == 0)
        r = count_uses(t);
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
    if (r < 0 || t->m->kind == NETWORK_OURS)
        return r;
    r = record_it(t);
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

int taker_take(struct taker *r, struct tx *tx, const struct network_message *oldest_first,
               size_t count)
{
    said_lately_clear(&r->lately);
    r->stale = true;
    for (size_t i = 0; i < count; i++) {
        const struct network_message *m = &oldest_first[i];
        struct taking t = {
            .r = r,
            .tx = tx,
            .m = m,
            .us = &r->us,
            .kind = m->is_private                  ? RECORD_PRIVATE
                    : m->kind == NETWORK_OVERHEARD ? RECORD_OVERHEARD
                                                   : RECORD_ADDRESSED,
            .may_reply = m->may_reply,
            .written_at = m->written_at,
            .now = clock_now(r->options->clock),
        };
        arena_clear(&r->arena);
        r->decider.kb = r->options->live->kb; /* all of one decision is made by one version */
        int e = r->stale ? standing_read(&r->standing, tx, r->decider.kb) : 0;
        if (e == 0)
            e = tx_savepoint(tx);
        if (e < 0)
            return e;
        r->stale = false;
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
