/*
 * How X reads a text: what it weighs, where its links are and whom it mentions. As twitter-text
 * 3.1.0 with configuration v3 does, oddities included, since X's limit and X's own links and
 * mentions follow it; "Counting characters" in X's fundamentals, 2026-08. Names of top-level
 * domains and emoji are those that it knows (text_tables.c): X's servers may know newer ones.
 *
 * All texts are valid UTF-8.
 */
#ifndef BOT_X_TEXT_H
#define BOT_X_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { X_WEIGHT_MAX = 280, X_TEXT_BYTES_MAX = 1 << 20 };

enum x_emoji_reading {
    X_EMOJI_WHOLE, /* a sequence weighs 2: configuration v3, today's */
    X_EMOJI_APART, /* each of its code points by itself: configuration v2 */
};

struct x_weight {
    unsigned weight; /* in X's characters */
    bool valid;      /* something, not too heavy, and none of U+FFFE, U+FEFF and U+FFFF in it */
    size_t units;    /* UTF-16 units of the text in NFC, which is what is weighed */
    size_t fits;     /* so many of them, from the start, weigh X_WEIGHT_MAX or less and are valid */
};

/* Appends @text as X keeps it, in NFC. 0, ERR_TOOBIG or ERR_NOMEM. */
int x_compose(struct str text, struct buf *out) MUST_CHECK;

/* 0, ERR_TOOBIG (more than X_TEXT_BYTES_MAX) or ERR_NOMEM. */
int x_weigh(struct str text, enum x_emoji_reading emoji, struct x_weight *ret) MUST_CHECK;

struct x_span {
    size_t from, to; /* bytes of the text */
};

/*
 * Links, with a protocol or without ("northmoor.gov.uk/bins"), and mentions, from the @ to the end
 * of the name. Both in the order in which they stand, never one over another: "@" in a link
 * mentions nobody. A list ("@name/list") is no mention. What stands in a mention is not looked up:
 * there may be nobody of that name.
 */
struct x_found {
    struct x_span *links, *mentions; /* in the arena */
    size_t link_count, mention_count;
};

/* 0, ERR_TOOBIG (more than X_TEXT_BYTES_MAX) or ERR_NOMEM. */
int x_text_find(struct arena *arena, struct str text, struct x_found *ret) MUST_CHECK;

#endif
