/*
 * The websocket of PROTOCOL.md: who is connected, the events on their way to all of them, and their
 * frames on the way to command.c.
 */
#include "handoff/console_peer.h"

#include <inttypes.h>

#include "base/log.h"
#include "handoff/command.h"
#include "handoff/permission.h"

enum {
    RECEIVE_BYTES_MAX = 64 * 1024, /* of a client's frame */
    WELCOME_BYTES_MAX = 1 << 20,
    REPLAY_MAX = 500, /* events; a console that missed more gets a snapshot */
};

size_t console_ws_peer_size(void)
{
    return sizeof(struct ws_peer);
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
        peer_close(peer, CLOSE_NOT_SIGNED_IN, "not signed in");
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
    struct buf text = BUF_INIT(CONSOLE_FRAME_BYTES_MAX);
    c->seq = seq;
    struct frame *f = json_add_tree(&text, tree) == 0 ? frame_new(buf_str(&text)) : NULL;
    peers_send(c, is_private ? PEERS_TRUSTED : PEERS_ALL, f);
    frame_drop(f);
    buf_release(&text);
}

/* Everybody's desk, as JSON. */
static int add_desk(const struct desk *desk, struct buf *out)
{
    cJSON *about = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(about, "undo_s", (double)desk->undo_s);
    (void)json_put_str(about, "reference_prefix", desk->reference_prefix);
    desk->describe(desk->data, about);
    int r = json_add_tree(out, about);
    cJSON_Delete(about);
    return r;
}

/* Another version of the knowledge base has other canned replies, links and teams. */
static void tell_desk(struct console *c)
{
    const struct kb_live *live = c->options.desk->live;
    if (!live || live->version == c->desk_version)
        return;
    c->desk_version = live->version;
    struct buf text = BUF_INIT(WELCOME_BYTES_MAX);
    (void)buf_addc(&text, "{\"type\":\"desk\",\"desk\":");
    (void)add_desk(c->options.desk, &text);
    if (buf_add_byte(&text, '}') == 0) {
        struct frame *f = frame_new(buf_str(&text));
        peers_send(c, PEERS_ALL, f);
        frame_drop(f);
    }
    buf_release(&text);
}

void console_wake(struct console *c)
{
    struct tx *tx;
    if (tx_begin(c->options.db, TX_READ, &tx) < 0)
        return;
    presence_check_sessions(c, tx);
    int r =
        c->peers ? view_events(tx, c->seq, INT32_MAX, send_event, c) : view_last_seq(tx, &c->seq);
    if (r < 0)
        log_error("console.events why=\"%s\"", err_str(r));
    else
        presence_turn(c, tx);
    tx_rollback(tx);
    tell_desk(c);
}

static void send_missed(int64_t seq, const cJSON *tree, bool is_private, void *data)
{
    struct ws_peer *peer = data;
    (void)seq;
    if (!is_private || peer->trusted)
        peer_send_tree(peer, tree);
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
    cJSON *staff = view_staff(&peer->staff), *may = cJSON_CreateArray();
    role_acts(peer->staff.role, add_act, may);
    (void)buf_addc(&text, "{\"type\":\"welcome\",\"staff\":");
    (void)json_add_tree(&text, staff);
    (void)buf_addc(&text, ",\"may\":");
    (void)json_add_tree(&text, may);
    (void)buf_addc(&text, ",\"desk\":");
    (void)add_desk(desk, &text);
    (void)buf_addf(&text, ",\"seq\":%" PRId64 ",\"limit\":%u,\"private_limit\":%u,",
                   peer->console->seq, peer->console->options.rules->limit,
                   peer->console->options.private_rules->limit);
    if (add_status(peer, &text) == 0)
        peer_send_text(peer, buf_str(&text));
    cJSON_Delete(staff);
    cJSON_Delete(may);
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
            peer_send_text(p, buf_str(&text));
        buf_release(&text);
    }
}

static int send_snapshot(struct ws_peer *peer, struct tx *tx, const char *why)
{
    cJSON *snapshot = NULL;
    int r = view_snapshot(tx, &peer->staff, &snapshot);
    if (r < 0)
        return r;
    if (why) {
        struct buf reset = BUF_INIT(256);
        (void)buf_addf(&reset, "{\"type\":\"reset\",\"why\":\"%s\"}", why);
        peer_send_text(peer, buf_str(&reset));
        buf_release(&reset);
    }
    peer_send_tree(peer, snapshot);
    cJSON_Delete(snapshot);
    return 0;
}

/* What the console missed, or everything if it saw nothing yet, missed too much, or comes from
 * another record. */
static int catch_up(struct ws_peer *peer, struct tx *tx, int64_t last)
{
    int64_t seq = peer->console->seq;
    if (last == 0)
        return send_snapshot(peer, tx, NULL);
    if (last > seq)
        return send_snapshot(peer, tx, "other_record");
    if (seq - last > REPLAY_MAX)
        return send_snapshot(peer, tx, "too_old");
    int r = view_events(tx, last, REPLAY_MAX, send_missed, peer);
    return r < 0 ? r : 0;
}

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
    r = catch_up(peer, tx, last);
    peer->greeted = r == 0;
    if (r == 0)
        presence_greet(peer, tx);
    tx_rollback(tx);
    return r;
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
    peer_send_tree(peer, o);
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
        peer_send_tree(peer, answer);
    cJSON_Delete(answer);
    console_wake(c);
}

void console_ws_answer(struct ws_peer *peer, const cJSON *answer)
{
    peer_send_tree(peer, answer);
}

void console_ws_refuse(struct ws_peer *peer, const cJSON *frame, const char *code, const char *text)
{
    cJSON *o = cJSON_CreateObject();
    struct str id = STR("");
    (void)cJSON_AddStringToObject(o, "type", "refused");
    if (json_get_str(frame, "id", &id) == 1)
        (void)json_put_str(o, "id", id);
    (void)cJSON_AddStringToObject(o, "code", code);
    (void)cJSON_AddStringToObject(o, "text", text);
    peer_send_tree(peer, o);
    cJSON_Delete(o);
}

/* Hands a question to those who work on it off the loop. */
static void run_elsewhere(struct ws_peer *peer, const cJSON *frame,
                          void (*hand)(struct console *c, struct ws_peer *peer,
                                       const struct staff *staff, const cJSON *frame))
{
    struct tx *tx;
    if (tx_begin(peer->console->options.db, TX_READ, &tx) < 0) {
        refuse_broken(peer, frame);
        return;
    }
    bool may = signed_in(peer, tx);
    tx_rollback(tx);
    if (may)
        hand(peer->console, peer, &peer->staff, frame);
}

static void say_hello(struct ws_peer *peer, const cJSON *frame)
{
    int64_t last = 0;
    if (peer->greeted || json_get_int(frame, "last", 0, INT64_MAX, &last) != 1)
        peer_close(peer, CLOSE_BAD_FRAME, "hello comes once, with the last event's number");
    else if (greet(peer, last) < 0)
        peer_close(peer, CLOSE_GOING_AWAY, "hello can't be answered just now");
}

/* Who writes in a case that they have is at work on it. */
static void renew_lease(const struct ws_peer *peer)
{
    struct console *c = peer->console;
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_WRITE, &tx);
    if (r < 0)
        return; /* the next sign of them does it */
    r = case_renew(tx, peer->case_id, peer->staff.id, clock_now(c->options.clock));
    if (r == 1)
        r = tx_commit(tx);
    else
        tx_rollback(tx);
    if (r < 0)
        log_error("console.lease why=\"%s\"", err_str(r));
}

static void look(struct ws_peer *peer, const cJSON *frame)
{
    struct tx *tx;
    if (tx_begin(peer->console->options.db, TX_READ, &tx) < 0)
        return; /* it looks again */
    if (signed_in(peer, tx) && !presence_look(peer, tx, frame))
        peer_close(peer, CLOSE_BAD_FRAME, "look says which case, or null, and whether typing");
    tx_rollback(tx);
    if (peer->typing && peer->case_id && !peer->closing)
        renew_lease(peer);
}

/* What the console shows isn't what there is: everything again. */
static void mend(struct ws_peer *peer, const cJSON *frame)
{
    struct tx *tx;
    console_wake(peer->console);
    if (tx_begin(peer->console->options.db, TX_READ, &tx) < 0) {
        peer_close(peer, CLOSE_GOING_AWAY, "a mismatch can't be answered just now");
        return;
    }
    if (signed_in(peer, tx)) {
        if (!presence_mismatch(peer, tx, frame))
            peer_close(peer, CLOSE_BAD_FRAME, "mismatch answers a beat, with the numbers seen");
        else if (send_snapshot(peer, tx, "mismatch") < 0)
            peer_close(peer, CLOSE_GOING_AWAY, "a mismatch can't be answered just now");
    }
    tx_rollback(tx);
}

static void take_frame(struct ws_peer *peer, struct str text)
{
    cJSON *frame = NULL;
    struct json_fault fault;
    struct str type = STR("");
    if (json_parse(text, &frame, &fault) < 0 || !cJSON_IsObject(frame) ||
        json_get_str(frame, "type", &type) != 1)
        peer_close(peer, CLOSE_BAD_FRAME, "a frame must be a JSON object with a type");
    else if (str_is(type, "hello"))
        say_hello(peer, frame);
    else if (!peer->greeted)
        peer_close(peer, CLOSE_BAD_FRAME, "hello must come first");
    else if (str_is(type, "look"))
        look(peer, frame);
    else if (str_is(type, "mismatch"))
        mend(peer, frame);
    else if (str_is(type, "search"))
        run_elsewhere(peer, frame, console_search);
    else if (console_workshop_answers(peer->console, type))
        run_elsewhere(peer, frame, console_workshop);
    else
        run_frame(peer, frame);
    note_seen(peer);
    cJSON_Delete(frame);
}

/*
 * A frame that comes whole isn't copied; one that comes in parts is put together. Who says anything
 * is there, though the answer to a ping may stand behind all that they have to say.
 */
static int receive(struct ws_peer *peer, struct str part)
{
    bool last = lws_is_final_fragment(peer->wsi) && lws_remaining_packet_payload(peer->wsi) == 0;
    lws_validity_confirmed(peer->wsi);
    if (peer->closing_why)
        return 0;
    if (lws_frame_is_binary(peer->wsi)) {
        peer_close(peer, CLOSE_BAD_FRAME, "frames are text");
    } else if (last && !peer->in.len) {
        take_frame(peer, part);
    } else if (buf_add(&peer->in, part) < 0) {
        peer_close(peer, CLOSE_BAD_FRAME, "a frame may have 64 KiB");
    } else if (last) {
        take_frame(peer, buf_str(&peer->in));
        buf_release(&peer->in);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * peers */

/* @s as long as the peer lives. staff_add takes nothing that has no room. */
static struct str keep(struct ws_peer *peer, size_t *used, struct str s)
{
    char *at = peer->words + *used;
    if (s.len > sizeof peer->words - *used)
        return STR("");
    memcpy(at, s.p, s.len);
    *used += s.len;
    return (struct str){ at, s.len };
}

static void keep_staff(struct ws_peer *peer, const struct staff *s)
{
    size_t used = 0;
    peer->staff.id = s->id;
    peer->staff.role = keep(peer, &used, s->role);
    peer->staff.initials = keep(peer, &used, s->initials);
    peer->staff.login = keep(peer, &used, s->login);
    peer->staff.name = keep(peer, &used, s->name);
    peer->trusted = staff_answers_private(s);
    session_hash(str_of(peer->token), peer->session);
}

static int join(struct console *c, struct ws_peer *peer, struct lws *wsi)
{
    struct arena arena = ARENA_INIT;
    struct staff staff;
    *peer = (struct ws_peer){ .console = c, .wsi = wsi, .in = BUF_INIT(RECEIVE_BYTES_MAX) };
    peer->last = &peer->first;
    peer->next = c->peers;
    peer->at = &c->peers;
    if (peer->next)
        peer->next->at = &peer->next;
    c->peers = peer;
    struct tx *tx;
    int r = tx_begin(c->options.db, TX_READ, &tx);
    console_token(c, wsi, peer->token);
    if (r == 0) {
        r = console_staff(c, tx, &arena, peer->token, &staff);
        tx_rollback(tx);
    }
    if (r == 1)
        keep_staff(peer, &staff);
    else
        peer_close(peer, CLOSE_NOT_SIGNED_IN, "not signed in");
    arena_release(&arena);
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
    console_search_leave(peer->console, peer);
    console_workshop_leave(peer->console, peer);
    peer_forget_waiting(peer);
    buf_release(&peer->in);
    return 0;
}

static int close_now(struct ws_peer *peer)
{
    if (!peer->closing_why)
        return 0;
    lws_close_reason(peer->wsi, (enum lws_close_status)peer->closing,
                     (unsigned char *)peer->closing_why, strlen(peer->closing_why));
    return -1;
}

void console_ws_check(struct console *c)
{
    c->check_after_ms = 0;
    console_wake(c);
}

void console_ws_end_all(struct console *c)
{
    for (struct ws_peer *p = c->peers; p; p = p->next)
        peer_close(p, CLOSE_GOING_AWAY, "the server is going away");
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
        return peer_write(peer);
    case LWS_CALLBACK_TIMER:
        return close_now(peer);
    case LWS_CALLBACK_CLOSED:
        return leave(peer);
    default:
        return 0; /* a library's enum: default is right */
    }
}
