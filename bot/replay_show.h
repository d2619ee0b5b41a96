/* What a replay found, message by message, for people: decided once more by both, private details
 * masked. */
#ifndef BOT_REPLAY_SHOW_H
#define BOT_REPLAY_SHOW_H

#include "base/db.h"
#include "bot/replay.h"

struct replay_show {
    struct tried_by live, draft;
    int64_t version;
    struct arena message;
    struct hours *hours;
};

/* @replay outlives it. @version: of live. 0 or ERR_NOMEM; to be released either way. */
int replay_show_init(struct replay_show *s, struct replay *replay, int64_t version) MUST_CHECK;
void replay_show_release(struct replay_show *s);

/* Appends "replayed" of PROTOCOL.md to @list; nothing if the message isn't there any more.
 * @revision: of the draft, for what editors said of it. Returns 0 or negative. */
int replay_show_add(struct replay_show *s, struct tx *tx, int64_t message_id, int64_t revision,
                    cJSON *list) MUST_CHECK;

#endif
