/* kerbside kb publish, agree, withdraw, incident, proposals: an editor's word, given on the command
 * line. Each is the console's frame, so it may and is refused what that may and is; what carries a
 * proposal out is a running kerbside serve. */
#include <inttypes.h>
#include <sodium.h>
#include <unistd.h>
#include <uv.h>

#include "base/when.h"
#include "bot/cmd_kb.h"
#include "handoff/audit.h"
#include "handoff/command.h"
#include "kb/draft.h"
#include "kb/proposal.h"

enum { ID_BYTES = 16, AUDIT_TEXT_BYTES = 256, LOOK_EVERY_MS = 100, MS = 1000, NS_PER_MS = 1000000 };

/* A frame of a member of staff. */
struct acting {
    const struct kb_options *options;
    struct kb_work work;
    struct arena arena;
    struct staff staff;
    struct kb_shelf *shelf;
    cJSON *frame;
};

/* Puts into the frame what only the database knows. EXIT_OK, or EXIT_FAILED, having said why. */
typedef int complete_frame(struct acting *a);

/* Is it said who does it? False, having said that it must be. */
static bool has_name(const struct kb_options *o)
{
    if (!o->as)
        (void)kb_work_failf("--as LOGIN says whose word it is: a member of staff who may do it in "
                            "the console");
    return o->as;
}

static bool read_proposal(const char *text, int64_t *ret)
{
    if (str_to_int64(str_of(text), 1, INT64_MAX, ret))
        return true;
    (void)kb_work_failf("%s: a proposal's number is wanted; kerbside kb proposals lists them",
                        text);
    return false;
}

static cJSON *new_frame(const char *type)
{
    unsigned char chance[ID_BYTES];
    char id[2 * ID_BYTES + 1];
    cJSON *frame = cJSON_CreateObject();
    randombytes_buf(chance, sizeof chance);
    (void)cJSON_AddStringToObject(frame, "type", type);
    (void)cJSON_AddStringToObject(frame, "id",
                                  sodium_bin2hex(id, sizeof id, chance, sizeof chance));
    return frame;
}

/* ------------------------------------------------------------------------------------------------
 * the frame, carried out */

/* The console knows who it is by their sign-in; here it is said, so the audit log says that. */
static int add_audit(struct acting *a, int64_t proposal)
{
    char text[AUDIT_TEXT_BYTES];
    const char *type = cJSON_GetObjectItemCaseSensitive(a->frame, "type")->valuestring;
    (void)snprintf(text, sizeof text, KB_WORK_BY ": %s, proposal %" PRId64, type, proposal);
    const struct audit row = { 0, "kb_spoken_for", a->staff.login, str_of(text), STR("") };
    return audit_add(a->work.tx, &row);
}

static int run_frame(struct acting *a, int64_t *ret_proposal)
{
    const struct desk desk = { .shelf = a->shelf };
    const struct command_context context = { .staff = &a->staff,
                                             .now = a->work.now,
                                             .desk = &desk };
    struct str text = STR("");
    cJSON *answer = NULL;
    int status = EXIT_OK, r = command_run(a->work.tx, &context, a->frame, &answer);
    if (r == 0 && json_get_str(answer, "text", &text) == 1)
        status = kb_work_failf("%.*s: %.*s", STR_ARG(a->staff.login), STR_ARG(text));
    else if (r == 1 && json_get_int(answer, "proposal", 1, INT64_MAX, ret_proposal) == 1)
        r = add_audit(a, *ret_proposal);
    else if (r >= 0)
        r = ERR_DB; /* every frame here is answered by one of those */
    cJSON_Delete(answer);
    return r < 0 ? kb_work_fail(r) : status;
}

static int find_staff(struct acting *a)
{
    int r = staff_find(a->work.tx, &a->arena, str_of(a->options->as), &a->staff, NULL);
    if (r == 0)
        return kb_work_failf("there is nobody of the login \"%s\"; kerbside staff list lists them",
                             a->options->as);
    return r < 0 ? kb_work_fail(r) : EXIT_OK;
}

/* Carries @frame out, which is freed. EXIT_OK with the proposal that it is about, or EXIT_FAILED,
 * having said why. */
static int act(const struct kb_options *o, cJSON *frame, complete_frame *complete,
               int64_t *ret_proposal)
{
    struct acting a = { .options = o, .arena = ARENA_INIT, .frame = frame };
    int status = kb_work_begin(o->config, &a.work);
    if (status == EXIT_OK) {
        a.shelf = kb_shelf_new();
        status = a.shelf ? find_staff(&a) : kb_work_fail(ERR_NOMEM);
        if (status == EXIT_OK && o->note)
            (void)json_put_str(frame, "note", str_of(o->note));
        if (status == EXIT_OK && complete)
            status = complete(&a);
        if (status == EXIT_OK)
            status = run_frame(&a, ret_proposal);
        status = kb_work_end(&a.work, status);
    }
    (void)kb_shelf_free(a.shelf);
    arena_release(&a.arena);
    cJSON_Delete(frame);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * what becomes of it */

/* A line of its own each, behind @before. */
static void print_lines(FILE *to, const char *before, struct str text)
{
    struct str line;
    while (str_split(&text, '\n', &line))
        if (line.len) {
            (void)fputs(before, to);
            kb_print_line(to, line);
            (void)fputc('\n', to);
        }
}

static int tell_outcome(const struct kb_options *o, const struct kb_proposal *p)
{
    char at[WHEN_TEXT_MAX];
    switch (p->state) {
    case KB_PROPOSAL_PUBLISHED:
        return printf("Version %" PRId64 " is live.\n", p->version_id) < 0 ? EXIT_FAILED : EXIT_OK;
    case KB_PROPOSAL_WAITING:
        (void)printf("Proposal %" PRId64 " waits for a second person: %.*s\nTheir word is "
                     "kerbside kb agree %" PRId64 " --as LOGIN.\n",
                     p->id, STR_ARG(p->needs), p->id);
        return EXIT_OK;
    case KB_PROPOSAL_SCHEDULED:
        (void)printf("Proposal %" PRId64 " is to be live at %s.\n", p->id,
                     when_format(p->publish_at, at));
        return EXIT_OK;
    case KB_PROPOSAL_REFUSED:
        print_lines(stderr, "error: ", p->error);
        return kb_work_failf("proposal %" PRId64 " was refused: nothing of it is live", p->id);
    case KB_PROPOSAL_WITHDRAWN:
        return kb_work_failf("proposal %" PRId64 " was withdrawn meanwhile", p->id);
    case KB_PROPOSAL_QUEUED:
        break;
    }
    if (o->wait_s == 0)
        return printf("Proposal %" PRId64 " is queued.\n", p->id) < 0 ? EXIT_FAILED : EXIT_OK;
    return kb_work_failf("after %" PRId64 " s proposal %" PRId64 " is not published yet. A running "
                         "kerbside serve does that: is there one, on this database? If there is, "
                         "training may take longer: kerbside kb proposals says how it is. If there "
                         "is none, the next start publishes it; kerbside kb withdraw %" PRId64
                         " takes it back",
                         o->wait_s, p->id, p->id);
}

static int look(struct db *db, struct arena *arena, int64_t id, struct kb_proposal *ret)
{
    struct tx *tx;
    arena_clear(arena);
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_proposal_get(tx, arena, id, ret);
    tx_rollback(tx);
    return r == 0 ? ERR_DB : r < 0 ? r : 0;
}

/* Waits for as long as it is queued and the options allow, and says what became of it. */
static int follow(const struct kb_options *o, int64_t id)
{
    struct kb_proposal p = { .id = 0 };
    struct arena arena = ARENA_INIT;
    struct kb_past past;
    uint64_t until = uv_hrtime() / NS_PER_MS + (uint64_t)o->wait_s * MS;
    int status = kb_past_open(o->config, &past);
    if (status == EXIT_OK) {
        int r = look(past.db, &arena, id, &p);
        if (r == 0 && p.state == KB_PROPOSAL_QUEUED && o->wait_s && isatty(STDERR_FILENO))
            (void)fprintf(stderr, "Waiting for kerbside serve to publish proposal %" PRId64 " …\n",
                          id);
        while (r == 0 && p.state == KB_PROPOSAL_QUEUED && uv_hrtime() / NS_PER_MS < until) {
            uv_sleep(LOOK_EVERY_MS);
            r = look(past.db, &arena, id, &p);
        }
        status = r < 0 ? kb_work_fail(r) : tell_outcome(o, &p);
    }
    arena_release(&arena);
    kb_past_close(&past);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * publish */

static const char publish_usage[] =
    "usage: kerbside kb publish [--config FILE] --as LOGIN --note TEXT [--at TIME] [--wait "
    "SECONDS]\n"
    "  Proposes all of the draft, as LOGIN would in the console, and waits until kerbside serve "
    "has\n"
    "  published or refused it. What needs a second person, or is for later, isn't waited for.\n"
    "  --as LOGIN      whose word it is: an editor, supervisor or admin\n"
    "  --note TEXT     what has changed, and why\n"
    "  --at TIME       when it is to be live, such as 2026-11-22T21:00:00Z (at once)\n"
    "  --wait SECONDS  at most so long (300); 0: not at all\n"
    "  Ends with 0 if it is live, waits for a second person or its time, or isn't waited for.\n";

static int complete_publish(struct acting *a)
{
    int64_t revision = 0;
    int r = kb_draft_revision(a->work.tx, &revision);
    (void)cJSON_AddNumberToObject(a->frame, "revision", (double)revision);
    if (a->options->at)
        (void)cJSON_AddNumberToObject(a->frame, "at", (double)a->options->at);
    return r < 0 ? kb_work_fail(r) : EXIT_OK;
}

int cmd_kb_publish(int argc, char **argv)
{
    struct kb_options o;
    int64_t proposal = 0;
    bool help;
    int status = kb_options_read(argc, argv, "canwl", 0, 0, publish_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (!has_name(&o) || !kb_publish_note(o.note))
        return EXIT_USAGE;
    status = act(&o, new_frame("kb_publish"), complete_publish, &proposal);
    return status == EXIT_OK ? follow(&o, proposal) : status;
}

/* ------------------------------------------------------------------------------------------------
 * agree, withdraw */

static const char agree_usage[] =
    "usage: kerbside kb agree [--config FILE] --as LOGIN [--wait SECONDS] PROPOSAL\n"
    "  The second person's word, which some changes need: not by who proposed it. Then it waits, "
    "as\n"
    "  kerbside kb publish does.\n";

static const char withdraw_usage[] =
    "usage: kerbside kb withdraw [--config FILE] --as LOGIN PROPOSAL\n"
    "  Ends a proposal that isn't published yet. The draft stays.\n";

static int act_on_proposal(const struct kb_options *o, const char *type, int64_t *ret)
{
    int64_t id = 0;
    if (!has_name(o) || !read_proposal(o->args[0], &id))
        return EXIT_USAGE;
    cJSON *frame = new_frame(type);
    (void)cJSON_AddNumberToObject(frame, "proposal", (double)id);
    return act(o, frame, NULL, ret);
}

int cmd_kb_agree(int argc, char **argv)
{
    struct kb_options o;
    int64_t proposal = 0;
    bool help;
    int status = kb_options_read(argc, argv, "cal", 1, 1, agree_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = act_on_proposal(&o, "kb_agree", &proposal);
    return status == EXIT_OK ? follow(&o, proposal) : status;
}

int cmd_kb_withdraw(int argc, char **argv)
{
    struct kb_options o;
    int64_t proposal = 0;
    bool help;
    int status = kb_options_read(argc, argv, "ca", 1, 1, withdraw_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = act_on_proposal(&o, "kb_withdraw", &proposal);
    if (status == EXIT_OK)
        (void)printf("Proposal %" PRId64 " is withdrawn; the draft stays.\n", proposal);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * incident */

static const char incident_usage[] =
    "usage: kerbside kb incident [--config FILE] --as LOGIN --note TEXT [--wait SECONDS] FILE|-\n"
    "       kerbside kb incident [--config FILE] --as LOGIN --note TEXT [--wait SECONDS] --end ID\n"
    "  Publishes one incident at once and nothing of the draft: FILE, or - for standard input, is "
    "its\n"
    "  JSON as kerbside kb show incident/ID prints it. --end: it is over now. Waits as kerbside "
    "kb\n"
    "  publish does.\n";

/* The live one, as it is over. */
static int complete_end(struct acting *a)
{
    const struct kb_items *live = NULL;
    int64_t version = 0, from = 0, until = 0, now = a->work.now;
    char over[WHEN_TEXT_MAX];
    struct str id = str_of(a->options->end);
    int r = kb_shelf_live(a->shelf, a->work.tx, &version, &live);
    const cJSON *is = r == 0 ? kb_items_get(live, KB_INCIDENT, id) : NULL;
    if (r < 0)
        return kb_work_fail(r);
    if (!is)
        return kb_work_failf("no incident \"%.*s\" is live; kerbside kb items lists them",
                             STR_ARG(id));
    (void)when_parse(json_str(cJSON_GetObjectItemCaseSensitive(is, "from")), &from);
    (void)when_parse(json_str(cJSON_GetObjectItemCaseSensitive(is, "until")), &until);
    if (until <= now)
        return kb_work_failf("the incident \"%.*s\" is over already", STR_ARG(id));
    cJSON *body = cJSON_Duplicate(is, true);
    cJSON *moment = cJSON_CreateString(when_format(now > from ? now : from + 1, over));
    (void)cJSON_ReplaceItemInObjectCaseSensitive(body, "until", moment);
    (void)cJSON_AddItemToObject(a->frame, "body", body);
    return EXIT_OK;
}

int cmd_kb_incident(int argc, char **argv)
{
    struct kb_options o;
    cJSON *body = NULL;
    int64_t proposal = 0;
    bool help;
    int status = kb_options_read(argc, argv, "canle", 0, 1, incident_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    if (!o.end == !o.arg_count) {
        (void)fputs(incident_usage, stderr);
        return EXIT_USAGE;
    }
    if (!has_name(&o) || !kb_publish_note(o.note))
        return EXIT_USAGE;
    if (!o.end)
        status = kb_read_body(o.args[0], &body);
    if (status != EXIT_OK)
        return status;
    cJSON *frame = new_frame("kb_incident");
    if (body)
        (void)cJSON_AddItemToObject(frame, "body", body);
    status = act(&o, frame, o.end ? complete_end : NULL, &proposal);
    return status == EXIT_OK ? follow(&o, proposal) : status;
}

/* ------------------------------------------------------------------------------------------------
 * proposals */

static const char proposals_usage[] =
    "usage: kerbside kb proposals [--config FILE]\n"
    "  Lists what is under way and what ended last, newest first: number, when it was proposed, "
    "how it\n"
    "  stands, who proposed it (and who agreed), why; below, why it needs a second person or was\n"
    "  refused, and its items.\n";

static int print_item(const struct kb_draft_item *item, void *data)
{
    (void)data;
    return printf("    %s/%.*s%s\n", kb_item_kind_name(item->kind).p, STR_ARG(item->id),
                  item->body.len ? "" : " is to go") < 0
               ? ERR_IO
               : 0;
}

static int print_proposal(const struct kb_proposal *p, void *data)
{
    char at[WHEN_TEXT_MAX];
    struct tx *tx = data;
    (void)printf("%" PRId64 "  %s  %.*s", p->id, when_format(p->at, at),
                 STR_ARG(kb_proposal_state_name(p->state)));
    if (p->version_id)
        (void)printf(" as version %" PRId64, p->version_id);
    if (p->state == KB_PROPOSAL_SCHEDULED || (p->state == KB_PROPOSAL_WAITING && p->publish_at))
        (void)printf(" for %s", when_format(p->publish_at, at));
    (void)fputs("  ", stdout);
    kb_print_signed(p->by, p->agreed_by, p->note);
    if (p->state == KB_PROPOSAL_WAITING)
        print_lines(stdout, "    ", p->needs);
    print_lines(stdout, "    error: ", p->error);
    if (p->from_id)
        (void)printf("    back to version %" PRId64 "\n", p->from_id);
    return kb_proposal_each_item(tx, p->id, print_item, NULL);
}

int cmd_kb_proposals(int argc, char **argv)
{
    struct kb_options o;
    struct kb_work w;
    bool help;
    int status = kb_options_read(argc, argv, "c", 0, 0, proposals_usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = kb_work_begin(o.config, &w);
    if (status != EXIT_OK)
        return status;
    int r = kb_proposal_each(w.tx, print_proposal, w.tx);
    return kb_work_end(&w, r < 0 ? kb_work_fail(r) : EXIT_OK);
}
