/* kerbside staff: the accounts of the console. Passwords come from standard input, so that no shell
 * history has them. */
#include <getopt.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "bot/command.h"
#include "handoff/cases.h"
#include "handoff/staff.h"

static const char usage[] =
    "usage: kerbside staff add LOGIN --name NAME --initials XX [--role ROLE] [--config FILE]\n"
    "       kerbside staff passwd LOGIN [--config FILE]\n"
    "       kerbside staff remove LOGIN [--config FILE]\n"
    "       kerbside staff list [--config FILE]\n"
    "  ROLE is agent (also when it is left out), trainee, editor, supervisor or admin.\n"
    "  add and passwd read the password from standard input, one line of 10 to 200 bytes.\n";

struct request {
    const char *verb, *login, *name, *initials, *role, *config;
};

static int fail(const char *what)
{
    (void)fprintf(stderr, "error: kerbside staff: %s\n", what);
    return EXIT_FAILED;
}

/* One line of standard input, unseen if a person types it. */
static int read_password(char hash[STAFF_HASH_MAX])
{
    struct termios seen, unseen;
    bool typed = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &seen) == 0;
    if (typed) {
        unseen = seen;
        unseen.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
        (void)fputs("Password: ", stderr);
    }
    char line[STAFF_PASSWORD_MAX + 8] = "";
    bool read = fgets(line, sizeof line, stdin);
    if (typed) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &seen);
        (void)fputc('\n', stderr);
    }
    struct str password = str_of(line);
    while (password.len &&
           (password.p[password.len - 1] == '\n' || password.p[password.len - 1] == '\r'))
        password.len--;
    int r = read ? staff_hash_password(password, hash) : ERR_BADINPUT;
    explicit_bzero(line, sizeof line);
    return r;
}

static void print_staff(const struct staff *s, void *data)
{
    (void)data;
    (void)printf("%-16.*s %-4.*s %-12.*s %.*s\n", STR_ARG(s->login), STR_ARG(s->initials),
                 STR_ARG(s->role), STR_ARG(s->name));
}

static int run(const struct request *q, struct tx *tx, const char *hash)
{
    struct arena arena = ARENA_INIT;
    const char *why = NULL;
    struct str login = str_of(q->login);
    int r = 0;
    if (strcmp(q->verb, "list") == 0) {
        r = staff_list(tx, &arena, print_staff, NULL);
    } else if (strcmp(q->verb, "add") == 0) {
        struct staff s = { 0, login, str_of(q->name), str_of(q->initials), str_of(q->role) };
        r = staff_add(tx, &s, hash, time(NULL), &why);
        if (r == ERR_EXISTS)
            why = "that login is taken (removed accounts keep theirs)";
    } else if (strcmp(q->verb, "passwd") == 0) {
        r = staff_set_password(tx, login, hash);
        if (r == 0)
            why = "there is nobody of that login";
    } else {
        struct staff leaving;
        r = staff_find(tx, &arena, login, &leaving, NULL);
        if (r == 0)
            why = "there is nobody of that login";
        if (r == 1)
            r = case_release_all(tx, leaving.id, time(NULL));
        if (r == 0 && !why)
            r = staff_remove(tx, login, time(NULL));
    }
    arena_release(&arena);
    if (why || r < 0)
        return fail(why ? why : err_str(r));
    return EXIT_OK;
}

static int run_in_database(const struct request *q, const struct conf *conf)
{
    char hash[STAFF_HASH_MAX] = "";
    bool secret = strcmp(q->verb, "add") == 0 || strcmp(q->verb, "passwd") == 0;
    const char *why = NULL;
    struct db *db = NULL;
    struct tx *tx;
    if (secret && read_password(hash) < 0)
        return fail("a password is one line of 10 to 200 bytes on standard input");
    int r = db_open(conf->database, DB_WRITER, &db, &why);
    if (r == 0)
        r = record_migrate(db);
    if (r == ERR_NEWER)
        why = "the database was written by a newer Kerbside; install that one";
    if (r == 0)
        r = tx_begin(db, TX_WRITE, &tx);
    int status = r < 0 ? fail(why ? why : err_str(r)) : run(q, tx, hash);
    if (r == 0 && status == EXIT_OK)
        status = tx_commit(tx) < 0 ? fail("the database refused") : EXIT_OK;
    else if (r == 0)
        tx_rollback(tx);
    (void)db_free(db);
    return status;
}

int command_staff(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },   { "name", required_argument, NULL, 'n' },
        { "initials", required_argument, NULL, 'i' }, { "role", required_argument, NULL, 'r' },
        { "help", no_argument, NULL, 'h' },           { NULL, 0, NULL, 0 },
    };
    struct request q = { .verb = "", .login = "", .name = "", .initials = "", .role = "agent" };
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
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    char **rest = argv - 1 + optind;
    int count = argc + 1 - optind;
    q.verb = count > 0 ? rest[0] : "";
    q.login = count > 1 ? rest[1] : "";
    bool list = strcmp(q.verb, "list") == 0;
    bool known = list || strcmp(q.verb, "add") == 0 || strcmp(q.verb, "passwd") == 0 ||
                 strcmp(q.verb, "remove") == 0;
    if (!known || count != (list ? 1 : 2)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct conf *conf = NULL;
    int status = load_config(q.config, &conf);
    if (status == EXIT_OK)
        status = run_in_database(&q, conf);
    (void)conf_free(conf);
    return status;
}
