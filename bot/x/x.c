/*
 * The X API v2 as a network: reads what is new in sweeps, sends posts and direct messages, looks
 * for what became of them and of what others wrote. Keeps X's ids and JSON to itself (wire.c) and
 * decides nothing: what to do about a refusal is the outbox's business.
 *
 * Reads cost money by what comes back (meter.c), so that only what is used is asked for.
 */
#include "bot/x/x.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/when.h"
#include "bot/x/errors.h"
#include "bot/x/oauth1.h"
#include "bot/x/wire.h"

enum {
    ANSWER_BYTES_MAX = 8 << 20,
    PATH_BYTES_MAX = 16384,
    SOUGHT_MAX = 100,
    CHECK_MAX = 100, /* ids in one lookup (X's page on it, 2026-08) */
    TIMELINE_PAGES_MAX = 32,
    DIRECT_PAGES_MAX = 5, /* X allows 15 in a quarter of an hour, and the sweeps need theirs */
    DIRECT_WEIGHT_MAX = 10000,
};

/*
 * X may show a post after a younger one, so sweeps begin before their cursor; of mentions and our
 * own posts now and then only. A conversation is known only once its message was read and taken, so
 * what others wrote in it meanwhile lies behind the cursor of that feed: hence the longer one. What
 * was read before on the same day costs nothing.
 */
enum { OVERLAP_EVERY_MS = 2000, OVERLAP_MS = 2 * 60 * 1000, THREADS_OVERLAP_MS = 15 * 60 * 1000 };

/* Recent search refuses what begins before seven days ago (X's page on it, 2026-08). */
static const int64_t SEARCH_REACH_MS = INT64_C(7) * 24 * 60 * 60 * 1000 - 60 * 60 * 1000;

/* Direct messages can't be asked for from an id on: each read brings, and is charged for, the
 * newest there are. So few are asked for, unless there was more than a page of them. */
enum { DIRECT_PAGE = 20, DIRECT_PAGE_MOST = 100 };

/* Of a post of ours: its author is known. */
#define OWN_POST_FIELDS \
    "tweet.fields=conversation_id,created_at,display_text_range,note_tweet,referenced_tweets"
#define DIRECT_FIELDS                                                                        \
    "event_types=MessageCreate&dm_event.fields=created_at,dm_conversation_id,event_type,id," \
    "text&expansions=sender_id&user.fields=name,username"

struct x;

/* A feed being read. Its cursor is the newest id of its first page, and counts only once its last
 * page is kept. */
struct sweep {
    struct x *x;
    enum network_feed feed;
    uv_timer_t timer;         /* until the next request may be sent */
    struct arena arena, kept; /* of one page; of the sweep */
    struct buf cursor, since_id, newest_id, path;
    bool first_page;
    unsigned pages, page_size; /* page_size: of direct messages */
    int64_t begun_ms, overlap_after_ms, first_at;
    struct str *conversations;
    size_t conversation_count, asked; /* asked: how many of them the present query is behind */
    struct buf query;
    network_take *take;
    network_done *done;
    void *data;
};

/* What may be out being looked for: public replies on our timeline, then direct messages. */
struct search {
    struct arena arena;
    struct network_sought *sought;
    size_t count;
    bool direct; /* which of the two it is at */
    unsigned pages;
    struct str oldest_parent, oldest_direct; /* from which on; empty: nothing of that kind */
    network_found *found;
    void *data;
};

struct check {
    struct arena arena;
    uv_timer_t timer; /* to answer later where there is nothing to ask */
    struct x_state *states;
    size_t count;
    network_check_done *done;
    void *data;
};

struct sending {
    enum x_asked asked;
    network_done *done;
    void *data;
    struct x *x;
};

struct x {
    struct network network; /* first: a struct network is a struct x */
    struct x_options options;
    struct x_us us;
    struct x_client *client;
    struct x_limits limits;
    struct sweep sweeps[NETWORK_FEEDS];
    struct search search;
    struct check check;
    struct sending sending[2]; /* what answers somebody, what stands alone */
    unsigned open_timers;
};

static int64_t real_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct x_limit_pair limits_of(struct x *x)
{
    return (struct x_limit_pair){ &x->limits, x->options.app_limits };
}

static void on_seen(void *data, enum x_endpoint endpoint, enum x_token token,
                    const struct http_request *request, const struct http_answer *answer)
{
    struct x *x = data;
    int64_t now_ms = real_ms();
    x_limits_saw(limits_of(x), endpoint, token, answer, now_ms);
    x_meter_saw(x->options.meter, x->us.handle, x->options.owns_app, endpoint, request, answer,
                now_ms / 1000);
}

static int send_request(struct x *x, enum x_endpoint endpoint, const struct buf *path,
                        struct str json, http_done *done, void *data)
{
    struct x_request request = {
        .endpoint = endpoint,
        .token = X_TOKEN_USER,
        .method = json.len ? HTTP_POST : HTTP_GET,
        .path = buf_cstr(path),
        .json = json,
        .timeout_ms = x->options.timeout_ms,
        .max_bytes = ANSWER_BYTES_MAX,
    };
    return path->err ? path->err : x_client_send(x->client, &request, done, data);
}

/* What went wrong, in words for people: if they must see to the token, the client knows best. */
static struct network_answer read_error(struct x *x, struct arena *arena,
                                        const struct http_answer *answer, enum x_asked asked)
{
    struct network_answer e =
        x_read_error(arena, answer, asked, time(NULL)); /* X's resets are in real time */
    struct str trouble = x_client_trouble(x->client);
    if (answer->end == HTTP_ANSWERED && answer->status == 401 && trouble.len)
        e.words = arena_str(arena, trouble);
    return e;
}

static bool is_ok(const struct http_answer *answer)
{
    return answer->end == HTTP_ANSWERED && (answer->status == 200 || answer->status == 201);
}

/* ------------------------------------------------------------------------------------------------
 * reading */

static const enum x_endpoint endpoints[NETWORK_FEEDS] = {
    [NETWORK_MENTIONS] = X_ENDPOINT_MENTIONS,
    [NETWORK_POSTS] = X_ENDPOINT_TIMELINE,
    [NETWORK_MESSAGES] = X_ENDPOINT_DM_READ,
    [NETWORK_THREADS] = X_ENDPOINT_SEARCH,
};

static void add_from(struct sweep *s)
{
    char at[WHEN_TEXT_MAX];
    if (s->since_id.len)
        (void)buf_addf(&s->path, "&since_id=%s", buf_cstr(&s->since_id));
    else
        (void)buf_addf(&s->path, "&start_time=%s", when_format(s->first_at, at));
}

static void add_path(struct sweep *s, struct str next_token)
{
    const char *id = s->x->options.account_id;
    struct buf *path = &s->path;
    buf_clear(path);
    switch (s->feed) {
    case NETWORK_MENTIONS:
        (void)buf_addf(path, "/2/users/%s/mentions?max_results=100&" X_POST_FIELDS, id);
        add_from(s);
        break;
    case NETWORK_POSTS:
        (void)buf_addf(path, "/2/users/%s/tweets?max_results=100&exclude=retweets&" OWN_POST_FIELDS,
                       id);
        add_from(s);
        break;
    case NETWORK_MESSAGES:
        (void)buf_addf(path, "/2/dm_events?max_results=%u&" DIRECT_FIELDS, s->page_size);
        break;
    case NETWORK_THREADS:
        (void)buf_addc(path, "/2/tweets/search/recent?max_results=100&" X_POST_FIELDS "&query=");
        (void)oauth1_encode(path, buf_str(&s->query));
        add_from(s);
        break;
    case NETWORK_FEEDS:
        break;
    }
    if (next_token.len) {
        (void)buf_addc(path, "&pagination_token=");
        (void)oauth1_encode(path, next_token);
    }
}

static void on_page(void *data, const struct http_answer *answer);

static int send_sweep(struct sweep *s)
{
    return send_request(s->x, endpoints[s->feed], &s->path, STR(""), on_page, s);
}

static void sweep_end(struct sweep *s, const struct network_answer *answer)
{
    s->done(s->data, answer);
    arena_clear(&s->arena);
    arena_clear(&s->kept);
}

static void sweep_failed(struct sweep *s, int why)
{
    struct network_answer end = { .end = NETWORK_LATER, .words = str_of(err_str(why)) };
    sweep_end(s, &end);
}

static void on_pace(uv_timer_t *timer)
{
    struct sweep *s = timer->data;
    int r = send_sweep(s);
    if (r < 0)
        sweep_failed(s, r);
}

/* Asks for a page now, or as soon as X's limits have room for it. */
static int ask_page(struct sweep *s, struct str next_token)
{
    add_path(s, next_token);
    int64_t wait_ms = x_limits_pace_ms(limits_of(s->x), endpoints[s->feed], real_ms());
    if (!wait_ms)
        return send_sweep(s);
    log_info("x.read_paced account=%s endpoint=%d wait_ms=%" PRId64, s->x->options.handle,
             (int)endpoints[s->feed], wait_ms);
    return uv_timer_start(&s->timer, on_pace, (uint64_t)wait_ms, 0) == 0 ? 0 : ERR_NOMEM;
}

static int read_page(struct sweep *s, struct str body, struct x_page *ret)
{
    const struct x_us *us = &s->x->us;
    switch (s->feed) {
    case NETWORK_MENTIONS:
        return x_read_posts(&s->arena, body, us, X_POSTS_MENTIONS, ret);
    case NETWORK_POSTS:
        return x_read_posts(&s->arena, body, us, X_POSTS_OURS, ret);
    case NETWORK_MESSAGES:
        return x_read_direct(&s->arena, body, us, ret);
    case NETWORK_THREADS:
        return x_read_posts(&s->arena, body, us, X_POSTS_THREADS, ret);
    case NETWORK_FEEDS:
        break;
    }
    return ERR_BADINPUT;
}

static int set_newest(struct sweep *s, struct str id)
{
    if (x_id_cmp(id, buf_str(&s->newest_id)) <= 0)
        return 0;
    buf_clear(&s->newest_id);
    return buf_add(&s->newest_id, id);
}

static bool was_read(const struct sweep *s, const struct network_message *m)
{
    if (s->since_id.len)
        return x_id_cmp(x_event_id(m->remote_id), buf_str(&s->since_id)) <= 0;
    return m->written_at && m->written_at < s->first_at;
}

/* Takes what was read before off a page of direct messages. True: the sweep has come to it. */
static bool cut_direct(const struct sweep *s, struct x_page *page)
{
    struct str since = buf_str(&s->since_id);
    bool reached = since.len && page->oldest_id.len && x_id_cmp(page->oldest_id, since) <= 0;
    while (page->count && was_read(s, &page->messages[0])) {
        page->messages++;
        page->count--;
        reached = true;
    }
    return reached;
}

/* The next query of conversations, into s->query; empty: there is none. */
static int next_query(struct sweep *s)
{
    buf_clear(&s->query);
    while (!s->query.len && s->asked < s->conversation_count && !s->query.err)
        s->asked += x_add_thread_query(&s->query, s->x->us.handle, s->conversations + s->asked,
                                       s->conversation_count - s->asked);
    return s->query.err;
}

/*
 * How far conversations were read. Several queries were made, one after the other: what was written
 * after the first of them began may have escaped it, so the cursor doesn't go beyond that. By our
 * own clock; the overlap is longer than clocks differ.
 */
static int limit_newest(struct sweep *s)
{
    struct buf begun = BUF_INIT(64);
    int r = x_id_of_time(s->begun_ms, &begun);
    if (r == 0 && x_id_cmp(buf_str(&s->newest_id), buf_str(&begun)) > 0 &&
        x_id_cmp(buf_str(&begun), buf_str(&s->cursor)) > 0) {
        buf_clear(&s->newest_id);
        r = buf_add(&s->newest_id, buf_str(&begun));
    }
    buf_release(&begun);
    return r;
}

/* What to ask for after a page: its token's page, else the next query. 1: nothing more. */
static int go_on(struct sweep *s, const struct x_page *page, bool reached)
{
    struct str next = page->next_token;
    if (next.len && !reached)
        return 0;
    if (s->feed != NETWORK_THREADS)
        return 1;
    int r = next_query(s);
    if (r == 0 && !s->query.len)
        r = limit_newest(s);
    s->first_page = true;
    return r < 0 ? r : s->query.len ? 0 : 1;
}

static int take_page(struct sweep *s, struct x_page *page, bool *ret_last)
{
    bool reached = s->feed == NETWORK_MESSAGES && cut_direct(s, page);
    int r = s->first_page ? set_newest(s, page->newest_id) : 0;
    s->first_page = false;
    s->pages++;
    if (page->unread)
        log_warn("x.unread_messages account=%s count=%zu newest=%.*s", s->x->options.handle,
                 page->unread, STR_ARG(page->newest_id));
    if (r == 0)
        r = go_on(s, page, reached);
    if (r < 0)
        return r;
    *ret_last = r == 1;
    struct str cursor = buf_str(&s->newest_id);
    bool newer = *ret_last && !str_eq(cursor, buf_str(&s->cursor));
    struct network_page kept = { page->messages, page->count, newer ? cursor : STR(""), *ret_last };
    return s->take(s->data, &kept);
}

static void on_page(void *data, const struct http_answer *answer)
{
    struct sweep *s = data;
    struct x_page page;
    bool last = false;
    int r = is_ok(answer) ? read_page(s, answer->body, &page) : ERR_BADINPUT;
    if (r < 0) {
        struct network_answer end = read_error(s->x, &s->arena, answer, X_READ);
        sweep_end(s, &end);
        return;
    }
    r = take_page(s, &page, &last);
    if (r == 0 && !last)
        r = ask_page(s, s->first_page ? STR("") : page.next_token);
    if (r < 0) {
        sweep_failed(s, r);
    } else if (last) {
        struct network_answer end = { .end = NETWORK_DONE };
        s->page_size = s->pages > 1 ? DIRECT_PAGE_MOST : DIRECT_PAGE;
        sweep_end(s, &end);
    } else {
        arena_clear(&s->arena);
    }
}

/* The id to read from, for a sweep whose cursor is that long ago at most; 0: any. */
static int add_since(struct sweep *s, int64_t overlap_ms, int64_t reach_ms)
{
    int64_t at_ms = x_time_of_id(buf_str(&s->cursor));
    if (s->cursor.len && at_ms == 0)
        return buf_add(&s->since_id, buf_str(&s->cursor)); /* an id beyond all time */
    at_ms = s->cursor.len ? at_ms - overlap_ms : s->first_at * 1000;
    if (reach_ms && at_ms < s->begun_ms - reach_ms)
        at_ms = s->begun_ms - reach_ms;
    return x_id_of_time(at_ms, &s->since_id);
}

static int begin_at(struct sweep *s)
{
    int64_t now_ms = clock_mono_ms();
    switch (s->feed) {
    case NETWORK_MENTIONS:
    case NETWORK_POSTS:
        if (!s->cursor.len)
            return 0; /* from first_at on, which X takes as it is */
        if (now_ms < s->overlap_after_ms)
            return buf_add(&s->since_id, buf_str(&s->cursor));
        s->overlap_after_ms = now_ms + OVERLAP_EVERY_MS;
        return add_since(s, OVERLAP_MS, 0);
    case NETWORK_MESSAGES:
        return s->cursor.len ? add_since(s, OVERLAP_MS, 0) : 0;
    case NETWORK_THREADS:
        return add_since(s, THREADS_OVERLAP_MS, SEARCH_REACH_MS);
    case NETWORK_FEEDS:
        break;
    }
    return ERR_BADINPUT;
}

static int copy_conversations(struct sweep *s, const struct network_reading *reading)
{
    s->asked = 0;
    s->conversation_count = reading->conversation_count;
    s->conversations =
        arena_array(&s->kept, reading->conversation_count + 1, sizeof *s->conversations);
    if (!s->conversations)
        return ERR_NOMEM;
    for (size_t i = 0; i < reading->conversation_count; i++) {
        s->conversations[i] = arena_str(&s->kept, reading->conversations[i]);
        if (!s->conversations[i].p)
            return ERR_NOMEM;
    }
    return 0;
}

static int x_read(struct network *n, const struct network_reading *reading, network_take *take,
                  network_done *done, void *data)
{
    struct x *x = (struct x *)n;
    struct sweep *s = &x->sweeps[reading->feed];
    if (reading->feed == NETWORK_THREADS && x_meter_over(x->options.meter, real_ms() / 1000))
        return 1; /* what isn't to us can be done without */
    s->take = take;
    s->done = done;
    s->data = data;
    s->first_at = reading->first_at;
    s->begun_ms = real_ms();
    s->first_page = true;
    s->pages = 0;
    buf_clear(&s->cursor);
    buf_clear(&s->since_id);
    buf_clear(&s->newest_id);
    arena_clear(&s->kept);
    int r = buf_add(&s->cursor, reading->cursor);
    if (r == 0)
        r = buf_add(&s->newest_id, reading->cursor);
    if (r == 0)
        r = begin_at(s);
    if (r == 0 && s->feed == NETWORK_THREADS) {
        r = copy_conversations(s, reading);
        if (r == 0)
            r = next_query(s);
        if (r == 0 && !s->query.len)
            return 1;
    }
    return r < 0 ? r : ask_page(s, STR(""));
}

/* ------------------------------------------------------------------------------------------------
 * sending */

static void on_sent(void *data, const struct http_answer *answer)
{
    struct sending *s = data;
    struct arena arena = ARENA_INIT;
    struct network_answer end = { .end = NETWORK_DONE };
    int r = is_ok(answer) ? x_read_sent(&arena, answer->body, &end.remote_id) : ERR_BADINPUT;
    if (r < 0)
        end = read_error(s->x, &arena, answer, s->asked);
    s->done(s->data, &end);
    arena_release(&arena);
}

static int x_post(struct network *n, const struct network_outgoing *outgoing, network_done *done,
                  void *data)
{
    struct x *x = (struct x *)n;
    struct buf path = BUF_INIT(PATH_BYTES_MAX), json = BUF_INIT(1 << 20);
    bool direct = outgoing->is_private, alone = !direct && !outgoing->parent.len;
    struct str whom = direct ? outgoing->recipient : outgoing->parent;
    int r = alone || x_id_valid(whom) ? 0 : ERR_BADINPUT;
    struct sending *s = &x->sending[alone];
    *s = (struct sending){ direct ? X_SEND_DIRECT : X_SEND_POST, done, data, x };
    (void)buf_addc(&json, "{\"text\":");
    (void)json_add_text(&json, outgoing->text);
    if (direct)
        (void)buf_addf(&path, "/2/dm_conversations/with/%.*s/messages", STR_ARG(whom));
    else
        (void)buf_addc(&path, "/2/tweets");
    if (!direct && !alone)
        (void)buf_addf(&json, ",\"reply\":{\"in_reply_to_tweet_id\":\"%.*s\"}", STR_ARG(whom));
    (void)buf_add_byte(&json, '}');
    if (r == 0)
        r = json.err;
    if (r == 0)
        r = send_request(x, direct ? X_ENDPOINT_DM_SEND : X_ENDPOINT_POST, &path, buf_str(&json),
                         on_sent, s);
    buf_release(&path);
    buf_release(&json);
    return r;
}

static int64_t x_wait_ms(struct network *n, bool is_private, bool by_person)
{
    struct x *x = (struct x *)n;
    return x_limits_wait_ms(limits_of(x), is_private ? X_ENDPOINT_DM_SEND : X_ENDPOINT_POST,
                            by_person, real_ms());
}

/* ------------------------------------------------------------------------------------------------
 * looking for what may be out */

static void on_looked(void *data, const struct http_answer *answer);

static int ask_sent(struct x *x, struct str next_token)
{
    struct search *f = &x->search;
    struct buf path = BUF_INIT(PATH_BYTES_MAX);
    if (f->direct)
        (void)buf_addf(&path, "/2/dm_events?max_results=%d&" DIRECT_FIELDS, DIRECT_PAGE_MOST);
    else
        (void)buf_addf(&path, "/2/users/%s/tweets?max_results=100&since_id=%.*s&" OWN_POST_FIELDS,
                       x->options.account_id, STR_ARG(f->oldest_parent));
    if (next_token.len) {
        (void)buf_addc(&path, "&pagination_token=");
        (void)oauth1_encode(&path, next_token);
    }
    int r = send_request(x, f->direct ? X_ENDPOINT_DM_READ : X_ENDPOINT_TIMELINE, &path, STR(""),
                         on_looked, x);
    buf_release(&path);
    return r;
}

static void search_end(struct x *x, const struct network_answer *answer)
{
    struct search *f = &x->search;
    network_found *found = f->found;
    f->found = NULL;
    found(f->data, answer, f->sought, f->count);
    if (!f->found) /* else a new search began in the call */
        arena_clear(&f->arena);
}

static int look_at(struct x *x, struct str body, struct x_page *ret)
{
    struct search *f = &x->search;
    int r = f->direct ? x_read_direct(&f->arena, body, &x->us, ret)
                      : x_read_posts(&f->arena, body, &x->us, X_POSTS_OURS, ret);
    return r < 0 ? r : x_find_sent(&f->arena, ret, f->sought, f->count);
}

static bool all_found(const struct search *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->sought[i].is_private == f->direct && !f->sought[i].found.len)
            return false;
    return true;
}

/* Is there more to look at of what this answer is a page of? The timeline ends by itself. */
static bool goes_on(const struct search *f, const struct x_page *page)
{
    bool behind = f->direct && page->oldest_id.len &&
                  x_id_cmp(page->oldest_id, x_event_id(f->oldest_direct)) <= 0;
    return page->next_token.len && !behind && !all_found(f);
}

/* There is more at X than we look through, so that absence isn't shown. */
static void set_beyond(struct search *f)
{
    for (size_t i = 0; i < f->count; i++)
        f->sought[i].beyond |= f->sought[i].is_private == f->direct && !f->sought[i].found.len;
}

static void on_looked(void *data, const struct http_answer *answer)
{
    struct x *x = data;
    struct search *f = &x->search;
    struct network_answer end = { .end = NETWORK_DONE };
    struct x_page page;
    int r = is_ok(answer) ? look_at(x, answer->body, &page) : ERR_BADINPUT;
    if (r < 0) {
        end = read_error(x, &f->arena, answer, X_READ);
        search_end(x, &end);
        return;
    }
    bool more = goes_on(f, &page);
    unsigned most = f->direct ? DIRECT_PAGES_MAX : TIMELINE_PAGES_MAX;
    if (more && ++f->pages >= most) {
        set_beyond(f);
        more = false;
    }
    if (!more && (f->direct || !f->oldest_direct.len)) {
        search_end(x, &end);
        return;
    }
    if (!more) {
        f->direct = true;
        f->pages = 0;
    }
    r = ask_sent(x, more ? page.next_token : STR(""));
    if (r < 0) {
        end = (struct network_answer){ .end = NETWORK_LATER, .words = str_of(err_str(r)) };
        search_end(x, &end);
    }
}

/* Whom a direct message answers may be a post; without any, as far as X goes. */
static void reach_back(struct network_sought *s, struct str *oldest)
{
    struct str from = s->parent.len ? s->parent : STR("1");
    if (!oldest->len || x_id_cmp(x_event_id(from), x_event_id(*oldest)) < 0)
        *oldest = from;
}

static int x_find(struct network *n, const struct network_sought *sought, size_t count,
                  network_found *found, void *data)
{
    struct x *x = (struct x *)n;
    struct search *f = &x->search;
    count = count > SOUGHT_MAX ? SOUGHT_MAX : count;
    f->found = found;
    f->data = data;
    f->pages = 0;
    f->count = count;
    f->oldest_parent = f->oldest_direct = STR("");
    f->sought = arena_array(&f->arena, count + 1, sizeof *f->sought);
    if (!f->sought)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        struct network_sought *s = &f->sought[i];
        s->is_private = sought[i].is_private;
        s->parent = arena_str(&f->arena, sought[i].parent);
        s->recipient = arena_str(&f->arena, sought[i].recipient);
        s->text = arena_str(&f->arena, sought[i].text);
        s->found = STR("");
        s->beyond = false;
        if (!s->parent.p || !s->recipient.p || !s->text.p)
            return ERR_NOMEM;
        reach_back(s, s->is_private ? &f->oldest_direct : &f->oldest_parent);
    }
    f->direct = !f->oldest_parent.len;
    int r = ask_sent(x, STR(""));
    if (r < 0)
        arena_clear(&f->arena);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * what became of posts */

static void check_end(struct x *x, const struct network_answer *answer,
                      const struct network_checked *checked, size_t count)
{
    struct check *c = &x->check;
    network_check_done *done = c->done;
    c->done = NULL;
    done(c->data, answer, checked, count);
    if (!c->done) /* else a new one began in the call */
        arena_clear(&c->arena);
}

static const struct network_message *version_of(const struct x_page *newest, struct str id)
{
    for (size_t i = 0; newest && i < newest->count; i++)
        if (str_eq(newest->messages[i].remote_id, id))
            return &newest->messages[i];
    return NULL;
}

/* @newest: the newest versions of what was edited; NULL: nothing was. */
static void check_tell(struct x *x, const struct x_page *newest)
{
    struct check *c = &x->check;
    struct network_answer end = { .end = NETWORK_DONE };
    struct network_checked *checked = arena_array(&c->arena, c->count + 1, sizeof *checked);
    size_t count = 0;
    if (!checked)
        end = (struct network_answer){ .end = NETWORK_LATER, .words = STR("out of memory") };
    for (size_t i = 0; checked && i < c->count; i++) {
        const struct x_state *s = &c->states[i];
        const struct network_message *m =
            s->newest_id.len ? version_of(newest, s->newest_id) : NULL;
        if (!s->said || (s->newest_id.len && !m && !s->gone))
            continue; /* of an edited one X sent no text: asked again another time */
        checked[count++] = (struct network_checked){
            .remote_id = s->id,
            .state = s->gone ? NETWORK_GONE
                     : m     ? NETWORK_EDITED
                             : NETWORK_THERE,
            .message = s->gone ? NULL : m,
        };
    }
    check_end(x, &end, checked, count);
}

static void on_versions(void *data, const struct http_answer *answer)
{
    struct x *x = data;
    struct check *c = &x->check;
    struct x_page newest;
    int r = ERR_BADINPUT;
    if (is_ok(answer))
        r = x_read_posts(&c->arena, answer->body, &x->us, X_POSTS_ALL, &newest);
    check_tell(x, r < 0 ? NULL : &newest); /* what was said of the others counts all the same */
}

static void on_states(void *data, const struct http_answer *answer);

/* A lookup of the ids, or of the newest versions of those that were edited. 1: of nothing. */
static int ask_states(struct x *x, bool newest)
{
    struct check *c = &x->check;
    struct buf path = BUF_INIT(PATH_BYTES_MAX);
    size_t count = 0;
    (void)buf_addf(&path, "/2/tweets?%s&ids=", newest ? X_POST_FIELDS : "tweet.fields=withheld");
    for (size_t i = 0; i < c->count; i++) {
        struct str id = newest ? c->states[i].newest_id : c->states[i].id;
        if (!x_id_valid(id))
            continue; /* direct messages can't be looked up together */
        (void)buf_addf(&path, "%s%.*s", count++ ? "," : "", STR_ARG(id));
    }
    int r = 1;
    if (count)
        r = send_request(x, X_ENDPOINT_LOOKUP, &path, STR(""), newest ? on_versions : on_states, x);
    buf_release(&path);
    return r;
}

static void on_states(void *data, const struct http_answer *answer)
{
    struct x *x = data;
    struct check *c = &x->check;
    int r = ERR_BADINPUT;
    if (is_ok(answer))
        r = x_read_states(&c->arena, answer->body, c->states, c->count);
    if (r < 0) {
        struct network_answer end = read_error(x, &c->arena, answer, X_READ);
        check_end(x, &end, NULL, 0);
        return;
    }
    if (ask_states(x, true) != 0) /* nothing was edited, or it can't be asked for now */
        check_tell(x, NULL);
}

static void on_nothing_to_check(uv_timer_t *timer)
{
    check_tell(timer->data, NULL);
}

static int x_check(struct network *n, const struct str *remote_ids, size_t count,
                   network_check_done *done, void *data)
{
    struct x *x = (struct x *)n;
    struct check *c = &x->check;
    c->done = done;
    c->data = data;
    c->count = count > CHECK_MAX ? CHECK_MAX : count;
    c->states = arena_array(&c->arena, c->count + 1, sizeof *c->states);
    if (!c->states)
        return ERR_NOMEM;
    for (size_t i = 0; i < c->count; i++) {
        c->states[i].id = arena_str(&c->arena, remote_ids[i]);
        if (!c->states[i].id.p)
            return ERR_NOMEM;
    }
    int r = ask_states(x, false);
    if (r == 1)
        r = uv_timer_start(&c->timer, on_nothing_to_check, 0, 0) == 0 ? 0 : ERR_NOMEM;
    return r;
}

/* ------------------------------------------------------------------------------------------------
 */

static unsigned weigh_direct(struct str text)
{
    return (unsigned)utf8_points(text);
}

/* There is an address of a conversation only, and this is not told which it is. */
static int direct_address(struct buf *out, struct str handle, struct str remote_id)
{
    (void)handle;
    (void)remote_id;
    return buf_addc(out, "https://x.com/messages");
}

/* X's pages name no limit of a direct message and don't say how it counts; 10,000 is what is
 * commonly said. */
const struct text_rules x_direct_rules = { .limit = DIRECT_WEIGHT_MAX,
                                           .weight = weigh_direct,
                                           .address = direct_address,
                                           .same = x_same_text };

static const struct network_verbs verbs = {
    .name = "x",
    .rules = &x_text_rules,
    .private_rules = &x_direct_rules,
    .read = x_read,
    .wait_ms = x_wait_ms,
    .post = x_post,
    .find = x_find,
    .check = x_check,
    .check_max = CHECK_MAX,
};

static void add_timer(struct x *x, uv_timer_t *timer, void *data)
{
    (void)uv_timer_init(x->options.loop, timer);
    timer->data = data;
    x->open_timers++;
}

int x_new(const struct x_options *options, struct report *report, struct network **ret)
{
    struct x *x = calloc(1, sizeof *x);
    if (!x)
        return ERR_NOMEM;
    struct x_client_options client = { .app = options->app,
                                       .name = options->handle,
                                       .token_file = options->token_file,
                                       .read_only = options->read_only,
                                       .seen = on_seen,
                                       .seen_data = x };
    x->network.verbs = &verbs;
    x->options = *options;
    x->us =
        (struct x_us){ str_of(options->account_id), str_of(options->handle), options->enterprise };
    int r = x_client_new(&client, report, &x->client);
    if (r < 0) {
        free(x);
        return r;
    }
    for (size_t i = 0; i < NETWORK_FEEDS; i++) {
        struct sweep *s = &x->sweeps[i];
        s->x = x;
        s->feed = (enum network_feed)i;
        s->page_size = DIRECT_PAGE_MOST;
        s->cursor = s->since_id = s->newest_id = BUF_INIT(64);
        s->path = BUF_INIT(PATH_BYTES_MAX);
        s->query = BUF_INIT(4096);
        add_timer(x, &s->timer, s);
    }
    add_timer(x, &x->check.timer, x);
    *ret = &x->network;
    return 0;
}

struct x_client *x_client_of(struct network *n)
{
    return ((struct x *)n)->client;
}

static void release_sweep(struct sweep *s)
{
    buf_release(&s->cursor);
    buf_release(&s->since_id);
    buf_release(&s->newest_id);
    buf_release(&s->path);
    buf_release(&s->query);
    arena_release(&s->arena);
    arena_release(&s->kept);
}

static void on_closed(uv_handle_t *handle)
{
    struct x *x = handle->data;
    if (--x->open_timers == 0)
        free(x);
}

struct network *x_free(struct network *n)
{
    struct x *x = (struct x *)n;
    if (!x)
        return NULL;
    x->client = x_client_free(x->client);
    for (size_t i = 0; i < NETWORK_FEEDS; i++) {
        release_sweep(&x->sweeps[i]);
        x->sweeps[i].timer.data = x;
        uv_close((uv_handle_t *)&x->sweeps[i].timer, on_closed);
    }
    uv_close((uv_handle_t *)&x->check.timer, on_closed);
    arena_release(&x->search.arena);
    arena_release(&x->check.arena);
    return NULL;
}
