/*
 * For LD_PRELOAD: kills the process at a chosen moment, as a power cut would, without the process's
 * help.
 *
 *   KILL_ON=commit  counts what SQLite makes durable (fsync, fdatasync). KILL_WHEN=before kills at
 * the first write to a file after commit KILL_AT - 1, so that nothing of commit KILL_AT is in any
 * file; after kills when the commit is durable and nobody has been told. KILL_ON=post    counts
 * requests that post (a send that begins with "POST "). before: nothing left; after: all of it
 * left, and the answer is never read. KILL_REPORT     names a file that gets "commits posts" at a
 * normal end. KILL_SINCE      names a file: what comes before it is there isn't counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
    long at; /* 0: never */
    int on_commit, on_post, before;
    const char *since;
    long commits, posts;
} plan;

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
    for (;;)
        (void)pause();
}

__attribute__((constructor)) static void read_plan(void)
{
    const char *at = getenv("KILL_AT"), *on = getenv("KILL_ON"), *when = getenv("KILL_WHEN");
    plan.at = at ? strtol(at, NULL, 10) : 0;
    plan.on_commit = on && strcmp(on, "commit") == 0;
    plan.on_post = on && strcmp(on, "post") == 0;
    plan.before = when && strcmp(when, "before") == 0;
    plan.since = getenv("KILL_SINCE");
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("KILL_REPORT");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return;
    (void)fprintf(f, "%ld %ld\n", plan.commits, plan.posts);
    (void)fclose(f);
}

/* The function of that name that would have been called without us. */
static void *next(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);
    if (!f)
        abort();
    return f;
}

static int counts(void)
{
    return !plan.since || access(plan.since, F_OK) == 0;
}

/* ISO C has no cast from an object pointer to a function pointer; POSIX promises the bytes. */
#define NEXT(type, name)      \
    type real;                \
    void *found = next(name); \
    memcpy(&real, &found, sizeof real)

typedef int sync_function(int fd);
typedef ssize_t pwrite_function(int fd, const void *bytes, size_t len, off_t at);
typedef ssize_t pwrite64_function(int fd, const void *bytes, size_t len, off64_t at);
typedef ssize_t send_function(int fd, const void *bytes, size_t len, int flags);

static int synced(const char *name, int fd)
{
    NEXT(sync_function *, name);
    int r = real(fd);
    plan.commits += counts();
    if (plan.on_commit && !plan.before && plan.commits == plan.at)
        die();
    return r;
}

int fsync(int fd)
{
    return synced("fsync", fd);
}

int fdatasync(int fd)
{
    return synced("fdatasync", fd);
}

static void before_write(int fd)
{
    struct stat st;
    if (plan.on_commit && plan.before && plan.commits >= plan.at - 1 && fstat(fd, &st) == 0 &&
        S_ISREG(st.st_mode))
        die();
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    NEXT(pwrite_function *, "pwrite");
    before_write(fd);
    return real(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    NEXT(pwrite64_function *, "pwrite64");
    before_write(fd);
    return real(fd, bytes, len, at);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    NEXT(send_function *, "send");
    int posting = len > 5 && memcmp(bytes, "POST ", 5) == 0;
    plan.posts += posting && counts();
    int chosen = posting && plan.on_post && plan.posts == plan.at;
    if (chosen && plan.before)
        die();
    ssize_t r = real(fd, bytes, len, flags);
    if (chosen)
        die();
    return r;
}
