/*
 * Trying a message without anything around it, as kerbside try does: as if a resident of whom
 * nothing is known had written it. What the console shows of the draft and a replay are this.
 */
#ifndef BOT_TRIED_H
#define BOT_TRIED_H

#include "bot/decide.h"

struct tried_by {
    struct decider decider;
    const struct hours *hours;
    bool staff_there; /* else nobody is, and they are told when */
    struct str voice; /* of the knowledge base's wording; empty, or one it has not: the plain one */
    int64_t at;       /* when it is written */
};

/* All of *ret lives in @arena, or in the knowledge base. Returns 0 or ERR_NOMEM. */
int tried_decide(const struct tried_by *by, struct arena *arena, struct str text,
                 struct decision *ret) MUST_CHECK;

/* The same of what was read already, by this knowledge base or one that reads the same. */
int tried_on(const struct tried_by *by, struct arena *arena, struct str text,
             const struct reading *reading, struct decision *ret) MUST_CHECK;

/* Into the object @o: "action", "intents", "reason", "reply", "would", "score", "lead", "residue",
 * "second" and "why". @text: what was decided about. */
void tried_put(cJSON *o, const struct kb *kb, const struct decision *d, struct str text);

/* The same as "tried" of PROTOCOL.md. @version: of what decided, or that the draft lies over. */
cJSON *tried_json(const struct kb *kb, int64_t version, const struct decision *d, struct str text);

#endif
