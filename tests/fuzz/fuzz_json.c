/* JSON from outside: what is accepted goes out and comes in again as the same. */
#include "base/json.h"
#include "tests/fuzz/fuzz.h"

/* What the reader promises of every string. */
static void check_strings(const cJSON *node)
{
    for (const cJSON *c = node; c; c = c->next) {
        FUZZ_CHECK(!c->string || utf8_valid(str_of(c->string)));
        FUZZ_CHECK(!cJSON_IsString(c) || utf8_valid(json_str(c)));
        check_strings(c->child);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = { (const char *)bytes, size };
    struct json_fault fault = { 0 };
    cJSON *tree = NULL, *again = NULL;
    int r = json_parse(text, &tree, &fault);
    FUZZ_CHECK(r == 0 || (r == ERR_BADINPUT && !tree && fault.what[0]));
    if (r < 0)
        return 0;
    check_strings(tree);
    struct buf out = BUF_INIT(1 << 26), quoted = BUF_INIT(1 << 26);
    FUZZ_CHECK(json_add_tree(&out, tree) == 0);
    FUZZ_CHECK(json_parse(buf_str(&out), &again, NULL) == 0);
    FUZZ_CHECK(cJSON_Compare(tree, again, true));
    cJSON_Delete(again);
    cJSON_Delete(tree);
    if (!memchr(bytes, 0, size)) { /* and the whole text as a string */
        FUZZ_CHECK(json_add_text(&quoted, text) == 0);
        FUZZ_CHECK(json_parse(buf_str(&quoted), &again, NULL) == 0);
        FUZZ_CHECK(str_eq(json_str(again), text));
        cJSON_Delete(again);
    }
    buf_release(&out);
    buf_release(&quoted);
    return 0;
}
