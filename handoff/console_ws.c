/*
 * The websocket of PROTOCOL.md: who is connected, what they still have to be told, and their frames
 * on the way to command.c. Each console has a queue of frames of a bounded size; one that doesn't
 * read is closed, and the others don't notice. A frame is made once for all.
 */
#include "handoff/console_private.h"

#include <inttypes.h>

#include "base/log.h"
#include "handoff/command.h"
#include "handoff/permission.h"
#include "handoff/view.h"

enum {
    FRAME_BYTES_MAX = 64 * 1024,
    QUEUE_BYTES_MAX = 4 << 20,
    WELCOME_BYTES_MAX = 1 << 20,
    SESSION_CHECK_MS = 1000,
    REPLAY_MAX = 500, /* events; a console that missed more gets a snapshot */
};

enum close_code {
    CLOSE_GOING_AWAY = 1012,
    CLOSE_BAD_FRAME = 4400,
    CLOSE_NOT_SIGNED_IN = 4401,
    CLOSE_NOT_READING = 4408
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

struct ws_peer {
    struct console *console;
    struct lws *wsi;
    struct ws_peer *next, **at;
    struct arena arena; /* of staff */
    struct staff staff;
    char token[SESSION_TOKEN_MAX];
    int64_t seen_at; /* when that was last written down */
    bool greeted;    /* has said hello: gets events */
    struct waiting *first, **last;
    size_t waiting_bytes;
    struct buf in;
    enum close_code closing; /* 0: not */
    const char *closing_why;
};

size_t console_ws_peer_size(void)
{
    return sizeof(struct ws_peer);
}

/* ------------------------------------------------------------------------------------------------
 * frames out */

static struct frame *frame_new(struct str text)
{
    struct frame *f = malloc(sizeof *f + LWS_PRE + text.len);
    if (!f)
        return NULL;
    f->users = 1;
    f->len = text.len;
    memcpy(f->bytes + LWS_PRE, text.p, text.len);
    return f;
}

static void frame_drop(struct frame *f)
{
    if (--f->users == 0)
        free(f);
}

/*
 * Close with a reason, once the loop comes to it: by a timer, since libwebsockets sends no close
 * frame for a connection that is closed from its writeable callback.
 */
static void close_peer(struct ws_peer *peer, enum close_code code, const char *why)
{
    if (peer->closing)
        return;
    peer->closing = code;
    peer->closing_why = why;
    log_info("console.close staff=%" PRId64 " code=%d why=\"%s\"", peer->staff.id, (int)code, why);
    lws_set_timer_usecs(peer->wsi, 1);
    lws_cancel_service(
        lws_get_context(peer->wsi)); /* or its timer isn't looked at before it is busy again */
}

static int close_now(struct ws_peer *peer)
{
    if (!peer->closing)
        return 0;
    lws_close_reason(peer->wsi, (enum lws_close_status)peer->closing,
                     (unsigned char *)peer->closing_why, strlen(peer->closing_why));
    return -1;
}

static void send_frame(struct ws_peer *peer, struct frame *f)
{
    struct waiting *w = peer->closing ? NULL : malloc(sizeof *w);
    if (!peer->closing && (!w || !f)) { /* it comes again and asks for what it missed */
        free(w);
        close_peer(peer, CLOSE_GOING_AWAY, "something could not be sent");
        return;
    }
    if (!w)
        return;
    if (peer->waiting_bytes + f->len > QUEUE_BYTES_MAX) {
        free(w);
        close_peer(peer, CLOSE_NOT_READING, "too much is waiting to be read");
        return;
    }
    *w = (struct waiting){ .frame = f };
    f->users++;
    *peer->last = w;
    peer->last = &w->next;
    peer->waiting_bytes += f->len;
    (void)lws_callback_on_writable(peer->wsi);
}

static void send_text(struct ws_peer *peer, struct str text)
{
    struct frame *f = frame_new(text);
    send_frame(peer, f);
    if (f)
        frame_drop(f);
}

static void send_tree(struct ws_peer *peer, const cJSON *tree)
{
    struct buf text = BUF_INIT(QUEUE_BYTES_MAX);
    if (json_add_tree(&text, tree) == 0)
        send_text(peer, buf_str(&text));
    else
        send_frame(peer, NULL);
    buf_release(&text);
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

/* One write a call, as libwebsockets wants it. */
static int write_next(struct ws_peer *peer)
{
    if (!peer->first)
        return 0;
    struct frame *f = peer->first->frame;
    int written = lws_write(peer->wsi, f->bytes + LWS_PRE, f->len, LWS_WRITE_TEXT);
    drop_first(peer);
    if (written < 0)
        return -1;
    if (peer->first)
        (void)lws_callback_on_writable(peer->wsi);
    return 0;
}

/* Still signed in, and as what? Looked up at every frame, so that a removed account can't do
 * another thing. With another role everything that is shown is another: that console begins anew.
 */
static bool signed_in(struct ws_peer *peer, struct tx *tx)
{
    struct arena arena = ARENA_INIT;
    struct staff now;
    int r = console_staff(peer->console, tx, &arena, peer->token, &now);
    bool same = r == 1 && str_eq(now.role, peer->staff.role);
    arena_release(&arena);
    if (r == 0 || (r == 1 && !same))
        close_peer(peer, CLOSE_NOT_SIGNED_IN, "not signed in");
    return same;
}

/* Who has been here is written down now and then: a list of sessions shows it. */
static void note_seen(struct ws_peer *peer)
{
    int64_t now = time(NULL);
    struct tx *tx;
    if (now - peer->seen_at < SESSION_SEEN_S ||
        tx_begin(peer->console->options.db, TX_WRITE, &tx) < 0)
        return;
    peer->seen_at = now;
    int r = session_seen(tx, str_of(peer->token), now);
    if (r == 0)
        r = tx_commit(tx);
    else
        tx_rollback(tx);
    if (r < 0)
        log_error("console.seen why=\"%s\"", err_str(r));
}

/* ------------------------------------------------------------------------------------------------
 * events */

static void send_event(int64_t seq, const cJSON *tree, bool is_private, void *data)
{
    struct console *c = data;
    struct buf text = BUF_INIT(1 << 20);
    c->seq = seq;
    if (json_add_tree(&text, tree) == 0) {
        struct frame *f = frame_new(buf_str(&text));
        for (struct ws_peer *p = c->peers; p; p = p->next)
            if (p->greeted && (!is_private || staff_answers_private(&p->staff)))
                send_frame(p, f);
        if (f)
            frame_drop(f);
    }
    buf_release(&text);
}

/* Somebody who was removed, or signed out elsewhere, is told nothing more; looked at once a second.
 */
static void check_sessions(struct console *c, struct tx *tx)
{
    int64_t now_ms = clock_mono_ms();
    if (now_ms < c->check_after_ms)
        return;
    c->check_after_ms = now_ms + SESSION_CHECK_MS;
    for (struct ws_peer *p = c->peers; p; p = p->next)
        if (!p->closing)
            (void)signed_in(p, tx);
}

void console_wake(struct console *c)
{
    struct tx *tx;
    if (tx_begin(c->options.db, TX_READ, &tx) < 0)
        return;
    check_sessions(c, tx);
    int r =
        c->peers ? view_events(tx, c->seq, INT32_MAX, send_event, c) : view_last_seq(tx, &c->seq);
    tx_rollback(tx);
    if (r < 0)
        log_error("console.events why=\"%s\"", err_str(r));
}

static void send_missed(int64_t seq, const cJSON *tree, bool is_private, void *data)
{
    struct ws_peer *peer = data;
    (void)seq;
    if (!is_private || staff_answers_private(&peer->staff))
        send_tree(peer, tree);
}

static bool is_told_costs(const struct ws_peer *peer)
{
    return role_may(peer->staff.role, "costs");
}

static int add_status(struct ws_peer *peer, struct buf *text)
{
    struct console *c = peer->console;
    (void)buf_addf(text, "\"now_at\":%" PRId64 ",%s", clock_now(c->options.clock),
                   buf_cstr(&c->status));
    if (c->cost.len && is_told_costs(peer))
        (void)buf_addf(text, ",%s", buf_cstr(&c->cost));
    return buf_add_byte(text, '}');
}

static void add_act(const char *act, void *data)
{
    (void)json_add_str(data, str_of(act));
}

static void send_welcome(struct ws_peer *peer)
{
    const struct desk *desk = peer->console->options.desk;
    struct buf text = BUF_INIT(WELCOME_BYTES_MAX);
    cJSON *staff = view_staff(&peer->staff), *may = cJSON_CreateArray(),
          *about = cJSON_CreateObject();
    role_acts(peer->staff.role, add_act, may);
    (void)cJSON_AddNumberToObject(about, "undo_s", (double)desk->undo_s);
    (void)json_put_str(about, "reference_prefix", desk->reference_prefix);
    desk->describe(desk->data, about);
    (void)buf_addc(&text, "{\"type\":\"welcome\",\"staff\":");
    (void)json_add_tree(&text, staff);
    (void)buf_addc(&text, ",\"may\":");
    (void)json_add_tree(&text, may);
    (void)buf_addc(&text, ",\"desk\":");
    (void)json_add_tree(&text, about);
    (void)buf_addf(&text, ",\"seq\":%" PRId64 ",\"limit\":%u,\"private_limit\":%u,",
                   peer->console->seq, peer->console->options.rules->limit,
                   peer->console->options.private_rules->limit);
    if (add_status(peer, &text) == 0)
        send_text(peer, buf_str(&text));
    cJSON_Delete(staff);
    cJSON_Delete(may);
    cJSON_Delete(about);
    buf_release(&text);
}

void console_ws_send_status(struct console *c, bool cost_only)
{
    for (struct ws_peer *p = c->peers; p; p = p->next) {
        if (cost_only && !is_told_costs(p))
            continue;
        struct buf text = BUF_INIT(65536);
        (void)buf_addc(&text, "{\"type\":\"status\",");
        if (p->greeted && add_status(p, &text) == 0)
            send_text(p, buf_str(&text));
        buf_release(&text);
    }
}

/* hello: what the console missed, or everything if it saw nothing yet, missed too much, or comes
 * from another time. */
static int greet(struct ws_peer *peer, int64_t last)
{
    struct console *c = peer->console;
    struct tx *tx;
    console_wake(
        c); /* what is new goes to the others first, so that c->seq is where this one joins */
    int r = tx_begin(c->options.db, TX_READ, &tx);
    if (r < 0)
        return r;
    if (!signed_in(peer, tx)) {
        tx_rollback(tx);
        return 0;
    }
    send_welcome(peer);
    if (last > 0 && last <= c->seq && c->seq - last <= REPLAY_MAX) {
        r = view_events(tx, last, REPLAY_MAX, send_missed, peer);
    } else {
        cJSON *snapshot = NULL;
        r = view_snapshot(tx, &peer->staff, &snapshot);
        if (r == 0)
            send_tree(peer, snapshot);
        cJSON_Delete(snapshot);
    }
    tx_rollback(tx);
    peer->greeted = r >= 0;
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------------------------------------
 * frames in */

static void refuse_broken(struct ws_peer *peer, const cJSON *frame)
{
    cJSON *o = cJSON_CreateObject();
    struct str id = STR("");
    (void)cJSON_AddStringToObject(o, "type", "refused");
    if (json_get_str(frame, "id", &id) == 1)
        (void)json_put_str(o, "id", id);
    (void)cJSON_AddStringToObject(o, "code", "failed");
    (void)cJSON_AddStringToObject(o, "text", "Something went wrong here. Nothing was done.");
    send_tree(peer, o);
    cJSON_Delete(o);
}

static void run_frame(struct ws_peer *peer, const cJSON *frame)
{
    struct console *c = peer->console;
    struct command_context context = { .staff = &peer->staff,
                                       .rules = c->options.rules,
                                       .private_rules = c->options.private_rules,
                                       .now = clock_now(c->options.clock),
                                       .desk = c->options.desk };
    cJSON *answer = NULL;
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_WRITE, &tx);
    if (r < 0) {
        refuse_broken(peer, frame);
        return;
    }
    if (!signed_in(peer, tx)) {
        tx_rollback(tx);
        return;
    }
    r = command_run(tx, &context, frame, &answer);
    if (r == 1)
        r = tx_commit(tx);
    else
        tx_rollback(tx);
    if (r < 0)
        refuse_broken(peer, frame);
    else
        send_tree(peer, answer);
    cJSON_Delete(answer);
    console_wake(c);
}

static void take_frame(struct ws_peer *peer)
{
    cJSON *frame = NULL;
    struct json_fault fault;
    struct str type = STR("");
    int64_t last = 0;
    if (json_parse(buf_str(&peer->in), &frame, &fault) < 0 || !cJSON_IsObject(frame) ||
        json_get_str(frame, "type", &type) != 1) {
        close_peer(peer, CLOSE_BAD_FRAME, "a frame must be a JSON object with a type");
    } else if (str_is(type, "hello")) {
        if (peer->greeted || json_get_int(frame, "last", 0, INT64_MAX, &last) != 1)
            close_peer(peer, CLOSE_BAD_FRAME, "hello comes once, with the last event's number");
        else if (greet(peer, last) < 0)
            close_peer(peer, CLOSE_BAD_FRAME, "hello can't be answered just now");
    } else if (!peer->greeted) {
        close_peer(peer, CLOSE_BAD_FRAME, "hello must come first");
    } else {
        run_frame(peer, frame);
        note_seen(peer);
    }
    cJSON_Delete(frame);
}

static int receive(struct ws_peer *peer, struct str part)
{
    if (peer->closing)
        return 0;
    if (lws_frame_is_binary(peer->wsi))
        close_peer(peer, CLOSE_BAD_FRAME, "frames are text");
    else if (buf_add(&peer->in, part) < 0)
        close_peer(peer, CLOSE_BAD_FRAME, "a frame may have 64 KiB");
    else if (lws_is_final_fragment(peer->wsi) && lws_remaining_packet_payload(peer->wsi) == 0) {
        take_frame(peer);
        buf_clear(&peer->in);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * peers */

static int join(struct console *c, struct ws_peer *peer, struct lws *wsi)
{
    *peer = (struct ws_peer){ .console = c, .wsi = wsi, .in = BUF_INIT(FRAME_BYTES_MAX) };
    peer->last = &peer->first;
    peer->next = c->peers;
    peer->at = &c->peers;
    if (peer->next)
        peer->next->at = &peer->next;
    c->peers = peer;
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_READ, &tx);
    console_token(wsi, peer->token);
    if (r == 0) {
        r = console_staff(c, tx, &peer->arena, peer->token, &peer->staff);
        tx_rollback(tx);
    }
    if (r != 1)
        close_peer(peer, CLOSE_NOT_SIGNED_IN, "not signed in");
    return 0;
}

static int leave(struct ws_peer *peer)
{
    if (!peer || !peer->at)
        return 0;
    *peer->at = peer->next;
    if (peer->next)
        peer->next->at = peer->at;
    peer->at = NULL;
    while (peer->first)
        drop_first(peer);
    buf_release(&peer->in);
    arena_release(&peer->arena);
    return 0;
}

void console_ws_check(struct console *c)
{
    c->check_after_ms = 0;
    console_wake(c);
}

void console_ws_end_all(struct console *c)
{
    for (struct ws_peer *p = c->peers; p; p = p->next)
        close_peer(p, CLOSE_GOING_AWAY, "the server is going away");
}

int console_on_ws(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
    struct console *c = lws_context_user(lws_get_context(wsi));
    struct ws_peer *peer = user;
    switch (why) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return console_origin_ok(c, wsi) ? 0 : -1;
    case LWS_CALLBACK_ESTABLISHED:
        return join(c, peer, wsi);
    case LWS_CALLBACK_RECEIVE:
        return receive(peer, (struct str){ in, len });
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_next(peer);
    case LWS_CALLBACK_TIMER:
        return close_now(peer);
    case LWS_CALLBACK_CLOSED:
        return leave(peer);
    default:
        return 0; /* a library's enum: default is right */
    }
}
