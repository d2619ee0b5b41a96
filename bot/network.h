/*
 * What a network must offer, so that the responder and the outbox know none by name. bot/x/ is the
 * first. A struct network is one account of ours on it. All calls are for the loop's thread; each
 * answers later, once, through the function it was given, never from within the call.
 */
#ifndef BOT_NETWORK_H
#define BOT_NETWORK_H

#include "base/buf.h"
#include "base/text_rules.h"

/* How a message came to us. */
enum network_kind {
    NETWORK_ADDRESSED, /* names us, answers us or quotes us */
    NETWORK_OVERHEARD, /* in a conversation that we are in, and not to us */
    NETWORK_PRIVATE,   /* a direct message to us */
    NETWORK_OURS,      /* the account's own: sent by us, or by staff in the network's own app */
};

/* A message. Text lives as long as the call that hands it over. */
struct network_message {
    struct str remote_id, conversation, author_id, handle, name, text;
    int64_t written_at;
    bool may_reply; /* the network's rules let us answer it */
    enum network_kind kind;
    struct str answers;  /* the network's id of the message that it answers; empty: none */
    struct str replaces; /* the id of its first version; empty: it was not edited */
    struct str partner;  /* of our own direct message: the id of whom it was sent to */
    bool is_private;     /* a direct message, theirs or ours */
};

enum network_end {
    NETWORK_DONE,
    NETWORK_LATER,   /* refused for now, nothing happened: not before after_ms */
    NETWORK_BLOCKED, /* like later, and a person of ours must act: token, plan, credit */
    NETWORK_REFUSED, /* for good: this one will never go out */
    NETWORK_UNKNOWN, /* it may have happened: look before trying again */
};

/* Why one was refused for good. */
enum network_why {
    NETWORK_WHY_OTHER,
    NETWORK_WHY_REPEATED,  /* a repetition: it may be out already, and must not be tried again */
    NETWORK_WHY_UNINVITED, /* its author hasn't asked us, as the network sees it */
    NETWORK_WHY_GONE,      /* what it answers is deleted, or hidden from us */
    NETWORK_WHY_CLOSED,    /* they take no direct messages from us */
};

struct network_answer {
    enum network_end end;
    struct str remote_id; /* of what was posted */
    struct str words;     /* why not, for people: the network's or ours */
    int64_t after_ms;
    enum network_why why;
};

/* What the account has that can be read, each with a cursor of its own. */
enum network_feed {
    NETWORK_MENTIONS,
    NETWORK_POSTS,    /* our own */
    NETWORK_MESSAGES, /* direct ones, both ways */
    NETWORK_THREADS,  /* what others write in conversations that we are in */
    NETWORK_FEEDS
};

/* One page of new messages, oldest first. The last page of a sweep has @cursor set: keep it with
 * the messages. */
struct network_page {
    const struct network_message *messages;
    size_t count;
    struct str cursor; /* empty: the sweep goes on, or brought nothing new */
    bool last;
};

/* Takes a page. 0: kept, go on; negative: not kept, the sweep ends and will be repeated. */
typedef int network_take(void *data, const struct network_page *page);
typedef void network_done(void *data, const struct network_answer *answer);

/* What is to be read. Texts are copied. */
struct network_reading {
    enum network_feed feed;
    struct str cursor; /* empty: from first_at on */
    int64_t first_at;
    const struct str *conversations; /* of NETWORK_THREADS: the network's ids */
    size_t conversation_count;
};

/* What is to be sent. Texts are copied. */
struct network_outgoing {
    struct str
        parent; /* the network's id of the message it answers; empty: none, it stands alone */
    struct str recipient; /* of a private one: the network's id of whom it is for */
    struct str text;
    bool is_private, by_person;
};

/* A reply that may be out: looked for by what it answers, or whom it is for, and what it says. */
struct network_sought {
    struct str parent, recipient, text;
    bool is_private;
    struct str
        found;   /* the network's id if it is out, else empty; lives as long as the call of done */
    bool beyond; /* not found, and there is more than is looked through: that shows nothing */
};
typedef void network_found(void *data, const struct network_answer *answer,
                           const struct network_sought *sought, size_t count);

/* What became of messages that we keep. */
enum network_state {
    NETWORK_THERE,
    NETWORK_GONE,   /* deleted, protected, suspended or withheld: our copy must go */
    NETWORK_EDITED, /* there is a newer version: message has it */
};
struct network_checked {
    struct str remote_id;
    enum network_state state;
    const struct network_message *message; /* of NETWORK_EDITED */
};
/* @checked lacks what nothing was said about. */
typedef void network_check_done(void *data, const struct network_answer *answer,
                                const struct network_checked *checked, size_t count);

struct network;
struct network_verbs {
    const char *name; /* "x" */
    const struct text_rules *rules, *private_rules;

    /*
     * Reads what is new in a feed, page by page. One sweep of a feed at a time. 1: the network has
     * no such feed, or there is nothing to ask; neither function is called.
     */
    int (*read)(struct network *n, const struct network_reading *reading, network_take *take,
                network_done *done, void *data);

    /* How long until such a one may be sent, by the network's limits as far as they are known; what
     * is left of them is kept for people. 0: now. */
    int64_t (*wait_ms)(struct network *n, bool is_private, bool by_person);

    /* One at a time of those that answer somebody, and one of those that stand alone. ERR_BADINPUT:
     * nothing can be addressed so, now or later. */
    int (*post)(struct network *n, const struct network_outgoing *outgoing, network_done *done,
                void *data);

    /* Looks among what the account sent for replies that may be out. @sought is copied. One at a
     * time. */
    int (*find)(struct network *n, const struct network_sought *sought, size_t count,
                network_found *found, void *data);

    /* Asks what became of messages, by the network's ids; check_max of them at most, 0: it can't be
     * asked. One at a time. */
    int (*check)(struct network *n, const struct str *remote_ids, size_t count,
                 network_check_done *done, void *data);
    size_t check_max;
};

struct network {
    const struct network_verbs *verbs;
};

#endif
