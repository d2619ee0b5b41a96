/* A page of messages on its way into the record: in one commit, each for itself, once. With the
 * small knowledge base of tests/data/kb, on a Sunday evening, when nobody is there. */
#include "tests/unit/responder_fixture.h"

/* ------------------------------------------------------------------------------------------------
 * pages */

static void test_actions(void **state)
{
    static const struct {
        const char *text, *decided, *cases, *events;
    } rows[] = {
        { "my bin hasn't been emptied",
          "900 answer - Sorry about that. Report it here: https://council.example/missed-bin\n", "",
          "message.answered - 1 -\nreply.queued - 1 1\n" },
        { "something else", "900 handoff unresolved A person will read this from 9 tomorrow.\n",
          "1 open p2 unresolved customer services a1 s0\n",
          "case.opened 1 1 -\nreply.queued 1 1 1\n" },
        { "I smell gas",
          "900 handoff emergency If you are in danger ring 999. A person is reading this from 9 "
          "tomorrow.\n",
          "1 open p0 emergency duty a1 s1\n", "case.opened 1 1 -\nreply.queued 1 1 1\n" },
        { "missed for the third time",
          "900 handoff complaint A person will read this from 9 tomorrow.\n",
          "1 open p1 complaint customer services a1 s0\n",
          "case.opened 1 1 -\nreply.queued 1 1 1\n" },
        { "thank you", "900 thank - Thank you, we will pass it on.\n", "",
          "message.thanked - 1 -\nreply.queued - 1 1\n" },
        { "useless clowns", "900 ignore - -\n", "", "message.ignored - 1 -\n" },
        { "good morning", "900 none - -\n", "", "" },
        { "", "900 handoff unresolved A person will read this from 9 tomorrow.\n",
          "1 open p2 unresolved customer services a1 s0\n",
          "case.opened 1 1 -\nreply.queued 1 1 1\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)teardown(state);
            (void)setup(state);
        }
        take_one(says("900", "sam", rows[i].text));
        assert_rows(q_decided, rows[i].decided, rows[i].text);
        assert_rows(q_cases, rows[i].cases, rows[i].text);
        assert_rows(q_events, rows[i].events, rows[i].text);
    }
}

/* What the decision rests on is kept with it. */
static void test_why(void **state)
{
    (void)state;
    struct buf want = BUF_INIT(1000);
    take_one(says("900", "sam", "\xf0\x9f\x98\xa1 POTHOLES"));
    (void)buf_addf(&want,
                   "[\"roads.pothole\"] "
                   "[{\"rule\":\"roads.pothole\",\"title\":\"Potholes\",\"words\":[\"potholes\"],"
                   "\"spans\":[[3,11]]}] 0.75 "
                   "0.75 %s\n",
                   t.live.kb->hash);
    assert_rows("SELECT intents || ' ' || why || ' ' || score || ' ' || lead || ' ' || kb AS t "
                "FROM decision",
                buf_cstr(&want), "");
    assert_rows("SELECT text || ' ' || (received_at-written_at BETWEEN 5 AND 15) AS t FROM message",
                "\xf0\x9f\x98\xa1 POTHOLES 1\n", "");
    buf_release(&want);
}

/* In the page's order, with its cursor. */
static void test_order(void **state)
{
    (void)state;
    struct network_message page[] = {
        says("999", "sam", "good morning"),
        says("1001", "sam", "thank you"),
        says("1002", "kit", "potholes"),
        says("9007199254740992", "zoe", "good morning"),
        says("9007199254740993", "zoe", "good morning"),
    };
    assert_int_equal(responder_take(t.responder, NETWORK_MENTIONS, page, ARRAY_LEN(page),
                                    STR("9007199254740993")),
                     0);
    assert_rows("SELECT remote_id AS t FROM message ORDER BY id",
                "999\n1001\n1002\n9007199254740992\n9007199254740993\n", "");
    assert_rows(q_cursor, "x/NorthmoorHelp/mentions 9007199254740993\n", "");
    assert_int_equal(
        responder_take(t.responder, NETWORK_MENTIONS, NULL, 0, STR("9007199254740999")), 0);
    assert_rows(q_cursor, "x/NorthmoorHelp/mentions 9007199254740999\n",
                "an empty page may move it");
    take_one(says("9007199254741000", "zoe", "good morning"));
    assert_rows(q_cursor, "x/NorthmoorHelp/mentions 9007199254740999\n",
                "a page in the middle of a sweep doesn't");
}

/* Promise 1: delivered again, alone, among others, or twice in one page. */
static void test_seen(void **state)
{
    (void)state;
    struct network_message first = says("900", "sam", "my bin hasn't been emptied"),
                           altered = says("900", "sam", "I smell gas"),
                           page[] = { says("901", "kit", "good morning"), altered, first,
                                      says("901", "kit", "I smell gas") };
    take_one(first);
    int64_t changes = db_changes(t.f->db);
    take_one(first);
    take_one(altered);
    assert_int_equal(db_changes(t.f->db), changes);
    assert_int_equal(
        responder_take(t.responder, NETWORK_MENTIONS, page, ARRAY_LEN(page), STR("901")), 0);
    assert_rows("SELECT m.remote_id || ' ' || d.action AS t FROM message m JOIN decision d ON "
                "d.message_id=m.id ORDER BY m.id",
                "900 answer\n901 none\n", "");
    assert_rows("SELECT count(*) AS t FROM reply", "1\n", "");
    assert_rows(q_cases, "", "");
    assert_rows(q_cursor, "x/NorthmoorHelp/mentions 901\n", "");
}

static void add_trigger(const char *sql)
{
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, sql);
    fixture_commit(t.f);
}

/* A message that can't be dealt with costs only itself: it is kept, and staff see it. */
static void test_failing(void **state)
{
    static const struct {
        const char *note, *trigger;
    } rows[] = {
        { "at its decision",
          "CREATE TRIGGER poison BEFORE INSERT ON decision WHEN NEW.action='answer' AND "
          "NEW.intents LIKE '%pothole%' BEGIN SELECT RAISE(ABORT, 'poison'); END" },
        { "at its reply, with half of it written", "CREATE TRIGGER poison BEFORE INSERT ON reply "
                                                   "WHEN NEW.body LIKE '%potholes' BEGIN SELECT "
                                                   "RAISE(ABORT, 'poison'); END" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)teardown(state);
            (void)setup(state);
        }
        add_trigger(rows[i].trigger);
        struct network_message page[] = {
            says("900", "sam", "thank you"),
            says("901", "kit", "potholes"),
            says("902", "zoe", "my bin hasn't been emptied"),
        };
        assert_int_equal(
            responder_take(t.responder, NETWORK_MENTIONS, page, ARRAY_LEN(page), STR("902")), 0);
        assert_rows(
            "SELECT m.remote_id || ' ' || d.action || ' ' || coalesce(d.reason, '-') || ' ' || "
            "d.intents || ' ' || (SELECT count(*) FROM reply p WHERE p.message_id=m.id) AS t FROM "
            "message m JOIN decision d ON d.message_id=m.id ORDER BY m.id",
            "900 thank - [] 1\n901 handoff unresolved [] 0\n902 answer - [\"bins.missed\"] 1\n",
            rows[i].note);
        assert_rows(q_cases, "1 open p1 unresolved customer services a0 s0\n", rows[i].note);
        assert_rows(q_events,
                    "message.thanked - 1 -\nreply.queued - 1 1\ncase.opened 1 2 -\n"
                    "message.answered - 3 -\nreply.queued - 3 2\n",
                    rows[i].note);
        assert_rows(q_cursor, "x/NorthmoorHelp/mentions 902\n", rows[i].note);

        /* the next one of that conversation joins the case */
        struct network_message next = says("903", "kit", "potholes again");
        next.conversation = STR("901");
        take_one(next);
        assert_rows("SELECT count(*) AS t FROM handoff_case", "1\n", rows[i].note);
    }
}

/* When not even that can be written the page isn't kept, and neither is its cursor: one commit. */
static void test_page_fails(void **state)
{
    (void)state;
    take_one(says("800", "sam", "good morning"));
    assert_int_equal(responder_take(t.responder, NETWORK_MENTIONS, NULL, 0, STR("800")), 0);
    add_trigger(
        "CREATE TRIGGER full BEFORE INSERT ON message WHEN NEW.remote_id='902' BEGIN SELECT "
        "RAISE(ABORT, 'no room'); END");
    struct network_message page[] = {
        says("900", "sam", "thank you"),
        says("901", "kit", "potholes"),
        says("902", "zoe", "good morning"),
    };
    assert_int_equal(
        responder_take(t.responder, NETWORK_MENTIONS, page, ARRAY_LEN(page), STR("902")), ERR_DB);
    assert_rows("SELECT remote_id AS t FROM message", "800\n", "");
    assert_rows("SELECT count(*) AS t FROM reply", "0\n", "");
    assert_rows(q_events, "", "");
    assert_rows(q_cursor, "x/NorthmoorHelp/mentions 800\n", "");
    add_trigger("DROP TRIGGER full"); /* and the next try takes it all */
    assert_int_equal(
        responder_take(t.responder, NETWORK_MENTIONS, page, ARRAY_LEN(page), STR("902")), 0);
    assert_rows("SELECT count(*) AS t FROM message", "4\n", "");
    assert_rows(q_cursor, "x/NorthmoorHelp/mentions 902\n", "");
}

/* A text that is too long to be matched is kept whole, for a person. */
static void test_long(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(200000);
    while (text.len < 100000)
        (void)buf_addc(&text, "potholes and potholes and \xf0\x9f\x91\x8d ");
    take_one(says("900", "sam", buf_cstr(&text)));
    assert_rows("SELECT action || ' ' || reason AS t FROM decision", "handoff unresolved\n", "");
    assert_rows("SELECT length(CAST(text AS BLOB)) >= 100000 AS t FROM message", "1\n", "");
    buf_release(&text);
}

/* ------------------------------------------------------------------------------------------------
 * when nothing automatic is said */

static void test_too_old(void **state)
{
    (void)state;
    struct network_message old = says("900", "sam", "potholes"),
                           young = says("901", "kit", "potholes");
    old.written_at = t.now - WITHIN_S - 60;
    young.written_at = t.now - WITHIN_S + 60;
    take_one(old);
    take_one(young);
    assert_rows(q_decided,
                "900 handoff unresolved -\n"
                "901 answer - Please put it on the map: https://council.example/potholes\n",
                "");
    assert_rows(q_cases, "1 open p2 unresolved customer services a0 s0\n", "");
}

static void test_may_not_reply(void **state)
{
    (void)state;
    struct network_message m = says("900", "sam", "I smell gas");
    m.may_reply = false;
    take_one(m);
    assert_rows(q_decided, "900 handoff emergency -\n", "");
    assert_rows("SELECT may_reply AS t FROM message", "0\n", "");
}

static void test_opt_out(void **state)
{
    (void)state;
    take_one(says("900", "sam", "please stop replying"));
    assert_rows("SELECT (opted_out_at IS NOT NULL) AS t FROM resident", "1\n", "");
    take_one(says("901", "sam", "my bin hasn't been emptied"));
    take_one(says("902", "sam", "I smell gas"));
    take_one(says("903", "sam", "thank you"));
    take_one(says("904", "kit", "potholes"));
    assert_rows("SELECT m.remote_id || ' ' || d.action || ' ' || (SELECT count(*) FROM reply p "
                "WHERE p.message_id=m.id) AS t FROM message m JOIN decision d ON "
                "d.message_id=m.id WHERE m.remote_id>'900' ORDER BY m.id",
                "901 handoff 0\n902 handoff 0\n903 thank 0\n904 answer 1\n", "");
}

static const char q_opted[] =
    "SELECT m.remote_id || ' ' || d.action || coalesce(' ' || p.state || ' ' ||"
    " iif(p.confirms, iif(p.body LIKE '%START%', 'stopped', 'started'), 'reply'), '') AS t"
    " FROM message m JOIN decision d ON d.message_id=m.id LEFT JOIN reply p ON p.message_id=m.id"
    " ORDER BY m.id";

static void send_reply(const char *remote_id)
{
    struct tx *tx = fixture_begin(t.f);
    struct stmt *q = tx_stmt(tx, "UPDATE reply SET state='sent' WHERE message_id="
                                 "(SELECT id FROM message WHERE network='x' AND remote_id=?1)");
    stmt_bind_str(q, 1, str_of(remote_id));
    assert_int_equal(stmt_run(q), 0);
    fixture_commit(t.f);
}

/* One word ends it, for good, wherever it is said; one confirmation, ever; another brings it back.
 */
static void test_stop_and_start(void **state)
{
    (void)state;
    struct network_message privately = says("899", "sam", "when is my bin day");
    privately.is_private = true;
    privately.kind = NETWORK_PRIVATE;
    take_one(says("900", "sam", "my bin hasn't been emptied"));
    take_one(privately);
    take_one(says("901", "kit", "potholes"));
    struct network_message stop = says("902", "sam", "please stop replying");
    stop.conversation = STR("900");
    take_one(stop);
    assert_rows(q_opted,
                "900 answer dropped reply\n899 answer failed reply\n901 answer queued reply\n"
                "902 handoff queued stopped\n",
                "what waits is taken back");
    assert_rows("SELECT group_concat(m.remote_id, ' ') AS t FROM handoff_case c"
                " JOIN message m ON m.id=c.message_id",
                "899 902\n", "nobody's request is lost");
    send_reply("902");
    take_one(says("903", "sam", "stop replying"));
    take_one(says("904", "sam", "when is my bin day"));
    assert_rows("SELECT count(*) || ' ' || sum(confirms) AS t FROM reply", "4 1\n", "silence");
    take_one(says("905", "kit", "start"));
    take_one(says("906", "sam", "Start again"));
    assert_rows("SELECT group_concat(opted_out_at IS NOT NULL) AS t FROM resident", "0,0\n",
                "back");
    send_reply("906");
    take_one(says("907", "sam", "potholes"));
    take_one(says("908", "sam", "stop replying"));
    assert_rows("SELECT m.remote_id || ' ' || p.state || ' ' || p.confirms AS t FROM reply p"
                " JOIN message m ON m.id=p.message_id WHERE m.remote_id>'904' ORDER BY m.id",
                "905 queued 0\n906 sent 1\n907 failed 0\n", "no second confirmation");
    assert_rows("SELECT group_concat(opted_out_at IS NOT NULL) AS t FROM resident", "1,0\n",
                "again");
}

/* How to stop it, and where it says what becomes of what is written: with the first that leaves. */
static void test_footer(void **state)
{
    static const struct {
        const char *note, *id, *text;
        bool is_private, sent;
        const char *want; /* the end of the reply */
    } rows[] = {
        { "public", "900", "when is my bin day", false, true, "/bin-day" },
        { "the first", "901", "when is my bin day", true, false, "/privacy" },
        { "the first hasn't left", "902", "my bin hasn't been emptied", true, true, "/privacy" },
        { "the next", "903", "potholes", true, true, "/potholes" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct network_message m = says(rows[i].id, "sam", rows[i].text);
        m.is_private = rows[i].is_private;
        m.kind = m.is_private ? NETWORK_PRIVATE : NETWORK_ADDRESSED;
        m.conversation = m.is_private ? STR("7-15") : STR("900");
        take_one(m);
        struct tx *tx = fixture_begin(t.f);
        struct stmt *q = tx_stmt(tx, "UPDATE reply SET private=1, state=iif(?2, 'sent', 'queued')"
                                     " WHERE message_id=(SELECT max(id) FROM message) AND ?1");
        stmt_bind_int64(q, 1, rows[i].is_private);
        stmt_bind_int64(q, 2, rows[i].sent);
        assert_int_equal(stmt_run(q), 0);
        struct str body = text_of(t.f, "SELECT body AS t FROM reply ORDER BY id DESC LIMIT 1", 0);
        assert_note(str_ends(str_trim(body), str_of(rows[i].want)), rows[i].note);
        assert_note((memmem(body.p, body.len, "STOP", 4) != NULL) ==
                        str_is(str_of(rows[i].want), "/privacy"),
                    rows[i].note);
        fixture_commit(t.f);
    }
}

/* Without it nothing automatic is said in private: a person is. */
static void test_no_footer(void **state)
{
    (void)state;
    t.live.kb->wording.private_footer = STR("");
    struct network_message m = says("900", "sam", "when is my bin day");
    m.is_private = true;
    m.kind = NETWORK_PRIVATE;
    take_one(m);
    assert_rows(q_decided, "900 handoff unresolved -\n", "");
}

/* Staff have the conversation: everything joins their case, what is urgent raises it. */
static void test_in_case(void **state)
{
    static const char *const texts[] = { "something else", "my bin hasn't been emptied",
                                         "useless clowns", "thank you", "I smell gas" };
    static const char *const ids[] = { "900", "901", "902", "903", "904" };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct network_message m = says(ids[i], "sam", texts[i]);
        m.conversation = STR("900");
        take_one(m);
    }
    assert_rows(q_decided,
                "900 handoff unresolved A person will read this from 9 tomorrow.\n"
                "901 handoff unresolved -\n902 ignore - -\n903 thank - -\n"
                "904 handoff emergency If you are in danger ring 999. A person is reading this "
                "from 9 tomorrow.\n",
                "");
    assert_rows(q_cases, "1 open p0 emergency duty a1 s1\n", "");
    assert_rows("SELECT kind || ' ' || message_id AS t FROM event WHERE case_id=1",
                "case.opened 1\nreply.queued 1\ncase.message 2\ncase.message 3\ncase.message 4\n"
                "case.message 5\ncase.raised 5\nreply.queued 5\n",
                "");
    assert_rows("SELECT version AS t FROM handoff_case", "5\n", "");
}

/* Somebody has taken it: not even the holding reply of danger comes between them. */
static void test_claimed(void **state)
{
    (void)state;
    struct network_message m = says("900", "sam", "something else");
    m.may_reply = false; /* nothing was said in it */
    take_one(m);
    struct case_command c = { 1, 1, 1, t.now };
    struct tx *tx = fixture_begin(t.f);
    assert_int_equal(case_claim(tx, &c), CASE_DONE);
    fixture_commit(t.f);
    m = says("901", "sam", "I smell gas");
    m.conversation = STR("900");
    take_one(m);
    assert_rows(q_decided, "900 handoff unresolved -\n901 handoff emergency -\n", "");
    assert_rows("SELECT state || ' p' || priority AS t FROM handoff_case", "claimed p0\n", "");
}

/* A machine must not talk past somebody for ever. */
static void test_enough(void **state)
{
    static const char *const ids[] = { "900", "901", "902", "903" };
    static const char *const texts[] = { "potholes", "my bin hasn't been emptied",
                                         "when is my bin day", "thank you" };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct network_message m = says(ids[i], "sam", texts[i]);
        m.conversation = STR("900");
        take_one(m);
    }
    assert_rows("SELECT action AS t FROM decision ORDER BY message_id",
                "answer\nanswer\nanswer\nthank\n", "");
    assert_rows("SELECT count(*) AS t FROM reply", "3\n", "");
}

/* The account doesn't say the same twice: another variant, then the resident's name in front. */
static void test_variants(void **state)
{
    static const char *const ids[] = { "900", "901", "902", "903" };
    static const char *const people[] = { "sam", "kit", "zoe", "max" };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        take_one(says(ids[i], people[i], "my bin hasn't been emptied"));
    assert_rows("SELECT count(DISTINCT body) AS t FROM reply", "4\n", "");
    assert_rows("SELECT count(*) AS t FROM reply WHERE body LIKE '@%'", "2\n", "");
    assert_rows("SELECT count(*) AS t FROM reply WHERE body LIKE '@zoe %' OR body LIKE '@max %'",
                "2\n", "");
}

/* ------------------------------------------------------------------------------------------------
 * conversations */

enum {
    SENT = 1,      /* what was queued had gone out by then */
    ELSEWHERE = 2, /* in a thread of its own; otherwise in the first line's */
};

/* A line of Sam's. */
struct line {
    int64_t after_s; /* seconds since the line before */
    const char *text;
    unsigned how;
};

static void send_queued(void)
{
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, "UPDATE reply SET state='sent', remote_id='r' || id WHERE state='queued'");
    fixture_commit(t.f);
}

static void say_line(const struct line *line, int number)
{
    static const char *const ids[] = { "900", "901", "902", "903", "904", "905" };
    if (line->how & SENT)
        send_queued();
    pass_s(line->after_s);
    struct network_message m = says(ids[number], "sam", line->text);
    pass_s(-2 * RECORD_BURST_S); /* that says() let pass */
    m.written_at = t.now;
    if (!(line->how & ELSEWHERE))
        m.conversation = STR("900");
    take_one(m);
}

/* For each message: its decision, what it was read from, and what became of which words. */
static const char q_talk[] =
    "SELECT m.remote_id || ' ' || d.action || ' ' || coalesce(d.reason, d.intents) ||"
    " coalesce(' from ' || d.read_from, '') || coalesce(' ' || p.state || ' ' ||"
    " CASE WHEN p.body LIKE '%example/%' THEN substr(p.body, instr(p.body, 'example/') + 8)"
    " WHEN p.body LIKE '%999%' THEN '999' WHEN p.body LIKE '%pass it on%' THEN 'thanks'"
    " WHEN p.body LIKE 'Do you mean%' THEN 'question' WHEN p.body LIKE '%START%' THEN 'stopped'"
    " WHEN p.body LIKE '%STOP ends%' THEN 'started'"
    " ELSE 'wait' END, '') AS t"
    " FROM message m JOIN decision d ON d.message_id=m.id LEFT JOIN reply p ON p.message_id=m.id"
    " ORDER BY m.id";
static const char q_states[] = "SELECT state || ' ' || reason AS t FROM handoff_case ORDER BY id";

static void test_talks(void **state)
{
    static const struct {
        const char *note;
        struct line lines[4];
        const char *talk, *cases;
    } rows[] = {
        { "a follow-up that changes the question",
          { { 0, "when is my bin day", 0 }, { 600, "and the brown one?", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n"
          "901 answer [\"bins.day\"] from 1 queued bin-day\n",
          "" },
        { "and another",
          { { 0, "when is my bin day", 0 },
            { 600, "and the brown one?", SENT },
            { 600, "what about Tuesday", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n"
          "901 answer [\"bins.day\"] from 1 sent bin-day\n"
          "902 answer [\"bins.day\"] from 1 queued bin-day\n",
          "" },
        { "one that adds nothing: the link was no help",
          { { 0, "when is my bin day", 0 }, { 600, "somewhere by the church", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n901 handoff unresolved queued wait\n",
          "open unresolved\n" },
        { "it says that it was no help",
          { { 0, "when is my bin day", 0 }, { 600, "still not", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n901 handoff human queued wait\n",
          "open human\n" },
        { "in polite words",
          { { 0, "when is my bin day", 0 }, { 600, "thank you but it wants an account", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n901 handoff human queued wait\n",
          "open human\n" },
        { "in one word",
          { { 0, "when is my bin day", 0 }, { 600, "no", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n901 handoff human queued wait\n",
          "open human\n" },
        { "the link doesn't work, at once",
          { { 0, "when is my bin day", 0 }, { 20, "that link doesn't work", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n901 handoff human queued wait\n",
          "open human\n" },
        { "no, and another question",
          { { 0, "when is my bin day", 0 }, { 600, "no, potholes", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n"
          "901 answer [\"roads.pothole\"] queued potholes\n",
          "" },
        { "no more is wanted",
          { { 0, "when is my bin day", 0 },
            { 600, "thanks, done", SENT },
            { 600, "ok sorted", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n901 none []\n902 none []\n",
          "" },
        { "who was thanked isn't thanked for that",
          { { 0, "well done", 0 }, { 600, "thank you", SENT }, { 600, "thank you again", SENT } },
          "900 thank [] sent thanks\n901 thank []\n902 thank []\n",
          "" },
        { "the same words where nothing was answered",
          { { 0, "still not", 0 } },
          "900 handoff unresolved queued wait\n",
          "open unresolved\n" },
        { "two days later it isn't a follow-up",
          { { 0, "when is my bin day", 0 }, { 49 * 3600, "and the brown one?", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n"
          "901 handoff unresolved queued wait\n",
          "open unresolved\n" },
        { "danger told in two messages",
          { { 0, "there is a gas", 0 }, { 20, "leak in our road", 0 } },
          "900 handoff unresolved dropped wait\n"
          "901 handoff emergency from 1 queued 999\n",
          "open emergency\n" },
        { "danger after something sensitive",
          { { 0, "my dad died", 0 }, { 600, "gas leak here", SENT }, { 600, "gas leak!", SENT } },
          "900 handoff bereavement sent wait\n901 handoff emergency sent 999\n"
          "902 handoff emergency\n",
          "open emergency\n" },
        { "something sensitive after danger",
          { { 0, "gas leak here", 0 }, { 600, "my dad died", SENT } },
          "900 handoff emergency sent 999\n901 handoff bereavement\n",
          "open emergency\n" },
        { "danger that what stood before it would hide",
          { { 0, "when is my bin day, and my gas bill", 0 }, { 20, "gas leak here", 0 } },
          "900 answer [\"bins.day\"] dropped bin-day\n901 handoff emergency queued 999\n",
          "open emergency\n" },
        { "a burst of which all is needed",
          { { 0, "my green bin here", 0 }, { 20, "has not been emptied", 0 } },
          "900 handoff unresolved dropped wait\n"
          "901 answer [\"bins.missed\"] from 1 queued missed-bin\n",
          "closed unresolved\n" },
        { "in threads of their own",
          { { 0, "my green bin here", 0 }, { 20, "has not been emptied", ELSEWHERE } },
          "900 handoff unresolved dropped wait\n"
          "901 answer [\"bins.missed\"] from 1 queued missed-bin\n",
          "closed unresolved\n" },
        { "a burst that adds nothing to the first",
          { { 0, "when is my bin day", 0 }, { 20, "on Elm Close", 0 }, { 20, "please please", 0 } },
          "900 answer [\"bins.day\"] queued bin-day\n"
          "901 answer [\"bins.day\"] from 1\n902 answer [\"bins.day\"] from 1\n",
          "" },
        { "the same, already answered",
          { { 0, "when is my bin day", 0 },
            { 20, "on Elm Close", SENT },
            { 20, "when is my bin day", 0 } },
          "900 answer [\"bins.day\"] sent bin-day\n"
          "901 answer [\"bins.day\"] from 1\n902 answer [\"bins.day\"] from 1\n",
          "" },
        { "something else, already answered: a new request",
          { { 0, "when is my bin day", 0 }, { 20, "potholes too", SENT } },
          "900 answer [\"bins.day\"] sent bin-day\n"
          "901 answer [\"roads.pothole\"] queued potholes\n",
          "" },
        { "a burst that turns out to be for a person",
          { { 0, "my bin hasn't been emptied", 0 }, { 20, "for the third time", 0 } },
          "900 answer [\"bins.missed\"] dropped missed-bin\n901 handoff complaint from 1 queued "
          "wait\n",
          "open complaint\n" },
        { "thanks that a request follows",
          { { 0, "thank you", 0 }, { 20, "and now potholes", 0 } },
          "900 thank [] dropped thanks\n"
          "901 answer [\"roads.pothole\"] from 1 queued potholes\n",
          "" },
        { "a question, and its answer",
          { { 0, "my bin by the potholes was missed", 0 }, { 600, "the second", SENT } },
          "900 handoff unresolved sent question\n"
          "901 answer [\"roads.pothole\"] queued potholes\n",
          "closed unresolved\n" },
        { "a question about a burst, and its answer",
          { { 0, "my bin by the potholes was missed", 0 },
            { 20, "please please", 0 },
            { 600, "the second", SENT } },
          "900 handoff unresolved sent question\n901 handoff unresolved from 1\n"
          "902 answer [\"roads.pothole\"] queued potholes\n",
          "closed unresolved\n" },
        { "an answer that goes on",
          { { 0, "my bin by the potholes was missed", 0 },
            { 600, "the second", SENT },
            { 20, "on Elm Close", 0 } },
          "900 handoff unresolved sent question\n"
          "901 answer [\"roads.pothole\"] queued potholes\n"
          "902 answer [\"roads.pothole\"] from 2\n",
          "closed unresolved\n" },
        { "no answer to the question: a person's, and no second question",
          { { 0, "my bin by the potholes was missed", 0 },
            { 600, "well well", SENT },
            { 600, "my bin by the potholes was missed", SENT } },
          "900 handoff unresolved sent question\n901 handoff unresolved sent wait\n"
          "902 handoff unresolved\n",
          "open unresolved\n" },
        { "a question that the rest of the burst makes needless",
          { { 0, "my bin by the potholes was missed", 0 }, { 20, "when is my bin day", 0 } },
          "900 handoff unresolved dropped question\n"
          "901 answer [\"bins.missed\",\"bins.day\"] from 1 queued missed-bin\n\n"
          "Your days are here: https://council.example/bin-day\n",
          "closed unresolved\n" },
        { "thanks that hide a need",
          { { 0, "thank you", 0 }, { 20, "but the swings are gone", 0 } },
          "900 thank [] dropped thanks\n901 handoff unresolved queued wait\n",
          "open unresolved\n" },
        { "thanks that a need follows",
          { { 0, "thank you", 0 }, { 20, "but the swings are gone", SENT } },
          "900 thank [] sent thanks\n901 handoff unresolved queued wait\n",
          "open unresolved\n" },
        { "talk that hides a need",
          { { 0, "good morning", 0 }, { 20, "the swings are gone", 0 } },
          "900 none []\n901 handoff unresolved queued wait\n",
          "open unresolved\n" },
        { "a need with talk behind it",
          { { 0, "the swings are gone", 0 }, { 20, "good morning", 0 } },
          "900 handoff unresolved queued wait\n901 none [] from 1\n",
          "open unresolved\n" },
        { "not a burst: over a minute apart",
          { { 0, "my green bin here", 0 }, { 61, "has not been emptied", 0 } },
          "900 handoff unresolved queued wait\n901 handoff unresolved\n",
          "open unresolved\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)teardown(state);
            (void)setup(state);
        }
        for (int n = 0; n < 4 && rows[i].lines[n].text; n++)
            say_line(&rows[i].lines[n], n);
        assert_rows(q_talk, rows[i].talk, rows[i].note);
        assert_rows(q_states, rows[i].cases, rows[i].note);
    }
}

/* Staff's doings between two lines: from then on the conversation is theirs. */
static void test_talks_with_staff(void **state)
{
    static const char *const never[] = { "claimed", "released", "replied", "closed with a reply" };
    for (size_t i = 0; i < ARRAY_LEN(never); i++) {
        if (i) {
            (void)teardown(state);
            (void)setup(state);
        }
        say_line(&(struct line){ 0, "my green bin here", 0 }, 0);
        send_queued();
        struct tx *tx = fixture_begin(t.f);
        struct case_command c = { 1, 1, 1, t.now };
        assert_int_equal(case_claim(tx, &c), CASE_DONE);
        c.version++;
        if (i == 1)
            assert_int_equal(case_release(tx, &c), CASE_DONE);
        if (i >= 2) {
            assert_int_equal(reply_in_case(tx, &c, "We are on it ^SR", false), CASE_DONE);
            c.version++;
        }
        if (i == 3)
            assert_int_equal(case_close(tx, &c, STR("done"), STR("")), CASE_DONE);
        fixture_commit(t.f);
        say_line(&(struct line){ 30, "has not been emptied", i == 3 ? SENT : 0 }, 1);
        assert_rows("SELECT d.action || ' ' || d.reason || ' ' || (SELECT count(*) FROM reply p "
                    "WHERE p.message_id=d.message_id AND p.body LIKE '%example%') AS t FROM "
                    "decision d WHERE d.message_id=2",
                    "handoff unresolved 0\n", never[i]);
        assert_rows("SELECT count(*) AS t FROM handoff_case WHERE state<>'closed'", "1\n",
                    never[i]);
    }
}

/* A page holds all of a burst: what was decided on the way never leaves. */
static void test_burst_in_page(void **state)
{
    (void)state;
    struct network_message page[3];
    static const char *const ids[] = { "900", "901", "902" };
    static const char *const texts[] = { "potholes", "my green bin here", "has not been emptied" };
    for (size_t i = 0; i < ARRAY_LEN(page); i++) {
        page[i] = says(ids[i], i ? "sam" : "kit", texts[i]);
        page[i].written_at = t.now;
        pass_s(-2 * RECORD_BURST_S + 10);
    }
    assert_int_equal(
        responder_take(t.responder, NETWORK_MENTIONS, page, ARRAY_LEN(page), STR("902")), 0);
    assert_rows(q_talk,
                "900 answer [\"roads.pothole\"] queued potholes\n"
                "901 handoff unresolved dropped wait\n"
                "902 answer [\"bins.missed\"] from 2 queued missed-bin\n",
                "");
    assert_rows("SELECT kind || ' ' || coalesce(message_id, '-') || ' ' || coalesce(text, '-') AS "
                "t FROM event WHERE seq>2",
                "case.opened 2 unresolved\nreply.queued 2 -\n"
                "reply.dropped 2 The resident wrote more before it was sent\n"
                "case.closed 3 Answered automatically after the resident wrote more\n"
                "message.answered 3 -\nreply.queued 3 -\n",
                "");
}

/* Nothing of it lives in memory alone. */
static void test_burst_over_a_restart(void **state)
{
    (void)state;
    say_line(&(struct line){ 0, "my green bin here", 0 }, 0);
    stop_responder();
    assert_int_equal(start_responder(), 0);
    say_line(&(struct line){ 30, "has not been emptied", 0 }, 1);
    assert_rows(q_talk,
                "900 handoff unresolved dropped wait\n"
                "901 answer [\"bins.missed\"] from 1 queued missed-bin\n",
                "");
}

/* The rest of a burst may lie where we are not let answer: what the first said is answered there.
 */
static void test_burst_not_summoning(void **state)
{
    static const struct {
        const char *note, *second, *talk;
    } rows[] = {
        { "adds nothing", "on Elm Close",
          "900 answer [\"bins.day\"] queued bin-day\n901 answer [\"bins.day\"] from 1\n" },
        { "is for a person", "for the third time",
          "900 answer [\"bins.day\"] dropped bin-day\n901 handoff complaint from 1\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i) {
            (void)teardown(state);
            (void)setup(state);
        }
        say_line(&(struct line){ 0, "when is my bin day", 0 }, 0);
        struct network_message m = says("901", "sam", rows[i].second);
        m.written_at = t.now - 2 * RECORD_BURST_S + 20;
        m.conversation = STR("900");
        m.may_reply = false;
        take_one(m);
        assert_rows(q_talk, rows[i].talk, rows[i].note);
    }
}

/* Who opts out in the next breath isn't answered any more. */
static void test_burst_opts_out(void **state)
{
    (void)state;
    say_line(&(struct line){ 0, "when is my bin day", 0 }, 0);
    say_line(&(struct line){ 20, "and please stop replying", 0 }, 1);
    assert_rows(q_talk,
                "900 answer [\"bins.day\"] dropped bin-day\n901 handoff human queued stopped\n",
                "");
    assert_rows("SELECT (opted_out_at IS NOT NULL) AS t FROM resident", "1\n", "");
}

/* Both within a minute: each is an order, whatever stands before it. */
static void test_burst_stops_and_starts(void **state)
{
    (void)state;
    say_line(&(struct line){ 0, "please stop replying", 0 }, 0);
    say_line(&(struct line){ 10, "when is my bin day", 0 }, 1);
    say_line(&(struct line){ 20, "please stop replying", 0 }, 2);
    assert_rows(q_opted, "900 handoff queued stopped\n901 handoff\n902 handoff\n", "");
    say_line(&(struct line){ 30, "start again", 0 }, 3);
    assert_rows(q_opted,
                "900 handoff dropped stopped\n901 handoff\n902 handoff\n903 none queued started\n",
                "");
    assert_rows("SELECT (opted_out_at IS NULL) AS t FROM resident", "1\n", "");
}

/* Another resident's words under the same post are their own. */
static void test_talk_of_others(void **state)
{
    (void)state;
    say_line(&(struct line){ 0, "my green bin here", 0 }, 0);
    struct network_message m = says("901", "kit", "has not been emptied");
    m.written_at = t.now - 2 * RECORD_BURST_S + 20;
    m.conversation = STR("900");
    take_one(m);
    assert_rows(q_talk, "900 handoff unresolved queued wait\n901 handoff unresolved\n", "");
    assert_rows(q_states, "open unresolved\n", "");
}

/* Staff see the words of the message itself marked, and which rule was behind it. */
static void test_why_of_own_words(void **state)
{
    (void)state;
    say_line(&(struct line){ 0, "potholes \xf0\x9f\x98\xa1 and my bin", 0 }, 0);
    say_line(&(struct line){ 20, "\xf0\x9f\x98\xa1 not emptied", 0 }, 1);
    assert_rows("SELECT why AS t FROM decision WHERE message_id=2",
                "[{\"rule\":\"bins.missed\",\"title\":\"Missed bin\",\"words\":[\"not "
                "emptied\"],\"spans\":[[3,14]]},"
                "{\"rule\":\"roads.pothole\",\"title\":\"Potholes\",\"words\":[],\"spans\":[]}]\n",
                "");
}

/* What residents do, as policy hears of it. */
static void test_behaviour(void **state)
{
    static const char *const ids[] = { "900", "901", "902", "903", "904" };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        take_one(says(ids[i], "sam", i < 3 ? "useless clowns" : i == 3 ? "wibble" : "potholes"));
    assert_rows("SELECT action AS t FROM decision ORDER BY message_id",
                "ignore\nignore\nignore\nignore\nanswer\n", "the fourth for three strikes");
    assert_rows("SELECT count(DISTINCT fingerprint) AS t FROM message", "3\n", "");
    take_one(says("905", "kit", "@NorthmoorHelp Useless   CLOWNS"));
    assert_rows("SELECT count(DISTINCT fingerprint) AS t FROM message", "3\n", "the same words");
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static void run_until_reads(unsigned reads)
{
    for (int turns = 0; t.reads < reads; turns++) {
        assert_true(turns < 10000);
        (void)uv_run(&t.loop, UV_RUN_ONCE);
    }
}

static void end_read(enum network_end end, int64_t after_ms)
{
    struct network_answer a = {
        .end = end,
        .after_ms = after_ms,
        .words = end == NETWORK_DONE ? STR("") : STR("X said 429: Too Many Requests"),
    };
    network_done *done = t.done;
    t.done = NULL;
    done(t.data, &a);
}

static void test_reading(void **state)
{
    (void)state;
    struct network_message m = says("901", "sam", "thank you"), n = says("900", "kit", "potholes");
    struct network_page first = { &m, 1, STR(""), false }, last = { &n, 1, STR("901"), true },
                        nothing = { NULL, 0, STR(""), true };
    responder_start(t.responder);
    assert_int_equal(t.reads, 0);
    run_until_reads(1);
    assert_str(t.cursor, ""); /* never read yet: as far back as an answer makes sense */
    assert_true(t.first_at >= t.now - WITHIN_S && t.first_at <= t.now - WITHIN_S + 10);

    assert_int_equal(t.take(t.data, &first), 0);
    assert_rows("SELECT count(*) AS t FROM message", "1\n", "");
    assert_rows(q_cursor, "", "");
    assert_int_equal(t.take(t.data, &last), 0);
    assert_rows(q_cursor, "x/NorthmoorHelp/mentions 901\n", "");
    end_read(NETWORK_DONE, 0);
    run_until_reads(2);
    assert_true(t.read_at_ms[1] - t.read_at_ms[0] >= POLL_MS - 1);
    assert_str(t.cursor, "901");
    int64_t changes = db_changes(t.f->db);
    assert_int_equal(t.take(t.data, &nothing), 0);
    assert_int_equal(db_changes(t.f->db), changes); /* nothing new, nothing written */
    end_read(NETWORK_DONE, 0);
    run_until_reads(3);
    assert_str(t.cursor, "901");

    /* started again it goes on where it was, and what comes twice is known */
    stop_responder();
    assert_int_equal(start_responder(), 0);
    responder_start(t.responder);
    run_until_reads(4);
    assert_str(t.cursor, "901");
    assert_int_equal(t.take(t.data, &first), 0);
    assert_rows("SELECT count(*) AS t FROM message", "2\n", "");
}

static void test_read_fails(void **state)
{
    (void)state;
    static const enum network_end ends[] = { NETWORK_LATER, NETWORK_BLOCKED, NETWORK_REFUSED,
                                             NETWORK_UNKNOWN };
    responder_start(t.responder);
    for (unsigned i = 0; i < ARRAY_LEN(ends); i++) {
        run_until_reads(i + 1);
        end_read(ends[i], 30);
        assert_str(responder_trouble(t.responder),
                   "New messages can't be read. X said 429: Too Many Requests");
        run_until_reads(i + 2);
        assert_true(t.read_at_ms[i + 1] - t.read_at_ms[i] >= 29);
    }
    end_read(NETWORK_DONE, 0);
    assert_str(responder_trouble(t.responder), "");

    /* without a time of the network's own, a second */
    run_until_reads(6);
    end_read(NETWORK_LATER, 0);
    run_until_reads(7);
    assert_true(t.read_at_ms[6] - t.read_at_ms[5] >= 999);
}

static void test_read_verb_fails(void **state)
{
    (void)state;
    t.error = ERR_NOMEM;
    responder_start(t.responder);
    run_until_reads(2);
    assert_true(t.read_at_ms[1] - t.read_at_ms[0] >= 999); /* it tries again, a second later */
}

/* A page that can't be kept ends the sweep; its cursor is not believed. */
static void test_page_not_kept(void **state)
{
    (void)state;
    struct network_message m = says("900", "sam", "thank you");
    struct network_page page = { &m, 1, STR("900"), true };
    add_trigger(
        "CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'no room'); "
        "END");
    responder_start(t.responder);
    run_until_reads(1);
    assert_int_equal(t.take(t.data, &page), ERR_DB);
    end_read(NETWORK_LATER, 1);
    run_until_reads(2);
    assert_str(t.cursor, "");
    add_trigger("DROP TRIGGER full");
    assert_int_equal(t.take(t.data, &page), 0);
    end_read(NETWORK_DONE, 0);
    run_until_reads(3);
    assert_str(t.cursor, "900");
    assert_rows("SELECT count(*) AS t FROM message", "1\n", "");
}

#define RESPONDER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RESPONDER_TEST(test_actions),
        RESPONDER_TEST(test_why),
        RESPONDER_TEST(test_order),
        RESPONDER_TEST(test_seen),
        RESPONDER_TEST(test_failing),
        RESPONDER_TEST(test_page_fails),
        RESPONDER_TEST(test_long),
        RESPONDER_TEST(test_too_old),
        RESPONDER_TEST(test_may_not_reply),
        RESPONDER_TEST(test_opt_out),
        RESPONDER_TEST(test_stop_and_start),
        RESPONDER_TEST(test_burst_stops_and_starts),
        RESPONDER_TEST(test_footer),
        RESPONDER_TEST(test_no_footer),
        RESPONDER_TEST(test_in_case),
        RESPONDER_TEST(test_claimed),
        RESPONDER_TEST(test_enough),
        RESPONDER_TEST(test_variants),
        RESPONDER_TEST(test_talks),
        RESPONDER_TEST(test_talks_with_staff),
        RESPONDER_TEST(test_burst_in_page),
        RESPONDER_TEST(test_burst_over_a_restart),
        RESPONDER_TEST(test_burst_not_summoning),
        RESPONDER_TEST(test_burst_opts_out),
        RESPONDER_TEST(test_talk_of_others),
        RESPONDER_TEST(test_why_of_own_words),
        RESPONDER_TEST(test_behaviour),
        RESPONDER_TEST(test_reading),
        RESPONDER_TEST(test_read_fails),
        RESPONDER_TEST(test_read_verb_fails),
        RESPONDER_TEST(test_page_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
