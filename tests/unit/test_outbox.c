/* Promises 2 and 3 on the way out: a network that refuses, forgets, repeats itself and lies about
 * it, on a real file. Time is the test's own (--wrap in tests/CMakeLists.txt) and passes at the
 * turns of the loop, so that no wait is as long as the machine makes it. */
#include "bot/outbox.h"

#include "bot/send_rules.h"
#include "tests/unit/record_fixture.h"
#include "tests/unit/still_clock.h"

#define NOON_TEXT "1795000000"

enum { STEPS = 12, LOOK_WAIT_MS = 400, WITHIN_S = 3600 };

/* What the network says to the next post, or look; after the last step it takes and shows all. */
struct step {
    enum network_end end;
    int64_t after_ms;
    enum network_why why;
    const char *found[3]; /* of a look: the ids, or NULL */
    bool beyond;          /* of a look: it shows nothing of any */
    int error;            /* negative: the verb itself returns it */
};

/* A timer that was started. */
struct alarm {
    uv_timer_t *timer; /* NULL: none */
    uv_timer_cb ring;
    int64_t due_ms;
};

static struct {
    struct fixture *f;
    uv_loop_t loop;
    struct db *reader; /* sees what is committed */
    struct clock clock;
    struct network network;
    struct outbox *outbox;
    int64_t now_ms;
    struct alarm alarms[2]; /* the outbox's and the answer's */
    uv_timer_t answer;      /* when what is under way is answered */

    struct step posts[STEPS], looks[STEPS];
    unsigned post_count, look_count;
    int64_t post_at_ms[STEPS], look_at_ms[STEPS];
    struct buf log;
    bool held;      /* nothing is answered */
    bool all_found; /* each look finds all, under the id of what it answers */
    bool shadow;
    int64_t private_open_ms, automatic_open_ms; /* when the network's limits let such ones out */
    unsigned turns;

    network_done *done;
    network_found *found;
    void *data;
    struct network_sought sought[64];
    size_t sought_count;
} t;

/* ------------------------------------------------------------------------------------------------
 * time */

int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
    return t.now_ms;
}

static struct alarm *alarm_of(const void *timer)
{
    for (size_t i = 0; i < ARRAY_LEN(t.alarms); i++)
        if (t.alarms[i].timer == timer)
            return &t.alarms[i];
    return NULL;
}

int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb ring, uint64_t ms, uint64_t repeat);
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb ring, uint64_t ms, uint64_t repeat)
{
    struct alarm *a = alarm_of(timer);
    a = a ? a : alarm_of(NULL);
    assert_true(a && !repeat);
    *a = (struct alarm){ timer, ring, t.now_ms + (int64_t)ms };
    return 0;
}

int __wrap_uv_timer_stop(uv_timer_t *timer);
int __wrap_uv_timer_stop(uv_timer_t *timer)
{
    struct alarm *a = alarm_of(timer);
    if (a)
        *a = (struct alarm){ .timer = NULL };
    return 0;
}

int __wrap_uv_is_active(const uv_handle_t *handle);
int __wrap_uv_is_active(const uv_handle_t *handle)
{
    return alarm_of(handle) != NULL;
}

uint64_t __wrap_uv_timer_get_due_in(const uv_timer_t *timer);
uint64_t __wrap_uv_timer_get_due_in(const uv_timer_t *timer)
{
    return (uint64_t)(alarm_of(timer)->due_ms - t.now_ms);
}

/* Lets time pass until the next alarm, which rings. False: there is none. */
static bool pass_time(void)
{
    struct alarm *next = NULL;
    for (size_t i = 0; i < ARRAY_LEN(t.alarms); i++)
        if (t.alarms[i].timer && (!next || t.alarms[i].due_ms < next->due_ms))
            next = &t.alarms[i];
    if (!next)
        return false;
    struct alarm rings = *next;
    *next = (struct alarm){ .timer = NULL };
    t.now_ms = rings.due_ms;
    rings.ring(rings.timer);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * the network */

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
        for (size_t i = 0; i < t.sought_count; i++) {
            t.sought[i].found =
                t.all_found ? t.sought[i].parent : str_of(i < 3 && s.found[i] ? s.found[i] : "");
            t.sought[i].beyond = s.beyond;
        }
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

/* Closed for a while, and then open. */
static int64_t fake_wait_ms(struct network *n, bool is_private, bool by_person)
{
    assert_ptr_equal(n, &t.network);
    int64_t open_ms = is_private ? t.private_open_ms : by_person ? 0 : t.automatic_open_ms;
    int64_t wait_ms = open_ms - clock_mono_ms();
    return wait_ms > 0 ? wait_ms : 0;
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
    t.now_ms = 1000000;
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

static int64_t queue_to(const char *remote_id, const char *author, bool sams, const char *body)
{
    struct record_message m = a_message(remote_id, remote_id, author);
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

/* A reply of Sam's, or an automatic one, to a message @remote_id. */
static int64_t queue(const char *remote_id, bool sams, const char *body)
{
    return queue_to(remote_id, "7", sams, body);
}

/* An automatic reply to what another resident wrote just now. */
static int64_t queue_for(const char *remote_id, const char *author, const char *body)
{
    int64_t id = queue_to(remote_id, author, false, body);
    struct tx *tx = fixture_begin(t.f);
    struct stmt *q =
        tx_stmt(tx, "UPDATE message SET written_at=?1 WHERE id=(SELECT max(id) FROM message)");
    stmt_bind_int64(q, 1, clock_now(&t.clock));
    assert_int_equal(stmt_run(q), 0);
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
                                      .lookup_wait_ms = LOOK_WAIT_MS,
                                      .shadow = t.shadow };
    assert_int_equal(outbox_new(&options, &t.outbox), 0);
}

/* Until nothing is left to do and nothing waits. */
static void run_dry(void)
{
    outbox_turn(t.outbox);
    while (pass_time())
        assert_true(t.turns++ < 10000);
}

/* Once; a test that waits for what never comes ends here. */
static void turn_loop(void)
{
    assert_true(t.turns++ < 10000 && pass_time());
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
        (void)pass_time();
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
    assert_int_equal(t.post_at_ms[1] - t.post_at_ms[0], 120);
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
    run_until_posts(2);
    assert_int_equal(t.post_at_ms[1] - t.post_at_ms[0], 1000);
    assert_replies("queued - -\n");
    run_until_posts(3);
    assert_int_equal(t.post_at_ms[2] - t.post_at_ms[1], 2000);
    assert_replies("sent 5003 -\n");
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
    run_sql(tx, "UPDATE resident SET opted_out_at=1");
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
    while (pass_time()) /* by itself it tries again */
        assert_true(t.turns++ < 10000);
    assert_int_equal(t.post_at_ms[1] - t.post_at_ms[0], 1000);
    assert_replies("sent 5002 -\n");
}

/* To nobody that there is: nothing that waits behind it is held up. */
static void test_addresses_nobody(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    t.posts[0] = (struct step){ .error = ERR_BADINPUT };
    start_outbox();
    run_dry();
    assert_replies("failed - Not sent: the network can't tell to whom this should go\n"
                   "sent 5002 -\n");
    assert_int_equal(open_cases(), 1);
}

static bool never_same(struct str shown, struct str written)
{
    (void)shown;
    (void)written;
    return false;
}

/* Our own post is seen before its request ends, and in other words: it was taken for staff's. */
static void test_taken_for_staffs(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    start_outbox();
    t.held = true;
    outbox_turn(t.outbox);
    assert_int_equal(t.post_count, 1);
    struct record_own_post post = { .network = STR("x"),
                                    .remote_id = STR("5001"),
                                    .conversation = STR("900"),
                                    .text = STR("Sorry!"),
                                    .account = STR("NorthmoorHelp"),
                                    .answers = STR("900"),
                                    .written_at = NOON,
                                    .same = never_same };
    assert_int_equal(record_own_post(fixture_begin(t.f), &post, NOON), RECORD_OWN_STAFF);
    fixture_commit(t.f);
    t.held = false;
    answer_soon();
    run_dry();
    assert_replies("sent 5001 -\ndropped - -\n");
    assert_str(buf_str(&t.log), "post 900 Sorry\n");
    struct record_facts facts;
    assert_int_equal(record_get_facts(fixture_begin(t.f), 1, &facts), 0);
    assert_false(facts.case_claimed); /* nobody of ours is there */
}

/* ------------------------------------------------------------------------------------------------
 * what may be out */

static void test_found(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .found = { "77" } };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Sorry\npost 901 Hello\nlook 900\n");
    assert_replies("sent 77 -\nsent 5002 -\n");
    assert_int_equal(t.look_at_ms[0] - t.post_at_ms[0], LOOK_WAIT_MS);
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
    assert_int_equal(t.look_at_ms[1] - t.look_at_ms[0], LOOK_WAIT_MS);
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
    (void)queue("900", true, "Will do ^SR");
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

/* Somebody answers in X's app while it isn't known whether ours went out: it isn't sent again. */
static void test_answered_elsewhere(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    start_outbox();
    run_until_looks(1);
    struct record_own_post post = { .network = STR("x"),
                                    .remote_id = STR("77"),
                                    .conversation = STR("900"),
                                    .text = STR("We are on it"),
                                    .account = STR("NorthmoorHelp"),
                                    .answers = STR("900"),
                                    .written_at = NOON,
                                    .same = never_same };
    assert_int_equal(record_own_post(fixture_begin(t.f), &post, NOON), RECORD_OWN_STAFF);
    fixture_commit(t.f);
    run_dry();
    assert_int_equal(t.post_count, 1);
    assert_replies("failed - Not sent: somebody had taken the conversation by then\nsent 77 -\n");
}

/* What no look can show isn't looked for again, nor sent again: a person sees to it. */
static void test_beyond(void **state)
{
    (void)state;
    (void)queue("900", true, "Thanks ^SR");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .beyond = true };
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 Thanks ^SR\nlook 900\n");
    assert_replies("failed - Whether it was sent can't be seen, since too much was said there "
                   "since: look there before you try again\n");
    assert_int_equal(open_cases(), 1);
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
    assert_int_equal(t.look_at_ms[1] - t.look_at_ms[0], LOOK_WAIT_MS + 5);
    assert_replies("sent 77 -\n");
    assert_str(outbox_trouble(t.outbox), "");
}

/* Nor is there trouble for ever where the reply is seen to be out elsewhere: among our own posts.
 */
static void test_look_is_spared(void **state)
{
    (void)state;
    int64_t id = queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .end = NETWORK_LATER, .after_ms = 5 };
    start_outbox();
    run_until_looks(1);
    assert_str(outbox_trouble(t.outbox), "Replies are waiting to be sent. X is slow.");
    assert_int_equal(record_move_reply(fixture_begin(t.f), id, REPLY_SENT, STR("77"), STR(""),
                                       clock_now(&t.clock)),
                     0);
    fixture_commit(t.f);
    run_dry();
    assert_int_equal(t.look_count, 1);
    assert_str(outbox_trouble(t.outbox), "");
}

static void test_look_verb_fails(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .error = ERR_NOMEM };
    t.looks[1] = (struct step){ .found = { "77" } };
    start_outbox();
    outbox_turn(t.outbox);
    while (t.look_count < 1)
        turn_loop();
    run_until_looks(2);
    assert_replies("sent 77 -\n");
}

/* While one may be out the others aren't kept waiting; each is told its own fate. */
static void test_several(void **state)
{
    (void)state;
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
    (void)queue("900", false, "Sorry");
    (void)queue("901", false, "Hello");
    t.posts[0] = (struct step){ .end = NETWORK_UNKNOWN };
    t.posts[1] = (struct step){ .end = NETWORK_BLOCKED, .after_ms = 900 };
    t.looks[0] = (struct step){ .found = { "77" } };
    start_outbox();
    run_until_looks(1);
    assert_int_equal(t.post_count, 2);
    assert_str(outbox_trouble(t.outbox), "Replies are waiting to be sent. X said so.");
    run_dry();
    assert_str(outbox_trouble(t.outbox), "");
    assert_replies("sent 77 -\nsent 5003 -\n");
}

/* ------------------------------------------------------------------------------------------------
 * what may leave: the rules themselves are in test_send_rules.c; here, that each is asked with what
 * the record says */

static void change(const char *sql)
{
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, sql);
    fixture_commit(t.f);
}

/* As if nothing had ever been said. */
static void forget(void)
{
    change("DELETE FROM event");
    change("DELETE FROM reply");
    change("DELETE FROM handoff_case");
}

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *note, *body;
        bool sams;
        const char *changes[2];
        const char *want; /* part of the error; NULL: it is sent */
    } rows[] = {
        { "nothing against it", "Sorry", false, { NULL }, NULL },
        { "nobody asked us",
          "Sorry",
          false,
          { "UPDATE message SET may_reply=0" },
          "didn't mention" },
        { "nobody asked a person",
          "Sorry ^SR",
          true,
          { "UPDATE message SET may_reply=0" },
          "didn't mention" },
        { "taken back", "Sorry", false, { "UPDATE message SET gone_at=1" }, "was deleted" },
        { "opted out", "Sorry", false, { "UPDATE resident SET opted_out_at=1" }, "no automatic" },
        { "the confirmation of it",
          "Sorry",
          false,
          { "UPDATE resident SET opted_out_at=1", "UPDATE reply SET confirms=1" },
          NULL },
        { "asks in public", "What's your address?", false, { NULL }, "personal details" },
        { "a person asks in public",
          "What's your address? ^SR",
          true,
          { NULL },
          "personal details" },
        { "asks privately",
          "What's your address?",
          false,
          { "UPDATE message SET kind='private'", "UPDATE reply SET private=1" },
          NULL },
        { "privately to who never wrote so",
          "Sorry",
          false,
          { "UPDATE reply SET private=1" },
          "didn't mention" },
        { "a person takes it into private",
          "Sorry ^SR",
          true,
          { "UPDATE reply SET private=1" },
          NULL },
        { "too late", "Sorry", false, { "UPDATE message SET written_at=1" }, "in time" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        forget();
        change("UPDATE message SET may_reply=1, kind='addressed', gone_at=NULL");
        change("UPDATE resident SET opted_out_at=NULL");
        (void)queue("900", rows[i].sams, rows[i].body);
        for (size_t k = 0; k < 2 && rows[i].changes[k]; k++)
            change(rows[i].changes[k]);
        start_outbox();
        run_dry();
        stop_outbox();
        (void)fixture_begin(t.f);
        struct str got = text_of(t.f, "SELECT coalesce(error, 'sent') AS t FROM reply", 0);
        tx_rollback(t.f->tx);
        t.f->tx = NULL;
        assert_note(strstr(got.p, rows[i].want ? rows[i].want : "sent\n"), rows[i].note);
        assert_note(open_cases() == (rows[i].want ? 1 : 0), rows[i].note);
        change("UPDATE message SET written_at=" NOON_TEXT);
    }
}

/* What was meant for many waits while its resident writes that somebody is in danger. */
static void test_turned_sensitive(void **state)
{
    (void)state;
    (void)queue("900", true, "The water is back ^SR");
    change("INSERT INTO bulk(id, staff_id, text, at) VALUES(1, 1, 'The water is back', 0)");
    change("INSERT INTO handoff_case(id, conversation_id, resident_id, message_id, version, state,"
           " priority, reason, sensitive, team, acknowledged, opened_at, changed_at) SELECT 1,"
           " conversation_id, resident_id, id, 1, 'open', 0, 'safeguarding', 1, '', 0, 0, 0 FROM"
           " message WHERE id=1");
    change("UPDATE reply SET bulk_id=1, case_id=1");
    start_outbox();
    run_dry();
    assert_int_equal(t.post_count, 0);
    assert_replies("failed - Not sent: the case has become sensitive since, and needs an answer of "
                   "its own\n");
}

/* Word for word to anybody, or nearly so to the same resident, it is said once. */
static void test_repetitions(void **state)
{
    (void)state;
    static const char bin[] = "Sorry your bin was left, tell us here and we'll come back soon";
    (void)queue("900", false, bin);
    (void)queue("901", false,
                "@elm_close_sam Sorry your bin was left, tell us here and we'll come "
                "back soon");
    (void)queue_for("902", "8",
                    "@kit Sorry your bin was left, tell us here and we'll come back soon");
    (void)queue_for("903", "9", bin);
    (void)queue_for("904", "9", "It's the brown one next week");
    start_outbox();
    run_dry();
    assert_replies(
        "sent 5001 -\n"
        "failed - Not sent: the resident was told nearly the same within the last day\n"
        "sent 5002 -\n"
        "failed - Not sent: the very same was said within the last day, and the network refuses "
        "repetitions; say it in other words\n"
        "sent 5003 -\n");
    assert_int_equal(open_cases(), 2);
    assert_int_equal(clock_move(&t.clock, NOON + 86400 + 60), 0); /* the clock goes on running */
    (void)queue_for("905", "9", bin);
    run_dry();
    assert_int_equal(t.post_count, 4);
}

/* The same to one after another: at some point it looks like spam, though no two are equal. */
static void test_chorus(void **state)
{
    (void)state;
    for (int i = 0; i < SEND_LIKE_MAX + 2; i++) {
        char id[20], body[100];
        (void)snprintf(id, sizeof id, "%d", 1000 + i);
        (void)snprintf(body, sizeof body, "@r%d Sorry your bin was left, do tell us here please",
                       i);
        (void)queue_for(id, id, body);
    }
    start_outbox();
    run_dry();
    assert_int_equal(t.post_count, SEND_LIKE_MAX);
    assert_int_equal(open_cases(), 2);
}

/* Automatic replies that have nothing in common, to one resident each, from @first to before @end.
 */
static void queue_many(int first, int end)
{
    for (int i = first; i < end; i++) {
        char id[20], body[100];
        (void)snprintf(id, sizeof id, "%d", 1000 + i);
        (void)snprintf(body, sizeof body, "Number %d a%d b%d c%d", i, i, i, i);
        (void)queue_for(id, id, body);
    }
}

/* More than is normal: nothing automatic for a while, people's go on, staff are told. */
static void test_breaker(void **state)
{
    (void)state;
    queue_many(0, SEND_SHORT_MAX / 2);
    start_outbox();
    run_dry();
    assert_int_equal(clock_move(&t.clock, NOON + 300), 0);
    queue_many(SEND_SHORT_MAX / 2, SEND_SHORT_MAX + 2);
    run_dry();
    assert_int_equal(t.post_count, SEND_SHORT_MAX);
    assert_int_equal(open_cases(), 2);
    assert_non_null(strstr(outbox_trouble(t.outbox).p, "more went out than is normal"));
    (void)queue("2000", true, "A person's ^SR");
    run_dry();
    assert_int_equal(t.post_count, SEND_SHORT_MAX + 1);

    /* half of them are forgotten by now, and it is still to be quiet */
    assert_int_equal(clock_move(&t.clock, NOON + SEND_SHORT_S + 1), 0);
    (void)queue_for("2001", "2001", "Not yet");
    run_dry();
    assert_int_equal(t.post_count, SEND_SHORT_MAX + 1);

    assert_int_equal(clock_move(&t.clock, NOON + 300 + SEND_SHORT_S + 60), 0);
    assert_str(outbox_trouble(t.outbox), "");
    (void)queue_for("2002", "2002", "It works again");
    run_dry();
    assert_int_equal(t.post_count, SEND_SHORT_MAX + 2);
}

/* What is said at once where somebody may be in danger: no rate and no money stops it. */
static void test_danger(void **state)
{
    (void)state;
    queue_many(0, SEND_SHORT_MAX);
    start_outbox();
    run_dry();
    outbox_set_over_cap(t.outbox, true);
    int64_t urgent = queue_for("2000", "2000", "Please ring 999");
    int64_t other = queue_for("2001", "2001", "It's the brown one next week");
    struct tx *tx = fixture_begin(t.f);
    struct stmt *q = tx_stmt(tx, "SELECT message_id AS n FROM reply WHERE id=?1");
    stmt_bind_int64(q, 1, urgent);
    assert_int_equal(stmt_next(q), 1);
    int64_t message = col_int64(q, "n");
    stmt_done(q);
    q = tx_stmt(tx, "UPDATE reply SET case_id=?2 WHERE id=?1");
    stmt_bind_int64(q, 1, urgent);
    stmt_bind_int64(q, 2, open_case(tx, message));
    assert_int_equal(stmt_run(q), 0);
    run_sql(tx, "UPDATE handoff_case SET sensitive=1");
    fixture_commit(t.f);
    run_dry();
    assert_int_equal(t.post_count, SEND_SHORT_MAX + 1);
    assert_int_equal(count_of(t.reader, "SELECT id AS n FROM reply WHERE state='failed'"), other);
    /* and it is the one that is too many */
    assert_non_null(strstr(outbox_trouble(t.outbox).p, "more went out than is normal"));
}

static void test_over_cap(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    (void)queue("901", true, "A person's ^SR");
    start_outbox();
    outbox_set_over_cap(t.outbox, true);
    run_dry();
    assert_replies("failed - Not sent: the month's money for the network is spent\nsent 5001 -\n");
    assert_int_equal(open_cases(), 1);
    assert_non_null(strstr(outbox_trouble(t.outbox).p, "money"));
    outbox_set_over_cap(t.outbox, false);
    assert_str(outbox_trouble(t.outbox), "");
}

/* Nothing leaves and nothing is asked, of what is queued or of what may be out from before. */
static void test_shadow(void **state)
{
    (void)state;
    int64_t before = queue("899", false, "Hello");
    struct tx *tx = fixture_begin(t.f);
    assert_int_equal(record_move_reply(tx, before, REPLY_UNKNOWN, STR(""), STR(""), NOON), 0);
    fixture_commit(t.f);
    (void)queue("900", false, "Sorry");
    (void)queue("901", true, "A person's ^SR");
    (void)queue("902", false, "What's your name?");
    t.shadow = true;
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "");
    assert_replies("unknown - -\nwithheld - -\nwithheld - -\nfailed - Not sent: it asks for "
                   "personal details where everybody can read it; send it as a direct message\n");
}

/* ------------------------------------------------------------------------------------------------
 * refusals, each by its reason */

static void test_lanes(void **state)
{
    (void)state;
    (void)queue("900", false, "Sorry");
    (void)queue("901", true, "A person's ^SR");
    t.automatic_open_ms = clock_mono_ms() + 150;
    start_outbox();
    run_dry(); /* by itself it goes on when the lane opens */
    assert_str(buf_str(&t.log), "post 901 A person's ^SR\npost 900 Sorry\n");
    assert_int_equal(t.post_at_ms[1], t.automatic_open_ms);
}

/* The network itself doesn't know of the message yet. */
static void test_uninvited_fresh(void **state)
{
    (void)state;
    t.posts[0] = t.posts[1] = (struct step){ .end = NETWORK_REFUSED, .why = NETWORK_WHY_UNINVITED };
    (void)queue("900", false, "Sorry");
    change("UPDATE message SET written_at=" NOON_TEXT);
    start_outbox();
    run_until_posts(1);
    assert_replies("queued - X said so.\n");
    outbox_turn(t.outbox);
    assert_int_equal(t.post_count, 1);
    assert_int_equal(clock_move(&t.clock, NOON + 11), 0);
    run_until_posts(2);
    assert_replies("failed - X said so.\n"); /* once, and no more */
    assert_int_equal(open_cases(), 1);
}

static void test_final_refusals(void **state)
{
    (void)state;
    static const struct {
        enum network_why why;
        const char *want;
    } rows[] = {
        { NETWORK_WHY_UNINVITED, "failed - X said so.\n" },
        { NETWORK_WHY_GONE, "failed - X said so.\n" },
        { NETWORK_WHY_CLOSED, "failed - X said so. They take no direct messages from us: answer in "
                              "public, if they wrote there.\n" },
        { NETWORK_WHY_OTHER, "failed - X said so.\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        forget();
        (void)queue("900", false, "Sorry");
        change("UPDATE message SET written_at=" NOON_TEXT "-60, gone_at=NULL");
        t.posts[t.post_count] = (struct step){ .end = NETWORK_REFUSED, .why = rows[i].why };
        start_outbox();
        run_dry();
        stop_outbox();
        assert_replies(rows[i].want);
        assert_int_equal(open_cases(), 1);
        assert_int_equal(t.post_count, i + 1);
    }
}

/* What it answers was taken back, as the network says by the way: its words go with the refusal,
 * out of the files too. A direct message hangs on nothing. */
static void test_gone(void **state)
{
    (void)state;
    static const char sql[] = "SELECT text || ' ' || (gone_at IS NOT NULL) AS t FROM message";
    t.posts[0] = t.posts[1] = (struct step){ .end = NETWORK_REFUSED, .why = NETWORK_WHY_GONE };
    (void)queue("900", true, "A person's ^SR");
    change("UPDATE message SET text='marmalade'");
    start_outbox();
    run_dry();
    assert_replies("failed - X said so.\n");
    assert_int_equal(open_cases(), 1);
    assert_false(file_holds(t.f, "k.db", "marmalade"));
    assert_false(file_holds(t.f, "k.db-wal", "marmalade"));
    (void)fixture_begin(t.f);
    assert_str(text_of(t.f, sql, 0), " 1\n");
    fixture_commit(t.f);

    forget();
    (void)queue_for("901", "901", "Sorry");
    change("UPDATE message SET text='honey', kind='private' WHERE remote_id='901'");
    change("UPDATE reply SET private=1");
    run_dry();
    assert_replies("failed - X said so.\n");
    (void)fixture_begin(t.f);
    assert_str(text_of(t.f, sql, 0), " 1\nhoney 0\n");
    fixture_commit(t.f);
}

/* Three in a row for no reason that is named: it isn't the replies. One that goes out ends it. */
static void test_refuses_all(void **state)
{
    static const char *const ids[] = { "900", "901", "902", "903", "904", "905" };
    (void)state;
    t.posts[0] = t.posts[2] = t.posts[3] = t.posts[4] = (struct step){ .end = NETWORK_REFUSED };
    for (size_t i = 0; i < 4; i++)
        (void)queue_for(ids[i], ids[i], ids[i]);
    start_outbox();
    run_dry();
    assert_str(outbox_trouble(t.outbox), "");
    (void)queue_for(ids[4], ids[4], ids[4]);
    run_until_posts(5);
    assert_non_null(strstr(outbox_trouble(t.outbox).p, "may be locked"));
    assert_int_equal(open_cases(), 4);
    (void)queue_for(ids[5], ids[5], ids[5]);
    run_dry();
    assert_int_equal(t.post_count, 6);
    assert_str(outbox_trouble(t.outbox), "");
}

/* ------------------------------------------------------------------------------------------------
 * parts of one reply */

/* Three parts of a reply of Sam's to message 900. */
static void queue_parts(void)
{
    static const char *const bodies[] = { "The crew has been told. 1/3", "They come on Friday. 2/3",
                                          "Sorry for the wait! 3/3 ^SR" };
    struct record_message m = a_message("900", "900", "7");
    struct record_draft draft = { .staff_id = 1 };
    struct tx *tx = fixture_begin(t.f);
    assert_int_equal(record_add_message(tx, &m, NOON, &draft.message_id), 1);
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        draft.body = str_of(bodies[i]);
        assert_int_equal(record_queue_reply(tx, &draft, NOON, &draft.after_id), 0);
    }
    fixture_commit(t.f);
}

/* Each answers the one before. */
static void test_parts(void **state)
{
    (void)state;
    queue_parts();
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 The crew has been told. 1/3\n"
                                "post 5001 They come on Friday. 2/3\n"
                                "post 5002 Sorry for the wait! 3/3 ^SR\n");
    assert_replies("sent 5001 -\nsent 5002 -\nsent 5003 -\n");
}

/* Nothing overtakes a part of which nobody knows; it is looked for where it should be. */
static void test_parts_unknown(void **state)
{
    (void)state;
    queue_parts();
    t.posts[0] = t.posts[1] = t.posts[2] = (struct step){ .end = NETWORK_UNKNOWN };
    t.looks[0] = (struct step){ .found = { "77" } }; /* the first is out */
    t.looks[3] = (struct step){ .found = { "78" } }; /* the second was not, … */
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "post 900 The crew has been told. 1/3\nlook 900\n"
                                "post 77 They come on Friday. 2/3\nlook 77\nlook 77\n"
                                "post 77 They come on Friday. 2/3\nlook 77\n"
                                "post 78 Sorry for the wait! 3/3 ^SR\n");
    assert_replies("sent 77 -\nsent 78 -\nsent 5004 -\n");
}

/* One that is refused keeps those behind it here, until somebody has it tried again. */
static void test_parts_refused(void **state)
{
    (void)state;
    queue_parts();
    (void)queue("901", true, "Hello ^SR");
    t.posts[1] = (struct step){ .end = NETWORK_REFUSED };
    start_outbox();
    run_dry();
    assert_replies("sent 5001 -\nfailed - X said so.\n"
                   "failed - Not sent: the part before it could not be\nsent 5003 -\n");
    assert_int_equal(open_cases(), 1);
    assert_int_equal(record_retry_reply(fixture_begin(t.f), 2, 1, NOON), 0);
    fixture_commit(t.f);
    buf_clear(&t.log);
    run_dry();
    assert_str(buf_str(&t.log), "post 5001 They come on Friday. 2/3\n"
                                "post 5004 Sorry for the wait! 3/3 ^SR\n");
}

/* Stopped in the middle: what was under way is looked for, and then it goes on. */
static void test_parts_restart(void **state)
{
    (void)state;
    queue_parts();
    t.held = true;
    start_outbox();
    outbox_turn(t.outbox);
    on_answer(&t.answer);
    while (t.post_count < 2)
        turn_loop();
    stop_outbox();
    t.held = false;
    t.looks[0] = (struct step){ .found = { "78" } };
    buf_clear(&t.log);
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "look 5001\npost 78 Sorry for the wait! 3/3 ^SR\n");
    assert_replies("sent 5001 -\nsent 78 -\nsent 5003 -\n");
}

/* Nothing of it, in shadow mode. */
static void test_parts_shadow(void **state)
{
    (void)state;
    t.shadow = true;
    queue_parts();
    start_outbox();
    run_dry();
    assert_str(buf_str(&t.log), "");
    assert_replies("withheld - -\nwithheld - -\nwithheld - -\n");
}

/* A member of staff's reply that waits for a second thought, or for an approval, isn't seen here.
 */
static void test_waits(void **state)
{
    static const enum reply_state states[] = { REPLY_HELD, REPLY_PROPOSED, REPLY_RETURNED };
    (void)state;
    (void)queue("900", true, "Sorry ^SR");
    start_outbox();
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        assert_int_equal(
            record_move_reply(fixture_begin(t.f), 1, states[i], STR(""), STR(""), NOON), 0);
        fixture_commit(t.f);
        run_dry();
        assert_int_equal(t.post_count, 0);
    }
}

#define OUTBOX_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(test_nothing),
        OUTBOX_TEST(test_sent),
        OUTBOX_TEST(test_one_at_a_time),
        OUTBOX_TEST(test_later),
        OUTBOX_TEST(test_blocked),
        OUTBOX_TEST(test_backoff),
        OUTBOX_TEST(test_refused),
        OUTBOX_TEST(test_opted_out),
        OUTBOX_TEST(test_taken),
        OUTBOX_TEST(test_grown_old),
        OUTBOX_TEST(test_verb_fails),
        OUTBOX_TEST(test_addresses_nobody),
        OUTBOX_TEST(test_taken_for_staffs),
        OUTBOX_TEST(test_beyond),
        OUTBOX_TEST(test_answered_elsewhere),
        OUTBOX_TEST(test_found),
        OUTBOX_TEST(test_found_late),
        OUTBOX_TEST(test_absent),
        OUTBOX_TEST(test_absent_thrice),
        OUTBOX_TEST(test_put_off_is_no_attempt),
        OUTBOX_TEST(test_repeated_ours),
        OUTBOX_TEST(test_repeated_not_ours),
        OUTBOX_TEST(test_found_anothers),
        OUTBOX_TEST(test_look_fails),
        OUTBOX_TEST(test_look_is_spared),
        OUTBOX_TEST(test_look_verb_fails),
        OUTBOX_TEST(test_several),
        OUTBOX_TEST(test_crowd),
        OUTBOX_TEST(test_restart),
        OUTBOX_TEST(test_not_recorded),
        OUTBOX_TEST(test_freed),
        OUTBOX_TEST(test_trouble),
        OUTBOX_TEST(test_rules),
        OUTBOX_TEST(test_turned_sensitive),
        OUTBOX_TEST(test_repetitions),
        OUTBOX_TEST(test_chorus),
        OUTBOX_TEST(test_breaker),
        OUTBOX_TEST(test_over_cap),
        OUTBOX_TEST(test_shadow),
        OUTBOX_TEST(test_lanes),
        OUTBOX_TEST(test_uninvited_fresh),
        OUTBOX_TEST(test_final_refusals),
        OUTBOX_TEST(test_danger),
        OUTBOX_TEST(test_gone),
        OUTBOX_TEST(test_refuses_all),
        OUTBOX_TEST(test_parts),
        OUTBOX_TEST(test_parts_unknown),
        OUTBOX_TEST(test_parts_refused),
        OUTBOX_TEST(test_parts_restart),
        OUTBOX_TEST(test_parts_shadow),
        OUTBOX_TEST(test_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
