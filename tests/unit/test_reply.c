/* What a reply of staff goes through before it is queued: held, undone, proposed, approved,
 * returned, split; and the drafts that it was. */
#include "handoff/command.h"

#include "handoff/held.h"
#include "handoff/reference.h"
#include "handoff/view.h"
#include "tests/unit/record_fixture.h"

enum { LIMIT = 40, UNDO_S = 5 };

static unsigned weight(struct str text)
{
    return (unsigned)utf8_points(text);
}

static int address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://net.example/%.*s/%.*s", STR_ARG(handle), STR_ARG(remote_id));
}

static const struct text_rules rules = { .limit = LIMIT, .weight = weight, .address = address },
                               private_rules = { .limit = 10 * LIMIT, .weight = weight };

static const struct staff sam = { 1, STR("sam"), STR("Sam Reed"), STR("SR"), STR("agent") },
                          tess = { 2, STR("tess"), STR("Tess Hall"), STR("TH"), STR("trainee") },
                          asha = { 3, STR("asha"), STR("Asha Malik"), STR("AM"),
                                   STR("supervisor") };

static struct {
    struct fixture *f;
    struct desk desk;
    int64_t now;
    unsigned frames;
} t;

/* Case 1 is Sam's, 2 is Tess's, 3 nobody's. All three are at version 2. */
static int setup(void **state)
{
    static const char *const remote_ids[] = { "901", "902", "903" };
    (void)fixture_setup(state);
    t.f = *state;
    t.desk = (struct desk){ .undo_s = UNDO_S };
    t.now = NOON;
    struct tx *tx = t.f->tx;
    (void)add_staff(tx, "sam", "Sam Reed", "SR");
    (void)add_staff(tx, "tess", "Tess Hall", "TH");
    (void)add_staff(tx, "asha", "Asha Malik", "AM");
    for (size_t i = 0; i < ARRAY_LEN(remote_ids); i++)
        assert_int_equal(open_case(tx, add_message(tx, remote_ids[i], remote_ids[i], "7")), i + 1);
    for (int64_t i = 1; i <= 3; i++) {
        struct case_command c = { i, 1, i, NOON };
        assert_int_equal(case_claim(tx, &c), CASE_DONE);
    }
    run_sql(tx, "UPDATE handoff_case SET state='open', owner_id=NULL WHERE id=3");
    return 0;
}

static int64_t version_of(int64_t case_id)
{
    return int_of(t.f->tx, "SELECT version AS n FROM handoff_case WHERE id=?1", case_id);
}

/* Sends a frame, written with ' for ", as @who. The answer is the caller's. */
static cJSON *ask(const struct staff *who, const char *type, const char *members)
{
    struct buf text = BUF_INIT(65536);
    cJSON *frame, *answer = NULL;
    struct json_fault fault;
    (void)buf_addf(&text, "{'type':'%s','id':'%u'%s%s}", type, ++t.frames, *members ? "," : "",
                   members);
    for (size_t i = 0; i < text.len; i++)
        text.p[i] = text.p[i] == '\'' ? '"' : text.p[i];
    if (json_parse(buf_str(&text), &frame, &fault) < 0)
        fail_msg("%s: %s", buf_cstr(&text), fault.what);
    const struct command_context context = { who, &rules, &private_rules, t.now, &t.desk };
    int r = command_run(t.f->tx, &context, frame, &answer);
    assert_true(r >= 0);
    assert_non_null(answer);
    cJSON_Delete(frame);
    buf_release(&text);
    return answer;
}

static struct str member(const cJSON *o, const char *name)
{
    return json_str(cJSON_GetObjectItemCaseSensitive(o, name));
}

static int64_t number(const cJSON *o, const char *name)
{
    int64_t n = -1;
    (void)json_get_int(o, name, 0, INT64_MAX, &n);
    return n;
}

/* As ask; @want is "ok", or a refusal's code. Returns the answer's reply, or -1. */
static int64_t expect(const char *want, const struct staff *who, const char *type,
                      const char *members)
{
    cJSON *answer = ask(who, type, members);
    bool ok = str_is(member(answer, "type"), "ok");
    assert_str_note(member(answer, ok ? "type" : "code"), want, members);
    if (!ok)
        assert_note(member(answer, "text").len > 10, members);
    int64_t reply_id = number(answer, "reply");
    cJSON_Delete(answer);
    return reply_id;
}

static int64_t reply(const char *want, const struct staff *who, int64_t case_id, const char *more)
{
    struct buf members = BUF_INIT(65536);
    (void)buf_addf(&members, "'case':%" PRId64 ",'version':%" PRId64 ",%s", case_id,
                   version_of(case_id), more);
    int64_t id = expect(want, who, "reply", buf_cstr(&members));
    buf_release(&members);
    return id;
}

static void expect_of(const char *want, const struct staff *who, const char *type, int64_t reply_id,
                      const char *more)
{
    struct buf members = BUF_INIT(65536);
    (void)buf_addf(&members, "'reply':%" PRId64 "%s%s", reply_id, *more ? "," : "", more);
    (void)expect(want, who, type, buf_cstr(&members));
    buf_release(&members);
}

/* "sent 1 It's done ^SR": state, case and words of each reply. */
static void assert_replies(const char *want)
{
    assert_str(text_of(t.f,
                       "SELECT state || ' ' || case_id || ' ' || body AS t FROM reply"
                       " ORDER BY id",
                       0),
               want);
}

static void assert_drafts(const char *want)
{
    assert_str(text_of(t.f,
                       "SELECT staff_id || ' ' || case_id || ' ' || private || ' ' || text AS t"
                       " FROM draft ORDER BY staff_id, case_id",
                       0),
               want);
}

static struct str kinds_after(int64_t seq)
{
    return text_of(t.f,
                   "SELECT kind || ' ' || coalesce(staff_id, '-') || ' ' || coalesce(concerns, '-')"
                   " AS t FROM event WHERE seq>?1 ORDER BY seq",
                   seq);
}

/* ------------------------------------------------------------------------------------------------
 * held */

static void test_held(void **state)
{
    (void)state;
    struct record_reply next;
    cJSON *answer = ask(&sam, "reply", "'case':1,'version':2,'text':'It is done'");
    assert_str(member(answer, "type"), "ok");
    assert_int_equal(number(answer, "reply"), 1);
    assert_int_equal(number(answer, "held_until"), NOON + UNDO_S);
    cJSON_Delete(answer);
    int64_t seq = last_event(t.f->tx);
    assert_int_equal(next_queued(t.f->tx, &t.f->arena, &next), 0);
    assert_int_equal(held_release(t.f->tx, NOON + UNDO_S - 1), 0);
    assert_replies("held 1 It is done ^SR\n");
    assert_int_equal(held_release(t.f->tx, NOON + UNDO_S), 1);
    assert_replies("queued 1 It is done ^SR\n");
    assert_str(kinds_after(seq), "reply.queued 1 -\n");
    assert_int_equal(next_queued(t.f->tx, &t.f->arena, &next), 1);
    assert_int_equal(held_release(t.f->tx, NOON + 100), 0);
}

/* What was held before the clock was put back isn't held until it is there again. */
static void test_clock_back(void **state)
{
    (void)state;
    (void)reply("ok", &sam, 1, "'text':'It is done'");
    int64_t due_at = NOON + UNDO_S;
    assert_int_equal(held_is_due(t.f->tx, due_at - 60), 0);
    assert_int_equal(held_is_due(t.f->tx, due_at - 61), 1);
    assert_int_equal(held_release(t.f->tx, due_at - 61), 1);
    assert_replies("queued 1 It is done ^SR\n");
}

static void test_at_once(void **state)
{
    (void)state;
    t.desk.undo_s = 0;
    cJSON *answer = ask(&sam, "reply", "'case':1,'version':2,'text':'It is done'");
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(answer, "held_until")));
    cJSON_Delete(answer);
    assert_replies("queued 1 It is done ^SR\n");
    expect_of("too_late", &sam, "undo", 1, "");
}

/* Whatever becomes of the case or its owner. */
static void test_goes_on(void **state)
{
    static const char *const changes[] = {
        "UPDATE handoff_case SET state='open', owner_id=NULL",
        "UPDATE handoff_case SET owner_id=3",
        "UPDATE handoff_case SET state='closed'",
        "UPDATE staff SET removed_at=1 WHERE id=1",
    };
    (void)state;
    (void)reply("ok", &sam, 1, "'text':'It is done'");
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        assert_int_equal(tx_savepoint(t.f->tx), 0);
        run_sql(t.f->tx, changes[i]);
        assert_int_equal(held_release(t.f->tx, NOON + UNDO_S), 1);
        assert_int_equal(tx_savepoint_undo(t.f->tx), 0);
    }
    (void)expect("ok", &sam, "close", "'case':1,'version':3,'outcome':'answered'");
    assert_int_equal(held_release(t.f->tx, NOON + UNDO_S), 1);
    assert_replies("queued 1 It is done ^SR\n");
}

static void test_undo(void **state)
{
    (void)state;
    (void)reply("ok", &sam, 1, "'text':'It is done'");
    int64_t seq = last_event(t.f->tx), version = version_of(1);
    expect_of("unknown", &sam, "undo", 99, "");
    expect_of("bad_frame", &sam, "undo", 0, "");
    expect_of("not_yours", &asha, "undo", 1, "");
    assert_str(kinds_after(seq), "");
    expect_of("ok", &sam, "undo", 1, "");
    assert_str(kinds_after(seq), "reply.undone 1 -\n");
    assert_int_equal(version_of(1), version + 1);
    assert_replies("dropped 1 It is done ^SR\n");
    assert_drafts("1 1 0 It is done\n");
    assert_int_equal(held_release(t.f->tx, NOON + 100), 0);
    expect_of("too_late", &sam, "undo", 1, "");
    /* what was begun meanwhile is worth more */
    (void)reply("ok", &sam, 1, "'text':'It is gone','way':'private'");
    (void)expect("ok", &sam, "draft", "'case':1,'text':'It was'");
    expect_of("ok", &sam, "undo", 2, "");
    assert_drafts("1 1 0 It was\n");
    (void)expect("ok", &sam, "draft", "'case':1,'text':''");
    (void)reply("ok", &sam, 1, "'text':'It is gone','way':'private'");
    expect_of("ok", &sam, "undo", 3, "");
    assert_drafts("1 1 1 It is gone\n");
}

/* Nobody has answered, so that it must not stay closed. */
static void test_undo_closed(void **state)
{
    (void)state;
    (void)reply("ok", &sam, 1, "'text':'It is done'");
    (void)expect("ok", &sam, "close", "'case':1,'version':3,'outcome':'answered'");
    expect_of("ok", &sam, "undo", 1, "");
    assert_int_equal(int_of(t.f->tx, "SELECT state='open' AS n FROM handoff_case WHERE id=1", 0),
                     1);
    assert_drafts("1 1 0 It is done\n");
    /* unless the next case of the conversation is there */
    (void)expect("ok", &sam, "claim", "'case':1,'version':5");
    (void)reply("ok", &sam, 1, "'text':'It is done'");
    (void)expect("ok", &sam, "close", "'case':1,'version':7,'outcome':'answered'");
    int64_t other = open_case(t.f->tx, 1);
    expect_of("ok", &sam, "undo", 2, "");
    assert_int_equal(int_of(t.f->tx, "SELECT state='closed' AS n FROM handoff_case WHERE id=1", 0),
                     1);
    assert_int_equal(other, 4);
}

/* ------------------------------------------------------------------------------------------------
 * split */

#define LONG "We have told the crew. They come on Friday. Sorry!"

static void test_split(void **state)
{
    struct record_reply next;
    (void)state;
    (void)reply("too_long", &sam, 1, "'text':'" LONG "'");
    (void)reply("too_long", &sam, 1, "'text':'" LONG "','split':false");
    (void)reply("bad_frame", &sam, 1, "'text':'" LONG "','split':1");
    assert_replies("");
    assert_int_equal(reply("ok", &sam, 1, "'text':'" LONG "','split':true"), 1);
    assert_replies("held 1 We have told the crew. 1/2\n"
                   "held 1 They come on Friday. Sorry! 2/2 ^SR\n");
    assert_int_equal(int_of(t.f->tx, "SELECT after_id AS n FROM reply WHERE id=2", 0), 1);
    /* by either part */
    assert_int_equal(tx_savepoint(t.f->tx), 0);
    expect_of("ok", &sam, "undo", 2, "");
    assert_drafts("1 1 0 " LONG "\n");
    assert_int_equal(int_of(t.f->tx, "SELECT count(*) AS n FROM reply WHERE state='dropped'", 0),
                     2);
    assert_int_equal(tx_savepoint_undo(t.f->tx), 0);
    assert_int_equal(held_release(t.f->tx, NOON + UNDO_S), 2);
    /* the second answers the first, once that is out */
    assert_int_equal(next_queued(t.f->tx, &t.f->arena, &next), 1);
    assert_int_equal(next.id, 1);
    assert_str(next.parent, "901");
    assert_int_equal(record_move_reply(t.f->tx, 1, REPLY_UNKNOWN, STR(""), STR(""), NOON), 0);
    assert_int_equal(next_queued(t.f->tx, &t.f->arena, &next), 0);
    assert_int_equal(record_move_reply(t.f->tx, 1, REPLY_SENT, STR("5001"), STR(""), NOON), 0);
    assert_int_equal(next_queued(t.f->tx, &t.f->arena, &next), 1);
    assert_int_equal(next.id, 2);
    assert_str(next.parent, "5001");
    /* a direct message is never cut */
    (void)reply("ok", &sam, 1, "'text':'" LONG "','split':true,'way':'private'");
    assert_int_equal(int_of(t.f->tx, "SELECT count(*) AS n FROM reply", 0), 3);
}

/* One that fits isn't cut, and one that is asked for in public isn't sent, in no part. */
static void test_split_rules(void **state)
{
    (void)state;
    (void)reply("ok", &sam, 1, "'text':'It is done','split':true");
    (void)reply("in_public", &sam, 1,
                "'text':'We are sorry for all of that. What is your address, please?',"
                "'split':true");
    (void)reply("empty", &sam, 1, "'text':' ','split':true");
    assert_replies("held 1 It is done ^SR\n");
}

/* What follows a part that fails fails too; tried again, all goes on. */
static void test_split_fails(void **state)
{
    struct record_reply next;
    (void)state;
    t.desk.undo_s = 0;
    (void)reply("ok", &sam, 1, "'text':'" LONG LONG "','split':true");
    assert_int_equal(int_of(t.f->tx, "SELECT count(*) AS n FROM reply", 0), 4);
    struct tx *tx = t.f->tx;
    assert_int_equal(record_move_reply(tx, 1, REPLY_SENT, STR("5001"), STR(""), NOON), 0);
    assert_int_equal(record_move_reply(tx, 2, REPLY_FAILED, STR(""), STR("X said no."), NOON), 0);
    static const char states[] = "SELECT state || ' ' || coalesce(error, '-') AS t FROM reply"
                                 " ORDER BY id";
    assert_str(text_of(t.f, states, 0),
               "sent -\nfailed X said no.\nfailed Not sent: the part before it could not be\n"
               "failed Not sent: the part before it could not be\n");
    int64_t seq = last_event(tx);
    (void)expect("ok", &sam, "retry", "'case':1,'version':3,'reply':2");
    assert_str(text_of(t.f, states, 0), "sent -\nqueued -\nqueued -\nqueued -\n");
    assert_str(kinds_after(seq), "reply.queued 1 -\nreply.queued 1 -\nreply.queued 1 -\n");
    assert_int_equal(next_queued(tx, &t.f->arena, &next), 1);
    assert_int_equal(next.id, 2);
    assert_str(next.parent, "5001");
    /* whichever of them is named */
    assert_int_equal(record_move_reply(tx, 2, REPLY_FAILED, STR(""), STR("X said no."), NOON), 0);
    (void)expect("ok", &sam, "retry", "'case':1,'version':4,'reply':4");
    assert_str(text_of(t.f, states, 0), "sent -\nqueued -\nqueued -\nqueued -\n");
    /* what isn't sent at all isn't in parts either */
    assert_int_equal(record_move_reply(tx, 2, REPLY_WITHHELD, STR(""), STR(""), NOON), 0);
    assert_str(text_of(t.f, states, 0), "sent -\nwithheld -\nwithheld -\nwithheld -\n");
}

/* ------------------------------------------------------------------------------------------------
 * proposed */

static void test_proposed(void **state)
{
    struct record_reply next;
    (void)state;
    int64_t seq = last_event(t.f->tx);
    cJSON *answer = ask(&tess, "reply", "'case':2,'version':2,'text':'It is done'"), *about;
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(answer, "held_until")));
    cJSON_Delete(answer);
    assert_str(kinds_after(seq), "reply.proposed 2 -\n");
    assert_int_equal(view_case(t.f->tx, 2, &about), 1);
    assert_int_equal(number(about, "proposed_replies"), 1);
    cJSON_Delete(about);
    assert_int_equal(held_release(t.f->tx, NOON + 1000), 0);
    assert_int_equal(next_queued(t.f->tx, &t.f->arena, &next), 0);
    /* not by themselves, nor by another trainee */
    expect_of("not_allowed", &tess, "approve", 1, "");
    struct staff tess_since = tess;
    tess_since.role = STR("agent");
    expect_of("not_allowed", &tess_since, "approve", 1, "");
    expect_of("unknown", &sam, "approve", 7, "");
    expect_of("bad_frame", &sam, "approve", 1, "'text':7");
    seq = last_event(t.f->tx);
    expect_of("ok", &sam, "approve", 1, "");
    assert_str(kinds_after(seq), "reply.approved 1 -\nreply.queued 2 -\n");
    assert_replies("queued 2 It is done ^TH\n");
    assert_int_equal(int_of(t.f->tx, "SELECT approver_id AS n FROM reply", 0), 1);
    assert_int_equal(next_queued(t.f->tx, &t.f->arena, &next), 1);
    expect_of("too_late", &asha, "approve", 1, "");
    expect_of("too_late", &asha, "return", 1, "'text':'no'");
    expect_of("too_late", &tess, "undo", 1, "");
}

static void test_edited(void **state)
{
    static const struct {
        const char *text, *want, *replies;
    } rows[] = {
        { "'text':' It was done '", "ok", "queued 2 It was done ^TH\n" },
        { "'text':null", "ok", "queued 2 It is done ^TH\n" },
        { "'text':' '", "empty", NULL },
        { "'text':'What is your address?'", "in_public", NULL },
        { "'text':'" LONG "'", "too_long", NULL },
    };
    (void)state;
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(tx_savepoint(t.f->tx), 0);
        expect_of(rows[i].want, &sam, "approve", 1, rows[i].text);
        assert_replies(rows[i].replies ? rows[i].replies : "proposed 2 It is done ^TH\n");
        assert_int_equal(tx_savepoint_undo(t.f->tx), 0);
    }
}

/* A long one is proposed whole, and cut when it goes. */
static void test_proposed_split(void **state)
{
    (void)state;
    (void)reply("too_long", &tess, 2, "'text':'" LONG "'");
    (void)reply("ok", &tess, 2, "'text':'" LONG "','split':true");
    assert_replies("proposed 2 " LONG " ^TH\n");
    assert_int_equal(tx_savepoint(t.f->tx), 0);
    expect_of("ok", &sam, "approve", 1, "");
    assert_replies("queued 2 We have told the crew. 1/2\n"
                   "queued 2 They come on Friday. Sorry! 2/2 ^TH\n");
    assert_int_equal(int_of(t.f->tx,
                            "SELECT count(*) AS n FROM reply WHERE approver_id=1"
                            " AND staff_id=2",
                            0),
                     2);
    assert_int_equal(tx_savepoint_undo(t.f->tx), 0);
    expect_of("ok", &sam, "approve", 1, "'text':'It is done'");
    assert_replies("queued 2 It is done ^TH\n");
}

static void test_returned(void **state)
{
    (void)state;
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    int64_t seq = last_event(t.f->tx);
    expect_of("empty", &sam, "return", 1, "'text':' '");
    expect_of("not_allowed", &tess, "return", 1, "'text':'Kinder'");
    expect_of("ok", &sam, "return", 1, "'text':' Say when '");
    assert_str(kinds_after(seq), "reply.returned 1 [2]\n");
    assert_drafts("2 2 0 It is done\n");
    assert_str(text_of(t.f, "SELECT state || ' ' || word || ' ' || approver_id AS t FROM reply", 0),
               "returned Say when 1\n");
    expect_of("too_late", &sam, "approve", 1, "");
    expect_of("too_late", &tess, "undo", 1, "");
    (void)reply("ok", &tess, 2, "'text':'It is done today'");
    assert_drafts("");
    (void)expect("ok", &tess, "draft", "'case':2,'text':'And'");
    expect_of("ok", &asha, "return", 2, "'text':'Wait'");
    assert_drafts("2 2 0 And\n");
}

/* What it takes a right of its own to do is in the audit log, without anybody's words. */
static void test_audited(void **state)
{
    (void)state;
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    expect_of("not_allowed", &tess, "approve", 1, "");
    expect_of("ok", &sam, "return", 1, "'text':'Say when'");
    (void)reply("ok", &tess, 2, "'text':'It is done today'");
    expect_of("ok", &asha, "approve", 2, "'text':'It is done today '");
    (void)reply("ok", &tess, 2, "'text':'Good bye'");
    expect_of("ok", &asha, "approve", 3, "'text':'Bye'");
    char reference[REFERENCE_MAX];
    reference_write(2, reference);
    assert_str(
        text_of(t.f, "SELECT staff_id || ' ' || act || ' ' || text AS t FROM audit ORDER BY id", 0),
        "1 reply_returned written by TH\n3 reply_approved written by TH\n"
        "3 reply_approved written by TH, edited\n");
    struct str about = text_of(t.f, "SELECT DISTINCT about AS t FROM audit", 0);
    assert_int_equal(about.len, strlen(reference) + 1);
    assert_true(str_starts(about, str_of(reference)));
}

/* Whose case it is now decides who may say it. */
static void test_proposed_where(void **state)
{
    static const struct {
        const char *change, *want;
    } rows[] = {
        { "UPDATE handoff_case SET owner_id=NULL, state='open' WHERE id=2", "ok" },
        { "UPDATE handoff_case SET owner_id=1 WHERE id=2", "ok" },
        { "UPDATE handoff_case SET owner_id=3 WHERE id=2", "taken" },
        { "UPDATE handoff_case SET state='closed' WHERE id=2", "closed" },
    };
    (void)state;
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(tx_savepoint(t.f->tx), 0);
        run_sql(t.f->tx, rows[i].change);
        expect_of(rows[i].want, &sam, "approve", 1, "");
        assert_int_equal(tx_savepoint_undo(t.f->tx), 0);
    }
    /* one may think better of it */
    assert_int_equal(tx_savepoint(t.f->tx), 0);
    expect_of("ok", &tess, "undo", 1, "");
    assert_replies("dropped 2 It is done ^TH\n");
    assert_drafts("2 2 0 It is done\n");
    assert_int_equal(tx_savepoint_undo(t.f->tx), 0);
    (void)expect("ok", &tess, "close", "'case':2,'version':3,'outcome':'done'");
    assert_replies("dropped 2 It is done ^TH\n");
}

static void assert_waits(int64_t since_at)
{
    assert_int_equal(
        int_of(t.f->tx, "SELECT coalesce(waits_since, 0) AS n FROM handoff_case WHERE id=?1", 2),
        since_at);
}

/* Nobody's waiting begins or ends with what was only proposed. */
static void test_proposed_clock(void **state)
{
    (void)state;
    run_sql(t.f->tx, "UPDATE handoff_case SET waited_since=1795000000-9000, waits_since=1795000000"
                     " WHERE id=2");
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    assert_waits(NOON);
    expect_of("ok", &tess, "undo", 1, "");
    assert_waits(NOON);
    run_sql(t.f->tx, "UPDATE handoff_case SET waits_since=NULL WHERE id=2");
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    expect_of("ok", &tess, "undo", 2, "");
    assert_waits(0);
}

/* What isn't said yet isn't said: nobody is told the same twice, and nobody was told. */
static void test_not_said(void **state)
{
    struct record_said said[RECORD_SAID_MAX];
    struct record_talk talk;
    (void)state;
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    assert_int_equal(record_list_told(t.f->tx, &t.f->arena, 0, 1, 0, said), 0);
    assert_int_equal(record_get_talk(t.f->tx, &t.f->arena, 2, 0, &talk), 0);
    assert_int_equal(talk.last_message, 0);
    (void)reply("ok", &sam, 1, "'text':'It is done'");
    assert_int_equal(record_list_told(t.f->tx, &t.f->arena, 0, 1, 0, said), 1);
    assert_true(said[0].waiting);
    assert_int_equal(record_is_said(t.f->tx, 0, STR("It is done ^SR"), true, 0), 1);
    assert_int_equal(record_is_said(t.f->tx, 0, STR("It is done ^SR"), false, 0), 0);
}

/* The network would refuse it, seconds after its writer turned to something else. */
static void test_repeated(void **state)
{
    (void)state;
    expect_of("ok", &sam, "undo", reply("ok", &sam, 1, "'text':'It is done'"), "");
    (void)reply("ok", &sam, 1, "'text':'It is done'");
    (void)reply("repeated", &sam, 1, "'text':'It is done'");
    (void)reply("ok", &sam, 1, "'text':'It is done','way':'private'");
    (void)reply("ok", &sam, 1, "'text':'Sam, it is done'");
    (void)reply("ok", &tess, 2, "'text':'It is done'"); /* has other initials */
    run_sql(t.f->tx, "UPDATE reply SET changed_at=changed_at-86401");
    (void)reply("ok", &sam, 1, "'text':'It is done'");
}

/* ------------------------------------------------------------------------------------------------
 * drafts */

static void assert_draft(const struct staff *who, const char *members, const char *want)
{
    struct buf got = BUF_INIT(65536);
    cJSON *whole = ask(who, "open", members),
          *draft = cJSON_GetObjectItemCaseSensitive(whole, "draft");
    assert_non_null(draft);
    if (cJSON_IsObject(draft))
        (void)buf_addf(&got, "%.*s %.*s %" PRId64, STR_ARG(member(draft, "way")),
                       STR_ARG(member(draft, "text")), number(draft, "changed_at") - NOON);
    assert_str_note(buf_str(&got), want, members);
    cJSON_Delete(whole);
    buf_release(&got);
}

static void test_drafts(void **state)
{
    (void)state;
    assert_draft(&sam, "'case':1", "");
    (void)expect("ok", &sam, "draft", "'case':1,'text':'It i'");
    t.now += 2;
    (void)expect("ok", &sam, "draft", "'case':1,'text':' It is','way':'private'");
    (void)expect("ok", &tess, "draft", "'case':1,'text':'Hello'");
    assert_draft(&sam, "'case':1", "private  It is 2");
    assert_draft(&tess, "'case':1", "public Hello 2");
    assert_draft(&sam, "'case':2", "");
    (void)expect("unknown", &sam, "draft", "'case':99,'text':'Hello'");
    (void)expect("bad_frame", &sam, "draft", "'case':1");
    (void)expect("bad_frame", &sam, "draft", "'case':1,'text':'Hello','way':'loud'");
    (void)expect("bad_frame", &sam, "draft", "'text':'Hello'");
    (void)expect("not_allowed", &tess, "draft", "'case':1,'text':'Hello','way':'private'");
    /* nothing but their owner */
    (void)expect("ok", &sam, "release", "'case':1,'version':2");
    (void)expect("ok", &asha, "claim", "'case':1,'version':3");
    (void)reply("ok", &asha, 1, "'text':'It is done'");
    (void)expect("ok", &asha, "close", "'case':1,'version':5,'outcome':'answered'");
    assert_draft(&sam, "'case':1", "private  It is 2");
    assert_draft(&tess, "'case':1", "public Hello 2");
    (void)expect("ok", &sam, "draft", "'case':1,'text':''");
    assert_drafts("2 1 0 Hello\n");
    /* refused, it stays; sent, it goes */
    (void)expect("ok", &tess, "draft", "'case':2,'text':'It is done'");
    (void)expect("stale", &tess, "reply", "'case':2,'version':1,'text':'It is done'");
    (void)reply("too_long", &tess, 2, "'text':'" LONG "'");
    assert_drafts("2 1 0 Hello\n2 2 0 It is done\n");
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    assert_drafts("2 1 0 Hello\n");
}

/* A connection breaks before either is answered: both come again, and the draft isn't there again.
 */
static void test_draft_again(void **state)
{
    (void)state;
    unsigned before = t.frames;
    for (int times = 0; times < 2; times++) {
        t.frames = before;
        (void)expect("ok", &sam, "draft", "'case':1,'text':'It is done'");
        (void)expect("ok", &sam, "reply", "'case':1,'version':2,'text':'It is done'");
    }
    assert_drafts("");
}

/* ------------------------------------------------------------------------------------------------
 * counting */

static int warnings_of(const struct staff *who, const char *members)
{
    cJSON *answer = ask(who, "count", members);
    int count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "warnings"));
    cJSON_Delete(answer);
    return count;
}

static void test_count(void **state)
{
    static const struct {
        const char *members;
        int weight, parts;
        const char *warnings;
    } rows[] = {
        { "'text':'It is done'", 14, 1, "" },
        { "'text':'" LONG "'", 54, 2, "" },
        { "'text':'" LONG "','way':'private'", 54, 1, "" },
        { "'text':'1234567890123456789012345678901234567890'", 44, 0, "" },
        { "'text':'Ring 01632 960123','case':1", 21, 1, "phone 01632 960123\n" },
        { "'text':'Ring 01632 960123','case':1,'way':'private'", 21, 1, "" },
        { "'text':'For Jo Whitcombe','case':1", 20, 1, "name Jo Whitcombe\nname Whitcombe\n" },
        { "'text':'For Jo Whitcombe','case':4", 20, 1, "" },
        { "'text':'Ask @jo_w_7'", 15, 1, "name @jo_w_7\n" },
        { "'text':'For Lee Thornbury','case':1", 21, 1, "" },
    };
    struct record_message jo = a_message("904", "904", "8"), lee = a_message("905", "905", "9");
    int64_t id;
    (void)state;
    jo.handle = STR("jo_w_7");
    jo.name = STR("Jo Whitcombe");
    lee.handle = STR("lee_t");
    lee.name = STR("Lee Thornbury");
    assert_int_equal(record_add_message(t.f->tx, &jo, NOON, &id), 1);
    assert_int_equal(open_case(t.f->tx, id), 4);
    assert_int_equal(record_add_message(t.f->tx, &lee, NOON, &id), 1);
    assert_int_equal(open_case(t.f->tx, id), 5);
    run_sql(t.f->tx, "UPDATE handoff_case SET state='closed', changed_at=changed_at-86401"
                     " WHERE id=5");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf got = BUF_INIT(65536);
        cJSON *answer = ask(&sam, "count", rows[i].members), *item;
        assert_note(number(answer, "weight") == rows[i].weight, rows[i].members);
        assert_note(number(answer, "parts") == rows[i].parts, rows[i].members);
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "warnings"))
        {
            (void)buf_addf(&got, "%.*s %.*s\n", STR_ARG(member(item, "kind")),
                           STR_ARG(member(item, "words")));
        }
        assert_str_note(buf_str(&got), rows[i].warnings, rows[i].members);
        cJSON_Delete(answer);
        buf_release(&got);
    }
    run_sql(t.f->tx, "UPDATE handoff_case SET changed_at=changed_at+86401 WHERE id=5");
    assert_int_equal(warnings_of(&sam, "'text':'For Lee Thornbury'"), 2);
    /* who wrote privately is nobody's business who may not see it */
    run_sql(t.f->tx, "UPDATE message SET kind='private' WHERE remote_id='905'");
    assert_int_equal(warnings_of(&sam, "'text':'For Lee Thornbury'"), 2);
    assert_int_equal(warnings_of(&tess, "'text':'For Lee Thornbury'"), 0);
}

/* The feed says whom it concerns. */
static void on_event(int64_t seq, const cJSON *frame, bool is_private, void *data)
{
    const cJSON *to = cJSON_GetObjectItemCaseSensitive(frame, "to");
    (void)seq, (void)is_private;
    if (str_is(member(frame, "kind"), "reply.returned"))
        *(int *)data = cJSON_GetArraySize(to) == 1 ? to->child->valueint : -1;
    else
        assert_null(to);
}

static void test_concerns(void **state)
{
    int whom = 0;
    (void)state;
    (void)reply("ok", &tess, 2, "'text':'It is done'");
    expect_of("ok", &sam, "return", 1, "'text':'Say when'");
    assert_true(view_events(t.f->tx, 0, 100, on_event, &whom) > 0);
    assert_int_equal(whom, 2);
}

#define REPLY_TEST(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLY_TEST(test_held),           REPLY_TEST(test_clock_back),
        REPLY_TEST(test_at_once),        REPLY_TEST(test_goes_on),
        REPLY_TEST(test_undo),           REPLY_TEST(test_undo_closed),
        REPLY_TEST(test_split),          REPLY_TEST(test_split_rules),
        REPLY_TEST(test_split_fails),    REPLY_TEST(test_proposed),
        REPLY_TEST(test_edited),         REPLY_TEST(test_proposed_split),
        REPLY_TEST(test_returned),       REPLY_TEST(test_proposed_where),
        REPLY_TEST(test_proposed_clock), REPLY_TEST(test_audited),
        REPLY_TEST(test_not_said),       REPLY_TEST(test_drafts),
        REPLY_TEST(test_draft_again),    REPLY_TEST(test_count),
        REPLY_TEST(test_concerns),       REPLY_TEST(test_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
