#include "handoff/suggestions.h"

#include "base/buf.h"
#include "handoff/record.h"

enum { BURSTS_READ = 3, TEXT_BYTES_MAX = 65536 };

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
    return r;
}
