/*
 * Signing in and out. How long an answer takes tells nothing: an unknown login costs the same check
 * as a known one, and whether there is a second factor is only looked at when the password is
 * right.
 */
#include "handoff/console_http.h"

#include <inttypes.h>

#include "base/log.h"
#include "handoff/second_factor.h"
#include "handoff/view.h"

enum { LOGIN_MAX = 200, KNOWN_FOR_S = 30 * 24 * 3600 };

static const char broken[] = "Signing in doesn't work just now. Please try again.";

static void cookie_text(const struct console *c, const char *token, int64_t age_s, char *out,
                        size_t room)
{
    (void)snprintf(out, room, "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%" PRId64 "%s",
                   console_cookie(c), token, age_s, c->secure_cookie ? "; Secure" : "");
}

static int answer_staff(struct http_peer *peer, const struct staff *s, int duty, const char *cookie)
{
    static const char *const musts[] = { [SESSION_FREE] = NULL,
                                         [SESSION_MUST_CHANGE_PASSWORD] = "password",
                                         [SESSION_MUST_ENROL] = "second_factor" };
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddItemToObject(o, "staff", view_staff(s));
    if (musts[duty])
        (void)cJSON_AddStringToObject(o, "must", musts[duty]);
    else
        (void)cJSON_AddNullToObject(o, "must");
    return answer_json(peer, 200, o, cookie);
}

int console_who(struct console *c, struct http_peer *peer)
{
    struct arena arena = ARENA_INIT;
    struct staff staff;
    struct tx *tx;
    int duty = 0, r = tx_begin(c->options.db, TX_READ, &tx);
    if (r == 0) {
        r = session_find(tx, &arena, str_of(peer->token), time(NULL), &staff);
        if (r == 1)
            duty = session_duty(tx, staff.id, c->options.second_factor);
        tx_rollback(tx);
    }
    if (r < 0 || duty < 0)
        r = answer_error(peer, 500, broken);
    else
        r = r == 1 ? answer_staff(peer, &staff, duty, NULL)
                   : answer_error(peer, 401, "You're not signed in.");
    arena_release(&arena);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * in */

/* Writes down a try that led nowhere. The login is as it was typed; of a password nothing is kept.
 */
static int refuse(struct errand *e, const char *act, const char *why)
{
    const struct audit a = {
        .act = act, .about = e->attempt.login, .text = str_of(why), .address = e->attempt.address
    };
    struct tx *tx;
    int r = tx_begin(e->console->options.db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = audit_add(tx, &a);
    if (r == 0)
        return tx_commit(tx);
    tx_rollback(tx);
    return r;
}

/* The code, and the session. Returns an enum second_factor, or negative; SECOND_WRONG: there is no
 * session. */
static int begin_session(struct errand *e, struct tx *tx, char token[SESSION_TOKEN_MAX],
                         int *ret_duty)
{
    const struct session_place place = { e->attempt.address, str_of(e->peer->browser) };
    struct str code = STR("");
    int64_t now = e->attempt.now;
    (void)json_get_str(e->body, "code", &code);
    int second = second_factor_use(tx, e->staff.id, str_trim(code), now);
    if (second < 0 || second == SECOND_WRONG)
        return second;
    struct audit a = { e->staff.id, "signed_in", STR(""), place.browser, place.address };
    int r = audit_add(tx, &a);
    a.act = "recovery_code_used";
    if (r == 0 && second == SECOND_RECOVERY)
        r = audit_add(tx, &a);
    if (r == 0)
        r = session_begin(tx, e->staff.id, &place, now, now + e->console->options.session_s, token);
    if (r == 0)
        r = *ret_duty = session_duty(tx, e->staff.id, e->console->options.second_factor);
    return r < 0 ? r : second;
}

static int wants_code(struct errand *e)
{
    struct str code = STR("");
    bool tried = json_get_str(e->body, "code", &code) == 1 && code.len;
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(
        o, "error",
        tried ? "That code isn't right, or it has been used. Wait for the next one, or use a "
                "recovery code."
              : "Enter the code that your authenticator app shows.");
    (void)cJSON_AddStringToObject(o, "need", "code");
    if (!tried)
        throttle_take_back(&e->console->throttle, &e->attempt);
    else if (refuse(e, "sign_in_failed", "wrong code") < 0)
        log_error("console.audit why=\"not written\"");
    return answer_json(e->peer, 401, o, NULL);
}

/* The password is right. */
static int let_in(struct errand *e)
{
    struct console *c = e->console;
    char token[SESSION_TOKEN_MAX], cookie[256];
    struct tx *tx;
    int duty = 0, r = tx_begin(c->options.db, TX_WRITE, &tx);
    if (r < 0)
        return answer_error(e->peer, 500, broken);
    r = begin_session(e, tx, token, &duty);
    if (r < 0 || r == SECOND_WRONG)
        tx_rollback(tx);
    if (r == SECOND_WRONG)
        return wants_code(e);
    if (r >= 0)
        r = tx_commit(tx);
    if (r < 0)
        return answer_error(e->peer, 500, broken);
    throttle_forget(&c->throttle, &e->attempt);
    cookie_text(c, token, c->options.session_s, cookie, sizeof cookie);
    return answer_staff(e->peer, &e->staff, duty, cookie);
}

static int password_checked(struct errand *e)
{
    log_info("console.sign_in staff=%" PRId64 " ok=%d", e->staff.id, e->fits);
    if (!e->fits && refuse(e, "sign_in_failed", "wrong password") < 0)
        log_error("console.audit why=\"not written\"");
    if (!e->peer)
        return 0;
    return e->fits ? let_in(e)
                   : answer_error(e->peer, 401, "That login and password don't go together.");
}

/* Whose login it is, and whether they signed in from there lately. */
static int look_up(struct errand *e, struct str login)
{
    struct str hash = STR("");
    struct tx *tx;
    int known = 0, r = tx_begin(e->console->options.db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = staff_find(tx, &e->arena, login, &e->staff, &hash);
    if (r == 1) {
        e->hash = hash.p;
        known =
            audit_signed_in(tx, e->staff.id, str_of(e->peer->address), time(NULL) - KNOWN_FOR_S);
    }
    tx_rollback(tx);
    e->attempt = (struct throttle_try){
        .login = arena_str(&e->arena, login),
        .address = arena_str(&e->arena, str_of(e->peer->address)),
        .known = known == 1,
        .now = time(NULL),
    };
    if (!e->attempt.login.p || !e->attempt.address.p)
        return ERR_NOMEM;
    return r < 0 ? r : known < 0 ? known : 0;
}

int console_sign_in(struct console *c, struct http_peer *peer, cJSON *body)
{
    struct str login = STR("");
    struct errand *e = console_errand_new(c, peer, body);
    if (!e)
        return -1;
    enum throttle_verdict verdict = THROTTLE_GO;
    int r = 0;
    if (json_get_str(body, "login", &login) != 1 ||
        json_get_str(body, "password", &e->password) != 1 || login.len > LOGIN_MAX) {
        r = answer_error(peer, 400, "Both a login and a password are needed.");
    } else if (look_up(e, login) < 0) {
        r = answer_error(peer, 500, broken);
    } else if ((verdict = throttle_ask(&c->throttle, &e->attempt)) != THROTTLE_GO) {
        if (verdict == THROTTLE_STOP_FIRST && refuse(e, "sign_in_throttled", "") < 0)
            log_error("console.audit why=\"not written\"");
        r = answer_error(peer, 429, "That was tried too often. Please wait five minutes.");
    } else {
        e->checks = true;
        e->then = password_checked;
        return console_errand_run(e);
    }
    console_errand_free(e);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * out */

int console_sign_out(struct console *c, struct http_peer *peer)
{
    struct arena arena = ARENA_INIT;
    struct staff staff;
    char cookie[256];
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_WRITE, &tx);
    if (r < 0)
        return answer_error(peer, 500, "Signing out doesn't work just now. Please try again.");
    r = session_find(tx, &arena, str_of(peer->token), time(NULL), &staff);
    if (r == 1) {
        const struct audit a = { staff.id, "signed_out", STR(""), str_of(peer->browser),
                                 str_of(peer->address) };
        r = session_end(tx, str_of(peer->token));
        if (r == 0)
            r = audit_add(tx, &a);
    }
    arena_release(&arena);
    if (r == 0)
        r = tx_commit(tx);
    else
        tx_rollback(tx);
    if (r < 0)
        return answer_error(peer, 500, "Signing out doesn't work just now. Please try again.");
    console_ws_check(c);
    cookie_text(c, "", 0, cookie, sizeof cookie);
    return answer_json(peer, 204, NULL, cookie);
}
