/* What editors propose: what is refused, what needs a second person, and who that may be. */
#include "tests/unit/kb_fixture.h"

#include "base/when.h"
#include "kb/needs.h"

/* ------------------------------------------------------------------------------------------------
 * what needs a second person */

#define ELECTION(from, until) "{'from':'" from "','until':'" until "','team':'elections'}"

static void put_item(struct kb_items *items, enum kb_item_kind kind, const char *id,
                     const char *quoted)
{
    struct report report = REPORT_INIT;
    struct buf text = BUF_INIT(4096);
    cJSON *body = NULL;
    for (const char *p = quoted; *p; p++)
        (void)buf_add_byte(&text, (char)(*p == '\'' ? '"' : *p));
    assert_int_equal(json_parse(buf_str(&text), &body, NULL), 0);
    assert_int_equal(kb_items_put(items, kind, str_of(id), body, &report), 0);
    cJSON_Delete(body);
    buf_release(&text);
    report_release(&report);
}

static void needs_are_of_what_could_hurt(void **state)
{
    static const struct {
        const char *note;
        enum kb_item_kind kind;
        const char *id, *from, *to;
        unsigned needs, in_election;
    } rows[] = {
        { "a reply", KB_INTENT, "bins.missed", "Sorry about that", "We are sorry", 0,
          KB_NEED_ELECTION },
        { "a link", KB_INTENT, "bins.missed", "/missed-bin", "/missed", 0, KB_NEED_ELECTION },
        { "a pattern", KB_INTENT, "bins.missed", "'weight':80", "'weight':81", 0, 0 },
        { "an intent that goes", KB_INTENT, "bins.day", NULL, NULL, 0, KB_NEED_ELECTION },
        { "a sensitive rule", KB_RULE, "sensitive.gas", "'weight':90", "'weight':91",
          KB_NEED_SENSITIVE, KB_NEED_SENSITIVE },
        { "what it says at once", KB_RULE, "sensitive.gas", "ring 999", "call 999",
          KB_NEED_SENSITIVE, KB_NEED_SENSITIVE | KB_NEED_ELECTION },
        { "one that goes", KB_RULE, "sensitive.death", NULL, NULL, KB_NEED_SENSITIVE,
          KB_NEED_SENSITIVE },
        { "one that comes", KB_RULE, "sensitive.new", NULL, "{'id':'x','kind':'sensitive'}",
          KB_NEED_SENSITIVE, KB_NEED_SENSITIVE },
        { "one that becomes sensitive", KB_RULE, "praise", "'praise','match'",
          "'sensitive','match'", KB_NEED_SENSITIVE, KB_NEED_SENSITIVE },
        { "a rule for trolling", KB_RULE, "troll.new", NULL, "{'id':'x','kind':'troll'}",
          KB_NEED_TROLL, KB_NEED_TROLL },
        { "another rule", KB_RULE, "praise", "well done", "well said", 0, 0 },
        { "a term of an intent's", KB_TERM, "bin", "'bins'", "'bins','caddy'", 0, 0 },
        { "a term of such a rule's", KB_TERM, "leak", "'leak'", "'leak','leaking'", KB_NEED_TERM,
          KB_NEED_TERM },
        { "one by another term", KB_TERM, "gas", "'gas'", "'gas','methane'", KB_NEED_TERM,
          KB_NEED_TERM },
        { "one by what another term says", KB_TERM, "smell", "'odour'", "'odour','pong'",
          KB_NEED_TERM, KB_NEED_TERM },
        { "one in its phrases", KB_TERM, "fume", "'fume'", "'fume','haze'", KB_NEED_TERM,
          KB_NEED_TERM },
        { "one that its phrases would be read by", KB_TERM, "indoors", NULL, "['Kitchen','hall']",
          KB_NEED_TERM, KB_NEED_TERM },
        { "what stands between their words", KB_TERM, "gap", "4", "3", KB_NEED_TERM, KB_NEED_TERM },
        { "a term that they don't say", KB_TERM, "outdoors", NULL, "['kitchen garden']", 0, 0 },
        { "thresholds", KB_THRESHOLDS, "thresholds", "60", "65", KB_NEED_THRESHOLDS,
          KB_NEED_THRESHOLDS },
        { "wording", KB_WORDING, "thanks", "Thank you", "Thanks", 0, KB_NEED_ELECTION },
        { "what is said in danger", KB_WORDING, "danger", NULL, "['Ring 999.']", KB_NEED_DANGER,
          KB_NEED_DANGER | KB_NEED_ELECTION },
        { "the same in a voice", KB_WORDING, "voices", NULL, "{'news':{'danger':['Ring 999.']}}",
          KB_NEED_DANGER, KB_NEED_DANGER | KB_NEED_ELECTION },
        { "another wording of a voice", KB_WORDING, "voices", NULL, "{'news':{'thanks':['Ta.']}}",
          0, KB_NEED_ELECTION },
        { "an incident", KB_INCIDENT, "flood", NULL, "{'id':'flood'}", 0, 0 },
        { "the period itself", KB_ELECTION, "election", NULL, NULL, 0, KB_NEED_ELECTION },
    };
    struct fixture *f = *state;
    int64_t inside, after;
    assert_true(when_parse(STR("2026-04-01T12:00:00Z"), &inside));
    assert_true(when_parse(STR("2026-05-08T00:00:00Z"), &after));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct kb_files *files = kb_fixture_files();
        struct kb_items *items = NULL;
        struct kb_draft_item drafted;
        assert_int_equal(
            kb_files_put(
                files, STR("election.json"),
                STR("{\"from\":\"2026-03-27T00:00:00Z\",\"until\":\"2026-05-08T00:00:00Z\","
                    "\"team\":\"elections\",\"names\":[],\"topics\":[]}")),
            0);
        assert_int_equal(kb_items_new(files, &report, &items), 0);
        put_item(items, KB_TERM, "gas_leak", "{'pcre':'(?&gas) ?(?&leak)'}");
        put_item(items, KB_TERM, "gas", "['gas','(?&smell)']");
        put_item(items, KB_TERM, "smell", "['odour']");
        put_item(items, KB_TERM, "leak", "['leak']");
        put_item(items, KB_TERM, "fume", "['fume']");
        put_item(items, KB_TERM, "fumes", "['fumes','(?&fume)']");
        put_item(items, KB_RULE, "sensitive.smell",
                 "{'id':'sensitive.smell','kind':'sensitive','match':[{'pcre':'(?&gas_leak)'}],"
                 "'phrases':['Fumes in the kitchen']}");
        struct kb_files *changed = NULL;
        assert_int_equal(kb_items_files(items, &report, &changed), 0);
        (void)kb_fixture_add(f, changed, "folder");
        (void)kb_fixture_edit(f, rows[i].kind, rows[i].id, rows[i].from, rows[i].to);
        assert_int_equal(kb_draft_get(f->tx, &f->arena, rows[i].kind, str_of(rows[i].id), &drafted),
                         1);
        cJSON *body = NULL;
        if (drafted.body.len)
            assert_int_equal(json_parse(drafted.body, &body, NULL), 0);
        struct kb_difference d = { .kind = rows[i].kind,
                                   .id = str_of(rows[i].id),
                                   .was = kb_items_get(items, rows[i].kind, str_of(rows[i].id)),
                                   .is = body };
        assert_note(kb_needs_of(items, &d, after) == rows[i].needs, rows[i].note);
        assert_note(kb_needs_of(items, &d, inside) == rows[i].in_election, rows[i].note);
        cJSON_Delete(body);
        (void)kb_items_free(items);
        (void)kb_files_free(files);
        (void)kb_files_free(changed);
        report_release(&report);
    }
}

static void needs_are_said(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(4096);
    assert_int_equal(kb_needs_say(0, &out), 0);
    assert_str(buf_str(&out), "");
    assert_int_equal(kb_needs_say(KB_NEED_THRESHOLDS | KB_NEED_SENSITIVE, &out), 0);
    assert_str(buf_str(&out),
               "It changes a rule for sensitive messages. It changes the thresholds.");
    buf_release(&out);
}

/* ------------------------------------------------------------------------------------------------
 * the draft */

static const char q_kb_events[] = "SELECT kind || ' ' || coalesce(staff_id, '-') || ' ' || "
                                  "coalesce(text, '-') AS t FROM event WHERE kind LIKE 'kb.%' "
                                  "ORDER BY seq";

static void what_is_proposed_is_frozen(void **state)
{
    struct fixture *f = *state;
    (void)kb_fixture_edit(f, KB_INTENT, "bins.missed", "Sorry about that", "We are sorry");
    assert_str(kb_fixture_publish(f, "New words", "null"), "ok");
    (void)kb_fixture_edit(f, KB_INTENT, "bins.missed", "Sorry about that", "Oh");
    assert_str(text_of(f, q_proposals, 0), "1 queued console New words - - -\n");
    assert_int_equal(int_of(f->tx,
                            "SELECT count(*) AS n FROM kb_proposal_item WHERE proposal_id=1 AND "
                            "body LIKE '%We are sorry%' AND base LIKE '%Sorry about that%'",
                            0),
                     1);
    assert_str(kb_fixture_publish(f, "Newer", "null"), "ok"); /* the item has another revision */
    assert_str(kb_fixture_publish(f, "Again", "null"),
               "refused already: All of this is proposed already, as number 2. To change when, "
               "withdraw that first.");
    assert_str(text_of(f, q_kb_events, 0), "kb.proposed 1 New words\nkb.proposed 1 Newer\n");
}

static void what_cannot_be_proposed(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *rest, *says;
    } rows[] = {
        { "kb_publish", ",'note':'x','at':null,'revision':0",
          "refused empty: There is nothing in the draft to publish." },
        { "kb_publish", ",'note':' ','at':null,'revision':0",
          "refused empty: Please say in a note what has changed, and why." },
        { "kb_publish", ",'note':'x','at':1794000000,'revision':0",
          "refused too_late: The time to publish it has passed. Choose one to come, or publish it "
          "at once." },
        { "kb_publish", ",'note':'x','at':'soon','revision':0",
          "refused too_late: The time to publish it has passed. Choose one to come, or publish it "
          "at once." },
        { "kb_publish", ",'note':'x','at':null",
          "refused bad_frame: \"revision\" must be the draft's that you saw." },
        { "kb_publish", ",'note':'x','at':null,'revision':7",
          "refused stale: Somebody has changed the draft since you looked at it. Look at what is "
          "different now, and publish then." },
        { "kb_agree", ",'proposal':9", "refused unknown: There is no such proposal." },
        { "kb_agree", "", "refused bad_frame: Which proposal? \"proposal\" must be its number." },
        { "kb_withdraw", ",'proposal':9", "refused unknown: There is no such proposal." },
        { "kb_rollback", ",'note':'x'",
          "refused bad_frame: Which version? \"version\" must be its number." },
        { "kb_rollback", ",'note':'x','version':9", "refused unknown: There is no version 9." },
        { "kb_rollback", ",'note':'x','version':1", "refused already: Version 1 is live already." },
        { "kb_rollback", ",'version':1",
          "refused empty: Please say in a note what has changed, and why." },
        { "kb_incident", ",'note':'x','body':{'title':'Flood'}",
          "refused bad_frame: The incident can't be so: \"\": a name must be 1 to 80 of the "
          "characters a to z, 0 to 9, full stop, underscore and hyphen, and not begin with a full "
          "stop" },
        { "kb_incident", ",'note':'x'",
          "refused bad_frame: Which incident? \"body\" must be all of it." },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str_note(kb_fixture_do(f, SAM, "editor", rows[i].type, rows[i].rest), rows[i].says,
                        rows[i].rest);
    assert_str(text_of(f, q_proposals, 0), "");

    (void)kb_fixture_edit(f, KB_INTENT, "bins.missed", "Sorry about that", "We are sorry");
    (void)kb_fixture_edit(f, KB_INTENT, "bins.day", "Your days", "All days");
    struct kb_files *files = kb_fixture_files();
    assert_int_equal(kb_files_put(files, STR("bins.json"), STR("{\"intents\":[]}")), 0);
    assert_int_equal(kb_fixture_add(f, files, "import"), 2);
    (void)kb_files_free(files);
    assert_str(
        kb_fixture_publish(f, "x", "null"),
        "refused conflict: Something else was published meanwhile for bins.day, bins.missed. "
        "Look at both in the draft and choose, then publish.");
}

static void a_second_person_agrees(void **state)
{
    struct fixture *f = *state;
    (void)kb_fixture_edit(f, KB_RULE, "sensitive.gas", "'weight':90", "'weight':91");
    assert_str(kb_fixture_publish(f, "Gas", "1795009999"), "ok");
    assert_str(text_of(f, q_proposals, 0),
               "1 waiting console Gas It changes a rule for sensitive messages. - -\n");
    assert_str(kb_fixture_do(f, SAM, "admin", "kb_agree", ",'proposal':1"),
               "refused not_allowed: You proposed it yourself, so somebody else must agree.");
    assert_str(kb_fixture_do(f, KIT, "agent", "kb_agree", ",'proposal':1"),
               "refused not_allowed: Your role may not do that.");
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_agree", ",'proposal':1"), "ok");
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_agree", ",'proposal':1"),
               "refused already: That is scheduled already: there was nothing to do.");
    assert_str(text_of(f, q_kb_events, 0),
               "kb.proposed 1 Gas \xe2\x80\x93 It changes a rule for sensitive messages.\n"
               "kb.agreed 2 Gas\nkb.scheduled 2 Gas\n");
    assert_str(text_of(f,
                       "SELECT staff_id || ' ' || act || ' ' || about || ' ' || text AS t FROM "
                       "audit",
                       0),
               "2 kb_agreed proposal 1 Gas\n");
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_withdraw", ",'proposal':1"), "ok");
    assert_str(kb_fixture_do(f, SAM, "editor", "kb_withdraw", ",'proposal':1"),
               "refused already: That is withdrawn already: there was nothing to do.");
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM kb_draft", 0), 1); /* it stays */
}

/* Wording is frozen: another editor's word isn't enough. */
static void in_an_election_a_lead_agrees(void **state)
{
    struct fixture *f = *state;
    struct kb_files *files = kb_fixture_files();
    assert_int_equal(kb_files_put(files, STR("election.json"),
                                  STR("{\"from\":\"2026-11-01T00:00:00Z\",\"until\":"
                                      "\"2026-12-01T00:00:00Z\",\"team\":\"elections\"}")),
                     0);
    (void)kb_fixture_add(f, files, "import");
    (void)kb_files_free(files);
    (void)kb_fixture_edit(f, KB_INTENT, "bins.missed", "Sorry about that", "We are sorry");
    assert_str(kb_fixture_publish(f, "Softer", "null"), "ok");
    assert_int_equal(
        int_of(f->tx, "SELECT count(*) AS n FROM kb_proposal WHERE state='waiting'", 0), 1);
    assert_str(
        kb_fixture_do(f, KIT, "editor", "kb_agree", ",'proposal':1"),
        "refused not_allowed: In a pre-election period only a supervisor or an admin can agree.");
    assert_str(kb_fixture_do(f, KIT, "supervisor", "kb_agree", ",'proposal':1"), "ok");
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM kb_proposal WHERE state='queued'", 0),
                     1);
}

/* Nobody gets around it by asking before it begins: what counts is when it would be live. */
static void what_is_put_off_into_an_election_is_frozen(void **state)
{
    struct fixture *f = *state;
    struct kb_files *files = kb_fixture_files();
    int64_t after;
    assert_true(when_parse(STR("2027-01-01T00:00:00Z"), &after));
    assert_int_equal(kb_files_put(files, STR("election.json"),
                                  STR("{\"from\":\"2026-12-01T00:00:00Z\",\"until\":"
                                      "\"2027-01-01T00:00:00Z\",\"team\":\"elections\"}")),
                     0);
    (void)kb_fixture_add(f, files, "import");
    (void)kb_files_free(files);
    (void)kb_fixture_edit(f, KB_INTENT, "bins.missed", "Sorry about that", "We are sorry");
    struct buf at = BUF_INIT(32);
    assert_int_equal(buf_addf(&at, "%" PRId64, after - 1), 0);
    assert_str(kb_fixture_publish(f, "Softer", buf_cstr(&at)), "ok");
    buf_clear(&at);
    assert_str(
        kb_fixture_do(f, KIT, "editor", "kb_agree", ",'proposal':1"),
        "refused not_allowed: In a pre-election period only a supervisor or an admin can agree.");
    assert_str(kb_fixture_do(f, KIT, "supervisor", "kb_withdraw", ",'proposal':1"), "ok");
    assert_int_equal(buf_addf(&at, "%" PRId64, after), 0);
    assert_str(kb_fixture_publish(f, "Softer", buf_cstr(&at)), "ok");
    assert_str(text_of(f, "SELECT state AS t FROM kb_proposal ORDER BY id", 0),
               "withdrawn\nscheduled\n");
    buf_release(&at);
}

static void an_earlier_version_and_an_incident(void **state)
{
    struct fixture *f = *state;
    struct kb_files *files = kb_fixture_files();
    struct buf rules = BUF_INIT(1 << 16);
    assert_int_equal(kb_files_put(files, STR("canned.json"), STR("{\"canned\":[]}")), 0);
    const struct kb_file *file = kb_files_find(files, STR("rules.json"));
    assert_int_equal(kb_fixture_add(f, files, "console"), 2);
    assert_str(kb_fixture_do(f, SAM, "editor", "kb_rollback", ",'note':'Back','version':1"), "ok");
    size_t before =
        (size_t)((const char *)memmem(file->bytes.p, file->bytes.len, "90", 2) - file->bytes.p);
    assert_int_equal(
        buf_addf(&rules, "%.*s91%s", (int)before, file->bytes.p, file->bytes.p + before + 2), 0);
    assert_int_equal(kb_files_put(files, STR("rules.json"), buf_str(&rules)), 0);
    assert_int_equal(kb_fixture_add(f, files, "console"), 3);
    assert_str(kb_fixture_do(f, SAM, "editor", "kb_rollback", ",'note':'Back','version':1"), "ok");
    assert_str(kb_fixture_do(f, SAM, "editor", "kb_incident",
                             ",'note':'Flood','body':{'id':'flood','title':'Flood'}"),
               "ok");
    assert_str(text_of(f, q_proposals, 0),
               "1 queued rollback Back - - -\n"
               "2 waiting rollback Back It changes a rule for sensitive messages. - -\n"
               "3 queued incident Flood - - -\n");
    assert_str(text_of(f,
                       "SELECT kind || ' ' || item || ' ' || revision || ' ' || body || ' ' || "
                       "coalesce(base, '-') AS t FROM kb_proposal_item",
                       0),
               "incident flood 0 {\"id\":\"flood\",\"title\":\"Flood\"} -\n");
    buf_release(&rules);
    (void)kb_files_free(files);
}

#define publish_test(f) cmocka_unit_test_setup_teardown(f, kb_fixture_setup, kb_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        publish_test(needs_are_of_what_could_hurt),
        publish_test(needs_are_said),
        publish_test(what_is_proposed_is_frozen),
        publish_test(what_cannot_be_proposed),
        publish_test(a_second_person_agrees),
        publish_test(in_an_election_a_lead_agrees),
        publish_test(what_is_put_off_into_an_election_is_frozen),
        publish_test(an_earlier_version_and_an_incident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
