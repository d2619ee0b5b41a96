/*
 * What a network must offer, so that the responder and the outbox know none by name. bot/x/ is the
 * first. All calls are for the loop's thread; each answers later, once, through the function it was
 * given, never from within the call.
 */
#ifndef BOT_NETWORK_H
#define BOT_NETWORK_H

#include "base/buf.h"
#include "base/text_rules.h"

/* A message of a resident. Text lives as long as the call that hands it over. */
struct network_message {
    struct str remote_id, conversation, author_id, handle, name, text;
    int64_t written_at;
    bool may_reply; /* the network's rules let us answer it */
};

enum network_end {
    NETWORK_DONE,
    NETWORK_LATER,   /* refused for now, nothing happened: not before after_ms */
    NETWORK_BLOCKED, /* like later, and a person of ours must act: token, plan, credit */
    NETWORK_REFUSED, /* for good: this one will never go out */
    NETWORK_UNKNOWN, /* it may have happened: look before trying again */
};

struct network_answer {
    enum network_end end;
    struct str remote_id; /* of what was posted */
    struct str words;     /* why not, for people: the network's or ours */
    int64_t after_ms;
    bool repeated; /* refused as a repetition: it may be out already, and must not be tried again */
};

/* One page of new messages, in any order. The last page of a sweep has @cursor set: keep it with
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

/* A reply that may be out: looked for by what it answers and what it says. */
struct network_sought {
    struct str parent, text;
    struct str
        found; /* the network's id if it is out, else empty; lives as long as the call of done */
};
typedef void network_found(void *data, const struct network_answer *answer,
                           const struct network_sought *sought, size_t count);

struct network;
struct network_verbs {
    const char *name; /* "x" */
    const struct text_rules *rules;

    /* Reads what came since @cursor (empty: from @first_at on), page by page. One sweep at a time.
     */
    int (*read)(struct network *n, struct str cursor, int64_t first_at, network_take *take,
                network_done *done, void *data);

    /* Posts @text as an answer to @parent. One at a time. */
    int (*post)(struct network *n, struct str parent, struct str text, network_done *done,
                void *data);

    /* Looks on our own timeline for replies that may be out. @sought is copied. One at a time. */
    int (*find)(struct network *n, const struct network_sought *sought, size_t count,
                network_found *found, void *data);
};

struct network {
    const struct network_verbs *verbs;
};

#endif
