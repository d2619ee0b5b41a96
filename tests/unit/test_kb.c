/* The knowledge base from its files: every kind of fault, with the very line an editor gets. */
#include <sys/stat.h>

#include "kb/kb.h"

#include "base/when.h"
#include "tests/unit/support.h"

static const struct part {
    const char *file, *text;
} good[] = {
    { "terms.json", "{\"terms\":{\"bin\":[\"bin\",\"bins\"],\"missed\":[\"missed\"],"
                    "\"gap\":{\"pcre\":\"(?:[^ ]+ ){0,3}\"}},\"common\":[\"my\",\"the\"]}" },
    { "rules.json",
      "{\"rules\":[{\"id\":\"sensitive.gas\",\"kind\":\"sensitive\",\"reason\":\"emergency\","
      "\"team\":\"duty\",\"on_call\":true,\"holding\":[\"Ring 999. A person reads this {when}.\"],"
      "\"match\":[{\"pcre\":\"gas leak\",\"weight\":90}],\"unless\":[{\"pcre\":\"no gas leak\"}],"
      "\"examples\":{\"yes\":[\"there's a gas leak\"],\"no\":[\"gas bill\"]}},"
      "{\"id\":\"praise\",\"kind\":\"praise\",\"match\":[{\"pcre\":\"thank you\",\"weight\":60}],"
      "\"examples\":{\"yes\":[\"thank you\"]}}]}" },
    { "wording.json",
      "{\"acknowledge\":[\"A person will read it {when}.\"],\"thanks\":[\"Thank you!\"]}" },
    { "thresholds.json",
      "{\"score\":60,\"lead\":15,\"residue\":50,\"residue_words\":7,\"rule\":50}" },
    { "bins.json",
      "{\"intents\":[{\"id\":\"bins.missed\",\"title\":\"Missed bin\",\"department\":\"waste\","
      "\"review_by\":\"2027-03-31\",\"link\":\"https://northmoor.example/missed\","
      "\"replies\":[\"Sorry: {link}\",\"Tell us: {link}\"],"
      "\"match\":[{\"pcre\":\"(?&bin) (?&gap)(?&missed)\",\"weight\":80},"
      "{\"pcre\":\"(?&missed)\",\"weight\":50}],\"unless\":[{\"pcre\":\"missed you\"}],"
      "\"examples\":{\"yes\":[\"my bin was missed\",\"they missed us\"],\"no\":[\"missed you\"]},"
      "\"teach\":[\"they drove past\"]}]}" },
};

static unsigned weigh(struct str text)
{
    return utf8_valid(text) ? (unsigned)utf8_points(text) : UINT32_MAX;
}

static const struct text_rules rules = { .limit = 280, .weight = weigh };

/* Writes the good files, with @from in @file changed to @to; "" writes the whole of @to. */
static void write_kb(const char *dir, const char *file, const char *from, const char *to)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        if (!file || strcmp(file, good[i].file) != 0) {
            write_text(dir, good[i].file, good[i].text);
            continue;
        }
        const char *at = strstr(good[i].text, from);
        struct buf changed = BUF_INIT(1 << 20);
        assert_non_null(at);
        (void)buf_add(&changed, str_cut(str_of(good[i].text), 0, (size_t)(at - good[i].text)));
        (void)buf_addc(&changed, to);
        (void)buf_addc(&changed, *from ? at + strlen(from) : "");
        assert_int_equal(changed.err, 0);
        write_file(dir, file, buf_str(&changed));
        buf_release(&changed);
    }
}

static struct kb *load(const char *dir)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int r = kb_load(dir, &rules, &report, &kb);
    assert_report(&report, "");
    assert_int_equal(r, 0);
    return kb;
}

static void test_good(void **state)
{
    const char *dir = *state;
    write_kb(dir, NULL, NULL, NULL);
    write_text(dir, "README", "not read");
    write_text(dir, ".hidden.json", "not read");
    struct kb *kb = load(dir);
    assert_int_equal(kb->intent_count, 1);
    assert_int_equal(kb->rule_count, 2);
    const struct kb_intent *in = &kb->intent[0];
    assert_str(in->id, "bins.missed");
    assert_str(in->title, "Missed bin");
    assert_str(in->department, "waste");
    assert_str(in->review_by, "2027-03-31");
    assert_str(in->link, "https://northmoor.example/missed");
    assert_str(in->file, "bins.json");
    assert_int_equal(in->replies.count, 2);
    assert_str(in->replies.items[1], "Tell us: {link}");
    assert_int_equal(in->examples.yes.count + in->examples.no.count + in->teach.count, 4);
    const struct kb_rule *gas = &kb->rule[0], *praise = &kb->rule[1];
    assert_int_equal(gas->kind, KB_SENSITIVE);
    assert_str(gas->reason, "emergency");
    assert_str(gas->team, "duty");
    assert_true(gas->on_call);
    assert_int_equal(gas->holding.count, 1);
    assert_int_equal(praise->kind, KB_PRAISE);
    assert_str(praise->reason, "");
    assert_false(praise->on_call);
    assert_int_equal(praise->holding.count, 0);
    assert_near(kb->thresholds.score, 0.6);
    assert_near(kb->thresholds.lead, 0.15);
    assert_near(kb->thresholds.residue, 0.5);
    for (int kind = 0; kind < KB_KINDS; kind++)
        assert_near(kb->thresholds.rule[kind], 0.5);
    assert_near(kb->thresholds.also, 0.65);
    assert_near(kb->thresholds.also_alone, 0.9);
    assert_near(kb->thresholds.second_also, 0.1);
    assert_int_equal(kb->wording.clarify.ask.count, 0);
    assert_int_equal(kb->notice_count, 0);
    assert_ptr_equal(kb->rules, &rules);
    assert_int_equal(kb->thresholds.residue_words, 7);
    assert_str(kb->wording.thanks.items[0], "Thank you!");
    for (unsigned topic = 0; topic < 3; topic++) /* exactly one of the two */
        assert_true(!kb_intent_of(kb, topic) == !!kb_rule_of(kb, topic));
    assert_null(kb_intent_of(kb, 3));
    assert_null(kb_rule_of(kb, 3));
    assert_ptr_equal(kb_intent_of(kb, in->topic), in);
    assert_str(kb_topic_name(kb, gas->topic), "sensitive.gas");
    assert_str(kb_topic_name(kb, in->topic), "bins.missed");
    assert_int_equal(intents_pattern_count(kb->intents), 6);

    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    struct intents_match m;
    assert_int_equal(
        intents_match(kb->intents, scratch, &arena, STR("The bins were all missed"), &m), 0);
    assert_int_equal(m.hit_count, 1);
    assert_int_equal(m.hits[0].topic, in->topic);
    assert_near(m.hits[0].score, 0.9);
    assert_int_equal(m.unexplained, 2);
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    kb = kb_free(kb);
    assert_null(kb_free(NULL));
}

/* Phrases are patterns behind those of "match", and may be all there is. */
static void test_phrases(void **state)
{
    const char *dir = *state;
    write_kb(dir, "bins.json", "\"match\":[",
             "\"phrases\":[\"bin vanished\",\"street party\"],\"owner\":\"Edie Hall\","
             "\"mode\":\"assist\",\"match\":[");
    write_text(dir, "parties.json",
               "{\"intents\":[{\"id\":\"parties\",\"title\":\"Parties\",\"department\":\"x\","
               "\"review_by\":\"2027-03-31\",\"link\":\"https://northmoor.example/p\","
               "\"replies\":[\"Here: {link}\"],\"phrases\":[\"party\"],"
               "\"examples\":{\"yes\":[\"party\"]}}]}");
    struct kb *kb = load(dir);
    const struct kb_intent *in = kb_intent_named(kb, STR("bins.missed"));
    const struct kb_intent *parties = kb_intent_named(kb, STR("parties"));
    static const char *const pcres[] = { "(?&bin) (?&gap)(?&missed)",
                                         "(?&missed)",
                                         "(?&bin) (?&gap)vanished|vanished "
                                         "(?&gap)(?&bin)",
                                         "streets? (?&gap)part(?:y|ies)|part(?:y|ies) "
                                         "(?&gap)streets?",
                                         "missed you",
                                         "part(?:y|ies)" };
    assert_int_equal(in->phrases.count, 2);
    assert_str(in->phrases.items[1], "street party");
    assert_ptr_equal(kb_topic_phrases(kb, in->topic), &in->phrases);
    assert_str(in->owner, "Edie Hall");
    assert_int_equal(in->mode, KB_ASSIST);
    assert_int_equal(parties->mode, KB_AUTOMATIC);
    assert_str(parties->owner, "");
    assert_int_equal(intents_pattern_count(kb->intents), 3 + ARRAY_LEN(pcres));
    for (size_t i = 0, p = 0; i < intents_pattern_count(kb->intents); i++)
        if (kb_intent_of(kb, intents_pattern(kb->intents, i).topic))
            assert_str(intents_pattern(kb->intents, i).pcre, pcres[p++]);
    kb = kb_free(kb);
}

#define IN "error: bins.json: bins.missed: "
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define HUNDRED_TIMES_5 HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define HUNDRED_TIMES_20 HUNDRED_TIMES_5 HUNDRED_TIMES_5 HUNDRED_TIMES_5 HUNDRED_TIMES_5
#define GAS "error: rules.json: sensitive.gas: "

/* What an intent that has nothing but a title is told of, besides. */
#define LACKS(id)                                                                   \
    "error: bins.json: " id ": \"department\" is missing or empty\n"                \
    "error: bins.json: " id ": \"review_by\" is missing or empty\n"                 \
    "error: bins.json: " id ": \"link\" is missing or empty\n"                      \
    "error: bins.json: " id ": \"replies\" must be a list of texts, at least one\n" \
    "error: bins.json: " id ": \"examples\" must be {\"yes\": […], \"no\": […]}\n"

static void test_faults(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *note, *file, *from, *to, *says;
    } rows[] = {
        { "no id", "bins.json", "\"id\":\"bins.missed\",", "",
          "error: bins.json: an intent: \"id\" is missing or empty\n" },
        { "id of another type", "bins.json", "\"id\":\"bins.missed\"", "\"id\":5",
          "error: bins.json: an intent: \"id\" must be a text\n" },
        { "id of another kind", "bins.json", "\"id\":\"bins.missed\"", "\"id\":\"complaint\"",
          "error: bins.json: complaint: \"id\" must not be what lessons call another kind of "
          "message\n" },
        { "empty title", "bins.json", "\"Missed bin\"", "\" \"",
          IN "\"title\" is missing or empty\n" },
        { "department of another type", "bins.json", "\"waste\"", "[]",
          IN "\"department\" must be a text\n" },
        { "no such day", "bins.json", "2027-03-31", "2027-02-29",
          IN "\"review_by\" must be a day like 2027-03-31\n" },
        { "no review", "bins.json", "\"review_by\":\"2027-03-31\",", "",
          IN "\"review_by\" is missing or empty\n" },
        { "plain http", "bins.json", "https://northmoor", "http://northmoor",
          IN "\"link\" must begin with https://\n" },
        { "a link that no browser takes", "bins.json", "/missed", "/" HUNDRED_TIMES_20,
          IN "\"link\" is longer than 2000 bytes\n" },
        { "no link", "bins.json", "\"link\":\"https://northmoor.example/missed\",", "",
          IN "\"link\" is missing or empty\n" },
        { "no replies", "bins.json", "[\"Sorry: {link}\",\"Tell us: {link}\"]", "[]",
          IN "\"replies\" must be a list of texts, at least one\n" },
        { "one reply, no list", "bins.json", "[\"Sorry: {link}\",\"Tell us: {link}\"]",
          "\"Sorry: {link}\"", IN "\"replies\" must be a list of texts, at least one\n" },
        { "a reply that is none", "bins.json", "\"Tell us: {link}\"", "5",
          IN "replies[1]: must be a text with something in it\n" },
        { "a blank reply", "bins.json", "\"Tell us: {link}\"", "\" \"",
          IN "replies[1]: must be a text with something in it\n" },
        { "a reply without a link", "bins.json", "Tell us: {link}", "Tell us",
          IN "replies[1]: has no {link}: say where to go\n" },
        { "another placeholder", "bins.json", "Tell us: {link}", "Tell us, {name}: {link}",
          IN "replies[1]: column 10: {name} isn't filled in here, only {link} is\n" },
        { "an open brace", "bins.json", "Tell us: {link}", "{link} {",
          IN "replies[1]: column 8: { isn't filled in here, only {link} is\n" },
        { "a reply too long", "bins.json", "Tell us: {link}",
          "{link} 3456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
          "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
          "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123",
          IN "replies[1]: 281 characters filled in and with the resident's handle, at most 280 "
             "fit: 1 too many\n" },
        { "no examples", "bins.json",
          "\"examples\":{\"yes\":[\"my bin was missed\",\"they missed us\"],\"no\":[\"missed "
          "you\"]},",
          "", IN "\"examples\" must be {\"yes\": […], \"no\": […]}\n" },
        { "no example that fits", "bins.json",
          "\"yes\":[\"my bin was missed\",\"they missed us\"],", "",
          IN "\"yes\" must be a list of texts, at least one\n" },
        { "unknown member of the examples", "bins.json", "\"no\":[\"missed you\"]",
          "\"maybe\":[\"missed you\"]", IN "unknown member \"maybe\"; known: yes, no\n" },
        { "unknown member", "bins.json", "\"teach\":", "\"teaches\":",
          IN "unknown member \"teaches\"; known: id, title, department, review_by, match, unless, "
             "replies, link, examples, teach, called, phrases, owner, mode\n" },
        { "unknown member of the file", "bins.json", "{\"intents\":", "{\"version\":1,\"intents\":",
          "error: bins.json: unknown member \"version\"; known: intents\n" },
        { "intents are no list", "bins.json", "", "{\"intents\":{}}",
          "error: bins.json: \"intents\" must be a list\n" },
        { "an intent is no object", "bins.json", "", "{\"intents\":[5]}",
          "error: bins.json: everything in \"intents\" must be an object\n" },
        { "match is no list", "bins.json", "\"unless\":[{\"pcre\":\"missed you\"}]",
          "\"unless\":{\"pcre\":\"missed you\"}", IN "\"unless\" must be a list of patterns\n" },
        { "a pattern is no object", "bins.json", "{\"pcre\":\"(?&missed)\",\"weight\":50}",
          "\"(?&missed)\"", IN "match[1]: must be an object with \"pcre\"\n" },
        { "no weight", "bins.json", ",\"weight\":50", "",
          IN "match[1]: \"weight\" must be a whole number from 1 to 100\n" },
        { "weight 0", "bins.json", "\"weight\":50", "\"weight\":0",
          IN "match[1]: \"weight\" must be a whole number from 1 to 100\n" },
        { "weight 101", "bins.json", "\"weight\":50", "\"weight\":101",
          IN "match[1]: \"weight\" must be a whole number from 1 to 100\n" },
        { "half a weight", "bins.json", "\"weight\":50", "\"weight\":0.5",
          IN "match[1]: \"weight\" must be a whole number from 1 to 100\n" },
        { "no pattern", "bins.json", "\"pcre\":\"(?&missed)\",", "",
          IN "match[1]: \"pcre\" must be a text\n" },
        { "weight of an unless", "bins.json", "{\"pcre\":\"missed you\"}",
          "{\"pcre\":\"missed you\",\"weight\":5}",
          IN "unless[0]: unknown member \"weight\"; known: pcre\n" },
        { "broken pattern", "bins.json", "\"pcre\":\"(?&missed)\"", "\"pcre\":\"(?&missed) (\"",
          IN
          "match[1]: column 13: a ( has no ) that ends it (PCRE2: missing closing parenthesis)\n" },
        { "unknown term", "bins.json", "\"pcre\":\"(?&missed)\"", "\"pcre\":\"a (?&mist)\"",
          IN "match[1]: column 3: no term \"mist\" in terms.json\n" },
        { "nothing to find it by", "bins.json",
          "\"match\":[{\"pcre\":\"(?&bin) (?&gap)(?&missed)\",\"weight\":80},"
          "{\"pcre\":\"(?&missed)\",\"weight\":50}],",
          "\"phrases\":[],", IN "must have \"phrases\" or \"match\", with something in it\n" },
        { "phrases that say nothing", "bins.json",
          "\"unless\":", "\"phrases\":[\"bin missed\",\"is it me\",\"\"],\"unless\":",
          IN "phrases[2]: must be a text with something in it\n" },
        { "a phrase that says nothing", "bins.json",
          "\"unless\":", "\"phrases\":[\"bin missed\",\"is it me\"],\"unless\":",
          IN "phrases[1]: says nothing by itself: it needs a word for what it is about\n" },
        { "no such mode", "bins.json", "\"unless\":", "\"mode\":\"auto\",\"unless\":",
          IN "\"mode\" must be shadow, assist or automatic\n" },
        { "an owner of another type", "bins.json",
          "\"unless\":", "\"owner\":1,\"unless\":", IN "\"owner\" must be a text\n" },
        { "an id of another", "bins.json", "\"id\":\"bins.missed\"", "\"id\":\"zzz\"}, {\"id\":5",
          "error: bins.json: zzz: \"title\" is missing or empty\n" LACKS(
              "zzz") "error: bins.json: an intent: \"id\" must be a text\n" },

        { "unknown kind", "rules.json", "\"kind\":\"sensitive\"", "\"kind\":\"rude\"",
          GAS
          "\"kind\" must be one of sensitive, troll, praise, human, complaint, opt_out, opt_in, "
          "chatter\n" },
        { "no kind", "rules.json", "\"kind\":\"sensitive\",", "",
          GAS
          "\"kind\" must be one of sensitive, troll, praise, human, complaint, opt_out, opt_in, "
          "chatter\n" },
        { "sensitive without a reason", "rules.json", "\"reason\":\"emergency\",", "",
          GAS "\"reason\" is missing or empty\n" },
        { "another reason", "rules.json", "\"emergency\"", "\"urgent\"",
          GAS "\"reason\" belongs to sensitive rules and is one of the ten handoff reasons\n" },
        { "a reason that isn't wanted", "rules.json", "\"kind\":\"praise\"",
          "\"kind\":\"praise\",\"reason\":\"legal\"",
          "error: rules.json: praise: \"reason\" belongs to sensitive rules and is one of the ten "
          "handoff reasons\n" },
        { "on_call as a word", "rules.json", "\"on_call\":true", "\"on_call\":\"yes\"",
          GAS "\"on_call\" must be true or false\n" },
        { "a link in a holding reply", "rules.json", "{when}", "{link}",
          GAS "holding[0]: column 31: {link} isn't filled in here, only {when} is\n" },
        { "the id of another rule", "rules.json", "\"id\":\"praise\"", "\"id\":\"sensitive.gas\"",
          GAS "another intent or rule has this id already\n" },
        { "the id of an intent", "rules.json", "\"id\":\"praise\"", "\"id\":\"bins.missed\"",
          "error: rules.json: bins.missed: another intent or rule has this id already\n" },
        { "rules are no list", "rules.json", "", "{}",
          "error: rules.json: \"rules\" must be a list\n" },

        { "no acknowledgement", "wording.json", "[\"A person will read it {when}.\"]", "[]",
          "error: wording.json: \"acknowledge\" must be a list of texts, at least one\n" },
        { "a time where nobody knows one", "wording.json", "\"thanks\"",
          "\"acknowledge_open\":[\"Somebody will be back {when}.\"],\"thanks\"",
          "error: wording.json: acknowledge_open[0]: column 23: {when} isn't filled in here, "
          "nothing "
          "is\n" },
        { "a greeting of nobody", "wording.json", "\"thanks\"",
          "\"greetings\":[\"Hello {handle}.\",\"Hello.\"],\"thanks\"",
          "error: wording.json: greetings[1]: has no {handle}: name the resident\n" },
        { "a placeholder in the thanks", "wording.json", "Thank you!", "Thank you, {name}!",
          "error: wording.json: thanks[0]: column 12: {name} isn't filled in here, nothing is\n" },
        { "thanks that ask in public", "wording.json", "Thank you!", "Thank you! Your name please?",
          "error: wording.json: thanks[0]: asks for a name where everybody can read it: say that "
          "it "
          "is for a direct message, or for the page behind the link\n" },
        { "a footer without an address", "wording.json", "\"thanks\"",
          "\"private_footer\": \"Send STOP.\", \"thanks\"",
          "error: wording.json: private_footer: must have the privacy notice's address, "
          "https://…\n" },
        { "a footer without a way out", "wording.json", "\"thanks\"",
          "\"private_footer\": \"See https://a.example/p\", \"thanks\"",
          "error: wording.json: private_footer: must say how to end automatic replies: send "
          "STOP\n" },
        { "nobody is told that it was heard", "rules.json", "\"kind\":\"praise\"",
          "\"kind\": \"opt_out\"",
          "error: wording.json: \"stopped\" is missing: rules.json has a rule of kind opt_out, and "
          "that it was heard is said once\n" },
        { "nor that it is on again", "rules.json", "\"kind\":\"praise\"", "\"kind\": \"opt_in\"",
          "error: wording.json: \"started\" is missing: rules.json has a rule of kind opt_in, and "
          "that it was heard is said once\n" },
        { "voices that are none", "wording.json", "\"thanks\"", "\"voices\": [], \"thanks\"",
          "error: wording.json: \"voices\" must be an object of voices\n" },
        { "a voice that is none", "wording.json", "\"thanks\"",
          "\"voices\": {\"news\": 5}, \"thanks\"",
          "error: wording.json: voices: news: must be an object of wordings\n" },
        { "a voice with something else", "wording.json", "\"thanks\"",
          "\"voices\": {\"news\": {\"thank\": []}}, \"thanks\"",
          "error: wording.json: voices: news: unknown member \"thank\"; known: acknowledge, "
          "acknowledge_open, greetings, danger, thanks, ask, stopped, started, private_footer\n" },
        { "a voice with a brace too many", "wording.json", "\"thanks\"",
          "\"voices\": {\"news\": {\"thanks\": [\"{when}\"]}}, \"thanks\"",
          "error: wording.json: voices: news: thanks[0]: column 1: {when} isn't filled in here, "
          "nothing is\n" },
        { "unknown wording", "wording.json", "\"thanks\"", "\"thank\"",
          "error: wording.json: unknown member \"thank\"; known: acknowledge, "
          "acknowledge_open, greetings, danger, thanks, clarify, stopped, started, "
          "private_footer, voices\n"
          "error: wording.json: \"thanks\" must be a list of texts, at least one\n" },

        { "over a hundred", "thresholds.json", "\"score\":60", "\"score\":101",
          "error: thresholds.json: \"score\" must be a whole number of hundredths, 0 to 100\n" },
        { "no lead", "thresholds.json", "\"lead\":15,", "",
          "error: thresholds.json: \"lead\" must be a whole number of hundredths, 0 to 100\n" },
        { "words below nought", "thresholds.json", "\"residue_words\":7", "\"residue_words\":-1",
          "error: thresholds.json: \"residue_words\" must be a whole number of words\n" },

        { "a kind of rule that there isn't", "thresholds.json", "\"rule\":50",
          "\"rule\":50,\"rules\":{\"trolls\":60}",
          "error: thresholds.json: rules: unknown member \"trolls\"; known: sensitive, troll, "
          "praise, human, complaint, opt_out, opt_in, chatter\n" },
        { "a kind's score out of range", "thresholds.json", "\"rule\":50",
          "\"rule\":50,\"rules\":{\"troll\":101}",
          "error: thresholds.json: rules: \"troll\" must be a whole number of hundredths, 0 to "
          "100\n" },
        { "kinds are no object", "thresholds.json", "\"rule\":50", "\"rule\":50,\"rules\":50",
          "error: thresholds.json: rules: must be an object of hundredths by kind\n" },

        { "terms are no object", "terms.json", "", "{\"terms\":[],\"common\":[\"a\"]}",
          "error: terms.json: \"terms\" must be an object of word lists\n" IN
          "match[0]: column 1: no term \"bin\" in terms.json\n" IN
          "match[1]: column 1: no term \"missed\" in terms.json\n" },
        { "a term of another type", "terms.json", "[\"missed\"]", "\"missed\"",
          "error: terms.json: \"missed\" must be a list of texts, at least one\n" IN
          "match[0]: column 16: no term \"missed\" in terms.json\n" IN
          "match[1]: column 1: no term \"missed\" in terms.json\n" },
        { "a word that is none", "terms.json", "[\"missed\"]", "[\"missed\",\"Missed\"]",
          "error: terms.json: term \"missed\": \"Missed\": write it in lower case\n" },
        { "a term without a pattern", "terms.json", "{\"pcre\":\"(?:[^ ]+ ){0,3}\"}", "{}",
          "error: terms.json: term \"gap\": must be a list of words or {\"pcre\": \"…\"}\n" IN
          "match[0]: column 9: no term \"gap\" in terms.json\n" },
        { "a term that names none", "terms.json", "[\"missed\"]", "[\"missed\",\"(?&mist) x\"]",
          "error: terms.json: term \"missed\": \"(?&mist) x\" names the term \"mist\", which is "
          "not there\n" },
        { "no common words", "terms.json", "[\"my\",\"the\"]", "[]",
          "error: terms.json: \"common\" must be a list of texts, at least one\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct kb *kb = NULL;
        write_kb(dir, rows[i].file, rows[i].from, rows[i].to);
        assert_note(kb_load(dir, &rules, &report, &kb) == ERR_BADINPUT, rows[i].note);
        assert_null(kb);
        assert_str_note(buf_str(&report.lines), rows[i].says, rows[i].note);
        report_release(&report);
    }
}

/* A question needs a name for every intent, and fits with the longest two. */
static void test_clarify(void **state)
{
    const char *dir = *state;
#define CLARIFY(ask)                                                                      \
    "{\"acknowledge\":[\"Soon.\"],\"thanks\":[\"Thank you!\"],\"clarify\":{\"ask\":[" ask \
    "],\"first\":[\"The 1st\"],\"second\":[\"latter\"],\"neither\":[\"isn't\"]}}"
#define TENS "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
    static const struct {
        const char *note, *called, *wording, *says;
    } rows[] = {
        { "good", "\"called\":\"a missed bin\",", CLARIFY("\"Is it {first} or {second}?\""), "" },
        { "no question, no name", "", "{\"acknowledge\":[\"Soon.\"],\"thanks\":[\"Thank you!\"]}",
          "" },
        { "no name", "", CLARIFY("\"{first} or {second}?\""),
          IN "\"called\" is missing: the question in wording.json names it by that\n" },
        { "a blank name", "\"called\":\" \",", CLARIFY("\"{first} or {second}?\""),
          IN "\"called\" is missing: the question in wording.json names it by that\n" },
        { "a placeholder in a name", "\"called\":\"{first}\",", CLARIFY("\"{first} or {second}?\""),
          IN "called: column 1: {first} isn't filled in here, nothing is\n" },
        { "half a question", "\"called\":\"a bin\",", CLARIFY("\"Is it {first}?\""),
          "error: wording.json: clarify.ask[0]: has no {second}: name what is asked about\n" },
        { "another placeholder", "\"called\":\"a bin\",",
          CLARIFY("\"{first} or {second}?\",\"{first}, {second}: {link}\""),
          "error: wording.json: clarify.ask[1]: column 20: {link} isn't filled in here, only "
          "{first} and {second} is\n" },
        { "too long with these names", "\"called\":\"" TENS TENS TENS "\",",
          CLARIFY("\"" TENS "{first} or {second}?\""),
          "error: wording.json: clarify.ask[0]: 342 characters filled in and with the resident's "
          "handle, at most 280 fit: 62 too many\n" },
        { "no ways to answer", "\"called\":\"a bin\",",
          "{\"acknowledge\":[\"Soon.\"],\"thanks\":[\"Thanks\"],\"clarify\":{\"ask\":[\"{first}, "
          "{second}?\"],\"first\":[]}}",
          "error: wording.json: clarify: \"first\" must be a list of texts, at least one\n" },
        { "an answer of no words", "\"called\":\"a bin\",",
          "{\"acknowledge\":[\"Soon.\"],\"thanks\":[\"Thanks\"],\"clarify\":{\"ask\":[\"{first}, "
          "{second}?\"],\"first\":[\"!\"]}}",
          "error: wording.json: clarify: first[0]: must be a few words\n" },
        { "no object", "\"called\":\"a bin\",",
          "{\"acknowledge\":[\"Soon.\"],\"thanks\":[\"Thanks\"],\"clarify\":[\"{first}?\"]}",
          "error: wording.json: clarify: must be an object of lists: ask, first, second, "
          "neither\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct buf named = BUF_INIT(1000);
        struct kb *kb = NULL;
        (void)buf_addf(&named, "%s\"title\"", rows[i].called);
        write_kb(dir, "bins.json", "\"title\"", buf_cstr(&named));
        write_text(dir, "wording.json", rows[i].wording);
        int r = kb_load(dir, &rules, &report, &kb);
        assert_str_note(buf_str(&report.lines), rows[i].says, rows[i].note);
        assert_note(r == (*rows[i].says ? ERR_BADINPUT : 0), rows[i].note);
        if (i == 0) {
            assert_str(kb->intent[0].called, "a missed bin");
            assert_str(kb->wording.clarify.first.items[0], "the 1st"); /* as messages are read */
            assert_str(kb->wording.clarify.neither.items[0], "is not");
        }
        kb = kb_free(kb);
        buf_release(&named);
        report_release(&report);
    }
}

static void test_rule_thresholds(void **state)
{
    const char *dir = *state;
    write_kb(dir, "thresholds.json", "\"rule\":50",
             "\"rule\":50,\"rules\":{\"sensitive\":40,\"chatter\":65}");
    struct kb *kb = load(dir);
    assert_near(kb->thresholds.rule[KB_SENSITIVE], 0.4);
    assert_near(kb->thresholds.rule[KB_CHATTER], 0.65);
    assert_near(kb->thresholds.rule[KB_TROLL], 0.5);
    kb = kb_free(kb);
}

#define NOTICE "error: notices.json: snow: "

static void test_notices(void **state)
{
    const char *dir = *state;
#define SNOW(from, until, text)                                                     \
    "{\"notices\":[{\"id\":\"snow\",\"intents\":[\"bins.missed\"],\"from\":\"" from \
    "\",\"until\":\"" until "\",\"text\":\"" text "\"}]}"
    static const struct {
        const char *note, *text, *says;
    } rows[] = {
        { "good", SNOW("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", "No rounds today."), "" },
        { "none", "{\"notices\":[]}", "" },
        { "no list", "{}", "error: notices.json: \"notices\" must be a list\n" },
        { "another member", "{\"notices\":[],\"on\":true}",
          "error: notices.json: unknown member \"on\"; known: notices\n" },
        { "no intents",
          "{\"notices\":[{\"id\":\"snow\",\"from\":\"2026-11-22T12:00:00Z\","
          "\"until\":\"2026-11-23T12:00:00Z\",\"text\":\"No rounds.\"}]}",
          NOTICE "\"intents\" must be a list of texts, at least one\n" },
        { "an intent that isn't there",
          "{\"notices\":[{\"id\":\"snow\",\"intents\":[\"bins.missed\",\"bins.mist\"],"
          "\"from\":\"2026-11-22T12:00:00Z\",\"until\":\"2026-11-23T12:00:00Z\","
          "\"text\":\"No rounds.\"}]}",
          NOTICE "intents[1]: no intent \"bins.mist\"\n" },
        { "no time", SNOW("tomorrow", "2026-11-23T12:00:00Z", "No rounds."),
          NOTICE "\"from\" must be a time like 2026-12-21T00:00:00Z\n" },
        { "a day is no time", SNOW("2026-11-22T12:00:00Z", "2026-11-23", "No rounds."),
          NOTICE "\"until\" must be a time like 2026-12-21T00:00:00Z\n" },
        { "over before it begins",
          SNOW("2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z", "No rounds."),
          NOTICE "\"until\" must be later than \"from\"\n" },
        { "a placeholder",
          SNOW("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", "No rounds: {link}"),
          NOTICE "text: column 12: {link} isn't filled in here, nothing is\n" },
        { "no text", SNOW("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", " "),
          NOTICE "\"text\" is missing or empty\n" },
        { "too long with the shortest reply",
          SNOW("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", TENS TENS TENS),
          NOTICE "no reply of bins.missed fits behind it: 297 characters with the shortest and the "
                 "resident's handle, at most 280 fit\n" },
        { "two at one time",
          "{\"notices\":[{\"id\":\"ice\",\"intents\":[\"bins.missed\"],"
          "\"from\":\"2026-11-22T12:00:00Z\",\"until\":\"2026-11-23T12:00:00Z\",\"text\":\"Ice.\"},"
          "{\"id\":\"snow\",\"intents\":[\"bins.missed\"],"
          "\"from\":\"2026-11-23T11:59:59Z\",\"until\":\"2026-11-24T12:00:00Z\",\"text\":\"Snow.\"}"
          "]}",
          NOTICE "holds for bins.missed at the same time as ice: one at a time\n" },
        { "one after the other",
          "{\"notices\":[{\"id\":\"ice\",\"intents\":[\"bins.missed\"],"
          "\"from\":\"2026-11-22T12:00:00Z\",\"until\":\"2026-11-23T12:00:00Z\",\"text\":\"Ice.\"},"
          "{\"id\":\"snow\",\"intents\":[\"bins.missed\"],"
          "\"from\":\"2026-11-23T12:00:00Z\",\"until\":\"2026-11-24T12:00:00Z\",\"text\":\"Snow.\"}"
          "]}",
          "" },
        { "two of one name",
          "{\"notices\":[{\"id\":\"snow\",\"intents\":[\"bins.missed\"],"
          "\"from\":\"2026-11-22T12:00:00Z\",\"until\":\"2026-11-23T12:00:00Z\",\"text\":\"Ice.\"},"
          "{\"id\":\"snow\"}]}",
          NOTICE "another notice has this id already\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct kb *kb = NULL;
        write_kb(dir, NULL, NULL, NULL);
        write_text(dir, "notices.json", rows[i].text);
        int r = kb_load(dir, &rules, &report, &kb);
        assert_str_note(buf_str(&report.lines), rows[i].says, rows[i].note);
        assert_note(r == (*rows[i].says ? ERR_BADINPUT : 0), rows[i].note);
        kb = kb_free(kb);
        report_release(&report);
    }
}

#define CANNED(id, text) "{\"id\":\"" id "\",\"title\":\"Thanks\",\"text\":\"" text "\"}"

static void test_canned(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *note, *text, *says;
    } rows[] = {
        { "good", "{\"canned\":[" CANNED("thanks", "Thank you.") "," CANNED("two", "So.") "]}",
          "" },
        { "none", "{\"canned\":[]}", "" },
        { "no list", "{\"canned\":{}}", "error: canned.json: \"canned\" must be a list\n" },
        { "another member", "{\"canned\":[],\"on\":true}",
          "error: canned.json: unknown member \"on\"; known: canned\n" },
        { "no object", "{\"canned\":[7]}",
          "error: canned.json: a canned reply: must be an object\n" },
        { "no id", "{\"canned\":[{\"title\":\"T\",\"text\":\"So.\"}]}",
          "error: canned.json: a canned reply: \"id\" must be a text, and not empty\n" },
        { "no words", "{\"canned\":[" CANNED("thanks", " ") "]}",
          "error: canned.json: thanks: \"text\" must be a text, and not empty\n" },
        { "twice", "{\"canned\":[" CANNED("thanks", "A.") "," CANNED("thanks", "B.") "]}",
          "error: canned.json: thanks: another canned reply has this id already\n" },
        { "a placeholder", "{\"canned\":[" CANNED("thanks", "Thank you, {name}.") "]}",
          "error: canned.json: thanks: text: nothing is filled in, so no { can stand there\n" },
        { "asks in public", "{\"canned\":[" CANNED("thanks", "What's your address?") "]}",
          "error: canned.json: thanks: text: asks for an address where everybody can read it: say "
          "that it is for a direct message\n" },
        { "no room for initials", "{\"canned\":[" CANNED("thanks", TENS TENS TENS TENS) "]}",
          "error: canned.json: thanks: text: 319 characters, at most 274 fit with the initials "
          "behind it\n" },
    };
    char hash[17] = "";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct kb *kb = NULL;
        write_kb(dir, NULL, NULL, NULL);
        write_text(dir, "canned.json", rows[i].text);
        int r = kb_load(dir, &rules, &report, &kb);
        assert_str_note(buf_str(&report.lines), rows[i].says, rows[i].note);
        assert_note(r == (*rows[i].says ? ERR_BADINPUT : 0), rows[i].note);
        if (i == 0) {
            assert_int_equal(kb->canned_count, 2);
            assert_str(kb->canned[0].id, "thanks");
            assert_str(kb->canned[0].title, "Thanks");
            assert_str(kb->canned[0].text, "Thank you.");
            memcpy(hash, kb->hash, sizeof hash);
        }
        if (i == 1) /* no automatic answer rests on it: the second opinion stays good */
            assert_string_equal(kb->hash, hash);
        kb = kb_free(kb);
        report_release(&report);
    }
}

/* The second opinion is trained anew for what teaches it, and for nothing else. */
static void test_lessons_key(void **state)
{
    static const struct {
        const char *note, *file, *from, *to;
        bool same;
    } rows[] = {
        { "as it was", NULL, NULL, NULL, true },
        { "white space", "bins.json", "\"yes\":[", "\"yes\" : [\n", true },
        { "an escape", "bins.json", "they missed us", "they \\u006dissed us", true },
        { "a reply", "bins.json", "Sorry: {link}", "We are sorry: {link}", true },
        { "a link", "bins.json", "/missed\"", "/missed-bin\"", true },
        { "a title", "bins.json", "Missed bin", "Missed bins", true },
        { "a department", "bins.json", "\"waste\"", "\"streets\"", true },
        { "a review date", "bins.json", "2027-03-31", "2028-03-31", true },
        { "a near miss", "bins.json", "\"no\":[\"missed you\"]", "\"no\":[\"I missed you\"]",
          true },
        { "what is said at once", "rules.json", "Ring 999.", "Please ring 999.", true },
        { "who reads it", "rules.json", "\"duty\"", "\"duty officer\"", true },
        { "wording", "wording.json", "Thank you!", "Thanks!", true },
        { "thresholds", "thresholds.json", "60", "65", true },
        { "a rule's pattern", "rules.json", "\"pcre\":\"gas leak\"", "\"pcre\":\"gas leaks?\"",
          false },
        { "a rule's example", "rules.json", "there's a gas leak", "a gas leak", false },
        { "a rule's reason", "rules.json", "\"emergency\"", "\"legal\"", false },
        { "an id", "bins.json", "bins.missed", "bins.missing", false },
        { "a pattern", "bins.json", "\"weight\":80", "\"weight\":81", false },
        { "what it isn't", "bins.json", "[{\"pcre\":\"missed you\"}]", "[]", false },
        { "an example", "bins.json", "my bin was missed", "our bin was missed", false },
        { "a lesson", "bins.json", "they drove past", "they drove by", false },
        { "a term's word", "terms.json", "\"bins\"", "\"caddy\"", false },
        { "a common word", "terms.json", "\"the\"", "\"a\"", false },
    };
    const char *dir = *state;
    char lessons[17] = "";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        write_kb(dir, rows[i].file, rows[i].from, rows[i].to);
        struct kb *kb = load(dir);
        if (i == 0)
            memcpy(lessons, kb->lessons, sizeof lessons);
        assert_note((strcmp(kb->lessons, lessons) == 0) == rows[i].same, rows[i].note);
        kb = kb_free(kb);
    }
    assert_int_equal(strlen(lessons), 16);
    write_kb(dir, NULL, NULL, NULL);
    assert_int_equal(mkdir(path_in(dir, "teach"), 0755), 0);
    write_text(dir, "teach/sam.json", "{\"teach\":{\"bins.missed\":[\"nobody came\"]}}");
    struct kb *kb = load(dir);
    assert_string_not_equal(kb->lessons, lessons);
    kb = kb_free(kb);
}

/* What the second opinion makes of a text. */
static float chance_of(const struct kb *kb, const char *text, size_t class)
{
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    struct intents_match m;
    float chances[SECOND_CLASSES_MAX];
    assert_int_equal(intents_match(kb->intents, scratch, &arena, str_of(text), &m), 0);
    second_ask(kb->second, &m, chances);
    (void)intents_scratch_free(scratch);
    arena_release(&arena);
    return chances[class];
}

/* A service that nobody answered is in the lessons as nobody's: an editor who adds its intent isn't
 * outvoted by them, and what else is nobody's stays so. */
static void test_new_intent_is_heard(void **state)
{
    const char *dir = *state;
    struct buf teach = BUF_INIT(1 << 20);
    write_kb(dir, NULL, NULL, NULL);
    assert_int_equal(mkdir(path_in(dir, "teach"), 0755), 0);
    (void)buf_addc(&teach, "{\"teach\":{\"unresolved\":[\"who paints the bandstand\"");
    for (int i = 0; i < 300; i++)
        (void)buf_addf(&teach, ",\"%s in street %d\"", i % 2 ? "a bin was missed" : "the bandstand",
                       i);
    (void)buf_addc(&teach, "],\"chatter\":[\"lovely day\"");
    for (int i = 0; i < 300; i++)
        (void)buf_addf(&teach, ",\"lovely day in street %d\"", i);
    (void)buf_addc(&teach, "]}}");
    write_file(dir, "teach/sam.json", buf_str(&teach));
    buf_release(&teach);
    struct kb *kb = load(dir);
    assert_true(kb->intent[0].untaught);
    assert_int_equal(kb_train(kb, NULL), 0);
    assert_true(chance_of(kb, "a bin that was missed", 0) >
                chance_of(kb, "a bin that was missed", 1 + KB_CLASS_UNRESOLVED));
    assert_true(chance_of(kb, "the bandstand", 1 + KB_CLASS_UNRESOLVED) > 0.5F);
    kb = kb_free(kb);
}

/* From its first second to the one before its end, for its intents alone. */
static void test_notice_holds(void **state)
{
    const char *dir = *state;
    write_kb(dir, NULL, NULL, NULL);
    write_text(dir, "notices.json",
               SNOW("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z", "No rounds today."));
    struct kb *kb = load(dir);
    const struct kb_intent other = { .id = STR("other") };
    int64_t from, until;
    assert_true(when_parse(STR("2026-11-22T12:00:00Z"), &from));
    assert_true(when_parse(STR("2026-11-23T12:00:00Z"), &until));
    assert_null(kb_notice_of(kb, &kb->intent[0], from - 1));
    assert_ptr_equal(kb_notice_of(kb, &kb->intent[0], from), &kb->notice[0]);
    assert_ptr_equal(kb_notice_of(kb, &kb->intent[0], until - 1), &kb->notice[0]);
    assert_null(kb_notice_of(kb, &kb->intent[0], until));
    assert_null(kb_notice_of(kb, &other, from));
    kb = kb_free(kb);
}

/* Faults of whole files; the line begins with the path. */
static void test_file_faults(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *file, *text, *says; /* @says behind "error: DIR" */
    } rows[] = {
        { "bins.json", "{\n\"intents\": oops}", "/bins.json:2:12: not JSON from here on\n" },
        { "bins.json", "[]", "/bins.json: must be a JSON object\n" },
        { "bins.json", "", "/bins.json:1:1: nothing there\n" },
        { "bins.json", "{\"intents\":[],\"intents\":[]}",
          "/bins.json: the member \"intents\" stands twice in one object\n" },
        { "terms.json", "{", "/terms.json:1:1: not JSON from here on\n" },
        { "terms.json", "[1]", "/terms.json: must be a JSON object\n" },
        { "rules.json", "[{}]", "/rules.json: must be a JSON object\n" },
        { "wording.json", "5", "/wording.json: must be a JSON object\n" },
        { "thresholds.json", NULL, ": there must be a file thresholds.json\n" },
        { "terms.json", NULL, ": there must be a file terms.json\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct buf want = BUF_INIT(4096);
        struct kb *kb = NULL;
        write_kb(dir, NULL, NULL, NULL);
        if (rows[i].text)
            write_text(dir, rows[i].file, rows[i].text);
        else
            assert_int_equal(remove(path_in(dir, rows[i].file)), 0);
        assert_note(kb_load(dir, &rules, &report, &kb) == ERR_BADINPUT, rows[i].says);
        assert_null(kb);
        (void)buf_addf(&want, "error: %s%s", dir, rows[i].says);
        assert_report(&report, buf_cstr(&want));
        buf_release(&want);
    }
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    assert_int_equal(kb_load(path_in(dir, "none"), &rules, &report, &kb), ERR_BADINPUT);
    assert_reported(&report, "/none: the knowledge base's folder can't be read: No such file", "");
    report_release(&report);
}

/* All faults in one go, also those of other intents and files. */
static void test_all_faults(void **state)
{
    const char *dir = *state;
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    write_kb(dir, "rules.json", "\"kind\":\"praise\"", "\"kind\":\"prayer\"");
    write_text(dir, "bins.json", "{\"intents\":[{\"id\":\"a\"},{\"id\":\"b\",\"title\":\"B\"}]}");
    write_text(dir, "wording.json", "{\"acknowledge\":[\"{when}\"]}");
    assert_int_equal(kb_load(dir, &rules, &report, &kb), ERR_BADINPUT);
    assert_report(
        &report,
        "error: bins.json: a: \"title\" is missing or empty\n" LACKS("a") LACKS(
            "b") "error: rules.json: praise: \"kind\" must be one of sensitive, troll, praise, "
                 "human, complaint, opt_out, opt_in, chatter\n"
                 "error: wording.json: \"thanks\" must be a list of texts, at least one\n");
}

/* Longer than anything that can be weighed, and cut inside a letter: still an error. */
static void test_huge_reply(void **state)
{
    const char *dir = *state;
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    struct buf reply = BUF_INIT(1 << 20);
    (void)buf_addc(&reply, "{link} ");
    while (reply.len < 80000)
        (void)buf_addc(&reply, "\xe2\x82\xac");
    write_kb(dir, "bins.json", "Tell us: {link}", buf_cstr(&reply));
    assert_int_equal(kb_load(dir, &rules, &report, &kb), ERR_BADINPUT);
    assert_report(&report, IN "replies[1]: more than 65536 bytes\n");
    buf_release(&reply);
}

static void test_huge_notice(void **state)
{
    const char *dir = *state;
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    struct buf text = BUF_INIT(1 << 20), notice = BUF_INIT(1 << 20);
    while (text.len < 80000)
        (void)buf_addc(&text, "snow ");
    (void)buf_addf(&notice, SNOW("2026-12-21T00:00:00Z", "2026-12-22T00:00:00Z", "%s"),
                   buf_cstr(&text));
    write_kb(dir, NULL, NULL, NULL);
    write_file(dir, "notices.json", buf_str(&notice));
    assert_int_equal(kb_load(dir, &rules, &report, &kb), ERR_BADINPUT);
    assert_report(&report,
                  "error: notices.json: snow: with a reply of bins.missed, more than 65536 "
                  "bytes\n");
    buf_release(&text);
    buf_release(&notice);
}

static void test_hash(void **state)
{
    const char *dir = *state;
    write_kb(dir, NULL, NULL, NULL);
    struct kb *a = load(dir), *b = load(dir);
    assert_int_equal(strlen(a->hash), 16);
    assert_string_equal(a->hash, b->hash);
    b = kb_free(b);
    write_kb(dir, "bins.json", "Sorry:", "Sorry!");
    b = load(dir);
    assert_string_not_equal(a->hash, b->hash);
    b = kb_free(b);
    write_kb(dir, NULL, NULL, NULL);
    assert_int_equal(rename(path_in(dir, "bins.json"), path_in(dir, "waste.json")), 0);
    b = load(dir);
    assert_string_not_equal(a->hash, b->hash);
    b = kb_free(b);
    a = kb_free(a);
}

/* A file for each writer in a folder of its own. */
static void test_lessons(void **state)
{
    const char *dir = *state;
    write_kb(dir, NULL, NULL, NULL);
    struct kb *kb = load(dir);
    size_t before = kb->lesson_count;
    char hash[sizeof kb->hash];
    (void)memcpy(hash, kb->hash, sizeof hash);
    kb = kb_free(kb);
    assert_int_equal(mkdir(path_in(dir, "teach"), 0700), 0);
    write_text(dir, "teach/one.json", "{\"teach\":{\"bins.missed\":[\"they drove past\"]}}");
    write_text(dir, "teach/two.json", "{\"teach\":{\"legal\":[\"I will see you in court\"]}}");
    kb = load(dir);
    assert_int_equal(kb->lesson_count, before + 2);
    assert_str(kb->lesson[before].text, "they drove past");
    assert_int_equal(kb->lesson[before].class, 0);
    assert_int_equal(kb->lesson[before + 1].class, kb->intent_count + KB_CLASS_LEGAL);
    assert_string_not_equal(kb->hash, hash);
    kb_forget_lessons(kb);
    assert_int_equal(kb->lesson_count, 0);
    kb = kb_free(kb);
    write_text(dir, "teach/two.json", "{\"teach\":{\"bins.mised\":[\"they drove past\"]}}");
    struct report report = REPORT_INIT;
    assert_int_equal(kb_load(dir, &rules, &report, &kb), ERR_BADINPUT);
    assert_report(&report, "error: teach/two.json: \"bins.mised\" is no intent and no reason\n");
}

/* ------------------------------------------------------------------------------------------------
 * kb_check */

static void check(const char *dir, const char *today, int want, const char *says, const char *note)
{
    struct report report = REPORT_INIT;
    int64_t day = 0;
    struct kb *kb = load(dir);
    assert_true(when_parse_day(str_of(today), &day));
    assert_note(kb_check(kb, day, &report) == want, note);
    assert_str_note(buf_str(&report.lines), says, note);
    report_release(&report);
    kb = kb_free(kb);
}

static void test_check(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *note, *file, *from, *to, *says;
    } rows[] = {
        { "an example that isn't matched", "bins.json", "my bin was missed", "my Box wasn't taken",
          IN "examples.yes[0]: \"my Box wasn't taken\" isn't matched, read as \"my box was not "
             "taken\"\n" },
        { "an example that is only hinted at", "bins.json", "\"(?&missed)\",\"weight\":50",
          "\"(?&missed)\",\"weight\":30",
          IN "examples.yes[1]: \"they missed us\" isn't matched, read as \"they missed us\"\n" },
        { "a counter-example that is", "bins.json", "\"no\":[\"missed you\"]",
          "\"no\":[\"miss\",\"MISSED!\"]",
          IN "examples.no[1]: \"MISSED!\" is matched, read as \"missed\"\n" },
        { "a rule's example", "rules.json", "there's a gas leak", "there's no gas leak",
          GAS "examples.yes[0]: \"there's no gas leak\" isn't matched, read as \"there is no gas "
              "leak\"\n" },
        { "a rule's counter-example", "rules.json", "gas bill", "gas leak",
          GAS "examples.no[0]: \"gas leak\" is matched, read as \"gas leak\"\n" },
        { "a term that nobody uses", "terms.json", "\"bin\":", "\"road\":[\"road\"],\"bin\":",
          "error: terms.json: term \"road\": no pattern uses it\n" },
        { "one example under two intents", "bins.json", "\"teach\":[\"they drove past\"]}",
          "\"teach\":[\"they drove past\"]},{\"id\":\"bins.other\",\"title\":\"T\","
          "\"department\":\"waste\",\"review_by\":\"2027-03-31\",\"link\":\"https://a.example/\","
          "\"replies\":[\"{link}\"],\"match\":[{\"pcre\":\"(?&missed)\",\"weight\":50}],"
          "\"examples\":{\"yes\":[\"bin missed\",\"my bin was missed\"]}}",
          IN "examples.yes[0]: is also an example of bins.other\n" },
    };
    write_kb(dir, NULL, NULL, NULL);
    check(dir, "2027-03-31", 0, "", "nothing wrong");
    check(dir, "2027-04-01", 0,
          "warning: bins.json: bins.missed: its review was due on 2027-03-31\n",
          "an overdue review is a warning");
    write_text(dir, "notices.json",
               SNOW("2026-11-22T12:00:00Z", "2026-11-23T00:00:00Z", "No rounds today."));
    check(dir, "2026-11-22", 0, "", "a notice that holds");
    check(dir, "2026-11-23", 0,
          "warning: notices.json: snow: it was over at 2026-11-23T00:00:00Z: take it out\n",
          "a notice that is over");
    assert_int_equal(remove(path_in(dir, "notices.json")), 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        write_kb(dir, rows[i].file, rows[i].from, rows[i].to);
        check(dir, "2026-01-01", ERR_BADINPUT, rows[i].says, rows[i].note);
    }
}

/* What could be better is said once nothing is wrong. */
static void test_check_warnings(void **state)
{
    const char *dir = *state;
    static const struct {
        const char *note, *from, *to, *says;
    } rows[] = {
        { "a pattern that another makes needless", "\"weight\":50}", "\"weight\":70}",
          "warning: bins.json: bins.missed: match: no example needs [0]\n" },
        { "patterns that no example fits", "\"weight\":50}",
          "\"weight\":50},{\"pcre\":\"not taken\",\"weight\":50},"
          "{\"pcre\":\"no sign\",\"weight\":50}",
          "warning: bins.json: bins.missed: match: no example needs [2], [3]; none even fits "
          "[2], [3]\n" },
        { "an end that no text has", "{\"pcre\":\"missed you\"}",
          "{\"pcre\":\"missed you\"},{\"pcre\":\"missed him \"}",
          "warning: bins.json: bins.missed: unless[1]: column 11: can never match: a text has "
          "single spaces, and a match begins and ends with a word\n" },
        { "an end that may be one", "{\"pcre\":\"missed you\"}",
          "{\"pcre\":\"missed (?:him |you)\"}",
          "warning: bins.json: bins.missed: unless[0]: column 19: what may stand last ends in a "
          "space, but a match ends with a word: that part never matches\n" },
        { "a pattern that spends its limit on its own words", "{\"pcre\":\"missed you\"}",
          "{\"pcre\":\"missed you\"},{\"pcre\":\"missed (?:(?:her|her her) )+(?:her )+you\"}",
          "warning: bins.json: bins.missed: unless[1]: slow: its own words again and again spend "
          "the match limit, and such a message goes to a person; fewer or narrower gaps help\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        write_kb(dir, "bins.json", rows[i].from, rows[i].to);
        check(dir, "2026-01-01", 0, rows[i].says, rows[i].note);
    }
}

static void test_check_many(void **state)
{
    const char *dir = *state;
    struct buf text = BUF_INIT(1 << 16);
    (void)buf_addc(&text, "{\"intents\":[");
    for (int i = 0; i < KB_TOLD_APART; i++) /* bins.missed is one more */
        (void)buf_addf(&text,
                       "%s{\"id\":\"a.%d\",\"title\":\"T\",\"department\":\"waste\","
                       "\"review_by\":\"2027-03-31\",\"link\":\"https://a.example/\","
                       "\"replies\":[\"{link}\"],\"match\":[{\"pcre\":\"zq%d\",\"weight\":90}],"
                       "\"examples\":{\"yes\":[\"zq%d\"]}}",
                       i ? "," : "", i, i, i);
    (void)buf_addc(&text, "]}");
    write_kb(dir, NULL, NULL, NULL);
    write_file(dir, "many.json", buf_str(&text));
    check(dir, "2026-01-01", 0,
          "warning: 49 intents: the second opinion tells at most 48 apart, so there is none\n",
          "no second opinion");
    buf_release(&text);
}

static void test_check_spent(void **state)
{
    const char *dir = *state;
    struct buf example = BUF_INIT(1000);
    for (int i = 0; i < 30; i++)
        (void)buf_addc(&example, "aa ");
    (void)buf_addc(&example, "zz never");
    write_kb(dir, "bins.json", "my bin was missed", buf_cstr(&example));
    struct buf text = BUF_INIT(10000);
    (void)buf_addf(&text,
                   "{\"rules\":[{\"id\":\"slow\",\"kind\":\"chatter\",\"match\":[{\"weight\":50,"
                   "\"pcre\":\"(?:(?:aa|a a|aa aa) ?)+(?:aa ?)+never\"}],"
                   "\"examples\":{\"yes\":[\"%s\"]}}]}",
                   buf_cstr(&example));
    write_file(dir, "rules.json", buf_str(&text));
    struct report report = REPORT_INIT;
    struct kb *kb = load(dir);
    assert_int_equal(kb_check(kb, 0, &report), ERR_BADINPUT);
    assert_report(&report, IN "examples.yes[0]: spends the match limit\n"
                              "error: rules.json: slow: examples.yes[0]: spends the match limit\n");
    kb = kb_free(kb);
    buf_release(&example);
    buf_release(&text);
}

/* A voice has what it says otherwise, and the rest as it is said plainly. */
static void test_voices(void **state)
{
    const char *dir = *state;
    write_kb(dir, NULL, NULL, NULL);
    write_text(dir, "wording.json",
               "{\"acknowledge\":[\"{when}\"],\"thanks\":[\"Thank you\"],\"voices\":{"
               "\"news\":{\"thanks\":[\"Cheers\",\"Ta\"]},\"quiet\":{}}}");
    struct kb *kb = load(dir);
    const struct kb_wording *plain = kb_wording_of(kb, STR("")),
                            *news = kb_wording_of(kb, STR("news")),
                            *quiet = kb_wording_of(kb, STR("quiet"));
    assert_ptr_equal(plain, &kb->wording);
    assert_null(kb_wording_of(kb, STR("loud")));
    assert_int_equal(news->thanks.count, 2);
    assert_str(news->thanks.items[0], "Cheers");
    assert_str(news->acknowledge.items[0], "{when}");
    assert_str(quiet->thanks.items[0], "Thank you");
    (void)kb_free(kb);
}

#define kb_test(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        kb_test(test_good),           kb_test(test_phrases),     kb_test(test_faults),
        kb_test(test_file_faults),    kb_test(test_all_faults),  kb_test(test_huge_reply),
        kb_test(test_hash),           kb_test(test_lessons),     kb_test(test_check),
        kb_test(test_huge_notice),    kb_test(test_check_many),  kb_test(test_check_spent),
        kb_test(test_clarify),        kb_test(test_voices),      kb_test(test_rule_thresholds),
        kb_test(test_notices),        kb_test(test_canned),      kb_test(test_notice_holds),
        kb_test(test_check_warnings), kb_test(test_lessons_key), kb_test(test_new_intent_is_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
