/* kerbside x usage: what X has cost this month, as far as Kerbside counts. */
#include <getopt.h>
#include <inttypes.h>

#include "base/when.h"
#include "bot/bot_store.h"
#include "bot/command.h"
#include "bot/x/meter.h"

static const char usage[] =
    "usage: kerbside x usage [--json] [--config FILE]\n"
    "  What X has cost this calendar month (UTC), by kind, and what the month will come to as the\n"
    "  last seven days went. As Kerbside counts by X's price list; what X charges is shown at\n"
    "  console.x.com.\n";

static int fail(const char *what)
{
    (void)fprintf(stderr, "error: kerbside x usage: %s\n", what);
    return EXIT_FAILED;
}

static double dollars(int64_t micro_usd)
{
    return (double)micro_usd / 1000000;
}

static void month_name(int64_t now, char out[8])
{
    char at[WHEN_TEXT_MAX];
    (void)snprintf(out, 8, "%.7s", when_format(now, at));
}

static void print_people(const struct conf *conf, const struct x_month *month, int64_t now)
{
    char name[8];
    month_name(now, name);
    (void)printf("X in %s, all accounts\n", name);
    for (size_t i = 0; i < X_CHARGES; i++)
        if (month->kinds[i].count)
            (void)printf("  %-24s %9" PRId64 " %11.3f USD\n", x_charge_name((enum x_charge)i),
                         month->kinds[i].count, dollars(month->kinds[i].micro_usd));
    (void)printf("  %-24s %9s %11.3f USD\n", "so far", "", dollars(month->micro_usd));
    (void)printf("  %-24s %9s %11.3f USD\n", "forecast for the month", "",
                 dollars(month->forecast_micro_usd));
    if (conf->x_month_cap_usd)
        (void)printf("  %-24s %9s %7" PRId64 "     USD\n", "cap (x.month_cap_usd)", "",
                     conf->x_month_cap_usd);
    else
        (void)printf("  %-24s %9s %11s\n", "cap (x.month_cap_usd)", "", "none");
}

static cJSON *items_of(const struct x_month *month)
{
    cJSON *items = cJSON_CreateObject();
    for (size_t i = 0; items && i < X_CHARGES; i++) {
        if (!month->kinds[i].count)
            continue;
        cJSON *item = cJSON_AddObjectToObject(items, x_charge_name((enum x_charge)i));
        if (!item || !cJSON_AddNumberToObject(item, "count", (double)month->kinds[i].count) ||
            !cJSON_AddNumberToObject(item, "usd", dollars(month->kinds[i].micro_usd))) {
            cJSON_Delete(items);
            return NULL;
        }
    }
    return items;
}

/* @items is handed over, and freed if it can't be added. */
static bool add_items(cJSON *tree, cJSON *items)
{
    if (items && cJSON_AddItemToObject(tree, "items", items))
        return true;
    cJSON_Delete(items);
    return false;
}

static bool add_account(cJSON *accounts, const struct x_meter *meter, const char *handle,
                        int64_t now)
{
    struct x_month month;
    x_meter_month(meter, str_of(handle), now, &month);
    cJSON *account = cJSON_AddObjectToObject(accounts, handle);
    return account && cJSON_AddNumberToObject(account, "usd", dollars(month.micro_usd)) &&
           add_items(account, items_of(&month));
}

static int print_tree(const struct conf *conf, const struct x_meter *meter,
                      const struct x_month *month, int64_t now)
{
    char name[8];
    month_name(now, name);
    cJSON *tree = cJSON_CreateObject();
    bool built =
        tree && cJSON_AddStringToObject(tree, "month", name) &&
        cJSON_AddNumberToObject(tree, "usd", dollars(month->micro_usd)) &&
        cJSON_AddNumberToObject(tree, "forecast_usd", dollars(month->forecast_micro_usd)) &&
        (conf->x_month_cap_usd
             ? cJSON_AddNumberToObject(tree, "cap_usd", (double)conf->x_month_cap_usd)
             : cJSON_AddNullToObject(tree, "cap_usd")) &&
        add_items(tree, items_of(month));
    cJSON *accounts = built ? cJSON_AddObjectToObject(tree, "accounts") : NULL;
    built = accounts != NULL;
    for (size_t i = 0; i < conf->account_count && built; i++)
        built = add_account(accounts, meter, conf->accounts[i].handle, now);
    if (!built) {
        cJSON_Delete(tree);
        return ERR_NOMEM;
    }
    return print_json(tree);
}

/* Reads what a running service, too, has kept: it does so every second. */
static int load(const char *database, struct x_meter *meter, int64_t now)
{
    const char *why = NULL;
    struct db *db = NULL;
    struct tx *tx;
    int r = db_open(database, DB_WRITER, &db, &why);
    if (r == 0)
        r = bot_migrate(db);
    if (r == ERR_NEWER)
        why = "the database was written by a newer Kerbside; install that one";
    if (r == 0)
        r = tx_begin(db, TX_READ, &tx);
    if (r == 0) {
        r = x_meter_load(meter, tx, now);
        tx_rollback(tx);
    }
    (void)db_free(db);
    return r < 0 ? fail(why ? why : err_str(r)) : EXIT_OK;
}

static int print_usage(const struct conf *conf, bool json)
{
    int64_t now = time(NULL); /* X's months are real ones */
    struct x_meter *meter = NULL;
    struct x_month month;
    if (x_meter_new(conf->x_month_cap_usd, &meter) < 0)
        return fail(err_str(ERR_NOMEM));
    int status = load(conf->database, meter, now);
    if (status == EXIT_OK) {
        x_meter_month(meter, STR(""), now, &month);
        if (!json)
            print_people(conf, &month, now);
        else if (print_tree(conf, meter, &month, now) < 0)
            status = fail("it can't be printed");
    }
    (void)x_meter_free(meter);
    return status;
}

int command_x_usage(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "json", no_argument, NULL, 'j' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *config = NULL;
    bool json = false;
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
    if (argc + 1 - optind != 0) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct conf *conf = NULL;
    int status = load_config(config, &conf);
    if (status == EXIT_OK)
        status = print_usage(conf, json);
    (void)conf_free(conf);
    return status;
}
