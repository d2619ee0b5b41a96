/* kerbside kb election-report: what the console's report says, for the archive. */
#include <getopt.h>
#include <inttypes.h>

#include "base/when.h"
#include "bot/cmd_kb.h"
#include "bot/election_report.h"

static const char usage[] =
    "usage: kerbside kb election-report [--config FILE] [--json] FROM UNTIL\n"
    "  Prints what was said automatically by intent, what went to people for a name or topic of "
    "election.json, and\n"
    "  what was published, from FROM on and before UNTIL: times such as 2027-03-23T00:00:00Z.\n"
    "  --json  one JSON object instead of words for people\n";

static const cJSON *in(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

static const char *time_of(const cJSON *o, char out[WHEN_TEXT_MAX])
{
    return when_format((int64_t)in(o, "at")->valuedouble, out);
}

static void print_for_people(const cJSON *report)
{
    const cJSON *one;
    char at[WHEN_TEXT_MAX];
    (void)printf("automatic replies: %d\n", in(report, "replies")->valueint);
    cJSON_ArrayForEach(one, in(report, "by_intent"))
    {
        (void)printf("%5d  %s  ", in(one, "count")->valueint, in(one, "intent")->valuestring);
        kb_print_line(stdout, json_str(in(one, "title")));
        (void)putchar('\n');
    }
    (void)puts("\nwent to people:");
    cJSON_ArrayForEach(one, in(report, "to_team"))
    {
        (void)printf("%s  %s  ", time_of(one, at), in(one, "reference")->valuestring);
        kb_print_text(json_str(in(one, "summary")), 140);
        (void)putchar('\n');
    }
    (void)puts("\npublished, newest first:");
    cJSON_ArrayForEach(one, in(report, "published"))
    {
        (void)printf("%s  version %d by ", time_of(one, at), in(one, "version")->valueint);
        kb_print_signed(json_str(in(one, "by")), STR(""), json_str(in(one, "note")));
    }
}

static int run(const char *config, int64_t from, int64_t until, bool json)
{
    struct kb_past past;
    struct kb *kb = NULL;
    struct tx *tx;
    int status = kb_past_open(config, &past), r = 0;
    if (status == EXIT_OK)
        status = kb_past_live(&past, &kb);
    if (status == EXIT_OK) {
        cJSON *report = cJSON_CreateObject();
        r = tx_begin(past.db, TX_READ, &tx);
        if (r == 0) {
            r = election_report(tx, kb, from, until, report);
            tx_rollback(tx);
        }
        if (r == 0 && json)
            r = print_json(cJSON_Duplicate(report, true));
        else if (r == 0)
            print_for_people(report);
        if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
            r = ERR_IO;
        cJSON_Delete(report);
    }
    if (r < 0) {
        (void)fprintf(stderr, "error: kerbside kb election-report: %s\n", err_str(r));
        status = EXIT_FAILED;
    }
    (void)kb_free(kb);
    kb_past_close(&past);
    return status;
}

int cmd_kb_election_report(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "json", no_argument, NULL, 'j' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *config = NULL;
    bool json = false;
    int64_t from, until;
    int c;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 'j')
            json = true;
        else
            return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? EXIT_USAGE : EXIT_OK;
    }
    char **times = argv - 1 + optind;
    if (argc + 1 - optind != 2 || !when_parse(str_of(times[0]), &from) ||
        !when_parse(str_of(times[1]), &until) || from >= until) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return run(config, from, until, json);
}
