/*
 * What searching costs, and forgetting: messages of a JSONL file's texts, each with some words of
 * its own, in a real database. Prints a line for each query, then what the index of words costs a
 * message and what it takes to erase one's bytes from it.
 *
 *   bench_search MESSAGES.jsonl DATABASE [messages]
 */
#include <inttypes.h>

#include "base/log.h"
#include "handoff/record.h"
#include "handoff/search.h"
#include "tests/texts.h"

enum { PAGE = 100, ROUNDS = 21 };

static struct texts texts;

static int64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int add_page(struct tx *tx, int64_t first)
{
    int r = 0;
    for (int64_t i = first; i < first + PAGE && r >= 0; i++) {
        char id[24], handle[24];
        struct buf text = BUF_INIT(65536);
        int64_t message_id;
        (void)snprintf(id, sizeof id, "%" PRId64, i + 1);
        (void)snprintf(handle, sizeof handle, "resident_%" PRId64, i % 20000);
        (void)buf_addf(&text, "%.*s n%" PRIx64, STR_ARG(texts.items[(size_t)i % texts.count]),
                       (uint64_t)i * UINT64_C(2654435761) % 1000003);
        struct record_message m = { .network = STR("bench"),
                                    .remote_id = str_of(id),
                                    .conversation = str_of(id),
                                    .author_id = str_of(handle),
                                    .handle = str_of(handle),
                                    .name = STR("Sam"),
                                    .text = buf_str(&text),
                                    .written_at = 1795000000 + 200 * i,
                                    .account = STR("NorthmoorHelp") };
        r = record_add_message(tx, &m, m.written_at, &message_id);
        buf_release(&text);
    }
    return r < 0 ? r : 0;
}

static int fill(struct db *db, int64_t total)
{
    int r = 0;
    int64_t from = now_us();
    for (int64_t i = 0; i < total && r == 0; i += PAGE) {
        struct tx *tx;
        r = tx_begin(db, TX_WRITE, &tx);
        if (r < 0)
            return r;
        r = add_page(tx, i);
        if (r == 0)
            r = tx_commit(tx);
        else
            tx_rollback(tx);
    }
    (void)printf("recorded %" PRId64 " messages, %d a commit: %" PRId64 " us each\n", total, PAGE,
                 (now_us() - from) / total);
    return r;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int ask(struct db *db, const char *text)
{
    int64_t took[ROUNDS];
    int found = 0, r = 0;
    for (int i = 0; i < ROUNDS && r == 0; i++) {
        struct search search = { str_of(text), STR("NM"), INT64_MAX, false };
        cJSON *page = cJSON_CreateObject();
        struct tx *tx;
        int64_t from = now_us();
        r = tx_begin(db, TX_READ, &tx);
        if (r == 0) {
            r = search_find(tx, &search, page);
            tx_rollback(tx);
        }
        took[i] = now_us() - from;
        found = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(page, "items"));
        cJSON_Delete(page);
    }
    qsort(took, ROUNDS, sizeof *took, compare);
    (void)printf("%-28s %2d found   middle %7" PRId64 " us   longest %7" PRId64 " us\n", text,
                 found, took[ROUNDS / 2], took[ROUNDS - 1]);
    return r;
}

static int forget(struct db *db, int64_t total)
{
    struct tx *tx;
    char id[24];
    int64_t before, longest = 0, from = now_us();
    int calls = 0;
    (void)snprintf(id, sizeof id, "%" PRId64, total / 2);
    int r = tx_begin(db, TX_WRITE, &tx);
    if (r < 0)
        return r;
    r = record_message_gone(tx, STR("bench"), str_of(id), 1795000000);
    r = r < 0 ? r : tx_commit(tx);
    do {
        int64_t began = now_us();
        before = db_changes(db);
        r = r < 0 ? r : search_forget(db);
        longest = now_us() - began > longest ? now_us() - began : longest;
        calls++;
    } while (r == 0 && db_changes(db) != before);
    (void)printf("a message erased: %d calls, the longest %" PRId64 " us, together %" PRId64
                 " us\n",
                 calls - 1, longest, now_us() - from);
    return r;
}

int main(int argc, char **argv)
{
    static const char *const queries[] = {
        "bin",           "the",  "pothole mill road", "a",       "is the c",
        "@resident_777", "n1f3", "bin tuesday",       "giraffe", "thank you for the"
    };
    struct arena arena = ARENA_INIT;
    struct db *db = NULL, *reader = NULL;
    int64_t total = 100000;
    log_setup(LOG_WARN, LOG_TEXT);
    if (argc < 3 || (argc > 3 && !str_to_int64(str_of(argv[3]), PAGE, INT32_MAX, &total))) {
        (void)fprintf(stderr, "usage: %s MESSAGES.jsonl DATABASE [messages]\n", argv[0]);
        return 2;
    }
    int r = texts_read(argv[1], &arena, &texts);
    if (r == 0)
        r = db_open(argv[2], DB_WRITER, &db, NULL);
    if (r == 0)
        r = record_migrate(db);
    if (r == 0)
        r = fill(db, total);
    if (r == 0)
        r = db_open(argv[2], DB_READER, &reader, NULL);
    for (size_t i = 0; i < ARRAY_LEN(queries) && r == 0; i++)
        r = ask(reader, queries[i]);
    reader = db_free(reader);
    if (r == 0)
        r = forget(db, total);
    if (r < 0)
        (void)fprintf(stderr, "bench_search: %s\n", err_str(r));
    (void)db_free(db);
    arena_release(&arena);
    return r < 0;
}
