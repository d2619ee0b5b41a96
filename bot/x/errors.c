#include "bot/x/errors.h"

#include "base/json.h"

/* X's windows are 15 minutes; a reset that lies in the past or is missing means "at least a
 * minute". */
enum {
    WORDS_MAX = 300,
    WAIT_LEAST_S = 60,
    WINDOW_S = 15 * 60,
    DAY_S = 86400,
    OPERATOR_WAIT_S = 60, /* somebody may be at it: a request that is refused costs nothing */
};

static struct str text_of(const cJSON *object, const char *name)
{
    return json_str(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The words of an error body, whichever of its four forms it has; "" for HTML and garbage. */
static struct str error_words(const cJSON *tree)
{
    static const char *const names[] = { "detail", "error_description", "message", "title",
                                         "error" };
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
    struct str words = STR("");
    for (size_t i = 0; i < ARRAY_LEN(names) && !words.len; i++)
        words = text_of(tree, names[i]);
    for (size_t i = 0; i < ARRAY_LEN(names) && !words.len; i++)
        words = text_of(first, names[i]);
    return utf8_cut(words, WORDS_MAX);
}

/* The end of the problem's address, behind "/problems/": hosts differ, and "about:blank" is common.
 */
static struct str error_type(const cJSON *tree)
{
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
    struct str type = text_of(tree, "type"), mark = STR("/problems/");
    if (!type.len)
        type = text_of(first, "type");
    const char *found = type.len ? memmem(type.p, type.len, mark.p, mark.len) : NULL;
    return found ? str_cut(type, (size_t)(found - type.p) + mark.len, type.len) : STR("");
}

/* Which refusals a meaning is for. */
enum { ON_READ = 1, ON_POST = 2, ON_DIRECT = 4, ON_SEND = ON_POST | ON_DIRECT, ON_ANY = 7 };

/* How long to wait: the caller's own backoff, or */
enum pause { PAUSE_NONE, PAUSE_OPERATOR, PAUSE_WINDOW, PAUSE_LIMIT };

/*
 * X names no complete list: these are its pages on errors, and bodies that were seen live
 * (2026-02 to 2026-08). The first row that fits decides; a row without type and words fits all of
 * its status.
 */
struct meaning {
    int status;
    const char *type, *words; /* the problem's type; part of what it says */
    int on;
    enum network_end end;
    enum network_why why;
    enum pause pause;
    const char *advice; /* for staff, behind X's own words */
};

#define MAY_ONLY_READ                                                                           \
    "The app may not send: give it the permissions to read, write and send direct messages at " \
    "console.x.com, then run kerbside x login."
#define PLAN_LACKS \
    "The plan at X doesn't cover this: see to the app's project and plan at console.x.com."
#define OUR_FAULT "That is a fault of Kerbside's, please report it."
#define TOP_UP "There is no credit left at X: top it up at console.x.com."
#define CAP_REACHED \
    "The period's cap at X is used up: raise it at console.x.com, or wait for the next period."
#define CONNECT "X doesn't take the account's token: run kerbside x login."
#define LOOK_AT_ACCOUNT "If this goes on, sign in to X as the account: it may be locked."
#define LOOK_AT_CREDIT "If this goes on, look at the credit at console.x.com."

static const struct meaning meanings[] = {
    /* the app, the plan, the token: nothing of ours goes through until somebody has seen to it */
    { 401, NULL, NULL, ON_ANY, NETWORK_BLOCKED, 0, PAUSE_OPERATOR, CONNECT },
    { 402, NULL, NULL, ON_ANY, NETWORK_BLOCKED, 0, PAUSE_OPERATOR, TOP_UP },
    { 403, "oauth1-permissions", NULL, ON_ANY, NETWORK_BLOCKED, 0, PAUSE_OPERATOR, MAY_ONLY_READ },
    { 403, NULL, "client app is not configured", ON_ANY, NETWORK_BLOCKED, 0, PAUSE_OPERATOR,
      MAY_ONLY_READ },
    { 403, "client-forbidden", NULL, ON_ANY, NETWORK_BLOCKED, 0, PAUSE_OPERATOR, PLAN_LACKS },
    { 403, NULL, "subset of X API", ON_ANY, NETWORK_BLOCKED, 0, PAUSE_OPERATOR, PLAN_LACKS },
    { 403, "unsupported-authentication", NULL, ON_ANY, NETWORK_BLOCKED, 0, PAUSE_WINDOW,
      OUR_FAULT },

    /* this one will never go out */
    { 403, NULL, "duplicate content", ON_SEND, NETWORK_REFUSED, NETWORK_WHY_REPEATED, 0, "" },
    { 403, NULL, "have not been mentioned", ON_POST, NETWORK_REFUSED, NETWORK_WHY_UNINVITED, 0,
      "" },
    { 403, NULL, "deleted or not visible", ON_SEND, NETWORK_REFUSED, NETWORK_WHY_GONE, 0, "" },
    { 403, "not-authorized-for-resource", NULL, ON_POST, NETWORK_REFUSED, NETWORK_WHY_GONE, 0, "" },
    { 404, "not-authorized-for-resource", NULL, ON_POST, NETWORK_REFUSED, NETWORK_WHY_GONE, 0, "" },
    { 404, "resource-not-found", NULL, ON_POST, NETWORK_REFUSED, NETWORK_WHY_GONE, 0, "" },
    { 403, NULL, "permission to DM", ON_DIRECT, NETWORK_REFUSED, NETWORK_WHY_CLOSED, 0, "" },
    { 403, NULL, "This operation is not permitted", ON_DIRECT, NETWORK_REFUSED, NETWORK_WHY_CLOSED,
      0, "" },
    { 403, NULL, "not permitted to perform this action", ON_SEND, NETWORK_REFUSED, 0, 0,
      LOOK_AT_ACCOUNT },
    { 403, NULL, "not permitted to perform this action", ON_READ, NETWORK_LATER, 0, 0,
      LOOK_AT_ACCOUNT },
    { 400, NULL, NULL, ON_SEND, NETWORK_REFUSED, 0, 0, "" }, /* too long perhaps: staff may see */
    { 400, NULL, NULL, ON_READ, NETWORK_REFUSED, 0, PAUSE_WINDOW, OUR_FAULT },

    /* what is used up */
    { 429, "usage-capped", NULL, ON_ANY, NETWORK_BLOCKED, 0, PAUSE_WINDOW, CAP_REACHED },
    { 429, NULL, "Usage cap", ON_ANY, NETWORK_BLOCKED, 0, PAUSE_WINDOW, CAP_REACHED },
    { 429, NULL, NULL, ON_ANY, NETWORK_LATER, 0, PAUSE_LIMIT, "" },

    /* X itself; third parties saw 503 last for accounts without credit */
    { 503, NULL, NULL, ON_SEND, NETWORK_UNKNOWN, 0, 0, LOOK_AT_CREDIT },
    { 503, NULL, NULL, ON_READ, NETWORK_LATER, 0, 0, LOOK_AT_CREDIT },
};

static bool holds(struct str s, const char *part)
{
    return s.len && memmem(s.p, s.len, part, strlen(part));
}

/* For what no row says: a read is worth trying again; a post may be out if X didn't say no, also
 * where it waited no longer (408), or where it succeeded and we can't read how. */
static struct meaning by_status(int status, enum x_asked asked)
{
    struct meaning m = { .status = status, .end = NETWORK_REFUSED, .advice = "" };
    if (asked == X_READ)
        m.end = NETWORK_LATER;
    else if (status >= 500 || status < 400 || status == 408)
        m.end = NETWORK_UNKNOWN;
    return m;
}

static struct meaning meaning_of(int status, struct str type, struct str words, enum x_asked asked)
{
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        const struct meaning *m = &meanings[i];
        if (m->status == status && (m->on & 1 << asked) && (!m->type || str_is(type, m->type)) &&
            (!m->words || holds(words, m->words)))
            return *m;
    }
    return by_status(status, asked);
}

/* A day's allowance that is used up, and until when; 0: it isn't. */
static int64_t day_over_at(const struct http_window *day, int64_t now)
{
    return day->remaining == 0 && day->reset_at > now ? day->reset_at : 0;
}

/* Until the reset of what is used up: the day's if that is it, else the quarter hour's. */
static int64_t limit_wait_s(const struct http_answer *a, int64_t now)
{
    int64_t app = day_over_at(&a->app_day, now), user = day_over_at(&a->user_day, now);
    int64_t day = app > user ? app : user;
    int64_t s = (day ? day : a->limit_reset_at) - now, most = day ? DAY_S : WINDOW_S;
    if (s < WAIT_LEAST_S)
        return WAIT_LEAST_S;
    return s < most ? s : most;
}

static int64_t pause_ms(enum pause pause, const struct http_answer *a, int64_t now)
{
    switch (pause) {
    case PAUSE_NONE:
        return 0;
    case PAUSE_OPERATOR:
        return OPERATOR_WAIT_S * 1000;
    case PAUSE_WINDOW:
        return WINDOW_S * 1000;
    case PAUSE_LIMIT:
        return limit_wait_s(a, now) * 1000;
    }
    return 0;
}

static struct network_answer answered(struct buf *words, const struct http_answer *a,
                                      enum x_asked asked, int64_t now)
{
    cJSON *tree = NULL;
    int parsed = json_parse(a->body, &tree, NULL); /* HTML and garbage have no words */
    struct str said = parsed == 0 ? error_words(tree) : STR("");
    struct meaning m = meaning_of(a->status, error_type(tree), said, asked);
    if (said.len)
        (void)buf_addf(words, "X said %d: %.*s", a->status, STR_ARG(said));
    else if (a->status >= 400)
        (void)buf_addf(words, "X said %d", a->status);
    else
        (void)buf_addf(words, "X sent something that isn't an answer (status %d)", a->status);
    if (*m.advice)
        (void)buf_addf(words, "%s%s", str_ends(buf_str(words), STR(".")) ? " " : ". ", m.advice);
    cJSON_Delete(tree);
    return (
        struct network_answer){ .end = m.end, .after_ms = pause_ms(m.pause, a, now), .why = m.why };
}

struct network_answer x_read_error(struct arena *arena, const struct http_answer *a,
                                   enum x_asked asked, int64_t now)
{
    struct network_answer r = { .end = NETWORK_LATER };
    struct buf words = BUF_INIT(4096);
    if (a->end == HTTP_ANSWERED) {
        r = answered(&words, a, asked, now);
    } else {
        if (a->end == HTTP_CUT && asked != X_READ)
            r.end = NETWORK_UNKNOWN;
        (void)buf_addf(&words, "X can't be reached: %s", a->why);
    }
    r.words = arena_str(arena, buf_str(&words));
    buf_release(&words);
    return r;
}
