/* kerbside kb links: are the links of live answers there. */
#include <getopt.h>
#include <inttypes.h>
#include <time.h>

#include "base/when.h"
#include "bot/cmd_kb.h"
#include "bot/links.h"

static const char usage[] =
    "usage: kerbside kb links [--config FILE] [--check]\n"
    "  Prints each link of the live answers as it was found when it was last asked for: alive,\n"
    "  failed (once; it counts as dead if it still fails hours later), dead, or new.\n"
    "  --check  asks for all of them first, one after the other; what is found holds for the "
    "service too\n";

enum { PAUSE_MS = 500, TIMEOUT_MS = 20000 };

static int print_link(struct tx *tx, const struct kb_intent *intent)
{
    char at[WHEN_TEXT_MAX];
    struct arena arena = ARENA_INIT;
    struct kb_link link;
    int r = kb_link_get(tx, &arena, intent->link, &link);
    if (r == 1)
        (void)printf("%-6s %3d  %s  %.*s  %.*s%s%.*s\n",
                     link.dead       ? "dead"
                     : link.failures ? "failed"
                                     : "alive",
                     link.status, when_format(link.checked_at, at), STR_ARG(intent->id),
                     STR_ARG(link.url), link.what.len ? ": " : "", STR_ARG(link.what));
    else if (r == 0)
        (void)printf("new       -  %.*s  %.*s\n", STR_ARG(intent->id), STR_ARG(intent->link));
    arena_release(&arena);
    return r;
}

static int print_links(struct db *db, const struct kb *kb)
{
    struct tx *tx;
    int r = tx_begin(db, TX_READ, &tx);
    if (r < 0)
        return r;
    for (size_t i = 0; i < kb->intent_count && r >= 0; i++)
        r = print_link(tx, &kb->intent[i]);
    tx_rollback(tx);
    if (r >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
        r = ERR_IO;
    return r < 0 ? r : 0;
}

static void stop(void *data)
{
    uv_stop(data);
}

/* Asks for all of them, by the writer @db. */
static int ask_all(const struct conf *conf, struct db *db, struct kb_live *live)
{
    uv_loop_t loop;
    const struct clock clock = { .movable = false };
    struct links *links = NULL;
    if (uv_loop_init(&loop) < 0)
        return ERR_NOMEM;
    struct links_options options = { .loop = &loop,
                                     .db = db,
                                     .clock = &clock,
                                     .hours = conf->hours,
                                     .live = live,
                                     .account = str_of(conf->accounts[0].handle),
                                     .demo = conf->demo,
                                     .pause_ms = PAUSE_MS,
                                     .timeout_ms = TIMEOUT_MS,
                                     .done = stop,
                                     .data = &loop };
    int r = links_new(&options, &links);
    if (r == 0) {
        links_start(links);
        (void)uv_run(&loop, UV_RUN_DEFAULT);
    }
    links = links_free(links);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop);
    return r;
}

static int run(const char *config, bool check)
{
    struct kb_past past;
    struct kb_live live = { NULL, 0 };
    struct db *writer = NULL;
    int r = 0, status = kb_past_open(config, &past);
    if (status == EXIT_OK)
        status = kb_past_live(&past, &live.kb);
    if (status == EXIT_OK && check) {
        r = db_open(past.conf->database, DB_WRITER, &writer, NULL);
        if (r == 0)
            r = ask_all(past.conf, writer, &live);
    }
    if (status == EXIT_OK && r == 0)
        r = print_links(past.db, live.kb);
    if (r < 0) {
        (void)fprintf(stderr, "error: kerbside kb links: %s\n", err_str(r));
        status = EXIT_FAILED;
    }
    (void)db_free(writer);
    (void)kb_free(live.kb);
    kb_past_close(&past);
    return status;
}

int cmd_kb_links(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "check", no_argument, NULL, 'k' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *config = NULL;
    bool check = false;
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 'k')
            check = true;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    if (argc + 1 - optind != 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return run(config, check);
}
