#include "bot/x/activity.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/array.h"
#include "base/json.h"
#include "base/when.h"
#include "bot/x/wire.h"

/* What is being read, and for whom. */
struct reading {
    struct arena *arena;
    const struct x_us *us;
    size_t us_count, room;
    struct x_events events;
};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static struct str text_of(const cJSON *object, const char *name)
{
    return json_str(member(object, name));
}

static const struct x_us *ours(const struct reading *r, struct str id)
{
    for (size_t i = 0; i < r->us_count; i++)
        if (str_eq(r->us[i].id, id))
            return &r->us[i];
    return NULL;
}

/* Adds one, with its texts in the arena already but for the account's. */
static int add(struct reading *r, struct str account_id, struct x_event event)
{
    void *list = r->events.list;
    int e = array_grow_in(r->arena, &list, r->events.count, &r->room, sizeof event);
    event.account_id = arena_str(r->arena, account_id);
    if (e < 0 || !event.account_id.p)
        return ERR_NOMEM;
    r->events.list = list;
    r->events.list[r->events.count++] = event;
    return 0;
}

static int add_read_now(struct reading *r, struct str account_id)
{
    return add(r, account_id, (struct x_event){ .kind = X_EVENT_READ_NOW });
}

static int add_gone(struct reading *r, struct str account_id, struct str post_id)
{
    if (!x_id_valid(post_id))
        return add_read_now(r, account_id);
    struct x_event e = { .kind = X_EVENT_GONE, .gone_id = arena_str(r->arena, post_id) };
    return e.gone_id.p ? add(r, account_id, e) : ERR_NOMEM;
}

/* @quotes_us: X says so itself, and need not have sent what is quoted. */
static int add_post(struct reading *r, const struct x_us *us, const cJSON *tree, const cJSON *post,
                    bool quotes_us)
{
    struct x_event e = { .kind = X_EVENT_MESSAGE };
    int found = x_read_post(r->arena, tree, post, us, &e.message);
    if (found == ERR_BADINPUT)
        return add_read_now(r, us->id);
    if (found <= 0)
        return found;
    e.message.may_reply |= quotes_us && e.message.kind != NETWORK_OURS;
    return add(r, us->id, e);
}

/* ------------------------------------------------------------------------------------------------
 * direct messages */

/* Milliseconds, as text. */
static bool read_milliseconds(struct str text, int64_t *ret_at)
{
    int64_t ms;
    if (!str_to_int64(text, 1, INT64_MAX, &ms))
        return false;
    *ret_at = ms / 1000;
    return true;
}

/* "dm:" and the two ids, the smaller one first: X's own name of a conversation between two. */
static int conversation_of(struct arena *arena, struct str a, struct str b, struct str *ret)
{
    char name[64];
    bool turned = x_id_cmp(a, b) > 0;
    int len = snprintf(name, sizeof name, "dm:%.*s-%.*s", STR_ARG(turned ? b : a),
                       STR_ARG(turned ? a : b));
    *ret = arena_str(arena, (struct str){ name, (size_t)len });
    return ret->p ? 0 : ERR_NOMEM;
}

/* The user in the map of a payload: in the new form within "data". */
static const cJSON *user_of(const cJSON *users, struct str id)
{
    const cJSON *user;
    cJSON_ArrayForEach(user, users)
    {
        if (user->string && str_is(id, user->string))
            return member(user, "data") ? member(user, "data") : user;
    }
    return NULL;
}

static struct str username_of(const cJSON *user)
{
    struct str name = text_of(user, "username");
    return name.len ? name : text_of(user, "screen_name");
}

static int add_direct(struct reading *r, const struct x_us *us, const cJSON *users,
                      const cJSON *event)
{
    const cJSON *create = member(event, "message_create"), *said = member(create, "message_data");
    struct str id = text_of(event, "id"), text = text_of(said, "text");
    struct str sender = text_of(create, "sender_id");
    struct str recipient = text_of(member(create, "target"), "recipient_id");
    const cJSON *user = user_of(users, sender);
    struct network_message m = { .is_private = true };
    bool from_us = str_eq(sender, us->id);
    if (!str_is(text_of(event, "type"), "message_create"))
        return 0; /* somebody came or left */
    struct str handle = from_us ? us->handle : username_of(user);
    if (!x_id_valid(id) || !x_id_valid(sender) || !x_id_valid(recipient) || !text.len ||
        !handle.len || !read_milliseconds(text_of(event, "created_timestamp"), &m.written_at))
        return add_read_now(r, us->id);
    if (!from_us && !str_eq(recipient, us->id))
        return 0;
    char name[32];
    int len = snprintf(name, sizeof name, "dm:%.*s", STR_ARG(id));
    int e = conversation_of(r->arena, sender, recipient, &m.conversation);
    if (e == 0)
        e = x_read_text(r->arena, text, &m.text);
    m.kind = from_us ? NETWORK_OURS : NETWORK_PRIVATE;
    m.may_reply = !from_us;
    m.remote_id = arena_str(r->arena, (struct str){ name, (size_t)len });
    m.author_id = arena_str(r->arena, sender);
    m.handle = arena_str(r->arena, handle);
    m.name = arena_str(r->arena, text_of(user, "name"));
    m.partner = arena_str(r->arena, from_us ? recipient : STR(""));
    if (e < 0 || !m.remote_id.p || !m.author_id.p || !m.handle.p || !m.name.p || !m.partner.p)
        return ERR_NOMEM;
    return add(r, us->id, (struct x_event){ .kind = X_EVENT_MESSAGE, .message = m });
}

static int add_directs(struct reading *r, const struct x_us *us, const cJSON *payload)
{
    const cJSON *event, *events = member(payload, "direct_message_events");
    int e = 0;
    if (cJSON_GetArraySize(events) == 0)
        return add_read_now(r, us->id);
    cJSON_ArrayForEach(event, events)
    {
        if (e == 0)
            e = add_direct(r, us, member(payload, "users"), event);
    }
    return e;
}

/* ------------------------------------------------------------------------------------------------
 * the Activity API */

static int read_revoked(struct reading *r, struct str user_id)
{
    const struct x_us *us = ours(r, user_id);
    return us ? add(r, us->id, (struct x_event){ .kind = X_EVENT_REVOKED }) : 0;
}

static int read_for(struct reading *r, const struct x_us *us, struct str type, const cJSON *data)
{
    const cJSON *payload = member(data, "payload");
    if (str_is(type, "post.delete"))
        return add_gone(r, us->id, text_of(payload, "id"));
    if (str_is(type, "dm.received") || str_is(type, "dm.sent"))
        return add_directs(r, us, payload);
    return add_post(r, us, data, payload, str_is(type, "post.quote.create"));
}

static int read_key(struct reading *r, struct str type, struct str user_id, struct str uuid)
{
    struct buf key = BUF_INIT(4096);
    if (type.len && uuid.len)
        (void)buf_addf(&key, "%.*s %.*s %.*s", STR_ARG(type), STR_ARG(user_id), STR_ARG(uuid));
    r->events.key = arena_str(r->arena, key.err ? STR("") : buf_str(&key));
    buf_release(&key);
    return r->events.key.p ? 0 : ERR_NOMEM;
}

static int read_activity(struct reading *r, const cJSON *data)
{
    static const char *const known[] = { "post.mention.create",
                                         "post.reply.create",
                                         "post.quote.create",
                                         "post.create",
                                         "post.delete",
                                         "dm.received",
                                         "dm.sent" };
    struct str type = text_of(data, "event_type");
    struct str user_id = text_of(member(data, "filter"), "user_id");
    bool is_known = false;
    int e = 0;
    if (read_key(r, type, user_id, text_of(data, "event_uuid")) < 0)
        return ERR_NOMEM;
    if (str_is(type, "oauth.revoke")) /* its filter is empty */
        return read_revoked(r, text_of(member(data, "payload"), "user_id"));
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        is_known |= str_is(type, known[i]);
    for (size_t i = 0; i < r->us_count && is_known && e == 0; i++) {
        if (str_eq(r->us[i].id, user_id))
            e = read_for(r, &r->us[i], type, data);
        else if (!user_id.len) /* it doesn't say whose it is */
            e = add_read_now(r, r->us[i].id);
    }
    return e;
}

/* ------------------------------------------------------------------------------------------------
 * the filtered stream */

/* Our rules have the account's id as their tag. */
static int read_filtered(struct reading *r, const cJSON *tree)
{
    int e = 0;
    for (size_t i = 0; i < r->us_count && e == 0; i++) {
        const cJSON *rule, *rules = member(tree, "matching_rules");
        bool matched = false;
        cJSON_ArrayForEach(rule, rules) matched |= str_eq(text_of(rule, "tag"), r->us[i].id);
        if (matched)
            e = add_post(r, &r->us[i], tree, member(tree, "data"), false);
    }
    return e;
}

/* ------------------------------------------------------------------------------------------------
 * the Account Activity API */

/* "Mon May 19 14:01:46 +0000 2025", always in UTC, as RFC 3339. */
static bool read_old_time(struct str text, char out[WHEN_TEXT_MAX])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct str part[6], rest = text;
    size_t n = 0, month = 0;
    while (n < ARRAY_LEN(part) && str_split(&rest, ' ', &part[n]))
        n++;
    if (n != ARRAY_LEN(part) || rest.len || part[1].len != 3 || part[2].len != 2 ||
        part[3].len != 8 || !str_is(part[4], "+0000") || part[5].len != 4)
        return false;
    while (month < 12 && memcmp(months + month * 3, part[1].p, 3) != 0)
        month++;
    int len = snprintf(out, WHEN_TEXT_MAX, "%.*s-%02zu-%.*sT%.*sZ", STR_ARG(part[5]), month + 1,
                       STR_ARG(part[2]), STR_ARG(part[3]));
    int64_t at;
    return month < 12 && when_parse((struct str){ out, (size_t)len }, &at);
}

static void put(cJSON *object, const char *name, struct str value)
{
    if (value.len)
        (void)json_put_str(object, name, value);
}

static void put_reference(cJSON *list, const char *type, struct str id)
{
    if (!id.len)
        return;
    cJSON *o = cJSON_CreateObject();
    put(o, "type", str_of(type));
    put(o, "id", id);
    (void)cJSON_AddItemToArray(list, o);
}

/* The post of v1.1 in the form of v2. It has no conversation: the thread that it begins has its own
 * id, any other is unknown. What memory was lacking for is missing, and then it is read elsewhere.
 */
static cJSON *as_new_post(const cJSON *old)
{
    const cJSON *extended = member(old, "extended_tweet"), *user = member(old, "user");
    const cJSON *quoted = member(old, "quoted_status");
    struct str id = text_of(old, "id_str"), text = text_of(extended, "full_text");
    struct str parent = text_of(old, "in_reply_to_status_id_str");
    const cJSON *range = member(extended, "display_text_range");
    char at[WHEN_TEXT_MAX];
    cJSON *tree = cJSON_CreateObject(), *post = cJSON_AddObjectToObject(tree, "data");
    cJSON *includes = cJSON_AddObjectToObject(tree, "includes");
    cJSON *references = cJSON_AddArrayToObject(post, "referenced_tweets");
    cJSON *users = cJSON_AddArrayToObject(includes, "users"), *author = cJSON_CreateObject();
    cJSON *tweets = cJSON_AddArrayToObject(includes, "tweets"), *other = cJSON_CreateObject();
    put(post, "id", id);
    put(post, "text", text.len ? text : text_of(old, "text"));
    put(post, "author_id", text_of(user, "id_str"));
    if (read_old_time(text_of(old, "created_at"), at))
        put(post, "created_at", str_of(at));
    put(post, "conversation_id", parent.len ? STR("") : id);
    range = range ? range : member(old, "display_text_range");
    if (range)
        (void)cJSON_AddItemToObject(post, "display_text_range", cJSON_Duplicate(range, true));
    put_reference(references, "replied_to", parent);
    put_reference(references, "quoted", text_of(quoted, "id_str"));
    put_reference(references, "retweeted", text_of(member(old, "retweeted_status"), "id_str"));
    put(author, "id", text_of(user, "id_str"));
    put(author, "username", text_of(user, "screen_name"));
    put(author, "name", text_of(user, "name"));
    (void)cJSON_AddItemToArray(users, author);
    put(other, "id", text_of(quoted, "id_str"));
    put(other, "author_id", text_of(member(quoted, "user"), "id_str"));
    (void)cJSON_AddItemToArray(tweets, other);
    return tree;
}

static int add_old_post(struct reading *r, const struct x_us *us, const cJSON *old)
{
    cJSON *renewed = as_new_post(old);
    int e = add_post(r, us, renewed, member(renewed, "data"), false);
    cJSON_Delete(renewed);
    return e;
}

static int read_old(struct reading *r, const cJSON *tree)
{
    const struct x_us *us = ours(r, text_of(tree, "for_user_id"));
    const cJSON *item;
    int e = 0;
    if (!us)
        return 0;
    cJSON_ArrayForEach(item, member(tree, "tweet_create_events"))
    {
        bool quotes_somebody = text_of(item, "quoted_status_id_str").len > 0;
        if (e == 0)
            e = quotes_somebody && !member(item, "quoted_status") ? add_read_now(r, us->id)
                                                                  : add_old_post(r, us, item);
    }
    cJSON_ArrayForEach(item, member(tree, "tweet_delete_events"))
    {
        if (e == 0)
            e = add_gone(r, us->id, text_of(member(item, "status"), "id"));
    }
    return e == 0 && member(tree, "direct_message_events") ? add_directs(r, us, tree) : e;
}

/* ------------------------------------------------------------------------------------------------
 */

/* Errors with nothing beside them: X says why it ends the stream, and then does. */
static int read_end(struct reading *r, const cJSON *errors)
{
    static const char *const names[] = { "disconnect_type", "title", "detail", "type" };
    const cJSON *first = cJSON_GetArrayItem(errors, 0);
    struct str why = STR("");
    for (size_t i = 0; i < ARRAY_LEN(names) && !why.len; i++)
        why = text_of(first, names[i]);
    r->events.ends = arena_str(r->arena, why.len ? why : STR("unknown"));
    return r->events.ends.p ? 0 : ERR_NOMEM;
}

int x_read_events(struct arena *arena, struct str body, const struct x_us *us, size_t us_count,
                  struct x_events *ret)
{
    struct reading r = { .arena = arena, .us = us, .us_count = us_count };
    r.events.key = r.events.ends = STR("");
    cJSON *tree;
    int e = json_parse(body, &tree, NULL);
    if (e < 0)
        return e;
    const cJSON *data = member(tree, "data");
    if (!cJSON_IsObject(tree))
        e = ERR_BADINPUT;
    else if (member(data, "event_type"))
        e = read_activity(&r, data);
    else if (cJSON_IsObject(data))
        e = read_filtered(&r, tree);
    else if (member(tree, "for_user_id"))
        e = read_old(&r, tree);
    else if (cJSON_IsArray(member(tree, "errors")))
        e = read_end(&r, member(tree, "errors"));
    cJSON_Delete(tree);
    if (e == 0)
        *ret = r.events;
    return e;
}
