/*
 * Many consoles on raw sockets: each shakes hands with a session's cookie, says hello, and then
 * notes when it gets each event. The first causes the events, by claiming and releasing cases at an
 * even pace. Told: how long from a command's leaving until the last console had its event, what was
 * lost, and what the server took of memory and of the processor. Serves any server that speaks as
 * much of kerbside.v1: fanout.mjs runs it on Kerbside and on fanout_ws.mjs.
 *
 *   bench_fanout PORT SERVER-PID COOKIE-FILE CASES CONSOLES EVENTS-A-SECOND SECONDS
 *
 * The cases have the ids 1 to CASES and version 1, and nobody else touches them. One more console
 * asks a lot and reads nothing: it must be dropped, and nobody else notice.
 */
#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    BYTES = 1 << 17, /* of a client: what isn't a whole frame yet */
    COOKIES_MAX = 64,
    OPENS_A_TURN = 20, /* of the console that doesn't read, at each event */
    LOOK_EVERY_US = 3000,
    PATIENCE_US = 20000000,
    DROP_US = 10000000
};

struct client {
    int fd;
    size_t len;
    char *bytes;
    bool ready; /* has its snapshot */
    bool gone;
    int64_t last_seq, heard;
};

struct happening {
    int64_t sent_us, last_us; /* the command left; the last console had it */
    int heard;
};

static struct {
    int port, pid, cases, count, rate, seconds;
    struct client *clients;
    struct happening *happenings;
    int planned, caused, ready, gone, disordered;
    char cookies[COOKIES_MAX][128];
    int cookie_count, poll;
} bench;

static void die(const char *what)
{
    (void)fprintf(stderr, "fanout: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ------------------------------------------------------------------------------------------------
 * the server's memory and time */

static double rss_kb(void)
{
    char path[64];
    long pages = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/statm", bench.pid);
    FILE *f = fopen(path, "r");
    if (!f || fscanf(f, "%*d %ld", &pages) != 1)
        die(path);
    (void)fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static double busy_s(void)
{
    char path[64], line[1024];
    unsigned long user = 0, kernel = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", bench.pid);
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f))
        die(path);
    (void)fclose(f);
    const char *rest = strrchr(line, ')');
    if (!rest ||
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
        die(path);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

/* ------------------------------------------------------------------------------------------------
 * one console */

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return; /* seen as gone when it is read */
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
}

/* Masked, as a client must; the mask of zeros leaves the text as it is. */
static void send_frame(int fd, const char *text)
{
    char frame[1024];
    size_t len = strlen(text), at = 0;
    frame[at++] = (char)0x81;
    if (len < 126) {
        frame[at++] = (char)(0x80 | len);
    } else {
        frame[at++] = (char)(0x80 | 126);
        frame[at++] = (char)(len >> 8);
        frame[at++] = (char)(len & 0xff);
    }
    memset(frame + at, 0, 4);
    memcpy(frame + at + 4, text, len);
    send_all(fd, frame, at + 4 + len);
}

static int open_console(int number, int receive_bytes)
{
    char head[1024], answer[4096];
    size_t len = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)bench.port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (fd < 0)
        die("socket");
    if (receive_bytes)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        die("connect");
    (void)snprintf(head, sizeof head,
                   "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: kerbside.v1\r\n"
                   "Origin: http://127.0.0.1:%d\r\nCookie: %s\r\n\r\n",
                   bench.port, bench.port, bench.cookies[number % bench.cookie_count]);
    send_all(fd, head, strlen(head));
    while (len < 4 || memcmp(answer + len - 4, "\r\n\r\n", 4) != 0) {
        if (len == sizeof answer || recv(fd, answer + len, 1, 0) != 1)
            die("handshake");
        len++;
    }
    if (memcmp(answer, "HTTP/1.1 101", 12) != 0)
        die("the server doesn't agree");
    send_frame(fd, "{\"type\":\"hello\",\"last\":0}");
    return fd;
}

/* The number behind @name in the text, or 0. */
static int64_t number_at(const char *text, size_t len, const char *name)
{
    const char *at = memmem(text, len, name, strlen(name));
    return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

static void take_event(struct client *c, const char *text, size_t len)
{
    int64_t seq = number_at(text, len, "\"seq\":"), id = number_at(text, len, "\"case\":{\"id\":"),
            version = number_at(text, len, "\"version\":");
    int64_t which = (version - 2) * bench.cases + id - 1;
    if (seq <= c->last_seq)
        bench.disordered++;
    c->last_seq = seq;
    if (which < 0 || which >= bench.caused)
        return;
    c->heard++;
    bench.happenings[which].heard++;
    bench.happenings[which].last_us = now_us();
}

static void take_text(struct client *c, const char *text, size_t len)
{
    /* what its own commands cause, and not what a case's clocks say about them */
    bool event = memmem(text, len < 40 ? len : 40, "\"event\"", 7);
    if (event && !memmem(text, len, "\"kind\":\"case.timed\"", 19))
        take_event(c, text, len);
    else if (memmem(text, len < 40 ? len : 40, "\"snapshot\"", 10) && !c->ready) {
        c->ready = true;
        bench.ready++;
    }
}

/* Cuts frames off what has come. */
static void take_bytes(struct client *c)
{
    size_t at = 0;
    while (c->len - at >= 2) {
        const unsigned char *p = (unsigned char *)c->bytes + at;
        size_t head = 2, len = p[1] & 0x7f;
        if (len == 126)
            head = 4;
        if (len == 127)
            head = 10;
        if (c->len - at < head)
            break;
        if (head > 2)
            len = 0;
        for (size_t i = 2; i < head; i++)
            len = len << 8 | p[i];
        if (head + len > BYTES) {
            errno = EMSGSIZE;
            die("a frame");
        }
        if (c->len - at < head + len)
            break;
        if ((p[0] & 0x0f) == 1)
            take_text(c, c->bytes + at + head, len);
        if ((p[0] & 0x0f) == 9)
            send_all(c->fd, "\x8a\x80\0\0\0\0", 6);
        at += head + len;
    }
    memmove(c->bytes, c->bytes + at, c->len - at);
    c->len -= at;
}

static void read_console(struct client *c)
{
    ssize_t n = recv(c->fd, c->bytes + c->len, BYTES - c->len, MSG_DONTWAIT);
    if (n > 0) {
        c->len += (size_t)n;
        take_bytes(c);
    } else if (n == 0 || errno != EAGAIN) {
        c->gone = true;
        bench.gone++;
        (void)epoll_ctl(bench.poll, EPOLL_CTL_DEL, c->fd, NULL);
    }
}

/* Looks every few milliseconds instead of being woken by every frame: a thousand consoles are a
 * thousand machines, and their waking up isn't the server's work. */
static void turn(int64_t until_us)
{
    struct epoll_event events[256];
    int64_t left_us = until_us - now_us();
    int n;
    if (left_us > 0)
        (void)usleep((useconds_t)(left_us < LOOK_EVERY_US ? left_us : LOOK_EVERY_US));
    while ((n = epoll_wait(bench.poll, events, 256, 0)) > 0)
        for (int i = 0; i < n; i++)
            read_console(events[i].data.ptr);
}

static void open_all(void)
{
    for (int i = 0; i < bench.count; i++) {
        struct client *c = &bench.clients[i];
        *c = (struct client){ .fd = open_console(i, 0), .bytes = malloc(BYTES) };
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
        if (!c->bytes || epoll_ctl(bench.poll, EPOLL_CTL_ADD, c->fd, &e) < 0)
            die("epoll_ctl");
        turn(0);
    }
    for (int64_t end = now_us() + PATIENCE_US; bench.ready < bench.count && now_us() < end;)
        turn(now_us() + 10000);
}

/* ------------------------------------------------------------------------------------------------
 * the day */

static void cause(int which, int sleeper)
{
    char text[256];
    int round = which / bench.cases, id = which % bench.cases + 1;
    (void)snprintf(text, sizeof text, "{\"type\":\"%s\",\"id\":\"b%d\",\"case\":%d,\"version\":%d}",
                   round % 2 ? "release" : "claim", which, id, round + 1);
    bench.happenings[which].sent_us = now_us();
    bench.caused = which + 1;
    send_frame(bench.clients[0].fd, text);
    for (int i = 0; i < OPENS_A_TURN; i++) { /* a reader of nothing */
        char frame[128];
        int len = snprintf(frame, sizeof frame,
                           "......{\"type\":\"open\",\"id\":\"s%d-%d\",\"case\":%d}", which, i, id);
        memcpy(frame, "\x81\x80\0\0\0\0", 6);
        frame[1] = (char)(0x80 | (len - 6));
        (void)send(sleeper, frame, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

static bool is_dropped(int fd)
{
    struct epoll_event e = { .events = EPOLLRDHUP }, got;
    int one = epoll_create1(EPOLL_CLOEXEC);
    (void)epoll_ctl(one, EPOLL_CTL_ADD, fd, &e);
    bool dropped = epoll_wait(one, &got, 1, 0) == 1;
    (void)close(one);
    return dropped;
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void tell(double idle_kb, double full_kb, double busy, int sleeper)
{
    int64_t *took = calloc((size_t)bench.planned, sizeof *took), lost = 0;
    if (!took)
        die("calloc");
    for (int i = 0; i < bench.planned; i++) {
        const struct happening *h = &bench.happenings[i];
        took[i] = h->heard == bench.count ? h->last_us - h->sent_us : PATIENCE_US;
        lost += bench.count - h->heard;
    }
    qsort(took, (size_t)bench.planned, sizeof *took, by_length);
    (void)printf("%d consoles, %d events in %d s: the last has it after %.1f ms (half), %.1f ms "
                 "(99 of 100), %.1f ms (all); lost %" PRId64 ", out of order %d, closed %d\n",
                 bench.count, bench.planned, bench.seconds, (double)took[bench.planned / 2] / 1000,
                 (double)took[bench.planned * 99 / 100] / 1000,
                 (double)took[bench.planned - 1] / 1000, lost, bench.disordered, bench.gone);
    (void)printf("  memory per idle console %.1f KB, at the end %.1f KB; processor %.0f %% of a "
                 "core; the console that read nothing was %s\n",
                 idle_kb / bench.count, full_kb / bench.count, 100 * busy / bench.seconds,
                 is_dropped(sleeper) ? "dropped" : "kept");
    free(took);
}

static void read_cookies(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        die(path);
    while (bench.cookie_count < COOKIES_MAX &&
           fscanf(f, "%127s", bench.cookies[bench.cookie_count]) == 1)
        bench.cookie_count++;
    (void)fclose(f);
    if (!bench.cookie_count)
        die("no cookies");
}

int main(int argc, char **argv)
{
    struct rlimit files;
    if (argc != 8) {
        (void)fprintf(stderr, "usage: bench_fanout PORT SERVER-PID COOKIE-FILE CASES CONSOLES "
                              "EVENTS-A-SECOND SECONDS\n");
        return 2;
    }
    bench.port = (int)strtol(argv[1], NULL, 10);
    bench.pid = (int)strtol(argv[2], NULL, 10);
    read_cookies(argv[3]);
    bench.cases = (int)strtol(argv[4], NULL, 10);
    bench.count = (int)strtol(argv[5], NULL, 10);
    bench.rate = (int)strtol(argv[6], NULL, 10);
    bench.seconds = (int)strtol(argv[7], NULL, 10);
    bench.planned = bench.rate * bench.seconds;
    bench.clients = calloc((size_t)bench.count, sizeof *bench.clients);
    bench.happenings = calloc((size_t)bench.planned, sizeof *bench.happenings);
    bench.poll = epoll_create1(EPOLL_CLOEXEC);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (!bench.clients || !bench.happenings || bench.poll < 0)
        die("memory");
    (void)close(open_console(0, 0)); /* what is made once is there before we look */
    double empty_kb = rss_kb();
    open_all();
    double idle_kb = rss_kb() - empty_kb, busy_before = busy_s();
    int sleeper = open_console(0, 4096);
    int64_t began_us = now_us();
    for (int i = 0; i < bench.planned; i++) {
        int64_t due_us = began_us + (int64_t)i * 1000000 / bench.rate;
        while (now_us() < due_us)
            turn(due_us);
        cause(i, sleeper);
    }
    double busy = busy_s() - busy_before;
    for (int64_t end = now_us() + PATIENCE_US; now_us() < end;) {
        turn(now_us() + 10000);
        bool all = true;
        for (int i = 0; i < bench.planned && all; i++)
            all = bench.happenings[i].heard == bench.count;
        if (all)
            break;
    }
    double full_kb = rss_kb() - empty_kb;
    for (int64_t end = now_us() + DROP_US; !is_dropped(sleeper) && now_us() < end;)
        turn(now_us() + 10000);
    tell(idle_kb, full_kb, busy, sleeper);
    return 0;
}
