/*
 * What the tests of the responder share: one that is filled by hand, with the small knowledge base
 * of tests/data/kb, on a Sunday evening, when nobody is there.
 */
#ifndef TESTS_UNIT_RESPONDER_FIXTURE_H
#define TESTS_UNIT_RESPONDER_FIXTURE_H

#include "bot/responder.h"

#include "base/when.h"
#include "bot/bot_store.h"
#include "bot/x/x.h"
#include "tests/unit/record_fixture.h"
#include "tests/unit/still_clock.h"

enum { WITHIN_S = 3600, POLL_MS = 5, READS = 16 };

static struct {
    struct fixture *f;
    uv_loop_t loop;
    struct clock clock;
    struct kb_live live;
    struct hours *hours;
    struct network network;
    struct responder *responder;
    struct responder_account news; /* the other account */
    int64_t now;

    /* what the network was asked */
    unsigned reads;
    int64_t read_at_ms[READS];
    int64_t first_at;
    struct str cursor;
    network_take *take;
    network_done *done;
    void *data;
    int error;       /* the next read returns it */
    bool slow_posts; /* our own posts are being read until the test says so */
    unsigned begun;  /* how often the responder said that it has */
    network_done *posts_done;
    void *posts_data;
    unsigned thread_reads;
    struct str threads; /* that were asked for, with spaces between them */
} t;

/* "A B" */
static inline struct str joined(struct str a, struct str b)
{
    struct buf both = BUF_INIT(1000);
    (void)buf_addf(&both, "%.*s%s%.*s", STR_ARG(a), a.len ? " " : "", STR_ARG(b));
    struct str text = arena_str(&t.f->arena, buf_str(&both));
    buf_release(&both);
    return text;
}

static inline int fake_read(struct network *n, const struct network_reading *reading,
                            network_take *take, network_done *done, void *data)
{
    assert_ptr_equal(n, &t.network);
    if (reading->feed == NETWORK_THREADS) {
        t.threads = STR("");
        for (size_t i = 0; i < reading->conversation_count; i++)
            t.threads = joined(t.threads, reading->conversations[i]);
        t.thread_reads++;
    }
    if (reading->feed == NETWORK_POSTS && t.slow_posts) {
        t.posts_done = done;
        t.posts_data = data;
        return 0;
    }
    if (reading->feed != NETWORK_MENTIONS)
        return 1;
    assert_null(t.done); /* one sweep at a time */
    assert_true(t.reads < READS);
    t.read_at_ms[t.reads++] = clock_mono_ms();
    t.cursor = arena_str(&t.f->arena, reading->cursor);
    t.first_at = reading->first_at;
    if (t.error) {
        int error = t.error;
        t.error = 0;
        return error;
    }
    t.take = take;
    t.done = done;
    t.data = data;
    return 0;
}

static const struct network_verbs verbs = {
    .name = "x",
    .rules = &x_text_rules,
    .private_rules = &x_text_rules,
    .read = fake_read,
};

static inline void on_begun(void *data)
{
    (*(unsigned *)data)++;
}

static inline int start_responder(void)
{
    t.news =
        (struct responder_account){ STR("NorthmoorNews"), STR("communications"), STR(""), t.hours };
    struct responder_options options = { .loop = &t.loop,
                                         .db = t.f->db,
                                         .network = &t.network,
                                         .account = STR("NorthmoorHelp"),
                                         .team = STR("customer services"),
                                         .clock = &t.clock,
                                         .hours = t.hours,
                                         .others = &t.news,
                                         .other_count = 1,
                                         .live = &t.live,
                                         .poll_every_ms = POLL_MS,
                                         .answer_within_s = WITHIN_S,
                                         .unhelped = { 20, 3, 7 },
                                         .begun = on_begun,
                                         .begun_data = &t.begun };
    return responder_new(&options, &t.responder);
}

static inline void stop_responder(void)
{
    t.responder = responder_free(t.responder);
    t.done = NULL;
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
}

static inline int setup(void **state)
{
    struct report report = REPORT_INIT;
    memset(&t, 0, sizeof t);
    assert_int_equal(fixture_setup(state), 0);
    t.f = *state;
    (void)add_staff(t.f->tx, "sam", "Sam Reed", "SR");
    fixture_commit(t.f);
    assert_int_equal(bot_migrate(t.f->db), 0);
    t.network.verbs = &verbs;
    t.clock.movable = true;
    assert_true(when_parse(STR("2026-11-22T21:00:00Z"), &t.now));
    assert_int_equal(clock_move(&t.clock, t.now), 0);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    if (kb_load(SOURCE_DIR "/tests/data/kb", &x_text_rules, &report, &t.live.kb) < 0 ||
        hours_new("Europe/London", "", &report, &t.hours) < 0 ||
        hours_add_window(t.hours, 0, STR("09:00-17:00"), "", &report) < 0)
        fail_msg("%s", buf_cstr(&report.lines));
    assert_int_equal(start_responder(), 0);
    return 0;
}

static inline int teardown(void **state)
{
    stop_responder();
    assert_int_equal(uv_loop_close(&t.loop), 0);
    t.hours = hours_free(t.hours);
    t.live.kb = kb_free(t.live.kb);
    return fixture_teardown(state);
}

static inline void pass_s(int64_t seconds)
{
    t.now += seconds;
    assert_int_equal(clock_move(&t.clock, t.now), 0);
}

/* A message that @author wrote just now, the first of its conversation, and in no burst with what
 * was said before. */
static inline struct network_message says(const char *id, const char *author, const char *text)
{
    pass_s(2 * RECORD_BURST_S);
    return (struct network_message){
        .remote_id = str_of(id),
        .conversation = str_of(id),
        .author_id = str_of(author),
        .handle = str_of(author),
        .name = STR("Sam"),
        .text = str_of(text),
        .written_at = t.now - 5,
        .may_reply = true,
    };
}

static inline void take_one(struct network_message m)
{
    assert_int_equal(responder_take(t.responder, NETWORK_MENTIONS, &m, 1, STR("")), 0);
}

static inline void assert_rows(const char *sql, const char *want, const char *note)
{
    (void)fixture_begin(t.f);
    assert_str_note(text_of(t.f, sql, 0), want, note);
    tx_rollback(t.f->tx);
    t.f->tx = NULL;
}

static const char q_decided[] =
    "SELECT m.remote_id || ' ' || coalesce(d.action, '-') || ' ' || coalesce(d.reason, '-') || ' ' "
    "|| coalesce((SELECT p.body FROM reply p WHERE p.message_id=m.id), '-') AS t FROM message m "
    "LEFT JOIN decision d ON d.message_id=m.id ORDER BY m.id";
static const char q_cases[] =
    "SELECT id || ' ' || state || ' p' || priority || ' ' || reason || ' ' || team || ' a' || "
    "acknowledged || ' s' || sensitive AS t FROM handoff_case ORDER BY id";
static const char q_events[] =
    "SELECT kind || ' ' || coalesce(case_id, '-') || ' ' || coalesce(message_id, '-') || ' ' || "
    "coalesce(reply_id, '-') AS t FROM event ORDER BY seq";
static const char q_cursor[] = "SELECT network || ' ' || cursor AS t FROM network_cursor";

#endif
