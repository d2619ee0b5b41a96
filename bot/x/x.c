/*
 * The X API v2 as a network: reads our mentions in sweeps, posts replies, looks on our timeline for
 * what became of one. Keeps X's ids and JSON to itself (wire.c) and decides nothing: what to do
 * about a refusal is the outbox's business.
 */
#include "bot/x/x.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/when.h"
#include "bot/x/wire.h"

enum {
    TOKEN_BYTES_MAX = 4096,
    ANSWER_BYTES_MAX = 8 << 20,
    SOUGHT_MAX = 100,
    TIMELINE_PAGES_MAX = 32
};

/* X may show a post after a younger one: now and then a sweep begins this much before the cursor.
 */
enum { OVERLAP_EVERY_MS = 2000, OVERLAP_MS = 120000, ID_TIME_SHIFT = 22 };

struct x {
    struct network network; /* first: a struct network is a struct x */
    struct x_options options;
    struct buf token;

    /* The sweep under way: a sweep's cursor is the newest id of its first page, and counts only
     * once its last page is kept. */
    struct arena sweep_arena;
    struct buf since_id, newest_id; /* newest_id begins as the cursor: it never goes back */
    bool first_page;
    int64_t overlap_after_ms; /* monotonic: when to look again at what came late */
    int64_t first_at;
    network_take *take;
    network_done *read_done;
    void *read_data;

    network_done *post_done;
    void *post_data;

    struct arena find_arena;
    struct network_sought *sought;
    size_t sought_count;
    int find_pages;
    struct str oldest_parent;
    network_found *found;
    void *find_data;
};

static int read_token(struct x *x, struct report *report)
{
    const char *path = x->options.token_file;
    struct stat st;
    struct buf bytes = BUF_INIT(TOKEN_BYTES_MAX);
    int r = stat(path, &st) < 0 ? ERR_IO : file_read(path, &bytes);
    struct str token = str_trim(buf_str(&bytes));
    bool plain = token.len > 0;
    for (size_t i = 0; i < token.len; i++)
        plain &= token.p[i] > ' ' && token.p[i] < 0x7f;
    if (r < 0)
        r = report_error(report, "%s: the token of the X account can't be read: %s", path,
                         strerror(errno));
    else if (st.st_mode & 077)
        r = report_error(report, "%s: others may read the token; make it chmod 600", path);
    else if (!plain)
        r = report_error(report, "%s: there must be one token in it and nothing else", path);
    if (r == 0) {
        buf_clear(&x->token);
        r = buf_add(&x->token, token);
    }
    buf_release(&bytes);
    return r;
}

/* X doesn't accept the token: perhaps somebody has put a new one there. */
static void token_refused(struct x *x)
{
    struct report report = REPORT_INIT;
    if (read_token(x, &report) < 0)
        log_error("x.token_unreadable file=%s", x->options.token_file);
    report_release(&report);
}

static int send_request(struct x *x, struct buf *url, struct str json, http_done *done)
{
    struct buf authorization = BUF_INIT(TOKEN_BYTES_MAX + 16);
    int r = buf_addf(&authorization, "Bearer %s", buf_cstr(&x->token));
    struct http_request request = {
        .method = json.len ? HTTP_POST : HTTP_GET,
        .url = buf_cstr(url),
        .authorization = buf_cstr(&authorization),
        .body = json,
        .type = "application/json",
        .timeout_ms = x->options.timeout_ms,
        .max_bytes = ANSWER_BYTES_MAX,
    };
    if (r == 0)
        r = url->err ? url->err : http_send(x->options.http, &request, done, x);
    buf_release(&authorization);
    buf_release(url);
    return r;
}

static struct network_answer read_error(struct x *x, struct arena *arena,
                                        const struct http_answer *answer, bool posting)
{
    struct network_answer e =
        x_read_error(arena, answer, posting, time(NULL)); /* X's resets are in real time */
    if (answer->status == 401)
        token_refused(x);
    return e;
}

/* next_token is X's own word in our address: only characters that need no escape. */
static int add_token(struct buf *url, struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        char c = token.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     memchr("-_.~", c, 4);
        (void)(plain ? buf_add_byte(url, c) : buf_addf(url, "%%%02X", (unsigned char)c));
    }
    return url->err;
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static void sweep_end(struct x *x, const struct network_answer *answer)
{
    network_done *done = x->read_done;
    x->read_done = NULL;
    done(x->read_data, answer);
    arena_clear(&x->sweep_arena);
}

static void on_mentions(void *data, const struct http_answer *answer);

static int ask_mentions(struct x *x, struct str next_token)
{
    struct buf url = BUF_INIT(16384);
    (void)buf_addf(
        &url,
        "%s/2/users/%s/mentions?max_results=100&tweet.fields=author_id,conversation_id,created_at,"
        "display_text_range,note_tweet,referenced_tweets&expansions=author_id,referenced_tweets.id"
        "&user.fields=name,username",
        x->options.api, x->options.account_id);
    if (x->since_id.len) {
        (void)buf_addf(&url, "&since_id=%s", buf_cstr(&x->since_id));
    } else {
        char at[WHEN_TEXT_MAX];
        (void)buf_addf(&url, "&start_time=%s", when_format(x->first_at, at));
    }
    if (next_token.len) {
        (void)buf_addc(&url, "&pagination_token=");
        (void)add_token(&url, next_token);
    }
    return send_request(x, &url, STR(""), on_mentions);
}

static void on_mentions(void *data, const struct http_answer *answer)
{
    struct x *x = data;
    struct x_page page;
    struct network_answer end = { .end = NETWORK_DONE };
    int r = ERR_BADINPUT;
    if (answer->end == HTTP_ANSWERED && answer->status == 200)
        r = x_read_mentions(&x->sweep_arena, answer->body, str_of(x->options.account_id),
                            str_of(x->options.handle), &page);
    if (r < 0) {
        end = read_error(x, &x->sweep_arena, answer, false);
        sweep_end(x, &end);
        return;
    }
    if (page.unread)
        log_warn("x.unread_posts count=%zu newest=%.*s", page.unread, STR_ARG(page.newest_id));
    if (x->first_page && x_id_cmp(page.newest_id, buf_str(&x->newest_id)) > 0) {
        buf_clear(&x->newest_id);
        (void)buf_add(&x->newest_id, page.newest_id);
    }
    x->first_page = false;
    bool last = page.next_token.len == 0;
    struct network_page kept = { page.messages, page.count, last ? buf_str(&x->newest_id) : STR(""),
                                 last };
    r = x->take(x->read_data, &kept);
    if (r == 0 && !last)
        r = ask_mentions(x, page.next_token);
    if (r < 0)
        end = (struct network_answer){ .end = NETWORK_LATER, .words = str_of(err_str(r)) };
    if (r < 0 || last)
        sweep_end(x, &end);
}

/* The id to read from: the cursor, or when it is time an id of two minutes before, since X's ids
 * hold their time. */
static int add_since(struct x *x, struct str cursor)
{
    int64_t id, now_ms = clock_mono_ms();
    if (!cursor.len)
        return 0;
    if (now_ms < x->overlap_after_ms || !str_to_int64(cursor, 1, INT64_MAX, &id))
        return buf_add(&x->since_id, cursor);
    x->overlap_after_ms = now_ms + OVERLAP_EVERY_MS;
    int64_t before = (int64_t)OVERLAP_MS << ID_TIME_SHIFT;
    return buf_addf(&x->since_id, "%" PRId64, id > before ? id - before : 1);
}

static int x_read(struct network *n, const struct network_reading *reading, network_take *take,
                  network_done *done, void *data)
{
    struct x *x = (struct x *)n;
    if (reading->feed != NETWORK_MENTIONS)
        return 1;
    x->take = take;
    x->read_done = done;
    x->read_data = data;
    x->first_at = reading->first_at;
    buf_clear(&x->since_id);
    buf_clear(&x->newest_id);
    x->first_page = true;
    (void)buf_add(&x->newest_id, reading->cursor);
    int r = add_since(x, reading->cursor);
    return r < 0 ? r : ask_mentions(x, STR(""));
}

/* ------------------------------------------------------------------------------------------------
 * posting */

static void on_posted(void *data, const struct http_answer *answer)
{
    struct x *x = data;
    struct arena arena = ARENA_INIT;
    struct network_answer end = { .end = NETWORK_DONE };
    int r = ERR_BADINPUT;
    if (answer->end == HTTP_ANSWERED && (answer->status == 200 || answer->status == 201))
        r = x_read_posted(&arena, answer->body, &end.remote_id);
    if (r < 0)
        end = read_error(x, &arena, answer, true);
    network_done *done = x->post_done;
    x->post_done = NULL;
    done(x->post_data, &end);
    arena_release(&arena);
}

static int x_post(struct network *n, const struct network_outgoing *outgoing, network_done *done,
                  void *data)
{
    struct x *x = (struct x *)n;
    struct buf url = BUF_INIT(4096), json = BUF_INIT(1 << 20);
    x->post_done = done;
    x->post_data = data;
    (void)buf_addf(&url, "%s/2/tweets", x->options.api);
    (void)buf_addc(&json, "{\"text\":");
    (void)json_add_text(&json, outgoing->text);
    (void)buf_addf(&json, ",\"reply\":{\"in_reply_to_tweet_id\":\"%.*s\"}}",
                   STR_ARG(outgoing->parent));
    int r = json.err;
    if (r == 0)
        r = send_request(x, &url, buf_str(&json), on_posted);
    buf_release(&url);
    buf_release(&json);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * looking */

static void on_timeline(void *data, const struct http_answer *answer);

static int ask_timeline(struct x *x, struct str next_token)
{
    struct buf url = BUF_INIT(16384);
    (void)buf_addf(&url,
                   "%s/2/users/%s/"
                   "tweets?max_results=100&since_id=%.*s&tweet.fields=referenced_tweets,note_tweet",
                   x->options.api, x->options.account_id, STR_ARG(x->oldest_parent));
    if (next_token.len) {
        (void)buf_addc(&url, "&pagination_token=");
        (void)add_token(&url, next_token);
    }
    return send_request(x, &url, STR(""), on_timeline);
}

static void find_end(struct x *x, const struct network_answer *answer)
{
    network_found *found = x->found;
    x->found = NULL;
    found(x->find_data, answer, x->sought, x->sought_count);
    if (!x->found) /* else a new search began in the call */
        arena_clear(&x->find_arena);
}

static void on_timeline(void *data, const struct http_answer *answer)
{
    struct x *x = data;
    struct network_answer end = { .end = NETWORK_DONE };
    struct str next = STR("");
    int r = ERR_BADINPUT;
    if (answer->end == HTTP_ANSWERED && answer->status == 200)
        r = x_read_timeline(&x->find_arena, answer->body, x->sought, x->sought_count, &next);
    if (r < 0) {
        end = read_error(x, &x->find_arena, answer, false);
    } else if (next.len && ++x->find_pages < TIMELINE_PAGES_MAX) {
        if (ask_timeline(x, next) == 0)
            return;
        end = (struct network_answer){ .end = NETWORK_LATER, .words = STR("out of memory") };
    } else if (next.len) { /* more than we looked at: absence is not shown */
        end = (struct network_answer){ .end = NETWORK_LATER,
                                       .words = STR("the timeline is longer than we look") };
    }
    find_end(x, &end);
}

static int x_find(struct network *n, const struct network_sought *sought, size_t count,
                  network_found *found, void *data)
{
    struct x *x = (struct x *)n;
    count = count > SOUGHT_MAX ? SOUGHT_MAX : count;
    x->found = found;
    x->find_data = data;
    x->find_pages = 0;
    x->sought_count = count;
    x->sought = arena_array(&x->find_arena, count + 1, sizeof *x->sought);
    if (!x->sought)
        return ERR_NOMEM;
    x->oldest_parent = STR("");
    for (size_t i = 0; i < count; i++) {
        struct network_sought *s = &x->sought[i];
        s->parent = arena_str(&x->find_arena, sought[i].parent);
        s->text = arena_str(&x->find_arena, sought[i].text);
        s->found = STR("");
        if (!s->parent.p || !s->text.p)
            return ERR_NOMEM;
        if (!x->oldest_parent.len || x_id_cmp(s->parent, x->oldest_parent) < 0)
            x->oldest_parent = s->parent;
    }
    int r = ask_timeline(x, STR(""));
    if (r < 0)
        arena_clear(&x->find_arena);
    return r;
}

static int64_t x_wait_ms(struct network *n, bool is_private, bool by_person)
{
    (void)n;
    (void)is_private;
    (void)by_person;
    return 0;
}

static const struct network_verbs verbs = {
    .name = "x",
    .rules = &x_text_rules,
    .read = x_read,
    .private_rules = &x_text_rules,
    .wait_ms = x_wait_ms,
    .post = x_post,
    .find = x_find,
};

int x_new(const struct x_options *options, struct report *report, struct network **ret)
{
    struct x *x = calloc(1, sizeof *x);
    if (!x)
        return ERR_NOMEM;
    x->network.verbs = &verbs;
    x->options = *options;
    x->token = x->since_id = x->newest_id = BUF_INIT(TOKEN_BYTES_MAX);
    int r = read_token(x, report);
    if (r < 0)
        (void)x_free(&x->network);
    else
        *ret = &x->network;
    return r;
}

struct network *x_free(struct network *n)
{
    struct x *x = (struct x *)n;
    if (!x)
        return NULL;
    buf_release(&x->token);
    buf_release(&x->since_id);
    buf_release(&x->newest_id);
    arena_release(&x->sweep_arena);
    arena_release(&x->find_arena);
    free(x);
    return NULL;
}
