/* Notes in a case that only staff see, and the colleagues that they name. */
#ifndef HANDOFF_NOTE_H
#define HANDOFF_NOTE_H

#include "base/db.h"

enum { NOTE_POINTS_MAX = 4000, NOTE_TO_MAX = 20 };

struct note {
    int64_t case_id, staff_id; /* who writes it */
    struct str text;
    int64_t to[NOTE_TO_MAX]; /* colleagues, each once */
    size_t to_count;
    struct str to_names; /* the same for people reading the history */
};

/* Adds it and tells whom it names. */
int note_add(struct tx *tx, const struct note *n, int64_t now) MUST_CHECK;

/* @staff_id has read what names them in the case. */
int note_see(struct tx *tx, int64_t case_id, int64_t staff_id, int64_t now) MUST_CHECK;

#endif
