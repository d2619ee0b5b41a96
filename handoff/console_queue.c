/*
 * What a console still has to be sent: a queue of frames, bounded by bytes. One that doesn't read
 * is closed, and the others don't notice. A frame is made once for all that it goes to.
 */
#include "handoff/console_peer.h"

#include <inttypes.h>

#include "base/log.h"

enum {
    QUEUE_BYTES_MAX = 4 << 20, /* one that has more than this to read isn't given another frame */
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

void peer_send(struct ws_peer *peer, struct frame *f)
{
    if (peer->closing_why)
        return;
    if (peer->waiting_bytes > QUEUE_BYTES_MAX) {
        peer_close(peer, CLOSE_NOT_READING, "too much is waiting to be read");
        return;
    }
    struct waiting *w = f ? malloc(sizeof *w) : NULL;
    if (!w) {
        peer_close(peer, CLOSE_GOING_AWAY, "something could not be sent");
        return;
    }
    *w = (struct waiting){ .frame = f };
    f->users++;
    if (!peer->first)
        (void)lws_callback_on_writable(peer->wsi);
    *peer->last = w;
    peer->last = &w->next;
    peer->waiting_bytes += f->len;
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

/* As much as the system takes at once, and no more than a fair share of a turn. */
int peer_write(struct ws_peer *peer)
{
    size_t written = 0;
    while (peer->first && written < WRITE_BYTES && !lws_partial_buffered(peer->wsi)) {
        struct frame *f = peer->first->frame;
        int r = lws_write(peer->wsi, f->bytes + LWS_PRE, f->len, LWS_WRITE_TEXT);
        written += f->len;
        drop_first(peer);
        if (r < 0)
            return -1;
    }
    if (peer->first)
        (void)lws_callback_on_writable(peer->wsi);
    return 0;
}
