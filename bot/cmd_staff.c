/* kerbside staff: the accounts of the console. Passwords come from standard input, so that no shell
 * history has them. */
#include <getopt.h>
#include <inttypes.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "bot/command.h"
#include "handoff/audit.h"
#include "handoff/password.h"
#include "handoff/permission.h"
#include "handoff/record.h"
#include "handoff/second_factor.h"
#include "handoff/session.h"

static const char usage[] =
    "usage: kerbside staff add LOGIN --name NAME --initials XX [--role ROLE] [--duty]\n"
    "       kerbside staff list\n"
    "       kerbside staff passwd LOGIN         another password\n"
    "       kerbside staff role LOGIN ROLE      another role\n"
    "       kerbside staff duty LOGIN on|off    told when a case's time is up, or not\n"
    "       kerbside staff sessions LOGIN       where they are signed in\n"
    "       kerbside staff sign-out LOGIN       everywhere\n"
    "       kerbside staff totp-off LOGIN       for somebody who lost their telephone\n"
    "       kerbside staff remove LOGIN         what they have taken goes back to the queue\n"
    "  Each takes --config FILE. ROLE is agent (also when it is left out), trainee, editor,\n"
    "  supervisor or admin. add and passwd read the password from standard input, one line of\n"
    "  10 to 200 bytes. A running kerbside serve needs no restart.\n";

struct request {
    const char *name, *initials, *role, *config;
    bool duty;
    struct str login, value; /* what follows the verb */
    const char *hash;        /* of the password that was read */
    struct tx *tx;
    struct arena arena;
    struct staff staff; /* of that login, for verbs that are about somebody */
    int64_t now;
    const char *why; /* it is refused */
};

static int fail(const char *what)
{
    (void)fprintf(stderr, "error: kerbside staff: %s\n", what);
    return EXIT_FAILED;
}

static int refuse(struct request *q, const char *why)
{
    q->why = why;
    return 0;
}

static int note(struct request *q, const char *act, const char *text)
{
    char what[128];
    (void)snprintf(what, sizeof what, "command line%s%s", *text ? ": " : "", text);
    const struct audit a = { 0, act, q->login, str_of(what), STR("") };
    return audit_add(q->tx, &a);
}

/* @r of what was done: noted if it went well. */
static int noted(struct request *q, int r, const char *act, const char *text)
{
    return r < 0 ? r : note(q, act, text);
}

/* ------------------------------------------------------------------------------------------------
 * verbs: 0, with q->why if it is refused, or negative */

static int add(struct request *q)
{
    const struct staff s = { 0, q->login, str_of(q->name), str_of(q->initials), str_of(q->role) };
    int r = staff_add(q->tx, &s, q->hash, q->now, &q->why);
    if (r == ERR_EXISTS)
        return refuse(q, "that login is taken (removed accounts keep theirs)");
    if (r == 0 && q->duty)
        r = staff_set_duty(q->tx, q->login, true);
    return noted(q, r, "staff_added", q->role);
}

static void print_account(const struct account *a, void *data)
{
    const struct staff *s = &a->staff;
    (void)data;
    (void)printf("%-16.*s %-4.*s %-12.*s %-5s %-5s %.*s\n", STR_ARG(s->login), STR_ARG(s->initials),
                 STR_ARG(s->role), a->on_duty ? "duty" : "-", a->second_factor ? "totp" : "-",
                 STR_ARG(s->name));
}

static int list(struct request *q)
{
    return account_list(q->tx, &q->arena, q->now, print_account, NULL);
}

static int passwd(struct request *q)
{
    return noted(q, staff_set_password(q->tx, q->login, q->hash, STR("")), "password_reset", "");
}

static int role(struct request *q)
{
    char text[64];
    if (!role_exists(q->value))
        return refuse(q, "a role is agent, trainee, editor, supervisor or admin");
    (void)snprintf(text, sizeof text, "%.*s to %.*s", STR_ARG(q->staff.role), STR_ARG(q->value));
    return noted(q, staff_set_role(q->tx, q->login, q->value, q->now), "role_changed", text);
}

static int duty(struct request *q)
{
    bool on = str_is(q->value, "on");
    if (!on && !str_is(q->value, "off"))
        return refuse(q, "say on or off: whether they are told when a case's time is up");
    return noted(q, staff_set_duty(q->tx, q->login, on), "duty_changed", on ? "on" : "off");
}

static void print_session(const struct session_row *row, void *data)
{
    char began[WHEN_TEXT_MAX], seen[WHEN_TEXT_MAX];
    (void)data;
    (void)printf("%s  last seen %s  %-39.*s %.*s\n", when_format(row->began_at, began),
                 when_format(row->seen_at, seen), STR_ARG(row->place.address),
                 STR_ARG(row->place.browser));
}

static int sessions(struct request *q)
{
    return session_list(q->tx, q->staff.id, STR(""), q->now, print_session, NULL);
}

static int sign_out(struct request *q)
{
    return noted(q, session_end_all(q->tx, q->staff.id, STR("")), "session_ended", "all");
}

static int totp_off(struct request *q)
{
    int r = second_factor_off(q->tx, q->staff.id);
    return r == 0 ? refuse(q, "they have no second factor") : noted(q, r, "second_factor_off", "");
}

static int leave(struct request *q)
{
    return noted(q, staff_remove(q->tx, q->login, q->now), "staff_removed", "");
}

enum { SOMEBODY = 1, PASSWORD = 2 }; /* is about a login that there is; reads a password */

static const struct verb {
    const char *name;
    int words; /* that follow it: a login, a value */
    unsigned needs;
    int (*run)(struct request *q);
} verbs[] = {
    { "add", 1, PASSWORD, add },
    { "list", 0, 0, list },
    { "passwd", 1, SOMEBODY | PASSWORD, passwd },
    { "role", 2, SOMEBODY, role },
    { "duty", 2, SOMEBODY, duty },
    { "sessions", 1, SOMEBODY, sessions },
    { "sign-out", 1, SOMEBODY, sign_out },
    { "totp-off", 1, SOMEBODY, totp_off },
    { "remove", 1, SOMEBODY, leave },
};

/* ------------------------------------------------------------------------------------------------
 * the command */

/* One line of standard input, unseen if a person types it. Returns why it won't do, or NULL. */
static const char *read_password(struct str login, char hash[PASSWORD_HASH_MAX])
{
    struct termios seen, unseen;
    bool typed = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &seen) == 0;
    if (typed) {
        unseen = seen;
        unseen.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
        (void)fputs("Password: ", stderr);
    }
    char line[PASSWORD_MAX + 8] = "";
    bool read = fgets(line, sizeof line, stdin);
    if (typed) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &seen);
        (void)fputc('\n', stderr);
    }
    struct str password = str_of(line);
    while (password.len &&
           (password.p[password.len - 1] == '\n' || password.p[password.len - 1] == '\r'))
        password.len--;
    const char *why = "a password is one line of 10 to 200 bytes on standard input";
    if (read && password.len >= PASSWORD_MIN && password.len <= PASSWORD_MAX) {
        why = password_fault(password, login);
        if (!why && password_hash(password, hash) < 0)
            why = "the password could not be hashed: there is too little memory";
    }
    explicit_bzero(line, sizeof line);
    return why;
}

static int run(const struct verb *verb, struct request *q)
{
    int r = verb->needs & SOMEBODY ? staff_find(q->tx, &q->arena, q->login, &q->staff, NULL) : 1;
    if (r == 0)
        q->why = "there is nobody of that login";
    if (r == 1)
        r = verb->run(q);
    return q->why || r < 0 ? fail(q->why ? q->why : err_str(r)) : EXIT_OK;
}

static int run_in_database(const struct verb *verb, struct request *q, const struct conf *conf)
{
    char hash[PASSWORD_HASH_MAX] = "";
    const char *why = verb->needs & PASSWORD ? read_password(q->login, hash) : NULL;
    struct db *db = NULL;
    if (why)
        return fail(why);
    q->hash = hash;
    q->now = time(NULL);
    int r = db_open(conf->database, DB_WRITER, &db, &why);
    if (r == 0)
        r = record_migrate(db);
    if (r == ERR_NEWER)
        why = "the database was written by a newer Kerbside; install that one";
    if (r == 0)
        r = tx_begin(db, TX_WRITE, &q->tx);
    int status = r < 0 ? fail(why ? why : err_str(r)) : run(verb, q);
    if (r == 0 && status == EXIT_OK)
        status = tx_commit(q->tx) < 0 ? fail("the database refused") : EXIT_OK;
    else if (r == 0)
        tx_rollback(q->tx);
    arena_release(&q->arena);
    (void)db_free(db);
    return status;
}

static const struct verb *verb_of(const char *name, int words)
{
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0 && verbs[i].words == words)
            return &verbs[i];
    return NULL;
}

int command_staff(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "name", required_argument, NULL, 'n' },
        { "initials", required_argument, NULL, 'i' },
        { "role", required_argument, NULL, 'r' },
        { "duty", no_argument, NULL, 'd' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct request q = { .name = "", .initials = "", .role = "agent" };
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'c')
            q.config = optarg;
        else if (c == 'n')
            q.name = optarg;
        else if (c == 'i')
            q.initials = optarg;
        else if (c == 'r')
            q.role = optarg;
        else if (c == 'd')
            q.duty = true;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    char **rest = argv - 1 + optind;
    int words = argc - optind; /* after the verb */
    const struct verb *verb = words >= 0 ? verb_of(rest[0], words) : NULL;
    if (!verb) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    q.login = str_of(words > 0 ? rest[1] : "");
    q.value = str_of(words > 1 ? rest[2] : "");
    struct conf *conf = NULL;
    int status = load_config(q.config, &conf);
    if (status == EXIT_OK)
        status = run_in_database(verb, &q, conf);
    (void)conf_free(conf);
    return status;
}
