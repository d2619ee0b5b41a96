/*
 * The audit log: who signed in, and who did what needs a right of its own. Only ever added to; the
 * database refuses everything else. Times are real ones: moving the demo's clock doesn't move them.
 */
#ifndef HANDOFF_AUDIT_H
#define HANDOFF_AUDIT_H

#include "base/arena.h"
#include "base/db.h"

enum { AUDIT_PAGE = 50, AUDIT_ABOUT_MAX = 40 };

/* Texts may be empty; none may be a password, a code or a resident's words. */
struct audit {
    int64_t staff_id;   /* who did it; 0: nobody who is signed in */
    const char *act;    /* PROTOCOL.md lists them */
    struct str about;   /* a login, a case's reference; longer ones are cut */
    struct str text;    /* what of it, in words */
    struct str address; /* the browser's */
};

int audit_add(struct tx *tx, const struct audit *a) MUST_CHECK;

/* One as it is shown. Texts are borrowed until the visit is over; @by is empty for nobody. */
struct audit_row {
    int64_t id, at;
    struct str by, act, about, text, address;
};

/*
 * Calls @visit for a page of those before @before (INT64_MAX: the newest), newest first. Returns 1
 * if there are more, else 0, or negative.
 */
int audit_page(struct tx *tx, int64_t before,
               void (*visit)(const struct audit_row *row, void *data), void *data) MUST_CHECK;

/* Did @staff_id sign in from @address since then? 1 yes, 0 no. */
int audit_signed_in(struct tx *tx, int64_t staff_id, struct str address, int64_t since) MUST_CHECK;

#endif
