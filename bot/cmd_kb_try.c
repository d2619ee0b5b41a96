/* kerbside kb try: what would be done about a message, by what is live and by the draft. */
#include <inttypes.h>
#include <time.h>

#include "bot/candidate.h"
#include "bot/cmd_kb.h"
#include "bot/tried.h"

enum { TEXT_BYTES_MAX = 4 << 20 };

static const char usage[] =
    "usage: kerbside kb try [--config FILE] [--at TIME] [--json] TEXT\n"
    "  Says what would be done about a message by what is live, and by the draft if anything is in "
    "it.\n"
    "  A draft that teaches something new is trained first, as for publishing: up to a minute.\n"
    "  Write it as residents do, with our handle: \"@NorthmoorHelp …\" is understood as on X.\n"
    "  --at TIME  as if it were written then, such as 2026-11-22T21:00:00Z (now)\n"
    "  --json     one JSON object instead of words for people\n"
    "  kerbside try says more of one decision, by the folder of the configuration or another.\n";

struct trying {
    struct kb_past past;
    struct kb *live, *draft; /* draft NULL: nothing is in it */
    int64_t at;
    struct str text;
    struct arena arena;
};

/* What @kb would do, as "tried" of PROTOCOL.md; as for a resident of whom nothing is known. */
static int try_by(struct trying *t, const struct kb *kb, cJSON **ret)
{
    const struct conf *conf = t->past.conf;
    const struct conf_account *account = &conf->accounts[0];
    struct tried_by by = { .decider = { kb, intents_scratch_new() },
                           .hours = account->hours ? account->hours : conf->hours,
                           .voice = str_of(account->voice),
                           .at = t->at };
    struct decision d;
    by.staff_there = hours_open(by.hours, t->at);
    int r = by.decider.scratch ? tried_decide(&by, &t->arena, t->text, &d) : ERR_NOMEM;
    if (r == 0)
        *ret = tried_json(kb, t->past.version, &d, t->text);
    (void)intents_scratch_free(by.decider.scratch);
    return r;
}

static void print_words(const cJSON *tried, const char *name, const char *before)
{
    struct str words = json_str(cJSON_GetObjectItemCaseSensitive(tried, name)), line;
    while (str_split(&words, '\n', &line))
        if (line.len) {
            (void)printf("       %s", before);
            kb_print_line(stdout, line);
            (void)putchar('\n');
            before = "";
        }
}

static void print_side(const char *name, const cJSON *tried)
{
    (void)printf("%-6s ", name);
    kb_print_tried(tried);
    (void)putchar('\n');
    print_words(tried, "reply", "");
    print_words(tried, "would", "would say: ");
}

/* In what is printed of them. */
static bool are_same(const cJSON *a, const cJSON *b)
{
    static const char *const names[] = { "action", "reason", "intents", "reply", "would" };
    bool same = true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        same &= cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, names[i]),
                              cJSON_GetObjectItemCaseSensitive(b, names[i]), true);
    return same;
}

static void print_for_people(const struct trying *t, const cJSON *live, const cJSON *draft)
{
    print_side("live", live);
    if (draft && are_same(live, draft))
        (void)puts("draft  the same");
    else if (draft)
        print_side("draft", draft);
    else
        (void)printf("draft  nothing is in it, over version %" PRId64 "\n", t->past.version);
}

static int try_both(struct trying *t, bool json)
{
    cJSON *live = NULL, *draft = NULL;
    int r = try_by(t, t->live, &live);
    if (r == 0 && t->draft)
        r = try_by(t, t->draft, &draft);
    if (r == 0 && json) {
        cJSON *o = cJSON_CreateObject();
        (void)json_put_str(o, "text", t->text);
        (void)cJSON_AddItemToObject(o, "live", live);
        (void)cJSON_AddItemToObject(o, "draft", draft ? draft : cJSON_CreateNull());
        (void)json_put_str_or_null(o, "opinion",
                                   str_of(draft ? candidate_opinion(t->draft, true) : ""));
        return print_json(o);
    }
    if (r == 0) {
        print_for_people(t, live, draft);
        r = fflush(stdout) != 0 ? ERR_IO : 0;
    }
    cJSON_Delete(live);
    cJSON_Delete(draft);
    return r;
}

int cmd_kb_try(int argc, char **argv)
{
    struct trying t = { .arena = ARENA_INIT };
    struct buf text = BUF_INIT(TEXT_BYTES_MAX);
    struct kb_options o;
    int64_t revision = 0;
    bool help;
    int status = kb_options_read(argc, argv, "cwj", 1, 1, usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    t.at = o.at ? o.at : time(NULL);
    status = kb_past_open(o.config, &t.past);
    if (status == EXIT_OK)
        status = kb_past_live(&t.past, &t.live);
    if (status == EXIT_OK)
        status = kb_past_draft(&t.past, t.live, &t.draft, &revision);
    if (status == EXIT_OK) {
        int r = buf_add_repaired(&text, str_of(o.args[0]));
        t.text = buf_str(&text);
        if (r == 0)
            r = try_both(&t, o.json);
        status = r < 0 ? kb_work_fail(r) : EXIT_OK;
    }
    (void)kb_free(t.live);
    (void)kb_free(t.draft);
    kb_past_close(&t.past);
    arena_release(&t.arena);
    buf_release(&text);
    return status;
}
