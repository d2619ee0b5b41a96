/*
 * Every failure of every folder. Actions return 0 or one of these; lookups 1 found, 0 none, or one
 * of these.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
    ERR_NOMEM = -1,    /* out of memory */
    ERR_TOOBIG = -2,   /* over a ceiling that the callee names */
    ERR_BADTEXT = -3,  /* not UTF-8 */
    ERR_BADINPUT = -4, /* outside input that breaks its own rules; a report or note says where */
    ERR_IO = -5,       /* the system refused: file, socket */
    ERR_DB = -6,       /* SQLite refused; the log has its words */
    ERR_EXISTS = -7,   /* there is one already */
    ERR_LIMIT = -8,    /* a pattern's or a message's budget is spent */
    ERR_STALE = -9,    /* the caller saw an older version than there is */
    ERR_NEWER = -10,   /* written by a newer Kerbside */
    ERR_DENIED = -11,  /* this one may not do that */
};

/* A constant sentence part for people, never NULL. */
const char *err_str(int err);

#endif
