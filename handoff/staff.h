/*
 * People who work in the console: their accounts. Their sessions are in session.h, their second
 * factor in second_factor.h, what a role may in permission.h.
 */
#ifndef HANDOFF_STAFF_H
#define HANDOFF_STAFF_H

#include "base/arena.h"
#include "base/db.h"

struct staff {
    int64_t id;
    struct str login, name, initials, role;
};

/* X: a direct message is shown to nobody but those who answer it. */
bool staff_answers_private(const struct staff *s);

/* ERR_EXISTS: the login is taken. ERR_BADINPUT: *ret_why says which field breaks which rule. */
int staff_add(struct tx *tx, const struct staff *s, const char *hash, int64_t now,
              const char **ret_why) MUST_CHECK;

/* Whoever gets another password or another role, or is removed, is signed out everywhere: what a
 * console shows depends on the role. Only the session of the token @but goes on, if it isn't empty.
 * What they have taken and may answer no more goes back to the queue; who answers nothing any more
 * is not at the desk. Each returns 1 done, 0 nobody of that login. */
int staff_set_password(struct tx *tx, struct str login, const char *hash,
                       struct str but) MUST_CHECK;
int staff_set_role(struct tx *tx, struct str login, struct str role, int64_t now) MUST_CHECK;
int staff_remove(struct tx *tx, struct str login, int64_t now) MUST_CHECK;

/* The password was given to them: it must be changed before anything else is done. */
int staff_must_change(struct tx *tx, struct str login) MUST_CHECK;

/* On or off the list of those who are told when a case's time is up. 1 done, 0 nobody. */
int staff_set_duty(struct tx *tx, struct str login, bool on) MUST_CHECK;

/* 1 found, 0 none. @ret_hash may be NULL. */
int staff_find(struct tx *tx, struct arena *arena, struct str login, struct staff *ret,
               struct str *ret_hash) MUST_CHECK;

int staff_get(struct tx *tx, struct arena *arena, int64_t id,
              struct staff *ret) MUST_CHECK; /* 1 found, 0 none, or removed */

/* An account as those see it who look after accounts. */
struct account {
    struct staff staff;
    bool on_duty, must_change, second_factor;
    int64_t sessions; /* that aren't over at the time asked about */
    int64_t seen_at;  /* 0: not signed in, or only long ago */
};

int account_find(struct tx *tx, struct arena *arena, int64_t staff_id, int64_t now,
                 struct account *ret) MUST_CHECK; /* 1 found, 0 none */

/* Calls @visit for each account that is not removed, by login. */
int account_list(struct tx *tx, struct arena *arena, int64_t now,
                 void (*visit)(const struct account *a, void *data), void *data) MUST_CHECK;

/* How many have that role. */
int staff_count(struct tx *tx, struct str role, int64_t *ret) MUST_CHECK;

#endif
