#include "bot/versions.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>

#include "base/log.h"
#include "handoff/audit.h"
#include "handoff/record.h"

enum { WORDS_BYTES_MAX = 8192, OLDER_TRIED = 10 };

/* ------------------------------------------------------------------------------------------------
 * files to what decides */

int versions_find_second(const char *models, struct kb *kb, const atomic_bool *stop,
                         struct report *report)
{
    int r = kb_load_second(kb, models);
    if (r != 0)
        return r < 0 ? r : 0;
    r = kb_train(kb, stop);
    if (r == 0 && kb_save_second(kb, models) < 0) /* it is trained anew each time: no more */
        report_warning(report, "%s: the second opinion can't be kept: %s", models, strerror(errno));
    return r;
}

int versions_load(const struct versions_options *o, const struct kb_files *files,
                  const atomic_bool *stop, struct report *report, struct kb **ret)
{
    struct kb *kb = NULL;
    int r = kb_load_files(files, o->rules, report, &kb);
    if (r < 0)
        return r;
    r = versions_find_second(o->models, kb, stop, report);
    kb_forget_lessons(kb);
    (void)malloc_trim(0); /* reading the files took more than what is kept of them */
    if (r == 0)
        *ret = kb;
    else
        (void)kb_free(kb);
    return r;
}

int versions_check_voices(const struct conf *conf, const struct kb *kb, struct str where,
                          struct report *report)
{
    unsigned errors = report->errors;
    for (size_t i = 0; i < conf->account_count; i++) {
        struct str voice = str_of(conf->accounts[i].voice);
        if (kb_wording_of(kb, voice))
            continue;
        struct buf there = BUF_INIT(4096);
        for (size_t v = 0; v < kb->voice_count; v++)
            (void)buf_addf(&there, "%s%.*s", v ? ", " : "", STR_ARG(kb->voice[v].name));
        (void)report_error(report,
                           "%s: \"accounts[%zu].voice\": %.*s%swording.json has no voice \"%.*s\"; "
                           "it has: %s",
                           conf->file, i, STR_ARG(where), where.len ? "/" : "", STR_ARG(voice),
                           there.len ? buf_cstr(&there) : "none");
        buf_release(&there);
    }
    return report->errors > errors ? ERR_BADINPUT : 0;
}

int versions_read_folder(const struct versions_options *o, const char *dir, struct report *report,
                         struct versions_folder *ret)
{
    struct versions_folder f = { NULL, NULL };
    int r = kb_files_read(dir, report, &f.files);
    if (r == 0 || (r == ERR_BADINPUT && f.files->count)) { /* the rest is checked all the same */
        int e = versions_load(o, f.files, NULL, report, &f.kb);
        r = r < 0 ? r : e;
    }
    if (r == 0)
        *ret = f;
    else
        versions_folder_release(&f);
    return r;
}

void versions_folder_release(struct versions_folder *f)
{
    f->files = kb_files_free(f->files);
    f->kb = kb_free(f->kb);
}

/* ------------------------------------------------------------------------------------------------
 * what is told */

int versions_tell_refused(struct tx *tx, struct str text, int64_t to, int64_t now)
{
    struct buf concerns = BUF_INIT(64);
    int r = to ? buf_addf(&concerns, "[%" PRId64 "]", to) : 0;
    struct record_event e = { .kind = "kb.refused", .text = text, .concerns = buf_str(&concerns) };
    if (r == 0)
        r = record_add_event(tx, &e, now);
    buf_release(&concerns);
    return r;
}

static int add_audit(struct tx *tx, const struct kb_version *v, int64_t id)
{
    struct buf about = BUF_INIT(AUDIT_ABOUT_MAX);
    const char *act = str_is(v->origin, "rollback")   ? "kb_rolled_back"
                      : str_is(v->origin, "incident") ? "kb_incident"
                                                      : "kb_published";
    int r = buf_addf(&about, "version %" PRId64, id);
    if (r == 0) {
        const struct audit a = { v->staff_id, act, buf_str(&about), v->note, STR("") };
        r = audit_add(tx, &a);
    }
    buf_release(&about);
    return r;
}

int versions_add(struct tx *tx, const struct kb_version *v, const struct kb_files *files,
                 int64_t *ret_id)
{
    struct buf text = BUF_INIT(WORDS_BYTES_MAX);
    int64_t id = 0;
    int r = kb_version_add(tx, v, files, &id);
    if (r == 0 && v->from_id)
        r = buf_addf(&text, "Version %" PRId64 " is live, as version %" PRId64 " was: %.*s", id,
                     v->from_id, STR_ARG(v->note));
    else if (r == 0)
        r = buf_addf(&text, "Version %" PRId64 " is live: %.*s", id, STR_ARG(v->note));
    struct record_event e = { .kind = "kb.published",
                              .staff_id = v->staff_id,
                              .text = buf_str(&text) };
    if (r == 0)
        r = record_add_event(tx, &e, v->at);
    if (r == 0 && v->staff_id)
        r = add_audit(tx, v, id);
    buf_release(&text);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * a start */

int versions_in_database(struct db *db, bool *ret)
{
    struct tx *tx;
    bool edited = false;
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_version_kept(tx);
    if (r == 1)
        r = kb_version_any_edited(tx, &edited);
    tx_rollback(tx);
    if (r == 0)
        *ret = edited;
    return r;
}

static int read_version(struct db *db, int64_t id, struct kb_files **ret)
{
    struct tx *tx;
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_version_files(tx, id, ret);
    tx_rollback(tx);
    return r;
}

/* The folder is the master: it is a version already, or becomes one. */
static int begin_with_folder(struct db *db, struct versions_folder *folder, int64_t now,
                             int64_t newest, struct kb_live *live)
{
    struct buf note = BUF_INIT(WORDS_BYTES_MAX);
    struct kb_files *kept = NULL;
    struct tx *tx;
    int r = newest ? read_version(db, newest, &kept) : 0;
    if (r == 1 && kb_files_equal(kept, folder->files)) {
        r = 0;
    } else if (r >= 0) {
        newest = 0;
        r = buf_addf(&note, "From the folder %.*s", STR_ARG(folder->files->where));
    }
    if (r == 0 && !newest) {
        const struct kb_version v = { .hash = str_of(folder->kb->hash),
                                      .origin = STR("folder"),
                                      .by = STR("Kerbside"),
                                      .note = buf_str(&note),
                                      .at = now };
        r = tx_begin(db, TX_WRITE, &tx);
        if (r == 0) { /* nobody did it, so nobody is told */
            r = kb_version_add(tx, &v, folder->files, &newest);
            if (r < 0)
                tx_rollback(tx);
            else
                r = tx_commit(tx);
        }
    }
    (void)kb_files_free(kept);
    buf_release(&note);
    if (r == 0) {
        log_info("kb.live version=%" PRId64 " hash=%s folder=%s", newest, folder->kb->hash,
                 folder->files->where.p);
        kb_live_swap(live, folder->kb, newest);
        folder->kb = NULL;
    }
    return r;
}

/* It isn't read any more; whoever goes on changing it should know. */
static void log_folder(const struct versions_options *o, const struct kb_files *live, int64_t id)
{
    struct report report = REPORT_INIT;
    struct kb_files *folder = NULL;
    int r = kb_files_read(o->conf->kb_dir, &report, &folder);
    if (r < 0 || !kb_files_equal(folder, live))
        log_warn("kb.folder_differs folder=%s version=%" PRId64
                 " what=\"the database decides, not the folder: see kerbside kb import\"",
                 o->conf->kb_dir, id);
    (void)kb_files_free(folder);
    report_release(&report);
}

/* What is wrong is said with the version that it is in. 0, ERR_BADINPUT or another. */
static int load_version(const struct versions_options *o, struct db *db, int64_t id,
                        struct report *report, struct kb **ret)
{
    struct kb_files *files = NULL;
    struct report faults = REPORT_INIT;
    struct kb *kb = NULL;
    int r = read_version(db, id, &files);
    if (r == 1) {
        r = versions_load(o, files, NULL, &faults, &kb);
        if (r == 0)
            r = versions_check_voices(o->conf, kb, STR(""), &faults);
        if (r == 0)
            log_folder(o, files, id);
    } else if (r == 0) {
        r = ERR_BADINPUT; /* an older one: numbers have no gaps, but who knows */
    }
    if (r == ERR_BADINPUT)
        (void)report_error(report,
                           "version %" PRId64 " of the knowledge base can't decide with Kerbside "
                           "%s:",
                           id, KERBSIDE_VERSION);
    (void)buf_add(&report->lines, buf_str(&faults.lines));
    report->errors += faults.errors;
    report->warnings += faults.warnings;
    if (r == 0)
        *ret = kb;
    else
        (void)kb_free(kb);
    (void)kb_files_free(files);
    report_release(&faults);
    return r;
}

static int tell_older(struct db *db, int64_t newest, int64_t id, int64_t now, struct report *report)
{
    struct buf text = BUF_INIT(WORDS_BYTES_MAX);
    struct tx *tx;
    int r = buf_addf(&text, "Version %" PRId64 " of the knowledge base can't be loaded: ", newest);
    if (r == 0 && id)
        r = buf_addf(&text, "version %" PRId64 " decides", id);
    else if (r == 0)
        r = buf_addc(&text, "the configuration's folder decides");
    if (r == 0)
        r = buf_addc(&text, " until another is published. Mend what is named and publish it, or "
                            "make an earlier version live again.");
    if (r == 0)
        (void)report_error(report, "%s", buf_cstr(&text));
    if (r == 0)
        r = tx_begin(db, TX_WRITE, &tx);
    if (r == 0) {
        r = versions_tell_refused(tx, buf_str(&text), 0, now);
        if (r < 0)
            tx_rollback(tx);
        else
            r = tx_commit(tx);
    }
    buf_release(&text);
    return r;
}

/* The database decides: by the newest version that this program can load, else by the folder. */
static int begin_with_database(const struct versions_options *o, struct db *db, int64_t newest,
                               int64_t now, struct report *report, struct kb_live *live)
{
    struct kb *kb = NULL;
    int64_t id = newest;
    int r = load_version(o, db, id, report, &kb);
    while (r == ERR_BADINPUT && id > 1 && newest - id < OLDER_TRIED)
        r = load_version(o, db, --id, report, &kb);
    if (r == ERR_BADINPUT) {
        struct versions_folder folder;
        id = 0;
        r = versions_read_folder(o, o->conf->kb_dir, report, &folder);
        if (r == 0) {
            kb = kb_ref(folder.kb);
            versions_folder_release(&folder);
        }
    }
    if (r == 0 && id != newest)
        r = tell_older(db, newest, id, now, report);
    if (r == 0) {
        log_info("kb.live version=%" PRId64 " hash=%s", id, kb->hash);
        kb_live_swap(live, kb, id);
    } else {
        (void)kb_free(kb);
    }
    return r;
}

int versions_begin(const struct versions_options *o, struct db *db, struct versions_folder *folder,
                   int64_t now, struct report *report, struct kb_live *live)
{
    struct tx *tx;
    int64_t newest = 0;
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_version_live(tx, &newest);
    tx_rollback(tx);
    if (r < 0)
        return r;
    return folder->kb ? begin_with_folder(db, folder, now, newest, live)
                      : begin_with_database(o, db, newest, now, report, live);
}
