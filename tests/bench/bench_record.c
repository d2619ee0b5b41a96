/*
 * Messages a second through decide-and-commit: JSONL lines with a "text" go through responder_take
 * in pages, as they come from a network, into a real database with synchronous=FULL. Prints one
 * line; asserts nothing about speed.
 *
 *   bench_record KB_DIR MESSAGES.jsonl DATABASE [messages] [messages a page]
 */
#include <inttypes.h>

#include "base/log.h"
#include "bot/bot_store.h"
#include "bot/responder.h"
#include "bot/x/x.h"
#include "handoff/record.h"
#include "kb/schema.h"
#include "tests/texts.h"

static struct texts texts;

static int take_pages(struct responder *r, int64_t total, int64_t page)
{
    struct network_message *messages = calloc((size_t)page, sizeof *messages);
    char(*ids)[24] = calloc((size_t)page, sizeof *ids);
    int e = messages && ids ? 0 : ERR_NOMEM;
    for (int64_t done = 0; done < total && e == 0; done += page) {
        for (int64_t i = 0; i < page; i++) {
            (void)snprintf(ids[i], sizeof ids[i], "%" PRId64,
                           INT64_C(2000000000000000000) + done + i);
            messages[i] =
                (struct network_message){ .remote_id = str_of(ids[i]),
                                          .conversation = str_of(ids[i]),
                                          .author_id = str_of(ids[i]),
                                          .handle = STR("elm_close_sam"),
                                          .name = STR("Sam"),
                                          .text = texts.items[(size_t)(done + i) % texts.count],
                                          .written_at = time(NULL),
                                          .may_reply = true };
        }
        e = responder_take(r, NETWORK_MENTIONS, messages, (size_t)page, str_of(ids[page - 1]));
    }
    free(messages);
    free(ids);
    return e;
}

int main(int argc, char **argv)
{
    static const struct network_verbs verbs = { .name = "bench", .rules = &x_text_rules };
    struct network network = { &verbs };
    struct report report = REPORT_INIT;
    struct arena arena = ARENA_INIT;
    struct clock clock = { 0 };
    struct hours *hours = NULL;
    struct kb_live live = { 0 };
    struct db *db = NULL;
    struct responder *r = NULL;
    int64_t total = 20000, page = 100;
    uv_loop_t *loop = uv_default_loop();
    log_setup(LOG_WARN, LOG_TEXT);
    if (argc < 4 || (argc > 4 && !str_to_int64(str_of(argv[4]), 1, INT32_MAX, &total)) ||
        (argc > 5 && !str_to_int64(str_of(argv[5]), 1, 10000, &page))) {
        (void)fprintf(stderr,
                      "usage: %s KB_DIR MESSAGES.jsonl DATABASE [messages] [messages a page]\n",
                      argv[0]);
        return 2;
    }
    int e = texts_read(argv[2], &arena, &texts);
    if (e == 0)
        e = hours_new("Europe/London", "bench", &report, &hours);
    if (e == 0)
        e = kb_load(argv[1], &x_text_rules, &report, &live.kb);
    if (e == 0)
        e = db_open(argv[3], DB_WRITER, &db, NULL);
    if (e == 0)
        e = record_migrate(db);
    if (e == 0)
        e = kb_migrate(db);
    if (e == 0)
        e = bot_migrate(db);
    if (e == 0)
        e = kb_migrate(db);
    struct responder_options options = { .loop = loop,
                                         .db = db,
                                         .network = &network,
                                         .clock = &clock,
                                         .hours = hours,
                                         .live = &live,
                                         .poll_every_ms = 1000,
                                         .answer_within_s = 21600 };
    if (e == 0)
        e = responder_new(&options, &r);
    int64_t from_ms = clock_mono_ms();
    if (e == 0)
        e = take_pages(r, total, page);
    int64_t took_ms = clock_mono_ms() - from_ms;
    if (e == 0)
        (void)printf("decided and committed %" PRId64 " messages, %" PRId64 " a commit, in %" PRId64
                     " ms: %" PRId64 " a second\n",
                     total, page, took_ms, took_ms ? total * 1000 / took_ms : 0);
    else
        (void)fprintf(stderr, "bench_record: %s\n%s", err_str(e), buf_cstr(&report.lines));
    (void)responder_free(r);
    (void)uv_run(loop, UV_RUN_DEFAULT);
    (void)db_free(db);
    (void)kb_free(live.kb);
    (void)hours_free(hours);
    arena_release(&arena);
    report_release(&report);
    return e == 0 ? 0 : 1;
}
