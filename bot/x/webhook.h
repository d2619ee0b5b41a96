/*
 * Events that X sends to an address of ours (pages "V2 Webhooks API", 2026-08). What is signed with
 * the app's consumer secret is X's; it is committed before X is told that we have it, within its
 * ten seconds, and dealt with afterwards from the inbox (bot/bot_store.h). Whatever else comes to
 * that address changes nothing.
 */
#ifndef BOT_X_WEBHOOK_H
#define BOT_X_WEBHOOK_H

#include "base/buf.h"
#include "base/db.h"
#include "handoff/console.h"

enum { X_SIGNATURE_MAX = 52 }; /* "sha256=", 44 characters, and the terminator */

/* "sha256=" and base64 of the HMAC-SHA256 of @bytes, keyed with @secret. ERR_NOMEM if the library
 * can't. */
int x_sign(struct str secret, struct str bytes, char ret[X_SIGNATURE_MAX]) MUST_CHECK;

/* Does X's header x-twitter-webhooks-signature fit the raw body? Takes as long for a wrong one.
 * Without a secret none fits, for anybody could sign with nothing. */
bool x_signature_fits(struct str secret, struct str body, struct str header);

/* The answer to X's challenge, as JSON. ERR_DENIED without a secret, and for a token that could be
 * an event's body, whose signature nobody but X may have. */
int x_crc_answer(struct str secret, struct str token, struct buf *ret_json) MUST_CHECK;

struct x_webhook_options {
    struct db *db;
    const struct clock *clock;
    struct str consumer_secret;  /* borrowed */
    void (*arrived)(void *data); /* something new is in the inbox; from within the request */
    void *data;
};

/* Where it is answered: /x/webhook. A body of up to 1 MiB with a Content-Length: the proxy in front
 * must not send it on in chunks. @options must outlive the console. */
struct console_mount x_webhook_mount(const struct x_webhook_options *options);

#endif
