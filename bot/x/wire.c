#include "bot/x/wire.h"

#include <strings.h>

#include "base/json.h"
#include "base/when.h"

enum { ID_DIGITS_MAX = 19, WORDS_MAX = 300 };

/* X's windows are 15 minutes; a reset that lies in the past or is missing means "at least a
 * minute". */
enum { WAIT_LEAST_S = 60, WAIT_MOST_S = 15 * 60, OPERATOR_WAIT_S = 60 };

bool x_id_valid(struct str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (id.p[i] < '0' || id.p[i] > '9')
            return false;
    return id.len > 0 && id.len <= ID_DIGITS_MAX;
}

int x_id_cmp(struct str a, struct str b)
{
    return a.len != b.len ? (a.len < b.len ? -1 : 1) : str_cmp(a, b);
}

/* The member under either vocabulary's name. */
static const cJSON *either(const cJSON *object, const char *tweet_name, const char *post_name)
{
    const cJSON *m = cJSON_GetObjectItemCaseSensitive(object, tweet_name);
    return m ? m : cJSON_GetObjectItemCaseSensitive(object, post_name);
}

static struct str text_of(const cJSON *object, const char *name)
{
    return json_str(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* X escapes these three in texts, and nothing else. */
static int unescape(struct arena *arena, struct str s, struct str *ret)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' } };
    struct buf out = BUF_INIT(s.len + 1);
    for (size_t i = 0; i < s.len;) {
        struct str rest = str_cut(s, i, s.len);
        size_t e = 0;
        while (e < ARRAY_LEN(entities) && !str_starts(rest, str_of(entities[e].name)))
            e++;
        (void)buf_add_byte(&out, e < ARRAY_LEN(entities) ? entities[e].c : s.p[i]);
        i += e < ARRAY_LEN(entities) ? strlen(entities[e].name) : 1;
    }
    *ret = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return ret->p ? 0 : ERR_NOMEM;
}

static bool only_handles(struct str text)
{
    struct str word;
    bool all = true;
    while (all && str_split(&text, ' ', &word))
        all = !word.len || word.p[0] == '@';
    return all;
}

/*
 * What the resident wrote: the whole of a long post, without the handles that a reply carries in
 * front; they lie before display_text_range, counted in code points of the text as delivered.
 */
static int read_text(struct arena *arena, const cJSON *post, struct str *ret)
{
    const cJSON *note = either(post, "note_tweet", "note_post");
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(post, "display_text_range");
    const cJSON *from = cJSON_GetArrayItem(range, 0);
    struct str text = text_of(note, "text");
    if (!text.len)
        text = text_of(post, "text");
    if (cJSON_IsNumber(from) && from->valueint > 0) {
        struct str carried = utf8_cut(text, (size_t)from->valueint);
        if (only_handles(carried)) /* the text of a long post may come without them */
            text = str_cut(text, carried.len, text.len);
    }
    return unescape(arena, text, ret);
}

static bool is_handle_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "Summoned": the author wrote our handle in the visible text. Without that X refuses a reply of
 * ours. */
static bool mentions(struct str text, struct str handle)
{
    for (size_t i = 0; i + handle.len < text.len; i++) {
        if (text.p[i] != '@' || (i > 0 && is_handle_byte(text.p[i - 1])))
            continue;
        bool whole = i + 1 + handle.len == text.len || !is_handle_byte(text.p[i + 1 + handle.len]);
        if (whole && strncasecmp(text.p + i + 1, handle.p, handle.len) == 0)
            return true;
    }
    return false;
}

/* The type of reference of the post, "replied_to" for instance, to the post @ret_id. NULL: none of
 * that type. */
static const cJSON *reference(const cJSON *post, const char *type)
{
    const cJSON *r;
    cJSON_ArrayForEach(r, either(post, "referenced_tweets", "referenced_posts"))
    {
        if (str_is(text_of(r, "type"), type))
            return r;
    }
    return NULL;
}

static const cJSON *author_of(const cJSON *tree, struct str author_id)
{
    const cJSON *user, *users = cJSON_GetObjectItemCaseSensitive(
                           cJSON_GetObjectItemCaseSensitive(tree, "includes"), "users");
    cJSON_ArrayForEach(user, users)
    {
        if (str_eq(text_of(user, "id"), author_id))
            return user;
    }
    return NULL;
}

static bool quotes_us(const cJSON *tree, const cJSON *post, struct str account_id)
{
    const cJSON *quoted = reference(post, "quoted"), *p;
    const cJSON *included =
        either(cJSON_GetObjectItemCaseSensitive(tree, "includes"), "tweets", "posts");
    cJSON_ArrayForEach(p, included)
    {
        if (quoted && str_eq(text_of(p, "id"), text_of(quoted, "id")) &&
            str_eq(text_of(p, "author_id"), account_id))
            return true;
    }
    return false;
}

/*
 * What else but the id may be missing or odd: such a post is handed on with what there is, as one
 * that is too old and may not be answered, so that staff see it.
 */
static int read_message(struct arena *arena, const cJSON *tree, const cJSON *post,
                        struct str account_id, struct str handle, struct network_message *ret)
{
    struct str id = text_of(post, "id"), author_id = text_of(post, "author_id");
    struct str conversation = text_of(post, "conversation_id");
    const cJSON *author = author_of(tree, author_id);
    struct network_message m = { 0 };
    if (!x_id_valid(id))
        return ERR_BADINPUT;
    int r = read_text(arena, post, &m.text);
    if (r < 0)
        return r;
    bool whole = m.text.len > 0 && x_id_valid(author_id) &&
                 when_parse(text_of(post, "created_at"), &m.written_at);
    m.remote_id = arena_str(arena, id);
    m.conversation = arena_str(arena, x_id_valid(conversation) ? conversation : id);
    m.author_id = arena_str(arena, x_id_valid(author_id) ? author_id : STR("0"));
    m.handle = arena_str(arena, text_of(author, "username"));
    m.name = arena_str(arena, text_of(author, "name"));
    m.may_reply = whole && (mentions(m.text, handle) || quotes_us(tree, post, account_id));
    *ret = m;
    return m.remote_id.p && m.conversation.p && m.author_id.p && m.handle.p && m.name.p ? 0
                                                                                        : ERR_NOMEM;
}

/* The version before @id in the post's edit history, which is oldest first; empty: none. */
static struct str version_before(const cJSON *post, struct str id)
{
    struct str before = STR("");
    const cJSON *v;
    cJSON_ArrayForEach(v, either(post, "edit_history_tweet_ids", "edit_history_post_ids"))
    {
        if (str_eq(json_str(v), id))
            return before;
        before = x_id_valid(json_str(v)) ? json_str(v) : before;
    }
    return STR("");
}

int x_read_post(struct arena *arena, const cJSON *tree, const cJSON *post, struct str account_id,
                struct str handle, struct network_message *ret)
{
    struct network_message m;
    if (reference(post, "retweeted") || reference(post, "reposted"))
        return 0;
    struct str author_id = text_of(post, "author_id");
    struct str parent = text_of(reference(post, "replied_to"), "id");
    bool ours = str_eq(author_id, account_id);
    int r = read_message(arena, tree, post, account_id, handle, &m);
    if (r < 0)
        return r;
    if (!m.text.len || !m.written_at || !x_id_valid(author_id) ||
        !x_id_valid(text_of(post, "conversation_id")) || (!m.handle.len && !ours))
        return ERR_BADINPUT;
    if (!parent.len)
        parent = text_of(post, "in_reply_to_tweet_id");
    m.kind = ours ? NETWORK_OURS : NETWORK_ADDRESSED;
    m.handle = ours ? arena_str(arena, handle) : m.handle;
    m.answers = arena_str(arena, x_id_valid(parent) ? parent : STR(""));
    m.replaces = arena_str(arena, version_before(post, m.remote_id));
    if (!m.handle.p || !m.answers.p || !m.replaces.p)
        return ERR_NOMEM;
    *ret = m;
    return 1;
}

int x_read_text(struct arena *arena, struct str shown, struct str *ret)
{
    return unescape(arena, shown, ret);
}

/* Parses an answer that must be an object with an optional list "data". */
static int parse_list(struct str body, cJSON **ret_tree, const cJSON **ret_data)
{
    int r = json_parse(body, ret_tree, NULL);
    if (r < 0)
        return r;
    *ret_data = cJSON_GetObjectItemCaseSensitive(*ret_tree, "data");
    const cJSON *meta = cJSON_GetObjectItemCaseSensitive(*ret_tree, "meta");
    if (!cJSON_IsObject(*ret_tree) || !cJSON_IsObject(meta) ||
        (*ret_data && !cJSON_IsArray(*ret_data))) {
        cJSON_Delete(*ret_tree);
        return ERR_BADINPUT;
    }
    return 0;
}

static int by_id(const void *a, const void *b)
{
    const struct network_message *x = a, *y = b;
    return x_id_cmp(x->remote_id, y->remote_id);
}

int x_read_mentions(struct arena *arena, struct str body, struct str account_id, struct str handle,
                    struct x_page *ret)
{
    cJSON *tree;
    const cJSON *data, *post;
    int r = parse_list(body, &tree, &data);
    if (r < 0)
        return r;
    struct x_page page = { 0 };
    const cJSON *meta = cJSON_GetObjectItemCaseSensitive(tree, "meta");
    struct str newest = text_of(meta, "newest_id");
    page.messages = arena_array(arena, (size_t)cJSON_GetArraySize(data) + 1, sizeof *page.messages);
    page.newest_id = arena_str(arena, x_id_valid(newest) ? newest : STR(""));
    page.next_token = arena_str(arena, text_of(meta, "next_token"));
    if (!page.messages || !page.newest_id.p || !page.next_token.p)
        r = ERR_NOMEM;
    cJSON_ArrayForEach(post, data)
    {
        if (r < 0)
            break;
        if (str_eq(text_of(post, "author_id"), account_id) || reference(post, "retweeted") ||
            reference(post, "reposted"))
            continue;
        r = read_message(arena, tree, post, account_id, handle, &page.messages[page.count]);
        page.count += r == 0;
        page.unread += r == ERR_BADINPUT;
        r = r == ERR_BADINPUT ? 0 : r;
    }
    cJSON_Delete(tree);
    if (r < 0)
        return r;
    qsort(page.messages, page.count, sizeof *page.messages, by_id); /* ids grow with time */
    *ret = page;
    return 0;
}

/* Takes the next word, between white space, off *rest; without the handles in front. */
static bool next_word(struct str *rest, bool *begun, struct str *ret)
{
    for (;;) {
        *rest = str_trim(*rest);
        size_t len = 0;
        while (len < rest->len && (unsigned char)rest->p[len] > ' ')
            len++;
        if (!len)
            return false;
        *ret = str_cut(*rest, 0, len);
        *rest = str_cut(*rest, len, rest->len);
        if (*begun || ret->p[0] != '@') {
            *begun = true;
            return true;
        }
    }
}

/* X shows a link as https://t.co/…, with what stood before and behind it; which words are links X
 * decides. */
static bool same_word(struct str shown, struct str written)
{
    static const struct str mark = { "https://t.co/", 13 };
    const char *at = memmem(shown.p, shown.len, mark.p, mark.len);
    if (!at)
        return str_eq(shown, written);
    size_t before = (size_t)(at - shown.p), behind = before + mark.len;
    while (behind < shown.len && (unsigned char)shown.p[behind] < 0x80 &&
           is_handle_byte(shown.p[behind]))
        behind++;
    struct str rest = str_cut(shown, behind, shown.len);
    return written.len > before + rest.len &&
           memchr(written.p + before, '.', written.len - before) &&
           str_starts(written, str_cut(shown, 0, before)) && str_ends(written, rest);
}

bool x_same_text(struct str shown, struct str written)
{
    struct arena arena = ARENA_INIT;
    struct str plain, a, b;
    bool a_begun = false, b_begun = false;
    bool same = unescape(&arena, shown, &plain) == 0;
    while (same) {
        bool more = next_word(&plain, &a_begun, &a);
        same = more == next_word(&written, &b_begun, &b);
        if (!more)
            break;
        same = same && same_word(a, b);
    }
    arena_release(&arena);
    return same;
}

int x_read_timeline(struct arena *arena, struct str body, struct network_sought *sought,
                    size_t count, struct str *ret_next)
{
    cJSON *tree;
    const cJSON *data, *post;
    int r = parse_list(body, &tree, &data);
    if (r < 0)
        return r;
    cJSON_ArrayForEach(post, data)
    {
        const cJSON *parent = reference(post, "replied_to"),
                    *note = either(post, "note_tweet", "note_post");
        struct str text = text_of(note, "text").len ? text_of(note, "text") : text_of(post, "text");
        for (size_t i = 0; i < count && parent && r == 0; i++) {
            if (sought[i].found.len || !str_eq(text_of(parent, "id"), sought[i].parent) ||
                !x_id_valid(text_of(post, "id")) || !x_same_text(text, sought[i].text))
                continue;
            sought[i].found = arena_str(arena, text_of(post, "id"));
            r = sought[i].found.p ? 0 : ERR_NOMEM;
            break;
        }
    }
    if (r == 0)
        *ret_next =
            arena_str(arena, text_of(cJSON_GetObjectItemCaseSensitive(tree, "meta"), "next_token"));
    cJSON_Delete(tree);
    return r < 0 ? r : ret_next->p ? 0 : ERR_NOMEM;
}

int x_read_posted(struct arena *arena, struct str body, struct str *ret_id)
{
    cJSON *tree;
    int r = json_parse(body, &tree, NULL);
    if (r < 0)
        return r;
    struct str id = text_of(cJSON_GetObjectItemCaseSensitive(tree, "data"), "id");
    if (x_id_valid(id)) {
        *ret_id = arena_str(arena, id);
        r = ret_id->p ? 0 : ERR_NOMEM;
    } else {
        r = ERR_BADINPUT;
    }
    cJSON_Delete(tree);
    return r;
}

/* The words of an error body, whichever of its four forms it has; "" for HTML and garbage. */
static struct str error_words(const cJSON *tree)
{
    static const char *const names[] = { "detail", "error_description", "message", "title",
                                         "error" };
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
    struct str words = STR("");
    for (size_t i = 0; i < ARRAY_LEN(names) && !words.len; i++)
        words = text_of(tree, names[i]);
    for (size_t i = 0; i < ARRAY_LEN(names) && !words.len; i++)
        words = text_of(first, names[i]);
    return utf8_cut(words, WORDS_MAX);
}

static bool holds(struct str s, const char *part)
{
    return s.len && memmem(s.p, s.len, part, strlen(part));
}

static int64_t wait_ms(const struct http_answer *a, int64_t now)
{
    int64_t s = a->limit_reset_at - now;
    if (a->limit_reset_at == 0 || s < WAIT_LEAST_S)
        s = WAIT_LEAST_S;
    return (s > WAIT_MOST_S ? WAIT_MOST_S : s) * 1000;
}

/* The end of the problem's address, behind "/problems/": hosts differ, and "about:blank" is common.
 */
static struct str error_type(const cJSON *tree)
{
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
    struct str type = text_of(tree, "type"), mark = STR("/problems/");
    if (!type.len)
        type = text_of(first, "type");
    const char *found = type.len ? memmem(type.p, type.len, mark.p, mark.len) : NULL;
    return found ? str_cut(type, (size_t)(found - type.p) + mark.len, type.len) : STR("");
}

/* Nothing of ours will go through until somebody has seen to the app, the plan or the token. */
static bool needs_operator(struct str type, struct str words)
{
    static const char *const types[] = { "client-forbidden", "oauth1-permissions",
                                         "unsupported-authentication" };
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(type, types[i]))
            return true;
    return holds(words, "client app is not configured") || holds(words, "subset of X API");
}

/*
 * What X's status codes mean, by its pages on errors and bodies that were seen live
 * (ARCHITECTURE.md, "X's errors").
 */
static struct network_answer by_status(const struct http_answer *a, struct str type,
                                       struct str words, bool posting, int64_t now)
{
    struct network_answer r = { .end = NETWORK_REFUSED, .words = words };
    bool spent = str_is(type, "usage-capped") || holds(words, "Usage cap");
    if (a->status == 401 || a->status == 402 || (a->status == 403 && needs_operator(type, words))) {
        r.end = NETWORK_BLOCKED;
        r.after_ms = OPERATOR_WAIT_S * 1000;
    } else if (a->status == 429) {
        r.end = spent ? NETWORK_BLOCKED : NETWORK_LATER;
        r.after_ms = wait_ms(a, now);
    } else if (a->status >= 500 || a->status < 400) { /* or a success that we can't read */
        r.end = posting ? NETWORK_UNKNOWN : NETWORK_LATER;
    } else if (!posting) {
        r.end = NETWORK_LATER; /* a read is worth trying again */
    } else {
        if (a->status == 403 && holds(words, "duplicate content"))
            r.why = NETWORK_WHY_REPEATED;
    }
    return r;
}

struct network_answer x_read_error(struct arena *arena, const struct http_answer *a, bool posting,
                                   int64_t now)
{
    struct network_answer r = { .end = NETWORK_LATER };
    struct buf words = BUF_INIT(4096);
    if (a->end == HTTP_ANSWERED) {
        cJSON *tree = NULL;
        int parsed = json_parse(a->body, &tree, NULL); /* HTML and garbage have no words */
        struct str said = parsed == 0 ? error_words(tree) : STR("");
        r = by_status(a, error_type(tree), said, posting, now);
        if (said.len && a->status >= 400)
            (void)buf_addf(&words, "X said %d: %.*s", a->status, STR_ARG(said));
        else if (a->status >= 400)
            (void)buf_addf(&words, "X said %d", a->status);
        else
            (void)buf_addf(&words, "X sent something that isn't an answer (status %d)", a->status);
        cJSON_Delete(tree);
    } else {
        if (a->end == HTTP_CUT && posting)
            r.end = NETWORK_UNKNOWN;
        (void)buf_addf(&words, "X can't be reached: %s", a->why);
    }
    r.words = arena_str(arena, buf_str(&words));
    buf_release(&words);
    return r;
}
