/* Search: what is found and by whom, what people type that is no query, and that of what was erased
 * no byte stays. */
#include "handoff/search.h"

#include "handoff/record_private.h"
#include "handoff/reference.h"
#include "tests/unit/record_fixture.h"

static int setup(void **state)
{
    (void)fixture_setup(state);
    struct fixture *f = *state;
    (void)add_staff(f->tx, "sam", "Sam Reed", "SR");
    return 0;
}

/* Is the index what the record says? */
static int teardown(void **state)
{
    struct fixture *f = *state;
    struct tx *tx = f->tx ? f->tx : fixture_begin(f);
    run_sql(tx, "INSERT INTO search(search, rank) VALUES('integrity-check', 1)");
    return fixture_teardown(state);
}

static const cJSON *in(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

static int64_t add(struct fixture *f, const char *id, const char *handle, const char *text)
{
    struct record_message m = a_message(id, id, handle);
    int64_t message;
    m.handle = str_of(handle);
    m.name = STR("Zoë Brown");
    m.text = str_of(text);
    assert_int_equal(record_add_message(f->tx, &m, NOON, &message), 1);
    return message;
}

static void add_note(struct fixture *f, int64_t case_id, const char *text)
{
    static const char sql[] = "INSERT INTO note(case_id, staff_id, text, at) VALUES(?1, 1, ?2, ?3)";
    struct stmt *q = tx_stmt(f->tx, sql);
    stmt_bind_int64(q, 1, case_id);
    stmt_bind_str(q, 2, str_of(text));
    stmt_bind_int64(q, 3, NOON + 7);
    assert_int_equal(stmt_run(q), 0);
}

static cJSON *page_of(struct fixture *f, const char *text, bool may_private, int64_t before)
{
    struct search search = { str_of(text), STR("NM"), before, may_private };
    cJSON *page = cJSON_CreateObject();
    int r = search_find(f->tx, &search, page);
    if (r < 0)
        fail_msg("\"%s\": %s", text, err_str(r));
    return page;
}

/* "message 3 reply 1 " for what is found, in its order; "+" if there is more. */
static void assert_found(struct fixture *f, const char *text, bool may_private, const char *want)
{
    struct buf got = BUF_INIT(4096);
    cJSON *page = page_of(f, text, may_private, INT64_MAX);
    const cJSON *item;
    cJSON_ArrayForEach(item, in(page, "items"))
    {
        (void)buf_addf(&got, "%s%d ",
                       cJSON_IsNull(in(item, "kind")) ? "case" : in(item, "kind")->valuestring,
                       in(item, "message")->valueint);
    }
    (void)buf_addc(&got, cJSON_IsString(in(page, "next")) ? "+" : "");
    if (strcmp(buf_cstr(&got), want) != 0)
        fail_msg("\"%s\": \"%s\", wanted \"%s\"", text, buf_cstr(&got), want);
    cJSON_Delete(page);
    buf_release(&got);
}

static void test_found(void **state)
{
    static const struct {
        const char *note, *text, *want;
    } rows[] = {
        { "a word", "marmalade", "message1 " },
        { "in any case", "MARMALADE", "message1 " },
        { "the beginning of the last", "marm", "message1 " },
        { "not of another", "marm elm", "" },
        { "all of them", "bin elm", "message3 message1 " },
        { "one is missing", "bin elm giraffe", "" },
        { "without the accent", "cafe", "message2 " },
        { "with it", "CAFÉ", "message2 " },
        { "a reply", "sorry", "reply2 " },
        { "a note", "telephoned", "note2 " },
        { "a name", "zoe brown", "message3 message2 message1 " },
        { "a handle", "@elm_close_sam", "message1 " },
        { "the beginning of one", "@mill_r", "message3 message2 " },
        { "a handle is not what is said", "@marmalade", "" },
        { "of which one word isn't the beginning", "@close", "message1 " },
        { "both", "@mill_road bin", "message3 " },
        { "an emoji alone", "😀", "" },
        { "beside a word", "😀 marmalade", "message1 " },
        { "no words at all", "?! --", "" },
        { "an apostrophe", "wasn't", "message1 " },
    };
    struct fixture *f = *state;
    (void)add(f, "901", "elm_close_sam", "The bin on Elm Close wasn't emptied, marmalade all over");
    int64_t second = add(f, "902", "mill_road", "Is the Café open?");
    (void)add(f, "903", "mill_road", "The bin on Elm Street, too");
    int64_t about = open_case(f->tx, second);
    (void)queue_reply(f->tx, second, about, 1, "We're sorry about that ^SR");
    add_note(f, about, "They telephoned twice");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_found(f, rows[i].text, true, rows[i].want);
}

/* What could be said to FTS5 is words, or nothing; none is an error. */
static void test_hostile(void **state)
{
    static const char *const queries[] = {
        "\"",
        "\"\"",
        "marmalade\"",
        "\" OR \"a",
        "*",
        "a*b*",
        "NEAR(a b)",
        "words:bin",
        "handle:elm",
        "-bin",
        "bin NOT a",
        "^bin",
        "{words}: a",
        "(((",
        "a AND",
        "OR",
        "AND AND",
        "NOT",
        "bin + close",
        "a\nb\tc",
        "\x01\x02\x03",
        "@",
        "@@@",
        "@\"*",
        "';--",
        "%s%n",
        "\xef\xbf\xbf a",
        "a\xcc\x81 b",
        "´`'",
        "👩‍👩‍👧 x",
        "search",
        "rank MATCH",
        "\\\"",
        "c\"ol\":\"x\"",
        "NM-",
        "9999999999999999999",
    };
    struct fixture *f = *state;
    struct buf longest = BUF_INIT(8192);
    (void)add(f, "901", "elm_close_sam", "marmalade");
    for (size_t i = 0; i < ARRAY_LEN(queries); i++)
        cJSON_Delete(page_of(f, queries[i], true, INT64_MAX));
    for (size_t i = 0; i < 2 * SEARCH_POINTS_MAX; i++)
        (void)buf_addc(&longest, i % 2 ? " " : "\"");
    cJSON_Delete(page_of(f, buf_cstr(&longest), true, INT64_MAX));
    buf_release(&longest);
    assert_found(f, "bin NOT marmalade", true, "");
    assert_found(f, "words:marmalade", true, ""); /* no column either */
    assert_found(f, "bin OR marmalade", true, "");
}

static void test_private(void **state)
{
    struct fixture *f = *state;
    struct record_message m = a_message("901", "901", "7");
    int64_t message, in_public;
    m.kind = RECORD_PRIVATE;
    m.text = STR("my harpsichord");
    assert_int_equal(record_add_message(f->tx, &m, NOON, &message), 1);
    int64_t about = open_case(f->tx, message);
    (void)queue_reply(f->tx, message, about, 1, "We tune a harpsichord ^SR");
    add_note(f, about, "the harpsichord again");
    in_public = add(f, "902", "mill_road", "No harpsichord here");
    about = open_case(f->tx, in_public);
    struct record_draft draft = { .message_id = in_public,
                                  .case_id = about,
                                  .staff_id = 1,
                                  .body = STR("Your harpsichord ^SR"),
                                  .is_private = true };
    int64_t reply;
    assert_int_equal(record_queue_reply(f->tx, &draft, NOON, &reply), 0);
    add_note(f, about, "and a harpsichord");
    assert_found(f, "harpsichord", true, "note2 reply2 message2 note1 reply1 message1 ");
    assert_found(f, "harpsichord", false, "note2 message2 ");
    assert_found(f, "@elm_close_sam", false, "");

    char reference[REFERENCE_MAX];
    reference_write(1, reference);
    assert_found(f, reference, true, "case1 ");
    assert_found(f, reference, false, "");
}

/* What is edited is found by its new words, a new name by itself, what is erased not at all. */
static void test_changes(void **state)
{
    struct fixture *f = *state;
    int64_t first = add(f, "901", "elm_close_sam", "a walrus");
    (void)add(f, "902", "elm_close_sam", "a heron");
    struct record_message m = a_message("903", "901", "elm_close_sam");
    struct record_before before;
    m.replaces = STR("901");
    m.text = STR("a pelican");
    m.written_at = NOON;
    assert_int_equal(record_edit_message(f->tx, &f->arena, &m, NOON, &before), 1);
    assert_found(f, "walrus", true, "");
    assert_found(f, "pelican", true, "message1 ");
    m = a_message("904", "904", "elm_close_sam");
    m.handle = STR("oak_avenue");
    m.name = STR("Robin");
    m.text = STR("a stork");
    int64_t third;
    assert_int_equal(record_add_message(f->tx, &m, NOON, &third), 1);
    assert_found(f, "@elm_close_sam", true, "");
    assert_found(f, "robin", true, "message3 message2 message1 ");
    assert_int_equal(record_message_gone(f->tx, STR("x"), STR("903"), NOON), 1);
    assert_found(f, "robin", true, "message3 message2 ");
    assert_found(f, "pelican", true, "");

    int64_t reply = queue_reply(f->tx, 2, 0, 0, "a cormorant");
    assert_found(f, "cormorant", true, "reply2 ");
    assert_int_equal(record_move_reply(f->tx, reply, REPLY_DROPPED, STR(""), STR(""), NOON), 0);
    assert_found(f, "cormorant", true, "");
    run_sql(f->tx, "UPDATE reply SET state='queued', body='a gannet'");
    assert_found(f, "gannet", true, "reply2 ");
    run_sql(f->tx, "DELETE FROM event WHERE reply_id IS NOT NULL");
    run_sql(f->tx, "DELETE FROM reply");
    assert_found(f, "gannet", true, "");
    assert_int_equal(int_of(f->tx, "SELECT count(*) AS n FROM search_doc", 0), 2);
    (void)first;
}

static void test_shape(void **state)
{
    struct fixture *f = *state;
    int64_t message = add(f, "901", "elm_close_sam", "😀 The bin, the bins"), about;
    about = open_case(f->tx, message);
    (void)queue_reply(f->tx, message, about, 1, "Which bin? ^SR");
    (void)queue_reply(f->tx, message, 0, 0, "A bin: https://northmoor.example");
    cJSON *page = page_of(f, "bin", true, INT64_MAX), *item;
    char reference[REFERENCE_MAX];
    assert_int_equal(cJSON_GetArraySize(in(page, "items")), 3);
    item = cJSON_GetArrayItem(in(page, "items"), 2);
    reference_write(about, reference);
    assert_string_equal(in(item, "who")->valuestring, "@elm_close_sam");
    assert_string_equal(in(item, "text")->valuestring, "😀 The bin, the bins");
    assert_string_equal(in(item, "state")->valuestring, "open");
    assert_string_equal(in(item, "reference")->valuestring, reference);
    assert_int_equal(in(item, "case")->valueint, about);
    assert_int_equal(in(item, "at")->valueint, NOON - 60 - 120);
    char *spans = cJSON_PrintUnformatted(in(item, "spans"));
    assert_string_equal(spans, "[[7,10],[16,20]]"); /* an emoji is two units */
    free(spans);
    assert_string_equal(in(cJSON_GetArrayItem(in(page, "items"), 1), "who")->valuestring,
                        "Sam Reed");
    assert_string_equal(in(cJSON_GetArrayItem(in(page, "items"), 0), "who")->valuestring,
                        "@NorthmoorHelp");
    assert_true(cJSON_IsNull(in(page, "next")));
    cJSON_Delete(page);
}

/* What was found lies inside what is shown, however far behind it stands. */
static void test_cut(void **state)
{
    static const struct {
        const char *note;
        size_t before, behind;
        bool marks_within; /* the text holds a mark's byte itself */
    } rows[] = {
        { "at the beginning", 0, 3, false },    { "in a short one", 5, 5, false },
        { "far behind", 400, 300, false },      { "at the very end", 500, 0, false },
        { "just behind the cut", 50, 0, true }, { "with marks", 300, 300, true },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf text = BUF_INIT(1 << 16), marked = BUF_INIT(1 << 16);
        struct buf *const both[] = { &text, &marked };
        for (size_t b = 0; b < 2; b++) {
            for (size_t k = 0; k < rows[i].before; k++)
                (void)buf_addc(both[b], k % 9 == 4                           ? "😀 "
                                        : k % 9 == 3 && rows[i].marks_within ? "é\x02 \x03 "
                                                                             : "ab ");
            (void)buf_addc(both[b], b ? "\x02needle\x03" : "needle");
            for (size_t k = 0; k < rows[i].behind; k++)
                (void)buf_addc(both[b], " cd");
        }
        cJSON *item = cJSON_CreateObject();
        search_cut(buf_str(&text), buf_str(&marked), item);
        struct str shown = json_str(in(item, "text"));
        const cJSON *span = cJSON_GetArrayItem(in(item, "spans"), 0);
        if (!span || utf8_points(shown) > SEARCH_CUT_POINTS)
            fail_msg("%s: %zu characters, no span", rows[i].note, utf8_points(shown));
        const char *needle = memmem(shown.p, shown.len, "needle", 6);
        assert_non_null(needle);
        size_t from = utf16_units(str_cut(shown, 0, (size_t)(needle - shown.p)));
        if ((size_t)cJSON_GetArrayItem(span, 0)->valueint != from ||
            (size_t)cJSON_GetArrayItem(span, 1)->valueint != from + 6)
            fail_msg("%s: from %d, wanted %zu", rows[i].note, cJSON_GetArrayItem(span, 0)->valueint,
                     from);
        cJSON_Delete(item);
        buf_release(&text);
        buf_release(&marked);
    }
}

static void test_pages(void **state)
{
    struct fixture *f = *state;
    char id[16];
    for (int i = 0; i < 70; i++) {
        (void)snprintf(id, sizeof id, "%d", 1000 + i);
        (void)add(f, id, id, "a bin");
    }
    int64_t before = INT64_MAX;
    int last = 71, seen = 0;
    for (int pages = 0; before && pages < 5; pages++) {
        cJSON *page = page_of(f, "bin", true, before);
        const cJSON *item;
        cJSON_ArrayForEach(item, in(page, "items"))
        {
            assert_true(in(item, "message")->valueint < last);
            last = in(item, "message")->valueint;
            seen++;
        }
        if (!str_to_int64(json_str(in(page, "next")), 1, INT64_MAX, &before))
            before = 0;
        (void)snprintf(id, sizeof id, "%d", 2000 + pages);
        (void)add(f, id, id, "a new bin"); /* moves nothing */
        cJSON_Delete(page);
    }
    assert_int_equal(before, 0);
    assert_int_equal(seen, 70);
}

/* The bytes go, too: at once where there is little, by and by where there is much; also words that
 * were indexed, deleted and merged in between. */
static void test_forgotten(void **state)
{
    struct fixture *f = *state;
    struct buf text = BUF_INIT(1 << 16);
    char id[16], word[24];
    for (int i = 0; i < 1500; i++) {
        (void)snprintf(id, sizeof id, "%d", 1000 + i);
        buf_clear(&text);
        for (int k = 0; k < 60; k++)
            (void)buf_addf(&text, "w%xq ", (unsigned)(i * 60 + k) * 2654435761u);
        if (i % 100 == 7)
            (void)buf_addf(&text, "marmalade%dsandwich", i);
        (void)add(f, id, id, buf_cstr(&text));
        if (i % 300 == 299) {
            fixture_commit(f);
            (void)fixture_begin(f);
        }
    }
    fixture_commit(f);
    assert_true(file_holds(f, "k.db", "w9e3779b1q") || file_holds(f, "k.db-wal", "w9e3779b1q"));
    (void)fixture_begin(f);
    for (int i = 7; i < 1500; i += 100) {
        (void)snprintf(id, sizeof id, "%d", 1000 + i);
        assert_int_equal(record_message_gone(f->tx, STR("x"), str_of(id), NOON), 1);
    }
    fixture_commit(f);
    int calls = 0;
    do {
        assert_int_equal(search_forget(f->db), 0);
        (void)fixture_begin(f);
        (void)snprintf(id, sizeof id, "%d", 5000 + calls);
        (void)add(f, id, id, "meanwhile"); /* others write on */
        fixture_commit(f);
        (void)fixture_begin(f);
    } while (++calls < 100 &&
             (int_of(f->tx, "SELECT count(*) AS n FROM search_left", 0) ? (fixture_commit(f), true)
                                                                        : false));
    fixture_commit(f);
    assert_true(calls > 1 && calls < 100);
    for (int i = 7; i < 1500; i += 100) {
        (void)snprintf(word, sizeof word, "%dsandwich", i);
        assert_false(file_holds(f, "k.db", word));
        assert_false(file_holds(f, "k.db-wal", word));
    }
    buf_release(&text);
}

/* What a file of before has is found, and forgotten as well. */
static void test_earlier_version(void **state)
{
    struct fixture f = { .dir = temp_new() };
    (void)state;
    fixture_handle = NULL;
    assert_int_equal(db_open(path_in(f.dir, "k.db"), DB_WRITER, &f.db, NULL), 0);
    assert_int_equal(record_migrate_to(f.db, 5), 0);
    (void)fixture_begin(&f);
    run_sql(f.tx, "INSERT INTO resident(id, network, remote_id, handle, name) VALUES(1, 'x', '7', "
                  "'elm_close_sam', 'Sam')");
    run_sql(f.tx, "INSERT INTO conversation(id, network, remote_id) VALUES(1, 'x', '900')");
    run_sql(f.tx, "INSERT INTO message(id, network, remote_id, resident_id, conversation_id, text, "
                  "may_reply, written_at, received_at) VALUES(1, 'x', '900', 1, 1, 'a walrus', 1, "
                  "100, 300), (2, 'x', '901', 1, 1, 'another walrus', 1, 50, 400)");
    run_sql(f.tx, "INSERT INTO message(id, network, remote_id, resident_id, conversation_id, text, "
                  "may_reply, written_at, received_at, gone_at) VALUES(3, 'x', '902', 1, 1, '', 1, "
                  "100, 300, 500)");
    run_sql(f.tx, "INSERT INTO reply(message_id, body, state, created_at, changed_at) VALUES(1, "
                  "'Our walrus', 'sent', 350, 350)");
    fixture_commit(&f);
    assert_int_equal(record_migrate(f.db), 0);
    (void)fixture_begin(&f);
    assert_found(&f, "walrus", true, "message2 reply1 message1 ");
    assert_found(&f, "@elm", true, "message2 message1 ");
    assert_int_equal(record_message_gone(f.tx, STR("x"), STR("901"), NOON), 1);
    assert_found(&f, "another", true, "");
    run_sql(f.tx, "INSERT INTO search(search, rank) VALUES('integrity-check', 1)");
    fixture_commit(&f);
    assert_int_equal(search_forget(f.db), 0);
    assert_false(file_holds(&f, "k.db", "another"));
    f.db = db_free(f.db);
    f.dir = temp_free(f.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_private, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shape, setup, teardown),
        cmocka_unit_test(test_cut),
        cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forgotten, setup, teardown),
        cmocka_unit_test(test_earlier_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
