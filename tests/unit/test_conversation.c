/* What somebody's words say about the answer that they follow. The rest of bot/conversation.c is
 * tried with the record, in test_responder.c. */
#include "bot/conversation.h"

#include "tests/unit/support.h"

static void test_turns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum turn want;
    } rows[] = {
        { "still not", TURN_UNHELPED },
        { "@NorthmoorHelp Still not!!", TURN_UNHELPED },
        { "still nothing and it's Friday", TURN_UNHELPED },
        { "that didn't help", TURN_UNHELPED },
        { "That link doesn\xe2\x80\x99t work", TURN_UNHELPED },
        { "thanks but it did not help", TURN_UNHELPED },
        { "wow thanks for nothing", TURN_UNHELPED },
        { "Thanks, but it wants an account and I can't make one", TURN_UNHELPED },
        { "ok but where do I find that", TURN_UNHELPED },
        { "book but one", TURN_REFERS },
        { "no", TURN_UNHELPED },
        { "@NorthmoorHelp no.", TURN_UNHELPED },
        { "nope", TURN_UNHELPED },
        { "I've tried that, twice", TURN_UNHELPED },
        { "the form is not loading", TURN_UNHELPED },
        { "no thanks", TURN_NEW },
        { "no parking on our road", TURN_NEW },
        { "distilled notes", TURN_NEW }, /* words, not letters */

        { "thanks, done", TURN_DONE },
        { "@NorthmoorHelp @sam ok will do", TURN_DONE },
        { "all sorted now, cheers", TURN_DONE },
        { "\xf0\x9f\x91\x8d", TURN_DONE },
        { "done?", TURN_NEW },
        { "is it done", TURN_NEW },
        { "thanks to you I missed the bin day", TURN_NEW },
        { "will it now", TURN_NEW },

        { "and the brown one?", TURN_REFERS },
        { "what about Tuesday", TURN_REFERS },
        { "I meant the brown one", TURN_REFERS },
        { "when do they close", TURN_REFERS },
        { "someone", TURN_NEW },
        { "android app", TURN_NEW },

        { "", TURN_NEW },
        { "@NorthmoorHelp", TURN_NEW },
        { "\xf0\x9f\x98\xa1", TURN_NEW },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = ARENA_INIT;
        struct normal normal;
        assert_int_equal(normal_make(&arena, NULL, str_of(rows[i].text), &normal), 0);
        assert_note(conversation_turn(&normal) == rows[i].want, rows[i].text);
        arena_release(&arena);
    }
}

static void test_intents(void **state)
{
    (void)state;
    struct kb_intent intent[] = { { .id = STR("bins.day") }, { .id = STR("roads.pothole") } };
    struct kb kb = { .intent = intent, .intent_count = ARRAY_LEN(intent) };
    static const struct {
        const char *json;
        int first, second; /* -1: none */
    } rows[] = {
        { "[\"roads.pothole\",\"bins.day\"]", 1, 0 },
        { "[\"gone\",\"bins.day\"]", 0, -1 }, /* the knowledge base has changed since */
        { "[\"bins.day\",\"bins.day\",\"roads.pothole\"]", 0, 0 },
        { "[]", -1, -1 },
        { "", -1, -1 },
        { "[1,null,{", -1, -1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct kb_intent *got[2];
        conversation_intents(&kb, str_of(rows[i].json), got, 2);
        assert_note(got[0] == (rows[i].first < 0 ? NULL : &intent[rows[i].first]), rows[i].json);
        assert_note(got[1] == (rows[i].second < 0 ? NULL : &intent[rows[i].second]), rows[i].json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_intents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
