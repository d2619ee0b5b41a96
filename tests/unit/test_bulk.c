/* One message to many: all or none, each in words of its own, behind what goes to one; and stopped
 * in the middle. */
#include "handoff/bulk.h"

#include "handoff/reference.h"
#include "handoff/view.h"
#include "tests/unit/desk_fixture.h"

/* A message of @author's, whose handle is theirs, in a conversation of its own, and its case. */
static int64_t add_case(struct fixture *f, const char *id, const char *author, const char *account)
{
    struct record_message m = a_message(id, id, author);
    int64_t message_id;
    m.handle = str_of(author);
    m.account = str_of(account);
    assert_int_equal(record_add_message(f->tx, &m, NOON, &message_id), 1);
    return open_case(f->tx, message_id);
}

/* Cases 1 to 4 wait, of four residents, the last at the other account; 5 is Kit's, 6 Sam's, 7
 * closed, 8 sensitive, 9 answered in X's app, 10 came privately, 11 where we may not answer, 12 the
 * first's again, 13 was taken back. */
static int setup(void **state)
{
    static const struct {
        const char *id, *author;
    } rows[] = {
        { "901", "ann" }, { "902", "bob" }, { "903", "cid" }, { "904", "dot" }, { "905", "eve" },
        { "906", "fay" }, { "907", "gus" }, { "908", "hal" }, { "909", "ivy" }, { "910", "jan" },
        { "911", "kim" }, { "912", "ann" }, { "913", "lea" },
    };
    (void)desk_setup(state);
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(
            add_case(f, rows[i].id, rows[i].author, i == 3 ? "NorthmoorNews" : "NorthmoorHelp"),
            (int64_t)i + 1);
    struct case_command claims[] = { { 5, 1, KIT, NOON },
                                     { 6, 1, SAM, NOON },
                                     { 7, 1, SAM, NOON } };
    for (size_t i = 0; i < ARRAY_LEN(claims); i++)
        assert_int_equal(case_claim(f->tx, &claims[i]), CASE_DONE);
    claims[2].version = 2;
    assert_int_equal(case_close(f->tx, &claims[2], STR("done"), STR("")), CASE_DONE);
    run_sql(f->tx, "UPDATE handoff_case SET sensitive=1 WHERE id=8");
    run_sql(f->tx, "UPDATE handoff_case SET elsewhere=1 WHERE id=9");
    run_sql(f->tx, "UPDATE message SET kind='private' WHERE id=10");
    run_sql(f->tx, "UPDATE message SET may_reply=0 WHERE id=11");
    run_sql(f->tx, "UPDATE message SET gone_at=1 WHERE id=13");
    return 0;
}

static const char q_replies[] = "SELECT case_id || ' ' || message_id || ' ' || staff_id || ' ' || "
                                "state || ' ' || bulk_id || ': '"
                                " || body AS t FROM reply ORDER BY id";
static const char q_cases[] =
    "SELECT id || ' v' || version || ' ' || state || ' ' || coalesce(owner_id, '-') AS t FROM "
    "handoff_case WHERE id IN (1, 2, 4, 6) ORDER BY id";

static const char q_waiting[] =
    "SELECT count(*) AS n FROM handoff_case WHERE waits_since IS NOT NULL";

static void test_sent(void **state)
{
    static const char frame[] =
        "{'type':'bulk','id':'c1','text':' The water is back. ','cases':[{'case':1,'version':1},"
        "{'case':2,'version':1},{'case':4,'version':1},{'case':6,'version':2}]}";
    struct fixture *f = *state;
    int64_t seq = last_event(f->tx);
    assert_str(desk_run(f, SAM, "agent", frame), "ok");
    assert_str(text_of(f, q_replies, 0), "1 1 1 queued 1: Hi @ann, hello. The water is back. ^SR\n"
                                         "2 2 1 queued 1: Hello @bob. The water is back. ^SR\n"
                                         "4 4 1 queued 1: Hello @dot. The water is back. ^SR\n"
                                         "6 6 1 queued 1: Hello @fay. The water is back. ^SR\n");
    assert_int_equal(int_of(f->tx, q_waiting, 0), 8); /* of 12 */
    assert_str(text_of(f, q_cases, 0),
               "1 v3 claimed 1\n2 v3 claimed 1\n4 v3 claimed 1\n6 v3 claimed 1\n");
    assert_true(holds(events_after(f, seq),
                      "bulk.begun - - - 1 -\ncase.claimed 1 - - 1 -\nreply.queued 1 1 1 1 -\n"
                      "case.replied 1 1 - 1 -\ncase.claimed 2"));
    seq = last_event(f->tx);
    assert_str(desk_run(f, SAM, "agent", frame), "ok"); /* again: done once */
    assert_int_equal(last_event(f->tx), seq);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM reply", 0), 4);
}

/* Cases are written by their number, and named by their reference. */
static const char *with_references(const char *text)
{
    static char out[4096];
    size_t len = 0;
    while (*text && len < sizeof out - REFERENCE_MAX) {
        char *end;
        if (strncmp(text, "NM-", 3) != 0) {
            out[len++] = *text++;
            continue;
        }
        char reference[REFERENCE_MAX];
        reference_write(strtoll(text + 3, &end, 10), reference);
        len += (size_t)snprintf(out + len, sizeof out - len, "NM-%s", reference);
        text = end;
    }
    out[len] = '\0';
    return out;
}

/* All or none, and the refusal says for whose sake. */
static void test_refused(void **state)
{
    static const struct {
        const char *note, *role, *cases, *text, *answer;
    } rows[] = {
        { "stale", "agent", "{'case':1,'version':1},{'case':2,'version':9}", "Hi",
          "refused stale: Nothing was sent. NM-2: it has changed since you last saw it." },
        { "taken", "agent", "{'case':1,'version':1},{'case':5,'version':2}", "Hi",
          "refused taken: Nothing was sent. NM-5: somebody else has taken it." },
        { "closed", "agent", "{'case':7,'version':3},{'case':1,'version':1}", "Hi",
          "refused closed: Nothing was sent. NM-7: it is closed." },
        { "sensitive", "agent", "{'case':1,'version':1},{'case':8,'version':1}", "Hi",
          "refused not_allowed: Nothing was sent. NM-8: it is sensitive, and needs an answer of "
          "its "
          "own." },
        { "elsewhere", "agent", "{'case':1,'version':1},{'case':9,'version':1}", "Hi",
          "refused taken: Nothing was sent. NM-9: somebody answers it in the network's own app." },
        { "private", "agent", "{'case':1,'version':1},{'case':10,'version':1}", "Hi",
          "refused no_way: Nothing was sent. NM-10: nothing in it can be answered in public." },
        { "uninvited, and taken back", "agent", "{'case':11,'version':1},{'case':13,'version':1}",
          "Hi",
          "refused no_way: Nothing was sent. NM-11: nothing in it can be answered in public; "
          "NM-13: "
          "nothing in it can be answered in public." },
        { "nothing", "agent", "{'case':1,'version':1},{'case':99,'version':1}", "Hi",
          "refused unknown: Nothing was sent. NM-99: there is no such case." },
        { "the same resident", "agent", "{'case':1,'version':1},{'case':12,'version':1}", "Hi",
          "refused repeated: Nothing was sent. NM-12: its resident would be told the same twice, "
          "leave one of theirs out." },
        { "the same case", "agent", "{'case':1,'version':1},{'case':1,'version':1}", "Hi",
          "refused repeated: Nothing was sent. NM-1: its resident would be told the same twice, "
          "leave one of theirs out." },
        { "more than a sentence names", "agent",
          "{'case':99,'version':1},{'case':98,'version':1},{'case':97,'version':1},"
          "{'case':96,'version':1},{'case':95,'version':1},{'case':94,'version':1},"
          "{'case':1,'version':1}",
          "Hi",
          "refused unknown: Nothing was sent. NM-99: there is no such case; NM-98: there is no "
          "such "
          "case; NM-97: there is no such case; NM-96: there is no such case; NM-95: there is no "
          "such case; and 1 more." },
        /* fits behind "Hello @ann." and not behind "Hi @ann, hello." */
        { "too long behind one greeting", "agent", "{'case':1,'version':1},{'case':2,'version':1}",
          "123456789012345678901234567890123456789 1",
          "refused too_long: Nothing was sent. NM-1: with a greeting and your initials it would be "
          "61 characters, and 60 is the most: shorten it by 1." },
        { "in public", "agent", "{'case':1,'version':1},{'case':2,'version':1}",
          "What is your address?",
          "refused in_public: That asks for an address where everybody can read the answer. Please "
          "ask each of them by direct message." },
        { "nothing to say", "agent", "{'case':1,'version':1},{'case':2,'version':1}", " ",
          "refused empty: There is nothing in the message yet." },
        { "one is not many", "agent", "{'case':1,'version':1}", "Hi",
          "refused bad_frame: One message goes to 2 to 200 cases." },
        { "no version", "agent", "{'case':1,'version':1},{'case':2}", "Hi",
          "refused bad_frame: Each of \"cases\" is the number of a \"case\" and the \"version\" of "
          "it that you saw." },
        { "no objects", "agent", "1,2", "Hi",
          "refused bad_frame: Each of \"cases\" is the number of a \"case\" and the \"version\" of "
          "it that you saw." },
        { "a trainee", "trainee", "{'case':1,'version':1},{'case':2,'version':1}", "Hi",
          "refused not_allowed: Your role may not do that." },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = BUF_INIT(10000);
        (void)buf_addf(&frame, "{'type':'bulk','id':'c1','text':'%s','cases':[%s]}", rows[i].text,
                       rows[i].cases);
        assert_str_note(desk_run(f, SAM, rows[i].role, buf_cstr(&frame)),
                        with_references(rows[i].answer), rows[i].note);
        buf_release(&frame);
    }
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM bulk", 0), 0);
}

/* 200 go, 201 don't. */
static void test_most(void **state)
{
    struct fixture *f = *state;
    for (int count = BULK_MOST + 1; count >= BULK_MOST; count--) {
        struct buf frame = BUF_INIT(65536);
        (void)buf_addc(&frame, "{'type':'bulk','id':'c1','text':'Hi','cases':[");
        for (int i = 0; i < count; i++) {
            struct buf id = BUF_INIT(20);
            (void)buf_addf(&id, "%d", 2000 + i);
            int64_t case_id = count > BULK_MOST
                                  ? add_case(f, buf_cstr(&id), buf_cstr(&id), "NorthmoorHelp")
                                  : 14 + i;
            (void)buf_addf(&frame, "%s{'case':%" PRId64 ",'version':1}", i ? "," : "", case_id);
            buf_release(&id);
        }
        (void)buf_addc(&frame, "]}");
        assert_str(desk_run(f, SAM, "agent", buf_cstr(&frame)),
                   count > BULK_MOST ? "refused bad_frame: One message goes to 2 to 200 cases."
                                     : "ok");
        buf_release(&frame);
    }
    assert_int_equal(int_of(f->tx, "SELECT count(DISTINCT body) AS n FROM reply", 0), BULK_MOST);
}

/* What X would refuse as said before isn't chosen. */
static void test_said_before(void **state)
{
    static const char frame[] = "{'type':'bulk','id':'%s','text':'Hi','cases':[{'case':1,'version':"
                                "1},{'case':2,'version':1}]}";
    struct fixture *f = *state;
    struct buf first = BUF_INIT(1000);
    (void)queue_reply(f->tx, 12, 12, SAM, "Hi @ann, hello. Hi ^SR");
    (void)buf_addf(&first, frame, "c1");
    assert_int_equal(tx_savepoint(f->tx), 0);
    assert_str(desk_run(f, SAM, "agent", buf_cstr(&first)), "ok");
    assert_true(holds(text_of(f, q_replies, 0), "1 1 1 queued 1: Hello @ann. Hi ^SR\n"));
    assert_int_equal(tx_savepoint_undo(f->tx), 0);
    (void)queue_reply(f->tx, 12, 12, SAM, "Hello @ann. Hi ^SR");
    assert_str(desk_run(f, SAM, "agent", buf_cstr(&first)),
               with_references("refused repeated: Nothing was sent. NM-1: they were told just this "
                               "within the last day."));
    buf_release(&first);
}

static void assert_bulk(struct fixture *f, const char *want)
{
    cJSON *tree;
    assert_int_equal(view_bulk(f->tx, 1, &tree), 1);
    char *text = cJSON_PrintUnformatted(tree);
    assert_string_equal(text, want);
    free(text);
    cJSON_Delete(tree);
}

/* Behind what one person is told, automatic or not. */
static void test_order(void **state)
{
    struct fixture *f = *state;
    struct record_reply next;
    static const char *const want[] = { "One", "Automatic", "Hi @ann, hello. Hi ^SR",
                                        "Hello @bob. Hi ^SR" };
    assert_str(desk_run(f, SAM, "agent",
                        "{'type':'bulk','id':'c1','text':'Hi','cases':[{'case':1,'version':1},"
                        "{'case':2,'version':1}]}"),
               "ok");
    (void)queue_reply(f->tx, 3, 3, 0, "Automatic");
    (void)queue_reply(f->tx, 6, 6, SAM, "One");
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_int_equal(next_queued(f->tx, &f->arena, &next), 1);
        assert_str(next.body, want[i]);
        assert_int_equal(record_move_reply(f->tx, next.id, REPLY_SENT, STR(""), STR(""), NOON), 0);
    }
}

static void note_bulk(int64_t seq, const cJSON *frame, bool is_private, void *data)
{
    const cJSON *bulk = cJSON_GetObjectItemCaseSensitive(frame, "bulk");
    (void)seq, (void)is_private;
    (void)buf_addf(
        data, "%.*s %.0f\n", STR_ARG(json_str(cJSON_GetObjectItemCaseSensitive(frame, "kind"))),
        bulk ? cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(bulk, "waiting")) : -1);
}

/* What has left stays; the rest doesn't leave, and its cases move on. */
static void test_stopped(void **state)
{
#define BULK_BY_SAM                                                          \
    "{\"id\":1,\"by\":{\"id\":1,\"name\":\"Sam Reed\",\"initials\":\"SR\"}," \
    "\"text\":\"Hi\",\"at\":1795000005,"
    struct fixture *f = *state;
    struct buf seen = BUF_INIT(10000);
    assert_str(desk_run(f, SAM, "agent", "{'type':'bulk_stop','id':'c0','bulk':1}"),
               "refused unknown: There is nothing of that number. Somebody may have dealt with it "
               "already.");
    assert_str(desk_run(f, SAM, "agent",
                        "{'type':'bulk','id':'c1','text':'Hi','cases':[{'case':1,'version':1},"
                        "{'case':2,'version':1},{'case':3,'version':1},{'case':6,'version':2}]}"),
               "ok");
    assert_bulk(f, BULK_BY_SAM
                "\"stopped_at\":null,\"waiting\":4,\"sent\":0,\"failed\":0,\"stopped\":0}");
    assert_int_equal(record_move_reply(f->tx, 1, REPLY_SENT, STR("700"), STR(""), NOON), 0);
    assert_int_equal(record_move_reply(f->tx, 2, REPLY_SENDING, STR(""), STR(""), NOON), 0);
    int64_t seq = last_event(f->tx);
    assert_str(desk_run(f, KIT, "agent", "{'type':'bulk_stop','id':'c2','bulk':1}"), "ok");
    assert_bulk(f, BULK_BY_SAM
                "\"stopped_at\":1795000005,\"waiting\":1,\"sent\":1,\"failed\":0,\"stopped\":2}");
    assert_int_equal(int_of(f->tx, q_waiting, 0), 10); /* two wait again */
    assert_str(text_of(f, q_cases, 0), "1 v3 claimed 1\n2 v3 claimed 1\n4 v1 open -\n6 v4 claimed "
                                       "1\n");
    assert_int_equal(view_events(f->tx, seq, 100, note_bulk, &seen), 3);
    assert_str(buf_str(&seen), "reply.dropped 1\nreply.dropped 1\nbulk.stopped 1\n");
    assert_str(desk_run(f, SAM, "agent", "{'type':'bulk_stop','id':'c3','bulk':1}"),
               "refused too_late: All of it has left already, or was stopped.");
    assert_str(text_of(f, "SELECT staff_id || ' ' || act || ' ' || text AS t FROM audit", 0),
               "1 bulk_sent 4 cases\n2 bulk_stopped 2 cases\n");
    /* who was told nothing may be told anew */
    assert_str(desk_run(f, SAM, "agent",
                        "{'type':'bulk','id':'c4','text':'Hi','cases':[{'case':3,'version':4},"
                        "{'case':6,'version':4}]}"),
               "ok");
    cJSON *list = cJSON_CreateArray();
    assert_int_equal(view_bulks(f->tx, list), 0);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    assert_int_equal(
        cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(list, 0), "id")),
        2);
    cJSON_Delete(list);
    buf_release(&seen);
}

/* A case that was closed as answered, though nothing left, needs somebody again. */
static void test_stopped_closed(void **state)
{
    struct fixture *f = *state;
    assert_str(desk_run(f, SAM, "agent",
                        "{'type':'bulk','id':'c1','text':'Hi','cases':[{'case':1,'version':1},"
                        "{'case':2,'version':1}]}"),
               "ok");
    for (int64_t id = 1; id <= 2; id++) {
        struct case_command c = { id, 3, SAM, NOON };
        assert_int_equal(case_close(f->tx, &c, STR("answered"), STR("")), CASE_DONE);
    }
    assert_int_equal(open_case(f->tx, 2), 14); /* the next one of the conversation */
    assert_str(desk_run(f, SAM, "agent", "{'type':'bulk_stop','id':'c2','bulk':1}"), "ok");
    assert_str(text_of(f,
                       "SELECT id || ' ' || state || ' ' || coalesce(waits_since-1795000000, '-')"
                       " AS t FROM handoff_case WHERE id IN (1, 2, 14) ORDER BY id",
                       0),
               "1 open 0\n2 closed -\n14 open 0\n");
}

#define BULK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BULK_TEST(test_sent),           BULK_TEST(test_refused), BULK_TEST(test_most),
        BULK_TEST(test_said_before),    BULK_TEST(test_order),   BULK_TEST(test_stopped),
        BULK_TEST(test_stopped_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
