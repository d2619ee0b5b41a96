#include "handoff/suggestions.h"

#include "base/buf.h"
#include "handoff/record.h"

enum { BURSTS_READ = 3, SUGGESTIONS_MAX = 3, TEXT_BYTES_MAX = 65536 };

static const cJSON *in(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

static double written_at(const cJSON *message)
{
    return in(message, "written_at")->valuedouble;
}

/* The resident's own, with words that this member of staff may read. */
static bool is_theirs(const cJSON *message, struct str handle)
{
    return str_eq(json_str(in(message, "handle")), handle) &&
           cJSON_IsNull(in(message, "gone_at")) && cJSON_IsString(in(message, "text"));
}

/* @text in front of what is there already. */
static int add_before(struct buf *text, struct str earlier)
{
    struct buf later = *text;
    *text = BUF_INIT(TEXT_BYTES_MAX);
    (void)buf_addf(text, "%.*s%s%.*s", STR_ARG(earlier), later.len ? "\n" : "",
                   STR_ARG(buf_str(&later)));
    buf_release(&later);
    return text->err;
}

/* The burst that ends with the newest of theirs at or before *at, which is moved behind it. The
 * account that it came to, or nothing. */
static int read_burst(const cJSON *messages, int *at, struct str handle, struct buf *text,
                      struct str *ret_account)
{
    const cJSON *last = NULL;
    int r = 0;
    for (; *at >= 0 && r == 0; (*at)--) {
        const cJSON *message = cJSON_GetArrayItem(messages, *at);
        if (!is_theirs(message, handle))
            continue;
        if (last && written_at(last) - written_at(message) > RECORD_BURST_S)
            break;
        last = message;
        *ret_account = json_str(in(message, "account"));
        r = add_before(text, json_str(in(message, "text")));
    }
    return r;
}

/* What it would have said by itself about the newest of theirs comes first, if staff are offered
 * it; it was worded then, and stands in place of the same intent worded now. */
static void put_would(const struct desk *desk, const cJSON *messages, struct str handle,
                      cJSON *list)
{
    int at = cJSON_GetArraySize(messages) - 1;
    while (at >= 0 && !is_theirs(cJSON_GetArrayItem(messages, at), handle))
        at--;
    const cJSON *decision = at < 0 ? NULL : in(cJSON_GetArrayItem(messages, at), "decision");
    if (!cJSON_IsTrue(in(decision, "offered")) || !desk->live)
        return;
    const struct kb_intent *intent =
        kb_intent_named(desk->live->kb, json_str(cJSON_GetArrayItem(in(decision, "intents"), 0)));
    if (!intent)
        return; /* an editor took it away since */
    for (int i = cJSON_GetArraySize(list) - 1; i >= 0; i--)
        if (str_eq(json_str(in(cJSON_GetArrayItem(list, i), "intent")), intent->id))
            cJSON_DeleteItemFromArray(list, i);
    cJSON *one = cJSON_CreateObject();
    (void)json_put_str(one, "intent", intent->id);
    (void)json_put_str(one, "title", intent->title);
    (void)json_put_str(one, "text", json_str(in(decision, "would")));
    (void)json_put_str(one, "link", intent->link);
    (void)cJSON_AddNumberToObject(one, "score", in(decision, "score")->valuedouble);
    (void)cJSON_AddTrueToObject(one, "would");
    (void)cJSON_InsertItemInArray(list, 0, one);
    if (cJSON_GetArraySize(list) > SUGGESTIONS_MAX)
        cJSON_DeleteItemFromArray(list, SUGGESTIONS_MAX);
}

int suggestions_add(const struct desk *desk, int64_t now, cJSON *whole)
{
    const cJSON *about = in(whole, "case"), *messages = in(whole, "messages");
    struct str handle = json_str(in(in(about, "resident"), "handle"));
    cJSON *list = cJSON_GetObjectItemCaseSensitive(whole, "suggestions");
    int at = cJSON_GetArraySize(messages) - 1, r = 0;
    if (cJSON_IsTrue(in(about, "sensitive")) || !desk->suggest)
        return 0;
    for (int i = 0; i < BURSTS_READ && r == 0 && cJSON_GetArraySize(list) == 0; i++) {
        struct buf text = BUF_INIT(TEXT_BYTES_MAX);
        struct str account = STR("");
        r = read_burst(messages, &at, handle, &text, &account);
        if (r == 0 && text.len)
            r = desk->suggest(desk->data, account, buf_str(&text), now, list);
        buf_release(&text);
    }
    if (r == 0)
        put_would(desk, messages, handle, list);
    return r;
}
