/* SQL of the second factor, and the only place that knows how its codes are kept. */
#include "handoff/second_factor.h"

#include <sodium.h>

/* 80 bits are not guessed from their hash, so that a quick one does. */
enum { RECOVERY_LETTERS = 16, HASH_BYTES = 32 };

int second_factor_begin(struct tx *tx, int64_t staff_id,
                        unsigned char ret_secret[TOTP_SECRET_BYTES])
{
    static const char sql[] =
        "UPDATE staff SET totp_pending=?2 WHERE id=?1 AND totp_secret IS NULL";
    if (sodium_init() < 0)
        return ERR_IO;
    randombytes_buf(ret_secret, TOTP_SECRET_BYTES);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_blob(q, 2, ret_secret, TOTP_SECRET_BYTES);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) ? 0 : ERR_EXISTS;
}

static int forget_codes(struct tx *tx, int64_t staff_id)
{
    static const char sql[] = "DELETE FROM recovery_code WHERE staff_id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    return stmt_run(q);
}

/* As they are typed: small letters, spaces and dashes don't matter. False: it can't be one. */
static bool hash_recovery(struct str code, unsigned char hash[HASH_BYTES])
{
    char letters[RECOVERY_LETTERS];
    size_t n = 0;
    for (size_t i = 0; i < code.len; i++) {
        char c = code.p[i];
        if (c == '-' || c == ' ')
            continue;
        if (n == RECOVERY_LETTERS)
            return false;
        letters[n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    (void)crypto_generichash(hash, HASH_BYTES, (const unsigned char *)letters, n, NULL, 0);
    return n == RECOVERY_LETTERS;
}

static int add_code(struct tx *tx, int64_t staff_id, char ret[PASSWORD_GIVEN_MAX])
{
    static const char sql[] = "INSERT INTO recovery_code(staff_id, hash) VALUES(?1, ?2)";
    unsigned char hash[HASH_BYTES];
    int r = password_give(ret);
    if (r < 0)
        return r;
    (void)hash_recovery(str_of(ret), hash);
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_blob(q, 2, hash, sizeof hash);
    return stmt_run(q);
}

int second_factor_confirm(struct tx *tx, int64_t staff_id, struct str code, int64_t now,
                          char ret_codes[RECOVERY_CODES][PASSWORD_GIVEN_MAX])
{
    static const char q_get[] =
        "SELECT totp_pending FROM staff WHERE id=?1 AND length(totp_pending)=?2";
    static const char q_put[] = "UPDATE staff SET totp_secret=totp_pending, totp_pending=NULL,"
                                " totp_step=?2 WHERE id=?1";
    int64_t step = 0;
    struct stmt *q = tx_stmt(tx, q_get);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, TOTP_SECRET_BYTES);
    int r = stmt_next(q);
    if (r == 1)
        step = totp_fits((const unsigned char *)col_str(q, "totp_pending").p, code, now, 0);
    stmt_done(q);
    if (r < 0 || !step)
        return r < 0 ? r : 0;
    q = tx_stmt(tx, q_put);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, step);
    r = stmt_run(q);
    if (r == 0)
        r = forget_codes(tx, staff_id);
    for (int i = 0; i < RECOVERY_CODES && r == 0; i++)
        r = add_code(tx, staff_id, ret_codes[i]);
    return r < 0 ? r : 1;
}

static int use_recovery(struct tx *tx, int64_t staff_id, struct str code)
{
    static const char sql[] = "DELETE FROM recovery_code WHERE staff_id=?1 AND hash=?2";
    unsigned char hash[HASH_BYTES];
    if (!hash_recovery(code, hash))
        return SECOND_WRONG;
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_blob(q, 2, hash, sizeof hash);
    int r = stmt_run(q);
    return r < 0 ? r : tx_changes(tx) ? SECOND_RECOVERY : SECOND_WRONG;
}

int second_factor_use(struct tx *tx, int64_t staff_id, struct str code, int64_t now)
{
    static const char q_get[] =
        "SELECT totp_secret, totp_step FROM staff WHERE id=?1 AND length(totp_secret)=?2";
    static const char q_put[] = "UPDATE staff SET totp_step=?2 WHERE id=?1";
    int64_t step = 0;
    struct stmt *q = tx_stmt(tx, q_get);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, TOTP_SECRET_BYTES);
    int r = stmt_next(q);
    if (r == 1)
        step = totp_fits((const unsigned char *)col_str(q, "totp_secret").p, code, now,
                         col_int64(q, "totp_step"));
    stmt_done(q);
    if (r != 1)
        return r < 0 ? r : SECOND_NONE;
    if (!step)
        return use_recovery(tx, staff_id, code);
    q = tx_stmt(tx, q_put);
    stmt_bind_int64(q, 1, staff_id);
    stmt_bind_int64(q, 2, step);
    r = stmt_run(q);
    return r < 0 ? r : SECOND_CODE;
}

int second_factor_off(struct tx *tx, int64_t staff_id)
{
    static const char sql[] = "UPDATE staff SET totp_secret=NULL, totp_pending=NULL, "
                              "totp_step=NULL WHERE id=?1 AND totp_secret IS NOT NULL";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    int r = stmt_run(q), off = r == 0 && tx_changes(tx) > 0;
    if (r == 0)
        r = forget_codes(tx, staff_id);
    return r < 0 ? r : off;
}

int second_factor_codes(struct tx *tx, int64_t staff_id, int64_t *ret)
{
    static const char sql[] = "SELECT count(*) AS many FROM recovery_code WHERE staff_id=?1";
    struct stmt *q = tx_stmt(tx, sql);
    stmt_bind_int64(q, 1, staff_id);
    int r = stmt_next(q);
    if (r == 1)
        *ret = col_int64(q, "many");
    stmt_done(q);
    return r < 0 ? r : 0;
}
