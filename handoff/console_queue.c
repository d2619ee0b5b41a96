/*
 * What a console still has to be sent: a queue of frames, bounded by bytes and by time. One that
 * doesn't read isn't read from either, is closed before long, and the others don't notice. A frame
 * is made once for all that it goes to.
 */
#include "handoff/console_peer.h"

#include <inttypes.h>

#include "base/log.h"

enum {
    QUEUE_BYTES_MAX = 4 << 20, /* one that has more than this to read isn't given another frame */
    STUCK_MS = 10000,          /* for so long may what waits not move */
    WRITE_BYTES = 64 * 1024 /* a turn: a console that catches up doesn't keep the others waiting */
};

/* One text frame, shared by all that it goes to. */
struct frame {
    unsigned users;
    size_t len;
    unsigned char bytes[]; /* LWS_PRE, then the text */
};

struct waiting {
    struct frame *frame;
    struct waiting *next;
};

struct frame *frame_new(struct str text)
{
    struct frame *f = malloc(sizeof *f + LWS_PRE + text.len);
    if (!f)
        return NULL;
    f->users = 1;
    f->len = text.len;
    memcpy(f->bytes + LWS_PRE, text.p, text.len);
    return f;
}

void frame_drop(struct frame *f)
{
    if (f && --f->users == 0)
        free(f);
}

/* Once the loop comes to it: by a timer, since libwebsockets sends no close frame for a connection
 * that is closed from its writeable callback. */
void peer_close(struct ws_peer *peer, enum close_code code, const char *why)
{
    if (peer->closing_why)
        return;
    peer->closing = code;
    peer->closing_why = why;
    log_info("console.close staff=%" PRId64 " code=%d why=\"%s\"", peer->staff.id, (int)code, why);
    lws_set_timer_usecs(peer->wsi, 1);
    lws_cancel_service(
        lws_get_context(peer->wsi)); /* or its timer isn't looked at before it is busy again */
}

static void drop_first(struct ws_peer *peer)
{
    struct waiting *w = peer->first;
    peer->first = w->next;
    if (!peer->first)
        peer->last = &peer->first;
    peer->waiting_bytes -= w->frame->len;
    frame_drop(w->frame);
    free(w);
}

void peer_forget_waiting(struct ws_peer *peer)
{
    while (peer->first)
        drop_first(peer);
}

/* What the system doesn't take libwebsockets copies, and takes up again by itself. */
static int write_frame(struct ws_peer *peer, struct frame *f)
{
    return lws_write(peer->wsi, f->bytes + LWS_PRE, f->len, LWS_WRITE_TEXT);
}

/*
 * Until all that waits is written nothing is read: libwebsockets doesn't take what comes as long as
 * a part of a frame waits to leave, but would ask itself at every turn, for all connections,
 * whether it could.
 */
static void wait_for_reader(struct ws_peer *peer)
{
    if (!peer->stuck_since_ms)
        (void)lws_rx_flow_control(peer->wsi, 0);
    peer->stuck_since_ms = clock_mono_ms();
    (void)lws_callback_on_writable(peer->wsi);
}

static void put_last(struct ws_peer *peer, struct frame *f)
{
    struct waiting *w = malloc(sizeof *w);
    if (!w) {
        peer_close(peer, CLOSE_GOING_AWAY, "something could not be sent");
        return;
    }
    *w = (struct waiting){ .frame = f };
    f->users++;
    *peer->last = w;
    peer->last = &w->next;
    peer->waiting_bytes += f->len;
}

/*
 * Whoever has read all so far is written to at once: to be told first that a socket can be written
 * to costs as much as the writing, which at a thousand consoles makes the last one wait twice as
 * long (tests/bench/fanout.mjs).
 */
void peer_send(struct ws_peer *peer, struct frame *f)
{
    if (peer->closing_why)
        return;
    if (!f)
        peer_close(peer, CLOSE_GOING_AWAY, "something could not be sent");
    else if (peer->waiting_bytes > QUEUE_BYTES_MAX)
        peer_close(peer, CLOSE_NOT_READING, "too much is waiting to be read");
    else if (peer->stuck_since_ms)
        put_last(peer, f);
    else if (write_frame(peer, f) < 0)
        peer_close(peer, CLOSE_GOING_AWAY, "the connection broke");
    else if (lws_partial_buffered(peer->wsi))
        wait_for_reader(peer);
}

void peers_close_stuck(struct console *c)
{
    int64_t now_ms = clock_mono_ms();
    for (struct ws_peer *p = c->peers; p; p = p->next)
        if (p->stuck_since_ms && now_ms - p->stuck_since_ms >= STUCK_MS)
            peer_close(p, CLOSE_NOT_READING, "nothing of what is waiting was read");
}

void peer_send_text(struct ws_peer *peer, struct str text)
{
    struct frame *f = frame_new(text);
    peer_send(peer, f);
    frame_drop(f);
}

void peer_send_tree(struct ws_peer *peer, const cJSON *tree)
{
    struct buf text = BUF_INIT(CONSOLE_FRAME_BYTES_MAX);
    if (json_add_tree(&text, tree) == 0)
        peer_send_text(peer, buf_str(&text));
    else
        peer_send(peer, NULL);
    buf_release(&text);
}

void peers_send(struct console *c, enum peers which, struct frame *f)
{
    for (struct ws_peer *p = c->peers; p; p = p->next)
        if (p->greeted && (which == PEERS_ALL || p->trusted == (which == PEERS_TRUSTED)))
            peer_send(p, f);
}

/* As much as the system takes at once, and no more than a fair share of a turn. */
int peer_write(struct ws_peer *peer)
{
    size_t written = 0;
    while (peer->first && written < WRITE_BYTES && !lws_partial_buffered(peer->wsi)) {
        int r = write_frame(peer, peer->first->frame);
        written += peer->first->frame->len;
        drop_first(peer);
        if (r < 0)
            return -1;
    }
    if (peer->first || lws_partial_buffered(peer->wsi)) {
        wait_for_reader(peer);
    } else if (peer->stuck_since_ms) {
        peer->stuck_since_ms = 0;
        (void)lws_rx_flow_control(peer->wsi, 1);
    }
    return 0;
}
