/* Every frame that a console may send, and what no console of ours would. */
#include "handoff/command.h"

#include "handoff/reference.h"
#include "handoff/view.h"
#include "tests/unit/record_fixture.h"

enum { LIMIT = 40 };

static unsigned weight(struct str text)
{
    return (unsigned)utf8_points(text);
}

static int address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://net.example/%.*s/%.*s", STR_ARG(handle), STR_ARG(remote_id));
}

static const struct text_rules rules = { .limit = LIMIT, .weight = weight, .address = address },
                               private_rules = { .limit = 2 * LIMIT, .weight = weight };

static int64_t working_after(void *data, struct str account, int64_t from, int64_t minutes)
{
    (void)data, (void)account;
    return from + minutes * 60;
}

static void describe_desk(void *data, cJSON *ret)
{
    static const char *const teams[] = { "customer services", "communications" };
    (void)data;
    (void)cJSON_AddItemToObject(ret, "teams", cJSON_CreateStringArray(teams, ARRAY_LEN(teams)));
}

static const struct desk desk = {
    .undo_s = 5,
    .due_minutes = { 15, 60, 240 },
    .lease_minutes = 60,
    .warn_minutes = 10,
    .reference_prefix = STR("NM"),
    .working_after = working_after,
    .describe = describe_desk,
};

/* Sam and Kit at work, Pat has left, Eddie is an editor: case 1 waits, 2 is Sam's and holds failed
 * reply 1, 3 is Kit's, 4 is closed; message 5 is ignored. */
static int setup(void **state)
{
    static const char *const remote_ids[] = { "901", "902", "903", "904", "905" };
    (void)fixture_setup(state);
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR"),
            kit = add_staff(f->tx, "kit", "Kit Orr", "KO");
    (void)add_staff(f->tx, "pat", "Pat Gone", "PG");
    (void)add_staff(f->tx, "eddie", "Eddie Vale", "EV");
    run_sql(f->tx, "UPDATE staff SET removed_at=1 WHERE login='pat'");
    run_sql(f->tx, "UPDATE staff SET role='editor' WHERE login='eddie'");
    for (size_t i = 0; i < ARRAY_LEN(remote_ids); i++) {
        int64_t message = add_message(f->tx, remote_ids[i], remote_ids[i], "7");
        if (i < 4)
            assert_int_equal(open_case(f->tx, message), (int64_t)i + 1);
    }
    int64_t failed = queue_reply(f->tx, 2, 2, 0, "Sorry");
    assert_int_equal(record_move_reply(f->tx, failed, REPLY_FAILED, STR(""), STR("no"), NOON), 0);
    add_decision(f->tx, 5, "ignore", "");
    struct case_command claims[] = { { 2, 1, sam, NOON },
                                     { 3, 1, kit, NOON },
                                     { 4, 1, sam, NOON } };
    for (size_t i = 0; i < ARRAY_LEN(claims); i++)
        assert_int_equal(case_claim(f->tx, &claims[i]), CASE_DONE);
    claims[2].version = 2;
    assert_int_equal(case_close(f->tx, &claims[2], STR("done"), STR("")), CASE_DONE);
    return 0;
}

static const char *role = "agent"; /* Sam's */

static int run_tree(struct fixture *f, const cJSON *frame, cJSON **answer)
{
    *answer = NULL;
    const struct staff sam = { 1, STR("sam"), STR("Sam Reed"), STR("SR"), str_of(role) };
    const struct command_context context = { &sam, &rules, &private_rules, NOON + 5, &desk };
    int r = command_run(f->tx, &context, frame, answer);
    assert_non_null(*answer);
    return r;
}

static int run(struct fixture *f, const char *text, cJSON **answer)
{
    cJSON *frame;
    struct json_fault fault;
    if (json_parse(str_of(text), &frame, &fault) < 0)
        fail_msg("%s: %s", text, fault.what);
    int r = run_tree(f, frame, answer);
    cJSON_Delete(frame);
    return r;
}

static struct str member(const cJSON *o, const char *name)
{
    return json_str(cJSON_GetObjectItemCaseSensitive(o, name));
}

static int int_member(const cJSON *o, const char *name)
{
    const cJSON *m = cJSON_GetObjectItemCaseSensitive(o, name);
    assert_true(cJSON_IsNumber(m));
    return m->valueint;
}

/* Frames are written with ' for ". */
static void add_quoted(struct buf *out, const char *frame)
{
    for (const char *p = frame; *p; p++)
        (void)buf_add_byte(out, (char)(*p == '\'' ? '"' : *p));
}

/* "refused c1 stale case 2 v2": type, id, and what there is of code and case. */
static void describe(const cJSON *answer, struct buf *out)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(answer, "id"),
                *code = cJSON_GetObjectItemCaseSensitive(answer, "code"),
                *about = cJSON_GetObjectItemCaseSensitive(answer, "case");
    (void)buf_addf(out, "%.*s %s", STR_ARG(member(answer, "type")),
                   cJSON_IsString(id) ? id->valuestring : "-");
    if (code)
        (void)buf_addf(out, " %s", code->valuestring);
    if (about)
        (void)buf_addf(out, " case %d v%d", int_member(about, "id"), int_member(about, "version"));
}

static void test_frames(void **state)
{
    static const struct {
        const char *note, *frame;
        int want;
        const char *answer;
    } rows[] = {
        { "open", "{'type':'open','id':'c1','case':1}", 0, "case c1 case 1 v1" },
        { "open a closed one", "{'type':'open','id':'c1','case':4}", 0, "case c1 case 4 v3" },
        { "open nothing", "{'type':'open','id':'c1','case':99}", 0, "refused c1 unknown" },
        { "open without", "{'type':'open','id':'c1'}", 0, "refused c1 bad_frame" },
        { "open null", "{'type':'open','id':'c1','case':null}", 0, "refused c1 bad_frame" },

        { "claim", "{'type':'claim','id':'c1','case':1,'version':1}", 1, "ok c1" },
        { "claim one's own", "{'type':'claim','id':'c1','case':2,'version':2}", 1, "ok c1" },
        { "claim another's", "{'type':'claim','id':'c1','case':3,'version':2}", 0,
          "refused c1 taken case 3 v2" },
        { "claim another's, as it was before", "{'type':'claim','id':'c1','case':3,'version':1}", 0,
          "refused c1 taken case 3 v2" },
        { "claim, stale", "{'type':'claim','id':'c1','case':1,'version':2}", 0,
          "refused c1 stale case 1 v1" },
        { "claim, closed", "{'type':'claim','id':'c1','case':4,'version':3}", 0,
          "refused c1 closed case 4 v3" },
        { "claim nothing", "{'type':'claim','id':'c1','case':99,'version':1}", 0,
          "refused c1 unknown" },
        { "claim without a version", "{'type':'claim','id':'c1','case':1}", 0,
          "refused c1 bad_frame case 1 v1" },
        { "claim with version 0", "{'type':'claim','id':'c1','case':1,'version':0}", 0,
          "refused c1 bad_frame case 1 v1" },
        { "more members than we know are fine",
          "{'type':'claim','id':'c1','case':1,'version':1,'note':[1]}", 1, "ok c1" },

        { "release", "{'type':'release','id':'c1','case':2,'version':2}", 1, "ok c1" },
        { "release another's", "{'type':'release','id':'c1','case':3,'version':2}", 0,
          "refused c1 not_yours case 3 v2" },
        { "release nobody's", "{'type':'release','id':'c1','case':1,'version':1}", 0,
          "refused c1 not_yours case 1 v1" },
        { "release, stale", "{'type':'release','id':'c1','case':2,'version':1}", 0,
          "refused c1 stale case 2 v2" },
        { "release without a version", "{'type':'release','id':'c1','case':2}", 0,
          "refused c1 bad_frame case 2 v2" },

        { "reply", "{'type':'reply','id':'c1','case':2,'version':2,'text':'Hello'}", 1, "ok c1" },
        { "reply that asks in public",
          "{'type':'reply','id':'c1','case':2,'version':2,'text':'Your address please?'}", 0,
          "refused c1 in_public case 2 v2" },
        { "reply to nobody's", "{'type':'reply','id':'c1','case':1,'version':1,'text':'Hello'}", 0,
          "refused c1 not_yours case 1 v1" },
        { "reply to another's", "{'type':'reply','id':'c1','case':3,'version':2,'text':'Hello'}", 0,
          "refused c1 not_yours case 3 v2" },
        { "reply, stale", "{'type':'reply','id':'c1','case':2,'version':1,'text':'Hello'}", 0,
          "refused c1 stale case 2 v2" },
        { "reply, closed", "{'type':'reply','id':'c1','case':4,'version':3,'text':'Hello'}", 0,
          "refused c1 closed case 4 v3" },
        { "reply to nothing", "{'type':'reply','id':'c1','case':99,'version':3,'text':'Hello'}", 0,
          "refused c1 unknown" },
        { "reply with nothing", "{'type':'reply','id':'c1','case':2,'version':2,'text':''}", 0,
          "refused c1 empty case 2 v2" },
        { "reply with white space", "{'type':'reply','id':'c1','case':2,'version':2,'text':' \\n'}",
          0, "refused c1 empty case 2 v2" },
        { "reply without text", "{'type':'reply','id':'c1','case':2,'version':2}", 0,
          "refused c1 empty case 2 v2" },
        { "reply without a version", "{'type':'reply','id':'c1','case':2,'text':'Hello'}", 0,
          "refused c1 bad_frame case 2 v2" },

        { "close", "{'type':'close','id':'c1','case':2,'version':2,'outcome':'answered'}", 1,
          "ok c1" },
        { "close, passed on",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'passed_on'}", 1, "ok c1" },
        { "close, done", "{'type':'close','id':'c1','case':2,'version':2,'outcome':'done'}", 1,
          "ok c1" },
        { "close, no reply",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'no_reply_needed'}", 1,
          "ok c1" },
        { "close, other outcome",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'Done'}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "close without outcome", "{'type':'close','id':'c1','case':2,'version':2}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "close another's", "{'type':'close','id':'c1','case':3,'version':2,'outcome':'done'}", 0,
          "refused c1 not_yours case 3 v2" },
        { "close, stale", "{'type':'close','id':'c1','case':2,'version':9,'outcome':'done'}", 0,
          "refused c1 stale case 2 v2" },
        { "close twice", "{'type':'close','id':'c1','case':4,'version':3,'outcome':'done'}", 0,
          "refused c1 closed case 4 v3" },

        { "close, a member",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'became_member'}", 1, "ok c1" },
        { "close, praise for somebody",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'praise','department':'Waste'}",
          1, "ok c1" },
        { "close for nobody",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'done','department':null}", 1,
          "ok c1" },
        { "close for a department without a name",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'done','department':' '}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "close for a department that is a number",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'done','department':5}", 0,
          "refused c1 bad_frame case 2 v2" },

        { "note", "{'type':'note','id':'c1','case':1,'text':'Look','to':[2]}", 1, "ok c1" },
        { "note to nobody", "{'type':'note','id':'c1','case':3,'text':'Look'}", 1, "ok c1" },
        { "note in a closed case", "{'type':'note','id':'c1','case':4,'text':'Look','to':[]}", 1,
          "ok c1" },
        { "note in none", "{'type':'note','id':'c1','case':99,'text':'Look'}", 0,
          "refused c1 unknown" },
        { "note without text", "{'type':'note','id':'c1','case':1,'to':[2]}", 0,
          "refused c1 empty case 1 v1" },
        { "note of white space", "{'type':'note','id':'c1','case':1,'text':' \\n '}", 0,
          "refused c1 empty case 1 v1" },
        { "note to no list", "{'type':'note','id':'c1','case':1,'text':'Look','to':2}", 0,
          "refused c1 bad_frame case 1 v1" },
        { "note to a name", "{'type':'note','id':'c1','case':1,'text':'Look','to':['kit']}", 0,
          "refused c1 bad_frame case 1 v1" },
        { "note to half a colleague", "{'type':'note','id':'c1','case':1,'text':'Look','to':[2.5]}",
          0, "refused c1 bad_frame case 1 v1" },
        { "note to a stranger", "{'type':'note','id':'c1','case':1,'text':'Look','to':[2,99]}", 0,
          "refused c1 unknown case 1 v1" },
        { "note to one who left", "{'type':'note','id':'c1','case':1,'text':'Look','to':[3]}", 0,
          "refused c1 unknown case 1 v1" },
        { "note to one twice", "{'type':'note','id':'c1','case':1,'text':'Look','to':[2,2]}", 1,
          "ok c1" },
        { "seen", "{'type':'seen','id':'c1','case':1}", 1, "ok c1" },
        { "seen without a case", "{'type':'seen','id':'c1'}", 0, "refused c1 bad_frame" },

        { "pass to a team",
          "{'type':'pass','id':'c1','case':2,'version':2,'team':'communications'}", 1, "ok c1" },
        { "pass what nobody has, with a word",
          "{'type':'pass','id':'c1','case':1,'version':1,'team':'communications','text':'Yours'}",
          1, "ok c1" },
        { "pass to a colleague", "{'type':'pass','id':'c1','case':2,'version':2,'to':2}", 1,
          "ok c1" },
        { "pass one's own back to one's team",
          "{'type':'pass','id':'c1','case':2,'version':2,'team':'customer services','to':null}", 1,
          "ok c1" },
        { "pass to whose it is",
          "{'type':'pass','id':'c1','case':1,'version':1,'team':'customer services'}", 0,
          "refused c1 already case 1 v1" },
        { "pass to who has it", "{'type':'pass','id':'c1','case':2,'version':2,'to':1}", 0,
          "refused c1 already case 2 v2" },
        { "pass what another has",
          "{'type':'pass','id':'c1','case':3,'version':2,'team':'communications'}", 0,
          "refused c1 not_yours case 3 v2" },
        { "pass to no team", "{'type':'pass','id':'c1','case':2,'version':2,'team':'parks'}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "pass nowhere", "{'type':'pass','id':'c1','case':2,'version':2}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "pass to a name", "{'type':'pass','id':'c1','case':2,'version':2,'to':'kit'}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "pass to a stranger", "{'type':'pass','id':'c1','case':2,'version':2,'to':99}", 0,
          "refused c1 unknown case 2 v2" },
        { "pass to one who left", "{'type':'pass','id':'c1','case':2,'version':2,'to':3}", 0,
          "refused c1 unknown case 2 v2" },
        { "pass to one who can't", "{'type':'pass','id':'c1','case':2,'version':2,'to':4}", 0,
          "refused c1 not_allowed case 2 v2" },
        { "pass, stale", "{'type':'pass','id':'c1','case':2,'version':1,'to':2}", 0,
          "refused c1 stale case 2 v2" },
        { "pass, closed", "{'type':'pass','id':'c1','case':4,'version':3,'to':2}", 0,
          "refused c1 closed case 4 v3" },

        { "mark", "{'type':'mark','id':'c1','case':3,'version':2,'sensitive':true}", 1, "ok c1" },
        { "mark what isn't", "{'type':'mark','id':'c1','case':1,'version':1,'sensitive':false}", 0,
          "refused c1 already case 1 v1" },
        { "mark how", "{'type':'mark','id':'c1','case':1,'version':1,'sensitive':1}", 0,
          "refused c1 bad_frame case 1 v1" },
        { "mark, stale", "{'type':'mark','id':'c1','case':1,'version':2,'sensitive':true}", 0,
          "refused c1 stale case 1 v1" },
        { "mute", "{'type':'mute','id':'c1','case':1,'version':1,'muted':true}", 1, "ok c1" },
        { "mute what speaks", "{'type':'mute','id':'c1','case':1,'version':1,'muted':false}", 0,
          "refused c1 already case 1 v1" },
        { "mute how", "{'type':'mute','id':'c1','case':1,'version':1}", 0,
          "refused c1 bad_frame case 1 v1" },
        { "mute, closed", "{'type':'mute','id':'c1','case':4,'version':3,'muted':true}", 0,
          "refused c1 closed case 4 v3" },

        { "restore", "{'type':'restore','id':'c1','message':5}", 1, "ok c1" },
        { "restore what isn't ignored", "{'type':'restore','id':'c1','message':1}", 0,
          "refused c1 unknown" },
        { "restore nothing", "{'type':'restore','id':'c1','message':99}", 0, "refused c1 unknown" },
        { "restore without", "{'type':'restore','id':'c1'}", 0, "refused c1 bad_frame" },

        { "retry", "{'type':'retry','id':'c1','case':2,'version':2,'reply':1}", 1, "ok c1" },
        { "retry nothing", "{'type':'retry','id':'c1','case':2,'version':2,'reply':9}", 0,
          "refused c1 unknown case 2 v2" },
        { "retry, stale", "{'type':'retry','id':'c1','case':2,'version':1,'reply':1}", 0,
          "refused c1 stale case 2 v2" },
        { "retry without", "{'type':'retry','id':'c1','case':2,'version':2}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "retry in another's", "{'type':'retry','id':'c1','case':3,'version':2,'reply':1}", 0,
          "refused c1 not_yours case 3 v2" },

        { "undo what nobody wrote", "{'type':'undo','id':'c1','reply':1}", 0,
          "refused c1 unknown" },
        { "undo without", "{'type':'undo','id':'c1'}", 0, "refused c1 bad_frame" },
        { "approve nothing", "{'type':'approve','id':'c1','reply':9}", 0, "refused c1 unknown" },
        { "approve without", "{'type':'approve','id':'c1'}", 0, "refused c1 bad_frame" },
        { "return nothing", "{'type':'return','id':'c1','reply':9,'text':'No'}", 0,
          "refused c1 unknown" },
        { "draft", "{'type':'draft','id':'c1','case':3,'text':'Hello'}", 1, "ok c1" },
        { "draft of nothing", "{'type':'draft','id':'c1','case':3}", 0,
          "refused c1 bad_frame case 3 v2" },

        { "no such command", "{'type':'delete','id':'c1','case':1,'version':1}", 0,
          "refused c1 bad_frame" },
        { "a command of another case", "{'type':'CLAIM','id':'c1','case':1,'version':1}", 0,
          "refused c1 bad_frame" },
        { "an event", "{'type':'event','id':'c1','seq':1}", 0, "refused c1 bad_frame" },
        { "no type", "{'id':'c1'}", 0, "refused c1 bad_frame" },
        { "no id", "{'type':'claim','case':1,'version':1}", 0, "refused - bad_frame" },
        { "an empty id", "{'type':'claim','id':'','case':1,'version':1}", 0, "refused  bad_frame" },
        { "an id that is a number", "{'type':'claim','id':5,'case':1,'version':1}", 0,
          "refused - bad_frame" },
        { "an id of 40",
          "{'type':'claim','id':'1234567890123456789012345678901234567890','case':1,'version':1}",
          1, "ok 1234567890123456789012345678901234567890" },
        { "an id of 41",
          "{'type':'claim','id':'12345678901234567890123456789012345678901','case':1,'version':1}",
          0, "refused 12345678901234567890123456789012345678901 bad_frame" },
        { "an id of 40 characters, not bytes",
          "{'type':'claim','id':'éééééééééééééééééééééééééééééééééééééééé','case':1,'version':1}",
          1, "ok éééééééééééééééééééééééééééééééééééééééé" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = BUF_INIT(4096), got = BUF_INIT(4096);
        cJSON *answer;
        add_quoted(&frame, rows[i].frame);
        assert_int_equal(tx_savepoint(f->tx), 0);
        int64_t seq = last_event(f->tx);
        int r = run(f, buf_cstr(&frame), &answer);
        describe(answer, &got);
        assert_str_note(buf_str(&got), rows[i].answer, rows[i].note);
        assert_note(r == rows[i].want, rows[i].note);
        if (r != 1)
            assert_str_note(events_after(f, seq), "", rows[i].note);
        if (str_is(member(answer, "type"), "refused")) { /* a sentence for people */
            struct str text = member(answer, "text");
            assert_note(text.len > 10, rows[i].note);
            assert_note(str_ends(text, STR(".")), rows[i].note);
        }
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
        cJSON_Delete(answer);
        buf_release(&frame);
        buf_release(&got);
    }
}

/* A text of @count letters as a frame; count 0 of anything else but letters. */
static void letters(struct buf *out, const char *type, const char *letter, size_t count)
{
    buf_clear(out);
    (void)buf_addf(out, "{\"type\":\"%s\",\"id\":\"c1\",\"case\":2,\"version\":2,\"text\":\"",
                   type);
    for (size_t i = 0; i < count; i++)
        (void)buf_addc(out, letter);
    assert_int_equal(buf_addc(out, "\"}"), 0);
}

static void test_weight(void **state)
{
    struct fixture *f = *state;
    struct buf frame = BUF_INIT(1 << 20);
    static const struct {
        const char *note, *letter;
        size_t count;
        const char *parts[3]; /* NULL: it goes */
    } rows[] = {
        { "just so", "a", LIMIT - 4, { NULL } },
        { "just so, not in bytes", "\xc3\xa9", LIMIT - 4, { NULL } },
        { "one too many", "a", LIMIT - 3, { " 41 ", " 40 ", " by 1." } },
        { "many too many", "a", 1000, { " 1004 ", " 40 ", " by 964." } },
        { "the longest there is room for", "a", 32768 - 4, { " 32768 ", " 40 ", " by 32728." } },
        { "longer than there is room for", "a", 32768 - 3, { " 40 ", "too long", "" } },
        { "as long as a frame may be", "a", 65000, { " 40 ", "too long", "" } },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *answer;
        letters(&frame, "reply", rows[i].letter, rows[i].count);
        assert_int_equal(tx_savepoint(f->tx), 0);
        int r = run(f, buf_cstr(&frame), &answer);
        bool goes = !rows[i].parts[0];
        assert_note(r == goes, rows[i].note);
        assert_str_note(member(answer, goes ? "type" : "code"), goes ? "ok" : "too_long",
                        rows[i].note);
        for (size_t k = 0; k < 3 && !goes; k++)
            assert_note(strstr(member(answer, "text").p, rows[i].parts[k]), rows[i].note);
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
        cJSON_Delete(answer);
        /* what count said before agrees */
        letters(&frame, "count", rows[i].letter, rows[i].count);
        assert_int_equal(run(f, buf_cstr(&frame), &answer), 0);
        assert_str(member(answer, "type"), "count");
        assert_int_equal(int_member(answer, "limit"), LIMIT);
        if (rows[i].count < 30000)
            assert_note((size_t)int_member(answer, "weight") == rows[i].count + 4, rows[i].note);
        assert_note((int_member(answer, "weight") <= LIMIT) == goes, rows[i].note);
        cJSON_Delete(answer);
    }
    buf_release(&frame);
}

static void test_signed(void **state)
{
    static const char q_body[] = "SELECT body AS t FROM reply WHERE staff_id IS NOT NULL";
    static const struct {
        const char *text, *body;
        int weight;
    } rows[] = {
        { "It's done", "It's done ^SR\n", 13 },
        { "  It's done\\n ", "It's done ^SR\n", 13 },
        { "two\\nlines", "two\nlines ^SR\n", 13 },
        { "\xf0\x9f\x91\x8d \\\"ok\\\"", "\xf0\x9f\x91\x8d \"ok\" ^SR\n", 10 },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = BUF_INIT(4096);
        cJSON *answer;
        (void)buf_addf(&frame, "{\"type\":\"count\",\"id\":\"c2\",\"text\":\"%s\"}", rows[i].text);
        assert_int_equal(run(f, buf_cstr(&frame), &answer), 0);
        assert_int_equal(int_member(answer, "weight"), rows[i].weight);
        cJSON_Delete(answer);
        buf_clear(&frame);
        (void)buf_addf(
            &frame, "{\"type\":\"reply\",\"id\":\"c2\",\"case\":2,\"version\":2,\"text\":\"%s\"}",
            rows[i].text);
        assert_int_equal(tx_savepoint(f->tx), 0);
        assert_int_equal(run(f, buf_cstr(&frame), &answer), 1);
        assert_str_note(text_of(f, q_body, 0), rows[i].body, rows[i].text);
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
        cJSON_Delete(answer);
        buf_release(&frame);
    }
    /* nothing written yet: the initials are counted already */
    cJSON *answer;
    assert_int_equal(run(f, "{\"type\":\"count\",\"id\":\"c2\",\"text\":\"\"}", &answer), 0);
    assert_int_equal(int_member(answer, "weight"), 3);
    cJSON_Delete(answer);
}

/* Who did it stands in the record. */
static void test_whose(void **state)
{
    struct fixture *f = *state;
    cJSON *answer;
    int64_t seq = last_event(f->tx);
    assert_int_equal(run(f, "{\"type\":\"claim\",\"id\":\"c1\",\"case\":1,\"version\":1}", &answer),
                     1);
    cJSON_Delete(answer);
    assert_int_equal(run(f,
                         "{\"type\":\"reply\",\"id\":\"c2\",\"case\":1,\"version\":2,\"text\":\"Hi"
                         "\"}",
                         &answer),
                     1);
    cJSON_Delete(answer);
    assert_int_equal(run(f,
                         "{\"type\":\"close\",\"id\":\"c3\",\"case\":1,\"version\":3,\"outcome\":"
                         "\"done\"}",
                         &answer),
                     1);
    cJSON_Delete(answer);
    assert_str(events_after(f, seq), "case.claimed 1 - - 1 -\nreply.held 1 1 2 1 -\n"
                                     "case.replied 1 1 - 1 -\ncase.closed 1 - - 1 Done\n");
    assert_int_equal(int_of(f->tx, "SELECT min(at) AS n FROM event WHERE seq>?1", seq), NOON + 5);
}

/* Each member of each command as everything that JSON has: refused or done, never anything else. */
static void test_hostile(void **state)
{
    static const char *const commands[] = {
        "{\"type\":\"open\",\"id\":\"c1\",\"case\":2}",
        "{\"type\":\"count\",\"id\":\"c1\",\"text\":\"Hello\"}",
        "{\"type\":\"claim\",\"id\":\"c1\",\"case\":1,\"version\":1}",
        "{\"type\":\"release\",\"id\":\"c1\",\"case\":2,\"version\":2}",
        "{\"type\":\"reply\",\"id\":\"c1\",\"case\":2,\"version\":2,\"text\":\"Hello\"}",
        "{\"type\":\"close\",\"id\":\"c1\",\"case\":2,\"version\":2,\"outcome\":\"done\"}",
        "{\"type\":\"restore\",\"id\":\"c1\",\"message\":5}",
        "{\"type\":\"retry\",\"id\":\"c1\",\"case\":2,\"version\":2,\"reply\":1}",
        "{\"type\":\"reply\",\"id\":\"c1\",\"case\":2,\"version\":2,\"text\":\"Hello\","
        "\"way\":\"public\",\"split\":true}",
        "{\"type\":\"undo\",\"id\":\"c1\",\"reply\":2}",
        "{\"type\":\"approve\",\"id\":\"c1\",\"reply\":3,\"text\":\"Hello\"}",
        "{\"type\":\"return\",\"id\":\"c1\",\"reply\":3,\"text\":\"Hello\"}",
        "{\"type\":\"draft\",\"id\":\"c1\",\"case\":2,\"text\":\"Hello\",\"way\":\"public\"}",
    };
    static const char *const values[] = {
        "null",
        "true",
        "false",
        "\"\"",
        "\"2\"",
        "\"claim\"",
        "0",
        "-0",
        "-1",
        "1.5",
        "2.0000000001",
        "1e300",
        "-1e300",
        "9007199254740991",
        "9007199254740992",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
        "1e-300",
        "[]",
        "[2]",
        "{}",
        "{\"case\":2}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[2]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "\"\\ud83d\\ude21 ' OR 1=1 --\"",
        "\"\\\"},{\\\"type\\\":\\\"claim\\\"\"",
    };
    struct fixture *f = *state;
    /* reply 2 is Sam's and held, 3 is Kit's and proposed */
    struct record_draft held = { .message_id = 2,
                                 .case_id = 2,
                                 .staff_id = 1,
                                 .body = STR("A ^SR"),
                                 .state = REPLY_HELD,
                                 .held_until = NOON + 60 },
                        proposed = { .message_id = 3,
                                     .case_id = 3,
                                     .staff_id = 2,
                                     .body = STR("B ^KO"),
                                     .state = REPLY_PROPOSED };
    int64_t id;
    assert_int_equal(record_queue_reply(f->tx, &held, NOON, &id), 0);
    assert_int_equal(record_queue_reply(f->tx, &proposed, NOON, &id), 0);
    for (size_t c = 0; c < ARRAY_LEN(commands); c++) {
        cJSON *frame, *answer;
        assert_int_equal(json_parse(str_of(commands[c]), &frame, NULL), 0);
        for (int m = 0; m < cJSON_GetArraySize(frame); m++)
            for (size_t v = 0; v < ARRAY_LEN(values); v++) {
                cJSON *altered = cJSON_Duplicate(frame, true), *value;
                struct buf note = BUF_INIT(4096);
                assert_int_equal(json_parse(str_of(values[v]), &value, NULL), 0);
                const char *name = cJSON_GetArrayItem(frame, m)->string;
                (void)buf_addf(&note, "%s with %s %s", commands[c], name, values[v]);
                assert_true(cJSON_ReplaceItemInObjectCaseSensitive(altered, name, value));
                assert_int_equal(tx_savepoint(f->tx), 0);
                int64_t seq = last_event(f->tx);
                int r = run_tree(f, altered, &answer);
                struct str type = member(answer, "type");
                assert_note(r == 0 || r == 1, buf_cstr(&note));
                assert_note((r == 1) == str_is(type, "ok"), buf_cstr(&note));
                if (r == 0) {
                    assert_note(str_is(type, "refused") || str_is(type, "count") ||
                                    str_is(type, "case"),
                                buf_cstr(&note));
                    assert_str_note(events_after(f, seq), "", buf_cstr(&note));
                }
                if (cJSON_IsString(cJSON_GetObjectItemCaseSensitive(altered, "id")))
                    assert_true(str_eq(member(answer, "id"), member(altered, "id")));
                assert_int_equal(tx_savepoint_undo(f->tx), 0);
                cJSON_Delete(answer);
                cJSON_Delete(altered);
                buf_release(&note);
            }
        cJSON_Delete(frame);
    }
    /* what isn't an object at all */
    static const char *const others[] = { "[]", "[1,\"claim\"]", "1", "null", "\"claim\"", "true" };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        cJSON *answer;
        assert_int_equal(run(f, others[i], &answer), 0);
        assert_str_note(member(answer, "code"), "bad_frame", others[i]);
        cJSON_Delete(answer);
    }
}

/* Case 5 came by direct message. */
static void test_private(void **state)
{
    struct fixture *f = *state;
    struct record_message dm = a_message("dm:900", "dm:7-8", "70");
    int64_t message;
    dm.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &message), 1);
    assert_int_equal(open_case(f->tx, message), 5);
    /* a direct message in a public case */
    assert_int_equal(queue_reply(f->tx, 2, 2, 2, "In confidence"), 2);
    run_sql(f->tx, "UPDATE reply SET private=1, state='failed' WHERE id=2");
    static const struct {
        const char *role, *frame;
        int want;
        const char *answer;
    } rows[] = {
        { "trainee", "{'type':'open','id':'c1','case':5}", 0, "refused c1 not_allowed" },
        { "trainee", "{'type':'claim','id':'c1','case':5,'version':1}", 0,
          "refused c1 not_allowed" },
        { "trainee", "{'type':'claim','id':'c1','case':5,'version':9}", 0,
          "refused c1 not_allowed" },
        { "trainee", "{'type':'open','id':'c1','case':1}", 0, "case c1 case 1 v1" },
        { "trainee",
          "{'type':'reply','id':'c1','case':2,'version':2,'text':'Hello','way':'private'}", 0,
          "refused c1 not_allowed case 2 v2" },
        { "trainee", "{'type':'retry','id':'c1','case':2,'version':2,'reply':2}", 0,
          "refused c1 not_allowed case 2 v2" },
        { "agent", "{'type':'retry','id':'c1','case':2,'version':2,'reply':2}", 1, "ok c1" },
        { "supervisor", "{'type':'open','id':'c1','case':5}", 0, "case c1 case 5 v1" },
        { "agent", "{'type':'claim','id':'c1','case':5,'version':1}", 1, "ok c1" },
        { "agent", "{'type':'reply','id':'c1','case':2,'version':2,'text':'Hello','way':'both'}", 0,
          "refused c1 bad_frame case 2 v2" },
        { "agent",
          "{'type':'reply','id':'c1','case':2,'version':2,'way':'private','text':"
          "'as long as a direct message may be, and longer'}",
          1, "ok c1" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *answer;
        struct buf got = BUF_INIT(1000), frame = BUF_INIT(1000);
        add_quoted(&frame, rows[i].frame);
        role = rows[i].role;
        assert_int_equal(tx_savepoint(f->tx), 0);
        assert_note(run(f, buf_cstr(&frame), &answer) == rows[i].want, rows[i].frame);
        describe(answer, &got);
        assert_str_note(buf_str(&got), rows[i].answer, rows[i].frame);
        assert_int_equal(
            i + 1 < ARRAY_LEN(rows) ? tx_savepoint_undo(f->tx) : tx_savepoint_keep(f->tx), 0);
        cJSON_Delete(answer);
        buf_release(&got);
        buf_release(&frame);
    }
    role = "agent";
    assert_int_equal(int_of(f->tx, "SELECT private AS n FROM reply ORDER BY id DESC LIMIT 1", 0),
                     1);
}

/* Who may not see direct messages any more still hears that what they sent was done, and is shown
 * none. */
static void test_role_since(void **state)
{
    static const struct {
        const char *role, *frame, *answer;
    } rows[] = {
        { "agent", "{'type':'reply','id':'c1','case':5,'version':2,'text':'Hi'}", "ok c1" },
        { "trainee", "{'type':'reply','id':'c1','case':5,'version':2,'text':'Hi'}", "ok c1" },
        { "editor", "{'type':'reply','id':'c1','case':5,'version':2,'text':'Hi'}", "ok c1" },
        { "agent", "{'type':'undo','id':'c2','reply':2}", "refused c2 too_late case 5 v3" },
        { "trainee", "{'type':'undo','id':'c2','reply':2}", "refused c2 too_late" },
    };
    struct fixture *f = *state;
    struct record_message dm = a_message("dm:900", "dm:7-8", "70");
    int64_t message;
    dm.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &message), 1);
    struct case_command claim = { open_case(f->tx, message), 1, 1, NOON };
    assert_int_equal(case_claim(f->tx, &claim), CASE_DONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *answer;
        struct buf got = BUF_INIT(1000), frame = BUF_INIT(1000);
        add_quoted(&frame, rows[i].frame);
        role = rows[i].role;
        assert_note(run(f, buf_cstr(&frame), &answer) == (i == 0), rows[i].frame);
        run_sql(f->tx, "UPDATE reply SET state='sent' WHERE state='held'");
        describe(answer, &got);
        assert_str_note(buf_str(&got), rows[i].answer, rows[i].frame);
        cJSON_Delete(answer);
        buf_release(&got);
        buf_release(&frame);
    }
    role = "agent";
}

/* What came by direct message is answered so, and never for everybody to read. */
static void test_private_way(void **state)
{
    struct fixture *f = *state;
    struct record_message dm = a_message("dm:900", "dm:7-8", "70");
    int64_t message;
    dm.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &message), 1);
    struct case_command claim = { open_case(f->tx, message), 1, 1, NOON };
    assert_int_equal(case_claim(f->tx, &claim), CASE_DONE);
    static const struct {
        const char *frame, *answer;
        int replies;
    } rows[] = {
        { "{'type':'reply','id':'c1','case':5,'version':2,'text':'Hi','way':'public'}",
          "refused c1 no_way case 5 v2", 0 },
        { "{'type':'reply','id':'c1','case':5,'version':2,'text':"
          "'as long as a direct message may be, and longer'}",
          "ok c1", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *answer;
        struct buf got = BUF_INIT(1000), frame = BUF_INIT(1000);
        add_quoted(&frame, rows[i].frame);
        assert_int_equal(run(f, buf_cstr(&frame), &answer), rows[i].replies);
        describe(answer, &got);
        assert_str_note(buf_str(&got), rows[i].answer, rows[i].frame);
        assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM reply WHERE private", 0),
                         rows[i].replies);
        cJSON_Delete(answer);
        buf_release(&got);
        buf_release(&frame);
    }
}

/* What the frames of a case do, in the words of its history, and what they leave. */
static void test_effects(void **state)
{
    static const struct {
        const char *note, *frame, *events, *after;
    } rows[] = {
        { "closed for a department",
          "{'type':'close','id':'c1','case':2,'version':2,'outcome':'praise','department':' Waste "
          "'}",
          "case.closed by 1: Praise. Waste should hear of it\n", "closed by 1 p2 s0 m0 for Waste" },
        { "a note", "{'type':'note','id':'c1','case':2,'text':'Look','to':[2]}",
          "case.noted by 1 to [2]: For Kit Orr\n", "claimed by 1 p2 s0 m0 for -" },
        { "to a team, with a word",
          "{'type':'pass','id':'c1','case':2,'version':2,'team':'communications','text':'Press'}",
          "case.passed by 1: communications\ncase.noted by 1\n", "open by - p2 s0 m0 for -" },
        { "to a colleague, with a word",
          "{'type':'pass','id':'c1','case':2,'version':2,'to':2,'text':'Yours'}",
          "case.passed by 1 to [2]: Kit Orr\ncase.noted by 1 to [2]: Kit Orr\n",
          "claimed by 2 p2 s0 m0 for -" },
        { "marked", "{'type':'mark','id':'c1','case':2,'version':2,'sensitive':true}",
          "case.marked by 1\n", "claimed by 1 p0 s1 m0 for -" },
        { "muted", "{'type':'mute','id':'c1','case':2,'version':2,'muted':true}",
          "case.muted by 1\n", "claimed by 1 p2 s0 m1 for -" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = BUF_INIT(4096), want = BUF_INIT(1000);
        cJSON *answer;
        add_quoted(&frame, rows[i].frame);
        assert_int_equal(tx_savepoint(f->tx), 0);
        int64_t seq = last_event(f->tx);
        assert_note(run(f, buf_cstr(&frame), &answer) == 1, rows[i].note);
        assert_str_note(text_of(f,
                                "SELECT kind || ' by ' || coalesce(staff_id, '-') || coalesce(' to "
                                "' || concerns, '') || coalesce(': ' || text, '') AS t FROM event"
                                " WHERE seq>?1 ORDER BY seq",
                                seq),
                        rows[i].events, rows[i].note);
        (void)buf_addf(&want, "%s\n", rows[i].after);
        assert_str_note(text_of(f,
                                "SELECT state || ' by ' || coalesce(owner_id, '-') || ' p' || "
                                "priority || ' s' || sensitive || ' m' || muted || ' for ' || "
                                "coalesce(department, '-') AS t FROM handoff_case WHERE id=?1",
                                2),
                        buf_cstr(&want), rows[i].note);
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
        cJSON_Delete(answer);
        buf_release(&frame);
        buf_release(&want);
    }
}

/* "code, text" of the answer to a frame of Sam's. */
static struct str answer_of(struct fixture *f, const char *quoted)
{
    struct buf frame = BUF_INIT(65536);
    cJSON *answer;
    add_quoted(&frame, quoted);
    (void)run(f, buf_cstr(&frame), &answer);
    struct str code = member(answer, "code"), text = member(answer, "text");
    buf_clear(&frame);
    (void)buf_addf(&frame, "%.*s: %.*s", STR_ARG(code), STR_ARG(text));
    struct str copy = arena_str(&f->arena, buf_str(&frame));
    cJSON_Delete(answer);
    buf_release(&frame);
    return copy;
}

/* Refusals that say what would be right. */
static void test_sentences(void **state)
{
    struct fixture *f = *state;
    struct record_message dm = a_message("dm:900", "dm:7-8", "70");
    int64_t message;
    dm.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &message), 1);
    assert_int_equal(open_case(f->tx, message), 5);
    assert_str(answer_of(f, "{'type':'pass','id':'c1','case':2,'version':2,'team':'parks'}"),
               "bad_frame: There is no such team. The teams are: customer services, "
               "communications.");
    assert_str(answer_of(f, "{'type':'note','id':'c1','case':5,'text':'Look','to':[4]}"),
               "not_allowed: Eddie Vale can't see this case: it came by direct message, which "
               "their role doesn't answer.");
    assert_str(answer_of(f, "{'type':'pass','id':'c1','case':2,'version':2,'to':4}"),
               "not_allowed: Eddie Vale can't take cases: their role doesn't answer.");
    run_sql(f->tx, "UPDATE staff SET role='trainee' WHERE login='eddie'");
    assert_str(answer_of(f, "{'type':'pass','id':'c1','case':5,'version':1,'to':4}"),
               "not_allowed: Eddie Vale can't see this case: it came by direct message, which "
               "their role doesn't answer.");
    run_sql(f->tx, "UPDATE handoff_case SET sensitive=1, priority=0 WHERE id=1");
    assert_str(answer_of(f, "{'type':'mute','id':'c1','case':1,'version':1,'muted':true}"),
               "not_allowed: What is sensitive can't be muted. Take the mark off first.");
    struct buf frame = BUF_INIT(65536);
    (void)buf_addc(&frame, "{'type':'note','id':'c1','case':1,'text':'");
    for (int i = 0; i < 4001; i++)
        (void)buf_addc(&frame, "\xc3\xa9");
    (void)buf_addc(&frame, "'}");
    assert_str(answer_of(f, buf_cstr(&frame)), "too_long: A note has at most 4,000 characters.");
    buf_release(&frame);
    buf_clear(&frame);
    (void)buf_addc(&frame, "{'type':'note','id':'c1','case':1,'text':'Look','to':[");
    for (int i = 0; i < 21; i++) {
        int64_t id = add_staff(f->tx, (const char[]){ 'x', (char)('a' + i), 0 }, "Many", "M");
        (void)buf_addf(&frame, "%s%" PRId64, i ? "," : "", id);
    }
    (void)buf_addc(&frame, "]}");
    assert_str(answer_of(f, buf_cstr(&frame)), "bad_frame: A note can name 20 colleagues at most.");
    buf_release(&frame);
}

/* A supervisor passes on what somebody else has. */
static void test_pass_over(void **state)
{
    cJSON *answer;
    role = "supervisor";
    assert_int_equal(run(*state,
                         "{\"type\":\"pass\",\"id\":\"c1\",\"case\":3,\"version\":2,"
                         "\"team\":\"communications\"}",
                         &answer),
                     1);
    cJSON_Delete(answer);
    assert_int_equal(run(*state,
                         "{\"type\":\"pass\",\"id\":\"c2\",\"case\":2,\"version\":2,"
                         "\"team\":\"communications\"}",
                         &answer),
                     1);
    role = "agent";
    cJSON_Delete(answer);
    char reference[REFERENCE_MAX], want[64];
    reference_write(3, reference);
    (void)snprintf(want, sizeof want, "1 case_passed %s\n", reference);
    struct fixture *f = *state;
    assert_str(text_of(f, "SELECT staff_id || ' ' || act || ' ' || about AS t FROM audit", 0),
               want);
}

/* Two take it at once: who comes second is told so, whatever they saw. */
static void test_two_claims(void **state)
{
    struct fixture *f = *state;
    struct case_command kit = { 1, 1, 2, NOON };
    assert_int_equal(case_claim(f->tx, &kit), CASE_DONE);
    assert_str(answer_of(f, "{'type':'claim','id':'c1','case':1,'version':1}"),
               "taken: Kit Orr has taken this case.");
    assert_int_equal(int_of(f->tx, "SELECT owner_id AS n FROM handoff_case WHERE id=1", 0), 2);
}

/* What its owner does in a case is a sign of life there; what others do isn't. */
static void test_signs(void **state)
{
    static const struct {
        const char *note, *frame;
        bool sign;
    } rows[] = {
        { "a note", "{'type':'note','id':'c1','case':2,'text':'Look'}", true },
        { "a draft", "{'type':'draft','id':'c2','case':2,'text':'We','way':'public'}", true },
        { "opened, as a console does by itself", "{'type':'open','id':'c3','case':2}", false },
        { "refused", "{'type':'note','id':'c4','case':2,'text':''}", false },
        { "another's", "{'type':'note','id':'c5','case':3,'text':'Look'}", false },
        { "a draft in another's", "{'type':'draft','id':'c6','case':3,'text':'We','way':'public'}",
          false },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = BUF_INIT(1000);
        cJSON *answer;
        add_quoted(&frame, rows[i].frame);
        run_sql(f->tx,
                "UPDATE handoff_case SET active_at=1, wakes_at=NULL WHERE owner_id NOT NULL");
        (void)run(f, buf_cstr(&frame), &answer);
        assert_note(int_of(f->tx,
                           "SELECT count(*) AS n FROM handoff_case WHERE active_at>1 AND"
                           " wakes_at=0 AND id IN (2, 3)",
                           0) == rows[i].sign,
                    rows[i].note);
        cJSON_Delete(answer);
        buf_release(&frame);
    }
}

#define COMMAND_TEST(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(test_frames),    COMMAND_TEST(test_role_since),  COMMAND_TEST(test_weight),
        COMMAND_TEST(test_signed),    COMMAND_TEST(test_whose),       COMMAND_TEST(test_hostile),
        COMMAND_TEST(test_private),   COMMAND_TEST(test_private_way), COMMAND_TEST(test_effects),
        COMMAND_TEST(test_sentences), COMMAND_TEST(test_pass_over),   COMMAND_TEST(test_two_claims),
        COMMAND_TEST(test_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
