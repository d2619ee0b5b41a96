/*
 * What consoles are told of each other and of themselves: who is there and what they look at, and
 * the beat, by which a console knows that its queue is the record's. A case that came by direct
 * message isn't named to who doesn't answer such, so there are two of each frame, made once.
 */
#include "handoff/console_peer.h"

#include <inttypes.h>

#include "base/log.h"
#include "handoff/presence.h"
#include "kb/item.h"

enum {
    BEAT_MS = 15000,        /* PROTOCOL.md */
    PEOPLE_MS = 1000,       /* the same: at most so often */
    SESSION_CHECK_MS = 1000 /* between an account's end and its consoles' */
};

/* ------------------------------------------------------------------------------------------------
 * sessions */

/* All peers in an order, to be freed; NULL if there are none, or no memory. */
static struct ws_peer **sorted_peers(struct console *c, size_t *ret_count,
                                     int (*compare)(const void *a, const void *b))
{
    size_t count = 0;
    for (struct ws_peer *p = c->peers; p; p = p->next)
        count++;
    struct ws_peer **all = count ? calloc(count, sizeof(struct ws_peer *)) : NULL;
    *ret_count = all ? count : 0;
    if (!all)
        return NULL;
    for (struct ws_peer *p = c->peers; p; p = p->next)
        all[--count] = p;
    qsort(all, *ret_count, sizeof(struct ws_peer *), compare);
    return all;
}

static int by_session(const void *a, const void *b)
{
    const struct ws_peer *const *x = a, *const *y = b;
    return memcmp((*x)->session, (*y)->session, SESSION_HASH_BYTES);
}

struct roll_call {
    struct ws_peer **peers; /* by session */
    size_t count;
};

static void answer_call(const unsigned char hash[SESSION_HASH_BYTES], void *data)
{
    struct roll_call *call = data;
    size_t low = 0, high = call->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (memcmp(call->peers[mid]->session, hash, SESSION_HASH_BYTES) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < call->count; low++) {
        if (memcmp(call->peers[low]->session, hash, SESSION_HASH_BYTES) != 0)
            return;
        call->peers[low]->live = true;
    }
}

void presence_check_sessions(struct console *c, struct tx *tx)
{
    int64_t now_ms = clock_mono_ms();
    if (now_ms < c->check_after_ms)
        return;
    c->check_after_ms = now_ms + SESSION_CHECK_MS;
    struct roll_call call = { 0 };
    call.peers = sorted_peers(c, &call.count, by_session);
    for (size_t i = 0; i < call.count; i++)
        call.peers[i]->live = false;
    if (call.count &&
        session_visit_free(tx, c->options.second_factor, time(NULL), answer_call, &call) == 0)
        for (size_t i = 0; i < call.count; i++)
            if (!call.peers[i]->live)
                peer_close(call.peers[i], CLOSE_NOT_SIGNED_IN, "not signed in");
    free(call.peers);
}

/* ------------------------------------------------------------------------------------------------
 * who is there */

/* Of one person's consoles first the one that was looked at last. */
static int by_person(const void *a, const void *b)
{
    const struct ws_peer *x = *(struct ws_peer *const *)a, *y = *(struct ws_peer *const *)b;
    if (x->staff.id != y->staff.id)
        return x->staff.id < y->staff.id ? -1 : 1;
    return (x->looked_at_ms < y->looked_at_ms) - (x->looked_at_ms > y->looked_at_ms);
}

struct people {
    struct ws_peer **peers; /* by person */
    size_t count, at;       /* how far the staff, who come by id too, have got in them */
    struct buf *trusted, *others;
};

/* @item: NULL or empty for none. */
static void add_colleague(struct buf *out, const struct staff *s, bool on, bool here,
                          int64_t case_id, bool typing, const char *item)
{
    bool edits = item && *item;
    (void)buf_addf(out, "%s{\"id\":%" PRId64 ",\"name\":",
                   out->p && out->p[out->len - 1] == '}' ? "," : "", s->id);
    (void)json_add_text(out, s->name);
    (void)buf_addc(out, ",\"initials\":");
    (void)json_add_text(out, s->initials);
    (void)buf_addc(out, ",\"role\":");
    (void)json_add_text(out, s->role);
    (void)buf_addf(out, ",\"on\":%s,\"here\":%s,\"case\":", on ? "true" : "false",
                   here ? "true" : "false");
    if (case_id)
        (void)buf_addf(out, "%" PRId64, case_id);
    else
        (void)buf_addc(out, "null");
    (void)buf_addf(out,
                   ",\"typing\":%s,\"item\":", typing && (case_id || edits) ? "true" : "false");
    if (edits)
        (void)json_add_text(out, str_of(item));
    else
        (void)buf_addc(out, "null");
    (void)buf_add_byte(out, '}');
}

static void add_person(const struct staff *s, bool on, void *data)
{
    struct people *all = data;
    const struct ws_peer *shown = NULL;
    while (all->at < all->count && all->peers[all->at]->staff.id < s->id)
        all->at++;
    for (size_t i = all->at; i < all->count && all->peers[i]->staff.id == s->id && !shown; i++)
        shown = all->peers[i]->greeted ? all->peers[i] : NULL;
    int64_t case_id = shown ? shown->case_id : 0;
    bool typing = shown && shown->typing, hidden = shown && shown->case_private;
    const char *item = shown ? shown->item : NULL;
    add_colleague(all->trusted, s, on, shown != NULL, case_id, typing, item);
    add_colleague(all->others, s, on, shown != NULL, hidden ? 0 : case_id, typing, item);
}

/* The frame `people`, as those see it who answer direct messages, and as the others do. */
static int write_people(struct console *c, struct tx *tx, struct buf *trusted, struct buf *others)
{
    struct people all = { .trusted = trusted, .others = others };
    (void)buf_addc(trusted, "{\"type\":\"people\",\"people\":[");
    (void)buf_addc(others, "{\"type\":\"people\",\"people\":[");
    all.peers = sorted_peers(c, &all.count, by_person);
    int r = presence_people(tx, clock_now(c->options.clock), add_person, &all);
    free(all.peers);
    (void)buf_addc(trusted, "]}");
    (void)buf_addc(others, "]}");
    if (r == 0)
        r = trusted->err ? trusted->err : others->err;
    return r;
}

/* Keeps @fresh as what was said last and says it, unless it is the same. */
static void tell_people(struct console *c, enum peers which, struct buf *said, struct buf *fresh)
{
    if (str_eq(buf_str(said), buf_str(fresh)))
        return;
    struct buf before = *said;
    *said = *fresh;
    *fresh = before;
    struct frame *f = frame_new(buf_str(said));
    peers_send(c, which, f);
    frame_drop(f);
}

static void tell_who_is_there(struct console *c, struct tx *tx)
{
    struct buf trusted = BUF_INIT(CONSOLE_FRAME_BYTES_MAX),
               others = BUF_INIT(CONSOLE_FRAME_BYTES_MAX);
    int r = write_people(c, tx, &trusted, &others);
    if (r == 0) {
        tell_people(c, PEERS_TRUSTED, &c->people_trusted, &trusted);
        tell_people(c, PEERS_OTHERS, &c->people_others, &others);
    } else {
        log_error("console.people why=\"%s\"", err_str(r));
    }
    buf_release(&trusted);
    buf_release(&others);
}

/* ------------------------------------------------------------------------------------------------
 * the beat */

/* What isn't known, or isn't all shown, is null: there is nothing to compare. */
static void write_beat(struct console *c, const struct view_sum *sum, struct buf *out)
{
    (void)buf_addf(out, "{\"type\":\"beat\",\"seq\":%" PRId64 ",\"now_at\":%" PRId64, c->seq,
                   clock_now(c->options.clock));
    if (sum->count <= VIEW_CASES_MAX)
        (void)buf_addf(out, ",\"count\":%" PRId64 ",\"hash\":%" PRIu32 "}", sum->count, sum->hash);
    else
        (void)buf_addc(out, ",\"count\":null,\"hash\":null}");
}

static bool sum_up(struct console *c, struct tx *tx)
{
    int r = view_open_sums(tx, &c->sums);
    c->sums_seq = r < 0 ? -1 : c->seq;
    if (r < 0)
        log_error("console.beat why=\"%s\"", err_str(r));
    return r == 0;
}

static struct frame *beat_for(struct console *c, bool trusted)
{
    struct buf text = BUF_INIT(4096);
    write_beat(c, trusted ? &c->sums.all : &c->sums.in_public, &text);
    struct frame *f = text.err ? NULL : frame_new(buf_str(&text));
    buf_release(&text);
    return f;
}

static void beat_all(struct console *c, struct tx *tx)
{
    if (!sum_up(c, tx))
        return;
    for (int trusted = 0; trusted < 2; trusted++) {
        struct frame *f = beat_for(c, trusted);
        peers_send(c, trusted ? PEERS_TRUSTED : PEERS_OTHERS, f);
        frame_drop(f);
    }
    for (struct ws_peer *p = c->peers; p; p = p->next)
        p->beaten = p->greeted;
}

void presence_turn(struct console *c, struct tx *tx)
{
    int64_t now_ms = clock_mono_ms();
    if (!c->peers)
        return;
    if (now_ms >= c->people_after_ms) {
        c->people_after_ms = now_ms + PEOPLE_MS;
        peers_close_stuck(c);
        tell_who_is_there(c, tx);
    }
    if (now_ms >= c->beat_after_ms) {
        c->beat_after_ms = now_ms + BEAT_MS;
        beat_all(c, tx);
    }
}

void presence_greet(struct ws_peer *peer, struct tx *tx)
{
    struct console *c = peer->console;
    struct buf trusted = BUF_INIT(CONSOLE_FRAME_BYTES_MAX),
               others = BUF_INIT(CONSOLE_FRAME_BYTES_MAX);
    if (write_people(c, tx, &trusted, &others) == 0)
        peer_send_text(peer, buf_str(peer->trusted ? &trusted : &others));
    buf_release(&trusted);
    buf_release(&others);
    if (c->sums_seq == c->seq || sum_up(c, tx)) {
        struct frame *f = beat_for(c, peer->trusted);
        peer_send(peer, f);
        frame_drop(f);
        peer->beaten = true;
    }
}

bool presence_mismatch(struct ws_peer *peer, struct tx *tx, const cJSON *frame)
{
    struct console *c = peer->console;
    int64_t seq, count, hash;
    if (json_get_int(frame, "seq", 0, INT64_MAX, &seq) != 1 ||
        json_get_int(frame, "count", 0, INT64_MAX, &count) != 1 ||
        json_get_int(frame, "hash", 0, UINT32_MAX, &hash) != 1 || !peer->beaten)
        return false;
    peer->beaten = false; /* the snapshot that answers it is dear: one a beat */
    (void)sum_up(c, tx);
    const struct view_sum *ours = peer->trusted ? &c->sums.all : &c->sums.in_public;
    log_warn("console.mismatch staff=%" PRId64 " seq=%" PRId64 " count=%" PRId64 " hash=%" PRId64
             " our_seq=%" PRId64 " our_count=%" PRId64 " our_hash=%" PRIu32,
             peer->staff.id, seq, count, hash, c->seq, ours->count, ours->hash);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * looking */

/* "intent/bins.missed". */
static bool names_item(struct str item)
{
    struct str id = item, kind;
    enum kb_item_kind is;
    return item.len <= PEER_ITEM_MAX && str_split(&id, '/', &kind) && id.len &&
           kb_item_kind_named(kind, &is);
}

bool presence_look(struct ws_peer *peer, struct tx *tx, const cJSON *frame)
{
    int64_t case_id = 0;
    bool typing = false;
    int named = json_get_int(frame, "case", 1, INT64_MAX, &case_id);
    struct str item = STR("");
    int edits = json_get_str(frame, "item", &item);
    if (named < 0 || json_get_bool(frame, "typing", &typing) != 1 || edits < 0 ||
        (edits && (named || !names_item(item))))
        return false;
    (void)snprintf(peer->item, sizeof peer->item, "%.*s", STR_ARG(item));
    if (case_id != peer->case_id) {
        int is_private = case_id ? view_case_is_private(tx, case_id) : 0;
        peer->case_private = is_private != 0; /* nor if that can't be known just now */
        peer->case_id = is_private && !peer->trusted ? 0 : case_id;
    }
    peer->typing = typing;
    peer->looked_at_ms = clock_mono_ms();
    return true;
}
