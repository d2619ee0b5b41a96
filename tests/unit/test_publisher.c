/* Proposals become versions, with real files, a real database and a loop of its own. */
#include "bot/publisher.h"

#include "bot/x/x.h"
#include "tests/unit/kb_fixture.h"
#include "tests/unit/still_clock.h"

static struct {
    struct fixture *f;
    uv_loop_t loop;
    struct clock clock;
    struct conf conf;
    struct versions_options versions;
    struct kb_live live;
    struct publisher *publisher;
} t;

static void open_publisher(void)
{
    const struct publisher_options options = {
        .loop = &t.loop, .db = t.f->db, .clock = &t.clock, .versions = &t.versions, .live = &t.live
    };
    assert_int_equal(publisher_new(&options, &t.publisher), 0);
}

static int setup(void **state)
{
    memset(&t, 0, sizeof t);
    (void)kb_fixture_setup(state);
    t.f = *state;
    struct report report = REPORT_INIT;
    struct kb_files *files = kb_fixture_files();
    struct kb *kb = NULL;
    t.clock.movable = true;
    assert_int_equal(clock_move(&t.clock, NOON + 5), 0);
    t.versions = (struct versions_options){ &t.conf, t.f->dir, &x_text_rules };
    assert_int_equal(versions_load(&t.versions, files, NULL, &report, &kb), 0);
    kb_live_swap(&t.live, kb, 1);
    (void)kb_files_free(files);
    report_release(&report);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    fixture_commit(t.f);
    open_publisher();
    (void)fixture_begin(t.f);
    return 0;
}

static int teardown(void **state)
{
    t.publisher = publisher_free(t.publisher);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t.loop), 0);
    t.live.kb = kb_free(t.live.kb);
    return kb_fixture_teardown(state);
}

/* What was done so far is committed, and what is due is done. */
static void turn(void)
{
    fixture_commit(t.f);
    publisher_turn(t.publisher);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    (void)fixture_begin(t.f);
}

static struct str reply_now(void)
{
    return kb_intent_named(t.live.kb, STR("bins.missed"))->replies.items[0];
}

static const char q_versions[] =
    "SELECT id || ' ' || origin || ' ' || by || ' ' || coalesce(agreed_by, '-') || ' ' || note || "
    "' ' || coalesce(from_id, '-') AS t FROM kb_version ORDER BY id";
static const char q_news[] = "SELECT kind || ' ' || coalesce(staff_id, '-') || ' ' || text || ' ' "
                             "|| coalesce(concerns, '-') AS t FROM event WHERE kind IN "
                             "('kb.published', 'kb.refused') ORDER BY seq";

static int64_t drafted(void)
{
    return int_of(t.f->tx, "SELECT count(*) AS n FROM kb_draft", 0);
}

#define SOFTER "We are sorry. Report it here: {link}"

static void soften(void)
{
    (void)kb_fixture_edit(t.f, KB_INTENT, "bins.missed", "Sorry about that.", "We are sorry.");
}

static void a_proposal_becomes_the_version_that_decides(void **state)
{
    struct fixture *f = *state;
    struct kb *before = kb_ref(t.live.kb);
    soften();
    assert_str(kb_fixture_publish(f, "Softer", "null"), "ok");
    turn();
    assert_str(reply_now(), SOFTER);
    assert_int_equal(t.live.version, 2);
    assert_str(text_of(f, q_versions, 0),
               "1 folder Kerbside - As it is -\n2 console Sam Reed - Softer -\n");
    assert_str(text_of(f, q_proposals, 0), "1 published console Softer - 2 -\n");
    assert_str(text_of(f, q_news, 0), "kb.published 1 Version 2 is live: Softer -\n");
    assert_int_equal(drafted(), 0);
    assert_str(text_of(f, "SELECT act || ' ' || about || ' ' || text AS t FROM audit", 0),
               "kb_published version 2 Softer\n");
    /* who holds the old one goes on with it */
    assert_str(kb_intent_named(before, STR("bins.missed"))->replies.items[0],
               "Sorry about that. Report it here: {link}");
    (void)kb_free(before);
    turn(); /* nothing is due */
    assert_int_equal(t.live.version, 2);
}

static void what_does_not_hold_is_refused(void **state)
{
    static const struct {
        const char *note;
        enum kb_item_kind kind;
        const char *id, *from, *to, *error;
    } rows[] = {
        { "a pattern", KB_INTENT, "bins.missed", "(?&bin) ", "(?&bin ",
          "bins.json: bins.missed: match[0]:" },
        { "an example", KB_INTENT, "bins.day", "When is my bin day?", "My hovercraft",
          "bins.json: bins.day: examples.yes[0]: " },
        { "an overdue review", KB_INTENT, "bins.day", "2099-12-31", "2026-11-01",
          "bins.json: bins.day: its review was due by 2026-11-01: read it through and set another "
          "day" },
        { "nothing new", KB_NOTICE, "nothing", NULL, NULL,
          "nothing in it is different from version 1, which is live" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].to)
            (void)kb_fixture_edit(f, rows[i].kind, rows[i].id, rows[i].from, rows[i].to);
        else /* gone already: somebody else made it so */
            run_sql(f->tx, "INSERT INTO kb_draft VALUES('notice','nothing',1,NULL,NULL,1,'Sam',1)");
        assert_str_note(kb_fixture_publish(f, rows[i].note, "null"), "ok", rows[i].note);
        turn();
        struct str error = text_of(f,
                                   "SELECT error AS t FROM kb_proposal WHERE id=?1 AND "
                                   "state='refused'",
                                   (int64_t)i + 1);
        assert_note(str_starts(error, str_of(rows[i].error)), error.p);
        assert_int_equal(drafted(), 1);
        run_sql(f->tx, "DELETE FROM kb_draft");
    }
    assert_int_equal(t.live.version, 1);
    assert_str(text_of(f,
                       "SELECT kind || ' ' || text || ' ' || concerns AS t FROM event ORDER BY "
                       "seq DESC LIMIT 1",
                       0),
               "kb.refused nothing new was not published: nothing in it is different from version "
               "1, which is live [1]\n");
}

/* Behind the proposal two people go on: one on what was proposed, one on something else. */
static void what_is_written_meanwhile_stays(void **state)
{
    struct fixture *f = *state;
    soften();
    assert_str(kb_fixture_publish(f, "Softer", "null"), "ok");
    int64_t later = kb_fixture_edit(f, KB_INTENT, "bins.missed", "Sorry about that.", "Oh dear.");
    (void)kb_fixture_edit(f, KB_INTENT, "bins.day", "Your days", "All days");
    turn();
    assert_int_equal(t.live.version, 2);
    assert_int_equal(drafted(), 2);
    struct kb_draft_item d;
    assert_int_equal(kb_draft_get(f->tx, &f->arena, KB_INTENT, STR("bins.missed"), &d), 1);
    assert_int_equal(d.revision, later);
    assert_str(d.base, kb_fixture_body(f, KB_INTENT, "bins.missed").p);
    assert_str(kb_fixture_publish(f, "More", "null"), "ok");
    turn();
    assert_str(reply_now(), "Oh dear. Report it here: {link}");
    assert_int_equal(drafted(), 0);
}

static void two_proposals_follow_each_other(void **state)
{
    struct fixture *f = *state;
    soften();
    assert_str(kb_fixture_publish(f, "One", "null"), "ok");
    (void)kb_fixture_edit(f, KB_INTENT, "bins.day", "Your days", "All days");
    assert_str(kb_fixture_publish(f, "Both", "null"), "ok");
    turn();
    turn();
    assert_str(text_of(f, q_proposals, 0),
               "1 published console One - 2 -\n2 published console Both - 3 -\n");
    assert_int_equal(t.live.version, 3);
    assert_int_equal(drafted(), 0);
}

/* Nobody overwrites what was published since they began. */
static void what_is_live_has_moved(void **state)
{
    struct fixture *f = *state;
    soften();
    (void)kb_fixture_edit(f, KB_INTENT, "bins.day", "Your days", "All days");
    assert_str(kb_fixture_publish(f, "Softer", "1795000010"), "ok");
    run_sql(f->tx, "DELETE FROM kb_draft");
    (void)kb_fixture_edit(f, KB_INTENT, "bins.missed", "Sorry about that.", "Oh dear.");
    assert_str(kb_fixture_publish(f, "Quicker", "null"), "ok");
    turn();
    assert_int_equal(clock_move(&t.clock, NOON + 20), 0);
    turn();
    assert_str(text_of(f, q_proposals, 0),
               "1 refused console Softer - - bins.missed: version 2 has changed it meanwhile: look "
               "at both in the draft, and publish again\n"
               "2 published console Quicker - 2 -\n");
}

static void an_earlier_version_comes_back(void **state)
{
    struct fixture *f = *state;
    soften();
    assert_str(kb_fixture_publish(f, "Softer", "null"), "ok");
    turn();
    (void)kb_fixture_edit(f, KB_INTENT, "bins.day", "Your days", "All days");
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_rollback", ",'note':'Back','version':1"), "ok");
    turn();
    assert_str(reply_now(), "Sorry about that. Report it here: {link}");
    assert_str(text_of(f, q_versions, 0), "1 folder Kerbside - As it is -\n"
                                          "2 console Sam Reed - Softer -\n"
                                          "3 rollback Kit Orr - Back 1\n");
    assert_str(text_of(f, q_news, 0),
               "kb.published 1 Version 2 is live: Softer -\n"
               "kb.published 2 Version 3 is live, as version 1 was: Back -\n");
    assert_int_equal(drafted(), 1); /* the draft stays */
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM audit WHERE act='kb_rolled_back'", 0),
                     1);
}

static void it_waits_for_its_person_and_its_time(void **state)
{
    struct fixture *f = *state;
    (void)kb_fixture_edit(f, KB_RULE, "sensitive.gas", "'weight':90", "'weight':91");
    assert_str(kb_fixture_publish(f, "Gas", "1795000100"), "ok");
    turn();
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_agree", ",'proposal':1"), "ok");
    turn();
    assert_int_equal(t.live.version, 1);
    assert_int_equal(clock_move(&t.clock, NOON + 101), 0);
    turn();
    assert_int_equal(t.live.version, 2);
    assert_str(text_of(f, q_versions, 0),
               "1 folder Kerbside - As it is -\n2 console Sam Reed Kit Orr Gas -\n");
}

static void change_file(struct kb_files *files, const char *name, const char *from, const char *to)
{
    struct str bytes = kb_files_find(files, str_of(name))->bytes;
    struct buf changed = BUF_INIT(1 << 20);
    const char *at = memmem(bytes.p, bytes.len, from, strlen(from));
    assert_non_null(at);
    (void)buf_add(&changed, str_cut(bytes, 0, (size_t)(at - bytes.p)));
    (void)buf_addc(&changed, to);
    (void)buf_addc(&changed, at + strlen(from));
    assert_int_equal(kb_files_put(files, str_of(name), buf_str(&changed)), 0);
    buf_release(&changed);
}

/* kerbside kb import, beside us. One that we can't load leaves what decides. */
static void another_process_publishes(void **state)
{
    struct fixture *f = *state;
    struct kb_files *files = kb_fixture_files();
    change_file(files, "bins.json", "Sorry about that.", "We are sorry.");
    assert_int_equal(kb_fixture_add(f, files, "import"), 2);
    turn();
    assert_str(reply_now(), SOFTER);
    assert_int_equal(t.live.version, 2);

    change_file(files, "bins.json", "\"weight\": 80", "\"weight\": 8000");
    assert_int_equal(kb_fixture_add(f, files, "import"), 3);
    (void)kb_files_free(files);
    turn();
    turn(); /* it isn't tried again */
    assert_int_equal(t.live.version, 2);
    assert_str(text_of(f, q_news, 0),
               "kb.refused - Version 3 can't be loaded here, so version 2 goes on deciding: "
               "bins.json: bins.missed: match[0]: \"weight\" must be a whole number from 1 to 100 "
               "-\n");
    assert_str(kb_fixture_do(f, SAM, "editor", "kb_rollback", ",'note':'Mend','version':1"), "ok");
    turn();
    assert_int_equal(t.live.version, 4);
}

/* Nobody is asked when something is proposed may be asked for when its time has come. */
static void what_it_needs_is_looked_at_again(void **state)
{
    struct fixture *f = *state;
    (void)kb_fixture_edit(f, KB_RULE, "sensitive.gas", "gas leak'", "gas (?&hole)'");
    assert_str(kb_fixture_publish(f, "Gas", "1795000100"), "ok");
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_agree", ",'proposal':1"), "ok");
    run_sql(f->tx, "DELETE FROM kb_draft");
    (void)kb_fixture_edit(f, KB_TERM, "hole", "'pothole*'", "'pothole*','crater'");
    assert_str(kb_fixture_publish(f, "Holes", "1795000200"), "ok");
    for (int i = 101; i < 300; i += 100) {
        assert_int_equal(clock_move(&t.clock, NOON + i), 0);
        turn();
    }
    assert_str(text_of(f, q_proposals, 0),
               "1 published console Gas It changes a rule for sensitive messages. 2 -\n"
               "2 refused console Holes - - another version was published since this was proposed, "
               "and now somebody else must agree. It changes words that a rule for sensitive "
               "messages or trolling uses. Publish it again, and it waits for them\n");
}

/* Nor does an editor's word do that was given before an election's time. */
static void an_elections_time_begins(void **state)
{
    struct fixture *f = *state;
    struct kb_files *files = kb_fixture_files();
    soften();
    assert_str(kb_fixture_publish(f, "Softer", "1795000100"), "ok");
    run_sql(f->tx, "DELETE FROM kb_draft");
    (void)kb_fixture_edit(f, KB_RULE, "sensitive.gas", "ring 999", "call 999");
    assert_str(kb_fixture_publish(f, "Call", "1795000100"), "ok");
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_agree", ",'proposal':2"), "ok");
    assert_int_equal(
        kb_files_put(files, STR("election.json"),
                     STR("{\"from\":\"2026-11-01T00:00:00Z\",\"until\":\"2026-12-01T00:00:00Z\","
                         "\"team\":\"communications\",\"names\":[\"Ada Moss\"],\"topics\":[]}")),
        0);
    assert_int_equal(kb_fixture_add(f, files, "import"), 2);
    (void)kb_files_free(files);
    turn();
    assert_int_equal(t.live.version, 2);
    assert_int_equal(clock_move(&t.clock, NOON + 101), 0);
    turn();
    turn();
    assert_int_equal(t.live.version, 2);
    assert_int_equal(int_of(f->tx,
                            "SELECT count(*) AS n FROM kb_proposal WHERE state='refused' AND error "
                            "LIKE '%pre-election period: a supervisor%'",
                            0),
                     2);
}

/* Whatever is published while one is worked on is what the next is laid over. */
static void it_moves_while_one_is_worked_on(void **state)
{
    struct fixture *f = *state;
    struct kb_files *files = kb_fixture_files();
    (void)kb_fixture_edit(f, KB_INTENT, "bins.day", "Your days", "All days");
    assert_str(kb_fixture_publish(f, "Days", "null"), "ok");
    fixture_commit(f);
    publisher_turn(t.publisher); /* its end is told by the loop, which doesn't turn yet */
    (void)fixture_begin(f);
    change_file(files, "bins.json", "Sorry about that.", "We are sorry.");
    assert_int_equal(kb_fixture_add(f, files, "import"), 2);
    (void)kb_files_free(files);
    turn();
    turn();
    turn();
    assert_int_equal(t.live.version, 3);
    assert_str(reply_now(), SOFTER);
    assert_str(kb_intent_named(t.live.kb, STR("bins.day"))->replies.items[0],
               "All days are here: {link}");
}

static void what_is_withdrawn_or_cut_off_changes_nothing(void **state)
{
    struct fixture *f = *state;
    soften();
    assert_str(kb_fixture_publish(f, "Softer", "null"), "ok");
    fixture_commit(f);
    publisher_turn(t.publisher);
    (void)fixture_begin(f);
    assert_str(kb_fixture_do(f, KIT, "editor", "kb_withdraw", ",'proposal':1"), "ok");
    turn();
    assert_int_equal(t.live.version, 1);
    assert_str(text_of(f, q_versions, 0), "1 folder Kerbside - As it is -\n");

    assert_str(kb_fixture_publish(f, "Softer after all", "null"), "ok");
    fixture_commit(f);
    publisher_turn(t.publisher);
    t.publisher = publisher_free(t.publisher); /* the program ends, and starts again */
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(t.live.version, 1);
    open_publisher();
    (void)fixture_begin(f);
    turn();
    assert_int_equal(t.live.version, 2);
    assert_str(text_of(f, q_versions, 0), "1 folder Kerbside - As it is -\n"
                                          "2 console Sam Reed - Softer after all -\n");
}

static void an_account_keeps_its_voice(void **state)
{
    static char news[] = "news", handle[] = "NorthmoorNews", file[] = "kerbside.json";
    static struct conf_account account = { .handle = handle, .voice = news };
    struct fixture *f = *state;
    t.conf = (struct conf){ .file = file, .accounts = &account, .account_count = 1 };
    soften();
    assert_str(kb_fixture_publish(f, "Softer", "null"), "ok");
    turn();
    assert_str(
        text_of(f, q_proposals, 0),
        "1 refused console Softer - - kerbside.json: \"accounts[0].voice\": wording.json has "
        "no voice \"news\"; it has: none\n");
}

#define publisher_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        publisher_test(a_proposal_becomes_the_version_that_decides),
        publisher_test(what_does_not_hold_is_refused),
        publisher_test(what_is_written_meanwhile_stays),
        publisher_test(two_proposals_follow_each_other),
        publisher_test(what_is_live_has_moved),
        publisher_test(an_earlier_version_comes_back),
        publisher_test(it_waits_for_its_person_and_its_time),
        publisher_test(another_process_publishes),
        publisher_test(what_it_needs_is_looked_at_again),
        publisher_test(an_elections_time_begins),
        publisher_test(it_moves_while_one_is_worked_on),
        publisher_test(what_is_withdrawn_or_cut_off_changes_nothing),
        publisher_test(an_account_keeps_its_voice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
