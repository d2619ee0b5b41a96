#include "bot/conf.h"

#include <inttypes.h>
#include <stddef.h>
#include <strings.h>

#include "base/file.h"
#include "base/json.h"
#include "base/when.h"
#include "handoff/desk.h"

enum { FILE_BYTES_MAX = 1 << 20 };

enum conf_type { CONF_TEXT, CONF_PATH, CONF_INT, CONF_BOOL, CONF_CHOICE, CONF_WEEK, CONF_DAYS };

static const char *const formats[] = { "text", "json", NULL };
static const char *const modes[] = { "auto", "shadow", NULL };
static const char *const lives[] = { "off", "activity", "filtered", "webhook", NULL };
static const char *const second_factors[] = { "optional", "required", NULL };
static const char *const plans[] = { "self-serve", "enterprise", NULL };

/* "section.member" is the member of an object, "member" stands at the top. Those of the list
 * "accounts" have a table of their own. */
struct conf_row {
    const char *name;
    enum conf_type type;
    size_t at;
    bool needed;
    int64_t min, max, def;
    const char *text; /* default of texts and paths */
    const char *const *choices;
    const char *help;
};

static const struct conf_row rows[] = {
    { "kb", CONF_PATH, offsetof(struct conf, kb_dir), true,
      .help = "Folder of the knowledge base" },
    { "models", CONF_PATH, offsetof(struct conf, models_dir),
      .help = "Folder of the second opinion's models, a file for each set of lessons of the "
              "knowledge base; made when it isn't there. Without this: the"
              " folder that the build set" },
    { "database", CONF_PATH, offsetof(struct conf, database), true,
      .help = "The one file that holds everything said and done; made at the first start. Back it "
              "up with sqlite3's .backup: the newest is in a file beside it" },
    { "demo", CONF_BOOL, offsetof(struct conf, demo),
      .help = "true: the sandbox page may move the clock. Only with an x.api on this machine. "
              "Never for a real account" },
    { "log", CONF_CHOICE, offsetof(struct conf, log_format), .choices = formats, .def = 0,
      .help = "Log lines for people (text) or for a collector (json)" },
    { "mode", CONF_CHOICE, offsetof(struct conf, mode), .choices = modes, .def = 0,
      .help = "auto: replies are sent. shadow: nothing is ever sent to X, and staff see what would "
              "have been" },
    { "answer_within_s", CONF_INT, offsetof(struct conf, answer_within_s), .min = 60, .max = 604800,
      .def = 21600,
      .help = "Seconds. A message that is older when it arrives, after an outage say, gets no "
              "automatic reply: it goes to staff" },
    { "hours.zone", CONF_TEXT, offsetof(struct conf, zone), .text = "Europe/London",
      .help = "The council's time zone, an IANA name" },
    { "hours.week", CONF_WEEK, 0, true,
      .help = "When staff are there: for each of mon to sun a list like [\"09:00-12:30\", "
              "\"13:00-17:00\"]; a day left out is closed" },
    { "hours.holidays", CONF_PATH, offsetof(struct conf, holidays_file),
      .help = "Bank holidays, a file in the form of www.gov.uk/bank-holidays.json; the division "
              "england-and-wales counts" },
    { "hours.closed", CONF_DAYS, 0, .help = "Further days off, a list like [\"2026-12-24\"]" },
    { "console.address", CONF_TEXT, offsetof(struct conf, console_address), .text = "127.0.0.1",
      .help = "Address that the console listens on. Beyond loopback only behind a proxy that "
              "speaks TLS" },
    { "console.port", CONF_INT, offsetof(struct conf, console_port), .min = 0, .max = 65535,
      .def = 8080, .help = "Port of the console; 0 takes any free one and says which" },
    { "console.origin", CONF_TEXT, offsetof(struct conf, console_origin),
      .help = "Where browsers see the console, such as https://help.northmoor.example; needed when "
              "a proxy stands before it" },
    { "console.session_s", CONF_INT, offsetof(struct conf, session_s), .min = 300, .max = 604800,
      .def = 43200, .help = "Seconds until somebody who signed in must sign in again" },
    { "console.proxy", CONF_BOOL, offsetof(struct conf, behind_proxy),
      .help = "true: a proxy of ours stands before the console and adds the browser's address to "
              "X-Forwarded-For, whose last one is believed. Never without such a proxy: browsers "
              "could say what they like" },
    { "console.second_factor", CONF_CHOICE, offsetof(struct conf, second_factor),
      .choices = second_factors, .def = 0,
      .help = "Whether staff may sign in with a password alone (optional), or must have an "
              "authenticator app, too (required): who has none yet is led to setting it up" },
    { "console.undo_s", CONF_INT, offsetof(struct conf, undo_s), .min = 0, .max = DESK_UNDO_MAX_S,
      .def = 5,
      .help = "Seconds that a reply of staff is held, in which its writer can take it back" },
    { "console.reference", CONF_TEXT, offsetof(struct conf, reference_prefix), .text = "KS",
      .help = "What the reference of a case begins with, as in KS-4F7K-2: letters that residents "
              "know the council by" },
    { "console.lease_minutes", CONF_INT, offsetof(struct conf, lease_minutes), .min = 5,
      .max = 10080, .def = 60,
      .help = "Working minutes that a case stays with whoever took it without another sign of "
              "them; then it goes back to the queue" },
    { "console.warn_minutes", CONF_INT, offsetof(struct conf, warn_minutes), .min = 1, .max = 1440,
      .def = 10,
      .help = "Working minutes before a lease or a service level is up that staff are warned" },
    { "console.due_sensitive_minutes", CONF_INT, offsetof(struct conf, due_minutes[0]), .min = 1,
      .max = 10080, .def = 15,
      .help = "The service level: working minutes within which a person answers what is "
              "sensitive" },
    { "console.due_soon_minutes", CONF_INT, offsetof(struct conf, due_minutes[1]), .min = 1,
      .max = 10080, .def = 60, .help = "The same for complaints and people who ask for a person" },
    { "console.due_normal_minutes", CONF_INT, offsetof(struct conf, due_minutes[2]), .min = 1,
      .max = 10080, .def = 240, .help = "The same for the rest" },
    { "knowledge.unhelped_share", CONF_INT, offsetof(struct conf, unhelped.share), .min = 1,
      .max = 100, .def = 20,
      .help = "An intent is no longer answered automatically when so many in a hundred whom it was "
              "answered to weren't helped by it: they said so, or asked the same again, or staff "
              "marked the answer as wrong" },
    { "knowledge.unhelped_least", CONF_INT, offsetof(struct conf, unhelped.least), .min = 0,
      .max = 10000, .def = 3,
      .help = "The least of them that count so; 0: it is answered whatever they say" },
    { "knowledge.unhelped_days", CONF_INT, offsetof(struct conf, unhelped.days), .min = 1,
      .max = 365, .def = 7,
      .help =
          "The days of which those are, counted from midnight UTC. A changed intent begins at 0" },
    { "knowledge.check_links", CONF_BOOL, offsetof(struct conf, check_links), .def = 1,
      .help = "true: each link of an answer is asked for once a night and when it is new, and one "
              "that is dead is not answered with" },
    { "x.api", CONF_TEXT, offsetof(struct conf, x_api), .text = "https://api.x.com",
      .help = "Where the X API is" },
    { "x.app_file", CONF_PATH, offsetof(struct conf, x_app_file),
      .help = "File with what X gave for the app: client_id, client_secret, consumer_key, "
              "consumer_secret, bearer_token; mode 0600" },
    { "x.plan", CONF_CHOICE, offsetof(struct conf, x_plan), .choices = plans, .def = 0,
      .help = "The plan at X: on self-serve only a post that names or quotes us may be answered, "
              "on enterprise any reply to us" },
    { "x.live", CONF_CHOICE, offsetof(struct conf, x_live), .choices = lives, .def = 0,
      .help = "What tells of new messages at once, beside the regular reads: nothing (off), the "
              "activity stream, a filtered stream, or X calling our webhook" },
    { "x.poll_every_ms", CONF_INT, offsetof(struct conf, x_poll_every_ms), .min = 100,
      .max = 3600000, .def = 15000,
      .help = "Milliseconds between reads of our mentions. X allows 300 reads in 15 minutes: not "
              "below 3000 there" },
    { "x.timeout_ms", CONF_INT, offsetof(struct conf, x_timeout_ms), .min = 100, .max = 120000,
      .def = 20000, .help = "Milliseconds to wait for an answer of X" },
    { "x.lookup_wait_ms", CONF_INT, offsetof(struct conf, x_lookup_wait_ms), .min = 10,
      .max = 600000, .def = 10000,
      .help = "Milliseconds between looks at our own timeline for a reply whose sending ended "
              "unknown; two looks must miss it before it is sent again" },
    { "x.month_cap_usd", CONF_INT, offsetof(struct conf, x_month_cap_usd), .min = 0, .max = 1000000,
      .def = 0,
      .help = "US dollars that X may cost in a calendar month; beyond them nothing is answered "
              "automatically and staff are told. 0: no cap" },
    { "x.keep_days", CONF_INT, offsetof(struct conf, x_keep_days), .min = 1, .max = 3650, .def = 30,
      .help =
          "Days that the text of a post, and what staff noted about it, is kept. Once a day X is "
          "asked whether the post is still there; what is older is erased, unless its case is "
          "open" },
};

/* Members of each of "accounts". */
static const struct conf_row account_rows[] = {
    { "id", CONF_TEXT, offsetof(struct conf_account, id), true,
      .help = "The account's number at X, as text" },
    { "handle", CONF_TEXT, offsetof(struct conf_account, handle), true,
      .help = "The account's handle, without @" },
    { "token_file", CONF_PATH, offsetof(struct conf_account, token_file), true,
      .help = "File with the account's tokens, as kerbside x login writes it; mode 0600" },
    { "team", CONF_TEXT, offsetof(struct conf_account, team), .text = "customer services",
      .help = "The team that gets what was written to this account and belongs to no other" },
    { "voice", CONF_TEXT, offsetof(struct conf_account, voice),
      .help = "A voice of the knowledge base's wording.json; without this the plain wording" },
    { "hours.week", CONF_WEEK, 0,
      .help = "When this account's staff are there, if at other times than hours.week says" },
};

static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

/* The member that a row names: "x.api" is tree["x"]["api"]. */
static const cJSON *find(const cJSON *tree, const char *name)
{
    const char *dot = strchr(name, '.');
    if (!dot)
        return cJSON_GetObjectItemCaseSensitive(tree, name);
    char section[32];
    (void)snprintf(section, sizeof section, "%.*s", (int)(dot - name), name);
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(tree, section),
                                            dot + 1);
}

/* Where a row's value goes, and how its setting is called in messages. */
struct target {
    struct conf *c;
    void *base;         /* a struct conf, or one of its accounts */
    const char *prefix; /* "" or "accounts[0]." */
};

static int set_text(const struct target *t, const struct conf_row *row, const char *text)
{
    if (!text)
        return 0;
    char *copy = row->type == CONF_PATH ? file_beside(t->c->file, text) : strdup(text);
    if (!copy)
        return ERR_NOMEM;
    *(char **)((char *)t->base + row->at) = copy;
    return 0;
}

static int take_choice(const struct target *t, const struct conf_row *row, const cJSON *m,
                       struct report *report, int64_t *ret)
{
    for (int64_t i = 0; row->choices[i]; i++)
        if (str_is(json_str(m), row->choices[i])) {
            *ret = i;
            return 0;
        }
    struct buf all = BUF_INIT(1024);
    for (size_t i = 0; row->choices[i]; i++)
        (void)buf_addf(&all, "%s\"%s\"", i ? ", " : "", row->choices[i]);
    int r = report_error(report, "%s: \"%s%s\" must be one of %s", t->c->file, t->prefix, row->name,
                         buf_cstr(&all));
    buf_release(&all);
    return r;
}

static int take_row(const struct target *t, const struct conf_row *row, const cJSON *tree,
                    struct report *report)
{
    const cJSON *m = find(tree, row->name);
    void *at = (char *)t->base + row->at;
    if (!m && row->needed)
        return report_error(report, "%s: \"%s%s\" is missing: %s", t->c->file, t->prefix, row->name,
                            row->help);
    switch (row->type) {
    case CONF_TEXT:
    case CONF_PATH:
        if (m && (!cJSON_IsString(m) || !*m->valuestring))
            return report_error(report, "%s: \"%s%s\" must be a text with something in it",
                                t->c->file, t->prefix, row->name);
        return set_text(t, row, m ? m->valuestring : row->text);
    case CONF_INT: {
        cJSON wrap = { .type = cJSON_Object, .child = (cJSON *)m };
        *(int64_t *)at = row->def;
        if (m && json_get_int(&wrap, m->string, row->min, row->max, at) != 1)
            return report_error(report,
                                "%s: \"%s%s\" must be a whole number from %" PRId64 " to %" PRId64,
                                t->c->file, t->prefix, row->name, row->min, row->max);
        return 0;
    }
    case CONF_BOOL:
        if (m && !cJSON_IsBool(m))
            return report_error(report, "%s: \"%s%s\" must be true or false", t->c->file, t->prefix,
                                row->name);
        *(bool *)at = m ? cJSON_IsTrue(m) : row->def != 0;
        return 0;
    case CONF_CHOICE:
        *(int64_t *)at = row->def;
        return m ? take_choice(t, row, m, report, at) : 0;
    case CONF_WEEK:
    case CONF_DAYS:
        return 0; /* need the zone: take_hours, take_accounts */
    }
    return 0;
}

/* Is @name a member of @section (NULL: of the top) in that table? A section is a member too. */
static bool known_member(const struct conf_row *table, size_t count, const char *section,
                         const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const char *dot = strchr(table[i].name, '.');
        if (!section && (strcmp(table[i].name, name) == 0 ||
                         (dot && strlen(name) == (size_t)(dot - table[i].name) &&
                          strncmp(table[i].name, name, strlen(name)) == 0)))
            return true;
        if (section && dot && strlen(section) == (size_t)(dot - table[i].name) &&
            strncmp(table[i].name, section, strlen(section)) == 0 && strcmp(dot + 1, name) == 0)
            return true;
    }
    return false;
}

static bool is_section(const struct conf_row *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(table[i].name, name, strlen(name)) == 0 && table[i].name[strlen(name)] == '.')
            return true;
    return false;
}

static void check_members(const struct conf_row *table, size_t count, const cJSON *tree,
                          const char *section, const struct target *t, struct report *report)
{
    for (const cJSON *m = tree->child; m; m = m->next) {
        if (!section && table == rows && strcmp(m->string, "accounts") == 0)
            continue; /* take_accounts */
        if (!known_member(table, count, section, m->string))
            (void)report_error(
                report, "%s: unknown setting \"%s%s%s%s\"; kerbside config manual lists all",
                t->c->file, t->prefix, section ? section : "", section ? "." : "", m->string);
        else if (!section && cJSON_IsObject(m))
            check_members(table, count, m, m->string, t, report);
        else if (!section && is_section(table, count, m->string))
            (void)report_error(report, "%s: \"%s%s\" must be an object of settings", t->c->file,
                               t->prefix, m->string);
    }
}

static int take_week(const struct target *t, struct hours *hours, const cJSON *week,
                     struct report *report)
{
    if (!cJSON_IsObject(week))
        return report_error(report, "%s: \"%shours.week\" must be an object of mon to sun",
                            t->c->file, t->prefix);
    for (const cJSON *day = week->child; day; day = day->next) {
        unsigned d = 0;
        while (d < 7 && strcmp(weekdays[d], day->string) != 0)
            d++;
        const cJSON *window;
        if (d == 7 || !cJSON_IsArray(day)) {
            (void)report_error(
                report, "%s: \"%shours.week.%s\": the days are mon to sun, each a list of hours",
                t->c->file, t->prefix, day->string);
            continue;
        }
        struct buf where = BUF_INIT(4096);
        (void)buf_addf(&where, "%s: %shours.week.%s", t->c->file, t->prefix, day->string);
        cJSON_ArrayForEach(window, day)(void)
            hours_add_window(hours, d, json_str(window), buf_cstr(&where), report);
        buf_release(&where);
    }
    return 0;
}

static int take_closed_day(struct hours *hours, struct str text, const char *where,
                           struct report *report)
{
    int64_t day;
    if (!when_parse_day(text, &day))
        return report_error(report, "%s: \"%.*s\" is no day like 2026-12-24", where, STR_ARG(text));
    return hours_add_closed_day(hours, day) < 0 ? report_error(report, "%s: too many days", where)
                                                : 0;
}

/* The file of www.gov.uk/bank-holidays.json as it comes from there. */
static int take_holidays(struct conf *c, struct report *report)
{
    cJSON *tree = NULL;
    const cJSON *event;
    int r = json_read_file(c->holidays_file, FILE_BYTES_MAX, report, &tree);
    if (r < 0)
        return r;
    const cJSON *division = cJSON_GetObjectItemCaseSensitive(tree, "england-and-wales");
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(division, "events");
    if (!cJSON_IsArray(events) || cJSON_GetArraySize(events) == 0)
        r = report_error(report, "%s: no \"england-and-wales\" with \"events\" in it",
                         c->holidays_file);
    cJSON_ArrayForEach(event, events)(void)
        take_closed_day(c->hours, json_str(cJSON_GetObjectItemCaseSensitive(event, "date")),
                        c->holidays_file, report);
    cJSON_Delete(tree);
    return r;
}

static int take_hours(const struct target *t, const cJSON *tree, struct report *report)
{
    struct conf *c = t->c;
    const cJSON *week = find(tree, "hours.week"), *closed = find(tree, "hours.closed"), *day;
    int r = c->zone ? hours_new(c->zone, c->file, report, &c->hours) : ERR_BADINPUT;
    if (r < 0)
        return r;
    if (week)
        (void)take_week(t, c->hours, week, report);
    if (closed && !cJSON_IsArray(closed))
        (void)report_error(report, "%s: \"hours.closed\" must be a list of days", c->file);
    cJSON_ArrayForEach(day, closed)(void) take_closed_day(c->hours, json_str(day), c->file, report);
    return c->holidays_file ? take_holidays(c, report) : 0;
}

/* The list "accounts", behind take_hours: days off are the council's. */
static int take_accounts(struct conf *c, const cJSON *tree, struct report *report)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "accounts"), *m;
    if (!cJSON_IsArray(list) || !list->child)
        return report_error(report, "%s: \"accounts\" must be a list of our accounts, one at least",
                            c->file);
    c->accounts = calloc((size_t)cJSON_GetArraySize(list), sizeof *c->accounts);
    if (!c->accounts)
        return ERR_NOMEM;
    int r = 0;
    cJSON_ArrayForEach(m, list)
    {
        struct conf_account *a = &c->accounts[c->account_count];
        char prefix[40];
        (void)snprintf(prefix, sizeof prefix, "accounts[%zu].", c->account_count++);
        struct target t = { c, a, prefix };
        if (!cJSON_IsObject(m)) {
            (void)report_error(report, "%s: \"accounts[%zu]\" must be an object of settings",
                               c->file, c->account_count - 1);
            continue;
        }
        check_members(account_rows, ARRAY_LEN(account_rows), m, NULL, &t, report);
        for (size_t i = 0; i < ARRAY_LEN(account_rows) && r != ERR_NOMEM; i++)
            r = take_row(&t, &account_rows[i], m, report);
        const cJSON *week = find(m, "hours.week");
        if (r != ERR_NOMEM && week && c->hours) {
            r = hours_new_like(c->hours, &a->hours);
            if (r == 0)
                r = take_week(&t, a->hours, week, report);
        }
    }
    return r == ERR_NOMEM ? r : 0;
}

static bool on_loopback(const char *url)
{
    static const char *const heads[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        size_t len = strlen(heads[i]);
        if (strncmp(url, heads[i], len) == 0 && !strchr(url, '@') &&
            (url[len] == ':' || url[len] == '/' || url[len] == '\0'))
            return true;
    }
    return false;
}

static void check_together(struct conf *c, struct report *report)
{
    int64_t id;
    if (c->x_api && !on_loopback(c->x_api) && strncmp(c->x_api, "https://", 8) != 0)
        (void)report_error(report,
                           "%s: \"x.api\" must begin with https://, unless it is on this machine",
                           c->file);
    if (c->demo && c->x_api && !on_loopback(c->x_api))
        (void)report_error(
            report, "%s: \"demo\" goes only with an \"x.api\" on this machine (http://127.0.0.1:…)",
            c->file);
    if (c->x_live == LIVE_WEBHOOK && !c->console_origin)
        (void)report_error(report,
                           "%s: \"x.live\": \"webhook\" needs \"console.origin\", where X reaches "
                           "us: https://…",
                           c->file);
    for (size_t i = 0; i < c->account_count; i++) {
        const struct conf_account *a = &c->accounts[i];
        if (a->id && !str_to_int64(str_of(a->id), 1, INT64_MAX, &id))
            (void)report_error(report,
                               "%s: \"accounts[%zu].id\" must be the account's number, as text",
                               c->file, i);
        if (a->handle && a->handle[0] == '@')
            (void)report_error(report, "%s: \"accounts[%zu].handle\" is written without @", c->file,
                               i);
        for (size_t k = 0; k < i; k++)
            if ((a->id && c->accounts[k].id && strcmp(a->id, c->accounts[k].id) == 0) ||
                (a->handle && c->accounts[k].handle &&
                 strcasecmp(a->handle, c->accounts[k].handle) == 0))
                (void)report_error(report,
                                   "%s: \"accounts[%zu]\" has the id or handle of accounts[%zu]",
                                   c->file, i, k);
    }
}

int conf_load(const char *path, struct report *report, struct conf **ret)
{
    unsigned errors = report->errors;
    cJSON *tree = NULL;
    struct conf *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    c->file = strdup(path);
    int r = c->file ? json_read_file(path, FILE_BYTES_MAX, report, &tree) : ERR_NOMEM;
    if (r < 0)
        goto out;
    if (!cJSON_IsObject(tree)) {
        r = report_error(report, "%s: must be a JSON object", path);
        goto out;
    }
    struct target t = { c, c, "" };
    check_members(rows, ARRAY_LEN(rows), tree, NULL, &t, report);
    for (size_t i = 0; i < ARRAY_LEN(rows) && r != ERR_NOMEM; i++)
        r = take_row(&t, &rows[i], tree, report);
    if (r != ERR_NOMEM)
        r = take_hours(&t, tree, report);
    if (r != ERR_NOMEM)
        r = take_accounts(c, tree, report);
    check_together(c, report);
    if (r == 0 && report->errors > errors)
        r = ERR_BADINPUT;
out:
    cJSON_Delete(tree);
    if (r == 0)
        *ret = c;
    else
        (void)conf_free(c);
    return r;
}

static void free_texts(void *base, const struct conf_row *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].type == CONF_TEXT || table[i].type == CONF_PATH)
            free(*(char **)((char *)base + table[i].at));
}

struct conf *conf_free(struct conf *c)
{
    if (!c)
        return NULL;
    free_texts(c, rows, ARRAY_LEN(rows));
    for (size_t i = 0; i < c->account_count; i++) {
        free_texts(&c->accounts[i], account_rows, ARRAY_LEN(account_rows));
        (void)hours_free(c->accounts[i].hours);
    }
    free(c->accounts);
    (void)hours_free(c->hours);
    free(c->file);
    free(c);
    return NULL;
}

static cJSON *row_schema(const struct conf_row *row)
{
    static const char week[] = "{\"type\":\"object\",\"additionalProperties\":false,"
                               "\"patternProperties\":{\"^(mon|tue|wed|thu|fri|sat|sun)$\":"
                               "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\"^["
                               "0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$\"}}}}";
    static const char days[] = "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\"^["
                               "0-9]{4}-[0-9]{2}-[0-9]{2}$\"}}";
    cJSON *s = row->type == CONF_WEEK   ? cJSON_Parse(week)
               : row->type == CONF_DAYS ? cJSON_Parse(days)
                                        : cJSON_CreateObject();
    switch (row->type) {
    case CONF_TEXT:
    case CONF_PATH:
        (void)cJSON_AddStringToObject(s, "type", "string");
        if (row->text)
            (void)cJSON_AddStringToObject(s, "default", row->text);
        break;
    case CONF_INT:
        (void)cJSON_AddStringToObject(s, "type", "integer");
        (void)cJSON_AddNumberToObject(s, "minimum", (double)row->min);
        (void)cJSON_AddNumberToObject(s, "maximum", (double)row->max);
        (void)cJSON_AddNumberToObject(s, "default", (double)row->def);
        break;
    case CONF_BOOL:
        (void)cJSON_AddStringToObject(s, "type", "boolean");
        (void)cJSON_AddBoolToObject(s, "default", row->def != 0);
        break;
    case CONF_CHOICE: {
        cJSON *choices = cJSON_AddArrayToObject(s, "enum");
        for (size_t i = 0; row->choices[i]; i++)
            (void)cJSON_AddItemToArray(choices, cJSON_CreateString(row->choices[i]));
        (void)cJSON_AddStringToObject(s, "default", row->choices[row->def]);
        break;
    }
    case CONF_WEEK:
    case CONF_DAYS:
        break;
    }
    (void)cJSON_AddStringToObject(s, "description", row->help);
    return s;
}

/* An object schema below @parent that lets nothing unknown in; @ret_needed lists what it must hold.
 */
static cJSON *object_schema(cJSON *parent, const char *name, cJSON **ret_needed)
{
    cJSON *o = name ? cJSON_AddObjectToObject(parent, name) : parent;
    (void)cJSON_AddStringToObject(o, "type", "object");
    (void)cJSON_AddFalseToObject(o, "additionalProperties");
    *ret_needed = cJSON_AddArrayToObject(o, "required");
    return cJSON_AddObjectToObject(o, "properties");
}

/* The properties of one table, sections as objects. */
static void table_schema(const struct conf_row *table, size_t count, cJSON *top, cJSON *needed)
{
    cJSON *section = NULL, *section_needed = NULL;
    char open[32] = "";
    for (size_t i = 0; i < count; i++) {
        const char *dot = strchr(table[i].name, '.');
        char name[32] = "";
        if (dot)
            (void)snprintf(name, sizeof name, "%.*s", (int)(dot - table[i].name), table[i].name);
        if (dot && strcmp(name, open) != 0) {
            section = object_schema(top, name, &section_needed);
            memcpy(open, name, sizeof open);
        }
        (void)cJSON_AddItemToObject(dot ? section : top, dot ? dot + 1 : table[i].name,
                                    row_schema(&table[i]));
        if (table[i].needed)
            (void)cJSON_AddItemToArray(dot ? section_needed : needed,
                                       cJSON_CreateString(dot ? dot + 1 : table[i].name));
    }
}

int conf_schema(struct buf *out)
{
    cJSON *root = cJSON_CreateObject(), *needed, *account_needed;
    (void)cJSON_AddStringToObject(root, "$schema", "https://json-schema.org/draft/2020-12/schema");
    (void)cJSON_AddStringToObject(root, "title",
                                  "Kerbside configuration (made by: kerbside config schema)");
    cJSON *top = object_schema(root, NULL, &needed);
    table_schema(rows, ARRAY_LEN(rows), top, needed);
    cJSON *accounts = cJSON_AddObjectToObject(top, "accounts");
    (void)cJSON_AddStringToObject(accounts, "type", "array");
    (void)cJSON_AddNumberToObject(accounts, "minItems", 1);
    (void)cJSON_AddStringToObject(accounts, "description", "Our accounts");
    cJSON *account = object_schema(accounts, "items", &account_needed);
    table_schema(account_rows, ARRAY_LEN(account_rows), account, account_needed);
    (void)cJSON_AddItemToArray(needed, cJSON_CreateString("accounts"));
    char *text = cJSON_Print(root);
    int r = text ? buf_addc(out, text) : ERR_NOMEM;
    cJSON_free(text);
    cJSON_Delete(root);
    return r < 0 ? r : buf_addc(out, "\n");
}

static void table_manual(const struct conf_row *table, size_t count, const char *prefix,
                         struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        const struct conf_row *row = &table[i];
        (void)buf_addf(out, "%s%s\n    %s.", prefix, row->name, row->help);
        if (row->needed)
            (void)buf_addc(out, " Must be there.");
        else if (row->type == CONF_INT)
            (void)buf_addf(out, " Default %" PRId64 ", from %" PRId64 " to %" PRId64 ".", row->def,
                           row->min, row->max);
        else if (row->type == CONF_CHOICE)
            (void)buf_addf(out, " Default %s.", row->choices[row->def]);
        else if (row->type == CONF_BOOL)
            (void)buf_addf(out, " Default %s.", row->def ? "true" : "false");
        else if (row->text)
            (void)buf_addf(out, " Default %s.", row->text);
        (void)buf_addc(out, "\n");
    }
}

int conf_manual(struct buf *out)
{
    table_manual(rows, ARRAY_LEN(rows), "", out);
    table_manual(account_rows, ARRAY_LEN(account_rows), "accounts[].", out);
    return out->err;
}
