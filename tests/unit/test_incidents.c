/* Incidents: loaded, in place of answers while they hold, and told of when they are over. */
#include "bot/incidents.h"

#include "tests/unit/kb_with.h"
#include "tests/unit/responder_fixture.h"

/* The fixture's moment is 21:00 on 22 November. */
#define FLOOD(from, until, text)                                                           \
    "{\"id\":\"flood\",\"title\":\"Flooding\",\"intents\":[\"bins.missed\",\"bins.day\"]," \
    "\"from\":\"" from "\",\"until\":\"" until "\",\"text\":\"" text "\","                 \
    "\"tell\":[\"Priya Nair\",\"the contact centre\"]}"
#define LIST(items) "{\"incidents\":[" items "]}"
#define SAID "No rounds today because of the flood, all come on Saturday."
#define NOW LIST(FLOOD("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", SAID))
#define VARIED(variants)                                                                          \
    LIST("{\"id\":\"flood\",\"title\":\"F\",\"text\":\"No rounds today.\",\"variants\":" variants \
         ",\"intents\":[\"bins.missed\"],\"from\":\"2026-11-22T12:00:00Z\","                      \
         "\"until\":\"2026-11-23T12:00:00Z\"}")
#define INCIDENT "error: incidents.json: flood: "

static void test_load(void **state)
{
    static const struct {
        const char *note, *text, *says;
    } rows[] = {
        { "good", NOW, "" },
        { "none", LIST(""), "" },
        { "no list", "{}", "error: incidents.json: \"incidents\" must be a list\n" },
        { "a link", LIST(FLOOD("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", "See {link}")),
          INCIDENT "text: column 5: {link} isn't filled in here, nothing is\n" },
        { "over before it begins",
          LIST(FLOOD("2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z", "Flood.")),
          INCIDENT "\"until\" must be later than \"from\"\n" },
        { "no text", LIST(FLOOD("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", "")),
          INCIDENT "\"text\" is missing or empty\n" },
        { "variants", VARIED("[\"The rounds are off.\",\"Nobody comes today.\"]"), "" },
        { "no variants", VARIED("[]"), "" },
        { "one variant", VARIED("\"The rounds are off.\""),
          INCIDENT "\"variants\" must be a list of texts\n" },
        { "an empty variant", VARIED("[\"The rounds are off.\",\"\"]"),
          INCIDENT "variants[1]: must be a text with something in it\n" },
        { "a variant with a link", VARIED("[\"The rounds are off.\",\"See {link}\"]"),
          INCIDENT "variants[1]: column 5: {link} isn't filled in here, nothing is\n" },
        { "a variant that asks for what is private",
          VARIED("[\"What is your address and phone number?\"]"),
          INCIDENT "variants[0]: asks for an address where everybody can read it: say that it is "
                   "for a direct message, or for the page behind the link\n" },
        { "an intent that isn't there",
          LIST("{\"id\":\"flood\",\"title\":\"F\",\"text\":\"F.\",\"intents\":[\"bins.mist\"],"
               "\"from\":\"2026-11-22T12:00:00Z\",\"until\":\"2026-11-23T12:00:00Z\"}"),
          INCIDENT "intents[0]: no intent \"bins.mist\"\n" },
        { "asks for what is private",
          LIST(FLOOD("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z",
                     "What is your address and phone number?")),
          INCIDENT "text: asks for an address where everybody can read it: say that it is for a "
                   "direct message, or for the page behind the link\n" },
        { "two at one time",
          LIST("{\"id\":\"snow\",\"title\":\"S\",\"text\":\"S.\",\"intents\":[\"bins.day\"],"
               "\"from\":\"2026-11-22T12:00:00Z\",\"until\":\"2026-11-22T12:00:02Z\"}," FLOOD(
                   "2026-11-22T12:00:01Z", "2026-11-23T12:00:00Z", "F.")),
          INCIDENT "holds for bins.day at the same time as snow: one at a time\n" },
        { "one after the other",
          LIST("{\"id\":\"snow\",\"title\":\"S\",\"text\":\"S.\",\"intents\":[\"bins.day\"],"
               "\"from\":\"2026-11-22T12:00:00Z\",\"until\":\"2026-11-22T12:00:01Z\"}," FLOOD(
                   "2026-11-22T12:00:01Z", "2026-11-23T12:00:00Z", "F.")),
          "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_faults(rows[i].note, "incidents.json", rows[i].text, rows[i].says);
}

static void go_live(const char *incidents)
{
    kb_live_swap(&t.live, load_kb_with("incidents.json", incidents), t.live.version + 1);
}

static const char q_answers[] =
    "SELECT d.action || ' ' || d.intents || ' ' || coalesce(json_extract(d.why, '$[0].rule'), '-') "
    "|| ' ' || p.body AS t FROM message m JOIN decision d ON d.message_id=m.id JOIN reply p ON "
    "p.message_id=m.id WHERE m.remote_id=(SELECT max(remote_id) FROM message)";

static void change(const char *sql)
{
    struct tx *tx = fixture_begin(t.f);
    run_sql(tx, sql);
    fixture_commit(t.f);
}

static void test_answers(void **state)
{
    (void)state;
    go_live(NOW);
    take_one(says("900", "sam", "my bin hasn't been emptied"));
    assert_rows(q_answers, "answer [\"bins.missed\"] incident flood " SAID "\n", "one");
    take_one(says("901", "kit", "when is my bin day and my bin hasn't been emptied"));
    assert_rows(q_answers, "answer [\"bins.day\",\"bins.missed\"] incident flood @kit " SAID "\n",
                "both are told once");
    take_one(says("902", "dot", "there's a pothole on our road"));
    assert_rows("SELECT count(*) AS t FROM reply WHERE body LIKE '%potholes'", "1\n", "another");

    /* whatever keeps the intent's own replies back */
    change("INSERT INTO kb_link VALUES('https://council.example/missed-bin', 0, 0, 2, 404, 'gone',"
           " 1)");
    ((struct kb_intent *)kb_intent_named(t.live.kb, STR("bins.missed")))->mode = KB_SHADOW;
    take_one(says("903", "eve", "my bin hasn't been emptied"));
    assert_rows(q_answers, "answer [\"bins.missed\"] incident flood @eve " SAID "\n", "withheld");

    /* what it says is none of what they say, and so doesn't count against it */
    assert_rows("SELECT count(DISTINCT digest) AS t FROM topic_day WHERE topic LIKE 'bins.%'",
                "1\n", "");
    pass_s(86400);
    take_one(says("904", "fay", "my bin hasn't been emptied"));
    assert_rows("SELECT action AS t FROM decision ORDER BY message_id DESC LIMIT 1", "handoff\n",
                "it is over");
}

/* As an intent's replies: what was said isn't said again while there is another way to say it. */
static void test_variants(void **state)
{
    (void)state;
    go_live(VARIED("[\"The rounds are off.\",\"Nobody comes today.\"]"));
    take_one(says("900", "sam", "my bin hasn't been emptied"));
    take_one(says("901", "kit", "my bin hasn't been emptied"));
    take_one(says("902", "dot", "my bin hasn't been emptied"));
    assert_rows("SELECT body AS t FROM reply ORDER BY body",
                "No rounds today.\nNobody comes today.\nThe rounds are off.\n", "each once");

    /* what is said of their help is of all of them, and begins anew with another one */
    assert_rows("SELECT count(DISTINCT digest) AS t FROM topic_day WHERE topic='bins.missed'",
                "1\n", "one incident");
    go_live(VARIED("[\"The rounds are off.\"]"));
    take_one(says("903", "eve", "my bin hasn't been emptied"));
    assert_rows("SELECT count(DISTINCT digest) AS t FROM topic_day WHERE topic='bins.missed'",
                "2\n", "reworded");
}

static void look(int64_t now)
{
    static struct incidents i;
    if (now == 0)
        i = (struct incidents){ 0 };
    else
        incidents_turn(&i, t.f->db, &t.live, now);
}

static const char q_told[] =
    "SELECT item || ' ' || text AS t FROM event WHERE kind='kb.incident_over' ORDER BY seq";

#define OVER                                                                                     \
    "incident/flood \"Flooding\" is over: its intents answer as usual again. To be told: Priya " \
    "Nair, the contact centre.\n"

/* Once, also over a restart; again if it was prolonged. */
static void test_over(void **state)
{
    (void)state;
    int64_t until_at = t.now + 15 * 3600;
    go_live(NOW);
    look(until_at - 1);
    assert_rows(q_told, "", "it holds");
    look(until_at);
    look(until_at + 1);
    assert_rows(q_told, OVER, "over");
    look(0);
    look(until_at + 2);
    assert_rows(q_told, OVER, "a restart");
    go_live(LIST(FLOOD("2026-11-22T12:00:00Z", "2026-11-23T13:00:00Z", SAID)));
    look(until_at + 3);
    assert_rows(q_told, OVER, "prolonged");
    look(until_at + 3600);
    assert_rows(q_told, OVER OVER, "and over again");
    go_live(LIST("{\"id\":\"old\",\"title\":\"S\",\"text\":\"S.\",\"intents\":[\"bins.day\"],"
                 "\"from\":\"2026-01-22T12:00:00Z\",\"until\":\"2026-01-22T12:00:01Z\"}"));
    look(until_at + 3601);
    assert_rows(q_told, OVER OVER, "old news");
}

#define INCIDENT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        INCIDENT_TEST(test_answers),
        INCIDENT_TEST(test_variants),
        INCIDENT_TEST(test_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
