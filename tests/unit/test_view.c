/* What the console is told, against the shapes of handoff/PROTOCOL.md, member by member. */
#include "handoff/view.h"

#include "handoff/reference.h"

#include "tests/unit/record_fixture.h"

static unsigned weight(struct str text)
{
    return (unsigned)text.len;
}

static int address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://net.example/%.*s/status/%.*s", STR_ARG(handle),
                    STR_ARG(remote_id));
}

static const struct text_rules rules = { .limit = 280, .weight = weight, .address = address };

static const struct staff agent = { .role = { "agent", 5 } },
                          trainee = { .role = { "trainee", 7 } };

static void assert_json(const cJSON *got, const char *want, const char *note, int line)
{
    struct buf text = BUF_INIT(1 << 20);
    cJSON *tree;
    for (const char *p = want; *p; p++)
        (void)buf_add_byte(&text, (char)(*p == '\'' ? '"' : *p));
    if (json_parse(buf_str(&text), &tree, NULL) < 0)
        fail_msg("line %d: %s is no JSON", line, want);
    bool same = cJSON_Compare(got, tree, true);
    cJSON_Delete(tree);
    buf_clear(&text);
    (void)json_add_tree(&text, got);
    if (!same)
        print_error("%s\n  got    %s\n  wanted %s\n", note, buf_cstr(&text), want);
    buf_release(&text);
    if (!same)
        _fail(__FILE__, line);
}

#define assert_shape(got, want) assert_json((got), (want), "", __LINE__)

static const cJSON *in(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

static cJSON *case_of(struct fixture *f, int64_t id)
{
    cJSON *o = NULL;
    assert_int_equal(view_case(f->tx, id, &o), 1);
    return o;
}

static void test_staff(void **state)
{
    (void)state;
    struct staff s = { 1, STR("sam"), STR("Sam \"Reed\""), STR("SR"), STR("agent") };
    cJSON *o = view_staff(&s);
    assert_shape(
        o, "{'id':1,'login':'sam','name':'Sam \\u0022Reed\\u0022','initials':'SR','role':'agent'}");
    cJSON_Delete(o);
}

/* One case through its life. */
static void test_case(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"),
            sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    cJSON *o = NULL;
    assert_int_equal(view_case(f->tx, 1, &o), 0);
    assert_null(o);
    struct case_opening opening = opening_of(f->tx, message);
    opening.reason = STR("safeguarding");
    opening.priority = CASE_SENSITIVE;
    opening.sensitive = opening.acknowledged = true;
    int64_t id;
    assert_int_equal(case_open(f->tx, &opening, NOON, &id), 0);
    o = case_of(f, id);
    char reference[REFERENCE_MAX];
    reference_write(id, reference);
    assert_str(json_str(in(o, "reference")), reference);
    cJSON_DeleteItemFromObject(o, "reference");
    assert_shape(o, "{'id':1,'version':1,'state':'open','priority':0,'reason':'safeguarding',"
                    "'sensitive':true,'team':'customer services','owner':null,'lease_until':null,"
                    "'resident':{'handle':'elm_close_sam','name':'Sam'},"
                    "'summary':'My bin wasn\\u0027t emptied','opened_at':1795000000,"
                    "'changed_at':1795000000,'due_at':null,'warned':false,'escalated':false,"
                    "'muted':false,'messages':1,'outcome':null,'department':null,"
                    "'acknowledged':true,'failed_replies':0,'proposed_replies':0,'account':'"
                    "NorthmoorHelp','private':false,'gone':false,"
                    "'expired':false,'elsewhere':false}");
    cJSON_Delete(o);

    struct case_command c = { id, 1, sam, NOON + 5 };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    (void)add_message(f->tx, "901", "900", "7");
    (void)add_message(f->tx, "950", "950", "7"); /* elsewhere */
    int64_t reply = queue_reply(f->tx, message, id, sam, "Hello ^SR");
    assert_int_equal(record_move_reply(f->tx, reply, REPLY_FAILED, STR(""), STR("no"), NOON), 0);
    o = case_of(f, id);
    assert_shape(in(o, "owner"), "{'id':1,'name':'Sam Reed','initials':'SR'}");
    assert_shape(in(o, "state"), "'claimed'");
    assert_shape(in(o, "messages"), "2");
    assert_shape(in(o, "failed_replies"), "1");
    cJSON_Delete(o);

    c.version = int_of(f->tx, "SELECT version AS n FROM handoff_case WHERE id=?1", id);
    c.now = NOON + 9;
    assert_int_equal(case_close(f->tx, &c, STR("no_reply_needed"), STR("")), CASE_DONE);
    o = case_of(f, id);
    assert_shape(in(o, "owner"), "null");
    assert_shape(in(o, "state"), "'closed'");
    assert_shape(in(o, "outcome"), "'no_reply_needed'");
    assert_shape(in(o, "changed_at"), "1795000009");
    assert_shape(in(o, "opened_at"), "1795000000");
    cJSON_Delete(o);
}

/* What is erased for its age isn't said to be taken back; who answers in the network's own app has
 * a case without owning it. */
static void test_case_without_words(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), id = open_case(f->tx, message);
    assert_int_equal(case_taken_elsewhere(f->tx, id, NOON), 0);
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("900"), NOON), 1);
    cJSON *o = case_of(f, id), *frame;
    assert_shape(in(o, "elsewhere"), "true");
    assert_shape(in(o, "gone"), "true");
    assert_shape(in(o, "expired"), "false");
    assert_shape(in(o, "summary"), "''");
    assert_shape(in(o, "resident"), "{'handle':'','name':''}");
    cJSON_Delete(o);

    message = add_message(f->tx, "901", "901", "8");
    id = open_case(f->tx, message);
    run_sql(f->tx, "UPDATE handoff_case SET state='closed'");
    assert_int_equal(record_erase_old(f->tx, NOON + 1, NOON + 2, 10), 1);
    o = case_of(f, id);
    assert_shape(in(o, "gone"), "true");
    assert_shape(in(o, "expired"), "true");
    cJSON_Delete(o);
    assert_int_equal(view_whole_case(f->tx, id, &rules, &agent, &frame), 1);
    assert_shape(in(cJSON_GetArrayItem(in(frame, "messages"), 0), "expired"), "true");
    cJSON_Delete(frame);
}

/* The summary is the first 140 characters, whatever bytes they take. */
static void test_summary(void **state)
{
    static const char *const letters[] = { "a", "\xc3\xa9", "\xf0\x9f\x91\x8d", "\"" };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(letters); i++)
        for (size_t count = 139; count <= 141; count++) {
            struct buf text = BUF_INIT(1000), remote_id = BUF_INIT(100);
            for (size_t k = 0; k < count; k++)
                (void)buf_addc(&text, letters[i]);
            (void)buf_addf(&remote_id, "%zu%zu", i, count);
            struct record_message m = a_message(buf_cstr(&remote_id), buf_cstr(&remote_id), "7");
            m.text = buf_str(&text);
            int64_t message;
            assert_int_equal(record_add_message(f->tx, &m, NOON, &message), 1);
            cJSON *o = case_of(f, open_case(f->tx, message));
            struct str summary = json_str(in(o, "summary"));
            assert_true(utf8_valid(summary));
            assert_int_equal(utf8_points(summary), count > 140 ? 140 : count);
            assert_true(str_starts(buf_str(&text), summary));
            cJSON_Delete(o);
            buf_release(&text);
            buf_release(&remote_id);
        }
}

static void test_summary_handles(void **state)
{
    static const struct {
        const char *text, *summary;
    } rows[] = {
        { "@NorthmoorHelp my bin", "my bin" },
        { "@NorthmoorHelp  @NorthmoorNews my bin @sam", "my bin @sam" },
        { "my bin @NorthmoorHelp", "my bin @NorthmoorHelp" },
        { "@NorthmoorHelp", "@NorthmoorHelp" }, /* nothing else: it stays */
        { "@NorthmoorHelp ", "@NorthmoorHelp " },
        { "", "" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "5%zu", i);
        struct record_message m = a_message(id, id, "7");
        int64_t message;
        m.text = str_of(rows[i].text);
        assert_int_equal(record_add_message(f->tx, &m, NOON, &message), 1);
        cJSON *o = case_of(f, open_case(f->tx, message));
        assert_str(json_str(in(o, "summary")), rows[i].summary);
        cJSON_Delete(o);
    }
}

/* ------------------------------------------------------------------------------------------------
 * the whole case */

static void test_whole_case(void **state)
{
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    struct record_message m = a_message("902", "900", "7");
    int64_t second, first = add_message(f->tx, "901", "900", "7");
    m.text = STR("\xf0\x9f\x98\xa1 <b>\"again\"</b>\n\\o/");
    m.written_at = NOON - 90; /* written first, read second */
    assert_int_equal(record_add_message(f->tx, &m, NOON, &second), 1);
    (void)add_message(f->tx, "950", "950", "7");
    int64_t id = open_case(f->tx, first);
    struct record_decision d = {
        .action = STR("handoff"),
        .reason = STR("safeguarding"),
        .intents = STR("[\"bins.missed\"]"),
        .why = STR("[{\"rule\":\"safeguarding.child\",\"words\":[\"child alone\"],"
                   "\"spans\":[[16,27],[30,31]]}]"),
        .score = 0.9,
        .lead = 0.75,
        .residue = 0.25,
        .kb = STR("3f9a"),
        .kb_version = 4,
        .would = STR("Sorry. Tell us here"),
        .offered = true,
    };
    assert_int_equal(record_add_decision(f->tx, first, &d, NOON), 0);
    int64_t automatic = queue_reply(f->tx, first, 0, 0, "Sorry \xe2\x80\x93 soon"),
            person = queue_reply(f->tx, second, id, sam, "Hello ^SR");
    assert_int_equal(record_move_reply(f->tx, automatic, REPLY_SENT, STR("999"), STR(""), NOON + 2),
                     0);
    assert_int_equal(
        record_move_reply(f->tx, person, REPLY_FAILED, STR(""), STR("X said 403: no"), NOON + 3),
        0);
    struct case_command c = { id, int_of(f->tx, "SELECT version AS n FROM handoff_case", 0), sam,
                              NOON + 4 };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);

    cJSON *frame = NULL;
    assert_int_equal(view_whole_case(f->tx, 99, &rules, &agent, &frame), 0);
    assert_null(frame);
    assert_int_equal(view_whole_case(f->tx, id, &rules, &agent, &frame), 1);
    assert_shape(in(frame, "type"), "'case'");
    assert_int_equal(cJSON_GetArraySize(frame), 9);
    cJSON *alone = case_of(f, id);
    assert_true(cJSON_Compare(in(frame, "case"), alone, true));
    cJSON_Delete(alone);
    assert_shape(in(frame, "messages"),
                 "[{'id':2,'text':'\\ud83d\\ude21 <b>\\u0022again\\u0022</b>\\n\\\\o/',"
                 "'handle':'elm_close_sam','name':'Sam','written_at':1794999910,"
                 "'remote_url':'https://net.example/elm_close_sam/status/902',"
                 "'kind':'addressed','account':'NorthmoorHelp','edited_at':null,'gone_at':null,"
                 "'expired':false,'decision':null},"
                 "{'id':1,'text':'My bin wasn\\u0027t emptied','handle':'elm_close_sam',"
                 "'name':'Sam','written_at':1794999940,"
                 "'remote_url':'https://net.example/elm_close_sam/status/901',"
                 "'kind':'addressed','account':'NorthmoorHelp','edited_at':null,'gone_at':null,"
                 "'expired':false,'decision':{'action':'handoff','reason':'safeguarding',"
                 "'intents':['bins.missed'],'score':0.9,'lead':0.75,'residue':0.25,'kb':'3f9a','kb_"
                 "version':4,"
                 "'why':[{'rule':'safeguarding.child','words':['child alone'],"
                 "'spans':[[16,27],[30,31]]}],'would':'Sorry. Tell us here','offered':true}}]");
    assert_shape(in(frame, "replies"),
                 "[{'id':1,'message':1,'text':'Sorry \xe2\x80\x93 soon','state':'sent','by':null,"
                 "'error':null,'created_at':1795000000,'changed_at':1795000002,'private':false,"
                 "'elsewhere':false,'handle':'NorthmoorHelp',"
                 "'remote_url':'https://net.example/NorthmoorHelp/status/999',"
                 "'held_until':null,'after':null,'approver':null,'word':null,'bulk':null},"
                 "{'id':2,'message':2,'text':'Hello ^SR','state':'failed',"
                 "'by':{'id':1,'name':'Sam Reed','initials':'SR'},'error':'X said 403: no',"
                 "'created_at':1795000000,'changed_at':1795000003,'private':false,"
                 "'elsewhere':false,'handle':'NorthmoorHelp','remote_url':null,"
                 "'held_until':null,'after':null,'approver':null,'word':null,'bulk':null}]");
    const cJSON *history = in(frame, "history"), *h;
    assert_shape(cJSON_GetArrayItem(history, 0),
                 "{'seq':1,'at':1795000000,'kind':'case.opened','by':null,'text':'unresolved'}");
    struct buf kinds = BUF_INIT(1000);
    cJSON_ArrayForEach(h, history)
    {
        (void)buf_addf(&kinds, "%s %s %s;", in(h, "kind")->valuestring,
                       cJSON_IsNull(in(h, "by")) ? "-" : in(h, "by")->valuestring,
                       cJSON_IsNull(in(h, "text")) ? "-" : in(h, "text")->valuestring);
    }
    assert_str(buf_str(&kinds), "case.opened - unresolved;reply.queued Sam Reed -;reply.failed Sam "
                                "Reed X said 403: no;case.claimed Sam Reed -;");
    buf_release(&kinds);
    cJSON_Delete(frame);
}

/* A decision without a reason, and a column that isn't the JSON we wrote: null, not a broken frame.
 */
static void test_json_columns(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"), id = open_case(f->tx, message);
    cJSON *frame;
    add_decision(f->tx, message, "answer", "");
    run_sql(f->tx, "UPDATE decision SET intents='', why='[1,'");
    assert_int_equal(view_whole_case(f->tx, id, &rules, &agent, &frame), 1);
    assert_shape(
        in(cJSON_GetArrayItem(in(frame, "messages"), 0), "decision"),
        "{'action':'answer','reason':null,'intents':null,'score':0.5,'lead':0.25,"
        "'residue':0.125,'kb':'3f9a','kb_version':null,'why':null,'would':null,'offered':false}");
    cJSON_Delete(frame);
}

/* ------------------------------------------------------------------------------------------------
 * the snapshot */

static void put_number(struct buf *out, const cJSON *list, const char *name)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, list)
    {
        (void)buf_addf(out, "%d ", in(one, name)->valueint);
    }
}

static int64_t add_case(struct fixture *f, int number, int64_t priority, int64_t opened_at)
{
    char remote_id[20];
    (void)snprintf(remote_id, sizeof remote_id, "%d", 1000 + number);
    struct case_opening o = opening_of(f->tx, add_message(f->tx, remote_id, remote_id, "7"));
    int64_t id;
    o.priority = priority;
    assert_int_equal(case_open(f->tx, &o, opened_at, &id), 0);
    return id;
}

static void close_at(struct fixture *f, int64_t id, int64_t at)
{
    struct case_command c = { id, 1, 1, at };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    c.version = 2;
    assert_int_equal(case_close(f->tx, &c, STR("done"), STR("")), CASE_DONE);
}

static void test_snapshot(void **state)
{
    struct fixture *f = *state;
    cJSON *frame;
    assert_int_equal(view_snapshot(f->tx, &agent, &frame), 0);
    assert_shape(frame,
                 "{'type':'snapshot','seq':0,'cases':[],'mentions':[],'bulks':[],'post':null}");
    cJSON_Delete(frame);

    (void)add_staff(f->tx, "sam", "Sam Reed", "SR");
    (void)add_case(f, 1, CASE_NORMAL, NOON + 1);
    (void)add_case(f, 2, CASE_SOON, NOON + 5);
    (void)add_case(f, 3, CASE_SENSITIVE, NOON + 9);
    (void)add_case(f, 4, CASE_NORMAL, NOON);
    (void)add_case(f, 5, CASE_SENSITIVE, NOON + 8);
    close_at(f, add_case(f, 6, CASE_SENSITIVE, NOON), NOON + 10);
    close_at(f, add_case(f, 7, CASE_NORMAL, NOON), NOON + 20);
    struct case_command claim = { 5, 1, 1, NOON + 30 }; /* claimed keeps its place */
    assert_int_equal(case_claim(f->tx, &claim), CASE_DONE);

    int64_t troll = add_message(f->tx, "2000", "2000", "9");
    add_decision(f->tx, troll, "ignore", "");
    add_decision(f->tx, 1, "handoff", "unresolved");

    assert_int_equal(view_snapshot(f->tx, &agent, &frame), 0);
    assert_int_equal(in(frame, "seq")->valueint, last_event(f->tx));
    struct buf got = BUF_INIT(1000);
    put_number(&got, in(frame, "cases"), "id");
    assert_str(buf_str(&got), "5 3 2 4 1 7 6 ");
    cJSON *ignored;
    assert_int_equal(view_ignored(f->tx, troll, &ignored), 1);
    assert_shape(ignored,
                 "{'message':8,'text':'My bin wasn\\u0027t emptied','handle':'elm_close_sam',"
                 "'name':'Sam','written_at':1794867940,"
                 "'why':[{'rule':'troll','words':['clown'],'spans':[[3,8]]}],'kb':'3f9a','kb_"
                 "version':null,'account':"
                 "'NorthmoorHelp','private':false,'expires_at':1796209600}");
    cJSON_Delete(ignored);
    cJSON *alone = case_of(f, 5);
    assert_true(cJSON_Compare(cJSON_GetArrayItem(in(frame, "cases"), 0), alone, true));
    cJSON_Delete(alone);
    cJSON_Delete(frame);
    buf_release(&got);
}

static void assert_sum(struct view_sum sum, int64_t count, uint32_t hash)
{
    assert_int_equal(sum.count, count);
    assert_int_equal(sum.hash, hash);
}

/* Hashes as another program worked them out by PROTOCOL.md's rule: (id, version) pairs. */
static void test_sums(void **state)
{
    struct fixture *f = *state;
    struct view_sums sums;
    assert_int_equal(view_open_sums(f->tx, &sums), 0);
    assert_sum(sums.all, 0, 0);

    (void)add_staff(f->tx, "sam", "Sam Reed", "SR");
    (void)add_case(f, 1, CASE_NORMAL, NOON);
    (void)add_case(f, 2, CASE_SENSITIVE, NOON);
    close_at(f, add_case(f, 3, CASE_NORMAL, NOON), NOON + 1);
    assert_int_equal(view_open_sums(f->tx, &sums), 0);
    assert_sum(sums.all, 2, 3579964635U);
    assert_sum(sums.in_public, 2, 3579964635U);

    struct case_command claim = { 2, 1, 1, NOON + 2 };
    assert_int_equal(case_claim(f->tx, &claim), CASE_DONE);
    assert_int_equal(view_open_sums(f->tx, &sums), 0);
    assert_sum(sums.all, 2, 1402346322U);

    run_sql(f->tx, "UPDATE message SET kind='private' WHERE id="
                   "(SELECT message_id FROM handoff_case WHERE id=1)");
    assert_int_equal(view_open_sums(f->tx, &sums), 0);
    assert_sum(sums.all, 2, 1402346322U);
    assert_sum(sums.in_public, 1, 934897548U);
}

static void add_post_event(struct fixture *f, const char *kind, int64_t at)
{
    struct record_event e = { .kind = kind, .text = STR("One.") };
    assert_int_equal(record_add_event(f->tx, &e, at), 0);
}

/* What the newest post came to is told as long as somebody must look, for a day. */
static void test_snapshot_post(void **state)
{
    static const struct {
        const char *kind;
        int64_t at;
        const char *want;
    } rows[] = {
        { "post.queued", NOON, "{'post':null}" },
        { "post.failed", NOON + 1, "{'post':{'seq':2,'text':'One.'}}" },
        { "staff.on", NOON + 2, "{'post':{'seq':2,'text':'One.'}}" },
        { "post.queued", NOON + 3, "{'post':null}" },
        { "post.unknown", NOON + 3, "{'post':{'seq':5,'text':'One.'}}" },
        { "staff.off", NOON + 86402, "{'post':{'seq':5,'text':'One.'}}" },
        { "staff.on", NOON + 86403, "{'post':null}" },
        { "post.unknown", NOON + 86404, "{'post':{'seq':8,'text':'One.'}}" },
        { "post.sent", NOON + 86405, "{'post':null}" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *frame, *only = cJSON_CreateObject();
        add_post_event(f, rows[i].kind, rows[i].at);
        assert_int_equal(view_snapshot(f->tx, &agent, &frame), 0);
        (void)cJSON_AddItemToObject(only, "post",
                                    cJSON_DetachItemFromObjectCaseSensitive(frame, "post"));
        assert_shape(only, rows[i].want);
        cJSON_Delete(only);
        cJSON_Delete(frame);
    }
}

/* The newest of what is over, all that is open. */
static void test_snapshot_most(void **state)
{
    struct fixture *f = *state;
    cJSON *frame;
    (void)add_staff(f->tx, "sam", "Sam Reed", "SR");
    for (int i = 0; i < 60; i++)
        close_at(f, add_case(f, i, CASE_NORMAL, NOON), NOON + 100 + i);
    for (int i = 60; i < 180; i++)
        (void)add_case(f, i, CASE_NORMAL, NOON + i);
    assert_int_equal(view_snapshot(f->tx, &agent, &frame), 0);
    const cJSON *cases = in(frame, "cases");
    assert_int_equal(cJSON_GetArraySize(cases), 120 + 50);
    assert_int_equal(in(cJSON_GetArrayItem(cases, 0), "id")->valueint, 61);
    assert_int_equal(in(cJSON_GetArrayItem(cases, 120), "id")->valueint, 60);
    assert_int_equal(in(cJSON_GetArrayItem(cases, 169), "id")->valueint, 11);
    cJSON_Delete(frame);
}

/* A case in the storm: the longest handle, name and words that there are. */
static void add_longest_case(struct fixture *f, int number, struct str name, struct str text)
{
    char remote_id[20];
    int64_t id;
    (void)snprintf(remote_id, sizeof remote_id, "%d", 10000 + number);
    struct record_message m = a_message(remote_id, remote_id, remote_id);
    m.handle = STR("fifteen_letters");
    m.name = name;
    m.text = text;
    m.written_at = NOON - 60;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &id), 1);
    struct case_opening o = opening_of(f->tx, id);
    assert_int_equal(case_open(f->tx, &o, NOON + number, &id), 0);
}

/* However bad the storm, a snapshot fits into a frame; what isn't in it isn't counted either. */
static void test_storm(void **state)
{
    struct fixture *f = *state;
    struct buf name = BUF_INIT(1000), text = BUF_INIT(1000), out = BUF_INIT(1 << 26);
    struct view_sums sums;
    cJSON *frame;
    for (int i = 0; i < 50; i++)
        (void)buf_addc(&name, "\U0001F600");
    for (int i = 0; i < 140; i++)
        (void)buf_addc(&text, "\U0001F600");
    for (int i = 0; i < VIEW_CASES_MAX; i++)
        add_longest_case(f, i, buf_str(&name), buf_str(&text));
    assert_int_equal(view_open_sums(f->tx, &sums), 0);
    assert_int_equal(sums.all.count, VIEW_CASES_MAX);
    add_longest_case(f, VIEW_CASES_MAX, buf_str(&name), buf_str(&text));
    assert_int_equal(view_open_sums(f->tx, &sums), 0);
    assert_true(sums.in_public.count > VIEW_CASES_MAX);
    assert_int_equal(view_snapshot(f->tx, &agent, &frame), 0);
    assert_int_equal(cJSON_GetArraySize(in(frame, "cases")), VIEW_CASES_MAX);
    assert_int_equal(json_add_tree(&out, frame), 0);
    cJSON_Delete(frame);
    size_t len = out.len;
    buf_release(&out);
    buf_release(&name);
    buf_release(&text);
    if (len > 3 << 20) /* a MiB is for what was ignored, see below */
        fail_msg("the snapshot has %zu bytes", len);
}

/* However much trolls write. */
static void test_snapshot_size(void **state)
{
    enum { LONGEST = 16384 };
    struct fixture *f = *state;
    struct buf text = BUF_INIT(LONGEST), out = BUF_INIT(1 << 26);
    cJSON *frame;
    while (text.len < LONGEST)
        (void)buf_addc(&text, text.len % 64 == 63 ? "\n" : "x");
    for (int i = 0; i < 100; i++) {
        char remote_id[20];
        int64_t id;
        (void)snprintf(remote_id, sizeof remote_id, "%d", 5000 + i);
        struct record_message m = a_message(remote_id, remote_id, "9");
        m.text = buf_str(&text);
        assert_int_equal(record_add_message(f->tx, &m, NOON, &id), 1);
        add_decision(f->tx, id, "ignore", "");
    }
    assert_int_equal(view_snapshot(f->tx, &agent, &frame), 0);
    assert_int_equal(json_add_tree(&out, frame), 0);
    cJSON_Delete(frame);
    size_t len = out.len;
    buf_release(&out);
    buf_release(&text);
    if (len > 1 << 20)
        fail_msg("the snapshot has %zu bytes", len);
}

/* ------------------------------------------------------------------------------------------------
 * events */

struct seen {
    struct buf lines;
    int64_t last;
    cJSON *frames; /* copies */
};

static void see(int64_t seq, const cJSON *frame, bool is_private, void *data)
{
    struct seen *s = data;
    assert_true(seq > s->last);
    s->last = seq;
    assert_int_equal(in(frame, "seq")->valueint, seq);
    (void)buf_addf(&s->lines, "%" PRId64 " %s%s%s%s\n", seq, in(frame, "kind")->valuestring,
                   in(frame, "case") ? " case" : "", in(frame, "ignored") ? " ignored" : "",
                   is_private ? " private" : "");
    if (s->frames)
        (void)cJSON_AddItemToArray(s->frames, cJSON_Duplicate(frame, true));
}

static int events(struct fixture *f, int64_t after, int max, struct seen *s)
{
    cJSON_Delete(s->frames);
    buf_release(&s->lines);
    *s = (struct seen){ BUF_INIT(1 << 20), after, cJSON_CreateArray() };
    return view_events(f->tx, after, max, see, s);
}

static void test_events(void **state)
{
    struct fixture *f = *state;
    int64_t seq = -1, sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    struct seen s = { 0 };
    assert_int_equal(events(f, 0, 100, &s), 0);
    assert_int_equal(view_last_seq(f->tx, &seq), 0);
    assert_int_equal(seq, 0);

    int64_t message = add_message(f->tx, "900", "900", "7"),
            troll = add_message(f->tx, "901", "901", "9"), id = open_case(f->tx, message);
    add_decision(f->tx, troll, "ignore", "");
    struct record_event ignored = { "message.ignored", 0, troll, 0, 0, STR(""), STR(""), STR("") },
                        answered = {
                            "message.answered", 0, message, 0, 0, STR(""), STR(""), STR("")
                        };
    assert_int_equal(record_add_event(f->tx, &ignored, NOON + 1), 0);
    assert_int_equal(record_add_event(f->tx, &answered, NOON + 2), 0);
    struct case_command c = { id, 1, sam, NOON + 3 };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    assert_int_equal(case_from_ignored(f->tx, troll, sam, NOON + 4), CASE_DONE);
    (void)queue_reply(f->tx, message, 0, 0, "Sorry");

    static const char all[] = "1 case.opened case\n2 message.ignored ignored\n3 message.answered\n"
                              "4 case.claimed case\n5 case.opened case\n"
                              "6 message.restored case ignored\n7 reply.queued\n";
    assert_int_equal(events(f, 0, 100, &s), 7);
    assert_str(buf_str(&s.lines), all);
    assert_int_equal(view_last_seq(f->tx, &seq), 0);
    assert_int_equal(seq, 7);

    /* any two parts make the whole: nothing twice, nothing left out */
    for (int64_t after = 0; after <= 7; after++) {
        struct buf both = BUF_INIT(1000);
        assert_int_equal(events(f, 0, (int)after, &s), after);
        (void)buf_add(&both, buf_str(&s.lines));
        assert_int_equal(events(f, after, 100, &s), 7 - after);
        (void)buf_add(&both, buf_str(&s.lines));
        assert_str(buf_str(&both), all);
        buf_release(&both);
    }
    assert_int_equal(events(f, 7, 100, &s), 0);
    assert_int_equal(events(f, 1000, 100, &s), 0);
    assert_int_equal(events(f, 0, 0, &s), 0);

    assert_int_equal(events(f, 0, 100, &s), 7);
    assert_shape(cJSON_GetArrayItem(s.frames, 1),
                 "{'type':'event','seq':2,'at':1795000001,'kind':'message.ignored','by':null,"
                 "'ignored':{'message':2,'text':'My bin wasn\\u0027t emptied',"
                 "'handle':'elm_close_sam','name':'Sam','written_at':1794999820,"
                 "'why':[{'rule':'troll','words':['clown'],'spans':[[3,8]]}],'kb':'3f9a','kb_"
                 "version':null,'account':"
                 "'NorthmoorHelp','private':false,'expires_at':1796209600}}");
    assert_shape(cJSON_GetArrayItem(s.frames, 2),
                 "{'type':'event','seq':3,'at':1795000002,'kind':'message.answered','by':null}");
    const cJSON *claimed = cJSON_GetArrayItem(s.frames, 3),
                *restored = cJSON_GetArrayItem(s.frames, 5);
    assert_shape(in(claimed, "by"), "'Sam Reed'");
    assert_int_equal(cJSON_GetArraySize(claimed), 6);
    cJSON *alone = case_of(f, id);
    assert_true(cJSON_Compare(in(claimed, "case"), alone, true));
    /* the case is as it is now, even in an old event */
    assert_true(cJSON_Compare(in(cJSON_GetArrayItem(s.frames, 0), "case"), alone, true));
    cJSON_Delete(alone);
    assert_shape(in(restored, "by"), "'Sam Reed'");
    assert_shape(in(in(restored, "ignored"), "message"), "2");
    assert_int_equal(cJSON_GetArraySize(restored), 7);
    cJSON_Delete(s.frames);
    buf_release(&s.lines);
}

/* What was taken back leaves no event behind. */
static void test_events_undone(void **state)
{
    struct fixture *f = *state;
    struct seen s = { 0 };
    (void)open_case(f->tx, add_message(f->tx, "900", "900", "7"));
    assert_int_equal(tx_savepoint(f->tx), 0);
    (void)open_case(f->tx, add_message(f->tx, "901", "901", "7"));
    assert_int_equal(tx_savepoint_undo(f->tx), 0);
    fixture_commit(f);
    (void)fixture_begin(f);
    (void)open_case(f->tx, add_message(f->tx, "902", "902", "7"));
    tx_rollback(f->tx);
    f->tx = NULL;
    (void)fixture_begin(f);
    assert_int_equal(events(f, 0, 100, &s), 1);
    (void)open_case(f->tx, add_message(f->tx, "903", "903", "7"));
    assert_int_equal(events(f, 1, 100, &s), 1);
    cJSON_Delete(s.frames);
    buf_release(&s.lines);
}

/* Direct messages: a case that came as one, one in a case that came otherwise, an ignored one. */
static void test_private(void **state)
{
    struct fixture *f = *state;
    struct record_message dm = a_message("dm:900", "dm:7-8", "7");
    int64_t messages[3], kit = add_staff(f->tx, "kit", "Kit Orr", "KO");
    dm.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &messages[0]), 1);
    dm.remote_id = STR("dm:901");
    dm.conversation = STR("dm:8-9");
    dm.author_id = STR("9");
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &messages[1]), 1);
    messages[2] = add_message(f->tx, "950", "950", "11");
    int64_t secret = open_case(f->tx, messages[0]), open = open_case(f->tx, messages[2]);
    dm.remote_id = STR("dm:902");
    dm.author_id = STR("11");
    dm.conversation = STR("950");
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &messages[1]), 1);
    add_decision(f->tx, messages[1], "ignore", "");
    struct record_event ignored = { "message.ignored", 0,       messages[1], 0, 0,
                                    STR(""),           STR(""), STR("") };
    assert_int_equal(record_add_event(f->tx, &ignored, NOON), 0);

    assert_int_equal(view_case_is_private(f->tx, secret), 1);
    assert_int_equal(view_case_is_private(f->tx, open), 0);
    assert_int_equal(view_case_is_private(f->tx, 99), 0);
    assert_int_equal(view_message_is_private(f->tx, messages[1]), 1);
    assert_int_equal(view_message_is_private(f->tx, messages[2]), 0);

    static const struct {
        const struct staff *staff;
        const char *cases;
    } rows[] = { { &agent, "1 2 " }, { &trainee, "2 " } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *frame;
        struct buf got = BUF_INIT(1000);
        assert_int_equal(view_snapshot(f->tx, rows[i].staff, &frame), 0);
        put_number(&got, in(frame, "cases"), "id");
        assert_str(buf_str(&got), rows[i].cases);
        buf_release(&got);
        cJSON_Delete(frame);
    }

    int64_t reply = queue_reply(f->tx, messages[1], open, kit, "What's your address? ^KO");
    run_sql(f->tx, "UPDATE reply SET private=1");
    assert_true(reply > 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *frame;
        bool words = i == 0;
        assert_int_equal(view_whole_case(f->tx, open, &rules, rows[i].staff, &frame), 1);
        const cJSON *message = cJSON_GetArrayItem(in(frame, "messages"), 1),
                    *answer = cJSON_GetArrayItem(in(frame, "replies"), 0);
        assert_shape(in(message, "kind"), "'private'");
        assert_shape(in(message, "remote_url"), "null");
        assert_int_equal(cJSON_IsString(in(message, "text")), words);
        assert_int_equal(cJSON_IsObject(in(message, "decision")), words);
        assert_int_equal(cJSON_IsString(in(answer, "text")), words);
        assert_true(cJSON_IsString(in(cJSON_GetArrayItem(in(frame, "messages"), 0), "text")));
        cJSON_Delete(frame);
    }

    struct seen s = { 0 };
    assert_int_equal(events(f, 0, 100, &s), 4);
    assert_str(buf_str(&s.lines), "1 case.opened case private\n2 case.opened case\n"
                                  "3 message.ignored ignored private\n4 reply.queued case\n");
    cJSON_Delete(s.frames);
    buf_release(&s.lines);
}

#define VIEW_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_staff),
        VIEW_TEST(test_case),
        VIEW_TEST(test_case_without_words),
        VIEW_TEST(test_summary),
        VIEW_TEST(test_summary_handles),
        VIEW_TEST(test_whole_case),
        VIEW_TEST(test_json_columns),
        VIEW_TEST(test_snapshot),
        VIEW_TEST(test_sums),
        VIEW_TEST(test_snapshot_post),
        VIEW_TEST(test_snapshot_most),
        VIEW_TEST(test_storm),
        VIEW_TEST(test_snapshot_size),
        VIEW_TEST(test_events),
        VIEW_TEST(test_events_undone),
        VIEW_TEST(test_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
