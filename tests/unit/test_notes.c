/* Notes, whom they name, and what else belongs to a whole case. */
#include "handoff/note.h"

#include "handoff/reference.h"
#include "handoff/view.h"
#include "tests/unit/record_fixture.h"

static int address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://net.example/%.*s/%.*s", STR_ARG(handle), STR_ARG(remote_id));
}

static const struct text_rules rules = { .limit = 280, .address = address };

static const struct staff sam = { .id = 1, .role = { "agent", 5 } },
                          kit = { .id = 2, .role = { "agent", 5 } },
                          tom = { .id = 3, .role = { "trainee", 7 } };

/* Cases 1 to 3 of one resident, the second by direct message, and 4 of another. */
static int setup(void **state)
{
    (void)fixture_setup(state);
    struct fixture *f = *state;
    (void)add_staff(f->tx, "sam", "Sam Reed", "SR");
    (void)add_staff(f->tx, "kit", "Kit \"K\" Orr", "KO");
    (void)add_staff(f->tx, "tom", "Tom Bell", "TB");
    (void)open_case(f->tx, add_message(f->tx, "900", "900", "7"));
    struct record_message dm = a_message("dm:1", "dm:7-8", "7");
    int64_t message;
    dm.kind = RECORD_PRIVATE;
    dm.text = STR("Nobody else's business");
    struct case_command c = { 1, 1, 1, NOON }; /* closed: a direct message joins an open one */
    assert_int_equal(case_claim(f->tx, &c), CASE_DONE);
    c.version = 2;
    assert_int_equal(case_close(f->tx, &c, STR("praise"), STR("Waste")), CASE_DONE);
    assert_int_equal(record_add_message(f->tx, &dm, NOON, &message), 1);
    assert_int_equal(open_case(f->tx, message), 2);
    assert_int_equal(open_case(f->tx, add_message(f->tx, "903", "903", "7")), 3);
    assert_int_equal(open_case(f->tx, add_message(f->tx, "904", "904", "8")), 4);
    return 0;
}

/* The member @name of a whole case, as text with ' for ". */
static struct str whole(struct fixture *f, int64_t case_id, const struct staff *staff,
                        const char *name)
{
    cJSON *frame;
    struct buf text = BUF_INIT(1 << 20);
    assert_int_equal(view_whole_case(f->tx, case_id, &rules, staff, &frame), 1);
    assert_int_equal(json_add_tree(&text, cJSON_GetObjectItemCaseSensitive(frame, name)), 0);
    cJSON_Delete(frame);
    for (size_t i = 0; i < text.len; i++)
        text.p[i] = text.p[i] == '"' ? '\'' : text.p[i];
    struct str copy = arena_str(&f->arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

static struct str mentions(struct fixture *f, const struct staff *staff)
{
    cJSON *frame;
    struct buf text = BUF_INIT(1 << 20);
    assert_int_equal(view_snapshot(f->tx, staff, &frame), 0);
    assert_int_equal(json_add_tree(&text, cJSON_GetObjectItemCaseSensitive(frame, "mentions")), 0);
    cJSON_Delete(frame);
    struct str copy = arena_str(&f->arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

static void note(struct fixture *f, int64_t case_id, int64_t by, const char *text, int64_t to,
                 int64_t to_another)
{
    struct note n = { .case_id = case_id, .staff_id = by, .text = str_of(text) };
    if (to)
        n.to[n.to_count++] = to;
    if (to_another)
        n.to[n.to_count++] = to_another;
    assert_int_equal(note_add(f->tx, &n, NOON + 9), 0);
}

static void test_notes(void **state)
{
    struct fixture *f = *state;
    int64_t seq = last_event(f->tx);
    note(f, 1, 1, "Elm Close again", 0, 0);
    note(f, 1, 2, "Asked the depot", 1, 3);
    note(f, 3, 1, "Another case's", 2, 0);
    assert_str(text_of(f,
                       "SELECT kind || ' ' || case_id || ' ' || staff_id || ' ' ||"
                       " coalesce(concerns, '-') AS t FROM event WHERE seq>?1",
                       seq),
               "case.noted 1 1 -\ncase.noted 1 2 [1,3]\ncase.noted 3 1 [2]\n");
    assert_str(whole(f, 1, &kit, "notes"),
               "[{'id':1,'by':{'id':1,'name':'Sam Reed','initials':'SR'},'text':'Elm Close again',"
               "'at':1795000009,'to':[]},"
               "{'id':2,'by':{'id':2,'name':'Kit \\'K\\' Orr','initials':'KO'},'text':'Asked the "
               "depot','at':1795000009,'to':[{'id':1,'name':'Sam Reed','initials':'SR'},"
               "{'id':3,'name':'Tom Bell','initials':'TB'}]}]");
    assert_str(whole(f, 4, &kit, "notes"), "[]");
}

/* The newest two hundred. */
static void test_many(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 203; i++)
        note(f, 1, 1, "Again", 0, 0);
    struct str notes = whole(f, 1, &sam, "notes");
    assert_true(str_starts(notes, STR("[{'id':4,")));
    assert_true(holds(notes, "{'id':203,"));
}

static void test_mentions(void **state)
{
    struct fixture *f = *state;
    assert_str(mentions(f, &sam), "[]");
    note(f, 3, 2, "Look, Sam", 1, 3);
    note(f, 3, 2, "Look again, Sam", 1, 0);
    note(f, 1, 2, "And here", 1, 0);
    note(f, 2, 2, "And at this", 1, 3);
    assert_str(mentions(f, &sam), "[1,2,3]");
    assert_str(mentions(f, &kit), "[]");
    assert_str(mentions(f, &tom), "[3]"); /* of direct messages they see nothing */
    assert_int_equal(note_see(f->tx, 3, 1, NOON + 10), 0);
    assert_str(mentions(f, &sam), "[1,2]");
    assert_str(mentions(f, &tom), "[3]");
    note(f, 3, 2, "Once more", 1, 0);
    assert_str(mentions(f, &sam), "[1,2,3]");
    assert_int_equal(note_see(f->tx, 99, 1, NOON + 10), 0);
}

static void put_to(int64_t seq, const cJSON *frame, bool is_private, void *data)
{
    (void)seq, (void)is_private;
    const cJSON *to = cJSON_GetObjectItemCaseSensitive(frame, "to");
    assert_int_equal(to ? json_add_tree(data, to) : buf_addc(data, "none"), 0);
}

/* Whom an event concerns. */
static void test_events(void **state)
{
    struct fixture *f = *state;
    int64_t seq = last_event(f->tx);
    note(f, 1, 2, "Look, Sam", 1, 3);
    note(f, 1, 2, "To nobody", 0, 0);
    struct buf text = BUF_INIT(1000);
    for (int i = 0; i < 2; i++) {
        buf_clear(&text);
        assert_int_equal(view_events(f->tx, seq + i, 1, put_to, &text), 1);
        assert_str(buf_str(&text), i ? "none" : "[1,3]");
    }
    buf_release(&text);
}

static void test_earlier(void **state)
{
    struct fixture *f = *state;
    char one[REFERENCE_MAX], two[REFERENCE_MAX], three[REFERENCE_MAX];
    struct buf want = BUF_INIT(1000);
    reference_write(1, one);
    reference_write(2, two);
    reference_write(3, three);
    (void)buf_addf(&want,
                   "[{'id':2,'reference':'%s','reason':'unresolved','state':'open','outcome':null,"
                   "'opened_at':1795000000,'summary':'Nobody else's business'},"
                   "{'id':1,'reference':'%s','reason':'unresolved','state':'closed','outcome':"
                   "'praise','opened_at':1795000000,'summary':'My bin wasn't emptied'}]",
                   two, one);
    assert_str(whole(f, 3, &sam, "earlier"), buf_cstr(&want));
    buf_clear(&want);
    (void)buf_addf(&want,
                   "[{'id':3,'reference':'%s','reason':'unresolved','state':'open','outcome':null,"
                   "'opened_at':1795000000,'summary':'My bin wasn't emptied'}]",
                   three);
    assert_str(whole(f, 1, &tom, "earlier"), buf_cstr(&want));
    assert_str(whole(f, 4, &sam, "earlier"), "[]");
    buf_release(&want);
}

#define NOTES_TEST(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NOTES_TEST(test_notes),  NOTES_TEST(test_many),    NOTES_TEST(test_mentions),
        NOTES_TEST(test_events), NOTES_TEST(test_earlier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
