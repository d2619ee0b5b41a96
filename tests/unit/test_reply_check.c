/* What a writer is warned of, and what not. */
#include "handoff/reply_check.h"

#include "tests/unit/support.h"

static const struct record_other others[] = {
    { STR("elm_close_sam"), STR("Sam Whitcombe") },
    { STR("bo77"), STR("Bo") },
    { STR("quietone"), STR("will") },
    { STR("nameless"), STR("") },
    { STR("ana_b"), STR("Ana\xc3\xafs Brand\xc3\xa3o") },
};

static void test_warnings(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "Thank you, we're on it.", "" },
        { "Ring 01632 960123 or 07700 900456.", "phone 01632 960123\nphone 07700 900456\n" },
        { "Ring 0300 123 4567 or 999", "" },
        { "Write to jo@example.com", "email jo@example.com\n" },
        { "You are at 12 Elm Close, NM1 2AB?", "address 12 Elm Close\naddress NM1 2AB\n" },
        { "Is it AB 12 34 56 C?", "ni_number AB 12 34 56 C\n" },
        { "Is it GB 12 34 56 C?", "" }, /* two letters that are never given out */
        { "Is it AB 12 34 5 C?", "" },  /* a digit short */
        { "Is it AB 12 34 56 E?", "" }, /* no such suffix */
        { "Your reference is KS-4F7K-2, or NM-12AB-3", "" },
        { "Your card 4111111111111111", "card 4111111111111111\n" },
        { "Your card 4222222222222", "card 4222222222222\n" },             /* thirteen digits */
        { "Your card 6304000000000000000", "card 6304000000000000000\n" }, /* nineteen */
        { "Order 422222222222", "" },                                      /* twelve */
        { "Order 4111111111111112", "" }, /* the check digit says no */
        { "Paid to 12-34-56 12345678", "bank 12-34-56 12345678\n" },
        { "sort code 12-34-56, account number 12345678",
          "bank 12-34-56, account number 12345678\n" },
        { "Between 12-34-56 and later", "" }, /* a sort code, or anything */
        { "Application 12345678", "" },
        { "NHS number 943 476 5919", "nhs_number 943 476 5919\n" },
        { "born on 3 May 1962", "birth_date 3 May 1962\n" },
        { "Your bin day is 3 May 2027", "" },
        { "01632 960123, yes, 01632 960123", "phone 01632 960123\n" },
        { "Hello Sam Whitcombe", "name Sam Whitcombe\nname Whitcombe\n" },
        { "Dear Mrs Whitcombe,", "name Whitcombe\n" },
        { "Dear Sam", "" }, /* a first name is too many people's */
        { "See @elm_close_sam and @BO77", "name @elm_close_sam\nname @BO77\n" },
        { "See @elm_close_samuel or elm_close_sam", "" },
        { "Bo is here", "" }, /* too short to tell */
        { "We will be there. Will said so", "name Will\n" },
        { "Willow Whitcombes", "" },
        { "For Ana\xc3\xafs Brand\xc3\xa3o",
          "name Ana\xc3\xafs Brand\xc3\xa3o\nname Brand\xc3\xa3o\n" },
        { "", "" },
        { "@", "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = ARENA_INIT;
        struct buf got = BUF_INIT(65536);
        cJSON *list = cJSON_CreateArray();
        const cJSON *item;
        assert_int_equal(
            reply_check(&arena, str_of(rows[i].text), false, others, ARRAY_LEN(others), list), 0);
        cJSON_ArrayForEach(item, list)
        {
            (void)buf_addf(&got, "%.*s %.*s\n",
                           STR_ARG(json_str(cJSON_GetObjectItemCaseSensitive(item, "kind"))),
                           STR_ARG(json_str(cJSON_GetObjectItemCaseSensitive(item, "words"))));
        }
        assert_str_note(buf_str(&got), rows[i].want, rows[i].text);
        cJSON_Delete(list);
        buf_release(&got);
        arena_release(&arena);
    }
}

/* One reader, who may be told of their own address; not of anybody else. */
static void test_private(void **state)
{
    struct arena arena = ARENA_INIT;
    cJSON *list = cJSON_CreateArray();
    (void)state;
    assert_int_equal(reply_check(&arena, STR("Is it 12 Elm Close? Mrs Whitcombe rang 01632 960123"),
                                 true, others, ARRAY_LEN(others), list),
                     0);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    cJSON_Delete(list);
    arena_release(&arena);
}

static void test_most(void **state)
{
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT(4096);
    cJSON *list = cJSON_CreateArray();
    (void)state;
    for (int i = 0; i < 40; i++)
        (void)buf_addf(&text, "jo%d@example.com ", i);
    assert_int_equal(reply_check(&arena, buf_str(&text), false, NULL, 0, list), 0);
    assert_int_equal(cJSON_GetArraySize(list), REPLY_WARNINGS_MAX);
    cJSON_Delete(list);
    buf_release(&text);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_warnings),
                                        cmocka_unit_test(test_private),
                                        cmocka_unit_test(test_most) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
