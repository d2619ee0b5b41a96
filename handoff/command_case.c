/* What staff do with a case besides answering it. */
#include "handoff/command_private.h"

#include "handoff/note.h"
#include "handoff/permission.h"
#include "handoff/view.h"

enum { DEPARTMENT_POINTS_MAX = 100, SENTENCE_MAX = 4000 };

/* May the sender do it to what a colleague has? */
static bool is_over_others(const struct command *c)
{
    return role_may(c->context->staff->role, "release_others");
}

int command_claim(struct command *c)
{
    return command_conclude(c, case_claim(c->tx, &c->on));
}

int command_release(struct command *c)
{
    int r = case_release(c->tx, &c->on);
    if (r != CASE_NOT_YOURS || !is_over_others(c))
        return command_conclude(c, r);
    r = command_conclude(c, case_put_back(c->tx, &c->on));
    return command_audited(c, r, "case_taken_away", c->on.case_id, "");
}

int command_close(struct command *c)
{
    struct str outcome = STR(""), department = STR("");
    (void)json_get_str(c->frame, "outcome", &outcome);
    if (!case_outcome_words(outcome))
        return command_refuse(c, "bad_frame",
                              "Say how it ended: answered, passed_on, done, no_reply_needed, "
                              "became_member or praise.");
    int r = json_get_str(c->frame, "department", &department);
    department = str_trim(department);
    if (r < 0 || (r == 1 && !department.len) || utf8_points(department) > DEPARTMENT_POINTS_MAX)
        return command_refuse(c, "bad_frame", "A department's name has 1 to 100 characters.");
    return command_conclude(c, case_close(c->tx, &c->on, outcome, department));
}

/* ------------------------------------------------------------------------------------------------
 * colleagues */

static int refuse_colleague(struct command *c, const struct staff *who, const char *why)
{
    struct buf text = BUF_INIT(SENTENCE_MAX);
    (void)buf_addf(&text, "%.*s %s.", STR_ARG(who->name), why);
    int r = command_refuse(c, "not_allowed", buf_cstr(&text));
    buf_release(&text);
    return r;
}

/* The colleague of that number, who must be one that may see the case: 1; 0 refused, with the
 * answer given. */
static int find_colleague(struct command *c, struct arena *arena, int64_t id, struct staff *ret)
{
    int r = staff_get(c->tx, arena, id, ret);
    if (r == 0)
        return command_refuse(c, "unknown", "There is no such colleague, or not any more.");
    if (r == 1)
        r = view_case_is_private(c->tx, c->on.case_id);
    if (r < 0)
        return r;
    if (r == 1 && !staff_answers_private(ret))
        return refuse_colleague(c, ret,
                                "can't see this case: it came by direct message, which their role "
                                "doesn't answer");
    return 1;
}

/* ------------------------------------------------------------------------------------------------
 * notes */

/* The text of the frame, if it can be a note: 1; 0 refused. */
static int take_words(struct command *c, struct note *n)
{
    (void)json_get_str(c->frame, "text", &n->text);
    n->text = str_trim(n->text);
    return utf8_points(n->text) <= NOTE_POINTS_MAX
               ? 1
               : command_refuse(c, "too_long", "A note has at most 4,000 characters.");
}

static bool is_named(const struct note *n, int64_t id)
{
    for (size_t i = 0; i < n->to_count; i++)
        if (n->to[i] == id)
            return true;
    return false;
}

/* 1, or 0 refused. */
static int name_colleague(struct command *c, struct arena *arena, const cJSON *item, struct note *n,
                          struct buf *names)
{
    struct staff colleague;
    if (!cJSON_IsNumber(item) || item->valuedouble != (double)item->valueint)
        return command_refuse(c, "bad_frame", "\"to\" is a list of the numbers of colleagues.");
    if (is_named(n, item->valueint))
        return 1;
    if (n->to_count == NOTE_TO_MAX)
        return command_refuse(c, "bad_frame", "A note can name 20 colleagues at most.");
    int r = find_colleague(c, arena, item->valueint, &colleague);
    if (r != 1)
        return r;
    n->to[n->to_count++] = colleague.id;
    r = buf_addf(names, "%s%.*s", names->len ? ", " : "For ", STR_ARG(colleague.name));
    return r < 0 ? r : 1;
}

static int take_names(struct command *c, struct arena *arena, struct note *n, struct buf *names)
{
    const cJSON *to = cJSON_GetObjectItemCaseSensitive(c->frame, "to"), *item;
    if (to && !cJSON_IsNull(to) && !cJSON_IsArray(to))
        return command_refuse(c, "bad_frame", "\"to\" is a list of the numbers of colleagues.");
    cJSON_ArrayForEach(item, to)
    {
        int r = name_colleague(c, arena, item, n, names);
        if (r != 1)
            return r;
    }
    n->to_names = buf_str(names);
    return 1;
}

/* 1, or 0 refused. */
static int take_note(struct command *c, struct arena *arena, struct note *n, struct buf *names)
{
    int r = take_words(c, n);
    if (r == 1 && !n->text.len)
        return command_refuse(c, "empty", "There is nothing in the note yet.");
    return r == 1 ? take_names(c, arena, n, names) : r;
}

int command_note(struct command *c)
{
    struct note n = { .case_id = c->on.case_id, .staff_id = c->on.staff_id };
    struct arena arena = ARENA_INIT;
    struct buf names = BUF_INIT(SENTENCE_MAX);
    cJSON *about = NULL;
    int r = view_case(c->tx, c->on.case_id, &about);
    cJSON_Delete(about);
    if (r != 1)
        return r < 0 ? r : command_conclude(c, CASE_UNKNOWN);
    r = take_note(c, &arena, &n, &names);
    if (r == 1) {
        r = note_add(c->tx, &n, c->on.now);
        r = command_conclude(c, r < 0 ? r : CASE_DONE);
    }
    buf_release(&names);
    arena_release(&arena);
    return r;
}

int command_seen(struct command *c)
{
    int r = note_see(c->tx, c->on.case_id, c->on.staff_id, c->on.now);
    return r < 0 ? r : command_conclude(c, CASE_DONE);
}

/* ------------------------------------------------------------------------------------------------
 * to others */

/* Appends the desk's teams as "a, b"; true if @team is one. */
static bool is_team(const struct command *c, struct str team, struct buf *ret_names)
{
    const struct desk *desk = c->context->desk;
    cJSON *tree = cJSON_CreateObject();
    const cJSON *item;
    bool found = false;
    desk->describe(desk->data, tree);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(tree, "teams"))
    {
        found |= str_eq(json_str(item), team);
        (void)buf_addf(ret_names, "%s%.*s", ret_names->len ? ", " : "", STR_ARG(json_str(item)));
    }
    cJSON_Delete(tree);
    return found;
}

/* 1, or 0 refused. */
static int take_team(struct command *c, struct case_pass *to)
{
    struct buf names = BUF_INIT(SENTENCE_MAX), text = BUF_INIT(SENTENCE_MAX);
    int r = 1;
    if (!is_team(c, to->team, &names)) {
        (void)buf_addf(&text, "There is no such team. The teams are: %s.", buf_cstr(&names));
        r = command_refuse(c, "bad_frame", buf_cstr(&text));
    }
    buf_release(&names);
    buf_release(&text);
    return r;
}

static int take_receiver(struct command *c, struct arena *arena, struct case_pass *to,
                         struct note *word)
{
    struct staff colleague;
    int r = find_colleague(c, arena, to->staff_id, &colleague);
    if (r != 1)
        return r;
    if (!role_may(colleague.role, "claim"))
        return refuse_colleague(c, &colleague, "can't take cases: their role doesn't answer");
    to->name = colleague.name;
    word->to[word->to_count++] = colleague.id;
    word->to_names = colleague.name;
    return 1;
}

/* Where the frame sends it, and with which word: 1, or 0 refused. */
static int take_destination(struct command *c, struct arena *arena, struct case_pass *to,
                            struct note *word)
{
    int team = json_get_str(c->frame, "team", &to->team),
        person = json_get_int(c->frame, "to", 1, INT64_MAX, &to->staff_id);
    if (team < 0 || person < 0 || (team == 0 && person == 0))
        return command_refuse(c, "bad_frame",
                              "Where to? \"team\" is a team's name, \"to\" the number of a "
                              "colleague.");
    int r = take_words(c, word);
    if (r != 1)
        return r;
    return person ? take_receiver(c, arena, to, word) : take_team(c, to);
}

int command_pass(struct command *c)
{
    struct case_pass to = { .any = false };
    struct note word = { .case_id = c->on.case_id, .staff_id = c->on.staff_id };
    struct arena arena = ARENA_INIT;
    int r = take_destination(c, &arena, &to, &word);
    if (r == 1) {
        r = case_pass(c->tx, &c->on, &to);
        to.any = r == CASE_NOT_YOURS && is_over_others(c);
        if (to.any)
            r = case_pass(c->tx, &c->on, &to);
        if (r == CASE_DONE && word.text.len)
            r = note_add(c->tx, &word, c->on.now);
        r = command_conclude(c, r);
        if (to.any)
            r = command_audited(c, r, "case_passed", c->on.case_id, "");
    }
    arena_release(&arena);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * marks */

int command_mark(struct command *c)
{
    bool sensitive;
    if (json_get_bool(c->frame, "sensitive", &sensitive) != 1)
        return command_refuse(c, "bad_frame", "\"sensitive\" must be true or false.");
    return command_conclude(c, case_mark(c->tx, &c->on, sensitive));
}

int command_mute(struct command *c)
{
    bool muted;
    if (json_get_bool(c->frame, "muted", &muted) != 1)
        return command_refuse(c, "bad_frame", "\"muted\" must be true or false.");
    return command_conclude(c, case_mute(c->tx, &c->on, muted));
}
