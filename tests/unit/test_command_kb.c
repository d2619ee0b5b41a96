/* What editors see of the knowledge base, and what they change in the draft. */
#include "handoff/command.h"

#include "handoff/view.h"
#include "kb/demotion.h"
#include "kb/draft.h"
#include "kb/proposal.h"
#include "kb/version.h"
#include "tests/unit/record_fixture.h"

enum { EDIE = 1, SAM };

static struct desk desk;

static struct kb_files *first_files(void)
{
    static const char *const files[][2] = {
        { "bins.json",
          "{\"intents\":[{\"id\":\"bins.missed\",\"title\":\"Missed bin\",\"department\":\"waste\","
          "\"review_by\":\"2027-03-31\",\"link\":\"https://northmoor.example/bins\",\"replies\":["
          "\"Sorry.\",\"Oh.\"],\"examples\":{\"yes\":[\"a\"],\"no\":[\"b\",\"c\"]}},"
          "{\"id\":\"bins.day\",\"title\":\"Bin day\",\"mode\":\"shadow\",\"owner\":\"Edie Hall\"}]"
          "}" },
        { "notices.json", "{\"notices\":[{\"id\":\"snow\",\"from\":\"2026-12-01T00:00:00Z\","
                          "\"until\":\"2026-12-03T00:00:00Z\",\"text\":\"Snow.\"}]}" },
        { "rules.json", "{\"rules\":[{\"id\":\"danger.gas\",\"kind\":\"sensitive\",\"holding\":["
                        "\"Ring.\"]}]}" },
        { "terms.json", "{\"terms\":{\"bin\":[\"bin\"]},\"common\":[\"a\"]}" },
    };
    struct kb_files *f = kb_files_new(STR(""));
    assert_non_null(f);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        assert_int_equal(kb_files_put(f, str_of(files[i][0]), str_of(files[i][1])), 0);
    return f;
}

static void publish(struct fixture *f, const struct kb_files *files, const char *note)
{
    struct kb_version v = {
        .origin = STR("console"), .by = STR("Edie Hall"), .note = str_of(note), .at = NOON
    };
    int64_t id;
    assert_int_equal(kb_version_add(f->tx, &v, files, &id), 0);
}

/* As live with this item in place. */
static void publish_item(struct fixture *f, const char *id, const char *body)
{
    struct report report = REPORT_INIT;
    struct kb_files *live = NULL, *files = NULL;
    struct kb_items *items = NULL;
    cJSON *tree = body ? cJSON_Parse(body) : NULL;
    int64_t version = 0;
    assert_int_equal(kb_version_live(f->tx, &version), 0);
    assert_int_equal(kb_version_files(f->tx, version, &live), 1);
    assert_int_equal(kb_items_new(live, &report, &items), 0);
    assert_int_equal(kb_items_put(items, KB_INTENT, str_of(id), tree, &report), 0);
    assert_int_equal(kb_items_files(items, &report, &files), 0);
    publish(f, files, id);
    cJSON_Delete(tree);
    (void)kb_items_free(items);
    (void)kb_files_free(files);
    (void)kb_files_free(live);
    report_release(&report);
}

static int setup(void **state)
{
    (void)fixture_setup(state);
    struct fixture *f = *state;
    struct kb_files *files = first_files();
    assert_int_equal(add_staff(f->tx, "edie", "Edie Hall", "EH"), EDIE);
    assert_int_equal(add_staff(f->tx, "sam", "Sam Reed", "SR"), SAM);
    publish(f, files, "At the start");
    (void)kb_files_free(files);
    desk = (struct desk){ .reference_prefix = STR("NM"), .shelf = kb_shelf_new() };
    assert_non_null(desk.shelf);
    return 0;
}

static int teardown(void **state)
{
    desk.shelf = kb_shelf_free(desk.shelf);
    return fixture_teardown(state);
}

static int64_t answered; /* commands so far: each has an id of its own */

/* Runs a frame, written with ' for " and without its id; the answer is the caller's. */
static cJSON *run(struct fixture *f, int64_t staff_id, const char *role, const char *frame)
{
    static const struct text_rules rules = { .limit = 280 };
    const struct staff people[] = {
        { EDIE, STR("edie"), STR("Edie Hall"), STR("EH"), str_of(role) },
        { SAM, STR("sam"), STR("Sam Reed"), STR("SR"), str_of(role) },
    };
    const struct command_context context = { &people[staff_id - 1], &rules, &rules, NOON + 5,
                                             &desk };
    struct buf text = BUF_INIT(1 << 16);
    cJSON *tree = NULL, *answer = NULL;
    char id[24];
    for (const char *p = frame; *p; p++)
        (void)buf_add_byte(&text, (char)(*p == '\'' ? '"' : *p));
    if (json_parse(buf_str(&text), &tree, NULL) < 0)
        fail_msg("%s", frame);
    (void)snprintf(id, sizeof id, "c%" PRId64, ++answered);
    (void)cJSON_AddStringToObject(tree, "id", id);
    int64_t before = last_event(f->tx);
    int r = command_run(f->tx, &context, tree, &answer);
    assert_true(r >= 0 && answer);
    bool refused = str_is(json_str(cJSON_GetObjectItem(answer, "type")), "refused");
    if (refused) { /* what is refused changes nothing */
        assert_int_equal(r, 0);
        assert_int_equal(last_event(f->tx), before);
    }
    cJSON_DeleteItemFromObject(answer, "id");
    cJSON_DeleteItemFromObject(cJSON_GetObjectItem(answer, "kb"), "id");
    cJSON_Delete(tree);
    buf_release(&text);
    return answer;
}

/* @want: the answer without its id, with ' for ". */
#define assert_answer(f, who, frame, want) expect_answer(f, who, "editor", frame, want, __LINE__)
static void expect_answer(struct fixture *f, int64_t who, const char *role, const char *frame,
                          const char *want, int line)
{
    cJSON *answer = run(f, who, role, frame);
    char *text = cJSON_PrintUnformatted(answer);
    for (char *p = text; *p; p++)
        *p = *p == '"' ? '\'' : *p;
    if (strcmp(text, want) != 0)
        print_error("line %d\n", line);
    assert_str_note(str_of(text), want, frame);
    cJSON_free(text);
    cJSON_Delete(answer);
}

#define SAVE_MISSED(revision, live, title)                                                        \
    "{'type':'kb_save','kind':'intent','item':'bins.missed','revision':" revision ",'live':" live \
    ",'body':{'id':'bins.missed','title':'" title "'}}"
#define SAVE_DAY(revision, live, title)                                                        \
    "{'type':'kb_save','kind':'intent','item':'bins.day','revision':" revision ",'live':" live \
    ",'body':{'id':'bins.day','title':'" title "'}}"
#define DAY_LIVE "{'id':'bins.day','title':'Bin day','mode':'shadow','owner':'Edie Hall'}"

static void an_item_is_shown_live_and_in_the_draft(void **state)
{
    struct fixture *f = *state;
    assert_answer(f, EDIE, "{'type':'kb_item','kind':'intent','item':'bins.day'}",
                  "{'type':'kb_item','kind':'intent','item':'bins.day','file':'bins.json','version'"
                  ":1,'revision':0,'live':" DAY_LIVE ",'draft':null,'base':null,'removed':false,"
                  "'conflict':false,'by':null,'at':null}");
    assert_answer(f, EDIE, SAVE_DAY("0", "1", "Days"), "{'type':'ok','revision':1}");
    assert_answer(f, SAM, "{'type':'kb_item','kind':'intent','item':'bins.day'}",
                  "{'type':'kb_item','kind':'intent','item':'bins.day','file':'bins.json','version'"
                  ":1,'revision':1,'live':" DAY_LIVE ",'draft':{'id':'bins.day','title':'Days'},"
                  "'base':" DAY_LIVE ",'removed':false,'conflict':false,'by':'Edie Hall','at':"
                  "1795000005}");
    assert_answer(f, SAM, "{'type':'kb_item','kind':'intent','item':'roads.ice'}",
                  "{'type':'kb_item','kind':'intent','item':'roads.ice','file':null,'version':1,"
                  "'revision':0,'live':null,'draft':null,'base':null,'removed':false,'conflict':"
                  "false,'by':null,'at':null}");
    /* a new one, and one that is to go */
    assert_answer(f, EDIE,
                  "{'type':'kb_save','kind':'intent','item':'roads.ice','revision':0,'live':1,"
                  "'body':{'id':'roads.ice'}}",
                  "{'type':'ok','revision':2}");
    assert_answer(f, EDIE, "{'type':'kb_item','kind':'intent','item':'roads.ice'}",
                  "{'type':'kb_item','kind':'intent','item':'roads.ice','file':'roads.json',"
                  "'version':1,'revision':2,'live':null,'draft':{'id':'roads.ice'},'base':null,"
                  "'removed':false,'conflict':false,'by':'Edie Hall','at':1795000005}");
    assert_answer(f, EDIE,
                  "{'type':'kb_save','kind':'term','item':'bin','revision':0,'live':1,'body':null}",
                  "{'type':'ok','revision':3}");
    assert_answer(f, EDIE, "{'type':'kb_item','kind':'term','item':'bin'}",
                  "{'type':'kb_item','kind':'term','item':'bin','file':'terms.json','version':1,"
                  "'revision':3,'live':['bin'],'draft':null,'base':['bin'],'removed':true,"
                  "'conflict':false,'by':'Edie Hall','at':1795000005}");
    assert_str(
        text_of(f, "SELECT kind || ' ' || item || ' ' || text AS t FROM event ORDER BY seq", 0),
        "kb.saved intent/bins.day “Days” is changed in the draft.\n"
        "kb.saved intent/roads.ice “roads.ice” is new in the draft.\n"
        "kb.saved term/bin “bin” is to go.\n");
}

static void two_editors_of_two_items_are_in_nobodys_way(void **state)
{
    struct fixture *f = *state;
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    assert_answer(f, EDIE, SAVE_MISSED("0", "1", "Edies"), "{'type':'ok','revision':1}");
    assert_answer(f, SAM, SAVE_DAY("0", "1", "Sams"), "{'type':'ok','revision':2}");
    assert_answer(f, EDIE, SAVE_MISSED("1", "1", "Edies again"), "{'type':'ok','revision':3}");
    assert_int_equal(kb_draft_files(f->tx, &report, &files), 0);
    assert_str(kb_files_find(files, STR("bins.json"))->bytes,
               "{\n  \"intents\": [\n    { \"id\": \"bins.missed\", \"title\": \"Edies again\" "
               "},\n    { \"id\": \"bins.day\", \"title\": \"Sams\" }\n  ]\n}\n");
    (void)kb_files_free(files);
    report_release(&report);
}

static void the_second_editor_of_an_item_sees_the_firsts(void **state)
{
    struct fixture *f = *state;
    assert_answer(f, EDIE, SAVE_DAY("0", "1", "Edies"), "{'type':'ok','revision':1}");
    assert_answer(f, SAM, SAVE_DAY("0", "1", "Sams"),
                  "{'type':'refused','code':'stale','text':'Edie Hall has changed this since you "
                  "last saw it. Here is what it is now; please choose what to keep.','kb':{'type':"
                  "'kb_item','kind':'intent','item':'bins.day','file':'bins.json','version':1,"
                  "'revision':1,'live':" DAY_LIVE ",'draft':{'id':'bins.day','title':'Edies'},"
                  "'base':" DAY_LIVE ",'removed':false,'conflict':false,'by':'Edie Hall','at':"
                  "1795000005}}");
    /* having looked, Sam chooses */
    assert_answer(f, SAM, SAVE_DAY("1", "1", "Both"), "{'type':'ok','revision':2}");
    assert_answer(f, EDIE, "{'type':'kb_discard','kind':'intent','item':'bins.day','revision':2}",
                  "{'type':'ok'}");
    cJSON *answer = run(f, SAM, "editor", SAVE_DAY("2", "1", "Sams"));
    assert_str(json_str(cJSON_GetObjectItem(answer, "text")),
               "Somebody has taken this out of the draft since you last saw it: here it is as it "
               "is live.");
    cJSON_Delete(answer);
}

static void an_editor_hears_that_the_live_item_changed(void **state)
{
    struct fixture *f = *state;
    struct kb_draft_item d;
    assert_answer(f, EDIE, SAVE_DAY("0", "1", "Edies"), "{'type':'ok','revision':1}");
    publish_item(f, "bins.missed", "{\"id\":\"bins.missed\",\"title\":\"Missed\"}");
    /* another item's change is no concern of hers, and what she began on is still live */
    assert_answer(f, EDIE, SAVE_DAY("1", "1", "Edies 2"), "{'type':'ok','revision':2}");
    publish_item(f, "bins.day", "{\"id\":\"bins.day\",\"title\":\"The day\"}");
    cJSON *answer = run(f, EDIE, "editor", SAVE_DAY("2", "1", "Edies 3"));
    const cJSON *kb = cJSON_GetObjectItem(answer, "kb");
    assert_str(json_str(cJSON_GetObjectItem(answer, "code")), "stale");
    assert_str(json_str(cJSON_GetObjectItem(answer, "text")),
               "Another version of this was published since you last saw it. Here is what it is "
               "now; please choose what to keep.");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(kb, "conflict")));
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(kb, "version")), 3);
    cJSON_Delete(answer);
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.day"), &d), 1);
    assert_str(d.body, "{\"id\":\"bins.day\",\"title\":\"Edies 2\"}");
    /* she has seen it: what she writes now is begun on it */
    assert_answer(f, EDIE, SAVE_DAY("2", "3", "Edies 3"), "{'type':'ok','revision':3}");
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.day"), &d), 1);
    assert_str(d.base, "{\"id\":\"bins.day\",\"title\":\"The day\"}");
}

static void what_is_live_leaves_the_draft(void **state)
{
    struct fixture *f = *state;
    assert_answer(f, EDIE, SAVE_DAY("0", "1", "Edies"), "{'type':'ok','revision':1}");
    assert_answer(f, EDIE,
                  "{'type':'kb_save','kind':'intent','item':'bins.day','revision':1,'live':1,"
                  "'body':" DAY_LIVE "}",
                  "{'type':'ok','revision':0}");
    int64_t before = last_event(f->tx);
    assert_answer(f, EDIE,
                  "{'type':'kb_save','kind':'intent','item':'bins.day','revision':0,'live':1,"
                  "'body':" DAY_LIVE "}",
                  "{'type':'ok','revision':0}");
    assert_int_equal(last_event(f->tx), before);
    assert_answer(f, EDIE, "{'type':'kb_discard','kind':'intent','item':'bins.day','revision':0}",
                  "{'type':'refused','code':'already','text':'It is as live already: there was "
                  "nothing to do.'}");
}

static void frames_that_make_no_sense_say_so(void **state)
{
    static const struct {
        const char *frame, *text;
    } rows[] = {
        { "{'type':'kb_item','kind':'bin','item':'x'}", "\"kind\" must be a kind of item" },
        { "{'type':'kb_item','kind':'rule'}", "\"item\" must be an item's id" },
        { "{'type':'kb_item','kind':'rule','item':''}", "\"item\" must be an item's id" },
        { "{'type':'kb_save','kind':'rule','item':'x','live':1,'body':null}", "\"revision\" must" },
        { "{'type':'kb_save','kind':'rule','item':'x','revision':0,'body':null}", "\"live\" the" },
        { "{'type':'kb_save','kind':'rule','item':'x','revision':0,'live':1}", "\"body\" must" },
        { "{'type':'kb_save','kind':'rule','item':'x','revision':0,'live':1,'body':{'id':'y'}}",
          "x: its \"id\" must be the item's name, \"x\"." },
        { "{'type':'kb_save','kind':'intent','item':'a b','revision':0,'live':1,'body':{'id':'a "
          "b'}}",
          "a name must be" },
        { "{'type':'kb_discard','kind':'rule','item':'x'}", "\"revision\" must" },
        { "{'type':'kb_versions','before':'x'}", "\"before\" must" },
        { "{'type':'kb_mark','message':1}", "\"better\" true, false or null" },
        { "{'type':'kb_mark','better':true}", "\"message\" must" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *answer = run(f, EDIE, "editor", rows[i].frame);
        assert_str_note(json_str(cJSON_GetObjectItem(answer, "code")), "bad_frame", rows[i].frame);
        assert_note(strstr(json_str(cJSON_GetObjectItem(answer, "text")).p, rows[i].text),
                    rows[i].frame);
        cJSON_Delete(answer);
    }
    expect_answer(f, EDIE, "agent", SAVE_DAY("0", "1", "Sams"),
                  "{'type':'refused','code':'not_allowed','text':'Your role may not do that.'}",
                  __LINE__);
    desk.shelf = kb_shelf_free(desk.shelf);
    assert_answer(f, EDIE, "{'type':'kb'}",
                  "{'type':'refused','code':'failed','text':'There is no knowledge base here.'}");
}

static const cJSON *entry(const cJSON *answer, const char *kind, const char *item)
{
    const cJSON *e;
    cJSON_ArrayForEach(e, cJSON_GetObjectItem(answer, "items"))
    {
        if (str_is(json_str(cJSON_GetObjectItem(e, "kind")), kind) &&
            str_is(json_str(cJSON_GetObjectItem(e, "item")), item))
            return e;
    }
    fail_msg("no %s/%s", kind, item);
    return NULL;
}

static void assert_entry(const cJSON *answer, const char *kind, const char *item, const char *want)
{
    char *text = cJSON_PrintUnformatted(entry(answer, kind, item));
    for (char *p = text; *p; p++)
        *p = *p == '"' ? '\'' : *p;
    assert_str_note(str_of(text), want, item);
    cJSON_free(text);
}

static void everything_is_seen_at_a_glance(void **state)
{
    struct fixture *f = *state;
    struct kb_demotion d = { STR("bins.missed"), NOON, 12, 5, 77 };
    run_sql(f->tx, "INSERT INTO topic_day VALUES('bins.missed', 1795000000/86400-40, 1, 9, 9, 3), "
                   "('bins.missed', 1795000000/86400-29, 1, 3, 1, 1792500000), "
                   "('bins.missed', 1795000000/86400, 2, 4, 0, 1794999000)");
    run_sql(f->tx, "INSERT INTO kb_link VALUES('https://northmoor.example/bins', 1794990000, NULL, "
                   "3, 404, 'Not found', 1)");
    assert_int_equal(kb_demotion_put(f->tx, &d), 0);
    assert_answer(f, EDIE, SAVE_MISSED("0", "1", "Missed!"), "{'type':'ok','revision':1}");
    assert_answer(f, EDIE,
                  "{'type':'kb_save','kind':'rule','item':'new','revision':0,'live':1,'body':{'id':"
                  "'new','kind':'troll'}}",
                  "{'type':'ok','revision':2}");
    assert_answer(f, EDIE,
                  "{'type':'kb_save','kind':'intent','item':'bins.day','revision':0,'live':1,"
                  "'body':null}",
                  "{'type':'ok','revision':3}");
    publish_item(f, "bins.day", "{\"id\":\"bins.day\",\"title\":\"The day\"}");

    cJSON *answer = run(f, EDIE, "editor", "{'type':'kb'}");
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(answer, "revision")), 3);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(answer, "replay")));
    const cJSON *live = cJSON_GetObjectItem(answer, "live");
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(live, "version")), 2);
    assert_str(json_str(cJSON_GetObjectItem(live, "by")), "Edie Hall");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(answer, "items")), 7);
    assert_entry(answer, "intent", "bins.missed",
                 "{'kind':'intent','item':'bins.missed','title':'Missed!','file':'bins.json',"
                 "'department':null,'owner':null,'review_by':null,'rule':null,'mode':'automatic',"
                 "'from':null,'until':null,'replies':0,'examples':0,'change':'changed','conflict':"
                 "false,'by':'Edie Hall','at':1795000005,'use':{'used_at':1794999000,'used':7,"
                 "'unhelped':1,'withheld':'Of 12 people who asked, 5 weren't helped by the answer. "
                 "People answer it now.'},'link':null}");
    assert_entry(answer, "intent", "bins.day",
                 "{'kind':'intent','item':'bins.day','title':'The day','file':'bins.json',"
                 "'department':null,'owner':null,'review_by':null,'rule':null,'mode':'automatic',"
                 "'from':null,'until':null,'replies':0,'examples':0,'change':'removed','conflict':"
                 "true,'by':'Edie Hall','at':1795000005,'use':{'used_at':null,'used':0,'unhelped':"
                 "0,'withheld':null},'link':null}");
    assert_entry(answer, "rule", "danger.gas",
                 "{'kind':'rule','item':'danger.gas','title':'danger.gas','file':'rules.json',"
                 "'department':null,'owner':null,'review_by':null,'rule':'sensitive','mode':null,"
                 "'from':null,'until':null,'replies':1,'examples':0,'change':null,'conflict':false,"
                 "'by':null,'at':null,'use':{'used_at':null,'used':0,'unhelped':0,'withheld':null},"
                 "'link':null}");
    assert_entry(answer, "rule", "new",
                 "{'kind':'rule','item':'new','title':'new','file':'rules.json','department':null,"
                 "'owner':null,'review_by':null,'rule':'troll','mode':null,'from':null,'until':"
                 "null,'replies':0,'examples':0,'change':'added','conflict':false,'by':'Edie Hall',"
                 "'at':1795000005,'use':{'used_at':null,'used':0,'unhelped':0,'withheld':null},"
                 "'link':null}");
    assert_entry(answer, "notice", "snow",
                 "{'kind':'notice','item':'snow','title':'snow','file':'notices.json','department':"
                 "null,'owner':null,'review_by':null,'rule':null,'mode':null,'from':1796083200,"
                 "'until':1796256000,'replies':null,'examples':null,'change':null,'conflict':false,"
                 "'by':null,'at':null,'use':null,'link':null}");
    cJSON_Delete(answer);
}

static void a_dead_link_withholds_the_answer(void **state)
{
    struct fixture *f = *state;
    cJSON *answer = run(f, EDIE, "editor", "{'type':'kb'}");
    const cJSON *link = cJSON_GetObjectItem(entry(answer, "intent", "bins.missed"), "link");
    assert_str(json_str(cJSON_GetObjectItem(link, "url")), "https://northmoor.example/bins");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(link, "alive")));
    cJSON_Delete(answer);

    run_sql(f->tx, "INSERT INTO kb_link VALUES('https://northmoor.example/bins', 1794990000, NULL, "
                   "3, 404, 'Not found', 1)");
    answer = run(f, EDIE, "editor", "{'type':'kb'}");
    assert_entry(
        answer, "intent", "bins.missed",
        "{'kind':'intent','item':'bins.missed','title':'Missed bin','file':'bins.json',"
        "'department':'waste','owner':null,'review_by':'2027-03-31','rule':null,'mode':"
        "'automatic','from':null,'until':null,'replies':2,'examples':3,'change':null,"
        "'conflict':false,'by':null,'at':null,'use':{'used_at':null,'used':0,'unhelped':0,"
        "'withheld':'The page that it links to can't be reached. People answer it until it "
        "can.'},'link':{'url':'https://northmoor.example/bins','alive':false,'status':404,"
        "'what':'Not found','checked_at':1794990000}}");
    cJSON_Delete(answer);
}

static cJSON *a_replay(void *data, struct tx *tx)
{
    (void)data;
    (void)tx;
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(o, "state", "done");
    return o;
}

static void proposals_and_the_replay_are_part_of_it(void **state)
{
    struct fixture *f = *state;
    struct kb_proposal p = { .origin = STR("console"),
                             .note = STR("New rounds"),
                             .staff_id = EDIE,
                             .by = STR("Edie Hall"),
                             .at = NOON,
                             .needs = STR("It changes a rule.") };
    struct kb_draft_item item = { .kind = KB_RULE, .id = STR("danger.gas"), .revision = 1 };
    assert_int_equal(kb_proposal_add(f->tx, &p), 0);
    assert_int_equal(kb_proposal_add_item(f->tx, p.id, &item), 0);
    desk.workshop.replay = a_replay;
    cJSON *answer = run(f, EDIE, "editor", "{'type':'kb'}");
    char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(answer, "proposals"));
    assert_str(str_of(text),
               "[{\"id\":1,\"state\":\"waiting\",\"origin\":\"console\",\"from\":null,\"note\":"
               "\"New rounds\",\"by\":{\"id\":1,\"name\":\"Edie Hall\",\"initials\":\"EH\"},\"at\":"
               "1795000000,\"publish_at\":null,\"needs\":\"It changes a rule.\",\"agreed_by\":null,"
               "\"version\":null,\"error\":null,\"items\":[{\"kind\":\"rule\",\"item\":"
               "\"danger.gas\"}]}]");
    assert_str(json_str(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "replay"), "state")),
               "done");
    cJSON_free(text);
    cJSON_Delete(answer);
}

static void news_are_what_happened_lately(void **state)
{
    static const char *const kinds[] = { "kb.saved",     "kb.demoted",  "kb.link_dead",
                                         "kb.link_back", "kb.proposed", "kb.incident_over",
                                         "kb.refused",   "kb.published" };
    struct fixture *f = *state;
    struct record_event old = { .kind = "kb.demoted", .text = STR("Before") };
    struct record_event last = { .kind = "kb.demoted",
                                 .text = STR("Of \"5\""),
                                 .item = STR("intent/bins.missed"),
                                 .staff_id = EDIE };
    const int64_t days = 86400, now = NOON + 5;
    assert_int_equal(record_add_event(f->tx, &old, now - 14 * days), 0);
    for (int turn = 0; turn < 5; turn++)
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
            struct record_event e = { .kind = kinds[i], .text = STR("One"), .staff_id = EDIE };
            assert_int_equal(record_add_event(f->tx, &e, now - 13 * days + turn), 0);
        }
    struct record_event alone = { .kind = "kb.link_back", .text = STR("Alone") };
    assert_int_equal(record_add_event(f->tx, &last, now - 1), 0);
    assert_int_equal(record_add_event(f->tx, &alone, now), 0);

    cJSON *answer = run(f, EDIE, "editor", "{'type':'kb'}");
    cJSON *news = cJSON_GetObjectItem(answer, "news");
    assert_int_equal(cJSON_GetArraySize(news), 20);
    const char *const wanted[] = {
        "{\"seq\":43,\"at\":1795000005,\"kind\":\"kb.link_back\",\"item\":null,\"text\":"
        "\"Alone\",\"by\":null}",
        "{\"seq\":42,\"at\":1795000004,\"kind\":\"kb.demoted\",\"item\":"
        "\"intent/bins.missed\",\"text\":\"Of \\\"5\\\"\",\"by\":\"Edie Hall\"}",
        "{\"seq\":41,\"at\":1793876809,\"kind\":\"kb.published\",\"item\":null,\"text\":"
        "\"One\",\"by\":\"Edie Hall\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        char *text = cJSON_PrintUnformatted(cJSON_GetArrayItem(news, (int)i));
        assert_str(str_of(text), wanted[i]);
        cJSON_free(text);
    }
    const cJSON *one;
    cJSON_ArrayForEach(one, news)
    {
        struct str kind = json_str(cJSON_GetObjectItem(one, "kind"));
        assert_false(str_is(kind, "kb.saved") || str_is(kind, "kb.proposed"));
    }
    cJSON_Delete(answer);

    run_sql(f->tx, "DELETE FROM event WHERE at>1793000000 AND text<>'Before'");
    answer = run(f, EDIE, "editor", "{'type':'kb'}");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(answer, "news")), 0);
    cJSON_Delete(answer);
}

static void versions_come_newest_first(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < KB_VERSION_PAGE; i++)
        publish_item(f, "bins.day", i % 2 ? "{\"id\":\"bins.day\"}" : NULL);
    cJSON *answer = run(f, EDIE, "editor", "{'type':'kb_versions','before':null}");
    const cJSON *items = cJSON_GetObjectItem(answer, "items");
    assert_int_equal(cJSON_GetArraySize(items), KB_VERSION_PAGE);
    assert_str(json_str(cJSON_GetObjectItem(answer, "next")), "2");
    assert_int_equal(
        cJSON_GetNumberValue(cJSON_GetObjectItem(cJSON_GetArrayItem(items, 0), "version")),
        KB_VERSION_PAGE + 1);
    cJSON_Delete(answer);
    answer = run(f, EDIE, "editor", "{'type':'kb_versions','before':'2'}");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(answer, "next")));
    const cJSON *last = cJSON_GetArrayItem(cJSON_GetObjectItem(answer, "items"), 0);
    assert_str(json_str(cJSON_GetObjectItem(last, "note")), "At the start");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(last, "agreed_by")));
    cJSON_Delete(answer);
}

static void a_message_is_better_worse_or_neither(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "901", "901", "7");
    assert_int_equal(message, 1);
    assert_answer(f, EDIE, SAVE_DAY("0", "1", "Days"), "{'type':'ok','revision':1}");
    assert_answer(f, EDIE, "{'type':'kb_mark','message':1,'better':false}", "{'type':'ok'}");
    assert_answer(f, SAM, "{'type':'kb_mark','message':1,'better':true}", "{'type':'ok'}");
    assert_answer(f, EDIE, "{'type':'kb_mark','message':1,'better':true}", "{'type':'ok'}");
    assert_str(text_of(f,
                       "SELECT staff_id || ' ' || revision || ' ' || better AS t FROM kb_mark "
                       "WHERE message_id=?1",
                       message),
               "1 1 1\n2 1 1\n");
    assert_answer(f, SAM, "{'type':'kb_mark','message':1,'better':null}", "{'type':'ok'}");
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM kb_mark WHERE message_id=?1", 1), 1);

    /* What isn't in any replay is no more than what isn't there. */
    static const char *const others[] = {
        "UPDATE message SET gone_at=1 WHERE id=1",
        "UPDATE message SET gone_at=NULL, kind='private' WHERE id=1",
    };
    static const char unknown[] =
        "{'type':'refused','code':'unknown','text':'There is nothing of that number. "
        "Somebody may have dealt with it already.'}";
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_int_equal(stmt_run(tx_stmt(f->tx, others[i])), 0);
        assert_answer(f, SAM, "{'type':'kb_mark','message':1,'better':true}", unknown);
    }
    assert_answer(f, SAM, "{'type':'kb_mark','message':2,'better':true}", unknown);
}

static void see_event(int64_t seq, const cJSON *frame, bool is_private, void *data)
{
    (void)seq;
    assert_false(is_private);
    char *text = cJSON_PrintUnformatted(frame);
    (void)buf_addf(data, "%s\n", text);
    cJSON_free(text);
}

static void everybody_hears_of_it(void **state)
{
    struct fixture *f = *state;
    struct buf lines = BUF_INIT(65536);
    assert_answer(f, EDIE, SAVE_DAY("0", "1", "Days"), "{'type':'ok','revision':1}");
    assert_answer(f, SAM, "{'type':'kb_discard','kind':'intent','item':'bins.day','revision':1}",
                  "{'type':'ok'}");
    assert_int_equal(view_events(f->tx, 0, 10, see_event, &lines), 2);
    assert_str(buf_str(&lines),
               "{\"type\":\"event\",\"seq\":1,\"at\":1795000005,\"kind\":\"kb.saved\",\"by\":"
               "\"Edie Hall\",\"text\":\"“Days” is changed in the draft.\",\"item\":"
               "\"intent/bins.day\"}\n"
               "{\"type\":\"event\",\"seq\":2,\"at\":1795000005,\"kind\":\"kb.discarded\",\"by\":"
               "\"Sam Reed\",\"text\":\"“Bin day” is as live again.\",\"item\":"
               "\"intent/bins.day\"}\n");
    buf_release(&lines);
}

static void typing_on_leaves_one_event(void **state)
{
    struct fixture *f = *state;
    assert_answer(f, EDIE, SAVE_DAY("0", "1", "D"), "{'type':'ok','revision':1}");
    assert_answer(f, EDIE, SAVE_MISSED("0", "1", "Edies"), "{'type':'ok','revision':2}");
    assert_answer(f, SAM, SAVE_DAY("1", "1", "Sams"), "{'type':'ok','revision':3}");
    assert_answer(f, EDIE, SAVE_DAY("3", "1", "Da"), "{'type':'ok','revision':4}");
    assert_answer(f, EDIE, SAVE_DAY("4", "1", "Days"), "{'type':'ok','revision':5}");
    assert_str(text_of(f,
                       "SELECT seq || ' ' || staff_id || ' ' || item || ' ' || text AS t FROM "
                       "event ORDER BY seq",
                       0),
               "2 1 intent/bins.missed “Edies” is changed in the draft.\n"
               "3 2 intent/bins.day “Sams” is changed in the draft.\n"
               "5 1 intent/bins.day “Days” is changed in the draft.\n");
}

#define KB_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KB_TEST(an_item_is_shown_live_and_in_the_draft),
        KB_TEST(two_editors_of_two_items_are_in_nobodys_way),
        KB_TEST(the_second_editor_of_an_item_sees_the_firsts),
        KB_TEST(an_editor_hears_that_the_live_item_changed),
        KB_TEST(what_is_live_leaves_the_draft),
        KB_TEST(frames_that_make_no_sense_say_so),
        KB_TEST(everything_is_seen_at_a_glance),
        KB_TEST(a_dead_link_withholds_the_answer),
        KB_TEST(proposals_and_the_replay_are_part_of_it),
        KB_TEST(news_are_what_happened_lately),
        KB_TEST(versions_come_newest_first),
        KB_TEST(a_message_is_better_worse_or_neither),
        KB_TEST(everybody_hears_of_it),
        KB_TEST(typing_on_leaves_one_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
