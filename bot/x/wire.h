/*
 * X's JSON, read into our terms. Takes both vocabularies (tweet.*, post.*): the server answers in
 * the one it was asked in, and pages disagree which will stay. No network, no clock: tests feed it
 * bytes. What X's errors mean is in errors.h.
 */
#ifndef BOT_X_WIRE_H
#define BOT_X_WIRE_H

#include "base/arena.h"
#include "base/json.h"
#include "bot/network.h"

/* Ids of direct messages and their conversations have it in front, so that they never meet a
 * post's. */
#define X_DM_PREFIX "dm:"

/* An account of ours. */
struct x_us {
    struct str id, handle; /* without @ */
    bool any_reply;        /* the plan lets us answer whoever answers us, named or not */
};

struct x_page {
    struct network_message *messages; /* oldest first */
    size_t count;
    size_t unread; /* what isn't what X sends: passed over, for one must not stop the others */
    struct str newest_id, next_token; /* empty if there are none */
    struct str oldest_id;             /* of direct messages only, without the prefix */
};

/* What is asked for of a post, however it comes, to be read below. Its author, and what it quotes
 * or answers, come as posts and users of their own, and are charged. */
#define X_POST_FIELDS                                                                           \
    "tweet.fields=author_id,conversation_id,created_at,display_text_range,in_reply_to_user_id," \
    "note_tweet,referenced_tweets&expansions=author_id,referenced_tweets.id"                    \
    "&user.fields=name,username"

/* Which posts are wanted of a page. */
enum x_posts {
    X_POSTS_MENTIONS, /* others', all of which name us */
    X_POSTS_THREADS,  /* others' */
    X_POSTS_OURS,     /* all are our own, and need not say so */
    X_POSTS_ALL,      /* by id: the answer is no page and has no token */
};

/*
 * One answer of GET /2/users/:id/mentions, /2/users/:id/tweets, /2/tweets/search/recent or
 * /2/tweets. Reposts are passed over. 0, ERR_BADINPUT (not what X sends) or ERR_NOMEM. All lives in
 * @arena.
 */
int x_read_posts(struct arena *arena, struct str body, const struct x_us *us, enum x_posts which,
                 struct x_page *ret) MUST_CHECK;

/* One answer of GET /2/dm_events, both ways. As x_read_posts. */
int x_read_direct(struct arena *arena, struct str body, const struct x_us *us,
                  struct x_page *ret) MUST_CHECK;

/*
 * One post, as an event brings it; @tree has its "includes". 1: a message, all in @arena; 0: a
 * repost, nothing for us; ERR_BADINPUT: it lacks what the record needs, and must be read in another
 * way.
 */
int x_read_post(struct arena *arena, const cJSON *tree, const cJSON *post, const struct x_us *us,
                struct network_message *ret) MUST_CHECK;

/* X's text as it was written, without the escapes of & < >, in @arena. */
int x_read_text(struct arena *arena, struct str shown, struct str *ret) MUST_CHECK;

/* Our name for what POST /2/tweets or a direct message made, copied to @arena. ERR_BADINPUT if the
 * answer names none. */
int x_read_sent(struct arena *arena, struct str body, struct str *ret_id) MUST_CHECK;

/* Sets found, in @arena, in each of @sought that is on the page: the newest that fits, and each
 * message for one of them only. */
int x_find_sent(struct arena *arena, const struct x_page *page, struct network_sought *sought,
                size_t count) MUST_CHECK;

/* What an answer of GET /2/tweets?ids= says about one of them. */
struct x_state {
    struct str id;
    bool said, gone;
    struct str newest_id; /* its newest version; empty: it is that itself */
};

/* Fills the states of the ids that the answer names. ERR_BADINPUT: it isn't one. */
int x_read_states(struct arena *arena, struct str body, struct x_state *states,
                  size_t count) MUST_CHECK;

/* Is the text that X shows for our post, escapes undone, the one that we wrote? X makes links
 * short. */
bool x_same_text(struct str shown, struct str written);

/*
 * Appends a query of recent search for what others write in as many of the conversations, from the
 * first, as it has room for; nothing if none of those is one of posts. Returns how many of them are
 * done with.
 */
size_t x_add_thread_query(struct buf *out, struct str handle, const struct str *conversations,
                          size_t count);

/* Ids are decimal numbers of up to 19 digits, kept as text; they grow with time. */
bool x_id_valid(struct str id);
int x_id_cmp(struct str a, struct str b);

/* Without the prefix of direct messages. */
struct str x_event_id(struct str remote_id);

/* The first id of that millisecond, appended; and the millisecond of an id, 0 if it is none. */
int x_id_of_time(int64_t at_ms, struct buf *out);
int64_t x_time_of_id(struct str id);

#endif
