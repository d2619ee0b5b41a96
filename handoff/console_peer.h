/*
 * One console's connection, shared by console_ws.c (the way in, and what is sent to whom),
 * console_queue.c (what waits to be sent) and console_presence.c (who is there, and the beat);
 * nobody else includes it.
 *
 * At a thousand consoles every byte here counts a thousand times: what is the same for all is made
 * once and shared, and nothing is kept that is only needed while a frame is read.
 */
#ifndef HANDOFF_CONSOLE_PEER_H
#define HANDOFF_CONSOLE_PEER_H

#include "handoff/console_private.h"
#include "handoff/view.h"

enum {
    CONSOLE_FRAME_BYTES_MAX = 4 << 20, /* PROTOCOL.md: of the server's frames */
    STAFF_WORDS_MAX = 256 /* login, name, initials and role, by what staff_add takes, and NULs */
};

enum close_code {
    CLOSE_GOING_AWAY = 1012,
    CLOSE_BAD_FRAME = 4400,
    CLOSE_NOT_SIGNED_IN = 4401,
    CLOSE_NOT_READING = 4408
};

struct frame;
struct waiting;

enum { PEER_ITEM_MAX = 100 /* bytes */ };

struct ws_peer {
    struct console *console;
    struct lws *wsi;
    struct ws_peer *next, **at;
    struct staff staff; /* its texts are in words */
    char words[STAFF_WORDS_MAX];
    char token[SESSION_TOKEN_MAX];
    unsigned char session[SESSION_HASH_BYTES]; /* of the token */
    int64_t seen_at;                           /* when that was last written down */
    bool live;    /* while sessions are looked at: this one isn't over */
    bool trusted; /* answers direct messages, and is shown them */
    bool greeted; /* has said hello: gets events */
    bool beaten;  /* has been sent a beat that it may answer with a mismatch */

    struct waiting *first, **last; /* frames to be sent */
    size_t waiting_bytes;
    int64_t stuck_since_ms; /* monotonic: what waits moved last; 0: nothing waits */

    struct buf in; /* of a frame that came in part */
    enum close_code closing;
    const char *closing_why; /* NULL: it isn't closing */

    int64_t case_id; /* shown there; 0: none */
    bool case_private, typing;
    int64_t looked_at_ms;         /* monotonic: when it said so */
    char item[PEER_ITEM_MAX + 1]; /* of the knowledge base, edited there: "intent/bins.missed" */
};

/* ------------------------------------------------------------------------------------------------
 * console_queue.c. A frame that can't be sent closes the connection: the console comes again, and
 * says what it saw last. */

/* A frame for many; whoever made it drops it. NULL, out of memory, may be sent and dropped too. */
struct frame *frame_new(struct str text);
void frame_drop(struct frame *f);

void peer_send(struct ws_peer *peer, struct frame *f);
void peer_send_text(struct ws_peer *peer, struct str text);
void peer_send_tree(struct ws_peer *peer, const cJSON *tree);

/* To all who have said hello, or to those of them who answer direct messages, or who don't. */
enum peers { PEERS_ALL, PEERS_TRUSTED, PEERS_OTHERS };
void peers_send(struct console *c, enum peers which, struct frame *f);

/* Those that read nothing for a while, though there is something. */
void peers_close_stuck(struct console *c);

int peer_write(struct ws_peer *peer); /* when libwebsockets says that it can be written to */
void peer_forget_waiting(struct ws_peer *peer);

void peer_close(struct ws_peer *peer, enum close_code code, const char *why);

/* ------------------------------------------------------------------------------------------------
 * console_presence.c */

/* Sends what is due to all: who is there, at most once a second, and the beat. c->seq is where
 * @tx stands. */
void presence_turn(struct console *c, struct tx *tx);

/* The same to one that has just said hello. */
void presence_greet(struct ws_peer *peer, struct tx *tx);

/* The frame `look`. False if it makes no sense. */
bool presence_look(struct ws_peer *peer, struct tx *tx, const cJSON *frame);

/* Ends those whose session is over, once a second: whoever was removed or signed out elsewhere is
 * told nothing more. */
void presence_check_sessions(struct console *c, struct tx *tx);

/* Both sides' numbers of a mismatch go to the log. False if the frame makes no sense. */
bool presence_mismatch(struct ws_peer *peer, struct tx *tx, const cJSON *frame);

#endif
