/* Coming and going: who is at the desk, what they leave, and what they post by themselves. */
#include "handoff/shift.h"

#include "handoff/announcement.h"
#include "handoff/presence.h"
#include "tests/unit/desk_fixture.h"

static void note_if_on(const struct staff *s, bool on, void *data)
{
    if (on)
        (void)buf_addf(data, "%" PRId64 " ", s->id);
}

/* Colleagues are shown the same. */
static void assert_shown(struct fixture *f, int64_t now, size_t len, const char *note)
{
    struct buf shown = BUF_INIT(1000);
    assert_int_equal(presence_people(f->tx, now, note_if_on, &shown), 0);
    assert_note(shown.len == len, note);
    buf_release(&shown);
}

static void assert_on(struct fixture *f, int64_t now, const char *want, const char *note)
{
    static const char sql[] =
        "SELECT coalesce(group_concat(staff_id, ' ') || ' ', '') AS t FROM (SELECT staff_id FROM"
        " shift WHERE ended_at IS NULL AND began_at>?1 ORDER BY id)";
    struct str on = text_of(f, sql, now - SHIFT_MAX_S);
    on.len--; /* the end of the line */
    assert_str_note(on, want, note);
    assert_shown(f, now, on.len, note);
    assert_int_equal(shift_anybody_on(f->tx, now), on.len > 0);
}

static void test_shifts(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(shift_ever_used(f->tx), 0);
    assert_on(f, NOON, "", "nobody yet");
    assert_int_equal(shift_begin(f->tx, KIT, NOON), 1);
    assert_int_equal(shift_begin(f->tx, SAM, NOON + 1), 1);
    assert_int_equal(shift_begin(f->tx, KIT, NOON + 2), 0);
    assert_on(f, NOON + 2, "2 1 ", "in the order they came");
    assert_int_equal(shift_end(f->tx, KIT, NOON + 3), 1);
    assert_int_equal(shift_end(f->tx, KIT, NOON + 4), 0);
    assert_on(f, NOON + 4, "1 ", "Kit has left");
    assert_on(f, NOON + SHIFT_MAX_S, "1 ", "a long day");
    assert_on(f, NOON + 1 + SHIFT_MAX_S, "", "Sam forgot");
    assert_int_equal(shift_begin(f->tx, SAM, NOON + 86400), 1);
    assert_on(f, NOON + 86400, "1 ", "Sam is back");
    assert_str(text_of(f,
                       "SELECT staff_id || ' ' || (began_at-1795000000) || ' ' ||"
                       " coalesce(ended_at-1795000000, '-') AS t FROM shift ORDER BY id",
                       0),
               "2 0 3\n1 1 57601\n1 86400 -\n");
    assert_str(events_after(f, 0), "staff.on - - - 2 -\nstaff.on - - - 1 -\nstaff.off - - - 2 -\n"
                                   "staff.on - - - 1 -\n");
    assert_int_equal(staff_remove(f->tx, STR("sam"), NOON + 86401), 1);
    assert_on(f, NOON + 86401, "", "Sam works here no more");
    assert_int_equal(shift_ever_used(f->tx), 1);
}

static const char q_posts[] =
    "SELECT account || ' ' || staff_id || ' ' || state || ': ' || body AS t FROM announcement";

static void test_commands(void **state)
{
    static const struct {
        const char *note, *role, *frame, *answer, *posts;
        bool on;
    } rows[] = {
        { "on", "agent", "{'type':'sign_on','id':'c1','account':'NorthmoorHelp'}", "ok", "", true },
        { "on, without an account", "trainee", "{'type':'sign_on','id':'c1','post':null}", "ok", "",
          true },
        { "an empty post is none", "agent",
          "{'type':'sign_on','id':'c1','account':'NorthmoorHelp','post':' '}", "ok", "", true },
        { "with a post", "agent",
          "{'type':'sign_on','id':'c1','account':'NorthmoorNews','post':' Good morning! '}", "ok",
          "NorthmoorNews 1 queued: Good morning! ^SR\n", true },
        { "as long as it may be", "agent",
          "{'type':'sign_on','id':'c1','account':'NorthmoorNews','post':"
          "'12345678901234567890123456789012345678901234567890123456'}",
          "ok",
          "NorthmoorNews 1 queued: 12345678901234567890123456789012345678901234567890123456 ^SR\n",
          true },
        { "one longer", "agent",
          "{'type':'sign_on','id':'c1','account':'NorthmoorNews','post':"
          "'123456789012345678901234567890123456789012345678901234567'}",
          "refused too_long: The post is 61 characters with your initials, and 60 is the most. "
          "Please shorten it by 1.",
          "", false },
        { "nobody's account", "agent",
          "{'type':'sign_on','id':'c1','account':'northmoor','post':'Good morning'}",
          "refused bad_frame: From which account? \"account\" must be one of ours.", "", false },
        { "no account", "agent", "{'type':'sign_on','id':'c1','post':'Good morning'}",
          "refused bad_frame: From which account? \"account\" must be one of ours.", "", false },
        { "what nobody should answer in public", "agent",
          "{'type':'sign_on','id':'c1','account':'NorthmoorNews','post':'What is your address?'}",
          "refused in_public: The post asks for an address where everybody can read the answers. "
          "Please say it without.",
          "", false },
        { "a trainee's post", "trainee",
          "{'type':'sign_on','id':'c1','account':'NorthmoorNews','post':'Good morning'}",
          "refused not_allowed: What you write needs an approval, so you can't post by yourself.",
          "", false },
        { "an editor", "editor", "{'type':'sign_on','id':'c1'}",
          "refused not_allowed: Your role may not do that.", "", false },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(tx_savepoint(f->tx), 0);
        struct str answer = desk_run(f, SAM, rows[i].role, rows[i].frame);
        assert_str_note(answer, rows[i].answer, rows[i].note);
        assert_str_note(text_of(f, q_posts, 0), rows[i].posts, rows[i].note);
        assert_on(f, NOON + 5, rows[i].on ? "1 " : "", rows[i].note);
        assert_int_equal(tx_savepoint_undo(f->tx), 0);
    }
}

/* Who leaves gives back what they have, in the same breath; a post that isn't taken leaves all as
 * it was. */
static void test_leaving(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        const char *const ids[] = { "901", "902", "903" };
        struct case_command claim = { open_case(f->tx, add_message(f->tx, ids[i], ids[i], "7")), 1,
                                      i < 2 ? SAM : KIT, NOON };
        assert_int_equal(case_claim(f->tx, &claim), CASE_DONE);
    }
    assert_str(desk_run(f, SAM, "agent", "{'type':'sign_on','id':'c1'}"), "ok");
    assert_true(
        holds(desk_run(f, SAM, "agent", "{'type':'sign_off','id':'c2','account':'x','post':'Bye'}"),
              "refused bad_frame"));
    assert_on(f, NOON + 5, "1 ", "still there");
    int64_t seq = last_event(f->tx);
    assert_str(desk_run(f, SAM, "agent",
                        "{'type':'sign_off','id':'c3','account':'NorthmoorHelp','post':'Bye'}"),
               "ok");
    assert_on(f, NOON + 5, "", "gone");
    assert_str(events_after(f, seq),
               "post.queued - - - 1 @NorthmoorHelp: this waits to be posted: Bye ^SR\n"
               "staff.off - - - 1 -\ncase.released 1 - - 1 -\ncase.released 2 - - 1 -\n");
    assert_str(text_of(f, "SELECT id || ' ' || state AS t FROM handoff_case ORDER BY id", 0),
               "1 open\n2 open\n3 claimed\n");
    seq = last_event(f->tx);
    assert_str(desk_run(f, SAM, "agent",
                        "{'type':'sign_off','id':'c3','account':'NorthmoorHelp','post':'Bye'}"),
               "ok"); /* the connection was lost: once is enough */
    assert_int_equal(last_event(f->tx), seq);
    assert_str(desk_run(f, SAM, "agent",
                        "{'type':'sign_off','id':'c4','account':'NorthmoorHelp','post':'Bye'}"),
               "refused repeated: You have posted just that within the last day, and the network "
               "refuses repetitions. Please say it in other words.");
}

#define SHIFT_TEST(test) cmocka_unit_test_setup_teardown(test, desk_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIFT_TEST(test_shifts),
        SHIFT_TEST(test_commands),
        SHIFT_TEST(test_leaving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
