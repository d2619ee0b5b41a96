/*
 * The parts of reading a text. They work on UTF-16 units, as X's counting does: some of its rules
 * can be told only there.
 */
#ifndef BOT_X_TEXT_PRIVATE_H
#define BOT_X_TEXT_PRIVATE_H

#include "bot/x/text.h"

struct units {
    uint16_t *p;
    size_t len;
};

/* @text as units, freed with free(ret->p). 0, ERR_TOOBIG or ERR_NOMEM. */
int units_read(struct str text, struct units *ret) MUST_CHECK;

/* The code point at @at, which is inside; half a pair is itself. */
uint32_t units_point(struct units t, size_t at);

struct link {
    uint32_t from, to; /* units */
    uint32_t weighed;  /* so many from the start weigh as a link together: see find_bare */
};

struct links {
    struct link *items; /* in the order in which they stand */
    size_t count;
};

/* Takes time in proportion to t.len. 0 or ERR_NOMEM. */
int links_find(struct units t, struct links *ret) MUST_CHECK;
void links_release(struct links *links);

/* Latin letters with accents, accents, and what else twitter-text counts to them. */
bool x_is_accented(uint32_t c);

/* Units of the emoji of more than one code point that begins at @at, which is inside; 0 if none
 * does. A single one weighs 2 like what else isn't Latin. */
size_t emoji_len(struct units t, size_t at);

/* text_tables.c */
enum { TOP_UNITS_MAX = 18 };
extern const char *const x_tops[]; /* top-level domains in lower case, sorted by bytes */
extern const size_t x_top_count;

enum emoji_kind {
    EMOJI_MARK = 1,         /* takes U+FE0F */
    EMOJI_TONE = 2,         /* takes the tone of a skin */
    EMOJI_GENDER = 4,       /* may be joined with a sign of gender */
    EMOJI_ROLE = 8,         /* may be joined to a man or a woman */
    EMOJI_ROLE_MARKED = 16, /* the same, with U+FE0F */
};

struct emoji_range {
    uint32_t from, to; /* inclusive */
    unsigned kinds;
};
extern const struct emoji_range x_emoji[];
extern const size_t x_emoji_count;

struct emoji_sequence {
    size_t len;
    uint16_t units[14];
};
extern const struct emoji_sequence x_emoji_joined[];
extern const size_t x_emoji_joined_count;

extern const uint32_t x_emoji_flags[26];

#endif
