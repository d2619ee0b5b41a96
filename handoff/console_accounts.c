/*
 * Accounts over HTTP: one's own, and everybody's for admins. One table says what there is and who
 * may. Everything is looked up and done in one transaction, right before it is answered: whoever
 * was signed out or lost a role while their password was being checked does nothing any more.
 */
#include "handoff/console_http.h"

#include <inttypes.h>

#include "base/log.h"
#include "handoff/permission.h"
#include "handoff/second_factor.h"

static const char broken[] = "That doesn't work just now. Nothing was done. Please try again.";

/* One request while its transaction is open. */
struct call {
    struct errand *errand;
    struct tx *tx;
    struct arena arena;
    const cJSON *body;
    struct account me, them; /* them: whom an admin's request is about */
    int64_t now;
    unsigned status;   /* of the answer; when refused with @error */
    const char *error; /* a sentence for people */
    cJSON *answer;     /* NULL: no body */
};

/* What each does returns 1 done: commit; 0 refused; or negative. */
static int refuse(struct call *c, unsigned status, const char *error)
{
    c->status = status;
    c->error = error;
    return 0;
}

static int note(struct call *c, const char *act, struct str about, const char *text)
{
    const struct audit a = { c->me.staff.id, act, about, str_of(text),
                             str_of(c->errand->peer->address) };
    return audit_add(c->tx, &a);
}

/* @r of what was done: noted if it went well. */
static int noted(struct call *c, int r, const char *act, struct str about, const char *text)
{
    if (r >= 0)
        r = note(c, act, about, text);
    return r < 0 ? r : 1;
}

static struct str body_text(const struct call *c, const char *name)
{
    struct str text = STR("");
    (void)json_get_str(c->body, name, &text);
    return text;
}

static void put_time(cJSON *o, const char *name, int64_t at)
{
    if (at)
        (void)cJSON_AddNumberToObject(o, name, (double)at);
    else
        (void)cJSON_AddNullToObject(o, name);
}

/* ------------------------------------------------------------------------------------------------
 * one's own */

static void add_session(const struct session_row *row, void *data)
{
    cJSON *o = cJSON_CreateObject();
    (void)json_put_str(o, "id", row->name);
    (void)json_put_str_or_null(o, "address", row->place.address);
    (void)json_put_str_or_null(o, "browser", row->place.browser);
    put_time(o, "began_at", row->began_at);
    put_time(o, "seen_at", row->seen_at);
    (void)cJSON_AddBoolToObject(o, "this", row->this_one);
    (void)cJSON_AddItemToArray(data, o);
}

static int list_sessions(struct call *c, int64_t staff_id, cJSON *o)
{
    return session_list(c->tx, staff_id, str_of(c->errand->peer->token), c->now, add_session,
                        cJSON_AddArrayToObject(o, "sessions"));
}

static int show_account(struct call *c)
{
    int64_t codes = 0;
    int r = second_factor_codes(c->tx, c->me.staff.id, &codes);
    c->answer = cJSON_CreateObject();
    (void)json_put_str(c->answer, "login", c->me.staff.login);
    (void)cJSON_AddBoolToObject(c->answer, "second_factor", c->me.second_factor);
    (void)cJSON_AddBoolToObject(c->answer, "required", c->errand->console->options.second_factor);
    (void)cJSON_AddNumberToObject(c->answer, "codes_left", (double)codes);
    if (r == 0)
        r = list_sessions(c, c->me.staff.id, c->answer);
    return r;
}

static int change_password(struct call *c)
{
    struct errand *e = c->errand;
    if (str_eq(e->fresh, e->password))
        return refuse(c, 400, "The new password must not be the one that you have.");
    if (!e->fresh_hash[0])
        return ERR_NOMEM;
    int r = staff_set_password(c->tx, c->me.staff.login, e->fresh_hash, str_of(e->peer->token));
    return noted(c, r, "password_changed", STR(""), "");
}

static int begin_second(struct call *c)
{
    unsigned char secret[TOTP_SECRET_BYTES];
    struct buf text = BUF_INIT(64), link = BUF_INIT(256);
    int r = second_factor_begin(c->tx, c->me.staff.id, secret);
    if (r == ERR_EXISTS)
        return refuse(c, 409, "You have a second factor already. Switch it off first.");
    if (r == 0)
        r = base32_add(&text, secret, sizeof secret);
    if (r == 0)
        r = buf_addf(&link, "otpauth://totp/Kerbside:%.*s?secret=%s&issuer=Kerbside",
                     STR_ARG(c->me.staff.login), buf_cstr(&text));
    c->answer = cJSON_CreateObject();
    (void)json_put_str(c->answer, "secret", buf_str(&text));
    (void)json_put_str(c->answer, "link", buf_str(&link));
    buf_release(&text);
    buf_release(&link);
    return r < 0 ? r : 1;
}

static int confirm_second(struct call *c)
{
    char codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX];
    int r =
        second_factor_confirm(c->tx, c->me.staff.id, str_trim(body_text(c, "code")), c->now, codes);
    if (r == 0)
        return refuse(c, 403,
                      "That code isn't right. Look whether the clock of your telephone is, and "
                      "enter the code that the app shows now.");
    c->answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(c->answer, "codes");
    for (int i = 0; i < RECOVERY_CODES && r == 1; i++)
        (void)json_add_str(list, str_of(codes[i]));
    return noted(c, r, "second_factor_on", STR(""), "");
}

static int end_second(struct call *c)
{
    int r = second_factor_use(c->tx, c->me.staff.id, str_trim(body_text(c, "code")), c->now);
    if (r == SECOND_NONE)
        return refuse(c, 409, "You have no second factor.");
    if (r == SECOND_WRONG)
        return refuse(c, 403, "That code isn't right, or it has been used.");
    if (r > 0)
        r = second_factor_off(c->tx, c->me.staff.id);
    return noted(c, r, "second_factor_off", STR(""), "");
}

/* The one named, or all but this one. */
static int end_sessions(struct call *c)
{
    struct str name = body_text(c, "id");
    int r = name.len ? session_end_named(c->tx, c->me.staff.id, name)
                     : session_end_all(c->tx, c->me.staff.id, str_of(c->errand->peer->token));
    if (r == 0 && name.len)
        return refuse(c, 404, "That session is over already.");
    return noted(c, r, "session_ended", STR(""), name.len ? "one" : "all others");
}

/* ------------------------------------------------------------------------------------------------
 * everybody's */

struct listing {
    struct call *call;
    cJSON *people;
    int r;
};

static void add_account(const struct account *a, void *data)
{
    struct listing *l = data;
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(o, "id", (double)a->staff.id);
    (void)json_put_str(o, "login", a->staff.login);
    (void)json_put_str(o, "name", a->staff.name);
    (void)json_put_str(o, "initials", a->staff.initials);
    (void)json_put_str(o, "role", a->staff.role);
    (void)cJSON_AddBoolToObject(o, "duty", a->on_duty);
    (void)cJSON_AddBoolToObject(o, "second_factor", a->second_factor);
    (void)cJSON_AddBoolToObject(o, "must_change", a->must_change);
    put_time(o, "seen_at", a->seen_at);
    (void)cJSON_AddItemToArray(l->people, o);
    if (l->r == 0)
        l->r = list_sessions(l->call, a->staff.id, o);
}

static int show_people(struct call *c)
{
    c->answer = cJSON_CreateObject();
    struct listing l = { c, cJSON_AddArrayToObject(c->answer, "people"), 0 };
    int r = account_list(c->tx, &c->arena, c->now, add_account, &l);
    return r < 0 ? r : l.r;
}

/* The password that was made for them, which is shown this once. */
static int give_password(struct call *c, struct str login)
{
    int r = staff_must_change(c->tx, login);
    c->answer = cJSON_CreateObject();
    (void)json_put_str(c->answer, "login", login);
    (void)cJSON_AddStringToObject(c->answer, "password", c->errand->given);
    return r;
}

static int add_person(struct call *c)
{
    const struct staff s = { 0, body_text(c, "login"), body_text(c, "name"),
                             body_text(c, "initials"), body_text(c, "role") };
    const char *why = NULL;
    bool duty = false;
    (void)json_get_bool(c->body, "duty", &duty);
    if (!c->errand->fresh_hash[0])
        return ERR_NOMEM;
    int r = staff_add(c->tx, &s, c->errand->fresh_hash, c->now, &why);
    if (r == ERR_EXISTS)
        return refuse(c, 409, "That login is taken; who was removed keeps theirs.");
    if (r == ERR_BADINPUT)
        return refuse(c, 400, why);
    if (r == 0 && duty)
        r = staff_set_duty(c->tx, s.login, true);
    if (r >= 0)
        r = give_password(c, s.login);
    return noted(c, r, "staff_added", s.login, arena_str(&c->arena, s.role).p);
}

/* The last admin stays one, or nobody could look after accounts any more. */
static int last_admin(struct call *c)
{
    int64_t admins = 0;
    if (!role_may(c->them.staff.role, "accounts"))
        return 0;
    int r = staff_count(c->tx, c->them.staff.role, &admins);
    return r < 0 ? r : admins < 2;
}

/* What happens to cases happens at the desk's time, which the demo moves. */
static int64_t desk_now(const struct call *c)
{
    return clock_now(c->errand->console->options.clock);
}

static int change_person(struct call *c)
{
    struct staff *them = &c->them.staff;
    struct str role = body_text(c, "role");
    bool duty = c->them.on_duty;
    char text[64];
    (void)json_get_bool(c->body, "duty", &duty);
    int r = 0;
    if (role.len && !role_exists(role))
        return refuse(c, 400, "A role is agent, trainee, editor, supervisor or admin.");
    if (role.len && !str_eq(role, them->role)) {
        r = last_admin(c);
        if (r == 1)
            return refuse(c, 409, "This is the only admin. Make somebody else one first.");
        (void)snprintf(text, sizeof text, "%.*s to %.*s", STR_ARG(them->role), STR_ARG(role));
        if (r == 0)
            r = staff_set_role(c->tx, them->login, role, desk_now(c));
        if (r >= 0)
            r = note(c, "role_changed", them->login, text);
    }
    if (r >= 0 && duty != c->them.on_duty) {
        r = staff_set_duty(c->tx, them->login, duty);
        if (r >= 0)
            r = note(c, "duty_changed", them->login, duty ? "on" : "off");
    }
    return r < 0 ? r : 1;
}

static int reset_password(struct call *c)
{
    struct str login = c->them.staff.login;
    if (!c->errand->fresh_hash[0])
        return ERR_NOMEM;
    int r = staff_set_password(c->tx, login, c->errand->fresh_hash, STR(""));
    if (r >= 0)
        r = give_password(c, login);
    return noted(c, r, "password_reset", login, "");
}

static int sign_out_person(struct call *c)
{
    struct str name = body_text(c, "session");
    int r = name.len ? session_end_named(c->tx, c->them.staff.id, name)
                     : session_end_all(c->tx, c->them.staff.id, STR(""));
    if (r == 0 && name.len)
        return refuse(c, 404, "That session is over already.");
    return noted(c, r, "session_ended", c->them.staff.login, name.len ? "one" : "all");
}

static int end_person_second(struct call *c)
{
    int r = second_factor_off(c->tx, c->them.staff.id);
    if (r == 0)
        return refuse(c, 409, "They have no second factor.");
    return noted(c, r, "second_factor_off", c->them.staff.login, "");
}

static int remove_person(struct call *c)
{
    struct str login = c->them.staff.login;
    int r = last_admin(c);
    if (r == 1)
        return refuse(c, 409, "This is the only admin. Make somebody else one first.");
    if (r == 0)
        r = staff_remove(c->tx, login, desk_now(c));
    return noted(c, r, "staff_removed", login, "");
}

/* ------------------------------------------------------------------------------------------------
 * requests */

enum need {
    POSTED = 1,   /* else got */
    ACCOUNTS = 2, /* the right to look after accounts, and nothing left to be done before it */
    THEM = 4,     /* "id": whom it is about */
    PASSWORD = 8, /* one's own, again: an open console isn't enough */
    FRESH = 16,   /* "new": a password to be hashed */
    GIVEN = 32,   /* the same of one that is made here */
};

static const struct route {
    const char *path;
    unsigned needs;
    int (*run)(struct call *c);
} routes[] = {
    { "/api/account", 0, show_account },
    { "/api/account/password", POSTED | PASSWORD | FRESH, change_password },
    { "/api/account/second-factor/begin", POSTED | PASSWORD, begin_second },
    { "/api/account/second-factor/confirm", POSTED, confirm_second },
    { "/api/account/second-factor/off", POSTED | PASSWORD, end_second },
    { "/api/account/sessions/end", POSTED, end_sessions },
    { "/api/staff", ACCOUNTS, show_people },
    { "/api/staff/add", POSTED | ACCOUNTS | GIVEN, add_person },
    { "/api/staff/change", POSTED | ACCOUNTS | THEM, change_person },
    { "/api/staff/password", POSTED | ACCOUNTS | THEM | GIVEN, reset_password },
    { "/api/staff/sign-out", POSTED | ACCOUNTS | THEM, sign_out_person },
    { "/api/staff/second-factor-off", POSTED | ACCOUNTS | THEM, end_person_second },
    { "/api/staff/remove", POSTED | ACCOUNTS | THEM, remove_person },
};

static const struct route *route_of(const char *path, bool posting)
{
    for (size_t i = 0; i < ARRAY_LEN(routes); i++)
        if (strcmp(path, routes[i].path) == 0 && ((routes[i].needs & POSTED) != 0) == posting)
            return &routes[i];
    return NULL;
}

/* Who asks, as things are now. 1 they may; 0 refused; or negative. */
static int may_ask(struct call *c, unsigned needs)
{
    struct staff me;
    int64_t id = 0;
    int r = session_find(c->tx, &c->arena, str_of(c->errand->peer->token), c->now, &me);
    if (r == 0)
        return refuse(c, 401, "You're not signed in.");
    if (r == 1)
        r = account_find(c->tx, &c->arena, me.id, c->now, &c->me);
    if (r < 0 || !(needs & ACCOUNTS))
        return r;
    r = session_duty(c->tx, me.id, c->errand->console->options.second_factor);
    if (r < 0)
        return r;
    if (r != SESSION_FREE || !role_may(c->me.staff.role, "accounts"))
        return refuse(c, 403, "Your role may not do that.");
    if (!(needs & THEM))
        return 1;
    if (json_get_int(c->body, "id", 1, INT64_MAX, &id) != 1)
        return refuse(c, 400, "Whom is it about? \"id\" must be their number.");
    r = account_find(c->tx, &c->arena, id, c->now, &c->them);
    return r == 0 ? refuse(c, 404, "There is nobody of that number.") : r;
}

static int run(struct call *c, const struct route *route)
{
    int r = may_ask(c, route->needs);
    if (r != 1)
        return r;
    if ((route->needs & PASSWORD) && !c->errand->fits)
        return refuse(c, 403, "That isn't your password.");
    return route->run(c);
}

/* The passwords are dealt with, or there are none. */
static int answer_call(struct errand *e)
{
    const struct route *route = e->what;
    struct call c = { .errand = e, .body = e->body, .now = time(NULL) };
    struct console *console = e->console;
    if (!e->peer)
        return 0;
    int r = tx_begin(console->options.db, route->needs & POSTED ? TX_WRITE : TX_READ, &c.tx);
    if (r == 0) {
        r = run(&c, route);
        if (r == 1)
            r = tx_commit(c.tx) < 0 ? ERR_DB : 1;
        else
            tx_rollback(c.tx);
    }
    if (r == 1 && e->checks)
        throttle_forget(&console->throttle, &e->attempt);
    if (route->needs & POSTED)
        log_info("console.account path=%s staff=%" PRId64 " ok=%d", route->path, c.me.staff.id,
                 r == 1);
    if (r == 1)
        console_ws_check(console);
    if (r >= 0 && !c.error) {
        r = answer_json(e->peer, c.answer ? 200 : 204, c.answer, NULL);
    } else {
        cJSON_Delete(c.answer);
        r = answer_error(e->peer, c.error ? c.status : 500, c.error ? c.error : broken);
    }
    arena_release(&c.arena);
    return r;
}

bool console_tells(const char *path)
{
    return strcmp(path, "/api/me") == 0 || route_of(path, false);
}

bool console_takes(const char *path)
{
    return strcmp(path, "/api/sign-in") == 0 || strcmp(path, "/api/sign-out") == 0 ||
           route_of(path, true);
}

/* What the work off the loop needs; it isn't done for somebody who may not ask at all. 1 go on, 0
 * refused, or negative. */
static int prepare(struct call *c, const struct route *route)
{
    struct errand *e = c->errand;
    struct str hash = STR("");
    int r = may_ask(c, route->needs);
    if (r != 1)
        return r;
    if (route->needs & FRESH) {
        e->fresh = body_text(c, "new");
        const char *fault = password_fault(e->fresh, c->me.staff.login);
        if (fault)
            return refuse(c, 400, fault);
    }
    if (route->needs & GIVEN) {
        r = password_give(e->given);
        e->fresh = str_of(e->given);
    }
    if (r < 0 || !(route->needs & PASSWORD))
        return r < 0 ? r : 1;
    r = staff_find(c->tx, &e->arena, c->me.staff.login, &e->staff, &hash);
    if (r != 1)
        return r < 0 ? r : ERR_DB;
    e->hash = hash.p;
    e->checks = true;
    e->password = body_text(c, "password");
    /* from within: nobody else's tries are held against them */
    e->attempt = (struct throttle_try){ e->staff.login, str_of(e->peer->address), true, c->now };
    if (throttle_ask(&e->console->throttle, &e->attempt) != THROTTLE_GO)
        return refuse(c, 429, "That was tried too often. Please wait five minutes.");
    return 1;
}

static int begin(struct console *console, struct http_peer *peer, cJSON *body)
{
    const struct route *route = route_of(peer->path, peer->posting);
    struct errand *e = console_errand_new(console, peer, body);
    if (!e)
        return -1;
    struct call c = { .errand = e, .body = body, .now = time(NULL) };
    e->what = route;
    e->then = answer_call;
    int r = tx_begin(console->options.db, TX_READ, &c.tx);
    if (r == 0) {
        r = prepare(&c, route);
        tx_rollback(c.tx);
    }
    arena_release(&c.arena);
    if (r == 1)
        return console_errand_run(e);
    console_errand_free(e);
    return answer_error(peer, c.error ? c.status : 500, c.error ? c.error : broken);
}

int console_tell(struct console *c, struct http_peer *peer)
{
    return strcmp(peer->path, "/api/me") == 0 ? console_who(c, peer) : begin(c, peer, NULL);
}

int console_take(struct console *c, struct http_peer *peer, cJSON *body)
{
    if (strcmp(peer->path, "/api/sign-in") == 0)
        return console_sign_in(c, peer, body);
    if (strcmp(peer->path, "/api/sign-out") != 0)
        return begin(c, peer, body);
    cJSON_Delete(body);
    return console_sign_out(c, peer);
}
