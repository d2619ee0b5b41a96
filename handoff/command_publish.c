/* What editors publish, and what goes live again: proposals, which bot/publisher.c takes up. */
#include "handoff/command_private.h"

#include <inttypes.h>

#include "handoff/audit.h"
#include "handoff/permission.h"
#include "handoff/record.h"
#include "kb/needs.h"
#include "kb/proposal.h"
#include "kb/version.h"

enum { NOTE_POINTS_MAX = 500, TEXT_BYTES_MAX = 16384, BODY_BYTES_MAX = 1 << 20, NAMED_MAX = 10 };

/* What is live, for as long as the command runs. 1, 0 refused, or negative. */
static int look_at_live(const struct command *c, int64_t *ret_version,
                        const struct kb_items **ret_items)
{
    struct kb_shelf *shelf = c->context->desk->shelf;
    int r = shelf ? kb_shelf_live(shelf, c->tx, ret_version, ret_items) : 0;
    if (r < 0)
        return r;
    return shelf ? 1 : command_refuse(c, "failed", "There is no knowledge base here.");
}

/* ------------------------------------------------------------------------------------------------
 * what every proposal has */

/* The editor's reason. 1, 0 refused, negative. */
static int take_note(const struct command *c, struct str *ret)
{
    struct str note = STR("");
    (void)json_get_str(c->frame, "note", &note);
    note = str_trim(note);
    if (!note.len)
        return command_refuse(c, "empty", "Please say in a note what has changed, and why.");
    if (utf8_points(note) > NOTE_POINTS_MAX)
        return command_refusef(c, "too_long", "The note is longer than %d characters.",
                               NOTE_POINTS_MAX);
    *ret = note;
    return 1;
}

/* When it is to be live; 0: at once. 1, 0 refused, negative. */
static int take_time(const struct command *c, int64_t *ret)
{
    int r = json_get_int(c->frame, "at", 1, INT64_MAX, ret);
    if (r == 0)
        *ret = 0;
    if (r < 0 || (r == 1 && *ret <= c->context->now))
        return command_refuse(
            c, "too_late",
            "The time to publish it has passed. Choose one to come, or publish it "
            "at once.");
    return 1;
}

static int tell(const struct command *c, const char *kind, struct str text)
{
    struct record_event e = { .kind = kind, .staff_id = c->context->staff->id, .text = text };
    return record_add_event(c->tx, &e, c->context->now);
}

static int tell_state(const struct command *c, const struct kb_proposal *p)
{
    struct buf text = BUF_INIT(TEXT_BYTES_MAX);
    int r = buf_addf(&text, "%.*s%s%.*s", STR_ARG(p->note), p->needs.len ? " \xe2\x80\x93 " : "",
                     STR_ARG(p->needs));
    if (r == 0)
        r = tell(c, "kb.proposed", buf_str(&text));
    if (r == 0 && p->state == KB_PROPOSAL_SCHEDULED)
        r = tell(c, "kb.scheduled", p->note);
    buf_release(&text);
    return r;
}

static int answer_proposal(const struct command *c, int64_t id)
{
    cJSON *o = command_answer(c, "ok");
    (void)cJSON_AddNumberToObject(o, "proposal", (double)id);
    *c->ret = o;
    return 1;
}

static struct kb_proposal begin_proposal(const struct command *c, struct str origin,
                                         struct str note)
{
    const struct staff *staff = c->context->staff;
    return (struct kb_proposal){ .origin = origin,
                                 .note = note,
                                 .staff_id = staff->id,
                                 .by = staff->name,
                                 .at = c->context->now };
}

/* Adds it with what it needs. */
static int add_proposal(const struct command *c, struct kb_proposal *p, unsigned needs)
{
    struct buf words = BUF_INIT(TEXT_BYTES_MAX);
    int r = kb_needs_say(needs, &words);
    p->needs = buf_str(&words);
    if (r == 0)
        r = kb_proposal_add(c->tx, p);
    if (r == 0)
        r = tell_state(c, p);
    buf_release(&words);
    p->needs = STR("");
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * the draft */

struct proposing {
    const struct command *c;
    const struct kb_items *live;
    unsigned needs;
    size_t count, waiting;        /* items; those that another proposal has as they are */
    int64_t proposal_id;          /* … this one; later, the one that they are added to */
    struct buf changed_meanwhile; /* names of those that were begun on what is no longer live */
    size_t changed_count;
    int64_t live_at; /* when it would be live */
};

static int look_at_item(const struct kb_draft_item *item, void *data)
{
    struct proposing *p = data;
    cJSON *base = NULL, *body = NULL;
    int r = kb_item_parse(item->base, &base);
    if (r == 0)
        r = kb_item_parse(item->body, &body);
    if (r == 0) {
        struct kb_difference d = { .kind = item->kind,
                                   .id = item->id,
                                   .was = kb_items_get(p->live, item->kind, item->id),
                                   .is = body };
        p->count++;
        p->needs |= kb_needs_of(p->live, &d, p->live_at);
        if (!kb_item_same(d.was, base) && p->changed_count++ < NAMED_MAX)
            (void)buf_addf(&p->changed_meanwhile, "%s%.*s", p->changed_meanwhile.len ? ", " : "",
                           STR_ARG(item->id));
        r = kb_proposal_of(p->c->tx, item, &p->proposal_id);
        p->waiting += r == 1;
    }
    cJSON_Delete(base);
    cJSON_Delete(body);
    return r < 0 ? r : 0;
}

static int add_item(const struct kb_draft_item *item, void *data)
{
    const struct proposing *p = data;
    return kb_proposal_add_item(p->c->tx, p->proposal_id, item);
}

/* 1: it can be proposed, 0 refused, negative. */
static int look_at_draft(struct proposing *p)
{
    int r = kb_draft_each(p->c->tx, look_at_item, p);
    if (r < 0)
        return r;
    if (!p->count)
        return command_refuse(p->c, "empty", "There is nothing in the draft to publish.");
    if (p->changed_count)
        return command_refusef(p->c, "conflict",
                               "Something else was published meanwhile for %.*s%s. Look at both in "
                               "the draft and choose, then publish.",
                               STR_ARG(buf_str(&p->changed_meanwhile)),
                               p->changed_count > NAMED_MAX ? " and others" : "");
    if (p->waiting == p->count)
        return command_refusef(p->c, "already",
                               "All of this is proposed already, as number %" PRId64
                               ". To change when, withdraw that first.",
                               p->proposal_id);
    return 1;
}

static int propose_draft(struct proposing *p, struct str note, int64_t at)
{
    struct kb_proposal proposal = begin_proposal(p->c, STR("console"), note);
    proposal.publish_at = at;
    p->live_at = at ? at : p->c->context->now;
    int r = look_at_draft(p);
    if (r != 1)
        return r;
    r = add_proposal(p->c, &proposal, p->needs);
    p->proposal_id = proposal.id;
    if (r == 0)
        r = kb_draft_each(p->c->tx, add_item, p);
    return r < 0 ? r : answer_proposal(p->c, proposal.id);
}

int command_kb_publish(struct command *c)
{
    struct str note;
    const struct kb_items *live = NULL;
    int64_t at = 0, seen = 0, revision = 0, version = 0;
    int r = take_note(c, &note);
    if (r == 1)
        r = take_time(c, &at);
    if (r != 1)
        return r;
    if (json_get_int(c->frame, "revision", 0, INT64_MAX, &seen) != 1)
        return command_refuse(c, "bad_frame", "\"revision\" must be the draft's that you saw.");
    r = kb_draft_revision(c->tx, &revision);
    if (r < 0)
        return r;
    if (seen != revision)
        return command_refuse(c, "stale",
                              "Somebody has changed the draft since you looked at it. Look at what "
                              "is different now, and publish then.");
    r = look_at_live(c, &version, &live);
    if (r != 1)
        return r;
    struct proposing p = { .c = c, .live = live, .changed_meanwhile = BUF_INIT(TEXT_BYTES_MAX) };
    r = propose_draft(&p, note, at);
    buf_release(&p.changed_meanwhile);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * an earlier version */

/* What making @id live again needs. Lessons are long, and no items: they stay out of it. */
static int compare_with(const struct command *c, const struct kb_items *live, int64_t id,
                        unsigned *ret)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    struct kb_items *items = NULL;
    int r = kb_version_files(c->tx, id, &files);
    for (size_t i = r == 1 ? files->count : 0; i > 0; i--)
        if (str_starts(files->items[i - 1].name, STR("teach/")))
            kb_files_remove(files, files->items[i - 1].name);
    if (r == 1)
        r = kb_items_new(files, &report, &items);
    if (r == 0)
        r = kb_needs_between(live, items, c->context->now, ret);
    (void)kb_items_free(items);
    (void)kb_files_free(files);
    report_release(&report);
    return r;
}

int command_kb_rollback(struct command *c)
{
    struct arena arena = ARENA_INIT;
    const struct kb_items *live = NULL;
    struct kb_version version;
    struct str note;
    int64_t id = 0, live_id = 0;
    unsigned needs = 0;
    int r = take_note(c, &note);
    if (r != 1)
        return r;
    if (json_get_int(c->frame, "version", 1, INT64_MAX, &id) != 1)
        return command_refuse(c, "bad_frame", "Which version? \"version\" must be its number.");
    r = kb_version_get(c->tx, &arena, id, &version);
    arena_release(&arena);
    if (r == 0)
        return command_refusef(c, "unknown", "There is no version %" PRId64 ".", id);
    if (r == 1)
        r = look_at_live(c, &live_id, &live);
    if (r != 1)
        return r;
    if (id == live_id)
        return command_refusef(c, "already", "Version %" PRId64 " is live already.", id);
    r = compare_with(c, live, id, &needs);
    struct kb_proposal p = begin_proposal(c, STR("rollback"), note);
    p.from_id = id;
    if (r == 0)
        r = add_proposal(c, &p, needs);
    return r < 0 ? r : answer_proposal(c, p.id);
}

/* ------------------------------------------------------------------------------------------------
 * an incident */

/* What is wrong with it first, without "error: ". */
static struct str first_fault(const struct report *report)
{
    struct str rest = buf_str(&report->lines), line = STR("");
    (void)str_split(&rest, '\n', &line);
    return str_cut(line, strlen("error: "), line.len);
}

static int propose_incident(const struct command *c, const struct kb_items *live, struct str id,
                            const cJSON *body, struct str note)
{
    struct kb_proposal p = begin_proposal(c, STR("incident"), note);
    struct buf is = BUF_INIT(BODY_BYTES_MAX), was = BUF_INIT(BODY_BYTES_MAX);
    const cJSON *base = kb_items_get(live, KB_INCIDENT, id);
    int r = json_add_tree(&is, body);
    if (r == 0 && base)
        r = json_add_tree(&was, base);
    if (r == 0)
        r = add_proposal(c, &p, 0);
    if (r == 0) {
        const struct kb_draft_item item = {
            .kind = KB_INCIDENT, .id = id, .body = buf_str(&is), .base = buf_str(&was)
        };
        r = kb_proposal_add_item(c->tx, p.id, &item);
    }
    buf_release(&is);
    buf_release(&was);
    return r < 0 ? r : answer_proposal(c, p.id);
}

int command_kb_incident(struct command *c)
{
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(c->frame, "body");
    struct report report = REPORT_INIT;
    const struct kb_items *live = NULL;
    int64_t version = 0;
    struct str note, id = STR("");
    int r = take_note(c, &note);
    if (r != 1)
        return r;
    if (!cJSON_IsObject(body))
        return command_refuse(c, "bad_frame", "Which incident? \"body\" must be all of it.");
    (void)json_get_str(body, "id", &id);
    r = kb_item_check(KB_INCIDENT, id, body, &report);
    if (r == ERR_BADINPUT)
        r = command_refusef(c, "bad_frame", "The incident can't be so: %.*s",
                            STR_ARG(first_fault(&report)));
    else if (r == 0)
        r = look_at_live(c, &version, &live);
    if (r == 1)
        r = propose_incident(c, live, id, body, note);
    report_release(&report);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * the second person, and an end */

/* 1 with the proposal, 0 refused, negative. */
static int find_proposal(const struct command *c, struct arena *arena, struct kb_proposal *ret)
{
    int64_t id = 0;
    if (json_get_int(c->frame, "proposal", 1, INT64_MAX, &id) != 1)
        return command_refuse(c, "bad_frame", "Which proposal? \"proposal\" must be its number.");
    int r = kb_proposal_get(c->tx, arena, id, ret);
    return r == 0 ? command_refuse(c, "unknown", "There is no such proposal.") : r;
}

static int refuse_ended(const struct command *c, const struct kb_proposal *p)
{
    return command_refusef(c, "already", "That is %.*s already: there was nothing to do.",
                           STR_ARG(kb_proposal_state_name(p->state)));
}

/* What is to be live in a pre-election period needs a lead's second word. 1 they may, 0 refused,
 * negative. */
static int check_election(const struct command *c, const struct kb_proposal *p)
{
    const struct kb_items *live = NULL;
    int64_t version = 0, now = c->context->now;
    if (role_may(c->context->staff->role, "agree_in_election"))
        return 1;
    int r = look_at_live(c, &version, &live);
    if (r == 1 && kb_election_is_on(live, p->publish_at > now ? p->publish_at : now))
        r = command_refuse(c, "not_allowed",
                           "In a pre-election period only a supervisor or an admin can agree.");
    return r;
}

static int agree(const struct command *c, const struct kb_proposal *p)
{
    const struct staff *staff = c->context->staff;
    int64_t now = c->context->now;
    char about[AUDIT_ABOUT_MAX];
    if (p->state != KB_PROPOSAL_WAITING)
        return refuse_ended(c, p);
    if (p->staff_id == staff->id)
        return command_refuse(c, "not_allowed",
                              "You proposed it yourself, so somebody else must agree.");
    int r = check_election(c, p);
    if (r != 1)
        return r;
    r = kb_proposal_agree(c->tx, p->id, staff->id, staff->name, now);
    if (r == 1)
        r = tell(c, "kb.agreed", p->note);
    if (r == 0 && p->publish_at > now)
        r = tell(c, "kb.scheduled", p->note);
    if (r < 0)
        return r;
    (void)snprintf(about, sizeof about, "proposal %" PRId64, p->id);
    const struct audit a = { staff->id, "kb_agreed", str_of(about), p->note, STR("") };
    r = audit_add(c->tx, &a);
    return r < 0 ? r : answer_proposal(c, p->id);
}

int command_kb_agree(struct command *c)
{
    struct arena arena = ARENA_INIT;
    struct kb_proposal p;
    int r = find_proposal(c, &arena, &p);
    if (r == 1)
        r = agree(c, &p);
    arena_release(&arena);
    return r;
}

int command_kb_withdraw(struct command *c)
{
    struct arena arena = ARENA_INIT;
    struct kb_proposal p;
    int r = find_proposal(c, &arena, &p);
    if (r == 1) {
        r = kb_proposal_end(c->tx, p.id, KB_PROPOSAL_WITHDRAWN, 0, STR(""), c->context->now);
        if (r == 0)
            r = refuse_ended(c, &p);
        else if (r == 1)
            r = tell(c, "kb.withdrawn", p.note) < 0 ? ERR_DB : answer_proposal(c, p.id);
    }
    arena_release(&arena);
    return r;
}
