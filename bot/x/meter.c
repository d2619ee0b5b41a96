#include "bot/x/meter.h"

#include <time.h>

#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/when.h"
#include "bot/bot_store.h"
#include "bot/x/text.h"

enum { DAY_S = 86400, FORECAST_DAYS = 7, KEPT_DAYS = 31 + FORECAST_DAYS };

/* Millionths of a US dollar: X's page on prices, 2026-08. A deleted post and direct messages sent
 * are not billed as events. */
static const struct {
    const char *name;
    int64_t micro_usd;
} prices[X_CHARGES] = {
    [X_CHARGE_POST_READ] = { "post_read", 5000 },
    [X_CHARGE_OWNED_READ] = { "owned_read", 1000 },
    [X_CHARGE_USER_READ] = { "user_read", 10000 },
    [X_CHARGE_DM_READ] = { "dm_read", 10000 },
    [X_CHARGE_POST] = { "post", 15000 },
    [X_CHARGE_POST_WITH_URL] = { "post_with_url", 200000 },
    [X_CHARGE_SUMMONED_REPLY] = { "summoned_reply", 10000 },
    [X_CHARGE_SUMMONED_REPLY_WITH_URL] = { "summoned_reply_with_url", 10000 },
    [X_CHARGE_DM] = { "dm", 15000 },
    [X_CHARGE_DELETE] = { "delete", 10000 },
    [X_CHARGE_ACTIVITY_POST] = { "activity_post", 5000 },
    [X_CHARGE_ACTIVITY_DM] = { "activity_dm", 10000 },
};

/* What X counts a resource as, whatever it cost. */
enum resource { RESOURCE_POST, RESOURCE_USER, RESOURCE_DM, RESOURCE_EVENT };

static const enum resource resources[X_CHARGES] = {
    [X_CHARGE_POST_READ] = RESOURCE_POST,      [X_CHARGE_OWNED_READ] = RESOURCE_POST,
    [X_CHARGE_USER_READ] = RESOURCE_USER,      [X_CHARGE_DM_READ] = RESOURCE_DM,
    [X_CHARGE_ACTIVITY_POST] = RESOURCE_EVENT, [X_CHARGE_ACTIVITY_DM] = RESOURCE_EVENT,
};

/* Of one account, day and kind. */
struct spent {
    char *account;
    int64_t day; /* since 1970-01-01 */
    enum x_charge charge;
    int64_t count, micro_usd;
    int64_t kept_count, kept_micro_usd;       /* in the database */
    int64_t keeping_count, keeping_micro_usd; /* there once the transaction is committed */
};

struct x_meter {
    int64_t cap_micro_usd;
    struct spent *spent;
    size_t count, room;
    int64_t day;    /* of what was seen */
    uint64_t *seen; /* twice METER_SEEN_MAX slots, by open addressing; 0: free */
    size_t seen_count;
};

const char *x_charge_name(enum x_charge charge)
{
    return prices[charge].name;
}

int x_meter_new(int64_t cap_usd, struct x_meter **ret)
{
    struct x_meter *m = calloc(1, sizeof *m);
    if (m)
        m->seen = calloc((size_t)METER_SEEN_MAX * 2, sizeof *m->seen);
    if (!m || !m->seen) {
        free(m);
        return ERR_NOMEM;
    }
    m->cap_micro_usd = cap_usd * 1000000;
    *ret = m;
    return 0;
}

struct x_meter *x_meter_free(struct x_meter *m)
{
    if (!m)
        return NULL;
    for (size_t i = 0; i < m->count; i++)
        free(m->spent[i].account);
    free(m->spent);
    free(m->seen);
    free(m);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * counting */

static struct spent *find_spent(struct x_meter *m, struct str account, int64_t day,
                                enum x_charge charge)
{
    void *spent = m->spent;
    for (size_t i = m->count; i-- > 0;) /* today's are the last */
        if (m->spent[i].day == day && m->spent[i].charge == charge &&
            str_is(account, m->spent[i].account))
            return &m->spent[i];
    if (array_grow(&spent, m->count, &m->room, sizeof *m->spent) < 0)
        return NULL;
    m->spent = spent;
    char *name = strndup(account.p, account.len);
    if (!name)
        return NULL;
    m->spent[m->count] = (struct spent){ .account = name, .day = day, .charge = charge };
    return &m->spent[m->count++];
}

/* Was it charged on that day before? Notes that it is now. */
static bool seen_before(struct x_meter *m, enum resource resource, struct str id, int64_t day)
{
    if (m->day != day) {
        memset(m->seen, 0, (size_t)METER_SEEN_MAX * 2 * sizeof *m->seen);
        m->seen_count = 0;
        m->day = day;
    }
    uint64_t key = str_hash(id) * 4 + (uint64_t)resource;
    key = key ? key : 1;
    size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) % (METER_SEEN_MAX * 2);
    while (m->seen[at] && m->seen[at] != key)
        at = (at + 1) % (METER_SEEN_MAX * 2);
    if (m->seen[at] == key)
        return true;
    if (m->seen_count < METER_SEEN_MAX) {
        m->seen[at] = key;
        m->seen_count++;
    }
    return false;
}

void x_meter_count(struct x_meter *m, struct str account, enum x_charge charge, struct str id,
                   int64_t now)
{
    if (id.len && seen_before(m, resources[charge], id, now / DAY_S))
        return;
    struct spent *s = find_spent(m, account, now / DAY_S, charge);
    if (!s) {
        log_error("x.not_metered charge=%s", prices[charge].name);
        return;
    }
    s->count++;
    s->micro_usd += prices[charge].micro_usd;
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Who is charged, and when. */
struct bill {
    struct x_meter *m;
    struct str account;
    int64_t now;
};

/* Everything in a list, or the one thing that stands in its place. */
static void charge_all(const struct bill *b, const cJSON *list, enum x_charge charge)
{
    const cJSON *one = cJSON_IsArray(list) ? list->child : list;
    for (; one; one = cJSON_IsArray(list) ? one->next : NULL) {
        struct str id = json_str(member(one, "id"));
        if (id.len)
            x_meter_count(b->m, b->account, charge, id, b->now);
    }
}

static void charge_read(const struct bill *b, const cJSON *tree, enum x_charge charge)
{
    const cJSON *includes = member(tree, "includes");
    charge_all(b, member(tree, "data"), charge);
    charge_all(b, member(includes, "users"), X_CHARGE_USER_READ);
    charge_all(b, member(includes, "tweets"), X_CHARGE_POST_READ);
    charge_all(b, member(includes, "posts"), X_CHARGE_POST_READ);
}

/* With a protocol it is one whatever its domain: X's servers know more of those than we do. */
static bool has_link(struct str text)
{
    struct arena arena = ARENA_INIT;
    struct x_found found;
    bool has = memmem(text.p, text.len, "://", 3) ||
               (x_text_find(&arena, text, &found) == 0 && found.link_count > 0);
    arena_release(&arena);
    return has;
}

static void charge_post(const struct bill *b, struct str body)
{
    cJSON *tree = NULL;
    if (json_parse(body, &tree, NULL) < 0)
        return; /* we wrote it */
    bool reply = member(tree, "reply"), url = has_link(json_str(member(tree, "text")));
    cJSON_Delete(tree);
    x_meter_count(b->m, b->account,
                  reply ? url ? X_CHARGE_SUMMONED_REPLY_WITH_URL : X_CHARGE_SUMMONED_REPLY
                  : url ? X_CHARGE_POST_WITH_URL
                        : X_CHARGE_POST,
                  STR(""), b->now);
}

/* What data of the endpoint's answers is charged as; X_CHARGES: nothing. */
static enum x_charge read_charge(enum x_endpoint endpoint, bool owns_app)
{
    switch (endpoint) {
    case X_ENDPOINT_MENTIONS:
    case X_ENDPOINT_TIMELINE:
        return owns_app ? X_CHARGE_OWNED_READ : X_CHARGE_POST_READ;
    case X_ENDPOINT_LOOKUP:
    case X_ENDPOINT_SEARCH:
        return X_CHARGE_POST_READ;
    case X_ENDPOINT_DM_READ:
        return X_CHARGE_DM_READ;
    case X_ENDPOINT_ME:
        return X_CHARGE_USER_READ;
    case X_ENDPOINT_POST:
    case X_ENDPOINT_DELETE:
    case X_ENDPOINT_DM_SEND:
    case X_ENDPOINT_STREAM: /* what comes on streams is counted as it comes */
    case X_ENDPOINT_RULES:
    case X_ENDPOINT_ACTIVITY:
    case X_ENDPOINT_SUBSCRIPTIONS:
    case X_ENDPOINT_WEBHOOKS:
    case X_ENDPOINT_CONNECTIONS:
    case X_ENDPOINT_USAGE:
    case X_ENDPOINT_TOKEN:
    case X_ENDPOINTS:
        break;
    }
    return X_CHARGES;
}

void x_meter_saw(struct x_meter *m, struct str account, bool owns_app, enum x_endpoint endpoint,
                 const struct http_request *request, const struct http_answer *answer, int64_t now)
{
    const struct bill b = { m, account, now };
    enum x_charge charge = read_charge(endpoint, owns_app);
    if (answer->end != HTTP_ANSWERED || answer->status < 200 || answer->status >= 300)
        return;
    if (endpoint == X_ENDPOINT_POST) {
        charge_post(&b, request->body);
    } else if (endpoint == X_ENDPOINT_DM_SEND) {
        x_meter_count(m, account, X_CHARGE_DM, STR(""), now);
    } else if (endpoint == X_ENDPOINT_DELETE) {
        x_meter_count(m, account, X_CHARGE_DELETE, STR(""), now);
    } else if (charge != X_CHARGES) {
        cJSON *tree = NULL;
        if (json_parse(answer->body, &tree, NULL) == 0)
            charge_read(&b, tree, charge);
        cJSON_Delete(tree);
    }
}

/* ------------------------------------------------------------------------------------------------
 * figures */

/* The days since 1970-01-01 of the month's first day and of the next month's. */
static void month_of(int64_t now, int64_t *ret_first, int64_t *ret_next)
{
    struct tm tm;
    time_t at = (time_t)now;
    (void)gmtime_r(&at, &tm);
    int64_t year = tm.tm_year + 1900, month = tm.tm_mon + 1;
    *ret_first = when_day(year, month, 1);
    *ret_next = month == 12 ? when_day(year + 1, 1, 1) : when_day(year, month + 1, 1);
}

void x_meter_month(const struct x_meter *m, struct str account, int64_t now, struct x_month *ret)
{
    struct x_month month = { 0 };
    int64_t today = now / DAY_S, first, next, lately_micro_usd = 0, lately = today;
    month_of(now, &first, &next);
    for (size_t i = 0; i < m->count; i++) {
        const struct spent *s = &m->spent[i];
        if (account.len && !str_is(account, s->account))
            continue;
        if (s->day > today - FORECAST_DAYS && s->day <= today) {
            lately_micro_usd += s->micro_usd;
            lately = s->day < lately ? s->day : lately;
        }
        if (s->day < first || s->day >= next)
            continue;
        month.micro_usd += s->micro_usd;
        month.kinds[s->charge].count += s->count;
        month.kinds[s->charge].micro_usd += s->micro_usd;
    }
    /* a day that has hardly begun says little of a day: an hour at least */
    int64_t lately_s = now - lately * DAY_S, left_s = next * DAY_S - now;
    double rate = (double)lately_micro_usd / (double)(lately_s < 3600 ? 3600 : lately_s);
    month.forecast_micro_usd = month.micro_usd + (int64_t)(rate * (double)left_s);
    *ret = month;
}

bool x_meter_over(const struct x_meter *m, int64_t now)
{
    struct x_month month;
    if (!m->cap_micro_usd)
        return false;
    x_meter_month(m, STR(""), now, &month);
    return month.micro_usd >= m->cap_micro_usd;
}

/* ------------------------------------------------------------------------------------------------
 * keeping */

static int load_one(void *data, const struct cost *c)
{
    struct x_meter *m = data;
    size_t charge = 0;
    while (charge < X_CHARGES && !str_is(c->kind, prices[charge].name))
        charge++;
    if (charge == X_CHARGES)
        return 0; /* of another version */
    struct spent *s = find_spent(m, c->account, c->day, (enum x_charge)charge);
    if (!s)
        return ERR_NOMEM;
    s->count = s->kept_count = c->count;
    s->micro_usd = s->kept_micro_usd = c->micro_usd;
    return 0;
}

int x_meter_load(struct x_meter *m, struct tx *tx, int64_t now)
{
    return cost_list(tx, STR("x"), now / DAY_S - KEPT_DAYS, load_one, m);
}

bool x_meter_dirty(const struct x_meter *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->spent[i].count != m->spent[i].kept_count)
            return true;
    return false;
}

int x_meter_keep(struct x_meter *m, struct tx *tx)
{
    int r = 0;
    for (size_t i = 0; i < m->count && r == 0; i++) {
        struct spent *s = &m->spent[i];
        s->keeping_count = s->count;
        s->keeping_micro_usd = s->micro_usd;
        struct cost more = { .account = str_of(s->account),
                             .day = s->day,
                             .kind = str_of(prices[s->charge].name),
                             .count = s->count - s->kept_count,
                             .micro_usd = s->micro_usd - s->kept_micro_usd };
        if (more.count)
            r = cost_add(tx, STR("x"), &more);
    }
    return r;
}

void x_meter_kept(struct x_meter *m)
{
    for (size_t i = 0; i < m->count; i++) {
        m->spent[i].kept_count = m->spent[i].keeping_count;
        m->spent[i].kept_micro_usd = m->spent[i].keeping_micro_usd;
    }
}
