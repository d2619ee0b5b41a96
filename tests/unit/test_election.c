/* The time before an election: what says one of its names or topics is for people. */
#include "bot/election_report.h"
#include "kb/version.h"
#include "tests/unit/kb_with.h"
#include "tests/unit/responder_fixture.h"

#define ELECTION(from, until, more) "{\"from\":\"" from "\",\"until\":\"" until "\"" more "}"
#define FROM "2026-11-22T12:00:00Z"
#define UNTIL "2026-11-23T12:00:00Z"
#define NAMES \
    ",\"names\":[\"Cllr Jo Hartwell\",\"the Orchard Party\"],\"topics\":[\"polling station\"]"
#define FAULT "error: election.json: "

static void test_load(void **state)
{
    static const struct {
        const char *note, *text, *says;
    } rows[] = {
        { "good", ELECTION(FROM, UNTIL, NAMES ",\"team\":\"elections\""), "" },
        { "nothing is said", ELECTION(FROM, UNTIL, ""), "" },
        { "no time", "{\"until\":\"" UNTIL "\"}",
          FAULT "\"from\" must be a time like 2026-12-21T00:00:00Z\n" },
        { "over before it begins", ELECTION(FROM, FROM, ""),
          FAULT "\"until\" must be later than \"from\"\n" },
        { "another member", ELECTION(FROM, UNTIL, ",\"party\":\"x\""),
          FAULT "unknown member \"party\"; known: from, until, team, names, topics\n" },
        { "no list", ELECTION(FROM, UNTIL, ",\"names\":\"x\""),
          FAULT "\"names\" must be a list of texts\n" },
        { "no word in it", ELECTION(FROM, UNTIL, ",\"names\":[\"!!\"]"),
          FAULT "\"!!\": there is no word in it\n" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_faults(rows[i].note, "election.json", rows[i].text, rows[i].says);
}

static void go_live(const char *election)
{
    kb_live_swap(&t.live, load_kb_with("election.json", election), t.live.version + 1);
}

static const char q_made[] =
    "SELECT d.action || ' ' || coalesce(d.reason, '-') || ' ' || coalesce((SELECT team FROM "
    "handoff_case), '-') || ' ' || coalesce(json_extract(d.why, '$[0].rule'), '-') || ' ' || "
    "coalesce(json_extract(d.why, '$[0].words[0]'), '-') AS t FROM decision d";

static void test_rows(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "what does Cllr Jo Hartwell say",
          "handoff press_politics communications election cllr jo hartwell\n" },
        { "cllr jo hartwel missed my bin",
          "handoff press_politics communications election cllr jo hartwell\n" },
        { "The Orchard Party's leaflets",
          "handoff press_politics communications election the orchard party\n" },
        { "where is my polling station?",
          "handoff press_politics communications election polling station\n" },
        { "my bin hasn't been emptied", "answer - - bins.missed bin\n" },
        { "the orchard needs pruning, good morning", "none - - chatter good morning\n" },
        { "I smell gas at the polling station",
          "handoff emergency duty sensitive.gas smell gas\n" },
        { "please stop replying about Cllr Jo Hartwell",
          "handoff human customer services opt_out stop replying\n" },
        { "can I talk to a real person about the polling station",
          "handoff press_politics communications election polling station\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)teardown(state);
            (void)setup(state);
        }
        go_live(ELECTION(FROM, UNTIL, NAMES));
        take_one(says("900", "sam", rows[i].text));
        assert_rows(q_made, rows[i].want, rows[i].text);
    }
}

/* Only while it holds, and only what is to us; its team is the file's. */
static void test_holds(void **state)
{
    static const struct {
        const char *note, *from, *until;
        bool overheard;
        const char *want;
    } rows[] = {
        { "it holds", "2026-11-22T21:02:00Z", UNTIL, false,
          "handoff press_politics elections election polling station\n" },
        { "not yet", "2026-11-22T21:02:01Z", UNTIL, false,
          "handoff unresolved customer services - -\n" },
        { "it is over", FROM, "2026-11-22T21:02:00Z", false,
          "handoff unresolved customer services - -\n" },
        { "overheard", FROM, UNTIL, true, "none - - - -\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf text = BUF_INIT(1000);
        if (i) {
            (void)teardown(state);
            (void)setup(state);
        }
        (void)buf_addf(&text,
                       "{\"from\":\"%s\",\"until\":\"%s\",\"team\":\"elections\",\"topics\":"
                       "[\"polling station\"]}",
                       rows[i].from, rows[i].until);
        go_live(buf_cstr(&text));
        struct network_message m = says("900", "sam", "which polling station");
        if (rows[i].overheard)
            m.kind = NETWORK_OVERHEARD;
        take_one(m);
        assert_rows(q_made, rows[i].want, rows[i].note);
        buf_release(&text);
    }
}

/* Nobody need write examples of it. */
static void test_check(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    struct kb *kb = load_kb_with("election.json", ELECTION(FROM, UNTIL, NAMES));
    assert_int_equal(kb_check(kb, 0, &report), 0);
    assert_false(holds(buf_str(&report.lines), "election"));
    report_release(&report);
    (void)kb_free(kb);
}

/* Its words are part of what the second opinion is trained by, its time isn't. */
static void test_lessons(void **state)
{
    (void)state;
    struct kb *none = load_kb_with("election.json", ELECTION(FROM, UNTIL, "")),
              *some = load_kb_with("election.json", ELECTION(FROM, UNTIL, NAMES)),
              *later =
                  load_kb_with("election.json", ELECTION(UNTIL, "2026-11-24T12:00:00Z", NAMES));
    assert_string_not_equal(none->lessons, some->lessons);
    assert_string_equal(some->lessons, later->lessons);
    (void)kb_free(none);
    (void)kb_free(some);
    (void)kb_free(later);
}

static int64_t publish(struct tx *tx, int64_t at)
{
    struct kb_files *files = kb_files_new(STR(""));
    int64_t id;
    struct kb_version v = { .hash = STR("3f9a"),
                            .origin = STR("console"),
                            .by = STR("Edie Hall"),
                            .note = STR("A new link"),
                            .at = at };
    assert_non_null(files);
    assert_int_equal(kb_files_put(files, STR("a.json"), STR("{}")), 0);
    assert_int_equal(kb_version_add(tx, &v, files, &id), 0);
    (void)kb_files_free(files);
    return id;
}

static void assert_said(int64_t from, int64_t until, const char *want)
{
    struct tx *tx = fixture_begin(t.f);
    struct buf got = BUF_INIT(65536);
    cJSON *o = cJSON_CreateObject();
    assert_int_equal(election_report(tx, t.live.kb, from, until, o), 0);
    assert_int_equal(json_add_tree(&got, o), 0);
    for (size_t i = 0; i < got.len; i++)
        got.p[i] = got.p[i] == '"' ? '\'' : got.p[i];
    assert_str(buf_str(&got), want);
    buf_release(&got);
    cJSON_Delete(o);
    tx_rollback(tx);
    t.f->tx = NULL;
}

static void test_report(void **state)
{
    (void)state;
    int64_t from = t.now;
    go_live(ELECTION(FROM, UNTIL, NAMES));
    take_one(says("900", "sam", "my bin hasn't been emptied"));
    take_one(says("901", "kit", "when is my bin day and my bin hasn't been emptied"));
    take_one(says("902", "dot", "which polling station"));
    struct network_message m = says("903", "dot", "the polling station, please");
    m.conversation = STR("902");
    take_one(m);
    take_one(says("904", "eve", "thank you"));
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, "UPDATE reply SET state='sent', remote_id='r' || id, changed_at=created_at");
    run_sql(tx, "UPDATE reply SET state='failed' WHERE message_id=2");
    (void)publish(tx, from - 1);
    (void)publish(tx, from + 5);
    (void)publish(tx, t.now + 1);
    fixture_commit(t.f);
    /* the acknowledgement and the thanks are said too; what failed isn't */
    assert_said(
        from, t.now + 1,
        "{'replies':3,'by_intent':[{'intent':'bins.missed','title':'Missed bin','count':1}],"
        "'to_team':[{'case':1,'reference':'JP7M-8','at':1795381560,'summary':'which polling "
        "station'}],'published':[{'version':2,'hash':'bd59f8aec49ae662','origin':'console','from':"
        "null,"
        "'by':'Edie Hall','agreed_by':null,'note':'A new link','at':1795381205}]}");
    assert_said(0, 1, "{'replies':0,'by_intent':[],'to_team':[],'published':[]}");
}

#define ELECTION_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load), cmocka_unit_test(test_check), cmocka_unit_test(test_lessons),
        ELECTION_TEST(test_rows),    ELECTION_TEST(test_holds),    ELECTION_TEST(test_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
