/* Questions about the knowledge base, with the small one of tests/data/kb as version 1. */
#include "bot/workshop.h"

#include <sys/stat.h>

#include "bot/x/x.h"
#include "kb/draft.h"
#include "kb/proposal.h"
#include "kb/version.h"
#include "tests/unit/record_fixture.h"
#include "tests/unit/still_clock.h"

enum { ANSWERS_MAX = 16 };

static struct {
    struct fixture *f;
    uv_loop_t loop;
    struct clock clock;
    struct kb_live live;
    struct conf conf;
    struct conf_account account;
    struct hours *hours;
    struct workshop *workshop;
    struct desk_workshop desk;
    cJSON *answers[ANSWERS_MAX];
    size_t count;
} t;

/* Lessons enough for a second opinion of what is live. */
static void put_lessons(struct kb_files *files)
{
    struct buf teach = BUF_INIT(1 << 20);
    (void)buf_addc(&teach, "{\"teach\":{\"unresolved\":[\"who paints the bandstand\"");
    for (int i = 0; i < 600; i++)
        (void)buf_addf(&teach, ",\"%s in street %d\"", i % 2 ? "the piano" : "the bandstand", i);
    (void)buf_addc(&teach, "]}}");
    assert_int_equal(kb_files_put(files, STR("teach/sam.json"), buf_str(&teach)), 0);
    buf_release(&teach);
}

static int set_up(void **state, bool lessons)
{
    struct report report = REPORT_INIT;
    struct kb_version v = { .origin = STR("folder"), .by = STR(""), .note = STR("") };
    struct kb_files *files = NULL;
    memset(&t, 0, sizeof t);
    assert_int_equal(fixture_setup(state), 0);
    t.f = *state;
    assert_int_equal(kb_files_read(SOURCE_DIR "/tests/data/kb", &report, &files), 0);
    files->where = STR("");
    if (lessons)
        put_lessons(files);
    assert_int_equal(kb_version_add(t.f->tx, &v, files, &t.live.version), 0);
    fixture_commit(t.f);
    assert_int_equal(kb_load_files(files, &x_text_rules, &report, &t.live.kb), 0);
    (void)kb_files_free(files);
    if (lessons)
        assert_int_equal(kb_train(t.live.kb, NULL), 0);
    assert_int_equal(hours_new("Europe/London", "", &report, &t.hours), 0);
    t.clock.movable = true;
    assert_int_equal(clock_move(&t.clock, NOON), 0);
    t.account.handle = (char *)(uintptr_t) "NorthmoorHelp";
    t.conf.accounts = &t.account;
    t.conf.account_count = 1;
    t.conf.hours = t.hours;
    assert_int_equal(uv_loop_init(&t.loop), 0);
    struct workshop_options options = { .loop = &t.loop,
                                        .clock = &t.clock,
                                        .conf = &t.conf,
                                        .live = &t.live,
                                        .rules = &x_text_rules,
                                        .models = t.f->dir,
                                        .train_still_ms = 1 };
    assert_int_equal(workshop_new(&options, &t.workshop), 0);
    assert_int_equal(workshop_open(t.workshop, t.f->db, &report), 0);
    t.desk = workshop_desk(t.workshop);
    return 0;
}

static int setup(void **state)
{
    return set_up(state, false);
}

static int setup_with_lessons(void **state)
{
    return set_up(state, true);
}

static int teardown(void **state)
{
    (void)workshop_free(t.workshop);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t.loop), 0);
    for (size_t i = 0; i < t.count; i++)
        cJSON_Delete(t.answers[i]);
    (void)kb_free(t.live.kb);
    (void)hours_free(t.hours);
    return fixture_teardown(state);
}

static void take_answer(void *to, const cJSON *answer)
{
    assert_non_null(to);
    assert_true(t.count < ANSWERS_MAX);
    t.answers[t.count++] = cJSON_Duplicate(answer, true);
}

/* What is asked stands in the frame with " for ". */
static void send_as(const char *frame, void *to)
{
    struct buf text = BUF_INIT(65536);
    cJSON *tree = NULL;
    for (const char *p = frame; *p; p++)
        (void)buf_add_byte(&text, *p == '\'' ? '"' : *p);
    assert_int_equal(json_parse(buf_str(&text), &tree, NULL), 0);
    assert_true(t.desk.answers(json_str(cJSON_GetObjectItemCaseSensitive(tree, "type"))));
    t.desk.ask(t.desk.data, NULL, tree, take_answer, to);
    cJSON_Delete(tree);
    buf_release(&text);
}

static void wait_for(size_t count)
{
    while (t.count < count)
        (void)uv_run(&t.loop, UV_RUN_ONCE);
}

static void forget_answers(void)
{
    while (t.count)
        cJSON_Delete(t.answers[--t.count]);
}

static const cJSON *ask(const char *frame)
{
    forget_answers();
    send_as(frame, &t);
    wait_for(1);
    return t.answers[0];
}

/* The text of the member at the path "a.b.0.c"; a number's or a bool's as JSON; "-" for none. */
static struct str at(const cJSON *tree, const char *path)
{
    struct str rest = str_of(path), name;
    struct buf text = BUF_INIT(1 << 20);
    int64_t index;
    while (tree && str_split(&rest, '.', &name)) {
        struct buf key = BUF_INIT(100);
        (void)buf_add(&key, name);
        tree = str_to_int64(name, 0, INT32_MAX, &index)
                   ? cJSON_GetArrayItem(tree, (int)index)
                   : cJSON_GetObjectItemCaseSensitive(tree, buf_cstr(&key));
        buf_release(&key);
    }
    if (cJSON_IsString(tree))
        (void)buf_addc(&text, tree->valuestring);
    else if (tree)
        (void)json_add_tree(&text, tree);
    else
        (void)buf_addc(&text, "-");
    struct str kept = arena_str(&t.f->arena, buf_str(&text));
    buf_release(&text);
    return kept;
}

static void save_kind(enum kb_item_kind kind, const char *id, const char *body)
{
    struct buf text = BUF_INIT(1 << 20);
    for (const char *p = body; *p; p++)
        (void)buf_add_byte(&text, *p == '\'' ? '"' : *p);
    struct kb_draft_item d = { .kind = kind,
                               .id = str_of(id),
                               .body = buf_str(&text),
                               .base = *body ? STR("") : STR("{}"), /* it was there */
                               .staff_id = 4,
                               .by = STR("Edie Hall"),
                               .at = NOON },
                         was = { .revision = 0 };
    struct tx *tx = fixture_begin(t.f);
    assert_true(kb_draft_get(tx, &t.f->arena, kind, str_of(id), &was) >= 0);
    assert_int_equal(kb_draft_save(tx, &d, was.revision), KB_DRAFT_DONE);
    fixture_commit(t.f);
    buf_release(&text);
}

static void save(const char *id, const char *body)
{
    save_kind(KB_INTENT, id, body);
}

/* One that the small knowledge base doesn't have. */
static const char skips[] =
    "{'id':'waste.skips','title':'Skips','called':'a skip','department':'waste',"
    "'review_by':'2099-12-31','link':'https://council.example/skips','replies':['Hire one: "
    "{link}'],'match':[{'pcre':'skip','weight':90}],'examples':{'yes':['can I hire a "
    "skip'],'no':['my bin was missed']}}";

static void a_message_is_tried_by_both(void **state)
{
    (void)state;
    const cJSON *a = ask("{'type':'kb_try','id':'a','text':' can I hire a skip ','at':null}");
    assert_str(at(a, "type"), "kb_try");
    assert_str(at(a, "id"), "a");
    assert_str(at(a, "text"), "can I hire a skip");
    assert_str(at(a, "live.version"), "1");
    assert_str(at(a, "live.action"), "handoff");
    assert_str(at(a, "live.reason"), "unresolved");
    assert_str(at(a, "draft"), "null");
    assert_str(at(a, "opinion"), "null");
    assert_str(at(a, "problem"), "-");

    save("waste.skips", skips);
    a = ask("{'type':'kb_try','id':'b','text':'can I hire a skip'}");
    assert_str(at(a, "live.action"), "handoff");
    assert_str(at(a, "draft.action"), "answer");
    assert_str_note(at(a, "opinion"), "trained", "with so few lessons there is none to miss");
    assert_str(at(a, "draft.intents"), "[\"waste.skips\"]");
    assert_str(at(a, "draft.titles"), "[\"Skips\"]");
    assert_str(at(a, "draft.reply"), "Hire one: https://council.example/skips");
    assert_str(at(a, "draft.why.0.words"), "[\"skip\"]");
    assert_str(at(a, "draft.why.0.spans"), "[[13,17]]");

    struct tx *tx = fixture_begin(t.f);
    assert_int_equal(kb_draft_discard(tx, KB_INTENT, STR("waste.skips"), 1), KB_DRAFT_DONE);
    fixture_commit(t.f);
    a = ask("{'type':'kb_try','id':'c','text':'can I hire a skip'}");
    assert_str(at(a, "draft"), "null");
}

static void a_draft_with_faults_says_what_is_wrong(void **state)
{
    (void)state;
    save("waste.skips", "{'id':'waste.skips','title':'Skips'}");
    const cJSON *a = ask("{'type':'kb_try','id':'a','text':'my bin was missed'}");
    assert_str(at(a, "live.action"), "answer");
    assert_str(at(a, "draft"), "null");
    assert_true(holds(at(a, "problem"), "error: "));
    assert_true(holds(at(a, "problem"), "waste.skips"));
}

static void a_rule_is_named_by_its_title(void **state)
{
    (void)state;
    const cJSON *a = ask("{'type':'kb_try','id':'a','text':'I smell gas'}");
    assert_str(at(a, "live.why.0.rule"), "sensitive.gas");
    assert_str_note(at(a, "live.why.0.title"), "-", "it has none");
    save_kind(KB_RULE, "sensitive.gas",
              "{'id':'sensitive.gas','title':'Smell of gas','kind':'sensitive','reason':"
              "'emergency','match':[{'pcre':'smell gas','weight':90}],'examples':{'yes':['I smell "
              "gas'],'no':['my bin was missed']}}");
    a = ask("{'type':'kb_try','id':'b','text':'I smell gas'}");
    assert_str_note(at(a, "draft.why.0.rule"), "sensitive.gas", at(a, "problem").p);
    assert_str(at(a, "draft.why.0.title"), "Smell of gas");
    a = ask("{'type':'kb_find','id':'c','text':'smell gas'}");
    assert_str(at(a, "items.0.title"), "Smell of gas");
}

static void a_message_is_tried_at_its_time(void **state)
{
    (void)state;
    /* a notice of the 1st of December */
    const cJSON *a = ask("{'type':'kb_try','id':'a','text':'When is my bin day?','at':1796126400}");
    assert_true(holds(at(a, "live.reply"), "No rounds today"));
    a = ask("{'type':'kb_try','id':'b','text':'When is my bin day?','at':1795000000}");
    assert_false(holds(at(a, "live.reply"), "No rounds today"));
}

static void hostile_questions_are_refused(void **state)
{
    static const struct {
        const char *frame, *code;
    } rows[] = {
        { "{'type':'kb_try','id':'a'}", "bad_frame" },
        { "{'type':'kb_try','id':'a','text':7}", "bad_frame" },
        { "{'type':'kb_try','id':'a','text':' \\n '}", "empty" },
        { "{'type':'kb_try','id':'a','text':'x','at':'now'}", "bad_frame" },
        { "{'type':'kb_try','id':'a','text':'x','at':-1}", "bad_frame" },
        { "{'type':'kb_try','id':'a','text':'x','at':1e300}", "bad_frame" },
        { "{'type':'kb_find','id':'a','text':{}}", "bad_frame" },
        { "{'type':'kb_find','id':'a','text':''}", "empty" },
        { "{'type':'kb_diff','id':'a','from':'one','to':null}", "bad_frame" },
        { "{'type':'kb_diff','id':'a','from':0,'to':null}", "bad_frame" },
        { "{'type':'kb_diff','id':'a','from':1,'to':99}", "unknown" },
        { "{'type':'kb_diff','id':'a','proposal':0}", "bad_frame" },
        { "{'type':'kb_diff','id':'a','proposal':99}", "unknown" },
        { "{'type':'kb_replay','id':'a','from':5,'until':5}", "bad_frame" },
        { "{'type':'kb_replay','id':'a','from':5}", "bad_frame" },
        { "{'type':'kb_replay_list','id':'a','group':'all','before':null}", "bad_frame" },
        { "{'type':'kb_replay_list','id':'a','group':'other','before':'x'}", "bad_frame" },
        { "{'type':'kb_replay_list','id':'a','group':'other','before':null}", "unknown" },
        { "{'type':'kb_learn','id':'a','days':0}", "bad_frame" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const cJSON *a = ask(rows[i].frame);
        assert_str_note(at(a, "type"), "refused", rows[i].frame);
        assert_str_note(at(a, "code"), rows[i].code, rows[i].frame);
        assert_str_note(at(a, "id"), "a", rows[i].frame);
    }
    struct buf frame = BUF_INIT(1 << 20);
    (void)buf_addc(&frame, "{'type':'kb_find','id':'a','text':'");
    for (int i = 0; i < 201; i++)
        (void)buf_addc(&frame, "x");
    (void)buf_addc(&frame, "'}");
    assert_str(at(ask(buf_cstr(&frame)), "code"), "too_long");
    buf_release(&frame);
}

static void the_newer_question_is_answered(void **state)
{
    static int somebody, else_;
    (void)state;
    send_as("{'type':'kb_try','id':'a','text':'one'}", &somebody);
    send_as("{'type':'kb_try','id':'b','text':'two'}", &somebody);
    send_as("{'type':'kb_find','id':'c','text':'bin'}", &somebody);
    send_as("{'type':'kb_try','id':'d','text':'three'}", &else_);
    send_as("{'type':'kb_try','id':'e','text':'four'}", &somebody);
    wait_for(5);
    assert_str(at(t.answers[0], "id"), "a");
    assert_str(at(t.answers[0], "code"), "overtaken");
    assert_str(at(t.answers[1], "id"), "b");
    assert_str(at(t.answers[1], "code"), "overtaken");
    assert_str(at(t.answers[2], "id"), "c");
    assert_str(at(t.answers[2], "type"), "kb_find");
    assert_str(at(t.answers[3], "id"), "d");
    assert_str(at(t.answers[4], "id"), "e");
    assert_str(at(t.answers[4], "text"), "four");
}

static void who_has_gone_is_answered_no_more(void **state)
{
    static int gone, here;
    (void)state;
    send_as("{'type':'kb_try','id':'a','text':'one'}", &gone);
    send_as("{'type':'kb_find','id':'b','text':'bin'}", &gone);
    send_as("{'type':'kb_try','id':'c','text':'two'}", &here);
    t.desk.forget(t.desk.data, &gone);
    wait_for(1);
    assert_str(at(t.answers[0], "id"), "c");
    (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    assert_int_equal(t.count, 1);
}

static void words_lead_to_items(void **state)
{
    static const struct {
        const char *words, *first, *note;
    } rows[] = {
        { "my bin was missed", "intent bins.missed", "by a pattern" },
        { "collection days", "intent bins.day", "by its title" },
        { "put it on the map", "intent roads.pothole", "by its reply" },
        { "missed our #recycling again", "intent bins.missed", "by an example" },
        { "smell gas", "rule sensitive.gas", "a rule" },
        { "collected", "term missed", "a term's words" },
        { "rounds because of snow", "notice snow", "a notice" },
        { "hire", "intent waste.skips", "only the draft has it" },
    };
    (void)state;
    save("waste.skips", skips);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = BUF_INIT(1000), found = BUF_INIT(1000);
        (void)buf_addf(&frame, "{'type':'kb_find','id':'a','text':'%s'}", rows[i].words);
        const cJSON *a = ask(buf_cstr(&frame));
        (void)buf_addf(&found, "%.*s %.*s", STR_ARG(at(a, "items.0.kind")),
                       STR_ARG(at(a, "items.0.item")));
        assert_str_note(buf_str(&found), rows[i].first, rows[i].note);
        assert_note(cJSON_GetArraySize(cJSON_GetObjectItem(
                        cJSON_GetArrayItem(cJSON_GetObjectItem(a, "items"), 0), "words")) > 0,
                    rows[i].note);
        buf_release(&frame);
        buf_release(&found);
    }
    assert_str(at(ask("{'type':'kb_find','id':'a','text':'zzyzx'}"), "items"), "[]");
}

static void differences_are_said(void **state)
{
    (void)state;
    assert_str(at(ask("{'type':'kb_diff','id':'a','from':1,'to':null}"), "items"), "[]");
    save("waste.skips", skips);
    const cJSON *a = ask("{'type':'kb_diff','id':'b','from':null,'to':null}");
    assert_str(at(a, "items.0.kind"), "intent");
    assert_str(at(a, "items.0.item"), "waste.skips");
    assert_str(at(a, "items.0.title"), "Skips");
    assert_str(at(a, "items.0.change"), "added");
    assert_true(at(a, "items.0.lines.0.what").len > 1);
    assert_str(at(a, "items.1"), "-");
}

static int64_t propose(struct kb_proposal *p, const struct kb_draft_item *item)
{
    struct tx *tx = fixture_begin(t.f);
    p->origin = STR("console");
    p->note = STR("Why.");
    p->by = STR("Edie Hall");
    p->at = NOON;
    assert_int_equal(kb_proposal_add(tx, p), 0);
    if (item)
        assert_int_equal(kb_proposal_add_item(tx, p->id, item), 0);
    fixture_commit(t.f);
    return p->id;
}

/* Whatever the draft has become since: the second person reads what is going to be published. */
static void what_is_proposed_is_said(void **state)
{
    const struct kb_draft_item item = { .kind = KB_CANNED,
                                        .id = STR("thanks"),
                                        .revision = 1,
                                        .base = STR("{\"title\":\"Thanks\",\"text\":\"Ta.\"}"),
                                        .body =
                                            STR("{\"title\":\"Thanks\",\"text\":\"Thank you.\"}") };
    struct kb_proposal changed = { 0 }, back = { .from_id = 1 };
    struct buf frame = BUF_INIT(1000);
    (void)state;
    (void)buf_addf(&frame, "{'type':'kb_diff','id':'a','proposal':%" PRId64 "}",
                   propose(&changed, &item));
    save("waste.skips", skips);
    const cJSON *a = ask(buf_cstr(&frame));
    assert_str(at(a, "items.0.title"), "Thanks");
    assert_str(at(a, "items.0.change"), "changed");
    assert_str(at(a, "items.0.lines.0.what"), "“Ta.” became “Thank you.”");
    assert_str(at(a, "items.1"), "-");
    buf_release(&frame);
    (void)buf_addf(&frame, "{'type':'kb_diff','id':'b','proposal':%" PRId64 "}",
                   propose(&back, NULL));
    assert_str(at(ask(buf_cstr(&frame)), "items"), "[]");
    buf_release(&frame);
}

/* ------------------------------------------------------------------------------------------------
 * replays */

static int64_t write_past(const char *id, const char *text, int64_t written_at,
                          enum record_kind kind)
{
    struct record_message m = a_message(id, id, id);
    struct tx *tx = fixture_begin(t.f);
    int64_t message = 0;
    m.text = str_of(text);
    m.written_at = written_at;
    m.kind = kind;
    assert_int_equal(record_add_message(tx, &m, NOON, &message), 1);
    fixture_commit(t.f);
    return message;
}

/* Asks until it is over. */
static const cJSON *finish_replay(void)
{
    const cJSON *a;
    do {
        (void)uv_run(&t.loop, UV_RUN_NOWAIT);
        a = ask("{'type':'kb_replay_state','id':'s'}");
    } while (str_is(at(a, "replay.state"), "running"));
    return a;
}

static void mark(int64_t message, int64_t revision, int64_t staff_id, int better, int64_t when)
{
    static const char sql[] = "INSERT INTO kb_mark VALUES(?1, ?2, ?3, ?4, ?5)";
    struct tx *tx = fixture_begin(t.f);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, message);
    stmt_bind_int64(q, 2, staff_id);
    stmt_bind_int64(q, 3, revision);
    stmt_bind_int64(q, 4, better);
    stmt_bind_int64(q, 5, when);
    assert_int_equal(stmt_run(q), 0);
    fixture_commit(t.f);
}

static void a_replay_shows_what_changes(void **state)
{
    (void)state;
    assert_str(at(ask("{'type':'kb_replay_state','id':'a'}"), "replay"), "null");
    (void)write_past("1", "can I hire a skip", NOON - 1, RECORD_ADDRESSED); /* too late */
    (void)write_past("2", "can I hire a skip", NOON - 200, RECORD_PRIVATE);
    (void)write_past("3", "can I hire a skip", NOON - 200, RECORD_OVERHEARD);
    int64_t first = write_past("4", "a skip for 01632 960123 please", NOON - 300, RECORD_ADDRESSED),
            second = write_past("5", "hire a skip?", NOON - 300, RECORD_ADDRESSED),
            reworded = write_past("6", "when is my bin day?", NOON - 400, RECORD_ADDRESSED),
            silent = write_past("7", "good morning", NOON - 500, RECORD_ADDRESSED),
            dropped = write_past("8", "potholes on our road", NOON - 600, RECORD_ADDRESSED);
    (void)write_past("9", "my bin was missed", NOON - 700, RECORD_ADDRESSED);
    (void)write_past("10", "a skip", NOON - 1001, RECORD_ADDRESSED); /* too early */
    (void)silent;
    save("waste.skips", skips);
    save("bins.day",
         "{'id':'bins.day','title':'Collection days','called':'your bin day','department':"
         "'waste','review_by':'2099-12-31','link':'https://council.example/bin-day','replies':"
         "['Look here: {link}'],'match':[{'pcre':'when (?&gap)(?&day)','weight':80}],"
         "'examples':{'yes':['When is my bin day?']}}");
    save("roads.pothole", "");

    const cJSON *a = ask("{'type':'kb_replay','id':'r','from':1794999000,'until':1794999950}");
    assert_str(at(a, "type"), "kb_replay");
    assert_str(at(a, "id"), "r");
    assert_str(at(a, "replay.state"), "running");
    a = ask("{'type':'kb_replay','id':'r','from':1,'until':2}");
    assert_str(at(a, "code"), "taken");
    a = finish_replay();
    assert_str_note(at(a, "replay.state"), "done", at(a, "replay.text").p);
    assert_str(at(a, "replay.total"), "6");
    assert_str(at(a, "replay.done"), "6");
    assert_str(at(a, "replay.version"), "1");
    assert_str(at(a, "replay.revision"), "3");
    assert_str(at(a, "replay.began_at"), "1795000000");
    assert_str(at(a, "replay.text"), "null");
    assert_str(
        at(a, "replay.groups"),
        "{\"answered\":2,\"differently\":1,\"not_answered\":0,\"handed_off\":1,\"other\":0}");

    mark(second, 3, 4, 1, NOON);
    mark(second, 3, 5, 0, NOON + 1); /* the last word */
    mark(dropped, 3, 4, 0, NOON);
    mark(reworded, 2, 4, 1, NOON); /* of another draft */
    a = ask("{'type':'kb_replay_list','id':'l','group':'answered','before':null}");
    assert_str(at(a, "group"), "answered");
    assert_int_equal(atoll(at(a, "items.0.message").p), second);
    assert_str(at(a, "items.0.better"), "false");
    assert_int_equal(atoll(at(a, "items.1.message").p), first);
    assert_str(at(a, "items.1.better"), "null");
    assert_str(at(a, "items.1.text"), "a skip for <phone> please");
    assert_str(at(a, "items.1.written_at"), "1794999700");
    assert_str(at(a, "items.1.live.action"), "handoff");
    assert_str(at(a, "items.1.draft.intents"), "[\"waste.skips\"]");
    assert_str(at(a, "items.1.draft.why.0.spans"), "[[2,6]]");
    assert_str(at(a, "items.2"), "-");
    assert_str(at(a, "next"), "null");
    a = ask("{'type':'kb_replay_list','id':'l','group':'handed_off','before':null}");
    assert_int_equal(atoll(at(a, "items.0.message").p), dropped);
    a = ask("{'type':'kb_replay_state','id':'s'}");
    assert_str(at(a, "replay.better"), "0");
    assert_str(at(a, "replay.worse"), "2");
}

/* Where both read alike, each message is read once. */
static void a_replay_of_other_words(void **state)
{
    static const struct {
        const char *note, *more, *replies, *groups;
    } rows[] = {
        { "the same", "", "['Please put it on the map: {link}']",
          "{\"answered\":0,\"differently\":0,\"not_answered\":0,\"handed_off\":0,\"other\":0}" },
        { "a review date", "'owner':'Edie Hall',", "['Please put it on the map: {link}']",
          "{\"answered\":0,\"differently\":0,\"not_answered\":0,\"handed_off\":0,\"other\":0}" },
        { "reworded", "", "['Put it here: {link}']",
          "{\"answered\":0,\"differently\":2,\"not_answered\":0,\"handed_off\":0,\"other\":0}" },
        { "by a person", "'mode':'assist',", "['Please put it on the map: {link}']",
          "{\"answered\":0,\"differently\":0,\"not_answered\":0,\"handed_off\":2,\"other\":0}" },
    };
    (void)state;
    (void)write_past("1", "a pothole in Elm Close", NOON - 200, RECORD_ADDRESSED);
    (void)write_past("2", "potholes!", NOON - 300, RECORD_ADDRESSED);
    (void)write_past("3", "my bin was missed", NOON - 400, RECORD_ADDRESSED);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = BUF_INIT(10000);
        (void)buf_addf(&body,
                       "{'id':'roads.pothole','title':'Potholes','called':'a pothole',"
                       "'department':'highways','review_by':'2099-12-30',%s'link':"
                       "'https://council.example/potholes','replies':%s,'match':[{'pcre':"
                       "'(?&hole)','weight':75}],'examples':{'yes':['Potholes on our road','there\\"
                       "u0027s a hole in the road']}}",
                       rows[i].more, rows[i].replies);
        save("roads.pothole", buf_cstr(&body));
        buf_release(&body);
        (void)ask("{'type':'kb_replay','id':'r','from':0,'until':1795000000}");
        const cJSON *a = finish_replay();
        assert_str_note(at(a, "replay.state"), "done", at(a, "replay.text").p);
        assert_str_note(at(a, "replay.groups"), rows[i].groups, rows[i].note);
    }
}

static void a_replay_comes_in_pages(void **state)
{
    (void)state;
    enum { COUNT = 1203 };
    struct tx *tx = fixture_begin(t.f);
    for (int i = 0; i < COUNT; i++) {
        char id[16];
        int64_t message;
        (void)snprintf(id, sizeof id, "%d", i);
        struct record_message m = a_message(id, id, id);
        m.text = STR("a skip");
        m.written_at = NOON - 1000 + i / 7; /* some in the same second */
        assert_int_equal(record_add_message(tx, &m, NOON, &message), 1);
    }
    fixture_commit(t.f);
    save("waste.skips", skips);
    (void)ask("{'type':'kb_replay','id':'r','from':0,'until':1795000000}");
    assert_str(at(finish_replay(), "replay.groups.answered"), "1203");
    int64_t last_at = INT64_MAX, last_id = 0, seen = 0;
    struct str next = STR("null");
    do {
        struct buf frame = BUF_INIT(1000);
        bool first = str_is(next, "null");
        (void)buf_addf(&frame,
                       "{'type':'kb_replay_list','id':'l','group':'answered','before':%s%.*s%s}",
                       first ? "" : "'", STR_ARG(next), first ? "" : "'");
        const cJSON *a = ask(buf_cstr(&frame)), *one;
        buf_release(&frame);
        cJSON_ArrayForEach(one, cJSON_GetObjectItem(a, "items"))
        {
            int64_t when = atoll(at(one, "written_at").p), id = atoll(at(one, "message").p);
            assert_true(when < last_at || (when == last_at && id < last_id));
            last_at = when;
            last_id = id;
            seen++;
        }
        next = at(a, "next");
    } while (!str_is(next, "null"));
    assert_int_equal(seen, COUNT);
}

static void a_replay_needs_a_draft_that_loads(void **state)
{
    (void)state;
    (void)ask("{'type':'kb_replay','id':'r','from':0,'until':1795000000}");
    const cJSON *a = finish_replay();
    assert_str(at(a, "replay.state"), "failed");
    assert_true(holds(at(a, "replay.text"), "Nothing is in the draft"));
    save("waste.skips", "{'id':'waste.skips'}");
    (void)ask("{'type':'kb_replay','id':'r','from':0,'until':1795000000}");
    a = finish_replay();
    assert_str(at(a, "replay.state"), "failed");
    assert_true(holds(at(a, "replay.text"), "waste.skips"));
    a = ask("{'type':'kb_replay_list','id':'l','group':'other','before':null}");
    assert_str(at(a, "items"), "[]");
}

static void a_replay_is_stopped(void **state)
{
    (void)state;
    save("waste.skips", skips);
    (void)ask("{'type':'kb_replay','id':'r','from':0,'until':1795000000}");
    const cJSON *a = ask("{'type':'kb_replay_stop','id':'s'}");
    assert_str(at(a, "type"), "kb_replay");
    assert_false(str_is(at(a, "replay.state"), "running"));
}

/* Each has threads of its own until it has seen that it was stopped, which its end on the loop
 * tells: not before we turn it. */
static void stopped_replays_do_not_pile_up(void **state)
{
    static const char begin[] = "{'type':'kb_replay','id':'r','from':0,'until':1795000000}";
    (void)state;
    save("waste.skips", skips);
    for (int i = 0; i < 2; i++) {
        assert_str(at(ask(begin), "replay.state"), "running");
        (void)ask("{'type':'kb_replay_stop','id':'s'}");
    }
    assert_str(at(ask(begin), "code"), "taken");
    while (str_is(at(ask(begin), "code"), "taken"))
        (void)uv_run(&t.loop, UV_RUN_ONCE);
    assert_str(at(finish_replay(), "replay.state"), "done");
}

/* ------------------------------------------------------------------------------------------------
 * learning */

static void sent_by_hand(int64_t message, int64_t staff_id, const char *body)
{
    static const char sql[] = "UPDATE reply SET state='sent', changed_at=?2 WHERE id=?1";
    struct tx *tx = fixture_begin(t.f);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, queue_reply(tx, message, 0, staff_id, body));
    stmt_bind_int64(q, 2, NOON - 50);
    assert_int_equal(stmt_run(q), 0);
    fixture_commit(t.f);
}

static void what_to_learn_is_in_groups(void **state)
{
    static const char *const texts[] = { "can I hire a skip", "how do I hire a skip for a week",
                                         "skip hire please ring 01632 960123" };
    int64_t ids[ARRAY_LEN(texts)];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%zu", i);
        ids[i] = write_past(id, texts[i], NOON - 1000 - (int64_t)i, RECORD_ADDRESSED);
    }
    for (int i = 10; i < 20; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%d", i);
        (void)write_past(id, "my bin was missed", NOON - 2000 - i, RECORD_ADDRESSED);
    }
    (void)write_past("30", "hire a skip", NOON - 100, RECORD_PRIVATE);
    (void)write_past("31", "hire a skip", NOON - 3 * 86400, RECORD_ADDRESSED); /* too long ago */
    struct tx *tx = fixture_begin(t.f);
    int64_t sam = add_staff(tx, "sam", "Sam Reed", "SR");
    fixture_commit(t.f);
    sent_by_hand(ids[0], sam, "Hi Sam, you can hire a skip from any of the firms on our list. ^SR");
    sent_by_hand(ids[1], sam, "Hello, you can hire a skip from any of the firms on our list ^PN");
    sent_by_hand(ids[2], sam, "Something else, said once.");

    const cJSON *a = ask("{'type':'kb_learn','id':'a','days':2}");
    assert_str(at(a, "messages"), "13");
    assert_str(at(a, "groups.0.count"), "3");
    assert_true(holds(at(a, "groups.0.words"), "skip"));
    assert_int_equal(atoll(at(a, "groups.0.examples.0.message").p), ids[0]);
    assert_str(at(a, "groups.0.examples.2.text"), "skip hire please ring <phone>");
    assert_str(at(a, "groups.1"), "-");
    assert_str(at(a, "by_hand.0.count"), "2");
    assert_true(holds(at(a, "by_hand.0.text"), "hire a skip from any of the firms"));
    assert_true(holds(at(a, "by_hand.0.examples"), "can I hire a skip"));
    assert_str(at(a, "by_hand.1"), "-");
}

/* ------------------------------------------------------------------------------------------------
 * training */

/* With enough lessons for a second opinion: three hundred ways to ask for each of two things. */
static void the_draft_gets_a_second_opinion_of_its_own(void **state)
{
    (void)state;
    struct buf body = BUF_INIT(1 << 20);
    (void)buf_addc(&body, "{'id':'waste.skips','title':'Skips','called':'a skip','department':"
                          "'waste','review_by':'2099-12-31','link':'https://council.example/"
                          "skips','replies':['Hire one: {link}'],'match':[{'pcre':'skip',"
                          "'weight':90}],'teach':[");
    for (int i = 0; i < 600; i++)
        (void)buf_addf(&body, "%s'can I hire a container number%d'", i ? "," : "", i);
    (void)buf_addc(&body, "],'examples':{'yes':['can I hire a skip']}}");
    save("waste.skips", buf_cstr(&body));
    buf_release(&body);
    const cJSON *a = ask("{'type':'kb_try','id':'a','text':'hire a skip'}");
    assert_str_note(at(a, "draft.action"), "answer", at(a, "problem").p); /* by patterns alone */
    assert_str(at(a, "draft.second"), "0");
    assert_str(at(a, "opinion"), "missing");
    do {
        (void)uv_run(&t.loop, UV_RUN_ONCE);
        a = ask("{'type':'kb_try','id':'a','text':'hire a skip'}");
    } while (str_is(at(a, "draft.second"), "0"));
    assert_true(atof(at(a, "draft.second").p) > 0.5);
    assert_str(at(a, "opinion"), "trained");
}

/* While it tells the same things apart as what is live. */
static void the_draft_borrows_the_live_second_opinion(void **state)
{
    (void)state;
    save("roads.pothole",
         "{'id':'roads.pothole','title':'Potholes','called':'a pothole','department':'highways',"
         "'review_by':'2099-12-30','link':'https://council.example/potholes','replies':['Here: "
         "{link}'],'match':[{'pcre':'(?&hole)','weight':75}],'examples':{'yes':['Potholes on our "
         "road','a new hole in Elm Close']}}");
    const cJSON *a = ask("{'type':'kb_try','id':'a','text':'potholes'}");
    assert_str_note(at(a, "opinion"), "live", at(a, "problem").p);
    while (str_is(at(a, "opinion"), "live")) {
        (void)uv_run(&t.loop, UV_RUN_ONCE);
        a = ask("{'type':'kb_try','id':'a','text':'potholes'}");
    }
    assert_str(at(a, "opinion"), "trained");
}

/* What changes something is a command's. */
static void commands_are_no_questions(void **state)
{
    (void)state;
    assert_false(t.desk.answers(STR("kb_save")));
    assert_false(t.desk.answers(STR("kb")));
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ONE(a_message_is_tried_by_both),
        ONE(a_draft_with_faults_says_what_is_wrong),
        ONE(a_rule_is_named_by_its_title),
        ONE(a_message_is_tried_at_its_time),
        ONE(hostile_questions_are_refused),
        ONE(the_newer_question_is_answered),
        ONE(who_has_gone_is_answered_no_more),
        ONE(words_lead_to_items),
        ONE(differences_are_said),
        ONE(what_is_proposed_is_said),
        ONE(a_replay_shows_what_changes),
        ONE(a_replay_of_other_words),
        ONE(a_replay_comes_in_pages),
        ONE(a_replay_needs_a_draft_that_loads),
        ONE(commands_are_no_questions),
        ONE(a_replay_is_stopped),
        ONE(stopped_replays_do_not_pile_up),
        ONE(what_to_learn_is_in_groups),
        ONE(the_draft_gets_a_second_opinion_of_its_own),
        cmocka_unit_test_setup_teardown(the_draft_borrows_the_live_second_opinion,
                                        setup_with_lessons, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
