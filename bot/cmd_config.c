/* kerbside config: check a file, explain every setting, print the schema that is made from the same
 * table. */
#include "bot/command.h"

static const char usage[] =
    "usage: kerbside config check [FILE]   is it right?\n"
    "       kerbside config manual         every setting, its default and what it means\n"
    "       kerbside config schema         the JSON schema of the file\n";

static int print(int (*make)(struct buf *))
{
    struct buf out = BUF_INIT(1 << 20);
    int status = make(&out) == 0 && fputs(buf_cstr(&out), stdout) >= 0 && fflush(stdout) == 0
                     ? EXIT_OK
                     : EXIT_FAILED;
    buf_release(&out);
    return status;
}

int command_config(int argc, char **argv)
{
    const char *what = argc > 0 ? argv[0] : "";
    bool asked = argc > 0 && strcmp(argv[argc - 1], "--help") == 0;
    if (strcmp(what, "check") == 0 && argc <= 2 && !asked) {
        struct conf *conf = NULL;
        const char *path = argc == 2 ? argv[1] : default_config();
        int status = load_config(path, &conf);
        if (status == EXIT_OK)
            (void)printf("%s is right\n", path);
        (void)conf_free(conf);
        return status;
    }
    if (strcmp(what, "manual") == 0 && argc == 1)
        return print(conf_manual);
    if (strcmp(what, "schema") == 0 && argc == 1)
        return print(conf_schema);
    (void)fputs(usage, asked ? stdout : stderr);
    return asked ? EXIT_OK : EXIT_USAGE;
}
