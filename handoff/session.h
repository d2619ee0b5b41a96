/*
 * Who is signed in, where. Tokens are kept as BLAKE2b hashes, so that the database alone lets
 * nobody in. Times are real ones: moving the demo's clock signs nobody out.
 */
#ifndef HANDOFF_SESSION_H
#define HANDOFF_SESSION_H

#include "handoff/staff.h"

enum {
    SESSION_TOKEN_MAX = 65,
    SESSION_HASH_BYTES = 32,
    SESSION_BROWSER_MAX = 40,
    SESSION_ADDRESS_MAX = 46, /* INET6_ADDRSTRLEN */
    SESSION_SEEN_S = 60       /* that somebody was seen is written at most so often */
};

/* Where somebody signs in from. */
struct session_place {
    struct str address, browser;
};

/* What is kept of a token. */
void session_hash(struct str token, unsigned char hash[SESSION_HASH_BYTES]);

/* A new session; the token goes to the browser and is kept nowhere. */
int session_begin(struct tx *tx, int64_t staff_id, const struct session_place *place, int64_t now,
                  int64_t expires_at, char ret_token[SESSION_TOKEN_MAX]) MUST_CHECK;

/* Whose session is it? 1 found and not over, 0 none. */
int session_find(struct tx *tx, struct arena *arena, struct str token, int64_t now,
                 struct staff *ret) MUST_CHECK;

/* What its owner must do before they may do anything else. */
enum session_duty { SESSION_FREE, SESSION_MUST_CHANGE_PASSWORD, SESSION_MUST_ENROL };

/* Returns an enum session_duty, or negative. @second_factor: everybody must have one. */
int session_duty(struct tx *tx, int64_t staff_id, bool second_factor) MUST_CHECK;

/* Calls @visit with the hash of each session that isn't over and whose owner is SESSION_FREE. */
typedef void session_visitor(const unsigned char hash[SESSION_HASH_BYTES], void *data);
int session_visit_free(struct tx *tx, bool second_factor, int64_t now, session_visitor *visit,
                       void *data) MUST_CHECK;

/* Who has it was here at @now, written down once in SESSION_SEEN_S; and it is over. 0, also if
 * there is no such session, or negative. */
int session_seen(struct tx *tx, struct str token, int64_t now) MUST_CHECK;
int session_end(struct tx *tx, struct str token) MUST_CHECK;

/* All of somebody's, but not the one of @but, which may be empty. Returns how many. */
int session_end_all(struct tx *tx, int64_t staff_id, struct str but) MUST_CHECK;

/* The one of somebody's that a list names so. 1 done, 0 there is none. */
int session_end_named(struct tx *tx, int64_t staff_id, struct str name) MUST_CHECK;

/* One as it is listed. Texts are borrowed until the visit is over. */
struct session_row {
    struct str name; /* from the hash: it says which one, and lets nobody in */
    struct session_place place;
    int64_t began_at, seen_at;
    bool this_one; /* the one of the token that was given */
};

/* Calls @visit for each of somebody's that isn't over, the one last seen first. */
int session_list(struct tx *tx, int64_t staff_id, struct str token, int64_t now,
                 void (*visit)(const struct session_row *row, void *data), void *data) MUST_CHECK;

/* "Firefox on Windows", of a User-Agent; "an unknown browser" if it says nothing we know. */
void session_browser(struct str user_agent, char ret[SESSION_BROWSER_MAX]);

#endif
