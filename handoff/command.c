/* Which frame is which command, who may send it, and that none is carried out twice. */
#include "handoff/command_private.h"

#include <inttypes.h>

#include "handoff/audit.h"
#include "handoff/done.h"
#include "handoff/permission.h"
#include "handoff/reference.h"
#include "handoff/suggestions.h"
#include "handoff/view.h"

enum { ID_MAX = 40, REFUSAL_BYTES_MAX = 4096 };

/* {"type":@type,"id":…} */
cJSON *command_answer(const struct command *c, const char *type)
{
    cJSON *o = cJSON_CreateObject();
    struct str id = STR("");
    (void)cJSON_AddStringToObject(o, "type", type);
    if (json_get_str(c->frame, "id", &id) == 1)
        (void)json_put_str(o, "id", id);
    return o;
}

/* The case as it is now, for who may see it. 1, 0 or negative. */
static int show_case(const struct command *c, cJSON **ret)
{
    int64_t id = c->on.case_id;
    int hidden =
        !id || staff_answers_private(c->context->staff) ? !id : view_case_is_private(c->tx, id);
    return hidden < 0 ? hidden : hidden ? 0 : view_case(c->tx, id, ret);
}

int command_refuse(const struct command *c, const char *code, const char *text)
{
    cJSON *o = command_answer(c, "refused"), *about = NULL;
    (void)cJSON_AddStringToObject(o, "code", code);
    (void)cJSON_AddStringToObject(o, "text", text);
    int r = show_case(c, &about);
    if (r < 0) {
        cJSON_Delete(o);
        return r;
    }
    if (r == 1)
        (void)cJSON_AddItemToObject(o, "case", about);
    *c->ret = o;
    return 0;
}

int command_refusef(const struct command *c, const char *code, const char *fmt, ...)
{
    struct buf text = BUF_INIT(REFUSAL_BYTES_MAX);
    va_list args;
    va_start(args, fmt);
    int r = buf_addv(&text, fmt, args);
    va_end(args);
    if (r == 0)
        r = command_refuse(c, code, buf_cstr(&text));
    buf_release(&text);
    return r;
}

/* Somebody else has it: who. */
static int refuse_taken(const struct command *c)
{
    cJSON *about = NULL;
    int r = view_case(c->tx, c->on.case_id, &about);
    struct str name = json_str(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(about, "owner"), "name"));
    if (r >= 0)
        r = command_refusef(c, "taken", "%.*s has taken this case.", STR_ARG(name));
    cJSON_Delete(about);
    return r;
}

/* Answers for what a case_… function returned. */
int command_conclude(const struct command *c, int refusal)
{
    if (refusal < 0)
        return refusal;
    switch ((enum case_refusal)refusal) {
    case CASE_DONE:
        *c->ret = command_answer(c, "ok");
        return 1;
    case CASE_UNKNOWN:
        return command_refuse(
            c, "unknown",
            "There is nothing of that number. Somebody may have dealt with it already.");
    case CASE_STALE:
        return command_refuse(
            c, "stale",
            "This case has changed since you last saw it. Here is how it is now; please "
            "look and try again.");
    case CASE_TAKEN:
        return refuse_taken(c);
    case CASE_NOT_YOURS:
        return command_refuse(c, "not_yours",
                              "Take the case first: only the person who has it can do that.");
    case CASE_CLOSED:
        return command_refuse(c, "closed", "This case is closed.");
    case CASE_NO_WAY:
        return command_refuse(
            c, "no_way",
            "Nothing in this case can be answered that way: they have only written "
            "direct messages.");
    case CASE_AS_IT_IS:
        return command_refuse(c, "already", "It is so already: there was nothing to do.");
    case CASE_MUST_ALERT:
        return command_refuse(c, "not_allowed",
                              "What is sensitive can't be muted. Take the mark off first.");
    }
    return command_refuse(c, "failed", "Something went wrong here. Nothing was done.");
}

int command_before(struct command *c, int64_t *ret)
{
    struct str before = STR("");
    int given = json_get_str(c->frame, "before", &before);
    *ret = INT64_MAX;
    if (given < 0 || (given == 1 && !str_to_int64(before, 1, INT64_MAX, ret)))
        return command_refuse(c, "bad_frame",
                              "\"before\" must be the \"next\" of a page, or null.");
    return 1;
}

void command_put_next(cJSON *answer, bool more, int64_t last)
{
    char next[24];
    (void)snprintf(next, sizeof next, "%" PRId64, last);
    (void)json_put_str_or_null(answer, "next", more ? str_of(next) : STR(""));
}

int command_audited(const struct command *c, int done, const char *act, int64_t case_id,
                    const char *text)
{
    char reference[REFERENCE_MAX] = "";
    if (done != 1)
        return done;
    if (case_id)
        reference_write(case_id, reference);
    const struct audit a = { c->context->staff->id, act, str_of(reference), str_of(text), STR("") };
    int r = audit_add(c->tx, &a);
    return r < 0 ? r : 1;
}

int command_open(struct command *c)
{
    cJSON *whole = NULL;
    int r = view_whole_case(c->tx, c->on.case_id, c->context->rules, c->context->staff, &whole);
    if (r != 1)
        return r < 0 ? r : command_conclude(c, CASE_UNKNOWN);
    r = suggestions_add(c->context->desk, c->context->now, whole);
    if (r < 0) {
        cJSON_Delete(whole);
        return r;
    }
    struct str id = STR("");
    if (json_get_str(c->frame, "id", &id) == 1)
        (void)json_put_str(whole, "id", id);
    *c->ret = whole;
    return 0;
}

enum { CASE = 1, VERSION = 2, KEPT = 4 }; /* needs a case, its version; is done once */

static const struct {
    const char *type;
    int (*run)(struct command *c);
    unsigned needs;
} commands[] = {
    { "open", command_open, CASE },
    { "count", command_count, 0 },
    { "list", command_list, 0 },
    { "audit", command_audit, 0 },
    { "claim", command_claim, CASE | VERSION | KEPT },
    { "release", command_release, CASE | VERSION | KEPT },
    { "reply", command_reply, CASE | VERSION | KEPT },
    { "undo", command_undo, KEPT },
    { "approve", command_approve, KEPT },
    { "return", command_return, KEPT },
    { "retry", command_retry, CASE | VERSION | KEPT },
    { "draft", command_draft, CASE | KEPT },
    { "close", command_close, CASE | VERSION | KEPT },
    { "note", command_note, CASE | KEPT },
    { "seen", command_seen, CASE },
    { "pass", command_pass, CASE | VERSION | KEPT },
    { "mark", command_mark, CASE | VERSION | KEPT },
    { "mute", command_mute, CASE | VERSION | KEPT },
    { "restore", command_restore, KEPT },
    { "glance", command_glance, KEPT },
    { "bulk", command_bulk, KEPT },
    { "bulk_stop", command_bulk_stop, KEPT },
    { "sign_on", command_sign_on, KEPT },
    { "sign_off", command_sign_off, KEPT },
    { "kb", command_kb_overview, 0 },
    { "kb_item", command_kb_item, 0 },
    { "kb_versions", command_kb_versions, 0 },
    { "kb_save", command_kb_save, KEPT },
    { "kb_discard", command_kb_discard, KEPT },
    { "kb_mark", command_kb_mark, KEPT },
    { "kb_publish", command_kb_publish, KEPT },
    { "kb_agree", command_kb_agree, KEPT },
    { "kb_withdraw", command_kb_withdraw, KEPT },
    { "kb_rollback", command_kb_rollback, KEPT },
    { "kb_incident", command_kb_incident, KEPT },
};

static int run_and_keep(struct command *c, struct str id, int (*run)(struct command *c))
{
    int r = run(c);
    if (r != 1)
        return r;
    r = done_keep(c->tx, c->context->staff->id, id, *c->ret, c->context->now);
    return r < 0 ? r : 1;
}

int command_run(struct tx *tx, const struct command_context *context, const cJSON *frame,
                cJSON **ret)
{
    struct command c = {
        tx, context, frame, { .staff_id = context->staff->id, .now = context->now }, ret
    };
    struct str type = STR(""), id = STR("");
    (void)json_get_str(frame, "type", &type);
    if (json_get_str(frame, "id", &id) != 1 || id.len == 0 || utf8_points(id) > ID_MAX)
        return command_refuse(&c, "bad_frame", "A command needs an \"id\" of 1 to 40 characters.");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        unsigned needs = commands[i].needs;
        if (!str_is(type, commands[i].type))
            continue;
        /* what was done is done, whatever its sender may do by now */
        int done = needs & KEPT ? done_find(tx, context->staff->id, id, ret) : 0;
        if (done != 0)
            return done < 0 ? done : 0;
        if (!role_may(context->staff->role, commands[i].type))
            return command_refuse(&c, "not_allowed", "Your role may not do that.");
        if ((needs & CASE) && json_get_int(frame, "case", 1, INT64_MAX, &c.on.case_id) != 1)
            return command_refuse(&c, "bad_frame", "Which case? \"case\" must be its number.");
        if ((needs & VERSION) && json_get_int(frame, "version", 1, INT64_MAX, &c.on.version) != 1)
            return command_refuse(&c, "bad_frame",
                                  "\"version\" must be the case's version that you saw.");
        int hidden =
            staff_answers_private(context->staff) ? 0 : view_case_is_private(tx, c.on.case_id);
        if (hidden < 0)
            return hidden;
        if (hidden)
            return command_refuse(&c, "not_allowed",
                                  "This case came by direct message, which your role doesn't "
                                  "answer.");
        int r = needs & KEPT ? run_and_keep(&c, id, commands[i].run) : commands[i].run(&c);
        int renewed = r == 1 && c.on.case_id
                          ? case_renew(tx, c.on.case_id, context->staff->id, context->now)
                          : 0;
        return renewed < 0 ? renewed : r;
    }
    return command_refuse(&c, "bad_frame", "There is no such command.");
}
