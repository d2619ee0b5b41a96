/*
 * The console's files as bytes in the program, so that one binary is all there is to install.
 * The table itself is generated: build.mjs writes console_assets.c from src/ and says there from
 * what. Both forms of a file are there; which one a browser gets is the server's business.
 */
#ifndef CONSOLE_ASSETS_H
#define CONSOLE_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

/* All pointers are to static storage; nothing is to be freed. */
struct console_asset {
    const char *path;           /* of the request, from its slash: "/", "/assets/NAME-HASH.js" */
    const char *type;           /* for Content-Type, charset included */
    const unsigned char *plain; /* the file, not NUL-terminated */
    size_t plain_len;           /* bytes */
    const unsigned char *gzip;  /* the same, for Content-Encoding: gzip */
    size_t gzip_len;            /* bytes */
    bool immutable;             /* the name holds a hash of the content: cache it for ever */
};

extern const struct console_asset console_assets[];
extern const size_t console_assets_count;

#endif
