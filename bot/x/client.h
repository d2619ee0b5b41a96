/*
 * Requests to X as somebody: as an account (OAuth 1.0a or 2.0) or as the app. Adds the
 * authorization, renews an OAuth 2.0 pair ahead of its end and when X refuses it, and says what a
 * person must do when it can't. All calls are for the loop's thread.
 *
 * X's refresh tokens work once (third parties, 2026; X's pages don't say): so one request renews
 * while the others wait in order, and the new pair is durable on disk before its first use. Between
 * X's answer and the rename of the file there are milliseconds in which a killed process loses the
 * new pair while the old is dead: the next refresh is refused then, which is told as trouble, and
 * kerbside x login makes a new grant. Nothing can shorten that further, since X has no second
 * phase.
 */
#ifndef BOT_X_CLIENT_H
#define BOT_X_CLIENT_H

#include "bot/http.h"
#include "bot/x/secrets.h"

/* Each has limits and a price of its own. */
enum x_endpoint {
    X_ENDPOINT_MENTIONS,
    X_ENDPOINT_TIMELINE, /* our own posts */
    X_ENDPOINT_LOOKUP,   /* posts by id */
    X_ENDPOINT_SEARCH,
    X_ENDPOINT_POST,
    X_ENDPOINT_DELETE,
    X_ENDPOINT_DM_SEND,
    X_ENDPOINT_DM_READ,
    X_ENDPOINT_ME,
    X_ENDPOINT_STREAM,
    X_ENDPOINT_RULES,
    X_ENDPOINT_ACTIVITY, /* the stream of activity events */
    X_ENDPOINT_SUBSCRIPTIONS,
    X_ENDPOINT_WEBHOOKS,
    X_ENDPOINT_CONNECTIONS,
    X_ENDPOINT_USAGE,
    X_ENDPOINT_TOKEN, /* the client's own requests for tokens */
    X_ENDPOINTS
};

enum x_token { X_TOKEN_USER, X_TOKEN_APP };

struct x_request {
    enum x_endpoint endpoint;
    enum x_token token;
    enum http_method method;
    const char *path; /* from the slash behind the host, with its query; copied */
    struct str json;  /* the body; empty: none; copied */
    long timeout_ms;  /* of the request itself; what it waits for a token comes on top */
    size_t max_bytes; /* of the answer */
};

/*
 * Told of every answer of X and every end without one, before whoever asked is. @request has no
 * authorization, and no body if it asked for a token: there is no secret in it.
 */
typedef void x_seen(void *data, enum x_endpoint endpoint, enum x_token token,
                    const struct http_request *request, const struct http_answer *answer);

struct x_app;
struct x_client;

struct x_app_options {
    uv_loop_t *loop;
    struct http *http;    /* freed before the app and the clients */
    const char *api;      /* such as https://api.x.com; borrowed, as all texts here */
    const char *app_file; /* NULL: there are no keys: bare tokens only */
    long timeout_ms;      /* of requests for tokens */
};

/* Reads the app's keys. Faults go to @report: ERR_BADINPUT, ERR_IO, ERR_NOMEM. */
int x_app_new(const struct x_app_options *options, struct report *report,
              struct x_app **ret) MUST_CHECK;

/* After its clients; the loop must turn until the handles are closed. NULL is fine. */
struct x_app *x_app_free(struct x_app *app);

/* What X signs with what it sends us; empty if the app's file doesn't have it. Lives as long as
 * @app. */
struct str x_app_consumer_secret(const struct x_app *app);

struct x_client_options {
    struct x_app *app;
    const char *name;       /* of the account, for logs and people */
    const char *token_file; /* NULL: only the app's requests */
    bool read_only;         /* refuses all methods but GET: nothing can change at X */
    x_seen *seen;           /* NULL: nobody looks */
    void *seen_data;
};

/* Reads the account's tokens and checks that the app has the keys that they need. Errors as
 * x_app_new. */
int x_client_new(const struct x_client_options *options, struct report *report,
                 struct x_client **ret) MUST_CHECK;

/* What is under way or waits ends without a word. After http_free. NULL is fine. */
struct x_client *x_client_free(struct x_client *client);

/*
 * Sends a request, at once or as soon as there is a token. @done is called once, never from within
 * x_client_send. Beyond what http.h says:
 * - a request that X answers with 401 is repeated once with a new token, since a 401 means that
 *   nothing was done;
 * - it ends as HTTP_NOT_SENT when a new token couldn't be had for now (no connection, 5xx, the file
 *   can't be written): later requests try again, with growing pauses;
 * - it ends as a 401 in X's form, whose detail is x_client_trouble's words, without asking X, when
 *   a person must act first.
 * Returns ERR_DENIED, and does nothing, for a method but GET on a client that is read_only.
 */
int x_client_send(struct x_client *client, const struct x_request *request, http_done *done,
                  void *data) MUST_CHECK;

/*
 * The same for an answer that is handed on as it comes, see http_stream: timeout_ms is for the
 * connection to be made, max_bytes has no meaning.
 * @idle_ms: the longest silence; 0: any
 * @ret: valid until the call of @done or x_client_close
 */
struct x_client_stream;
int x_client_stream(struct x_client *client, const struct x_request *request, long idle_ms,
                    http_piece *piece, http_done *done, void *data,
                    struct x_client_stream **ret) MUST_CHECK;

/* Ends it without a further call of its functions. Before http_free. NULL is fine. Returns NULL. */
struct x_client_stream *x_client_close(struct x_client_stream *stream);

/* X told us that the account withdrew its grant (oauth.revoke): the account's requests are refused
 * until its file changes. */
void x_client_revoked(struct x_client *client);

/* Is X being asked for the account's next pair? Whoever leaves now loses it, and the old one is
 * spent. */
bool x_client_is_renewing(const struct x_client *client);

/* What a person must do about the account's token or the app's, a sentence; empty: nothing.
 * Borrowed until the next turn of the loop. */
struct str x_client_trouble(const struct x_client *client);

/*
 * One answer of X's token endpoint, read into @pair: access_token, refresh_token (the old one stays
 * if X names no new one), expires_at and scope. @now: real Unix seconds. ERR_BADINPUT if that isn't
 * what X answers; @pair is untouched then.
 */
int x_read_pair(struct str body, int64_t now, struct x_account_secrets *pair) MUST_CHECK;

/* Appends the header's value for a token request: Basic id:secret. */
int x_add_basic(struct buf *out, const char *id, const char *secret);

/* Appends the value of Authorization for a request of the account; @url whole, with its query. */
int x_authorize(const struct x_app_secrets *app, const struct x_account_secrets *account,
                enum http_method method, const char *url, struct buf *out) MUST_CHECK;

#endif
