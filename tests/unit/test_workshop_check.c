/* What an editor is told of the draft: problems, what phrases became, how texts weigh. */
#include "bot/workshop_private.h"
#include "bot/x/x.h"
#include "kb/draft.h"
#include "kb/version.h"

#include "tests/unit/record_fixture.h"

#define INTENT(more)                                                                             \
    "{\"id\":\"skips.hire\",\"title\":\"Skips\",\"called\":\"a skip\",\"department\":\"waste\"," \
    "\"review_by\":\"2099-12-31\",\"link\":\"https://northmoor.example/skips\"," more "}"
#define REPLIES "\"replies\":[\"Here: {link}\",\"There: {link}\"]"
#define PHRASES "\"phrases\":[\"skip hire\",\"missed skip\"]"
#define EXAMPLES "\"examples\":{\"yes\":[\"I want to hire a skip\"],\"no\":[\"my bin was missed\"]}"

static int setup(void **state)
{
    (void)fixture_setup(state);
    struct fixture *f = *state;
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    struct kb_version v = { .origin = STR("folder"), .by = STR(""), .note = STR("") };
    int64_t id;
    assert_int_equal(kb_files_read(SOURCE_DIR "/tests/data/kb", &report, &files), 0);
    assert_int_equal(kb_version_add(f->tx, &v, files, &id), 0);
    (void)kb_files_free(files);
    fixture_commit(f);
    return 0;
}

static void draft(struct fixture *f, enum kb_item_kind kind, const char *id, const char *body)
{
    struct kb_draft_item d = { .kind = kind,
                               .id = str_of(id),
                               .body = str_of(body),
                               .staff_id = 4,
                               .by = STR("Edie Hall"),
                               .at = NOON };
    struct tx *tx = fixture_begin(f);
    assert_int_equal(kb_draft_save(tx, &d, 0), KB_DRAFT_DONE);
    fixture_commit(f);
}

/* The draft as a knowledge base, or the lines that say why not. */
static struct kb *load_draft(struct fixture *f, struct report *report)
{
    struct kb_files *files = NULL;
    struct kb *kb = NULL;
    int r = kb_draft_files(fixture_begin(f), report, &files);
    if (r == 0)
        r = kb_load_files(files, &x_text_rules, report, &kb);
    assert_true(r == 0 || r == ERR_BADINPUT);
    (void)kb_files_free(files);
    tx_rollback(f->tx);
    f->tx = NULL;
    return kb;
}

static struct kb *load_live(void)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    assert_int_equal(kb_load(SOURCE_DIR "/tests/data/kb", &x_text_rules, &report, &kb), 0);
    return kb;
}

/* The answer as text, or the code of a refusal; in f->arena. */
static struct str ask(struct fixture *f, const char *frame)
{
    struct report report = REPORT_INIT;
    struct workshop_job job = { .db = f->db, .version = 1, .revision = 8, .now = NOON };
    cJSON *question = cJSON_Parse(frame);
    assert_non_null(question);
    job.frame = question;
    job.live = load_live();
    job.draft = load_draft(f, &report);
    job.draft_faults = buf_str(&report.lines);
    job.answer = cJSON_CreateObject();
    assert_int_equal(workshop_check(&job), 0);
    char *text = cJSON_PrintUnformatted(job.answer);
    struct str answer = arena_str(&f->arena, str_of(job.code ? job.code : text));
    cJSON_free(text);
    cJSON_Delete(job.answer);
    cJSON_Delete(question);
    arena_release(&job.arena);
    (void)kb_free(job.live);
    (void)kb_free(job.draft);
    report_release(&report);
    return answer;
}

#define SKIPS "{\"kind\":\"intent\",\"item\":\"skips.hire\"}"

static void test_an_item(void **state)
{
    struct fixture *f = *state;
    draft(f, KB_INTENT, "skips.hire", INTENT(REPLIES "," PHRASES "," EXAMPLES));
    assert_str(ask(f, SKIPS),
               "{\"revision\":8,\"problems\":[],\"phrases\":["
               "{\"phrase\":\"skip hire\",\"pcre\":\"skips? (?&gap)hires?|hires? (?&gap)skips?\","
               "\"weight\":88,\"enough\":true,\"words\":[{\"text\":\"skip\",\"term\":null},{"
               "\"text\":\"hire\",\"term\":"
               "null}]},"
               "{\"phrase\":\"missed skip\",\"pcre\":\"(?&missed) (?&gap)skips?|skips? "
               "(?&gap)(?&missed)\","
               "\"weight\":84,\"enough\":true,\"words\":[{\"text\":\"missed\",\"term\":\"missed\"},"
               "{\"text\":\"skip\","
               "\"term\":null}]}],"
               "\"weights\":["
               "{\"field\":\"replies\",\"index\":0,\"weight\":54,\"limit\":280,\"text\":\"Here: "
               "https://northmoor.example/skips\"},"
               "{\"field\":\"replies\",\"index\":1,\"weight\":55,\"limit\":280,\"text\":\"There: "
               "https://northmoor.example/skips\"}],"
               "\"used_by\":[],\"trained\":false}");
}

/* One word may be said in passing. */
static void test_a_phrase_that_is_not_enough(void **state)
{
    struct fixture *f = *state;
    draft(f, KB_INTENT, "skips.hire",
          INTENT(REPLIES ",\"phrases\":[\"a bin\",\"skip hire\"]," EXAMPLES));
    struct str answer = ask(f, SKIPS);
    assert_non_null(strstr(answer.p, "\"enough\":false"));
    assert_non_null(strstr(answer.p, "\"enough\":true"));
}

/* Each of an incident's wordings is counted, as a resident sees it. */
static void test_an_incident(void **state)
{
    struct fixture *f = *state;
    draft(
        f, KB_INCIDENT, "flood",
        "{\"id\":\"flood\",\"title\":\"Flood\",\"text\":\"No rounds.\",\"variants\":[\"The rounds "
        "are off.\"],\"intents\":[\"bins.missed\"],\"from\":\"2026-11-22T12:00:00Z\",\"until\":"
        "\"2026-11-23T12:00:00Z\"}");
    struct str answer = ask(f, "{\"kind\":\"incident\",\"item\":\"flood\"}");
    assert_str(
        answer,
        "{\"revision\":8,\"problems\":[],\"phrases\":[],\"weights\":["
        "{\"field\":\"text\",\"index\":null,\"weight\":27,\"limit\":280,\"text\":\"No "
        "rounds.\"},"
        "{\"field\":\"variants\",\"index\":0,\"weight\":36,\"limit\":280,\"text\":\"The rounds "
        "are off.\"}],"
        "\"used_by\":[],\"trained\":false}");
}

#define USE(kind, item, title) \
    "{\"kind\":\"" kind "\",\"item\":\"" item "\",\"title\":\"" title "\"}"

static void test_where_a_term_is_used(void **state)
{
    static const struct {
        const char *note, *term, *used_by;
    } rows[] = {
        { "by a pattern, a phrase and a rule", "missed",
          USE("intent", "bins.missed", "Missed bin") "," USE(
              "rule", "complaint", "complaint") "," USE("intent", "skips.hire", "Skips") },
        { "by what rules it out", "day",
          USE("intent", "bins.missed", "Missed bin") "," USE("intent", "bins.day",
                                                             "Collection days") },
        { "by another term", "colour", USE("intent", "bins.missed", "Missed bin") },
        { "nowhere", "unheard", "" },
    };
    struct fixture *f = *state;
    draft(f, KB_INTENT, "skips.hire", INTENT(REPLIES "," PHRASES "," EXAMPLES));
    draft(f, KB_TERM, "colour", "[\"purple\"]");
    draft(f, KB_TERM, "bin", "[\"bin\",\"bins\",\"green bin\",\"recycling\",\"(?&colour) bin\"]");
    draft(f, KB_RULE, "complaint",
          "{\"id\":\"complaint\",\"kind\":\"complaint\",\"match\":[{\"pcre\":\"(?&missed) for the "
          "third time\",\"weight\":80}],\"examples\":{\"yes\":[\"Missed for the third time\"]}}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf frame = BUF_INIT(200), want = BUF_INIT(2000);
        (void)buf_addf(&frame, "{\"kind\":\"term\",\"item\":\"%s\"}", rows[i].term);
        (void)buf_addf(&want, "\"used_by\":[%s],\"trained\"", rows[i].used_by);
        struct str answer = ask(f, buf_cstr(&frame));
        if (!strstr(answer.p, buf_cstr(&want)))
            fail_msg("%s: %s", rows[i].note, answer.p);
        buf_release(&frame);
        buf_release(&want);
    }
}

#define PROBLEM(severity, field, index, column, text, next)                                       \
    "{\"severity\":\"" severity "\",\"kind\":\"intent\",\"item\":\"skips.hire\",\"field\":" field \
    ",\"index\":" index ",\"column\":" column ",\"text\":\"" text "\",\"next\":\"" next "\"}"

static void test_problems(void **state)
{
    static const struct {
        const char *note, *body, *problem;
    } rows[] = {
        { "an example that isn't found",
          INTENT(REPLIES "," PHRASES ",\"examples\":{\"yes\":[\"hiring a big yellow thing\"]}"),
          PROBLEM(
              "error", "\"examples.yes\"", "0", "null",
              "\\\"hiring a big yellow thing\\\" isn't matched, read as \\\"hiring a big yellow "
              "thing\\\"",
              "Add a phrase in words that this example uses, or change the example.") },
        { "a near miss that is found",
          INTENT(REPLIES "," PHRASES ",\"examples\":{\"yes\":[\"skip hire\"],\"no\":[\"I will not "
                         "hire a skip\"]}"),
          PROBLEM(
              "error", "\"examples.no\"", "0", "null",
              "\\\"I will not hire a skip\\\" is matched, read as \\\"i will not hire a skip\\\"",
              "Make the phrase that finds it say more, or move the example to those that it is "
              "about.") },
        { "another's example",
          INTENT(
              REPLIES
              ",\"phrases\":[\"skip hire\"],\"examples\":{\"yes\":[\"skip hire\",\"When is my bin "
              "day?\"]}"),
          PROBLEM(
              "error", "\"examples.yes\"", "1", "null",
              "\\\"When is my bin day?\\\" isn't matched, read as \\\"when is my bin day ?\\\"",
              "Add a phrase in words that this example uses, or change the example.") "," PROBLEM("error",
                                                                                                  "\"examples.yes\"",
                                                                                                  "1",
                                                                                                  "null",
                                                                                                  "is also an example of bins.day",
                                                                                                  "Keep it where it belongs, and put it under what the other must not find.") },
        { "what finds another's example",
          INTENT(REPLIES ",\"phrases\":[\"skip hire\",\"bin day\"]," EXAMPLES),
          PROBLEM("warning", "null", "null", "null",
                  "finds an example of bins.day too: \\\"When is my bin day?\\\"",
                  "Make the phrase that finds it say more, or put such a message under what must "
                  "not be found.") },
        { "a phrase that says nothing",
          INTENT(REPLIES ",\"phrases\":[\"skip\",\"is it\"]," EXAMPLES),
          PROBLEM("error", "\"phrases\"", "1", "null",
                  "says nothing by itself: it needs a word for what it is about",
                  "Add a word for what it is about.") },
        { "a broken pattern",
          INTENT(REPLIES ",\"match\":[{\"pcre\":\"skip (hire\",\"weight\":80}]," EXAMPLES),
          PROBLEM("error", "\"match\"", "0", "11",
                  "a ( has no ) that ends it (PCRE2: missing closing parenthesis)",
                  "Correct it there, or say it as a phrase in plain words instead.") },
        { "a placeholder that isn't there",
          INTENT("\"replies\":[\"Hello {name}: {link}\"]," PHRASES "," EXAMPLES),
          PROBLEM("error", "\"replies\"", "0", "7", "{name} isn't filled in here, only {link} is",
                  "Take it out, or use one that is.") },
        { "a review that is due",
          "{\"id\":\"skips.hire\",\"title\":\"Skips\",\"called\":\"a skip\",\"department\":"
          "\"waste\",\"review_by\":\"2020-12-31\",\"link\":\"https://northmoor.example/"
          "skips\"," REPLIES "," PHRASES "," EXAMPLES "}",
          PROBLEM("warning", "null", "null", "null", "its review was due on 2020-12-31",
                  "Look at it again and choose the next day.") },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        void *each;
        (void)setup(&each);
        struct fixture *f = each;
        draft(f, KB_INTENT, "skips.hire", rows[i].body);
        struct str answer = ask(f, SKIPS);
        struct buf want = BUF_INIT(10000);
        (void)buf_addf(&want, "{\"revision\":8,\"problems\":[%s],", rows[i].problem);
        if (!str_starts(answer, buf_str(&want)))
            fail_msg("%s: %s", rows[i].note, answer.p);
        buf_release(&want);
        (void)fixture_teardown(&each);
    }
    (void)state;
}

/* A slow pattern is told, and blocks nothing. */
static void test_slow(void **state)
{
    struct fixture *f = *state;
    draft(f, KB_INTENT, "skips.hire",
          INTENT(REPLIES ",\"match\":[{\"pcre\":\"skip (?:[a-z]+ )*(?:[a-z]+ )*(?:[a-z]+ "
                         ")*hire\",\"weight\":80}],\"examples\":{\"yes\":[\"skip to hire\"]}"));
    struct str answer = ask(f, SKIPS);
    assert_non_null(strstr(answer.p, "{\"severity\":\"warning\",\"kind\":\"intent\",\"item\":"
                                     "\"skips.hire\",\"field\":\"match\",\"index\":0,\"column\":"
                                     "null,\"text\":\"slow: "));
}

static void test_another_is_wrong(void **state)
{
    struct fixture *f = *state;
    draft(f, KB_INTENT, "bins.missed", "{\"id\":\"bins.missed\"}");
    draft(f, KB_INTENT, "skips.hire", INTENT(REPLIES "," PHRASES "," EXAMPLES));
    struct str answer = ask(f, SKIPS);
    assert_non_null(strstr(
        answer.p, "Something else in the draft is wrong, in bins.missed: what this finds can't be "
                  "tried until that is put right"));
    assert_non_null(strstr(answer.p, "\"pcre\":\"skips? (?&gap)hires?"));
}

/* What nobody changes is told as it is live. */
static void test_other_kinds(void **state)
{
    struct fixture *f = *state;
    struct str answer = ask(f, "{\"kind\":\"rule\",\"item\":\"sensitive.gas\"}");
    assert_non_null(strstr(answer.p, "{\"field\":\"holding\",\"index\":0,\"weight\":112,\"limit\":"
                                     "280,\"text\":\"If you are in danger ring 999. A person is "
                                     "reading this from 10.30pm on Wednesday 30 September.\"}"));
    answer = ask(f, "{\"kind\":\"wording\",\"item\":\"thanks\"}");
    assert_non_null(strstr(answer.p, "{\"field\":\"\",\"index\":0,\"weight\":47,\"limit\":280,"
                                     "\"text\":\"Thank you, we will pass it on.\"}"));
    answer = ask(f, "{\"kind\":\"intent\",\"item\":\"nowhere\"}");
    assert_non_null(strstr(answer.p, "\"problems\":[],\"phrases\":[],\"weights\":[]"));
    draft(f, KB_CANNED, "hi", "{\"id\":\"hi\",\"title\":\"Hi\",\"text\":\"Hello there.\"}");
    answer = ask(f, "{\"kind\":\"canned\",\"item\":\"hi\"}");
    assert_non_null(strstr(answer.p, "{\"field\":\"text\",\"index\":null,\"weight\":18,\"limit\":"
                                     "280,\"text\":\"Hello there.\"}"));
}

static void test_all(void **state)
{
    struct fixture *f = *state;
    draft(f, KB_INTENT, "skips.hire", INTENT(REPLIES "," PHRASES "," EXAMPLES));
    draft(f, KB_TERM, "party", "[\"party\"]");
    struct str answer = ask(f, "{}");
    assert_non_null(strstr(answer.p,
                           "{\"revision\":8,\"problems\":[{\"severity\":\"error\","
                           "\"kind\":\"term\",\"item\":\"party\",\"field\":null,"
                           "\"index\":null,\"column\":null,\"text\":\"no pattern uses it\""));
    assert_non_null(strstr(answer.p, "\"phrases\":[],\"weights\":[]"));
    assert_str(ask(f, "{\"kind\":\"intent\"}"), "bad_frame");
    assert_str(ask(f, "{\"kind\":\"secret\",\"item\":\"x\"}"), "bad_frame");
    assert_str(ask(f, "{\"kind\":1,\"item\":\"x\"}"), "bad_frame");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_incident, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_item, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_phrase_that_is_not_enough, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_where_a_term_is_used, setup, fixture_teardown),
        cmocka_unit_test(test_problems),
        cmocka_unit_test_setup_teardown(test_slow, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_another_is_wrong, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_other_kinds, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_all, setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
