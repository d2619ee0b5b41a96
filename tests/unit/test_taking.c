/* What becomes of what is read: whose it is, what was overheard, direct messages, edits, our own
 * posts, threads. The rest of the responder is in test_responder.c. */
#include "handoff/shift.h"
#include "tests/unit/responder_fixture.h"

static const char q_taken[] =
    "SELECT m.remote_id || ' ' || m.account || ' ' || m.kind || ' ' || coalesce(d.action, '-') || "
    "' ' || coalesce((SELECT p.body || iif(p.private, ' (private)', '') FROM reply p WHERE "
    "p.message_id=m.id AND p.state='queued'), '-') AS t FROM message m LEFT JOIN decision d ON "
    "d.message_id=m.id ORDER BY m.id";
static const char q_replies[] =
    "SELECT m.remote_id || ' ' || p.state || ' ' || p.body AS t FROM reply p JOIN message m ON "
    "m.id=p.message_id ORDER BY p.id";

#define BIN_REPLY "Sorry about that. Report it here: https://council.example/missed-bin"
#define BIN_OTHER "Tell us here and we will come back: https://council.example/missed-bin"
#define POTHOLE_REPLY "Please put it on the map: https://council.example/potholes"

static void again(void **state)
{
    (void)teardown(state);
    (void)setup(state);
}

static void change(const char *sql)
{
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, sql);
    fixture_commit(t.f);
}

/* A version that is swapped in decides the next message; where there are none, none is named. */
static void test_version_of_decision(void **state)
{
    (void)state;
    take_one(says("901", "7", "potholes"));
    kb_live_swap(&t.live, kb_ref(t.live.kb), 4);
    take_one(says("902", "8", "potholes"));
    assert_rows(
        "SELECT m.remote_id || ' ' || coalesce(d.kb_version, '-') AS t FROM decision d JOIN "
        "message m ON m.id=d.message_id ORDER BY m.id",
        "901 -\n902 4\n", "versions");
}

/* ------------------------------------------------------------------------------------------------
 * accounts */

/* The other account's responder in the place of the first. */
static void switch_account(void)
{
    static struct responder_account help;
    stop_responder();
    help = (struct responder_account){ STR("NorthmoorHelp"), STR("customer services"), STR(""),
                                       t.hours };
    struct responder_options options = { .loop = &t.loop,
                                         .db = t.f->db,
                                         .network = &t.network,
                                         .account = STR("NorthmoorNews"),
                                         .team = STR("communications"),
                                         .clock = &t.clock,
                                         .hours = t.hours,
                                         .others = &help,
                                         .other_count = 1,
                                         .live = &t.live,
                                         .poll_every_ms = POLL_MS,
                                         .answer_within_s = WITHIN_S };
    assert_int_equal(responder_new(&options, &t.responder), 0);
}

/* Recorded once, for one of the two, whichever reads it first. */
static void test_accounts(void **state)
{
    static const struct {
        const char *text, *answers, *account;
    } rows[] = {
        { "@NorthmoorHelp @NorthmoorNews potholes", "", "NorthmoorHelp" },
        { "@northmoornews @NorthmoorHelp potholes", "", "NorthmoorNews" },
        { "potholes (@NorthmoorNews)", "", "NorthmoorNews" },
        { "potholes, sam@NorthmoorNews @NorthmoorHelp", "", "NorthmoorHelp" },
        { "potholes @NorthmoorNewsroom @NorthmoorHelp", "", "NorthmoorHelp" },
        { "@NorthmoorHelp potholes", "850", "NorthmoorNews" }, /* News said 850 */
        { "@NorthmoorNews potholes", "777", "NorthmoorNews" }, /* nobody we know said 777 */
        { "potholes", "", NULL },
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        bool news_first = i % 2;
        switch_account();
        struct network_message told = says("800", "sam", "@NorthmoorNews good morning"),
                               m = says("900", "kit", rows[i / 2].text);
        take_one(told);
        change("INSERT INTO reply(message_id, body, state, remote_id, created_at, changed_at)"
               " VALUES(1, 'Hello', 'sent', '850', 0, 0)");
        m.answers = str_of(rows[i / 2].answers);
        for (int k = 0; k < 2; k++) {
            if (news_first == (k == 1)) {
                stop_responder();
                assert_int_equal(start_responder(), 0);
            } else if (k == 1) {
                switch_account();
            }
            take_one(m);
        }
        const char *first = news_first ? "NorthmoorNews" : "NorthmoorHelp";
        struct buf want = BUF_INIT(1000);
        (void)buf_addf(&want, "900 %s answer 1\n",
                       rows[i / 2].account ? rows[i / 2].account : first);
        assert_rows("SELECT m.remote_id || ' ' || m.account || ' ' || d.action || ' ' || (SELECT "
                    "count(*) FROM reply p WHERE p.message_id=m.id) AS t FROM message m JOIN "
                    "decision d ON d.message_id=m.id WHERE m.remote_id='900'",
                    buf_cstr(&want), rows[i / 2].text);
        buf_release(&want);
    }
}

/* What one of our accounts says is no message to the other, which it may carry or name. */
static void test_our_own(void **state)
{
    (void)state;
    take_one(says("900", "northmoorNews", "@NorthmoorHelp potholes"));
    switch_account();
    take_one(says("901", "NorthmoorHelp", "@sam @NorthmoorNews I smell gas"));
    assert_rows("SELECT count(*) AS t FROM message", "0\n", "");
}

/* What the knowledge base knows is customer services', whoever was asked; the rest is the
 * account's. */
static void test_teams(void **state)
{
    static const struct {
        const char *text, *team;
    } rows[] = {
        { "@NorthmoorNews my bin hasn't been emptied", "customer services" },
        { "@NorthmoorNews who may I ask for an interview", "communications" },
        { "@NorthmoorNews I smell gas", "duty" },
        { "@NorthmoorNews missed bin for the third time", "customer services" },
        { "@NorthmoorNews this is the third time", "communications" },
        { "@NorthmoorHelp who may I ask for an interview", "customer services" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        struct network_message m = says("900", "sam", rows[i].text);
        struct buf want = BUF_INIT(100);
        m.may_reply = false; /* so that even an answer is for a person */
        take_one(m);
        (void)buf_addf(&want, "%s\n", rows[i].team);
        assert_rows("SELECT team AS t FROM handoff_case", buf_cstr(&want), rows[i].text);
        buf_release(&want);
    }
}

/* ------------------------------------------------------------------------------------------------
 * overheard */

static struct network_message overheard(const char *id, const char *author, const char *text)
{
    struct network_message m = says(id, author, text);
    m.kind = NETWORK_OVERHEARD;
    m.conversation = STR("800");
    return m;
}

static void test_overheard(void **state)
{
    static const struct {
        const char *text, *decided, *cases, *in_case;
    } rows[] = {
        { "my bin hasn't been emptied", "none", "", "case.message" },
        { "thank you", "none", "", "case.message" },
        { "useless clowns", "none", "", "case.message" },
        { "please stop replying", "none", "", "case.message" },
        { "I want a real person", "none", "", "case.message" },
        { "something else", "none", "", "case.message" },
        { "I smell gas", "handoff", "1 open p0 emergency duty a0 s1\n",
          "case.message\ncase.raised" },
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        bool in_case = i % 2;
        struct buf want = BUF_INIT(1000);
        struct network_message begins = says("800", "sam", in_case ? "something else" : "potholes");
        take_one(begins);
        change("DELETE FROM event");
        change("DELETE FROM reply");
        take_one(overheard("900", "kit", rows[i / 2].text));
        (void)buf_addf(&want, "900 NorthmoorHelp overheard %s -\n", rows[i / 2].decided);
        assert_rows("SELECT m.remote_id || ' ' || m.account || ' ' || m.kind || ' ' || d.action || "
                    "' ' || coalesce((SELECT body FROM reply), '-') AS t FROM message m JOIN "
                    "decision d ON d.message_id=m.id WHERE m.remote_id='900'",
                    buf_cstr(&want), rows[i / 2].text);
        buf_clear(&want);
        if (in_case)
            (void)buf_addf(&want, "%s\n", rows[i / 2].in_case);
        assert_rows(in_case ? "SELECT kind AS t FROM event ORDER BY seq" : q_cases,
                    in_case ? buf_cstr(&want) : rows[i / 2].cases, rows[i / 2].text);
        assert_rows("SELECT count(*) AS t FROM resident WHERE opted_out_at IS NOT NULL", "0\n", "");
        buf_release(&want);
    }
}

/* Nobody is a troll, a flood or a copy for what they tell others. */
static void test_overheard_counts_nothing(void **state)
{
    (void)state;
    static const char *const ids[] = { "900", "901", "902", "903", "904", "905", "906" };
    struct network_message page[ARRAY_LEN(ids)];
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        page[i] = overheard(ids[i], "kit", "useless clowns");
        page[i].written_at = t.now;
    }
    assert_int_equal(responder_take(t.responder, NETWORK_THREADS, page, ARRAY_LEN(ids), STR("")),
                     0);
    struct network_message m = says("910", "kit", "useless clowns");
    take_one(m);
    struct record_facts facts = facts_of(fixture_begin(t.f), (int64_t)ARRAY_LEN(ids) + 1);
    assert_true(facts.strikes == 0 && !facts.flood && !facts.copy);
    fixture_commit(t.f);
    /* nor is it read together with what they tell us */
    struct network_message half = overheard("911", "zoe", "my bin"),
                           rest = says("912", "zoe", "hasn't been emptied");
    half.conversation = rest.conversation = STR("911");
    half.written_at = rest.written_at - 5;
    take_one(half);
    take_one(rest);
    assert_rows("SELECT action AS t FROM decision ORDER BY message_id DESC LIMIT 1", "handoff\n",
                "");
}

/* Another account, or another feed, shows that it is to us after all: then it is answered, once. */
static void test_overheard_first(void **state)
{
    (void)state;
    struct network_message heard = overheard("900", "kit", "@NorthmoorNews potholes"), told = heard;
    told.kind = NETWORK_ADDRESSED;
    take_one(heard);
    assert_rows(q_taken, "900 NorthmoorHelp overheard none -\n", "");
    take_one(told);
    take_one(told);
    take_one(heard);
    assert_rows(q_taken, "900 NorthmoorNews addressed answer " POTHOLE_REPLY "\n", "");
    assert_rows("SELECT count(*) AS t FROM reply", "1\n", "");
}

/* ------------------------------------------------------------------------------------------------
 * private */

static struct network_message writes(const char *id, const char *author, const char *text)
{
    struct network_message m = says(id, author, text);
    m.kind = NETWORK_PRIVATE;
    m.is_private = true;
    m.conversation = joined(STR("dm:1"), str_of(author));
    return m;
}

static const char q_where[] =
    "SELECT m.remote_id || ' ' || c.remote_id || ' ' || coalesce((SELECT k.id FROM handoff_case k "
    "WHERE k.conversation_id=m.conversation_id AND k.state<>'closed'), '-') AS t FROM message m "
    "JOIN conversation c ON c.id=m.conversation_id ORDER BY m.id";

#define FOOTER "\n\nAutomatic: send STOP to end these. https://northmoor.example/privacy"

static void test_private(void **state)
{
    (void)state;
    take_one(writes("dm:900", "sam", "my bin hasn't been emptied"));
    assert_rows(q_taken, "dm:900 NorthmoorHelp private answer " BIN_OTHER FOOTER " (private)\n",
                "");
    take_one(writes("dm:901", "sam", "something else"));
    assert_rows(q_where, "dm:900 dm:1 sam 1\ndm:901 dm:1 sam 1\n", "");
    assert_rows(q_cases, "1 open p2 unresolved customer services a1 s0\n", "");
}

/* It began publicly: it stays one case, with this account or another, until that is closed. */
static void test_private_in_case(void **state)
{
    (void)state;
    struct network_message news = says("800", "sam", "@NorthmoorNews something else");
    take_one(news);
    take_one(says("801", "kit", "something else"));
    take_one(writes("dm:900", "sam", "my bin hasn't been emptied"));
    assert_rows(q_where, "800 800 1\n801 801 2\ndm:900 800 1\n", "");
    assert_rows("SELECT kind || ' ' || case_id AS t FROM event WHERE message_id=3",
                "case.message 1\n", "");
    assert_rows("SELECT count(*) AS t FROM reply WHERE private", "0\n", "");
    /* a second one of theirs, with the account that they write to: that rather */
    take_one(says("802", "sam", "something else"));
    take_one(writes("dm:901", "sam", "and another thing"));
    assert_rows("SELECT c.remote_id AS t FROM message m JOIN conversation c ON "
                "c.id=m.conversation_id WHERE m.remote_id='dm:901'",
                "802\n", "");
    change("UPDATE handoff_case SET state='closed'");
    take_one(writes("dm:902", "sam", "my bin hasn't been emptied"));
    assert_rows("SELECT c.remote_id || ' ' || d.action AS t FROM message m JOIN conversation c ON "
                "c.id=m.conversation_id JOIN decision d ON d.message_id=m.id WHERE "
                "m.remote_id='dm:902'",
                "dm:1 sam answer\n", "");
}

/* A burst is read as one, but never what is public with what is private. */
static void test_private_burst(void **state)
{
    struct network_message first = writes("dm:900", "sam", "my bin"),
                           rest = writes("dm:901", "sam", "hasn't been emptied");
    rest.written_at = first.written_at + 5;
    take_one(first);
    take_one(rest);
    assert_rows(q_taken,
                "dm:900 NorthmoorHelp private handoff -\n"
                "dm:901 NorthmoorHelp private answer " BIN_REPLY FOOTER " (private)\n",
                "");
    again(state);
    first = writes("dm:900", "sam", "my bin");
    rest = says("901", "sam", "hasn't been emptied");
    rest.written_at = first.written_at + 5;
    take_one(first);
    take_one(rest);
    assert_rows(q_where, "dm:900 dm:1 sam 1\n901 901 2\n", "");
    assert_rows("SELECT count(*) AS t FROM decision WHERE action='answer'", "0\n", "");
}

/* What was tried may be out, though nothing shows it yet: it is answered no second time. */
static void test_burst_behind_tried(void **state)
{
    (void)state;
    struct network_message first = says("900", "sam", "my bin hasn't been emptied"),
                           rest = says("901", "sam", "and potholes everywhere");
    rest.conversation = first.conversation;
    rest.written_at = first.written_at + 5;
    take_one(first);
    change("UPDATE reply SET attempts=1");
    take_one(rest);
    assert_rows("SELECT state || ' ' || attempts AS t FROM reply ORDER BY id LIMIT 1", "queued 1\n",
                "");
}

/* Such a conversation never ends: what was said in it days ago forbids nothing. */
static void test_private_goes_on(void **state)
{
    (void)state;
    static const char *const ids[] = { "dm:900", "dm:901", "dm:902", "dm:903", "dm:904" };
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        take_one(writes(ids[i], "sam", "my bin hasn't been emptied"));
        pass_s(3 * 86400);
    }
    assert_rows("SELECT action AS t FROM decision", "answer\nanswer\nanswer\nanswer\nanswer\n", "");
    pass_s(-2 * 86400);
    take_one(writes("dm:910", "sam", "my bin hasn't been emptied"));
    assert_rows("SELECT action || ' ' || reason AS t FROM decision WHERE reason<>''",
                "handoff human\n", "the day after it is a sign that it didn't help");
}

/* Staff say by which way. */
static void test_staff_way(void **state)
{
    (void)state;
    take_one(says("800", "sam", "something else"));
    take_one(overheard("801", "kit", "me too"));
    take_one(writes("dm:900", "zoe", "something else"));
    change("UPDATE handoff_case SET state='claimed', owner_id=1, version=5");
    static const struct {
        int64_t case_id, version;
        bool is_private;
        int want;
        const char *reply;
    } rows[] = {
        { 1, 5, false, CASE_DONE, "1 800 public sam\n" },
        { 1, 6, true, CASE_DONE, "1 800 private sam\n" }, /* though they wrote publicly */
        { 2, 5, true, CASE_DONE, "2 dm:900 private zoe\n" },
        { 2, 6, false, CASE_NO_WAY, "2 dm:900 private zoe\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct tx *tx = fixture_begin(t.f);
        struct case_command c = { rows[i].case_id, rows[i].version, 1, t.now };
        assert_int_equal(reply_in_case(tx, &c, "Hello ^SR", rows[i].is_private), rows[i].want);
        fixture_commit(t.f);
        assert_rows("SELECT p.case_id || ' ' || m.remote_id || ' ' || iif(p.private, 'private', "
                    "'public') || ' ' || r.remote_id AS t FROM reply p JOIN message m ON "
                    "m.id=p.message_id JOIN resident r ON r.id=m.resident_id WHERE p.staff_id=1 "
                    "ORDER BY p.id DESC LIMIT 1",
                    rows[i].reply, "");
    }
    /* the resident's answer, by direct message, is in the same case */
    take_one(writes("dm:901", "sam", "here it is"));
    assert_rows(
        "SELECT case_id AS t FROM event WHERE kind='case.message' ORDER BY seq DESC LIMIT 1", "1\n",
        "");
}

/* ------------------------------------------------------------------------------------------------
 * edits */

/* What is said under a message that waits, or has left, and then is edited. */
static void test_edits(void **state)
{
    enum { WAITS, LEFT };
    static const struct {
        const char *note, *first;
        int reply;
        const char *then, *action, *replies, *cases;
    } rows[] = {
        { "says the same: its reply stays", "my bin hasn't been emptied", WAITS,
          "My bin hasn't been emptied!", "answer", "901 queued " BIN_REPLY "\n", "" },
        { "asks something else: it is answered instead", "my bin hasn't been emptied", WAITS,
          "potholes", "answer", "901 dropped " BIN_REPLY "\n901 queued " POTHOLE_REPLY "\n", "" },
        { "asks something else too late: a person looks", "my bin hasn't been emptied", LEFT,
          "potholes", "handoff", "901 sent " BIN_REPLY "\n",
          "1 open p2 unresolved customer services a0 s0\n" },
        { "the same, later", "my bin hasn't been emptied", LEFT, "My bin hasn't been emptied!",
          "answer", "901 sent " BIN_REPLY "\n", "" },
        { "becomes sensitive before its reply left", "my bin hasn't been emptied", WAITS,
          "I smell gas", "handoff",
          "901 dropped " BIN_REPLY
          "\n901 queued If you are in danger ring 999. A person is reading "
          "this from 9 tomorrow.\n",
          "1 open p0 emergency duty a1 s1\n" },
        { "becomes sensitive afterwards: nothing more is said", "my bin hasn't been emptied", LEFT,
          "I smell gas", "handoff", "901 sent " BIN_REPLY "\n",
          "1 open p0 emergency duty a0 s1\n" },
        { "is nothing any more", "my bin hasn't been emptied", WAITS, "good morning", "none",
          "901 dropped " BIN_REPLY "\n", "" },
        { "was nothing", "good morning", WAITS, "my bin hasn't been emptied", "answer",
          "901 queued " BIN_OTHER "\n", "" },
        { "had a case: it stays, as does what was said", "something else", WAITS, "potholes",
          "handoff", "901 queued A person will read this from 9 tomorrow.\n",
          "1 open p2 unresolved customer services a1 s0\n" },
        { "had a case, which is raised", "something else", LEFT, "I smell gas", "handoff",
          "901 sent A person will read this from 9 tomorrow.\n",
          "1 open p0 emergency duty a1 s1\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        struct network_message first = says("900", "sam", rows[i].first), then = first;
        take_one(first);
        if (rows[i].reply == LEFT)
            change("UPDATE reply SET state='sent'");
        pass_s(600);
        then.remote_id = STR("901");
        then.replaces = STR("900");
        then.text = str_of(rows[i].then);
        then.written_at = t.now - 5;
        struct buf want = BUF_INIT(1000);
        for (int k = 0; k < 2; k++) { /* twice is once */
            take_one(then);
            (void)buf_addf(&want, "901 %s %s\n", rows[i].then, rows[i].action);
            assert_rows(
                "SELECT m.remote_id || ' ' || m.text || ' ' || d.action AS t FROM message m "
                "JOIN decision d ON d.message_id=m.id",
                buf_cstr(&want), rows[i].note);
            assert_rows(q_replies, rows[i].replies, rows[i].note);
            assert_rows(q_cases, rows[i].cases, rows[i].note);
            assert_rows("SELECT count(*) AS t FROM event WHERE kind='message.edited'", "1\n",
                        rows[i].note);
            assert_rows("SELECT count(*) AS t FROM event WHERE kind='case.message'", "0\n",
                        rows[i].note);
            buf_clear(&want);
        }
        buf_release(&want);
    }
}

/* It stays whose it was and what it was, whoever brings the news. */
static void test_edit_stays(void **state)
{
    (void)state;
    struct network_message dm = overheard("900", "kit", "good morning"), then = dm;
    take_one(dm);
    switch_account();
    then.kind = NETWORK_ADDRESSED;
    then.remote_id = STR("901");
    then.replaces = STR("900");
    then.text = STR("potholes");
    take_one(then);
    assert_rows(q_taken, "901 NorthmoorHelp overheard none -\n", "");
}

/* One that can't be dealt with is kept, with its new words, for a person. */
static void test_edit_fails(void **state)
{
    (void)state;
    struct network_message first = says("900", "sam", "good morning"), then = first;
    take_one(first);
    change("CREATE TRIGGER poison BEFORE INSERT ON decision WHEN NEW.action='answer' BEGIN SELECT "
           "RAISE(ABORT, 'poison'); END");
    then.remote_id = STR("901");
    then.replaces = STR("900");
    then.text = STR("potholes");
    take_one(then);
    assert_rows("SELECT m.remote_id || ' ' || m.text || ' ' || d.action AS t FROM message m JOIN "
                "decision d ON d.message_id=m.id",
                "901 potholes handoff\n", "");
    assert_rows(q_cases, "1 open p1 unresolved customer services a0 s0\n", "");
}

/* ------------------------------------------------------------------------------------------------
 * our own */

static struct network_message we_say(const char *id, const char *answers, const char *text)
{
    struct network_message m = says(id, "NorthmoorHelp", text);
    m.kind = NETWORK_OURS;
    m.conversation = STR("900");
    m.answers = str_of(answers);
    return m;
}

static void test_own(void **state)
{
    (void)state;
    take_one(says("900", "sam", "my bin hasn't been emptied"));
    change("UPDATE reply SET state='unknown', attempts=1");
    take_one(we_say("950", "900", "Sorry about that. Report it here: https://t.co/x"));
    assert_rows(q_replies, "900 sent " BIN_REPLY "\n", "");
    take_one(we_say("951", "900", "Which street is it?"));
    take_one(we_say("951", "900", "Which street is it?"));
    take_one(we_say("952", "", "Good morning, Northmoor"));
    assert_rows(q_replies, "900 sent " BIN_REPLY "\n900 sent Which street is it?\n", "");
    assert_rows("SELECT count(*) AS t FROM message", "1\n", "none of them is a resident's");
    /* what would be answered by itself is a person's now, who has it already */
    struct network_message next = says("901", "sam", "potholes");
    next.conversation = STR("900");
    take_one(next);
    assert_rows("SELECT d.action || ' ' || c.elsewhere || ' ' || c.acknowledged AS t FROM decision "
                "d JOIN handoff_case c WHERE d.message_id=2",
                "handoff 1 0\n", "");
    assert_rows("SELECT count(*) AS t FROM reply", "2\n", "");
}

/* What staff posted by themselves, and nobody knew whether it was out: it stands there. */
static void test_own_announcement(void **state)
{
    (void)state;
    change("INSERT INTO announcement(account, staff_id, body, state, created_at, changed_at) VALUES"
           "('NorthmoorHelp', 1, 'Good night ^SR', 'unknown', 0, 0),"
           "('NorthmoorNews', 1, 'Good day ^SR', 'unknown', 0, 0),"
           "('NorthmoorHelp', 1, 'Good day ^SR', 'sending', 0, 0),"
           "('NorthmoorHelp', 1, 'Good day ^SR', 'unknown', 0, 0)");
    take_one(we_say("950", "", "Good day ^SR"));
    take_one(we_say("950", "", "Good day ^SR"));      /* read again */
    take_one(we_say("951", "900", "Good night ^SR")); /* an answer to somebody */
    assert_rows("SELECT account || ' ' || state || ' ' || coalesce(remote_id, '-') AS t FROM "
                "announcement ORDER BY id",
                "NorthmoorHelp unknown -\nNorthmoorNews unknown -\nNorthmoorHelp sending -\n"
                "NorthmoorHelp sent 950\n",
                "");
}

/* A sent direct message, seen before its answer came. */
static void test_own_private(void **state)
{
    (void)state;
    take_one(writes("dm:900", "sam", "my bin hasn't been emptied"));
    change("UPDATE reply SET state='sending'");
    struct network_message m = we_say("dm:950", "", BIN_OTHER FOOTER);
    m.is_private = true;
    m.partner = STR("sam");
    take_one(m);
    m.remote_id = STR("dm:951");
    take_one(m); /* the same words again are somebody's */
    assert_rows("SELECT remote_id || ' ' || state || ' ' || elsewhere || ' ' || private AS t FROM "
                "reply ORDER BY id",
                "dm:950 sent 0 1\ndm:951 sent 1 1\n", "");
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static void run_until(const unsigned *count, unsigned want)
{
    while (*count < want)
        (void)uv_run(&t.loop, UV_RUN_ONCE);
}

static void test_threads(void **state)
{
    (void)state;
    responder_start(t.responder);
    for (int i = 0; i < 3; i++) /* nothing is to be asked: nobody is */
        (void)uv_run(&t.loop, UV_RUN_ONCE);
    assert_int_equal(t.thread_reads, 0);
    take_one(says("800", "sam", "something else"));
    take_one(says("801", "kit", "something else"));
    take_one(says("802", "zoe", "good morning"));
    run_until(&t.thread_reads, 1);
    assert_str(t.threads, "801 800");
}

/* After a night in which we were off, what staff said meanwhile comes first. */
static void test_posts_first(void **state)
{
    (void)state;
    t.slow_posts = true;
    responder_start(t.responder);
    for (int i = 0; i < 20; i++)
        (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    responder_read_now(t.responder); /* a stream has come up */
    for (int i = 0; i < 20; i++)
        (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    assert_int_equal(t.reads, 0);
    assert_int_equal(t.begun, 0);
    assert_non_null(t.posts_done);
    struct network_answer answer = { .end = NETWORK_UNKNOWN, .after_ms = 3600000 };
    t.posts_done(t.posts_data, &answer); /* even if it can't be read */
    assert_int_equal(t.begun, 1);
    run_until(&t.reads, 1);
    assert_int_equal(t.begun, 1);
}

/* In working hours an acknowledgement is for when nobody is at the desk; a council whose people
 * never sign on is at it. */
static void test_who_is_there(void **state)
{
    enum { ON = 1, OFF, REMOVED, FORGOTTEN };
    static const char question[] = "@NorthmoorHelp do you sell harpsichords",
                      open[] = "Nobody is at the desk; a person will read this.",
                      gas[] = "@NorthmoorHelp there is a gas leak in our road";
    static const struct {
        const char *note;
        int shift;
        const char *text, *says;
    } rows[] = {
        { "nobody ever", 0, question, "-" },
        { "somebody", ON, question, "-" },
        { "nobody any more", OFF, question, open },
        { "who was removed", REMOVED, question, open },
        { "who forgot to sign off", FORGOTTEN, question, open },
        { "danger, and somebody", ON, gas,
          "If you are in danger ring 999. A person is reading this shortly." },
        { "danger, and nobody", OFF, gas,
          "If you are in danger ring 999. A person is reading this as soon as we can." },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        assert_true(when_parse(STR("2026-11-23T12:00:00Z"), &t.now)); /* a Monday */
        struct tx *tx = fixture_begin(t.f);
        int64_t came_at = rows[i].shift == FORGOTTEN ? t.now - SHIFT_MAX_S : t.now - 60;
        if (rows[i].shift)
            assert_int_equal(shift_begin(tx, 1, came_at), 1);
        if (rows[i].shift == OFF)
            assert_int_equal(shift_end(tx, 1, t.now - 30), 1);
        if (rows[i].shift == REMOVED)
            run_sql(tx, "UPDATE staff SET removed_at=1");
        fixture_commit(t.f);
        take_one(says("900", "kit", rows[i].text));
        struct buf want = BUF_INIT(1000);
        (void)buf_addf(&want, "%s\n", rows[i].says);
        assert_rows("SELECT coalesce((SELECT body FROM reply), '-') AS t", buf_cstr(&want),
                    rows[i].note);
        buf_release(&want);
    }
}

#define TAKING_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TAKING_TEST(test_version_of_decision),
        TAKING_TEST(test_accounts),
        TAKING_TEST(test_teams),
        TAKING_TEST(test_overheard),
        TAKING_TEST(test_overheard_counts_nothing),
        TAKING_TEST(test_overheard_first),
        TAKING_TEST(test_private),
        TAKING_TEST(test_private_in_case),
        TAKING_TEST(test_private_burst),
        TAKING_TEST(test_private_goes_on),
        TAKING_TEST(test_burst_behind_tried),
        TAKING_TEST(test_staff_way),
        TAKING_TEST(test_edits),
        TAKING_TEST(test_edit_stays),
        TAKING_TEST(test_edit_fails),
        TAKING_TEST(test_own),
        TAKING_TEST(test_own_announcement),
        TAKING_TEST(test_own_private),
        TAKING_TEST(test_threads),
        TAKING_TEST(test_our_own),
        TAKING_TEST(test_posts_first),
        TAKING_TEST(test_who_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
