/*
 * What the tests of the record share: a real database in a folder of its own, a transaction that is
 * open for the whole of a test, people and messages to put into it, and a look at what was written.
 */
#ifndef TESTS_UNIT_RECORD_FIXTURE_H
#define TESTS_UNIT_RECORD_FIXTURE_H

#include <inttypes.h>
#include <sqlite3.h>

#include "base/file.h"
#include "handoff/cases.h"
#include "handoff/staff.h"
#include "kb/schema.h"
#include "tests/unit/support.h"

enum { NOON = 1795000000 }; /* the moment at which most of it happens */

struct fixture {
    char *dir;
    struct db *db;
    struct tx *tx; /* NULL when none is open */
    struct arena arena;
};

static inline struct tx *fixture_begin(struct fixture *f)
{
    assert_null(f->tx);
    assert_int_equal(tx_begin(f->db, TX_WRITE, &f->tx), 0);
    return f->tx;
}

static inline void fixture_commit(struct fixture *f)
{
    assert_int_equal(tx_commit(f->tx), 0);
    f->tx = NULL;
}

static sqlite3 *fixture_handle; /* of the database that was opened first */

static inline int fixture_opened(sqlite3 *handle, char **why,
                                 const struct sqlite3_api_routines *api)
{
    (void)why;
    (void)api;
    fixture_handle = fixture_handle ? fixture_handle : handle;
    return SQLITE_OK;
}

/* A step that goes through all of a table that grows. What is named here is short, however long the
 * record: rows of staff, what is open or waits, what a subquery brought. The check of who refers to
 * a new resident is planned and never run. */
static inline bool is_long(const char *step, const char *sql)
{
    static const char *const brief[] = { "SCAN (",        "SCAN t",           "SCAN session",
                                         "SCAN staff",    "SCAN inbox",       "SCAN own_post",
                                         "case_queue",    "case_closed",      "decision_ignored",
                                         "VIRTUAL TABLE", "kb_proposal_ended" };
    bool all = strncmp(step, "SCAN ", 5) == 0 && strncmp(sql, "INSERT ", 7) != 0;
    for (size_t i = 0; i < ARRAY_LEN(brief); i++)
        all = all && !strstr(step, brief[i]);
    return all;
}

/* No statement of the program's that the test ran may take longer the more there is. A test's own
 * have no parameters. */
static inline void fixture_check_plans(void)
{
    sqlite3_stmt *q = NULL;
    while ((q = sqlite3_next_stmt(fixture_handle, q))) {
        const char *sql = sqlite3_sql(q);
        struct buf explain = BUF_INIT(65536);
        sqlite3_stmt *plan;
        if (!strchr(sql, '?') || strstr(sql, " AS n ") || strstr(sql, " AS t "))
            continue;
        assert_int_equal(buf_addf(&explain, "EXPLAIN QUERY PLAN %s", sql), 0);
        assert_int_equal(sqlite3_prepare_v2(fixture_handle, buf_cstr(&explain), -1, &plan, NULL),
                         0);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(plan, 3);
            if (is_long(step, sql))
                fail_msg("%s: %s", step, sql);
        }
        (void)sqlite3_finalize(plan);
        buf_release(&explain);
    }
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = temp_new();
    fixture_handle = NULL;
    (void)sqlite3_auto_extension((void (*)(void))fixture_opened);
    assert_int_equal(db_open(path_in(f->dir, "k.db"), DB_WRITER, &f->db, NULL), 0);
    assert_int_equal(record_migrate(f->db), 0);
    assert_int_equal(kb_migrate(f->db), 0);
    (void)fixture_begin(f);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    if (f->tx)
        tx_rollback(f->tx);
    fixture_check_plans();
    arena_release(&f->arena);
    f->db = db_free(f->db);
    f->dir = temp_free(f->dir);
    free(f);
    return 0;
}

/* A message by @author in @conversation, all three the network's ids. What stands in another
 * conversation was written at another time, so that nobody's burst makes one of them. */
static inline struct record_message a_message(const char *remote_id, const char *conversation,
                                              const char *author)
{
    int64_t number = 900;
    (void)str_to_int64(str_of(conversation), 0, 10000, &number);
    return (struct record_message){
        .network = STR("x"),
        .remote_id = str_of(remote_id),
        .conversation = str_of(conversation),
        .author_id = str_of(author),
        .handle = STR("elm_close_sam"),
        .name = STR("Sam"),
        .text = STR("My bin wasn't emptied"),
        .written_at = NOON - 60 - 2 * RECORD_BURST_S * (number - 900),
        .may_reply = true,
        .account = STR("NorthmoorHelp"),
    };
}

static inline int64_t add_message(struct tx *tx, const char *remote_id, const char *conversation,
                                  const char *author)
{
    struct record_message m = a_message(remote_id, conversation, author);
    int64_t id = 0;
    assert_int_equal(record_add_message(tx, &m, NOON, &id), 1);
    return id;
}

static inline int64_t add_staff(struct tx *tx, const char *login, const char *name,
                                const char *initials)
{
    struct staff s = { 0, str_of(login), str_of(name), str_of(initials), STR("agent") };
    const char *why = NULL;
    assert_int_equal(staff_add(tx, &s, "no hash", NOON, &why), 0);
    return tx_last_id(tx);
}

static inline struct record_facts facts_of(struct tx *tx, int64_t message_id)
{
    struct record_facts facts;
    assert_int_equal(record_get_facts(tx, message_id, &facts), 0);
    return facts;
}

/* A case of the message's conversation, of ordinary urgency. */
static inline struct case_opening opening_of(struct tx *tx, int64_t message_id)
{
    struct record_facts facts = facts_of(tx, message_id);
    return (struct case_opening){
        .conversation_id = facts.conversation_id,
        .resident_id = facts.resident_id,
        .message_id = message_id,
        .reason = STR("unresolved"),
        .priority = CASE_NORMAL,
    };
}

static inline int64_t open_case(struct tx *tx, int64_t message_id)
{
    struct case_opening o = opening_of(tx, message_id);
    int64_t id = 0;
    assert_int_equal(case_open(tx, &o, NOON, &id), 0);
    return id;
}

static inline int64_t queue_reply(struct tx *tx, int64_t message_id, int64_t case_id,
                                  int64_t staff_id, const char *body)
{
    struct record_draft draft = {
        .message_id = message_id, .case_id = case_id, .staff_id = staff_id, .body = str_of(body)
    };
    int64_t id = 0;
    assert_int_equal(record_queue_reply(tx, &draft, NOON, &id), 0);
    return id;
}

/* The commander's answer in a case, queued at once: an enum case_refusal. */
static inline int reply_in_case(struct tx *tx, const struct case_command *c, const char *body,
                                bool is_private)
{
    struct str part = str_of(body);
    struct case_answer a = { .parts = &part, .part_count = 1, .is_private = is_private };
    int64_t id;
    return case_reply(tx, c, &a, &id);
}

/* The next to send, of all lanes. */
static inline int next_queued(struct tx *tx, struct arena *arena, struct record_reply *ret)
{
    static const struct record_lanes all = { true, true, true, true, INT64_MAX };
    return record_next_queued(tx, STR("NorthmoorHelp"), all, arena, ret);
}

static inline void add_decision(struct tx *tx, int64_t message_id, const char *action,
                                const char *reason)
{
    struct record_decision d = {
        .action = str_of(action),
        .reason = str_of(reason),
        .intents = STR("[]"),
        .why = STR("[{\"rule\":\"troll\",\"words\":[\"clown\"],\"spans\":[[3,8]]}]"),
        .score = 0.5,
        .lead = 0.25,
        .residue = 0.125,
        .kb = STR("3f9a"),
    };
    assert_int_equal(record_add_decision(tx, message_id, &d, NOON), 0);
}

/* The first row's column n; @sql is a constant. */
static inline int64_t int_of(struct tx *tx, const char *sql, int64_t id)
{
    struct stmt *q = tx_stmt(tx, sql);
    if (strstr(sql, "?1"))
        stmt_bind_int64(q, 1, id);
    assert_int_equal(stmt_next(q), 1);
    int64_t n = col_int64(q, "n");
    stmt_done(q);
    return n;
}

/* The rows' column t, each with a line end, in the fixture's arena. */
static inline struct str text_of(struct fixture *f, const char *sql, int64_t id)
{
    struct buf lines = BUF_INIT(1 << 20);
    struct stmt *q = tx_stmt(f->tx, sql);
    int r;
    if (strstr(sql, "?1"))
        stmt_bind_int64(q, 1, id);
    while ((r = stmt_next(q)) == 1)
        (void)buf_addf(&lines, "%.*s\n", STR_ARG(col_str(q, "t")));
    assert_int_equal(r, 0);
    struct str text = arena_str(&f->arena, buf_str(&lines));
    buf_release(&lines);
    return text;
}

static inline int64_t last_event(struct tx *tx)
{
    return int_of(tx, "SELECT coalesce(max(seq), 0) AS n FROM event", 0);
}

/* The events after @seq: kind, case, message, reply, staff, text. "-" for none. */
static inline struct str events_after(struct fixture *f, int64_t seq)
{
    return text_of(f,
                   "SELECT kind || ' ' || coalesce(case_id, '-') || ' ' || coalesce(message_id, "
                   "'-') || ' ' || coalesce(reply_id, '-') || ' ' || coalesce(staff_id, '-') || "
                   "' ' || coalesce(text, '-') AS t FROM event WHERE seq>?1 ORDER BY seq",
                   seq);
}

static inline void run_sql(struct tx *tx, const char *sql)
{
    assert_int_equal(stmt_run(tx_stmt(tx, sql)), 0);
}

static inline bool holds(struct str text, const char *part)
{
    return memmem(text.p, text.len, part, strlen(part));
}

/* Do the bytes stand anywhere in the database's files? */
static inline bool file_holds(struct fixture *f, const char *name, const char *part)
{
    struct buf bytes = BUF_INIT(1 << 24);
    assert_int_equal(file_read(path_in(f->dir, name), &bytes), 0);
    bool there = holds(buf_str(&bytes), part);
    buf_release(&bytes);
    return there;
}

#endif
