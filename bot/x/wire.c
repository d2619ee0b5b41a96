#include "bot/x/wire.h"

#include <inttypes.h>
#include <strings.h>

#include "base/json.h"
#include "base/when.h"
#include "bot/x/text.h"

enum { ID_DIGITS_MAX = 19 };

/* Milliseconds of X's ids lie above 22 bits, counted from X's own epoch (X's page on its ids,
 * 2026-08). */
enum { ID_TIME_SHIFT = 22 };
static const int64_t ID_EPOCH_MS = INT64_C(1288834974657);

/* Recent search takes so many characters of a query on self-serve (X's page on building a query,
 * 2026-08). */
enum { QUERY_MAX = 512 };

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

struct str x_event_id(struct str remote_id)
{
    bool prefixed = str_starts(remote_id, STR(X_DM_PREFIX));
    return prefixed ? str_cut(remote_id, strlen(X_DM_PREFIX), remote_id.len) : remote_id;
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

static bool is_handle_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does the text name the account of that handle, as X reads mentions? */
static int find_mention(struct arena *arena, struct str text, struct str handle, bool *ret)
{
    struct x_found found;
    int r = x_text_find(arena, text, &found);
    *ret = false;
    for (size_t i = 0; r == 0 && i < found.mention_count; i++) {
        struct str name = str_cut(text, found.mentions[i].from, found.mentions[i].to);
        *ret |= name.len > handle.len &&
                strncasecmp(name.p + name.len - handle.len, handle.p, handle.len) == 0 &&
                !is_handle_byte(name.p[name.len - handle.len - 1]);
    }
    return r == ERR_TOOBIG ? 0 : r; /* nobody wrote that: it names nobody */
}

/*
 * What the resident wrote: the whole of a long post, without the handles that a reply carries in
 * front; they lie before display_text_range, counted in code points of the text as delivered.
 * @ret_carries: our handle is among them.
 */
static int read_text(struct arena *arena, const cJSON *post, struct str handle, struct str *ret,
                     bool *ret_carries)
{
    const cJSON *note = either(post, "note_tweet", "note_post");
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(post, "display_text_range");
    const cJSON *from = cJSON_GetArrayItem(range, 0);
    struct str shown = text_of(post, "text"), text = text_of(note, "text");
    int r = 0;
    *ret_carries = false;
    if (!text.len)
        text = shown;
    if (cJSON_IsNumber(from) && from->valueint > 0) {
        struct str carried = utf8_cut(text, (size_t)from->valueint);
        r = find_mention(arena, utf8_cut(shown, (size_t)from->valueint), handle, ret_carries);
        if (only_handles(carried)) /* the text of a long post may come without them */
            text = str_cut(text, carried.len, text.len);
    }
    return r < 0 ? r : unescape(arena, text, ret);
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

static bool is_repost(const cJSON *post)
{
    return reference(post, "retweeted") || reference(post, "reposted");
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

/* The post's reference of that type is to a post of ours, as the posts that came with it show. */
static bool refers_to_us(const cJSON *tree, const cJSON *post, const char *type,
                         struct str account_id)
{
    const cJSON *other = reference(post, type), *p;
    const cJSON *included =
        either(cJSON_GetObjectItemCaseSensitive(tree, "includes"), "tweets", "posts");
    cJSON_ArrayForEach(p, included)
    {
        if (other && str_eq(text_of(p, "id"), text_of(other, "id")) &&
            str_eq(text_of(p, "author_id"), account_id))
            return true;
    }
    return false;
}

/* The first version of a post that was edited, by its history, which is oldest first; empty: it is
 * the first itself. Others between may never have been read. */
static struct str first_version(const cJSON *post, struct str id)
{
    struct str first = STR("");
    const cJSON *v;
    cJSON_ArrayForEach(v, either(post, "edit_history_tweet_ids", "edit_history_post_ids"))
    {
        if (str_eq(json_str(v), id))
            return first;
        first = first.len || !x_id_valid(json_str(v)) ? first : json_str(v);
    }
    return STR("");
}

/* What it answers: referenced, or in the member that posts of older forms have. */
static struct str parent_of(const cJSON *post)
{
    struct str id = text_of(reference(post, "replied_to"), "id");
    if (!id.len)
        id = text_of(post, "in_reply_to_tweet_id");
    return x_id_valid(id) ? id : STR("");
}

static struct str id_or(struct str id, struct str other)
{
    return x_id_valid(id) ? id : other;
}

/*
 * May we answer? On self-serve X takes a reply only to a post that names us where its author wrote
 * (not where a reply merely carries our handle) or that quotes us. Whether a bare reply to a post
 * of ours counts X's pages don't say: it doesn't here, and goes to staff, since a refusal is final.
 * On enterprise an answer to us is enough as well.
 */
struct manner {
    bool names, quotes, answers, carries; /* us */
};

static bool may_reply(const struct manner *m, const struct x_us *us)
{
    return m->names || m->quotes || (us->any_reply && m->answers);
}

/*
 * What else but the id may be missing or odd: such a post is handed on with what there is, as one
 * that is too old and may not be answered, so that staff see it. @ours: X was asked for our own
 * posts only, and names no author.
 */
static int read_message(struct arena *arena, const cJSON *tree, const cJSON *post,
                        const struct x_us *us, bool ours, struct network_message *ret)
{
    struct str id = text_of(post, "id"), author_id = text_of(post, "author_id");
    struct manner to_us = { 0 };
    struct network_message m = { 0 };
    if (!x_id_valid(id))
        return ERR_BADINPUT;
    int r = read_text(arena, post, us->handle, &m.text, &to_us.carries);
    if (r == 0)
        r = find_mention(arena, m.text, us->handle, &to_us.names);
    if (r < 0)
        return r;
    ours |= str_eq(author_id, us->id);
    if (ours)
        author_id = us->id;
    const cJSON *author = author_of(tree, author_id);
    bool whole = m.text.len > 0 && x_id_valid(author_id) &&
                 when_parse(text_of(post, "created_at"), &m.written_at);
    to_us.quotes = refers_to_us(tree, post, "quoted", us->id);
    to_us.answers = str_eq(text_of(post, "in_reply_to_user_id"), us->id) ||
                    refers_to_us(tree, post, "replied_to", us->id);
    m.kind = ours                                                            ? NETWORK_OURS
             : to_us.names || to_us.quotes || to_us.answers || to_us.carries ? NETWORK_ADDRESSED
                                                                             : NETWORK_OVERHEARD;
    m.may_reply = whole && !ours && may_reply(&to_us, us);
    m.remote_id = arena_str(arena, id);
    m.conversation = arena_str(arena, id_or(text_of(post, "conversation_id"), id));
    m.author_id = arena_str(arena, id_or(author_id, STR("0")));
    m.handle = arena_str(arena, ours ? us->handle : text_of(author, "username"));
    m.name = arena_str(arena, text_of(author, "name"));
    m.answers = arena_str(arena, parent_of(post));
    m.replaces = arena_str(arena, first_version(post, id));
    *ret = m;
    return m.remote_id.p && m.conversation.p && m.author_id.p && m.handle.p && m.name.p &&
                   m.answers.p && m.replaces.p
               ? 0
               : ERR_NOMEM;
}

int x_read_post(struct arena *arena, const cJSON *tree, const cJSON *post, const struct x_us *us,
                struct network_message *ret)
{
    struct network_message m;
    if (is_repost(post))
        return 0;
    int r = read_message(arena, tree, post, us, false, &m);
    if (r < 0)
        return r;
    if (!m.text.len || !m.written_at || !x_id_valid(text_of(post, "author_id")) ||
        !x_id_valid(text_of(post, "conversation_id")) || !m.handle.len)
        return ERR_BADINPUT;
    if (m.kind == NETWORK_OVERHEARD)
        m.kind = NETWORK_ADDRESSED; /* X tells us of it because it is to us */
    *ret = m;
    return 1;
}

int x_read_text(struct arena *arena, struct str shown, struct str *ret)
{
    return unescape(arena, shown, ret);
}

/* Parses an answer that must be an object with an optional list "data", and with "meta" if it is a
 * page of something. */
static int parse_list(struct str body, bool paged, cJSON **ret_tree, const cJSON **ret_data)
{
    int r = json_parse(body, ret_tree, NULL);
    if (r < 0)
        return r;
    *ret_data = cJSON_GetObjectItemCaseSensitive(*ret_tree, "data");
    const cJSON *meta = cJSON_GetObjectItemCaseSensitive(*ret_tree, "meta");
    if (!cJSON_IsObject(*ret_tree) || (paged && !cJSON_IsObject(meta)) ||
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

/* The ids and the token of a page, and room for its messages. */
static int begin_page(struct arena *arena, const cJSON *tree, const cJSON *data, struct x_page *ret)
{
    const cJSON *meta = cJSON_GetObjectItemCaseSensitive(tree, "meta");
    struct x_page page = { 0 };
    page.messages = arena_array(arena, (size_t)cJSON_GetArraySize(data) + 1, sizeof *page.messages);
    page.newest_id = arena_str(arena, id_or(text_of(meta, "newest_id"), STR("")));
    page.next_token = arena_str(arena, text_of(meta, "next_token"));
    *ret = page;
    return page.messages && page.newest_id.p && page.next_token.p ? 0 : ERR_NOMEM;
}

/* 0: a message was added; 1: one that isn't wanted. */
static int add_post(struct arena *arena, const cJSON *tree, const cJSON *post,
                    const struct x_us *us, enum x_posts which, struct x_page *page)
{
    bool ours = which == X_POSTS_OURS || str_eq(text_of(post, "author_id"), us->id);
    if (is_repost(post) || (ours && which != X_POSTS_OURS && which != X_POSTS_ALL))
        return 1;
    struct network_message *m = &page->messages[page->count];
    int r = read_message(arena, tree, post, us, ours, m);
    if (r == 0 && which == X_POSTS_MENTIONS)
        m->kind = NETWORK_ADDRESSED; /* X found our name in it, wherever it stands */
    return r;
}

int x_read_posts(struct arena *arena, struct str body, const struct x_us *us, enum x_posts which,
                 struct x_page *ret)
{
    cJSON *tree;
    const cJSON *data, *post;
    struct x_page page;
    int r = parse_list(body, which != X_POSTS_ALL, &tree, &data);
    if (r < 0)
        return r;
    r = begin_page(arena, tree, data, &page);
    cJSON_ArrayForEach(post, data)
    {
        if (r < 0)
            break;
        r = add_post(arena, tree, post, us, which, &page);
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

/* ------------------------------------------------------------------------------------------------
 * direct messages */

/* "1-2": the two ids of a conversation between two. False: it is one of several people. */
static bool split_pair(struct str name, struct str *ret_a, struct str *ret_b)
{
    *ret_b = name;
    return str_split(ret_b, '-', ret_a) && x_id_valid(*ret_a) && x_id_valid(*ret_b);
}

static int prefixed(struct arena *arena, struct str id, struct str *ret)
{
    struct buf out = BUF_INIT(128);
    int r = buf_addf(&out, X_DM_PREFIX "%.*s", STR_ARG(id));
    if (r == 0)
        *ret = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return r < 0 || !ret->p ? ERR_NOMEM : 0;
}

/*
 * Of a conversation of several people we know too little to answer: what they write may not be
 * answered, so that staff see it, and what we wrote there is nobody's and passed over. 0: added;
 * 1: isn't wanted.
 */
static int add_event(struct arena *arena, const cJSON *tree, const cJSON *event,
                     const struct x_us *us, struct x_page *page)
{
    struct str type = text_of(event, "event_type"), id = text_of(event, "id");
    struct str name = text_of(event, "dm_conversation_id"), sender = text_of(event, "sender_id");
    struct str a, b;
    struct network_message m = { .kind = NETWORK_PRIVATE, .is_private = true };
    if (type.len && !str_is(type, "MessageCreate"))
        return 1;
    if (!x_id_valid(id))
        return ERR_BADINPUT;
    bool ours = str_eq(sender, us->id), pair = split_pair(name, &a, &b);
    if (ours && !pair)
        return 1;
    const cJSON *author = author_of(tree, sender);
    int r = unescape(arena, text_of(event, "text"), &m.text);
    if (r == 0)
        r = prefixed(arena, id, &m.remote_id);
    if (r == 0)
        r = prefixed(arena, pair || x_id_valid(name) ? name : id, &m.conversation);
    if (r < 0)
        return r;
    bool whole = m.text.len > 0 && x_id_valid(sender) &&
                 when_parse(text_of(event, "created_at"), &m.written_at);
    m.kind = ours ? NETWORK_OURS : NETWORK_PRIVATE;
    m.may_reply = whole && pair && !ours;
    m.author_id = arena_str(arena, id_or(sender, STR("0")));
    m.handle = arena_str(arena, ours ? us->handle : text_of(author, "username"));
    m.name = arena_str(arena, text_of(author, "name"));
    m.partner = arena_str(arena, !ours ? STR("") : str_eq(a, us->id) ? b : a);
    if (!m.author_id.p || !m.handle.p || !m.name.p || !m.partner.p)
        return ERR_NOMEM;
    page->messages[page->count++] = m;
    return 0;
}

int x_read_direct(struct arena *arena, struct str body, const struct x_us *us, struct x_page *ret)
{
    cJSON *tree;
    const cJSON *data, *event;
    struct x_page page;
    struct str newest = STR("");
    int r = parse_list(body, true, &tree, &data);
    if (r < 0)
        return r;
    r = begin_page(arena, tree, data, &page);
    cJSON_ArrayForEach(event, data)
    {
        if (r < 0)
            break;
        struct str id = text_of(event, "id");
        if (x_id_valid(id) && x_id_cmp(id, newest) > 0)
            newest = id;
        if (x_id_valid(id) && (!page.oldest_id.len || x_id_cmp(id, page.oldest_id) < 0))
            page.oldest_id = id;
        r = add_event(arena, tree, event, us, &page);
        page.unread += r == ERR_BADINPUT;
        r = r == ERR_BADINPUT ? 0 : r;
    }
    page.newest_id = arena_str(arena, newest); /* a page of direct messages doesn't name it */
    page.oldest_id = arena_str(arena, page.oldest_id);
    cJSON_Delete(tree);
    if (r < 0 || !page.newest_id.p || !page.oldest_id.p)
        return r < 0 ? r : ERR_NOMEM;
    qsort(page.messages, page.count, sizeof *page.messages, by_id);
    *ret = page;
    return 0;
}

int x_read_sent(struct arena *arena, struct str body, struct str *ret_id)
{
    cJSON *tree;
    int r = json_parse(body, &tree, NULL);
    if (r < 0)
        return r;
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(tree, "data");
    struct str post = text_of(data, "id"), event = text_of(data, "dm_event_id");
    if (x_id_valid(event)) {
        r = prefixed(arena, event, ret_id);
    } else if (x_id_valid(post)) {
        *ret_id = arena_str(arena, post);
        r = ret_id->p ? 0 : ERR_NOMEM;
    } else {
        r = ERR_BADINPUT;
    }
    cJSON_Delete(tree);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * what became of posts */

/* X shows it to nobody, or not to us: deleted; protected, suspended or blocked; withheld, of which
 * X doesn't say whether it comes as the last of these or as a member of the post, below. */
static bool says_gone(const cJSON *error)
{
    static const char *const gone[] = { "/problems/resource-not-found",
                                        "/problems/not-authorized-for-resource",
                                        "/problems/resource-unavailable" };
    struct str type = text_of(error, "type");
    for (size_t i = 0; i < ARRAY_LEN(gone); i++)
        if (str_ends(type, str_of(gone[i])))
            return true;
    return false;
}

static int note_state(struct arena *arena, const cJSON *post, struct x_state *state)
{
    const cJSON *versions = either(post, "edit_history_tweet_ids", "edit_history_post_ids");
    struct str newest = json_str(cJSON_GetArrayItem(versions, cJSON_GetArraySize(versions) - 1));
    state->said = true;
    /* X's policy wants what is withheld erased, and names no countries. */
    state->gone = cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(post, "withheld"));
    if (!x_id_valid(newest) || str_eq(newest, state->id))
        return 0;
    state->newest_id = arena_str(arena, newest);
    return state->newest_id.p ? 0 : ERR_NOMEM;
}

static struct x_state *state_of(struct x_state *states, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(states[i].id, id))
            return &states[i];
    return NULL;
}

int x_read_states(struct arena *arena, struct str body, struct x_state *states, size_t count)
{
    cJSON *tree;
    const cJSON *data, *one;
    int r = parse_list(body, false, &tree, &data);
    if (r < 0)
        return r;
    const cJSON *errors = cJSON_GetObjectItemCaseSensitive(tree, "errors");
    if (!data && !cJSON_IsArray(errors))
        r = ERR_BADINPUT; /* nothing said of anything: not what X sends */
    cJSON_ArrayForEach(one, data)
    {
        struct x_state *state = state_of(states, count, text_of(one, "id"));
        if (state && r == 0)
            r = note_state(arena, one, state);
    }
    cJSON_ArrayForEach(one, errors)
    {
        struct str id = text_of(one, "resource_id");
        struct x_state *state = state_of(states, count, id.len ? id : text_of(one, "value"));
        if (state && says_gone(one))
            state->said = state->gone = true;
    }
    cJSON_Delete(tree);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * what is out */

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

static bool same_words(struct str shown, struct str written)
{
    struct str a, b;
    bool a_begun = false, b_begun = false, same = true;
    while (same) {
        bool more = next_word(&shown, &a_begun, &a);
        same = more == next_word(&written, &b_begun, &b);
        if (!more)
            break;
        same = same && same_word(a, b);
    }
    return same;
}

bool x_same_text(struct str shown, struct str written)
{
    struct buf a = BUF_INIT(1 << 20),
               b = BUF_INIT(1 << 20); /* in NFC, as X keeps what it is sent */
    bool same = x_compose(shown, &a) == 0 && x_compose(written, &b) == 0 &&
                same_words(buf_str(&a), buf_str(&b));
    buf_release(&a);
    buf_release(&b);
    return same;
}

static bool is_sought(const struct network_message *m, const struct network_sought *s)
{
    if (m->kind != NETWORK_OURS || m->is_private != s->is_private || s->found.len)
        return false;
    bool there = s->is_private ? str_eq(m->partner, s->recipient) &&
                                     x_id_cmp(x_event_id(m->remote_id), x_event_id(s->parent)) > 0
                               : str_eq(m->answers, s->parent);
    return there && x_same_text(m->text, s->text);
}

int x_find_sent(struct arena *arena, const struct x_page *page, struct network_sought *sought,
                size_t count)
{
    for (size_t k = page->count; k-- > 0;)
        for (size_t i = 0; i < count; i++) {
            if (!is_sought(&page->messages[k], &sought[i]))
                continue;
            sought[i].found = arena_str(arena, page->messages[k].remote_id);
            if (!sought[i].found.p)
                return ERR_NOMEM;
            break;
        }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * asking */

size_t x_add_thread_query(struct buf *out, struct str handle, const struct str *conversations,
                          size_t count)
{
    size_t room = QUERY_MAX - strlen("() -is:retweet -from:") - handle.len, used = 0, taken = 0;
    (void)buf_add_byte(out, '(');
    for (; taken < count; taken++) {
        struct str id = conversations[taken];
        size_t more = (used ? strlen(" OR ") : 0) + strlen("conversation_id:") + id.len;
        if (!x_id_valid(id))
            continue;
        if (used + more > room)
            break;
        (void)buf_addf(out, "%sconversation_id:%.*s", used ? " OR " : "", STR_ARG(id));
        used += more;
    }
    (void)buf_addf(out, ") -is:retweet -from:%.*s", STR_ARG(handle));
    if (!used)
        buf_clear(out);
    return taken;
}

int x_id_of_time(int64_t at_ms, struct buf *out)
{
    int64_t since = at_ms - ID_EPOCH_MS;
    return buf_addf(out, "%" PRId64, since > 0 ? since << ID_TIME_SHIFT : 1);
}

int64_t x_time_of_id(struct str id)
{
    int64_t number;
    return str_to_int64(id, 1, INT64_MAX, &number) ? (number >> ID_TIME_SHIFT) + ID_EPOCH_MS : 0;
}
