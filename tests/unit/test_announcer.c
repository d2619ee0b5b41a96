/* What staff post by themselves: once, whatever the network says, and wherever we are stopped. */
#include "bot/announcer.h"

#include "handoff/announcement.h"
#include "tests/unit/record_fixture.h"
#include "tests/unit/still_clock.h"

static struct {
    struct fixture *f;
    uv_loop_t loop;
    struct db *reader; /* sees what is committed */
    struct clock clock;
    struct network network;
    struct announcer *announcer;
    struct network_answer answers[4]; /* to the first posts; NETWORK_DONE without a word after */
    unsigned posts;
    int error; /* the next post returns it */
    int64_t wait_ms;
    struct buf log;
    network_done *done;
    void *data;
    bool shadow;
} t;

static int fake_post(struct network *n, const struct network_outgoing *outgoing, network_done *done,
                     void *data)
{
    struct tx *tx;
    assert_ptr_equal(n, &t.network);
    assert_null(t.done); /* one at a time */
    assert_int_equal(outgoing->parent.len + outgoing->recipient.len, 0);
    assert_true(outgoing->by_person && !outgoing->is_private);
    assert_int_equal(tx_begin(t.reader, TX_READ, &tx), 0);
    /* marked, committed, before anything leaves */
    assert_int_equal(int_of(tx, "SELECT count(*) AS n FROM announcement WHERE state='sending'", 0),
                     1);
    tx_rollback(tx);
    (void)buf_addf(&t.log, "%.*s\n", STR_ARG(outgoing->text));
    if (t.error) {
        int error = t.error;
        t.error = 0;
        return error;
    }
    t.done = done;
    t.data = data;
    return 0;
}

static int64_t fake_wait_ms(struct network *n, bool is_private, bool by_person)
{
    int64_t wait_ms = t.wait_ms;
    assert_true(n == &t.network && !is_private && by_person);
    t.wait_ms = 0;
    return wait_ms;
}

static const struct network_verbs verbs = { .name = "x",
                                            .wait_ms = fake_wait_ms,
                                            .post = fake_post };

static void start(void)
{
    struct announcer_options options = { .loop = &t.loop,
                                         .db = t.f->db,
                                         .network = &t.network,
                                         .account = STR("NorthmoorHelp"),
                                         .clock = &t.clock,
                                         .shadow = t.shadow };
    assert_int_equal(announcer_new(&options, &t.announcer), 0);
}

static void stop(void)
{
    t.announcer = announcer_free(t.announcer);
    t.done = NULL;
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
}

static int setup(void **state)
{
    memset(&t, 0, sizeof t);
    assert_int_equal(fixture_setup(state), 0);
    t.f = *state;
    (void)add_staff(t.f->tx, "sam", "Sam Reed", "SR");
    fixture_commit(t.f);
    t.network.verbs = &verbs;
    t.clock.movable = true;
    assert_int_equal(clock_move(&t.clock, NOON), 0);
    t.log = BUF_INIT(1 << 16);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    assert_int_equal(db_open(path_in(t.f->dir, "k.db"), DB_READER, &t.reader, NULL), 0);
    return 0;
}

static int teardown(void **state)
{
    stop();
    assert_int_equal(uv_loop_close(&t.loop), 0);
    t.reader = db_free(t.reader);
    buf_release(&t.log);
    return fixture_teardown(state);
}

static void again(void **state)
{
    (void)teardown(state);
    (void)setup(state);
}

static void queue(const char *account, const char *body)
{
    struct tx *tx = fixture_begin(t.f);
    struct announcement a = { .staff_id = 1, .account = str_of(account), .body = str_of(body) };
    assert_int_equal(announcement_queue(tx, &a, NOON), 0);
    fixture_commit(t.f);
}

/* Answers each post until nothing is under way and nothing is due. */
static void run(void)
{
    announcer_turn(t.announcer);
    while (t.done || uv_loop_alive(&t.loop)) {
        if (t.done) {
            struct network_answer a = t.posts < ARRAY_LEN(t.answers)
                                          ? t.answers[t.posts]
                                          : (struct network_answer){ .end = NETWORK_DONE };
            network_done *done = t.done;
            t.posts++;
            t.done = NULL;
            if (a.end == NETWORK_DONE)
                a.remote_id = STR("5001");
            done(t.data, &a);
        }
        (void)uv_run(&t.loop, t.done ? UV_RUN_NOWAIT : UV_RUN_ONCE);
    }
}

static void assert_posts(const char *want, const char *note)
{
    (void)fixture_begin(t.f);
    assert_str_note(text_of(t.f,
                            "SELECT account || ' ' || state || ' ' || coalesce(remote_id, '-') ||"
                            " ' ' || coalesce(error, '-') AS t FROM announcement ORDER BY id",
                            0),
                    want, note);
    tx_rollback(t.f->tx);
    t.f->tx = NULL;
}

static void test_ends(void **state)
{
    static const struct {
        const char *note;
        struct network_answer answers[2];
        const char *posted, *is, *event;
    } rows[] = {
        { "taken",
          { { .end = NETWORK_DONE } },
          "Hello ^SR\n",
          "NorthmoorHelp sent 5001 -\n",
          "post.sent - - - 1 @NorthmoorHelp: this is posted: Hello ^SR\n" },
        { "refused for now",
          { { .end = NETWORK_LATER, .after_ms = 1, .words = { "Later.", 6 } } },
          "Hello ^SR\nHello ^SR\n",
          "NorthmoorHelp sent 5001 -\n",
          "post.sent - - - 1 @NorthmoorHelp: this is posted: Hello ^SR\n" },
        { "until somebody acts",
          { { .end = NETWORK_BLOCKED, .after_ms = 1, .words = { "Pay.", 4 } } },
          "Hello ^SR\nHello ^SR\n",
          "NorthmoorHelp sent 5001 -\n",
          "post.sent - - - 1 @NorthmoorHelp: this is posted: Hello ^SR\n" },
        { "refused",
          { { .end = NETWORK_REFUSED, .words = { "No.", 3 } } },
          "Hello ^SR\n",
          "NorthmoorHelp failed - No.\n",
          "post.failed - - - 1 @NorthmoorHelp: this was not posted (No.): Hello ^SR\n" },
        { "nobody knows",
          { { .end = NETWORK_UNKNOWN, .words = { "Lost.", 5 } } },
          "Hello ^SR\n",
          "NorthmoorHelp unknown - Lost.\n",
          "post.unknown - - - 1 @NorthmoorHelp: this may be posted or not, please look there "
          "before you post it again (Lost.): Hello ^SR\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i)
            again(state);
        memcpy(t.answers, rows[i].answers, sizeof rows[i].answers);
        start();
        queue("NorthmoorNews", "Not ours ^SR");
        queue("NorthmoorHelp", "Hello ^SR");
        (void)fixture_begin(t.f);
        int64_t seq = last_event(t.f->tx);
        tx_rollback(t.f->tx);
        t.f->tx = NULL;
        run();
        assert_str_note(buf_str(&t.log), rows[i].posted, rows[i].note);
        struct buf want = BUF_INIT(1000);
        (void)buf_addf(&want, "NorthmoorNews queued - -\n%s", rows[i].is);
        assert_posts(buf_cstr(&want), rows[i].note);
        buf_release(&want);
        (void)fixture_begin(t.f);
        struct str events = events_after(t.f, seq);
        struct str last = str_of(rows[i].event);
        assert_true(events.len >= last.len);
        assert_str_note(str_cut(events, events.len - last.len, events.len), rows[i].event,
                        rows[i].note);
        tx_rollback(t.f->tx);
        t.f->tx = NULL;
        assert_int_equal(announcer_trouble(t.announcer).len, 0);
    }
}

/* Cut off between the mark and the answer: whatever happened, it isn't sent again. */
static void test_cut_off(void **state)
{
    (void)state;
    start();
    queue("NorthmoorHelp", "Hello ^SR");
    announcer_turn(t.announcer);
    assert_non_null(t.done);
    announcer_turn(t.announcer);
    stop();
    start();
    run();
    assert_str(buf_str(&t.log), "Hello ^SR\n");
    assert_posts("NorthmoorHelp unknown - -\n", "");
}

static void test_waits(void **state)
{
    (void)state;
    start();
    queue("NorthmoorHelp", "Hello ^SR");
    queue("NorthmoorHelp", "And this ^SR");
    t.wait_ms = 3;
    t.error = ERR_NOMEM; /* nothing left us */
    announcer_turn(t.announcer);
    assert_null(t.done); /* the network's limits */
    run();
    assert_str(buf_str(&t.log), "Hello ^SR\nHello ^SR\nAnd this ^SR\n");
    assert_posts("NorthmoorHelp sent 5001 -\nNorthmoorHelp sent 5001 -\n", "");
}

static void test_trouble(void **state)
{
    (void)state;
    start();
    queue("NorthmoorHelp", "Hello ^SR");
    announcer_turn(t.announcer);
    struct network_answer blocked = { .end = NETWORK_BLOCKED,
                                      .after_ms = 3600000,
                                      .words = STR("Pay.") };
    t.done(t.data, &blocked);
    t.done = NULL;
    assert_str(announcer_trouble(t.announcer), "A post is waiting to be sent. Pay.");
    announcer_turn(t.announcer);
    assert_null(t.done);
    assert_posts("NorthmoorHelp queued - -\n", "");
}

static void test_late_and_shadow(void **state)
{
    start();
    queue("NorthmoorHelp", "Hello ^SR");
    assert_int_equal(clock_move(&t.clock, NOON + ANNOUNCE_WITHIN_S + 1), 0);
    run();
    assert_posts("NorthmoorHelp failed - it could not go out within the hour\n", "late");
    again(state);
    t.shadow = true;
    t.wait_ms = 1; /* isn't asked */
    start();
    queue("NorthmoorHelp", "Hello ^SR");
    run();
    assert_posts("NorthmoorHelp withheld - -\n", "shadow");
    assert_int_equal(t.log.len, 0);
}

#define ANNOUNCER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ANNOUNCER_TEST(test_ends),
        ANNOUNCER_TEST(test_cut_off),
        ANNOUNCER_TEST(test_waits),
        ANNOUNCER_TEST(test_trouble),
        ANNOUNCER_TEST(test_late_and_shadow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
