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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
