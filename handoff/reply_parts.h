/*
 * A reply of staff as it is posted: signed with its writer's initials, and, where that is asked
 * for, cut into parts that each fit the network's limit. Pure.
 *
 *   It's done ^SR
 *   The first sentences 1/2   and   the rest 2/2 ^SR
 *
 * Between a part's words and its mark stands the white space at which the text was cut, so that
 * reply_join can put together again what reply_compose took apart.
 */
#ifndef HANDOFF_REPLY_PARTS_H
#define HANDOFF_REPLY_PARTS_H

#include "base/arena.h"
#include "base/text_rules.h"

enum { REPLY_PARTS_MAX = 10, REPLY_BYTES_MAX = 32768 };

struct reply_parts {
    struct str part[REPLY_PARTS_MAX]; /* signed; in the arena */
    size_t count;    /* 0: no reply can hold it, nor can REPLY_PARTS_MAX, if it may be split */
    unsigned weight; /* of all in one, signed; UINT32_MAX: more than REPLY_BYTES_MAX */
};

/*
 * @text is trimmed. Where it fits it is one part; where it doesn't it is cut at the ends of
 * sentences, and one sentence that doesn't fit between words, if @may_split. Returns 0 or
 * ERR_NOMEM.
 */
int reply_compose(struct arena *arena, const struct text_rules *rules, struct str text,
                  struct str initials, bool may_split, struct reply_parts *ret) MUST_CHECK;

/* What was written: appends the parts' words to @out, without marks and initials. */
int reply_join(const struct str *parts, size_t count, struct buf *out);

#endif
