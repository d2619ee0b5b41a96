#include "bot/x/subscriptions.h"

#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "bot/x/errors.h"
#include "bot/x/oauth1.h"
#include "bot/x/wire.h"

/* 1,500 subscriptions and 1,000 rules are the most on a plan without a contract. */
enum {
    PAGES_MAX = 100,
    ANSWER_BYTES_MAX = 4 << 20,
    TROUBLE_BYTES_MAX = 4096,
    RULE_CHARS_MAX = 1024
};

/* What an account is subscribed to. Private events need the account's own token. oauth.revoke is
 * about the app and has no user; X's page on the Activity API lists it and the specification
 * doesn't, so that a refusal of it is no trouble. */
static const struct {
    const char *type;
    bool is_private, of_app;
} events[] = {
    { "post.mention.create", .is_private = true },
    { "post.reply.create", .is_private = true },
    { "post.quote.create", .is_private = true },
    { "dm.received", .is_private = true },
    { "dm.sent", .is_private = true },
    { "post.create", .is_private = false },
    { "post.delete", .is_private = false },
    { "oauth.revoke", .of_app = true },
};

/* One request that changes something. */
struct change {
    struct x_client *client;
    enum x_token token;
    enum http_method method;
    struct str path, json;
    bool may_fail;
};

struct x_subscriptions {
    struct x_subscriptions_options options;
    struct arena arena; /* of one look */
    bool busy;
    unsigned pages;
    bool *found;            /* by account, then by event; with rules one an account */
    struct str *stale;      /* ids of rules that must go */
    struct change *changes; /* in order */
    size_t stale_count, stale_room, change_count, change_room, next;
    struct buf trouble;
};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static struct str text_of(const cJSON *object, const char *name)
{
    return json_str(member(object, name));
}

int x_rule_of(struct buf *out, const struct x_us *us)
{
    return buf_addf(out, "(@%.*s OR to:%.*s OR from:%.*s) -is:retweet", STR_ARG(us->handle),
                    STR_ARG(us->handle), STR_ARG(us->handle));
}

bool x_read_subscribed(struct str body)
{
    cJSON *tree;
    if (json_parse(body, &tree, NULL) < 0)
        return false;
    const cJSON *data = member(tree, "data");
    const cJSON *one = cJSON_IsArray(data)            ? cJSON_GetArrayItem(data, 0)
                       : member(data, "subscription") ? member(data, "subscription")
                                                      : data;
    bool is = text_of(one, "subscription_id").len > 0;
    cJSON_Delete(tree);
    return is;
}

static void finish(struct x_subscriptions *s)
{
    s->busy = false;
    if (s->trouble.len)
        log_warn("subscriptions.missing source=%d", s->options.source);
    else
        log_info("subscriptions.there source=%d changes=%zu", s->options.source, s->change_count);
    s->options.done(s->options.data, buf_str(&s->trouble));
}

/* The first one counts: the others mostly have the same reason. */
static void complain(struct x_subscriptions *s, const char *what, struct str words)
{
    if (!s->trouble.len)
        (void)buf_addf(&s->trouble, "X doesn't tell us of everything at once, since %s: %.*s", what,
                       STR_ARG(words));
}

static void complain_of_answer(struct x_subscriptions *s, const char *what,
                               const struct http_answer *answer)
{
    struct arena arena = ARENA_INIT;
    complain(s, what, x_read_error(&arena, answer, X_READ, time(NULL)).words);
    arena_release(&arena);
}

/* ------------------------------------------------------------------------------------------------
 * changes, one after the other */

static void make_next(struct x_subscriptions *s);

/* Problems with single rules come with a success. */
static bool has_errors(struct str body)
{
    cJSON *tree;
    if (json_parse(body, &tree, NULL) < 0)
        return true;
    bool has = cJSON_GetArraySize(member(tree, "errors")) > 0;
    cJSON_Delete(tree);
    return has;
}

static bool is_made(const struct x_subscriptions *s, const struct change *c,
                    const struct http_answer *a)
{
    bool accepted = a->status == 200 || a->status == 201;
    if (a->end != HTTP_ANSWERED)
        return false;
    if (s->options.source == X_SOURCE_ACTIVITY && c->method == HTTP_POST)
        return a->status == 409 || /* made by somebody else meanwhile */
               (accepted && x_read_subscribed(a->body));
    return accepted && !has_errors(a->body);
}

static void on_changed(void *data, const struct http_answer *answer)
{
    struct x_subscriptions *s = data;
    const struct change *c = &s->changes[s->next++];
    if (!is_made(s, c, answer)) {
        log_warn("subscriptions.refused path=%.*s end=%d status=%d", STR_ARG(c->path),
                 (int)answer->end, answer->status);
        if (!c->may_fail)
            complain_of_answer(s, "a subscription can't be made", answer);
    }
    make_next(s);
}

/* Ends when there is none left, or when one can't even be asked for. */
static void make_next(struct x_subscriptions *s)
{
    if (s->next == s->change_count) {
        finish(s);
        return;
    }
    const struct change *c = &s->changes[s->next];
    struct x_request request = { .endpoint = s->options.source == X_SOURCE_ACTIVITY
                                                 ? X_ENDPOINT_SUBSCRIPTIONS
                                                 : X_ENDPOINT_RULES,
                                 .token = c->token,
                                 .method = c->method,
                                 .path = c->path.p,
                                 .json = c->json,
                                 .timeout_ms = s->options.timeout_ms,
                                 .max_bytes = ANSWER_BYTES_MAX };
    int r = x_client_send(c->client, &request, on_changed, s);
    if (r == ERR_DENIED) { /* nothing may be changed at X: what there is must do */
        log_info("subscriptions.left_alone changes=%zu", s->change_count);
        finish(s);
    } else if (r < 0) {
        complain(s, "a subscription can't be asked for", str_of(err_str(r)));
        finish(s);
    }
}

/* Takes @json over, and keeps it in the arena. */
static int add_change(struct x_subscriptions *s, struct change change, struct buf *json)
{
    void *list = s->changes;
    int r = json->err;
    if (r == 0)
        r = array_grow_in(&s->arena, &list, s->change_count, &s->change_room, sizeof change);
    change.json = arena_str(&s->arena, buf_str(json));
    change.path = arena_str(&s->arena, change.path);
    buf_release(json);
    if (r < 0 || !change.json.p || !change.path.p)
        return ERR_NOMEM;
    s->changes = list;
    s->changes[s->change_count++] = change;
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * events */

/* One subscription that there is. A webhook is added to ours if it isn't there. */
static int see_subscription(struct x_subscriptions *s, const cJSON *one)
{
    const struct x_subscriptions_options *o = &s->options;
    struct str type = text_of(one, "event_type"), id = text_of(one, "subscription_id");
    struct str user_id = text_of(member(one, "filter"), "user_id");
    int r = 0;
    for (size_t i = 0; i < o->count * ARRAY_LEN(events) && r == 0; i++) {
        const struct x_subscriber *who = &o->subscribers[i / ARRAY_LEN(events)];
        bool of_app = events[i % ARRAY_LEN(events)].of_app;
        if (s->found[i] || !str_is(type, events[i % ARRAY_LEN(events)].type) ||
            (!of_app && !str_eq(user_id, who->us.id)))
            continue;
        s->found[i] = true;
        if (!o->webhook_id || str_is(text_of(one, "webhook_id"), o->webhook_id) ||
            !x_id_valid(id) || (of_app && i >= ARRAY_LEN(events)))
            continue;
        struct buf path = BUF_INIT(1000), json = BUF_INIT(1000);
        (void)buf_addf(&path, "/2/activity/subscriptions/%.*s", STR_ARG(id));
        (void)buf_addf(&json, "{\"webhook_id\":\"%s\"}", o->webhook_id);
        r = add_change(s,
                       (struct change){ .client = who->client,
                                        .token = X_TOKEN_APP,
                                        .method = HTTP_PUT,
                                        .path = buf_str(&path) },
                       &json);
        buf_release(&path);
    }
    return r;
}

static int want_events(struct x_subscriptions *s)
{
    const struct x_subscriptions_options *o = &s->options;
    int r = 0;
    for (size_t i = 0; i < o->count * ARRAY_LEN(events) && r == 0; i++) {
        size_t e = i % ARRAY_LEN(events);
        const struct x_subscriber *who = &o->subscribers[i / ARRAY_LEN(events)];
        if (s->found[i] || (events[e].of_app && i >= ARRAY_LEN(events)))
            continue;
        struct buf json = BUF_INIT(1000);
        (void)buf_addf(&json, "{\"event_type\":\"%s\",\"filter\":{", events[e].type);
        if (!events[e].of_app)
            (void)buf_addf(&json, "\"user_id\":\"%.*s\"", STR_ARG(who->us.id));
        (void)buf_addc(&json, "},\"tag\":\"kerbside\"");
        if (o->webhook_id)
            (void)buf_addf(&json, ",\"webhook_id\":\"%s\"", o->webhook_id);
        (void)buf_addc(&json, "}");
        r = add_change(s,
                       (struct change){ .client = who->client,
                                        .token = events[e].is_private ? X_TOKEN_USER : X_TOKEN_APP,
                                        .method = HTTP_POST,
                                        .path = STR("/2/activity/subscriptions"),
                                        .may_fail = events[e].of_app },
                       &json);
    }
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * rules */

static int add_stale(struct x_subscriptions *s, struct str id)
{
    void *list = s->stale;
    int r = array_grow_in(&s->arena, &list, s->stale_count, &s->stale_room, sizeof id);
    id = arena_str(&s->arena, id);
    if (r < 0 || !id.p)
        return ERR_NOMEM;
    s->stale = list;
    s->stale[s->stale_count++] = id;
    return 0;
}

/* One rule that there is. A tag can't be changed, and no two rules may say the same: what has our
 * tag or says what ours says, and not both, must go. */
static int see_rule(struct x_subscriptions *s, const cJSON *rule)
{
    struct str id = text_of(rule, "id");
    int r = 0;
    for (size_t i = 0; i < s->options.count && r == 0; i++) {
        const struct x_us *us = &s->options.subscribers[i].us;
        struct buf value = BUF_INIT(4096);
        r = x_rule_of(&value, us);
        bool tagged = str_eq(text_of(rule, "tag"), us->id);
        bool says = str_eq(text_of(rule, "value"), buf_str(&value));
        if (tagged && says)
            s->found[i] = true;
        else if ((tagged || says) && x_id_valid(id) && r == 0)
            r = add_stale(s, id);
        buf_release(&value);
    }
    return r;
}

static int add_rule_change(struct x_subscriptions *s, struct buf *json)
{
    return add_change(s,
                      (struct change){ .client = s->options.subscribers[0].client,
                                       .token = X_TOKEN_APP,
                                       .method = HTTP_POST,
                                       .path = STR("/2/tweets/search/stream/rules") },
                      json);
}

/* The old ones go first. */
static int want_rules(struct x_subscriptions *s)
{
    struct buf old = BUF_INIT(1 << 20), added = BUF_INIT(1 << 20);
    size_t missing = 0;
    (void)buf_addc(&old, "{\"delete\":{\"ids\":[");
    for (size_t i = 0; i < s->stale_count; i++)
        (void)buf_addf(&old, "%s\"%.*s\"", i ? "," : "", STR_ARG(s->stale[i]));
    (void)buf_addc(&old, "]}}");
    (void)buf_addc(&added, "{\"add\":[");
    for (size_t i = 0; i < s->options.count; i++) {
        const struct x_us *us = &s->options.subscribers[i].us;
        struct buf value = BUF_INIT(RULE_CHARS_MAX);
        if (s->found[i])
            continue;
        if (x_rule_of(&value, us) < 0)
            added.err = value.err;
        (void)buf_addc(&added, missing++ ? ",{\"value\":" : "{\"value\":");
        (void)json_add_text(&added, buf_str(&value));
        (void)buf_addf(&added, ",\"tag\":\"%.*s\"}", STR_ARG(us->id));
        buf_release(&value);
    }
    (void)buf_addc(&added, "]}");
    int r = s->stale_count ? add_rule_change(s, &old) : 0;
    if (r == 0 && missing)
        r = add_rule_change(s, &added);
    buf_release(&old);
    buf_release(&added);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * looking */

static int ask_page(struct x_subscriptions *s, struct str next_token);

static int see_page(struct x_subscriptions *s, struct str body, bool *ret_more)
{
    cJSON *tree;
    const cJSON *one;
    int r = json_parse(body, &tree, NULL);
    if (r < 0)
        return r;
    bool activity = s->options.source == X_SOURCE_ACTIVITY;
    cJSON_ArrayForEach(one, member(tree, "data"))
    {
        if (r == 0)
            r = activity ? see_subscription(s, one) : see_rule(s, one);
    }
    struct str next = text_of(member(tree, "meta"), "next_token");
    *ret_more = next.len && ++s->pages < PAGES_MAX;
    if (r == 0 && *ret_more)
        r = ask_page(s, next);
    cJSON_Delete(tree);
    return r;
}

static void on_page(void *data, const struct http_answer *answer)
{
    struct x_subscriptions *s = data;
    bool more = false;
    if (answer->end != HTTP_ANSWERED || answer->status != 200) {
        complain_of_answer(s, "what we are subscribed to can't be read", answer);
        finish(s);
        return;
    }
    int r = see_page(s, answer->body, &more);
    if (r == 0 && more)
        return;
    if (r == 0)
        r = s->options.source == X_SOURCE_ACTIVITY ? want_events(s) : want_rules(s);
    if (r == 0) {
        make_next(s);
        return;
    }
    complain(s, "what we are subscribed to can't be read", str_of(err_str(r)));
    finish(s);
}

static int ask_page(struct x_subscriptions *s, struct str next_token)
{
    bool activity = s->options.source == X_SOURCE_ACTIVITY;
    struct buf path = BUF_INIT(16384);
    (void)buf_addf(&path, "%s?max_results=1000",
                   activity ? "/2/activity/subscriptions" : "/2/tweets/search/stream/rules");
    if (next_token.len) {
        (void)buf_addc(&path, "&pagination_token=");
        (void)oauth1_encode(&path, next_token);
    }
    struct x_request request = { .endpoint = activity ? X_ENDPOINT_SUBSCRIPTIONS : X_ENDPOINT_RULES,
                                 .token = X_TOKEN_APP,
                                 .method = HTTP_GET,
                                 .path = buf_cstr(&path),
                                 .timeout_ms = s->options.timeout_ms,
                                 .max_bytes = ANSWER_BYTES_MAX };
    int r = path.err;
    if (r == 0)
        r = x_client_send(s->options.subscribers[0].client, &request, on_page, s);
    buf_release(&path);
    return r;
}

void x_subscriptions_ensure(struct x_subscriptions *s)
{
    if (s->busy)
        return;
    arena_clear(&s->arena);
    buf_clear(&s->trouble);
    s->pages = 0;
    s->stale = NULL;
    s->changes = NULL;
    s->stale_count = s->stale_room = s->change_count = s->change_room = s->next = 0;
    s->busy = true;
    s->found = arena_array(&s->arena, s->options.count * ARRAY_LEN(events), sizeof *s->found);
    int r = s->found ? ask_page(s, STR("")) : ERR_NOMEM;
    if (r < 0) {
        s->busy = false; /* the owner tries again: it does so from time to time anyway */
        log_warn("subscriptions.not_asked why=\"%s\"", err_str(r));
    }
}

int x_subscriptions_new(const struct x_subscriptions_options *options, struct x_subscriptions **ret)
{
    struct x_subscriptions *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_NOMEM;
    s->options = *options;
    s->trouble = BUF_INIT(TROUBLE_BYTES_MAX);
    *ret = s;
    return 0;
}

struct x_subscriptions *x_subscriptions_free(struct x_subscriptions *s)
{
    if (!s)
        return NULL;
    arena_release(&s->arena);
    buf_release(&s->trouble);
    free(s);
    return NULL;
}
