/*
 * X's JSON and errors, read into our terms. Takes both vocabularies (tweet.*, post.*): the server
 * answers in the one it was asked in, and pages disagree which will stay. No network, no clock:
 * tests feed it bytes.
 */
#ifndef BOT_X_WIRE_H
#define BOT_X_WIRE_H

#include "base/arena.h"
#include "base/json.h"
#include "bot/http.h"
#include "bot/network.h"

struct x_page {
    struct network_message *messages; /* oldest first, without our own posts and reposts */
    size_t count;
    size_t
        unread; /* posts that aren't what X sends: passed over, for one must not stop the others */
    struct str newest_id, next_token; /* empty if there are none */
};

/* One answer of GET /2/users/:id/mentions. 0, ERR_BADINPUT (not what X sends) or ERR_NOMEM. All
 * lives in @arena. */
int x_read_mentions(struct arena *arena, struct str body, struct str account_id, struct str handle,
                    struct x_page *ret) MUST_CHECK;

/*
 * One post, as an event brings it; @tree has its "includes". 1: a message, all in @arena; 0: a
 * repost, nothing for us; ERR_BADINPUT: it lacks what the record needs, and must be read in another
 * way.
 */
int x_read_post(struct arena *arena, const cJSON *tree, const cJSON *post, struct str account_id,
                struct str handle, struct network_message *ret) MUST_CHECK;

/* X's text as it was written, without the escapes of & < >, in @arena. */
int x_read_text(struct arena *arena, struct str shown, struct str *ret) MUST_CHECK;

/* One answer of GET /2/users/:id/tweets: sets found in each of @sought that is there. ret_next
 * lives in @arena. */
int x_read_timeline(struct arena *arena, struct str body, struct network_sought *sought,
                    size_t count, struct str *ret_next) MUST_CHECK;

/* The id in the answer of POST /2/tweets, copied to @arena. ERR_BADINPUT if there is none. */
int x_read_posted(struct arena *arena, struct str body, struct str *ret_id) MUST_CHECK;

/* What an answer that is not a success means for a read or a post, by the table of errors. @now:
 * real Unix seconds. */
struct network_answer x_read_error(struct arena *arena, const struct http_answer *answer,
                                   bool posting, int64_t now);

/* Is the text that X shows for our post the one that we wrote? X escapes & < > and makes links
 * short. */
bool x_same_text(struct str shown, struct str written);

/* Ids are decimal numbers of up to 19 digits, kept as text. */
bool x_id_valid(struct str id);
int x_id_cmp(struct str a, struct str b);

#endif
