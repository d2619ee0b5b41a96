#include "bot/x/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/json.h"
#include "bot/x/wipe.h"

enum { FILE_BYTES_MAX = 16384, PATH_BYTES_MAX = 4096 };

/* The variable stands in front; a configuration's path has the configuration's folder before it. */
static const char credentials[] = "$CREDENTIALS_DIRECTORY/";

struct place {
    struct buf path; /* where the file really is */
    bool guarded;    /* by the folder of systemd's credentials */
};

static int find_place(const char *path, struct report *report, struct place *ret)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY"), *variable = strstr(path, credentials);
    ret->path = BUF_INIT(PATH_BYTES_MAX);
    if (variable && (variable == path || variable[-1] == '/')) {
        const char *name = variable + strlen(credentials);
        if (!dir || !*dir)
            return report_error(report,
                                "%s: systemd has set no CREDENTIALS_DIRECTORY; the unit needs "
                                "LoadCredential=%s:FILE",
                                path, name);
        (void)buf_addf(&ret->path, "%s/%s", dir, name);
    } else {
        (void)buf_addc(&ret->path, path);
    }
    size_t len = dir ? strlen(dir) : 0;
    ret->guarded = len && strncmp(buf_cstr(&ret->path), dir, len) == 0 &&
                   buf_cstr(&ret->path)[len] == '/' && !strstr(buf_cstr(&ret->path), "/../");
    return ret->path.err;
}

static struct x_stamp stamp_of(const struct stat *st)
{
    return (struct x_stamp){ st->st_dev, st->st_ino, st->st_size, st->st_ctim, st->st_mtim };
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool x_stamp_holds(const char *path, const struct x_stamp *stamp)
{
    struct report report = REPORT_INIT;
    struct place place;
    struct stat st;
    bool holds = find_place(path, &report, &place) == 0 && stat(buf_cstr(&place.path), &st) == 0;
    if (holds) {
        struct x_stamp now = stamp_of(&st);
        holds = now.device == stamp->device && now.inode == stamp->inode &&
                now.size == stamp->size && same_time(now.changed, stamp->changed) &&
                same_time(now.written, stamp->written);
    }
    buf_release(&place.path);
    report_release(&report);
    return holds;
}

static int read_all(int fd, struct buf *out)
{
    for (;;) {
        ssize_t n = read(fd, out->p + out->len, out->max - out->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        if (n == 0)
            break;
        out->len += (size_t)n;
        if (out->len == out->max)
            return ERR_TOOBIG;
    }
    out->p[out->len] = '\0';
    return 0;
}

/* The mode is looked at on the open file: what is checked is what is read. */
static int read_place(const struct place *place, const char *path, struct report *report,
                      struct buf *out, struct x_stamp *ret_stamp)
{
    struct stat st;
    int fd = open(buf_cstr(&place->path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        int why = errno;
        if (fd >= 0)
            (void)close(fd);
        (void)report_error(report, "%s: can't be read: %s", path, strerror(why));
        return ERR_IO;
    }
    if (ret_stamp)
        *ret_stamp = stamp_of(&st);
    int r = 0;
    if (!S_ISREG(st.st_mode))
        r = report_error(report, "%s: is no file; it must be one with tokens in it", path);
    else if ((st.st_mode & 077) && !place->guarded)
        r = report_error(report, "%s: others may read it (mode %04o); make it chmod 600", path,
                         (unsigned)st.st_mode & 07777);
    if (r == 0) {
        r = read_all(fd, out);
        if (r == ERR_IO)
            (void)report_error(report, "%s: can't be read: %s", path, strerror(errno));
        if (r == ERR_TOOBIG)
            r = report_error(report, "%s: larger than %d bytes, so it isn't a file of tokens", path,
                             FILE_BYTES_MAX);
    }
    (void)close(fd);
    return r;
}

bool x_secret_take(struct str from, x_secret *ret)
{
    bool plain = from.len > 0 && from.len <= X_SECRET_MAX;
    for (size_t i = 0; i < from.len && plain; i++)
        plain = from.p[i] > ' ' && from.p[i] < 0x7f && from.p[i] != '"' && from.p[i] != '\\';
    (*ret)[0] = '\0';
    if (plain) {
        memcpy(*ret, from.p, from.len);
        (*ret)[from.len] = '\0';
    }
    return plain;
}

void x_secrets_delete_tree(cJSON *tree)
{
    for (cJSON *c = tree ? tree->child : NULL; c; c = c->next)
        if (cJSON_IsString(c))
            sodium_memzero(c->valuestring, strlen(c->valuestring));
    cJSON_Delete(tree);
}

static int parse(struct str bytes, const char *path, struct report *report, cJSON **ret)
{
    struct json_fault fault = { 0 };
    int r = json_parse(bytes, ret, &fault);
    if (r == ERR_BADINPUT && fault.line)
        return report_error(report, "%s:%zu:%zu: %s", path, fault.line, fault.column, fault.what);
    if (r == ERR_BADINPUT)
        return report_error(report, "%s: %s", path, fault.what);
    return r;
}

struct member {
    const char *name;
    x_secret *to;
};

/* Those of @members that are there; each must be a token. */
static int take_members(const cJSON *tree, const struct member *members, size_t count,
                        const char *path, struct report *report)
{
    int result = 0;
    for (size_t i = 0; i < count; i++) {
        struct str text;
        int r = json_get_str(tree, members[i].name, &text);
        if (r == 1 && !x_secret_take(text, members[i].to))
            r = ERR_BADINPUT;
        if (r < 0)
            result = report_error(report,
                                  "%s: \"%s\" must be a text of 1 to %d characters without spaces",
                                  path, members[i].name, X_SECRET_MAX);
    }
    return result;
}

static bool there(const x_secret secret)
{
    return secret[0] != '\0';
}

static int take_app(const cJSON *tree, const char *path, struct report *report,
                    struct x_app_secrets *ret)
{
    static const char *const names[] = { "client_id",       "client_secret", "consumer_key",
                                         "consumer_secret", "bearer_token",  NULL };
    const struct member members[] = {
        { names[0], &ret->client_id },    { names[1], &ret->client_secret },
        { names[2], &ret->consumer_key }, { names[3], &ret->consumer_secret },
        { names[4], &ret->bearer_token },
    };
    unsigned errors = report->errors;
    if (!cJSON_IsObject(tree))
        return report_error(report, "%s: must be a JSON object with the app's keys", path);
    json_check_names(tree, names, path, report);
    (void)take_members(tree, members, ARRAY_LEN(members), path, report);
    if (report->errors > errors)
        return ERR_BADINPUT;
    if (there(ret->client_secret) && !there(ret->client_id))
        return report_error(report, "%s: \"client_secret\" goes with \"client_id\"", path);
    if (there(ret->consumer_key) != there(ret->consumer_secret))
        return report_error(report, "%s: \"consumer_key\" and \"consumer_secret\" go together",
                            path);
    return 0;
}

int x_app_secrets_read(const char *path, struct report *report, struct x_app_secrets *ret)
{
    struct buf bytes = wipe_buf(FILE_BYTES_MAX);
    struct place place;
    cJSON *tree = NULL;
    x_secrets_wipe(ret);
    int r = find_place(path, report, &place);
    if (r == 0)
        r = bytes.err ? bytes.err : read_place(&place, path, report, &bytes, NULL);
    if (r == 0)
        r = parse(buf_str(&bytes), path, report, &tree);
    if (r == 0)
        r = take_app(tree, path, report, ret);
    if (r < 0)
        x_secrets_wipe(ret);
    x_secrets_delete_tree(tree);
    wipe_buf_release(&bytes);
    buf_release(&place.path);
    return r;
}

static int take_account(const cJSON *tree, const char *path, struct report *report,
                        struct x_account_secrets *ret)
{
    static const char *const names[] = {
        "access_token", "refresh_token", "oauth_token", "oauth_token_secret",
        "expires_at",   "scope",         NULL
    };
    const struct member members[] = {
        { names[0], &ret->access_token },
        { names[1], &ret->refresh_token },
        { names[2], &ret->oauth_token },
        { names[3], &ret->oauth_token_secret },
    };
    static const char shapes[] =
        "{\"access_token\", \"refresh_token\", \"expires_at\"} as kerbside x login writes it, "
        "{\"oauth_token\", \"oauth_token_secret\"}, or a token alone";
    unsigned errors = report->errors;
    struct str scope = STR("");
    if (!cJSON_IsObject(tree))
        return report_error(report, "%s: must hold %s", path, shapes);
    json_check_names(tree, names, path, report);
    (void)take_members(tree, members, ARRAY_LEN(members), path, report);
    int expires = json_get_int(tree, "expires_at", 0, INT64_C(253402300799), &ret->expires_at);
    if (expires < 0)
        (void)report_error(report, "%s: \"expires_at\" must be Unix seconds, a whole number", path);
    if (json_get_str(tree, "scope", &scope) < 0 || scope.len >= sizeof ret->scope)
        (void)report_error(report, "%s: \"scope\" must be a text of less than %zu bytes", path,
                           sizeof ret->scope);
    if (report->errors > errors)
        return ERR_BADINPUT;
    (void)snprintf(ret->scope, sizeof ret->scope, "%.*s", STR_ARG(scope));
    bool two = there(ret->access_token) && there(ret->refresh_token) && expires == 1;
    bool one = there(ret->oauth_token) && there(ret->oauth_token_secret);
    bool of_two =
        there(ret->access_token) || there(ret->refresh_token) || expires == 1 || scope.len;
    bool of_one = there(ret->oauth_token) || there(ret->oauth_token_secret);
    if ((two && !of_one) || (one && !of_two)) {
        ret->grant = two ? X_GRANT_OAUTH2 : X_GRANT_OAUTH1;
        return 0;
    }
    return report_error(report, "%s: must hold %s, whole and nothing else", path, shapes);
}

/* A pair is renewed every two hours, which takes its refresh token's life: one that can't be
 * written down must not be begun with. */
static int check_folder(const struct place *place, const char *path, struct report *report)
{
    const char *at = buf_cstr(&place->path), *slash = strrchr(at, '/');
    struct buf folder = BUF_INIT(PATH_BYTES_MAX);
    (void)buf_add(&folder, slash ? (struct str){ at, (size_t)(slash - at) + 1 } : STR("."));
    int r = folder.err;
    if (r == 0 && access(buf_cstr(&folder), W_OK | X_OK) < 0)
        r = report_error(report,
                         "%s: an OAuth 2.0 pair is written anew every two hours, and its folder "
                         "can't be written to (%s); put it into one that can",
                         path, strerror(errno));
    buf_release(&folder);
    return r;
}

int x_account_secrets_read(const char *path, struct report *report, struct x_account_secrets *ret,
                           struct x_stamp *ret_stamp)
{
    struct buf bytes = wipe_buf(FILE_BYTES_MAX);
    struct place place;
    cJSON *tree = NULL;
    x_secrets_wipe(ret);
    int r = find_place(path, report, &place);
    if (r == 0)
        r = bytes.err ? bytes.err : read_place(&place, path, report, &bytes, ret_stamp);
    struct str text = str_trim(buf_str(&bytes));
    if (r == 0 && text.len && text.p[0] == '{') {
        r = parse(buf_str(&bytes), path, report, &tree);
        if (r == 0)
            r = take_account(tree, path, report, ret);
        if (r == 0 && ret->grant == X_GRANT_OAUTH2)
            r = check_folder(&place, path, report);
    } else if (r == 0 && x_secret_take(text, &ret->access_token)) {
        ret->grant = X_GRANT_BARE;
    } else if (r == 0) {
        r = report_error(report, "%s: there must be one token in it and nothing else, or JSON",
                         path);
    }
    if (r < 0)
        x_secrets_wipe(ret);
    x_secrets_delete_tree(tree);
    wipe_buf_release(&bytes);
    buf_release(&place.path);
    return r;
}

static int write_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        bytes = str_cut(bytes, (size_t)n, bytes.len);
    }
    return 0;
}

/* Who owned the file, else who owns its folder, owns the new one. Only root can give files away. */
static int give_to_owner(int fd, const char *path, const char *folder)
{
    struct stat st;
    if (geteuid() != 0)
        return 0;
    if (stat(path, &st) < 0 && stat(folder, &st) < 0)
        return ERR_IO;
    return fchown(fd, st.st_uid, st.st_gid) < 0 ? ERR_IO : 0;
}

static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    int r = fsync(fd) < 0 ? ERR_IO : 0;
    int why = errno;
    (void)close(fd);
    errno = why;
    return r;
}

static int replace(const char *path, struct str bytes, struct x_stamp *ret_stamp)
{
    const char *slash = strrchr(path, '/');
    struct buf folder = BUF_INIT(PATH_BYTES_MAX), beside = BUF_INIT(PATH_BYTES_MAX);
    struct stat st;
    (void)buf_add(&folder, slash ? (struct str){ path, (size_t)(slash - path) + 1 } : STR("."));
    (void)buf_addf(&beside, "%s.XXXXXX", path);
    int r = folder.err ? folder.err : beside.err, fd = -1;
    if (r == 0) {
        fd = mkostemp(beside.p, O_CLOEXEC); /* 0600 from the beginning */
        r = fd < 0 ? ERR_IO : 0;
    }
    if (r == 0)
        r = give_to_owner(fd, path, buf_cstr(&folder));
    if (r == 0)
        r = write_all(fd, bytes);
    if (r == 0 && fsync(fd) < 0)
        r = ERR_IO;
    if (r == 0 && rename(buf_cstr(&beside), path) < 0)
        r = ERR_IO;
    else if (r == 0 && fstat(fd, &st) == 0)
        *ret_stamp = stamp_of(&st);
    int why = errno;
    if (r < 0 && fd >= 0)
        (void)unlink(buf_cstr(&beside));
    if (fd >= 0)
        (void)close(fd);
    errno = why;
    if (r == 0)
        r = sync_folder(buf_cstr(&folder));
    buf_release(&folder);
    buf_release(&beside);
    return r;
}

static void add_member(struct buf *json, const char *name, const char *value)
{
    (void)buf_addf(json, "%s\n  \"%s\": ", json->len ? "," : "{", name);
    (void)json_add_text(json, str_of(value));
}

int x_account_secrets_write(const char *path, const struct x_account_secrets *secrets,
                            struct report *report, struct x_stamp *ret_stamp)
{
    struct buf json = wipe_buf(FILE_BYTES_MAX);
    struct place place;
    int r = find_place(path, report, &place);
    if (secrets->grant == X_GRANT_OAUTH1) {
        add_member(&json, "oauth_token", secrets->oauth_token);
        add_member(&json, "oauth_token_secret", secrets->oauth_token_secret);
    } else {
        add_member(&json, "access_token", secrets->access_token);
        add_member(&json, "refresh_token", secrets->refresh_token);
        (void)buf_addf(&json, ",\n  \"expires_at\": %" PRId64, secrets->expires_at);
        if (secrets->scope[0])
            add_member(&json, "scope", secrets->scope);
    }
    (void)buf_addc(&json, "\n}\n");
    if (r == 0)
        r = json.err;
    if (r == 0)
        r = replace(buf_cstr(&place.path), buf_str(&json), ret_stamp);
    if (r == ERR_IO)
        (void)report_error(report, "%s: can't be written: %s", path, strerror(errno));
    wipe_buf_release(&json);
    buf_release(&place.path);
    return r;
}
