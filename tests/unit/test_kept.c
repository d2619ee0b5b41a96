/* What becomes of messages after they were recorded: edited, taken back, looked up, kept no longer.
 */
#include <sqlite3.h>

#include "handoff/note.h"
#include "handoff/search.h"
#include "tests/unit/record_fixture.h"

/* Words that must be nowhere once they are erased. */
#define SECRET "marmalade skies"

static int add_edit(struct fixture *f, const char *id, const char *replaces, const char *text,
                    int64_t at, struct record_before *before)
{
    struct record_message m = a_message(id, "900", "7");
    m.replaces = str_of(replaces);
    m.text = str_of(text);
    m.written_at = at;
    return record_edit_message(f->tx, &f->arena, &m, at + 5, before);
}

static const char q_message[] = "SELECT remote_id || ' ' || text || ' ' || "
                                "coalesce(edited_at-1795000000, '-') AS t FROM message";

static void test_versions(void **state)
{
    static const struct {
        const char *note, *id, *replaces;
        int64_t at;
        int want;
        const char *message;
    } rows[] = {
        { "not edited", "905", "", 10, 0, "900 first -\n" },
        { "of nothing that we have", "905", "777", 10, 0, "900 first -\n" },
        { "the next", "901", "900", 10, 1, "901 901 10\n" },
        { "again", "901", "900", 10, 0, "901 901 10\n" },
        { "two on, by the first version's id", "903", "900", 30, 1, "903 903 30\n" },
        { "the one between, which comes late", "902", "900", 20, 0, "903 903 30\n" },
        { "late and again", "902", "901", 20, 0, "903 903 30\n" },
        { "by the newest version's id", "904", "903", 40, 1, "904 904 40\n" },
        { "at the same time, as X may tell it", "906", "904", 40, 1, "906 906 40\n" },
    };
    struct fixture *f = *state;
    struct record_message first = a_message("900", "900", "7");
    struct record_before before;
    int64_t id, again;
    first.text = STR("first");
    assert_int_equal(record_add_message(f->tx, &first, NOON, &id), 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_note(add_edit(f, rows[i].id, rows[i].replaces, rows[i].id, NOON + rows[i].at,
                             &before) == rows[i].want,
                    rows[i].note);
        assert_str_note(text_of(f, q_message, 0), rows[i].message, rows[i].note);
    }
    for (size_t i = 0; i < 5; i++) { /* promise 1: none of them is another message */
        static const char *const ids[] = { "900", "901", "902", "903", "906" };
        struct record_message m = a_message(ids[i], "900", "7");
        assert_int_equal(record_add_message(f->tx, &m, NOON, &again), 0);
    }
    /* we are told of a later version first: the earlier is not another message */
    struct record_message later = a_message("921", "920", "8");
    later.replaces = STR("920");
    assert_int_equal(record_add_message(f->tx, &later, NOON, &id), 1);
    struct record_message earlier = a_message("920", "920", "8");
    assert_int_equal(record_add_message(f->tx, &earlier, NOON, &id), 0);
}

static void test_before(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"),
            reply = queue_reply(f->tx, message, 0, 0, "Here"), case_id = open_case(f->tx, message);
    struct record_before before;
    add_decision(f->tx, message, "answer", "");
    int64_t seq = last_event(f->tx);
    assert_int_equal(add_edit(f, "901", "900", "Another", NOON, &before), 1);
    assert_str(events_after(f, seq), "message.edited 1 1 - - -\n");
    assert_int_equal(case_id, 1);
    assert_int_equal(before.message_id, message);
    assert_int_equal(before.waiting_reply, reply);
    assert_false(before.answered);
    assert_str(before.action, "answer");
    assert_str(before.intents, "[]");
    assert_str(before.account, "NorthmoorHelp");
    assert_true(before.kind == RECORD_ADDRESSED && before.may_reply);
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM decision", 0), 0);

    assert_int_equal(record_move_reply(f->tx, reply, REPLY_UNKNOWN, STR(""), STR(""), NOON), 0);
    assert_int_equal(add_edit(f, "902", "901", "Another", NOON + 1, &before), 1);
    assert_true(before.answered && !before.waiting_reply);
    assert_int_equal(record_move_reply(f->tx, reply, REPLY_QUEUED, STR(""), STR(""), NOON), 0);
    assert_int_equal(add_edit(f, "903", "902", "Another", NOON + 2, &before), 1);
    assert_true(before.answered && !before.waiting_reply); /* it may be out after all */
}

/* What a later message was read together with is answered under that one. */
static void test_before_read_on(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_message(f->tx, "900", "900", "7"),
            later = add_message(f->tx, "910", "900", "7");
    struct record_before before;
    struct record_decision d = { .action = STR("answer"),
                                 .intents = STR("[]"),
                                 .why = STR("[]"),
                                 .kb = STR("3f9a"),
                                 .read_from = message };
    assert_int_equal(record_add_decision(f->tx, later, &d, NOON), 0);
    assert_int_equal(add_edit(f, "901", "900", "Another", NOON, &before), 1);
    assert_true(before.answered);
    assert_int_equal(add_edit(f, "911", "910", "Another", NOON + 1, &before), 1);
    assert_false(before.answered);
}

/* ------------------------------------------------------------------------------------------------
 * gone */

/* All text of all tables, as the file on disk has it. */
static struct str everything(struct fixture *f)
{
    struct buf all = BUF_INIT(1 << 22);
    sqlite3 *db = NULL;
    sqlite3_stmt *tables = NULL, *rows = NULL;
    assert_int_equal(sqlite3_open(path_in(f->dir, "k.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type='table'", -1,
                                        &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        struct buf sql = BUF_INIT(200);
        (void)buf_addf(&sql, "SELECT * FROM %s", (const char *)sqlite3_column_text(tables, 0));
        assert_int_equal(sqlite3_prepare_v2(db, buf_cstr(&sql), -1, &rows, NULL), SQLITE_OK);
        while (sqlite3_step(rows) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(rows); i++) {
                const char *text = (const char *)sqlite3_column_text(rows, i);
                (void)buf_addf(&all, "%s\n", text ? text : "");
            }
        (void)sqlite3_finalize(rows);
        buf_release(&sql);
    }
    (void)sqlite3_finalize(tables);
    (void)sqlite3_close(db);
    struct str text = arena_str(&f->arena, buf_str(&all));
    buf_release(&all);
    return text;
}

static int64_t add_secret(struct fixture *f, const char *id, const char *author, const char *name)
{
    struct record_message m = a_message(id, id, author);
    struct record_decision d = {
        .action = STR("answer"),
        .intents = STR("[\"bins.missed\"]"),
        .why = STR("[{\"rule\":\"bins.missed\",\"words\":[\"" SECRET "\"],\"spans\":[[3,18]]},"
                   "{\"rule\":\"second opinion\",\"words\":[],\"spans\":[]}]"),
        .kb = STR("3f9a"),
    };
    int64_t message;
    m.text = STR("Oh " SECRET " above, and the rest of it, so long that what is written in its "
                 "place in the file doesn't cover all of it");
    m.handle = m.name = str_of(name);
    m.fingerprint = 4711;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &message), 1);
    assert_int_equal(record_add_decision(f->tx, message, &d, NOON), 0);
    return message;
}

static void test_gone(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_secret(f, "900", "7", "lucy_in_the"), id = open_case(f->tx, message),
            waiting = queue_reply(f->tx, message, id, 0, "Report it here"), seq = last_event(f->tx),
            version = int_of(f->tx, "SELECT version AS n FROM handoff_case", 0);
    fixture_commit(f);
    assert_true(holds(everything(f), SECRET) && holds(everything(f), "lucy_in_the"));

    (void)fixture_begin(f);
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("901"), NOON), 0);
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("900"), NOON), 1);
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("900"), NOON), 0);
    assert_str(events_after(f, seq), "reply.dropped 1 1 1 - Its author took the message back\n"
                                     "message.gone 1 1 - - -\n");
    assert_int_equal(waiting, 1);
    assert_str(text_of(f, "SELECT why AS t FROM decision", 0),
               "[{\"rule\":\"bins.missed\",\"words\":[],\"spans\":[]},"
               "{\"rule\":\"second opinion\",\"words\":[],\"spans\":[]}]\n");
    assert_str(text_of(f,
                       "SELECT gone_at || ' ' || expired || ' ' || coalesce(fingerprint, '-') AS t "
                       "FROM message",
                       0),
               "1795000000 0 -\n");
    assert_str(text_of(f, "SELECT state AS t FROM handoff_case", 0), "open\n");
    assert_true(int_of(f->tx, "SELECT version AS n FROM handoff_case", 0) > version);
    fixture_commit(f);
    assert_false(holds(everything(f), "marmalade"));
    assert_false(holds(everything(f), "lucy_in_the"));

    /* nor between the rows, nor in the log */
    assert_int_equal(search_forget(f->db), 0);
    assert_false(file_holds(f, "k.db", "marmalade"));
    assert_false(file_holds(f, "k.db-wal", "marmalade"));

    /* it may be shown again: it is not read again */
    (void)fixture_begin(f);
    struct record_message m = a_message("900", "900", "7"), edit = a_message("901", "900", "7");
    struct record_before before;
    int64_t again;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &again), 0);
    edit.replaces = STR("900");
    assert_int_equal(record_edit_message(f->tx, &f->arena, &edit, NOON, &before), 0);
    assert_int_equal(record_add_message(f->tx, &edit, NOON, &again), 0);
}

/* By the id of an earlier version; who said more than this stays known. */
static void test_gone_in_part(void **state)
{
    struct fixture *f = *state;
    int64_t message = add_secret(f, "900", "7", "lucy_in_the");
    struct record_before before;
    (void)add_message(f->tx, "950", "950", "7"); /* renames them */
    assert_int_equal(add_edit(f, "901", "900", SECRET, NOON, &before), 1);
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("900"), NOON), 1);
    fixture_commit(f);
    assert_false(holds(everything(f), "marmalade"));
    assert_true(holds(everything(f), "elm_close_sam"));
    (void)fixture_begin(f);
    assert_int_equal(message, 1);
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("950"), NOON), 1);
    fixture_commit(f);
    assert_false(holds(everything(f), "elm_close_sam"));
}

static void test_old(void **state)
{
    static const struct {
        const char *note;
        int64_t before_at;
        int max, want;
        const char *left;
    } rows[] = {
        { "nothing is that old", NOON, 10, 0, "900\n901\n902\n903\n" },
        { "but for the open case", NOON + 2, 10, 1, "900\n902\n903\n" },
        { "as many as is asked for", NOON + 10, 1, 1, "900\n903\n" },
        { "the rest", NOON + 10, 10, 1, "900\n" },
        { "and no more", NOON + 10, 10, 0, "900\n" },
    };
    struct fixture *f = *state;
    for (int64_t i = 0; i < 4; i++) {
        static const char *const ids[] = { "900", "901", "902", "903" };
        struct record_message m = a_message(ids[i], ids[i], ids[i]);
        int64_t id;
        m.kind = i == 2 ? RECORD_PRIVATE : RECORD_ADDRESSED;
        assert_int_equal(record_add_message(f->tx, &m, NOON + i, &id), 1);
        if (i == 0)
            (void)open_case(f->tx, id);
    }
    int64_t seq = last_event(f->tx);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_note(record_erase_old(f->tx, rows[i].before_at, NOON + 50, rows[i].max) ==
                        rows[i].want,
                    rows[i].note);
        assert_str_note(
            text_of(f, "SELECT remote_id AS t FROM message WHERE text<>'' ORDER BY id", 0),
            rows[i].left, rows[i].note);
    }
    assert_str(events_after(f, seq), ""); /* nobody looks at them any more */
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM message WHERE expired=1", 0), 3);
}

/* What staff noted about somebody is kept no longer, and nowhere. */
static void test_old_notes(void **state)
{
    static const struct {
        const char *note;
        int64_t before_at;
        int max, want;
        const char *left;
    } rows[] = {
        { "nothing is that old", NOON + 1, 10, 0, "Open\nMarmalade\nAgain\n" },
        { "as many as is asked for", NOON + 9, 1, 1, "Open\nAgain\n" },
        { "but in the open case", NOON + 9, 10, 1, "Open\n" },
    };
    struct fixture *f = *state;
    int64_t sam = add_staff(f->tx, "sam", "Sam Reed", "SR");
    for (int64_t i = 0; i < 2; i++) {
        struct record_message m = a_message(i ? "901" : "900", i ? "901" : "900", i ? "8" : "7");
        int64_t id;
        assert_int_equal(record_add_message(f->tx, &m, NOON + 100, &id), 1);
        (void)open_case(f->tx, id);
    }
    struct case_command c = { 2, 1, sam, NOON };
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    struct note notes[] = {
        { .case_id = 1, .staff_id = sam, .text = STR("Open") },
        { .case_id = 2, .staff_id = sam, .text = STR("Marmalade"), .to = { sam }, .to_count = 1 },
        { .case_id = 2, .staff_id = sam, .text = STR("Again") }
    };
    for (size_t i = 0; i < ARRAY_LEN(notes); i++)
        assert_int_equal(note_add(f->tx, &notes[i], NOON + 1 + (int64_t)i), 0);
    c.version = 2;
    assert_int_equal(case_close(f->tx, &c, STR("done"), STR("")), CASE_DONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_note(record_erase_old(f->tx, rows[i].before_at, NOON + 50, rows[i].max) ==
                        rows[i].want,
                    rows[i].note);
        assert_str_note(text_of(f, "SELECT text AS t FROM note ORDER BY id", 0), rows[i].left,
                        rows[i].note);
    }
    fixture_commit(f);
    assert_false(holds(everything(f), "armalade"));
}

/* ------------------------------------------------------------------------------------------------
 * lists */

static struct str listed(struct fixture *f, const struct str *ids, int count)
{
    struct buf line = BUF_INIT(1000);
    assert_true(count >= 0);
    for (int i = 0; i < count; i++)
        (void)buf_addf(&line, "%s%.*s", i ? " " : "", STR_ARG(ids[i]));
    struct str text = arena_str(&f->arena, buf_str(&line));
    buf_release(&line);
    return text;
}

static void test_unchecked(void **state)
{
    struct fixture *f = *state;
    struct str ids[10];
    for (int64_t i = 0; i < 6; i++) {
        static const char *const names[] = { "900", "901", "902", "903", "904", "905" };
        struct record_message m = a_message(names[i], names[i], "7");
        int64_t id;
        m.kind = i == 1 ? RECORD_PRIVATE : i == 4 ? RECORD_OVERHEARD : RECORD_ADDRESSED;
        m.account = i == 2 ? STR("NorthmoorNews") : m.account;
        assert_int_equal(record_add_message(f->tx, &m, NOON + 10 - i, &id), 1);
    }
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("905"), NOON), 1);
#define LISTED(account, before, max) \
    listed(f, ids, record_list_unchecked(f->tx, STR(account), (before), &f->arena, ids, (int)(max)))
    assert_str(LISTED("NorthmoorHelp", NOON + 20, 10), "904 903 900");
    assert_str(LISTED("NorthmoorHelp", NOON + 20, 2), "904 903");
    assert_str(LISTED("NorthmoorHelp", NOON + 7, 10), "904");
    assert_str(LISTED("NorthmoorNews", NOON + 20, 10), "902");
    assert_int_equal(record_count_kept(f->tx, STR("NorthmoorHelp")), 3);
    assert_int_equal(record_set_checked(f->tx, STR("x"), STR("904"), NOON + 30), 0);
    assert_int_equal(record_set_checked(f->tx, STR("x"), STR("777"), NOON + 30), 0);
    assert_str(LISTED("NorthmoorHelp", NOON + 40, 10), "903 900 904");
}

static void test_threads(void **state)
{
    struct fixture *f = *state;
    struct str ids[10];
#define THREADS(since, max) \
    listed(f, ids, record_list_threads(f->tx, STR("NorthmoorHelp"), (since), &f->arena, ids, (max)))
    int64_t answered = add_message(f->tx, "900", "900", "7"),
            taken = add_message(f->tx, "901", "901", "8"), dm, news;
    (void)add_message(f->tx, "902", "902", "9"); /* nothing was said in it */
    struct record_message m = a_message("dm:1", "dm:1-5", "5"), n = a_message("904", "904", "6"),
                          part = a_message("905", "905", "7");
    m.kind = RECORD_PRIVATE;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &dm), 1);
    n.account = STR("NorthmoorNews");
    assert_int_equal(record_add_message(f->tx, &n, NOON, &news), 1);
    int64_t reply = queue_reply(f->tx, answered, 0, 0, "Here");
    (void)open_case(f->tx, taken);
    (void)open_case(f->tx, dm);
    (void)open_case(f->tx, news);
    assert_str(THREADS(NOON, 10), "901");
    assert_int_equal(record_move_reply(f->tx, reply, REPLY_SENT, STR("950"), STR(""), NOON), 0);
    assert_str(THREADS(NOON, 10), "901 900");
    assert_str(THREADS(NOON, 1), "901");
    assert_str(THREADS(NOON + 1, 10), "");
    part.written_at = NOON - 60; /* in a burst with 900: one conversation of two threads */
    assert_int_equal(record_add_message(f->tx, &part, NOON, &dm), 1);
    assert_str(THREADS(NOON, 10), "905 900 901");
}

static void test_account_of_reply(void **state)
{
    struct fixture *f = *state;
    struct str account;
    int64_t message = add_message(f->tx, "900", "900", "7"),
            reply = queue_reply(f->tx, message, 0, 0, "Here");
    assert_int_equal(record_move_reply(f->tx, reply, REPLY_SENT, STR("950"), STR(""), NOON), 0);
    assert_int_equal(record_account_of_reply(f->tx, &f->arena, STR("950"), &account), 1);
    assert_str(account, "NorthmoorHelp");
    assert_int_equal(record_account_of_reply(f->tx, &f->arena, STR("951"), &account), 0);
}

#define RECORD_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORD_TEST(test_versions),       RECORD_TEST(test_before),
        RECORD_TEST(test_before_read_on), RECORD_TEST(test_gone),
        RECORD_TEST(test_gone_in_part),   RECORD_TEST(test_old),
        RECORD_TEST(test_old_notes),      RECORD_TEST(test_unchecked),
        RECORD_TEST(test_threads),        RECORD_TEST(test_account_of_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
