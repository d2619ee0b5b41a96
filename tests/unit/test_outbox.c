/* Promises 2 and 3 on the way out: a network that refuses, forgets, repeats itself and lies about
 * it, on a real loop and a real file. */
#include "bot/outbox.h"

#include "tests/unit/record_fixture.h"

/* Times are long where a test is about what happens within them: a busy machine stands still for a
 * tenth of a second now and then. */
enum { STEPS = 12, LOOK_WAIT_MS = 15, LONG_LOOK_WAIT_MS = 120, WITHIN_S = 3600 };

/* What the network says to the next post, or look; after the last step it takes and shows all. */
struct step {
    enum network_end end;
    int64_t after_ms;
    enum network_why why;
    const char *found[3]; /* of a look: the ids, or NULL */
    int error;            /* negative: the verb itself returns it */
};

static struct {
    struct fixture *f;
    uv_loop_t loop;
    struct db *reader; /* sees what is committed */
    struct clock clock;
    struct network network;
    struct outbox *outbox;
    uv_timer_t answer; /* when what is under way is answered */

    struct step posts[STEPS], looks[STEPS];
    unsigned post_count, look_count;
    int64_t post_at_ms[STEPS], look_at_ms[STEPS];
    struct buf log;
    bool held;      /* nothing is answered */
    bool all_found; /* each look finds all, under the id of what it answers */
    int64_t look_wait_ms;
    int64_t wait_private_ms, wait_automatic_ms; /* what the network's limits say */
    unsigned turns;

    network_done *done;
    network_found *found;
    void *data;
    struct network_sought sought[64];
    size_t sought_count;
} t;

static int64_t count_of(struct db *db, const char *sql)
{
    struct tx *tx;
    assert_int_equal(tx_begin(db, TX_READ, &tx), 0);
    int64_t n = int_of(tx, sql, 0);
    tx_rollback(tx);
    return n;
}

static void on_answer(uv_timer_t *timer)
{
    (void)timer;
    char id[20];
    if (t.done) {
        struct step s = t.post_count <= STEPS ? t.posts[t.post_count - 1]
                                              : (struct step){ .end = NETWORK_DONE };
        (void)snprintf(id, sizeof id, "%u", 5000 + t.post_count);
        struct network_answer a = { .end = s.end,
                                    .after_ms = s.after_ms,
                                    .why = s.why,
                                    .remote_id = s.end == NETWORK_DONE ? str_of(id) : STR(""),
                                    .words = s.end == NETWORK_DONE ? STR("") : STR("X said so.") };
        network_done *done = t.done;
        t.done = NULL;
        done(t.data, &a);
    } else {
        struct step s = t.look_count <= STEPS ? t.looks[t.look_count - 1]
                                              : (struct step){ .end = NETWORK_DONE };
        struct network_answer a = { .end = s.end,
                                    .after_ms = s.after_ms,
                                    .words = s.end == NETWORK_DONE ? STR("") : STR("X is slow.") };
        for (size_t i = 0; i < t.sought_count; i++)
            t.sought[i].found =
                t.all_found ? t.sought[i].parent : str_of(i < 3 && s.found[i] ? s.found[i] : "");
        network_found *found = t.found;
        t.found = NULL;
        found(t.data, &a, t.sought, t.sought_count);
    }
}

static void answer_soon(void)
{
    if (!t.held)
        assert_int_equal(uv_timer_start(&t.answer, on_answer, 0, 0), 0);
}

static int fake_post(struct network *n, const struct network_outgoing *outgoing, network_done *done,
                     void *data)
{
    assert_ptr_equal(n, &t.network);
    assert_true(!t.done && !t.found); /* one at a time */
    /* marked, committed, before anything leaves */
    assert_int_equal(count_of(t.reader, "SELECT count(*) AS n FROM reply WHERE state='sending'"),
                     1);
    struct step s =
        t.post_count < STEPS ? t.posts[t.post_count] : (struct step){ .end = NETWORK_DONE };
    if (t.post_count < STEPS)
        t.post_at_ms[t.post_count] = clock_mono_ms();
    t.post_count++;
    (void)buf_addf(&t.log, "post %.*s %.*s\n", STR_ARG(outgoing->parent), STR_ARG(outgoing->text));
    if (s.error)
        return s.error;
    t.done = done;
    t.data = data;
    answer_soon();
    return 0;
}

static int fake_find(struct network *n, const struct network_sought *sought, size_t count,
                     network_found *found, void *data)
{
    assert_ptr_equal(n, &t.network);
    assert_true(!t.done && !t.found && count > 0 && count <= ARRAY_LEN(t.sought));
    struct step s =
        t.look_count < STEPS ? t.looks[t.look_count] : (struct step){ .end = NETWORK_DONE };
    if (t.look_count < STEPS)
        t.look_at_ms[t.look_count] = clock_mono_ms();
    t.look_count++;
    (void)buf_addc(&t.log, "look");
    for (size_t i = 0; i < count; i++) {
        t.sought[i] = (struct network_sought){
            .parent = arena_str(&t.f->arena, sought[i].parent),
            .text = arena_str(&t.f->arena, sought[i].text),
        };
        if (i < 3)
            (void)buf_addf(&t.log, " %.*s", STR_ARG(sought[i].parent));
    }
    (void)buf_addc(&t.log, "\n");
    t.sought_count = count;
    if (s.error)
        return s.error;
    t.found = found;
    t.data = data;
    answer_soon();
    return 0;
}

static int64_t fake_wait_ms(struct network *n, bool is_private, bool by_person)
{
    assert_ptr_equal(n, &t.network);
    return is_private ? t.wait_private_ms : by_person ? 0 : t.wait_automatic_ms;
}

static const struct network_verbs verbs = {
    .name = "x", .wait_ms = fake_wait_ms, .post = fake_post, .find = fake_find
};

/* ------------------------------------------------------------------------------------------------
 */

static int setup(void **state)
{
    memset(&t, 0, sizeof t);
    assert_int_equal(fixture_setup(state), 0);
    t.f = *state;
    (void)add_staff(t.f->tx, "sam", "Sam Reed", "SR");
    fixture_commit(t.f);
    t.network.verbs = &verbs;
    t.look_wait_ms = LOOK_WAIT_MS;
    t.clock.movable = true;
    assert_int_equal(clock_move(&t.clock, NOON), 0);
    t.log = BUF_INIT(1 << 20);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    assert_int_equal(uv_timer_init(&t.loop, &t.answer), 0);
    assert_int_equal(db_open(path_in(t.f->dir, "k.db"), DB_READER, &t.reader, NULL), 0);
    return 0;
}

static void stop_outbox(void)
{
    t.outbox = outbox_free(t.outbox);
    t.done = NULL;
    t.found = NULL;
    (void)uv_timer_stop(&t.answer);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
}

static int teardown(void **state)
{
    stop_outbox();
    uv_close((uv_handle_t *)&t.answer, NULL);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t.loop), 0);
    t.reader = db_free(t.reader);
    buf_release(&t.log);
    return fixture_teardown(state);
}

/* A reply of Sam's, or an automatic one, to a message @remote_id. */
static int64_t queue(const char *remote_id, bool sams, const char *body)
{
    struct record_message m = a_message(remote_id, remote_id, "7");
    int64_t message_id = 0;
    struct tx *tx = fixture_begin(t.f);
    int r = record_add_message(tx, &m, NOON, &message_id);
    assert_true(r >= 0);
    if (r == 0) { /* it is there from an earlier reply */
        static const char sql[] = "SELECT max(id) AS n FROM message";
        message_id = int_of(tx, sql, 0);
    }
    int64_t id = queue_reply(tx, message_id, 0, sams ? 1 : 0, body);
    fixture_commit(t.f);
    return id;
}

static void start_outbox(void)
{
    struct outbox_options options = { .loop = &t.loop,
                                      .db = t.f->db,
                                      .network = &t.network,
                                      .account = STR("NorthmoorHelp"),
                                      .clock = &t.clock,
                                      .answer_within_s = WITHIN_S,
                                      .lookup_wait_ms = t.look_wait_ms };
    assert_int_equal(outbox_new(&options, &t.outbox), 0);
}

/* Until nothing is left to do and nothing waits. */
static void run_dry(void)
{
    outbox_turn(t.outbox);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
}

/* Once, if there is anything to turn it for; a test that waits for what never comes ends here. */
static void turn_loop(void)
{
    assert_true(t.turns++ < 10000);
    (void)uv_run(&t.loop, UV_RUN_ONCE);
}

static void run_until_posts(unsigned count)
{
    outbox_turn(t.outbox);
    while (t.post_count < count || t.done)
        turn_loop();
}

static void run_until_looks(unsigned count)
{
    outbox_turn(t.outbox);
    while (t.look_count < count || t.found)
        turn_loop();
}

/* "sent 5001 -": the state, the network's id and the error of each reply. */
static void assert_replies(const char *want)
{
    (void)fixture_begin(t.f);
    assert_str(text_of(t.f,
                       "SELECT state || ' ' || coalesce(remote_id, '-') || ' ' || coalesce(error, "
                       "'-') AS t FROM reply ORDER BY id",
                       0),
               want);
    tx_rollback(t.f->tx);
    t.f->tx = NULL;
}

static int64_t open_cases(void)
{
    return count_of(t.reader, "SELECT count(*) AS n FROM handoff_case WHERE state<>'closed'");
}

/* ------------------------------------------------------------------------------------------------
 * sending */

static void test_nothing(void **state)
{
    (void)state;
    start_outbox();
    run_dry();
    run_dry();
    assert_str(buf_str(&t.log), "");
    assert_str(outbox_trouble(t.outbox), "");
    assert_null(outbox_free(NULL));
}

static void test_sent(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry \xe2\x80\x93 soon");
    (void)queue("901", false, "Hello");
    (void)queue("902", true, "It's me ^SR");
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log),
               "post 902 It's me ^SR\npost 900 Sorry \xe2\x80\x93 soon\npost 901 Hello\n");
    assert_replies("sent 5002 -\nsent 5003 -\nsent 5001 -\n");
    assert_str(outbox_trouble(t.outbox), "");
    assert_int_equal(open_cases(), 0);
    run_dry();
    assert_int_equal(t.post_count, 3);
}

/* Turning again while a request is under way changes nothing. */
static void test_one_at_a_time(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    start_outbox();
    t.held = true;
    for (int i = 0; i < 5; i++) {
        outbox_turn(t.outbox);
        (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(t.post_count, 1);
    assert_replies("sending - -\nqueued - -\n");
    t.held = false;
    answer_soon();
    run_dry();
    assert_replies("sent 5001 -\nsent 5002 -\n");
}

/* Refused for now: it stays queued, nothing else goes out before the time, then all does. */
static void put_off(enum network_end end)
{
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    t.posts[0] = (struct step){ .end = end, .after_ms = 120 };
    start_outbox();
    run_until_posts(1);
    assert_replies("queued - -\nqueued - -\n");
    assert_str(outbox_trouble(t.outbox), "Replies are waiting to be sent. X said so.");
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\npost 900 Sorry\npost 901 Hello\n");
    assert_true(t.post_at_ms[1] - t.post_at_ms[0] >= 119);
    assert_replies("sent 5002 -\nsent 5003 -\n");
    assert_str(outbox_trouble(t.outbox), "");
    assert_int_equal(open_cases(), 0);
}

static void test_later(void **state)
{
    (void)state;
    put_off(NETWORK_LATER);
}

static void test_blocked(void **state)
{
    (void)state;
    put_off(NETWORK_BLOCKED);
}

/* Without a time of the network's own: a second, then two. */
static void test_backoff(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = t.posts[1] = (struct step){ .end = NETWORK_LATER };
    start_outbox();
    run_until_posts(1);
    run_until_posts(2);
    assert_true(t.post_at_ms[1] - t.post_at_ms[0] >= 999);
    (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    outbox_turn(t.outbox);
    (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    int wait_ms = uv_backend_timeout(&t.loop);
    assert_true(wait_ms > 1000 && wait_ms <= 2000);
    assert_replies("queued - -\n");
}

static void test_refused(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    t.posts[0] = (struct step){ .end = NETWORK_REFUSED };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\npost 901 Hello\n");
    assert_replies("failed - X said so.\nsent 5002 -\n");
    assert_int_equal(open_cases(), 1);
}

/* Decided, kept waiting, and better not said any more: staff see that it wasn't. People's replies
 * go whatever has come since. */
static void too_late(const char *why)
{
    struct buf want = BUF_INIT(1000);
    (void)queue("950", true, "A person's ^SR");
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 950 A person's ^SR\n");
    (void)buf_addf(&want, "failed - %s\nsent 5001 -\n", why);
    assert_replies(buf_cstr(&want));
    assert_int_equal(open_cases(), 1);
    buf_release(&want);

    /* unless a person wants it said all the same */
    struct tx *tx = fixture_begin(t.f);
    assert_int_equal(record_retry_reply(tx, 1, 1, NOON), 0);
    fixture_commit(t.f);
    run_dry();
    assert_replies("sent 5002 -\nsent 5001 -\n");
}

static void test_opted_out(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    struct tx *tx = fixture_begin(t.f);
    assert_int_equal(record_opt_out(tx, 1, NOON), 0);
    fixture_commit(t.f);
    too_late("Not sent: the resident asked for no automatic replies");
}

static void test_taken(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    struct tx *tx = fixture_begin(t.f);
    struct case_command c = { open_case(tx, 1), 1, 1, NOON };
    assert_int_equal(case_claim(tx, &c), CASE_DONE);
    fixture_commit(t.f);
    too_late("Not sent: the conversation was with staff by then");
}

static void test_grown_old(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    assert_int_equal(clock_move(&t.clock, NOON + WITHIN_S), 0); /* it was written before noon */
    too_late("Not sent: it could not go out in time");
}

/* The verb can't even begin: nothing left, so it is queued, and not lost. */
static void test_verb_fails(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .error = ERR_NOMEM };
    start_outbox();
    outbox_turn(t.outbox);
    assert_replies("queued - -\n");
    (void)uv_run(&t.loop, UV_RUN_NOWAIT);
    int wait_ms = uv_backend_timeout(&t.loop);
    assert_true(wait_ms > 0 && wait_ms <= 1000); /* by itself it tries again in a second */
    outbox_turn(t.outbox);
    while (t.done)
        turn_loop();
    assert_replies("sent 5002 -\n");
}

/* ------------------------------------------------------------------------------------------------
 * what may be out */

static void test_found(void **state)
{
    (void)state;
    t.look_wait_ms = LONG_LOOK_WAIT_MS;
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .found = { "77" } };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\npost 901 Hello\nlook 900\n");
    assert_replies("sent 77 -\nsent 5002 -\n");
    assert_true(t.look_at_ms[0] - t.post_at_ms[0] >= LONG_LOOK_WAIT_MS - 1);
}

/* The timeline lags behind: the second look finds it. */
static void test_found_late(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[1] = (struct step){ .found = { "77" } };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\nlook 900\nlook 900\n");
    assert_replies("sent 77 -\n");
    assert_true(t.look_at_ms[1] - t.look_at_ms[0] >= LOOK_WAIT_MS - 1);
}

/* Shown not to be there, twice: it goes out again. */
static void test_absent(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\nlook 900\nlook 900\npost 900 Sorry\n");
    assert_replies("sent 5002 -\n");
    assert_int_equal(open_cases(), 0);
}

/* A network that takes posts and never shows them isn't told for ever. */
static void test_absent_thrice(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    for (size_t i = 0; i < STEPS; i++)
        t.posts[i] = (struct step){ .end = NETWORK_UNKNOWN };
    start_outbox();
    run_dry();
    assert_int_equal(t.post_count, 3);
    assert_int_equal(t.look_count, 6);
    assert_replies("failed - It was sent several times and never seen to arrive\n");
    assert_int_equal(open_cases(), 1);
}

static void test_put_off_is_no_attempt(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    for (size_t i = 0; i < 4; i++)
        t.posts[i] = (struct step){ .end = NETWORK_LATER, .after_ms = 1 };
    t.posts[4] = (struct step){ .end = NETWORK_UNKNOWN };
    start_outbox();
    run_dry();
    assert_int_equal(t.post_count, 6);
    assert_replies("sent 5006 -\n");
}

/* "Said before" may be our own lost attempt. */
static void test_repeated_ours(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.posts[1] = (struct step){ .end = NETWORK_REFUSED, .why = NETWORK_WHY_REPEATED };
    t.looks[2] = (struct step){ .found = { "77" } };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\nlook 900\nlook 900\npost 900 Sorry\nlook 900\n");
    assert_replies("sent 77 -\n");
}

static void test_repeated_not_ours(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_REFUSED, .why = NETWORK_WHY_REPEATED };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\nlook 900\nlook 900\n"); /* never again */
    assert_replies("failed - X said so.\n");
    assert_int_equal(open_cases(), 1);
}

/* The words are found, but they are another reply's: this one isn't out, and staff see it. */
static void test_found_anothers(void **state)
{
    (void)state;
    (void)queue("900", true, "Thanks ^SR");
    (void)queue("900", true, "Thanks ^SR");
    t.posts[1] = (struct step){ .end = NETWORK_REFUSED, .why = NETWORK_WHY_REPEATED };
    for (size_t i = 0; i < STEPS; i++)
        t.looks[i] = (struct step){ .found = { "5001" } };
    start_outbox();
    run_until_looks(2);
    assert_int_equal(t.post_count, 2);
    run_dry();
    assert_int_equal(t.look_count, 2);
    assert_replies("sent 5001 -\nfailed - X said so.\n");
}

/* A look that fails shows nothing: it doesn't count, and says so. */
static void test_look_fails(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = t.looks[1] = t.looks[2] = (struct step){ .end = NETWORK_LATER, .after_ms = 5 };
    t.looks[4] = (struct step){ .found = { "77" } };
    start_outbox();
    run_until_looks(1);
    assert_str(outbox_trouble(t.outbox), "Replies are waiting to be sent. X is slow.");
    run_dry();
    assert_int_equal(t.look_count, 5);
    assert_int_equal(t.post_count, 1);
    assert_true(t.look_at_ms[1] - t.look_at_ms[0] >= 5 - 1);
    assert_replies("sent 77 -\n");
    assert_str(outbox_trouble(t.outbox), "");
}

static void test_look_verb_fails(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .error = ERR_NOMEM };
    start_outbox();
    outbox_turn(t.outbox);
    while (t.look_count < 1)
        turn_loop();
    assert_replies("unknown - -\n");
    t.looks[1] = (struct step){ .found = { "77" } };
    run_until_looks(2);
    assert_replies("sent 77 -\n");
}

/* While one may be out the others aren't kept waiting; each is told its own fate. */
static void test_several(void **state)
{
    (void)state;
    t.look_wait_ms = LONG_LOOK_WAIT_MS;
    (void)queue("900", false, "one");
    (void)queue("901", false, "two");
    (void)queue("902", false, "three");
    t.posts[0] = t.posts[1] = t.posts[2] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .found = { NULL, "78" } };
    t.looks[1] = (struct step){ .found = { "77" } };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 one\npost 901 two\npost 902 three\nlook 900 901 902\n"
                                "look 900 902\npost 902 three\n");
    assert_replies("sent 77 -\nsent 78 -\nsent 5004 -\n");
}

/* More than are looked for at once: all come to an end. */
static void test_crowd(void **state)
{
    (void)state;
    struct tx *tx = fixture_begin(t.f);
    for (int i = 0; i < 60; i++) {
        char remote_id[20];
        (void)snprintf(remote_id, sizeof remote_id, "%d", 1000 + i);
        int64_t id = queue_reply(tx, add_message(tx, remote_id, remote_id, "7"), 0, 0, "Sorry");
        assert_int_equal(record_move_reply(tx, id, REPLY_SENDING, STR(""), STR(""), NOON), 0);
    }
    fixture_commit(t.f);
    t.all_found = true;
    start_outbox();
    assert_int_equal(count_of(t.reader, "SELECT count(*) AS n FROM reply WHERE state='unknown'"),
                     60);
    run_dry();
    assert_int_equal(count_of(t.reader, "SELECT count(*) AS n FROM reply WHERE state='sent'"), 60);
    assert_int_equal(t.post_count, 0);
    assert_int_equal(t.look_count, 2);
    assert_int_equal(
        count_of(t.reader, "SELECT count(*) AS n FROM reply p JOIN message m ON m.id=p.message_id "
                           "WHERE p.remote_id=m.remote_id"),
        60);
}

/* ------------------------------------------------------------------------------------------------
 * crashes */

/* What was being sent when we stopped is looked for before anything is done about it. */
static void test_restart(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    start_outbox();
    t.held = true;
    outbox_turn(t.outbox);
    assert_replies("sending - -\nqueued - -\n");
    stop_outbox();
    t.held = false;
    t.looks[0] = (struct step){ .found = { "77" } };
    start_outbox();
    assert_replies("unknown - -\nqueued - -\n");
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\nlook 900\npost 901 Hello\n");
    assert_replies("sent 77 -\nsent 5002 -\n");
}

/* It went out and the database didn't take that down: it is never sent again on a guess. */
static void test_not_recorded(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, "CREATE TRIGGER full BEFORE UPDATE ON reply WHEN NEW.state='sent' AND "
                "OLD.state='sending' BEGIN SELECT "
                "RAISE(ABORT, 'no room'); END");
    fixture_commit(t.f);
    t.looks[0] = (struct step){ .found = { "5001" } };
    start_outbox();
    run_dry();
    assert_int_equal(t.post_count, 1);
    assert_replies("sent 5001 -\n");
}

/* Freed with a request under way: it ends without a word, and the reply is as it was. */
static void test_freed(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    start_outbox();
    t.held = true;
    outbox_turn(t.outbox);
    stop_outbox();
    assert_replies("sending - -\n");
}

/* A look that works doesn't make sending work. */
static void test_trouble(void **state)
{
    (void)state;
    t.look_wait_ms = LONG_LOOK_WAIT_MS;
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.posts[1] = (struct step){ .end = NETWORK_BLOCKED, .after_ms = 400 };
    t.looks[0] = (struct step){ .found = { "77" } };
    start_outbox();
    run_until_looks(1);
    assert_int_equal(t.post_count, 2);
    assert_str(outbox_trouble(t.outbox), "Replies are waiting to be sent. X said so.");
    run_dry();
    assert_str(outbox_trouble(t.outbox), "");
    assert_replies("sent 77 -\nsent 5003 -\n");
}

#define OUTBOX_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(test_nothing),         OUTBOX_TEST(test_sent),
        OUTBOX_TEST(test_one_at_a_time),   OUTBOX_TEST(test_later),
        OUTBOX_TEST(test_blocked),         OUTBOX_TEST(test_backoff),
        OUTBOX_TEST(test_refused),         OUTBOX_TEST(test_opted_out),
        OUTBOX_TEST(test_taken),           OUTBOX_TEST(test_grown_old),
        OUTBOX_TEST(test_verb_fails),      OUTBOX_TEST(test_found),
        OUTBOX_TEST(test_found_late),      OUTBOX_TEST(test_absent),
        OUTBOX_TEST(test_absent_thrice),   OUTBOX_TEST(test_put_off_is_no_attempt),
        OUTBOX_TEST(test_repeated_ours),   OUTBOX_TEST(test_repeated_not_ours),
        OUTBOX_TEST(test_found_anothers),  OUTBOX_TEST(test_look_fails),
        OUTBOX_TEST(test_look_verb_fails), OUTBOX_TEST(test_several),
        OUTBOX_TEST(test_crowd),           OUTBOX_TEST(test_restart),
        OUTBOX_TEST(test_not_recorded),    OUTBOX_TEST(test_freed),
        OUTBOX_TEST(test_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
