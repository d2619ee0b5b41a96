/* Runs SQL statements on database files and prints their rows, columns apart by tabs: for tests
 * that look at what the program wrote, or make a file that it must refuse. Either one statement,
 * named by the arguments, or as many as come in: each a file's name and a statement, NUL behind
 * both, and the answer is its rows and what was wrong, if anything, NUL behind both. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static int print_row(void *data, int count, char **values, char **names)
{
    (void)data;
    (void)names;
    for (int i = 0; i < count; i++)
        (void)printf("%s%s", i ? "\t" : "", values[i] ? values[i] : "");
    (void)putchar('\n');
    return 0;
}

/* What is wrong goes to @errors. A connection for each statement: tests replace files. */
static int run(const char *file, const char *statement, FILE *errors)
{
    sqlite3 *db = NULL;
    int r = sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_busy_timeout(db, 5000);
    if (r == SQLITE_OK)
        r = sqlite3_exec(db, statement, print_row, NULL, NULL);
    if (errors == stdout)
        (void)putchar('\0');
    if (r != SQLITE_OK)
        (void)fprintf(errors, "%s: %s\n", file, db ? sqlite3_errmsg(db) : "out of memory");
    (void)sqlite3_close(db);
    return r != SQLITE_OK;
}

static void run_all(void)
{
    char *file = NULL, *statement = NULL;
    size_t file_room = 0, statement_room = 0;
    while (getdelim(&file, &file_room, '\0', stdin) > 0 &&
           getdelim(&statement, &statement_room, '\0', stdin) > 0) {
        (void)run(file, statement, stdout);
        (void)putchar('\0');
        (void)fflush(stdout);
    }
    free(file);
    free(statement);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return run(argv[1], argv[2], stderr);
    if (argc != 1) {
        (void)fputs("usage: sql [FILE STATEMENT]\n", stderr);
        return 2;
    }
    run_all();
    return 0;
}
