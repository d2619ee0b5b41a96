/* What the commands share that look at what was written before: the database, only read, and what
 * decides there. */
#include "base/db.h"
#include "bot/candidate.h"
#include "bot/cmd_kb.h"
#include "bot/versions.h"
#include "bot/x/x.h"

int kb_past_open(const char *config, struct kb_past *ret)
{
    const char *why = NULL;
    *ret = (struct kb_past){ .db = NULL };
    int status = load_config(config, &ret->conf);
    if (status != EXIT_OK)
        return status;
    int r = db_open(ret->conf->database, DB_READER, &ret->db, &why);
    if (r < 0)
        (void)fprintf(stderr, "error: database: %s\n", why ? why : err_str(r));
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

void kb_past_close(struct kb_past *past)
{
    past->db = db_free(past->db);
    past->conf = conf_free(past->conf);
}

/* 1 with the files of the live version, 0 there is none, or negative. */
static int read_live(struct kb_past *past, struct kb_files **ret)
{
    struct tx *tx;
    int r = tx_begin(past->db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_version_live(tx, &past->version);
    if (r == 0 && past->version)
        r = kb_version_files(tx, past->version, ret);
    tx_rollback(tx);
    return r;
}

int kb_past_live(struct kb_past *past, struct kb **ret)
{
    struct versions_options options = { past->conf, models_dir(past->conf, NULL), &x_text_rules };
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    int r = read_live(past, &files);
    if (r == 0)
        return load_kb(past->conf, NULL, ret);
    if (r == 1)
        r = versions_load(&options, files, NULL, &report, ret);
    print_report(&report);
    if (r < 0 && !report.errors)
        (void)fprintf(stderr, "error: %s: %s\n", past->conf->database, err_str(r));
    report_release(&report);
    (void)kb_files_free(files);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

/* The draft, trained. Who waits for that is told so. */
static int train(struct candidate *c, struct db *db, const struct kb *live, struct arena *arena,
                 struct candidate_look *ret)
{
    atomic_bool stop = false;
    int r = candidate_look(c, db, live, arena, ret);
    if (r < 0 || !ret->kb || ret->trained)
        return r;
    (void)fputs("The second opinion learns the draft first, which may take a minute.\n", stderr);
    ret->kb = kb_free(ret->kb);
    return candidate_train(c, db, live, arena, &stop, ret);
}

int kb_past_draft(struct kb_past *past, const struct kb *live, struct kb **ret,
                  int64_t *ret_revision)
{
    struct candidate *c = candidate_new(models_dir(past->conf, NULL), &x_text_rules);
    struct arena arena = ARENA_INIT;
    struct candidate_look look = { .kb = NULL };
    int r = c ? train(c, past->db, live, &arena, &look) : ERR_NOMEM;
    if (r < 0)
        (void)fprintf(stderr, "error: the draft: %s\n", err_str(r));
    (void)fprintf(stderr, "%.*s", STR_ARG(look.faults));
    *ret = look.kb;
    *ret_revision = look.revision;
    bool fit = r == 0 && !look.faults.len;
    arena_release(&arena);
    (void)candidate_free(c);
    return fit ? EXIT_OK : EXIT_FAILED;
}
