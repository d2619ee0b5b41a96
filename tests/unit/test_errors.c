/* What each refusal of X means for a read, a post and a direct message: a row or more for each of
 * X's errors that ARCHITECTURE.md lists, in each form that was seen. */
#include "bot/x/errors.h"

#include "tests/unit/wire_fixture.h"

enum { NOW = 1795000000 };

#define DEPLETED                                                                         \
    "{'title':'CreditsDepleted','detail':'Your enrolled account [..] does not have any " \
    "credits to fulfill this request.','type':'https://api.x.com/2/problems/credits'}"
#define ENROLLED                                                                             \
    "{'client_id':'5','detail':'When authenticating requests you must use keys from an App " \
    "that is attached to a Project.','title':'Client Forbidden','required_enrollment':"      \
    "'Standard Basic','reason':'client-not-enrolled','type':"                                \
    "'https://api.twitter.com/2/problems/client-forbidden'}"
#define READ_ONLY                                                                            \
    "{'title':'Forbidden','detail':'Your client app is not configured with the appropriate " \
    "oauth1 app permissions for this endpoint.','status':403,"                               \
    "'type':'https://api.x.com/2/problems/oauth1-permissions'}"
#define NOT_SUMMONED                                                                  \
    "{'detail':'Reply to this conversation is not allowed because you have not been " \
    "mentioned or otherwise engaged by the author of the post you are replying to.'," \
    "'type':'about:blank','title':'Forbidden','status':403}"
#define DUPLICATE                                                                       \
    "{'detail':'You are not allowed to create a Tweet with duplicate content.','type':" \
    "'about:blank','title':'Forbidden','status':403}"

#define PLAIN(status, detail) \
    "{'title':'Forbidden','type':'about:blank','status':" #status ",'detail':'" detail "'}"
#define PROBLEM(type, detail) \
    "{'title':'Some Title','detail':'" detail "','type':'https://api.x.com/2/problems/" type "'}"

#define DONE_WITH NETWORK_REFUSED
#define STOPPED NETWORK_BLOCKED
#define LATER NETWORK_LATER
#define UNSURE NETWORK_UNKNOWN

static void test_errors(void **state)
{
    /* by enum x_asked: a read, a post, a direct message; a wait of 0 is the caller's own backoff */
    static const struct {
        const char *note;
        int status;
        const char *body;
        enum network_end end[3];
        int64_t after_s[3];
        enum network_why why[3];
        const char *words; /* what staff read begins so, or has it in it */
    } rows[] = {
        { "a bad request",
          400,
          PROBLEM("invalid-request", "One or more parameters were invalid."),
          { DONE_WITH, DONE_WITH, DONE_WITH },
          { 900, 0, 0 },
          { 0 },
          "X said 400: One or more" },
        { "a bad request, in the other form",
          400,
          "{'errors':[{'parameters':{'x':['1']},'message':'x is not valid'}]}",
          { DONE_WITH, DONE_WITH, DONE_WITH },
          { 900, 0, 0 },
          { 0 },
          "X said 400: x is not valid" },
        { "the token",
          401,
          PLAIN(401, "Unauthorized"),
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "run kerbside x login" },
        { "the token, by OAuth 2",
          401,
          "{'error':'invalid_request','error_description':'Value passed for the token was "
          "invalid.'}",
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "X said 401: Value passed for the token was invalid." },
        { "no credit",
          402,
          DEPLETED,
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "to fulfill this request. There is no credit left at X: top it up at console.x.com." },
        { "no credit, the other body",
          402,
          "{'detail':'credits depleted','status':402,'title':'Payment Required','type':"
          "'https://api.x.com/2/problems/credits-depleted'}",
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "top it up at console.x.com" },

        { "said before",
          403,
          DUPLICATE,
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, NETWORK_WHY_REPEATED, NETWORK_WHY_REPEATED },
          "X said 403: You are not allowed to create a Tweet with duplicate content." },
        { "not summoned",
          403,
          NOT_SUMMONED,
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, NETWORK_WHY_UNINVITED, 0 },
          "X said 403: Reply to this conversation" },
        { "may not be quoted",
          403,
          PLAIN(403, "Quoting this post is not allowed because you have not been mentioned or are "
                     "not part of the conversation thread of the post you are quoting."),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, NETWORK_WHY_UNINVITED, 0 },
          "X said 403: Quoting this post" },
        { "the parent has gone",
          403,
          PLAIN(403, "You attempted to reply to a Tweet that is deleted or not visible to you."),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, NETWORK_WHY_GONE, NETWORK_WHY_GONE },
          "X said 403: You attempted to reply" },
        { "the parent is hidden",
          403,
          PROBLEM("not-authorized-for-resource", "Not for you."),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, NETWORK_WHY_GONE, 0 },
          "Not for you." },
        { "the app is read-only",
          403,
          READ_ONLY,
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "give it the permissions" },
        { "the app is read-only, without a type",
          403,
          PLAIN(403, "Your client app is not configured with the appropriate oauth1 app "
                     "permissions for this endpoint."),
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "give it the permissions" },
        { "the plan doesn't cover it",
          403,
          "{'errors':[{'message':'You currently have access to a subset of X API V2 endpoints and "
          "limited v1.1 endpoints.','code':453}]}",
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "see to the app's project and plan at console.x.com" },
        { "not enrolled",
          403,
          ENROLLED,
          { STOPPED, STOPPED, STOPPED },
          { 60, 60, 60 },
          { 0 },
          "see to the app's project and plan at console.x.com" },
        { "another kind of token is wanted",
          403,
          PROBLEM("unsupported-authentication", "Authenticating with OAuth 2.0 is forbidden."),
          { STOPPED, STOPPED, STOPPED },
          { 900, 900, 900 },
          { 0 },
          "please report it" },
        { "direct messages closed",
          403,
          PLAIN(403, "You do not have permission to DM one or more participants."),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, 0, NETWORK_WHY_CLOSED },
          "X said 403: You do not have permission to DM" },
        { "direct messages closed, in other words",
          403,
          PLAIN(403, "This operation is not permitted."),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, 0, NETWORK_WHY_CLOSED },
          "X said 403: This operation is not permitted." },
        { "unspecific",
          403,
          PLAIN(403, "You are not permitted to perform this action"),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0 },
          "X said 403: You are not permitted to perform this action. If this goes on, sign in to "
          "X" },
        { "words of no use",
          403,
          "{'detail':5,'title':[],'errors':'x'}",
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0 },
          "X said 403" },

        { "not found",
          404,
          PROBLEM("resource-not-found", "Could not find tweet."),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, NETWORK_WHY_GONE, 0 },
          "X said 404: Could not find tweet." },
        { "not found, by the other host",
          404,
          "{'type':'https://api.twitter.com/2/problems/resource-not-found','title':'Not Found'}",
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0, NETWORK_WHY_GONE, 0 },
          "X said 404: Not Found" },
        { "not found, of what isn't said",
          404,
          PLAIN(404, "Not Found"),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0 },
          "X said 404: Not Found" },
        { "a conflict",
          409,
          PROBLEM("conflict", "Conflict"),
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0 },
          "X said 409: Conflict" },

        { "too many",
          429,
          PLAIN(429, "Too Many Requests"),
          { LATER, LATER, LATER },
          { 60, 60, 60 },
          { 0 },
          "X said 429: Too Many Requests" },
        { "too many, the page's body",
          429,
          "{'errors':[{'code':88,'message':'Rate limit exceeded'}]}",
          { LATER, LATER, LATER },
          { 60, 60, 60 },
          { 0 },
          "X said 429: Rate limit exceeded" },
        { "too many, by its type",
          429,
          PROBLEM("rate-limit-exceeded", "Slow down."),
          { LATER, LATER, LATER },
          { 60, 60, 60 },
          { 0 },
          "X said 429: Slow down." },
        { "the month is used up",
          429,
          "{'title':'UsageCapExceeded','period':'Monthly','scope':'Product','detail':'Usage cap "
          "exceeded: Monthly product cap','type':'https://api.x.com/2/problems/usage-capped'}",
          { STOPPED, STOPPED, STOPPED },
          { 900, 900, 900 },
          { 0 },
          "X said 429: Usage cap exceeded: Monthly product cap. The period's cap at X is used up: "
          "raise it" },
        { "the month is used up, without a type",
          429,
          PLAIN(429, "Usage cap exceeded: Monthly product cap"),
          { STOPPED, STOPPED, STOPPED },
          { 900, 900, 900 },
          { 0 },
          "raise it at console.x.com" },
        { "a stream's old connection",
          429,
          "{'title':'ConnectionException','detail':'This stream is currently at the maximum "
          "allowed connection limit.','connection_issue':'TooManyConnections','type':"
          "'https://api.x.com/2/problems/streaming-connection'}",
          { LATER, LATER, LATER },
          { 60, 60, 60 },
          { 0 },
          "X said 429: This stream" },

        { "an error",
          500,
          PROBLEM("internal-error", "Oops"),
          { LATER, UNSURE, UNSURE },
          { 0 },
          { 0 },
          "X said 500: Oops" },
        { "a page of the edge",
          502,
          "<html><head><title>502 Bad Gateway</title></head></html>",
          { LATER, UNSURE, UNSURE },
          { 0 },
          { 0 },
          "X said 502" },
        { "overload",
          503,
          PLAIN(503, "Service Unavailable"),
          { LATER, UNSURE, UNSURE },
          { 0 },
          { 0 },
          "X said 503: Service Unavailable. If this goes on, look at the credit at "
          "console.x.com." },
        { "a time-out of theirs", 504, "", { LATER, UNSURE, UNSURE }, { 0 }, { 0 }, "X said 504" },
        { "it waited no longer", 408, "", { LATER, UNSURE, UNSURE }, { 0 }, { 0 }, "X said 408" },

        { "a success that can't be read",
          201,
          "{'data':{}}",
          { LATER, UNSURE, UNSURE },
          { 0 },
          { 0 },
          "X sent something that isn't an answer (status 201)" },
        { "a success that is an error",
          200,
          "{'errors':[{'detail':'Could not find user.'}]}",
          { LATER, UNSURE, UNSURE },
          { 0 },
          { 0 },
          "X said 200: Could not find user." },
        { "elsewhere",
          302,
          "",
          { LATER, UNSURE, UNSURE },
          { 0 },
          { 0 },
          "X sent something that isn't an answer (status 302)" },
        { "a list", 418, "[1,2]", { LATER, DONE_WITH, DONE_WITH }, { 0 }, { 0 }, "X said 418" },
        { "a text that isn't one",
          418,
          "{'detail':'\xff'}",
          { LATER, DONE_WITH, DONE_WITH },
          { 0 },
          { 0 },
          "X said 418" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int asked = X_READ; asked <= X_SEND_DIRECT; asked++) {
            struct http_answer a = { .end = HTTP_ANSWERED,
                                     .status = rows[i].status,
                                     .body = json_of(rows[i].body),
                                     .limit_remaining = -1 };
            struct network_answer got = x_read_error(&arena, &a, (enum x_asked)asked, NOW);
            assert_note(got.end == rows[i].end[asked], rows[i].note);
            assert_note(got.after_ms == rows[i].after_s[asked] * 1000, rows[i].note);
            assert_note(got.why == rows[i].why[asked], rows[i].note);
            assert_note(memmem(got.words.p, got.words.len, rows[i].words, strlen(rows[i].words)),
                        rows[i].note);
            assert_int_equal(got.remote_id.len, 0);
        }
}

/* How long a refusal for too many requests lasts. */
static void test_limits(void **state)
{
    static const struct {
        const char *note;
        int64_t reset_at, user_day_at, app_day_at;
        int64_t day_remaining; /* of both days */
        int64_t after_s;
    } rows[] = {
        { "a reset", NOW + 300, 0, 0, -1, 300 },
        { "nearly over", NOW + 5, 0, 0, -1, 60 },
        { "in the past", NOW - 5000, 0, 0, -1, 60 },
        { "in another age", NOW + 1000000, 0, 0, -1, 900 },
        { "the user's day is spent", NOW + 300, NOW + 7200, 0, 0, 7200 },
        { "the app's day is spent", NOW + 300, 0, NOW + 9000, 0, 9000 },
        { "both are", NOW + 300, NOW + 7200, NOW + 9000, 0, 9000 },
        { "there is some left of the day", NOW + 300, NOW + 7200, NOW + 9000, 5, 300 },
        { "a day that is over", NOW + 300, NOW - 5, 0, 0, 300 },
        { "a day in another age", 0, NOW + 1000000, 0, 0, 86400 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_answer a = {
            .end = HTTP_ANSWERED,
            .status = 429,
            .limit_remaining = 0,
            .limit_reset_at = rows[i].reset_at,
            .user_day = { 100, rows[i].day_remaining, rows[i].user_day_at },
            .app_day = { 100, rows[i].day_remaining, rows[i].app_day_at },
        };
        struct network_answer got = x_read_error(&arena, &a, X_SEND_POST, NOW);
        assert_note(got.end == NETWORK_LATER, rows[i].note);
        assert_note(got.after_ms == rows[i].after_s * 1000, rows[i].note);
    }
}

static void test_unanswered(void **state)
{
    static const struct {
        enum http_end end;
        enum x_asked asked;
        enum network_end want;
    } rows[] = {
        { HTTP_NOT_SENT, X_SEND_POST, NETWORK_LATER }, { HTTP_NOT_SENT, X_READ, NETWORK_LATER },
        { HTTP_CUT, X_SEND_POST, NETWORK_UNKNOWN },    { HTTP_CUT, X_READ, NETWORK_LATER },
        { HTTP_CUT, X_SEND_DIRECT, NETWORK_UNKNOWN },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_answer a = { .end = rows[i].end, .why = "no route", .limit_remaining = -1 };
        struct network_answer got = x_read_error(&arena, &a, rows[i].asked, NOW);
        assert_int_equal(got.end, rows[i].want);
        assert_int_equal(got.after_ms, 0);
        assert_int_equal(got.why, NETWORK_WHY_OTHER);
        assert_str(got.words, "X can't be reached: no route");
    }
}

/* However much X says, people get a sentence of it. */
static void test_words_end(void **state)
{
    (void)state;
    struct buf body = BUF_INIT(100000);
    (void)buf_addc(&body, "{\"detail\":\"");
    for (int i = 0; i < 5000; i++)
        (void)buf_addc(&body, "\xc3\xa9");
    (void)buf_addc(&body, "\"}");
    struct http_answer a = { .end = HTTP_ANSWERED, .status = 403, .body = buf_str(&body) };
    struct network_answer got = x_read_error(&arena, &a, X_SEND_POST, NOW);
    assert_true(utf8_valid(got.words));
    assert_int_equal(utf8_points(got.words), strlen("X said 403: ") + 300);
    buf_release(&body);
}

#define ERROR_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ERROR_TEST(test_errors),
        ERROR_TEST(test_limits),
        ERROR_TEST(test_unanswered),
        ERROR_TEST(test_words_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
