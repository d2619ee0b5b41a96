#include "bot/x/webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/json.h"
#include "base/log.h"
#include "bot/bot_store.h"
#include "bot/x/activity.h"

enum { HMAC_BYTES = 32, BODY_BYTES_MAX = 1 << 20 };

int x_sign(struct str secret, struct str bytes, char ret[X_SIGNATURE_MAX])
{
    unsigned char mac[HMAC_BYTES];
    unsigned len = 0;
    if (secret.len > INT32_MAX ||
        !HMAC(EVP_sha256(), secret.p ? secret.p : "", (int)secret.len,
              (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.len, mac, &len) ||
        len != sizeof mac)
        return ERR_NOMEM;
    memcpy(ret, "sha256=", 7);
    (void)EVP_EncodeBlock((unsigned char *)ret + 7, mac, sizeof mac);
    return 0;
}

bool x_signature_fits(struct str secret, struct str body, struct str header)
{
    char right[X_SIGNATURE_MAX];
    return secret.len && x_sign(secret, body, right) == 0 && header.len == strlen(right) &&
           CRYPTO_memcmp(header.p, right, header.len) == 0;
}

/*
 * Anybody may ask for a challenge, and X has challenges and events signed in the same way with the
 * same secret: what a challenge signs must never be what an event could be. An event is a JSON
 * object.
 */
static bool may_be_event(struct str bytes)
{
    return bytes.len && memchr(bytes.p, '{', bytes.len);
}

int x_crc_answer(struct str secret, struct str token, struct buf *ret_json)
{
    char signature[X_SIGNATURE_MAX];
    if (!secret.len || may_be_event(token))
        return ERR_DENIED;
    int r = x_sign(secret, token, signature);
    return r < 0 ? r : buf_addf(ret_json, "{\"response_token\":\"%s\"}", signature);
}

/* ------------------------------------------------------------------------------------------------
 * intake */

/* By the event's own name, or if it has none by all that it says. */
static int add_key(struct buf *key, struct str body)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct arena arena = ARENA_INIT;
    struct x_events events = { .key = STR("") };
    int r = x_read_events(&arena, body, NULL, 0, &events);
    if (r == 0 && events.key.len) {
        (void)buf_add(key, events.key);
    } else if (EVP_Digest(body.p, body.len, hash, &len, EVP_sha256(), NULL) == 1) {
        for (unsigned i = 0; i < len; i++)
            (void)buf_addf(key, "%02x", hash[i]);
    } else {
        key->err = ERR_NOMEM;
    }
    arena_release(&arena);
    return key->err;
}

/* 1 stored, 0 there already. */
static int store(const struct x_webhook_options *o, struct str body)
{
    struct buf key = BUF_INIT(8192);
    struct tx *tx;
    int r = add_key(&key, body), stored = 0;
    if (r == 0)
        r = tx_begin(o->db, TX_WRITE, &tx);
    if (r == 0) {
        stored = inbox_add(tx, STR("x"), buf_str(&key), body, clock_now(o->clock));
        if (stored < 0)
            tx_rollback(tx);
        r = stored < 0 ? stored : tx_commit(tx);
    }
    buf_release(&key);
    return r < 0 ? r : stored;
}

static unsigned refuse(struct buf *ret_json, unsigned status, const char *why)
{
    (void)buf_addf(ret_json, "{\"error\":\"%s\"}", why);
    return status;
}

static unsigned answer(void *data, const struct console_request *request, struct buf *ret_json)
{
    const struct x_webhook_options *o = data;
    if (!request->posting) {
        if (!request->argument.len)
            return refuse(ret_json, 400, "crc_token is missing");
        if (may_be_event(request->argument))
            return refuse(ret_json, 400, "crc_token is none of X's");
        if (x_crc_answer(o->consumer_secret, request->argument, ret_json) < 0)
            return refuse(ret_json, 503, "try again");
        log_info("webhook.challenge");
        return 200;
    }
    if (!may_be_event(request->body) ||
        !x_signature_fits(o->consumer_secret, request->body, request->header)) {
        log_warn("webhook.refused bytes=%zu signed=%d", request->body.len, request->header.len > 0);
        return refuse(ret_json, 403, "the signature doesn't fit");
    }
    int r = store(o, request->body);
    if (r < 0) {
        log_error("webhook.not_stored why=\"%s\"", err_str(r));
        return refuse(ret_json, 503, "try again");
    }
    log_info("webhook.stored bytes=%zu new=%d", request->body.len, r);
    if (r == 1)
        o->arrived(o->data);
    (void)buf_addc(ret_json, "{}");
    return 200;
}

struct console_mount x_webhook_mount(const struct x_webhook_options *options)
{
    return (struct console_mount){ .path = "/x/webhook",
                                   .argument = "crc_token",
                                   .header = "x-twitter-webhooks-signature:",
                                   .body_bytes_max = BODY_BYTES_MAX,
                                   .answer = answer,
                                   .data = (void *)options };
}
