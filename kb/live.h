/*
 * The knowledge base that decides now. Everybody on the loop's thread who decides or words anything
 * holds the same struct kb_live and looks into it for each message, so that one decision is made by
 * one version and a new one holds from the next message on. Whoever works off the loop takes a
 * kb_ref of it first.
 */
#ifndef KB_LIVE_H
#define KB_LIVE_H

#include "kb/kb.h"

struct kb_live {
    struct kb *kb;
    int64_t version; /* its number; 0: of no database */
};

/* Takes @kb over in place of what is there. */
void kb_live_swap(struct kb_live *live, struct kb *kb, int64_t version);

#endif
