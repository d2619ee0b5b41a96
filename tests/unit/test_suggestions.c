/* Of which of a case's messages suggestions are made. */
#include "handoff/suggestions.h"

#include "tests/unit/support.h"

/* What was asked about, each in brackets; something is known about rubbish. */
static int suggest(void *data, struct str account, struct str text, int64_t now, cJSON *ret_list)
{
    (void)buf_addf(data, "[%.*s %.*s]", STR_ARG(account), STR_ARG(text));
    assert_int_equal(now, 700);
    if (memmem(text.p, text.len, "rubbish", 7))
        (void)cJSON_AddItemToArray(ret_list, cJSON_CreateObject());
    return 0;
}

static int suggest_two(void *data, struct str account, struct str text, int64_t now,
                       cJSON *ret_list)
{
    static const char *const intents[] = { "bins.missed", "other" };
    (void)data, (void)account, (void)text, (void)now;
    for (size_t i = 0; i < ARRAY_LEN(intents); i++) {
        cJSON *one = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(one, "intent", intents[i]);
        (void)cJSON_AddItemToArray(ret_list, one);
    }
    return 0;
}

/* The frame, with " for \', in @text. */
static cJSON *parse(struct buf *text, const char *head, const char *messages)
{
    struct buf filled = BUF_INIT(4096);
    cJSON *tree = NULL;
    struct str rest = str_of(head);
    size_t at = (size_t)(strstr(head, "%s") - head);
    (void)buf_addf(&filled, "%.*s%s%.*s", STR_ARG(str_cut(rest, 0, at)), messages,
                   STR_ARG(str_cut(rest, at + 2, rest.len)));
    for (size_t i = 0; i < filled.len; i++)
        (void)buf_add_byte(text, (char)(filled.p[i] == '\'' ? '"' : filled.p[i]));
    buf_release(&filled);
    assert_int_equal(json_parse(buf_str(text), &tree, NULL), 0);
    return tree;
}

#define WHOLE(sensitive, messages)                                                          \
    "{'case':{'sensitive':" sensitive ",'resident':{'handle':'sam'}},'messages':[" messages \
    "],'suggestions':[]}"
#define SAID(at, text) \
    "{'handle':'sam','account':'a','gone_at':null,'written_at':" at ",'text':" text "}"

static void test_rows(void **state)
{
    static const struct {
        const char *note, *whole, *asked;
        int count;
    } rows[] = {
        { "the newest", WHOLE("false", SAID("1", "'rubbish 1'") "," SAID("900", "'rubbish 2'")),
          "[a rubbish 2]", 1 },
        { "a burst is one", WHOLE("false", SAID("900", "'my bin'") "," SAID("930", "'is rubbish'")),
          "[a my bin\nis rubbish]", 1 },
        { "an older one if nothing is known of the newest",
          WHOLE("false", SAID("1", "'rubbish'") "," SAID("900", "'and?'")), "[a and?][a rubbish]",
          1 },
        { "none of all",
          WHOLE("false", SAID("1", "'a'") "," SAID("200", "'b'") "," SAID("400", "'c'") "," SAID(
                             "600", "'d'")),
          "[a d][a c][a b]", 0 },
        { "nothing for the sensitive", WHOLE("true", SAID("1", "'rubbish'")), "", 0 },
        { "others' don't count",
          WHOLE("false", SAID("1", "'rubbish'") ",{'handle':'eve','account':'a','gone_at':null,"
                                                "'written_at':900,'text':'rubbish too'}"),
          "[a rubbish]", 1 },
        { "what is gone doesn't",
          WHOLE("false", "{'handle':'sam','account':'a','gone_at':5,'written_at':1,'text':''}"), "",
          0 },
        { "nor what may not be seen", WHOLE("false", SAID("1", "null")), "", 0 },
        { "no messages", WHOLE("false", ""), "", 0 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf asked = BUF_INIT(4096), text = BUF_INIT(4096);
        const struct desk desk = { .suggest = suggest, .data = &asked }, silent = { .undo_s = 5 };
        cJSON *whole;
        for (const char *p = rows[i].whole; *p; p++)
            (void)buf_add_byte(&text, (char)(*p == '\'' ? '"' : *p));
        assert_int_equal(json_parse(buf_str(&text), &whole, NULL), 0);
        assert_int_equal(suggestions_add(&silent, 700, whole), 0);
        assert_int_equal(suggestions_add(&desk, 700, whole), 0);
        assert_str_note(buf_str(&asked), rows[i].asked, rows[i].note);
        int count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(whole, "suggestions"));
        if (count != rows[i].count)
            fail_msg("%s: %d", rows[i].note, count);
        cJSON_Delete(whole);
        buf_release(&asked);
        buf_release(&text);
    }
}

/* What wasn't automatic: first, in its own words, and once. */
static void test_would(void **state)
{
#define DECIDED(at, decision)                                                            \
    "{'handle':'sam','account':'a','gone_at':null,'written_at':" at ",'text':'rubbish'," \
    "'decision':{'score':0.5," decision "}}"
#define OFFERS "'intents':['bins.missed'],'would':'Tell us.','offered':true"
    static const struct {
        const char *note, *messages, *want;
    } rows[] = {
        { "offered", DECIDED("1", OFFERS),
          "[{'intent':'bins.missed','title':'Missed bin','text':'Tell us.','link':'https://l',"
          "'score':0.5,'would':true},{'intent':'other'}]" },
        { "in shadow mode",
          DECIDED("1", "'intents':['bins.missed'],'would':'Tell us.','offered':false"),
          "[{'intent':'bins.missed'},{'intent':'other'}]" },
        { "of an older one", DECIDED("1", OFFERS) "," DECIDED("2", "'intents':[],'offered':false"),
          "[{'intent':'bins.missed'},{'intent':'other'}]" },
        { "an intent that is gone",
          DECIDED("1", "'intents':['bins.lost'],'would':'Tell us.','offered':true"),
          "[{'intent':'bins.missed'},{'intent':'other'}]" },
        { "not decided", SAID("1", "'rubbish'"), "[{'intent':'bins.missed'},{'intent':'other'}]" },
    };
    static struct kb_intent intent = { .id = STR("bins.missed"),
                                       .title = STR("Missed bin"),
                                       .link = STR("https://l") };
    static struct kb kb = { .intent = &intent, .intent_count = 1 };
    static const struct kb_live live = { .kb = &kb };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct desk desk = { .suggest = suggest_two, .live = &live };
        struct buf text = BUF_INIT(4096), got = BUF_INIT(4096);
        cJSON *whole = parse(&text, WHOLE("false", "%s"), rows[i].messages);
        assert_int_equal(suggestions_add(&desk, 700, whole), 0);
        assert_int_equal(
            json_add_tree(&got, cJSON_GetObjectItemCaseSensitive(whole, "suggestions")), 0);
        for (size_t c = 0; c < got.len; c++)
            got.p[c] = got.p[c] == '"' ? '\'' : got.p[c];
        assert_str_note(buf_str(&got), rows[i].want, rows[i].note);
        cJSON_Delete(whole);
        buf_release(&text);
        buf_release(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
