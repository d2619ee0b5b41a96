/*
 * Two knowledge bases over all messages of a time: for which of them would something else be done?
 * Each message is decided by both as kerbside try does (bot/tried.h): as if a resident of whom
 * nothing is known wrote it now, while staff are there; what is dated (a notice, an incident)
 * counts as it is now, for the same messages are likely to come again. Only ids are kept of what
 * changes.
 *
 * Works on threads of its own with a connection each, and holds no lock of the database for longer
 * than it takes to read a chunk.
 */
#ifndef BOT_REPLAY_H
#define BOT_REPLAY_H

#include "bot/tried.h"

enum replay_group {
    REPLAY_ANSWERED,     /* newly */
    REPLAY_DIFFERENTLY,  /* by another intent or in other words */
    REPLAY_NOT_ANSWERED, /* no longer, and nothing else happens */
    REPLAY_HANDED_OFF,   /* newly to a person */
    REPLAY_OTHER,
    REPLAY_GROUPS
};
enum { REPLAY_KEPT_MAX = 5000 /* ids a group, of the newest messages; counts go on */ };

struct str replay_group_name(enum replay_group group); /* as in PROTOCOL.md */
bool replay_group_named(struct str name, enum replay_group *ret);

struct replay_options {
    const char *database;      /* copied */
    struct kb *live, *draft;   /* held as long as it lives */
    int64_t from, until;       /* when messages were written, the last second isn't part of it */
    const struct hours *hours; /* copied */
    struct str voice;          /* borrowed */
    int64_t now;
    unsigned threads; /* 1 to REPLAY_THREADS_MAX */
};
enum { REPLAY_THREADS_MAX = 16 };

struct replay;

int replay_new(const struct replay_options *options, struct replay **ret) MUST_CHECK;
struct replay *replay_free(struct replay *r); /* nobody may be running it; NULL is fine */

/* Runs it to its end, on this thread and others. Returns 0, ERR_DENIED (stopped) or another. */
int replay_run(struct replay *r) MUST_CHECK;

/* From any thread. */
void replay_stop(struct replay *r);

struct replay_progress {
    int64_t total, done; /* messages; total is 0 until they are counted */
    int64_t groups[REPLAY_GROUPS];
};
void replay_progress(struct replay *r, struct replay_progress *ret);

/* A message that changes. */
struct replay_change {
    int64_t written_at, message_id;
};

/* The next of @group before @before ({INT64_MAX, 0}: the newest), newest first; returns how many of
 * @max there are. From any thread. */
size_t replay_page(struct replay *r, enum replay_group group, struct replay_change before,
                   struct replay_change *ret, size_t max);

/* How it tries messages, by live or by the draft, for who shows some of them again: without a
 * scratch. @hours: a copy of replay_hours, which is only to be copied. */
struct tried_by replay_tried_by(const struct replay *r, bool draft, const struct hours *hours);
const struct hours *replay_hours(const struct replay *r);

/* What is done and said about a message. */
struct replay_outcome {
    struct policy_decision policy;
    struct str reply, would; /* as of the decision */
};

/* What is different between the two? False: nothing. */
bool replay_compare(const struct replay_outcome *live, const struct replay_outcome *draft,
                    enum replay_group *ret);

#endif
