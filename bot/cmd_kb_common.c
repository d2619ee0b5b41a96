#include <errno.h>
#include <getopt.h>

#include "base/when.h"
#include "bot/cmd_kb.h"
#include "intents/entity.h"

enum { LINE_BYTES_MAX = 1 << 20, SHOW_MAX = 1000000, WAIT_S = 300, WAIT_MAX_S = 86400 };

static const struct option all_options[] = {
    { "config", required_argument, NULL, 'c' },   { "kb", required_argument, NULL, 'k' },
    { "models", required_argument, NULL, 'm' },   { "show", required_argument, NULL, 's' },
    { "text", required_argument, NULL, 't' },     { "json", no_argument, NULL, 'j' },
    { "note", required_argument, NULL, 'n' },     { "version", required_argument, NULL, 'v' },
    { "revision", required_argument, NULL, 'r' }, { "publish", no_argument, NULL, 'p' },
    { "over", no_argument, NULL, 'o' },           { "yes-remove", no_argument, NULL, 'y' },
    { "as", required_argument, NULL, 'a' },       { "at", required_argument, NULL, 'w' },
    { "wait", required_argument, NULL, 'l' },     { "end", required_argument, NULL, 'e' },
    { "draft", no_argument, NULL, 'd' },
};

static bool take_number(const char *name, int64_t *ret)
{
    if (str_to_int64(str_of(optarg), 1, INT64_MAX, ret))
        return true;
    (void)fprintf(stderr, "error: --%s %s: a number from 1 on is wanted\n", name, optarg);
    return false;
}

static bool take_wait(int64_t *ret)
{
    if (str_to_int64(str_of(optarg), 0, WAIT_MAX_S, ret))
        return true;
    (void)fprintf(stderr, "error: --wait %s: whole seconds are wanted, at most %d\n", optarg,
                  WAIT_MAX_S);
    return false;
}

static bool take_time(int64_t *ret)
{
    if (when_parse(str_of(optarg), ret))
        return true;
    (void)fprintf(stderr, "error: --at %s: a time like 2026-11-22T21:00:00Z is wanted\n", optarg);
    return false;
}

static bool take_option(struct kb_options *o, int letter)
{
    int64_t number = 0;
    switch (letter) {
    case 'c':
        o->config = optarg;
        return true;
    case 'k':
        o->kb = optarg;
        return true;
    case 'm':
        o->models = optarg;
        return true;
    case 't':
        o->text = optarg;
        return true;
    case 'n':
        o->note = optarg;
        return true;
    case 'v':
        return take_number("version", &o->version);
    case 'r':
        return take_number("revision", &o->revision);
    case 'a':
        o->as = optarg;
        return true;
    case 'e':
        o->end = optarg;
        return true;
    case 'w':
        return take_time(&o->at);
    case 'l':
        return take_wait(&o->wait_s);
    case 'd':
        o->draft = true;
        return true;
    case 'j':
        o->json = true;
        return true;
    case 'p':
        o->publish = true;
        return true;
    case 'o':
        o->over = true;
        return true;
    case 'y':
        o->yes_remove = true;
        return true;
    case 's':
        if (!str_to_int64(str_of(optarg), 0, SHOW_MAX, &number)) {
            (void)fprintf(stderr, "error: --show %s: a whole number is wanted, at most %d\n",
                          optarg, SHOW_MAX);
            return false;
        }
        o->show = (unsigned)number;
        return true;
    default: /* getopt's "?" */
        return false;
    }
}

int kb_options_read(int argc, char **argv, const char *letters, int least, int most,
                    const char *usage, struct kb_options *ret, bool *ret_help)
{
    struct option options[ARRAY_LEN(all_options) + 2] = { { "help", no_argument, NULL, 'h' } };
    size_t count = 1;
    for (size_t i = 0; i < ARRAY_LEN(all_options); i++)
        if (strchr(letters, all_options[i].val))
            options[count++] = all_options[i];
    struct kb_options o = { .wait_s = WAIT_S };
    int c;
    *ret_help = false;
    optind = 0;
    while ((c = getopt_long(argc + 1, argv - 1, "", options, NULL)) != -1) {
        if (c == 'h') {
            *ret_help = true;
            return fputs(usage, stdout) < 0 ? EXIT_FAILED : EXIT_OK;
        }
        if (!take_option(&o, c)) {
            (void)fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    o.args = argv - 1 + optind;
    o.arg_count = argc + 1 - optind;
    if (o.arg_count < least || o.arg_count > most) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    *ret = o;
    return EXIT_OK;
}

int kb_open(const struct kb_options *options, struct kb **ret)
{
    struct conf *conf = NULL;
    bool needed = !options->kb || options->config;
    int status = needed ? load_config(options->config, &conf) : EXIT_OK;
    if (status == EXIT_OK)
        status = load_kb(conf, options->kb, ret);
    (void)conf_free(conf);
    return status;
}

static int read_line(struct str bytes, const char *where, struct report *report,
                     int (*visit)(const struct kb_line *line, void *data), void *data)
{
    struct json_fault fault = { 0 };
    struct kb_line line = { .where = where, .report = report };
    cJSON *tree = NULL;
    int r = json_parse(bytes, &tree, &fault);
    if (r == ERR_BADINPUT && fault.column)
        return report_error(report, "%s:%zu: %s", where, fault.column, fault.what);
    if (r == ERR_BADINPUT)
        return report_error(report, "%s: %s", where, fault.what);
    if (r < 0)
        return r;
    line.object = tree;
    if (!cJSON_IsObject(tree) || json_get_str(tree, "text", &line.text) != 1)
        r = report_error(report, "%s: must be an object with a \"text\"", where);
    else
        r = visit(&line, data);
    cJSON_Delete(tree);
    return r;
}

int kb_read_lines(const char *path, struct report *report,
                  int (*visit)(const struct kb_line *line, void *data), void *data)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return report_error(report, "%s: can't be read: %s", path, strerror(errno));
    unsigned errors = report->errors;
    struct buf where = BUF_INIT(8192);
    char *bytes = NULL;
    size_t cap = 0, number = 0;
    ssize_t len;
    int r = 0;
    while (r == 0 && (len = getline(&bytes, &cap, f)) >= 0) {
        struct str line = str_trim((struct str){ bytes, (size_t)len });
        buf_clear(&where);
        (void)buf_addf(&where, "%s:%zu", path, ++number);
        if (line.len > LINE_BYTES_MAX)
            r = report_error(report, "%s: longer than %d bytes", buf_cstr(&where), LINE_BYTES_MAX);
        else if (line.len)
            r = read_line(line, buf_cstr(&where), report, visit, data);
        r = r == ERR_BADINPUT ? 0 : r;
    }
    if (r == 0 && ferror(f))
        r = report_error(report, "%s: can't be read: %s", path, strerror(errno));
    (void)fclose(f);
    free(bytes);
    buf_release(&where);
    return r == 0 && report->errors > errors ? ERR_BADINPUT : r;
}

struct str kb_likeliest(const struct kb *kb, const float *chances, double *ret_chance)
{
    size_t best = 0;
    if (!chances)
        return STR("");
    for (size_t c = 1; c < second_class_count(kb->second); c++)
        if (chances[c] > chances[best])
            best = c;
    *ret_chance = (double)chances[best];
    return second_class_name(kb->second, best);
}

void kb_print_line(FILE *to, struct str text)
{
    struct buf line = BUF_INIT(1 << 20);
    if (buf_add(&line, text) == 0 && line.len) {
        utf8_flatten(line.p, line.len);
        (void)fwrite(line.p, 1, line.len, to);
    }
    buf_release(&line);
}

void kb_print_signed(struct str by, struct str agreed_by, struct str note)
{
    kb_print_line(stdout, by);
    (void)fputs(agreed_by.len ? " with " : "", stdout);
    kb_print_line(stdout, agreed_by);
    (void)fputs(": ", stdout);
    kb_print_line(stdout, note);
    (void)putchar('\n');
}

void kb_print_text(struct str text, size_t points)
{
    struct arena arena = ARENA_INIT;
    struct entities found;
    struct buf masked = BUF_INIT(1 << 20), line = BUF_INIT(1 << 20);
    int r = entity_find(&arena, text, &found);
    if (r == 0)
        r = entity_mask(text, &found, &masked);
    struct str shown = utf8_cut(buf_str(&masked), points);
    if (r == 0 && json_add_text(&line, shown) == 0) {
        utf8_flatten(line.p, line.len);
        (void)printf("%s%s", buf_cstr(&line), shown.len < masked.len ? " …" : "");
    }
    buf_release(&line);
    buf_release(&masked);
    arena_release(&arena);
}

void kb_print_tried(const cJSON *tried)
{
    const cJSON *intent;
    struct str reason = json_str(cJSON_GetObjectItemCaseSensitive(tried, "reason"));
    (void)printf("%s", json_str(cJSON_GetObjectItemCaseSensitive(tried, "action")).p);
    cJSON_ArrayForEach(intent, cJSON_GetObjectItemCaseSensitive(tried, "intents"))
    {
        (void)printf(" %s", intent->valuestring);
    }
    if (reason.len)
        (void)printf(" (%.*s)", STR_ARG(reason));
}
