#include "bot/links.h"

#include "base/log.h"
#include "handoff/record.h"

/*
 * A night's round begins when nobody is likely to be served by the council's pages. Who was off at
 * night asks by day for what was last seen the night before last.
 */
enum {
    NIGHT_FROM_MINUTE = 2 * 60,
    NIGHT_UNTIL_MINUTE = 5 * 60,
    ROUND_S = 12 * 3600,
    OVERDUE_S = 36 * 3600,
    REDIRECTS = 5,
    URL_BYTES_MAX = KB_LINK_BYTES_MAX + 8,
    TITLE_POINTS = 100
};

struct links {
    struct links_options options;
    struct http *http;
    uv_timer_t timer;
    struct buf url;   /* that is asked for now */
    struct buf agent; /* says who asks */
    bool by_get;      /* HEAD was refused */
    size_t next;      /* of all, an intent's number */
};

static void on_timer(uv_timer_t *timer);

bool links_due(const struct kb_link *link, int64_t now, int local_minute)
{
    int64_t age_s = now - link->checked_at;
    bool night = local_minute >= NIGHT_FROM_MINUTE && local_minute < NIGHT_UNTIL_MINUTE;
    if (link->failures || link->dead)
        return age_s >= KB_LINK_APART_S;
    return age_s >= OVERDUE_S || (night && age_s >= ROUND_S);
}

/* Some refuse whatever isn't a browser: that says nothing about the page. */
static bool refuses_machines(int status)
{
    return status == 401 || status == 403 || status == 429;
}

void links_read(const struct http_answer *answer, struct kb_link_found *ret)
{
    int status = answer->end == HTTP_ANSWERED ? answer->status : 0;
    if (answer->not_public) {
        *ret = (struct kb_link_found){ .url = ret->url, .what = STR("") };
        return;
    }
    ret->status = status;
    ret->what = STR("");
    ret->gone = status == 404 || status == 410;
    if (ret->gone)
        ret->what = STR("There is no such page any more");
    else if (!status)
        ret->what = str_of(answer->why);
    else if (status >= 300 && !refuses_machines(status))
        ret->what =
            status >= 500 ? STR("The other side has a fault") : STR("The other side refuses it");
}

static void look_later(struct links *l)
{
    (void)uv_timer_start(&l->timer, on_timer, (uint64_t)l->options.pause_ms, 0);
}

/* ------------------------------------------------------------------------------------------------
 * what was found */

static int tell(struct tx *tx, const struct kb_intent *intent, const struct kb_link_found *found,
                bool died, int64_t now)
{
    struct buf text = BUF_INIT(URL_BYTES_MAX + 4096), item = BUF_INIT(4096);
    struct str title = utf8_cut(intent->title, TITLE_POINTS);
    if (died)
        (void)buf_addf(&text,
                       "The link of \"%.*s\" is dead: %.*s. %.*s. People answer it until the link "
                       "is there again or another one is published.",
                       STR_ARG(title), STR_ARG(found->url), STR_ARG(found->what));
    else
        (void)buf_addf(&text, "The link of \"%.*s\" is there again: %.*s.", STR_ARG(title),
                       STR_ARG(found->url));
    int r = buf_addf(&item, "intent/%.*s", STR_ARG(intent->id));
    struct record_event e = { .kind = died ? "kb.link_dead" : "kb.link_back",
                              .text = buf_str(&text),
                              .item = buf_str(&item) };
    if (r == 0)
        r = text.err;
    if (r == 0)
        r = record_add_event(tx, &e, now);
    buf_release(&text);
    buf_release(&item);
    return r;
}

static int note(struct links *l, struct tx *tx, const struct kb_link_found *found)
{
    const struct kb *kb = l->options.live->kb;
    int64_t now = clock_now(l->options.clock);
    int turn = kb_link_note(tx, found, now), r = turn < 0 ? turn : 0;
    for (size_t i = 0; i < kb->intent_count && r == 0 && turn != KB_LINK_SAME; i++)
        if (str_eq(kb->intent[i].link, found->url))
            r = tell(tx, &kb->intent[i], found, turn == KB_LINK_DIED, now);
    return r;
}

static void commit(struct links *l, const struct kb_link_found *found)
{
    struct tx *tx;
    int r = tx_begin(l->options.db, TX_WRITE, &tx);
    if (r == 0) {
        r = note(l, tx, found);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    if (r < 0)
        log_error("links.not_kept why=\"%s\"", err_str(r));
}

/* ------------------------------------------------------------------------------------------------
 * asking */

static int ask(struct links *l);

static void on_answer(void *data, const struct http_answer *answer)
{
    struct links *l = data;
    struct kb_link_found found = { .url = buf_str(&l->url) };
    links_read(answer, &found);
    if (found.status && found.what.len && !l->by_get) {
        l->by_get = true; /* HEAD is refused in many ways */
        if (ask(l) == 0)
            return;
    }
    log_info("links.asked status=%d alive=%d public=%d", found.status, found.what.len == 0,
             !answer->not_public);
    commit(l, &found);
    look_later(l);
}

static bool is_here(struct str url)
{
    return str_starts(url, STR("https://127.0.0.1:")) || str_starts(url, STR("https://localhost:"));
}

static int ask(struct links *l)
{
    struct str url = buf_str(&l->url);
    struct buf asked = BUF_INIT(URL_BYTES_MAX);
    bool plain = l->options.demo && is_here(url);
    int r = buf_addf(&asked, "%s%.*s", plain ? "http" : "https",
                     STR_ARG(str_cut(url, strlen("https"), url.len)));
    struct http_request request = { .method = l->by_get ? HTTP_GET : HTTP_HEAD,
                                    .url = buf_cstr(&asked),
                                    .timeout_ms = l->options.timeout_ms,
                                    .redirects = REDIRECTS,
                                    .agent = buf_cstr(&l->agent),
                                    .status_only = true,
                                    .public_only = !plain };
    if (r == 0)
        r = http_send(l->http, &request, on_answer, l);
    buf_release(&asked);
    return r;
}

/* The first that is due into l->url: 1, 0 none, or negative. */
static int find_due(struct links *l, struct tx *tx)
{
    const struct kb *kb = l->options.live->kb;
    int64_t now = clock_now(l->options.clock);
    int minute = hours_local_minute(l->options.hours, now), r = 0;
    for (size_t i = 0; i < kb->intent_count; i++) {
        struct arena arena = ARENA_INIT;
        struct kb_link link;
        r = kb_link_get(tx, &arena, kb->intent[i].link, &link);
        bool due = r == 0 || (r == 1 && links_due(&link, now, minute));
        arena_release(&arena);
        if (r < 0)
            return r;
        if (!due)
            continue;
        buf_clear(&l->url);
        r = buf_add(&l->url, kb->intent[i].link);
        return r < 0 ? r : 1;
    }
    return 0;
}

/* The next of all into l->url: 1, 0 there are no more. What two intents share is asked for once. */
static int find_next(struct links *l)
{
    const struct kb *kb = l->options.live->kb;
    for (; l->next < kb->intent_count; l->next++) {
        struct str url = kb->intent[l->next].link;
        bool asked = false;
        for (size_t i = 0; i < l->next && !asked; i++)
            asked = str_eq(kb->intent[i].link, url);
        if (asked)
            continue;
        l->next++;
        buf_clear(&l->url);
        return buf_add(&l->url, url) < 0 ? ERR_NOMEM : 1;
    }
    return 0;
}

static void ask_all(struct links *l)
{
    int r = find_next(l);
    l->by_get = false;
    if (r == 1)
        r = ask(l) == 0 ? 1 : ERR_NOMEM;
    if (r != 1)
        l->options.done(l->options.data);
}

static void on_timer(uv_timer_t *timer)
{
    struct links *l = timer->data;
    struct tx *tx;
    if (l->options.done) {
        ask_all(l);
        return;
    }
    int r = tx_begin(l->options.db, TX_READ, &tx);
    if (r == 0) {
        r = find_due(l, tx);
        tx_rollback(tx);
    }
    l->by_get = false;
    if (r == 1)
        r = ask(l) == 0 ? 1 : ERR_NOMEM;
    if (r < 0)
        log_error("links.round why=\"%s\"", err_str(r));
    if (r != 1)
        look_later(l);
}

/* ------------------------------------------------------------------------------------------------
 * life */

int links_new(const struct links_options *options, struct links **ret)
{
    struct links *l = calloc(1, sizeof *l);
    int r = l ? http_new(options->loop, &l->http) : ERR_NOMEM;
    if (r < 0) {
        free(l);
        return r;
    }
    l->options = *options;
    l->url = BUF_INIT(URL_BYTES_MAX);
    l->agent = BUF_INIT(4096);
    (void)uv_timer_init(options->loop, &l->timer);
    l->timer.data = l;
    r = buf_addf(&l->agent, "kerbside/" KERBSIDE_VERSION " (link check for @%.*s)",
                 STR_ARG(options->account));
    if (r < 0)
        (void)links_free(l);
    else
        *ret = l;
    return r;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct links *links_free(struct links *l)
{
    if (!l)
        return NULL;
    l->http = http_free(l->http);
    buf_release(&l->url);
    buf_release(&l->agent);
    (void)uv_timer_stop(&l->timer);
    uv_close((uv_handle_t *)&l->timer, on_closed);
    return NULL;
}

void links_start(struct links *l)
{
    look_later(l);
}
