/* Files with tokens: who may read them, what may stand in them, and that writing one is whole or
 * not at all, wherever the process is killed. */
#include "bot/x/secrets.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support.h"

enum { KILLED = 77 };

/* The linker puts these in front of the system's: they note the order, and end the process at one.
 */
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

static struct {
    int calls, kill_at; /* 0: never */
    int fail_at;
    char order[64];
} system_calls;

static bool step(const char *name)
{
    size_t len = strlen(system_calls.order);
    (void)snprintf(system_calls.order + len, sizeof system_calls.order - len, "%s ", name);
    if (++system_calls.calls == system_calls.kill_at)
        _exit(KILLED);
    return system_calls.calls != system_calls.fail_at;
}

int __wrap_fsync(int fd)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    if (step(S_ISDIR(st.st_mode) ? "folder" : "file"))
        return __real_fsync(fd);
    return -1;
}

int __wrap_rename(const char *from, const char *to)
{
    struct stat st;
    assert_int_equal(stat(from, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    return step("rename") ? __real_rename(from, to) : -1;
}

static const char *put(const char *dir, const char *name, const char *text, mode_t mode)
{
    write_text(dir, name, text);
    assert_int_equal(chmod(path_in(dir, name), mode), 0);
    return path_in(dir, name);
}

/* ------------------------------------------------------------------------------------------------
 */

static void test_app(void **state)
{
    static const struct {
        const char *text, *fault; /* NULL: none */
    } rows[] = {
        { "{}", NULL },
        { "{\"client_id\":\"c\"}", NULL },
        { "{\"client_id\":\"c\",\"client_secret\":\"s\",\"consumer_key\":\"k\","
          "\"consumer_secret\":\"z\",\"bearer_token\":\"AAA%2Fb%3D\"}",
          NULL },
        { "{\"client_secret\":\"hush\"}", "\"client_secret\" goes with \"client_id\"" },
        { "{\"consumer_key\":\"hush\"}", "go together" },
        { "{\"consumer_secret\":\"hush\"}", "go together" },
        { "{\"bearer\":\"hush\"}", "unknown member \"bearer\"; known: client_id" },
        { "{\"bearer_token\":\"hush hush\"}", "\"bearer_token\" must be a text of 1 to 2048" },
        { "{\"bearer_token\":\"\"}", "\"bearer_token\" must be a text of 1 to 2048" },
        { "{\"bearer_token\":7}", "\"bearer_token\" must be a text" },
        { "{\"bearer_token\":\"hush\\u0007\"}", "\"bearer_token\" must be a text" },
        { "{\"client_id\":\"c\",\"client_id\":\"hush\"}", "twice" },
        { "[\"hush\"]", "must be a JSON object" },
        { "hush", ":1:1: not JSON" },
        { "", ":1:1: nothing there" },
        { "{\"client_id\":\"hush\"", "not JSON" },
    };
    const char *dir = *state;
    struct x_app_secrets app;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        const char *path = put(dir, "app.json", rows[i].text, 0600);
        int r = x_app_secrets_read(path, &report, &app);
        assert_note(r == (rows[i].fault ? ERR_BADINPUT : 0), rows[i].text);
        if (rows[i].fault) {
            assert_reported(&report, rows[i].fault, rows[i].text);
            assert_reported(&report, path, rows[i].text);
            assert_null(strstr(buf_cstr(&report.lines), "hush"));
            assert_true(sodium_is_zero((const unsigned char *)&app, sizeof app));
        }
        report_release(&report);
    }
    struct report report = REPORT_INIT;
    assert_int_equal(x_app_secrets_read(put(dir, "app.json", rows[2].text, 0400), &report, &app),
                     0);
    assert_string_equal(app.client_id, "c");
    assert_string_equal(app.client_secret, "s");
    assert_string_equal(app.consumer_key, "k");
    assert_string_equal(app.consumer_secret, "z");
    assert_string_equal(app.bearer_token, "AAA%2Fb%3D");
}

static void test_account(void **state)
{
    static const struct {
        const char *text;
        enum x_grant grant;
        const char *fault;
    } rows[] = {
        { "t0ken", X_GRANT_BARE, NULL },
        { "\n t0ken \n", X_GRANT_BARE, NULL },
        { "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":1795000000}",
          X_GRANT_OAUTH2, NULL },
        { " {\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":0,\"scope\":\"b c\"}",
          X_GRANT_OAUTH2, NULL },
        { "{\"oauth_token\":\"1-a\",\"oauth_token_secret\":\"s\"}", X_GRANT_OAUTH1, NULL },
        { "two words", X_GRANT_NONE, "one token in it and nothing else" },
        { "hush\nhush", X_GRANT_NONE, "one token in it and nothing else" },
        { "\"hush\"", X_GRANT_NONE, "one token in it and nothing else" },
        { "h\xc3\xbcsh", X_GRANT_NONE, "one token in it and nothing else" },
        { "", X_GRANT_NONE, "one token in it and nothing else" },
        { "{}", X_GRANT_NONE, "must hold" },
        { "{\"access_token\":\"hush\"}", X_GRANT_NONE, "must hold" },
        { "{\"access_token\":\"hush\",\"refresh_token\":\"r\"}", X_GRANT_NONE, "must hold" },
        { "{\"refresh_token\":\"hush\",\"expires_at\":5}", X_GRANT_NONE, "must hold" },
        { "{\"oauth_token\":\"hush\"}", X_GRANT_NONE, "must hold" },
        { "{\"oauth_token\":\"hush\",\"oauth_token_secret\":\"s\",\"expires_at\":5}", X_GRANT_NONE,
          "whole and nothing else" },
        { "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":5,\"oauth_token\":\"o\"}",
          X_GRANT_NONE, "whole and nothing else" },
        { "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":5,\"token\":\"hush\"}",
          X_GRANT_NONE, "unknown member \"token\"" },
        { "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":\"hush\"}", X_GRANT_NONE,
          "\"expires_at\" must be Unix seconds" },
        { "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":5,\"scope\":[]}",
          X_GRANT_NONE, "\"scope\" must be a text" },
        { "{\"access_token\":\"a b\",\"refresh_token\":\"r\",\"expires_at\":5}", X_GRANT_NONE,
          "\"access_token\" must be a text" },
    };
    const char *dir = *state;
    struct x_account_secrets account;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct report report = REPORT_INIT;
        struct x_stamp stamp = { 0 };
        const char *path = put(dir, "help.json", rows[i].text, 0600);
        int r = x_account_secrets_read(path, &report, &account, &stamp);
        assert_note(r == (rows[i].fault ? ERR_BADINPUT : 0), rows[i].text);
        assert_note(account.grant == rows[i].grant, rows[i].text);
        assert_note(x_stamp_holds(path, &stamp), rows[i].text);
        if (rows[i].fault) {
            assert_reported(&report, rows[i].fault, rows[i].text);
            assert_null(strstr(buf_cstr(&report.lines), "hush"));
            assert_true(sodium_is_zero((const unsigned char *)&account, sizeof account));
        }
        report_release(&report);
    }
}

static void test_too_long(void **state)
{
    const char *dir = *state;
    struct x_account_secrets account;
    struct x_stamp stamp;
    char token[X_SECRET_MAX + 2];
    memset(token, 'a', sizeof token);
    token[X_SECRET_MAX] = '\0';
    struct report report = REPORT_INIT;
    assert_int_equal(x_account_secrets_read(put(dir, "t", token, 0600), &report, &account, &stamp),
                     0);
    assert_string_equal(account.access_token, token);
    token[X_SECRET_MAX] = 'a';
    token[X_SECRET_MAX + 1] = '\0';
    assert_int_equal(x_account_secrets_read(put(dir, "t", token, 0600), &report, &account, &stamp),
                     ERR_BADINPUT);
    report_release(&report);

    struct buf much = BUF_INIT(100000);
    for (int i = 0; i < 20000; i++)
        (void)buf_add_byte(&much, ' ');
    assert_int_equal(
        x_account_secrets_read(put(dir, "t", buf_cstr(&much), 0600), &report, &account, &stamp),
        ERR_BADINPUT);
    assert_reported(&report, "larger than 16384 bytes", "a large file");
    report_release(&report);
    buf_release(&much);
}

/* Nobody else may read it, unless systemd guards the folder. */
static void test_modes(void **state)
{
    static const mode_t modes[] = { 0640, 0604, 0644, 0620, 0666, 0601 };
    const char *dir = *state;
    struct x_account_secrets account;
    struct x_stamp stamp;
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        struct report report = REPORT_INIT;
        const char *path = put(dir, "help", "t0ken", modes[i]);
        assert_int_equal(x_account_secrets_read(path, &report, &account, &stamp), ERR_BADINPUT);
        assert_reported(&report, "others may read it", path);
        assert_reported(&report, "chmod 600", path);
        report_release(&report);
    }

    struct report report = REPORT_INIT;
    (void)put(dir, "help", "t0ken", 0440);
    assert_int_equal(
        x_account_secrets_read("$CREDENTIALS_DIRECTORY/help", &report, &account, &stamp),
        ERR_BADINPUT);
    assert_reported(&report, "LoadCredential=help:FILE", "no such variable");
    report_release(&report);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
    assert_int_equal(
        x_account_secrets_read("$CREDENTIALS_DIRECTORY/help", &report, &account, &stamp), 0);
    assert_string_equal(account.access_token, "t0ken");
    assert_int_equal(x_account_secrets_read("/etc/kerbside/$CREDENTIALS_DIRECTORY/help", &report,
                                            &account, &stamp),
                     0);
    assert_int_equal(x_account_secrets_read(path_in(dir, "help"), &report, &account, &stamp), 0);
    assert_int_equal(x_account_secrets_read("$CREDENTIALS_DIRECTORY/../../etc/hostname", &report,
                                            &account, &stamp) < 0,
                     1);
    report_release(&report);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static void test_not_files(void **state)
{
    const char *dir = *state;
    struct x_account_secrets account;
    struct x_app_secrets app;
    struct x_stamp stamp;
    struct report report = REPORT_INIT;
    assert_int_equal(x_account_secrets_read(path_in(dir, "none"), &report, &account, &stamp),
                     ERR_IO);
    assert_reported(&report, "none: can't be read: No such file", "missing");
    report_release(&report);
    assert_int_equal(x_app_secrets_read(dir, &report, &app), ERR_BADINPUT);
    assert_reported(&report, "is no file", "a folder");
    report_release(&report);
    assert_int_equal(mkfifo(path_in(dir, "pipe"), 0600), 0);
    assert_int_equal(x_app_secrets_read(path_in(dir, "pipe"), &report, &app), ERR_BADINPUT);
    assert_reported(&report, "is no file", "a pipe");
    report_release(&report);
}

/* ------------------------------------------------------------------------------------------------
 */

static struct x_account_secrets pair(const char *access, const char *refresh)
{
    struct x_account_secrets s = { .grant = X_GRANT_OAUTH2, .expires_at = 1795000000 };
    (void)snprintf(s.access_token, sizeof s.access_token, "%s", access);
    (void)snprintf(s.refresh_token, sizeof s.refresh_token, "%s", refresh);
    (void)snprintf(s.scope, sizeof s.scope, "tweet.read offline.access");
    return s;
}

static int write_pair(const char *path, const char *access, const char *refresh)
{
    struct x_account_secrets s = pair(access, refresh);
    struct report report = REPORT_INIT;
    struct x_stamp stamp;
    memset(&system_calls.order, 0, sizeof system_calls.order);
    system_calls.calls = 0;
    int r = x_account_secrets_write(path, &s, &report, &stamp);
    assert_int_equal(r == 0, report.errors == 0);
    if (r == 0)
        assert_true(x_stamp_holds(path, &stamp));
    report_release(&report);
    return r;
}

static unsigned files_in(const char *dir)
{
    char command[300];
    unsigned count = 0;
    (void)snprintf(command, sizeof command, "ls -A %s | wc -l", dir);
    FILE *f = popen(command, "re");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%u", &count), 1);
    (void)pclose(f);
    return count;
}

static void test_write(void **state)
{
    const char *dir = *state;
    const char *path = path_in(dir, "help.json");
    struct stat st;
    struct x_account_secrets got;
    struct x_stamp stamp, first;
    struct report report = REPORT_INIT;
    mode_t mask = umask(0); /* whatever the mask is, it is 0600 */
    assert_int_equal(write_pair(path, "a1", "r1"), 0);
    assert_string_equal(system_calls.order, "file rename folder ");
    (void)umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(x_account_secrets_read(path, &report, &got, &first), 0);
    struct x_account_secrets want = pair("a1", "r1");
    assert_memory_equal(&got, &want, sizeof got);

    assert_int_equal(write_pair(path, "a2", "r2"), 0);
    assert_false(x_stamp_holds(path, &first));
    assert_int_equal(x_account_secrets_read(path, &report, &got, &stamp), 0);
    assert_string_equal(got.refresh_token, "r2");
    assert_true(x_stamp_holds(path, &stamp));
    assert_false(x_stamp_holds(path_in(dir, "none"), &stamp));
    assert_int_equal(files_in(dir), 1);
    report_release(&report);
}

/* Root signs in, the service reads. */
static void test_owner(void **state)
{
    const char *dir = *state;
    const char *path = path_in(dir, "help.json");
    struct stat st;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(dir, 1234, 2345), 0);
    assert_int_equal(write_pair(path, "a", "r"), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, 1234);
    assert_int_equal(st.st_gid, 2345);
    assert_int_equal(chown(path, 3456, 4567), 0);
    assert_int_equal(write_pair(path, "a", "r"), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, 3456);
}

/* Killed at any step, there is the old pair or the new one. */
static void test_killed(void **state)
{
    const char *dir = *state;
    const char *path = path_in(dir, "help.json");
    for (int at = 1; at <= 3; at++) {
        struct report report = REPORT_INIT;
        struct x_account_secrets got;
        struct x_stamp stamp;
        assert_int_equal(write_pair(path, "old", "old"), 0);
        int status;
        pid_t child = fork();
        if (child == 0) {
            system_calls.kill_at = at;
            _exit(write_pair(path, "new", "new"));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), KILLED);
        assert_int_equal(x_account_secrets_read(path, &report, &got, &stamp), 0);
        assert_string_equal(got.access_token, at <= 2 ? "old" : "new");
        assert_string_equal(got.refresh_token, got.access_token);
    }
}

/* What can't be made durable fails, and leaves nothing beside. */
static void test_refused(void **state)
{
    const char *dir = *state;
    const char *path = path_in(dir, "help.json");
    for (int at = 1; at <= 2; at++) {
        struct report report = REPORT_INIT;
        struct x_account_secrets got;
        struct x_stamp stamp;
        assert_int_equal(write_pair(path, "old", "old"), 0);
        system_calls.fail_at = at;
        assert_int_equal(write_pair(path, "new", "new"), ERR_IO);
        system_calls.fail_at = 0;
        assert_int_equal(x_account_secrets_read(path, &report, &got, &stamp), 0);
        assert_string_equal(got.access_token, "old");
        assert_int_equal(files_in(dir), 1);
    }
    assert_int_equal(write_pair(path_in(dir, "none/help.json"), "a", "r"), ERR_IO);
}

/* A pair that can't be renewed where it lies is refused at the start, not two hours later. */
static void test_read_only_folder(void **state)
{
    const char *dir = *state;
    struct x_account_secrets got;
    struct x_stamp stamp;
    struct report report = REPORT_INIT;
    assert_int_equal(write_pair(path_in(dir, "help.json"), "a", "r"), 0);
    int status;
    assert_int_equal(chmod(dir, 0555), 0);
    pid_t child = fork();
    if (child == 0) { /* root may write anywhere */
        if (geteuid() == 0 && (chown(path_in(dir, "help.json"), 65534, 65534) < 0 ||
                               setresuid(65534, 65534, 65534) < 0))
            _exit(1);
        _exit(x_account_secrets_read(path_in(dir, "help.json"), &report, &got, &stamp) ==
                          ERR_BADINPUT &&
                      strstr(buf_cstr(&report.lines), "its folder can't be written to")
                  ? 0
                  : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(dir, 0700), 0);
    assert_int_equal(status, 0);
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, temp_setup, temp_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(test_app),       FOLDER_TEST(test_account),
        FOLDER_TEST(test_too_long),  FOLDER_TEST(test_modes),
        FOLDER_TEST(test_not_files), FOLDER_TEST(test_write),
        FOLDER_TEST(test_owner),     FOLDER_TEST(test_killed),
        FOLDER_TEST(test_refused),   FOLDER_TEST(test_read_only_folder),
    };
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
