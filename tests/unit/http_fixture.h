/* A small HTTP server of our own on loopback, on the loop that the test turns, and a client for it.
 */
#ifndef TESTS_UNIT_HTTP_FIXTURE_H
#define TESTS_UNIT_HTTP_FIXTURE_H

#include "bot/http.h"
#include "tests/unit/http_request.h"
#include "tests/unit/support.h"

enum serving {
    ANSWERS, /* with server.answer, and keeps the connection */
    CLOSES,  /* when it has read the request */
    HALVES,  /* sends server.answer and closes */
    STREAMS, /* sends server.answer, and keeps the connection for what the test says */
    SILENT,
};

enum { LONG_MS = 60000 }; /* longer than a machine stands still */

struct peer {
    uv_tcp_t tcp;
    struct buf in;
    struct peer *next;
};

static struct {
    uv_loop_t loop;
    uv_tcp_t listener;
    struct peer *peers;
    int port;
    enum serving serving;
    const char *answer;
    const char *(*choose)(struct str request); /* what to answer, instead; NULL: always answer */
    unsigned connections, requests;
    struct buf last; /* the last request as it came */
    struct http *http;
} server;

static void close_peer(struct peer *p)
{
    if (!uv_is_closing((uv_handle_t *)&p->tcp))
        uv_close((uv_handle_t *)&p->tcp, NULL);
}

static void written(uv_write_t *write, int status)
{
    struct peer *p = write->data;
    (void)status;
    free(write);
    if (server.serving == HALVES)
        close_peer(p);
}

static void say(struct peer *p, const char *text)
{
    uv_buf_t out = uv_buf_init((char *)text, (unsigned)strlen(text));
    uv_write_t *write = calloc(1, sizeof *write);
    assert_non_null(write);
    write->data = p;
    assert_int_equal(uv_write(write, (uv_stream_t *)&p->tcp, &out, 1, written), 0);
}

static void answer(struct peer *p)
{
    say(p, server.answer);
}

static void on_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct peer *p = stream->data;
    if (len < 0) {
        close_peer(p);
        return;
    }
    assert_int_equal(buf_add(&p->in, (struct str){ bytes->base, (size_t)len }), 0);
    if (!whole_request(buf_str(&p->in)))
        return;
    server.requests++;
    buf_clear(&server.last);
    (void)buf_add(&server.last, buf_str(&p->in));
    if (server.choose)
        server.answer = server.choose(buf_str(&p->in));
    buf_clear(&p->in);
    switch (server.serving) {
    case ANSWERS:
    case HALVES:
    case STREAMS:
        answer(p);
        break;
    case CLOSES:
        close_peer(p);
        break;
    case SILENT:
        break;
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct peer *p = calloc(1, sizeof *p);
    assert_int_equal(status, 0);
    assert_non_null(p);
    p->in = BUF_INIT(1 << 20);
    p->next = server.peers;
    server.peers = p;
    assert_int_equal(uv_tcp_init(&server.loop, &p->tcp), 0);
    p->tcp.data = p;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&p->tcp), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_bytes), 0);
    server.connections++;
}

/* Returns the port. */
static int bind_anywhere(uv_tcp_t *tcp)
{
    struct sockaddr_in at;
    int len = sizeof at;
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &at), 0);
    assert_int_equal(uv_tcp_init(&server.loop, tcp), 0);
    assert_int_equal(uv_tcp_bind(tcp, (struct sockaddr *)&at, 0), 0);
    assert_int_equal(uv_tcp_getsockname(tcp, (struct sockaddr *)&at, &len), 0);
    return ntohs(at.sin_port);
}

static int server_setup(void **state)
{
    (void)state;
    memset(&server, 0, sizeof server);
    server.last = BUF_INIT(1 << 20);
    server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    assert_int_equal(uv_loop_init(&server.loop), 0);
    server.port = bind_anywhere(&server.listener);
    assert_int_equal(uv_listen((uv_stream_t *)&server.listener, 128, on_connection), 0);
    assert_int_equal(http_new(&server.loop, &server.http), 0);
    return 0;
}

/* Whatever happened, everything closes and nothing is left on the loop. */
static int server_teardown(void **state)
{
    (void)state;
    server.http = http_free(server.http);
    uv_close((uv_handle_t *)&server.listener, NULL);
    for (struct peer *p = server.peers; p; p = p->next)
        close_peer(p);
    (void)uv_run(&server.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&server.loop), 0);
    for (struct peer *p = server.peers; p; p = server.peers) {
        server.peers = p->next;
        buf_release(&p->in);
        free(p);
    }
    buf_release(&server.last);
    return 0;
}

static inline void no_proxies(void)
{
    static const char *const proxies[] = { "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY" };
    for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
        (void)unsetenv(proxies[i]);
}

#endif
