/* kerbside kb learn: what the knowledge base should learn next, from what was written to us. */
#include <getopt.h>
#include <time.h>

#include "base/db.h"
#include "bot/cmd_kb.h"
#include "bot/learn.h"

static const char usage[] =
    "usage: kerbside kb learn [--config FILE] [--kb DIR] [--days N] [--json]\n"
    "  Decides about the messages of the last days as the knowledge base does (that which is live, "
    "or that of --kb), and\n"
    "  groups those that nothing explains by their words, the largest group first; then what staff "
    "answered by hand\n"
    "  most often. Private details are masked, and direct messages are not read.\n"
    "  --days N  how far back (30, at most 400)\n"
    "  --json    one JSON object instead of words for people\n";

enum { DAYS = 30, DAY_S = 86400, SAMPLES = 3, TEXT_POINTS = 160 };

static void print_examples(const cJSON *group)
{
    const cJSON *examples = cJSON_GetObjectItemCaseSensitive(group, "examples");
    for (int i = 0; i < SAMPLES && i < cJSON_GetArraySize(examples); i++) {
        (void)fputs("      ", stdout);
        kb_print_text(
            json_str(cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(examples, i), "text")),
            TEXT_POINTS);
        (void)putchar('\n');
    }
}

static int count_of(const cJSON *group)
{
    return cJSON_GetObjectItemCaseSensitive(group, "count")->valueint;
}

static void print_for_people(const cJSON *found)
{
    const cJSON *group, *word;
    (void)printf("%d messages, those that nothing explains by their words:\n",
                 cJSON_GetObjectItemCaseSensitive(found, "messages")->valueint);
    cJSON_ArrayForEach(group, cJSON_GetObjectItemCaseSensitive(found, "groups"))
    {
        const char *between = "";
        (void)printf("\n%5d ", count_of(group));
        cJSON_ArrayForEach(word, cJSON_GetObjectItemCaseSensitive(group, "words"))
        {
            (void)printf("%s %s", between, word->valuestring);
            between = ",";
        }
        (void)putchar('\n');
        print_examples(group);
    }
    (void)puts("\nwhat staff answered by hand:");
    cJSON_ArrayForEach(group, cJSON_GetObjectItemCaseSensitive(found, "by_hand"))
    {
        (void)printf("\n%5d  ", count_of(group));
        kb_print_text(json_str(cJSON_GetObjectItemCaseSensitive(group, "text")), TEXT_POINTS);
        (void)putchar('\n');
        print_examples(group);
    }
}

static int learn(const char *config, const char *kb_dir, int64_t days, bool json)
{
    struct kb_past past;
    struct kb *kb = NULL;
    int status = kb_past_open(config, &past);
    if (status == EXIT_OK)
        status = kb_dir ? load_kb(past.conf, kb_dir, &kb) : kb_past_live(&past, &kb);
    if (status == EXIT_OK) {
        cJSON *found = cJSON_CreateObject();
        int r = learn_put(past.db, kb, time(NULL) - days * DAY_S, NULL, found);
        if (r == 0 && json)
            r = print_json(cJSON_Duplicate(found, true));
        else if (r == 0)
            print_for_people(found);
        if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
            r = ERR_IO;
        if (r < 0)
            (void)fprintf(stderr, "error: kerbside kb learn: %s\n", err_str(r));
        cJSON_Delete(found);
        status = r < 0 ? EXIT_FAILED : EXIT_OK;
    }
    (void)kb_free(kb);
    kb_past_close(&past);
    return status;
}

int cmd_kb_learn(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' }, { "kb", required_argument, NULL, 'k' },
        { "days", required_argument, NULL, 'd' },   { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
    };
    const char *config = NULL, *kb_dir = NULL;
    int64_t days = DAYS;
    bool json = false;
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'h')
            return fputs(usage, stdout) < 0 ? EXIT_FAILED : EXIT_OK;
        if (c == 'c')
            config = optarg;
        else if (c == 'k')
            kb_dir = optarg;
        else if (c == 'j')
            json = true;
        else if (c != 'd' || !str_to_int64(str_of(optarg), 1, LEARN_DAYS_MAX, &days)) {
            if (c == 'd')
                (void)fprintf(stderr, "error: --days %s: a whole number is wanted, at most %d\n",
                              optarg, LEARN_DAYS_MAX);
            (void)fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (argc + 1 - optind != 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return learn(config, kb_dir, days, json);
}
