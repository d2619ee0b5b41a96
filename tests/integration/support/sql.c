/* Runs one SQL statement on a database file and prints its rows, columns apart by tabs: for tests
 * that look at what the program wrote, or make a file that it must refuse. */
#include <sqlite3.h>
#include <stdio.h>

static int print_row(void *data, int count, char **values, char **names)
{
    (void)data;
    (void)names;
    for (int i = 0; i < count; i++)
        (void)printf("%s%s", i ? "\t" : "", values[i] ? values[i] : "");
    (void)putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    if (argc != 3) {
        (void)fputs("usage: sql FILE STATEMENT\n", stderr);
        return 2;
    }
    int r = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_busy_timeout(db, 60000);
    if (r == SQLITE_OK)
        r = sqlite3_exec(db, argv[2], print_row, NULL, NULL);
    if (r != SQLITE_OK)
        (void)fprintf(stderr, "%s: %s\n", argv[1], db ? sqlite3_errmsg(db) : "out of memory");
    (void)sqlite3_close(db);
    return r != SQLITE_OK;
}
